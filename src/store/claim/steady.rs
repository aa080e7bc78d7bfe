//! The time that leases and due times go by. Postgres has one clock for all who connect. SQLite has none of its own: it would
//! ask that of the process, and a process whose clock is wrong would lose its leases at once or keep them for ever, and send
//! at the wrong hour. So there it is how long the machine is up, carried on from a time that was written down since its last
//! start: leases go by that alone. Everything else goes by the same, set right: workers and the front door move it a little
//! towards their own clocks, five seconds in ten at most whoever they are, so of several the one that is wrong is outvoted.
//! What is off by far is followed at once: then the machine itself was set, or stood still.

use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use crate::clock::{Clock, up};
use crate::domain::failure::Failure;
use crate::store::statement::values;
use crate::store::{Outcome, Store, Tx};

/// How long a lease lasts.
const LEASE: TimeDelta = TimeDelta::seconds(45);
/// How long one lasts still that is hardly used.
const FRESH: TimeDelta = TimeDelta::seconds(40);
/// How far the shared time is moved in one round: the minute after which a lost text is asked for stays most of a minute.
const NUDGE: TimeDelta = TimeDelta::seconds(5);
/// No sooner than so long after the last time, whoever moved it: rounds come every ten seconds, and never quite.
const ROUND: Duration = Duration::from_secs(9);
/// What is not worth a write.
const CLOSE_ENOUGH: TimeDelta = TimeDelta::milliseconds(250);
/// A clock that is off by more was not set yet when the machine started, or the machine stood still: it is followed at once.
/// More than two clocks are apart of which one is ten minutes ahead and one as much behind: they would lead it to and fro.
const NOT_SET: TimeDelta = TimeDelta::minutes(25);

/// What time it is for leases; `None` where the database itself knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(Option<DateTime<Utc>>);

impl Moment {
    pub(super) fn now(self) -> Option<DateTime<Utc>> {
        self.0
    }

    /// When a lease ends that is given now.
    pub(super) fn lease(self) -> Option<DateTime<Utc>> {
        self.0.map(|now| now + LEASE)
    }

    /// When one ends that was given five seconds ago.
    pub(super) fn fresh(self) -> Option<DateTime<Utc>> {
        self.0.map(|now| now + FRESH)
    }
}

/// A time, and how long the machine was up then.
#[derive(Clone, Copy, Debug)]
struct Since {
    began_at: DateTime<Utc>,
    up: Duration,
}

impl Since {
    fn now(self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(up().saturating_sub(self.up)).unwrap_or_default();
        (self.began_at + passed).trunc_subsecs(3)
    }
}

/// What a store knows of the machine's last start; it never changes while the process lives.
#[derive(Debug, Default)]
pub(in crate::store) struct Steady(OnceLock<Since>);

const KNOWN: &str = "select began_at, up_ms from steady where boot = $1";
const FORGET: &str = "delete from steady";
const BEGIN: &str = "insert into steady (boot, began_at, up_ms) values ($1, $2, $3)";
// Whoever held a lease before the machine started is gone.
const OVER: &str = "update jobs set lease_until = $1 where state = 'running'";
const SET: &str = "select began_at, up_ms, set_ms, moved_up_ms from steady where boot = $1";
// Only from where it was seen: another may have moved it meanwhile.
const MOVE: &str =
    "update steady set set_ms = set_ms + $1, moved_up_ms = $2, leapt_up_ms = case when $3 then $2 else leapt_up_ms end
    where boot = $4 and set_ms = $5";
const LEAPT: &str = "select leapt_up_ms from steady where boot = $1";
const SERVER: &str = "select clock_timestamp()";

impl Store {
    /// What time it is at the database: the one clock that all processes share. Asking changes nothing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn database_now(&self) -> Outcome<DateTime<Utc>> {
        self.shared_now(false).await
    }

    /// Moves the time that SQLite's processes share a little towards this process's own clock. Gives back what time it is then.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_time(&self) -> Outcome<DateTime<Utc>> {
        self.shared_now(true).await
    }

    async fn shared_now(&self, moves: bool) -> Outcome<DateTime<Utc>> {
        if self.is_postgres() {
            let rows: Vec<(DateTime<Utc>,)> = self.read(SERVER, vec![]).await?;
            let untold = || Failure::Other("the database did not say what time it is".to_owned());
            return rows.first().map(|row| row.0).ok_or_else(untold);
        }
        let (boot, own, now_up) = (boot(), Clock::System.now(), up());
        let rows: Vec<(DateTime<Utc>, i64, i64, i64)> = self.read(SET, values![boot.clone()]).await?;
        let Some(&(began_at, up_ms, set_ms, moved_up_ms)) = rows.first() else {
            // Where nobody has written it down yet, it is ours; of several that start at once, it is the first one's.
            if moves {
                let mut tx = self.begin().await?;
                self.since(&mut tx).await?;
                tx.commit().await?;
                return Box::pin(self.shared_now(false)).await;
            }
            return Ok(own);
        };
        let since = Since { began_at, up: millis(up_ms) };
        let shared = since.now() + TimeDelta::milliseconds(set_ms);
        let off = own - shared;
        let leaps = off.abs() > NOT_SET;
        if !moves {
            return Ok(if leaps { own } else { shared });
        }
        let rested = now_up.saturating_sub(millis(moved_up_ms)) >= ROUND;
        let by = moved(off);
        if by.is_zero() || !leaps && !rested {
            return Ok(shared);
        }
        if leaps {
            tracing::warn!(seconds = by.num_seconds(), "the clock of this machine was set; it is followed at once");
        }
        let mut tx = self.begin().await?;
        let up_ms = i64::try_from(now_up.as_millis()).unwrap_or(i64::MAX);
        let done = tx.run(MOVE, values![by.num_milliseconds(), up_ms, leaps, boot, set_ms]).await?;
        tx.commit().await?;
        Ok(if done > 0 { shared + by } else { shared })
    }

    /// How long ago the shared time leapt, where it ever did: what happened before may only look long past.
    ///
    /// # Errors
    /// What the database says.
    pub async fn leapt(&self) -> Outcome<Option<Duration>> {
        if self.is_postgres() {
            return Ok(None);
        }
        let rows: Vec<(i64,)> = self.read(LEAPT, values![boot()]).await?;
        let at = rows.first().map(|row| row.0).filter(|at| *at > 0);
        Ok(at.map(|at| up().saturating_sub(millis(at))))
    }

    /// What time it is for leases, in a transaction that writes.
    pub(super) async fn moment(&self, tx: &mut Tx) -> Outcome<Moment> {
        if self.is_postgres() {
            return Ok(Moment(None));
        }
        let since = match self.steady.0.get() {
            Some(since) => *since,
            None => self.since(tx).await?,
        };
        Ok(Moment(Some(since.now())))
    }

    /// Reads since when the machine is up, or writes it down.
    async fn since(&self, tx: &mut Tx) -> Outcome<Since> {
        let boot = boot();
        let up = up();
        let known = tx.one::<(DateTime<Utc>, i64)>(KNOWN, values![boot.clone()]).await?;
        let known = known.map(|(began_at, up)| Since { began_at, up: millis(up) });
        // Where starts have no names, one that was up for longer was another.
        if let Some(since) = known.filter(|since| since.up <= up) {
            // It was committed, so it stays.
            return Ok(*self.steady.0.get_or_init(|| since));
        }
        let since = Since { began_at: Clock::System.now(), up };
        tx.run(FORGET, vec![]).await?;
        let millis = i64::try_from(since.up.as_millis()).unwrap_or(i64::MAX);
        tx.run(BEGIN, values![boot, since.began_at, millis]).await?;
        tx.run(OVER, values![DateTime::<Utc>::UNIX_EPOCH]).await?;
        Ok(since)
    }
}

/// By how much the shared time is moved that is `off` by so much.
fn moved(off: TimeDelta) -> TimeDelta {
    match off.abs() {
        far if far > NOT_SET => off,
        near if near < CLOSE_ENOUGH => TimeDelta::zero(),
        _ => off.clamp(-NUDGE, NUDGE),
    }
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

/// Which start of the machine this is; where it has no name, all are one.
fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(|_| String::new(), |boot| boot.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::right(100, 0)]
    #[case::drifted(1_000, 1_000)]
    #[case::behind(-1_000, -1_000)]
    #[case::jumped(600_000, 5_000)]
    #[case::jumped_back(-600_000, -5_000)]
    #[case::never_set(86_400_000, 86_400_000)]
    fn a_clock_is_followed_by_and_by(#[case] off: i64, #[case] by: i64) {
        assert_eq!(moved(TimeDelta::milliseconds(off)).num_milliseconds(), by);
    }

    proptest::proptest! {
        /// Three workers, of which one is ten minutes ahead, and whichever comes first moves it: what they share stays near
        /// where the other two are. That is a walk with two steps back for one ahead, so each step further is half as likely:
        /// of a quarter of a million steps some dozen runs of this test see twenty once, and ten million see forty.
        #[test]
        fn a_wrong_clock_is_outvoted(first in proptest::collection::vec(0..3_usize, 1_000)) {
            let clocks = [TimeDelta::zero(), TimeDelta::minutes(10), TimeDelta::zero()];
            let mut shared = TimeDelta::zero();
            for worker in first {
                shared += moved(clocks[worker] - shared);
                proptest::prop_assert!(shared.abs() <= NUDGE * 40, "off by {shared}");
            }
        }
    }
}

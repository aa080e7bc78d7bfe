//! The time that leases go by. Postgres has one clock for all who connect. SQLite has none of its own: it would ask that of
//! the process, and a process whose clock is wrong would lose its leases at once, or keep them for ever. So there it is how
//! long the machine is up, carried on from a time that was written down since its last start.

use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use crate::clock::{Clock, up};
use crate::store::statement::values;
use crate::store::{Outcome, Store, Tx};

/// How long a lease lasts.
const LEASE: TimeDelta = TimeDelta::seconds(45);
/// How long one lasts still that is hardly used.
const FRESH: TimeDelta = TimeDelta::seconds(40);

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

impl Store {
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
        let known =
            known.map(|(began_at, up)| Since { began_at, up: Duration::from_millis(u64::try_from(up).unwrap_or_default()) });
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

/// Which start of the machine this is; where it has no name, all are one.
fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(|_| String::new(), |boot| boot.trim().to_owned())
}

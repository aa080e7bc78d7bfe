//! Time as an argument: the system's clock, or one that tests and the demo move by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rustix::time::{ClockId, clock_gettime};

/// How long this machine is up. It goes on while the machine sleeps, nobody can set it, and all processes of the machine share it.
pub fn up() -> Duration {
    #[cfg(target_os = "linux")]
    const UNSLEPT: ClockId = ClockId::Boottime;
    // Elsewhere the monotonic clock counts sleep itself, or nobody sleeps.
    #[cfg(not(target_os = "linux"))]
    const UNSLEPT: ClockId = ClockId::Monotonic;
    Duration::try_from(clock_gettime(UNSLEPT)).unwrap_or_default()
}

/// Where "now" comes from. Times are UTC and cut to milliseconds, as both databases store them.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved; clones share it. Milliseconds since 1970.
    Fixed(Arc<AtomicI64>),
    /// Somebody else's time, carried on by a clock that nobody can set: a machine whose own clock jumps notices nothing.
    Anchored(Arc<Anchor>),
}

/// Somebody else's time, and how long ago it was read.
#[derive(Debug)]
pub struct Anchor {
    /// How long this machine was up then: it counts while the machine sleeps.
    since: Duration,
    /// Milliseconds since 1970 at `since`.
    at: AtomicI64,
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.timestamp_millis())))
    }

    /// A clock that goes on from `at`, whatever happens to the machine's own.
    pub fn anchored(at: DateTime<Utc>) -> Self {
        Self::Anchored(Arc::new(Anchor { since: up(), at: AtomicI64::new(at.timestamp_millis()) }))
    }

    /// Sets an anchored clock right: it is `now` where the time comes from. Other clocks are left alone.
    pub fn anchor(&self, now: DateTime<Utc>) {
        if let Self::Anchored(anchor) = self {
            anchor.at.store(now.timestamp_millis() - anchor.passed(), Ordering::SeqCst);
        }
    }

    /// The time now, UTC, whole milliseconds.
    #[expect(clippy::disallowed_methods, reason = "the one rightful caller: everybody else asks a Clock")]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(3),
            Self::Fixed(at) => from_millis(at.load(Ordering::SeqCst)),
            Self::Anchored(anchor) => from_millis(anchor.at.load(Ordering::SeqCst) + anchor.passed()),
        }
    }

    /// Moves a fixed clock; the system's clock goes by itself.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Fixed(at) = self {
            at.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }
}

impl Anchor {
    /// Milliseconds since it was dropped.
    fn passed(&self) -> i64 {
        i64::try_from(up().saturating_sub(self.since).as_millis()).unwrap_or(i64::MAX / 2)
    }
}

fn from_millis(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_fixed_clock_move_together() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH);
        let other = clock.clone();
        clock.advance(TimeDelta::seconds(5));
        assert_eq!(other.now().timestamp(), 5);
    }

    #[test]
    fn an_anchored_clock_goes_on_from_where_it_was_set() {
        let long_ago = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let clock = Clock::anchored(long_ago);
        let passed = clock.now() - long_ago;
        assert!(passed >= TimeDelta::zero() && passed < TimeDelta::minutes(1), "it does not ask the machine for the day");
        clock.clone().anchor(long_ago + TimeDelta::days(1));
        assert!(clock.now() - long_ago >= TimeDelta::days(1));
    }

    #[test]
    fn the_system_clock_has_whole_milliseconds() {
        assert_eq!(Clock::System.now().timestamp_subsec_nanos() % 1_000_000, 0);
    }
}

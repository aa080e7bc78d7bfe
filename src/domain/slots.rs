//! How many requests may leave now where so many are allowed in a minute, shared by all workers through one stored time:
//! that of the next slot.

use chrono::{DateTime, TimeDelta, Utc};

/// What was not used is kept for this long: a short pause is made up for, a long one is no licence to flood.
const KEPT: TimeDelta = TimeDelta::seconds(1);

/// The slots of a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots {
    per_minute: i64,
    next_at: DateTime<Utc>,
}

impl Slots {
    /// Slots of so many a minute (at least one), the next one at `next_at`.
    pub fn new(per_minute: i64, next_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let oldest = now - KEPT;
        Self { per_minute: per_minute.max(1), next_at: next_at.unwrap_or(oldest).max(oldest) }
    }

    /// How many may leave now.
    pub fn free(&self, now: DateTime<Utc>) -> i64 {
        if self.next_at > now {
            return 0;
        }
        (now - self.next_at).num_milliseconds() * self.per_minute / 60_000 + 1
    }

    /// When the next may leave, after `taken` more did.
    pub fn after(&self, taken: i64) -> DateTime<Utc> {
        // Rounded up: rounding down would let a little more through than is allowed, for ever.
        self.next_at + TimeDelta::milliseconds((taken * 60_000 + self.per_minute - 1) / self.per_minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now() -> DateTime<Utc> {
        "2026-06-01T14:30:00Z".parse().unwrap()
    }

    #[test]
    fn a_fresh_destination_has_a_second_of_slots() {
        let slots = Slots::new(600, None, now());
        assert_eq!((slots.free(now()), slots.after(11)), (11, now() + TimeDelta::milliseconds(100)));
    }

    #[test]
    fn what_is_taken_is_waited_for() {
        let slots = Slots::new(60, Some(now() + TimeDelta::milliseconds(1)), now());
        assert_eq!(slots.free(now()), 0);
    }

    proptest! {
        /// Whoever takes whenever, in an hour no more leave than are allowed, but for one kept second.
        #[test]
        fn no_more_leave_than_are_allowed(
            per_minute in 1..5_000_i64,
            steps in proptest::collection::vec((0..5_000_i64, 0..200_i64), 1..200),
        ) {
            let (mut at, mut next, mut sent) = (now(), None, 0);
            for (wait, wanted) in steps {
                at += TimeDelta::milliseconds(wait);
                let slots = Slots::new(per_minute, next, at);
                let taken = slots.free(at).min(wanted);
                if taken > 0 {
                    next = Some(slots.after(taken));
                    sent += taken;
                }
            }
            let minutes = (at - now()).num_milliseconds() as f64 / 60_000.0;
            prop_assert!(sent as f64 <= per_minute as f64 * (minutes + 1.0 / 60.0) + 1.0);
        }
    }
}

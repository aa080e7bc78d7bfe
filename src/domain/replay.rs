//! Whether replaying a job could do its work twice: the verdict that stands beside every failure before anybody acts.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::job::{DeliveryMode, JobState};
use super::words;

words! {
    /// What a replay would come to.
    pub enum ReplayVerdict {
        /// The work is done once at most.
        Safe,
        /// It was done, or a newer job does it now: there is nothing left to do.
        AlreadyApplied,
        /// Nobody knows whether it was done, and the destination would do it again.
        Unknown,
        /// It may have been done so long ago that the destination has forgotten our key.
        KeyExpired,
    }
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// The verdict.
    pub verdict: ReplayVerdict,
    /// Why, in a line.
    pub reason: String,
}

/// The reason that a person's "it did not arrive" leaves on the job: its uncertain tries are settled by it.
pub const NOT_ARRIVED: &str = "it did not arrive";

/// What is known of all jobs that share one idempotency key: a job, and those it replays or was replayed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Where the job itself stands.
    pub state: JobState,
    /// What stops a second effect at its destination.
    pub mode: DeliveryMode,
    /// What kind of system the destination is: `crm`, `sms`, `email`, `webhook`, `portal`.
    pub kind: String,
    /// Whether one of them succeeded or was settled as arrived, or a newer one is on its way.
    pub applied: bool,
    /// When the first try was made that may have arrived and that nobody settled since.
    pub open_since: Option<DateTime<Utc>>,
    /// Whether a person settled it as not arrived.
    pub denied: bool,
}

/// How long a kind of system recognises our key; `None` for ever.
///
/// A CRM finds a record by our external id, which is part of the record; the portal is our own table. Receivers of signed
/// webhooks are told to remember ids for a day: what idempotent APIs commonly keep (12 to 24 hours), and no more can be
/// relied on.
pub fn key_memory(kind: &str) -> Option<TimeDelta> {
    match kind {
        "crm" | "portal" => None,
        _ => Some(TimeDelta::hours(24)),
    }
}

/// What a replay would come to now.
pub fn judge(past: &Past, now: DateTime<Utc>) -> Replay {
    let say = |verdict, reason: &str| Replay { verdict, reason: reason.to_owned() };
    if past.applied || past.state == JobState::Succeeded {
        return say(ReplayVerdict::AlreadyApplied, "the same work arrived, or is on its way as a newer job");
    }
    let Some(since) = past.open_since else {
        return match (past.state, past.denied) {
            // Its own tries do not tell: somebody made it unknown without one.
            (JobState::Unknown, _) => say(ReplayVerdict::Unknown, "its outcome is unknown, and no try says more"),
            (_, true) => say(ReplayVerdict::Safe, "a person asked: it did not arrive"),
            _ => say(ReplayVerdict::Safe, "no try can have arrived"),
        };
    };
    match past.mode {
        DeliveryMode::Keyed => match key_memory(&past.kind) {
            None => say(ReplayVerdict::Safe, "a try may have arrived, and the destination knows our key for ever"),
            Some(memory) if now - since < memory => Replay {
                verdict: ReplayVerdict::Safe,
                reason: format!("a try may have arrived, and the destination knows our key for {} h", memory.num_hours()),
            },
            Some(memory) => Replay {
                verdict: ReplayVerdict::KeyExpired,
                reason: format!(
                    "a try may have arrived, and the destination remembers our key for {} h only",
                    memory.num_hours()
                ),
            },
        },
        DeliveryMode::Reconcile => {
            say(ReplayVerdict::Unknown, "a try may have arrived; ask the destination, then say what happened")
        }
        DeliveryMode::Once => say(ReplayVerdict::Unknown, "a try may have arrived, and the destination cannot be asked"),
    }
}

/// How many of each verdict, for a preview.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Safe to replay.
    pub safe: usize,
    /// Done already.
    pub already_applied: usize,
    /// Nobody knows.
    pub unknown: usize,
    /// Forgotten by the destination.
    pub key_expired: usize,
}

impl Tally {
    /// Counts verdicts.
    pub fn of(verdicts: impl IntoIterator<Item = ReplayVerdict>) -> Self {
        verdicts.into_iter().fold(Self::default(), |mut tally, verdict| {
            *match verdict {
                ReplayVerdict::Safe => &mut tally.safe,
                ReplayVerdict::AlreadyApplied => &mut tally.already_applied,
                ReplayVerdict::Unknown => &mut tally.unknown,
                ReplayVerdict::KeyExpired => &mut tally.key_expired,
            } += 1;
            tally
        })
    }
}

impl std::fmt::Display for Tally {
    /// `31 safe · 2 unknown are left out · 1 already applied`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} safe", self.safe)?;
        let is = |n: usize| if n == 1 { "is" } else { "are" };
        if self.unknown > 0 {
            write!(f, " · {} unknown {} left out", self.unknown, is(self.unknown))?;
        }
        if self.key_expired > 0 {
            write!(f, " · {} whose key expired {} left out", self.key_expired, is(self.key_expired))?;
        }
        if self.already_applied > 0 {
            write!(f, " · {} already applied", self.already_applied)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use strum::VariantArray;

    fn now() -> DateTime<Utc> {
        "2026-06-01T14:30:00Z".parse().unwrap()
    }

    fn past(mode: DeliveryMode, kind: &str, hours: Option<i64>) -> Past {
        let open_since = hours.map(|hours| now() - TimeDelta::hours(hours));
        Past { state: JobState::Dead, mode, kind: kind.into(), applied: false, open_since, denied: false }
    }

    #[rstest]
    #[case(past(DeliveryMode::Once, "email", None), ReplayVerdict::Safe)]
    #[case(past(DeliveryMode::Once, "email", Some(0)), ReplayVerdict::Unknown)]
    #[case(past(DeliveryMode::Reconcile, "sms", Some(0)), ReplayVerdict::Unknown)]
    #[case(past(DeliveryMode::Keyed, "crm", Some(9_000)), ReplayVerdict::Safe)]
    #[case(past(DeliveryMode::Keyed, "webhook", Some(23)), ReplayVerdict::Safe)]
    #[case(past(DeliveryMode::Keyed, "webhook", Some(24)), ReplayVerdict::KeyExpired)]
    #[case(Past { applied: true, ..past(DeliveryMode::Keyed, "crm", Some(1)) }, ReplayVerdict::AlreadyApplied)]
    #[case(Past { state: JobState::Unknown, ..past(DeliveryMode::Once, "email", None) }, ReplayVerdict::Unknown)]
    #[case(Past { denied: true, ..past(DeliveryMode::Once, "email", None) }, ReplayVerdict::Safe)]
    fn the_past_decides(#[case] past: Past, #[case] verdict: ReplayVerdict) {
        assert_eq!(judge(&past, now()).verdict, verdict);
    }

    #[test]
    fn a_preview_counts_what_is_left_out() {
        use ReplayVerdict as V;
        let tally = Tally::of([V::Safe, V::Safe, V::Unknown, V::AlreadyApplied, V::Unknown]);
        assert_eq!(tally.to_string(), "2 safe · 2 unknown are left out · 1 already applied");
        assert_eq!(Tally::of([V::KeyExpired]).to_string(), "0 safe · 1 whose key expired is left out");
    }

    proptest! {
        #[test]
        fn what_may_arrive_twice_is_never_called_safe(
            mode in proptest::sample::select(DeliveryMode::VARIANTS),
            state in proptest::sample::select(JobState::VARIANTS),
            (applied, denied, hours) in (any::<bool>(), any::<bool>(), proptest::option::of(0..200_i64)),
        ) {
            let past = Past { state, applied, denied, ..past(mode, "webhook", hours) };
            if judge(&past, now()).verdict == ReplayVerdict::Safe {
                prop_assert!(!applied && state != JobState::Succeeded);
                prop_assert!(hours.is_none() || (mode == DeliveryMode::Keyed && hours < Some(24)));
            }
        }
    }
}

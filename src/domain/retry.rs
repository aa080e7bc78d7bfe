//! When a failed job is tried again, and until when trying has any use (DESIGN 4).

use chrono::TimeDelta;

use super::job::JobKind;

/// Tries allowed before a job is dead.
pub const MAX_ATTEMPTS: i64 = 12;
/// Rescues of one job before it is taken for poison.
pub const MAX_RESCUES: i64 = 3;
/// How long an operator's act can be undone before the worker may take it.
pub const ARMED: TimeDelta = TimeDelta::seconds(10);

/// How long after a request that may have left its destination is asked for it: what it has just taken may not be in its
/// lists yet.
pub const LOOK_UP_AFTER: TimeDelta = TimeDelta::seconds(60);

/// The longest wait before attempt `n + 1` after `n` failures: min(6 h, 10 s · 2^(n−1)).
pub fn ceiling(failures: i64) -> TimeDelta {
    let doublings = u32::try_from(failures.clamp(1, 32) - 1).unwrap_or(31);
    let seconds = 10_i64.saturating_mul(1_i64 << doublings);
    TimeDelta::seconds(seconds.min(6 * 3600))
}

/// The wait after `n` failures, jittered to [½ ceiling, ceiling]; `roll` is a random number in 0..=1.
pub fn delay(failures: i64, roll: f64) -> TimeDelta {
    let top = ceiling(failures).num_milliseconds();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "milliseconds of at most six hours fit an f64 exactly"
    )]
    let jitter = (top as f64 / 2.0 * roll.clamp(0.0, 1.0)) as i64;
    TimeDelta::milliseconds(top / 2 + jitter)
}

/// The least wait after `n` tries that used up none, whatever was asked for: the first is taken at its word, and from then on
/// it grows as after failures. At most half of what is left of the window, so that the end comes by trying.
pub fn least(uncounted: i64, left: TimeDelta, roll: f64) -> TimeDelta {
    let half = TimeDelta::milliseconds(left.num_milliseconds() / 2);
    if uncounted < 2 { TimeDelta::zero() } else { delay(uncounted - 1, roll).min(half) }
}

/// Until when trying has any use, by harm: a text-back to a missed call is worthless after 15 minutes, a quote
/// confirmation after an hour.
pub fn window(kind: JobKind, operation: &str) -> TimeDelta {
    match (kind, operation) {
        (JobKind::Message, "text_back") => TimeDelta::minutes(15),
        (JobKind::Message, _) => TimeDelta::hours(1),
        (_, "webhook") => TimeDelta::hours(72),
        _ => TimeDelta::hours(24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(1, 10)]
    #[case(2, 20)]
    #[case(11, 10_240)]
    #[case(12, 20_480)]
    #[case(13, 21_600)]
    fn the_ceiling_doubles_up_to_six_hours(#[case] failures: i64, #[case] seconds: i64) {
        assert_eq!(ceiling(failures), TimeDelta::seconds(seconds));
    }

    #[rstest]
    #[case(JobKind::Message, "text_back", TimeDelta::minutes(15))]
    #[case(JobKind::Message, "quote_confirmation", TimeDelta::hours(1))]
    #[case(JobKind::CrmHandoff, "contact.upsert", TimeDelta::hours(24))]
    #[case(JobKind::Enrichment, "lookup", TimeDelta::hours(24))]
    #[case(JobKind::AiDraft, "draft", TimeDelta::hours(24))]
    #[case(JobKind::PortalPublish, "publish", TimeDelta::hours(24))]
    #[case(JobKind::ProviderSync, "webhook", TimeDelta::hours(72))]
    fn windows_are_about_harm(#[case] kind: JobKind, #[case] operation: &str, #[case] long: TimeDelta) {
        assert_eq!(window(kind, operation), long);
    }

    #[rstest]
    #[case(0, 900, 0)]
    #[case(1, 900, 0)]
    #[case(2, 900, 10)]
    #[case(6, 900, 160)]
    #[case(8, 900, 450)]
    #[case(50, 86_400 * 30, 21_600)]
    #[case(50, 0, 0)]
    fn the_least_wait_grows_within_half_of_what_is_left(#[case] uncounted: i64, #[case] left: i64, #[case] seconds: i64) {
        assert_eq!(least(uncounted, TimeDelta::seconds(left), 1.0), TimeDelta::seconds(seconds));
    }

    proptest! {
        #[test]
        fn the_ceiling_never_falls(failures in any::<i64>()) {
            prop_assert!(ceiling(failures) <= ceiling(failures.saturating_add(1)));
            prop_assert!(ceiling(failures) >= TimeDelta::seconds(10) && ceiling(failures) <= TimeDelta::hours(6));
        }

        #[test]
        fn the_delay_is_jittered_within_the_upper_half(failures in 1..100_i64, roll in any::<f64>()) {
            let (delay, top) = (delay(failures, roll), ceiling(failures));
            prop_assert!(delay * 2 >= top && delay <= top);
        }
    }
}

//! How times are said on the screen, and when what is said stops being true.

use chrono::{DateTime, TimeDelta, Utc};

/// How long something took or takes: `42s`, `4m18s`, `2h05m`, `3d4h`.
pub fn span(length: TimeDelta) -> String {
    let s = length.num_seconds().max(0);
    match s {
        0..60 => format!("{s}s"),
        60..3_600 => format!("{}m{:02}s", s / 60, s % 60),
        3_600..86_400 => format!("{}h{:02}m", s / 3_600, s % 3_600 / 60),
        _ => format!("{}d{}h", s / 86_400, s % 86_400 / 3_600),
    }
}

/// How long ago, in the largest unit that says enough: `now`, `4m`, `2h05m`, `3d`. A time to come (a provider's clock) says `ahead`.
pub fn ago(now: DateTime<Utc>, then: DateTime<Utc>) -> String {
    let s = (now - then).num_seconds();
    match s {
        ..-60 => "ahead".to_owned(),
        -60..60 => "now".to_owned(),
        60..3_600 => format!("{}m", s / 60),
        3_600..86_400 => format!("{}h{:02}m", s / 3_600, s % 3_600 / 60),
        _ => format!("{}d", s / 86_400),
    }
}

/// How long until then, rounded up: `0:14` in the last minute, then `14m`, `2h05m`, `3d4h`; past due it is `due`.
pub fn until(now: DateTime<Utc>, then: DateTime<Utc>) -> String {
    let left = (then - now).num_milliseconds();
    let (seconds, minutes, hours) = (ceil(left, 1_000), ceil(left, 60_000), ceil(left, 3_600_000));
    match seconds {
        ..=0 => "due".to_owned(),
        1..=60 => format!("{}:{:02}", seconds / 60, seconds % 60),
        61..=3_600 => format!("{minutes}m"),
        3_601..=86_400 => format!("{}h{:02}m", minutes / 60, minutes % 60),
        _ => format!("{}d{}h", hours / 24, hours % 24),
    }
}

/// A due time that may have passed: `14m`, `now`, `-2m` when it was two minutes ago.
pub fn due(now: DateTime<Utc>, then: DateTime<Utc>) -> String {
    if then > now {
        return until(now, then);
    }
    let ago = ago(now, then);
    if ago == "now" { ago } else { format!("-{ago}") }
}

fn ceil(ms: i64, unit: i64) -> i64 {
    ms.div_euclid(unit) + i64::from(ms.rem_euclid(unit) > 0)
}

/// When [`ago`] says something else than now.
pub fn ago_changes(now: DateTime<Utc>, then: DateTime<Utc>) -> Option<DateTime<Utc>> {
    next_multiple(now, then, if now - then < TimeDelta::hours(24) { 60 } else { 86_400 })
}

/// When [`until`] or [`due`] says something else than now.
pub fn until_changes(now: DateTime<Utc>, then: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let left = then - now;
    if left <= TimeDelta::zero() {
        return ago_changes(now, then);
    }
    let unit = match left.num_seconds() {
        ..61 => 1,
        61..86_400 => 60,
        _ => 3_600,
    };
    next_multiple(now, then, unit)
}

/// The first time after `now` that lies whole `unit`s (seconds) from `from`.
fn next_multiple(now: DateTime<Utc>, from: DateTime<Utc>, unit: i64) -> Option<DateTime<Utc>> {
    let passed = (now - from).num_milliseconds().div_euclid(unit * 1_000);
    let next = passed.checked_add(1)?.checked_mul(unit * 1_000)?;
    from.checked_add_signed(TimeDelta::try_milliseconds(next)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + s, 0).unwrap()
    }

    #[rstest]
    #[case(0, "now")]
    #[case(59, "now")]
    #[case(60, "1m")]
    #[case(7_500, "2h05m")]
    #[case(300_000, "3d")]
    #[case(-30, "now")]
    #[case(-3_000, "ahead")]
    fn says_how_long_ago(#[case] s: i64, #[case] said: &str) {
        assert_eq!(ago(at(s), at(0)), said);
    }

    #[rstest]
    #[case(14, "0:14", "0:14")]
    #[case(0, "due", "now")]
    #[case(-59, "due", "now")]
    #[case(-130, "due", "-2m")]
    #[case(840, "14m", "14m")]
    fn says_how_long_until(#[case] s: i64, #[case] soon: &str, #[case] task: &str) {
        assert_eq!((until(at(0), at(s)).as_str(), due(at(0), at(s)).as_str()), (soon, task));
    }

    proptest! {
        #[test]
        fn what_is_said_holds_until_it_changes(past in 0_i64..200_000_000, part in 0.0..1.0_f64) {
            let now = at(0) + TimeDelta::milliseconds(past);
            let next = ago_changes(now, at(0)).unwrap();
            prop_assert!(next > now);
            #[expect(clippy::cast_possible_truncation, reason = "a test's arithmetic")]
            let between = now + TimeDelta::milliseconds(((next - now).num_milliseconds() as f64 * part) as i64);
            prop_assert_eq!(ago(now, at(0)), ago(between.min(next - TimeDelta::milliseconds(1)), at(0)));
        }

        #[test]
        fn a_countdown_holds_until_it_changes(left in 1_i64..200_000_000, part in 0.0..1.0_f64) {
            let then = at(0) + TimeDelta::milliseconds(left);
            let next = until_changes(at(0), then).unwrap();
            prop_assert!(next > at(0));
            #[expect(clippy::cast_possible_truncation, reason = "a test's arithmetic")]
            let between = at(0) + TimeDelta::milliseconds(((next - at(0)).num_milliseconds() as f64 * part) as i64);
            prop_assert_eq!(until(at(0), then), until(between.min(next - TimeDelta::milliseconds(1)), then));
        }
    }
}

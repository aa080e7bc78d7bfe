//! When a thing happened, by the provider's clock: read, and refused when it cannot be true.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, Utc};

use super::text::quote;

/// How far a provider's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::days(1);
/// Dates before 2000 are a zero or a default that somebody forgot to set (seconds since 1970).
const EARLIEST: i64 = 946_684_800;

/// Reads a date, or takes the time of arrival where the payload tells none.
///
/// Understood: RFC 3339, RFC 2822, `2024-06-13 17:18:01` and shorter (without a zone it is UTC), and seconds (10 digits) or
/// milliseconds (13 digits) since 1970. A date like 6/7/2024 means two days, so it is not read at all.
///
/// # Errors
/// Why the payload must be parked: unreadable, in the future by more than a day, or before 2000.
pub(super) fn read(field: &str, told: Option<&str>, received_at: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let Some(told) = told.map(str::trim).filter(|told| !told.is_empty()) else {
        return Ok(received_at.trunc_subsecs(3));
    };
    let remedy = "correct it at the provider or add the lead by hand";
    let Some(at) = parse(told) else {
        return Err(format!("{field} is no readable date: {}; write it as 2024-06-13T17:18:01Z, {remedy}", quote(told)));
    };
    if at.timestamp() < EARLIEST {
        return Err(format!("{field} is before the year 2000: {}; the sender's clock was not set, {remedy}", quote(told)));
    }
    if at > received_at + AHEAD {
        return Err(format!("{field} is in the future: {}; the sender's clock is wrong, {remedy}", quote(told)));
    }
    Ok(at.trunc_subsecs(3))
}

fn parse(text: &str) -> Option<DateTime<Utc>> {
    if text.len() > 64 {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let number = text.parse().ok()?;
        return match text.len() {
            1 | 10 => DateTime::from_timestamp(number, 0),
            13 => DateTime::from_timestamp_millis(number),
            _ => None,
        };
    }
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f %z"))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    if let Ok(at) = zoned {
        return Some(at.to_utc());
    }
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(day)
        .map(|at| at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn now() -> DateTime<Utc> {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    #[rstest]
    #[case("2017-01-24T11:27:48.119-05:00", "2017-01-24T16:27:48.119Z")]
    #[case("2014-10-09 16:23:45", "2014-10-09T16:23:45Z")]
    #[case("2014-10-09 16:23:45 +0200", "2014-10-09T14:23:45Z")]
    #[case("Mon, 16 Aug 2010 03:45:01 +0000", "2010-08-16T03:45:01Z")]
    #[case("2024-06-13", "2024-06-13T00:00:00Z")]
    #[case("1718299081", "2024-06-13T17:18:01Z")]
    #[case("1718299081123", "2024-06-13T17:18:01.123Z")]
    #[case("2026-03-02T11:59:59Z", "2026-03-02T11:59:59Z")]
    fn dates_are_read(#[case] told: &str, #[case] expected: &str) {
        assert_eq!(read("at", Some(told), now()).unwrap(), expected.parse::<DateTime<Utc>>().unwrap());
    }

    #[rstest]
    #[case("0", "before the year 2000")]
    #[case("1970-01-01T00:00:00Z", "before the year 2000")]
    #[case("2026-03-02T12:00:01Z", "in the future")]
    #[case("9999-12-31T23:59:59Z", "in the future")]
    #[case("6/7/2024", "no readable date")]
    #[case("yesterday", "no readable date")]
    #[case("20240613", "no readable date")]
    #[case("2024-02-30", "no readable date")]
    fn dates_that_cannot_be_are_refused(#[case] told: &str, #[case] why: &str) {
        let reason = read("sentAt", Some(told), now()).unwrap_err();
        assert!(reason.contains(why) && reason.contains("sentAt") && reason.contains(told), "{reason}");
    }

    #[test]
    fn a_payload_without_a_date_happened_when_it_arrived() {
        assert_eq!(read("at", None, now()), Ok(now()));
        assert_eq!(read("at", Some("  "), now()), Ok(now()));
    }
}

//! A sync: a provider is asked for what it has, window by window and page by page, and how fresh that makes us.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::event::Provider;
use super::id::ClientId;
use super::words;

/// How far before the cursor a window begins: what the provider was slow to list is found by the next one.
pub const OVERLAP: TimeDelta = TimeDelta::hours(2);
/// The longest window: a year's back-fill moves its cursor week by week.
pub const LONGEST_WINDOW: TimeDelta = TimeDelta::days(7);
/// Pages of one window at most; a list that says it is longer is not followed.
pub const MOST_PAGES: i64 = 400;

words! {
    /// How old what we have of a provider is, by what is expected of it.
    pub enum Freshness {
        /// As young as expected.
        Fresh,
        /// A round was missed.
        Late,
        /// Too old to rely on.
        Stale,
    }
}

/// How fresh what reaches up to `cursor` is: late after two rounds, stale after what is expected.
pub fn freshness(cursor: DateTime<Utc>, now: DateTime<Utc>, every: TimeDelta, stale_after: TimeDelta) -> Freshness {
    let age = now - cursor;
    if age >= stale_after {
        Freshness::Stale
    } else if age >= every * 2 {
        Freshness::Late
    } else {
        Freshness::Fresh
    }
}

/// How fresh what we have of a provider is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SyncFigures {
    /// For whom.
    #[serde(skip)]
    pub client_id: ClientId,
    /// That client's name.
    pub client: String,
    /// Whose payloads come of it.
    pub provider: Provider,
    /// What is asked, by name.
    pub destination: String,
    /// Fresh, late or stale.
    pub freshness: Freshness,
    /// Everything before it is here.
    pub complete_until: DateTime<Utc>,
    /// From when on it was, or will be, too old to rely on.
    pub stale_since: DateTime<Utc>,
    /// When it is asked again.
    pub next_at: DateTime<Utc>,
    /// Why the last page that was asked for did not come; the destination's words.
    pub trouble: Option<String>,
}

/// Until when a window reaches that begins at the cursor.
pub fn window_end(cursor: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    cursor.checked_add_signed(LONGEST_WINDOW).map_or(now, |longest| longest.min(now))
}

/// A sync as the configuration describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncSetting {
    /// For whom, by name.
    pub client: String,
    /// The destination that is asked, by name.
    pub destination: String,
    /// Whose payloads come of it.
    pub provider: Provider,
    /// Which part of the account is the client's (a company of `CallRail`'s); empty for all of it.
    pub scope: String,
    /// Between two rounds.
    pub every: TimeDelta,
    /// How old what we have may be.
    pub stale_after: TimeDelta,
    /// How far back the first round begins.
    pub since: TimeDelta,
}

/// One page that is asked for; a job's args and content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    /// Whose payloads come of it.
    pub provider: Provider,
    /// Which part of the account.
    pub scope: String,
    /// What happened from here on,
    pub from: DateTime<Utc>,
    /// and before this.
    pub until: DateTime<Utc>,
    /// From 1.
    pub page: i64,
    /// The round it belongs to: another round's page moves no cursor.
    pub round: i64,
}

/// What came on a page. Internal.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    /// One payload each, as the provider's webhook would bring it.
    pub payloads: Vec<Vec<u8>>,
    /// Whether another page follows.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn now() -> DateTime<Utc> {
        "2026-06-01T14:30:00Z".parse().unwrap()
    }

    #[rstest]
    #[case(0, Freshness::Fresh)]
    #[case(29, Freshness::Fresh)]
    #[case(30, Freshness::Late)]
    #[case(119, Freshness::Late)]
    #[case(120, Freshness::Stale)]
    #[case(-5, Freshness::Fresh)]
    fn freshness_goes_by_what_is_expected(#[case] minutes: i64, #[case] expected: Freshness) {
        let cursor = now() - TimeDelta::minutes(minutes);
        assert_eq!(freshness(cursor, now(), TimeDelta::minutes(15), TimeDelta::hours(2)), expected);
    }

    proptest! {
        #[test]
        fn windows_reach_today_in_the_end(days in 0..400_i64) {
            let (mut cursor, mut rounds) = (now() - TimeDelta::days(days), 0);
            while cursor < now() {
                let end = window_end(cursor, now());
                prop_assert!(end > cursor && end <= now());
                (cursor, rounds) = (end, rounds + 1);
            }
            prop_assert!(rounds <= days / 7 + 1);
        }
    }
}

//! A sync: a provider is asked for what it has, window by window and page by page, and how fresh that makes us.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::America::Los_Angeles;
use serde::Serialize;

use super::event::Provider;
use super::id::ClientId;
use super::words;

mod fetch;
mod missing;

pub use fetch::{Brief, Fetch, MOST_NAMED, MOST_PAGES, Page, Still};
pub use missing::{MOST_KEPT, Missing};

/// How far before the cursor a window begins: what the provider was slow to list is found by the next one.
pub const OVERLAP: TimeDelta = TimeDelta::hours(2);
/// The longest window: a year's back-fill moves its cursor week by week.
pub const LONGEST_WINDOW: TimeDelta = TimeDelta::days(7);

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

/// Days after which what Search Console tells of a day is final: two to three, as its guide says.
const FINAL_AFTER: TimeDelta = TimeDelta::days(3);

/// How far behind the present a provider's best is: a day of Search Console's is told days later, and all of it.
pub fn lag(provider: Provider) -> TimeDelta {
    match provider {
        Provider::SearchConsole => FINAL_AFTER + TimeDelta::days(1),
        _ => TimeDelta::zero(),
    }
}

/// The list of what was deleted from a company's books.
pub const QUICKBOOKS_DELETED: i64 = 3;
/// How far back that is told: thirty days, and a day for whose clock is another.
const DELETED_TOLD: TimeDelta = TimeDelta::days(29);

/// Whether a list is read in a round that begins at `from`: what is older than a provider tells is not asked for.
pub fn is_read(provider: Provider, list: i64, from: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    provider != Provider::Quickbooks || list != QUICKBOOKS_DELETED || now - from <= DELETED_TOLD
}

/// Leads of a business, each asked for by its id.
pub const THUMBTACK_LEADS: i64 = 1;
/// Messages of its leads, lead by lead.
pub const THUMBTACK_MESSAGES: i64 = 2;

/// How many lists a round reads, one after the other.
pub fn lists(provider: Provider) -> i64 {
    match provider {
        // A site's days, its pages, and what was searched for.
        Provider::SearchConsole => 3,
        // Estimates and invoices; then customers, so that those of these are known by then; and what was deleted.
        Provider::Quickbooks => QUICKBOOKS_DELETED + 1,
        // A business's leads; then those that are new, each in full; and what was written about each.
        Provider::Thumbtack => THUMBTACK_MESSAGES + 1,
        _ => 1,
    }
}

/// Whether what is fetched is all there is: then a webhook that is silent keeps nothing back. `CallRail` lists its calls
/// alone, and Thumbtack no reviews.
pub fn brings_all(provider: Provider) -> bool {
    matches!(provider, Provider::Quickbooks | Provider::SearchConsole)
}

/// How fresh what reaches up to `cursor` is, beyond the provider's own lag: late after two rounds, stale after what is
/// expected.
pub fn freshness(
    provider: Provider,
    cursor: DateTime<Utc>,
    now: DateTime<Utc>,
    every: TimeDelta,
    stale_after: TimeDelta,
) -> Freshness {
    let age = now - cursor - lag(provider);
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
    /// Why the last page that was asked for did not come, in the destination's words; or what the last round left out.
    pub trouble: Option<String>,
}

/// The window of a round that begins at the cursor: from when on is asked, and until when all of it is here then.
pub fn window(provider: Provider, cursor: DateTime<Utc>, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let longest = cursor.checked_add_signed(LONGEST_WINDOW).map_or(now, |longest| longest.min(now));
    match provider {
        // Whole days, and no day before it is final; the last ones are read again, because they may have changed.
        Provider::SearchConsole => {
            let final_until = midnight(pacific_day(now - FINAL_AFTER));
            (cursor - FINAL_AFTER, midnight(pacific_day(longest)).min(final_until))
        }
        // Its list of leads has no beginning that could be asked for: a week of it costs as much as a year.
        Provider::Thumbtack => (cursor - OVERLAP, now),
        _ => (cursor - OVERLAP, longest),
    }
}

/// The day of Search Console's, which goes by California's clock.
pub fn pacific_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Los_Angeles).date_naive()
}

/// When such a day begins.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    let begins = day.and_time(NaiveTime::MIN);
    // There the clock is never put forward at midnight.
    begins.and_local_timezone(Los_Angeles).earliest().map_or_else(|| begins.and_utc(), |begins| begins.with_timezone(&Utc))
}

/// The days that a window asks Search Console for, both included: as many beyond its end as may be final sooner.
pub fn days(from: DateTime<Utc>, until: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    (pacific_day(from), pacific_day(until + FINAL_AFTER - TimeDelta::days(1)))
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
    /// Which part of the account is the client's (a company of `CallRail`'s, a business of Thumbtack's); empty for all of it.
    pub scope: String,
    /// Between two rounds.
    pub every: TimeDelta,
    /// How old what we have may be.
    pub stale_after: TimeDelta,
    /// How far back the first round begins.
    pub since: TimeDelta,
}

words! {
    /// What a figure is of.
    pub enum Dimension {
        /// All of the site.
        Site,
        /// One of its pages.
        Page,
        /// What was searched for.
        Query,
    }
}

/// How often a site was found in one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Which day, by California's clock.
    pub day: NaiveDate,
    /// Of what.
    pub dimension: Dimension,
    /// The page's URL, or the words that were searched for; empty for all of the site.
    pub key: String,
    /// How often it was followed.
    pub clicks: i64,
    /// How often it was shown.
    pub impressions: i64,
    /// The mean place at which it was shown, in hundredths; the first one is 100.
    pub position: i64,
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
        let made = freshness(Provider::Callrail, cursor, now(), TimeDelta::minutes(15), TimeDelta::hours(2));
        assert_eq!(made, expected);
    }

    #[test]
    fn what_was_deleted_is_asked_for_as_long_as_it_is_told() {
        for (days, read) in [(0, true), (29, true), (30, false)] {
            assert_eq!(is_read(Provider::Quickbooks, QUICKBOOKS_DELETED, now() - TimeDelta::days(days), now()), read, "{days}");
        }
        let old = now() - TimeDelta::days(300);
        assert!((0..QUICKBOOKS_DELETED).all(|list| is_read(Provider::Quickbooks, list, old, now())));
    }

    #[test]
    fn a_day_of_search_console_counts_when_it_is_final() {
        // Half past two in the night of 9 June in California: of 5 June all is final.
        let now = "2026-06-09T09:30:00Z".parse().unwrap();
        let cursor = "2026-06-04T07:00:00Z".parse().unwrap();
        let (from, until) = window(Provider::SearchConsole, cursor, now);
        assert_eq!(until, "2026-06-06T07:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let (first, last) = days(from, until);
        assert_eq!((first.to_string().as_str(), last.to_string().as_str()), ("2026-06-01", "2026-06-08"));
        assert_eq!(window(Provider::SearchConsole, until, now).1, until, "nothing more is final today");
    }

    proptest! {
        #[test]
        fn windows_reach_today_in_the_end(days in 0..400_i64, seconds in 0..86_400_i64) {
            let now = now() + TimeDelta::seconds(seconds);
            for (provider, reached) in [(Provider::Callrail, now), (Provider::SearchConsole, midnight(pacific_day(now - FINAL_AFTER)))] {
                let (mut cursor, mut rounds) = (now - TimeDelta::days(days), 0);
                while cursor < reached {
                    let (from, until) = window(provider, cursor, now);
                    prop_assert!(from < cursor && until > cursor && until <= reached);
                    prop_assert!(until - cursor <= LONGEST_WINDOW);
                    (cursor, rounds) = (until, rounds + 1);
                }
                prop_assert!(rounds <= days / 6 + 1);
                let fresh = freshness(provider, reached, now, TimeDelta::minutes(15), TimeDelta::hours(2));
                prop_assert_eq!(fresh, Freshness::Fresh);
            }
        }
    }
}

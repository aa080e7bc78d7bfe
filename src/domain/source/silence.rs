//! How long a source may be silent before what we know is stale: as the configuration says, else as its own past teaches.
//!
//! The past is the four weeks before it was last heard, not before now: what fell silent does not get used to it. Of each
//! week the longest silence counts, and of the weeks the second longest: one outage, or one holiday, teaches nothing. Twice
//! as long may pass, and never less than [`FLOOR`]. A source that was heard in fewer than [`ENOUGH`] hours, or for less than
//! two weeks, has not shown its nights and Sundays yet, and nothing is expected of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, Serializer};

use crate::domain::event::Provider;
use crate::domain::words;

/// How far back the past reaches.
pub const WEEKS: usize = 4;
/// Hours in which it must have been heard, at least.
pub const ENOUGH: usize = 20;
/// From the first of them to the last, at least.
const LONG_ENOUGH: TimeDelta = TimeDelta::days(14);
/// The shortest silence that is ever taken for stale, where nothing is set.
pub const FLOOR: TimeDelta = TimeDelta::hours(6);

/// One hour in which a source was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// First.
    pub first: DateTime<Utc>,
    /// And last in that hour.
    pub last: DateTime<Utc>,
}

/// The hours that are looked at, the oldest first: up to the time when the source was last heard.
pub fn hours(last: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
    let hours = i64::try_from(WEEKS).unwrap_or(0) * 7 * 24;
    // The end of an hour is the beginning of the next; the last one must have `last` in it.
    let end = last + TimeDelta::milliseconds(1);
    (0..hours).rev().map(move |n| (end - TimeDelta::hours(n + 1), end - TimeDelta::hours(n)))
}

/// How long it may be silent, by its own past; `None` while that is too short to tell. `heard` is in order.
pub fn learn(heard: &[Heard]) -> Option<TimeDelta> {
    let (first, last) = (heard.first()?, heard.last()?);
    if heard.len() < ENOUGH || last.last - first.first < LONG_ENOUGH {
        return None;
    }
    let mut longest = [TimeDelta::zero(); WEEKS];
    for pair in heard.windows(2) {
        let (silent, ended) = (pair[1].first - pair[0].last, last.last - pair[1].first);
        let week = usize::try_from(ended.num_days() / 7).unwrap_or(0).min(WEEKS - 1);
        longest[week] = longest[week].max(silent);
    }
    longest.sort_unstable();
    // Nought where a week had none: then there is no second one to hold against an outage.
    let usual = longest[WEEKS - 2];
    (usual > TimeDelta::zero()).then(|| whole_hours(usual * 2).max(FLOOR))
}

/// Rounded up: nobody expects a source to the minute.
fn whole_hours(time: TimeDelta) -> TimeDelta {
    TimeDelta::hours((time - TimeDelta::milliseconds(1)).num_hours() + 1)
}

words! {
    /// Where an expectation is from.
    pub enum Basis {
        /// The configuration says so.
        Set,
        /// The source's own past.
        Learned,
    }
}

/// What is known of an expectation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// What the configuration says, with since when; nought for never stale.
    pub set: Option<(TimeDelta, DateTime<Utc>)>,
    /// What its past teaches.
    pub learned: Option<TimeDelta>,
    /// When the newest URL that is open was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// Whether there ever was a URL.
    pub had_url: bool,
    /// When it was last heard, by its URL or by a command; what is fetched does not count.
    pub heard_at: Option<DateTime<Utc>>,
}

/// How silent a source is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// How long it may be.
    #[serde(rename = "allowed_seconds", serialize_with = "seconds")]
    pub allowed: TimeDelta,
    /// Who says so.
    pub basis: Basis,
    /// When it was last heard; `None` when never.
    pub heard_at: Option<DateTime<Utc>>,
    /// From when on it was, or will be, silent for too long.
    pub stale_since: DateTime<Utc>,
    /// Whether it is.
    pub stale: bool,
}

fn seconds<S: Serializer>(time: &TimeDelta, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(time.num_seconds())
}

impl Expectation {
    /// How silent the source is; `None` where nothing is expected: nothing is known, it is never stale, or its URLs were
    /// closed.
    pub fn silence(&self, now: DateTime<Utc>) -> Option<Silence> {
        if self.opened_at.is_none() && (self.had_url || self.set.is_none()) {
            return None;
        }
        let (allowed, basis) = match (self.set, self.learned) {
            (Some((set, _)), _) => (set, Basis::Set),
            (None, Some(learned)) => (learned, Basis::Learned),
            (None, None) => return None,
        };
        if allowed <= TimeDelta::zero() {
            return None;
        }
        // Who opens a URL gives it time again. Where there never was one, something is expected since that was set.
        let since_set = self.set.map(|(_, at)| at).filter(|_| self.opened_at.is_none());
        let from = self.heard_at.max(self.opened_at).or(since_set)?;
        let stale_since = from.checked_add_signed(allowed)?;
        Some(Silence { allowed, basis, heard_at: self.heard_at, stale_since, stale: now >= stale_since })
    }
}

/// A source that was stale when a text was made of what it told, or is known to have left something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// Which.
    pub provider: Provider,
    /// Until when what it told is here; `None` where it never told anything.
    pub until: Option<DateTime<Utc>>,
    /// Whether it told something since then, and not all of it.
    pub left_out: bool,
}

/// What to look at when a source of this provider is silent.
pub fn advice(provider: Provider) -> &'static str {
    match provider {
        Provider::Email | Provider::Sendgrid | Provider::Mailgun => {
            "send a mail there yourself, and see whether it is still forwarded to here"
        }
        Provider::Form => "fill the form in yourself, and see whether the page still sends it here",
        Provider::Csv | Provider::Event => "see whether what brings it still runs",
        _ => "see in the provider's own log of webhooks whether it still calls this URL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn noon() -> DateTime<Utc> {
        "2026-06-01T12:00:00Z".parse().unwrap()
    }

    /// Heard at these hours before noon.
    fn heard(hours: impl IntoIterator<Item = i64>) -> Vec<Heard> {
        let mut ago: Vec<i64> = hours.into_iter().collect();
        ago.sort_unstable_by_key(|hour| -hour);
        ago.into_iter().map(|hour| noon() - TimeDelta::hours(hour)).map(|at| Heard { first: at, last: at }).collect()
    }

    /// Every hour from 8 to 17, of so many days: a night is 15 hours.
    fn office(days: std::ops::Range<i64>) -> impl Iterator<Item = i64> {
        days.flat_map(|day| (0..10).map(move |hour| day * 24 + hour))
    }

    fn closed_on_sundays() -> impl Iterator<Item = i64> {
        office(0..28).filter(|ago| ago / 24 % 7 != 3)
    }

    #[rstest]
    #[case::every_day(office(0..28).collect(), Some(30))]
    #[case::a_free_day_each_week(closed_on_sundays().collect(), Some(78))]
    #[case::one_outage_of_three_days(office(0..28).filter(|ago| !(72..144).contains(ago)).collect(), Some(30))]
    #[case::every_second_weekend(office(0..28).filter(|ago| !(72..120).contains(ago) && !(408..456).contains(ago)).collect(), Some(126))]
    #[case::around_the_clock((0..672).collect(), Some(6))]
    #[case::once_a_day((0..28).map(|day| day * 24).collect(), Some(48))]
    #[case::thirteen_days(office(0..13).collect(), None)]
    #[case::too_rare((0..9).map(|n| n * 72).collect(), None)]
    #[case::one_busy_day_long_ago(office(0..2).chain([671]).collect(), None)]
    #[case::never(vec![], None)]
    fn the_past_teaches(#[case] hours: Vec<i64>, #[case] expected: Option<i64>) {
        assert_eq!(learn(&heard(hours)).map(|allowed| allowed.num_hours()), expected);
    }

    #[test]
    fn the_hours_reach_back_four_weeks_without_a_hole() {
        let all: Vec<_> = hours(noon()).collect();
        assert_eq!(all.len(), 672);
        assert!(all.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert!(all.last().is_some_and(|(from, until)| *from < noon() && noon() < *until));
    }

    fn known() -> Expectation {
        Expectation {
            set: None,
            learned: Some(TimeDelta::hours(30)),
            opened_at: Some(noon() - TimeDelta::days(90)),
            had_url: true,
            heard_at: Some(noon() - TimeDelta::hours(29)),
        }
    }

    #[rstest]
    #[case::young(|_: &mut Expectation| {}, Some((Basis::Learned, false)))]
    #[case::old(|e: &mut Expectation| e.heard_at = Some(noon() - TimeDelta::hours(30)), Some((Basis::Learned, true)))]
    #[case::what_is_set_goes_first(|e: &mut Expectation| e.set = Some((TimeDelta::hours(12), noon())), Some((Basis::Set, true)))]
    #[case::never_stale(|e: &mut Expectation| e.set = Some((TimeDelta::zero(), noon())), None)]
    #[case::nothing_is_known(|e: &mut Expectation| e.learned = None, None)]
    #[case::a_closed_url(|e: &mut Expectation| { e.opened_at = None; e.set = Some((TimeDelta::hours(12), noon())); }, None)]
    #[case::a_new_url_gives_it_time(|e: &mut Expectation| { e.heard_at = None; e.opened_at = Some(noon() - TimeDelta::hours(29)); }, Some((Basis::Learned, false)))]
    #[case::never_heard(|e: &mut Expectation| e.heard_at = None, Some((Basis::Learned, true)))]
    #[case::by_command_alone(
        |e: &mut Expectation| *e = Expectation { set: Some((TimeDelta::hours(1), noon() - TimeDelta::hours(2))), ..Expectation::default() },
        Some((Basis::Set, true))
    )]
    #[case::by_command_and_unset(|e: &mut Expectation| { e.opened_at = None; e.had_url = false; }, None)]
    fn silence_goes_by_what_is_expected(#[case] change: fn(&mut Expectation), #[case] expected: Option<(Basis, bool)>) {
        let mut known = known();
        change(&mut known);
        assert_eq!(known.silence(noon()).map(|silence| (silence.basis, silence.stale)), expected);
    }

    proptest! {
        #[test]
        fn what_was_usual_is_never_stale(ago in prop::collection::btree_set(0..672_i64, 20..200), more in 0..672_i64) {
            let heard = heard(ago);
            if let Some(allowed) = learn(&heard) {
                prop_assert!(allowed >= FLOOR && allowed <= TimeDelta::days(28));
                // In at most one week was it ever silent for longer.
                let longer = heard.windows(2).filter(|pair| pair[1].first - pair[0].last > allowed);
                let weeks: std::collections::BTreeSet<i64> = longer.map(|pair| ((noon() - pair[1].first) - (noon() - heard[heard.len() - 1].last)).num_days() / 7).collect();
                prop_assert!(weeks.len() <= 1, "{weeks:?}");
                let known = Expectation { learned: Some(allowed), opened_at: Some(noon()), had_url: true, ..Expectation::default() };
                let silence = known.silence(noon() + TimeDelta::hours(more)).unwrap();
                prop_assert_eq!(silence.stale, TimeDelta::hours(more) >= allowed);
            }
        }
    }
}

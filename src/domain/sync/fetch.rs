//! A page of a provider's list: what is asked for, what came of it, and which page follows.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Figure, Missing, THUMBTACK_LEADS, THUMBTACK_MESSAGES, is_read, lists};
use crate::domain::event::Provider;

/// Pages of one window at most; a list that says it is longer is not followed.
pub const MOST_PAGES: i64 = 400;
/// Leads of each kind that a round asks for by name; what is left out is told.
pub const MOST_NAMED: usize = 100;
/// What a round tells that it left out, in sentences.
const MOST_TOLD: usize = 4;

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
    /// Which of the round's pages it is, from 1.
    pub page: i64,
    /// Which of the provider's lists it is on, from 0.
    pub list: i64,
    /// Which page of that list it is, from 1.
    pub at: i64,
    /// The round it belongs to: another round's page moves no cursor.
    pub round: i64,
    /// What the round has still to ask for by name.
    #[serde(default, skip_serializing_if = "Still::is_empty")]
    pub still: Still,
}

/// What a list tells of a lead: it names people.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief(pub serde_json::Value);

impl fmt::Debug for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Brief(..)")
    }
}

/// What a round has still to ask for by name, where a list leads to more than its own next page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Still {
    /// Leads to be had in full, by their ids.
    pub leads: Vec<String>,
    /// What the list tells of these, for those that cannot be had by their ids.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub briefs: BTreeMap<String, Brief>,
    /// Leads whose messages an earlier round could not have; they come before all others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<String>,
    /// Leads whose messages are to be had.
    pub threads: Vec<String>,
    /// The messages of the first of these are asked for from before this.
    pub before: Option<DateTime<Utc>>,
    /// What the round could not have so far; on its first page, what the one before it could not have.
    #[serde(skip_serializing_if = "Missing::is_empty")]
    pub missing: Missing,
    /// What the round left out so far, and why; for people.
    pub told: Vec<String>,
    /// How much more it left out than that tells.
    pub untold: u32,
}

impl Still {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether there are messages to be asked for.
    pub fn has_threads(&self) -> bool {
        !self.late.is_empty() || !self.threads.is_empty()
    }

    /// Says what was left out. The first few are enough to see what is wrong; the rest is counted.
    pub fn tell(&mut self, what: String) {
        if self.told.contains(&what) {
            return;
        }
        if self.told.len() < MOST_TOLD {
            self.told.push(what);
        } else {
            self.untold = self.untold.saturating_add(1);
        }
    }

    /// All that was left out, in one line; none where nothing was.
    pub fn left_out(&self) -> Option<String> {
        let more = (self.untold > 0).then(|| format!("and {} more", self.untold));
        let all: Vec<&str> = self.told.iter().map(String::as_str).chain(more.as_deref()).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// What came on a page. Internal.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// One payload each, as the provider's webhook would bring it.
    pub payloads: Vec<Vec<u8>>,
    /// What was measured: no payload of anybody's, and kept as it is.
    pub figures: Vec<Figure>,
    /// Whether another page of this list follows.
    pub more: bool,
    /// What is to be asked for by name after it.
    pub still: Still,
}

impl Fetch {
    /// The page that a round asks for after this one; none where it was the last.
    pub fn after(&self, page: &Page, now: DateTime<Utc>) -> Option<Self> {
        let has = |list: i64| match (self.provider, list) {
            (Provider::Thumbtack, THUMBTACK_LEADS) => !page.still.leads.is_empty(),
            (Provider::Thumbtack, THUMBTACK_MESSAGES) => page.still.has_threads(),
            _ => is_read(self.provider, list, self.from, now),
        };
        let (list, at) = if page.more {
            (self.list, self.at + 1)
        } else {
            ((self.list + 1..lists(self.provider)).find(|list| has(*list))?, 1)
        };
        Some(Self { page: self.page + 1, list, at, still: page.still.clone(), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn fetch(provider: Provider, list: i64) -> Fetch {
        let (from, until) = ("2026-06-01T14:00:00Z".parse().unwrap(), "2026-06-02T14:00:00Z".parse().unwrap());
        Fetch { provider, scope: "1".into(), from, until, page: 7, list, at: 3, round: 1, still: Still::default() }
    }

    fn still(leads: usize, threads: usize) -> Still {
        Still { leads: vec!["1".into(); leads], threads: vec!["2".into(); threads], ..Still::default() }
    }

    #[rstest]
    #[case(Provider::Callrail, 0, true, (0, 0), Some((0, 4)))]
    #[case(Provider::Callrail, 0, false, (0, 0), None)]
    #[case(Provider::SearchConsole, 1, false, (0, 0), Some((2, 1)))]
    #[case(Provider::Thumbtack, 0, false, (2, 1), Some((1, 1)))]
    #[case(Provider::Thumbtack, 0, false, (0, 1), Some((2, 1)))]
    #[case(Provider::Thumbtack, 0, false, (0, 0), None)]
    #[case(Provider::Thumbtack, 1, true, (1, 1), Some((1, 4)))]
    #[case(Provider::Thumbtack, 1, false, (0, 1), Some((2, 1)))]
    #[case(Provider::Thumbtack, 2, false, (0, 0), None)]
    fn a_page_leads_to_the_next_one(
        #[case] provider: Provider,
        #[case] list: i64,
        #[case] more: bool,
        #[case] (leads, threads): (usize, usize),
        #[case] expected: Option<(i64, i64)>,
    ) {
        let fetch = fetch(provider, list);
        let page = Page { more, still: still(leads, threads), ..Page::default() };
        let next = fetch.after(&page, fetch.until);
        assert_eq!(next.as_ref().map(|next| (next.list, next.at)), expected);
        assert!(next.is_none_or(|next| next.page == 8 && next.still == page.still && next.round == fetch.round));
    }

    #[test]
    fn messages_of_an_earlier_round_are_asked_for_too() {
        let fetch = fetch(Provider::Thumbtack, 0);
        let page = Page { still: Still { late: vec!["3".into()], ..Still::default() }, ..Page::default() };
        assert_eq!(fetch.after(&page, fetch.until).map(|next| next.list), Some(THUMBTACK_MESSAGES));
    }

    #[test]
    fn args_of_before_there_were_names_still_read() {
        let args = serde_json::to_string(&fetch(Provider::Callrail, 0)).unwrap();
        assert!(!args.contains("still"), "{args}");
        assert!(serde_json::from_str::<Fetch>(&args).unwrap() == fetch(Provider::Callrail, 0));
    }

    #[test]
    fn what_was_left_out_is_told_in_a_few_sentences() {
        let mut still = Still::default();
        (0..9).for_each(|n| still.tell(format!("{n}")));
        assert_eq!(still.told, ["0", "1", "2", "3"]);
        assert_eq!(still.left_out().unwrap(), "0; 1; 2; 3; and 5 more");
        still = Still::default();
        assert_eq!(still.left_out(), None);
        (0..9).for_each(|_| still.tell("0".to_owned()));
        assert_eq!(still.left_out().unwrap(), "0", "the same is told once");
    }

    #[test]
    fn names_of_before_they_were_counted_still_read() {
        let read: Still = serde_json::from_str(r#"{"leads":["5"],"threads":["6"],"before":null,"told":["0"]}"#).unwrap();
        let expected = Still { leads: vec!["5".into()], threads: vec!["6".into()], told: vec!["0".into()], ..Still::default() };
        assert_eq!(read, expected);
    }
}

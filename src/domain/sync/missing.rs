//! What a round could not have: it is kept with the sync, and the next round asks for it again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Leads of each kind that are kept for the next round at most.
pub const MOST_KEPT: usize = 400;

/// What a round could not have, and the next one asks for again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Missing {
    /// Leads, by their ids.
    pub leads: Vec<String>,
    /// From when until when leads were made that the list may not have named; both included.
    pub made: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Leads whose messages are missing,
    pub threads: Vec<String>,
    /// from then on,
    pub since: Option<DateTime<Utc>>,
    /// and those of the first of them before this.
    pub before: Option<DateTime<Utc>>,
}

impl Missing {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.leads.is_empty() && self.made.is_none() && self.threads.is_empty()
    }

    /// A lead to be asked for by its id; `false` where no more are kept.
    pub fn lead(&mut self, id: &str) -> bool {
        let known = self.leads.iter().any(|kept| kept == id);
        let fits = known || self.leads.len() < MOST_KEPT;
        if fits && !known {
            self.leads.push(id.to_owned());
        }
        fits
    }

    /// A lead whose messages are to be asked for from `since` on; `false` where no more are kept.
    pub fn thread(&mut self, id: &str, since: DateTime<Utc>) -> bool {
        let known = self.threads.iter().any(|kept| kept == id);
        let fits = known || self.threads.len() < MOST_KEPT;
        if fits {
            self.since = Some(self.since.map_or(since, |earlier| earlier.min(since)));
            if !known {
                self.threads.push(id.to_owned());
            }
        }
        fits
    }

    /// Leads made from then until then may be missing, and what may be already.
    pub fn made(&mut self, from: DateTime<Utc>, until: DateTime<Utc>) {
        self.made = Some(self.made.map_or((from, until), |made| (made.0.min(from), made.1.max(until))));
    }

    /// Whether a lead that was made then may be missing.
    pub fn has(&self, at: DateTime<Utc>) -> bool {
        self.made.is_some_and(|(from, until)| at >= from && at <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn it_is_bounded_and_names_nobody_twice() {
        let at: DateTime<Utc> = "2026-06-01T14:00:00Z".parse().unwrap();
        let mut missing = Missing::default();
        for _ in 0..2 {
            for n in 0..MOST_KEPT {
                assert!(missing.lead(&n.to_string()) && missing.thread(&n.to_string(), at));
            }
        }
        assert!(!missing.lead("x") && !missing.thread("x", at - TimeDelta::hours(1)));
        assert_eq!((missing.leads.len(), missing.threads.len(), missing.since), (MOST_KEPT, MOST_KEPT, Some(at)));
        assert!(missing.thread("7", at - TimeDelta::hours(1)));
        assert_eq!(missing.since, Some(at - TimeDelta::hours(1)), "from the earliest on");
    }

    #[test]
    fn the_time_that_leads_are_missing_of_only_widens() {
        let at = |hour: u32| format!("2026-06-01T{hour:02}:00:00Z").parse::<DateTime<Utc>>().unwrap();
        let mut missing = Missing::default();
        assert!(missing.is_empty() && !missing.has(at(9)));
        missing.made(at(9), at(10));
        missing.made(at(4), at(5));
        assert_eq!([3, 4, 7, 10, 11].map(|hour| missing.has(at(hour))), [false, true, true, true, false]);
        assert!(!missing.is_empty());
    }
}

//! A summary as the client's portal shows it: every field is client-safe.

use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::brief::{Subject, day, portal_next, portal_status};
use super::id::SummaryId;
use super::lead::LeadState;

/// How fresh a text is whose facts have no date.
const UNDATED: &str = "not known";

/// What is known of a draft for what stands beside its text.
#[derive(Clone, Copy, Debug)]
pub struct Filed<'a> {
    /// What it speaks of.
    pub subject: Subject,
    /// Where its lead stands.
    pub lead_state: LeadState,
    /// Where its facts come from.
    pub source_label: &'a str,
    /// The time it speaks of; empty for a draft of an earlier version of the program.
    pub period: &'a str,
    /// What happens next, of a week; empty for a draft of an earlier version of the program.
    pub next_action: &'a str,
    /// When the newest of its facts happened.
    pub evidence_at: Option<DateTime<Utc>>,
    /// Where its client is: a day is a day there.
    pub zone: Tz,
}

/// What will stand beside a text: approval copies it, and the checks tell what of it is missing. Words of ours alone: a
/// task's title may hold what somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Where the facts come from, in words for the client; empty where nobody knows.
    pub source_label: String,
    /// The time it speaks of; empty where nobody knows.
    pub period: String,
    /// Where it stands.
    pub status: &'static str,
    /// What happens next; empty where nobody knows.
    pub next_action: String,
    /// When the newest fact happened; `None` where no fact has a date.
    pub fresh_as_of: Option<DateTime<Utc>>,
}

impl Beside {
    /// Of a draft as it is filed. A day stands for a lead's period where none is known, never for a week.
    pub fn new(filed: &Filed<'_>) -> Self {
        let Filed { subject, lead_state, source_label, period, next_action, evidence_at, zone } = *filed;
        let happened = || evidence_at.map(|at| day(at.with_timezone(&zone).date_naive())).unwrap_or_default();
        let (period, status, next_action) = match subject {
            Subject::Lead if period.trim().is_empty() => (happened(), portal_status(lead_state), portal_next(lead_state)),
            Subject::Lead => (period.to_owned(), portal_status(lead_state), portal_next(lead_state)),
            Subject::Week => (period.to_owned(), "weekly summary", next_action),
        };
        let (source_label, next_action) = (source_label.trim().to_owned(), next_action.trim().to_owned());
        Self { source_label, period: period.trim().to_owned(), status, next_action, fresh_as_of: evidence_at }
    }
}

/// One published summary. Every field is client-safe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Which summary.
    pub summary_id: SummaryId,
    /// Whose portal shows it.
    pub client: String,
    /// The approved text.
    pub text: String,
    /// Hex of the SHA-256 of the text.
    pub text_hash: String,
    /// Where the facts come from, in words for the client.
    pub source_label: String,
    /// The time it speaks of, in words.
    pub period: String,
    /// Where it stands, in words of ours.
    pub status: String,
    /// What happens next.
    pub next_action: String,
    /// When the newest fact in it happened, by the clock of its client: the page tells its day, and that must be the day of the
    /// period. `None` where no fact has a date.
    pub fresh_as_of: Option<DateTime<FixedOffset>>,
    /// When a person approved it, by the same clock.
    pub approved_at: DateTime<FixedOffset>,
    /// When the portal first had it, by the same clock.
    pub published_at: DateTime<FixedOffset>,
}

impl Proof {
    /// As it is read where its client is.
    #[must_use]
    pub fn seen_in(mut self, zone: Tz) -> Self {
        let there = |at: DateTime<FixedOffset>| at.with_timezone(&zone).fixed_offset();
        self.fresh_as_of = self.fresh_as_of.map(there);
        (self.approved_at, self.published_at) = (there(self.approved_at), there(self.published_at));
        self
    }

    /// What stands beside the text, in the order of the portal: names and words; what is not said is left out.
    pub fn beside(&self) -> Vec<(&'static str, String)> {
        let fields = [
            ("Period", self.period.clone()),
            ("Source", self.source_label.clone()),
            ("Status", self.status.clone()),
            ("Next", self.next_action.clone()),
            ("Known as of", self.fresh_as_of.map_or_else(|| UNDATED.to_owned(), |at| day(at.date_naive()))),
            ("Approved", minute(self.approved_at)),
            ("Published", minute(self.published_at)),
            ("Summary", self.summary_id.to_string()),
            ("SHA-256", self.text_hash.clone()),
        ];
        fields.into_iter().filter(|(_, words)| !words.is_empty()).collect()
    }
}

/// A day with its minute, and how far its clock is from UTC; the JSON has it to the millisecond.
fn minute(at: DateTime<FixedOffset>) -> String {
    format!("{}, {}", day(at.date_naive()), at.format("%H:%M %:z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::lead(Subject::Lead, "1 June 2026", "", true, ("1 June 2026", "The customer is contacted", true))]
    #[case::a_day_for_a_lead(Subject::Lead, "", "", true, ("1 June 2026", "The customer is contacted", true))]
    #[case::nothing_has_a_date(Subject::Lead, " ", "", false, ("", "The customer is contacted", false))]
    #[case::week(Subject::Week, "1 – 7 June 2026", "2 wait", true, ("1 – 7 June 2026", "2 wait", true))]
    #[case::no_day_for_a_week(Subject::Week, "", "", true, ("", "", true))]
    fn nothing_is_said_that_nobody_knows(
        #[case] subject: Subject,
        #[case] period: &str,
        #[case] next_action: &str,
        #[case] dated: bool,
        #[case] stands: (&str, &str, bool),
    ) {
        // In Austin it is still the evening before.
        let evidence_at = dated.then(|| "2026-06-02T01:00:00Z".parse().unwrap());
        let (zone, source_label) = (Tz::America__Chicago, "phone call");
        let filed = Filed { subject, lead_state: LeadState::New, source_label, period, next_action, evidence_at, zone };
        let beside = Beside::new(&filed);
        assert_eq!((beside.period.as_str(), beside.next_action.as_str(), beside.fresh_as_of.is_some()), stands);
    }
}

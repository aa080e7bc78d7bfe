//! A summary as the client's portal shows it: every field is client-safe.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::brief::day;
use super::id::SummaryId;

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
    /// When the newest fact in it happened.
    pub fresh_as_of: DateTime<Utc>,
    /// When a person approved it.
    pub approved_at: DateTime<Utc>,
    /// When the portal first had it.
    pub published_at: DateTime<Utc>,
}

impl Proof {
    /// What stands beside the text, in the order of the portal: names and words; what is not said is left out.
    pub fn beside(&self) -> Vec<(&'static str, String)> {
        let fields = [
            ("Period", self.period.clone()),
            ("Source", self.source_label.clone()),
            ("Status", self.status.clone()),
            ("Next", self.next_action.clone()),
            ("Known as of", day(self.fresh_as_of.date_naive())),
            ("Approved", self.approved_at.to_rfc3339()),
            ("Published", self.published_at.to_rfc3339()),
            ("Summary", self.summary_id.to_string()),
            ("SHA-256", self.text_hash.clone()),
        ];
        fields.into_iter().filter(|(_, words)| !words.is_empty()).collect()
    }
}

//! Drafts and summaries: AI-written text that is internal, and the approved text that a client may read.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::check::Frame;
use super::id::{ClientId, DraftId, LeadId, PersonId, SummaryId};
use super::journal::sha256;
use super::known::Known;
use super::severities::Severities;
use super::span::{Finding, FindingKind};
use super::text::Untrusted;
use super::words;

words! {
    /// Where a draft stands.
    pub enum DraftState { Pending, InReview, Approved, Rejected, Superseded }
}

words! {
    /// What happens to a draft.
    pub enum DraftAct { Claim, Release, Approve, Reject, Supersede, Reopen }
}

words! {
    /// Where a summary stands.
    pub enum SummaryState { Approved, Published, Withdrawn }
}

words! {
    /// Why a reviewer sends a draft away.
    pub enum RejectReason { Wrong, Unsafe, Unclear, Duplicate, NotNeeded }
}

/// An act that the state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is {state}")]
pub struct BadDraftAct {
    /// Where it stands.
    pub state: DraftState,
    /// What was tried.
    pub act: DraftAct,
}

impl DraftState {
    /// Whether no verdict is asked for any more.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected | Self::Superseded)
    }

    /// The state after an act.
    ///
    /// # Errors
    /// [`BadDraftAct`] when the act has no meaning in this state. Approval needs a claim first.
    pub fn after(self, act: DraftAct) -> Result<Self, BadDraftAct> {
        use DraftAct as A;
        use DraftState as S;
        match (self, act) {
            (S::Pending | S::InReview, A::Claim) => Ok(S::InReview),
            // An approved one only once what was approved is withdrawn.
            (S::InReview, A::Release) | (S::Rejected | S::Approved, A::Reopen) => Ok(S::Pending),
            (S::InReview, A::Approve) => Ok(S::Approved),
            (S::InReview, A::Reject) => Ok(S::Rejected),
            (S::Pending | S::InReview, A::Supersede) => Ok(S::Superseded),
            (state, act) => Err(BadDraftAct { state, act }),
        }
    }
}

/// One numbered line of what is known, and the record it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceLine {
    /// 1 for the first; drafts cite it.
    pub n: i64,
    /// What is known.
    pub text: Untrusted,
    /// The record it comes from, such as `E-17`.
    pub source: String,
}

/// A draft as a list and the review screen show it. Its text is internal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// The number of its reference.
    pub number: i64,
    /// Raised by every change.
    pub version: i64,
    /// Where it stands.
    pub state: DraftState,
    /// Whose portal it is for.
    pub client_id: ClientId,
    /// That client's name.
    pub client: String,
    /// The lead it speaks of.
    pub lead_id: LeadId,
    /// The number of that lead's reference.
    pub lead_number: i64,
    /// What it is about, in a few words.
    pub title: Untrusted,
    /// Which model wrote it.
    pub model: Untrusted,
    /// Who works on it.
    pub claimed_by: Option<PersonId>,
    /// That person's name.
    pub claimed_name: Option<String>,
    /// Until when the claim holds without activity.
    pub claim_until: Option<DateTime<Utc>>,
    /// Findings that stop approval, in the text as it stands.
    pub blocks: i64,
    /// Findings to look at.
    pub warns: i64,
    /// When it was filed.
    pub created_at: DateTime<Utc>,
}

/// That a text may pass although a check blocks it: asked by one person, decided by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Override {
    /// Its id.
    pub id: Uuid,
    /// Who asked.
    pub asked_by: String,
    /// The kinds of findings that would pass.
    pub kinds: String,
    /// Why it was asked.
    pub why: String,
    /// SHA-256 of the one text it is about.
    #[serde(skip)]
    pub text_hash: Vec<u8>,
    /// The very findings it is about; `None` where it names kinds alone. Internal.
    #[serde(skip)]
    pub spans: Option<Spans>,
    /// Who let it pass; `None` while nobody has.
    pub granted_by: Option<String>,
}

/// Findings that a request to let a text pass is about, by kind and what was found. Internal: they repeat what must not leave.
#[derive(Clone, PartialEq, Eq)]
pub struct Spans(Vec<(String, String)>);

impl Spans {
    /// Those of some findings.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut spans: Vec<(String, String)> =
            findings.into_iter().map(|finding| (finding.kind.to_string(), essence(finding))).collect();
        spans.sort_unstable();
        spans.dedup();
        Self(spans)
    }

    /// To be kept.
    pub fn to_json(&self) -> String {
        serde_json::json!(self.0).to_string()
    }

    fn have(&self, finding: &Finding) -> bool {
        let what = essence(finding);
        self.0.iter().any(|(kind, asked)| kind == finding.kind.as_str() && *asked == what)
    }
}

/// What a finding is about. What stands beside the text is told at its last word, whatever it is: there the reason tells, but
/// for its figures, which grow by the day.
fn essence(finding: &Finding) -> String {
    match finding.kind {
        FindingKind::PossibleDuplicate | FindingKind::PossibleSpam | FindingKind::DataQuality => finding.reason.clone(),
        FindingKind::StaleData => finding.reason.chars().filter(|c| !c.is_ascii_digit()).collect(),
        _ => finding.text.clone(),
    }
}

/// As they were kept; what cannot be read lets nothing pass.
impl From<String> for Spans {
    fn from(json: String) -> Self {
        Self(serde_json::from_str(&json).unwrap_or_default())
    }
}

impl std::fmt::Debug for Spans {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} spans", self.0.len())
    }
}

/// Whether a request of these kinds and findings is about a finding. A value that became known later is another finding, and
/// was never decided.
pub fn is_asked_for(kinds: &str, spans: Option<&Spans>, finding: &Finding) -> bool {
    match spans {
        Some(spans) => spans.have(finding),
        None => kinds.split(", ").any(|kind| kind == finding.kind.as_str()),
    }
}

impl Override {
    /// Whether it is about this very text.
    pub fn is_about(&self, text: &str) -> bool {
        self.text_hash == sha256(text.trim().as_bytes())
    }

    /// Whether a finding is among those that were asked for.
    pub fn lets(&self, finding: &Finding) -> bool {
        is_asked_for(&self.kinds, self.spans.as_ref(), finding)
    }
}

/// A draft with all that the review screen needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DraftDetail {
    /// The draft.
    pub draft: Draft,
    /// What the model wrote.
    pub text: Untrusted,
    /// Whether the model was asked to cite its evidence.
    pub asked_to_cite: bool,
    /// The client-safe text as far as it has got; starts as the model's text.
    pub work: Untrusted,
    /// Raised by every saved change of `work`.
    pub work_version: i64,
    /// Who saved `work` last; `None` while nobody has.
    pub worked_by: Option<String>,
    /// When that was.
    pub worked_at: Option<DateTime<Utc>>,
    /// What is known.
    pub evidence: Vec<EvidenceLine>,
    /// The lead's own name, which must not stand in a summary.
    pub lead_name: Untrusted,
    /// Where the evidence comes from, in words for the client: `phone call`, `website form`.
    pub source_label: String,
    /// When the newest evidence happened.
    pub evidence_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// Since when more is known than it was made from.
    pub newer_at: Option<DateTime<Utc>>,
    /// The newest request to let a text of it pass.
    pub overriding: Option<Override>,
    /// What is stored around it and must not stand in its text.
    #[serde(skip)]
    pub known: Vec<Known>,
    /// Where its facts are from, how old they are, and what is doubted of its leads.
    #[serde(skip)]
    pub frame: Frame,
    /// What its client lets weigh more or less than usual.
    #[serde(skip)]
    pub severities: Severities,
}

/// A client-safe text that a person approved. Each approval is a new, immutable version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Its id.
    pub id: SummaryId,
    /// The number of its reference.
    pub number: i64,
    /// Raised by every change of its state.
    pub version: i64,
    /// Where it stands.
    pub state: SummaryState,
    /// The draft it was made from.
    pub draft_id: DraftId,
    /// Whose portal shows it.
    pub client_id: ClientId,
    /// That client's name.
    pub client: String,
    /// The lead it speaks of.
    pub lead_id: LeadId,
    /// The number of that lead's reference.
    pub lead_number: i64,
    /// The approved text.
    pub text: String,
    /// Hex of the SHA-256 of the text.
    pub text_hash: String,
    /// Where the facts come from, in words for the client.
    pub source_label: String,
    /// Who approved it.
    pub approved_by: String,
    /// When.
    pub approved_at: DateTime<Utc>,
    /// When the portal first had it.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Why it was taken back.
    pub withdrawn_why: Option<String>,
}

/// How the note of a draft begins that waits again because a verdict was undone.
pub const REJECTION_UNDONE: &str = "rejection taken back";
/// The same of an approval; the reason that stands for none, too.
pub const APPROVAL_UNDONE: &str = "approval undone";

/// The note of a draft whose verdict was undone: what, by whom, and why.
pub fn undone_note(what: &str, by: &str, why: Option<&str>) -> String {
    let why = why.map(str::trim).filter(|why| !why.is_empty() && *why != what);
    let told = why.map(|why| format!(": {why}")).unwrap_or_default();
    format!("{what} by {by}{told}")
}

/// The note of a draft that waits again, as it is told: nobody sent it back where a verdict was undone.
pub fn told_note(note: &str) -> String {
    let undone = [REJECTION_UNDONE, APPROVAL_UNDONE].iter().any(|undone| note.starts_with(undone));
    if undone { note.to_owned() } else { format!("sent back: {note}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::legal::{reachable, walk};
    use proptest::prelude::*;
    use strum::VariantArray;

    #[test]
    fn a_note_tells_how_the_draft_came_to_wait_again() {
        assert_eq!(told_note("which valve? (rosa)"), "sent back: which valve? (rosa)");
        let undone = undone_note(REJECTION_UNDONE, "ben", Some("too hasty"));
        assert_eq!(told_note(&undone), "rejection taken back by ben: too hasty");
        assert_eq!(told_note(&undone_note(APPROVAL_UNDONE, "ben", Some(APPROVAL_UNDONE))), "approval undone by ben");
    }

    #[test]
    fn every_state_can_be_reached() {
        assert_eq!(reachable(DraftState::Pending, DraftState::after), DraftState::VARIANTS);
    }

    proptest! {
        #[test]
        fn no_acts_lead_a_draft_astray(acts in proptest::collection::vec(proptest::sample::select(DraftAct::VARIANTS), 0..40)) {
            for (before, act, after) in walk(DraftState::Pending, &acts, DraftState::after) {
                prop_assert!(before != DraftState::Superseded, "{before} is final");
                prop_assert!(!matches!(before, DraftState::Approved | DraftState::Rejected) || act == DraftAct::Reopen);
                prop_assert!(after != DraftState::Approved || before == DraftState::InReview, "approved without a claim");
            }
        }
    }
}

//! The trace: everything that happened to one record in one timeline, each output with its recovery rule (C12).

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::doubt::Doubt;
use super::draft::DraftState;
use super::id::Ref;
use super::job::{DeliveryMode, JobKind, JobState};
use super::quality::Fault;
use super::text::Untrusted;
use super::words;

words! {
    /// What a line of the timeline is.
    pub enum StepKind { Event, Journal, Job, Attempt, Task, Draft, Summary }
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// When.
    pub at: DateTime<Utc>,
    /// What it is.
    pub kind: StepKind,
    /// The record it belongs to, to jump to.
    pub record: Option<Ref>,
    /// Who: a person, the worker, intake, an automation.
    pub who: String,
    /// Where it came from or went to.
    pub source: String,
    /// How it stands.
    pub status: String,
    /// What happened, in a line.
    pub what: Untrusted,
    /// What to do when it went wrong.
    pub recovery: String,
}

/// One record with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// What it is of.
    pub record: Ref,
    /// A heading.
    pub title: Untrusted,
    /// Name and value of its fields, in order.
    pub fields: Vec<(String, Untrusted)>,
    /// What is missing in the record or contradicts itself; of a lead.
    pub faults: Vec<Fault>,
    /// What was doubted of it, settled or not; of a lead.
    pub doubts: Vec<Doubt>,
    /// The timeline, oldest first.
    pub steps: Vec<Step>,
    /// Whether older steps were left out.
    pub cut: bool,
}

/// What to do when a job stands so: the recovery rule of its output (C12).
pub fn job_recovery(kind: JobKind, state: JobState, mode: DeliveryMode) -> &'static str {
    match state {
        JobState::Armed => "undo until it leaves",
        JobState::Scheduled | JobState::Ready | JobState::Running => "none needed; cancel before it runs",
        JobState::Retrying => match mode {
            DeliveryMode::Keyed => "retried by itself with the same key",
            DeliveryMode::Reconcile => "looked up at the provider, then retried",
            DeliveryMode::Once => "retried only because nothing left",
        },
        JobState::Held => "released when the destination runs again",
        JobState::Succeeded => match kind {
            JobKind::PortalPublish => "withdraw the summary",
            JobKind::Message | JobKind::ReviewRequest => "cannot be taken back; write again",
            JobKind::CrmHandoff | JobKind::ProviderSync | JobKind::Enrichment => {
                "correct at the destination; the key keeps it single"
            }
            JobKind::AiDraft => "reject the draft",
        },
        JobState::Unknown => "ask the destination, then resolve; never retried blindly",
        JobState::Dead => "mend the cause, then replay as a new job",
        JobState::Cancelled => "replay as a new job",
    }
}

/// What to do when a draft stands so.
pub fn draft_recovery(state: DraftState) -> &'static str {
    match state {
        DraftState::Pending | DraftState::InReview => "reject it with a reason",
        DraftState::Approved => "withdraw the summary",
        DraftState::Rejected => "reopen, or file a new draft",
        DraftState::Superseded => "review the newer draft",
    }
}

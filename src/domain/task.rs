//! Tasks: what a person must do, by when, and who is asked next.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::id::{ClientId, DraftId, JobId, LeadId, PayloadId, PersonId, TaskId};
use super::lead::Urgency;
use super::text::Untrusted;
use super::words;

words! {
    /// Where a task stands. Snoozing keeps it open, but out of the list until its time.
    pub enum TaskState { Open, Done, Dropped }
}

words! {
    /// Why there is a task.
    pub enum TaskKind { CallBack, ReviewQuote, DataQuality, UnknownOutcome, Incident, Other }
}

words! {
    /// What a person does to a task.
    pub enum TaskAct { Finish, Drop, Reopen, Snooze, Assign, Escalate }
}

/// An act that the state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is {state}")]
pub struct BadTaskAct {
    /// Where it stands.
    pub state: TaskState,
    /// What was tried.
    pub act: TaskAct,
}

impl TaskState {
    /// The state after an act.
    ///
    /// # Errors
    /// [`BadTaskAct`] when the act has no meaning in this state.
    pub fn after(self, act: TaskAct) -> Result<Self, BadTaskAct> {
        use TaskAct as A;
        match (self, act) {
            (Self::Open, A::Finish) => Ok(Self::Done),
            (Self::Open, A::Drop) => Ok(Self::Dropped),
            (Self::Open, A::Snooze | A::Assign | A::Escalate) | (Self::Done | Self::Dropped, A::Reopen) => Ok(Self::Open),
            (state, act) => Err(BadTaskAct { state, act }),
        }
    }
}

/// A task as a list and a header show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The number of its reference.
    pub number: i64,
    /// Raised by every change.
    pub version: i64,
    /// Why there is a task.
    pub kind: TaskKind,
    /// Where it stands.
    pub state: TaskState,
    /// What to do, in a line.
    pub title: Untrusted,
    /// Whose lead it concerns.
    pub client_id: ClientId,
    /// That client's name.
    pub client: String,
    /// The lead it concerns.
    pub lead_id: Option<LeadId>,
    /// The number of that lead's reference.
    pub lead_number: Option<i64>,
    /// The job it concerns.
    pub job_id: Option<JobId>,
    /// The draft it concerns.
    pub draft_id: Option<DraftId>,
    /// The payload it concerns.
    pub payload_id: Option<PayloadId>,
    /// Who must do it.
    pub owner_id: Option<PersonId>,
    /// That person's name.
    pub owner: Option<String>,
    /// How soon.
    pub urgency: Urgency,
    /// By when.
    pub due_at: DateTime<Utc>,
    /// Out of the list until then.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// How often it was passed on because nobody acted.
    pub escalation: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::legal::{reachable, walk};
    use proptest::prelude::*;
    use strum::VariantArray;

    #[test]
    fn every_state_can_be_reached() {
        assert_eq!(reachable(TaskState::Open, TaskState::after), TaskState::VARIANTS);
    }

    proptest! {
        #[test]
        fn a_closed_task_is_only_reopened(acts in proptest::collection::vec(proptest::sample::select(TaskAct::VARIANTS), 0..40)) {
            for (before, act, after) in walk(TaskState::Open, &acts, TaskState::after) {
                prop_assert!(before == TaskState::Open || act == TaskAct::Reopen);
                prop_assert!(before == TaskState::Open || after == TaskState::Open);
            }
        }
    }
}

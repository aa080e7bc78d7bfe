//! Jobs and attempts: queued work toward the outside, the states it passes, and what may be done to it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::id::{ClientId, DestinationId, JobId, LeadId};
use super::replay::{NOT_ARRIVED, Past, Replay, ReplayVerdict, judge};
use super::text::Untrusted;
use super::words;

words! {
    /// What kind of outward work it is.
    pub enum JobKind { CrmHandoff, Message, ProviderSync, Enrichment, AiDraft, ReviewRequest, PortalPublish }
}

words! {
    /// Where a job stands.
    pub enum JobState {
        /// Made by an operator; may be undone until it is claimed, for ten seconds at least.
        Armed,
        Scheduled, Ready, Running,
        /// Failed, and will be tried again.
        Retrying,
        /// Its destination is paused.
        Held,
        Succeeded,
        /// May have reached somebody; never retried blindly.
        Unknown,
        /// Budget spent, window closed, or a permanent error.
        Dead,
        Cancelled,
    }
}

words! {
    /// What stops a repeated request from having a second effect.
    pub enum DeliveryMode {
        /// The destination dedupes on our key.
        Keyed,
        /// The destination can be asked before sending again.
        Reconcile,
        /// It cannot be asked.
        Once,
    }
}

words! {
    /// Why a job is dead.
    pub enum DeadReason { Budget, Window, Permanent, Poison }
}

words! {
    /// What happens to a job, by a person, the clock, the worker or the breaker.
    pub enum JobAct {
        /// Its time has come (scheduled, retrying), or its undo window ended (armed).
        ComeDue,
        Claim,
        Succeed,
        /// Failed with budget left.
        FailAgain,
        /// Failed for good.
        Die,
        /// May have left.
        LoseTrack,
        /// Lease handed back, or lost before anything left.
        Return,
        /// Not yet: quiet hours, or a limit; it waits for a better time.
        Defer,
        /// The destination was paused.
        Hold,
        /// The destination runs again.
        Release,
        Cancel,
        /// A person says: now.
        RetryNow,
        /// A person recalls what was just armed: new work is not done.
        Recall,
        /// A person recalls an early retry: it waits for its turn again.
        PutBack,
        /// A person settles an unknown outcome: it did arrive.
        ResolveArrived,
        /// A person settles an unknown outcome: it did not arrive.
        ResolveLost,
    }
}

/// An act that the state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is {state}")]
pub struct BadJobAct {
    /// Where it stands.
    pub state: JobState,
    /// What was tried.
    pub act: JobAct,
}

impl JobState {
    /// The state after an act (DESIGN 4).
    ///
    /// # Errors
    /// [`BadJobAct`] when the act has no meaning in this state. A replay is not an act on a job: it makes a new one.
    pub fn after(self, act: JobAct) -> Result<Self, BadJobAct> {
        use JobAct as A;
        use JobState as S;
        match (self, act) {
            (S::Scheduled | S::Retrying | S::Armed, A::ComeDue) | (S::Running, A::Return) => Ok(S::Ready),
            (S::Ready, A::Defer) => Ok(S::Scheduled),
            (S::Ready, A::Claim) => Ok(S::Running),
            (S::Running, A::Succeed) | (S::Unknown, A::ResolveArrived) => Ok(S::Succeeded),
            (S::Running, A::FailAgain) | (S::Armed, A::PutBack) => Ok(S::Retrying),
            (S::Running | S::Ready | S::Retrying | S::Scheduled | S::Held, A::Die) | (S::Unknown, A::ResolveLost) => Ok(S::Dead),
            (S::Running, A::LoseTrack) => Ok(S::Unknown),
            (S::Running | S::Ready | S::Retrying | S::Scheduled, A::Hold) => Ok(S::Held),
            (S::Held, A::Release) => Ok(S::Ready),
            (S::Armed | S::Scheduled | S::Ready | S::Retrying | S::Held, A::Cancel) | (S::Armed, A::Recall) => Ok(S::Cancelled),
            (S::Scheduled | S::Retrying, A::RetryNow) => Ok(S::Armed),
            (state, act) => Err(BadJobAct { state, act }),
        }
    }

    /// Whether nothing more will happen to it by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Dead | Self::Cancelled)
    }

    /// Whether a new job may be made from it: its own history is never overwritten.
    pub fn may_replay(self) -> bool {
        matches!(self, Self::Dead | Self::Cancelled | Self::Unknown)
    }
}

words! {
    /// How one attempt ended.
    pub enum AttemptOutcome { Running, Succeeded, Failed, RateLimited, TimedOut, Refused, MayHaveLeft, LeaseLost, Returned }
}

/// One try of a job, as the trace shows it. Request and answer bodies stay internal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// 1 for the first.
    pub n: i64,
    /// When its intent was committed; the request left after this.
    pub started_at: DateTime<Utc>,
    /// When its result was committed.
    pub finished_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The destination's status code, where it speaks HTTP.
    pub status: Option<i64>,
    /// Milliseconds from request to answer.
    pub latency_ms: Option<i64>,
    /// What went wrong, in the destination's words.
    pub error: Option<Untrusted>,
    /// What failures of this kind are grouped by.
    pub signature: Option<String>,
    /// Milliseconds the destination asked us to wait.
    pub retry_after_ms: Option<i64>,
}

/// A job as a list and a header show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The number of its reference.
    pub number: i64,
    /// Raised by every change.
    pub version: i64,
    /// What kind of work it is.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// Whose lead it concerns.
    pub client_id: ClientId,
    /// That client's name.
    pub client: String,
    /// The lead it concerns (C8), unless it concerns the client as a whole.
    pub lead_id: Option<LeadId>,
    /// The number of that lead's reference.
    pub lead_number: Option<i64>,
    /// Where it goes.
    pub destination_id: DestinationId,
    /// That destination's name.
    pub destination: String,
    /// What kind of system it is: `crm`, `sms`, `email`, `webhook`, `portal`.
    pub destination_kind: String,
    /// What is asked of the destination, such as `contact.upsert`.
    pub operation: String,
    /// What stops a second effect.
    pub delivery_mode: DeliveryMode,
    /// The key that travels with every try.
    pub idempotency_key: String,
    /// Tries so far that counted.
    pub attempts: i64,
    /// Tries allowed.
    pub max_attempts: i64,
    /// When it is tried next.
    pub due_at: DateTime<Utc>,
    /// When trying has no more use.
    pub window_ends_at: DateTime<Utc>,
    /// Higher runs first: urgent work is never behind bulk.
    pub priority: i64,
    /// The last error, in the destination's words.
    pub last_error: Option<Untrusted>,
    /// What failures of this kind are grouped by.
    pub signature: Option<String>,
    /// Why it stands where it stands (dead, held, cancelled).
    pub reason: Option<String>,
    /// The job this one replays.
    pub replay_of: Option<JobId>,
    /// Until when an armed job can be recalled.
    pub armed_until: Option<DateTime<Utc>>,
    /// Whether a job of the same key arrived, or a newer one is on its way; told of jobs that may be replayed.
    pub applied: bool,
    /// When the first try under its key was made that may have arrived and that nobody settled; not told of jobs
    /// that run or succeeded.
    pub open_since: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Job {
    /// What trying it again would come to now; `None` while it runs.
    pub fn replay(&self, now: DateTime<Utc>) -> Option<Replay> {
        match self.state {
            JobState::Running => None,
            JobState::Armed | JobState::Scheduled | JobState::Ready | JobState::Retrying | JobState::Held => {
                let safe = |reason: &str| Some(Replay { verdict: ReplayVerdict::Safe, reason: reason.to_owned() });
                match (self.open_since, self.delivery_mode) {
                    (None, _) => safe("nothing of it is in doubt: it is tried by itself"),
                    (Some(_), DeliveryMode::Reconcile) => {
                        safe("a try may have arrived: the destination is asked before another leaves")
                    }
                    (Some(_), _) => Some(judge(&self.past(), now)),
                }
            }
            JobState::Succeeded | JobState::Unknown | JobState::Dead | JobState::Cancelled => Some(judge(&self.past(), now)),
        }
    }

    fn past(&self) -> Past {
        Past {
            state: self.state,
            mode: self.delivery_mode,
            kind: self.destination_kind.clone(),
            applied: self.applied,
            open_since: self.open_since,
            denied: self.reason.as_deref() == Some(NOT_ARRIVED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::legal::{reachable, walk};
    use proptest::prelude::*;
    use strum::VariantArray;

    /// The states a job is inserted in (DESIGN 4).
    const FIRST: [JobState; 4] = [JobState::Armed, JobState::Scheduled, JobState::Ready, JobState::Held];

    #[test]
    fn every_state_can_be_reached() {
        let reached = reachable(JobState::Scheduled, JobState::after);
        assert_eq!(reached, JobState::VARIANTS);
    }

    #[test]
    fn only_what_ended_without_success_is_replayed() {
        let replayed: Vec<_> = JobState::VARIANTS.iter().filter(|state| state.may_replay()).collect();
        assert_eq!(replayed, [&JobState::Unknown, &JobState::Dead, &JobState::Cancelled]);
    }

    proptest! {
        #[test]
        fn no_acts_lead_a_job_astray(
            first in proptest::sample::select(&FIRST),
            acts in proptest::collection::vec(proptest::sample::select(JobAct::VARIANTS), 0..60),
        ) {
            let mut claimed = false;
            for (before, act, after) in walk(first, &acts, JobState::after) {
                prop_assert!(!before.is_final(), "{before} is final");
                // Only a claimed job can have had an effect, and one that may have is settled by a person alone.
                // What is put back was tried before a person armed it again.
                claimed |= matches!(act, JobAct::Claim | JobAct::PutBack);
                prop_assert!(claimed || !matches!(after, JobState::Running | JobState::Succeeded | JobState::Unknown | JobState::Retrying));
                prop_assert!(before != JobState::Unknown || matches!(act, JobAct::ResolveArrived | JobAct::ResolveLost));
                prop_assert!(after != JobState::Running || before == JobState::Ready);
                prop_assert!(after != JobState::Cancelled || before != JobState::Running, "what runs cannot be cancelled");
            }
        }
    }
}

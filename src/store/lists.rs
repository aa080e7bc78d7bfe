//! The lists of the panes, page by page, and single records; only what the person may see.

mod columns;
mod detail;
mod directory;
pub mod proof;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::filtering::{Bind, Row, Sql, names_a_state};
use super::{Outcome, Store};
use crate::domain::act::Target;
use crate::domain::actor::Person;
use crate::domain::draft::{Draft, Summary};
use crate::domain::failure::Failure;
use crate::domain::filter::Filter;
use crate::domain::id::{DestinationId, DraftId, JobId, Kind, LeadId, Ref, SummaryId, TaskId};
use crate::domain::job::Job;
use crate::domain::lead::Lead;
use crate::domain::row::{FailureGroup, Page, Pane};
use crate::domain::task::Task;
use columns::{DRAFTS, GROUPS, JOBS, LEADS, SUMMARIES, TASKS};

/// The place of a row in its list: what it is sorted by, and its id. Opaque text for the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    at: DateTime<Utc>,
    id: Uuid,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.timestamp_millis(), self.id.simple())
    }
}

impl serde::Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that no list gave out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in a list; pass what the page before gave")]
pub struct BadCursor;

impl FromStr for Cursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (at, id) = text.split_once('.').ok_or(BadCursor)?;
        let at = at.parse().ok().and_then(DateTime::from_timestamp_millis).ok_or(BadCursor)?;
        Ok(Self { at, id: id.parse().map_err(|_| BadCursor)? })
    }
}

/// A row that a list can go on after. The filter tells the list's order: an explicit `state:` has another.
pub trait Placed {
    /// The row's place.
    fn cursor(&self, filter: &Filter) -> Cursor;
}

impl Placed for Lead {
    fn cursor(&self, _: &Filter) -> Cursor {
        Cursor { at: self.arrived_at, id: self.id.0 }
    }
}
impl Placed for Job {
    fn cursor(&self, filter: &Filter) -> Cursor {
        Cursor { at: if names_a_state(filter) { self.updated_at } else { self.due_at }, id: self.id.0 }
    }
}
impl Placed for Task {
    fn cursor(&self, filter: &Filter) -> Cursor {
        Cursor { at: if names_a_state(filter) { self.created_at } else { self.due_at }, id: self.id.0 }
    }
}
impl Placed for Draft {
    fn cursor(&self, _: &Filter) -> Cursor {
        Cursor { at: self.created_at, id: self.id.0 }
    }
}
impl Placed for Summary {
    fn cursor(&self, _: &Filter) -> Cursor {
        Cursor { at: self.approved_at, id: self.id.0 }
    }
}

/// How a list is sorted, and how it goes on.
struct Order {
    /// Before the place to go on after.
    after: &'static str,
    by: &'static str,
}

macro_rules! order {
    (newest $column:literal) => {
        Order {
            after: concat!(" and (r.", $column, ", r.id) < ("),
            by: concat!(" order by r.", $column, " desc, r.id desc limit "),
        }
    };
    (oldest $column:literal) => {
        Order { after: concat!(" and (r.", $column, ", r.id) > ("), by: concat!(" order by r.", $column, ", r.id limit ") }
    };
}

impl Store {
    async fn page<T: Row>(&self, mut sql: Sql, order: &Order, after: Option<&Cursor>, limit: i64) -> Outcome<Page<T>> {
        let limit = limit.clamp(1, 10_000);
        if let Some(cursor) = after {
            sql.push(order.after).bind(Bind::Time(cursor.at)).push(", ").bind(Bind::Id(cursor.id)).push(")");
        }
        // One more than asked for tells whether more follow.
        sql.push(order.by).bind(Bind::Number(limit + 1));
        let mut rows = self.rows(&sql).await?;
        let more = rows.len() as i64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(Page { rows, more })
    }

    fn listed(&self, select: &'static str, me: &Person, pane: Pane, filter: &Filter) -> Sql {
        let mut sql = Sql::new(select);
        sql.visible(me).matching(pane, filter, self.clock.now());
        sql
    }

    /// Leads, newest first.
    pub async fn page_leads(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Lead>> {
        self.page(self.listed(LEADS, me, Pane::Leads, filter), &order!(newest "arrived_at"), after, limit).await
    }

    /// Jobs that wait, the next first; with a `state:` in the filter those, the last changed first.
    pub async fn page_jobs(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Job>> {
        let mut sql = self.listed(JOBS, me, Pane::Queue, filter);
        let order = if names_a_state(filter) {
            order!(newest "updated_at")
        } else {
            sql.push(columns::WAITING);
            order!(oldest "due_at")
        };
        self.page(sql, &order, after, limit).await
    }

    /// Failed jobs that nobody settled, the last changed first.
    pub async fn page_failures(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Job>> {
        let mut sql = self.listed(JOBS, me, Pane::Failures, filter);
        sql.push(columns::FAILED);
        self.page(sql, &order!(newest "updated_at"), after, limit).await
    }

    /// Open tasks that are not snoozed, the next due first; with a `state:` in the filter those, the newest first.
    pub async fn page_tasks(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Task>> {
        let mut sql = self.listed(TASKS, me, Pane::Tasks, filter);
        let order = if names_a_state(filter) {
            order!(newest "created_at")
        } else {
            sql.push(columns::OPEN).bind(Bind::Time(self.clock.now())).push(")");
            order!(oldest "due_at")
        };
        self.page(sql, &order, after, limit).await
    }

    /// Drafts to review, the oldest first; with a `state:` in the filter those, the newest first.
    pub async fn page_drafts(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Draft>> {
        let mut sql = self.listed(DRAFTS, me, Pane::Review, filter);
        let order = if names_a_state(filter) {
            order!(newest "created_at")
        } else {
            sql.push(columns::TO_REVIEW);
            order!(oldest "created_at")
        };
        self.page(sql, &order, after, limit).await
    }

    /// Summaries, the last approved first.
    pub async fn page_summaries(&self, me: &Person, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Summary>> {
        let mut sql = Sql::new(SUMMARIES);
        sql.visible(me);
        self.page(sql, &order!(newest "approved_at"), after, limit).await
    }

    /// Failed jobs by destination and signature, the largest group first.
    pub async fn failure_groups(&self, me: &Person, filter: &Filter, limit: i64) -> Outcome<Page<FailureGroup>> {
        let limit = limit.clamp(1, 10_000);
        let mut sql = self.listed(GROUPS, me, Pane::Failures, filter);
        sql.push(columns::FAILED).push(columns::GROUPED).bind(Bind::Number(limit + 1));
        let mut rows = self.rows(&sql).await?;
        let more = rows.len() as i64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(Page { rows, more })
    }

    /// The jobs of one failure group, the last changed first.
    pub async fn group_jobs(&self, me: &Person, destination: DestinationId, signature: &str, limit: i64) -> Outcome<Page<Job>> {
        let mut sql = Sql::new(JOBS);
        sql.visible(me).push(columns::FAILED).push(" and r.destination_id = ").bind(Bind::Id(destination.0));
        sql.push(" and r.signature = ").bind(Bind::Text(signature.to_owned()));
        self.page(sql, &order!(newest "updated_at"), None, limit).await
    }

    async fn one<T: Row>(&self, select: &'static str, me: &Person, kind: Kind, id: Uuid) -> Outcome<T> {
        let mut sql = Sql::new(select);
        sql.visible(me).push(" and r.id = ").bind(Bind::Id(id));
        self.rows(&sql).await?.pop().ok_or_else(|| Failure::NotFound(format!("that {kind}")))
    }

    /// One lead.
    pub async fn lead(&self, me: &Person, id: LeadId) -> Outcome<Lead> {
        self.one(LEADS, me, Kind::Lead, id.0).await
    }

    /// One job.
    pub async fn job(&self, me: &Person, id: JobId) -> Outcome<Job> {
        self.one(JOBS, me, Kind::Job, id.0).await
    }

    /// One task.
    pub async fn task(&self, me: &Person, id: TaskId) -> Outcome<Task> {
        self.one(TASKS, me, Kind::Task, id.0).await
    }

    /// One draft.
    pub async fn draft(&self, me: &Person, id: DraftId) -> Outcome<Draft> {
        self.one(DRAFTS, me, Kind::Draft, id.0).await
    }

    /// One summary.
    pub async fn summary(&self, me: &Person, id: SummaryId) -> Outcome<Summary> {
        self.one(SUMMARIES, me, Kind::Summary, id.0).await
    }
}

impl Store {
    /// What a reference points at, of any kind.
    ///
    /// # Errors
    /// `NotFound` also when the person may not see it: the two must not be told apart.
    pub async fn find(&self, me: &Person, record: Ref) -> Outcome<Target> {
        let (select, of_a_client) = columns::identity(record.kind);
        let mut sql = Sql::new(select);
        if of_a_client {
            sql.visible(me);
        }
        sql.push(" and r.number = ").bind(Bind::Number(record.number));
        let found: Option<columns::Identity> = self.rows(&sql).await?.pop();
        let found = found.ok_or_else(|| Failure::NotFound(record.to_string()))?;
        Ok(Target { record, id: found.id, version: found.version })
    }
}

impl Store {
    /// Everything that matches now, for a bulk act: the set does not grow while it is worked on.
    pub async fn freeze(&self, me: &Person, pane: Pane, filter: &Filter, limit: i64) -> Outcome<Vec<Target>> {
        fn targets<T>(page: &Page<T>, target: impl Fn(&T) -> Target) -> Vec<Target> {
            page.rows.iter().map(target).collect()
        }
        let job = |row: &Job| Target { record: Ref::new(Kind::Job, row.number), id: row.id.0, version: row.version };
        Ok(match pane {
            Pane::Leads => targets(&self.page_leads(me, filter, None, limit).await?, |row| Target {
                record: Ref::new(Kind::Lead, row.number),
                id: row.id.0,
                version: row.version,
            }),
            Pane::Failures => targets(&self.page_failures(me, filter, None, limit).await?, job),
            Pane::Queue => targets(&self.page_jobs(me, filter, None, limit).await?, job),
            Pane::Tasks => targets(&self.page_tasks(me, filter, None, limit).await?, |row| Target {
                record: Ref::new(Kind::Task, row.number),
                id: row.id.0,
                version: row.version,
            }),
            Pane::Review => targets(&self.page_drafts(me, filter, None, limit).await?, |row| Target {
                record: Ref::new(Kind::Draft, row.number),
                id: row.id.0,
                version: row.version,
            }),
        })
    }
}

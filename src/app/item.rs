//! A row of any list: one type, so that cursor, marks, bulk and painting are written once.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::message::Rows;
use crate::domain::act::Target;
use crate::domain::draft::Draft;
use crate::domain::id::{DestinationId, Kind, Ref};
use crate::domain::job::Job;
use crate::domain::lead::Lead;
use crate::domain::replay::Replay;
use crate::domain::row::FailureGroup;
use crate::domain::task::Task;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A lead.
    Lead(Lead),
    /// Jobs that failed alike.
    Group(FailureGroup),
    /// A job.
    Job(Job),
    /// A task.
    Task(Task),
    /// A draft.
    Draft(Draft),
}

/// What a row is known by, wherever it stands in the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemId {
    /// A record.
    Record(Uuid),
    /// A failure group: where, and how it failed.
    Group(DestinationId, String),
}

impl Item {
    /// What it is known by.
    pub fn id(&self) -> ItemId {
        match self {
            Self::Group(group) => ItemId::Group(group.destination_id, group.signature.clone()),
            Self::Lead(lead) => ItemId::Record(lead.id.0),
            Self::Job(job) => ItemId::Record(job.id.0),
            Self::Task(task) => ItemId::Record(task.id.0),
            Self::Draft(draft) => ItemId::Record(draft.id.0),
        }
    }

    /// What an act on it is aimed at; a group is no record.
    pub fn target(&self) -> Option<Target> {
        let (kind, number, id, version) = match self {
            Self::Group(_) => return None,
            Self::Lead(lead) => (Kind::Lead, lead.number, lead.id.0, lead.version),
            Self::Job(job) => (Kind::Job, job.number, job.id.0, job.version),
            Self::Task(task) => (Kind::Task, task.number, task.id.0, task.version),
            Self::Draft(draft) => (Kind::Draft, draft.number, draft.id.0, draft.version),
        };
        Some(Target { record: Ref::new(kind, number), id, version })
    }

    /// Its version; a group has none.
    pub(super) fn version(&self) -> Option<i64> {
        self.target().map(|target| target.version)
    }

    /// What trying a job again would come to now; `None` where the question means nothing.
    pub fn replay(&self, now: DateTime<Utc>) -> Option<Replay> {
        match self {
            Self::Job(job) => job.replay(now),
            Self::Lead(_) | Self::Group(_) | Self::Task(_) | Self::Draft(_) => None,
        }
    }

    /// What people call it.
    pub fn record(&self) -> Option<Ref> {
        self.target().map(|target| target.record)
    }

    /// A few words for previews and popups: the reference, and what tells it from its neighbours.
    pub fn label(&self) -> String {
        let record = self.record().map(|record| format!("{record}  ")).unwrap_or_default();
        let what = match self {
            Self::Lead(lead) => format!("{} · {}", lead.name.shown(), lead.service.shown()),
            Self::Group(group) => format!("{} · {}", shown(&group.destination), shown(&group.signature)),
            Self::Job(job) => {
                let whose = job.lead_number.map_or_else(|| format!("for {}", shown(&job.client)), of_lead);
                let kind = job.kind.as_str().replace('_', " ");
                format!("{kind} {whose} → {} · {}", shown(&job.destination), job.state)
            }
            Self::Task(task) => task.title.shown().into_owned(),
            Self::Draft(draft) => format!("{} · {}", shown(&draft.client), draft.title.shown()),
        };
        format!("{record}{what}")
    }

    /// The rows of an answer.
    pub fn all(rows: Rows) -> (Vec<Self>, bool) {
        match rows {
            Rows::Leads(page) => (page.rows.into_iter().map(Self::Lead).collect(), page.more),
            Rows::Groups(page) => (page.rows.into_iter().map(Self::Group).collect(), page.more),
            Rows::Jobs(page) => (page.rows.into_iter().map(Self::Job).collect(), page.more),
            Rows::Tasks(page) => (page.rows.into_iter().map(Self::Task).collect(), page.more),
            Rows::Drafts(page) => (page.rows.into_iter().map(Self::Draft).collect(), page.more),
        }
    }
}

/// Whose a job is: `of L-2041`.
pub(super) fn of_lead(number: i64) -> String {
    format!("of {}", Ref::new(Kind::Lead, number))
}

/// Names of clients, destinations and people, and signatures, are trusted less than their types say: they can be
/// made from imported words, and cost nothing to neutralise.
pub fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    crate::domain::text::neutralise(text)
}

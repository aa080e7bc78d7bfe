//! Where a row stands in its list, and how lists are sorted and go on.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::draft::{Draft, Summary};
use crate::domain::filter::{Filter, Sort};
use crate::domain::job::Job;
use crate::domain::lead::Lead;
use crate::domain::task::Task;
use crate::store::filtering::names_a_state;

/// The place of a row in its list: what it is sorted by, and its id. Opaque text for the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) at: DateTime<Utc>,
    pub(super) id: Uuid,
    /// What a list is sorted by before the time; empty in most.
    pub(super) rank: String,
}

impl Cursor {
    fn plain(at: DateTime<Utc>, id: Uuid) -> Self {
        Self { at, id, rank: String::new() }
    }

    /// The place of a job among the failures, whose last changed is the first.
    pub fn of_failure(job: &Job) -> Self {
        Self::plain(job.updated_at, job.id.0)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.timestamp_millis(), self.id.simple())?;
        if self.rank.is_empty() { Ok(()) } else { write!(f, ".{}", self.rank) }
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
        let (at, rest) = text.split_once('.').ok_or(BadCursor)?;
        let (id, rank) = rest.split_once('.').unwrap_or((rest, ""));
        let at = at.parse().ok().and_then(DateTime::from_timestamp_millis).ok_or(BadCursor)?;
        Ok(Self { at, id: id.parse().map_err(|_| BadCursor)?, rank: rank.to_owned() })
    }
}

/// A row that a list can go on after. The filter tells the list's order: an explicit `state:` has another.
pub trait Placed {
    /// The row's place.
    fn cursor(&self, filter: &Filter) -> Cursor;
}

impl Placed for Lead {
    fn cursor(&self, _: &Filter) -> Cursor {
        Cursor::plain(self.arrived_at, self.id.0)
    }
}
impl Placed for Job {
    fn cursor(&self, filter: &Filter) -> Cursor {
        Cursor::plain(if names_a_state(filter) { self.updated_at } else { self.due_at }, self.id.0)
    }
}
impl Placed for Task {
    fn cursor(&self, filter: &Filter) -> Cursor {
        Cursor::plain(if names_a_state(filter) { self.created_at } else { self.due_at }, self.id.0)
    }
}
impl Placed for Draft {
    fn cursor(&self, filter: &Filter) -> Cursor {
        Cursor { rank: rank(self, filter.sort), ..Cursor::plain(self.created_at, self.id.0) }
    }
}
impl Placed for Summary {
    fn cursor(&self, _: &Filter) -> Cursor {
        Cursor::plain(self.approved_at, self.id.0)
    }
}

/// A draft's place in its list before its age is asked; the expressions of [`Order`] say the same.
fn rank(draft: &Draft, sort: Sort) -> String {
    match sort {
        Sort::Age => String::new(),
        Sort::Client => draft.client.clone(),
        Sort::Severity => match (draft.blocks, draft.warns) {
            (1.., _) => "block",
            (_, 1..) => "warn",
            _ => "y",
        }
        .to_owned(),
    }
}

/// How a list is sorted, and how it goes on.
pub(super) struct Order {
    /// Whether something goes before the time.
    pub(super) ranked: bool,
    /// Before the place to go on after.
    pub(super) after: &'static str,
    pub(super) by: &'static str,
}

macro_rules! order {
    (ranked $rank:literal) => {
        Order {
            ranked: true,
            after: concat!(" and (", $rank, ", r.created_at, r.id) > ("),
            by: concat!(" order by ", $rank, ", r.created_at, r.id limit "),
        }
    };
    (newest $column:literal) => {
        Order {
            ranked: false,
            after: concat!(" and (r.", $column, ", r.id) < ("),
            by: concat!(" order by r.", $column, " desc, r.id desc limit "),
        }
    };
    (oldest $column:literal) => {
        Order {
            ranked: false,
            after: concat!(" and (r.", $column, ", r.id) > ("),
            by: concat!(" order by r.", $column, ", r.id limit "),
        }
    };
}
pub(super) use order;

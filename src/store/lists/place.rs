//! Where a row stands in its list, and how lists are sorted and go on.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::draft::{Draft, Summary};
use crate::domain::filter::Filter;
use crate::domain::job::Job;
use crate::domain::lead::Lead;
use crate::domain::task::Task;
use crate::store::filtering::names_a_state;

/// The place of a row in its list: what it is sorted by, and its id. Opaque text for the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) at: DateTime<Utc>,
    pub(super) id: Uuid,
}

impl Cursor {
    /// The place of a job among the failures, whose last changed is the first.
    pub fn of_failure(job: &Job) -> Self {
        Self { at: job.updated_at, id: job.id.0 }
    }
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
pub(super) struct Order {
    /// Before the place to go on after.
    pub(super) after: &'static str,
    pub(super) by: &'static str,
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
pub(super) use order;

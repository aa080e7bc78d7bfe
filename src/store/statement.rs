//! One statement inside a transaction: a constant SQL text and its values, on either database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::errors::failure;
use super::filtering::Row;
use super::{Outcome, Store, Tx, on_db, on_tx};
use crate::domain::failure::Failure;
use crate::domain::id::{
    ClientId, DestinationId, DraftId, EntryId, EventId, JobId, LeadId, PayloadId, PersonId, ReleaseId, SourceId, SummaryId,
    TaskId,
};

/// A value to bind; every kind may be null.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
    Id(Option<Uuid>),
    Time(Option<DateTime<Utc>>),
    Bytes(Vec<u8>),
    Flag(bool),
}

macro_rules! value_from {
    ($($from:ty => |$v:ident| $make:expr),+ $(,)?) => {$(
        impl From<$from> for Value { fn from($v: $from) -> Self { $make } }
    )+};
}
value_from! {
    &str => |v| Self::Text(Some(v.to_owned())),
    &String => |v| Self::Text(Some(v.clone())),
    String => |v| Self::Text(Some(v)),
    Option<String> => |v| Self::Text(v),
    Option<&str> => |v| Self::Text(v.map(str::to_owned)),
    i64 => |v| Self::Number(Some(v)),
    Option<i64> => |v| Self::Number(v),
    Uuid => |v| Self::Id(Some(v)),
    Option<Uuid> => |v| Self::Id(v),
    DateTime<Utc> => |v| Self::Time(Some(v)),
    Option<DateTime<Utc>> => |v| Self::Time(v),
    Vec<u8> => |v| Self::Bytes(v),
    &[u8] => |v| Self::Bytes(v.to_vec()),
    bool => |v| Self::Flag(v),
}
macro_rules! value_from_ids {
    ($($id:ty),+ $(,)?) => {$(
        impl From<$id> for Value { fn from(id: $id) -> Self { Self::Id(Some(id.0)) } }
        impl From<Option<$id>> for Value { fn from(id: Option<$id>) -> Self { Self::Id(id.map(|id| id.0)) } }
    )+};
}
value_from_ids!(
    ClientId,
    DestinationId,
    DraftId,
    EntryId,
    EventId,
    JobId,
    LeadId,
    PayloadId,
    PersonId,
    ReleaseId,
    SourceId,
    SummaryId,
    TaskId
);

/// The values of a statement, in the order of `$1`, `$2` …
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::statement::Value::from($value)),*] };
}
pub(crate) use values;

/// A query with its values bound.
macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Text(v) => query.bind(v),
                Value::Number(v) => query.bind(v),
                Value::Id(v) => query.bind(v),
                Value::Time(v) => query.bind(v),
                Value::Bytes(v) => query.bind(v),
                Value::Flag(v) => query.bind(v),
            };
        }
        query
    }};
}
pub(crate) use bound;

impl Store {
    /// The rows of a reading statement, outside any transaction.
    pub(crate) async fn read<T: Row>(&self, sql: &'static str, values: Vec<Value>) -> Outcome<Vec<T>> {
        on_db!(self, |pool| bound!(sqlx::query_as(sql), values).fetch_all(pool).await).map_err(failure)
    }
}

impl Tx {
    /// The rows of a statement.
    pub(crate) async fn all<T: Row>(&mut self, sql: &'static str, values: Vec<Value>) -> Outcome<Vec<T>> {
        self.write_before(sql).await?;
        on_tx!(self, |c| bound!(sqlx::query_as(sql), values).fetch_all(c).await).map_err(failure)
    }

    /// Its first row, where there is one: for a guarded update, no row means that the guard did not hold.
    pub(crate) async fn one<T: Row>(&mut self, sql: &'static str, values: Vec<Value>) -> Outcome<Option<T>> {
        self.write_before(sql).await?;
        self.one_now(sql, values).await
    }

    /// The same of a statement that is about one lead alone: what waits of others waits on.
    pub(crate) async fn one_of<T: Row>(&mut self, lead: LeadId, sql: &'static str, values: Vec<Value>) -> Outcome<Option<T>> {
        self.write_of(lead).await?;
        self.one_now(sql, values).await
    }

    /// The row of what was just made: that there is none is a defect, and never the number 0.
    pub(crate) async fn made<T: Row>(&mut self, sql: &'static str, values: Vec<Value>) -> Outcome<T> {
        let row = self.one(sql, values).await?;
        row.ok_or_else(|| Failure::Other("the database made a row and did not give it back".to_owned()))
    }

    async fn one_now<T: Row>(&mut self, sql: &'static str, values: Vec<Value>) -> Outcome<Option<T>> {
        on_tx!(self, |c| bound!(sqlx::query_as(sql), values).fetch_optional(c).await).map_err(failure)
    }

    /// How many rows it changed.
    pub(crate) async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Outcome<u64> {
        self.write_before(sql).await?;
        on_tx!(self, |c| bound!(sqlx::query(sql), values).execute(c).await.map(|done| done.rows_affected())).map_err(failure)
    }
}

//! One statement inside a transaction: a constant SQL text and its values, on either database.

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::errors::failure;
use super::filtering::Row;
use super::{Outcome, Store, Tx, on_db, on_tx};
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

/// Rows in one statement at most: enough to make a round trip cheap for each, few enough to keep locks short.
pub(crate) const ROWS: usize = 128;

/// A statement over many rows: `{rows}` in its text becomes `($4, $5), ($6, $7)` … after `common` values.
fn over_rows(sql: &str, common: usize, rows: usize, width: usize) -> String {
    use std::fmt::Write as _;
    let mut list = String::with_capacity(rows * width * 5);
    for row in 0..rows {
        list.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..width {
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(list, "{comma}${}", common + row * width + column + 1);
        }
        list.push(')');
    }
    sql.replacen("{rows}", &list, 1)
}

/// Rows that are written together, because nobody needs them before.
#[derive(Debug)]
pub(crate) struct Later {
    /// A statement with one of these words may need the rows, and comes after them.
    words: &'static [&'static str],
    sql: &'static str,
    rows: Vec<Vec<Value>>,
}

impl Store {
    /// The rows of a reading statement, outside any transaction.
    pub(crate) async fn read<T: Row>(&self, sql: &'static str, values: Vec<Value>) -> Outcome<Vec<T>> {
        on_db!(self, |pool| bound!(sqlx::query_as(sql), values).fetch_all(pool).await).map_err(failure)
    }
}

impl Tx {
    /// The rows that a statement over many rows gives back; `{rows}` stands where they go, after the `common` values.
    /// At most [`ROWS`] go into one statement; with none nothing is asked.
    pub(crate) async fn over<T: Row>(&mut self, sql: &str, common: Vec<Value>, rows: Vec<Vec<Value>>) -> Outcome<Vec<T>> {
        self.write_before(sql).await?;
        self.over_now(sql, common, rows).await
    }

    async fn over_now<T: Row>(&mut self, sql: &str, common: Vec<Value>, rows: Vec<Vec<Value>>) -> Outcome<Vec<T>> {
        let mut found = Vec::new();
        let mut rows = rows.into_iter().peekable();
        while let Some(width) = rows.peek().map(Vec::len) {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(ROWS).collect();
            let text = over_rows(sql, common.len(), chunk.len(), width);
            let values = common.iter().cloned().chain(chunk.into_iter().flatten());
            let part: Vec<T> =
                on_tx!(self, |c| bound!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(c).await).map_err(failure)?;
            found.extend(part);
        }
        Ok(found)
    }

    /// From now on rows that can wait are written together: a round trip for many, where the batch is what counts.
    pub(crate) fn gather(&mut self) {
        self.gathers = true;
    }

    /// Writes rows by a statement with `{rows}` in it; where rows are gathered, with the others like them. They are there
    /// for every statement of this transaction that has one of the `words` in it (names of tables, and of columns that
    /// refer to them), and at the commit.
    pub(crate) async fn put(&mut self, words: &'static [&'static str], sql: &'static str, rows: Vec<Vec<Value>>) -> Outcome<()> {
        if !self.gathers {
            return self.over::<(Uuid,)>(sql, vec![], rows).await.map(drop);
        }
        match self.later.iter_mut().find(|later| later.sql == sql) {
            Some(later) => later.rows.extend(rows),
            None => self.later.push(Later { words, sql, rows }),
        }
        Ok(())
    }

    /// Writes what was gathered, in the order in which each kind came first: what is referred to before what refers to it.
    pub(crate) async fn write_gathered(&mut self) -> Outcome<()> {
        for later in std::mem::take(&mut self.later) {
            self.over_now::<(Uuid,)>(later.sql, vec![], later.rows).await?;
        }
        Ok(())
    }

    async fn write_before(&mut self, sql: &str) -> Outcome<()> {
        if self.later.iter().any(|later| later.words.iter().any(|word| sql.contains(word))) {
            self.write_gathered().await?;
        }
        Ok(())
    }

    /// The rows of a statement.
    pub(crate) async fn all<T: Row>(&mut self, sql: &'static str, values: Vec<Value>) -> Outcome<Vec<T>> {
        self.write_before(sql).await?;
        on_tx!(self, |c| bound!(sqlx::query_as(sql), values).fetch_all(c).await).map_err(failure)
    }

    /// Its first row, where there is one: for a guarded update, no row means that the guard did not hold.
    pub(crate) async fn one<T: Row>(&mut self, sql: &'static str, values: Vec<Value>) -> Outcome<Option<T>> {
        self.write_before(sql).await?;
        on_tx!(self, |c| bound!(sqlx::query_as(sql), values).fetch_optional(c).await).map_err(failure)
    }

    /// How many rows it changed.
    pub(crate) async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Outcome<u64> {
        self.write_before(sql).await?;
        on_tx!(self, |c| bound!(sqlx::query(sql), values).execute(c).await.map(|done| done.rows_affected())).map_err(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_after_the_common_values() {
        assert_eq!(over_rows("in ({rows}) and x = $1", 1, 2, 2), "in (($2, $3), ($4, $5)) and x = $1");
    }
}

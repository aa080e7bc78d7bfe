//! One statement over many rows, in one round trip: a row costs little beside it.
//!
//! The text has `values {rows}` where the rows go. For SQLite that becomes a list of parameters; for Postgres a reading of
//! one array a column, so that the text is the same however many rows there are, is read and planned once, and says the
//! type of a column that is null all over.

use std::fmt::Write as _;
use std::mem::discriminant;

use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::{Arguments as _, AssertSqlSafe};

use super::errors::failure;
use super::filtering::Row;
use super::statement::{Value, bound};
use super::{Inner, Outcome, Tx};

/// Rows in one statement at most: enough to make a round trip cheap for each, few enough to keep locks short.
pub(crate) const ROWS: usize = 128;

/// Where the rows go in a text.
const PLACE: &str = "values {rows}";

/// The text for SQLite: the rows become `($4, $5), ($6, $7)` … after `common` values. Without such the parameters have no
/// names: SQLite keeps names in a list, and each of thousands would be looked for in all of it.
fn over_rows(sql: &str, common: usize, rows: usize, width: usize) -> String {
    let mut list = String::with_capacity(rows * width * 5);
    for row in 0..rows {
        list.push_str(if row == 0 { "values (" } else { ", (" });
        for column in 0..width {
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a string cannot fail, here and below.
            let _ = match common {
                0 => write!(list, "{comma}?"),
                _ => write!(list, "{comma}${}", common + row * width + column + 1),
            };
        }
        list.push(')');
    }
    sql.replacen(PLACE, &list, 1)
}

/// The text for Postgres: the rows are read from `$4::uuid[], $5::text[]` … after `common` values.
fn over_columns(sql: &str, common: usize, row: &[Value]) -> String {
    let (mut names, mut arrays) = (String::new(), String::new());
    for (at, value) in row.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        let _ = write!(names, "{comma}column{}", at + 1);
        let _ = write!(arrays, "{comma}${}::{}[]", common + at + 1, postgres_type(value));
    }
    sql.replacen(PLACE, &format!("select {names} from unnest({arrays}) as u({names})"), 1)
}

fn postgres_type(value: &Value) -> &'static str {
    match value {
        Value::Text(_) => "text",
        Value::Number(_) => "bigint",
        Value::Id(_) => "uuid",
        Value::Time(_) => "timestamptz",
        Value::Bytes(_) => "bytea",
        Value::Flag(_) => "boolean",
    }
}

/// The common values and then the rows.
fn arguments(common: &[Value], rows: Vec<Vec<Value>>) -> Result<PgArguments, BoxDynError> {
    let mut values = PgArguments::default();
    for value in common.iter().cloned() {
        match value {
            Value::Text(v) => values.add(v),
            Value::Number(v) => values.add(v),
            Value::Id(v) => values.add(v),
            Value::Time(v) => values.add(v),
            Value::Bytes(v) => values.add(v),
            Value::Flag(v) => values.add(v),
        }?;
    }
    add_columns(&mut values, rows)?;
    Ok(values)
}

/// Adds the rows to the values, column by column. A row that is of other kinds than the first is a fault in the program, and
/// refuses them all: an error of encoding, before anything is sent.
fn add_columns(values: &mut PgArguments, rows: Vec<Vec<Value>>) -> Result<(), BoxDynError> {
    let Some(kinds) = rows.first().map(|row| row.iter().map(discriminant).collect::<Vec<_>>()) else { return Ok(()) };
    if rows.iter().any(|row| !row.iter().map(discriminant).eq(kinds.iter().copied())) {
        return Err("rows of one statement are of different kinds".into());
    }
    let mut columns: Vec<Vec<Value>> = kinds.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns.into_iter().try_for_each(|column| add_column(values, column))
}

/// Adds one column, as an array of its kind.
fn add_column(values: &mut PgArguments, column: Vec<Value>) -> Result<(), BoxDynError> {
    macro_rules! add {
        ($kind:ident) => {{
            let of_kind = column.into_iter().filter_map(|value| match value {
                Value::$kind(value) => Some(value),
                _ => None,
            });
            values.add(of_kind.collect::<Vec<_>>())
        }};
    }
    match column.first() {
        None => Ok(()),
        Some(Value::Text(_)) => add!(Text),
        Some(Value::Number(_)) => add!(Number),
        Some(Value::Id(_)) => add!(Id),
        Some(Value::Time(_)) => add!(Time),
        Some(Value::Bytes(_)) => add!(Bytes),
        Some(Value::Flag(_)) => add!(Flag),
    }
}

impl Tx {
    /// The rows that a statement over many rows gives back; `{rows}` stands where they go, after the `common` values.
    /// At most [`ROWS`] go into one statement; with none nothing is asked.
    pub(crate) async fn over<T: Row>(&mut self, sql: &str, common: Vec<Value>, rows: Vec<Vec<Value>>) -> Outcome<Vec<T>> {
        self.write_before(sql).await?;
        self.over_now(sql, common, rows).await
    }

    /// The same, without what was gathered before it.
    pub(crate) async fn over_now<T: Row>(&mut self, sql: &str, common: Vec<Value>, rows: Vec<Vec<Value>>) -> Outcome<Vec<T>> {
        let mut found = Vec::new();
        let mut rows = rows.into_iter().peekable();
        while let Some(width) = rows.peek().map(Vec::len) {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(ROWS).collect();
            let part: Vec<T> = match &mut self.inner {
                Inner::Sqlite(tx) => {
                    let text = over_rows(sql, common.len(), chunk.len(), width);
                    let values = common.iter().cloned().chain(chunk.into_iter().flatten());
                    bound!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(&mut **tx).await
                }
                Inner::Postgres(tx) => {
                    let text = over_columns(sql, common.len(), &chunk[0]);
                    let values = arguments(&common, chunk).map_err(sqlx::Error::Encode).map_err(failure)?;
                    sqlx::query_as_with(AssertSqlSafe(text), values).fetch_all(&mut **tx).await
                }
            }
            .map_err(failure)?;
            found.extend(part);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::statement::values;

    #[test]
    fn rows_are_numbered_after_the_common_values() {
        assert_eq!(over_rows("in (values {rows}) and x = $1", 1, 2, 2), "in (values ($2, $3), ($4, $5)) and x = $1");
        assert_eq!(over_rows("in (values {rows})", 0, 2, 2), "in (values (?, ?), (?, ?))");
    }

    #[test]
    fn columns_are_arrays_of_their_kind() {
        let row: Vec<Value> = values![Uuid::nil(), None::<i64>];
        let text = over_columns("in (values {rows}) and x = $1", 1, &row);
        let read = "select column1, column2 from unnest($2::uuid[], $3::bigint[]) as u(column1, column2)";
        assert_eq!(text, format!("in ({read}) and x = $1"));
    }

    #[test]
    fn rows_of_different_kinds_are_refused() {
        let mixed = vec![values![1_i64], values!["one"]];
        assert!(arguments(&[], mixed).is_err());
        assert!(arguments(&[], vec![values![1_i64], values![2_i64, 3_i64]]).is_err());
        let common: Vec<Value> = values!["common"];
        assert!(arguments(&common, vec![values![1_i64], values![None::<i64>]]).is_ok());
    }
}

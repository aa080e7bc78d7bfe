//! Many rows in one statement.

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::store::errors::failure;
use crate::store::{Outcome, Tx, on_tx};

/// Values that one statement may bind, on both databases: SQLite allows 32,766.
const MOST_VALUES: usize = 32_000;

/// A value of a column; a null knows what it is a null of, which Postgres asks for.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
    Id(Option<Uuid>),
    Time(Option<DateTime<Utc>>),
    Bytes(Vec<u8>),
}

macro_rules! cells {
    ($($from:ty => |$value:ident| $made:expr),+ $(,)?) => {
        $(impl From<$from> for Cell { fn from($value: $from) -> Self { $made } })+
    };
}
cells! {
    &str => |text| Self::Text(Some(text.to_owned())),
    String => |text| Self::Text(Some(text)),
    Option<String> => |text| Self::Text(text),
    i64 => |number| Self::Number(Some(number)),
    Option<i64> => |number| Self::Number(number),
    Uuid => |id| Self::Id(Some(id)),
    Option<Uuid> => |id| Self::Id(id),
    DateTime<Utc> => |time| Self::Time(Some(time)),
    Option<DateTime<Utc>> => |time| Self::Time(time),
    Vec<u8> => |bytes| Self::Bytes(bytes),
}

/// Rows of one table.
#[derive(Debug)]
pub(super) struct Bulk {
    table: &'static str,
    columns: &'static str,
    cells: Vec<Cell>,
}

impl Bulk {
    pub(super) fn new(table: &'static str, columns: &'static str) -> Self {
        Self { table, columns, cells: Vec::new() }
    }

    /// Adds a row: a value for each column.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.cells.extend(cells);
    }

    /// The statement for so many rows.
    fn statement(&self, rows: usize, width: usize) -> String {
        let mut sql = format!("insert into {} ({}) values ", self.table, self.columns);
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..width {
                let comma = if column == 0 { "" } else { ", " };
                sql.push_str(&format!("{comma}${}", row * width + column + 1));
            }
            sql.push(')');
        }
        sql + " on conflict do nothing"
    }
}

impl Tx {
    /// Writes the rows; those that are there already stay as they are.
    pub(super) async fn write(&mut self, rows: Bulk) -> Outcome<()> {
        let width = rows.columns.split(',').count();
        for cells in rows.cells.chunks(MOST_VALUES / width * width) {
            let sql = rows.statement(cells.len() / width, width);
            on_tx!(self, |c| {
                // Safe: made of static names and numbered places alone.
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for cell in cells {
                    query = match cell {
                        Cell::Text(text) => query.bind(text.as_deref()),
                        Cell::Number(number) => query.bind(*number),
                        Cell::Id(id) => query.bind(*id),
                        Cell::Time(time) => query.bind(*time),
                        Cell::Bytes(bytes) => query.bind(bytes.as_slice()),
                    };
                }
                query.execute(c).await.map(drop)
            })
            .map_err(failure)?;
        }
        Ok(())
    }
}

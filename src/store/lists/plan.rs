//! How the database would go about a pane's first page: for tests, and for whoever wonders why a list is slow.

use sqlx::Row as _;

use crate::domain::actor::Person;
use crate::domain::filter::Filter;
use crate::domain::row::Pane;
use crate::store::{Outcome, Store};

/// A step of a plan, in the words of the database.
struct Line(String);

impl sqlx::FromRow<'_, sqlx::postgres::PgRow> for Line {
    fn from_row(row: &sqlx::postgres::PgRow) -> sqlx::Result<Self> {
        row.try_get(0).map(Self)
    }
}
impl sqlx::FromRow<'_, sqlx::sqlite::SqliteRow> for Line {
    fn from_row(row: &sqlx::sqlite::SqliteRow) -> sqlx::Result<Self> {
        row.try_get("detail").map(Self)
    }
}

impl Store {
    /// The plan for a pane's first page, a line a step.
    pub async fn plan(&self, me: &Person, pane: Pane, filter: &Filter, limit: i64) -> Outcome<Vec<String>> {
        let mut sql = self.pane(me, pane, filter, None, limit).await?;
        sql.precede(if self.is_postgres() { "explain " } else { "explain query plan " });
        let lines: Vec<Line> = self.rows(&sql).await?;
        Ok(lines.into_iter().map(|line| line.0).collect())
    }
}

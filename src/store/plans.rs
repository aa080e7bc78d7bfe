//! How SQLite goes about a statement, for tests of those that workers run all day: none may read every job there ever was.

use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use crate::clock::Clock;
use crate::store::Store;
use crate::store::connect::{Place, program_sqlite_options};

/// The steps of a statement, in an empty database that was never analysed.
pub(crate) async fn plan(sql: &str) -> Vec<String> {
    use sqlx::Connection as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.db");
    drop(Store::init(&Place::Sqlite(file.clone()), Clock::System).await.unwrap());
    let mut connection = SqliteConnection::connect_with(&program_sqlite_options(&file)).await.unwrap();
    let explain = AssertSqlSafe(format!("explain query plan {sql}"));
    let rows = sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(3)).collect()
}

/// Asserts that a statement finds its jobs by an index of its own.
pub(crate) async fn assert_reads_few_jobs(sql: &str) {
    let plan = plan(sql).await;
    let reads_all = |step: &String| {
        ["SCAN j", "SCAN jobs"].contains(&step.as_str())
            || step.contains("AUTOMATIC")
            || step.starts_with("SCAN j USING COVERING")
    };
    assert!(!plan.is_empty() && !plan.iter().any(reads_all), "{sql}\n{plan:#?}");
}

//! Which workers live, and what they send to.

use chrono::{DateTime, TimeDelta, Utc};

use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Store};
use crate::domain::why::Hands;

/// How long a worker that was seen no more is remembered, so that it can be told when the last one was there.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

const SEEN: &str = "insert into workers (name, began_at, seen_at, reaches) values ($1, $2, $2, $3)
    on conflict (name) do update set seen_at = excluded.seen_at, reaches = excluded.reaches";
const FORGET: &str = "delete from workers where seen_at < $1";
// The newest are enough: what is asked is who was here last.
const NEWEST: &str = "select seen_at, reaches from workers order by seen_at desc limit 1000";

struct Row {
    seen_at: DateTime<Utc>,
    reaches: Option<String>,
}
from_row!(Row { seen_at: =DateTime<Utc>, reaches: =Option<String>, });

impl Store {
    /// A worker lives, and sends to these destinations; to every one where none are named.
    ///
    /// # Errors
    /// What the database says.
    pub async fn worker_lives(&self, name: &str, reaches: Option<&[String]>) -> Outcome<()> {
        let mut tx = self.begin().await?;
        let now = tx.now;
        let reaches = reaches.map(|names| serde_json::json!(names).to_string());
        tx.run(SEEN, values![name, now, reaches]).await?;
        tx.run(FORGET, values![now - REMEMBERED]).await?;
        tx.commit().await
    }

    /// When any worker was last seen.
    pub(super) async fn worker_seen_at(&self) -> Outcome<Option<DateTime<Utc>>> {
        const SQL: &str = "select seen_at, reaches from workers order by seen_at desc limit 1";
        Ok(self.read::<Row>(SQL, vec![]).await?.pop().map(|row| row.seen_at))
    }

    /// When a worker was last seen that sends to a destination, and when any was.
    pub(super) async fn hands(&self, destination: &str) -> Outcome<Hands> {
        let rows: Vec<Row> = self.read(NEWEST, vec![]).await?;
        let sends = |row: &&Row| {
            row.reaches.as_ref().is_none_or(|names| {
                serde_json::from_str::<Vec<String>>(names).is_ok_and(|names| names.iter().any(|name| name == destination))
            })
        };
        Ok(Hands { any_seen_at: rows.first().map(|row| row.seen_at), seen_at: rows.iter().find(sends).map(|row| row.seen_at) })
    }
}

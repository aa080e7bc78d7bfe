//! Who is where: seen by others while it is fresh, lost with a crash, and nobody minds.

use chrono::{DateTime, TimeDelta, Utc};

use super::errors::failure;
use super::rows::from_row;
use super::{Outcome, Store, on_db};
use crate::domain::id::{Ref, SessionId};
use crate::domain::row::Presence;

struct Whereabouts {
    person: String,
    record: String,
    editing: bool,
    seen_at: DateTime<Utc>,
}
from_row!(Whereabouts { person: =String, record: =String, editing: =bool, seen_at: =DateTime<Utc>, });

impl Store {
    /// Says where a session is; `None` when nowhere special.
    pub async fn say_presence(&self, session: SessionId, person: &str, at: Option<Ref>, editing: bool) -> Outcome<()> {
        const SQL: &str = "insert into presence (session_id, person, record, editing, seen_at) values ($1, $2, $3, $4, $5)
            on conflict (session_id) do update set person = excluded.person, record = excluded.record,
                editing = excluded.editing, seen_at = excluded.seen_at";
        let (at, now) = (at.map(|at| at.to_string()), self.clock.now());
        on_db!(self, |pool| sqlx::query(SQL)
            .bind(session.0)
            .bind(person)
            .bind(&at)
            .bind(editing)
            .bind(now)
            .execute(pool)
            .await
            .map(drop))
        .map_err(failure)
    }

    /// Who is at a record and was seen within `stale_after`, by name.
    pub async fn presence(&self, stale_after: TimeDelta) -> Outcome<Vec<Presence>> {
        const SQL: &str = "select person, record, editing, seen_at from presence
            where record is not null and seen_at > $1 order by person, record limit 1000";
        let since = self.clock.now() - stale_after;
        let seen: Vec<Whereabouts> =
            on_db!(self, |pool| sqlx::query_as(SQL).bind(since).fetch_all(pool).await).map_err(failure)?;
        Ok(seen
            .into_iter()
            .filter_map(|row| {
                let at = row.record.parse().ok()?;
                Some(Presence { person: row.person, at, editing: row.editing, seen_at: row.seen_at })
            })
            .collect())
    }

    /// A session ended.
    pub async fn forget_presence(&self, session: SessionId) -> Outcome<()> {
        on_db!(self, |pool| sqlx::query("delete from presence where session_id = $1")
            .bind(session.0)
            .execute(pool)
            .await
            .map(drop))
        .map_err(failure)
    }
}

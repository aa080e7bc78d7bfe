//! Destinations: keeping one, pausing it by hand, and letting it run again.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::journal::About;
use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::actor::{Actor, Right};
use crate::domain::id::{DestinationId, Kind};
use crate::domain::job::DeliveryMode;

/// A destination to be kept.
#[derive(Clone, Debug)]
pub struct NewDestination {
    /// Unique.
    pub name: String,
    /// What kind of system it is: `crm`, `sms`, `portal`, `webhook` …
    pub kind: String,
    /// What stops a second effect there.
    pub delivery_mode: DeliveryMode,
    /// Who answers when it breaks.
    pub incident_owner: Option<String>,
    /// How to take back what it did.
    pub rollback: Option<String>,
}

const PUT: &str = "insert into destinations (id, name, kind, delivery_mode, incident_owner, rollback, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (name) do nothing returning id";
const PAUSE: &str = "update destinations set paused = $2, paused_by = $3, paused_why = $4, paused_until = $5,
    version = version + 1, updated_at = $6 where id = $1 and paused <> $2 returning number";
const HOLD: &str = "update jobs set state = 'held', version = version + 1, updated_at = $2
    where destination_id = $1 and state in ('scheduled', 'ready', 'retrying') returning id";
const RELEASE: &str = "update jobs set state = 'ready', version = version + 1, updated_at = $2
    where destination_id = $1 and state = 'held' returning id";

/// Why a destination stands still, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Pause<'a> {
    /// The reason.
    pub why: &'a str,
    /// It runs again by itself then.
    pub until: Option<DateTime<Utc>>,
}

impl Tx {
    /// Keeps a destination; one of the same name stays as it is. Gives back whether it is new.
    pub async fn put_destination(&mut self, actor: &Actor, destination: &NewDestination) -> Outcome<bool> {
        actor.require(Right::Own, "set up destinations")?;
        let now = self.now;
        let new = &destination;
        let mode = new.delivery_mode.as_str();
        let id = DestinationId::new();
        let values = values![id, &new.name, &new.kind, mode, new.incident_owner.clone(), new.rollback.clone(), now];
        let Some((id,)) = self.one::<(Uuid,)>(PUT, values).await? else { return Ok(false) };
        let about =
            About { verb: "destination.put", kind: Kind::Destination, subject: id, lead: None, detail: &destination.name };
        self.journal(actor, about).await?;
        Ok(true)
    }

    /// Pauses a destination and holds its waiting jobs; gives back its number and how many were held, or nothing when
    /// it was paused already.
    pub async fn pause_destination(
        &mut self,
        actor: &Actor,
        id: DestinationId,
        pause: Pause<'_>,
    ) -> Outcome<Option<(i64, usize)>> {
        let about = About { verb: "destination.pause", kind: Kind::Destination, subject: id.0, lead: None, detail: pause.why };
        self.journal(actor, about).await?;
        self.switch(id, true, Some(actor.name()), Some(pause.why), pause.until, HOLD).await
    }

    /// Lets a destination run again and releases its held jobs; nothing when it was not paused.
    pub async fn resume_destination(&mut self, actor: &Actor, id: DestinationId, why: &str) -> Outcome<Option<(i64, usize)>> {
        let about = About { verb: "destination.resume", kind: Kind::Destination, subject: id.0, lead: None, detail: why };
        self.journal(actor, about).await?;
        self.switch(id, false, None, None, None, RELEASE).await
    }

    async fn switch(
        &mut self,
        id: DestinationId,
        paused: bool,
        by: Option<&str>,
        why: Option<&str>,
        until: Option<DateTime<Utc>>,
        jobs: &'static str,
    ) -> Outcome<Option<(i64, usize)>> {
        let now = self.now;
        let switched: Option<(i64,)> = self.one(PAUSE, values![id, paused, by, why, until, now]).await?;
        let Some((number,)) = switched else { return Ok(None) };
        let moved = self.all::<(Uuid,)>(jobs, values![id, now]).await?.len();
        Ok(Some((number, moved)))
    }
}

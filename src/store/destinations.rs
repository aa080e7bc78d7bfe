//! Destinations: keeping one, pausing it by hand, and letting it run again.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::claim::dialects;
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
const LIMIT: &str = "update destinations set concurrency = $2, per_minute = $3, version = version + 1, updated_at = $4
    where name = $1 and (coalesce(concurrency, 0) <> coalesce($2, 0) or coalesce(per_minute, 0) <> coalesce($3, 0)) returning id";
const PAUSE: &str = "update destinations set paused = true, paused_by = $2, paused_why = $3, paused_until = $4,
    version = version + 1, updated_at = $5 where id = $1 and not paused returning name";
// A person who resumes it has seen to the cause: the breaker is closed too.
const RESUME: &str =
    "update destinations set paused = false, paused_by = null, paused_why = null, paused_until = null, quiet_until = null,
    breaker = 'closed', opened_at = null, open_why = null, probe_at = null, probe_job = null, trips = 0, closed_at = $2,
    version = version + 1, updated_at = $2 where id = $1 and (paused or breaker <> 'closed' or quiet_until > $2) returning name";
// What ends by itself has seen to nothing: a breaker that is open stays so.
const END_PAUSE: &str = "update destinations set paused = false, paused_by = null, paused_why = null, paused_until = null,
    version = version + 1, updated_at = $2 where id = $1 and paused returning breaker";
// There may be more than one statement should touch: the worker goes on. What another takes at this moment is passed over,
// and its state is asked for again once it is locked. In the words of the index, which SQLite takes for none other.
const HOLD: [&str; 2] = dialects!(
    "update jobs set state = 'held', version = version + 1, updated_at = $2
    where state in ('scheduled', 'ready', 'retrying') and id in (select j.id from jobs j where j.destination_id = $1
        and j.state in ('scheduled', 'ready', 'retrying', 'held') and j.state <> 'held' limit 1000",
    skip_jobs,
    ") returning id"
);
// What waited for its time when it was held waits on: a destination is not asked about a lost request too early, and not
// before it said.
const RELEASE: [&str; 2] = dialects!(
    "update jobs set state = ",
    released,
    ", version = version + 1, updated_at = $1
    where state = 'held' and id in (select j.id from jobs j where j.destination_id = $2
        and j.state in ('scheduled', 'ready', 'retrying', 'held') and j.state = 'held' limit 1000",
    skip_jobs,
    ") returning id"
);

/// Why a destination stands still, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Pause<'a> {
    /// The reason.
    pub why: &'a str,
    /// It runs again by itself then.
    pub until: DateTime<Utc>,
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

    /// Sets what a destination may get, by all workers together, as the configuration has it; gives back whether that is new.
    pub async fn limit_destination(
        &mut self,
        actor: &Actor,
        name: &str,
        concurrency: Option<u32>,
        per_minute: Option<u32>,
    ) -> Outcome<bool> {
        let said = |limit: Option<u32>| limit.map_or_else(|| "no limit".to_owned(), |limit| limit.to_string());
        let detail = format!("{name}: at once {}, in a minute {}", said(concurrency), said(per_minute));
        let (concurrency, per_minute, now) = (concurrency.map(i64::from), per_minute.map(i64::from), self.now);
        let Some((id,)) = self.one::<(Uuid,)>(LIMIT, values![name, concurrency, per_minute, now]).await? else {
            return Ok(false);
        };
        let about = About { verb: "destination.limit", kind: Kind::Destination, subject: id, lead: None, detail: &detail };
        self.journal(actor, about).await?;
        Ok(true)
    }

    /// Pauses a destination and holds its waiting jobs; gives back what it is called and how many were held, or
    /// nothing when it was paused already.
    pub async fn pause_destination(
        &mut self,
        actor: &Actor,
        id: DestinationId,
        pause: Pause<'_>,
    ) -> Outcome<Option<(String, usize)>> {
        let detail = format!("{}, until {}", pause.why, pause.until.format("%Y-%m-%d %H:%M UTC"));
        let about = About { verb: "destination.pause", kind: Kind::Destination, subject: id.0, lead: None, detail: &detail };
        let now = self.now;
        let values = values![id, actor.name(), pause.why, pause.until, now];
        let Some((name,)) = self.one::<(String,)>(PAUSE, values).await? else { return Ok(None) };
        self.journal(actor, about).await?;
        Ok(Some((name, self.hold(id).await?)))
    }

    /// Lets a destination run again and releases its held jobs; nothing when it ran already.
    pub async fn resume_destination(&mut self, actor: &Actor, id: DestinationId, why: &str) -> Outcome<Option<(String, usize)>> {
        let about = About { verb: "destination.resume", kind: Kind::Destination, subject: id.0, lead: None, detail: why };
        let now = self.now;
        let Some((name,)) = self.one::<(String,)>(RESUME, values![id, now]).await? else { return Ok(None) };
        self.journal(actor, about).await?;
        self.finish_incidents(actor, id).await?;
        Ok(Some((name, self.release(id).await?)))
    }

    /// Ends a pause whose time is over. Its jobs are released where its breaker is closed.
    pub(super) async fn end_pause(&mut self, id: DestinationId) -> Outcome<()> {
        let now = self.now;
        let Some((breaker,)) = self.one::<(String,)>(END_PAUSE, values![id, now]).await? else { return Ok(()) };
        let about = About {
            verb: "destination.resume",
            kind: Kind::Destination,
            subject: id.0,
            lead: None,
            detail: "its pause has ended",
        };
        self.journal(&Actor::Worker, about).await?;
        if breaker == "closed" {
            self.release(id).await?;
        }
        Ok(())
    }

    /// Holds what waits for a destination, up to a thousand jobs; gives back how many.
    pub(super) async fn hold(&mut self, id: DestinationId) -> Outcome<usize> {
        let now = self.now;
        Ok(self.all::<(Uuid,)>(self.of(HOLD), values![id, now]).await?.len())
    }

    /// Releases what is held for a destination, up to a thousand jobs; gives back how many.
    pub(super) async fn release(&mut self, id: DestinationId) -> Outcome<usize> {
        let now = self.now;
        Ok(self.all::<(Uuid,)>(self.of(RELEASE), values![now, id]).await?.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::assert_reads_few_jobs;

    #[tokio::test]
    async fn what_workers_ask_all_day_reads_few_jobs() {
        assert_reads_few_jobs(HOLD[0]).await;
        assert_reads_few_jobs(RELEASE[0]).await;
    }
}

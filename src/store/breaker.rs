//! The breaker of a destination in the database: how it went of late, opening, letting one request through, closing; and
//! pauses that end by themselves.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::claim::{Claimed, dialects};
use super::journal::About;
use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Store, Tx};
use crate::domain::actor::Actor;
use crate::domain::breaker::{self, Health};
use crate::domain::id::{DestinationId, JobId, Kind};

/// A destination that just stopped.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Whether it ran until now: then people are told.
    pub first: bool,
    /// Who answers.
    pub incident_owner: Option<String>,
    /// How what was done there is taken back.
    pub rollback: Option<String>,
}

/// Why a held job does not show whether its destination works again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoProbe {
    /// A person paused it.
    Paused,
    /// Another is on its way there.
    Another,
    /// It runs: what is held is let go by itself.
    Runs,
}

/// Where a breaker stands.
struct Standing {
    breaker: crate::domain::destination::Breaker,
    trips: i64,
    incident_owner: Option<String>,
    rollback: Option<String>,
}
from_row!(Standing { breaker: String, trips: =i64, incident_owner: =Option<String>, rollback: =Option<String>, });

const HEALTH: &str = "select count(*), count(case when r.outcome in ('failed', 'timed_out', 'may_have_left') then 1 end)
    from (select a.outcome from attempts a where a.destination_id = $1 and a.finished_at > $2
            and a.finished_at > coalesce((select d.closed_at from destinations d where d.id = $1), $2)
            and a.outcome not in ('rate_limited', 'lease_lost', 'returned') and coalesce(a.error, '') not in ($4, $5, $6, $7)
        order by a.finished_at desc limit $3) r";
const STANDING: &str = "select breaker, trips, incident_owner, rollback from destinations where id = $1";
const OPEN: &str = "update destinations set breaker = 'open', opened_at = coalesce(opened_at, $2), open_why = $3,
        probe_at = case when quiet_until > $4 then quiet_until else $4 end,
        probe_job = null, trips = trips + 1, version = version + 1, updated_at = $2
    where id = $1 and breaker <> 'open'";
const CLOSE: &str =
    "update destinations set breaker = 'closed', opened_at = null, open_why = null, probe_at = null, probe_job = null,
        trips = 0, closed_at = $2, version = version + 1, updated_at = $2
    where id = $1 and breaker <> 'closed'";
// A probe whose job ended without an answer is no probe any more.
const LOST_PROBES: &str = "update destinations set breaker = 'open', probe_job = null, version = version + 1, updated_at = $1
    where breaker = 'half_open' and not exists (select 1 from jobs j where j.id = probe_job and j.state in ('ready', 'running'))";
// Not the one that was let through last, unless there is no other: it may be refused for what it says.
const DUE_PROBES: &str = "select d.id, coalesce((select j.id from jobs j where j.destination_id = d.id
            and j.state in ('scheduled', 'ready', 'retrying', 'held') and j.state in ('held', 'ready')
            and j.due_at <= $1 and j.window_ends_at > $1 and j.id is distinct from d.last_probe
            order by j.priority desc, j.due_at, j.id limit 1),
        (select j.id from jobs j where j.id = d.last_probe and j.destination_id = d.id and j.state in ('held', 'ready')
            and j.due_at <= $1 and j.window_ends_at > $1))
    from destinations d where d.breaker = 'open' and d.probe_at <= $1 and not d.paused order by d.number";
const PROBE: &str =
    "update destinations set breaker = 'half_open', probe_job = $2, last_probe = $2, version = version + 1, updated_at = $3
    where id = $1 and breaker = 'open' and probe_at <= $3";
const LET_THROUGH: &str =
    "update jobs set state = 'ready', version = version + 1, updated_at = $2 where id = $1 and state in ('held', 'ready')";
const PROBE_NOW: &str =
    "update destinations set breaker = 'half_open', probe_job = $1, last_probe = $1, quiet_until = null, version = version + 1, updated_at = $2
    where id = (select j.destination_id from jobs j where j.id = $1) and breaker = 'open' and not paused returning id";
const OVER: &str = "select id, number from destinations where paused and paused_until <= $1";

const HOLD_LATE: [&str; 2] = dialects!(
    "update jobs set state = 'held', version = version + 1, updated_at = $1
    where state = 'ready' and id in (select j.id from destinations d cross join jobs j where j.destination_id = d.id
        and j.state = 'ready' and (d.paused or d.breaker = 'open') limit 1000",
    skip_jobs,
    ") returning id"
);
// In the words of the index, which SQLite takes for none other: else every job there ever was is read.
const RELEASE_LATE: [&str; 2] = dialects!(
    "update jobs set state = ",
    released,
    ", version = version + 1, updated_at = $1
    where state = 'held' and id in (select j.id from destinations d cross join jobs j where j.destination_id = d.id
        and j.state in ('scheduled', 'ready', 'retrying', 'held') and j.state = 'held' and not d.paused and d.breaker = 'closed'
        limit 1000",
    skip_jobs,
    ") returning id"
);

impl Tx {
    /// How requests to a destination went within the breaker's window.
    pub async fn health(&mut self, id: DestinationId) -> Outcome<Health> {
        let since = self.now - breaker::WINDOW;
        let ours = breaker::OUR_OWN;
        let row: Option<(i64, i64)> =
            self.one(HEALTH, values![id, since, breaker::NEWEST, ours[0], ours[1], ours[2], ours[3]]).await?;
        Ok(row.map_or_else(Health::default, |(requests, failures)| Health { requests, failures }))
    }

    /// Leaves a destination alone as long as it asked: all that goes there waits.
    pub async fn keep_quiet(&mut self, id: DestinationId, wait: TimeDelta) -> Outcome<()> {
        const STANDS: &str = "select quiet_until from destinations where id = $1";
        const SQL: &str = "update destinations set quiet_until = $2 where id = $1 and (quiet_until is null or quiet_until < $2)";
        let now = self.now;
        let stands: Option<(Option<DateTime<Utc>>,)> = self.one(STANDS, values![id]).await?;
        if self.run(SQL, values![id, now + wait]).await? > 0
            && stands.is_some_and(|(until,)| until.is_none_or(|until| until <= now))
        {
            let detail = format!("it asks for a wait; nothing goes there for {} s", wait.num_seconds());
            let about = About { verb: "destination.quiet", kind: Kind::Destination, subject: id.0, lead: None, detail: &detail };
            self.journal(&Actor::Worker, about).await?;
        }
        Ok(())
    }

    /// Whether its destination still waits for what a job shows: a person may have resumed it.
    pub async fn still_probes(&mut self, job: &Claimed) -> Outcome<bool> {
        const SQL: &str = "select number from destinations where id = $1 and breaker = 'half_open' and probe_job = $2";
        Ok(self.one::<(i64,)>(SQL, values![job.destination_id, job.id]).await?.is_some())
    }

    /// Stops a destination: its jobs are held until a probe comes through or a person resumes it. Nothing when it stands
    /// still already.
    pub async fn open_breaker(&mut self, id: DestinationId, why: &str) -> Outcome<Option<Opened>> {
        let Some(standing) = self.one::<Standing>(STANDING, values![id]).await? else { return Ok(None) };
        let now = self.now;
        let wait = breaker::probe_after(standing.trips + 1);
        if self.run(OPEN, values![id, now, why, now + wait]).await? == 0 {
            return Ok(None);
        }
        let detail = format!("{why}; its jobs are held, one is tried in {} s", wait.num_seconds());
        let about = About { verb: "destination.open", kind: Kind::Destination, subject: id.0, lead: None, detail: &detail };
        self.journal(&Actor::Worker, about).await?;
        self.hold(id).await?;
        let first = standing.breaker == crate::domain::destination::Breaker::Closed;
        Ok(Some(Opened { first, incident_owner: standing.incident_owner, rollback: standing.rollback }))
    }

    /// Makes a job the request that shows whether its destination works again; gives back what stands against that. The job
    /// itself is not moved.
    pub async fn probe_with(&mut self, actor: &Actor, job: JobId) -> Outcome<Option<NoProbe>> {
        const STANDS: &str =
            "select d.paused, d.breaker <> 'closed' from jobs j join destinations d on d.id = j.destination_id where j.id = $1";
        let now = self.now;
        let Some((id,)) = self.one::<(Uuid,)>(PROBE_NOW, values![job, now]).await? else {
            return Ok(Some(match self.one::<(bool, bool)>(STANDS, values![job]).await? {
                Some((true, _)) => NoProbe::Paused,
                Some((_, true)) => NoProbe::Another,
                _ => NoProbe::Runs,
            }));
        };
        let about = About {
            verb: "destination.probe",
            kind: Kind::Destination,
            subject: id,
            lead: None,
            detail: "a person lets one job through, to see whether it works again",
        };
        self.journal(actor, about).await?;
        Ok(None)
    }

    /// Lets a destination run again because a request came through; its held jobs are released.
    pub async fn close_breaker(&mut self, id: DestinationId, why: &str) -> Outcome<bool> {
        let now = self.now;
        if self.run(CLOSE, values![id, now]).await? == 0 {
            return Ok(false);
        }
        let about = About { verb: "destination.close", kind: Kind::Destination, subject: id.0, lead: None, detail: why };
        self.journal(&Actor::Worker, about).await?;
        self.finish_incidents(&Actor::Worker, id).await?;
        self.release(id).await?;
        Ok(true)
    }
}

impl Store {
    /// Lets one request through at every destination whose breaker was open long enough. Gives back how many.
    pub async fn probe_destinations(&self) -> Outcome<usize> {
        let mut tx = self.begin().await?;
        let now = tx.now;
        let lost = tx.run(LOST_PROBES, values![now]).await?;
        let due: Vec<(Uuid, Option<Uuid>)> = tx.all(DUE_PROBES, values![now]).await?;
        let mut probes = 0;
        for (destination, job) in due {
            let Some(job) = job else { continue };
            if tx.run(PROBE, values![destination, job, now]).await? == 0 {
                continue;
            }
            tx.run(LET_THROUGH, values![job, now]).await?;
            let about = About {
                verb: "destination.probe",
                kind: Kind::Destination,
                subject: destination,
                lead: None,
                detail: "one job is let through, to see whether it works again",
            };
            tx.journal(&Actor::Worker, about).await?;
            probes += 1;
        }
        if probes > 0 || lost > 0 {
            tx.commit().await?;
        }
        Ok(probes)
    }

    /// Lets destinations run again whose pause has ended. Gives back how many.
    pub async fn end_pauses(&self) -> Outcome<usize> {
        let mut tx = self.begin().await?;
        let now: DateTime<Utc> = tx.now;
        let over: Vec<(Uuid, i64)> = tx.all(OVER, values![now]).await?;
        for (id, _) in &over {
            tx.end_pause(DestinationId(*id)).await?;
        }
        if !over.is_empty() {
            tx.commit().await?;
        }
        Ok(over.len())
    }

    /// Holds and releases what a pause or a resume left behind, up to a thousand jobs each: there may be too many for
    /// one statement.
    pub async fn tidy_lanes(&self) -> Outcome<usize> {
        let mut tx = self.begin().await?;
        let now = tx.now;
        let held = tx.all::<(Uuid,)>(self.of(HOLD_LATE), values![now]).await?.len();
        let released = tx.all::<(Uuid,)>(self.of(RELEASE_LATE), values![now]).await?.len();
        if held + released > 0 {
            tx.commit().await?;
        }
        Ok(held + released)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::assert_reads_few_jobs;

    #[tokio::test]
    async fn what_workers_ask_all_day_reads_few_jobs() {
        assert_reads_few_jobs(HOLD_LATE[0]).await;
        assert_reads_few_jobs(RELEASE_LATE[0]).await;
        assert_reads_few_jobs(DUE_PROBES).await;
        assert_reads_few_jobs(LOST_PROBES).await;
    }
}

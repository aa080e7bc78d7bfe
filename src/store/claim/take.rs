//! Taking jobs: the most urgent that are due, as many as their destinations may get.
//!
//! What waits for its time becomes ready first; then each destination that works shows its most urgent jobs, as far as
//! its limits allow, and the most urgent of all of them are taken. A destination for texts that takes so many at once keeps a
//! place for answers to people who wait, as a worker does: bulk whose requests hang would keep them out for as long. One
//! index holds ready jobs by destination, urgency and time, so this costs the same however many wait.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Claimed, Row, dialects};
use crate::domain::destination::Breaker;
use crate::domain::id::{DestinationId, JobId};
use crate::domain::routing::{ANSWER_FIRST, bulk_places_at};
use crate::domain::slots::Slots;
use crate::store::rows::from_row;
use crate::store::statement::{Value, values};
use crate::store::{Outcome, Store, Tx};

/// Jobs that become ready in one go; the next claim makes more.
const PROMOTED: i64 = 256;

/// How much a worker can take.
#[derive(Clone, Debug)]
pub struct Appetite {
    /// Jobs in all.
    pub most: usize,
    /// Of these, jobs that nobody waits for: the rest is kept for answers.
    pub bulk: usize,
    /// The destinations it can reach, by name; `None` means every one.
    pub reaches: Option<Vec<String>>,
}

/// What was taken.
#[derive(Debug, Default)]
pub struct Taken {
    /// The jobs, most urgent first.
    pub jobs: Vec<Claimed>,
    /// When a destination's limit, or what it asked for, lets more through, where that is what holds them back.
    pub again_at: Option<DateTime<Utc>>,
}

/// A destination that has ready jobs and works.
#[derive(Debug)]
pub(super) struct Lane {
    id: DestinationId,
    pub(super) name: String,
    pub(super) kind: String,
    concurrency: Option<i64>,
    per_minute: Option<i64>,
    /// The one job that may leave, where the breaker is half open.
    pub(super) probes: Option<Uuid>,
    breaker: Breaker,
    /// Until when it asked to be left alone.
    quiet_until: Option<DateTime<Utc>>,
}
from_row!(Lane { id: Uuid, name: =String, kind: =String, concurrency: =Option<i64>, per_minute: =Option<i64>,
    probes: =Option<Uuid>, breaker: String, quiet_until: =Option<DateTime<Utc>>, });

// An armed or waiting job of a destination that stands still is held as soon as its time has come.
const PROMOTE: [&str; 2] = dialects!(
    "update jobs set state = case when exists (select 1 from destinations d where d.id = jobs.destination_id
                and (d.paused or d.breaker <> 'closed')) then 'held' else 'ready' end,
        armed_until = null, version = version + 1, updated_at = $1
    where id in (select j.id from jobs j where j.state in ('armed', 'scheduled', 'retrying') and j.due_at <= $1
        and (j.armed_until is null or j.armed_until <= $1) order by j.due_at, j.id limit $2",
    skip_jobs,
    ") returning id"
);
// One look into the index for each destination: a join would read every job that is ready.
const LANES: &str = "select d.id, d.name, d.kind, d.concurrency, d.per_minute, d.breaker,
        case when d.breaker = 'half_open' then d.probe_job end as probes, d.quiet_until
    from destinations d where not d.paused and d.breaker <> 'open'
        and (select j.id from jobs j where j.destination_id = d.id and j.state = 'ready' limit 1) is not null order by d.number";
/// Limits hold for all workers together, so only one of them at a time takes jobs of a destination that has some.
const LIMITED: [&str; 2] = dialects!("select next_slot_at from destinations where id = $1", skip);
const RUNNING: &str =
    "select count(*), count(case when priority < $2 then 1 end) from jobs where destination_id = $1 and state = 'running'";
const SLOTS: &str = "update destinations set next_slot_at = $2 where id = $1";
const READY: [&str; 2] = dialects!(
    "select j.id, j.priority, j.due_at from jobs j where j.destination_id = $1 and j.state = 'ready' and j.priority >= $2
        and j.window_ends_at > $3 order by j.priority desc, j.due_at, j.id limit $4",
    skip_jobs
);
const PROBE: [&str; 2] = dialects!(
    "select j.id, j.priority, j.due_at from jobs j where j.id = $1 and j.state = 'ready' and j.window_ends_at > $2",
    skip_jobs
);
const CLAIM: [&str; 2] = dialects!(
    "update jobs set state = 'running', lease_until = ",
    lease,
    ", leased_by = $2, fence = fence + 1, version = version + 1, updated_at = $3 where state = 'ready' and id in (values {rows})
    returning id, number, client_id, lead_id, summary_id, kind, operation, destination_id, delivery_mode, idempotency_key,
        args, content, template_id, created_at, priority, attempts, max_attempts, window_ends_at, fence,
        case when delivery_mode = 'reconcile' then (select min((select min(a.started_at) from attempts a
            where a.job_id = o.id and a.outcome = 'may_have_left'))
            from jobs o where o.idempotency_key = jobs.idempotency_key) end as doubtful_since,
        case when delivery_mode = 'reconcile' then (select max((select max(coalesce(a.finished_at, a.started_at)) from attempts a
            where a.job_id = o.id and a.outcome = 'may_have_left'))
            from jobs o where o.idempotency_key = jobs.idempotency_key) end as doubted_at"
);

/// When it is looked again for what another worker holds at this moment.
const SOON: TimeDelta = TimeDelta::milliseconds(250);

/// What a destination may still get.
struct Room {
    /// Jobs in all.
    all: i64,
    /// Of these, jobs that nobody waits for.
    bulk: i64,
    /// The slots they take, where so many are allowed in a minute.
    slots: Option<Slots>,
}

/// A job that could be taken.
type Candidate = (Uuid, i64, DateTime<Utc>);

impl Store {
    /// Takes the most urgent jobs that are due and whose destination works and has room. Two workers never get the same
    /// one; what another is taking at this moment is passed over.
    pub async fn claim_jobs(&self, worker: &str, appetite: &Appetite) -> Outcome<Taken> {
        let mut tx = self.begin().await?;
        let now = tx.now;
        tx.all::<(Uuid,)>(self.of(PROMOTE), values![now, PROMOTED]).await?;
        let lanes: Vec<Lane> = tx.all(LANES, vec![]).await?;
        let mut taken = Taken::default();
        let mut candidates: Vec<(Candidate, usize)> = Vec::new();
        let mut slots: BTreeMap<usize, Slots> = BTreeMap::new();
        for (at, lane) in lanes.iter().enumerate() {
            if appetite.reaches.as_ref().is_some_and(|names| !names.contains(&lane.name)) {
                continue;
            }
            if let Some(quiet) = lane.quiet_until.filter(|until| *until > now) {
                taken.again_at = Some(taken.again_at.map_or(quiet, |at| at.min(quiet)));
                continue;
            }
            let mut room = Room { all: i64::MAX, bulk: i64::MAX, slots: None };
            if lane.concurrency.is_some() || lane.per_minute.is_some() {
                room = self.room(&mut tx, lane, &mut taken.again_at).await?;
                slots.extend(room.slots.map(|kept| (at, kept)));
            }
            let found = self.candidates(&mut tx, lane, &room, appetite).await?;
            candidates.extend(found.into_iter().map(|candidate| (candidate, at)));
        }
        candidates.sort_by_key(|((id, priority, due), _)| (std::cmp::Reverse(*priority), *due, *id));
        let mut bulk = appetite.bulk;
        candidates.retain(|((_, priority, _), _)| {
            *priority >= ANSWER_FIRST || {
                let fits = bulk > 0;
                bulk = bulk.saturating_sub(1);
                fits
            }
        });
        candidates.truncate(appetite.most);
        if candidates.is_empty() {
            // What became ready stays so, and what was locked is free for others at once.
            tx.commit().await?;
            return Ok(taken);
        }
        for (at, kept) in slots {
            let count = candidates.iter().filter(|(_, lane)| *lane == at).count() as i64;
            if count > 0 {
                tx.run(SLOTS, values![lanes[at].id, kept.after(count)]).await?;
            }
        }
        let ids: Vec<Vec<Value>> = candidates.iter().map(|((id, ..), _)| values![*id]).collect();
        let lease = self.moment(&mut tx).await?.lease();
        let rows: Vec<Row> = tx.over(self.of(CLAIM), values![lease, worker, now], ids).await?;
        // When the answer to this is lost the leases run out, and the jobs are rescued with nothing announced.
        tx.commit().await?;
        let order: BTreeMap<JobId, usize> =
            candidates.iter().enumerate().map(|(place, ((id, ..), _))| (JobId(*id), place)).collect();
        let lane_of: BTreeMap<DestinationId, &Lane> = lanes.iter().map(|lane| (lane.id, lane)).collect();
        taken.jobs = rows
            .into_iter()
            .filter_map(|row| lane_of.get(&row.destination_id).map(|lane| Claimed::new(row, lane, worker)))
            .collect();
        taken.jobs.sort_by_key(|job| order.get(&job.id).copied());
        Ok(taken)
    }

    /// How many more a limited destination may get.
    async fn room(&self, tx: &mut Tx, lane: &Lane, again_at: &mut Option<DateTime<Utc>>) -> Outcome<Room> {
        let locked: Option<(Option<DateTime<Utc>>,)> = tx.one(self.of(LIMITED), values![lane.id]).await?;
        // Another worker is taking jobs of it right now; it says so by changing them.
        let Some((next_at,)) = locked else {
            // What it leaves may be for this one, and a look that takes nothing tells nobody.
            let soon = tx.now + SOON;
            *again_at = Some(again_at.map_or(soon, |at| at.min(soon)));
            return Ok(Room { all: 0, bulk: 0, slots: None });
        };
        let (mut all, mut bulk) = (i64::MAX, i64::MAX);
        if let Some(places) = lane.concurrency {
            let running: Option<(i64, i64)> = tx.one(RUNNING, values![lane.id, ANSWER_FIRST]).await?;
            let (taken, by_bulk) = running.unwrap_or_default();
            all = (places - taken).max(0);
            bulk = (bulk_places_at(&lane.kind, places) - by_bulk).max(0);
        }
        let Some(per_minute) = lane.per_minute else { return Ok(Room { all, bulk, slots: None }) };
        let slots = Slots::new(per_minute, next_at, tx.now);
        let free = slots.free(tx.now);
        if free < all {
            let next = slots.after(free);
            *again_at = Some(again_at.map_or(next, |at| at.min(next)));
        }
        Ok(Room { all: all.min(free), bulk, slots: Some(slots) })
    }

    async fn candidates(&self, tx: &mut Tx, lane: &Lane, room: &Room, appetite: &Appetite) -> Outcome<Vec<Candidate>> {
        let most = room.all.min(appetite.most as i64);
        if most == 0 {
            return Ok(vec![]);
        }
        let now = tx.now;
        match (lane.breaker, lane.probes) {
            (Breaker::HalfOpen, Some(job)) => tx.all(self.of(PROBE), values![job, now]).await,
            (Breaker::Closed, _) => {
                let least = if appetite.bulk == 0 || room.bulk == 0 { ANSWER_FIRST } else { i64::MIN };
                let mut found: Vec<Candidate> = tx.all(self.of(READY), values![lane.id, least, now, most]).await?;
                // The most urgent come first, so what is too much of bulk comes last.
                let urgent = found.iter().filter(|(_, priority, _)| *priority >= ANSWER_FIRST).count();
                found.truncate(urgent.saturating_add(usize::try_from(room.bulk).unwrap_or(usize::MAX)));
                Ok(found)
            }
            (Breaker::HalfOpen | Breaker::Open, _) => Ok(vec![]),
        }
    }

    /// When the next job that waits for its time becomes due; `None` when none waits.
    pub async fn next_due(&self) -> Outcome<Option<DateTime<Utc>>> {
        const SQL: &str = "select due_at, armed_until from jobs where state in ('armed', 'scheduled', 'retrying')
            order by due_at, id limit 1";
        let mut rows = self.read::<(DateTime<Utc>, Option<DateTime<Utc>>)>(SQL, vec![]).await?;
        Ok(rows.pop().map(|(due, armed)| armed.map_or(due, |armed| armed.max(due))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::assert_reads_few_jobs;

    #[tokio::test]
    async fn what_workers_ask_all_day_reads_few_jobs() {
        assert_reads_few_jobs(PROMOTE[0]).await;
        assert_reads_few_jobs(LANES).await;
        assert_reads_few_jobs(READY[0]).await;
        assert_reads_few_jobs(RUNNING).await;
    }
}

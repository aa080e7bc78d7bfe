//! Jobs: made with their announcement, and moved by what a person decides. The worker's verbs are in `claim`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::rows::{from_row, read};
use super::statement::{Value, values};
use super::{Outcome, Tx};
use crate::domain::actor::Actor;
use crate::domain::event::Channel;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, DestinationId, EntryId, JobId, Kind, LeadId, Ref, SummaryId, TemplateId};
use crate::domain::job::{DeliveryMode, JobKind, JobState};
use crate::domain::journal::sha256;
use crate::domain::replay::{NOT_ARRIVED, Past};
use crate::domain::retry;
use crate::store::journal::{About, row};

/// What stands behind the verdict on a replay, as columns: whether a job of the same key arrived or a newer one is on its
/// way, asked of jobs alone that may be replayed; and since when a try is open. `r` is the job. A destination that is asked before each try has
/// answered for the tries before the last. Counted, because Postgres would answer an `exists` by reading all that succeeded;
/// and each job's tries by themselves, because before its first `analyze` it would answer a join by reading all tries.
macro_rules! past {
    () => {
        "(r.state in ('dead', 'cancelled', 'unknown') and (select count(*) from jobs f
            where f.idempotency_key = r.idempotency_key and (f.state = 'succeeded' or (f.replay > r.replay
                and f.state in ('armed', 'scheduled', 'ready', 'running', 'retrying', 'held')))) > 0) as applied,
        case when r.state not in ('running', 'succeeded') then (select min((select min(a.started_at) from attempts a
                where a.job_id = f.id and a.outcome in ('running', 'may_have_left', 'lease_lost') and (f.delivery_mode <> 'reconcile'
                    or not exists (select 1 from attempts b where b.job_id = a.job_id and b.n > a.n))))
            from jobs f where f.idempotency_key = r.idempotency_key and coalesce(f.reason, '') <> 'it did not arrive')
            end as open_since"
    };
}
pub(crate) use past;

/// Outward work to be queued.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// Whose lead it concerns.
    pub client: ClientId,
    /// The lead (C8), unless it concerns the client as a whole.
    pub lead: Option<LeadId>,
    /// The summary to be published, where that is the work.
    pub summary: Option<SummaryId>,
    /// Where it goes.
    pub destination: DestinationId,
    /// What stops a second effect there.
    pub delivery_mode: DeliveryMode,
    /// The approved text it uses (C7).
    pub template: Option<TemplateId>,
    /// What kind of work.
    pub kind: JobKind,
    /// What is asked of the destination.
    pub operation: &'a str,
    /// What makes this work this work; with client, destination and operation it is the idempotency key (C3).
    pub natural_key: &'a str,
    /// What the request is made from. Internal.
    pub args: &'a str,
    /// Urgent work is never behind bulk.
    pub priority: i64,
    /// Whether it waits ten seconds for an undo.
    pub armed: bool,
}

/// What acts need to know of a job.
#[derive(Clone, Debug)]
pub struct JobNow {
    /// Its id.
    pub id: JobId,
    /// The number of its reference.
    pub number: i64,
    /// Its version.
    pub version: i64,
    /// Where it stands.
    pub state: JobState,
    /// Whose it is.
    pub client_id: ClientId,
    /// The lead it concerns.
    pub lead_id: Option<LeadId>,
    /// What stops a second effect.
    pub delivery_mode: DeliveryMode,
    /// Tries so far that counted.
    pub attempts: i64,
    /// Whether a try of it failed, counted or not, and none arrived since.
    pub has_failed: bool,
    /// How often a worker had it, and rescues: 0 for a new one.
    pub fence: i64,
    /// The job this one replays.
    pub replay_of: Option<JobId>,
    /// Whether it is off the failures pane for good.
    pub settled: bool,
    /// When trying has no more use.
    pub window_ends_at: DateTime<Utc>,
    /// When it is due.
    pub due_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
from_row!(JobNow { id: Uuid, number: =i64, version: =i64, state: String, client_id: Uuid, lead_id: ?Uuid, delivery_mode: String,
    attempts: =i64, has_failed: =bool, fence: =i64, replay_of: ?Uuid, settled: =bool, window_ends_at: =DateTime<Utc>, due_at: =DateTime<Utc>,
    updated_at: =DateTime<Utc>, });

struct PastRow {
    kind: String,
    reason: Option<String>,
    applied: bool,
    open_since: Option<DateTime<Utc>>,
}
from_row!(PastRow { kind: =String, reason: =Option<String>, applied: =bool, open_since: =Option<DateTime<Utc>>, });

const NOW: &str =
    "select id, number, version, state, client_id, lead_id, delivery_mode, attempts, signature is not null as has_failed, fence, replay_of, settled, window_ends_at,
    due_at, updated_at from jobs where id = $1";
pub(crate) const INSERT: &str =
    "insert into jobs (id, client_id, lead_id, summary_id, destination_id, template_id, kind, operation, delivery_mode,
        idempotency_key, fingerprint, args, state, priority, due_at, window_ends_at, max_attempts, armed_until, search,
        created_at, updated_at, entry_id)
    values {rows} on conflict (idempotency_key, replay) do nothing returning id, number";
// Each key by itself: a join would be planned by a guess of how many jobs there are.
const BY_KEYS: &str = "with wanted (key) as (values {rows}), known (key, number, fingerprint) as (select w.key,
        (select j.number from jobs j where j.idempotency_key = w.key and j.replay = 0),
        (select j.fingerprint from jobs j where j.idempotency_key = w.key and j.replay = 0) from wanted w)
    select key, number, fingerprint from known where number is not null";
// A replay is a new job with the same key: the destination may still recognise it. The old one is settled, not changed. What
// nobody can have got is composed anew, from the lead and the newest edition of the text: that is why people replay it.
const REPLAY: &str = "with old as (select jobs.*, exists (select 1 from jobs o join attempts a on a.job_id = o.id
            where o.idempotency_key = jobs.idempotency_key
                and a.outcome in ('succeeded', 'may_have_left', 'lease_lost', 'running')) as kept from jobs where id = $1)
    insert into jobs (id, client_id, lead_id, summary_id, destination_id, template_id, kind, operation, delivery_mode,
        idempotency_key, fingerprint, replay, replay_of, args, content, state, priority, due_at, window_ends_at, max_attempts, armed_until, entry_id,
        search, created_at, updated_at)
    select $2, client_id, lead_id, summary_id, destination_id, case when kept then template_id else coalesce($9, template_id) end, kind,
        operation, delivery_mode, idempotency_key, fingerprint,
        (select max(replay) + 1 from jobs r where r.idempotency_key = old.idempotency_key), id, args,
        case when kept then content end, $8, priority, $3, $4, max_attempts, $7, $5, search, $6, $6
    from old returning number";

/// What a new job from an old one is made with.
#[derive(Clone, Copy, Debug)]
pub struct Anew {
    /// How long it can be recalled before it leaves; zero is at once.
    pub arm: TimeDelta,
    /// How long trying has a use.
    pub window: TimeDelta,
    /// The text that is used now, where nobody can have got the one before.
    pub template: Option<TemplateId>,
    /// The entry that announces it.
    pub entry: EntryId,
}
const MOVE: &str =
    "update jobs set state = $4, due_at = coalesce($5, due_at), armed_until = $6, reason = $7, settled = settled or $8,
        finished_at = case when $8 then $9 else finished_at end, version = version + 1, updated_at = $9
    where id = $1 and version = $2 and state = $3 returning number";

/// Where a person's decision moves a job.
#[derive(Clone, Debug, Default)]
pub struct Move<'a> {
    /// A new due time.
    pub due_at: Option<DateTime<Utc>>,
    /// Until when it can be recalled.
    pub armed_until: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<&'a str>,
    /// Whether it is off the failures pane for good.
    pub settled: bool,
}

/// How a new job came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// It is new; the number of its reference.
    New(JobId, i64),
    /// The same work was queued before.
    Known(i64),
    /// The same key was queued before with another content: a person must look.
    Differs(i64),
}

/// What it means that a key was queued before with another content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// A person must look.
    Matters,
    /// What was queued first is enough.
    Passes,
}

/// Key, number and fingerprint of a job.
type Keyed = (String, i64, Vec<u8>);

fn reused(number: i64) -> Failure {
    Failure::KeyReused { job: Ref::new(Kind::Job, number).to_string() }
}

/// A job as it is to be written.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) key: String,
    pub(crate) lead: Option<LeadId>,
    id: JobId,
    actor: Actor,
    detail: String,
    fingerprint: Vec<u8>,
    reuse: Reuse,
    /// All columns but the last, which is its announcement.
    row: Vec<Value>,
}

impl Planned {
    fn new(actor: &Actor, new: &NewJob<'_>, now: DateTime<Utc>) -> Self {
        let key = format!("{}:{}:{}:{}", new.client, new.destination, new.operation, new.natural_key);
        let key = crate::domain::journal::to_hex(&sha256(key.as_bytes())[..16]);
        let fingerprint = sha256(new.args.as_bytes()).to_vec();
        let id = JobId::new();
        let due = if new.armed { now + retry::ARMED } else { now };
        let state = if new.armed { JobState::Armed } else { JobState::Ready };
        let row = values![
            id,
            new.client,
            new.lead,
            new.summary,
            new.destination,
            new.template.map(|template| template.0),
            new.kind.as_str(),
            new.operation,
            new.delivery_mode.as_str(),
            &key,
            &fingerprint[..],
            new.args,
            state.as_str(),
            new.priority,
            due,
            due + retry::window(new.kind, new.operation),
            retry::MAX_ATTEMPTS,
            new.armed.then_some(due),
            format!("{} {}", new.kind, new.operation).to_lowercase(),
            now,
            now,
        ];
        let detail = format!("{} {} is to be done", new.kind, new.operation);
        Self { key, id, lead: new.lead, actor: actor.clone(), detail, fingerprint, reuse: Reuse::Matters, row }
    }

    fn about(&self) -> About<'_> {
        About { verb: "job.queue", kind: Kind::Job, subject: self.id.0, lead: self.lead, detail: &self.detail }
    }

    /// The entry that announces it.
    pub(crate) fn announcement(&self, now: DateTime<Utc>) -> (EntryId, Vec<Value>) {
        let entry = self.about().entry(&self.actor, now);
        (entry.id, row(&entry))
    }

    pub(crate) fn row(mut self, entry: EntryId) -> Vec<Value> {
        self.row.push(entry.into());
        self.row
    }
}

impl Tx {
    /// Queues outward work, with its announcement (C2). The same work twice is one job.
    pub async fn queue_job(&mut self, actor: &Actor, new: &NewJob<'_>) -> Outcome<Queued> {
        let job = Planned::new(actor, new, self.now);
        let (key, fingerprint) = (job.key.clone(), job.fingerprint.clone());
        if let Some(known) = self.queued(&key, &fingerprint).await? {
            return Ok(known);
        }
        // Its entry stands before it, and none stands for a job that another transaction was first to make: that one may
        // become durable between the question above and the insert.
        self.write_gathered().await?;
        self.run("savepoint queueing", vec![]).await?;
        let entry = self.journal(actor, job.about()).await?;
        let id = job.id;
        let made: Option<(Uuid, i64)> = self.over(INSERT, vec![], vec![job.row(entry)]).await?.pop();
        if made.is_none() {
            self.run("rollback to savepoint queueing", vec![]).await?;
        }
        self.run("release savepoint queueing", vec![]).await?;
        if let Some((_, number)) = made {
            return Ok(Queued::New(id, number));
        }
        let known = self.queued(&key, &fingerprint).await?;
        known.ok_or_else(|| Failure::Other("a job of the same key stands in the way and is not there".to_owned()))
    }

    /// The job that was queued before with this key.
    async fn queued(&mut self, key: &str, fingerprint: &[u8]) -> Outcome<Option<Queued>> {
        let found = self.over::<Keyed>(BY_KEYS, vec![], vec![values![key]]).await?.pop();
        Ok(found.map(|(_, number, before)| if before == fingerprint { Queued::Known(number) } else { Queued::Differs(number) }))
    }

    /// Queues outward work of which nothing is asked any more; where rows are gathered, with others.
    ///
    /// # Errors
    /// `KeyReused` when the same key was queued before with another content, and that matters; where rows are gathered, what
    /// writes them says so.
    pub async fn plan_job(&mut self, actor: &Actor, new: &NewJob<'_>, reuse: Reuse) -> Outcome<()> {
        if self.gathers() {
            return self.put_job(Planned { reuse, ..Planned::new(actor, new, self.now) }).await;
        }
        match self.queue_job(actor, new).await? {
            Queued::Differs(number) if reuse == Reuse::Matters => Err(reused(number)),
            Queued::New(..) | Queued::Known(_) | Queued::Differs(_) => Ok(()),
        }
    }

    /// Those of some jobs, each with its place, that were not queued before.
    pub(crate) async fn only_new(&mut self, jobs: Vec<(usize, Planned)>) -> Outcome<Vec<(usize, Planned)>> {
        let keys = jobs.iter().map(|(_, job)| values![&job.key]).collect();
        let known: Vec<Keyed> = self.over_now(BY_KEYS, vec![], keys).await?;
        let known: BTreeMap<String, (i64, Vec<u8>)> =
            known.into_iter().map(|(key, number, before)| (key, (number, before))).collect();
        let mut new = Vec::with_capacity(jobs.len());
        for (place, job) in jobs {
            match known.get(&job.key) {
                Some((number, before)) if *before != job.fingerprint && job.reuse == Reuse::Matters => {
                    return Err(reused(*number));
                }
                Some(_) => {}
                None => new.push((place, job)),
            }
        }
        Ok(new)
    }

    /// The job as it is now.
    pub async fn job_now(&mut self, id: Uuid) -> Outcome<Option<JobNow>> {
        self.one(NOW, values![id]).await
    }

    /// Moves a job from the state it was seen in; `None` when it changed meanwhile.
    pub async fn move_job(&mut self, job: &JobNow, version: i64, to: JobState, how: &Move<'_>) -> Outcome<Option<i64>> {
        let now = self.now;
        let values =
            values![job.id, version, job.state.as_str(), to.as_str(), how.due_at, how.armed_until, how.reason, how.settled, now];
        Ok(self.one::<(i64,)>(MOVE, values).await?.map(|row| row.0))
    }

    /// Makes a new job from an old one, due at once or armed for a while; the old one is settled by the caller.
    pub async fn replay_job(&mut self, old: &JobNow, anew: Anew) -> Outcome<(JobId, i64)> {
        let (id, now) = (JobId::new(), self.now);
        let due = now + anew.arm;
        let armed_until = (anew.arm > TimeDelta::zero()).then_some(due);
        let state = if armed_until.is_some() { JobState::Armed } else { JobState::Ready };
        let values = values![
            old.id,
            id,
            due,
            due + anew.window,
            anew.entry,
            now,
            armed_until,
            state.as_str(),
            anew.template.map(|id| id.0)
        ];
        let (number,) = self.made::<(i64,)>(REPLAY, values).await?;
        Ok((id, number))
    }

    /// Takes a job off the failures pane, replayed or laid aside; `false` when it changed since it was seen.
    pub async fn settle_job(&mut self, job: &JobNow) -> Outcome<bool> {
        const SQL: &str = "update jobs set settled = true, version = version + 1, updated_at = $3 where id = $1 and version = $2 returning number";
        let now = self.now;
        Ok(self.one::<(i64,)>(SQL, values![job.id, job.version, now]).await?.is_some())
    }

    /// Cancels what waits to do again what a job did, because that arrived; gives back which, with their numbers.
    pub async fn stop_replays(&mut self, job: &JobNow) -> Outcome<Vec<(JobId, i64)>> {
        const SQL: &str = "update jobs set state = 'cancelled', reason = 'it arrived', settled = true, armed_until = null,
                finished_at = $2, version = version + 1, updated_at = $2
            where idempotency_key = (select o.idempotency_key from jobs o where o.id = $1) and id <> $1
                and state in ('armed', 'scheduled', 'ready', 'retrying', 'held') returning id, number";
        let now = self.now;
        let stopped: Vec<(Uuid, i64)> = self.all(SQL, values![job.id, now]).await?;
        Ok(stopped.into_iter().map(|(id, number)| (JobId(id), number)).collect())
    }

    /// Puts a job back on the failures pane, because its replay was recalled.
    pub async fn unsettle_job(&mut self, id: JobId) -> Outcome<()> {
        const SQL: &str = "update jobs set settled = false, version = version + 1, updated_at = $2 where id = $1";
        let now = self.now;
        self.run(SQL, values![id, now]).await.map(drop)
    }

    /// What is known of all jobs under a job's key, to judge a replay by.
    pub async fn past(&mut self, job: &JobNow) -> Outcome<Past> {
        const SQL: &str = concat!(
            "select d.kind, r.reason, ",
            past!(),
            " from jobs r join destinations d on d.id = r.destination_id where r.id = $1"
        );
        let row: Option<PastRow> = self.one(SQL, values![job.id]).await?;
        let row = row.ok_or_else(|| Failure::NotFound(Ref::new(Kind::Job, job.number).to_string()))?;
        Ok(Past {
            state: job.state,
            mode: job.delivery_mode,
            kind: row.kind,
            applied: row.applied,
            open_since: row.open_since,
            denied: row.reason.as_deref() == Some(NOT_ARRIVED),
        })
    }

    /// The kind and operation of a job, and the channel that its destination would write on.
    pub async fn job_work(&mut self, id: JobId) -> Outcome<(JobKind, String, Channel)> {
        const SQL: &str =
            "select j.kind, j.operation, d.kind from jobs j join destinations d on d.id = j.destination_id where j.id = $1";
        let row: Option<(String, String, String)> = self.one(SQL, values![id]).await?;
        let (kind, operation, there) = row.ok_or_else(|| Failure::NotFound("that job".to_owned()))?;
        let channel = if there == "email" { Channel::Email } else { Channel::Sms };
        Ok((read("kind", kind)?, operation, channel))
    }

    /// When a job's last request left, where one did.
    pub async fn left_at(&mut self, id: JobId) -> Outcome<Option<DateTime<Utc>>> {
        const SQL: &str = "select max(started_at) from attempts where job_id = $1";
        let row: Option<(Option<DateTime<Utc>>,)> = self.one(SQL, values![id]).await?;
        Ok(row.and_then(|(at,)| at))
    }

    /// Cancels what waits to be written to an address that opted out, on this channel alone; gives back how many.
    pub async fn stop_messages(&mut self, client: ClientId, channel: Channel, address: &str) -> Outcome<usize> {
        const SQL: &str = "update jobs set state = 'cancelled', reason = 'opted_out', finished_at = $3, version = version + 1, updated_at = $3
            where client_id = $1 and kind in ('message', 'review_request') and state in ('armed', 'scheduled', 'ready', 'retrying', 'held')
              and destination_id in (select d.id from destinations d where case d.kind when 'email' then 'email' else 'sms' end = $4)
              and lead_id in (select id from leads where client_id = $1 and (phone = $2 or email = $2)) returning id";
        let now = self.now;
        Ok(self.all::<(Uuid,)>(SQL, values![client, address, now, channel.as_str()]).await?.len())
    }

    /// Whether the same message was queued for a lead a moment ago: three missed calls in a minute are one text.
    pub async fn has_recent_job(&mut self, lead: LeadId, operation: &str, since: DateTime<Utc>) -> Outcome<bool> {
        const SQL: &str =
            "select id from jobs where lead_id = $1 and operation = $2 and created_at > $3 and state <> 'cancelled' limit 1";
        Ok(self.one::<(Uuid,)>(SQL, values![lead, operation, since]).await?.is_some())
    }
}

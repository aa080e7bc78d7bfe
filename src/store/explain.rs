//! The facts behind "why is this not running?", read in one go.

use chrono::{DateTime, TimeDelta, Utc};

use super::filtering::{Bind, Sql};
use super::rows::from_row;
use super::{Outcome, Store};
use crate::domain::actor::Person;
use crate::domain::destination::Breaker;
use crate::domain::id::Ref;
use crate::domain::job::{AttemptOutcome, Job};
use crate::domain::routing::ANSWER_FIRST;
use crate::domain::row::Count;
use crate::domain::why::{Explanation, Facts, Hands, LastTry, Lease, Standing, why};

struct Around {
    leased_by: Option<String>,
    sent_at: Option<DateTime<Utc>>,
    tried: i64,
    last_outcome: Option<AttemptOutcome>,
    retry_after_ms: Option<i64>,
    name: String,
    kind: String,
    paused: bool,
    paused_by: Option<String>,
    paused_why: Option<String>,
    paused_until: Option<DateTime<Utc>>,
    breaker: Breaker,
    opened_at: Option<DateTime<Utc>>,
    open_why: Option<String>,
    probe_at: Option<DateTime<Utc>>,
    running: i64,
    bulk: i64,
    concurrency: Option<i64>,
    per_minute: Option<i64>,
    next_slot_at: Option<DateTime<Utc>>,
    quiet_until: Option<DateTime<Utc>>,
}
from_row!(Around { leased_by: =Option<String>, sent_at: =Option<DateTime<Utc>>, tried: =i64, last_outcome: ?String, retry_after_ms: =Option<i64>,
    name: =String, kind: =String, paused: =bool, paused_by: =Option<String>, paused_why: =Option<String>,
    paused_until: =Option<DateTime<Utc>>, breaker: String, opened_at: =Option<DateTime<Utc>>, open_why: =Option<String>,
    probe_at: =Option<DateTime<Utc>>, running: =i64, bulk: =i64, concurrency: =Option<i64>, per_minute: =Option<i64>,
    next_slot_at: =Option<DateTime<Utc>>, quiet_until: =Option<DateTime<Utc>>, });

struct Number {
    n: i64,
}
from_row!(Number { n: =i64, });

const AROUND: &str = "select r.leased_by,
        (select a.started_at from attempts a where a.job_id = r.id and a.fence = r.fence and a.outcome = 'running') as sent_at,
        (select count(*) from attempts a where a.job_id = r.id and a.outcome <> 'running') as tried,
        (select a.outcome from attempts a where a.job_id = r.id order by a.n desc, a.fence desc limit 1) as last_outcome,
        (select a.retry_after_ms from attempts a where a.job_id = r.id order by a.n desc, a.fence desc limit 1) as retry_after_ms,
        d.name, d.kind, d.paused, d.paused_by, d.paused_why, d.paused_until, d.breaker, d.opened_at, d.open_why, d.probe_at,
        (select count(*) from jobs o where o.destination_id = r.destination_id and o.state = 'running') as running,
        d.concurrency, d.per_minute, d.next_slot_at, d.quiet_until,
        (select count(*) from jobs o where o.destination_id = r.destination_id and o.state = 'running' and o.priority < ";
const OF_JOB: &str = ") as bulk from jobs r join destinations d on d.id = r.destination_id where r.id = ";

impl Store {
    /// Why a job is not running, the reason that matters first.
    ///
    /// # Errors
    /// `NotFound` also when the person may not see it.
    pub async fn explain(&self, me: &Person, record: Ref) -> Outcome<Explanation> {
        let target = self.find(me, record).await?;
        let job = self.job(me, target.id.into()).await?;
        let mut sql = Sql::new(AROUND);
        sql.bind(Bind::Number(ANSWER_FIRST)).push(OF_JOB).bind(Bind::Id(job.id.0));
        let around: Option<Around> = self.rows(&sql).await?.pop();
        let around = around.ok_or_else(|| crate::domain::failure::Failure::NotFound(record.to_string()))?;
        let now = self.clock.now();
        let ahead = self.ahead(&job, now).await?;
        let hands = self.hands(&around.name).await?;
        let tried = around.tried;
        let facts = facts(&job, around, ahead, hands);
        Ok(Explanation {
            record,
            title: format!("{} {} → {}", job.kind, job.operation, job.destination),
            state: job.state,
            due_at: job.due_at,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            tried,
            window_ends_at: job.window_ends_at,
            replay: job.replay(now),
            reasons: why(&facts, now),
        })
    }

    /// How many jobs for the same destination are taken first.
    async fn ahead(&self, job: &Job, now: DateTime<Utc>) -> Outcome<Count> {
        let mut sql = Sql::new("select count(*) as n from (select 1 from jobs o where o.state = 'ready' and o.destination_id = ");
        sql.bind(Bind::Id(job.destination_id.0)).push(" and o.due_at <= ").bind(Bind::Time(now));
        sql.push(" and (o.priority > ").bind(Bind::Number(job.priority));
        sql.push(" or (o.priority = ").bind(Bind::Number(job.priority));
        sql.push(" and (o.due_at, o.id) < (").bind(Bind::Time(job.due_at)).push(", ").bind(Bind::Id(job.id.0));
        sql.push("))) limit ").bind(Bind::Number(Count::BOUND + 1)).push(") bounded");
        Ok(Count::bounded(self.rows::<Number>(&sql).await?.first().map_or(0, |row| row.n)))
    }
}

fn facts(job: &Job, around: Around, ahead: Count, hands: Hands) -> Facts {
    Facts {
        state: job.state,
        is_bulk: job.priority < ANSWER_FIRST,
        due_at: job.due_at,
        armed_until: job.armed_until,
        window_ends_at: job.window_ends_at,
        attempts: job.attempts,
        max_attempts: job.max_attempts,
        reason: job.reason.clone(),
        last: around
            .last_outcome
            .map(|outcome| LastTry { outcome, retry_after: around.retry_after_ms.map(TimeDelta::milliseconds) }),
        lease: around.leased_by.map(|worker| Lease { worker, since: around.sent_at }),
        destination: Standing {
            name: around.name,
            kind: around.kind,
            paused_by: around.paused.then_some(around.paused_by).flatten(),
            paused_why: around.paused_why,
            paused_until: around.paused_until,
            breaker: around.breaker,
            opened_at: around.opened_at,
            open_why: around.open_why,
            probe_at: around.probe_at,
            running: around.running,
            bulk: around.bulk,
            concurrency: around.concurrency,
            per_minute: around.per_minute,
            next_slot_at: around.next_slot_at,
            quiet_until: around.quiet_until,
        },
        ahead,
        hands,
    }
}

//! Claiming a job, and announcing an attempt before it leaves.
//!
//! Three steps, three commits: [`Store::claim_job`] (lease and fence) → [`Store::announce`] (journal entry and attempt row) →
//! what the workflow writes when the answer is there. Whoever sends takes an [`Intent`], and only a committed entry
//! makes one. Leases go by the database's clock, so a worker with a wrong clock can steal nothing; whether a job is due
//! goes by ours.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::errors::failure;
use super::journal::About;
use super::rows::from_row;
use super::{Outcome, Store, on_db, on_tx};
use crate::domain::actor::Actor;
use crate::domain::failure::{Conflict, Failure};
use crate::domain::id::{AttemptId, ClientId, DestinationId, JobId, Kind, LeadId, Ref, TemplateId};
use crate::domain::job::{DeliveryMode, JobKind};
use crate::domain::reply::Budget;
use crate::domain::text::Internal;

pub mod finish;
pub mod rescue;

/// A job that this worker holds the lease of.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The job.
    pub id: JobId,
    /// The number of its reference.
    pub number: i64,
    /// Whose lead it concerns.
    pub client_id: ClientId,
    /// The lead it concerns.
    pub lead_id: Option<LeadId>,
    /// The summary it publishes.
    pub summary_id: Option<Uuid>,
    /// What kind of work it is.
    pub kind: JobKind,
    /// What is asked of the destination.
    pub operation: String,
    /// Where it goes.
    pub destination_id: DestinationId,
    /// That destination's name.
    pub destination: String,
    /// What kind of system that is.
    pub destination_kind: String,
    /// What stops a second effect.
    pub delivery_mode: DeliveryMode,
    /// The key that travels with every try.
    pub idempotency_key: String,
    /// What the request is made from: internal.
    pub args: Internal<String>,
    /// What an earlier try sent, word for word: internal.
    pub content: Option<Internal<String>>,
    /// The approved text it uses (C7).
    pub template_id: Option<TemplateId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Attempts that counted so far.
    pub attempts: i64,
    /// Attempts allowed.
    pub max_attempts: i64,
    /// When trying has no more use.
    pub window_ends_at: DateTime<Utc>,
    /// The token of this lease: whoever has an older one cannot write.
    pub fence: i64,
    /// Who holds the lease.
    pub worker: String,
}

struct Row {
    id: JobId,
    number: i64,
    client_id: ClientId,
    lead_id: Option<LeadId>,
    summary_id: Option<Uuid>,
    kind: JobKind,
    operation: String,
    destination_id: DestinationId,
    destination: String,
    destination_kind: String,
    delivery_mode: DeliveryMode,
    idempotency_key: String,
    args: String,
    content: Option<String>,
    template_id: Option<TemplateId>,
    created_at: DateTime<Utc>,
    attempts: i64,
    max_attempts: i64,
    window_ends_at: DateTime<Utc>,
    fence: i64,
}
from_row!(Row { id: Uuid, number: =i64, client_id: Uuid, lead_id: ?Uuid, summary_id: =Option<Uuid>, kind: String,
    operation: =String, destination_id: Uuid, destination: =String, destination_kind: =String, delivery_mode: String,
    idempotency_key: =String, args: =String, content: =Option<String>, template_id: ?Uuid, created_at: =DateTime<Utc>, attempts: =i64, max_attempts: =i64, window_ends_at: =DateTime<Utc>, fence: =i64, });

impl Claimed {
    fn new(row: Row, worker: &str) -> Self {
        Self {
            id: row.id,
            number: row.number,
            client_id: row.client_id,
            lead_id: row.lead_id,
            summary_id: row.summary_id,
            kind: row.kind,
            operation: row.operation,
            destination_id: row.destination_id,
            destination: row.destination,
            destination_kind: row.destination_kind,
            delivery_mode: row.delivery_mode,
            idempotency_key: row.idempotency_key,
            args: Internal::new(row.args),
            content: row.content.map(Internal::new),
            template_id: row.template_id,
            created_at: row.created_at,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            window_ends_at: row.window_ends_at,
            fence: row.fence,
            worker: worker.to_owned(),
        }
    }

    /// What people call the job.
    pub fn reference(&self) -> Ref {
        Ref::new(Kind::Job, self.number)
    }

    /// What the decision after an attempt needs to know.
    pub fn budget(&self) -> Budget {
        Budget {
            mode: self.delivery_mode,
            attempts: self.attempts,
            max_attempts: self.max_attempts,
            window_ends_at: self.window_ends_at,
        }
    }
}

/// A committed announcement of one attempt: the only thing a request may leave with.
#[derive(Debug)]
pub struct Intent {
    attempt: AttemptId,
    n: i64,
    started_at: DateTime<Utc>,
    claimed: Claimed,
}

impl Intent {
    /// The job to be done.
    pub fn job(&self) -> &Claimed {
        &self.claimed
    }

    /// The how-manieth try it is, from 1; those that did not count are counted here.
    pub fn n(&self) -> i64 {
        self.n
    }

    /// When it was announced.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }
}

/// Writes a statement for each database: `{lease}` is the end of a new lease by that database's clock, `{skip}` passes
/// over rows that another worker is taking (SQLite lets one write at a time and needs no such thing).
macro_rules! dialects {
    (@part sqlite lease) => { "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '+45 seconds')" };
    (@part postgres lease) => { "clock_timestamp() + interval '45 seconds'" };
    (@part sqlite skip) => { "" };
    (@part postgres skip) => { " for update of j skip locked" };
    (@part $dialect:ident $text:literal) => { $text };
    ($($part:tt),+ $(,)?) => {
        [concat!($(dialects!(@part sqlite $part)),+), concat!($(dialects!(@part postgres $part)),+)]
    };
}

const CLAIM: [&str; 2] = dialects!(
    "update jobs set state = 'running', lease_until = ",
    lease,
    ", leased_by = $2, fence = fence + 1, armed_until = null, version = version + 1, updated_at = $1
    where id = (select j.id from jobs j join destinations d on d.id = j.destination_id
        where j.state in ('armed', 'scheduled', 'ready', 'retrying') and j.due_at <= $1
            and (j.armed_until is null or j.armed_until <= $1) and j.window_ends_at > $1 and not d.paused
        order by j.priority desc, j.due_at, j.id limit 1",
    skip,
    ") returning id, number, client_id, lead_id, summary_id, kind, operation, destination_id, delivery_mode, idempotency_key,
        args, content, template_id, created_at, attempts, max_attempts, window_ends_at, fence,
        (select d.name from destinations d where d.id = jobs.destination_id) as destination,
        (select d.kind from destinations d where d.id = jobs.destination_id) as destination_kind"
);
/// The last look before something leaves: a lease that was lost, or a destination that was paused since, stops it.
const HOLD_ON: [&str; 2] = dialects!(
    "update jobs set lease_until = ",
    lease,
    " where id = $1 and fence = $2 and state = 'running'
        and not (select d.paused from destinations d where d.id = jobs.destination_id)"
);
const BEAT: [&str; 2] = dialects!("update jobs set lease_until = ", lease, " where id = $1 and fence = $2 and state = 'running'");
const NEXT_TRY: &str = "select coalesce(max(n), 0) + 1 from attempts where job_id = $1";
const START: &str = "insert into attempts (id, job_id, n, fence, worker, intent_id, request_fingerprint, started_at, outcome)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'running')";
const HAND_BACK: &str = "update jobs set state = 'ready', lease_until = null, leased_by = null, version = version + 1,
    updated_at = $3 where id = $1 and fence = $2 and state = 'running'
        and not exists (select 1 from attempts a where a.job_id = jobs.id and a.fence = jobs.fence)";

impl Store {
    /// The statement of a pair that this database understands.
    fn of(&self, pair: [&'static str; 2]) -> &'static str {
        pair[usize::from(self.is_postgres())]
    }

    /// Takes the most urgent job that is due and whose destination runs; nothing when there is none. Two workers never
    /// get the same one.
    pub async fn claim_job(&self, worker: &str) -> Outcome<Option<Claimed>> {
        let claim = self.of(CLAIM);
        let mut tx = self.begin().await?;
        let now = tx.now;
        let row: Option<Row> =
            on_tx!(tx, |c| sqlx::query_as(claim).bind(now).bind(worker).fetch_optional(c).await).map_err(failure)?;
        let Some(row) = row else { return Ok(None) };
        // When the answer to this is lost the lease runs out, and the job is rescued with nothing announced.
        tx.commit().await?;
        Ok(Some(Claimed::new(row, worker)))
    }

    /// Announces an attempt: its journal entry and its row are durable when this gives back an [`Intent`].
    ///
    /// # Errors
    /// `Conflict` when the lease was lost or the destination was paused meanwhile: nothing may be sent then.
    pub async fn announce(&self, claimed: Claimed, request_fingerprint: &[u8; 32]) -> Outcome<Intent> {
        let hold_on = self.of(HOLD_ON);
        let mut tx = self.begin().await?;
        let held = on_tx!(tx, |c| sqlx::query(hold_on)
            .bind(claimed.id.0)
            .bind(claimed.fence)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))
        .map_err(failure)?;
        if held == 0 {
            return Err(lost(&claimed));
        }
        let n: i64 = on_tx!(tx, |c| sqlx::query_scalar(NEXT_TRY).bind(claimed.id.0).fetch_one(c).await).map_err(failure)?;
        let detail = format!("try {n}: {} at {}", claimed.operation, claimed.destination);
        let about = About { verb: "job.attempt", kind: Kind::Job, subject: claimed.id.0, lead: claimed.lead_id, detail: &detail };
        let entry = tx.journal(&Actor::Worker, about).await?;
        let intent = Intent { attempt: AttemptId::new(), n, started_at: tx.now, claimed };
        on_tx!(tx, |c| sqlx::query(START)
            .bind(intent.attempt.0)
            .bind(intent.claimed.id.0)
            .bind(n)
            .bind(intent.claimed.fence)
            .bind(&intent.claimed.worker)
            .bind(entry.0)
            .bind(&request_fingerprint[..])
            .bind(intent.started_at)
            .execute(c)
            .await
            .map(drop))
        .map_err(failure)?;
        match tx.commit().await {
            Ok(()) => Ok(intent),
            // The answer may be lost and the entry there all the same: the row has an id made by us, so it can be asked for.
            Err(error) if self.is_announced(&intent).await? => {
                tracing::info!(%error, "an announcement was committed although its answer was lost");
                Ok(intent)
            }
            Err(error) => Err(error),
        }
    }

    async fn is_announced(&self, intent: &Intent) -> Outcome<bool> {
        let row = on_db!(self, |pool| sqlx::query("select 1 from attempts where id = $1")
            .bind(intent.attempt.0)
            .fetch_optional(pool)
            .await
            .map(|row| row.is_some()));
        row.map_err(failure)
    }

    /// Keeps a lease for another 45 seconds; `false` when it was lost.
    pub async fn beat(&self, job: JobId, fence: i64) -> Outcome<bool> {
        let beat = self.of(BEAT);
        let kept =
            on_db!(self, |pool| sqlx::query(beat).bind(job.0).bind(fence).execute(pool).await.map(|done| done.rows_affected()));
        Ok(kept.map_err(failure)? == 1)
    }

    /// Gives a lease back before anything was announced under it; `false` when it was lost or something was.
    pub async fn hand_back(&self, job: JobId, fence: i64) -> Outcome<bool> {
        let now = self.clock.now();
        let back = on_db!(self, |pool| sqlx::query(HAND_BACK)
            .bind(job.0)
            .bind(fence)
            .bind(now)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()));
        Ok(back.map_err(failure)? == 1)
    }

    /// When the next job that may run is due; `None` when none waits.
    pub async fn next_due(&self) -> Outcome<Option<DateTime<Utc>>> {
        const SQL: &str = "select j.due_at, j.armed_until from jobs j join destinations d on d.id = j.destination_id
            where j.state in ('armed', 'scheduled', 'ready', 'retrying') and not d.paused and j.window_ends_at > $1
            order by j.due_at limit 1";
        let now = self.clock.now();
        let row: Option<(DateTime<Utc>, Option<DateTime<Utc>>)> =
            on_db!(self, |pool| sqlx::query_as(SQL).bind(now).fetch_optional(pool).await).map_err(failure)?;
        Ok(row.map(|(due, armed)| armed.map_or(due, |armed| armed.max(due))))
    }
}

/// What a worker hears whose lease is no longer its own.
pub(super) fn lost(claimed: &Claimed) -> Failure {
    Failure::Conflict(Box::new(Conflict {
        what: claimed.reference().to_string(),
        by: "another worker, or a pause of its destination".to_owned(),
        at: None,
        now: "no longer under this lease".to_owned(),
    }))
}

//! What happens to jobs that nobody holds any more: leases that ran out, and windows that closed.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::domain::actor::Actor;
use crate::domain::id::{ClientId, JobId, Kind, LeadId, Ref};
use crate::domain::job::{DeadReason, DeliveryMode, JobState};
use crate::domain::lead::Urgency;
use crate::domain::retry::MAX_RESCUES;
use crate::domain::signature::signature;
use crate::domain::task::TaskKind;
use crate::store::errors::failure;
use crate::store::journal::About;
use crate::store::rows::from_row;
use crate::store::tasks::NewTask;
use crate::store::{Outcome, Store, Tx, on_tx};

/// Jobs settled in one transaction at most.
const BATCH: usize = 100;

struct Expired {
    id: JobId,
    number: i64,
    client_id: ClientId,
    lead_id: Option<LeadId>,
    destination: String,
    delivery_mode: DeliveryMode,
    fence: i64,
    rescues: i64,
    started: bool,
}
from_row!(Expired { id: Uuid, number: =i64, client_id: Uuid, lead_id: ?Uuid, destination: =String, delivery_mode: String,
    fence: =i64, rescues: =i64, started: =bool, });

const EXPIRED: [&str; 2] = [
    "select j.id, j.number, j.client_id, j.lead_id, d.name as destination, j.delivery_mode, j.fence, j.rescues,
        exists (select 1 from attempts a where a.job_id = j.id and a.fence = j.fence) as started
    from jobs j join destinations d on d.id = j.destination_id
    where j.state = 'running' and j.lease_until < strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') order by j.lease_until limit 100",
    "select j.id, j.number, j.client_id, j.lead_id, d.name as destination, j.delivery_mode, j.fence, j.rescues,
        exists (select 1 from attempts a where a.job_id = j.id and a.fence = j.fence) as started
    from jobs j join destinations d on d.id = j.destination_id
    where j.state = 'running' and j.lease_until < clock_timestamp() order by j.lease_until limit 100
    for update of j skip locked",
];
/// The fence rises too: whoever comes back late finds its token worn out even before somebody claims again.
const SETTLE: &str = "update jobs set state = $3, lease_until = null, leased_by = null, fence = fence + 1, rescues = rescues + 1,
        last_error = $4, signature = $5, reason = $6, version = version + 1, updated_at = $7, finished_at = $8
    where id = $1 and fence = $2 and state = 'running'";
const ABANDON: &str = "update attempts set outcome = 'may_have_left', finished_at = $3, error = $4
    where job_id = $1 and fence = $2 and outcome = 'running'";
const CLOSED: &str =
    "update jobs set state = 'dead', reason = 'window', version = version + 1, updated_at = $1, finished_at = $1,
        signature = coalesce(signature, 'window closed'), armed_until = null
    where id in (select id from jobs where window_ends_at <= $1 and (state in ('scheduled', 'ready', 'retrying', 'held')
        or (state = 'armed' and armed_until <= $1)) order by window_ends_at limit 100)
    returning id, lead_id";

const LEFT: &str = "the worker was lost after it announced the request";
const CRASHED: &str = "the worker was lost before the request left";

impl Store {
    /// Settles jobs whose lease ran out: what cannot have left, or is keyed, is ready again; what may have left and
    /// cannot be told from what did not is a person's to decide; the third rescue of a job makes it dead, as poison.
    /// Gives back how many; called every ten seconds, and again at once while it gives back a hundred.
    pub async fn rescue_jobs(&self) -> Outcome<usize> {
        let expired = self.of(EXPIRED);
        let mut tx = self.begin().await?;
        let jobs: Vec<Expired> = on_tx!(tx, |c| sqlx::query_as(expired).fetch_all(c).await).map_err(failure)?;
        for job in &jobs {
            tx.rescue(job).await?;
        }
        if !jobs.is_empty() {
            tx.commit().await?;
        }
        Ok(jobs.len())
    }

    /// Ends jobs whose window closed before they could run. Gives back how many.
    pub async fn close_windows(&self) -> Outcome<usize> {
        let mut closed = 0;
        loop {
            let mut tx = self.begin().await?;
            let now = tx.now;
            let jobs: Vec<(Uuid, Option<Uuid>)> =
                on_tx!(tx, |c| sqlx::query_as(CLOSED).bind(now).fetch_all(c).await).map_err(failure)?;
            for (id, lead) in &jobs {
                let about = About {
                    verb: "job.dead",
                    kind: Kind::Job,
                    subject: *id,
                    lead: lead.map(LeadId),
                    detail: "its window closed: trying has no more use",
                };
                tx.journal(&Actor::Worker, about).await?;
            }
            if jobs.is_empty() {
                return Ok(closed);
            }
            tx.commit().await?;
            closed += jobs.len();
            if jobs.len() < BATCH {
                return Ok(closed);
            }
        }
    }
}

impl Tx {
    async fn rescue(&mut self, job: &Expired) -> Outcome<()> {
        let now: DateTime<Utc> = self.now;
        let may_have_left = job.started && job.delivery_mode != DeliveryMode::Keyed;
        let state = if may_have_left {
            JobState::Unknown
        } else if job.rescues + 1 >= MAX_RESCUES {
            JobState::Dead
        } else {
            JobState::Ready
        };
        let error = if job.started { LEFT } else { CRASHED };
        let reason = match state {
            JobState::Unknown => Some("it may have left, and no answer came"),
            JobState::Dead => Some(DeadReason::Poison.as_str()),
            _ => None,
        };
        on_tx!(self, |c| sqlx::query(SETTLE)
            .bind(job.id.0)
            .bind(job.fence)
            .bind(state.as_str())
            .bind(error)
            .bind(signature(None, error))
            .bind(reason)
            .bind(now)
            .bind(state.is_final().then_some(now))
            .execute(c)
            .await
            .map(drop))
        .map_err(failure)?;
        on_tx!(self, |c| sqlx::query(ABANDON).bind(job.id.0).bind(job.fence).bind(now).bind(error).execute(c).await.map(drop))
            .map_err(failure)?;
        let detail = format!("{error}; rescue {} makes it {state}", job.rescues + 1);
        let about = About { verb: "job.rescue", kind: Kind::Job, subject: job.id.0, lead: job.lead_id, detail: &detail };
        self.journal(&Actor::Worker, about).await?;
        if may_have_left {
            let title = unknown_title(Ref::new(Kind::Job, job.number), &job.destination);
            self.put_task(&Actor::Worker, &unknown_task(&title, job.client_id, job.lead_id, job.id)).await?;
        }
        Ok(())
    }
}

/// The title of the task that an unknown outcome makes.
pub fn unknown_title(job: Ref, destination: &str) -> String {
    format!("ask {destination} whether {job} arrived, then resolve it")
}

/// The task that an unknown outcome makes; nobody's until somebody takes it.
pub fn unknown_task(title: &str, client: ClientId, lead: Option<LeadId>, job: JobId) -> NewTask<'_> {
    NewTask {
        client,
        lead,
        job: Some(job),
        payload: None,
        kind: TaskKind::UnknownOutcome,
        title,
        owner: None,
        urgency: Urgency::Urgent,
        due_in: TimeDelta::minutes(30),
    }
}

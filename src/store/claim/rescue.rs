//! What happens to jobs that nobody holds any more: leases that ran out, and windows that closed.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::domain::actor::Actor;
use crate::domain::breaker::WORKER_LOST;
use crate::domain::id::{ClientId, JobId, Kind, LeadId, Ref};
use crate::domain::job::{DeadReason, DeliveryMode, JobState};
use crate::domain::lead::Urgency;
use crate::domain::retry::{LOOK_UP_AFTER, MAX_RESCUES};
use crate::domain::signature::signature;
use crate::domain::task::TaskKind;
use crate::store::journal::About;
use crate::store::rows::from_row;
use crate::store::statement::values;
use crate::store::tasks::NewTask;
use crate::store::{Outcome, Store, Tx};

use super::dialects;
use super::finish::MAY_HAVE_LEFT;

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
    window_ends_at: DateTime<Utc>,
    started: bool,
    /// An earlier request of its key may have left, and was not settled.
    doubted: bool,
}
from_row!(Expired { id: Uuid, number: =i64, client_id: Uuid, lead_id: ?Uuid, destination: =String, delivery_mode: String,
    fence: =i64, rescues: =i64, window_ends_at: =DateTime<Utc>, started: =bool,
    doubted: =bool, });

const EXPIRED: [&str; 2] = dialects!(
    "select j.id, j.number, j.client_id, j.lead_id, d.name as destination, j.delivery_mode, j.fence, j.rescues, j.window_ends_at,
        exists (select 1 from attempts a where a.job_id = j.id and a.fence = j.fence) as started,
        (j.delivery_mode = 'reconcile' and exists (select 1 from jobs o join attempts a on a.job_id = o.id
            where o.idempotency_key = j.idempotency_key and a.outcome = 'may_have_left')) as doubted
    from jobs j join destinations d on d.id = j.destination_id
    where j.state = 'running' and j.lease_until < ",
    now,
    " order by j.lease_until limit 100",
    skip_jobs
);
/// The fence rises too: whoever comes back late finds its token worn out even before somebody claims again.
const SETTLE: &str = "update jobs set state = $3, lease_until = null, leased_by = null, fence = fence + 1, rescues = rescues + 1,
        last_error = $4, failed_at = case when signature = $5 then coalesce(failed_at, $7) else $7 end, signature = $5, reason = $6,
        version = version + 1, updated_at = $7, finished_at = $8,
        due_at = coalesce($9, due_at)
    where id = $1 and fence = $2 and state = 'running'";
const ABANDON: &str = "update attempts set outcome = 'may_have_left', finished_at = $3, error = $4
    where job_id = $1 and fence = $2 and outcome = 'running'";
// What may have left, and can be asked for no more, is for a person to settle; what was never sent is dead. In the words of the
// index, which SQLite takes for none other.
const CLOSED: [&str; 2] = dialects!(
    "update jobs set state = case when delivery_mode <> 'keyed' and exists (select 1 from attempts a where a.job_id = jobs.id
                and a.outcome = 'may_have_left') then 'unknown' else 'dead' end,
        reason = 'window', version = version + 1, updated_at = $1, finished_at = $1,
        failed_at = coalesce(failed_at, $1), signature = coalesce(signature, 'window closed'), armed_until = null
    where id in (select j.id from jobs j where j.window_ends_at <= $1 and j.state in ('armed', 'scheduled', 'ready', 'retrying', 'held')
        and (j.state <> 'armed' or j.armed_until <= $1) order by j.window_ends_at limit 100",
    skip_jobs,
    ") returning id, number, client_id, lead_id, state, (select d.name from destinations d where d.id = jobs.destination_id) as destination"
);

struct Closed {
    id: JobId,
    number: i64,
    client_id: ClientId,
    lead_id: Option<LeadId>,
    state: JobState,
    destination: String,
}
from_row!(Closed { id: Uuid, number: =i64, client_id: Uuid, lead_id: ?Uuid, state: String, destination: =String, });

const CRASHED: &str = "the worker was lost before the request left";

impl Store {
    /// Settles jobs whose lease ran out: what cannot have left, or is keyed, is ready again; what may have left is looked
    /// up where the destination can be asked, and a person's to decide where it cannot; the third rescue of a job makes it dead, as poison.
    /// Gives back how many; called every ten seconds, and again at once while it gives back a hundred.
    pub async fn rescue_jobs(&self) -> Outcome<usize> {
        let mut tx = self.begin().await?;
        let now = self.moment(&mut tx).await?.now();
        let jobs: Vec<Expired> = tx.all(self.of(EXPIRED), values![now]).await?;
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
            let jobs: Vec<Closed> = tx.all(self.of(CLOSED), values![now]).await?;
            let verbs: Vec<String> = jobs.iter().map(|job| format!("job.{}", job.state)).collect();
            let abouts: Vec<About<'_>> = jobs
                .iter()
                .zip(&verbs)
                .map(|(job, verb)| About {
                    verb,
                    kind: Kind::Job,
                    subject: job.id.0,
                    lead: job.lead_id,
                    detail: "its window closed: trying has no more use",
                })
                .collect();
            tx.journal_all(&Actor::Worker, &abouts).await?;
            for job in jobs.iter().filter(|job| job.state == JobState::Unknown) {
                let title = unknown_title(Ref::new(Kind::Job, job.number), &job.destination);
                tx.put_task(&Actor::Worker, &unknown_task(&title, job.client_id, job.lead_id, job.id)).await?;
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
        let asks = job.started && job.delivery_mode == DeliveryMode::Reconcile;
        let poison = job.rescues + 1 >= MAX_RESCUES;
        let state = match (may_have_left, poison) {
            // The destination is asked before anything is sent again, as soon as it can be expected to know.
            (true, false) if asks && now + LOOK_UP_AFTER < job.window_ends_at => JobState::Retrying,
            (true, _) => JobState::Unknown,
            // Its workers were lost while they asked: what was in doubt before is so still, and a person's to settle.
            (false, true) if job.doubted => JobState::Unknown,
            (false, true) => JobState::Dead,
            (false, false) => JobState::Ready,
        };
        let error = if job.started { WORKER_LOST } else { CRASHED };
        let reason = match state {
            JobState::Unknown => Some(MAY_HAVE_LEFT),
            JobState::Dead => Some(DeadReason::Poison.as_str()),
            _ => None,
        };
        let sign = signature(None, error);
        let (finished, due) = (state.is_final().then_some(now), (state == JobState::Retrying).then_some(now + LOOK_UP_AFTER));
        let values = values![job.id, job.fence, state.as_str(), error, sign, reason, now, finished, due];
        self.run(SETTLE, values).await?;
        self.run(ABANDON, values![job.id, job.fence, now, error]).await?;
        let detail = format!("{error}; rescue {} makes it {state}", job.rescues + 1);
        let about = About { verb: "job.rescue", kind: Kind::Job, subject: job.id.0, lead: job.lead_id, detail: &detail };
        self.journal(&Actor::Worker, about).await?;
        if state == JobState::Unknown {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::assert_reads_few_jobs;

    #[tokio::test]
    async fn what_workers_ask_all_day_reads_few_jobs() {
        assert_reads_few_jobs(EXPIRED[0]).await;
        assert_reads_few_jobs(CLOSED[0]).await;
    }
}

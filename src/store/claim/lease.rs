//! Keeping leases, and giving them back.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Claimed, dialects};
use crate::domain::actor::Actor;
use crate::domain::failure::{Conflict, Failure};
use crate::domain::id::{JobId, Kind};
use crate::domain::job::JobState;
use crate::domain::signature::signature;
use crate::store::journal::About;
use crate::store::statement::values;
use crate::store::{Outcome, Store, Tx};

const BEAT: [&str; 2] = dialects!(
    "update jobs set lease_until = ",
    lease,
    " from (values {rows}) as r where jobs.id = r.column1 and jobs.fence = r.column2 and jobs.lease_until is not null returning jobs.id"
);
// A destination that was paused since holds its jobs.
const HAND_BACK: &str = "update jobs set state = case when exists (select 1 from destinations d where d.id = jobs.destination_id
            and (d.paused or d.breaker = 'open')) then 'held' else 'ready' end,
        lease_until = null, leased_by = null, version = version + 1, updated_at = $1
    from (values {rows}) as r where jobs.id = r.column1 and jobs.fence = r.column2 and jobs.lease_until is not null
        and not exists (select 1 from attempts a where a.job_id = jobs.id and a.fence = jobs.fence) returning jobs.id";
// What ended it is why it failed, whatever it failed with before.
const SET_ASIDE: &str =
    "update jobs set state = $3, due_at = coalesce($4, due_at), reason = $5, lease_until = null, leased_by = null,
        settled = settled or $6,
        failed_at = case $3 when 'dead' then case when signature = $9 then coalesce(failed_at, $8) else $8 end
            when 'succeeded' then null else failed_at end,
        signature = case $3 when 'dead' then $9 when 'succeeded' then null else signature end,
        last_error = case $3 when 'dead' then $5 when 'succeeded' then null else last_error end,
        finished_at = $7, version = version + 1, updated_at = $8
    where id = $1 and fence = $2 and state = 'running' returning id";

// An update, so that the row is this transaction's on either database.
const HOLDS: &str = "update jobs set leased_by = leased_by where id = $1 and fence = $2 and state = 'running' and lease_until is not null returning id";

/// Why a claimed job does not leave now, or at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aside {
    /// Later: quiet hours, a limit. It uses up no attempt.
    Until(DateTime<Utc>),
    /// Later, because it failed and what became of it is not known yet: it stays among the failures. It uses up no attempt.
    Again(DateTime<Utc>),
    /// Never.
    Ended(JobState),
}

impl Store {
    /// Keeps leases for another 45 seconds; gives back the jobs whose lease still stands.
    pub async fn beat(&self, leases: &[(JobId, i64)]) -> Outcome<Vec<JobId>> {
        let mut tx = self.begin().await?;
        let rows = leases.iter().map(|(job, fence)| values![*job, *fence]).collect();
        let lease = self.moment(&mut tx).await?.lease();
        let kept: Vec<(Uuid,)> = tx.over(self.of(BEAT), values![lease], rows).await?;
        tx.commit().await?;
        Ok(kept.into_iter().map(|(id,)| JobId(id)).collect())
    }

    /// Gives leases back under which nothing was announced; gives back how many.
    pub async fn hand_back(&self, leases: &[(JobId, i64)]) -> Outcome<usize> {
        let mut tx = self.begin().await?;
        let now = tx.now;
        let rows = leases.iter().map(|(job, fence)| values![*job, *fence]).collect();
        let back: Vec<(Uuid,)> = tx.over(HAND_BACK, values![now], rows).await?;
        tx.commit().await?;
        Ok(back.len())
    }
}

impl Tx {
    /// Whether a lease is still this worker's; nobody else takes it before the transaction ends.
    pub async fn still_holds(&mut self, job: &Claimed) -> Outcome<bool> {
        Ok(self.one::<(Uuid,)>(HOLDS, values![job.id, job.fence]).await?.is_some())
    }

    /// Puts a claimed job aside before anything was announced under its lease; `false` when the lease was lost.
    pub async fn set_aside(&mut self, job: &Claimed, aside: &Aside, why: &str) -> Outcome<bool> {
        let now = self.now;
        let (state, due, settled) = match aside {
            Aside::Until(due) => (JobState::Scheduled, Some(*due), false),
            Aside::Again(due) => (JobState::Retrying, Some(*due), false),
            Aside::Ended(state) => (*state, None, *state == JobState::Cancelled),
        };
        let finished = state.is_final().then_some(now);
        let values = values![job.id, job.fence, state.as_str(), due, why, settled, finished, now, signature(None, why)];
        if self.one::<(Uuid,)>(SET_ASIDE, values).await?.is_none() {
            return Ok(false);
        }
        let verb = match aside {
            Aside::Until(_) | Aside::Again(_) => "job.wait".to_owned(),
            Aside::Ended(state) => format!("job.{state}"),
        };
        let about = About { verb: &verb, kind: Kind::Job, subject: job.id.0, lead: job.lead_id, detail: why };
        self.journal(&Actor::Worker, about).await?;
        Ok(true)
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

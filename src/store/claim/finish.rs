//! Writing what attempts came to: only by the worker whose lease still stands.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::sabotage::Fault;
use super::{Claimed, Intent};
use crate::domain::actor::Actor;
use crate::domain::id::{Kind, LeadId};
use crate::domain::job::{AttemptOutcome, DeliveryMode, JobState};
use crate::domain::reply::{Reply, Verdict};
use crate::domain::signature::signature;
use crate::store::journal::About;
use crate::store::statement::values;
use crate::store::{Outcome, Tx};

/// Bytes of a destination's error text that are kept: enough to understand, not a web page.
const ERROR_KEPT: usize = 2_000;

const JOBS: &str = "update jobs set state = r.column3, lease_until = null, leased_by = null, attempts = attempts + r.column4,
        due_at = coalesce(r.column5, due_at), last_error = r.column6, signature = r.column7, reason = r.column8,
        failed_at = case when signature = r.column7 then coalesce(failed_at, $1) when r.column7 is not null then $1 end,
        version = version + 1, updated_at = $1, finished_at = r.column9
    from (values {rows}) as r where jobs.id = r.column1 and jobs.fence = r.column2 and jobs.lease_until is not null returning jobs.id";
/// As a worker without a fence would write: whoever holds the job now.
const UNFENCED: &str = "update jobs set state = r.column3, lease_until = null, leased_by = null, attempts = attempts + r.column4,
        due_at = coalesce(r.column5, due_at), last_error = r.column6, signature = r.column7, reason = r.column8,
        failed_at = case when signature = r.column7 then coalesce(failed_at, $1) when r.column7 is not null then $1 end,
        version = version + 1, updated_at = $1, finished_at = r.column9
    from (values {rows}) as r where jobs.id = r.column1 and r.column2 is not null returning jobs.id";
const ATTEMPTS: &str = "update attempts set outcome = r.column2, finished_at = $1, status = r.column3, latency_ms = r.column4,
        error = r.column5, signature = r.column6, retry_after_ms = r.column7, remote_id = r.column8
    from (values {rows}) as r where attempts.id = r.column1 and attempts.outcome in ('running', 'may_have_left') returning attempts.id";
const SETTLE_DOUBT: &str = "update attempts set outcome = $2, remote_id = coalesce($3, remote_id) where outcome = 'may_have_left'
    and job_id in (select o.id from jobs o where o.idempotency_key = $1)";

/// An attempt with what came back and what that makes of its job.
#[derive(Clone, Debug)]
pub struct Settled<'a> {
    /// The attempt.
    pub intent: &'a Intent,
    /// What came back.
    pub reply: &'a Reply,
    /// What becomes of the job.
    pub verdict: Verdict,
}

/// What is kept of a settled attempt beside the reply itself.
struct Kept {
    error: Option<String>,
    signature: Option<String>,
    reason: Option<String>,
}

impl Kept {
    fn of(settled: &Settled<'_>) -> Self {
        let (reply, verdict) = (settled.reply, &settled.verdict);
        let error = reply.error.as_ref().map(|error| kept(error.raw()));
        let failed = verdict.state != JobState::Succeeded;
        let signature = failed.then(|| signature(reply.status, error.as_deref().unwrap_or_default()));
        let reason = verdict.dead.map(|dead| dead.as_str().to_owned()).or_else(|| match verdict.state {
            JobState::Held => Some(format!("{} does not let us in", settled.intent.claimed.destination)),
            JobState::Unknown => Some(MAY_HAVE_LEFT.to_owned()),
            _ => None,
        });
        Self { error, signature, reason }
    }
}

/// Why an outcome is unknown.
pub(super) const MAY_HAVE_LEFT: &str = "it may have left, and no answer came";

impl Tx {
    /// Writes the results of attempts to their jobs. For each, `false` when the lease was lost: then the attempt alone
    /// says so, and the result is not written to the job.
    pub async fn finish_attempts(&mut self, settled: &[Settled<'_>]) -> Outcome<Vec<bool>> {
        let now = self.now;
        let notes: Vec<Kept> = settled.iter().map(Kept::of).collect();
        let jobs = settled.iter().zip(&notes).map(|(one, kept)| {
            let (job, verdict) = (&one.intent.claimed, &one.verdict);
            values![
                job.id,
                job.fence,
                verdict.state.as_str(),
                i64::from(verdict.counts),
                verdict.due_at,
                kept.error.clone(),
                kept.signature.clone(),
                kept.reason.clone(),
                verdict.state.is_final().then_some(now),
            ]
        });
        let jobs = jobs.collect();
        let mine: Vec<(Uuid,)> = self.over(if Fault::NoFence.is_on() { UNFENCED } else { JOBS }, values![now], jobs).await?;
        let mine: BTreeSet<Uuid> = mine.into_iter().map(|(id,)| id).collect();
        let mine: Vec<bool> = settled.iter().map(|one| mine.contains(&one.intent.claimed.id.0)).collect();
        let attempts = settled.iter().zip(&notes).zip(&mine).map(|((one, kept), mine)| {
            // Whoever was rescued meanwhile may have written all the same: for a destination without keys that stays in
            // doubt, or the next try would leave without asking.
            let outcome = match (mine, one.intent.claimed.delivery_mode) {
                (true, _) => one.reply.meaning.outcome(),
                (false, DeliveryMode::Keyed) => AttemptOutcome::LeaseLost,
                (false, DeliveryMode::Reconcile | DeliveryMode::Once) => AttemptOutcome::MayHaveLeft,
            };
            values![
                one.intent.attempt.0,
                outcome.as_str(),
                one.reply.status,
                (now - one.intent.started_at).num_milliseconds(),
                kept.error.clone(),
                kept.signature.clone(),
                one.reply.retry_after.map(|wait| wait.num_milliseconds()),
                one.reply.remote_id.clone(),
            ]
        });
        let attempts = attempts.collect();
        self.over::<(Uuid,)>(ATTEMPTS, values![now], attempts).await?;
        self.tell(settled, &notes, &mine).await?;
        Ok(mine)
    }

    /// The entries of results.
    async fn tell(&mut self, settled: &[Settled<'_>], notes: &[Kept], mine: &[bool]) -> Outcome<()> {
        let told: Vec<(String, String)> = settled
            .iter()
            .zip(notes)
            .zip(mine)
            .map(|((one, kept), mine)| {
                let n = one.intent.n;
                let detail = match (&kept.signature, &kept.reason) {
                    _ if !mine => format!("try {n} came back after its lease was lost; its result was not written"),
                    (Some(sign), Some(reason)) => format!("try {n}: {sign} ({reason})"),
                    (Some(sign), None) => format!("try {n}: {sign}"),
                    (None, _) => format!("try {n}: done"),
                };
                // Paid is also what brought nothing, and what came too late.
                let detail = one.reply.spent.map_or(detail.clone(), |spent| format!("{detail}; {spent}"));
                let verb = if *mine { format!("job.{}", one.verdict.state) } else { "job.lease_lost".to_owned() };
                (verb, detail)
            })
            .collect();
        let abouts: Vec<About<'_>> = settled
            .iter()
            .zip(&told)
            .map(|(one, (verb, detail))| {
                let job = &one.intent.claimed;
                About { verb, kind: Kind::Job, subject: job.id.0, lead: job.lead_id, detail }
            })
            .collect();
        self.journal_all(&Actor::Worker, &abouts).await.map(drop)
    }

    /// Settles what the requests of a key that may have left came to, once the destination was asked.
    pub async fn settle_doubt(&mut self, job: &Claimed, outcome: AttemptOutcome, remote_id: Option<&str>) -> Outcome<()> {
        self.run(SETTLE_DOUBT, values![&job.idempotency_key, outcome.as_str(), remote_id]).await.map(drop)
    }

    /// Notes when a lead got its first answer: its state and its response time (C9). One that became known late is the first
    /// all the same.
    pub async fn mark_answered(&mut self, lead: LeadId, at: DateTime<Utc>) -> Outcome<()> {
        const SQL: &str = "update leads set replied_at = $2, state = case when state = 'new' then 'contacted' else state end,
            version = version + 1, updated_at = $3 where id = $1 and (replied_at is null or replied_at > $2)";
        let now = self.now;
        self.run(SQL, values![lead, at, now]).await.map(drop)
    }

    /// Notes that the portal shows a summary, unless it was withdrawn meanwhile.
    pub async fn mark_published(&mut self, summary: Uuid) -> Outcome<()> {
        const STATE: &str = "update summaries set state = 'published', version = version + 1, updated_at = $2
            where id = $1 and state = 'approved'";
        const TEXT: &str = "update approved_texts set published_at = $2
            where summary_id = $1 and published_at is null and withdrawn_at is null";
        let now = self.now;
        if self.run(STATE, values![summary, now]).await? > 0 {
            self.run(TEXT, values![summary, now]).await?;
        }
        Ok(())
    }
}

/// The start of an error text, without what Postgres cannot hold.
fn kept(error: &str) -> String {
    error[..error.floor_char_boundary(ERROR_KEPT)].replace('\0', "\u{fffd}")
}

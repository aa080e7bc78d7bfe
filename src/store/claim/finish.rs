//! Writing what an attempt came to: only by the worker whose lease still stands.

use sqlx::Row as _;
use uuid::Uuid;

use super::Intent;
use crate::domain::actor::Actor;
use crate::domain::id::{DestinationId, Kind, LeadId};
use crate::domain::job::{AttemptOutcome, JobState};
use crate::domain::reply::{Reply, Verdict};
use crate::domain::signature::signature;
use crate::store::errors::failure;
use crate::store::journal::About;
use crate::store::{Outcome, Tx, on_tx};

/// Bytes of a destination's error text that are kept: enough to understand, not a web page.
const ERROR_KEPT: usize = 2_000;

const JOB: &str = "update jobs set state = $3, lease_until = null, leased_by = null, attempts = attempts + $4,
        due_at = coalesce($5, due_at), last_error = $6, signature = $7, reason = $8, version = version + 1, updated_at = $9,
        finished_at = $10
    where id = $1 and fence = $2 and state = 'running'";
const ATTEMPT: &str = "update attempts set outcome = $2, finished_at = $3, status = $4, latency_ms = $5, error = $6,
        signature = $7, retry_after_ms = $8 where id = $1 and outcome in ('running', 'may_have_left')";

impl Tx {
    /// Writes the result of an attempt to its job; `false` when the lease was lost, and then the attempt alone says so
    /// and the result is not written.
    pub async fn finish_attempt(&mut self, intent: &Intent, reply: &Reply, verdict: &Verdict) -> Outcome<bool> {
        let (now, job) = (self.now, &intent.claimed);
        let error = reply.error.as_ref().map(|error| kept(error.raw()));
        let failed = verdict.state != JobState::Succeeded;
        let sign = failed.then(|| signature(reply.status, error.as_deref().unwrap_or_default()));
        let reason = verdict.dead.map(|dead| dead.as_str().to_owned()).or_else(|| match verdict.state {
            JobState::Held => Some(format!("{} does not let us in", job.destination)),
            JobState::Unknown => Some("it may have left, and no answer came".to_owned()),
            _ => None,
        });
        let done = on_tx!(self, |c| sqlx::query(JOB)
            .bind(job.id.0)
            .bind(job.fence)
            .bind(verdict.state.as_str())
            .bind(i64::from(verdict.counts))
            .bind(verdict.due_at)
            .bind(&error)
            .bind(&sign)
            .bind(&reason)
            .bind(now)
            .bind(verdict.state.is_final().then_some(now))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))
        .map_err(failure)?;
        let mine = done == 1;
        let outcome = if mine { reply.meaning.outcome() } else { AttemptOutcome::LeaseLost };
        on_tx!(self, |c| sqlx::query(ATTEMPT)
            .bind(intent.attempt.0)
            .bind(outcome.as_str())
            .bind(now)
            .bind(reply.status)
            .bind((now - intent.started_at).num_milliseconds())
            .bind(&error)
            .bind(&sign)
            .bind(reply.retry_after.map(|wait| wait.num_milliseconds()))
            .execute(c)
            .await
            .map(drop))
        .map_err(failure)?;
        let verb = if mine { format!("job.{}", verdict.state) } else { "job.lease_lost".to_owned() };
        let detail = match (&sign, &reason) {
            _ if !mine => format!("try {} came back after its lease was lost; its result was not written", intent.n),
            (Some(sign), Some(reason)) => format!("try {}: {sign} ({reason})", intent.n),
            (Some(sign), None) => format!("try {}: {sign}", intent.n),
            (None, _) => format!("try {}: done", intent.n),
        };
        let about = About { verb: &verb, kind: Kind::Job, subject: job.id.0, lead: job.lead_id, detail: &detail };
        self.journal(&Actor::Worker, about).await?;
        Ok(mine)
    }

    /// Whether a destination runs, and who answers when it breaks.
    pub async fn destination_state(&mut self, id: DestinationId) -> Outcome<Option<(bool, Option<String>)>> {
        const SQL: &str = "select paused, incident_owner from destinations where id = $1";
        on_tx!(self, |c| sqlx::query(SQL)
            .bind(id.0)
            .fetch_optional(c)
            .await
            .map(|row| row.map(|row| (!row.get::<bool, _>(0), row.get::<Option<String>, _>(1)))))
        .map_err(failure)
    }

    /// Notes the first answer that a lead got: its state and its response time (C9).
    pub async fn mark_answered(&mut self, lead: LeadId) -> Outcome<()> {
        const SQL: &str = "update leads set replied_at = $2, state = case when state = 'new' then 'contacted' else state end,
            version = version + 1, updated_at = $2 where id = $1 and replied_at is null";
        let now = self.now;
        on_tx!(self, |c| sqlx::query(SQL).bind(lead.0).bind(now).execute(c).await.map(drop)).map_err(failure)
    }

    /// Notes that the portal shows a summary, unless it was withdrawn meanwhile.
    pub async fn mark_published(&mut self, summary: Uuid) -> Outcome<()> {
        const STATE: &str = "update summaries set state = 'published', version = version + 1, updated_at = $2
            where id = $1 and state = 'approved' returning id";
        const TEXT: &str = "update approved_texts set published_at = $2
            where summary_id = $1 and published_at is null and withdrawn_at is null";
        let now = self.now;
        let moved = on_tx!(self, |c| sqlx::query(STATE).bind(summary).bind(now).fetch_optional(c).await.map(|row| row.is_some()))
            .map_err(failure)?;
        if moved {
            on_tx!(self, |c| sqlx::query(TEXT).bind(summary).bind(now).execute(c).await.map(drop)).map_err(failure)?;
        }
        Ok(())
    }
}

/// The start of an error text, without what Postgres cannot hold.
fn kept(error: &str) -> String {
    error[..error.floor_char_boundary(ERROR_KEPT)].replace('\0', "\u{fffd}")
}

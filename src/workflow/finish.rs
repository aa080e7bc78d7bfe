//! What happens when an attempt has come back: its job, its lead, its summary, its destination and people's tasks, all
//! in one transaction.

use chrono::TimeDelta;

use crate::domain::actor::Actor;
use crate::domain::failure::Failure;
use crate::domain::job::{JobKind, JobState};
use crate::domain::lead::Urgency;
use crate::domain::reply::{Meaning, Reply, verdict};
use crate::domain::task::TaskKind;
use crate::store::claim::rescue::{unknown_task, unknown_title};
use crate::store::claim::{Claimed, Intent};
use crate::store::destinations::Pause;
use crate::store::tasks::NewTask;
use crate::store::{Store, Tx};

/// Settles an attempt; `roll` is a random number in 0..=1 for the next wait. Gives back where the job stands, or `None`
/// when the lease was lost and the result was not written.
///
/// # Errors
/// What the database says; nothing was written then, and the same can be given again.
pub async fn finish_attempt(store: &Store, intent: &Intent, reply: &Reply, roll: f64) -> Result<Option<JobState>, Failure> {
    let job = intent.job();
    let mut tx = store.begin().await?;
    let verdict = verdict(job.budget(), reply, tx.now, roll);
    let mine = tx.finish_attempt(intent, reply, &verdict).await?;
    if mine {
        match verdict.state {
            JobState::Succeeded => succeeded(&mut tx, job).await?,
            JobState::Unknown => {
                let title = unknown_title(job.reference(), &job.destination);
                tx.put_task(&Actor::Worker, &unknown_task(&title, job.client_id, job.lead_id, job.id)).await?;
            }
            _ => {}
        }
    }
    if reply.meaning == Meaning::LockedOut {
        lock_out(&mut tx, job, reply).await?;
    }
    tx.commit().await?;
    Ok(mine.then_some(verdict.state))
}

async fn succeeded(tx: &mut Tx, job: &Claimed) -> Result<(), Failure> {
    match (job.kind, job.lead_id, job.summary_id) {
        (JobKind::Message, Some(lead), _) => tx.mark_answered(lead).await,
        (JobKind::PortalPublish, _, Some(summary)) => tx.mark_published(summary).await,
        _ => Ok(()),
    }
}

/// A credential that is refused refuses everything: the destination stands still until a person has looked (C11).
async fn lock_out(tx: &mut Tx, job: &Claimed, reply: &Reply) -> Result<(), Failure> {
    let Some((true, owner)) = tx.destination_state(job.destination_id).await? else { return Ok(()) };
    let status = reply.status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    let why = format!("it answered {status}: the credential is refused");
    tx.pause_destination(&Actor::Worker, job.destination_id, Pause { why: &why, until: None }).await?;
    let title = format!("{} is paused: {status}, renew its credential, then resume it", job.destination);
    let task = NewTask {
        client: job.client_id,
        lead: None,
        job: Some(job.id),
        payload: None,
        kind: TaskKind::Incident,
        title: &title,
        owner: owner.as_deref(),
        urgency: Urgency::Urgent,
        due_in: TimeDelta::minutes(15),
    };
    tx.put_task(&Actor::Worker, &task).await.map(drop)
}

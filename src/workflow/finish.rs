//! What happens when attempts have come back: their jobs, leads and summaries, their destinations and people's tasks, all
//! in one transaction.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{drafting, syncing};
use crate::domain::actor::Actor;
use crate::domain::breaker::Sign;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, DestinationId, JobId, LeadId, Ref};
use crate::domain::job::{JobKind, JobState};
use crate::domain::lead::Urgency;
use crate::domain::reply::{Reply, verdict};
use crate::domain::routing::BULK;
use crate::domain::task::TaskKind;
use crate::store::claim::finish::Settled;
use crate::store::claim::rescue::{unknown_task, unknown_title};
use crate::store::claim::{Claimed, Intent};
use crate::store::jobs::NewJob;
use crate::store::tasks::NewTask;
use crate::store::{Store, Tx};

/// An attempt with what came back.
#[derive(Debug)]
pub struct Returned {
    /// The attempt.
    pub intent: Intent,
    /// What came back.
    pub reply: Reply,
    /// A random number in 0..=1 for the next wait.
    pub roll: f64,
}

/// Settles attempts. Gives back where each job stands, or `None` when its lease was lost and the result was not written.
///
/// # Errors
/// What the database says; nothing was written then, and the same can be given again.
pub async fn finish_attempts(store: &Store, returned: &[Returned]) -> Result<Vec<Option<JobState>>, Failure> {
    let mut tx = store.begin().await?;
    let now = tx.now;
    let settled: Vec<Settled<'_>> = returned
        .iter()
        .map(|one| Settled {
            intent: &one.intent,
            reply: &one.reply,
            verdict: verdict(one.intent.budget(), &one.reply, now, one.roll),
        })
        .collect();
    let mine = tx.finish_attempts(&settled).await?;
    for (one, mine) in settled.iter().zip(&mine) {
        let job = one.intent.job();
        match one.verdict.state {
            _ if !mine => {}
            JobState::Succeeded if job.kind == JobKind::AiDraft => drafting::file(&mut tx, one.intent, one.reply).await?,
            JobState::Succeeded if job.kind == JobKind::ProviderSync => {
                syncing::take_in(&mut tx, one.intent, one.reply).await?;
            }
            JobState::Succeeded => succeeded(&mut tx, job, one.reply.remote_id.as_deref()).await?,
            JobState::Unknown => ask_a_person(&mut tx, job).await?,
            _ => {}
        }
    }
    watch_destinations(&mut tx, &settled).await?;
    tx.commit().await?;
    Ok(settled.iter().zip(mine).map(|(one, mine)| mine.then_some(one.verdict.state)).collect())
}

/// What follows from work that is done.
pub(super) async fn succeeded(tx: &mut Tx, job: &Claimed, remote_id: Option<&str>) -> Result<(), Failure> {
    match (job.kind, job.lead_id, job.summary_id, remote_id) {
        (kind @ (JobKind::Message | JobKind::ReviewRequest), Some(lead), ..) => {
            message_left(tx, &Actor::Worker, &Left { kind, client: job.client_id, lead, job: job.id, number: job.reference() })
                .await
        }
        (JobKind::PortalPublish, _, Some(summary), _) => tx.mark_published(summary).await,
        (JobKind::CrmHandoff, Some(lead), _, Some(contact)) if job.operation == "contact.upsert" => {
            hand_over_the_rest(tx, job, lead, contact).await
        }
        _ => Ok(()),
    }
}

/// A message that left for a lead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    pub(super) kind: JobKind,
    pub(super) client: ClientId,
    pub(super) lead: LeadId,
    pub(super) job: JobId,
    pub(super) number: Ref,
}

/// A message left for a lead, which has its first answer by that, unless it was asked for a review: at the time it left,
/// however late it became known. `actor` is who says so.
pub(super) async fn message_left(tx: &mut Tx, actor: &Actor, left: &Left) -> Result<(), Failure> {
    let at = tx.left_at(left.job).await?.unwrap_or(tx.now);
    let answers = left.kind == JobKind::Message;
    if answers {
        tx.mark_answered(left.lead, at).await?;
    }
    // Who was merged meanwhile is part of another's story, which has its answer too; it is held second, as a merge does. A draft
    // that is filed right now is seen, or sees the message.
    let story = tx.hold_story(left.lead).await?;
    if answers && story != left.lead {
        tx.mark_answered(story, at).await?;
    }
    drafting::message_left(tx, actor, (left.client, story), left.number).await
}

/// The CRM has the contact: what the lead is worth, where somebody told, and what is known of it follow under it.
async fn hand_over_the_rest(tx: &mut Tx, job: &Claimed, lead: LeadId, contact: &str) -> Result<(), Failure> {
    let args = serde_json::json!({ "lead": lead.to_string(), "contact": contact }).to_string();
    let natural_key = lead.to_string();
    let worth = tx.lead_value(lead).await?.is_some();
    for operation in [worth.then_some("deal.upsert"), Some("note.upsert")].into_iter().flatten() {
        let new = NewJob {
            client: job.client_id,
            lead: Some(lead),
            summary: None,
            destination: job.destination_id,
            delivery_mode: job.delivery_mode,
            template: None,
            kind: JobKind::CrmHandoff,
            operation,
            natural_key: &natural_key,
            args: &args,
            priority: BULK,
            armed: false,
        };
        // Handed over before, under whichever contact: then it is there already.
        tx.queue_job(&Actor::Worker, &new).await?;
    }
    Ok(())
}

/// What may have left, and cannot be asked for by a program, is for a person to settle.
pub(super) async fn ask_a_person(tx: &mut Tx, job: &Claimed) -> Result<(), Failure> {
    let title = unknown_title(job.reference(), &job.destination);
    tx.put_task(&Actor::Worker, &unknown_task(&title, job.client_id, job.lead_id, job.id)).await.map(drop)
}

/// What the answers say about the destinations themselves (C11): a credential that is refused refuses everything, and so
/// does a destination that fails most of what it gets; a probe that came through lets it run again.
async fn watch_destinations(tx: &mut Tx, settled: &[Settled<'_>]) -> Result<(), Failure> {
    let mut failing: Vec<(DestinationId, &Settled<'_>)> = Vec::new();
    // The longest wait of each, and in one order: two workers that hold several must not wait for each other.
    let mut quiet: BTreeMap<DestinationId, TimeDelta> = BTreeMap::new();
    for one in settled {
        if let Some(wait) = one.reply.asks_for_quiet() {
            let longest = quiet.entry(one.intent.job().destination_id).or_default();
            *longest = wait.max(*longest);
        }
    }
    for (destination, wait) in quiet {
        tx.keep_quiet(destination, wait).await?;
    }
    for one in settled {
        let job = one.intent.job();
        match one.reply.meaning.sign() {
            _ if one.reply.is_our_own() => {}
            Sign::LockedOut => {
                let why = one.reply.error.as_ref().map(|error| error.shown().into_owned()).unwrap_or_default();
                lock_out(tx, job, one.reply.status, &why).await?;
            }
            Sign::Works if job.is_probe => {
                let why = format!("{} came through", job.reference());
                tx.close_breaker(job.destination_id, &why).await?;
            }
            // A person may have resumed it meanwhile.
            Sign::Nothing | Sign::Fails if job.is_probe && !tx.still_probes(job).await? => {}
            // Who has too much to do may not have looked at what is wrong.
            Sign::Nothing if job.is_probe => stop(tx, job, "it asks to wait", WORKS_AGAIN).await?,
            Sign::Fails if job.is_probe => stop(tx, job, "it still does not work", WORKS_AGAIN).await?,
            Sign::Fails if failing.iter().all(|(id, _)| *id != job.destination_id) => failing.push((job.destination_id, one)),
            _ => {}
        }
    }
    for (destination, one) in failing {
        let health = tx.health(destination).await?;
        if health.opens() {
            let why = format!("{} of the last {} requests failed", health.failures, health.requests);
            stop(tx, one.intent.job(), &why, WORKS_AGAIN).await?;
        }
    }
    Ok(())
}

/// What to do about a destination that failed too often.
pub(super) const WORKS_AGAIN: &str = "see what is wrong there, then resume it; it is tried again by itself";

/// Stops a destination that lets nobody in. What was found out before it was asked is told in our own words, and says what
/// to do; what it answered may be anything.
pub(super) async fn lock_out(tx: &mut Tx, job: &Claimed, status: Option<i64>, ours: &str) -> Result<(), Failure> {
    match (status, ours) {
        (Some(status), _) => {
            let why = format!("it answered {status}: the credential is refused");
            stop(tx, job, &why, "renew its credential, then resume it").await
        }
        (None, "") => stop(tx, job, "the credential is refused", "renew it, then resume the destination").await,
        (None, ours) => stop(tx, job, ours, "then resume it").await,
    }
}

/// Stops a destination, and tells whoever answers for it what to do.
pub(super) async fn stop(tx: &mut Tx, job: &Claimed, why: &str, todo: &str) -> Result<(), Failure> {
    let Some(opened) = tx.open_breaker(job.destination_id, why).await?.filter(|opened| opened.first) else { return Ok(()) };
    let owner = match opened.incident_owner {
        Some(owner) => Some(owner),
        None => tx.first_owner().await?,
    };
    let back = opened.rollback.map(|rollback| format!(" (to take back: {rollback})")).unwrap_or_default();
    let title = format!("{} is stopped: {why}; {todo}{back}", job.destination);
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

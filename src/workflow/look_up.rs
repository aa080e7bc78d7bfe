//! What happens when a destination was asked whether a request had arrived that may have left.

use chrono::TimeDelta;

use super::finish::{WORKS_AGAIN, ask_a_person, lock_out, stop, succeeded};
use crate::domain::failure::Failure;
use crate::domain::job::{AttemptOutcome, JobState};
use crate::domain::reply::Found;
use crate::domain::retry;
use crate::store::Store;
use crate::store::claim::Claimed;
use crate::store::claim::lease::Aside;
use crate::store::claim::sabotage::Fault;

/// Puts a claimed job aside whose request was given up so lately that its destination need not list it yet, however it came due:
/// a person tried it now, a release or a probe took it, a clock jumped. `true` when it waits.
///
/// # Errors
/// What the database says; nothing was written then.
pub async fn waits(store: &Store, job: &Claimed) -> Result<bool, Failure> {
    let Some(at) = job.doubted_at.map(|at| at + retry::LOOK_UP_AFTER) else { return Ok(false) };
    let leapt = store.leapt().await?.map(|ago| retry::LOOK_UP_AFTER - TimeDelta::from_std(ago).unwrap_or(retry::LOOK_UP_AFTER));
    let mut tx = store.begin().await?;
    // A clock that leapt makes what was given up just now look long past.
    let at = at.max(leapt.map_or(at, |left| tx.now + left));
    if at <= tx.now || Fault::AskEarly.is_on() {
        return Ok(false);
    }
    tx.set_aside(job, &Aside::Again(at), "its destination is asked a minute after the request was given up").await?;
    tx.commit().await?;
    Ok(true)
}

/// Settles a claimed job whose request may have left; `true` when it is to be sent now, under the same lease.
///
/// # Errors
/// What the database says; nothing was written then.
pub async fn settle(store: &Store, job: &Claimed, found: &Found, roll: f64) -> Result<bool, Failure> {
    let mut tx = store.begin().await?;
    match found {
        Found::Arrived { remote_id } => {
            let why = "the destination was asked: it had arrived";
            if tx.set_aside(job, &Aside::Ended(JobState::Succeeded), why).await? {
                tx.settle_doubt(job, AttemptOutcome::Succeeded, remote_id.as_deref()).await?;
                succeeded(&mut tx, job, remote_id.as_deref()).await?;
            }
            if job.is_probe {
                let why = format!("it was asked for {}, and answered", job.reference());
                tx.close_breaker(job.destination_id, &why).await?;
            }
        }
        Found::Absent => {
            // What was not there then says nothing of what somebody sent since: only under this lease nobody did.
            if !tx.still_holds(job).await? {
                return Ok(false);
            }
            tx.settle_doubt(job, AttemptOutcome::TimedOut, None).await?;
            tx.commit().await?;
            return Ok(true);
        }
        Found::CannotTell(why) | Found::LockedOut { why, .. } => {
            let due = tx.now + retry::delay(job.attempts.max(1), roll).max(retry::LOOK_UP_AFTER);
            let detail = format!("the destination could not be asked whether it had arrived: {why}");
            if due < job.window_ends_at {
                tx.set_aside(job, &Aside::Again(due), &detail).await?;
            } else if tx.set_aside(job, &Aside::Ended(JobState::Unknown), &detail).await? {
                ask_a_person(&mut tx, job).await?;
            }
            match found {
                Found::LockedOut { status, .. } => lock_out(&mut tx, job, *status, why).await?,
                _ if job.is_probe && tx.still_probes(job).await? => {
                    stop(&mut tx, job, "it still does not work", WORKS_AGAIN).await?;
                }
                _ => {}
            }
        }
    }
    tx.commit().await?;
    Ok(false)
}

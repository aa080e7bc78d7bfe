//! What a person does to a failure group as a whole: let it go, paced, or stop that. And the turn of one of its jobs.

use uuid::Uuid;

use super::Acting;
use crate::domain::act::{Act, Done, Target, Verb};
use crate::domain::actor::{Actor, Person};
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, Ref, ReleaseId};
use crate::domain::job::JobState;
use crate::domain::release::{ReleaseOutcome, ReleaseState};
use crate::store::Store;
use crate::store::journal::About;
use crate::store::releases::NewRelease;

impl Acting<'_> {
    /// Freezes a group and lets its first job go as a canary; the worker does the rest.
    pub(super) async fn release_group(&mut self, signature: &str, jobs: &[Uuid]) -> Result<Done, Failure> {
        let (destination, stands) = self.destination().await?;
        if jobs.is_empty() {
            return Err(self.refused("no job of this group can be released", "look at the group again"));
        }
        if stands {
            return Err(self.refused("nothing goes to its destination now", "mend the cause and resume it first"));
        }
        let detail = format!("{} jobs, paced: {signature}", jobs.len());
        let detail = self.act.reason.as_deref().map_or(detail.clone(), |reason| format!("{detail}: {reason}"));
        let about =
            About { verb: self.act.verb.name(), kind: Kind::Destination, subject: destination.0, lead: None, detail: &detail };
        let entry = self.tx.journal(&self.actor, about).await?;
        let new = NewRelease { destination, signature, person: self.me.id, reason: self.act.reason.as_deref(), jobs, entry };
        let Some(number) = self.tx.start_release(&new).await? else {
            return Err(self.refused("a release of this group is under way", "stop it first, or wait for it"));
        };
        let undo = self.inverse(Verb::StopRelease { signature: signature.to_owned() }, self.act.target.version);
        let said = format!("release {number} begins with a canary; {} more follow if it succeeds", jobs.len() - 1);
        Ok(self.done(said, Ok(undo)))
    }

    /// Stops a release. What went stays gone.
    pub(super) async fn stop_release(&mut self, signature: &str) -> Result<Done, Failure> {
        let (destination, _) = self.destination().await?;
        let Some(release) = self.tx.open_release(destination, signature).await? else {
            return Err(self.refused("no release of this group is under way", "nothing to stop"));
        };
        self.announce(Kind::Destination, destination.0, None, signature).await?;
        let why = format!("stopped by {}", self.me.name);
        let Some(number) = self.tx.end_release(release, ReleaseState::Cancelled, &why).await? else {
            return Err(self.refused("its release has ended meanwhile", "nothing to stop"));
        };
        Ok(self.done(format!("release {number} is stopped; what went stays gone"), Err("release the rest again instead")))
    }
}

/// The turn of one job in a release.
#[derive(Clone, Copy, Debug)]
pub(in crate::workflow) struct Turn<'a> {
    pub(in crate::workflow) release: ReleaseId,
    pub(in crate::workflow) number: i64,
    pub(in crate::workflow) position: i64,
    pub(in crate::workflow) job: Uuid,
    pub(in crate::workflow) reason: Option<&'a str>,
}

/// Lets one job of a release go, through the same verb as a person's; `false` when its turn was taken, or when it was
/// left out because a rule forbids it now.
///
/// # Errors
/// What the database says; the turn stands then.
pub(in crate::workflow) async fn let_go(store: &Store, me: &Person, turn: &Turn<'_>) -> Result<bool, Failure> {
    let mut tx = store.begin().await?;
    if !tx.take_turn(turn.release, turn.position).await? {
        return Ok(false);
    }
    let Some(job) = tx.job_now(turn.job).await? else { return Ok(false) };
    let why = turn.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let act = Act {
        target: Target { record: Ref::new(Kind::Job, job.number), id: turn.job, version: job.version },
        verb: Verb::RetryJob,
        reason: Some(format!("release {}{why}", turn.number)),
    };
    // It is on its way without us; how it ends is watched all the same.
    if !matches!(job.state, JobState::Armed | JobState::Ready | JobState::Running) {
        let mut acting = Acting { tx, actor: Actor::Person(me.clone()), me, act: &act, record: act.target.record };
        match acting.again_at_once().await {
            Ok(None) => {}
            Ok(Some(new)) => acting.tx.note_new_job(turn.release, turn.position, new).await?,
            Err(failure) if failure.is_passing() => return Err(failure),
            Err(failure) => {
                drop(acting);
                let mut tx = store.begin().await?;
                tx.end_turn(turn.release, turn.position, ReleaseOutcome::Skipped, Some(&failure.to_string())).await?;
                tx.commit().await?;
                return Ok(false);
            }
        }
        tx = acting.tx;
    }
    tx.commit().await?;
    Ok(true)
}

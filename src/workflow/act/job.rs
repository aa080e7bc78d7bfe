//! What a person does to jobs: try again, replay, cancel, recall, settle an unknown outcome.

use chrono::TimeDelta;

use super::Acting;
use crate::domain::act::{Act, Done, Target, Verb};
use crate::domain::failure::Failure;
use crate::domain::id::{JobId, Kind, Ref};
use crate::domain::job::{JobAct, JobKind, JobState};
use crate::domain::replay::{NOT_ARRIVED, ReplayVerdict, judge};
use crate::domain::retry;
use crate::store::breaker::NoProbe;
use crate::store::jobs::{Anew, JobNow, Move};
use crate::store::journal::About;
use crate::workflow::finish::{Left, message_left};

impl Acting<'_> {
    async fn job(&mut self) -> Result<JobNow, Failure> {
        let found = self.tx.job_now(self.act.target.id).await?;
        self.seen(found, |job| job.client_id)
    }

    /// The state after an act, or why there is none.
    async fn job_after(&mut self, job: &JobNow, act: JobAct, remedy: &str) -> Result<JobState, Failure> {
        // A version that moved on explains more than the state it moved to.
        self.unchanged(job.version, job.state.as_str()).await?;
        job.state.after(act).map_err(|bad| self.refused(bad, remedy))
    }

    async fn move_to(&mut self, job: &JobNow, to: JobState, how: &Move<'_>) -> Result<(), Failure> {
        match self.tx.move_job(job, job.version, to, how).await? {
            Some(_) => Ok(()),
            None => Err(self.conflict(job.state.as_str()).await),
        }
    }

    async fn settle(&mut self, job: &JobNow) -> Result<(), Failure> {
        if self.tx.settle_job(job).await? { Ok(()) } else { Err(self.conflict(job.state.as_str()).await) }
    }

    /// Waiting jobs run now, given-up ones as a new job; one whose outcome is unknown needs a decision of its own.
    pub(super) async fn retry(&mut self) -> Result<Done, Failure> {
        let job = self.job().await?;
        match job.state {
            JobState::Dead | JobState::Cancelled => return self.replay().await,
            JobState::Unknown => {
                return Err(self.refused(
                    "its request may have arrived",
                    "ask the destination, then resolve it; or replay it alone, knowing the risk",
                ));
            }
            JobState::Held => return self.probe(&job).await,
            _ => {}
        }
        let to = self.job_after(&job, JobAct::RetryNow, "only waiting, dead or cancelled jobs can be tried again").await?;
        if job.window_ends_at <= self.tx.now {
            return Err(
                self.refused("its window has closed", "a worker gives it up; replay it then as a new job, or cancel it now")
            );
        }
        self.announce(Kind::Job, job.id.0, job.lead_id, "").await?;
        let due = self.tx.now + retry::ARMED;
        self.move_to(&job, to, &Move { due_at: Some(due), armed_until: Some(due), ..Move::default() }).await?;
        Ok(self.done(format!("{} is tried in 10 s", self.act.target.record), Ok(self.inverse(Verb::RecallJob, job.version + 1))))
    }

    /// Lets one held job through to a destination that its breaker stopped: where it arrives, that runs again.
    async fn probe(&mut self, job: &JobNow) -> Result<Done, Failure> {
        self.unchanged(job.version, job.state.as_str()).await?;
        if job.window_ends_at <= self.tx.now {
            return Err(
                self.refused("its window has closed", "a worker gives it up; replay it then as a new job, or cancel it now")
            );
        }
        if job.attempts == 0 && !job.has_failed && job.due_at > self.tx.now {
            return Err(self.refused("it is planned for later", "try one that is due"));
        }
        self.announce(Kind::Job, job.id.0, job.lead_id, "").await?;
        match self.tx.probe_with(&self.actor, job.id).await? {
            None => {}
            Some(NoProbe::Paused) => {
                return Err(self.refused(
                    "it is held: its destination is paused",
                    "resume the destination, or wait for the end of its pause",
                ));
            }
            Some(NoProbe::Another) => {
                let why = "it is held, and another job is on its way to see whether its destination works";
                return Err(self.refused(why, "wait: it goes when that one arrives"));
            }
            Some(NoProbe::Runs) => return Err(self.refused("it is let go already", "wait a moment, and look at it again")),
        }
        let to = self.job_after(job, JobAct::Release, "look at it again").await?;
        let now = self.tx.now;
        self.move_to(job, to, &Move { due_at: Some(now), ..Move::default() }).await?;
        Ok(self.done(
            format!(
                "{} goes now; if it arrives, its destination runs again, and what is held for it goes",
                self.act.target.record
            ),
            Err("it is on its way"),
        ))
    }

    /// A new job from one that is given up; the old one keeps its history.
    pub(super) async fn replay(&mut self) -> Result<Done, Failure> {
        let job = self.job().await?;
        self.unchanged(job.version, job.state.as_str()).await?;
        if !job.state.may_replay() {
            return Err(self.refused(
                format!("it is {}", job.state),
                "only dead, cancelled or unknown jobs are replayed; retry or cancel it",
            ));
        }
        self.may_replay(&job).await?;
        let (id, number) = self.replay_in(&job, retry::ARMED).await?;
        let new = Ref::new(Kind::Job, number);
        let undo = Act { target: Target { record: new, id: id.0, version: 1 }, verb: Verb::RecallJob, reason: None };
        Ok(Done {
            record: new,
            said: format!("{new} does {} again in 10 s, with the same key", self.act.target.record),
            undo: Ok(undo),
        })
    }

    /// What arrived is not sent again; what may have arrived is, if a person says why.
    async fn may_replay(&mut self, job: &JobNow) -> Result<(), Failure> {
        let replay = judge(&self.tx.past(job).await?, self.tx.now);
        let said_why = self.act.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
        match replay.verdict {
            ReplayVerdict::Safe => Ok(()),
            ReplayVerdict::AlreadyApplied => Err(self.refused(replay.reason, "nothing is left to do; resolve or leave it")),
            ReplayVerdict::Unknown | ReplayVerdict::KeyExpired if said_why => Ok(()),
            ReplayVerdict::Unknown | ReplayVerdict::KeyExpired => {
                Err(self.refused(replay.reason, "it could arrive twice: ask the destination, or replay it alone and say why"))
            }
        }
    }

    /// Makes the new job; the old one is settled by it.
    async fn replay_in(&mut self, job: &JobNow, arm: TimeDelta) -> Result<(JobId, i64), Failure> {
        let (kind, operation, channel) = self.tx.job_work(job.id).await?;
        let writes = matches!(kind, JobKind::Message | JobKind::ReviewRequest);
        let template = if writes { self.tx.rulebook().await?.template(&operation, channel) } else { None };
        let window = retry::window(kind, &operation);
        let about = About {
            verb: "job.replay",
            kind: Kind::Job,
            subject: job.id.0,
            lead: job.lead_id,
            detail: self.act.reason.as_deref().unwrap_or(""),
        };
        let entry = self.tx.journal(&self.actor, about).await?;
        let new = self.tx.replay_job(job, Anew { arm, window, template, entry }).await?;
        self.settle(job).await?;
        Ok(new)
    }

    /// Tries a job of a release again at once, by itself or as the new job that is given back. Only what is safe goes,
    /// whatever reason was given: nobody looked at this one. What somebody replayed, cancelled or laid aside since stays so.
    pub(super) async fn again_at_once(&mut self) -> Result<Option<JobId>, Failure> {
        let job = self.job().await?;
        if job.state.may_replay() {
            if job.settled {
                return Err(self.refused("somebody decided it meanwhile", "replay it by itself if it is to be done after all"));
            }
            let replay = judge(&self.tx.past(&job).await?, self.tx.now);
            if replay.verdict != ReplayVerdict::Safe {
                return Err(self.refused(replay.reason, "decide it by itself"));
            }
            return Ok(Some(self.replay_in(&job, TimeDelta::zero()).await?.0));
        }
        if job.window_ends_at <= self.tx.now {
            return Err(
                self.refused("its window has closed", "a worker gives it up; replay it then as a new job, or cancel it now")
            );
        }
        let to = self.job_after(&job, JobAct::ComeDue, "resume its destination, or look at it again").await?;
        self.announce(Kind::Job, job.id.0, job.lead_id, "").await?;
        let now = self.tx.now;
        self.move_to(&job, to, &Move { due_at: Some(now), ..Move::default() }).await?;
        Ok(None)
    }

    /// Stops a job that has not left, or lays aside one that was given up.
    pub(super) async fn cancel(&mut self) -> Result<Done, Failure> {
        let job = self.job().await?;
        if job.state == JobState::Dead {
            return self.lay_aside(&job).await;
        }
        let to = self.job_after(&job, JobAct::Cancel, "what runs or has ended cannot be cancelled").await?;
        self.announce(Kind::Job, job.id.0, job.lead_id, "").await?;
        let reason = self.act.reason.as_deref().unwrap_or("cancelled by a person");
        self.move_to(&job, to, &Move { reason: Some(reason), settled: true, ..Move::default() }).await?;
        Ok(self.done(
            format!("{} is cancelled", self.act.target.record),
            Err("a cancelled job is not revived; replay it as a new job"),
        ))
    }

    /// Nobody will try it again: it leaves the failures, and what became of it stays as it was.
    async fn lay_aside(&mut self, job: &JobNow) -> Result<Done, Failure> {
        self.unchanged(job.version, job.state.as_str()).await?;
        if job.settled {
            return Err(self.refused("it is off the failures already", "where it was replayed, cancel the new job"));
        }
        self.announce(Kind::Job, job.id.0, job.lead_id, "laid aside").await?;
        self.settle(job).await?;
        Ok(self.done(
            format!("{} is laid aside: it stays dead, and is off the failures", self.act.target.record),
            Err("if it is to be done after all, replay it as a new job"),
        ))
    }

    /// Takes back what is still armed: an early retry waits for its turn again, a replay is not done.
    pub(super) async fn recall(&mut self) -> Result<Done, Failure> {
        let job = self.job().await?;
        // A worker had it before, whether that counted or not: it waits on. What nobody had is new, and is not done.
        let again = job.fence > 0;
        let act = if again { JobAct::PutBack } else { JobAct::Recall };
        let to = self.job_after(&job, act, "it has left already, or was changed since").await?;
        self.announce(Kind::Job, job.id.0, job.lead_id, "").await?;
        let due = again.then(|| self.tx.now + retry::ceiling(job.attempts));
        let reason = (!again).then_some("recalled");
        self.move_to(&job, to, &Move { due_at: due, reason, settled: !again, ..Move::default() }).await?;
        // What was not done is a failure again; an early retry that waits anew is done in its turn.
        if let Some(old) = job.replay_of.filter(|_| !again) {
            self.tx.unsettle_job(old).await?;
        }
        Ok(self.done(
            format!("{} is recalled; nothing left", self.act.target.record),
            Err("it was an undo itself; do it again instead"),
        ))
    }

    /// Settles an unknown outcome after a person asked the destination.
    pub(super) async fn resolve(&mut self, arrived: bool) -> Result<Done, Failure> {
        let job = self.job().await?;
        let act = if arrived { JobAct::ResolveArrived } else { JobAct::ResolveLost };
        let to = self.job_after(&job, act, "only unknown outcomes are settled").await?;
        let detail = if arrived { "it arrived" } else { NOT_ARRIVED };
        self.announce(Kind::Job, job.id.0, job.lead_id, detail).await?;
        // What did not arrive stays on the failures pane, to be replayed.
        self.move_to(&job, to, &Move { reason: Some(detail), settled: arrived, ..Move::default() }).await?;
        let actor = self.actor.clone();
        self.tx.finish_question(&actor, job.id, detail).await?;
        let mut said = format!("{} is settled: {detail}", self.act.target.record);
        if arrived {
            // Somebody made it anew before it was known.
            for (replay, number) in self.tx.stop_replays(&job).await? {
                self.announce(Kind::Job, replay.0, job.lead_id, &format!("{} arrived: not done again", self.act.target.record))
                    .await?;
                said = format!("{said}; {} is cancelled", Ref::new(Kind::Job, number));
            }
        }
        let (kind, ..) = self.tx.job_work(job.id).await?;
        if let Some(lead) = job.lead_id.filter(|_| arrived && matches!(kind, JobKind::Message | JobKind::ReviewRequest)) {
            let left = Left { kind, client: job.client_id, lead, job: job.id, number: self.act.target.record };
            message_left(&mut self.tx, &self.actor, &left).await?;
        }
        let undo = if arrived {
            "a decision about the outside cannot be undone"
        } else {
            "a decision about the outside cannot be undone; it is on the failures, to be replayed"
        };
        Ok(self.done(said, Err(undo)))
    }
}

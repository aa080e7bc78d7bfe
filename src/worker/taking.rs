//! From a claimed job to an announced attempt on its way: what may have left is asked for first, what may not leave is
//! put aside, and the rest is announced together.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::awake::{Awake, silent, while_awake};
use super::leases::{Lease, Leases};
use super::settling::Back;
use super::{Worker, roll};
use crate::domain::breaker::STOPPED;
use crate::domain::failure::Failure;
use crate::domain::id::JobId;
use crate::domain::job::JobState;
use crate::domain::reply::{Meaning, Reply};
use crate::domain::text::Internal;
use crate::store::claim::announce::Announced;
use crate::store::claim::lease::Aside;
use crate::store::claim::sabotage::Fault;
use crate::store::claim::{Claimed, Intent};
use crate::workflow::finish::{Returned, finish_attempts};
use crate::workflow::look_up;
use crate::workflow::prepare::{Prepared, prepare};

/// How much longer than its request an attempt may take: destinations end theirs themselves, and say more.
const LONGER: Duration = Duration::from_secs(1);

/// What a claimed job needs next.
pub(super) enum Next {
    /// It is announced: its request leaves.
    Send(Box<Intent>, Lease, Awake),
    /// Its destination is asked first whether an earlier request arrived.
    Ask(Box<Claimed>, Lease),
}

impl Worker {
    /// Takes claimed jobs in hand and announces what may leave; also says whether nothing could be announced: it is too
    /// early then to claim again.
    pub(super) async fn begin(&self, jobs: Vec<Claimed>, leases: &Leases) -> (Vec<Next>, bool) {
        let mut held: Vec<(JobId, Lease)> = jobs.iter().map(|job| (job.id, leases.hold(job))).collect();
        let mut lease = |id: JobId| {
            let at = held.iter().position(|(held, _)| *held == id)?;
            Some(held.swap_remove(at).1)
        };
        let (doubtful, sure): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.doubtful_since.is_some());
        let mut next: Vec<Next> = Vec::new();
        for job in doubtful {
            if let Some(lease) = lease(job.id) {
                next.push(Next::Ask(Box::new(job), lease));
            }
        }
        let awake = Awake::now();
        let ids: Vec<(JobId, i64)> = sure.iter().map(|job| (job.id, job.fence)).collect();
        let announced = self.announce(sure).await;
        let failed = announced.is_err();
        match announced {
            Ok(intents) => {
                for intent in intents {
                    if let Some(lease) = lease(intent.job().id) {
                        next.push(Next::Send(Box::new(intent), lease, awake));
                    }
                }
            }
            Err(error) => {
                tracing::warn!(%error, "attempts could not be announced; nothing was sent");
                // Best done now; if the database is gone the leases run out by themselves.
                drop(self.store.hand_back(&ids).await);
            }
        }
        (next, failed)
    }

    /// The announced attempts of claimed jobs and since when they are being announced, asking destinations where that must be
    /// done first.
    pub(super) async fn ready(&self, jobs: Vec<Claimed>) -> Result<(Vec<Intent>, Awake), Failure> {
        let mut sure = Vec::with_capacity(jobs.len());
        for job in jobs {
            if job.doubtful_since.is_none() || self.may_send_again(&job).await? {
                sure.push(job);
            }
        }
        let awake = Awake::now();
        Ok((self.announce(sure).await?, awake))
    }

    /// Asks the destination; `true` when the job is to be sent under this lease.
    async fn may_send_again(&self, job: &Claimed) -> Result<bool, Failure> {
        if look_up::waits(&self.store, job).await? {
            return Ok(false);
        }
        let found = self.sender.look_up(job, &self.store.clock).await;
        look_up::settle(&self.store, job, &found, 0.5).await
    }

    /// Composes and announces; what may not leave is put aside.
    async fn announce(&self, jobs: Vec<Claimed>) -> Result<Vec<Intent>, Failure> {
        if jobs.is_empty() {
            return Ok(vec![]);
        }
        let prepared = prepare(&self.store, &jobs, self.links.as_ref()).await?;
        let mut leaving = Vec::with_capacity(jobs.len());
        for (job, prepared) in jobs.into_iter().zip(prepared) {
            match prepared {
                Prepared::Send(content) => match content.to_json() {
                    Ok(json) => leaving.push((job, Internal::new(json))),
                    Err(error) => self.set_aside(&job, &Aside::Ended(JobState::Dead), &error.to_string()).await?,
                },
                Prepared::Wait { until, why } => self.set_aside(&job, &Aside::Until(until), &why).await?,
                Prepared::Stop { state, reason } => self.set_aside(&job, &Aside::Ended(state), &reason).await?,
            }
        }
        if leaving.is_empty() {
            return Ok(vec![]);
        }
        let mut intents = Vec::with_capacity(leaving.len());
        let mut refused = Vec::new();
        for announced in self.store.announce(leaving).await? {
            match announced {
                Announced::Made(intent) => intents.push(intent),
                Announced::Refused(job) => refused.push((job.id, job.fence)),
            }
        }
        if !refused.is_empty() {
            self.store.hand_back(&refused).await?;
        }
        Ok(intents)
    }

    async fn set_aside(&self, job: &Claimed, aside: &Aside, why: &str) -> Result<(), Failure> {
        let mut tx = self.store.begin().await?;
        tx.set_aside(job, aside, why).await?;
        tx.commit().await
    }

    /// Sends what was announced and gives the answer on.
    pub(super) async fn deliver(
        &self,
        intent: Intent,
        lease: Lease,
        awake: Awake,
        results: &mpsc::Sender<Back>,
        mut given_up: watch::Receiver<bool>,
    ) {
        let intent = if Fault::MarkFirst.is_on() { self.marked(intent).await } else { intent };
        let reply = tokio::select! {
            biased;
            reply = while_awake(awake, self.sent(&intent)) => reply,
            _ = given_up.wait_for(|given_up| *given_up) => silent(STOPPED),
        };
        let returned = Returned { roll: roll(&intent), intent, reply };
        // Nobody takes results any more only when the process ends; the rescue settles the job then.
        drop(results.send((returned, lease)).await);
    }

    /// Sends a request and waits for its answer as long as an attempt may take.
    pub(super) async fn sent(&self, intent: &Intent) -> Reply {
        let longest = self.sender.longest(&intent.job().destination);
        let sending = timeout(longest + LONGER, self.sender.send(intent, &self.store.clock));
        let late = || silent(&format!("no answer within {} s; the request was sent", longest.as_secs()));
        sending.await.unwrap_or_else(|_| late())
    }

    /// Writes the result before there is one.
    async fn marked(&self, intent: Intent) -> Intent {
        let reply = Reply::of(Meaning::Accepted);
        let returned = [Returned { roll: 0.5, intent, reply }];
        drop(finish_attempts(&self.store, &returned).await);
        let [Returned { intent, .. }] = returned;
        intent
    }

    /// Asks a destination, and sends where it does not have the request.
    pub(super) async fn ask(
        &self,
        job: Claimed,
        lease: Lease,
        results: &mpsc::Sender<Back>,
        mut stop: watch::Receiver<bool>,
        given_up: watch::Receiver<bool>,
    ) {
        let (id, fence) = (job.id, job.fence);
        let asked = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => Ok(false),
            asked = self.may_send_again(&job) => asked,
        };
        let awake = Awake::now();
        let announced = match asked {
            Ok(true) => self.announce(vec![job]).await,
            Ok(false) => Ok(vec![]),
            Err(error) => Err(error),
        };
        match announced {
            Ok(mut intents) if intents.len() == 1 => {
                if let Some(intent) = intents.pop() {
                    self.deliver(intent, lease, awake, results, given_up).await;
                }
            }
            Ok(_) => {
                // Settled by the answer, or not asked because of a stop: then the lease goes back at once.
                drop(self.store.hand_back(&[(id, fence)]).await);
            }
            Err(error) => {
                tracing::warn!(%error, "what a destination said of a request could not be written; it is asked again");
                drop(self.store.hand_back(&[(id, fence)]).await);
            }
        }
    }
}

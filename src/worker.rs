//! The worker: claims jobs, announces each attempt, sends it, and settles what came back; rescues what others lost.
//!
//! It sleeps until something changed in the database or the next job is due, and never polls in between but for its
//! own duties: rescue every ten seconds, heartbeats, and a seal over the journal about once a second.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use crate::clock::Clock;
use crate::delivery::scripted::Scripted;
use crate::delivery::{Answer, Request, classify};
use crate::domain::content::Content;
use crate::domain::failure::Failure;
use crate::domain::job::JobState;
use crate::domain::journal::sha256;
use crate::domain::text::Internal;
use crate::store::Store;
use crate::store::claim::{Claimed, Intent};
use crate::store::journal::Search;
use crate::workflow::finish::finish_attempt;

/// Requests on their way at once.
pub const CONCURRENCY: usize = 8;
const HEARTBEAT: Duration = Duration::from_secs(10);
const DUTIES: Duration = Duration::from_secs(1);
/// Of the duties, every so many: the rescue scan.
const RESCUE_EVERY: u64 = 10;
/// An attempt takes at most this long.
const ATTEMPT: Duration = Duration::from_secs(30);
/// How long a stop waits for requests on their way; what is not back by then is left to the rescue.
const GRACE: Duration = Duration::from_secs(8);
/// The longest that a played answer takes.
const PLAYED: Duration = Duration::from_secs(2);
/// How long an idle worker sleeps at most.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Where requests go.
#[derive(Clone, Debug)]
pub enum Sender {
    /// To destinations that are played: the demo's.
    Scripted(Scripted),
}

impl Sender {
    /// Sends what was announced. The only way out takes the announcement itself.
    async fn send(&self, intent: &Intent, clock: &Clock) -> Answer {
        let request = request(intent);
        match self {
            Self::Scripted(scripted) => {
                let (answer, took) = scripted.answer(&request, clock.now());
                pass(clock, took).await;
                answer
            }
        }
    }
}

/// Lets a played answer take its time, on either clock; nobody is made to wait for a whole time-out.
async fn pass(clock: &Clock, time: TimeDelta) {
    clock.advance(time);
    if matches!(clock, Clock::System) {
        sleep(time.to_std().unwrap_or_default().min(PLAYED)).await;
    }
}

fn request(intent: &Intent) -> Request {
    let job = intent.job();
    Request {
        job: job.reference(),
        n: intent.n(),
        destination: job.destination.clone(),
        kind: job.destination_kind.clone(),
        operation: job.operation.clone(),
        idempotency_key: job.idempotency_key.clone(),
        content: Internal::new(Content::from_json(job.args.reveal()).unwrap_or(Content::Publish)),
        since: job.created_at,
    }
}

/// One worker on one database.
#[derive(Clone, Debug)]
pub struct Worker {
    store: Store,
    sender: Sender,
    /// Its name on leases and attempts.
    name: String,
}

impl Worker {
    /// A worker; `name` tells it from others in the trace.
    pub fn new(store: Store, sender: Sender, name: impl Into<String>) -> Self {
        Self { store, sender, name: name.into() }
    }

    /// Does what is due now and ends; in the same order every time. Gives back how many attempts were made.
    ///
    /// # Errors
    /// What the database says; what was on its way is left to the rescue.
    pub async fn drain(&self) -> Result<usize, Failure> {
        self.store.close_windows().await?;
        let mut attempts = 0;
        loop {
            let mut intents = Vec::new();
            while intents.len() < CONCURRENCY {
                let Some(claimed) = self.store.claim_job(&self.name).await? else { break };
                intents.extend(self.announce(claimed).await?);
            }
            if intents.is_empty() {
                return Ok(attempts);
            }
            let answers = join_all(intents.iter().map(|intent| self.sender.send(intent, &self.store.clock))).await;
            for (intent, answer) in intents.iter().zip(answers) {
                self.settle(intent, &answer).await?;
            }
            attempts += intents.len();
        }
    }

    /// When the next job that may run is due.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, Failure> {
        self.store.next_due().await
    }

    /// Works until told to stop, through lost databases; then waits a moment for what is on its way.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut feed = self.store.watch();
        let mut duties = interval(DUTIES);
        duties.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut round = 0_u64;
        let mut on_their_way = FuturesUnordered::new();
        let mut pause = Duration::ZERO;
        while !*stop.borrow() {
            while on_their_way.len() < CONCURRENCY && pause.is_zero() {
                match self.store.claim_job(&self.name).await {
                    Ok(Some(claimed)) => on_their_way.push(self.attempt(claimed)),
                    Ok(None) => pause = self.until_due().await,
                    Err(error) => {
                        tracing::warn!(%error, "no job could be claimed");
                        pause = DUTIES;
                    }
                }
            }
            tokio::select! {
                biased;
                _ = stop.changed() => break,
                Some(()) = on_their_way.next() => {}
                _ = duties.tick() => {
                    self.duties(round).await;
                    round += 1;
                }
                _ = feed.next() => pause = Duration::ZERO,
                () = sleep(pause), if !pause.is_zero() => pause = Duration::ZERO,
            }
        }
        let finish = async { while on_their_way.next().await.is_some() {} };
        if timeout(GRACE, finish).await.is_err() {
            tracing::warn!("some requests did not come back before the stop; they are settled by the rescue");
        }
    }

    /// How long until the next job is due.
    async fn until_due(&self) -> Duration {
        let due = self.store.next_due().await.ok().flatten();
        let wait = due.map_or(LONGEST_SLEEP, |due| (due - self.store.clock.now()).to_std().unwrap_or_default());
        // A job that is due and still not claimed is another worker's; asking again at once would be a busy loop.
        wait.clamp(Duration::from_millis(20), LONGEST_SLEEP)
    }

    async fn duties(&self, round: u64) {
        let search = if round == 0 { Search::All } else { Search::Recent };
        let mut done = self.store.seal_journal(search).await.map(drop);
        if round.is_multiple_of(RESCUE_EVERY) {
            done = done.and(self.store.rescue_jobs().await.map(drop)).and(self.store.close_windows().await.map(drop));
        }
        if let Err(error) = done {
            tracing::warn!(%error, "the worker's duties were not done");
        }
    }

    /// Announces an attempt; `None` when it may not be made any more.
    async fn announce(&self, claimed: Claimed) -> Result<Option<Intent>, Failure> {
        let print = Content::fingerprint(&claimed.operation, &claimed.idempotency_key, claimed.args.reveal());
        let (job, fence) = (claimed.id, claimed.fence);
        match self.store.announce(claimed, &print).await {
            Ok(intent) => Ok(Some(intent)),
            Err(Failure::Conflict(_)) => {
                self.store.hand_back(job, fence).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn settle(&self, intent: &Intent, answer: &Answer) -> Result<Option<JobState>, Failure> {
        finish_attempt(&self.store, intent, &classify(request(intent).system(), answer), roll(intent)).await
    }

    /// One attempt from announcement to result, with its heartbeats.
    async fn attempt(&self, claimed: Claimed) {
        let (id, fence) = (claimed.id, claimed.fence);
        let intent = match self.announce(claimed).await {
            Ok(Some(intent)) => intent,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "an attempt could not be announced; nothing was sent");
                // Best done now; if the database is gone the lease runs out by itself.
                drop(self.store.hand_back(id, fence).await);
                return;
            }
        };
        let sending = timeout(ATTEMPT, self.sender.send(&intent, &self.store.clock));
        tokio::pin!(sending);
        let mut beats = interval(HEARTBEAT);
        beats.reset();
        let answer = loop {
            tokio::select! {
                answer = &mut sending => {
                    break answer.unwrap_or_else(|_| Answer::NoAnswer("no answer within 30 s; the request was sent".to_owned()));
                }
                _ = beats.tick() => drop(self.store.beat(id, fence).await),
            }
        };
        let began = Instant::now();
        loop {
            match self.settle(&intent, &answer).await {
                Ok(_) => return,
                // The result is known: it is worth keeping for as long as the lease stands.
                Err(error) if error.is_passing() && began.elapsed() < HEARTBEAT * 3 => {
                    tracing::info!(%error, "a result waits for the database");
                    sleep(DUTIES).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "a result could not be written; the rescue settles the job");
                    return;
                }
            }
        }
    }
}

/// A number in 0..1 for the jitter: other for every job and try, the same for the same ones.
fn roll(intent: &Intent) -> f64 {
    let hash = sha256(format!("{}:{}", intent.job().number, intent.n()).as_bytes());
    f64::from(u16::from_be_bytes([hash[0], hash[1]])) / f64::from(u16::MAX)
}

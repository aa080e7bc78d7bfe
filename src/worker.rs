//! The worker: takes jobs, announces each attempt, sends it, and settles what came back; rescues what others lost.
//!
//! Four things run side by side: one takes and announces (`taking`), each request is a task of its own, one writes the
//! results down, as many at once as there are (`settling`), and one does what must be done from time to time (`duties`).
//! A worker sleeps until something changed in the database or the next job is due.

mod awake;
mod duties;
mod leases;
mod sender;
mod settling;
mod taking;

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::domain::failure::Failure;
use crate::domain::id::JobId;
use crate::domain::journal::sha256;
use crate::domain::leave::Links;
use crate::domain::routing::bulk_places;
use crate::store::Store;
use crate::store::claim::Intent;
use crate::store::claim::take::Appetite;
use crate::store::feed::{Hint, LinkState};
use crate::store::journal::Search;
use crate::workflow::finish::{Returned, finish_attempts};
use crate::workflow::syncing::begin_rounds;
pub use sender::Sender;

use awake::while_awake;
use leases::Leases;
use settling::Back;
use taking::Next;

/// Requests on their way at once, when nothing else is said.
pub const CONCURRENCY: usize = 32;
/// How long a stop waits for requests on their way; an answer that comes later counts as none.
const GRACE: Duration = Duration::from_secs(7);
/// How long the first free place waits for others, while most are taken: a claim of one costs as much as a claim of many.
const TOGETHER: Duration = Duration::from_millis(10);
/// How long an idle worker sleeps at most.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How long until a database that failed is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// One worker on one database.
#[derive(Clone, Debug)]
pub struct Worker {
    store: Store,
    sender: Sender,
    /// Its name on leases and attempts: no two that run at once have the same.
    name: String,
    concurrency: usize,
    /// Makes the links by which mails are left.
    links: Option<Links>,
}

impl Worker {
    /// A worker; `name` tells it from others in the trace.
    pub fn new(store: Store, sender: Sender, name: impl Into<String>) -> Self {
        Self { store, sender, name: name.into(), concurrency: CONCURRENCY, links: None }
    }

    /// With so many requests on their way at once, at least one.
    #[must_use]
    pub fn with_concurrency(self, concurrency: usize) -> Self {
        Self { concurrency: concurrency.max(1), ..self }
    }

    /// With links in mails by which they are left with one click.
    #[must_use]
    pub fn with_links(self, links: Option<Links>) -> Self {
        Self { links, ..self }
    }

    /// Does what is due now and ends, with a seal over what that wrote into the journal; in the same order every time. Gives
    /// back how many attempts were made.
    ///
    /// # Errors
    /// What the database says; what was on its way is left to the rescue.
    pub async fn drain(&self) -> Result<usize, Failure> {
        duties::once(self).await?;
        let mut attempts = 0;
        loop {
            let taken = self.store.claim_jobs(&self.name, &self.appetite(0, 0)).await?;
            if taken.jobs.is_empty() {
                // A long back-fill goes on with its next window.
                if begin_rounds(&self.store).await? > 0 {
                    continue;
                }
                duties::seal(&self.store, Search::Recent).await?;
                return Ok(attempts);
            }
            let (intents, announced) = self.ready(taken.jobs).await?;
            let held: Vec<(JobId, i64)> = intents.iter().map(|intent| (intent.job().id, intent.job().fence)).collect();
            let sending = join_all(intents.iter().map(|intent| while_awake(announced, self.sent(intent))));
            // One that takes long holds up the results of all: none of them may be another worker's meanwhile.
            let replies = tokio::select! {
                biased;
                replies = sending => replies,
                never = duties::keep(&self.store, &held) => match never {},
            };
            let returned: Vec<Returned> =
                intents.into_iter().zip(replies).map(|(intent, reply)| Returned { roll: roll(&intent), intent, reply }).collect();
            finish_attempts(&self.store, &returned).await?;
            attempts += returned.len();
        }
    }

    /// When the next job that waits for its time becomes due.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, Failure> {
        self.store.next_due().await
    }

    /// Works until told to stop, through lost databases; then hands back what was not announced, waits a moment for what
    /// is on its way, and settles the rest as unanswered.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let leases = Leases::default();
        let (results, returned) = mpsc::channel::<Back>(self.concurrency * 2);
        let (give_up, given_up) = watch::channel(false);
        let settling = tokio::spawn(settling::settle(self.store.clone(), returned));
        let duties = tokio::spawn(duties::run(self.clone(), leases.clone()));
        let mut on_their_way = JoinSet::new();
        let mut feed = self.store.watch();
        // Until when it rests; `None` looks at once.
        let mut rest: Option<Instant> = None;
        // While the database fails nothing but its return, or time, ends the rest: what it said before may still arrive by the
        // thousand.
        let mut failing = false;
        let resting = |pause: Duration| Some(Instant::now() + pause);
        while !*stop.borrow() {
            if rest.is_none() {
                self.gather_places(&leases).await;
            }
            let (running, bulk) = leases.count();
            if rest.is_none() && running < self.concurrency {
                let taken = self.store.claim_jobs(&self.name, &self.appetite(running, bulk)).await;
                failing = taken.is_err();
                match taken {
                    Ok(taken) if taken.jobs.is_empty() => rest = resting(self.until_due(taken.again_at).await),
                    Ok(taken) => {
                        let (all, failed) = self.begin(taken.jobs, &leases).await;
                        failing = failed;
                        for next in all {
                            self.spawn(&mut on_their_way, next, &results, &stop, &given_up);
                        }
                        while on_their_way.try_join_next().is_some() {}
                        if !failed {
                            continue;
                        }
                        rest = resting(AGAIN);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "no job could be claimed");
                        rest = resting(AGAIN);
                    }
                }
            }
            tokio::select! {
                biased;
                _ = stop.changed() => break,
                // Bulk may have waited for its share, whatever else is free.
                () = leases.freed(), if running > 0 && !failing => rest = None,
                hint = feed.next() => if !failing || hint == Hint::Link(LinkState::Live) { rest = None },
                () = sleep_until(rest.unwrap_or_else(Instant::now)), if rest.is_some() => rest = None,
            }
        }
        duties.abort();
        let all_back = async { while on_their_way.join_next().await.is_some() {} };
        if timeout(GRACE, all_back).await.is_err() {
            tracing::warn!("some requests did not come back before the stop; what became of them is found out later");
            give_up.send_replace(true);
            while on_their_way.join_next().await.is_some() {}
        }
        self.sender.settled().await;
        drop(results);
        if timeout(AGAIN * 2, settling).await.is_err() {
            tracing::warn!("some results were not written before the stop; the rescue settles their jobs");
        }
    }

    /// Tells that it lives, and what it sends to.
    async fn lives(&self, name: &str) -> Result<(), Failure> {
        self.store.worker_lives(name, self.sender.reaches().as_deref()).await
    }

    /// Under load places come free one after the other: they are filled together. A worker with half its places free does not
    /// wait.
    async fn gather_places(&self, leases: &Leases) {
        let until = Instant::now() + TOGETHER;
        while leases.count().0 * 2 > self.concurrency && timeout_at(until, leases.freed()).await.is_ok() {}
    }

    /// How much more it can take, with so many leases of which so many are bulk.
    fn appetite(&self, running: usize, bulk: usize) -> Appetite {
        let most_bulk = usize::try_from(bulk_places(self.concurrency as i64)).unwrap_or_default();
        Appetite {
            most: self.concurrency.saturating_sub(running),
            bulk: most_bulk.saturating_sub(bulk),
            reaches: self.sender.reaches(),
        }
    }

    /// How long until there may be something to take.
    async fn until_due(&self, again_at: Option<DateTime<Utc>>) -> Duration {
        let due = self.store.next_due().await.ok().flatten();
        let next = due.into_iter().chain(again_at).min();
        let wait = next.map_or(LONGEST_SLEEP, |next| (next - self.store.clock.now()).to_std().unwrap_or_default());
        // What is due and still not taken is another worker's; asking again at once would be a busy loop.
        wait.clamp(Duration::from_millis(10), LONGEST_SLEEP)
    }

    /// Lets a request or a question leave, as a task of its own.
    fn spawn(
        &self,
        on_their_way: &mut JoinSet<()>,
        next: Next,
        results: &mpsc::Sender<Back>,
        stop: &watch::Receiver<bool>,
        given_up: &watch::Receiver<bool>,
    ) {
        let (worker, results, stop, given_up) = (self.clone(), results.clone(), stop.clone(), given_up.clone());
        on_their_way.spawn(async move {
            match next {
                Next::Send(intent, lease, awake) => worker.deliver(*intent, lease, awake, &results, given_up).await,
                Next::Ask(job, lease) => worker.ask(*job, lease, &results, stop, given_up).await,
            }
        });
    }
}

/// A number in 0..1 for the jitter: other for every job and try, the same for the same ones.
fn roll(intent: &Intent) -> f64 {
    let hash = sha256(format!("{}:{}", intent.job().number, intent.n()).as_bytes());
    f64::from(u16::from_be_bytes([hash[0], hash[1]])) / f64::from(u16::MAX)
}

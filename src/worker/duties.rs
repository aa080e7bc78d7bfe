//! What a worker does from time to time, whoever's jobs they are: leases that ran out, windows that closed, replies that nobody
//! answered, pauses that ended, probes, the time of day, a seal over the journal, the next step of every
//! release, and providers that are to be asked again.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use super::Worker;
use super::leases::Leases;
use crate::domain::failure::Failure;
use crate::domain::id::JobId;
use crate::store::Store;
use crate::store::journal::Search;
use crate::workflow::release::advance;
use crate::workflow::syncing::begin_rounds;

const EVERY: Duration = Duration::from_secs(1);
/// Of the rounds, every so many: heartbeats and the rescue scan.
const TEN: u64 = 10;
/// Between two heartbeats of who does nothing else meanwhile; a fourth of a lease.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Does its duties until it is dropped.
pub(super) async fn run(worker: Worker, leases: Leases) {
    let mut rounds = interval(EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut round = 0_u64;
    loop {
        rounds.tick().await;
        if let Err(error) = turn(&worker, &leases, round).await {
            tracing::warn!(%error, "the worker's duties were not done");
        }
        round += 1;
    }
}

async fn turn(worker: &Worker, leases: &Leases, round: u64) -> Result<(), Failure> {
    if round.is_multiple_of(TEN) {
        // Before anything else: a lease that runs out makes work for two.
        let held = leases.all();
        if !held.is_empty() {
            worker.store.beat(&held).await?;
        }
        seldom(worker, &worker.name).await?;
    }
    often(&worker.store, if round == 0 { Search::All } else { Search::Recent }).await
}

/// Keeps leases until it is dropped: a model may be given longer than a lease lasts.
pub(super) async fn keep(store: &Store, held: &[(JobId, i64)]) -> Infallible {
    let mut beats = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        if let Err(error) = store.beat(held).await {
            tracing::warn!(%error, "the leases of requests on their way could not be kept");
        }
    }
}

/// What is done every ten rounds, by a worker of this name.
async fn seldom(worker: &Worker, name: &str) -> Result<(), Failure> {
    let store = &worker.store;
    store.clock.anchor(store.keep_time().await?);
    // Told for people alone: nothing waits for it.
    if let Err(error) = worker.lives(name).await {
        tracing::warn!(%error, "the worker could not say that it lives");
    }
    store.rescue_jobs().await?;
    store.close_windows().await?;
    store.escalate_replies().await.map(drop)
}

/// What is done in every round.
async fn often(store: &Store, search: Search) -> Result<(), Failure> {
    destinations(store).await?;
    begin_rounds(store).await?;
    seal(store, search).await?;
    advance(store).await.map(drop)
}

/// Seals all there is of the journal.
pub(super) async fn seal(store: &Store, mut search: Search) -> Result<(), Failure> {
    while store.seal_journal(search).await? >= crate::domain::journal::SEAL_SIZE {
        // What comes after the last seal is all that is left.
        search = Search::Recent;
    }
    Ok(())
}

async fn destinations(store: &Store) -> Result<(), Failure> {
    store.end_pauses().await?;
    store.probe_destinations().await?;
    store.tidy_lanes().await.map(drop)
}

/// Does what is due of them now.
pub(super) async fn once(worker: &Worker) -> Result<(), Failure> {
    // One name for all that come and go on a machine: each time anew they would be many.
    seldom(worker, &format!("{}:drain", worker.name.split(':').next().unwrap_or_default())).await?;
    // Whoever comes every minute does not look through the whole log each time.
    often(&worker.store, Search::Recent).await
}

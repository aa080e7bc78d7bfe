//! What a worker does from time to time, whoever's jobs they are: leases that ran out, windows that closed, replies that nobody
//! answered, pauses that ended, probes, the time of day, a seal over the journal, the next step of every
//! release, and providers that are to be asked again.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::Worker;
use super::leases::Leases;
use crate::domain::failure::Failure;
use crate::store::Store;
use crate::store::journal::Search;
use crate::workflow::release::advance;
use crate::workflow::syncing::begin_rounds;

const EVERY: Duration = Duration::from_secs(1);
/// Of the rounds, every so many: heartbeats and the rescue scan.
const TEN: u64 = 10;

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
    let store = &worker.store;
    if round.is_multiple_of(TEN) {
        // Before anything else: a lease that runs out makes work for two.
        let held = leases.all();
        if !held.is_empty() {
            store.beat(&held).await?;
        }
        store.clock.anchor(store.keep_time().await?);
        // Told for people alone: nothing waits for it.
        if let Err(error) = worker.lives(&worker.name).await {
            tracing::warn!(%error, "the worker could not say that it lives");
        }
        store.rescue_jobs().await?;
        store.close_windows().await?;
        store.escalate_replies().await?;
    }
    destinations(store).await?;
    begin_rounds(store).await?;
    let search = if round == 0 { Search::All } else { Search::Recent };
    while store.seal_journal(search).await? >= crate::domain::journal::SEAL_SIZE {}
    advance(store).await.map(drop)
}

async fn destinations(store: &Store) -> Result<(), Failure> {
    store.end_pauses().await?;
    store.probe_destinations().await?;
    store.tidy_lanes().await.map(drop)
}

/// Does what is due of them now.
pub(super) async fn once(worker: &Worker) -> Result<(), Failure> {
    let store = &worker.store;
    store.clock.anchor(store.keep_time().await?);
    // One name for all that come and go on a machine: each time anew they would be many.
    worker.lives(&format!("{}:drain", worker.name.split(':').next().unwrap_or_default())).await?;
    store.rescue_jobs().await?;
    store.close_windows().await?;
    store.escalate_replies().await?;
    destinations(store).await?;
    begin_rounds(store).await?;
    advance(store).await.map(drop)
}

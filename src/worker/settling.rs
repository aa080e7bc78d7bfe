//! Writing results down: as many in one commit as have come back.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};

use super::leases::Lease;
use crate::domain::failure::Failure;
use crate::store::Store;
use crate::workflow::finish::{Returned, finish_attempts};

/// Results in one transaction at most.
const BATCH: usize = 128;
/// How long a result waits for others.
const MOMENT: Duration = Duration::from_millis(1);
/// How long a known result is worth trying to keep through a database that is away. The fence decides whether it still
/// counts, and most often it does: while the database is away nobody rescues the job.
const WORTH_KEEPING: Duration = Duration::from_mins(15);
const AGAIN: Duration = Duration::from_millis(500);

/// A result with the lease it was got under.
pub(super) type Back = (Returned, Lease);

/// Writes results down until nobody sends any more.
pub(super) async fn settle(store: Store, mut results: mpsc::Receiver<Back>) {
    let mut backs: Vec<Back> = Vec::with_capacity(BATCH);
    while results.recv_many(&mut backs, BATCH).await > 0 {
        gather(&mut results, &mut backs).await;
        let (returned, leases): (Vec<Returned>, Vec<Lease>) = backs.drain(..).unzip();
        match write(&store, &returned).await {
            Ok(()) => {}
            Err(error) if error.is_passing() => {
                tracing::warn!(%error, "results could not be written for a quarter of an hour; the rescue settles their jobs");
            }
            Err(error) => {
                tracing::warn!(%error, "results were not written together; each is tried by itself");
                for one in returned {
                    if let Err(error) = write(&store, &[one]).await {
                        tracing::warn!(%error, "a result could not be written; the rescue settles the job");
                    }
                }
            }
        }
        drop(leases);
    }
}

/// Waits a moment for others that come back together with the first: a commit costs more than the wait.
async fn gather(results: &mut mpsc::Receiver<Back>, backs: &mut Vec<Back>) {
    let until = Instant::now() + MOMENT;
    while backs.len() < BATCH {
        let room = BATCH - backs.len();
        match timeout_at(until, results.recv_many(backs, room)).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
    }
}

/// Through a database that is away for a while.
async fn write(store: &Store, returned: &[Returned]) -> Result<(), Failure> {
    let began = Instant::now();
    loop {
        match finish_attempts(store, returned).await {
            Err(error) if error.is_passing() && began.elapsed() < WORTH_KEEPING => {
                tracing::info!(%error, "results wait for the database");
                sleep(AGAIN).await;
            }
            done => return done.map(drop),
        }
    }
}

//! Requests that came at the same time are kept in one transaction: one commit, one sync of the disk, and then each is
//! answered.

use tokio::sync::{mpsc, oneshot};

use crate::domain::failure::Failure;
use crate::store::Store;
use crate::store::waiting::{Kept, NewArrival};

/// Requests in one transaction at most.
const TOGETHER: usize = 128;
/// Requests that wait to be kept, at most: more are told to come again.
pub(super) const QUEUE: usize = 2048;

/// A request to be kept, and who waits for it.
pub(super) struct Ask {
    pub(super) arrival: NewArrival,
    pub(super) answer: oneshot::Sender<Option<Kept>>,
}

/// Keeps what is asked until nobody can ask any more.
pub(super) async fn run(store: Store, mut asks: mpsc::Receiver<Ask>, kept_some: impl Fn()) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while asks.recv_many(&mut batch, TOGETHER).await > 0 {
        let (arrivals, answers): (Vec<_>, Vec<_>) = batch.drain(..).map(|ask| (ask.arrival, ask.answer)).unzip();
        let mut kept = keep(&store, &arrivals).await;
        if kept.as_ref().is_err_and(|failure| !failure.is_passing()) && arrivals.len() > 1 {
            // One of them is at fault: the others are kept by themselves.
            let mut each = Vec::with_capacity(arrivals.len());
            for arrival in &arrivals {
                each.push(keep(&store, std::slice::from_ref(arrival)).await.ok().and_then(|kept| kept.first().copied()));
            }
            answer(answers, each);
            kept_some();
            continue;
        }
        if let Err(failure) = &mut kept {
            tracing::warn!(%failure, "requests could not be kept; their senders are told to come again");
        }
        let outcomes = kept.map_or_else(|_| vec![None; answers.len()], |kept| kept.into_iter().map(Some).collect());
        answer(answers, outcomes);
        kept_some();
    }
}

async fn keep(store: &Store, arrivals: &[NewArrival]) -> Result<Vec<Kept>, Failure> {
    let mut tx = store.begin().await?;
    let kept = tx.keep_arrivals(arrivals).await?;
    tx.commit().await?;
    Ok(kept)
}

fn answer(answers: Vec<oneshot::Sender<Option<Kept>>>, outcomes: Vec<Option<Kept>>) {
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        // Who hung up meanwhile sends again, and is told that it is here.
        let _ = answer.send(outcome);
    }
}

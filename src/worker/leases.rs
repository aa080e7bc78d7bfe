//! The leases that a worker holds at the moment: a lease is kept as long as somebody has it in hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::id::JobId;
use crate::domain::routing::ANSWER_FIRST;
use crate::store::claim::Claimed;

#[derive(Debug, Default)]
struct Held {
    jobs: Mutex<Jobs>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Jobs {
    /// The fence of each, and whether nobody waits for it.
    fences: BTreeMap<JobId, (i64, bool)>,
    /// Those that nobody waits for: they are asked for whenever one is put down.
    bulk: usize,
}

impl Jobs {
    fn put(&mut self, job: JobId, fence: i64, bulk: bool) {
        self.remove(job);
        self.bulk += usize::from(bulk);
        self.fences.insert(job, (fence, bulk));
    }

    fn remove(&mut self, job: JobId) {
        if let Some((_, bulk)) = self.fences.remove(&job) {
            self.bulk -= usize::from(bulk);
        }
    }
}

/// All of them; clones share.
#[derive(Clone, Debug, Default)]
pub(super) struct Leases(Arc<Held>);

/// One of them; dropped, it is in hand no more.
#[derive(Debug)]
pub(super) struct Lease {
    leases: Leases,
    job: JobId,
    fence: i64,
}

impl Leases {
    fn jobs(&self) -> std::sync::MutexGuard<'_, Jobs> {
        // Nothing that holds it can panic.
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a lease in hand.
    pub(super) fn hold(&self, job: &Claimed) -> Lease {
        self.jobs().put(job.id, job.fence, job.priority < ANSWER_FIRST);
        Lease { leases: self.clone(), job: job.id, fence: job.fence }
    }

    /// How many, and how many of them are bulk.
    pub(super) fn count(&self) -> (usize, usize) {
        let jobs = self.jobs();
        (jobs.fences.len(), jobs.bulk)
    }

    /// Jobs and fences.
    pub(super) fn all(&self) -> Vec<(JobId, i64)> {
        self.jobs().fences.iter().map(|(job, (fence, _))| (*job, *fence)).collect()
    }

    /// Waits until one is put down.
    pub(super) async fn freed(&self) {
        self.0.freed.notified().await;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        {
            let mut jobs = self.leases.jobs();
            // A newer lease of the same job is another's.
            if jobs.fences.get(&self.job).is_some_and(|(fence, _)| *fence == self.fence) {
                jobs.remove(self.job);
            }
        }
        self.leases.0.freed.notify_one();
    }
}

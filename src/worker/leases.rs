//! The leases that a worker holds at the moment: a lease is kept as long as somebody has it in hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::id::JobId;
use crate::domain::routing::ANSWER_FIRST;
use crate::store::claim::Claimed;

#[derive(Debug, Default)]
struct Held {
    /// The fence of each, and whether nobody waits for it.
    jobs: Mutex<BTreeMap<JobId, (i64, bool)>>,
    freed: Notify,
}

/// All of them; clones share.
#[derive(Clone, Debug, Default)]
pub(super) struct Leases(Arc<Held>);

/// One of them; dropped, it is in hand no more.
#[derive(Debug)]
pub(super) struct Lease {
    leases: Leases,
    job: JobId,
}

impl Leases {
    fn jobs(&self) -> std::sync::MutexGuard<'_, BTreeMap<JobId, (i64, bool)>> {
        // Whoever panicked left a map that is whole: every change is one insert or one remove.
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a lease in hand.
    pub(super) fn hold(&self, job: &Claimed) -> Lease {
        self.jobs().insert(job.id, (job.fence, job.priority < ANSWER_FIRST));
        Lease { leases: self.clone(), job: job.id }
    }

    /// How many, and how many of them are bulk.
    pub(super) fn count(&self) -> (usize, usize) {
        let jobs = self.jobs();
        (jobs.len(), jobs.values().filter(|(_, bulk)| *bulk).count())
    }

    /// Jobs and fences.
    pub(super) fn all(&self) -> Vec<(JobId, i64)> {
        self.jobs().iter().map(|(job, (fence, _))| (*job, *fence)).collect()
    }

    /// Waits until one is put down.
    pub(super) async fn freed(&self) {
        self.0.freed.notified().await;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.leases.jobs().remove(&self.job);
        self.leases.0.freed.notify_one();
    }
}

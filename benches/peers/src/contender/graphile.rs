//! `graphile_worker`, as its guide sets up a throughput-oriented worker: a local queue that fetches many jobs at once, and
//! completions that are written many at once.
//!
//! - `local_queue`: four of 500 jobs. The guide starts from one of 100 and says to raise both for many small jobs; larger
//!   queues, and more of them, were not faster. One of 100 does about half as many jobs a second.
//! - `complete_job_batch_delay` of 5 ms, as in the guide.
//! - `poll_interval` stays at its second and there is no refetch delay: notifications do the waking.
//!
//! Pickups were not slower with the local queue than without, so both figures have the same settings.
//!
//! Without these two it takes one job a slot and poll of what was queued before it started, eight a second here: no measure
//! of anything, so it is not told.

use std::time::{Duration, Instant};

use color_eyre::eyre::Result;
use graphile_worker::{IntoTaskHandlerResult, JobSpec, LocalQueueConfig, TaskHandler, Worker, WorkerContext, WorkerOptions};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::{SLOTS, Starts, finished, starts, time_pickups};
use crate::server::pool;

const UNFINISHED: &str = "select count(*) from graphile_worker._private_jobs";
/// Jobs in one insert while they are queued; not timed.
const CHUNK: usize = 5_000;

#[derive(Clone, Serialize, Deserialize)]
struct Noop {
    job: u32,
}

impl TaskHandler for Noop {
    const IDENTIFIER: &'static str = "noop";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        if let Some(starts) = context.get_ext::<Starts>() {
            starts.note(self.job);
        }
        Ok::<(), String>(())
    }
}

fn options(pool: &PgPool, starts: Starts) -> WorkerOptions {
    WorkerOptions::default()
        .pg_pool(pool.clone())
        .concurrency(SLOTS)
        .complete_job_batch_delay(Duration::from_millis(5))
        .local_queue(LocalQueueConfig::default().with_size(500).with_queue_count(4))
        .listen_os_shutdown_signals(false)
        .add_extension(starts)
        .define_job::<Noop>()
}

pub(super) async fn drain(url: &str, jobs: u32) -> Result<Duration> {
    let pool = pool(url).await?;
    let (starts, mut seen) = starts();
    let worker = options(&pool, starts).init().await?;
    let queue = worker.create_utils();
    let noops: Vec<_> = (0..jobs).map(|job| (Noop { job }, JobSpec::default())).collect();
    for chunk in noops.chunks(CHUNK) {
        let chunk: Vec<_> = chunk.iter().map(|(noop, spec)| (noop.clone(), spec)).collect();
        queue.add_jobs(&chunk).await?;
    }
    sqlx::query("analyze").execute(&pool).await?;

    let began = Instant::now();
    while_it_runs(&worker, async {
        seen.all(jobs).await?;
        finished(&pool, began, UNFINISHED).await
    })
    .await
}

pub(super) async fn pickup(url: &str, jobs: u32) -> Result<Vec<Duration>> {
    let pool = pool(url).await?;
    let (starts, mut seen) = starts();
    let worker = options(&pool, starts).init().await?;
    let queue = worker.create_utils();
    while_it_runs(
        &worker,
        time_pickups(jobs, &mut seen, async |job| {
            queue.add_job(Noop { job }, JobSpec::default()).await?;
            Ok(())
        }),
    )
    .await
}

/// Runs the worker for as long as the measurement takes, then lets it stop in its own way.
async fn while_it_runs<T>(worker: &Worker, measurement: impl Future<Output = Result<T>>) -> Result<T> {
    let measurement = async {
        let result = measurement.await;
        worker.request_shutdown();
        result
    };
    let (ran, result) = tokio::join!(worker.run(), measurement);
    ran?;
    result
}

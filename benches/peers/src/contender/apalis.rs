//! `apalis-postgres`, with `LISTEN`/`NOTIFY` and large batches.
//!
//! - `batch_size` 5,000: "larger batches can improve throughput", says its documentation. The 100 of its basic example does
//!   about a third as many jobs a second; beyond 2,000 little is gained.
//! - `lock_tasks(false)`, as in that example: the fetch marks its jobs as taken, and a second mark when one starts is left out.
//! - `persist_results` stays on: without it a job would never be marked as done.
//! - `concurrency`, and no `parallelize`: a task of its own for each job costs more than this work.
//! - `with_pubsub`, and a poll every 20 ms beside it. A notification that comes while a fetch is on its way wakes nobody, about
//!   one in forty here; with the ten seconds of its example such a job waits ten seconds.

use std::time::{Duration, Instant};

use apalis::prelude::*;
use apalis_postgres::{Config, PostgresStorage};
use color_eyre::eyre::{Result, eyre};
use sqlx::PgPool;

use super::{SLOTS, Starts, finished, starts, time_pickups};
use crate::server::pool;

const QUEUE: &str = "noop";
const UNFINISHED: &str = "select count(*) from apalis.jobs where status <> 'Done'";
const BATCH: usize = 5_000;
/// How long a job waits whose notification was missed.
const POLL: Duration = Duration::from_millis(20);
/// Jobs in one insert while they are queued; not timed.
const CHUNK: usize = 5_000;

async fn noop(job: u32, starts: Data<Starts>) -> Result<(), BoxDynError> {
    starts.note(job);
    Ok(())
}

fn storage(pool: &PgPool) -> PostgresStorage<u32> {
    PostgresStorage::new(pool).with_config(Config::default().queue(QUEUE).batch_size(BATCH).lock_tasks(false))
}

pub(super) async fn drain(url: &str, jobs: u32) -> Result<Duration> {
    let pool = pool(url).await?;
    PostgresStorage::setup(&pool).await?;
    let all: Vec<_> = (0..jobs).collect();
    let mut connection = pool.acquire().await?;
    for chunk in all.chunks(CHUNK) {
        let tasks = chunk.iter().map(|job| Ok(TaskBuilder::new(serde_json::to_vec(job)?).build())).collect::<Result<_>>()?;
        apalis_postgres::queries::push_tasks(&mut *connection, QUEUE, tasks).await?;
    }
    drop(connection);
    sqlx::query("analyze").execute(&pool).await?;

    let (starts, mut seen) = starts();
    let began = Instant::now();
    while_it_runs(&pool, starts, async {
        seen.all(jobs).await?;
        finished(&pool, began, UNFINISHED).await
    })
    .await
}

pub(super) async fn pickup(url: &str, jobs: u32) -> Result<Vec<Duration>> {
    let pool = pool(url).await?;
    PostgresStorage::setup(&pool).await?;
    let (starts, mut seen) = starts();
    let mut queue = storage(&pool);
    while_it_runs(
        &pool,
        starts,
        time_pickups(jobs, &mut seen, async |job| {
            queue.push(job).await.map_err(|error| eyre!("{error}"))?;
            Ok(())
        }),
    )
    .await
}

/// Runs a worker for as long as the measurement takes, then lets it stop in its own way.
async fn while_it_runs<T>(pool: &PgPool, starts: Starts, measurement: impl Future<Output = Result<T>>) -> Result<T> {
    let context = WorkerContext::new("peers");
    let worker = WorkerBuilder::new(&context)
        .backend(storage(pool).with_pubsub().poll_with_interval(POLL))
        .concurrency(SLOTS)
        .data(starts)
        .build(noop);
    let measurement = async {
        let result = measurement.await;
        context.stop().map_err(|error| eyre!("{error}"))?;
        result
    };
    let (ran, result) = tokio::join!(worker.run(), measurement);
    ran.map_err(|error| eyre!("{error}"))?;
    result
}

//! Who is measured, and what a measurement is made of.

use std::collections::HashSet;
use std::fmt;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use color_eyre::eyre::{OptionExt as _, Result, bail};
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

mod apalis;
mod graphile;
mod ours;

/// Jobs that a worker does at once.
const SLOTS: usize = 8;
/// How often a job is queued for an idle worker.
const PAUSE: Duration = Duration::from_millis(20);
/// Pickups before the clock counts: they open connections and fill caches.
const WARM_UP: u32 = 25;
/// A worker that does not start its jobs in this time has lost them.
const LOST: Duration = Duration::from_mins(2);
/// How often the database is asked whether all is done, once all has been started; the error of a drain.
const LOOK: Duration = Duration::from_millis(5);

/// A queue on Postgres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
pub(crate) enum Contender {
    #[value(name = "quotedeck")]
    #[serde(rename = "quotedeck")]
    Ours,
    #[value(name = "graphile_worker")]
    #[serde(rename = "graphile_worker")]
    Graphile,
    #[value(name = "apalis-postgres")]
    #[serde(rename = "apalis-postgres")]
    Apalis,
}

impl Contender {
    pub(crate) const ALL: [Self; 3] = [Self::Ours, Self::Graphile, Self::Apalis];

    /// How long a worker takes for `jobs` jobs that wait in the empty database at `url`, until the database shows them done.
    pub(crate) async fn drain(self, url: &str, jobs: u32) -> Result<Duration> {
        match self {
            Self::Ours => ours::drain(url, jobs).await,
            Self::Graphile => graphile::drain(url, jobs).await,
            Self::Apalis => apalis::drain(url, jobs).await,
        }
    }

    /// How long each of `jobs` jobs waited for an idle worker, in the empty database at `url`.
    pub(crate) async fn pickup(self, url: &str, jobs: u32) -> Result<Vec<Duration>> {
        match self {
            Self::Ours => ours::pickup(url, jobs).await,
            Self::Graphile => graphile::pickup(url, jobs).await,
            Self::Apalis => apalis::pickup(url, jobs).await,
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ours => "quotedeck",
            Self::Graphile => "graphile_worker",
            Self::Apalis => "apalis-postgres",
        })
    }
}

/// Where a handler notes that it started: all the work that a job does here, the same for everybody.
#[derive(Clone, Debug)]
struct Starts(UnboundedSender<(u32, Instant)>);

impl Starts {
    fn note(&self, job: u32) {
        // Nobody listens any more when the measurement is over; late jobs are of no interest then.
        let _ = self.0.send((job, Instant::now()));
    }
}

/// What the handlers noted.
struct Seen(UnboundedReceiver<(u32, Instant)>);

fn starts() -> (Starts, Seen) {
    let (sender, receiver) = unbounded_channel();
    (Starts(sender), Seen(receiver))
}

impl Seen {
    /// Waits until as many different jobs have started; none may have started twice.
    async fn all(&mut self, jobs: u32) -> Result<()> {
        let mut seen = HashSet::new();
        while seen.len() < jobs as usize {
            let (job, _) = self.next().await?;
            if !seen.insert(job) {
                bail!("job {job} was started twice");
            }
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<(u32, Instant)> {
        let Ok(next) = timeout(LOST, self.0.recv()).await else { bail!("no job was started for {LOST:?}") };
        next.ok_or_eyre("the worker is gone")
    }
}

/// The time since `began` when `unfinished`, a query that gives one number, gives 0.
async fn finished(pool: &PgPool, began: Instant, unfinished: &'static str) -> Result<Duration> {
    loop {
        let left: i64 = sqlx::query_scalar(unfinished).fetch_one(pool).await?;
        if left == 0 {
            return Ok(began.elapsed());
        }
        if began.elapsed() > LOST {
            bail!("{left} jobs were started and not finished in {LOST:?}");
        }
        sleep(LOOK).await;
    }
}

/// Queues a job every 20 ms and times its start. `queue` gives back when its insert is committed.
async fn time_pickups(jobs: u32, seen: &mut Seen, mut queue: impl AsyncFnMut(u32) -> Result<()>) -> Result<Vec<Duration>> {
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut waits = Vec::new();
    for job in 0..WARM_UP + jobs {
        ticks.tick().await;
        queue(job).await?;
        let committed = Instant::now();
        let (started, at) = seen.next().await?;
        if started != job {
            bail!("job {job} was queued and job {started} started");
        }
        if job >= WARM_UP {
            // A handler may be faster than the answer to the commit; that is no wait at all.
            waits.push(at.saturating_duration_since(committed));
        }
    }
    Ok(waits)
}

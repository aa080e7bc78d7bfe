//! quotedeck itself: one worker as `quotedeck work` runs it, on jobs queued with the program's own verb.
//!
//! No setting differs from the program's but how many requests may be on their way, as `quotedeck work --concurrency` sets
//! it: every attempt is announced, and every result written, in a commit before and after.

use std::ops::Range;
use std::time::{Duration, Instant};

use color_eyre::eyre::{OptionExt as _, Result};
use quotedeck::clock::Clock;
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::id::{ClientId, DestinationId, PersonId};
use quotedeck::domain::job::{DeliveryMode, JobKind};
use quotedeck::domain::money::Money;
use quotedeck::store::Store;
use quotedeck::store::clients::NewClient;
use quotedeck::store::connect::{Place, Purpose};
use quotedeck::store::destinations::NewDestination;
use quotedeck::store::jobs::NewJob;
use quotedeck::worker::{Sender, Worker};
use sqlx::PgPool;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::{Starts, finished, starts, time_pickups};
use crate::server::pool;

const UNFINISHED: &str = "select count(*) from internal.jobs where state <> 'succeeded'";
/// Requests on their way at once: as many jobs are announced together. The peers have 2,000 and 5,000 in hand.
const ON_THEIR_WAY: usize = 1_024;
/// Jobs in one transaction while they are queued; not timed.
const CHUNK: u32 = 1_000;

pub(super) async fn drain(url: &str, jobs: u32) -> Result<Duration> {
    let (starts, mut seen) = starts();
    let sender = sender(starts);
    let desk = Desk::open(url).await?;
    for first in (0..jobs).step_by(CHUNK as usize) {
        desk.queue(first..jobs.min(first + CHUNK)).await?;
    }
    sqlx::query("analyze").execute(&desk.pool).await?;

    let began = Instant::now();
    desk.while_it_runs(sender, async {
        seen.all(jobs).await?;
        finished(&desk.pool, began, UNFINISHED).await
    })
    .await
}

pub(super) async fn pickup(url: &str, jobs: u32) -> Result<Vec<Duration>> {
    let (starts, mut seen) = starts();
    let sender = sender(starts);
    let desk = Desk::open(url).await?;
    desk.while_it_runs(sender, time_pickups(jobs, &mut seen, async |job| desk.queue(job..job + 1).await)).await
}

/// A destination that accepts everything at once, and notes each job as its request would leave.
fn sender(starts: Starts) -> Sender {
    let (told, mut numbers) = mpsc::unbounded_channel::<i64>();
    tokio::spawn(async move {
        while let Some(number) = numbers.recv().await {
            // In a fresh database the first job is number 1.
            starts.note(u32::try_from(number - 1).unwrap_or(u32::MAX));
        }
    });
    Sender::Nowhere(Some(told))
}

/// An initialised database with one client and one destination.
struct Desk {
    store: Store,
    client: ClientId,
    destination: DestinationId,
    /// For what is no verb of the program: `analyze`, and counting what is left.
    pool: PgPool,
}

impl Desk {
    async fn open(url: &str) -> Result<Self> {
        let place: Place = url.parse()?;
        Store::init(&place, Clock::System).await?.close().await;
        let store = Store::open(&place, Clock::System, Purpose::Queue).await?;
        let owner = Actor::Person(Person { id: PersonId::new(), name: "peers".to_owned(), role: Role::Owner, clients: None });
        let mut tx = store.begin().await?;
        let client = NewClient {
            name: "Peers".to_owned(),
            time_zone: "America/Chicago".to_owned(),
            region: "US".to_owned(),
            low_value_below: Money::whole(500),
            high_value_at: Money::whole(5_000),
            addresses: Vec::new(),
            severities: None,
        };
        tx.put_client(&owner, &client).await?;
        let destination = NewDestination {
            name: "Nowhere".to_owned(),
            kind: "webhook".to_owned(),
            delivery_mode: DeliveryMode::Keyed,
            incident_owner: None,
            rollback: None,
        };
        tx.put_destination(&owner, &destination).await?;
        let client = tx.client_named(&client.name).await?.ok_or_eyre("the client was just made")?;
        tx.commit().await?;
        let pool = pool(url).await?;
        let destination: Uuid = sqlx::query_scalar("select id from internal.destinations").fetch_one(&pool).await?;
        Ok(Self { store, client, destination: DestinationId(destination), pool })
    }

    /// Queues jobs in one transaction; each with its journal entry.
    async fn queue(&self, jobs: Range<u32>) -> Result<()> {
        let mut tx = self.store.begin().await?;
        for job in jobs {
            let number = job.to_string();
            let new = NewJob {
                client: self.client,
                lead: None,
                summary: None,
                destination: self.destination,
                delivery_mode: DeliveryMode::Keyed,
                template: None,
                kind: JobKind::PortalPublish,
                operation: "publish",
                natural_key: &number,
                args: &number,
                priority: 0,
                armed: false,
            };
            tx.queue_job(&Actor::Worker, &new).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Runs a worker for as long as the measurement takes, then stops it as the program does.
    async fn while_it_runs<T>(&self, sender: Sender, measurement: impl Future<Output = Result<T>>) -> Result<T> {
        let worker = Worker::new(self.store.clone(), sender, "peers").with_concurrency(ON_THEIR_WAY);
        let (stop, stopped) = watch::channel(false);
        let measurement = async {
            let result = measurement.await;
            stop.send_replace(true);
            result
        };
        let ((), result) = tokio::join!(worker.run(stopped), measurement);
        result
    }
}

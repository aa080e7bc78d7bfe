//! Fills an empty database with a plausible past, for the demo, benchmarks and plans: the same rows for the same seed.
//!
//! It writes past the verbs, many rows a statement: a million leads in a minute or two. Per 1,000 leads there are 30
//! failed jobs of six signatures, 30 that wait, 100 that succeeded, 40 tasks, and up to 5,000 drafts in all.

mod bulk;
mod made;
mod words;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use uuid::Uuid;

use super::errors::failure;
use super::journal::About;
use super::{Outcome, Store, Tx, on_db};
use crate::domain::actor::{Actor, Person, Role};
use crate::domain::client::Client;
use crate::domain::failure::Failure;
use crate::domain::id::Kind;
use crate::domain::row::Destination;
use bulk::{Bulk, Cell};

/// Leads whose rows are written together.
const BATCH: u64 = 250;
/// Batches in one transaction.
const BATCHES: u64 = 20;
/// Between two leads.
const APART: TimeDelta = TimeDelta::seconds(40);
/// Leads, of the newest, among which drafts are: 5,000 drafts.
const WITH_DRAFTS: u64 = 50_000;

/// Ids that are the same for the same seed, and in the order of their times as any other.
fn id(rng: &mut Rng, at: DateTime<Utc>) -> Uuid {
    let mut random = [0; 10];
    rng.fill(&mut random);
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Whom the rows belong to.
struct Cast {
    clients: Vec<Client>,
    people: Vec<Person>,
    destinations: Vec<Destination>,
}

/// A place in a list; 0 for an empty one.
fn pick<T>(rng: &mut Rng, from: &[T]) -> usize {
    rng.usize(..from.len().max(1))
}

impl Store {
    /// Writes `leads` leads that arrived up to now, with all that belongs to them.
    ///
    /// # Errors
    /// `Refused` when there are leads already: what people did must not be mixed with what was made up.
    pub async fn seed(&self, leads: u64, seed: u64) -> Outcome<()> {
        let there: i64 = on_db!(self, |pool| sqlx::query_scalar("select count(*) from (select 1 from leads limit 1) one")
            .fetch_one(pool)
            .await)
        .map_err(failure)?;
        if there > 0 {
            return Err(Failure::refused(
                "seeding the database",
                "it holds leads already",
                "seed another one with --database sqlite:PATH",
            ));
        }
        let mut rng = Rng::with_seed(seed);
        let start = self.clock.now() - APART * i32::try_from(leads).unwrap_or(i32::MAX);
        let mut tx = self.begin().await?;
        tx.seed_cast(&mut rng, start).await?;
        tx.commit().await?;
        let cast = self.cast().await?;
        let mut from = 0;
        while from < leads {
            let mut tx = self.begin().await?;
            for _ in 0..BATCHES {
                let to = (from + BATCH).min(leads);
                tx.seed_batch(&mut rng, &cast, start, from..to, leads).await?;
                from = to;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    async fn cast(&self) -> Outcome<Cast> {
        let everybody = Person { id: Uuid::nil().into(), name: String::new(), role: Role::Owner, clients: None };
        Ok(Cast {
            clients: self.list_clients(&everybody).await?,
            people: self.list_people().await?,
            destinations: self.list_destinations().await?,
        })
    }
}

impl Tx {
    /// Clients, people and destinations; those that are there by name stay.
    async fn seed_cast(&mut self, rng: &mut Rng, at: DateTime<Utc>) -> Outcome<()> {
        let mut clients = Bulk::new("clients", "id, name, time_zone, region, low_value_below, high_value_at, created_at");
        for (name, zone) in words::CLIENTS {
            let [low, high] = [50_000, 200_000].map(Cell::from);
            clients.row([id(rng, at).into(), (*name).into(), (*zone).into(), "US".into(), low, high, at.into()]);
        }
        let mut people = Bulk::new("people", "id, name, role, created_at");
        for (name, role) in words::PEOPLE {
            people.row([id(rng, at).into(), (*name).into(), role.as_str().into(), at.into()]);
        }
        let mut destinations = Bulk::new("destinations", "id, name, kind, delivery_mode, incident_owner, rollback, updated_at");
        for (name, kind, mode) in words::DESTINATIONS {
            let rollback = "pause it, then correct by hand what left";
            let fixed = [Cell::from(*name), (*kind).into(), mode.as_str().into(), "rosa".into(), rollback.into()];
            destinations.row([id(rng, at).into()].into_iter().chain(fixed).chain([at.into()]));
        }
        for rows in [clients, people, destinations] {
            self.write(rows).await?;
        }
        Ok(())
    }

    /// The leads of a range with their jobs, tasks, drafts and summaries.
    async fn seed_batch(
        &mut self,
        rng: &mut Rng,
        cast: &Cast,
        start: DateTime<Utc>,
        leads: std::ops::Range<u64>,
        all: u64,
    ) -> Outcome<()> {
        if leads.is_empty() {
            return Ok(());
        }
        // Jobs point at the entry that announced them; one serves the batch.
        let about = About { verb: "seed", kind: Kind::Lead, subject: Uuid::nil(), lead: None, detail: "made up, for practice" };
        let entry = self.journal(&Actor::Worker, about).await?;
        let mut rows = made::Rows::new(entry.0, self.now);
        for n in leads {
            let jitter = TimeDelta::milliseconds(rng.i64(0..APART.num_milliseconds()));
            let arrived = start + APART * i32::try_from(n).unwrap_or(i32::MAX) + jitter;
            let lead = rows.lead(rng, cast, arrived);
            // 7919 shares no factor with 1,000: each thousand leads meets every case once, spread over its time.
            match n.wrapping_mul(7919) % 1_000 {
                case @ 0..30 => rows.failed(rng, cast, &lead, usize::try_from(case).unwrap_or_default()),
                30..60 => rows.waiting(rng, cast, &lead),
                60..160 => rows.succeeded(rng, cast, &lead),
                160..180 => rows.task(rng, cast, &lead, true),
                180..200 => rows.task(rng, cast, &lead, false),
                case @ 200..300 if n + WITH_DRAFTS >= all => rows.draft(rng, cast, &lead, case),
                _ => {}
            }
        }
        for rows in rows.into_bulks() {
            self.write(rows).await?;
        }
        // A text is stored by its approval, and published afterwards.
        self.run("update approved_texts set published_at = approved_at where published_at is null", vec![]).await?;
        Ok(())
    }
}

//! What the queue costs, journal and attempts included: `cargo bench --bench queue` prints one table for SQLite and
//! Postgres.
//!
//! Jobs go through the whole path (claim, announcement, result, each durable) to a destination that accepts everything at
//! once. The Postgres server is a throw-away one of its own; SQLite commits with `synchronous=full`. With
//! `QUOTEDECK_BENCH_JOBS=1000000`, claims and pages are also timed beside that many finished jobs and a tenth as many
//! that wait.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run says so by ending")]
#![expect(clippy::disallowed_methods, reason = "its one setting is read from the environment, and it measures")]

use std::time::{Duration, Instant};

use quotedeck::clock::Clock;
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::content::Content;
use quotedeck::domain::filter::Filter;
use quotedeck::domain::id::{ClientId, DestinationId, LeadId, PersonId};
use quotedeck::domain::job::{DeliveryMode, JobKind};
use quotedeck::domain::reply::{Meaning, Reply};
use quotedeck::domain::text::Internal;
use quotedeck::store::Store;
use quotedeck::store::claim::take::Appetite;
use quotedeck::store::connect::{Place, Purpose};
use quotedeck::store::jobs::NewJob;
use quotedeck::worker::{Sender, Worker};
use quotedeck::workflow::finish::{Returned, finish_attempts};
use tokio::sync::watch;

#[path = "../tests/it/cluster.rs"]
mod cluster;

/// Jobs that are drained, and rounds of it.
const JOBS: usize = 10_000;
const ROUNDS: usize = 3;
/// Jobs that are picked up one by one.
const PICKED: usize = 300;
/// Runs of each read.
const RUNS: usize = 31;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run());
}

async fn run() {
    let folder = tempfile::tempdir().unwrap();
    println!("| what | SQLite | Postgres |\n|---|---|---|");
    let (lite, post) = (Place::Sqlite(folder.path().join("queue.db")), postgres("bench_queue").await);
    for concurrency in [32, 256] {
        let (a, b) = (drained(&lite, concurrency).await, drained(&post, concurrency).await);
        println!("| jobs a second, concurrency {concurrency} | {a:.0} | {b:.0} |");
    }
    tidied(&post).await;
    let (a, b) = (picked_up(&lite).await, picked_up(&post).await);
    println!("| pickup of one job, p50 / p99 | {} | {} |", pair(&a), pair(&b));
    let wanted: usize = std::env::var("QUOTEDECK_BENCH_JOBS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let (lite, post) = (Place::Sqlite(folder.path().join("many.db")), postgres("bench_many").await);
    for ((what, a), (_, b)) in beside_many(&lite, wanted).await.iter().zip(&beside_many(&post, wanted).await) {
        println!("| {what}, beside {wanted} finished and {} waiting | {} | {} |", wanted / 10, ms(*a), ms(*b));
    }
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn at(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

fn pair(times: &[Duration]) -> String {
    format!("{} / {}", ms(at(times, 50)), ms(at(times, 99)))
}

async fn postgres(name: &str) -> Place {
    use sqlx::ConnectOptions as _;
    let options = cluster::administrator().await;
    let mut connection = options.connect().await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await.unwrap();
    Place::Postgres(Box::new(options.database(name)))
}

/// Who has work done, and where.
struct Party {
    store: Store,
    client: ClientId,
    destination: DestinationId,
    /// So that every round's work is other work.
    round: usize,
}

impl Party {
    async fn at(place: &Place) -> Self {
        drop(Store::init(place, Clock::System).await.unwrap());
        let store = Store::open(place, Clock::System, Purpose::Queue).await.unwrap();
        // Who works here and where to; there already the second time.
        drop(store.seed(1, 1).await);
        let me = Person { id: PersonId::new(), name: "bench".into(), role: Role::Owner, clients: None };
        let client = store.list_clients(&me).await.unwrap().remove(0).id;
        let destination = store.list_destinations().await.unwrap().remove(0).id;
        Self { store, client, destination, round: 0 }
    }

    async fn queue(&mut self, jobs: usize) {
        self.round += 1;
        for batch in (0..jobs).collect::<Vec<_>>().chunks(500) {
            let mut tx = self.store.begin().await.unwrap();
            for n in batch {
                let key = format!("{}-{n}", self.round);
                let job = NewJob {
                    client: self.client,
                    lead: None::<LeadId>,
                    summary: None,
                    destination: self.destination,
                    delivery_mode: DeliveryMode::Keyed,
                    template: None,
                    kind: JobKind::PortalPublish,
                    operation: "publish",
                    natural_key: &key,
                    args: "{}",
                    priority: 0,
                    armed: false,
                };
                tx.queue_job(&Actor::Worker, &job).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    }

    async fn number(&self, state: &str) -> usize {
        let me = Person { id: PersonId::new(), name: "bench".into(), role: Role::Owner, clients: None };
        let filter = Filter::parse(&format!("state:{state}"), quotedeck::domain::row::Pane::Queue).unwrap();
        self.store.page_jobs(&me, &filter, None, 1).await.unwrap().rows.len()
    }
}

/// Jobs a second, the median of the rounds.
async fn drained(place: &Place, concurrency: usize) -> f64 {
    // Work of another number is other work.
    let mut party = Party { round: concurrency * 10, ..Party::at(place).await };
    let worker = Worker::new(party.store.clone(), Sender::nowhere(), "bench").with_concurrency(concurrency);
    worker.drain().await.unwrap();
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        party.queue(JOBS).await;
        let (stop, stopped) = watch::channel(false);
        let began = Instant::now();
        let working = tokio::spawn({
            let worker = worker.clone();
            async move { worker.run(stopped).await }
        });
        while party.number("ready").await + party.number("running").await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        rates.push(JOBS as f64 / began.elapsed().as_secs_f64());
        stop.send_replace(true);
        working.await.unwrap();
    }
    rates.sort_by(f64::total_cmp);
    rates[ROUNDS / 2]
}

/// Does what autovacuum does: the tests' server has none, and a poll would walk through every version of every job there was.
async fn tidied(place: &Place) {
    if let Place::Postgres(options) = place {
        use sqlx::ConnectOptions as _;
        let mut connection = options.as_ref().clone().connect().await.unwrap();
        sqlx::raw_sql("vacuum analyze").execute(&mut connection).await.unwrap();
    }
}

/// From a job's commit to its attempt, one job at a time, to an idle worker; sorted.
async fn picked_up(place: &Place) -> Vec<Duration> {
    let mut party = Party { round: 10_000, ..Party::at(place).await };
    let (stop, stopped) = watch::channel(false);
    let worker = Worker::new(party.store.clone(), Sender::nowhere(), "bench");
    let working = tokio::spawn(async move { worker.run(stopped).await });
    let mut times = Vec::new();
    for _ in 0..PICKED {
        tokio::time::sleep(Duration::from_millis(20)).await;
        party.queue(1).await;
        let began = Instant::now();
        while party.number("ready").await > 0 {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        times.push(began.elapsed());
    }
    stop.send_replace(true);
    working.await.unwrap();
    times.sort();
    times
}

/// So many more jobs like the one that is there, in a state; what has succeeded has an attempt too.
async fn multiply(place: &Place, state: &str, jobs: usize) {
    const SQL: &str =
        "insert into jobs (id, client_id, destination_id, kind, operation, delivery_mode, idempotency_key, fingerprint,
            args, state, priority, due_at, window_ends_at, max_attempts, entry_id, search, created_at, updated_at)
        with recursive n (i) as (select 1 union all select i + 1 from n where i < {jobs})
        select {id}, client_id, destination_id, kind, operation, delivery_mode, idempotency_key || '{state}' || i, fingerprint,
            args, '{state}', priority, due_at, window_ends_at, max_attempts, entry_id, search, created_at, updated_at
        from n cross join (select * from jobs where replay = 0 order by number limit 1) one";
    const ATTEMPTS: &str = "insert into attempts (id, job_id, n, fence, worker, intent_id, request_fingerprint, started_at,
            finished_at, outcome, destination_id)
        select {id}, id, 1, 1, 'bench', entry_id, fingerprint, created_at, updated_at, 'succeeded', destination_id
        from jobs where state = 'succeeded'";
    let id = if matches!(place, Place::Sqlite(_)) { "randomblob(16)" } else { "gen_random_uuid()" };
    let filled = |sql: &str| sql.replace("{id}", id).replace("{state}", state).replace("{jobs}", &jobs.to_string());
    let mut statements = vec![filled(SQL)];
    if state == "succeeded" {
        statements.push(filled(ATTEMPTS));
    }
    for sql in statements {
        let sql = sqlx::AssertSqlSafe(sql);
        match place {
            Place::Sqlite(path) => {
                use sqlx::Connection as _;
                let options = quotedeck::store::connect::program_sqlite_options(path);
                let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            }
            Place::Postgres(options) => {
                use sqlx::ConnectOptions as _;
                let options = options.as_ref().clone().options([("search_path", "internal")]);
                let mut connection = options.connect().await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            }
        }
    }
}

/// Claims, announcements, results and pages beside many finished and waiting jobs.
async fn beside_many(place: &Place, finished: usize) -> Vec<(&'static str, Duration)> {
    let mut party = Party::at(place).await;
    party.queue(1).await;
    multiply(place, "ready", finished / 10).await;
    multiply(place, "succeeded", finished).await;
    let me = Person { id: PersonId::new(), name: "bench".into(), role: Role::Owner, clients: None };
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..RUNS {
        let mut began = Instant::now();
        let mut lap = |stage: &mut Vec<Duration>| {
            stage.push(began.elapsed());
            began = Instant::now();
        };
        let taken = party.store.claim_jobs("bench", &Appetite { most: 32, bulk: 32, reaches: None }).await.unwrap();
        lap(&mut times[0]);
        assert_eq!(taken.jobs.len(), 32, "there is enough to take");
        let content = || Internal::new(Content::Publish.to_json().unwrap());
        let announced = party.store.announce(taken.jobs.into_iter().map(|job| (job, content())).collect()).await.unwrap();
        lap(&mut times[1]);
        let reply = Reply::of(Meaning::Accepted);
        let returned: Vec<Returned> =
            announced.into_iter().map(|one| Returned { intent: one.made().unwrap(), reply: reply.clone(), roll: 0.5 }).collect();
        finish_attempts(&party.store, &returned).await.unwrap();
        lap(&mut times[2]);
        party.store.page_jobs(&me, &Filter::default(), None, 50).await.unwrap();
        lap(&mut times[3]);
    }
    let whats = ["claim of 32 jobs", "announcement of 32", "results of 32", "page of the queue"];
    times.each_mut().iter_mut().for_each(|times| times.sort());
    whats.into_iter().zip(&times).map(|(what, times)| (what, at(times, 50))).collect()
}

//! Workers are killed at random moments, others are stopped until their leases are gone and go on as if nothing had been,
//! clocks jump by ten minutes and more, and the outside fails in every way: nothing is lost and nothing is done twice.
//!
//! Payloads come in through intake, in waves of a thousand jobs or more; three processes of the program work on them, and the
//! clocks of two of them jump between ten minutes ahead and ten minutes behind while they work. After each
//! wave the storm ends, an operator replays what was taken for poison, and every job is compared with what the outside
//! counted. `QUOTEDECK_KILLS=5000 cargo test --release --test it kill:: -- --nocapture` goes on until so many
//! workers were killed on each database. Time is not waited for: what is to be tried later is due in two seconds, and the leases of a dead worker
//! run out with it. The leases of one that is stopped run out as they do.
//!
//! Every request is looked up in the log when it arrives. What cannot be looked up is counted: it must be next to nothing.
//!
//! Built with the feature `sabotage`, the program can be broken in five ways; the same storm must show each of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use quotedeck::clock::Clock;
use quotedeck::domain::act::{Act, Verb};
use quotedeck::domain::actor::{Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::{Kind, Ref};
use quotedeck::domain::text::Internal;
use quotedeck::intake;
use quotedeck::store::Store;
use quotedeck::store::connect::Purpose;
use quotedeck::workflow::act::perform;
use quotedeck::workflow::arrive::{Arrival, arrive};
use sqlx::AssertSqlSafe;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::databases::World;

mod crowd;
mod outage;
mod outside;

use crowd::Crowd;
use outside::Outside;

/// Leads of a wave that have a phone; as many have a mail address. Each is handed to the CRM (as a contact, then as a deal
/// and a note), told to a receiver of webhooks, and written to.
const LEADS: usize = 125;
/// Kills of a wave at least; of a long run more, so that it does not wait for a calm more often than need be.
const KILLS: usize = 40;
/// Waves of a long run, about.
const WAVES: usize = 20;
/// Open jobs below which more come in while a wave goes on.
const FEW: i64 = 150;
/// Every so many blows a wrong clock jumps.
const JUMP: usize = 7;
/// Workers that are stopped in the first wave and in every tenth, until their leases have run out.
const STOPS: usize = 3;
/// How long something waits that would wait for minutes.
const MOMENT: Duration = Duration::from_secs(2);
/// Between two blows, in milliseconds: long enough that three workers get something done. Else one that wakes past its lease finds
/// nothing that another ended meanwhile, and a fence that is not there does no harm anybody could see.
const BETWEEN: std::ops::Range<u64> = 80..320;
/// Of a hundred requests, how many must have been looked up: the database may be too busy now and then.
const LOOKED_UP: i64 = 95;
/// How long the calm after a storm may take.
const CALM: Duration = Duration::from_mins(3);
/// What is over by any clock: a job that a worker with a wrong one made may have been made in ten minutes.
const PAST: &str = "2020-01-01T00:00:00.000+00:00";
/// Jobs that end neither in success nor in a question for a person; in the words of the store's own indexes, so that a wave of
/// the end asks as quickly as the first.
const OPEN: &str = "state in ('armed', 'scheduled', 'ready', 'running', 'retrying', 'held')";

both_databases!(nothing_is_lost_and_nothing_is_done_twice);

async fn nothing_is_lost_and_nothing_is_done_twice(world: World) {
    let mut storm = Storm::rises(&world, None).await;
    let wanted = wanted();
    while storm.kills < wanted {
        storm.wave().await;
        storm.calm().await;
        let wrong = storm.wrong(storm.before).await;
        assert!(wrong.is_empty(), "seed {}, wave {}: {wrong:#?}", storm.seed, storm.waves);
        if storm.kills < wanted {
            println!("wave {}: {}", storm.waves, storm.told().await);
        }
    }
    assert_eq!(storm.wrong(0).await, Vec::<String>::new(), "seed {}", storm.seed);
    println!("{}", storm.told().await);
    storm.crowd.end();
    assert_eq!(world.number("select count(*) from jobs where state = 'running'").await, 0, "a stop hands leases back");
}

/// Three begin at once in a database where nobody has written the time down yet, their clocks ten minutes apart. Where each goes
/// by its own until its next round, about one time in nine shows it.
#[tokio::test]
async fn workers_that_begin_at_once_go_by_one_clock() {
    crate::databases::on_sqlite(async |world| {
        let outside = Outside::start(&world.raw, 1);
        for _ in 0..8 {
            world.insist_all(&["delete from steady".to_owned(), "delete from workers".to_owned()]).await;
            let folder = TempDir::new().unwrap();
            let crowd = Crowd::start(&world, folder.path(), &outside, None);
            let all = async {
                while world.number("select count(*) from workers").await < 3 {
                    sleep(Duration::from_millis(20)).await;
                }
            };
            timeout(CALM, all).await.expect("three workers begin");
            let apart = "select cast((julianday(max(began_at)) - julianday(min(began_at))) * 86400 as integer) from workers";
            let apart = world.number(apart).await;
            assert!(apart < 60, "they are {apart} s apart");
            crowd.end();
        }
    })
    .await;
}

/// Kills that are wanted: one wave's, or what the environment says.
#[expect(clippy::disallowed_methods, reason = "the one setting of a test is read from the environment")]
fn wanted() -> usize {
    std::env::var("QUOTEDECK_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(1)
}

#[cfg(feature = "sabotage")]
mod broken {
    //! What the harness is worth: five faults, and each must be seen.

    use super::Storm;
    use super::outside::UNANNOUNCED;
    use crate::databases::{World, on_postgres, on_sqlite};

    /// Kills until a fault must have been seen; a wave that has begun goes on to its end.
    const ENOUGH: usize = 3_000;

    /// A fault must show itself by words like these; where there are none, by whatever is wrong. What the outside saw needs no
    /// calm: it is wrong however the wave ends.
    async fn is_caught(world: World, fault: &'static str, words: &'static str) {
        let mut storm = Storm::rises(&world, Some(fault)).await;
        storm.looks_for = Some(words);
        let mut wrong: Vec<String> = Vec::new();
        while wrong.is_empty() && storm.kills < ENOUGH {
            storm.wave().await;
            wrong = storm.seen();
            if wrong.is_empty() {
                storm.calm().await;
                wrong = storm.wrong(0).await;
                wrong.retain(|one| one.contains(words));
            }
        }
        assert!(!wrong.is_empty(), "{fault} was not seen in {} kills", storm.kills);
        println!("{fault}: {} things wrong after {} kills, such as {}", wrong.len(), storm.kills, wrong[0]);
    }

    macro_rules! caught {
        ($($name:ident: $fault:literal => $words:expr),+ $(,)?) => {$(
            mod $name {
                #[tokio::test]
                async fn sqlite() {
                    super::on_sqlite(|world| super::is_caught(world, $fault, $words)).await;
                }
                #[tokio::test]
                async fn postgres() {
                    super::on_postgres(|world| super::is_caught(world, $fault, $words)).await;
                }
            }
        )+};
    }
    caught!(
        without_a_key: "no-key" => "",
        marked_first: "mark-first" => "",
        without_a_fence: "no-fence" => "",
        asked_too_early: "ask-early" => "",
        sent_first: "send-first" => super::UNANNOUNCED,
    );
}

/// The whole of it.
struct Storm<'a> {
    world: &'a World,
    /// In real time: the workers are other processes.
    store: Store,
    rosa: Person,
    acme: Client,
    outside: Outside,
    crowd: Crowd,
    seed: u64,
    rng: fastrand::Rng,
    kills: usize,
    stops: usize,
    jumps: usize,
    waves: usize,
    fed: usize,
    /// Leads there were before this wave.
    before: usize,
    /// Requests that may have arrived while the database was away, when nobody could look them up.
    unseen: i64,
    /// By which words a fault is known, where the program is broken on purpose: then every wave stops workers, and ends where
    /// the outside has seen it.
    looks_for: Option<&'static str>,
    /// When something was seen last that nobody had read yet: it is listed a moment later.
    unread: Option<Instant>,
    /// Jobs that wait for another try, with their fences, and since when.
    waiting: BTreeMap<(i64, i64), Instant>,
    began: Instant,
    _folder: TempDir,
}

impl<'a> Storm<'a> {
    async fn rises(world: &'a World, fault: Option<&'static str>) -> Self {
        let seed = fastrand::u64(..);
        let folder = TempDir::new().unwrap();
        let store = Store::open(&world.place, Clock::System, Purpose::Work).await.unwrap();
        let rosa = world.person("rosa", Role::Owner, None).await;
        let mut acme = world.client("Acme").await;
        acme.time_zone = where_it_is_noon(&store);
        world.script(&format!("update clients set time_zone = '{}'", acme.time_zone)).await;
        let outside = Outside::start(&world.raw, seed);
        let crowd = Crowd::start(world, folder.path(), &outside, fault);
        let rng = fastrand::Rng::with_seed(seed);
        Self {
            world,
            store,
            rosa,
            acme,
            outside,
            crowd,
            seed,
            rng,
            kills: 0,
            stops: 0,
            jumps: 0,
            waves: 0,
            fed: 0,
            before: 0,
            unseen: 0,
            looks_for: None,
            unread: None,
            waiting: BTreeMap::new(),
            began: Instant::now(),
            _folder: folder,
        }
    }

    /// A thousand jobs come in, and are worked on while the storm rages; more come as long as it does.
    async fn wave(&mut self) {
        self.waves += 1;
        self.outside.storm(true);
        self.before = self.fed;
        self.feed().await;
        let least = self.kills + KILLS.max(wanted() / WAVES);
        let stops = self.waves % 10 == 1 || self.looks_for.is_some();
        for _ in 0..if stops { STOPS } else { 0 } {
            sleep(Duration::from_millis(self.rng.u64(BETWEEN))).await;
            let at = self.rng.usize(..);
            self.stops += usize::from(self.crowd.stop(self.world, at).await);
            self.crowd.fill();
        }
        loop {
            sleep(Duration::from_millis(self.rng.u64(BETWEEN))).await;
            self.blow().await;
            self.pass().await;
            let open = self.number(&format!("select count(*) from jobs where {OPEN}")).await;
            if self.kills < least && open < FEW {
                self.feed().await;
            }
            if self.crowd.all_awake() && self.kills >= least && open < 25 || !self.seen().is_empty() {
                return;
            }
            assert!(self.kills < least + 2000, "seed {}: the jobs do not end", self.seed);
        }
    }

    /// One worker is killed; others that were stopped go on, and now and then a clock jumps.
    async fn blow(&mut self) {
        if self.kills.is_multiple_of(JUMP) {
            self.crowd.jump(&mut self.rng);
            self.jumps += 1;
        }
        self.try_some_now().await;
        let at = self.rng.usize(..);
        self.crowd.kill(self.world, at).await;
        self.kills += 1;
        self.crowd.wake(self.world).await;
        self.crowd.fill();
    }

    /// What waits for another try comes due at once, as when a release takes it: a text that may have left is not listed yet.
    async fn try_some_now(&self) {
        let sql = "select count(*) from jobs where lower(state) = 'retrying'";
        if self.number(sql).await > 0 {
            let newest = "select id from jobs where lower(state) = 'retrying' order by updated_at desc, id desc limit 3";
            let now = format!("update jobs set state = 'ready', due_at = '{PAST}' where state = 'retrying' and id in ({newest})");
            self.world.insist(&now).await;
        }
    }

    /// Waits of minutes are over after seconds, and once everything has arrived, and is listed, that somebody sent and waits for
    /// no more.
    async fn pass(&mut self) {
        // A lease of its own each time: one that was tried meanwhile waits anew.
        let sql = "select number, fence from jobs where lower(state) in ('retrying', 'scheduled')";
        let waiting: Vec<(i64, i64)> = on_raw!(self.world, |pool| sqlx::query_as(sql).fetch_all(pool).await).expect("the jobs");
        self.waiting.retain(|job, _| waiting.contains(job));
        for job in waiting {
            self.waiting.entry(job).or_insert_with(Instant::now);
        }
        let over: Vec<String> = self
            .waiting
            .iter()
            .filter(|(_, since)| since.elapsed() > MOMENT)
            .map(|((number, fence), _)| format!("({number}, {fence})"))
            .collect();
        if self.outside.doorstep().has_unread() {
            self.unread = Some(Instant::now());
        }
        let all_listed = self.unread.is_none_or(|seen| seen.elapsed() > outside::LAG * 2);
        // One transaction for all of it: on SQLite each waits for its turn among those of three workers.
        let mut writes = Vec::new();
        if !over.is_empty() && all_listed {
            let these = format!("(number, fence) in (values {}) and lower(state) in ('retrying', 'scheduled')", over.join(", "));
            // A request that was given up is asked for a minute later; that minute passes too.
            writes.push(format!(
                "update attempts set finished_at = '{PAST}' where outcome = 'may_have_left'
                    and job_id in (select id from jobs where {these})"
            ));
            writes.push(format!("update jobs set due_at = '{PAST}' where {these}"));
        }
        if self.number(&format!("select count(*) from destinations where breaker = 'open' and probe_at > '{PAST}'")).await > 0 {
            writes.push(format!("update destinations set probe_at = '{PAST}' where breaker = 'open'"));
        }
        if !writes.is_empty() {
            self.world.insist_all(&writes).await;
        }
    }

    /// The storm ends: everything comes to its end, with an operator's help for what was taken for poison.
    async fn calm(&mut self) {
        self.outside.storm(false);
        self.crowd.renew(self.world).await;
        self.all_end().await;
        let poison = "select number from jobs where lower(state) = 'dead' and delivery_mode = 'keyed' and not settled
            and not exists (select 1 from jobs r where r.replay_of = jobs.id)";
        for number in self.world.numbers(poison).await {
            let target = self.store.find(&self.rosa, Ref::new(Kind::Job, number)).await.unwrap();
            let act = Act { target, verb: Verb::ReplayJob, reason: Some("the workers are well again".into()) };
            perform(&self.store, &self.rosa, &act).await.unwrap();
            let sql = format!("update jobs set armed_until = '{PAST}', due_at = '{PAST}' where state = 'armed'");
            self.world.insist(&sql).await;
        }
        self.all_end().await;
    }

    async fn all_end(&mut self) {
        let began = Instant::now();
        while self.number(&format!("select count(*) from jobs where {OPEN}")).await > 0 {
            self.pass().await;
            sleep(Duration::from_millis(50)).await;
            if began.elapsed() > CALM {
                let sql = format!("select state || ' ' || operation || ' ' || coalesce(last_error, '') from jobs where {OPEN}");
                panic!("seed {}, wave {}: the jobs do not end: {:#?}", self.seed, self.waves, self.world.texts(&sql).await);
            }
        }
    }

    /// What the outside has seen by now of the fault that is looked for.
    fn seen(&self) -> Vec<String> {
        let Some(words) = self.looks_for else { return vec![] };
        let mut seen = self.outside.violations();
        seen.extend(self.outside.doubles());
        seen.retain(|one| one.contains(words));
        seen
    }

    /// That nothing was seen says something only where somebody looked.
    fn was_looked_at(&self) {
        let (requests, looked_up) = (self.outside.requests(), self.outside.looked_up());
        assert!(
            looked_up > 0 && (looked_up + self.unseen) * 100 >= requests * LOOKED_UP,
            "seed {}: of {requests} requests {looked_up} were looked up; nobody knows of the others whether they were announced",
            self.seed
        );
    }

    /// What is not as it must be, from the lead of this number on.
    async fn wrong(&self, from: usize) -> Vec<String> {
        self.was_looked_at();
        let mut wrong = self.outside.violations();
        let sql = format!(
            "select l.id, l.number, coalesce(l.phone, l.email) as whom, j.operation, j.state, j.replay from jobs j
             join leads l on l.id = j.lead_id and j.kind <> 'ai_draft' where l.number > {from} order by l.number, j.operation, j.replay"
        );
        let rows: Vec<(uuid::Uuid, i64, String, String, String, i64)> =
            on_raw!(self.world, |pool| sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await).expect("the jobs");
        // Of a job and its replays the last one says how it ended.
        for (at, (lead, number, whom, operation, state, _)) in rows.iter().enumerate() {
            let is_last = rows.get(at + 1).is_none_or(|next| (next.0, &next.3) != (*lead, operation));
            let asks = if whom.starts_with('+') { "Twilio" } else { "Mail" };
            let (done, right) = if let Some((kind, _)) = operation.split_once(".upsert") {
                let (ids, _) = self.outside.effects("HubSpot", &format!("{kind}s of {lead}"));
                (ids, ids == 1 && (state == "succeeded" || !is_last))
            } else if operation == "webhook" {
                let (ids, _) = self.outside.effects("Hook", &format!("L-{number}"));
                (ids, ids == 1 && (state == "succeeded" || !is_last))
            } else {
                let (_, sent) = self.outside.effects(asks, whom);
                let right = match state.as_str() {
                    "succeeded" => sent == 1,
                    "unknown" => sent <= 1,
                    // Given up for certain: what may have left is asked for, or a person's.
                    "dead" => sent == 0,
                    _ => false,
                };
                (sent, right)
            };
            if !right {
                let story = self.story(*lead, operation).await;
                wrong.push(format!("{whom}: {operation} was done {done} times, and its job is {state}: {story:#?}"));
            }
        }
        let leads = rows.iter().map(|row| row.0).collect::<std::collections::BTreeSet<_>>().len();
        let operations = rows.iter().map(|row| (row.0, &row.3)).collect::<std::collections::BTreeSet<_>>().len();
        if (leads, operations) != (self.fed - from, 5 * (self.fed - from)) {
            wrong.push(format!("{} leads came in, and there are {leads} with {operations} pieces of work", self.fed - from));
        }
        // What ended stays as it ended: a worker that lost its lease writes no result over another's.
        let twice = "select verb || ' ' || detail from journal e where subject_kind = 'job' and actor_kind = 'worker'
            and verb in ('job.succeeded', 'job.retrying', 'job.dead', 'job.unknown', 'job.ready') and exists (select 1 from journal b
            where b.subject_id = e.subject_id and b.number < e.number and b.verb in ('job.succeeded', 'job.dead', 'job.unknown')
            and b.actor_kind = 'worker')";
        wrong.extend(self.world.texts(twice).await.into_iter().map(|entry| format!("written after the end: {entry}")));
        let unasked = "select cast(j.number as text) from jobs j where lower(j.state) = 'unknown' and not exists
            (select 1 from tasks t where t.job_id = j.id and t.kind = 'unknown_outcome')";
        wrong.extend(self.world.texts(unasked).await.into_iter().map(|job| format!("J-{job} is unknown, and nobody was asked")));
        wrong
    }

    /// What the log says of a piece of work: a red run cannot be had again.
    async fn story(&self, lead: uuid::Uuid, operation: &str) -> Vec<String> {
        let tries = "select j.number, cast(a.n as bigint), cast(a.fence as bigint), cast(a.started_at as text), coalesce(cast(a.finished_at as text), ''), a.worker || ' ' || a.outcome
                || coalesce(' ' || a.error, '')
            from jobs j join attempts a on a.job_id = j.id where j.lead_id = $1 and j.operation = $2 order by a.started_at";
        let entries = "select j.number, e.number, cast(0 as bigint), cast(e.at as text), e.verb, e.detail
            from jobs j join journal e on e.subject_id = j.id where j.lead_id = $1 and j.operation = $2 order by e.number";
        let mut story = Vec::new();
        for sql in [tries, entries] {
            let rows: Vec<(i64, i64, i64, String, String, String)> =
                on_raw!(self.world, |pool| sqlx::query_as(sql).bind(lead).bind(operation).fetch_all(pool).await)
                    .expect("the log");
            story.extend(rows.into_iter().map(|row| format!("{row:?}")));
        }
        story
    }

    async fn told(&self) -> String {
        let jobs = self.number("select count(*) from jobs").await;
        let attempts = self.number("select count(*) from attempts").await;
        let again = self.number("select count(*) from (select job_id from attempts group by job_id having count(*) > 1) a").await;
        let unknown = self.number("select count(*) from jobs where state = 'unknown'").await;
        let poison = self.number("select count(*) from jobs where reason = 'poison'").await;
        format!(
            "seed {}: {} kills, {} stops past the lease, {} jumps of a clock, {jobs} jobs, {attempts} attempts, {} requests, {} of them looked up; {again} jobs \
             tried more than once, {poison} taken for poison, {unknown} unknown; 0 lost, 0 done twice, 0 unannounced; {} s",
            self.seed,
            self.kills,
            self.stops,
            self.jumps,
            self.outside.requests(),
            self.outside.looked_up(),
            self.began.elapsed().as_secs(),
        )
    }

    async fn number(&self, sql: &str) -> i64 {
        self.world.number(sql).await
    }

    /// Waits until a query says so.
    async fn until_true(&self, what: &str, sql: &str) {
        let sql = format!("select cast(case when ({sql}) then 1 else 0 end as bigint)");
        let done = async {
            while self.number(&sql).await == 0 {
                sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(timeout(CALM, done).await.is_ok(), "waited until {what}");
    }

    /// A phone number that belongs to no place, or a mail address.
    fn whom(lead: usize) -> String {
        if lead.is_multiple_of(2) { format!("+1888{:07}", 2_000_000 + lead) } else { format!("lead{lead}@example.com") }
    }

    /// Leads come in through intake: each is handed over and written to.
    async fn feed(&mut self) {
        let forms: Vec<String> = (self.fed..self.fed + 2 * LEADS)
            .map(|lead| {
                let whom = Self::whom(lead);
                let way = if lead.is_multiple_of(2) { "phone" } else { "email" };
                format!(r#"{{"id":"kill-{lead}","name":"Lead {lead}","{way}":"{whom}","service":"drain","consent":"yes","value":"120"}}"#)
            })
            .collect();
        self.fed += forms.len();
        let settings = crate::workflow::settings(self.store.clock.now());
        let arrivals: Vec<Arrival> = intake::read(Provider::Form, format!("[{}]", forms.join(",")).as_bytes(), &settings)
            .into_iter()
            .map(|item| Arrival { body: Internal::new(item.body), normalised: item.outcome.expect("a form") })
            .collect();
        for some in arrivals.chunks(50) {
            arrive(&self.store, &self.acme, Provider::Form, some).await.unwrap();
        }
        let jobs = self.number("select count(*) from jobs where replay = 0").await;
        assert!(usize::try_from(jobs).unwrap() >= 3 * self.fed, "each lead makes three jobs at once");
    }
}

/// A time zone where it is noon, or near it: nobody is written to at night.
pub(crate) fn where_it_is_noon(store: &Store) -> String {
    use chrono::Timelike as _;
    let ahead = 12 - i64::from(store.clock.now().hour());
    // The names of these zones count westwards.
    if ahead >= 0 { format!("Etc/GMT-{ahead}") } else { format!("Etc/GMT+{}", -ahead) }
}

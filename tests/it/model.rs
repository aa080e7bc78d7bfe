//! The queue against a plain model of it: random acts of workers, people and time, crashes among them, must leave the
//! database where a few lines of memory say it is. The same seed gives the same story; a failure tells its seed.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use quotedeck::domain::act::{Act, Verb};
use quotedeck::domain::actor::{Person, Role};
use quotedeck::domain::content::Content;
use quotedeck::domain::id::{Kind, Ref};
use quotedeck::domain::job::{DeliveryMode, JobState};
use quotedeck::domain::reply::{Found, Meaning, Reply};
use quotedeck::domain::retry;
use quotedeck::domain::text::{Internal, Untrusted};
use quotedeck::store::claim::take::Appetite;
use quotedeck::store::claim::{Claimed, Intent};
use quotedeck::workflow::act::perform;
use quotedeck::workflow::finish::{Returned, finish_attempts};
use quotedeck::workflow::look_up;
use sqlx::AssertSqlSafe;

use crate::databases::World;
use crate::fixtures::{Made, with};

both_databases!(the_database_agrees_with_a_plain_model);

const STORIES: u64 = 12;
const STEPS: usize = 100;
const WINDOW: TimeDelta = TimeDelta::hours(24);

/// A job as the model knows it.
#[derive(Clone, Debug)]
struct Job {
    number: i64,
    /// Which destination; each job that is no replay has its own.
    lane: usize,
    mode: DeliveryMode,
    state: JobState,
    attempts: i64,
    /// Times it was announced.
    tries: i64,
    /// A worker had it before.
    taken: bool,
    due: DateTime<Utc>,
    window: DateTime<Utc>,
    rescues: i64,
    /// A try may have left, and nobody settled it.
    doubt: bool,
    /// Replayed, or laid aside.
    settled: bool,
    /// The job it replays.
    replays: Option<usize>,
}

/// A lease in somebody's hand.
struct Hand {
    job: usize,
    /// It is the newest lease of its job: an older one cannot write.
    lost: bool,
    what: What,
}

enum What {
    Claimed(Box<Claimed>),
    Announced(Box<Intent>),
}

struct Story {
    rng: fastrand::Rng,
    rosa: Person,
    jobs: Vec<Job>,
    paused: Vec<bool>,
    /// Until when each asked to be left alone.
    quiet: Vec<DateTime<Utc>>,
    lanes: Vec<(String, Made)>,
    hands: Vec<Hand>,
}

async fn the_database_agrees_with_a_plain_model(world: World) {
    let rosa = world.person("rosa", Role::Owner, None).await;
    for seed in 0..STORIES {
        // Leases go by the database's clock: those of the story before must not run out in this one.
        world.script("update jobs set state = 'cancelled', lease_until = null where state = 'running'").await;
        let mut story = Story {
            rng: fastrand::Rng::with_seed(seed),
            rosa: rosa.clone(),
            jobs: vec![],
            paused: vec![],
            quiet: vec![],
            lanes: vec![],
            hands: vec![],
        };
        let acme = world.client(&format!("Acme {seed}")).await;
        for lane in 0..6 {
            let mode = [DeliveryMode::Keyed, DeliveryMode::Reconcile, DeliveryMode::Once][lane % 3];
            let name = format!("{seed}-{lane}");
            let made = world.destination(&name, with![delivery_mode = mode.as_str()]).await;
            let job = world.job(&acme, made, with![delivery_mode = mode.as_str(), priority = (lane % 2) as i64]).await;
            story.lanes.push((name, made));
            story.paused.push(false);
            story.quiet.push(world.now());
            story.jobs.push(Job {
                number: job.number,
                lane,
                mode,
                state: JobState::Ready,
                attempts: 0,
                tries: 0,
                taken: false,
                due: world.now(),
                window: world.now() + WINDOW,
                rescues: 0,
                doubt: false,
                settled: false,
                replays: None,
            });
        }
        let mut told = Vec::new();
        for step in 0..STEPS {
            told.push(story.step(&world).await);
            story.compare(&world, seed, step, &told).await;
        }
    }
}

impl Story {
    async fn step(&mut self, world: &World) -> String {
        match self.rng.u32(0..100) {
            0..=24 => self.claim(world).await,
            25..=39 => self.announce(world).await,
            40..=49 => self.finish(world).await,
            50..=62 => self.crash(world).await,
            63..=65 => self.hand_back(world).await,
            66..=79 => self.pass(world).await,
            80..=83 => self.switch(world).await,
            _ => self.person(world).await,
        }
    }

    fn chain(&self, job: usize) -> BTreeSet<usize> {
        let lane = self.jobs[job].lane;
        (0..self.jobs.len()).filter(|other| self.jobs[*other].lane == lane).collect()
    }

    fn doubtful(&self, job: usize) -> bool {
        self.jobs[job].mode == DeliveryMode::Reconcile && self.chain(job).iter().any(|other| self.jobs[*other].doubt)
    }

    fn settle_doubt(&mut self, job: usize) {
        for other in self.chain(job) {
            self.jobs[other].doubt = false;
        }
    }

    async fn claim(&mut self, world: &World) -> String {
        let now = world.now();
        for job in &mut self.jobs {
            let waits = matches!(job.state, JobState::Armed | JobState::Scheduled | JobState::Retrying);
            if waits && job.due <= now {
                job.state = if self.paused[job.lane] { JobState::Held } else { JobState::Ready };
            }
        }
        let mut ready: Vec<usize> = (0..self.jobs.len())
            .filter(|at| {
                let job = &self.jobs[*at];
                job.state == JobState::Ready && !self.paused[job.lane] && job.window > now && self.quiet[job.lane] <= now
            })
            .collect();
        let most = self.rng.usize(1..4);
        ready.sort_by_key(|at| (std::cmp::Reverse(self.jobs[*at].lane % 2), self.jobs[*at].due, self.jobs[*at].number));
        ready.truncate(most);
        let appetite = Appetite { most, bulk: most, reaches: Some(self.lanes.iter().map(|(name, _)| name.clone()).collect()) };
        let taken = world.store.claim_jobs("w", &appetite).await.unwrap().jobs;
        let numbers = |jobs: &[usize]| jobs.iter().map(|at| self.jobs[*at].number).collect::<BTreeSet<_>>();
        let got: BTreeSet<i64> = taken.iter().map(|job| job.number).collect();
        assert_eq!(got, numbers(&ready), "what is claimed");
        for claimed in taken {
            let job = self.jobs.iter().position(|job| job.number == claimed.number).unwrap();
            assert_eq!(claimed.doubtful_since.is_some(), self.doubtful(job), "J-{} must be asked for", claimed.number);
            self.jobs[job].state = JobState::Running;
            self.jobs[job].taken = true;
            self.hands.push(Hand { job, lost: false, what: What::Claimed(Box::new(claimed)) });
        }
        format!("claim {got:?}")
    }

    /// Somebody who holds a lease goes on with it; a lost lease gets nothing out.
    async fn announce(&mut self, world: &World) -> String {
        let Some(at) = self.hands.iter().position(|hand| matches!(hand.what, What::Claimed(_))) else { return String::new() };
        let hand = self.hands.remove(at);
        let What::Claimed(claimed) = hand.what else { unreachable!("it was looked for") };
        let number = claimed.number;
        if claimed.doubtful_since.is_some() && !hand.lost && !self.ask(world, hand.job, &claimed).await {
            return format!("J-{number} was asked for");
        }
        let content = Internal::new(Content::Publish.to_json().unwrap());
        let made = world.store.announce(vec![(*claimed, content)]).await.unwrap().pop().unwrap();
        let may = !hand.lost && !self.paused[self.jobs[hand.job].lane];
        if let Ok(intent) = made.made() {
            assert!(may, "J-{number} was announced and must not be");
            self.jobs[hand.job].tries += 1;
            self.hands.push(Hand { job: hand.job, lost: false, what: What::Announced(Box::new(intent)) });
            format!("announce J-{number}")
        } else {
            assert!(!may, "J-{number} was not announced");
            if !hand.lost {
                // What the worker does then.
                let job = &self.jobs[hand.job];
                let sql = format!("select fence from jobs where number = {}", job.number);
                let fence: i64 = on_raw!(world, |pool| sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await).unwrap();
                let id = world.store.find(&self.rosa, Ref::new(Kind::Job, number)).await.unwrap().id;
                assert_eq!(world.store.hand_back(&[(id.into(), fence)]).await, Ok(1));
                self.jobs[hand.job].state = JobState::Held;
            }
            format!("J-{number} may not leave")
        }
    }

    async fn ask(&mut self, world: &World, job: usize, claimed: &Claimed) -> bool {
        let found = match self.rng.u32(0..3) {
            0 => Found::Arrived { remote_id: None },
            1 => Found::Absent,
            _ => Found::CannotTell("503".to_owned()),
        };
        let again = look_up::settle(&world.store, claimed, &found, 0.0).await.unwrap();
        let now = world.now();
        match found {
            Found::Arrived { .. } => {
                self.settle_doubt(job);
                self.jobs[job].state = JobState::Succeeded;
            }
            Found::Absent => self.settle_doubt(job),
            Found::CannotTell(_) | Found::LockedOut { .. } => {
                let due = now + retry::delay(self.jobs[job].attempts.max(1), 0.0).max(retry::LOOK_UP_AFTER);
                let job = &mut self.jobs[job];
                if due < job.window {
                    (job.state, job.due) = (JobState::Retrying, due);
                } else {
                    job.state = JobState::Unknown;
                }
            }
        }
        again
    }

    async fn finish(&mut self, world: &World) -> String {
        let Some(at) = self.hands.iter().position(|hand| matches!(hand.what, What::Announced(_))) else { return String::new() };
        let hand = self.hands.remove(at);
        let What::Announced(intent) = hand.what else { unreachable!("it was looked for") };
        let meanings =
            [Meaning::Accepted, Meaning::Busy, Meaning::Broken, Meaning::NotReached, Meaning::Silent, Meaning::Refused];
        let meaning = *self.rng.choice(&meanings).unwrap();
        let after = (meaning == Meaning::Busy).then(|| TimeDelta::seconds(self.rng.i64(1..100)));
        let reply = Reply {
            meaning,
            status: Some(if meaning == Meaning::Busy { 429 } else { 1 }),
            error: Some(Untrusted::new("no")),
            retry_after: after,
            remote_id: None,
            made: None,
            spent: None,
        };
        let said = format!("J-{} came back {meaning}", intent.job().number);
        let written = finish_attempts(&world.store, &[Returned { intent: *intent, reply, roll: 0.0 }]).await.unwrap();
        assert_eq!(written[0].is_none(), hand.lost, "{said}: a lost lease writes nothing");
        let now = world.now();
        let job = &mut self.jobs[hand.job];
        if let Some(after) = after {
            let quiet = &mut self.quiet[job.lane];
            *quiet = (*quiet).max(now + after);
        }
        if hand.lost {
            // Whoever looked between the rescue and this answer may have found nothing yet: where there is no key, the
            // destination is still asked before anything else leaves.
            job.doubt &= job.mode != DeliveryMode::Keyed;
            return said;
        }
        // Who asks for a wait is given it, and a longer one after the first try that used up none.
        let uncounted = job.tries - job.attempts;
        let half = TimeDelta::milliseconds((job.window - now).num_milliseconds() / 2);
        let longer = retry::delay(uncounted - 1, 0.0).min(half);
        let again = |failures: i64| match after {
            Some(after) if uncounted > 1 => now + after.max(longer),
            Some(after) => now + after,
            None => now + retry::delay(failures.max(1), 0.0),
        };
        match meaning {
            Meaning::Accepted => job.state = JobState::Succeeded,
            Meaning::Refused => (job.state, job.attempts) = (JobState::Dead, job.attempts + 1),
            Meaning::Silent if job.mode == DeliveryMode::Once => {
                (job.state, job.attempts, job.doubt) = (JobState::Unknown, job.attempts + 1, true);
            }
            Meaning::Silent if job.mode == DeliveryMode::Reconcile => {
                (job.attempts, job.doubt) = (job.attempts + 1, true);
                let due = now + retry::LOOK_UP_AFTER;
                (job.state, job.due) = if due < job.window { (JobState::Retrying, due) } else { (JobState::Unknown, job.due) };
            }
            _ => {
                job.doubt |= meaning == Meaning::Silent;
                job.attempts += i64::from(meaning != Meaning::Busy);
                let due = again(job.attempts);
                (job.state, job.due) = if job.attempts >= retry::MAX_ATTEMPTS || due >= job.window {
                    (JobState::Dead, job.due)
                } else {
                    (JobState::Retrying, due)
                };
            }
        }
        if meaning == Meaning::Accepted {
            job.attempts += 1;
        }
        said
    }

    /// A worker is gone: its lease runs out and somebody rescues the job. What it held may still come back later.
    async fn crash(&mut self, world: &World) -> String {
        let Some(at) = self.hands.iter().position(|hand| !hand.lost) else { return String::new() };
        let job = self.hands[at].job;
        let announced = matches!(self.hands[at].what, What::Announced(_));
        let number = self.jobs[job].number;
        world.script(&format!("update jobs set lease_until = '2020-01-01T00:00:00.000+00:00' where number = {number}")).await;
        assert_eq!(world.store.rescue_jobs().await, Ok(1));
        let now = world.now();
        self.hands[at].lost = true;
        let doubtful = self.doubtful(job);
        let job = &mut self.jobs[job];
        job.rescues += 1;
        job.doubt |= announced;
        let poison = job.rescues >= retry::MAX_RESCUES;
        (job.state, job.due) = match (announced, job.mode) {
            (true, DeliveryMode::Reconcile) if !poison && now + retry::LOOK_UP_AFTER < job.window => {
                (JobState::Retrying, now + retry::LOOK_UP_AFTER)
            }
            (true, DeliveryMode::Reconcile | DeliveryMode::Once) => (JobState::Unknown, job.due),
            _ if poison && doubtful => (JobState::Unknown, job.due),
            _ if poison => (JobState::Dead, job.due),
            _ => (JobState::Ready, job.due),
        };
        format!("J-{number} is rescued")
    }

    async fn hand_back(&mut self, world: &World) -> String {
        let claimed = |hand: &Hand| matches!(hand.what, What::Claimed(_));
        let Some(at) = self.hands.iter().position(claimed) else { return String::new() };
        let hand = self.hands.remove(at);
        let What::Claimed(claimed) = hand.what else { unreachable!("it was looked for") };
        let back = world.store.hand_back(&[(claimed.id, claimed.fence)]).await.unwrap();
        assert_eq!(back, usize::from(!hand.lost));
        if !hand.lost {
            let lane = self.jobs[hand.job].lane;
            self.jobs[hand.job].state = if self.paused[lane] { JobState::Held } else { JobState::Ready };
        }
        format!("J-{} is handed back", claimed.number)
    }

    /// Time passes, mostly little; windows close.
    async fn pass(&mut self, world: &World) -> String {
        let by = TimeDelta::seconds(match self.rng.u32(0..10) {
            0..=6 => self.rng.i64(1..40),
            7..=8 => self.rng.i64(40..3_600),
            _ => self.rng.i64(3_600..30_000),
        });
        world.clock.advance(by);
        let now = world.now();
        world.store.close_windows().await.unwrap();
        for at in 0..self.jobs.len() {
            let job = &mut self.jobs[at];
            let waits = matches!(job.state, JobState::Scheduled | JobState::Ready | JobState::Retrying | JobState::Held);
            let armed = job.state == JobState::Armed && job.due <= now;
            if job.window <= now && (waits || armed) {
                let unknown = job.mode != DeliveryMode::Keyed && job.doubt;
                job.state = if unknown { JobState::Unknown } else { JobState::Dead };
            }
        }
        format!("{by} pass")
    }

    async fn switch(&mut self, world: &World) -> String {
        let lane = self.rng.usize(0..self.lanes.len());
        let record = Ref::new(Kind::Destination, self.lanes[lane].1.number);
        let target = world.store.find(&self.rosa, record).await.unwrap();
        let pause = !self.paused[lane];
        let verb =
            if pause { Verb::PauseDestination { until: world.now() + TimeDelta::days(365) } } else { Verb::ResumeDestination };
        perform(&world.store, &self.rosa, &Act { target, verb, reason: Some("a look".to_owned()) }).await.unwrap();
        self.paused[lane] = pause;
        if !pause {
            self.quiet[lane] = world.now();
        }
        for job in self.jobs.iter_mut().filter(|job| job.lane == lane) {
            let waits = matches!(job.state, JobState::Scheduled | JobState::Ready | JobState::Retrying);
            match (pause, job.state) {
                (true, _) if waits => job.state = JobState::Held,
                (false, JobState::Held) => job.state = JobState::Ready,
                _ => {}
            }
        }
        format!("{record} is {}", if pause { "paused" } else { "resumed" })
    }

    /// A person does something to a job: what the model allows succeeds, what it does not is refused.
    async fn person(&mut self, world: &World) -> String {
        let at = self.rng.usize(0..self.jobs.len());
        let number = self.jobs[at].number;
        let verbs = [
            Verb::RetryJob,
            Verb::ReplayJob,
            Verb::CancelJob,
            Verb::RecallJob,
            Verb::ResolveJob { arrived: true },
            Verb::ResolveJob { arrived: false },
        ];
        let verb = self.rng.choice(&verbs).unwrap().clone();
        let target = world.store.find(&self.rosa, Ref::new(Kind::Job, number)).await.unwrap();
        let act = Act { target, verb: verb.clone(), reason: Some("a reason".to_owned()) };
        let done = perform(&world.store, &self.rosa, &act).await;
        let said = format!("{} J-{number}: {done:?}", verb.name());
        let allowed = self.decide(at, &verb, world.now());
        assert_eq!(done.is_ok(), allowed.is_some(), "{said}");
        if let Ok(done) = &done {
            self.jobs.extend(allowed.into_iter().flatten().map(|replay| Job { number: done.record.number, ..replay }));
        }
        said
    }

    /// What a person's act makes of the model: `None` when it is refused, else the new job of a replay, or none.
    fn decide(&mut self, at: usize, verb: &Verb, now: DateTime<Utc>) -> Option<Vec<Job>> {
        let chain = self.chain(at);
        let on_its_way = chain
            .iter()
            .any(|other| *other > at && !self.jobs[*other].state.is_final() && self.jobs[*other].state != JobState::Unknown);
        let applied = on_its_way || chain.iter().any(|other| self.jobs[*other].state == JobState::Succeeded);
        let job = &mut self.jobs[at];
        let armed = now + retry::ARMED;
        match (verb, job.state) {
            (Verb::RetryJob, JobState::Scheduled | JobState::Retrying) if job.window > now => {
                (job.state, job.due) = (JobState::Armed, armed);
                Some(vec![])
            }
            (Verb::RetryJob, JobState::Dead | JobState::Cancelled)
            | (Verb::ReplayJob, JobState::Dead | JobState::Cancelled | JobState::Unknown)
                if !applied =>
            {
                let replay = Job {
                    state: JobState::Armed,
                    attempts: 0,
                    tries: 0,
                    taken: false,
                    due: armed,
                    window: armed + WINDOW,
                    rescues: 0,
                    doubt: false,
                    settled: false,
                    replays: Some(at),
                    ..job.clone()
                };
                job.settled = true;
                Some(vec![replay])
            }
            (Verb::CancelJob, state) if !state.is_final() && !matches!(state, JobState::Running | JobState::Unknown) => {
                job.state = JobState::Cancelled;
                Some(vec![])
            }
            (Verb::CancelJob, JobState::Dead) if !job.settled => {
                job.settled = true;
                Some(vec![])
            }
            (Verb::RecallJob, JobState::Armed) => {
                if job.taken {
                    (job.state, job.due) = (JobState::Retrying, now + retry::ceiling(job.attempts));
                } else {
                    job.state = JobState::Cancelled;
                    if let Some(old) = job.replays {
                        self.jobs[old].settled = false;
                    }
                }
                Some(vec![])
            }
            (Verb::ResolveJob { arrived }, JobState::Unknown) => {
                job.state = if *arrived { JobState::Succeeded } else { JobState::Dead };
                job.settled |= *arrived;
                Some(vec![])
            }
            _ => None,
        }
    }

    async fn compare(&self, world: &World, seed: u64, step: usize, told: &[String]) {
        for job in &self.jobs {
            let sql = format!("select state, attempts, due_at from jobs where number = {}", job.number);
            let (state, attempts, due): (String, i64, DateTime<Utc>) =
                on_raw!(world, |pool| sqlx::query_as(AssertSqlSafe(sql)).fetch_one(pool).await).unwrap();
            let waits = matches!(job.state, JobState::Armed | JobState::Scheduled | JobState::Retrying);
            let expected = (job.state.as_str(), job.attempts, if waits { job.due } else { due });
            let story = told[told.len().saturating_sub(12)..].join("\n  ");
            assert_eq!((state.as_str(), attempts, due), expected, "seed {seed}, step {step}, J-{}\n  {story}", job.number);
        }
    }
}

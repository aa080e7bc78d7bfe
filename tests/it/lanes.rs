//! Which destinations get how much: limits that all workers keep together, urgent work before bulk, breakers and pauses.

use std::time::Duration;

use chrono::TimeDelta;
use quotedeck::domain::act::{Act, Verb};
use quotedeck::domain::actor::{Actor, Role};
use quotedeck::domain::content::Content;
use quotedeck::domain::id::{DestinationId, Kind, Ref};
use quotedeck::domain::job::JobState;
use quotedeck::domain::reply::{Found, Meaning, Reply};
use quotedeck::domain::text::{Internal, Untrusted};
use quotedeck::domain::why::Cause;
use quotedeck::store::claim::take::{Appetite, Taken};
use quotedeck::store::claim::{Claimed, Intent};
use quotedeck::store::destinations::Pause;
use quotedeck::workflow::act::perform;
use quotedeck::workflow::finish::{Returned, finish_attempts};
use quotedeck::workflow::look_up;
use tokio::time::timeout;

use crate::databases::{Raw, World, on_postgres, on_sqlite};
use crate::fixtures::{Made, state, text, with};

/// How long something may take that waits for nobody, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(30);

both_databases!(
    a_destination_gets_no_more_at_once_than_it_may,
    a_destination_gets_no_more_in_a_minute_than_it_may,
    bulk_leaves_room_for_answers,
    bulk_leaves_a_place_at_a_destination_that_takes_few,
    bulk_fills_a_destination_that_answers_nobody,
    what_is_urgent_may_take_every_place,
    a_worker_takes_only_what_it_can_reach,
    a_failing_destination_is_stopped_and_probed,
    a_person_lets_one_job_through_to_see,
    a_failed_probe_waits_longer,
    a_job_remembers_when_it_first_failed_so,
    a_pause_ends_by_itself,
    a_pause_that_ends_leaves_an_open_breaker_open,
    what_failed_before_a_destination_worked_again_stops_nothing,
    what_comes_due_at_a_stopped_destination_is_held,
    what_waits_for_its_time_waits_on_when_it_is_held_no_more,
    a_lost_worker_says_nothing_of_a_destination,
    another_job_is_tried_after_one_that_failed,
    a_question_that_is_not_let_in_stops_the_destination,
    a_probe_that_is_asked_for_lets_the_destination_run_again,
    what_waits_in_doubt_says_so,
    what_may_have_left_is_looked_up,
    what_may_have_left_is_not_asked_for_too_early,
    an_answer_that_came_late_settles_nothing,
    what_cannot_be_asked_in_time_is_a_persons,
);

async fn take(world: &World, most: usize, bulk: usize) -> Taken {
    world.store.claim_jobs("w1", &Appetite { most, bulk, reaches: None }).await.unwrap()
}

async fn announce(world: &World, jobs: Vec<Claimed>) -> Vec<Intent> {
    let with_content = |job| (job, Internal::new(Content::Publish.to_json().unwrap()));
    let announced = world.store.announce(jobs.into_iter().map(with_content).collect()).await.unwrap();
    announced.into_iter().filter_map(|one| one.made().ok()).collect()
}

fn reply(meaning: Meaning) -> Reply {
    Reply {
        meaning,
        status: Some(500),
        error: Some(Untrusted::new("no")),
        retry_after: None,
        remote_id: None,
        made: None,
        spent: None,
    }
}

async fn finish(world: &World, intents: Vec<Intent>, meaning: Meaning) -> Vec<Option<JobState>> {
    let returned: Vec<Returned> =
        intents.into_iter().map(|intent| Returned { intent, reply: reply(meaning), roll: 0.0 }).collect();
    finish_attempts(&world.store, &returned).await.unwrap()
}

async fn a_destination_gets_no_more_at_once_than_it_may(world: World) {
    let acme = world.client("Acme").await;
    let narrow = world.destination("HubSpot", with![concurrency = 3]).await;
    let wide = world.destination("Twilio", with![]).await;
    for _ in 0..10 {
        world.job(&acme, narrow, with![]).await;
        world.job(&acme, wide, with![]).await;
    }
    let claim = |worker: &'static str| {
        let store = world.store.clone();
        async move { store.claim_jobs(worker, &Appetite { most: 8, bulk: 8, reaches: None }).await.unwrap().jobs }
    };
    let mut all = Vec::new();
    for _ in 0..4 {
        let (one, two, three) = tokio::join!(claim("w1"), claim("w2"), claim("w3"));
        all.extend([one, two, three].concat());
    }
    let at = |name: &str| all.iter().filter(|job| job.destination == name).count();
    assert_eq!((at("HubSpot"), at("Twilio")), (3, 10));
    let one = all.iter().position(|job| job.destination == "HubSpot").unwrap();
    let intents = announce(&world, vec![all.swap_remove(one)]).await;
    finish(&world, intents, Meaning::Accepted).await;
    assert_eq!(take(&world, 8, 8).await.jobs.len(), 1, "a place that is free again is taken");
}

async fn a_destination_gets_no_more_in_a_minute_than_it_may(world: World) {
    let acme = world.client("Acme").await;
    let slow = world.destination("HubSpot", with![per_minute = 120]).await;
    for _ in 0..10 {
        world.job(&acme, slow, with![]).await;
    }
    // Two a second, and one second is kept.
    let taken = take(&world, 8, 8).await;
    assert_eq!((taken.jobs.len(), taken.again_at), (3, Some(world.now() + TimeDelta::milliseconds(500))));
    let none = take(&world, 8, 8).await;
    assert_eq!((none.jobs.len(), none.again_at), (0, Some(world.now() + TimeDelta::milliseconds(500))));
    world.clock.advance(TimeDelta::milliseconds(500));
    assert_eq!(take(&world, 8, 8).await.jobs.len(), 1);
}

async fn bulk_leaves_room_for_answers(world: World) {
    let acme = world.client("Acme").await;
    let destination = world.destination("HubSpot", with![]).await;
    for _ in 0..8 {
        world.job(&acme, destination, with![]).await;
    }
    assert_eq!(take(&world, 4, 2).await.jobs.len(), 2);
    assert_eq!(take(&world, 2, 0).await.jobs.len(), 0);
    let urgent = world.job(&acme, destination, with![priority = 100]).await;
    let taken = take(&world, 2, 0).await.jobs;
    assert_eq!(taken.iter().map(|job| job.number).collect::<Vec<_>>(), [urgent.number]);
}

/// The jobs that were taken, oldest first.
fn numbers(taken: &Taken) -> Vec<i64> {
    let mut numbers: Vec<i64> = taken.jobs.iter().map(|job| job.number).collect();
    numbers.sort_unstable();
    numbers
}

/// Nobody waits for an answer from a CRM: no place of it is kept, however few there are.
async fn bulk_fills_a_destination_that_answers_nobody(world: World) {
    let acme = world.client("Acme").await;
    let few = world.destination("HubSpot", with![concurrency = 4]).await;
    for _ in 0..5 {
        world.job(&acme, few, with![]).await;
    }
    assert_eq!(take(&world, 8, 8).await.jobs.len(), 4);
}

/// What nobody waits for may hang for half a minute: a text to somebody who just called must not wait for that.
async fn bulk_leaves_a_place_at_a_destination_that_takes_few(world: World) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let few = world.destination("Twilio", with![kind = "sms", concurrency = 4]).await;
    let mut bulk = Vec::new();
    for _ in 0..4 {
        bulk.push(world.job(&acme, few, with![priority = 50]).await.number);
    }
    world.store.worker_lives("w1", None).await.unwrap();
    let taken = numbers(&take(&world, 8, 8).await);
    assert_eq!(taken.len(), 3);
    assert!(take(&world, 8, 8).await.jobs.is_empty(), "a place is free, and it is not for bulk");
    let left = bulk.into_iter().find(|job| !taken.contains(job)).unwrap();
    let waits = world.store.explain(&rosa, Ref::new(Kind::Job, left)).await.unwrap().reasons;
    assert_eq!(waits[0].cause, Cause::Concurrency);
    assert!(waits[0].what.contains("keeps 1 of them for answers"), "{}", waits[0].what);

    let urgent = world.job(&acme, few, with![priority = 100]).await;
    assert_eq!(numbers(&take(&world, 8, 8).await), [urgent.number]);
    world.job(&acme, few, with![priority = 100]).await;
    assert!(take(&world, 8, 8).await.jobs.is_empty(), "four are on their way");
}

async fn what_is_urgent_may_take_every_place(world: World) {
    let acme = world.client("Acme").await;
    let two = world.destination("Twilio", with![kind = "sms", concurrency = 2]).await;
    let one = world.destination("HubSpot", with![concurrency = 1]).await;
    let bulk = world.job(&acme, two, with![]).await;
    let urgent = [world.job(&acme, two, with![priority = 100]).await, world.job(&acme, two, with![priority = 100]).await];
    let alone = world.job(&acme, one, with![]).await;
    // Of one place none can be kept.
    let taken = take(&world, 8, 8).await;
    assert_eq!(numbers(&taken), [urgent[0].number, urgent[1].number, alone.number]);
    let intents = announce(&world, taken.jobs).await;
    finish(&world, intents, Meaning::Accepted).await;
    assert_eq!(numbers(&take(&world, 8, 8).await), [bulk.number]);
}

async fn a_worker_takes_only_what_it_can_reach(world: World) {
    let acme = world.client("Acme").await;
    for name in ["HubSpot", "Twilio"] {
        let destination = world.destination(name, with![]).await;
        world.job(&acme, destination, with![]).await;
    }
    let appetite = Appetite { most: 8, bulk: 8, reaches: Some(vec!["Twilio".to_owned()]) };
    let taken = world.store.claim_jobs("w1", &appetite).await.unwrap().jobs;
    assert_eq!(taken.iter().map(|job| job.destination.as_str()).collect::<Vec<_>>(), ["Twilio"]);
}

/// Ten requests of which so many fail.
async fn ten_requests(world: &World, failing: usize) -> Vec<Made> {
    let acme = world.client("Acme").await;
    world.person("rosa", Role::Owner, None).await;
    let destination = world.destination("HubSpot", with![incident_owner = "rosa", rollback = "restore the export"]).await;
    let mut jobs = Vec::new();
    for _ in 0..12 {
        jobs.push(world.job(&acme, destination, with![]).await);
    }
    let mut intents = announce(world, take(world, 10, 10).await.jobs).await;
    let well = intents.split_off(failing);
    finish(world, well, Meaning::Accepted).await;
    finish(world, intents, Meaning::Broken).await;
    jobs
}

async fn a_failing_destination_is_stopped_and_probed(world: World) {
    ten_requests(&world, 6).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "closed", "six of ten are not enough");
    let intents = announce(&world, take(&world, 2, 2).await.jobs).await;
    finish(&world, intents, Meaning::Broken).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "closed", "eight of twelve are not enough");
    world.clock.advance(TimeDelta::seconds(10));
    let intents = announce(&world, take(&world, 8, 8).await.jobs).await;
    assert_eq!(intents.len(), 8, "the failed ones are due again");
    finish(&world, intents, Meaning::Broken).await;
    assert_eq!(
        text(&world, "select breaker || ' ' || open_why from destinations").await,
        "open 16 of the last 20 requests failed"
    );
    assert_eq!(text(&world, "select count(*) from jobs where state = 'held'").await, "8");
    let incident = text(&world, "select title from tasks where kind = 'incident'").await;
    assert!(incident.contains("HubSpot is stopped") && incident.contains("restore the export"), "{incident}");
    assert_eq!(world.store.probe_destinations().await, Ok(0), "not yet");
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(world.store.probe_destinations().await, Ok(1));
    let probe = take(&world, 8, 8).await.jobs;
    assert_eq!(probe.len(), 1, "one request is let through");
    assert!(probe[0].is_probe && take(&world, 8, 8).await.jobs.is_empty());
    let intents = announce(&world, probe).await;
    finish(&world, intents, Meaning::Accepted).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "closed");
    assert_eq!(text(&world, "select state from tasks where kind = 'incident'").await, "done", "nothing is left to do");
    assert_eq!(take(&world, 8, 8).await.jobs.len(), 7);
    let told = "select string_agg(verb, ' ') from (select verb from journal where verb like 'destination.%' order by number) v";
    let told = if world.store.is_postgres() { told.to_owned() } else { told.replace("string_agg", "group_concat") };
    assert_eq!(text(&world, &told).await, "destination.open destination.probe destination.close");
}

/// Who has mended the cause does not wait for the next probe.
async fn a_person_lets_one_job_through_to_see(world: World) {
    let ana = world.person("ana", Role::Owner, None).await;
    ten_requests(&world, 10).await;
    let held = "select number from jobs where state = 'held' order by number desc limit 2";
    let [tried, other] = world.numbers(held).await[..] else { panic!("they are held") };
    let retry = async |number| {
        let target = world.store.find(&ana, Ref::new(Kind::Job, number)).await.unwrap();
        perform(&world.store, &ana, &Act { target, verb: Verb::RetryJob, reason: None }).await
    };
    let said = retry(tried).await.unwrap().said;
    assert!(said.contains("its destination runs again"), "{said}");
    let refused = retry(other).await.unwrap_err().to_string();
    assert!(refused.contains("another job is on its way"), "{refused}");
    assert_eq!(text(&world, &format!("select state from jobs where number = {other}")).await, "held");
    let probe = take(&world, 8, 8).await.jobs;
    assert!(probe.len() == 1 && probe[0].is_probe && probe[0].number == tried);
    let probe = announce(&world, probe).await;
    // It uses up no try, and can be tried again all the same.
    finish(&world, probe, Meaning::Busy).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "open", "the cause is not mended");
    retry(tried).await.unwrap();
    let probe = announce(&world, take(&world, 8, 8).await.jobs).await;
    finish(&world, probe, Meaning::Accepted).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "closed");
    assert_eq!(world.number("select count(*) from jobs where state = 'held'").await, 0);
    let by = "select count(*) from journal where verb = 'destination.probe' and actor_kind = 'person'";
    assert_eq!(world.number(by).await, 2);
    world.script("update destinations set paused = true, paused_by = 'rosa', paused_why = 'a look'; update jobs set state = 'held' where state <> 'succeeded'").await;
    let refused = retry(other).await.unwrap_err().to_string();
    assert!(refused.contains("paused"), "a pause is a person's: {refused}");
}

async fn a_failed_probe_waits_longer(world: World) {
    ten_requests(&world, 10).await;
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(world.store.probe_destinations().await, Ok(1));
    let intents = announce(&world, take(&world, 8, 8).await.jobs).await;
    finish(&world, intents, Meaning::NotReached).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "open");
    world.clock.advance(TimeDelta::seconds(59));
    assert_eq!(world.store.probe_destinations().await, Ok(0));
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.store.probe_destinations().await, Ok(1));
    let intents = announce(&world, take(&world, 8, 8).await.jobs).await;
    finish(&world, intents, Meaning::Busy).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "open", "who is busy has not said that it works");
    assert_eq!(text(&world, "select count(*) from tasks where kind = 'incident'").await, "1", "people are told once");
}

async fn a_job_remembers_when_it_first_failed_so(world: World) {
    let acme = world.client("Acme").await;
    let destination = world.destination("HubSpot", with![]).await;
    world.job(&acme, destination, with![]).await;
    let at = "select count(*) from jobs j join attempts a on a.job_id = j.id and a.n = ";
    let since = async |n: i64| world.number(&format!("{at}{n} and a.finished_at = j.failed_at")).await == 1;
    for meaning in [Meaning::Broken, Meaning::Broken, Meaning::NotReached] {
        let intents = announce(&world, take(&world, 8, 8).await.jobs).await;
        assert_eq!(intents.len(), 1);
        let reply = if meaning == Meaning::Broken { reply(meaning) } else { Reply { status: None, ..reply(meaning) } };
        let returned: Vec<Returned> =
            intents.into_iter().map(|intent| Returned { intent, reply: reply.clone(), roll: 0.0 }).collect();
        finish_attempts(&world.store, &returned).await.unwrap();
        let n = world.number("select max(n) from attempts").await;
        assert!(since(if n == 3 { 3 } else { 1 }).await, "after try {n}");
        world.clock.advance(TimeDelta::minutes(10));
    }
    let intents = announce(&world, take(&world, 8, 8).await.jobs).await;
    finish(&world, intents, Meaning::Accepted).await;
    assert_eq!(world.number("select count(*) from jobs where failed_at is null and state = 'succeeded'").await, 1);
}

async fn a_pause_ends_by_itself(world: World) {
    let acme = world.client("Acme").await;
    let until = world.now() + TimeDelta::minutes(5);
    let destination =
        world.destination("HubSpot", with![paused = true, paused_by = "rosa", paused_why = "a look", paused_until = until]).await;
    let job = world.job(&acme, destination, with![state = "held"]).await;
    assert_eq!(world.store.end_pauses().await, Ok(0));
    world.clock.advance(TimeDelta::minutes(5));
    assert_eq!(world.store.end_pauses().await, Ok(1));
    assert_eq!(state(&world, job).await, "ready");
    assert_eq!(text(&world, "select detail from journal where verb = 'destination.resume'").await, "its pause has ended");
}

/// Nobody has seen to the cause: what is held would go to the same refusal.
async fn a_pause_that_ends_leaves_an_open_breaker_open(world: World) {
    let acme = world.client("Acme").await;
    let until = world.now() + TimeDelta::minutes(5);
    let stopped = with![
        paused = true,
        paused_by = "rosa",
        paused_why = "a look",
        paused_until = until,
        breaker = "open",
        probe_at = until + TimeDelta::hours(1)
    ];
    let destination = world.destination("HubSpot", stopped).await;
    let job = world.job(&acme, destination, with![state = "held"]).await;
    world.clock.advance(TimeDelta::minutes(5));
    assert_eq!(world.store.end_pauses().await, Ok(1));
    assert_eq!(world.number("select count(*) from destinations where not paused and breaker = 'open'").await, 1);
    assert_eq!(state(&world, job).await, "held");
    assert_eq!(text(&world, "select detail from journal where verb = 'destination.resume'").await, "its pause has ended");
}

async fn what_failed_before_a_destination_worked_again_stops_nothing(world: World) {
    ten_requests(&world, 10).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "open");
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(world.store.probe_destinations().await, Ok(1));
    let probe = announce(&world, take(&world, 8, 8).await.jobs).await;
    world.clock.advance(TimeDelta::seconds(1));
    finish(&world, probe, Meaning::Accepted).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "closed");
    let next = announce(&world, take(&world, 1, 1).await.jobs).await;
    world.clock.advance(TimeDelta::seconds(1));
    finish(&world, next, Meaning::Broken).await;
    assert_eq!(text(&world, "select breaker from destinations").await, "closed", "one of one since it works");
    assert_eq!(text(&world, "select count(*) from tasks where kind = 'incident'").await, "1");
}

/// A text whose request was lost, as a worker has it again.
async fn doubtful(world: &World) -> Claimed {
    let acme = world.client("Acme").await;
    let twilio = world.destination("Twilio", with![delivery_mode = "reconcile"]).await;
    world.job(&acme, twilio, with![delivery_mode = "reconcile"]).await;
    let intents = announce(world, take(world, 8, 8).await.jobs).await;
    assert_eq!(finish(world, intents, Meaning::Silent).await, [Some(JobState::Retrying)]);
    // Somebody tries it now, or a release takes it.
    world.script("update jobs set state = 'ready', due_at = created_at").await;
    take(world, 8, 8).await.jobs.remove(0)
}

async fn what_may_have_left_is_not_asked_for_too_early(world: World) {
    let job = doubtful(&world).await;
    world.clock.advance(TimeDelta::seconds(20));
    assert_eq!(look_up::waits(&world.store, &job).await, Ok(true));
    assert_eq!(text(&world, "select state from jobs").await, "retrying");
    world.clock.advance(TimeDelta::seconds(39));
    assert!(take(&world, 8, 8).await.jobs.is_empty(), "a minute after it was given up, and not before");
    world.clock.advance(TimeDelta::seconds(1));
    let job = take(&world, 8, 8).await.jobs.remove(0);
    assert_eq!(look_up::waits(&world.store, &job).await, Ok(false));
    assert_eq!(look_up::settle(&world.store, &job, &Found::Absent, 0.5).await, Ok(true));
}

/// The shared time of SQLite leapt: what was given up just now looks as if it were long past.
#[tokio::test]
async fn after_a_leap_of_the_clock_nothing_is_asked_for_within_a_minute() {
    on_sqlite(async |world| {
        let job = doubtful(&world).await;
        world.clock.advance(TimeDelta::hours(2));
        assert_eq!(look_up::waits(&world.store, &job).await, Ok(false));
        world.script("update steady set leapt_up_ms = up_ms").await;
        assert_eq!(look_up::waits(&world.store, &job).await, Ok(true));
        assert_eq!(text(&world, "select state from jobs").await, "retrying");
    })
    .await;
}

/// A worker asked, stood still, and lost its lease; another sent meanwhile. What the first was told is not so any more.
async fn an_answer_that_came_late_settles_nothing(world: World) {
    let stale = doubtful(&world).await;
    world.script("update jobs set lease_until = '2020-01-01T00:00:00.000+00:00' where state = 'running'").await;
    assert_eq!(world.store.rescue_jobs().await, Ok(1));
    world.clock.advance(TimeDelta::minutes(2));
    let job = take(&world, 8, 8).await.jobs.remove(0);
    assert_eq!(look_up::settle(&world.store, &job, &Found::Absent, 0.5).await, Ok(true));
    let intents = announce(&world, vec![job]).await;
    assert_eq!(finish(&world, intents, Meaning::Silent).await, [Some(JobState::Retrying)]);
    assert_eq!(look_up::settle(&world.store, &stale, &Found::Absent, 0.5).await, Ok(false));
    assert_eq!(world.texts("select outcome from attempts order by n").await, ["timed_out", "may_have_left"]);
    world.clock.advance(TimeDelta::minutes(2));
    assert!(take(&world, 8, 8).await.jobs[0].doubtful_since.is_some(), "it is asked for again before it leaves");
}

/// A machine that slept, or a worker that was killed, is no fault of whoever was sent to.
async fn a_lost_worker_says_nothing_of_a_destination(world: World) {
    let acme = world.client("Acme").await;
    let destination = world.destination("HubSpot", with![]).await;
    for _ in 0..12 {
        world.job(&acme, destination, with![]).await;
    }
    assert_eq!(announce(&world, take(&world, 11, 11).await.jobs).await.len(), 11);
    world.script("update jobs set lease_until = '2020-01-01T00:00:00.000+00:00' where state = 'running'").await;
    assert_eq!(world.store.rescue_jobs().await, Ok(11));
    let next = announce(&world, take(&world, 1, 1).await.jobs).await;
    finish(&world, next, Meaning::Broken).await;
    assert_eq!(text(&world, "select count(*) from attempts where outcome <> 'running'").await, "12");
    assert_eq!(text(&world, "select breaker from destinations").await, "closed", "one request of one failed");
}

/// One that is refused for what it says would keep the destination closed for all others.
async fn another_job_is_tried_after_one_that_failed(world: World) {
    ten_requests(&world, 10).await;
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(world.store.probe_destinations().await, Ok(1));
    let first = take(&world, 8, 8).await.jobs;
    let tried = first[0].number;
    let intents = announce(&world, first).await;
    finish(&world, intents, Meaning::Broken).await;
    world.script("update jobs set priority = 100, due_at = created_at where attempts > 1").await;
    world.clock.advance(TimeDelta::seconds(60));
    assert_eq!(world.store.probe_destinations().await, Ok(1));
    let next = take(&world, 8, 8).await.jobs;
    assert!(next.len() == 1 && next[0].number != tried, "{tried}, then {}", next[0].number);
}

async fn a_question_that_is_not_let_in_stops_the_destination(world: World) {
    let job = doubtful(&world).await;
    world.clock.advance(TimeDelta::minutes(1));
    let found = Found::LockedOut { status: Some(401), why: "Twilio did not show its list: 20003".to_owned() };
    assert_eq!(look_up::settle(&world.store, &job, &found, 0.5).await, Ok(false));
    let stands = text(&world, "select breaker || ': ' || open_why from destinations").await;
    assert_eq!(stands, "open: it answered 401: the credential is refused");
    assert_eq!(text(&world, "select count(*) from tasks where kind = 'incident'").await, "1");
    assert_eq!(text(&world, "select state from jobs").await, "held");
}

async fn a_probe_that_is_asked_for_lets_the_destination_run_again(world: World) {
    let job = silent_text(&world).await;
    world.script("update destinations set breaker = 'open', probe_at = updated_at").await;
    world.script("update jobs set state = 'held', due_at = created_at").await;
    assert_eq!(world.store.probe_destinations().await, Ok(1));
    let mut probe = take(&world, 8, 8).await.jobs;
    assert!(probe[0].is_probe && probe[0].doubtful_since.is_some());
    let cannot = Found::CannotTell("503".to_owned());
    assert_eq!(look_up::settle(&world.store, &probe[0], &cannot, 0.0).await, Ok(false));
    assert_eq!(text(&world, "select breaker from destinations").await, "open");
    assert_eq!(world.store.probe_destinations().await, Ok(0), "it waits before the next");
    world.clock.advance(TimeDelta::minutes(2));
    world.script("update jobs set state = 'held', due_at = created_at").await;
    assert_eq!(world.store.probe_destinations().await, Ok(1));
    probe = take(&world, 8, 8).await.jobs;
    let there = Found::Arrived { remote_id: None };
    assert_eq!(look_up::settle(&world.store, &probe[0], &there, 0.0).await, Ok(false));
    assert_eq!(text(&world, "select breaker from destinations").await, "closed");
    assert_eq!(state(&world, job).await, "succeeded");
}

async fn what_waits_in_doubt_says_so(world: World) {
    let rosa = world.person("rosa", Role::Owner, None).await;
    let made = silent_text(&world).await;
    let acme = world.client("Brill").await;
    let destination = world.destination("HubSpot", with![]).await;
    let sure = world.job(&acme, destination, with![state = "retrying"]).await;
    let mut said = Vec::new();
    for made in [made, sure] {
        let job = world.store.job(&rosa, made.id.into()).await.unwrap();
        said.push(job.replay(world.now()).unwrap().reason);
    }
    assert_eq!(said[0], "a try may have arrived: the destination is asked before another leaves");
    assert_eq!(said[1], "nothing of it is in doubt: it is tried by itself");
}

async fn what_comes_due_at_a_stopped_destination_is_held(world: World) {
    let acme = world.client("Acme").await;
    let destination = world.destination("HubSpot", with![paused = true, paused_by = "rosa", paused_why = "a look"]).await;
    let soon = world.now() + TimeDelta::seconds(10);
    let armed = world.job(&acme, destination, with![state = "armed", armed_until = soon, due_at = soon]).await;
    world.clock.advance(TimeDelta::seconds(10));
    assert!(take(&world, 8, 8).await.jobs.is_empty());
    assert_eq!(state(&world, armed).await, "held");
}

/// Who resumes a destination at once must not have a lost request asked for before it can have arrived.
async fn what_waits_for_its_time_waits_on_when_it_is_held_no_more(world: World) {
    let acme = world.client("Acme").await;
    let twilio = world.destination("Twilio", with![delivery_mode = "reconcile"]).await;
    let reconcile = || with![delivery_mode = "reconcile"];
    let job = world.job(&acme, twilio, reconcile()).await;
    let intents = announce(&world, take(&world, 8, 8).await.jobs).await;
    assert_eq!(finish(&world, intents, Meaning::Silent).await, [Some(JobState::Retrying)]);
    let later = world.job(&acme, twilio, with![state = "scheduled", due_at = world.now() + TimeDelta::hours(1)]).await;
    let fresh = world.job(&acme, twilio, reconcile()).await;

    let id = DestinationId(twilio.id);
    let pause = Pause { why: "a look", until: world.now() + TimeDelta::days(30) };
    let mut tx = world.store.begin().await.unwrap();
    assert!(matches!(tx.pause_destination(&Actor::Worker, id, pause).await, Ok(Some((_, 3)))));
    tx.commit().await.unwrap();
    let states = |made: [Made; 3]| {
        let world = &world;
        async move { [state(world, made[0]).await, state(world, made[1]).await, state(world, made[2]).await] }
    };
    assert_eq!(states([job, later, fresh]).await, ["held", "held", "held"]);
    let mut tx = world.store.begin().await.unwrap();
    tx.resume_destination(&Actor::Worker, id, "seen to").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(states([job, later, fresh]).await, ["retrying", "scheduled", "ready"]);
    world.clock.advance(TimeDelta::seconds(59));
    let taken: Vec<i64> = take(&world, 8, 8).await.jobs.iter().map(|job| job.number).collect();
    assert_eq!(taken, [fresh.number]);
    world.clock.advance(TimeDelta::seconds(1));
    assert!(take(&world, 8, 8).await.jobs[0].doubtful_since.is_some());
}

/// A worker takes a job at the moment at which its destination is paused: the job is neither waited for nor taken away.
#[tokio::test]
async fn what_is_being_taken_is_not_held() {
    on_postgres(|world| async move {
        let acme = world.client("Acme").await;
        let hubspot = world.destination("HubSpot", with![]).await;
        let (taken, other) = (world.job(&acme, hubspot, with![]).await, world.job(&acme, hubspot, with![]).await);
        let Raw::Postgres(pool) = &world.raw else { panic!("this is Postgres") };
        let mut taking = pool.begin().await.unwrap();
        let lease =
            "update jobs set state = 'running', lease_until = now() + interval '45 seconds', leased_by = 'w1' where id = $1";
        sqlx::query(lease).bind(taken.id).execute(&mut *taking).await.unwrap();

        let mut tx = world.store.begin().await.unwrap();
        let pause = Pause { why: "a look", until: world.now() + TimeDelta::days(30) };
        let paused = tx.pause_destination(&Actor::Worker, DestinationId(hubspot.id), pause);
        let paused = timeout(PATIENCE, paused).await.expect("it waits for nobody");
        assert!(matches!(paused, Ok(Some((_, 1)))), "{paused:?}");
        tx.commit().await.unwrap();
        taking.commit().await.unwrap();
        assert_eq!((state(&world, taken).await, state(&world, other).await), ("running".to_owned(), "held".to_owned()));
    })
    .await;
}

async fn silent_text(world: &World) -> Made {
    let acme = world.client("Acme").await;
    let destination = world.destination("Twilio", with![delivery_mode = "reconcile"]).await;
    let job = world.job(&acme, destination, with![delivery_mode = "reconcile"]).await;
    let intents = announce(world, take(world, 8, 8).await.jobs).await;
    assert_eq!(finish(world, intents, Meaning::Silent).await, [Some(JobState::Retrying)]);
    world.clock.advance(TimeDelta::seconds(60));
    job
}

async fn what_may_have_left_is_looked_up(world: World) {
    let job = silent_text(&world).await;
    let mut asked = take(&world, 8, 8).await.jobs;
    assert!(asked[0].doubtful_since.is_some(), "it is asked for, not sent");
    let cannot = Found::CannotTell("503".to_owned());
    assert_eq!(look_up::settle(&world.store, &asked[0], &cannot, 0.0).await, Ok(false));
    assert_eq!(state(&world, job).await, "retrying");
    world.clock.advance(TimeDelta::seconds(60));
    asked = take(&world, 8, 8).await.jobs;
    let there = Found::Arrived { remote_id: Some("SM1".to_owned()) };
    assert_eq!(look_up::settle(&world.store, &asked[0], &there, 0.0).await, Ok(false));
    assert_eq!(state(&world, job).await, "succeeded");
    assert_eq!(text(&world, "select outcome || ' ' || remote_id from attempts").await, "succeeded SM1");

    let other = {
        let destination = world.destination("Texts", with![delivery_mode = "reconcile"]).await;
        let acme = world.client("Brill").await;
        world.job(&acme, destination, with![delivery_mode = "reconcile"]).await
    };
    let intents = announce(&world, take(&world, 8, 8).await.jobs).await;
    finish(&world, intents, Meaning::Silent).await;
    world.clock.advance(TimeDelta::seconds(60));
    asked = take(&world, 8, 8).await.jobs;
    assert_eq!(look_up::settle(&world.store, &asked[0], &Found::Absent, 0.0).await, Ok(true), "it may be sent again");
    let intents = announce(&world, asked).await;
    assert_eq!(intents[0].n(), 2);
    finish(&world, intents, Meaning::Accepted).await;
    assert_eq!(state(&world, other).await, "succeeded");
}

async fn what_cannot_be_asked_in_time_is_a_persons(world: World) {
    let job = silent_text(&world).await;
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(world.store.close_windows().await, Ok(1));
    assert_eq!(state(&world, job).await, "unknown");
    assert_eq!(text(&world, "select count(*) from tasks where kind = 'unknown_outcome'").await, "1");
}

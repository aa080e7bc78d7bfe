//! The failures desk: verdicts before a replay, reasons, forecasts, and releases that go by themselves, on both databases.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use quotedeck::domain::act::{Act, Done, Target, Verb};
use quotedeck::domain::actor::{Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::failure::Failure;
use quotedeck::domain::filter::Filter;
use quotedeck::domain::forecast::{Forecast, forecast};
use quotedeck::domain::id::{DestinationId, Kind, Ref};
use quotedeck::domain::release::{Release, ReleaseOutcome, ReleaseState};
use quotedeck::domain::replay::ReplayVerdict;
use quotedeck::domain::row::Pane;
use quotedeck::domain::stop::Stop;
use quotedeck::domain::why::Cause;
use quotedeck::store::feed::{Hint, LinkState};
use quotedeck::workflow::act::{perform, rehearse};
use quotedeck::workflow::release::advance;

use crate::databases::World;
use crate::fixtures::{Columns, Made, with};

both_databases!(
    what_may_arrive_twice_needs_a_reason,
    what_arrived_is_not_sent_again,
    a_key_that_expired_is_told,
    what_a_person_denied_is_safe,
    why_names_every_reason,
    without_a_worker_it_says_so,
    what_others_may_not_see_is_not_explained,
    a_rehearsal_knows_that_somebody_was_first,
    a_destination_is_called_by_its_number,
    the_forecast_counts_what_comes_and_leaves,
    groups_say_what_comes_next,
    a_group_began_with_its_first_failure,
    groups_say_why_nothing_goes,
    a_held_job_is_not_tried_and_says_what_ends_it,
    a_release_goes_step_by_step,
    a_canary_that_fails_stops_the_release,
    failures_that_come_back_stop_the_release,
    only_what_is_still_safe_goes,
    several_workers_take_each_turn_once,
    a_release_is_refused_stopped_and_undone,
    a_release_goes_in_the_name_of_a_person_who_may,
    what_a_lost_worker_left_over_goes_on,
    a_release_that_ended_still_hears_of_its_jobs,
    a_release_is_heard_of_by_other_decks,
);

const SIGNATURE: &str = "401 expired";

struct Desk {
    world: World,
    acme: Client,
    rosa: Person,
    hubspot: Made,
}

async fn desk(world: World) -> Desk {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let hubspot = world.destination("HubSpot", with![]).await;
    Desk { world, acme, rosa, hubspot }
}

impl Desk {
    async fn failed(&self, given: Columns) -> Made {
        let defaults = with![state = "dead", signature = SIGNATURE, reason = "permanent", last_error = "401 expired"];
        let defaults = defaults.into_iter().filter(|(name, _)| !given.iter().any(|(other, _)| name == other));
        let given = defaults.collect::<Columns>().into_iter().chain(given.clone()).collect();
        self.world.job(&self.acme, self.hubspot, given).await
    }

    async fn attempt(&self, job: Made, given: Columns) {
        self.world.tried(job, [with![destination_id = self.hubspot.id], given].concat()).await;
    }

    async fn act(&self, record: Ref, verb: Verb, reason: Option<&str>) -> Result<Done, Failure> {
        let target: Target = self.world.store.find(&self.rosa, record).await.unwrap();
        perform(&self.world.store, &self.rosa, &Act { target, verb, reason: reason.map(str::to_owned) }).await
    }

    async fn verdicts(&self) -> Vec<ReplayVerdict> {
        let frozen = self.world.store.freeze(&self.rosa, Pane::Failures, &Filter::default(), 100).await.unwrap();
        frozen.into_iter().filter_map(|row| row.replay).collect()
    }

    async fn release(&self, jobs: &[Made]) -> Result<Done, Failure> {
        let jobs = jobs.iter().map(|job| job.id).collect();
        let verb = Verb::ReleaseGroup { signature: SIGNATURE.into(), jobs };
        self.act(Ref::new(Kind::Destination, self.hubspot.number), verb, Some("token renewed")).await
    }

    async fn newest(&self) -> Release {
        self.world.store.releases(&self.rosa, 1).await.unwrap().remove(0)
    }

    /// What is on its way ends so.
    async fn end_all(&self, state: &str) {
        self.world.clock.advance(TimeDelta::seconds(1));
        self.world.script(&format!("update jobs set state = '{state}' where state = 'ready'")).await;
    }

    async fn number(&self, sql: &str) -> i64 {
        self.world.number(sql).await
    }
}

fn job(made: Made) -> Ref {
    Ref::new(Kind::Job, made.number)
}

fn refused(done: Result<Done, Failure>) -> String {
    match done {
        Err(failure @ Failure::Refused { .. }) => failure.to_string(),
        other => panic!("{other:?}"),
    }
}

async fn what_may_arrive_twice_needs_a_reason(world: World) {
    let desk = desk(world).await;
    let unknown = desk.failed(with![state = "unknown", delivery_mode = "once"]).await;
    desk.attempt(unknown, with![outcome = "may_have_left"]).await;
    assert_eq!(desk.verdicts().await, [ReplayVerdict::Unknown]);
    let why = refused(desk.act(job(unknown), Verb::ReplayJob, None).await);
    assert!(why.contains("cannot be asked") && why.contains("say why"), "{why}");
    assert!(refused(desk.act(job(unknown), Verb::ReplayJob, Some(" ")).await).contains("cannot be asked"));
    desk.act(job(unknown), Verb::ReplayJob, Some("the client asked for it again")).await.unwrap();
}

async fn what_arrived_is_not_sent_again(world: World) {
    let desk = desk(world).await;
    let dead = desk.failed(with![idempotency_key = "k"]).await;
    desk.world.job(&desk.acme, desk.hubspot, with![state = "succeeded", idempotency_key = "k", replay = 1]).await;
    assert_eq!(desk.verdicts().await, [ReplayVerdict::AlreadyApplied]);
    for verb in [Verb::ReplayJob, Verb::RetryJob] {
        let why = refused(desk.act(job(dead), verb, Some("sure")).await);
        assert!(why.contains("the same work arrived"), "{why}");
    }
    // Twice is once, as long as the newer job is on its way.
    let other = desk.failed(with![]).await;
    let new = desk.act(job(other), Verb::ReplayJob, None).await.unwrap();
    assert!(refused(desk.act(job(other), Verb::ReplayJob, Some("again")).await).contains("a newer job"));
    desk.world.script(&format!("update jobs set state = 'dead', armed_until = null where number = {}", new.record.number)).await;
    desk.act(new.record, Verb::ReplayJob, None).await.unwrap();
}

async fn a_key_that_expired_is_told(world: World) {
    let mut desk = desk(world).await;
    desk.hubspot = desk.world.destination("Hook", with![kind = "webhook"]).await;
    let dead = desk.failed(with![]).await;
    desk.attempt(dead, with![outcome = "lease_lost", started_at = desk.world.now() - TimeDelta::hours(23)]).await;
    assert_eq!(desk.verdicts().await, [ReplayVerdict::Safe]);
    desk.world.clock.advance(TimeDelta::hours(1));
    assert_eq!(desk.verdicts().await, [ReplayVerdict::KeyExpired]);
    assert!(refused(desk.act(job(dead), Verb::RetryJob, None).await).contains("for 24 h only"));
}

async fn what_a_person_denied_is_safe(world: World) {
    let desk = desk(world).await;
    let unknown = desk.failed(with![state = "unknown", delivery_mode = "reconcile"]).await;
    desk.attempt(unknown, with![outcome = "may_have_left"]).await;
    assert_eq!(desk.verdicts().await, [ReplayVerdict::Unknown]);
    desk.act(job(unknown), Verb::ResolveJob { arrived: false }, Some("not in its list")).await.unwrap();
    assert_eq!(desk.verdicts().await, [ReplayVerdict::Safe]);
    desk.act(job(unknown), Verb::ReplayJob, None).await.unwrap();
}

async fn causes(desk: &Desk, made: Made) -> Vec<Cause> {
    let answer = desk.world.store.explain(&desk.rosa, job(made)).await.unwrap();
    answer.reasons.into_iter().map(|reason| reason.cause).collect()
}

async fn why_names_every_reason(world: World) {
    let desk = desk(world).await;
    let now = desk.world.now();
    let first = desk.world.job(&desk.acme, desk.hubspot, with![due_at = now - TimeDelta::seconds(9)]).await;
    let second = desk.world.job(&desk.acme, desk.hubspot, with![]).await;
    let urgent = desk.world.job(&desk.acme, desk.hubspot, with![priority = 9]).await;
    assert_eq!(causes(&desk, urgent).await, [Cause::NoWorker], "nobody was ever here");
    desk.world.store.worker_lives("w0", None).await.unwrap();
    assert_eq!(causes(&desk, urgent).await, [Cause::Next]);
    desk.world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(causes(&desk, urgent).await, [Cause::NoWorker], "nobody is here");
    desk.world.store.worker_lives("w1", Some(&["Twilio".to_owned()])).await.unwrap();
    let answer = desk.world.store.explain(&desk.rosa, job(urgent)).await.unwrap();
    assert!(answer.reasons[0].what.contains("none of them has HubSpot"), "{}", answer.reasons[0].what);
    desk.world.store.worker_lives("w1", Some(&["Twilio".to_owned(), "HubSpot".to_owned()])).await.unwrap();
    assert_eq!(causes(&desk, urgent).await, [Cause::Next]);
    assert_eq!(causes(&desk, first).await, [Cause::Behind]);
    let answer = desk.world.store.explain(&desk.rosa, job(second)).await.unwrap();
    assert!(answer.reasons[0].what.starts_with("2 jobs for HubSpot"), "{}", answer.reasons[0].what);

    let waits = with![state = "retrying", due_at = now + TimeDelta::minutes(3), attempts = 2];
    let retrying = desk.world.job(&desk.acme, desk.hubspot, waits).await;
    desk.attempt(retrying, with![outcome = "rate_limited", retry_after_ms = 180_000]).await;
    let answer = desk.world.store.explain(&desk.rosa, job(retrying)).await.unwrap();
    assert!(answer.reasons[0].what.contains("HubSpot asked for 180 s"), "{}", answer.reasons[0].what);
    assert_eq!(answer.reasons[0].until, Some(now + TimeDelta::minutes(3)));

    let lease = "2099-01-01T00:00:00.000+00:00".parse::<DateTime<Utc>>().unwrap();
    let runs = with![state = "running", lease_until = lease, leased_by = "w1", fence = 4];
    let running = desk.world.job(&desk.acme, desk.hubspot, runs).await;
    desk.attempt(running, with![outcome = "running", fence = 4, finished_at = Option::<DateTime<Utc>>::None]).await;
    let answer = desk.world.store.explain(&desk.rosa, job(running)).await.unwrap();
    assert!(answer.reasons[0].what.contains("worker w1 sent it"), "{}", answer.reasons[0].what);

    desk.world.script("update destinations set concurrency = 1").await;
    assert_eq!(causes(&desk, urgent).await, [Cause::Concurrency]);
    desk.world
        .script(
            "update destinations set breaker = 'open', open_why = '401', paused = true, paused_by = 'rosa', paused_why = 'token'",
        )
        .await;
    assert_eq!(causes(&desk, retrying).await, [Cause::Paused, Cause::BreakerOpen, Cause::Retrying]);
}

async fn without_a_worker_it_says_so(world: World) {
    let desk = desk(world).await;
    let waits = desk.world.job(&desk.acme, desk.hubspot, with![]).await;
    assert_eq!(causes(&desk, waits).await, [Cause::NoWorker], "nobody was ever here");
    desk.world.store.worker_lives("w1", None).await.unwrap();
    assert_eq!(causes(&desk, waits).await, [Cause::Next]);
    desk.world.clock.advance(TimeDelta::minutes(6));
    assert_eq!(causes(&desk, waits).await, [Cause::NoWorker]);
    desk.world.store.worker_lives("w1", None).await.unwrap();
    assert_eq!(causes(&desk, waits).await, [Cause::Next]);
}

async fn what_others_may_not_see_is_not_explained(world: World) {
    let desk = desk(world).await;
    let made = desk.failed(with![]).await;
    let ana = desk.world.person("ana", Role::Reviewer, Some(&[])).await;
    let hidden = desk.world.store.explain(&ana, job(made)).await.unwrap_err();
    assert!(matches!(hidden, Failure::NotFound(_)), "{hidden}");
    desk.release(&[made]).await.unwrap();
    assert!(desk.world.store.releases(&ana, 9).await.unwrap().is_empty());
    assert!(desk.world.store.release(&ana, 1).await.is_err());
}

async fn a_rehearsal_knows_that_somebody_was_first(world: World) {
    let desk = desk(world).await;
    let waits = desk.failed(with![state = "retrying"]).await;
    let seen = desk.world.store.find(&desk.rosa, job(waits)).await.unwrap();
    let cancel = Act { target: seen, verb: Verb::CancelJob, reason: Some("stale".into()) };
    let would = rehearse(&desk.world.store, &desk.rosa, &cancel).await.unwrap();
    assert_eq!(rehearse(&desk.world.store, &desk.rosa, &cancel).await.unwrap(), would, "nothing is kept of the first");
    assert_eq!(perform(&desk.world.store, &desk.rosa, &cancel).await.unwrap(), would);
    let stale = rehearse(&desk.world.store, &desk.rosa, &cancel).await.unwrap_err();
    assert_eq!(perform(&desk.world.store, &desk.rosa, &cancel).await.unwrap_err(), stale);
    assert!(matches!(&stale, Failure::Conflict(conflict) if conflict.by == "rosa"), "{stale}");
    assert_eq!(desk.number("select count(*) from journal where verb = 'job.cancel'").await, 1);
}

/// The deck names a destination by its id alone; nobody has heard of an X-0.
async fn a_destination_is_called_by_its_number(world: World) {
    world.destination("Twilio", with![]).await;
    let desk = desk(world).await;
    let failed = desk.failed(with![]).await;
    let named = Ref::new(Kind::Destination, desk.hubspot.number);
    let act = async |verb: Verb| {
        let target = quotedeck::app::verbs::destination(DestinationId(desk.hubspot.id));
        perform(&desk.world.store, &desk.rosa, &Act { target, verb, reason: Some("token".into()) }).await
    };
    let signature = || SIGNATURE.to_owned();
    let release = || Verb::ReleaseGroup { signature: signature(), jobs: vec![failed.id] };

    let begun = act(release()).await.unwrap();
    assert_eq!((begun.record, begun.undo.unwrap().target.record), (named, named));
    assert!(refused(act(release()).await).starts_with(&format!("release start {named}: ")));
    let stopped = act(Verb::StopRelease { signature: signature() }).await.unwrap();
    assert_eq!(stopped.record, named);
    assert!(refused(act(Verb::StopRelease { signature: signature() }).await).starts_with(&format!("release stop {named}: ")));

    let past = Verb::PauseDestination { until: desk.world.now() };
    assert!(refused(act(past).await).starts_with(&format!("destination pause {named}: ")));
    let until = desk.world.now() + TimeDelta::days(30);
    let paused = act(Verb::PauseDestination { until }).await.unwrap();
    assert_eq!((paused.said, paused.undo.unwrap().target.record), ("HubSpot is paused; 0 jobs are held".to_owned(), named));
    let told = desk.world.texts("select detail from journal where verb = 'destination.pause'").await;
    assert_eq!(told, [format!("token, until {}", until.format("%Y-%m-%d %H:%M UTC"))]);
    let again = act(Verb::PauseDestination { until }).await.unwrap_err().to_string();
    assert!(again.starts_with(&format!("not applied: {named} is paused now, changed by rosa")), "{again}");
    assert!(refused(act(release()).await).starts_with(&format!("release start {named}: ")));
    assert_eq!(act(Verb::ResumeDestination).await.unwrap().said, "HubSpot runs again; 0 jobs are released");
    let again = act(Verb::ResumeDestination).await.unwrap_err().to_string();
    assert!(again.contains(&format!("{named} is running now")), "{again}");
}

async fn the_forecast_counts_what_comes_and_leaves(world: World) {
    let desk = desk(world).await;
    let now = desk.world.now();
    let of = async || {
        let flows = desk.world.store.flows(&desk.rosa).await.unwrap();
        forecast(&flows[0], desk.world.now()).said(desk.world.now())
    };
    assert_eq!(of().await, "clear");
    let before = now - TimeDelta::hours(1);
    for _ in 0..10 {
        desk.world.job(&desk.acme, desk.hubspot, with![created_at = before]).await;
    }
    assert_eq!(of().await, "no forecast: 0 left in 5 min, too few to go by");
    for _ in 0..10 {
        let gone = desk.world.job(&desk.acme, desk.hubspot, with![state = "succeeded", created_at = before]).await;
        desk.attempt(gone, with![outcome = "succeeded"]).await;
    }
    assert_eq!(of().await, format!("clear by {} at 2/min", (now + TimeDelta::minutes(5)).format("%H:%M")));
    for _ in 0..10 {
        desk.world.job(&desk.acme, desk.hubspot, with![]).await;
    }
    assert_eq!(of().await, "not clearing: 2 come in a minute, 2 leave");
    assert!(matches!(desk.world.store.figures(&desk.rosa).await.unwrap().forecast, Forecast::NotClearing { .. }));
    desk.world.script("update destinations set breaker = 'open'").await;
    assert_eq!(of().await, "held until HubSpot resumes");
    desk.world.script("update jobs set state = 'succeeded'").await;
    assert_eq!(of().await, "clear");
}

async fn groups_say_what_comes_next(world: World) {
    let desk = desk(world).await;
    let due = desk.world.now() + TimeDelta::minutes(4);
    desk.failed(with![]).await;
    desk.failed(with![state = "retrying", due_at = due, attempts = 5]).await;
    let group = desk.world.store.failure_groups(&desk.rosa, &Filter::default(), 10).await.unwrap().rows.remove(0);
    assert_eq!((group.next_try_at, group.attempts, group.max_attempts), (Some(due), 5, 12));
    assert_eq!((group.kind.as_str(), group.window_ends_at.is_some(), group.release), ("crm", true, None));
}

async fn a_group_began_with_its_first_failure(world: World) {
    let desk = desk(world).await;
    let now = desk.world.now();
    let job = desk.failed(with![state = "retrying", fence = 1, due_at = now + TimeDelta::hours(3), failed_at = now]).await;
    let since = async || desk.world.store.failure_groups(&desk.rosa, &Filter::default(), 10).await.unwrap().rows.remove(0).since;
    desk.world.clock.advance(TimeDelta::hours(1));
    let undo = desk.act(self::job(job), Verb::RetryJob, None).await.unwrap().undo.unwrap();
    perform(&desk.world.store, &desk.rosa, &undo).await.unwrap();
    assert_eq!(since().await, now, "a retry that was taken back is no failure");
    let destination = Ref::new(Kind::Destination, desk.hubspot.number);
    desk.act(destination, Verb::PauseDestination { until: now + TimeDelta::days(30) }, Some("a look")).await.unwrap();
    assert_eq!(since().await, now, "nor is a pause");
}

async fn groups_say_why_nothing_goes(world: World) {
    let desk = desk(world).await;
    desk.failed(with![]).await;
    let stop = async || desk.world.store.failure_groups(&desk.rosa, &Filter::default(), 10).await.unwrap().rows.remove(0).stop;
    assert_eq!(stop().await, None);
    desk.world.script("update destinations set breaker = 'open', open_why = '16 of the last 20 requests failed'").await;
    let why = |stop: Stop| (stop.by, stop.why);
    assert_eq!(stop().await.map(why), Some((None, Some("16 of the last 20 requests failed".into()))));
    desk.world.script("update destinations set paused = true, paused_by = 'rosa', paused_why = 'a look'").await;
    assert_eq!(stop().await.map(why), Some((Some("rosa".into()), Some("a look".into()))));
}

async fn a_held_job_is_not_tried_and_says_what_ends_it(world: World) {
    let desk = desk(world).await;
    let held = desk.failed(with![state = "held"]).await;
    let said = refused(desk.act(job(held), Verb::RetryJob, None).await);
    assert!(said.contains("it is let go already"), "a moment, where its destination runs: {said}");
    let until = desk.world.now() + TimeDelta::hours(1);
    let destination = Ref::new(Kind::Destination, 1);
    desk.act(destination, Verb::PauseDestination { until }, Some("a look")).await.unwrap();
    let said = refused(desk.act(job(held), Verb::RetryJob, None).await);
    assert!(said.contains("its destination is paused; resume the destination"), "{said}");
}

async fn a_release_goes_step_by_step(world: World) {
    let desk = desk(world).await;
    let mut jobs = Vec::new();
    for n in 0..12 {
        let state = if n % 3 == 0 { "retrying" } else { "dead" };
        jobs.push(desk.failed(with![state = state, due_at = desk.world.now() + TimeDelta::hours(1)]).await);
    }
    let done = desk.release(&jobs).await.unwrap();
    assert!(done.said.contains("begins with a canary; 11 more follow"), "{}", done.said);
    let mut steps = Vec::new();
    for _ in 0..9 {
        steps.push(advance(&desk.world.store).await.unwrap());
        // Nothing more goes before the step came back.
        assert_eq!(advance(&desk.world.store).await.unwrap(), 0);
        assert_eq!(desk.number("select count(*) from jobs where state = 'armed'").await, 0);
        desk.end_all("succeeded").await;
    }
    assert_eq!(steps[..6], [1, 2, 4, 5, 0, 0]);
    let release = desk.newest().await;
    assert_eq!((release.state, release.succeeded, release.failed, release.skipped), (ReleaseState::Done, 12, 0, 0));
    assert_eq!(
        desk.number(
            "select count(*) from journal where actor = 'rosa' and verb = 'job.replay' and detail = 'release 1: token renewed'"
        )
        .await,
        8
    );
    assert_eq!(desk.number("select count(*) from journal where actor = 'rosa' and verb = 'job.retry'").await, 4);
    assert_eq!(desk.number("select count(*) from journal where verb = 'release.done'").await, 1);
    // Each was done once.
    assert_eq!(desk.number("select count(*) from jobs").await, 12 + 8);
    let (_, rows) = desk.world.store.release(&desk.rosa, release.number).await.unwrap();
    assert!(rows.iter().all(|row| row.outcome == ReleaseOutcome::Succeeded && row.step.is_some()));
    // None of them fails any more, and whoever let them go still sees how it went; for a while.
    let told = async || desk.world.store.groups_and_releases(&desk.rosa, &Filter::default(), 10).await.unwrap().rows;
    let group = told().await.remove(0);
    assert!(group.is_cleared() && group.release.is_some_and(|release| release.state == ReleaseState::Done));
    let filtered = Filter::parse("destination:nobody", Pane::Failures).unwrap();
    assert!(desk.world.store.groups_and_releases(&desk.rosa, &filtered, 10).await.unwrap().rows.is_empty());
    desk.world.clock.advance(TimeDelta::minutes(20));
    assert!(told().await.is_empty());
}

async fn a_canary_that_fails_stops_the_release(world: World) {
    let desk = desk(world).await;
    let jobs = [desk.failed(with![]).await, desk.failed(with![]).await];
    desk.release(&jobs).await.unwrap();
    assert_eq!(advance(&desk.world.store).await.unwrap(), 1);
    assert_eq!(desk.newest().await.state, ReleaseState::Canary);
    desk.end_all("dead").await;
    assert_eq!(advance(&desk.world.store).await.unwrap(), 0);
    let release = desk.newest().await;
    assert_eq!((release.state, release.failed, release.released()), (ReleaseState::Stopped, 1, 1));
    assert!(release.ended_why.unwrap().contains("canary failed"));
    let group = desk.world.store.failure_groups(&desk.rosa, &Filter::default(), 10).await.unwrap().rows.remove(0);
    assert_eq!(group.release.map(|release| release.state), Some(ReleaseState::Stopped), "told with its group for a while");
}

async fn failures_that_come_back_stop_the_release(world: World) {
    let desk = desk(world).await;
    let mut jobs = Vec::new();
    for _ in 0..40 {
        jobs.push(desk.failed(with![]).await);
    }
    desk.release(&jobs).await.unwrap();
    for _ in 0..3 {
        advance(&desk.world.store).await.unwrap();
        desk.end_all("succeeded").await;
    }
    assert_eq!(advance(&desk.world.store).await.unwrap(), 8);
    desk.end_all("dead").await;
    assert_eq!(advance(&desk.world.store).await.unwrap(), 0);
    let release = desk.newest().await;
    assert_eq!((release.state, release.released()), (ReleaseState::Stopped, 15));
    assert!(release.ended_why.unwrap().contains("failures came back: 8 of the last 15"));
    assert_eq!(advance(&desk.world.store).await.unwrap(), 0);
}

async fn only_what_is_still_safe_goes(world: World) {
    let desk = desk(world).await;
    let unknown = desk.failed(with![state = "unknown", delivery_mode = "once"]).await;
    desk.attempt(unknown, with![outcome = "may_have_left"]).await;
    let replayed = desk.failed(with![]).await;
    let aside = desk.failed(with![]).await;
    let stranger = desk.failed(with![signature = "503"]).await;
    let good = desk.failed(with![]).await;
    desk.release(&[unknown, replayed, aside, stranger, good]).await.unwrap();
    assert_eq!(desk.newest().await.total, 4, "what is no job of the group is not taken in");
    // Somebody does one of them by hand meanwhile, and it arrives; another is laid aside.
    desk.act(job(aside), Verb::CancelJob, None).await.unwrap();
    desk.act(job(replayed), Verb::ReplayJob, None).await.unwrap();
    desk.world.script("update jobs set state = 'succeeded', armed_until = null where state = 'armed'").await;
    let mut went = 0;
    for _ in 0..6 {
        went += advance(&desk.world.store).await.unwrap();
        desk.end_all("succeeded").await;
    }
    let release = desk.newest().await;
    assert_eq!((went, release.state, release.succeeded, release.skipped), (1, ReleaseState::Done, 1, 3));
    assert_eq!(desk.number("select count(*) from jobs").await, 7);
}

async fn several_workers_take_each_turn_once(world: World) {
    let desk = desk(world).await;
    let mut jobs = Vec::new();
    for _ in 0..20 {
        jobs.push(desk.failed(with![]).await);
    }
    desk.release(&jobs).await.unwrap();
    for _ in 0..12 {
        let store = &desk.world.store;
        let (a, b, c) = tokio::join!(advance(store), advance(store), advance(store));
        for went in [a, b, c] {
            went.unwrap();
        }
        desk.end_all("succeeded").await;
    }
    let release = desk.newest().await;
    assert_eq!((release.state, release.succeeded), (ReleaseState::Done, 20));
    assert_eq!(desk.number("select count(*) from jobs").await, 40);
    assert_eq!(desk.number("select max(step) from release_jobs").await, 5, "1, 2, 4, 8 and the rest");
}

async fn a_release_is_refused_stopped_and_undone(world: World) {
    let desk = desk(world).await;
    let jobs = [desk.failed(with![]).await, desk.failed(with![]).await];
    desk.world.script("update destinations set paused = true, paused_by = 'rosa', paused_why = 'token'").await;
    assert!(refused(desk.release(&jobs).await).contains("resume it first"));
    desk.world.script("update destinations set paused = false").await;
    assert!(refused(desk.release(&[]).await).contains("no job"));
    let done = desk.release(&jobs).await.unwrap();
    assert!(refused(desk.release(&jobs).await).contains("under way"));
    let undo = done.undo.unwrap();
    perform(&desk.world.store, &desk.rosa, &undo).await.unwrap();
    assert_eq!(advance(&desk.world.store).await.unwrap(), 0);
    assert_eq!(desk.newest().await.state, ReleaseState::Cancelled);
    assert!(matches!(perform(&desk.world.store, &desk.rosa, &undo).await, Err(Failure::Refused { .. })));

    // A destination that is paused under a release stops it.
    desk.release(&jobs).await.unwrap();
    advance(&desk.world.store).await.unwrap();
    desk.world.script("update destinations set breaker = 'open'").await;
    advance(&desk.world.store).await.unwrap();
    let release = desk.newest().await;
    assert_eq!(release.state, ReleaseState::Stopped);
    assert!(release.ended_why.unwrap().contains("breaker of HubSpot opened"));
}

async fn a_release_goes_in_the_name_of_a_person_who_may(world: World) {
    let desk = desk(world).await;
    let jobs = [desk.failed(with![]).await];
    let viewer = desk.world.person("vic", Role::Viewer, None).await;
    let target = desk.world.store.find(&desk.rosa, Ref::new(Kind::Destination, desk.hubspot.number)).await.unwrap();
    let verb = Verb::ReleaseGroup { signature: SIGNATURE.into(), jobs: vec![jobs[0].id] };
    let act = Act { target, verb, reason: None };
    assert!(matches!(perform(&desk.world.store, &viewer, &act).await, Err(Failure::NotAllowed(_))));
    desk.release(&jobs).await.unwrap();
    desk.world.script("update people set role = 'viewer' where name = 'rosa'").await;
    assert_eq!(advance(&desk.world.store).await.unwrap(), 0);
    let release = desk.newest().await;
    assert_eq!((release.state, release.released()), (ReleaseState::Stopped, 0));
}

async fn what_a_lost_worker_left_over_goes_on(world: World) {
    let desk = desk(world).await;
    let jobs = [desk.failed(with![]).await, desk.failed(with![]).await];
    desk.release(&jobs).await.unwrap();
    // The step was taken, and the worker lost before any turn was.
    let open = desk.world.store.open_releases().await.unwrap().remove(0);
    let mut tx = desk.world.store.begin().await.unwrap();
    assert!(tx.take_step(&open, 1).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = desk.world.store.begin().await.unwrap();
    assert!(!tx.take_step(&open, 1).await.unwrap(), "whoever saw an older release takes no step");
    drop(tx);
    assert_eq!(advance(&desk.world.store).await.unwrap(), 1);
    assert_eq!(desk.number("select count(*) from jobs where state = 'ready'").await, 1);
}

async fn a_release_that_ended_still_hears_of_its_jobs(world: World) {
    let desk = desk(world).await;
    let jobs = [desk.failed(with![]).await, desk.failed(with![]).await];
    let done = desk.release(&jobs).await.unwrap();
    advance(&desk.world.store).await.unwrap();
    perform(&desk.world.store, &desk.rosa, &done.undo.unwrap()).await.unwrap();
    desk.end_all("succeeded").await;
    advance(&desk.world.store).await.unwrap();
    let release = desk.newest().await;
    assert_eq!((release.state, release.succeeded, release.out), (ReleaseState::Cancelled, 1, 0));
}

async fn a_release_is_heard_of_by_other_decks(world: World) {
    let desk = desk(world).await;
    let jobs = [desk.failed(with![]).await];
    let mut feed = desk.world.store.watch();
    let mut hint = async |wanted: Hint| {
        let wait = async { while feed.next().await != wanted {} };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("a hint comes");
    };
    hint(Hint::Link(LinkState::Live)).await;
    hint(Hint::Changed).await;
    // On Postgres nothing but the release itself says so.
    desk.release(&jobs).await.unwrap();
    hint(Hint::Changed).await;
}

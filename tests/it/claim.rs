//! The queue neither loses nor doubles: claims, fences, rescues, windows, and announcements before requests.

use std::time::Duration;

use chrono::TimeDelta;
use quotedeck::clock::Clock;
use quotedeck::domain::actor::{Actor, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::content::Content;
use quotedeck::domain::failure::Failure;
use quotedeck::domain::id::{DestinationId, Kind, Ref};
use quotedeck::domain::job::{DeliveryMode, JobKind, JobState};
use quotedeck::domain::reply::{Meaning, Reply};
use quotedeck::domain::signature::signature;
use quotedeck::domain::text::Internal;
use quotedeck::domain::text::Untrusted;
use quotedeck::domain::why::Cause;
use quotedeck::store::Store;
use quotedeck::store::claim::lease::Aside;
use quotedeck::store::claim::take::Appetite;
use quotedeck::store::claim::{Claimed, Intent};
use quotedeck::store::connect::Purpose;
use quotedeck::store::jobs::{NewJob, Queued};
use quotedeck::workflow::finish::{Returned, finish_attempts};
use uuid::Uuid;

use crate::databases::{World, on_sqlite};
use crate::fixtures::{Made, state, text, with};

both_databases!(
    who_comes_second_with_the_same_work_announces_none,
    two_workers_never_get_the_same,
    the_most_urgent_runs_first,
    what_may_not_run_is_not_claimed,
    an_intent_is_committed_before_anything_leaves,
    who_wants_no_message_after_the_claim_gets_none,
    a_worn_fence_cannot_write,
    a_lost_lease_is_rescued,
    three_rescues_are_poison,
    poison_forgets_no_doubt,
    a_closed_window_ends_a_job,
    what_ends_before_it_leaves_is_grouped_by_why,
    a_busy_destination_uses_up_no_attempt,
    who_asks_for_a_wait_gets_nothing_until_then,
    each_try_keeps_what_was_asked_and_how_it_went,
    who_stays_busy_is_asked_after_ever_longer_waits,
    a_refused_credential_stops_the_destination,
    what_may_have_left_is_asked_of_a_person,
    a_lease_is_handed_back,
);

async fn who_comes_second_with_the_same_work_announces_none(world: World) {
    let acme = world.client("Acme").await;
    let crm = world.destination("HubSpot", with![]).await;
    let new = NewJob {
        client: acme.id,
        lead: None,
        summary: None,
        destination: DestinationId(crm.id),
        delivery_mode: DeliveryMode::Keyed,
        template: None,
        kind: JobKind::CrmHandoff,
        operation: "contact.upsert",
        natural_key: "one",
        args: "{}",
        priority: 0,
        armed: false,
    };
    let mut first = world.store.begin().await.unwrap();
    let Queued::New(_, number) = first.queue_job(&Actor::Worker, &new).await.unwrap() else { panic!("nobody queued it before") };
    let second = async |args: &'static str| {
        let mut second = world.store.begin().await.unwrap();
        let queued = second.queue_job(&Actor::Worker, &NewJob { args, ..new.clone() }).await.unwrap();
        second.commit().await.unwrap();
        queued
    };
    let first = async {
        // On SQLite one writes at a time; on Postgres both have looked for the job before either could see the other's.
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while world.store.is_postgres() && world.number(waiting).await < 2 {
            tokio::task::yield_now().await;
        }
        first.commit().await.unwrap();
    };
    let all = async { tokio::join!(second("{}"), second("[]"), first) };
    let (same, other, ()) = tokio::time::timeout(Duration::from_secs(20), all).await.expect("both wait for the first");
    assert_eq!((same, other), (Queued::Known(number), Queued::Differs(number)));
    assert_eq!(world.number("select count(*) from jobs").await, 1);
    assert_eq!(world.number("select count(*) from journal where verb = 'job.queue'").await, 1);
}

async fn one_job(world: &World, mode: &str) -> Made {
    let acme = world.client("Acme").await;
    let destination = world.destination("HubSpot", with![delivery_mode = mode, incident_owner = "rosa"]).await;
    world.job(&acme, destination, with![delivery_mode = mode]).await
}

fn appetite(most: usize) -> Appetite {
    Appetite { most, bulk: most, reaches: None }
}

async fn claim_one(store: &Store, worker: &str) -> Option<Claimed> {
    store.claim_jobs(worker, &appetite(1)).await.unwrap().jobs.pop()
}

async fn claim(store: &Store) -> Claimed {
    claim_one(store, "w1").await.expect("a job is due")
}

async fn announce_it(store: &Store, claimed: Claimed) -> Result<Intent, Failure> {
    let content = Internal::new(Content::Publish.to_json().unwrap());
    store.announce(vec![(claimed, content)]).await?.pop().expect("each is told of").made()
}

async fn announce(store: &Store) -> Intent {
    announce_it(store, claim(store).await).await.unwrap()
}

async fn finish(store: &Store, intent: Intent, reply: Reply) -> Option<JobState> {
    finish_attempts(store, &[Returned { intent, reply, roll: 0.5 }]).await.unwrap().pop().flatten()
}

fn reply(meaning: Meaning, status: i64) -> Reply {
    Reply {
        meaning,
        status: Some(status),
        error: Some(Untrusted::new("no\0pe")),
        retry_after: None,
        remote_id: None,
        made: None,
        spent: None,
    }
}

/// As if 45 seconds had passed at the database.
async fn expire(world: &World) {
    world.script("update jobs set lease_until = '2020-01-01T00:00:00.000+00:00' where state = 'running'").await;
}

async fn two_workers_never_get_the_same(world: World) {
    let acme = world.client("Acme").await;
    let destination = world.destination("HubSpot", with![]).await;
    for _ in 0..20 {
        world.job(&acme, destination, with![]).await;
    }
    let drain = |worker: &'static str| {
        let store = world.store.clone();
        async move {
            let mut got = vec![];
            // Postgres passes over a row that another is taking, so "nothing" can be momentary while others claim.
            while let Some(claimed) = claim_one(&store, worker).await {
                got.push(claimed.id);
            }
            got
        }
    };
    let (one, two, three) = tokio::join!(drain("w1"), drain("w2"), drain("w3"));
    let mut all = [one, two, three].concat();
    while let Some(claimed) = claim_one(&world.store, "w4").await {
        all.push(claimed.id);
    }
    assert_eq!(all.len(), 20);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 20);
}

async fn the_most_urgent_runs_first(world: World) {
    let acme = world.client("Acme").await;
    let destination = world.destination("HubSpot", with![]).await;
    let earlier = world.now() - TimeDelta::minutes(5);
    let bulk = world.job(&acme, destination, with![due_at = earlier - TimeDelta::minutes(5)]).await;
    let late = world.job(&acme, destination, with![priority = 100]).await;
    let early = world.job(&acme, destination, with![priority = 100, due_at = earlier]).await;
    for expected in [early, late, bulk] {
        assert_eq!(claim(&world.store).await.number, expected.number);
    }
}

async fn what_may_not_run_is_not_claimed(world: World) {
    let acme = world.client("Acme").await;
    let paused = world.destination("HubSpot", with![paused = true, paused_by = "rosa", paused_why = "a look"]).await;
    let running = world.destination("Twilio", with![]).await;
    let soon = world.now() + TimeDelta::seconds(10);
    world.job(&acme, paused, with![]).await;
    world.job(&acme, running, with![due_at = soon, state = "retrying"]).await;
    world.job(&acme, running, with![state = "armed", armed_until = soon]).await;
    world.job(&acme, running, with![window_ends_at = world.now()]).await;
    world.job(&acme, running, with![state = "dead"]).await;
    assert!(claim_one(&world.store, "w1").await.is_none());
    world.clock.advance(TimeDelta::seconds(10));
    assert!(claim_one(&world.store, "w1").await.is_some());
    assert!(claim_one(&world.store, "w1").await.is_some());
    assert!(claim_one(&world.store, "w1").await.is_none());
}

async fn an_intent_is_committed_before_anything_leaves(world: World) {
    let job = one_job(&world, "keyed").await;
    let intent = announce(&world.store).await;
    assert_eq!((intent.n(), intent.job().number), (1, job.number));
    // Seen by another connection, before anybody sent anything.
    assert_eq!(text(&world, "select outcome from attempts").await, "running");
    let entry = "select j.verb from attempts a join journal j on j.id = a.intent_id";
    assert_eq!(text(&world, entry).await, "job.attempt");
    assert_eq!(finish(&world.store, intent, reply(Meaning::Accepted, 200)).await, Some(JobState::Succeeded));
    assert_eq!(text(&world, "select outcome from attempts").await, "succeeded");
    assert_eq!(state(&world, job).await, "succeeded");
}

/// A lead with a number and an address of its own, and an event for what must rest on one.
async fn reachable(world: &World, client: &Client) -> Made {
    let name = Uuid::now_v7().simple().to_string();
    let (phone, email) = (format!("+1512{name}"), format!("{name}@ortiz.example"));
    let lead = world.lead(client, with![phone = phone, email = email]).await;
    let payload = with![
        client_id = client.id.0,
        provider = "form",
        natural_key = name,
        body = vec![1_u8],
        body_hash = vec![0_u8],
        state = "recorded",
        received_at = world.now(),
    ];
    let payload = world.made("payloads", payload, vec![]).await;
    let event = with![
        client_id = client.id.0,
        lead_id = lead.id,
        payload_id = payload.id,
        provider = "form",
        kind = "opt_out",
        occurred_at = world.now(),
        recorded_at = world.now(),
        words = "",
        unknown_fields = "",
    ];
    world.made("events", event, vec![]).await;
    lead
}

async fn who_wants_no_message_after_the_claim_gets_none(world: World) {
    let acme = world.client("Acme").await;
    let twilio = world.destination("Twilio", with![kind = "sms"]).await;
    let post = world.destination("Post", with![kind = "email"]).await;
    let opt_out = "insert into opt_outs (id, client_id, channel, address, event_id, since)
        select e.id, e.client_id, 'sms', l.phone, e.id, e.occurred_at from events e join leads l on l.id = e.lead_id
        where l.number = LEAD";
    let by_mail = opt_out.replace("'sms', l.phone", "'email', l.email");
    let lifted = format!("{opt_out}; update opt_outs set lifted_at = since");
    // By another number than the lead's.
    let word = "insert into consents (id, client_id, lead_id, event_id, channel, address, said, shown, page, said_at, kept_at)
        select e.id, e.client_id, e.lead_id, e.id, 'sms', '+15125550199', 'withdrawn', 'STOP', '', e.occurred_at, e.recorded_at
        from events e join leads l on l.id = e.lead_id where l.number = LEAD";
    let withdrawn = "update leads set consent = 'withdrawn' where number = LEAD";
    let spam = "update leads set state = 'spam' where number = LEAD";
    let suspect = "insert into lead_findings (id, lead_id, kind, severity, score, reason, found_at)
        select e.id, l.id, 'spam', 'block', 9, 'links', e.occurred_at from events e join leads l on l.id = e.lead_id
        where l.number = LEAD";
    let other = reachable(&world, &acme).await.number;
    world.script(&word.replace("LEAD", &other.to_string())).await;
    let merge = |merged: &str, kept: &str| {
        format!(
            "update leads set state = 'merged', merged_into = (select id from leads where number = {kept}) where number = {merged}"
        )
    };
    let (merged, merged_from) = (merge("LEAD", &other.to_string()), merge(&other.to_string(), "LEAD"));
    let cases = [
        ("an opt-out", twilio, "message", opt_out, false),
        ("an opt-out and a request for a review", twilio, "review_request", opt_out, false),
        ("an opt-out of mail, and a mail", post, "message", by_mail.as_str(), false),
        ("an opt-out of mail, and a text", twilio, "message", by_mail.as_str(), true),
        ("an opt-out that was lifted", twilio, "message", lifted.as_str(), true),
        ("a withdrawn consent", twilio, "message", withdrawn, false),
        ("a word by another number", twilio, "message", word, false),
        ("a word by another number, and a mail", post, "message", word, true),
        ("spam", twilio, "message", spam, false),
        ("spam, and work that writes to nobody", twilio, "crm_handoff", spam, true),
        ("what looks like spam", twilio, "message", suspect, false),
        ("a merge", twilio, "message", merged.as_str(), false),
        ("the word of a lead that was merged into it", twilio, "message", merged_from.as_str(), false),
    ];
    for (what, destination, kind, then, leaves) in cases {
        let lead = reachable(&world, &acme).await;
        let job = world.job(&acme, destination, with![lead_id = lead.id, kind = kind]).await;
        let claimed = claim(&world.store).await;
        assert_eq!(claimed.number, job.number, "{what}");
        world.script(&then.replace("LEAD", &lead.number.to_string())).await;
        match announce_it(&world.store, claimed).await {
            Ok(_) => assert!(leaves, "{what} lets it leave"),
            Err(Failure::Conflict(_)) => assert!(!leaves, "{what} stops it"),
            Err(error) => panic!("{what}: {error}"),
        }
        let attempts = "select count(*) from attempts a join jobs j on j.id = a.job_id where j.number";
        assert_eq!(world.number(&format!("{attempts} = {}", job.number)).await, i64::from(leaves), "{what}");
    }
}

async fn a_worn_fence_cannot_write(world: World) {
    let job = one_job(&world, "keyed").await;
    let late = announce(&world.store).await;
    let lease = [(late.job().id, late.job().fence)];
    expire(&world).await;
    assert_eq!(world.store.rescue_jobs().await, Ok(1));
    let unannounced = claim(&world.store).await;
    assert_eq!(finish(&world.store, late, reply(Meaning::Refused, 400)).await, None);
    assert_eq!(state(&world, job).await, "running");
    assert_eq!(text(&world, "select outcome from attempts").await, "lease_lost");
    assert_eq!(world.store.beat(&lease).await, Ok(vec![]));
    let kept = [(unannounced.id, unannounced.fence)];
    assert_eq!(world.store.beat(&kept).await, Ok(vec![unannounced.id]));
    // Nor can it announce another try.
    expire(&world).await;
    world.store.rescue_jobs().await.unwrap();
    assert!(matches!(announce_it(&world.store, unannounced).await, Err(Failure::Conflict(_))));
}

async fn a_lost_lease_is_rescued(world: World) {
    let acme = world.client("Acme").await;
    let destination = world.destination("Twilio", with![]).await;
    let silent = world.job(&acme, destination, with![delivery_mode = "once", priority = 3]).await;
    let unsent = world.job(&acme, destination, with![delivery_mode = "once", priority = 2]).await;
    let keyed = world.job(&acme, destination, with![priority = 1]).await;
    announce(&world.store).await;
    claim(&world.store).await;
    announce(&world.store).await;
    assert_eq!(world.store.rescue_jobs().await, Ok(0), "a lease that stands is left alone");
    expire(&world).await;
    assert_eq!(world.store.rescue_jobs().await, Ok(3));
    let states = [state(&world, silent).await, state(&world, unsent).await, state(&world, keyed).await];
    assert_eq!(states, ["unknown", "ready", "ready"]);
    let tasks = "select count(*) from tasks where kind = 'unknown_outcome' and owner_id is null";
    assert_eq!(text(&world, tasks).await, "1");
}

/// SQLite has no clock that all share: a process whose own is wrong must neither lose its leases nor keep them.
#[tokio::test]
async fn on_sqlite_leases_go_by_how_long_the_machine_is_up() {
    on_sqlite(async |world| {
        let other = async || Store::open(&world.place, world.clock.clone(), Purpose::Work).await.unwrap();
        let job = one_job(&world, "keyed").await;
        claim(&world.store).await;
        // The machine has been up for so much longer.
        for (seconds, rescued) in [(40, 0), (6, 1)] {
            let later = format!("strftime('%Y-%m-%dT%H:%M:%f+00:00', began_at, '+{seconds} seconds')");
            world.script(&format!("update steady set began_at = {later}")).await;
            assert_eq!(other().await.rescue_jobs().await, Ok(rescued), "{seconds}");
        }
        assert_eq!(state(&world, job).await, "ready");
        let store = other().await;
        claim(&store).await;
        assert_eq!(store.rescue_jobs().await, Ok(0));
        world.script("update steady set boot = 'the start before'").await;
        assert_eq!(other().await.rescue_jobs().await, Ok(1), "who held it before the machine started is gone");
        assert_eq!(text(&world, "select count(*) from steady").await, "1");
    })
    .await;
}

/// A process whose clock is wrong sends at the wrong hour, if what is due goes by it.
#[tokio::test]
async fn on_sqlite_a_wrong_clock_moves_what_is_due_by_and_by() {
    on_sqlite(async |world| {
        let store = Store::open(&world.place, Clock::System, Purpose::Work).await.unwrap();
        // In half seconds, so that a slow machine changes nothing.
        let off = async || (Clock::System.now() - store.database_now().await.unwrap()).num_milliseconds().div_euclid(500);
        assert!((-1..2).contains(&off().await), "nobody has written it down yet");
        assert_eq!(world.number("select count(*) from steady").await, 0, "who asks writes nothing");
        store.keep_time().await.unwrap();
        let shift = async |by: &str| world.script(&format!("update steady set set_ms = set_ms {by}, moved_up_ms = 0")).await;

        shift("- 600000").await;
        assert!((1199..1203).contains(&off().await), "who asks moves nothing");
        store.keep_time().await.unwrap();
        assert!((1189..1193).contains(&off().await), "a worker moves it a little");
        store.keep_time().await.unwrap();
        assert!((1189..1193).contains(&off().await), "another worker at the same time moves it no further");
        assert_eq!(store.leapt().await, Ok(None));

        shift("- 86400000").await;
        assert!((-1..2).contains(&off().await), "a clock that was not set when the machine started is followed");
        store.keep_time().await.unwrap();
        assert_eq!(world.number("select count(*) from steady where abs(set_ms) < 2000").await, 1);
        assert!(store.leapt().await.unwrap().is_some_and(|ago| ago.as_secs() < 60));
    })
    .await;
}

async fn three_rescues_are_poison(world: World) {
    let job = one_job(&world, "keyed").await;
    for expected in ["ready", "ready", "dead"] {
        claim(&world.store).await;
        expire(&world).await;
        world.store.rescue_jobs().await.unwrap();
        assert_eq!(state(&world, job).await, expected);
    }
    assert_eq!(text(&world, "select reason from jobs").await, "poison");
}

/// Three workers are lost while they ask for a text that may have left: a person settles it.
async fn poison_forgets_no_doubt(world: World) {
    let job = one_job(&world, "reconcile").await;
    let intent = announce(&world.store).await;
    assert_eq!(finish(&world.store, intent, reply(Meaning::Silent, 0)).await, Some(JobState::Retrying));
    for _ in 0..3 {
        world.script("update jobs set state = 'ready', due_at = created_at where state <> 'running'").await;
        assert!(claim(&world.store).await.doubtful_since.is_some());
        expire(&world).await;
        assert_eq!(world.store.rescue_jobs().await, Ok(1));
    }
    assert_eq!(state(&world, job).await, "unknown");
    assert_eq!(world.number("select count(*) from tasks where kind = 'unknown_outcome'").await, 1);
}

async fn a_closed_window_ends_a_job(world: World) {
    let job = one_job(&world, "keyed").await;
    assert_eq!(world.store.close_windows().await, Ok(0));
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(world.store.close_windows().await, Ok(1));
    assert_eq!((state(&world, job).await, text(&world, "select reason from jobs").await), ("dead".into(), "window".into()));
    assert_eq!(text(&world, "select count(*) from journal where verb = 'job.dead'").await, "1");
}

async fn what_ends_before_it_leaves_is_grouped_by_why(world: World) {
    const WHY: &str = "its template quote_confirmation, edition 2 has {link}, which nobody fills; approve another edition";
    let first = one_job(&world, "keyed").await;
    let intent = announce(&world.store).await;
    assert_eq!(finish(&world.store, intent, reply(Meaning::Broken, 503)).await, Some(JobState::Retrying));
    let failed_at = text(&world, "select failed_at from jobs").await;
    world.clock.advance(TimeDelta::minutes(1));
    let (bolt, destination) = (world.client("Bolt").await, world.destination("Twilio", with![]).await);
    let second = world.job(&bolt, destination, with![]).await;
    for _ in [first, second] {
        let claimed = claim(&world.store).await;
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(tx.set_aside(&claimed, &Aside::Ended(JobState::Dead), WHY).await, Ok(true));
        tx.commit().await.unwrap();
    }
    for job in [first, second] {
        let of = |column: &str| format!("select {column} from jobs where number = {}", job.number);
        assert_eq!(state(&world, job).await, "dead");
        assert_eq!(text(&world, &of("signature")).await, signature(None, WHY));
        assert_eq!(text(&world, &of("last_error")).await, WHY);
        assert_ne!(text(&world, &of("failed_at")).await, failed_at, "it began to fail so just now");
    }
}

async fn a_busy_destination_uses_up_no_attempt(world: World) {
    let job = one_job(&world, "keyed").await;
    let intent = announce(&world.store).await;
    let busy = Reply { retry_after: Some(TimeDelta::seconds(40)), ..reply(Meaning::Busy, 429) };
    finish(&world.store, intent, busy).await;
    assert_eq!((state(&world, job).await, text(&world, "select attempts from jobs").await), ("retrying".into(), "0".into()));
    assert_eq!(world.store.next_due().await, Ok(Some(world.now() + TimeDelta::seconds(40))));
    world.clock.advance(TimeDelta::seconds(40));
    let again = announce(&world.store).await;
    assert_eq!(again.n(), 2);
    finish(&world.store, again, reply(Meaning::Broken, 500)).await;
    assert_eq!(text(&world, "select attempts from jobs").await, "1");
    assert_eq!(world.store.next_due().await, Ok(Some(world.now() + TimeDelta::milliseconds(7_500))));
}

async fn who_asks_for_a_wait_gets_nothing_until_then(world: World) {
    let rosa = world.person("rosa", Role::Owner, None).await;
    let acme = world.client("Acme").await;
    let (crm, other) = (world.destination("HubSpot", with![]).await, world.destination("Hook", with![]).await);
    let urgent = world.job(&acme, crm, with![priority = 90_i64]).await;
    let waits = world.job(&acme, crm, with![]).await;
    let goes = world.job(&acme, other, with![]).await;
    let first = claim(&world.store).await;
    assert_eq!(first.number, urgent.number);
    let busy = Reply { retry_after: Some(TimeDelta::seconds(40)), ..reply(Meaning::Busy, 429) };
    let intent = announce_it(&world.store, first).await.unwrap();
    finish(&world.store, intent, busy).await;
    // What goes elsewhere does not wait for it.
    assert_eq!(claim(&world.store).await.number, goes.number);
    let nothing = world.store.claim_jobs("w1", &appetite(9)).await.unwrap();
    assert_eq!((nothing.jobs.len(), nothing.again_at), (0, Some(world.now() + TimeDelta::seconds(40))));
    let why = world.store.explain(&rosa, Ref::new(Kind::Job, waits.number)).await.unwrap();
    assert_eq!((why.reasons[0].cause, why.reasons[0].until), (Cause::RateLimit, nothing.again_at), "{why:?}");
    world.clock.advance(TimeDelta::seconds(40));
    assert_eq!(world.store.claim_jobs("w1", &appetite(9)).await.unwrap().jobs.len(), 2);
}

async fn each_try_keeps_what_was_asked_and_how_it_went(world: World) {
    one_job(&world, "keyed").await;
    let intent = announce(&world.store).await;
    let (job, content) = (intent.job(), intent.content().reveal().as_str());
    let print = Content::fingerprint(&job.operation, &job.idempotency_key, content).to_vec();
    world.clock.advance(TimeDelta::milliseconds(1_250));
    let busy = Reply {
        error: Some(Untrusted::new("Rate limited, retry after 12.5 s (id 7f3a9c21)")),
        retry_after: Some(TimeDelta::seconds(40)),
        ..reply(Meaning::Busy, 429)
    };
    finish(&world.store, intent, busy).await;
    world.clock.advance(TimeDelta::seconds(40));
    let again = announce(&world.store).await;
    world.clock.advance(TimeDelta::milliseconds(90));
    finish(&world.store, again, Reply { error: None, ..reply(Meaning::Accepted, 200) }).await;
    type Fact = (Vec<u8>, i64, i64, Option<String>, Option<i64>);
    let sql = "select request_fingerprint, status, latency_ms, signature, retry_after_ms from attempts order by n";
    let facts: Vec<Fact> = on_raw!(world, |pool| sqlx::query_as(sql).fetch_all(pool).await).unwrap();
    let sign = Some("429 rate limited retry after s id".to_owned());
    assert_eq!(facts, [(print.clone(), 429, 1_250, sign, Some(40_000)), (print, 200, 90, None, None)]);
}

async fn who_stays_busy_is_asked_after_ever_longer_waits(world: World) {
    let job = one_job(&world, "keyed").await;
    for wait in [1_000, 7_500, 15_000, 30_000].map(TimeDelta::milliseconds) {
        let intent = announce(&world.store).await;
        let busy = Reply { retry_after: Some(TimeDelta::zero()), ..reply(Meaning::Busy, 429) };
        finish(&world.store, intent, busy).await;
        assert_eq!(world.store.next_due().await, Ok(Some(world.now() + wait)));
        world.clock.advance(wait);
    }
    assert_eq!((state(&world, job).await, text(&world, "select attempts from jobs").await), ("retrying".into(), "0".into()));
}

async fn a_refused_credential_stops_the_destination(world: World) {
    let acme = world.client("Acme").await;
    world.person("rosa", Role::Owner, None).await;
    let destination = world.destination("HubSpot", with![incident_owner = "rosa"]).await;
    let (first, second) = (world.job(&acme, destination, with![]).await, world.job(&acme, destination, with![]).await);
    let (one, two) = (announce(&world.store).await, announce(&world.store).await);
    world.job(&acme, destination, with![]).await;
    for intent in [one, two] {
        finish(&world.store, intent, reply(Meaning::LockedOut, 401)).await;
    }
    assert_eq!((state(&world, first).await, state(&world, second).await), ("held".into(), "held".into()));
    assert_eq!(text(&world, "select count(*) from jobs where state = 'held'").await, "3");
    let owned = "select count(*) from tasks t join people p on p.id = t.owner_id where t.kind = 'incident' and p.name = 'rosa'";
    assert_eq!(text(&world, owned).await, "1");
    assert_eq!(text(&world, "select count(*) from journal where verb = 'destination.open'").await, "1");
    assert!(claim_one(&world.store, "w1").await.is_none());
}

async fn what_may_have_left_is_asked_of_a_person(world: World) {
    let job = one_job(&world, "once").await;
    let intent = announce(&world.store).await;
    finish(&world.store, intent, reply(Meaning::Silent, 504)).await;
    assert_eq!(state(&world, job).await, "unknown");
    assert_eq!(
        text(&world, "select title from tasks").await,
        format!("ask HubSpot whether J-{} arrived, then resolve it", job.number)
    );
}

async fn a_lease_is_handed_back(world: World) {
    let job = one_job(&world, "keyed").await;
    let claimed = claim(&world.store).await;
    assert_eq!(world.store.hand_back(&[(claimed.id, claimed.fence)]).await, Ok(1));
    assert_eq!((state(&world, job).await, text(&world, "select attempts from jobs").await), ("ready".into(), "0".into()));
    let intent = announce(&world.store).await;
    // Something may have left under this lease: it runs out, and the rescue decides.
    assert_eq!(world.store.hand_back(&[(intent.job().id, intent.job().fence)]).await, Ok(0));
}

//! A worker that runs: it wakes when there is something to do, keeps its leases, and stops in order.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::stand_in::Mode;

both_databases!(a_worker_wakes_keeps_its_leases_and_stops_in_order, an_answer_leaves_while_bulk_hangs_at_the_same_destination,);

/// Less than a worker sleeps when it is not woken, which is half a minute.
const WOKEN: Duration = Duration::from_secs(15);
/// Heartbeats come every ten seconds; the rest is for a machine that has much else to do.
const BEATS: Duration = Duration::from_secs(30);
/// A stop waits seven seconds for answers, and then a moment for results.
const STOPS: Duration = Duration::from_secs(20);

async fn a_worker_wakes_keeps_its_leases_and_stops_in_order(world: World) {
    let office = office_beside(world, StandIn::choosing(|_, _| Mode::Hang)).await;
    let (stop, stopped) = watch::channel(false);
    let worker = office.worker.clone();
    let running = tokio::spawn(async move { worker.run(stopped).await });
    // Its first look finds nothing; from then on it sleeps.
    until(WOKEN, || async { office.world.number("select count(*) from workers where name = 'test'").await == 1 }).await;

    office.form("f-1", AUSTIN).await;
    until(WOKEN, || async { office.outside.seen().len() == 3 }).await;
    let leases = "select count(*) from jobs where state = 'running' and leased_by = 'test'";
    assert_eq!(office.world.number(leases).await, 3, "three requests are on their way");

    let first = office.world.texts("select cast(lease_until as text) from jobs where state = 'running'").await;
    let newer = format!("select count(*) from jobs where state = 'running' and cast(lease_until as text) > '{}'", first[0]);
    until(BEATS, || async { office.world.number(&newer).await == 3 }).await;

    let began = Instant::now();
    stop.send_replace(true);
    timeout(STOPS, running).await.expect("it stops").unwrap();
    assert!(began.elapsed() >= Duration::from_secs(6), "answers are waited for a while");
    let left = "select state || ': ' || last_error from jobs order by number";
    assert_eq!(office.world.texts(left).await, vec!["retrying: the worker was stopped before an answer came"; 3]);
    assert_eq!(office.world.number("select count(*) from jobs where lease_until is not null").await, 0);
}

/// Requests that are not answered hold their places for half a minute. Whoever just called is written to all the same.
async fn an_answer_leaves_while_bulk_hangs_at_the_same_destination(world: World) {
    let office = office_beside(world, StandIn::choosing(|_, _| Mode::Hang)).await;
    office.template("text_back", "Sorry we missed your call.").await;
    office.automation("full", with![name = "text_back", trigger_event = "call_missed"]).await;
    office.world.script("update destinations set concurrency = 2 where name = 'Twilio'").await;
    let (stop, stopped) = watch::channel(false);
    let worker = office.worker.clone();
    let running = tokio::spawn(async move { worker.run(stopped).await });

    office.form("f-1", "+15125550143").await;
    office.form("f-2", "+15125550144").await;
    // Two to the CRM, two to a receiver of webhooks, and one text of two: the other waits, though a place is free.
    until(WOKEN, || async { office.outside.seen().len() == 5 }).await;
    let waits = "select count(*) from jobs where operation = 'quote_confirmation' and state = 'ready'";
    assert_eq!(office.world.number(waits).await, 1);

    office.give(Provider::TwilioVoice, &crate::workflow::missed("CA1")).await;
    let texts = || office.outside.seen().iter().filter(|seen| seen.path.ends_with("/Messages.json")).count();
    until(WOKEN, || async { texts() == 2 }).await;
    let leaves = "select count(*) from jobs where operation = 'text_back' and state = 'running'";
    assert_eq!(office.world.number(leaves).await, 1);
    assert_eq!(office.world.number(waits).await, 1, "bulk still waits");

    stop.send_replace(true);
    timeout(STOPS, running).await.expect("it stops").unwrap();
}

/// Waits for a state, no longer than this.
async fn until<F: Future<Output = bool>>(most: Duration, is_so: impl Fn() -> F) {
    let waiting = async {
        while !is_so().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(most, waiting).await.expect("it comes to that");
}

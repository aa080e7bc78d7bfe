//! Thumbtack: every lead and every message once, whatever a webhook brought, in whichever order; and what could not be asked
//! for is said.

use chrono::{SecondsFormat, TimeDelta};
use quotedeck::domain::destination::System;
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::{Kind, Ref};
use quotedeck::domain::sync::{Freshness, SyncSetting};
use quotedeck::domain::task::TaskState;
use quotedeck::store::claim::take::Appetite;
use quotedeck::workflow::arrive::Arrived;
use serde_json::{Value, json};

use super::granted::{Granted, granted, setting};
use crate::databases::World;
use crate::stand_in::thumbtack::BUSINESS;
use crate::stand_in::{Mode, StandIn};

both_databases!(
    what_the_webhooks_missed_comes_once,
    what_was_fetched_first_is_not_taken_again_from_the_webhook,
    what_the_list_tells_in_brief_takes_nothing_from_a_lead,
    more_messages_than_a_page_are_read_to_the_window_s_beginning,
    a_token_that_is_not_taken_any_more_is_replaced_and_the_page_asked_again,
    a_refused_refresh_stops_the_destination_and_makes_a_task,
    what_is_no_page_moves_no_cursor,
    a_page_whose_answer_was_lost_or_whose_worker_died_is_asked_for_again,
    what_could_not_be_asked_for_is_said,
    what_a_person_has_settled_is_asked_for_no_more,
);

async fn office(world: World, outside: StandIn) -> Granted {
    let sync = SyncSetting {
        client: "Acme".into(),
        destination: "Thumbtack".into(),
        provider: Provider::Thumbtack,
        scope: BUSINESS.into(),
        every: TimeDelta::minutes(15),
        stale_after: TimeDelta::hours(2),
        since: TimeDelta::days(7),
    };
    let office = granted(world, outside, setting("Thumbtack", System::Thumbtack), &sync).await;
    office.outside.change(|apis| {
        apis.tokens.rotates = true;
        apis.tokens.typed = true;
    });
    office
}

fn ago(office: &Granted, minutes: i64) -> String {
    (office.world.now() - TimeDelta::minutes(minutes)).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A lead in full, made so many minutes ago, whose customer's number ends so.
fn lead(office: &Granted, id: &str, minutes: i64, end: u32) -> Value {
    json!({
        "negotiationID": id, "status": "Open", "createdAt": ago(office, minutes), "leadPrice": "$25.00",
        "customer": {"customerID": format!("8{id}"), "firstName": "Maria", "lastName": "Cruz", "phone": format!("+1512555{end:04}")},
        "business": {"businessID": BUSINESS, "name": "Acme Plumbing"},
        "request": {
            "requestID": format!("9{id}"), "description": "The heater leaks", "category": {"categoryID": "1", "name": "Plumbing"},
            "location": {"city": "Austin", "state": "TX", "zipCode": "78701"},
        },
    })
}

fn message(office: &Granted, id: &str, lead: &str, minutes: i64, text: &str) -> Value {
    json!({
        "messageID": id, "negotiationID": lead, "customer": {"customerID": format!("8{lead}"), "displayName": "Maria C."},
        "from": "Customer", "text": text, "attachments": [], "sentAt": ago(office, minutes),
    })
}

/// As the webhook brings it.
fn hook(kind: &str, data: &Value) -> Value {
    json!({"event": {"eventType": kind, "triggeredAt": "2026-06-01T14:00:00Z"}, "data": data})
}

fn hold(office: &Granted, leads: &[&Value], messages: &[&Value]) {
    office.outside.change(|apis| {
        apis.thumbtack.leads.extend(leads.iter().map(|one| (*one).clone()));
        apis.thumbtack.messages.extend(messages.iter().map(|one| (*one).clone()));
    });
}

/// The paths that were asked for after the first so many requests, without tokens and queries.
fn paths(office: &Granted, after: usize) -> Vec<String> {
    let seen = office.outside.seen();
    let paths = seen.iter().skip(after).filter(|seen| seen.path != "/token");
    paths.map(|seen| seen.path.split('?').next().unwrap().trim_start_matches("/api/v4/").to_owned()).collect()
}

async fn what_the_webhooks_missed_comes_once(world: World) {
    let office = office(world, StandIn::start()).await;
    assert_eq!(office.freshness().await, Freshness::Stale, "nothing was fetched so far");
    // One was made before the window, and written to in it; one was brought by its webhook with a message; one was missed.
    let (old, known, missed) = (lead(&office, "1", 30_000, 141), lead(&office, "2", 300, 142), lead(&office, "3", 180, 143));
    let said = message(&office, "11", "2", 290, "Hello");
    let late = [message(&office, "12", "1", 100, "Are you still free?"), message(&office, "13", "3", 90, "No water at all")];
    let mut ours = message(&office, "14", "3", 80, "We can come today");
    ours["from"] = "Business".into();
    hold(&office, &[&old, &known, &missed], &[&said, &late[0], &late[1], &ours]);
    office.intake(Provider::Thumbtack, &hook("NegotiationCreatedV4", &old)).await;
    office.intake(Provider::Thumbtack, &hook("NegotiationCreatedV4", &known)).await;
    office.intake(Provider::Thumbtack, &hook("MessageCreatedV4", &said)).await;
    assert_eq!((office.count("events").await, office.count("leads").await), (3, 2));

    office.work().await;
    assert_eq!((office.count("events").await, office.count("leads").await), (6, 3));
    let kinds = office.world.texts("select kind from events order by occurred_at, kind").await;
    let (asked, wrote) = ("quote_requested", "message_received");
    assert_eq!(kinds, [asked, asked, wrote, asked, wrote, wrote]);
    assert_eq!(
        office.world.texts("select phone from leads order by phone").await,
        ["+15125550141", "+15125550142", "+15125550143"]
    );
    // The one that was missed is whole: it was asked for by its id.
    let whole = "select name || ', ' || service || ', ' || market from leads where phone = '+15125550143'";
    assert_eq!(office.world.texts(whole).await, ["Maria Cruz, Plumbing, Austin, TX"]);
    assert_eq!(office.count("arrivals where state = 'duplicate'").await, 2);
    assert_eq!(
        (office.count("jobs where kind = 'provider_sync' and state <> 'succeeded'").await, office.count("payloads").await),
        (0, 7)
    );
    assert_eq!((office.freshness().await, office.figures().await.trouble), (Freshness::Fresh, None));
    // Of the window are two leads by their ids; messages are asked for of all three on the list, the oldest first.
    let expected = ["businesses/468046965846925323/negotiations", "negotiations/2", "negotiations/3"];
    let threads = ["negotiations/1/messages", "negotiations/2/messages", "negotiations/3/messages", "negotiations/3/messages"];
    assert_eq!(paths(&office, 0), [expected.as_slice(), threads.as_slice()].concat());

    // Nothing is due, and nothing is asked; a quarter of an hour later one message is new.
    let asked = office.outside.seen().len();
    office.work().await;
    assert_eq!(office.outside.seen().len(), asked);
    office.pass(TimeDelta::minutes(16));
    hold(&office, &[], &[&message(&office, "15", "1", 1, "Hello?")]);
    office.work().await;
    assert_eq!((office.count("events").await, office.count("leads").await), (7, 3));
    assert_eq!(office.figures().await.complete_until, office.world.now());
    office.pass(TimeDelta::minutes(31));
    assert_eq!(office.freshness().await, Freshness::Late);
    office.pass(TimeDelta::hours(2));
    assert_eq!(office.freshness().await, Freshness::Stale);
    office.tells_no_secret().await;
}

async fn what_was_fetched_first_is_not_taken_again_from_the_webhook(world: World) {
    let office = office(world, StandIn::start()).await;
    let (one, said) = (lead(&office, "1", 60, 141), message(&office, "11", "1", 50, "Hello"));
    hold(&office, &[&one], &[&said]);
    office.work().await;
    assert_eq!((office.count("events").await, office.count("leads").await), (2, 1));
    let kept = office.world.texts("select name || phone || version from leads").await;
    for (kind, data) in [("NegotiationCreatedV4", &one), ("MessageCreatedV4", &said)] {
        let again = office.try_intake(Provider::Thumbtack, &hook(kind, data)).await.unwrap();
        assert!(matches!(again[..], [Arrived::Duplicate { event: Some(_), lead: Some(_) }]), "{again:?}");
    }
    assert_eq!((office.count("events").await, office.count("payloads").await), (2, 2));
    assert_eq!(office.world.texts("select name || phone || version from leads").await, kept);
}

async fn what_the_list_tells_in_brief_takes_nothing_from_a_lead(world: World) {
    let office = office(world, StandIn::start()).await;
    let full = lead(&office, "1", 60, 141);
    office.intake(Provider::Thumbtack, &hook("NegotiationCreatedV4", &full)).await;
    // By its id too it is told without number and words, as the documentation's page shows it.
    let mut brief = full.clone();
    brief["customer"] = json!({"customerID": "81", "displayName": "M."});
    brief["request"] = Value::Null;
    hold(&office, &[&brief], &[]);
    let kept = office.world.texts("select name || phone || service || version from leads").await;
    office.work().await;
    assert_eq!(office.count("arrivals where state = 'duplicate'").await, 1);
    assert_eq!(office.world.texts("select name || phone || service || version from leads").await, kept);
    assert_eq!((office.count("payloads").await, office.count("tasks where kind = 'data_quality'").await), (1, 0));
}

async fn more_messages_than_a_page_are_read_to_the_window_s_beginning(world: World) {
    let office = office(world, StandIn::start()).await;
    hold(&office, &[&lead(&office, "1", 20_000, 141)], &[]);
    for n in 0..7 {
        hold(&office, &[], &[&message(&office, &format!("1{n}"), "1", 60 + n, &format!("word {n}"))]);
    }
    hold(&office, &[], &[&message(&office, "20", "1", 11_000, "too long ago")]);
    office.work().await;
    assert_eq!(office.count("events where kind = 'message_received'").await, 7);
    assert_eq!((office.freshness().await, office.figures().await.trouble), (Freshness::Fresh, None));
}

async fn a_token_that_is_not_taken_any_more_is_replaced_and_the_page_asked_again(world: World) {
    let office = office(world, StandIn::start()).await;
    hold(&office, &[&lead(&office, "1", 60, 141)], &[]);
    office.work().await;
    assert_eq!((office.token().as_str(), office.count("events").await), ("refresh-hunter2-1", 1));
    // Its time is not over, and it lets in no more.
    office.outside.change(|apis| apis.tokens.access.clear());
    hold(&office, &[&lead(&office, "2", 0, 142)], &[]);
    office.pass(TimeDelta::minutes(16));
    let asked = office.asked().0;
    office.work().await;
    assert_eq!((office.count("events").await, office.freshness().await), (2, Freshness::Fresh));
    assert_eq!((office.asked().0 - asked, office.token().as_str()), (1, "refresh-hunter2-2"));
    assert_eq!(office.count("attempts where error is not null").await, 0, "the same try goes on");
    office.tells_no_secret().await;
}

async fn a_refused_refresh_stops_the_destination_and_makes_a_task(world: World) {
    let office = office(world, StandIn::start()).await;
    hold(&office, &[&lead(&office, "1", 60, 141)], &[]);
    office.outside.change(|apis| apis.tokens.refresh = "refresh-hunter2-9".into());
    assert_eq!(office.work().await, 1);
    assert_eq!((office.count("jobs where state = 'held'").await, office.count("events").await), (1, 0));
    let tasks = office.world.texts("select title from tasks where kind = 'incident'").await;
    assert!(tasks.len() == 1 && tasks[0].contains("Thumbtack is stopped"), "{tasks:?}");
    assert!(office.figures().await.trouble.unwrap().contains("connect the account anew"));
    // Nothing is asked meanwhile, and no second round piles up.
    office.pass(TimeDelta::seconds(20));
    let asked = office.asked();
    assert_eq!((office.work().await, office.count("jobs").await), (0, 1));
    assert_eq!(office.asked(), asked);
    // The account is connected anew, and the same page comes.
    office.write_token("refresh-hunter2-9");
    office.resume().await;
    office.work().await;
    assert_eq!((office.count("events").await, office.freshness().await), (1, Freshness::Fresh));
    office.tells_no_secret().await;
}

async fn what_is_no_page_moves_no_cursor(world: World) {
    // A token first; then each in place of the list.
    let modes = [Mode::Ok, Mode::Html, Mode::Empty, Mode::Busy(120), Mode::Close, Mode::Status(500), Mode::Status(202)];
    let office = office(world, StandIn::answering(&modes)).await;
    hold(&office, &[&lead(&office, "1", 60, 141)], &[]);
    for n in 0..6 {
        assert_eq!(office.work().await, 1, "{n}: nothing is asked twice at once");
        assert_eq!((office.count("arrivals").await, office.freshness().await), (0, Freshness::Stale), "{n}");
        // Sooner than a hundred and twenty seconds it is not asked again.
        office.pass(TimeDelta::seconds(if n == 2 { 119 } else { 90 }));
        if n == 2 {
            assert_eq!(office.work().await, 0);
            office.pass(TimeDelta::seconds(2));
        }
    }
    // It has used up its tries, and the next round asks for the same.
    office.pass(TimeDelta::minutes(15));
    office.work().await;
    assert_eq!((office.count("events").await, office.freshness().await), (1, Freshness::Fresh));
}

async fn a_page_whose_answer_was_lost_or_whose_worker_died_is_asked_for_again(world: World) {
    // A token, the list, the first lead; the second is given, and its answer lost.
    let modes = [Mode::Ok, Mode::Ok, Mode::Ok, Mode::DoneThenClose];
    let office = office(world, StandIn::answering(&modes)).await;
    hold(&office, &[&lead(&office, "1", 60, 141), &lead(&office, "2", 50, 142)], &[&message(&office, "11", "2", 40, "Hello")]);
    office.work().await;
    assert_eq!((office.count("events").await, office.freshness().await), (1, Freshness::Stale));
    office.pass(TimeDelta::minutes(1));
    // A worker takes the job and is never heard of again.
    let appetite = Appetite { most: 1, bulk: 1, reaches: None };
    assert_eq!(office.world.store.claim_jobs("gone", &appetite).await.unwrap().jobs.len(), 1);
    office.world.script("update jobs set lease_until = '2000-01-01T00:00:00+00:00' where state = 'running'").await;
    let asked = office.outside.seen().len();
    office.work().await;
    assert_eq!((office.count("events").await, office.count("leads").await, office.freshness().await), (3, 2, Freshness::Fresh));
    assert_eq!(office.count("arrivals").await, 3);
    assert_eq!(paths(&office, asked), ["negotiations/2", "negotiations/1/messages", "negotiations/2/messages"]);
}

async fn what_could_not_be_asked_for_is_said(world: World) {
    let office = office(world, StandIn::start()).await;
    for n in 1..=3 {
        hold(&office, &[&lead(&office, &n.to_string(), 60 * i64::from(n), 140 + n)], &[]);
    }
    office.outside.change(|apis| {
        apis.thumbtack.leads_shown = 2;
        apis.thumbtack.gone.push("2".into());
    });
    office.work().await;
    // One in full, one as the list tells it; the third is not on the page.
    assert_eq!((office.count("events").await, office.freshness().await), (2, Freshness::Fresh));
    let told = office.figures().await.trouble.unwrap();
    assert!(told.contains("lists 2 leads on one page") && told.contains("the lead 2 was on the list"), "{told}");
    // Said once in the journal, and a person asked once, however often it is found.
    for _ in 0..2 {
        office.pass(TimeDelta::minutes(16));
        office.work().await;
        assert_eq!(office.figures().await.trouble.as_ref(), Some(&told), "it stays until it is here");
    }
    assert_eq!(office.count("journal where verb = 'sync.short'").await, 1);
    assert_eq!(office.world.texts(ASKED).await, ["data_quality open"]);
    assert_eq!((office.count("events").await, office.count("leads").await), (2, 2));
    // Once the list reaches back far enough, all of them are here, long after their window.
    office.outside.change(|apis| {
        apis.thumbtack.leads_shown = 20;
        apis.thumbtack.gone.clear();
    });
    office.pass(TimeDelta::minutes(16));
    office.work().await;
    assert_eq!((office.count("events").await, office.count("leads").await, office.figures().await.trouble), (3, 3, None));
    assert_eq!(office.world.texts(ASKED).await, ["data_quality done"], "nobody need look for it any more");
    let asked = office.outside.seen().len();
    office.pass(TimeDelta::minutes(16));
    office.work().await;
    let leads = paths(&office, asked).into_iter().filter(|path| path.starts_with("negotiations/") && !path.ends_with("messages"));
    assert_eq!(leads.collect::<Vec<_>>(), ["negotiations/1"], "what is here is asked for no more than any other");
}

/// Who was asked about what a round could not have.
const ASKED: &str = "select kind || ' ' || state from tasks where title like 'thumbtack: %; look for it there%'";

async fn what_a_person_has_settled_is_asked_for_no_more(world: World) {
    let office = office(world, StandIn::start()).await;
    hold(&office, &[&lead(&office, "1", 60, 141), &lead(&office, "2", 90, 142), &lead(&office, "3", 500, 143)], &[]);
    office.outside.change(|apis| {
        apis.thumbtack.leads_shown = 2;
        apis.thumbtack.gone.push("2".into());
    });
    office.work().await;
    assert!(office.figures().await.trouble.is_some());
    let number = office.world.number("select number from tasks where title like 'thumbtack: %'").await;
    let found = office.world.store.find(&office.rosa, Ref::new(Kind::Task, number)).await.unwrap();
    let mut tx = office.world.store.begin().await.unwrap();
    let task = tx.task_now(found.id).await.unwrap().unwrap();
    tx.set_task(&task, task.version, TaskState::Done, None).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!(office.figures().await.trouble, None);
    // The lead is found gone as long as it is in the window, and then it is not asked for.
    for (minutes, is_asked) in [(16, true), (120, true), (16, false)] {
        office.pass(TimeDelta::minutes(minutes));
        let asked = office.outside.seen().len();
        office.work().await;
        assert_eq!(paths(&office, asked).contains(&"negotiations/2".to_owned()), is_asked, "{minutes}");
        assert_eq!(
            (office.figures().await.trouble, office.world.texts(ASKED).await),
            (None, vec!["data_quality done".to_owned()])
        );
    }
    assert_eq!(office.count("journal where verb = 'sync.short'").await, 1);
    // What is missing later is asked about anew.
    office.outside.change(|apis| apis.thumbtack.gone.push("4".into()));
    hold(&office, &[&lead(&office, "4", 5, 144)], &[]);
    office.pass(TimeDelta::minutes(16));
    office.work().await;
    assert!(office.figures().await.trouble.unwrap().contains("the lead 4 was on the list"));
    assert_eq!(office.world.texts(&format!("{ASKED} order by number")).await, ["data_quality done", "data_quality open"]);
}

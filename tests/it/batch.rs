//! A batch is taken in as its letters one by one would be, on both databases: the same leads, tasks, jobs and doubts, and the
//! same story of each lead.

use fastrand::Rng;
use quotedeck::domain::client::Client;
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::Ref;
use quotedeck::workflow::arrive::Arrived;
use serde_json::{Map, Value, json};

use crate::databases::World;
use crate::workflow::{give, set_up};

both_databases!(
    the_same_letter_twice_in_a_batch_is_one_event,
    two_events_of_a_new_customer_in_a_batch_are_one_lead,
    a_stop_in_a_batch_holds_for_what_comes_after_it,
    two_leads_of_a_batch_may_be_one_person,
    two_batches_at_once_make_one_lead_of_one_customer,
    a_batch_is_what_its_letters_are_one_by_one,
);

const PHONES: [&str; 5] = ["+15125550142", "+15125550143", "+15125550144", "+15125550145", "+15125550146"];
const EMAILS: [&str; 4] = ["ana@ortiz.example", "jo@ortiz.example", "kim@lee.example", "bo@lee.example"];
const NAMES: [&str; 5] = ["Jane Doe", "Jane D.", "Jo Ortiz", "Kim Lee", "K. Lee"];
/// How often two batches race; without a turn of their own they make two leads in the first rounds.
const RACES: i64 = 20;
const WORDS: [&str; 4] = ["it leaks at 1200 Oak Street", "at 44 Elm Ave, hello", "STOP", "HELP"];
const KINDS: [&str; 12] = [
    "form_sent",
    "form_sent",
    "message_received",
    "message_received",
    "quote_requested",
    "call_missed",
    "call_answered",
    "opt_out",
    "opt_in",
    "job_done",
    "quote_sent",
    "customer_changed",
];

fn event(key: &str, kind: &str, more: Value) -> String {
    let mut event = json!({ "key": key, "kind": kind, "market": "Austin", "service": "roof", "consent": "given" });
    if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
        event.extend(more);
    }
    format!("{event}\n")
}

async fn the_same_letter_twice_in_a_batch_is_one_event(world: World) {
    let (acme, _) = set_up(&world).await;
    let letter = event("k1", "form_sent", json!({ "phone": PHONES[0] }));
    let other = event("k1", "form_sent", json!({ "phone": PHONES[1] }));
    let came = give(&world, &acme, Provider::Event, &format!("{letter}{letter}{other}")).await;
    let [Arrived::Recorded { event: made, lead }, again @ ..] = &came[..] else { panic!("{came:?}") };
    for one in again {
        assert_eq!(*one, Arrived::Duplicate { event: Some(*made), lead: Some(*lead) });
    }
    assert_eq!(world.number("select count(*) from payloads").await, 1);
    assert_eq!(world.number("select count(*) from events").await, 1);
    assert_eq!(world.texts("select phone from leads").await, [PHONES[0]], "the first of them is the one");
}

async fn two_events_of_a_new_customer_in_a_batch_are_one_lead(world: World) {
    let (acme, _) = set_up(&world).await;
    let form = event("k1", "form_sent", json!({ "phone": PHONES[0], "name": "Jane Doe" }));
    let mail = event("k2", "message_received", json!({ "phone": PHONES[0], "email": EMAILS[0], "words": "and the gutter" }));
    let later = event("k3", "message_received", json!({ "email": EMAILS[0], "words": "when do you come?" }));
    let came = give(&world, &acme, Provider::Event, &format!("{form}{mail}{later}")).await;
    let leads = came.iter().map(|one| if let Arrived::Recorded { lead, .. } = one { Some(*lead) } else { None });
    let leads: Vec<Option<Ref>> = leads.collect();
    assert!(leads[0].is_some() && leads.iter().all(|lead| *lead == leads[0]), "{came:?}");
    assert_eq!(world.texts("select name || ' ' || phone || ' ' || email from leads").await.len(), 1);
    assert_eq!(world.number("select count(*) from jobs where operation = 'contact.upsert'").await, 1);
    assert_eq!(world.number("select count(*) from tasks where kind = 'call_back' and state = 'open'").await, 1);
}

async fn a_stop_in_a_batch_holds_for_what_comes_after_it(world: World) {
    let (acme, _) = set_up(&world).await;
    let call = |key: &str, phone: &str| event(key, "call_missed", json!({ "phone": phone, "contact_method": "call" }));
    let stop = event("k2", "opt_out", json!({ "phone": PHONES[0], "contact_method": "sms" }));
    let batch = [call("k1", PHONES[0]), stop, call("k3", PHONES[0]), call("k4", PHONES[1])].concat();
    give(&world, &acme, Provider::Event, &batch).await;
    let texts = "select l.phone || ' ' || j.state from jobs j join leads l on l.id = j.lead_id where j.operation = 'text_back'
        order by j.number";
    let wanted = [format!("{} cancelled", PHONES[0]), format!("{} ready", PHONES[1])];
    assert_eq!(
        world.texts(texts).await,
        wanted,
        "what waited is cancelled, nothing is queued after it, and nobody else is meant"
    );
}

async fn two_leads_of_a_batch_may_be_one_person(world: World) {
    let (acme, _) = set_up(&world).await;
    let form = event("k1", "form_sent", json!({ "email": EMAILS[0], "name": "Jane Doe" }));
    let other = event("k2", "form_sent", json!({ "phone": PHONES[0], "name": "Jane D." }));
    let stranger = event("k3", "form_sent", json!({ "phone": PHONES[1], "name": "Kim Lee" }));
    give(&world, &acme, Provider::Event, &format!("{form}{other}{stranger}")).await;
    let pairs = "select cast(l.number as text) || ' ' || cast(o.number as text) from lead_findings f
        join leads l on l.id = f.lead_id join leads o on o.id = f.other_id where f.kind = 'duplicate'";
    assert_eq!(world.texts(pairs).await, ["2 1"]);
    assert_eq!(world.texts("select title from tasks where kind = 'data_quality'").await.len(), 1);
}

/// Somebody's event, from a few people who share what they are known by.
/// Two programs take in at once what the same new customer sent, each in a batch of its own.
async fn two_batches_at_once_make_one_lead_of_one_customer(world: World) {
    let (acme, _) = set_up(&world).await;
    for round in 0..RACES {
        let phone = format!("+1512555{:04}", 1000 + round);
        let one = event(&format!("a{round}"), "form_sent", json!({ "phone": phone, "name": "Jane Doe" }));
        let other = event(&format!("b{round}"), "message_received", json!({ "phone": phone, "words": "and the gutter" }));
        let (one, other) = tokio::join!(give(&world, &acme, Provider::Event, &one), give(&world, &acme, Provider::Event, &other));
        let leads: Vec<Option<Ref>> = one
            .iter()
            .chain(&other)
            .map(|one| if let Arrived::Recorded { lead, .. } = one { Some(*lead) } else { None })
            .collect();
        assert!(leads[0].is_some() && leads[0] == leads[1], "round {round}: {leads:?}");
    }
    assert_eq!(world.number("select count(*) from leads").await, RACES);
}

fn made_up(rng: &mut Rng, n: usize) -> String {
    let mut told = Map::new();
    let mut tell = |rng: &mut Rng, what: &str, from: &[&str], share: u8| {
        if rng.u8(..10) < share {
            told.insert(what.to_owned(), from[rng.usize(..from.len())].into());
        }
    };
    tell(rng, "phone", &PHONES, 6);
    tell(rng, "email", &EMAILS, 4);
    tell(rng, "thread", &["t1", "t2", "t3"], 3);
    tell(rng, "name", &NAMES, 6);
    tell(rng, "words", &WORDS, 5);
    tell(rng, "contact_method", &["sms", "email", "form", "call"], 5);
    tell(rng, "consent", &["given", "implied", "unknown"], 5);
    tell(rng, "urgency", &["urgent", "a lot"], 2);
    tell(rng, "value", &["100", "5000"], 4);
    told.insert("occurred_at".to_owned(), format!("2026-06-01T14:{:02}:00Z", n % 30).into());
    // Now and then a key comes again, as often as not with other words.
    let key = if rng.u8(..10) == 0 { n / 2 } else { n };
    event(&format!("k{key}"), KINDS[rng.usize(..KINDS.len())], Value::Object(told))
}

/// What is told of each lead: of which tables, in which words, in which order. `l` is the lead.
const TOLD: [(&str, &str, &str, &str); 7] = [
    (
        "lead",
        "l.source || l.service || l.market || l.name || coalesce(l.phone, '-') || coalesce(l.email, '-')
            || coalesce(l.thread_key, '-') || l.state || l.consent || l.urgency || coalesce(cast(l.value as text), '-')
            || l.next_action || l.search || cast(l.version as text) || coalesce(l.name_key, '-') || coalesce(l.street_key, '-')",
        "leads l",
        "l.number",
    ),
    (
        "event",
        "e.kind || ' ' || p.natural_key",
        "events e join leads l on l.id = e.lead_id join payloads p on p.id = e.payload_id",
        "e.number",
    ),
    (
        "task",
        "t.kind || ' ' || t.title || ' ' || t.state || ' ' || t.urgency",
        "tasks t join leads l on l.id = t.lead_id",
        "t.number",
    ),
    ("job", "j.operation || ' ' || j.state || coalesce(j.reason, '')", "jobs j join leads l on l.id = j.lead_id", "j.number"),
    (
        "doubt",
        "f.kind || ' ' || f.severity || ' ' || f.reason || coalesce(o.name || o.phone, '')",
        "lead_findings f join leads l on l.id = f.lead_id left join leads o on o.id = f.other_id",
        "l.number, f.kind, f.reason, o.number",
    ),
    (
        "consent",
        "c.channel || c.address || c.said || c.shown",
        "consents c join leads l on l.id = c.lead_id",
        "l.number, c.channel, c.address, c.said, c.shown",
    ),
    (
        "journal",
        "j.actor || ' ' || j.verb || ' ' || j.detail",
        "journal j join leads l on l.id = j.lead_id",
        "l.number, j.number",
    ),
];

/// All that is known of a client, in lines that name no id.
async fn known(world: &World, client: &Client, first: i64) -> Vec<String> {
    let mine = id(world, client);
    let mut queries: Vec<String> = TOLD
        .iter()
        .map(|(what, words, from, order)| {
            format!(
                "select '{what} ' || cast(l.number - {first} as text) || ' ' || {words} from {from}
                 where l.client_id = {mine} order by {order}"
            )
        })
        .collect();
    queries.extend([
        format!(
            "select natural_key || state || coalesce(reason, '') from payloads where client_id = {mine} order by natural_key"
        ),
        format!(
            "select channel || address || case when lifted_at is null then '' else ' lifted' end from opt_outs
             where client_id = {mine} order by channel, address, lifted_at"
        ),
        format!("select title from tasks where client_id = {mine} and lead_id is null order by number"),
    ]);
    let mut lines = Vec::new();
    for sql in queries {
        lines.extend(world.texts(&sql).await);
    }
    lines.into_iter().map(|line| relative(&line, first)).collect()
}

/// A client's id as a literal.
fn id(world: &World, client: &Client) -> String {
    match world.place {
        quotedeck::store::connect::Place::Sqlite(_) => format!("x'{}'", client.id.0.simple()),
        quotedeck::store::connect::Place::Postgres(_) => format!("'{}'", client.id.0),
    }
}

/// Numbers of leads counted from a client's first.
fn relative(line: &str, first: i64) -> String {
    let leads = regex::Regex::new(r"\bL-(\d+)").unwrap();
    leads.replace_all(line, |found: &regex::Captures<'_>| format!("L{}", found[1].parse::<i64>().unwrap() - first)).into_owned()
}

fn outcome(one: &Arrived, first: i64) -> String {
    match one {
        Arrived::Recorded { lead, .. } => relative(&format!("recorded {lead}"), first),
        Arrived::Duplicate { event, lead } => {
            relative(&format!("duplicate {} {}", event.is_some(), lead.map(|lead| lead.to_string()).unwrap_or_default()), first)
        }
        Arrived::Parked { reason, .. } => format!("parked {reason}"),
        Arrived::SetAside { reason } => format!("set aside {reason}"),
    }
}

async fn a_batch_is_what_its_letters_are_one_by_one(world: World) {
    set_up(&world).await;
    world
        .script(
            "insert into templates (id, name, edition, channel, text, opt_out_line, response_window_minutes, escalate_to, approved_by, approved_at)
             select id, 'quote_confirmation', 1, 'sms', 'Thanks', 'STOP', 15, 'rosa', 'rosa', created_at from clients where name = 'Acme';
             insert into automations (id, name, trigger_event, owner, incident_owner, rollback, stage, limit_per_day, updated_at)
             select id, 'quote_confirmation', 'form_sent', 'rosa', 'rosa', 'switch it off', 'limited', 1000, created_at from clients where name = 'Acme';
             insert into destinations (id, name, kind, delivery_mode, incident_owner, rollback, updated_at)
             select id, 'Drafter', 'ai_draft', 'keyed', 'rosa', 'pause it', created_at from clients where name = 'Acme'",
        )
        .await;
    for seed in 0..8 {
        let mut rng = Rng::with_seed(seed);
        let letters: Vec<String> = (0..40).map(|n| made_up(&mut rng, n)).collect();
        let (together, apart) = (world.client(&format!("T{seed}")).await, world.client(&format!("A{seed}")).await);
        let first =
            |client: &Client| format!("select coalesce(min(number), 1) from leads where client_id = {}", id(&world, client));
        let came = give(&world, &together, Provider::Event, &letters.concat()).await;
        let mut singly = Vec::new();
        for letter in &letters {
            singly.extend(give(&world, &apart, Provider::Event, letter).await);
        }
        let (one, other) = (world.number(&first(&together)).await, world.number(&first(&apart)).await);
        let came: Vec<String> = came.iter().map(|came| outcome(came, one)).collect();
        let singly: Vec<String> = singly.iter().map(|came| outcome(came, other)).collect();
        assert_eq!(came, singly, "seed {seed}");
        assert!(came.iter().filter(|came| came.starts_with("recorded")).count() > 10, "seed {seed} has little to tell");
        let (together, apart) = (known(&world, &together, one).await, known(&world, &apart, other).await);
        for (n, (together, apart)) in together.iter().zip(&apart).enumerate() {
            assert_eq!(together, apart, "seed {seed}, line {n}");
        }
        assert_eq!(together.len(), apart.len(), "seed {seed}");
    }
}

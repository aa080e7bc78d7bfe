//! What is doubted of leads, on both databases: duplicates and spam are found at arrival, hold back what could be a second
//! message, and are settled by a person, who can take that back.

use chrono::TimeDelta;
use quotedeck::domain::act::{Done, Verb};
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::check::{Against, findings};
use quotedeck::domain::client::Client;
use quotedeck::domain::doubt::{Doubt, DoubtKind, Hold, Settled};
use quotedeck::domain::event::Provider;
use quotedeck::domain::failure::Failure;
use quotedeck::domain::id::{Kind, LeadId, Ref};
use quotedeck::domain::lead::LeadAct;
use quotedeck::domain::quality::QualityKind;
use quotedeck::domain::severities::Severities;
use quotedeck::domain::span::{FindingKind, Severity};
use quotedeck::store::clients::NewClient;
use quotedeck::workflow::act::merge::preview;
use quotedeck::workflow::act::perform;
use quotedeck::workflow::review::{NewDraft, file_draft, save_work};
use serde_json::{Value, json};

use crate::databases::World;
use crate::workflow::{act, give, set_up, target};

both_databases!(
    a_marketplace_lead_and_its_call_are_found_to_be_one,
    a_duplicate_gets_no_second_message,
    namesakes_and_strangers_are_left_alone,
    a_merge_is_shown_done_and_taken_back,
    a_conversation_goes_on_in_the_lead_that_is_kept,
    what_cannot_be_merged_is_refused,
    leads_that_differ_are_told_apart_once_and_for_all,
    what_looks_like_spam_gets_no_message_until_a_person_says_otherwise,
    spam_is_marked_and_unmarked,
    a_lead_says_what_is_wrong_with_its_data,
    a_draft_says_what_is_doubted_of_its_leads,
    what_a_client_weighs_heavier_stops_approval,
);

/// An event in our own format, with what a test is about written over it.
fn event(key: &str, kind: &str, more: Value) -> String {
    let mut event = json!({ "key": key, "kind": kind, "market": "Austin", "service": "water heater" });
    if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
        event.extend(more);
    }
    event.to_string()
}

async fn tell(world: &World, client: &Client, key: &str, kind: &str, more: Value) {
    give(world, client, Provider::Event, &event(key, kind, more)).await;
}

async fn lead(world: &World, number: i64) -> LeadId {
    let mut tx = world.store.begin().await.unwrap();
    tx.lead_numbered(number).await.unwrap().expect("the lead is there").id
}

/// Doubts of a lead that nobody settled.
async fn open(world: &World, number: i64) -> Vec<Doubt> {
    let mut doubts = world.store.doubts(lead(world, number).await).await.unwrap();
    doubts.retain(|doubt| doubt.verdict.is_none());
    doubts
}

async fn hold(world: &World, number: i64) -> Option<Hold> {
    let lead = lead(world, number).await;
    world.store.begin().await.unwrap().lead_hold(lead).await.unwrap()
}

async fn doing(world: &World, me: &Person, number: i64, verb: Verb) -> Result<Done, Failure> {
    let target = target(world, me, Kind::Lead, number).await;
    perform(&world.store, me, &act(target, verb)).await
}

async fn undo(world: &World, me: &Person, done: Done) -> Done {
    perform(&world.store, me, &done.undo.expect("it can be undone")).await.unwrap()
}

async fn texts(world: &World) -> i64 {
    world.number("select count(*) from jobs where operation = 'text_back'").await
}

async fn open_tasks(world: &World) -> i64 {
    world.number("select count(*) from tasks where kind = 'data_quality' and state = 'open'").await
}

/// A marketplace hides the number and cuts the name; an hour later the person calls.
async fn thumbtack_and_call(world: &World, acme: &Client) {
    tell(world, acme, "t1", "quote_requested", json!({ "thread": "T-1", "name": "Jane D.", "contact_method": "marketplace" }))
        .await;
    world.clock.advance(TimeDelta::hours(1));
    tell(world, acme, "c1", "call_missed", json!({ "phone": "+15125550142", "name": "DOE, JANE" })).await;
}

async fn a_marketplace_lead_and_its_call_are_found_to_be_one(world: World) {
    let (acme, _) = set_up(&world).await;
    thumbtack_and_call(&world, &acme).await;
    let doubts = world.store.doubts(lead(&world, 2).await).await.unwrap();
    let [doubt] = &doubts[..] else { panic!("{doubts:?}") };
    assert_eq!((doubt.kind, doubt.other, doubt.verdict), (DoubtKind::Duplicate, Some(1), None));
    assert!(doubt.reason.contains("a name that fits in the same place"), "{doubt:?}");
    assert_eq!(open_tasks(&world).await, 1);
    assert_eq!(world.number("select count(*) from journal where verb = 'lead.doubt'").await, 1);
    // Nobody was written to before, so this is the first message and no second one.
    assert_eq!(texts(&world).await, 1);
    // The same call again says nothing new.
    tell(&world, &acme, "c1", "call_missed", json!({ "phone": "+15125550142", "name": "DOE, JANE" })).await;
    tell(&world, &acme, "c2", "call_missed", json!({ "phone": "+15125550142", "name": "DOE, JANE" })).await;
    assert_eq!(open_tasks(&world).await, 1);
    assert_eq!(world.number("select count(*) from lead_findings").await, 1);
}

async fn a_duplicate_gets_no_second_message(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let told = |phone: &str, words: &str| json!({ "phone": phone, "name": "Jane Doe", "words": words });
    tell(&world, &acme, "a", "call_missed", told("+15125550142", "1200 N. Oak Street")).await;
    tell(&world, &acme, "b", "call_missed", told("+15125550143", "at 1200 Oak St, please")).await;
    assert_eq!(world.number("select count(*) from leads").await, 2);
    assert_eq!(texts(&world).await, 1);
    let skipped = "select count(*) from journal where verb = 'job.skip' and detail like '%may be a lead that was written to%'";
    assert_eq!(world.number(skipped).await, 1);
    assert_eq!(hold(&world, 2).await, Some(Hold::Duplicate));
    // A person who knows that they differ lets messages go.
    doing(&world, &rosa, 2, Verb::TellApart { distinct: true }).await.unwrap();
    assert_eq!(hold(&world, 2).await, None);
    tell(&world, &acme, "c", "call_missed", told("+15125550143", "at 1200 Oak St, please")).await;
    assert_eq!(texts(&world).await, 2);
}

async fn namesakes_and_strangers_are_left_alone(world: World) {
    let (acme, _) = set_up(&world).await;
    let brill = world.client("Brill").await;
    tell(&world, &acme, "a", "call_missed", json!({ "phone": "+15125550142", "name": "Jane Doe" })).await;
    // Two numbers: two people of one name.
    tell(&world, &acme, "b", "call_missed", json!({ "phone": "+15125550143", "name": "Jane Doe" })).await;
    // Another client's lead is none of this client's.
    tell(&world, &brill, "c", "quote_requested", json!({ "thread": "T-9", "name": "Jane Doe" })).await;
    // Too late to be the same request.
    world.clock.advance(TimeDelta::days(4));
    tell(&world, &acme, "d", "quote_requested", json!({ "thread": "T-1", "name": "Jane Doe" })).await;
    assert_eq!(world.number("select count(*) from leads").await, 4);
    assert_eq!(world.number("select count(*) from lead_findings").await, 0);
}

async fn a_merge_is_shown_done_and_taken_back(world: World) {
    let (acme, rosa) = set_up(&world).await;
    thumbtack_and_call(&world, &acme).await;
    let columns = "select coalesce(phone, '-') || name || consent || urgency || state from leads where number = 1";
    let state = async |number: i64| {
        let mut tx = world.store.begin().await.unwrap();
        tx.lead_numbered(number).await.unwrap().unwrap().state.to_string()
    };
    let before = world.texts(columns).await;
    let would = preview(&world.store, &rosa, lead(&world, 2).await, 1).await.unwrap();
    assert_eq!((would.takes.as_str(), would.messages_stopped, would.events), ("phone", 1, 1));
    assert_eq!((world.texts(columns).await, state(2).await), (before.clone(), "new".to_owned()), "a preview does nothing");

    let done = doing(&world, &rosa, 2, Verb::MergeLead { into: 1 }).await.unwrap();
    assert_eq!(done.said, "L-2 is merged into L-1");
    assert_eq!((state(1).await, state(2).await), ("new".to_owned(), "merged".to_owned()));
    assert_eq!(world.number("select count(*) from leads where number = 1 and phone = '+15125550142'").await, 1);
    assert_eq!(open_tasks(&world).await, 0);
    assert_eq!(hold(&world, 2).await, Some(Hold::Merged));
    let trace = world.store.trace(&rosa, Ref::new(Kind::Lead, 1)).await.unwrap();
    assert_eq!(trace.steps.iter().filter(|step| step.kind.as_str() == "event").count(), 2, "the kept lead shows both");
    let trace = world.store.trace(&rosa, Ref::new(Kind::Lead, 2)).await.unwrap();
    assert_eq!(trace.doubts[0].verdict, Some(Settled::Merged));
    assert!(trace.fields.iter().any(|(name, value)| name == "merged into" && value.raw() == "L-1"));

    let done = undo(&world, &rosa, done).await;
    assert_eq!(done.said, "L-2 stands for itself again, as new");
    assert_eq!((world.texts(columns).await, state(2).await), (before, "new".to_owned()));
    assert_eq!(open(&world, 2).await, []);
    // Undone again, and the entries stand in the journal.
    undo(&world, &rosa, done).await;
    assert_eq!(state(2).await, "merged");
    let entries = "select count(*) from journal where verb in ('lead.merge', 'lead.unmerge') and subject_kind = 'lead'";
    assert_eq!(world.number(entries).await, 6);
}

async fn a_conversation_goes_on_in_the_lead_that_is_kept(world: World) {
    let (acme, rosa) = set_up(&world).await;
    thumbtack_and_call(&world, &acme).await;
    doing(&world, &rosa, 2, Verb::MergeLead { into: 1 }).await.unwrap();
    // What the kept lead took is changed by a later event of another address; the merged number still leads to it.
    tell(&world, &acme, "c3", "call_answered", json!({ "phone": "+15125550142" })).await;
    assert_eq!(world.number("select count(*) from leads").await, 2);
    let of = "select l.number from events e join leads l on l.id = e.lead_id order by e.number desc limit 1";
    assert_eq!(world.number(of).await, 1);
    doing(&world, &rosa, 2, Verb::Unmerge).await.unwrap();
    tell(&world, &acme, "c4", "call_answered", json!({ "phone": "+15125550142" })).await;
    assert_eq!(world.number(of).await, 2);
}

async fn what_cannot_be_merged_is_refused(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let brill = world.client("Brill").await;
    for (key, client) in [("1", &acme), ("2", &acme), ("3", &acme), ("4", &brill)] {
        tell(&world, client, key, "quote_requested", json!({ "thread": key, "name": key })).await;
    }
    let brills = world.person("bea", Role::Operator, Some(&[&brill])).await;
    let why = async |me: &Person, number: i64, verb: Verb| doing(&world, me, number, verb).await.unwrap_err().to_string();
    assert!(why(&rosa, 1, Verb::MergeLead { into: 1 }).await.contains("the same lead"));
    assert!(why(&rosa, 1, Verb::MergeLead { into: 4 }).await.contains("two clients"));
    assert!(why(&rosa, 1, Verb::MergeLead { into: 99 }).await.contains("L-99"));
    assert!(matches!(doing(&world, &brills, 4, Verb::MergeLead { into: 1 }).await, Err(Failure::NotFound(_))));
    assert!(why(&rosa, 1, Verb::Unmerge).await.contains("merged into no lead"));
    assert!(why(&rosa, 1, Verb::TellApart { distinct: true }).await.contains("nothing says"));
    doing(&world, &rosa, 2, Verb::MergeLead { into: 1 }).await.unwrap();
    assert!(why(&rosa, 2, Verb::MergeLead { into: 3 }).await.contains("merged already"));
    assert!(why(&rosa, 3, Verb::MergeLead { into: 2 }).await.contains("merged itself"));
    assert!(why(&rosa, 1, Verb::MergeLead { into: 3 }).await.contains("L-2 was merged into L-1"));
    assert!(why(&rosa, 2, Verb::SetLead { act: LeadAct::Reopen, lost: None }).await.contains("merged"));
    let viewer = world.person("vic", Role::Viewer, None).await;
    assert!(matches!(doing(&world, &viewer, 3, Verb::MergeLead { into: 1 }).await, Err(Failure::NotAllowed(_))));
}

async fn leads_that_differ_are_told_apart_once_and_for_all(world: World) {
    let (acme, rosa) = set_up(&world).await;
    thumbtack_and_call(&world, &acme).await;
    let done = doing(&world, &rosa, 2, Verb::TellApart { distinct: true }).await.unwrap();
    assert_eq!(open_tasks(&world).await, 0);
    tell(&world, &acme, "c2", "call_missed", json!({ "phone": "+15125550142", "name": "DOE, JANE" })).await;
    assert_eq!(open_tasks(&world).await, 0, "nobody is asked twice");
    assert_eq!(open(&world, 2).await, []);
    let again = perform(&world.store, &rosa, &done.undo.unwrap()).await;
    assert!(matches!(again, Err(Failure::Conflict(_))), "the lead changed since: {again:?}");
    doing(&world, &rosa, 2, Verb::TellApart { distinct: false }).await.unwrap();
    assert_eq!(open(&world, 2).await.len(), 1);
}

const ADVERTISEMENT: &str = "We offer SEO services. Rank on Google! http://a.example http://b.example";

async fn what_looks_like_spam_gets_no_message_until_a_person_says_otherwise(world: World) {
    let (acme, rosa) = set_up(&world).await;
    tell(&world, &acme, "a", "quote_requested", json!({ "phone": "+15125550142", "words": ADVERTISEMENT })).await;
    assert_eq!(hold(&world, 1).await, Some(Hold::LooksSpam));
    let doubts = open(&world, 1).await;
    assert!(doubts[0].reason.contains("2 links (+40)") && doubts[0].score == 120, "{doubts:?}");
    tell(&world, &acme, "b", "call_missed", json!({ "phone": "+15125550142" })).await;
    assert_eq!(texts(&world).await, 0);
    assert_eq!(open_tasks(&world).await, 1);
    assert_eq!(world.number("select count(*) from leads where state = 'new'").await, 1, "it is kept as it is");

    let done = doing(&world, &rosa, 1, Verb::SetLead { act: LeadAct::NotSpam, lost: None }).await.unwrap();
    assert_eq!(done.said, "L-1 is no spam, and new");
    assert_eq!((hold(&world, 1).await, open_tasks(&world).await), (None, 0));
    undo(&world, &rosa, done).await;
    assert_eq!(hold(&world, 1).await, Some(Hold::LooksSpam));
    doing(&world, &rosa, 1, Verb::SetLead { act: LeadAct::NotSpam, lost: None }).await.unwrap();
    // The person's word stands, whatever comes.
    tell(&world, &acme, "c", "form_sent", json!({ "phone": "+15125550142", "words": format!("{ADVERTISEMENT} Bitcoin!") })).await;
    assert_eq!((hold(&world, 1).await, open_tasks(&world).await), (None, 0));
    tell(&world, &acme, "d", "call_missed", json!({ "phone": "+15125550142" })).await;
    assert_eq!(texts(&world).await, 1);
}

async fn spam_is_marked_and_unmarked(world: World) {
    let (acme, rosa) = set_up(&world).await;
    tell(&world, &acme, "a", "call_missed", json!({ "phone": "+15125550142" })).await;
    let not = Verb::SetLead { act: LeadAct::NotSpam, lost: None };
    assert!(doing(&world, &rosa, 1, not.clone()).await.unwrap_err().to_string().contains("nothing says that it is spam"));
    let done = doing(&world, &rosa, 1, Verb::SetLead { act: LeadAct::MarkSpam, lost: None }).await.unwrap();
    assert_eq!(hold(&world, 1).await, Some(Hold::Spam));
    undo(&world, &rosa, done).await;
    assert_eq!(hold(&world, 1).await, None);
    doing(&world, &rosa, 1, Verb::SetLead { act: LeadAct::MarkSpam, lost: None }).await.unwrap();
    doing(&world, &rosa, 1, not).await.unwrap();
    assert_eq!(hold(&world, 1).await, None);
}

async fn a_lead_says_what_is_wrong_with_its_data(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let told = json!({ "phone": "+15125550142", "market": "Reno, NV", "service": "burst pipe", "urgency": "routine", "name": "Jane Doe" });
    tell(&world, &acme, "a", "call_missed", told).await;
    let trace = world.store.trace(&rosa, Ref::new(Kind::Lead, 1)).await.unwrap();
    let kinds: Vec<QualityKind> = trace.faults.iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [QualityKind::UrgencyAgainstService, QualityKind::AreaCodeElsewhere]);
    let shown = trace.fields.iter().filter(|(name, _)| name == "data").map(|(_, value)| value.shown().into_owned());
    let shown: Vec<String> = shown.collect();
    assert!(shown.iter().any(|line| line.contains("the area code is of TX, and the place is in NV")), "{shown:?}");
    let json = serde_json::to_value(&trace).unwrap();
    assert_eq!(json["faults"][0]["kind"], "urgency_against_service");
    assert_eq!(json["faults"][0]["severity"], "warn");
}

const SAFE: &str = "A customer asked about work and the team will call back.";

/// A draft on a lead, taken by somebody.
async fn draft(world: &World, me: &Person, number: i64) -> i64 {
    let lead = lead(world, number).await;
    let new = NewDraft { lead, title: "a call".into(), text: SAFE.into(), model: "outline".into() };
    let draft = file_draft(&world.store, &Actor::Worker, &new).await.unwrap().number;
    let target = target(world, me, Kind::Draft, draft).await;
    perform(&world.store, me, &act(target, Verb::ClaimDraft { take_over: false })).await.unwrap();
    draft
}

/// What the screen and the command line say of a draft, and what stands in the tables.
async fn found(world: &World, me: &Person, draft: i64) -> (Vec<(FindingKind, String)>, Vec<String>) {
    let target = target(world, me, Kind::Draft, draft).await;
    let detail = world.store.draft_detail(me, target.id.into()).await.unwrap();
    let against = Against { frame: Some(&detail.frame), severities: Some(&detail.severities), ..Against::default() };
    let said = findings(detail.work.raw(), against).into_iter().map(|finding| (finding.kind, finding.reason)).collect();
    let kept = "select f.kind || ' ' || f.severity from findings f join drafts d on d.id = f.draft_id where d.number = ";
    let kept = world.texts(&format!("{kept}{draft} order by 1")).await;
    (said, kept)
}

async fn a_draft_says_what_is_doubted_of_its_leads(world: World) {
    let (acme, rosa) = set_up(&world).await;
    thumbtack_and_call(&world, &acme).await;
    tell(&world, &acme, "s", "quote_requested", json!({ "phone": "+15125550190", "words": ADVERTISEMENT })).await;
    // The lead that was there before says so, too: a draft may speak of either.
    for number in [1, 2] {
        let draft = draft(&world, &rosa, number).await;
        let (said, kept) = found(&world, &rosa, draft).await;
        let [(FindingKind::PossibleDuplicate, reason)] = &said[..] else { panic!("{said:?}") };
        assert!(reason.starts_with("L-2 may be L-1, and nobody has said"), "{reason}");
        assert_eq!(kept, ["possible_duplicate warn"]);
    }
    let third = draft(&world, &rosa, 3).await;
    let (said, kept) = found(&world, &rosa, third).await;
    assert_eq!((said[0].0, said.len()), (FindingKind::PossibleSpam, 1), "{said:?}");
    assert_eq!(kept, ["possible_spam warn"]);

    doing(&world, &rosa, 2, Verb::MergeLead { into: 1 }).await.unwrap();
    doing(&world, &rosa, 3, Verb::SetLead { act: LeadAct::NotSpam, lost: None }).await.unwrap();
    for draft in [1, third] {
        assert_eq!(found(&world, &rosa, draft).await.0, []);
        let target = target(&world, &rosa, Kind::Draft, draft).await;
        save_work(&world.store, &rosa, &target, 0, SAFE).await.unwrap();
        assert_eq!(found(&world, &rosa, draft).await.1, [""; 0]);
    }
}

async fn what_a_client_weighs_heavier_stops_approval(world: World) {
    let (acme, rosa) = set_up(&world).await;
    thumbtack_and_call(&world, &acme).await;
    let mut severities = Severities::default();
    severities.set(FindingKind::PossibleDuplicate, Severity::Block).unwrap();
    let new = NewClient {
        name: acme.name.clone(),
        time_zone: acme.time_zone.clone(),
        region: acme.region.clone(),
        low_value_below: acme.low_value_below,
        high_value_at: acme.high_value_at,
        addresses: Vec::new(),
        severities: Some(severities),
    };
    let put = async |new: &NewClient| {
        let mut tx = world.store.begin().await.unwrap();
        let changed = tx.put_client(&Actor::Person(rosa.clone()), new).await.unwrap();
        tx.commit().await.unwrap();
        changed
    };
    assert!(put(&new).await);
    // Who says nothing of findings, as `client add`, leaves them as they are.
    assert!(!put(&NewClient { severities: None, ..new.clone() }).await);
    let told = "select count(*) from journal where verb = 'client.put' and detail like '%findings: possible_duplicate=block'";
    assert_eq!(world.number(told).await, 1);

    let draft = draft(&world, &rosa, 1).await;
    assert_eq!(found(&world, &rosa, draft).await.1, ["possible_duplicate block"]);
    let target = target(&world, &rosa, Kind::Draft, draft).await;
    let approve = act(target, Verb::ApproveDraft { text: SAFE.into(), work_version: 0 });
    let refused = perform(&world.store, &rosa, &approve).await.unwrap_err().to_string();
    assert!(refused.contains("possible_duplicate"), "{refused}");
    doing(&world, &rosa, 2, Verb::TellApart { distinct: true }).await.unwrap();
    perform(&world.store, &rosa, &approve).await.unwrap();

    // Lighter than it may be, by whoever can write the table: the floor holds.
    world.script("update clients set findings = 'phone=note'").await;
    let mut tx = world.store.begin().await.unwrap();
    let now = tx.draft_now(approve.target.id).await.unwrap().unwrap();
    let found = tx.check_text(&now, "Call 512-555-0111.").await.unwrap();
    assert_eq!((found[0].kind, found[0].severity), (FindingKind::Phone, Severity::Block));
}

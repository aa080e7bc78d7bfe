//! Drafts that the product makes itself, from what happened to what a reviewer is shown, on both databases.

use std::time::Duration;

use quotedeck::delivery::couriers::Couriers;
use quotedeck::domain::act::{Act, Verb};
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::brief::{Made, period};
use quotedeck::domain::client::Client;
use quotedeck::domain::content::Content;
use quotedeck::domain::destination::{Price, Secret, Setting, System};
use quotedeck::domain::event::Provider;
use quotedeck::domain::filter::Filter;
use quotedeck::domain::id::{DraftId, Kind, LeadId, Ref};
use quotedeck::domain::job::{DeliveryMode, JobState};
use quotedeck::domain::lead::LeadAct;
use quotedeck::domain::money::Money;
use quotedeck::domain::reply::{Brought, Meaning, Reply};
use quotedeck::domain::sync::{Still, SyncSetting};
use quotedeck::domain::text::Internal;
use quotedeck::store::claim::take::Appetite;
use quotedeck::store::destinations::NewDestination;
use quotedeck::worker::{Sender, Worker};
use quotedeck::workflow::act::perform;
use quotedeck::workflow::drafting::{Ask, ask, last_week};
use quotedeck::workflow::finish::{Returned, finish_attempts};
use quotedeck::workflow::review::{NewDraft, file_draft, save_work};

use crate::databases::World;
use crate::fixtures::with;
use crate::stand_in::http::{Mode, StandIn};
use crate::workflow::give;

both_databases!(
    a_lead_with_something_to_tell_gets_a_draft,
    what_happens_meanwhile_is_one_draft,
    new_evidence_sets_an_untouched_draft_aside_and_marks_an_open_one,
    a_typed_text_is_never_set_aside,
    a_claim_that_ran_out_keeps_no_old_draft,
    a_draft_of_older_evidence_does_not_set_the_newer_aside,
    a_week_is_drafted_once,
    a_busy_week_passes_its_own_checks,
    a_week_that_is_drafted_again_sets_the_first_aside,
    a_week_answers_for_every_lead_that_it_counts,
    what_becomes_of_a_lead_marks_its_drafts_and_those_of_its_week,
    spam_is_not_drafted,
    two_leads_that_are_one_have_one_story,
    what_is_wrong_with_a_lead_is_said_before_a_client_hears_of_it,
    a_message_that_somebody_says_arrived_is_an_answer_and_evidence,
    a_message_to_a_merged_lead_is_evidence_of_the_one_story,
    what_becomes_spam_while_it_is_written_is_not_filed,
    what_a_source_did_not_tell_stands_on_the_drafts_that_depend_on_it,
    what_a_sync_left_out_stands_on_the_drafts_that_depend_on_it,
    a_model_writes_and_its_citations_stay_with_the_draft,
    what_a_model_does_not_cite_is_told_of_the_text_that_a_reviewer_has,
    a_model_that_fails_leaves_no_draft,
    what_a_model_cost_is_told_of_each_try,
    a_busy_model_is_asked_again_when_it_says,
    a_slow_model_keeps_the_lease_of_its_job,
    a_model_that_refuses_a_field_is_asked_without_it,
    a_model_that_refuses_whatever_is_left_out_is_given_up,
    what_a_model_was_asked_is_in_no_error,
);

pub(crate) async fn set_up(world: &World) -> (Client, Person) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let mut tx = world.store.begin().await.unwrap();
    for (name, kind) in [("Drafter", "ai_draft"), ("Portal", "portal")] {
        let new = NewDestination {
            name: name.into(),
            kind: kind.into(),
            delivery_mode: DeliveryMode::Keyed,
            incident_owner: Some("rosa".into()),
            rollback: None,
        };
        tx.put_destination(&Actor::Person(rosa.clone()), &new).await.unwrap();
    }
    tx.commit().await.unwrap();
    (acme, rosa)
}

async fn missed(world: &World, client: &Client, sid: &str) {
    let call = format!("CallSid={sid}&CallStatus=no-answer&Direction=inbound&From=%2B15125550142&To=%2B18005551212");
    give(world, client, Provider::TwilioVoice, &call).await;
}

/// Lets the worker do what is due, with the embedded drafter and our own portal.
pub(crate) async fn work(world: &World) {
    let settings = [Setting::new("Drafter", System::Outline), Setting::new("Portal", System::Portal)];
    with_drafter(world, &settings).await;
}

async fn with_drafter(world: &World, settings: &[Setting]) {
    let couriers = Couriers::new(settings).unwrap();
    Worker::new(world.store.clone(), Sender::Couriers(couriers), "w1").drain().await.unwrap();
}

async fn lead(world: &World, me: &Person) -> LeadId {
    LeadId(world.store.find(me, Ref::new(Kind::Lead, 1)).await.unwrap().id)
}

async fn act(world: &World, me: &Person, number: i64, verb: Verb) {
    let target = world.store.find(me, Ref::new(Kind::Draft, number)).await.unwrap();
    perform(&world.store, me, &Act { target, verb, reason: Some("a test".into()) }).await.unwrap();
}

async fn states(world: &World) -> Vec<String> {
    world.texts("select state from drafts order by number").await
}

async fn a_lead_with_something_to_tell_gets_a_draft(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    work(&world).await;
    let page = world.store.page_drafts(&rosa, &Filter::default(), None, 10).await.unwrap();
    let [draft] = &page.rows[..] else { panic!("{:?}", page.rows) };
    let detail = world.store.draft_detail(&rosa, draft.id).await.unwrap();
    assert_eq!(
        detail.text.raw(),
        "A customer got in touch [1]. A call on 1 June 2026 was missed [2]. Next: the customer is contacted [1]."
    );
    assert_eq!(detail.work.raw(), "A customer got in touch. A call on 1 June 2026 was missed. Next: the customer is contacted.");
    assert_eq!((draft.model.raw(), draft.blocks, detail.newer_at), ("outline", 0, None));
    let sources: Vec<&str> = detail.evidence.iter().map(|line| line.source.as_str()).collect();
    assert_eq!(sources, ["L-1", "E-1"]);
    assert_eq!(world.texts("select prompt_version from drafts where evidence_version <> ''").await, ["outline-3"]);
    // The request was announced before it left, and the draft came after it.
    assert_eq!(world.number("select count(*) from attempts where outcome = 'succeeded'").await, 1);
    let verbs =
        world.texts("select verb from journal where verb in ('job.queue', 'job.attempt', 'draft.file') order by number").await;
    assert_eq!(verbs.iter().filter(|verb| *verb == "draft.file").count(), 1);
    assert!(verbs.iter().position(|verb| verb == "job.attempt") < verbs.iter().position(|verb| verb == "draft.file"));
}

async fn what_happens_meanwhile_is_one_draft(world: World) {
    let (acme, _) = set_up(&world).await;
    for sid in ["CA1", "CA2", "CA3"] {
        missed(&world, &acme, sid).await;
    }
    assert_eq!(world.number("select count(*) from jobs where kind = 'ai_draft'").await, 1);
    work(&world).await;
    assert_eq!(states(&world).await, ["pending"]);
    assert_eq!(world.number("select count(*) from draft_evidence").await, 4);
}

async fn new_evidence_sets_an_untouched_draft_aside_and_marks_an_open_one(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    work(&world).await;
    missed(&world, &acme, "CA2").await;
    assert_eq!(states(&world).await, ["superseded"]);
    assert_eq!(world.number("select count(*) from journal where verb = 'draft.supersede'").await, 1);
    work(&world).await;
    act(&world, &rosa, 2, Verb::ClaimDraft { take_over: false }).await;
    let claimed = world.store.find(&rosa, Ref::new(Kind::Draft, 2)).await.unwrap();
    missed(&world, &acme, "CA3").await;
    assert_eq!(states(&world).await, ["superseded", "in_review"]);
    let detail = world.store.draft_detail(&rosa, claimed.id.into()).await.unwrap();
    assert_eq!((detail.newer_at, detail.draft.version), (Some(world.now()), claimed.version));
    // The newer draft does not take the open one from its reviewer.
    work(&world).await;
    assert_eq!(states(&world).await, ["superseded", "in_review", "pending"]);
    // Who comes too late hears by which draft, and that no person was first.
    let late = world.store.find(&rosa, Ref::new(Kind::Draft, 1)).await.unwrap();
    let claim = Act { target: late, verb: Verb::ClaimDraft { take_over: false }, reason: None };
    let refused = perform(&world.store, &rosa, &claim).await.unwrap_err().to_string();
    assert!(refused.starts_with("not applied: D-1 is superseded by D-3 now, changed by "), "{refused}");
    assert!(!refused.contains("by rosa") && !refused.contains("somebody"), "{refused}");
}

/// What was told to the one lead is evidence for the other, for as long as they are one.
async fn two_leads_that_are_one_have_one_story(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    let form = r#"{"id":"f-1","name":"Zora Quist","phone":"+15125550177","service":"boiler","message":"it smells of gas here"}"#;
    give(&world, &acme, Provider::Form, form).await;
    work(&world).await;
    assert_eq!(states(&world).await, ["pending", "pending"]);
    let merged = async |verb: Verb| {
        let target = world.store.find(&rosa, Ref::new(Kind::Lead, 2)).await.unwrap();
        perform(&world.store, &rosa, &Act { target, verb, reason: Some("the same person".into()) }).await.unwrap()
    };
    merged(Verb::MergeLead { into: 1 }).await;
    work(&world).await;
    assert_eq!(states(&world).await, ["superseded", "superseded", "pending"]);
    let lines = |draft: i64| {
        format!(
            "select e.source || ' ' || e.text from draft_evidence e join drafts d on d.id = e.draft_id where d.number = {draft}"
        )
    };
    let story = world.texts(&lines(3)).await.concat();
    assert!(story.contains("E-1") && story.contains("E-2") && story.contains("smells of gas"), "{story}");
    let lost =
        "select count(*) from findings f join drafts d on d.id = f.draft_id where d.number = 3 and f.kind = 'lost_safety_word'";
    assert_eq!(
        world.number(lost).await,
        i64::from(!world.texts("select text from drafts where number = 3").await[0].contains("gas"))
    );

    merged(Verb::Unmerge).await;
    work(&world).await;
    assert_eq!(states(&world).await, ["superseded", "superseded", "superseded", "pending", "pending"]);
    let apart = [world.texts(&lines(4)).await.concat(), world.texts(&lines(5)).await.concat()];
    assert!(apart.iter().all(|story| story.contains("E-1") != story.contains("E-2")), "{apart:?}");
}

/// A mail to a lead of which nobody knows whether it arrived; a person asked two hours later, and it did.
async fn it_arrived(world: &World, client: &Client, me: &Person, lead: i64) {
    let there = world.destination("E-mail", with![kind = "email", delivery_mode = "once"]).await;
    let lead = world.store.find(me, Ref::new(Kind::Lead, lead)).await.unwrap().id;
    let given =
        with![kind = "message", operation = "quote_confirmation", delivery_mode = "once", state = "unknown", lead_id = lead];
    let job = world.job(client, there, given).await;
    world.tried(job, with![outcome = "may_have_left", destination_id = there.id]).await;
    world.clock.advance(chrono::TimeDelta::hours(2));
    let target = world.store.find(me, Ref::new(Kind::Job, job.number)).await.unwrap();
    let act = Act { target, verb: Verb::ResolveJob { arrived: true }, reason: Some("the customer thanked us".into()) };
    perform(&world.store, me, &act).await.unwrap();
}

async fn a_message_that_somebody_says_arrived_is_an_answer_and_evidence(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    work(&world).await;
    assert_eq!(world.number("select count(*) from leads where replied_at is null").await, 1);
    let left = world.now().with_timezone(&chrono_tz::America::Chicago).format("%H:%M").to_string();
    it_arrived(&world, &acme, &rosa, 1).await;
    assert_eq!(world.number("select count(*) from leads where replied_at is not null and state = 'contacted'").await, 1);
    work(&world).await;
    assert_eq!(states(&world).await, ["superseded", "pending"]);
    let told = "select e.text from draft_evidence e join drafts d on d.id = e.draft_id
        where d.number = 2 and (e.source like 'J-%' or e.text like '%first answer%') order by e.n";
    let told = world.texts(told).await;
    // However late it became known, it answered when it left.
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|line| line.contains(&left)), "{left}: {told:?}");
    assert_eq!(world.texts("select actor from journal where verb = 'draft.supersede'").await, ["rosa"]);

    // Another becomes known that left an hour before, and one that left since.
    let id = lead(&world, &rosa).await;
    let first = world.now() - chrono::TimeDelta::hours(3);
    for at in [first, world.now()] {
        let mut tx = world.store.begin().await.unwrap();
        tx.mark_answered(id, at).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = world.store.begin().await.unwrap();
    let brief = tx.lead_brief(id).await.unwrap().unwrap();
    let first = first.with_timezone(&chrono_tz::America::Chicago).format("%H:%M: first answer").to_string();
    assert!(brief.lines.iter().any(|line| line.text.contains(&first)), "{first}");
}

async fn a_message_to_a_merged_lead_is_evidence_of_the_one_story(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    let form = r#"{"id":"f-1","name":"Zora Quist","phone":"+15125550177","service":"boiler"}"#;
    give(&world, &acme, Provider::Form, form).await;
    let target = world.store.find(&rosa, Ref::new(Kind::Lead, 2)).await.unwrap();
    let merge = Act { target, verb: Verb::MergeLead { into: 1 }, reason: Some("the same person".into()) };
    perform(&world.store, &rosa, &merge).await.unwrap();
    work(&world).await;
    let before = states(&world).await.len();
    it_arrived(&world, &acme, &rosa, 2).await;
    work(&world).await;
    let pending = "select l.number from drafts d join leads l on l.id = d.lead_id where d.state = 'pending'";
    assert_eq!((states(&world).await.len(), world.numbers(pending).await), (before + 1, vec![1]));
    let answered = "select number from leads where replied_at is not null and state in ('contacted', 'merged') order by number";
    assert_eq!(world.numbers(answered).await, [1, 2]);
}

async fn what_becomes_spam_while_it_is_written_is_not_filed(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    let there = StandIn::answering(&[Mode::Busy(90)]);
    let setting = [chat(&there, "small-1", "sk-test")];
    with_drafter(&world, &setting).await;
    world.clock.advance(chrono::TimeDelta::minutes(10));
    // Asked for, with what was gathered before; what comes back is here already.
    let appetite = Appetite { most: 1, bulk: 1, reaches: Some(vec!["Drafter".to_owned()]) };
    let job = world.store.claim_jobs("w2", &appetite).await.unwrap().jobs.remove(0);
    let gathered = Internal::new(Content::Publish.to_json().unwrap());
    let intent = world.store.announce(vec![(job, gathered)]).await.unwrap().remove(0).made().unwrap();
    world.script("update leads set state = 'spam'").await;
    let text = "A customer got in touch [1].".to_owned();
    let made = Made { text, model: "small-1".into(), prompt_version: "p".into(), tokens: 1, cost_micros: 0 };
    let made = Some(Internal::new(Brought::Draft(made)));
    let reply = Reply {
        meaning: Meaning::Accepted,
        status: Some(200),
        error: None,
        retry_after: None,
        remote_id: None,
        made,
        spent: None,
    };
    let ended = finish_attempts(&world.store, &[Returned { intent, reply, roll: 0.5 }]).await.unwrap();
    assert_eq!(ended, [Some(JobState::Succeeded)]);
    assert_eq!(states(&world).await, Vec::<String>::new());
    let said = world.texts("select detail from journal where verb = 'draft.skip'").await;
    assert!(said.len() == 1 && said[0].ends_with("is not filed: the lead is spam"), "{said:?}");
    assert_eq!(world.number("select count(*) from jobs where kind = 'ai_draft'").await, 1, "and none is asked for again");
    let target = world.store.find(&rosa, Ref::new(Kind::Lead, 1)).await.unwrap();
    let slip = Verb::SetLead { act: LeadAct::NotSpam, lost: None };
    perform(&world.store, &rosa, &Act { target, verb: slip, reason: None }).await.unwrap();
    assert_eq!(world.number("select count(*) from jobs where kind = 'ai_draft'").await, 2, "it was none: it is drafted");
}

async fn what_is_wrong_with_a_lead_is_said_before_a_client_hears_of_it(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let form = r#"{"id":"f-1","name":"Zora Quist","phone":"+15125550177","service":"burst pipe","urgency":"routine"}"#;
    give(&world, &acme, Provider::Form, form).await;
    work(&world).await;
    let told = "select severity || ': ' || reason from findings where kind = 'data_quality'";
    let says = "warn: L-1: what is wanted cannot wait, and the lead is routine; call and ask";
    assert_eq!(world.texts(told).await, [says]);
    let draft = world.store.find(&rosa, Ref::new(Kind::Draft, 1)).await.unwrap();
    let detail = world.store.draft_detail(&rosa, draft.id.into()).await.unwrap();
    assert_eq!(detail.frame.faults.len(), 1, "the screen says it as well");
    // Whoever looks at it after it was mended is told nothing.
    world.script("update leads set urgency = 'urgent'").await;
    let detail = world.store.draft_detail(&rosa, draft.id.into()).await.unwrap();
    assert_eq!(detail.frame.faults, []);
}

async fn a_typed_text_is_never_set_aside(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    work(&world).await;
    act(&world, &rosa, 1, Verb::ClaimDraft { take_over: false }).await;
    let target = world.store.find(&rosa, Ref::new(Kind::Draft, 1)).await.unwrap();
    save_work(&world.store, &rosa, &target, 0, "Half a sentence").await.unwrap();
    act(&world, &rosa, 1, Verb::ReleaseDraft { work_version: None }).await;
    missed(&world, &acme, "CA2").await;
    assert_eq!(states(&world).await, ["pending"]);
    assert_eq!(world.texts("select work from drafts where newer_at is not null").await, ["Half a sentence"]);
}

async fn a_claim_that_ran_out_keeps_no_old_draft(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    work(&world).await;
    act(&world, &rosa, 1, Verb::ClaimDraft { take_over: false }).await;
    world.clock.advance(chrono::TimeDelta::minutes(11));
    missed(&world, &acme, "CA2").await;
    assert_eq!(states(&world).await, ["superseded"]);
}

async fn a_draft_of_older_evidence_does_not_set_the_newer_aside(world: World) {
    let (acme, _) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    let there = StandIn::answering(&[Mode::Status(500)]);
    let setting = [chat(&there, "small-1", "sk-test")];
    with_drafter(&world, &setting).await;
    // More happens while the first request waits: it is drafted by itself, and by then the first is of yesterday.
    missed(&world, &acme, "CA2").await;
    with_drafter(&world, &setting).await;
    assert_eq!(states(&world).await, ["pending"]);
    let newest = world.texts("select evidence_version from drafts").await;
    world.clock.advance(chrono::TimeDelta::minutes(10));
    with_drafter(&world, &setting).await;
    assert_eq!(world.texts("select state from jobs where kind = 'ai_draft'").await, ["succeeded", "succeeded"]);
    assert_eq!(states(&world).await, ["pending"]);
    assert_eq!(world.texts("select evidence_version from drafts").await, newest);
}

async fn a_week_that_is_drafted_again_sets_the_first_aside(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let actor = Actor::Person(rosa.clone());
    for from in ["%2B15125550142", "%2B15125550143"] {
        let call = format!("CallSid=CA{from}&CallStatus=no-answer&Direction=inbound&From={from}&To=%2B18005551212");
        give(&world, &acme, Provider::TwilioVoice, &call).await;
        world.clock.advance(chrono::TimeDelta::minutes(1));
        world.script("delete from jobs where kind = 'ai_draft' and state <> 'succeeded'").await;
        ask(&world.store, &actor, Ask::Week(acme.id, world.now().date_naive())).await.unwrap();
        work(&world).await;
    }
    // The second stands at another lead, the newest of the week.
    assert_eq!(world.number("select count(distinct lead_id) from drafts").await, 2);
    assert_eq!(states(&world).await, ["superseded", "pending"]);
}

async fn a_week_is_drafted_once(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    world.script("delete from jobs where kind = 'ai_draft'").await;
    let actor = Actor::Person(rosa.clone());
    let week = world.now().date_naive();
    let job = ask(&world.store, &actor, Ask::Week(acme.id, week)).await.unwrap();
    assert_eq!(ask(&world.store, &actor, Ask::Week(acme.id, week)).await.unwrap(), job);
    work(&world).await;
    assert_eq!(
        world.texts("select text from drafts where subject = 'week' and blocks = 0").await,
        ["Acme had 1 new request: 1 by phone call [1]. Answered: 0 [2]. Booked so far: 0 [3]. Waiting for a next step: 1 [3]."]
    );
    let monday = last_week(week) + chrono::Days::new(7);
    assert_eq!(world.texts("select period from drafts").await, [period(monday, monday + chrono::Days::new(6))]);
    // It tells what the portal shows beside it, so nothing is found to be missing.
    assert_eq!(world.texts("select next_action from drafts").await, ["1 request waits for a next step"]);
    assert_eq!(world.texts("select kind from findings").await, Vec::<String>::new());
    // Something that happens with one lead does not set the week aside.
    missed(&world, &acme, "CA2").await;
    assert_eq!(states(&world).await, ["pending"]);
    let none = ask(&world.store, &actor, Ask::Week(acme.id, last_week(week))).await.unwrap_err();
    assert!(none.to_string().contains("no lead arrived"), "{none}");
}

/// Answered leads of every way of contact: what the product writes itself is nothing that its checks object to.
async fn a_busy_week_passes_its_own_checks(world: World) {
    let (acme, rosa) = set_up(&world).await;
    for (n, method) in ["call", "call", "sms", "email", "form", "marketplace"].into_iter().cycle().take(18).enumerate() {
        let at = world.now() - chrono::TimeDelta::minutes(100 - n as i64);
        let replied = at + chrono::TimeDelta::minutes(6);
        world.lead(&acme, with![arrived_at = at, replied_at = replied, contact_method = method]).await;
    }
    ask(&world.store, &Actor::Person(rosa), Ask::Week(acme.id, world.now().date_naive())).await.unwrap();
    work(&world).await;
    let text = world.texts("select text from drafts where subject = 'week'").await.concat();
    assert!(text.contains("half of them within 6 minutes") && text.contains("6 by phone call"), "{text}");
    assert_eq!(
        world.texts("select kind || ' ' || span from findings where kind <> 'data_quality'").await,
        Vec::<String>::new(),
        "{text}"
    );
}

/// Sixty have a line of their own; the last of seventy is not among them.
async fn a_week_answers_for_every_lead_that_it_counts(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let mut last = None;
    for minute in 0..70 {
        let at = world.now() + chrono::TimeDelta::minutes(minute) - chrono::TimeDelta::minutes(80);
        last = Some(world.lead(&acme, with![arrived_at = at]).await);
    }
    let last = last.unwrap();
    let doubt = with![
        id = uuid::Uuid::now_v7(),
        lead_id = last.id,
        kind = "spam",
        severity = "block",
        score = 9,
        reason = "links",
        found_at = world.now(),
    ];
    world.insert("lead_findings", doubt, vec![]).await;
    ask(&world.store, &Actor::Person(rosa.clone()), Ask::Week(acme.id, world.now().date_naive())).await.unwrap();
    work(&world).await;
    let named = format!("select count(*) from draft_evidence where source = 'L-{}'", last.number);
    assert_eq!(world.number(&named).await, 0);
    let found = world.texts("select reason from findings where kind = 'possible_spam'").await;
    assert!(found.len() == 1 && found[0].contains(&format!("L-{}", last.number)), "{found:?}");
}

async fn spam_is_not_drafted(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    world.script("update leads set state = 'spam'").await;
    work(&world).await;
    assert_eq!(world.texts("select reason from jobs where kind = 'ai_draft'").await, ["the lead is spam"]);
    let id = lead(&world, &rosa).await;
    let refused = ask(&world.store, &Actor::Person(rosa), Ask::Lead(id)).await.unwrap_err();
    assert!(refused.to_string().contains("the lead is spam"), "{refused}");
    assert_eq!(states(&world).await, Vec::<String>::new());
}

fn chat(there: &StandIn, model: &str, secret: &str) -> Setting {
    Setting {
        url: format!("{}/v1", there.url),
        model: model.into(),
        secret: Some(Secret::new(secret)),
        price: Price { read: Money::minor(15), written: Money::minor(60) },
        ..Setting::new("Drafter", System::Chat)
    }
}

async fn what_a_sync_left_out_stands_on_the_drafts_that_depend_on_it(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    world.clock.advance(chrono::TimeDelta::minutes(1));
    work(&world).await;
    // One round of Acme's leads was whole but for what it says; nothing of its calls is fetched.
    let destination = world.store.list_destinations().await.unwrap()[0].id;
    let hours = chrono::TimeDelta::hours;
    let sync = SyncSetting {
        client: "Acme".into(),
        destination: "Portal".into(),
        provider: Provider::Thumbtack,
        scope: "1".into(),
        every: hours(1),
        stale_after: hours(2),
        since: hours(1),
    };
    let mut still = Still::default();
    still.tell("the lead 2 was on the list, and is not there".to_owned());
    still.missing.lead("2");
    let end_round = async |still: &Still| {
        let mut tx = world.store.begin().await.unwrap();
        tx.set_sync(&Actor::Worker, acme.id, destination, &sync).await.unwrap();
        let due = tx.due_syncs().await.unwrap().remove(0);
        let round = tx.begin_round(&due, world.now()).await.unwrap().unwrap();
        assert!(tx.end_round(acme.id, Provider::Thumbtack, (round, 1), Some(world.now()), still).await.unwrap());
        tx.commit().await.unwrap();
        due.missing
    };
    assert_eq!(end_round(&still).await, None);
    world.clock.advance(chrono::TimeDelta::minutes(1));
    let ids = week_beside_lead(&world, &acme, &rosa).await;
    let lapses = async || {
        let mut told = Vec::new();
        for id in &ids {
            let detail = world.store.draft_detail(&rosa, *id).await.unwrap();
            told.push(detail.frame.lapses.iter().map(|lapse| (lapse.provider, lapse.left_out)).collect::<Vec<_>>());
        }
        told
    };
    let short = (Provider::Thumbtack, true);
    assert_eq!(lapses().await, [vec![], vec![short]], "the lead was nothing of Thumbtack's");
    let found = "select reason from findings where kind = 'stale_data'";
    assert_eq!(world.texts(found).await, ["thumbtack could not be asked for everything, so facts may be missing"]);
    // Stale besides, it is told twice: the one says nothing of the other.
    world.clock.advance(hours(3));
    assert_eq!(lapses().await, [vec![], vec![(Provider::Thumbtack, false), short]]);
    assert!(end_round(&still).await.unwrap().contains("\"2\""), "the next round is told what the one before could not have");
    assert_eq!(lapses().await, [vec![], vec![short]]);
    // Once it is here, nothing is missing of any draft.
    world.clock.advance(hours(1));
    assert!(end_round(&Still::default()).await.is_some());
    assert_eq!(lapses().await, [vec![], vec![]]);
    world.clock.advance(hours(1));
    assert_eq!(end_round(&Still::default()).await, None);
}

async fn a_model_writes_and_its_citations_stay_with_the_draft(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    let there = StandIn::start();
    with_drafter(&world, &[chat(&there, "small-1", "sk-test")]).await;
    let id = world.store.find(&rosa, Ref::new(Kind::Draft, 1)).await.unwrap().id;
    let detail = world.store.draft_detail(&rosa, id.into()).await.unwrap();
    assert_eq!(detail.text.raw(), "A call was missed [2]. The customer waits for an answer [1].");
    assert_eq!(detail.work.raw(), "A call was missed. The customer waits for an answer.");
    assert_eq!(detail.draft.model.raw(), "small-1");
    let made = "select prompt_version || ' ' || cast(tokens as text) || ' ' || cast(cost_micros as text) from drafts";
    assert_eq!(world.texts(made).await, ["chat-1 450 90"]);
    // The key is nowhere in the database.
    assert_eq!(world.number("select count(*) from jobs where content like '%sk-test%' or args like '%sk-test%'").await, 0);
    let seen = there.seen();
    assert!(seen[0].body.contains("[2] 1 June 2026"), "{}", seen[0].body);
}

async fn what_a_model_does_not_cite_is_told_of_the_text_that_a_reviewer_has(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    let text = "A call was missed [2]. The customer waits for an answer. Nobody was told of it [9].";
    let new = NewDraft { lead: lead(&world, &rosa).await, title: "a call".into(), text: text.into(), model: "small-1".into() };
    file_draft(&world.store, &Actor::Worker, &new).await.unwrap();
    let told = async || world.texts("select span from findings where kind = 'uncited' order by start_at").await;
    assert_eq!(told().await, ["The customer waits for an answer", "Nobody was told of it"]);
    act(&world, &rosa, 1, Verb::ClaimDraft { take_over: false }).await;
    let target = world.store.find(&rosa, Ref::new(Kind::Draft, 1)).await.unwrap();
    let work = "A call was missed. The customer waits for a call. The team knows.";
    save_work(&world.store, &rosa, &target, 0, work).await.unwrap();
    assert_eq!(told().await, ["The customer waits for a call"], "one was edited a little, one is gone");
    // A client may ask that nothing passes that nobody can look up.
    world.script("update clients set findings = 'uncited=block'").await;
    let verb = Verb::ApproveDraft { text: work.into(), work_version: 1 };
    let target = world.store.find(&rosa, Ref::new(Kind::Draft, 1)).await.unwrap();
    let refused = perform(&world.store, &rosa, &Act { target, verb, reason: None }).await.unwrap_err();
    assert!(refused.to_string().contains("uncited"), "{refused}");
}

async fn a_model_that_fails_leaves_no_draft(world: World) {
    let (acme, _) = set_up(&world).await;
    for (sid, model, secret, state, said) in [
        ("CA1", "shy-1", "sk-test", "dead", "the model declined"),
        ("CA2", "mute-1", "sk-test", "retrying", "the model answered with nothing"),
        ("CA3", "no-1", "sk-test", "held", "it has no such model"),
    ] {
        world.script("delete from attempts; delete from jobs; update destinations set breaker = 'closed', opened_at = null, open_why = null, probe_at = null, probe_job = null").await;
        missed(&world, &acme, sid).await;
        let there = StandIn::start();
        with_drafter(&world, &[chat(&there, model, secret)]).await;
        let job = world.texts("select state || ': ' || last_error from jobs where kind = 'ai_draft'").await;
        assert!(job[0].starts_with(&format!("{state}: {said}")), "{model}: {job:?}");
    }
    assert_eq!(states(&world).await, Vec::<String>::new());
}

/// Money is gone for a draft, for an answer that is none, and for a draft that comes when nobody wants it any more.
async fn what_a_model_cost_is_told_of_each_try(world: World) {
    let (acme, rosa) = set_up(&world).await;
    for (sid, model, state) in [("CA1", "small-1", "succeeded"), ("CA2", "shy-1", "dead"), ("CA3", "mute-1", "retrying")] {
        missed(&world, &acme, sid).await;
        let there = StandIn::start();
        with_drafter(&world, &[chat(&there, model, "sk-test")]).await;
        let number = world.numbers("select max(number) from jobs where kind = 'ai_draft'").await[0];
        let trace = world.store.trace(&rosa, Ref::new(Kind::Job, number)).await.unwrap();
        let told: Vec<_> = trace.steps.iter().map(|step| step.what.shown()).filter(|what| what.contains("tokens")).collect();
        let [told] = &told[..] else { panic!("{model}: {told:?}") };
        assert!(told.starts_with(&format!("job.{state}: try 1: ")), "{model}: {told}");
        assert!(told.ends_with("; 400 tokens read and 50 written, $0.000090"), "{model}: {told}");
    }
    // What nobody could tell is told of nothing.
    world.script("update jobs set state = 'cancelled' where state = 'retrying'").await;
    missed(&world, &acme, "CA4").await;
    let there = StandIn::start();
    with_drafter(&world, &[chat(&there, "no-1", "sk-test")]).await;
    assert_eq!(world.number("select count(*) from journal where detail like '%tokens%'").await, 3);
}

async fn a_busy_model_is_asked_again_when_it_says(world: World) {
    let (acme, _) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    let there = StandIn::answering(&[Mode::Busy(90), Mode::Html, Mode::DoneThenClose]);
    let setting = [chat(&there, "small-1", "sk-test")];
    with_drafter(&world, &setting).await;
    let waits = (world.store.next_due().await.unwrap().unwrap() - world.now()).num_seconds();
    assert_eq!(waits, 90);
    for _ in 0..3 {
        world.clock.advance(chrono::TimeDelta::minutes(10));
        with_drafter(&world, &setting).await;
    }
    let outcomes = world.texts("select outcome from attempts order by n").await;
    assert_eq!(outcomes, ["rate_limited", "failed", "may_have_left", "succeeded"]);
    // The second answer to the same key is one draft.
    assert_eq!(states(&world).await, ["pending"]);
}

async fn a_model_that_refuses_a_field_is_asked_without_it(world: World) {
    let (acme, _) = set_up(&world).await;
    for (model, requests, left) in [
        ("small-1", 1, ["max_tokens", "temperature"].as_slice()),
        ("warm-1", 2, &["max_tokens"]),
        ("behind-1", 2, &["max_completion_tokens", "temperature"]),
        ("thinker-1", 3, &["max_completion_tokens"]),
    ] {
        let there = StandIn::start();
        let couriers = Couriers::new(&[chat(&there, model, "sk-test")]).unwrap();
        let worker = Worker::new(world.store.clone(), Sender::Couriers(couriers), "w1");
        for n in [1, 2] {
            let before = world.number("select count(*) from drafts").await;
            missed(&world, &acme, &format!("CA-{model}-{n}")).await;
            assert_eq!(worker.drain().await.unwrap(), 1, "{model}: one try, however often it was put");
            assert_eq!(world.number("select count(*) from drafts").await, before + 1, "{model}");
        }
        let seen = there.seen();
        // What it learnt of the first it knows for the second.
        assert_eq!(seen.len(), requests + 1, "{model}");
        for request in &seen[requests - 1..] {
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            let fields = ["max_completion_tokens", "max_tokens", "temperature"];
            let has: Vec<&str> = fields.into_iter().filter(|field| body.get(*field).is_some()).collect();
            assert_eq!(has, left, "{model}");
        }
        assert!(
            seen.windows(2).take(requests - 1).all(|two| two[0].header("idempotency-key") == two[1].header("idempotency-key"))
        );
    }
    assert_eq!(world.number("select count(*) from attempts where outcome <> 'succeeded'").await, 0);
}

async fn a_model_that_refuses_whatever_is_left_out_is_given_up(world: World) {
    let (acme, _) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    let there = StandIn::start();
    with_drafter(&world, &[chat(&there, "stern-1", "sk-test")]).await;
    let job = world.texts("select state || ': ' || last_error from jobs where kind = 'ai_draft'").await;
    assert!(job[0].starts_with("dead: ") && job[0].contains("temperature"), "{job:?}");
    assert_eq!(there.seen().len(), 2, "once more without the temperature, and then no more");
}

async fn what_a_model_was_asked_is_in_no_error(world: World) {
    let (acme, _) = set_up(&world).await;
    let form = r#"{"id":"f-1","name":"Zora Quist","phone":"+15125550177","service":"boiler","message":"it smells of gas here"}"#;
    give(&world, &acme, Provider::Form, form).await;
    let there = StandIn::start();
    with_drafter(&world, &[chat(&there, "parrot-1", "sk-test")]).await;
    assert!(there.seen()[0].body.contains("it smells of gas here"), "{}", there.seen()[0].body);
    let job = world.texts("select state || ': ' || last_error || ' / ' || signature from jobs where kind = 'ai_draft'").await;
    assert!(
        job[0].starts_with("dead: BadRequestError: [{'loc': ('body', 'messages', 1), 'msg': 'Input should be shorter'"),
        "{job:?}"
    );
    let attempts = world.texts("select error || ' / ' || signature from attempts").await;
    let journal = world.texts("select detail from journal where verb = 'job.dead'").await;
    for kept in job.iter().chain(&attempts).chain(&journal) {
        for word in ["smells", "gas", "boiler", "Quist", "quist"] {
            assert!(!kept.contains(word), "{word} in {kept}");
        }
    }
    assert_eq!((job.len(), attempts.len(), journal.len()), (1, 1, 1));
}

async fn a_slow_model_keeps_the_lease_of_its_job(world: World) {
    let (acme, _) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    let there = StandIn::answering(&[Mode::Hang]);
    let slow = [Setting { timeout_seconds: Some(13), ..chat(&there, "small-1", "sk-test") }];
    let working = with_drafter(&world, &slow);
    tokio::pin!(working);
    let mut kept = false;
    let mut ran_out = false;
    while !kept {
        tokio::select! {
            () = &mut working => break,
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
        if !ran_out && !there.seen().is_empty() {
            // As if the lease were about to end.
            world.script("update jobs set lease_until = '2000-01-01T00:00:00+00:00' where lease_until is not null").await;
            ran_out = true;
        }
        kept = ran_out && world.number("select count(*) from jobs where lease_until > '2001-01-01T00:00:00+00:00'").await == 1;
    }
    assert!(kept, "nobody renewed the lease while the model was waited for");
    working.await;
    let said = world.texts("select state || ': ' || last_error from jobs where kind = 'ai_draft'").await;
    assert!(said[0].starts_with("retrying: ") && said[0].ends_with("needs a higher timeout_seconds"), "{said:?}");
}

/// Has a draft made of the client's week, beside that of a lead; gives back both.
async fn week_beside_lead(world: &World, client: &Client, person: &Person) -> [DraftId; 2] {
    let actor = Actor::Person(person.clone());
    ask(&world.store, &actor, Ask::Week(client.id, world.now().date_naive())).await.unwrap();
    work(world).await;
    assert_eq!(world.texts("select subject from drafts order by number").await, ["lead", "week"]);
    let of = async |number| DraftId(world.store.find(person, Ref::new(Kind::Draft, number)).await.unwrap().id);
    [of(1).await, of(2).await]
}

async fn what_becomes_of_a_lead_marks_its_drafts_and_those_of_its_week(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    world.clock.advance(chrono::TimeDelta::minutes(1));
    work(&world).await;
    week_beside_lead(&world, &acme, &rosa).await;
    // A lead of another week changes neither.
    let old = world.lead(&acme, with![arrived_at = world.now() - chrono::TimeDelta::days(30)]).await;
    let set = async |number, act| {
        let target = world.store.find(&rosa, Ref::new(Kind::Lead, number)).await.unwrap();
        perform(&world.store, &rosa, &Act { target, verb: Verb::SetLead { act, lost: None }, reason: None }).await.unwrap();
    };
    set(old.number, LeadAct::Contact).await;
    const MARKED: &str = "select subject from drafts where newer_at is not null order by number";
    assert_eq!(world.texts(MARKED).await, Vec::<String>::new());
    set(1, LeadAct::Book).await;
    assert_eq!(world.texts(MARKED).await, ["lead", "week"]);
    assert_eq!(world.texts("select state from drafts").await, ["pending", "pending"], "nobody would draft anew");
}

async fn what_a_source_did_not_tell_stands_on_the_drafts_that_depend_on_it(world: World) {
    let (acme, rosa) = set_up(&world).await;
    missed(&world, &acme, "CA1").await;
    world.clock.advance(chrono::TimeDelta::minutes(1));
    work(&world).await;
    let ids = week_beside_lead(&world, &acme, &rosa).await;
    let lapses = async || {
        let mut told = Vec::new();
        for id in &ids {
            let detail = world.store.draft_detail(&rosa, *id).await.unwrap();
            told.push(detail.frame.lapses.iter().map(|lapse| lapse.provider).collect::<Vec<_>>());
        }
        told
    };
    // Angi brings leads for Acme too, and brought none; another client's form is nobody's matter here.
    let brill = world.client("Brill").await;
    let mut tx = world.store.begin().await.unwrap();
    let all = [(acme.id, Provider::TwilioVoice), (acme.id, Provider::Angi), (brill.id, Provider::Form)];
    let hour = chrono::TimeDelta::hours(1);
    tx.set_expectations(&Actor::Intake, &all.map(|(client, provider)| (client, provider, hour))).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lapses().await, [vec![], vec![]], "nobody is silent yet");
    world.clock.advance(chrono::TimeDelta::minutes(61));
    world.script("update expectations set set_at = '2026-05-01T00:00:00+00:00'").await;
    assert_eq!(lapses().await, [vec![Provider::TwilioVoice], vec![Provider::TwilioVoice, Provider::Angi]]);
    act(&world, &rosa, 2, Verb::ClaimDraft { take_over: false }).await;
    let target = world.store.find(&rosa, Ref::new(Kind::Draft, 2)).await.unwrap();
    save_work(&world.store, &rosa, &target, 0, "Acme had one request.").await.unwrap();
    let told = world.texts("select reason from findings where kind = 'stale_data' and severity = 'warn'").await;
    assert_eq!(
        told,
        [
            "twilio-voice told nothing since 2026-06-01 14:30 UTC, so later facts may be missing; angi never told anything, so facts may \
         be missing"
        ]
    );
    // A call that comes after the drafts says that nothing of before them is missing.
    missed(&world, &acme, "CA2").await;
    world.clock.advance(chrono::TimeDelta::minutes(61));
    assert_eq!(lapses().await, [vec![], vec![Provider::Angi]]);
}

//! What happens when payloads arrive and people decide, on both databases: once, in order, and explained.

use std::time::Duration;

use chrono::TimeDelta;
use quotedeck::domain::act::{Act, Done, Target, Verb};
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::content::Content;
use quotedeck::domain::draft::RejectReason;
use quotedeck::domain::event::{Columns, Provider};
use quotedeck::domain::failure::Failure;
use quotedeck::domain::filter::Filter;
use quotedeck::domain::id::{Kind, LeadId, Ref};
use quotedeck::domain::lead::{LeadAct, LostReason};
use quotedeck::domain::reply::{Meaning, Reply};
use quotedeck::domain::span::FindingKind;
use quotedeck::domain::text::Internal;
use quotedeck::intake;
use quotedeck::store::claim::take::Appetite;
use quotedeck::workflow::act::perform;
use quotedeck::workflow::arrive::{Arrival, Arrived, arrive};
use quotedeck::workflow::finish::{Returned, finish_attempts};
use quotedeck::workflow::review::{NewDraft, file_draft, save_work};

use crate::databases::World;
use crate::fixtures::with;

both_databases!(
    a_missed_call_makes_a_lead_a_task_and_a_text_once,
    three_missed_calls_are_one_text,
    an_old_missed_call_is_not_answered_by_itself,
    an_opt_out_stops_what_waits_and_what_comes,
    what_cannot_be_normalised_is_kept_and_asked_of_a_person,
    an_automation_in_shadow_says_what_it_would_do,
    a_block_stops_approval,
    two_approvals_are_one_summary_and_one_explanation,
    a_claim_that_ran_out_is_free_for_others,
    an_approval_is_published_or_undone,
    a_text_in_progress_is_never_overwritten,
    a_viewer_may_not_act,
    rights_that_were_taken_away_hold_no_longer,
    a_stale_screen_is_told_who_was_first,
    every_task_act_can_be_undone,
    a_lead_goes_back_as_it_was,
    a_job_that_was_given_up_is_laid_aside,
    what_is_laid_aside_is_not_replayed_at_the_same_moment,
    what_arrived_is_not_done_again_by_a_replay_that_waits,
    what_is_replayed_stays_off_the_failures_while_its_replay_waits,
    a_dead_job_is_replayed_under_its_own_key,
    what_nobody_can_have_got_is_composed_anew_when_it_is_replayed,
    a_try_that_is_recalled_waits_on,
    a_paused_destination_holds_its_jobs,
);

pub(crate) async fn set_up(world: &World) -> (Client, Person) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let mut tx = world.store.begin().await.unwrap();
    let actor = Actor::Person(rosa.clone());
    for (name, kind) in [("HubSpot", "crm"), ("Twilio", "sms"), ("Portal", "portal")] {
        let new = quotedeck::store::destinations::NewDestination {
            name: name.into(),
            kind: kind.into(),
            delivery_mode: quotedeck::domain::job::DeliveryMode::Keyed,
            incident_owner: None,
            rollback: None,
        };
        tx.put_destination(&actor, &new).await.unwrap();
    }
    tx.commit().await.unwrap();
    world
        .script(
            "insert into templates (id, name, edition, channel, text, opt_out_line, response_window_minutes, escalate_to, approved_by, approved_at)
             select id, 'text_back', 1, 'sms', 'Sorry', 'STOP', 15, 'rosa', 'rosa', created_at from people where name = 'rosa'",
        )
        .await;
    stage(world, "full").await;
    (acme, rosa)
}

async fn stage(world: &World, stage: &str) {
    world.script("delete from automations").await;
    world
        .script(&format!(
            "insert into automations (id, name, trigger_event, owner, incident_owner, rollback, stage, updated_at)
             select id, 'text_back', 'call_missed', 'rosa', 'rosa', 'switch it off', '{stage}', created_at from people where name = 'rosa'"
        ))
        .await;
}

/// How payloads are read in tests.
pub(crate) fn settings(received_at: chrono::DateTime<chrono::Utc>) -> intake::Settings {
    intake::Settings { region: "US".into(), columns: Columns::default(), fields: Columns::default(), honeypot: None, received_at }
}

pub(crate) async fn give(world: &World, client: &Client, provider: Provider, bytes: &str) -> Vec<Arrived> {
    let settings = settings(world.now());
    let arrivals: Vec<Arrival> = intake::read(provider, bytes.as_bytes(), &settings)
        .into_iter()
        .map(|item| Arrival { body: Internal::new(item.body), normalised: item.outcome.expect("a payload of that provider") })
        .collect();
    arrive(&world.store, client, provider, &arrivals).await.unwrap()
}

pub(crate) fn missed(sid: &str) -> String {
    format!("CallSid={sid}&CallStatus=no-answer&Direction=inbound&From=%2B15125550142&To=%2B18005551212")
}

fn text_message(sid: &str, words: &str) -> String {
    format!("MessageSid={sid}&SmsStatus=received&From=%2B15125550142&To=%2B18005551212&Body={words}")
}

pub(crate) fn act(target: Target, verb: Verb) -> Act {
    Act { target, verb, reason: Some("a test".into()) }
}

pub(crate) async fn target(world: &World, me: &Person, kind: Kind, number: i64) -> Target {
    world.store.find(me, Ref::new(kind, number)).await.unwrap()
}

async fn filed(world: &World, me: &Person, lead: LeadId, text: &str) -> Target {
    let new = NewDraft { lead, title: "missed call".into(), text: text.into(), model: "outline".into() };
    let record = file_draft(&world.store, &Actor::Worker, &new).await.unwrap();
    target(world, me, Kind::Draft, record.number).await
}

async fn approve(world: &World, me: &Person, draft: Target, text: &str) -> Result<Done, Failure> {
    let work_version = world.number(&format!("select work_version from drafts where number = {}", draft.record.number)).await;
    perform(&world.store, me, &act(draft, Verb::ApproveDraft { text: text.into(), work_version })).await
}

async fn a_missed_call_makes_a_lead_a_task_and_a_text_once(world: World) {
    let (acme, _) = set_up(&world).await;
    let first = give(&world, &acme, Provider::TwilioVoice, &missed("CA1")).await;
    assert!(matches!(first[..], [Arrived::Recorded { .. }]), "{first:?}");
    assert_eq!(world.number("select count(*) from tasks where kind = 'call_back' and state = 'open'").await, 1);
    assert_eq!(world.number("select count(*) from jobs where operation = 'text_back'").await, 1);
    assert_eq!(world.number("select count(*) from jobs where operation = 'contact.upsert'").await, 1);
    let tables = ["leads", "events", "payloads", "jobs", "tasks", "journal", "opt_outs", "findings"];
    let mut before = Vec::new();
    for table in tables {
        before.push(world.number(&format!("select count(*) from {table}")).await);
    }
    let again = give(&world, &acme, Provider::TwilioVoice, &missed("CA1")).await;
    let lead = Some(Ref::new(Kind::Lead, 1));
    assert!(matches!(&again[..], [Arrived::Duplicate { lead: known, event: Some(_) }] if *known == lead), "{again:?}");
    for (table, rows) in tables.iter().zip(before) {
        assert_eq!(world.number(&format!("select count(*) from {table}")).await, rows, "{table}");
    }
}

async fn three_missed_calls_are_one_text(world: World) {
    let (acme, _) = set_up(&world).await;
    for sid in ["CA1", "CA2", "CA3"] {
        give(&world, &acme, Provider::TwilioVoice, &missed(sid)).await;
    }
    assert_eq!(world.number("select count(*) from leads").await, 1);
    assert_eq!(world.number("select count(*) from events").await, 3);
    assert_eq!(world.number("select count(*) from jobs where operation = 'text_back'").await, 1);
    assert_eq!(world.number("select count(*) from tasks").await, 1);
    // A quarter of an hour later it is another call, and deserves an answer.
    world.clock.advance(TimeDelta::minutes(16));
    give(&world, &acme, Provider::TwilioVoice, &missed("CA4")).await;
    assert_eq!(world.number("select count(*) from jobs where operation = 'text_back'").await, 2);
}

async fn an_opt_out_stops_what_waits_and_what_comes(world: World) {
    let (acme, _) = set_up(&world).await;
    give(&world, &acme, Provider::TwilioVoice, &missed("CA1")).await;
    give(&world, &acme, Provider::TwilioSms, &text_message("SM1", "Stop.")).await;
    assert_eq!(world.number("select count(*) from jobs where operation = 'text_back' and state = 'cancelled'").await, 1);
    assert_eq!(world.texts("select channel from opt_outs where lifted_at is null").await, ["sms"]);
    assert_eq!(world.texts("select consent from leads").await, ["implied"], "of mail nothing was said");
    world.clock.advance(TimeDelta::minutes(16));
    give(&world, &acme, Provider::TwilioVoice, &missed("CA2")).await;
    assert_eq!(world.number("select count(*) from jobs where operation = 'text_back'").await, 1, "nothing further is queued");
    give(&world, &acme, Provider::TwilioSms, &text_message("SM2", "START")).await;
    world.clock.advance(TimeDelta::minutes(16));
    give(&world, &acme, Provider::TwilioVoice, &missed("CA3")).await;
    assert_eq!(world.number("select count(*) from jobs where operation = 'text_back'").await, 2, "the person asked for it again");
}

async fn what_cannot_be_normalised_is_kept_and_asked_of_a_person(world: World) {
    let (acme, _) = set_up(&world).await;
    let nowhere = "CallSid=CA9&CallStatus=no-answer&Direction=inbound&From=%2B999123&To=%2B18005551212";
    let parked = give(&world, &acme, Provider::TwilioVoice, nowhere).await;
    assert!(matches!(&parked[..], [Arrived::Parked { reason, .. }] if reason.contains("phone number")), "{parked:?}");
    assert_eq!(world.number("select count(*) from leads").await, 0, "nothing is guessed");
    assert_eq!(world.number("select count(*) from payloads where state = 'parked'").await, 1);
    assert_eq!(world.number("select count(*) from tasks where kind = 'data_quality' and payload_id is not null").await, 1);
    assert!(matches!(give(&world, &acme, Provider::TwilioVoice, nowhere).await[..], [Arrived::Duplicate { event: None, .. }]));
    assert_eq!(world.number("select count(*) from tasks").await, 1);
    // The same call with a number that can be called is its correction, and no double of it.
    let corrected = nowhere.replace("%2B999123", "%2B15125550142");
    let given = give(&world, &acme, Provider::TwilioVoice, &corrected).await;
    assert!(matches!(given[..], [Arrived::Recorded { .. }]), "{given:?}");
    assert!(matches!(
        give(&world, &acme, Provider::TwilioVoice, &corrected).await[..],
        [Arrived::Duplicate { event: Some(_), .. }]
    ));
}

async fn an_automation_in_shadow_says_what_it_would_do(world: World) {
    let (acme, _) = set_up(&world).await;
    stage(&world, "shadow").await;
    give(&world, &acme, Provider::TwilioVoice, &missed("CA1")).await;
    assert_eq!(world.number("select count(*) from jobs where operation = 'text_back'").await, 0);
    let said = world.texts("select detail from journal where verb = 'job.skip'").await;
    assert!(said[0].contains("automation text_back is shadow"), "{said:?}");
}

async fn a_block_stops_approval(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let lead = world.lead(&acme, with![name = "Jo Ortiz"]).await;
    let draft = filed(&world, &rosa, LeadId(lead.id), "Call the customer at (512) 555-0142.").await;
    perform(&world.store, &rosa, &act(draft, Verb::ClaimDraft { take_over: false })).await.unwrap();
    let refused = approve(&world, &rosa, draft, "Call the customer at (512) 555-0142.").await.unwrap_err();
    assert!(matches!(&refused, Failure::Refused { why, .. } if why.contains("phone")), "{refused}");
    assert!(!refused.to_string().contains("555-0142"), "the span must not leave in a message");
    assert_eq!(world.number("select count(*) from summaries").await, 0);
    assert_eq!(
        world.number("select count(*) from journal where verb = 'draft.approve'").await,
        0,
        "what was refused is not announced"
    );
    approve(&world, &rosa, draft, "The customer asked for a call back.").await.unwrap();
    assert_eq!(world.texts("select text from approved_texts").await, ["The customer asked for a call back."]);
}

async fn two_approvals_are_one_summary_and_one_explanation(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let lead = world.lead(&acme, with![]).await;
    let draft = filed(&world, &rosa, LeadId(lead.id), "The customer asked for a call back.").await;
    perform(&world.store, &rosa, &act(draft, Verb::ClaimDraft { take_over: false })).await.unwrap();
    let held = perform(&world.store, &ana, &act(draft, Verb::ClaimDraft { take_over: false })).await.unwrap_err();
    assert!(matches!(&held, Failure::Conflict(conflict) if conflict.by == "rosa"), "{held}");
    let text = "The customer asked for a call back.";
    let (first, second) = tokio::join!(approve(&world, &rosa, draft, text), approve(&world, &ana, draft, text));
    assert!(first.is_ok(), "{first:?}");
    assert!(matches!(second, Err(Failure::Conflict(_))), "{second:?}");
    assert_eq!(world.number("select count(*) from summaries").await, 1);
    assert_eq!(world.number("select count(*) from jobs where kind = 'portal_publish'").await, 1);
}

async fn a_claim_that_ran_out_is_free_for_others(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let lead = world.lead(&acme, with![]).await;
    let text = "The customer asked for a call back.";
    let draft = filed(&world, &rosa, LeadId(lead.id), text).await;
    let claim = || act(draft, Verb::ClaimDraft { take_over: false });
    perform(&world.store, &rosa, &claim()).await.unwrap();
    world.clock.advance(TimeDelta::minutes(9));
    let held = perform(&world.store, &ana, &act(target(&world, &ana, Kind::Draft, 1).await, claim().verb)).await.unwrap_err();
    assert!(matches!(&held, Failure::Conflict(conflict) if conflict.by == "rosa"), "{held}");
    world.clock.advance(TimeDelta::minutes(2));
    perform(&world.store, &ana, &act(target(&world, &ana, Kind::Draft, 1).await, claim().verb)).await.unwrap();
    let late = approve(&world, &rosa, draft, text).await.unwrap_err();
    assert!(matches!(&late, Failure::Conflict(conflict) if conflict.by == "ana"), "{late}");
    approve(&world, &ana, draft, text).await.unwrap();
}

async fn an_approval_is_published_or_undone(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let lead = world.lead(&acme, with![]).await;
    let draft = filed(&world, &rosa, LeadId(lead.id), "The customer asked for a call back.").await;
    perform(&world.store, &rosa, &act(draft, Verb::ClaimDraft { take_over: false })).await.unwrap();
    let done = approve(&world, &rosa, draft, "The customer asked for a call back.").await.unwrap();
    assert_eq!(world.texts("select state from jobs where kind = 'portal_publish'").await, ["armed"]);
    let undo = done.undo.expect("an approval can be undone while it is armed");
    perform(&world.store, &rosa, &undo).await.unwrap();
    assert_eq!(world.texts("select state from jobs where kind = 'portal_publish'").await, ["cancelled"]);
    assert_eq!(world.number("select count(*) from approved_texts where withdrawn_at is null").await, 0);
}

async fn a_text_in_progress_is_never_overwritten(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let lead = world.lead(&acme, with![]).await;
    let draft = filed(&world, &rosa, LeadId(lead.id), "The customer asked for a call back.").await;
    perform(&world.store, &rosa, &act(draft, Verb::ClaimDraft { take_over: false })).await.unwrap();
    assert_eq!(save_work(&world.store, &rosa, &draft, 0, "First.").await, Ok(1));
    assert!(matches!(save_work(&world.store, &rosa, &draft, 0, "From an older screen.").await, Err(Failure::Conflict(_))));
    assert_eq!(world.texts("select work from drafts").await, ["First."]);
    // Handing it back keeps the text for whoever comes next.
    perform(&world.store, &rosa, &act(draft, Verb::ReleaseDraft { work_version: None })).await.unwrap();
    assert_eq!(world.texts("select work from drafts").await, ["First."]);
}

async fn a_viewer_may_not_act(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let brill = world.client("Brill").await;
    let vera = world.person("vera", Role::Viewer, None).await;
    let olga = world.person("olga", Role::Operator, Some(&[&brill])).await;
    world.task(&acme, with![]).await;
    let task = target(&world, &rosa, Kind::Task, 1).await;
    assert!(matches!(perform(&world.store, &vera, &act(task, Verb::FinishTask)).await, Err(Failure::NotAllowed(_))));
    assert!(
        matches!(perform(&world.store, &olga, &act(task, Verb::FinishTask)).await, Err(Failure::NotFound(_))),
        "not her client"
    );
    assert_eq!(world.number("select count(*) from journal").await, 3, "only the set-up is in the log");

    // Nothing of the review desk is a viewer's either, whatever screen or program asks.
    let lead = world.lead(&acme, with![]).await;
    world.draft(&acme, lead, with![]).await;
    let draft = target(&world, &rosa, Kind::Draft, 1).await;
    let text = || "A customer asked about a leak.".to_owned();
    for verb in [
        Verb::ClaimDraft { take_over: true },
        Verb::ReleaseDraft { work_version: None },
        Verb::ApproveDraft { text: text(), work_version: 0 },
        Verb::AskOverride { text: text() },
        Verb::GrantOverride { request: uuid::Uuid::nil() },
        Verb::RejectDraft { reason: RejectReason::Wrong, work_version: 0 },
        Verb::ReopenDraft,
        Verb::Reveal { line: 1, kind: FindingKind::Phone },
        Verb::WithdrawSummary { reopen: false },
    ] {
        let refused = perform(&world.store, &vera, &act(draft, verb)).await;
        assert!(matches!(refused, Err(Failure::NotAllowed(_))), "{refused:?}");
    }
    assert!(matches!(save_work(&world.store, &vera, &draft, 0, "Mine.").await, Err(Failure::NotAllowed(_))));
    assert_eq!(world.texts("select state from drafts where work_version = 0").await, ["pending"]);
}

/// The screen was painted while she was an operator of both.
async fn rights_that_were_taken_away_hold_no_longer(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let olga = world.person("olga", Role::Operator, None).await;
    world.task(&acme, with![]).await;
    let task = target(&world, &rosa, Kind::Task, 1).await;
    world.script("update people set all_clients = false where name = 'olga'").await;
    assert!(matches!(perform(&world.store, &olga, &act(task, Verb::FinishTask)).await, Err(Failure::NotFound(_))));
    world.script("update people set role = 'viewer' where name = 'olga'").await;
    assert!(matches!(perform(&world.store, &olga, &act(task, Verb::FinishTask)).await, Err(Failure::NotAllowed(_))));
    world.script("update people set role = 'operator', all_clients = true where name = 'olga'").await;
    perform(&world.store, &olga, &act(task, Verb::FinishTask)).await.unwrap();
}

async fn a_stale_screen_is_told_who_was_first(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let raj = world.person("raj", Role::Operator, None).await;
    world.task(&acme, with![]).await;
    let seen = target(&world, &rosa, Kind::Task, 1).await;
    perform(&world.store, &raj, &act(seen, Verb::FinishTask)).await.unwrap();
    let Err(Failure::Conflict(conflict)) = perform(&world.store, &rosa, &act(seen, Verb::FinishTask)).await else {
        panic!("a conflict")
    };
    assert_eq!((conflict.what.as_str(), conflict.by.as_str(), conflict.now.as_str()), ("T-1", "raj", "done"));
    assert_eq!(conflict.at, Some(world.now()));
}

async fn every_task_act_can_be_undone(world: World) {
    let (acme, rosa) = set_up(&world).await;
    world.task(&acme, with![]).await;
    let later = Some(world.now() + TimeDelta::hours(1));
    for verb in
        [Verb::FinishTask, Verb::DropTask, Verb::SnoozeTask { until: later }, Verb::AssignTask { to: Some("rosa".into()) }]
    {
        let before = world.texts("select state from tasks").await;
        let seen = target(&world, &rosa, Kind::Task, 1).await;
        let done = perform(&world.store, &rosa, &act(seen, verb.clone())).await.unwrap();
        perform(&world.store, &rosa, &done.undo.unwrap()).await.unwrap();
        assert_eq!(world.texts("select state from tasks").await, before, "{verb:?}");
        assert_eq!(
            world.number("select count(*) from tasks where snoozed_until is null and owner_id is null").await,
            1,
            "{verb:?}"
        );
    }
    let seen = target(&world, &rosa, Kind::Task, 1).await;
    let stranger = perform(&world.store, &rosa, &act(seen, Verb::AssignTask { to: Some("nobody-here".into()) })).await;
    assert!(matches!(stranger, Err(Failure::Refused { .. })));
}

async fn a_lead_goes_back_as_it_was(world: World) {
    let (acme, rosa) = set_up(&world).await;
    world.lead(&acme, with![]).await;
    let seen = target(&world, &rosa, Kind::Lead, 1).await;
    let no_reason = perform(&world.store, &rosa, &act(seen, Verb::SetLead { act: LeadAct::Lose, lost: None })).await;
    assert!(matches!(no_reason, Err(Failure::Refused { .. })));
    let lost = Verb::SetLead { act: LeadAct::Lose, lost: Some(LostReason::Price) };
    let done = perform(&world.store, &rosa, &act(seen, lost)).await.unwrap();
    assert_eq!(world.texts("select state from leads").await, ["lost"]);
    perform(&world.store, &rosa, &done.undo.unwrap()).await.unwrap();
    assert_eq!(world.number("select count(*) from leads where state = 'new' and lost_reason is null").await, 1);
}

async fn a_dead_job_is_replayed_under_its_own_key(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let hubspot = world.destination("Other CRM", with![]).await;
    world.job(&acme, hubspot, with![state = "dead", signature = "401", reason = "budget"]).await;
    let seen = target(&world, &rosa, Kind::Job, 1).await;
    let done = perform(&world.store, &rosa, &act(seen, Verb::RetryJob)).await.unwrap();
    assert_eq!(world.number("select count(distinct idempotency_key) from jobs").await, 1);
    assert_eq!(world.texts("select state from jobs order by number").await, ["dead", "armed"], "history is never overwritten");
    let everything = Filter::default();
    assert!(world.store.page_failures(&rosa, &everything, None, 10).await.unwrap().rows.is_empty(), "off the failures pane");
    perform(&world.store, &rosa, &done.undo.unwrap()).await.unwrap();
    assert_eq!(world.texts("select state from jobs order by number").await, ["dead", "cancelled"]);
    assert_eq!(world.store.page_failures(&rosa, &everything, None, 10).await.unwrap().rows.len(), 1, "back on the failures pane");
}

async fn a_job_that_was_given_up_is_laid_aside(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let hubspot = world.destination("Other CRM", with![]).await;
    world.job(&acme, hubspot, with![state = "dead", signature = "401", reason = "refused"]).await;
    let seen = target(&world, &rosa, Kind::Job, 1).await;
    let cancel = Act { reason: Some("done by hand".into()), ..act(seen, Verb::CancelJob) };
    let done = perform(&world.store, &rosa, &cancel).await.unwrap();
    assert!(done.said.contains("is laid aside"), "{}", done.said);
    assert_eq!(world.texts("select state || ' ' || reason from jobs").await, ["dead refused"], "what became of it stays");
    assert!(
        world.store.page_failures(&rosa, &Filter::default(), None, 10).await.unwrap().rows.is_empty(),
        "off the failures pane"
    );
    let entries = world.texts("select detail from journal where verb = 'job.cancel'").await;
    assert_eq!(entries, ["laid aside: done by hand"]);
    // Whoever cancels what was replayed or laid aside means something else.
    let seen = target(&world, &rosa, Kind::Job, 1).await;
    let again = perform(&world.store, &rosa, &act(seen, Verb::CancelJob)).await;
    assert!(matches!(again, Err(Failure::Refused { .. })), "{again:?}");
    perform(&world.store, &rosa, &act(seen, Verb::ReplayJob)).await.unwrap();
    assert_eq!(world.texts("select state from jobs order by number").await, ["dead", "armed"]);
}

async fn what_is_laid_aside_is_not_replayed_at_the_same_moment(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Owner, None).await;
    let hubspot = world.destination("Other CRM", with![]).await;
    let job = world.job(&acme, hubspot, with![state = "dead", signature = "401", reason = "refused"]).await;
    let seen = target(&world, &rosa, Kind::Job, 1).await;
    let mut first = world.store.begin().await.unwrap();
    let now = first.job_now(job.id).await.unwrap().unwrap();
    assert!(first.settle_job(&now).await.unwrap());
    let first = async {
        // On SQLite one writes at a time; on Postgres both have seen the job before either could change it.
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while world.store.is_postgres() && world.number(waiting).await < 2 {
            tokio::task::yield_now().await;
        }
        drop(first);
    };
    let (aside, replay) = (act(seen, Verb::CancelJob), act(seen, Verb::ReplayJob));
    let all = async { tokio::join!(perform(&world.store, &rosa, &aside), perform(&world.store, &ana, &replay), first) };
    let (aside, replay, ()) = tokio::time::timeout(Duration::from_secs(20), all).await.expect("both wait for the first");
    assert!(aside.is_ok() != replay.is_ok(), "one of them stands: {aside:?}, {replay:?}");
    let (lost, by) = if let Err(lost) = &aside { (lost, "ana") } else { (replay.as_ref().unwrap_err(), "rosa") };
    assert!(matches!(lost, Failure::Conflict(found) if found.by == by), "{lost:?}");
    assert_eq!(world.number("select count(*) from jobs").await, 1 + i64::from(replay.is_ok()));
    assert_eq!(world.number("select count(*) from journal where verb in ('job.cancel', 'job.replay')").await, 1);
}

async fn what_arrived_is_not_done_again_by_a_replay_that_waits(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let twilio = world.destination("Texts", with![kind = "sms", delivery_mode = "once"]).await;
    let job = world.job(&acme, twilio, with![state = "unknown", delivery_mode = "once", operation = "quote_confirmation"]).await;
    world.tried(job, with![outcome = "may_have_left", destination_id = twilio.id]).await;
    let other = world.job(&acme, twilio, with![state = "ready", operation = "quote_confirmation"]).await;
    for asked in [job, other] {
        world.task(&acme, with![kind = "unknown_outcome", job_id = asked.id]).await;
    }
    let seen = target(&world, &rosa, Kind::Job, job.number).await;
    let replay = Act { reason: Some("she has nothing".into()), ..act(seen, Verb::ReplayJob) };
    perform(&world.store, &rosa, &replay).await.unwrap();
    assert_eq!(world.texts("select state from jobs order by number").await, ["unknown", "ready", "armed"]);
    let seen = target(&world, &rosa, Kind::Job, job.number).await;
    let done = perform(&world.store, &rosa, &act(seen, Verb::ResolveJob { arrived: true })).await.unwrap();
    assert!(done.said.ends_with("J-3 is cancelled"), "{}", done.said);
    assert_eq!(world.texts("select state from jobs order by number").await, ["succeeded", "ready", "cancelled"]);
    assert_eq!(world.texts("select state from tasks order by number").await, ["done", "open"], "it is known now");
    let said = format!("J-{} arrived: not done again: a test", job.number);
    assert_eq!(world.texts("select detail from journal where verb = 'job.resolve' order by number desc limit 1").await, [said]);
    assert_eq!(other.number, 2);
}

/// A replay that was tried and is tried early waits on when that is recalled; what it replays is no failure meanwhile.
async fn what_is_replayed_stays_off_the_failures_while_its_replay_waits(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let hubspot = world.destination("Other CRM", with![]).await;
    world.job(&acme, hubspot, with![state = "dead", signature = "401", reason = "refused"]).await;
    let seen = target(&world, &rosa, Kind::Job, 1).await;
    perform(&world.store, &rosa, &act(seen, Verb::ReplayJob)).await.unwrap();
    world.script("update jobs set armed_until = null, state = 'retrying', fence = 1 where replay = 1").await;
    let seen = target(&world, &rosa, Kind::Job, 2).await;
    let done = perform(&world.store, &rosa, &act(seen, Verb::RetryJob)).await.unwrap();
    perform(&world.store, &rosa, &done.undo.unwrap()).await.unwrap();
    assert_eq!(world.texts("select state from jobs where settled").await, ["dead"]);
}

/// Who mends a lead or a text and replays means the mended one; what may have arrived is sent as it was.
async fn what_nobody_can_have_got_is_composed_anew_when_it_is_replayed(world: World) {
    let (acme, rosa) = set_up(&world).await;
    for (mode, meaning) in [("keyed", Meaning::Refused), ("once", Meaning::Silent)] {
        let there = world.destination(&format!("Other {mode}"), with![delivery_mode = mode]).await;
        let job = world.job(&acme, there, with![delivery_mode = mode]).await;
        let mut taken = world.store.claim_jobs("w1", &Appetite { most: 1, bulk: 1, reaches: None }).await.unwrap().jobs;
        let content = Internal::new(Content::Publish.to_json().unwrap());
        let intent = world.store.announce(vec![(taken.remove(0), content)]).await.unwrap().remove(0).made().unwrap();
        let reply =
            Reply { meaning, status: Some(400), error: None, retry_after: None, remote_id: None, made: None, spent: None };
        finish_attempts(&world.store, &[Returned { intent, reply, roll: 0.5 }]).await.unwrap();
        let seen = target(&world, &rosa, Kind::Job, job.number).await;
        perform(&world.store, &rosa, &Act { reason: Some("a test".into()), ..act(seen, Verb::ReplayJob) }).await.unwrap();
        world.script("update jobs set armed_until = null, state = 'held' where replay = 1").await;
    }
    let kept = "select case when content is null then 'anew' else 'as it was' end from jobs where replay = 1 order by number";
    assert_eq!(world.texts(kept).await, ["anew", "as it was"]);
}

/// What waits because of the hour or of a `Retry-After` has used up no try, and is no new work either.
async fn a_try_that_is_recalled_waits_on(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let hubspot = world.destination("Other CRM", with![]).await;
    for (state, fence) in [("scheduled", 1_i64), ("retrying", 2)] {
        let due = world.now() + TimeDelta::hours(1);
        let job = world.job(&acme, hubspot, with![state = state, fence = fence, due_at = due]).await;
        let seen = target(&world, &rosa, Kind::Job, job.number).await;
        let done = perform(&world.store, &rosa, &act(seen, Verb::RetryJob)).await.unwrap();
        perform(&world.store, &rosa, &done.undo.unwrap()).await.unwrap();
    }
    assert_eq!(world.texts("select state from jobs where not settled order by number").await, ["retrying", "retrying"]);
}

async fn a_paused_destination_holds_its_jobs(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let crm = world.destination("Other CRM", with![]).await;
    world.job(&acme, crm, with![state = "ready"]).await;
    let seen = target(&world, &rosa, Kind::Destination, crm.number).await;
    let raj = world.person("raj", Role::Operator, None).await;
    let pause = act(seen, Verb::PauseDestination { until: world.now() + TimeDelta::days(30) });
    assert!(matches!(perform(&world.store, &raj, &pause).await, Err(Failure::NotAllowed(_))));
    let done = perform(&world.store, &rosa, &pause).await.unwrap();
    assert_eq!(world.texts("select state from jobs").await, ["held"]);
    assert_eq!(world.texts("select paused_by from destinations where paused").await, ["rosa"]);
    perform(&world.store, &rosa, &done.undo.unwrap()).await.unwrap();
    assert_eq!(world.texts("select state from jobs").await, ["ready"]);
}

async fn an_old_missed_call_is_not_answered_by_itself(world: World) {
    let (acme, _) = set_up(&world).await;
    let line = format!(
        r#"{{"key":"old","kind":"call_missed","occurred_at":"{}","phone":"+15125550142"}}"#,
        (world.now() - TimeDelta::minutes(16)).to_rfc3339()
    );
    give(&world, &acme, Provider::Event, &line).await;
    assert_eq!(world.number("select count(*) from jobs where operation = 'text_back'").await, 0);
    assert_eq!(world.number("select count(*) from tasks where kind = 'call_back'").await, 1, "a person still calls back");
    let said = world.texts("select detail from journal where verb = 'job.skip'").await;
    assert!(said[0].contains("window has closed"), "{said:?}");
}

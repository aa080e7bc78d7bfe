//! The trace: everything that belongs to a record, in order, and nothing to somebody who may not see it.

use chrono::TimeDelta;
use quotedeck::domain::act::{Act, Verb};
use quotedeck::domain::actor::{Person, Role};
use quotedeck::domain::event::Provider;
use quotedeck::domain::filter::Filter;
use quotedeck::domain::id::{Kind, LeadId, Ref};
use quotedeck::domain::trace::{StepKind, Trace};
use quotedeck::workflow::act::perform;
use uuid::Uuid;

use crate::databases::World;
use crate::drafting::set_up;
use crate::fixtures::with;
use crate::workflow::give;

both_databases!(
    a_lead_has_all_that_belongs_to_it,
    whoever_only_reviews_sees_contact_data_masked,
    a_name_that_only_the_words_of_an_event_tell_is_masked_too,
    a_withdrawn_summary_and_its_reason_stand_in_the_trace_of_its_lead,
    every_kind_of_record_answers,
    a_long_timeline_keeps_its_newest_end
);

fn field(trace: &Trace, name: &str) -> String {
    let found = trace.fields.iter().find(|(other, _)| other == name);
    found.unwrap_or_else(|| panic!("no {name} in {:?}", trace.fields)).1.shown().into_owned()
}

async fn a_lead_has_all_that_belongs_to_it(world: World) {
    let (acme, brill) = (world.client("Acme").await, world.client("Brill").await);
    let rosa = world.person("rosa", Role::Owner, None).await;
    let ana = world.person("ana", Role::Reviewer, Some(&[&brill])).await;
    let hubspot = world.destination("HubSpot", with![]).await;
    let (start, minute) = (world.now(), TimeDelta::minutes(1));
    let lead = world.lead(&acme, with![value = 240_000, replied_at = start + TimeDelta::seconds(258)]).await;
    let payload = Uuid::now_v7();
    let payload_row = with![
        id = payload,
        client_id = acme.id.0,
        provider = "form",
        natural_key = "k",
        body = vec![1_u8],
        body_hash = vec![0_u8],
        state = "recorded",
        received_at = start
    ];
    let payload = world.made("payloads", payload_row, with![id = payload]).await;
    let event = with![
        client_id = acme.id.0,
        lead_id = lead.id,
        payload_id = payload.id,
        provider = "form",
        kind = "quote_requested",
        occurred_at = start,
        recorded_at = start,
        words = "no \u{1b}[31mwater",
        unknown_fields = "[]"
    ];
    let event = world.made("events", event, with![]).await;
    world.entry(with![subject_kind = "lead", subject_id = lead.id, lead_id = lead.id, verb = "lead.new", at = start]).await;
    world.entry(with![subject_kind = "lead", subject_id = lead.id, verb = "lead.look", at = start + minute]).await;
    let job = world
        .job(&acme, hubspot, with![lead_id = lead.id, state = "unknown", created_at = start + minute * 2, last_error = "cut"])
        .await;
    let intent = world.entry(with![subject_id = job.id, lead_id = lead.id, verb = "job.intend", at = start + minute * 3]).await;
    let attempt = with![
        intent_id = intent,
        started_at = start + minute * 3,
        finished_at = None::<i64>,
        outcome = "may_have_left",
        status = 504
    ];
    world.tried(job, attempt).await;
    let task = world.task(&acme, with![lead_id = lead.id, job_id = job.id, created_at = start + minute * 4]).await;
    let draft = world.draft(&acme, lead, with![created_at = start + minute * 5]).await;
    world.clock.advance(minute * 6);
    let summary = world.summary(&acme, lead, draft, &rosa, "One call.", with![state = "published"]).await;
    world.entry(with![subject_kind = "draft", subject_id = draft.id, verb = "draft.approve", actor = "rosa"]).await;
    // Of another lead.
    let other = world.lead(&acme, with![]).await;
    world.task(&acme, with![lead_id = other.id]).await;

    let record = Ref::new(Kind::Lead, lead.number);
    let trace = world.store.trace(&rosa, record).await.unwrap();
    let steps: Vec<_> = trace
        .steps
        .iter()
        .map(|step| (step.kind, step.record.map(|r| r.to_string()).unwrap_or_default(), step.who.as_str(), step.status.as_str()))
        .collect();
    let is = |kind, number| Ref::new(kind, number).to_string();
    let lead_ref = record.to_string();
    let (job_ref, draft_ref) = (is(Kind::Job, job.number), is(Kind::Draft, draft.number));
    assert_eq!(
        steps,
        [
            (StepKind::Event, is(Kind::Event, event.number), "intake", "recorded"),
            (StepKind::Journal, lead_ref.clone(), "worker", "written"),
            (StepKind::Journal, lead_ref, "worker", "written"),
            (StepKind::Job, job_ref.clone(), "worker", "unknown"),
            (StepKind::Journal, job_ref.clone(), "worker", "written"),
            (StepKind::Attempt, job_ref, "w1", "may_have_left"),
            (StepKind::Task, is(Kind::Task, task.number), "nobody yet", "open"),
            (StepKind::Draft, draft_ref, "rosa", "approved"),
            (StepKind::Summary, is(Kind::Summary, summary.number), "rosa", "published"),
        ]
    );
    assert_eq!(trace.steps[0].what.shown(), "quote_requested: no ␛[31mwater");
    assert_eq!(trace.steps[5].what.shown(), "try 1, status 504");
    assert!(trace.steps.iter().all(|step| step.kind == StepKind::Journal || !step.recovery.is_empty()));
    assert!(trace.steps[3].recovery.contains("never retried blindly"));
    assert!(!trace.cut);
    assert_eq!((field(&trace, "value"), field(&trace, "reply time")), ("$2,400".to_owned(), "4m 18s".to_owned()));

    for record in [record, Ref::new(Kind::Job, job.number), Ref::new(Kind::Event, event.number)] {
        let hidden = world.store.trace(&ana, record).await.unwrap_err();
        assert!(hidden.to_string().starts_with(&format!("{record} does not exist")), "{hidden}");
    }
    let of_job = world.store.trace(&rosa, Ref::new(Kind::Job, job.number)).await.unwrap();
    assert_eq!(of_job.steps.iter().filter(|step| step.kind == StepKind::Attempt).count(), 1);
    for (kind, number, wanted) in [
        (Kind::Task, task.number, StepKind::Job),
        (Kind::Draft, draft.number, StepKind::Summary),
        (Kind::Summary, summary.number, StepKind::Draft),
        (Kind::Payload, payload.number, StepKind::Event),
    ] {
        let trace = world.store.trace(&rosa, Ref::new(kind, number)).await.unwrap();
        assert!(trace.steps.iter().any(|step| step.kind == wanted), "{kind}: {:?}", trace.steps);
    }
}

async fn a_withdrawn_summary_and_its_reason_stand_in_the_trace_of_its_lead(world: World) {
    let acme = world.client("Acme").await;
    let (rosa, ana) = (world.person("rosa", Role::Owner, None).await, world.person("ana", Role::Reviewer, None).await);
    let lead = world.lead(&acme, with![]).await;
    let draft = world.draft(&acme, lead, with![state = "approved"]).await;
    let summary = world.summary(&acme, lead, draft, &ana, "One call.", with![state = "published"]).await;
    world.clock.advance(TimeDelta::minutes(5));
    let record = Ref::new(Kind::Summary, summary.number);
    let target = world.store.find(&rosa, record).await.unwrap();
    let why = "it told of the wrong week";
    let withdraw = Act { target, verb: Verb::WithdrawSummary { reopen: false }, reason: Some(why.into()) };
    perform(&world.store, &rosa, &withdraw).await.unwrap();
    for me in [&rosa, &ana] {
        let trace = world.store.trace(me, Ref::new(Kind::Lead, lead.number)).await.unwrap();
        let steps = trace.steps.iter().filter(|step| step.record == Some(record));
        let told: Vec<_> = steps.map(|step| (step.kind, &*step.who, &*step.status, step.what.raw(), &*step.recovery)).collect();
        assert_eq!(
            told,
            [
                (StepKind::Summary, "ana", "withdrawn", "One call.", "review a new draft"),
                (StepKind::Journal, "rosa", "written", "summary.withdraw: it told of the wrong week", ""),
            ],
            "{}",
            me.name
        );
        let own = world.store.trace(me, record).await.unwrap();
        assert_eq!((field(&own, "state").as_str(), field(&own, "withdrawn because").as_str()), ("withdrawn", why));
    }
}

async fn every_kind_of_record_answers(world: World) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let paused = with![paused = true, paused_by = "ana", paused_why = "401", incident_owner = "rosa"];
    let hubspot = world.destination("HubSpot", paused).await;
    world.entry(with![subject_kind = "destination", subject_id = hubspot.id, verb = "destination.pause", detail = "401"]).await;
    let template = with![
        name = "text-back",
        edition = 1,
        channel = "sms",
        text = "Sorry.",
        opt_out_line = "Reply STOP.",
        response_window_minutes = 15,
        escalate_to = "rosa",
        approved_by = "rosa",
        approved_at = world.now()
    ];
    let template = world.made("templates", template, with![]).await;
    let automation = with![name = "answer", trigger_event = "call_missed", stage = "off", updated_at = world.now()];
    let automation = world.made("automations", automation, with![]).await;
    for (kind, number, title, name, value) in [
        (Kind::Destination, hubspot.number, "HubSpot", "state", "paused by ana"),
        (Kind::Client, acme.number, "Acme", "low value below", "$500"),
        (Kind::Person, 1, "rosa", "role", "owner"),
        (Kind::Template, template.number, "text-back", "answered within", "15 min"),
        (Kind::Automation, automation.number, "answer", "stage", "off"),
    ] {
        let trace = world.store.trace(&rosa, Ref::new(kind, number)).await.unwrap();
        assert_eq!((trace.title.raw(), field(&trace, name).as_str()), (title, value), "{kind}");
    }
    let trace = world.store.trace(&rosa, Ref::new(Kind::Destination, hubspot.number)).await.unwrap();
    assert_eq!((trace.steps.len(), trace.steps[0].what.raw()), (1, "destination.pause: 401"));
    assert_eq!(trace.steps[0].record, Some(trace.record));
    assert!(world.store.trace(&rosa, Ref::new(Kind::Lead, 99)).await.is_err());
}

async fn a_long_timeline_keeps_its_newest_end(world: World) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let lead = world.lead(&acme, with![]).await;
    for n in 0..505 {
        let at = world.now() + TimeDelta::seconds(n);
        world.entry(with![subject_kind = "lead", subject_id = lead.id, lead_id = lead.id, detail = n.to_string(), at = at]).await;
    }
    let trace = world.store.trace(&rosa, Ref::new(Kind::Lead, lead.number)).await.unwrap();
    assert_eq!((trace.steps.len(), trace.cut), (500, true));
    let ends = [&trace.steps[0], &trace.steps[499]].map(|step| step.what.raw().to_owned());
    assert_eq!(ends, ["job.create: 5", "job.create: 504"]);
}

async fn whoever_only_reviews_sees_contact_data_masked(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let form = r#"{"id":"f-1","name":"Zora Quist","email":"zq@example.plumbing","phone":"+15125550142","service":"drain",
        "address":"12 Oak Hollow, Austin","gate_code":"4827","message":"Zora here, 512 555 0142, the alarm code is 4827"}"#;
    give(&world, &acme, Provider::Form, form).await;
    let secrets = ["5550142", "555 0142", "zq@example.plumbing", "4827", "Quist", "Oak Hollow"];
    let of = |kind: &str| Ref::new(kind.parse().unwrap(), 1);
    let mut told = String::new();
    for kind in ["lead", "event", "payload", "task", "job"] {
        let trace = world.store.trace(&ana, of(kind)).await.unwrap();
        told.push_str(&serde_json::to_string(&trace).unwrap());
    }
    let filter = Filter::default();
    told.push_str(&serde_json::to_string(&world.store.page_leads(&ana, &filter, None, 9).await.unwrap().rows[0].phone).unwrap());
    let id = LeadId(world.store.find(&ana, of("lead")).await.unwrap().id);
    told.push_str(&format!("{:?}", world.store.lead(&ana, id).await.unwrap().email));
    let refused = "update jobs set state = 'dead', signature = '400', finished_at = updated_at,
        last_error = 'no such number: 512-555-0142 (zq@example.plumbing)' where number = 1";
    world.script(refused).await;
    told.push_str(&of_failures(&world, &ana).await);
    for secret in secrets.iter().chain(&["555-0142"]) {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    assert_eq!(of_failures(&world, &rosa).await.matches("512-555-0142").count(), 4, "an owner sees what was answered");
    for mask in ["‹phone›", "‹email›", "‹lead name›", "‹access code›"] {
        assert!(told.contains(mask), "{mask}: {told}");
    }
    // An owner sees them as before, and what is said of the data is the same for both.
    let whole = world.store.trace(&rosa, of("lead")).await.unwrap();
    assert_eq!((field(&whole, "phone"), field(&whole, "email")), ("+15125550142".to_owned(), "zq@example.plumbing".to_owned()));
    assert!(whole.steps.iter().any(|step| step.what.raw().contains("alarm code is 4827")));
    assert_eq!(whole.faults, world.store.trace(&ana, of("lead")).await.unwrap().faults);
}

/// The lead is stored as another: who wrote says who they are in the message alone.
async fn a_name_that_only_the_words_of_an_event_tell_is_masked_too(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let form = r#"{"id":"f-1","name":"Zora Quist","phone":"+15125550142","service":"drain",
        "message":"hi, this is Marcos Vela, the drain is slow again"}"#;
    give(&world, &acme, Provider::Form, form).await;
    let lead = Ref::new(Kind::Lead, 1);
    let id = world.store.find(&rosa, lead).await.unwrap().id;
    let entry = with![subject_kind = "lead", subject_id = id, lead_id = id, verb = "lead.look", detail = "Vela rang again"];
    world.entry(entry).await;
    let whole = world.store.trace(&rosa, lead).await.unwrap();
    for told in ["this is Marcos Vela, the drain", "lead.look: Vela rang again"] {
        assert!(whole.steps.iter().any(|step| step.what.raw().contains(told)), "{told}: an owner sees it");
    }
    let masked = world.store.trace(&ana, lead).await.unwrap();
    for told in ["this is ‹lead name›, the drain", "lead.look: ‹lead name› rang again"] {
        assert!(masked.steps.iter().any(|step| step.what.raw().contains(told)), "{told}");
    }
    for kind in [Kind::Lead, Kind::Event, Kind::Payload] {
        let trace = serde_json::to_string(&world.store.trace(&ana, Ref::new(kind, 1)).await.unwrap()).unwrap();
        assert!(!trace.contains("Vela") && !trace.contains("Marcos"), "{kind}: {trace}");
    }
}

/// What lists and rows say of a failure, as somebody sees it.
async fn of_failures(world: &World, me: &Person) -> String {
    let filter = Filter::default();
    let groups = world.store.failure_groups(me, &filter, 9).await.unwrap().rows;
    let rows = world.store.page_failures(me, &filter, None, 9).await.unwrap().rows;
    let of_group = world.store.group_jobs(me, groups[0].destination_id, &groups[0].signature, 9).await.unwrap().rows;
    let row = world.store.job(me, rows[0].id).await.unwrap();
    serde_json::to_string(&(&groups, &rows, &of_group, &row)).unwrap()
}

//! Templates and automations: brought in once, journaled, and refused without their safeguards (C7, C10).

use quotedeck::domain::actor::{Actor, Role};
use quotedeck::domain::automation::{Automation, Limit, Stage};
use quotedeck::domain::event::{Channel, EventKind};
use quotedeck::domain::failure::Failure;
use quotedeck::domain::id::{AutomationId, JobId, LeadId, TemplateId};
use quotedeck::domain::template::Template;

use crate::databases::{Login, World};
use crate::fixtures::with;

both_databases!(
    rules_are_brought_in_once,
    what_lacks_its_safeguards_is_refused,
    only_an_owner_brings_them_in,
    a_word_that_nobody_knows_is_an_error_of_its_column,
);

fn template(world: &World, edition: i64) -> Template {
    Template {
        id: TemplateId::new(),
        number: edition,
        name: "text-back".into(),
        edition,
        channel: Channel::Sms,
        text: "Sorry we missed you, {name}.".into(),
        opt_out_line: "Reply STOP to opt out.".into(),
        response_window_minutes: 15,
        escalate_to: "owner".into(),
        approved_by: "quotedeck".into(),
        approved_at: world.now(),
    }
}

fn automation(world: &World, stage: Stage) -> Automation {
    Automation {
        id: AutomationId::new(),
        number: 1,
        version: 1,
        name: "answer a missed call".into(),
        trigger: EventKind::CallMissed,
        owner: Some("rosa".into()),
        incident_owner: Some("rosa".into()),
        rollback: Some("switch it off, then call back".into()),
        stage,
        limit: Some(Limit::Percent(5)),
        updated_at: world.now(),
    }
}

async fn rules_are_brought_in_once(world: World) {
    let (first, second) = (template(&world, 1), template(&world, 2));
    let rule = automation(&world, Stage::Limited);
    let again = Automation { id: AutomationId::new(), stage: Stage::Full, ..rule.clone() };
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.put_template(&Actor::Worker, &first).await.unwrap());
    assert!(tx.put_automation(&Actor::Worker, &rule).await.unwrap());
    assert!(!tx.put_template(&Actor::Worker, &Template { id: TemplateId::new(), ..first.clone() }).await.unwrap());
    assert!(!tx.put_automation(&Actor::Worker, &again).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(world.store.list_templates().await.unwrap(), [first]);
    assert_eq!(world.store.list_automations().await.unwrap(), [rule]);
    assert_eq!(world.number("select count(*) from journal").await, 2);
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.put_template(&Actor::Worker, &second).await.unwrap());
    tx.commit().await.unwrap();
    let listed = world.store.list_templates().await.unwrap();
    assert_eq!(listed.iter().map(|template| template.edition).collect::<Vec<_>>(), [2]);
}

async fn what_lacks_its_safeguards_is_refused(world: World) {
    let bare = Template { opt_out_line: " ".into(), ..template(&world, 1) };
    let mut tx = world.store.begin().await.unwrap();
    let refused = tx.put_template(&Actor::Worker, &bare).await.unwrap_err();
    assert!(refused.to_string().contains("how to opt out"), "{refused}");
    drop(tx);
    for rule in [
        Automation { incident_owner: None, ..automation(&world, Stage::Limited) },
        Automation { rollback: None, ..automation(&world, Stage::Full) },
        Automation { limit: None, ..automation(&world, Stage::Limited) },
        Automation { limit: Some(Limit::Percent(100)), ..automation(&world, Stage::Limited) },
    ] {
        let mut tx = world.store.begin().await.unwrap();
        assert!(tx.put_automation(&Actor::Worker, &rule).await.is_err(), "{rule:?}");
    }
    let columns = "insert into templates (id, name, edition, channel, text, opt_out_line, response_window_minutes, escalate_to,
        approved_by, approved_at)";
    let (id, at) = if world.store.is_postgres() { ("gen_random_uuid()", "now()") } else { ("randomblob(16)", "'2026'") };
    for values in [
        "'', 'STOP', 15, 'o', 'r'",
        "'Hi', '', 15, 'o', 'r'",
        "'Hi', 'STOP', 0, 'o', 'r'",
        "'Hi', 'STOP', 15, ' ', 'r'",
        "'Hi', 'STOP', 15, 'o', ''",
    ] {
        let refused = world.attempt(Login::Program, &format!("{columns} values ({id}, 'a', 1, 'sms', {values}, {at})")).await;
        assert!(refused.unwrap_err().to_lowercase().contains("check constraint"), "{values}");
    }
}

async fn only_an_owner_brings_them_in(world: World) {
    let ana = Actor::Person(world.person("ana", Role::Operator, None).await);
    let rosa = Actor::Person(world.person("rosa", Role::Owner, None).await);
    let mut tx = world.store.begin().await.unwrap();
    assert!(matches!(tx.put_template(&ana, &template(&world, 1)).await, Err(Failure::NotAllowed(_))));
    assert!(matches!(tx.put_automation(&ana, &automation(&world, Stage::Off)).await, Err(Failure::NotAllowed(_))));
    assert!(tx.put_template(&rosa, &template(&world, 1)).await.unwrap());
}

/// Past the check of its column, as a newer program or a hand at the database would.
async fn garble(world: &World, table: &str, column: &str) {
    let update = format!("update {table} set {column} = 'loose'");
    let script = if world.store.is_postgres() {
        format!("alter table {table} drop constraint {table}_{column}_check; {update}")
    } else {
        format!("pragma ignore_check_constraints = on; {update}; pragma ignore_check_constraints = off")
    };
    world.script(&script).await;
}

/// None of them is read as if it were not there: that would let more pass than anybody allowed.
async fn a_word_that_nobody_knows_is_an_error_of_its_column(world: World) {
    let acme = world.client("Acme").await;
    let lead = world.lead(&acme, with![]).await.id;
    let crm = world.destination("HubSpot", with![]).await;
    let job = world.job(&acme, crm, with![]).await.id;
    let finding = with![
        id = uuid::Uuid::now_v7(),
        lead_id = lead,
        kind = "spam",
        severity = "block",
        score = 90,
        reason = "links",
        found_at = world.now(),
    ];
    world.insert("lead_findings", finding, vec![]).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.put_automation(&Actor::Worker, &automation(&world, Stage::Limited)).await.unwrap();
    tx.commit().await.unwrap();

    let wrong = |read: Result<(), Failure>, column: &str| {
        let told = read.expect_err(column).to_string();
        assert!(told.contains(&format!("column {column}:")), "{column}: {told}");
    };
    garble(&world, "leads", "consent").await;
    wrong(world.store.begin().await.unwrap().lead_consent(LeadId(lead)).await.map(drop), "consent");
    garble(&world, "lead_findings", "severity").await;
    wrong(world.store.begin().await.unwrap().spam_now(LeadId(lead)).await.map(drop), "severity");
    garble(&world, "jobs", "kind").await;
    wrong(world.store.begin().await.unwrap().job_work(JobId(job)).await.map(drop), "kind");
    assert!(world.store.begin().await.unwrap().rulebook().await.is_ok());
    garble(&world, "automations", "stage").await;
    wrong(world.store.begin().await.unwrap().rulebook().await.map(drop), "stage");
    garble(&world, "destinations", "delivery_mode").await;
    wrong(world.store.begin().await.unwrap().rulebook().await.map(drop), "delivery_mode");
}

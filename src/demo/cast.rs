//! Who and what is there when the day begins: clients, people, destinations, approved texts, and automations.

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};

use super::words::TRADES;
use crate::domain::actor::{Actor, Person, Role};
use crate::domain::automation::{Automation, Stage};
use crate::domain::event::{Channel, EventKind};
use crate::domain::failure::Failure;
use crate::domain::id::{AutomationId, PersonId, TemplateId};
use crate::domain::job::DeliveryMode;
use crate::domain::money::Money;
use crate::domain::template::Template;
use crate::store::clients::{NewClient, NewPerson};
use crate::store::destinations::NewDestination;
use crate::store::{Store, Tx};

const PEOPLE: [(&str, Role); 4] =
    [("rosa", Role::Owner), ("ana", Role::Reviewer), ("raj", Role::Operator), ("vic", Role::Viewer)];
const DESTINATIONS: [(&str, &str, DeliveryMode, &str); 5] = [
    ("HubSpot", "crm", DeliveryMode::Keyed, "delete the contact by its external id, then replay the job"),
    ("Twilio", "sms", DeliveryMode::Reconcile, "a text cannot be taken back: switch the automation off and call the person"),
    ("Mailgun", "email", DeliveryMode::Once, "an e-mail cannot be taken back: write a correction"),
    ("Portal", "portal", DeliveryMode::Keyed, "withdraw the summary"),
    ("Webhook", "provider_sync", DeliveryMode::Keyed, "send the sync again with its key"),
];
/// Operation, channel, trigger, stage, and text.
const RULES: [(&str, Channel, EventKind, Stage, &str); 4] = [
    (
        "text_back",
        Channel::Sms,
        EventKind::CallMissed,
        Stage::Full,
        "Hi, this is {client}. Sorry we missed your call. Reply here with what you need and we will call you back.",
    ),
    (
        "quote_confirmation",
        Channel::Sms,
        EventKind::QuoteRequested,
        Stage::Full,
        "Hi {name}, {client} got your request about {service}. Somebody will be in touch with a quote.",
    ),
    (
        "quote_confirmation_email",
        Channel::Email,
        EventKind::QuoteRequested,
        Stage::Full,
        "Hi {name}, {client} got your request about {service}. Somebody will be in touch with a quote.",
    ),
    (
        "review_request",
        Channel::Sms,
        EventKind::JobDone,
        Stage::Shadow,
        "Hi {name}, thank you for choosing {client}. How did we do?",
    ),
];

/// Brings everybody in. Gives back the owner.
pub(super) async fn assemble(store: &Store) -> Result<Person, Failure> {
    // Somebody has to be first: the owner sets up everybody, and is then one of them.
    let first = Person { id: PersonId::new(), name: "rosa".to_owned(), role: Role::Owner, clients: None };
    let rosa = Actor::Person(first);
    let mut tx = store.begin().await?;
    for (name, role) in PEOPLE {
        tx.put_person(&rosa, &NewPerson { name: name.to_owned(), role, clients: None }).await?;
    }
    for trade in TRADES {
        let client = NewClient {
            name: trade.name.to_owned(),
            time_zone: where_it_is_day(tx.now),
            region: "US".to_owned(),
            low_value_below: Money::minor(trade.bounds.0 * 100),
            high_value_at: Money::minor(trade.bounds.1 * 100),
            addresses: vec![trade.phone.to_owned(), trade.name.to_owned()],
            severities: None,
        };
        tx.put_client(&rosa, &client).await?;
    }
    for (name, kind, delivery_mode, rollback) in DESTINATIONS {
        let destination = NewDestination {
            name: name.to_owned(),
            kind: kind.to_owned(),
            delivery_mode,
            incident_owner: Some("rosa".to_owned()),
            rollback: Some(rollback.to_owned()),
        };
        tx.put_destination(&rosa, &destination).await?;
    }
    for rule in RULES {
        bring_rule(&mut tx, &rosa, rule).await?;
    }
    tx.commit().await?;
    person(store, "rosa").await
}

async fn bring_rule(
    tx: &mut Tx,
    rosa: &Actor,
    (operation, channel, trigger, stage, text): (&str, Channel, EventKind, Stage, &str),
) -> Result<(), Failure> {
    let now = tx.now;
    let template = Template {
        id: TemplateId::new(),
        number: 1,
        name: operation.to_owned(),
        edition: 1,
        channel,
        text: text.to_owned(),
        opt_out_line: "Reply STOP to opt out.".to_owned(),
        response_window_minutes: 15,
        escalate_to: "owner".to_owned(),
        approved_by: "rosa".to_owned(),
        approved_at: now - TimeDelta::days(30),
    };
    tx.put_template(rosa, &template).await?;
    if channel == Channel::Email {
        // The same automation writes by text and by mail.
        return Ok(());
    }
    let automation = Automation {
        id: AutomationId::new(),
        number: 1,
        version: 1,
        name: operation.to_owned(),
        trigger,
        owner: Some("rosa".to_owned()),
        incident_owner: Some("rosa".to_owned()),
        rollback: Some("switch it off, then call everybody it wrote to since".to_owned()),
        stage,
        limit: None,
        updated_at: now,
    };
    tx.put_automation(rosa, &automation).await.map(drop)
}

/// A time zone where it is early afternoon: messages leave by day alone, and the demo is watched at any hour.
fn where_it_is_day(now: DateTime<Utc>) -> String {
    let ahead = 13 - i64::from(now.hour());
    // The names of these zones count westwards; there are twelve of them, and fourteen eastwards.
    if ahead >= 0 { format!("Etc/GMT-{ahead}") } else { format!("Etc/GMT+{}", -ahead) }
}

/// One of the people, by name.
pub(super) async fn person(store: &Store, name: &str) -> Result<Person, Failure> {
    let people = store.list_people().await?;
    people.into_iter().find(|person| person.name == name).ok_or_else(|| Failure::NotFound(name.to_owned()))
}

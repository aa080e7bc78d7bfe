//! What `quotedeck init` brings in: the clients and people of the configuration, the destinations, approved texts
//! and automations that the built-in routing rules rely on, and how long each source may be silent. Safe to repeat: what is there already stays.

use chrono::{DateTime, Utc};

use super::expecting::expect;
use crate::config::Config;
use crate::config::rules::OPERATIONS;
use crate::domain::actor::{Actor, Person, Role};
use crate::domain::automation::{Automation, Stage};
use crate::domain::event::{Channel, EventKind};
use crate::domain::failure::Failure;
use crate::domain::id::{AutomationId, PersonId, TemplateId};
use crate::domain::job::DeliveryMode;
use crate::domain::template::Template;
use crate::store::clients::{NewClient, NewPerson};
use crate::store::destinations::NewDestination;
use crate::store::{Store, Tx};

/// Name, kind, what stops a second effect, and how to take back what it did.
const DESTINATIONS: &[(&str, &str, DeliveryMode, &str)] = &[
    ("HubSpot", "crm", DeliveryMode::Keyed, "correct the contact in the CRM; the key keeps it single"),
    ("Twilio", "sms", DeliveryMode::Reconcile, "a sent text cannot be taken back; write again"),
    ("E-mail", "email", DeliveryMode::Once, "a sent mail cannot be taken back; write again"),
    ("Portal", "portal", DeliveryMode::Keyed, "withdraw the summary"),
    ("Drafter", "ai_draft", DeliveryMode::Keyed, "reject the draft; nobody but reviewers has seen it"),
];

/// Name, channel, text, response window in minutes.
const TEMPLATES: &[(&str, Channel, &str, i64)] = &[
    (
        "text_back",
        Channel::Sms,
        "Sorry we missed your call to {client}. We will call you back shortly. Reply here if it is urgent.",
        15,
    ),
    (
        "quote_confirmation",
        Channel::Sms,
        "Thank you for asking {client}. We have your request and will come back to you with a quote.",
        60,
    ),
    (
        "quote_confirmation_email",
        Channel::Email,
        "Thank you for asking {client}. We have your request and will come back to you with a quote.",
        60,
    ),
    ("review_request", Channel::Sms, "Thank you for choosing {client}. Would you tell others how it went?", 24 * 60),
    ("review_request_email", Channel::Email, "Thank you for choosing {client}. Would you tell others how it went?", 24 * 60),
];

/// Brings everything in, as `first`: the person who runs `init`, who becomes the first owner when the configuration
/// names nobody.
///
/// # Errors
/// `Refused` when a person is to see a client that does not exist.
pub async fn bring_in(store: &Store, config: &Config, first: &str) -> Result<(), Failure> {
    let actor = Actor::Person(Person { id: PersonId::new(), name: first.to_owned(), role: Role::Owner, clients: None });
    let mut tx = store.begin().await?;
    for client in &config.clients {
        let new = NewClient {
            name: client.name.clone(),
            time_zone: client.time_zone.clone(),
            region: client.region.clone(),
            low_value_below: client.low_value_below,
            high_value_at: client.high_value_at,
            addresses: client.addresses.clone(),
            severities: Some(client.severities.clone()),
        };
        tx.put_client(&actor, &new).await?;
    }
    for person in &config.people {
        let mut clients = None;
        for name in person.clients.iter().flatten() {
            let id = tx.client_named(name).await?.ok_or_else(|| {
                Failure::refused(
                    format!("setting up {}", person.name),
                    format!("there is no client {name:?}"),
                    "add a [[client]] of that name",
                )
            })?;
            clients.get_or_insert_with(Vec::new).push(id);
        }
        // An empty list means nobody's leads, not everybody's.
        if person.clients.is_some() {
            clients = Some(clients.unwrap_or_default());
        }
        tx.put_person(&actor, &NewPerson { name: person.name.clone(), role: person.role, clients }).await?;
    }
    if config.people.is_empty() && !tx.has_people().await? {
        tx.put_person(&actor, &NewPerson { name: first.to_owned(), role: Role::Owner, clients: None }).await?;
    }
    let owner = tx.first_owner().await?.unwrap_or_else(|| first.to_owned());
    destinations(&mut tx, &actor, config).await?;
    built_in(&mut tx, &actor, &owner).await?;
    described(&mut tx, &actor, config).await?;
    tx.commit().await?;
    expect(store, &config.sources).await
}

/// The destinations of the configuration, with what they may get.
async fn destinations(tx: &mut Tx, actor: &Actor, config: &Config) -> Result<(), Failure> {
    for setting in &config.destinations {
        let new = NewDestination {
            name: setting.name.clone(),
            kind: setting.system.kind().to_owned(),
            delivery_mode: setting.system.delivery_mode(),
            incident_owner: setting.incident_owner.clone(),
            rollback: setting.rollback.clone(),
        };
        tx.put_destination(actor, &new).await?;
    }
    limits(tx, actor, config).await
}

async fn limits(tx: &mut Tx, actor: &Actor, config: &Config) -> Result<(), Failure> {
    for setting in &config.destinations {
        tx.limit_destination(actor, &setting.name, setting.concurrency, setting.per_minute).await?;
    }
    Ok(())
}

/// What a worker that starts takes over from the configuration: how much each destination may get.
///
/// # Errors
/// What the database says.
pub async fn take_limits(store: &Store, config: &Config) -> Result<(), Failure> {
    let mut tx = store.begin().await?;
    limits(&mut tx, &Actor::Worker, config).await?;
    tx.commit().await
}

/// What the configuration says of texts and automations goes before what is built in.
async fn described(tx: &mut Tx, actor: &Actor, config: &Config) -> Result<(), Failure> {
    for setting in &config.templates {
        let template = Template {
            id: TemplateId::new(),
            number: 0,
            name: setting.name.clone(),
            edition: 1,
            channel: setting.channel,
            text: setting.text.clone(),
            opt_out_line: setting.opt_out_line.clone(),
            response_window_minutes: setting.response_window_minutes,
            escalate_to: setting.escalate_to.clone(),
            approved_by: setting.approved_by.clone(),
            approved_at: tx.now,
        };
        tx.approve_edition(actor, &template).await?;
    }
    for setting in &config.automations {
        let automation = Automation {
            id: AutomationId::new(),
            number: 0,
            version: 1,
            name: setting.name.clone(),
            trigger: OPERATIONS
                .iter()
                .find(|(name, _)| *name == setting.name)
                .map_or(EventKind::FormSent, |(_, trigger)| *trigger),
            owner: setting.owner.clone(),
            incident_owner: setting.incident_owner.clone(),
            rollback: setting.rollback.clone(),
            stage: setting.stage,
            limit: setting.limit,
            updated_at: tx.now,
        };
        tx.set_automation(actor, &automation, setting.template.as_deref()).await?;
    }
    Ok(())
}

/// Destinations, texts and automations that the routing rules speak of.
async fn built_in(tx: &mut Tx, actor: &Actor, owner: &str) -> Result<(), Failure> {
    let now: DateTime<Utc> = tx.now;
    for (name, kind, mode, rollback) in DESTINATIONS {
        // Where the configuration has one, a second would only take its work away.
        if tx.has_destination_of(kind).await? {
            continue;
        }
        let new = NewDestination {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            delivery_mode: *mode,
            incident_owner: Some(owner.to_owned()),
            rollback: Some((*rollback).to_owned()),
        };
        tx.put_destination(actor, &new).await?;
    }
    for (name, channel, text, window) in TEMPLATES {
        let template = Template {
            id: TemplateId::new(),
            number: 0,
            name: (*name).to_owned(),
            edition: 1,
            channel: *channel,
            text: (*text).to_owned(),
            opt_out_line: match channel {
                Channel::Sms => "Reply STOP to end messages.",
                Channel::Email => "Reply with the word STOP, and we do not write again.",
            }
            .to_owned(),
            response_window_minutes: *window,
            escalate_to: owner.to_owned(),
            approved_by: owner.to_owned(),
            approved_at: now,
        };
        tx.put_template(actor, &template).await?;
    }
    for (name, trigger) in &OPERATIONS {
        let automation = Automation {
            id: AutomationId::new(),
            number: 0,
            version: 1,
            name: (*name).to_owned(),
            trigger: *trigger,
            owner: Some(owner.to_owned()),
            incident_owner: Some(owner.to_owned()),
            rollback: Some(
                "switch it off, then cancel what waits: quotedeck job cancel --all --filter 'kind:message'".to_owned(),
            ),
            stage: Stage::Full,
            limit: None,
            updated_at: now,
        };
        tx.put_automation(actor, &automation).await?;
    }
    Ok(())
}

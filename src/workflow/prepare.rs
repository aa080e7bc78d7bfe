//! What a claimed job brings to its destination, and whether it may leave now: composed from the database at the moment
//! of sending, so that an opt-out, a withdrawn consent or the hour count as they are then (C7).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{drafting, syncing};
use crate::domain::contact::Email;
use crate::domain::content::{Contact, Content, Deal, Hook, Message, Note};
use crate::domain::event::Channel;
use crate::domain::failure::Failure;
use crate::domain::id::{JobId, Kind, Ref};
use crate::domain::job::{JobKind, JobState};
use crate::domain::lead::LeadState;
use crate::domain::leave::{self, Links};
use crate::domain::money::Money;
use crate::domain::routing::WEBHOOK;
use crate::domain::sending::{Leaving, Moment, moment};
use crate::domain::template::Facts;
use crate::store::Store;
use crate::store::claim::Claimed;
use crate::store::sendings::{Sending, SendingLead};

/// What is to be done with a claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// It may leave.
    Send(Box<Content>),
    /// Not now.
    Wait {
        /// Until when.
        until: DateTime<Utc>,
        /// Why.
        why: String,
    },
    /// Not at all.
    Stop {
        /// Cancelled or dead.
        state: JobState,
        /// Why.
        reason: String,
    },
}

/// Decides for claimed jobs, in the order given.
///
/// # Errors
/// What the database says.
pub async fn prepare(store: &Store, jobs: &[Claimed], links: Option<&Links>) -> Result<Vec<Prepared>, Failure> {
    // What only says that an approved text is there needs no more than to know whether it may still be told.
    let publishing: Vec<JobId> = jobs.iter().filter(|job| job.kind == JobKind::PortalPublish).map(|job| job.id).collect();
    let untellable = store.untellable(&publishing).await?;
    let asked: Vec<JobId> = jobs
        .iter()
        .filter(|job| !matches!(job.kind, JobKind::PortalPublish | JobKind::AiDraft | JobKind::ProviderSync))
        .map(|job| job.id)
        .collect();
    let found: BTreeMap<JobId, Sending> =
        store.sendings(&asked).await?.into_iter().map(|sending| (sending.job, sending)).collect();
    let now = store.clock.now();
    let mut prepared = Vec::with_capacity(jobs.len());
    for job in jobs {
        prepared.push(match job.kind {
            JobKind::AiDraft => drafting::brief(&mut store.begin().await?, job).await?,
            JobKind::ProviderSync => syncing::page(job),
            JobKind::PortalPublish => publish(untellable.get(&job.id).copied()),
            _ => compose(job, found.get(&job.id), links, now),
        });
    }
    Ok(prepared)
}

fn compose(job: &Claimed, sending: Option<&Sending>, links: Option<&Links>, now: DateTime<Utc>) -> Prepared {
    let Some(sending) = sending else { return broken("the client it is for is not there any more") };
    if matches!(job.kind, JobKind::Message | JobKind::ReviewRequest) {
        return message(job, sending, links, now);
    }
    let Some(lead) = &sending.lead else {
        return broken(format!("{} needs a lead, and it has none; make it anew from a lead", job.operation));
    };
    let external_id = format!("quotedeck-{}", job.lead_id.map(|lead| lead.to_string()).unwrap_or_default());
    match job.operation.as_str() {
        "contact.upsert" => send(Content::Contact(contact(external_id, lead, &sending.client))),
        "deal.upsert" => deal(job, external_id, lead),
        "note.upsert" => note(job, external_id, lead),
        WEBHOOK => send(Content::Hook(hook(job, lead, &sending.client))),
        other => broken(format!("no version of this program knows how to do {other}; cancel it, or run the newer version")),
    }
}

/// An approved text goes to its portal, unless its lead became one that nobody is told of while it waited.
fn publish(untellable: Option<LeadState>) -> Prepared {
    let Some(state) = untellable else { return send(Content::Publish) };
    let reason = format!(
        "its lead is {state} by now, and nothing is told of such a one; withdraw the summary, or replay this once the lead is not"
    );
    Prepared::Stop { state: JobState::Cancelled, reason }
}

fn send(content: Content) -> Prepared {
    Prepared::Send(Box::new(content))
}

fn broken(reason: impl Into<String>) -> Prepared {
    Prepared::Stop { state: JobState::Dead, reason: reason.into() }
}

/// A message as it would leave now.
fn message(job: &Claimed, sending: &Sending, links: Option<&Links>, now: DateTime<Utc>) -> Prepared {
    let Some(lead) = &sending.lead else { return broken("it is for no lead, and nobody is written to without one (C8)") };
    let channel = if job.destination_kind == "email" { Channel::Email } else { Channel::Sms };
    let (to, opted_out) = match channel {
        Channel::Sms => (lead.phone.as_deref(), lead.sms_stopped),
        Channel::Email => (lead.email.as_deref(), lead.email_stopped),
    };
    let leaving = Leaving {
        kind: job.kind,
        template: sending.template.as_ref(),
        channel,
        to,
        phone: lead.phone.as_deref(),
        client_zone: &sending.time_zone,
        consent: lead.consent,
        opted_out,
        hold: lead.hold,
        window_ends_at: job.window_ends_at,
    };
    match moment(&leaving, now) {
        Moment::Later { at, why } => Prepared::Wait { until: at, why },
        Moment::Never(reason) => Prepared::Stop { state: JobState::Cancelled, reason },
        Moment::Broken(reason) => broken(reason),
        Moment::Now => {
            let to = to.unwrap_or_default();
            let leave = (channel == Channel::Email).then(|| leave(job, to, links)).flatten();
            written(sending, lead, channel, to, leave)
        }
    }
}

/// The link by which the person leaves the client's mail.
fn leave(job: &Claimed, to: &str, links: Option<&Links>) -> Option<String> {
    Some(links?.link(&leave::Leaving { client: job.client_id, lead: job.lead_id?, address: Email::parse(to).ok()? }))
}

fn written(sending: &Sending, lead: &SendingLead, channel: Channel, to: &str, leave: Option<String>) -> Prepared {
    let Some(template) = &sending.template else { return broken("its template is not there") };
    let facts = Facts { name: &lead.name, client: &sending.client, service: &lead.service };
    match template.fill(&facts) {
        Ok(text) => send(Content::Message(Message {
            channel,
            to: to.to_owned(),
            from_name: sending.client.clone(),
            subject: if channel == Channel::Email { format!("Your request to {}", sending.client) } else { String::new() },
            text,
            leave,
        })),
        Err(hole) => {
            let edition = format!("{}, edition {}", template.name, template.edition);
            broken(format!("its template {edition} has {hole}; approve another edition, then replay"))
        }
    }
}

fn contact(external_id: String, lead: &SendingLead, client: &str) -> Contact {
    Contact {
        external_id,
        name: lead.name.clone(),
        phone: lead.phone.clone(),
        email: lead.email.clone(),
        client: client.to_owned(),
        source: lead.source.clone(),
        service: lead.service.clone(),
        market: lead.market.clone(),
        urgency: lead.urgency.clone(),
        attribution: lead.attribution.clone(),
    }
}

/// What the CRM calls the contact: the hand-over of the contact told it to the jobs that follow it.
fn crm_contact(job: &Claimed) -> Option<String> {
    let args: Value = serde_json::from_str(job.args.reveal()).ok()?;
    args.get("contact")?.as_str().map(str::to_owned)
}

const NO_CONTACT: &str = "it does not say which contact it belongs to; replay the hand-over of the contact instead";

fn deal(job: &Claimed, external_id: String, lead: &SendingLead) -> Prepared {
    let Some(contact) = crm_contact(job) else { return broken(NO_CONTACT) };
    let Some(cents) = lead.value else {
        return Prepared::Stop { state: JobState::Cancelled, reason: "nobody says any more what the lead is worth".to_owned() };
    };
    let name = format!("{} ({})", lead.service, Ref::new(Kind::Lead, lead.number));
    send(Content::Deal(Deal { external_id, contact, name, cents }))
}

/// What is known of a lead, in words of ours: nothing that a caller or a model said.
fn note(job: &Claimed, external_id: String, lead: &SendingLead) -> Prepared {
    let Some(contact) = crm_contact(job) else { return broken(NO_CONTACT) };
    let value = lead.value.map(|cents| format!(", worth {}", Money::minor(cents))).unwrap_or_default();
    let reference = Ref::new(Kind::Lead, lead.number);
    let text = format!("{reference} {}{}{value}.", came(&lead.source, &lead.service, &lead.market), lead.urgency);
    send(Content::Note(Note { external_id, contact, text, at_ms: lead.arrived_at.timestamp_millis() }))
}

/// How a lead came and what it is about, as far as anybody said.
fn came(source: &str, service: &str, market: &str) -> String {
    let said = |before: &str, word: &str, after: &str| match word.trim() {
        "" => String::new(),
        word => format!("{before}{word}{after}"),
    };
    let about = format!("{}{}", said("", service, " "), said("in ", market, ""));
    format!("came{}: {}", said(" by ", source, ""), said("", &about, ", "))
}

fn hook(job: &Claimed, lead: &SendingLead, client: &str) -> Hook {
    let body = json!({
        "type": "lead.created",
        "timestamp": lead.arrived_at,
        "data": {
            "id": job.lead_id.map(|lead| lead.to_string()),
            "reference": Ref::new(Kind::Lead, lead.number).to_string(),
            "client": client,
            "name": lead.name,
            "phone": lead.phone,
            "email": lead.email,
            "source": lead.source,
            "service": lead.service,
            "market": lead.market,
            "urgency": lead.urgency,
            "value_cents": lead.value,
        },
    });
    Hook { event: "lead.created".to_owned(), body: body.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Google Ads", "roof leak", "Austin", "came by Google Ads: roof leak in Austin, ")]
    #[case("", "roof leak", "", "came: roof leak, ")]
    #[case("website", " ", "Austin", "came by website: in Austin, ")]
    #[case("", "", "", "came: ")]
    fn what_nobody_said_leaves_no_gap(#[case] source: &str, #[case] service: &str, #[case] market: &str, #[case] text: &str) {
        assert_eq!(came(source, service, market), text);
    }
}

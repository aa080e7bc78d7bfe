//! Angi's leads: one JSON object a lead. Natural key: `CorrelationId`; the same lead may be sent again, and is charged once.

use crate::domain::event::{EventKind, NormalEvent};
use crate::domain::lead::ContactMethod;
use crate::domain::text::Untrusted;

use super::contact::{self, Told};
use super::record::Record;
use super::{Identified, Known, Made, Settings, draft, text, when};

const KNOWN: &[&str] = &[
    "FirstName",
    "LastName",
    "Name",
    "PhoneNumber",
    "Phone",
    "PostalAddress.AddressFirstLine",
    "PostalAddress.AddressSecondLine",
    "PostalAddress.City",
    "PostalAddress.State",
    "PostalAddress.PostalCode",
    "Email",
    "Source",
    "Description",
    "Comments",
    "Category",
    "TaskName",
    "Urgency",
    "CorrelationId",
    "ALAccountId",
    "LeadDateTime",
];

pub(super) fn identify(record: &Record) -> Identified {
    let id = record.first(&["CorrelationId", "correlationId"]);
    id.ok_or_else(|| "it has no CorrelationId, so it is no lead of Angi; check the provider's name".into())
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    let record = &known.record;
    let at = when::read("LeadDateTime", record.text("LeadDateTime").as_deref(), settings.received_at)?;
    let full = [record.text("FirstName"), record.text("LastName")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let told = Told {
        name: Some(full).filter(|name| !name.is_empty()).or_else(|| record.text("Name")),
        phone: record.first(&["PhoneNumber", "Phone"]).map(|phone| ("PhoneNumber".into(), phone)),
        email: record.text("Email").map(|email| ("Email".into(), email)),
        region: None,
    };
    let (contact, unread) = contact::read(told, &settings.region, false)?;
    let mut event = NormalEvent::new(EventKind::QuoteRequested, &known.key, at, ContactMethod::Marketplace);
    event.contact = contact;
    event.source = Some(Untrusted::from("Angi"));
    event.service = record.first(&["Category", "TaskName"]).as_deref().and_then(text::field);
    let address = |field: &str| record.text(&format!("PostalAddress.{field}"));
    event.market = draft::joined([address("City"), address("State"), address("PostalCode")]);
    event.attribution = draft::attribution([("source", record.text("Source"))]);
    event.reached = record.text("ALAccountId").as_deref().and_then(text::plain);
    event.unknown_fields = record.unknown(KNOWN);
    draft::say(&mut event, record.first(&["Description", "Comments"]), unread, record.text("Urgency").as_deref());
    Ok(event)
}

//! QuickBooks Online's estimates and invoices, as a sync brings them: `{"Estimate": …}` or `{"Invoice": …}`, with its
//! `Customer` beside it. An estimate that was taken is another event than the one that was given; a rejected one asks nothing of
//! anybody. The customer is the thread: what is told of one person comes to one lead.

use crate::domain::event::EventKind;
use crate::domain::lead::ContactMethod;
use crate::domain::money::Money;
use crate::domain::text::Untrusted;

use super::super::contact::{self, Told};
use super::super::record::Record;
use super::super::{Identified, Known, Made, Settings, Unmade, draft, text, when};

/// Estimate or invoice, with the name of its kind.
fn inner(record: &Record) -> Option<(&'static str, Record)> {
    ["Estimate", "Invoice"].into_iter().find(|kind| record.has(kind)).map(|kind| (kind, record.below(kind)))
}

/// Where an estimate stands: its natural key ends in it. One that became an invoice was taken.
fn standing(data: &Record) -> &'static str {
    match data.text("TxnStatus").as_deref() {
        Some("Accepted" | "Closed" | "Converted") => ":accepted",
        Some("Rejected") => ":rejected",
        _ => "",
    }
}

/// Whether it is a record of the books, and its key.
pub(super) fn identify(record: &Record) -> Option<Identified> {
    let (kind, data) = inner(record)?;
    let Some(id) = data.text("Id") else { return Some(Err(format!("the {kind} has no Id; fetch it again"))) };
    let standing = if kind == "Estimate" { standing(&data) } else { "" };
    Some(Ok(format!("{}:{id}{standing}", kind.to_lowercase())))
}

/// Its event.
pub(super) fn normalise(known: &Known, settings: &Settings) -> Option<Made> {
    let (kind, data) = inner(&known.record)?;
    Some(made(kind, &data, known, settings))
}

fn made(name: &str, data: &Record, known: &Known, settings: &Settings) -> Made {
    let (kind, at) = match (name, standing(data)) {
        ("Invoice", _) => (EventKind::Invoiced, "MetaData.CreateTime"),
        (_, ":rejected") => return Err(Unmade::Aside("the customer did not take the estimate".into())),
        (_, ":accepted") => (EventKind::QuoteAccepted, "MetaData.LastUpdatedTime"),
        _ => (EventKind::QuoteSent, "MetaData.CreateTime"),
    };
    let occurred_at = when::read(at, data.text(at).as_deref(), settings.received_at)?;
    let customer = known.record.below("Customer");
    // Several addresses may stand in one field.
    let email = data.text("BillEmail.Address").or_else(|| customer.text("PrimaryEmailAddr.Address"));
    let email = email.and_then(|list| list.split([',', ';']).next().map(|first| first.trim().to_owned()));
    let phone = ["PrimaryPhone", "Mobile", "AlternatePhone"]
        .into_iter()
        .find_map(|field| Some((field.to_owned(), customer.text(&format!("{field}.FreeFormNumber"))?)));
    let told = Told {
        name: customer.text("DisplayName").or_else(|| data.text("CustomerRef.name")),
        phone,
        email: email.map(|email| ("BillEmail".to_owned(), email)),
        region: None,
    };
    let thread = data.text("CustomerRef.value");
    let (contact, _) = contact::read(told, &settings.region, thread.is_some())?;
    let method = if contact.phone.is_some() { ContactMethod::Call } else { ContactMethod::Email };
    let mut event = draft::event(kind, &known.key, occurred_at, method);
    event.thread_key = thread.map(|id| text::key(&format!("quickbooks:customer:{id}")));
    event.contact = contact;
    event.source = Some(Untrusted::from("QuickBooks"));
    event.market = draft::joined([data.text("BillAddr.City"), data.text("BillAddr.CountrySubDivisionCode")]);
    event.value = data.text("TotalAmt").and_then(|total| Money::parse(&total).ok()).filter(|total| *total > Money::default());
    event.words = data.text("DocNumber").as_deref().and_then(|number| text::words(&format!("{name} {number}")));
    Ok(event)
}

//! quotedeck's own normalised JSON: an object, an array, or (best) lines, one event a line.
//!
//! ```json
//! {"key": "crm-2041", "kind": "quote_requested", "occurred_at": "2026-03-01T09:30:00Z", "name": "Ana Ortiz",
//!  "phone": "+15125550142", "email": "ana@example.com", "thread": "deal-7", "source": "Google Ads", "service": "water heater",
//!  "contact_method": "form", "consent": "given", "market": "Austin", "urgency": "soon", "value": "2400.50", "owner": "rosa",
//!  "attribution": "campaign=spring", "words": "It leaks since noon.", "reached": "+15125550100"}
//! ```
//!
//! `key` (the natural key) and `kind` are required, and one of `phone`, `email` or `thread`. `kind`: `call_missed`,
//! `call_answered`, `voicemail_left`, `form_sent`, `message_received`, `quote_requested`, `job_done`, `review_left`, `quote_sent`,
//! `quote_accepted`, `quote_closed`, `invoiced`, `invoice_paid`, `invoice_voided`, `customer_changed`, `opt_out`, `opt_in`. `contact_method`: `call`, `sms`, `email`, `form`, `marketplace`; without it, what the kind implies. `consent`:
//! `given`, `implied`, `unknown` (the default), `withdrawn`. `urgency`: `routine`, `soon`, `urgent`; without it the words are
//! read. `value`: whole units, with up to two decimals. `occurred_at`: without it, the time of arrival. A value that is not
//! one of these parks the event: whoever writes our own format means it.

use std::str::FromStr;

use strum::VariantArray;

use crate::domain::event::{EventKind, NormalEvent};
use crate::domain::lead::{Consent, ContactMethod};
use crate::domain::money::Money;

use super::contact::{self, Told};
use super::record::{Record, truth};
use super::{Identified, Known, Made, Settings, draft, text, urgency, when};

pub(super) use crate::domain::event::FIELDS;

pub(super) fn identify(record: &Record) -> Identified {
    if !record.has("kind") {
        return Err("it has no kind, so it is no event of quotedeck; check the provider's name".into());
    }
    record.text("key").ok_or_else(|| "it has no key; give every event its own".into())
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    made(known, settings, None)
}

/// The event; `default` is the kind where none is told (a CSV has no such column as a rule).
pub(super) fn made(known: &Known, settings: &Settings, default: Option<EventKind>) -> Made {
    let record = &known.record;
    let Some(kind) = word::<EventKind>(record, "kind")?.or(default) else {
        return Err(format!("kind is empty; it can be {}", words_of::<EventKind>()).into());
    };
    let at = when::read("occurred_at", record.text("occurred_at").as_deref(), settings.received_at)?;
    let thread = record.text("thread");
    let told = Told {
        name: record.text("name"),
        phone: record.text("phone").map(|phone| ("phone".into(), phone)),
        email: record.text("email").map(|email| ("email".into(), email)),
        region: None,
    };
    let (contact, unread) = contact::read(told, &settings.region, thread.is_some())?;
    let mut event = NormalEvent::new(kind, &known.key, at, method(kind));
    if let Some(told) = word(record, "contact_method")? {
        event.contact_method = told;
    }
    event.consent = consent(record, kind)?;
    if let Some(value) = record.text("value") {
        event.value =
            Some(Money::parse(&value).map_err(|_| {
                format!("value is no amount of money: {}; write 2400, 2400.50 or $2,400.50", text::quote(&value))
            })?);
    }
    let soon = record.text("urgency");
    if let Some(told) = soon.as_deref().filter(|told| urgency::told(told).is_none()) {
        return Err(format!("urgency cannot be {}; it can be routine, soon, urgent", text::quote(told)).into());
    }
    event.contact = contact;
    event.thread_key = thread.map(|id| text::key(&id));
    event.source = record.text("source").as_deref().and_then(text::field);
    event.service = record.text("service").as_deref().and_then(text::field);
    event.market = record.text("market").as_deref().and_then(text::field);
    event.owner = record.text("owner").as_deref().and_then(text::plain);
    event.attribution = record.text("attribution").as_deref().and_then(text::field);
    event.reached = contact::reached(record.text("reached"), &settings.region);
    event.unknown_fields = record.unknown(FIELDS);
    // Who stops somebody by number and address, and says of no channel, means both.
    let unsaid = record.text("contact_method").is_none() && event.contact.phone.is_some() && event.contact.email.is_some();
    event.seen.stops_all = kind == EventKind::OptOut && unsaid;
    draft::say(&mut event, record.text("words"), unread, soon.as_deref());
    Ok(event)
}

/// Consent as told; an opt-out is a withdrawal whatever else is told.
fn consent(record: &Record, kind: EventKind) -> Result<Consent, String> {
    match kind {
        EventKind::OptOut => return Ok(Consent::Withdrawn),
        EventKind::OptIn => return Ok(Consent::Given),
        _ => {}
    }
    match record.text("consent").as_deref().map(truth) {
        Some(Some(true)) => Ok(Consent::Given),
        Some(Some(false)) => Ok(Consent::Unknown),
        Some(None) | None => Ok(word(record, "consent")?.unwrap_or(Consent::Unknown)),
    }
}

/// The method a kind of event implies.
fn method(kind: EventKind) -> ContactMethod {
    match kind {
        EventKind::CallMissed | EventKind::CallAnswered | EventKind::VoicemailLeft => ContactMethod::Call,
        EventKind::MessageReceived | EventKind::OptOut | EventKind::OptIn => ContactMethod::Sms,
        EventKind::FormSent | EventKind::QuoteRequested | EventKind::JobDone | EventKind::ReviewLeft => ContactMethod::Form,
        EventKind::QuoteSent | EventKind::QuoteAccepted | EventKind::QuoteClosed => ContactMethod::Form,
        EventKind::Invoiced | EventKind::InvoicePaid | EventKind::InvoiceVoided => ContactMethod::Form,
        EventKind::CustomerChanged => ContactMethod::Form,
    }
}

/// One of our words, in any case, with spaces or dashes for underscores.
fn word<T: FromStr + VariantArray + ToString>(record: &Record, field: &str) -> Result<Option<T>, String> {
    let Some(told) = record.text(field) else { return Ok(None) };
    let spelled = told.to_lowercase().replace([' ', '-'], "_");
    spelled.parse().map(Some).map_err(|_| format!("{field} cannot be {}; it can be {}", text::quote(&told), words_of::<T>()))
}

fn words_of<T: VariantArray + ToString>() -> String {
    T::VARIANTS.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

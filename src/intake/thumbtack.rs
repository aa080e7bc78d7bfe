//! Thumbtack v4: negotiations (its word for leads), messages and reviews, as JSON.
//!
//! Bare, as the documentation shows them, or under `data` beside an `event`, as webhooks deliver them. Natural key:
//! `negotiation:ID`, `message:ID` or `review:ID`. The thread is the negotiation, so a message that arrives first finds its
//! lead later; it is also a way to answer, so no phone number is needed. `leadPrice` is what the client pays for the lead
//! and never the value of the work; that is `estimate.total`.

use serde_json::Value;

use crate::domain::event::{EventKind, NormalEvent};
use crate::domain::lead::ContactMethod;
use crate::domain::money::Money;
use crate::domain::text::Untrusted;

use super::contact::{self, Told};
use super::opt_out::{self, Wish};
use super::record::Record;
use super::{Identified, Known, Made, Settings, Unmade, draft, text, when};

const KNOWN: &[&str] = &[
    "negotiationID",
    "messageID",
    "reviewID",
    "review",
    "status",
    "category",
    "categoryID",
    "customer.customerID",
    "customer.displayName",
    "customer.firstName",
    "customer.lastName",
    "customer.phone",
    "customer.email",
    "customer.location",
    "business.businessID",
    "business.name",
    "business.displayName",
    "details",
    "description",
    "createTime",
    "createdAt",
    "sentAt",
    "from",
    "text",
    "attachments",
    "rating",
    "reviewText",
    "reviewerName",
    "responseText",
    "responseTime",
    "images",
    "leadPrice",
    "leadPriceBreakdown",
    "chargeState",
    "estimate",
    "request.requestID",
    "request.category",
    "request.description",
    "request.location",
    "request.details",
    "request.proposedTimes",
    "request.attachments",
    "request.travelPreferences",
];

/// What the payload is about: its own fields, without the envelope.
fn inner(record: &Record) -> Record {
    if record.has("data") { record.below("data") } else { Record(record.0.clone()) }
}

fn review_id(data: &Record) -> Option<String> {
    data.first(&["reviewID", "review.reviewID"])
}

/// The event type of the envelope when it tells of a change rather than of something new.
fn change(record: &Record) -> Option<String> {
    record.first(&["event.eventType", "eventType"]).filter(|kind| !kind.contains("Created"))
}

pub(super) fn identify(record: &Record) -> Identified {
    let data = inner(record);
    let key = if let Some(id) = review_id(&data) {
        format!("review:{id}")
    } else if let Some(id) = data.text("messageID") {
        format!("message:{id}")
    } else if let Some(id) = data.text("negotiationID") {
        format!("negotiation:{id}")
    } else {
        return Err(
            "it has no negotiationID, messageID or reviewID, so it is nothing of Thumbtack's v4; check the provider's name"
                .into(),
        );
    };
    Ok(match change(record) {
        None => key,
        Some(kind) => format!("{key}:{kind}:{}", data.text("status").unwrap_or_default()),
    })
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    let data = inner(&known.record);
    if let Some(kind) = change(&known.record) {
        return Err(Unmade::Ask(format!(
            "it tells of a change ({}), not of a new lead; look at it at Thumbtack and bring the lead up to date by hand",
            text::quote(&kind)
        )));
    }
    if data.text("from").is_some_and(|from| from != "Customer") && data.has("messageID") {
        return Err(Unmade::Aside("the message is not from the customer but from the business, which makes no lead".into()));
    }
    let thread = data.text("negotiationID");
    let (kind, field, words) = if review_id(&data).is_some() {
        let rating = data.first(&["rating", "review.rating"]).map(|rating| format!("rated {rating} of 5"));
        let words = [rating, data.first(&["reviewText", "review.text", "review.reviewText"])];
        (EventKind::ReviewLeft, "createTime", lines(words.into_iter().flatten()))
    } else if data.has("messageID") {
        let kind = match data.text("text").as_deref().and_then(opt_out::wish) {
            Some(Wish::Stop) => EventKind::OptOut,
            Some(Wish::Start) | None => EventKind::MessageReceived,
        };
        (kind, "sentAt", data.text("text"))
    } else {
        let description = data.first(&["request.description", "description"]);
        (EventKind::QuoteRequested, "createTime", lines(description.into_iter().chain(answers(&data))))
    };
    let at = when::read(
        field,
        data.first(&["sentAt", "createTime", "createdAt", "review.createTime"]).as_deref(),
        settings.received_at,
    )?;
    let full =
        [data.text("customer.firstName"), data.text("customer.lastName")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let told = Told {
        name: data.first(&["customer.displayName", "reviewerName"]).or((!full.is_empty()).then_some(full)),
        phone: data.text("customer.phone").map(|phone| ("customer.phone".into(), phone)),
        email: data.text("customer.email").map(|email| ("customer.email".into(), email)),
        region: None,
    };
    let (contact, unread) = contact::read(told, &settings.region, thread.is_some())?;
    let mut event = NormalEvent::new(kind, &known.key, at, ContactMethod::Marketplace);
    if kind == EventKind::OptOut {
        event.consent = crate::domain::lead::Consent::Withdrawn;
    }
    event.thread_key = thread.map(|id| text::key(&id));
    event.contact = contact;
    event.source = Some(Untrusted::from("Thumbtack"));
    event.service = data.first(&["request.category.name", "category.name"]).as_deref().and_then(text::field);
    event.market = ["request.location", "customer.location"]
        .iter()
        .find_map(|place| draft::joined([data.text(&format!("{place}.city")), data.text(&format!("{place}.state"))]));
    event.value = data.text("estimate.total").and_then(|total| Money::parse(&total).ok());
    event.reached = data.first(&["business.businessID", "business.name"]).as_deref().and_then(text::plain);
    event.unknown_fields = data.unknown(KNOWN);
    draft::say(&mut event, words, unread, None);
    Ok(event)
}

/// The questions of the category with the customer's answers, a line each.
fn answers(data: &Record) -> Vec<String> {
    let details = data.at("request.details").or_else(|| data.at("details")).and_then(Value::as_array);
    let line = |detail: &Value| Some(format!("{}: {}", detail.get("question")?.as_str()?, detail.get("answer")?.as_str()?));
    details.into_iter().flatten().filter_map(line).collect()
}

fn lines(lines: impl Iterator<Item = String>) -> Option<String> {
    let text = lines.collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

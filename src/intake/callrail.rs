//! CallRail's webhooks: calls, text messages and forms; JSON as documented, or urlencoded as they arrive in practice.
//!
//! Natural key: `resource_id` or `id`, with the kind of event. A call before it is connected looks like a missed one (not
//! answered, no duration, without the fields of the end); it is parked, so that nobody is texted while the phone still rings.
//! A change of a call (`changes`) is parked too: it would make a second event of one call. Legacy times carry no zone: UTC.

use crate::domain::event::{Channel, EventKind, NormalEvent};
use crate::domain::lead::{Consent, ContactMethod};
use crate::domain::money::Money;

use super::contact::{self, Told};
use super::form::{self, Submission};
use super::opt_out;
use super::record::Record;
use super::{Identified, Known, Made, Settings, Unmade, draft, text, when};

const KNOWN: &[&str] = &[
    "id",
    "resource_id",
    "answered",
    "voicemail",
    "call_type",
    "direction",
    "duration",
    "start_time",
    "datetime",
    "timestamp",
    "created_at",
    "customer_name",
    "customer_phone_number",
    "customer_number",
    "customer_city",
    "customer_state",
    "customer_country",
    "tracking_phone_number",
    "business_phone_number",
    "agent_email",
    "agent",
    "recording",
    "recording_duration",
    "recording_player",
    "transcription",
    "source",
    "source_name",
    "campaign",
    "keywords",
    "medium",
    "landing_page_url",
    "referring_url",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "gclid",
    "value",
    "first_call",
    "company_id",
    "company_name",
    "company_resource_id",
    "person_resource_id",
    "tracker_resource_id",
    "source_number",
    "destination_number",
    "content",
    "message_type",
    "media_urls",
    "conversation_id",
    "lead_status",
    "form_data",
    "form_url",
    "submitted_at",
    "first_form",
    "referrer",
    "customer_email",
    "aid",
    "callercity",
    "callercountry",
    "callername",
    "callernum",
    "callerstate",
    "callerzip",
    "callsource",
    "destinationnum",
    "trackingnum",
    "landingpage",
    "ip",
    "referrermedium",
    "note",
    "tags",
    "changes",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Call,
    Text,
    Form,
}

fn shape(record: &Record) -> Option<Shape> {
    let any = |names: &[&str]| names.iter().any(|name| record.has(name));
    if any(&["form_data", "form_url"]) && !record.has("answered") {
        Some(Shape::Form)
    } else if record.has("source_number") && any(&["content", "message_type", "destination_number"]) {
        Some(Shape::Text)
    } else if any(&["answered", "call_type", "voicemail", "callernum", "customer_phone_number", "tracking_phone_number"]) {
        Some(Shape::Call)
    } else {
        None
    }
}

/// Whether a call is reported before it is connected.
fn rings(record: &Record) -> bool {
    let ended =
        ["business_phone_number", "destinationnum", "recording", "recording_duration"].iter().any(|name| record.has(name));
    !ended
        && record.text("duration").is_none_or(|seconds| seconds == "0")
        && record.flag("answered") != Some(true)
        && record.flag("voicemail") != Some(true)
}

/// What kind of call it was, or why that cannot be said.
fn call(record: &Record) -> Result<EventKind, String> {
    let told = record.text("call_type");
    let by_type = match told.as_deref() {
        Some("missed" | "abandoned") => Some(EventKind::CallMissed),
        Some("voicemail") => Some(EventKind::VoicemailLeft),
        Some("answered" | "first_call" | "repeat_call") => Some(EventKind::CallAnswered),
        _ => None,
    };
    let by_flags = match (record.flag("answered"), record.flag("voicemail")) {
        (_, Some(true)) => Some(EventKind::VoicemailLeft),
        (Some(true), _) => Some(EventKind::CallAnswered),
        (Some(false), _) => Some(EventKind::CallMissed),
        (None, _) => None,
    };
    match (by_flags, by_type) {
        (Some(EventKind::CallAnswered), Some(EventKind::CallMissed)) => {
            Err("answered says yes and call_type says missed; look at the call at CallRail and add the lead by hand".into())
        }
        (Some(kind), _) | (None, Some(kind)) => Ok(kind),
        (None, None) => {
            Err("it does not say whether the call was answered; look at the call at CallRail and add the lead by hand".into())
        }
    }
}

pub(super) fn identify(record: &Record) -> Identified {
    let shape = shape(record)
        .ok_or("it is no call, text or form of CallRail (no answered, source_number or form_data); check the provider's name")?;
    let id = record
        .first(&["resource_id", "id"])
        .ok_or("it has no resource_id and no id, so CallRail did not send it; check the provider's name")?;
    let kind = match shape {
        Shape::Text => "text".to_owned(),
        Shape::Form => "form".to_owned(),
        Shape::Call if record.has("changes") => {
            format!("changed:{}", text::hash([serde_json::to_string(&record.0).unwrap_or_default().as_str()]))
        }
        Shape::Call if rings(record) => "ringing".to_owned(),
        Shape::Call => call(record).map_or("unclear", EventKind::as_str).to_owned(),
    };
    Ok(format!("{id}:{kind}"))
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    let record = &known.record;
    match shape(record) {
        Some(Shape::Form) => filled(known, settings),
        Some(Shape::Text) => texted(known, settings),
        Some(Shape::Call) | None => called(known, settings),
    }
}

fn called(known: &Known, settings: &Settings) -> Made {
    let record = &known.record;
    if record.text("direction").is_some_and(|d| d == "outbound") || record.text("call_type").is_some_and(|t| t == "outbound") {
        return Err(Unmade::Aside("it is an outgoing call, which makes no lead".into()));
    }
    if record.has("changes") {
        let what = record.text("changes").unwrap_or_else(|| "something".into());
        return Err(Unmade::Ask(format!(
            "CallRail changed a call after its end ({}); look at it there and bring the lead up to date by hand",
            text::quote(&what)
        )));
    }
    if rings(record) {
        return Err("the call has no result yet (it was sent before the call was connected); switch the post-call webhook on at CallRail, or call back by hand".into());
    }
    let kind = call(record)?;
    let date = record.first(&["start_time", "datetime", "timestamp"]);
    let at = when::read("start_time", date.as_deref(), settings.received_at)?;
    let told = Told {
        name: record.first(&["customer_name", "callername"]),
        phone: record
            .first(&["customer_phone_number", "customer_number", "callernum"])
            .map(|p| ("the caller's number".into(), p)),
        email: record.text("customer_email").map(|email| ("customer_email".into(), email)),
        region: record.first(&["customer_country", "callercountry"]),
    };
    let (contact, mut unread) = contact::read(told, &settings.region, false)?;
    let mut event = NormalEvent::new(kind, &known.key, at, ContactMethod::Call);
    if let Some(value) = record.text("value") {
        event.value = Money::parse(&value).inspect_err(|_| unread.push(format!("value: {value}"))).ok();
    }
    event.contact = contact;
    event.consent = Consent::Implied;
    event.market =
        draft::joined([record.first(&["customer_city", "callercity"]), record.first(&["customer_state", "callerstate"])]);
    event.owner = record.text("agent_email").as_deref().and_then(text::plain);
    event.reached = contact::reached(record.first(&["tracking_phone_number", "trackingnum"]), &settings.region);
    attribute(&mut event, record);
    draft::say(&mut event, record.text("transcription"), unread, None);
    Ok(event)
}

fn texted(known: &Known, settings: &Settings) -> Made {
    let record = &known.record;
    if record.text("agent").is_some() || record.text("direction").is_some_and(|d| d.starts_with("out")) {
        return Err(Unmade::Aside("the text was sent by the business, which makes no lead".into()));
    }
    let at = when::read("timestamp", record.first(&["timestamp", "created_at"]).as_deref(), settings.received_at)?;
    let told = Told {
        name: record.text("customer_name"),
        phone: record.text("source_number").map(|phone| ("source_number".into(), phone)),
        region: record.text("customer_country"),
        ..Told::default()
    };
    let (contact, unread) = contact::read(told, &settings.region, false)?;
    let content = record.text("content");
    let (kind, consent) = opt_out::texted(content.as_deref());
    let mut event = NormalEvent::new(kind, &known.key, at, ContactMethod::Sms);
    event.contact = contact;
    event.consent = consent;
    event.seen.stops_all = kind == EventKind::OptOut && opt_out::everything(content.as_deref(), Channel::Sms);
    event.thread_key = record.text("conversation_id").map(|id| text::key(&id));
    event.reached = contact::reached(record.text("destination_number"), &settings.region);
    attribute(&mut event, record);
    draft::say(&mut event, content, unread, None);
    Ok(event)
}

/// A form: its own fields, with those that CallRail adds where the form has none.
fn filled(known: &Known, settings: &Settings) -> Made {
    let mut fields = known.record.below("form_data");
    for name in ["customer_name", "customer_phone_number", "customer_email", "submitted_at"] {
        if let Some(value) = known.record.at(name).filter(|value| !value.is_null()) {
            fields.0.entry(name).or_insert_with(|| value.clone());
        }
    }
    let mut event = form::submitted(&Submission::of(&fields), &known.key, settings)?;
    let in_form = std::mem::take(&mut event.unknown_fields);
    attribute(&mut event, &known.record);
    event.unknown_fields.extend(in_form.into_iter().map(|name| format!("form_data.{name}")));
    event.unknown_fields.sort();
    event.unknown_fields.truncate(50);
    event.reached = known.record.first(&["company_id", "company_resource_id"]).as_deref().and_then(text::plain);
    Ok(event)
}

/// Source, attribution and unknown fields, which all three kinds tell alike.
fn attribute(event: &mut crate::domain::event::NormalEvent, record: &Record) {
    event.source = record.first(&["source", "source_name", "utm_source", "callsource"]).as_deref().and_then(text::field);
    event.attribution = draft::attribution([
        ("campaign", record.first(&["campaign", "utm_campaign"])),
        ("medium", record.first(&["medium", "utm_medium", "referrermedium"])),
        ("keyword", record.first(&["keywords", "utm_term"])),
        ("page", record.first(&["landing_page_url", "landingpage", "form_url"])),
        ("referrer", record.first(&["referring_url", "referrer"])),
        ("click", record.text("gclid")),
    ]);
    event.unknown_fields = record.unknown(KNOWN);
}

//! Twilio's incoming messages: form parameters one request a line, or Event Streams CloudEvents (an object, an array, lines).
//!
//! Natural key: `MessageSid`, the same in both shapes, so a message that arrives by both is one. Reports about messages that
//! we sent (`delivered`, `failed` …) are parked: they make no lead.

use crate::domain::event::{Channel, EventKind, NormalEvent};
use crate::domain::lead::ContactMethod;

use super::contact::{self, Told};
use super::opt_out;
use super::record::Record;
use super::{Identified, Known, Made, Settings, Unmade, draft, text, when};

const KNOWN: &[&str] = &[
    "MessageSid",
    "SmsMessageSid",
    "SmsSid",
    "AccountSid",
    "MessagingServiceSid",
    "From",
    "To",
    "Body",
    "NumMedia",
    "NumSegments",
    "SmsStatus",
    "MessageStatus",
    "OptOutType",
    "ApiVersion",
    "FromCity",
    "FromState",
    "FromZip",
    "FromCountry",
    "ToCity",
    "ToState",
    "ToZip",
    "ToCountry",
    "ProfileName",
    "MediaUrl0",
    "MediaContentType0",
    "specversion",
    "type",
    "source",
    "id",
    "dataschema",
    "datacontenttype",
    "time",
    "subject",
    "data.messageSid",
    "data.timestamp",
    "data.accountSid",
    "data.eventName",
    "data.from",
    "data.to",
    "data.numMedia",
    "data.numSegments",
    "data.body",
    "data.optOutType",
    "data.toCountry",
    "data.toState",
    "data.toCity",
    "data.toZip",
    "data.fromCountry",
    "data.fromState",
    "data.fromCity",
    "data.fromZip",
    "data.mnc",
    "data.mcc",
    "data.messagingServiceSid",
];

/// The status of a message that we sent; `None` for one that came in.
fn report(record: &Record) -> Option<String> {
    let kind = record.text("type").filter(|kind| !kind.ends_with("inbound-message.received"));
    let status = record.first(&["MessageStatus", "SmsStatus"]).filter(|status| status != "received" && status != "receiving");
    kind.or(status)
}

pub(super) fn identify(record: &Record) -> Identified {
    let sid = record.first(&["MessageSid", "SmsMessageSid", "SmsSid", "data.messageSid"]);
    let sid = sid.ok_or("it has no MessageSid, so it is no message of Twilio; check the provider's name")?;
    Ok(report(record).map_or(sid.clone(), |status| format!("{sid}:{status}")))
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    let record = &known.record;
    if let Some(status) = report(record) {
        return Err(Unmade::Aside(format!("it reports {} of a message that we sent, which makes no lead", text::quote(&status))));
    }
    let at = when::read("timestamp", record.text("data.timestamp").as_deref(), settings.received_at)?;
    let told = Told {
        name: record.text("ProfileName"),
        phone: record.first(&["From", "data.from"]).map(|from| ("From".into(), from)),
        region: record.first(&["FromCountry", "data.fromCountry"]),
        ..Told::default()
    };
    let (contact, unread) = contact::read(told, &settings.region, false)?;
    let body = record.first(&["Body", "data.body"]);
    let said = record.first(&["OptOutType", "data.optOutType"]).or_else(|| body.clone());
    let (kind, consent) = opt_out::texted(said.as_deref());
    let mut event = NormalEvent::new(kind, &known.key, at, ContactMethod::Sms);
    event.contact = contact;
    event.consent = consent;
    event.seen.stops_all = kind == EventKind::OptOut && opt_out::everything(body.as_deref(), Channel::Sms);
    event.market = draft::joined([record.first(&["FromCity", "data.fromCity"]), record.first(&["FromState", "data.fromState"])]);
    event.reached = contact::reached(record.first(&["To", "data.to"]), &settings.region);
    event.unknown_fields = record.unknown(KNOWN);
    draft::say(&mut event, body, unread, None);
    Ok(event)
}

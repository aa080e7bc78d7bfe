//! Twilio's voice webhooks and call status callbacks: form parameters, one request a line (or the same names as JSON).
//!
//! Natural key: `CallSid:status`, because one call reports several. The result of a `<Dial>` (`DialCallStatus`) says whether
//! somebody answered, so it goes before `CallStatus`, which says `completed` also when only the machine picked up. A
//! `<Record>` that ran is a voicemail, whose own callback names the call and not the caller; any other recording belongs to a
//! call that is reported by itself. A call that still rings has no result yet and is parked, and so is an outgoing call.

use crate::domain::event::{EventKind, NormalEvent};
use crate::domain::lead::{Consent, ContactMethod};

use super::contact::{self, Told};
use super::record::Record;
use super::{Identified, Known, Made, Settings, Unmade, draft, when};

const KNOWN: &[&str] = &[
    "CallSid",
    "CallStatus",
    "DialCallStatus",
    "DialCallSid",
    "DialCallDuration",
    "AccountSid",
    "From",
    "To",
    "Caller",
    "Called",
    "CallerName",
    "Direction",
    "Timestamp",
    "ApiVersion",
    "Digits",
    "ForwardedFrom",
    "FromCity",
    "FromState",
    "FromZip",
    "FromCountry",
    "ToCity",
    "ToState",
    "ToZip",
    "ToCountry",
    "CallerCity",
    "CallerState",
    "CallerZip",
    "CallerCountry",
    "CalledCity",
    "CalledState",
    "CalledZip",
    "CalledCountry",
    "Duration",
    "CallDuration",
    "RecordingUrl",
    "RecordingSid",
    "RecordingDuration",
    "RecordingSource",
    "RecordingStatus",
    "TranscriptionText",
    "TranscriptionStatus",
    "TranscriptionSid",
    "TranscriptionUrl",
    "CallbackSource",
    "SequenceNumber",
    "SipResponseCode",
    "ParentCallSid",
    "StirVerstat",
    "CallToken",
];

fn is_voicemail(record: &Record) -> bool {
    record.text("RecordingSource").as_deref() == Some("RecordVerb") || record.has("TranscriptionText")
}

pub(super) fn identify(record: &Record) -> Identified {
    let sid = record.text("CallSid").ok_or("it has no CallSid, so it is no call of Twilio; check the provider's name")?;
    let status = if is_voicemail(record) { Some("voicemail".into()) } else { record.first(&["DialCallStatus", "CallStatus"]) };
    if let Some(recording) = record.text("RecordingSid").filter(|_| status.is_none()) {
        return Ok(format!("{sid}:{recording}"));
    }
    Ok(format!("{sid}:{}", status.unwrap_or_else(|| "ringing".into())))
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    let record = &known.record;
    if record.text("Direction").is_some_and(|direction| direction.starts_with("outbound")) {
        return Err(Unmade::Aside("it is an outgoing call, which makes no lead".into()));
    }
    let status = record.first(&["DialCallStatus", "CallStatus"]);
    let kind = match status.as_deref() {
        _ if is_voicemail(record) => EventKind::VoicemailLeft,
        Some("no-answer" | "busy" | "failed" | "canceled") => EventKind::CallMissed,
        Some("completed" | "answered") => EventKind::CallAnswered,
        None if record.has("RecordingSid") => {
            return Err(Unmade::Aside("it is the recording of a call, which is reported by itself".into()));
        }
        None | Some("queued" | "initiated" | "ringing" | "in-progress") => {
            return Err("the call has no result yet (CallStatus is missing or still ringing); set a status callback for this number at Twilio, or call back by hand".into());
        }
        Some(other) => {
            return Err(Unmade::Ask(format!(
                "CallStatus {} is no result of a call; look at the call at Twilio and add the lead by hand",
                super::text::quote(other)
            )));
        }
    };
    let at = when::read("Timestamp", record.text("Timestamp").as_deref(), settings.received_at)?;
    let told = Told {
        name: record.text("CallerName"),
        phone: record.text("From").or_else(|| record.text("Caller")).map(|from| ("From".into(), from)),
        region: record.first(&["FromCountry", "CallerCountry"]),
        ..Told::default()
    };
    // A voicemail's callback leaves the caller out; the call was reported before it.
    let by_call = kind == EventKind::VoicemailLeft && told.phone.is_none();
    let (contact, unread) = contact::read(told, &settings.region, by_call)?;
    let mut event = NormalEvent::new(kind, &known.key, at, ContactMethod::Call);
    event.contact = contact;
    event.consent = Consent::Implied;
    event.thread_key = record.text("CallSid").map(|sid| super::text::key(&sid));
    event.market = draft::joined([record.text("FromCity"), record.text("FromState")]);
    event.reached = contact::reached(record.first(&["To", "Called"]), &settings.region);
    event.unknown_fields = record.unknown(KNOWN);
    draft::say(&mut event, record.text("TranscriptionText"), unread, None);
    Ok(event)
}

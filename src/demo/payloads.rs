//! The bytes that the demo's providers send: the shapes that the real ones document.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::json;

use super::day::{Caller, Shape};
use super::words::TRADES;

/// What a provider sends about somebody at a time.
pub(super) fn body(caller: &Caller, shape: Shape, key: u32, at: DateTime<Utc>) -> Vec<u8> {
    let trade = &TRADES[caller.client];
    let time = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    match shape {
        Shape::MissedCall | Shape::Voicemail | Shape::Withheld => {
            let withheld = shape == Shape::Withheld;
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("CallSid", &format!("CA{key:032x}"))
                .append_pair("From", if withheld { "anonymous" } else { &caller.phone })
                .append_pair("To", trade.phone)
                .append_pair("Direction", "inbound")
                .append_pair("CallStatus", if shape == Shape::Voicemail { "completed" } else { "no-answer" })
                .append_pair("FromCity", caller.city)
                .append_pair("FromState", caller.state)
                .append_pair("FromCountry", "US");
            if !withheld {
                form.append_pair("CallerName", &caller.name);
            }
            if shape == Shape::Voicemail {
                form.append_pair("RecordingSource", "RecordVerb")
                    .append_pair("RecordingDuration", "21")
                    .append_pair("TranscriptionText", caller.story.words);
            }
            form.finish().into_bytes()
        }
        Shape::TrackedCall { answered } => json!({
            "resource_id": format!("CAL{key:032x}"),
            "answered": answered,
            "voicemail": false,
            "call_type": if answered { "answered" } else { "missed" },
            "direction": "inbound",
            "duration": if answered { 60 + key % 400 } else { 18 },
            // A post-call webhook comes when the call is over.
            "start_time": (at - TimeDelta::seconds(20)).to_rfc3339_opts(SecondsFormat::Millis, true),
            "customer_name": caller.name,
            "customer_phone_number": caller.phone,
            "customer_city": caller.city,
            "customer_state": caller.state,
            "customer_country": "US",
            "tracking_phone_number": trade.phone,
            "source": "Google Ads",
            "campaign": format!("{} {}", caller.story.service, caller.city),
            "transcription": if answered { caller.story.words } else { "" },
        })
        .to_string()
        .into_bytes(),
        Shape::Marketplace => json!({
            "event": {"eventType": "NegotiationCreatedV4", "triggeredAt": time},
            "data": {
                "negotiationID": key.to_string(), "status": "Open", "createdAt": time, "leadPrice": "$28.00",
                "business": {"businessID": trade.name, "name": trade.name},
                "customer": {"customerID": (key / 2).to_string(), "displayName": caller.name, "phone": caller.phone},
                "estimate": {"total": caller.story.dollars.to_string()},
                "request": {
                    "category": {"name": caller.story.service},
                    "description": caller.story.words,
                    "location": {"city": caller.city, "state": caller.state},
                },
            },
        })
        .to_string()
        .into_bytes(),
        Shape::Form => {
            let mut form = json!({
                "submission_id": format!("f-{key}"),
                "form": "Request a quote",
                "name": caller.name,
                "phone": caller.phone,
                "email": caller.email,
                "service": caller.story.service,
                "city": caller.city,
                "state": caller.state,
                "message": caller.story.words,
                "sms_consent": "on",
                "utm_source": "google",
                "utm_campaign": "fall",
                "page": "/request-a-quote",
            });
            if caller.story.dollars > 0 {
                form["budget"] = json!(caller.story.dollars.to_string());
            }
            form.to_string().into_bytes()
        }
        Shape::Text | Shape::OptOut => {
            let text = if shape == Shape::OptOut { "STOP" } else { caller.story.words };
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("MessageSid", &format!("SM{key:032x}"))
                .append_pair("From", &caller.phone)
                .append_pair("To", trade.phone)
                .append_pair("Body", text)
                .append_pair("FromCity", caller.city)
                .append_pair("FromState", caller.state)
                .append_pair("FromCountry", "US")
                .append_pair("SmsStatus", "received");
            form.finish().into_bytes()
        }
        Shape::JobDone => json!({
            "key": format!("work-order-{key}"), "kind": "job_done", "occurred_at": time, "name": caller.name,
            "phone": caller.phone, "service": caller.story.service, "consent": "given", "source": "field app",
            "market": caller.city, "value": caller.story.dollars.to_string(),
        })
        .to_string()
        .into_bytes(),
    }
}

/// A list as somebody exports it from a spreadsheet.
pub(super) fn list(callers: &[Caller], key: u32) -> Vec<u8> {
    let mut text = String::from("id,name,phone,email,service,market,value,words\n");
    for (row, caller) in callers.iter().enumerate() {
        let dollars = caller.story.dollars;
        text.push_str(&format!(
            "{key}-{row},{},{},{},{},{},{dollars},\"{}\"\n",
            caller.name,
            caller.phone,
            caller.email,
            caller.story.service,
            caller.city,
            caller.story.words.replace('"', "\"\""),
        ));
    }
    text.into_bytes()
}

//! A made-up payload of each provider, in the shape that it documents: what a test event carries. Nobody has its number
//! (555-01xx is kept for stories) or its address (`example.com` belongs to nobody).

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::domain::event::{Columns, Provider};

const NAME: &str = "Test Event";
const PHONE: &str = "+15125550142";
const EMAIL: &str = "test.event@example.com";
const WORDS: &str = "This is a test event.";

/// The payload. `fields` says where our fields stand in a mapped webhook; `key` makes this event another than the last.
pub fn sample(provider: Provider, fields: &Columns, key: &str, at: DateTime<Utc>) -> Vec<u8> {
    let time = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    match provider {
        Provider::TwilioVoice => form(&[
            ("CallSid", key),
            ("From", PHONE),
            ("To", "+15125550100"),
            ("Direction", "inbound"),
            ("CallStatus", "no-answer"),
            ("CallerName", NAME),
            ("FromCity", "Austin"),
            ("FromState", "TX"),
            ("FromCountry", "US"),
        ]),
        Provider::TwilioSms => form(&[
            ("MessageSid", key),
            ("From", PHONE),
            ("To", "+15125550100"),
            ("Body", WORDS),
            ("SmsStatus", "received"),
            ("FromCity", "Austin"),
            ("FromState", "TX"),
            ("FromCountry", "US"),
        ]),
        Provider::Callrail => bytes(&json!({
            "resource_id": key, "answered": false, "call_type": "missed", "direction": "inbound", "duration": 18,
            "start_time": time, "customer_name": NAME, "customer_phone_number": PHONE, "customer_city": "Austin",
            "customer_state": "TX", "customer_country": "US", "tracking_phone_number": "+15125550100", "source": "Google Ads",
        })),
        Provider::Thumbtack => bytes(&json!({
            "event": {"eventType": "NegotiationCreatedV4", "triggeredAt": time},
            "data": {
                "negotiationID": key, "status": "Open", "createdAt": time,
                "business": {"businessID": "test", "name": "Test"},
                "customer": {"customerID": key, "displayName": NAME, "phone": PHONE},
                "request": {
                    "category": {"name": "Test"}, "description": WORDS, "location": {"city": "Austin", "state": "TX"},
                },
            },
        })),
        Provider::Angi => bytes(&json!({
            "CorrelationId": key, "FirstName": "Test", "LastName": "Event", "PhoneNumber": PHONE, "Email": EMAIL,
            "Category": "Test", "Description": WORDS, "PostalAddress": {"City": "Austin", "State": "TX"}, "LeadDateTime": time,
        })),
        Provider::Hubspot => bytes(&json!([{
            "subscriptionType": "contact.creation", "subscriptionId": 1, "eventId": 1, "objectId": 1,
            "occurredAt": at.timestamp_millis(),
        }])),
        Provider::Quickbooks => bytes(&json!({"eventNotifications": [{
            "realmId": "1",
            "dataChangeEvent": {"entities": [{"name": "Customer", "id": key, "operation": "Create", "lastUpdated": time}]},
        }]})),
        Provider::Sendgrid => form(&[("envelope", "{}"), ("email", &mail(key, at))]),
        Provider::Mailgun => form(&[
            ("recipient", "office@example.com"),
            ("From", &format!("{NAME} <{EMAIL}>")),
            ("Subject", "Test"),
            ("Message-Id", &format!("<{key}@example.com>")),
            ("body-plain", WORDS),
        ]),
        Provider::Email => mail(key, at).into_bytes(),
        Provider::Webhook => mapped(fields, key, &time),
        Provider::Form => bytes(&json!({
            "submission_id": key, "name": NAME, "phone": PHONE, "email": EMAIL, "service": "Test", "city": "Austin",
            "state": "TX", "message": WORDS,
        })),
        Provider::Csv => {
            format!("id,name,phone,email,service,market,words\n{key},{NAME},{PHONE},{EMAIL},Test,Austin,{WORDS}\n").into_bytes()
        }
        Provider::Event => bytes(&json!({
            "key": key, "kind": "form_sent", "occurred_at": time, "name": NAME, "phone": PHONE, "email": EMAIL,
            "service": "Test", "market": "Austin", "words": WORDS,
        })),
        // It is asked, and sends nothing.
        Provider::SearchConsole => Vec::new(),
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}

fn mail(key: &str, at: DateTime<Utc>) -> String {
    let date = at.to_rfc2822();
    format!(
        "From: {NAME} <{EMAIL}>\r\nTo: office@example.com\r\nSubject: Test\r\nDate: {date}\r\nMessage-ID: <{key}@example.com>\r\n\r\n{WORDS}\r\n"
    )
}

/// Puts a value where a path leads, and makes the objects on the way.
fn put(at: &mut Value, steps: &[&str], value: &str) {
    let Some((first, rest)) = steps.split_first() else {
        *at = Value::String(value.to_owned());
        return;
    };
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Some(object) = at.as_object_mut() {
        put(object.entry(*first).or_insert(Value::Null), rest, value);
    }
}

/// A JSON object that has each of our fields where the configuration looks for it.
fn mapped(fields: &Columns, key: &str, time: &str) -> Vec<u8> {
    let mut whole = json!({});
    for (field, place) in fields.0.iter().filter(|(_, place)| !place.starts_with('=')) {
        let value = match field.as_str() {
            "key" => key,
            "kind" => "form_sent",
            "occurred_at" => time,
            "name" => NAME,
            "phone" => PHONE,
            "email" => EMAIL,
            "value" => "120",
            "contact_method" => "form",
            "consent" => "unknown",
            "urgency" => "routine",
            "market" => "Austin",
            "words" => WORDS,
            _ => "Test",
        };
        let steps: Vec<&str> = place.split('.').collect();
        put(&mut whole, &steps, value);
    }
    bytes(&whole)
}

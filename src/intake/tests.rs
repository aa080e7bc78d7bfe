//! The room as a whole: every sample, the quirks of each provider, and the laws.

use std::path::Path;

use proptest::prelude::*;
use rstest::rstest;
use strum::VariantArray;

use super::*;
use crate::domain::event::EventKind;
use crate::domain::lead::{Consent, Urgency};
use crate::domain::money::Money;

fn settings() -> Settings {
    Settings {
        region: "US".into(),
        columns: Columns::default(),
        honeypot: None,
        received_at: "2026-11-24T12:00:00Z".parse().unwrap(),
    }
}

fn outcomes(provider: Provider, text: &str) -> Vec<String> {
    read(provider, text.as_bytes(), &settings())
        .into_iter()
        .map(|item| match item.outcome {
            Ok(Normalised::Event(event)) => format!("{} {}", event.kind, event.natural_key),
            Ok(Normalised::Parked { reason, .. } | Normalised::SetAside { reason, .. }) => format!("parked: {reason}"),
            Err(rejected) => format!("rejected {}: {}", rejected.line.unwrap_or(0), rejected.reason),
        })
        .collect()
}

fn one(provider: Provider, text: &str) -> NormalEvent {
    let items = read(provider, text.as_bytes(), &settings());
    match items.into_iter().next().unwrap().outcome {
        Ok(Normalised::Event(event)) => *event,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case("callrail-call-1.json", Provider::Callrail, "call_missed CAL8154748ae6bd4e278a7cddd38a662f4f:call_missed")]
#[case("callrail-postcall-legacy-1.txt", Provider::Callrail, "call_answered 305895151:call_answered")]
#[case("thumbtack-message-1.json", Provider::Thumbtack, "message_received message:519153481515696128")]
#[case("thumbtack-negotiation-1.json", Provider::Thumbtack, "quote_requested negotiation:519153480500518912")]
#[case("twilio-sms-incoming-1.txt", Provider::TwilioSms, "message_received SMb711289e438f577f230f5837e9c74a08")]
#[case(
    "twilio-event-inbound-message-1.json",
    Provider::TwilioSms,
    "parked: nobody can be reached: From is no phone number of any country"
)]
#[case("twilio-voice-minimal-1.txt", Provider::TwilioVoice, "parked: the call has no result yet")]
fn every_sample_is_read(#[case] file: &str, #[case] provider: Provider, #[case] expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(file);
    let found = outcomes(provider, &std::fs::read_to_string(path).unwrap());
    assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
}

#[rstest]
#[case("event-lines-1.jsonl", Provider::Event, &["quote_requested crm-1", "parked: occurred_at is before the year 2000", "rejected 3: the JSON is", "job_done crm-4"])]
#[case("csv-leads-1.csv", Provider::Csv, &["form_sent 101", "parked: nobody can be reached: email is no e-mail address", "rejected 5: it has 3 columns"])]
#[case("form-urlencoded-1.txt", Provider::Form, &["form_sent sha256:"])]
#[case("thumbtack-webhook-negotiation-1.json", Provider::Thumbtack, &["quote_requested negotiation:5001"])]
#[case("callrail-text-1.json", Provider::Callrail, &["opt_out SMSa1:text"])]
fn every_file_of_ours_is_read(#[case] file: &str, #[case] provider: Provider, #[case] expected: &[&str]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(file);
    let found = outcomes(provider, &std::fs::read_to_string(path).unwrap());
    assert_eq!(found.len(), expected.len(), "{found:?}");
    assert!(found.iter().zip(expected).all(|(found, expected)| found.starts_with(expected)), "{found:?}");
}

#[test]
fn a_file_of_broken_arrays_is_read_in_one_pass() {
    let items = read(Provider::Event, "[{\"a\":\n".repeat(9_000).as_bytes(), &settings());
    assert!(items.len() > 8_000 && items.iter().all(|item| item.outcome.is_err()));
}

#[rstest]
#[case("no-answer", EventKind::CallMissed)]
#[case("busy", EventKind::CallMissed)]
#[case("failed", EventKind::CallMissed)]
#[case("canceled", EventKind::CallMissed)]
#[case("completed", EventKind::CallAnswered)]
#[case("completed&DialCallStatus=no-answer", EventKind::CallMissed)]
#[case("completed&RecordingSource=RecordVerb", EventKind::VoicemailLeft)]
fn a_call_of_twilio_ends_somehow(#[case] status: &str, #[case] kind: EventKind) {
    let event = one(Provider::TwilioVoice, &format!("CallSid=CA1&From=%2B14158675309&To=%2B18005551212&CallStatus={status}"));
    assert_eq!((event.kind, event.consent), (kind, Consent::Implied));
    assert_eq!(event.contact.phone.unwrap().as_str(), "+14158675309");
}

#[rstest]
#[case(Provider::TwilioVoice, "CallSid=CA1&CallStatus=busy", "parked: nobody can be reached: it has no phone")]
#[case(Provider::TwilioVoice, "CallSid=CA1&CallStatus=busy&From=anonymous", "parked: nobody can be reached: the caller withheld")]
#[case(
    Provider::TwilioVoice,
    "CallSid=CA1&CallStatus=busy&From=%2B1415867530%1b",
    "parked: nobody can be reached: From is no phone"
)]
#[case(Provider::TwilioVoice, "hello world", "rejected 1: it is neither JSON nor form")]
#[case(Provider::TwilioSms, "{\"a\": \"b", "rejected 1: the JSON is cut off")]
#[case(Provider::TwilioSms, "<html>no</html>", "rejected 1: it is HTML")]
#[case(Provider::TwilioSms, "", "rejected 1: there is nothing in it")]
#[case(Provider::Callrail, "{\"x\":1}", "rejected 1: it is no call")]
#[case(
    Provider::Callrail,
    r#"{"id":"C1","answered":false,"call_type":"missed","voicemail":false,"duration":0,"customer_phone_number":"+13036231131"}"#,
    "parked: the call has no result yet"
)]
#[case(
    Provider::Callrail,
    r#"{"id":"C1","answered":false,"voicemail":true,"duration":9,"customer_phone_number":"+13036231131"}"#,
    "voicemail_left C1"
)]
#[case(
    Provider::Callrail,
    r#"{"id":"C1","answered":false,"duration":9,"start_time":0,"customer_phone_number":"+13036231131"}"#,
    "parked: start_time is before the year 2000"
)]
#[case(
    Provider::Callrail,
    r#"{"resource_id":"T1","source_number":"+13036231131","destination_number":"+13038163491","content":"Stop!"}"#,
    "opt_out T1:text"
)]
#[case(
    Provider::Callrail,
    r#"{"id":"F1","form_url":"x","form_data":{"name":"Ana","email":"ana@example.com"}}"#,
    "form_sent F1:form"
)]
#[case(
    Provider::Thumbtack,
    r#"{"event":{"eventType":"ReviewCreatedV4"},"data":{"reviewID":"7","rating":5,"negotiationID":"9"}}"#,
    "review_left review:7"
)]
#[case(
    Provider::Thumbtack,
    r#"{"messageID":"1","negotiationID":"2","from":"Business","text":"Hi"}"#,
    "parked: the message is not from the customer"
)]
#[case(Provider::Form, "name=Ana&email=ana%40example.com&id=7", "form_sent 7")]
#[case(Provider::Form, "name=Ana&phone=12", "parked: nobody can be reached: phone is no phone number")]
#[case(Provider::Form, "colour=red", "rejected 1: none of its fields")]
#[case(Provider::Event, r#"{"key":"k","kind":"party","phone":"+14158675309"}"#, "parked: kind cannot be \"party\"")]
#[case(Provider::Event, r#"{"kind":"job_done","phone":"+14158675309"}"#, "rejected 1: it has no key")]
#[case(Provider::Event, r#"{"key":"k","kind":"job_done","phone":"+14158675309"}"#, "job_done k")]
#[case(Provider::Csv, "a,b\n1,2\n", "rejected 1: there is no column for phone or email; the header is \"a\", \"b\"")]
#[case(Provider::Csv, "id,phone\n7,(415) 867-5309\n", "form_sent 7")]
fn quirks(#[case] provider: Provider, #[case] text: &str, #[case] expected: &str) {
    let found = outcomes(provider, text);
    assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
    assert!(!found[0].chars().any(crate::domain::text::is_unsafe));
}

#[test]
fn a_bad_line_is_named_and_the_rest_goes_on() {
    let lines = "{\"key\":\"a\",\"kind\":\"job_done\",\"phone\":\"+14158675309\"}\nnot json\n{\"key\":\"b\",\"kind\":\"job_done\",\"phone\":\"+14158675309\"}\n";
    let found = outcomes(Provider::Event, lines);
    assert_eq!((found[0].as_str(), found[2].as_str()), ("job_done a", "job_done b"));
    assert!(found[1].starts_with("rejected 2: "), "{found:?}");
    let mut bytes = b"{\"key\":\"a\xff\"}\n".to_vec();
    bytes.extend_from_slice(lines.as_bytes());
    let items = read(Provider::Event, &bytes, &settings());
    assert!(items[0].outcome.as_ref().unwrap_err().reason.contains("not UTF-8") && items[1].outcome.is_ok());
}

#[test]
fn a_file_that_is_something_else_is_given_up_as_one() {
    let items = read(Provider::TwilioSms, "x\n".repeat(PATIENCE + 500).as_bytes(), &settings());
    assert_eq!(items.len(), PATIENCE + 1);
    let last = items.last().unwrap();
    assert_eq!((last.line, last.body.len()), (Some(PATIENCE + 1), 999));
    assert!(last.outcome.as_ref().unwrap_err().reason.contains("none of twilio-sms"));
}

#[test]
fn a_bad_row_does_not_swallow_the_rows_behind_it() {
    let found = outcomes(Provider::Csv, "id,phone,words\n1,4158675309,\"two\nlines\"\n2,\"415\n3,4158675309,ok\n4,x\n");
    assert_eq!((found[0].as_str(), found[2].as_str()), ("form_sent 1", "form_sent 3"));
    assert!(found[1].starts_with("rejected 4: it has 2 columns") && found[3].starts_with("rejected 6: "), "{found:?}");
}

#[test]
fn a_missing_mapped_column_is_named() {
    let mut settings = settings();
    settings.columns.0.insert("phone".into(), "Cell".into());
    let missing = read(Provider::Csv, b"id,phone\n7,4158675309\n", &settings);
    let reason = &missing[0].outcome.as_ref().unwrap_err().reason;
    assert!(reason.contains("no column \"Cell\" (mapped to phone); the header is \"id\", \"phone\""), "{reason}");
    let mapped = read(Provider::Csv, b"id,cell\n7,4158675309\n", &settings);
    assert!(matches!(mapped[0].outcome, Ok(Normalised::Event(_))));
}

#[test]
fn the_price_of_a_lead_is_not_the_value_of_the_work() {
    let event = one(
        Provider::Thumbtack,
        r#"{"event":{"eventType":"NegotiationCreatedV4"},"data":{"negotiationID":"5","leadPrice":"$25.00","estimate":{"total":"$150.00"},
        "createdAt":"2026-09-15T04:02:24Z","customer":{"firstName":"Dana","lastName":"Reyes","phone":"4158675309"},"shiny":1,
        "request":{"category":{"name":"Plumbing"},"description":"pipe burst","location":{"city":"Lake Worth","state":"FL"}}}}"#,
    );
    assert_eq!(event.value, Some(Money::whole(150)));
    assert_eq!((event.urgency, event.thread_key.as_deref()), (Urgency::Urgent, Some("5")));
    assert_eq!((event.market.unwrap().raw(), event.contact.name.unwrap().raw()), ("Lake Worth, FL", "Dana Reyes"));
    assert_eq!(event.unknown_fields, ["shiny"]);
}

#[test]
fn a_form_is_the_same_in_both_encodings() {
    let form = one(Provider::Form, "Your-Name=Ana&your_email=Ana%40Example.com&consent=on&message=no+heat&budget=about+400");
    let json = one(
        Provider::Form,
        r#"{"your name":"Ana","your_email":"Ana@Example.com","consent":"on","message":"no heat","budget":"about 400"}"#,
    );
    assert_eq!(form, json);
    assert_eq!((form.consent, form.urgency, form.value), (Consent::Given, Urgency::Urgent, None));
    assert_eq!(form.words.unwrap().raw(), "no heat\nvalue: about 400");
}

#[test]
fn hostile_text_is_kept_and_never_quoted_raw() {
    let name = "x".repeat(2_000_000);
    let event = one(Provider::Form, &format!(r#"{{"name":"A\u0000{name}","email":"a@example.com"}}"#));
    let kept = event.contact.name.unwrap();
    assert!(kept.raw().chars().count() == text::LONGEST && kept.raw().starts_with("A\u{fffd}"));
    let big = outcomes(Provider::Form, &format!(r#"{{"name":"{}"}}"#, "x".repeat(11 << 20)));
    assert!(big[0].contains("11.0 MiB and the limit for one payload is 10 MiB"), "{big:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes_are_read_and_none_is_lost(
        bytes in prop_oneof![
            any::<Vec<u8>>(),
            "[\\[\\]{}\", \n:a-c=&1]{0,80}".prop_map(String::into_bytes),
            "(\\{\"key\":\"k[0-9]\",\"kind\":\"job_done\",\"phone\":\"\\+14158675309\"\\}|id,phone|CallSid=CA1&From=4158675309|\n|,|\\[|\\]|\"|\\{){0,9}"
                .prop_map(String::into_bytes),
        ],
        which in 0..Provider::VARIANTS.len(),
    ) {
        let provider = Provider::VARIANTS[which];
        let items = read(provider, &bytes, &settings());
        prop_assert!(!items.is_empty() || bytes.iter().all(|b| b"[], \t\r\n\x0c".contains(b)) || provider == Provider::Csv);
        let heavy = |bytes: &[u8]| bytes.iter().filter(|b| b.is_ascii_alphanumeric()).count();
        let kept: usize = items.iter().map(|item| heavy(&item.body)).sum();
        if !items.is_empty() {
            prop_assert!(kept >= heavy(&bytes));
        }
        for item in items {
            if let Ok(normalised) = &item.outcome {
                let key = match normalised {
                    Normalised::Event(event) => &event.natural_key,
                    Normalised::Parked { natural_key, .. } | Normalised::SetAside { natural_key, .. } => natural_key,
                };
                prop_assert!(!key.is_empty());
                let again = read(provider, &item.body, &settings());
                prop_assert_eq!(again.len(), 1);
                prop_assert_eq!(&again[0].outcome, &item.outcome);
            }
        }
    }
}

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
        fields: Columns::default(),
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
#[case(
    "hubspot-webhook-1.json",
    Provider::Hubspot,
    "parked: HubSpot tells of \"contact.propertyChange\" at record \"173595202426\""
)]
#[case("sendgrid-inbound-default-data.txt", Provider::Sendgrid, "message_received sha256:")]
#[case("sendgrid-inbound-raw-data.txt", Provider::Sendgrid, "message_received sha256:")]
#[case("sendgrid-inbound-raw-data-with-attachments.txt", Provider::Sendgrid, "message_received sha256:")]
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

#[test]
fn a_long_header_before_many_rows_is_not_kept_with_all_of_them() {
    let file = format!("phone{}\n{}", "x".repeat(100_000), "1\n".repeat(70_000));
    let columns = Columns([("phone".to_owned(), file.lines().next().unwrap().to_owned())].into());
    let items = read(Provider::Csv, file.as_bytes(), &Settings { columns, ..settings() });
    let kept: usize = items.iter().map(|item| item.body.len()).sum();
    assert!(kept < 21 * 1024 * 1024, "{} MiB", kept >> 20);
    let last = items.last().unwrap();
    assert!(last.body.ends_with(b"1\n1") && last.outcome.as_ref().unwrap_err().reason.contains("97 KiB"), "{:?}", last.outcome);
}

#[rstest]
#[case("key,name,phone\n , ,4158675309\n")]
#[case("name,phone\nBo,4158675309 \n")]
#[case("phone,name\n4158675309,\"Bo\n")]
fn a_row_with_blanks_around_it_has_one_key_however_often_it_is_read(#[case] file: &str) {
    let once = read(Provider::Csv, file.as_bytes(), &settings());
    let again = read(Provider::Csv, &once[0].body, &settings());
    assert_eq!((once.len(), again.len()), (1, 1));
    assert_eq!(once[0].outcome, again[0].outcome);
}

#[test]
fn a_csv_of_bad_rows_alone_is_not_read_to_its_end() {
    let file = format!("name,phone\n{}", "1\n".repeat(60_000));
    let items = read(Provider::Csv, file.as_bytes(), &settings());
    assert_eq!(items.len(), PATIENCE + 1);
    assert_eq!(items.last().unwrap().body.len(), (60_000 - PATIENCE) * 2 - 1);
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

const ANGI: &str = r#"{"FirstName":"Dana","LastName":"Reyes","PhoneNumber":"4158675309","Email":"d@example.com","Source":"Angie's List Quote",
    "PostalAddress":{"City":"Austin","State":"TX","PostalCode":"78701"},"Description":"No hot water","Category":"Water Heater","Urgency":"urgent",
    "CorrelationId":"0b8f1c9e-1","ALAccountId":"77"}"#;
const QUICKBOOKS: &str = r#"{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":[
    {"name":"Invoice","id":"7","operation":"Create","lastUpdated":"2026-11-24T10:00:00Z"}]}}]}"#;

#[test]
fn a_lead_of_angi() {
    let event = one(Provider::Angi, ANGI);
    assert_eq!(
        (event.kind, event.natural_key.as_str(), event.urgency),
        (EventKind::QuoteRequested, "0b8f1c9e-1", Urgency::Urgent)
    );
    assert_eq!((event.market.unwrap().raw(), event.reached.as_deref()), ("Austin, TX, 78701", Some("77")));
    assert_eq!(event.unknown_fields, Vec::<String>::new());
}

#[rstest]
#[case(Provider::Quickbooks, QUICKBOOKS, "parked: QuickBooks tells of \"Invoice 7 (Create)\", by id alone")]
#[case(
    Provider::Quickbooks,
    r#"{"specversion":"1.0","id":"e1","type":"qbo.invoice.created.v1","intuitentityid":"7"}"#,
    "parked: QuickBooks tells of \"qbo.invoice.created.v1 7\""
)]
#[case(Provider::Quickbooks, r#"{"a":1}"#, "rejected 1: it has no eventNotifications")]
#[case(
    Provider::Hubspot,
    r#"{"eventId":1,"subscriptionType":"contact.privacyDeletion","objectId":5}"#,
    "parked: at HubSpot, record \"5\" was deleted for privacy"
)]
#[case(Provider::Hubspot, r#"{"eventId":1}"#, "rejected 1: it has no subscriptionType")]
#[case(Provider::Angi, r#"{"FirstName":"x"}"#, "rejected 1: it has no CorrelationId")]
#[case(Provider::TwilioVoice, "CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed", "parked: it is the recording of a call")]
#[case(Provider::TwilioVoice, "CallSid=CA1&RecordingSid=RE1&RecordingSource=RecordVerb", "voicemail_left CA1:voicemail")]
#[case(Provider::TwilioSms, "MessageSid=SM1&MessageStatus=delivered&From=%2B1", "parked: it reports \"delivered\"")]
#[case(Provider::TwilioSms, "MessageSid=SM1&From=%2B14158675309&Body=nope&OptOutType=STOP", "opt_out SM1")]
#[case(Provider::TwilioSms, "MessageSid=SM1&From=%2B14158675309&Body=hi&OptOutType=START", "opt_in SM1")]
#[case(Provider::TwilioSms, "MessageSid=SM1&From=%2B14158675309&Body=help", "message_received SM1")]
#[case(Provider::Webhook, r#"{"a":1}"#, "parked: nobody said where its fields are")]
#[case(Provider::Mailgun, "a=1", "rejected 1: it has no recipient")]
#[case(Provider::Email, "no mail at all", "rejected 1: it is no mail")]
fn quirks_of_those_that_came_later(#[case] provider: Provider, #[case] text: &str, #[case] expected: &str) {
    let found = outcomes(provider, text);
    assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
    assert!(!found[0].chars().any(crate::domain::text::is_unsafe));
}

fn mail(headers: &str, body: &str) -> String {
    format!(
        "From: Dana Reyes <Dana@Example.com>\r\nTo: office@acme.example\r\nSubject: Leak\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <m1@x>\r\n{headers}\r\n{body}"
    )
}

#[test]
fn a_mail_is_the_same_whoever_delivers_it() {
    let raw = one(Provider::Email, &mail("", "The pipe burst.\r\n"));
    assert_eq!((raw.kind, raw.natural_key.as_str(), raw.urgency), (EventKind::MessageReceived, "m1@x", Urgency::Urgent));
    assert_eq!(
        (raw.contact.email.as_ref().unwrap().as_str(), raw.contact.name.as_ref().unwrap().raw()),
        ("dana@example.com", "Dana Reyes")
    );
    assert_eq!(
        (raw.reached.as_deref(), raw.words.as_ref().unwrap().raw()),
        (Some("office@acme.example"), "Leak\nThe pipe burst.")
    );
    assert_eq!(raw.occurred_at.to_rfc3339(), "2026-11-24T10:00:00+00:00");
    let form = "--b\r\nContent-Disposition: form-data; name=\"envelope\"\r\n\r\n{}\r\n--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n";
    let sendgrid = one(Provider::Sendgrid, &format!("{form}{}\r\n--b--\r\n", mail("", "The pipe burst.\r\n")));
    assert_eq!(sendgrid, raw);
    let mailgun = "recipient=office%40acme.example&From=Dana+Reyes+%3CDana%40Example.com%3E&Subject=Leak&Date=Tue%2C+24+Nov+2026+10%3A00%3A00+%2B0000\
                   &Message-Id=%3Cm1%40x%3E&body-plain=The+pipe+burst.%0D%0A";
    assert_eq!(one(Provider::Mailgun, mailgun), raw);
}

#[rstest]
#[case("", "Stop!\r\n\r\nOn Mon, Acme wrote:\r\n> Hello", "opt_out m1@x")]
#[case("Auto-Submitted: auto-replied\r\n", "I am away", "parked: nobody wrote it")]
#[case("Return-Path: <>\r\n", "bounced", "parked: nobody wrote it")]
#[case("Precedence: bulk\r\n", "news", "parked: nobody wrote it")]
#[case("Content-Type: text/html\r\n", "<p>Hello <b>there</b>", "message_received m1@x")]
#[case("", "Lead:\r\nName: Bo Lee\r\nPhone: (415) 867-5309\r\nService: drain\r\nSomething else\r\n", "form_sent m1@x")]
fn mails_are_of_many_kinds(#[case] headers: &str, #[case] body: &str, #[case] expected: &str) {
    let found = outcomes(Provider::Email, &mail(headers, body));
    assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
}

#[test]
fn a_lead_mail_is_about_who_its_lines_name() {
    let event = one(Provider::Email, &mail("", "Name: Bo Lee\r\nPhone: (415) 867-5309\r\nService: drain\r\nIt smells.\r\n"));
    assert_eq!((event.contact.name.unwrap().raw(), event.contact.email), ("Bo Lee", None));
    assert_eq!((event.contact.phone.unwrap().as_str(), event.service.unwrap().raw()), ("+14158675309", "drain"));
    assert_eq!((event.source.unwrap().raw(), event.words.unwrap().raw().contains("It smells.")), ("Example.com", true));
}

#[test]
fn a_mapped_webhook_is_read_as_the_configuration_says() {
    let mut settings = settings();
    for (field, place) in [("phone", "contact.mobile"), ("name", "contact.name"), ("kind", "=quote_requested"), ("key", "id")] {
        settings.fields.0.insert(field.into(), place.into());
    }
    let items = read(Provider::Webhook, br#"{"id":9,"contact":{"mobile":"4158675309","name":"Bo"},"kind":"noise"}"#, &settings);
    let Ok(Normalised::Event(event)) = &items[0].outcome else { panic!("{items:?}") };
    assert_eq!((event.kind, event.natural_key.as_str()), (EventKind::QuoteRequested, "9"));
    assert_eq!(event.contact.phone.as_ref().unwrap().as_str(), "+14158675309");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes_are_read_and_none_is_lost(
        bytes in prop_oneof![
            any::<Vec<u8>>(),
            "[\\[\\]{}\", \n:a-c=&1]{0,80}".prop_map(String::into_bytes),
            "(--b\r\n|Content-Disposition: form-data; name=\"(email|headers|envelope|recipient|text)\"\r\n|\r\n|From: a@b.example\r\n|x|--b--){0,12}"
                .prop_map(String::into_bytes),
            "(From: |To: |a@b\\.example|\r\n|Name: |Phone: 4158675309|Date: |=\\?utf-8\\?q\\?|;| ){0,16}".prop_map(String::into_bytes),
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

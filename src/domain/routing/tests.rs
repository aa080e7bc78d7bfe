//! The routing table, and the laws no event may break.

use chrono::DateTime;
use proptest::prelude::*;
use rstest::rstest;
use strum::VariantArray;

use super::*;
use crate::domain::contact::{Email, Phone};
use crate::domain::event::Contact;
use crate::domain::id::ClientId;

fn client() -> Client {
    Client {
        id: ClientId(uuid::Uuid::nil()),
        number: 1,
        name: "Acme".into(),
        time_zone: "America/Chicago".into(),
        region: "US".into(),
        low_value_below: Money::whole(300),
        high_value_at: Money::whole(2_000),
        version: 1,
    }
}

fn event(kind: EventKind) -> NormalEvent {
    NormalEvent {
        contact: Contact { name: None, phone: Phone::parse("+15125550142", "US").ok(), email: None },
        service: Some("water heater".into()),
        consent: Consent::Given,
        ..NormalEvent::new(kind, "k", DateTime::UNIX_EPOCH, ContactMethod::Form)
    }
}

/// What a known lead's event makes, as `task kind/minutes`, `job` and `sequence` words.
fn planned(event: &NormalEvent, value: Option<i64>, opted_out: bool) -> Vec<String> {
    let client = client();
    let value = value.map(Money::whole);
    words(&route(&Situation { event, client: &client, value, known: true, opted_out }))
}

fn words(route: &Route) -> Vec<String> {
    let tasks = route.tasks.iter().map(|task| format!("{}/{}", task.kind, task.due_in.num_minutes()));
    let jobs = route.jobs.iter().map(|job| job.operation.to_owned());
    tasks.chain(jobs).chain(route.sequence.then(|| "sequence".to_owned())).collect()
}

#[rstest]
#[case(EventKind::CallMissed, None, &["call_back/15", "text_back"])]
#[case(EventKind::VoicemailLeft, Some(9_000), &["call_back/15", "text_back"])]
#[case(EventKind::QuoteRequested, Some(2_000), &["review_quote/15"])]
#[case(EventKind::FormSent, Some(1_999), &["review_quote/60", "quote_confirmation"])]
#[case(EventKind::FormSent, None, &["review_quote/60", "quote_confirmation"])]
#[case(EventKind::FormSent, Some(300), &["review_quote/60", "quote_confirmation"])]
#[case(EventKind::FormSent, Some(299), &["quote_confirmation", "sequence"])]
#[case(EventKind::MessageReceived, None, &["call_back/15"])]
#[case(EventKind::CallAnswered, Some(2_500), &["review_quote/15"])]
#[case(EventKind::CallAnswered, Some(100), &["sequence"])]
#[case(EventKind::JobDone, None, &["review_request"])]
#[case(EventKind::ReviewLeft, None, &[])]
#[case(EventKind::OptOut, Some(9_000), &[])]
fn routes(#[case] kind: EventKind, #[case] value: Option<i64>, #[case] made: &[&str]) {
    assert_eq!(planned(&event(kind), value, false), made);
}

#[rstest]
#[case(EventKind::CallMissed, &["call_back/5", "text_back"])]
#[case(EventKind::FormSent, &["call_back/5"])]
#[case(EventKind::MessageReceived, &["call_back/5"])]
#[case(EventKind::CallAnswered, &["call_back/5"])]
fn urgent_work_goes_to_a_person_at_once(#[case] kind: EventKind, #[case] made: &[&str]) {
    let event = NormalEvent { urgency: Urgency::Urgent, ..event(kind) };
    assert_eq!(planned(&event, Some(100), false), made);
}

#[rstest]
#[case(EventKind::CallMissed, &["call_back/15"])]
#[case(EventKind::FormSent, &["review_quote/60"])]
#[case(EventKind::JobDone, &[])]
fn who_opted_out_or_withdrew_is_not_written_to(#[case] kind: EventKind, #[case] made: &[&str]) {
    assert_eq!(planned(&event(kind), None, true), made);
    let withdrawn = NormalEvent { consent: Consent::Withdrawn, ..event(kind) };
    assert_eq!(planned(&withdrawn, None, false), made);
}

#[test]
fn unknown_consent_allows_an_answer_but_no_approach() {
    let unknown = |kind| NormalEvent { consent: Consent::Unknown, ..event(kind) };
    assert_eq!(planned(&unknown(EventKind::CallMissed), None, false), ["call_back/15", "text_back"]);
    assert_eq!(planned(&unknown(EventKind::FormSent), Some(100), false), ["quote_confirmation"]);
    assert_eq!(planned(&unknown(EventKind::JobDone), None, false), Vec::<String>::new());
}

#[test]
fn without_a_way_to_write_a_person_acts_alone() {
    let nameless = NormalEvent { contact: Contact::default(), ..event(EventKind::CallMissed) };
    assert_eq!(planned(&nameless, None, false), ["call_back/15"]);
}

#[test]
fn a_new_lead_goes_to_the_crm_and_its_first_message_is_a_request() {
    let client = client();
    let message = event(EventKind::MessageReceived);
    let new = Situation { event: &message, client: &client, value: None, known: false, opted_out: false };
    assert_eq!(words(&route(&new)), ["review_quote/60", "quote_confirmation", "contact.upsert"]);
}

#[test]
fn who_asks_for_help_gets_a_person_and_no_confirmation() {
    let client = client();
    let message = NormalEvent { words: Some("Help!".into()), ..event(EventKind::MessageReceived) };
    let new = Situation { event: &message, client: &client, value: None, known: false, opted_out: false };
    assert_eq!(words(&route(&new)), ["call_back/15", "contact.upsert"]);
}

#[rstest]
#[case(ContactMethod::Email, true, true, Some(Channel::Email))]
#[case(ContactMethod::Email, true, false, Some(Channel::Sms))]
#[case(ContactMethod::Form, true, true, Some(Channel::Sms))]
#[case(ContactMethod::Form, false, true, Some(Channel::Email))]
#[case(ContactMethod::Call, false, false, None)]
fn an_answer_takes_the_way_the_person_took(
    #[case] contact_method: ContactMethod,
    #[case] phone: bool,
    #[case] email: bool,
    #[case] channel: Option<Channel>,
) {
    let mut event = NormalEvent { contact_method, ..event(EventKind::FormSent) };
    event.contact.phone = event.contact.phone.filter(|_| phone);
    event.contact.email = Email::parse("ana@example.com").ok().filter(|_| email);
    assert_eq!(answer_channel(&event), channel);
}

proptest! {
    #[test]
    fn the_contract_holds_for_every_event(
        kind in proptest::sample::select(EventKind::VARIANTS),
        urgency in proptest::sample::select(Urgency::VARIANTS),
        consent in proptest::sample::select(Consent::VARIANTS),
        method in proptest::sample::select(ContactMethod::VARIANTS),
        value in proptest::option::of(0..5_000_i64),
        (known, opted_out, phone) in any::<(bool, bool, bool)>(),
    ) {
        let client = client();
        let mut event = NormalEvent { urgency, consent, contact_method: method, ..event(kind) };
        event.contact.phone = event.contact.phone.filter(|_| phone);
        let value = value.map(Money::whole);
        let route = route(&Situation { event: &event, client: &client, value, known, opted_out });
        let high = value.is_some_and(|value| value >= client.high_value_at);
        if urgency == Urgency::Urgent || high {
            prop_assert!(!route.sequence, "C6");
        }
        prop_assert!(!route.sequence || route.tasks.is_empty(), "C6: a task comes before a sequence");
        let writes = route.jobs.iter().any(|job| matches!(job.kind, JobKind::Message | JobKind::ReviewRequest));
        if opted_out || consent == Consent::Withdrawn || kind == EventKind::OptOut {
            prop_assert!(!writes && !route.sequence, "C7");
        }
        if kind == EventKind::CallMissed {
            prop_assert!(!route.tasks.is_empty());
        }
        if !known && !matches!(kind, EventKind::OptOut | EventKind::OptIn) {
            prop_assert!(route.jobs.iter().any(|job| job.kind == JobKind::CrmHandoff));
        }
    }
}

#[rstest]
#[case::nothing_can_be_kept_of_one(1, 1)]
#[case(2, 1)]
#[case(3, 2)]
#[case(4, 3)]
#[case(7, 6)]
#[case(8, 6)]
#[case(32, 24)]
fn bulk_never_takes_every_place(#[case] places: i64, #[case] bulk: i64) {
    assert_eq!(bulk_places(places), bulk);
    assert_eq!(bulk_places_at("sms", places), bulk);
    assert_eq!(bulk_places_at("crm", places), places, "nobody waits for an answer from there");
}

//! Requests to real servers on this machine: what arrives there, what is made of every bad answer, and that no secret is
//! told to anybody else.

use std::time::Duration;

use quotedeck::delivery::Request;
use quotedeck::delivery::couriers::{Couriers, LONGEST};
use quotedeck::domain::brief::{Brief, Facts, LeadFacts, Line};
use quotedeck::domain::content::{Contact, Content, Deal, Hook, Message, Note};
use quotedeck::domain::destination::{Secret, Setting, System};
use quotedeck::domain::event::{Channel, Provider};
use quotedeck::domain::id::{Kind, Ref};
use quotedeck::domain::job::JobState;
use quotedeck::domain::lead::{ContactMethod, LeadState, Urgency};
use quotedeck::domain::reply::{Budget, Found, Meaning, Reply, verdict};
use quotedeck::domain::sync::{Fetch, Still};
use quotedeck::domain::text::Internal;
use rstest::rstest;
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::stand_in::{MailMode, MailServer, Mode, StandIn};

mod mail;
mod secrets;
mod tokens;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn setting(system: System, url: &str, secret: &str) -> Setting {
    let (account, from) = match system {
        System::Twilio => ("AC1", "+15005550006"),
        System::Smtp => ("", "office@acme.example"),
        _ => ("", ""),
    };
    Setting {
        name: "there".into(),
        system,
        url: url.into(),
        account: account.into(),
        from: from.into(),
        model: if system == System::Chat { "small-1".into() } else { String::new() },
        price: quotedeck::domain::destination::Price::default(),
        timeout_seconds: None,
        secret: Some(Secret::new(secret)).filter(|_| !secret.is_empty()),
        missing: secret.is_empty().then(|| "QUOTEDECK_TEST is not set; set it".to_owned()),
        grant: None,
        concurrency: None,
        per_minute: None,
        incident_owner: None,
        rollback: None,
    }
}

fn couriers(system: System, url: &str) -> Couriers {
    let (url, secret) = match system {
        System::Webhook => (format!("{url}/hook"), KEY),
        System::Hubspot => (url.to_owned(), "pat-na1-secret"),
        _ => (url.to_owned(), "token-secret"),
    };
    Couriers::new(&[setting(system, &url, secret)]).unwrap()
}

fn request(system: System, content: Content) -> Request {
    Request {
        job: Ref::new(Kind::Job, 7),
        n: 1,
        destination: "there".into(),
        kind: system.kind().into(),
        operation: "test".into(),
        idempotency_key: "acme:test:7".into(),
        content: Internal::new(content),
        since: real_now(),
    }
}

#[expect(clippy::disallowed_methods, reason = "the stand-ins have the real time")]
fn real_now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

fn contact() -> Content {
    Content::Contact(Contact {
        external_id: "qd-7".into(),
        name: "Maria Cruz".into(),
        phone: Some("+15125550142".into()),
        email: None,
        client: "Acme".into(),
        source: "web_form".into(),
        service: "water heater".into(),
        market: "Austin".into(),
        urgency: "urgent".into(),
        attribution: "search".into(),
    })
}

fn message(channel: Channel, to: &str) -> Content {
    let (from_name, subject, text) = ("Acme".into(), "Your quote".into(), "We’ll call you. Reply STOP to opt out.".into());
    Content::Message(Message { channel, to: to.into(), from_name, subject, text, leave: None })
}

fn text() -> Content {
    message(Channel::Sms, "+15125550142")
}

fn brief() -> Content {
    Content::Draft(Box::new(Brief {
        client: "Acme".into(),
        lines: vec![Line { text: "service water heater".into(), source: "L-7".into() }],
        evidence_at: None,
        source_label: "phone call".into(),
        period: "1 June 2026".into(),
        facts: Facts::Lead(LeadFacts {
            service: "water heater".into(),
            market: String::new(),
            contact_method: ContactMethod::Call,
            urgency: Urgency::Routine,
            state: LeadState::New,
            happened: vec![],
            replied: None,
        }),
    }))
}

fn first_page() -> Fetch {
    let until = real_now();
    let (scope, from) = (String::new(), until - chrono::TimeDelta::days(1));
    Fetch { provider: Provider::Callrail, scope, from, until, page: 1, round: 1, list: 0, at: 1, still: Still::default() }
}

fn content(system: System) -> Content {
    match system {
        System::Hubspot => contact(),
        System::Twilio => text(),
        System::Smtp => message(Channel::Email, "ana@example.com"),
        System::Webhook => Content::Hook(Hook { event: "lead.created".into(), body: "{\"lead\":7}".into() }),
        System::Portal => Content::Publish,
        System::Outline | System::Chat => brief(),
        System::Callrail | System::Quickbooks | System::SearchConsole | System::Thumbtack => Content::Fetch(first_page()),
    }
}

/// What a destination's effect is counted by.
fn effect(system: System) -> &'static str {
    match system {
        System::Hubspot => "qd-7",
        System::Twilio => "+15125550142 We’ll call you. Reply STOP to opt out.",
        _ => "acme:test:7",
    }
}

async fn send(system: System, url: &str) -> Reply {
    couriers(system, url).send(&request(system, content(system))).await
}

fn error(reply: &Reply) -> &str {
    reply.error.as_ref().map_or("", |error| error.raw())
}

#[rstest]
#[case(System::Hubspot, Some("1000"))]
#[case(System::Twilio, Some("SM00000000000000000000000000000001"))]
#[case(System::Webhook, None)]
#[tokio::test]
async fn a_request_arrives(#[case] system: System, #[case] remote_id: Option<&str>) {
    let there = StandIn::start();
    let reply = send(system, &there.url).await;
    assert_eq!((reply.meaning, reply.remote_id.as_deref(), error(&reply)), (Meaning::Accepted, remote_id, ""));
    assert_eq!(there.effects(effect(system)), 1);
    assert!(there.seen()[0].header("user-agent").starts_with("quotedeck/"));
}

#[rstest]
#[case(System::Hubspot, 1)]
#[case(System::Webhook, 1)]
#[case(System::Twilio, 2)]
#[tokio::test]
async fn only_what_is_keyed_may_be_sent_again(#[case] system: System, #[case] effects: usize) {
    let there = StandIn::answering(&[Mode::DoneThenClose]);
    let couriers = couriers(system, &there.url);
    let request = request(system, content(system));
    assert_eq!(couriers.send(&request).await.meaning, Meaning::Silent);
    assert_eq!(couriers.send(&request).await.meaning, Meaning::Accepted);
    assert_eq!(there.effects(effect(system)), effects);
}

#[tokio::test]
async fn a_deal_and_a_note_come_to_their_contact_once() {
    let there = StandIn::answering(&[Mode::Ok, Mode::Status(500)]);
    let couriers = couriers(System::Hubspot, &there.url);
    let deal = Deal { external_id: "qd-8".into(), contact: "551".into(), name: "Heater".into(), cents: 240_000 };
    let deal = request(System::Hubspot, Content::Deal(deal));
    let reply = couriers.send(&deal).await;
    // The deal is there, its link is not: the same again mends it.
    assert_eq!((reply.meaning, reply.remote_id.as_deref()), (Meaning::Broken, Some("1000")));
    assert_eq!(couriers.send(&deal).await.meaning, Meaning::Accepted);
    let note = Note { external_id: "qd-9".into(), contact: "551".into(), text: "called back".into(), at_ms: 1 };
    assert_eq!(couriers.send(&request(System::Hubspot, Content::Note(note))).await.meaning, Meaning::Accepted);
    assert_eq!(there.links(), ["deals/1000 -> 551", "notes/1001 -> 551"]);
    assert_eq!(there.all_effects(), [("qd-8".to_owned(), 1), ("qd-9".to_owned(), 1)]);
}

#[rstest]
#[case(Mode::Status(500), Meaning::Broken, Meaning::Broken)]
#[case(Mode::Status(401), Meaning::LockedOut, Meaning::LockedOut)]
#[case(Mode::Status(404), Meaning::Refused, Meaning::Refused)]
#[case(Mode::Status(410), Meaning::Refused, Meaning::Refused)]
#[case(Mode::Status(504), Meaning::Silent, Meaning::Silent)]
#[case(Mode::Busy(7), Meaning::Busy, Meaning::Busy)]
#[case(Mode::Close, Meaning::Silent, Meaning::Silent)]
#[case(Mode::Redirect, Meaning::Refused, Meaning::Refused)]
#[case(Mode::Html, Meaning::Silent, Meaning::Accepted)]
#[case(Mode::Empty, Meaning::Silent, Meaning::Accepted)]
#[case(Mode::Huge, Meaning::Silent, Meaning::Accepted)]
#[case(Mode::Endless, Meaning::Silent, Meaning::Accepted)]
#[tokio::test]
async fn bad_answers_have_a_meaning(#[case] mode: Mode, #[case] api: Meaning, #[case] hook: Meaning) {
    for (system, meaning) in [(System::Hubspot, api), (System::Twilio, api), (System::Webhook, hook)] {
        let there = StandIn::answering(&[mode]);
        let reply = send(system, &there.url).await;
        assert_eq!(reply.meaning, meaning, "{system}: {}", error(&reply));
        assert_eq!(there.effects(effect(system)), 0);
        assert_eq!(there.seen().len(), 1, "{system}: one request is made, and none is passed on");
        assert!(error(&reply).chars().count() < 700);
        if meaning == Meaning::Busy {
            assert_eq!(reply.retry_after, Some(chrono::TimeDelta::seconds(7)), "{system}");
        }
    }
}

/// Of what lasts ten minutes at most, minutes are nothing that a test waits for.
#[tokio::test(flavor = "current_thread")]
async fn a_model_is_waited_for_as_long_as_the_configuration_says() {
    let there = StandIn::answering(&[Mode::Hang]);
    let slow = Setting { timeout_seconds: Some(240), ..setting(System::Chat, &there.url, "token-secret") };
    let couriers = Couriers::new(&[slow]).unwrap();
    assert_eq!(couriers.longest("there"), Duration::from_mins(4));
    let request = request(System::Chat, brief());
    let sending = couriers.send(&request);
    tokio::pin!(sending);
    while there.seen().is_empty() {
        tokio::select! {
            reply = &mut sending => panic!("{reply:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    tokio::time::pause();
    let began = Instant::now();
    let reply = sending.await;
    let waited = began.elapsed();
    assert!(waited > Duration::from_secs(230) && waited <= Duration::from_mins(4), "{waited:?}");
    assert_eq!(reply.meaning, Meaning::Silent);
    assert!(error(&reply).ends_with("a model that takes longer needs a higher timeout_seconds"), "{}", error(&reply));
}

#[rstest]
#[case(System::Hubspot, Mode::Hang)]
#[case(System::Twilio, Mode::DoneThenHang)]
#[case(System::Webhook, Mode::DoneThenHang)]
#[case(System::Chat, Mode::Hang)]
#[tokio::test(flavor = "current_thread")]
async fn who_never_answers_is_given_up_in_time(#[case] system: System, #[case] mode: Mode) {
    let there = StandIn::answering(&[mode]);
    let couriers = couriers(system, &there.url);
    let request = request(system, content(system));
    let began = Instant::now();
    let sending = couriers.send(&request);
    tokio::pin!(sending);
    // The request is there before time is let run by itself: only the answer is missing, and nobody waits for it.
    while there.seen().is_empty() {
        tokio::select! {
            reply = &mut sending => panic!("{reply:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    tokio::time::pause();
    let reply = sending.await;
    assert_eq!(reply.meaning, Meaning::Silent, "{}", error(&reply));
    assert!(began.elapsed() <= LONGEST + Duration::from_secs(1));
    // Nobody has to say what became of it: what dedupes or can be asked is tried again, and a model that writes twice files one.
    let now = real_now();
    let window_ends_at = now + chrono::TimeDelta::hours(1);
    let budget = Budget { mode: system.delivery_mode(), attempts: 0, tries: 1, max_attempts: 12, window_ends_at };
    assert_eq!(verdict(budget, &reply, now, 0.5).state, JobState::Retrying);
}

#[rstest]
#[case(System::Hubspot)]
#[case(System::Twilio)]
#[case(System::Webhook)]
#[case(System::Smtp)]
#[tokio::test]
async fn what_did_not_reach_it_says_what_to_do(#[case] system: System) {
    let scheme = if system == System::Smtp { "smtps" } else { "https" };
    let unknown = send(system, &format!("{scheme}://nothing.invalid")).await;
    assert_eq!(unknown.meaning, Meaning::NotReached);
    assert!(error(&unknown).contains("nothing.invalid") && error(&unknown).contains("check the url"), "{}", error(&unknown));

    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let scheme = if system == System::Smtp { "smtp" } else { "http" };
    let refused = send(system, &format!("{scheme}://{closed}")).await;
    assert_eq!(refused.meaning, Meaning::NotReached);
    assert!(error(&refused).contains("check the url"), "{}", error(&refused));
}

#[tokio::test]
async fn a_text_that_may_have_left_is_looked_up() {
    let bad = [Mode::Status(500), Mode::Html, Mode::Close];
    let modes = [&[Mode::Ok, Mode::DoneThenClose, Mode::Ok, Mode::Ok][..], &bad].concat();
    let there = StandIn::answering(&modes);
    let couriers = couriers(System::Twilio, &there.url);
    let lost = request(System::Twilio, text());
    assert_eq!(couriers.look_up(&lost).await, Found::Absent);
    assert_eq!(couriers.send(&lost).await.meaning, Meaning::Silent);
    // Others to the same person, so that the list has pages.
    for _ in 0..2 {
        let other = Message { channel: Channel::Sms, to: "+15125550142".into(), text: "later".into(), ..empty() };
        assert_eq!(couriers.send(&request(System::Twilio, Content::Message(other))).await.meaning, Meaning::Accepted);
    }
    for _ in bad {
        assert!(matches!(couriers.look_up(&lost).await, Found::CannotTell(_)));
    }
    // On the second page of the list.
    let found = Found::Arrived { remote_id: Some("SM00000000000000000000000000000001".into()) };
    assert_eq!(couriers.look_up(&lost).await, found);
    assert_eq!(there.seen().last().map(|seen| seen.path.contains("Page=1")), Some(true));
}

fn empty() -> Message {
    let nothing = String::new;
    Message { channel: Channel::Sms, to: nothing(), from_name: nothing(), subject: nothing(), text: nothing(), leave: None }
}

#[rstest]
#[case(System::Hubspot)]
#[case(System::Webhook)]
#[case(System::Smtp)]
#[tokio::test]
async fn who_cannot_be_asked_says_so(#[case] system: System) {
    let url = if system == System::Smtp { "smtp://127.0.0.1:9" } else { "http://127.0.0.1:9" };
    assert!(matches!(couriers(system, url).look_up(&request(system, content(system))).await, Found::CannotTell(_)));
}

#[rstest]
#[case(System::Hubspot)]
#[case(System::Twilio)]
#[case(System::Webhook)]
#[tokio::test]
async fn without_a_secret_nothing_leaves(#[case] system: System) {
    let there = StandIn::start();
    let couriers = Couriers::new(&[setting(system, &there.url, "")]).unwrap();
    let reply = couriers.send(&request(system, content(system))).await;
    assert_eq!((reply.meaning, error(&reply)), (Meaning::LockedOut, "there: QUOTEDECK_TEST is not set; set it"));
    assert_eq!(there.seen().len(), 0);
}

#[tokio::test]
async fn the_portal_needs_nothing_and_the_unknown_is_no_panic() {
    let portal = Couriers::new(&[setting(System::Portal, "", "")]).unwrap();
    let mut request = request(System::Portal, Content::Publish);
    assert_eq!(portal.send(&request).await.meaning, Meaning::Accepted);
    request.destination = "elsewhere".into();
    assert!(!portal.serves("elsewhere") && portal.serves("there"));
    assert_eq!(portal.send(&request).await.meaning, Meaning::LockedOut);
    assert!(matches!(portal.look_up(&request).await, Found::CannotTell(_)));
}

#[rstest]
#[case(System::Hubspot, "http://api.hubapi.com", "destination there: url: without TLS everybody")]
#[case(System::Smtp, "smtp://", "destination there: url: it names no host")]
fn a_bad_setting_says_what_to_do(#[case] system: System, #[case] url: &str, #[case] begins: &str) {
    let said = Couriers::new(&[setting(system, url, "x")]).unwrap_err().to_string();
    assert!(said.starts_with(begins), "{said}");
}

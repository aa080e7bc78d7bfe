//! Test events over HTTP, on both databases: they meet the checks of genuine ones, leave an entry in the journal and nothing
//! else; and nobody without the secret can have anything taken for a test.

use chrono::TimeDelta;
use quotedeck::domain::event::{Columns, Provider};
use quotedeck::domain::source::SourceSetting;
use quotedeck::domain::source::trial::{Made, Verdict};
use quotedeck::intake::signed::mark::mark;
use quotedeck::server::Reader;
use strum::VariantArray as _;

use super::{Running, counts, open, path, send, setting, signing, status};
use crate::databases::World;

both_databases!(
    every_provider_is_tested_and_nothing_is_kept,
    a_forged_mark_lets_nothing_in_and_counts_as_forged,
    a_test_is_told_why_a_genuine_one_would_be_turned_away,
);

fn key(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Sends a request with a mark, or what claims to be one.
async fn give(door: &Running, path: &str, headers: &[(String, String)], mark: &str, body: &[u8]) -> (u16, String) {
    let mut all: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.push(("Quotedeck-Test", mark));
    let answer = send(&door.address, "POST", path, &all, body).await;
    (status(&answer), answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned())
}

async fn every_provider_is_tested_and_nothing_is_kept(world: World) {
    let acme = world.client("Acme").await;
    let senders: Vec<Provider> = Provider::VARIANTS.iter().copied().filter(|provider| provider.sends()).collect();
    let sources: Vec<SourceSetting> = senders
        .iter()
        .map(|provider| {
            let mut source = signing::source(*provider);
            for (field, place) in [("key", "id"), ("name", "who"), ("phone", "cell")] {
                source.fields.0.insert(field.to_owned(), place.to_owned());
            }
            source
        })
        .collect();
    let mut paths = Vec::new();
    for provider in &senders {
        paths.push(path(&world, &acme, *provider).await);
    }
    let reader = Reader::new(Columns::default(), sources.clone());
    let door = open(&world, setting(), sources).await;
    let before = counts(&world).await;
    for (provider, path) in senders.iter().zip(&paths) {
        let url = format!("https://deck.example{path}");
        let (_, sent) = reader.test_event(*provider, "Acme", &url, world.now());
        let sent = sent.expect("these secrets sign");
        let mark = reader.mark(*provider, "Acme", key(path), &sent.body, world.now());
        let (code, body) = give(&door, path, &sent.headers, &mark, &sent.body).await;
        let verdict: Verdict = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{provider} {code} {error}: {body}"));
        assert_eq!((code, verdict.refused), (200, None), "{provider}");
        let names_nobody = matches!(provider, Provider::Hubspot | Provider::Quickbooks);
        assert_eq!(matches!(verdict.made, Made::Event { .. }), !names_nobody, "{provider}: {verdict:?}");
        // The very same without its mark is a genuine one.
        if *provider == Provider::Form {
            let headers: Vec<(&str, &str)> = sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(counts(&world).await[0], 0);
            assert_eq!(status(&send(&door.address, "POST", path, &headers, &sent.body).await), 200);
        }
    }
    let metrics = send(&door.address, "GET", "/metrics", &[], b"").await;
    assert!(metrics.contains("provider=\"angi\",outcome=\"tested\"} 1"), "{metrics}");
    super::until(&world, "select count(*) from arrivals where state = 'recorded'", 1).await;
    door.end().await;
    assert_eq!(world.number("select count(*) from arrivals").await, 1);
    assert_eq!(world.number("select count(*) from leads").await, before[3] + 1, "of the genuine one");
    let tests = world.number("select count(*) from journal where verb = 'source.test'").await;
    assert_eq!((tests, world.number("select count(*) from refusals").await), (senders.len() as i64, 0));
    let told = world.texts("select detail from journal where verb = 'source.test' order by number limit 1").await;
    assert_eq!(told, ["twilio-voice: a genuine one would be a call_missed"]);
}

async fn a_forged_mark_lets_nothing_in_and_counts_as_forged(world: World) {
    let acme = world.client("Acme").await;
    let (ours, other) = (path(&world, &acme, Provider::Callrail).await, path(&world, &acme, Provider::Callrail).await);
    let source = signing::source(Provider::Callrail);
    let reader = Reader::new(Columns::default(), vec![source.clone()]);
    let door = open(&world, setting(), vec![source.clone()]).await;
    let before = counts(&world).await;
    let (body, sent) = reader.test_event(Provider::Callrail, "Acme", "", world.now());
    let headers = sent.unwrap().headers;
    let now = world.now();
    let nobody = SourceSetting::new(Provider::Callrail);
    let stranger = super::source(Provider::Callrail, &["guessed"]);
    let genuine = mark(&source, key(&ours), &body, now);
    // Whatever vouches for the rest: a mark that is not ours turns the whole request away.
    let forged = [
        String::new(),
        "true".to_owned(),
        mark(&nobody, key(&ours), &body, now),
        mark(&stranger, key(&ours), &body, now),
        mark(&source, key(&other), &body, now),
        mark(&source, key(&ours), b"another body", now),
        genuine.to_uppercase(),
        genuine.replace("t=1", "t=2"),
    ];
    for value in &forged {
        assert_eq!(give(&door, &ours, &headers, value, &body).await, (401, "refused\n".to_owned()), "{value}");
    }
    for minutes in [-6, 6] {
        let late = mark(&source, key(&ours), &body, now + TimeDelta::minutes(minutes));
        assert_eq!(give(&door, &ours, &headers, &late, &body).await, (401, "refused\n".to_owned()));
    }
    let twice = [headers.clone(), vec![("Quotedeck-Test".to_owned(), genuine.clone())]].concat();
    assert_eq!(give(&door, &ours, &twice, &genuine, &body).await.0, 401);
    // Under a key that is nobody's there is nothing to test.
    assert_eq!(give(&door, "/in/callrail/nobody", &headers, &genuine, &body).await, (401, "refused\n".to_owned()));
    assert_eq!(counts(&world).await, before, "nothing is kept, not even an entry");
    assert_eq!(give(&door, &ours, &headers, &genuine, &body).await.0, 200);
    door.end().await;
    let told = world.texts("select reason || ' ' || cast(count as text) from refusals order by 1").await;
    assert_eq!(told, ["late 2".to_owned(), format!("signature {}", forged.len() + 1)]);
    let rosa = world.store.list_people().await.unwrap().remove(0);
    assert_eq!(world.store.source_figures(&rosa).await.unwrap()[0].forged(), forged.len() as i64 + 3);
}

async fn a_test_is_told_why_a_genuine_one_would_be_turned_away(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::TwilioSms).await;
    let source = signing::source(Provider::TwilioSms);
    let reader = Reader::new(Columns::default(), vec![source.clone()]);
    let door = open(&world, setting(), vec![source]).await;
    let given = async |url: &str, forged: bool| {
        let (_, sent) = reader.test_event(Provider::TwilioSms, "Acme", url, world.now());
        let twin = reader.forged_event(Provider::TwilioSms, "Acme", url, world.now());
        let sent = if forged { twin } else { sent }.unwrap();
        let mark = reader.mark(Provider::TwilioSms, "Acme", key(&path), &sent.body, world.now());
        let (code, body) = give(&door, &path, &sent.headers, &mark, &sent.body).await;
        (code, serde_json::from_str::<Verdict>(&body).unwrap().refused.map(quotedeck::domain::source::Refusal::as_str))
    };
    assert_eq!(given(&format!("https://deck.example{path}"), false).await, (200, None));
    // A provider that was given another URL than the door knows itself by; and somebody without the secret.
    assert_eq!(given(&format!("https://other.example{path}"), false).await, (401, Some("signature")));
    assert_eq!(given(&format!("https://deck.example{path}"), true).await, (401, Some("signature")));
    door.end().await;
    assert_eq!(world.number("select count(*) from refusals").await, 0, "a test is no forgery");
    let entries = world.texts("select detail from journal where verb = 'source.test' order by number").await;
    assert_eq!(
        entries,
        [
            "twilio-sms: a genuine one would be a message_received",
            "twilio-sms: a genuine one would be turned away (signature)",
            "twilio-sms: a genuine one would be turned away (signature)"
        ]
    );
}

//! Every sample comes in over HTTP with a genuine signature, and a day that comes twice changes nothing.

use quotedeck::domain::client::Client;
use quotedeck::domain::event::Provider;
use quotedeck::domain::source::ServeSetting;

use super::{open, path, send, setting, signing, status, until};
use crate::databases::World;

both_databases!(
    every_sample_is_recorded_or_parked_with_a_reason,
    a_day_that_comes_twice_changes_nothing,
    a_forged_twin_of_every_provider_fails_and_is_counted,
);

/// Every sample with its provider.
const SAMPLES: &[(Provider, &str)] = &[
    (Provider::Callrail, "callrail-call-1.json"),
    (Provider::Callrail, "callrail-postcall-legacy-1.txt"),
    (Provider::Callrail, "callrail-text-1.json"),
    (Provider::Csv, "csv-leads-1.csv"),
    (Provider::Event, "event-lines-1.jsonl"),
    (Provider::Form, "form-urlencoded-1.txt"),
    (Provider::Thumbtack, "thumbtack-message-1.json"),
    (Provider::Thumbtack, "thumbtack-negotiation-1.json"),
    (Provider::Thumbtack, "thumbtack-webhook-negotiation-1.json"),
    (Provider::TwilioSms, "twilio-event-inbound-message-1.json"),
    (Provider::TwilioSms, "twilio-sms-incoming-1.txt"),
    (Provider::TwilioVoice, "twilio-voice-minimal-1.txt"),
    (Provider::TwilioVoice, "twilio-voice-missed-1.txt"),
    (Provider::Hubspot, "hubspot-webhook-1.json"),
    // Error bodies, where somebody points the wrong thing at us.
    (Provider::Hubspot, "hubspot-error-400-validation.json"),
    (Provider::Hubspot, "hubspot-error-401.json"),
    (Provider::Sendgrid, "sendgrid-inbound-default-data.txt"),
    (Provider::Sendgrid, "sendgrid-inbound-raw-data.txt"),
    (Provider::Sendgrid, "sendgrid-inbound-raw-data-with-attachments.txt"),
];

fn sample(file: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(file)).expect("a sample")
}

fn fast() -> ServeSetting {
    ServeSetting { per_second: 1000, ..setting() }
}

async fn give(world: &World, address: &str, path: &str, provider: Provider, body: &[u8]) -> u16 {
    let mut url = format!("https://deck.example{path}");
    let mut called = path.to_owned();
    if matches!(provider, Provider::TwilioSms | Provider::TwilioVoice) && body.starts_with(b"[") || body.starts_with(b"{\"spec") {
        let hash = quotedeck::domain::journal::to_hex(&quotedeck::domain::journal::sha256(body));
        url = format!("{url}?bodySHA256={hash}");
        called = format!("{called}?bodySHA256={hash}");
    }
    let signed = if url.contains('?') { b"".as_slice() } else { body };
    let headers = signing::headers(provider, &url, signed, world.now());
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    status(&send(address, "POST", &called, &headers, body).await)
}

async fn every_sample_is_recorded_or_parked_with_a_reason(world: World) {
    let acme = world.client("Acme").await;
    let door = open(&world, fast(), SAMPLES.iter().map(|(provider, _)| signing::source(*provider)).collect()).await;
    for (provider, file) in SAMPLES {
        let path = fresh(&world, &door, &acme, *provider).await;
        let found = give(&world, &door.address, &path, *provider, &sample(file)).await;
        assert_eq!(found, 200, "{file}");
    }
    until(&world, "select count(*) from arrivals where state = 'received'", 0).await;
    assert_eq!(world.number("select count(*) from arrivals").await, i64::try_from(SAMPLES.len()).unwrap());
    let silent = "select count(*) from arrivals where state not in ('recorded', 'duplicate') and coalesce(reason, '') = ''";
    assert_eq!(world.number(silent).await, 0);
    assert!(world.number("select count(*) from arrivals where state = 'recorded'").await >= 12);
    assert_eq!(world.number("select count(*) from payloads where state = 'parked' and coalesce(reason, '') = ''").await, 0);
    door.end().await;
}

/// The path of a new source, once the door knows it.
async fn fresh(world: &World, door: &super::Running, client: &Client, provider: Provider) -> String {
    let path = path(world, client, provider).await;
    let began = std::time::Instant::now();
    // A request nobody can vouch for tells the two apart by what is counted.
    loop {
        let answer = send(&door.address, "OPTIONS", &path, &[], b"").await;
        if status(&answer) != 401 {
            return path;
        }
        assert!(began.elapsed().as_secs() < 20, "the door does not know {provider}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn a_day_that_comes_twice_changes_nothing(world: World) {
    let acme = world.client("Acme").await;
    let mut paths = Vec::new();
    for (provider, _) in SAMPLES {
        paths.push(path(&world, &acme, *provider).await);
    }
    let door = open(&world, fast(), SAMPLES.iter().map(|(provider, _)| signing::source(*provider)).collect()).await;
    let mut before = Vec::new();
    for round in 0..2 {
        for ((provider, file), path) in SAMPLES.iter().zip(&paths) {
            assert_eq!(give(&world, &door.address, path, *provider, &sample(file)).await, 200, "{file}");
        }
        until(&world, "select count(*) from arrivals where state = 'received'", 0).await;
        let mut counts = Vec::new();
        for table in ["payloads", "events", "leads", "tasks", "jobs", "opt_outs"] {
            counts.push(world.number(&format!("select count(*) from {table}")).await);
        }
        if round == 1 {
            assert_eq!(counts, before);
        }
        before = counts;
    }
    door.end().await;
}

async fn a_forged_twin_of_every_provider_fails_and_is_counted(world: World) {
    let (acme, brill) = (world.client("Acme").await, world.client("Brill").await);
    let signed = [
        Provider::TwilioVoice,
        Provider::Callrail,
        Provider::Hubspot,
        Provider::Quickbooks,
        Provider::Webhook,
        Provider::Event,
        Provider::Angi,
        Provider::Thumbtack,
        Provider::Sendgrid,
        Provider::Mailgun,
    ];
    let mut sources = Vec::new();
    for provider in signed {
        sources.push(signing::source(provider));
        // Another client has a secret of its own.
        let mut other = super::source(provider, &["b3RoZXI="]);
        other.client = Some("Brill".into());
        sources.push(other);
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for provider in signed {
        ours.push(path(&world, &acme, provider).await);
        theirs.push(path(&world, &brill, provider).await);
    }
    let door = open(&world, fast(), sources).await;
    let mut kept = 0;
    for ((provider, ours), theirs) in signed.into_iter().zip(&ours).zip(&theirs) {
        let body = match provider {
            Provider::Mailgun => signing::mailgun("t1", world.now()),
            Provider::TwilioVoice => "CallSid=CA1&CallStatus=busy&From=%2B15125550142".to_owned(),
            _ => r#"{"key":"k1","kind":"job_done","phone":"+15125550142"}"#.to_owned(),
        };
        let url = format!("https://deck.example{ours}");
        let headers = signing::headers(provider, &url, body.as_bytes(), world.now());
        let as_sent: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let give = async |path: &str, headers: &[(&str, &str)], body: &str| {
            status(&send(&door.address, "POST", path, headers, body.as_bytes()).await)
        };
        assert_eq!(give(ours, &as_sent, &body).await, 200, "{provider}");
        kept += 1;
        assert_eq!(give(theirs, &as_sent, &body).await, 401, "{provider}: another client's key");
        // One letter of the credential, in the header or in the body.
        let mut changed: Vec<_> = headers.clone();
        match changed.iter_mut().find(|(name, _)| !name.contains("imestamp") && !name.ends_with("id")) {
            Some((_, value)) => {
                let at = value.len() / 2;
                let other = if value.as_bytes()[at] == b'A' { "B" } else { "A" };
                value.replace_range(at..=at, other);
            }
            None => changed.clear(),
        }
        let changed: Vec<_> = changed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = if provider == Provider::Mailgun { body.replace("token=t1", "token=t2") } else { body };
        assert_eq!(give(ours, &changed, &body).await, 401, "{provider}: flipped");
    }
    door.end().await;
    assert_eq!(world.number("select count(*) from arrivals").await, kept);
    let per_client = "select cast(count(*) as bigint) from refusals r join clients c on c.id = r.client_id where r.reason = 'signature' and r.count = 1";
    assert_eq!(world.number(per_client).await, kept * 2, "each is counted for its client and provider");
    let rosa = world.store.list_people().await.unwrap().remove(0);
    let figures = world.store.source_figures(&rosa).await.unwrap();
    assert!(figures.len() == 20 && figures.iter().all(|one| one.refused.len() == 1 && one.urls == 1), "{figures:?}");
}

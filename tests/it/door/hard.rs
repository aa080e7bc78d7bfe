//! What goes wrong around the front door: slow senders, a lost database, certificates, payloads that need a second reading.

use std::sync::Arc;
use std::time::{Duration, Instant};

use quotedeck::domain::event::{Columns, Provider};
use quotedeck::domain::source::{ServeSetting, SourceSetting};
use quotedeck::server::{Reader, Server};
use quotedeck::workflow::arrive::Arrived;
use quotedeck::workflow::arrive::replay::replay;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{open, path, send, setting, status, until};
use crate::databases::{World, on_sqlite};

both_databases!(
    slow_senders_are_cut_and_honest_ones_are_served,
    without_its_database_nothing_is_promised,
    a_parked_payload_is_read_again_when_its_mapping_is_mended,
    what_a_machine_sent_may_still_be_taken_in,
);

async fn slow_senders_are_cut_and_honest_ones_are_served(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let door = open(&world, ServeSetting { connections: 80, ..setting() }, vec![]).await;
    let began = Instant::now();
    let mut slow = Vec::new();
    for n in 0..60 {
        let (address, path) = (door.address.clone(), path.clone());
        slow.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let said = match n % 3 {
                0 => String::new(),
                1 => "POST /in/form/x HTTP/1.1\r\nHost".to_owned(),
                _ => format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na"),
            };
            stream.write_all(said.as_bytes()).await.unwrap();
            let mut end = Vec::new();
            // A byte now and then keeps nothing open.
            let mut beat = tokio::time::interval(Duration::from_millis(500));
            loop {
                tokio::select! {
                    read = stream.read_buf(&mut end) => if read.unwrap_or(0) == 0 { return },
                    _ = beat.tick() => if !said.is_empty() && n % 2 == 0 { drop(stream.write_all(b"a").await) },
                }
            }
        }));
    }
    let honest = send(&door.address, "POST", &path, &[], b"name=Ana&phone=5125550142").await;
    assert_eq!(status(&honest), 200);
    for one in slow {
        tokio::time::timeout(Duration::from_secs(40), one).await.expect("it is cut").unwrap();
    }
    let took = began.elapsed();
    assert!(took > Duration::from_secs(4) && took < Duration::from_secs(40), "{took:?}");
    assert_eq!(status(&send(&door.address, "GET", "/healthz", &[], b"").await), 200);
    door.end().await;
    assert_eq!(world.number("select count(*) from arrivals").await, 1);
}

async fn without_its_database_nothing_is_promised(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let door = open(&world, setting(), vec![]).await;
    world.store.close().await;
    let answer = send(&door.address, "POST", &path, &[], b"name=Ana&phone=5125550142").await;
    assert!(status(&answer) == 503 && answer.to_lowercase().contains("retry-after: 1"), "{answer}");
    assert_eq!(status(&send(&door.address, "GET", "/readyz", &[], b"").await), 503);
    assert_eq!(status(&send(&door.address, "GET", "/healthz", &[], b"").await), 200);
    assert!(send(&door.address, "GET", "/metrics", &[], b"").await.contains("quotedeck_database_up 0"));
    door.end().await;
    assert_eq!(world.number("select count(*) from arrivals").await, 0);
}

async fn a_parked_payload_is_read_again_when_its_mapping_is_mended(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Webhook).await;
    let door = open(&world, setting(), vec![super::signing::source(Provider::Webhook)]).await;
    let body = br#"{"id":9,"who":{"cell":"5125550142","name":"Bo"}}"#;
    let headers = super::signing::headers(Provider::Webhook, "", body, world.now());
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(status(&send(&door.address, "POST", &path, &headers, body).await), 200);
    until(&world, "select count(*) from arrivals where state = 'parked'", 1).await;
    door.end().await;
    let rosa = world.store.list_people().await.unwrap().remove(0);
    let unmended = Reader::new(Columns::default(), vec![]);
    let refused = replay(&world.store, &rosa, 1, &|parked, client| unmended.read_again(parked, client)).await.unwrap_err();
    assert!(refused.to_string().contains("nobody said where its fields are"), "{refused}");
    let mut mended = SourceSetting::new(Provider::Webhook);
    for (field, place) in [("phone", "who.cell"), ("name", "who.name"), ("key", "id")] {
        mended.fields.0.insert(field.into(), place.into());
    }
    let reader = Reader::new(Columns::default(), vec![mended]);
    let read = |parked: &_, client: &_| reader.read_again(parked, client);
    let recorded = replay(&world.store, &rosa, 1, &read).await.unwrap();
    assert!(matches!(recorded, Arrived::Recorded { .. }), "{recorded:?}");
    assert_eq!(world.texts("select natural_key || ' ' || state from payloads").await, ["9 recorded"]);
    assert_eq!(world.texts("select state from tasks where payload_id is not null").await, ["done"]);
    assert_eq!(world.texts("select name from leads").await, ["Bo"]);
    let again = replay(&world.store, &rosa, 1, &read).await.unwrap_err();
    assert!(again.to_string().contains("W-1, as a parked payload, does not exist"), "{again}");
}

async fn what_a_machine_sent_may_still_be_taken_in(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let form = SourceSetting { honeypot: Some("fax".into()), ..SourceSetting::new(Provider::Form) };
    let door = open(&world, setting(), vec![form.clone()]).await;
    assert_eq!(status(&send(&door.address, "POST", &path, &[], b"name=Cy&phone=5125550145&fax=1").await), 200);
    until(&world, "select count(*) from arrivals where state = 'parked'", 1).await;
    door.end().await;
    let rosa = world.store.list_people().await.unwrap().remove(0);
    let reader = Reader::new(Columns::default(), vec![form]);
    let recorded = replay(&world.store, &rosa, 1, &|parked, client| reader.read_again(parked, client)).await.unwrap();
    assert!(matches!(recorded, Arrived::Recorded { .. }), "{recorded:?}");
    assert_eq!(world.texts("select name from leads").await, ["Cy"]);
}

fn pem(what: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", base64::engine::general_purpose::STANDARD.encode(der))
}

#[tokio::test]
async fn a_certificate_of_its_own_is_served() {
    on_sqlite(async |world: World| {
        let made = rcgen::generate_simple_self_signed(vec!["deck.example".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert, pem("CERTIFICATE", made.cert.der())).unwrap();
        std::fs::write(&key, pem("PRIVATE KEY", &made.signing_key.serialize_der())).unwrap();
        let door = open(&world, ServeSetting { tls: Some((cert.clone(), key)), ..setting() }, vec![]).await;
        let mut roots = rustls::RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(&door.address).await.unwrap();
        let name = ServerName::try_from("deck.example").unwrap();
        let mut stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer).await);
        assert_eq!(status(&answer), 200);
        door.end().await;
        let missing = ServeSetting { tls: Some((cert, folder.path().join("none"))), ..setting() };
        let refused = Server::bind(world.store.clone(), missing, vec![], Columns::default()).await.err().unwrap();
        assert!(refused.to_string().contains("none"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_mail_folder_is_emptied_into_the_database() {
    on_sqlite(async |world: World| {
        let acme = world.client("Acme").await;
        path(&world, &acme, Provider::Email).await;
        let folder = tempfile::tempdir().unwrap();
        for inner in ["new", "cur", "tmp"] {
            std::fs::create_dir(folder.path().join(inner)).unwrap();
        }
        let mail = "From: Dana <dana@example.com>\r\nSubject: Leak\r\nMessage-ID: <m1@x>\r\n\r\nIt drips.\r\n";
        // The same mail twice, as after a crash between keeping and moving.
        std::fs::write(folder.path().join("new/1.host"), mail).unwrap();
        std::fs::write(folder.path().join("new/2.host"), mail).unwrap();
        let source = SourceSetting {
            client: Some("Acme".into()),
            maildir: Some(folder.path().to_owned()),
            ..SourceSetting::new(Provider::Email)
        };
        let door = open(&world, setting(), vec![source]).await;
        until(&world, "select count(*) from arrivals where state = 'recorded'", 1).await;
        let began = Instant::now();
        while std::fs::read_dir(folder.path().join("cur")).unwrap().count() < 2 {
            assert!(began.elapsed() < Duration::from_secs(20), "the mails stay in new");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        door.end().await;
        assert_eq!(std::fs::read_dir(folder.path().join("new")).unwrap().count(), 0);
        assert_eq!(world.texts("select email from leads").await, ["dana@example.com"]);
        assert_eq!(world.number("select count(*) from arrivals").await, 1);
    })
    .await;
}

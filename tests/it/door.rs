//! The front door over real HTTP, on both databases: what was answered is kept once, what is forged gets nothing in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quotedeck::domain::actor::{Actor, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::event::{Columns, Provider};
use quotedeck::domain::source::{ServeSetting, SourceSetting};
use quotedeck::intake::signed::secrets;
use quotedeck::server::{Server, key_hash, new_key};
use ring::hmac;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::databases::World;

mod commands;
mod hard;
mod hostile;
mod kill;
pub(crate) use kill::Program;
mod samples;
mod settling;
mod signing;
mod silence;
mod tested;

both_databases!(
    a_delivery_is_kept_once_and_becomes_a_lead,
    what_is_forged_gets_nothing_in,
    too_much_is_turned_away_early,
    a_source_has_its_pace,
    a_kept_delivery_outlives_the_door,
    a_form_comes_from_a_browser,
    what_is_vouched_for_and_broken_is_parked,
    a_name_is_taken_once,
);

/// A front door that runs until it is dropped.
pub(crate) struct Running {
    pub(crate) address: String,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn end(self) {
        self.stop.send_replace(true);
        self.task.await.expect("the door closes");
    }
}

pub(crate) fn setting() -> ServeSetting {
    ServeSetting { listen: "127.0.0.1:0".into(), public_url: Some("https://deck.example".into()), ..ServeSetting::default() }
}

pub(crate) fn source(provider: Provider, secret: &[&str]) -> SourceSetting {
    SourceSetting { secrets: secrets(secret), ..SourceSetting::new(provider) }
}

pub(crate) async fn open(world: &World, setting: ServeSetting, sources: Vec<SourceSetting>) -> Running {
    let server = Server::bind(world.store.clone(), setting, sources, Columns::default()).await.expect("a port");
    let address = server.address().expect("an address").to_string();
    let (stop, stopped) = watch::channel(false);
    Running { address, stop, task: tokio::spawn(server.run(stopped)) }
}

/// The path of a new source.
pub(crate) async fn path(world: &World, client: &Client, provider: Provider) -> String {
    let rosa = match world.number("select count(*) from people").await {
        0 => world.person("rosa", Role::Owner, None).await,
        _ => world.store.list_people().await.unwrap().remove(0),
    };
    let key = new_key().unwrap();
    let mut tx = world.store.begin().await.unwrap();
    tx.add_source(&Actor::Person(rosa), client, provider, &key_hash(&key)).await.unwrap();
    tx.commit().await.unwrap();
    format!("/in/{provider}/{key}")
}

/// Sends bytes as they are; gives back everything that was answered.
pub(crate) async fn raw(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the door is open");
    // Who is turned away early may have hung up before all was written.
    drop(stream.write_all(bytes).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8(answer).expect("text")
}

pub(crate) async fn send(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    raw(address, &[head.as_bytes(), b"\r\n", body].concat()).await
}

pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

/// Waits for a number in the database.
pub(crate) async fn until(world: &World, sql: &str, expected: i64) {
    let began = Instant::now();
    loop {
        let found = world.number(sql).await;
        if found == expected {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{sql}: {found}, not {expected}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn twilio(url: &str, form: &str) -> String {
    let mut pairs: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    pairs.sort();
    let text = pairs.into_iter().fold(url.to_owned(), |text, (name, value)| text + &name + &value);
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"12345"), text.as_bytes()))
}

const MISSED: &str = "CallSid=CA1&CallStatus=no-answer&Direction=inbound&From=%2B15125550142&To=%2B18005551212";

async fn counts(world: &World) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["arrivals", "payloads", "events", "leads", "tasks", "jobs", "journal"] {
        counts.push(world.number(&format!("select count(*) from {table}")).await);
    }
    counts
}

async fn a_delivery_is_kept_once_and_becomes_a_lead(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::TwilioVoice).await;
    let door = open(&world, setting(), vec![source(Provider::TwilioVoice, &["12345"])]).await;
    let signature = twilio(&format!("https://deck.example{path}"), MISSED);
    let headers = [("X-Twilio-Signature", signature.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    let answer = send(&door.address, "POST", &path, &headers, MISSED.as_bytes()).await;
    assert!(status(&answer) == 200 && answer.ends_with("<Response/>"), "{answer}");
    until(&world, "select count(*) from arrivals where state = 'recorded'", 1).await;
    assert_eq!(world.number("select count(*) from leads").await, 1);
    assert_eq!(world.number("select count(*) from payloads p join arrivals a on a.id = p.id").await, 1, "one id from the start");
    assert_eq!(world.texts("select verb from journal order by number limit 2").await, ["source.add", "payload.arrive"]);
    let before = counts(&world).await;
    let again = send(&door.address, "POST", &path, &headers, MISSED.as_bytes()).await;
    assert_eq!(status(&again), 200);
    assert_eq!(counts(&world).await, before);
    let metrics = send(&door.address, "GET", "/metrics", &[], b"").await;
    for line in ["provider=\"twilio-voice\",outcome=\"kept\"} 1", "outcome=\"again\"} 1", "quotedeck_arrivals_waiting 0"] {
        assert!(metrics.contains(line), "{metrics}");
    }
    assert!(!metrics.contains("Acme") && !metrics.contains("5125550142"), "{metrics}");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(status(&send(&door.address, "GET", path, &[], b"").await), 200);
    }
    door.end().await;
}

async fn what_is_forged_gets_nothing_in(world: World) {
    let (acme, brill) = (world.client("Acme").await, world.client("Brill").await);
    let (ours, theirs) = (path(&world, &acme, Provider::TwilioVoice).await, path(&world, &brill, Provider::TwilioVoice).await);
    let door = open(&world, setting(), vec![source(Provider::TwilioVoice, &["12345"])]).await;
    let signature = twilio(&format!("https://deck.example{ours}"), MISSED);
    let flipped = MISSED.replace("CA1", "CA3");
    let unknown = format!("{}x", &ours[..ours.len() - 1]);
    let other_provider = ours.replace("voice", "sms");
    let mut answers = Vec::new();
    for (path, body) in [(&ours, flipped.as_str()), (&theirs, MISSED), (&unknown, MISSED), (&other_provider, MISSED)] {
        let answer = send(&door.address, "POST", path, &[("X-Twilio-Signature", &signature)], body.as_bytes()).await;
        answers.push(answer.split("date:").next().unwrap().to_owned());
    }
    answers.push(send(&door.address, "POST", &ours, &[], MISSED.as_bytes()).await.split("date:").next().unwrap().to_owned());
    assert!(answers.iter().all(|answer| status(answer) == 401), "{answers:?}");
    answers.dedup();
    assert_eq!(answers.len(), 1, "nobody learns which keys there are: {answers:?}");
    door.end().await;
    assert_eq!(world.number("select count(*) from arrivals").await, 0);
    let told = world.texts("select c.name || ' ' || r.reason || ' ' || cast(r.count as text) from refusals r join clients c on c.id = r.client_id order by 1").await;
    assert_eq!(told, ["Acme signature 2", "Brill signature 1"]);
}

async fn too_much_is_turned_away_early(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let door = open(&world, setting(), vec![]).await;
    let head = |length: &str| format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{length}\r\n");
    // A hundred megabytes are only announced: the answer comes before them.
    assert_eq!(status(&raw(&door.address, head("Content-Length: 104857600\r\n").as_bytes()).await), 413);
    let chunk = [b"10000\r\n".as_slice(), &vec![b'a'; 0x10000], b"\r\n"].concat();
    let endless = [head("Transfer-Encoding: chunked\r\n").as_bytes(), &chunk.repeat(5)].concat();
    assert_eq!(status(&raw(&door.address, &endless).await), 413);
    let just = vec![b'a'; 256 * 1024];
    assert_eq!(status(&send(&door.address, "POST", &path, &[], &just).await), 200);
    assert_eq!(status(&send(&door.address, "POST", &path, &[("Content-Encoding", "gzip")], b"x").await), 415);
    let many = "A: b\r\n".repeat(10_000);
    assert_eq!(status(&raw(&door.address, head(&many).as_bytes()).await), 431);
    let large = format!("A: {}\r\n", "b".repeat(20_000));
    assert_eq!(status(&raw(&door.address, head(&large).as_bytes()).await), 431);
    assert_eq!(status(&send(&door.address, "PUT", &path, &[], b"x").await), 405);
    assert_eq!(status(&send(&door.address, "GET", "/", &[], b"").await), 404);
    assert_eq!(status(&send(&door.address, "GET", "/healthz", &[], b"").await), 200);
    door.end().await;
    let told = world.texts("select reason || ' ' || cast(count as text) from refusals order by 1").await;
    assert_eq!(told, ["encoded 1", "too_large 2"]);
}

async fn a_source_has_its_pace(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let door = open(&world, ServeSetting { per_second: 1, ..setting() }, vec![]).await;
    let mut found = Vec::new();
    for n in 0..6 {
        let answer = send(&door.address, "POST", &path, &[], format!("name=A{n}&phone=5125550142").as_bytes()).await;
        if status(&answer) == 429 {
            assert!(answer.to_lowercase().contains("retry-after: 1"), "{answer}");
        }
        found.push(status(&answer));
    }
    assert!(found.starts_with(&[200, 200, 200, 200]) && found.contains(&429), "{found:?}");
    door.end().await;
    assert!(world.number("select count from refusals where reason = 'too_fast'").await >= 1);
}

async fn a_kept_delivery_outlives_the_door(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let (stop, stopped) = watch::channel(false);
    let server = Server::bind(world.store.clone(), setting(), vec![], Columns::default()).await.unwrap();
    let address = server.address().unwrap().to_string();
    let task = tokio::spawn(server.run(stopped));
    assert_eq!(status(&send(&address, "POST", &path, &[], b"name=Ana&phone=5125550142").await), 200);
    stop.send_replace(true);
    task.await.unwrap();
    // Whatever the door had time for: what it answered is there, and is read without it.
    assert_eq!(world.number("select count(*) from arrivals").await, 1);
    let reader = quotedeck::server::Reader::new(Columns::default(), vec![]);
    let (stop, stopped) = watch::channel(false);
    let reading = tokio::spawn(quotedeck::server::settle_what_waits(world.store.clone(), reader, Arc::default(), stopped));
    until(&world, "select count(*) from arrivals where state = 'recorded'", 1).await;
    stop.send_replace(true);
    reading.await.unwrap();
    assert_eq!(world.number("select count(*) from leads").await, 1);
}

async fn a_form_comes_from_a_browser(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let form = SourceSetting {
        origins: vec!["https://acme.example".into()],
        honeypot: Some("fax".into()),
        ..SourceSetting::new(Provider::Form)
    };
    let door = open(&world, setting(), vec![form]).await;
    let asked = send(&door.address, "OPTIONS", &path, &[("Origin", "https://acme.example")], b"").await.to_lowercase();
    assert!(status(&asked) == 204 && asked.contains("access-control-allow-origin: https://acme.example"), "{asked}");
    let other = send(&door.address, "OPTIONS", &path, &[("Origin", "https://evil.example")], b"").await.to_lowercase();
    assert!(!other.contains("access-control-allow-origin"), "{other}");
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAna\r\n--b\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n5125550142\r\n--b--\r\n";
    for body in ["name=Bo&phone=5125550143", r#"{"name":"Cy","phone":"5125550144"}"#, multipart] {
        assert_eq!(
            status(&send(&door.address, "POST", &path, &[("Origin", "https://acme.example")], body.as_bytes()).await),
            200
        );
    }
    until(&world, "select count(*) from arrivals where state = 'recorded'", 3).await;
    assert_eq!(world.texts("select name from leads order by name").await, ["Ana", "Bo", "Cy"]);
    assert_eq!(status(&send(&door.address, "POST", &path, &[], b"name=Bot&phone=5125550145&fax=1").await), 200);
    until(&world, "select count(*) from arrivals where state = 'parked'", 1).await;
    assert_eq!(world.number("select count(*) from tasks where kind = 'data_quality'").await, 0, "a machine is nobody's task");
    door.end().await;
}

async fn what_is_vouched_for_and_broken_is_parked(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Event).await;
    let door = open(&world, ServeSetting { per_second: 100, ..setting() }, vec![]).await;
    let deep = "{\"a\":".repeat(100) + "1" + &"}".repeat(100);
    let bodies: [&[u8]; 5] = [
        b"{\"key\":\"a\xff\"}",
        b"",
        br#"{"key":"k1","key":"k2","kind":"job_done","phone":"+15125550142"}"#,
        deep.as_bytes(),
        br#"{"key":"k","kind":"job_done","phone":"+15125550142","value":NaN}"#,
    ];
    for body in bodies {
        assert_eq!(status(&send(&door.address, "POST", &path, &[], body).await), 200);
    }
    until(&world, "select count(*) from arrivals where state = 'received'", 0).await;
    let told = world.texts("select state || ': ' || coalesce(reason, '') from arrivals order by number").await;
    assert!(told.iter().all(|line| line.starts_with("parked: ")), "{told:#?}");
    for (line, why) in told.iter().zip(["not UTF-8", "nothing in it", "twice", "nested", "broken"]) {
        assert!(line.contains(why), "{why}: {line}");
    }
    assert_eq!(world.number("select count(*) from tasks where kind = 'data_quality' and state = 'open'").await, 5);
    door.end().await;
}

async fn a_name_is_taken_once(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Event).await;
    let door = open(&world, setting(), vec![source(Provider::Event, &["whsec_c2VjcmV0"])]).await;
    let time = world.now().timestamp();
    let sign = |id: &str, time: i64, body: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
        format!("v1,{}", STANDARD.encode(hmac::sign(&key, format!("{id}.{time}.{body}").as_bytes())))
    };
    let give = async |id: &str, time: i64, body: &str| {
        let (signature, time) = (sign(id, time, body), time.to_string());
        let headers = [("webhook-id", id), ("webhook-timestamp", time.as_str()), ("webhook-signature", signature.as_str())];
        status(&send(&door.address, "POST", &path, &headers, body.as_bytes()).await)
    };
    let body = r#"{"key":"k1","kind":"job_done","phone":"+15125550142"}"#;
    assert_eq!(give("m1", time, body).await, 200);
    assert_eq!(give("m1", time + 1, body).await, 200, "sent again");
    assert_eq!(give("m1", time, &body.replace("k1", "k2")).await, 409);
    assert_eq!(give("m2", time - 301, body).await, 401);
    assert_eq!(give("m3", time + 301, body).await, 401);
    assert_eq!(give("m4", time - 299, body).await, 200);
    door.end().await;
    assert_eq!(world.number("select count(*) from arrivals").await, 2);
    let told = world.texts("select reason || ' ' || cast(count as text) from refusals order by 1").await;
    assert_eq!(told, ["late 2", "replay 1"]);
}

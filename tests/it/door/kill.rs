//! The real program, killed while it is answering: what it said it kept is there once, and the rest can be sent again.
//!
//! `QUOTEDECK_DELIVERIES=20000 cargo test --release --test it door::kill` is the whole measure; CI takes fewer.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use quotedeck::domain::event::Provider;
use quotedeck::domain::journal::{sha256, to_hex};
use quotedeck::store::connect::Place;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::path;
use crate::databases::{World, on_postgres, on_sqlite};

both_databases!(what_was_answered_before_a_kill_is_there_once);

/// Senders at once.
const SENDERS: usize = 32;
/// How often the program is killed.
const KILLS: usize = 5;

#[expect(clippy::disallowed_methods, reason = "the one setting of a test is read from the environment")]
fn deliveries() -> usize {
    std::env::var("QUOTEDECK_DELIVERIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_500)
}

/// A program that a failed test leaves behind is ended with it.
pub(crate) struct Program(pub(crate) Child);

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The program's own place.
pub(super) struct Home {
    pub(super) home: TempDir,
    database: String,
}

impl Home {
    pub(super) fn of(world: &World) -> Self {
        let database = match &world.place {
            Place::Sqlite(file) => format!("sqlite:{}", file.display()),
            Place::Postgres(options) => {
                let socket = options.get_socket().expect("a socket").display().to_string().replace('/', "%2F");
                format!("postgres://postgres@localhost/{}?host={socket}", options.get_database().expect("a name"))
            }
        };
        let home = TempDir::new().expect("a folder");
        std::fs::write(home.path().join("c.toml"), "[serve]\nlisten = '127.0.0.1:0'\nper_second = 100000\n").expect("a file");
        Self { home, database }
    }

    /// The program with its configuration and database, as rosa.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quotedeck"));
        command.args(["--config", "c.toml"]).args(words).env_clear().env("HOME", self.home.path()).env("USER", "rosa");
        command.env("QUOTEDECK_DATABASE", &self.database).current_dir(self.home.path());
        command
    }

    /// Starts it; gives back where it listens.
    pub(super) fn serve(&self) -> (Program, String) {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut said = String::new();
        // Before that it may warn of sources that it turns away.
        let address = loop {
            let begun = said.len();
            assert!(lines.read_line(&mut said).expect("it says where") > 0, "it did not start: {said}");
            if let Some(rest) = said[begun..].split("listening on ").nth(1) {
                break rest.split(',').next().unwrap_or_default().to_owned();
            }
        };
        // What it says later must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        (Program(child), address)
    }
}

fn body(n: usize) -> String {
    format!("submission_id=s{n}&name=N{n}&email=n{n}%40example.com")
}

/// One delivery; whether it was answered 2xx.
async fn deliver(address: &str, path: &str, n: usize) -> bool {
    let body = body(n);
    let request = format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let talk = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        // A half answer counts when its first line says 200: that is all a sender looks at.
        drop(stream.read_to_end(&mut answer).await);
        Some(answer.starts_with(b"HTTP/1.1 200"))
    };
    matches!(tokio::time::timeout(Duration::from_secs(15), talk).await, Ok(Some(true)))
}

/// Waits until everything is read, as long as it gets on.
async fn all_read(world: &World) {
    let (mut left, mut since) = (i64::MAX, Instant::now());
    while left > 0 {
        let now = world.number("select count(*) from arrivals where state = 'received'").await;
        if now < left {
            (left, since) = (now, Instant::now());
        }
        assert!(since.elapsed() < Duration::from_secs(30), "{left} wait and nobody reads them");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn what_was_answered_before_a_kill_is_there_once(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let total = deliveries();
    let place = Home::of(&world);
    let (mut child, address) = place.serve();
    let (tell, told) = watch::channel(address);
    let (next, answered) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(BTreeSet::new())));
    let unanswered = Arc::new(AtomicUsize::new(0));
    let mut senders = Vec::new();
    for _ in 0..SENDERS {
        let (next, answered, told, path) = (Arc::clone(&next), Arc::clone(&answered), told.clone(), path.clone());
        let unanswered = Arc::clone(&unanswered);
        senders.push(tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::SeqCst);
                if n >= total {
                    return;
                }
                loop {
                    let address = told.borrow().clone();
                    if deliver(&address, &path, n).await {
                        break;
                    }
                    unanswered.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                answered.lock().unwrap().insert(n);
            }
        }));
    }
    for kill in 1..=KILLS {
        let began = Instant::now();
        while answered.lock().unwrap().len() < total * kill / (KILLS + 1) {
            assert!(began.elapsed() < Duration::from_mins(5), "the senders do not get on");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        child.0.kill().expect("it is killed");
        child.0.wait().expect("it is gone");
        let sure = answered.lock().unwrap().clone();
        let kept: BTreeSet<String> = world.texts("select delivery_key from arrivals").await.into_iter().collect();
        let lost = sure.iter().find(|n| !kept.contains(&format!("sha256:{}", to_hex(&sha256(body(**n).as_bytes())))));
        assert_eq!(lost, None, "it was answered and is not there");
        let (again, address) = place.serve();
        child = again;
        tell.send_replace(address);
    }
    for sender in senders {
        sender.await.unwrap();
    }
    all_read(&world).await;
    child.0.kill().expect("it is killed");
    child.0.wait().expect("it is gone");
    let expected = i64::try_from(total).unwrap();
    for table in ["arrivals where state = 'recorded'", "arrivals", "payloads", "events", "leads"] {
        assert_eq!(world.number(&format!("select count(*) from {table}")).await, expected, "{table}");
    }
    assert_eq!(world.number("select count(distinct natural_key) from payloads").await, expected);
    assert!(unanswered.load(Ordering::SeqCst) > 0, "no kill met a delivery: the test shows nothing");
    assert_eq!(answered.lock().unwrap().len(), total);
}

/// How long answers take at 500 a second: `cargo test --release --test it door::kill::measure -- --ignored --nocapture`.
async fn measure(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let place = Home::of(&world);
    let (mut child, address) = place.serve();
    let (per_second, seconds) = (500_u32, 20_u32);
    let mut pace = tokio::time::interval(Duration::from_secs(1) / per_second);
    let mut sent = Vec::new();
    for n in 0..(per_second * seconds) as usize {
        pace.tick().await;
        let (address, path) = (address.clone(), path.clone());
        sent.push(tokio::spawn(async move {
            let began = Instant::now();
            (deliver(&address, &path, n).await, began.elapsed())
        }));
    }
    let mut took = Vec::new();
    for one in sent {
        let (answered, time) = one.await.unwrap();
        assert!(answered);
        took.push(time);
    }
    took.sort();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    let kind = if world.store.is_postgres() { "Postgres" } else { "SQLite" };
    println!("{kind}, {per_second}/s for {seconds} s: p50 {:?}, p99 {:?}, longest {:?}", at(50), at(99), at(100));
    child.0.kill().expect("it is killed");
    child.0.wait().expect("it is gone");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and needs a machine for itself"]
async fn measure_on_sqlite() {
    on_sqlite(measure).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and needs a machine for itself"]
async fn measure_on_postgres() {
    on_postgres(measure).await;
}

//! Hostile senders against the real program: slow ones by the hundred, bodies and heads without end, bombs, and what is
//! no text. Its memory stays within bounds, each gets a clear status, and everybody else is served meanwhile and afterwards.

use std::time::{Duration, Instant};

use quotedeck::domain::event::Provider;
use quotedeck::domain::source::ServeSetting;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::kill::Home;
use super::{open, path, raw, send, setting, status};
use crate::databases::World;

both_databases!(hostile_senders_cost_little_and_stop_nobody, one_address_has_its_share);

/// What all of it together may cost the program, in KiB.
const COST: u64 = 64 * 1024;

/// How much of a process is in memory, in KiB: now, or at its highest.
fn memory(pid: u32, which: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(which)).expect("the system says");
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse().expect("a number")
}

/// Sends a head and then the same bytes until an answer comes or so many were sent; gives back the answer.
async fn pour(address: &str, head: &str, part: &[u8], most: usize) -> String {
    let stream = TcpStream::connect(address).await.expect("the door is open");
    let (mut from, mut to) = stream.into_split();
    let (head, part) = (head.to_owned(), part.to_vec());
    let pouring = tokio::spawn(async move {
        let mut sent = to.write_all(head.as_bytes()).await.is_ok();
        for _ in 0..most / part.len() {
            sent = sent && to.write_all(&part).await.is_ok();
        }
        to
    });
    let mut answer = Vec::new();
    drop(tokio::time::timeout(Duration::from_secs(30), from.read_to_end(&mut answer)).await.expect("it is answered or cut"));
    pouring.abort();
    String::from_utf8_lossy(&answer).into_owned()
}

async fn hostile_senders_cost_little_and_stop_nobody(world: World) {
    let acme = world.client("Acme").await;
    let (form, event) = (path(&world, &acme, Provider::Form).await, path(&world, &acme, Provider::Event).await);
    let place = Home::of(&world);
    let (child, address) = place.serve();
    let pid = child.0.id();
    assert_eq!(status(&send(&address, "POST", &form, &[], b"name=Ana&phone=5125550142").await), 200);
    let before = memory(pid, "VmRSS:");

    // Slow ones stay for the whole of it: silent, in the middle of a head, and in the middle of a body.
    let mut slow = Vec::new();
    for n in 0..600 {
        let mut stream = TcpStream::connect(&address).await.expect("the door is open");
        let said = match n % 3 {
            0 => String::new(),
            1 => format!("POST {form} HTTP/1.1\r\nHost: x\r\nX-{n}: "),
            _ => format!("POST {form} HTTP/1.1\r\nHost: x\r\nContent-Length: 262144\r\n\r\n{}", "a".repeat(8_192)),
        };
        stream.write_all(said.as_bytes()).await.expect("it listens");
        slow.push(stream);
    }

    let head = |more: &str| format!("POST {form} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n");
    let mega = vec![b'a'; 1 << 20];
    let chunk = [b"100000\r\n".as_slice(), &mega, b"\r\n"].concat();
    let mut pours = Vec::new();
    for n in 0..8 {
        let (address, mega, chunk) = (address.clone(), mega.clone(), chunk.clone());
        let (announced, endless) = (head("Content-Length: 104857600\r\n"), head("Transfer-Encoding: chunked\r\n"));
        pours.push(tokio::spawn(async move {
            match n % 2 {
                0 => pour(&address, &announced, &mega, 100 << 20).await,
                _ => pour(&address, &endless, &chunk, 100 << 20).await,
            }
        }));
    }
    for pour in pours {
        let answer = pour.await.unwrap();
        // Who goes on sending after the answer may have it cut off; what came must be the refusal.
        assert!(answer.is_empty() || status(&answer) == 413, "{answer}");
    }
    assert_eq!(status(&raw(&address, head("Content-Length: 104857600\r\n").as_bytes()).await), 413);

    let header = "A: b\r\n";
    assert_eq!(status(&raw(&address, head(&header.repeat(10_000)).as_bytes()).await), 431);
    let answer = pour(&address, &format!("POST {form} HTTP/1.1\r\n"), header.repeat(1_000).as_bytes(), 100 << 20).await;
    assert!(answer.is_empty() || status(&answer) == 431, "{answer}");

    // 1,000 bytes that would be a megabyte: nobody unpacks them.
    let bomb = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3].into_iter().chain([0; 990]).collect::<Vec<u8>>();
    for coding in ["gzip", "br", "deflate, gzip", "identity, gzip"] {
        assert_eq!(status(&send(&address, "POST", &form, &[("Content-Encoding", coding)], &bomb).await), 415, "{coding}");
    }
    for smuggled in [
        "Transfer-Encoding: gzip\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "A\u{1}: b\r\n",
        "A : b\r\n",
    ] {
        assert_eq!(status(&raw(&address, format!("{}hello", head(smuggled)).as_bytes()).await), 400, "{smuggled:?}");
    }

    // What is vouched for is kept, whatever it is, and read without harm.
    let numbers = format!("{{\"key\":\"n\",\"a\":[{}0]}}", "0,".repeat(120_000));
    let bodies: [Vec<u8>; 9] = [
        b"{\"key\":\"\xff\xfe\"}".to_vec(),
        vec![0xff; 200_000],
        br#"{"key":"k1","key":"k2"}"#.to_vec(),
        "[".repeat(250_000).into_bytes(),
        "{\"a\":".repeat(50_000).into_bytes(),
        numbers.into_bytes(),
        (0..12_000).flat_map(|n| format!("nonsense {n}\n").into_bytes()).collect(),
        "{}".repeat(120_000).into_bytes(),
        "a=&".repeat(80_000).into_bytes(),
    ];
    for body in &bodies {
        assert_eq!(status(&send(&address, "POST", &event, &[], body).await), 200, "{:?}", &body[..8.min(body.len())]);
        let multipart = [b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", body.as_slice()].concat();
        assert_eq!(status(&send(&address, "POST", &form, &[], &multipart[..multipart.len().min(262_144)]).await), 200);
    }

    let began = Instant::now();
    assert_eq!(status(&send(&address, "POST", &form, &[], b"name=Bo&phone=5125550143").await), 200);
    assert_eq!(status(&send(&address, "GET", "/healthz", &[], b"").await), 200);
    assert!(began.elapsed() < Duration::from_secs(5), "an honest sender waited {:?}", began.elapsed());
    let waiting = "select count(*) from arrivals where state = 'received'";
    while world.number(waiting).await > 0 {
        assert!(began.elapsed() < Duration::from_mins(2), "they are not read");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let cost = memory(pid, "VmHWM:").saturating_sub(before);
    println!("{before} KiB before, {cost} KiB more at the most; all read {:?} later", began.elapsed());
    assert!(cost < COST, "it took {cost} KiB");
    drop(slow);
    assert_eq!(status(&send(&address, "GET", "/readyz", &[], b"").await), 200);
    assert_eq!(world.texts("select name from leads order by name").await, ["Ana", "Bo"]);
    let tasks = world.number("select count(*) from tasks where kind = 'data_quality'").await;
    assert!(tasks < 500, "{tasks} tasks out of {} requests", bodies.len());
}

async fn one_address_has_its_share(world: World) {
    let acme = world.client("Acme").await;
    let path = path(&world, &acme, Provider::Form).await;
    let door = open(&world, ServeSetting { per_address: Some(3), per_second: 2, ..setting() }, vec![]).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(&door.address).await.unwrap();
        stream.write_all(b"GET").await.unwrap();
        held.push(stream);
    }
    let refused = raw(&door.address, b"").await;
    assert!(refused.starts_with("HTTP/1.1 429 ") && refused.contains("retry-after"), "{refused}");
    held.truncate(2);
    let began = Instant::now();
    // The place is given back when the door notices that somebody left.
    while !send(&door.address, "POST", &path, &[], b"name=Ana&phone=5125550142").await.starts_with("HTTP/1.1 200 ") {
        assert!(began.elapsed() < Duration::from_secs(20), "the place is not given back");
    }
    drop(held);
    let mut answers = Vec::new();
    while !answers.iter().any(|answer: &String| answer.starts_with("HTTP/1.1 429 ") && answer.ends_with("too fast\n")) {
        assert!(began.elapsed() < Duration::from_secs(20), "nobody is told to wait: {answers:?}");
        answers.push(send(&door.address, "POST", "/in/form/none", &[], b"x").await);
    }
    assert!(answers.iter().any(|answer| answer.starts_with("HTTP/1.1 401 ")), "{answers:?}");
    door.end().await;
}

//! The checks of a text, timed: a 2 kB draft against forty evidence lines and a hundred stored values, as at each key
//! press on the review screen. `cargo bench --bench checks`; the median of many runs.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run says so by ending")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use quotedeck::domain::check::{Against, Evidence};
use quotedeck::domain::known::{Known, KnownKind};

const SENTENCES: [&str; 4] = [
    "On November 12 a caller from Round Rock reported a leaking water heater, urgent before noon. ",
    "Deshawn called back and agreed a visit at 10:30; the pan was full and the floor was wet in one corner. ",
    "The 50 gallon heater was replaced for $1,840, no water damage was found, and the line holds 62 psi.\n",
    "Call (512) 555-0142 or write to dana@example.com about 1204 Alder Creek Lane, gate code 4411. ",
];

fn main() {
    let evidence: Vec<String> = (0..40)
        .map(|n| {
            format!(
                "2026-11-{:02} note {n}: caller says the heater in the garage leaks since {n} am, pan is not full, {} gallon",
                n % 28 + 1,
                n + 20
            )
        })
        .collect();
    let evidence: Vec<&str> = evidence.iter().map(String::as_str).collect();
    let known: Vec<Known> = (0..100)
        .filter_map(|n| match n % 6 {
            0 => Known::new(KnownKind::Phone, format!("+1512555{n:04}")),
            1 => Known::new(KnownKind::Name, format!("Juan{n} Ortiz{n}")),
            2 => Known::new(KnownKind::Email, format!("dana{n}@example.com")),
            3 => Known::new(KnownKind::Address, format!("{n} Alder{n} Creek Lane, Apt {n}B, Austin, TX 78{n:03}")),
            4 => Known::new(KnownKind::Zip, format!("78{n:03}")),
            _ => Known::new(
                KnownKind::Note,
                format!("she told the office {n} times that the neighbor has a spare key for the shed"),
            ),
        })
        .collect();
    // The draft cites, so that each sentence of a text is laid beside its sentences.
    let draft: String = SENTENCES.map(|sentence| format!("{} [3]. ", sentence.trim_end_matches(['.', ' ', '\n']))).concat();
    let against =
        Against { evidence: &evidence, draft: Some(&draft), lead_name: Some("Juan Ortiz"), known: &known, ..Against::default() };
    let checks = Evidence::new(against);
    let clean: String = SENTENCES[..3].iter().cycle().flat_map(|sentence| sentence.chars()).take(2048).collect();
    let full: String = SENTENCES.iter().cycle().flat_map(|sentence| sentence.chars()).take(2048).collect();
    println!("| what | median |\n|---|---|");
    println!("| reading the evidence, once a draft | {} |", median(101, || drop(black_box(Evidence::new(against)))));
    println!("| checking 2 kB, nothing private in it | {} |", median(1001, || drop(black_box(checks.findings(&clean)))));
    println!(
        "| checking 2 kB, {} findings | {} |",
        checks.findings(&full).len(),
        median(1001, || drop(black_box(checks.findings(&full))))
    );
}

fn median(runs: usize, run: impl Fn()) -> String {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    times.sort();
    format!("{:.3} ms", times.get(runs / 2).unwrap().as_secs_f64() * 1e3)
}

//! What the checks catch, and where they cry wolf, on labelled text that nobody wrote for them; one table a set:
//! `cargo test --test it corpus -- --nocapture`. The floors are a little below what was measured, so that a fall is seen.

mod faithful;
mod labelled;
mod laws;
mod score;
mod summedits;
mod trade;
mod written;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use quotedeck::domain::check::{Against, Evidence};
use quotedeck::domain::known::{Known, KnownKind};
use quotedeck::domain::span::FindingKind::{
    AccessCode, BankNumber, Card, Email, LeadName, Phone, ProviderCost, Secret, SocialSecurity, StaffName, StreetAddress, Url,
    Vehicle,
};
use quotedeck::domain::span::Severity;
use regex::Regex;

use labelled::{Sample, usaddress};
use score::{Score, Table, found_in};

/// Presidio's research set: sentences with private data of many countries. The aims speak of American shapes.
#[test]
fn presidio_research_set() {
    let samples = labelled::presidio();
    let mut table = Table::new("Presidio's research set, 1500 sentences, American shapes");
    for kind in [Phone, Email, Card, SocialSecurity, StreetAddress] {
        let mut score = Score::default();
        for sample in &samples {
            score.add(sample, kind, |label| american(kind, label));
        }
        table.row(kind, score);
    }
    table.print();
    table.floors(&[
        (Phone, 0.98, 0.95),
        (Email, 1.0, 1.0),
        (Card, 1.0, 1.0),
        (SocialSecurity, 1.0, 0.95),
        (StreetAddress, 0.9, 0.9),
    ]);
}

/// Whether a value has the shape that the United States write.
fn american(kind: quotedeck::domain::span::FindingKind, value: &str) -> bool {
    static PHONE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(?:(?:\+?1|001)[-. ]?)?(?:\(?\d{3}\)?[-. /]?)?[2-9]\d{2}[-. ]?\d{4}(?:x\d+)?$").unwrap());
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^\d{1,6}\s(?:[nsew]\.?\s)?(?:[\w'.]+\s){1,4}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|ct|circle|boulevard|blvd|way|place|pl|terrace|parkway)\b
              | ^(?:p\.?\s?o\.?\s?box|psc|unit\s\d+\sbox|usnv|uss)\b",
        )
        .unwrap()
    });
    match kind {
        Phone => PHONE.is_match(value),
        StreetAddress => ADDRESS.is_match(value),
        _ => true,
    }
}

/// Presidio's own cases: each string, and how many of a kind it holds.
#[test]
fn presidio_cases() {
    let kinds = [
        ("phone", Phone),
        ("email", Email),
        ("credit_card", Card),
        ("us_ssn", SocialSecurity),
        ("us_itin", SocialSecurity),
        ("url", Url),
    ];
    println!(
        "\n## Presidio's recogniser cases\n| kind | positive | found | negative | left alone | not as expected |\n|---|---|---|---|---|---|"
    );
    let (mut wrong, mut all) = (0, 0);
    for (name, kind) in kinds {
        let cases: Vec<_> = labelled::cases().into_iter().filter(|case| case.0 == name).collect();
        let right = |case: &&(String, usize, String)| {
            let found = found_in(&case.2, kind).len();
            if case.1 == 0 { found == 0 } else { found >= case.1 }
        };
        let (positive, negative): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.1 > 0);
        let good = |cases: &[&(String, usize, String)]| cases.iter().filter(|case| right(case)).count();
        let missed: Vec<&str> = cases.iter().filter(|case| !right(case)).map(|case| case.2.as_str()).collect();
        println!("| {name} | {} | {} | {} | {} | {missed:?} |", positive.len(), good(&positive), negative.len(), good(&negative));
        wrong += missed.len();
        all += cases.len();
    }
    assert!(wrong * 100 <= all * 20, "{wrong} of {all} cases are not as expected");
}

/// Address lines as people write them.
#[test]
fn us_address_lines() {
    let lines = usaddress();
    let missed: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .filter(|line| found_in(&format!("They live at {line} now."), StreetAddress).is_empty())
        .collect();
    let found = lines.len() - missed.len();
    println!("\n## US address lines\n{found} of {} found ({:.3}); missed:", lines.len(), found as f64 / lines.len() as f64);
    for line in &missed {
        println!("- {line}");
    }
    assert!(found * 100 >= lines.len() * 90, "{found} of {} address lines", lines.len());
}

/// Names that the evidence has told: each person of the research set is the lead of the sentence that speaks of them.
#[test]
fn names_of_the_lead() {
    let (mut all, mut missed) = (0, Vec::new());
    for sample in labelled::presidio() {
        for (name, span) in sample.people() {
            let found = score::against(&sample.text, &[], Some(&name));
            let seen = found.iter().any(|found| found.kind == LeadName && found.start < span.end && span.start < found.end);
            all += 1;
            if !seen {
                missed.push(name);
            }
        }
    }
    println!("\n## Names known from the lead\n{} of {all} found; missed: {missed:?}", all - missed.len());
    assert!(missed.len() * 100 <= all * 2, "{} of {all} names missed: {missed:?}", missed.len());
}

/// Names that only a line of the evidence tells, in the ways in which people and providers introduce somebody.
#[test]
fn names_of_the_evidence() {
    let tellings = [
        "Customer NAME called about a leak",
        "hi this is NAME, my heater is out",
        "name: NAME",
        "Spoke with NAME at noon",
        "Tech: NAME arrived at nine",
        "NAME said the drain is slow",
    ];
    let (mut all, mut missed) = (0, Vec::new());
    let people =
        labelled::presidio().into_iter().flat_map(|sample| sample.people().into_iter().map(|(name, _)| name).collect::<Vec<_>>());
    // With one word alone nobody can tell a name from another word of the line.
    let people: BTreeSet<String> = people.filter(|name| name.split(' ').count() > 1).collect();
    for (name, telling) in people.iter().zip(tellings.iter().cycle()) {
        let found =
            score::against(&format!("The visit at noon was agreed with {name}."), &[&telling.replace("NAME", name)], None);
        all += 1;
        if !found.iter().any(|found| matches!(found.kind, LeadName | StaffName)) {
            missed.push(telling.replace("NAME", name));
        }
    }
    println!("\n## Names told by a line of the evidence\n{} of {all} found; missed: {missed:#?}", all - missed.len());
    assert!(all > 100 && missed.len() * 100 <= all * 2, "{} of {all} names missed: {missed:#?}", missed.len());
}

/// Text of the trade, marked by hand: codes, short phone numbers, and much that must not block.
#[test]
fn trade_text() {
    let samples = trade::lines("trade.txt");
    let mut table = Table::new("Text of the trade, marked by hand");
    for kind in [Phone, Email, Card, SocialSecurity, StreetAddress, AccessCode] {
        let mut score = Score::default();
        for sample in &samples {
            score.add(sample, kind, |_| true);
        }
        table.row(kind, score);
    }
    let (all, right, wrong) = blocks(&samples);
    table.print();
    println!("blocks of any kind: {right} of {all} right ({:.3}); wrong: {wrong:#?}", right as f64 / all as f64);
    table.floors(&[
        (Phone, 0.98, 0.95),
        (Email, 1.0, 1.0),
        (Card, 1.0, 1.0),
        (SocialSecurity, 1.0, 1.0),
        (StreetAddress, 0.9, 0.9),
        (AccessCode, 0.9, 0.95),
    ]);
    assert!(right * 100 >= all * 95, "{right} of {all} blocks are right: {wrong:#?}");
}

/// Text that was written by people who had not seen the patterns, before they were measured on it; `README.md` beside the
/// sets says what they scored then. The floors hold what they have reached since, in recall of phones and of codes.
#[test]
fn held_out_text() {
    for (file, phones, codes) in [
        ("heldout.txt", 1.0, 0.97),
        ("heldout2.txt", 1.0, 0.95),
        ("heldout3.txt", 0.99, 0.91),
        ("heldout4.txt", 1.0, 0.92),
        ("heldout5.txt", 1.0, 0.93),
        // Building talk, written to mislead.
        ("heldout6.txt", 1.0, 0.88),
        ("heldout7.txt", 1.0, 0.94),
        // Numbers read out in pieces, and much talk of gates and locks around other numbers.
        ("heldout9.txt", 1.0, 0.92),
        ("heldout10.txt", 0.98, 0.91),
        ("heldout11.txt", 1.0, 0.96),
        ("heldout12.txt", 0.99, 0.94),
        // Many codes with no word of a lock near, or read out turn by turn.
        ("heldout14.txt", 0.99, 0.94),
        ("heldout15.txt", 0.98, 0.91),
        ("heldout16.txt", 0.99, 0.93),
        ("heldout17.txt", 0.98, 0.90),
        ("heldout18.txt", 0.97, 0.91),
        ("heldout19.txt", 0.98, 0.90),
        ("heldout20.txt", 0.99, 0.92),
        // No points of the codes were made with these lines.
        ("heldout8.txt", 1.0, 0.97),
        ("heldout13.txt", 0.99, 0.96),
    ] {
        let samples = trade::lines(file);
        let mut table = Table::new(file);
        for kind in [Phone, AccessCode] {
            let mut score = Score::default();
            for sample in &samples {
                score.add(sample, kind, |_| true);
            }
            table.row(kind, score);
        }
        let (all, right, wrong) = blocks(&samples);
        let unmarked: Vec<&Sample> = samples.iter().filter(|sample| sample.labels.is_empty()).collect();
        let clean = unmarked.iter().filter(|sample| score::blocking(&sample.text).is_empty()).count();
        table.print();
        println!(
            "blocks of any kind: {right} of {all} right ({:.3}); {clean} of {} lines without a mark pass; wrong: {wrong:#?}",
            right as f64 / all as f64,
            unmarked.len()
        );
        table.floors(&[(Phone, phones, 0.95), (AccessCode, codes, 0.86)]);
        assert!(right * 100 >= all * 91, "{right} of {all} blocks are right: {wrong:#?}");
    }
}

/// Whole texts with values of every kind, by people who had not seen the checks: what share of each a block touches.
#[test]
fn held_out_texts_of_every_kind() {
    for (file, right_of_100, floors) in [
        (
            "heldout21.txt",
            95,
            [
                (Phone, 0.98),
                (AccessCode, 0.94),
                (StreetAddress, 0.95),
                (Email, 1.0),
                (Card, 0.93),
                (SocialSecurity, 1.0),
                (BankNumber, 1.0),
                (Url, 1.0),
                (Vehicle, 0.9),
                (Secret, 0.9),
                (ProviderCost, 1.0),
            ],
        ),
        (
            "heldout22.txt",
            96,
            [
                (Phone, 1.0),
                (AccessCode, 0.98),
                (StreetAddress, 1.0),
                (Email, 1.0),
                (Card, 1.0),
                (SocialSecurity, 1.0),
                (BankNumber, 1.0),
                (Url, 1.0),
                (Vehicle, 0.91),
                (Secret, 1.0),
                (ProviderCost, 1.0),
            ],
        ),
        (
            "heldout23.txt",
            95,
            [
                (Phone, 1.0),
                (AccessCode, 0.98),
                (StreetAddress, 1.0),
                (Email, 1.0),
                (Card, 1.0),
                (SocialSecurity, 1.0),
                (BankNumber, 1.0),
                (Url, 1.0),
                (Vehicle, 0.91),
                (Secret, 1.0),
                (ProviderCost, 1.0),
            ],
        ),
        (
            "heldout24.txt",
            94,
            [
                (Phone, 1.0),
                (AccessCode, 0.98),
                (StreetAddress, 0.95),
                (Email, 1.0),
                (Card, 1.0),
                (SocialSecurity, 1.0),
                (BankNumber, 1.0),
                (Url, 1.0),
                (Vehicle, 0.75),
                (Secret, 1.0),
                (ProviderCost, 1.0),
            ],
        ),
    ] {
        let samples = trade::lines(file);
        let (all, right, wrong) = blocks(&samples);
        println!("\n## {file}\n{right} of {all} blocks are right: {wrong:#?}");
        for (kind, floor) in floors {
            let mut marks = 0;
            let mut missed = Vec::new();
            for sample in &samples {
                let blocks = score::blocking(&sample.text);
                for label in sample.labels.iter().filter(|label| label.kind == Some(kind)) {
                    marks += 1;
                    if !blocks.iter().any(|found| found.start < label.span.end && label.span.start < found.end) {
                        missed.push(sample.value(label));
                    }
                }
            }
            println!("{kind}: {} of {marks}; missed: {missed:?}", marks - missed.len());
            assert!((marks - missed.len()) as f64 >= floor * marks as f64, "{file}: {kind}: {missed:?} of {marks}");
        }
        assert!(right * 100 >= all * right_of_100, "{right} of {all} blocks are right: {wrong:#?}");
    }
}

/// Parts of stored addresses cry no wolf: beside four that are stored, as many as a lead will have, text about others blocks as it
/// does without.
#[test]
fn parts_of_stored_addresses_in_other_text() {
    let files = (2..=22).map(|n| format!("heldout{n}.txt")).chain(["trade.txt".to_owned()]);
    let lines: Vec<String> =
        faithful::summaries().into_iter().chain(files.flat_map(|file| trade::lines(&file)).map(|sample| sample.text)).collect();
    let addresses = usaddress();
    let (mut all, mut wrong) = (0, Vec::new());
    for (n, stored) in addresses.chunks(4).enumerate() {
        let known: Vec<Known> = stored.iter().filter_map(|line| Known::new(KnownKind::Address, line)).collect();
        let checks = Evidence::new(Against { known: &known, ..Against::default() });
        for line in lines.iter().skip(n % 40).step_by(40) {
            all += 1;
            let blocks = checks.findings(line).into_iter().filter(|found| found.severity == Severity::Block);
            // What names them by their stored form; the patterns are measured above.
            let blocks = blocks.filter(|found| found.reason.contains("stored for this lead"));
            wrong.extend(blocks.map(|found| format!("{} {:?} in {line:?}", found.kind, found.text)));
        }
    }
    println!("\n## Parts of four stored addresses in other text\n{} of {all} texts block: {wrong:#?}", wrong.len());
    assert!(addresses.len() > 500 && all > 10_000, "{} {all}", addresses.len());
    assert!(wrong.len() * 1_000 <= all, "{wrong:#?}");
}

/// Blocks of every kind that needs no evidence: how many there are, how many touch a mark, and those that do not.
fn blocks(samples: &[Sample]) -> (usize, usize, Vec<String>) {
    let (mut all, mut wrong) = (0, Vec::new());
    for sample in samples {
        for found in score::blocking(&sample.text) {
            all += 1;
            if !sample.labels.iter().any(|label| found.start < label.span.end && label.span.start < found.end) {
                wrong.push(format!("{} {:?} in {:?}", found.kind, found.text, sample.text));
            }
        }
    }
    (all, all - wrong.len(), wrong)
}

/// Every written form of every value, in sentences.
#[test]
fn written_forms() {
    let mut table = Table::new("Written forms");
    for (kind, samples) in written::all() {
        let mut score = Score::default();
        for sample in &samples {
            score.add(sample, kind, |_| true);
        }
        table.row(kind, score);
    }
    table.print();
    table.floors(&[
        (Phone, 0.98, 0.98),
        (Email, 1.0, 1.0),
        (Card, 1.0, 1.0),
        (SocialSecurity, 1.0, 1.0),
        (AccessCode, 0.9, 0.98),
    ]);
}

//! Every written form of values of one kind, each in a sentence of the trade.

use quotedeck::domain::span::FindingKind::{self, AccessCode, Card, Email, Phone, SocialSecurity};

use super::labelled::Sample;
use super::trade::marked;

/// Each kind and its samples.
pub(super) fn all() -> Vec<(FindingKind, Vec<Sample>)> {
    vec![
        (Phone, phones()),
        (Email, emails()),
        (Card, cards()),
        (SocialSecurity, put(SocialSecurity, &socials(), &["It lists {} twice.", "SSN {}", "his social is {}, he said"])),
        (AccessCode, codes()),
    ]
}

fn put(kind: FindingKind, values: &[String], frames: &[&str]) -> Vec<Sample> {
    let one = |value: &String, frame: &&str| marked(&frame.replace("{}", &format!("[[{kind} {value}]]")));
    values.iter().flat_map(|value| frames.iter().map(move |frame| one(value, frame))).collect()
}

const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

fn spelled(digits: &str, between: &str) -> String {
    let word = |c: char| WORDS[c.to_digit(10).unwrap() as usize];
    digits.chars().map(word).collect::<Vec<_>>().join(between)
}

fn phones() -> Vec<Sample> {
    let mut samples = Vec::new();
    for (area, exchange, line) in [("512", "555", "0142"), ("737", "244", "9070"), ("210", "867", "5309"), ("945", "300", "1000")]
    {
        let full = [
            format!("({area}) {exchange}-{line}"),
            format!("({area}){exchange}-{line}"),
            format!("({area}) {exchange} {line}"),
            format!("({area}) {exchange}.{line}"),
            format!("{area}-{exchange}-{line}"),
            format!("{area}.{exchange}.{line}"),
            format!("{area} {exchange} {line}"),
            format!("{area} {exchange}-{line}"),
            format!("{area}/{exchange}-{line}"),
            format!("{area}-{exchange}{line}"),
            format!("{area}{exchange}{line}"),
            format!("{area}{exchange}-{line}"),
            format!("{area} - {exchange} - {line}"),
            format!("{area}_{exchange}_{line}"),
            format!("+1{area}{exchange}{line}"),
            format!("+1 {area} {exchange} {line}"),
            format!("+1-{area}-{exchange}-{line}"),
            format!("+1 ({area}) {exchange}-{line}"),
            format!("+1.{area}.{exchange}.{line}"),
            format!("1-{area}-{exchange}-{line}"),
            format!("1 {area} {exchange} {line}"),
            format!("1({area}){exchange}-{line}"),
            format!("1{area}{exchange}{line}"),
            format!("001-{area}-{exchange}-{line}"),
            format!("{area}–{exchange}–{line}"),
            format!("{area}•{exchange}•{line}"),
            format!("{area}-{exchange}-{line} ext 12"),
            format!("{area}-{exchange}-{line}x12"),
            spelled(&format!("{area}{exchange}{line}"), " "),
            spelled(&format!("{area}{exchange}{line}"), "-"),
            format!("{}, {}, {}", spelled(area, " "), spelled(exchange, " "), spelled(line, " ")),
            format!("{area} {} {line}", spelled(exchange, " ")),
        ];
        let frames = [
            "The best number is {}.",
            "{} rang twice before noon",
            "Left a voicemail ({}), no answer",
            "phone: {}, then the office",
        ];
        samples.extend(put(Phone, &full, &frames));
        let local = [
            format!("{exchange}-{line}"),
            format!("{exchange}.{line}"),
            format!("{exchange} {line}"),
            format!("{exchange}{line}"),
        ];
        let frames = [
            "Call {} when you are close.",
            "Her cell is {}.",
            "Please phone {} first",
            "his number is {}, he said",
            "Reach them at {}",
        ];
        samples.extend(put(Phone, &local, &frames));
    }
    samples
}

fn emails() -> Vec<Sample> {
    let values = [
        "dana@example.com",
        "Dana.Ruiz+home@mail.example.co.uk",
        "d_r-1@sub.example.org",
        "dana at example dot com",
        "dana dot ruiz at example dot org",
        "dana underscore ruiz at gmail dot com",
        "dana (at) example (dot) com",
        "dana[at]example[dot]net",
        "dana AT example DOT com",
        "dana@example dot com",
        "dana at gmail.com",
        "DANA@EXAMPLE.COM",
    ];
    put(Email, &values.map(str::to_owned), &["Send the report to {}.", "{} is what the form says", "mail ({}) bounced"])
}

/// A number of each network with its check digit.
fn cards() -> Vec<Sample> {
    let stems = [
        ("visa", "411111111111111"),
        ("visa, 19 digits", "411111111111111111"),
        ("mastercard", "510510510510510"),
        ("mastercard", "555555555555444"),
        ("mastercard, 2-series", "222100000000000"),
        ("mastercard, 2-series", "272099999999999"),
        ("amex", "37144963539843"),
        ("amex", "34001234567890"),
        ("discover", "601111111111111"),
        ("discover", "650000000000000"),
        ("diners", "3056930902590"),
        ("jcb", "352800000000000"),
        ("unionpay", "620000000000000"),
        ("maestro", "675964982643845"),
        ("maestro, 12 digits", "50186466790"),
    ];
    let mut values = Vec::new();
    for (_, stem) in stems {
        let number = format!("{stem}{}", check_digit(stem));
        let grouped = |by: &str| {
            let sizes: &[usize] = if number.len() == 15 { &[4, 6, 5] } else { &[4, 4, 4, 4, 4] };
            let mut rest = number.as_str();
            let mut groups = Vec::new();
            for size in sizes {
                let (group, after) = rest.split_at(rest.len().min(*size));
                groups.push(group);
                rest = after;
            }
            groups.retain(|group| !group.is_empty());
            groups.join(by)
        };
        values.extend([grouped(" "), grouped("-"), grouped("."), number.clone()]);
    }
    put(Card, &values, &["Paid by card {}.", "{} was declined", "card no {} exp 12/27"])
}

fn check_digit(stem: &str) -> u32 {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let digits = stem.chars().rev().map(|c| c.to_digit(10).unwrap());
    let sum: u32 = digits.enumerate().map(|(n, digit)| if n % 2 == 0 { doubled(digit) } else { digit }).sum();
    (10 - sum % 10) % 10
}

fn socials() -> Vec<String> {
    ["219-09-9999", "219 09 9999", "219.09.9999", "078-05-1123", "２１９-09-9999", "911-70-1234"].map(str::to_owned).to_vec()
}

fn codes() -> Vec<Sample> {
    let places =
        ["gate", "garage", "alarm", "lockbox", "front door", "side gate", "keypad", "call box", "building", "community gate"];
    let frames = [
        "The PLACE code is {}.",
        "PLACE code: {}",
        "PLACE code {} please",
        "Use {} for the PLACE.",
        "The code for the PLACE is {}",
        "code to the PLACE = {}",
        "{} is the PLACE code",
        "enter {} at the PLACE",
        "PLACE passcode is {}, dog inside",
        "PLACE combo {}",
        "The PLACE pin number is {}",
    ];
    let values = ["4411", "#0921", "7731#", "*2580", "580113", "5-5-0-1", "four four one seven"];
    let mut samples = Vec::new();
    for place in places {
        for frame in frames {
            samples.extend(put(AccessCode, &values.map(str::to_owned), &[&frame.replace("PLACE", place)]));
        }
    }
    samples
}

//! Reads the labelled sets of `tests/corpus`.

use std::ops::Range;
use std::path::Path;

use quotedeck::domain::span::FindingKind;
use serde::Deserialize;

/// A span that somebody labelled, in characters.
pub(super) struct Label {
    /// What we call it; `None` for a label we have no kind for.
    pub(super) kind: Option<FindingKind>,
    /// Of another kind that must not leave either, so that a mark on it is no false alarm.
    pub(super) private: bool,
    person: bool,
    pub(super) span: Range<usize>,
}

impl Label {
    pub(super) fn new(kind: FindingKind, span: Range<usize>) -> Self {
        Self { kind: Some(kind), private: false, person: false, span }
    }
}

/// A text and its labels.
pub(super) struct Sample {
    pub(super) text: String,
    pub(super) labels: Vec<Label>,
}

impl Sample {
    /// The labelled characters.
    pub(super) fn value(&self, label: &Label) -> String {
        self.text.chars().skip(label.span.start).take(label.span.len()).collect()
    }

    /// Names of people, and where they stand.
    pub(super) fn people(&self) -> Vec<(String, Range<usize>)> {
        self.labels.iter().filter(|label| label.person).map(|label| (self.value(label), label.span.clone())).collect()
    }
}

/// The text of a file of `tests/corpus`.
pub(super) fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name)).unwrap()
}

#[derive(Deserialize)]
struct Row {
    text: String,
    spans: Vec<(String, usize, usize)>,
}

/// Presidio's research set.
pub(super) fn presidio() -> Vec<Sample> {
    let label = |(name, start, end): (String, usize, usize)| {
        let kind = match name.as_str() {
            "PHONE_NUMBER" => Some(FindingKind::Phone),
            "EMAIL_ADDRESS" => Some(FindingKind::Email),
            "CREDIT_CARD" => Some(FindingKind::Card),
            "US_SSN" => Some(FindingKind::SocialSecurity),
            "STREET_ADDRESS" => Some(FindingKind::StreetAddress),
            "DOMAIN_NAME" => Some(FindingKind::Url),
            _ => None,
        };
        let private = matches!(name.as_str(), "IBAN_CODE" | "US_DRIVER_LICENSE" | "STREET_ADDRESS" | "PHONE_NUMBER");
        Label { kind, private, person: name == "PERSON", span: start..end }
    };
    let read = |line: &str| {
        let row: Row = serde_json::from_str(line).unwrap();
        Sample { text: row.text, labels: row.spans.into_iter().map(label).collect() }
    };
    file("presidio_synth.jsonl").lines().map(read).collect()
}

/// Presidio's recogniser cases: kind, how many the text holds, text.
pub(super) fn cases() -> Vec<(String, usize, String)> {
    let read = |line: &str| {
        let mut fields = line.splitn(4, '\t').map(str::to_owned);
        let (kind, count) = (fields.next()?, fields.next()?.parse().ok()?);
        Some((kind, count, fields.nth(1)?))
    };
    file("presidio_cases.tsv").lines().skip(1).filter_map(read).collect()
}

/// Address lines that have a house number and a street, or a post office box.
pub(super) fn usaddress() -> Vec<String> {
    let read = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [address, number, street, _, _, po_box] = fields[..] else { return None };
        (number == "1" && street == "1" || po_box == "1").then(|| address.to_owned())
    };
    file("usaddress_lines.tsv").lines().skip(1).filter_map(read).collect()
}

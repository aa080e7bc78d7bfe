//! Recall and precision of one kind, counted over samples, and the table that tells them.

use std::ops::Range;

use quotedeck::domain::check::{Against, findings};
use quotedeck::domain::span::FindingKind::{self, UnknownNumber};
use quotedeck::domain::span::{Finding, Severity};

use super::labelled::Sample;

/// What the checks say; without evidence every number would be unknown, so those are left out.
pub(super) fn against(text: &str, evidence: &[&str], lead_name: Option<&str>) -> Vec<Finding> {
    let found = findings(text, Against { evidence, lead_name, ..Against::default() });
    found.into_iter().filter(|found| !evidence.is_empty() || found.kind != UnknownNumber).collect()
}

pub(super) fn found_in(text: &str, kind: FindingKind) -> Vec<Finding> {
    against(text, &[], None).into_iter().filter(|found| found.kind == kind).collect()
}

pub(super) fn blocking(text: &str) -> Vec<Finding> {
    against(text, &[], None).into_iter().filter(|found| found.severity == Severity::Block).collect()
}

/// The share of a value that must be marked: nearly all of it.
const ENOUGH: f64 = 0.8;

/// What makes a value what it is: of an address the house and the street, whatever unit, city and country follow.
fn essential(kind: FindingKind, value: &str, span: &Range<usize>) -> Range<usize> {
    if kind != FindingKind::StreetAddress {
        return span.clone();
    }
    let street: usize = value.split_inclusive([' ', '\n', ',']).take(3).map(|word| word.chars().count()).sum();
    span.start..span.start + street
}

/// The share of the letters and digits of a span that findings cover.
fn share(text: &str, span: &Range<usize>, found: &[Finding]) -> f64 {
    let said: Vec<usize> =
        text.chars().enumerate().filter(|(n, c)| span.contains(n) && c.is_alphanumeric()).map(|(n, _)| n).collect();
    let covered = said.iter().filter(|n| found.iter().any(|found| (found.start..found.end).contains(*n))).count();
    covered as f64 / said.len().max(1) as f64
}

/// How one kind fares.
#[derive(Default)]
pub(super) struct Score {
    labels: usize,
    found: usize,
    blocked: usize,
    hits: usize,
    right: usize,
    missed: Vec<String>,
    wrong: Vec<String>,
}

impl Score {
    /// Counts a sample; labels of the kind that are not `wanted` count neither for nor against.
    pub(super) fn add(&mut self, sample: &Sample, kind: FindingKind, wanted: impl Fn(&str) -> bool) {
        let found = found_in(&sample.text, kind);
        let blocking = blocking(&sample.text);
        for label in sample.labels.iter().filter(|label| label.kind == Some(kind)) {
            let value = sample.value(label);
            if !wanted(&value) {
                continue;
            }
            let span = essential(kind, &value, &label.span);
            self.labels += 1;
            self.blocked += usize::from(share(&sample.text, &span, &blocking) >= ENOUGH);
            if share(&sample.text, &span, &found) >= ENOUGH {
                self.found += 1;
            } else {
                let around: String = sample.text.chars().skip(label.span.start.saturating_sub(30)).take(60).collect();
                self.missed.push(format!("{value} in …{around}…"));
            }
        }
        for hit in found {
            self.hits += 1;
            let labels = sample.labels.iter().filter(|label| label.span.start < hit.end && hit.start < label.span.end);
            if labels.into_iter().any(|label| label.kind == Some(kind) || label.private) {
                self.right += 1;
            } else {
                self.wrong.push(hit.text);
            }
        }
    }

    fn recall(&self) -> f64 {
        self.found as f64 / self.labels.max(1) as f64
    }

    fn precision(&self) -> f64 {
        if self.hits == 0 { 1.0 } else { self.right as f64 / self.hits as f64 }
    }
}

/// One row a kind.
pub(super) struct Table {
    title: &'static str,
    rows: Vec<(FindingKind, Score)>,
}

impl Table {
    pub(super) fn new(title: &'static str) -> Self {
        Self { title, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, kind: FindingKind, score: Score) {
        self.rows.push((kind, score));
    }

    /// Prints the table, then what was missed and what was marked without cause.
    pub(super) fn print(&self) {
        let mut out = format!(
            "\n## {}\n| kind | labels | recall | blocked by any kind | marks | precision |\n|---|---|---|---|---|---|\n",
            self.title
        );
        for (kind, score) in &self.rows {
            let blocked = score.blocked as f64 / score.labels.max(1) as f64;
            let (recall, precision) = (score.recall(), score.precision());
            out += &format!("| {kind} | {} | {recall:.3} | {blocked:.3} | {} | {precision:.3} |\n", score.labels, score.hits);
        }
        for (kind, score) in &self.rows {
            if !score.missed.is_empty() {
                out += &format!("- {kind} missed: {:?}\n", score.missed);
            }
            if !score.wrong.is_empty() {
                out += &format!("- {kind} without cause: {:?}\n", score.wrong);
            }
        }
        println!("{out}");
    }

    /// Fails where recall or precision is below its floor.
    pub(super) fn floors(&self, floors: &[(FindingKind, f64, f64)]) {
        for (kind, recall, precision) in floors {
            let Some((_, score)) = self.rows.iter().find(|(of, _)| of == kind) else { continue };
            assert!(score.labels > 0, "{kind}: nothing is labelled");
            assert!(score.recall() >= *recall, "{kind}: recall {:.3}, missed {:?}", score.recall(), score.missed);
            assert!(
                score.precision() >= *precision,
                "{kind}: precision {:.3}, without cause {:?}",
                score.precision(),
                score.wrong
            );
        }
    }
}

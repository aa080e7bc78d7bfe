//! What the checks say about the text as it stands, and the finding the reviewer is at.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::domain::check::{Against, Checked, Evidence, Rests, weigh};
use crate::domain::draft::DraftDetail;
use crate::domain::span::{Finding, FindingKind, Severity};

/// The findings of the text on the screen, and which of them is under the cursor.
#[derive(Clone, Default)]
pub struct Checks {
    /// Read once for each version of the evidence: every key press asks it.
    evidence: Option<Arc<Evidence>>,
    found: Vec<Finding>,
    /// What the sentences of the text rest on, by what their draft cites.
    rests: Vec<Rests>,
    /// The places of the draft, as it is shown, that rest on no line that it cites.
    unsupported: Vec<Range<usize>>,
    /// The most that were found at once: the pane keeps that height, so that nothing moves while findings are mended.
    most: usize,
    /// What the draft would have let out, as the model wrote it.
    before: Vec<FindingKind>,
    selected: usize,
}

impl fmt::Debug for Checks {
    /// Never the spans: they repeat what must not leave.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checks({} findings)", self.found.len())
    }
}

impl Checks {
    /// Takes over what a text is checked against.
    pub fn learn(&mut self, detail: &DraftDetail) {
        let lines: Vec<&str> = detail.evidence.iter().map(|line| line.text.raw()).collect();
        let lead_name = (!detail.lead_name.is_empty()).then(|| detail.lead_name.raw());
        let evidence = Evidence::new(Against {
            evidence: &lines,
            draft: Some(detail.text.raw()),
            asked_to_cite: detail.asked_to_cite,
            lead_name,
            known: &detail.known,
            frame: Some(&detail.frame),
            severities: Some(&detail.severities),
        });
        self.before = evidence.findings(detail.text.raw()).into_iter().map(|finding| finding.kind).collect();
        let shown = detail.text.shown_lines().collect::<Vec<_>>().join("\n");
        let uncited = evidence.findings(&shown).into_iter().filter(|finding| finding.kind == FindingKind::Uncited);
        self.unsupported = uncited.map(|finding| finding.start..finding.end).collect();
        self.evidence = Some(Arc::new(evidence));
    }

    /// Checks the text again; the finding under the cursor stays as near as it can.
    pub fn run(&mut self, text: &str) {
        let Checked { findings, rests } = self.evidence.as_ref().map_or_else(Checked::default, |evidence| evidence.check(text));
        (self.found, self.rests) = (findings, rests);
        self.most = self.most.max(self.found.len());
        self.selected = self.selected.min(self.found.len().saturating_sub(1));
    }

    /// The most that were found at once since the draft was opened.
    pub fn most(&self) -> usize {
        self.most
    }

    /// The places of the draft, as it is shown, that rest on no line that it cites.
    pub fn unsupported(&self) -> &[Range<usize>] {
        &self.unsupported
    }

    /// The numbers of the lines that the sentence at a character cites.
    pub(super) fn cited(&self, at: usize) -> &[usize] {
        let begun = self.rests.partition_point(|sentence| sentence.start <= at);
        self.rests.get(begun.saturating_sub(1)).map_or(&[], |sentence| &sentence.on)
    }

    /// By position in the text.
    pub fn found(&self) -> &[Finding] {
        &self.found
    }

    /// What would cross the line by kind: in the draft, and in the text as it stands. The text's first, heaviest first.
    pub fn ledger(&self) -> Vec<(FindingKind, usize, usize)> {
        let mut heaviest: Vec<&Finding> = self.found.iter().collect();
        heaviest.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let mut kinds: Vec<FindingKind> = Vec::new();
        for kind in heaviest.iter().map(|finding| finding.kind).chain(self.before.iter().copied()) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let count = |kind: FindingKind| {
            (
                self.before.iter().filter(|before| **before == kind).count(),
                self.found.iter().filter(|found| found.kind == kind).count(),
            )
        };
        kinds.into_iter().map(|kind| (kind, count(kind).0, count(kind).1)).collect()
    }

    /// How many block, and how many are to be looked at.
    pub fn weight(&self) -> (i64, i64) {
        weigh(&self.found)
    }

    /// The index of the finding the reviewer is at.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// The finding the reviewer is at.
    pub fn current(&self) -> Option<&Finding> {
        self.found.get(self.selected)
    }

    /// Goes on (or back), around the end; says where in the text that is.
    pub fn walk(&mut self, forward: bool) -> Option<usize> {
        let count = self.found.len();
        if count == 0 {
            return None;
        }
        self.selected = if forward { (self.selected + 1) % count } else { (self.selected + count - 1) % count };
        self.current().map(|finding| finding.start)
    }

    /// The kinds that stop approval, each once.
    pub fn kinds_that_block(&self) -> Vec<&'static str> {
        let blocks = self.found.iter().filter(|finding| finding.severity == Severity::Block);
        let mut kinds: Vec<&'static str> = blocks.map(|finding| finding.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Goes to the first finding that stops approval.
    pub fn to_block(&mut self) -> Option<&Finding> {
        self.go(self.found.iter().position(|finding| finding.severity == Severity::Block)?)
    }

    /// Goes to a finding.
    pub(super) fn go(&mut self, at: usize) -> Option<&Finding> {
        self.selected = at;
        self.current()
    }

    /// The finding under the text cursor becomes the one the reviewer is at.
    pub fn follow(&mut self, cursor: usize) {
        let here = self.found.iter().enumerate().filter(|(_, finding)| (finding.start..=finding.end).contains(&cursor));
        // Of a sentence and a number in it the number: the sentence is gone to by the words around it.
        if let Some((at, _)) = here.min_by_key(|(_, finding)| finding.end - finding.start) {
            self.selected = at;
        }
    }

    /// The next finding from a place on that is as wanted becomes the one the reviewer is at, around the end; where that is.
    pub(super) fn next_that(&mut self, place: usize, wanted: impl Fn(&Finding) -> bool) -> Option<usize> {
        let behind = self.found.iter().position(|finding| finding.start >= place && wanted(finding));
        self.selected = behind.or_else(|| self.found.iter().position(wanted))?;
        self.current().map(|finding| finding.start)
    }

    /// The first finding at or after a place becomes the one the reviewer is at.
    pub fn after(&mut self, place: usize) {
        let next = self.found.iter().position(|finding| finding.start >= place);
        self.selected = next.unwrap_or(0);
    }
}

//! The checks a client-safe text must pass before it can be approved (C1, C5): one file a kind, no model, no guess.
//!
//! What each weighs, and why, stands in `kinds`; a `Block` stops approval on every path.
//!
//! Before matching, the text is folded (`fold`): full-width and other digits, hidden characters and look-alikes
//! must not carry anything past a check. Spans point into the text as it was given.

mod access_code;
mod address;
mod bank;
mod blame;
mod card;
mod digits;
mod email;
mod extension;
mod fold;
mod frame;
mod internal_id;
pub mod kinds;
mod known;
mod lead_price;
mod long_digits;
mod name;
mod negation;
mod number;
mod origin;
mod phone;
mod pieces;
mod premises;
mod promise;
mod quantity;
mod safety;
mod secret;
mod settle;
mod spelled;
mod stream;
mod told_name;
mod uncited;
mod unknown_name;
mod url;
mod vehicle;
mod verbatim;

use std::ops::Range;

use fold::Folded;
pub use frame::{Frame, Lack};

use super::known::{Known, KnownKind};
use super::severities::Severities;
use super::span::{Finding, FindingKind, Severity};

/// What a text is checked against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Against<'a> {
    /// The internal evidence the text speaks of, line by line.
    pub evidence: &'a [&'a str],
    /// The draft that a client-safe text is made from, with its citations.
    pub draft: Option<&'a str>,
    /// Whether whoever wrote that draft was asked to cite: then one without a citation is told of each of its sentences.
    pub asked_to_cite: bool,
    /// The lead's own name.
    pub lead_name: Option<&'a str>,
    /// What is stored about the lead and around it.
    pub known: &'a [Known],
    /// What stands beside it on the portal; without it nothing is said of that.
    pub frame: Option<&'a Frame>,
    /// What the client lets weigh more or less than usual.
    pub severities: Option<&'a Severities>,
}

/// [`Against`], read once and asked often: the review screen checks at every key press.
#[derive(Clone)]
pub struct Evidence {
    /// How many lines it has.
    lines: usize,
    origins: origin::Origins,
    runs: verbatim::Runs,
    numbers: number::Known,
    heard: unknown_name::Heard,
    polarity: negation::Polarity,
    name: name::Name,
    told: told_name::Told,
    codes: access_code::Codes,
    dangers: safety::Dangers,
    dictionary: known::Dictionary,
    frame: Option<Frame>,
    severities: Severities,
}

/// What the checks say about a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// By position; of overlapping findings of one family the strongest.
    pub findings: Vec<Finding>,
    /// The sentences, by position; none where neither the text nor its draft cites.
    pub rests: Vec<Rests>,
}

/// What a sentence rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rests {
    /// The first character of its first word.
    pub start: usize,
    /// The numbers of the lines that it cites, or the sentence of the draft that it was made from; the evidence may not have
    /// all of them.
    pub on: Vec<usize>,
}

/// How far from a code the words may stand that tell what it is, in bytes: forty words, and what stands between them.
const REACH: usize = 400;

/// What one check found, in bytes of the folded text.
struct Hit {
    kind: FindingKind,
    severity: Severity,
    span: Range<usize>,
    /// How long it is without what was put between its signs: of two the longer stays, whatever hides in them.
    length: usize,
    reason: String,
}

impl Hit {
    fn block(kind: FindingKind, span: Range<usize>, reason: impl Into<String>) -> Self {
        Self { kind, severity: Severity::Block, length: span.len(), span, reason: reason.into() }
    }

    fn warn(kind: FindingKind, span: Range<usize>, reason: impl Into<String>) -> Self {
        Self { kind, severity: Severity::Warn, length: span.len(), span, reason: reason.into() }
    }

    /// The same in characters of the text as it was given.
    fn in_original(self, folded: &Folded) -> Self {
        let span = if self.span.is_empty() { 0..0 } else { folded.original(&self.span) };
        Self { span, ..self }
    }
}

impl std::fmt::Debug for Evidence {
    /// Says nothing: it is the raw record in another shape (C1).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Evidence(..)")
    }
}

impl Evidence {
    /// Reads the evidence and the name.
    pub fn new(against: Against<'_>) -> Self {
        let lines: Vec<Folded> = against.evidence.iter().map(|line| Folded::new(line)).collect();
        let notes = against.known.iter().filter(|known| known.kind == KnownKind::Note);
        let notes: Vec<Folded> = notes.map(|note| Folded::new(note.value.reveal())).collect();
        // Names that have a check of their own, or may stand.
        let own = against.known.iter().filter(|known| known.kind == KnownKind::OwnClient);
        let names = own.map(|known| known.value.reveal().as_str()).chain(against.lead_name);
        let names: Vec<Folded> = names.map(Folded::new).collect();
        let prices = lines.iter().chain(&notes).flat_map(lead_price::told);
        let known: Vec<Known> = against.known.iter().cloned().chain(prices).collect();
        Self {
            lines: lines.len(),
            origins: origin::Origins::new(against.draft, against.asked_to_cite),
            runs: verbatim::Runs::new(&lines, &notes),
            numbers: number::Known::new(&lines),
            heard: unknown_name::Heard::new(&lines, &names),
            polarity: negation::Polarity::new(&lines),
            name: name::Name::new(against.lead_name.unwrap_or_default()),
            told: told_name::Told::new(&lines, &names),
            codes: access_code::Codes::new(lines.iter().chain(&notes)),
            dangers: safety::Dangers::new(&lines),
            dictionary: known::Dictionary::new(&known),
            frame: against.frame.cloned(),
            severities: against.severities.cloned().unwrap_or_default(),
        }
    }

    /// Everything the checks say about a text, by position; of overlapping findings of one family the strongest.
    pub fn findings(&self, text: &str) -> Vec<Finding> {
        self.check(text).findings
    }

    /// The findings, and which lines each sentence cites.
    pub fn check(&self, text: &str) -> Checked {
        let folded = Folded::new(text);
        let sentences = self.origins.sentences(&folded);
        let mut hits = self.patterns(&folded);
        self.numbers.find(&folded, &sentences, &mut hits);
        self.dangers.find(&folded, &mut hits);
        if let Some(frame) = &self.frame {
            frame::find(frame, &folded, &mut hits);
        }
        self.heard.find(&folded, &mut hits);
        self.polarity.find(&folded, &mut hits);
        uncited::find(&folded, &sentences, self.lines, &mut hits);
        hits.extend(self.in_figures(&folded));
        let mut hits: Vec<Hit> = hits.into_iter().map(|hit| hit.in_original(&folded)).collect();
        // What a line break cuts in two is whole again where the lines are joined.
        if let Some(joined) = Folded::joined(text) {
            let cut = self.patterns(&joined).into_iter().chain(self.in_figures(&joined));
            let cut = cut.filter(|hit| {
                // A code is told by the words around it, and what a long number is called takes weight from it: those can be
                // cut in two as well. Where one address of mail ends may depend on where the one before it does, and where a card
                // begins on how long the group before it is. An initial is one beside a name alone.
                let by_words = matches!(
                    hit.kind,
                    FindingKind::AccessCode
                        | FindingKind::Card
                        | FindingKind::Email
                        | FindingKind::BankNumber
                        | FindingKind::SocialSecurity
                        | FindingKind::LongDigits
                        | FindingKind::Phone
                        | FindingKind::Secret
                        | FindingKind::Vehicle
                        | FindingKind::ProviderCost
                        | FindingKind::LeadName
                        | FindingKind::StaffName
                );
                let cut = if by_words { joined.breaks_near(&hit.span, REACH) } else { joined.breaks_inside(&hit.span) };
                hit.severity == Severity::Block && cut
            });
            hits.extend(cut.map(|hit| hit.in_original(&joined)));
        }
        let chars: Vec<char> = text.chars().collect();
        let found = settle::settle(hits).into_iter().map(|hit| {
            let text = chars.get(hit.span.clone()).unwrap_or_default().iter().collect();
            let severity = self.severities.of(hit.kind, hit.severity);
            Finding { kind: hit.kind, severity, start: hit.span.start, end: hit.span.end, text, reason: hit.reason }
        });
        let mut found: Vec<Finding> = found.collect();
        found.sort_by_key(|finding| (finding.start, finding.end));
        let rests = |sentence: uncited::Sentence| Rests { start: folded.original(&sentence.span).start, on: sentence.cites };
        Checked { findings: found, rests: sentences.into_iter().map(rests).collect() }
    }

    /// What blocks where letters stand for figures, with one of them in it.
    fn in_figures(&self, folded: &Folded) -> Vec<Hit> {
        let Some((folded, letters)) = folded.in_figures() else { return vec![] };
        let holds =
            |span: &Range<usize>| letters.get(letters.partition_point(|at| *at < span.start)).is_some_and(|at| *at < span.end);
        self.patterns(&folded).into_iter().filter(|hit| hit.severity == Severity::Block && holds(&hit.span)).collect()
    }

    /// What is told by its form, by the words around it, by being stored, or by being copied.
    fn patterns(&self, folded: &Folded) -> Vec<Hit> {
        let mut hits = Vec::new();
        card::find(folded, &mut hits);
        phone::find(folded, &mut hits);
        spelled::find(folded, &mut hits);
        pieces::find(folded, &mut hits);
        email::find(folded, &mut hits);
        url::find(folded, &mut hits);
        address::find(folded, &mut hits);
        long_digits::find(folded, &mut hits);
        bank::find(folded, &mut hits);
        secret::find(folded, &mut hits);
        premises::find(folded, &mut hits);
        vehicle::find(folded, &mut hits);
        internal_id::find(folded, &mut hits);
        lead_price::find(folded, &mut hits);
        promise::find(folded, &mut hits);
        blame::find(folded, &mut hits);
        self.name.find(folded, &mut hits);
        self.told.find(folded, &mut hits);
        self.codes.find(folded, &mut hits);
        self.dictionary.find(folded, &mut hits);
        self.runs.find(folded, &mut hits);
        hits
    }
}

/// Everything the checks say about a text, by position. For many texts against the same, keep an [`Evidence`].
pub fn findings(text: &str, against: Against<'_>) -> Vec<Finding> {
    Evidence::new(against).findings(text)
}

/// How many findings stop approval, and how many are to be looked at.
pub fn weigh(findings: &[Finding]) -> (i64, i64) {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count() as i64;
    (count(Severity::Block), count(Severity::Warn))
}

#[cfg(test)]
mod tests;

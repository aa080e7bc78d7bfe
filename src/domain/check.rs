//! The checks a client-safe text must pass before it can be approved (C1, C5): one file a kind, no model, no guess.
//!
//! Severities and their reasons; a `Block` stops approval on every path:
//!
//! | kind | severity | why |
//! |---|---|---|
//! | phone, e-mail, street address, card, URL | block | says who and where the person is, or leads to raw data; no proof needs it |
//! | long digit run | block, warn for things | account, order and recording numbers are joined to a person by anybody who has the other table; the number of a part, an invoice or a meter rarely is |
//! | word-for-word run | block | eight words in a row are the raw record itself, not a summary of it (C1) |
//! | unknown number | block | an invented price, date or amount is the costliest error of a model; on trade e-mail and calls the absence check raises 0.6–7 % false alarms, and one edit settles each |
//! | promise | block | commits the business; a word a person asked about, or a promise that is denied, only warns |
//! | lead's name | block in full, warn in part | the full name identifies; a part may be an ordinary word |
//! | staff's name, another client's name | block | nobody's business but ours; known from what is stored |
//! | provider's cost | block | what a lead costs us is ours to know; known from the payload's own field |
//! | entry hint | block | where a key lies, what is open, when nobody is home: it opens the property as a code does |
//! | vehicle | block | a plate, after a word that says so, or a vehicle number whose check digit holds, leads to its owner |
//! | postcode | block | with a unit or with four more digits it is as good as an address |
//! | missing source | block | the portal must say where facts are from (C5) |
//! | stale data | warn | an old fact may have been true; a person knows whether it still is |
//! | access code | block | opens the property; told by the words around it, or by the evidence |
//! | bank number, social security | block | check digits, groups or words say what it is; nobody's proof needs it |
//! | secret | block | a key or token acts for the business wherever it is read |
//! | internal id | block, warn when short | leads to the record; a short one may be a lamp or a size |
//! | lost safety word | warn | the evidence speaks of a danger and the text does not; a person knows whether it matters |
//! | blame | warn | blame, law and health can be true and still not belong in a client's proof |
//! | unknown name | warn | a name that no evidence line has is invented, or a word of our own: a person knows which |
//! | negation | warn | a "not" lost or added turns a sentence round; told by single words, so it is a hint and no proof |
//! | uncited | warn | in a draft that cites its lines, a sentence that cites none has nothing to be looked up in |
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
mod fold;
mod frame;
mod internal_id;
mod known;
mod long_digits;
mod name;
mod negation;
mod number;
mod phone;
mod premises;
mod promise;
mod quantity;
mod safety;
mod secret;
mod settle;
mod spelled;
mod stream;
mod uncited;
mod unknown_name;
mod url;
mod verbatim;

use std::ops::Range;

use fold::Folded;
pub use frame::Frame;

use super::known::{Known, KnownKind};
use super::span::{Finding, FindingKind, Severity};

/// What a text is checked against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Against<'a> {
    /// The internal evidence the text speaks of, line by line.
    pub evidence: &'a [&'a str],
    /// The lead's own name.
    pub lead_name: Option<&'a str>,
    /// What is stored about the lead and around it.
    pub known: &'a [Known],
    /// What stands beside it on the portal; without it nothing is said of that.
    pub frame: Option<Frame>,
}

/// [`Against`], read once and asked often: the review screen checks at every key press.
#[derive(Clone)]
pub struct Evidence {
    runs: verbatim::Runs,
    numbers: number::Known,
    heard: unknown_name::Heard,
    polarity: negation::Polarity,
    name: name::Name,
    codes: access_code::Codes,
    dangers: safety::Dangers,
    dictionary: known::Dictionary,
    frame: Option<Frame>,
}

/// What one check found, in bytes of the folded text.
struct Hit {
    kind: FindingKind,
    severity: Severity,
    span: Range<usize>,
    reason: String,
}

impl Hit {
    fn block(kind: FindingKind, span: Range<usize>, reason: impl Into<String>) -> Self {
        Self { kind, severity: Severity::Block, span, reason: reason.into() }
    }

    fn warn(kind: FindingKind, span: Range<usize>, reason: impl Into<String>) -> Self {
        Self { kind, severity: Severity::Warn, span, reason: reason.into() }
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
        Self {
            runs: verbatim::Runs::new(&lines, &notes),
            numbers: number::Known::new(&lines),
            heard: unknown_name::Heard::new(&lines, &names),
            polarity: negation::Polarity::new(&lines),
            name: name::Name::new(against.lead_name.unwrap_or_default()),
            codes: access_code::Codes::new(&lines),
            dangers: safety::Dangers::new(&lines),
            dictionary: known::Dictionary::new(against.known),
            frame: against.frame,
        }
    }

    /// Everything the checks say about a text, by position; of overlapping findings of one family the strongest.
    pub fn findings(&self, text: &str) -> Vec<Finding> {
        let folded = Folded::new(text);
        let mut hits = self.patterns(&folded);
        self.numbers.find(&folded, &mut hits);
        self.dangers.find(&folded, &mut hits);
        if let Some(frame) = &self.frame {
            frame::find(frame, &folded, &mut hits);
        }
        self.heard.find(&folded, &mut hits);
        self.polarity.find(&folded, &mut hits);
        uncited::find(&folded, &mut hits);
        let mut hits: Vec<Hit> = hits.into_iter().map(|hit| hit.in_original(&folded)).collect();
        // What a line break cuts in two is whole again where the lines are joined.
        if let Some(joined) = Folded::joined(text) {
            let cut = self.patterns(&joined).into_iter();
            let cut = cut.filter(|hit| hit.severity == Severity::Block && joined.breaks_inside(&hit.span));
            hits.extend(cut.map(|hit| hit.in_original(&joined)));
        }
        let chars: Vec<char> = text.chars().collect();
        let found = settle::settle(hits).into_iter().map(|hit| {
            let text = chars.get(hit.span.clone()).unwrap_or_default().iter().collect();
            Finding { kind: hit.kind, severity: hit.severity, start: hit.span.start, end: hit.span.end, text, reason: hit.reason }
        });
        let mut found: Vec<Finding> = found.collect();
        found.sort_by_key(|finding| (finding.start, finding.end));
        found
    }

    /// What is told by its form, by the words around it, by being stored, or by being copied.
    fn patterns(&self, folded: &Folded) -> Vec<Hit> {
        let mut hits = Vec::new();
        card::find(folded, &mut hits);
        phone::find(folded, &mut hits);
        spelled::find(folded, &mut hits);
        email::find(folded, &mut hits);
        url::find(folded, &mut hits);
        address::find(folded, &mut hits);
        long_digits::find(folded, &mut hits);
        bank::find(folded, &mut hits);
        secret::find(folded, &mut hits);
        premises::find(folded, &mut hits);
        internal_id::find(folded, &mut hits);
        promise::find(folded, &mut hits);
        blame::find(folded, &mut hits);
        self.name.find(folded, &mut hits);
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

//! Numbers that could be a code, in every form that people write or say them; what each form is, the files beside this one
//! tell.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::digits::{explained, pattern, touches};
use super::super::fold::Folded;
use super::super::stream::number;
use super::figures::{is_in_capitals, is_sign};
use super::{aloud, dial, figures, told};

/// A number that could be a code.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Its words: the first, and one past the last.
    pub(super) words: Range<usize>,
    /// Its bytes, signs included.
    pub(super) span: Range<usize>,
    /// How many digits or spelled letters it has.
    pub(super) digits: usize,
    /// Of how many groups.
    pub(super) groups: usize,
    /// Whether a `#`, a `*`, or their names stand before it or behind it.
    pub(super) signs: usize,
    /// Whether such a sign ends it.
    pub(super) ends_in_sign: bool,
    /// Whether it is in words.
    pub(super) spelled: bool,
    /// Whether it has letters as well, or letters alone.
    pub(super) letters: bool,
    /// Whether it could be a date as well.
    pub(super) date: bool,
    /// Whether it is told by turns of a dial: `right 18, left 4, right 32`.
    pub(super) turns: bool,
}

impl Candidate {
    /// One of some words, without signs before it or behind it.
    pub(super) fn of(folded: &Folded, words: Range<usize>, (digits, groups): (usize, usize)) -> Self {
        let span = folded.words[words.start].start..folded.words[words.end - 1].end;
        Self {
            words,
            span,
            digits,
            groups,
            signs: 0,
            ends_in_sign: false,
            spelled: false,
            letters: false,
            date: false,
            turns: false,
        }
    }

    /// Whether it may be a code where no other word speaks of one: it has the signs of a keypad, or is told figure by figure.
    pub(super) fn speaks_for_itself(&self) -> bool {
        self.signs > 0 || self.spelled && self.groups == self.digits && (4..=6).contains(&self.digits)
    }
}

/// What stands after a measure, and never after a code.
static MEASURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?: ?(?:%|"|'[^a-z]|°|sq\b|sqft|ft\b|feet|foot|inch|mm\b|cm\b|x ?[0-9]|by [0-9]|psi|btu|kwh?\b|rpm|cfm|gpm|gal|lbs?(?:$|[^a-z=:#])|pounds|volts?\b|v\b|vac\b|vdc\b|amps?\b|m?ah\b|hp\b|watts?\b|gauge|degrees|percent|dollars|usd|bucks|cubic|linear|cycles|days?\b|weeks?\b|months?\b|years?\b|hours?\b|hrs?\b|minutes?\b|mins?\b|seconds?\b|secs?\b|miles|people|pieces|calls|leads)|[.,:/-][0-9]|-(?:[a-z]{3,}))"#,
    )
});

/// Every number of a text that could be a code.
pub(super) fn each(folded: &Folded) -> Vec<Candidate> {
    let mut found = Vec::new();
    let explained = explained(folded);
    let (mut at, mut told) = (0, 0);
    while at < folded.words.len() {
        if !may_begin(folded, at) {
            at += 1;
            continue;
        }
        let Some(mut candidate) = dial::read(folded, at)
            .or_else(|| aloud::read(folded, at, &mut told))
            .or_else(|| told::read(folded, at))
            .or_else(|| figures::read(folded, at))
        else {
            at += 1;
            continue;
        };
        at = candidate.words.end;
        // `24-06-32` is a combination or a day: the words around it tell.
        let dial = candidate.groups == 3 && folded.lower[candidate.span.clone()].contains(['-', '/']);
        candidate.date = touches(&explained, &candidate.span);
        let is_amount = is_measured(folded, &candidate) || is_count(folded, &candidate) || is_price(folded, &candidate);
        if !is_amount && (dial || !candidate.date) {
            found.push(candidate);
        }
    }
    found
}

/// Whether one of the readers may find something from a word on: most words are passed here, and each reader would look at them
/// again.
fn may_begin(folded: &Folded, at: usize) -> bool {
    let word = folded.word(at);
    word.len() == 1
        || word.bytes().any(|b| b.is_ascii_digit())
        || is_sign(word)
        || dial::is_turn(word)
        || told::is_named(word)
        || number(folded, at).is_some()
        || word.len() <= 3 && at + 1 < folded.words.len() && folded.gap(at) == "-"
        || is_in_capitals(folded, at)
}

/// Whether it counts the parts of a lock: `3 wheels`, `four digits`.
fn is_count(folded: &Folded, candidate: &Candidate) -> bool {
    let next = candidate.words.end;
    candidate.groups == 1
        && candidate.digits <= 2
        && next < folded.words.len()
        && matches!(folded.gap(next - 1), " " | "-")
        && matches!(
            folded.word(next),
            "wheel" | "wheels" | "dial" | "dials" | "digit" | "digits" | "letter" | "letters" | "buttons" | "numbers" | "locks"
        )
}

/// Words before a price in which another was told.
const BEFORE_PRICE: usize = 12;

/// Whether it is a price in words, behind another: `the bid is sixty four hundred, and theirs was fifty nine fifty`.
fn is_price(folded: &Folded, candidate: &Candidate) -> bool {
    let mut before = (1..=BEFORE_PRICE).filter_map(|back| candidate.words.start.checked_sub(back));
    let tells = |at: usize| matches!(folded.word(at), "hundred" | "thousand" | "grand" | "dollars" | "bid");
    candidate.spelled && !candidate.letters && candidate.groups <= 2 && candidate.digits <= 4 && before.any(tells)
}

/// Whether it is an amount, a decimal, or a part of something longer.
fn is_measured(folded: &Folded, candidate: &Candidate) -> bool {
    let first = folded.words[candidate.words.start].start;
    let before = (folded.before(first), if first > 1 { folded.before(first - 1) } else { b' ' });
    let behind = (folded.at(candidate.span.end), folded.at(candidate.span.end + 1));
    // `Code:4411`, and two codes with a stroke between; but `10:30` and `3/4`.
    let long = candidate.digits >= 4;
    let joined = match before {
        (b':', sign) => sign.is_ascii_digit(),
        (b'/', sign) => sign.is_ascii_alphanumeric() && !(long && sign.is_ascii_digit()),
        (b'.' | b',' | b'-' | b'&', sign) => sign.is_ascii_alphanumeric(),
        _ => false,
    };
    let stroke = long && behind.0 == b'/' && behind.1.is_ascii_digit();
    let quoted = folded.before(first) == b'"' && folded.at(candidate.span.end) == b'"';
    // `a 1* review`: stars, and no key.
    let rated = candidate.digits == 1 && folded.lower[candidate.span.clone()].ends_with('*');
    let opened = behind.0 == b'\'' && folded.around(&(first..first), (30, 0)).contains(" '");
    before.0 == b'$' || joined || rated || !(quoted || opened || stroke) && MEASURE.is_match(&folded.lower[candidate.span.end..])
}

/// The first that a reader finds in a text, as it stands there.
#[cfg(test)]
pub(super) fn first(text: &str, read: impl Fn(&Folded, usize) -> Option<Candidate>) -> Option<String> {
    let folded = Folded::new(text);
    let found = (0..folded.words.len()).find_map(|at| read(&folded, at))?;
    Some(folded.text[found.span].to_owned())
}

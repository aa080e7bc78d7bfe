//! Parts of an address that mean something by what stands beside them alone: a ZIP code, a unit, the name of a street without
//! its kind.

use std::ops::Range;

use foldhash::HashMap;

use super::super::Hit;
use super::super::address::DAYS;
use super::super::fold::Folded;
use super::super::stream::{Reading, Stream};
use crate::domain::span::FindingKind;

/// Values by their first sign.
type Values = HashMap<u8, Vec<Vec<u8>>>;

/// Values that mean something by what stands beside them alone.
#[derive(Clone, Default)]
pub(super) struct Loose {
    zips: Values,
    units: Values,
    /// Names of streets, without what kind they are.
    streets: Values,
}

/// Words that a number belongs to which is no ZIP code and no unit.
const LABELS: &[&str] = &[
    "invoice",
    "inv",
    "order",
    "job",
    "ticket",
    "quote",
    "estimate",
    "model",
    "part",
    "sku",
    "serial",
    "ref",
    "reference",
    "po",
    "permit",
    "case",
    "account",
    "acct",
    "claim",
    "policy",
    "check",
    "item",
    "catalog",
    "size",
    "gauge",
    "page",
    "line",
    "step",
    "option",
];
/// Words between such a word and its number.
const FILLERS: &[&str] = &["number", "no", "num", "nr", "is", "was", "id", "code"];
/// What a number counts that stands before these.
const MEASURES: &[&str] = &[
    "dollars",
    "dollar",
    "usd",
    "bucks",
    "sq",
    "square",
    "feet",
    "foot",
    "ft",
    "gallon",
    "gallons",
    "gal",
    "mile",
    "miles",
    "hour",
    "hours",
    "btu",
    "btus",
    "watt",
    "watts",
    "kw",
    "kwh",
    "volt",
    "volts",
    "amp",
    "amps",
    "psi",
    "gph",
    "gpm",
    "rpm",
    "lb",
    "lbs",
    "pounds",
    "tons",
    "ton",
    "calls",
    "leads",
    "visits",
    "percent",
    "cents",
    "people",
    "customers",
    "units",
    "homes",
    "breaker",
    "fuse",
    "circuit",
    "wire",
];
/// Words that say that a place follows.
const PLACES: &[&str] = &["zip", "zipcode", "postcode", "postal", "plz"];
/// Words before the name of a street.
const BEFORE: &[&str] = &["on", "off", "along", "down", "up", "at"];

const ZIP: &str = "a ZIP code that is stored for this lead: name the market instead";
const UNIT: &str = "a unit that is stored for this lead: take it out";
const STREET: &str = "may be the street that is stored for this lead: say \"the service address\"";

impl Loose {
    pub(super) fn zip(&mut self, text: &str) {
        put(&mut self.zips, text);
    }

    pub(super) fn unit(&mut self, text: &str) {
        put(&mut self.units, text);
    }

    /// What is the name of a day as well says nothing by itself, nor does `5th`.
    pub(super) fn street(&mut self, name: &str) {
        if name.len() > 3 && !DAYS.contains(&name) {
            put(&mut self.streets, name);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.zips.is_empty() && self.units.is_empty() && self.streets.is_empty()
    }

    /// Finds them in a text that is read as figures.
    pub(super) fn find(&self, stream: &Stream, folded: &Folded, hits: &mut Vec<Hit>) {
        for at in (0..stream.signs.len()).filter(|at| stream.begins[*at]) {
            for (span, written) in there(&self.zips, stream, at) {
                if written && is_zip(folded, &span) {
                    hits.push(Hit::block(FindingKind::Postcode, span, ZIP));
                }
            }
            for (span, written) in there(&self.units, stream, at) {
                hits.extend(unit(folded, span).filter(|_| written));
            }
            for (span, _) in there(&self.streets, stream, at) {
                let capital = folded.text[span.clone()].starts_with(|c: char| c.is_ascii_uppercase());
                if capital && before(folded, &span, &["the"]).is_some_and(|word| BEFORE.contains(&word)) {
                    hits.push(Hit::warn(FindingKind::StreetAddress, span, STREET));
                }
            }
        }
    }
}

/// The values that stand at a place, and whether each was written or spelled there and no letter was taken for a digit.
fn there<'a>(values: &'a Values, stream: &'a Stream, at: usize) -> impl Iterator<Item = (Range<usize>, bool)> + 'a {
    let begun = values.get(&stream.signs[at]).into_iter().flatten().filter(move |signs| stream.signs[at..].starts_with(signs));
    let ends = begun.map(move |signs| at + signs.len()).filter(|end| stream.ends[end - 1]);
    ends.map(move |end| (stream.from[at].start..stream.from[end - 1].end, stream.has_digit(at, end)))
}

fn put(all: &mut Values, text: &str) {
    let signs = Stream::new(&Folded::new(text), Reading::Figures).signs;
    if let Some(first) = signs.first() {
        let same = all.entry(*first).or_default();
        if !same.contains(&signs) {
            same.push(signs);
        }
    }
}

/// The word before a span, but for these.
fn before<'a>(folded: &'a Folded, span: &Range<usize>, but: &[&str]) -> Option<&'a str> {
    let next = folded.words.partition_point(|word| word.start < span.start);
    (0..next).rev().map(|n| folded.word(n)).take(4).find(|word| !but.contains(word))
}

/// The word after a span, or what stands there that is no word.
fn after<'a>(folded: &'a Folded, span: &Range<usize>) -> &'a str {
    let rest = folded.lower[span.end..].trim_start_matches([' ', '-']);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len()).max(usize::from(!rest.is_empty()));
    rest.get(..end).unwrap_or_default()
}

/// Whether a number is said to be something else: a price, an amount, a reference, a part of a longer one.
fn is_something_else(folded: &Folded, span: &Range<usize>) -> bool {
    let inside = &folded.lower[span.clone()];
    let front = folded.lower[..span.start].trim_end();
    let digit = |at: Option<char>| at.is_some_and(|c| c.is_ascii_digit());
    let mut behind = folded.lower[span.end..].chars();
    let longer = matches!(behind.next(), Some('.' | ',' | ':' | '/')) && digit(behind.next());
    let touching = folded.lower[..span.start].ends_with(['.', ',', ':', '/', '-', '+']);
    inside.contains(['.', ',', ':', '/', '$'])
        || front.ends_with(['$', '€', '£'])
        || longer
        || touching && digit(folded.lower[..span.start - 1].chars().next_back())
        || after(folded, span) == "%"
        || MEASURES.contains(&after(folded, span))
        || before(folded, span, FILLERS).is_some_and(|word| LABELS.contains(&word))
}

/// A ZIP code by itself; a postcode that could be a year or a code must be said to be one.
fn is_zip(folded: &Folded, span: &Range<usize>) -> bool {
    if before(folded, span, FILLERS).is_some_and(|word| PLACES.contains(&word)) {
        return true;
    }
    let signs = folded.lower[span.clone()].bytes().filter(u8::is_ascii_alphanumeric);
    let (mut count, mut letters) = (0, 0);
    for sign in signs {
        count += 1;
        letters += usize::from(sign.is_ascii_alphabetic());
    }
    let hashed = folded.lower[..span.start].trim_end().ends_with('#');
    // Digits in words are more than five signs; those that are fewer are no American code.
    (letters > 0 || count == 5) && !hashed && !is_something_else(folded, span)
}

/// A unit that no word says is one: behind a `#`, or a number with a letter that nothing else is said of.
fn unit(folded: &Folded, span: Range<usize>) -> Option<Hit> {
    let text = &folded.lower[span.clone()];
    let mixed = text.bytes().any(|b| b.is_ascii_alphabetic()) && text.bytes().any(|b| b.is_ascii_digit());
    // The # behind a code is its end: 39517#, three times.
    let marked = folded.lower[..span.start].trim_end().strip_suffix('#');
    let marked = marked.is_some_and(|front| !front.ends_with(|c: char| c.is_ascii_alphanumeric()));
    if is_something_else(folded, &span) || !marked && (!mixed || text.contains(' ')) {
        return None;
    }
    let sure = marked && (mixed || text.len() >= 3);
    Some(if sure {
        Hit::block(FindingKind::StreetAddress, span, UNIT)
    } else {
        Hit::warn(FindingKind::StreetAddress, span, UNIT)
    })
}

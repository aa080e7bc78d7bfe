//! The parts of a stored address, each of which says where somebody lives by itself: the street without its number, the unit
//! without its street, and the ZIP code. The city may stand: a summary names the market.

use std::collections::HashMap;
use std::ops::Range;

use super::super::Hit;
use super::super::address::{DIRECTIONS, STRONG, is_kind_of_street, kinds_of_street};
use super::super::fold::Folded;
use super::super::stream::{Reading, Stream};
use crate::domain::span::FindingKind;

/// Words that say that a unit follows, and that hardly mean anything else.
const HOMES: &[&str] = &["apartment", "apt", "suite", "ste", "condo", "flat", "trailer", "trlr"];
/// Those that may mean a machine, a storey or a plot.
const OTHERS: &[&str] = &["unit", "room", "rm", "floor", "fl", "building", "bldg", "lot", "spc", "door"];
/// Words between the two.
const NUMBER: &[&str] = &["", "number", "no", "num"];

/// A street: its name, and what kind it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Street {
    pub(super) name: String,
    /// Words of the name.
    pub(super) words: usize,
    /// `street`, `ln`; `None` where it is in the name (`Broadway`, `County Road 12`).
    pub(super) kind: Option<String>,
}

/// What an address is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) street: Option<Street>,
    pub(super) units: Vec<String>,
    pub(super) zips: Vec<String>,
}

impl Parts {
    /// Reads an address: one that begins with the number of a house has a street.
    pub(super) fn of(folded: &Folded) -> Self {
        let mut parts = Self { units: units(folded), ..Self::default() };
        let is_number = |n: usize| folded.word(n).starts_with(|c: char| c.is_ascii_digit());
        if folded.words.is_empty() || !is_number(0) {
            return parts;
        }
        let five = |n: &usize| is_five_digits(folded.word(*n));
        parts.zips = (2..folded.words.len()).filter(five).map(|n| folded.word(n).to_owned()).collect();
        parts.street = street(folded);
        parts
    }
}

/// The street behind the number of the house, without direction, unit, city and ZIP code.
fn street(folded: &Folded) -> Option<Street> {
    let mut words: Vec<&str> = Vec::new();
    for n in 1..folded.words.len() {
        let (word, gap) = (folded.word(n), folded.gap(n - 1));
        if gap.contains([',', '#'])
            || folded.words[n].start > folded.first_line()
            || HOMES.contains(&word)
            || OTHERS.contains(&word)
        {
            break;
        }
        // 720 1/2 Clark Street
        if n <= 2 && matches!(word, "1" | "2") && (gap == "/" || folded.text[folded.words[n].end..].starts_with('/')) {
            continue;
        }
        words.push(word);
    }
    // A city behind it without a comma: 12 maple st austin.
    let kind = |n: &usize| *n > 0 && STRONG.contains(&words[*n]);
    if let Some(end) = (0..words.len()).filter(kind).find(|n| !words.get(n + 1).is_some_and(|next| STRONG.contains(next))) {
        // A number behind it is its name: State Road 12.
        let named = words.get(end + 1).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        words.truncate(end + 1 + usize::from(named));
    }
    while words.len() > 1 && words.last().is_some_and(|word| DIRECTIONS.contains(word)) {
        words.pop();
    }
    if words.len() > 1 && DIRECTIONS.contains(&words[0]) && !(words.len() == 2 && is_kind_of_street(words[1])) {
        words.remove(0);
    }
    let kind = (words.len() > 1).then(|| words.pop_if(|word| is_kind_of_street(word))).flatten().map(str::to_owned);
    // `12 5th` and `12 A` are no street that anybody would know by that.
    let known =
        words.iter().any(|word| word.len() > 2 && *word != "the") && (kind.is_some() || words.iter().any(|word| word.len() > 3));
    known.then(|| Street { name: words.join(" "), words: words.len(), kind })
}

/// What follows a word for a home, or a `#`.
fn units(folded: &Folded) -> Vec<String> {
    let mut found = Vec::new();
    for n in 0..folded.words.len() {
        let (word, before) = (folded.word(n), folded.words[n].start);
        let marked = folded.before(before) == b'#' || folded.lower[..before].ends_with("# ");
        let said = n > 0 && (HOMES.contains(&folded.word(n - 1)) || OTHERS.contains(&folded.word(n - 1)));
        if !marked && !said {
            continue;
        }
        // 4-B
        let next = (n + 1 < folded.words.len() && folded.gap(n) == "-").then(|| folded.word(n + 1));
        let unit = format!("{word}{}", next.filter(|next| next.len() <= 3).unwrap_or_default());
        if is_unit(&unit) {
            found.push(unit);
        }
    }
    found
}

/// A ZIP code by its form.
pub(super) fn is_five_digits(word: &str) -> bool {
    word.len() == 5 && word.bytes().all(|b| b.is_ascii_digit())
}

/// `4b`, `12`, `b`: short, and a number or a letter.
pub(super) fn is_unit(text: &str) -> bool {
    (1..=6).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && (text.len() == 1 || text.bytes().any(|b| b.is_ascii_digit()))
}

/// Ways to write a kind of street: `street`, `st`, `str`.
pub(super) fn written(kind: &str) -> impl Iterator<Item = &'static str> + '_ {
    // One is short for the other when it begins alike and has no letter that the other lacks.
    let shortens = |short: &str, long: &str| {
        let mut rest = long.bytes();
        short.as_bytes().first() == long.as_bytes().first() && short.bytes().all(|sign| rest.any(|other| other == sign))
    };
    kinds_of_street().filter(move |other| shortens(other, kind) || shortens(kind, other))
}

const ORDINALS: [&str; 20] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A street's name as it is said: `5th` is `fifth`, and the other way round.
pub(super) fn said(name: &str) -> Option<String> {
    let word = |n: usize| match n {
        1..=20 => Some(ORDINALS[n - 1].to_owned()),
        21..=99 if !n.is_multiple_of(10) => Some(format!("{} {}", TENS[n / 10 - 2], ORDINALS[n % 10 - 1])),
        30..=99 => Some(format!("{}ieth", TENS[n / 10 - 2].trim_end_matches('y'))),
        _ => None,
    };
    let ending = |n: usize| match (n / 10, n % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    let figures = name.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if let Ok(n) = figures.parse() {
        return word(n);
    }
    (1..100).find(|n| word(*n).as_deref() == Some(name)).map(|n| format!("{n}{}", ending(n)))
}

/// Ways to write a unit, and whether what is written is a home and nothing else.
pub(super) fn homes(unit: &str) -> Vec<(String, bool)> {
    // One sign behind a word that may mean a machine or a storey: unit 2, floor 2.
    let vague = unit.len() == 1;
    let way = |word: &str, home: bool| {
        NUMBER.iter().map(move |number| (format!("{word} {number} {unit}"), home || !vague)).collect::<Vec<_>>()
    };
    HOMES.iter().flat_map(|word| way(word, true)).chain(OTHERS.iter().flat_map(|word| way(word, false))).collect()
}

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
const DAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
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

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("412 Maple Street", "maple", "street")]
    #[case("88 N. Oak Hill Dr., Apt 4B, Austin, TX 78701", "oak hill", "dr")]
    #[case("412 maple st austin tx 78704", "maple", "st")]
    #[case("175 5th St N Floor 3", "5th", "st")]
    #[case("720 1/2 Clark Street", "clark", "street")]
    #[case("12 Oak Hollow\nAustin", "oak", "hollow")]
    #[case("4114 Southwest Highway", "southwest", "highway")]
    #[case("9 County Road 12", "county road 12", "")]
    #[case("1585 Broadway", "broadway", "")]
    #[case("1204A Court St", "court", "st")]
    fn a_street_is_cut_out(#[case] address: &str, #[case] name: &str, #[case] kind: &str) {
        let street = Parts::of(&Folded::new(address)).street.unwrap();
        assert_eq!((street.name.as_str(), street.kind.as_deref().unwrap_or_default()), (name, kind));
    }

    #[rstest]
    #[case("Geeta Kalapatapu")]
    #[case("Austin, TX 78701")]
    #[case("12")]
    #[case("12 A")]
    fn what_is_none_gives_none(#[case] address: &str) {
        assert_eq!(Parts::of(&Folded::new(address)).street, None);
    }

    #[rstest]
    #[case("88 Oak Hill Dr., Apt 4B, Austin, TX 78701", &["4b"], &["78701"])]
    #[case("12 Elm Ct #3", &["3"], &[])]
    #[case("12 Elm Ct # 3-C, 78704-1234", &["3c"], &["78704"])]
    #[case("12345 Main Street", &[], &[])]
    #[case("Unit 12", &["12"], &[])]
    #[case("Suite of rooms", &[], &[])]
    fn units_and_zip_codes_are_cut_out(#[case] address: &str, #[case] units: &[&str], #[case] zips: &[&str]) {
        let parts = Parts::of(&Folded::new(address));
        assert_eq!(
            (parts.units, parts.zips),
            (units.iter().map(|u| (*u).to_owned()).collect(), zips.iter().map(|z| (*z).to_owned()).collect())
        );
    }

    #[test]
    fn a_kind_of_street_is_written_long_and_short() {
        let ways = |kind: &str| written(kind).collect::<Vec<_>>();
        assert!(["street", "st", "str"].iter().all(|way| ways("street").contains(way) && ways("st").contains(way)));
        assert!(ways("ln").contains(&"lane") && !ways("lane").contains(&"avenue") && !ways("street").contains(&"avenue"));
    }

    #[rstest]
    #[case("5th", "fifth")]
    #[case("fifth", "5th")]
    #[case("42nd", "forty second")]
    #[case("30th", "thirtieth")]
    fn a_numbered_street_is_said_in_words(#[case] name: &str, #[case] other: &str) {
        assert_eq!(said(name).as_deref(), Some(other));
    }
}

//! Digits on their own: groups of them, and what a date, a clock time or a price already explains.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::fold::Folded;

/// One of the patterns of this program. They are constants, so a bad one fails every test of its file.
pub(super) fn pattern(text: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "a constant pattern; compiled by every test")]
    Regex::new(text).expect("a constant pattern compiles")
}

/// Dates with or without a time, clock times, and amounts with a currency sign.
static EXPLAINED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)
        (?-u:\b)[0-9]{4}[-/.](?:0?[1-9]|1[0-2])[-/.](?:[12][0-9]|3[01]|0?[1-9])
            (?:[t\x20][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:z|[+-][0-9]{2}:?[0-9]{2})?)?(?-u:\b)
        | (?-u:\b)(?:[12][0-9]|3[01]|0?[1-9])[-/.](?:[12][0-9]|3[01]|0?[1-9])[-/.](?:[0-9]{4}|[0-9]{2})(?-u:\b)
        | (?-u:\b)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?-u:\b)
        | [$€£]\x20?[0-9][0-9,]*(?:\.[0-9]+)?",
    )
});

/// Spans of bytes that are dates, times or prices, in order.
pub(super) fn explained(folded: &Folded) -> Vec<Range<usize>> {
    EXPLAINED.find_iter(&folded.lower).map(|found| found.range()).collect()
}

/// Whether a span touches one of some spans that stand in order.
pub(super) fn touches(spans: &[Range<usize>], span: &Range<usize>) -> bool {
    let next = spans.partition_point(|other| other.end <= span.start);
    spans.get(next).is_some_and(|other| other.start < span.end)
}

/// What a number is called that is nobody's: of a part, a model, an invoice, a meter.
static OTHER_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:parts?|p/n|models?|serial|s/n|sn|sku|upc|ahri|lot|batch|item|invoice|inv|estimate|quote|po|p\.o|purchase\x20order|work\x20order|ticket|permit
          |meter|reads?|reading|catalog|filter|job|bid|check|cheque|tracking|claim|case|licen[cs]e|lic|rma|confirmation|conf|policy|parcel|seal|reg|registration|tkt|reference|ref|wo|asset|certificate|cert)(?-u:\b)\.?\x20?(?:number|numbers|no|num|id|order|is|was|reads?)?\.?\x20?[\#:\-]?\x20?[a-z]{0,6}[\x20\-]?(?:[0-9]{2,4}-)?$",
    )
});

/// An order, whose number stands right behind it: orders are given in a call as well.
static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?-u:\b)(?:order|dig|lab report)(?: (?:number|no|num|id)|\.| is number)?\.? ?\#?:? ?(?:[0-9]{2,4}-)?$")
});

/// Bytes before a number in which it is said what it is.
const SAID_BEFORE: usize = 40;

/// Whether the words right before a number say that it belongs to a thing or a paper, and to no person.
pub(super) fn is_other_number(folded: &Folded, at: usize) -> bool {
    let before = folded.around(&(at..at), (SAID_BEFORE, 0));
    OTHER_NUMBER.is_match(before) || ORDER.is_match(before)
}

/// A thing or a paper that is named a few words before its number: `serial on the door operator: 0417-88-52201`.
static THING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:serial|upc|sku|epa|reg\.?\x20no|rma|ra\x20number|models?|estimate|catalog|batch|confirmation|policy|certificate|asset|barcode|permit|licen[cs]e|invoice|tracking|ticket|parts?|claim|parcel|reference|registration|code\x20enforcement)(?-u:\b)
          (?:\x20number)?(?:\x20[a-z]+){0,5}\.?(?:,?\x20case)?\x20?[:\#]?\x20?[a-z]{0,6}[\x20\-]?(?:[0-9]{2,4}-)?$",
    )
});

/// Whether a thing or a paper is named before a number, in a word that is nothing else.
pub(super) fn is_of_named_thing(folded: &Folded, at: usize) -> bool {
    THING.is_match(folded.around(&(at..at), (2 * SAID_BEFORE, 0)))
}

/// The same, or by an abbreviation right before it: for what is at worst the number of a record.
pub(super) fn is_of_a_thing(folded: &Folded, at: usize) -> bool {
    is_other_number(folded, at) || is_of_named_thing(folded, at)
}

/// Whether the digits belong to the number of a parcel: `1Z` and sixteen signs.
pub(super) fn is_parcel(folded: &Folded, at: usize) -> bool {
    static PARCEL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)1z[0-9a-z]{16}(?-u:\b)"));
    let word = folded.words.partition_point(|word| word.end <= at);
    folded.words.get(word).is_some_and(|word| word.start <= at && PARCEL.is_match(&folded.lower[word.clone()]))
}

/// Every group of neighbouring digits.
pub(super) fn groups(folded: &Folded) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (at, byte) in folded.lower.bytes().enumerate() {
        if byte.is_ascii_digit() {
            match groups.last_mut() {
                Some(group) if group.end == at => group.end = at + 1,
                _ => groups.push(at..at + 1),
            }
        }
    }
    groups
}

/// Groups cut into runs: neighbours stay together while `joins` accepts what stands between them.
pub(super) fn runs<'g>(
    folded: &Folded,
    groups: &'g [Range<usize>],
    joins: impl Fn(&str) -> bool,
) -> impl Iterator<Item = &'g [Range<usize>]> {
    groups.chunk_by(move |a, b| joins(&folded.lower[a.end..b.start]))
}

/// How many digits some groups hold.
pub(super) fn count(groups: &[Range<usize>]) -> usize {
    groups.iter().map(Range::len).sum()
}

/// From the first digit of some groups to the last.
pub(super) fn whole(groups: &[Range<usize>]) -> Range<usize> {
    groups.first().map_or(0, |group| group.start)..groups.last().map_or(0, |group| group.end)
}

//! Addresses as they are told in a call: the number in words before a street, and a street without its kind behind words of
//! dwelling.

use std::sync::LazyLock;

use regex::Regex;

use super::super::Hit;
use super::super::digits::pattern;
use super::super::fold::Folded;
use super::super::stream::number;
use super::{DAYS, REASON, street, with_tail};
use crate::domain::span::FindingKind;

/// Figures of a house that is told in words: fewer count things (`two Elm Street crews`), more are of another number.
const FIGURES: std::ops::RangeInclusive<usize> = 2..=5;

/// `over on 608 Sycamore`: the name of a street in a capital, and no kind of it.
static DWELLING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:[Ll]ives? (?:over |out )?(?:at|on)|[Ll]iving (?:at|on)|[Oo]ver (?:at|on)|[Oo]ut (?:at|on)|[Aa]ddress is|[Ll]ocated at|[Hh]ouse (?:at|on)|(?:I|i)'?m (?:over |out )?(?:at|on)) (?P<street>[0-9]{2,5} (?:[NSEW]\.? )?[A-Z][a-z]{3,})(?-u:\b)",
    )
});
/// `Maple Ave, number 1420`; and where a map has it.
static OTHERWISE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:[A-Z][A-Za-z']+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Court|Ct|Boulevard|Blvd|Circle|Cir|Trail|Terrace|Parkway|Pkwy)\.?,? (?:(?:at )?(?:house )?(?:number|no\.?) ?|#)[0-9]{1,5}(?-u:\b)|-?[0-9]{1,2}\.[0-9]{4,}, ?-?[0-9]{1,3}\.[0-9]{4,}",
    )
});
/// What else stands in a capital behind a number, and is no street.
const NO_STREETS: &[&str] = &[
    "google",
    "yelp",
    "thumbtack",
    "reviews",
    "units",
    "visits",
    "leads",
    "calls",
    "jobs",
    "percent",
    "degrees",
    "dollars",
    "with",
    "and",
    "this",
    "that",
    "there",
    "please",
];

/// Finds them.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let mut at = 0;
    while at < folded.words.len() {
        let (figures, end) = in_words(folded, at);
        if end == at {
            at += 1;
            continue;
        }
        // `forty two Larkspur Bend`: two figures count where the street is written as one.
        let written = |last: usize| figures > 2 || folded.stands_out(end) && folded.stands_out(last);
        if FIGURES.contains(&figures)
            && end - at > 1
            && let Some(last) = street(folded, end - 1).filter(|last| written(*last))
        {
            let span = with_tail(folded, folded.words[at].start..folded.words[last].end);
            hits.push(Hit::block(FindingKind::StreetAddress, span, REASON));
            at = last;
        }
        at = at.max(end);
    }
    let otherwise = OTHERWISE.find_iter(&folded.text);
    hits.extend(otherwise.map(|found| Hit::block(FindingKind::StreetAddress, found.range(), REASON)));
    for found in DWELLING.captures_iter(&folded.text).filter_map(|found| found.name("street")) {
        let name = found.as_str().rsplit(' ').next().unwrap_or_default().to_ascii_lowercase();
        if !DAYS.contains(&&*name) && !NO_STREETS.contains(&&*name) {
            hits.push(Hit::block(FindingKind::StreetAddress, with_tail(folded, found.range()), REASON));
        }
    }
}

/// How many figures the words for numbers from a place on give, and one past the last of them.
fn in_words(folded: &Folded, from: usize) -> (usize, usize) {
    let (mut figures, mut at) = (0, from);
    while at < folded.words.len() && (at == from || matches!(folded.gap(at - 1), " " | "-")) {
        let spelled = |at: usize| !folded.word(at).as_bytes()[0].is_ascii_digit();
        let Some((digits, taken)) = spelled(at).then(|| number(folded, at)).flatten() else { break };
        figures += digits.len();
        at += taken;
    }
    (figures, at)
}

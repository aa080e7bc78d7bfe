//! Access codes: gate, alarm, lockbox, garage and keypad codes, and Wi-Fi passwords, by the words around them; and
//! again without those words, once the evidence has told that they are codes.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::{groups, pattern, touches};
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "a code or password that opens the property: take it out";
const KNOWN: &str = "the evidence gives this as an access code: take it out";

const PLACE: &str = "(?:gate|garage|alarm|lock ?box|key ?pad|call ?box|key ?box|entry|access|door|security|disarm|panel|lobby|shed|basement|pool)";
const SIGN: &str = "(?:code|codes|pin|passcode|combo|combination|pass ?word)";
const CODE: &str = "(?P<code>[#*]?(?:[a-z]?[0-9]{3,8}|[0-9](?:[ -][0-9]){3,7}\
                    |(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)[ ,-]{1,2}){2,7}\
                    (?:zero|oh|one|two|three|four|five|six|seven|eight|nine))(?-u:\\b)[#*]?)";

/// A word, then a sign, then the code, in every order that people write them.
static SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        format!(r"(?-u:\b){PLACE}(?-u:\b)[^.!?\n0-9$]{{0,30}}(?-u:\b){SIGN}(?-u:\b)[^.!?\n0-9$]{{0,25}}?(?-u:\b|[ :#*]){CODE}"),
        format!(r"(?-u:\b){SIGN} (?:for|to|at|on|of)(?-u:\b)[^.!?\n0-9$]{{0,25}}(?-u:\b){PLACE}(?-u:\b)[^.!?\n0-9$]{{0,20}}?(?-u:\b|[ :#*]){CODE}"),
        format!(r"(?-u:\b)(?:gate|lock ?box|key ?pad|alarm|call ?box)(?: is|:|,| =|#)? ?{CODE}"),
        format!(r"(?-u:\b)(?:punch(?:es)?(?: in)?|enter|press|key in|dial|type(?: in)?|use) {CODE} [^.!?\n0-9]{{0,25}}(?-u:\b){PLACE}(?-u:\b)"),
        format!(r"(?-u:\b){CODE} (?:is the|opens|to open|for the|gets you|works on|disarms)(?-u:\b)[^.!?\n0-9]{{0,20}}(?-u:\b)(?:gate|garage|alarm|lock ?box|key ?pad|call ?box|door)(?-u:\b)"),
        r#"(?-u:\b)(?:wi-?fi|wireless|network|router)(?-u:\b)[^.!?\n]{0,20}(?-u:\b)(?:password|passcode|pass|key)(?: is|:| =|=)+ ?["']?(?P<code>[^\s"']{4,})"#.to_owned(),
    ]
    .iter()
    .map(|shape| pattern(shape))
    .collect()
});

/// Codes of another trade: what a machine shows, where mail goes, what a shop sells.
static OTHER_CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:error|fault|trouble|flash|zip|postal|area|promo|discount|coupon|product|part|model|paint|colou?r|date|bar|qr|building|fire|electrical|plumbing) codes?(?-u:\b)",
    )
});

/// What stands after a measure, and never after a code.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?: ?(?:%|sq|square|ft|feet|foot|in(?:ch|ches)?\b|gal|dollars|usd|lbs?\b|pounds|psi|btus?|watts?|kw|rpm|cfm|hours|hrs|volts?|amps?)|[.,:/][0-9])",
    )
});

/// Digits from which on a code of the evidence is looked for by itself: shorter ones are ordinary amounts.
const FEWEST: usize = 4;

/// The codes that the evidence gives.
#[derive(Clone)]
pub(super) struct Codes(HashSet<String>);

impl Codes {
    /// Reads the evidence.
    pub(super) fn new(evidence: &[Folded]) -> Self {
        let spans = evidence.iter().flat_map(|line| each(line).into_iter().map(|span| digits(&line.lower[span])));
        Self(spans.filter(|code| code.len() >= FEWEST).collect())
    }

    /// Finds codes by the words around them, and those the evidence told.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        for span in each(folded) {
            hits.push(Hit::block(FindingKind::AccessCode, span, REASON));
        }
        if self.0.is_empty() {
            return;
        }
        for group in groups(folded) {
            if folded.before(group.start) != b'$' && self.0.contains(&folded.lower[group.clone()]) {
                hits.push(Hit::block(FindingKind::AccessCode, group, KNOWN));
            }
        }
    }
}

fn digits(code: &str) -> String {
    code.chars().filter(char::is_ascii_digit).collect()
}

fn each(folded: &Folded) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let others: Vec<Range<usize>> = OTHER_CODE.find_iter(&folded.lower).map(|other| other.range()).collect();
    for shape in SHAPES.iter() {
        for caught in shape.captures_iter(&folded.lower) {
            let (Some(whole), Some(code)) = (caught.get(0), caught.name("code")) else { continue };
            let unit = UNIT.is_match(&folded.lower[code.end()..]) || folded.before(code.start()) == b'$';
            if !unit && !touches(&others, &(whole.start()..code.start())) {
                found.push(code.range());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{spans, spans_against};
    use crate::domain::span::FindingKind::AccessCode;
    use rstest::rstest;

    #[rstest]
    #[case("The gate code is 4411.", "4411")]
    #[case("Gate code: #4411", "#4411")]
    #[case("code for the garage is 90210", "90210")]
    #[case("lockbox 7731 by the door", "7731")]
    #[case("the alarm PIN is 5 5 0 1", "5 5 0 1")]
    #[case("punch 2580# at the gate", "2580#")]
    #[case("4411 opens the gate", "4411")]
    #[case("gate code four four one one", "four four one one")]
    #[case("wifi password is Sunny-day9", "sunny-day9")]
    #[case("g\u{200b}ate code ４４１１", "４４１１")]
    fn codes(#[case] text: &str, #[case] found: &str) {
        let spans: Vec<String> = spans(text, AccessCode).into_iter().map(|span| span.to_lowercase()).collect();
        assert_eq!(spans, [found]);
    }

    #[rstest]
    #[case("The furnace panel shows error code 4411.")]
    #[case("The zip code of the garage is 78701")]
    #[case("Replaced the gate motor, rated 1200 lbs")]
    #[case("garage door, 400 sq ft, $1200")]
    #[case("The building code requires 1305 at the door")]
    #[case("the gate 1.25 inch pipe")]
    fn no_codes(#[case] text: &str) {
        assert_eq!(spans(text, AccessCode), Vec::<String>::new());
    }

    #[test]
    fn a_code_of_the_evidence_is_found_without_its_words() {
        assert_eq!(spans_against("Use 4411 to come in", &["gate code is 4411"], None, AccessCode), ["4411"]);
        assert_eq!(spans_against("It cost $4411", &["gate code is 4411"], None, AccessCode), Vec::<String>::new());
    }
}

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

const PLACE: &str = "(?:gate|garage|alarm|lock ?box|key ?pad|call ?box|key ?box|entry|entrance|access|door|security|disarm|panel|lobby|shed|basement\
                     |pool|pad ?lock|lock|elevator|intercom|building|unit|community|house|front|back|barn|storage)";
/// Places that have nothing else that is written in figures: the code may follow at once.
const BOX: &str = "(?:lock ?box|key ?pad|call ?box|key ?box|pad ?lock)";
const SIGN: &str = "(?:code|codes|pin|passcode|combo|combination|pass ?word)(?:'s)?";
const PRESS: &str = "(?:punch(?:es)?(?: in)?|enter|press|key in|dial|type(?: in)?|use|put(?: in)?|input|try)";
const CODE: &str = "(?P<code>(?:star |pound |hash )?[#*]?(?:[a-z]?[0-9]{3,8}|[0-9](?:[ -][0-9]){3,7}|[0-9]{1,2}(?:[ -][0-9]{1,2}){1,3}\
                    |(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)[ ,-]{1,2}){2,7}\
                    (?:zero|oh|one|two|three|four|five|six|seven|eight|nine))(?-u:\\b)[#*]?)";
/// The same without short groups, which behind a place alone are sizes.
const WHOLE: &str = "(?P<code>(?:star |pound |hash )?[#*]?(?:[a-z]?[0-9]{3,8}|[0-9](?:[ -][0-9]){3,7}|[0-9]{1,2}(?:-[0-9]{1,2}){2,3}\
                     |(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)[ ,-]{1,2}){2,7}\
                     (?:zero|oh|one|two|three|four|five|six|seven|eight|nine))(?-u:\\b)[#*]?)";

/// A word, then a sign, then the code, in every order that people write them.
static SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        format!(r"(?-u:\b){PLACE}(?-u:\b)[^.!?0-9$]{{0,30}}(?-u:\b){SIGN}(?-u:\b)[^.!?0-9$]{{0,25}}?(?-u:\b|[ :#*(]){CODE}"),
        format!(r"(?-u:\b){SIGN} (?:for|to|at|on|of|into)(?-u:\b)[^.!?0-9$]{{0,25}}(?-u:\b){PLACE}(?-u:\b)[^.!?0-9$]{{0,20}}?(?-u:\b|[ :#*(]){CODE}"),
        format!(r"(?-u:\b){SIGN} (?:to|for) (?:get(?:ting)? in|enter(?:ing)?|open(?:ing)?|unlock(?:ing)?|disarm(?:ing)?|access)(?-u:\b)[^.!?0-9$]{{0,25}}?(?-u:\b|[ :#*(]){CODE}"),
        format!(r"(?-u:\b)(?:gate|lock ?box|key ?pad|alarm|call ?box|pad ?lock)(?:'s| is| opens with| takes| -|:|,| =|#| # is| number is)? ?\(?{WHOLE}"),
        format!(r"(?-u:\b){SIGN} {WHOLE} (?:at|for|to|on|opens)(?-u:\b)[^.!?0-9]{{0,25}}(?-u:\b){PLACE}(?-u:\b)"),
        format!(r"(?-u:\b){BOX}(?-u:\b)[^.!?0-9$]{{0,30}} (?:is|opens with|takes|=) {WHOLE}"),
        format!(r"(?-u:\b){PRESS} {WHOLE} [^.!?0-9]{{0,25}}(?-u:\b){PLACE}(?-u:\b)"),
        format!(r"(?-u:\b)(?:gate|garage|alarm|door|{BOX}|disarm|get in|unlock|open)(?-u:\b)[^.!?0-9$]{{0,25}}(?-u:\b){PRESS} {WHOLE}"),
        format!(r"(?-u:\b)access(?: is|:| -| =) ?{WHOLE}"),
        format!(r"(?-u:\b){WHOLE} (?:is the|opens|to open|for the|gets you|works on|works for|works at|disarms|unlocks)(?-u:\b)[^.!?0-9]{{0,20}}(?-u:\b)(?:gate|garage (?:door|code|key)|alarm|door|{BOX})(?-u:\b)"),
        format!(r"(?-u:\b){WHOLE} (?:is|was|as) (?:the|their|her|his|my|our|your)(?-u:\b)[^.!?0-9]{{0,20}}(?-u:\b){PLACE} {SIGN}(?-u:\b)"),
        r#"(?-u:\b)(?:wi-?fi|wireless|network|router)(?-u:\b)[^.!?]{0,40}(?-u:\b)(?:password|passcode|pass|key)(?: is|:| =|=)+ ?["']?(?P<code>[^\s"']{4,})"#.to_owned(),
        r#"(?-u:\b)(?:wi-?fi|wireless|network|router)(?-u:\b)[^.!?]{0,40}(?-u:\b)(?:password|passcode) ["']?(?P<code>[^\s"']*[0-9!@#$%&*][^\s"',]*)"#.to_owned(),
    ]
    .iter()
    .map(|shape| pattern(shape))
    .collect()
});

/// Codes of another trade: what a machine shows, where mail goes, what a shop sells.
static OTHER_CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:error|fault|trouble|flash|zip|postal|area|promo|discount|coupon|product|part|model|paint|colou?r|date|bar|qr|fire|electrical|plumbing) codes?(?-u:\b)|(?-u:\b)building codes? (?:[a-z]{3,}s|[a-z]{2,}ed|section|chapter|[0-9]+\.)(?-u:\b)",
    )
});

/// What stands after a measure, and never after a code.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?: ?(?:%|sq|square|ft|feet|foot|in(?:ch|ches)?\b|x [0-9]|by [0-9]|mm|cm|gauge|cycles|sections?|units?|days?|minutes?|times|gal|dollars|usd|lbs?\b|pounds|psi|btus?|watts?|kw|rpm|cfm|hours|hrs|volts?|amps?)|[.,:/][0-9])",
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
    #[case("padlock combo 31-07-22", "31-07-22")]
    #[case("the keypad on the side door is 1029", "1029")]
    #[case("4411 is her garage door code", "4411")]
    #[case("code 6571 at the main gate", "6571")]
    #[case("gate # is 4545", "4545")]
    #[case("To disarm the alarm press 7742", "7742")]
    #[case("The code to get in is 4455", "4455")]
    #[case("g\u{200b}ate code ４４１１", "４４１１")]
    #[case("Wifi pa\nssword is bluehouse77", "bluehouse77")]
    #[case("ga\nte co\nde 4411", "4411")]
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
    #[case("The garage door is 16 by 7")]
    #[case("A gate 12 feet wide and 72 inches tall")]
    #[case("Alarm battery is 1200 mah")]
    #[case("Unit 204 needs a new lock")]
    fn no_codes(#[case] text: &str) {
        assert_eq!(spans(text, AccessCode), Vec::<String>::new());
    }

    #[test]
    fn a_code_of_the_evidence_is_found_without_its_words() {
        assert_eq!(spans_against("Use 4411 to come in", &["gate code is 4411"], None, AccessCode), ["4411"]);
        assert_eq!(spans_against("It cost $4411", &["gate code is 4411"], None, AccessCode), Vec::<String>::new());
    }
}

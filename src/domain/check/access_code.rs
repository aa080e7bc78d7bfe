//! Access codes: gate, alarm, lockbox, garage and keypad codes, and Wi-Fi passwords, by the words around them; and
//! again without those words, once the evidence has told that they are codes.

mod context;
mod figures;
mod words;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::{groups, pattern};
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "a code or password that opens the property: take it out";
const KNOWN: &str = "the evidence gives this as an access code: take it out";

/// Passwords, which need no digit.
static PASSWORDS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r#"(?-u:\b)(?:wi-?fi|wireless|network|router|gate|door|alarm|keypad|portal)(?-u:\b)[^.!?]{0,40}(?-u:\b)(?:password|passcode|pass|pw|key)(?: is|:| =|=)+ ?["']?(?P<code>[^\s"']{4,})"#,
        r#"(?-u:\b)(?:password|passcode|passphrase) (?:for|to|of|on) (?:the |our |my )?(?:[a-z]+ )?(?:wi-?fi|wireless|network|router|gate|door|alarm|keypad|portal)(?: is|:| =|=)+ ?["']?(?P<code>[^\s"']{4,})"#,
        r#"(?-u:\b)(?:wi-?fi|wireless|network|router)(?-u:\b)[^.!?]{0,40}(?-u:\b)(?:password|passcode|pw) ["']?(?P<code>[^\s"']*[0-9!@#$%&*][^\s"',]*)"#,
    ]
    .iter()
    .map(|shape| pattern(shape))
    .collect()
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
    let mut found = figures::each(folded);
    if folded.lower.contains("pass") || folded.lower.contains("pw") || folded.lower.contains("key") {
        for shape in PASSWORDS.iter() {
            found.extend(shape.captures_iter(&folded.lower).filter_map(|caught| Some(caught.name("code")?.range())));
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

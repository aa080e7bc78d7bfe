//! Long runs of digits that nothing else explains. Those of accounts and licences, and what may be the number of a card or
//! of a person, block; orders, policies and manuals have as long ones, so the others warn.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::{count, explained, groups, is_of_a_thing, is_parcel, pattern, runs, touches, whole};
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "a long number that could identify a person or a record: take it out";

const THING: &str = "a long number, of a thing or a paper as it seems: see that it leads to nobody";

const SOME: &str = "a long number: see that it leads to nobody, or take it out";

/// What a number is called that leads to a person, or to what somebody said.
static OF_A_PERSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:accounts?|acct|members?|membership|customer|client|subscriber|insured|patient|loan|routing|aba|iban|driver'?s?|passport|medicare|medicaid|ssn|social|dob|born|birth|dl|ein|tin|tax id|vin|recording|session|message id|call id|sid|user|login)(?-u:\b)[^.!?]{0,24}$",
    )
});
/// A part right before its number: `igniter 62-22868-93`, `fill valve 242252702`.
static OF_A_PART: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:valve|igniter|ignitor|capacitor|contactor|motor|board|fuse|thermostat|sensor|pump|element|gasket|seal|switch|relay|
          belt|compressor|coil|cartridge|assembly|assy|kit|bearing|blower|transformer|harness|timer|latch|hinge|roller|bracket|nozzle|probe|
          thermocouple|thermopile|electrode|regulator|faucet|flapper|spring|opener|remote|receiver|filter|hose|knob|shelf|tray|drum|auger)s?
          ,?\x20\#?$",
    )
});

/// Bytes before it in which that is said.
const SAID_BEFORE: usize = 48;

/// Figures of the number of a card, and of a person where nothing stands between.
const CARD: std::ops::RangeInclusive<usize> = 13..=19;
const PERSON: usize = 9;

/// Digits from which on a run is long: shorter ones are amounts, years and ZIP codes.
const LONG: usize = 7;

/// Finds them: seven digits in a row, or grouped as an id is (`123-45-6789`).
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let (groups, explained) = (groups(folded), explained(folded));
    let mut push = |span: std::ops::Range<usize>| {
        if touches(&explained, &span) {
            return;
        }
        let before = folded.around(&(span.start..span.start), (SAID_BEFORE, 0));
        let of_a_thing = is_of_a_thing(folded, span.start) || is_parcel(folded, span.start) || OF_A_PART.is_match(before);
        let of_a_person = OF_A_PERSON.is_match(before);
        hits.push(if of_a_person || !of_a_thing && is_card_or_person(&folded.lower[span.clone()]) {
            Hit::block(FindingKind::LongDigits, span, REASON)
        } else {
            Hit::warn(FindingKind::LongDigits, span, if of_a_thing { THING } else { SOME })
        });
    };
    for group in groups.iter().filter(|group| group.len() >= LONG) {
        push(group.clone());
    }
    for run in runs(folded, &groups, |gap| matches!(gap, "-" | ".")) {
        // Two short groups are a range: 1200-1500. Two with a point are a decimal: 12345.67.
        let dashed = run.len() == 2 && folded.at(run[0].end) == b'-';
        let is_id = run.len() > 2 || dashed && run.iter().any(|group| group.len() > 4);
        if is_id && count(run) >= LONG {
            push(whole(run));
        }
    }
    for run in runs(folded, &groups, |gap| gap == " ") {
        // Sizes and years are listed in short groups; ids are not.
        if run.len() > 2 && count(run) >= 9 && count(run) >= 3 * run.len() {
            push(whole(run));
        }
    }
}

/// Whether it has as many figures as a card, of which none begins with 0, 1, 7, 8 or 9; or nine, as a person's number.
fn is_card_or_person(number: &str) -> bool {
    let figures: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
    CARD.contains(&figures.len()) && matches!(figures[0], b'2'..=b'6') || figures.len() == PERSON && !number.contains('.')
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{heaviest, spans};
    use crate::domain::span::{FindingKind::LongDigits, Severity};
    use rstest::rstest;

    #[rstest]
    #[case("order 1234567 shipped", &["1234567"])]
    #[case("ref A00123456789", &["00123456789"])]
    #[case("78701-12345", &["78701-12345"])]
    #[case("1234567 7654321", &["1234567", "7654321"])]
    #[case("1200-1500 sq ft", &[])]
    #[case("on 2026-11-24 10:30", &[])]
    #[case("on 11-24-2026", &[])]
    #[case("$1250000 house", &[])]
    #[case("$1,250,000", &[])]
    #[case("sizes 10 12 14 16", &[])]
    #[case("123456 visits", &[])]
    #[case("12345.67", &[])]
    fn long_runs(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, LongDigits), found);
    }

    #[rstest]
    #[case("part number 9003542005", Severity::Warn)]
    #[case("P/N 62-24140-04 was fitted", Severity::Warn)]
    #[case("lot 20260211", Severity::Warn)]
    #[case("PERMIT 2023-0048812", Severity::Warn)]
    #[case("P.O. 4500918273", Severity::Warn)]
    #[case("tracking 1Z88A4170391225544", Severity::Warn)]
    #[case("serial on the door operator: 0417-88-52201", Severity::Warn)]
    #[case("Invoice #1023399", Severity::Warn)]
    #[case("the meter reads 0048213", Severity::Warn)]
    #[case("WO#5550142 cancelled", Severity::Warn)]
    #[case("Photo IMG_20250614_101522", Severity::Warn)]
    #[case("rate sheet effective 01012026", Severity::Warn)]
    #[case("order number 70-118845", Severity::Warn)]
    #[case("IP of the controller is 192.168.1.44", Severity::Warn)]
    #[case("order 1023399", Severity::Warn)]
    #[case("ice maker fill valve 242252702 is back", Severity::Warn)]
    #[case("replaced the igniter 62-22868-93", Severity::Warn)]
    #[case("born 19840612", Severity::Block)]
    #[case("account 1023399", Severity::Block)]
    #[case("member id on the card: 4471982", Severity::Block)]
    #[case("her driver's licence 08841207", Severity::Block)]
    #[case("he gave 4111 1111 1111 1112 for it", Severity::Block)]
    #[case("and 219099977 is hers", Severity::Block)]
    fn numbers_of_things_only_warn(#[case] text: &str, #[case] severity: Severity) {
        assert_eq!(heaviest(text, LongDigits), Some(severity));
    }
}

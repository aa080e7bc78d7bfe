//! Long runs of digits that nothing else explains: account, order, licence and recording numbers.

use super::Hit;
use super::digits::{count, explained, groups, is_of_a_thing, is_parcel, runs, touches, whole};
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "a long number that could identify a person or a record: take it out";

const THING: &str = "a long number, of a thing or a paper as it seems: see that it leads to nobody";

/// Digits from which on a run is long: shorter ones are amounts, years and ZIP codes.
const LONG: usize = 7;

/// Finds them: seven digits in a row, or grouped as an id is (`123-45-6789`).
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let (groups, explained) = (groups(folded), explained(folded));
    let mut push = |span: std::ops::Range<usize>| {
        if touches(&explained, &span) {
            return;
        }
        hits.push(if is_of_a_thing(folded, span.start) || is_parcel(folded, span.start) {
            Hit::warn(FindingKind::LongDigits, span, THING)
        } else {
            Hit::block(FindingKind::LongDigits, span, REASON)
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
    #[case("account 1023399", Severity::Block)]
    #[case("order 1023399", Severity::Block)]
    fn numbers_of_things_only_warn(#[case] text: &str, #[case] severity: Severity) {
        assert_eq!(heaviest(text, LongDigits), Some(severity));
    }
}

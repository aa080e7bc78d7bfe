//! Laws that hold for all checks together.

use proptest::prelude::*;
use rstest::rstest;

use super::digits::is_of_a_thing;
use super::*;

/// The spans of one kind in a text without evidence.
pub(super) fn spans(text: &str, kind: FindingKind) -> Vec<String> {
    spans_against(text, &[], None, kind)
}

pub(super) fn spans_against(text: &str, evidence: &[&str], lead_name: Option<&str>, kind: FindingKind) -> Vec<String> {
    of(text, evidence, lead_name, kind).into_iter().map(|finding| finding.text).collect()
}

pub(super) fn severities(text: &str, evidence: &[&str], lead_name: Option<&str>, kind: FindingKind) -> Vec<Severity> {
    of(text, evidence, lead_name, kind).into_iter().map(|finding| finding.severity).collect()
}

pub(super) fn heaviest(text: &str, kind: FindingKind) -> Option<Severity> {
    severities(text, &[], None, kind).into_iter().max()
}

fn of(text: &str, evidence: &[&str], lead_name: Option<&str>, kind: FindingKind) -> Vec<Finding> {
    findings(text, Against { evidence, lead_name, ..Against::default() })
        .into_iter()
        .filter(|finding| finding.kind == kind)
        .collect()
}

/// (country code, national number) of valid E.164 numbers.
fn any_phone() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        "[2-9][0-9]{2}[2-9][0-9]{6}".prop_map(|national| ("1".to_owned(), national)),
        (proptest::sample::select(vec!["31", "33", "44", "49", "52", "61", "91", "972"]), "[1-9][0-9]{8,9}")
            .prop_map(|(country, national)| (country.to_owned(), national)),
    ]
}

fn written(country: &str, national: &str, format: usize) -> String {
    let (area, rest) = national.split_at(3);
    let (middle, last) = rest.split_at(rest.len() - 4);
    match (country, format) {
        (_, 0) => format!("+{country}{national}"),
        (_, 1) => format!("+{country} {area} {middle} {last}"),
        (_, 2) => format!("+{country}-{area}-{middle}-{last}"),
        (_, 3) => format!("+{country} ({area}) {middle}-{last}"),
        (_, 4) => format!("011 {country} {area} {middle} {last}"),
        ("1", 5) => format!("({area}) {middle}-{last}"),
        ("1", 6) => format!("{area}.{middle}.{last}"),
        ("1", 7) => format!("{area} {middle} {last}"),
        ("1", 8) => national.to_owned(),
        ("1", _) => format!("1-{area}-{middle}-{last}"),
        (_, _) => format!("0{area} {middle} {last}"),
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_every_span_is_its_text(text in any::<String>(), evidence in any::<String>(), name in any::<String>()) {
        let chars: Vec<char> = text.chars().collect();
        for finding in findings(&text, Against { evidence: &[&evidence], lead_name: Some(&name), ..Against::default() }) {
            prop_assert!(finding.start < finding.end && finding.end <= chars.len());
            prop_assert_eq!(chars[finding.start..finding.end].iter().collect::<String>(), finding.text);
        }
    }

    #[test]
    fn text_of_the_kinds_we_look_for_never_panics(text in "[0-9a-z@.:/$ #+()'\\-\u{200b}é\n]{0,120}") {
        for finding in findings(&text, Against { evidence: &[&text], lead_name: Some(&text), ..Against::default() }) {
            prop_assert!(finding.start < finding.end && finding.end <= text.chars().count());
        }
    }

    #[test]
    fn a_planted_phone_is_always_found(
        (country, national) in any_phone(),
        format in 0..10_usize,
        before in "[A-Z][a-z]{1,8}( [a-z]{1,8}){0,4} ",
        after in "(, [a-z]{1,8}| [a-z]{1,8}|\\.|!)?",
    ) {
        // `sku 0120 00 0000` is a part: words that name one are seldom made, but they are.
        prop_assume!(!is_of_a_thing(&Folded::new(&before), before.len()));
        let phone = written(&country, &national, format);
        let text = format!("{before}{phone}{after}");
        let start = before.chars().count();
        let found = of(&text, &[], None, FindingKind::Phone);
        let covered = found.iter().any(|f| {
            f.severity == Severity::Block && f.start <= start + 5 && f.end >= start + phone.chars().count()
        });
        prop_assert!(covered, "{text:?}: {found:?}");
    }

    #[test]
    fn one_place_has_one_explanation(text in "[0-9 .\\-+()]{0,60}") {
        let mut ends = 0;
        let contact = |f: &&Finding| !matches!(f.kind, FindingKind::Promise | FindingKind::VerbatimRun | FindingKind::LeadName);
        for finding in findings(&text, Against::default()).iter().filter(contact) {
            prop_assert!(finding.start >= ends);
            ends = finding.end;
        }
    }
}

#[rstest]
#[case("4111 1111 1111 1111", FindingKind::Card)]
#[case("512-555-0142", FindingKind::Phone)]
#[case("1204 Main St", FindingKind::StreetAddress)]
#[case("ana5125550142@example.com", FindingKind::Email)]
#[case("https://x.example/5125550142", FindingKind::Url)]
#[case("order 99887766554", FindingKind::LongDigits)]
#[case("078-05-1120", FindingKind::SocialSecurity)]
#[case("gate code 4411", FindingKind::AccessCode)]
#[case("pat-na1-01234567-89ab-cdef-0123-456789abcdef", FindingKind::Secret)]
fn only_the_strongest_is_reported(#[case] text: &str, #[case] kind: FindingKind) {
    let kinds: Vec<_> = findings(text, Against::default()).into_iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [kind]);
}

#[test]
fn a_clean_summary_passes() {
    let evidence = ["2026-11-24T14:02 missed call, heater leaking since 7 am, wants somebody before noon"];
    let text = "On November 24 the customer called about a leaking water heater. The team returned the call and agreed a visit.";
    assert_eq!(findings(text, Against { evidence: &evidence, lead_name: Some("Juan Ortiz"), ..Against::default() }), []);
}

#[test]
fn blocks_and_warns_are_counted() {
    let found =
        findings("Juan said: call 512-555-0142", Against { evidence: &[], lead_name: Some("Juan Ortiz"), ..Against::default() });
    assert_eq!(weigh(&found), (1, 1));
}

/// Lines as people write them, so that the share found is known and cannot fall unseen.
#[test]
fn addresses_as_people_write_them_are_found() {
    let lines: Vec<&str> =
        include_str!("../../../tests/corpus/us_addresses.txt").lines().filter(|line| !line.starts_with('#')).collect();
    let missed: Vec<&&str> =
        lines.iter().filter(|line| spans(&format!("They live at {line}"), FindingKind::StreetAddress).is_empty()).collect();
    assert!(missed.len() * 100 <= lines.len() * 10, "{} of {} missed: {missed:#?}", missed.len(), lines.len());
}

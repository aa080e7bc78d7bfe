//! Laws of the checks that random text must not break: nothing panics, no span leaves the text, and no block is lost
//! by what a reader does not see.

use proptest::prelude::*;
use quotedeck::domain::check::{Against, Evidence};
use quotedeck::domain::known::{Known, KnownKind};
use quotedeck::domain::span::{Finding, Severity};

/// What blocks by itself, one of each kind, with words around it.
const PRIVATE: [&str; 18] = [
    "call (512) 555-0142 today",
    "call 5125550142 today",
    "write to dana@example.com today",
    "write to dana at example dot com today",
    "card 4111 1111 1111 1111 today",
    "form 219-09-9999 today",
    "come to 1204 Alder Creek Lane today",
    "account 99887766554 today",
    "see www.example.com/rec today",
    "gate code 4411 today",
    "routing number 021000021 today",
    "api_key=abc123def456 today",
    "see L-20417 today",
    "we guarantee the work today",
    "it is free of charge today",
    "Juan Ortiz called today",
    "Deshawn Keller came today",
    "said the heater under the stairs is leaking all over today",
];

const EVIDENCE: [&str; 1] = ["my husband said the heater under the stairs is leaking all over"];

fn checks() -> Evidence {
    let known = [Known::new(KnownKind::Staff, "Deshawn Keller").unwrap()];
    Evidence::new(Against { evidence: &EVIDENCE, lead_name: Some("Juan Ortiz"), known: &known, ..Against::default() })
}

fn first_block(text: &str) -> Option<Finding> {
    checks().findings(text).into_iter().find(|found| found.severity == Severity::Block)
}

/// The characters of the text, with what `change` makes of each character of the span.
fn changed(text: &str, found: &Finding, mut change: impl FnMut(usize, char) -> String) -> String {
    let inside = found.start..found.end;
    text.chars().enumerate().map(|(n, c)| if inside.contains(&n) { change(n - found.start, c) } else { c.to_string() }).collect()
}

fn twin(c: char) -> char {
    let plain = "aeiocpxysjABCEHIKMOPTX0123456789";
    let other = "аеіосрхуѕјАВСЕНІКМОРТХ０１２３４５６７８９";
    plain.chars().position(|one| one == c).and_then(|at| other.chars().nth(at)).unwrap_or(c)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn hidden_characters_hide_nothing(which in 0..PRIVATE.len(), hidden in prop::sample::select(vec!['\u{200b}', '\u{ad}', '\u{2060}', '\u{feff}', '\u{200d}', '\u{202e}', '\u{fe0f}', '\u{e0041}']), places in prop::collection::vec(any::<bool>(), 80)) {
        let text = PRIVATE[which];
        let found = first_block(text).unwrap();
        let other = changed(text, &found, |n, c| if places[n] { format!("{c}{hidden}") } else { c.to_string() });
        prop_assert!(first_block(&other).is_some(), "{other:?}");
    }

    #[test]
    fn look_alikes_hide_nothing(which in 0..PRIVATE.len(), places in prop::collection::vec(any::<bool>(), 80)) {
        let text = PRIVATE[which];
        let found = first_block(text).unwrap();
        let other = changed(text, &found, |n, c| if places[n] { twin(c) } else { c }.to_string());
        prop_assert!(first_block(&other).is_some(), "{other:?}");
    }

    #[test]
    fn a_line_break_hides_nothing(which in 0..PRIVATE.len(), line in prop::sample::select(vec!["\n", "\r\n", "\u{2028}"]), place in 0..80_usize, instead in any::<bool>()) {
        let text = PRIVATE[which];
        let found = first_block(text).unwrap();
        let place = place % (found.end - found.start).max(1);
        let other = changed(text, &found, |n, c| match (n == place, instead && c == ' ') {
            (true, true) => line.to_owned(),
            (true, false) => format!("{c}{line}"),
            _ => c.to_string(),
        });
        prop_assert!(first_block(&other).is_some(), "{other:?}");
    }

    #[test]
    fn line_breaks_between_all_words_hide_nothing(which in 0..PRIVATE.len()) {
        let other = PRIVATE[which].replace(' ', "\n");
        prop_assert!(first_block(&other).is_some(), "{other:?}");
    }

    #[test]
    fn no_text_panics_and_spans_stay_inside(text in "(\\PC|[\n\r\t \u{200b}\u{202e}\u{feff}0-9.$@/\\[\\]-]){0,200}", evidence in "\\PC{0,80}", name in "\\PC{0,20}") {
        let known = [Known::new(KnownKind::Phone, "+15125550142"), Known::new(KnownKind::Note, &evidence), Known::new(KnownKind::Name, &name)];
        let known: Vec<Known> = known.into_iter().flatten().collect();
        let chars: Vec<char> = text.chars().collect();
        for found in Evidence::new(Against { evidence: &[&evidence, &text], lead_name: Some(&name), known: &known, ..Against::default() }).findings(&text) {
            prop_assert!(found.start < found.end && found.end <= chars.len(), "{found:?}");
            prop_assert_eq!(chars[found.start..found.end].iter().collect::<String>(), found.text);
        }
    }
}

//! Lost safety words: the evidence speaks of a danger, or of somebody frail, and the text does not.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

/// What each danger is called, and the words that speak of it.
const DANGERS: &[(&str, &str)] = &[
    (
        "gas",
        r"gas (?:leak|smell|odou?r|line)|(?:smell|odou?r)s?(?: of)? (?:natural )?gas|smell(?:s|ed|ing) (?:natural )?gas|leaking gas",
    ),
    ("fire or smoke", r"smok(?:e|ing|y)|fire(?:s)?|burn(?:ing|t|ed)? smell|smell(?:s|ed)? (?:of )?burn(?:ing|t)"),
    ("sparks or shock", r"spark(?:s|ed|ing)?|electr(?:ic|ical) shock|electrocut[a-z]*|live wires?|exposed wir(?:es|ing)"),
    ("flooding", r"flood(?:s|ed|ing)?|burst pipe|sewage|gushing"),
    ("no heat", r"no heat(?:ing)?|without heat|heat (?:is|was) out|freezing"),
    ("carbon monoxide", r"carbon monoxide|co (?:alarm|detector)"),
    ("an infant", r"infant|newborn|new baby|baby"),
    ("a frail person", r"elderly|oxygen (?:machine|tank)|wheelchair|disabled|dialysis"),
];

static SPOKEN: LazyLock<Vec<(&str, Regex)>> =
    LazyLock::new(|| DANGERS.iter().map(|(name, words)| (*name, pattern(&format!(r"(?-u:\b)(?:{words})(?-u:\b)")))).collect());

/// The dangers that the evidence speaks of, and the first line that does.
#[derive(Clone)]
pub(super) struct Dangers(Vec<(usize, usize)>);

impl Dangers {
    /// Reads the evidence.
    pub(super) fn new(evidence: &[Folded]) -> Self {
        let line = |shape: &Regex| evidence.iter().position(|line| shape.is_match(&line.lower));
        Self(SPOKEN.iter().enumerate().filter_map(|(n, (_, shape))| Some((n, line(shape)?))).collect())
    }

    /// Marks the first word of a text for each danger that it leaves out.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        let Some(first) = folded.words.first() else { return };
        let lost = self.0.iter().filter(|(n, _)| !SPOKEN[*n].1.is_match(&folded.lower));
        let lost: Vec<String> = lost.map(|(n, line)| format!("{} (evidence line {})", SPOKEN[*n].0, line + 1)).collect();
        if !lost.is_empty() {
            let reason = format!("says nothing of {}: see that nobody needs to know", lost.join(", "));
            hits.push(Hit::warn(FindingKind::LostSafetyWord, first.clone(), reason));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans_against;
    use crate::domain::span::FindingKind::LostSafetyWord;
    use rstest::rstest;

    #[rstest]
    #[case("The furnace was looked at.", "she smells gas in the kitchen", &["The"])]
    #[case("The furnace was looked at.", "no heat, and a newborn at home", &["The"])]
    #[case("A gas smell was reported.", "she smells gas in the kitchen", &[])]
    #[case("The heater was replaced.", "wants a new gas heater", &[])]
    #[case("", "sparks from the panel", &[])]
    fn lost(#[case] text: &str, #[case] evidence: &str, #[case] found: &[&str]) {
        assert_eq!(spans_against(text, &[evidence], None, LostSafetyWord), found);
    }
}

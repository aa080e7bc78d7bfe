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
        r"gas (?:leak(?:s|ing|ed)?|smell|odou?r)|(?:smell|odou?r|whiff)s?(?: of)? (?:natural )?gas|smell(?:s|ed|ing)? (?:of )?(?:natural |like )?gas|leaking gas|rotten eggs?",
    ),
    (
        "fire or smoke",
        r"smok(?:e|ing|y)|fires?|on fire|flames|burn(?:ing|t|ed)? (?:[a-z]+ )?(?:smell|odou?r)|burning plastic|burnt plastic|hot to (?:the )?touch|something (?:like )?burning|smell(?:s|ed|ing)? (?:of |like )?(?:something )?burn(?:ing|t)|scorch(?:ed|ing)|charred|smolder(?:s|ed|ing)",
    ),
    (
        "sparks or shock",
        r"spark(?:s|ed|ing)?|arc(?:ing|ed)|electr(?:ic|ical) shock|(?:got|was|were|been) (?:shocked|zapped)|electrocut[a-z]*|live wires?|exposed wir(?:es?|ing)|bare wir(?:es?|ing)",
    ),
    (
        "flooding",
        r"flood(?:s|ed|ing)?|burst(?:ing)? pipes?|pipes? (?:has |have |had |that )?burst|(?:pipe|line) break|sewage|sewers? (?:is |are |was |keeps )?(?:back(?:ing|ed|s) up)|gushing|water (?:is |was |came |coming |pouring |running )+(?:through|out of|into|down)|water through|ceiling (?:is |was |has )?(?:collaps|cav)[a-z]+",
    ),
    (
        "no heat",
        r"no heat(?:ing)?|without (?:any )?heat(?:ing)?|heat(?:ing)? (?:is |was |went |has been )?out|freezing|furnace (?:is |was )?(?:out|dead)",
    ),
    ("no power", r"no power|without (?:any )?power|power(?:'s| is| was| went| has been)? out|lost power"),
    ("carbon monoxide", r"carbon monoxide|co (?:alarms?|detectors?|leak|poisoning)"),
    ("an infant", r"infants?|newborns?|bab(?:y|ies)|toddlers?|(?:day|week|month)s?[ -]old"),
    (
        "a frail person",
        r"elderly|frail|bedridden|oxygen (?:machine|tank|concentrator)|on oxygen|wheelchair|disabled|dialysis|pacemaker|ventilator|(?:i'm|am|is|he's|she's|aged?) (?:7[5-9]|[89][0-9])|(?:7[5-9]|[89][0-9])[ -]years?[ -]old",
    ),
    (
        "its urgency",
        r"urgent(?:ly)?|emergency|asap|as soon as possible|right away|immediately|in a (?:big |real )?hurry|please hurry|come now|(?:can't|cannot|can not|won't) (?:[a-z]+ )?(?:wait|drag on)|(?:need|needs|needed|handled|solved|fixed|patched|done) (?:[a-z]+ ){0,3}(?:before|by) (?:noon|tonight|tomorrow|then|that|dark|(?:mon|tues|wednes|thurs|fri|satur|sun)day|the (?:weekend|rain|storm))|(?:somebody|someone|anybody|anyone) (?:out |here |over )*(?:today|tonight|now)",
    ),
];

/// Words that take a danger back: `no gas smell`, `not urgent`.
const DENIED: &[&str] = &["no", "not", "never", "without", "nor", "neither", "cannot", "none", "denied", "denies"];

/// Behind such a word these turn it round: `won't stop sparking`, `can't find the gas leak`, `not only smoke`.
const KEPT: &[&str] = &[
    "stop",
    "stops",
    "stopped",
    "quit",
    "quits",
    "end",
    "ended",
    "control",
    "shut",
    "find",
    "found",
    "fix",
    "fixed",
    "only",
    "just",
    "contain",
    "contained",
    "turn",
    "sure",
    "safe",
];

/// Words before a danger in which one of them stands.
const REACH: usize = 3;

static SPOKEN: LazyLock<Vec<(&str, Regex)>> =
    LazyLock::new(|| DANGERS.iter().map(|(name, words)| (*name, pattern(&format!(r"(?-u:\b)(?:{words})(?-u:\b)")))).collect());

/// The dangers that the evidence speaks of, and the first line that does.
#[derive(Clone)]
pub(super) struct Dangers(Vec<(usize, usize)>);

impl Dangers {
    /// Reads the evidence.
    pub(super) fn new(evidence: &[Folded]) -> Self {
        let line = |shape: &Regex| evidence.iter().position(|line| is_told(line, shape));
        Self(SPOKEN.iter().enumerate().filter_map(|(n, (_, shape))| Some((n, line(shape)?))).collect())
    }

    /// Marks the first word of a text for each danger that it leaves out.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        let Some(first) = folded.words.first() else { return };
        let lost = self.0.iter().filter(|(n, _)| !is_told(folded, &SPOKEN[*n].1));
        let lost: Vec<String> = lost.map(|(n, line)| format!("{} (evidence line {})", SPOKEN[*n].0, line + 1)).collect();
        if !lost.is_empty() {
            let reason = format!("says nothing of {}: see that nobody needs to know", lost.join(", "));
            hits.push(Hit::warn(FindingKind::LostSafetyWord, first.clone(), reason));
        }
    }
}

/// Whether a text says it and does not take it back.
fn is_told(text: &Folded, shape: &Regex) -> bool {
    shape.find_iter(&text.lower).any(|found| {
        let first = text.words.partition_point(|word| word.start < found.start());
        let before: Vec<&str> = (first.saturating_sub(REACH)..first)
            .rev()
            .take_while(|at| {
                let gap = if at + 1 < text.words.len() { text.gap(*at) } else { "" };
                !gap.contains(['.', '!', '?', ';', ',', ':'])
            })
            .map(|at| text.word(at))
            .collect();
        let denies = |word: &&str| DENIED.contains(word) || word.ends_with("n't");
        let denied = before.iter().position(denies);
        denied.is_none_or(|at| before[..at].iter().any(|word| KEPT.contains(word)))
    })
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
    #[case("The gas line was replaced.", "she smells gas in the kitchen", &["The"])]
    #[case("The furnace was looked at.", "no gas smell, and no sparks", &[])]
    #[case("The panel was looked at.", "the panel won't stop sparking", &["The"])]
    #[case("The basement was looked at.", "it doesn't stop flooding", &["The"])]
    #[case("The basement was looked at.", "it is not only flooding", &["The"])]
    #[case("The valve was looked at.", "we can't find the gas leak", &["The"])]
    #[case("The panel was looked at.", "it isn't sparking", &[])]
    #[case("A quote was asked for.", "not urgent, no rush", &[])]
    #[case("A quote was asked for.", "market Austin, urgency routine, state new", &[])]
    #[case("A quote was asked for.", "market Austin, urgency urgent, state new", &["A"])]
    #[case("It is not urgent.", "this is urgent, please hurry", &["It"])]
    #[case("An emergency was reported.", "come now, the pipe has burst and water is coming through the ceiling", &["An"])]
    #[case("An emergency with a burst pipe was reported.", "come now, the pipe has burst", &[])]
    #[case("A quote was asked for.", "I need it patched before Thursday", &["A"])]
    #[case("It must be patched by Thursday, she needs it done before that.", "I need it patched before Thursday", &[])]
    #[case("The panel was looked at.", "I can smell something like burning plastic", &["The"])]
    #[case("A furnace was looked at.", "it quit and I've got a three-week-old", &["A"])]
    #[case("A sewer line was looked at.", "the sewer is backing up into my tub, I'm 81", &["A"])]
    #[case("", "sparks from the panel", &[])]
    fn lost(#[case] text: &str, #[case] evidence: &str, #[case] found: &[&str]) {
        assert_eq!(spans_against(text, &[evidence], None, LostSafetyWord), found);
    }
}

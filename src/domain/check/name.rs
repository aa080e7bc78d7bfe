//! The lead's own name: in full it identifies and blocks; a part of it may be an ordinary word and warns.

use std::ops::Range;

use super::Hit;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const FULL: &str = "the lead's name: say \"the customer\" instead";
const PART: &str = "a part of the lead's name: say \"the customer\", unless it is an ordinary word here";

/// Letters from which on a part of a name is looked for by itself.
const SHORTEST: usize = 3;

/// Never a part of a name, but a sign that one follows.
const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "mx", "dr", "sr", "sra"];

/// What providers send where they know no name.
const NO_NAMES: &[&str] = &[
    "unknown",
    "anonymous",
    "wireless",
    "caller",
    "customer",
    "restricted",
    "unavailable",
    "private",
    "toll",
    "free",
    "call",
    "lead",
    "test",
];

/// Names that are ordinary words too: looked for by themselves only with a capital letter.
const ORDINARY: &[&str] = &[
    "will",
    "mark",
    "may",
    "grant",
    "rose",
    "drew",
    "art",
    "bill",
    "rich",
    "frank",
    "grace",
    "hope",
    "faith",
    "joy",
    "summer",
    "dawn",
    "young",
    "long",
    "brown",
    "green",
    "black",
    "white",
    "price",
    "park",
    "hill",
    "wood",
    "stone",
    "page",
    "best",
    "day",
    "king",
    "case",
    "june",
    "april",
    "august",
    "chance",
    "carpenter",
    "cook",
    "miles",
    "wells",
    "banks",
    "rivers",
    "love",
    "gay",
    "guy",
    "jack",
    "pat",
];

/// Whether a word stands for no name, or is a title before one.
pub(super) fn is_no_name(word: &str) -> bool {
    TITLES.contains(&word) || NO_NAMES.contains(&word)
}

/// Whether a name is an ordinary word as well.
pub(super) fn is_ordinary(word: &str) -> bool {
    ORDINARY.contains(&word)
}

/// The parts of a name, folded.
#[derive(Clone)]
pub(super) struct Name {
    parts: Vec<String>,
}

impl Name {
    /// Reads a name; titles and what stands for no name are left out.
    pub(super) fn new(name: &str) -> Self {
        let folded = Folded::new(name);
        let parts = (0..folded.words.len()).map(|n| folded.word(n));
        let meant =
            parts.filter(|part| part.chars().any(char::is_alphabetic) && !TITLES.contains(part) && !NO_NAMES.contains(part));
        Self { parts: meant.map(str::to_owned).collect() }
    }

    /// Whether it has one part alone.
    pub(super) fn is_single(&self) -> bool {
        self.parts.len() == 1
    }

    /// Finds the name: two parts side by side, in any order, or one behind a title, are the full name.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        self.find_as(folded, hits, (FULL, PART));
    }

    /// The same, with reasons of the caller's: of the full name, and of a part.
    pub(super) fn find_as(&self, folded: &Folded, hits: &mut Vec<Hit>, (full, part_of): (&str, &str)) {
        if self.parts.is_empty() {
            return;
        }
        let part = |n: usize| self.part(folded, n);
        let mut at = 0;
        while at < folded.words.len() {
            let Some(first) = part(at) else {
                at += 1;
                continue;
            };
            let mut end = at + 1;
            while end < folded.words.len() && close(folded.gap(end - 1)) && part(end).is_some_and(|other| other != first) {
                end += 1;
            }
            let (before, behind) = self.initials(folded, at..end, first);
            let start = folded.words[if before { at - 1 } else { at }].start;
            let last = if behind { end } else { end - 1 };
            let span = start..folded.words[last].start + bare(folded.word(last)).len();
            let titled = at > 0 && TITLES.contains(&folded.word(at - 1)) && close(folded.gap(at - 1));
            let letters = self.parts[first].chars().count();
            let common = ORDINARY.contains(&self.parts[first].as_str());
            let meant = letters >= SHORTEST && (!common || folded.stands_out(at));
            if end - at > 1 || before || behind || titled || (self.parts.len() == 1 && meant && !common) {
                hits.push(Hit::block(FindingKind::LeadName, span, full));
            } else if meant {
                hits.push(Hit::warn(FindingKind::LeadName, span, part_of));
            }
            at = last + 1;
        }
    }

    /// Which part a word is; also in the plural, as a family is called, where it is written as a name.
    fn part(&self, folded: &Folded, n: usize) -> Option<usize> {
        let word = bare(folded.word(n));
        let family = word.strip_suffix('s').filter(|one| one.chars().count() > SHORTEST && folded.stands_out(n));
        let is = |name: &str| self.parts.iter().position(|part| part == name);
        is(word).or_else(|| family.and_then(is))
    }

    /// Whether the first letter of another part stands before a part, or behind it: `K. Whitfield`, `Katarzyna W`.
    fn initials(&self, folded: &Folded, words: Range<usize>, first: usize) -> (bool, bool) {
        if words.len() > 1 {
            return (false, false);
        }
        let is = |n: usize| {
            let letter = folded.word(n);
            let others = || self.parts.iter().enumerate().filter(|(part, _)| *part != first);
            letter.chars().count() == 1 && folded.stands_out(n) && others().any(|(_, part)| part.starts_with(letter))
        };
        let before = words.start > 0 && matches!(folded.gap(words.start - 1), " " | "." | ". ") && is(words.start - 1);
        let behind = words.end < folded.words.len() && folded.gap(words.end - 1) == " " && is(words.end);
        (before, behind)
    }
}

/// Without the ending of a possessive.
pub(super) fn bare(word: &str) -> &str {
    word.strip_suffix("'s").unwrap_or(word)
}

/// What may stand between two parts of one name.
fn close(gap: &str) -> bool {
    matches!(gap.trim(), "" | "." | "," | "-" | "'")
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::{severities, spans_against};
    use crate::domain::span::FindingKind::LeadName;
    use crate::domain::span::Severity::{Block, Warn};
    use rstest::rstest;

    #[rstest]
    #[case("Juan Ortiz", "JUAN ORTIZ called", &[("JUAN ORTIZ", Block)])]
    #[case("Juan Ortiz", "Ortiz, Juan called", &[("Ortiz, Juan", Block)])]
    #[case("Juan Carlos Ortiz", "juan ortiz's heater", &[("juan ortiz", Block)])]
    #[case("Juan Ortiz", "Mr. Ortiz waits", &[("Ortiz", Block)])]
    #[case("Juan Ortiz", "Juan's heater", &[("Juan", Warn)])]
    #[case("Zoë Müller", "zoe muller", &[("zoe muller", Block)])]
    #[case("Zoe Muller", "Zoë’s tap", &[("Zoë", Warn)])]
    #[case("Katarzyna Whitfield", "K. Whitfield waits", &[("K. Whitfield", Block)])]
    #[case("Katarzyna Whitfield", "Katarzyna W waits", &[("Katarzyna W", Block)])]
    #[case("Katarzyna Whitfield", "the Whitfields wait", &[("Whitfields", Warn)])]
    #[case("Katarzyna Whitfield", "I saw Whitfield, and K was the key", &[("Whitfield", Warn)])]
    #[case("Juan", "Juan called", &[("Juan", Block)])]
    #[case("Will Stone", "we will set the stone; Will agreed", &[("Will", Warn)])]
    #[case("Al Bo", "al and bo", &[])]
    #[case("Juan Ortiz", "the juanita ortizes", &[])]
    #[case("Unknown Caller", "an unknown caller", &[])]
    #[case("", "nobody", &[])]
    fn names(#[case] name: &str, #[case] text: &str, #[case] found: &[(&str, crate::domain::span::Severity)]) {
        let spans = spans_against(text, &[], Some(name), LeadName);
        let weights = severities(text, &[], Some(name), LeadName);
        let both: Vec<_> = spans.iter().map(String::as_str).zip(weights).collect();
        assert_eq!(both, found);
    }
}

//! Blame, legal and medical words: they may be true and needed for the dispatch, and rarely belong in a client's proof.

use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::digits::pattern;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const REASON: &str = "blames somebody, or speaks of law or health: say what happened instead";

static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?-u:\b)(?:
          (?:our|your|their|his|her|whose|[a-z]+'s)\x20(?:own\x20)?fault | at\x20fault | to\x20blame | blam(?:e|es|ed|ing) | negligen(?:t|ce) | incompeten(?:t|ce)
        | careless(?:ly|ness)? | botched | rude(?:ly|ness)? | drunk | scam(?:s|med|mer)? | ripp?ed\x20off | lying | lied
        | liab(?:le|ility) | lawsuit | su(?:es|ed|ing)(?:\x20us)? | attorneys? | lawyers? | legal\x20action | small\x20claims | malpractice
        | pregnan(?:t|cy) | cancer | diabet(?:es|ic) | dementia | medications? | diagnos(?:is|ed) | surgery | chemo(?:therapy)? | hospice | disabled
        )(?-u:\b)",
    )
});

/// Finds them.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    hits.extend(WORDS.find_iter(&folded.lower).map(|found| Hit::warn(FindingKind::Blame, found.range(), REASON)));
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::Blame;
    use rstest::rstest;

    #[rstest]
    #[case("The last plumber was negligent", &["negligent"])]
    #[case("It was their fault and she will call a lawyer", &["their fault", "lawyer"])]
    #[case("It was the old plumber's fault", &["plumber's fault"])]
    #[case("He has cancer", &["cancer"])]
    #[case("A ground fault tripped the breaker", &[])]
    #[case("The issue was pursued; a default was set", &[])]
    fn blame(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Blame), found);
    }
}

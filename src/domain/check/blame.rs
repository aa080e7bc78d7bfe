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
          (?:our|your|their|his|her|whose|[a-z]+'s)\x20(?:own\x20)?fault | (?:the|a)\x20fault\x20of\x20(?:(?:the|our|your|their|his|her)\x20)?[a-z]+ | at\x20fault | to\x20blame | blam(?:e|es|ed|ing) | negligen(?:t|ce) | incompeten(?:t|ce)
        | careless(?:ly|ness)? | botched | (?:messed|screwed)\x20(?:it\x20)?up | our\x20(?:tech|technician|dispatcher|crew|office|plumber|installer|guys?)\x20(?:forgot|broke|missed|lost|damaged|never)
        | (?:tech|technician|crew|dispatcher|plumber|installer)\x20(?:broke|forgot|damaged|ruined) | rude(?:ly|ness)? | drunk | scam(?:s|med|mer)? | ripp?ed\x20off | lying | lied
        | liab(?:le|ility) | lawsuit | su(?:es|ed|ing)(?:\x20us)? | (?:will|to|going\x20to|threatened\x20to|might)\x20sue | subpoena(?:ed)? | police\x20report | evict(?:ed|ion) | bankrupt(?:cy)? | restraining\x20order | fraud(?:ulent)? | attorneys? | lawyers? | legal\x20action | small\x20claims | malpractice
        | pregnan(?:t|cy) | cancer | diabet(?:es|ic) | dementia | medications? | diagnos(?:is|ed) | surgery | chemo(?:therapy)? | hospice | disabled | disabilit(?:y|ies) | insulin | wheelchair | heart\x20(?:condition|attack|failure|surgery) | pacemaker | asthma(?:tic)? | oxygen\x20(?:tank|machine|concentrator) | seizures? | alzheimer's | autis(?:m|tic) | dialysis | copd | (?:had|has|a)\x20stroke | alcoholic | rehab | mental(?:ly)?\x20(?:ill|health|illness)
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
    #[case("It is the fault of Acme", &["the fault of Acme"])]
    #[case("The tech messed up the install", &["messed up"])]
    #[case("Our dispatcher forgot, and the crew broke the railing", &["Our dispatcher forgot", "crew broke"])]
    #[case("He has cancer", &["cancer"])]
    #[case("She will sue; he is on insulin and in a wheelchair", &["will sue", "insulin", "wheelchair"])]
    #[case("a heart condition", &["heart condition"])]
    #[case("the two-stroke engine and the sued pad", &["sued"])]
    #[case("A ground fault tripped the breaker", &[])]
    #[case("The issue was pursued; a default was set", &[])]
    fn blame(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Blame), found);
    }
}

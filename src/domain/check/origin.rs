//! Where the sentences of a client-safe text come from: that text has no citations, so each of its sentences is laid
//! beside the draft's and takes over what the one cites that it was made from. What a reviewer wrote anew came from
//! nowhere, and nothing is said of it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

use super::digits::touches;
use super::fold::Folded;
use super::uncited::{self, Sentence};
use crate::domain::cite;
use crate::domain::edit::distance;

/// Words of a sentence that are compared; few have more.
const MOST: usize = 64;

/// The sentences of a draft that cites.
#[derive(Clone, Default)]
pub(super) struct Origins(Vec<Origin>);

#[derive(Clone)]
struct Origin {
    words: Words,
    cites: Vec<usize>,
    claims: bool,
}

/// The words of a sentence without its citations, each as a number: as they stand, and by size.
#[derive(Clone, PartialEq, Eq)]
struct Words {
    stand: Vec<u64>,
    sorted: Vec<u64>,
}

impl Words {
    fn new(folded: &Folded, sentence: &Sentence, citations: &[Range<usize>]) -> Self {
        let number = |n: usize| {
            let mut hasher = DefaultHasher::new();
            folded.word(n).hash(&mut hasher);
            hasher.finish()
        };
        // The numbers of the lines are words too, and are no part of what a sentence says.
        let said = sentence.words.clone().filter(|n| !touches(citations, &folded.words[*n]));
        let stand: Vec<u64> = said.take(MOST).map(number).collect();
        let mut sorted = stand.clone();
        sorted.sort_unstable();
        Self { stand, sorted }
    }

    /// How many words were changed, where that is at most half of them.
    fn changed(&self, from: &Self) -> Option<usize> {
        let longer = self.stand.len().max(from.stand.len());
        let light = |changed: usize| changed * 2 <= longer;
        // No more words can have stayed than both have: that is seen faster than how many did.
        if self.stand == from.stand {
            return Some(0);
        }
        if !light(self.stand.len().abs_diff(from.stand.len())) || !light(longer - common(&self.sorted, &from.sorted)) {
            return None;
        }
        Some(distance(&from.stand, &self.stand)).filter(|changed| light(*changed))
    }
}

/// How many words two sorted lists have in common.
fn common(one: &[u64], two: &[u64]) -> usize {
    let (mut one, mut two, mut count) = (one.iter().peekable(), two.iter().peekable(), 0);
    while let (Some(a), Some(b)) = (one.peek(), two.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => drop(one.next()),
            std::cmp::Ordering::Greater => drop(two.next()),
            std::cmp::Ordering::Equal => {
                count += 1;
                one.next();
                two.next();
            }
        }
    }
    count
}

impl Origins {
    /// Reads a draft; of one that cites nothing, and was not asked to, nothing is known.
    pub(super) fn new(draft: Option<&str>, asked: bool) -> Self {
        let Some(draft) = draft.filter(|draft| asked || !cite::cited(draft).is_empty()) else { return Self::default() };
        let folded = Folded::new(draft);
        let citations = cite::places(&folded.text);
        let origins = uncited::sentences(&folded).into_iter().map(|sentence| Origin {
            words: Words::new(&folded, &sentence, &citations),
            claims: sentence.claims,
            cites: sentence.cites,
        });
        Self(origins.filter(|origin| !origin.words.stand.is_empty()).collect())
    }

    /// The sentences of a text, each with what it cites itself or, where the text cites nothing, what the sentence of the
    /// draft cites that it was made from. None where neither cites.
    pub(super) fn sentences(&self, folded: &Folded) -> Vec<Sentence> {
        let cites = !cite::cited(&folded.text).is_empty();
        if !cites && self.0.is_empty() {
            return Vec::new();
        }
        let mut sentences = uncited::sentences(folded);
        if !cites {
            for sentence in &mut sentences {
                let words = Words::new(folded, sentence, &[]);
                let changed = |origin: &Origin| words.changed(&origin.words);
                let made_from = self.0.iter().filter_map(|origin| Some((changed(origin)?, origin))).min_by_key(|(n, _)| *n);
                match made_from {
                    Some((_, origin)) => {
                        sentence.cites.clone_from(&origin.cites);
                        sentence.claims &= origin.claims;
                    }
                    None => sentence.claims = false,
                }
            }
        }
        sentences
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::{Against, Evidence};
    use crate::domain::span::FindingKind::Uncited;
    use proptest::prelude::*;
    use rstest::rstest;

    const DRAFT: &str = "A customer in Austin asked about a leaking water heater [1]. A crew went there on the same day and \
        closed the valve. The visit took 2 hours [1]. They come again with a new tank [7].";
    const LINES: [&str; 3] = ["asked about a water heater that leaks", "the visit took 2 hours", "new tank"];

    fn evidence(draft: &str) -> Evidence {
        Evidence::new(Against { evidence: &LINES, draft: Some(draft), ..Against::default() })
    }

    fn told(text: &str) -> Vec<String> {
        let found = evidence(DRAFT).findings(text).into_iter().filter(|finding| finding.kind == Uncited);
        found.map(|finding| format!("{}: {}", finding.text, finding.reason.split(':').next().unwrap())).collect()
    }

    const NONE: &str = "A crew went there on the same day and closed the valve";
    const SAYS_NONE: &str = "the draft cites no evidence line here";

    #[rstest]
    #[case::as_it_was(&format!("{NONE}."), &format!("{NONE}: {SAYS_NONE}"))]
    #[case::lightly_edited("The team went there on the same day and closed the valve.",
        &format!("The team went there on the same day and closed the valve: {SAYS_NONE}"))]
    #[case::elsewhere(&format!("Done. {NONE}. Thanks to all of you."), &format!("{NONE}: {SAYS_NONE}"))]
    #[case::rewritten("Somebody shut the water off that morning.", "")]
    #[case::dropped("A customer in Austin asked about a leaking water heater.", "")]
    #[case::cited("A customer asked about a leaking water heater.", "")]
    #[case::a_line_that_is_not_there(
        "They come again with a new tank.",
        "They come again with a new tank: cites line 7, and the evidence has 3"
    )]
    #[case::a_number_of_another_line("The visit took 2 hours.", "2: the lines that its sentence cites do not have this number")]
    #[case::citing_itself("A crew went there on the same day and closed the valve [1].", "")]
    fn a_sentence_takes_over_what_its_draft_cites(#[case] text: &str, #[case] found: &str) {
        assert_eq!(told(text).join("; "), found);
    }

    #[test]
    fn a_draft_that_cites_nothing_is_told_so_where_it_was_asked_to() {
        let plain = crate::domain::cite::without_citations(DRAFT);
        assert!(!evidence(&plain).findings(&plain).iter().any(|finding| finding.kind == Uncited));
        let asked = Evidence::new(Against { evidence: &LINES, draft: Some(&plain), asked_to_cite: true, ..Against::default() });
        let found = asked.findings(&plain).into_iter().filter(|finding| finding.kind == Uncited);
        assert_eq!(found.count(), 4);
        assert!(!asked.findings("Somebody shut the water off that morning.").iter().any(|finding| finding.kind == Uncited));
    }

    #[test]
    fn what_a_sentence_rests_on_is_told_where_it_stands() {
        let rests = evidence(DRAFT).check("Hello. A customer in Austin asked about a leaking heater.").rests;
        let told: Vec<(usize, Vec<usize>)> = rests.into_iter().map(|sentence| (sentence.start, sentence.on)).collect();
        assert_eq!(told, [(0, vec![]), (7, vec![1])]);
    }

    proptest! {
        #[test]
        fn no_texts_break_it(draft in "[a-z .\n\\[\\]0-9]{0,80}", text in "[a-z .\n\\[\\]0-9]{0,80}") {
            for finding in evidence(&draft).findings(&text) {
                prop_assert!(finding.start < finding.end && finding.end <= text.chars().count());
            }
        }

        #[test]
        fn the_plain_text_of_a_draft_is_told_what_the_draft_is_told(
            sentences in proptest::collection::vec(("[A-Z][a-z]{2,7}( [a-z]{2,7}){3,9}", proptest::option::of(1_usize..6)), 1..6),
        ) {
            let written = |(said, cites): &(String, Option<usize>)| match cites {
                Some(line) => format!("{said} [{line}]."),
                None => format!("{said}."),
            };
            let draft = sentences.iter().map(written).collect::<Vec<_>>().join(" ");
            let evidence = evidence(&draft);
            let count = |text: &str| evidence.findings(text).iter().filter(|finding| finding.kind == Uncited).count();
            prop_assert_eq!(count(&crate::domain::cite::without_citations(&draft)), count(&draft));
        }
    }
}

//! A "not" that was lost or added: what the evidence only denies, the text says; or the other way round.

use std::ops::Range;

use foldhash::{HashMap, HashSet};

use super::Hit;
use super::fold::Folded;
use crate::domain::span::FindingKind;

const LOST: &str = "the evidence has this with a \"not\": see that none was lost";
const ADDED: &str = "the evidence has this without a \"not\": see that none was added";

/// Words behind a "not" that it reaches.
const REACH: usize = 4;

const NOT: &[&str] = &[
    "not",
    "no",
    "never",
    "without",
    "none",
    "cannot",
    "nobody",
    "nothing",
    "neither",
    "nor",
    "unable",
    "decline",
    "declined",
    "refuse",
    "refused",
    "refuses",
    "deny",
    "denied",
    "denies",
    "lack",
    "lacks",
    "lacked",
    "hardly",
    "fail",
    "failed",
    "fails",
    "instead",
    "stop",
    "stopped",
    "cancel",
    "canceled",
    "cancelled",
    "isnt",
    "dont",
    "doesnt",
    "didnt",
    "wont",
    "cant",
    "wasnt",
];

/// Words that say nothing by themselves, so that a "not" before them tells nothing.
const EMPTY: &[&str] = &[
    "that",
    "this",
    "with",
    "have",
    "been",
    "were",
    "they",
    "them",
    "their",
    "there",
    "then",
    "than",
    "from",
    "what",
    "when",
    "will",
    "would",
    "could",
    "should",
    "about",
    "just",
    "only",
    "also",
    "very",
    "more",
    "much",
    "many",
    "some",
    "such",
    "into",
    "because",
    "being",
    "does",
    "doing",
    "your",
    "yours",
    "customer",
    "client",
    "want",
    "know",
    "like",
    "think",
    "really",
    "sure",
    "going",
    "make",
    "time",
    "even",
    "anything",
    "something",
    "other",
    "which",
    "while",
    "after",
    "before",
    "where",
    "until",
    "over",
    "here",
    "well",
    "right",
    "good",
    "thing",
    "come",
    "need",
    "year",
    "take",
    "back",
    "longer",
    "able",
    "ever",
];

/// What the evidence says of a word.
#[derive(Clone, Default)]
struct Word {
    denied: u32,
    plain: u32,
    /// The clauses it stands in.
    clauses: Vec<u32>,
}

/// Every word of the evidence, and which stand in one clause.
#[derive(Clone, Default)]
pub(super) struct Polarity {
    words: HashMap<String, Word>,
    together: HashSet<(u32, String)>,
    /// Clauses that have a second word that says something.
    longer: HashSet<u32>,
}

/// A word that says something, whether a "not" reaches it, and whether its clause has any.
struct Said {
    stem: String,
    denied: bool,
    /// The "not" that reaches it.
    not: Option<Range<usize>>,
    clause_has_not: bool,
    clause: u32,
}

impl Polarity {
    /// Reads the evidence.
    pub(super) fn new(evidence: &[Folded]) -> Self {
        let mut all = Self::default();
        let mut first = 0;
        for line in evidence {
            let mut next = first;
            let mut last = None;
            for (_, said) in said(line) {
                let clause = first + said.clause;
                next = clause + 1;
                if last.replace(clause) == Some(clause) {
                    all.longer.insert(clause);
                }
                all.together.insert((clause, said.stem.clone()));
                let word = all.words.entry(said.stem).or_default();
                *(if said.denied { &mut word.denied } else { &mut word.plain }) += 1;
                word.clauses.push(clause);
            }
            first = next;
        }
        all
    }

    /// Marks a "not" that the evidence has not, and a word that the evidence has only with one.
    pub(super) fn find(&self, folded: &Folded, hits: &mut Vec<Hit>) {
        if self.words.is_empty() {
            return;
        }
        let all = said(folded);
        let mut nots: Vec<Range<usize>> = all.iter().filter_map(|(_, said)| said.not.clone()).collect();
        nots.dedup();
        // A "not" is added when nothing that it reaches is denied in the evidence, and something of it is said there.
        for not in nots {
            let reached = || all.iter().filter(|(_, said)| said.not.as_ref() == Some(&not));
            let denied = reached().any(|(_, said)| self.words.get(&said.stem).is_some_and(|word| word.denied > 0));
            if !denied && reached().any(|(_, said)| self.same_thing(said, &all)) {
                hits.push(Hit::warn(FindingKind::Negation, not, ADDED));
            }
        }
        for (span, said) in &all {
            let only_denied = self.words.get(&said.stem).is_some_and(|word| word.denied > 0 && word.plain == 0);
            if only_denied && !said.clause_has_not && self.same_thing(said, &all) {
                hits.push(Hit::warn(FindingKind::Negation, span.clone(), LOST));
            }
        }
    }

    /// Whether a clause of the evidence has this word together with another of the same clause here, or nothing else.
    fn same_thing(&self, said: &Said, all: &[(Range<usize>, Said)]) -> bool {
        let Some(word) = self.words.get(&said.stem) else { return false };
        if word.clauses.iter().any(|clause| !self.longer.contains(clause)) {
            return true;
        }
        let mut others = all.iter().filter(|(_, other)| other.clause == said.clause && other.stem != said.stem);
        others.any(|(_, other)| word.clauses.iter().any(|clause| self.together.contains(&(*clause, other.stem.clone()))))
    }
}

fn said(folded: &Folded) -> Vec<(Range<usize>, Said)> {
    let mut all = Vec::new();
    let (mut from, mut clause) = (0, 0);
    while from < folded.words.len() {
        let mut to = from + 1;
        while to < folded.words.len() && !folded.gap(to - 1).contains(['.', '!', '?', ';', ',', ':']) {
            to += 1;
        }
        let clause_has_not = (from..to).any(|n| is_not(folded.word(n)));
        let mut last: Option<usize> = None;
        for n in from..to {
            let word = folded.word(n);
            if is_not(word) {
                last = Some(n);
            } else if word.len() > 3 && !EMPTY.contains(&word) && word.bytes().all(|b| b.is_ascii_lowercase()) {
                let not = last.filter(|last| n - last <= REACH).map(|last| folded.words[last].clone());
                all.push((
                    folded.words[n].clone(),
                    Said { stem: stem(word), denied: not.is_some(), not, clause_has_not, clause },
                ));
            }
        }
        (from, clause) = (to, clause + 1);
    }
    all
}

fn is_not(word: &str) -> bool {
    NOT.contains(&word) || word.ends_with("n't")
}

/// Without the endings of verbs and plurals: `leaks`, `leaking` and `leaked` are one.
fn stem(word: &str) -> String {
    let cut = ["ing", "ed", "es", "s", "e"].iter().find_map(|end| word.strip_suffix(end).filter(|rest| rest.len() > 2));
    cut.unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans_against;
    use crate::domain::span::FindingKind::Negation;
    use rstest::rstest;

    const EVIDENCE: [&str; 2] = ["the heater is not leaking any more", "she confirmed the visit, no deposit was paid"];

    #[rstest]
    #[case("The heater does not leak.", &[])]
    #[case("The heater is leaking.", &["leaking"])]
    #[case("The visit was confirmed.", &[])]
    #[case("The visit was not confirmed.", &["not"])]
    #[case("The visit wasn't confirmed.", &["wasn't"])]
    #[case("A deposit was paid.", &["deposit", "paid"])]
    #[case("There was no deposit paid.", &[])]
    #[case("No parts were ordered.", &[])]
    fn turned_round(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans_against(text, &EVIDENCE, None, Negation), found);
        assert_eq!(spans_against(text, &[], None, Negation), Vec::<String>::new());
    }
}

//! The evidence as the reviewer sees it: contact data and names are masked until one is revealed for a reason, and the
//! lines a sentence may rest on are lit. Lighting is an aid for reading and proves nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use super::numbers::{Counts, counts};
use crate::domain::draft::DraftDetail;
use crate::domain::mask::{Hidden, hidden_in, masked_line};
use crate::domain::span::FindingKind;

/// What of a line is masked, until it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    hidden: Hidden,
    shown: bool,
}

/// One line of the evidence.
#[derive(Clone)]
struct Line {
    n: i64,
    raw: String,
    places: Vec<Place>,
    words: HashSet<String>,
}

impl Line {
    /// What nobody revealed yet.
    fn hidden(&self) -> impl Iterator<Item = &Hidden> {
        self.places.iter().filter(|place| !place.shown).map(|place| &place.hidden)
    }
}

/// The evidence.
#[derive(Clone, Default)]
pub(super) struct Known {
    lines: Vec<Line>,
}

impl fmt::Debug for Known {
    /// Only how much: the lines are internal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({} lines)", self.lines.len())
    }
}

/// A place of the evidence that can be revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// The number of the line.
    pub(super) n: i64,
    /// What is masked there.
    pub(super) kind: FindingKind,
    /// First character, to know it again.
    start: usize,
}

impl Known {
    /// Reads the evidence; what was revealed stays so.
    pub(super) fn learn(&mut self, detail: &DraftDetail) {
        let before = std::mem::take(&mut self.lines);
        let lines = detail.evidence.iter().zip(hidden_in(detail));
        self.lines = lines
            .map(|(line, hidden)| {
                let raw = line.text.raw().to_owned();
                let seen = before.iter().find(|old| old.n == line.n && old.raw == raw);
                let was_shown = |hidden| seen.is_some_and(|old| old.places.contains(&Place { hidden, shown: true }));
                let places = hidden.into_iter().map(|hidden| Place { hidden, shown: was_shown(hidden) }).collect();
                let words = words(&raw);
                Line { n: line.n, raw, places, words }
            })
            .collect();
    }

    /// A line with what is masked in it as `‹phone›`; not neutralised yet.
    pub(super) fn masked(&self, at: usize) -> String {
        self.lines.get(at).map_or_else(String::new, |line| masked_line(&line.raw, line.hidden()))
    }

    /// What can be revealed: of the lit lines first.
    pub(super) fn spots(&self, lit: &BTreeSet<usize>) -> Vec<Spot> {
        let of = |wanted: bool| self.lines.iter().enumerate().filter(move |(at, _)| lit.contains(at) == wanted);
        let lines = of(true).chain(of(false));
        lines
            .flat_map(|(_, line)| line.hidden().map(|hidden| Spot { n: line.n, kind: hidden.kind, start: hidden.start }))
            .collect()
    }

    /// Shows one place.
    pub(super) fn reveal(&mut self, spot: Spot) {
        let line = self.lines.iter_mut().find(|line| line.n == spot.n);
        if let Some(place) = line.and_then(|line| line.places.iter_mut().find(|place| place.hidden.start == spot.start)) {
            place.shown = true;
        }
    }

    /// The lines a sentence may rest on: those that are cited for it, else those that share its rare words and its numbers.
    pub(super) fn lit(&self, text: &str, cursor: usize, cited: &[usize]) -> BTreeSet<usize> {
        let lines = || self.lines.iter().enumerate();
        let is_cited = |line: &Line| usize::try_from(line.n).is_ok_and(|n| cited.contains(&n));
        let lit: BTreeSet<usize> = lines().filter(|(_, line)| is_cited(line)).map(|(at, _)| at).collect();
        if !lit.is_empty() {
            return lit;
        }
        let said = words(sentence(text, cursor));
        if said.is_empty() {
            return BTreeSet::new();
        }
        let mut common: BTreeMap<&str, usize> = BTreeMap::new();
        for word in self.lines.iter().flat_map(|line| &line.words) {
            *common.entry(word).or_default() += 1;
        }
        let rare = |word: &str| common.get(word).is_some_and(|count| *count * 3 <= self.lines.len().max(3));
        let weight = |line: &Line| -> usize {
            let shared = line.words.intersection(&said).filter(|word| rare(word));
            shared.map(|word| if word.contains(|c: char| c.is_ascii_digit()) { 2 } else { 1 }).sum()
        };
        let mut weighed: Vec<(usize, usize)> =
            lines().map(|(at, line)| (weight(line), at)).filter(|(weight, _)| *weight > 0).collect();
        weighed.sort_unstable_by_key(|(weight, at)| (std::cmp::Reverse(*weight), *at));
        weighed.into_iter().take(3).map(|(_, at)| at).collect()
    }

    /// Numbers that stand in these lines and nowhere masked, in order, with what they count; each once.
    pub(super) fn numbers(&self, of: &BTreeSet<usize>) -> Vec<(Counts, String)> {
        let mut numbers: Vec<(Counts, String)> = Vec::new();
        for at in of {
            let line = self.masked(*at);
            let words = line.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '“' | '”' | '"'));
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            for (at, word) in words.iter().enumerate() {
                let word = word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?'));
                if !word.contains(|c: char| c.is_ascii_digit()) || word.contains('‹') || word.chars().count() > 12 {
                    continue;
                }
                let beside = |at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or_default();
                let number = (counts(beside(at.checked_sub(1)), word, beside(Some(at + 1))), word.to_owned());
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
        }
        numbers
    }
}

/// The words of a text that tell something: long ones and numbers, without case.
fn words(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().count() >= 4 || word.contains(|c: char| c.is_ascii_digit())).map(str::to_lowercase).collect()
}

/// Where each sentence ends, in bytes.
fn sentences(text: &str) -> Vec<&str> {
    let (mut found, mut from) = (Vec::new(), 0);
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let after = letters.peek().map(|(_, next)| *next);
        let ends = letter == '\n' || (matches!(letter, '.' | '!' | '?') && after.is_none_or(char::is_whitespace));
        if ends {
            let end = at + letter.len_utf8();
            found.extend(text.get(from..end));
            from = end;
        }
    }
    found.extend(text.get(from..).filter(|rest| !rest.trim().is_empty()));
    found
}

/// The sentence at a character.
fn sentence(text: &str, cursor: usize) -> &str {
    let mut from = 0;
    for sentence in sentences(text) {
        from += sentence.chars().count();
        if cursor < from {
            return sentence;
        }
    }
    sentences(text).last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::review::fixture::{TEXT, detail};
    use proptest::prelude::*;

    fn known() -> Known {
        let mut known = Known::default();
        known.learn(&detail(TEXT));
        known
    }

    fn lit(text: &str, cursor: usize, cited: &[usize]) -> Vec<usize> {
        known().lit(text, cursor, cited).into_iter().collect()
    }

    #[test]
    fn contact_data_and_names_are_masked_until_one_is_revealed() {
        let mut known = known();
        let all = (0..3).map(|at| known.masked(at)).collect::<String>();
        assert!(!all.contains("512 555 0142") && !all.contains("Ortiz") && !all.contains("12 Oak"), "{all}");
        assert!(all.contains("‹phone›") && all.contains("water heater"), "{all}");
        let phone = known.spots(&BTreeSet::new()).into_iter().find(|spot| spot.kind == FindingKind::Phone).unwrap();
        known.reveal(phone);
        known.learn(&detail(TEXT));
        let all = (0..3).map(|at| known.masked(at)).collect::<String>();
        assert!(all.contains("512 555 0142") && !all.contains("Ortiz"), "one place, and only that: {all}");
    }

    #[test]
    fn citations_light_their_lines_else_rare_words_and_numbers_do() {
        assert_eq!(lit("It leaks in the garage.", 3, &[]), [1]);
        assert_eq!(lit("It leaks in the garage.", 3, &[3]), [2]);
        assert_eq!(lit("It leaks in the garage.", 3, &[9]), [1], "a line that is not there lights nothing");
        assert_eq!(lit("It rang at 09:12. The garage.", 2, &[]), [0]);
        assert!(lit("Nothing alike.", 2, &[]).is_empty());
        assert!(lit("", 0, &[]).is_empty());
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in any::<String>(), draft in any::<String>(), cursor in 0_usize..80, cited in 0_usize..5) {
            let mut known = known();
            let lit = known.lit(&text, cursor, &[cited]);
            prop_assert!(lit.iter().all(|at| *at < 3));
            let mut hostile = detail(&draft);
            hostile.evidence[0].text = text.as_str().into();
            known.learn(&hostile);
            known.masked(0);
            known.numbers(&lit);
        }

        #[test]
        fn sentences_hold_the_text(text in any::<String>()) {
            let joined: String = sentences(&text).concat();
            prop_assert!(text.starts_with(&joined) && text[joined.len()..].trim().is_empty());
        }
    }
}

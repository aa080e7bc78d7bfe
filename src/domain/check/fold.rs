//! A text folded for matching, with the way back: look-alikes become plain ASCII, hidden characters are dropped,
//! and every byte knows the character it came from.

mod sign;

use std::ops::Range;

/// A folded text.
pub(super) struct Folded {
    /// Folded, with the case of ASCII letters kept; other letters are lower case.
    pub(super) text: String,
    /// [`Self::text`] in lower case: the same bytes at the same places but for their case.
    pub(super) lower: String,
    /// Its words: letters and digits, with apostrophes inside; in bytes.
    pub(super) words: Vec<Range<usize>>,
    /// For each byte, the character (from 0) of the original it came from.
    origin: Vec<usize>,
    /// The bytes that were a line break: each is a space here, where the lines are not joined.
    breaks: Vec<usize>,
}

impl Folded {
    /// Folds a text: a run of blanks, with line breaks or without, is one space.
    pub(super) fn new(original: &str) -> Self {
        Self::fold(original, false)
    }

    /// Folds a text as if its lines went on without a break: `512-55`, `5-0142`. Where no line ends inside a word or
    /// a number there is nothing to join.
    pub(super) fn joined(original: &str) -> Option<Self> {
        let inside = original.trim().contains(is_line_break);
        inside.then(|| Self::fold(original, true))
    }

    fn fold(original: &str, joined: bool) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut origin = Vec::with_capacity(original.len());
        let mut breaks = Vec::new();
        for (n, c) in original.chars().enumerate() {
            sign::read(c, |sign| {
                if sign.is_ascii_whitespace() || sign == '\u{b}' {
                    let line = is_line_break(sign);
                    if line && joined {
                        breaks.push(text.len());
                        return;
                    }
                    if !text.ends_with(' ') {
                        text.push(' ');
                    }
                    if line && breaks.last() != Some(&(text.len() - 1)) {
                        breaks.push(text.len() - 1);
                    }
                } else if sign.is_ascii() {
                    text.push(sign);
                } else {
                    text.extend(sign.to_lowercase());
                }
            });
            origin.resize(text.len(), n);
        }
        figures(&mut text);
        let lower = text.to_ascii_lowercase();
        let words = words(&lower);
        Self { text, lower, words, origin, breaks }
    }

    /// Whether a line ends inside a span.
    pub(super) fn breaks_inside(&self, span: &Range<usize>) -> bool {
        let next = self.breaks.partition_point(|at| *at <= span.start);
        self.breaks.get(next).is_some_and(|at| *at < span.end)
    }

    /// Whether a line ends inside a span, or at most so many bytes from it.
    pub(super) fn breaks_near(&self, span: &Range<usize>, reach: usize) -> bool {
        self.breaks_inside(&(span.start.saturating_sub(reach)..span.end + reach))
    }

    /// Where the first line ends.
    pub(super) fn first_line(&self) -> usize {
        self.breaks.iter().copied().find(|at| *at > 0).unwrap_or(self.text.len())
    }

    /// Where the line begins that a byte stands in.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.breaks.partition_point(|line| *line < at).checked_sub(1).map_or(0, |n| self.breaks[n])
    }

    /// The characters of the original that a span of bytes came from.
    pub(super) fn original(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.origin.get(span.start).copied().unwrap_or_default();
        let last = self.origin.get(span.end.saturating_sub(1)).copied().unwrap_or(start);
        start..last + 1
    }

    /// A word, in lower case.
    pub(super) fn word(&self, n: usize) -> &str {
        &self.lower[self.words[n].clone()]
    }

    /// Whether a word begins with a capital, or with a digit (`5th`).
    pub(super) fn stands_out(&self, n: usize) -> bool {
        self.text[self.words[n].start..].starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
    }

    /// What stands between two neighbouring words.
    pub(super) fn gap(&self, before: usize) -> &str {
        &self.lower[self.words[before].end..self.words[before + 1].start]
    }

    /// Up to so many bytes before a span, the span, and up to so many behind it.
    pub(super) fn around(&self, span: &Range<usize>, (before, after): (usize, usize)) -> &str {
        let starts = |at: &usize| self.lower.is_char_boundary(*at);
        let from = (span.start.saturating_sub(before)..=span.start).find(starts).unwrap_or(span.start);
        let to = (span.end..=self.lower.len().min(span.end + after)).rev().find(starts).unwrap_or(span.end);
        &self.lower[from..to]
    }

    /// The byte before a place, or a space at the start.
    pub(super) fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b' ', |at| self.lower.as_bytes()[at])
    }

    /// The byte at a place, or a space at the end.
    pub(super) fn at(&self, at: usize) -> u8 {
        self.lower.as_bytes().get(at).copied().unwrap_or(b' ')
    }
}

/// Writes letters that stand for figures as those: `078-O5-1120`, `4OOO 12l4`, `l420 Main Street`. Of a run of such letters and
/// figures one must be a figure, or another such run beside it have one alone; `H2O` and `O2` keep what they have.
fn figures(text: &mut String) {
    let is_one = |b: u8| b.is_ascii_digit() || matches!(b, b'o' | b'O' | b'l' | b'I');
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    let bytes = text.as_bytes();
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || !bytes[at].is_ascii()) {
            at += 1;
        }
        if at > start && bytes[start..at].iter().all(|b| is_one(*b)) {
            runs.push(start..at);
        }
        at += 1;
    }
    let digits = |run: &Range<usize>| bytes[run.clone()].iter().filter(|b| b.is_ascii_digit()).count();
    // `O2`, `10l`: an amount or a formula; more figures, or more runs, are a number.
    let beside = |a: usize, b: usize| runs[b].start - runs[a].end == 1 && matches!(bytes[runs[a].end], b' ' | b'-' | b'.');
    let told = |n: usize| {
        let before = n > 0 && beside(n - 1, n) && digits(&runs[n - 1]) > 1;
        let behind = n + 1 < runs.len() && beside(n, n + 1) && digits(&runs[n + 1]) > 1;
        let litres = bytes[runs[n].end - 1] == b'l' && digits(&runs[n]) + 1 == runs[n].len();
        digits(&runs[n]) > 1 && runs[n].len() > 2 && !litres || runs[n].len() > 1 && (before || behind)
    };
    let found: Vec<Range<usize>> = (0..runs.len()).filter(|n| told(*n)).map(|n| runs[n].clone()).collect();
    if found.is_empty() {
        return;
    }
    let mut bytes = std::mem::take(text).into_bytes();
    for b in found.into_iter().flatten() {
        bytes[b] = match bytes[b] {
            b'o' | b'O' => b'0',
            b'l' | b'I' => b'1',
            figure => figure,
        };
    }
    // One sign of ASCII for another: it is as valid as it was.
    *text = String::from_utf8(bytes).unwrap_or_default();
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn words(lower: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut inside = false;
    for (at, c) in lower.char_indices() {
        let end = at + c.len_utf8();
        if c.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if inside => word.end = end,
                _ => words.push(at..end),
            }
            inside = true;
        } else {
            // An apostrophe joins letters only when it stands right between them.
            inside = inside && c == '\'' && words.last().is_some_and(|word| word.end == at);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("512-\n555", "512- 555", "512-555")]
    #[case("a \r\n\t b", "a b", "a b")]
    #[case("one\u{2028}two\nthree", "one two three", "onetwothree")]
    fn lines_are_spaces_or_joined(#[case] given: &str, #[case] spaced: &str, #[case] joined: &str) {
        assert_eq!(Folded::new(given).text, spaced);
        assert_eq!(Folded::joined(given).map(|folded| folded.text).as_deref(), Some(joined));
        assert!(Folded::joined("one line\n").is_none());
    }

    #[rstest]
    #[case("SSN 078-O5-1120", "SSN 078-05-1120")]
    #[case("social 078-05-ll20", "social 078-05-1120")]
    #[case("4OOO OOOO OOOO OOO2", "4OOO OOOO OOOO OOO2")]
    #[case("l420 Main, 1O4l Elm", "1420 Main, 1041 Elm")]
    #[case("H2O and O2 at 10l, l or I, hello 12 oil", "H2O and O2 at 10l, l or I, hello 12 oil")]
    fn letters_among_figures_are_figures(#[case] given: &str, #[case] read: &str) {
        assert_eq!(Folded::new(given).text, read);
    }

    #[test]
    fn a_span_leads_back_to_the_original() {
        let folded = Folded::new("日\u{200b}５\u{200b}１x");
        let at = folded.text.find("51").unwrap();
        assert_eq!(folded.original(&(at..at + 2)), 2..5);
    }

    #[rstest]
    #[case("don't stop, Zoe's 5th", &["don't", "stop", "zoe's", "5th"])]
    #[case("'quoted' --", &["quoted"])]
    fn words_are_cut(#[case] given: &str, #[case] words: &[&str]) {
        let folded = Folded::new(given);
        let cut: Vec<_> = (0..folded.words.len()).map(|n| folded.word(n)).collect();
        assert_eq!(cut, words);
    }

    proptest! {
        #[test]
        fn every_byte_knows_its_character(text in any::<String>()) {
            let folded = Folded::new(&text);
            prop_assert_eq!(folded.origin.len(), folded.text.len());
            prop_assert_eq!(folded.lower.len(), folded.text.len());
            prop_assert!(folded.origin.iter().all(|n| *n < text.chars().count()));
            prop_assert!(folded.origin.is_sorted());
        }
    }
}

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
        let lower = text.to_ascii_lowercase();
        let words = words(&lower);
        Self { text, lower, words, origin, breaks }
    }

    /// The same with figures for the letters that stand for some, and where those are; `None` where there are none.
    pub(super) fn in_figures(&self) -> Option<(Self, Vec<usize>)> {
        let letters = for_figures(&self.text);
        if letters.is_empty() {
            return None;
        }
        let mut bytes = self.text.clone().into_bytes();
        for at in &letters {
            bytes[*at] = stands_for(bytes[*at]).unwrap_or(bytes[*at]);
        }
        let text = String::from_utf8(bytes).ok()?;
        let lower = text.to_ascii_lowercase();
        let words = words(&lower);
        Some((Self { text, lower, words, origin: self.origin.clone(), breaks: self.breaks.clone() }, letters))
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

/// The bytes of letters that stand for figures: `078-O5-1120`, `12l4`, `l420 Main Street`. Of a run of such letters and figures
/// two must be figures, or one beside a run that has two.
fn for_figures(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|b| stands_for(*b).is_some()) {
        return vec![];
    }
    let is_one = |b: u8| b.is_ascii_digit() || stands_for(b).is_some();
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
    let beside = |a: usize, b: usize| runs[b].start - runs[a].end == 1 && matches!(bytes[runs[a].end], b' ' | b'-' | b'.');
    let told = |n: usize| {
        let before = n > 0 && beside(n - 1, n) && digits(&runs[n - 1]) > 1;
        let behind = n + 1 < runs.len() && beside(n, n + 1) && digits(&runs[n + 1]) > 1;
        digits(&runs[n]) > 1 || digits(&runs[n]) > 0 && (before || behind)
    };
    let found = (0..runs.len()).filter(|n| told(*n)).flat_map(|n| runs[n].clone());
    found.filter(|at| stands_for(bytes[*at]).is_some()).collect()
}

/// The figure that a letter is taken for.
fn stands_for(letter: u8) -> Option<u8> {
    match letter {
        b'o' | b'O' => Some(b'0'),
        b'l' | b'I' => Some(b'1'),
        _ => None,
    }
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
    #[case("SSN 078-O5-1120", Some("SSN 078-05-1120"))]
    #[case("social 078-05-ll20", Some("social 078-05-1120"))]
    #[case("078-05-l120", Some("078-05-1120"))]
    #[case("l420 Main, 1O4l Elm", Some("1420 Main, 1041 Elm"))]
    #[case("Chicago, IL 60601, aaa.i00", None)]
    #[case("H2O and O2, l or I, hello 12 oil", None)]
    fn letters_among_figures_are_figures(#[case] given: &str, #[case] read: Option<&str>) {
        let folded = Folded::new(given).in_figures();
        assert_eq!(folded.as_ref().map(|(folded, _)| folded.text.as_str()), read);
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

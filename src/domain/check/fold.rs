//! A text folded for matching, with the way back: look-alikes become plain ASCII, hidden characters are dropped,
//! and every byte knows the character it came from.

use std::ops::Range;

/// Letters of other alphabets, and accented ones, that read as a Latin letter: each group is the letter, then its twins.
const TWINS: &str = "aàáâãäåāăąаαɑӑӓ bвʙβƅ cçćčсϲċĉ dďđԁɗ eèéêëēėęěеёεҽĕ fƒ gğģɡġĝɢ hнһɦʜĥħ iìíîïīįıіιɩɪĭĩї jјϳĵ kķкκ lĺľłʟӏļ mмʍ \
                     nñńňņոɴη oòóôõöøōőоοօơŏ pрρ qԛ rŕřʀ sśşšșѕŝ tţťțтτŧ uùúûüūůűųυսŭũ vνѵʋ wŵԝωшɯ xхχ yýÿŷуүγʏ zźżžʐ";

/// Capitals that look like another letter than their small ones do: each with the letter it reads as.
const CAPITALS: [(char, char); 5] = [('Η', 'H'), ('Μ', 'M'), ('Ν', 'N'), ('Υ', 'Y'), ('Ζ', 'Z')];

/// The first character of each run of ten decimal digits of other scripts and styles.
const ZEROS: [u32; 13] =
    [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xff10, 0x2080, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1fbf0];

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
            match plain(c) {
                Some(folded) if folded.is_ascii_whitespace() || folded == '\u{b}' => {
                    let line = is_line_break(folded);
                    if line && joined {
                        breaks.push(text.len());
                        continue;
                    }
                    if !text.ends_with(' ') {
                        text.push(' ');
                    }
                    if line && breaks.last() != Some(&(text.len() - 1)) {
                        breaks.push(text.len() - 1);
                    }
                }
                Some(folded) if folded.is_ascii() => text.push(folded),
                Some(other) => text.extend(other.to_lowercase()),
                None => {}
            }
            origin.resize(text.len(), n);
        }
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

/// The character that is matched instead; `None` where nothing is seen of it.
fn plain(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c);
    }
    let folded = match c {
        // Hidden: soft hyphen, combining marks, zero-widths, direction marks, selectors, keycaps, tags.
        '\u{ad}'
        | '\u{300}'..='\u{36f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => return None,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{207b}' | '\u{2212}' | '\u{2796}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{3002}' | '\u{30fb}' | '\u{ff61}' => '.',
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{2bc}' | '\u{60c}' | '\u{b4}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201f}' | '\u{2033}' => '"',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{fe6b}' => '@',
        '\u{fe62}' | '\u{207a}' => '+',
        '\u{b9}' => '1',
        '\u{b2}' => '2',
        '\u{b3}' => '3',
        '\u{2070}' | '\u{24ea}' | '\u{24ff}' => '0',
        '\u{2074}'..='\u{2079}' => shifted(c, 0x2074, '4'),
        '\u{2460}'..='\u{2468}' => shifted(c, 0x2460, '1'),
        '\u{2776}'..='\u{277e}' => shifted(c, 0x2776, '1'),
        '\u{ff01}'..='\u{ff5e}' if !('\u{ff10}'..='\u{ff19}').contains(&c) => shifted(c, 0xff01, '!'),
        '\u{1d400}'..='\u{1d6a3}' => styled(c),
        '\u{24b6}'..='\u{24cf}' => shifted(c, 0x24b6, 'A'),
        '\u{24d0}'..='\u{24e9}' => shifted(c, 0x24d0, 'a'),
        '\u{1f130}'..='\u{1f149}' => shifted(c, 0x1f130, 'A'),
        '\u{212a}' => 'K',
        _ => digit(c).or_else(|| twin(c)).unwrap_or(c),
    };
    Some(folded)
}

/// The character as far from `to` as `c` is from `from`.
fn shifted(c: char, from: u32, to: char) -> char {
    char::from_u32(c as u32 - from + to as u32).unwrap_or(c)
}

/// Mathematical alphabets: thirteen styles of 26 capitals and 26 small letters in a row.
fn styled(c: char) -> char {
    let place = (c as u32 - 0x1d400) % 52;
    char::from_u32(if place < 26 { 'A' as u32 + place } else { 'a' as u32 + place - 26 }).unwrap_or(c)
}

fn digit(c: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

fn twin(c: char) -> Option<char> {
    // Below the first Latin-1 letter nothing has a twin; above Cyrillic and Armenian neither.
    if !('\u{c0}'..='\u{58f}').contains(&c) {
        return None;
    }
    if let Some((_, letter)) = CAPITALS.iter().find(|(capital, _)| *capital == c) {
        return Some(*letter);
    }
    let small = c.to_lowercase().next()?;
    let letter = TWINS.split(' ').find(|group| group.chars().skip(1).any(|twin| twin == small))?.chars().next()?;
    Some(if small == c { letter } else { letter.to_ascii_uppercase() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("５１２－５５５", "512-555")]
    #[case("5\u{200b}1\u{ad}2", "512")]
    #[case("٥١٢ ۵۵۵", "512 555")]
    #[case("5️⃣1️⃣2️⃣", "512")]
    #[case("𝟓𝟙𝟧 ①②③ ⁴₅", "515 123 45")]
    #[case("512‑555–0142", "512-555-0142")]
    #[case("аna＠exаmple․com", "ana@example.com")]
    #[case("Zoë Müller", "Zoe Muller")]
    #[case("ΗΜΝΥΖ ΑΒΕΙΚΟΡΤΧ", "HMNYZ ABEIKOPTX")]
    #[case("𝐆uarantee", "Guarantee")]
    #[case("日本", "日本")]
    fn look_alikes_become_plain(#[case] given: &str, #[case] folded: &str) {
        assert_eq!(Folded::new(given).text, folded);
    }

    #[rstest]
    #[case("512-\n555", "512- 555", "512-555")]
    #[case("a \r\n\t b", "a b", "a b")]
    #[case("one\u{2028}two\nthree", "one two three", "onetwothree")]
    fn lines_are_spaces_or_joined(#[case] given: &str, #[case] spaced: &str, #[case] joined: &str) {
        assert_eq!(Folded::new(given).text, spaced);
        assert_eq!(Folded::joined(given).map(|folded| folded.text).as_deref(), Some(joined));
        assert!(Folded::joined("one line\n").is_none());
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

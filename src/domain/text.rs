//! The boundary for text that somebody else wrote: hidden from print until asked for, and made harmless when shown.
//!
//! [`Untrusted`] is text that may be shown, but only through [`neutralise`]. [`Internal`] is data that may not be
//! shown at all by accident (C1): it has no `Display`, no `Serialize`, and its `Debug` says nothing.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use unicode_segmentation::UnicodeSegmentation;

/// Combining marks kept on one base character; more than this is a pile that paints over its neighbours.
const MARKS_PER_BASE: usize = 4;

/// Text written by a lead, a provider or a model. It reaches a screen, a log or a pipe only neutralised.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Takes the text as it came.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as it came, for storing, hashing and comparing. Never paint or print it.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// One line, harmless to paint: line breaks and tabs become visible marks too.
    pub fn shown(&self) -> Cow<'_, str> {
        neutralise(&self.0)
    }

    /// Harmless to paint, line by line.
    pub fn shown_lines(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.lines().map(neutralise)
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({} bytes)", self.0.len())
    }
}

impl Serialize for Untrusted {
    /// JSON goes to terminals as often as to programs: line breaks stay (JSON escapes them), the rest is neutralised.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown_lines().collect::<Vec<_>>().join("\n"))
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Raw data that stays inside (C1): payload bytes, private notes, request bodies.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Internal<T>(T);

impl<T> Internal<T> {
    /// Wraps it.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every call is a place to justify in review.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Internal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Internal(..)")
    }
}

/// How one character is shown; `None` when it may pass as it is.
fn mark(c: char) -> Option<String> {
    let picture = match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32),
        '\u{7f}' => Some('␡'),
        _ => None,
    };
    if let Some(picture) = picture {
        return Some(picture.to_string());
    }
    let hidden = matches!(c,
        '\u{80}'..='\u{9f}'                       // C1 controls: 8-bit CSI, OSC, DCS
        | '\u{ad}' | '\u{34f}' | '\u{61c}'        // soft hyphen, grapheme joiner, Arabic letter mark
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' // blank fillers
        | '\u{180b}'..='\u{180f}'                 // Mongolian selectors
        | '\u{200b}'..='\u{200f}'                 // zero-widths and direction marks
        | '\u{2028}'..='\u{202e}'                 // line and paragraph separators, bidi embeddings and overrides
        | '\u{2060}'..='\u{206f}'                 // word joiner, invisible operators, bidi isolates
        | '\u{fe00}'..='\u{fe0f}'                 // variation selectors
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'               // tags and supplementary selectors
    );
    hidden.then(|| format!("⟨U+{:04X}⟩", c as u32))
}

/// Makes text harmless to paint or print: control characters, escape sequences, bidi overrides and zero-widths
/// become visible marks, and piles of combining marks are cut at four. Borrowed when nothing had to change.
///
/// The list covers Unicode's `Bidi_Control` and `Default_Ignorable_Code_Point` (the lists that incomplete
/// filters were found to miss U+061C, U+200E and U+200F in).
pub fn neutralise(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    let piled = |cluster: &str| cluster.chars().count() > MARKS_PER_BASE + 1;
    if !text.chars().any(|c| mark(c).is_some()) && !text.graphemes(true).any(piled) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut behind_mark = false;
    for cluster in text.graphemes(true) {
        // What combined with nothing, because a control stood before it, combines with the mark that is shown for it.
        let mut plain = usize::from(behind_mark && combines(cluster));
        for c in cluster.chars() {
            let mark = mark(c);
            behind_mark = mark.is_some();
            if let Some(mark) = mark {
                out.push_str(&mark);
            } else if plain <= MARKS_PER_BASE {
                out.push(c);
                plain += 1;
            }
        }
    }
    Cow::Owned(out)
}

/// Whether the first character of a cluster belongs to whatever stands before it.
fn combines(cluster: &str) -> bool {
    let first = cluster.chars().next().unwrap_or(' ');
    ['⟩', first].iter().collect::<String>().graphemes(true).count() == 1
}

/// Whether a character could change the screen beyond its own cell. The last wall before the terminal asks this.
pub fn is_unsafe(c: char) -> bool {
    mark(c).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain", "plain")]
    #[case("Zoë ☎ 日本", "Zoë ☎ 日本")]
    #[case("a\x1b[31mred", "a␛[31mred")]
    #[case("a\u{9b}31m", "a⟨U+009B⟩31m")]
    #[case("x\0y", "x␀y")]
    #[case("evil\u{202e}gpj.exe", "evil⟨U+202E⟩gpj.exe")]
    #[case("a\u{200b}b", "a⟨U+200B⟩b")]
    #[case("two\nlines", "two␊lines")]
    #[case("tab\there", "tab␉here")]
    #[case("\u{e0041}", "⟨U+E0041⟩")]
    fn hostile_characters_become_visible(#[case] given: &str, #[case] shown: &str) {
        assert_eq!(neutralise(given), shown);
    }

    #[test]
    fn a_pile_of_marks_is_cut() {
        let pile = format!("a{}b", "\u{301}".repeat(500));
        assert_eq!(neutralise(&pile).chars().count(), 2 + MARKS_PER_BASE);
    }

    #[test]
    fn a_pile_behind_a_control_is_cut_with_its_mark() {
        let shown = neutralise("\u{83}\u{483}\u{483}\u{483}\u{483}\u{483}").into_owned();
        assert_eq!(shown, "⟨U+0083⟩\u{483}\u{483}\u{483}\u{483}");
        assert_eq!(neutralise(&shown), shown);
    }

    #[test]
    fn internal_says_nothing() {
        assert_eq!(format!("{:?}", Internal::new("gate code 4411")), "Internal(..)");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_comes_through(text in any::<String>()) {
            prop_assert!(!neutralise(&text).chars().any(is_unsafe));
        }

        #[test]
        fn neutralising_twice_changes_nothing(text in any::<String>()) {
            let once = neutralise(&text).into_owned();
            prop_assert_eq!(neutralise(&once).into_owned(), once);
        }
    }
}

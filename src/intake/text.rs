//! Text of payloads made fit to store and to quote: cut, without NUL, and never raw in a reason.

use crate::domain::journal::{sha256, to_hex};
use crate::domain::text::{Untrusted, neutralise};

/// Longest normalised text, in characters. The payload keeps the whole of it.
pub(super) const LONGEST: usize = 500;
/// Longest text of what the person wrote or said, in characters.
pub(super) const LONGEST_WORDS: usize = 10_000;
/// Longest quotation in a reason, in characters.
const LONGEST_QUOTE: usize = 60;
/// Longest natural key, in bytes; a longer one is stored as its hash.
const LONGEST_KEY: usize = 200;

/// At most `longest` characters, the last one `…` when something was cut.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some(_) => text.chars().take(longest.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Fit to store: trimmed, cut, and with U+FFFD for NUL, which a Postgres text cannot hold. Nothing left is `None`.
pub(super) fn stored(text: &str, longest: usize) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| cut(text, longest).replace('\0', "\u{fffd}"))
}

/// One field as normalised text.
pub(super) fn field(text: &str) -> Option<Untrusted> {
    stored(text, LONGEST).map(Untrusted::new)
}

/// What the person wrote or said.
pub(super) fn words(text: &str) -> Option<Untrusted> {
    stored(text, LONGEST_WORDS).map(Untrusted::new)
}

/// A short text that is kept as a plain string (an owner's name, an account): made harmless, because it is shown as it is.
pub(super) fn plain(text: &str) -> Option<String> {
    stored(text, LONGEST).map(|text| neutralise(&text).into_owned())
}

/// A quotation for a reason: harmless, cut, between quotes.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", neutralise(&cut(text, LONGEST_QUOTE)))
}

/// A name of a field or column, harmless and cut, without quotes.
pub(super) fn name(text: &str) -> String {
    neutralise(&cut(text, LONGEST_QUOTE)).into_owned()
}

/// A natural key fit to store: one that is empty, too long or would not be shown as it is becomes its hash.
pub(super) fn key(text: &str) -> String {
    let fit = !text.trim().is_empty() && text.len() <= LONGEST_KEY && neutralise(text) == text;
    if fit { text.to_owned() } else { hash([text]) }
}

/// A key for what has none: the hash of its parts, in order, each with its length so that no two lists are alike.
pub(super) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut input = Vec::new();
    for part in parts {
        input.extend_from_slice(&(part.len() as u64).to_be_bytes());
        input.extend_from_slice(part.as_bytes());
    }
    format!("sha256:{}", to_hex(&sha256(&input)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_and_says_so() {
        let long = stored(&"ñ".repeat(1_000_000), LONGEST).unwrap();
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with('…'));
        assert_eq!(stored("  Ana  ", LONGEST).as_deref(), Some("Ana"));
        assert_eq!(stored(" \n ", LONGEST), None);
    }

    #[test]
    fn a_nul_is_replaced_visibly() {
        assert_eq!(stored("A\0na", LONGEST).as_deref(), Some("A\u{fffd}na"));
    }

    #[test]
    fn a_quotation_is_never_raw() {
        assert_eq!(quote("\x1b[31m+999"), "\"␛[31m+999\"");
    }

    #[test]
    fn keys_stay_readable_where_they_can() {
        assert_eq!(key("CA12:busy"), "CA12:busy");
        assert!(key("a\0b").starts_with("sha256:"));
        assert!(key(&"x".repeat(5_000)).len() < 80);
        assert!(key("").starts_with("sha256:"));
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
    }
}

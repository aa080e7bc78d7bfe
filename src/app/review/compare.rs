//! The word diff from the draft to the client-safe text.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In both.
    Kept,
    /// Only in the client-safe text.
    Added,
    /// Only in the draft.
    Removed,
}

/// A run of words with one fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What became of it.
    pub fate: Fate,
    /// The words, with the spaces between them.
    pub text: String,
}

/// Longest a diff may take; a coarser one comes then, never a late key.
const BUDGET: Duration = Duration::from_millis(20);

/// Compares word by word. The `Kept` and `Removed` pieces joined are `old`, the `Kept` and `Added` ones `new`.
pub(super) fn words(old: &str, new: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().timeout(BUDGET).diff_unicode_words(old, new);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Kept,
            ChangeTag::Insert => Fate::Added,
            ChangeTag::Delete => Fate::Removed,
        };
        match pieces.last_mut() {
            Some(piece) if piece.fate == fate => piece.text.push_str(change.value()),
            _ => pieces.push(Piece { fate, text: change.value().to_owned() }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn side(pieces: &[Piece], without: Fate) -> String {
        pieces.iter().filter(|piece| piece.fate != without).map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn only_the_words_that_differ_are_marked() {
        let pieces = words("Call Maria at noon.", "Call the customer at noon.");
        let marked: Vec<(Fate, &str)> =
            pieces.iter().filter(|piece| piece.fate != Fate::Kept).map(|piece| (piece.fate, piece.text.as_str())).collect();
        assert_eq!(marked, [(Fate::Removed, "Maria"), (Fate::Added, "the customer")]);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_diff(old in "[ab \n.]{0,60}", new in "[ab \n.]{0,60}") {
            let pieces = words(&old, &new);
            prop_assert_eq!(side(&pieces, Fate::Added), old);
            prop_assert_eq!(side(&pieces, Fate::Removed), new);
        }
    }
}

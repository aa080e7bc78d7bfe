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

/// Both texts in one, and where each piece begins, in characters. A blank keeps what was removed apart from what came in
/// its place.
pub fn joined(pieces: &[Piece]) -> (String, Vec<usize>) {
    let (mut text, mut starts, mut at) = (String::new(), Vec::new(), 0);
    let mut before = None;
    for piece in pieces {
        if before == Some(Fate::Removed) && piece.fate == Fate::Added {
            text.push(' ');
            at += 1;
        }
        starts.push(at);
        text.push_str(&piece.text);
        at += piece.text.chars().count();
        before = Some(piece.fate);
    }
    (text, starts)
}

/// Compares word by word. The `Kept` and `Removed` pieces joined are `old`, the `Kept` and `Added` ones `new`.
///
/// Neighbouring changes are told as one, what was removed before what was added: "Maria Ortiz" became "The customer",
/// and not each word the other in turn because the space between them stayed.
pub(super) fn words(old: &str, new: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().timeout(BUDGET).diff_unicode_words(old, new);
    let mut pieces = Vec::new();
    let mut change = Change::default();
    for word in diff.iter_all_changes() {
        match word.tag() {
            ChangeTag::Insert => change.add(Fate::Added, word.value()),
            ChangeTag::Delete => change.add(Fate::Removed, word.value()),
            ChangeTag::Equal if change.is_open() && word.value().chars().all(|c| c == ' ') => change.space.push_str(word.value()),
            ChangeTag::Equal => {
                change.end(&mut pieces);
                push(&mut pieces, Fate::Kept, word.value());
            }
        }
    }
    change.end(&mut pieces);
    pieces
}

/// A change that may go on after the next space.
#[derive(Default)]
struct Change {
    removed: String,
    added: String,
    space: String,
}

impl Change {
    fn is_open(&self) -> bool {
        !self.removed.is_empty() || !self.added.is_empty()
    }

    fn add(&mut self, fate: Fate, words: &str) {
        let space = std::mem::take(&mut self.space);
        self.removed.push_str(&space);
        self.added.push_str(&space);
        if fate == Fate::Added { self.added.push_str(words) } else { self.removed.push_str(words) }
    }

    fn end(&mut self, pieces: &mut Vec<Piece>) {
        let Self { removed, added, space } = std::mem::take(self);
        push(pieces, Fate::Removed, &removed);
        push(pieces, Fate::Added, &added);
        push(pieces, Fate::Kept, &space);
    }
}

fn push(pieces: &mut Vec<Piece>, fate: Fate, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(piece) if piece.fate == fate => piece.text.push_str(text),
        _ => pieces.push(Piece { fate, text: text.to_owned() }),
    }
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
        let pieces = words("Call Maria Ortiz at noon.", "Call the customer at noon.");
        let marked: Vec<(Fate, &str)> =
            pieces.iter().filter(|piece| piece.fate != Fate::Kept).map(|piece| (piece.fate, piece.text.as_str())).collect();
        assert_eq!(marked, [(Fate::Removed, "Maria Ortiz"), (Fate::Added, "the customer")]);
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

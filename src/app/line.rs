//! One line of typed text with a cursor: the filter, the palette, the answers of popups.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

/// Longest line, in characters; a paste is cut there.
const LONGEST: usize = 2_000;

/// A line and where its cursor stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    text: String,
    /// Byte offset, always on a grapheme boundary.
    at: usize,
}

impl Line {
    /// A line that holds a text, with the cursor behind it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { at: text.len(), text }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor, and behind it.
    pub fn halves(&self) -> (&str, &str) {
        self.text.split_at(self.at)
    }

    /// Puts text in at the cursor; control characters become spaces, so that a pasted line break sends nothing off.
    pub fn insert(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.text.chars().count());
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(room).collect();
        self.text.insert_str(self.at, &clean);
        self.at += clean.len();
        // A combining character can merge with what stood behind the cursor.
        self.at = self.boundary_at_or_after(self.at);
    }

    /// Puts other text in its place.
    pub fn set(&mut self, text: String) {
        *self = Self::new(text);
    }

    fn boundary_at_or_after(&self, at: usize) -> usize {
        self.text.grapheme_indices(true).map(|(i, _)| i).find(|i| *i >= at).unwrap_or(self.text.len())
    }

    fn before(&self) -> usize {
        self.text[..self.at].grapheme_indices(true).next_back().map_or(0, |(i, _)| i)
    }

    fn word_before(&self) -> usize {
        let head = self.text[..self.at].trim_end();
        head.rfind(char::is_whitespace).map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8))
    }

    /// Takes a key in; `false` when the key means nothing in a line (Enter, Esc, Tab …).
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('u') if ctrl => {
                self.text.drain(..self.at);
                self.at = 0;
            }
            KeyCode::Char('w') if ctrl => self.cut_from(self.word_before()),
            KeyCode::Char('a') if ctrl => self.at = 0,
            KeyCode::Char('e') if ctrl => self.at = self.text.len(),
            KeyCode::Char(c) if !ctrl && !key.modifiers.contains(KeyModifiers::ALT) => {
                self.insert(c.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Backspace => self.cut_from(self.before()),
            KeyCode::Delete => {
                let end = self.boundary_at_or_after(self.at + 1);
                self.text.drain(self.at..end.max(self.at));
            }
            KeyCode::Left => self.at = self.before(),
            KeyCode::Right => self.at = self.boundary_at_or_after(self.at + 1),
            KeyCode::Home => self.at = 0,
            KeyCode::End => self.at = self.text.len(),
            _ => return false,
        }
        true
    }

    fn cut_from(&mut self, start: usize) {
        self.text.drain(start..self.at);
        self.at = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn press(line: &mut Line, code: KeyCode, ctrl: bool) {
        line.key(KeyEvent::new(code, if ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE }));
    }

    #[test]
    fn edits_by_what_people_see_as_letters() {
        let mut line = Line::new("Zoe\u{308} 日本");
        for _ in 0..4 {
            press(&mut line, KeyCode::Backspace, false);
        }
        assert_eq!(line.text(), "Zo");
        press(&mut line, KeyCode::Home, false);
        press(&mut line, KeyCode::Delete, false);
        assert_eq!(line.text(), "o");
    }

    #[test]
    fn ctrl_w_cuts_a_word() {
        let mut line = Line::new("state:dead client:Ac");
        press(&mut line, KeyCode::Char('w'), true);
        assert_eq!(line.text(), "state:dead ");
    }

    #[test]
    fn a_pasted_line_break_is_a_space() {
        let mut line = Line::default();
        line.insert("a\nb");
        assert_eq!(line.text(), "a b");
    }

    proptest! {
        #[test]
        fn no_key_breaks_it(text in any::<String>(), keys in proptest::collection::vec(0_usize..9, 0..40)) {
            let mut line = Line::default();
            line.insert(&text);
            for key in keys {
                let (code, ctrl) = [
                    (KeyCode::Backspace, false), (KeyCode::Delete, false), (KeyCode::Left, false), (KeyCode::Right, false),
                    (KeyCode::Char('w'), true), (KeyCode::Char('u'), true), (KeyCode::Char('\u{301}'), false),
                    (KeyCode::Home, false), (KeyCode::Char('👩'), false),
                ][key];
                press(&mut line, code, ctrl);
                prop_assert!(line.text().is_char_boundary(line.at));
            }
        }
    }
}

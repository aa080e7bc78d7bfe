//! The text under the reviewer's hands. It is made harmless on the way *in*, so that every position counts the same
//! in the text, in the findings and on the screen: what is painted is exactly what is approved.
//!
//! Control characters go, carriage returns and tabs become breaks and spaces, and characters that nobody can see
//! (zero-widths, bidi marks, selectors) are taken out and counted, for the screen to say so: a client-safe text has no
//! use for them. Piles of combining marks are cut as everywhere.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};

use super::rows;
use crate::domain::text::{is_unsafe, neutralise};

/// Most characters a client-safe text may have. A summary has a few hundred; a longer paste is a mistake.
pub(super) const LONGEST: usize = 20_000;

/// A text without what cannot be seen, and how many such characters there were.
pub(super) fn clean(raw: &str) -> (String, usize) {
    let text = raw.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").replace('\t', "    ");
    let hidden = text.chars().filter(|c| *c != '\n' && is_unsafe(*c)).count();
    let seen: String = text.chars().filter(|c| *c == '\n' || !is_unsafe(*c)).collect();
    let lines: Vec<_> = seen.split('\n').map(neutralise).collect();
    (lines.join("\n"), hidden)
}

/// What a key or a paste did to the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Nothing, or only the cursor moved.
    Moved,
    /// The text is another.
    Changed {
        /// Characters left out because nobody could see them.
        hidden: usize,
    },
    /// It was not taken; why.
    Refused(String),
}

/// The text, its cursor and its history.
#[derive(Clone)]
pub struct Editor {
    area: TextArea<'static>,
    text: String,
}

impl fmt::Debug for Editor {
    /// Never the text: it is internal until it is approved.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Editor({} bytes)", self.text.len())
    }
}

impl Editor {
    /// Takes a text in; the number counts characters that were left out because nobody could see them.
    pub fn new(raw: &str) -> (Self, usize) {
        let (text, hidden) = clean(raw);
        (Self { area: area(&text), text }, hidden)
    }

    /// The text as it is on the screen.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor stands, in characters from 0.
    pub fn cursor(&self) -> usize {
        let cursor = self.area.cursor();
        self.flat(cursor.0, cursor.1)
    }

    /// The selected characters, where some are.
    pub fn selection(&self) -> Option<(usize, usize)> {
        let (from, to) = self.area.selection_range()?;
        Some((self.flat(from.0, from.1), self.flat(to.0, to.1)))
    }

    fn flat(&self, row: usize, column: usize) -> usize {
        let above: usize = self.area.lines().iter().take(row).map(|line| line.chars().count() + 1).sum();
        above + column
    }

    /// Puts the cursor on a character.
    pub fn go(&mut self, at: usize) {
        let (mut row, mut left) = (0_u16, at);
        for line in self.area.lines() {
            let length = line.chars().count();
            if left <= length {
                break;
            }
            left -= length + 1;
            row = row.saturating_add(1);
        }
        self.area.cancel_selection();
        self.area.move_cursor(CursorMove::Jump(row, u16::try_from(left).unwrap_or(u16::MAX)));
    }

    /// Moves the cursor by painted rows; `width` is the pane's.
    pub fn walk(&mut self, width: usize, by: isize) {
        self.go(rows::moved(&self.text, width, self.cursor(), by));
    }

    /// Takes a key in; `width` is the pane's, for the keys that move by painted rows.
    pub(super) fn key(&mut self, key: KeyEvent, width: usize) -> Typed {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Up if !ctrl && !alt => self.walk(width, -1),
            KeyCode::Down if !ctrl && !alt => self.walk(width, 1),
            KeyCode::PageUp => self.walk(width, -10),
            KeyCode::PageDown => self.walk(width, 10),
            KeyCode::Char('p') if ctrl && !alt => self.walk(width, -1),
            KeyCode::Char('n') if ctrl && !alt => self.walk(width, 1),
            // These scroll a view that the editor itself does not have here.
            KeyCode::Char('v') if ctrl || alt => {}
            // A terminal without bracketed paste sends line breaks so; the editor's own meaning is to delete the line.
            KeyCode::Char('j') if ctrl => return self.insert("\n", 0),
            KeyCode::Char(c) if !ctrl && !alt => {
                let mut buffer = [0; 4];
                let (typed, hidden) = clean(c.encode_utf8(&mut buffer));
                return self.insert(&typed, hidden);
            }
            KeyCode::Enter => return self.insert("\n", 0),
            KeyCode::Tab => return self.insert("    ", 0),
            _ => {
                self.area.input(key);
                return self.settle(0);
            }
        }
        Typed::Moved
    }

    /// Takes pasted text in at the cursor, in place of what is selected.
    pub(super) fn paste(&mut self, raw: &str) -> Typed {
        let (text, hidden) = clean(raw);
        self.insert(&text, hidden)
    }

    fn insert(&mut self, text: &str, hidden: usize) -> Typed {
        let (have, more) = (self.text.chars().count(), text.chars().count());
        if have + more > LONGEST {
            return Typed::Refused(format!("a summary holds at most {LONGEST} characters; these {more} were not taken"));
        }
        self.area.insert_str(text);
        self.settle(hidden)
    }

    /// Reads the text back, and takes out what only became unseemly by what it stands beside.
    fn settle(&mut self, hidden: usize) -> Typed {
        let now = self.area.lines().join("\n");
        if now == self.text {
            return if hidden > 0 { Typed::Changed { hidden } } else { Typed::Moved };
        }
        let (seemly, _) = clean(&now);
        if seemly != now {
            let at = self.cursor();
            self.area = area(&seemly);
            self.text = seemly;
            self.go(at.min(self.text.chars().count()));
            return Typed::Changed { hidden };
        }
        self.text = now;
        Typed::Changed { hidden }
    }

    /// Puts a text in place of the characters `start..end`; the cursor stands after it. Can be undone.
    pub fn replace(&mut self, start: usize, end: usize, with: &str) {
        let (with, _) = clean(with);
        let after = start + with.chars().count();
        let head = rows::slice(&self.text, 0, start);
        let tail = rows::slice(&self.text, end, usize::MAX);
        let wanted = format!("{head}{with}{tail}");
        self.go(start);
        if self.cursor() == start {
            self.area.delete_str(end.saturating_sub(start));
            self.area.insert_str(&with);
        }
        self.text = self.area.lines().join("\n");
        self.hold_to(wanted);
        self.go(after.min(self.text.chars().count()));
    }

    /// Puts another text in place of the whole. Can be undone. Returns how many hidden characters were left out.
    pub fn replace_all(&mut self, raw: &str) -> usize {
        let (wanted, hidden) = clean(raw);
        self.area.select_all();
        self.area.insert_str(&wanted);
        self.text = self.area.lines().join("\n");
        self.hold_to(wanted);
        self.go(0);
        hidden
    }

    /// The editor counts columns in 16 bits; beyond that an edit could land elsewhere, and the text wins over the history.
    fn hold_to(&mut self, wanted: String) {
        if self.text != wanted {
            self.area = area(&wanted);
            self.text = wanted;
        }
    }
}

fn area(text: &str) -> TextArea<'static> {
    TextArea::new(text.split('\n').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn press(editor: &mut Editor, code: KeyCode) -> Typed {
        editor.key(KeyEvent::new(code, KeyModifiers::NONE), 20)
    }

    #[rstest]
    #[case("plain\ntext", "plain\ntext", 0)]
    #[case("a\r\nb\rc", "a\nb\nc", 0)]
    #[case("a\tb", "a    b", 0)]
    #[case("a\u{1b}[31mb", "a[31mb", 1)]
    #[case("evil\u{202e}gpj", "evilgpj", 1)]
    #[case("5\u{200b}1\u{200b}2", "512", 2)]
    #[case("Zoë 日本", "Zoë 日本", 0)]
    fn what_nobody_sees_does_not_come_in(#[case] raw: &str, #[case] text: &str, #[case] hidden: usize) {
        assert_eq!(clean(raw), (text.to_owned(), hidden));
    }

    #[test]
    fn typing_pasting_and_undoing() {
        let (mut editor, _) = Editor::new("ab\ncd");
        editor.go(3);
        assert_eq!(press(&mut editor, KeyCode::Char('x')), Typed::Changed { hidden: 0 });
        assert_eq!((editor.text(), editor.cursor()), ("ab\nxcd", 4));
        assert_eq!(editor.paste("1\u{200b}\r\n2"), Typed::Changed { hidden: 1 });
        assert_eq!(editor.text(), "ab\nx1\n2cd");
        editor.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL), 20);
        assert_eq!(editor.text(), "ab\nxcd");
    }

    #[test]
    fn a_pasted_megabyte_is_refused_and_nothing_is_lost() {
        let (mut editor, _) = Editor::new("kept");
        assert!(matches!(editor.paste(&"a".repeat(1_000_000)), Typed::Refused(_)));
        assert_eq!(editor.text(), "kept");
    }

    #[test]
    fn a_line_break_from_an_old_terminal_deletes_nothing() {
        let (mut editor, _) = Editor::new("first");
        editor.go(5);
        editor.key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL), 20);
        assert_eq!(editor.text(), "first\n");
    }

    #[test]
    fn marks_typed_one_by_one_cannot_pile_up() {
        let (mut editor, _) = Editor::new("a");
        editor.go(1);
        for _ in 0..50 {
            press(&mut editor, KeyCode::Char('\u{301}'));
        }
        assert!(editor.text().chars().count() <= 5);
    }

    #[test]
    fn replacing_across_lines_can_be_undone() {
        let (mut editor, _) = Editor::new("call\n512-555\nnow");
        editor.replace(5, 12, "the number on file");
        assert_eq!((editor.text(), editor.cursor()), ("call\nthe number on file\nnow", 23));
        editor.replace_all("short");
        assert_eq!(editor.text(), "short");
        for _ in 0..2 {
            editor.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL), 20);
        }
        assert_eq!(editor.text(), "call\nthe number on file\nnow");
    }

    #[test]
    fn a_line_beyond_sixteen_bits_is_still_edited_in_the_right_place() {
        let long = format!("{}PHONE{}", "a".repeat(70_000), "b".repeat(10));
        let (mut editor, _) = Editor::new(&long);
        editor.replace(70_000, 70_005, "x");
        assert_eq!(editor.text(), format!("{}x{}", "a".repeat(70_000), "b".repeat(10)));
    }

    #[test]
    fn debug_says_nothing_of_the_text() {
        let (editor, _) = Editor::new("gate code 4411");
        assert!(!format!("{editor:?}").contains("4411"));
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(raw in any::<String>()) {
            let (once, _) = clean(&raw);
            prop_assert!(!once.chars().any(|c| c != '\n' && is_unsafe(c)));
            prop_assert_eq!(clean(&once), (once, 0));
        }

        #[test]
        fn replacing_is_what_it_says(text in "[a-zé \n]{0,40}", a in 0_usize..40, b in 0_usize..40, with in "[x\n]{0,5}") {
            let count = text.chars().count();
            let (start, end) = (a.min(b).min(count), a.max(b).min(count));
            let (mut editor, _) = Editor::new(&text);
            editor.replace(start, end, &with);
            let chars: Vec<char> = text.chars().collect();
            let expected: String = chars[..start].iter().copied().chain(with.chars()).chain(chars[end..].iter().copied()).collect();
            prop_assert_eq!(editor.text(), expected);
        }
    }
}

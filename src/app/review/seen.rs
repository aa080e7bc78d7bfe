//! What of the client-safe text and of its findings has been on the screen: what nobody saw is not approved.

use std::collections::HashSet;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::rows::{row_of, rows, top_for};
use super::{Columns, Face, Review, Scene, Shape, View, compare, kind_name};
use crate::config::keys::Action;
use crate::domain::span::FindingKind;

/// Rows of text that what would leak leaves it, however much that is.
const LEAST: usize = 3;

/// The places of one text that were painted, and the findings.
#[derive(Clone, Default)]
pub(super) struct Seen {
    text: String,
    /// For each character of the text.
    shown: Vec<bool>,
    findings: HashSet<(FindingKind, String)>,
}

impl Seen {
    /// Another text is there: nothing of it was seen.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Goes along with a change of the text: what it left as it was stays seen.
    fn follow(&mut self, text: &str) {
        if self.text == text {
            return;
        }
        let (old, new): (Vec<char>, Vec<char>) = (self.text.chars().collect(), text.chars().collect());
        let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let most = old.len().min(new.len()) - head;
        let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
        let mut shown: Vec<bool> = self.shown.iter().copied().take(head).collect();
        shown.resize(new.len() - tail, false);
        shown.extend(self.shown.iter().skip(old.len() - tail));
        (self.text, self.shown) = (text.to_owned(), shown);
    }

    fn mark(&mut self, range: Range<usize>) {
        let end = range.end.min(self.shown.len());
        if let Some(part) = self.shown.get_mut(range.start.min(end)..end) {
            part.fill(true);
        }
    }
}

/// How the pane of the client-safe text is divided: rows of text, and what would leak below it where that is more than
/// the frame's own line holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPane {
    /// Columns.
    pub width: usize,
    /// Rows of text.
    pub height: usize,
    /// The first row of text that is seen.
    pub top: usize,
    /// Rows the text has in all.
    pub total: usize,
    /// What would cross the line by kind, in rows: the words, and whether it still does.
    pub ledger: Vec<Vec<(String, bool)>>,
    /// Whether the ledger stands in the frame's lower line.
    pub in_frame: bool,
}

impl TextPane {
    /// Rows of text above and below what is seen.
    pub fn hidden(&self) -> (usize, usize) {
        (self.top, self.total.saturating_sub(self.top + self.height))
    }
}

impl Review {
    /// The pane of the client-safe text at a shape.
    pub fn text_pane(&self, shape: &Shape) -> TextPane {
        let (width, room) = shape.inside(shape.text);
        let (width, room) = (usize::from(width), usize::from(room));
        let ledger = self.ledger(width, if shape.columns == Columns::One { room / 2 } else { room.saturating_sub(LEAST).max(1) });
        let in_frame = shape.columns != Columns::One && ledger.len() <= 1;
        let height = if in_frame { room } else { room.saturating_sub(ledger.len()) };
        let broken = rows(self.editor.text(), width);
        let top = top_for(row_of(&broken, self.editor.cursor()), broken.len(), height);
        TextPane { width, height, top, total: broken.len(), ledger, in_frame }
    }

    /// What would cross the line by kind, in the draft and in the text: `phone 1→0`, in rows of a width. Where there are
    /// more rows than `most`, the last one says how many kinds are left out.
    fn ledger(&self, width: usize, most: usize) -> Vec<Vec<(String, bool)>> {
        let kinds = self.checks.ledger();
        if kinds.is_empty() || most == 0 {
            return Vec::new();
        }
        let words = kinds.iter().map(|(kind, before, now)| (format!(" {} {before}→{now}", kind_name(*kind)), *now > 0));
        let mut told = vec![vec![(" would leak:".to_owned(), false)]];
        let (mut cells, count) = (" would leak:".width(), kinds.len());
        for (at, (word, leaks)) in words.enumerate() {
            let (wide, last) = (word.width(), told.len() == most);
            // The last row keeps room to say what it leaves out.
            let more = if last && at + 1 < count { format!(" +{} more", count - at).width() } else { 0 };
            if cells + wide + more > width && cells > 0 {
                if last {
                    if let Some(row) = told.last_mut() {
                        row.push((format!(" +{} more", count - at), true));
                    }
                    break;
                }
                told.push(Vec::new());
                cells = 0;
            }
            if let Some(row) = told.last_mut() {
                row.push((word, leaks));
            }
            cells += wide;
        }
        told
    }

    /// The findings that are seen in the list.
    fn listed(&self, shape: &Shape) -> Range<usize> {
        let (count, rows) = (self.checks.found().len(), shape.finding_rows());
        let top = top_for(self.checks.selected(), count, rows);
        top..(top + rows).min(count)
    }

    /// Remembers what the frame has shown.
    pub(super) fn show(&mut self, scene: &Scene<'_>) {
        let shape = self.shape(scene, scene.size.0, scene.size.1.saturating_sub(2));
        let listed = self.listed(&shape);
        // Where there is no room for the list, the marks in the text are all there is.
        let listed = if shape.finding_rows() == 0 { 0..self.checks.found().len() } else { listed };
        let names: Vec<_> = self
            .checks
            .found()
            .iter()
            .skip(listed.start)
            .take(listed.len())
            .map(|found| (found.kind, found.text.clone()))
            .collect();
        self.seen.findings.extend(names);
        self.seen.follow(self.editor.text());
        if shape.columns == Columns::One && self.face != Face::Text {
            return;
        }
        let pane = self.text_pane(&shape);
        match &self.view {
            View::Text => {
                let broken = rows(self.editor.text(), pane.width);
                let mut seen = broken.iter().skip(pane.top).take(pane.height);
                if let Some(first) = seen.next() {
                    let end = seen.next_back().unwrap_or(first).end;
                    self.seen.mark(first.start..end);
                }
            }
            // What differs tells the whole text, where it can be seen without scrolling.
            View::Diff(pieces) if rows(&compare::joined(pieces).0, pane.width).len() <= pane.height => {
                self.seen.mark(0..usize::MAX);
            }
            View::Diff(_) | View::Both { .. } | View::Preview(_) => {}
        }
    }

    /// What is left to see before a verdict counts; `None` when all was.
    pub(super) fn unseen(&mut self, scene: &Scene<'_>) -> Option<String> {
        self.seen.follow(self.editor.text());
        let shape = self.shape(scene, scene.size.0, scene.size.1.saturating_sub(2));
        let pane = self.text_pane(&shape);
        let chars: Vec<char> = self.editor.text().chars().collect();
        let blind = |at: usize| {
            let hidden = self.seen.shown.get(at).is_some_and(|shown| !shown);
            hidden && chars.get(at).is_some_and(|c| !c.is_whitespace())
        };
        let broken = rows(self.editor.text(), pane.width);
        let left = broken.iter().enumerate().filter(|(_, row)| (row.start..row.end).any(blind)).map(|(at, _)| at);
        let (mut above, mut below, mut here) = (0, 0, 0);
        for row in left {
            let side = if row < pane.top {
                &mut above
            } else if row < pane.top + pane.height {
                &mut here
            } else {
                &mut below
            };
            *side += 1;
        }
        let lines = |n: usize| if n == 1 { "1 line".to_owned() } else { format!("{n} lines") };
        if below > 0 {
            return Some(format!("{} below not seen: {}", lines(below), scene.key_of(Action::PageDown)));
        }
        if above > 0 {
            return Some(format!("{} above not seen: {}", lines(above), scene.key_of(Action::PageUp)));
        }
        if here > 0 {
            return Some("it has only just been shown; look at it first".to_owned());
        }
        let unread = |found: &&crate::domain::span::Finding| !self.seen.findings.contains(&(found.kind, found.text.clone()));
        let findings = self.checks.found().iter().filter(unread).count();
        (findings > 0).then(|| format!("{findings} findings not seen: {}", scene.key_of(Action::NextFinding)))
    }
}

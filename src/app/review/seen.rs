//! What of the client-safe text and of its findings has been on the screen: what nobody saw is not approved.

use std::collections::HashSet;
use std::ops::Range;

use super::rows::{row_of, rows, top_for};
use super::{Columns, Face, LedgerRow, Review, Scene, Shape, View, compare};
use crate::domain::span::{Finding, FindingKind};

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
/// one line holds.
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
    /// What would cross the line by kind, where the frame of the findings has no room for it.
    pub ledger: Vec<LedgerRow>,
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
        let most = if shape.columns == Columns::One { room / 2 } else { room.saturating_sub(LEAST).max(1) };
        let ledger = if self.ledger_line(shape).is_some() { Vec::new() } else { self.ledger(width, most) };
        let height = room.saturating_sub(ledger.len());
        let broken = rows(self.editor.text(), width);
        let top = top_for(row_of(&broken, self.editor.cursor()), broken.len(), height);
        TextPane { width, height, top, total: broken.len(), ledger }
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

    /// What is left to see before a verdict counts, as it is said; `None` when all was. What can be shown is shown then.
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
        let left: Vec<usize> =
            broken.iter().enumerate().filter(|(_, row)| (row.start..row.end).any(blind)).map(|(at, _)| at).collect();
        let end = pane.top + pane.height;
        let above: Vec<usize> = left.iter().copied().filter(|row| *row < pane.top).collect();
        let below: Vec<usize> = left.iter().copied().filter(|row| *row >= end).collect();
        let lines = |rows: &[usize]| if rows.len() == 1 { "1 line".to_owned() } else { format!("{} lines", rows.len()) };
        // Shown in the middle of the pane, the row that was left out brings half a pane along.
        let half = pane.height / 2;
        let (says, row) = match (below.first(), above.last()) {
            (Some(first), _) => (format!("{} below not seen", lines(&below)), first + half),
            (None, Some(last)) => (format!("{} above not seen", lines(&above)), (last + 1 + half).saturating_sub(pane.height)),
            (None, None) if !left.is_empty() => {
                // Another view may be where the text would be: then it is painted only now.
                self.show_text();
                self.gate.fresh();
                return Some("it has only just been shown; look at it first".to_owned());
            }
            (None, None) => return self.unseen_findings(),
        };
        self.show_text();
        let at = broken.get(row.min(broken.len() - 1)).map_or(0, |row| row.start);
        self.editor.go(at);
        self.gate.fresh();
        Some(format!("{says}; here they are"))
    }

    fn unseen_findings(&mut self) -> Option<String> {
        let unread = |found: &Finding| !self.seen.findings.contains(&(found.kind, found.text.clone()));
        let left: Vec<usize> =
            self.checks.found().iter().enumerate().filter(|(_, found)| unread(found)).map(|(at, _)| at).collect();
        let at = self.checks.go(*left.first()?)?.start;
        self.show_text();
        self.editor.go(at);
        self.gate.fresh();
        Some(format!("{} findings not seen; here they are", left.len()))
    }
}

//! A list of rows that lives: cursor and marks follow the rows' ids, loads never overlap, and rows under a person's
//! hand do not jump.

use std::collections::{BTreeMap, HashSet};

use super::effect::{Seq, SeqSource};
use super::item::{Item, ItemId};
use super::line::Line;
use crate::domain::act::Target;
use crate::domain::failure::Failure;
use crate::domain::filter::Filter;

/// Rows asked for at first, and more at a time.
pub const PAGE: i64 = 200;
/// Rows from the end at which more are asked for.
const NEAR_END: usize = 20;
/// Neighbours on each side that are remembered: one of them takes the cursor when its row leaves.
const NEIGHBOURS: usize = 20;

/// How far the first load has got; rows that were loaded once stay shown while they are read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// Nothing was asked for.
    Idle,
    /// Asked, nothing has come yet.
    Loading,
    /// Rows are as of the last answer.
    Ready,
    /// The last load failed so; older rows may still be shown.
    Failed(String),
}

/// The one load that may be under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Flight {
    asked: Option<Seq>,
    /// Something changed meanwhile: ask again when the answer is here.
    again: bool,
    /// The question itself changed meanwhile: the answer is to another one.
    stale: bool,
}

/// A list.
#[derive(Clone, Debug)]
pub struct List {
    /// How far loading has got.
    pub load: Load,
    /// The rows, in the database's order.
    pub rows: Vec<Item>,
    /// Whether more follow in the database.
    pub more: bool,
    /// What matches.
    pub filter: Filter,
    /// The filter as typed; kept when the prompt is left, so that nothing typed is lost.
    pub typed: Line,
    /// Marked rows; a record's target is kept as it was on the screen.
    pub marks: BTreeMap<ItemId, Option<Target>>,
    /// Whether the marks are everything that matched when they were made.
    pub marked_all: bool,
    /// New rows above what is shown, held back because somebody works in the list.
    pub fresh: usize,
    /// The first row shown.
    pub top: usize,
    cursor: Option<ItemId>,
    at: usize,
    /// The rows around the cursor's when a person put it there, the nearest first. A row that is acted on may move
    /// before it leaves, as a failure group sinks while it empties: its place is where the person saw it.
    around: Vec<ItemId>,
    /// The row that left from under the cursor last.
    lost: Option<ItemId>,
    /// Rows that an undo brings back: the cursor goes to the first that comes.
    awaited: Vec<ItemId>,
    /// Whether the rows are still those of the filter before.
    refiltered: bool,
    /// Whether the person has aimed at a row: from then on nothing moves under the cursor.
    aimed: bool,
    height: usize,
    limit: i64,
    flight: Flight,
}

impl Default for List {
    fn default() -> Self {
        Self {
            load: Load::Idle,
            rows: Vec::new(),
            more: false,
            filter: Filter::default(),
            typed: Line::default(),
            marks: BTreeMap::new(),
            marked_all: false,
            fresh: 0,
            top: 0,
            cursor: None,
            at: 0,
            around: Vec::new(),
            lost: None,
            awaited: Vec::new(),
            refiltered: false,
            aimed: false,
            height: 1,
            limit: PAGE,
            flight: Flight::default(),
        }
    }
}

impl List {
    /// The row under the cursor.
    pub fn current(&self) -> Option<&Item> {
        self.rows.get(self.at)
    }

    /// Its index.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The rows that are on the screen, with their index.
    pub fn visible(&self) -> impl Iterator<Item = (usize, &Item)> {
        self.rows.iter().enumerate().skip(self.top).take(self.height)
    }

    /// Whether a row is marked.
    pub fn is_marked(&self, id: &ItemId) -> bool {
        self.marks.contains_key(id)
    }

    // Loading.

    /// Asks for the rows: the number and limit of the load, or nothing when one is under way (then it is asked again
    /// after that one).
    pub fn ask(&mut self, seq: &mut SeqSource) -> Option<(Seq, i64)> {
        if self.flight.asked.is_some() {
            self.flight.again = true;
            return None;
        }
        let number = seq.next_seq();
        self.flight = Flight { asked: Some(number), again: false, stale: false };
        if matches!(self.load, Load::Idle) {
            self.load = Load::Loading;
        }
        Some((number, self.limit))
    }

    /// Whether an answer with this number is to this list.
    pub fn is_asked(&self, seq: Seq) -> bool {
        self.flight.asked == Some(seq)
    }

    /// Takes an answer in: `None` when it was not asked for (older, or of another list), else whether to ask again.
    pub fn answer(&mut self, seq: Seq, result: Result<(Vec<Item>, bool), Failure>, held: bool) -> Option<bool> {
        if self.flight.asked != Some(seq) {
            return None;
        }
        let Flight { again, stale, .. } = std::mem::take(&mut self.flight);
        match result {
            Ok(_) if stale => {}
            Ok((rows, more)) => {
                self.load = Load::Ready;
                self.more = more;
                self.take(rows, held);
            }
            Err(failure) => self.load = Load::Failed(failure.to_string()),
        }
        Some(again || stale)
    }

    /// Whether more rows should be asked for because the cursor nears the end.
    pub fn wants_more(&mut self) -> bool {
        let near = self.more && self.at + NEAR_END + self.height >= self.rows.len();
        let asked_enough = usize::try_from(self.limit).is_ok_and(|limit| limit > self.rows.len());
        if near && !asked_enough {
            self.limit += PAGE;
        }
        near && !asked_enough
    }

    /// Other rows are wanted from now on.
    pub fn refilter(&mut self, filter: Filter) -> bool {
        if self.filter == filter {
            return false;
        }
        self.filter = filter;
        self.limit = PAGE;
        self.flight.stale = self.flight.asked.is_some();
        self.aimed = false;
        self.fresh = 0;
        self.refiltered = true;
        true
    }

    /// How many of the loaded rows match, and whether more follow; `None` where nothing is left out, or before the answer.
    pub fn matched(&self) -> Option<(usize, bool)> {
        let asked = !self.filter.terms.is_empty() && !self.refiltered && self.load == Load::Ready;
        asked.then_some((self.rows.len(), self.more))
    }

    fn take(&mut self, rows: Vec<Item>, held: bool) {
        let old = std::mem::replace(&mut self.rows, rows);
        let refiltered = std::mem::take(&mut self.refiltered);
        let held = held || self.aimed || !self.marks.is_empty();
        let line = self.at.saturating_sub(self.top);
        let at = self.find_again(&old);
        // What follows a row that came back is not for the top of the list either.
        let held = held || self.aimed;
        if refiltered && self.cursor.as_ref().is_some_and(|cursor| self.rows.get(at).is_some_and(|row| row.id() == *cursor)) {
            // Other rows were asked for: none of them is news.
            (self.top, self.at, self.fresh) = (at.saturating_sub(line), at, 0);
        } else if held && !refiltered {
            // The row under the cursor stays on its line; what arrived above it is announced.
            self.top = at.saturating_sub(line);
            let known: HashSet<ItemId> = old.iter().map(Item::id).collect();
            self.fresh += self.rows[..self.top].iter().filter(|row| !known.contains(&row.id())).count();
            self.at = at;
        } else if self.cursor.is_some() && at < self.height {
            (self.top, self.at, self.fresh) = (0, at, 0);
        } else {
            // Nobody aims at anything: the list shows its newest rows.
            (self.top, self.at, self.fresh) = (0, 0, 0);
        }
        self.refresh_marks();
        let stays = held && self.cursor.is_some() && self.rows.get(self.at).map(Item::id) == self.cursor;
        self.settle(self.height);
        if !stays {
            self.look_around();
        }
    }

    /// Where the row under the cursor is now; where it left, its nearest neighbour that is still there. What an undo brought
    /// back goes before both.
    fn find_again(&mut self, old: &[Item]) -> usize {
        if !self.awaited.is_empty() {
            let back = |row: &Item| self.awaited.contains(&row.id()) && !old.iter().any(|other| other.id() == row.id());
            if let Some(at) = self.rows.iter().position(back) {
                (self.cursor, self.aimed) = (Some(self.rows[at].id()), true);
                self.awaited.clear();
                return at;
            }
        }
        let Some(cursor) = &self.cursor else { return 0 };
        if let Some(at) = self.rows.iter().position(|row| row.id() == *cursor) {
            return at;
        }
        self.lost = self.cursor.clone();
        let places: std::collections::HashMap<ItemId, usize> =
            self.rows.iter().enumerate().map(|(at, row)| (row.id(), at)).collect();
        let seen = self.around.iter().find_map(|id| places.get(id));
        let below = || old.iter().skip(self.at + 1).find_map(|row| places.get(&row.id()));
        let above = || old.iter().take(self.at).rev().find_map(|row| places.get(&row.id()));
        seen.or_else(below).or_else(above).copied().unwrap_or(self.at)
    }

    fn look_around(&mut self) {
        let row = |at: Option<usize>| at.and_then(|at| self.rows.get(at));
        let sides = |by: usize| [row(self.at.checked_add(by)), row(self.at.checked_sub(by))];
        self.around = (1..=NEIGHBOURS).flat_map(sides).flatten().map(Item::id).collect();
    }

    /// An undo brings these back, and perhaps what left from under the cursor.
    pub fn await_back(&mut self, rows: impl IntoIterator<Item = ItemId>) {
        self.awaited = rows.into_iter().chain(self.lost.take()).collect();
    }

    /// Marks keep the version that is on the screen; a version nobody saw is never acted on.
    fn refresh_marks(&mut self) {
        if self.marks.is_empty() {
            return;
        }
        for row in &self.rows {
            if let Some(mark) = self.marks.get_mut(&row.id()) {
                *mark = row.target();
            }
        }
    }

    // Moving.

    /// Fits cursor and window to the rows and to a height in lines.
    pub fn settle(&mut self, height: usize) {
        self.height = height.max(1);
        self.at = self.at.min(self.rows.len().saturating_sub(1));
        self.top = self.top.min(self.at).max((self.at + 1).saturating_sub(self.height));
        // A window that reaches past the end wastes lines.
        self.top = self.top.min(self.rows.len().saturating_sub(self.height));
        self.cursor = self.rows.get(self.at).map(Item::id);
        if self.top == 0 {
            self.fresh = 0;
        }
    }

    /// Lines of the window.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Moves the cursor by rows; up or down.
    pub fn step(&mut self, by: isize) {
        self.go(self.at.saturating_add_signed(by));
    }

    /// Moves the cursor to a row.
    pub fn go(&mut self, at: usize) {
        self.at = at;
        self.settle(self.height);
        self.aimed = self.at > 0;
        (self.lost, self.awaited) = (None, Vec::new());
        self.look_around();
    }

    /// Moves the window, as a mouse wheel does; the cursor stays in it.
    pub fn scroll(&mut self, by: isize) {
        let line = self.at.saturating_sub(self.top);
        self.top = self.top.saturating_add_signed(by).min(self.rows.len().saturating_sub(self.height));
        self.go(self.top + line);
    }

    /// The person turned to something else: an untouched list shows its newest rows again.
    pub fn leave(&mut self) {
        if self.at == 0 && self.marks.is_empty() {
            self.aimed = false;
        }
    }

    // Marks.

    /// Marks the row under the cursor, or takes its mark away, and goes to the next.
    pub fn mark(&mut self) {
        let Some(row) = self.current() else { return };
        let (id, target) = (row.id(), row.target());
        if self.marks.remove(&id).is_none() {
            self.marks.insert(id, target);
        }
        self.marked_all = false;
        self.step(1);
        self.aimed = true;
    }

    /// Marks these and no others.
    pub fn mark_all(&mut self, marks: impl IntoIterator<Item = (ItemId, Option<Target>)>) {
        self.marks = marks.into_iter().collect();
        self.marked_all = true;
        self.refresh_marks();
    }

    /// Takes a record's mark away: what was done needs it no more.
    pub fn unmark(&mut self, record: uuid::Uuid) {
        self.marks.remove(&ItemId::Record(record));
        self.marked_all &= !self.marks.is_empty();
    }

    /// Takes all marks away.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
        self.marked_all = false;
    }
}

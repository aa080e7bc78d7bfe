//! The screens that open over the home screen: the rows of a failure group, a trace, a draft under review, the sources.

use super::Single;
use super::item::Item;
use super::layout::Rect;
use super::list::List;
use super::review::Review;
use super::sources::Sources;
use crate::domain::id::{DestinationId, Ref};
use crate::domain::trace::{Step, Trace};

/// A screen over the home screen.
#[derive(Debug)]
pub enum Screen {
    /// The jobs of one failure group.
    Group(Box<Group>),
    /// A timeline.
    Trace(Box<TraceScreen>),
    /// A draft under review.
    Review(Box<Review>),
    /// Who brings what.
    Sources(Box<Sources>),
}

/// The jobs of one failure group.
#[derive(Debug)]
pub struct Group {
    /// Where they went.
    pub destination_id: DestinationId,
    /// That destination's name.
    pub destination: String,
    /// How they failed.
    pub signature: String,
    /// The jobs.
    pub list: List,
}

/// A record's timeline.
#[derive(Debug)]
pub struct TraceScreen {
    /// Whose.
    pub record: Ref,
    /// The record as a row: its verbs work here too. `None` until it is read, and for what no list has.
    pub item: Option<Item>,
    /// As far as it is loaded.
    pub trace: Option<Trace>,
    /// Why it could not be loaded.
    pub failed: Option<String>,
    /// The step under the cursor.
    pub at: usize,
    /// The first step shown.
    pub top: usize,
    pub(super) load: Single,
    pub(super) row: Single,
    height: usize,
    /// Whether the cursor was put on the newest step once.
    placed: bool,
}

impl TraceScreen {
    /// A timeline to be loaded.
    pub fn new(record: Ref, item: Option<Item>) -> Self {
        let (load, row) = (Single::default(), Single::default());
        Self { record, item, trace: None, failed: None, at: 0, top: 0, load, row, height: 1, placed: false }
    }

    /// Takes the record's row in, unless a newer one is there: two questions may be answered in either order.
    pub(super) fn renew(&mut self, found: Item) {
        if self.item.as_ref().is_none_or(|item| item.version() <= found.version()) {
            self.item = Some(found);
        }
    }

    /// The step under the cursor.
    pub fn current(&self) -> Option<&Step> {
        self.trace.as_ref()?.steps.get(self.at)
    }

    /// Takes a loaded timeline in; it opens on its newest step and stays where it is after that.
    pub fn take(&mut self, trace: Trace) {
        if !self.placed {
            self.at = trace.steps.len().saturating_sub(1);
            self.placed = true;
        }
        self.failed = None;
        self.trace = Some(trace);
    }

    /// Moves the cursor by steps.
    pub fn step(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by);
        self.settle(self.height);
    }

    /// Lines of the window.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Fits cursor and window to a height in lines.
    pub fn settle(&mut self, height: usize) {
        let steps = self.trace.as_ref().map_or(0, |trace| trace.steps.len());
        self.height = height.max(1);
        self.at = self.at.min(steps.saturating_sub(1));
        self.top = self.top.min(self.at).max((self.at + 1).saturating_sub(self.height));
        self.top = self.top.min(steps.saturating_sub(self.height));
    }
}

/// The line over a failure group's jobs that says what is likely the matter, and where the jobs stand.
pub fn group_areas(body: Rect) -> (Rect, Rect) {
    // A small screen is for the jobs.
    let lines = if body.h >= 12 { 2 } else { 0 };
    (Rect { h: lines, ..body }.inner(1, 0, 1, 0), body.inner(0, lines, 0, 0))
}

/// Lines under the timeline that say all of the step under the cursor.
pub const STEP_DETAIL: u16 = 5;

/// Where the fields of a trace stand.
pub fn fields_area(body: Rect, trace: &TraceScreen) -> Rect {
    let inner = body.inner(1, 1, 1, 1);
    let columns = if inner.w >= 100 { 3 } else { 2 };
    let fields = trace.trace.as_ref().map_or(0, |trace| trace.fields.len());
    let lines = u16::try_from(fields.div_ceil(columns)).unwrap_or(u16::MAX);
    // A small screen is for the timeline.
    Rect { h: lines.min(inner.h / 3), ..inner }
}

/// Where its steps stand.
pub fn steps_area(body: Rect, trace: &TraceScreen) -> Rect {
    let inner = body.inner(1, 1, 1, 1);
    let above = fields_area(body, trace).h;
    let gap = u16::from(above > 0);
    let below = if inner.h >= 16 { STEP_DETAIL } else { 0 };
    inner.inner(0, above + gap, 0, below)
}

//! Where things stand on the screen: plain arithmetic, asked by painting and by the mouse alike, so that a click
//! always means what the eye saw.

use crate::domain::row::Pane;

/// A rectangle in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Leftmost column.
    pub x: u16,
    /// Topmost row.
    pub y: u16,
    /// Columns.
    pub w: u16,
    /// Rows.
    pub h: u16,
}

impl Rect {
    /// A rectangle.
    pub const fn new(x: u16, y: u16, w: u16, h: u16) -> Self {
        Self { x, y, w, h }
    }

    /// Whether a cell lies in it.
    pub const fn has(self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.w && y - self.y < self.h
    }

    /// Without its outermost cells on each side.
    pub fn inner(self, left: u16, top: u16, right: u16, bottom: u16) -> Self {
        let (w, h) = (self.w.saturating_sub(left + right), self.h.saturating_sub(top + bottom));
        Self::new(self.x + left.min(self.w), self.y + top.min(self.h), w, h)
    }

    fn split_at_row(self, rows: u16) -> (Self, Self) {
        let rows = rows.min(self.h);
        (Self { h: rows, ..self }, Self { y: self.y + rows, h: self.h - rows, ..self })
    }

    fn split_at_column(self, columns: u16) -> (Self, Self) {
        let columns = columns.min(self.w);
        (Self { w: columns, ..self }, Self { x: self.x + columns, w: self.w - columns, ..self })
    }
}

/// Smallest size at which all five panes are shown.
pub const ALL_PANES: (u16, u16) = (80, 24);

/// A pane's place: a title line, sides, and a bottom line where it is the last of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaneBox {
    /// Which pane.
    pub pane: Pane,
    /// With its lines.
    pub outer: Rect,
    /// Whether it is the first of its column: its corners are round the outside.
    pub first: bool,
    /// Whether it is the last of its column: it has a bottom line.
    pub last: bool,
}

impl PaneBox {
    /// Without its lines.
    pub fn content(&self) -> Rect {
        self.outer.inner(1, 1, 1, u16::from(self.last))
    }

    /// Where the column names stand; only where there are rows to spare.
    pub fn heading(&self) -> Option<Rect> {
        let content = self.content();
        (content.h >= 5).then_some(Rect { h: 1, ..content })
    }

    /// Where the rows stand.
    pub fn rows(&self) -> Rect {
        self.content().inner(0, u16::from(self.heading().is_some()), 0, 0)
    }
}

/// Header, body, footer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The top line.
    pub header: Rect,
    /// The line that names the five panes, where they are not all shown.
    pub tabs: Option<Rect>,
    /// Everything between.
    pub body: Rect,
    /// The bottom line.
    pub footer: Rect,
}

/// The frame of a screen; `tabs` where the screen is one of several panes.
pub fn frame(size: (u16, u16), tabs: bool) -> Frame {
    let all = Rect::new(0, 0, size.0, size.1);
    let (header, rest) = all.split_at_row(u16::from(size.1 >= 3));
    let (rest, footer) = rest.split_at_row(rest.h.saturating_sub(u16::from(size.1 >= 2)));
    if tabs && size.1 >= 8 {
        let (tabs, body) = rest.split_at_row(1);
        return Frame { header, tabs: Some(tabs), body, footer };
    }
    Frame { header, tabs: None, body: rest, footer }
}

/// Whether all five panes are shown.
pub fn shows_all(size: (u16, u16)) -> bool {
    size.0 >= ALL_PANES.0 && size.1 >= ALL_PANES.1
}

/// The five panes in two columns.
pub fn five(body: Rect) -> [PaneBox; 5] {
    // Leads and jobs have many columns, tasks and drafts few.
    let (left, right) = body.split_at_column(body.w * 61 / 100);
    let failures = (body.h / 4).clamp(5, 14);
    let queue = (body.h * 3 / 10).clamp(6, 24);
    let (leads, rest) = left.split_at_row(left.h.saturating_sub(failures + queue));
    let (failures, queue) = rest.split_at_row(failures);
    let (tasks, review) = right.split_at_row(right.h / 2);
    let place = |pane, outer, first, last| PaneBox { pane, outer, first, last };
    [
        place(Pane::Leads, leads, true, false),
        place(Pane::Failures, failures, false, false),
        place(Pane::Queue, queue, false, true),
        place(Pane::Tasks, tasks, true, false),
        place(Pane::Review, review, false, true),
    ]
}

/// One pane alone, with the detail of its row beside it (wide), below it (high), or not at all (small).
pub fn alone(pane: Pane, body: Rect, detail: bool) -> (PaneBox, Option<Rect>) {
    let place = |outer| PaneBox { pane, outer, first: true, last: true };
    if detail && body.w >= 100 {
        let (list, detail) = body.split_at_column(body.w * 58 / 100);
        (place(list), Some(detail))
    } else if detail && body.h >= 18 {
        let (list, detail) = body.split_at_row(body.h * 55 / 100);
        (place(list), Some(detail))
    } else {
        (place(body), None)
    }
}

/// A box in the middle, never larger than the screen.
pub fn middle(size: (u16, u16), w: u16, h: u16) -> Rect {
    let (w, h) = (w.min(size.0), h.min(size.1));
    Rect::new((size.0 - w) / 2, (size.1 - h) / 2, w, h)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn at_the_smallest_size_every_pane_has_three_rows() {
        let body = frame(ALL_PANES, false).body;
        for pane in five(body) {
            assert!(pane.rows().h >= 3, "{pane:?}");
        }
    }

    proptest! {
        #[test]
        fn panes_tile_the_body(w in 0_u16..400, h in 0_u16..200) {
            let frame = frame((w, h), false);
            prop_assert_eq!(frame.header.h + frame.body.h + frame.footer.h, h);
            let panes = five(frame.body);
            let area: u32 = panes.iter().map(|pane| u32::from(pane.outer.w) * u32::from(pane.outer.h)).sum();
            prop_assert_eq!(area, u32::from(frame.body.w) * u32::from(frame.body.h));
        }

        #[test]
        fn nothing_leaves_the_screen(w in 0_u16..400, h in 0_u16..200, detail: bool) {
            let body = frame((w, h), true).body;
            let (list, detail) = alone(Pane::Queue, body, detail);
            for rect in [list.outer, list.content(), list.rows(), detail.unwrap_or_default(), middle((w, h), 60, 20)] {
                prop_assert!(rect.x + rect.w <= w && rect.y + rect.h <= h, "{:?}", rect);
            }
        }
    }
}

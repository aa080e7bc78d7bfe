//! How the screen is divided at a size. Pure arithmetic, because the cursor must know the width that is painted.

/// How many columns stand beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Evidence │ draft │ client-safe text.
    Three,
    /// Evidence as a strip over draft │ client-safe text.
    Two,
    /// One at a time; `Tab` shows the next.
    One,
}

/// The parts of the screen, in cells; borders are within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many columns.
    pub columns: Columns,
    /// Rows of the heading.
    pub heading: u16,
    /// Rows of the notices under it.
    pub notices: u16,
    /// Columns and rows of the evidence.
    pub evidence: (u16, u16),
    /// Columns and rows of the draft.
    pub draft: (u16, u16),
    /// Columns and rows of the client-safe text.
    pub text: (u16, u16),
    /// Rows of the findings; without a frame in one column.
    pub findings: u16,
    /// Of these, rows under the list that tell the reason of the one under the cursor.
    pub reason: u16,
}

/// The least width at which a row of the findings tells the reason too.
pub const ROOMY: usize = 100;
/// The least width at which it tells the whole of nearly every reason.
const WIDE: u16 = 180;
/// Rows under the list for the reason of the finding under the cursor, where a row of the list has no room for it, and where
/// it has some.
const REASON: u16 = 2;
const REST: u16 = 1;
/// Rows and columns that a border takes.
const BORDER: u16 = 2;

/// How much there is to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bulk {
    /// Characters of the draft.
    chars: usize,
    /// Its lines.
    lines: usize,
    /// Lines of the evidence.
    evidence: usize,
}

impl Bulk {
    /// Of a draft, and of the lines it is made from.
    pub fn new(draft: &str, evidence: usize) -> Self {
        Self { chars: draft.chars().count(), lines: draft.split('\n').count(), evidence }
    }

    /// Rows that the text takes about, in so many columns; words do not fill them.
    fn rows(&self, columns: u16) -> u16 {
        let broken = self.chars * 10 / (usize::from(columns) * 9).max(1);
        u16::try_from(self.lines + broken).unwrap_or(u16::MAX)
    }

    /// Rows of the strip that the evidence has over the text: less where there is little of it, or where the text needs them.
    fn strip(&self, rows: u16, text: u16) -> u16 {
        let most = (rows * 2 / 5).clamp(3, 9);
        let evidence = u16::try_from(self.evidence * 2).unwrap_or(u16::MAX).saturating_add(BORDER);
        let least = evidence.clamp(3, 5);
        rows.saturating_sub(self.rows(text).saturating_add(BORDER)).clamp(least.min(most), most).min(evidence.max(3))
    }
}

/// Rows for a reason, of those in the frame of so many findings: the list has one at least, and a second before the reason has two.
fn reason(found: u16, framed: u16, most: u16) -> u16 {
    let inside = framed.saturating_sub(BORDER);
    let list = found.clamp(1, 2.max(inside.saturating_sub(most)));
    most.min(inside.saturating_sub(list)).max(u16::from(most > 0 && inside > 1))
}

impl Shape {
    /// Divides columns × rows for so many findings and notices.
    pub fn new((width, height): (u16, u16), findings: usize, notices: usize, bulk: &Bulk) -> Self {
        let heading = u16::from(height >= 4);
        let notices = u16::try_from(notices).unwrap_or(u16::MAX).min(2).min(height.saturating_sub(heading) / 5);
        let body = height - heading - notices;
        let found = u16::try_from(findings).unwrap_or(u16::MAX);
        let wanted = found.saturating_add(BORDER).max(3);
        let none = (0, 0);
        let base =
            Self { columns: Columns::One, heading, notices, evidence: none, draft: none, text: none, findings: 0, reason: 0 };
        if width >= 110 && body >= 12 {
            let below = if findings > 0 && width < WIDE { REST } else { 0 };
            let findings = wanted.saturating_add(below).min((body / 3).max(4));
            let rows = body - findings;
            let (evidence, draft) = (width * 32 / 100, width * 30 / 100);
            let text = width - evidence - draft;
            Self {
                columns: Columns::Three,
                evidence: (evidence, rows),
                draft: (draft, rows),
                text: (text, rows),
                findings,
                reason: reason(found, findings, below),
                ..base
            }
        } else if width >= 60 && body >= 14 {
            let below = if findings > 0 { REASON } else { 0 };
            let findings = wanted.saturating_add(below).min((body / 3).max(4));
            let rows = body - findings;
            let draft = width * 45 / 100;
            let strip = bulk.strip(rows, (width - draft).saturating_sub(BORDER));
            Self {
                columns: Columns::Two,
                evidence: (width, strip),
                draft: (draft, rows - strip),
                text: (width - draft, rows - strip),
                findings,
                reason: reason(found, findings, below),
                ..base
            }
        } else {
            let findings = if body >= 4 { found.min((body / 3).max(1)) } else { 0 };
            let face = (width, body - findings);
            Self { evidence: face, draft: face, text: face, findings, ..base }
        }
    }

    /// Columns and rows of the findings.
    pub fn around(&self) -> (u16, u16) {
        let columns = match self.columns {
            Columns::Three => self.evidence.0 + self.draft.0 + self.text.0,
            Columns::Two | Columns::One => self.evidence.0,
        };
        (columns, self.findings)
    }

    /// Rows of the list of findings; what is left of the frame tells the reason of the one under the cursor.
    pub fn finding_rows(&self) -> usize {
        match self.columns {
            Columns::One => self.findings.into(),
            Columns::Two | Columns::Three => self.findings.saturating_sub(BORDER).saturating_sub(self.reason).into(),
        }
    }

    /// Columns and rows inside a part's frame. In one column a title line is the whole frame.
    pub fn inside(&self, part: (u16, u16)) -> (u16, u16) {
        if self.columns == Columns::One {
            (part.0, part.1.saturating_sub(1))
        } else {
            (part.0.saturating_sub(BORDER), part.1.saturating_sub(BORDER))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(200, 58, Columns::Three)]
    #[case(120, 34, Columns::Three)]
    #[case(80, 22, Columns::Two)]
    #[case(30, 8, Columns::One)]
    #[case(1, 1, Columns::One)]
    fn what_fits(#[case] width: u16, #[case] height: u16, #[case] columns: Columns) {
        assert_eq!(Shape::new((width, height), 3, 0, &Bulk::new("One.", 9)).columns, columns);
    }

    #[test]
    fn at_80x24_everything_is_seen() {
        let shape = Shape::new((80, 22), 5, 1, &Bulk::new(&"A word or two. ".repeat(40), 9));
        assert!(shape.inside(shape.evidence).1 >= 2, "{shape:?}");
        assert!(shape.inside(shape.text).1 >= 6, "{shape:?}");
        assert!(shape.findings >= 5, "{shape:?}");
    }

    #[rstest]
    #[case(1, 5, 2, 2)]
    #[case(1, 4, 2, 1)]
    #[case(2, 5, 2, 1)]
    #[case(3, 5, 2, 1)]
    #[case(3, 7, 2, 2)]
    #[case(9, 8, 2, 2)]
    #[case(1, 4, 1, 1)]
    #[case(9, 3, 2, 0)]
    #[case(9, 4, 1, 1)]
    #[case(3, 5, 0, 0)]
    fn a_reason_has_rows_of_its_own(#[case] found: u16, #[case] framed: u16, #[case] most: u16, #[case] rows: u16) {
        assert_eq!(reason(found, framed, most), rows);
    }

    proptest! {
        #[test]
        fn the_parts_fill_the_screen_exactly(width in 0_u16..300, height in 0_u16..120, findings in 0_usize..80, notices in 0_usize..5,
            chars in 0_usize..900, evidence in 0_usize..40) {
            let shape = Shape::new((width, height), findings, notices, &Bulk::new(&"x".repeat(chars), evidence));
            let above = shape.heading + shape.notices + shape.findings;
            let (across, down) = match shape.columns {
                Columns::Three => (shape.evidence.0 + shape.draft.0 + shape.text.0, shape.text.1),
                Columns::Two => (shape.draft.0 + shape.text.0, shape.evidence.1 + shape.text.1),
                Columns::One => (shape.text.0, shape.text.1),
            };
            prop_assert_eq!((across, above + down), (width, height));
        }
    }
}

//! What would cross the line by kind, in the draft and in the text: `phone 1→0`, laid out for a place on the screen.

use unicode_width::UnicodeWidthStr;

use super::{Columns, Review, Shape, kind_name};

/// A row of it: the words, and whether that still crosses the line.
pub type LedgerRow = Vec<(String, bool)>;

const HEAD: &str = " would leak:";

impl Review {
    /// All of it in one line, where it has room in the frame of the findings: there it takes nothing from the text.
    pub fn ledger_line(&self, shape: &Shape) -> Option<LedgerRow> {
        let width = usize::from(shape.inside(shape.around()).0).saturating_sub(1);
        let rows = if shape.columns == Columns::One { Vec::new() } else { self.ledger(width, 2) };
        let [line] = rows.try_into().ok()?;
        Some(line)
    }

    /// It in rows of a width. Where there are more than `most`, the last one tells how many kinds it leaves out, and how much
    /// of them there was and is.
    pub(super) fn ledger(&self, width: usize, most: usize) -> Vec<LedgerRow> {
        let kinds = self.checks.ledger();
        if kinds.is_empty() || most == 0 {
            return Vec::new();
        }
        let rest = |from: usize| {
            let left = kinds.get(from..).unwrap_or_default();
            let (before, now) = left.iter().fold((0, 0), |(before, now), kind| (before + kind.1, now + kind.2));
            (format!(" +{} {} {before}→{now}", left.len(), if left.len() == 1 { "kind" } else { "kinds" }), now > 0)
        };
        let mut told = vec![vec![(HEAD.to_owned(), false)]];
        let mut cells = HEAD.width();
        for (at, (kind, before, now)) in kinds.iter().enumerate() {
            let word = format!(" {} {before}→{now}", kind_name(*kind));
            let (wide, last) = (word.width(), told.len() == most);
            // The last row keeps room to say what it leaves out.
            let more = if last && at + 1 < kinds.len() { rest(at + 1).0.width() } else { 0 };
            if cells + wide + more > width && cells > 0 {
                if last {
                    if let Some(row) = told.last_mut() {
                        row.push(rest(at));
                    }
                    break;
                }
                told.push(Vec::new());
                cells = 0;
            }
            if let Some(row) = told.last_mut() {
                row.push((word, *now > 0));
            }
            cells += wide;
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use crate::app::review::fixture::Desk;
    use rstest::rstest;

    /// Three kinds.
    const TEXT: &str = "Maria Ortiz, 512-555-0142. We guarantee it.";

    #[rstest]
    #[case::all(80, 1, &[" would leak: lead name 1→1 phone 1→1 promise 1→1"])]
    #[case::in_rows(40, 3, &[" would leak: lead name 1→1 phone 1→1", " promise 1→1"])]
    #[case::cut(46, 1, &[" would leak: lead name 1→1 +2 kinds 2→2"])]
    #[case::cut_at_once(30, 1, &[" would leak: +3 kinds 3→3"])]
    #[case::no_room(30, 0, &[])]
    fn what_is_left_out_is_summed(#[case] width: usize, #[case] most: usize, #[case] rows: &[&str]) {
        let desk = Desk::ready(TEXT);
        let told: Vec<String> =
            desk.review.ledger(width, most).iter().map(|row| row.iter().map(|(words, _)| words.as_str()).collect()).collect();
        assert_eq!(told, rows);
    }
}

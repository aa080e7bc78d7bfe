//! Breaks text into rows of a pane's width, and says where a character stands: the cursor walks the same rows that
//! are painted.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// One painted row: the characters `start..end` of the text (Unicode scalar values from 0, without the line break).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its first character.
    pub start: usize,
    /// One past its last character. Spaces at a break stay here, past the pane's edge.
    pub end: usize,
}

/// Breaks at spaces; a word wider than a row is cut. There is always at least one row, and `width` 0 counts as 1.
pub fn rows(text: &str, width: usize) -> Vec<Row> {
    let width = width.max(1);
    let mut rows = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        at = break_line(line, at, width, &mut rows) + 1;
    }
    rows
}

/// Breaks one line that begins at character `at`; returns where it ends.
fn break_line(line: &str, mut at: usize, width: usize, rows: &mut Vec<Row>) -> usize {
    let (mut start, mut cells) = (at, 0);
    // Where the row could be broken, and the cells up to there.
    let mut space: Option<(usize, usize)> = None;
    for cluster in line.graphemes(true) {
        let wide = cluster.width();
        let blank = cluster.chars().all(char::is_whitespace);
        while !blank && cells + wide > width && at > start {
            let (cut, before) = space.take().unwrap_or((at, cells));
            rows.push(Row { start, end: cut });
            (start, cells) = (cut, cells - before);
        }
        at += cluster.chars().count();
        cells += wide;
        if blank {
            space = Some((at, cells));
        }
    }
    rows.push(Row { start, end: at });
    at
}

/// The row a character stands in; the place after the last character belongs to the last row.
pub fn row_of(rows: &[Row], at: usize) -> usize {
    rows.partition_point(|row| row.start <= at).saturating_sub(1)
}

/// The first row seen, so that row `at` of `total` stands in the middle where it can.
pub fn top_for(at: usize, total: usize, height: usize) -> usize {
    at.saturating_sub(height / 2).min(total.saturating_sub(height))
}

/// The characters `start..end` of a text; what lies outside of it is left out.
pub fn slice(text: &str, start: usize, end: usize) -> &str {
    let byte = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    let (from, to) = (byte(start), byte(end.max(start)));
    text.get(from..to).unwrap_or_default()
}

/// Cells from the left edge of its row to the character.
pub fn column(text: &str, row: Row, at: usize) -> usize {
    slice(text, row.start, at.clamp(row.start, row.end)).width()
}

/// The character `by` rows further (negative: back), as near to the same column as there is text.
pub(super) fn moved(text: &str, width: usize, at: usize, by: isize) -> usize {
    let rows = rows(text, width);
    let from = row_of(&rows, at);
    let Some(row) = rows.get(from.saturating_add_signed(by).min(rows.len() - 1)).copied() else { return at };
    let goal = rows.get(from).map_or(0, |row| column(text, *row, at)).min(width.saturating_sub(1));
    let (mut cells, mut to) = (0, row.start);
    for cluster in slice(text, row.start, row.end).graphemes(true) {
        let wide = cluster.width();
        if cells + wide > goal {
            break;
        }
        cells += wide;
        to += cluster.chars().count();
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("", 5, &[""])]
    #[case("one two", 10, &["one two"])]
    #[case("one two", 4, &["one ", "two"])]
    #[case("one two", 3, &["one ", "two"])]
    #[case("abcdefgh", 3, &["abc", "def", "gh"])]
    #[case("a bcdefgh", 3, &["a ", "bcd", "efg", "h"])]
    #[case("a\n\nb", 3, &["a", "", "b"])]
    #[case("日本語", 4, &["日本", "語"])]
    #[case("日", 1, &["日"])]
    fn breaks(#[case] text: &str, #[case] width: usize, #[case] expected: &[&str]) {
        let got: Vec<&str> = rows(text, width).iter().map(|row| slice(text, row.start, row.end)).collect();
        assert_eq!(got, expected);
    }

    #[rstest]
    #[case("one two six", 4, 1, 1, 5)]
    #[case("one two six", 4, 5, -1, 1)]
    #[case("one two six", 4, 1, 99, 9)]
    #[case("one two six", 4, 9, -99, 1)]
    fn moves_by_painted_rows(#[case] text: &str, #[case] width: usize, #[case] at: usize, #[case] by: isize, #[case] to: usize) {
        assert_eq!(moved(text, width, at, by), to);
    }

    proptest! {
        #[test]
        fn rows_hold_every_character_once(text in "[a-z日é \n]{0,80}", width in 0_usize..12) {
            let rows = rows(&text, width);
            let joined: String = rows.iter().map(|row| slice(&text, row.start, row.end)).collect();
            prop_assert_eq!(joined, text.replace('\n', ""));
            for row in &rows {
                let shown = slice(&text, row.start, row.end).trim_end();
                prop_assert!(shown.width() <= width.max(2), "{:?}", shown);
            }
        }

        #[test]
        fn every_place_has_a_row(text in any::<String>(), width in 0_usize..12, at in 0_usize..60, by in -9_isize..9) {
            let count = text.chars().count();
            prop_assert!(moved(&text, width, at.min(count), by) <= count);
        }
    }
}

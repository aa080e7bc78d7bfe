//! Tables for people: columns aligned by what the terminal shows, never by bytes.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::print::Printer;
use super::stop::Stop;
use crate::domain::text::neutralise;

/// Columns a cell of a list takes at most; a program asks for `--json` and gets everything.
pub(super) const BRIEF: usize = 48;
/// Columns a cell takes at most where somebody wants to read it whole.
pub(super) const WHOLE: usize = 400;

/// Prints rows under their headings, cells cut at `widest` columns. A heading that ends in `>` aligns its column to
/// the right.
pub(super) fn print(printer: &mut Printer, heads: &[&str], rows: &[Vec<String>], widest: usize) -> Result<(), Stop> {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| harmless(cell, widest)).collect()).collect();
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(n, head)| {
            let cells = rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.width());
            cells.chain([head.trim_end_matches('>').width()]).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for ((cell, width), head) in cells.iter().zip(&widths).zip(heads) {
            let gap = " ".repeat(width.saturating_sub(cell.width()));
            text.push_str(&if head.ends_with('>') { format!("{gap}{cell}  ") } else { format!("{cell}{gap}  ") });
        }
        text.truncate(text.trim_end().len());
        text
    };
    printer.heading(&line(heads.iter().map(|head| head.trim_end_matches('>')).collect()))?;
    for row in &rows {
        if printer.gone() {
            break;
        }
        printer.text(&line(row.iter().map(String::as_str).collect()))?;
    }
    Ok(())
}

/// Neutralised before it is measured, and cut.
fn harmless(cell: &str, widest: usize) -> String {
    // Enough characters to fill the widest cell whatever they are; a name of a megabyte is not walked through.
    let head: String = cell.chars().take(widest * 8).collect();
    let text = neutralise(&head);
    if text.width() <= widest && head.len() == cell.len() {
        return text.into_owned();
    }
    let mut kept = String::new();
    for cluster in text.graphemes(true) {
        if kept.width() + cluster.width() + 1 > widest {
            break;
        }
        kept.push_str(cluster);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("J. Ortiz", "J. Ortiz")]
    #[case("a\nb\x1b[0m", "a␊b␛[0m")]
    fn cells_are_one_harmless_line(#[case] cell: &str, #[case] shown: &str) {
        assert_eq!(harmless(cell, BRIEF), shown);
    }

    #[test]
    fn a_long_cell_is_cut_by_what_it_shows() {
        let cut = harmless(&"日本".repeat(500_000), BRIEF);
        assert!(cut.width() <= BRIEF && cut.ends_with('…'), "{cut}");
    }
}

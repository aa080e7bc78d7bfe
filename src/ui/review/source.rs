//! What the text is made from: the evidence, line by line with its records, and the draft as the model wrote it.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::framed;
use crate::app::review::{Review, Row, Shape, row_of, rows, slice};
use crate::config::theme::Styles;
use crate::domain::text::neutralise;

pub(super) fn evidence(frame: &mut Frame<'_>, area: Rect, review: &Review, shape: &Shape, styles: &Styles) {
    let Some(detail) = review.detail() else { return };
    let inside = framed(shape, String::new(), styles.border).inner(area);
    let margin = Review::EVIDENCE_MARGIN;
    let rows = review.evidence_rows(usize::from(inside.width).saturating_sub(margin));
    let height = usize::from(inside.height);
    let top = review.evidence_top().min(rows.len().saturating_sub(height));
    let seen = rows.get(top..rows.len().min(top + height)).unwrap_or_default();
    let number = |row: Option<&(usize, String)>| row.map_or(0, |(at, _)| at + 1);
    let title = match detail.evidence.len() {
        0 => " Evidence: none ".to_owned(),
        1 if rows.len() <= height => " Evidence · 1 line ".to_owned(),
        count if rows.len() <= height => format!(" Evidence · {count} lines "),
        count => format!(" Evidence · {}–{} of {count} ", number(seen.first()), number(seen.last())),
    };
    let lit = review.lit();
    let first = |index: usize, at: usize| index == 0 || seen.get(index - 1).is_none_or(|(before, _)| *before != at);
    let lines = seen.iter().enumerate().map(|(index, (at, text))| {
        // A line that began above the edge keeps its number, so that it can still be cited.
        let label = detail.evidence.get(*at).filter(|_| first(index, *at)).map_or_else(String::new, |line| {
            let source: String = neutralise(&line.source).chars().take(5).collect();
            format!("{:>3} {source}", line.n)
        });
        // Lit by weight and a mark, never by colour alone; where nothing is lit, nothing is dimmed.
        let (mark, style) = match (lit.contains(at), lit.is_empty()) {
            (true, _) => ("▸", styles.title),
            (false, true) => (" ", styles.text),
            (false, false) => (" ", styles.dim),
        };
        let label = format!("{label:<0$}", margin - 1);
        Line::from(vec![Span::styled(label, styles.dim), Span::styled(mark, styles.title), Span::styled(text.clone(), style)])
    });
    let lines: Vec<Line<'_>> = lines.collect();
    frame.render_widget(Paragraph::new(lines).block(framed(shape, title, styles.border)), area);
}

/// Scrolls with the text beside it: what is being read on the right was made from what stands here.
pub(super) fn draft(frame: &mut Frame<'_>, area: Rect, review: &Review, shape: &Shape, styles: &Styles) {
    let Some(detail) = review.detail() else { return };
    let block = framed(shape, format!(" Draft by {} ", detail.draft.model.shown()), styles.border);
    let inside = block.inner(area);
    let (width, height) = (usize::from(inside.width), usize::from(inside.height));
    let text = detail.text.shown_lines().collect::<Vec<_>>().join("\n");
    let broken = rows(&text, width);
    let beside = rows(review.editor().text(), shape.inside(shape.text).0.into());
    let at = row_of(&beside, review.editor().cursor()) * broken.len() / beside.len().max(1);
    let top = crate::app::review::top_for(at, broken.len(), height);
    let seen = broken.iter().skip(top).take(height);
    let lines: Vec<Line<'_>> = seen.map(|row| marked(&text, *row, review.checks().unsupported(), styles)).collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// One row, underlined where it rests on no line that the draft cites.
fn marked(text: &str, row: Row, unsupported: &[Range<usize>], styles: &Styles) -> Line<'static> {
    let end = row.start + slice(text, row.start, row.end).trim_end().chars().count();
    let edges = unsupported.iter().flat_map(|place| [place.start, place.end]).filter(|at| (row.start + 1..end).contains(at));
    let mut cuts: Vec<usize> = edges.chain([row.start, end]).collect();
    cuts.sort_unstable();
    let spans = cuts.windows(2).map(|piece| {
        let inside = unsupported.iter().any(|place| place.start <= piece[0] && piece[1] <= place.end);
        let style = if inside { styles.text.patch(styles.warn).add_modifier(Modifier::UNDERLINED) } else { styles.text };
        Span::styled(slice(text, piece[0], piece[1]).to_owned(), style)
    });
    Line::from(spans.collect::<Vec<_>>())
}

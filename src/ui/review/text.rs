//! The client-safe text: as it is edited, with the findings marked in it; as it differs from the draft, or from another
//! that was saved; and as the portal will show it.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::{framed, ledger, severity};
use crate::app::review::{Fate, Part, Piece, Review, Row, Shape, TextPane, View, column, joined, row_of, rows, slice, top_for};
use crate::config::theme::Styles;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, review: &Review, shape: &Shape, styles: &Styles) {
    match review.view() {
        View::Text => editor(frame, area, review, shape, styles),
        View::Diff(pieces) => diff(frame, area, review, pieces, shape, styles),
        View::Both { mine, theirs } => both(frame, area, review, (mine, theirs), shape, styles),
        View::Preview(_) => preview(frame, area, review, shape, styles),
    }
}

fn editor(frame: &mut Frame<'_>, area: Rect, review: &Review, shape: &Shape, styles: &Styles) {
    let pane = review.text_pane(shape);
    let mut title =
        vec![Span::raw(if review.typing() { " Client-safe text · editing, Esc ends " } else { " Client-safe text " })];
    let (above, below) = pane.hidden();
    title.extend(more(above, below, styles));
    let inside = with_ledger(frame, area, &pane, shape, title, styles);
    let (width, top) = (usize::from(inside.width), pane.top);
    let (text, cursor) = (review.editor().text(), review.editor().cursor());
    let broken = rows(text, width);
    let at = row_of(&broken, cursor);
    let seen = broken.iter().skip(top).take(inside.height.into());
    let lines: Vec<Line<'_>> = seen.map(|row| marked(review, *row, styles)).collect();
    frame.render_widget(Paragraph::new(lines), inside);
    let here = broken.get(at).filter(|_| review.typing() && !inside.is_empty());
    if let Some(row) = here {
        let across = column(text, *row, cursor).min(width.saturating_sub(1));
        let (x, y) = (u16::try_from(across).unwrap_or(0), u16::try_from(at - top).unwrap_or(0));
        frame.set_cursor_position(Position::new(inside.x + x, inside.y + y));
    }
}

/// The frame, with what would cross the line by kind where the findings have no room for it. Gives back the place that is
/// left.
fn with_ledger(frame: &mut Frame<'_>, area: Rect, pane: &TextPane, shape: &Shape, title: Vec<Span<'_>>, styles: &Styles) -> Rect {
    let told = pane.ledger.iter().map(|row| ledger(row, styles));
    let told: Vec<Line<'_>> = told.collect();
    let block = framed(shape, title, styles.focused);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let below = u16::try_from(told.len()).unwrap_or(u16::MAX).min(inside.height);
    let text = Rect { height: inside.height - below, ..inside };
    frame.render_widget(Paragraph::new(told), Rect { y: inside.y + text.height, height: below, ..inside });
    text
}

/// One row, cut where a finding or the selection begins or ends.
fn marked<'a>(review: &Review, row: Row, styles: &Styles) -> Line<'a> {
    let checks = review.checks();
    let selection = review.editor().selection();
    let edges = checks.found().iter().flat_map(|finding| [finding.start, finding.end]);
    let edges = edges.chain(selection.into_iter().flat_map(|(from, to)| [from, to]));
    let mut cuts: Vec<usize> = edges.filter(|at| (row.start..row.end).contains(at)).chain([row.start, row.end]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let text = review.editor().text();
    let spans = cuts.windows(2).map(|piece| {
        let (start, end) = (piece[0], piece[1]);
        let mut style = styles.text;
        for (index, finding) in checks.found().iter().enumerate() {
            if finding.start <= start && end <= finding.end {
                style = finding_style(style, severity(finding.severity, styles).1, index == checks.selected());
            }
        }
        if selection.is_some_and(|(from, to)| from <= start && end <= to) {
            style = style.add_modifier(Modifier::REVERSED);
        }
        Span::styled(slice(text, start, end).to_owned(), style)
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// Underlined, so that it is seen without colour; the one under the cursor is reversed too.
fn finding_style(base: Style, severity: Style, selected: bool) -> Style {
    let style = base.patch(severity).add_modifier(Modifier::UNDERLINED);
    if selected { style.add_modifier(Modifier::REVERSED) } else { style }
}

fn diff(frame: &mut Frame<'_>, area: Rect, review: &Review, pieces: &[Piece], shape: &Shape, styles: &Styles) {
    let inside = with_ledger(frame, area, &review.text_pane(shape), shape, differing(" Draft → text · ", styles), styles);
    let mut lines = differences(pieces, inside.width.into(), styles);
    let lines = lines.split_off(scrolled(review, lines.len(), inside));
    frame.render_widget(Paragraph::new(lines), inside);
}

/// Two saved texts, one below the other: each against the last text that both have in common.
fn both(
    frame: &mut Frame<'_>,
    area: Rect,
    review: &Review,
    (mine, theirs): (&[Piece], &[Piece]),
    shape: &Shape,
    styles: &Styles,
) {
    let block = framed(shape, differing(" Two texts · ", styles), styles.focused);
    let inside = block.inner(area);
    let mut lines = vec![Line::styled("this one, since the last common text", styles.title)];
    lines.extend(differences(mine, inside.width.into(), styles));
    lines.extend([Line::default(), Line::styled("the other, since the last common text", styles.title)]);
    lines.extend(differences(theirs, inside.width.into(), styles));
    let lines = lines.split_off(scrolled(review, lines.len(), inside));
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// A title that explains the colours.
fn differing<'a>(title: &'a str, styles: &Styles) -> Vec<Span<'a>> {
    vec![
        Span::raw(title),
        Span::styled("added", styles.added),
        Span::raw(" · "),
        Span::styled("removed", styles.removed),
        Span::raw(" "),
    ]
}

/// The rows of two texts in one.
fn differences(pieces: &[Piece], width: usize, styles: &Styles) -> Vec<Line<'static>> {
    let (text, starts) = joined(pieces);
    let lines = rows(&text, width).into_iter().map(|row| {
        let inner = starts.iter().copied().filter(|at| (row.start + 1..row.end).contains(at));
        let cuts: Vec<usize> = std::iter::once(row.start).chain(inner).chain([row.end]).collect();
        let spans = cuts.windows(2).map(|cut| {
            let piece = pieces.get(starts.partition_point(|at| *at <= cut[0]).saturating_sub(1));
            let style = match piece.map(|piece| piece.fate) {
                Some(Fate::Added) => styles.added,
                Some(Fate::Removed) => styles.removed,
                Some(Fate::Kept) | None => styles.text,
            };
            Span::styled(slice(&text, cut[0], cut[1]).to_owned(), style)
        });
        Line::from(spans.collect::<Vec<_>>())
    });
    lines.collect()
}

fn preview(frame: &mut Frame<'_>, area: Rect, review: &Review, shape: &Shape, styles: &Styles) {
    let inside = framed(shape, "", styles.focused).inner(area);
    let rows = review.preview_rows(inside.width.into());
    let (total, height) = (rows.len(), usize::from(inside.height));
    let top = review.preview_top(total, height);
    let mut title = vec![Span::raw(" Preview: what the client sees ")];
    title.extend(more(top, total.saturating_sub(top + height), styles));
    let lines = rows.into_iter().skip(top).take(height).map(|(part, row)| {
        let style = match part {
            Part::Client => styles.title,
            Part::Text => styles.text,
            Part::Beside | Part::Asked => styles.dim,
            Part::Failed => styles.bad,
        };
        Line::styled(row, style)
    });
    let lines: Vec<Line<'_>> = lines.collect();
    frame.render_widget(Paragraph::new(lines).block(framed(shape, title, styles.focused)), area);
}

/// How many rows are above and below what is seen, for a title.
fn more(above: usize, below: usize, styles: &Styles) -> Vec<Span<'static>> {
    let sign = |(sign, rows): (&str, usize)| Span::styled(format!("{sign}{rows} "), styles.warn);
    [("▲", above), ("▼", below)].into_iter().filter(|(_, rows)| *rows > 0).map(sign).collect()
}

/// The first row seen of `total`, by how far down the text the cursor stands.
fn scrolled(review: &Review, total: usize, inside: Rect) -> usize {
    let beside = rows(review.editor().text(), inside.width.into());
    let at = row_of(&beside, review.editor().cursor()) * total / beside.len().max(1);
    top_for(at, total, inside.height.into())
}

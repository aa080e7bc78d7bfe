//! The list of findings: how heavy, what kind, which words, and why it matters.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{framed, ledger, severity};
use crate::app::review::{Columns, ROOMY, Review, Shape, kind_name, top_for};
use crate::config::theme::Styles;
use crate::domain::span::Finding;
use crate::domain::text::neutralise;

/// Cells of a finding's kind and of its words, where a row has room for the reason too.
const KIND: usize = 15;
const WORDS: usize = 26;
/// Cells that a line leaves empty before a word that goes to the next, about.
const BROKEN: usize = 12;
/// Cells before a reason that has rows of its own.
const INDENT: u16 = 3;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, review: &Review, shape: &Shape, styles: &Styles) {
    if area.is_empty() {
        return;
    }
    let checks = review.checks();
    let found = checks.found();
    let mut inside = area;
    if shape.columns != Columns::One {
        let place = if found.is_empty() { String::new() } else { format!(" {} of {}", checks.selected() + 1, found.len()) };
        let mut block = framed(shape, format!(" Findings{place} "), styles.border);
        if let Some(row) = review.ledger_line(shape) {
            let mut line = ledger(&row, styles);
            line.push_span(Span::raw(" "));
            block = block.title_bottom(line);
        }
        inside = block.inner(area);
        frame.render_widget(block, area);
    }
    if found.is_empty() {
        let says = "The checks found nothing. Only reading tells whether it is true.";
        frame.render_widget(Paragraph::new(says).style(styles.dim), inside);
        return;
    }
    // What a row has no room for is told below of the finding under the cursor.
    let [list, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(shape.reason)]).areas(inside);
    inside = list;
    let height = usize::from(inside.height);
    let top = top_for(checks.selected(), found.len(), height);
    let rows = found.iter().enumerate().skip(top).take(height);
    let lines: Vec<Line<'_>> =
        rows.map(|(at, finding)| row(finding, at == checks.selected(), inside.width.into(), styles)).collect();
    frame.render_widget(Paragraph::new(lines), inside);
    if let Some(finding) = checks.current() {
        let reason = neutralise(&finding.reason);
        if reason.width() > beside(inside.width.into()) {
            // A line that is broken between words has some cells left.
            let cells = usize::from(below.width.saturating_sub(INDENT)) * usize::from(below.height);
            let reason = cut(&reason, cells.saturating_sub(usize::from(below.height.saturating_sub(1)) * BROKEN));
            let [_, told] = Layout::horizontal([Constraint::Length(INDENT), Constraint::Fill(1)]).areas(below);
            frame.render_widget(Paragraph::new(reason).style(styles.dim).wrap(Wrap { trim: true }), told);
        }
    }
}

/// Cells that a row has for the reason.
fn beside(width: usize) -> usize {
    if width >= ROOMY { width.saturating_sub(3 + KIND + WORDS) } else { 0 }
}

fn row<'a>(finding: &Finding, selected: bool, width: usize, styles: &Styles) -> Line<'a> {
    let (glyph, style) = severity(finding.severity, styles);
    let words = format!("“{}”", neutralise(&finding.text.replace('\n', " ")));
    let cursor = if selected { "▸" } else { " " };
    let mut spans = vec![Span::raw(cursor), Span::styled(format!("{glyph} "), style)];
    let kind = kind_name(finding.kind);
    if width >= ROOMY {
        spans.push(Span::styled(fit(&kind, KIND), style));
        spans.push(Span::styled(fit(&words, WORDS), styles.text));
        spans.push(Span::styled(cut(&neutralise(&finding.reason), beside(width)), styles.dim));
    } else {
        let kind = if width >= 60 { fit(&kind, KIND) } else { format!("{kind} ") };
        let left = width.saturating_sub(3 + kind.width());
        spans.push(Span::styled(kind, style));
        spans.push(Span::styled(cut(&words, left), styles.text));
    }
    let line = Line::from(spans);
    if selected { line.style(styles.title) } else { line }
}

/// At most `width` cells, with `…` where something was cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cells = 1;
    let head = text.graphemes(true).take_while(|cluster| {
        cells += cluster.width();
        cells <= width
    });
    if width == 0 { String::new() } else { format!("{}…", head.collect::<String>()) }
}

/// Exactly `width` cells, the last of them blank.
fn fit(text: &str, width: usize) -> String {
    let text = cut(text, width.saturating_sub(1));
    let blank = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(blank))
}

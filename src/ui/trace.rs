//! The timeline of a record: its fields, its steps, and all of the step under the cursor with its recovery rule.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Span;

use super::panes::{heading, outline};
use super::states::Shown;
use super::text::{fit, head, head_of, put, width, wrap};
use crate::app::App;
use crate::app::layout::{PaneBox, Rect};
use crate::app::screen::{self, TraceScreen};
use crate::config::theme::Styles;
use crate::domain::row::Pane;
use crate::domain::trace::{Step, StepKind, Trace};

/// Paints a timeline as a whole screen.
pub(crate) fn draw(buffer: &mut Buffer, app: &App, body: Rect, trace: &TraceScreen, styles: &Styles) {
    frame(buffer, app, body, trace, true, styles);
    let fields = screen::fields_area(body, trace);
    let steps = screen::steps_area(body, trace);
    let Some(loaded) = &trace.trace else { return waiting(buffer, body, trace, styles) };
    paint_fields(buffer, fields, loaded, styles);
    let wide = columns(loaded, usize::from(steps.w));
    for (line, (at, step)) in loaded.steps.iter().enumerate().skip(trace.top).take(steps.h.into()).enumerate() {
        paint_step(buffer, steps, line, step, &wide, (at == trace.at, styles));
    }
    if let Some(step) = trace.current() {
        let below = steps.y + steps.h;
        let end = body.y + body.h.saturating_sub(1);
        let area = Rect::new(steps.x, below, steps.w, end.saturating_sub(below));
        paint_step_whole(buffer, area, step, styles);
    }
}

/// Paints a timeline beside a list: its fields and its newest steps.
pub(crate) fn aside(buffer: &mut Buffer, app: &App, area: Rect, trace: &TraceScreen, styles: &Styles) {
    frame(buffer, app, area, trace, false, styles);
    let inner = area.inner(1, 1, 1, 1);
    let Some(loaded) = &trace.trace else { return waiting(buffer, area, trace, styles) };
    let lines = u16::try_from(loaded.fields.len().div_ceil(2)).unwrap_or(u16::MAX).min(inner.h / 2);
    paint_fields(buffer, Rect { h: lines, ..inner }, loaded, styles);
    let steps = inner.inner(0, lines + 1, 0, 0);
    let wide = columns(loaded, usize::from(steps.w));
    let newest = loaded.steps.len().saturating_sub(usize::from(steps.h));
    for (line, step) in loaded.steps.iter().skip(newest).enumerate() {
        paint_step(buffer, steps, line, step, &wide, (false, styles));
    }
}

fn frame(buffer: &mut Buffer, app: &App, area: Rect, trace: &TraceScreen, focused: bool, styles: &Styles) {
    let place = PaneBox { pane: Pane::Leads, outer: area, first: true, last: true };
    let mut notes = Vec::new();
    if let Some(loaded) = &trace.trace {
        notes.push((head(&loaded.title).into_owned(), styles.text));
        if loaded.cut {
            notes.push(("older steps left out".to_owned(), styles.warn));
        }
    }
    notes.extend(app.others_at(trace.record).map(|other| (format!("● {}", head_of(&other.person)), styles.info)));
    if trace.failed.is_some() && trace.trace.is_some() {
        notes.push(("! not fresh".to_owned(), styles.bad));
    }
    let style = if focused { styles.focused } else { styles.title };
    let title = heading(trace.record.to_string(), style, notes, usize::from(area.w).saturating_sub(2));
    outline(buffer, &place, title, focused, styles);
}

fn waiting(buffer: &mut Buffer, area: Rect, trace: &TraceScreen, styles: &Styles) {
    let inner = area.inner(2, 1, 2, 1);
    let (text, style) = match &trace.failed {
        Some(why) => (format!("✗ cannot be read: {why}"), styles.bad),
        None => ("loading …".to_owned(), styles.dim),
    };
    for (n, line) in wrap(&text, inner.w.into(), inner.h.into()).into_iter().enumerate() {
        put(buffer, inner, n, Span::styled(line, style).into());
    }
}

fn paint_fields(buffer: &mut Buffer, area: Rect, trace: &Trace, styles: &Styles) {
    let columns: u16 = if area.w >= 100 { 3 } else { 2 };
    let wide = area.w / columns;
    let name = trace.fields.iter().map(|(name, _)| width(name)).max().unwrap_or(0).min(usize::from(wide) / 2);
    for (n, (label, value)) in trace.fields.iter().enumerate() {
        let Ok(column) = u16::try_from(n % usize::from(columns)) else { return };
        let slot = Rect::new(area.x + column * wide, area.y, wide.saturating_sub(1), area.h);
        let spans = vec![
            Span::styled(fit(&head_of(label), name, false), styles.dim),
            Span::raw(" "),
            Span::styled(head(value), styles.text),
        ];
        put(buffer, slot, n / usize::from(columns), spans.into());
    }
}

/// Widths of who and status, by what the steps need.
fn columns(trace: &Trace, room: usize) -> (usize, usize) {
    let most = |of: fn(&Step) -> usize, cap: usize| trace.steps.iter().map(of).max().unwrap_or(0).min(cap);
    let who = most(|step| width(&head_of(&step.who)), if room >= 100 { 18 } else { 9 });
    let status = most(|step| width(&head_of(&step.status)), if room >= 100 { 14 } else { 10 });
    (who, status)
}

fn glyph(kind: StepKind, styles: &Styles) -> Shown {
    match kind {
        StepKind::Event => ("◆ event  ", styles.info),
        StepKind::Journal => ("· journal", styles.dim),
        StepKind::Job => ("▷ job    ", styles.text),
        StepKind::Attempt => ("↻ attempt", styles.text),
        StepKind::Task => ("○ task   ", styles.warn),
        StepKind::Draft => ("✎ draft  ", styles.text),
        StepKind::Summary => ("✓ summary", styles.good),
    }
}

/// A status is a word of ours; colour follows the words that mean trouble or success.
fn status_style(status: &str, styles: &Styles) -> Style {
    match status {
        "dead" | "unknown" | "failed" | "refused" | "timed_out" | "may_have_left" | "rejected" => styles.bad,
        "retrying" | "held" | "rate_limited" | "open" | "pending" | "armed" => styles.warn,
        "succeeded" | "done" | "approved" | "published" | "booked" => styles.good,
        _ => styles.text,
    }
}

fn paint_step(
    buffer: &mut Buffer,
    area: Rect,
    line: usize,
    step: &Step,
    (who, status): &(usize, usize),
    (under_cursor, styles): (bool, &Styles),
) {
    let (kind, kind_style) = glyph(step.kind, styles);
    let sign = if under_cursor { "▸" } else { " " };
    let record = step.record.map(|record| record.to_string()).unwrap_or_default();
    let spans = vec![
        Span::styled(format!("{sign}{} ", step.at.format("%m-%d %H:%M")), styles.dim),
        Span::styled(format!("{kind} "), kind_style),
        Span::styled(format!("{} ", fit(&record, 7, false)), styles.info),
        Span::styled(format!("{} ", fit(&head_of(&step.who), *who, false)), styles.dim),
        Span::styled(format!("{} ", fit(&head_of(&step.status), *status, false)), status_style(&step.status, styles)),
        Span::styled(head(&step.what), styles.text),
    ];
    if under_cursor {
        let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
        put(buffer, area, line, Span::styled(fit(&text, area.w.into(), false), styles.cursor).into());
    } else {
        put(buffer, area, line, spans.into());
    }
}

fn paint_step_whole(buffer: &mut Buffer, area: Rect, step: &Step, styles: &Styles) {
    if area.h == 0 {
        return;
    }
    let rule = "─".repeat(area.w.into());
    put(buffer, area, 0, Span::styled(rule, styles.border).into());
    let facts = [("by", head_of(&step.who)), ("source", head_of(&step.source)), ("status", head_of(&step.status))];
    let mut spans = vec![Span::styled(step.at.format("%Y-%m-%d %H:%M:%S UTC").to_string(), styles.dim)];
    for (name, value) in facts.into_iter().filter(|(_, value)| !value.is_empty()) {
        spans.push(Span::styled(format!("   {name} "), styles.dim));
        spans.push(Span::styled(value, styles.text));
    }
    put(buffer, area, 1, spans.into());
    for (n, line) in wrap(&head(&step.what), area.w.into(), 2).into_iter().enumerate() {
        put(buffer, area, 2 + n, Span::styled(line, styles.title).into());
    }
    if !step.recovery.is_empty() {
        let spans = vec![Span::styled("recovery ", styles.dim), Span::styled(head_of(&step.recovery), styles.good)];
        put(buffer, area, 4, spans.into());
    }
}

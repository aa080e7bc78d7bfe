//! What lies over a screen: questions, help, the palette, a bulk act's progress.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Widget};

use super::cells::clock;
use super::chrome::with_cursor;
use super::text::{fit, head_of, put, width, wrap};
use super::{native, states};
use crate::app::bulk::{Bulk, Stage};
use crate::app::layout::{self, Rect};
use crate::app::palette::{self, Palette};
use crate::app::popup::{Ask, Popup, Question, Why};
use crate::app::{App, age};
use crate::config::keys::{Action, Place};
use crate::config::theme::Styles;

/// Widest a question gets: longer lines are hard to read.
const WIDE: u16 = 72;

/// Paints what lies over the screen. The filter line and the jump letters are in the footer.
pub(crate) fn draw(buffer: &mut Buffer, app: &App, styles: &Styles) {
    match app.popup() {
        Some(Popup::Ask(ask)) => question(buffer, app, ask, styles),
        Some(Popup::Help { top }) => help(buffer, app, *top, styles),
        Some(Popup::Palette(palette)) => commands(buffer, app, palette, styles),
        Some(Popup::Progress { top }) => {
            if let Some(bulk) = app.bulk() {
                progress(buffer, app, bulk, *top, styles);
            }
        }
        Some(Popup::Why(why)) => reasons(buffer, app, why, styles),
        Some(Popup::Filter { .. } | Popup::Jump) | None => {}
    }
}

/// A box in the middle with room for `lines`; what is inside it.
fn popup(buffer: &mut Buffer, app: &App, size: (u16, usize), title: &str, hint: &str, border: Style) -> Rect {
    let (w, lines) = size;
    let h = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2);
    let area = layout::middle(app.size(), w, h);
    Clear.render(native(area), buffer);
    let block = Block::new().borders(Borders::ALL).border_style(border);
    block.render(native(area), buffer);
    let line = area.inner(2, 0, 2, 0);
    put(buffer, line, 0, Span::styled(format!(" {} ", head_of(title)), border).into());
    let bottom = Rect { y: area.y + area.h.saturating_sub(1), h: area.h.min(1), ..line };
    if area.h > 1 && !hint.is_empty() {
        put(buffer, bottom, 0, Span::styled(format!(" {hint} "), border).into());
    }
    area.inner(2, 1, 2, 1)
}

fn question(buffer: &mut Buffer, app: &App, ask: &Ask, styles: &Styles) {
    let room = usize::from(WIDE.min(app.size().0)).saturating_sub(4);
    let wrapped = |text: &str| -> Vec<String> { text.lines().flat_map(|line| wrap(&head_of(line), room, 4)).collect() };
    let (mut lines, hint, border): (Vec<Line<'_>>, String, Style) = match &ask.question {
        Question::Reason { body, .. } => {
            (said(wrapped(body), styles.text), "Enter done · Esc back, the text is kept".into(), styles.focused)
        }
        Question::Text { body, .. } => {
            (said(wrapped(body), styles.text), "Enter done · Esc back, the text is kept".into(), styles.focused)
        }
        Question::Menu { options, .. } => {
            let option = |(n, (key, say)): (usize, &(char, String))| {
                let sign = if n == ask.at { "▸" } else { " " };
                let spans = vec![
                    Span::styled(format!("{sign} "), styles.focused),
                    Span::styled(key.to_string(), styles.key),
                    Span::styled(format!("  {}", head_of(say)), if n == ask.at { styles.title } else { styles.text }),
                ];
                Line::from(spans)
            };
            (options.iter().enumerate().map(option).collect(), "letter, or Enter · Esc back".into(), styles.focused)
        }
        Question::Confirm { body, danger, .. } => {
            let hint = if *danger { "y do it · Esc back" } else { "Enter do it · Esc back" };
            (said(wrapped(body), styles.text), hint.into(), if *danger { styles.danger } else { styles.focused })
        }
        Question::TypedCount { body, count, .. } => {
            let mut lines = said(wrapped(body), styles.text);
            lines.push(Line::default());
            lines.push(Span::styled(format!("Type {count} to do it to all of them:"), styles.title).into());
            (lines, "Enter do it · Esc back".into(), styles.danger)
        }
        Question::Conflict { conflict, kept } => {
            let mut lines = said(wrapped(&conflict.to_string()), styles.text);
            lines.push(Line::default());
            lines.extend(said(wrapped(kept), styles.good));
            (lines, "r read it again · Esc leave it".into(), styles.danger)
        }
    };
    if ask.question.takes_text() {
        lines.push(Line::default());
        let (before, behind) = ask.line.halves();
        let mut spans = vec![Span::styled("› ", styles.key)];
        spans.extend(with_cursor(before, behind, room.saturating_sub(3), styles));
        lines.push(spans.into());
    }
    if let Some(complaint) = &ask.complaint {
        lines.push(Span::styled(format!("✗ {complaint}"), styles.bad).into());
    }
    let inner = popup(buffer, app, (WIDE, lines.len()), ask.question.title(), &hint, border);
    // On a small screen the end is what counts: the line that is typed.
    let skipped = lines.len().saturating_sub(inner.h.into());
    for (n, line) in lines.into_iter().skip(skipped).enumerate() {
        put(buffer, inner, n, line);
    }
}

fn said(lines: Vec<String>, style: Style) -> Vec<Line<'static>> {
    lines.into_iter().map(|line| Span::styled(line, style).into()).collect()
}

fn help(buffer: &mut Buffer, app: &App, top: usize, styles: &Styles) {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut place = None;
    for hint in app.all_hints() {
        if place != Some(hint.place) {
            if place.is_some() {
                lines.push(Line::default());
            }
            lines.push(Span::styled(palette::said(hint.place), styles.title).into());
            place = Some(hint.place);
        }
        let (key, text) = if hint.reason.is_none() { (styles.key, styles.text) } else { (styles.dim, styles.dim) };
        let mut spans = vec![Span::styled(format!("{}  ", fit(&hint.key, 10, true)), key), Span::styled(hint.help, text)];
        if let Some(reason) = hint.reason {
            spans.push(Span::styled(format!("  ({})", head_of(&reason)), styles.warn));
        }
        lines.push(spans.into());
    }
    scrolling(buffer, app, lines, top, "keys that work here", "j k scroll · Esc close", styles);
}

/// A tall box over most of the screen; the window never leaves its lines.
fn scrolling(buffer: &mut Buffer, app: &App, lines: Vec<Line<'_>>, top: usize, title: &str, hint: &str, styles: &Styles) {
    let (w, h) = app.size();
    let tall = lines.len().min(usize::from(h.saturating_sub(4)));
    let inner = popup(buffer, app, (w.saturating_sub(4).min(110), tall), title, hint, styles.focused);
    let top = top.min(lines.len().saturating_sub(inner.h.into()));
    for (n, line) in lines.into_iter().skip(top).take(inner.h.into()).enumerate() {
        put(buffer, inner, n, line);
    }
}

/// Why a job is not running.
fn reasons(buffer: &mut Buffer, app: &App, why: &Why, styles: &Styles) {
    let room = usize::from(app.size().0.saturating_sub(8).min(106));
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut say = |text: &str, style: Style, before: &str| {
        let indent = " ".repeat(width(before));
        for (n, part) in wrap(&head_of(text), room.saturating_sub(indent.len()), 6).into_iter().enumerate() {
            let before = if n == 0 { before } else { &indent };
            lines.push(Span::styled(format!("{before}{part}"), style).into());
        }
    };
    match &why.answer {
        None => say("loading …", styles.dim, ""),
        Some(Err(failure)) => say(&format!("✗ cannot be read: {failure}"), styles.bad, ""),
        Some(Ok(answer)) => {
            let now = app.now();
            let (word, _) = states::job(answer.state, styles);
            say(&format!("{} · {word}", answer.title), styles.title, "");
            let left = age::until(now, answer.window_ends_at).replace("due", "over");
            let next =
                if answer.state.is_final() { String::new() } else { format!("next try {} · ", age::until(now, answer.due_at)) };
            say(&format!("{next}{} · window {left}", answer.tries()), styles.text, "");
            if let Some(replay) = &answer.replay {
                let (word, style) = states::replay(replay.verdict, styles);
                say(&format!("to try again: {word}, {}", replay.reason), style, "");
            }
            for (n, reason) in answer.reasons.iter().enumerate() {
                say("", styles.text, "");
                let until =
                    reason.until.map(|at| format!(" · until {} ({})", clock(now, at), age::until(now, at))).unwrap_or_default();
                let (sign, style) = if n == 0 { ("▸ ", styles.warn) } else { ("  ", styles.text) };
                say(&format!("{}{until}", reason.what), style, sign);
                say(&reason.advice, styles.good, "    ");
            }
        }
    }
    scrolling(buffer, app, lines, why.top, &format!("why is {} not running?", why.record), "j k scroll · Esc close", styles);
}

fn commands(buffer: &mut Buffer, app: &App, palette: &Palette, styles: &Styles) {
    const SHOWN: usize = 14;
    let (w, h) = app.size();
    let shown = SHOWN.min(usize::from(h.saturating_sub(5)).max(1));
    let title = "command";
    let inner = popup(
        buffer,
        app,
        (w.saturating_sub(4).min(96), shown + 1),
        title,
        "Enter do it · Esc close · a reference such as L-2041 opens it",
        styles.focused,
    );
    let (before, behind) = palette.line.halves();
    let mut spans = vec![Span::styled(": ", styles.key)];
    spans.extend(with_cursor(before, behind, usize::from(inner.w).saturating_sub(3), styles));
    put(buffer, inner, 0, spans.into());
    let top = (palette.at + 1).saturating_sub(shown);
    if palette.entries.is_empty() {
        put(buffer, inner, 1, Span::styled("nothing is called so", styles.dim).into());
    }
    for (n, (at, entry)) in palette.entries.iter().enumerate().skip(top).take(shown).enumerate() {
        let sign = if at == palette.at { "▸" } else { " " };
        let able = entry.reason.is_none();
        let (name, rest) = if able { (styles.title, styles.text) } else { (styles.dim, styles.dim) };
        let about = entry.reason.as_ref().map_or_else(|| entry.help.clone(), |reason| format!("({reason})"));
        let spans = vec![
            Span::styled(format!("{sign} {} ", fit(&entry.name, 14, false)), name),
            Span::styled(format!("{}  ", fit(&entry.key, 8, false)), if able { styles.key } else { styles.dim }),
            Span::styled(head_of(&about).into_owned(), rest),
        ];
        if at == palette.at {
            let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
            put(buffer, inner, n + 1, Span::styled(fit(&text, inner.w.into(), false), styles.cursor).into());
        } else {
            put(buffer, inner, n + 1, spans.into());
        }
    }
}

fn progress(buffer: &mut Buffer, app: &App, bulk: &Bulk, top: usize, styles: &Styles) {
    let (done, failed) = bulk.counts();
    let room = usize::from(app.size().0.saturating_sub(8).min(100));
    let filled = (room * bulk.ended.len()).checked_div(bulk.of).unwrap_or(room).min(room);
    let bar = format!("{}{}", "█".repeat(filled), "░".repeat(room - filled));
    let (word, hint) = match bulk.stage {
        Stage::Running => ("under way", "Esc stop"),
        Stage::Stopping => ("stopping after the one under way", ""),
        Stage::Ended => ("ended", "Esc close"),
        Stage::Stopped => ("stopped", "Esc close"),
    };
    let key =
        app.start().keys.row(Action::Undo, &[Place::Everywhere]).and_then(|row| row.chords.first()).filter(|_| bulk.can_undo);
    let hint = key.map_or_else(|| hint.to_owned(), |key| format!("{key} undo · {hint}"));
    let mut lines: Vec<Line<'_>> = vec![
        Span::styled(bar, styles.focused).into(),
        vec![
            Span::styled(format!("{} of {}  ", bulk.ended.len(), bulk.of), styles.title),
            Span::styled(format!("✓ {done} done  "), styles.good),
            Span::styled(format!("✗ {failed} not done  "), if failed > 0 { styles.bad } else { styles.dim }),
            Span::styled(word, styles.text),
        ]
        .into(),
    ];
    if bulk.is_over() && failed > 0 && bulk.marked {
        lines.push(Span::styled("What was not done stays marked.", styles.warn).into());
    }
    lines.push(Line::default());
    // What went wrong is looked for first.
    let (good, bad): (Vec<_>, Vec<_>) = bulk.ended.iter().rev().partition(|row| row.outcome.is_ok());
    for row in bad.into_iter().chain(good) {
        let (sign, style, said) = match &row.outcome {
            Ok(said) => ("✓", styles.good, said),
            Err(why) => ("✗", styles.bad, why),
        };
        let gap = 8_usize.saturating_sub(width(&row.record.to_string()));
        lines.push(
            vec![
                Span::styled(format!("{sign} "), style),
                Span::styled(format!("{}{} ", row.record, " ".repeat(gap)), styles.info),
                Span::styled(head_of(said).into_owned(), styles.text),
            ]
            .into(),
        );
    }
    scrolling(buffer, app, lines, top, &bulk.title, &hint, styles);
}

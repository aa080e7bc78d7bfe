//! The first and the last line: where we are, whether what is shown is true, and which keys work.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use ratatui::widgets::{Clear, Widget};

use super::text::{cut, head_of, put, width, wrap};
use crate::app::hints::Hint;
use crate::app::layout::Rect;
use crate::app::message::Link;
use crate::app::popup::Popup;
use crate::app::{App, Tone, age};
use crate::config::keys::Action;
use crate::config::theme::Styles;
use crate::domain::filter::{Filter, complete};

/// A part of the header: its text, its style, and how soon it goes when there is no room (0 never).
type Part<'a> = (Cow<'a, str>, Style, u8);

/// Paints the header.
pub(crate) fn header(buffer: &mut Buffer, app: &App, area: Rect, styles: &Styles) {
    let start = app.start();
    let (link, link_style) = link(app, styles);
    let mut left: Vec<Part<'_>> = vec![("quotedeck".into(), styles.title, 4), (link.into(), link_style, 0)];
    if start.demo {
        left.push(("demo".into(), styles.warn, 1));
    }
    if start.read_only_reason.is_some() {
        left.push(("read only".into(), styles.warn, 1));
    }
    let clients = start.me.clients.as_ref().map_or_else(|| "all".to_owned(), |clients| clients.len().to_string());
    left.push((format!("clients: {clients}").into(), styles.dim, 6));
    let mut right: Vec<Part<'_>> = Vec::new();
    let incidents = app.figures().map_or(0, |figures| figures.incidents);
    if incidents > 0 {
        let word = if incidents == 1 { "incident" } else { "incidents" };
        right.push((format!("‖ {incidents} {word}").into(), styles.bad, 2));
    }
    if app.figures().is_some_and(|figures| figures.is_unmanned(app.now())) {
        right.push(("! no worker".into(), styles.bad, 1));
    }
    let stale = app.figures().map_or(0, |figures| figures.stale);
    if stale > 0 {
        right.push((format!("◌ {stale} stale").into(), styles.warn, 2));
    }
    right.push((format!("{} ({})", head_of(&start.me.name), start.me.role).into(), styles.text, 5));
    right.push((app.now().format("%H:%M UTC").to_string().into(), styles.text, 3));
    let room = usize::from(area.w).saturating_sub(2);
    let wide = |parts: &[Part<'_>]| parts.iter().map(|part| width(&part.0) + 3).sum::<usize>();
    while wide(&left) + wide(&right) > room + 3 {
        let worst = left.iter().chain(&right).map(|part| part.2).max().unwrap_or(0);
        if worst == 0 {
            break;
        }
        left.retain(|part| part.2 != worst);
        right.retain(|part| part.2 != worst);
    }
    let spaced = |parts: Vec<Part<'_>>| -> Vec<Span<'static>> {
        let spans = parts.into_iter().map(|(text, style, _)| Span::styled(text.into_owned(), style));
        spans.flat_map(|span| [span, Span::raw("   ")]).collect()
    };
    let tail = u16::try_from(wide(&right).saturating_sub(3)).unwrap_or(u16::MAX);
    let inner = area.inner(1, 0, 1, 0);
    put(buffer, inner, 0, spaced(left).into());
    if tail <= inner.w {
        let at = Rect { x: inner.x + inner.w - tail, w: tail, ..inner };
        put(buffer, at, 0, spaced(right).into());
    }
}

fn link(app: &App, styles: &Styles) -> (String, Style) {
    match app.link() {
        Link::Live => ("● live".to_owned(), styles.good),
        Link::Polling => ("◐ polling".to_owned(), styles.warn),
        Link::Offline { since } => {
            let passed = (app.now() - since).num_seconds().max(0);
            let passed = if passed < 60 { format!("{passed} s") } else { age::ago(app.now(), since) };
            let showing = app.fresh_at().map(|at| format!(" (showing {})", at.format("%H:%M:%S"))).unwrap_or_default();
            let word = if app.fresh_at().is_some() { "offline" } else { "connecting" };
            (format!("○ {word} {passed}{showing}"), styles.bad)
        }
    }
}

/// Paints the footer: the filter line, a notice, or the keys.
pub(crate) fn footer(buffer: &mut Buffer, app: &App, area: Rect, styles: &Styles) {
    let inner = area.inner(1, 0, 1, 0);
    if let Some(Popup::Filter { .. }) = app.popup() {
        return filter(buffer, app, inner, styles);
    }
    if let Some(Popup::Jump) = app.popup() {
        let mut spans = vec![Span::styled("go to  ", styles.title)];
        for (letter, record) in app.jumps() {
            spans.push(Span::styled(letter.to_string(), styles.key));
            spans.push(Span::styled(format!(" {record}   "), styles.text));
        }
        return put(buffer, inner, 0, spans.into());
    }
    if let Some(notice) = app.notice() {
        let (sign, style) = match notice.tone {
            Tone::Good => ("✓", styles.good),
            Tone::Why => ("·", styles.warn),
            Tone::Bad => ("✗", styles.bad),
        };
        return told(buffer, app, inner, &format!("{sign} {}", head_of(&notice.text)), style);
    }
    if app.is_typing() {
        let spans =
            [("Esc", "ends"), ("Ctrl-K", "cuts to the line's end"), ("Ctrl-Y", "puts it back"), ("every other key", "is text")];
        let spans = spans
            .into_iter()
            .flat_map(|(key, word)| [Span::styled(key, styles.key), Span::styled(format!(" {word}  "), styles.text)]);
        return put(buffer, inner, 0, spans.collect::<Vec<_>>().into());
    }
    let hints = app.hints();
    let wide = |hint: &Hint| width(&hint.key) + 1 + width(hint.short) + 2;
    // Help and palette lead to all the rest: their room is kept.
    let always = |hint: &Hint| matches!(hint.action, Action::Help | Action::Palette);
    let kept: usize = hints.iter().filter(|hint| always(hint)).map(wide).sum();
    let mut left = (usize::from(inner.w) + 2).saturating_sub(kept);
    let mut spans: Vec<Span<'_>> = Vec::new();
    for hint in hints {
        if !always(&hint) {
            let wide = wide(&hint);
            if wide > left {
                // A shorter one behind it may still fit.
                continue;
            }
            left -= wide;
        }
        let (key, word) = match hint.reason {
            None => (styles.key, styles.text),
            Some(_) => (styles.dim, styles.dim.add_modifier(Modifier::DIM)),
        };
        if !spans.is_empty() {
            spans.push(Span::raw("  "));
        }
        spans.push(Span::styled(hint.key, key));
        spans.push(Span::styled(format!(" {}", hint.short), word));
    }
    put(buffer, inner, 0, spans.into());
}

/// Paints a line that must be read whole: one that is too long rises over the last lines of the body.
fn told(buffer: &mut Buffer, app: &App, area: Rect, text: &str, style: Style) {
    let room = usize::from((app.size().1 / 4).clamp(1, 4));
    let lines = wrap(text, area.w.into(), room);
    let h = u16::try_from(lines.len()).unwrap_or(1).max(area.h);
    let over = Rect { y: area.y + area.h - h, h, ..area };
    if h > 1 {
        Clear.render(super::native(Rect { x: 0, w: app.size().0, ..over }), buffer);
    }
    for (n, line) in lines.into_iter().enumerate() {
        put(buffer, over, n, Span::styled(line, style).into());
    }
}

fn filter(buffer: &mut Buffer, app: &App, area: Rect, styles: &Styles) {
    let pane = app.focus();
    let line = &app.list(pane).typed;
    let (before, behind) = line.halves();
    let typed = format!("{before}{behind}");
    let mut spans = vec![Span::styled("/", styles.key)];
    // The line's end matters most: what is typed now.
    let room = usize::from(area.w).saturating_sub(2);
    spans.extend(with_cursor(before, behind, room, styles));
    if let Err(bad) = Filter::parse(&typed, pane) {
        spans.push(Span::styled(format!("   ✗ {bad}"), styles.bad));
        return put(buffer, area, 0, spans.into());
    }
    let offers = complete(&typed, pane);
    if !offers.is_empty() {
        let offers = offers.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(" ");
        spans.push(Span::styled("   Tab ", styles.key));
        spans.push(Span::styled(offers, styles.dim));
    }
    put(buffer, area, 0, spans.into());
}

/// Typed text with its cursor as a reversed cell; the head is left out where it is too long.
pub(crate) fn with_cursor(before: &str, behind: &str, room: usize, styles: &Styles) -> Vec<Span<'static>> {
    let before = crate::domain::text::neutralise(before);
    let behind = crate::domain::text::neutralise(behind);
    let mut start = 0;
    while width(&before[start..]) + 1 > room {
        let Some(next) = before[start..].chars().next() else { break };
        start += next.len_utf8();
    }
    let mut rest = behind.chars();
    let under = rest.next().unwrap_or(' ');
    vec![
        Span::styled(before[start..].to_owned(), styles.text),
        Span::styled(under.to_string(), Style::new().add_modifier(Modifier::REVERSED)),
        Span::styled(cut(rest.as_str(), room).into_owned(), styles.text),
    ]
}

//! The sources: a line each, and all that is known of the one under the cursor.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Span;

use super::cells::Cell;
use super::panes::{heading, outline};
use super::table::{self, Column, column, number};
use super::text::{cut, fit, head, head_of, put, width, wrap};
use crate::app::layout::{PaneBox, Rect};
use crate::app::list::Load;
use crate::app::sources::{Sources, areas};
use crate::app::{App, age};
use crate::config::theme::Styles;
use crate::domain::row::Pane;
use crate::domain::source::figures::{Covered, SourceDetail, SourceFigures};
use crate::domain::source::silence::{Basis, Silence};
use crate::domain::sync::{Freshness, SyncFigures};
use crate::domain::text::neutralise;

const COLUMNS: &[Column] = &[
    column("client", 8, 24, 1),
    column("provider", 8, 12, 0),
    number("last", 5, 2),
    number("1 h", 5, 6),
    number("24 h", 6, 5),
    number("waiting", 7, 8),
    number("parked", 6, 3),
    number("forged", 6, 4),
    number("refused", 7, 7),
    column("fresh", 9, 20, 4),
    number("urls", 4, 9),
];

/// Paints the screen.
pub(crate) fn draw(buffer: &mut Buffer, app: &App, body: Rect, sources: &Sources, styles: &Styles) {
    let (above, below) = areas(body);
    let place = PaneBox { pane: Pane::Leads, outer: above, first: true, last: below.h == 0 };
    outline(buffer, &place, title(sources, above, styles), true, styles);
    // An inner row for the names of the columns, and none for a bottom line that is the other box's top.
    let area = above.inner(1, 1, 1, u16::from(below.h == 0));
    if sources.rows.is_empty() {
        let (text, style) = match &sources.state {
            Load::Idle | Load::Loading => ("loading …".to_owned(), styles.dim),
            Load::Ready => (EMPTY.to_owned(), styles.dim),
            Load::Failed(why) => (format!("✗ cannot be read: {why}"), styles.bad),
        };
        for (n, line) in wrap(&text, area.w.saturating_sub(2).into(), area.h.into()).into_iter().enumerate() {
            put(buffer, area.inner(1, 0, 1, 0), n, Span::styled(line, style).into());
        }
    } else {
        rows(buffer, app.now(), area, sources, styles);
    }
    if below.h > 0 {
        detail(buffer, app, below, sources, styles);
    }
}

const EMPTY: &str =
    "Nothing came yet, and no URL is open. `quotedeck source add PROVIDER --client NAME` makes one for a provider.";

fn title(sources: &Sources, area: Rect, styles: &Styles) -> Vec<Span<'static>> {
    let mut notes = Vec::new();
    if sources.state == Load::Ready {
        notes.push((sources.rows.len().to_string(), styles.text));
    }
    let stale = sources.rows.iter().filter(|row| row.is_stale()).count();
    let sum = |of: fn(&SourceFigures) -> i64| sources.rows.iter().map(of).sum::<i64>();
    let mut some = |n: i64, what: &str, style: Style| notes.extend((n > 0).then(|| (format!("{n} {what}"), style)));
    some(i64::try_from(stale).unwrap_or(i64::MAX), "stale", styles.warn);
    some(sum(|row| row.parked), "parked", styles.warn);
    some(sum(SourceFigures::forged), "forged", styles.bad);
    if matches!(sources.state, Load::Failed(_)) && !sources.rows.is_empty() {
        notes.push(("! not fresh".to_owned(), styles.bad));
    }
    heading("6 Sources".to_owned(), styles.focused, notes, usize::from(area.w).saturating_sub(2))
}

fn rows(buffer: &mut Buffer, now: DateTime<Utc>, area: Rect, sources: &Sources, styles: &Styles) {
    let visible = || sources.rows.iter().enumerate().skip(sources.top).take(sources.height());
    let mut natural: Vec<usize> = COLUMNS.iter().map(|column| width(column.name)).collect();
    for (_, row) in visible() {
        for (column, wide) in COLUMNS.iter().zip(&mut natural) {
            *wide = (*wide).max(width(&cell(row, column.name, now, styles).0));
        }
    }
    let shown = table::fit(COLUMNS, &natural, usize::from(area.w).saturating_sub(1));
    let names = shown.iter().map(|at| fit(COLUMNS[at.at].name, at.width, COLUMNS[at.at].right));
    put(buffer, area, 0, Span::styled(format!(" {}", names.collect::<Vec<_>>().join(" ")), styles.dim).into());
    for (line, (at, row)) in visible().enumerate() {
        let under_cursor = at == sources.at;
        let mut spans = vec![Span::raw(if under_cursor { "▸" } else { " " })];
        for (n, column) in shown.iter().enumerate() {
            let (text, style) = cell(row, COLUMNS[column.at].name, now, styles);
            let gap = if n > 0 { " " } else { "" };
            spans.push(Span::styled(format!("{gap}{}", fit(&text, column.width, COLUMNS[column.at].right)), style));
        }
        if under_cursor {
            let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
            put(buffer, area, line + 1, Span::styled(fit(&text, area.w.into(), false), styles.cursor).into());
        } else {
            put(buffer, area, line + 1, spans.into());
        }
    }
}

fn cell<'a>(row: &'a SourceFigures, name: &str, now: DateTime<Utc>, styles: &Styles) -> Cell<'a> {
    let count = |n: i64, style: Style| -> Cell<'a> {
        // A table of noughts hides what is one.
        if n == 0 { (Cow::Borrowed("·"), styles.dim) } else { (Cow::Owned(n.to_string()), style) }
    };
    match name {
        "client" => (head_of(&row.client), styles.text),
        "provider" => (Cow::Borrowed(row.provider.as_str()), styles.text),
        "last" => match row.last_at {
            Some(at) => (Cow::Owned(age::ago(now, at)), styles.text),
            None => (Cow::Borrowed("never"), styles.dim),
        },
        "1 h" => count(row.hour, styles.text),
        "24 h" => count(row.day, styles.text),
        "waiting" => count(row.waiting, styles.info),
        "parked" => count(row.parked, styles.warn),
        "forged" => count(row.forged(), styles.bad),
        "refused" => count(row.turned_away(), styles.warn),
        "fresh" => match (&row.silence, &row.sync) {
            (Some(silence), _) if silence.stale => (Cow::Owned(silent(silence, now)), styles.bad),
            (_, Some(sync)) => (Cow::Owned(fetched(sync, now)), freshness_style(sync.freshness, styles)),
            (Some(_), None) => (Cow::Borrowed("● fresh"), styles.good),
            (None, None) => (Cow::Borrowed(""), styles.dim),
        },
        "urls" => count(row.urls, styles.text),
        _ => (Cow::Borrowed(""), styles.text),
    }
}

fn freshness_style(freshness: Freshness, styles: &Styles) -> Style {
    match freshness {
        Freshness::Fresh => styles.good,
        Freshness::Late => styles.warn,
        Freshness::Stale => styles.bad,
    }
}

/// `● fresh`, `◐ late 42m`, `◌ stale 3h05m`: how old what we have is.
fn fetched(sync: &SyncFigures, now: DateTime<Utc>) -> String {
    let old = age::ago(now, sync.complete_until);
    match sync.freshness {
        Freshness::Fresh => "● fresh".to_owned(),
        Freshness::Late => format!("◐ late {old}"),
        Freshness::Stale => format!("◌ stale {old}"),
    }
}

/// `◌ stale 3h05m`: how long it has been silent.
fn silent(silence: &Silence, now: DateTime<Utc>) -> String {
    format!("◌ stale {}", age::ago(now, silence.heard_at.unwrap_or(silence.stale_since)))
}

/// What is said of how silent a source is, and what to do about it.
fn silence(source: &SourceFigures, silence: &Silence, now: DateTime<Utc>, styles: &Styles) -> Fact {
    let heard = silence.heard_at.map_or_else(|| "never heard".to_owned(), |at| format!("last heard {}", age::ago(now, at)));
    let why = match silence.basis {
        Basis::Set => "as it is set",
        Basis::Learned => "by its own past",
    };
    let most = age::until(now, now + silence.allowed);
    if silence.stale {
        let text = format!("stale: {heard}, and {most} is the most, {why}: {}", source.silence_advice());
        ("silence", text, styles.bad)
    } else {
        ("silence", format!("{heard}; stale after {most}, {why}"), styles.text)
    }
}

/// A line of the detail: what it is about, what is said, and how.
type Fact = (&'static str, String, Style);

fn detail(buffer: &mut Buffer, app: &App, area: Rect, sources: &Sources, styles: &Styles) {
    let place = PaneBox { pane: Pane::Leads, outer: area, first: false, last: true };
    let Some(source) = sources.current() else { return outline(buffer, &place, Vec::new(), true, styles) };
    let name = format!("{} for {}", source.provider, head_of(&source.client));
    let urls = match source.urls {
        0 => "no URL is open".to_owned(),
        1 => "1 URL is open".to_owned(),
        n => format!("{n} URLs are open"),
    };
    let room = usize::from(area.w).saturating_sub(2);
    outline(buffer, &place, heading(name, styles.title, [(urls, styles.text)], room), true, styles);
    let inner = area.inner(2, 1, 2, 1);
    let mut facts: Vec<Fact> = Vec::new();
    facts.extend(sources.trial().map(|trial| {
        let style = if trial.is_good() { styles.good } else { styles.warn };
        let text = format!("{}. Over the network: quotedeck source test --url URL", neutralise(&trial.to_string()));
        ("test event", text, style)
    }));
    facts.extend(coming(source, app.now(), styles));
    match sources.detail() {
        Some(Ok(found)) => facts.extend(looked_up(found, app.now(), styles)),
        Some(Err(why)) => facts.push(("", format!("✗ cannot be looked up: {}", head_of(why)), styles.bad)),
        None => facts.push(("", "looking it up …".to_owned(), styles.dim)),
    }
    let wide = usize::from(inner.w).saturating_sub(LABEL);
    let mut line = 0;
    for (label, text, style) in facts {
        // Three lines for a fact, so that a long reason hides none of the others.
        for (n, part) in wrap(&text, wide, 3).into_iter().enumerate() {
            let label = fit(if n == 0 { label } else { "" }, LABEL, false);
            put(buffer, inner, line, vec![Span::styled(label, styles.dim), Span::styled(part, style)].into());
            line += 1;
        }
    }
}

/// Columns of the labels.
const LABEL: usize = 12;

/// What the figures say.
fn coming(source: &SourceFigures, now: DateTime<Utc>, styles: &Styles) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    if let Some(sync) = &source.sync {
        let until = sync.complete_until.format("%Y-%m-%d %H:%M UTC");
        let next = age::until(now, sync.next_at);
        let text = format!("{} · whole until {until}, by {} · next {next}", sync.freshness, head_of(&sync.destination));
        facts.push(("fetched", text, freshness_style(sync.freshness, styles)));
        facts.extend(sync.trouble.as_ref().map(|trouble| ("", head_of(trouble).into_owned(), styles.bad)));
    }
    facts.extend(source.silence.as_ref().map(|known| silence(source, known, now, styles)));
    for refused in &source.refused {
        let ago = age::ago(now, refused.last_at);
        let why = refused.reason.as_str().replace('_', " ");
        let text = format!("{why} {} times, last {ago}: {}", refused.count, refused.reason.advice());
        facts.push(("turned away", text, styles.warn));
    }
    if source.waiting > 0 {
        facts.push(("waiting", format!("{} requests are not read yet", source.waiting), styles.info));
    }
    facts
}

/// What was looked up.
fn looked_up(detail: &SourceDetail, now: DateTime<Utc>, styles: &Styles) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    if detail.leads > 0 {
        let share = |one: &Covered| format!("{} {}%", one.field, one.known * 100 / detail.leads);
        let told = detail.coverage.iter().map(share).collect::<Vec<_>>().join(" · ");
        let leads = if detail.leads == 1 { "the one lead".to_owned() } else { format!("the last {} leads", detail.leads) };
        facts.push(("told", format!("{told}, of {leads}"), styles.text));
    }
    facts.extend(detail.newest.map(|newest| ("newest", newest.to_string(), styles.text)));
    for parked in &detail.parked {
        let ago = age::ago(now, parked.received_at);
        let text = format!("{} {ago}: {}", parked.payload, head(&parked.reason));
        facts.push(("parked", cut(&text, 400).into_owned(), styles.warn));
    }
    facts
}

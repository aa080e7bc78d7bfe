//! The five panes: a title that carries figures, rows in columns, and words where there are no rows.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::Span;
use ratatui::widgets::{Block, Borders, Widget};

use super::cells::{self, AGAIN, Around, WHO};
use super::text::{cut, fit, head_of, put, width, wrap};
use super::{native, table};
use crate::app::item::Item;
use crate::app::layout::{PaneBox, Rect};
use crate::app::list::{List, Load};
use crate::app::{App, age};
use crate::config::theme::Styles;
use crate::domain::forecast::Forecast;
use crate::domain::row::Pane;

/// Paints a pane with its list.
pub(crate) fn draw(frame: &mut Frame<'_>, app: &App, place: &PaneBox, styles: &Styles) {
    let pane = place.pane;
    let list = app.list(pane);
    let focused = app.focus() == pane && app.screen().is_none();
    outline(frame.buffer_mut(), place, title(app, pane, list, styles, focused), focused, styles);
    let empty = match app.last_failure().filter(|_| pane == Pane::Failures) {
        _ if !list.filter.is_empty() => format!("Nothing matches {}. Press / to change it.", list.filter),
        Some(last) => format!("No failed syncs. The last one was at {} and is settled.", cells::clock(app.now(), last)),
        None => empty(pane).to_owned(),
    };
    rows(frame.buffer_mut(), app, place, list, focused, &empty, styles);
}

/// Lines around a pane; a pane under another shares the line between them.
pub(crate) fn outline(buffer: &mut Buffer, place: &PaneBox, title: Vec<Span<'_>>, focused: bool, styles: &Styles) {
    let mut set = border::PLAIN;
    if !place.first {
        (set.top_left, set.top_right) = ("├", "┤");
    }
    let sides = Borders::TOP | Borders::LEFT | Borders::RIGHT;
    let sides = if place.last { sides | Borders::BOTTOM } else { sides };
    let style = if focused { styles.focused } else { styles.border };
    Block::new().borders(sides).border_set(set).border_style(style).render(native(place.outer), buffer);
    put(buffer, place.outer.inner(1, 0, 1, 0), 0, title.into());
}

fn title(app: &App, pane: Pane, list: &List, styles: &Styles, focused: bool) -> Vec<Span<'static>> {
    let (number, name) = match pane {
        Pane::Leads => (1, "Leads"),
        Pane::Failures => (2, "Failed syncs"),
        Pane::Queue => (3, "Retry queue"),
        Pane::Tasks => (4, "Urgent tasks"),
        Pane::Review => (5, "Review"),
    };
    let style = if focused { styles.focused } else { styles.title };
    let room = app.pane_box(pane).map_or(0, |place| usize::from(place.outer.w).saturating_sub(2));
    // Figures are of all there is: under a filter they would be taken for what matches.
    let said =
        if list.filter.terms.is_empty() { figures(app, pane, styles) } else { matching(list, styles).into_iter().collect() };
    heading(format!("{number} {name}"), style, notes(list, styles).into_iter().chain(said), room)
}

/// How many match, as far as they are loaded; of groups the jobs in them.
fn matched(list: &List) -> Option<String> {
    let (rows, more) = list.matched()?;
    let more = if more { "+" } else { "" };
    let jobs: i64 = list.rows.iter().map(|row| if let Item::Group(group) = row { group.count } else { 0 }).sum();
    Some(if jobs > 0 { format!("{jobs}{more}") } else { format!("{rows}{more}") })
}

fn matching(list: &List, styles: &Styles) -> Option<(String, Style)> {
    let n = matched(list)?;
    let matches = if n == "1" { "matches" } else { "match" };
    Some((format!("{n} {matches}"), styles.text))
}

/// A title and what it says, as many notes as there is room for; a note that does not fit is left out whole.
pub(crate) fn heading(
    name: String,
    style: Style,
    notes: impl IntoIterator<Item = (String, Style)>,
    room: usize,
) -> Vec<Span<'static>> {
    let mut left = room.saturating_sub(width(&name));
    let mut spans = vec![Span::styled(name, style)];
    for (text, style) in notes {
        let dot = if spans.len() > 1 { " · " } else { "  " };
        let wide = width(dot) + width(&text);
        // The first note is worth being cut: it is a filter more often than not.
        if wide > left && spans.len() > 1 {
            break;
        }
        left = left.saturating_sub(wide);
        spans.push(Span::raw(dot));
        spans.push(Span::styled(text, style));
    }
    if left > 0 {
        spans.push(Span::raw(" "));
    }
    spans
}

/// What a title says of the list itself: before the figures, because it was just done by hand.
pub(crate) fn notes(list: &List, styles: &Styles) -> Vec<(String, Style)> {
    let mut notes = Vec::new();
    if list.fresh > 0 {
        notes.push((format!("↑{} new", list.fresh), styles.info));
    }
    if !list.marks.is_empty() {
        notes.push((format!("◆{} marked", list.marks.len()), styles.marked));
    }
    if !list.filter.is_empty() {
        notes.push((format!("/{}", list.filter), styles.info));
    }
    if matches!(list.load, Load::Failed(_)) && !list.rows.is_empty() {
        notes.push(("! not fresh".to_owned(), styles.bad));
    }
    notes
}

/// The figures of a pane's title.
pub(crate) fn figures(app: &App, pane: Pane, styles: &Styles) -> Vec<(String, Style)> {
    let Some(figures) = app.figures() else { return Vec::new() };
    let now = app.now();
    let weigh = |n: i64, style: Style| if n > 0 { style } else { styles.text };
    match pane {
        Pane::Leads => {
            let reply = figures.reply_p50_ms.map(chrono::TimeDelta::milliseconds);
            let mut notes = vec![(format!("{} new", figures.new_leads), styles.text)];
            notes.extend(reply.map(|reply| (format!("reply p50 {}", age::span(reply)), styles.text)));
            notes.extend((figures.parked.n > 0).then(|| (format!("{} parked", figures.parked), styles.warn)));
            notes
        }
        Pane::Failures => match figures.failure_groups {
            0 => vec![("none".to_owned(), styles.good)],
            groups => {
                let word = if groups == 1 { "group" } else { "groups" };
                vec![(format!("{} in {groups} {word}", figures.failed), styles.bad)]
            }
        },
        Pane::Queue => {
            let mut notes = vec![(format!("{} waiting", figures.waiting), styles.text)];
            let forecast = &figures.forecast;
            // What is wrong is said first: a narrow title has no room for more.
            if forecast.is_bad() {
                notes.push((forecast.short(now), styles.warn));
            }
            if let Forecast::NotClearing { came, left } = forecast {
                notes.push((format!("{came}/min in, {left} out"), styles.warn));
            }
            let next = figures.next_due_at.map(|at| age::until(now, at));
            notes.extend(next.map(|next| (format!("next {next}"), styles.text)));
            if !forecast.is_bad() && *forecast != Forecast::Clear {
                let known = !matches!(forecast, Forecast::TooLittle { .. });
                notes.push((forecast.short(now), if known { styles.text } else { styles.dim }));
            }
            notes
        }
        Pane::Tasks => vec![
            (figures.tasks.to_string(), styles.text),
            (format!("{} overdue", figures.overdue), weigh(figures.overdue.n, styles.bad)),
        ],
        Pane::Review => vec![
            (format!("{} drafts", figures.drafts), styles.text),
            (format!("{} blocked", figures.blocked), weigh(figures.blocked.n, styles.warn)),
        ],
    }
}

fn empty(pane: Pane) -> &'static str {
    match pane {
        Pane::Leads => "No leads yet. `quotedeck intake PROVIDER FILE` brings them in; they appear here as they arrive.",
        Pane::Failures => "No failed syncs. When one fails, it appears here with the others that failed the same way.",
        Pane::Queue => "Nothing waits to be sent.",
        Pane::Tasks => "No open tasks. Urgent and high-value leads make them; snoozed ones come back at their time.",
        Pane::Review => "No drafts to review. `quotedeck draft add LEAD` files one made elsewhere.",
    }
}

/// Paints the rows of a list into a pane's box, or says why there are none.
pub(crate) fn rows(buffer: &mut Buffer, app: &App, place: &PaneBox, list: &List, focused: bool, empty: &str, styles: &Styles) {
    let area = place.rows();
    if list.rows.is_empty() {
        let (text, style) = match &list.load {
            Load::Idle | Load::Loading => ("loading …".to_owned(), styles.dim),
            Load::Ready => (empty.to_owned(), styles.dim),
            Load::Failed(why) => (format!("✗ cannot be read: {why}"), styles.bad),
        };
        let content = place.content().inner(1, 0, 1, 0);
        for (n, line) in wrap(&text, content.w.into(), content.h.into()).into_iter().enumerate() {
            put(buffer, content, n, Span::styled(line, style).into());
        }
        return;
    }
    let all = cells::columns(place.pane);
    let who: Vec<String> = list.visible().map(|(_, item)| who(app, item)).collect();
    let nobody = who.iter().all(String::is_empty);
    let again = list.visible().any(|(_, item)| matches!(item, Item::Job(job) if job.state.may_replay()));
    let has = |column: &table::Column| !(nobody && column.name == WHO || !again && column.name == AGAIN);
    let columns: Vec<table::Column> = all.iter().copied().filter(has).collect();
    let around = |n: usize| Around { now: app.now(), who: who.get(n).map_or("", String::as_str), styles };
    let mut natural: Vec<usize> = columns.iter().map(|column| width(column.name)).collect();
    for (n, (_, item)) in list.visible().enumerate() {
        for (column, wide) in columns.iter().zip(&mut natural) {
            *wide = (*wide).max(width(&cells::cell(item, column.name, around(n)).0));
        }
    }
    // One column for cursor and mark, so that both are seen without colour.
    let shown = table::fit(&columns, &natural, usize::from(area.w).saturating_sub(1));
    if let Some(heading) = place.heading() {
        let names = shown.iter().map(|at| fit(columns[at.at].name, at.width, columns[at.at].right));
        let names = format!(" {}", names.collect::<Vec<_>>().join(" "));
        put(buffer, heading, 0, Span::styled(names, styles.dim).into());
    }
    for (line, (at, item)) in list.visible().enumerate() {
        let under_cursor = focused && at == list.at();
        let marked = list.is_marked(&item.id());
        let sign = match (under_cursor, marked) {
            (_, true) => "◆",
            (true, false) => "▸",
            (false, false) => " ",
        };
        let mut spans = vec![Span::styled(sign, if marked { styles.marked } else { styles.text })];
        for (n, column) in shown.iter().enumerate() {
            let (text, style) = cells::cell(item, columns[column.at].name, around(line));
            let gap = if n > 0 { " " } else { "" };
            spans.push(Span::styled(format!("{gap}{}", fit(&text, column.width, columns[column.at].right)), style));
        }
        if under_cursor {
            // One bar in one style: colours would make patches of it, and the words say the same.
            let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
            let gap = " ".repeat(usize::from(area.w).saturating_sub(width(&text)));
            put(buffer, area, line, Span::styled(format!("{text}{gap}"), styles.cursor).into());
        } else {
            put(buffer, area, line, spans.into());
        }
    }
    more_mark(buffer, place, list, styles);
}

/// At the end of the bottom line: how much of the list is above and below the window.
fn more_mark(buffer: &mut Buffer, place: &PaneBox, list: &List, styles: &Styles) {
    let all = list.rows.len();
    let below = all.saturating_sub(list.top + list.height());
    if !place.last || (below == 0 && list.top == 0) {
        return;
    }
    let plus = if list.more { "+" } else { "" };
    let text = format!(" {}/{all}{plus} ", list.at() + 1);
    let text = cut(&text, usize::from(place.outer.w).saturating_sub(2));
    let wide = u16::try_from(width(&text)).unwrap_or(0);
    let area = Rect::new(
        place.outer.x + place.outer.w.saturating_sub(wide + 1),
        place.outer.y + place.outer.h.saturating_sub(1),
        wide,
        1,
    );
    put(buffer, area, 0, Span::styled(text.into_owned(), styles.dim).into());
}

fn who(app: &App, item: &Item) -> String {
    let held = match item {
        Item::Draft(draft) => draft.claimed_name.as_deref(),
        _ => None,
    };
    let here = item.record().and_then(|record| app.others_at(record).next());
    match (here, held) {
        (Some(presence), _) if presence.editing => format!("✎ {}", head_of(&presence.person)),
        (Some(presence), _) => format!("● {}", head_of(&presence.person)),
        (None, Some(name)) => format!("◐ {}", head_of(name)),
        (None, None) => String::new(),
    }
}

/// The line that names the five panes where they are not all on the screen.
pub(crate) fn tabs(buffer: &mut Buffer, app: &App, area: Rect, styles: &Styles) {
    let names = ["1 Leads", "2 Failed", "3 Queue", "4 Tasks", "5 Review"];
    let counts = app.figures().map(|all| [all.new_leads, all.failed, all.waiting, all.tasks, all.drafts]);
    let wide = area.w / 5;
    for (at, pane) in <Pane as strum::VariantArray>::VARIANTS.iter().enumerate() {
        let Ok(n) = u16::try_from(at) else { return };
        let style = if *pane == app.focus() { styles.focused } else { styles.dim };
        let sign = if *pane == app.focus() { "▸" } else { " " };
        let count = matched(app.list(*pane)).or(counts.map(|counts| counts[at].to_string())).unwrap_or_default();
        // Where names do not fit, the number is the key, and the title names the pane.
        let name = if wide >= 12 { names[at] } else { &names[at][..1] };
        let text = format!("{sign}{name} {count}");
        let slot = Rect::new(area.x + n * wide, area.y, wide, area.h);
        put(buffer, slot, 0, Span::styled(cut(&text, wide.into()).into_owned(), style).into());
    }
}

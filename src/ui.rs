//! Paints the deck's state. Nothing in here changes anything.

use ratatui::Frame;

use crate::app::App;
use crate::app::item::Item;
use crate::app::layout::{self, Rect};
use crate::app::screen::Screen;
use crate::config::theme::Styles;
use crate::domain::text::is_unsafe;

mod cells;
mod chrome;
mod groups;
mod panes;
mod popup;
pub mod review;
mod sources;
mod states;
mod table;
mod text;
mod trace;

/// Paints everything.
pub fn draw(frame: &mut Frame<'_>, app: &App, styles: &Styles) {
    // The frame's own size counts: a resize may be on its way to the deck still.
    let real = frame.area();
    let size = app.size();
    if real.width < size.0 || real.height < size.1 || size.0 == 0 || size.1 == 0 {
        return;
    }
    let parts = app.frame();
    chrome::header(frame.buffer_mut(), app, parts.header, styles);
    match app.screen() {
        None if app.opening() => {
            let line = ratatui::text::Line::styled(" reading the drafts …", styles.dim);
            frame.render_widget(line, native(parts.body));
        }
        None => home(frame, app, parts.tabs, parts.body, styles),
        Some(Screen::Group(group)) => groups::group(frame.buffer_mut(), app, parts.body, group, styles),
        Some(Screen::Trace(trace)) => trace::draw(frame.buffer_mut(), app, parts.body, trace, styles),
        Some(Screen::Sources(sources)) => sources::draw(frame.buffer_mut(), app, parts.body, sources, styles),
        Some(Screen::Review(review)) => review::draw(frame, native(parts.body), review, &app.scene(), styles),
    }
    chrome::footer(frame.buffer_mut(), app, parts.footer, styles);
    popup::draw(frame.buffer_mut(), app, styles);
    wall(frame);
}

fn home(frame: &mut Frame<'_>, app: &App, tabs: Option<Rect>, body: Rect, styles: &Styles) {
    if let Some(tabs) = tabs {
        panes::tabs(frame.buffer_mut(), app, tabs, styles);
    }
    if app.zoomed() || !layout::shows_all(app.size()) {
        let (place, detail) = layout::alone(app.focus(), body, app.zoomed());
        panes::draw(frame, app, &place, styles);
        match (detail, app.detail(), app.list(app.focus()).current()) {
            (Some(area), Some(detail), _) => trace::aside(frame.buffer_mut(), app, area, detail, styles),
            (Some(area), None, Some(Item::Group(group))) => groups::group_aside(frame.buffer_mut(), app, area, group, styles),
            _ => {}
        }
    } else {
        for place in layout::five(body) {
            panes::draw(frame, app, &place, styles);
        }
    }
}

/// The last wall: whatever a screen forgot to neutralise does not reach the terminal.
fn wall(frame: &mut Frame<'_>) {
    for cell in &mut frame.buffer_mut().content {
        if cell.symbol().chars().any(is_unsafe) {
            cell.set_symbol("�");
        }
    }
}

/// A rectangle as ratatui knows it.
fn native(rect: Rect) -> ratatui::layout::Rect {
    ratatui::layout::Rect::new(rect.x, rect.y, rect.w, rect.h)
}

#[cfg(test)]
mod tests;

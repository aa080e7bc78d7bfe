//! The mouse: a click focuses pane and row, a second click on the row opens it, the wheel scrolls what is under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use strum::VariantArray;

use super::effect::Effect;
use super::layout::{self, Rect};
use super::list::List;
use super::popup::Popup;
use super::screen::{self, Screen};
use super::{App, index, sources};
use crate::config::keys::Action;
use crate::domain::row::Pane;

/// Rows a turn of the wheel scrolls.
const WHEEL: isize = 3;

impl App {
    pub(super) fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let (x, y) = (mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::ScrollDown => self.wheel(x, y, WHEEL),
            MouseEventKind::ScrollUp => self.wheel(x, y, -WHEEL),
            MouseEventKind::Down(MouseButton::Left) if self.popup.is_none() => {
                self.notice = None;
                return self.click(x, y);
            }
            _ => {}
        }
        Vec::new()
    }

    fn wheel(&mut self, x: u16, y: u16, by: isize) {
        match &mut self.popup {
            Some(Popup::Help { top } | Popup::Progress { top }) => *top = top.saturating_add_signed(by),
            Some(_) => {}
            None => match self.screens.last_mut() {
                Some(Screen::Trace(trace)) => trace.step(by),
                Some(Screen::Group(group)) => group.list.scroll(by),
                Some(Screen::Sources(sources)) => sources.step(by),
                Some(Screen::Review(_)) => {}
                None => {
                    if let Some(pane) = self.pane_at(x, y) {
                        self.list_mut(pane).scroll(by);
                    }
                }
            },
        }
    }

    fn click(&mut self, x: u16, y: u16) -> Vec<Effect> {
        let frame = self.frame();
        match self.screens.last_mut() {
            Some(Screen::Trace(trace)) => {
                let area = screen::steps_area(frame.body, trace);
                if area.has(x, y) {
                    let at = trace.top + usize::from(y - area.y);
                    if at == trace.at {
                        return self.act(Action::Open);
                    }
                    trace.at = at;
                }
            }
            Some(Screen::Group(group)) => {
                let (place, _) = layout::alone(Pane::Queue, super::screen::group_areas(frame.body).1, false);
                if aim(&mut group.list, place.rows(), x, y) {
                    return self.act(Action::Open);
                }
            }
            Some(Screen::Sources(sources)) => {
                let area = sources::rows_area(frame.body);
                if area.has(x, y) && sources.aim(usize::from(y - area.y)) {
                    return self.act(Action::Open);
                }
            }
            Some(Screen::Review(_)) => {}
            None => {
                if let Some(tabs) = frame.tabs.filter(|tabs| tabs.has(x, y)) {
                    let at = usize::from((x - tabs.x) * 5 / tabs.w.max(1));
                    return Pane::VARIANTS.get(at).map(|pane| self.act(focus_action(*pane))).unwrap_or_default();
                }
                let Some(pane) = self.pane_at(x, y) else { return Vec::new() };
                let was_focused = self.focus == pane;
                let mut effects = self.act(focus_action(pane));
                let Some(place) = self.pane_box(pane) else { return effects };
                if aim(&mut self.lists[index(pane)], place.rows(), x, y) && was_focused {
                    effects.extend(self.act(Action::Open));
                }
                return effects;
            }
        }
        Vec::new()
    }

    fn pane_at(&self, x: u16, y: u16) -> Option<Pane> {
        Pane::VARIANTS.iter().copied().find(|pane| self.pane_box(*pane).is_some_and(|place| place.outer.has(x, y)))
    }
}

/// Puts the cursor on the row that was clicked; whether it was there already.
fn aim(list: &mut List, area: Rect, x: u16, y: u16) -> bool {
    if !area.has(x, y) {
        return false;
    }
    let at = list.top + usize::from(y - area.y);
    if at >= list.rows.len() {
        return false;
    }
    let again = at == list.at();
    list.go(at);
    again
}

fn focus_action(pane: Pane) -> Action {
    match pane {
        Pane::Leads => Action::FocusLeads,
        Pane::Failures => Action::FocusFailures,
        Pane::Queue => Action::FocusQueue,
        Pane::Tasks => Action::FocusTasks,
        Pane::Review => Action::FocusReview,
    }
}

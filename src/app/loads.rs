//! What the deck asks the database for, and how the answers reach the lists. One load of a kind is under way at a
//! time; a change meanwhile asks once more.

use strum::VariantArray;

use super::effect::{Effect, PageWanted, Seq, SeqSource};
use super::item::Item;
use super::message::{Link, Message, Rows};
use super::screen::{Group, Screen, TraceScreen};
use super::{App, Single, Tone, index};
use crate::domain::failure::Failure;
use crate::domain::id::Kind;
use crate::domain::job::Job;
use crate::domain::row::{Figures, Page, Pane, Presence};
use crate::domain::trace::Trace;

impl Single {
    pub(super) fn ask(&mut self, seq: &mut SeqSource) -> Option<Seq> {
        if self.asked.is_some() {
            self.again = true;
            return None;
        }
        self.again = false;
        self.asked = Some(seq.next_seq());
        self.asked
    }

    /// `None` when the answer is to another question, else whether to ask again.
    pub(super) fn answer(&mut self, seq: Seq) -> Option<bool> {
        if self.asked != Some(seq) {
            return None;
        }
        self.asked = None;
        Some(std::mem::take(&mut self.again))
    }
}

impl App {
    pub(super) fn load_everything(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        effects.extend(self.load_figures());
        for pane in Pane::VARIANTS {
            effects.extend(self.load_pane(*pane));
        }
        effects.extend(self.load_presence());
        effects.extend(self.load_screen());
        effects.extend(self.load_canary());
        effects.extend(self.load_why());
        effects
    }

    pub(super) fn load_pane(&mut self, pane: Pane) -> Option<Effect> {
        let list = &mut self.lists[index(pane)];
        let (seq, limit) = list.ask(&mut self.seq)?;
        Some(Effect::LoadPage(seq, PageWanted { pane, filter: list.filter.clone(), limit }))
    }

    fn load_figures(&mut self) -> Option<Effect> {
        self.figures_load.ask(&mut self.seq).map(Effect::LoadFigures)
    }

    fn load_presence(&mut self) -> Option<Effect> {
        self.presence_load.ask(&mut self.seq).map(Effect::LoadPresence)
    }

    /// Loads what the top screen shows; a review screen loads its own.
    pub(super) fn load_screen(&mut self) -> Vec<Effect> {
        let effect = match self.screens.last_mut() {
            Some(Screen::Group(group)) => load_group(group, &mut self.seq),
            Some(Screen::Trace(trace)) => {
                return load_row(trace, &mut self.seq).into_iter().chain(load_trace(trace, &mut self.seq)).collect();
            }
            Some(Screen::Sources(sources)) => sources.ask(&mut self.seq),
            Some(Screen::Review(_)) | None => None,
        };
        effect.into_iter().collect()
    }

    /// Reads the list that has the keys again, because what it should show changed.
    pub(super) fn load_active(&mut self) -> Vec<Effect> {
        if self.screens.is_empty() { self.load_pane(self.focus).into_iter().collect() } else { self.load_screen() }
    }

    pub(super) fn load_more(&mut self) -> Vec<Effect> {
        if self.active_mut().is_some_and(super::list::List::wants_more) { self.load_active() } else { Vec::new() }
    }

    /// The detail beside a zoomed list is the trace of the row under the cursor.
    pub(super) fn load_detail(&mut self) -> Option<Effect> {
        let wanted =
            if self.zoomed && self.screens.is_empty() { self.list(self.focus).current().and_then(Item::record) } else { None };
        let Some(record) = wanted else {
            self.detail = None;
            return None;
        };
        if self.detail.as_ref().is_none_or(|detail| detail.record != record) {
            if self.detail.as_ref().is_some_and(|detail| detail.load.asked.is_some()) {
                // One at a time: holding the arrow key down must not ask for every row passed.
                return None;
            }
            let mut detail = TraceScreen::new(record, None);
            let effect = load_trace(&mut detail, &mut self.seq);
            self.detail = Some(Box::new(detail));
            return effect;
        }
        None
    }

    // Answers.

    pub(super) fn page_came(&mut self, seq: Seq, result: Result<Rows, Failure>) -> Vec<Effect> {
        let came = result.is_ok();
        let mut result = Some(result.map(Item::all));
        for pane in Pane::VARIANTS {
            let held = self.popup.is_some() && *pane == self.focus && self.screens.is_empty();
            let list = &mut self.lists[index(*pane)];
            if !list.is_asked(seq) {
                continue;
            }
            let Some(result) = result.take() else { break };
            let again = list.answer(seq, result, held);
            if came {
                self.fresh_at = Some(self.now);
            }
            let newest = self.list(Pane::Failures).rows.iter().filter_map(|item| match item {
                Item::Group(group) => Some(group.last),
                _ => None,
            });
            self.last_failure = newest.chain(self.last_failure).max();
            self.refresh_items();
            let mut effects: Vec<Effect> =
                if again == Some(true) { self.load_pane(*pane).into_iter().collect() } else { Vec::new() };
            if came && *pane == Pane::Review {
                effects.extend(self.open_first_draft());
            }
            return effects;
        }
        Vec::new()
    }

    pub(super) fn group_came(&mut self, seq: Seq, result: Result<Page<Job>, Failure>) -> Vec<Effect> {
        let held = self.popup.is_some();
        let mut result = Some(result.map(|page| Item::all(Rows::Jobs(page))));
        for screen in &mut self.screens {
            let Screen::Group(group) = screen else { continue };
            if group.list.is_asked(seq)
                && let Some(result) = result.take()
            {
                let again = group.list.answer(seq, result, held) == Some(true);
                let effect = if again { load_group(group, &mut self.seq) } else { None };
                self.refresh_items();
                return effect.into_iter().collect();
            }
        }
        Vec::new()
    }

    pub(super) fn figures_came(&mut self, seq: Seq, result: Result<Figures, Failure>) -> Vec<Effect> {
        let Some(again) = self.figures_load.answer(seq) else { return Vec::new() };
        if let Ok(figures) = result {
            self.figures = Some(figures);
        }
        if again { self.load_figures().into_iter().collect() } else { Vec::new() }
    }

    pub(super) fn presence_came(&mut self, seq: Seq, result: Result<Vec<Presence>, Failure>) -> Vec<Effect> {
        let Some(again) = self.presence_load.answer(seq) else { return Vec::new() };
        if let Ok(presence) = result {
            self.presence = presence;
        }
        if again { self.load_presence().into_iter().collect() } else { Vec::new() }
    }

    pub(super) fn trace_came(&mut self, seq: Seq, result: Result<Trace, Failure>) -> Vec<Effect> {
        if let Some(effects) = self.canary_came(seq, &result) {
            return effects;
        }
        let traces = self.screens.iter_mut().filter_map(|screen| match screen {
            Screen::Trace(trace) => Some(trace.as_mut()),
            Screen::Group(_) | Screen::Review(_) | Screen::Sources(_) => None,
        });
        let mut traces = traces.chain(self.detail.as_deref_mut());
        let Some((screen, again)) = traces.find_map(|screen| screen.load.answer(seq).map(|again| (screen, again))) else {
            return Vec::new();
        };
        match result {
            Ok(trace) => screen.take(trace),
            Err(failure) => screen.failed = Some(failure.to_string()),
        }
        if again { load_trace(screen, &mut self.seq).into_iter().collect() } else { Vec::new() }
    }

    /// The record of a timeline as a row: what can be done to it is done from here too, in whichever list it is, or in none.
    pub(super) fn row_came(&mut self, seq: Seq, result: Result<Rows, Failure>) -> Vec<Effect> {
        let screens = self.screens.iter_mut().filter_map(|screen| match screen {
            Screen::Trace(trace) => Some(trace.as_mut()),
            Screen::Group(_) | Screen::Review(_) | Screen::Sources(_) => None,
        });
        let asked = screens.into_iter().find_map(|screen| screen.row.answer(seq).map(|again| (screen, again)));
        let Some((screen, again)) = asked else { return Vec::new() };
        if let Some(found) = result.ok().and_then(|rows| Item::all(rows).0.pop()) {
            screen.renew(found);
        }
        if again { load_row(screen, &mut self.seq).into_iter().collect() } else { Vec::new() }
    }

    pub(super) fn linked(&mut self, link: Link) -> Vec<Effect> {
        let was = std::mem::replace(&mut self.link, link);
        match (was, link) {
            (Link::Offline { .. }, Link::Live | Link::Polling) => {
                let mut effects = self.load_everything();
                effects.extend(self.tell_reviews(&Message::Linked(link)));
                effects
            }
            (Link::Live | Link::Polling, Link::Offline { .. }) => {
                self.say(Tone::Bad, "the database cannot be reached; what you see is kept, and it is tried again by itself");
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// A trace that was opened from a row acts on that row as it is now.
    fn refresh_items(&mut self) {
        for at in 0..self.screens.len() {
            let Screen::Trace(trace) = &self.screens[at] else { continue };
            let Some(id) = trace.item.as_ref().map(Item::id) else { continue };
            let groups = self.screens.iter().filter_map(|screen| match screen {
                Screen::Group(group) => Some(&group.list),
                Screen::Trace(_) | Screen::Review(_) | Screen::Sources(_) => None,
            });
            let found = self.lists.iter().chain(groups).flat_map(|list| &list.rows).find(|row| row.id() == id).cloned();
            if let (Some(found), Screen::Trace(trace)) = (found, &mut self.screens[at]) {
                trace.renew(found);
            }
        }
    }
}

fn load_group(group: &mut Group, seq: &mut SeqSource) -> Option<Effect> {
    let (seq, limit) = group.list.ask(seq)?;
    let (destination, signature) = (group.destination_id, group.signature.clone());
    Some(Effect::LoadGroup { seq, destination, signature, limit })
}

/// `None` also for what no list has.
fn load_row(trace: &mut TraceScreen, seq: &mut SeqSource) -> Option<Effect> {
    let listed = matches!(trace.record.kind, Kind::Lead | Kind::Job | Kind::Task | Kind::Draft);
    listed.then(|| trace.row.ask(seq)).flatten().map(|seq| Effect::LoadRow(seq, trace.record))
}

fn load_trace(trace: &mut TraceScreen, seq: &mut SeqSource) -> Option<Effect> {
    trace.load.ask(seq).map(|seq| Effect::LoadTrace(seq, trace.record))
}

//! Keys: the popup first, then typed text, then the key table.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use strum::VariantArray;

use super::effect::Effect;
use super::item::Item;
use super::line::Line;
use super::message::Message;
use super::palette::Command;
use super::popup::{Answer, Ask, Popup};
use super::review::{Outcome, Review};
use super::screen::{Group, Screen, TraceScreen};
use super::{App, Tone};
use crate::config::keys::Action;
use crate::domain::filter::{self, Filter};
use crate::domain::id::{Kind, Ref};
use crate::domain::row::Pane;

impl App {
    pub(super) fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.notice = None;
        let ctrl_c = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        if ctrl_c {
            return self.act(Action::Quit);
        }
        if let Some(popup) = self.popup.take() {
            return self.popup_key(popup, key);
        }
        if self.is_typing() {
            return self.in_review(|review, scene, seq| review.key(key, scene, seq));
        }
        if let Some(action) = self.start.keys.action(key, &self.places()) {
            return self.act(action);
        }
        if let KeyCode::Char(letter) = key.code {
            let help = self.start.keys.row(Action::Help, &self.places()).and_then(|row| row.chords.first());
            let help = help.map(|key| format!("; {key} lists what does")).unwrap_or_default();
            self.say(Tone::Why, format!("{letter} means nothing here{help}"));
        }
        Vec::new()
    }

    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        let in_text = self.is_typing();
        match &mut self.popup {
            Some(Popup::Ask(ask)) if ask.question.takes_text() => {
                ask.line.insert(text);
                Vec::new()
            }
            Some(Popup::Palette(palette)) => {
                let mut line = palette.line.clone();
                line.insert(text);
                self.popup = Some(Popup::Palette(self.palette(line)));
                Vec::new()
            }
            Some(Popup::Filter { .. }) => {
                if let Some(list) = self.active_mut() {
                    list.typed.insert(text);
                }
                self.filter_typed()
            }
            Some(_) => Vec::new(),
            None if in_text => self.in_review(|review, scene, seq| review.paste(text, scene, seq)),
            None => {
                self.say(Tone::Why, "nothing here takes text; pasted keys are not typed as commands");
                Vec::new()
            }
        }
    }

    /// Gives something to the top review screen and does what it says.
    pub(super) fn in_review(
        &mut self,
        take: impl FnOnce(&mut Review, &super::Scene<'_>, &mut super::SeqSource) -> (Outcome, Vec<Effect>),
    ) -> Vec<Effect> {
        let Some(Screen::Review(mut review)) = self.screens.pop() else { return Vec::new() };
        let mut seq = std::mem::take(&mut self.seq);
        let (outcome, mut effects) = take(&mut review, &self.scene(), &mut seq);
        self.seq = seq;
        match outcome {
            Outcome::Stay => self.screens.push(Screen::Review(review)),
            Outcome::Leave => effects.extend(self.say_presence()),
            Outcome::Next => {
                let settled = review.take_settled();
                self.progress.extend(settled.clone());
                let said = settled.as_ref().map(|settled| settled.said.as_str());
                if let Some(opened) = self.next_draft(review.record(), said) {
                    effects.extend(opened);
                } else if let Some(settled) = settled.filter(|_| self.start.open_review && review.is_closed()) {
                    // Who came to review stays: the lists were never asked for, and cost a whole screen on a slow line.
                    effects.push(review.stays(settled, &mut self.seq));
                    self.screens.push(Screen::Review(review));
                } else {
                    effects.extend(self.say_presence());
                }
            }
            Outcome::Say(text) => {
                self.screens.push(Screen::Review(review));
                self.say(Tone::Why, text);
            }
            Outcome::Ask(question) => {
                self.screens.push(Screen::Review(review));
                self.popup = Some(Popup::Ask(Box::new(Ask::new(question, super::popup::Then::Review))));
            }
        }
        effects
    }

    /// Opens the first draft by itself, once, for a deck that was started to review: when the first page of drafts is
    /// there, and unless the person has gone elsewhere meanwhile.
    pub(super) fn open_first_draft(&mut self) -> Vec<Effect> {
        let stays = self.focus == Pane::Review && self.screens.is_empty() && self.popup.is_none();
        if !std::mem::take(&mut self.to_open) || !stays {
            return Vec::new();
        }
        let rows = &self.list(Pane::Review).rows;
        let first = rows.iter().find(|item| self.can_be_reviewed(item)).or(rows.first()).cloned();
        first.map(|item| self.open(item)).unwrap_or_default()
    }

    /// Whether a row is a draft that waits for this person's verdict.
    fn can_be_reviewed(&self, item: &Item) -> bool {
        let Item::Draft(draft) = item else { return false };
        let free = draft.claimed_name.as_ref().is_none_or(|name| *name == self.start.me.name);
        free && draft.state.after(crate::domain::draft::DraftAct::Claim).is_ok()
    }

    /// Opens the draft after the one that was settled, where one is left; else tells how that ended, and that none is.
    fn next_draft(&mut self, settled: Ref, said: Option<&str>) -> Option<Vec<Effect>> {
        let list = self.list(Pane::Review);
        let from = list.rows.iter().position(|item| item.record() == Some(settled)).map_or(0, |at| at + 1);
        let (before, behind) = list.rows.split_at(from.min(list.rows.len()));
        let mut rows = behind.iter().chain(before);
        let next = rows
            .find(|item| item.record().is_none_or(|record| !self.progress.holds(record)) && self.can_be_reviewed(item))
            .cloned();
        if let Some(item) = next {
            return Some(self.open(item));
        }
        // Behind a filter, or held by others, more may wait.
        let filter = &self.list(Pane::Review).filter;
        let left = match filter.terms.as_slice() {
            [] => "no draft is left to review".to_owned(),
            _ => format!("no draft is left that matches {filter}"),
        };
        let said = said.map(|said| format!("{said} · ")).unwrap_or_default();
        self.say(Tone::Good, format!("{said}{left}"));
        None
    }

    fn popup_key(&mut self, popup: Popup, key: KeyEvent) -> Vec<Effect> {
        match popup {
            Popup::Ask(mut ask) => {
                if let Some(answer) = ask.key(key) {
                    return self.answer(*ask, answer);
                }
                self.popup = Some(Popup::Ask(ask));
                Vec::new()
            }
            Popup::Help { top } => {
                if let Some(top) = scrolled(top, key, self.size.1) {
                    self.popup = Some(Popup::Help { top });
                }
                Vec::new()
            }
            Popup::Why(mut why) => {
                if let Some(top) = scrolled(why.top, key, self.size.1) {
                    why.top = top;
                    self.popup = Some(Popup::Why(why));
                }
                Vec::new()
            }
            Popup::Progress { top } => self.progress_key(top, key),
            Popup::Palette(palette) => self.palette_key(palette, key),
            Popup::Filter { before } => self.filter_key(before, key),
            Popup::Jump => self.jump_key(key),
        }
    }

    fn palette_key(&mut self, mut palette: super::palette::Palette, key: KeyEvent) -> Vec<Effect> {
        let last = palette.entries.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Down | KeyCode::Tab => palette.at = (palette.at + 1).min(last),
            KeyCode::Up | KeyCode::BackTab => palette.at = palette.at.saturating_sub(1),
            KeyCode::Enter => {
                return match palette.entries.get(palette.at).map(|entry| (entry.command, entry.reason.clone())) {
                    Some((_, Some(reason))) => {
                        self.say(Tone::Why, reason);
                        Vec::new()
                    }
                    Some((Command::Act(action), None)) => self.act(action),
                    Some((Command::Open(record), None)) => self.open_record(record),
                    None => Vec::new(),
                };
            }
            _ => {
                if palette.line.key(key) {
                    palette = self.palette(palette.line);
                }
            }
        }
        self.popup = Some(Popup::Palette(palette));
        Vec::new()
    }

    fn filter_key(&mut self, before: Filter, key: KeyEvent) -> Vec<Effect> {
        let pane = self.focus;
        match key.code {
            KeyCode::Esc => {
                // What was typed stays in the line for the next `/`; what matches is as it was.
                return self.refilter(before);
            }
            KeyCode::Enter => {
                let error = Filter::parse(self.list(pane).typed.text(), pane).err();
                if let Some(error) = error {
                    self.say(Tone::Bad, error.to_string());
                    self.popup = Some(Popup::Filter { before });
                    return Vec::new();
                }
                // A line that was left with Esc stood here and was not in force.
                return self.filter_typed();
            }
            KeyCode::Tab => {
                let list = self.list_mut(pane);
                let typed = list.typed.text().to_owned();
                if let Some(first) = filter::complete(&typed, pane).first() {
                    list.typed.set(filter::accept(&typed, first));
                }
            }
            _ => {
                self.list_mut(pane).typed.key(key);
            }
        }
        self.popup = Some(Popup::Filter { before });
        self.filter_typed()
    }

    /// A filter that can be read is in force at once; one that cannot leaves the rows as they are.
    fn filter_typed(&mut self) -> Vec<Effect> {
        let pane = self.focus;
        match Filter::parse(self.list(pane).typed.text(), pane) {
            Ok(filter) => self.refilter(filter),
            Err(_) => Vec::new(),
        }
    }

    /// Sorts the focused list in its next way; the filter line says which.
    pub(super) fn sort_on(&mut self) -> Vec<Effect> {
        let pane = self.focus;
        let list = self.list_mut(pane);
        let filter = Filter { sort: list.filter.sort.next(), ..list.filter.clone() };
        // A filter that was typed and is not in force stays in its line.
        if Filter::parse(list.typed.text(), pane).is_ok_and(|typed| typed == list.filter) {
            list.typed.set(filter.to_string());
        }
        let sort = filter.sort;
        let effects = self.refilter(filter);
        self.say(Tone::Good, format!("sorted by {sort}"));
        effects
    }

    pub(super) fn refilter(&mut self, filter: Filter) -> Vec<Effect> {
        let pane = self.focus;
        if self.list_mut(pane).refilter(filter) { self.load_pane(pane).into_iter().collect() } else { Vec::new() }
    }

    fn jump_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let KeyCode::Char(letter) = key.code else { return Vec::new() };
        if let Some((_, record)) = self.jumps().into_iter().find(|(jump, _)| *jump == letter) {
            return self.open_record(record);
        }
        self.say(
            Tone::Why,
            format!("no {} is linked here", kind_of(letter).map_or_else(|| format!("g {letter}"), |kind| kind.to_string())),
        );
        Vec::new()
    }

    /// Where `g` and a letter lead from here: the record the cursor is on and those linked with it; the nearest of a kind.
    pub fn jumps(&self) -> Vec<(char, Ref)> {
        let mut records: Vec<Ref> = Vec::new();
        let lead = |number: Option<i64>| number.map(|number| Ref::new(Kind::Lead, number));
        match self.screens.last() {
            Some(Screen::Trace(trace)) => {
                let steps = trace.trace.iter().flat_map(|trace| &trace.steps);
                let mut near: Vec<(usize, Ref)> =
                    steps.enumerate().filter_map(|(at, step)| Some((at.abs_diff(trace.at), step.record?))).collect();
                near.sort_by_key(|(distance, _)| *distance);
                records.extend(near.into_iter().map(|(_, record)| record).filter(|record| *record != trace.record));
                if let Some(item) = &trace.item {
                    records.extend(linked(item).into_iter().filter(|record| *record != trace.record));
                }
            }
            Some(Screen::Review(review)) => {
                let number = review.record().number;
                let drafts = self.list(Pane::Review).rows.iter();
                records.push(review.record());
                records.extend(drafts.filter_map(|item| match item {
                    Item::Draft(draft) if draft.number == number => lead(Some(draft.lead_number)),
                    _ => None,
                }));
            }
            _ => records.extend(self.active().and_then(|list| list.current()).map(linked).unwrap_or_default()),
        }
        let mut jumps: Vec<(char, Ref)> = Vec::new();
        for record in records {
            let letter = record.kind.letter().to_ascii_lowercase();
            if !jumps.iter().any(|(taken, _)| *taken == letter) {
                jumps.push((letter, record));
            }
        }
        jumps
    }

    /// Opens a row: a group's jobs, a draft's review, the timeline of anything else.
    pub(super) fn open(&mut self, item: Item) -> Vec<Effect> {
        let screen = match item {
            Item::Group(group) => Screen::Group(Box::new(Group {
                destination_id: group.destination_id,
                destination: group.destination,
                signature: group.signature,
                list: super::list::List::default(),
            })),
            Item::Draft(draft) => {
                let record = Ref::new(Kind::Draft, draft.number);
                let open = |screen: &Screen| matches!(screen, Screen::Review(review) if review.record() == record);
                if let Some(at) = self.screens.iter().position(open) {
                    // It is open below: two editors on one text would fight.
                    self.screens.truncate(at + 1);
                    return self.say_presence();
                }
                let (review, mut effects) = Review::open(draft.id, record, &mut self.seq);
                self.screens.push(Screen::Review(Box::new(review)));
                effects.extend(self.say_presence());
                if let Some(at) = self.recovered.iter().position(|(draft, _)| *draft == record) {
                    let (draft, text) = self.recovered.remove(at);
                    effects.extend(self.tell_reviews(&Message::Recovered { draft, text }));
                }
                return effects;
            }
            item => match item.record() {
                Some(record) => Screen::Trace(Box::new(TraceScreen::new(record, Some(item)))),
                None => return Vec::new(),
            },
        };
        self.screens.push(screen);
        let mut effects = self.say_presence();
        effects.extend(self.load_screen());
        effects
    }

    /// Opens a record by its reference: as its row where that is loaded.
    pub(super) fn open_record(&mut self, record: Ref) -> Vec<Effect> {
        // From a review screen a draft's timeline is meant, not the same screen again.
        let in_review = matches!(self.screens.last(), Some(Screen::Review(review)) if review.record() == record);
        let loaded = self.lists.iter().flat_map(|list| &list.rows).find(|item| item.record() == Some(record)).cloned();
        if let Some(item) = loaded.filter(|_| !in_review) {
            return self.open(item);
        }
        self.screens.push(Screen::Trace(Box::new(TraceScreen::new(record, None))));
        let mut effects = self.say_presence();
        effects.extend(self.load_screen());
        effects
    }

    /// Tells the others where this person is now.
    pub(super) fn say_presence(&self) -> Vec<Effect> {
        let at = self.screens.last().and_then(|screen| match screen {
            Screen::Group(_) | Screen::Sources(_) => None,
            Screen::Trace(trace) => Some(trace.record),
            Screen::Review(review) => Some(review.record()),
        });
        // Editing is said by the review screen itself, which knows.
        vec![Effect::SayPresence { at, editing: false }]
    }

    pub(super) fn open_filter(&mut self) {
        let pane = self.focus;
        let list = self.list_mut(pane);
        let before = list.filter.clone();
        if list.typed.text().is_empty() {
            list.typed = Line::new(before.to_string());
        }
        self.popup = Some(Popup::Filter { before });
    }

    fn answer(&mut self, ask: Ask, answer: Answer) -> Vec<Effect> {
        if answer == Answer::No && ask.question.takes_text() && !ask.line.text().trim().is_empty() {
            self.kept = Some((ask.question.title().to_owned(), ask.line.clone()));
        }
        self.answered(ask.then, answer)
    }
}

/// The records a row is linked with, itself first.
fn linked(item: &Item) -> Vec<Ref> {
    let lead = |number: i64| Ref::new(Kind::Lead, number);
    let more = match item {
        Item::Job(job) => job.lead_number.map(lead),
        Item::Task(task) => task.lead_number.map(lead),
        Item::Draft(draft) => Some(lead(draft.lead_number)),
        Item::Lead(_) | Item::Group(_) => None,
    };
    item.record().into_iter().chain(more).collect()
}

fn kind_of(letter: char) -> Option<Kind> {
    Kind::VARIANTS.iter().copied().find(|kind| kind.letter() == letter.to_ascii_uppercase())
}

/// Where a scrolled popup stands after a key; `None` closes it.
pub(super) fn scrolled(top: usize, key: KeyEvent, rows: u16) -> Option<usize> {
    let page = usize::from(rows.saturating_sub(6)).max(1);
    match key.code {
        KeyCode::Down | KeyCode::Char('j') => Some(top + 1),
        KeyCode::Up | KeyCode::Char('k') => Some(top.saturating_sub(1)),
        KeyCode::PageDown | KeyCode::Char(' ') => Some(top + page),
        KeyCode::PageUp => Some(top.saturating_sub(page)),
        KeyCode::Home => Some(0),
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('?' | 'q') => None,
        _ => Some(top),
    }
}

//! Actions: what a key of the table does. Every act is gated by role and state before it leaves, and many acts are
//! previewed first.

use super::bulk::{Bulk, Stage};
use super::effect::Effect;
use super::item::ItemId;
use super::line::Line;
use super::popup::{Answer, Ask, Popup, Then};
use super::review::Review;
use super::screen::Screen;
use super::undo::Undo;
use super::verbs::{self, Chosen, Flow, Next, Pick, Step};
use super::{App, Tone, index};
use crate::config::keys::{Action, Place};
use crate::domain::act::{Act, Verb};
use crate::domain::filter::Filter;
use crate::domain::id::Ref;
use crate::domain::row::Pane;

impl App {
    /// Does what a key means, or says why not.
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        // The review screen refuses by itself: with the cursor on what stands against a verdict, or with its question.
        let reviews = self.top_review().is_some();
        let own = reviews && self.start.read_only_reason.is_none() && self.start.keys.row(action, &[Place::Review]).is_some();
        if action != Action::Quit
            && !own
            && let Some(reason) = self.reason(action)
        {
            self.say(Tone::Why, reason);
            return Vec::new();
        }
        match action {
            Action::Quit => return self.quit(),
            Action::Help => self.popup = Some(Popup::Help { top: 0 }),
            Action::Palette => self.popup = Some(Popup::Palette(self.palette(Line::default()))),
            // What was changed last is taken back first: the text on the screen is newer than any act before it.
            Action::Undo if self.text_has_step_back() => {
                return self.in_review(|review, scene, seq| review.action(action, scene, seq));
            }
            Action::Undo => return self.take_back(),
            Action::Reload => {
                let mut effects = self.load_everything();
                if reviews {
                    effects.extend(self.in_review(|review, scene, seq| review.action(action, scene, seq)));
                }
                return effects;
            }
            Action::Jump => self.popup = Some(Popup::Jump),
            Action::Copy => return self.copy(),
            Action::FocusLeads => return self.go_to(Pane::Leads),
            Action::FocusFailures => return self.go_to(Pane::Failures),
            Action::FocusQueue => return self.go_to(Pane::Queue),
            Action::FocusTasks => return self.go_to(Pane::Tasks),
            Action::FocusReview => return self.go_to(Pane::Review),
            Action::Sources => return self.open_sources(),
            Action::TestEvent => return self.try_out(),
            Action::NextPane if !reviews => return self.go_to_next(1),
            Action::PreviousPane if !reviews => return self.go_to_next(4),
            Action::LookBack => return self.look_back(),
            _ if reviews => {
                return self.in_review(|review, scene, seq| review.action(action, scene, seq));
            }
            Action::Back => return self.back(),
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => self.step(action),
            Action::Open => return self.open_here(),
            Action::Retry if matches!(self.screens.last(), Some(Screen::Sources(_))) => return self.read_again(),
            Action::Filter => self.open_filter(),
            Action::Sort => return self.sort_on(),
            Action::Why => return self.ask_why(),
            Action::Mark => {
                if let Some(list) = self.active_mut() {
                    list.mark();
                }
            }
            Action::ClearMarks => {
                if let Some(list) = self.active_mut() {
                    list.clear_marks();
                }
            }
            Action::MarkAll => return self.mark_all(),
            Action::Withdraw => {
                if let Some(Screen::Trace(trace)) = self.screens.last()
                    && let Some(record) = trace.current().and_then(|step| step.record)
                {
                    let pick = Pick::bare(verbs::by_reference(record), record.to_string());
                    return self.ask_or_do(single(pick), Next::Ask(Step::Reason(Verb::WithdrawSummary { reopen: false })));
                }
            }
            _ => return self.begin(action),
        }
        Vec::new()
    }

    /// Whether the text under review was changed here, so that undoing means that.
    pub(super) fn text_has_step_back(&self) -> bool {
        matches!(self.screens.last(), Some(Screen::Review(review)) if review.has_step_back(&self.scene()))
    }

    /// Opens what was decided before what is on the screen, over the draft under review.
    fn look_back(&mut self) -> Vec<Effect> {
        let Some(Screen::Review(review)) = self.screens.last() else { return Vec::new() };
        if let Some(reason) = review.footer_reason(Action::LookBack, &self.scene()) {
            self.say(Tone::Why, reason);
            return Vec::new();
        }
        let Some(past) = self.progress.before(review.record()).cloned() else {
            self.say(Tone::Why, "this was the first that was decided in this session");
            return Vec::new();
        };
        if self.progress.holds(review.record()) {
            self.screens.pop();
        }
        let (review, mut effects) = Review::look_back(past, &mut self.seq);
        self.screens.push(Screen::Review(Box::new(review)));
        effects.extend(self.say_presence());
        effects
    }

    fn step(&mut self, action: Action) {
        let (line, far) = (1, isize::MAX / 2);
        let page = |height: usize| isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1);
        let by = |height: usize| match action {
            Action::Up => -line,
            Action::PageUp => -page(height),
            Action::PageDown => page(height),
            Action::Top => -far,
            Action::Bottom => far,
            _ => line,
        };
        if let Some(Screen::Sources(sources)) = self.screens.last_mut() {
            sources.step(by(sources.height()));
        } else if let Some(Screen::Trace(trace)) = self.screens.last_mut() {
            trace.step(by(trace.height()));
        } else if let Some(list) = self.active_mut() {
            list.step(by(list.height()));
        }
    }

    fn quit(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let (mut screens, mut seq) = (std::mem::take(&mut self.screens), std::mem::take(&mut self.seq));
        for screen in &mut screens {
            if let Screen::Review(review) = screen {
                effects.extend(review.close(&self.scene(), &mut seq));
            }
        }
        (self.screens, self.seq) = (screens, seq);
        effects.extend([Effect::SayPresence { at: None, editing: false }, Effect::Quit]);
        effects
    }

    fn back(&mut self) -> Vec<Effect> {
        if self.screens.pop().is_some() {
            let mut effects = self.say_presence();
            effects.extend(self.load_screen());
            return effects;
        }
        if self.zoomed {
            self.zoomed = false;
        } else if !self.list(self.focus).filter.terms.is_empty() {
            let list = self.list_mut(self.focus);
            let filter = Filter { terms: Vec::new(), ..list.filter.clone() };
            list.typed.set(filter.to_string());
            self.say(Tone::Good, "the filter is cleared");
            return self.refilter(filter);
        } else {
            let key = self.start.keys.row(Action::Quit, &self.places()).and_then(|row| row.chords.first());
            let key = key.map(ToString::to_string).unwrap_or_default();
            self.say(Tone::Why, format!("this is the first screen; {key} leaves"));
        }
        Vec::new()
    }

    fn go_to(&mut self, pane: Pane) -> Vec<Effect> {
        if self.screens.iter().any(|screen| matches!(screen, Screen::Review(_))) {
            self.say(Tone::Why, "a draft is open; Esc leaves it");
            return Vec::new();
        }
        let was_away = !self.screens.is_empty();
        self.screens.clear();
        if self.focus != pane {
            self.list_mut(self.focus).leave();
            self.focus = pane;
        }
        if was_away { self.say_presence() } else { Vec::new() }
    }

    fn go_to_next(&mut self, by: usize) -> Vec<Effect> {
        let panes = <Pane as strum::VariantArray>::VARIANTS;
        self.go_to(panes[(index(self.focus) + by) % panes.len()])
    }

    fn open_here(&mut self) -> Vec<Effect> {
        if let Some(Screen::Trace(trace)) = self.screens.last() {
            let record = trace.current().and_then(|step| step.record);
            return record.map(|record| self.open_record(record)).unwrap_or_default();
        }
        if let Some(Screen::Sources(sources)) = self.screens.last() {
            return sources.opens().map(|record| self.open_record(record)).unwrap_or_default();
        }
        let item = self.active().and_then(|list| list.current()).cloned();
        item.map(|item| self.open(item)).unwrap_or_default()
    }

    /// The record that `y` copies.
    pub(super) fn record_here(&self) -> Option<Ref> {
        match self.screens.last() {
            Some(Screen::Trace(trace)) => trace.current().and_then(|step| step.record).or(Some(trace.record)),
            Some(Screen::Review(review)) => Some(review.record()),
            Some(Screen::Sources(sources)) => sources.opens(),
            _ => self.active()?.current()?.record(),
        }
    }

    fn copy(&mut self) -> Vec<Effect> {
        let Some(record) = self.record_here() else { return Vec::new() };
        self.say(Tone::Good, format!("{record} copied"));
        vec![Effect::Copy(record.to_string())]
    }

    pub(super) fn refuse(&mut self, why: String) -> Vec<Effect> {
        self.say(Tone::Why, why);
        Vec::new()
    }

    // Asking and doing.

    pub(super) fn ask_or_do(&mut self, chosen: Chosen, next: Next) -> Vec<Effect> {
        match next {
            Next::Nothing => Vec::new(),
            // Many are shown before they are done: to ask twice is to be read once.
            Next::Ask(Step::Meant(verb)) if !chosen.single => self.ask_or_do(chosen, Next::Do(verb, None)),
            Next::Ask(step) => {
                let flow = Flow { chosen, step };
                let mut ask = Ask::new(flow.question(self.now), Then::Flow(Box::new(flow)));
                if let Some((title, line)) = &self.kept
                    && title == ask.question.title()
                    && ask.question.takes_text()
                {
                    ask.line = line.clone();
                }
                self.popup = Some(Popup::Ask(Box::new(ask)));
                Vec::new()
            }
            Next::Do(verb, reason) => {
                let acts = chosen.acts(verbs::action_of(&verb), &verb, reason.as_deref());
                match acts.as_slice() {
                    [] => self.refuse(format!("{} is possible for none of them now", verbs::said(&verb))),
                    [act] if chosen.single => self.perform(act.clone(), false),
                    _ => self.ask_or_do(chosen, Next::Ask(Step::Preview(acts))),
                }
            }
        }
    }

    /// Takes the answer of a popup in.
    pub(super) fn answered(&mut self, then: Then, answer: Answer) -> Vec<Effect> {
        match then {
            Then::Review => self.in_review(|review, scene, seq| review.answered(answer, scene, seq)),
            Then::Reload if answer == Answer::Yes => self.load_everything(),
            Then::Rest(destination, signature) if answer == Answer::Yes => self.release_rest(destination, &signature),
            Then::Reload | Then::Rest(..) => Vec::new(),
            Then::Flow(flow) => match (flow.step.clone(), &answer) {
                (Step::Preview(acts), Answer::Yes) => {
                    let verb = acts.first().map(|act| verbs::said(&act.verb)).unwrap_or_default();
                    let title = format!("{verb} · {}", flow.chosen.said(acts.len()));
                    self.start_bulk(title, (verb, flow.chosen.set), acts, false)
                }
                (Step::Release(act, _), Answer::Yes) => self.perform(act, false),
                (Step::Preview(_) | Step::Release(..), _) => {
                    self.say(Tone::Why, "nothing was done; the marks stay");
                    Vec::new()
                }
                _ => {
                    let next = flow.next(&answer, self.now);
                    self.ask_or_do(flow.chosen, next)
                }
            },
        }
    }

    pub(super) fn perform(&mut self, act: Act, is_undo: bool) -> Vec<Effect> {
        let seq = self.seq.next_seq();
        self.acts.insert(seq);
        if is_undo {
            self.undoing.insert(seq);
        }
        vec![Effect::Perform(seq, Box::new(act))]
    }

    fn start_bulk(&mut self, title: String, (what, set): (String, String), acts: Vec<Act>, is_undo: bool) -> Vec<Effect> {
        let seq = self.seq.next_seq();
        self.bulk = Some(Bulk {
            seq,
            title,
            what,
            set,
            of: acts.len(),
            ended: Vec::new(),
            stage: Stage::Running,
            undo: Vec::new(),
            why_not: None,
            marked: self.active().is_some_and(|list| list.marks.keys().any(|id| matches!(id, ItemId::Record(_)))),
            is_undo,
            can_undo: false,
        });
        self.popup = Some(Popup::Progress { top: 0 });
        vec![Effect::Bulk(seq, acts)]
    }

    pub(super) fn take_back(&mut self) -> Vec<Effect> {
        let Some(Undo { said, mut acts, why_not }) = self.undo.pop() else { return Vec::new() };
        let rows: Vec<ItemId> = acts.iter().map(|act| ItemId::Record(act.target.id)).collect();
        // Where the person looks; elsewhere, and where nothing comes back, no cursor moves.
        if let Some(list) = self.active_mut().filter(|_| !rows.is_empty()) {
            list.await_back(rows);
        }
        match (acts.len(), why_not) {
            (0, why) => {
                let why = why.unwrap_or_else(|| "nothing takes it back".to_owned());
                self.refuse(format!("“{said}” cannot be undone: {why}"))
            }
            (1, _) => self.perform(acts.remove(0), true),
            _ => {
                let title = format!("undo · {said}");
                self.start_bulk(title.clone(), (title, String::new()), acts, true)
            }
        }
    }
}

pub(super) fn single(pick: Pick) -> Chosen {
    Chosen { set: "this row".to_owned(), all: false, picks: vec![pick], single: true }
}

//! Actions: what a key of the table does. Every act is gated by role and state before it leaves, many acts are
//! frozen and previewed first, and what was typed is kept when an act fails.

use super::bulk::{Bulk, FreezeFor, Freezing, Stage};
use super::effect::{Effect, PageWanted};
use super::item::{Item, ItemId};
use super::line::Line;
use super::popup::{Answer, Ask, Popup, Then};
use super::screen::Screen;
use super::undo::Undo;
use super::verbs::{self, Chosen, Flow, Next, Pick, Step};
use super::{App, Tone, index};
use crate::config::keys::{Action, Place};
use crate::domain::act::{Act, Verb};
use crate::domain::filter::{Field, Filter, Term, Test};
use crate::domain::id::{DestinationId, Ref};
use crate::domain::row::Pane;

/// Rows that one freeze takes at most: where counting stops, too.
const FREEZE_LIMIT: i64 = crate::domain::row::Count::BOUND;

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
            Action::NextPane if !reviews => return self.go_to_next(1),
            Action::PreviousPane if !reviews => return self.go_to_next(4),
            _ if reviews => {
                return self.in_review(|review, scene, seq| review.action(action, scene, seq));
            }
            Action::Back => return self.back(),
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => self.step(action),
            Action::Open => return self.open_here(),
            Action::Filter => self.open_filter(),
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
                    let pick = Pick { target: verbs::by_reference(record), label: record.to_string(), item: None };
                    return self.ask_or_do(single(pick), Next::Ask(Step::Reason(Verb::WithdrawSummary)));
                }
            }
            _ => return self.begin(action),
        }
        Vec::new()
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
        if let Some(Screen::Trace(trace)) = self.screens.last_mut() {
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
        } else if self.list(self.focus).at() > 0 {
            self.list_mut(self.focus).go(0);
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
        let item = self.active().and_then(|list| list.current()).cloned();
        item.map(|item| self.open(item)).unwrap_or_default()
    }

    /// The record that `y` copies.
    pub(super) fn record_here(&self) -> Option<Ref> {
        match self.screens.last() {
            Some(Screen::Trace(trace)) => trace.current().and_then(|step| step.record).or(Some(trace.record)),
            Some(Screen::Review(review)) => Some(review.record()),
            _ => self.active()?.current()?.record(),
        }
    }

    fn copy(&mut self) -> Vec<Effect> {
        let Some(record) = self.record_here() else { return Vec::new() };
        self.say(Tone::Good, format!("{record} copied"));
        vec![Effect::Copy(record.to_string())]
    }

    // Choosing.

    fn mark_all(&mut self) -> Vec<Effect> {
        if self.freezing.is_some() {
            self.say(Tone::Why, "marking is under way");
            return Vec::new();
        }
        if let Some(Screen::Group(group)) = self.screens.last() {
            let filter = group_filter(&Filter::default(), &group.destination, &group.signature, false);
            return self.freeze(vec![filter], FREEZE_LIMIT, Pane::Failures, FreezeFor::Marks { pane: None });
        }
        let pane = self.focus;
        let list = self.list_mut(pane);
        if pane == Pane::Failures {
            // Groups are few and all loaded.
            let marks: Vec<_> = list.rows.iter().map(|row| (row.id(), None)).collect();
            list.mark_all(marks);
            return Vec::new();
        }
        let filter = list.filter.clone();
        self.freeze(vec![filter], FREEZE_LIMIT, pane, FreezeFor::Marks { pane: Some(pane) })
    }

    fn freeze(&mut self, filters: Vec<Filter>, limit: i64, pane: Pane, wanted: FreezeFor) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut asked = Vec::new();
        for filter in filters {
            let seq = self.seq.next_seq();
            asked.push(seq);
            effects.push(Effect::Freeze(seq, PageWanted { pane, filter, limit }));
        }
        self.freezing = Some(Freezing { asked, targets: std::collections::BTreeMap::new(), wanted });
        effects
    }

    /// Begins an act on the marks, or on the row under the cursor.
    fn begin(&mut self, action: Action) -> Vec<Effect> {
        let whole = !matches!(action, Action::Canary | Action::Pause);
        if whole && let Some(list) = self.active().filter(|list| !list.marks.is_empty()) {
            let groups: Vec<Item> = list.rows.iter().filter(|row| list.is_marked(&row.id())).cloned().collect();
            if list.marks.keys().all(|id| matches!(id, ItemId::Group(..))) {
                return self.begin_groups(action, &groups);
            }
            return self.begin_marked(action);
        }
        let Some(item) = self.item_here().cloned() else { return Vec::new() };
        if action == Action::Pause {
            let Some(pick) = verbs::destination_pick(&item) else { return Vec::new() };
            return match verbs::first(action, &item) {
                Ok(next) => self.ask_or_do(single(pick), next),
                Err(why) => self.refuse(why),
            };
        }
        if let Item::Group(group) = &item {
            if action == Action::Canary {
                let filter = group_filter(&self.list(Pane::Failures).filter, &group.destination, &group.signature, true);
                let wanted = FreezeFor::Canary { destination: group.destination_id, signature: group.signature.clone() };
                return self.freeze(vec![filter], 1, Pane::Failures, wanted);
            }
            return self.begin_groups(action, std::slice::from_ref(&item));
        }
        match (verbs::first(action, &item), item.target()) {
            (Ok(next), Some(target)) => {
                let pick = Pick { target, label: item.label(), item: Some(item) };
                self.ask_or_do(single(pick), next)
            }
            (Err(why), _) => self.refuse(why),
            (Ok(_), None) => Vec::new(),
        }
    }

    fn begin_groups(&mut self, action: Action, groups: &[Item]) -> Vec<Effect> {
        let base = self.list(Pane::Failures).filter.clone();
        // Trying an unknown outcome again may do it twice: that is decided row by row, never for a whole group.
        let without_unknown = action == Action::Retry;
        let mut filters = Vec::new();
        let (mut all, mut unknown) = (0, 0);
        for item in groups {
            if let Item::Group(group) = item {
                filters.push(group_filter(&base, &group.destination, &group.signature, without_unknown));
                all += group.count;
                unknown += group.unknown;
            }
        }
        if without_unknown && unknown >= all {
            return self.refuse("every outcome here is unknown: open the group and say what happened".to_owned());
        }
        let left_out = if without_unknown && unknown > 0 { format!(", {unknown} unknown left out") } else { String::new() };
        let scope = match groups {
            [item] => format!("in {}{left_out}", item.label()),
            _ => format!("in {} groups{left_out}", groups.len()),
        };
        self.freeze(filters, FREEZE_LIMIT, Pane::Failures, FreezeFor::Act { action, scope })
    }

    /// Tries all of a failure group again, after its canary arrived.
    pub(super) fn retry_group(&mut self, destination: DestinationId, signature: &str) -> Vec<Effect> {
        let id = ItemId::Group(destination, signature.to_owned());
        match self.list(Pane::Failures).rows.iter().find(|row| row.id() == id).cloned() {
            Some(group) => self.begin_groups(Action::Retry, &[group]),
            None => self.refuse("the group is empty now".to_owned()),
        }
    }

    fn begin_marked(&mut self, action: Action) -> Vec<Effect> {
        let Some(list) = self.active() else { return Vec::new() };
        let pick = |(id, target): (&ItemId, &Option<crate::domain::act::Target>)| {
            let target = (*target)?;
            let item = list.rows.iter().find(|row| row.id() == *id).cloned();
            let label = item.as_ref().map_or_else(|| target.record.to_string(), Item::label);
            Some(Pick { target, label, item })
        };
        let picks: Vec<Pick> = list.marks.iter().filter_map(pick).collect();
        let n = picks.len();
        let scope = if !list.marked_all {
            format!("{n} marked")
        } else if list.filter.is_empty() {
            format!("all {n}")
        } else {
            format!("all {n} matching {}", list.filter)
        };
        self.begin_on(action, Chosen { scope, picks, single: false })
    }

    /// Begins an act on several records.
    pub(super) fn begin_on(&mut self, action: Action, chosen: Chosen) -> Vec<Effect> {
        let loaded = || chosen.picks.iter().filter_map(|pick| pick.item.as_ref());
        let mut firsts: Vec<Result<Next, String>> = loaded().map(|item| verbs::first(action, item)).collect();
        firsts.extend(chosen.picks.iter().any(|pick| pick.item.is_none()).then(|| unseen_first(action)));
        // Where one of them needs to be asked about, all are.
        let asks = firsts.iter().position(|first| matches!(first, Ok(Next::Ask(_))));
        let does = firsts.iter().position(Result::is_ok);
        match asks.or(does).or((!firsts.is_empty()).then_some(0)).map(|at| firsts.swap_remove(at)) {
            Some(Ok(next)) => self.ask_or_do(chosen, next),
            Some(Err(why)) => self.refuse(why),
            None => self.refuse("nothing matches any more".to_owned()),
        }
    }

    pub(super) fn refuse(&mut self, why: String) -> Vec<Effect> {
        self.say(Tone::Why, why);
        Vec::new()
    }

    // Asking and doing.

    pub(super) fn ask_or_do(&mut self, chosen: Chosen, next: Next) -> Vec<Effect> {
        match next {
            Next::Nothing => Vec::new(),
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
            Then::Rest(destination, signature) if answer == Answer::Yes => self.retry_group(destination, &signature),
            Then::Reload | Then::Rest(..) => Vec::new(),
            Then::Flow(flow) => match (flow.step.clone(), &answer) {
                (Step::Preview(acts), Answer::Yes) => {
                    let verb = acts.first().map(|act| verbs::said(&act.verb)).unwrap_or_default();
                    self.start_bulk(format!("{verb} · {}", flow.chosen.scope), acts, false)
                }
                (Step::Preview(_), _) => {
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

    fn start_bulk(&mut self, title: String, acts: Vec<Act>, is_undo: bool) -> Vec<Effect> {
        let seq = self.seq.next_seq();
        self.bulk = Some(Bulk {
            seq,
            title,
            of: acts.len(),
            ended: Vec::new(),
            stage: Stage::Running,
            undo: Vec::new(),
            why_not: None,
            marked: self.active().is_some_and(|list| list.marks.keys().any(|id| matches!(id, ItemId::Record(_)))),
            is_undo,
        });
        self.popup = Some(Popup::Progress { top: 0 });
        vec![Effect::Bulk(seq, acts)]
    }

    fn take_back(&mut self) -> Vec<Effect> {
        let Some(Undo { said, mut acts, why_not }) = self.undo.pop() else { return Vec::new() };
        match (acts.len(), why_not) {
            (0, why) => {
                let why = why.unwrap_or_else(|| "nothing takes it back".to_owned());
                self.refuse(format!("“{said}” cannot be undone: {why}"))
            }
            (1, _) => self.perform(acts.remove(0), true),
            _ => self.start_bulk(format!("undo · {said}"), acts, true),
        }
    }
}

fn single(pick: Pick) -> Chosen {
    Chosen { scope: "this row".to_owned(), picks: vec![pick], single: true }
}

/// What an action asks first of rows whose state is not on the screen.
fn unseen_first(action: Action) -> Result<Next, String> {
    use crate::domain::id::Kind;
    Ok(match action {
        Action::Retry => Next::Do(Verb::RetryJob, None),
        Action::Cancel => Next::Do(Verb::CancelJob, None),
        Action::Resolve => Next::Ask(Step::Resolve),
        Action::Finish => Next::Do(Verb::FinishTask, None),
        Action::Drop => Next::Ask(Step::Reason(Verb::DropTask)),
        Action::Snooze => Next::Ask(Step::Snooze),
        // Leads alone are not assigned by their queue; the caller's list says which kind it holds.
        Action::Assign => Next::Ask(Step::Assign(Kind::Task)),
        Action::Outcome => Next::Ask(Step::Outcome),
        Action::TakeOver => Next::Ask(Step::Reason(Verb::ClaimDraft { take_over: true })),
        other => return Err(format!("{other} cannot be done to many")),
    })
}

/// The jobs of a failure group that the list's filter lets through.
fn group_filter(base: &Filter, destination: &str, signature: &str, without_unknown: bool) -> Filter {
    let term = |negated, field, value: &str| Term { negated, test: Test::Is(field, value.to_owned()) };
    let mut filter = base.clone();
    filter.terms.push(term(false, Field::Destination, destination));
    filter.terms.push(term(false, Field::Signature, signature));
    if without_unknown {
        filter.terms.push(term(true, Field::State, "unknown"));
    }
    filter
}

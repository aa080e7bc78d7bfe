//! What the runtime answers: loads go to their lists, acts are told and remembered for undo, bulk acts make progress.

use crossterm::event::{KeyCode, KeyEvent};

use super::bulk::{Canary, CanaryStage, Ended, FreezeFor, Stage};
use super::effect::{Effect, Seq};
use super::input::scrolled;
use super::item::ItemId;
use super::line::Line;
use super::message::Message;
use super::popup::{Ask, Popup, Question, Then};
use super::screen::Screen;
use super::undo::{DEPTH, Undo};
use super::verbs::{self, Chosen, Next, Pick, Step};
use super::{App, Tone, index};
use crate::config::keys::{Action, Place};
use crate::domain::act::{Act, Done, Frozen, Target, Verb};
use crate::domain::failure::Failure;
use crate::domain::id::Ref;
use crate::domain::job::JobState;
use crate::domain::replay::ReplayVerdict;
use crate::domain::trace::{StepKind, Trace};

impl App {
    pub(super) fn answered_by_runtime(&mut self, message: Message) -> Vec<Effect> {
        if let Some(seq) = answers(&message) {
            self.waiting.remove(&seq);
        }
        match message {
            Message::Page(seq, result) => self.page_came(seq, result),
            Message::Group(seq, result) => self.group_came(seq, result),
            Message::Figures(seq, result) => self.figures_came(seq, result),
            Message::Presence(seq, result) => self.presence_came(seq, result),
            Message::Trace(seq, result) => self.trace_came(seq, result),
            Message::Row(seq, result) => self.row_came(seq, result),
            Message::Explained(seq, result) => self.explained(seq, result),
            Message::Sources(seq, result) => self.sources_came(seq, result),
            Message::Source(seq, result) => self.source_came(seq, result),
            Message::TriedOut(seq, result) => self.tried_out(seq, result),
            Message::ReadAgain(seq, result) => self.read_again_came(seq, result),
            Message::Acted(seq, act, result) if self.acts.remove(&seq) => self.acted(seq, &act, result),
            Message::Acted(_, ref act, ref result) => {
                // The review screen's act: its inverse is remembered here, the rest is its own affair.
                if let Ok(done) = result {
                    self.remember(Undo::of(act, done));
                    let sent_back = matches!(act.verb, Verb::ReleaseDraft { .. }) && act.reason.is_some();
                    if sent_back || matches!(act.verb, Verb::ApproveDraft { .. } | Verb::RejectDraft { .. }) {
                        self.say(Tone::Good, done.said.clone());
                    }
                }
                let mut effects = self.tell_reviews(&message);
                effects.extend(self.load_everything());
                effects
            }
            Message::Frozen(seq, result) => self.frozen(seq, result),
            Message::BulkStep { seq, target, outcome } => {
                self.bulk_step(seq, target, outcome);
                Vec::new()
            }
            Message::BulkEnded { seq, stopped } => self.bulk_ended(seq, stopped),
            Message::Trouble(why) => {
                self.say(Tone::Bad, why);
                Vec::new()
            }
            Message::Recovered { draft, ref text } if !self.is_open(draft) => {
                self.say(Tone::Why, format!("an unsaved text for {draft} was found; it is offered when you open it"));
                self.recovered.push((draft, text.clone()));
                Vec::new()
            }
            other => self.tell_reviews(&other),
        }
    }

    fn is_open(&self, draft: Ref) -> bool {
        self.screens.iter().any(|screen| matches!(screen, Screen::Review(review) if review.record() == draft))
    }

    /// Gives a message to every open review screen: one under another screen must hear its answers, too.
    pub(super) fn tell_reviews(&mut self, message: &Message) -> Vec<Effect> {
        let mut effects = Vec::new();
        let above = self.screens.len().saturating_sub(1);
        for at in (0..self.screens.len()).rev() {
            if !matches!(self.screens[at], Screen::Review(_)) {
                continue;
            }
            if at == above {
                effects.extend(self.in_review(|review, scene, seq| review.message(message, scene, seq)));
                continue;
            }
            let above = self.screens.split_off(at + 1);
            effects.extend(
                self.in_review(|review, scene, seq| (super::review::Outcome::Stay, review.message_beneath(message, scene, seq))),
            );
            self.screens.extend(above);
        }
        effects
    }

    fn remember(&mut self, undo: Option<Undo>) {
        let Some(undo) = undo else { return };
        if self.undo.len() == DEPTH {
            self.undo.remove(0);
        }
        self.undo.push(undo);
    }

    fn acted(&mut self, seq: Seq, act: &Act, result: Result<Done, Failure>) -> Vec<Effect> {
        let is_undo = self.undoing.remove(&seq);
        let canary = self.canary.as_mut().filter(|canary| canary.stage == CanaryStage::Asked(seq));
        match result {
            Ok(done) => {
                let undo = if is_undo { None } else { Undo::of(act, &done) };
                let can_undo = undo.as_ref().is_some_and(|undo| !undo.acts.is_empty());
                if let Some(canary) = canary {
                    (canary.record, canary.stage) = (done.record, CanaryStage::Out);
                    let rest = format!("canary {} is on its way; the rest is offered when it arrives", done.record);
                    let said = if canary.held { done.said.clone() } else { rest };
                    self.say(Tone::Good, said);
                } else if is_undo {
                    self.say(Tone::Good, format!("undone: {}", done.said));
                } else {
                    let key = self.start.keys.row(Action::Undo, &self.places());
                    let key = key.and_then(|row| row.chords.first()).filter(|_| can_undo);
                    let undo = key.map(|key| format!(" · {key} undoes it")).unwrap_or_default();
                    self.say(Tone::Good, format!("{}{undo}", done.said));
                }
                self.remember(undo);
                if act.reason.is_some() {
                    self.kept = None;
                }
                for list in &mut self.lists {
                    list.unmark(act.target.id);
                }
                self.load_everything()
            }
            Err(failure) => {
                if canary.is_some() {
                    self.canary = None;
                }
                if let Some(reason) = &act.reason {
                    let label = self.label_of(act.target);
                    self.kept = Some((format!("{} · {label}", verbs::said(&act.verb)), Line::new(reason.clone())));
                }
                self.failed(&failure, act.reason.is_some());
                if failure.is_passing() { Vec::new() } else { self.load_everything() }
            }
        }
    }

    fn label_of(&self, target: Target) -> String {
        let rows = self.lists.iter().flat_map(|list| &list.rows);
        rows.filter(|row| row.target().is_some_and(|it| it.id == target.id))
            .map(super::item::Item::label)
            .next()
            .unwrap_or_else(|| target.record.to_string())
    }

    fn failed(&mut self, failure: &Failure, typed: bool) {
        match failure {
            Failure::Conflict(conflict) if self.popup.is_none() => {
                let kept = if typed { "Your reason is kept for the next try." } else { "Nothing was done." };
                let question = Question::Conflict { conflict: (**conflict).clone(), kept: kept.to_owned() };
                self.popup = Some(Popup::Ask(Box::new(Ask::new(question, Then::Reload))));
            }
            failure => self.say(Tone::Bad, format!("not done: {failure}")),
        }
    }

    fn frozen(&mut self, seq: Seq, result: Result<Vec<Frozen>, Failure>) -> Vec<Effect> {
        let Some(freezing) = self.freezing.as_mut().filter(|freezing| freezing.asked.contains(&seq)) else {
            return Vec::new();
        };
        match result {
            Ok(rows) => freezing.targets.extend(rows.into_iter().map(|row| (row.target.id, row))),
            Err(failure) => {
                self.freezing = None;
                self.failed(&failure, false);
                return Vec::new();
            }
        }
        freezing.asked.retain(|asked| *asked != seq);
        if !freezing.asked.is_empty() {
            return Vec::new();
        }
        let Some(freezing) = self.freezing.take() else { return Vec::new() };
        let asks = matches!(
            freezing.wanted,
            FreezeFor::Act { .. } | FreezeFor::Release { .. } | FreezeFor::Resume { .. } | FreezeFor::Why
        );
        if asks && self.popup.is_some() {
            // What is being typed there was meant for that, and would answer this.
            return self.refuse("something else was opened meanwhile; press the key again".to_owned());
        }
        let n = freezing.targets.len();
        match &freezing.wanted {
            FreezeFor::Act { action, set } => {
                let mut picks = freezing.picks();
                self.label_picks(&mut picks);
                self.begin_on(*action, Chosen { set: set.clone(), all: true, picks, single: false })
            }
            FreezeFor::Canary { destination, signature, stands } => {
                let safe = |row: &&Frozen| row.replay.is_none_or(|verdict| verdict == ReplayVerdict::Safe);
                let is_held = |row: &Frozen| matches!(row.job, Some((_, JobState::Held)));
                // Where the destination stands, one that is held shows whether it works again.
                let all = || freezing.targets.values().filter(safe);
                let chosen = if *stands { all().find(|row| is_held(row)) } else { all().next() };
                let Some(&Frozen { target, .. }) = chosen else {
                    let why = if *stands {
                        "none of it is held: R when it runs again"
                    } else {
                        "no job of it can be tried again safely"
                    };
                    return self.refuse(why.to_owned());
                };
                let held = *stands;
                let act = Act { target, verb: Verb::RetryJob, reason: Some("canary".to_owned()) };
                let effects = self.perform(act, false);
                if let Some(Effect::Perform(seq, _)) = effects.first() {
                    let (destination, signature) = (*destination, signature.clone());
                    self.canary =
                        Some(Canary { record: target.record, destination, signature, held, stage: CanaryStage::Asked(*seq) });
                }
                effects
            }
            FreezeFor::Release { destination, signature, label } => {
                let picks = freezing.picks();
                self.ask_release(*destination, signature.clone(), label.clone(), picks)
            }
            FreezeFor::Why => match freezing.targets.values().next() {
                Some(row) => self.ask_why_of(row.target.record),
                None => self.refuse("the group is empty now".to_owned()),
            },
            FreezeFor::Resume { destination } => {
                self.ask_or_do(super::acting::single((**destination).clone()), Next::Ask(Step::Resume(n)))
            }
            FreezeFor::Marks { pane } => {
                let list = match (pane, self.screens.last_mut()) {
                    (Some(pane), _) => &mut self.lists[index(*pane)],
                    (None, Some(Screen::Group(group))) => &mut group.list,
                    (None, _) => return Vec::new(),
                };
                list.mark_all(freezing.targets.into_values().map(|row| (ItemId::Record(row.target.id), Some(row.target))));
                self.say(Tone::Good, format!("{n} marked, loaded or not"));
                Vec::new()
            }
        }
    }

    /// Frozen rows that happen to be loaded are shown by more than their reference.
    fn label_picks(&self, picks: &mut [Pick]) {
        for row in self.lists.iter().flat_map(|list| &list.rows) {
            let Some(target) = row.target() else { continue };
            if let Some(pick) = picks.iter_mut().find(|pick| pick.target.id == target.id) {
                pick.label = row.label();
            }
        }
    }

    fn bulk_step(&mut self, seq: Seq, target: Target, outcome: Result<Done, Failure>) {
        let Some(bulk) = self.bulk.as_mut().filter(|bulk| bulk.seq == seq) else { return };
        let done = outcome.is_ok();
        let outcome = match outcome {
            Ok(done) => {
                match done.undo {
                    // Nobody means to hand drafts back who presses undo; single acts are told the same way.
                    Ok(Act { verb: Verb::ReleaseDraft { .. }, .. }) => {}
                    Ok(act) => bulk.undo.push(act),
                    Err(why) => bulk.why_not = Some(why),
                }
                Ok(done.said)
            }
            Err(failure) => Err(failure.to_string()),
        };
        bulk.ended.push(Ended { record: target.record, outcome });
        if done {
            // What failed stays marked.
            let groups = self.screens.iter_mut().filter_map(|screen| match screen {
                Screen::Group(group) => Some(&mut group.list),
                Screen::Trace(_) | Screen::Review(_) | Screen::Sources(_) => None,
            });
            for list in self.lists.iter_mut().chain(groups) {
                list.unmark(target.id);
            }
        }
    }

    fn bulk_ended(&mut self, seq: Seq, stopped: bool) -> Vec<Effect> {
        let Some(bulk) = self.bulk.as_mut().filter(|bulk| bulk.seq == seq) else { return Vec::new() };
        bulk.stage = if stopped { Stage::Stopped } else { Stage::Ended };
        let (done, failed) = bulk.counts();
        let undo = Undo { said: bulk.said(), acts: std::mem::take(&mut bulk.undo), why_not: bulk.why_not.take() };
        if !bulk.is_undo && done > 0 {
            bulk.can_undo = !undo.acts.is_empty();
            self.remember(Some(undo));
        }
        if failed == 0 {
            // Groups are marked as wholes; a bulk that left nothing behind leaves no mark either.
            let failures = self.list_mut(crate::domain::row::Pane::Failures);
            if !stopped {
                failures.clear_marks();
            }
        }
        self.load_everything()
    }

    pub(super) fn progress_key(&mut self, top: usize, key: KeyEvent) -> Vec<Effect> {
        let Some(bulk) = &mut self.bulk else { return Vec::new() };
        if bulk.is_over() {
            // Not what was answered for since.
            let is_last = self.undo.last().is_some_and(|undo| undo.said == bulk.said());
            if bulk.can_undo && is_last && self.start.keys.action(key, &[Place::Everywhere]) == Some(Action::Undo) {
                self.bulk = None;
                return self.take_back();
            }
            match scrolled(top, key, self.size.1) {
                Some(top) => self.popup = Some(Popup::Progress { top }),
                None => self.bulk = None,
            }
            return Vec::new();
        }
        self.popup = Some(Popup::Progress { top: scrolled(top, key, self.size.1).unwrap_or(top) });
        if key.code == KeyCode::Esc && bulk.stage == Stage::Running {
            bulk.stage = Stage::Stopping;
            return vec![Effect::StopBulk(bulk.seq)];
        }
        Vec::new()
    }

    // The canary.

    pub(super) fn load_canary(&mut self) -> Option<Effect> {
        let canary = self.canary.as_mut().filter(|canary| canary.stage == CanaryStage::Out)?;
        let seq = self.seq.next_seq();
        canary.stage = CanaryStage::Reading(seq);
        Some(Effect::LoadTrace(seq, canary.record))
    }

    /// Takes the canary's timeline in; `None` when the timeline is another's.
    pub(super) fn canary_came(&mut self, seq: Seq, result: &Result<Trace, Failure>) -> Option<Vec<Effect>> {
        let canary = self.canary.as_mut().filter(|canary| canary.stage == CanaryStage::Reading(seq))?;
        canary.stage = CanaryStage::Out;
        let Ok(trace) = result else { return Some(Vec::new()) };
        let of_job = trace.steps.iter().rev().find(|step| step.kind == StepKind::Job && step.record == Some(canary.record));
        let state = of_job.and_then(|step| step.status.parse::<JobState>().ok());
        let record = canary.record;
        match state {
            Some(JobState::Succeeded) => {
                let (held, then) = (canary.held, Then::Rest(canary.destination, canary.signature.clone()));
                self.canary = None;
                let question = Question::Confirm {
                    title: format!("canary {record} arrived"),
                    body: "The cause seems mended. Release the rest of its group, paced?".to_owned(),
                    danger: false,
                };
                if held {
                    self.say(Tone::Good, format!("canary {record} arrived: its destination runs again, and what was held goes"));
                } else if self.popup.is_none() {
                    self.popup = Some(Popup::Ask(Box::new(Ask::new(question, then))));
                } else {
                    self.say(Tone::Good, format!("canary {record} arrived; release the rest of its group"));
                }
            }
            Some(state @ (JobState::Dead | JobState::Unknown | JobState::Retrying | JobState::Cancelled | JobState::Held)) => {
                let held = self.canary.take().is_some_and(|canary| canary.held);
                let said = match state {
                    JobState::Held if held => format!("canary {record} did not get through, and is held again"),
                    state => format!("canary {record} is {state}: the cause is not mended"),
                };
                self.say(Tone::Bad, said);
            }
            Some(JobState::Armed | JobState::Scheduled | JobState::Ready | JobState::Running) | None => {}
        }
        Some(Vec::new())
    }
}

/// The request a message answers for good; a bulk is answered by its end.
fn answers(message: &Message) -> Option<Seq> {
    match message {
        Message::Page(seq, _) => Some(*seq),
        Message::Group(seq, _) => Some(*seq),
        Message::Figures(seq, _) => Some(*seq),
        Message::Trace(seq, _) => Some(*seq),
        Message::Row(seq, _) => Some(*seq),
        Message::Explained(seq, _) => Some(*seq),
        Message::Draft(seq, _) => Some(*seq),
        Message::Sources(seq, _) => Some(*seq),
        Message::Source(seq, _) => Some(*seq),
        Message::ReadAgain(seq, _) => Some(*seq),
        Message::TriedOut(seq, _) => Some(*seq),
        Message::Presence(seq, _) => Some(*seq),
        Message::Preview(seq, _) => Some(*seq),
        Message::Acted(seq, ..) => Some(*seq),
        Message::Frozen(seq, _) => Some(*seq),
        Message::WorkSaved(seq, _) => Some(*seq),
        Message::BulkEnded { seq, .. } => Some(*seq),
        _ => None,
    }
}

//! What arrives: the draft, newer versions of it, and the answers of the database. The text being edited is never
//! replaced by any of it.

use super::{Asking, Claim, Doing, Outcome, Reading, Reply, Review, Scene, View};
use crate::app::effect::{Effect, SeqSource};
use crate::app::message::Message;
use crate::app::popup::Question;
use crate::config::keys::Action;
use crate::domain::act::{Act, Done};
use crate::domain::draft::{DraftDetail, DraftState};
use crate::domain::failure::Failure;

impl Review {
    /// The same under another screen, where it cannot leave or ask: what it would have said stands as a notice when it is back.
    pub fn message_beneath(&mut self, message: &Message, scene: &Scene<'_>, seq: &mut SeqSource) -> Vec<Effect> {
        let (outcome, effects) = self.message(message, scene, seq);
        if let Outcome::Say(said) = outcome {
            self.notice = Some(said);
        }
        effects
    }

    /// Takes in what happened: answers to this screen's effects, time, and hints that something changed.
    pub fn message(&mut self, message: &Message, scene: &Scene<'_>, seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        match message {
            Message::Draft(number, result) if self.asked == Some(*number) => {
                self.asked = None;
                let (outcome, mut effects) = match result {
                    Ok(detail) => self.arrived(detail, scene, seq),
                    Err(failure) => (self.not_read(failure), Vec::new()),
                };
                if std::mem::take(&mut self.again) {
                    effects.push(self.reload(seq));
                }
                (outcome, effects)
            }
            Message::WorkSaved(number, result) if self.keep.awaits(*number) => self.saved(result, scene, seq),
            Message::Acted(number, act, result) => self.acted(*number, act, result, scene, seq),
            Message::Preview(number, result) => {
                self.previewed(*number, result);
                (Outcome::Stay, Vec::new())
            }
            Message::Edited { draft, text } if *draft == self.record => match text {
                Some(text) => self.edited_outside(text.reveal(), scene, seq),
                None => (Outcome::Say("the editor was closed without a change".to_owned()), Vec::new()),
            },
            Message::Recovered { draft, text } if *draft == self.record => self.recovered(text.reveal(), scene),
            Message::Tick(now) => {
                self.gate.tick(*now);
                if self.gate.is_seen() {
                    self.since.get_or_insert(*now);
                }
                (Outcome::Stay, self.tick(scene, seq))
            }
            Message::Changed | Message::Linked(_) if scene.offline().is_none() => {
                // One reading at a time, however busy the database is.
                self.again = self.asked.is_some();
                let load = if self.again { None } else { Some(self.reload(seq)) };
                (Outcome::Stay, load.into_iter().collect())
            }
            _ => (Outcome::Stay, Vec::new()),
        }
    }

    /// Asks for the draft anew; an older answer is dropped.
    pub(super) fn reload(&mut self, seq: &mut SeqSource) -> Effect {
        let number = seq.next_seq();
        (self.asked, self.again) = (Some(number), false);
        Effect::LoadDraft(number, self.id)
    }

    fn not_read(&mut self, failure: &Failure) -> Outcome {
        if self.detail.is_none() {
            self.reading = Reading::Failed(failure.to_string());
            return Outcome::Stay;
        }
        Outcome::Say(format!("not read again: {failure}"))
    }

    fn arrived(&mut self, detail: &DraftDetail, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let first = self.detail.is_none();
        let more_came = self.detail.as_ref().is_some_and(|before| before.newer_at != detail.newer_at);
        self.detail = Some(Box::new(detail.clone()));
        self.reading = Reading::Ready;
        self.checks.learn(detail);
        self.known.learn(detail);
        self.bulk = super::Bulk::new(detail.text.raw(), detail.evidence.len());
        let mut outcome = Outcome::Stay;
        if first {
            self.take_text(detail);
            if let Some(past) = &self.past {
                // What was approved is what stood on the screen then, saved or not.
                self.editor = super::Editor::new(&past.text).0;
                self.editor.text().clone_into(&mut self.keep.saved);
                self.steps.start(self.editor.text());
            }
        } else {
            outcome = self.another_text(detail, scene);
            if more_came {
                self.gate.fresh();
            }
        }
        self.checks.run(self.editor.text());
        self.compare_claim(scene);
        let mut effects = match self.claim {
            Claim::None => self.ask_for_claim(scene, seq),
            Claim::Asked | Claim::Mine | Claim::Held { .. } | Claim::Free => Vec::new(),
        };
        if self.keep.has_recovered() && outcome == Outcome::Stay {
            let (offered, more) = self.offer_recovered(scene);
            outcome = offered;
            effects.extend(more);
        }
        if self.closed().is_some() || !matches!(self.claim, Claim::Mine | Claim::Asked) {
            effects.extend(self.keep_recovery());
        }
        (outcome, effects)
    }

    /// The saved text becomes the text on the screen.
    fn take_text(&mut self, detail: &DraftDetail) {
        let (editor, hidden) = super::Editor::new(detail.work.raw());
        self.editor = editor;
        self.keep.version = detail.work_version;
        self.editor.text().clone_into(&mut self.keep.saved);
        self.steps.start(self.editor.text());
        self.notice = (hidden > 0).then(|| left_out(hidden));
        self.newer = false;
        self.gate.fresh();
        self.seen.forget();
        match self.view {
            View::Diff(_) => self.compare(),
            View::Preview(_) | View::Both { .. } => self.show_text(),
            View::Text => {}
        }
    }

    /// The draft was read again: its text may be newer than the one on the screen.
    fn another_text(&mut self, detail: &DraftDetail, scene: &Scene<'_>) -> Outcome {
        let (theirs, _) = super::editor::clean(detail.work.raw());
        if self.keep.clashes() {
            return self.other_text(theirs, detail.work_version, scene);
        }
        if self.past.is_some() {
            return Outcome::Stay;
        }
        // The answer to the save that is on its way will tell; until then the version may be our own.
        if self.keep.in_flight() || detail.work_version <= self.keep.version {
            return Outcome::Stay;
        }
        if theirs == self.keep.saved {
            self.keep.version = detail.work_version;
        } else if self.dirty() || self.typing {
            self.newer = true;
        } else {
            self.take_text(detail);
            self.notice = Some(format!("{} saved a newer text elsewhere; this is it", saver(detail, scene)));
        }
        Outcome::Stay
    }

    /// What was decided here was taken back: it is not looked back at any more.
    fn waits_again(&mut self, seq: &mut SeqSource) -> Effect {
        self.past = None;
        if let Some(detail) = &mut self.detail {
            detail.draft.state = DraftState::Pending;
        }
        self.reload(seq)
    }

    fn acted(&mut self, number: u64, act: &Act, result: &Result<Done, Failure>, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if self.claiming == Some(number) {
            return self.after_claim(result, scene, seq);
        }
        let Some((_, doing)) = self.doing.take_if(|(expected, _)| *expected == number) else {
            let undone = result.is_ok() && self.past.as_ref().is_some_and(|past| past.is_undone_by(act));
            return (Outcome::Stay, if undone { vec![self.waits_again(seq)] } else { Vec::new() });
        };
        match result {
            Ok(_) if matches!(doing, Doing::Reveal(_)) => {
                if let Doing::Reveal(spot) = doing {
                    self.known.reveal(spot);
                }
                (Outcome::Stay, Vec::new())
            }
            Ok(done) if doing == Doing::Override => (Outcome::Say(done.said.clone()), vec![self.reload(seq)]),
            Ok(done) if doing == Doing::TakeBack => (Outcome::Say(done.said.clone()), vec![self.waits_again(seq)]),
            Ok(done) => {
                let text = self.editor.text().to_owned();
                let seconds = self.since.map_or(0, |since| (scene.now - since).num_seconds());
                self.settled = Some(super::Settled {
                    draft: self.id,
                    record: self.record,
                    said: done.said.clone(),
                    undo: done.undo.clone(),
                    text: text.clone(),
                    seconds,
                });
                if let Some(detail) = &mut self.detail {
                    detail.draft.state = match doing {
                        Doing::Approve => DraftState::Approved,
                        Doing::Reject => DraftState::Rejected,
                        Doing::SendBack | Doing::TakeBack | Doing::Reveal(_) | Doing::Override => detail.draft.state,
                    };
                }
                let mut effects = Vec::new();
                if self.keep.settled(&text) {
                    effects.push(Effect::DropRecovery { draft: self.record });
                }
                (Outcome::Next, effects)
            }
            Err(failure) => {
                let mut effects = self.keep_recovery();
                if !failure.is_passing() {
                    effects.push(self.reload(seq));
                }
                let verb = match doing {
                    Doing::Approve => "approved",
                    Doing::Reject => "rejected",
                    Doing::SendBack => "sent back",
                    Doing::TakeBack => "taken back",
                    Doing::Reveal(_) => "revealed",
                    Doing::Override => "passed",
                };
                let outcome = match failure {
                    Failure::Conflict(conflict) => {
                        let question = Question::Conflict {
                            conflict: (**conflict).clone(),
                            kept: "your text, as it is on the screen".to_owned(),
                        };
                        self.ask(Asking::Conflict, question)
                    }
                    other => {
                        self.notice = Some(format!("not {verb}: {other}"));
                        Outcome::Say(format!("not {verb}: {other}; your text is kept"))
                    }
                };
                (outcome, effects)
            }
        }
    }

    fn after_claim(&mut self, result: &Result<Done, Failure>, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let (outcome, mut effects) = self.claimed(result.as_ref().map(|_| ()), scene, seq);
        if outcome != Outcome::Stay || !self.keep.has_recovered() {
            return (outcome, effects);
        }
        let (outcome, more) = self.offer_recovered(scene);
        effects.extend(more);
        (outcome, effects)
    }

    /// The text came back from the person's own editor.
    fn edited_outside(&mut self, text: &str, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let hidden = self.editor.replace_all(text);
        self.changed(scene);
        let effects = self.save(scene, seq);
        let said = if hidden > 0 {
            left_out(hidden)
        } else {
            format!("the text of your editor is here; {} takes it back", scene.key_of(Action::Undo))
        };
        (Outcome::Say(said), effects)
    }
}

/// Who saved a text last; oneself too, from another screen.
pub(super) fn saver(detail: &DraftDetail, scene: &Scene<'_>) -> String {
    match &detail.worked_by {
        Some(name) if *name == scene.me.name => "you".to_owned(),
        Some(name) => name.clone(),
        None => "somebody".to_owned(),
    }
}

/// Says that characters were left out.
pub(super) fn left_out(hidden: usize) -> String {
    format!("{hidden} characters that nobody can see were left out")
}

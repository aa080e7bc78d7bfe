//! A verdict on its way. Which version of the text the database has is not known while a save is under way, and a verdict
//! about another version would be a conflict with oneself: so the verdict waits for the answer to the save.

use super::{Doing, Outcome, Reply, Review, Scene};
use crate::app::effect::{Effect, SeqSource};
use crate::domain::act::Verb;
use crate::domain::draft::RejectReason;
use crate::domain::failure::Failure;

/// What a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Approve,
    Reject(RejectReason),
    SendBack,
}

impl Verdict {
    /// What did not happen, where it did not.
    pub(super) fn past(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Reject(_) => "rejected",
            Self::SendBack => "sent back",
        }
    }
}

impl Review {
    /// Whether a verdict is on its way, or waits to be.
    pub(super) fn is_deciding(&self) -> bool {
        self.waits.is_some() || matches!(self.doing, Some((_, Doing::Approve | Doing::Reject | Doing::SendBack)))
    }

    /// Sends a verdict. An approval names its text itself; the others speak of the one in the database, so what was typed
    /// is saved first.
    pub(super) fn decide(&mut self, verdict: Verdict, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let mut effects = if verdict == Verdict::Approve { Vec::new() } else { self.save(scene, seq) };
        if self.keep.in_flight() {
            self.waits = Some(verdict);
            return (Outcome::Stay, effects);
        }
        let work_version = self.keep.version;
        let note = self.note.clone().filter(|note| !note.trim().is_empty());
        let (doing, verb, reason) = match verdict {
            Verdict::Approve => (Doing::Approve, Verb::ApproveDraft { text: self.editor.text().to_owned(), work_version }, None),
            Verdict::Reject(reason) => (Doing::Reject, Verb::RejectDraft { reason, work_version }, note),
            Verdict::SendBack => (Doing::SendBack, Verb::ReleaseDraft { work_version: Some(work_version) }, note),
        };
        let (outcome, more) = self.send(doing, verb, reason, seq);
        effects.extend(more);
        (outcome, effects)
    }

    /// The save that a verdict waited for came through: everything that must be true of a verdict is asked again.
    pub(super) fn decide_after_save(&mut self, verdict: Verdict, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        match (verdict, self.verdict_reason(scene)) {
            (Verdict::Approve, _) => self.approve(scene, seq),
            (_, None) => self.decide(verdict, scene, seq),
            (_, Some(reason)) => (Outcome::Say(format!("not {}: {reason}", verdict.past())), Vec::new()),
        }
    }

    /// The save that a verdict waited for failed. A note that was typed for it stands in its line the next time.
    pub(super) fn not_decided(&mut self, failure: &Failure) -> Option<Outcome> {
        let verdict = self.waits.take()?;
        Some(Outcome::Say(format!("not {}: the text is not saved: {failure}", verdict.past())))
    }

    pub(super) fn send(&mut self, doing: Doing, verb: Verb, reason: Option<String>, seq: &mut SeqSource) -> Reply {
        let Some((number, effect)) = self.perform(verb, reason, seq) else { return (Outcome::Stay, Vec::new()) };
        self.doing = Some((number, doing));
        self.notice = None;
        let effects: Vec<Effect> = self.keep_recovery().into_iter().chain([effect]).collect();
        (Outcome::Stay, effects)
    }
}

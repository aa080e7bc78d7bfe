//! Who holds the draft. One reviewer at a time edits; everybody else reads, and is told why.

use chrono::{DateTime, Utc};

use super::{Asking, Outcome, Reply, Review, Scene};
use crate::app::effect::{Effect, SeqSource};
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::Verb;
use crate::domain::actor::{NotAllowed, Right};
use crate::domain::draft::DraftState;
use crate::domain::failure::Failure;

/// Who holds the draft, as far as this screen knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Not asked for yet.
    None,
    /// Asked for; the answer is on its way.
    Asked,
    /// This person.
    Mine,
    /// Somebody else.
    Held {
        /// Their name.
        by: String,
        /// Since when, where that is known.
        since: Option<DateTime<Utc>>,
    },
    /// Nobody: it could not be claimed, ran out, or was handed back. Editing claims it again.
    Free,
}

impl Review {
    /// Why nothing can be changed here; `None` when it can.
    pub fn read_only(&self, scene: &Scene<'_>) -> Option<String> {
        if let Some(why) = scene.read_only_reason {
            return Some(format!("read-only: {why}"));
        }
        let (me, right) = (scene.me, Right::Review);
        if !me.role.may(right) {
            let refused =
                NotAllowed { who: me.name.clone(), role: me.role, act: "change drafts".to_owned(), needs: right.least() };
            return Some(format!("read-only: {refused}"));
        }
        if let Some(state) = self.closed() {
            return Some(format!("read-only: this draft is {state}; nothing can be changed any more"));
        }
        let Claim::Held { by, since } = &self.claim else { return None };
        let since = since.map(|at| format!(" since {} UTC", at.format("%H:%M"))).unwrap_or_default();
        Some(format!("read-only: {by} holds it{since}; {} takes it over", scene.key_of(Action::TakeOver)))
    }

    /// Where a draft stands that nobody can work on any more.
    pub(super) fn closed(&self) -> Option<DraftState> {
        let state = self.detail.as_ref()?.draft.state;
        state.is_decided().then_some(state)
    }

    /// Asks for the draft, unless that has no point.
    pub(super) fn ask_for_claim(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Vec<Effect> {
        let pointless = self.read_only(scene).is_some() || matches!(self.claim, Claim::Mine | Claim::Asked);
        if pointless || scene.offline().is_some() {
            return Vec::new();
        }
        self.claim_now(Verb::ClaimDraft { take_over: false }, None, seq)
    }

    fn claim_now(&mut self, verb: Verb, reason: Option<String>, seq: &mut SeqSource) -> Vec<Effect> {
        let Some((number, effect)) = self.perform(verb, reason, seq) else { return Vec::new() };
        self.claiming = Some(number);
        (self.claim, self.about_claim) = (Claim::Asked, None);
        vec![effect]
    }

    /// The database answered a claim.
    pub(super) fn claimed(&mut self, result: Result<(), &Failure>, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        self.claiming = None;
        match result {
            Ok(()) => {
                self.claim = Claim::Mine;
                // Claiming raised the version; a verdict must name the new one.
                self.save_soon(scene);
                (Outcome::Stay, vec![self.reload(seq)])
            }
            Err(Failure::Conflict(conflict)) => {
                self.claim = Claim::Held { by: conflict.by.clone(), since: conflict.at };
                let mut effects = self.keep_recovery();
                effects.push(self.reload(seq));
                (Outcome::Stay, effects)
            }
            Err(failure) => {
                self.claim = Claim::Free;
                let again = scene.key_of(Action::Edit);
                (Outcome::Say(format!("not claimed: {failure}; {again} tries again")), self.keep_recovery())
            }
        }
    }

    /// Compares the claim with what was read: it can be taken over, run out, or come free. Editing goes on meanwhile: were
    /// it ended here, the rest of a word would be taken for commands. What is typed goes to the recovery file.
    pub(super) fn compare_claim(&mut self, scene: &Scene<'_>) {
        let Some(detail) = &self.detail else { return };
        let name = || detail.draft.claimed_name.clone().unwrap_or_else(|| "somebody".to_owned());
        let holder = detail.draft.claimed_by.map(|_| name());
        let holds = detail.draft.claim_until.is_none_or(|until| until > scene.now);
        let mine = detail.draft.claimed_by == Some(scene.me.id);
        match (&self.claim, holder) {
            (Claim::Mine, Some(by)) if !mine && holds => {
                self.about_claim = Some(format!("{by} took this draft over; your text is kept"));
                self.claim = Claim::Held { by, since: None };
            }
            (Claim::Mine, None) if self.closed().is_none() && self.claiming.is_none() => {
                self.about_claim = Some(format!("your claim ran out; {} claims it again", scene.key_of(Action::Edit)));
                self.claim = Claim::Free;
            }
            (Claim::Held { .. }, holder) if holder.is_none() || mine || !holds => {
                self.about_claim = Some(format!("nobody holds it any more; {} claims it", scene.key_of(Action::Edit)));
                self.claim = Claim::Free;
            }
            (Claim::Held { by, .. }, Some(now)) if *by != now && !mine && holds => {
                self.claim = Claim::Held { by: now, since: None };
            }
            _ => {}
        }
    }

    pub(super) fn ask_take_over(&mut self) -> Outcome {
        let Claim::Held { by, .. } = &self.claim else {
            return Outcome::Say("nobody else holds this draft".to_owned());
        };
        let question = Question::reason(
            format!("Take {} over from {by}: why?", self.record),
            format!("{by} loses the claim and is told; what {by} saved stays. The journal keeps the reason."),
        );
        self.ask(Asking::TakeOver, question)
    }

    pub(super) fn take_over_answered(&mut self, answer: Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let Answer::Text(reason) = answer else { return (Outcome::Stay, Vec::new()) };
        if reason.trim().is_empty() || scene.offline().is_some() {
            let why = if scene.offline().is_some() { "the database is offline" } else { "it needs a reason" };
            return (Outcome::Say(format!("not taken over: {why}")), Vec::new());
        }
        (Outcome::Stay, self.claim_now(Verb::ClaimDraft { take_over: true }, Some(reason), seq))
    }

    /// Hands the draft back.
    pub(super) fn let_go(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Vec<Effect> {
        if self.claim != Claim::Mine || self.closed().is_some() || scene.offline().is_some() {
            return Vec::new();
        }
        self.claim = Claim::Free;
        self.perform(Verb::ReleaseDraft { work_version: None }, None, seq).map(|(_, effect)| effect).into_iter().collect()
    }
}

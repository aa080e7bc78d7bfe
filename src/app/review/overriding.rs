//! Letting a block pass, which takes two people: whoever reviews asks for the text on the screen, and an owner who is
//! somebody else decides.

use super::{Asking, Claim, Doing, Outcome, Reply, Review, Scene};
use crate::app::effect::SeqSource;
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::Verb;
use crate::domain::actor::Right;
use crate::domain::draft::Override;

impl Review {
    /// The request about the very text on the screen.
    fn request(&self) -> Option<&Override> {
        self.detail.as_ref()?.overriding.as_ref().filter(|request| request.is_about(self.editor.text()))
    }

    /// Whether somebody let the text on the screen pass.
    pub(super) fn may_pass(&self) -> bool {
        self.request().is_some_and(|request| request.granted_by.is_some())
    }

    /// The request that this person may decide.
    fn to_decide(&self, scene: &Scene<'_>) -> Option<&Override> {
        let mine = |request: &&Override| request.asked_by == scene.me.name;
        self.request().filter(|request| request.granted_by.is_none() && !mine(request) && scene.me.role.may(Right::Own))
    }

    /// What is known about a request, for the lines under the heading.
    pub(super) fn override_notice(&self, scene: &Scene<'_>) -> Option<String> {
        let request = self.detail.as_ref()?.overriding.as_ref().filter(|_| self.closed().is_none())?;
        let Override { asked_by, kinds, why, granted_by, .. } = request;
        Some(match granted_by {
            _ if !request.is_about(self.editor.text()) => {
                format!("{asked_by} asked to let {kinds} pass in another text than this one; it must be asked anew")
            }
            Some(by) => format!("{by} let {kinds} pass in this very text, asked by {asked_by}: {why}"),
            None if self.to_decide(scene).is_some() => {
                format!("{asked_by} asks to let {kinds} pass: {why}; {} decides", scene.key_of(Action::Override))
            }
            None => format!("{asked_by} asked to let {kinds} pass: {why}; an owner who is somebody else decides"),
        })
    }

    /// Why there is nothing to ask for or to decide; `None` when there is.
    pub(super) fn override_reason(&self, scene: &Scene<'_>) -> Option<String> {
        if self.to_decide(scene).is_some() {
            return match scene.offline() {
                Some(_) => Some("the database is offline, and the journal must have it first".to_owned()),
                None => self.doing.is_some().then(|| "on its way; one moment".to_owned()),
            };
        }
        if let Some(reason) = self.verdict_reason(scene) {
            return Some(reason);
        }
        match self.request() {
            Some(request) if request.granted_by.is_some() => Some("this text may pass already".to_owned()),
            Some(_) => Some("it was asked already; an owner who is somebody else decides".to_owned()),
            None => self.checks.kinds_that_block().is_empty().then(|| "nothing blocks this text".to_owned()),
        }
    }

    /// Asks for the reason, of either side.
    pub(super) fn ask_override(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(Override { asked_by, kinds, why, .. }) = self.to_decide(scene).cloned() {
            let question = Question::Reason {
                title: format!("Let {kinds} pass in {}: why?", self.record),
                body: format!(
                    "{asked_by} asked: {why}. Then {asked_by} may approve this very text; the journal keeps both reasons."
                ),
            };
            return (self.ask(Asking::GrantOverride, question), Vec::new());
        }
        let kinds = self.checks.kinds_that_block().join(", ");
        let question = Question::Reason {
            title: format!("Ask to let {kinds} pass in {}: why?", self.record),
            body: "It takes an owner who is somebody else. Only this very text passes; any other asks anew.".to_owned(),
        };
        (self.ask(Asking::AskOverride, question), self.save(scene, seq))
    }

    pub(super) fn override_answered(&mut self, about: Asking, answer: Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let Answer::Text(reason) = answer else { return (Outcome::Stay, Vec::new()) };
        if let Some(why) = self.override_reason(scene) {
            return (Outcome::Say(format!("not asked: {why}")), Vec::new());
        }
        if about == Asking::GrantOverride {
            return self.send(Doing::Override, Verb::GrantOverride, Some(reason), seq);
        }
        if self.dirty() {
            return (Outcome::Say("not asked: the text is not saved yet; try again".to_owned()), self.save(scene, seq));
        }
        debug_assert_eq!(self.claim, Claim::Mine);
        let text = self.editor.text().to_owned();
        self.send(Doing::Override, Verb::AskOverride { text }, Some(reason), seq)
    }
}

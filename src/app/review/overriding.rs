//! Letting a block pass, which takes two people: whoever reviews asks for the text on the screen, and an owner who is
//! somebody else decides.

use super::{Asking, Claim, Doing, Outcome, Reply, Review, Scene};
use crate::app::effect::SeqSource;
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::Verb;
use crate::domain::actor::Right;
use crate::domain::draft::Override;
use crate::domain::span::{Finding, Severity};

impl Review {
    /// The request about the very text on the screen.
    fn request(&self) -> Option<&Override> {
        self.detail.as_ref()?.overriding.as_ref().filter(|request| request.is_about(self.editor.text()))
    }

    /// Whether somebody let this finding pass in the text on the screen.
    pub(super) fn may_pass(&self, finding: &Finding) -> bool {
        self.request().is_some_and(|request| request.granted_by.is_some() && request.lets(finding))
    }

    /// Whether the request is about all that blocks by now: a block that came later was never decided.
    fn covers(&self, request: &Override) -> bool {
        let mut blocks = self.checks.found().iter().filter(|finding| finding.severity == Severity::Block);
        blocks.all(|finding| request.lets(finding))
    }

    /// Who made the text another one than the request is about, where anybody did.
    fn changed_by(&self, scene: &Scene<'_>) -> String {
        let saved = self.detail.as_ref().and_then(|detail| detail.worked_by.as_deref());
        match saved {
            _ if self.dirty() => ": you changed it since".to_owned(),
            Some(name) if name == scene.me.name => ": you changed it since".to_owned(),
            Some(name) => format!(": {name} changed it since"),
            None => String::new(),
        }
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
                let changed = self.changed_by(scene);
                let before = granted_by.as_ref().map_or_else(
                    || format!("{asked_by} asked to let {kinds} pass"),
                    |by| format!("{by} let {kinds} pass, asked by {asked_by}"),
                );
                format!("{before}, in another text than this one{changed}; it must be asked anew")
            }
            Some(by) if !self.covers(request) => {
                format!("{by} let {kinds} pass, and more blocks by now; {} asks anew", scene.key_of(Action::Override))
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
            Some(request) if !self.covers(request) => None,
            Some(request) if request.granted_by.is_some() => Some("this text may pass already".to_owned()),
            Some(_) => Some("it was asked already; an owner who is somebody else decides".to_owned()),
            None => self.checks.kinds_that_block().is_empty().then(|| "nothing blocks this text".to_owned()),
        }
    }

    /// Asks for the reason, of either side.
    pub(super) fn ask_override(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(Override { id, asked_by, kinds, why, .. }) = self.to_decide(scene).cloned() {
            if let Some(left) = self.unseen(scene) {
                self.show_text();
                return (Outcome::Say(format!("not passed: {left}")), Vec::new());
            }
            let question = Question::reason(
                format!("Let {kinds} pass in {}: why?", self.record),
                format!("{asked_by} asked: {why}. Then {asked_by} may approve this very text; the journal keeps both reasons."),
            );
            return (self.ask(Asking::GrantOverride { request: id }, question), Vec::new());
        }
        let kinds = self.checks.kinds_that_block().join(", ");
        let question = Question::reason(
            format!("Ask to let {kinds} pass in {}: why?", self.record),
            "It takes an owner who is somebody else. Only this very text passes; any other asks anew.",
        );
        (self.ask(Asking::AskOverride, question), self.save(scene, seq))
    }

    pub(super) fn override_answered(&mut self, about: Asking, answer: Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let Answer::Text(reason) = answer else { return (Outcome::Stay, Vec::new()) };
        if let Some(why) = self.override_reason(scene) {
            return (Outcome::Say(format!("not asked: {why}")), Vec::new());
        }
        if let Asking::GrantOverride { request } = about {
            // What came meanwhile was not read: neither another request, nor another text.
            if self.to_decide(scene).is_none_or(|open| open.id != request) {
                return (
                    Outcome::Say("not passed: another text was asked for meanwhile; look at it first".to_owned()),
                    Vec::new(),
                );
            }
            return self.send(Doing::Override, Verb::GrantOverride { request }, Some(reason), seq);
        }
        if self.dirty() {
            return (Outcome::Say("not asked: the text is not saved yet; try again".to_owned()), self.save(scene, seq));
        }
        debug_assert_eq!(self.claim, Claim::Mine);
        let text = self.editor.text().to_owned();
        self.send(Doing::Override, Verb::AskOverride { text }, Some(reason), seq)
    }
}

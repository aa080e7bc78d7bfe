//! The questions of this screen: one at a time, never under typing fingers, and each answer to its own question.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Outcome, Review, Scene};
use crate::app::effect::{Effect, SeqSource};
use crate::app::popup::{Answer, Question};
use crate::domain::draft::RejectReason;

/// What an open question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    RejectWhy,
    RejectNote(RejectReason),
    /// Other words for a finding.
    Replace {
        start: usize,
        end: usize,
    },
    /// Which number of the evidence was meant.
    Suggest {
        start: usize,
        end: usize,
    },
    RevealWhich,
    RevealWhy(super::known::Spot),
    SendBack,
    /// Taking back what was decided earlier in this session.
    TakeBack,
    TakeOver,
    /// Letting a block pass: asked for, or decided.
    AskOverride,
    GrantOverride {
        /// The request that was read.
        request: Uuid,
    },
    /// Two texts were saved: mine or theirs.
    Clash,
    /// Approving although more is known than the draft was made from.
    Newer {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// Somebody else was first with a verdict.
    Conflict,
    /// A text of an earlier run was found.
    Recovered,
}

impl Review {
    /// Asks, or lines up: behind the question that is open, and never under the fingers of somebody who types, where the
    /// next letter of a word would be taken for the answer.
    pub(super) fn ask(&mut self, about: Asking, question: Question) -> Outcome {
        if self.asking.is_none() && !self.typing {
            self.asking = Some(about);
            return Outcome::Ask(question);
        }
        if self.asking != Some(about) {
            self.later.retain(|(waiting, _)| *waiting != about);
            self.later.push_back((about, question));
        }
        Outcome::Stay
    }

    /// The next question that lined up and still has a point; otherwise `outcome`.
    pub(super) fn or_next_question(&mut self, outcome: Outcome) -> Outcome {
        if self.asking.is_some() || self.typing || !matches!(outcome, Outcome::Stay | Outcome::Say(_)) {
            return outcome;
        }
        while let Some((about, question)) = self.later.pop_front() {
            let stale = match about {
                Asking::Clash => !self.keep.clashes(),
                Asking::Recovered => !self.keep.has_recovered(),
                Asking::RejectWhy
                | Asking::RejectNote(_)
                | Asking::Replace { .. }
                | Asking::Suggest { .. }
                | Asking::RevealWhich
                | Asking::RevealWhy(_)
                | Asking::SendBack
                | Asking::TakeBack
                | Asking::TakeOver
                | Asking::AskOverride
                | Asking::GrantOverride { .. }
                | Asking::Newer { .. }
                | Asking::Conflict => false,
            };
            if !stale {
                if let Outcome::Say(said) = outcome {
                    self.notice = Some(said);
                }
                return self.ask(about, question);
            }
        }
        outcome
    }

    /// Takes the answer to its question in.
    pub fn answered(&mut self, answer: Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        let Some(about) = self.asking.take() else { return (Outcome::Stay, Vec::new()) };
        let (outcome, effects) = match about {
            Asking::RejectWhy | Asking::RejectNote(_) => self.reject_answered(about, answer, scene, seq),
            Asking::Replace { start, end } => self.replace_answered((start, end), answer, scene, seq),
            Asking::Suggest { start, end } => self.suggest_answered((start, end), &answer, scene, seq),
            Asking::RevealWhich | Asking::RevealWhy(_) => self.reveal_answered(about, answer, scene, seq),
            Asking::SendBack => self.send_back_answered(answer, scene, seq),
            Asking::TakeBack => self.take_back_answered(answer, seq),
            Asking::AskOverride | Asking::GrantOverride { .. } => self.override_answered(about, answer, scene, seq),
            Asking::TakeOver => self.take_over_answered(answer, scene, seq),
            Asking::Clash => self.clash_answered(&answer, scene, seq),
            Asking::Recovered => self.recovered_answered(&answer, scene, seq),
            Asking::Newer { at } => self.newer_answered(at, &answer, scene, seq),
            Asking::Conflict => match answer {
                Answer::Yes => (Outcome::Stay, vec![self.reload(seq)]),
                Answer::No | Answer::Text(_) | Answer::Choice(_) => (Outcome::Stay, Vec::new()),
            },
        };
        (self.or_next_question(outcome), effects)
    }
}

//! Revealing one masked place of the evidence: for a reason, and in the journal before it is seen.

use super::known::Spot;
use super::{Asking, Doing, Outcome, Reply, Review, Scene};
use crate::app::effect::SeqSource;
use crate::app::popup::{Answer, Question};
use crate::domain::act::Verb;

/// Places that are offered at most; the lit lines come first.
const OFFERED: usize = 9;

impl Review {
    /// Why nothing can be revealed; `None` when something can.
    pub(super) fn reveal_reason(&self, scene: &Scene<'_>) -> Option<String> {
        if self.known.spots(&self.lit()).is_empty() {
            return Some("nothing of the evidence is masked".to_owned());
        }
        if scene.offline().is_some() {
            return Some("the database is offline, and the journal must have it first".to_owned());
        }
        self.doing.is_some().then(|| "on its way; one moment".to_owned())
    }

    /// Asks which place, where there are several, and why.
    pub(super) fn ask_reveal(&mut self) -> Reply {
        let spots = self.known.spots(&self.lit());
        match *spots {
            [] => (Outcome::Stay, Vec::new()),
            [spot] => (self.ask_why(spot), Vec::new()),
            _ => {
                let name = |spot: &Spot| format!("{} in line {}", super::kind_name(spot.kind), spot.n);
                let options = ('1'..='9').zip(spots.iter().take(OFFERED).map(name)).collect();
                let title = "Reveal which? One place, and the journal keeps it".to_owned();
                (self.ask(Asking::RevealWhich, Question::Menu { title, options }), Vec::new())
            }
        }
    }

    fn ask_why(&mut self, spot: Spot) -> Outcome {
        let title = format!("Reveal the {} in line {}: why?", super::kind_name(spot.kind), spot.n);
        let question = Question::reason(title, "The journal keeps your name, the place and the reason; never what stands there.");
        self.ask(Asking::RevealWhy(spot), question)
    }

    pub(super) fn reveal_answered(&mut self, about: Asking, answer: Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        match (about, answer) {
            (Asking::RevealWhich, Answer::Choice(choice)) => match self.known.spots(&self.lit()).get(choice) {
                Some(spot) => (self.ask_why(*spot), Vec::new()),
                None => (Outcome::Stay, Vec::new()),
            },
            (Asking::RevealWhy(spot), Answer::Text(reason)) => match self.reveal_reason(scene) {
                Some(why) => (Outcome::Say(format!("not revealed: {why}")), Vec::new()),
                None => self.send(Doing::Reveal(spot), Verb::Reveal { line: spot.n, kind: spot.kind }, Some(reason), seq),
            },
            _ => (Outcome::Stay, Vec::new()),
        }
    }
}

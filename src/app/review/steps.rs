//! Steps back through the text, as a person counts them: a mask, words in place of others, all that was typed from entering the
//! editor to leaving it. The editor's own undo takes back keys, and only while typing.

use std::fmt;

use super::{Outcome, Reply, Review, Scene};
use crate::app::effect::SeqSource;
use crate::config::keys::Action;

/// Steps that are remembered. Nobody goes back further than a hundred, and a text has at most 20,000 characters.
const MOST: usize = 100;

/// The text before each step.
#[derive(Clone, Default)]
pub(super) struct Steps {
    now: String,
    before: Vec<String>,
    /// Whether the last thing that was done here went back.
    went_back: bool,
}

impl fmt::Debug for Steps {
    /// Never the texts: they are internal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Steps({})", self.before.len())
    }
}

impl Steps {
    /// Another text is there, which nobody here made: there is no step back from it.
    pub(super) fn start(&mut self, text: &str) {
        self.before.clear();
        self.went_back = false;
        text.clone_into(&mut self.now);
    }

    /// A step was made, if the text is another one now.
    pub(super) fn note(&mut self, text: &str) {
        if text == self.now {
            return;
        }
        self.went_back = false;
        if self.before.len() == MOST {
            self.before.remove(0);
        }
        self.before.push(std::mem::replace(&mut self.now, text.to_owned()));
    }

    fn back(&mut self) -> Option<String> {
        let before = self.before.pop()?;
        before.clone_into(&mut self.now);
        self.went_back = true;
        Some(before)
    }
}

impl Review {
    /// Whether a change of the text can be taken back as a step.
    pub fn has_step_back(&self, scene: &Scene<'_>) -> bool {
        !self.steps.before.is_empty() && !self.typing && !self.is_deciding() && self.read_only(scene).is_none()
    }

    /// Whether the person has gone back to the text as it was read: one more step means nothing that was done elsewhere.
    pub(in crate::app) fn went_all_the_way_back(&self) -> bool {
        self.steps.went_back && self.steps.before.is_empty()
    }

    /// Takes the last change of the text back as a whole.
    pub(super) fn step_back(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(asked) = self.ask_pending(scene) {
            return asked;
        }
        let Some(before) = self.steps.back() else { return (Outcome::Stay, Vec::new()) };
        let effects = self.ask_for_claim(scene, seq);
        let at = self.editor.text().chars().zip(before.chars()).take_while(|(now, then)| now == then).count();
        self.show_text();
        self.editor.replace_all(&before);
        self.editor.go(at);
        self.changed(scene);
        let more = match self.steps.before.len() {
            0 => "this is the text as it was read".to_owned(),
            left => format!("{left} more; {}", scene.key_of(Action::Undo)),
        };
        (Outcome::Say(format!("the last change of the text is taken back ({more})")), effects)
    }
}

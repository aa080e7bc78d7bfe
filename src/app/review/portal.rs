//! What the client would see: asked of the portal's own role, so that the preview and the portal cannot differ.

use super::{Face, Reply, Review, Scene, View};
use crate::app::effect::{Effect, Seq, SeqSource};
use crate::domain::failure::Failure;
use crate::domain::proof::Proof;
use crate::domain::text::Internal;

/// What is known of the portal's view of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Portal {
    /// It is asked.
    Asked(Seq),
    /// This is what it would show.
    Shows(Box<Proof>),
    /// It could not be asked; why, and what to do.
    Failed(String),
}

impl Review {
    /// Shows the portal's view, or the text again.
    pub(super) fn preview(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        self.face = Face::Text;
        if matches!(self.view, View::Preview(_)) {
            self.view = View::Text;
            return (super::Outcome::Stay, Vec::new());
        }
        if scene.offline().is_some() {
            let why = "the database is offline, and only the portal's own role can say what it would show";
            return (super::Outcome::Say(why.to_owned()), Vec::new());
        }
        let number = seq.next_seq();
        self.view = View::Preview(Portal::Asked(number));
        let text = Internal::new(self.editor.text().to_owned());
        (super::Outcome::Stay, vec![Effect::LoadPreview(number, self.id, text)])
    }

    /// The portal's view is there; one that was left meanwhile is not shown any more.
    pub(super) fn previewed(&mut self, number: Seq, result: &Result<Box<Proof>, Failure>) {
        if self.view == View::Preview(Portal::Asked(number)) {
            self.view = View::Preview(match result {
                Ok(proof) => Portal::Shows(proof.clone()),
                Err(failure) => Portal::Failed(failure.to_string()),
            });
        }
    }
}

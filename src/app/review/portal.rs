//! What the client would see: asked of the portal's own role, so that the preview and the portal cannot differ.

use super::rows::{rows, slice};
use super::{Face, Reply, Review, Scene, View};
use crate::app::effect::{Effect, Seq, SeqSource};
use crate::config::keys::Action;
use crate::domain::failure::Failure;
use crate::domain::proof::Proof;
use crate::domain::text::{Internal, neutralise};

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

/// What a row of the preview tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Whose portal it is.
    Client,
    /// The text.
    Text,
    /// What stands beside it.
    Beside,
    /// That the portal is asked.
    Asked,
    /// Why it could not be.
    Failed,
}

impl Review {
    /// The preview in rows of a width.
    pub fn preview_rows(&self, width: usize) -> Vec<(Part, String)> {
        let View::Preview(portal) = &self.view else { return Vec::new() };
        let mut told = Vec::new();
        match portal {
            Portal::Asked(_) => broken(&mut told, Part::Asked, "asking the portal's own role …", width),
            Portal::Failed(why) => broken(&mut told, Part::Failed, why, width),
            Portal::Shows(proof) => {
                broken(&mut told, Part::Client, &proof.client, width);
                told.push((Part::Text, String::new()));
                broken(&mut told, Part::Text, &proof.text, width);
                told.push((Part::Text, String::new()));
                for (name, words) in proof.beside() {
                    broken(&mut told, Part::Beside, &format!("{name}: {words}"), width);
                }
            }
        }
        told
    }

    /// The first row of it that is seen of so many, in so many.
    pub fn preview_top(&self, total: usize, height: usize) -> usize {
        self.preview_top.min(total.saturating_sub(height))
    }

    /// Goes up or down in the preview; whether the action means that.
    pub(super) fn scroll_preview(&mut self, action: Action, scene: &Scene<'_>) -> bool {
        let shape = self.shape(scene, scene.size.0, scene.size.1.saturating_sub(2));
        let (width, height) = shape.inside(shape.text);
        let (total, height) = (self.preview_rows(width.into()).len(), usize::from(height));
        let (top, page) = (self.preview_top(total, height), height.saturating_sub(1).max(1));
        let top = match action {
            Action::Up => top.saturating_sub(1),
            Action::Down => top + 1,
            Action::PageUp => top.saturating_sub(page),
            Action::PageDown => top + page,
            Action::Top => 0,
            Action::Bottom => total,
            _ => return false,
        };
        self.preview_top = top.min(total.saturating_sub(height));
        true
    }

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
        self.preview_top = 0;
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

/// The rows of a text, of one part.
fn broken(told: &mut Vec<(Part, String)>, part: Part, text: &str, width: usize) {
    for line in text.split('\n') {
        let line = neutralise(line);
        told.extend(rows(&line, width).into_iter().map(|row| (part, slice(&line, row.start, row.end).to_owned())));
    }
}

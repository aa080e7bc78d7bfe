//! The review screen's state.

use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;

use super::effect::{Effect, SeqSource};
use super::message::{Link, Message};
use super::popup::{Answer, Question};
use crate::config::keys::{Action, KeyTable};
use crate::domain::actor::Person;
use crate::domain::id::{DraftId, Ref};
use crate::domain::row::Presence;

/// What the screen knows of the deck around it.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// Who reviews.
    pub me: &'a Person,
    /// The key table.
    pub keys: &'a KeyTable,
    /// The link to the database.
    pub link: Link,
    /// Who is where.
    pub presence: &'a [Presence],
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether `$EDITOR` may be opened.
    pub can_edit_externally: bool,
}

/// What the deck does after the screen took something in.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Stay.
    Stay,
    /// Close the screen.
    Leave,
    /// The draft is settled: open the next.
    Next,
    /// Say a line in the footer.
    Say(String),
    /// Ask the person; the answer comes to [`Review::answered`].
    Ask(Question),
}

/// One draft under review.
#[derive(Clone, Debug)]
pub struct Review {
    record: Ref,
}

impl Review {
    /// Opens a draft.
    pub fn open(draft: DraftId, record: Ref, seq: &mut SeqSource) -> (Self, Vec<Effect>) {
        (Self { record }, vec![Effect::LoadDraft(seq.next_seq(), draft)])
    }

    /// The draft's reference.
    pub fn record(&self) -> Ref {
        self.record
    }

    /// Whether keys are text now.
    pub fn typing(&self) -> bool {
        false
    }

    /// Takes an action of the key table in.
    pub fn action(&mut self, action: Action, _scene: &Scene<'_>, _seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        (if action == Action::Back { Outcome::Leave } else { Outcome::Stay }, Vec::new())
    }

    /// Takes a key in while [`Self::typing`].
    pub fn key(&mut self, _key: KeyEvent, _scene: &Scene<'_>, _seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        (Outcome::Stay, Vec::new())
    }

    /// Takes pasted text in.
    pub fn paste(&mut self, _text: &str, _scene: &Scene<'_>, _seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        (Outcome::Stay, Vec::new())
    }

    /// Takes an answer to one of its effects in.
    pub fn message(&mut self, _message: &Message, _scene: &Scene<'_>, _seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        (Outcome::Stay, Vec::new())
    }

    /// Takes the answer to its question in.
    pub fn answered(&mut self, _answer: Answer, _scene: &Scene<'_>, _seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        (Outcome::Stay, Vec::new())
    }

    /// Text that is not in the database yet.
    pub fn unsaved(&self) -> Option<(Ref, String)> {
        None
    }

    /// When something on the screen changes by itself.
    pub fn next_tick(&self, _now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        None
    }

    /// Why an action cannot be done now.
    pub fn footer_reason(&self, _action: Action, _scene: &Scene<'_>) -> Option<String> {
        None
    }
}

//! What `u` takes back: the inverse of each act that was done, newest last.

use crate::domain::act::{Act, Done, Verb};

/// Undos that are remembered.
pub(super) const DEPTH: usize = 100;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// What was done, in a line.
    pub said: String,
    /// What takes it back; one for each row of a bulk act.
    pub acts: Vec<Act>,
    /// Why something of it cannot be taken back.
    pub why_not: Option<String>,
}

impl Undo {
    /// Of one act. `None` of claims: who opens and leaves drafts all day takes none of that back, and it would stand
    /// between the person and the act that is really meant.
    pub fn of(act: &Act, done: &Done) -> Option<Self> {
        if matches!(act.verb, Verb::ClaimDraft { .. } | Verb::ReleaseDraft { .. } | Verb::Reveal { .. }) {
            return None;
        }
        let said = done.said.clone();
        Some(match &done.undo {
            Ok(act) => Self { said, acts: vec![act.clone()], why_not: None },
            Err(why) => Self { said, acts: Vec::new(), why_not: Some(why.clone()) },
        })
    }
}

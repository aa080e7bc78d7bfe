//! A session of reviewing: what was decided in it, how long a decision takes, and how much is left.

use std::fmt;

use crate::domain::act::Act;
use crate::domain::id::{DraftId, Ref};

/// A draft that was decided about in this session.
#[derive(Clone)]
pub struct Settled {
    /// The draft.
    pub draft: DraftId,
    /// Its reference.
    pub record: Ref,
    /// What was done, in a line.
    pub said: String,
    /// What takes it back; why nothing does.
    pub undo: Result<Act, String>,
    /// The text as it stood on the screen.
    pub text: String,
    /// From the first sight of it to the verdict.
    pub seconds: i64,
}

impl fmt::Debug for Settled {
    /// Only which draft: the text is internal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settled({})", self.record)
    }
}

/// What was decided in a session, in order.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    settled: Vec<Settled>,
}

/// The session in three figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Drafts decided about.
    pub done: usize,
    /// Drafts that wait, as far as that is known; the one on the screen counts.
    pub left: Option<i64>,
    /// Median seconds from sight to verdict.
    pub median: Option<i64>,
}

impl Progress {
    /// One more was decided, if one was.
    pub fn extend(&mut self, settled: Option<Settled>) {
        self.settled.extend(settled);
    }

    /// Whether a draft was decided about in this session: it does not open by itself again.
    pub fn holds(&self, record: Ref) -> bool {
        self.settled.iter().any(|settled| settled.record == record)
    }

    /// What was decided before `record` was; the last of all for a draft that was not decided about.
    pub fn before(&self, record: Ref) -> Option<&Settled> {
        let at = self.settled.iter().position(|settled| settled.record == record).unwrap_or(self.settled.len());
        self.settled.get(at.checked_sub(1)?)
    }

    /// The session in figures.
    pub fn tally(&self, left: Option<i64>) -> Tally {
        let mut seconds: Vec<i64> = self.settled.iter().map(|settled| settled.seconds).collect();
        seconds.sort_unstable();
        Tally { done: seconds.len(), left, median: seconds.get(seconds.len() / 2).copied() }
    }
}

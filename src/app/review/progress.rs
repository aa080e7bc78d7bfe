//! A session of reviewing: what was decided in it, how long a decision takes, and how much is left.

use std::fmt;

use crate::domain::act::Act;
use crate::domain::id::{DraftId, Ref};
use crate::domain::median::median;

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

impl Settled {
    /// What was decided. What was to come of it then is told as it is now elsewhere, or nowhere.
    pub fn decided(&self) -> &str {
        self.said.split_once("; ").map_or(&self.said, |(decided, _)| decided)
    }

    /// Whether an act took it back, wherever that was pressed.
    pub fn is_undone_by(&self, act: &Act) -> bool {
        self.undo.as_ref().is_ok_and(|undo| undo.target.id == act.target.id && undo.verb == act.verb)
    }
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
    /// Median seconds from sight to verdict: of an even count the lower of the two in the middle, as in the report.
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
        let seconds: Vec<i64> = self.settled.iter().map(|settled| settled.seconds).collect();
        Tally { done: seconds.len(), left, median: median(seconds) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Kind;
    use rstest::rstest;

    fn settled(seconds: i64) -> Settled {
        let (draft, record) = (DraftId::new(), Ref::new(Kind::Draft, 1));
        Settled { draft, record, said: String::new(), undo: Err(String::new()), text: String::new(), seconds }
    }

    #[rstest]
    #[case(&[], None)]
    #[case(&[9], Some(9))]
    #[case(&[40, 6], Some(6))]
    #[case(&[40, 6, 12], Some(12))]
    #[case(&[90, 6, 40, 12], Some(12))]
    fn a_session_is_told_by_its_count_and_its_median(#[case] seconds: &[i64], #[case] median: Option<i64>) {
        let mut progress = Progress::default();
        for one in seconds {
            progress.extend(Some(settled(*one)));
        }
        assert_eq!(progress.tally(Some(3)), Tally { done: seconds.len(), left: Some(3), median });
    }
}

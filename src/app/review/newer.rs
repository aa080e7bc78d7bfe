//! More that became known after a draft was made: told as long as the draft is open, and asked about before it is approved.

use chrono::{DateTime, Utc};

use super::{Asking, Outcome, Reply, Review, Scene};
use crate::app::effect::SeqSource;
use crate::app::popup::{Answer, Question};

impl Review {
    /// Since when more is known than this draft was made from, for as long as it waits for a verdict.
    pub fn more_known_since(&self) -> Option<DateTime<Utc>> {
        self.detail.as_ref().filter(|_| self.closed().is_none())?.newer_at
    }

    /// What is done about it, for the lines under the heading. Short enough to stand whole in 80 columns.
    pub(super) fn newer_notice(&self) -> Option<String> {
        let at = self.more_known_since()?.format("%-d %b %H:%M");
        Some(format!("more is known since {at} UTC than it was made from: look at the lead"))
    }

    /// Asks once, for each time that more became known, whether the text is approved all the same.
    pub(super) fn ask_newer(&mut self) -> Option<Outcome> {
        let at = self.more_known_since().filter(|at| self.newer_passed != Some(*at))?;
        let since = at.format("%-d %b %H:%M");
        let question = Question::Confirm {
            title: format!("Approve {} all the same?", self.record),
            body: format!(
                "More is known since {since} UTC than this draft was made from; L-{} tells what. A draft that was made later \
                 stands in the list.",
                self.detail.as_ref().map_or(0, |detail| detail.draft.lead_number)
            ),
            danger: true,
        };
        Some(self.ask(Asking::Newer { at }, question))
    }

    pub(super) fn newer_answered(&mut self, at: DateTime<Utc>, answer: &Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if *answer != Answer::Yes {
            return (Outcome::Say("not approved; nothing was changed".to_owned()), Vec::new());
        }
        self.newer_passed = Some(at);
        self.approve(scene, seq)
    }
}

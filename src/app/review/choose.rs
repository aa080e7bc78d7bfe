//! Two texts of one draft: somebody else saved another, or an earlier run left one behind. The machine never merges or
//! drops either; the person chooses.

use super::keep::{Clash, PAUSE};
use super::{Asking, Claim, Face, Outcome, Reply, Review, Scene, View, arrive, compare};
use crate::app::effect::{Effect, SeqSource};
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;

impl Review {
    /// The other text was read: the same as mine, or the person is asked.
    pub(super) fn other_text(&mut self, theirs: String, version: i64, scene: &Scene<'_>) -> Outcome {
        // Only the record moved on, or both wrote the same: there are not two texts to choose from.
        if theirs == self.editor.text() || theirs == self.keep.saved {
            self.keep.clash = None;
            self.newer = false;
            (self.keep.version, self.keep.saved) = (version, theirs);
            self.keep.due = self.dirty().then_some(scene.now + PAUSE);
            return Outcome::Stay;
        }
        let asked = matches!(self.keep.clash, Some(Clash::Choose { .. })) && self.asking == Some(Asking::Clash);
        self.keep.clash = Some(Clash::Choose { theirs, version });
        if asked { Outcome::Stay } else { self.ask_clash(scene) }
    }

    /// Asks which of two texts is to be; nothing happens to either before that.
    pub(super) fn ask_clash(&mut self, scene: &Scene<'_>) -> Outcome {
        let Some(Clash::Choose { theirs, .. }) = &self.keep.clash else {
            return Outcome::Say("the other text is being read; both are kept".to_owned());
        };
        let options = vec![
            ('M', format!("keep this one ({})", glance(self.editor.text(), theirs))),
            ('T', format!("take the other one ({})", glance(theirs, self.editor.text()))),
            ('L', format!("look at both, word by word; {} asks again", scene.key_of(Action::Edit))),
        ];
        let title = format!("{}: two texts were saved; the other one {}", self.record, self.other_saved(scene));
        self.ask(Asking::Clash, Question::Menu { title, options })
    }

    /// Who saved the other text and when: it may be one's own, from another terminal.
    fn other_saved(&self, scene: &Scene<'_>) -> String {
        let Some(detail) = &self.detail else { return "elsewhere".to_owned() };
        let at = detail.worked_at.map(|at| format!(" at {} UTC", at.format("%H:%M"))).unwrap_or_default();
        format!("by {}{at}", arrive::saver(detail, scene))
    }

    pub(super) fn clash_answered(&mut self, answer: &Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let (Answer::Choice(2), Some(Clash::Choose { theirs, .. })) = (answer, &self.keep.clash) {
            // Both against the last text that they have in common.
            let words = |text: &str| compare::words(&self.keep.saved, text);
            self.view = View::Both { mine: words(self.editor.text()), theirs: words(theirs) };
            self.face = Face::Text;
            return (Outcome::Stay, Vec::new());
        }
        let Answer::Choice(choice @ (0 | 1)) = answer else {
            return (Outcome::Say("both texts are kept; nothing is saved until you choose".to_owned()), Vec::new());
        };
        let Some(Clash::Choose { theirs, version }) = self.keep.clash.take() else { return (Outcome::Stay, Vec::new()) };
        (self.keep.version, self.keep.saved) = (version, theirs.clone());
        self.newer = false;
        self.show_text();
        if *choice == 0 {
            return (Outcome::Say("this one is saved over the other".to_owned()), self.save(scene, seq));
        }
        self.editor.replace_all(&theirs);
        self.gate.fresh();
        self.changed(scene);
        let effects = self.drop_recovery().into_iter().collect();
        (Outcome::Say(format!("the other one is here now; {} brings yours back", scene.key_of(Action::Undo))), effects)
    }

    /// A text of an earlier run was found; it waits until it can be decided about.
    pub(super) fn recovered(&mut self, text: &str, scene: &Scene<'_>) -> Reply {
        self.keep.recovered = Some(super::editor::clean(text).0);
        self.offer_recovered(scene)
    }

    /// Offers the text of an earlier run, as soon as the draft is read and in this person's hands.
    pub(super) fn offer_recovered(&mut self, scene: &Scene<'_>) -> Reply {
        let Some(found) = &self.keep.recovered else { return (Outcome::Stay, Vec::new()) };
        if self.detail.is_none() {
            return (Outcome::Stay, Vec::new());
        }
        if found == self.editor.text() && !self.dirty() {
            self.keep.recovered = None;
            return (Outcome::Stay, vec![Effect::DropRecovery { draft: self.record }]);
        }
        if self.read_only(scene).is_some() || self.claim != Claim::Mine {
            return (Outcome::Stay, Vec::new());
        }
        if self.asking == Some(Asking::Recovered) {
            return (Outcome::Stay, Vec::new());
        }
        let options = vec![
            ('U', format!("use the unsaved text ({})", glance(found, self.editor.text()))),
            ('D', format!("drop it, keep the saved text ({})", glance(self.editor.text(), found))),
        ];
        let title = format!("{}: an unsaved text of an earlier run was found. Esc decides later", self.record);
        (self.ask(Asking::Recovered, Question::Menu { title, options }), Vec::new())
    }

    /// That there is one, as long as it is not decided about, and not asked about at this moment.
    pub(super) fn recovered_notice(&self, scene: &Scene<'_>) -> Option<String> {
        if !self.keep.has_recovered() || self.asking == Some(Asking::Recovered) {
            return None;
        }
        let mine = self.claim == Claim::Mine && self.read_only(scene).is_none();
        let when = match (mine, self.typing) {
            (false, _) => "it is offered when you hold this draft".to_owned(),
            (true, true) => "it is offered when you end editing".to_owned(),
            (true, false) => format!("{} offers it again", scene.key_of(Action::Edit)),
        };
        Some(format!("an unsaved text of yours is in the recovery file; {when}"))
    }

    pub(super) fn recovered_answered(&mut self, answer: &Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let Answer::Choice(choice @ (0 | 1)) = answer else {
            return (Outcome::Say("the unsaved text stays in the recovery file".to_owned()), Vec::new());
        };
        let Some(found) = self.keep.recovered.take() else { return (Outcome::Stay, Vec::new()) };
        if *choice == 1 {
            return (Outcome::Say("the unsaved text was dropped".to_owned()), vec![Effect::DropRecovery { draft: self.record }]);
        }
        self.keep.kept = Some(found.clone());
        self.editor.replace_all(&found);
        self.gate.fresh();
        self.changed(scene);
        let says = format!("the unsaved text is back; {} takes it out again", scene.key_of(Action::Undo));
        (Outcome::Say(says), self.save(scene, seq))
    }
}

/// Enough of a text to know it from another: its length, and where it becomes different.
fn glance(text: &str, other: &str) -> String {
    let count = text.chars().count();
    let same = text.chars().zip(other.chars()).take_while(|(mine, theirs)| mine == theirs).count();
    // From the start of the word before, so that it can be read.
    let head = &text.chars().take(same).collect::<String>();
    let from = head.trim_end().rfind(char::is_whitespace).map_or(0, |at| head[..at].chars().count() + 1);
    let start: String = text.chars().skip(from).map(|c| if c == '\n' { ' ' } else { c }).take(32).collect();
    let (before, after) = (if from > 0 { "…" } else { "" }, if count > from + 32 { "…" } else { "" });
    format!("{count} characters: {before}{start}{after}")
}

#[cfg(test)]
mod tests {
    use super::glance;

    #[rstest::rstest]
    #[case::short("Call.", "Write.", "5 characters: Call.")]
    #[case::far(
        "The customer called on 1 June about a valve in the garage.",
        "The customer called on 1 June about a tank in the garage.",
        "58 characters: …a valve in the garage."
    )]
    #[case::longer(
        "The customer called on 1 June. And then again, and once more after that, and so on.",
        "The customer called on 1 June.",
        "83 characters: …June. And then again, and once m…"
    )]
    #[case::lines("One two\nthree four", "One two\nthree", "18 characters: …three four")]
    fn a_glance_shows_where_it_differs(#[case] text: &str, #[case] other: &str, #[case] says: &str) {
        assert_eq!(glance(text, other), says);
    }
}

//! Mending a finding by one key: other words of the reviewer's own, or what stands ready for it.

use super::{Asking, Outcome, Reply, Review, Scene, mask};
use crate::app::effect::SeqSource;
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;

/// Numbers that are offered at most.
const OFFERED: usize = 9;

/// Words that stand ready for a finding.
enum Ready {
    /// The neutral word of its kind.
    Mask,
    /// Numbers of the evidence, one of which may be meant.
    Numbers(Vec<String>),
}

impl Review {
    /// Asks for the words that come in place of the finding under the cursor.
    pub(super) fn ask_replace(&mut self, scene: &Scene<'_>) -> Reply {
        if let Some(asked) = self.ask_pending(scene) {
            return asked;
        }
        let Some(finding) = self.checks.current().cloned() else { return (Outcome::Stay, Vec::new()) };
        self.show_text();
        self.editor.go(finding.start);
        let given = mask::mask(self.editor.text(), &finding).map_or_else(|| finding.text.clone(), |mask| mask.with);
        let title = format!("{}: what stands there instead?", super::kind_name(finding.kind));
        let body = format!("{}. An empty line takes it out.", finding.reason.trim_end_matches('.'));
        (self.ask(Asking::Replace { start: finding.start, end: finding.end }, Question::Text { title, body, given }), Vec::new())
    }

    pub(super) fn replace_answered(
        &mut self,
        (start, end): (usize, usize),
        answer: Answer,
        scene: &Scene<'_>,
        seq: &mut SeqSource,
    ) -> Reply {
        // It was not seen in its place yet.
        self.gate.fresh();
        match answer {
            Answer::Text(words) => self.put(start, end, &words, scene, seq),
            Answer::Yes => self.put(start, end, "", scene, seq),
            Answer::Choice(_) | Answer::No => (Outcome::Stay, Vec::new()),
        }
    }

    /// Puts in what stands ready; a number that could be several is asked about.
    pub(super) fn suggest(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(asked) = self.ask_pending(scene) {
            return asked;
        }
        let Some(finding) = self.checks.current().cloned() else { return (Outcome::Stay, Vec::new()) };
        self.show_text();
        self.editor.go(finding.start);
        let ready = match mask::mask(self.editor.text(), &finding) {
            Some(_) => Ready::Mask,
            None => Ready::Numbers(self.numbers_for((finding.start, finding.end))),
        };
        match ready {
            Ready::Mask => self.mask(scene, seq),
            Ready::Numbers(numbers) if numbers.is_empty() || finding.kind != crate::domain::span::FindingKind::UnknownNumber => (
                Outcome::Say(format!("nothing stands ready for this; {} writes other words", scene.key_of(Action::Replace))),
                Vec::new(),
            ),
            Ready::Numbers(numbers) => {
                let options = ('1'..='9').zip(numbers.into_iter().take(OFFERED)).collect();
                let title = format!("“{}” is not in the evidence. These numbers are, in the lit lines:", finding.text);
                let about = Asking::Suggest { start: finding.start, end: finding.end };
                (self.ask(about, Question::Menu { title, options }), Vec::new())
            }
        }
    }

    pub(super) fn suggest_answered(
        &mut self,
        (start, end): (usize, usize),
        answer: &Answer,
        scene: &Scene<'_>,
        seq: &mut SeqSource,
    ) -> Reply {
        let Answer::Choice(choice) = answer else { return (Outcome::Stay, Vec::new()) };
        // Nothing changes while a question is open: the same numbers are there.
        self.editor.go(start);
        self.gate.fresh();
        let Some(number) = self.numbers_for((start, end)).into_iter().nth(*choice) else { return (Outcome::Stay, Vec::new()) };
        self.put(start, end, &number, scene, seq)
    }

    /// Words in place of others; the finding after them is the next to look at.
    pub(super) fn put(&mut self, start: usize, end: usize, words: &str, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(why) = self.read_only(scene) {
            return (Outcome::Say(why), Vec::new());
        }
        let effects = self.ask_for_claim(scene, seq);
        self.show_text();
        self.editor.replace(start, end, words);
        self.changed(scene);
        self.checks.after(start);
        if let Some(at) = self.checks.current().map(|finding| finding.start) {
            self.editor.go(at);
        }
        (Outcome::Stay, effects)
    }
}

//! Keys: what each action does on this screen, and why it cannot. The footer and the key itself ask the same function.

use crossterm::event::{KeyCode, KeyEvent};

use super::editor::Typed;
use super::{Claim, Columns, Face, Outcome, Reply, Review, Scene, View, arrive, compare, mask, rows};
use crate::app::effect::{Effect, SeqSource};
use crate::config::keys::Action;
use crate::domain::cite::without_citations;
use crate::domain::span::Finding;
use crate::domain::text::Internal;

impl Review {
    /// Why an action cannot be done now; `None` when it can, or is not of this screen.
    pub fn footer_reason(&self, action: Action, scene: &Scene<'_>) -> Option<String> {
        let unread = || {
            let deciding = self.doing.is_some() || self.waits.is_some();
            let reading = || self.detail.is_none().then(|| "the draft is not read yet".to_owned());
            deciding.then(|| "the verdict is on its way; one moment".to_owned()).or_else(reading)
        };
        let nothing_found = || self.checks.found().is_empty().then(|| "there are no findings".to_owned());
        match action {
            Action::Approve => self.approve_reason(scene),
            Action::Reject => self.verdict_reason(scene),
            Action::Edit => unread().or_else(|| self.read_only(scene)),
            Action::Mask | Action::Replace | Action::Suggest => unread().or_else(|| self.read_only(scene)).or_else(nothing_found),
            Action::SendBack => self.verdict_reason(scene),
            Action::Override => self.override_reason(scene),
            Action::Reveal => unread().or_else(|| self.reveal_reason(scene)),
            Action::LookBack => (scene.tally.done == 0).then(|| "nothing was decided in this session yet".to_owned()),
            Action::Withdraw => match &self.past {
                Some(past) => past.undo.as_ref().err().cloned(),
                None => Some(format!("nothing was decided here; {} looks back", scene.key_of(Action::LookBack))),
            },
            Action::Editor => unread().or_else(|| self.read_only(scene)).or_else(|| {
                (!scene.can_edit_externally).then(|| "your own editor cannot be opened from here; edit in the pane".to_owned())
            }),
            Action::NextFinding | Action::PreviousFinding => nothing_found(),
            Action::Diff | Action::Preview => unread(),
            Action::TakeOver => match self.claim {
                Claim::Held { .. } if self.closed().is_none() && scene.me.role.may(crate::domain::actor::Right::Review) => None,
                Claim::Held { .. } => self.read_only(scene),
                Claim::None | Claim::Asked | Claim::Mine | Claim::Free => Some("nobody else holds this draft".to_owned()),
            },
            _ => None,
        }
    }

    /// Takes an action of the key table in.
    pub fn action(&mut self, action: Action, scene: &Scene<'_>, seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        if action != Action::Back {
            self.leaving = false;
        }
        self.gate.pressed(scene.now);
        // A key that comes through to the screen says that no question is open: one asked under another screen was not seen.
        self.asking = None;
        // A verdict says its own reason, with the cursor on what stands against it.
        let verdict = matches!(action, Action::Approve | Action::Reject);
        if let Some(reason) = self.footer_reason(action, scene).filter(|_| !verdict) {
            return (Outcome::Say(reason), Vec::new());
        }
        match action {
            Action::Approve => self.approve(scene, seq),
            Action::Reject => self.ask_reject(scene),
            Action::Edit => self.edit(scene, seq),
            Action::Mask => self.mask(scene, seq),
            Action::Replace => self.ask_replace(scene),
            Action::Suggest => self.suggest(scene, seq),
            Action::Reveal => self.ask_reveal(),
            Action::Override => self.ask_override(scene, seq),
            Action::SendBack => self.ask_send_back(scene, seq),
            Action::Withdraw => (self.ask_take_back(), Vec::new()),
            Action::Editor => self.open_editor(scene, seq),
            Action::TakeOver => (self.ask_take_over(), Vec::new()),
            Action::Back => self.back(scene, seq),
            Action::Undo => self.step_back(scene, seq),
            Action::Preview => self.preview(scene, seq),
            Action::Reload => self.read_again(seq),
            Action::Copy => (Outcome::Say(format!("{} copied", self.record)), vec![Effect::Copy(self.record.to_string())]),
            _ => {
                self.look(action, scene);
                (Outcome::Stay, Vec::new())
            }
        }
    }

    /// The actions that only change what is seen.
    fn look(&mut self, action: Action, scene: &Scene<'_>) {
        let width = self.text_width(scene);
        if matches!(self.view, View::Preview(_)) && self.scroll_preview(action, scene) {
            return;
        }
        match action {
            Action::NextFinding | Action::PreviousFinding => {
                // The first press goes to the finding that is marked in the list already.
                let here = self.checks.current().map(|finding| finding.start);
                let at = if here == Some(self.editor.cursor()) { self.checks.walk(action == Action::NextFinding) } else { here };
                if let Some(at) = at {
                    self.show_text();
                    self.editor.go(at);
                }
            }
            Action::Diff if matches!(self.view, View::Diff(_)) => self.view = View::Text,
            Action::Diff => {
                self.face = Face::Text;
                self.compare();
            }
            Action::Up => self.editor.walk(width, -1),
            Action::Down => self.editor.walk(width, 1),
            Action::PageUp => self.editor.walk(width, -self.page(scene)),
            Action::PageDown => self.editor.walk(width, self.page(scene)),
            Action::Top => self.editor.go(0),
            Action::Bottom => self.editor.go(self.editor.text().chars().count()),
            Action::ScrollEvidenceUp => self.evidence_top = self.evidence_top.saturating_sub(1),
            Action::ScrollEvidenceDown => self.evidence_top = (self.evidence_top + 1).min(self.last_evidence_row(scene)),
            Action::NextPane | Action::PreviousPane if self.one_column(scene) => self.turn(action == Action::NextPane),
            _ => {}
        }
    }

    /// Rows that a page key goes on: all that is seen but one, so that no row is passed by unseen.
    fn page(&self, scene: &Scene<'_>) -> isize {
        let shape = self.shape(scene, scene.size.0, scene.size.1.saturating_sub(2));
        isize::try_from(self.text_pane(&shape).height).unwrap_or(1).saturating_sub(1).max(1)
    }

    fn one_column(&self, scene: &Scene<'_>) -> bool {
        self.shape(scene, scene.size.0, scene.size.1.saturating_sub(2)).columns == Columns::One
    }

    fn turn(&mut self, forward: bool) {
        self.face = match (self.face, forward) {
            (Face::Text, true) | (Face::Draft, false) => Face::Evidence,
            (Face::Evidence, true) | (Face::Text, false) => Face::Draft,
            (Face::Draft, true) | (Face::Evidence, false) => Face::Text,
        };
    }

    /// The text itself, where it can be seen.
    pub(super) fn show_text(&mut self) {
        (self.view, self.face) = (View::Text, Face::Text);
    }

    /// The draft without its citations: a text never has them, and what is missing in it would be hard to tell from them.
    pub(super) fn compare(&mut self) {
        let (draft, _) = super::editor::clean(self.detail.as_ref().map_or("", |detail| detail.text.raw()));
        let draft = without_citations(&draft);
        self.view = View::Diff(compare::words(&draft, self.editor.text()));
    }

    /// The evidence as it is painted: the rows of each line, with the line's index.
    pub fn evidence_rows(&self, width: usize) -> Vec<(usize, String)> {
        let Some(detail) = &self.detail else { return Vec::new() };
        let lines = (0..detail.evidence.len()).map(|at| {
            let masked = crate::domain::text::Untrusted::new(self.known.masked(at));
            masked.shown_lines().collect::<Vec<_>>().join("\n")
        });
        let broken = lines.enumerate().flat_map(|(at, text)| {
            let rows = rows::rows(&text, width);
            rows.into_iter().map(|row| (at, rows::slice(&text, row.start, row.end).trim_end().to_owned())).collect::<Vec<_>>()
        });
        broken.collect()
    }

    /// Columns the number and source of an evidence line take.
    pub const EVIDENCE_MARGIN: usize = 10;

    fn last_evidence_row(&self, scene: &Scene<'_>) -> usize {
        let shape = self.shape(scene, scene.size.0, scene.size.1.saturating_sub(2));
        let (width, height) = shape.inside(shape.evidence);
        let rows = self.evidence_rows(usize::from(width).saturating_sub(Self::EVIDENCE_MARGIN)).len();
        rows.saturating_sub(height.into())
    }

    fn edit(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(asked) = self.ask_pending(scene) {
            return asked;
        }
        let mut effects = self.ask_for_claim(scene, seq);
        self.show_text();
        self.typing = true;
        self.notice = None;
        effects.push(Effect::SayPresence { at: Some(self.record), editing: true });
        (Outcome::Stay, effects)
    }

    /// Questions that must be settled before another text is made: a second text would overwrite the first.
    pub(super) fn ask_pending(&mut self, scene: &Scene<'_>) -> Option<Reply> {
        if self.keep.clashes() {
            return Some((self.ask_clash(scene), Vec::new()));
        }
        if self.keep.has_recovered() {
            let offered = self.offer_recovered(scene);
            if self.keep.has_recovered() {
                return Some(offered);
            }
        }
        None
    }

    /// Takes a key in while [`Self::typing`].
    pub fn key(&mut self, key: KeyEvent, scene: &Scene<'_>, seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        self.gate.pressed(scene.now);
        if key.code == KeyCode::Esc {
            self.typing = false;
            self.steps.note(self.editor.text());
            let mut effects = self.save(scene, seq);
            if self.newer && !self.dirty() {
                effects.push(self.reload(seq));
            }
            effects.push(Effect::SayPresence { at: Some(self.record), editing: false });
            return (self.or_next_question(Outcome::Stay), effects);
        }
        let width = self.text_width(scene);
        let typed = self.editor.key(key, width);
        self.took(typed, scene)
    }

    /// Takes pasted text in.
    pub fn paste(&mut self, text: &str, scene: &Scene<'_>, _seq: &mut SeqSource) -> (Outcome, Vec<Effect>) {
        if !self.typing {
            return (Outcome::Say(format!("nothing was pasted; {} edits first", scene.key_of(Action::Edit))), Vec::new());
        }
        let typed = self.editor.paste(text);
        self.took(typed, scene)
    }

    fn took(&mut self, typed: Typed, scene: &Scene<'_>) -> Reply {
        let outcome = match typed {
            Typed::Moved => Outcome::Stay,
            Typed::Changed { hidden } => {
                self.changed(scene);
                if hidden > 0 { Outcome::Say(arrive::left_out(hidden)) } else { Outcome::Stay }
            }
            Typed::Refused(why) => Outcome::Say(why),
        };
        self.checks.follow(self.editor.cursor());
        (outcome, Vec::new())
    }

    pub(super) fn mask(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(asked) = self.ask_pending(scene) {
            return asked;
        }
        let Some(finding) = self.checks.current().cloned() else { return (Outcome::Stay, Vec::new()) };
        let Some(mask) = mask::mask(self.editor.text(), &finding) else {
            return (self.no_neutral_word(&finding, scene), Vec::new());
        };
        let reply = self.put(mask.start, mask.end, &mask.with, scene, seq);
        self.go_to_mendable(mask.start);
        reply
    }

    /// It does not begin to edit: the next key would be a letter of the text, and was meant as a command. Pressed again the
    /// key goes on with what it can do.
    fn no_neutral_word(&mut self, finding: &Finding, scene: &Scene<'_>) -> Outcome {
        self.show_text();
        self.editor.go(finding.start);
        let (replace, edit) = (scene.key_of(Action::Replace), scene.key_of(Action::Edit));
        if self.go_to_mendable(finding.start) {
            let (kind, mask) = (super::kind_name(finding.kind), scene.key_of(Action::Mask));
            return Outcome::Say(format!(
                "no neutral word for {kind}: it is left for {replace} or {edit}; {mask} mends the one under the cursor now"
            ));
        }
        Outcome::Say(format!("no neutral word for this: {replace} puts your words there, {edit} edits; {}", finding.reason))
    }

    /// Goes to the next finding that a neutral word mends, where there is one.
    fn go_to_mendable(&mut self, from: usize) -> bool {
        let text = self.editor.text();
        let Some(at) = self.checks.next_that(from, |finding| mask::mask(text, finding).is_some()) else { return false };
        self.editor.go(at);
        true
    }

    fn open_editor(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(asked) = self.ask_pending(scene) {
            return asked;
        }
        let mut effects = self.ask_for_claim(scene, seq);
        let text = Internal::new(self.editor.text().to_owned());
        effects.push(Effect::OpenEditor { draft: self.record, text });
        (Outcome::Stay, effects)
    }

    /// Reads the draft again; a newer text than the one on the screen is asked about.
    fn read_again(&mut self, seq: &mut SeqSource) -> Reply {
        let mut effects = Vec::new();
        if std::mem::take(&mut self.newer) && self.dirty() {
            self.keep.compare_both();
            effects = self.keep_recovery();
        }
        effects.push(self.reload(seq));
        (Outcome::Stay, effects)
    }

    /// One step back; out of the screen only when the text is safe.
    fn back(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(verdict) = self.waits.take() {
            return (Outcome::Say(format!("not {}: you took it back in time", verdict.past())), Vec::new());
        }
        if self.view != View::Text || (self.one_column(scene) && self.face != Face::Text) {
            self.show_text();
            return (Outcome::Stay, Vec::new());
        }
        let waits = self.dirty() && self.may_save(scene) && !self.leaving && !self.kept_after_failure();
        if waits {
            self.leaving = true;
            let effects = self.save(scene, seq);
            return (Outcome::Say(format!("saving; {} again leaves at once", scene.key_of(Action::Back))), effects);
        }
        (Outcome::Leave, self.close(scene, seq))
    }

    /// Leaves at once, as when the deck quits: what is not saved goes to the recovery file, and the claim is handed back.
    pub fn close(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Vec<Effect> {
        (self.typing, self.waits) = (false, None);
        let mut effects = self.keep_recovery();
        if self.may_save(scene) && self.dirty() {
            // The claim is handed back once the text is saved: the other way about, the save would be refused.
            self.leaving = true;
            effects.extend(self.save(scene, seq));
        } else {
            effects.extend(self.let_go(scene, seq));
        }
        effects
    }
}

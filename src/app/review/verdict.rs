//! Approving and rejecting: what must be true before, and what is sent.

use chrono::{DateTime, TimeDelta, Utc};
use strum::VariantArray;

use super::deciding::Verdict;
use super::{Asking, Claim, Doing, Face, Outcome, Reply, Review, Scene};
use crate::app::effect::{Effect, SeqSource};
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::draft::RejectReason;
use crate::domain::id::Ref;
use crate::domain::span::{Finding, FindingKind, Severity};
use crate::domain::text::neutralise;

/// How long a text must have been seen before a verdict on it counts. Longer than a keyboard waits before it repeats a
/// held key, so that holding `a` judges one draft and no more.
const LOOK: TimeDelta = TimeDelta::milliseconds(700);

/// Keys in so little time, one after the other, come from no hand: a held key repeats every 25 milliseconds at most.
const BURST: TimeDelta = TimeDelta::milliseconds(10);
/// So many of them; two may have been held up together on a slow line.
const KEYS_OF_A_BURST: u8 = 3;

/// Keeps a verdict from falling on what nobody has seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gate {
    painted: bool,
    /// The first moment known to be after the painting. Taken from a tick, because a key may carry an older time.
    seen: Option<DateTime<Utc>>,
    /// When the last key came, and how many before it came in a burst.
    last: Option<DateTime<Utc>>,
    burst: u8,
}

impl Gate {
    /// A key came. While a paste that does not say that it is one pours in, nobody looks: the wait starts again.
    pub(super) fn pressed(&mut self, now: DateTime<Utc>) {
        let close = self.last.replace(now).is_some_and(|last| now - last < BURST);
        self.burst = if close { self.burst.saturating_add(1) } else { 1 };
        if self.burst >= KEYS_OF_A_BURST {
            self.seen = None;
        }
    }

    /// Another text is there: it must be painted and looked at anew.
    pub(super) fn fresh(&mut self) {
        *self = Self { last: self.last, burst: self.burst, ..Self::default() };
    }

    /// A frame with the text has reached the terminal.
    pub(super) fn painted(&mut self) {
        self.painted = true;
    }

    pub(super) fn tick(&mut self, now: DateTime<Utc>) {
        if self.painted && self.seen.is_none() {
            self.seen = Some(now);
        }
    }

    /// Whether it has been on the screen.
    pub(super) fn is_seen(&self) -> bool {
        self.seen.is_some()
    }

    /// When it wants to be told the time.
    pub(super) fn wakes(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.seen {
            None => self.painted.then(|| now + TimeDelta::milliseconds(1)),
            Some(seen) => Some(seen + LOOK).filter(|at| *at > now),
        }
    }

    /// Whether a verdict may fall. A press that comes too early starts the wait again: a held key never gets through.
    fn opens(&mut self, now: DateTime<Utc>) -> bool {
        let open = self.painted && self.seen.is_some_and(|seen| now - seen >= LOOK);
        if !open {
            self.seen = None;
        }
        open
    }
}

impl Review {
    /// Why the draft cannot be approved; `None` when it can.
    pub(super) fn approve_reason(&self, scene: &Scene<'_>) -> Option<String> {
        self.verdict_reason(scene).or_else(|| {
            if self.editor.text().trim().is_empty() {
                return Some("there is no text to approve".to_owned());
            }
            let stops = |finding: &&Finding| finding.severity == Severity::Block && !self.may_pass(finding);
            let block = self.checks.found().iter().find(stops)?;
            let kind = kind_name(block.kind);
            Some(neutralise(&format!("blocked: {kind} “{}”; {}", block.text.replace('\n', " "), block.reason)).into_owned())
        })
    }

    /// What stands against any verdict.
    pub(super) fn verdict_reason(&self, scene: &Scene<'_>) -> Option<String> {
        if self.detail.is_none() {
            return Some("the draft is not read yet".to_owned());
        }
        if let Some(reason) = self.read_only(scene) {
            return Some(reason);
        }
        if let Some(since) = scene.offline() {
            return Some(format!("offline since {} UTC; the text is kept", since.format("%H:%M:%S")));
        }
        if self.doing.is_some() || self.waits.is_some() {
            return Some("on its way; one moment".to_owned());
        }
        if self.keep.clashes() {
            return Some("two texts were saved; choose one first".to_owned());
        }
        if self.newer {
            return Some(format!("a newer version exists; {} reads it", scene.key_of(Action::Reload)));
        }
        match self.claim {
            Claim::Mine => None,
            Claim::None | Claim::Asked => Some("the draft is being claimed; one moment".to_owned()),
            Claim::Free | Claim::Held { .. } => Some(format!("nobody holds it; {} claims it first", scene.key_of(Action::Edit))),
        }
    }

    pub(super) fn approve(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if self.keep.clashes() {
            return (self.ask_clash(scene), Vec::new());
        }
        if let Some(reason) = self.approve_reason(scene) {
            if self.verdict_reason(scene).is_none()
                && let Some(at) = self.checks.to_block().map(|finding| finding.start)
            {
                self.show_text();
                self.editor.go(at);
            }
            return (Outcome::Say(format!("not approved: {reason}")), Vec::new());
        }
        if self.face != Face::Text {
            self.show_text();
            self.gate.fresh();
        }
        if !self.gate.opens(scene.now) {
            return (Outcome::Say("not approved: it has only just been shown; look at it first".to_owned()), Vec::new());
        }
        if let Some(left) = self.unseen(scene) {
            return (Outcome::Say(format!("not approved: {left}")), Vec::new());
        }
        if let Some(asked) = self.ask_newer() {
            return (asked, Vec::new());
        }
        self.decide(Verdict::Approve, scene, seq)
    }

    pub(super) fn ask_reject(&mut self, scene: &Scene<'_>) -> Reply {
        if let Some(reason) = self.verdict_reason(scene) {
            return (Outcome::Say(format!("not rejected: {reason}")), Vec::new());
        }
        if !self.gate.opens(scene.now) {
            return (Outcome::Say("not rejected: it has only just been shown; look at it first".to_owned()), Vec::new());
        }
        let options = RejectReason::VARIANTS.iter().map(|reason| reject_option(*reason)).collect();
        let title = format!("Reject {}: why?", self.record);
        (self.ask(Asking::RejectWhy, Question::Menu { title, options }), Vec::new())
    }

    pub(super) fn reject_answered(&mut self, about: Asking, answer: Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        match (about, answer) {
            (Asking::RejectWhy, Answer::Choice(choice)) => {
                let Some(reason) = RejectReason::VARIANTS.get(choice).copied() else { return (Outcome::Stay, Vec::new()) };
                let given = self.note.clone().unwrap_or_default();
                (self.ask(Asking::RejectNote(reason), reject_note(self.record, reason, given)), Vec::new())
            }
            (Asking::RejectNote(reason), answer @ (Answer::Text(_) | Answer::Yes)) => {
                if let Answer::Text(note) = answer {
                    self.note = Some(note);
                }
                if let Some(refused) = self.verdict_reason(scene) {
                    return (Outcome::Say(format!("not rejected: {refused}")), Vec::new());
                }
                self.decide(Verdict::Reject(reason), scene, seq)
            }
            _ => (Outcome::Stay, Vec::new()),
        }
    }

    /// Asks for the note that goes back with the draft.
    pub(super) fn ask_send_back(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        if let Some(reason) = self.verdict_reason(scene) {
            return (Outcome::Say(format!("not sent back: {reason}")), Vec::new());
        }
        let question = Question::Reason {
            title: format!("Send {} back: what is still wrong?", self.record),
            body: "It waits again for whoever takes it next, with your text and this note. The note stays internal.".to_owned(),
            given: self.note.clone().unwrap_or_default(),
        };
        // What was typed goes with it.
        (self.ask(Asking::SendBack, question), self.save(scene, seq))
    }

    pub(super) fn send_back_answered(&mut self, answer: Answer, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let Answer::Text(note) = answer else { return (Outcome::Stay, Vec::new()) };
        self.note = Some(note);
        if let Some(reason) = self.verdict_reason(scene) {
            return (Outcome::Say(format!("not sent back: {reason}")), Vec::new());
        }
        self.decide(Verdict::SendBack, scene, seq)
    }

    /// Asks why something decided earlier in this session is taken back.
    pub(super) fn ask_take_back(&mut self) -> Outcome {
        let said = self.past.as_ref().map(|past| past.decided().to_owned()).unwrap_or_default();
        let question = Question::reason(
            format!("Take it back: {said}. Why?"),
            "A summary is withdrawn from the portal; a rejected draft waits again.",
        );
        self.ask(Asking::TakeBack, question)
    }

    pub(super) fn take_back_answered(&mut self, answer: Answer, seq: &mut SeqSource) -> Reply {
        let (Answer::Text(reason), Some(Ok(act))) = (answer, self.past.as_ref().map(|past| past.undo.clone())) else {
            return (Outcome::Stay, Vec::new());
        };
        let number = seq.next_seq();
        self.doing = Some((number, Doing::TakeBack));
        let act = crate::domain::act::Act { reason: Some(reason), ..act };
        (Outcome::Stay, vec![Effect::Perform(number, Box::new(act))])
    }
}

/// The name of a finding's kind, in words.
pub fn kind_name(kind: FindingKind) -> String {
    kind.as_str().replace('_', " ")
}

fn reject_note(record: Ref, reason: RejectReason, given: String) -> Question {
    Question::Text {
        title: format!("Reject {record}: {}", reject_option(reason).1),
        body: "A note for whoever mends it. It stays internal; an empty line means none.".to_owned(),
        given,
    }
}

fn reject_option(reason: RejectReason) -> (char, String) {
    let (key, says) = match reason {
        RejectReason::Wrong => ('w', "wrong: it is not what happened"),
        RejectReason::Unsafe => ('u', "unsafe: it cannot be made client-safe"),
        RejectReason::Unclear => ('c', "unclear: nobody would understand it"),
        RejectReason::Duplicate => ('d', "duplicate: already told"),
        RejectReason::NotNeeded => ('n', "not needed: nothing worth telling"),
    };
    (key, says.to_owned())
}

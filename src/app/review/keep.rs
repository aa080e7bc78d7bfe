//! Keeping the reviewer's text: saved to the database a second after the first key that changed it, and to the recovery file whenever
//! that fails. Two saved texts are never merged or dropped by the machine: the person is asked.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Claim, Outcome, Reply, Review, Scene};
use crate::app::effect::{Effect, Seq, SeqSource};
use crate::config::keys::Action;
use crate::domain::failure::Failure;
use crate::domain::id::Ref;
use crate::domain::text::Internal;

/// Time after which a change is saved, however fast the keys come: a process that is killed loses no more.
pub(super) const PAUSE: TimeDelta = TimeDelta::seconds(1);
/// Time after which a save that failed is tried again.
const AGAIN: TimeDelta = TimeDelta::seconds(5);

/// How the text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// In the database.
    Saved,
    /// On its way there.
    Waiting,
    /// Only in the recovery file.
    Recovery,
    /// Somebody else saved another text.
    Clash,
}

/// Two saved texts.
#[derive(Clone)]
pub(super) enum Clash {
    /// The other text is being read.
    Reading,
    /// Both are known; the person decides.
    Choose { theirs: String, version: i64 },
}

/// What is known about where the text is kept.
#[derive(Clone, Default)]
pub(super) struct Keep {
    /// The version of the saved text.
    pub(super) version: i64,
    /// The text that is in the database.
    pub(super) saved: String,
    pub(super) due: Option<DateTime<Utc>>,
    flight: Option<(Seq, String)>,
    /// The text that is in the recovery file.
    pub(super) kept: Option<String>,
    trouble: Option<String>,
    pub(super) clash: Option<Clash>,
    pub(super) recovered: Option<String>,
}

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keep(v{})", self.version)
    }
}

impl Keep {
    /// Why the text is not in the database.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Whether two texts wait for a decision.
    pub(super) fn clashes(&self) -> bool {
        self.clash.is_some()
    }

    /// The person wants to decide between this text and the newer one.
    pub(super) fn compare_both(&mut self) {
        self.clash = Some(Clash::Reading);
    }

    /// Whether a text of an earlier run waits for a decision.
    pub(super) fn has_recovered(&self) -> bool {
        self.recovered.is_some()
    }

    /// Whether a save is on its way.
    pub(super) fn in_flight(&self) -> bool {
        self.flight.is_some()
    }

    /// The number of the save whose answer is waited for.
    pub(super) fn awaits(&self, seq: Seq) -> bool {
        self.flight.as_ref().is_some_and(|(flying, _)| *flying == seq)
    }

    /// The text was settled by a verdict: nothing is left to keep.
    pub(super) fn settled(&mut self, text: &str) -> bool {
        self.saved.clear();
        self.saved.push_str(text);
        (self.due, self.flight) = (None, None);
        self.kept.take().is_some()
    }
}

impl Review {
    /// How the text stands.
    pub fn saving(&self) -> Saving {
        match () {
            () if self.keep.clash.is_some() => Saving::Clash,
            () if !self.dirty() => Saving::Saved,
            () if self.keep.kept.as_deref() == Some(self.editor.text()) => Saving::Recovery,
            () => Saving::Waiting,
        }
    }

    /// Text that is not in the database yet.
    pub fn unsaved(&self) -> Option<(Ref, String)> {
        self.dirty().then(|| (self.record, self.editor.text().to_owned()))
    }

    /// When the text is saved, or the save tried again; and when a verdict has been looked at long enough.
    pub fn next_tick(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        [self.keep.due, self.gate.wakes(now)].into_iter().flatten().min()
    }

    pub(super) fn dirty(&self) -> bool {
        self.detail.is_some() && self.editor.text() != self.keep.saved
    }

    /// The text changed: check it, and save it when the keys rest.
    pub(super) fn changed(&mut self, scene: &Scene<'_>) {
        if !self.typing {
            self.steps.note(self.editor.text());
        }
        self.checks.run(self.editor.text());
        self.keep.due.get_or_insert(scene.now + PAUSE);
        match self.view {
            super::View::Diff(_) => self.compare(),
            // What the portal said was said of another text.
            super::View::Preview(_) | super::View::Both { .. } => self.show_text(),
            super::View::Text => {}
        }
    }

    /// What waited for the claim can be saved now.
    pub(super) fn save_soon(&mut self, scene: &Scene<'_>) {
        self.keep.due = self.dirty().then_some(scene.now + PAUSE);
    }

    /// Saves what is on the screen, or keeps it in the recovery file where the database cannot have it.
    pub(super) fn save(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Vec<Effect> {
        if !self.dirty() {
            self.keep.due = None;
            return Vec::new();
        }
        if self.keep.flight.is_some() || self.is_deciding() {
            // One at a time: the answer decides the version of the next, or that none is needed.
            self.keep.due = Some(scene.now + PAUSE);
            return Vec::new();
        }
        let Some(target) = self.target().filter(|_| self.may_save(scene)) else {
            self.keep.due = self.read_only(scene).is_none().then_some(scene.now + AGAIN);
            let mut effects = self.keep_recovery();
            if self.typing {
                effects.extend(self.ask_for_claim(scene, seq));
            }
            return effects;
        };
        self.keep.due = None;
        let (number, text) = (seq.next_seq(), self.editor.text().to_owned());
        self.keep.flight = Some((number, text.clone()));
        vec![Effect::SaveWork { seq: number, target, work_version: self.keep.version, text: Internal::new(text) }]
    }

    /// Whether the database would take the text now.
    pub(super) fn may_save(&self, scene: &Scene<'_>) -> bool {
        self.claim == Claim::Mine && self.keep.clash.is_none() && scene.offline().is_none() && self.closed().is_none()
    }

    /// Puts the text into the recovery file, once.
    pub(super) fn keep_recovery(&mut self) -> Vec<Effect> {
        let text = self.editor.text().to_owned();
        if !self.dirty() || self.keep.kept.as_ref() == Some(&text) {
            return Vec::new();
        }
        self.keep.kept = Some(text.clone());
        vec![Effect::KeepRecovery { draft: self.record, text: Internal::new(text) }]
    }

    pub(super) fn drop_recovery(&mut self) -> Option<Effect> {
        self.keep.kept.take().map(|_| Effect::DropRecovery { draft: self.record })
    }

    /// The time of a save, or of the next try, has come.
    pub(super) fn tick(&mut self, scene: &Scene<'_>, seq: &mut SeqSource) -> Vec<Effect> {
        if self.keep.due.is_some_and(|due| due <= scene.now) { self.save(scene, seq) } else { Vec::new() }
    }

    /// The database answered a save.
    pub(super) fn saved(&mut self, result: &Result<i64, Failure>, scene: &Scene<'_>, seq: &mut SeqSource) -> Reply {
        let Some((_, text)) = self.keep.flight.take() else { return (Outcome::Stay, Vec::new()) };
        match result {
            Ok(version) => {
                self.keep.version = *version;
                self.keep.saved = text;
                self.keep.trouble = None;
                if let Some(verdict) = self.waits.take() {
                    let kept: Vec<Effect> = if self.dirty() { Vec::new() } else { self.drop_recovery().into_iter().collect() };
                    let (outcome, effects) = self.decide_after_save(verdict, scene, seq);
                    return (outcome, kept.into_iter().chain(effects).collect());
                }
                if self.dirty() {
                    self.keep.due = Some(scene.now + PAUSE);
                    let effects = if self.leaving { self.save(scene, seq) } else { Vec::new() };
                    return (Outcome::Stay, effects);
                }
                let mut effects: Vec<Effect> = self.drop_recovery().into_iter().collect();
                if !self.leaving {
                    return (Outcome::Stay, effects);
                }
                effects.extend(self.let_go(scene, seq));
                (Outcome::Leave, effects)
            }
            Err(Failure::Conflict(_)) => {
                self.keep.clash = Some(Clash::Reading);
                let mut effects = self.keep_recovery();
                effects.push(self.reload(seq));
                (self.leaving, self.waits) = (false, None);
                (Outcome::Say("another text was saved elsewhere; both are kept".to_owned()), effects)
            }
            Err(failure) => {
                self.keep.trouble = Some(format!("not saved: {failure}. Your text is in the recovery file"));
                self.keep.due = Some(scene.now + AGAIN);
                let mut effects = self.keep_recovery();
                if !failure.is_passing() {
                    // The claim may be gone, or the draft settled: what the database says now decides.
                    effects.push(self.reload(seq));
                }
                let outcome = if std::mem::take(&mut self.leaving) {
                    Outcome::Say(format!(
                        "not saved: {failure}; {} leaves, the text stays in the recovery file",
                        scene.key_of(Action::Back)
                    ))
                } else {
                    self.not_decided(failure).unwrap_or(Outcome::Stay)
                };
                (outcome, effects)
            }
        }
    }

    /// Whether this very text was refused by the database and lies in the recovery file: leaving loses nothing.
    pub(super) fn kept_after_failure(&self) -> bool {
        self.keep.trouble.is_some() && self.keep.kept.as_deref() == Some(self.editor.text())
    }
}

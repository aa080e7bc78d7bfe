//! The review screen's state: one draft, its evidence, and the client-safe text made of it.
//!
//! Three promises decide every line here. What a person typed is never lost: it is in the database, in the recovery
//! file, or asked about. What is approved is exactly what was on the screen. And a verdict key does nothing until a
//! person can have seen the text it would judge.

mod arrive;
mod ask;
mod checks;
mod choose;
mod claim;
mod command;
mod compare;
mod deciding;
mod editor;
mod keep;
mod known;
mod ledger;
mod mask;
mod newer;
mod numbers;
mod overriding;
mod portal;
mod progress;
mod replace;
mod reveal;
mod rows;
mod seen;
mod shape;
mod steps;
mod verdict;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;

use chrono::{DateTime, Utc};

use super::effect::{Effect, Seq, SeqSource};
use super::message::Link;
use super::popup::Question;
use crate::config::keys::{Action, KeyTable, Place};
use crate::domain::act::{Act, Target, Verb};
use crate::domain::actor::Person;
use crate::domain::draft::{DraftDetail, DraftState, told_note};
use crate::domain::id::{DraftId, Ref};
use crate::domain::row::Presence;

use ask::Asking;
pub use checks::Checks;
pub use claim::Claim;
pub use compare::{Fate, Piece, joined};
pub use editor::Editor;
pub use keep::Saving;
pub use ledger::LedgerRow;
pub use portal::{Part, Portal};
pub use progress::{Progress, Settled, Tally};
pub use rows::{Row, column, row_of, rows, slice, top_for};
pub use seen::TextPane;
pub use shape::{Bulk, Columns, ROOMY, Shape};
pub use verdict::kind_name;

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
    /// Why nothing may be changed in this deck, where that is so.
    pub read_only_reason: Option<&'a str>,
    /// Whether `$EDITOR` may be opened.
    pub can_edit_externally: bool,
    /// How the session has gone so far.
    pub tally: Tally,
}

impl Scene<'_> {
    /// The key of an action as the person has it, for sentences that name one.
    pub fn key_of(&self, action: Action) -> String {
        let row = self.keys.row(action, &[Place::Review, Place::Everywhere]);
        row.and_then(|row| row.chords.first()).map_or_else(|| action.to_string(), ToString::to_string)
    }

    /// Since when the database cannot be reached, if so.
    pub fn offline(&self) -> Option<DateTime<Utc>> {
        match self.link {
            Link::Offline { since } => Some(since),
            Link::Live | Link::Polling => None,
        }
    }
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

/// What a screen gives back: what the deck does, and what it asks of the world.
type Reply = (Outcome, Vec<Effect>);

/// What stands where the client-safe text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// The text itself.
    Text,
    /// What changed against the draft.
    Diff(Vec<Piece>),
    /// Two saved texts, each as it differs from the last text that they have in common.
    Both {
        /// The one on the screen.
        mine: Vec<Piece>,
        /// The one that somebody else saved.
        theirs: Vec<Piece>,
    },
    /// What the portal will show.
    Preview(Portal),
}

/// Which column is seen when there is room for one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The client-safe text.
    Text,
    /// What is known.
    Evidence,
    /// What the model wrote.
    Draft,
}

/// What is under way in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Approve,
    Reject,
    SendBack,
    TakeBack,
    Reveal(known::Spot),
    Override,
}

/// How the draft was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Not yet.
    Loading,
    /// It was.
    Ready,
    /// It could not be; why.
    Failed(String),
}

/// One draft under review.
#[derive(Clone)]
pub struct Review {
    id: DraftId,
    record: Ref,
    reading: Reading,
    asked: Option<Seq>,
    /// Something changed while the draft was being read: it is read once more.
    again: bool,
    detail: Option<Box<DraftDetail>>,
    editor: Editor,
    checks: Checks,
    known: known::Known,
    keep: keep::Keep,
    steps: steps::Steps,
    claim: Claim,
    claiming: Option<Seq>,
    doing: Option<(Seq, Doing)>,
    /// A verdict that waits for a save.
    waits: Option<deciding::Verdict>,
    /// The note of a verdict, until it came about.
    note: Option<String>,
    gate: verdict::Gate,
    seen: seen::Seen,
    asking: Option<Asking>,
    later: VecDeque<(Asking, Question)>,
    view: View,
    face: Face,
    typing: bool,
    leaving: bool,
    evidence_top: usize,
    /// The first row of the preview that is seen.
    preview_top: usize,
    /// How much there is to show, as it was read: what is typed moves nothing.
    bulk: Bulk,
    /// A newer version is in the database than the one being edited.
    newer: bool,
    /// What became known later, up to when, and was no reason not to approve.
    newer_passed: Option<DateTime<Utc>>,
    notice: Option<String>,
    /// How the claim came to stand as it does, until it stands otherwise.
    about_claim: Option<String>,
    /// When it was first seen.
    since: Option<DateTime<Utc>>,
    /// What was decided here just now.
    settled: Option<Settled>,
    /// What was decided earlier in this session: then it is looked back at.
    past: Option<Settled>,
    /// Whether that was decided here, as the last: then the screen stays as it was.
    last: bool,
}

impl fmt::Debug for Review {
    /// Only which draft: the texts are internal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Review({})", self.record)
    }
}

impl Review {
    /// Opens a draft: reads it, and claims it once its version is known and the role allows.
    pub fn open(draft: DraftId, record: Ref, seq: &mut SeqSource) -> (Self, Vec<Effect>) {
        let mut review = Self {
            id: draft,
            record,
            reading: Reading::Loading,
            asked: None,
            again: false,
            detail: None,
            editor: Editor::new("").0,
            checks: Checks::default(),
            known: known::Known::default(),
            keep: keep::Keep::default(),
            steps: steps::Steps::default(),
            claim: Claim::None,
            claiming: None,
            doing: None,
            waits: None,
            note: None,
            gate: verdict::Gate::default(),
            seen: seen::Seen::default(),
            asking: None,
            later: VecDeque::new(),
            view: View::Text,
            face: Face::Text,
            typing: false,
            leaving: false,
            evidence_top: 0,
            preview_top: 0,
            bulk: Bulk::default(),
            newer: false,
            newer_passed: None,
            notice: None,
            about_claim: None,
            since: None,
            settled: None,
            past: None,
            last: false,
        };
        let load = review.reload(seq);
        (review, vec![load])
    }

    /// Opens a draft that was decided about earlier in this session, to look back at it.
    pub fn look_back(past: Settled, seq: &mut SeqSource) -> (Self, Vec<Effect>) {
        let (mut review, effects) = Self::open(past.draft, past.record, seq);
        review.past = Some(past);
        (review, effects)
    }

    /// The last draft was decided about, and its screen stays. What was done is told in the heading: a notice would move
    /// all that is under it.
    pub fn stays(&mut self, settled: Settled, seq: &mut SeqSource) -> Effect {
        self.past = Some(settled);
        (self.claim, self.last) = (Claim::None, true);
        self.reload(seq)
    }

    /// What became of the last draft here, for as long as that stands.
    pub fn ended(&self) -> Option<DraftState> {
        self.past.as_ref().filter(|_| self.last).and_then(|_| self.closed())
    }

    /// Whether nobody can work on it any more.
    pub fn is_closed(&self) -> bool {
        self.closed().is_some()
    }

    /// What was decided here just now; once.
    pub fn take_settled(&mut self) -> Option<Settled> {
        self.settled.take()
    }

    /// The lines of the evidence that the sentence under the cursor may rest on.
    pub fn lit(&self) -> std::collections::BTreeSet<usize> {
        let at = self.editor.cursor();
        self.known.lit(self.editor.text(), at, self.checks.cited(at))
    }

    /// The draft's reference.
    pub fn record(&self) -> Ref {
        self.record
    }

    /// Whether keys are text now.
    pub fn typing(&self) -> bool {
        self.typing
    }

    /// Whether the draft was read.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// The draft as it was last read.
    pub fn detail(&self) -> Option<&DraftDetail> {
        self.detail.as_deref()
    }

    /// The client-safe text with its cursor.
    pub fn editor(&self) -> &Editor {
        &self.editor
    }

    /// What the checks say.
    pub fn checks(&self) -> &Checks {
        &self.checks
    }

    /// What stands where the text is.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Which column is seen when there is room for one.
    pub fn face(&self) -> Face {
        self.face
    }

    /// The first row of the evidence that is seen.
    pub fn evidence_top(&self) -> usize {
        self.evidence_top
    }

    /// Who holds the draft.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// Others who are at this draft.
    pub fn others<'a>(&self, scene: &Scene<'a>) -> impl Iterator<Item = &'a Presence> {
        let (record, me) = (self.record, scene.me);
        scene.presence.iter().filter(move |presence| presence.at == record && presence.person != me.name)
    }

    /// What the reviewer must know before anything else, most important first.
    pub fn notices(&self, scene: &Scene<'_>) -> Vec<String> {
        let newer = self.detail.as_ref().filter(|_| self.newer).map(|detail| {
            let by = arrive::saver(detail, scene);
            format!("{by} saved a newer version elsewhere; your text is kept. {} reads it", scene.key_of(Action::Reload))
        });
        let clashes = self.keep.clashes();
        let clash = clashes.then(|| format!("two texts were saved; {} asks which one is to be", scene.key_of(Action::Edit)));
        let past = self.past.as_ref().filter(|_| !self.last).map(|past| match past.undo {
            Ok(_) => format!("decided earlier: {}; {} takes it back", past.decided(), scene.key_of(Action::Withdraw)),
            Err(_) => format!("decided earlier: {}", past.decided()),
        });
        let note = self.detail.as_ref().filter(|_| self.closed().is_none()).and_then(|detail| detail.reason.as_ref());
        let note = note.map(|note| told_note(note));
        let passing = self.override_notice(scene);
        [
            past,
            self.read_only(scene).filter(|_| self.ended().is_none()),
            clash,
            note,
            self.newer_notice(),
            passing,
            self.keep.trouble().map(str::to_owned),
            newer,
            self.about_claim.clone(),
            self.recovered_notice(scene),
            self.notice.clone(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// How the screen is divided in an area.
    pub fn shape(&self, scene: &Scene<'_>, width: u16, height: u16) -> Shape {
        Shape::new((width, height), self.checks.most(), self.notices(scene).len(), &self.bulk)
    }

    /// Columns of the text pane; the deck's header and footer take a row each.
    fn text_width(&self, scene: &Scene<'_>) -> usize {
        let shape = self.shape(scene, scene.size.0, scene.size.1.saturating_sub(2));
        shape.inside(shape.text).0.into()
    }

    /// The record as it was last read: another version in the database is a conflict.
    fn target(&self) -> Option<Target> {
        let detail = self.detail.as_ref()?;
        Some(Target { record: self.record, id: self.id.into(), version: detail.draft.version })
    }

    /// Asks for an act; `None` when the draft was never read.
    fn perform(&self, verb: Verb, reason: Option<String>, seq: &mut SeqSource) -> Option<(Seq, Effect)> {
        let number = seq.next_seq();
        Some((number, Effect::Perform(number, Box::new(Act { target: self.target()?, verb, reason }))))
    }

    /// A frame with this draft has reached the terminal.
    pub fn painted(&mut self, scene: &Scene<'_>) {
        if self.reading == Reading::Ready {
            self.gate.painted();
            self.show(scene);
        }
    }
}

//! What the deck asks the world to do. `runtime` performs each and answers with one message (bulk with several).

use crate::domain::act::{Act, Target};
use crate::domain::event::Provider;
use crate::domain::filter::Filter;
use crate::domain::id::{ClientId, DestinationId, DraftId, Ref};
use crate::domain::row::Pane;
use crate::domain::text::Internal;

/// Number of a request; an answer that carries an older one than the last asked is dropped.
pub type Seq = u64;

/// A page of a pane's list.
#[derive(Clone, Debug, PartialEq)]
pub struct PageWanted {
    /// Which list.
    pub pane: Pane,
    /// Rows that match.
    pub filter: Filter,
    /// Rows wanted from the start of the list; the deck asks for more as the cursor nears the end.
    pub limit: i64,
}

/// What the deck wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Load a list from its start.
    LoadPage(Seq, PageWanted),
    /// Load the jobs of one failure group, from the start.
    LoadGroup { seq: Seq, destination: DestinationId, signature: String, limit: i64 },
    /// Load the figures of the pane titles.
    LoadFigures(Seq),
    /// Load the timeline of a record.
    LoadTrace(Seq, Ref),
    /// Load a record as a row of its list, whether that list has it or not.
    LoadRow(Seq, Ref),
    /// Say why a job is not running.
    Explain(Seq, Ref),
    /// Load a draft with its evidence and the saved text.
    LoadDraft(Seq, DraftId),
    /// Load what the portal would show of a text, as its own role sees it.
    LoadPreview(Seq, DraftId, Internal<String>),
    /// Load what every source brought.
    LoadSources(Seq),
    /// Load what is looked up of one source alone.
    LoadSource(Seq, ClientId, Provider),
    /// Read the parked payloads of a source again.
    ReadAgain(Seq, ClientId, Provider),
    /// Send a made-up event of a source through its checks.
    TryOut(Seq, ClientId, Provider),
    /// Load who is where.
    LoadPresence(Seq),
    /// Carry out an act; the answer is [`super::message::Message::Acted`].
    Perform(Seq, Box<Act>),
    /// Freeze everything that matches now, for a bulk act.
    Freeze(Seq, PageWanted),
    /// Carry out many acts, one after the other, with progress; until [`Effect::StopBulk`].
    Bulk(Seq, Vec<Act>),
    /// Stop the running bulk after the act under way.
    StopBulk(Seq),
    /// Keep the reviewer's unfinished text in the database.
    SaveWork { seq: Seq, target: Target, work_version: i64, text: Internal<String> },
    /// Keep it in the recovery file, where the database cannot be reached.
    KeepRecovery { draft: Ref, text: Internal<String> },
    /// The recovery file of a draft is not needed any more.
    DropRecovery { draft: Ref },
    /// Say where this person is; `None` when nowhere special.
    SayPresence { at: Option<Ref>, editing: bool },
    /// Copy to the terminal's clipboard (OSC 52).
    Copy(String),
    /// Open the person's editor on a text; the deck waits.
    OpenEditor { draft: Ref, text: Internal<String> },
    /// Leave.
    Quit,
}

/// Where request numbers come from: one counter for the whole deck, so that no two requests share one.
#[derive(Clone, Debug, Default)]
pub struct SeqSource(Seq);

impl SeqSource {
    /// The next number; the first is 1.
    pub fn next_seq(&mut self) -> Seq {
        self.0 += 1;
        self.0
    }
}

impl Effect {
    /// The number its answer will carry; `None` when nothing answers.
    pub fn seq(&self) -> Option<Seq> {
        match self {
            Self::LoadPage(seq, _)
            | Self::LoadGroup { seq, .. }
            | Self::LoadFigures(seq)
            | Self::LoadTrace(seq, _)
            | Self::LoadRow(seq, _)
            | Self::Explain(seq, _)
            | Self::LoadDraft(seq, _)
            | Self::LoadPreview(seq, ..)
            | Self::LoadSources(seq)
            | Self::LoadSource(seq, ..)
            | Self::ReadAgain(seq, ..)
            | Self::TryOut(seq, ..)
            | Self::LoadPresence(seq)
            | Self::Perform(seq, _)
            | Self::Freeze(seq, _)
            | Self::Bulk(seq, _)
            | Self::SaveWork { seq, .. } => Some(*seq),
            Self::StopBulk(_)
            | Self::KeepRecovery { .. }
            | Self::DropRecovery { .. }
            | Self::SayPresence { .. }
            | Self::Copy(_)
            | Self::OpenEditor { .. }
            | Self::Quit => None,
        }
    }
}

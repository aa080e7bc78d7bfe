//! What happened: a key, a change in the database, an answer to an effect. The only way into the deck's state.

use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, MouseEvent};

use super::effect::Seq;
use crate::domain::act::{Act, Done, Frozen, Target};
use crate::domain::actor::Person;
use crate::domain::draft::{Draft, DraftDetail};
use crate::domain::failure::Failure;
use crate::domain::id::Ref;
use crate::domain::job::Job;
use crate::domain::lead::Lead;
use crate::domain::proof::Proof;
use crate::domain::row::{FailureGroup, Figures, Page, Presence};
use crate::domain::source::figures::{ReadAgain, SourceDetail, SourceFigures};
use crate::domain::source::trial::Trial;
use crate::domain::task::Task;
use crate::domain::text::Internal;
use crate::domain::trace::Trace;
use crate::domain::why::Explanation;

/// Rows of one pane.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    /// Pane 1.
    Leads(Page<Lead>),
    /// Pane 2.
    Groups(Page<FailureGroup>),
    /// Pane 3, and the rows of a failure group.
    Jobs(Page<Job>),
    /// Pane 4.
    Tasks(Page<Task>),
    /// Pane 5.
    Drafts(Page<Draft>),
}

/// How well the deck hears of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Changes arrive as they happen.
    Live,
    /// Changes are polled for (a pooler swallows notifications).
    Polling,
    /// The database cannot be reached since then.
    Offline {
        /// The first failure.
        since: DateTime<Utc>,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse was clicked or scrolled.
    Mouse(MouseEvent),
    /// The terminal has a new size: columns, rows.
    Resize(u16, u16),
    /// The terminal is gone, or the process must end: leave as by the key.
    Leave,
    /// Time went on, because something on the screen shows it.
    Tick(DateTime<Utc>),
    /// Something changed in the database: re-read what is shown.
    Changed,
    /// The link to the database changed.
    Linked(Link),
    /// Who sits before the deck became known, or what this person may do changed.
    Known {
        /// Who.
        me: Person,
        /// Why nothing may be changed, where that is so.
        read_only_reason: Option<String>,
    },
    /// Rows of a list.
    Page(Seq, Result<Rows, Failure>),
    /// Rows of a failure group.
    Group(Seq, Result<Page<Job>, Failure>),
    /// Figures of the titles.
    Figures(Seq, Result<Figures, Failure>),
    /// A timeline.
    Trace(Seq, Result<Trace, Failure>),
    /// A record as the one row of its list.
    Row(Seq, Result<Rows, Failure>),
    /// Why a job is not running.
    Explained(Seq, Result<Box<Explanation>, Failure>),
    /// A draft with its evidence.
    Draft(Seq, Result<Box<DraftDetail>, Failure>),
    /// What the portal would show of a text.
    Preview(Seq, Result<Box<Proof>, Failure>),
    /// What every source brought.
    Sources(Seq, Result<Vec<SourceFigures>, Failure>),
    /// What is looked up of one source alone.
    Source(Seq, Result<Box<SourceDetail>, Failure>),
    /// What came of reading parked payloads again.
    ReadAgain(Seq, Result<ReadAgain, Failure>),
    /// What became of a test event.
    TriedOut(Seq, Result<Box<Trial>, Failure>),
    /// Who is where.
    Presence(Seq, Result<Vec<Presence>, Failure>),
    /// How an act ended; the act comes back, so that nothing typed is lost.
    Acted(Seq, Box<Act>, Result<Done, Failure>),
    /// What a bulk act would work on.
    Frozen(Seq, Result<Vec<Frozen>, Failure>),
    /// One act of a bulk ended.
    BulkStep { seq: Seq, target: Target, outcome: Result<Done, Failure> },
    /// A bulk ended, or was stopped.
    BulkEnded { seq: Seq, stopped: bool },
    /// The unfinished text was saved (its new version), or was not.
    WorkSaved(Seq, Result<i64, Failure>),
    /// An unsaved text of an earlier run was found.
    Recovered { draft: Ref, text: Internal<String> },
    /// The editor was closed; `None` when the text was not changed.
    Edited { draft: Ref, text: Option<Internal<String>> },
    /// Something the deck asked for could not be done at all (clipboard, editor).
    Trouble(String),
}

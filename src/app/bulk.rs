//! Bulk acts: what was frozen, what is under way, and how each row ended.

use std::collections::BTreeMap;

use super::effect::Seq;
use super::item::of_lead;
use super::verbs::Pick;
use crate::config::keys::Action;
use crate::domain::act::{Act, Frozen};
use crate::domain::id::{DestinationId, Kind, Ref};
use crate::domain::row::Pane;

/// Above this many the number must be typed.
pub const TYPED_ABOVE: usize = 25;

/// How one row ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// Which row.
    pub record: Ref,
    /// What was done, or why nothing was.
    pub outcome: Result<String, String>,
}

/// How far a bulk act has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Under way.
    Running,
    /// Asked to stop; the act under way is finished first.
    Stopping,
    /// All were tried.
    Ended,
    /// Stopped before all were tried.
    Stopped,
}

/// A bulk act.
#[derive(Clone, Debug)]
pub struct Bulk {
    pub(super) seq: Seq,
    /// What is done to how many of which, in a few words.
    pub title: String,
    /// The verb alone.
    pub(super) what: String,
    /// Which rows, without their number.
    pub(super) set: String,
    /// How many rows.
    pub of: usize,
    /// How each row ended so far.
    pub ended: Vec<Ended>,
    /// How far it has got.
    pub stage: Stage,
    pub(super) undo: Vec<Act>,
    pub(super) why_not: Option<String>,
    /// Whether its rows were marked: then those that were not done stay so.
    pub marked: bool,
    /// Whether it takes another one back.
    pub(super) is_undo: bool,
    /// Whether it is over and something of it can be taken back.
    pub can_undo: bool,
}

impl Bulk {
    /// How many were done, and how many were not.
    pub fn counts(&self) -> (usize, usize) {
        let done = self.ended.iter().filter(|row| row.outcome.is_ok()).count();
        (done, self.ended.len() - done)
    }

    /// What came of it: of one that was stopped, only what was done.
    pub(super) fn said(&self) -> String {
        let (done, _) = self.counts();
        if done == self.of {
            return self.title.clone();
        }
        format!("{} · {done} of {} {}", self.what, self.of, self.set).trim_end().to_owned()
    }

    /// Whether nothing more happens.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Ended | Stage::Stopped)
    }
}

/// What a freeze is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FreezeFor {
    /// An action on everything frozen; `set` says which rows these are.
    Act { action: Action, set: String },
    /// One job of a failure group, to see whether the cause is mended.
    Canary {
        destination: DestinationId,
        signature: String,
        /// Whether that destination stopped by itself: then it is one that is held.
        stands: bool,
    },
    /// The paced release of a failure group.
    Release { destination: DestinationId, signature: String, label: String },
    /// The first job of a failure group, to say why it is not running.
    Why,
    /// What is held for a destination, to say how much its resuming lets go.
    Resume { destination: Box<Pick> },
    /// Marks in the list of a pane, or of the group on the top screen.
    Marks { pane: Option<Pane> },
}

/// Freezes under way: one, or one for each of several marked groups.
#[derive(Clone, Debug)]
pub(super) struct Freezing {
    pub(super) asked: Vec<Seq>,
    pub(super) targets: BTreeMap<uuid::Uuid, Frozen>,
    pub(super) wanted: FreezeFor,
}

impl Freezing {
    pub(super) fn picks(&self) -> Vec<Pick> {
        let pick = |row: &Frozen| Pick {
            replay: row.replay,
            state: row.job.map(|(_, state)| state),
            ..Pick::bare(row.target, label(row))
        };
        self.targets.values().map(pick).collect()
    }
}

/// A frozen row in a few words: `J-64  crm handoff of L-2041`.
fn label(row: &Frozen) -> String {
    let record = row.target.record;
    let what = row.job.map(|(kind, _)| format!("  {}", kind.as_str().replace('_', " "))).unwrap_or_default();
    let whose = row.lead.filter(|_| record.kind != Kind::Lead).map(|lead| format!(" {}", of_lead(lead))).unwrap_or_default();
    format!("{record}{what}{whose}")
}

/// A job that goes ahead of its group.
#[derive(Clone, Debug)]
pub(super) struct Canary {
    pub(super) record: Ref,
    pub(super) destination: DestinationId,
    pub(super) signature: String,
    /// Whether its destination stood: where it arrives, all that was held goes.
    pub(super) held: bool,
    pub(super) stage: CanaryStage,
}

/// How far a canary has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CanaryStage {
    /// The act that sends it is under way.
    Asked(Seq),
    /// Sent; how it ended is read when something changes.
    Out,
    /// Being read.
    Reading(Seq),
}

//! Automations: trigger rules, and how far each is let loose (C10).

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::event::EventKind;
use super::id::AutomationId;
use super::words;

words! {
    /// How far an automation is let loose.
    pub enum Stage {
        Off,
        /// Journals what it would do, and does nothing.
        Shadow,
        /// A number a day, or a share.
        Limited,
        Full,
        /// Taken back by its rollback path; starts again in `shadow` or not at all.
        RolledBack,
    }
}

/// How much a limited automation may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// That many acts a day of the client's time zone.
    PerDay(u32),
    /// That share of what it is asked to do, in percent: 1 to 99.
    Percent(u8),
}

/// A trigger rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Automation {
    /// Its id.
    pub id: AutomationId,
    /// The number of its reference.
    pub number: i64,
    /// Raised by every change.
    pub version: i64,
    /// Unique name; the actor of its journal entries.
    pub name: String,
    /// What sets it off.
    pub trigger: EventKind,
    /// Who answers for what it does, by name.
    pub owner: Option<String>,
    /// Who stops it, rolls it back and explains it, by name.
    pub incident_owner: Option<String>,
    /// How what it did is taken back, in words that can be followed at night.
    pub rollback: Option<String>,
    /// How far it is let loose.
    pub stage: Stage,
    /// How much it may do while [`Stage::Limited`].
    pub limit: Option<Limit>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Stage {
    /// Whether what it does reaches anybody.
    pub fn acts(self) -> bool {
        matches!(self, Self::Limited | Self::Full)
    }
}

//! Doubts about a lead (C5): that it may be another one told twice, or spam. Each stands until a person settles it, and
//! while it stands some messages do not leave.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::id::{Kind, LeadId, Ref};
use super::span::Severity;
use super::text::Untrusted;
use super::words;

words! {
    /// What is doubted.
    pub enum DoubtKind {
        /// That it is a lead of its own: somebody may have been counted twice.
        Duplicate,
        /// That a person asks for work.
        Spam,
    }
}

words! {
    /// How a person settled a doubt.
    pub enum Settled { Merged, Distinct, NotSpam }
}

words! {
    /// Why no message leaves to a lead.
    pub enum Hold { Spam, LooksSpam, Merged, Duplicate }
}

impl Hold {
    /// Why, and what to do, in a line.
    pub fn why(self) -> &'static str {
        match self {
            Self::Spam => "the lead is marked as spam",
            Self::LooksSpam => "the lead looks like spam, and nobody said otherwise; say: lead not-spam",
            Self::Merged => "the lead was merged into another one, which hears from us instead",
            Self::Duplicate => "it may be a lead that was written to already; say: lead merge, or lead not-duplicate",
        }
    }
}

/// A doubt about a lead, as lists and traces show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The lead.
    #[serde(skip)]
    pub lead: LeadId,
    /// What is doubted.
    pub kind: DoubtKind,
    /// How heavy it weighs; a `Block` holds messages back.
    pub severity: Severity,
    /// Number of the lead that was there before, of a duplicate.
    #[serde(skip)]
    pub other: Option<i64>,
    /// Points of a spam score; how sure a duplicate is, in percent.
    pub score: i64,
    /// Every reason, in words of ours.
    pub reason: String,
    /// Since when.
    pub found_at: DateTime<Utc>,
    /// How a person settled it; `None` while it stands.
    pub verdict: Option<Settled>,
}

impl Doubt {
    /// In a line, for a trace and a list.
    pub fn line(&self) -> Untrusted {
        let verdict = self.verdict.map(|verdict| format!(" ({})", verdict.as_str().replace('_', " "))).unwrap_or_default();
        let what = match (self.kind, self.other) {
            (DoubtKind::Duplicate, Some(other)) => format!("may be {}", Ref::new(Kind::Lead, other)),
            (DoubtKind::Duplicate, None) => "may be another lead".to_owned(),
            (DoubtKind::Spam, _) => format!("spam score {}", self.score),
        };
        Untrusted::from(format!("{what}: {}{verdict}", self.reason))
    }
}

/// That a doubt stands about a lead: what the checks of a draft say of the leads it speaks of (C5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Number of the lead that is doubted.
    pub lead: i64,
    /// What is doubted.
    pub kind: DoubtKind,
    /// Number of the lead that was there before, of a duplicate.
    pub other: Option<i64>,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lead = Ref::new(Kind::Lead, self.lead);
        match (self.kind, self.other) {
            (DoubtKind::Duplicate, Some(other)) => write!(f, "{lead} may be {}", Ref::new(Kind::Lead, other)),
            (DoubtKind::Duplicate, None) => write!(f, "{lead} may be another lead"),
            (DoubtKind::Spam, _) => write!(f, "{lead} may be spam"),
        }
    }
}

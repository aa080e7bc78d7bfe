//! What can go wrong, as plain data that every room can speak of: what, why, and what to do.

use chrono::{DateTime, Utc};

use super::actor::NotAllowed;

/// Why a verb did not do what was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// There is no such row, or the person may not see it.
    #[error("{0} does not exist here; check the reference, or your view of clients")]
    NotFound(String),
    /// Somebody else changed it first.
    #[error("{0}")]
    Conflict(Box<Conflict>),
    /// A rule says no.
    #[error("{what}: {why}; {remedy}")]
    Refused {
        /// What was tried.
        what: String,
        /// The rule.
        why: String,
        /// What to do instead.
        remedy: String,
    },
    /// The person's role does not allow it.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The same key with another content.
    #[error("{job}: the same key came with another content; a person must look at both")]
    KeyReused {
        /// The job that has it.
        job: String,
    },
    /// The database cannot be reached or is busy.
    #[error("the database cannot be reached: {0}; it is tried again by itself")]
    Unavailable(String),
    /// Anything else: a defect, or a broken database.
    #[error("{0}")]
    Other(String),
}

/// Who changed what, when, while somebody else was deciding.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The record, such as `D-12`.
    pub what: String,
    /// Who was first.
    pub by: String,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// What it is now, such as `approved`.
    pub now: String,
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not applied: {} is {} now, changed by {}", self.what, self.now, self.by)?;
        if let Some(at) = self.at {
            write!(f, " at {}", at.format("%H:%M:%S UTC"))?;
        }
        f.write_str("; look at it again")
    }
}

impl Failure {
    /// A rule that says no.
    pub fn refused(what: impl Into<String>, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), why: why.into(), remedy: remedy.into() }
    }

    /// Whether trying the same again later can help.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// The exit status of a command that failed so (DESIGN 9).
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Unavailable(_) | Self::Other(_) => 1,
            Self::NotFound(_) => 2,
            Self::Conflict(_) | Self::Refused { .. } | Self::NotAllowed(_) | Self::KeyReused { .. } => 3,
        }
    }
}

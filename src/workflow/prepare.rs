//! What a claimed job brings to its destination, and whether it may leave now.

use chrono::{DateTime, Utc};

use crate::domain::content::Content;
use crate::domain::failure::Failure;
use crate::domain::job::JobState;
use crate::store::Store;
use crate::store::claim::Claimed;

/// What is to be done with a claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// It may leave.
    Send(Box<Content>),
    /// Not now.
    Wait {
        /// Until when.
        until: DateTime<Utc>,
        /// Why.
        why: String,
    },
    /// Not at all.
    Stop {
        /// Cancelled or dead.
        state: JobState,
        /// Why.
        reason: String,
    },
}

/// Decides for claimed jobs, in the order given.
///
/// # Errors
/// What the database says.
pub async fn prepare(_store: &Store, jobs: &[Claimed]) -> Result<Vec<Prepared>, Failure> {
    Ok(jobs.iter().map(|_| Prepared::Send(Box::new(Content::Publish))).collect())
}

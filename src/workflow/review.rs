//! Drafts on their way to summaries: filing one with its evidence, and keeping a reviewer's unfinished text.

use crate::domain::act::Target;
use crate::domain::actor::{Actor, Person};
use crate::domain::failure::Failure;
use crate::domain::id::{LeadId, Ref};
use crate::store::Store;

/// An AI draft to be filed. Its evidence is gathered from the lead's events.
#[derive(Clone, Debug)]
pub struct NewDraft {
    /// The lead it speaks of.
    pub lead: LeadId,
    /// What it is about, in a few words.
    pub title: String,
    /// What the model wrote.
    pub text: String,
    /// Which model.
    pub model: String,
}

/// Files a draft; an older unreviewed one of the lead is superseded. The same text for the same lead is filed once.
///
/// # Errors
/// `Refused` when the text is empty or too long; `NotFound` for the lead.
pub async fn file_draft(store: &Store, actor: &Actor, draft: &NewDraft) -> Result<Ref, Failure> {
    let _ = (store, actor);
    Err(Failure::NotFound(draft.lead.to_string()))
}

/// Keeps a reviewer's unfinished text; gives back its new version. Extends the claim.
///
/// # Errors
/// `Conflict` when the text was saved from elsewhere since `work_version`, or somebody else holds the claim.
pub async fn save_work(store: &Store, me: &Person, target: &Target, work_version: i64, text: &str) -> Result<i64, Failure> {
    let _ = (store, me, work_version, text);
    Err(Failure::NotFound(target.record.to_string()))
}

//! Drafts on their way to summaries: filing one with its evidence, and keeping a reviewer's unfinished text.

use super::drafting::{NEWER, tell_aside};
use crate::domain::act::Target;
use crate::domain::actor::{Actor, Person, Right};
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, LeadId, Ref};
use crate::domain::text::is_unsafe;
use crate::store::Store;
use crate::store::drafts::NewRow;
use crate::store::journal::About;

/// Characters in a draft at most; a summary is a few sentences.
pub const LONGEST: usize = 20_000;

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

/// Files a draft; an older one of the lead that nobody looks at is superseded. The same text for the same lead is
/// filed once.
///
/// # Errors
/// `Refused` when the text is empty or too long; `NotFound` for the lead.
pub async fn file_draft(store: &Store, actor: &Actor, draft: &NewDraft) -> Result<Ref, Failure> {
    actor.require(Right::Operate, "file a draft")?;
    let text = draft.text.replace('\0', "\u{fffd}");
    if text.trim().is_empty() || text.chars().count() > LONGEST {
        let why = format!("it has {} characters", text.chars().count());
        return Err(Failure::refused("filing the draft", why, format!("give between 1 and {LONGEST} characters of text")));
    }
    let mut tx = store.begin().await?;
    let lead = tx
        .lead_now(draft.lead.0)
        .await?
        .filter(|lead| actor.sees(lead.client_id))
        .ok_or_else(|| Failure::NotFound("the lead".into()))?;
    let brief = tx.lead_brief(lead.id).await?.ok_or_else(|| Failure::NotFound("the lead".into()))?;
    if let Some(number) = tx.same_draft(lead.id, &text, &brief.version()).await? {
        return Ok(Ref::new(Kind::Draft, number));
    }
    let detail = format!("by {}", draft.model);
    // The draft's id is made by the insert; the announcement names the lead it speaks of.
    let about = About { verb: "draft.file", kind: Kind::Lead, subject: lead.id.0, lead: Some(lead.id), detail: &detail };
    tx.journal(actor, about).await?;
    let row = NewRow {
        lead: lead.id,
        client: lead.client_id,
        title: &draft.title,
        text: &text,
        model: &draft.model,
        prompt_version: "",
        tokens: 0,
        cost_micros: 0,
        brief: &brief,
    };
    let aside = tx.supersede_drafts(&row).await?;
    tell_aside(&mut tx, actor, lead.id, &aside, NEWER).await?;
    let (_, number) = tx.insert_draft(&row).await?;
    tx.commit().await?;
    Ok(Ref::new(Kind::Draft, number))
}

/// Keeps a reviewer's unfinished text; gives back its new version. Extends the claim.
///
/// # Errors
/// `Conflict` when the text was saved from elsewhere since `work_version`, or somebody else holds the claim.
pub async fn save_work(store: &Store, me: &Person, target: &Target, work_version: i64, text: &str) -> Result<i64, Failure> {
    if text.chars().count() > LONGEST {
        return Err(Failure::refused("saving the text", "it is too long", format!("shorten it to {LONGEST} characters")));
    }
    // The review screen takes these out as they are typed; a file may have them, and no database keeps all of them.
    if let Some(hidden) = text.chars().find(|c| *c != '\n' && is_unsafe(*c)) {
        let why = format!("it holds a character that nobody sees (U+{:04X})", u32::from(hidden));
        return Err(Failure::refused("saving the text", why, "take it out"));
    }
    let mut tx = store.begin().await?;
    let me = &super::act::present(&mut tx, me).await?;
    Actor::Person(me.clone()).require(Right::Review, "edit a draft")?;
    let draft = tx.draft_now(target.id).await?.ok_or_else(|| Failure::NotFound(target.record.to_string()))?;
    match tx.save_work(&draft, work_version, me.id, text).await? {
        Some(version) => {
            tx.commit().await?;
            Ok(version)
        }
        None if draft.claimed_by == Some(me.id) && draft.work_version != work_version => Err(super::act::text_conflict(&draft)),
        None => Err(super::act::draft_conflict(&mut tx, &draft, me).await),
    }
}

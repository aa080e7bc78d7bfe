//! Two leads that are one: merged, taken apart, or said to differ.

use super::Acting;
use crate::domain::act::{Done, Verb};
use crate::domain::actor::{Actor, Person};
use crate::domain::doubt::{DoubtKind, Settled};
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, LeadId, Ref};
use crate::domain::lead::LeadState;
use crate::domain::merge::{Taken, taken};
use crate::store::leads::LeadNow;
use crate::store::{Store, Tx};
use crate::workflow::drafting;

/// What a merge would do, in lines.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Preview {
    /// The lead that would be merged.
    pub merged: Ref,
    /// The lead that would be kept.
    pub kept: Ref,
    /// What the kept lead takes.
    pub takes: String,
    /// Messages of the merged lead that wait, and would not leave.
    pub messages_stopped: i64,
    /// Events that the kept lead would show as well.
    pub events: i64,
}

/// Whether one lead can be merged into another, and what the kept one takes.
async fn check(tx: &mut Tx, actor: &Actor, lead: &LeadNow, into: i64) -> Result<(LeadNow, Taken), Failure> {
    let (merged, kept) = (Ref::new(Kind::Lead, lead.number), Ref::new(Kind::Lead, into));
    let refused = |why: String, remedy: &str| Err(Failure::refused(format!("merging {merged} into {kept}"), why, remedy));
    let target = tx.lead_numbered(into).await?.filter(|target| actor.sees(target.client_id));
    let target = target.ok_or_else(|| Failure::NotFound(kept.to_string()))?;
    if target.id == lead.id {
        return refused("they are the same lead".into(), "name two leads");
    }
    if target.client_id != lead.client_id {
        return refused("they are of two clients".into(), "leads of two clients are two leads, whoever the person is");
    }
    if lead.state == LeadState::Merged {
        return refused(format!("{merged} is merged already"), "take that apart first: lead unmerge");
    }
    if target.state == LeadState::Merged {
        return refused(format!("{kept} is merged itself"), "merge into the lead that was kept, or take that apart first");
    }
    if let Some(child) = tx.merged_child(lead.id).await? {
        let child = Ref::new(Kind::Lead, child);
        return refused(format!("{child} was merged into {merged}"), "merge the other way round, or take that apart first");
    }
    let missing = |record: Ref| Failure::NotFound(record.to_string());
    let own = tx.merge_side(lead.id).await?.ok_or_else(|| missing(merged))?;
    let other = tx.merge_side(target.id).await?.ok_or_else(|| missing(kept))?;
    Ok((target, taken(&other, &own)))
}

/// What a merge would do; nothing is done.
///
/// # Errors
/// As the merge itself would be refused.
pub async fn preview(store: &Store, me: &Person, lead: LeadId, into: i64) -> Result<Preview, Failure> {
    let actor = Actor::Person(me.clone());
    let mut tx = store.begin().await?;
    let found = tx.lead_now(lead.0).await?.filter(|lead| actor.sees(lead.client_id));
    let lead = found.ok_or_else(|| Failure::NotFound("the lead".into()))?;
    let (kept, taken) = check(&mut tx, &actor, &lead, into).await?;
    let (messages_stopped, events) = tx.merge_extent(lead.id).await?;
    Ok(Preview {
        merged: Ref::new(Kind::Lead, lead.number),
        kept: Ref::new(Kind::Lead, kept.number),
        takes: taken.words(),
        messages_stopped,
        events,
    })
}

impl Acting<'_> {
    /// Somebody was asked about this lead's data, and this act is the answer: once nothing else is doubted of it.
    pub(super) async fn answer_tasks(&mut self, lead: LeadId) -> Result<(), Failure> {
        if self.tx.is_doubted(lead).await? {
            return Ok(());
        }
        for task in self.tx.asked_about(lead).await? {
            self.announce(Kind::Task, task, Some(lead), "answered").await?;
            self.tx.answered(task).await?;
        }
        Ok(())
    }

    pub(super) async fn merge(&mut self, into: i64) -> Result<Done, Failure> {
        let lead = self.lead().await?;
        let (kept, taken) = check(&mut self.tx, &self.actor, &lead, into).await?;
        let kept_ref = Ref::new(Kind::Lead, kept.number);
        let detail = format!("into {kept_ref}, which takes {}", taken.words());
        self.announce(Kind::Lead, lead.id.0, Some(lead.id), &detail).await?;
        let own = self.act.target.record;
        self.announce(Kind::Lead, kept.id.0, Some(kept.id), &format!("{own} into this one")).await?;
        let json = serde_json::to_string(&taken).map_err(|error| Failure::Other(error.to_string()))?;
        if !self.tx.merge_leads((lead.id, lead.version), (kept.id, kept.version), &taken, &json).await? {
            return Err(self.conflict(lead.state.as_str()).await);
        }
        self.tx.settle_pair(lead.id, kept.id, Settled::Merged).await?;
        self.answer_tasks(lead.id).await?;
        self.answer_tasks(kept.id).await?;
        // What was drafted of half the story is not shown to anybody.
        drafting::outdate(&mut self.tx, &self.actor, lead.id).await?;
        let key = format!("{own} v{} into this one", lead.version);
        drafting::story_changed(&mut self.tx, &self.actor, (kept.client_id, kept.id), &key).await?;
        let undo = self.inverse(Verb::Unmerge, lead.version + 1);
        Ok(self.done(format!("{own} is merged into {kept_ref}"), Ok(undo)))
    }

    pub(super) async fn unmerge(&mut self) -> Result<Done, Failure> {
        let lead = self.lead().await?;
        let merge = match self.tx.live_merge(lead.id).await? {
            Some(merge) if lead.state == LeadState::Merged => merge,
            _ => return Err(self.refused("it is merged into no lead", "look at it again")),
        };
        let taken: Taken = serde_json::from_str(&merge.filled).map_err(|error| Failure::Other(error.to_string()))?;
        let kept = Ref::new(Kind::Lead, merge.kept_number);
        self.announce(Kind::Lead, lead.id.0, Some(lead.id), &format!("out of {kept}")).await?;
        let own = self.act.target.record;
        self.announce(Kind::Lead, merge.kept.0, Some(merge.kept), &format!("{own} out of this one")).await?;
        if !self.tx.split_leads((lead.id, lead.version), &merge, &taken).await? {
            return Err(self.conflict(lead.state.as_str()).await);
        }
        self.tx.settle_pair(lead.id, merge.kept, Settled::Distinct).await?;
        self.tx.mark_drafts(lead.id).await?;
        self.tx.mark_drafts(merge.kept).await?;
        for story in [lead.id, merge.kept] {
            let key = format!("{own} v{} apart {story}", lead.version);
            drafting::story_changed(&mut self.tx, &self.actor, (lead.client_id, story), &key).await?;
        }
        let undo = self.inverse(Verb::MergeLead { into: merge.kept_number }, lead.version + 1);
        Ok(self.done(format!("{own} stands for itself again, as {}", merge.state_before), Ok(undo)))
    }

    /// That a lead is no other one's duplicate, or that it may be one after all.
    pub(super) async fn tell_apart(&mut self, distinct: bool) -> Result<Done, Failure> {
        let lead = self.lead().await?;
        let (said, undo) =
            if distinct { ("differs from the leads it was taken for", false) } else { ("may be another lead again", true) };
        self.announce(Kind::Lead, lead.id.0, Some(lead.id), said).await?;
        let changed = if distinct {
            self.tx.settle_doubts(lead.id, DoubtKind::Duplicate, Settled::Distinct).await?
        } else {
            self.tx.doubt_again(lead.id, DoubtKind::Duplicate, Settled::Distinct).await?
        };
        if changed == 0 {
            return Err(self.refused("nothing says that it is another lead", "look at it again"));
        }
        if distinct {
            self.answer_tasks(lead.id).await?;
        }
        if !self.tx.touch_lead(lead.id, lead.version).await? {
            return Err(self.conflict(lead.state.as_str()).await);
        }
        let undo = self.inverse(Verb::TellApart { distinct: undo }, lead.version + 1);
        Ok(self.done(format!("{} {said}", self.act.target.record), Ok(undo)))
    }
}

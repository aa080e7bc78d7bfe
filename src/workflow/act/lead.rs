//! What a person does to leads.

use super::Acting;
use crate::domain::act::{Done, Verb};
use crate::domain::doubt::{DoubtKind, Settled};
use crate::domain::failure::Failure;
use crate::domain::id::Kind;
use crate::domain::lead::{LeadAct, LeadState, LostReason};
use crate::store::leads::LeadNow;
use crate::workflow::drafting;

impl Acting<'_> {
    pub(super) async fn lead(&mut self) -> Result<LeadNow, Failure> {
        let found = self.tx.lead_now(self.act.target.id).await?;
        let lead = self.seen(found, |lead| lead.client_id)?;
        self.unchanged(lead.version, lead.state.as_str()).await?;
        Ok(lead)
    }

    async fn write_lead(
        &mut self,
        lead: &LeadNow,
        to: LeadState,
        lost: Option<LostReason>,
        replied: bool,
    ) -> Result<(), Failure> {
        let why = lost.map(|reason| format!(" ({reason})")).unwrap_or_default();
        self.announce(Kind::Lead, lead.id.0, Some(lead.id), &format!("{} → {to}{why}", lead.state)).await?;
        match self.tx.set_lead(lead, lead.version, to, lost, to.next_step(), replied).await? {
            // Where it stands is what its drafts say, and is counted in its week's.
            Some(_) => self.tx.mark_drafts(lead.id).await?,
            None => return Err(self.conflict(lead.state.as_str()).await),
        }
        // Nothing was drafted of it meanwhile.
        if lead.state == LeadState::Spam && to != LeadState::Spam {
            let key = format!("{} v{} no spam", self.act.target.record, lead.version);
            drafting::story_changed(&mut self.tx, &self.actor, (lead.client_id, lead.id), &key).await?;
        }
        Ok(())
    }

    /// What happened with the lead; the first word with the person stops the reply clock.
    pub(super) async fn set_lead(&mut self, act: LeadAct, lost: Option<LostReason>) -> Result<Done, Failure> {
        let lead = self.lead().await?;
        let to = lead.state.after(act).map_err(|bad| self.refused(bad, "look at it again"))?;
        if (to == LeadState::Lost) != lost.is_some() {
            return Err(
                self.refused("a lost lead needs a reason, and only a lost one has one", "say why: price, timing, no_answer, …")
            );
        }
        let suspect = self.settle_spam(&lead, act).await?;
        let replied = matches!(to, LeadState::Contacted | LeadState::Quoted | LeadState::Booked);
        self.write_lead(&lead, to, lost, replied).await?;
        let undo = self.inverse(Verb::RestoreLead { state: lead.state, lost: lead.lost_reason, suspect }, lead.version + 1);
        if suspect || act == LeadAct::MarkSpam {
            self.answer_tasks(lead.id).await?;
        }
        let said = if to == lead.state { format!("no spam, and {to}") } else { to.to_string() };
        Ok(self.done(format!("{} is {said}", self.act.target.record), Ok(undo)))
    }

    /// A person says whether it is spam: what the score said is settled, or done as it said.
    async fn settle_spam(&mut self, lead: &LeadNow, act: LeadAct) -> Result<bool, Failure> {
        match act {
            LeadAct::NotSpam => {
                let settled = self.tx.settle_doubts(lead.id, DoubtKind::Spam, Settled::NotSpam).await? > 0;
                if !settled && lead.state != LeadState::Spam {
                    return Err(self.refused("nothing says that it is spam", "look at it again"));
                }
                Ok(settled)
            }
            _ => Ok(false),
        }
    }

    /// As it was before the last act.
    pub(super) async fn restore_lead(
        &mut self,
        state: LeadState,
        lost: Option<LostReason>,
        suspect: bool,
    ) -> Result<Done, Failure> {
        let lead = self.lead().await?;
        if lead.state == LeadState::Merged {
            return Err(self.refused("it was merged into another lead", "take that apart first: lead unmerge"));
        }
        if state == LeadState::Merged || (state == LeadState::Lost) != lost.is_some() {
            return Err(self.refused("that is no state to go back to", "set the outcome again"));
        }
        self.write_lead(&lead, state, lost, false).await?;
        if suspect {
            self.tx.doubt_again(lead.id, DoubtKind::Spam, Settled::NotSpam).await?;
        }
        Ok(self.done(format!("{} is {state} again", self.act.target.record), Err("it was an undo itself; set the outcome again")))
    }

    /// Given to somebody else.
    pub(super) async fn assign_lead(&mut self, to: Option<&str>) -> Result<Done, Failure> {
        let lead = self.lead().await?;
        self.known_person(to).await?;
        let name = to.unwrap_or("nobody");
        self.announce(Kind::Lead, lead.id.0, Some(lead.id), &format!("to {name}")).await?;
        if self.tx.assign_lead(lead.id, lead.version, to).await?.is_none() {
            return Err(self.conflict(lead.state.as_str()).await);
        }
        let undo = self.inverse(Verb::AssignLead { to: lead.owner.clone() }, lead.version + 1);
        Ok(self.done(format!("{} belongs to {name}", self.act.target.record), Ok(undo)))
    }
}

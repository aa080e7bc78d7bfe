//! Letting a block pass takes two people: whoever reviews asks for one text, and an owner who is somebody else decides.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Acting, draft_conflict};
use crate::domain::act::Done;
use crate::domain::draft::{DraftAct, Spans};
use crate::domain::failure::{Conflict, Failure};
use crate::domain::id::Kind;
use crate::domain::lead::Urgency;
use crate::domain::span::{Finding, Severity};
use crate::domain::task::TaskKind;
use crate::store::drafts::overrides::Asking;
use crate::store::tasks::NewTask;

impl Acting<'_> {
    /// Asks that the text on the screen pass; an owner gets a task.
    pub(super) async fn ask_override(&mut self, text: &str) -> Result<Done, Failure> {
        let draft = self.draft().await?;
        self.held(&draft, DraftAct::Approve).await?;
        let text = text.trim();
        self.fit_to_show(text)?;
        let found = self.tx.check_text(&draft, text).await?;
        let blocks: Vec<&Finding> = found.iter().filter(|finding| finding.severity == Severity::Block).collect();
        let mut kinds: Vec<&str> = blocks.iter().map(|finding| finding.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            return Err(self.refused("nothing blocks this text", "approve it"));
        }
        let kinds = kinds.join(", ");
        self.announce(Kind::Draft, draft.id.0, Some(draft.lead_id), &kinds).await?;
        let why = self.act.reason.as_deref().unwrap_or_default();
        // Only the newest request can be granted.
        self.tx.finish_requests(&self.actor, draft.id, "asked for with another text").await?;
        let owner = self.tx.first_owner().await?.filter(|owner| *owner != self.me.name);
        let (record, who) = (self.act.target.record, &self.me.name);
        let title =
            format!("{who} asks to let {kinds} pass in {record}: look at it there, or: quotedeck draft override {record}");
        let task = NewTask {
            client: draft.client_id,
            lead: Some(draft.lead_id),
            job: None,
            payload: None,
            kind: TaskKind::Other,
            title: &title,
            owner: owner.as_deref(),
            urgency: Urgency::Soon,
            due_in: TimeDelta::hours(1),
        };
        let task = self.tx.plan_task(&self.actor, &task).await?;
        self.tx.ask_override(&draft, self.me.id, text, &Asking { kinds: &kinds, spans: &Spans::of(blocks), why, task }).await?;
        Ok(self.done(format!("an owner is asked to let {kinds} pass; any other text asks anew"), Err("nothing has passed yet")))
    }

    /// Lets the text pass that somebody else asked for and this person read: never one that was asked for meanwhile.
    pub(super) async fn grant_override(&mut self, request: Uuid) -> Result<Done, Failure> {
        let draft = self.draft().await?;
        if draft.state.is_decided() {
            return Err(draft_conflict(&mut self.tx, &draft, self.me).await);
        }
        let Some(asked) = self.tx.asked_override(&draft).await? else {
            return Err(self.refused(
                "nobody asked to let anything pass",
                "it is asked on the review screen, or: quotedeck draft ask-override",
            ));
        };
        if asked.id != request {
            return Err(Failure::Conflict(Box::new(Conflict {
                what: self.act.target.record.to_string(),
                by: asked.name,
                at: Some(asked.at),
                now: "asked for with another text".to_owned(),
            })));
        }
        if asked.by == self.me.id {
            return Err(self.refused("you asked for it yourself, and it takes a second person", "let another owner decide"));
        }
        let detail = format!("{} for {}, who asked: {}", asked.kinds, asked.name, asked.why);
        self.announce(Kind::Draft, draft.id.0, Some(draft.lead_id), &detail).await?;
        let why = self.act.reason.as_deref().unwrap_or_default();
        if !self.tx.grant_override(&draft, &asked, self.me.id, why).await? {
            return Err(self.conflict(draft.state.as_str()).await);
        }
        self.tx.finish_requests(&self.actor, draft.id, "").await?;
        Ok(self.done(
            format!("{} may approve that text although of {}", asked.name, asked.kinds),
            Err("withdraw the summary instead"),
        ))
    }
}

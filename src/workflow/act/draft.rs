//! What a reviewer does to drafts and summaries.

use super::{Acting, draft_conflict, text_conflict};
use crate::domain::act::{Act, Done, Target, Verb};
use crate::domain::brief::Subject;
use crate::domain::draft::{APPROVAL_UNDONE, DraftAct, DraftState, REJECTION_UNDONE, RejectReason, undone_note};
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, Ref};
use crate::domain::job::JobKind;
use crate::domain::lead::LeadState;
use crate::domain::mask::is_masked;
use crate::domain::span::FindingKind;
use crate::domain::text::is_unsafe;
use crate::store::drafts::DraftNow;
use crate::store::drafts::summaries::SummaryNow;
use crate::store::jobs::{NewJob, Queued};
use crate::store::journal::About;

impl Acting<'_> {
    pub(super) async fn draft(&mut self) -> Result<DraftNow, Failure> {
        let found = self.tx.draft_now(self.act.target.id).await?;
        self.seen(found, |draft| draft.client_id)
    }

    /// A verdict is for whoever holds the claim: the claim is what keeps two people from deciding at once.
    pub(super) async fn held(&mut self, draft: &DraftNow, act: DraftAct) -> Result<DraftState, Failure> {
        if draft.state.is_decided() || draft.claimed_by.is_some_and(|holder| holder != self.me.id) {
            return Err(draft_conflict(&mut self.tx, draft, self.me).await);
        }
        draft.state.after(act).map_err(|bad| self.refused(bad, "claim it first"))
    }

    async fn closed(&mut self, draft: &DraftNow, to: DraftState, reason: Option<&str>) -> Result<(), Failure> {
        match self.tx.set_draft(draft, draft.version, to, reason).await? {
            Some(_) => Ok(()),
            None => Err(self.conflict(draft.state.as_str()).await),
        }
    }

    /// Takes a draft for editing. One's own claim is renewed; somebody else's holds until it runs out, unless taken over.
    pub(super) async fn claim(&mut self, take_over: bool) -> Result<Done, Failure> {
        let draft = self.draft().await?;
        if draft.state.after(DraftAct::Claim).is_err() {
            return Err(draft_conflict(&mut self.tx, &draft, self.me).await);
        }
        let other = draft.claimed_by.filter(|holder| *holder != self.me.id);
        let alive = draft.claim_until.is_some_and(|until| until > self.tx.now);
        if other.is_some() && alive && !take_over {
            return Err(draft_conflict(&mut self.tx, &draft, self.me).await);
        }
        let from = other.and(draft.claimed_name.as_deref()).map(|name| format!("from {name}")).unwrap_or_default();
        self.announce(Kind::Draft, draft.id.0, Some(draft.lead_id), &from).await?;
        if self.tx.claim_draft(draft.id, draft.version, self.me.id).await?.is_none() {
            return Err(self.conflict(draft.state.as_str()).await);
        }
        self.tx.recheck(&draft).await?;
        Ok(self.done(
            format!("{} is yours", self.act.target.record),
            Ok(self.inverse(Verb::ReleaseDraft { work_version: None }, draft.version + 1)),
        ))
    }

    /// Writes down that somebody looks at a masked place of the evidence: which and why, never what stands there.
    pub(super) async fn reveal(&mut self, line: i64, kind: FindingKind) -> Result<Done, Failure> {
        let draft = self.draft().await?;
        // An entry about something that nobody can have seen would explain nothing.
        if !is_masked(kind) || !self.tx.has_evidence_line(&draft, line).await? {
            return Err(self.refused(format!("nothing is masked as {kind} in line {line}"), "look at the evidence again"));
        }
        self.announce(Kind::Draft, draft.id.0, Some(draft.lead_id), &format!("{kind} in line {line}")).await?;
        Ok(self.done(format!("the {kind} in line {line} is shown"), Err("what was seen cannot be unseen")))
    }

    /// Hands it back; the text in progress stays with it, and a note where there is one.
    pub(super) async fn release(&mut self, work_version: Option<i64>) -> Result<Done, Failure> {
        let draft = self.draft().await?;
        let to = self.held(&draft, DraftAct::Release).await?;
        if work_version.is_some_and(|read| read != draft.work_version) {
            return Err(text_conflict(&draft));
        }
        self.announce(Kind::Draft, draft.id.0, Some(draft.lead_id), "").await?;
        let note = self.act.reason.as_ref().map(|note| format!("{note} ({})", self.me.name));
        self.closed(&draft, to, note.as_deref()).await?;
        let how = if note.is_some() { "sent back" } else { "handed back" };
        Ok(self.done(format!("{} is {how}", self.act.target.record), Err("claim it again")))
    }

    /// Approves the very text on the screen, and arms its publishing. A text that another screen of the same person saved
    /// meanwhile is not dropped for it: where the two differ, it is a conflict.
    pub(super) async fn approve(&mut self, text: &str, work_version: i64) -> Result<Done, Failure> {
        let draft = self.draft().await?;
        self.held(&draft, DraftAct::Approve).await?;
        let text = text.trim();
        if draft.work_version != work_version && self.tx.saved_work(&draft).await?.trim() != text {
            return Err(text_conflict(&draft));
        }
        self.fit_to_show(text)?;
        if draft.subject == Subject::Lead && matches!(draft.lead_state, LeadState::Spam | LeadState::Merged) {
            let why = format!("its lead is {} by now, and nothing is told of such a one", draft.lead_state);
            return Err(self.refused(why, "look at the lead; what was typed is kept"));
        }
        let granted = self.tx.granted_overrides(&draft, text).await?;
        let told = granted.iter().map(|granted| format!("{} let {} pass: {}", granted.by, granted.kinds, granted.why));
        let detail = told.collect::<Vec<_>>().join("; ");
        self.announce(Kind::Draft, draft.id.0, Some(draft.lead_id), &detail).await?;
        let (id, number) = match self.tx.approve_draft(&draft, draft.version, self.me.id, text, &granted).await? {
            Err(block) => {
                // The span itself stays out of the message: it repeats what must not leave.
                let why = format!("{} at characters {}–{}: {}", block.kind, block.start, block.end, block.reason);
                return Err(self.refused(why, "mask or reword it, or ask an owner to let it pass"));
            }
            Ok(None) => return Err(self.conflict(draft.state.as_str()).await),
            Ok(Some(made)) => made,
        };
        let summary = Ref::new(Kind::Summary, number);
        self.tx.finish_requests(&self.actor, draft.id, "the draft is approved").await?;
        let arms = self.arm_publishing(&draft, id, text).await?;
        let undo = Act {
            target: Target { record: summary, id: id.0, version: 1 },
            verb: Verb::WithdrawSummary { reopen: true },
            reason: Some(APPROVAL_UNDONE.into()),
        };
        Ok(Done { record: summary, said: format!("{} is approved as {summary}; {arms}", self.act.target.record), undo: Ok(undo) })
    }

    /// A text that somebody can read whole: what the review screen lets nobody type, no other way brings in either.
    pub(super) fn fit_to_show(&self, text: &str) -> Result<(), Failure> {
        if text.is_empty() || text.chars().count() > crate::workflow::review::LONGEST {
            return Err(self.refused("the text is empty or too long", "write a few sentences"));
        }
        match text.chars().find(|c| *c != '\n' && is_unsafe(*c)) {
            None => Ok(()),
            Some(hidden) => {
                let why = format!("the text holds a character that nobody sees (U+{:04X})", u32::from(hidden));
                Err(self.refused(why, "take it out; the review screen does so by itself"))
            }
        }
    }

    async fn arm_publishing(
        &mut self,
        draft: &DraftNow,
        summary: crate::domain::id::SummaryId,
        text: &str,
    ) -> Result<&'static str, Failure> {
        let rules = self.tx.rulebook().await?;
        let Some(portal) = rules.destination(JobKind::PortalPublish, None) else {
            return Ok("there is no portal destination, so it is not published");
        };
        // The key is the summary: each approval is a new version and is published once.
        let natural_key = summary.to_string();
        let args = format!(
            "{{\"summary\":\"{summary}\",\"hash\":\"{}\"}}",
            crate::domain::journal::to_hex(&crate::domain::journal::sha256(text.as_bytes()))
        );
        let job = NewJob {
            client: draft.client_id,
            lead: Some(draft.lead_id),
            summary: Some(summary),
            destination: portal.id,
            delivery_mode: portal.delivery_mode,
            template: None,
            kind: JobKind::PortalPublish,
            operation: "summary.publish",
            natural_key: &natural_key,
            args: &args,
            priority: 50,
            armed: true,
        };
        match self.tx.queue_job(&self.actor, &job).await? {
            Queued::New(..) | Queued::Known(_) => Ok("published in 10 s"),
            Queued::Differs(number) => Err(Failure::KeyReused { job: Ref::new(Kind::Job, number).to_string() }),
        }
    }

    /// Sends it away.
    pub(super) async fn reject(&mut self, reason: RejectReason, work_version: i64) -> Result<Done, Failure> {
        let draft = self.draft().await?;
        let to = self.held(&draft, DraftAct::Reject).await?;
        if draft.work_version != work_version {
            return Err(text_conflict(&draft));
        }
        self.announce(Kind::Draft, draft.id.0, Some(draft.lead_id), reason.as_str()).await?;
        let why = self.act.reason.as_ref().map_or_else(|| reason.to_string(), |note| format!("{reason}: {note}"));
        self.closed(&draft, to, Some(&why)).await?;
        self.tx.finish_requests(&self.actor, draft.id, "the draft is rejected").await?;
        Ok(self.done(
            format!("{} is rejected: {reason}", self.act.target.record),
            Ok(self.inverse(Verb::ReopenDraft, draft.version + 1)),
        ))
    }

    /// Brings a draft back that was rejected, or whose summary was withdrawn.
    pub(super) async fn reopen_draft(&mut self) -> Result<Done, Failure> {
        let draft = self.draft().await?;
        self.unchanged(draft.version, draft.state.as_str()).await?;
        let todo = "only one that was rejected, or whose summary was withdrawn, comes back";
        let to = draft.state.after(DraftAct::Reopen).map_err(|bad| self.refused(bad, todo))?;
        if let Some(number) = self.tx.standing_summary(draft.id).await? {
            let summary = Ref::new(Kind::Summary, number);
            return Err(
                self.refused(format!("{summary} was made of it and stands"), &format!("summary withdraw {summary} first"))
            );
        }
        self.announce(Kind::Draft, draft.id.0, Some(draft.lead_id), "").await?;
        let what = if draft.state == DraftState::Approved { APPROVAL_UNDONE } else { REJECTION_UNDONE };
        let note = undone_note(what, &self.me.name, self.act.reason.as_deref());
        self.closed(&draft, to, Some(&note)).await?;
        self.returned(&draft).await?;
        Ok(self.done(format!("{} is open again", self.act.target.record), Err("claim it and reject it again")))
    }

    /// Takes a summary back from the portal. A trace knows only its reference: then it is taken as it is now.
    pub(super) async fn withdraw(&mut self, reopen: bool) -> Result<Done, Failure> {
        let target = self.act.target;
        let id = if target.id.is_nil() { self.tx.summary_numbered(target.record.number).await? } else { Some(target.id) };
        let found = match id {
            Some(id) => self.tx.summary_now(id).await?,
            None => None,
        };
        let summary: SummaryNow = self.seen(found, |summary| summary.client_id)?;
        let version = if target.id.is_nil() || target.version == 0 { summary.version } else { target.version };
        self.announce(Kind::Summary, summary.id.0, Some(summary.lead_id), "").await?;
        let why = self.act.reason.as_deref().unwrap_or_default();
        // Publishing moves the version, and is no reason not to take it back.
        let version = if version < summary.version && summary.state == crate::domain::draft::SummaryState::Published {
            summary.version
        } else {
            version
        };
        if self.tx.withdraw_summary(summary.id, version, why).await?.is_none() {
            return Err(self.conflict(summary.state.as_str()).await);
        }
        let again = if reopen { self.wait_again(&summary, why).await? } else { None };
        let said = match again {
            Some(draft) => format!("{} is withdrawn; {draft} waits again, with its text", target.record),
            None => format!("{} is withdrawn; the portal does not show it any more", target.record),
        };
        Ok(self.done(said, Err("approve a new version instead")))
    }

    /// While it was closed nothing marked it.
    async fn returned(&mut self, draft: &DraftNow) -> Result<(), Failure> {
        let brief = match draft.subject {
            Subject::Lead => self.tx.lead_brief(draft.lead_id).await?,
            Subject::Week => None,
        };
        self.tx.mark_returned(draft.id, &brief.map(|brief| brief.version()).unwrap_or_default()).await
    }

    /// The draft of a withdrawn summary waits again, with the reason as its note.
    async fn wait_again(&mut self, summary: &SummaryNow, why: &str) -> Result<Option<Ref>, Failure> {
        let Some(draft) = self.tx.draft_now(summary.draft_id.0).await? else { return Ok(None) };
        let Ok(to) = draft.state.after(DraftAct::Reopen) else { return Ok(None) };
        let detail = self.act.target.record.to_string();
        let about = About {
            verb: Verb::ReopenDraft.name(),
            kind: Kind::Draft,
            subject: draft.id.0,
            lead: Some(draft.lead_id),
            detail: &detail,
        };
        self.tx.journal(&self.actor, about).await?;
        self.closed(&draft, to, Some(&undone_note(APPROVAL_UNDONE, &self.me.name, Some(why)))).await?;
        self.returned(&draft).await?;
        Ok(Some(Ref::new(Kind::Draft, draft.number)))
    }
}

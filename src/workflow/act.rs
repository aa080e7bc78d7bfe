//! Carries out one act of a person: role, state, version and reason are checked, then it is done with its journal entry.

mod draft;
mod job;
mod lead;
pub mod merge;
mod overriding;
mod place;
mod release;
mod task;

use uuid::Uuid;

use crate::domain::act::{Act, Done, Target, Verb};
use crate::domain::actor::{Actor, Person};
use crate::domain::draft::DraftState;
use crate::domain::failure::{Conflict, Failure};
use crate::domain::id::{ClientId, Kind, LeadId, Ref};
use crate::store::drafts::DraftNow;
use crate::store::journal::About;
use crate::store::{Store, Tx};
pub(in crate::workflow) use release::{Turn, let_go};

/// An act under way: one transaction, one person, one record.
struct Acting<'a> {
    tx: Tx,
    actor: Actor,
    me: &'a Person,
    act: &'a Act,
    /// What people call the record: the deck knows some by their id alone.
    record: Ref,
}

/// Carries out an act. A bulk is many of these, one after the other.
///
/// # Errors
/// `NotAllowed`, `Refused`, `Conflict` (with who was first) or what the database says; nothing was changed then.
pub async fn perform(store: &Store, me: &Person, act: &Act) -> Result<Done, Failure> {
    let (tx, done) = carry_out(store, me, act).await?;
    tx.commit().await?;
    Ok(done)
}

/// Says what an act would say, by carrying it out and keeping nothing: whatever decides about the act decides here too. What
/// it would make has no number yet: the one that is told may go to something else.
///
/// # Errors
/// Those of [`perform`].
pub async fn rehearse(store: &Store, me: &Person, act: &Act) -> Result<Done, Failure> {
    let (tx, done) = carry_out(store, me, act).await?;
    tx.undo().await?;
    Ok(done)
}

/// Does an act as far as the commit.
async fn carry_out(store: &Store, me: &Person, act: &Act) -> Result<(Tx, Done), Failure> {
    if act.verb.needs_reason() && act.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::refused(act.verb.words(), "it needs a reason", "say why, for whoever reads the journal later"));
    }
    let mut tx = store.begin().await?;
    // Whoever asks may have been another when the screen was painted.
    let me = &present(&mut tx, me).await?;
    let actor = Actor::Person(me.clone());
    actor.require(act.verb.right(), act.verb.name())?;
    let mut acting = Acting { tx, actor, me, act, record: act.target.record };
    let done = match &act.verb {
        Verb::RetryJob => acting.retry().await?,
        Verb::ReplayJob => acting.replay().await?,
        Verb::CancelJob => acting.cancel().await?,
        Verb::RecallJob => acting.recall().await?,
        Verb::ResolveJob { arrived } => acting.resolve(*arrived).await?,
        Verb::FinishTask | Verb::DropTask | Verb::ReopenTask => acting.settle_task().await?,
        Verb::SnoozeTask { until } => acting.snooze(*until).await?,
        Verb::AssignTask { to } => acting.assign_task(to.as_deref()).await?,
        Verb::SetLead { act, lost } => acting.set_lead(*act, *lost).await?,
        Verb::RestoreLead { state, lost, suspect } => acting.restore_lead(*state, *lost, *suspect).await?,
        Verb::MergeLead { into } => acting.merge(*into).await?,
        Verb::Unmerge => acting.unmerge().await?,
        Verb::TellApart { distinct } => acting.tell_apart(*distinct).await?,
        Verb::AssignLead { to } => acting.assign_lead(to.as_deref()).await?,
        Verb::ClaimDraft { take_over } => acting.claim(*take_over).await?,
        Verb::ReleaseDraft { work_version } => acting.release(*work_version).await?,
        Verb::ApproveDraft { text, work_version } => acting.approve(text, *work_version).await?,
        Verb::AskOverride { text } => acting.ask_override(text).await?,
        Verb::GrantOverride { request } => acting.grant_override(*request).await?,
        Verb::RejectDraft { reason, work_version } => acting.reject(*reason, *work_version).await?,
        Verb::Reveal { line, kind } => acting.reveal(*line, *kind).await?,
        Verb::ReopenDraft => acting.reopen_draft().await?,
        Verb::WithdrawSummary { reopen } => acting.withdraw(*reopen).await?,
        Verb::PauseDestination { until } => acting.pause(*until).await?,
        Verb::ResumeDestination => acting.resume().await?,
        Verb::ReleaseGroup { signature, jobs } => acting.release_group(signature, jobs).await?,
        Verb::StopRelease { signature } => acting.stop_release(signature).await?,
    };
    Ok((acting.tx, done))
}

/// The person as known now: rights that were taken away hold no longer.
pub(super) async fn present(tx: &mut Tx, me: &Person) -> Result<Person, Failure> {
    tx.person_now(me.id).await?.ok_or_else(|| Failure::NotFound(me.name.clone()))
}

impl Acting<'_> {
    /// Announces the act; it becomes durable with it.
    async fn announce(&mut self, kind: Kind, subject: Uuid, lead: Option<LeadId>, detail: &str) -> Result<(), Failure> {
        let detail = match &self.act.reason {
            Some(reason) if detail.is_empty() => reason.clone(),
            Some(reason) => format!("{detail}: {reason}"),
            None => detail.to_owned(),
        };
        let about = About { verb: self.act.verb.name(), kind, subject, lead, detail: &detail };
        self.tx.journal(&self.actor, about).await.map(drop)
    }

    /// A record of a client that this person does not see does not exist for this person.
    fn seen<T>(&self, found: Option<T>, client: impl Fn(&T) -> ClientId) -> Result<T, Failure> {
        found.filter(|record| self.actor.sees(client(record))).ok_or_else(|| Failure::NotFound(self.record.to_string()))
    }

    /// Whether the record is still as the person saw it.
    async fn unchanged(&mut self, version: i64, now: &str) -> Result<(), Failure> {
        if version == self.act.target.version { Ok(()) } else { Err(self.conflict(now).await) }
    }

    /// Somebody else was first: who, when, and what it is now.
    async fn conflict(&mut self, now: &str) -> Failure {
        let last = self.tx.last_change(self.act.target.id).await.ok().flatten();
        let (by, at) = last.map_or_else(|| ("somebody".to_owned(), None), |(by, at)| (by, Some(at)));
        Failure::Conflict(Box::new(Conflict { what: self.record.to_string(), by, at, now: now.to_owned() }))
    }

    fn refused(&self, why: impl std::fmt::Display, remedy: &str) -> Failure {
        Failure::refused(format!("{} {}", self.act.verb.words(), self.record), why.to_string(), remedy)
    }

    /// What takes an act back: another act on the record as it is now.
    fn inverse(&self, verb: Verb, version: i64) -> Act {
        Act { target: Target { record: self.record, version, ..self.act.target }, verb, reason: None }
    }

    fn done(&self, said: String, undo: Result<Act, &str>) -> Done {
        Done { record: self.record, said, undo: undo.map_err(str::to_owned) }
    }
}

/// A text that was saved since it was read, from another screen of the same person too.
pub(super) fn text_conflict(draft: &DraftNow) -> Failure {
    Failure::Conflict(Box::new(Conflict {
        what: Ref::new(Kind::Draft, draft.number).to_string(),
        by: draft.worked_name.clone().unwrap_or_else(|| "somebody".to_owned()),
        at: draft.worked_at,
        now: "at a newer text".to_owned(),
    }))
}

/// A draft that somebody else holds, or that is closed: who was first, and by which draft it was set aside.
pub(super) async fn draft_conflict(tx: &mut Tx, draft: &DraftNow, me: &Person) -> Failure {
    let (by, at, now) = if draft.claimed_by.is_some_and(|holder| holder != me.id) {
        (draft.claimed_name.clone(), Some(draft.updated_at), "in review elsewhere".to_owned())
    } else {
        let last = tx.last_change(draft.id.0).await.ok().flatten();
        let newer = if draft.state == DraftState::Superseded { tx.newer_draft(draft).await.ok().flatten() } else { None };
        let newer = newer.map(|number| format!(" by {}", Ref::new(Kind::Draft, number))).unwrap_or_default();
        let (by, at) = last.map_or((None, draft.updated_at), |(by, at)| (Some(by), at));
        (by, Some(at), format!("{}{newer}", draft.state))
    };
    let what = Ref::new(Kind::Draft, draft.number).to_string();
    Failure::Conflict(Box::new(Conflict { what, by: by.unwrap_or_else(|| "somebody".to_owned()), at, now }))
}

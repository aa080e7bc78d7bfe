//! What the books tell: only a change is news, it belongs to the lead of its customer, and it takes that lead forward.

use chrono::TimeDelta;

use super::{Letter, Subject};
use crate::domain::actor::Actor;
use crate::domain::books::{Course, Telling, course};
use crate::domain::event::{EventKind, NormalEvent};
use crate::domain::failure::Failure;
use crate::domain::id::Kind;
use crate::domain::lead::{LeadState, Urgency};
use crate::domain::routing::TaskPlan;
use crate::domain::task::TaskKind;
use crate::store::Tx;
use crate::store::journal::About;
use crate::store::leads::LeadNow;

/// How long somebody has to see which of two is right.
const DUE: TimeDelta = TimeDelta::hours(24);

/// What a telling is worth.
pub(super) enum Heard {
    /// It was told like this before, or something newer was.
    Known,
    /// It is of somebody who is no lead.
    Nobodys,
    /// It is told for the first time, or changed since.
    News {
        /// Its lead, where there is one.
        lead: Option<LeadNow>,
        /// Whether the record was told before, in another state.
        changed: bool,
    },
}

/// Whether an event of the books is news, and whose.
pub(super) async fn hear(tx: &mut Tx, letter: &Letter<'_>, event: &NormalEvent) -> Result<Heard, Failure> {
    let (lead, changed) = match &event.told_of {
        None => (tx.find_lead(letter.client.id, event).await?, false),
        Some(telling) => {
            let before = tx.told_before(letter.client.id, letter.provider, &telling.record).await?;
            if before.as_ref().is_some_and(|before| !before.differs(telling)) {
                return Ok(Heard::Known);
            }
            (whose(tx, letter, event, telling).await?, before.is_some())
        }
    };
    if lead.is_none() && !event.kind.makes_a_lead() {
        return Ok(Heard::Nobodys);
    }
    Ok(Heard::News { lead, changed })
}

async fn whose(tx: &mut Tx, letter: &Letter<'_>, event: &NormalEvent, telling: &Telling) -> Result<Option<LeadNow>, Failure> {
    let customer = telling.customer.as_ref().map(|customer| customer.record.as_str());
    // An address that changed is no help in finding whose it is, and a lead of a marketplace has a thread of its own.
    for record in [Some(telling.record.as_str()), customer].into_iter().flatten() {
        if let Some(lead) = tx.whose_record(letter.client.id, letter.provider, record).await? {
            return Ok(Some(lead));
        }
    }
    tx.find_lead(letter.client.id, event).await
}

/// Keeps how the record stands now; `false` when somebody else was faster with the same.
pub(super) async fn keep(tx: &mut Tx, letter: &Letter<'_>, event: &NormalEvent) -> Result<bool, Failure> {
    match &event.told_of {
        Some(telling) => tx.tell_record(letter.client.id, letter.provider, telling).await,
        None => Ok(true),
    }
}

/// Ties the record to its lead, takes the lead on, and tells what somebody has to look at.
pub(super) async fn follow(
    tx: &mut Tx,
    letter: &Letter<'_>,
    subject: Subject<'_>,
    event: &NormalEvent,
) -> Result<Vec<TaskPlan>, Failure> {
    if !event.kind.is_of_books() {
        return Ok(vec![]);
    }
    if let Some(telling) = &event.told_of {
        tx.tie_record(letter.client.id, letter.provider, telling, subject.id).await?;
    }
    let mut tasks = go_on(tx, subject, event).await?;
    if event.kind == EventKind::CustomerChanged && subject.known.is_some() {
        tasks.extend(other_address(tx, subject, event).await?);
    }
    Ok(tasks)
}

async fn go_on(tx: &mut Tx, subject: Subject<'_>, event: &NormalEvent) -> Result<Vec<TaskPlan>, Failure> {
    // The lead was written to in this transaction: nobody changes it from here on, so this is how it stands.
    let Some(lead) = tx.lead_now(subject.id.0).await? else { return Ok(vec![]) };
    let decided_at = tx.lead_decided_at(lead.id.0).await?;
    match course(event.kind, event.occurred_at, lead.state, decided_at) {
        Course::Stays => Ok(vec![]),
        Course::Goes(to) => {
            let detail = format!("{} → {to} ({})", lead.state, event.kind.as_str().replace('_', " "));
            let about = About { verb: "lead.set", kind: Kind::Lead, subject: lead.id.0, lead: Some(lead.id), detail: &detail };
            tx.journal(&Actor::Intake, about).await?;
            let next = if to == LeadState::Quoted { "book or lose" } else { "" };
            let answered_at = (event.kind == EventKind::QuoteSent).then_some(event.occurred_at);
            if tx.move_lead(lead.id, (lead.state, to), next, answered_at).await? {
                Ok(vec![])
            } else {
                Err(Failure::Other("a lead was set elsewhere while it was held".to_owned()))
            }
        }
        Course::Contradicts => {
            let what = event.kind.as_str().replace('_', " ");
            Ok(vec![ask(format!("the books say {what}, and the lead is {}: set it right", lead.state))])
        }
    }
}

/// What is known of a person is never overwritten: which of two is right is asked.
async fn other_address(tx: &mut Tx, subject: Subject<'_>, event: &NormalEvent) -> Result<Option<TaskPlan>, Failure> {
    let Some(known) = tx.traits(subject.id).await? else { return Ok(None) };
    let differs = |known: &Option<String>, told: Option<&str>| told.is_some_and(|told| known.as_deref() != Some(told));
    let phone = differs(&known.traits.phone, event.contact.phone.as_ref().map(crate::domain::contact::Phone::as_str));
    let email = differs(&known.traits.email, event.contact.email.as_ref().map(crate::domain::contact::Email::as_str));
    let what = match (phone, email) {
        (true, true) => "another phone number and another e-mail address",
        (true, false) => "another phone number",
        (false, true) => "another e-mail address",
        (false, false) => return Ok(None),
    };
    Ok(Some(ask(format!("the books have {what} than this lead: ask which is right"))))
}

fn ask(title: String) -> TaskPlan {
    TaskPlan { kind: TaskKind::DataQuality, title, due_in: DUE, urgency: Urgency::Routine }
}

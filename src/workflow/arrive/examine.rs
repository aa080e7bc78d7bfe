//! What speaks against a lead at the moment something arrives for it: that it is another one told twice, or spam (C5).
//! Nothing is merged or thrown away here; a person is asked, and until then no message leaves that could be a second one.

use chrono::TimeDelta;

use super::Subject;
use crate::domain::actor::Actor;
use crate::domain::client::Client;
use crate::domain::contact::Email;
use crate::domain::duplicate::{Common, LONGEST_WINDOW, common, traits_of};
use crate::domain::event::{EventKind, NormalEvent};
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, LeadId, Ref};
use crate::domain::routing::TaskPlan;
use crate::domain::spam::{Signs, score};
use crate::domain::span::Severity;
use crate::domain::task::TaskKind;
use crate::store::Tx;
use crate::store::doubts::Candidate;
use crate::store::journal::About;

/// How long somebody has to look.
const DUE: TimeDelta = TimeDelta::hours(4);

/// Finds doubts, writes them down, and tells which tasks they make.
pub(super) async fn examine(
    tx: &mut Tx,
    client: &Client,
    subject: Subject<'_>,
    event: &NormalEvent,
) -> Result<Vec<TaskPlan>, Failure> {
    let asks = match event.kind {
        EventKind::CallMissed | EventKind::CallAnswered | EventKind::VoicemailLeft => false,
        EventKind::QuoteSent | EventKind::QuoteAccepted | EventKind::Invoiced => false,
        EventKind::InvoicePaid | EventKind::CustomerChanged => false,
        // Whose it is was known before.
        EventKind::QuoteClosed | EventKind::InvoiceVoided => return Ok(vec![]),
        EventKind::FormSent | EventKind::QuoteRequested | EventKind::MessageReceived => true,
        EventKind::JobDone | EventKind::ReviewLeft | EventKind::OptOut | EventKind::OptIn => return Ok(vec![]),
    };
    let mut tasks = duplicates(tx, client, subject, event).await?;
    if asks {
        tasks.extend(spam(tx, subject, event).await?);
    }
    Ok(tasks)
}

fn ask(title: String, event: &NormalEvent) -> TaskPlan {
    TaskPlan { kind: TaskKind::DataQuality, title, due_in: DUE, urgency: event.urgency }
}

async fn say(tx: &mut Tx, lead: LeadId, detail: &str) -> Result<(), Failure> {
    let about = About { verb: "lead.doubt", kind: Kind::Lead, subject: lead.0, lead: Some(lead), detail };
    tx.journal(&Actor::Intake, about).await.map(drop)
}

async fn duplicates(tx: &mut Tx, client: &Client, subject: Subject<'_>, event: &NormalEvent) -> Result<Vec<TaskPlan>, Failure> {
    let mut told = traits_of(event);
    let found = tx.candidates(client.id, subject.id, &told, event.occurred_at - LONGEST_WINDOW).await?;
    if found.is_empty() {
        return Ok(vec![]);
    }
    let Some(own) = tx.traits(subject.id).await? else { return Ok(vec![]) };
    if told.name.is_empty() {
        told.name.clone_from(&own.traits.name);
    }
    let mut tasks = Vec::new();
    for other in found {
        let Some(common) = common(&told, &other.traits) else { continue };
        if !tx.knows_pair(own.id, other.id).await? {
            tasks.extend(pair(tx, &own, &other, common, event).await?);
        }
    }
    Ok(tasks)
}

/// Writes a pair down at the later of the two. The task is asked of the lead that something happened to, so that it is made
/// there and not at a lead that nobody looks at any more.
async fn pair(
    tx: &mut Tx,
    own: &Candidate,
    other: &Candidate,
    common: Common,
    event: &NormalEvent,
) -> Result<Option<TaskPlan>, Failure> {
    let (before, later) = if (own.traits.at, own.number) < (other.traits.at, other.number) { (own, other) } else { (other, own) };
    let (first, second) = (Ref::new(Kind::Lead, before.number), Ref::new(Kind::Lead, later.number));
    let why = common.why();
    say(tx, later.id, &format!("may be {first}: {why}")).await?;
    let new = tx.doubt_pair(later.id, before.id, common.sure(), why).await?;
    Ok(new.then(|| ask(format!("{second} may be {first} ({why}): merge them, or say that they differ"), event)))
}

async fn spam(tx: &mut Tx, subject: Subject<'_>, event: &NormalEvent) -> Result<Option<TaskPlan>, Failure> {
    let signs = Signs {
        words: event.words.as_ref().map_or("", |words| words.raw()),
        email: event.contact.email.as_ref().map(Email::as_str),
        bad_phone: event.seen.bad_phone,
        took: event.seen.took,
        messages: subject.earlier + 1,
    };
    let score = score(&signs);
    let Some(severity) = score.severity() else { return Ok(None) };
    let before = tx.spam_now(subject.id).await?;
    // What a person said of the lead stands, and a lower score says nothing new.
    if before.is_some_and(|(points, _, settled)| settled || points >= score.points) {
        return Ok(None);
    }
    say(tx, subject.id, &format!("spam score {}: {}", score.points, score.why())).await?;
    tx.doubt_spam(subject.id, severity, &score).await?;
    let heavier = severity == Severity::Block && before.is_none_or(|(_, severity, _)| severity < Severity::Block);
    Ok(heavier.then(|| ask(format!("it looks like spam ({}): look, and say spam or not spam", score.why()), event)))
}

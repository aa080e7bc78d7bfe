//! What happens when a provider's payload arrives: kept, made an event, attached to a lead, routed; once.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use self::books::Heard;
use self::outcome::{Taken, told};
use self::together::{Read, take_all};
use super::drafting;
use crate::domain::actor::Actor;
use crate::domain::automation::{Limit, Stage};
use crate::domain::client::Client;
use crate::domain::event::{Channel, EventKind, NormalEvent, Normalised, Provider};
use crate::domain::failure::Failure;
use crate::domain::id::{EventId, Kind, LeadId, PayloadId, Ref};
use crate::domain::job::JobKind;
use crate::domain::lead::{LeadState, Urgency};
use crate::domain::retry;
use crate::domain::routing::{BULK, Route, Situation, TaskPlan, WEBHOOK, answer_channel, route};
use crate::domain::spam::counted_since;
use crate::domain::task::TaskKind;
use crate::domain::text::Internal;
use crate::store::arrivals::NewPayload;
use crate::store::jobs::{NewJob, Reuse};
use crate::store::journal::About;
use crate::store::leads::LeadNow;
use crate::store::open::Open;
use crate::store::rulebook::Rulebook;
use crate::store::tasks::NewTask;
use crate::store::{Store, Tx};

mod books;
mod examine;
mod outcome;
pub mod replay;
mod together;
pub mod waiting;
mod wishes;

/// One payload with what intake made of it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The raw bytes, kept for ever.
    pub body: Internal<Vec<u8>>,
    /// What they say.
    pub normalised: Normalised,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Arrived {
    /// A new event of a lead.
    Recorded {
        /// The event.
        event: Ref,
        /// Its lead.
        lead: Ref,
    },
    /// It was here already; nothing changed.
    Duplicate {
        /// The event that was made then, where one was.
        event: Option<Ref>,
        /// Its lead.
        lead: Option<Ref>,
    },
    /// Kept, and made a person's task.
    Parked {
        /// Why, and what to do.
        reason: String,
        /// The task.
        task: Ref,
    },
    /// Nobody is asked. What the books change of somebody who is no lead is not kept as a payload either.
    SetAside {
        /// Why.
        reason: String,
    },
}

/// Payloads in one transaction at most: enough to make one commit cheap for each, few enough to keep writers waiting
/// for milliseconds only.
pub const BATCH: usize = 200;

/// The same message to the same lead within this time is one message: three missed calls are not three texts.
const SAME_MESSAGE: TimeDelta = TimeDelta::minutes(15);

/// How long somebody has to look at a payload that nobody could read.
const PARKED_DUE: TimeDelta = TimeDelta::hours(4);

/// Why nothing becomes of a change in the books that asks for no work.
const NO_LEAD: &str = "it changes a customer or a quote of somebody who is no lead here";

/// Takes payloads in, all in one transaction.
///
/// # Errors
/// What the database says; nothing was taken then, and all can be given again.
pub async fn arrive(store: &Store, client: &Client, provider: Provider, arrivals: &[Arrival]) -> Result<Vec<Arrived>, Failure> {
    let mut tx = store.begin().await?;
    let letters: Vec<Read<'_>> =
        arrivals.iter().map(|arrival| (Letter::new(client, provider, arrival, PayloadId::new()), &arrival.normalised)).collect();
    let keys: Vec<_> = letters.iter().map(|(letter, _)| (client.id, provider, letter.key)).collect();
    let taken = take_all(&mut tx, letters).await?;
    let outcomes = told(&mut tx, &keys, taken).await?;
    tx.commit().await?;
    Ok(outcomes)
}

/// Takes one payload in.
async fn take(tx: &mut Tx, letter: &Letter<'_>, says: &Normalised, rules: &Rulebook) -> Result<Taken, Failure> {
    match says {
        _ if letter.kept == Some(false) => Ok(Taken::Duplicate),
        Normalised::Parked { reason, .. } => park(tx, letter, reason).await,
        Normalised::SetAside { reason, .. } => set_aside(tx, letter, reason).await,
        Normalised::Event(event) => record(tx, letter, event, rules).await,
    }
}

/// The lead of an event.
#[derive(Clone, Copy)]
struct Subject<'a> {
    id: LeadId,
    /// As it was before, where it was there.
    known: Option<&'a LeadNow>,
    /// Its messages a short while before this event.
    earlier: i64,
}

/// A payload on its way in.
struct Letter<'a> {
    client: &'a Client,
    provider: Provider,
    body: &'a Internal<Vec<u8>>,
    id: PayloadId,
    key: &'a str,
    /// Whether it was new, where it was kept already.
    kept: Option<bool>,
}

impl<'a> Letter<'a> {
    fn new(client: &'a Client, provider: Provider, arrival: &'a Arrival, id: PayloadId) -> Self {
        let key = match &arrival.normalised {
            Normalised::Parked { natural_key, .. } | Normalised::SetAside { natural_key, .. } => natural_key,
            Normalised::Event(event) => &event.natural_key,
        };
        Self { client, provider, body: &arrival.body, id, key, kept: None }
    }

    /// As it is kept.
    fn payload(&self, parked: Option<&'a str>) -> NewPayload<'a> {
        let Self { client, provider, body, id, key, .. } = *self;
        NewPayload { id, client: client.id, provider, natural_key: key, body, parked }
    }

    /// Keeps it; `false` when it was here already.
    async fn keep(&self, tx: &mut Tx, parked: Option<&'a str>) -> Result<bool, Failure> {
        match self.kept {
            Some(new) => Ok(new),
            None => tx.keep_payload(&self.payload(parked)).await,
        }
    }
}

async fn park<'a>(tx: &mut Tx, letter: &Letter<'a>, reason: &'a str) -> Result<Taken, Failure> {
    if !letter.keep(tx, Some(reason)).await? {
        return Ok(Taken::Duplicate);
    }
    say_parked(tx, letter.id, reason).await?;
    let title = format!("{}: {reason}", letter.provider);
    let task = NewTask {
        client: letter.client.id,
        lead: None,
        job: None,
        payload: Some(letter.id),
        kind: TaskKind::DataQuality,
        title: &title,
        owner: None,
        urgency: Urgency::Soon,
        due_in: PARKED_DUE,
    };
    let task = tx.plan_task(&Actor::Intake, &task).await?;
    Ok(Taken::Parked { reason: reason.to_owned(), task })
}

async fn say_parked(tx: &mut Tx, payload: PayloadId, reason: &str) -> Result<(), Failure> {
    let about = About { verb: "payload.park", kind: Kind::Payload, subject: payload.0, lead: None, detail: reason };
    tx.journal(&Actor::Intake, about).await.map(drop)
}

/// Parks without a task: a thousand reports would otherwise be a thousand tasks.
async fn set_aside<'a>(tx: &mut Tx, letter: &Letter<'a>, reason: &'a str) -> Result<Taken, Failure> {
    if !letter.keep(tx, Some(reason)).await? {
        return Ok(Taken::Duplicate);
    }
    say_parked(tx, letter.id, reason).await?;
    Ok(Taken::SetAside { reason: reason.to_owned() })
}

async fn record(tx: &mut Tx, letter: &Letter<'_>, event: &NormalEvent, rules: &Rulebook) -> Result<Taken, Failure> {
    let (known, changed) = match books::hear(tx, letter, event).await? {
        Heard::News { lead, changed } => (lead, changed),
        Heard::Known => return Ok(Taken::Duplicate),
        Heard::Nobodys => return Ok(Taken::SetAside { reason: NO_LEAD.to_owned() }),
    };
    if !letter.keep(tx, None).await? {
        return Ok(Taken::Duplicate);
    }
    record_kept(tx, letter, &happened(event, changed), known, rules).await.map(Taken::Recorded)
}

/// The event as it happened: what is told once more because it changed happened when it changed.
fn happened(event: &NormalEvent, changed: bool) -> Cow<'_, NormalEvent> {
    match &event.told_of {
        Some(telling) if changed => Cow::Owned(NormalEvent { occurred_at: telling.changed_at, ..event.clone() }),
        _ => Cow::Borrowed(event),
    }
}

/// Records the event of a payload that is kept.
async fn record_kept(
    tx: &mut Tx,
    letter: &Letter<'_>,
    event: &NormalEvent,
    known: Option<LeadNow>,
    rules: &Rulebook,
) -> Result<EventId, Failure> {
    let client = letter.client;
    if !books::keep(tx, letter, event).await? {
        // Somebody else is as far with the same record: what was written here goes, and all of it is read again.
        return Err(Failure::Unavailable("somebody else has the same record of the books in hand".to_owned()));
    }
    let opted_out = is_opted_out(tx, client, event).await?;
    let situation =
        Situation { event, client, value: known.as_ref().and_then(|lead| lead.value), known: known.is_some(), opted_out };
    let plan = route(&situation);

    let id = EventId::new();
    let lead_id = known.as_ref().map_or_else(LeadId::new, |lead| lead.id);
    let about =
        About { verb: "event.record", kind: Kind::Event, subject: id.0, lead: Some(lead_id), detail: event.kind.as_str() };
    tx.journal(&Actor::Intake, about).await?;
    let next_action = next_action(&plan, event, known.as_ref());
    let mut open = if let Some(lead) = &known {
        let consent = wishes::consent_after(tx.lead_consent(lead.id).await?, event);
        tx.enrich_lead(lead, consent, event, &next_action).await?;
        tx.open_of(lead.id, counted_since(event.occurred_at)).await?
    } else {
        tx.insert_lead(lead_id, client.id, &wishes::beginning(event), &next_action).await?;
        Open::default()
    };
    tx.record_event(id, lead_id, client.id, letter.id, letter.provider, event).await?;
    wishes::follow(tx, client, lead_id, event, id).await?;
    let subject = Subject { id: lead_id, known: known.as_ref(), earlier: open.messages };
    let doubts = examine::examine(tx, client, subject, event).await?;
    let questions = books::follow(tx, letter, subject, event).await?;

    for task in plan.tasks.iter().chain(&doubts).chain(&questions) {
        // Somebody is asked already: one task per lead and kind, not one per ring of the phone.
        if known.is_none() || !open.asked.contains(&task.kind) {
            make_task(tx, client, subject, task).await?;
            open.asked.push(task.kind);
        }
    }
    if plan.tell && open.drafts {
        drafting::outdate(tx, &Actor::Intake, lead_id).await?;
    }
    if plan.tell && !open.draft_waits {
        drafting::something_happened(tx, rules, client.id, lead_id, &event.natural_key).await?;
    }
    // Of a lead that was made just now nothing was sent, and nothing stands against it but what was found here.
    let fresh = known.is_none() && doubts.is_empty();
    for job in &plan.jobs {
        let channel = answer_channel(event);
        let work = Work { kind: job.kind, operation: job.operation, priority: job.priority, channel };
        queue(tx, client, (lead_id, fresh), event, &work, rules).await?;
    }
    if known.is_none() {
        tell_listeners(tx, client, lead_id, rules).await?;
    }
    Ok(id)
}

/// Every receiver of webhooks hears of a new lead, once.
async fn tell_listeners(tx: &mut Tx, client: &Client, lead: LeadId, rules: &Rulebook) -> Result<(), Failure> {
    for listener in rules.listeners() {
        let (natural_key, args) = (lead.to_string(), format!("{{\"lead\":\"{lead}\"}}"));
        let job = NewJob {
            client: client.id,
            lead: Some(lead),
            summary: None,
            destination: listener.id,
            delivery_mode: listener.delivery_mode,
            template: None,
            kind: JobKind::CrmHandoff,
            operation: WEBHOOK,
            natural_key: &natural_key,
            args: &args,
            priority: BULK,
            armed: false,
        };
        tx.plan_job(&Actor::Intake, &job, Reuse::Passes).await?;
    }
    Ok(())
}

/// What is to happen next with the lead, for the report (C9).
fn next_action(plan: &Route, event: &NormalEvent, known: Option<&LeadNow>) -> String {
    // Of two quotes one is not taken as a rule: what is booked or lost stays so.
    if event.kind == EventKind::QuoteClosed && known.is_some_and(|lead| !lead.state.is_closed()) {
        return "the quote was not taken: quote again, or say why it is lost".into();
    }
    let first = plan.tasks.first().map(|task| task.title.clone());
    // Nobody is asked and nothing stands against it, so whoever looks at it goes on from where it stands.
    let state = match known.map_or(LeadState::New, |lead| lead.state) {
        LeadState::New if event.kind == EventKind::CallAnswered => LeadState::Contacted,
        state => state,
    };
    let step = state.next_step();
    first.unwrap_or_else(|| if plan.sequence { step.to_owned() } else { String::new() })
}

async fn is_opted_out(tx: &mut Tx, client: &Client, event: &NormalEvent) -> Result<bool, Failure> {
    match answer_channel(event).and_then(|channel| Some((channel, wishes::address(event, channel)?))) {
        Some((channel, address)) => tx.is_opted_out(client.id, channel, address).await,
        None => Ok(false),
    }
}

async fn make_task(tx: &mut Tx, client: &Client, subject: Subject<'_>, plan: &TaskPlan) -> Result<(), Failure> {
    let owner = subject.known.and_then(|lead| lead.owner.as_deref());
    let task = NewTask {
        client: client.id,
        lead: Some(subject.id),
        job: None,
        payload: None,
        kind: plan.kind,
        title: &plan.title,
        owner,
        urgency: plan.urgency,
        due_in: plan.due_in,
    };
    tx.plan_task(&Actor::Intake, &task).await.map(drop)
}

struct Work {
    kind: JobKind,
    operation: &'static str,
    priority: i64,
    channel: Option<Channel>,
}

async fn queue(
    tx: &mut Tx,
    client: &Client,
    (lead, fresh): (LeadId, bool),
    event: &NormalEvent,
    work: &Work,
    rules: &Rulebook,
) -> Result<(), Failure> {
    let writes = matches!(work.kind, JobKind::Message | JobKind::ReviewRequest);
    let channel = work.channel.unwrap_or(Channel::Sms);
    let template = rules.template(work.operation, channel).filter(|_| writes);
    let destination = rules.destination(work.kind, work.channel);
    let refusal = match destination {
        None => Some(format!("no destination for {}", work.kind)),
        Some(_) if !writes => None,
        Some(_) if template.is_none() => Some(format!("no approved template {}", rules.template_name(work.operation, channel))),
        Some(_) => may_write(tx, client, (lead, fresh), event, work, rules).await?,
    };
    let (Some(destination), None) = (destination, &refusal) else {
        // What would have happened is said, so that nobody wonders (C10's shadow stage, C7's missing template).
        let detail = format!("{} {} was not queued: {}", work.kind, work.operation, refusal.unwrap_or_default());
        let about = About { verb: "job.skip", kind: Kind::Lead, subject: lead.0, lead: Some(lead), detail: &detail };
        return tx.journal(&Actor::Automation(work.operation.to_owned()), about).await.map(drop);
    };
    // A hand-over of a lead is one piece of work however often it is said; a message answers one event.
    let natural_key = if writes { event.natural_key.clone() } else { lead.to_string() };
    let args = format!("{{\"lead\":\"{lead}\"}}");
    let job = NewJob {
        client: client.id,
        lead: Some(lead),
        summary: None,
        destination: destination.id,
        delivery_mode: destination.delivery_mode,
        template,
        kind: work.kind,
        operation: work.operation,
        natural_key: &natural_key,
        args: &args,
        priority: work.priority,
        armed: false,
    };
    tx.plan_job(&Actor::Automation(work.operation.to_owned()), &job, Reuse::Matters).await
}

/// Why an automation may not write to a lead now; `None` when it may.
async fn may_write(
    tx: &mut Tx,
    client: &Client,
    (lead, fresh): (LeadId, bool),
    event: &NormalEvent,
    work: &Work,
    rules: &Rulebook,
) -> Result<Option<String>, Failure> {
    let name = work.operation;
    let Some(rule) = rules.rule(name).filter(|rule| rule.stage.acts()) else {
        let stage = rules.rule(name).map_or("off", |rule| rule.stage.as_str());
        return Ok(Some(format!("automation {name} is {stage}")));
    };
    if !fresh && let Some(hold) = tx.lead_hold(lead).await? {
        return Ok(Some(hold.why().to_owned()));
    }
    // A text-back to last week's call would only frighten somebody: the window counts from the event.
    if tx.now - event.occurred_at > retry::window(work.kind, name) {
        return Ok(Some("it happened too long ago, its window has closed".to_owned()));
    }
    if !fresh && tx.has_recent_job(lead, name, tx.now - SAME_MESSAGE).await? {
        return Ok(Some("the same message went out a moment ago".to_owned()));
    }
    match rule.limit.filter(|_| rule.stage == Stage::Limited) {
        Some(Limit::PerDay(most)) => {
            let since = day_began(client, tx.now);
            let made = tx.jobs_made_since(name, since, i64::from(most)).await?;
            Ok((made >= i64::from(most)).then(|| format!("automation {name} is limited to {most} a day")))
        }
        // By the lead, so that one lead is always on the same side.
        Some(Limit::Percent(share)) => Ok((lead_share(lead) >= share)
            .then(|| format!("automation {name} is limited to {share} % of all leads, and this is not one of them"))),
        None => Ok(None),
    }
}

/// When the day of a client began.
fn day_began(client: &Client, now: DateTime<Utc>) -> DateTime<Utc> {
    let zone: chrono_tz::Tz = client.time_zone.parse().unwrap_or(chrono_tz::UTC);
    let midnight = now.with_timezone(&zone).date_naive().and_time(chrono::NaiveTime::MIN);
    // Where midnight is left out, because the clock is put forward, the day began an hour later; a day back does no harm.
    midnight.and_local_timezone(zone).earliest().map_or(now - TimeDelta::days(1), |began| began.with_timezone(&Utc))
}

/// Where a lead stands among a hundred.
fn lead_share(lead: LeadId) -> u8 {
    let hash = crate::domain::journal::sha256(lead.0.as_bytes());
    (u16::from_be_bytes([hash[0], hash[1]]) % 100) as u8
}

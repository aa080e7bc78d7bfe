//! Routing: what must happen because something happened (C6). Urgent and high-value leads go to a person before
//! anything automatic; low-value ones take the automated path.

use chrono::TimeDelta;

use super::client::Client;
use super::event::{Channel, EventKind, NormalEvent};
use super::job::JobKind;
use super::lead::{Consent, ContactMethod, Urgency};
use super::money::Money;
use super::opt_out::asks_for_help;
use super::task::TaskKind;

/// A task to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskPlan {
    /// Why.
    pub kind: TaskKind,
    /// What to do, in a line.
    pub title: String,
    /// How long the owner has.
    pub due_in: TimeDelta,
    /// How soon.
    pub urgency: Urgency,
}

/// A job to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobPlan {
    /// What kind of work.
    pub kind: JobKind,
    /// What is asked of the destination.
    pub operation: &'static str,
    /// Urgent work is never behind bulk.
    pub priority: i64,
}

/// What must happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Tasks, made in the same transaction and before any job.
    pub tasks: Vec<TaskPlan>,
    /// Jobs.
    pub jobs: Vec<JobPlan>,
    /// Whether a long sequence may start: never while an owner task is open.
    pub sequence: bool,
    /// Whether a draft is to be made of it.
    pub tell: bool,
}

/// What the routing looks at.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// What happened.
    pub event: &'a NormalEvent,
    /// Whose lead it is.
    pub client: &'a Client,
    /// What the lead is worth, by this event or an earlier one.
    pub value: Option<Money>,
    /// Whether the lead was known before.
    pub known: bool,
    /// Whether the person opted out on the channel an answer would take.
    pub opted_out: bool,
}

/// Priority of what answers somebody who waits.
pub const ANSWER_FIRST: i64 = 100;
/// Priority of a confirmation.
pub const SOON: i64 = 50;
/// Priority of what nobody waits for.
pub const BULK: i64 = 0;

/// Of the places of a worker, or of a destination for texts that takes so many at once, one in so many is kept for answers to people
/// who wait.
const KEPT_FREE: i64 = 4;

/// How many of so many places bulk may take, which is what comes below [`ANSWER_FIRST`]: never all, unless there is but one.
pub fn bulk_places(places: i64) -> i64 {
    places - (places / KEPT_FREE).max(i64::from(places > 1))
}

/// How many places of a destination bulk may take, by the kind of system it is. Texts alone answer people who wait, so all other
/// destinations may be full of bulk.
pub fn bulk_places_at(kind: &str, places: i64) -> i64 {
    if kind == Channel::Sms.as_str() { bulk_places(places) } else { places }
}

/// The operation that tells somebody's webhook of a new lead.
pub const WEBHOOK: &str = "webhook";

/// Characters of a service's name in a task's title.
const TITLE_SERVICE: usize = 60;

/// Which path the worth and urgency of a lead take.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Path {
    /// Urgent: somebody calls at once.
    Urgent,
    /// At or above the client's `high_value_at`: a person first.
    High,
    /// In between, or of unknown worth: a person looks, the lead hears that somebody does.
    Between,
    /// Below `low_value_below`: automatic.
    Low,
}

/// Decides what must happen.
///
/// - C7: an opt-out stops everything; who opted out or withdrew consent is never written to, by any rule below.
/// - C6: urgent or high-value leads get an owner task, and no sequence; tasks always come before a sequence.
/// - C4: a worth that nobody told is not guessed: a person looks.
/// - C8, C12: every new lead is handed to the CRM.
/// - C1: whatever happened is drafted for review; what the person only allowed or forbade, or the office did, is no news.
pub fn route(situation: &Situation<'_>) -> Route {
    let mut route = Route::default();
    match situation.event.kind {
        EventKind::OptOut | EventKind::OptIn => return route,
        EventKind::CallMissed | EventKind::VoicemailLeft => missed_call(situation, &mut route),
        EventKind::FormSent | EventKind::QuoteRequested => request(situation, &mut route),
        EventKind::MessageReceived => message(situation, &mut route),
        EventKind::CallAnswered => answered(situation, &mut route),
        EventKind::JobDone => job_done(situation, &mut route),
        EventKind::ReviewLeft => {}
        // The office did it itself: nobody waits for an answer.
        EventKind::QuoteSent | EventKind::QuoteAccepted | EventKind::QuoteClosed => {}
        EventKind::Invoiced | EventKind::InvoicePaid | EventKind::InvoiceVoided | EventKind::CustomerChanged => {}
    }
    if !situation.known {
        // The same key for every event of a lead, so a second hand-over only updates it (C3).
        route.jobs.push(JobPlan { kind: JobKind::CrmHandoff, operation: "contact.upsert", priority: BULK });
    }
    route.tell = !situation.event.kind.is_of_books();
    // C6, whatever a rule above says: while an owner task is open no sequence starts.
    route.sequence = route.sequence && route.tasks.is_empty() && !matches!(path(situation), Path::Urgent | Path::High);
    route
}

/// The channel an answer takes: the one the person used, else text before e-mail. `None` when there is no way to write.
pub fn answer_channel(event: &NormalEvent) -> Option<Channel> {
    let (phone, email) = (event.contact.phone.is_some(), event.contact.email.is_some());
    match event.contact_method {
        ContactMethod::Email if email => Some(Channel::Email),
        _ if phone => Some(Channel::Sms),
        _ => email.then_some(Channel::Email),
    }
}

fn path(situation: &Situation<'_>) -> Path {
    let client = situation.client;
    match situation.value.or(situation.event.value) {
        _ if situation.event.urgency == Urgency::Urgent => Path::Urgent,
        Some(value) if value >= client.high_value_at => Path::High,
        Some(value) if value < client.low_value_below => Path::Low,
        Some(_) | None => Path::Between,
    }
}

/// Whether one answer to what the person did may be written. Consent need not be given for that, but must not be withdrawn.
fn may_answer(situation: &Situation<'_>) -> bool {
    !situation.opted_out && situation.event.consent != Consent::Withdrawn && answer_channel(situation.event).is_some()
}

/// Whether the person may be written to unasked: unknown consent is none.
fn may_approach(situation: &Situation<'_>) -> bool {
    may_answer(situation) && matches!(situation.event.consent, Consent::Given | Consent::Implied)
}

fn task(situation: &Situation<'_>, kind: TaskKind, what: &str, due_in: TimeDelta) -> TaskPlan {
    let urgency = situation.event.urgency;
    let due_in = if urgency == Urgency::Urgent { TimeDelta::minutes(5) } else { due_in };
    let service = situation.event.service.as_ref().map(|service| service.shown().chars().take(TITLE_SERVICE).collect::<String>());
    let title = service.map_or_else(|| what.to_owned(), |service| format!("{what}: {service}"));
    TaskPlan { kind, title, due_in, urgency }
}

/// A text-back at once, and a person to call back: the text only holds the lead until then.
fn missed_call(situation: &Situation<'_>, route: &mut Route) {
    route.tasks.push(task(situation, TaskKind::CallBack, "call back a missed call", TimeDelta::minutes(15)));
    if may_answer(situation) && situation.event.contact.phone.is_some() {
        route.jobs.push(JobPlan { kind: JobKind::Message, operation: "text_back", priority: ANSWER_FIRST });
    }
}

/// A form, a quote request, a marketplace lead.
fn request(situation: &Situation<'_>, route: &mut Route) {
    let (kind, what, due_in) = match path(situation) {
        Path::Urgent => (TaskKind::CallBack, "call now, urgent request", TimeDelta::minutes(5)),
        Path::High => (TaskKind::ReviewQuote, "high-value quote", TimeDelta::minutes(15)),
        Path::Between => (TaskKind::ReviewQuote, "quote", TimeDelta::hours(1)),
        Path::Low => {
            route.sequence = may_approach(situation);
            confirm(situation, route);
            return;
        }
    };
    route.tasks.push(task(situation, kind, what, due_in));
    if path(situation) == Path::Between {
        confirm(situation, route);
    }
}

fn confirm(situation: &Situation<'_>, route: &mut Route) {
    if may_answer(situation) {
        route.jobs.push(JobPlan { kind: JobKind::Message, operation: "quote_confirmation", priority: SOON });
    }
}

/// Somebody we talk with wrote, or it is urgent: a person answers. A first message is a request like any other.
fn message(situation: &Situation<'_>, route: &mut Route) {
    let words = situation.event.words.as_ref().map_or("", |words| words.raw());
    if asks_for_help(words) {
        // No quote is confirmed to somebody who asks what these messages are.
        let what = "answer HELP: say who writes, and that STOP ends it";
        route.tasks.push(task(situation, TaskKind::CallBack, what, TimeDelta::minutes(15)));
    } else if situation.known || path(situation) == Path::Urgent {
        route.tasks.push(task(situation, TaskKind::CallBack, "answer a message", TimeDelta::minutes(15)));
    } else {
        request(situation, route);
    }
}

/// Somebody spoke with the person already; only urgent and valuable leads need another look (C6).
fn answered(situation: &Situation<'_>, route: &mut Route) {
    match path(situation) {
        Path::Urgent => {
            route.tasks.push(task(situation, TaskKind::CallBack, "urgent call, see that somebody goes", TimeDelta::minutes(5)));
        }
        Path::High => route.tasks.push(task(situation, TaskKind::ReviewQuote, "high-value quote", TimeDelta::minutes(15))),
        Path::Between => {}
        Path::Low => route.sequence = may_approach(situation),
    }
}

/// The one moment to ask for a review, and only where the person may be approached.
fn job_done(situation: &Situation<'_>, route: &mut Route) {
    if may_approach(situation) {
        route.jobs.push(JobPlan { kind: JobKind::ReviewRequest, operation: "review_request", priority: BULK });
    }
}

#[cfg(test)]
mod tests;

//! Why a job is not running: every reason that stands in its way, the one that matters first. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::destination::Breaker;
use super::id::Ref;
use super::job::{AttemptOutcome, JobState};
use super::replay::Replay;
use super::routing::bulk_places_at;
use super::row::Count;
use super::words;

words! {
    /// What kind of reason it is.
    pub enum Cause {
        /// It is running.
        Running,
        /// It has ended.
        Ended,
        /// Nobody knows whether it arrived.
        Unknown,
        WindowClosed, Paused, BreakerOpen, Held, Armed, Scheduled, Retrying, NoWorker, Concurrency, RateLimit, Behind,
        /// Nothing stands in its way.
        Next,
    }
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What kind it is.
    pub cause: Cause,
    /// What it is, in a line.
    pub what: String,
    /// When it ends by itself, where it does.
    pub until: Option<DateTime<Utc>>,
    /// What a person can do about it.
    pub advice: String,
}

/// Who holds a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The worker's name.
    pub worker: String,
    /// When its request was announced; `None` before that.
    pub since: Option<DateTime<Utc>>,
}

/// How the last try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastTry {
    /// Its outcome.
    pub outcome: AttemptOutcome,
    /// How long the destination asked us to wait.
    pub retry_after: Option<TimeDelta>,
}

/// A destination's standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// What kind of system it is: `crm`, `sms`, `email`, `webhook`, `portal`.
    pub kind: String,
    /// Who paused it, where somebody did.
    pub paused_by: Option<String>,
    /// Why.
    pub paused_why: Option<String>,
    /// It runs again by itself then.
    pub paused_until: Option<DateTime<Utc>>,
    /// The breaker.
    pub breaker: Breaker,
    /// When it opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// What opened it.
    pub open_why: Option<String>,
    /// When one job is let through to see whether it works again.
    pub probe_at: Option<DateTime<Utc>>,
    /// Requests on their way there.
    pub running: i64,
    /// Of these, requests that nobody waits for.
    pub bulk: i64,
    /// How many may be.
    pub concurrency: Option<i64>,
    /// How many may leave in a minute.
    pub per_minute: Option<i64>,
    /// When the next may leave.
    pub next_slot_at: Option<DateTime<Utc>>,
    /// Until when it asked to be left alone.
    pub quiet_until: Option<DateTime<Utc>>,
}

/// When workers were last seen: a sign of life comes every ten seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hands {
    /// One that sends to the job's destination.
    pub seen_at: Option<DateTime<Utc>>,
    /// One of any kind.
    pub any_seen_at: Option<DateTime<Utc>>,
}

/// All that is known when somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Where the job stands.
    pub state: JobState,
    /// Whether it is bulk: nobody waits for it.
    pub is_bulk: bool,
    /// When it is due.
    pub due_at: DateTime<Utc>,
    /// Until when it can be recalled.
    pub armed_until: Option<DateTime<Utc>>,
    /// When trying has no more use.
    pub window_ends_at: DateTime<Utc>,
    /// Tries that counted.
    pub attempts: i64,
    /// Tries allowed.
    pub max_attempts: i64,
    /// Why it stands where it stands, in the words that were written down.
    pub reason: Option<String>,
    /// The last try.
    pub last: Option<LastTry>,
    /// Who runs it.
    pub lease: Option<Lease>,
    /// Where it goes.
    pub destination: Standing,
    /// Jobs that are taken first.
    pub ahead: Count,
    /// Who could take it.
    pub hands: Hands,
}

/// Why a job is not running, with what its row shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The job.
    pub record: Ref,
    /// What it does, and where: `crm_handoff contact.upsert → HubSpot`.
    pub title: String,
    /// Where it stands.
    pub state: JobState,
    /// When it is tried next.
    pub due_at: DateTime<Utc>,
    /// Tries that counted.
    pub attempts: i64,
    /// Tries allowed.
    pub max_attempts: i64,
    /// Every try that ended, whether it counted or not.
    pub tried: i64,
    /// When trying has no more use.
    pub window_ends_at: DateTime<Utc>,
    /// What trying it again would come to.
    pub replay: Option<Replay>,
    /// Every reason, the one that matters first.
    pub reasons: Vec<Reason>,
}

impl Explanation {
    /// `3/12 tries used`, and why more were made where more were.
    pub fn tries(&self) -> String {
        let used = format!("{}/{} tries used", self.attempts, self.max_attempts);
        match self.tried - self.attempts {
            ..=0 => used,
            n => format!("{used}, and {n} that count for none: told to wait, not let in, or its worker was lost"),
        }
    }
}

/// How long a due job may wait before somebody asks whether a worker runs at all.
const SILENCE: TimeDelta = TimeDelta::minutes(1);

/// Every reason, the one that matters first; never empty.
pub fn why(facts: &Facts, now: DateTime<Utc>) -> Vec<Reason> {
    match facts.state {
        JobState::Running => vec![running(facts)],
        JobState::Succeeded | JobState::Dead | JobState::Cancelled | JobState::Unknown => vec![ended(facts)],
        JobState::Armed | JobState::Scheduled | JobState::Ready | JobState::Retrying | JobState::Held => waiting(facts, now),
    }
}

fn reason(cause: Cause, what: impl Into<String>, until: Option<DateTime<Utc>>, advice: &str) -> Reason {
    Reason { cause, what: what.into(), until, advice: advice.to_owned() }
}

fn running(facts: &Facts) -> Reason {
    let what = match &facts.lease {
        Some(Lease { worker, since: Some(since) }) => {
            format!("it is running: worker {worker} sent it at {}", since.format("%H:%M:%S UTC"))
        }
        Some(Lease { worker, since: None }) => format!("worker {worker} holds it and has not sent it yet"),
        None => "it is running".to_owned(),
    };
    reason(Cause::Running, what, None, "none needed: if the worker is lost, its lease ends within 45 s and the job is rescued")
}

fn ended(facts: &Facts) -> Reason {
    let why = facts.reason.as_deref().map(|why| format!(": {}", said(why))).unwrap_or_default();
    match facts.state {
        JobState::Unknown => reason(
            Cause::Unknown,
            format!("it may have arrived, and is never sent again blindly{why}"),
            None,
            "ask the destination, then say what happened",
        ),
        JobState::Dead => {
            reason(Cause::Ended, format!("it is given up{why}"), None, "mend the cause, then replay it as a new job")
        }
        JobState::Cancelled => {
            reason(Cause::Ended, format!("it was cancelled{why}"), None, "replay it as a new job if it is wanted after all")
        }
        _ => reason(Cause::Ended, "it arrived", None, "none needed"),
    }
}

/// The stored word of a dead job as a sentence.
fn said(why: &str) -> &str {
    match why {
        "budget" => "every try allowed was used up",
        "window" => "its window closed: trying had no more use",
        "permanent" => "the destination will never take this request",
        "poison" => "three workers were lost while they held it",
        "opted_out" => "the person opted out",
        "operator" => "a person gave it up",
        other => other,
    }
}

fn waiting(facts: &Facts, now: DateTime<Utc>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if facts.window_ends_at <= now {
        reasons.push(reason(
            Cause::WindowClosed,
            format!("its window closed at {}: trying has no more use", facts.window_ends_at.format("%H:%M UTC")),
            None,
            "a worker gives it up, and then it can be replayed as a new job; or cancel it now",
        ));
    }
    reasons.extend(barred(facts, now));
    let turn = turn(facts, now);
    let due = turn.is_none();
    reasons.extend(turn);
    if due && facts.window_ends_at > now {
        // What a breaker holds needs a worker as well: one tries, by itself or at a person's word.
        let free = reasons.iter().all(|reason| reason.cause == Cause::BreakerOpen);
        reasons.extend(contended(facts, now, free));
    }
    // Whatever else there is, without one nothing moves.
    reasons.sort_by_key(|reason| reason.cause != Cause::NoWorker);
    if reasons.is_empty() {
        reasons.push(reason(Cause::Next, "nothing stands in its way: the next free worker takes it", None, "none needed"));
    }
    reasons
}

/// What keeps everything for its destination.
fn barred(facts: &Facts, now: DateTime<Utc>) -> Vec<Reason> {
    let place = &facts.destination;
    let mut reasons = Vec::new();
    if let Some(by) = &place.paused_by {
        let why = place.paused_why.as_deref().unwrap_or("no reason given");
        let advice = if place.paused_until.is_some() {
            "wait, or let an owner resume it"
        } else {
            "an owner resumes it when the cause is mended"
        };
        reasons.push(reason(Cause::Paused, format!("{} is paused by {by}: {why}", place.name), place.paused_until, advice));
    }
    if place.breaker != Breaker::Closed {
        let since = place.opened_at.map(|at| format!(" since {}", at.format("%H:%M UTC"))).unwrap_or_default();
        let why = place.open_why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        let (what, until) = match place.breaker {
            Breaker::HalfOpen => ("one job is on its way to see whether it works again", None),
            _ => ("one job goes then to see whether it works again", place.probe_at.filter(|at| *at > now)),
        };
        let what = format!("the breaker of {} is open{since}{why}; {what}", place.name);
        let advice = match place.breaker {
            Breaker::HalfOpen => "wait for it: where it arrives, all go again",
            _ if place.paused_by.is_some() => "mend the cause, then resume it",
            _ => "mend the cause, then try one job now: where it arrives, all go again",
        };
        reasons.push(reason(Cause::BreakerOpen, what, until, advice));
    }
    // A job that heard it itself says so by its own time.
    if let Some(until) = place.quiet_until.filter(|until| *until > now && *until > facts.due_at) {
        let what = format!("{} asked to be left alone for a while", place.name);
        reasons.push(reason(
            Cause::RateLimit,
            what,
            Some(until),
            "wait, or let an owner resume it; if it is sent too much, give it a limit (per_minute) in the configuration",
        ));
    }
    if facts.state == JobState::Held && reasons.is_empty() {
        let why = facts.reason.as_deref().unwrap_or("its destination was paused");
        reasons.push(reason(Cause::Held, format!("it is held: {why}"), None, "resume its destination"));
    }
    reasons
}

/// What keeps it until a time of its own.
fn turn(facts: &Facts, now: DateTime<Utc>) -> Option<Reason> {
    if facts.state == JobState::Armed
        && let Some(until) = facts.armed_until.filter(|until| *until > now)
    {
        return Some(reason(Cause::Armed, "it can still be undone", Some(until), "none needed, or undo it"));
    }
    if facts.due_at <= now || facts.state == JobState::Held {
        return None;
    }
    if facts.state == JobState::Retrying {
        let wait = match facts.last {
            Some(LastTry { retry_after: Some(wait), .. }) => {
                let longer = if facts.due_at - now > wait { ", and it waits longer while that stays so" } else { "" };
                format!("{} asked for {} s{longer}", facts.destination.name, wait.num_seconds())
            }
            Some(LastTry { outcome: AttemptOutcome::RateLimited, .. }) => {
                format!("{} limits how much is sent", facts.destination.name)
            }
            _ if facts.reason.is_some() => facts.reason.clone().unwrap_or_default(),
            _ => "it waits longer after each failure".to_owned(),
        };
        let what = format!("it failed and is tried again: {} of {} tries used; {wait}", facts.attempts, facts.max_attempts);
        return Some(reason(Cause::Retrying, what, Some(facts.due_at), "wait, or retry it now when the cause is mended"));
    }
    let why = facts.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    Some(reason(Cause::Scheduled, format!("it is planned for later{why}"), Some(facts.due_at), "wait, or retry it now"))
}

/// What keeps a job whose time has come; `free` says that nothing else does.
fn contended(facts: &Facts, now: DateTime<Utc>, free: bool) -> Vec<Reason> {
    let place = &facts.destination;
    let mut reasons = Vec::new();
    let overdue = now - facts.due_at >= SILENCE;
    // Workers that come and go each minute are none that is missed by what has just come due.
    let missed = facts.hands.seen_at.is_none_or(|seen| now - seen >= SILENCE * 3);
    if free && (overdue || missed) {
        reasons.extend(unhandled(facts, now));
    }
    reasons.extend(crowded(facts));
    if let (Some(most), Some(at)) = (place.per_minute, place.next_slot_at.filter(|at| *at > now)) {
        reasons.push(reason(Cause::RateLimit, format!("{} takes {most} a minute", place.name), Some(at), "wait for its turn"));
    }
    if facts.ahead.n > 0 {
        let s = if facts.ahead.n == 1 { "" } else { "s" };
        let what = format!("{} job{s} for {} more urgent or due earlier", facts.ahead, place.name);
        let what = what.replace(" more", if facts.ahead.n == 1 { " is more" } else { " are more" });
        reasons.push(reason(Cause::Behind, what, None, "wait for its turn"));
    }
    reasons
}

/// Its destination takes no more at once: in all, or of what nobody waits for.
fn crowded(facts: &Facts) -> Option<Reason> {
    let place = &facts.destination;
    let most = place.concurrency?;
    let share = bulk_places_at(&place.kind, most);
    let what = if place.running >= most {
        format!("{} takes {most} at once, and {} are on their way", place.name, place.running)
    } else if facts.is_bulk && place.bulk >= share {
        format!("{} takes {most} at once, and keeps {} of them for answers to people who wait", place.name, most - share)
    } else {
        return None;
    };
    Some(reason(Cause::Concurrency, what, None, "wait: the next that comes back makes room"))
}

/// Nobody is there to take it.
fn unhandled(facts: &Facts, now: DateTime<Utc>) -> Option<Reason> {
    let gone = |seen: Option<DateTime<Utc>>| seen.is_none_or(|seen| now - seen >= SILENCE);
    let Hands { seen_at, any_seen_at } = facts.hands;
    if !gone(seen_at) {
        return None;
    }
    let name = &facts.destination.name;
    if !gone(any_seen_at) {
        let what = format!("workers run, and none of them has {name} in its configuration");
        let advice = "add a [[destination]] of that name to the configuration of a worker, and start it again";
        return Some(reason(Cause::NoWorker, what, None, advice));
    }
    let what = seen_at.map_or_else(
        || format!("no worker was ever here that sends to {name}"),
        |seen| format!("no worker that sends to {name} was here for {} min", (now - seen).num_minutes()),
    );
    Some(reason(Cause::NoWorker, what, None, "start one: quotedeck work"))
}

#[cfg(test)]
mod tests;

//! What a drafter is given: numbered lines of what is known, each with the record it comes from, and the same as
//! normalised fields. Internal (C1), like all that a draft is made from.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::event::EventKind;
use super::journal::{sha256, to_hex};
use super::lead::{ContactMethod, LeadState, Urgency};
use super::words;

words! {
    /// What a draft speaks of.
    pub enum Subject { Lead, Week }
}

/// A line of what is known.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What is known.
    pub text: String,
    /// The record it comes from, such as `E-17`.
    pub source: String,
}

/// What a draft is made from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// The client's name.
    pub client: String,
    /// What is known; a citation `[1]` is the first.
    pub lines: Vec<Line>,
    /// When the newest of it happened.
    pub evidence_at: Option<DateTime<Utc>>,
    /// Where the facts come from, in words for the client.
    pub source_label: String,
    /// The time it speaks of, in words.
    pub period: String,
    /// The same as fields.
    pub facts: Facts,
}

/// What is known as normalised fields; nothing of it was written by the person whom it is about, apart from service and
/// place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Facts {
    /// Of one lead.
    Lead(LeadFacts),
    /// Of a client's week.
    Week(WeekFacts),
}

/// A lead as fields.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadFacts {
    /// What is wanted; may be empty.
    pub service: String,
    /// The place; may be empty.
    pub market: String,
    /// How it reached us.
    pub contact_method: ContactMethod,
    /// How soon.
    pub urgency: Urgency,
    /// Where it stands.
    pub state: LeadState,
    /// What happened, with its day in the client's time zone, and the number of its line.
    pub happened: Vec<Happened>,
    /// How many minutes after the lead arrived it was answered, and the number of that line.
    pub replied: Option<(i64, usize)>,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// What.
    pub kind: EventKind,
    /// On which day.
    pub day: NaiveDate,
    /// The number of its line.
    pub line: usize,
}

/// A week as figures, each with the number of its line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekFacts {
    /// New leads.
    pub leads: i64,
    /// Of them by way of contact; the most first.
    pub by_method: Vec<(ContactMethod, i64)>,
    /// Of them urgent.
    pub urgent: i64,
    /// Of them answered.
    pub replied: i64,
    /// Half of those were answered within so many minutes.
    pub median_reply: Option<i64>,
    /// Of them booked by now.
    pub booked: i64,
    /// Of them waiting for us by now.
    pub open: i64,
    /// They arrived from then on, and before then.
    #[serde(default)]
    pub span: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl fmt::Debug for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Brief({} lines)", self.lines.len())
    }
}

impl Brief {
    /// What a draft speaks of.
    pub fn subject(&self) -> Subject {
        match self.facts {
            Facts::Lead(_) => Subject::Lead,
            Facts::Week(_) => Subject::Week,
        }
    }

    /// The same for the same evidence, and other for any other.
    pub fn version(&self) -> String {
        let sized = |text: &str| format!("{}:{text}", text.len());
        let all: String = self.lines.iter().map(|line| sized(&line.text) + &sized(&line.source)).collect();
        to_hex(&sha256(all.as_bytes())[..8])
    }

    /// When the leads of a week arrived: from then on, and before then.
    pub fn span(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        match &self.facts {
            Facts::Lead(_) => None,
            Facts::Week(facts) => facts.span,
        }
    }

    /// What the portal says will happen next, where the lead's own state does not say it: of a week.
    pub fn next_action(&self) -> String {
        match &self.facts {
            Facts::Lead(_) => String::new(),
            Facts::Week(facts) => week_next(facts),
        }
    }

    /// What the draft is about, in a few words, for a list.
    pub fn title(&self) -> String {
        match &self.facts {
            Facts::Week(_) => format!("week of {}", self.period),
            Facts::Lead(facts) => {
                let last = facts.happened.last().map_or("request", |happened| match happened.kind {
                    EventKind::CallMissed => "missed call",
                    EventKind::CallAnswered => "call",
                    EventKind::VoicemailLeft => "voicemail",
                    EventKind::FormSent => "form",
                    EventKind::MessageReceived => "message",
                    EventKind::QuoteRequested => "quote request",
                    EventKind::JobDone => "job done",
                    EventKind::ReviewLeft => "review",
                    EventKind::QuoteSent | EventKind::QuoteAccepted | EventKind::QuoteClosed => "quote",
                    EventKind::Invoiced | EventKind::InvoicePaid | EventKind::InvoiceVoided => "invoice",
                    EventKind::CustomerChanged => "customer",
                    EventKind::OptOut | EventKind::OptIn => "messages",
                });
                let service: String = facts.service.chars().take(40).collect();
                if service.trim().is_empty() { last.to_owned() } else { format!("{service}: {last}") }
            }
        }
    }
}

/// A day as drafts and evidence write it: `27 November 2026`.
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// From a first to a last day.
pub fn period(first: NaiveDate, last: NaiveDate) -> String {
    if first == last { day(first) } else { format!("{} – {}", day(first), day(last)) }
}

/// What the portal says of a lead that stands so: words of ours alone, so that nothing internal can be in them.
pub fn portal_status(state: LeadState) -> &'static str {
    match state {
        LeadState::New => "new request",
        LeadState::Contacted => "in contact",
        LeadState::Quoted => "quote given",
        LeadState::Booked => "booked",
        LeadState::Lost => "closed without a job",
        LeadState::Spam | LeadState::Merged => "closed",
    }
}

/// What the portal says will happen next with a lead that stands so.
pub fn portal_next(state: LeadState) -> &'static str {
    match state {
        LeadState::New => "The customer is contacted",
        LeadState::Contacted => "A quote is prepared",
        LeadState::Quoted => "The customer decides",
        LeadState::Booked => "The job is done as agreed",
        LeadState::Lost | LeadState::Spam | LeadState::Merged => "Nothing more is planned",
    }
}

/// What the portal says will happen next in a client's week.
fn week_next(facts: &WeekFacts) -> String {
    match facts.open {
        0 => "Nothing waits for a next step".to_owned(),
        1 => "1 request waits for a next step".to_owned(),
        open => format!("{open} requests wait for a next step"),
    }
}

/// A draft that a drafter made.
#[derive(Clone, PartialEq, Eq)]
pub struct Made {
    /// What it wrote, with citations such as `[2]`.
    pub text: String,
    /// Who wrote it.
    pub model: String,
    /// How it was asked.
    pub prompt_version: String,
    /// What was read and written, in the model's own units.
    pub tokens: i64,
    /// What that cost, in millionths of a dollar; 0 where no price is set.
    pub cost_micros: i64,
}

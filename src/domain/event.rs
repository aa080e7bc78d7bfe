//! The event: one normalised thing that happened. What intake makes of a provider's payload, before any action (C4).

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::books::Telling;
use super::contact::{Email, Phone};
use super::lead::{Consent, ContactMethod, Urgency};
use super::money::Money;
use super::text::Untrusted;
use super::words;

words! {
    /// What happened.
    pub enum EventKind {
        CallMissed, CallAnswered, VoicemailLeft, FormSent, MessageReceived, QuoteRequested, JobDone, ReviewLeft,
        // What the client's own books tell.
        QuoteSent, QuoteAccepted, QuoteClosed, Invoiced, InvoicePaid, InvoiceVoided, CustomerChanged,
        OptOut, OptIn,
    }
}

words! {
    /// Who sends payloads; one file each in `intake`.
    pub enum Provider {
        #[strum(serialize = "twilio-voice")]
        TwilioVoice,
        #[strum(serialize = "twilio-sms")]
        TwilioSms,
        Callrail, Thumbtack, Angi, Hubspot, Quickbooks, Sendgrid, Mailgun, Email, Webhook, Form, Csv, Event,
        /// Brings figures of a site, when it is asked, and nothing by itself.
        #[strum(serialize = "search-console")]
        SearchConsole,
    }
}

impl Provider {
    /// Whether it brings anything by itself, and not only when it is asked.
    pub fn sends(self) -> bool {
        self != Self::SearchConsole
    }
}

words! {
    /// A way to write to somebody; the scope of an opt-out.
    pub enum Channel { Sms, Email }
}

/// One thing that happened, in our own words. Every field of C4 is here, and a field that the provider did not
/// tell is `None` or `Unknown`: nothing is guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NormalEvent {
    /// What happened.
    pub kind: EventKind,
    /// The provider's own identity of this thing; a second arrival with the same key is a duplicate (C3).
    pub natural_key: String,
    /// When it happened, by the provider's clock.
    pub occurred_at: DateTime<Utc>,
    /// Groups events of one conversation at the provider (a Thumbtack negotiation), where there is such a thing.
    pub thread_key: Option<String>,
    /// The person, as far as told.
    pub contact: Contact,
    /// Where the lead came from.
    pub source: Option<Untrusted>,
    /// What is wanted.
    pub service: Option<Untrusted>,
    /// How it reached us.
    pub contact_method: ContactMethod,
    /// What the person allowed.
    pub consent: Consent,
    /// The place.
    pub market: Option<Untrusted>,
    /// How soon somebody must act, as told or read from the words.
    pub urgency: Urgency,
    /// What the work may be worth.
    pub value: Option<Money>,
    /// Who should own the lead, by name, where the provider tells.
    pub owner: Option<String>,
    /// Campaign, keyword, landing page.
    pub attribution: Option<Untrusted>,
    /// What the person wrote or said: internal for ever (C1), evidence for a draft.
    pub words: Option<Untrusted>,
    /// Which of the client's numbers or accounts was reached; names the client when `--client` does not.
    pub reached: Option<String>,
    /// Fields the provider sent that this version does not know; kept with the event so that none is lost unseen.
    pub unknown_fields: Vec<String>,
    /// What was seen of how it was sent.
    pub seen: Seen,
    /// The record of the books that it is told of, where it is.
    pub told_of: Option<Telling>,
}

impl NormalEvent {
    /// An event of which only kind, key, time and method are known.
    pub fn new(kind: EventKind, natural_key: &str, occurred_at: DateTime<Utc>, contact_method: ContactMethod) -> Self {
        Self {
            kind,
            natural_key: natural_key.to_owned(),
            occurred_at,
            thread_key: None,
            contact: Contact::default(),
            source: None,
            service: None,
            contact_method,
            consent: Consent::Unknown,
            market: None,
            urgency: Urgency::Routine,
            value: None,
            owner: None,
            attribution: None,
            words: None,
            reached: None,
            unknown_fields: Vec::new(),
            seen: Seen::default(),
            told_of: None,
        }
    }
}

/// What was seen of how something was sent: what speaks for and against it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether something was told as a phone number and is none.
    pub bad_phone: bool,
    /// How long a form was open, in seconds, where the website tells.
    pub took: Option<i64>,
    /// What the person was shown when they agreed, word for word, where it was told.
    pub shown: Option<Untrusted>,
    /// The page where that was.
    pub page: Option<Untrusted>,
    /// The IP address it came from, where that is the person's own.
    pub ip: Option<IpAddr>,
    /// Whether an opt-out asks for no contact at all, whichever channel it came by.
    pub stops_all: bool,
}

/// How to reach the person an event speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// As written.
    pub name: Option<Untrusted>,
    /// E.164.
    pub phone: Option<Phone>,
    /// Lower-cased.
    pub email: Option<Email>,
}

/// What intake made of one payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Normalised {
    /// A thing that happened.
    Event(Box<NormalEvent>),
    /// A payload of that provider that could not be normalised: kept, and made a person's task. Nothing is guessed.
    Parked {
        /// The provider's identity of it, or a hash of the bytes.
        natural_key: String,
        /// What is missing or contradictory, and what a person can do.
        reason: String,
    },
    /// A payload that asks nothing of anybody: a report, an automatic answer, a machine's form. Kept; a person may still
    /// take it in.
    SetAside {
        /// The provider's identity of it, or a hash of the bytes.
        natural_key: String,
        /// Why nobody is asked.
        reason: String,
    },
}

/// Bytes that are no payload of that provider at all; the rest of the file goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Rejected {
    /// 1-based line in the file, where the format has lines.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub reason: String,
}

/// The names of these fields in our own format (JSON lines); a CSV's columns are mapped to them too.
pub const FIELDS: &[&str] = &[
    "key",
    "kind",
    "occurred_at",
    "name",
    "phone",
    "email",
    "thread",
    "source",
    "service",
    "contact_method",
    "consent",
    "market",
    "urgency",
    "value",
    "owner",
    "attribution",
    "words",
    "reached",
];

/// The settings of a CSV mapping: which column holds which field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns(pub std::collections::BTreeMap<String, String>);

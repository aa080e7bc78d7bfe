//! Intake: a provider's bytes become normalised events. Pure: no clock, no database, no network.
//!
//! Three steps, and each can only fail in one way:
//!
//! 1. `split` cuts a file into payloads: one JSON document, a JSON array, JSON lines, or one urlencoded body a line.
//!    A CSV has its own cut (`csv`).
//! 2. A provider's `identify` says whether a payload is the provider's at all, and which natural key it has (C3).
//!    If it is not, the payload is *rejected*.
//! 3. Its `normalise` makes the event (C4). What is missing or contradictory *parks* the payload: it is kept, and a
//!    person decides. Nothing is guessed.
//!
//! Two laws hold for all providers (`tests` has them as properties): no input panics, and an item's body read again by
//! itself gives the same outcome, so a kept payload can always be read a second time by a later version.
//!
//! Where a payload tells no time, the time of arrival stands in for it; a date it does tell is never replaced.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::domain::event::{Columns, NormalEvent, Normalised, Provider, Rejected};
use crate::domain::journal::{sha256, to_hex};

mod angi;
mod callrail;
mod contact;
mod csv;
mod draft;
mod event;
mod form;
mod hubspot;
mod mail;
mod mailgun;
mod multipart;
mod opt_out;
mod quickbooks;
mod record;
pub mod sample;
mod sendgrid;
pub mod signed;
mod split;
mod strict;
mod text;
mod thumbtack;
mod twilio_sms;
mod twilio_voice;
mod urgency;
mod webhook;
mod when;

#[cfg(test)]
mod tests;

use record::Record;
use split::Piece;

/// The largest payload that is read, in bytes. No provider here sends a hundredth of it.
pub const LARGEST: usize = 10 * 1024 * 1024;

/// Rejected payloads in a row after which the rest of a file is one rejected item: it is not what it was said to be,
/// and a million equal reasons help nobody.
const PATIENCE: usize = 10_000;

/// What a reading needs to know that is not in the bytes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// ISO 3166 region of phone numbers without a country code, such as `US`.
    pub region: String,
    /// Which CSV column holds which of our fields.
    pub columns: Columns,
    /// Which field of a mapped webhook holds which of ours.
    pub fields: Columns,
    /// A field of a form that no person sees: who fills it in is a machine.
    pub honeypot: Option<String>,
    /// When the bytes arrived: the time of payloads that tell none, and the bound for dates in the future.
    pub received_at: DateTime<Utc>,
}

/// One payload found in the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Position in the file, from 0.
    pub index: usize,
    /// The line it starts on, from 1.
    pub line: Option<usize>,
    /// Its raw bytes alone, to be kept for ever. A CSV row has its header before it, or it could not be read again.
    pub body: Vec<u8>,
    /// What became of it.
    pub outcome: Result<Normalised, Rejected>,
}

impl fmt::Debug for Item {
    /// Without the body: it is internal (C1), and a `Debug` ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item")
            .field("index", &self.index)
            .field("line", &self.line)
            .field("bytes", &self.body.len())
            .field("outcome", &self.outcome)
            .finish()
    }
}

/// A payload that is the provider's: its natural key, and everything it says.
struct Known {
    key: String,
    record: Record,
}

/// What step 2 gives: the natural key, or why this is no payload of the provider.
type Identified = Result<String, String>;

type Identify = fn(&Record) -> Identified;
type Normalise = fn(&Known, &Settings) -> Made;

/// What step 3 gives: the event, or why there is none.
type Made = Result<NormalEvent, Unmade>;

/// Why a payload makes no event.
enum Unmade {
    /// Something is missing or contradictory: a person must look at it.
    Ask(String),
    /// It asks nothing of anybody.
    Aside(String),
}

impl From<String> for Unmade {
    fn from(reason: String) -> Self {
        Self::Ask(reason)
    }
}

impl From<&str> for Unmade {
    fn from(reason: &str) -> Self {
        Self::Ask(reason.to_owned())
    }
}

/// Reads every payload in a file, or in the body of one request.
///
/// Never fails as a whole: what cannot be read is an item with its line and reason, and the rest goes on.
pub fn read(provider: Provider, bytes: &[u8], settings: &Settings) -> Vec<Item> {
    if provider == Provider::Csv {
        return csv::read(bytes, settings);
    }
    if provider == Provider::Email || multipart::is_multipart(bytes) {
        // It has lines of its own.
        let piece = Piece { body: bytes, line: 1 };
        return vec![Item { index: 0, line: Some(1), body: bytes.to_vec(), outcome: read_piece(provider, &piece, settings) }];
    }
    let mut items = Vec::new();
    let mut rejected_in_a_row = 0;
    let mut pieces = split::Pieces::new(bytes);
    while let Some(piece) = pieces.next() {
        let outcome = read_piece(provider, &piece, settings);
        rejected_in_a_row = if outcome.is_err() { rejected_in_a_row + 1 } else { 0 };
        items.push(Item { index: items.len(), line: Some(piece.line), body: piece.body.to_vec(), outcome });
        if rejected_in_a_row == PATIENCE
            && let Some(rest) = pieces.rest()
        {
            let reason = format!(
                "{PATIENCE} payloads in a row were none of {}; the rest was not looked at: check the file and the provider's name",
                <&str>::from(provider)
            );
            let outcome = Err(Rejected { line: Some(rest.line), reason });
            items.push(Item { index: items.len(), line: Some(rest.line), body: rest.body.to_vec(), outcome });
        }
    }
    items
}

fn read_piece(provider: Provider, piece: &Piece<'_>, settings: &Settings) -> Result<Normalised, Rejected> {
    let record = if provider == Provider::Email { mail::message(piece)? } else { Record::read(piece)? };
    let (identify, normalise): (Identify, Normalise) = match provider {
        Provider::TwilioVoice => (twilio_voice::identify, twilio_voice::normalise),
        Provider::TwilioSms => (twilio_sms::identify, twilio_sms::normalise),
        Provider::Callrail => (callrail::identify, callrail::normalise),
        Provider::Thumbtack => (thumbtack::identify, thumbtack::normalise),
        Provider::Angi => (angi::identify, angi::normalise),
        Provider::Hubspot => (hubspot::identify, hubspot::normalise),
        Provider::Quickbooks => (quickbooks::identify, quickbooks::normalise),
        Provider::Sendgrid => (sendgrid::identify, sendgrid::normalise),
        Provider::Mailgun => (mailgun::identify, mailgun::normalise),
        Provider::Email => (mail::identify, mail::normalise),
        Provider::Webhook => (webhook::identify, webhook::normalise),
        Provider::Form => (form::identify, form::normalise),
        Provider::Event | Provider::Csv => (event::identify, event::normalise),
        Provider::SearchConsole => (|_| Err("Search Console sends nothing by itself; set a [[sync]]".into()), event::normalise),
    };
    let record = if provider == Provider::Webhook { webhook::mapped(record, &settings.fields) } else { record };
    let key = identify(&record).map_err(|reason| Rejected { line: Some(piece.line), reason })?;
    let known = Known { key: text::key(&key), record };
    if let Some(field) =
        settings.honeypot.as_deref().filter(|field| provider == Provider::Form && known.record.text(field).is_some())
    {
        let reason = format!("a machine sent it: it filled in {}, which people do not see", text::quote(field));
        return Ok(Normalised::SetAside { natural_key: known.key, reason });
    }
    Ok(settle(normalise(&known, settings), known.key, piece.body))
}

/// What a payload that is parked is known by, besides its key.
const PARKED_HASH: usize = 12;

/// An event, or a payload that is parked: under its key with a part of its hash, so that the same one comes in once, and one that
/// was corrected is no double of it.
fn settle(made: Made, natural_key: String, body: &[u8]) -> Normalised {
    match made {
        Ok(event) => Normalised::Event(Box::new(event)),
        Err(Unmade::Ask(reason)) => {
            let natural_key = format!("{natural_key} parked:{}", &to_hex(&sha256(body))[..PARKED_HASH]);
            Normalised::Parked { natural_key, reason }
        }
        Err(Unmade::Aside(reason)) => Normalised::SetAside { natural_key, reason },
    }
}

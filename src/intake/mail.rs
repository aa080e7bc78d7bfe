//! Mail: an RFC 5322 message as it is, and what SendGrid and Mailgun make of one, become the same event here.
//!
//! Natural key: `Message-ID`, so a mail that arrives by two ways at one provider is one; else the hash of what it says. The
//! thread is the first message it answers. A mail whose lines are `Name: …`, `Phone: …` is a marketplace's or a website's and
//! is read as a form: who wrote it is in its lines, and the sender is a machine. Automatic answers and bounces are set aside.

use mail_parser::{Message, MessageParser};
use serde_json::{Map, Value};

use crate::domain::event::{Channel, EventKind, NormalEvent, Rejected};
use crate::domain::lead::{Consent, ContactMethod};
use crate::domain::text::Untrusted;

use super::contact::{self, Told};
use super::form::{self, Submission};
use super::opt_out::{self, Wish};
use super::record::{self, Record};
use super::split::Piece;
use super::{Identified, Known, Made, Settings, Unmade, draft, text, when};

/// Labelled lines that make a mail a form.
const FEWEST_LABELS: usize = 3;
/// The longest label, in characters.
const LONGEST_LABEL: usize = 40;

/// A whole message as a record.
pub(super) fn message(piece: &Piece<'_>) -> Result<Record, Rejected> {
    let rejected = |reason: String| Rejected { line: Some(piece.line), reason };
    record::size(piece.body.len()).map_err(rejected)?;
    read(piece.body).ok_or_else(|| rejected("it is no mail: it has no headers, or no sender; check the provider's name".into()))
}

/// Reads a message.
pub(super) fn read(bytes: &[u8]) -> Option<Record> {
    let mail = MessageParser::default().parse(bytes)?;
    let from = mail.from().and_then(|address| address.first())?;
    let address = from.address()?.to_owned();
    let (thread, date) = (thread(&mail), mail.date().map(mail_parser::DateTime::to_rfc3339));
    let fields = [
        ("id", mail.message_id().map(str::to_owned)),
        ("from_name", from.name().map(str::to_owned)),
        ("from", Some(address)),
        ("to", mail.to().and_then(|to| to.first()).and_then(|to| to.address()).map(str::to_owned)),
        ("subject", mail.subject().map(str::to_owned)),
        ("text", mail.body_text(0).map(std::borrow::Cow::into_owned)),
        ("date", date),
        ("thread", thread),
        ("automatic", is_automatic(&mail).then(|| "yes".to_owned())),
    ];
    Some(record(fields))
}

/// A record of the fields that say something.
pub(super) fn record<'a>(fields: impl IntoIterator<Item = (&'a str, Option<String>)>) -> Record {
    let told = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))));
    Record(told.collect::<Map<_, _>>())
}

fn thread(mail: &Message<'_>) -> Option<String> {
    let first = |value: &mail_parser::HeaderValue<'_>| {
        value.as_text_list().and_then(|list| list.first().map(ToString::to_string)).or_else(|| value.as_text().map(str::to_owned))
    };
    first(mail.references()).or_else(|| first(mail.in_reply_to()))
}

/// Whether nobody wrote it: an absence note, a bounce, a list.
fn is_automatic(mail: &Message<'_>) -> bool {
    let header = |name: &str| mail.header_raw(name.to_owned()).map(|value| value.trim().to_ascii_lowercase());
    header("Auto-Submitted").is_some_and(|told| told != "no")
        || header("Precedence").is_some_and(|told| ["bulk", "junk", "auto_reply"].contains(&told.as_str()))
        || header("Return-Path").is_some_and(|told| told == "<>")
        || header("Content-Type").is_some_and(|told| told.starts_with("multipart/report"))
}

/// Every mail has a key.
#[expect(clippy::unnecessary_wraps, reason = "every provider identifies by this signature")]
pub(super) fn identify(record: &Record) -> Identified {
    if let Some(id) = record.text("id") {
        return Ok(id);
    }
    let parts = ["from", "to", "date", "subject", "text"].map(|field| record.text(field).unwrap_or_default());
    Ok(text::hash(parts.iter().map(String::as_str)))
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    made(&known.record, &known.key, settings)
}

/// The event of a mail's fields.
pub(super) fn made(mail: &Record, key: &str, settings: &Settings) -> Made {
    if mail.has("automatic") {
        return Err(Unmade::Aside("nobody wrote it: an automatic answer, a bounce or a list".into()));
    }
    let body = mail.text("text").unwrap_or_default();
    let sender = mail.text("from");
    if let Some(mut event) = labelled(&body, mail, key, settings) {
        let domain = sender.as_deref().and_then(|sender| sender.rsplit_once('@')).map(|(_, domain)| domain.to_owned());
        event.source = event.source.or_else(|| domain.as_deref().and_then(text::field));
        return Ok(event);
    }
    // A date that cannot be is the sender's clock; the mail itself says when it came.
    let at = when::read("date", mail.text("date").as_deref(), settings.received_at)
        .or_else(|_| when::read("date", None, settings.received_at))?;
    let told = Told { name: mail.text("from_name"), email: sender.map(|from| ("from".into(), from)), ..Told::default() };
    let (contact, unread) = contact::read(told, &settings.region, false)?;
    let answer = own_words(&body);
    let head = mail.text("subject").unwrap_or_default();
    let asked = [answer, head.as_str()].into_iter().find_map(|said| Some((said, opt_out::wish(said)?)));
    let wish = asked.map(|(_, wish)| wish);
    let (kind, consent) = match wish {
        Some(Wish::Stop) => (EventKind::OptOut, Consent::Withdrawn),
        Some(Wish::Start) => (EventKind::OptIn, Consent::Given),
        None => (EventKind::MessageReceived, Consent::Implied),
    };
    let mut event = NormalEvent::new(kind, key, at, ContactMethod::Email);
    event.contact = contact;
    event.consent = consent;
    let said = asked.filter(|(_, wish)| *wish == Wish::Stop).map(|(said, _)| said);
    event.seen.stops_all = opt_out::everything(said, Channel::Email);
    event.source = Some(Untrusted::from("e-mail"));
    event.thread_key = mail.text("thread").or_else(|| mail.text("id")).map(|id| text::key(&id));
    event.reached = mail.text("to").as_deref().and_then(text::plain);
    let subject = mail.text("subject");
    let words = subject.into_iter().chain(Some(body).filter(|body| !body.trim().is_empty())).collect::<Vec<_>>().join("\n");
    draft::say(&mut event, Some(words), unread, None);
    Ok(event)
}

/// What was written above the quotation of an earlier mail.
fn own_words(body: &str) -> &str {
    let quoted = |line: &str| line.starts_with('>') || line.starts_with("On ") && line.trim_end().ends_with(':');
    let mut end = 0;
    for line in body.split_inclusive('\n') {
        if quoted(line) {
            break;
        }
        end += line.len();
    }
    body[..end].trim()
}

/// A mail that is a form: enough labelled lines, one of which says how to reach somebody.
fn labelled(body: &str, mail: &Record, key: &str, settings: &Settings) -> Option<crate::domain::event::NormalEvent> {
    let mut fields = Map::new();
    for line in body.lines() {
        if let Some((label, value)) = line.split_once(':')
            && (1..=LONGEST_LABEL).contains(&label.trim().chars().count())
            && !value.trim().is_empty()
            && !value.starts_with("//")
        {
            fields.entry(label.trim()).or_insert_with(|| Value::String(value.trim().to_owned()));
        }
    }
    if fields.len() < FEWEST_LABELS {
        return None;
    }
    if let Some(date) = mail.text("date") {
        fields.entry("submitted_at").or_insert(Value::String(date));
    }
    let mut event = form::submitted(&Submission::of(&Record(fields)), key, settings).ok()?;
    event.reached = mail.text("to").as_deref().and_then(text::plain);
    // Beside the fields there may be whole sentences: nothing of them is lost.
    let told = event.urgency;
    event.words = text::words(body);
    event.urgency = super::urgency::read(body).max(told);
    event.unknown_fields.clear();
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("STOP\n\nOn Mon, Ana wrote:\n> hello", "STOP")]
    #[case("> only theirs", "")]
    #[case("two\nlines", "two\nlines")]
    fn own_words_end_where_the_quotation_begins(#[case] body: &str, #[case] own: &str) {
        assert_eq!(own_words(body), own);
    }
}

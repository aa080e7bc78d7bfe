//! Delivery: a job becomes a request to a destination, and the answer gets its meaning. One file a destination.
//!
//! Each destination's file is pure: what is asked, and what an answer means. [`couriers`] alone sends.
//! What an answer means is decided by [`classify`]; what that makes of a job, in `domain::reply`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use strum::VariantArray as _;

use crate::domain::content::Content;
use crate::domain::destination::System;
use crate::domain::event::Provider;
use crate::domain::id::Ref;
use crate::domain::journal::{sha256, to_hex};
use crate::domain::reply::{Meaning, Reply};
use crate::domain::sync::Fetch;
use crate::domain::text::{Internal, Untrusted, neutralise};

mod callrail;
mod chat;
pub mod couriers;
mod http;
mod hubspot;
mod leaving;
mod mail;
mod oauth;
mod quickbooks;
pub mod scripted;
mod search_console;
mod smtp;
mod thumbtack;
mod twilio;
mod webhook;

pub use smtp::Step;

/// Characters of an error that are kept where the answer is no JSON that we know: enough to recognise a web page by.
const TEXT_KEPT: usize = 200;
/// Characters of an error in the destination's own words that are kept.
const WORDS_KEPT: usize = 600;
/// Keys of an object that are named where it is not what was asked for, and characters of each.
const KEYS_NAMED: usize = 8;
const KEY_KEPT: usize = 40;
/// The longest id in a header, in characters: the line around it must not be folded.
const LONGEST_ID: usize = 200;
/// The longest wait that a destination may ask for, in seconds.
const LONGEST_WAIT: i64 = 7 * 24 * 3600;

/// What leaves.
#[derive(Clone, Debug)]
pub struct Request {
    /// The job, as people call it.
    pub job: Ref,
    /// The how-manieth try it is, from 1.
    pub n: i64,
    /// The destination's name.
    pub destination: String,
    /// What kind of system it is: `crm`, `sms`, `portal` …
    pub kind: String,
    /// What is asked of it.
    pub operation: String,
    /// Travels with every try unchanged.
    pub idempotency_key: String,
    /// What is sent: internal.
    pub content: Internal<Content>,
    /// When the first try that may have left was announced: a look-up searches from a little before.
    pub since: DateTime<Utc>,
}

impl Request {
    /// What is spoken there. A kind that none of ours has is answered as a webhook is: by its status alone.
    pub fn system(&self) -> System {
        System::VARIANTS.iter().copied().find(|system| system.kind() == self.kind).unwrap_or(System::Webhook)
    }

    /// The page that somebody is asked for, who has these records.
    ///
    /// # Errors
    /// When it is for something else.
    fn page(&self, whose: &str, records: &str) -> Result<&Fetch, String> {
        match self.content.reveal() {
            Content::Fetch(fetch) => Ok(fetch),
            other => Err(format!("{whose} is asked for {records}, and this is {other:?}; send it elsewhere")),
        }
    }
}

/// What came back, if anything did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done, here: nothing had to leave.
    Done,
    /// An answer.
    Http {
        /// Its status code.
        status: u16,
        /// `Retry-After`, in seconds.
        retry_after: Option<i64>,
        /// Its body, or the beginning of a long one.
        body: String,
    },
    /// A mail server's reply: the acceptance, or what it said no to.
    Smtp {
        /// What it replies to.
        step: Step,
        /// Its three digits.
        code: u16,
        /// Its words.
        text: String,
    },
    /// There was no connection: nothing left.
    NoConnection(String),
    /// The request may have left, and no answer came.
    NoAnswer(String),
    /// We have nothing to be let in with: nothing left.
    NoSecret(String),
    /// No request can be made of it, now or later: nothing left.
    Unfit(String),
}

/// What an answer means.
pub fn classify(system: System, answer: &Answer) -> Reply {
    match answer {
        Answer::Done => reply(Meaning::Accepted, None, None),
        Answer::NoConnection(why) => reply(Meaning::NotReached, None, Some(why.clone())),
        Answer::NoAnswer(why) => reply(Meaning::Silent, None, Some(why.clone())),
        Answer::NoSecret(why) => reply(Meaning::LockedOut, None, Some(why.clone())),
        Answer::Unfit(why) => reply(Meaning::Refused, None, Some(why.clone())),
        Answer::Smtp { step, code, text } => smtp::read(*step, *code, text),
        Answer::Http { status, retry_after, body } => {
            let answer = Received { status: *status, retry_after: *retry_after, body };
            match system {
                System::Hubspot => hubspot::read(&answer),
                System::Twilio => twilio::read(&answer),
                System::Chat => chat::read(&answer, None),
                System::Callrail => callrail::read(&answer, 1),
                System::SearchConsole => search_console::read(&answer, None),
                System::Quickbooks => quickbooks::classify(&answer),
                System::Thumbtack => thumbtack::read(&answer, None),
                System::Smtp | System::Webhook | System::Portal | System::Outline => webhook::read(&answer),
            }
        }
    }
}

/// What an answer to a page of a provider's list means, to who knows which page it was.
pub fn read_page(fetch: &Fetch, answer: &Answer) -> Reply {
    let (system, read): (_, fn(&Received<'_>, &Fetch) -> Reply) = match fetch.provider {
        Provider::Callrail => (System::Callrail, |answer, fetch| callrail::read(answer, fetch.at)),
        Provider::SearchConsole => (System::SearchConsole, |answer, fetch| search_console::read(answer, Some(fetch))),
        Provider::Thumbtack => (System::Thumbtack, |answer, fetch| thumbtack::read(answer, Some(fetch))),
        _ => return classify(System::Quickbooks, answer),
    };
    match answer {
        Answer::Http { status, retry_after, body } => read(&Received { status: *status, retry_after: *retry_after, body }, fetch),
        other => classify(system, other),
    }
}

fn reply(meaning: Meaning, status: Option<u16>, error: Option<String>) -> Reply {
    Reply { status: status.map(i64::from), error: error.map(Untrusted::new), ..Reply::of(meaning) }
}

/// An answer over HTTP, as the destinations' files read it.
struct Received<'a> {
    status: u16,
    retry_after: Option<i64>,
    body: &'a str,
}

impl Received<'_> {
    fn json(&self) -> Option<Value> {
        serde_json::from_str(self.body).ok()
    }

    /// What the status alone means.
    ///
    /// A gateway's 502 and 504, and the like of them from the network before a service (52x), say that somebody behind it
    /// did not answer: the request may have had its effect.
    fn by_status(&self) -> Meaning {
        match self.status {
            200..=299 => Meaning::Accepted,
            401 | 403 => Meaning::LockedOut,
            425 | 429 => Meaning::Busy,
            502 | 504 | 520..=524 => Meaning::Silent,
            408 | 423 | 500.. => Meaning::Broken,
            _ => Meaning::Refused,
        }
    }

    fn accepted(&self, remote_id: Option<String>) -> Reply {
        Reply { remote_id, ..reply(Meaning::Accepted, Some(self.status), None) }
    }

    /// Not accepted; a wait counts only where waiting helps.
    fn failed(&self, meaning: Meaning, error: &str) -> Reply {
        let wait = self.retry_after.filter(|_| matches!(meaning, Meaning::Busy | Meaning::Broken));
        let retry_after = wait.map(|seconds| TimeDelta::seconds(seconds.clamp(0, LONGEST_WAIT)));
        Reply { retry_after, ..reply(meaning, Some(self.status), Some(kept(error, WORDS_KEPT))) }
    }

    /// A success in no form that the destination has: somebody else may have answered in its place, and whether anything
    /// was done is not known.
    fn puzzling(&self, whose: &str) -> Reply {
        let (status, what) = (self.status, self.outline());
        self.failed(
            Meaning::Silent,
            &format!("it answered {status} with something that is no answer of {whose}; check its url: {what}"),
        )
    }

    /// What a body is, for people: the start of a text, which may be somebody's web page; of JSON what is there and no value of
    /// it, which may be customers' words.
    fn outline(&self) -> String {
        let body = self.body.trim();
        match serde_json::from_str(body) {
            Ok(Value::Object(fields)) if fields.is_empty() => "an object with nothing in it".to_owned(),
            Ok(Value::Object(fields)) => {
                let named = fields.keys().take(KEYS_NAMED).map(|key| kept(&neutralise(key), KEY_KEPT));
                let more = fields.len().saturating_sub(KEYS_NAMED);
                let more = (more > 0).then(|| format!("{more} more"));
                format!("an object with {}", named.chain(more).collect::<Vec<_>>().join(", "))
            }
            Ok(Value::Array(list)) => format!("a list of {}", list.len()),
            Ok(_) => "a bare value".to_owned(),
            Err(_) if body.is_empty() => "an empty body".to_owned(),
            Err(_) if body.starts_with(['{', '[', '"']) => "JSON that is broken off".to_owned(),
            Err(_) => kept(body, TEXT_KEPT),
        }
    }

    /// The error in the destination's words, or the start of whatever came.
    fn error_text(&self) -> String {
        let status = self.status;
        if (300..400).contains(&status) {
            return format!(
                "status {status}: it sends us elsewhere, and no request of ours is passed on; put the final address into its url"
            );
        }
        let Some(json) = self.json().filter(Value::is_object) else {
            let start = kept(self.body.trim(), TEXT_KEPT);
            return if start.is_empty() { format!("status {status} with an empty answer") } else { start };
        };
        let kind = ["/category", "/code", "/errors/0/category"].iter().find_map(|at| json.pointer(at).and_then(text));
        let message = ["/errors/0/message", "/message"].iter().find_map(|at| json.pointer(at).and_then(text));
        let message = message.unwrap_or_else(|| "no message".to_owned());
        kind.map_or(message.clone(), |kind| format!("{kind}: {message}"))
    }
}

/// A JSON value as text, where it is one word.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A key as an id in a header: what may not stand there is written in hexadecimal, so that no two keys make the same.
fn spelled(key: &str, signs: &[u8]) -> String {
    let mut id = String::new();
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || signs.contains(&byte) {
            id.push(char::from(byte));
        } else {
            id.push_str(&format!("={byte:02x}"));
        }
    }
    if id.is_empty() || id.len() > LONGEST_ID { to_hex(&sha256(key.as_bytes())) } else { id }
}

fn kept(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::http::tls_words;
    use super::*;
    use crate::domain::hint::Remedy;
    use crate::domain::hint::tests::hint_of;
    use proptest::prelude::*;
    use rstest::rstest;
    use rustls::{CertificateError, Error as TlsError};

    #[rstest]
    #[case(http(204, None, ""), Meaning::Accepted, None)]
    #[case(http(401, None, ""), Meaning::LockedOut, Some("status 401 with an empty answer"))]
    #[case(http(429, Some(10), "{}"), Meaning::Busy, Some("no message"))]
    #[case(http(500, None, ""), Meaning::Broken, Some("status 500 with an empty answer"))]
    #[case(http(502, None, "<html>Bad gateway</html>"), Meaning::Silent, Some("<html>Bad gateway</html>"))]
    #[case(http(522, None, "[]"), Meaning::Silent, Some("[]"))]
    #[case(
        http(302, None, "moved"),
        Meaning::Refused,
        Some("status 302: it sends us elsewhere, and no request of ours is passed on; put the final address into its url")
    )]
    #[case(Answer::NoConnection("refused".into()), Meaning::NotReached, Some("refused"))]
    #[case(Answer::NoAnswer("timed out".into()), Meaning::Silent, Some("timed out"))]
    #[case(Answer::NoSecret("none".into()), Meaning::LockedOut, Some("none"))]
    #[case(Answer::Unfit("no".into()), Meaning::Refused, Some("no"))]
    #[case(Answer::Done, Meaning::Accepted, None)]
    fn answers_have_a_meaning(#[case] answer: Answer, #[case] meaning: Meaning, #[case] error: Option<&str>) {
        let reply = classify(System::Webhook, &answer);
        assert_eq!((reply.meaning, reply.error.as_ref().map(Untrusted::raw)), (meaning, error));
    }

    #[rstest]
    #[case(System::Smtp, smtp(Step::Login, 454, "4.7.0 Temporary failure"), "could not check our login", Remedy::Resume)]
    #[case(System::Smtp, smtp(Step::Login, 535, "5.7.8 Bad credentials"), "login or password", Remedy::Resume)]
    #[case(System::Smtp, smtp(Step::Greeting, 554, "No SMTP service here"), "wants nothing", Remedy::Resume)]
    #[case(System::Smtp, smtp(Step::Greeting, 421, "Too busy"), "cannot take it at the moment", Remedy::Wait)]
    #[case(System::Chat, http(429, None, r#"{"error":{"code":"insufficient_quota"}}"#), "nothing left", Remedy::Resume)]
    #[case(System::Chat, http(404, None, r#"{"error":{"code":"model_not_found"}}"#), "have the model", Remedy::Resume)]
    #[case(System::Chat, http(404, None, "nothing here"), "address of HubSpot is wrong", Remedy::Release)]
    #[case(System::Chat, http(200, None, "{}"), "address of HubSpot is wrong", Remedy::Release)]
    #[case(
        System::Chat,
        http(200, None, r#"{"choices":[{"finish_reason":"length"}]}"#),
        "does not write what is asked",
        Remedy::Replay
    )]
    #[case(System::Chat, http(200, None, r#"{"choices":[{}]}"#), "wrote nothing", Remedy::Wait)]
    #[case(
        System::Chat,
        Answer::NoAnswer(format!("127.0.0.1:8080: {}; {}", http::LATE, chat::SLOW)),
        "takes longer than it is given",
        Remedy::Wait
    )]
    #[case(
        System::Hubspot,
        http(207, None, r#"{"errors":[{"category":"VALIDATION_ERROR","message":"Property \"quotedeck_id\" does not exist"}]}"#),
        "lacks a property of ours",
        Remedy::Resume
    )]
    #[case(
        System::Hubspot,
        http(207, None, r#"{"errors":[{"category":"VALIDATION_ERROR","message":"not one of the allowed options"}]}"#),
        "renamed or made required",
        Remedy::Release
    )]
    #[case(
        System::Hubspot,
        http(207, None, r#"{"errors":[{"category":"RATE_LIMITS","message":"slow down"}]}"#),
        "limits how much",
        Remedy::Wait
    )]
    #[case(System::Hubspot, http(423, None, "{}"), "is busy with the record", Remedy::Wait)]
    #[case(
        System::SearchConsole,
        http(403, None, r#"{"error":{"status":"RESOURCE_EXHAUSTED","message":"Quota exceeded"}}"#),
        "limits how much",
        Remedy::Wait
    )]
    #[case(
        System::SearchConsole,
        http(403, None, r#"{"error":{"message":"User does not have sufficient permission for site 'x'"}}"#),
        "names what HubSpot does not show us",
        Remedy::Look
    )]
    #[case(System::Thumbtack, http(404, None, "{}"), "names what HubSpot does not show us", Remedy::Look)]
    #[case(
        System::Callrail,
        http(200, None, r#"{"page":1,"total_pages":9999999,"calls":[]}"#),
        "lists more at once",
        Remedy::Look
    )]
    #[case(System::Webhook, http(522, None, ""), "a gateway before", Remedy::Wait)]
    #[case(
        System::Webhook,
        Answer::NoConnection(tls_words(&TlsError::InvalidCertificate(CertificateError::UnknownIssuer))),
        "no private connection",
        Remedy::Release
    )]
    #[case(
        System::Webhook,
        Answer::NoConnection(tls_words(&TlsError::InvalidCertificate(CertificateError::Expired))),
        "has expired",
        Remedy::Release
    )]
    fn what_an_answer_says_is_known_at_the_desk(
        #[case] system: System,
        #[case] answer: Answer,
        #[case] says: &str,
        #[case] remedy: Remedy,
    ) {
        let reply = classify(system, &answer);
        let hint = hint_of(system.kind(), reply.status, reply.error.as_ref().map_or("", Untrusted::raw));
        assert!(hint.to_string().contains(says), "{hint}");
        assert_eq!(hint.remedy, remedy, "{hint}");
    }

    fn smtp(step: Step, code: u16, text: &str) -> Answer {
        Answer::Smtp { step, code, text: text.to_owned() }
    }

    #[rstest]
    #[case(" ", "an empty body")]
    #[case("<html>Sign in</html>", "<html>Sign in</html>")]
    #[case("{}", "an object with nothing in it")]
    #[case(r#"{"messages":[{"text":"Call Maria"}],"a\u001b[2J":1}"#, "an object with a␛[2J, messages")]
    #[case(
        r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":"Maria"}"#,
        "an object with a, b, c, d, e, f, g, h, 2 more"
    )]
    #[case(r#"["Maria","Cruz"]"#, "a list of 2")]
    #[case(r#""Maria""#, "a bare value")]
    #[case(r#"{"data":[{"text":"Call Mar"#, "JSON that is broken off")]
    #[case(r#""Call Mar"#, "JSON that is broken off")]
    fn an_answer_that_puzzles_is_told_without_its_values(#[case] body: &str, #[case] expected: &str) {
        assert_eq!(Received { status: 200, retry_after: None, body }.outline(), expected);
        let long = format!("{{\"{}\":1}}", "k".repeat(900));
        let told = Received { status: 200, retry_after: None, body: &long }.outline();
        assert_eq!(told, format!("an object with {}", "k".repeat(KEY_KEPT)));
    }

    fn http(status: u16, retry_after: Option<i64>, body: &str) -> Answer {
        Answer::Http { status, retry_after, body: body.to_owned() }
    }

    proptest! {
        #[test]
        fn other_keys_have_other_ids(one in any::<String>(), other in any::<String>()) {
            prop_assert_eq!(one == other, spelled(&one, b"-:") == spelled(&other, b"-:"));
            prop_assert!(spelled(&one, b"-:").bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.'));
        }

        #[test]
        fn no_answer_breaks_it(
            system in proptest::sample::select(System::VARIANTS),
            status in 100..1000_u16,
            after in proptest::option::of(any::<i64>()),
            body in prop_oneof![any::<String>(), r#"\{"(errors|code|message|category|results|sid|policyName)":(\[\{\}\]|"[A-Z]{0,9}"|[0-9]{1,9}|null)\}"#],
        ) {
            let reply = classify(system, &http(status, after, &body));
            prop_assert!(reply.retry_after.is_none_or(|wait| wait >= TimeDelta::zero() && wait <= TimeDelta::seconds(LONGEST_WAIT)));
            prop_assert_eq!(reply.error.is_none(), reply.meaning == Meaning::Accepted);
            prop_assert!(reply.error.is_none_or(|error| error.raw().chars().count() <= WORDS_KEPT));
            prop_assert!(reply.meaning != Meaning::Accepted || (200..300).contains(&status));
        }
    }
}

//! Mail: the message that a request stands for, and what a server's replies mean. Pure; [`mail`](super::mail) speaks.
//!
//! *Once*: a mail server cannot be asked what it took. The steps tell what may have left: until the text was handed over,
//! nothing has; after that, only a reply tells.
//!
//! Where the facts are from: RFC 5321 (replies, 4.2; what a lost connection after the text means, 6.1), RFC 4954 (530, 534,
//! 535, 454 to a login), RFC 5322 (3.6.4, Message-ID), RFC 2369 (List-Unsubscribe), RFC 8058 (with one click).

use std::time::SystemTime;

use chrono::TimeDelta;
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message as Mail};

use super::{Received, Request, spelled};
use crate::domain::content::Content;
use crate::domain::event::Channel;
use crate::domain::reply::{Meaning, Reply};

/// How long a server that is closing or short of something is left alone.
const SHORT_WAIT: TimeDelta = TimeDelta::minutes(1);
/// How long a greylisting server, or one with a busy mailbox, is left alone.
const LONG_WAIT: TimeDelta = TimeDelta::minutes(5);

/// What a mail server replies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The connection, its privacy and our name.
    Greeting,
    /// Name and password.
    Login,
    /// Who sends.
    Sender,
    /// To whom.
    Recipient,
    /// That a text follows.
    Data,
    /// The text: from here on it may have left.
    Text,
}

/// The mail that a request stands for: every try makes the same one, date included.
///
/// # Errors
/// Why there is none.
pub(super) fn compose(request: &Request, from: &Address) -> Result<Mail, String> {
    let message = match request.content.reveal() {
        Content::Message(message) if message.channel == Channel::Email => message,
        other => return Err(format!("a mail server takes mails, and this is {other:?} of another kind; send it elsewhere")),
    };
    let to: Address = message.to.parse().map_err(|_| "the recipient's address is none; correct it at the lead".to_owned())?;
    let sender = one_line(&message.from_name);
    let by_mail = format!("<mailto:{from}?subject=unsubscribe>");
    // The first way is the one that a mail program takes if it can.
    let ways = message.leave.as_ref().map_or_else(|| by_mail.clone(), |link| format!("<{link}>, {by_mail}"));
    let mut mail = Mail::builder()
        .from(Mailbox::new(Some(sender).filter(|name| !name.is_empty()), from.clone()))
        .to(Mailbox::new(None, to))
        .subject(one_line(&message.subject))
        .message_id(Some(message_id(&request.idempotency_key, from.domain())))
        .date(SystemTime::from(request.since))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("List-Unsubscribe"), ways));
    if message.leave.is_some() {
        let post = HeaderName::new_from_ascii_str("List-Unsubscribe-Post");
        mail = mail.raw_header(HeaderValue::new(post, "List-Unsubscribe=One-Click".to_owned()));
    }
    mail.header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .body(message.text.clone())
        .map_err(|error| format!("no mail can be made of it: {error}"))
}

/// A header is one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The key as a Message-ID.
fn message_id(key: &str, domain: &str) -> String {
    format!("<{}@{domain}>", spelled(key, b"-_+"))
}

/// What a reply means. A positive one says only of the text that it was accepted.
pub(super) fn read(step: Step, code: u16, text: &str) -> Reply {
    let answer = Received { status: code, retry_after: None, body: "" };
    let (meaning, wait) = match (step, code) {
        (Step::Text, 200..=299) => return answer.accepted(None),
        (Step::Login, 400..) | (_, 530 | 534 | 535 | 538) => (Meaning::LockedOut, None),
        // It wants nothing to do with us: no mail of ours will be taken.
        (Step::Greeting, 500..) => (Meaning::LockedOut, None),
        (_, 421 | 452) => (Meaning::Broken, Some(SHORT_WAIT)),
        (_, 450 | 451) => (Meaning::Broken, Some(LONG_WAIT)),
        (_, 400..=499) => (Meaning::Broken, None),
        (_, 500..=599) => (Meaning::Refused, None),
        // No reply of this kind belongs here: after the text, it may have been taken.
        (Step::Text, _) => (Meaning::Silent, None),
        _ => (Meaning::Broken, None),
    };
    let of = match step {
        Step::Greeting => "the greeting",
        Step::Login => "the login",
        Step::Sender => "the sender",
        Step::Recipient => "the recipient",
        Step::Data => "the announcement of the text",
        Step::Text => "the text",
    };
    Reply { retry_after: wait, ..answer.failed(meaning, &format!("{code} to {of}: {}", one_line(text))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::couriers::fixtures::{mail_to, request};
    use rstest::rstest;

    fn composed(content: Content) -> String {
        let from = "office@acme.example".parse().unwrap();
        String::from_utf8(compose(&request(content), &from).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_mail_is_whole() {
        let mail = composed(mail_to("ana@example.com", "Your quote", "We have your request."));
        assert_eq!(
            mail.replace("\r\n", "\n"),
            "From: \"Acme Plumbing\" <office@acme.example>\n\
             To: ana@example.com\n\
             Subject: Your quote\n\
             Message-ID: <key-1@acme.example>\n\
             Date: Mon, 01 Jun 2026 14:00:00 +0000\n\
             List-Unsubscribe: <mailto:office@acme.example?subject=unsubscribe>\n\
             MIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\n\
             Content-Transfer-Encoding: 7bit\n\n\
             We have your request."
        );
    }

    #[test]
    fn a_mail_can_be_left_with_one_click() {
        let Content::Message(mut message) = mail_to("ana@example.com", "x", "x") else { panic!() };
        let link =
            "https://deck.example.com/leave/AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg9hbmFAZXhhbXBsZS5jb20.uE6Xo4Y3m1oJm2D3mV0Q";
        message.leave = Some(link.into());
        let mail = composed(Content::Message(message)).replace("\r\n ", " ");
        let way = format!("List-Unsubscribe: <{link}>, <mailto:office@acme.example?subject=unsubscribe>\r\n");
        assert!(mail.contains(&way), "{mail}");
        assert!(mail.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mail}");
    }

    #[test]
    fn no_line_can_be_put_into_a_header() {
        let mail = composed(mail_to("ana@example.com", "Hi\r\nBcc: all@example.com", "x"));
        assert!(mail.contains("Subject: Hi Bcc: all@example.com\r\n") && !mail.contains("\nBcc"));
    }

    #[rstest]
    #[case("nobody")]
    #[case("ana@example.com\r\nRCPT TO:<all@example.com>")]
    fn an_address_that_is_none_is_not_written_to(#[case] to: &str) {
        assert!(compose(&request(mail_to(to, "x", "x")), &"a@b.example".parse().unwrap()).is_err());
    }

    #[test]
    fn only_mails_are_taken() {
        assert!(compose(&request(Content::Publish), &"a@b.example".parse().unwrap()).is_err());
    }

    #[rstest]
    #[case("key-1", "<key-1@x.example>")]
    #[case("acme:mail:L 1", "<acme=3amail=3aL=201@x.example>")]
    fn the_key_becomes_the_id(#[case] key: &str, #[case] id: &str) {
        assert_eq!(message_id(key, "x.example"), id);
        assert_eq!(message_id(&"k".repeat(500), "x.example").len(), 64 + 12);
    }

    #[rstest]
    #[case(Step::Text, 250, Meaning::Accepted, None)]
    #[case(Step::Text, 451, Meaning::Broken, Some(300))]
    #[case(Step::Text, 554, Meaning::Refused, None)]
    #[case(Step::Text, 354, Meaning::Silent, None)]
    #[case(Step::Recipient, 450, Meaning::Broken, Some(300))]
    #[case(Step::Recipient, 452, Meaning::Broken, Some(60))]
    #[case(Step::Recipient, 550, Meaning::Refused, None)]
    #[case(Step::Sender, 530, Meaning::LockedOut, None)]
    #[case(Step::Login, 535, Meaning::LockedOut, None)]
    #[case(Step::Login, 454, Meaning::LockedOut, None)]
    #[case(Step::Greeting, 421, Meaning::Broken, Some(60))]
    #[case(Step::Greeting, 454, Meaning::Broken, None)]
    #[case(Step::Greeting, 554, Meaning::LockedOut, None)]
    #[case(Step::Data, 354, Meaning::Broken, None)]
    fn replies_have_a_meaning(#[case] step: Step, #[case] code: u16, #[case] meaning: Meaning, #[case] wait: Option<i64>) {
        let reply = read(step, code, "words");
        assert_eq!((reply.meaning, reply.retry_after), (meaning, wait.map(TimeDelta::seconds)));
    }
}

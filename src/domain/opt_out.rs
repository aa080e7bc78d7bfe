//! Opt-outs: who may not be written to, on which channel, for which client; and the words people say it with (C7).
//!
//! A word by text closes texts, a word by mail closes mail: each channel of a client for itself, and an opt-in opens the one
//! that it came by. Words that ask for no contact at all close both, and so does a word of which nobody can tell which channel
//! it is of (it was said on a marketplace, say): in doubt nothing leaves.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::event::{Channel, EventKind, NormalEvent};
use super::id::{ClientId, EventId, OptOutId};
use super::lead::ContactMethod;

/// An opt-out that stands until the person opts in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OptOut {
    /// Its id.
    pub id: OptOutId,
    /// Whose messages are refused.
    pub client_id: ClientId,
    /// On which channel.
    pub channel: Channel,
    /// The phone number in E.164, or the e-mail address in lower case.
    pub address: String,
    /// The event that said so.
    pub event_id: Option<EventId>,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl OptOut {
    /// Whether it stops a message of a client to an address on a channel.
    pub fn stops(&self, client: ClientId, channel: Channel, address: &str) -> bool {
        self.client_id == client && self.channel == channel && self.address.eq_ignore_ascii_case(address.trim())
    }
}

/// Whole messages by which carriers know an opt-out.
const OUT: &[&str] = &["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "remove", "removeme"];

/// Letters of the longest of them.
const LONGEST_WORD: usize = 11;

/// Whole messages that ask what the messages are, and how to stop them. They change nothing, and a person answers: the
/// carriers let whoever holds the number answer by itself, and an answer of ours beside it would be a second one.
const HELP: &[&str] = &["help", "info"];

/// Whether a message asks for help with the messages themselves.
pub fn asks_for_help(message: &str) -> bool {
    let letters: String = message.to_lowercase().chars().filter(|c| c.is_alphanumeric()).take(LONGEST_WORD + 1).collect();
    HELP.contains(&letters.as_str())
}

/// Whole messages by which carriers know an opt-in. `yes` is not among them: it answers questions as well.
const IN: &[&str] = &["start", "unstop", "optin", "subscribe"];

/// Any reasonable wording counts as an opt-out, so these do wherever they stand in a message.
const ASKS: &[&str] = &[
    "stop all contact",
    "stop all messages",
    "stop everything",
    "no more contact",
    "stop texting",
    "stop messaging",
    "stop contacting",
    "stop emailing",
    "stop calling",
    "do not text",
    "don't text",
    "dont text",
    "do not contact",
    "don't contact",
    "dont contact",
    "do not message",
    "don't message",
    "no more texts",
    "no more messages",
    "no more emails",
    "take me off",
    "remove me from",
    "unsubscribe me",
    "quit texting",
    "leave me alone",
    "lose my number",
];

/// Of these, those that name no channel: they close every one.
const EVERYTHING: &[&str] = &[
    "stop all",
    "stop everything",
    "no more contact",
    "stop contacting",
    "do not contact",
    "don't contact",
    "dont contact",
    "take me off",
    "remove me from",
    "leave me alone",
];

/// The channels there are.
pub const BOTH: &[Channel] = &[Channel::Sms, Channel::Email];

/// Whether an opt-out that came by a channel asks for more than that: for no contact at all (`STOPALL`), or for an end of what
/// comes by the other one as well.
pub fn stops_everything(message: &str, by: Channel) -> bool {
    let lower = plain(message);
    let others: &[&str] = match by {
        Channel::Sms => &["mail"],
        Channel::Email => &["text", "sms", "call", "phone"],
    };
    word(&lower) == "stopall" || EVERYTHING.iter().chain(others).any(|ask| lower.contains(ask))
}

/// The channels that an opt-out or an opt-in is of.
pub fn channels(event: &NormalEvent) -> &'static [Channel] {
    const SMS: &[Channel] = &[Channel::Sms];
    const EMAIL: &[Channel] = &[Channel::Email];
    if event.seen.stops_all && event.kind == EventKind::OptOut {
        return BOTH;
    }
    let (phone, email) = (event.contact.phone.is_some(), event.contact.email.is_some());
    match event.contact_method {
        ContactMethod::Sms | ContactMethod::Call if phone => SMS,
        ContactMethod::Email if email => EMAIL,
        // What is opened is what was named.
        _ if event.kind == EventKind::OptIn && phone != email => {
            if phone {
                SMS
            } else {
                EMAIL
            }
        }
        _ => BOTH,
    }
}

/// In small letters, with the apostrophe that keyboards have.
fn plain(message: &str) -> String {
    message.to_lowercase().replace('\u{2019}', "'")
}

/// The letters of a message alone. `S.T.O.P.`, `opt-out` and `"Stop!"` are the same word; a letter more than the longest is
/// enough to know it is none.
fn word(lower: &str) -> String {
    lower.chars().filter(|c| c.is_alphanumeric()).take(LONGEST_WORD + 1).collect()
}

/// Whether a message asks to opt out, or back in.
pub fn asked_in(message: &str) -> Option<EventKind> {
    let lower = plain(message);
    let letters = word(&lower);
    let whole = letters.as_str();
    if OUT.contains(&whole) || ASKS.iter().any(|ask| lower.contains(ask)) {
        Some(EventKind::OptOut)
    } else {
        IN.contains(&whole).then_some(EventKind::OptIn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("STOP", Some(EventKind::OptOut))]
    #[case(" Stop. ", Some(EventKind::OptOut))]
    #[case("S.T.O.P.", Some(EventKind::OptOut))]
    #[case("Stop All!", Some(EventKind::OptOut))]
    #[case("UNSUBSCRIBE…", Some(EventKind::OptOut))]
    #[case("(cancel)", Some(EventKind::OptOut))]
    #[case("End", Some(EventKind::OptOut))]
    #[case("quit!!", Some(EventKind::OptOut))]
    #[case("STOPALL", Some(EventKind::OptOut))]
    #[case("Revoke", Some(EventKind::OptOut))]
    #[case("opt-out", Some(EventKind::OptOut))]
    #[case("OPTOUT", Some(EventKind::OptOut))]
    #[case("un-stop", Some(EventKind::OptIn))]
    #[case("start.", Some(EventKind::OptIn))]
    #[case("HELP", None)]
    #[case("unsubscribed", None)]
    #[case("please don’t text me again", Some(EventKind::OptOut))]
    #[case("Take me off your list", Some(EventKind::OptOut))]
    #[case("unsubscribe", Some(EventKind::OptOut))]
    #[case("START", Some(EventKind::OptIn))]
    #[case("yes", None)]
    #[case("please stop by at noon", None)]
    #[case("the leak won't stop", None)]
    #[case("can we cancel the Tuesday visit?", None)]
    #[case("", None)]
    fn opt_outs_are_heard(#[case] message: &str, #[case] asked: Option<EventKind>) {
        assert_eq!(asked_in(message), asked);
    }

    #[rstest]
    #[case("STOP", Channel::Sms, false)]
    #[case("Stop", Channel::Email, false)]
    #[case("UNSUBSCRIBE", Channel::Email, false)]
    #[case("please don’t text me again", Channel::Sms, false)]
    #[case("STOPALL", Channel::Sms, true)]
    #[case("stop all!", Channel::Email, true)]
    #[case("Stop all contact, please", Channel::Sms, true)]
    #[case("Don’t contact me", Channel::Sms, true)]
    #[case("take me off your list", Channel::Email, true)]
    #[case("stop texting and e-mailing me", Channel::Sms, true)]
    #[case("no more texts, no more emails", Channel::Email, true)]
    fn some_words_close_every_channel(#[case] message: &str, #[case] by: Channel, #[case] all: bool) {
        assert_eq!(asked_in(message), Some(EventKind::OptOut));
        assert_eq!(stops_everything(message, by), all);
    }

    #[rstest]
    #[case("HELP", true)]
    #[case(" help! ", true)]
    #[case("Info?", true)]
    #[case("help me, the pipe burst", false)]
    #[case("", false)]
    fn help_is_asked_for(#[case] message: &str, #[case] asked: bool) {
        assert_eq!(asks_for_help(message), asked);
    }

    #[test]
    fn an_opt_out_is_of_one_client_and_channel() {
        let out = OptOut {
            id: OptOutId::new(),
            client_id: ClientId::new(),
            channel: Channel::Email,
            address: "ana@example.com".into(),
            event_id: None,
            since: DateTime::UNIX_EPOCH,
        };
        assert!(out.stops(out.client_id, Channel::Email, "Ana@Example.com"));
        assert!(!out.stops(out.client_id, Channel::Sms, "ana@example.com"));
        assert!(!out.stops(ClientId::new(), Channel::Email, "ana@example.com"));
    }
}

//! The words by which a person stops or resumes messages. They always win (C7).

use crate::domain::event::{Channel, EventKind};
use crate::domain::lead::Consent;
use crate::domain::opt_out::{asked_in, stops_everything};

/// Words that stop messages, as the carriers and Twilio define them.
const STOP: [&str; 8] = ["stop", "unsubscribe", "cancel", "end", "quit", "stopall", "revoke", "optout"];
/// The longest message that is taken for an opt-out in other words, in characters: more than that tells of something else
/// too, and a person reads it.
const LONGEST_ASK: usize = 160;
/// Words that resume them.
const START: [&str; 2] = ["start", "unstop"];

/// What a message says about further messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Stop,
    Start,
}

/// Reads a whole message. Case, spaces, punctuation and invisible characters do not matter, so `"Stop!"`, `S.T.O.P.` and
/// `opt-out` count; a word within a sentence does not: `stop by tomorrow` is an answer, and a person reads it. A short message
/// that asks in other words counts too: any reasonable way to say it must be honoured.
pub(super) fn wish(message: &str) -> Option<Wish> {
    // The longest word has eleven letters; a letter more is enough to know it is none of them.
    let word: String = message.chars().filter(|c| c.is_alphanumeric()).take(12).flat_map(char::to_lowercase).collect();
    let short = message.chars().nth(LONGEST_ASK).is_none();
    if STOP.contains(&word.as_str()) || short && asked_in(message) == Some(EventKind::OptOut) {
        Some(Wish::Stop)
    } else if START.contains(&word.as_str()) {
        Some(Wish::Start)
    } else {
        None
    }
}

/// Whether a message that stops messages asks for no contact at all.
pub(super) fn everything(message: Option<&str>, by: Channel) -> bool {
    message.is_some_and(|message| stops_everything(message, by))
}

/// What happened when somebody sent a text, and what they allow by it.
pub(super) fn texted(message: Option<&str>) -> (EventKind, Consent) {
    match message.and_then(wish) {
        Some(Wish::Stop) => (EventKind::OptOut, Consent::Withdrawn),
        Some(Wish::Start) => (EventKind::OptIn, Consent::Given),
        None => (EventKind::MessageReceived, Consent::Implied),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("STOP", Some(Wish::Stop))]
    #[case("  stop. ", Some(Wish::Stop))]
    #[case("\"Stop!!\"\n", Some(Wish::Stop))]
    #[case("Stop All", Some(Wish::Stop))]
    #[case("opt-out", Some(Wish::Stop))]
    #[case("Unsubscribe", Some(Wish::Stop))]
    #[case("sto\u{200b}p", Some(Wish::Stop))]
    #[case("CANCEL", Some(Wish::Stop))]
    #[case("End", Some(Wish::Stop))]
    #[case("quit", Some(Wish::Stop))]
    #[case("REVOKE", Some(Wish::Stop))]
    #[case("Start", Some(Wish::Start))]
    #[case("unstop", Some(Wish::Start))]
    #[case("St", None)]
    #[case("please stop texting me", Some(Wish::Stop))]
    #[case("Take me off your list!", Some(Wish::Stop))]
    #[case("subscribe", None)]
    #[case("stop by tomorrow", None)]
    #[case("please stop", None)]
    #[case("unsubscribed", None)]
    #[case("", None)]
    #[case("HELP", None)]
    fn whole_messages_alone_count(#[case] message: &str, #[case] expected: Option<Wish>) {
        assert_eq!(wish(message), expected);
    }
}

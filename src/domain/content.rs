//! What a job brings to a destination, as data: composed once, kept with the job, and sent unchanged by every try.
//! Internal (C1): it goes into no log, no list and no error.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::brief::Brief;
use super::event::Channel;
use super::journal::sha256;
use super::sync::Fetch;

/// What is to be sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "content", rename_all = "snake_case")]
pub enum Content {
    /// A text or a mail to a person.
    Message(Message),
    /// A lead as a CRM keeps it.
    Contact(Contact),
    /// What the lead is worth, for a contact that the CRM knows.
    Deal(Deal),
    /// What happened so far, as a note at a contact that the CRM knows.
    Note(Note),
    /// A body for somebody's webhook.
    Hook(Hook),
    /// What is known, for a drafter to write from.
    Draft(Box<Brief>),
    /// A page of a provider's list.
    Fetch(Fetch),
    /// Nothing travels: the approved text is where the portal reads it already.
    Publish,
}

/// A text or a mail to a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// How it travels.
    pub channel: Channel,
    /// E.164 number, or address.
    pub to: String,
    /// The client's name, as the sender.
    pub from_name: String,
    /// Of a mail; empty for a text.
    pub subject: String,
    /// What the person reads, opt-out line included.
    pub text: String,
    /// Where a mail is left with one click; of a mail alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<String>,
}

/// A lead as a CRM keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Ours, and the same for ever: the destination finds the contact by it.
    pub external_id: String,
    /// As the person gave it.
    pub name: String,
    /// E.164.
    pub phone: Option<String>,
    /// Lower-cased address.
    pub email: Option<String>,
    /// The client whose lead it is.
    pub client: String,
    /// Where the lead came from.
    pub source: String,
    /// What is asked for.
    pub service: String,
    /// Where.
    pub market: String,
    /// How soon.
    pub urgency: String,
    /// What made the person come.
    pub attribution: String,
}

/// What a lead is worth.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deal {
    /// Ours, and the same for ever.
    pub external_id: String,
    /// The CRM's own id of the contact.
    pub contact: String,
    /// What it is called there.
    pub name: String,
    /// In cents.
    pub cents: i64,
}

/// What happened so far.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Ours, and the same for ever.
    pub external_id: String,
    /// The CRM's own id of the contact.
    pub contact: String,
    /// What it says: facts of ours, never words of a draft.
    pub text: String,
    /// When it happened, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
}

/// A body for somebody's webhook.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// What happened, such as `lead.created`.
    pub event: String,
    /// The JSON body, as it is signed and sent.
    pub body: String,
}

impl Content {
    /// The stored form.
    ///
    /// # Errors
    /// Never for content of ours; the type of the library's error says that it could.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// From the stored form.
    ///
    /// # Errors
    /// When it was stored by another version of the program.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// What two requests with the same key must have in common.
    pub fn fingerprint(operation: &str, idempotency_key: &str, json: &str) -> [u8; 32] {
        // Lengths go before their fields, so that no two requests read the same.
        let sized = |text: &str| format!("{}:{text}", text.len());
        sha256([sized(operation), sized(idempotency_key), sized(json)].concat().as_bytes())
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Message(_) => "Message",
            Self::Contact(_) => "Contact",
            Self::Deal(_) => "Deal",
            Self::Note(_) => "Note",
            Self::Hook(_) => "Hook",
            Self::Draft(_) => "Draft",
            Self::Fetch(_) => "Fetch",
            Self::Publish => "Publish",
        };
        write!(f, "Content::{kind}(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(text: &str) -> Content {
        Content::Message(Message {
            channel: Channel::Sms,
            to: "+15125550142".into(),
            from_name: "Acme".into(),
            subject: String::new(),
            text: text.into(),
            leave: None,
        })
    }

    #[test]
    fn debug_says_what_it_is_and_nothing_of_it() {
        assert_eq!(format!("{:?}", message("secret")), "Content::Message(..)");
    }

    proptest! {
        #[test]
        fn what_is_kept_reads_back(text in any::<String>()) {
            let json = message(&text).to_json().unwrap();
            prop_assert_eq!(Content::from_json(&json).unwrap(), message(&text));
        }

        #[test]
        fn other_requests_have_other_fingerprints(
            one in [any::<String>(), any::<String>(), any::<String>()],
            other in [any::<String>(), any::<String>(), any::<String>()],
        ) {
            let print = |parts: &[String; 3]| Content::fingerprint(&parts[0], &parts[1], &parts[2]);
            prop_assert_eq!(one == other, print(&one) == print(&other));
        }
    }
}

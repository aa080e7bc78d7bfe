//! Identifiers: a UUIDv7 for machines and a short reference (`L-2041`) that people can say aloud.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Mints an id. Made by us before the row is written, so a retried insert finds its own row.
            #[expect(clippy::new_without_default, reason = "an id is minted, there is no default one")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    ClientId, PersonId, LeadId, PayloadId, EventId, JobId, AttemptId, DestinationId, TaskId, DraftId,
    SummaryId, FindingId, EntryId, TemplateId, AutomationId, OptOutId, ReleaseId, SourceId,
    /// One running deck or command; presence and claims hang on it.
    SessionId,
}

crate::domain::words! {
    /// What a reference points at; the letter before the dash.
    pub enum Kind { Lead, Job, Task, Draft, Summary, Event, Client, Destination, Person, Payload, Template, Automation }
}

impl Kind {
    /// The letter of a reference, unique for each kind.
    pub fn letter(self) -> char {
        match self {
            Self::Lead => 'L',
            Self::Job => 'J',
            Self::Task => 'T',
            Self::Draft => 'D',
            Self::Summary => 'S',
            Self::Event => 'E',
            Self::Client => 'C',
            Self::Destination => 'X',
            Self::Person => 'P',
            Self::Payload => 'W',
            Self::Template => 'M',
            Self::Automation => 'A',
        }
    }

    fn from_letter(letter: char) -> Option<Self> {
        use strum::VariantArray;
        Self::VARIANTS.iter().copied().find(|kind| kind.letter() == letter.to_ascii_uppercase())
    }
}

/// A short reference such as `L-2041`: unique per kind in one database, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref {
    /// What it points at.
    pub kind: Kind,
    /// Counted up by the database from 1.
    pub number: i64,
}

impl Ref {
    /// Makes the reference of a row.
    pub fn new(kind: Kind, number: i64) -> Self {
        Self { kind, number }
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Formatted as one text, so that width and alignment in a table hold.
        f.pad(&format!("{}-{}", self.kind.letter(), self.number))
    }
}

impl Serialize for Ref {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is no reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no reference; write one as L-2041 (L lead, J job, T task, D draft, S summary, E event)")]
pub struct BadRef(String);

impl FromStr for Ref {
    type Err = BadRef;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadRef(text.chars().take(40).collect());
        let (letter, number) = text.trim().split_once('-').ok_or_else(bad)?;
        let mut letters = letter.chars();
        let kind = match (letters.next(), letters.next()) {
            (Some(letter), None) => Kind::from_letter(letter).ok_or_else(bad)?,
            _ => return Err(bad()),
        };
        let number: i64 = number.parse().map_err(|_| bad())?;
        if number < 1 {
            return Err(bad());
        }
        Ok(Self { kind, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray;

    #[test]
    fn every_kind_round_trips() {
        for kind in Kind::VARIANTS {
            let made = Ref::new(*kind, 2041);
            assert_eq!(made.to_string().parse::<Ref>(), Ok(made));
        }
    }

    #[rstest::rstest]
    #[case("l-7", "L-7")]
    #[case(" J-12 ", "J-12")]
    fn people_may_write_it_loosely(#[case] typed: &str, #[case] meant: &str) {
        assert_eq!(typed.parse::<Ref>().unwrap().to_string(), meant);
    }

    #[rstest::rstest]
    #[case("")]
    #[case("L")]
    #[case("L-")]
    #[case("L-0")]
    #[case("L--4")]
    #[case("Q-4")]
    #[case("LL-4")]
    #[case("L-99999999999999999999")]
    fn nonsense_is_refused(#[case] typed: &str) {
        assert!(typed.parse::<Ref>().is_err());
    }
}

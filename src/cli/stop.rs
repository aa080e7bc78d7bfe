//! Why a command stopped, and the exit status that says so.

use std::fmt::Display;

use crate::domain::failure::Failure;
use crate::domain::filter::BadFilter;
use crate::runtime::Broken;

/// Could not: database, network, I/O.
pub(super) const COULD_NOT: u8 = 1;
/// Usage or configuration.
pub(super) const USAGE: u8 = 2;
/// Refused by a rule, or somebody else changed it first.
pub(super) const REFUSED: u8 = 3;
/// Some items rejected, the rest done.
pub(super) const SOME: u8 = 4;

/// Why a command stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    /// The exit status.
    pub(super) status: u8,
    /// `what: why; what to do`.
    pub(super) text: String,
}

impl Stop {
    /// The command or its configuration makes no sense.
    pub(super) fn usage(what: impl Display, why: impl Display, remedy: impl Display) -> Self {
        Self { status: USAGE, text: format!("{what}: {why}; {remedy}") }
    }

    /// A rule says no.
    pub(super) fn refused(what: impl Display, why: impl Display, remedy: impl Display) -> Self {
        Self { status: REFUSED, text: format!("{what}: {why}; {remedy}") }
    }

    /// The command could not begin, whatever the reason: no rule refused an act.
    pub(super) fn begin(failure: Failure) -> Self {
        Self { status: COULD_NOT, ..failure.into() }
    }

    /// The machine could not.
    pub(super) fn could_not(what: impl Display, why: impl Display, remedy: impl Display) -> Self {
        Self { status: COULD_NOT, text: format!("{what}: {why}; {remedy}") }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        let text = match &failure {
            // A command that ends tries nothing again by itself.
            Failure::Unavailable(why) => format!("the database cannot be reached: {why}; run this again when it can"),
            other => other.to_string(),
        };
        Self { status: failure.exit_status(), text }
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self { status: broken.exit_status(), text: broken.to_string() }
    }
}

impl From<BadFilter> for Stop {
    fn from(bad: BadFilter) -> Self {
        Self { status: USAGE, text: format!("--filter, character {}: {bad}", bad.at + 1) }
    }
}

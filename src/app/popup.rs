//! Questions the deck asks over its screens, and the answers. Every screen asks in these, so that a prompt looks
//! and behaves the same wherever it comes from.

use crate::domain::failure::Conflict;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Why; one line that must not be empty. Answered with [`Answer::Text`].
    Reason {
        /// What it is the reason for.
        title: String,
        /// What will happen, in a line or two.
        body: String,
    },
    /// One of a few. Answered with [`Answer::Choice`].
    Menu {
        /// What is chosen.
        title: String,
        /// The key of each option, and what it says.
        options: Vec<(char, String)>,
    },
    /// Yes or no. Answered with [`Answer::Yes`].
    Confirm {
        /// What is asked.
        title: String,
        /// What will happen; lines.
        body: String,
        /// Whether it is hard to take back.
        danger: bool,
    },
    /// A great many: the number must be typed. Answered with [`Answer::Yes`] once it matches.
    TypedCount {
        /// What is asked.
        title: String,
        /// What will happen; lines.
        body: String,
        /// The number to type.
        count: usize,
    },
    /// A line of text that may be empty. Answered with [`Answer::Text`].
    Text {
        /// What is asked.
        title: String,
        /// What it means, and what an empty line means.
        body: String,
        /// What stands there at first.
        given: String,
    },
    /// Somebody else was first. `r` is [`Answer::Yes`]: read it again.
    Conflict {
        /// Who changed what, when.
        conflict: Conflict,
        /// What was kept for the person: typed text, marks.
        kept: String,
    },
}

/// What a person answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The line.
    Text(String),
    /// The option's index, from 0.
    Choice(usize),
    /// Do it.
    Yes,
    /// Esc: nothing happens.
    No,
}

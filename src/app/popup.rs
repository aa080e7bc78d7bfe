//! Questions the deck asks over its screens, and the answers. Every screen asks in these, so that a prompt looks
//! and behaves the same wherever it comes from.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::effect::Seq;
use super::line::Line;
use super::palette::Palette;
use super::verbs::Flow;
use crate::domain::failure::Conflict;
use crate::domain::filter::Filter;
use crate::domain::id::Ref;
use crate::domain::why::Explanation;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Why; one line that must not be empty. Answered with [`Answer::Text`].
    Reason {
        /// What it is the reason for.
        title: String,
        /// What will happen, in a line or two.
        body: String,
        /// What stands there at first: what was typed before, where it came to nothing.
        given: String,
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

impl Question {
    /// Asks why, with nothing in the line yet.
    pub fn reason(title: String, body: impl Into<String>) -> Self {
        Self::Reason { title, body: body.into(), given: String::new() }
    }

    /// The heading.
    pub fn title(&self) -> &str {
        match self {
            Self::Reason { title, .. }
            | Self::Menu { title, .. }
            | Self::Confirm { title, .. }
            | Self::TypedCount { title, .. }
            | Self::Text { title, .. } => title,
            Self::Conflict { .. } => "somebody else was first",
        }
    }

    /// Whether a line is typed.
    pub fn takes_text(&self) -> bool {
        matches!(self, Self::Reason { .. } | Self::TypedCount { .. } | Self::Text { .. })
    }
}

/// Who hears the answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Then {
    /// The review screen.
    Review,
    /// The act that is being put together.
    Flow(Box<Flow>),
    /// The list is read again on yes.
    Reload,
    /// The rest of a failure group is retried on yes.
    Rest(crate::domain::id::DestinationId, String),
}

/// A question on the screen, with the answer as far as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// What is asked.
    pub question: Question,
    /// What is typed.
    pub line: Line,
    /// The option under the cursor of a menu.
    pub at: usize,
    /// Why Enter did nothing.
    pub complaint: Option<String>,
    pub(super) then: Then,
}

impl Ask {
    pub(super) fn new(question: Question, then: Then) -> Self {
        let given = if let Question::Reason { given, .. } | Question::Text { given, .. } = &question {
            given.clone()
        } else {
            String::new()
        };
        Self { question, line: Line::new(given), at: 0, complaint: None, then }
    }

    /// Takes a key in; the answer when it was the last one needed.
    pub(super) fn key(&mut self, key: KeyEvent) -> Option<Answer> {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if key.code == KeyCode::Esc {
            return Some(Answer::No);
        }
        match &self.question {
            Question::Menu { options, .. } => {
                let last = options.len().saturating_sub(1);
                match key.code {
                    KeyCode::Char(c) if plain => {
                        if let Some(at) = options.iter().position(|(letter, _)| *letter == c) {
                            return Some(Answer::Choice(at));
                        }
                        match c {
                            'j' => self.at = (self.at + 1).min(last),
                            'k' => self.at = self.at.saturating_sub(1),
                            _ => {}
                        }
                    }
                    KeyCode::Down => self.at = (self.at + 1).min(last),
                    KeyCode::Up => self.at = self.at.saturating_sub(1),
                    KeyCode::Enter if !options.is_empty() => return Some(Answer::Choice(self.at)),
                    _ => {}
                }
            }
            Question::Confirm { danger, .. } => match key.code {
                KeyCode::Char('y') if plain => return Some(Answer::Yes),
                KeyCode::Enter if !danger => return Some(Answer::Yes),
                KeyCode::Enter => self.complaint = Some("hard to take back: press y, or Esc".to_owned()),
                KeyCode::Char('n') if plain => return Some(Answer::No),
                _ => {}
            },
            Question::Conflict { .. } => match key.code {
                KeyCode::Char('r') if plain => return Some(Answer::Yes),
                KeyCode::Enter => return Some(Answer::No),
                _ => {}
            },
            Question::TypedCount { count, .. } => {
                if key.code == KeyCode::Enter {
                    if self.line.text().trim() == count.to_string() {
                        return Some(Answer::Yes);
                    }
                    self.complaint = Some(format!("type {count} to do it, or Esc"));
                } else if self.line.key(key) {
                    self.complaint = None;
                }
            }
            Question::Reason { .. } => {
                if key.code == KeyCode::Enter {
                    if self.line.text().trim().is_empty() {
                        self.complaint = Some("a reason is needed: it stands in the journal".to_owned());
                    } else {
                        return Some(Answer::Text(self.line.text().trim().to_owned()));
                    }
                } else if self.line.key(key) {
                    self.complaint = None;
                }
            }
            Question::Text { .. } => {
                if key.code == KeyCode::Enter {
                    return Some(Answer::Text(self.line.text().trim().to_owned()));
                }
                self.line.key(key);
            }
        }
        None
    }
}

/// The answer to "why is this not running?", as far as it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// Which job.
    pub record: Ref,
    /// Lines scrolled.
    pub top: usize,
    /// The reasons, or why they could not be read.
    pub answer: Option<Result<Explanation, String>>,
    /// The request that is under way.
    pub(super) asked: Option<Seq>,
}

/// What lies over the screen and takes the keys first.
#[derive(Clone, Debug, PartialEq)]
pub enum Popup {
    /// A question.
    Ask(Box<Ask>),
    /// Every key that works here.
    Help {
        /// Lines scrolled.
        top: usize,
    },
    /// The command palette.
    Palette(Palette),
    /// A bulk act and how each of its rows ended.
    Progress {
        /// Lines scrolled.
        top: usize,
    },
    /// Why a job is not running.
    Why(Box<Why>),
    /// The filter line of the list that has the keys.
    Filter {
        /// What matched before, for Esc.
        before: Filter,
    },
    /// The next letter says where to jump.
    Jump,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn asked(question: Question, keys: &[KeyCode]) -> (Ask, Option<Answer>) {
        let mut ask = Ask::new(question, Then::Reload);
        let answer = keys.iter().find_map(|code| ask.key(KeyEvent::new(*code, KeyModifiers::NONE)));
        (ask, answer)
    }

    fn count() -> Question {
        Question::TypedCount { title: "retry".into(), body: String::new(), count: 38 }
    }

    fn reason() -> Question {
        Question::reason("drop".into(), "")
    }

    fn sure(danger: bool) -> Question {
        Question::Confirm { title: "replay".into(), body: String::new(), danger }
    }

    fn menu() -> Question {
        Question::Menu { title: "m".into(), options: vec![('a', "one".into()), ('k', "two".into())] }
    }

    use KeyCode::{Char, Down, Enter, Esc};

    #[rstest]
    #[case(count(), &[Char('3'), Char('8'), Enter], Some(Answer::Yes))]
    #[case(count(), &[Char('3'), Enter], None)]
    #[case(reason(), &[Enter], None)]
    #[case(reason(), &[Char(' '), Char('x'), Enter], Some(Answer::Text("x".into())))]
    #[case(sure(true), &[Enter], None)]
    #[case(sure(true), &[Char('y')], Some(Answer::Yes))]
    #[case(sure(false), &[Enter], Some(Answer::Yes))]
    #[case(menu(), &[Char('k')], Some(Answer::Choice(1)))]
    #[case(menu(), &[Down, Down, Enter], Some(Answer::Choice(1)))]
    #[case(menu(), &[Esc], Some(Answer::No))]
    fn keys_answer(#[case] question: Question, #[case] keys: &[KeyCode], #[case] answer: Option<Answer>) {
        assert_eq!(asked(question, keys).1, answer);
    }

    #[test]
    fn enter_that_does_nothing_says_why() {
        assert!(asked(count(), &[Enter]).0.complaint.is_some());
        assert!(asked(reason(), &[Enter]).0.complaint.is_some());
    }
}

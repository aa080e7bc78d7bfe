//! The command palette: every action of every place and every reference, found by a few letters.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use strum::VariantArray;

use super::App;
use super::line::Line;
use crate::config::keys::{Action, Place};
use crate::domain::id::Ref;

/// What a line of the palette does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// An action of the key table.
    Act(Action),
    /// Opens a record.
    Open(Ref),
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub command: Command,
    /// Its name.
    pub name: String,
    /// One line about it.
    pub help: String,
    /// The key that does the same.
    pub key: String,
    /// Why it cannot act now.
    pub reason: Option<String>,
}

/// The palette as far as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    /// What is typed.
    pub line: Line,
    /// What fits, the best first.
    pub entries: Vec<Entry>,
    /// The entry under the cursor.
    pub at: usize,
}

impl App {
    /// An open palette for a typed line.
    pub(super) fn palette(&self, line: Line) -> Palette {
        let typed = line.text().trim();
        let mut entries = Vec::new();
        if let Ok(record) = typed.parse::<Ref>() {
            let (name, help) = (format!("open {record}"), "Its whole timeline".to_owned());
            entries.push(Entry { command: Command::Open(record), name, help, key: String::new(), reason: None });
        }
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut found: Vec<(u32, Entry)> = self
            .commands()
            .into_iter()
            .filter_map(|entry| {
                let text = format!("{} {}", entry.name, entry.help);
                pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher).map(|score| (score, entry))
            })
            .collect();
        // Who types the beginning of a name means that one, and learns why it cannot act; of the others, what can act
        // comes first. Within the same score the table's order holds.
        let folded = typed.to_lowercase();
        found.sort_by_key(|(score, entry)| {
            let named = !folded.is_empty() && entry.name.starts_with(&folded);
            (!named, entry.reason.is_some(), std::cmp::Reverse(*score))
        });
        entries.extend(found.into_iter().map(|(_, entry)| entry));
        Palette { line, entries, at: 0 }
    }

    fn commands(&self) -> Vec<Entry> {
        let quiet = |action: Action| matches!(action, Action::Up | Action::Down | Action::Palette);
        let here: Vec<Entry> = self
            .all_hints()
            .into_iter()
            .filter(|hint| !quiet(hint.action))
            .map(|hint| Entry {
                command: Command::Act(hint.action),
                name: hint.short.to_owned(),
                help: hint.help.to_owned(),
                key: hint.key,
                reason: hint.reason,
            })
            .collect();
        let mut entries = here;
        for action in Action::VARIANTS.iter().filter(|action| !quiet(**action)) {
            if entries.iter().any(|entry| entry.command == Command::Act(*action)) {
                continue;
            }
            let elsewhere = self.start.keys.row(*action, Place::VARIANTS);
            entries.extend(elsewhere.map(|row| Entry {
                command: Command::Act(*action),
                name: row.binding.short.to_owned(),
                help: row.binding.help.to_owned(),
                key: row.chords.first().map(ToString::to_string).unwrap_or_default(),
                reason: Some(format!("works {}", said(row.binding.place))),
            }));
        }
        entries
    }
}

/// A place in words.
pub fn said(place: Place) -> &'static str {
    match place {
        Place::Everywhere => "everywhere",
        Place::List => "in any list",
        Place::Leads => "on a lead",
        Place::Failures => "on a failed sync",
        Place::Queue => "on a job",
        Place::Tasks => "on a task",
        Place::Drafts => "on a draft",
        Place::Trace => "in a timeline",
        Place::Sources => "in the sources screen",
        Place::Review => "in the review screen",
    }
}

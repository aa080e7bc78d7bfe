//! The one key table: action, default keys, place and help text. Key presses, the footer, `?`, the palette and the
//! README all read it, so none of them can lie.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::actor::Right;
use crate::domain::words;

words! {
    /// What a key means. The same verb has the same key everywhere; destructive keys are upper-case.
    pub enum Action {
        FocusLeads, FocusFailures, FocusQueue, FocusTasks, FocusReview, NextPane, PreviousPane,
        Up, Down, PageUp, PageDown, Top, Bottom,
        Open, Zoom, Back, Quit,
        Filter, Palette, Help, Undo, Reload, Copy, Jump,
        Mark, MarkAll, ClearMarks,
        Retry, Canary, Release, StopRelease, Cancel, Resolve, Pause, Why,
        Finish, Drop, Snooze, Assign, Outcome,
        NextFinding, PreviousFinding, Mask, Edit, Editor, Diff, Preview, Approve, Reject, Withdraw, TakeOver, ScrollEvidenceUp, ScrollEvidenceDown,
        Replace, Suggest, Reveal, SendBack, LookBack, Override, Sort,
        Sources, TestEvent,
    }
}

words! {
    /// Where a key means something. The most special place that knows a key decides.
    pub enum Place {
        /// On every screen, unless text is being typed.
        Everywhere,
        /// In any list.
        List,
        Leads, Failures, Queue, Tasks,
        /// The list of drafts, and summaries in a trace.
        Drafts,
        /// A timeline.
        Trace,
        /// The sources screen.
        Sources,
        /// The review screen, outside the text.
        Review,
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// Where.
    pub place: Place,
    /// Default keys; the first is shown.
    pub keys: &'static [&'static str],
    /// Two or three words for the footer.
    pub short: &'static str,
    /// One line for help and palette.
    pub help: &'static str,
    /// The right it takes.
    pub right: Right,
}

const fn row(
    action: Action,
    place: Place,
    keys: &'static [&'static str],
    short: &'static str,
    help: &'static str,
    right: Right,
) -> Binding {
    Binding { action, place, keys, short, help, right }
}

/// The table. Order is the order of help and, within a place, of the footer.
pub const BINDINGS: &[Binding] = {
    use Action as A;
    use Place as P;
    use Right::{Operate, Own, Read, Review};
    &[
        row(A::Open, P::List, &["Enter"], "open", "Open what the cursor is on", Read),
        row(A::Back, P::Everywhere, &["Esc"], "back", "One step back; typed text is kept", Read),
        row(A::FocusLeads, P::Everywhere, &["1"], "leads", "Go to the leads", Read),
        row(A::FocusFailures, P::Everywhere, &["2"], "failed", "Go to the failed syncs", Read),
        row(A::FocusQueue, P::Everywhere, &["3"], "queue", "Go to the retry queue", Read),
        row(A::FocusTasks, P::Everywhere, &["4"], "tasks", "Go to the urgent tasks", Read),
        row(A::FocusReview, P::Everywhere, &["5"], "review", "Go to the drafts to review", Read),
        row(
            A::Sources,
            P::Everywhere,
            &["6"],
            "sources",
            "Who brings what: what came, parked, turned away, how fresh, how whole",
            Read,
        ),
        row(A::NextPane, P::Everywhere, &["Tab"], "next pane", "Focus the next pane", Read),
        row(A::PreviousPane, P::Everywhere, &["BackTab"], "previous pane", "Focus the previous pane", Read),
        row(A::Zoom, P::Everywhere, &["z"], "zoom", "Show this pane alone, with the detail beside the list", Read),
        row(A::Down, P::Everywhere, &["j", "Down"], "down", "Next row", Read),
        row(A::Up, P::Everywhere, &["k", "Up"], "up", "Previous row", Read),
        row(A::PageDown, P::Everywhere, &["PageDown", "ctrl-f"], "page down", "One page down", Read),
        row(A::PageUp, P::Everywhere, &["PageUp", "ctrl-b"], "page up", "One page up", Read),
        row(A::Top, P::Everywhere, &["Home"], "top", "First row", Read),
        row(A::Bottom, P::Everywhere, &["G", "End"], "bottom", "Last loaded row", Read),
        row(A::Mark, P::List, &["x"], "mark", "Mark the row for a bulk act, and go to the next", Read),
        row(A::MarkAll, P::List, &["X"], "mark all", "Mark everything that matches the filter, loaded or not", Read),
        row(A::ClearMarks, P::List, &["ctrl-x"], "unmark", "Clear all marks", Read),
        row(A::Filter, P::List, &["/"], "filter", "Filter the whole list: words, field:value, -field:value, age>2h", Read),
        row(A::Retry, P::Failures, &["r"], "retry", "Try again: waiting jobs at once, given-up jobs as a new job", Operate),
        row(A::Canary, P::Failures, &["c"], "canary", "Try one job of the group, to see whether the cause is mended", Operate),
        row(
            A::Release,
            P::Failures,
            &["R"],
            "release",
            "Release the group, paced: a canary, then 2, 4, 8 …; stops by itself when failures come back",
            Operate,
        ),
        row(A::Pause, P::Failures, &["P"], "pause", "Pause or resume the destination", Own),
        row(A::Cancel, P::Failures, &["C"], "cancel", "Cancel: the job will not be tried again", Operate),
        row(
            A::Resolve,
            P::Failures,
            &["w"],
            "what happened",
            "Settle unknown outcomes at their rows, after asking the destination",
            Operate,
        ),
        row(A::StopRelease, P::Failures, &["S"], "stop release", "Stop the release of the group; what went stays gone", Operate),
        row(A::Why, P::Failures, &["i"], "why", "Why is this not running? Of a group: its first job", Read),
        row(A::Retry, P::Queue, &["r"], "retry", "Try again: waiting jobs at once, given-up jobs as a new job", Operate),
        row(A::Cancel, P::Queue, &["C"], "cancel", "Cancel: the job will not be tried again", Operate),
        row(A::Resolve, P::Queue, &["w"], "what happened", "Settle an unknown outcome after asking the destination", Operate),
        row(A::Pause, P::Queue, &["P"], "pause", "Pause or resume the destination", Own),
        row(A::Why, P::Queue, &["i"], "why", "Why is this not running? Every reason, the one that matters first", Read),
        row(A::Finish, P::Tasks, &["f"], "finish", "The task is done", Operate),
        row(A::Snooze, P::Tasks, &["s"], "snooze", "Out of the list until later", Operate),
        row(A::Assign, P::Tasks, &["o"], "owner", "Give it to somebody", Operate),
        row(A::Drop, P::Tasks, &["D"], "drop", "The task is not needed; asks why", Operate),
        row(
            A::Outcome,
            P::Leads,
            &["l"],
            "outcome",
            "Say what happened with the lead: contacted, quoted, booked, lost, spam",
            Operate,
        ),
        row(A::Assign, P::Leads, &["o"], "owner", "Give it to somebody", Operate),
        row(A::TakeOver, P::Drafts, &["T"], "take over", "Take a draft that somebody else holds; asks why", Review),
        row(A::Sort, P::Drafts, &[">"], "order", "Sort the drafts by age, by client, by severity, in turn", Read),
        row(A::Open, P::Trace, &["Enter"], "open", "Open the record of the step under the cursor", Read),
        row(A::Why, P::Trace, &["i"], "why", "Why is this not running? Every reason, the one that matters first", Read),
        row(A::Withdraw, P::Trace, &["W"], "withdraw", "Take the summary back from the portal; asks why", Review),
        row(A::Open, P::Sources, &["Enter"], "open", "Open the oldest parked payload, or else the newest that came", Read),
        row(
            A::Retry,
            P::Sources,
            &["r"],
            "read again",
            "Read what is parked once more, because what stood in its way was mended",
            Operate,
        ),
        row(
            A::TestEvent,
            P::Sources,
            &["t"],
            "test event",
            "Send a made-up event through signature check and mapping; nothing of it is kept",
            Operate,
        ),
        row(A::Approve, P::Review, &["a"], "approve", "Approve the text on the screen; refused while a block stands", Review),
        row(A::NextFinding, P::Review, &["n"], "finding", "Go to the next finding", Read),
        row(A::Mask, P::Review, &["m"], "mask", "Replace the finding under the cursor by a neutral word", Review),
        row(
            A::Suggest,
            P::Review,
            &["s"],
            "suggest",
            "Put in what stands ready: the neutral word, or a number of the lit evidence",
            Review,
        ),
        row(A::Edit, P::Review, &["e"], "edit", "Edit the client-safe text; Esc ends editing and keeps the text", Review),
        row(A::Preview, P::Review, &["v"], "preview", "Show exactly what the portal will show", Read),
        row(A::Reject, P::Review, &["R"], "reject", "Send the draft away, with a reason", Review),
        row(A::Diff, P::Review, &["d"], "diff", "Show what changed against the draft, word by word", Read),
        row(A::PreviousFinding, P::Review, &["p"], "previous finding", "Go to the previous finding", Read),
        row(A::Replace, P::Review, &["r"], "replace", "Put other words in place of the finding under the cursor", Review),
        row(
            A::SendBack,
            P::Review,
            &["B"],
            "send back",
            "Let the draft wait again, with your text and a note for whoever takes it next",
            Review,
        ),
        row(A::Editor, P::Review, &["E"], "$EDITOR", "Edit in your own editor (not over SSH)", Review),
        row(A::LookBack, P::Review, &["b"], "look back", "Look at what was decided in this session, the last first", Read),
        row(
            A::Withdraw,
            P::Review,
            &["W"],
            "take back",
            "Take back what was decided about this draft in this session; asks why",
            Review,
        ),
        row(
            A::Reveal,
            P::Review,
            &["x"],
            "reveal",
            "Show one masked place of the evidence; asks why, and the journal keeps it",
            Review,
        ),
        row(
            A::Override,
            P::Review,
            &["O"],
            "let pass",
            "Ask an owner to let this very text pass although it is blocked; an owner decides by the same key",
            Review,
        ),
        row(A::TakeOver, P::Review, &["T"], "take over", "Take a draft that somebody else holds; asks why", Review),
        row(A::ScrollEvidenceDown, P::Review, &["J"], "evidence down", "Scroll the evidence down", Read),
        row(A::ScrollEvidenceUp, P::Review, &["K"], "evidence up", "Scroll the evidence up", Read),
        row(
            A::Jump,
            P::Everywhere,
            &["g"],
            "go to",
            "Then a letter: l lead, j job, t task, d draft, s summary of this record",
            Read,
        ),
        row(A::Copy, P::Everywhere, &["y"], "copy", "Copy the reference to the clipboard (OSC 52)", Read),
        row(
            A::Undo,
            P::Everywhere,
            &["u"],
            "undo",
            "Undo the last act (under review the last change of the text), or say why not",
            Read,
        ),
        row(A::Reload, P::Everywhere, &["ctrl-l"], "reload", "Read everything again and draw the screen anew", Read),
        row(A::Palette, P::Everywhere, &[":"], "command", "Find any action by its name", Read),
        row(A::Help, P::Everywhere, &["?"], "keys", "Every key that works here", Read),
        row(A::Quit, P::Everywhere, &["q", "ctrl-c"], "quit", "Leave; unfinished text is kept", Read),
    ]
};

/// What [`Action::Pause`] says where the destination stands still: the same key, and the opposite of its word.
pub const RESUME: (&str, &str) = ("resume", "Let the destination run again; says first how many jobs go then");

/// One key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

impl Chord {
    /// The key itself.
    pub fn code(self) -> KeyCode {
        self.code
    }
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no key; write a letter, Enter, Esc, Tab, BackTab, Up, PageDown, Home, F5, ctrl-x or alt-x")]
pub struct BadChord(String);

impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Self {
        // Shift is already in the letter (`G`), and in BackTab.
        Self {
            code: key.code,
            ctrl: key.modifiers.contains(KeyModifiers::CONTROL),
            alt: key.modifiers.contains(KeyModifiers::ALT),
        }
    }
}

impl FromStr for Chord {
    type Err = BadChord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadChord(text.to_owned());
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-").filter(|after| !after.is_empty()) {
                (ctrl, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("alt-").filter(|after| !after.is_empty()) {
                (alt, rest) = (true, after);
            } else {
                break;
            }
        }
        let mut letters = rest.chars();
        let code = match (letters.next(), letters.next()) {
            (Some(letter), None) => KeyCode::Char(letter),
            _ => match rest {
                "Enter" => KeyCode::Enter,
                "Esc" => KeyCode::Esc,
                "Tab" => KeyCode::Tab,
                "BackTab" => KeyCode::BackTab,
                "Up" => KeyCode::Up,
                "Down" => KeyCode::Down,
                "Left" => KeyCode::Left,
                "Right" => KeyCode::Right,
                "PageUp" => KeyCode::PageUp,
                "PageDown" => KeyCode::PageDown,
                "Home" => KeyCode::Home,
                "End" => KeyCode::End,
                "Space" => KeyCode::Char(' '),
                "Backspace" => KeyCode::Backspace,
                "Delete" => KeyCode::Delete,
                _ => {
                    let number = rest.strip_prefix('F').and_then(|n| n.parse().ok()).filter(|n| (1..=12).contains(n));
                    KeyCode::F(number.ok_or_else(bad)?)
                }
            },
        };
        Ok(Self { code, ctrl, alt })
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        if self.ctrl {
            text.push_str("ctrl-");
        }
        if self.alt {
            text.push_str("alt-");
        }
        match self.code {
            KeyCode::Char(' ') => text.push_str("Space"),
            KeyCode::Char(letter) => text.push(letter),
            KeyCode::F(n) => write!(text, "F{n}")?,
            KeyCode::BackTab => text.push_str("BackTab"),
            other => write!(text, "{other:?}")?,
        }
        f.pad(&text)
    }
}

/// A row of the table with the keys that are in force.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The row.
    pub binding: Binding,
    /// The keys in force; the first is shown. Empty when the person unbound it.
    pub chords: Vec<Chord>,
}

/// The table with the person's changes.
#[derive(Clone, Debug)]
pub struct KeyTable {
    rows: Vec<Bound>,
}

/// Changed keys that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    /// Not an action.
    #[error("keys.{0}: there is no such action; `quotedeck config example` lists them")]
    Action(String),
    /// Not a key.
    #[error("keys.{0}: {1}")]
    Chord(String, BadChord),
    /// One key for two actions in one place.
    #[error("keys.{0}: {1} already means {2} there")]
    Taken(String, String, Action),
}

impl Default for KeyTable {
    fn default() -> Self {
        Self::new(&BTreeMap::new()).unwrap_or(Self { rows: Vec::new() })
    }
}

impl KeyTable {
    /// The table with some actions bound to other keys.
    ///
    /// # Errors
    /// [`BadKeys`] names the action, and what its keys collide with.
    pub fn new(changes: &BTreeMap<String, Vec<String>>) -> Result<Self, BadKeys> {
        for name in changes.keys() {
            name.parse::<Action>().map_err(|_| BadKeys::Action(name.clone()))?;
        }
        let mut rows: Vec<Bound> = Vec::new();
        for binding in BINDINGS {
            let name = binding.action.as_str();
            let chords = match changes.get(name) {
                Some(keys) => keys.iter().map(|key| key.parse()).collect::<Result<Vec<Chord>, _>>(),
                None => binding.keys.iter().map(|key| key.parse()).collect(),
            }
            .map_err(|bad| BadKeys::Chord(name.to_owned(), bad))?;
            for chord in &chords {
                if let Some(other) = rows.iter().find(|row| row.binding.place == binding.place && row.chords.contains(chord)) {
                    return Err(BadKeys::Taken(name.to_owned(), chord.to_string(), other.binding.action));
                }
            }
            rows.push(Bound { binding: *binding, chords });
        }
        Ok(Self { rows })
    }

    /// What a key means; `places` from the most special to the most general.
    pub fn action(&self, key: KeyEvent, places: &[Place]) -> Option<Action> {
        let chord = Chord::from(key);
        places.iter().find_map(|place| {
            self.rows.iter().find(|row| row.binding.place == *place && row.chords.contains(&chord)).map(|row| row.binding.action)
        })
    }

    /// The rows of these places, in the table's order.
    pub fn of<'a>(&'a self, places: &'a [Place]) -> impl Iterator<Item = &'a Bound> {
        self.rows.iter().filter(|row| places.contains(&row.binding.place))
    }

    /// The row of an action in the first of these places that knows it.
    pub fn row(&self, action: Action, places: &[Place]) -> Option<&Bound> {
        places.iter().find_map(|place| self.rows.iter().find(|row| row.binding.place == *place && row.binding.action == action))
    }
}

/// The default keys as a table in Markdown, for the README.
pub fn markdown() -> String {
    let mut text = String::from("| where | key | does |\n|---|---|---|\n");
    for binding in BINDINGS {
        let keys = binding.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ");
        let place = binding.place.as_str().replace('_', " ");
        text += &format!("| {place} | {keys} | {} |\n", binding.help);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray;

    fn press(text: &str) -> KeyEvent {
        let chord: Chord = text.parse().unwrap();
        let modifiers = if chord.ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
        KeyEvent::new(chord.code, modifiers)
    }

    #[test]
    fn the_defaults_do_not_collide() {
        KeyTable::new(&BTreeMap::new()).unwrap();
    }

    #[test]
    fn every_action_has_a_key_and_a_help_text() {
        for action in Action::VARIANTS {
            let rows: Vec<_> = BINDINGS.iter().filter(|row| row.action == *action).collect();
            assert!(!rows.is_empty(), "{action} is in no place");
            assert!(rows.iter().all(|row| !row.keys.is_empty() && !row.help.is_empty()), "{action}");
        }
    }

    #[test]
    fn the_same_verb_has_the_same_key_everywhere() {
        for a in BINDINGS {
            for b in BINDINGS.iter().filter(|b| b.action == a.action) {
                assert_eq!(a.keys, b.keys, "{}", a.action);
            }
        }
    }

    #[test]
    fn the_special_place_decides() {
        let keys = KeyTable::default();
        assert_eq!(keys.action(press("p"), &[Place::Review, Place::Everywhere]), Some(Action::PreviousFinding));
        assert_eq!(keys.action(press("p"), &[Place::Everywhere]), None);
        assert_eq!(keys.action(press("ctrl-c"), &[Place::Everywhere]), Some(Action::Quit));
    }

    #[test]
    fn a_person_can_move_keys_but_not_onto_each_other() {
        let moved = BTreeMap::from([("undo".to_owned(), vec!["U".to_owned()])]);
        let keys = KeyTable::new(&moved).unwrap();
        assert_eq!(keys.action(press("U"), &[Place::Everywhere]), Some(Action::Undo));
        assert_eq!(keys.action(press("u"), &[Place::Everywhere]), None);

        let clash = BTreeMap::from([("undo".to_owned(), vec!["q".to_owned()])]);
        assert!(KeyTable::new(&clash).is_err());
        let nonsense = BTreeMap::from([("fly".to_owned(), vec!["f".to_owned()])]);
        assert_eq!(KeyTable::new(&nonsense).unwrap_err(), BadKeys::Action("fly".into()));
    }

    #[test]
    fn the_readme_holds_this_table() {
        let readme = include_str!("../../README.md");
        assert!(readme.contains(&markdown()), "put this into README.md, section Keys:\n{}", markdown());
    }

    #[test]
    fn chords_round_trip() {
        for binding in BINDINGS {
            for key in binding.keys {
                assert_eq!(key.parse::<Chord>().unwrap().to_string(), *key);
            }
        }
    }
}

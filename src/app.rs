//! The deck's state and what changes it: `update(Message) -> Vec<Effect>`, without input, output or waiting.
//!
//! A message is the only way in and an effect the only way out, so every screen can be examined without a terminal
//! or a database. Screens are stacked on the home screen; a popup lies over the top one and takes the keys first.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::config::keys::{Action, KeyTable, Place};
use crate::domain::actor::Person;
use crate::domain::id::Ref;
use crate::domain::row::{FailureGroup, Figures, Pane, Presence};
use crate::domain::text::Internal;

mod acting;
pub mod age;
mod answers;
pub mod bulk;
mod choosing;
pub mod effect;
pub mod hints;
mod input;
pub mod item;
pub mod layout;
pub mod line;
pub mod list;
mod loads;
pub mod message;
pub mod palette;
mod pointer;
pub mod popup;
pub mod review;
pub mod screen;
pub mod sources;
mod ticks;
pub mod undo;
pub mod verbs;
mod why;

use bulk::Bulk;
use effect::{Effect, Seq, SeqSource};
use list::List;
use message::{Link, Message};
use popup::Popup;
use review::{Review, Scene};
use screen::Screen;
use undo::Undo;

/// What the deck must be told when it starts.
#[derive(Clone, Debug)]
pub struct Start {
    /// Who sits before it.
    pub me: Person,
    /// The time.
    pub now: DateTime<Utc>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The key table with the person's changes.
    pub keys: KeyTable,
    /// Whether the data is made up; the header says so.
    pub demo: bool,
    /// Why nothing may be changed, where that is so.
    pub read_only_reason: Option<String>,
    /// Whether the first draft is opened, as soon as the drafts are there.
    pub open_review: bool,
    /// Whether `$EDITOR` may be opened: never over SSH.
    pub can_edit_externally: bool,
}

/// How a line in the footer is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Good,
    /// A key could not act, and why.
    Why,
    /// Something went wrong.
    Bad,
}

/// The line the footer says until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The line.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// A request of which one may be under way, asked again when something changed meanwhile.
#[derive(Clone, Copy, Debug, Default)]
struct Single {
    asked: Option<Seq>,
    again: bool,
}

/// The deck.
#[derive(Debug)]
pub struct App {
    start: Start,
    now: DateTime<Utc>,
    size: (u16, u16),
    seq: SeqSource,
    link: Link,
    /// When rows last came: what an offline deck shows is as of then.
    fresh_at: Option<DateTime<Utc>>,
    /// Figures of the titles, once they came: a zero that nobody counted would be a lie.
    figures: Option<Figures>,
    /// The newest failure that was seen: an empty pane says how long it has been empty.
    last_failure: Option<DateTime<Utc>>,
    presence: Vec<Presence>,
    figures_load: Single,
    presence_load: Single,
    lists: [List; 5],
    focus: Pane,
    zoomed: bool,
    /// Whether the first draft is still to be opened by itself.
    to_open: bool,
    screens: Vec<Screen>,
    /// The trace beside a zoomed list.
    detail: Option<Box<screen::TraceScreen>>,
    canary: Option<bulk::Canary>,
    popup: Option<Popup>,
    notice: Option<Notice>,
    /// Text typed into a prompt that was left with Esc, by the title of the prompt: it stands there again.
    kept: Option<(String, line::Line)>,
    /// Unsaved texts of an earlier run, until their drafts are opened.
    recovered: Vec<(Ref, Internal<String>)>,
    undo: Vec<Undo>,
    /// What was reviewed in this session.
    progress: review::Progress,
    bulk: Option<Bulk>,
    /// Acts that the deck itself asked for; what a review screen asked for goes to that screen.
    acts: BTreeSet<Seq>,
    /// Undo requests among them: their own inverse is not offered again.
    undoing: BTreeSet<Seq>,
    /// Freezes whose targets become a bulk act, a canary or marks.
    freezing: Option<bulk::Freezing>,
    /// Every request that was not answered yet.
    waiting: BTreeSet<Seq>,
    dirty: bool,
}

impl App {
    /// The deck as it opens, and the first things to load.
    pub fn new(start: Start) -> (Self, Vec<Effect>) {
        let focus = if start.open_review { Pane::Review } else { Pane::Leads };
        let mut app = Self {
            now: start.now,
            size: start.size,
            seq: SeqSource::default(),
            // Not yet connected is offline since the start; the header says so until the runtime knows better.
            link: Link::Offline { since: start.now },
            fresh_at: None,
            figures: None,
            last_failure: None,
            presence: Vec::new(),
            figures_load: Single::default(),
            presence_load: Single::default(),
            lists: Default::default(),
            focus,
            zoomed: start.open_review,
            to_open: start.open_review,
            screens: Vec::new(),
            detail: None,
            canary: None,
            popup: None,
            notice: None,
            kept: None,
            recovered: Vec::new(),
            undo: Vec::new(),
            progress: review::Progress::default(),
            bulk: None,
            acts: BTreeSet::new(),
            undoing: BTreeSet::new(),
            freezing: None,
            waiting: BTreeSet::new(),
            dirty: true,
            start,
        };
        let effects = app.load_everything();
        let effects = app.after(effects);
        (app, effects)
    }

    /// Takes a message in and says what to do.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        self.dirty = true;
        let effects = match message {
            Message::Key(key) => self.key(key),
            Message::Paste(text) => self.paste(&text),
            Message::Mouse(mouse) => self.mouse(mouse),
            Message::Resize(columns, rows) => {
                self.size = (columns, rows);
                Vec::new()
            }
            Message::Leave => self.act(Action::Quit),
            Message::Tick(now) => {
                self.now = self.now.max(now);
                self.tell_reviews(&Message::Tick(now))
            }
            Message::Changed => {
                let mut effects = self.load_everything();
                effects.extend(self.tell_reviews(&Message::Changed));
                effects
            }
            Message::Linked(link) => self.linked(link),
            Message::Known { me, read_only_reason } => {
                (self.start.me, self.start.read_only_reason) = (me, read_only_reason);
                Vec::new()
            }
            answer => self.answered_by_runtime(answer),
        };
        self.after(effects)
    }

    /// What holds after every message: windows fit, rows near the cursor's end are asked for, requests are counted.
    fn after(&mut self, mut effects: Vec<Effect>) -> Vec<Effect> {
        self.settle();
        effects.extend(self.load_more());
        effects.extend(self.load_detail());
        effects.extend(self.load_source());
        self.waiting.extend(effects.iter().filter_map(Effect::seq));
        effects
    }

    /// Whether the screen must be painted anew.
    pub fn dirty(&self) -> bool {
        self.dirty
    }

    /// The screen was painted.
    pub fn painted(&mut self) {
        self.dirty = false;
        // What stands under a question was not seen.
        if self.popup.is_some() {
            return;
        }
        let Some(mut top) = self.screens.pop() else { return };
        if let Screen::Review(review) = &mut top {
            review.painted(&self.scene());
        }
        self.screens.push(top);
    }

    /// Whether the first draft is about to open by itself: a list that is seen for a blink is not worth its bytes.
    pub fn opening(&self) -> bool {
        self.to_open && self.screens.is_empty() && self.list(Pane::Review).load == list::Load::Loading
    }

    /// Whether every request was answered.
    pub fn idle(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The reviewer's text that is not in the database yet.
    pub fn unsaved(&self) -> Option<(Ref, String)> {
        self.screens.iter().rev().find_map(|screen| match screen {
            Screen::Review(review) => review.unsaved(),
            Screen::Group(_) | Screen::Trace(_) | Screen::Sources(_) => None,
        })
    }

    // What the screens read.

    /// How the deck was started: who, keys, demo.
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// The time that is shown.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The link to the database.
    pub fn link(&self) -> Link {
        self.link
    }

    /// When rows last came.
    pub fn fresh_at(&self) -> Option<DateTime<Utc>> {
        self.fresh_at
    }

    /// Figures of the titles, once they came.
    pub fn figures(&self) -> Option<&Figures> {
        self.figures.as_ref()
    }

    /// The newest failure that was seen since the deck opened.
    pub fn last_failure(&self) -> Option<DateTime<Utc>> {
        self.last_failure
    }

    /// Who is where, this person left out.
    pub fn others_at(&self, record: Ref) -> impl Iterator<Item = &Presence> {
        self.presence.iter().filter(move |presence| presence.at == record && presence.person != self.start.me.name)
    }

    /// The list of a pane.
    pub fn list(&self, pane: Pane) -> &List {
        &self.lists[index(pane)]
    }

    /// The pane that has the keys.
    pub fn focus(&self) -> Pane {
        self.focus
    }

    /// Whether that pane is shown alone, with the detail of its row.
    pub fn zoomed(&self) -> bool {
        self.zoomed
    }

    /// The screen over the home screen, where there is one.
    pub fn screen(&self) -> Option<&Screen> {
        self.screens.last()
    }

    /// The failure group whose jobs a screen shows, as the pane knows it.
    pub fn group_of(&self, screen: &screen::Group) -> Option<&FailureGroup> {
        self.list(Pane::Failures).rows.iter().find_map(|item| match item {
            item::Item::Group(group) if group.destination_id == screen.destination_id && group.signature == screen.signature => {
                Some(group)
            }
            _ => None,
        })
    }

    /// The trace of the row under the cursor of a zoomed list.
    pub fn detail(&self) -> Option<&screen::TraceScreen> {
        self.detail.as_deref()
    }

    /// What lies over the screen.
    pub fn popup(&self) -> Option<&Popup> {
        self.popup.as_ref()
    }

    /// The line in the footer.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// The bulk act under way, or the last one while its outcome is shown.
    pub fn bulk(&self) -> Option<&Bulk> {
        self.bulk.as_ref()
    }

    /// What the review screen knows of the deck.
    pub fn scene(&self) -> Scene<'_> {
        Scene {
            now: self.now,
            me: &self.start.me,
            keys: &self.start.keys,
            link: self.link,
            presence: &self.presence,
            size: self.size,
            read_only_reason: self.start.read_only_reason.as_deref(),
            can_edit_externally: self.start.can_edit_externally,
            tally: self.progress.tally(self.figures.as_ref().map(|figures| figures.drafts.n)),
        }
    }

    /// The places whose keys work now, the most special first.
    pub fn places(&self) -> Vec<Place> {
        match self.screens.last() {
            None => vec![place_of(self.focus), Place::List, Place::Everywhere],
            Some(Screen::Group(_)) => vec![Place::Queue, Place::List, Place::Everywhere],
            Some(Screen::Trace(trace)) => {
                let own = trace.item.as_ref().map(|item| match item {
                    item::Item::Lead(_) => Place::Leads,
                    item::Item::Group(_) => Place::Failures,
                    item::Item::Job(_) => Place::Queue,
                    item::Item::Task(_) => Place::Tasks,
                    item::Item::Draft(_) => Place::Drafts,
                });
                [Some(Place::Trace), own, Some(Place::Everywhere)].into_iter().flatten().collect()
            }
            Some(Screen::Review(_)) => vec![Place::Review, Place::Everywhere],
            Some(Screen::Sources(_)) => vec![Place::Sources, Place::Everywhere],
        }
    }

    fn list_mut(&mut self, pane: Pane) -> &mut List {
        &mut self.lists[index(pane)]
    }

    /// The list that has the keys, where the screen is one.
    pub fn active(&self) -> Option<&List> {
        match self.screens.last() {
            None => Some(self.list(self.focus)),
            Some(Screen::Group(group)) => Some(&group.list),
            Some(Screen::Trace(_) | Screen::Review(_) | Screen::Sources(_)) => None,
        }
    }

    fn active_mut(&mut self) -> Option<&mut List> {
        let focus = self.focus;
        match self.screens.last_mut() {
            None => Some(&mut self.lists[index(focus)]),
            Some(Screen::Group(group)) => Some(&mut group.list),
            Some(Screen::Trace(_) | Screen::Review(_) | Screen::Sources(_)) => None,
        }
    }

    fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone });
    }

    fn settle(&mut self) {
        for pane in <Pane as strum::VariantArray>::VARIANTS {
            let height = self.pane_box(*pane).map_or(1, |place| usize::from(place.rows().h));
            self.list_mut(*pane).settle(height);
        }
        let body = self.frame().body;
        for screen in &mut self.screens {
            match screen {
                Screen::Group(group) => {
                    let (place, _) = layout::alone(Pane::Queue, screen::group_areas(body).1, false);
                    group.list.settle(usize::from(place.rows().h));
                }
                Screen::Trace(trace) => trace.settle(usize::from(screen::steps_area(body, trace).h)),
                Screen::Sources(sources) => sources.settle(usize::from(sources::rows_area(body).h)),
                Screen::Review(_) => {}
            }
        }
    }

    /// Header, body and footer of what is shown.
    pub fn frame(&self) -> layout::Frame {
        let tabs = self.screens.is_empty() && (self.zoomed || !layout::shows_all(self.size));
        layout::frame(self.size, tabs)
    }

    /// Where a pane stands, when it is on the screen.
    pub fn pane_box(&self, pane: Pane) -> Option<layout::PaneBox> {
        let body = self.frame().body;
        if self.zoomed || !layout::shows_all(self.size) {
            return (pane == self.focus).then(|| layout::alone(pane, body, self.zoomed).0);
        }
        layout::five(body).into_iter().find(|place| place.pane == pane)
    }

    /// Whether keys are text now.
    pub fn is_typing(&self) -> bool {
        matches!(self.screens.last(), Some(Screen::Review(review)) if review.typing())
    }

    fn top_review(&mut self) -> Option<&mut Review> {
        match self.screens.last_mut() {
            Some(Screen::Review(review)) => Some(review),
            _ => None,
        }
    }
}

/// A pane's index: the order of the number keys.
pub(crate) fn index(pane: Pane) -> usize {
    match pane {
        Pane::Leads => 0,
        Pane::Failures => 1,
        Pane::Queue => 2,
        Pane::Tasks => 3,
        Pane::Review => 4,
    }
}

/// The place whose keys a pane has.
pub(crate) fn place_of(pane: Pane) -> Place {
    match pane {
        Pane::Leads => Place::Leads,
        Pane::Failures => Place::Failures,
        Pane::Queue => Place::Queue,
        Pane::Tasks => Place::Tasks,
        Pane::Review => Place::Drafts,
    }
}

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;

//! Which keys work here and which cannot act, with the reason: what the footer, the help and the palette show.

use super::App;
use super::item::Item;
use super::screen::Screen;
use super::verbs;
use crate::config::keys::{Action, Place, RESUME};
use crate::domain::actor::Actor;
use crate::domain::actor::Right;
use crate::domain::id::Kind;
use crate::domain::row::FailureGroup;
use crate::domain::trace::StepKind;

/// A key as footer and help show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it does.
    pub action: Action,
    /// Where it is from.
    pub place: Place,
    /// The key in force.
    pub key: String,
    /// Two or three words.
    pub short: &'static str,
    /// One line.
    pub help: &'static str,
    /// Why it cannot act now.
    pub reason: Option<String>,
}

impl App {
    /// The keys of the footer, the most useful first: this place's verbs, then opening, marking and finding.
    pub fn hints(&self) -> Vec<Hint> {
        use Action as A;
        let last = [A::Open, A::Mark, A::Jump, A::Zoom, A::Filter, A::Undo, A::Back, A::Palette, A::Help];
        let home = self.screens.is_empty();
        let quiet = |action: A| match action {
            A::Back => home && !self.zoomed,
            A::Jump => home,
            A::Zoom => !home,
            _ => false,
        };
        let everywhere = |action: A| last.contains(&action) && !quiet(action);
        let all = self.all_hints();
        let own = |hint: &&Hint| !matches!(hint.place, Place::Everywhere | Place::List) && !everywhere(hint.action);
        let mut hints: Vec<Hint> = all.iter().filter(|hint| hint.action == A::Open).cloned().collect();
        hints.extend(all.iter().filter(own).cloned());
        hints.extend(
            last[1..].iter().filter_map(|action| all.iter().find(|hint| hint.action == *action && everywhere(*action))).cloned(),
        );
        // Nothing of a review can be done any more once it is decided: what can be is told alone.
        if matches!(self.screens.last(), Some(Screen::Review(review)) if review.is_closed()) {
            hints.retain(|hint| hint.reason.is_none());
        }
        hints
    }

    /// Every key that works here, in the table's order; a key that a more special place takes is left out.
    pub fn all_hints(&self) -> Vec<Hint> {
        let places = self.places();
        let mut hints: Vec<Hint> = Vec::new();
        for place in &places {
            for row in self.start.keys.of(std::slice::from_ref(place)) {
                let Some(key) = row.chords.first() else { continue };
                let key = key.to_string();
                if hints.iter().any(|hint| hint.key == key || hint.action == row.binding.action) {
                    continue;
                }
                let reason = self.reason(row.binding.action);
                let action = row.binding.action;
                let (short, help) = match self.item_here() {
                    Some(item) if action == Action::Pause && self.stands_still(item) => RESUME,
                    _ => (row.binding.short, row.binding.help),
                };
                hints.push(Hint { action, place: *place, key, short, help, reason });
            }
        }
        hints
    }

    /// Why an action cannot be done now; `None` when it can.
    pub fn reason(&self, action: Action) -> Option<String> {
        let places = self.places();
        let Some(row) = self.start.keys.row(action, &places) else { return Some("it means nothing here".to_owned()) };
        if row.binding.right != Right::Read {
            if let Some(why) = &self.start.read_only_reason {
                return Some(why.clone());
            }
            if let Err(not) = Actor::Person(self.start.me.clone()).require(row.binding.right, row.binding.short) {
                return Some(not.to_string());
            }
        }
        if let Some(Screen::Review(review)) = self.screens.last() {
            if let Some(reason) = review.footer_reason(action, &self.scene()) {
                return Some(reason);
            }
            if row.binding.place == Place::Review {
                return None;
            }
        }
        self.reason_of_state(action)
    }

    /// Why `u` does nothing. In a review it takes back the text and what was done with drafts: who goes back through a text, once too
    /// often, must not take back an act that is not on the screen.
    fn no_undo(&self) -> Option<String> {
        if self.text_has_step_back() {
            return None;
        }
        let Some(last) = self.undo.last() else { return Some("nothing to undo".to_owned()) };
        let Some(Screen::Review(review)) = self.screens.last() else { return None };
        if review.went_all_the_way_back() {
            return Some(format!("this is the text as it was read; leave it to take back “{}”", last.said));
        }
        // Told as often as it is asked, and forgotten where it was done.
        if last.acts.is_empty() {
            let why = last.why_not.as_deref().unwrap_or("nothing takes it back");
            return Some(format!("nothing of this text; “{}” cannot be undone: {why}", last.said));
        }
        let of_drafts = last.acts.iter().all(|act| act.target.record.kind == Kind::Draft);
        (!of_drafts).then(|| format!("nothing of this text; leave it to take back “{}”", last.said))
    }

    fn reason_of_state(&self, action: Action) -> Option<String> {
        use Action as A;
        match action {
            A::Undo => self.no_undo(),
            A::Copy if self.record_here().is_none() => Some("nothing here has a reference".to_owned()),
            A::Zoom if !self.screens.is_empty() => Some("it is whole already".to_owned()),
            A::Open => match self.screens.last() {
                Some(Screen::Trace(trace)) => match trace.current().map(|step| step.record) {
                    Some(Some(record)) if record != trace.record => None,
                    Some(Some(_)) => Some("this is its record already".to_owned()),
                    _ => Some("this step has no record of its own".to_owned()),
                },
                Some(Screen::Sources(sources)) => {
                    sources.opens().is_none().then(|| "nothing came from this source, as far as is known yet".to_owned())
                }
                _ if self.active().is_some_and(|list| list.current().is_none()) => Some("no row to open".to_owned()),
                _ => None,
            },
            A::Jump => self.jumps().is_empty().then(|| "nothing is linked here".to_owned()),
            A::Mark | A::MarkAll if self.active().is_some_and(|list| list.rows.is_empty()) => Some("no row to mark".to_owned()),
            A::ClearMarks if self.active().is_some_and(|list| list.marks.is_empty()) => Some("nothing is marked".to_owned()),
            A::Filter if matches!(self.screens.last(), Some(Screen::Group(_))) => {
                Some("filter the failed syncs, then open the group".to_owned())
            }
            A::Withdraw => match self.screens.last() {
                Some(Screen::Trace(trace)) => match trace.current() {
                    Some(step) if step.kind == StepKind::Summary && step.status == "withdrawn" => {
                        Some("it is withdrawn already".to_owned())
                    }
                    Some(step) if step.kind == StepKind::Summary && step.record.is_some() => None,
                    _ => Some("put the cursor on a summary".to_owned()),
                },
                _ => Some("put the cursor on a summary".to_owned()),
            },
            A::Sources if matches!(self.screens.last(), Some(Screen::Sources(_))) => {
                Some("these are the sources already".to_owned())
            }
            A::TestEvent => match self.screens.last() {
                Some(Screen::Sources(sources)) => sources.no_trial(),
                _ => Some("open the sources first".to_owned()),
            },
            A::Retry if let Some(Screen::Sources(sources)) = self.screens.last() => sources.no_reading_again(),
            A::Why if matches!(self.item_here(), Some(Item::Group(_))) => {
                self.freezing.is_some().then(|| "a bulk act is under way".to_owned())
            }
            A::Why => self.job_here().is_none().then(|| "put the cursor on a job".to_owned()),
            A::Retry
            | A::Canary
            | A::Release
            | A::StopRelease
            | A::Cancel
            | A::Resolve
            | A::Pause
            | A::Finish
            | A::Drop
            | A::Snooze
            | A::Assign
            | A::Outcome
            | A::TakeOver => {
                if self.bulk.as_ref().is_some_and(|bulk| !bulk.is_over()) || self.freezing.is_some() {
                    return Some("a bulk act is under way".to_owned());
                }
                // Marks may reach beyond the loaded rows: what of them can be done is said in the preview.
                if !matches!(action, A::Canary | A::Release | A::StopRelease | A::Pause)
                    && self.active().is_some_and(|list| !list.marks.is_empty())
                {
                    return None;
                }
                match self.item_here() {
                    Some(Item::Group(group)) if matches!(action, A::Canary | A::Release) && !group.is_releasing() => {
                        let tried = action == A::Canary && verbs::tries_one(group);
                        let barred = if tried { None } else { self.barred(group) };
                        barred.or_else(|| verbs::possible(action, &Item::Group(group.clone())).err())
                    }
                    Some(item) => verbs::possible(action, item).err(),
                    None => Some("no row to do it to".to_owned()),
                }
            }
            _ => None,
        }
    }

    /// What stands in the way of all that goes to a group's destination, and what ends it.
    fn barred(&self, group: &FailureGroup) -> Option<String> {
        let stop = group.stop.as_ref()?;
        let key = |action| self.start.keys.row(action, &[Place::Failures]).and_then(|row| row.chords.first());
        let tries = key(Action::Canary).filter(|_| verbs::tries_one(group));
        let tries = tries.map(|key| format!("{key} tries one now, ")).unwrap_or_default();
        let may = Actor::Person(self.start.me.clone()).require(Right::Own, "resume").is_ok();
        let resumes = match key(Action::Pause).filter(|_| may) {
            Some(key) => format!("{key} resumes it"),
            None => "an owner resumes it".to_owned(),
        };
        let ends = stop.ends().map(|ends| format!(", or {ends}")).unwrap_or_default();
        Some(format!("{}; {tries}{resumes}{ends}", stop.said(&group.destination)))
    }

    /// The row that verbs are aimed at.
    pub(super) fn item_here(&self) -> Option<&Item> {
        match self.screens.last() {
            Some(Screen::Trace(trace)) => trace.item.as_ref(),
            Some(Screen::Review(_) | Screen::Sources(_)) => None,
            _ => self.active()?.current(),
        }
    }
}

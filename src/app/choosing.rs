//! What an act is aimed at: the row under the cursor, the marks, a failure group, or everything that matches, frozen
//! at the key press so that rows which arrive later are never acted on unseen.

use std::collections::BTreeMap;

use super::acting::single;
use super::bulk::{FreezeFor, Freezing};
use super::effect::{Effect, PageWanted};
use super::item::{Item, ItemId};
use super::screen::Screen;
use super::verbs::{self, Chosen, Next, Pick, Step};
use super::{App, Tone};
use crate::config::keys::Action;
use crate::domain::act::{Act, Target, Verb};
use crate::domain::filter::{Field, Filter, Term, Test};
use crate::domain::id::{DestinationId, Kind};
use crate::domain::job::JobState;
use crate::domain::replay::ReplayVerdict;
use crate::domain::row::{FailureGroup, Pane};

/// Rows that one freeze takes at most: where counting stops, too.
const FREEZE_LIMIT: i64 = crate::domain::row::Count::BOUND;

impl App {
    pub(super) fn mark_all(&mut self) -> Vec<Effect> {
        if self.freezing.is_some() {
            self.say(Tone::Why, "marking is under way");
            return Vec::new();
        }
        if let Some(Screen::Group(group)) = self.screens.last() {
            let filter = group_filter(&Filter::default(), &group.destination, &group.signature);
            return self.freeze(vec![filter], FREEZE_LIMIT, Pane::Failures, FreezeFor::Marks { pane: None });
        }
        let pane = self.focus;
        let list = self.list_mut(pane);
        if pane == Pane::Failures {
            // Groups are few and all loaded.
            let marks: Vec<_> = list.rows.iter().map(|row| (row.id(), None)).collect();
            list.mark_all(marks);
            return Vec::new();
        }
        let filter = list.filter.clone();
        self.freeze(vec![filter], FREEZE_LIMIT, pane, FreezeFor::Marks { pane: Some(pane) })
    }

    fn freeze(&mut self, filters: Vec<Filter>, limit: i64, pane: Pane, wanted: FreezeFor) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut asked = Vec::new();
        for filter in filters {
            let seq = self.seq.next_seq();
            asked.push(seq);
            effects.push(Effect::Freeze(seq, PageWanted { pane, filter, limit }));
        }
        self.freezing = Some(Freezing { asked, targets: BTreeMap::new(), wanted });
        effects
    }

    /// Begins an act on the marks, or on the row under the cursor.
    pub(super) fn begin(&mut self, action: Action) -> Vec<Effect> {
        let whole = !matches!(action, Action::Canary | Action::Release | Action::StopRelease | Action::Pause);
        if whole && let Some(list) = self.active().filter(|list| !list.marks.is_empty()) {
            let groups: Vec<Item> = list.rows.iter().filter(|row| list.is_marked(&row.id())).cloned().collect();
            if list.marks.keys().all(|id| matches!(id, ItemId::Group(..))) {
                return self.begin_groups(action, &groups);
            }
            return self.begin_marked(action);
        }
        let Some(item) = self.item_here().cloned() else { return Vec::new() };
        if action == Action::Pause {
            return self.begin_pause(&item);
        }
        if let Item::Group(group) = &item {
            let (destination, signature) = (group.destination_id, group.signature.clone());
            if action == Action::StopRelease {
                return match verbs::possible(action, &item) {
                    Ok(()) => self.perform(
                        Act { target: verbs::destination(destination), verb: Verb::StopRelease { signature }, reason: None },
                        false,
                    ),
                    Err(why) => self.refuse(why),
                };
            }
            if matches!(action, Action::Canary | Action::Release) {
                return match verbs::possible(action, &item) {
                    Ok(()) => {
                        let filter = group_filter(&self.list(Pane::Failures).filter, &group.destination, &group.signature);
                        let wanted = if action == Action::Canary {
                            FreezeFor::Canary { destination, signature, stands: verbs::tries_one(group) }
                        } else {
                            FreezeFor::Release { destination, signature, label: item.label() }
                        };
                        self.freeze(vec![filter], FREEZE_LIMIT, Pane::Failures, wanted)
                    }
                    Err(why) => self.refuse(why),
                };
            }
            return self.begin_groups(action, std::slice::from_ref(&item));
        }
        match verbs::first(action, &item, self.now) {
            Ok(next) => {
                let pick = Pick::of(item, self.now);
                pick.map(|pick| self.ask_or_do(single(pick), next)).unwrap_or_default()
            }
            Err(why) => self.refuse(why),
        }
    }

    /// Asks why the first job of a failure group is not running.
    pub(super) fn ask_why_of_group(&mut self, group: &FailureGroup) -> Vec<Effect> {
        let filter = group_filter(&self.list(Pane::Failures).filter, &group.destination, &group.signature);
        self.freeze(vec![filter], 1, Pane::Failures, FreezeFor::Why)
    }

    /// Pauses the destination of a row; one that stands still is resumed, and what that lets go is counted first.
    fn begin_pause(&mut self, item: &Item) -> Vec<Effect> {
        let Some((pick, (_, name))) = verbs::destination_pick(item).zip(verbs::destination_of(item)) else { return Vec::new() };
        if !self.stands_still(item) {
            return self.ask_or_do(single(pick), Next::Ask(Step::Pause));
        }
        let filter =
            Filter { terms: vec![is(Field::State, JobState::Held.as_str()), is(Field::Destination, name)], ..Filter::default() };
        self.freeze(vec![filter], FREEZE_LIMIT, Pane::Queue, FreezeFor::Resume { destination: Box::new(pick) })
    }

    /// Whether nothing goes to the destination of a row, as far as any row that is loaded tells.
    pub(super) fn stands_still(&self, item: &Item) -> bool {
        let Some((destination, _)) = verbs::destination_of(item) else { return false };
        // A group knows; a held job may only not be released yet.
        let group = |row: &Item| match row {
            Item::Group(group) if group.is_cleared() => None,
            Item::Group(group) => (group.destination_id == destination).then_some(group.paused),
            Item::Job(_) | Item::Lead(_) | Item::Task(_) | Item::Draft(_) => None,
        };
        let held = |row: &Item| matches!(row, Item::Job(job) if job.destination_id == destination && job.state == JobState::Held);
        let rows = || std::iter::once(item).chain(self.lists.iter().flat_map(|list| &list.rows));
        rows().find_map(group).unwrap_or_else(|| rows().any(held))
    }

    fn begin_groups(&mut self, action: Action, groups: &[Item]) -> Vec<Effect> {
        let base = self.list(Pane::Failures).filter.clone();
        let mut filters = Vec::new();
        let (mut all, mut unknown) = (0, 0);
        for item in groups {
            if let Item::Group(group) = item {
                filters.push(group_filter(&base, &group.destination, &group.signature));
                all += group.count;
                unknown += group.unknown;
            }
        }
        if let [item] = groups
            && let Err(why) = verbs::possible(action, item)
        {
            return self.refuse(why);
        }
        if action == Action::Resolve {
            let [item] = groups else {
                return self.refuse("open each group: an outcome is settled at its row".to_owned());
            };
            // One answer for a whole group would settle what nobody looked at.
            let effects = self.open(item.clone());
            self.say(Tone::Why, "each outcome is settled at its row; mark those that ended alike to settle them together");
            return effects;
        }
        if action == Action::Retry && unknown >= all {
            return self.refuse("every outcome here is unknown: open the group and say what happened".to_owned());
        }
        let set = match groups {
            [item] => format!("in {}", item.label()),
            _ => format!("in {} groups", groups.len()),
        };
        self.freeze(filters, FREEZE_LIMIT, Pane::Failures, FreezeFor::Act { action, set })
    }

    /// Releases the rest of a failure group, paced, after its canary arrived.
    pub(super) fn release_rest(&mut self, destination: DestinationId, signature: &str) -> Vec<Effect> {
        let id = ItemId::Group(destination, signature.to_owned());
        match self.list(Pane::Failures).rows.iter().find(|row| row.id() == id).cloned() {
            Some(Item::Group(group)) => {
                let filter = group_filter(&Filter::default(), &group.destination, &group.signature);
                let label = Item::Group(group).label();
                let wanted = FreezeFor::Release { destination, signature: signature.to_owned(), label };
                self.freeze(vec![filter], FREEZE_LIMIT, Pane::Failures, wanted)
            }
            _ => self.refuse("the group is empty now".to_owned()),
        }
    }

    /// Asks whether a frozen group is released; what is not safe stays behind.
    pub(super) fn ask_release(
        &mut self,
        destination: DestinationId,
        signature: String,
        label: String,
        picks: Vec<Pick>,
    ) -> Vec<Effect> {
        let safe = |pick: &&Pick| pick.replay.is_none_or(|verdict| verdict == ReplayVerdict::Safe);
        let jobs: Vec<_> = picks.iter().filter(safe).map(|pick| pick.target.id).collect();
        if jobs.is_empty() {
            return self.refuse("none of them is safe to try again: decide each alone".to_owned());
        }
        let count = jobs.len();
        let act = Act { target: verbs::destination(destination), verb: Verb::ReleaseGroup { signature, jobs }, reason: None };
        self.ask_or_do(Chosen { set: label, all: false, picks, single: false }, Next::Ask(Step::Release(act, count)))
    }

    fn begin_marked(&mut self, action: Action) -> Vec<Effect> {
        let now = self.now;
        let Some(list) = self.active() else { return Vec::new() };
        let pick = |(id, target): (&ItemId, &Option<Target>)| {
            let target = (*target)?;
            let item = list.rows.iter().find(|row| row.id() == *id).cloned();
            let marked = item.and_then(|item| Pick::of(item, now));
            Some(marked.unwrap_or_else(|| Pick::bare(target, target.record.to_string())))
        };
        let picks: Vec<Pick> = list.marks.iter().filter_map(pick).collect();
        let set = match (list.marked_all, list.filter.is_empty()) {
            (false, _) => "marked".to_owned(),
            (true, true) => String::new(),
            (true, false) => format!("matching {}", list.filter),
        };
        self.begin_on(action, Chosen { set, all: list.marked_all, picks, single: false })
    }

    /// Begins an act on several records.
    pub(super) fn begin_on(&mut self, action: Action, chosen: Chosen) -> Vec<Effect> {
        let kind = chosen.picks.first().map_or(Kind::Job, |pick| pick.target.record.kind);
        // What could be done twice is not asked about here: of several it is left out.
        let safe = |pick: &&Pick| action != Action::Retry || pick.replay.is_none_or(|verdict| verdict == ReplayVerdict::Safe);
        if !chosen.picks.is_empty() && !chosen.picks.iter().any(|pick| safe(&pick)) {
            return self.refuse("none of them is safe to try again: decide each alone".to_owned());
        }
        let loaded = chosen.picks.iter().filter(safe).filter_map(|pick| pick.item.as_ref());
        let mut firsts: Vec<Result<Next, String>> = loaded.map(|item| verbs::first(action, item, self.now)).collect();
        firsts.extend(chosen.picks.iter().any(|pick| pick.item.is_none()).then(|| unseen_first(action, kind)));
        // Where one of them needs to be asked about, all are.
        let asks = firsts.iter().position(|first| matches!(first, Ok(Next::Ask(_))));
        let does = firsts.iter().position(Result::is_ok);
        match asks.or(does).or((!firsts.is_empty()).then_some(0)).map(|at| firsts.swap_remove(at)) {
            Some(Ok(next)) => self.ask_or_do(chosen, next),
            Some(Err(why)) => self.refuse(why),
            None => self.refuse("nothing matches any more".to_owned()),
        }
    }
}

/// What an action asks first of rows whose state is not on the screen.
fn unseen_first(action: Action, kind: Kind) -> Result<Next, String> {
    Ok(match action {
        Action::Retry => Next::Do(Verb::RetryJob, None),
        Action::Cancel => Next::Do(Verb::CancelJob, None),
        Action::Resolve => Next::Ask(Step::Resolve),
        Action::Finish => Next::Do(Verb::FinishTask, None),
        Action::Drop => Next::Ask(Step::Reason(Verb::DropTask)),
        Action::Snooze => Next::Ask(Step::Snooze),
        Action::Assign => Next::Ask(Step::Assign(kind)),
        Action::Outcome => Next::Ask(Step::Outcome),
        Action::TakeOver => Next::Ask(Step::Reason(Verb::ClaimDraft { take_over: true })),
        other => return Err(format!("{other} cannot be done to many")),
    })
}

/// The jobs of a failure group that the list's filter lets through.
fn group_filter(base: &Filter, destination: &str, signature: &str) -> Filter {
    let mut filter = base.clone();
    filter.terms.extend([is(Field::Destination, destination), is(Field::Signature, signature)]);
    filter
}

fn is(field: Field, value: &str) -> Term {
    Term { negated: false, test: Test::Is(field, value.to_owned()) }
}

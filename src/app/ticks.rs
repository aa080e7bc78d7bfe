//! When the screen changes by itself: the earliest moment at which a time on it reads differently. Nothing on the
//! screen, no timer.

use chrono::{DateTime, TimeDelta, Utc};
use strum::VariantArray;

use super::App;
use super::age::{ago_changes, until_changes};
use super::item::Item;
use super::message::Link;
use super::screen::Screen;
use crate::domain::job::JobState;
use crate::domain::row::Pane;

impl App {
    /// When something on the screen will read differently, though nothing happened.
    pub fn next_tick(&self) -> Option<DateTime<Utc>> {
        let now = self.now;
        let mut times: Vec<Option<DateTime<Utc>>> = vec![self.clock_changes()];
        if let Link::Offline { since } = self.link {
            times.push(Some(offline_changes(now, since)));
        }
        match self.screens.last() {
            None => {
                for pane in Pane::VARIANTS {
                    if self.pane_box(*pane).is_some() {
                        times.extend(self.list(*pane).visible().map(|(_, item)| item_changes(item, now)));
                    }
                }
                let next = self.figures.as_ref().and_then(|figures| figures.next_due_at);
                let shown = self.pane_box(Pane::Queue).is_some();
                times.push(next.filter(|due| shown && *due > now).and_then(|due| until_changes(now, due)));
            }
            Some(Screen::Group(group)) => times.extend(group.list.visible().map(|(_, item)| item_changes(item, now))),
            Some(Screen::Trace(_)) => {}
            Some(Screen::Sources(sources)) => times.push(sources.next_tick(now)),
            Some(Screen::Review(review)) => times.push(review.next_tick(now)),
        }
        times.into_iter().flatten().filter(|at| *at > now).min()
    }

    /// The header's clock shows minutes.
    fn clock_changes(&self) -> Option<DateTime<Utc>> {
        ago_changes(self.now, DateTime::from_timestamp(self.now.timestamp().div_euclid(60) * 60, 0)?)
    }
}

/// Seconds in the first minute, then minutes: an outage over a slow link must not cost a byte a second.
fn offline_changes(now: DateTime<Utc>, since: DateTime<Utc>) -> DateTime<Utc> {
    let passed = (now - since).num_milliseconds().max(0);
    let unit = if passed < 60_000 { 1_000 } else { 60_000 };
    since + TimeDelta::milliseconds((passed / unit + 1) * unit)
}

fn item_changes(item: &Item, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match item {
        Item::Lead(lead) => ago_changes(now, lead.arrived_at),
        Item::Group(_) => None,
        Item::Job(job) => match job.state {
            JobState::Succeeded | JobState::Cancelled | JobState::Dead | JobState::Unknown => ago_changes(now, job.updated_at),
            _ => [until_changes(now, job.due_at).filter(|_| job.due_at > now), until_changes(now, job.window_ends_at)]
                .into_iter()
                .flatten()
                .min(),
        },
        Item::Task(task) => until_changes(now, task.due_at),
        Item::Draft(draft) => ago_changes(now, draft.created_at),
    }
}

//! What each column of each list says of a row. Only the rows on the screen ever come here.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use ratatui::style::Style;

use super::states;
use super::table::{Column, column, number};
use super::text::{head, head_of};
use crate::app::age;
use crate::app::item::Item;
use crate::config::theme::Styles;
use crate::domain::destination::Breaker;
use crate::domain::id::{Kind, Ref};
use crate::domain::lead::{LeadState, Urgency};
use crate::domain::release::ReleaseState;
use crate::domain::row::{FailureGroup, Pane};

/// A cell's text and style.
pub(crate) type Cell<'a> = (Cow<'a, str>, Style);

/// Who else is at the row; shown only where somebody is.
pub(crate) const WHO: &str = "who";

/// What trying a job again would come to; shown only where a job has ended.
pub(crate) const AGAIN: &str = "again";

const LEADS: &[Column] = &[
    number("age", 5, 0),
    column("", 1, 1, 1),
    column("name", 9, 26, 3),
    column("source", 8, 16, 5),
    column("service", 10, 28, 2),
    column("market", 8, 18, 7),
    number("value", 8, 4),
    number("reply", 6, 6),
    column("state", 11, 11, 1),
    column(WHO, 5, 10, 2),
    column("owner", 6, 12, 8),
    column("client", 8, 20, 9),
    column("ref", 7, 8, 10),
    column("next", 10, 40, 11),
];

const FAILURES: &[Column] = &[
    number("jobs", 5, 0),
    column("destination", 7, 18, 1),
    column("how it failed", 10, 44, 3),
    column("since", 5, 9, 7),
    column("state", 8, 10, 2),
    number("next", 6, 4),
    number("try", 5, 5),
    number("left", 6, 6),
    column("last", 6, 6, 8),
    column("in their words", 16, 80, 9),
];

const JOBS: &[Column] = &[
    Column { name: "due", least: 6, most: 9, rank: 0, right: true },
    column("what", 9, 15, 3),
    // Whose it is: without it one row of a small screen is like the next.
    column("lead", 6, 8, 3),
    column("destination", 7, 18, 7),
    number("try", 5, 4),
    number("left", 6, 5),
    column("state", 7, 11, 1),
    column(AGAIN, 6, 11, 2),
    column(WHO, 5, 10, 4),
    column("ref", 6, 8, 9),
    column("client", 8, 18, 10),
    column("last error", 14, 80, 8),
];

const TASKS: &[Column] = &[
    number("due", 6, 0),
    column("", 1, 1, 1),
    column("owner", 5, 10, 2),
    column("what", 11, 70, 1),
    column(WHO, 5, 10, 2),
    column("lead", 6, 8, 3),
    column("esc", 3, 3, 5),
    column("client", 8, 18, 4),
    column("ref", 6, 8, 6),
];

const DRAFTS: &[Column] = &[
    number("age", 5, 0),
    column("client", 5, 16, 3),
    column("about", 10, 60, 2),
    column("checks", 5, 8, 1),
    column(WHO, 5, 10, 1),
    column("lead", 6, 8, 5),
    column("state", 9, 12, 4),
    column("ref", 6, 8, 6),
    column("model", 8, 16, 7),
];

/// The columns of a pane's list; the jobs of a failure group are a queue, too.
pub(crate) fn columns(pane: Pane) -> &'static [Column] {
    match pane {
        Pane::Leads => LEADS,
        Pane::Failures => FAILURES,
        Pane::Queue => JOBS,
        Pane::Tasks => TASKS,
        Pane::Review => DRAFTS,
    }
}

/// Around a cell: when it is, and who else is at the row.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) now: DateTime<Utc>,
    pub(crate) who: &'a str,
    pub(crate) styles: &'a Styles,
}

/// What a column says of a row.
pub(crate) fn cell<'a>(item: &'a Item, name: &str, around: Around<'a>) -> Cell<'a> {
    let Around { now, who, styles } = around;
    let plain = |text: Cow<'a, str>| (text, styles.text);
    let quiet = |text: Cow<'a, str>| (text, styles.dim);
    let word = |(text, style): states::Shown| (Cow::Borrowed(text), style);
    let lead_ref = |number: i64| plain(Ref::new(Kind::Lead, number).to_string().into());
    let none = || (Cow::Borrowed(""), styles.text);
    match (item, name) {
        (_, WHO) => (Cow::Borrowed(who), styles.info),
        (_, "ref") => quiet(item.record().map(|record| record.to_string()).unwrap_or_default().into()),

        (Item::Lead(lead), "age") => {
            let waits = lead.state == LeadState::New && lead.replied_at.is_none() && lead.urgency == Urgency::Urgent;
            (age::ago(now, lead.arrived_at).into(), if waits { styles.bad } else { styles.text })
        }
        (Item::Lead(lead), "") => word(states::urgency(lead.urgency, styles)),
        // A caller is known by the number until somebody asks for the name.
        (Item::Lead(lead), "name") if lead.name.is_empty() => quiet(head_of(lead.phone.as_deref().unwrap_or("unknown"))),
        (Item::Lead(lead), "name") => plain(head(&lead.name)),
        (Item::Lead(lead), "source") if lead.source.is_empty() => quiet(lead.contact_method.as_str().into()),
        (Item::Lead(lead), "source") => plain(head(&lead.source)),
        (Item::Lead(lead), "service") => plain(head(&lead.service)),
        (Item::Lead(lead), "market") => plain(head(&lead.market)),
        (Item::Lead(lead), "value") => plain(lead.value.map(|value| value.to_string()).unwrap_or_default().into()),
        (Item::Lead(lead), "reply") => match lead.replied_at {
            Some(at) => plain(age::span(at - lead.arrived_at).into()),
            None if lead.state == LeadState::New => ("—".into(), styles.warn),
            None => quiet("—".into()),
        },
        (Item::Lead(lead), "state") => word(states::lead(lead.state, styles)),
        (Item::Lead(lead), "owner") => owner(lead.owner.as_deref(), styles),
        (Item::Lead(lead), "client") => quiet(head_of(&lead.client)),
        (Item::Lead(lead), "next") => quiet(head(&lead.next_action)),

        (Item::Group(group), "jobs") if group.is_cleared() => quiet("×0".into()),
        (Item::Group(group), "jobs") => (format!("×{}", group.count).into(), styles.title),
        (Item::Group(group), "destination") => plain(head_of(&group.destination)),
        (Item::Group(group), "how it failed") => plain(head_of(&group.signature)),
        (Item::Group(group), "since") => plain(clock(now, group.since).into()),
        (Item::Group(group), "last") => quiet(age::ago(now, group.last).into()),
        (Item::Group(group), "state") => match &group.release {
            Some(release) if release.state.is_open() => {
                (format!("⇉ {}/{}", release.released(), release.total).into(), styles.info)
            }
            Some(release) if group.is_cleared() && release.state == ReleaseState::Done => {
                (format!("✓ {}/{}", release.succeeded, release.total).into(), styles.good)
            }
            Some(release) if release.state == ReleaseState::Stopped && !group.paused => ("■ stopped".into(), styles.bad),
            _ => word(group_state(group, styles)),
        },
        (Item::Group(group), "next") => plain(group.next_try_at.map(|at| age::until(now, at)).unwrap_or_default().into()),
        (Item::Group(group), "try") if group.attempts > 0 => plain(format!("{}/{}", group.attempts, group.max_attempts).into()),
        (Item::Group(group), "left") => group.window_ends_at.map_or_else(none, |at| left(now, at, styles)),
        (Item::Group(group), "in their words") => quiet(group.example.as_ref().map(head).unwrap_or_default()),

        (Item::Job(job), "due") => {
            if job.state.is_final() || job.state == crate::domain::job::JobState::Unknown {
                quiet(format!("{} ago", age::ago(now, job.updated_at)).replace("now ago", "now").into())
            } else {
                plain(age::until(now, job.due_at).into())
            }
        }
        (Item::Job(job), "what") => plain(job.kind.as_str().replace('_', " ").into()),
        (Item::Job(job), "lead") => job.lead_number.map_or_else(none, lead_ref),
        (Item::Job(job), "destination") => plain(head_of(&job.destination)),
        (Item::Job(job), "try") => plain(format!("{}/{}", job.attempts, job.max_attempts).into()),
        (Item::Job(job), "left") if job.state.is_final() => none(),
        (Item::Job(job), "left") => left(now, job.window_ends_at, styles),
        (Item::Job(job), "state") => word(states::job(job.state, styles)),
        (Item::Job(job), AGAIN) if job.state.may_replay() => match job.replay(now) {
            Some(replay) => word(states::replay(replay.verdict, styles)),
            None => none(),
        },
        (Item::Job(job), "client") => quiet(head_of(&job.client)),
        (Item::Job(job), "last error") => match (&job.last_error, &job.reason) {
            (Some(error), _) => quiet(head(error)),
            (None, Some(reason)) => quiet(head_of(reason)),
            (None, None) => none(),
        },

        (Item::Task(task), "due") => {
            let style = match (task.due_at - now).num_seconds() {
                ..=0 => styles.bad,
                1..900 => styles.warn,
                _ => styles.text,
            };
            (age::due(now, task.due_at).into(), style)
        }
        (Item::Task(task), "") => word(states::urgency(task.urgency, styles)),
        (Item::Task(task), "owner") => owner(task.owner.as_deref(), styles),
        (Item::Task(task), "what") => plain(head(&task.title)),
        (Item::Task(task), "lead") => task.lead_number.map_or_else(none, lead_ref),
        (Item::Task(task), "esc") if task.escalation > 0 => (format!("↑{}", task.escalation).into(), styles.warn),
        (Item::Task(task), "client") => quiet(head_of(&task.client)),

        (Item::Draft(draft), "age") => plain(age::ago(now, draft.created_at).into()),
        (Item::Draft(draft), "client") => plain(head_of(&draft.client)),
        (Item::Draft(draft), "about") => plain(head(&draft.title)),
        (Item::Draft(draft), "checks") => checks(draft.blocks, draft.warns, styles),
        (Item::Draft(draft), "lead") => lead_ref(draft.lead_number),
        (Item::Draft(draft), "state") => word(states::draft(draft.state, styles)),
        (Item::Draft(draft), "model") => quiet(head(&draft.model)),
        _ => none(),
    }
}

/// How long a window stays open.
fn left<'a>(now: DateTime<Utc>, ends: DateTime<Utc>, styles: &Styles) -> Cell<'a> {
    let style = if ends - now < chrono::TimeDelta::minutes(15) { styles.warn } else { styles.text };
    (age::until(now, ends).replace("due", "over").into(), style)
}

fn owner<'a>(name: Option<&'a str>, styles: &Styles) -> Cell<'a> {
    match name {
        Some(name) => (head_of(name), styles.text),
        None => ("nobody".into(), styles.warn),
    }
}

fn checks<'a>(blocks: i64, warns: i64, styles: &Styles) -> Cell<'a> {
    match (blocks, warns) {
        (0, 0) => ("✓".into(), styles.good),
        (0, warns) => (format!("!{warns}").into(), styles.warn),
        (blocks, 0) => (format!("✗{blocks}").into(), styles.bad),
        (blocks, warns) => (format!("✗{blocks} !{warns}").into(), styles.bad),
    }
}

fn group_state(group: &FailureGroup, styles: &Styles) -> states::Shown {
    if group.breaker != Breaker::Closed {
        ("⊗ breaker", styles.warn)
    } else if group.paused {
        ("‖ paused", styles.warn)
    } else if group.unknown > 0 {
        ("? decide", styles.bad)
    } else if group.dead > 0 {
        ("✗ dead", styles.bad)
    } else {
        ("↻ retrying", styles.warn)
    }
}

/// A time of today as `14:02`, an earlier one as `12 Mar`.
pub(crate) fn clock(now: DateTime<Utc>, at: DateTime<Utc>) -> String {
    if now.date_naive() == at.date_naive() { at.format("%H:%M").to_string() } else { at.format("%-d %b").to_string() }
}

//! Rows of the queue and the failures desk: each says what comes next and what trying again would come to.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{Shown, at, lead, named, or_dash, text};
use crate::cli::table;
use crate::domain::destination::Breaker;
use crate::domain::filter::Filter;
use crate::domain::forecast::{Flow, Forecast, forecast};
use crate::domain::hint::{Hint, Symptom, hint};
use crate::domain::id::Kind;
use crate::domain::job::Job;
use crate::domain::release::{Release, ReleasedJob};
use crate::domain::replay::Replay;
use crate::domain::row::FailureGroup;
use crate::domain::why::Reason;
use crate::store::lists::{Cursor, Placed};

/// How long until a time: `4m`, `2h10m`, `now`.
fn until(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = time - now;
    if left <= TimeDelta::zero() {
        return "now".to_owned();
    }
    let seconds = left.num_seconds();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        _ => format!("{}h{:02}m", seconds / 3_600, seconds / 60 % 60),
    }
}

/// A job with what is counted from now.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct JobRow {
    #[serde(flatten)]
    job: Job,
    /// Seconds until it is tried; `None` where it is not.
    next_try_in_s: Option<i64>,
    tries_left: i64,
    /// Seconds until its window closes; below 0 when it has.
    window_left_s: i64,
    replay: Option<Replay>,
    #[serde(skip)]
    now: DateTime<Utc>,
    /// Whether it is listed among the failures, whose order is another.
    #[serde(skip)]
    failed: bool,
}

impl JobRow {
    pub(in crate::cli) fn new(job: Job, now: DateTime<Utc>, failed: bool) -> Self {
        let waits = !job.state.is_final() && !matches!(job.state, crate::domain::job::JobState::Unknown);
        Self {
            next_try_in_s: waits.then(|| (job.due_at - now).num_seconds().max(0)),
            tries_left: (job.max_attempts - job.attempts).max(0),
            window_left_s: (job.window_ends_at - now).num_seconds(),
            replay: job.replay(now),
            job,
            now,
            failed,
        }
    }
}

impl Placed for JobRow {
    fn cursor(&self, filter: &Filter) -> Cursor {
        if self.failed { Cursor::of_failure(&self.job) } else { self.job.cursor(filter) }
    }
}

impl Shown for JobRow {
    const HEADS: &'static [&'static str] =
        &["job", "next>", "kind", "lead", "destination", "state", "tries>", "left>", "again", "signature", "last error"];
    fn cells(&self) -> Vec<String> {
        let job = &self.job;
        vec![
            named(Kind::Job, job.number),
            or_dash(self.next_try_in_s.map(|_| until(job.due_at, self.now))),
            job.kind.to_string(),
            lead(job.lead_number),
            job.destination.clone(),
            job.state.to_string(),
            format!("{}/{}", job.attempts, job.max_attempts),
            match self.next_try_in_s {
                None => "–".to_owned(),
                Some(_) if self.window_left_s > 0 => until(job.window_ends_at, self.now),
                Some(_) => "over".to_owned(),
            },
            or_dash(
                self.replay.as_ref().filter(|_| job.state.may_replay()).map(|replay| replay.verdict.as_str().replace('_', " ")),
            ),
            or_dash(job.signature.as_ref()),
            or_dash(job.last_error.as_ref().map(text)),
        ]
    }
}

/// A failure group with its root-cause hint.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct GroupRow {
    #[serde(flatten)]
    group: FailureGroup,
    hint: Hint,
    #[serde(skip)]
    now: DateTime<Utc>,
}

impl GroupRow {
    pub(in crate::cli) fn new(group: FailureGroup, now: DateTime<Utc>) -> Self {
        let hint = hint(&Symptom::from(&group));
        Self { group, hint, now }
    }
}

impl Shown for GroupRow {
    const WIDEST: usize = table::WHOLE;
    const HEADS: &'static [&'static str] =
        &["jobs>", "destination", "signature", "since", "next>", "tries>", "left>", "unknown>", "dead>", "state", "hint"];
    fn cells(&self) -> Vec<String> {
        let group = &self.group;
        let state = match &group.release {
            Some(release) if release.state.is_open() => release.progress(),
            _ if group.breaker != Breaker::Closed => format!("breaker {}", group.breaker.as_str().replace('_', " ")),
            _ if group.paused => "paused".to_owned(),
            Some(release) => format!("release {}", release.state),
            None => "–".to_owned(),
        };
        vec![
            group.count.to_string(),
            group.destination.clone(),
            group.signature.clone(),
            at(group.since),
            or_dash(group.next_try_at.map(|at| until(at, self.now))),
            if group.attempts > 0 { format!("{}/{}", group.attempts, group.max_attempts) } else { "–".to_owned() },
            or_dash(group.window_ends_at.map(|at| until(at, self.now))),
            group.unknown.to_string(),
            group.dead.to_string(),
            state,
            self.hint.to_string(),
        ]
    }
}

/// One destination's queue with its forecast.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct FlowRow {
    #[serde(flatten)]
    flow: Flow,
    forecast: Forecast,
    said: String,
}

impl FlowRow {
    pub(in crate::cli) fn new(flow: Flow, now: DateTime<Utc>) -> Self {
        let forecast = forecast(&flow, now);
        Self { flow, said: forecast.said(now), forecast }
    }
}

impl Shown for FlowRow {
    const WIDEST: usize = table::WHOLE;
    const HEADS: &'static [&'static str] = &["destination", "due>", "later>", "held>", "came in 5 min>", "left>", "forecast"];
    fn cells(&self) -> Vec<String> {
        let flow = &self.flow;
        let mut cells = vec![flow.destination.clone()];
        cells.extend([flow.due, flow.later, flow.held, flow.came, flow.left].map(|n| n.to_string()));
        cells.push(self.said.clone());
        cells
    }
}

impl Shown for Release {
    const WIDEST: usize = 60;
    const HEADS: &'static [&'static str] = &[
        "release>",
        "began",
        "by",
        "destination",
        "signature",
        "state",
        "released>",
        "failed>",
        "left out>",
        "step>",
        "why it ended",
    ];
    fn cells(&self) -> Vec<String> {
        vec![
            self.number.to_string(),
            at(self.created_at),
            self.by.clone(),
            self.destination.clone(),
            self.signature.clone(),
            self.state.to_string(),
            format!("{}/{}", self.released(), self.total),
            self.failed.to_string(),
            self.skipped.to_string(),
            self.step_size.to_string(),
            or_dash(self.ended_why.as_ref()),
        ]
    }
}

impl Shown for ReleasedJob {
    const WIDEST: usize = 110;
    const HEADS: &'static [&'static str] = &["job", "as", "step>", "outcome", "said"];
    fn cells(&self) -> Vec<String> {
        vec![
            self.job.to_string(),
            or_dash(self.new_job),
            or_dash(self.step),
            self.outcome.to_string(),
            or_dash(self.said.as_ref()),
        ]
    }
}

impl Shown for Reason {
    const WIDEST: usize = table::WHOLE;
    const HEADS: &'static [&'static str] = &["cause", "what", "until", "what to do"];
    fn cells(&self) -> Vec<String> {
        vec![self.cause.as_str().replace('_', " "), self.what.clone(), or_dash(self.until.map(at)), self.advice.clone()]
    }
}

//! Where the steps of a timeline come from: one statement a source, all with the same columns.

use chrono::{DateTime, Utc};

use crate::domain::draft::{DraftState, SummaryState};
use crate::domain::event::EventKind;
use crate::domain::id::{Kind, Ref};
use crate::domain::job::{AttemptOutcome, JobKind, JobState};
use crate::domain::output::OutputKind;
use crate::domain::task::TaskState;
use crate::domain::text::Untrusted;
use crate::domain::trace::{Step, StepKind, draft_recovery, job_recovery};
use crate::store::rows::from_row;

/// A table whose rows are steps.
pub(super) struct Source {
    kind: StepKind,
    /// Up to `where true`; `r` is the table.
    pub(super) select: &'static str,
    /// The newest first; a limit follows.
    pub(super) newest: &'static str,
}

/// A row of any source.
pub(super) struct Line {
    at: DateTime<Utc>,
    number: Option<i64>,
    /// What kind of record the number is of.
    record: String,
    who: String,
    source: Untrusted,
    status: String,
    what: Untrusted,
    /// The row's own kind, where its recovery rule depends on it.
    kind: String,
    /// A job's delivery mode.
    mode: String,
}
from_row!(Line { at: =DateTime<Utc>, number: =Option<i64>, record: =String, who: =String, source: String, status: =String,
    what: String, kind: =String, mode: =String, });

pub(super) const EVENTS: Source = Source {
    kind: StepKind::Event,
    select: "select r.occurred_at as at, r.number, 'event' as record, 'intake' as who, r.provider as source,
        'recorded' as status, r.kind || ': ' || substr(r.words, 1, 2000) as what, r.kind, '' as mode
        from events r where true",
    newest: " order by r.occurred_at desc limit ",
};

pub(super) const JOURNAL: Source = Source {
    kind: StepKind::Journal,
    select: "select r.at, coalesce(l.number, b.number, t.number, d.number, s.number, e.number, x.number, c.number, p.number,
            w.number, m.number, a.number) as number,
        r.subject_kind as record, r.actor as who, r.actor_kind as source, 'written' as status,
        r.verb || case when r.detail = '' then '' else ': ' || r.detail end as what, '' as kind, '' as mode
        from journal r
        left join leads l on l.id = r.subject_id
        left join jobs b on b.id = r.subject_id
        left join tasks t on t.id = r.subject_id
        left join drafts d on d.id = r.subject_id
        left join summaries s on s.id = r.subject_id
        left join events e on e.id = r.subject_id
        left join destinations x on x.id = r.subject_id
        left join clients c on c.id = r.subject_id
        left join people p on p.id = r.subject_id
        left join payloads w on w.id = r.subject_id
        left join templates m on m.id = r.subject_id
        left join automations a on a.id = r.subject_id
        where true",
    newest: " order by r.number desc limit ",
};

pub(super) const JOBS: Source = Source {
    kind: StepKind::Job,
    select: "select r.created_at as at, r.number, 'job' as record, y.actor as who, d.name as source, r.state as status,
        r.kind || ' ' || r.operation || case when r.last_error is null then '' else ': ' || r.last_error end as what,
        r.kind, r.delivery_mode as mode
        from jobs r left join journal y on y.id = r.entry_id left join destinations d on d.id = r.destination_id where true",
    newest: " order by r.created_at desc limit ",
};

pub(super) const ATTEMPTS: Source = Source {
    kind: StepKind::Attempt,
    select: "select r.started_at as at, j.number, 'job' as record, r.worker as who, d.name as source, r.outcome as status,
        'try ' || cast(r.n as text) || case when r.status is null then '' else ', status ' || cast(r.status as text) end
            || case when r.error is null then '' else ': ' || r.error end as what,
        j.kind, j.delivery_mode as mode
        from attempts r join jobs j on j.id = r.job_id left join destinations d on d.id = j.destination_id where true",
    newest: " order by r.started_at desc limit ",
};

pub(super) const TASKS: Source = Source {
    kind: StepKind::Task,
    select: "select r.created_at as at, r.number, 'task' as record, coalesce(o.name, 'nobody yet') as who, r.kind as source,
        r.state as status, r.title as what, r.kind, '' as mode
        from tasks r left join people o on o.id = r.owner_id where true",
    newest: " order by r.created_at desc limit ",
};

pub(super) const DRAFTS: Source = Source {
    kind: StepKind::Draft,
    // Whoever has it; of one that is decided, who decided.
    select: "select r.created_at as at, r.number, 'draft' as record,
        coalesce(o.name, case when r.state in ('approved', 'rejected') then (select j.actor from journal j
            where j.subject_id = r.id and j.verb in ('draft.approve', 'draft.reject') order by j.number desc limit 1) end,
            'nobody yet') as who, r.model as source,
        r.state as status, r.title as what, '' as kind, '' as mode
        from drafts r left join people o on o.id = r.claimed_by where true",
    newest: " order by r.created_at desc limit ",
};

pub(super) const SUMMARIES: Source = Source {
    kind: StepKind::Summary,
    select: "select r.approved_at as at, r.number, 'summary' as record, o.name as who, t.source_label as source,
        r.state as status, t.text as what, '' as kind, '' as mode
        from summaries r left join people o on o.id = r.approved_by left join approved_texts t on t.summary_id = r.id
        where true",
    newest: " order by r.approved_at desc limit ",
};

impl Source {
    pub(super) fn step(&self, line: Line) -> Step {
        let recovery = self.recovery(&line).to_owned();
        let record = line.number.zip(line.record.parse::<Kind>().ok()).map(|(number, kind)| Ref::new(kind, number));
        let source = line.source.shown().into_owned();
        Step { at: line.at, kind: self.kind, record, who: line.who, source, status: line.status, what: line.what, recovery }
    }

    /// What to do when it went wrong. Empty for an entry of the journal, which is never taken back, and for words that
    /// the database's own checks do not let in.
    fn recovery(&self, line: &Line) -> &'static str {
        let status = line.status.as_str();
        match self.kind {
            StepKind::Event => {
                let output = line.kind.parse::<EventKind>().ok().and_then(OutputKind::of_event);
                output.map_or("none needed", OutputKind::recovery)
            }
            StepKind::Journal => "",
            StepKind::Job => match (line.kind.parse::<JobKind>(), status.parse::<JobState>(), line.mode.parse()) {
                (Ok(kind), Ok(state), Ok(mode)) => job_recovery(kind, state, mode),
                _ => "",
            },
            StepKind::Attempt => match status.parse::<AttemptOutcome>() {
                Ok(AttemptOutcome::Succeeded) => "none needed",
                Ok(AttemptOutcome::Running) => "its lease ends by itself",
                Ok(AttemptOutcome::MayHaveLeft) => "ask the destination, then resolve the job",
                _ => "see the job",
            },
            StepKind::Task => match status.parse::<TaskState>() {
                Ok(TaskState::Open) => "do it, snooze it or hand it on",
                _ => "reopen it",
            },
            StepKind::Draft => status.parse::<DraftState>().map_or("", draft_recovery),
            StepKind::Summary => match status.parse::<SummaryState>() {
                Ok(SummaryState::Withdrawn) => "review a new draft",
                _ => "withdraw the summary",
            },
        }
    }
}

//! Acts on jobs, tasks, leads, summaries and destinations: each command is one verb of the domain.

use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

use super::Ran;
use super::args::{DestinationCommand, JobCommand, LeadCommand, Many, SummaryCommand, TaskCommand, Until, Whom};
use super::bulk::{self, Wanted};
use super::desk::Desk;
use super::failures;
use super::print::Printer;
use super::stop::Stop;
use crate::domain::act::Verb;
use crate::domain::filter::{Field, Filter, Test};
use crate::domain::id::{Kind, Ref};
use crate::domain::job::JobState;
use crate::domain::lead::LeadAct;
use crate::domain::row::Pane;
use crate::workflow::act::merge::preview as preview_merge;

fn wanted(verb: Verb, kind: Kind, pane: Pane, many: &Many) -> Wanted<'_> {
    Wanted { verb, kind, pane, reason: many.reason.as_deref() }
}

/// `quotedeck job …`
pub(super) async fn job(desk: &Desk, command: &JobCommand, printer: &mut Printer) -> Ran {
    // What is replayed or resolved stands among the failures, the rest in the queue.
    let (verb, pane, many) = match command {
        JobCommand::Why { record } => return failures::why(desk, *record, printer).await,
        JobCommand::Retry(many) => (Verb::RetryJob, Pane::Queue, many),
        // Dead jobs that somebody decided are no failures any more.
        JobCommand::Cancel(many) if names(many, JobState::Dead) => (Verb::CancelJob, Pane::Failures, many),
        JobCommand::Cancel(many) => (Verb::CancelJob, Pane::Queue, many),
        JobCommand::Recall(many) => (Verb::RecallJob, Pane::Queue, many),
        JobCommand::Replay(many) if names(many, JobState::Cancelled) => (Verb::ReplayJob, Pane::Queue, many),
        JobCommand::Replay(many) => (Verb::ReplayJob, Pane::Failures, many),
        JobCommand::Resolve { settled, many } => (Verb::ResolveJob { arrived: settled.arrived }, Pane::Failures, many),
    };
    bulk::many(desk, wanted(verb, Kind::Job, pane, many), many, printer).await
}

/// Whether a filter for jobs asks for those in this state.
fn names(many: &Many, state: JobState) -> bool {
    let wanted = Test::Is(Field::State, state.as_str().to_owned());
    let filter = many.filter.as_deref().and_then(|filter| Filter::parse(filter, Pane::Queue).ok());
    filter.is_some_and(|filter| filter.terms.iter().any(|term| !term.negated && term.test == wanted))
}

/// `quotedeck task …`
pub(super) async fn task(desk: &Desk, command: &TaskCommand, printer: &mut Printer) -> Ran {
    let (verb, many) = match command {
        TaskCommand::Done(many) => (Verb::FinishTask, many),
        TaskCommand::Drop(many) => (Verb::DropTask, many),
        TaskCommand::Reopen(many) => (Verb::ReopenTask, many),
        TaskCommand::Snooze { until, many } => (Verb::SnoozeTask { until: time(desk, until)? }, many),
        TaskCommand::Assign { whom, many } => (Verb::AssignTask { to: name(whom) }, many),
    };
    bulk::many(desk, wanted(verb, Kind::Task, Pane::Tasks, many), many, printer).await
}

/// `quotedeck lead …`
pub(super) async fn lead(desk: &Desk, command: &LeadCommand, printer: &mut Printer) -> Ran {
    let (verb, many) = match command {
        LeadCommand::Set { act, lost, many } => (Verb::SetLead { act: *act, lost: *lost }, many),
        LeadCommand::Assign { whom, many } => (Verb::AssignLead { to: name(whom) }, many),
        LeadCommand::Merge { record, into, reason, preview } => {
            return merge(desk, *record, *into, reason.as_deref(), *preview, printer).await;
        }
        LeadCommand::Unmerge(many) => (Verb::Unmerge, many),
        LeadCommand::NotDuplicate(many) => (Verb::TellApart { distinct: true }, many),
        LeadCommand::Spam(many) => (Verb::SetLead { act: LeadAct::MarkSpam, lost: None }, many),
        LeadCommand::NotSpam(many) => (Verb::SetLead { act: LeadAct::NotSpam, lost: None }, many),
    };
    bulk::many(desk, wanted(verb, Kind::Lead, Pane::Leads, many), many, printer).await
}

/// `quotedeck lead merge …`
async fn merge(desk: &Desk, record: Ref, into: Ref, reason: Option<&str>, preview: bool, printer: &mut Printer) -> Ran {
    for lead in [record, into] {
        if lead.kind != Kind::Lead {
            return Err(Stop::usage(lead, format_args!("it is a {}, not a lead", lead.kind), "give references such as L-2 L-1"));
        }
    }
    let verb = Verb::MergeLead { into: into.number };
    if !preview {
        let wanted = Wanted { verb, kind: Kind::Lead, pane: Pane::Leads, reason };
        return bulk::single(desk, wanted, record, printer).await;
    }
    desk.require(verb.right(), verb.name())?;
    let lead = desk.store.find(&desk.me, record).await?;
    let would = preview_merge(&desk.store, &desk.me, lead.id.into(), into.number).await?;
    if printer.json {
        printer.json(&would)?;
    } else {
        printer.text(&format!("{} would be merged into {}, which takes {}", would.merged, would.kept, would.takes))?;
        printer.text(&format!("{} would show {} more events", would.kept, would.events))?;
        printer.text(&format!("{} messages of {} that wait would not leave", would.messages_stopped, would.merged))?;
    }
    Ok(super::DONE)
}

/// `quotedeck summary …`
pub(super) async fn summary(desk: &Desk, command: &SummaryCommand, printer: &mut Printer) -> Ran {
    let SummaryCommand::Withdraw { record, reason } = command;
    let wanted =
        Wanted { verb: Verb::WithdrawSummary { reopen: false }, kind: Kind::Summary, pane: Pane::Review, reason: Some(reason) };
    bulk::single(desk, wanted, *record, printer).await
}

/// `quotedeck destination …`
pub(super) async fn destination(desk: &Desk, command: &DestinationCommand, printer: &mut Printer) -> Ran {
    let (name, verb, reason) = match command {
        DestinationCommand::Pause { name, reason, span } => {
            let until = from_now(desk, *span)?;
            (name, Verb::PauseDestination { until }, Some(reason.as_str()))
        }
        DestinationCommand::Resume { name, reason } => (name, Verb::ResumeDestination, reason.as_deref()),
    };
    let record = Ref::new(Kind::Destination, desk.destination(name).await?.number);
    bulk::single(desk, Wanted { verb, kind: Kind::Destination, pane: Pane::Queue, reason }, record, printer).await
}

fn name(whom: &Whom) -> Option<String> {
    whom.to.clone()
}

fn time(desk: &Desk, until: &Until) -> Result<Option<DateTime<Utc>>, Stop> {
    until.span.map_or(Ok(until.time), |span| from_now(desk, span).map(Some))
}

fn from_now(desk: &Desk, span: Duration) -> Result<DateTime<Utc>, Stop> {
    let later = TimeDelta::from_std(span).ok().and_then(|span| desk.store.clock.now().checked_add_signed(span));
    later.ok_or_else(|| Stop::usage("the duration", "it reaches past the calendar", "give a shorter one, such as 2h"))
}

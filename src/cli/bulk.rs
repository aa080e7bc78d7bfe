//! One verb done to one record or to many: what it is done to is settled first, then each is done by itself, and
//! each is told.

use serde::Serialize;

use super::Ran;
use super::args::Many;
use super::desk::Desk;
use super::print::{Printer, complain};
use super::stop::{SOME, Stop};
use crate::domain::act::{Act, Frozen, Target, Verb};
use crate::domain::failure::Failure;
use crate::domain::filter::Filter;
use crate::domain::id::{Kind, Ref};
use crate::domain::job::JobAct;
use crate::domain::replay::ReplayVerdict;
use crate::domain::row::Pane;
use crate::domain::task::TaskAct;
use crate::workflow::act::perform;

/// Records in one bulk at most; what is more is done by running it again.
const MOST: i64 = 10_000;

/// What became of one record.
#[derive(Debug, Serialize)]
struct Told {
    record: Ref,
    outcome: &'static str,
    said: String,
    /// The verb that takes it back, where one does.
    undo: Option<&'static str>,
}

/// A verb with its reason, checked before anything is done.
pub(super) struct Wanted<'a> {
    pub(super) verb: Verb,
    pub(super) kind: Kind,
    /// The list that a filter is of.
    pub(super) pane: Pane,
    pub(super) reason: Option<&'a str>,
}

impl Wanted<'_> {
    fn check(&self, desk: &Desk) -> Result<(), Stop> {
        desk.require(self.verb.right(), self.verb.name())?;
        if self.verb.needs_reason() && self.reason.is_none_or(|reason| reason.trim().is_empty()) {
            return Err(Stop::usage(self.verb.name(), "it needs a reason", "say why with --reason TEXT"));
        }
        Ok(())
    }
}

/// Does it to everything that was named or matches.
pub(super) async fn many(desk: &Desk, wanted: Wanted<'_>, many: &Many, printer: &mut Printer) -> Ran {
    wanted.check(desk)?;
    let targets = match &many.filter {
        None => named(desk, &wanted, &many.refs).await?,
        Some(filter) => {
            let filter = Filter::parse(filter, wanted.pane)?;
            let frozen = desk.store.freeze(&desk.me, wanted.pane, &filter, MOST).await?;
            frozen.into_iter().map(|row| alone(&wanted.verb, row)).collect()
        }
    };
    each(desk, &wanted, targets, many.dry_run, printer).await
}

/// Does it to all of these.
pub(super) async fn all(desk: &Desk, wanted: &Wanted<'_>, targets: Vec<Target>, dry_run: bool, printer: &mut Printer) -> Ran {
    wanted.check(desk)?;
    each(desk, wanted, targets.into_iter().map(Ok).collect(), dry_run, printer).await
}

async fn each(desk: &Desk, wanted: &Wanted<'_>, targets: Vec<Named>, dry_run: bool, printer: &mut Printer) -> Ran {
    let mut told = Vec::new();
    for target in targets {
        let done = match target {
            Err(missing) => Err(missing),
            Ok(target) if dry_run => would(desk, &target, &wanted.verb).await.map_err(|why| (target.record, why)),
            Ok(target) => one(desk, target, wanted).await.map_err(|why| (target.record, why)),
        };
        let ends = matches!(&done, Err((_, failure)) if failure.is_passing());
        told.push(done);
        if ends {
            break;
        }
    }
    tell(printer, told)
}

/// Does it to one record.
pub(super) async fn single(desk: &Desk, wanted: Wanted<'_>, record: Ref, printer: &mut Printer) -> Ran {
    wanted.check(desk)?;
    let mut told = Vec::new();
    for target in named(desk, &wanted, &[record]).await? {
        told.push(match target {
            Ok(target) => one(desk, target, &wanted).await.map_err(|why| (record, why)),
            Err(missing) => Err(missing),
        });
    }
    tell(printer, told)
}

type Named = Result<Target, (Ref, Failure)>;

/// What could be done twice is left out of a filter's set: each is decided by its own name, with a reason.
fn alone(verb: &Verb, row: Frozen) -> Named {
    let tries = matches!(verb, Verb::RetryJob | Verb::ReplayJob);
    match row.replay {
        Some(verdict) if tries && verdict != ReplayVerdict::Safe => {
            let (what, why) =
                (format!("{} {}", verb.name(), row.target.record), format!("left out: {}", verdict.as_str().replace('_', " ")));
            let remedy = match verdict {
                ReplayVerdict::AlreadyApplied => "nothing is left to do",
                _ => "ask the destination, or replay it alone with --reason",
            };
            Err((row.target.record, Failure::refused(what, why, remedy)))
        }
        _ => Ok(row.target),
    }
}

async fn named(desk: &Desk, wanted: &Wanted<'_>, refs: &[Ref]) -> Result<Vec<Named>, Stop> {
    if let Some(other) = refs.iter().find(|record| record.kind != wanted.kind) {
        let remedy = format!("give a reference such as {}", Ref::new(wanted.kind, 1));
        return Err(Stop::usage(other, format_args!("it is a {}, not a {}", other.kind, wanted.kind), remedy));
    }
    let mut found: Vec<Named> = Vec::new();
    for &record in refs {
        match desk.store.find(&desk.me, record).await {
            Err(failure) if failure.is_passing() => return Err(failure.into()),
            other => found.push(other.map_err(|failure| (record, failure))),
        }
    }
    Ok(found)
}

async fn one(desk: &Desk, target: Target, wanted: &Wanted<'_>) -> Result<Told, Failure> {
    let act = Act { target, verb: wanted.verb.clone(), reason: wanted.reason.map(str::to_owned) };
    let done = perform(&desk.store, &desk.me, &act).await?;
    let undo = done.undo.ok().map(|act| act.verb.name());
    Ok(Told { record: done.record, outcome: "done", said: done.said, undo })
}

/// What an act would do, as far as the state tells; nothing is done.
async fn would(desk: &Desk, target: &Target, verb: &Verb) -> Result<Told, Failure> {
    let refused = |why: String| Failure::refused(verb.name(), why, "look at the record again");
    let after = match (target.record.kind, verb) {
        (Kind::Job, Verb::RetryJob | Verb::ReplayJob) => {
            let job = desk.store.job(&desk.me, target.id.into()).await?;
            let (state, replay) = (job.state, job.replay(desk.store.clock.now()));
            match (state.may_replay(), verb) {
                (true, _) => {
                    let verdict =
                        replay.map(|replay| format!(" ({}: {})", replay.verdict.as_str().replace('_', " "), replay.reason));
                    format!("{}: a new job would be made of it{}", target.record, verdict.unwrap_or_default())
                }
                (false, Verb::ReplayJob) => return Err(refused(format!("a job that is {state} cannot be replayed"))),
                (false, _) => {
                    let after = state.after(JobAct::RetryNow).map_err(|bad| refused(bad.to_string()))?;
                    format!("{}: {state} would be {after}", target.record)
                }
            }
        }
        (Kind::Job, verb) => {
            let act = match verb {
                Verb::CancelJob => JobAct::Cancel,
                Verb::RecallJob => JobAct::Recall,
                Verb::ResolveJob { arrived: true } => JobAct::ResolveArrived,
                Verb::ResolveJob { arrived: false } => JobAct::ResolveLost,
                _ => JobAct::RetryNow,
            };
            let state = desk.store.job(&desk.me, target.id.into()).await?.state;
            let after = state.after(act).map_err(|bad| refused(bad.to_string()))?;
            format!("{}: {state} would be {after}", target.record)
        }
        (Kind::Task, verb) => {
            let act = match verb {
                Verb::FinishTask => TaskAct::Finish,
                Verb::DropTask => TaskAct::Drop,
                Verb::ReopenTask => TaskAct::Reopen,
                Verb::SnoozeTask { .. } => TaskAct::Snooze,
                _ => TaskAct::Assign,
            };
            let state = desk.store.task(&desk.me, target.id.into()).await?.state;
            let after = state.after(act).map_err(|bad| refused(bad.to_string()))?;
            format!("{}: {state} would be {after}", target.record)
        }
        (Kind::Lead, Verb::SetLead { act, .. }) => {
            let state = desk.store.lead(&desk.me, target.id.into()).await?.state;
            let after = state.after(*act).map_err(|bad| refused(bad.to_string()))?;
            format!("{}: {state} would be {after}", target.record)
        }
        _ => format!("{}: {} would be done", target.record, verb.name()),
    };
    Ok(Told { record: target.record, outcome: "would", said: after, undo: None })
}

/// Tells what became of each. One that failed alone stops the command with its own status; of many that failed the
/// first does, unless some were done.
fn tell(printer: &mut Printer, told: Vec<Result<Told, (Ref, Failure)>>) -> Ran {
    let (done, failed) = (told.iter().filter(|one| one.is_ok()).count(), told.iter().filter(|one| one.is_err()).count());
    let first = told.iter().find_map(|one| one.as_ref().err()).map(|(_, failure)| failure.exit_status());
    if let ([Err((_, failure))], false) = (&told[..], printer.json) {
        return Err(failure.clone().into());
    }
    let mut lines = Vec::new();
    for one in told {
        match one {
            Ok(told) => lines.push(told),
            Err((record, failure)) => {
                complain(&failure.to_string());
                lines.push(Told { record, outcome: word(&failure), said: failure.to_string(), undo: None });
            }
        }
    }
    if printer.json {
        printer.json(&lines)?;
    } else {
        for line in lines.iter().filter(|line| matches!(line.outcome, "done" | "would")) {
            printer.text(&line.said)?;
        }
        if done + failed == 0 {
            complain("nothing matches");
        }
    }
    Ok(match first {
        Some(_) if done > 0 => SOME,
        Some(status) => status,
        None => super::DONE,
    })
}

fn word(failure: &Failure) -> &'static str {
    match failure {
        Failure::NotFound(_) => "missing",
        Failure::Conflict(_) => "conflict",
        Failure::Refused { .. } | Failure::NotAllowed(_) | Failure::KeyReused { .. } => "refused",
        Failure::Unavailable(_) | Failure::Other(_) => "failed",
    }
}

//! One verb done to one record or to many: what it is done to is settled first, then each is done by itself, and
//! each is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::Ran;
use super::args::Many;
use super::desk::Desk;
use super::print::{Printer, complain};
use super::stop::{COULD_NOT, SOME, Stop};
use crate::domain::act::{Act, Frozen, Target, Verb};
use crate::domain::failure::Failure;
use crate::domain::filter::Filter;
use crate::domain::id::{Kind, Ref};
use crate::domain::job::JobState;
use crate::domain::replay::ReplayVerdict;
use crate::domain::row::Pane;
use crate::workflow::act::{perform, rehearse};

/// Records in one bulk at most; what is more is done by running it again.
const MOST: i64 = 10_000;

/// How often somebody who waits for JSON is told how far it is.
const EVERY: Duration = Duration::from_secs(2);

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
    pub(super) fn act(&self, target: Target) -> Act {
        Act { target, verb: self.verb.clone(), reason: self.reason.map(str::to_owned) }
    }

    pub(super) fn check(&self, desk: &Desk) -> Result<(), Stop> {
        desk.require(self.verb.right(), self.verb.name())?;
        if self.verb.needs_reason() && self.reason.is_none_or(|reason| reason.trim().is_empty()) {
            return Err(Stop::usage(self.verb.words(), "it needs a reason", "say why with --reason TEXT"));
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
            let only = frozen.len() == 1;
            frozen.into_iter().map(|row| alone(&wanted.verb, row, only)).collect()
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
    let mut telling = Telling::new(printer, targets.len());
    let stopped = stopped();
    for target in targets {
        if stopped.load(Ordering::SeqCst) {
            telling.stopped = true;
            break;
        }
        let done = match target {
            Err(missing) => Err(missing),
            Ok(target) if dry_run => would(desk, target, wanted).await.map_err(|why| (target.record, why)),
            Ok(target) => one(desk, target, wanted).await.map_err(|why| (target.record, why)),
        };
        let ends = matches!(&done, Err((_, failure)) if failure.is_passing());
        telling.hear(done)?;
        if ends {
            break;
        }
    }
    if dry_run {
        complain("a dry run: nothing was done; something new will have another number");
    }
    telling.end()
}

/// Becomes true when somebody presses Ctrl-C: what is under way is done, and nothing after it. One more ends it at once.
fn stopped() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let pressed = Arc::clone(&stopped);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            pressed.store(true, Ordering::SeqCst);
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(COULD_NOT));
        }
    });
    stopped
}

/// Does it to one record.
pub(super) async fn single(desk: &Desk, wanted: Wanted<'_>, record: Ref, printer: &mut Printer) -> Ran {
    wanted.check(desk)?;
    let targets = named(desk, &wanted, &[record]).await?;
    each(desk, &wanted, targets, false, printer).await
}

type Named = Result<Target, (Ref, Failure)>;

/// What could be done twice is left out of a filter's set: each is decided by its own name, with a reason.
fn alone(verb: &Verb, row: Frozen, only: bool) -> Named {
    let tries = matches!(verb, Verb::RetryJob | Verb::ReplayJob);
    if *verb == Verb::RetryJob && !only && matches!(row.job, Some((_, JobState::Held))) {
        let what = format!("{} {}", verb.words(), row.target.record);
        let remedy = "try one to see whether its destination works: quotedeck failures retry --canary, or that job alone";
        return Err((row.target.record, Failure::refused(what, "left out: held", remedy)));
    }
    match row.replay {
        Some(verdict) if tries && verdict != ReplayVerdict::Safe => {
            let (what, why) =
                (format!("{} {}", verb.words(), row.target.record), format!("left out: {}", verdict.as_str().replace('_', " ")));
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
    let done = perform(&desk.store, &desk.me, &wanted.act(target)).await?;
    let undo = done.undo.ok().map(|act| act.verb.name());
    Ok(Told { record: done.record, outcome: "done", said: done.said, undo })
}

/// What doing it would say: the very act is tried, and nothing of it is kept.
async fn would(desk: &Desk, target: Target, wanted: &Wanted<'_>) -> Result<Told, Failure> {
    let done = rehearse(&desk.store, &desk.me, &wanted.act(target)).await?;
    Ok(Told { record: target.record, outcome: "would", said: done.said, undo: None })
}

/// Tells what became of each as soon as it is known, and how far it is where that takes a while.
struct Telling<'a> {
    printer: &'a mut Printer,
    all: usize,
    done: usize,
    /// The status of the first that failed.
    first: Option<u8>,
    lines: Vec<Told>,
    /// How the only one failed: then the command says so itself.
    alone: Option<Failure>,
    stopped: bool,
    /// When it was told last how far it is.
    told_at: Instant,
}

impl<'a> Telling<'a> {
    fn new(printer: &'a mut Printer, all: usize) -> Self {
        let (done, first, lines, alone, stopped) = (0, None, Vec::new(), None, false);
        Self { printer, all, done, first, lines, alone, stopped, told_at: Instant::now() }
    }

    fn hear(&mut self, outcome: Result<Told, (Ref, Failure)>) -> Result<(), Stop> {
        match outcome {
            Ok(told) => {
                self.done += 1;
                if !self.printer.json {
                    self.printer.text(&told.said)?;
                    self.printer.finish()?;
                }
                self.lines.push(told);
            }
            Err((_, failure)) if self.all == 1 && !self.printer.json => {
                self.first = Some(failure.exit_status());
                self.alone = Some(failure);
            }
            Err((record, failure)) => {
                complain(&Stop::from(failure.clone()).text);
                self.first.get_or_insert(failure.exit_status());
                self.lines.push(Told { record, outcome: word(&failure), said: failure.to_string(), undo: None });
            }
        }
        // On stdout every line says so; who reads JSON sees nothing until the end.
        if self.printer.json && self.told_at.elapsed() >= EVERY {
            self.told_at = Instant::now();
            complain(&format!("{} of {}", self.lines.len(), self.all));
        }
        Ok(())
    }

    /// One that failed alone stops the command with its own status; of many that failed the first does, unless some were done.
    fn end(self) -> Ran {
        if let Some(failure) = self.alone {
            return Err(failure.into());
        }
        if self.printer.json {
            self.printer.json(&self.lines)?;
        } else if self.all == 0 {
            complain("nothing matches");
        }
        let left = self.all - self.lines.len();
        if left > 0 {
            let why = if self.stopped { "stopped by Ctrl-C" } else { "stopped" };
            complain(&format!("{why}: {left} of {} are as they were; run it again to go on", self.all));
        }
        Ok(match self.first {
            Some(status) if self.done == 0 && !self.stopped => status,
            None if left == 0 => super::DONE,
            _ => SOME,
        })
    }
}

fn word(failure: &Failure) -> &'static str {
    match failure {
        Failure::NotFound(_) => "missing",
        Failure::Conflict(_) => "conflict",
        Failure::Refused { .. } | Failure::NotAllowed(_) | Failure::KeyReused { .. } => "refused",
        Failure::Unavailable(_) | Failure::Other(_) => "failed",
    }
}

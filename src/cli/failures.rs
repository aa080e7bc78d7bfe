//! The failures desk on the command line: groups with their hints, one job of a group as a canary, all of it at once, or
//! paced; releases; and why a job is not running.

use serde::Serialize;

use super::Ran;
use super::args::{Failures, FailuresCommand, OfGroup, ReleaseCommand};
use super::bulk::{self, Wanted};
use super::desk::Desk;
use super::list;
use super::print::{Printer, complain};
use super::rows::queue::GroupRow;
use super::rows::{at, show_all};
use super::stop::Stop;
use super::table;
use crate::domain::act::{Frozen, Verb};
use crate::domain::destination::Breaker;
use crate::domain::filter::{Field, Filter, Term, Test};
use crate::domain::id::{Kind, Ref};
use crate::domain::job::JobState;
use crate::domain::release::{Release, ReleasedJob};
use crate::domain::replay::{ReplayVerdict, Tally};
use crate::domain::row::{Destination, Pane};

/// Jobs in one release at most.
const MOST: i64 = 10_000;
/// Groups that are named where one was meant, at most.
const SEVERAL: i64 = 5;

/// `quotedeck failures …`
pub(super) async fn run(desk: &Desk, wanted: &Failures, printer: &mut Printer) -> Ran {
    match &wanted.command {
        Some(FailuresCommand::Retry { group, canary }) => retry(desk, group, *canary, printer).await,
        Some(FailuresCommand::Release(group)) => release(desk, group, printer).await,
        None if wanted.jobs || wanted.list.paging.after.is_some() => list::failures(desk, &wanted.list, printer).await,
        None => groups(desk, wanted, printer).await,
    }
}

async fn groups(desk: &Desk, wanted: &Failures, printer: &mut Printer) -> Ran {
    let filter = Filter::parse(&wanted.list.filter, Pane::Failures)?;
    let page = desk.store.failure_groups(&desk.me, &filter, wanted.list.paging.limit).await?;
    let now = desk.store.clock.now();
    let rows: Vec<GroupRow> = page.rows.into_iter().map(|group| GroupRow::new(group, now)).collect();
    show_all(printer, &rows)?;
    if page.more {
        complain("more groups follow; raise --limit");
    }
    Ok(super::DONE)
}

/// A group as it is now.
struct Found {
    destination: Destination,
    /// In full, whatever was written for it.
    signature: String,
    jobs: Vec<Frozen>,
}

/// The jobs of a group as they are now, frozen.
async fn frozen(desk: &Desk, group: &OfGroup) -> Result<Found, Stop> {
    let destination = desk.destination(&group.destination).await?;
    let term = |field, value: &str| Term { negated: false, test: Test::Is(field, value.to_owned()) };
    let filter = |signature: &str| Filter {
        terms: vec![term(Field::Destination, &destination.name), term(Field::Signature, signature)],
        ..Filter::default()
    };
    let groups = desk.store.failure_groups(&desk.me, &filter(&group.signature.to_lowercase()), SEVERAL).await?.rows;
    let signature = match groups.as_slice() {
        [] => group.signature.clone(),
        [one] => one.signature.clone(),
        several => {
            let all: Vec<String> = several.iter().map(|group| format!("{:?}", group.signature)).collect();
            let why = format!("it stands for several groups: {}", all.join(", "));
            return Err(Stop::usage(&group.signature, why, "write more of it"));
        }
    };
    let jobs = desk.store.freeze(&desk.me, Pane::Failures, &filter(&signature), MOST).await?;
    Ok(Found { destination, signature, jobs })
}

/// Those that are safe to try again; what is left out is told.
fn safe(rows: &[Frozen]) -> Vec<Frozen> {
    let tally = Tally::of(rows.iter().filter_map(|row| row.replay));
    if tally.safe < rows.len() {
        complain(&tally.to_string());
    }
    rows.iter().filter(|row| row.replay.is_none_or(|verdict| verdict == ReplayVerdict::Safe)).copied().collect()
}

fn nothing(group: &OfGroup, rows: &[Frozen]) -> Stop {
    let (why, remedy) = if rows.is_empty() {
        ("no job failed so", "quotedeck failures lists the groups with their signatures")
    } else {
        ("none of its jobs is safe to try again", "decide each alone: quotedeck failures --jobs lists them")
    };
    Stop::refused(group, why, remedy)
}

async fn retry(desk: &Desk, group: &OfGroup, canary: bool, printer: &mut Printer) -> Ran {
    let Found { destination, jobs: rows, .. } = frozen(desk, group).await?;
    let mut chosen = safe(&rows);
    let is_held = |row: &Frozen| matches!(row.job, Some((_, JobState::Held)));
    let held = chosen.iter().filter(|row| is_held(row)).count();
    if canary && destination.breaker != Breaker::Closed {
        // One that is held shows whether the destination works again; a new job would only wait with the others.
        chosen.retain(is_held);
        if chosen.is_empty() {
            let remedy = format!("try it again when {} runs; quotedeck destinations tells", destination.name);
            return Err(Stop::refused(group, "no job of it is held, and its destination is stopped", remedy));
        }
    }
    if canary {
        chosen.truncate(1);
    } else if held > 0 && chosen.len() > 1 {
        complain(&format!("{held} held: left out; --canary tries one, and the others go with it"));
        chosen.retain(|row| !is_held(row));
        if chosen.is_empty() {
            return Err(Stop::refused(group, "all that is safe of it is held", "try one: add --canary"));
        }
    }
    if chosen.is_empty() {
        return Err(nothing(group, &rows));
    }
    let reason = group.reason.as_deref().or(canary.then_some("canary"));
    let wanted = Wanted { verb: Verb::RetryJob, kind: Kind::Job, pane: Pane::Failures, reason };
    bulk::all(desk, &wanted, chosen.into_iter().map(|row| row.target).collect(), group.dry_run, printer).await
}

async fn release(desk: &Desk, group: &OfGroup, printer: &mut Printer) -> Ran {
    let Found { destination, signature, jobs: rows } = frozen(desk, group).await?;
    let chosen = safe(&rows);
    if chosen.is_empty() {
        return Err(nothing(group, &rows));
    }
    let jobs = chosen.iter().map(|row| row.target.id).collect();
    let verb = Verb::ReleaseGroup { signature, jobs };
    let wanted = Wanted { verb, kind: Kind::Destination, pane: Pane::Failures, reason: group.reason.as_deref() };
    let target = desk.store.find(&desk.me, Ref::new(Kind::Destination, destination.number)).await?;
    bulk::all(desk, &wanted, vec![target], group.dry_run, printer).await
}

#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    release: Release,
    jobs: Vec<ReleasedJob>,
}

/// `quotedeck release …`
pub(super) async fn releases(desk: &Desk, command: &ReleaseCommand, printer: &mut Printer) -> Ran {
    match command {
        ReleaseCommand::List { limit } => {
            show_all(printer, &desk.store.releases(&desk.me, *limit).await?)?;
            Ok(super::DONE)
        }
        ReleaseCommand::Show { number } => {
            let (release, jobs) = desk.store.release(&desk.me, *number).await?;
            if printer.json {
                printer.json(&Whole { release, jobs })?;
                return Ok(super::DONE);
            }
            let why = release.ended_why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            printer.heading(&format!("release {}  {} · {}", release.number, release.destination, release.signature))?;
            printer.text(&format!("{}{why}", release.state))?;
            printer.text(&format!("{}; by {} at {}", release.progress(), release.by, at(release.created_at)))?;
            show_all(printer, &jobs)?;
            Ok(super::DONE)
        }
        ReleaseCommand::Stop { number, reason } => {
            let (release, _) = desk.store.release(&desk.me, *number).await?;
            let places = desk.store.list_destinations().await?;
            let place = places.iter().find(|place| place.id == release.destination_id).map_or(0, |place| place.number);
            let verb = Verb::StopRelease { signature: release.signature };
            let wanted = Wanted { verb, kind: Kind::Destination, pane: Pane::Failures, reason: reason.as_deref() };
            bulk::single(desk, wanted, Ref::new(Kind::Destination, place), printer).await
        }
    }
}

/// `quotedeck job why REF`
pub(super) async fn why(desk: &Desk, record: Ref, printer: &mut Printer) -> Ran {
    if record.kind != Kind::Job {
        return Err(Stop::usage(record, format_args!("it is a {}, not a job", record.kind), "give a reference such as J-1"));
    }
    let answer = desk.store.explain(&desk.me, record).await?;
    if printer.json {
        printer.json(&answer)?;
        return Ok(super::DONE);
    }
    printer.heading(&format!("{record}  {} · {}", answer.title, answer.state))?;
    let tries = format!("{}; window ends {}", answer.tries(), at(answer.window_ends_at));
    let next = if answer.state.is_final() { String::new() } else { format!("due {}; ", at(answer.due_at)) };
    printer.text(&format!("{next}{tries}"))?;
    if let Some(replay) = &answer.replay {
        printer.text(&format!("to try again: {}: {}", replay.verdict.as_str().replace('_', " "), replay.reason))?;
    }
    table::print(
        printer,
        <crate::domain::why::Reason as super::rows::Shown>::HEADS,
        &answer.reasons.iter().map(super::rows::Shown::cells).collect::<Vec<_>>(),
        table::WHOLE,
    )?;
    Ok(super::DONE)
}

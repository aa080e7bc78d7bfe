//! Advances paced releases: sees how what was let go ended, decides the next step, and lets it go, each job through the
//! same verb as a person's, in the name of the person who began it.

use crate::domain::actor::{Actor, Right};
use crate::domain::destination::Breaker;
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, ReleaseId};
use crate::domain::release::{Next, ReleaseState, ended, next};
use crate::store::Store;
use crate::store::journal::About;
use crate::store::releases::Open;
use crate::workflow::act::{Turn, let_go};

/// Advances every open release; gives back how many jobs were let go. The worker calls it every second; several at once
/// do no harm: a step is taken by whoever is first, and so is each turn.
///
/// # Errors
/// What the database says; what was let go until then stays so.
pub async fn advance(store: &Store) -> Result<usize, Failure> {
    for release in store.releases_with_jobs_out().await? {
        settle(store, release).await?;
    }
    let mut went = 0;
    for release in store.open_releases().await? {
        // What a worker that was lost left over goes first.
        went += let_go_all(store, &release).await?;
        let stands = standing_still(&release);
        let Some(pace) = store.pace(&release).await? else { continue };
        let decided = if pace.waiting > 0 || pace.last.out > 0 { stands.map(Next::Stop) } else { None };
        match decided.unwrap_or_else(|| next(&pace)) {
            Next::Wait => {}
            Next::Step(size) => {
                let mut tx = store.begin().await?;
                if tx.take_step(&release, size).await? {
                    tx.commit().await?;
                    went += let_go_all(store, &release).await?;
                }
            }
            Next::Stop(why) => end(store, &release, ReleaseState::Stopped, &why).await?,
            Next::Done => end(store, &release, ReleaseState::Done, "all went").await?,
        }
    }
    Ok(went)
}

/// Why nothing may go to the destination now, where that is so.
fn standing_still(release: &Open) -> Option<String> {
    let name = &release.destination;
    match release.breaker {
        _ if release.paused => Some(format!("{name} is paused; resume it, then release again")),
        Breaker::Open | Breaker::HalfOpen => Some(format!("the breaker of {name} opened; release again when it is closed")),
        Breaker::Closed => None,
    }
}

/// Notes what became of the jobs that were on their way.
async fn settle(store: &Store, release: ReleaseId) -> Result<(), Failure> {
    let ends: Vec<_> = store
        .on_their_way(release)
        .await?
        .into_iter()
        .filter_map(|job| ended(job.state, job.last).map(|end| (job, end)))
        .collect();
    if ends.is_empty() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    for (job, end) in ends {
        tx.end_turn(release, job.position, end, job.signature.as_deref()).await?;
    }
    tx.commit().await
}

async fn let_go_all(store: &Store, release: &Open) -> Result<usize, Failure> {
    let turns = store.due_turns(release.id).await?;
    if turns.is_empty() {
        return Ok(0);
    }
    let person = store.person_of(release).await?;
    let Some(person) = person.filter(|person| Actor::Person(person.clone()).require(Right::Operate, "release jobs").is_ok())
    else {
        end(store, release, ReleaseState::Stopped, "who began it may not do so any more").await?;
        return Ok(0);
    };
    let mut went = 0;
    for (position, job) in turns {
        let turn = Turn { release: release.id, number: release.number, position, job, reason: release.reason.as_deref() };
        went += usize::from(let_go(store, &person, &turn).await?);
    }
    Ok(went)
}

async fn end(store: &Store, release: &Open, state: ReleaseState, why: &str) -> Result<(), Failure> {
    let mut tx = store.begin().await?;
    let Some(number) = tx.end_release(release.id, state, why).await? else { return Ok(()) };
    let detail = format!("release {number}: {why}");
    let verb = format!("release.{state}");
    let about = About { verb: &verb, kind: Kind::Destination, subject: release.destination_id.0, lead: None, detail: &detail };
    tx.journal(&Actor::Worker, about).await?;
    tx.commit().await
}

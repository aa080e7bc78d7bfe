//! Requests that were kept at the front door are read and taken in, from the database: whoever kept them may be gone.

use std::collections::BTreeMap;

use super::outcome::Taken;
use super::together::take_all;
use super::{Arrival, Letter};
use crate::domain::client::Client;
use crate::domain::event::{Normalised, Provider, Rejected};
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, PayloadId};
use crate::domain::journal::{sha256, to_hex};
use crate::domain::text::Internal;
use crate::store::Store;
use crate::store::waiting::Waiting;

/// Requests in one transaction at most.
const TOGETHER: i64 = 50;

/// Payloads of one request that nobody can read, at most, that are told one by one.
const UNREAD: usize = 20;
/// Forms in one request at most: a website sends one.
const FORMS: usize = 10;

/// One payload in a request: its bytes, and what they say.
pub type Reading = (Vec<u8>, Result<Normalised, Rejected>);

/// Reads what waits, the oldest first; gives back how many requests were settled. `read` cuts a request into payloads,
/// knowing the client.
///
/// # Errors
/// What the database says; what was not settled waits on.
pub async fn settle(store: &Store, read: &(dyn Fn(&Waiting, &Client) -> Vec<Reading> + Sync)) -> Result<usize, Failure> {
    match settle_some(store, read, TOGETHER, false).await {
        // One that cannot be taken in must not keep the others waiting: alone it is parked.
        Err(failure) if !failure.is_passing() => {
            tracing::warn!(%failure, "requests could not be taken in together");
            match settle_some(store, read, 1, false).await {
                Err(failure) if !failure.is_passing() => {
                    tracing::error!(%failure, "a request could not be taken in and is parked");
                    settle_some(store, read, 1, true).await
                }
                other => other,
            }
        }
        other => other,
    }
}

async fn settle_some(
    store: &Store,
    read: &(dyn Fn(&Waiting, &Client) -> Vec<Reading> + Sync),
    most: i64,
    park: bool,
) -> Result<usize, Failure> {
    let mut tx = store.begin().await?;
    let waiting = tx.waiting_arrivals(most).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut clients: BTreeMap<ClientId, Client> = BTreeMap::new();
    for one in &waiting {
        if !clients.contains_key(&one.client) {
            clients.extend(tx.client(one.client).await?.map(|client| (one.client, client)));
        }
    }
    let mut requests: Vec<(&Waiting, &Client, Vec<Arrival>)> = Vec::with_capacity(waiting.len());
    for one in &waiting {
        let client = clients.get(&one.client).ok_or_else(|| Failure::NotFound("the client of a request".to_owned()))?;
        let readings = if park { vec![unreadable(one)] } else { bounded(one.provider, read(one, client)) };
        let arrivals =
            readings.into_iter().map(|(body, outcome)| Arrival { normalised: kept(&body, outcome), body: Internal::new(body) });
        requests.push((one, client, arrivals.collect()));
    }
    let mut letters = Vec::new();
    for (one, client, arrivals) in &requests {
        for (place, arrival) in arrivals.iter().enumerate() {
            // The first has the id that the journal announced.
            let id = if place == 0 { one.id } else { PayloadId::new() };
            letters.push((Letter::new(client, one.provider, arrival, id), &arrival.normalised));
        }
    }
    let mut taken = take_all(&mut tx, letters).await?.into_iter();
    for (one, _, arrivals) in &requests {
        let named = arrivals.iter().any(|arrival| matches!(arrival.normalised, Normalised::SetAside { .. }));
        if one.provider == Provider::Quickbooks && named {
            // It names what changed by its id alone: what is in the books now is asked for.
            tx.wake_sync(one.client, one.provider).await?;
        }
        let outcomes: Vec<Taken> = taken.by_ref().take(arrivals.len()).collect();
        let (state, reason) = told(&outcomes);
        tx.settle_arrival(one.id, state, reason).await?;
    }
    tx.commit().await?;
    Ok(waiting.len())
}

fn unreadable(waiting: &Waiting) -> Reading {
    let reason = "it could not be taken in; the log says why; look at it, and add the lead by hand".to_owned();
    (waiting.body.reveal().clone(), Err(Rejected { line: None, reason }))
}

/// One request must not become thousands of tasks, nor hold the database while they are written: beyond so many that
/// nobody can read, and beyond so many of a form, whose URL every visitor of a website knows, the rest is one payload.
fn bounded(provider: Provider, readings: Vec<Reading>) -> Vec<Reading> {
    let most = if provider == Provider::Form { FORMS } else { usize::MAX };
    let (mut taken, mut rest, mut unread, mut left_out) = (Vec::new(), Vec::new(), 0, 0);
    for (body, outcome) in readings {
        unread += usize::from(outcome.is_err());
        if taken.len() < most && (outcome.is_ok() || unread <= UNREAD) {
            taken.push((body, outcome));
        } else {
            rest.extend_from_slice(&body);
            rest.push(b'\n');
            left_out += 1;
        }
    }
    if left_out > 0 {
        let reason = format!("{left_out} more like these came in one request, and were kept as one: look at what sends them");
        taken.push((rest, Err(Rejected { line: None, reason })));
    }
    taken
}

/// What the sender vouched for is never thrown away: what is no payload of the provider is parked under its own hash.
fn kept(body: &[u8], outcome: Result<Normalised, Rejected>) -> Normalised {
    outcome.unwrap_or_else(|rejected| Normalised::Parked {
        natural_key: format!("sha256:{}", to_hex(&sha256(body))),
        reason: rejected.reason,
    })
}

/// The state of a request, from what became of its payloads.
fn told(outcomes: &[Taken]) -> (&'static str, Option<&str>) {
    let parked = outcomes.iter().find_map(|outcome| match outcome {
        Taken::Parked { reason, .. } | Taken::SetAside { reason } => Some(reason.as_str()),
        _ => None,
    });
    if outcomes.is_empty() {
        ("rejected", Some("there is nothing in it"))
    } else if parked.is_some() {
        ("parked", parked)
    } else if outcomes.iter().any(|outcome| matches!(outcome, Taken::Recorded(_))) {
        ("recorded", None)
    } else {
        ("duplicate", None)
    }
}

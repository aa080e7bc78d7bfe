//! A parked payload is read again, because what stood in its way was mended: a mapping, a region, or a newer version.

use super::books::{self, Heard};
use super::outcome::{Taken, told};
use super::waiting::Reading;
use super::{Arrived, Letter, NO_LEAD, happened, record_kept};
use crate::domain::actor::{Actor, Person, Right};
use crate::domain::client::Client;
use crate::domain::event::{Normalised, Provider};
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, Kind, Ref};
use crate::domain::source::figures::ReadAgain;
use crate::store::Store;
use crate::store::journal::About;
use crate::store::waiting::Waiting;

/// Reads everything again that is parked of a source, a thousand payloads at most, the oldest first.
///
/// # Errors
/// What stops more than one payload: the database, or a right that is missing. What was taken in by then stays.
pub async fn replay_source(
    store: &Store,
    me: &Person,
    (client, provider): (ClientId, Provider),
    read: &(dyn Fn(&Waiting, &Client) -> Vec<Reading> + Sync),
) -> Result<ReadAgain, Failure> {
    let mut told = ReadAgain::default();
    for number in store.parked_numbers(client, provider).await? {
        match replay(store, me, number, read).await {
            Ok(Arrived::Recorded { .. }) => told.recorded += 1,
            Ok(_) => told.duplicates += 1,
            Err(failure @ (Failure::Refused { .. } | Failure::NotFound(_))) => {
                told.still += 1;
                told.why.get_or_insert_with(|| failure.to_string().into());
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(told)
}

/// Reads one again and takes it in.
///
/// # Errors
/// `NotFound` when nothing of that number is parked, `Refused` when it still makes no event: nothing changed then.
pub async fn replay(
    store: &Store,
    me: &Person,
    number: i64,
    read: &(dyn Fn(&Waiting, &Client) -> Vec<Reading> + Sync),
) -> Result<Arrived, Failure> {
    let actor = Actor::Person(me.clone());
    actor.require(Right::Operate, "replay a payload")?;
    let reference = Ref::new(Kind::Payload, number);
    let gone = || Failure::NotFound(format!("{reference}, as a parked payload,"));
    let mut tx = store.begin().await?;
    let parked = tx.parked_payload(number).await?.filter(|parked| actor.sees(parked.client)).ok_or_else(gone)?;
    let client = tx.client(parked.client).await?.ok_or_else(gone)?;
    let still = |why: &str| {
        Failure::refused(format!("replaying {reference}"), why, "mend what stands in its way first; nothing was changed")
    };
    let event = match read(&parked, &client).into_iter().next() {
        Some((_, Ok(Normalised::Event(event)))) => event,
        Some((_, Ok(Normalised::Parked { reason, .. } | Normalised::SetAside { reason, .. }))) => return Err(still(&reason)),
        Some((_, Err(rejected))) => return Err(still(&rejected.reason)),
        None => return Err(still("there is nothing in it")),
    };
    let about =
        About { verb: "payload.replay", kind: Kind::Payload, subject: parked.id.0, lead: None, detail: event.kind.as_str() };
    tx.journal(&actor, about).await?;
    let letter = Letter {
        client: &client,
        provider: parked.provider,
        body: &parked.body,
        id: parked.id,
        key: &event.natural_key,
        kept: None,
    };
    let (known, changed) = match books::hear(&mut tx, &letter, &event).await? {
        Heard::News { lead, changed } => (lead, changed),
        Heard::Known => return Err(still("it was told like this before, or something newer was")),
        Heard::Nobodys => return Err(still(NO_LEAD)),
    };
    let named = [(client.id, letter.provider, letter.key)];
    if !tx.unpark_payload(parked.id, letter.key).await? {
        // It came once more meanwhile and was read: this one stays what it is.
        return one(told(&mut tx, &named, vec![Taken::Duplicate]).await?);
    }
    let rules = tx.rulebook().await?;
    let event = record_kept(&mut tx, &letter, &happened(&event, changed), known, &rules).await?;
    tx.finish_payload_tasks(parked.id).await?;
    let recorded = one(told(&mut tx, &named, vec![Taken::Recorded(event)]).await?)?;
    tx.commit().await?;
    Ok(recorded)
}

fn one(told: Vec<Arrived>) -> Result<Arrived, Failure> {
    told.into_iter().next().ok_or_else(|| Failure::Other("nothing became of a payload".to_owned()))
}

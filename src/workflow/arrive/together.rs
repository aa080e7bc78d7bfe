//! What is done once for all letters that arrive together, before each is taken in by itself: they are kept, and what nobody
//! has yet is found out.

use std::collections::BTreeSet;

use super::{Letter, Taken, take};
use crate::domain::event::{NormalEvent, Normalised};
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, PayloadId};
use crate::store::Tx;

/// A letter, and what it says.
pub(super) type Read<'a> = (Letter<'a>, &'a Normalised);

/// Takes letters in, in their order; what became of each.
pub(super) async fn take_all(tx: &mut Tx, mut letters: Vec<Read<'_>>) -> Result<Vec<Taken>, Failure> {
    tx.arrive_alone(&letters.iter().map(|(letter, _)| letter.client.id).collect()).await?;
    tx.gather();
    let rules = tx.rulebook().await?;
    keep(tx, &mut letters).await?;
    let new = letters.iter().filter(|(letter, _)| letter.kept != Some(false));
    let events: Vec<(ClientId, &NormalEvent)> = new.filter_map(|(letter, says)| Some((letter.client.id, event(says)?))).collect();
    tx.look_ahead(&events).await?;
    let mut taken = Vec::with_capacity(letters.len());
    for (letter, says) in &letters {
        taken.push(take(tx, letter, says, &rules).await?);
    }
    Ok(taken)
}

fn event(says: &Normalised) -> Option<&NormalEvent> {
    match says {
        Normalised::Event(event) => Some(event),
        Normalised::Parked { .. } | Normalised::SetAside { .. } => None,
    }
}

/// Keeps all letters that are kept whatever is known already. What the books tell is kept where it is news, and so is another
/// letter that comes after it with its key.
async fn keep(tx: &mut Tx, letters: &mut [Read<'_>]) -> Result<(), Failure> {
    let mut undecided = BTreeSet::new();
    let mut now = Vec::with_capacity(letters.len());
    for (letter, says) in letters.iter() {
        let place = (letter.client.id, letter.provider, letter.key);
        let reason = match says {
            Normalised::Event(event) if event.told_of.is_some() || !event.kind.makes_a_lead() => {
                undecided.insert(place);
                continue;
            }
            Normalised::Event(_) => None,
            Normalised::Parked { reason, .. } | Normalised::SetAside { reason, .. } => Some(reason.as_str()),
        };
        if !undecided.contains(&place) {
            now.push(letter.payload(reason));
        }
    }
    let asked: BTreeSet<PayloadId> = now.iter().map(|payload| payload.id).collect();
    let new = tx.keep_payloads(&now).await?;
    for (letter, _) in letters {
        letter.kept = asked.contains(&letter.id).then(|| new.contains(&letter.id));
    }
    Ok(())
}

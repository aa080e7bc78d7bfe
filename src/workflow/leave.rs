//! A person leaves a client's mail by the link in it: with its journal entry, the payload and the event, once.

use std::net::IpAddr;

use uuid::Uuid;

use crate::domain::actor::Actor;
use crate::domain::event::{Channel, EventKind, Provider};
use crate::domain::failure::Failure;
use crate::domain::id::{EventId, Kind, PayloadId};
use crate::domain::lead::Consent;
use crate::domain::leave::Leaving;
use crate::domain::text::Internal;
use crate::store::Store;
use crate::store::arrivals::NewPayload;
use crate::store::consents::Evidence;
use crate::store::journal::About;

/// What a mail program posts (RFC 8058, 3.2): kept as the payload of the event.
const POSTED: &[u8] = b"List-Unsubscribe=One-Click";

/// Stops mail of this client to this address, on this channel alone; what waits is cancelled. `false` when it was stopped
/// already, and nothing changed.
///
/// # Errors
/// What the database says.
pub async fn leave(store: &Store, leaving: &Leaving, from: Option<IpAddr>) -> Result<bool, Failure> {
    let address = leaving.address.as_str();
    let mut tx = store.begin().await?;
    if tx.is_opted_out(leaving.client, Channel::Email, address).await? {
        return Ok(false);
    }
    // The lead is never deleted; one that is not there, or is another client's, was never written to by us.
    let lead = tx.lead_now(leaving.lead.0).await?.filter(|lead| lead.client_id == leaving.client);
    let lead = lead.ok_or_else(|| Failure::NotFound("the lead of an unsubscribe link".to_owned()))?;
    let (id, payload) = (EventId::new(), PayloadId::new());
    let body = Internal::new(POSTED.to_vec());
    // Leaving again after an opt-in is another event, so the key is of this click and not of the link.
    let natural_key = format!("leave:{}", Uuid::now_v7());
    let about =
        About { verb: "event.record", kind: Kind::Event, subject: id.0, lead: Some(lead.id), detail: EventKind::OptOut.as_str() };
    tx.journal(&Actor::Intake, about).await?;
    let new = NewPayload {
        id: payload,
        client: leaving.client,
        provider: Provider::Email,
        natural_key: &natural_key,
        body: &body,
        parked: None,
    };
    tx.keep_payload(&new).await?;
    tx.record_leaving(id, lead.id, leaving.client, payload).await?;
    tx.opt_out(leaving.client, Channel::Email, address, id).await?;
    let evidence = Evidence {
        client: leaving.client,
        lead: lead.id,
        event: id,
        channel: Channel::Email,
        address,
        said: Consent::Withdrawn,
        shown: "the unsubscribe link in a mail",
        page: "",
        from_ip: from,
        from_number: None,
        at: None,
    };
    tx.keep_consent(&evidence).await?;
    let stopped = tx.stop_messages(leaving.client, Channel::Email, address).await?;
    let detail = format!("no further messages by email, by the link in a mail; {stopped} waiting were cancelled");
    let about = About { verb: "opt_out", kind: Kind::Event, subject: id.0, lead: Some(lead.id), detail: &detail };
    tx.journal(&Actor::Intake, about).await?;
    tx.commit().await?;
    Ok(true)
}

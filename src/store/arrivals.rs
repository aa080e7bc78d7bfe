//! What arrives: payloads, events and opt-outs.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::event::{Channel, EventKind, NormalEvent, Provider};
use crate::domain::id::{ClientId, EventId, LeadId, PayloadId};
use crate::domain::journal::sha256;
use crate::domain::text::Internal;

/// A payload to be kept for ever.
#[derive(Clone, Debug)]
pub struct NewPayload<'a> {
    /// Its id.
    pub id: PayloadId,
    /// Whose it is.
    pub client: ClientId,
    /// Who sent it.
    pub provider: Provider,
    /// The provider's identity of it.
    pub natural_key: &'a str,
    /// The raw bytes.
    pub body: &'a Internal<Vec<u8>>,
    /// Why it could not be normalised, where it could not.
    pub parked: Option<&'a str>,
}

/// What became of a payload that was here already: numbers of its event and lead, where there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Number of the event made from it.
    pub event: Option<i64>,
    /// Number of that event's lead.
    pub lead: Option<i64>,
}

const KEEP: &str = "insert into payloads (id, client_id, provider, natural_key, body, body_hash, state, reason, received_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (provider, natural_key, client_id) do nothing returning id";
const KNOWN: &str = "select e.number, l.number from payloads p
    left join events e on e.payload_id = p.id left join leads l on l.id = e.lead_id
    where p.provider = $1 and p.natural_key = $2 and p.client_id = $3";
const EVENT: &str =
    "insert into events (id, client_id, lead_id, payload_id, provider, kind, occurred_at, recorded_at, words, unknown_fields)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning number";
const OPT_OUT: &str = "insert into opt_outs (id, client_id, channel, address, event_id, since) values ($1, $2, $3, $4, $5, $6)
    on conflict (client_id, channel, address) where lifted_at is null do nothing";
const OPT_IN: &str =
    "update opt_outs set lifted_at = $4 where client_id = $1 and channel = $2 and address = $3 and lifted_at is null";
const OPTED_OUT: &str = "select id from opt_outs where client_id = $1 and channel = $2 and address = $3 and lifted_at is null";

impl Tx {
    /// Keeps a payload; `None` when the same key was here already, and nothing changed.
    pub async fn keep_payload(&mut self, new: &NewPayload<'_>) -> Outcome<Option<PayloadId>> {
        let state = if new.parked.is_some() { "parked" } else { "recorded" };
        let body = new.body.reveal();
        let hash = sha256(body).to_vec();
        let (provider, now) = (new.provider.as_str(), self.now);
        let id = new.id;
        let values = values![id, new.client, provider, new.natural_key, body.clone(), hash, state, new.parked, now];
        Ok(self.one::<(Uuid,)>(KEEP, values).await?.map(|_| id))
    }

    /// What was made of a payload that was here already.
    pub async fn known_payload(&mut self, client: ClientId, provider: Provider, natural_key: &str) -> Outcome<Known> {
        let row: Option<(Option<i64>, Option<i64>)> = self.one(KNOWN, values![provider.as_str(), natural_key, client]).await?;
        Ok(row.map_or_else(Known::default, |(event, lead)| Known { event, lead }))
    }

    /// Records an event of a lead; gives back its number.
    pub async fn record_event(
        &mut self,
        id: EventId,
        lead: LeadId,
        client: ClientId,
        payload: PayloadId,
        provider: Provider,
        event: &NormalEvent,
    ) -> Outcome<i64> {
        let words = event.words.as_ref().map_or("", |words| words.raw());
        let unknown = event.unknown_fields.join(", ");
        let (kind, at, now) = (event.kind.as_str(), event.occurred_at, self.now);
        let values = values![id, client, lead, payload, provider.as_str(), kind, at, now, words, unknown];
        Ok(self.one::<(i64,)>(EVENT, values).await?.map_or(0, |row| row.0))
    }

    /// Records that a person left a client's mail by the link in it.
    pub async fn record_leaving(&mut self, id: EventId, lead: LeadId, client: ClientId, payload: PayloadId) -> Outcome<()> {
        let now = self.now;
        let (provider, kind) = (Provider::Email.as_str(), EventKind::OptOut.as_str());
        let words = "left by the link in a mail";
        self.run(EVENT, values![id, client, lead, payload, provider, kind, now, now, words, ""]).await.map(drop)
    }

    /// Refuses further messages to an address, for this client and channel.
    pub async fn opt_out(&mut self, client: ClientId, channel: Channel, address: &str, event: EventId) -> Outcome<()> {
        let now = self.now;
        self.run(OPT_OUT, values![Uuid::now_v7(), client, channel.as_str(), address, event, now]).await.map(drop)
    }

    /// Allows messages again, because the person said so.
    pub async fn opt_in(&mut self, client: ClientId, channel: Channel, address: &str) -> Outcome<()> {
        let now: DateTime<Utc> = self.now;
        self.run(OPT_IN, values![client, channel.as_str(), address, now]).await.map(drop)
    }

    /// Whether an address may not be written to.
    pub async fn is_opted_out(&mut self, client: ClientId, channel: Channel, address: &str) -> Outcome<bool> {
        Ok(self.one::<(Uuid,)>(OPTED_OUT, values![client, channel.as_str(), address]).await?.is_some())
    }
}

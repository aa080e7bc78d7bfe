//! What arrives: payloads, events and opt-outs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::gather::Table;
use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::event::{Channel, EventKind, NormalEvent, Provider};
use crate::domain::id::{ClientId, EventId, LeadId, PayloadId};
use crate::domain::journal::sha256;
use crate::domain::text::Internal;

/// A payload to be kept for ever.
#[derive(Clone, Copy, Debug)]
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

/// Bytes of payloads in one statement, about: a payload can have ten millions of them, and a statement has its limit.
const TOGETHER: usize = 4 << 20;

/// What became of a payload that was here already: numbers of its event and lead, where there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Number of the event made from it.
    pub event: Option<i64>,
    /// Number of that event's lead.
    pub lead: Option<i64>,
}

const KEEP: &str = "insert into payloads (id, client_id, provider, natural_key, body, body_hash, state, reason, received_at)
    values {rows} on conflict (provider, natural_key, client_id) do nothing returning id";
const KNOWN: &str = "with wanted (place, client, provider, natural_key) as (values {rows})
    select w.place, e.number, l.number from wanted w
    join payloads p on p.provider = w.provider and p.natural_key = w.natural_key and p.client_id = w.client
    join events e on e.payload_id = p.id join leads l on l.id = e.lead_id";
// Each by itself: a join would be planned by a guess of how many events there are.
const NUMBERS: &str = "with wanted (id) as (values {rows}) select w.id, (select e.number from events e where e.id = w.id),
    (select l.number from events e join leads l on l.id = e.lead_id where e.id = w.id) from wanted w";
const EVENT: &str =
    "insert into events (id, client_id, lead_id, payload_id, provider, kind, occurred_at, recorded_at, words, unknown_fields)
    values {rows} returning id";
const OPT_OUT: &str = "insert into opt_outs (id, client_id, channel, address, event_id, since) values ($1, $2, $3, $4, $5, $6)
    on conflict (client_id, channel, address) where lifted_at is null do nothing";
const OPT_IN: &str =
    "update opt_outs set lifted_at = $4 where client_id = $1 and channel = $2 and address = $3 and lifted_at is null";
const OPTED_OUT: &str = "select id from opt_outs where client_id = $1 and channel = $2 and address = $3 and lifted_at is null";

impl Tx {
    /// Keeps a payload; `false` when the same key was here already, and nothing changed.
    pub async fn keep_payload(&mut self, new: &NewPayload<'_>) -> Outcome<bool> {
        Ok(self.keep_payloads(&[*new]).await?.contains(&new.id))
    }

    /// Keeps payloads; gives back those that are new. Of two with one key the first is.
    pub async fn keep_payloads(&mut self, all: &[NewPayload<'_>]) -> Outcome<BTreeSet<PayloadId>> {
        let now = self.now;
        let (mut kept, mut rows, mut size) = (BTreeSet::new(), Vec::new(), 0);
        for (n, new) in all.iter().enumerate() {
            let (body, state) = (new.body.reveal(), if new.parked.is_some() { "parked" } else { "recorded" });
            let hash = sha256(body).to_vec();
            let provider = new.provider.as_str();
            rows.push(values![new.id, new.client, provider, new.natural_key, &body[..], hash, state, new.parked, now]);
            size += body.len();
            if size > TOGETHER || n + 1 == all.len() {
                let made: Vec<(Uuid,)> = self.over(KEEP, vec![], std::mem::take(&mut rows)).await?;
                kept.extend(made.into_iter().map(|row| PayloadId(row.0)));
                size = 0;
            }
        }
        Ok(kept)
    }

    /// What was made of payloads that are here, in the order in which they are named.
    pub async fn known_payloads(&mut self, named: &[(ClientId, Provider, &str)]) -> Outcome<Vec<Known>> {
        let rows =
            named.iter().enumerate().map(|(n, (client, provider, key))| values![n as i64, *client, provider.as_str(), *key]);
        let rows = rows.collect();
        let mut all = vec![Known::default(); named.len()];
        for (place, event, lead) in self.over::<(i64, i64, i64)>(KNOWN, vec![], rows).await? {
            if let Some(known) = usize::try_from(place).ok().and_then(|place| all.get_mut(place)) {
                *known = Known { event: Some(event), lead: Some(lead) };
            }
        }
        Ok(all)
    }

    /// The numbers of events, each with its lead's.
    pub async fn event_numbers(&mut self, ids: &[EventId]) -> Outcome<BTreeMap<EventId, (i64, i64)>> {
        let rows = ids.iter().map(|id| values![*id]).collect();
        let rows: Vec<(Uuid, i64, i64)> = self.over(NUMBERS, vec![], rows).await?;
        Ok(rows.into_iter().map(|(id, event, lead)| (EventId(id), (event, lead))).collect())
    }

    /// Records an event of a lead.
    pub async fn record_event(
        &mut self,
        id: EventId,
        lead: LeadId,
        client: ClientId,
        payload: PayloadId,
        provider: Provider,
        event: &NormalEvent,
    ) -> Outcome<()> {
        let words = event.words.as_ref().map_or("", |words| words.raw());
        let unknown = event.unknown_fields.join(", ");
        let (kind, at, now) = (event.kind.as_str(), event.occurred_at, self.now);
        let row = values![id, client, lead, payload, provider.as_str(), kind, at, now, words, unknown];
        self.put(Table::Events, Some(lead), EVENT, vec![row]).await
    }

    /// Records that a person left a client's mail by the link in it.
    pub async fn record_leaving(&mut self, id: EventId, lead: LeadId, client: ClientId, payload: PayloadId) -> Outcome<()> {
        let now = self.now;
        let (provider, kind) = (Provider::Email.as_str(), EventKind::OptOut.as_str());
        let words = "left by the link in a mail";
        let row = values![id, client, lead, payload, provider, kind, now, now, words, ""];
        self.put(Table::Events, Some(lead), EVENT, vec![row]).await
    }

    /// Refuses further messages to an address, for this client and channel.
    pub async fn opt_out(&mut self, client: ClientId, channel: Channel, address: &str, event: EventId) -> Outcome<()> {
        let now = self.now;
        self.ahead.closed_now(client, channel, address);
        self.run(OPT_OUT, values![Uuid::now_v7(), client, channel.as_str(), address, event, now]).await.map(drop)
    }

    /// Allows messages again, because the person said so.
    pub async fn opt_in(&mut self, client: ClientId, channel: Channel, address: &str) -> Outcome<()> {
        let now: DateTime<Utc> = self.now;
        self.run(OPT_IN, values![client, channel.as_str(), address, now]).await.map(drop)
    }

    /// Whether an address may not be written to.
    pub async fn is_opted_out(&mut self, client: ClientId, channel: Channel, address: &str) -> Outcome<bool> {
        if self.ahead.is_open(client, channel, address) {
            return Ok(false);
        }
        Ok(self.one::<(Uuid,)>(OPTED_OUT, values![client, channel.as_str(), address]).await?.is_some())
    }
}

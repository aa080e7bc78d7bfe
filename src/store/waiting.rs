//! Arrivals: requests kept before they are answered, and taken from there to be read.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::errors::failure;
use super::gather::Table;
use super::journal::About;
use super::rows::from_row;
use super::statement::values;
use super::{Inner, Outcome, Store, Tx, on_tx};
use crate::domain::actor::Actor;
use crate::domain::client::Client;
use crate::domain::event::Provider;
use crate::domain::id::{ClientId, Kind, PayloadId, SourceId};
use crate::domain::journal::sha256;
use crate::domain::text::Internal;

/// A request to be kept.
#[derive(Clone, Debug)]
pub struct NewArrival {
    /// Its id; the first payload in it gets the same.
    pub id: PayloadId,
    /// Where it came in.
    pub source: SourceId,
    /// For whom.
    pub client: ClientId,
    /// Who sent it.
    pub provider: Provider,
    /// What it is known again by; at most 200 characters.
    pub delivery_key: String,
    /// The raw bytes.
    pub body: Internal<Vec<u8>>,
    /// Where it came from.
    pub from_ip: Option<IpAddr>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept.
    New,
    /// It was here already; nothing changed.
    Again,
    /// The same key was here with another content; nothing changed.
    Differs,
}

/// A kept request that nobody has read yet.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its id.
    pub id: PayloadId,
    /// For whom.
    pub client: ClientId,
    /// Who sent it.
    pub provider: Provider,
    /// The raw bytes.
    pub body: Internal<Vec<u8>>,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// Where it came from, where that is known.
    pub from_ip: Option<IpAddr>,
}

struct Row {
    id: Uuid,
    client_id: Uuid,
    provider: Provider,
    body: Vec<u8>,
    received_at: DateTime<Utc>,
    from_ip: Option<String>,
}
from_row!(Row { id: =Uuid, client_id: =Uuid, provider: String, body: =Vec<u8>, received_at: =DateTime<Utc>, from_ip: =Option<String>, });

const KEEP: &str =
    "insert into arrivals (id, source_id, client_id, provider, delivery_key, body, body_hash, state, received_at, from_ip)
    values {rows} on conflict (provider, client_id, delivery_key) do nothing returning id";
const HASH: &str = "select body_hash from arrivals where provider = $1 and client_id = $2 and delivery_key = $3";
const WAITING: &str =
    "select id, client_id, provider, body, received_at, from_ip from arrivals where state = 'received' order by number limit $1";
/// Several programs may read at once: each takes what no other has in its hands.
const WAITING_LOCKED: &str = "select id, client_id, provider, body, received_at, from_ip from arrivals where state = 'received'
    order by number limit $1 for update skip locked";
const SETTLE: &str = "with told (id, state, reason, at) as (values {rows})
    update arrivals set state = told.state, reason = told.reason, settled_at = told.at from told
    where arrivals.id = told.id and arrivals.state = 'received' returning arrivals.id";
const CLIENT: &str =
    "select id, number, name, time_zone, region, low_value_below, high_value_at, version from clients where id = $1";

impl Tx {
    /// Keeps requests, each with its entry in the journal; what became of each, in order.
    pub async fn keep_arrivals(&mut self, all: &[NewArrival]) -> Outcome<Vec<Kept>> {
        let now = self.now;
        let rows = all.iter().map(|new| {
            let (body, hash) = (new.body.reveal().clone(), sha256(new.body.reveal()).to_vec());
            let (provider, key) = (new.provider.as_str(), &new.delivery_key);
            values![
                new.id,
                new.source,
                new.client,
                provider,
                key,
                body,
                hash,
                "received",
                now,
                new.from_ip.map(|ip| ip.to_string())
            ]
        });
        let rows = rows.collect();
        let made: Vec<(Uuid,)> = self.over(KEEP, vec![], rows).await?;
        let mut kept = Vec::with_capacity(all.len());
        let mut abouts = Vec::new();
        for new in all {
            if made.iter().any(|row| row.0 == new.id.0) {
                let detail = new.provider.as_str();
                abouts.push(About { verb: "payload.arrive", kind: Kind::Payload, subject: new.id.0, lead: None, detail });
                kept.push(Kept::New);
            } else {
                let known: Option<(Vec<u8>,)> =
                    self.one(HASH, values![new.provider.as_str(), new.client, &new.delivery_key]).await?;
                let same = known.is_some_and(|row| row.0 == sha256(new.body.reveal()));
                kept.push(if same { Kept::Again } else { Kept::Differs });
            }
        }
        self.journal_all(&Actor::Intake, &abouts).await?;
        Ok(kept)
    }

    /// The oldest requests that nobody has read; nobody else reads them while this transaction lasts.
    pub async fn waiting_arrivals(&mut self, most: i64) -> Outcome<Vec<Waiting>> {
        let sql = if matches!(self.inner, Inner::Postgres(_)) { WAITING_LOCKED } else { WAITING };
        let rows: Vec<Row> = self.all(sql, values![most]).await?;
        let waiting = |row: Row| Waiting {
            id: PayloadId(row.id),
            client: ClientId(row.client_id),
            provider: row.provider,
            body: Internal::new(row.body),
            received_at: row.received_at,
            from_ip: row.from_ip.and_then(|ip| ip.parse().ok()),
        };
        Ok(rows.into_iter().map(waiting).collect())
    }

    /// Says what became of a request that waited.
    pub async fn settle_arrival(&mut self, id: PayloadId, state: &'static str, reason: Option<&str>) -> Outcome<()> {
        let now = self.now;
        self.put(Table::Arrivals, None, SETTLE, vec![values![id, state, reason, now]]).await
    }

    /// A client.
    pub async fn client(&mut self, id: ClientId) -> Outcome<Option<Client>> {
        on_tx!(self, |c| sqlx::query_as(CLIENT).bind(id.0).fetch_optional(c).await).map_err(failure)
    }
}

impl Store {
    /// How many requests nobody has read yet; looks no further than a thousand.
    pub async fn count_waiting(&self) -> Outcome<i64> {
        const SQL: &str = "select count(*) from (select 1 from arrivals where state = 'received' limit 1000) w";
        Ok(self.read::<(i64,)>(SQL, values![]).await?.first().map_or(0, |row| row.0))
    }
}

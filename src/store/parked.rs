//! Payloads that were parked, to be read again; and what each source brought lately.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::rows::from_row;
use super::statement::values;
use super::waiting::Waiting;
use super::{Outcome, Store, Tx};
use crate::domain::actor::{Actor, Person};
use crate::domain::event::Provider;
use crate::domain::id::{ClientId, PayloadId};
use crate::domain::text::Internal;

struct Row {
    id: Uuid,
    client_id: Uuid,
    provider: Provider,
    body: Vec<u8>,
    received_at: DateTime<Utc>,
}
from_row!(Row { id: =Uuid, client_id: =Uuid, provider: String, body: =Vec<u8>, received_at: =DateTime<Utc>, });

/// What one provider brought for one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceFigures {
    /// For whom.
    pub client: String,
    /// Who sends.
    pub provider: Provider,
    /// URLs that are open.
    pub urls: i64,
    /// When the last request was kept.
    pub last_at: Option<DateTime<Utc>>,
    /// Requests kept in the last hour.
    pub hour: i64,
    /// Requests kept in the last day.
    pub day: i64,
    /// Requests that nobody has read yet.
    pub waiting: i64,
    /// Payloads that are parked or set aside now, however old.
    pub parked: i64,
    /// What was turned away, since the beginning.
    pub refused: Vec<RefusedFigures>,
}

/// Requests that were turned away for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedFigures {
    /// Why.
    pub reason: String,
    /// How many.
    pub count: i64,
    /// The last one.
    pub last_at: DateTime<Utc>,
}

struct Pair {
    client_id: Uuid,
    client: String,
    provider: Provider,
    urls: i64,
    last_at: Option<DateTime<Utc>>,
    hour: i64,
    day: i64,
    waiting: i64,
    parked: i64,
}
from_row!(Pair { client_id: =Uuid, client: =String, provider: String, urls: =i64, last_at: =Option<DateTime<Utc>>, hour: =i64,
    day: =i64, waiting: =i64, parked: =i64, });

struct Turned {
    client_id: Uuid,
    provider: Provider,
    reason: String,
    count: i64,
    last_at: DateTime<Utc>,
}
from_row!(Turned { client_id: =Uuid, provider: String, reason: =String, count: =i64, last_at: =DateTime<Utc>, });

const PARKED: &str = "select id, client_id, provider, body, received_at from payloads where number = $1 and state = 'parked'";
const ALL_PARKED: &str = "select p.number from payloads p where p.state = 'parked' and p.client_id = $1 and p.provider = $2
    order by p.number limit 1000";
const UNPARK: &str = "update payloads set state = 'recorded', reason = null, natural_key = $2 where id = $1 and state = 'parked'
    and not exists (select 1 from payloads o where o.provider = payloads.provider and o.client_id = payloads.client_id
        and o.natural_key = $2 and o.id <> payloads.id) returning number";
const CLOSE_TASKS: &str = "update tasks set state = 'done', version = version + 1, updated_at = $2
    where payload_id = $1 and state = 'open'";
const PAIRS: &str = "select s.client_id, c.name as client, s.provider, s.urls,
        (select max(a.received_at) from arrivals a where a.client_id = s.client_id and a.provider = s.provider) as last_at,
        (select count(*) from arrivals a where a.client_id = s.client_id and a.provider = s.provider and a.received_at > $1) as hour,
        (select count(*) from arrivals a where a.client_id = s.client_id and a.provider = s.provider and a.received_at > $2) as day,
        (select count(*) from arrivals a where a.client_id = s.client_id and a.provider = s.provider and a.state = 'received') as waiting,
        (select count(*) from payloads p where p.client_id = s.client_id and p.provider = s.provider and p.state = 'parked') as parked
    from (select client_id, provider, count(case when closed_at is null then 1 end) as urls from sources group by client_id, provider) s
    join clients c on c.id = s.client_id order by c.name, s.provider";
const TURNED: &str = "select client_id, provider, reason, count, last_at from refusals order by reason";

impl Tx {
    /// A payload that is parked, by the number of its reference.
    pub async fn parked_payload(&mut self, number: i64) -> Outcome<Option<Waiting>> {
        let row: Option<Row> = self.one(PARKED, values![number]).await?;
        Ok(row.map(|row| Waiting {
            id: PayloadId(row.id),
            client: ClientId(row.client_id),
            provider: row.provider,
            body: Internal::new(row.body),
            received_at: row.received_at,
            // A payload that is read again came long ago, by way of somebody else.
            from_ip: None,
        }))
    }

    /// Takes a payload out of the parked ones, under the key it is now known by; whether it was parked still, and no other
    /// has that key.
    pub async fn unpark_payload(&mut self, id: PayloadId, natural_key: &str) -> Outcome<bool> {
        Ok(self.one::<(i64,)>(UNPARK, values![id, natural_key]).await?.is_some())
    }

    /// Finishes the tasks that asked somebody to look at a payload.
    pub async fn finish_payload_tasks(&mut self, id: PayloadId) -> Outcome<u64> {
        let now = self.now;
        self.run(CLOSE_TASKS, values![id, now]).await
    }
}

impl Store {
    /// Numbers of a source's parked payloads, the oldest first; a thousand at most.
    pub async fn parked_numbers(&self, client: ClientId, provider: Provider) -> Outcome<Vec<i64>> {
        let rows: Vec<(i64,)> = self.read(ALL_PARKED, values![client, provider.as_str()]).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// What every source brought, of the clients the person sees.
    pub async fn source_figures(&self, me: &Person) -> Outcome<Vec<SourceFigures>> {
        let now = self.clock.now();
        let pairs: Vec<Pair> = self.read(PAIRS, values![now - TimeDelta::hours(1), now - TimeDelta::days(1)]).await?;
        let turned: Vec<Turned> = self.read(TURNED, values![]).await?;
        let actor = Actor::Person(me.clone());
        let figures = |pair: Pair| {
            let of = |one: &&Turned| one.client_id == pair.client_id && one.provider == pair.provider;
            let told = |one: &Turned| RefusedFigures { reason: one.reason.clone(), count: one.count, last_at: one.last_at };
            SourceFigures {
                refused: turned.iter().filter(of).map(told).collect(),
                client: pair.client,
                provider: pair.provider,
                urls: pair.urls,
                last_at: pair.last_at,
                hour: pair.hour,
                day: pair.day,
                waiting: pair.waiting,
                parked: pair.parked,
            }
        };
        Ok(pairs.into_iter().filter(|pair| actor.sees(ClientId(pair.client_id))).map(figures).collect())
    }
}

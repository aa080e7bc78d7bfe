//! Payloads that were parked, to be read again.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rows::from_row;
use super::statement::values;
use super::waiting::Waiting;
use super::{Outcome, Store, Tx};
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

const PARKED: &str = "select id, client_id, provider, body, received_at from payloads where number = $1 and state = 'parked'";
const ALL_PARKED: &str = "select p.number from payloads p where p.state = 'parked' and p.client_id = $1 and p.provider = $2
    order by p.number limit 1000";
const UNPARK: &str = "update payloads set state = 'recorded', reason = null, natural_key = $2 where id = $1 and state = 'parked'
    and not exists (select 1 from payloads o where o.provider = payloads.provider and o.client_id = payloads.client_id
        and o.natural_key = $2 and o.id <> payloads.id) returning number";
const CLOSE_TASKS: &str = "update tasks set state = 'done', version = version + 1, updated_at = $2
    where payload_id = $1 and state = 'open'";
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
}

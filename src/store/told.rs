//! Where each record of a client's books stood when it was last told, and whose lead it is.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::leads::LeadNow;
use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::books::{Customer, Telling};
use crate::domain::event::Provider;
use crate::domain::id::{ClientId, LeadId};
use crate::domain::lead::LeadState;

/// A record as it was told before.
#[derive(Clone, Debug)]
pub struct Before {
    standing: String,
    amount: Option<i64>,
    changed_at: DateTime<Utc>,
}
from_row!(Before { standing: =String, amount: =Option<i64>, changed_at: =DateTime<Utc>, });

impl Before {
    /// Whether a record says something else now, and nothing older than what is known.
    pub fn differs(&self, now: &Telling) -> bool {
        let other_amount = self.amount.is_some_and(|before| now.amount.is_some_and(|now| now.minor != before));
        self.changed_at <= now.changed_at && (self.standing != now.standing || other_amount)
    }
}

const BEFORE: &str = "select standing, amount, changed_at from told where client_id = $1 and provider = $2 and record = $3";
// The guard stands here as well: whoever reads the same record at the same moment waits for this row, and then changes nothing.
const TELL: &str = "insert into told (client_id, provider, record, standing, amount, changed_at) values ($1, $2, $3, $4, $5, $6)
    on conflict (client_id, provider, record) do update
    set standing = excluded.standing, amount = coalesce(excluded.amount, told.amount), changed_at = excluded.changed_at
    where told.changed_at <= excluded.changed_at and (told.standing <> excluded.standing or told.amount <> excluded.amount)
    returning record";
const TIE: &str = "update told set lead_id = $4 where client_id = $1 and provider = $2 and record = $3";
/// A customer that was told beside a record is known by that; what changes later is told by the customer's own record.
const TIE_CUSTOMER: &str = "insert into told (client_id, provider, record, standing, changed_at, lead_id)
    values ($1, $2, $3, $4, $5, $6) on conflict (client_id, provider, record) do update set lead_id = excluded.lead_id
    where told.lead_id is null returning record";
/// What came to a merged lead goes on in the lead that is kept.
const WHOSE: &str = "select l.id, l.number, l.version, l.client_id, l.state, l.lost_reason, l.value, l.urgency, p.name as owner,
        l.updated_at
    from told t join leads k on k.id = t.lead_id join leads l on l.id = coalesce(k.merged_into, k.id)
    left join people p on p.id = l.owner_id
    where t.client_id = $1 and t.provider = $2 and t.record = $3";
const DECIDED: &str = "select max(at) from journal
    where subject_id = $1 and actor_kind = 'person' and verb in ('lead.set', 'lead.restore')";
// A lead that the books made asked for nothing, so nothing was its answer.
const MOVE: &str = "update leads set state = $3, next_action = $4,
        replied_at = case when arrived_at < $5 then coalesce(replied_at, $5) else replied_at end,
        version = version + 1, updated_at = $6
    where id = $1 and state = $2 returning number";

impl Tx {
    /// A record of the books as it was told before.
    pub async fn told_before(&mut self, client: ClientId, provider: Provider, record: &str) -> Outcome<Option<Before>> {
        self.one(BEFORE, values![client, provider.as_str(), record]).await
    }

    /// Keeps how a record stands; `false` when that is no news.
    pub async fn tell_record(&mut self, client: ClientId, provider: Provider, telling: &Telling) -> Outcome<bool> {
        let amount = telling.amount.map(|amount| amount.minor);
        let values = values![client, provider.as_str(), &telling.record, &telling.standing, amount, telling.changed_at];
        Ok(self.one::<(String,)>(TELL, values).await?.is_some())
    }

    /// Says whose lead a record is, and its customer.
    pub async fn tie_record(&mut self, client: ClientId, provider: Provider, telling: &Telling, lead: LeadId) -> Outcome<()> {
        self.run(TIE, values![client, provider.as_str(), &telling.record, lead]).await?;
        if let Some(Customer { record, standing }) = &telling.customer {
            let standing = standing.as_deref().unwrap_or_default();
            // How old that is, is not told: the customer's own record is news whenever it says something else.
            let long_ago = DateTime::<Utc>::UNIX_EPOCH;
            self.run(TIE_CUSTOMER, values![client, provider.as_str(), record, standing, long_ago, lead]).await?;
        }
        Ok(())
    }

    /// The lead that a record of the books belongs to.
    pub async fn whose_record(&mut self, client: ClientId, provider: Provider, record: &str) -> Outcome<Option<LeadNow>> {
        self.one(WHOSE, values![client, provider.as_str(), record]).await
    }

    /// When a person last said where a lead stands.
    pub async fn lead_decided_at(&mut self, lead: Uuid) -> Outcome<Option<DateTime<Utc>>> {
        Ok(self.one::<(Option<DateTime<Utc>>,)>(DECIDED, values![lead]).await?.and_then(|row| row.0))
    }

    /// Takes a lead on because of what happened, which was an answer to the person at `answered_at` where it was one; `false`
    /// when it stands elsewhere meanwhile.
    pub async fn move_lead(
        &mut self,
        lead: LeadId,
        (from, to): (LeadState, LeadState),
        next: &str,
        answered_at: Option<DateTime<Utc>>,
    ) -> Outcome<bool> {
        let now = self.now;
        let values = values![lead, from.as_str(), to.as_str(), next, answered_at, now];
        Ok(self.one::<(i64,)>(MOVE, values).await?.is_some())
    }
}

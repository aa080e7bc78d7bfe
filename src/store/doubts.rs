//! Doubts about leads: found, settled, asked for; and the leads that another one may be.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::ahead::By;
use super::filtering::{Bind, Sql};
use super::rows::{from_row, read};
use super::statement::values;
use super::{Outcome, Store, Tx};
use crate::domain::doubt::{Doubt, DoubtKind, Hold, Settled};
use crate::domain::duplicate::Traits;
use crate::domain::id::{ClientId, LeadId};
use crate::domain::spam::Score;
use crate::domain::span::Severity;

from_row!(Doubt { lead: Uuid, kind: String, severity: String, other: =Option<i64>, score: =i64, reason: =String,
    found_at: =DateTime<Utc>, verdict: ?String, });

/// Another lead, with what it is compared by.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its id.
    pub id: LeadId,
    /// The number of its reference.
    pub number: i64,
    /// What it is compared by.
    pub traits: Traits,
}

struct Found {
    id: Uuid,
    number: i64,
    name: String,
    phone: Option<String>,
    email: Option<String>,
    name_key: Option<String>,
    street_key: Option<String>,
    arrived_at: DateTime<Utc>,
}
from_row!(Found { id: =Uuid, number: =i64, name: =String, phone: =Option<String>, email: =Option<String>, name_key: =Option<String>,
    street_key: =Option<String>, arrived_at: =DateTime<Utc>, });

impl From<Found> for Candidate {
    fn from(row: Found) -> Self {
        Self {
            id: LeadId(row.id),
            number: row.number,
            traits: Traits {
                phone: row.phone,
                email: row.email,
                name: row.name,
                name_key: row.name_key,
                street_key: row.street_key,
                at: row.arrived_at,
            },
        }
    }
}

/// As many of one key are looked at, the newest first: a bound for a shared number, not a page.
macro_rules! candidates {
    ($key:literal) => {
        concat!(
            "select l.id, l.number, l.name, l.phone, l.email, l.name_key, l.street_key, l.arrived_at from leads l
             where l.client_id = $1 and l.",
            $key,
            " = $2 and l.arrived_at > $3 and l.id <> $4 and l.state <> 'merged' order by l.arrived_at desc limit 20"
        )
    };
}

const ONE: &str = "select id, number, name, phone, email, name_key, street_key, arrived_at from leads where id = $1";
const PAIR: &str = "insert into lead_findings (id, lead_id, kind, severity, other_id, score, reason, found_at)
    values ($1, $2, 'duplicate', 'block', $3, $4, $5, $6) on conflict (lead_id, other_id) where kind = 'duplicate' do nothing
    returning id";
// A person's word stands: what was settled is not doubted again.
const SPAM: &str = "insert into lead_findings (id, lead_id, kind, severity, score, reason, found_at)
    values ($1, $2, 'spam', $3, $4, $5, $6) on conflict (lead_id) where kind = 'spam' do update
    set severity = excluded.severity, score = excluded.score, reason = excluded.reason
    where lead_findings.settled_at is null and excluded.score > lead_findings.score returning id";
const SETTLE: &str = "update lead_findings set settled_at = $3, verdict = $4 where kind = $2 and settled_at is null
    and (lead_id = $1 or other_id = $1) returning id";
const KNOWS_PAIR: &str = "select id from lead_findings where kind = 'duplicate'
    and (lead_id = $1 and other_id = $2 or lead_id = $2 and other_id = $1)";
const SETTLE_PAIR: &str = "update lead_findings set settled_at = $3, verdict = $4 where kind = 'duplicate'
    and (lead_id = $1 and other_id = $2 or lead_id = $2 and other_id = $1)";
const SPAM_NOW: &str = "select score, severity, verdict from lead_findings where kind = 'spam' and lead_id = $1";
const REOPEN: &str = "update lead_findings set settled_at = null, verdict = null where kind = $2 and verdict = $3
    and (lead_id = $1 or other_id = $1) returning id";
const HOLD: &str = "select case when l.state = 'spam' then 'spam' when l.state = 'merged' then 'merged'
        when exists (select 1 from lead_findings f where f.lead_id = l.id and f.kind = 'spam' and f.severity = 'block'
            and f.settled_at is null) then 'looks_spam'
        when exists (select 1 from lead_findings f join jobs j on j.lead_id = f.other_id where f.lead_id = l.id
            and f.kind = 'duplicate' and f.settled_at is null and j.kind in ('message', 'review_request')
            and j.state not in ('cancelled', 'dead')) then 'duplicate'
        when exists (select 1 from lead_findings f join jobs j on j.lead_id = f.lead_id where f.other_id = l.id
            and f.kind = 'duplicate' and f.settled_at is null and j.kind in ('message', 'review_request')
            and j.state not in ('cancelled', 'dead')) then 'duplicate' end
    from leads l where l.id = $1";
const ASKED: &str = "select id from tasks where lead_id = $1 and kind = 'data_quality' and payload_id is null and state = 'open'";
const ANSWERED: &str = "update tasks set state = 'done', version = version + 1, updated_at = $2
    where id = $1 and state = 'open' returning number";

impl Tx {
    /// The lead's own traits.
    pub async fn traits(&mut self, lead: LeadId) -> Outcome<Option<Candidate>> {
        Ok(self.one::<Found>(ONE, values![lead]).await?.map(Candidate::from))
    }

    /// Leads of a client that share a number, an address, a street or a name and place with these traits, and arrived after
    /// `since`: each found by an index of its own. No merged lead, and not the lead itself.
    pub async fn candidates(
        &mut self,
        client: ClientId,
        lead: LeadId,
        traits: &Traits,
        since: DateTime<Utc>,
    ) -> Outcome<Vec<Candidate>> {
        let keys = [
            (candidates!("phone"), By::Phone, &traits.phone),
            (candidates!("email"), By::Email, &traits.email),
            (candidates!("street_key"), By::Street, &traits.street_key),
            (candidates!("name_key"), By::Name, &traits.name_key),
        ];
        let mut found: Vec<Candidate> = Vec::new();
        for (sql, by, key) in keys {
            let Some(key) = key.as_ref().filter(|key| !self.ahead.no_other_has(client, by, key, lead)) else { continue };
            for row in self.all::<Found>(sql, values![client, key, since, lead]).await? {
                if found.iter().all(|known| known.id.0 != row.id) {
                    found.push(row.into());
                }
            }
        }
        Ok(found)
    }

    /// Whether somebody was asked already whether two leads are one, whatever the answer.
    pub async fn knows_pair(&mut self, a: LeadId, b: LeadId) -> Outcome<bool> {
        Ok(self.one::<(Uuid,)>(KNOWS_PAIR, values![a, b]).await?.is_some())
    }

    /// Settles whether two leads are one.
    pub async fn settle_pair(&mut self, a: LeadId, b: LeadId, verdict: Settled) -> Outcome<()> {
        let now = self.now;
        self.run(SETTLE_PAIR, values![a, b, now, verdict.as_str()]).await.map(drop)
    }

    /// The score that is known of a lead, how heavy it weighs, and whether a person settled it.
    pub async fn spam_now(&mut self, lead: LeadId) -> Outcome<Option<(i64, Severity, bool)>> {
        let row: Option<(i64, String, Option<String>)> = self.one(SPAM_NOW, values![lead]).await?;
        row.map(|(score, severity, verdict)| Ok((score, read("severity", severity)?, verdict.is_some()))).transpose()
    }

    /// Says that a lead may be one that was there before; `false` when that was said already.
    pub async fn doubt_pair(&mut self, lead: LeadId, before: LeadId, sure: i64, reason: &str) -> Outcome<bool> {
        let now = self.now;
        Ok(self.one::<(Uuid,)>(PAIR, values![Uuid::now_v7(), lead, before, sure, reason, now]).await?.is_some())
    }

    /// Says that a lead looks like spam; `false` when that was said already, or a person knew better.
    pub async fn doubt_spam(&mut self, lead: LeadId, severity: Severity, score: &Score) -> Outcome<bool> {
        let now = self.now;
        let values = values![Uuid::now_v7(), lead, severity.as_str(), score.points, score.why(), now];
        Ok(self.one::<(Uuid,)>(SPAM, values).await?.is_some())
    }

    /// Settles what stands of a kind against a lead, or against another because of it; how many there were.
    pub async fn settle_doubts(&mut self, lead: LeadId, kind: DoubtKind, verdict: Settled) -> Outcome<usize> {
        let now = self.now;
        Ok(self.all::<(Uuid,)>(SETTLE, values![lead, kind.as_str(), now, verdict.as_str()]).await?.len())
    }

    /// Doubts again what was settled so; how many there were.
    pub async fn doubt_again(&mut self, lead: LeadId, kind: DoubtKind, verdict: Settled) -> Outcome<usize> {
        Ok(self.all::<(Uuid,)>(REOPEN, values![lead, kind.as_str(), verdict.as_str()]).await?.len())
    }

    /// Why no message may leave to a lead; `None` when one may.
    pub async fn lead_hold(&mut self, lead: LeadId) -> Outcome<Option<Hold>> {
        let row: Option<(Option<String>,)> = self.one(HOLD, values![lead]).await?;
        row.and_then(|(hold,)| hold).map(|hold| read("hold", hold)).transpose()
    }

    /// Whether a doubt stands that a person was asked about.
    pub(crate) async fn is_doubted(&mut self, lead: LeadId) -> Outcome<bool> {
        const SQL: &str = "select id from lead_findings where lead_id = $1 and settled_at is null and severity = 'block'
            union all select id from lead_findings where other_id = $1 and settled_at is null limit 1";
        Ok(self.one::<(Uuid,)>(SQL, values![lead]).await?.is_some())
    }

    /// The tasks that ask a person about a lead's data, still open.
    pub(crate) async fn asked_about(&mut self, lead: LeadId) -> Outcome<Vec<Uuid>> {
        Ok(self.all::<(Uuid,)>(ASKED, values![lead]).await?.into_iter().map(|row| row.0).collect())
    }

    /// Marks such a task as done.
    pub(crate) async fn answered(&mut self, task: Uuid) -> Outcome<()> {
        let now = self.now;
        self.run(ANSWERED, values![task, now]).await.map(drop)
    }
}

const DOUBTS: &str = "select f.lead_id as lead, f.kind, f.severity, o.number as other, f.score, f.reason, f.found_at, f.verdict
    from lead_findings f left join leads o on o.id = f.other_id where f.lead_id = ";

impl Store {
    /// What was ever doubted of a lead, the oldest first; settled doubts with their verdict.
    pub async fn doubts(&self, lead: LeadId) -> Outcome<Vec<Doubt>> {
        let mut sql = Sql::new(DOUBTS);
        sql.bind(Bind::Id(lead.0)).push(" order by f.found_at, f.id");
        self.rows(&sql).await
    }
}

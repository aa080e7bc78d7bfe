//! Merging two leads and taking that apart again. Nothing is moved: events, jobs, tasks and drafts stay with the lead they
//! came to, and the kept lead shows them. So a merge can be taken back whole.

use uuid::Uuid;

use super::rows::from_row;
use super::statement::{Value, values};
use super::{Outcome, Tx};
use crate::domain::id::LeadId;
use crate::domain::lead::{Consent, LeadState, LostReason, Urgency};
use crate::domain::merge::{Fields, Side, Taken};

/// A merge that stands.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Its id.
    pub id: Uuid,
    /// The lead that is kept.
    pub kept: LeadId,
    /// The number of its reference.
    pub kept_number: i64,
    /// Where the merged lead stood.
    pub state_before: LeadState,
    /// Why it was lost, where it was.
    pub lost_before: Option<LostReason>,
    /// What was next.
    pub next_before: String,
    /// What the kept lead took, as JSON.
    pub filled: String,
}
from_row!(Merge { id: =Uuid, kept: Uuid, kept_number: =i64, state_before: String, lost_before: ?String, next_before: =String,
    filled: =String, });

struct SideRow {
    name: String,
    service: String,
    market: String,
    phone: Option<String>,
    email: Option<String>,
    value: Option<i64>,
    consent: Consent,
    urgency: Urgency,
}
from_row!(SideRow { name: =String, service: =String, market: =String, phone: =Option<String>, email: =Option<String>,
    value: =Option<i64>, consent: String, urgency: String, });

const SIDE: &str = "select name, service, market, phone, email, value, consent, urgency from leads where id = $1";
const CHILD: &str = "select number from leads where merged_into = $1 limit 1";
const LIVE: &str =
    "select m.id, m.into_id as kept, l.number as kept_number, m.state_before, m.lost_before, m.next_before, m.filled
    from lead_merges m join leads l on l.id = m.into_id where m.lead_id = $1 and m.unmerged_at is null";
const WRITE: &str = "insert into lead_merges (id, lead_id, into_id, state_before, lost_before, next_before, filled, merged_at)
    select $1, l.id, $3, l.state, l.lost_reason, l.next_action, $4, $5 from leads l where l.id = $2";
const MERGE: &str =
    "update leads set state = 'merged', merged_into = $3, lost_reason = null, next_action = '', version = version + 1,
    updated_at = $4 where id = $1 and version = $2 and state <> 'merged' returning number";
// A conversation goes on in the kept lead, which is why what identifies it is looked up through the merged one.
const TAKE: &str = "update leads set name = case when name = '' then coalesce($3, name) else name end,
    service = case when service = '' then coalesce($4, service) else service end,
    market = case when market = '' then coalesce($5, market) else market end,
    phone = coalesce(phone, $6), email = coalesce(email, $7), value = coalesce(value, $8), consent = $9, urgency = $10,
    search = substr(search || ' ' || $11, 1, 2000), version = version + 1, updated_at = $12
    where id = $1 and version = $2 and state <> 'merged' returning number";
const SPLIT: &str = "update leads set state = $3, merged_into = null, lost_reason = $4, next_action = $5, version = version + 1,
    updated_at = $6 where id = $1 and version = $2 and state = 'merged' returning number";
// What was taken is given back where it still is what was taken; what a person or an event set since stays.
const GIVE_BACK: &str = "update leads set name = case when name = $2 then '' else name end,
    service = case when service = $3 then '' else service end, market = case when market = $4 then '' else market end,
    phone = case when phone = $5 then null else phone end, email = case when email = $6 then null else email end,
    value = case when value = $7 then null else value end,
    consent = case when consent = $9 then $8 else consent end, urgency = case when urgency = $11 then $10 else urgency end,
    version = version + 1, updated_at = $12 where id = $1 returning number";
const TAKEN_APART: &str = "update lead_merges set unmerged_at = $2 where id = $1 and unmerged_at is null returning id";

fn told(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// What a merge fills in, as statements take it.
fn filled(f: &Fields) -> [Value; 6] {
    let text = |field: &Option<String>| Value::from(field.clone());
    [text(&f.name), text(&f.service), text(&f.market), text(&f.phone), text(&f.email), Value::from(f.value)]
}

impl Tx {
    /// A lead as a merge looks at it.
    pub async fn merge_side(&mut self, lead: LeadId) -> Outcome<Option<Side>> {
        let row: Option<SideRow> = self.one(SIDE, values![lead]).await?;
        Ok(row.map(|row| Side {
            fields: Fields {
                name: told(row.name),
                service: told(row.service),
                market: told(row.market),
                phone: row.phone,
                email: row.email,
                value: row.value,
            },
            consent: row.consent,
            urgency: row.urgency,
        }))
    }

    /// What a merge would reach: messages of the lead that wait, and its events.
    pub async fn merge_extent(&mut self, lead: LeadId) -> Outcome<(i64, i64)> {
        const SQL: &str = "select (select count(*) from jobs where lead_id = $1 and kind in ('message', 'review_request')
                and state in ('armed', 'scheduled', 'ready', 'retrying', 'held')),
            (select count(*) from events where lead_id = $1)";
        Ok(self.one::<(i64, i64)>(SQL, values![lead]).await?.unwrap_or_default())
    }

    /// The number of a lead that was merged into this one.
    pub async fn merged_child(&mut self, lead: LeadId) -> Outcome<Option<i64>> {
        Ok(self.one::<(i64,)>(CHILD, values![lead]).await?.map(|row| row.0))
    }

    /// The merge that made a lead a merged one.
    pub async fn live_merge(&mut self, lead: LeadId) -> Outcome<Option<Merge>> {
        self.one(LIVE, values![lead]).await
    }

    /// Merges a lead into another; `false` when either changed meanwhile.
    pub async fn merge_leads(&mut self, lead: (LeadId, i64), into: (LeadId, i64), taken: &Taken, json: &str) -> Outcome<bool> {
        let now = self.now;
        self.run(WRITE, values![Uuid::now_v7(), lead.0, into.0, json, now]).await?;
        if self.one::<(i64,)>(MERGE, values![lead.0, lead.1, into.0, now]).await?.is_none() {
            return Ok(false);
        }
        let f = &taken.filled;
        let search = [&f.name, &f.service, &f.market, &f.phone, &f.email].into_iter().flatten().cloned().collect::<Vec<_>>();
        let mut values = values![into.0, into.1];
        values.extend(filled(f));
        values.extend(values![taken.consent.1.as_str(), taken.urgency.1.as_str(), search.join(" ").to_lowercase(), now,]);
        Ok(self.one::<(i64,)>(TAKE, values).await?.is_some())
    }

    /// Takes a merge apart; `false` when the lead changed meanwhile.
    pub async fn split_leads(&mut self, lead: (LeadId, i64), merge: &Merge, taken: &Taken) -> Outcome<bool> {
        let now = self.now;
        let lost = merge.lost_before.map(LostReason::as_str);
        let values = values![lead.0, lead.1, merge.state_before.as_str(), lost, merge.next_before.clone(), now];
        if self.one::<(i64,)>(SPLIT, values).await?.is_none() {
            return Ok(false);
        }
        let mut values = values![merge.kept];
        values.extend(filled(&taken.filled));
        values.extend(values![
            taken.consent.0.as_str(),
            taken.consent.1.as_str(),
            taken.urgency.0.as_str(),
            taken.urgency.1.as_str(),
            now,
        ]);
        self.one::<(i64,)>(GIVE_BACK, values).await?;
        Ok(self.one::<(Uuid,)>(TAKEN_APART, values![merge.id, now]).await?.is_some())
    }
}

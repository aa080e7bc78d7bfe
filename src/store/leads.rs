//! Leads: found again, made, enriched by a later event, and set by a person.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::ahead::{By, Holder};
use super::gather::Table;
use super::rows::{from_row, read};
use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::duplicate::traits_of;
use crate::domain::event::{Channel, EventKind, NormalEvent};
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, LeadId, PersonId};
use crate::domain::lead::{Consent, LeadState, LostReason, Urgency};
use crate::domain::money::Money;

/// What routing and acts need to know of a lead.
#[derive(Clone, Debug)]
pub struct LeadNow {
    /// Its id.
    pub id: LeadId,
    /// The number of its reference.
    pub number: i64,
    /// Its version.
    pub version: i64,
    /// Whose lead it is.
    pub client_id: ClientId,
    /// Where it stands.
    pub state: LeadState,
    /// Why it was lost.
    pub lost_reason: Option<LostReason>,
    /// What it may be worth.
    pub value: Option<Money>,
    /// How soon somebody must act.
    pub urgency: Urgency,
    /// Who answers for it.
    pub owner: Option<String>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
from_row!(LeadNow { id: Uuid, number: =i64, version: =i64, client_id: Uuid, state: String, lost_reason: ?String, value: ?i64,
    urgency: String, owner: =Option<String>, updated_at: =DateTime<Utc>, });

macro_rules! select_now {
    ($rest:literal) => {
        concat!(
            "select l.id, l.number, l.version, l.client_id, l.state, l.lost_reason, l.value, l.urgency, p.name as owner, l.updated_at
             from leads l left join people p on p.id = l.owner_id ",
            $rest
        )
    };
}
/// What came to a merged lead goes on in the lead that is kept.
macro_rules! select_by {
    ($key:literal) => {
        concat!(
            "select l.id, l.number, l.version, l.client_id, l.state, l.lost_reason, l.value, l.urgency, p.name as owner, l.updated_at
             from leads k join leads l on l.id = coalesce(k.merged_into, k.id) left join people p on p.id = l.owner_id
             where k.client_id = $1 and k.",
            $key,
            " = $2 order by k.arrived_at desc limit 1"
        )
    };
}
const BY_ID: &str = select_now!("where l.id = $1");
const BY_NUMBER: &str = select_now!("where l.number = $1");
const BY_THREAD: &str = select_by!("thread_key");
const BY_PHONE: &str = select_by!("phone");
const BY_EMAIL: &str = select_by!("email");
const INSERT: &str = "with made (id, client_id, source, service, contact_method, consent, market, urgency, value, owner, attribution, name,
        phone, email, thread_key, state, next_action, arrived_at, replied_at, search, at, name_key, street_key) as (values {rows})
    insert into leads (id, client_id, source, service, contact_method, consent, market, urgency, value, owner_id, attribution, name,
        phone, email, thread_key, state, next_action, arrived_at, replied_at, search, updated_at, name_key, street_key)
    select id, client_id, source, service, contact_method, consent, market, urgency, value,
        (select p.id from people p where p.name = made.owner), attribution, name,
        phone, email, thread_key, state, next_action, arrived_at, replied_at, search, at, name_key, street_key from made returning id";
// What is known is never overwritten by a later event; what was missing is filled in. Urgency only rises, and
// withdrawn consent is only given back by the person's own word.
const ENRICH: &str = "update leads set
        service = case when service = '' then $2 else service end,
        market = case when market = '' then $3 else market end,
        name = case when name = '' then $4 else name end,
        phone = coalesce(phone, $5), email = coalesce(email, $6), thread_key = coalesce(thread_key, $7), value = coalesce(value, $8),
        urgency = $9, consent = $10, next_action = case when $11 = '' then next_action else $11 end,
        replied_at = coalesce(replied_at, $12), search = case when name = '' or phone is null or email is null then substr(search || ' ' || $13, 1, 2000) else search end, name_key = coalesce(name_key, $15), street_key = coalesce(street_key, $16), version = version + 1, updated_at = $14
    where id = $1 returning id";
const SET: &str = "update leads set state = $3, lost_reason = $4, next_action = $5,
        replied_at = case when $6 then coalesce(replied_at, $7) else replied_at end, version = version + 1, updated_at = $7
    where id = $1 and version = $2 and state = $8 returning number";
const OWNER: &str = "update leads set owner_id = (select id from people where name = $3), version = version + 1, updated_at = $4
    where id = $1 and version = $2 returning number";

/// The text that a filter's words are looked up in.
fn search_text(event: &NormalEvent) -> String {
    let words = [&event.contact.name, &event.source, &event.service, &event.market]
        .map(|text| text.as_ref().map_or("", |text| text.raw()));
    let phone = event.contact.phone.as_ref().map_or("", |phone| phone.as_str());
    let email = event.contact.email.as_ref().map_or("", |email| email.as_str());
    let mut text = words.join(" ");
    for part in [phone, email] {
        text.push(' ');
        text.push_str(part);
    }
    text.to_lowercase()
}

fn answered(event: &NormalEvent) -> Option<DateTime<Utc>> {
    // Somebody spoke with the person: that is the first reply.
    (event.kind == EventKind::CallAnswered).then_some(event.occurred_at)
}

impl Tx {
    /// The lead as it is now.
    pub async fn lead_now(&mut self, id: Uuid) -> Outcome<Option<LeadNow>> {
        self.one(BY_ID, values![id]).await
    }

    /// The lead of a reference.
    pub async fn lead_numbered(&mut self, number: i64) -> Outcome<Option<LeadNow>> {
        self.one(BY_NUMBER, values![number]).await
    }

    /// Raises a lead's version, because something about it changed elsewhere; `false` when it changed meanwhile.
    pub async fn touch_lead(&mut self, id: LeadId, version: i64) -> Outcome<bool> {
        const SQL: &str =
            "update leads set version = version + 1, updated_at = $3 where id = $1 and version = $2 returning number";
        let now = self.now;
        Ok(self.one::<(i64,)>(SQL, values![id, version, now]).await?.is_some())
    }

    /// The lead an event belongs to: by the provider's thread, else by phone, else by e-mail; for this client alone.
    pub async fn find_lead(&mut self, client: ClientId, event: &NormalEvent) -> Outcome<Option<LeadNow>> {
        let phone = event.contact.phone.as_ref().map(super::super::domain::contact::Phone::as_str);
        let email = event.contact.email.as_ref().map(super::super::domain::contact::Email::as_str);
        let thread = event.thread_key.as_deref();
        for (sql, by, key) in [(BY_THREAD, By::Thread, thread), (BY_PHONE, By::Phone, phone), (BY_EMAIL, By::Email, email)] {
            let Some(key) = key else { continue };
            let found = match self.ahead.holder(client, by, key) {
                Holder::Nobody => None,
                Holder::Only(lead) => self.one_of(lead, sql, values![client, key]).await?,
                Holder::Unknown => self.one(sql, values![client, key]).await?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Makes a lead from its first event.
    pub async fn insert_lead(&mut self, id: LeadId, client: ClientId, event: &NormalEvent, next_action: &str) -> Outcome<()> {
        let text =
            |text: &Option<crate::domain::text::Untrusted>| text.as_ref().map(|text| text.raw().to_owned()).unwrap_or_default();
        let state = if answered(event).is_some() { LeadState::Contacted } else { LeadState::New };
        let (now, keys) = (self.now, traits_of(event));
        let row = values![
            id,
            client,
            text(&event.source),
            text(&event.service),
            event.contact_method.as_str(),
            event.consent.as_str(),
            text(&event.market),
            event.urgency.as_str(),
            event.value.map(|value| value.minor),
            event.owner.clone(),
            text(&event.attribution),
            text(&event.contact.name),
            event.contact.phone.as_ref().map(super::super::domain::contact::Phone::as_str),
            event.contact.email.as_ref().map(super::super::domain::contact::Email::as_str),
            event.thread_key.clone(),
            state.as_str(),
            next_action,
            event.occurred_at,
            answered(event),
            search_text(event),
            now,
            keys.name_key,
            keys.street_key,
        ];
        self.ahead.has_now(client, id, event);
        self.put(Table::Leads, Some(id), INSERT, vec![row]).await
    }

    /// Fills in what a later event tells.
    pub async fn enrich_lead(&mut self, lead: &LeadNow, consent: Consent, event: &NormalEvent, next_action: &str) -> Outcome<()> {
        let text =
            |text: &Option<crate::domain::text::Untrusted>| text.as_ref().map(|text| text.raw().to_owned()).unwrap_or_default();
        let (now, keys) = (self.now, traits_of(event));
        let values = values![
            lead.id,
            text(&event.service),
            text(&event.market),
            text(&event.contact.name),
            event.contact.phone.as_ref().map(super::super::domain::contact::Phone::as_str),
            event.contact.email.as_ref().map(super::super::domain::contact::Email::as_str),
            event.thread_key.clone(),
            event.value.map(|value| value.minor),
            lead.urgency.max(event.urgency).as_str(),
            consent.as_str(),
            next_action,
            answered(event),
            search_text(event),
            now,
            keys.name_key,
            keys.street_key,
        ];
        self.ahead.has_now(lead.client_id, lead.id, event);
        self.one_of::<(Uuid,)>(lead.id, ENRICH, values).await.map(drop)
    }

    /// By what a lead is reached on a channel, where it is.
    pub async fn lead_address(&mut self, id: LeadId, channel: Channel) -> Outcome<Option<String>> {
        let sql = match channel {
            Channel::Sms => "select phone from leads where id = $1",
            Channel::Email => "select email from leads where id = $1",
        };
        Ok(self.one::<(Option<String>,)>(sql, values![id]).await?.and_then(|(address,)| address))
    }

    /// The lead's consent.
    pub async fn lead_consent(&mut self, id: LeadId) -> Outcome<Consent> {
        let row: Option<(String,)> = self.one_of(id, "select consent from leads where id = $1", values![id]).await?;
        let (consent,) = row.ok_or_else(|| Failure::NotFound("that lead".to_owned()))?;
        read("consent", consent)
    }

    /// What the lead is worth in cents, where somebody told.
    pub async fn lead_value(&mut self, id: LeadId) -> Outcome<Option<i64>> {
        let row: Option<(Option<i64>,)> = self.one("select value from leads where id = $1", values![id]).await?;
        Ok(row.and_then(|row| row.0))
    }

    /// Sets where a lead stands; `None` when it changed meanwhile. `replied` stops the reply clock.
    pub async fn set_lead(
        &mut self,
        lead: &LeadNow,
        version: i64,
        state: LeadState,
        lost: Option<LostReason>,
        next_action: &str,
        replied: bool,
    ) -> Outcome<Option<i64>> {
        let now = self.now;
        let lost = lost.map(LostReason::as_str);
        let values = values![lead.id, version, state.as_str(), lost, next_action, replied, now, lead.state.as_str()];
        Ok(self.one::<(i64,)>(SET, values).await?.map(|row| row.0))
    }

    /// Gives a lead to somebody (or nobody); `None` when it changed meanwhile.
    pub async fn assign_lead(&mut self, id: LeadId, version: i64, to: Option<&str>) -> Outcome<Option<i64>> {
        let now = self.now;
        Ok(self.one::<(i64,)>(OWNER, values![id, version, to, now]).await?.map(|row| row.0))
    }

    /// A person's id by name.
    pub async fn person_named(&mut self, name: &str) -> Outcome<Option<PersonId>> {
        Ok(self.one::<(Uuid,)>("select id from people where name = $1", values![name]).await?.map(|row| PersonId(row.0)))
    }
}

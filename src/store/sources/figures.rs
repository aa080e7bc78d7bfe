//! What each source brought lately, what was turned away, and how much its leads tell.

use chrono::{DateTime, TimeDelta, Utc};
use strum::VariantArray;
use uuid::Uuid;

use crate::domain::actor::{Actor, Person};
use crate::domain::event::Provider;
use crate::domain::id::{ClientId, Kind, Ref};
use crate::domain::lead::Consent;
use crate::domain::source::Refusal;
use crate::domain::source::figures::{
    Covered, LOOKED_AT, NAMED, ParkedPayload, RefusedFigures, SourceDetail, SourceFigures, Told,
};
use crate::domain::text::Untrusted;
use crate::store::filtering::{Bind, Sql};
use crate::store::rows::from_row;
use crate::store::statement::values;
use crate::store::{Outcome, Store};

struct Pair {
    client_id: Uuid,
    client: String,
    provider: Provider,
    urls: i64,
    payload_at: Option<DateTime<Utc>>,
    arrival_at: Option<DateTime<Utc>>,
    hour: i64,
    day: i64,
    waiting: i64,
    parked: i64,
}
from_row!(Pair { client_id: =Uuid, client: =String, provider: String, urls: =i64, payload_at: =Option<DateTime<Utc>>,
    arrival_at: =Option<DateTime<Utc>>, hour: =i64, day: =i64, waiting: =i64, parked: =i64, });

struct Turned {
    client_id: Uuid,
    provider: Provider,
    reason: Refusal,
    count: i64,
    last_at: DateTime<Utc>,
}
from_row!(Turned { client_id: =Uuid, provider: String, reason: String, count: =i64, last_at: =DateTime<Utc>, });

struct Parked {
    number: i64,
    reason: Untrusted,
    received_at: DateTime<Utc>,
}
from_row!(Parked { number: =i64, reason: String, received_at: =DateTime<Utc>, });

/// What a lead tells; what it does not is empty or null.
struct Lead {
    name: String,
    phone: Option<String>,
    email: Option<String>,
    service: String,
    market: String,
    value: Option<i64>,
    consent: Consent,
    attribution: String,
}
from_row!(Lead { name: =String, phone: =Option<String>, email: =Option<String>, service: =String, market: =String,
    value: =Option<i64>, consent: String, attribution: =String, });

impl Lead {
    fn tells(&self, what: Told) -> bool {
        match what {
            Told::Name => !self.name.is_empty(),
            Told::Phone => self.phone.is_some(),
            Told::Email => self.email.is_some(),
            Told::Service => !self.service.is_empty(),
            Told::Market => !self.market.is_empty(),
            Told::Value => self.value.is_some(),
            Told::Consent => self.consent != Consent::Unknown,
            Told::Attribution => !self.attribution.is_empty(),
        }
    }
}

/// Every provider of every client from which something came, or may come. Few clients and fewer providers: each pair is
/// looked up by an index, none is found by reading all payloads.
const PAIRS: &str = "select c.id as client_id, c.name as client, v.column1 as provider,
        (select count(*) from sources s where s.client_id = c.id and s.provider = v.column1 and s.closed_at is null) as urls,
        (select max(p.received_at) from payloads p where p.client_id = c.id and p.provider = v.column1) as payload_at,
        (select max(a.received_at) from arrivals a where a.client_id = c.id and a.provider = v.column1) as arrival_at,
        (select count(*) from payloads p where p.client_id = c.id and p.provider = v.column1 and p.received_at > $1) as hour,
        (select count(*) from payloads p where p.client_id = c.id and p.provider = v.column1 and p.received_at > $2) as day,
        (select count(*) from arrivals a where a.client_id = c.id and a.provider = v.column1 and a.state = 'received') as waiting,
        (select count(*) from payloads p where p.client_id = c.id and p.provider = v.column1 and p.state = 'parked') as parked
    from clients c cross join (values ";
const THERE: &str = ") v
    where exists (select 1 from sources s where s.client_id = c.id and s.provider = v.column1)
        or exists (select 1 from payloads p where p.client_id = c.id and p.provider = v.column1)
    order by c.name, v.column1";
const TURNED: &str = "select client_id, provider, reason, count, last_at from refusals order by reason";
const LEADS: &str = "select l.name, l.phone, l.email, l.service, l.market, l.value, l.consent, l.attribution
    from payloads p join events e on e.payload_id = p.id join leads l on l.id = e.lead_id
    where p.client_id = $1 and p.provider = $2 order by p.received_at desc limit $3";
const NEWEST: &str = "select number from payloads where client_id = $1 and provider = $2 order by received_at desc limit 1";
const PARKED: &str = "select number, coalesce(reason, '') as reason, received_at from payloads
    where client_id = $1 and provider = $2 and state = 'parked' order by received_at limit $3";

impl Store {
    /// What every source brought, of the clients the person sees.
    pub async fn source_figures(&self, me: &Person) -> Outcome<Vec<SourceFigures>> {
        let now = self.clock.now();
        let mut sql = Sql::new(PAIRS);
        // The first two values are the bounds of hour and day.
        let (hour, day) = (now - TimeDelta::hours(1), now - TimeDelta::days(1));
        sql.hold(Bind::Time(hour)).hold(Bind::Time(day));
        for (n, provider) in Provider::VARIANTS.iter().enumerate() {
            sql.push(if n == 0 { "(" } else { ", (" }).bind(Bind::Text(provider.as_str().to_owned())).push(")");
        }
        sql.push(THERE);
        let pairs: Vec<Pair> = self.rows(&sql).await?;
        let turned: Vec<Turned> = self.read(TURNED, values![]).await?;
        let (syncs, silences) = (self.sync_figures(me).await?, self.silences(me).await?);
        let actor = Actor::Person(me.clone());
        let figures = |pair: Pair| {
            let client_id = ClientId(pair.client_id);
            let of = |one: &&Turned| one.client_id == pair.client_id && one.provider == pair.provider;
            let told = |one: &Turned| RefusedFigures { reason: one.reason, count: one.count, last_at: one.last_at };
            SourceFigures {
                refused: turned.iter().filter(of).map(told).collect(),
                sync: syncs.iter().find(|sync| sync.client_id == client_id && sync.provider == pair.provider).cloned(),
                silence: silences.iter().find(|(id, of, _)| *id == client_id && *of == pair.provider).map(|one| one.2.clone()),
                client_id,
                client: pair.client,
                provider: pair.provider,
                urls: pair.urls,
                last_at: pair.payload_at.max(pair.arrival_at),
                hour: pair.hour,
                day: pair.day,
                waiting: pair.waiting,
                parked: pair.parked,
            }
        };
        Ok(pairs.into_iter().filter(|pair| actor.sees(ClientId(pair.client_id))).map(figures).collect())
    }

    /// What is looked up of one source alone; empty for a client the person does not see.
    pub async fn source_detail(&self, me: &Person, client: ClientId, provider: Provider) -> Outcome<SourceDetail> {
        if !Actor::Person(me.clone()).sees(client) {
            return Ok(SourceDetail::default());
        }
        let name = provider.as_str();
        let leads: Vec<Lead> = self.read(LEADS, values![client, name, LOOKED_AT]).await?;
        let newest: Vec<(i64,)> = self.read(NEWEST, values![client, name]).await?;
        let parked: Vec<Parked> = self.read(PARKED, values![client, name, NAMED]).await?;
        let reference = |number| Ref::new(Kind::Payload, number);
        let known = |field: Told| leads.iter().filter(|lead| lead.tells(field)).count();
        let covered = |field: &Told| Covered { field: *field, known: i64::try_from(known(*field)).unwrap_or(i64::MAX) };
        let parked = parked.into_iter().map(|one| ParkedPayload {
            payload: reference(one.number),
            reason: one.reason,
            received_at: one.received_at,
        });
        Ok(SourceDetail {
            newest: newest.first().map(|row| reference(row.0)),
            leads: i64::try_from(leads.len()).unwrap_or(i64::MAX),
            coverage: Told::VARIANTS.iter().map(covered).collect(),
            parked: parked.collect(),
        })
    }
}

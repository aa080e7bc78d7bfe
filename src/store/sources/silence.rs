//! How long each source may be silent, and how silent it is. What is fetched does not count: a sync that brings what a
//! webhook missed hides no dead webhook.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::domain::actor::{Actor, Person};
use crate::domain::event::Provider;
use crate::domain::id::{ClientId, Kind};
use crate::domain::source::silence::{Expectation, Heard, Silence, hours};
use crate::store::journal::About;
use crate::store::rows::from_row;
use crate::store::statement::values;
use crate::store::{Outcome, Store, Tx};

/// A provider that sends for a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// For whom.
    pub client: ClientId,
    /// That client's name.
    pub client_name: String,
    /// Who sends.
    pub provider: Provider,
}
from_row!(Sender { client: Uuid, client_name: =String, provider: String, });

struct Hour {
    first: Option<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
}
from_row!(Hour { first: =Option<DateTime<Utc>>, last: =Option<DateTime<Utc>>, });

/// What is expected of a source, as it is stored.
pub(in crate::store) struct Expected {
    client: ClientId,
    pub(in crate::store) provider: Provider,
    set_seconds: Option<i64>,
    set_at: Option<DateTime<Utc>>,
    learned_seconds: Option<i64>,
    opened_at: Option<DateTime<Utc>>,
    urls: i64,
    arrival_at: Option<DateTime<Utc>>,
    payload_at: Option<DateTime<Utc>>,
}
from_row!(Expected { client: Uuid, provider: String, set_seconds: =Option<i64>, set_at: =Option<DateTime<Utc>>,
    learned_seconds: =Option<i64>, opened_at: =Option<DateTime<Utc>>, urls: =i64, arrival_at: =Option<DateTime<Utc>>,
    payload_at: =Option<DateTime<Utc>>, });

const SENDERS: &str = "select distinct s.client_id as client, c.name as client_name, s.provider
    from sources s join clients c on c.id = s.client_id where s.closed_at is null";
const NEWEST: &str = "select a.received_at from arrivals a where a.client_id = $1 and a.provider = $2
        and not exists (select 1 from syncs y where y.source_id = a.source_id)
    order by a.received_at desc limit 1";
/// The first and the last of each hour, by the index alone: a busy source's four weeks are not read.
const HOURS: &str = "select
        (select a.received_at from arrivals a where a.client_id = $1 and a.provider = $2
            and a.received_at >= v.column1 and a.received_at < v.column2
            and not exists (select 1 from syncs y where y.source_id = a.source_id) order by a.received_at limit 1) as first,
        (select a.received_at from arrivals a where a.client_id = $1 and a.provider = $2
            and a.received_at >= v.column1 and a.received_at < v.column2
            and not exists (select 1 from syncs y where y.source_id = a.source_id) order by a.received_at desc limit 1) as last
    from (values {rows}) v order by v.column1";
const LEARN: &str = "insert into expectations (client_id, provider, learned_seconds, learned_at) values ($1, $2, $3, $4)
    on conflict (client_id, provider) do update set learned_seconds = excluded.learned_seconds, learned_at = excluded.learned_at
    where coalesce(expectations.learned_seconds, 0) <> coalesce(excluded.learned_seconds, 0)";
const SETTINGS: &str = "select client_id, provider, set_seconds from expectations where set_seconds is not null";
const SET: &str = "insert into expectations (client_id, provider, set_seconds, set_at) values ($1, $2, $3, $4)
    on conflict (client_id, provider) do update set set_seconds = excluded.set_seconds, set_at = excluded.set_at";
/// What is expected of sources, and when they were last heard; the rest of its condition follows.
macro_rules! expected {
    ($and:literal) => {
        concat!(
            "select e.client_id as client, e.provider, e.set_seconds, e.set_at, e.learned_seconds,
        (select max(s.created_at) from sources s
            where s.client_id = e.client_id and s.provider = e.provider and s.closed_at is null) as opened_at,
        (select count(*) from sources s where s.client_id = e.client_id and s.provider = e.provider
            and not exists (select 1 from syncs y where y.source_id = s.id)) as urls,
        (select a.received_at from arrivals a where a.client_id = e.client_id and a.provider = e.provider
            and not exists (select 1 from syncs y where y.source_id = a.source_id)
            order by a.received_at desc limit 1) as arrival_at,
        (select p.received_at from payloads p where p.client_id = e.client_id and p.provider = e.provider
            and not exists (select 1 from syncs y where y.client_id = e.client_id and y.provider = e.provider)
            order by p.received_at desc limit 1) as payload_at
    from expectations e where (e.set_seconds is not null or e.learned_seconds is not null)",
            $and
        )
    };
}
pub(in crate::store) use expected;

const EXPECTED: &str = expected!("");

impl From<Expected> for Expectation {
    fn from(row: Expected) -> Self {
        Self {
            set: row.set_seconds.map(TimeDelta::seconds).zip(row.set_at),
            learned: row.learned_seconds.map(TimeDelta::seconds),
            opened_at: row.opened_at,
            had_url: row.urls > 0,
            heard_at: row.arrival_at.max(row.payload_at),
        }
    }
}

impl Tx {
    /// In which hours of the weeks before it was last heard a source was heard, the oldest first.
    pub async fn heard(&mut self, client: ClientId, provider: Provider) -> Outcome<Vec<Heard>> {
        let pair = || values![client, provider.as_str()];
        let Some((last,)) = self.one::<(DateTime<Utc>,)>(NEWEST, pair()).await? else { return Ok(Vec::new()) };
        let all = hours(last).map(|(from, until)| values![from, until]).collect();
        let rows: Vec<Hour> = self.over(HOURS, pair(), all).await?;
        Ok(rows.into_iter().filter_map(|hour| Some(Heard { first: hour.first?, last: hour.last? })).collect())
    }

    /// Keeps how long a source may be silent by its own past. A figure and no act: the journal has the payloads it is of.
    pub async fn learn_expectation(&mut self, client: ClientId, provider: Provider, learned: Option<TimeDelta>) -> Outcome<()> {
        let now = self.now;
        let values = values![client, provider.as_str(), learned.map(|time| time.num_seconds()), now];
        self.run(LEARN, values).await.map(drop)
    }

    /// Sets how long these sources may be silent, and of all others nothing; gives back how many changed.
    pub async fn set_expectations(&mut self, actor: &Actor, wanted: &[(ClientId, Provider, TimeDelta)]) -> Outcome<usize> {
        let now = self.now;
        let known: Vec<(Uuid, String, i64)> = self.all(SETTINGS, values![]).await?;
        let mut changes: Vec<(ClientId, Provider, Option<i64>)> = Vec::new();
        for (client, provider, time) in wanted {
            let same =
                |row: &&(Uuid, String, i64)| row.0 == client.0 && row.1 == provider.as_str() && row.2 == time.num_seconds();
            if !known.iter().any(|row| same(&row)) {
                changes.push((*client, *provider, Some(time.num_seconds())));
            }
        }
        for (client, provider, _) in &known {
            let Ok(provider) = provider.parse::<Provider>() else { continue };
            if !wanted.iter().any(|(id, wanted, _)| id.0 == *client && *wanted == provider) {
                changes.push((ClientId(*client), provider, None));
            }
        }
        for (client, provider, seconds) in &changes {
            let detail = match seconds {
                Some(0) => format!("{provider} is never stale"),
                Some(seconds) => format!("{provider} is stale after {} min of silence", seconds / 60),
                None => format!("{provider} is stale by its own past"),
            };
            let about = About { verb: "source.expect", kind: Kind::Client, subject: client.0, lead: None, detail: &detail };
            self.journal(actor, about).await?;
            let at = seconds.map(|_| now);
            self.run(SET, values![*client, provider.as_str(), *seconds, at]).await?;
        }
        Ok(changes.len())
    }
}

impl Store {
    /// Who sends: each provider and client with a URL that is open.
    pub async fn senders(&self) -> Outcome<Vec<Sender>> {
        self.read(SENDERS, values![]).await
    }

    /// How silent each source is of which something is expected, for the clients that the person sees.
    pub async fn silences(&self, me: &Person) -> Outcome<Vec<(ClientId, Provider, Silence)>> {
        let (actor, now) = (Actor::Person(me.clone()), self.clock.now());
        let rows: Vec<Expected> = self.read(EXPECTED, values![]).await?;
        let silence = |row: Expected| {
            let (client, provider) = (row.client, row.provider);
            Some((client, provider, Expectation::from(row).silence(now)?))
        };
        Ok(rows.into_iter().filter(|row| actor.sees(row.client)).filter_map(silence).collect())
    }

    /// How many providers of clients are stale: what is fetched of them is too old, or they are silent for too long.
    pub async fn stale_sources(&self, me: &Person) -> Outcome<i64> {
        let mut stale = self.stale_syncs(me).await?;
        stale.extend(self.silences(me).await?.into_iter().filter(|(.., silence)| silence.stale).map(|(id, of, _)| (id, of)));
        stale.sort_unstable();
        stale.dedup();
        Ok(i64::try_from(stale.len()).unwrap_or(i64::MAX))
    }
}

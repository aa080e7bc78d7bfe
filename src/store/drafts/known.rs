//! Everything stored about the leads that a draft speaks of, and around them: what the checks look for by construction,
//! what is doubted of those leads, which of the sources it depends on are stale, and what their client lets findings weigh.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::lists::lead_columns;
use super::super::rows::from_row;
use super::super::sources::silence::{Expected, expected};
use super::super::statement::values;
use super::super::{Outcome, Store, Tx};
use crate::domain::doubt::Standing;
use crate::domain::event::Provider;
use crate::domain::id::DraftId;
use crate::domain::known::{Known, KnownKind, in_payload, of_address, of_record, zips_in};
use crate::domain::lead::Lead;
use crate::domain::quality::{Faulty, faulty};
use crate::domain::severities::Severities;
use crate::domain::source::silence::{Expectation, Lapse};
use crate::domain::sync::{Freshness, brings_all, freshness};

struct Fetched {
    provider: Provider,
    cursor_at: DateTime<Utc>,
    every_seconds: i64,
    stale_seconds: i64,
    /// Whether it could not be asked for everything, and nobody has settled that.
    left_out: i64,
}
from_row!(Fetched { provider: String, cursor_at: =DateTime<Utc>, every_seconds: =i64, stale_seconds: =i64, left_out: =i64, });
from_row!(Standing { lead: =i64, kind: String, other: =Option<i64>, });

/// A statement about the leads that a draft speaks of: its own, those that its evidence points at, all that a week counts though
/// it names some, and what was merged with one of them, which keeps its own name, numbers and payloads.
///
/// What follows begins with the leads and goes on from there (SQLite goes in the order of a `cross join`): the other way round
/// all attempts there ever were are read for one draft.
macro_rules! of_spoken {
    ($select:expr) => {
        concat!(
            "with named as (select lead_id as id from drafts where id = $1
                union select l.id from draft_evidence e
                    join leads l on l.number = case when e.source like 'L-%' then cast(substr(e.source, 3) as bigint) end
                    where e.draft_id = $1
                union select v.lead_id from draft_evidence e
                    join events v on v.number = case when e.source like 'E-%' then cast(substr(e.source, 3) as bigint) end
                    where e.draft_id = $1
                union select l.id from drafts d
                    join leads l on l.client_id = d.client_id and l.arrived_at >= d.leads_from and l.arrived_at < d.leads_until
                    where d.id = $1),
                spoken as (select id from named
                    union select l.id from named m cross join leads l where l.merged_into = m.id
                    union select l.merged_into from named m cross join leads l where l.id = m.id and l.merged_into is not null) ",
            $select
        )
    };
}

const LEADS: &str = of_spoken!(
    "select l.name, coalesce(l.phone, ''), coalesce(l.email, ''), l.attribution, l.market from spoken s cross join leads l where l.id = s.id"
);
/// A week speaks of many leads, and the newest payloads of all of them are enough to go on.
const PAYLOADS: &str = of_spoken!(
    "select p.body from spoken s cross join events v cross join payloads p where v.lead_id = s.id and p.id = v.payload_id
        order by v.occurred_at desc, v.id limit 200"
);
/// The newest of what was said.
const WORDS: &str = of_spoken!(
    "select v.words from spoken s cross join events v where v.lead_id = s.id and v.words <> '' order by v.occurred_at desc, v.id limit 600"
);
/// The newest of what people noted and gave as reasons; what is the same for many, as in a bulk, once.
const NOTES: &str = of_spoken!(
    "select n.words from (
        select t.title as words, t.created_at as said_at from spoken s cross join tasks t where t.lead_id = s.id
        union all select d.reason, d.updated_at from spoken s cross join drafts d where d.lead_id = s.id and d.reason is not null
        union all select y.withdrawn_why, y.updated_at from spoken s cross join summaries y
            where y.lead_id = s.id and y.withdrawn_why is not null
        union all select o.asked_why, o.asked_at from spoken s cross join drafts d cross join overrides o
            where d.lead_id = s.id and o.draft_id = d.id
        union all select o.granted_why, o.granted_at from spoken s cross join drafts d cross join overrides o
            where d.lead_id = s.id and o.draft_id = d.id and o.granted_why is not null
        union all select j.detail, j.at from spoken s cross join journal j
            where j.lead_id = s.id and j.actor_kind = 'person' and j.detail <> '') n
        group by n.words order by max(n.said_at) desc limit 600"
);
/// Our own references, the newest first.
const REFERENCES: &str = of_spoken!(
    "select n.reference from (
        select 'L-' || cast(l.number as text) as reference, l.arrived_at as made_at from spoken s cross join leads l where l.id = s.id
        union all select 'E-' || cast(v.number as text), v.recorded_at from spoken s cross join events v where v.lead_id = s.id
        union all select 'W-' || cast(p.number as text), p.received_at from spoken s cross join events v cross join payloads p
            where v.lead_id = s.id and p.id = v.payload_id
        union all select 'J-' || cast(j.number as text), j.created_at from spoken s cross join jobs j where j.lead_id = s.id
        union all select 'T-' || cast(t.number as text), t.created_at from spoken s cross join tasks t where t.lead_id = s.id
        union all select 'D-' || cast(d.number as text), d.created_at from spoken s cross join drafts d where d.lead_id = s.id
        union all select 'D-' || cast(d.number as text), d.created_at from drafts d where d.id = $1
        union all select 'S-' || cast(y.number as text), y.approved_at from spoken s cross join summaries y where y.lead_id = s.id
    ) n order by n.made_at desc limit 2000"
);
/// What other systems call the records, the newest first.
const RECORDS: &str = of_spoken!(
    "select n.record from (
        select a.remote_id as record, a.started_at as made_at from spoken s cross join jobs j cross join attempts a
            where j.lead_id = s.id and a.job_id = j.id and a.remote_id is not null
        union all select t.record, t.changed_at from spoken s cross join told t
            where t.lead_id = s.id and t.client_id = (select d.client_id from drafts d where d.id = $1)
    ) n order by n.made_at desc limit 1000"
);
const SENT_FROM: &str = of_spoken!(
    "select c.from_ip from spoken s cross join consents c where c.lead_id = s.id and c.from_ip is not null
        order by c.said_at desc limit 200"
);
/// Of either of two: a draft may speak of the one or of the other.
const DOUBTS: &str = of_spoken!(
    "select l.number as lead, f.kind as kind, o.number as other from spoken s
            join lead_findings f on f.lead_id = s.id join leads l on l.id = f.lead_id left join leads o on o.id = f.other_id
            where f.settled_at is null
        union select l.number, f.kind, o.number from spoken s
            join lead_findings f on f.other_id = s.id join leads l on l.id = f.lead_id left join leads o on o.id = f.other_id
            where f.settled_at is null
        order by lead, kind, other limit 200"
);
/// As they are stored now; what became spam or another lead is told of by itself.
const FAULTS: &str = of_spoken!(concat!(
    "select ",
    lead_columns!(),
    " from spoken s join leads r on r.id = s.id left join clients c on c.id = r.client_id left join people o on o.id = r.owner_id
        where r.state not in ('spam', 'merged') order by r.number desc limit 200"
));
const SEVERITIES: &str = "select c.findings from drafts d join clients c on c.id = d.client_id where d.id = $1";
const MADE_AT: &str = "select created_at from drafts where id = $1";
const SILENT: &str = of_spoken!(expected!(
    " and e.client_id = (select d.client_id from drafts d where d.id = $1) and ((select d.subject from drafts d where d.id = $1) = 'week'
        or e.provider in (select v.provider from spoken s join events v on v.lead_id = s.id)) order by e.provider"
));
/// What is counted and told of nobody is no part of a draft.
const FETCHED: &str = of_spoken!(
    "select y.provider, y.cursor_at, y.every_seconds, y.stale_seconds,
            cast(case when y.left_out is not null and (t.id is null or t.state = 'open') then 1 else 0 end as bigint) as left_out
        from syncs y left join tasks t on t.id = y.asked_id
        where y.off_at is null and y.provider <> 'search-console' and y.client_id = (select d.client_id from drafts d where d.id = $1)
            and ((select d.subject from drafts d where d.id = $1) = 'week'
                or y.provider in (select v.provider from spoken s join events v on v.lead_id = s.id)) order by y.provider"
);
const PEOPLE: &str = "select name from people order by name limit 1000";
const CLIENTS: &str =
    "select c.name, cast(case when c.id = d.client_id then 1 else 0 end as bigint) from clients c join drafts d on d.id = $1
    order by c.name limit 5000";
const ADDRESSES: &str = "select a.address from drafts d join client_addresses a on a.client_id = d.client_id where d.id = $1 order by a.address limit 200";

/// What a draft's text is checked against beside its evidence.
pub(in crate::store) struct Around {
    /// What is stored.
    pub(in crate::store) known: Vec<Known>,
    /// What is doubted of its leads, and not settled.
    pub(in crate::store) doubts: Vec<Standing>,
    /// What is wrong with what is stored of them.
    pub(in crate::store) faults: Vec<Faulty>,
    /// What findings weigh for its client.
    pub(in crate::store) severities: Severities,
    /// Sources it depends on that were stale when it was made.
    pub(in crate::store) lapses: Vec<Lapse>,
}

/// What the statements gave.
struct Stored {
    leads: Vec<(String, String, String, String, String)>,
    payloads: Vec<(Vec<u8>,)>,
    words: Vec<(String,)>,
    notes: Vec<(String,)>,
    references: Vec<(String,)>,
    records: Vec<(String,)>,
    sent_from: Vec<(String,)>,
    people: Vec<(String,)>,
    clients: Vec<(String, i64)>,
    addresses: Vec<(String,)>,
    doubts: Vec<Standing>,
    told: Vec<Lead>,
    severities: Vec<(String,)>,
    made_at: Vec<(DateTime<Utc>,)>,
    silent: Vec<Expected>,
    fetched: Vec<Fetched>,
}

/// Runs the statements by one of the two ways to read.
macro_rules! stored {
    ($on:expr, $read:ident, $draft:expr) => {{
        let draft = $draft;
        Stored {
            leads: $on.$read(LEADS, values![draft]).await?,
            payloads: $on.$read(PAYLOADS, values![draft]).await?,
            words: $on.$read(WORDS, values![draft]).await?,
            notes: $on.$read(NOTES, values![draft]).await?,
            references: $on.$read(REFERENCES, values![draft]).await?,
            records: $on.$read(RECORDS, values![draft]).await?,
            sent_from: $on.$read(SENT_FROM, values![draft]).await?,
            people: $on.$read(PEOPLE, vec![]).await?,
            clients: $on.$read(CLIENTS, values![draft]).await?,
            addresses: $on.$read(ADDRESSES, values![draft]).await?,
            doubts: $on.$read(DOUBTS, values![draft]).await?,
            told: $on.$read(FAULTS, values![draft]).await?,
            severities: $on.$read(SEVERITIES, values![draft]).await?,
            made_at: $on.$read(MADE_AT, values![draft]).await?,
            silent: $on.$read(SILENT, values![draft]).await?,
            fetched: $on.$read(FETCHED, values![draft]).await?,
        }
    }};
}

impl Tx {
    /// What is around a draft.
    pub(super) async fn around(&mut self, draft: DraftId) -> Outcome<Around> {
        Ok(stored!(self, all, draft).around(self.now))
    }
}

impl Store {
    /// What is around a draft.
    pub(in crate::store) async fn around(&self, draft: DraftId) -> Outcome<Around> {
        Ok(stored!(self, read, draft).around(self.clock.now()))
    }
}

impl Stored {
    fn around(mut self, now: DateTime<Utc>) -> Around {
        let severities = self.severities.pop().map(|(stored,)| Severities::stored(&stored)).unwrap_or_default();
        let faults = faulty(&std::mem::take(&mut self.told));
        Around { doubts: std::mem::take(&mut self.doubts), faults, severities, lapses: self.lapses(now), known: self.known() }
    }

    /// Of what it depends on, what is stale now and told nothing since the draft was made, and what is known to have left
    /// something out: whenever that happened.
    fn lapses(&mut self, now: DateTime<Utc>) -> Vec<Lapse> {
        let Some((made_at,)) = self.made_at.pop() else { return Vec::new() };
        let covered = |provider: Provider| brings_all(provider) && self.fetched.iter().any(|sync| sync.provider == provider);
        let missing = std::mem::take(&mut self.silent).into_iter().filter(|expected| !covered(expected.provider));
        let silent: Vec<Lapse> = missing
            .filter_map(|expected| {
                let provider = expected.provider;
                let silence = Expectation::from(expected).silence(now).filter(|silence| silence.stale)?;
                Some(Lapse { provider, until: silence.heard_at, left_out: false })
            })
            .collect();
        let fetched = std::mem::take(&mut self.fetched);
        let short: Vec<Lapse> = fetched
            .iter()
            .filter(|sync| sync.left_out != 0)
            .map(|sync| Lapse { provider: sync.provider, until: Some(sync.cursor_at), left_out: true })
            .collect();
        let fetched = fetched.into_iter().filter_map(|sync| {
            let (every, stale_after) = (TimeDelta::seconds(sync.every_seconds), TimeDelta::seconds(sync.stale_seconds));
            let stale = freshness(sync.provider, sync.cursor_at, now, every, stale_after) == Freshness::Stale;
            stale.then_some(Lapse { provider: sync.provider, until: Some(sync.cursor_at), left_out: false })
        });
        let mut all: Vec<Lapse> =
            silent.into_iter().chain(fetched).filter(|lapse| lapse.until.is_none_or(|until| until < made_at)).collect();
        // A webhook that is dead and not fetched either is missing since the later of the two.
        all.sort_by_key(|lapse| (lapse.provider, std::cmp::Reverse(lapse.until)));
        all.dedup_by_key(|lapse| lapse.provider);
        all.extend(short);
        all
    }

    fn known(self) -> Vec<Known> {
        let mut all: Vec<Known> = Vec::new();
        for (name, phone, email, attribution, market) in &self.leads {
            all.extend(Known::new(KnownKind::Name, name));
            all.extend(Known::new(KnownKind::Phone, phone));
            all.extend(Known::new(KnownKind::Email, email));
            all.extend(zips_in(market));
            // Where a lead came from may be told; the id of a click may not.
            all.extend(
                attribution
                    .split_whitespace()
                    .filter(|word| word.len() >= 10)
                    .filter_map(|word| Known::new(KnownKind::Id, word.rsplit(['=', ':']).next().unwrap_or(word))),
            );
        }
        for (body,) in &self.payloads {
            all.extend(in_payload(&String::from_utf8_lossy(body)));
        }
        all.extend(self.words.iter().chain(&self.notes).filter_map(|(note,)| Known::new(KnownKind::Note, note)));
        all.extend(self.references.iter().filter_map(|(reference,)| Known::new(KnownKind::Id, reference)));
        all.extend(self.records.iter().flat_map(|(record,)| of_record(record)));
        all.extend(self.sent_from.iter().filter_map(|(ip,)| of_address(ip)));
        all.extend(self.people.iter().filter_map(|(name,)| Known::new(KnownKind::Staff, name)));
        all.extend(self.addresses.iter().filter_map(|(address,)| {
            let kind = if address.contains('@') { KnownKind::Email } else { KnownKind::Phone };
            Known::new(kind, address)
        }));
        let own: Vec<String> = self.clients.iter().filter(|(_, own)| *own == 1).map(|(name, _)| name.to_lowercase()).collect();
        all.extend(
            self.clients.iter().filter(|(_, own)| *own == 1).filter_map(|(name, _)| Known::new(KnownKind::OwnClient, name)),
        );
        let others = self.clients.iter().filter(|(_, own)| *own == 0);
        all.extend(others.filter_map(|(name, _)| Known::new(KnownKind::OtherClient, name)));
        // A client is spoken of by its own name, whoever else is called so.
        all.retain(|known| {
            !matches!(known.kind, KnownKind::Name | KnownKind::Staff | KnownKind::OtherClient)
                || !own.iter().any(|own| {
                    own.split_whitespace().any(|word| word == known.value.reveal().to_lowercase())
                        || *own == known.value.reveal().to_lowercase()
                })
        });
        all.sort_by(|a, b| (a.kind as u8, a.value.reveal()).cmp(&(b.kind as u8, b.value.reveal())));
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::plan;

    /// Drafts are checked all day, beside everything that was ever done.
    #[tokio::test]
    async fn what_is_known_of_a_draft_is_found_by_its_leads() {
        for sql in [LEADS, PAYLOADS, WORDS, NOTES, REFERENCES, RECORDS, SENT_FROM] {
            let steps = plan(sql).await;
            let small = ["named", "m", "s", "n"].map(|name| format!("SCAN {name}"));
            let reads_all = |step: &&String| {
                step.starts_with("SCAN ") && !small.contains(step)
                    || step.contains("AUTOMATIC")
                    || step.ends_with("(client_id=?)")
            };
            assert!(steps.len() > 10 && !steps.iter().any(|step| reads_all(&step)), "{sql}\n{steps:#?}");
        }
    }
}

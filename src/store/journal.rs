//! The journal: entries are appended inside the transaction of the act, and sealed in batches afterwards.

use chrono::{DateTime, Utc};
use sqlx::Row as _;
use uuid::Uuid;

use super::errors::failure;
use super::gather::Table;
use super::rows::from_row;
use super::statement::{Value, values};
use super::{Outcome, Store, Tx, on_db};
use crate::domain::actor::Actor;
use crate::domain::failure::Failure;
use crate::domain::id::{EntryId, Kind, LeadId, Ref};
use crate::domain::journal::{Entry, SEAL_SIZE, seal_hash};
use crate::domain::text::Untrusted;

/// What an entry is about, beside who and when.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// What is done, such as `draft.approve`.
    pub verb: &'a str,
    /// What kind of record it is done to.
    pub kind: Kind,
    /// That record's id.
    pub subject: Uuid,
    /// The lead concerned.
    pub lead: Option<LeadId>,
    /// What else is worth knowing. Never a payload, a draft's text or a secret.
    pub detail: &'a str,
}

pub(crate) const APPEND: &str =
    "insert into journal (id, at, actor_kind, actor, verb, subject_kind, subject_id, lead_id, detail, hash)
    values {rows} returning id";

struct Stored {
    id: EntryId,
    at: DateTime<Utc>,
    actor_kind: String,
    actor: String,
    verb: String,
    subject_kind: Kind,
    subject_id: Uuid,
    lead_id: Option<Uuid>,
    detail: Untrusted,
    hash: Vec<u8>,
}
from_row!(Stored { id: Uuid, at: =DateTime<Utc>, actor_kind: =String, actor: =String, verb: =String, subject_kind: String,
    subject_id: =Uuid, lead_id: =Option<Uuid>, detail: String, hash: =Vec<u8>, });

impl From<Stored> for Entry {
    fn from(row: Stored) -> Self {
        Self {
            id: row.id,
            at: row.at,
            actor_kind: row.actor_kind,
            actor: row.actor,
            verb: row.verb,
            kind: row.subject_kind,
            subject: row.subject_id,
            lead: row.lead_id,
            detail: row.detail,
            // A hash of another length is tampering; zeros verify as such.
            hash: row.hash.try_into().unwrap_or_default(),
        }
    }
}

/// An entry with the reference people know its record by.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Listed {
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
    /// Its place in the log.
    pub number: i64,
    /// What people call the record.
    pub record: Option<Ref>,
}

/// What `journal verify` found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// Entries read.
    pub entries: u64,
    /// Seals read.
    pub seals: u64,
    /// Entries too young to be sealed.
    pub unsealed: u64,
    /// The first thing that differs, in words; `None` when all is sound.
    pub differs: Option<String>,
}

impl About<'_> {
    pub(crate) fn entry(&self, actor: &Actor, at: DateTime<Utc>) -> Entry {
        let mut entry = Entry {
            id: EntryId::new(),
            at,
            actor_kind: actor.kind().to_owned(),
            actor: actor.name().to_owned(),
            verb: self.verb.to_owned(),
            kind: self.kind,
            subject: self.subject,
            lead: self.lead.map(|lead| lead.0),
            // Postgres cannot hold a NUL in text.
            detail: Untrusted::new(self.detail.replace('\0', "\u{fffd}")),
            hash: [0; 32],
        };
        entry.hash = entry.expected_hash();
        entry
    }
}

/// An entry as a row of [`APPEND`].
pub(crate) fn row(entry: &Entry) -> Vec<Value> {
    values![
        entry.id,
        entry.at,
        &entry.actor_kind,
        &entry.actor,
        &entry.verb,
        entry.kind.as_str(),
        entry.subject,
        entry.lead,
        entry.detail.raw(),
        &entry.hash[..],
    ]
}

impl Tx {
    /// Appends an entry. It becomes durable with the act it announces, or not at all.
    pub async fn journal(&mut self, actor: &Actor, about: About<'_>) -> Outcome<EntryId> {
        let ids = self.journal_all(actor, &[about]).await?;
        ids.first().copied().ok_or_else(|| Failure::Other("the journal took an entry and gave back none".to_owned()))
    }

    /// Appends several entries of one actor; gives back their ids in the same order.
    pub(crate) async fn journal_all(&mut self, actor: &Actor, abouts: &[About<'_>]) -> Outcome<Vec<EntryId>> {
        let entries: Vec<Entry> = abouts.iter().map(|about| about.entry(actor, self.now)).collect();
        self.put(Table::Journal, None, APPEND, entries.iter().map(row).collect()).await?;
        let ids: Vec<EntryId> = entries.into_iter().map(|entry| entry.id).collect();
        self.announced.extend(&ids);
        Ok(ids)
    }
}

impl Tx {
    /// Seals these entries under this number; gives back the seal's hash, or `None` when there is a seal of that number.
    async fn seal(&mut self, number: i64, previous: &[u8; 32], entries: &[(EntryId, [u8; 32])]) -> Outcome<Option<[u8; 32]>> {
        const SEAL: &str =
            "insert into seals (number, at, entries, previous, hash) values ($1, $2, $3, $4, $5) on conflict do nothing";
        const MEMBERS: &str = "insert into seal_entries (entry_id, seal, position) values {rows} returning entry_id";
        let (now, hash) = (self.now, seal_hash(previous, entries.iter().copied()));
        if self.run(SEAL, values![number, now, entries.len() as i64, &previous[..], &hash[..]]).await? == 0 {
            return Ok(None);
        }
        let row = |(position, (id, _)): (usize, &(EntryId, [u8; 32]))| values![*id, number, position as i64];
        self.over::<(Uuid,)>(MEMBERS, vec![], entries.iter().enumerate().map(row).collect()).await?;
        Ok(Some(hash))
    }

    /// Who last did something to a record, and when: what a conflict tells. What this transaction announced is not done.
    pub(crate) async fn last_change(&mut self, subject: Uuid) -> Outcome<Option<(String, DateTime<Utc>)>> {
        const SQL: &str = "select id, actor, at from journal where subject_id = $1 order by number desc limit $2";
        let found: Vec<(Uuid, String, DateTime<Utc>)> = self.all(SQL, values![subject, self.announced.len() as i64 + 1]).await?;
        let others = found.into_iter().find(|(id, ..)| !self.announced.contains(&EntryId(*id)));
        Ok(others.map(|(_, actor, at)| (actor, at)))
    }
}

/// How far behind the newest sealed entry the search for unsealed ones starts on Postgres, in entries: an entry whose transaction
/// committed late has a small number. What is older still is found by [`Search::All`]. On SQLite entries are committed in the order
/// of their numbers, and sealed in it: nothing before the newest sealed one is unsealed, and nothing is searched.
const LATE: i64 = 10_000;

/// Entries that [`Search::All`] looks through at once.
const PIECE: i64 = 20_000;

/// Seals in one transaction: what is looked through for unsealed entries is looked through once for all of them.
const SEALS: usize = 4;

const UNSEALED: &str = "select j.id, j.hash from journal j
    where j.number >= $1 and not exists (select 1 from seal_entries s where s.entry_id = j.id)
    order by j.number limit $2";

/// How far back unsealed entries are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// Among the last entries; cheap enough for every second.
    Recent,
    /// In the whole log where that can find more, once at start; nobody is kept from writing meanwhile.
    All,
}

impl Store {
    /// Seals the entries that are not sealed yet, a thousand in each seal and four seals at most; gives back how many
    /// entries. Called about once a second by whoever works, and again at once while it gives back [`SEAL_SIZE`] or more.
    pub async fn seal_journal(&self, search: Search) -> Outcome<usize> {
        // Looked for before the transaction: a log of years takes seconds, and on SQLite nobody could write meanwhile.
        let Some(first) = self.first_unsealed(search).await? else { return Ok(0) };
        let mut tx = self.begin().await?;
        let last: Option<(i64, Vec<u8>)> =
            tx.one("select number, hash from seals order by number desc limit 1", values![]).await?;
        let (mut number, mut previous) = match last {
            Some((number, hash)) => (number + 1, hash.try_into().unwrap_or([0; 32])),
            None => (1, [0; 32]),
        };
        let found: Vec<(Uuid, Vec<u8>)> = tx.all(UNSEALED, values![first, (SEALS * SEAL_SIZE) as i64]).await?;
        let entries: Vec<(EntryId, [u8; 32])> =
            found.into_iter().map(|(id, hash)| (EntryId(id), hash.try_into().unwrap_or_default())).collect();
        for sealed in entries.chunks(SEAL_SIZE) {
            let Some(hash) = tx.seal(number, &previous, sealed).await? else {
                // Another process sealed at the same moment; its seal stands and ours are not needed.
                return Ok(0);
            };
            (number, previous) = (number + 1, hash);
        }
        if !entries.is_empty() {
            tx.commit().await?;
        }
        Ok(entries.len())
    }

    /// The number of the first entry that is in no seal, as far back as is asked; read in pieces.
    async fn first_unsealed(&self, search: Search) -> Outcome<Option<i64>> {
        const NEWEST: &str = "select coalesce(max(number), 0) from journal";
        const SEALED: &str = "select coalesce(max(j.number), 0) from seal_entries s join journal j on j.id = s.entry_id
            where s.seal = (select max(number) from seals)";
        const FIRST: &str = "select min(j.number) from journal j where j.number > $1 and j.number <= $2
            and not exists (select 1 from seal_entries s where s.entry_id = j.id)";
        let newest = self.read::<(i64,)>(NEWEST, vec![]).await?.first().map_or(0, |row| row.0);
        let sealed = self.read::<(i64,)>(SEALED, vec![]).await?.first().map_or(0, |row| row.0);
        let mut after = match (self.is_postgres(), search) {
            (false, _) => sealed,
            (true, Search::Recent) => sealed - LATE,
            (true, Search::All) => 0,
        };
        while after < newest {
            let found: Vec<(Option<i64>,)> = self.read(FIRST, values![after, after + PIECE]).await?;
            if let Some((Some(number),)) = found.first() {
                return Ok(Some(*number));
            }
            after += PIECE;
        }
        Ok(None)
    }

    /// Reads the whole log and names the first entry or seal that differs from what it was when it was written.
    pub async fn verify_journal(&self) -> Outcome<Verified> {
        let mut found = Verified { entries: 0, seals: 0, unsealed: 0, differs: None };
        let mut after = 0_i64;
        loop {
            const PAGE: &str = "select number, id, at, actor_kind, actor, verb, subject_kind, subject_id, lead_id, detail, hash
                from journal where number > $1 order by number limit 2000";
            let rows: Vec<Numbered> =
                on_db!(self, |pool| sqlx::query_as(PAGE).bind(after).fetch_all(pool).await).map_err(failure)?;
            let Some(last) = rows.last() else { break };
            after = last.number;
            for Numbered { number, entry } in rows {
                found.entries += 1;
                if found.differs.is_none() && entry.expected_hash() != entry.hash {
                    found.differs = Some(format!(
                        "entry {number} ({} by {} at {}) is not what was written",
                        entry.verb, entry.actor, entry.at
                    ));
                }
            }
        }
        let mut previous = [0_u8; 32];
        let mut expected_number = 1_i64;
        loop {
            let seal = on_db!(self, |pool| sqlx::query(
                "select number, entries, previous, hash from seals where number >= $1 order by number limit 1"
            )
            .bind(expected_number)
            .fetch_optional(pool)
            .await
            .map(|row| row.map(|row| (
                row.get::<i64, _>(0),
                row.get::<i64, _>(1),
                row.get::<Vec<u8>, _>(2),
                row.get::<Vec<u8>, _>(3)
            ))))
            .map_err(failure)?;
            let Some((number, count, stated_previous, hash)) = seal else { break };
            found.seals += 1;
            const MEMBERS: &str = "select s.entry_id, j.hash from seal_entries s left join journal j on j.id = s.entry_id where s.seal = $1 order by s.position";
            let members: Vec<(Uuid, Option<Vec<u8>>)> =
                on_db!(self, |pool| sqlx::query_as(MEMBERS).bind(number).fetch_all(pool).await).map_err(failure)?;
            let missing = members.iter().position(|(_, hash)| hash.is_none());
            let members: Vec<(EntryId, [u8; 32])> = members
                .into_iter()
                .map(|(id, hash)| (EntryId(id), hash.and_then(|hash| hash.try_into().ok()).unwrap_or_default()))
                .collect();
            let trouble = if number != expected_number {
                Some(format!("seal {expected_number} is missing"))
            } else if stated_previous != previous {
                Some(format!("seal {number} does not follow seal {}", number - 1))
            } else if let Some(position) = missing {
                Some(format!("an entry of seal {number} (place {position}) was deleted"))
            } else if members.len() as i64 != count || seal_hash(&previous, members) != hash[..] {
                Some(format!("seal {number} does not match its entries"))
            } else {
                None
            };
            found.differs = found.differs.or(trouble);
            previous = hash.try_into().unwrap_or_default();
            expected_number = number + 1;
        }
        let unsealed = on_db!(self, |pool| sqlx::query(
            "select count(*) from journal j where not exists (select 1 from seal_entries s where s.entry_id = j.id)"
        )
        .fetch_one(pool)
        .await
        .map(|row| row.get::<i64, _>(0)))
        .map_err(failure)?;
        found.unsealed = u64::try_from(unsealed).unwrap_or_default();
        Ok(found)
    }

    /// The newest entries before `before` (a number; `i64::MAX` for the newest), newest first.
    pub async fn list_journal(&self, before: i64, limit: i64) -> Outcome<Vec<Listed>> {
        const SQL: &str = "select j.number, j.id, j.at, j.actor_kind, j.actor, j.verb, j.subject_kind, j.subject_id, j.lead_id, j.detail, j.hash,
                coalesce(l.number, b.number, t.number, d.number, s.number, x.number, c.number, p.number, w.number) as record_number
            from journal j
            left join leads l on l.id = j.subject_id
            left join jobs b on b.id = j.subject_id
            left join tasks t on t.id = j.subject_id
            left join drafts d on d.id = j.subject_id
            left join summaries s on s.id = j.subject_id
            left join destinations x on x.id = j.subject_id
            left join clients c on c.id = j.subject_id
            left join people p on p.id = j.subject_id
            left join payloads w on w.id = j.subject_id
            where j.number < $1 order by j.number desc limit $2";
        let rows: Vec<WithRecord> =
            on_db!(self, |pool| sqlx::query_as(SQL).bind(before).bind(limit).fetch_all(pool).await).map_err(failure)?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}

struct Numbered {
    number: i64,
    entry: Entry,
}

struct WithRecord(Listed);

macro_rules! numbered {
    ($row:ty) => {
        impl sqlx::FromRow<'_, $row> for Numbered {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self { number: row.try_get("number")?, entry: Stored::from_row(row)?.into() })
            }
        }
        impl sqlx::FromRow<'_, $row> for WithRecord {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let entry: Entry = Stored::from_row(row)?.into();
                let record = row.try_get::<Option<i64>, _>("record_number")?.map(|number| Ref::new(entry.kind, number));
                Ok(Self(Listed { number: row.try_get("number")?, record, entry }))
            }
        }
    };
}
numbered!(sqlx::postgres::PgRow);
numbered!(sqlx::sqlite::SqliteRow);

//! Syncs: which provider is asked for whom, the round under way, the cursor, and how fresh that makes us.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::journal::About;
use super::rows::from_row;
use super::statement::values;
use super::tasks::NewTask;
use super::{Outcome, Store, Tx};
use crate::domain::actor::{Actor, Person};
use crate::domain::event::Provider;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, DestinationId, JobId, Kind, SourceId, TaskId};
use crate::domain::journal::sha256;
use crate::domain::lead::Urgency;
use crate::domain::sync::{Freshness, Missing, Still, SyncFigures, SyncSetting, freshness, lag};
use crate::domain::task::{TaskKind, TaskState};

/// A sync whose time has come.
#[derive(Clone, Debug)]
pub struct Due {
    /// For whom.
    pub client: ClientId,
    /// Whose payloads come of it.
    pub provider: Provider,
    /// What is asked.
    pub destination: DestinationId,
    /// Which part of the account.
    pub scope: String,
    /// Everything before it is here.
    pub cursor: DateTime<Utc>,
    /// The last round.
    pub round: i64,
    /// Seconds between two rounds.
    pub every: i64,
    /// What the last round could not have, as it is stored, unless a person has settled it.
    pub missing: Option<String>,
}

struct Row {
    client_id: ClientId,
    client: String,
    provider: Provider,
    destination: String,
    cursor_at: DateTime<Utc>,
    every_seconds: i64,
    stale_seconds: i64,
    next_at: DateTime<Utc>,
    trouble: Option<String>,
}
/// What the round before said, and who was asked about it.
struct Before {
    left_out: Option<String>,
    asked: Option<TaskId>,
    state: Option<TaskState>,
}
from_row!(Before { left_out: =Option<String>, asked: ?Uuid, state: ?String, });
from_row!(Row { client_id: Uuid, client: =String, provider: String, destination: =String, cursor_at: =DateTime<Utc>,
    every_seconds: =i64, stale_seconds: =i64, next_at: =DateTime<Utc>, trouble: =Option<String>, });
from_row!(Due { client: Uuid, provider: String, destination: Uuid, scope: =String, cursor: =DateTime<Utc>, round: =i64,
    every: =i64, missing: =Option<String>, });

const SET: &str = "update syncs set destination_id = $3, scope = $4, every_seconds = $5, stale_seconds = $6, off_at = null,
        left_out = case when scope = $4 then left_out end, missing = case when scope = $4 then missing end,
        version = version + 1, updated_at = $7
    where client_id = $1 and provider = $2 and (destination_id <> $3 or scope <> $4 or every_seconds <> $5
        or stale_seconds <> $6 or off_at is not null) returning version";
const ADD: &str = "insert into syncs (client_id, provider, destination_id, source_id, scope, every_seconds, stale_seconds,
        cursor_at, next_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) on conflict (client_id, provider) do nothing returning version";
/// A source that no URL leads to: closed, and its key known to nobody.
const SOURCE: &str = "insert into sources (id, client_id, provider, key_hash, created_at, closed_at) values ($1, $2, $3, $4, $5, $5) returning number";
const ON: &str = "select client_id, provider from syncs where off_at is null";
const OFF: &str = "update syncs set off_at = $3, version = version + 1, updated_at = $3
    where client_id = $1 and provider = $2 and off_at is null";
const DUE: &str = "select s.client_id as client, s.provider, s.destination_id as destination, s.scope, s.cursor_at as cursor,
        s.round, s.every_seconds as every, case when t.id is null or t.state = 'open' then s.missing end as missing
    from syncs s left join tasks t on t.id = s.asked_id where s.off_at is null and s.next_at <= $1
        and not exists (select 1 from jobs j where j.id = s.job_id and j.state not in ('succeeded', 'dead', 'cancelled', 'unknown'))
    order by s.next_at limit 100";
const BEGIN: &str =
    "update syncs set round = round + 1, page = 1, until_at = $4, next_at = $5, version = version + 1, updated_at = $6
    where client_id = $1 and provider = $2 and round = $3 and off_at is null returning round";
const JOB: &str = "update syncs set job_id = $3 where client_id = $1 and provider = $2";
const TURN: &str = "update syncs set page = page + 1, version = version + 1, updated_at = $5
    where client_id = $1 and provider = $2 and round = $3 and page = $4 returning page";
const END: &str = "update syncs set cursor_at = until_at, page = 0, next_at = coalesce($5, next_at), left_out = $7, missing = $8,
        version = version + 1, updated_at = $6
    where client_id = $1 and provider = $2 and round = $3 and page = $4 and until_at > cursor_at returning version";
const BEFORE: &str = "select s.left_out, s.asked_id as asked, t.state from syncs s left join tasks t on t.id = s.asked_id
    where s.client_id = $1 and s.provider = $2";
const ASKED: &str = "update syncs set asked_id = $3 where client_id = $1 and provider = $2";
const ANSWERED: &str = "update tasks set state = 'done', version = version + 1, updated_at = $2 where id = $1 and state = 'open'";
/// How long a person has to look for what a round could not have.
const ASKED_DUE: TimeDelta = TimeDelta::days(1);
const FRESH: &str = "select s.client_id, c.name as client, s.provider, d.name as destination, s.cursor_at, s.every_seconds,
        s.stale_seconds, s.next_at, case when j.state in ('retrying', 'held', 'dead', 'unknown') then j.last_error
            when t.id is null or t.state = 'open' then s.left_out end as trouble
    from syncs s join clients c on c.id = s.client_id join destinations d on d.id = s.destination_id
    left join jobs j on j.id = s.job_id left join tasks t on t.id = s.asked_id
    where s.off_at is null order by c.name, s.provider";

impl Tx {
    /// Sets a sync as the configuration has it; gives back whether that is new. A new one begins as far back as is said;
    /// one that is there goes on where it is.
    pub async fn set_sync(
        &mut self,
        actor: &Actor,
        client: ClientId,
        destination: DestinationId,
        setting: &SyncSetting,
    ) -> Outcome<bool> {
        let (provider, now) = (setting.provider.as_str(), self.now);
        let (every, stale) = (setting.every.num_seconds(), setting.stale_after.num_seconds());
        let common = values![client, provider, destination, &setting.scope, every, stale, now];
        let mut written = self.one::<(i64,)>(SET, common).await?.is_some();
        const KNOWN: &str = "select version from syncs where client_id = $1 and provider = $2";
        if !written && self.one::<(i64,)>(KNOWN, values![client, provider]).await?.is_none() {
            let source = SourceId::new();
            let begins = now - setting.since - lag(setting.provider);
            let nobody = sha256(Uuid::now_v7().as_bytes()).to_vec();
            self.one::<(i64,)>(SOURCE, values![source, client, provider, nobody, now]).await?;
            let values = values![client, provider, destination, source, &setting.scope, every, stale, begins, now];
            written = self.one::<(i64,)>(ADD, values).await?.is_some();
        }
        if written {
            let detail = format!("{provider} is asked by {} every {} min", setting.destination, setting.every.num_minutes());
            let about = About { verb: "sync.set", kind: Kind::Client, subject: client.0, lead: None, detail: &detail };
            self.journal(actor, about).await?;
        }
        Ok(written)
    }

    /// Stops every sync but these; gives back how many. Their cursors stay.
    pub async fn stop_syncs_but(&mut self, actor: &Actor, kept: &[(ClientId, Provider)]) -> Outcome<usize> {
        let now = self.now;
        let on: Vec<(Uuid, String)> = self.all(ON, values![]).await?;
        let mut stopped = 0;
        for (client, provider) in on {
            if kept.iter().any(|(id, kept)| id.0 == client && kept.as_str() == provider) {
                continue;
            }
            let detail = format!("{provider} is not asked any more");
            let about = About { verb: "sync.stop", kind: Kind::Client, subject: client, lead: None, detail: &detail };
            self.journal(actor, about).await?;
            self.run(OFF, values![client, &provider, now]).await?;
            stopped += 1;
        }
        Ok(stopped)
    }

    /// The syncs whose time has come, and whose last page is not on its way any more.
    pub async fn due_syncs(&mut self) -> Outcome<Vec<Due>> {
        let now = self.now;
        self.all(DUE, values![now]).await
    }

    /// Begins a round that reaches until then; `None` when another worker was first.
    pub async fn begin_round(&mut self, due: &Due, until: DateTime<Utc>) -> Outcome<Option<i64>> {
        let now = self.now;
        let values = values![due.client, due.provider.as_str(), due.round, until, now + TimeDelta::seconds(due.every), now];
        Ok(self.one::<(i64,)>(BEGIN, values).await?.map(|row| row.0))
    }

    /// Says which job fetches the next page: no other round begins while it may.
    pub async fn sync_job(&mut self, client: ClientId, provider: Provider, job: JobId) -> Outcome<()> {
        self.run(JOB, values![client, provider.as_str(), job]).await.map(drop)
    }

    /// Has a provider asked at once: it says that something changed there.
    pub async fn wake_sync(&mut self, client: ClientId, provider: Provider) -> Outcome<()> {
        const SQL: &str = "update syncs set next_at = $3, version = version + 1, updated_at = $3
            where client_id = $1 and provider = $2 and off_at is null and next_at > $3";
        let now = self.now;
        self.run(SQL, values![client, provider.as_str(), now]).await.map(drop)
    }

    /// The source that what a sync brings comes in by.
    pub async fn sync_source(&mut self, client: ClientId, provider: Provider) -> Outcome<Option<SourceId>> {
        const SQL: &str = "select source_id from syncs where client_id = $1 and provider = $2";
        Ok(self.one::<(Uuid,)>(SQL, values![client, provider.as_str()]).await?.map(|row| SourceId(row.0)))
    }

    /// Goes on to the next page of a round; `false` when this was no page that the round waits for.
    pub async fn turn_page(&mut self, client: ClientId, provider: Provider, round: i64, page: i64) -> Outcome<bool> {
        let now = self.now;
        Ok(self.one::<(i64,)>(TURN, values![client, provider.as_str(), round, page, now]).await?.is_some())
    }

    /// Ends a round with its last page: all of its window is here, but for what it says that it could not have. `next` is when
    /// the next one begins, where that is sooner than usual. What is said for the first time, the journal tells, and a
    /// person is asked; what is not said any more, nobody need look for.
    pub async fn end_round(
        &mut self,
        client: ClientId,
        provider: Provider,
        (round, page): (i64, i64),
        next: Option<DateTime<Utc>>,
        still: &Still,
    ) -> Outcome<bool> {
        let now = self.now;
        let missing = Some(&still.missing).filter(|missing| !missing.is_empty()).map(serde_json::to_string).transpose();
        let missing = missing.map_err(|error| Failure::Other(error.to_string()))?;
        let before: Option<Before> = self.one(BEFORE, values![client, provider.as_str()]).await?;
        let (said, asked) = before.map_or((None, None), |before| (before.left_out, before.asked.zip(before.state)));
        let left_out = still.left_out();
        let values = values![client, provider.as_str(), round, page, next, now, left_out.as_deref(), missing.as_deref()];
        if self.one::<(i64,)>(END, values).await?.is_none() {
            return Ok(false);
        }
        let open = asked.filter(|(_, state)| *state == TaskState::Open).map(|(id, _)| id);
        match (&left_out, open) {
            (Some(left_out), open) => {
                let said = said.unwrap_or_default();
                let Some(news) = still.told.iter().find(|told| !said.contains(told.as_str())) else { return Ok(true) };
                let about = About { verb: "sync.short", kind: Kind::Client, subject: client.0, lead: None, detail: left_out };
                self.journal(&Actor::Worker, about).await?;
                if open.is_none() {
                    self.ask_about(client, provider, news, &still.missing).await?;
                }
            }
            (None, Some(open)) => {
                let about = About {
                    verb: "task.done",
                    kind: Kind::Task,
                    subject: open.0,
                    lead: None,
                    detail: "the last round left nothing out",
                };
                self.journal(&Actor::Worker, about).await?;
                self.run(ANSWERED, values![open, now]).await?;
            }
            (None, None) => {}
        }
        Ok(true)
    }

    /// Asks a person about what a round could not have.
    async fn ask_about(&mut self, client: ClientId, provider: Provider, what: &str, missing: &Missing) -> Outcome<()> {
        let time = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
        let made = missing.made.map(|(from, until)| format!(" (made from {} to {} UTC)", time(from), time(until)));
        let title = format!(
            "{provider}: {what}{}; look for it there, and finish this task once it is here: nothing asks for it then",
            made.unwrap_or_default()
        );
        let task = NewTask {
            client,
            lead: None,
            job: None,
            payload: None,
            kind: TaskKind::DataQuality,
            title: &title,
            owner: None,
            urgency: Urgency::Soon,
            due_in: ASKED_DUE,
        };
        let task = self.plan_task(&Actor::Worker, &task).await?;
        self.run(ASKED, values![client, provider.as_str(), task]).await.map(drop)
    }
}

impl Store {
    /// How fresh what we have of each provider is, for the clients that the person sees.
    pub async fn sync_figures(&self, me: &Person) -> Outcome<Vec<SyncFigures>> {
        let actor = Actor::Person(me.clone());
        let now = self.clock.now();
        let rows: Vec<Row> = self.read(FRESH, values![]).await?;
        let figures = |row: Row| {
            let stale_after = TimeDelta::seconds(row.stale_seconds);
            SyncFigures {
                client_id: row.client_id,
                freshness: freshness(row.provider, row.cursor_at, now, TimeDelta::seconds(row.every_seconds), stale_after),
                client: row.client,
                provider: row.provider,
                destination: row.destination,
                complete_until: row.cursor_at,
                stale_since: row.cursor_at + lag(row.provider) + stale_after,
                next_at: row.next_at,
                trouble: row.trouble,
            }
        };
        Ok(rows.into_iter().filter(|row| actor.sees(row.client_id)).map(figures).collect())
    }

    /// Those that are too old to rely on.
    pub(in crate::store) async fn stale_syncs(&self, me: &Person) -> Outcome<Vec<(ClientId, Provider)>> {
        let figures = self.sync_figures(me).await?.into_iter();
        Ok(figures.filter(|sync| sync.freshness == Freshness::Stale).map(|sync| (sync.client_id, sync.provider)).collect())
    }
}

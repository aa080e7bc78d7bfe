//! The figures of the pane titles: counts that stop at a bound, so that they cost the same at ten million rows.

use chrono::{DateTime, Utc};

use super::filtering::{Bind, Sql};
use super::rows::from_row;
use super::{Outcome, Store};
use crate::domain::actor::Person;
use crate::domain::forecast::overall;
use crate::domain::median::median;
use crate::domain::row::{Count, Figures};

struct Number {
    n: i64,
}
from_row!(Number { n: =i64, });

struct Answered {
    arrived_at: DateTime<Utc>,
    replied_at: DateTime<Utc>,
}
from_row!(Answered { arrived_at: =DateTime<Utc>, replied_at: =DateTime<Utc>, });

struct Due {
    due_at: DateTime<Utc>,
}
from_row!(Due { due_at: =DateTime<Utc>, });

const FAILED: &str =
    " and r.signature is not null and not r.settled and r.state in ('ready', 'running', 'retrying', 'held', 'unknown', 'dead')";
const WAITING: &str = " and r.state in ('armed', 'scheduled', 'ready', 'running', 'retrying', 'held')";
const OPEN: &str = " and r.state = 'open' and (r.snoozed_until is null or r.snoozed_until <= ";

impl Store {
    async fn number(&self, sql: &Sql) -> Outcome<i64> {
        Ok(self.rows::<Number>(sql).await?.first().map_or(0, |row| row.n))
    }

    /// Counts up to the bound. `from` opens with `select count(*) as n from (select 1 from …`.
    async fn count(&self, me: &Person, from: &'static str, end: impl FnOnce(&mut Sql)) -> Outcome<Count> {
        let mut sql = Sql::new(from);
        sql.visible(me);
        end(&mut sql);
        sql.push(" limit ").bind(Bind::Number(Count::BOUND + 1)).push(") bounded");
        Ok(Count::bounded(self.number(&sql).await?))
    }

    async fn due(&self, me: &Person, order: &'static str) -> Outcome<Option<DateTime<Utc>>> {
        let mut sql = Sql::new("select r.due_at from jobs r where true");
        sql.visible(me).push(WAITING).push(order);
        Ok(self.rows::<Due>(&sql).await?.first().map(|row| row.due_at))
    }

    /// Since when the first job is due that a worker could take.
    async fn due_since(&self, me: &Person) -> Outcome<Option<DateTime<Utc>>> {
        let mut sql = Sql::new("select r.due_at from jobs r where true");
        sql.visible(me).push(" and r.state in ('armed', 'scheduled', 'ready', 'retrying') order by r.due_at limit 1");
        Ok(self.rows::<Due>(&sql).await?.first().map(|row| row.due_at))
    }

    /// The figures, for what the person sees.
    pub async fn figures(&self, me: &Person) -> Outcome<Figures> {
        const LEADS: &str = "select count(*) as n from (select 1 from leads r where true";
        const JOBS: &str = "select count(*) as n from (select 1 from jobs r where true";
        const TASKS: &str = "select count(*) as n from (select 1 from tasks r where true";
        const DRAFTS: &str = "select count(*) as n from (select 1 from drafts r where true";
        const PARKED: &str = "select count(*) as n from (select 1 from payloads r where r.state = 'parked'";
        let now = self.clock.now();
        let open = |sql: &mut Sql| {
            sql.push(OPEN).bind(Bind::Time(now)).push(")");
        };
        let mut groups = Sql::new(
            "select count(*) as n from (select distinct r.destination_id, r.signature from (select r.destination_id, r.signature from jobs r where true",
        );
        // Among as many failures as the list of groups looks at.
        groups.visible(me).push(FAILED).push(" order by r.updated_at desc, r.id desc limit ").bind(Bind::Number(Count::BOUND));
        groups.push(") r) found");
        let mut answered = Sql::new("select r.arrived_at, r.replied_at from leads r where r.replied_at is not null");
        answered.visible(me).push(" order by r.replied_at desc limit 200");
        let replies: Vec<i64> = self
            .rows::<Answered>(&answered)
            .await?
            .iter()
            .map(|row| (row.replied_at - row.arrived_at).num_milliseconds().max(0))
            .collect();
        Ok(Figures {
            new_leads: self
                .count(me, LEADS, |sql| {
                    sql.push(" and r.state = 'new'");
                })
                .await?,
            reply_p50_ms: median(replies),
            failed: self
                .count(me, JOBS, |sql| {
                    sql.push(FAILED);
                })
                .await?,
            failure_groups: self.number(&groups).await?,
            waiting: self
                .count(me, JOBS, |sql| {
                    sql.push(WAITING);
                })
                .await?,
            next_due_at: self.due(me, " order by r.due_at limit 1").await?,
            due_since: self.due_since(me).await?,
            worker_seen_at: self.worker_seen_at().await?,
            forecast: overall(&self.flows(me).await?, now),
            tasks: self.count(me, TASKS, open).await?,
            overdue: self
                .count(me, TASKS, |sql| {
                    open(sql);
                    sql.push(" and r.due_at < ").bind(Bind::Time(now));
                })
                .await?,
            drafts: self
                .count(me, DRAFTS, |sql| {
                    sql.push(" and r.state in ('pending', 'in_review')");
                })
                .await?,
            blocked: self
                .count(me, DRAFTS, |sql| {
                    sql.push(" and r.state in ('pending', 'in_review') and r.blocks > 0");
                })
                .await?,
            incidents: self
                .number(&Sql::new("select count(*) as n from destinations where paused or breaker <> 'closed'"))
                .await?,
            parked: self.count(me, PARKED, |_| {}).await?,
            stale: self.stale_sources(me).await?,
        })
    }
}

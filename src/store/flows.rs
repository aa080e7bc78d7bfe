//! What waits, comes and leaves at each destination: what the forecast is made from.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::filtering::{Bind, Sql};
use super::rows::from_row;
use super::{Outcome, Store};
use crate::domain::actor::Person;
use crate::domain::destination::Breaker;
use crate::domain::forecast::{Flow, LOOK_BACK};
use crate::domain::row::Count;

struct Waiting {
    destination_id: Uuid,
    due: i64,
    later: i64,
    held: i64,
    last_due_at: Option<DateTime<Utc>>,
    came: i64,
}
from_row!(Waiting { destination_id: =Uuid, due: =i64, later: =i64, held: =i64, last_due_at: =Option<DateTime<Utc>>, came: =i64, });

struct Gone {
    destination_id: Uuid,
    gone: i64,
    came: i64,
}
from_row!(Gone { destination_id: =Uuid, gone: =i64, came: =i64, });

struct Place {
    id: Uuid,
    name: String,
    paused: bool,
    paused_until: Option<DateTime<Utc>>,
    breaker: Breaker,
    probe_at: Option<DateTime<Utc>>,
    per_minute: Option<i64>,
}
from_row!(Place { id: =Uuid, name: =String, paused: =bool, paused_until: =Option<DateTime<Utc>>, breaker: String,
    probe_at: =Option<DateTime<Utc>>, per_minute: =Option<i64>, });

impl Store {
    /// The flow of every destination, by name, of what the person sees. What waits is looked at up to the bound of all
    /// counts; beyond that the flows say "at least".
    pub async fn flows(&self, me: &Person) -> Outcome<Vec<Flow>> {
        let now = self.clock.now();
        let since = Bind::Time(now - LOOK_BACK);
        let mut sql = Sql::new("select w.destination_id, count(case when w.state <> 'held' and w.due_at <= ");
        sql.bind(Bind::Time(now)).push(" then 1 end) as due, count(case when w.state <> 'held' and w.due_at > ");
        sql.bind(Bind::Time(now)).push(" then 1 end) as later, count(case when w.state = 'held' then 1 end) as held,");
        sql.push(" max(case when w.state <> 'held' and w.due_at > ")
            .bind(Bind::Time(now))
            .push(" then w.due_at end) as last_due_at,");
        sql.push(" count(case when w.created_at > ").bind(since.clone()).push(" then 1 end) as came");
        sql.push(" from (select r.destination_id, r.state, r.due_at, r.created_at from jobs r where true").visible(me);
        sql.push(" and r.state in ('armed', 'scheduled', 'ready', 'running', 'retrying', 'held') order by r.due_at, r.id limit ");
        sql.bind(Bind::Number(Count::BOUND + 1)).push(") w group by w.destination_id");
        let waiting: Vec<Waiting> = self.rows(&sql).await?;

        // What came and is gone already came all the same.
        let mut sql =
            Sql::new("select a.destination_id, count(distinct a.job_id) as gone, count(distinct case when r.created_at > ");
        sql.bind(since.clone()).push(" then a.job_id end) as came from destinations d");
        // Crossed: SQLite keeps the order, and finds each destination's newest attempts by their index.
        sql.push(" cross join attempts a cross join jobs r where a.destination_id = d.id and a.finished_at is not null");
        sql.push(" and a.finished_at > ").bind(since);
        sql.push(" and r.id = a.job_id and r.state in ('succeeded', 'dead', 'unknown', 'cancelled')").visible(me);
        sql.push(" group by a.destination_id");
        let mut gone: BTreeMap<Uuid, Gone> =
            self.rows::<Gone>(&sql).await?.into_iter().map(|row| (row.destination_id, row)).collect();

        let at_least = waiting.iter().map(|row| row.due + row.later + row.held).sum::<i64>() > Count::BOUND;
        let mut waiting: BTreeMap<Uuid, Waiting> = waiting.into_iter().map(|row| (row.destination_id, row)).collect();
        let places: Vec<Place> = self.rows(&Sql::new("select * from destinations order by name")).await?;
        let flow = |place: Place| {
            let (waits, gone) = (waiting.remove(&place.id), gone.remove(&place.id));
            let mut flow = Flow {
                destination: place.name,
                stands: place.paused || place.breaker != Breaker::Closed,
                resumes_at: if place.paused { place.paused_until } else { place.probe_at }.filter(|at| *at > now),
                per_minute: place.per_minute,
                at_least,
                ..Flow::default()
            };
            if let Some(row) = waits {
                (flow.due, flow.later, flow.held) = (row.due, row.later, row.held);
                (flow.last_due_at, flow.came) = (row.last_due_at, row.came);
            }
            if let Some(row) = gone {
                flow.left = row.gone;
                flow.came += row.came;
            }
            flow
        };
        Ok(places.into_iter().map(flow).collect())
    }
}

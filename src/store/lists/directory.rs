//! The short lists: clients, people, destinations, templates and automations, by name.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::actor::{Person, Role};
use crate::domain::automation::{Automation, Limit, Stage};
use crate::domain::client::Client;
use crate::domain::event::EventKind;
use crate::domain::id::{AutomationId, PersonId};
use crate::domain::row::Destination;
use crate::domain::template::Template;
use crate::store::filtering::Sql;
use crate::store::rows::from_row;
use crate::store::{Outcome, Store};

from_row!(Client { id: Uuid, number: =i64, name: =String, time_zone: =String, region: =String, low_value_below: i64,
    high_value_at: i64, version: =i64, });
from_row!(Destination { id: Uuid, number: =i64, version: =i64, name: =String, kind: =String, delivery_mode: String,
    paused: =bool, paused_by: =Option<String>, paused_why: =Option<String>, paused_until: =Option<DateTime<Utc>>,
    breaker: String, opened_at: =Option<DateTime<Utc>>, open_why: =Option<String>, probe_at: =Option<DateTime<Utc>>,
    concurrency: =Option<i64>, per_minute: =Option<i64>, incident_owner: =Option<String>, rollback: =Option<String>, });

from_row!(Template { id: Uuid, number: =i64, name: =String, edition: =i64, channel: String, text: =String,
    opt_out_line: =String, response_window_minutes: =i64, escalate_to: =String, approved_by: =String,
    approved_at: =DateTime<Utc>, });

/// An automation as its table holds it: the limit is in one of two columns, or in none.
struct Rule {
    id: AutomationId,
    number: i64,
    version: i64,
    name: String,
    trigger_event: EventKind,
    owner: Option<String>,
    incident_owner: Option<String>,
    rollback: Option<String>,
    stage: Stage,
    limit_per_day: Option<u32>,
    limit_percent: Option<u8>,
    updated_at: DateTime<Utc>,
}
from_row!(Rule { id: Uuid, number: =i64, version: =i64, name: =String, trigger_event: String, owner: =Option<String>,
    incident_owner: =Option<String>, rollback: =Option<String>, stage: String, limit_per_day: ?i64, limit_percent: ?i64,
    updated_at: =DateTime<Utc>, });

impl From<Rule> for Automation {
    fn from(row: Rule) -> Self {
        Self {
            id: row.id,
            number: row.number,
            version: row.version,
            name: row.name,
            trigger: row.trigger_event,
            owner: row.owner,
            incident_owner: row.incident_owner,
            rollback: row.rollback,
            stage: row.stage,
            limit: row.limit_per_day.map(Limit::PerDay).or(row.limit_percent.map(Limit::Percent)),
            updated_at: row.updated_at,
        }
    }
}

struct Listed {
    id: PersonId,
    name: String,
    role: Role,
    all_clients: bool,
}
from_row!(Listed { id: Uuid, name: =String, role: String, all_clients: =bool, });

struct Sees {
    person_id: Uuid,
    client_id: Uuid,
}
from_row!(Sees { person_id: =Uuid, client_id: =Uuid, });

impl Store {
    /// The clients the person sees.
    pub async fn list_clients(&self, me: &Person) -> Outcome<Vec<Client>> {
        let mut sql = Sql::new("select r.* from (select c.*, c.id as client_id from clients c) r where true");
        sql.visible(me).push(" order by r.name");
        self.rows(&sql).await
    }

    /// Everybody who works here.
    pub async fn list_people(&self) -> Outcome<Vec<Person>> {
        let people: Vec<Listed> = self.rows(&Sql::new("select id, name, role, all_clients from people order by name")).await?;
        let sees: Vec<Sees> =
            self.rows(&Sql::new("select person_id, client_id from person_clients order by person_id, client_id")).await?;
        Ok(people
            .into_iter()
            .map(|person| {
                let clients = || sees.iter().filter(|row| row.person_id == person.id.0).map(|row| row.client_id.into()).collect();
                Person { clients: (!person.all_clients).then(clients), id: person.id, name: person.name, role: person.role }
            })
            .collect())
    }

    /// Every destination.
    pub async fn list_destinations(&self) -> Outcome<Vec<Destination>> {
        self.rows(&Sql::new("select * from destinations order by name")).await
    }

    /// Every template, each in its newest edition.
    pub async fn list_templates(&self) -> Outcome<Vec<Template>> {
        let newest = "select r.* from templates r
            where not exists (select 1 from templates n where n.name = r.name and n.edition > r.edition) order by r.name";
        self.rows(&Sql::new(newest)).await
    }

    /// Every automation.
    pub async fn list_automations(&self) -> Outcome<Vec<Automation>> {
        let rules: Vec<Rule> = self.rows(&Sql::new("select * from automations order by name")).await?;
        Ok(rules.into_iter().map(Automation::from).collect())
    }
}

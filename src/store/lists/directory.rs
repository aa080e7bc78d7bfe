//! The short lists: clients, people and destinations, by name.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::actor::{Person, Role};
use crate::domain::client::Client;
use crate::domain::id::PersonId;
use crate::domain::row::Destination;
use crate::store::filtering::Sql;
use crate::store::rows::from_row;
use crate::store::{Outcome, Store};

from_row!(Client { id: Uuid, number: =i64, name: =String, time_zone: =String, region: =String, low_value_below: i64,
    high_value_at: i64, version: =i64, });
from_row!(Destination { id: Uuid, number: =i64, version: =i64, name: =String, kind: =String, delivery_mode: String,
    paused: =bool, paused_by: =Option<String>, paused_why: =Option<String>, paused_until: =Option<DateTime<Utc>>,
    incident_owner: =Option<String>, rollback: =Option<String>, });

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
}

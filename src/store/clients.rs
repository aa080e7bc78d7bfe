//! Clients, their addresses, and the people who work for them.

use uuid::Uuid;

use super::errors::failure;
use super::journal::About;
use super::statement::values;
use super::{Outcome, Store, Tx, on_db};
use crate::domain::actor::{Actor, Person, Right, Role};
use crate::domain::client::Client;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, Kind, PersonId};
use crate::domain::money::Money;
use crate::domain::severities::Severities;

/// A client to be kept.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Unique.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// ISO 3166 region of its phone numbers.
    pub region: String,
    /// Quotes below this take the automated path.
    pub low_value_below: Money,
    /// Quotes at or above this go to a person first.
    pub high_value_at: Money,
    /// Its own numbers and accounts, by which its payloads are known.
    pub addresses: Vec<String>,
    /// What findings weigh for it; `None` leaves that as it is.
    pub severities: Option<Severities>,
}

/// A person to be kept.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The login name; unique.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The clients the person may see; `None` means all.
    pub clients: Option<Vec<ClientId>>,
}

const PUT_CLIENT: &str = "insert into clients (id, name, time_zone, region, low_value_below, high_value_at, created_at, findings)
    values ($1, $2, $3, $4, $5, $6, $7, coalesce($8, ''))
    on conflict (name) do update set time_zone = excluded.time_zone, region = excluded.region,
        low_value_below = excluded.low_value_below, high_value_at = excluded.high_value_at, findings = coalesce($8, clients.findings),
        version = clients.version + 1
    where clients.time_zone <> excluded.time_zone or clients.region <> excluded.region
        or clients.low_value_below <> excluded.low_value_below or clients.high_value_at <> excluded.high_value_at
        or clients.findings <> coalesce($8, clients.findings)
    returning id";
const PUT_ADDRESS: &str = "insert into client_addresses (address, client_id) values ($1, $2)
    on conflict (address) do update set client_id = excluded.client_id";
const PUT_PERSON: &str = "insert into people (id, name, role, all_clients, created_at) values ($1, $2, $3, $4, $5)
    on conflict (name) do update set role = excluded.role, all_clients = excluded.all_clients, version = people.version + 1
    where people.role <> excluded.role or people.all_clients <> excluded.all_clients
    returning id";

impl Tx {
    /// Keeps a client; one of the same name gets the new settings. Gives back whether anything changed.
    pub async fn put_client(&mut self, actor: &Actor, client: &NewClient) -> Outcome<bool> {
        actor.require(Right::Own, "set up clients")?;
        let now = self.now;
        let (low, high) = (client.low_value_below.minor, client.high_value_at.minor);
        let severities = client.severities.as_ref().map(ToString::to_string);
        let values =
            values![ClientId::new(), &client.name, &client.time_zone, &client.region, low, high, now, severities.as_deref()];
        let changed: Option<(Uuid,)> = self.one(PUT_CLIENT, values).await?;
        let found = match changed {
            Some(found) => Some(found),
            None => self.one("select id from clients where name = $1", values![&client.name]).await?,
        };
        let Some((id,)) = found else { return Ok(false) };
        for address in &client.addresses {
            self.run(PUT_ADDRESS, values![address, id]).await?;
        }
        if changed.is_some() {
            let detail = match severities.filter(|severities| !severities.is_empty()) {
                Some(severities) => format!("{}, findings: {severities}", client.name),
                None => client.name.clone(),
            };
            self.journal(actor, About { verb: "client.put", kind: Kind::Client, subject: id, lead: None, detail: &detail })
                .await?;
        }
        Ok(changed.is_some())
    }

    /// Keeps a person; one of the same name gets the new role and view. Gives back whether anything changed.
    pub async fn put_person(&mut self, actor: &Actor, person: &NewPerson) -> Outcome<bool> {
        actor.require(Right::Own, "set up people")?;
        let now = self.now;
        let values = values![PersonId::new(), &person.name, person.role.as_str(), person.clients.is_none(), now];
        let changed: Option<(Uuid,)> = self.one(PUT_PERSON, values).await?;
        let found = match changed {
            Some(found) => Some(found),
            None => self.one("select id from people where name = $1", values![&person.name]).await?,
        };
        let Some((id,)) = found else { return Ok(false) };
        self.run("delete from person_clients where person_id = $1", values![id]).await?;
        for client in person.clients.iter().flatten() {
            self.run("insert into person_clients (person_id, client_id) values ($1, $2)", values![id, *client]).await?;
        }
        if changed.is_some() {
            let detail = format!("{} is {}", person.name, person.role);
            self.journal(actor, About { verb: "person.put", kind: Kind::Person, subject: id, lead: None, detail: &detail })
                .await?;
        }
        Ok(changed.is_some())
    }

    /// A client's id by name.
    pub async fn client_named(&mut self, name: &str) -> Outcome<Option<ClientId>> {
        Ok(self.one::<(Uuid,)>("select id from clients where name = $1", values![name]).await?.map(|row| ClientId(row.0)))
    }

    /// A person as known now; `None` when nobody is any more.
    pub async fn person_now(&mut self, id: PersonId) -> Outcome<Option<Person>> {
        const SQL: &str = "select name, role, all_clients from people where id = $1";
        const CLIENTS: &str = "select client_id from person_clients where person_id = $1";
        let Some((name, role, all)) = self.one::<(String, String, bool)>(SQL, values![id]).await? else { return Ok(None) };
        let role = role.parse().map_err(|_| Failure::Other(format!("{name} has a role that this version does not know")))?;
        let clients = if all {
            None
        } else {
            let clients: Vec<(Uuid,)> = self.all(CLIENTS, values![id]).await?;
            Some(clients.into_iter().map(|(id,)| ClientId(id)).collect())
        };
        Ok(Some(Person { id, name, role, clients }))
    }

    /// Whether anybody is known.
    pub async fn has_people(&mut self) -> Outcome<bool> {
        Ok(self.one::<(Uuid,)>("select id from people limit 1", values![]).await?.is_some())
    }

    /// The owner who has been here longest.
    pub async fn first_owner(&mut self) -> Outcome<Option<String>> {
        const SQL: &str = "select name from people where role = 'owner' order by number limit 1";
        Ok(self.one::<(String,)>(SQL, values![]).await?.map(|row| row.0))
    }
}

impl Store {
    /// The client one of whose own numbers or accounts this is.
    pub async fn client_by_address(&self, address: &str) -> Outcome<Option<Client>> {
        const SQL: &str = "select c.id, c.number, c.name, c.time_zone, c.region, c.low_value_below, c.high_value_at, c.version
            from client_addresses a join clients c on c.id = a.client_id where a.address = $1";
        on_db!(self, |pool| sqlx::query_as(SQL).bind(address).fetch_optional(pool).await).map_err(failure)
    }
}

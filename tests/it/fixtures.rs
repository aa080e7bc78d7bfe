//! Rows for tests: sensible defaults, and only what a test is about written out.
//!
//! `world.lead(&acme, with![state = "booked", value = 240_000])`. They are written past the store's verbs, so that a
//! read can be examined alone, in states that take many steps to reach.

use chrono::{DateTime, TimeDelta, Utc};
use quotedeck::domain::actor::{Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::id::{ClientId, PersonId};
use quotedeck::domain::journal::{sha256, to_hex};
use quotedeck::domain::money::Money;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::databases::World;

/// Something to put into a column.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Text(String),
    Number(i64),
    Truth(bool),
    Id(Uuid),
    Time(DateTime<Utc>),
    Bytes(Vec<u8>),
}

macro_rules! values {
    ($($from:ty => |$value:ident| $made:expr),+ $(,)?) => {
        $(impl From<$from> for Value { fn from($value: $from) -> Self { $made } })+
    };
}
values! {
    &str => |text| Self::Text(text.to_owned()),
    String => |text| Self::Text(text),
    i32 => |number| Self::Number(number.into()),
    i64 => |number| Self::Number(number),
    bool => |truth| Self::Truth(truth),
    Uuid => |id| Self::Id(id),
    DateTime<Utc> => |time| Self::Time(time),
    Vec<u8> => |bytes| Self::Bytes(bytes),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The columns of a row.
pub(crate) type Columns = Vec<(&'static str, Value)>;

/// `with![state = "booked", value = 240_000]`: the columns a test is about.
macro_rules! with {
    ($($column:ident = $value:expr),* $(,)?) => {
        vec![$((stringify!($column), $crate::fixtures::Value::from($value))),*] as $crate::fixtures::Columns
    };
}
pub(crate) use with;

/// A row that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) id: Uuid,
    pub(crate) number: i64,
}

impl World {
    /// Writes a row: the defaults, with the given columns in their place.
    pub(crate) async fn insert(&self, table: &str, defaults: Columns, given: Columns) {
        let mut columns = defaults;
        for (name, value) in given {
            columns.retain(|(other, _)| *other != name);
            columns.push((name, value));
        }
        columns.retain(|(_, value)| !matches!(value, Value::Null));
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let places = (1..=columns.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!("insert into {table} ({names}) values ({places})");
        let done = on_raw!(self, |pool| {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (_, value) in columns.clone() {
                query = match value {
                    Value::Null => query,
                    Value::Text(text) => query.bind(text),
                    Value::Number(number) => query.bind(number),
                    Value::Truth(truth) => query.bind(truth),
                    Value::Id(id) => query.bind(id),
                    Value::Time(time) => query.bind(time),
                    Value::Bytes(bytes) => query.bind(bytes),
                };
            }
            query.execute(pool).await.map(drop)
        });
        done.unwrap_or_else(|error| panic!("{table}: {error}\n{columns:?}"));
    }

    /// Writes a row that has an id and a number.
    pub(crate) async fn made(&self, table: &str, defaults: Columns, given: Columns) -> Made {
        let id = given
            .iter()
            .find_map(|(name, value)| match (*name, value) {
                ("id", Value::Id(id)) => Some(*id),
                _ => None,
            })
            .unwrap_or_else(Uuid::now_v7);
        self.insert(table, defaults, [given, with![id = id]].concat()).await;
        let sql = AssertSqlSafe(format!("select number from {table} where id = $1"));
        let number = on_raw!(self, |pool| sqlx::query_scalar(sql).bind(id).fetch_one(pool).await).expect("the row is there");
        Made { id, number }
    }

    /// A client.
    pub(crate) async fn client(&self, name: &str) -> Client {
        let defaults = with![
            name = name,
            time_zone = "America/Chicago",
            region = "US",
            low_value_below = 50_000,
            high_value_at = 200_000,
            created_at = self.now(),
        ];
        let made = self.made("clients", defaults, vec![]).await;
        Client {
            id: ClientId(made.id),
            number: made.number,
            name: name.to_owned(),
            time_zone: "America/Chicago".to_owned(),
            region: "US".to_owned(),
            low_value_below: Money::minor(50_000),
            high_value_at: Money::minor(200_000),
            version: 1,
        }
    }

    /// A person who sees these clients; all of them for `None`.
    pub(crate) async fn person(&self, name: &str, role: Role, clients: Option<&[&Client]>) -> Person {
        let defaults = with![name = name, role = role.as_str(), all_clients = clients.is_none(), created_at = self.now()];
        let id = PersonId(self.made("people", defaults, vec![]).await.id);
        for client in clients.unwrap_or_default() {
            self.insert("person_clients", with![person_id = id.0, client_id = client.id.0], vec![]).await;
        }
        let clients = clients.map(|clients| clients.iter().map(|client| client.id).collect());
        Person { id, name: name.to_owned(), role, clients }
    }

    /// A new lead that arrived now.
    pub(crate) async fn lead(&self, client: &Client, given: Columns) -> Made {
        let defaults = with![
            client_id = client.id.0,
            source = "Thumbtack",
            service = "water heater",
            contact_method = "form",
            consent = "given",
            market = "Austin",
            urgency = "routine",
            attribution = "",
            name = "J. Ortiz",
            email = "j.ortiz@mail.example",
            state = "new",
            next_action = "call back",
            arrived_at = self.now(),
            search = "j. ortiz water heater austin thumbtack",
            updated_at = self.now(),
        ];
        self.made("leads", defaults, given).await
    }

    /// A journal entry; gives back its id. Its hash does not verify.
    pub(crate) async fn entry(&self, given: Columns) -> Uuid {
        let defaults = with![
            at = self.now(),
            actor_kind = "worker",
            actor = "worker",
            verb = "job.create",
            subject_kind = "job",
            subject_id = Uuid::nil(),
            detail = "",
            hash = vec![0; 32],
        ];
        self.made("journal", defaults, given).await.id
    }

    /// A destination that runs.
    pub(crate) async fn destination(&self, name: &str, given: Columns) -> Made {
        let defaults = with![name = name, kind = "crm", delivery_mode = "keyed", updated_at = self.now()];
        self.made("destinations", defaults, given).await
    }

    /// A job that is due now.
    pub(crate) async fn job(&self, client: &Client, destination: Made, given: Columns) -> Made {
        let id = Uuid::now_v7();
        let entry = self.entry(with![subject_id = id]).await;
        let defaults = with![
            id = id,
            client_id = client.id.0,
            destination_id = destination.id,
            kind = "crm_handoff",
            operation = "contact.upsert",
            delivery_mode = "keyed",
            idempotency_key = id.to_string(),
            fingerprint = vec![1; 32],
            args = "{}",
            state = "ready",
            priority = 0,
            due_at = self.now(),
            window_ends_at = self.now() + TimeDelta::hours(24),
            max_attempts = 12,
            entry_id = entry,
            search = "contact.upsert",
            created_at = self.now(),
            updated_at = self.now(),
        ];
        self.made("jobs", defaults, [with![id = id], given].concat()).await
    }

    /// A job's attempt, which failed just now.
    pub(crate) async fn tried(&self, job: Made, given: Columns) {
        let intent = self.entry(with![subject_id = job.id]).await;
        let defaults = with![
            id = Uuid::now_v7(),
            job_id = job.id,
            n = 1,
            fence = 1,
            worker = "w1",
            intent_id = intent,
            request_fingerprint = vec![1; 32],
            started_at = self.now(),
            finished_at = self.now(),
            outcome = "failed",
        ];
        self.insert("attempts", defaults, given).await;
    }

    /// An open task that is due in an hour.
    pub(crate) async fn task(&self, client: &Client, given: Columns) -> Made {
        let defaults = with![
            client_id = client.id.0,
            kind = "call_back",
            title = "call J. Ortiz: no water",
            urgency = "urgent",
            due_at = self.now() + TimeDelta::hours(1),
            state = "open",
            search = "call j. ortiz: no water",
            created_at = self.now(),
            updated_at = self.now(),
        ];
        self.made("tasks", defaults, given).await
    }

    /// A draft that waits for review.
    pub(crate) async fn draft(&self, client: &Client, lead: Made, given: Columns) -> Made {
        let defaults = with![
            client_id = client.id.0,
            lead_id = lead.id,
            title = "missed-call week",
            text = "Two calls were missed.",
            text_hash = sha256(b"Two calls were missed.").to_vec(),
            model = "sample-1",
            source_label = "phone call",
            evidence_at = self.now(),
            state = "pending",
            search = "missed-call week",
            created_at = self.now(),
            updated_at = self.now(),
        ];
        self.made("drafts", defaults, given).await
    }

    /// A summary with its approved text.
    pub(crate) async fn summary(
        &self,
        client: &Client,
        lead: Made,
        draft: Made,
        by: &Person,
        text: &str,
        given: Columns,
    ) -> Made {
        let (state, approved_at) = (given.iter().find(|(name, _)| *name == "state").cloned(), self.now());
        let defaults = with![
            draft_id = draft.id,
            client_id = client.id.0,
            lead_id = lead.id,
            state = "approved",
            approved_by = by.id.0,
            approved_at = approved_at,
            updated_at = approved_at,
        ];
        // As an approval leaves the draft: no text is stored for portals otherwise.
        let mut run = vec![format!(
            "update drafts set state = 'approved', claimed_by = null, claim_until = null, work = '{}' where number = {}",
            text.replace('\'', "''"),
            draft.number
        )];
        self.insist_all(&run).await;
        run.clear();
        let given = given.into_iter().filter(|(name, _)| *name != "state").collect();
        let made = self.made("summaries", defaults, given).await;
        let is = |word: &str| matches!(&state, Some((_, Value::Text(state))) if state == word);
        let copy = with![
            summary_id = made.id,
            client_id = client.id.0,
            client = client.name.as_str(),
            text = text,
            text_hash = to_hex(&sha256(text.as_bytes())),
            source_label = "phone call",
            period = "1–7 June 2026",
            next_action = "none",
            fresh_as_of = approved_at,
            approved_at = approved_at,
        ];
        self.insert("approved_texts", copy, vec![]).await;
        if let Some((_, Value::Text(state))) = &state {
            run.push(format!("update summaries set state = '{state}' where number = {}", made.number));
        }
        let of_it = format!("where summary_id = (select id from summaries where number = {})", made.number);
        if is("published") || is("withdrawn") {
            run.push(format!("update approved_texts set published_at = approved_at {of_it}"));
        }
        if is("withdrawn") {
            run.push(format!("update approved_texts set withdrawn_at = approved_at {of_it}"));
        }
        if !run.is_empty() {
            self.insist_all(&run).await;
        }
        made
    }
}

/// The one value of a query, as text.
pub(crate) async fn text(world: &World, sql: &str) -> String {
    let sql = AssertSqlSafe(format!("select cast(({sql}) as text)"));
    let value: Option<String> = on_raw!(world, |pool| sqlx::query_scalar(sql).fetch_one(pool).await).expect("the query runs");
    value.unwrap_or_default()
}

/// The state of a job.
pub(crate) async fn state(world: &World, job: Made) -> String {
    text(world, &format!("select state from jobs where number = {}", job.number)).await
}

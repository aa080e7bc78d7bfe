//! What stands over a timeline: the record's title and its fields.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::actor::Person;
use crate::domain::client::Client;
use crate::domain::doubt::Doubt;
use crate::domain::draft::{Draft, DraftState, Summary};
use crate::domain::event::Channel;
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, Ref};
use crate::domain::job::Job;
use crate::domain::lead::{Lead, LostReason};
use crate::domain::quality::{Fault, faults};
use crate::domain::task::Task;
use crate::domain::text::Untrusted;
use crate::store::filtering::{Bind, Sql};
use crate::store::rows::from_row;
use crate::store::{Outcome, Store};

/// A title and the fields in order.
pub(super) struct Heading {
    pub(super) title: Untrusted,
    pub(super) fields: Vec<(String, Untrusted)>,
    pub(super) faults: Vec<Fault>,
    pub(super) doubts: Vec<Doubt>,
}

impl Heading {
    fn new(title: impl Into<Untrusted>) -> Self {
        Self { title: title.into(), fields: Vec::new(), faults: Vec::new(), doubts: Vec::new() }
    }

    fn with(mut self, name: &str, value: impl Into<Untrusted>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// A field that is left out when there is nothing to say.
    fn when(self, name: &str, value: Option<impl Into<Untrusted>>) -> Self {
        match value.map(Into::into) {
            Some(value) if !value.is_empty() => self.with(name, value),
            _ => self,
        }
    }

    fn at(self, name: &str, at: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.when(name, at.into().map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()))
    }
}

fn lead(lead: Lead, doubts: Vec<Doubt>, kept: Option<i64>, closed: &[Channel], consents: Vec<Untrusted>) -> Heading {
    let faults = faults(&lead);
    // What the person stopped, whatever the consent says of the rest.
    let closed = closed.iter().map(|channel| channel.as_str()).collect::<Vec<_>>().join(", ");
    let closed = Some(closed).filter(|closed| !closed.is_empty());
    let reply = lead.replied_at.and_then(|at| (at - lead.arrived_at).to_std().ok());
    let reply = reply.map(|time| humantime::format_duration(std::time::Duration::from_secs(time.as_secs())).to_string());
    let mut heading = Heading::new(lead.name)
        .with("client", lead.client)
        .with("state", lead.state.as_str())
        .when("merged into", kept.map(|number| Ref::new(Kind::Lead, number).to_string()))
        .when("lost because", lead.lost_reason.map(LostReason::as_str))
        .with("source", lead.source)
        .with("service", lead.service)
        .with("method", lead.contact_method.as_str())
        .with("consent", lead.consent.as_str())
        .when("closed", closed)
        .with("urgency", lead.urgency.as_str())
        .with("value", lead.value.map_or_else(|| "not told".to_owned(), |value| value.to_string()))
        .with("owner", lead.owner.unwrap_or_else(|| "nobody yet".to_owned()))
        .with("market", lead.market)
        .when("attribution", Some(lead.attribution))
        .when("phone", lead.phone)
        .when("email", lead.email)
        .with("next action", lead.next_action)
        .at("arrived", lead.arrived_at)
        .with("reply time", reply.unwrap_or_else(|| "no reply yet".to_owned()));
    for consent in consents {
        heading = heading.with("evidence", consent);
    }
    for doubt in &doubts {
        heading = heading.with(doubt.kind.as_str(), doubt.line());
    }
    for fault in &faults {
        heading = heading.with("data", format!("{}: {}", fault.severity, fault.reason));
    }
    Heading { faults, doubts, ..heading }
}

/// The text that a job sends, of exactly the edition it was queued with (C7).
struct Wording {
    number: i64,
    name: String,
    edition: i64,
}
from_row!(Wording { number: =i64, name: =String, edition: =i64, });

fn job(job: Job, wording: Option<Wording>, now: DateTime<Utc>) -> Heading {
    let wording =
        wording.map(|text| format!("{} {}, edition {}", Ref::new(Kind::Template, text.number), text.name, text.edition));
    let replay = job.replay(now).map(|replay| format!("{}: {}", replay.verdict.as_str().replace('_', " "), replay.reason));
    Heading::new(format!("{} {}", job.kind, job.operation))
        .with("client", job.client)
        .when("lead", job.lead_number.map(|number| Ref::new(Kind::Lead, number).to_string()))
        .with("state", job.state.as_str())
        .when("because", job.reason)
        .with("destination", job.destination)
        .when("text", wording)
        .with("delivery", job.delivery_mode.as_str())
        .with("key", job.idempotency_key)
        .with("tries", format!("{} of {}", job.attempts, job.max_attempts))
        .with("priority", job.priority.to_string())
        .when("to try again", replay)
        .when("error", job.last_error)
        .when("signature", job.signature)
        .at("due", job.due_at)
        .at("window ends", job.window_ends_at)
        .at("can be undone until", job.armed_until)
        .at("made", job.created_at)
        .at("changed", job.updated_at)
}

fn task(task: Task) -> Heading {
    Heading::new(task.title)
        .with("client", task.client)
        .when("lead", task.lead_number.map(|number| Ref::new(Kind::Lead, number).to_string()))
        .with("kind", task.kind.as_str())
        .with("state", task.state.as_str())
        .with("owner", task.owner.unwrap_or_else(|| "nobody yet".to_owned()))
        .with("urgency", task.urgency.as_str())
        .at("due", task.due_at)
        .at("snoozed until", task.snoozed_until)
        .with("escalation", task.escalation.to_string())
        .at("made", task.created_at)
}

fn draft(draft: Draft) -> Heading {
    // Who decided one that is decided is told by its step.
    let decided = matches!(draft.state, DraftState::Approved | DraftState::Rejected);
    let reviewer = draft.claimed_name.or_else(|| (!decided).then(|| "nobody yet".to_owned()));
    Heading::new(draft.title)
        .with("client", draft.client)
        .with("lead", Ref::new(Kind::Lead, draft.lead_number).to_string())
        .with("state", draft.state.as_str())
        .with("model", draft.model)
        .when("reviewer", reviewer)
        .at("claimed until", draft.claim_until)
        .with("findings", format!("{} block, {} warn", draft.blocks, draft.warns))
        .at("filed", draft.created_at)
}

fn summary(summary: Summary) -> Heading {
    Heading::new(summary.text)
        .with("client", summary.client)
        .with("lead", Ref::new(Kind::Lead, summary.lead_number).to_string())
        .with("state", summary.state.as_str())
        .with("source", summary.source_label)
        .with("approved by", summary.approved_by)
        .at("approved", summary.approved_at)
        .at("published", summary.published_at)
        .at("withdrawn", summary.withdrawn_at)
        .when("withdrawn because", summary.withdrawn_why)
        .with("hash", summary.text_hash)
}

fn client(client: Client) -> Heading {
    Heading::new(client.name)
        .with("time zone", client.time_zone)
        .with("region", client.region)
        .with("low value below", client.low_value_below.to_string())
        .with("high value at", client.high_value_at.to_string())
}

/// Any other record: its title, and up to six more fields.
struct Plain {
    title: Untrusted,
    a: Option<Untrusted>,
    b: Option<Untrusted>,
    c: Option<Untrusted>,
    d: Option<Untrusted>,
    e: Option<Untrusted>,
    f: Option<Untrusted>,
    at: DateTime<Utc>,
}
from_row!(Plain { title: String, a: ?String, b: ?String, c: ?String, d: ?String, e: ?String, f: ?String, at: =DateTime<Utc>, });

/// The statement behind a plain heading, up to the id, and the names of its fields; the last is the time.
fn plain(kind: Kind) -> (&'static str, [&'static str; 7]) {
    match kind {
        Kind::Event => (
            "select r.kind as title, c.name as a, r.provider as b, 'L-' || cast(l.number as text) as c,
                'W-' || cast(w.number as text) as d, substr(r.words, 1, 2000) as e, nullif(r.unknown_fields, '[]') as f,
                r.occurred_at as at
                from events r join clients c on c.id = r.client_id join leads l on l.id = r.lead_id
                join payloads w on w.id = r.payload_id where r.id = ",
            ["client", "source", "lead", "payload", "words", "unknown fields", "happened"],
        ),
        // The body stays internal: its size is all that is shown.
        Kind::Payload => (
            "select r.provider || ' payload' as title, c.name as a, r.provider as b, r.state as c, r.reason as d,
                r.natural_key as e, cast(length(r.body) as text) || ' bytes' as f, r.received_at as at
                from payloads r join clients c on c.id = r.client_id where r.id = ",
            ["client", "source", "state", "because", "key", "size", "received"],
        ),
        Kind::Destination => (
            "select r.name as title, r.kind as a, r.delivery_mode as b,
                case when r.paused then 'paused by ' || r.paused_by when r.breaker <> 'closed' then 'stopped by itself' else 'runs' end as c,
                coalesce(r.paused_why, r.open_why) as d,
                r.incident_owner as e, r.rollback as f, r.updated_at as at from destinations r where r.id = ",
            ["kind", "delivery", "state", "because", "incident owner", "rollback", "changed"],
        ),
        Kind::Person => (
            "select r.name as title, r.role as a, case when r.all_clients then 'all clients' else 'some clients' end as b,
                cast(null as text) as c, cast(null as text) as d, cast(null as text) as e, cast(null as text) as f,
                r.created_at as at from people r where r.id = ",
            ["role", "sees", "", "", "", "", "made"],
        ),
        Kind::Template => (
            "select r.name as title, r.channel as a, r.text as b, r.opt_out_line as c,
                cast(r.response_window_minutes as text) || ' min' as d, r.escalate_to as e, r.approved_by as f,
                r.approved_at as at from templates r where r.id = ",
            ["channel", "text", "opt-out", "answered within", "escalates to", "approved by", "approved"],
        ),
        _ => (
            "select r.name as title, r.trigger_event as a, r.stage as b, r.owner as c, r.incident_owner as d, r.rollback as e,
                cast(null as text) as f, r.updated_at as at from automations r where r.id = ",
            ["trigger", "stage", "owner", "incident owner", "rollback", "", "changed"],
        ),
    }
}

impl Store {
    /// The number of the lead that a lead was merged into.
    async fn kept_lead(&self, id: Uuid) -> Outcome<Option<i64>> {
        let mut sql = Sql::new("select k.number from leads r join leads k on k.id = r.merged_into where r.id = ");
        sql.bind(Bind::Id(id));
        Ok(self.rows::<(i64,)>(&sql).await?.pop().map(|row| row.0))
    }

    pub(super) async fn heading(&self, me: &Person, record: Ref, id: Uuid) -> Outcome<Heading> {
        Ok(match record.kind {
            Kind::Lead => {
                let (found, doubts) = (self.whole_lead(me, id.into()).await?, self.doubts(id.into()).await?);
                let closed = self.closed_channels(id.into()).await?;
                lead(found, doubts, self.kept_lead(id).await?, &closed, self.consents(id.into()).await?)
            }
            Kind::Job => {
                let found = self.job(me, id.into()).await?;
                let mut sql = Sql::new(
                    "select t.number, t.name, t.edition from jobs r join templates t on t.id = r.template_id where r.id = ",
                );
                sql.bind(Bind::Id(id));
                job(found, self.rows(&sql).await?.pop(), self.clock.now())
            }
            Kind::Task => task(self.task(me, id.into()).await?),
            Kind::Draft => draft(self.draft(me, id.into()).await?),
            Kind::Summary => summary(self.summary(me, id.into()).await?),
            Kind::Client => {
                let mut sql = Sql::new("select * from clients where id = ");
                sql.bind(Bind::Id(id));
                client(self.rows(&sql).await?.pop().ok_or_else(|| Failure::NotFound(record.to_string()))?)
            }
            kind => {
                let (select, names) = plain(kind);
                let mut sql = Sql::new(select);
                sql.bind(Bind::Id(id));
                let row: Plain = self.rows(&sql).await?.pop().ok_or_else(|| Failure::NotFound(record.to_string()))?;
                let [.., time] = names;
                let fields = names.into_iter().zip([row.a, row.b, row.c, row.d, row.e, row.f]);
                fields.fold(Heading::new(row.title), |heading, (name, value)| heading.when(name, value)).at(time, row.at)
            }
        })
    }
}

//! What each list selects, and how its rows become domain types. `r` is always the table the list is of; what belongs
//! to it is joined from the left, so that the planner keeps the order of the list's index.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::destination::Breaker;
use crate::domain::draft::{Draft, Summary};
use crate::domain::id::{DestinationId, Kind};
use crate::domain::job::Job;
use crate::domain::lead::Lead;
use crate::domain::release::Release;
use crate::domain::row::FailureGroup;
use crate::domain::stop::Stop;
use crate::domain::task::Task;
use crate::domain::text::Untrusted;
use crate::store::jobs::past;
use crate::store::rows::from_row;

/// What makes a lead: of `r`, its client `c` and its owner `o`.
macro_rules! lead_columns {
    () => {
        "r.id, r.number, r.version, r.client_id, c.name as client, r.source, r.service, r.contact_method, r.consent, r.market, r.urgency,
    r.value, r.owner_id, o.name as owner, r.attribution, r.name, r.phone, r.email, r.state, r.lost_reason, r.next_action, r.arrived_at,
    r.replied_at"
    };
}
pub(in crate::store) use lead_columns;

pub(super) const LEADS: &str = concat!(
    "select ",
    lead_columns!(),
    "
    from leads r left join clients c on c.id = r.client_id left join people o on o.id = r.owner_id where true"
);
from_row!(Lead { id: Uuid, number: =i64, version: =i64, client_id: Uuid, client: =String, source: String, service: String,
    contact_method: String, consent: String, market: String, urgency: String, value: ?i64, owner_id: ?Uuid,
    owner: =Option<String>, attribution: String, name: String, phone: =Option<String>, email: =Option<String>, state: String,
    lost_reason: ?String, next_action: String, arrived_at: =DateTime<Utc>, replied_at: =Option<DateTime<Utc>>, });

pub(super) const JOBS: &str = concat!(
    "select r.id, r.number, r.version, r.kind, r.state, r.client_id, c.name as client, r.lead_id,
    l.number as lead_number, r.destination_id, d.name as destination, d.kind as destination_kind, r.operation, r.delivery_mode, r.idempotency_key,
    r.attempts, r.max_attempts, r.due_at, r.window_ends_at, r.priority, r.last_error, r.signature, r.reason, r.replay_of,
    r.armed_until, r.created_at, r.updated_at, ",
    past!(),
    " from jobs r left join clients c on c.id = r.client_id left join leads l on l.id = r.lead_id
    left join destinations d on d.id = r.destination_id where true"
);
pub(super) const WAITING: &str = " and r.state in ('armed', 'scheduled', 'ready', 'running', 'retrying', 'held')";
pub(super) const FAILED: &str =
    " and r.signature is not null and not r.settled and r.state in ('ready', 'running', 'retrying', 'held', 'unknown', 'dead')";
from_row!(Job { id: Uuid, number: =i64, version: =i64, kind: String, state: String, client_id: Uuid, client: =String,
    lead_id: ?Uuid, lead_number: =Option<i64>, destination_id: Uuid, destination: =String, destination_kind: =String,
    operation: =String,
    delivery_mode: String, idempotency_key: =String, attempts: =i64, max_attempts: =i64, due_at: =DateTime<Utc>,
    window_ends_at: =DateTime<Utc>, priority: =i64, last_error: ?String, signature: =Option<String>, reason: =Option<String>,
    replay_of: ?Uuid, armed_until: =Option<DateTime<Utc>>, applied: =bool, open_since: =Option<DateTime<Utc>>, created_at: =DateTime<Utc>, updated_at: =DateTime<Utc>, });

pub(super) const GROUPS: &str = "select r.destination_id, d.name as destination, d.kind, r.signature, count(*) as count,
    min(coalesce(r.failed_at, r.updated_at)) as since, max(r.updated_at) as last, count(case when r.state = 'unknown' then 1 end) as unknown,
    count(case when r.state = 'dead' then 1 end) as dead,
    min(case when r.state in ('ready', 'retrying') then r.due_at end) as next_try_at,
    coalesce(max(case when r.state in ('ready', 'running', 'retrying', 'held') then r.attempts end), 0) as attempts,
    max(r.max_attempts) as max_attempts,
    min(case when r.state in ('ready', 'running', 'retrying', 'held') then r.window_ends_at end) as window_ends_at, (d.paused or d.breaker <> 'closed') as paused,
    d.breaker, max(d.paused_by) as paused_by, max(d.paused_why) as paused_why, max(d.paused_until) as paused_until,
    max(d.opened_at) as opened_at, max(d.open_why) as open_why, max(d.probe_at) as probe_at, max(r.last_error) as example
    from (select r.destination_id, r.signature, r.updated_at, r.failed_at, r.state, r.last_error, r.due_at, r.attempts, r.max_attempts,
        r.window_ends_at from jobs r where true";
/// Ends the jobs that are grouped; their number follows.
pub(super) const NEWEST: &str = " order by r.updated_at desc, r.id desc limit ";
pub(super) const GROUPED: &str = ") r left join destinations d on d.id = r.destination_id
    group by r.destination_id, r.signature, d.name, d.kind, d.paused, d.breaker order by count(*) desc, r.destination_id, r.signature limit ";

/// A failure group as its statement gives it; whether it is being released is asked by itself.
pub(super) struct Grouped {
    destination_id: DestinationId,
    destination: String,
    kind: String,
    signature: String,
    count: i64,
    since: DateTime<Utc>,
    last: DateTime<Utc>,
    unknown: i64,
    dead: i64,
    next_try_at: Option<DateTime<Utc>>,
    attempts: i64,
    max_attempts: i64,
    window_ends_at: Option<DateTime<Utc>>,
    paused: bool,
    breaker: Breaker,
    paused_by: Option<String>,
    paused_why: Option<String>,
    paused_until: Option<DateTime<Utc>>,
    opened_at: Option<DateTime<Utc>>,
    open_why: Option<String>,
    probe_at: Option<DateTime<Utc>>,
    example: Option<Untrusted>,
}
from_row!(Grouped { destination_id: Uuid, destination: =String, kind: =String, signature: =String, count: =i64, since: =DateTime<Utc>,
    last: =DateTime<Utc>, unknown: =i64, dead: =i64, next_try_at: =Option<DateTime<Utc>>, attempts: =i64, max_attempts: =i64,
    window_ends_at: =Option<DateTime<Utc>>, paused: =bool, breaker: String, paused_by: =Option<String>,
    paused_why: =Option<String>, paused_until: =Option<DateTime<Utc>>, opened_at: =Option<DateTime<Utc>>, open_why: =Option<String>,
    probe_at: =Option<DateTime<Utc>>, example: ?String, });

impl Grouped {
    /// The group, with its release among these.
    pub(super) fn with(self, releases: &[Release]) -> FailureGroup {
        let own = |release: &&Release| release.destination_id == self.destination_id && release.signature == self.signature;
        // Who paused it must be asked even where it would be stopped by itself.
        let stop = self.paused.then_some(match self.paused_by {
            Some(by) => Stop { by: Some(by), why: self.paused_why, since: None, until: self.paused_until },
            None => Stop { by: None, why: self.open_why, since: self.opened_at, until: self.probe_at },
        });
        FailureGroup {
            stop,
            release: releases.iter().find(own).cloned(),
            destination_id: self.destination_id,
            destination: self.destination,
            kind: self.kind,
            signature: self.signature,
            count: self.count,
            since: self.since,
            last: self.last,
            unknown: self.unknown,
            dead: self.dead,
            next_try_at: self.next_try_at,
            attempts: self.attempts,
            max_attempts: self.max_attempts,
            window_ends_at: self.window_ends_at,
            paused: self.paused,
            breaker: self.breaker,
            example: self.example,
        }
    }
}

pub(super) const TASKS: &str = "select r.id, r.number, r.version, r.kind, r.state, r.title, r.client_id, c.name as client,
    r.lead_id, l.number as lead_number, r.job_id, r.draft_id, r.payload_id, r.owner_id, o.name as owner, r.urgency, r.due_at,
    r.snoozed_until, r.escalation, r.created_at
    from tasks r left join clients c on c.id = r.client_id left join leads l on l.id = r.lead_id
    left join people o on o.id = r.owner_id where true";
pub(super) const OPEN: &str = " and r.state = 'open' and (r.snoozed_until is null or r.snoozed_until <= ";
from_row!(Task { id: Uuid, number: =i64, version: =i64, kind: String, state: String, title: String, client_id: Uuid,
    client: =String, lead_id: ?Uuid, lead_number: =Option<i64>, job_id: ?Uuid, draft_id: ?Uuid, payload_id: ?Uuid,
    owner_id: ?Uuid, owner: =Option<String>, urgency: String, due_at: =DateTime<Utc>, snoozed_until: =Option<DateTime<Utc>>,
    escalation: =i64, created_at: =DateTime<Utc>, });

pub(super) const DRAFTS: &str = "select r.id, r.number, r.version, r.state, r.client_id, c.name as client, r.lead_id,
    l.number as lead_number, r.title, r.model, r.claimed_by, o.name as claimed_name, r.claim_until, r.blocks, r.warns,
    r.created_at
    from drafts r left join clients c on c.id = r.client_id left join leads l on l.id = r.lead_id
    left join people o on o.id = r.claimed_by where true";
pub(super) const TO_REVIEW: &str = " and r.state in ('pending', 'in_review')";
from_row!(Draft { id: Uuid, number: =i64, version: =i64, state: String, client_id: Uuid, client: =String, lead_id: Uuid,
    lead_number: =i64, title: String, model: String, claimed_by: ?Uuid, claimed_name: =Option<String>,
    claim_until: =Option<DateTime<Utc>>, blocks: =i64, warns: =i64, created_at: =DateTime<Utc>, });

pub(super) const SUMMARIES: &str = "select r.id, r.number, r.version, r.state, r.draft_id, r.client_id, c.name as client,
    r.lead_id, l.number as lead_number, t.text, t.text_hash, t.source_label, o.name as approved_by, r.approved_at,
    t.published_at, t.withdrawn_at, r.withdrawn_why
    from summaries r left join clients c on c.id = r.client_id left join leads l on l.id = r.lead_id
    left join people o on o.id = r.approved_by left join approved_texts t on t.summary_id = r.id where true";
from_row!(Summary { id: Uuid, number: =i64, version: =i64, state: String, draft_id: Uuid, client_id: Uuid, client: =String,
    lead_id: Uuid, lead_number: =i64, text: =String, text_hash: =String, source_label: =String, approved_by: =String,
    approved_at: =DateTime<Utc>, published_at: =Option<DateTime<Utc>>, withdrawn_at: =Option<DateTime<Utc>>,
    withdrawn_why: =Option<String>, });

/// What every record has.
pub(super) struct Identity {
    pub(super) id: Uuid,
    pub(super) version: i64,
}
from_row!(Identity { id: =Uuid, version: =i64, });

/// How to look a record up, and whether it belongs to one client.
pub(super) fn identity(kind: Kind) -> (&'static str, bool) {
    match kind {
        Kind::Lead => ("select r.id, r.version from leads r where true", true),
        Kind::Job => ("select r.id, r.version from jobs r where true", true),
        Kind::Task => ("select r.id, r.version from tasks r where true", true),
        Kind::Draft => ("select r.id, r.version from drafts r where true", true),
        Kind::Summary => ("select r.id, r.version from summaries r where true", true),
        // What never changes has no version.
        Kind::Event => ("select r.id, cast(1 as bigint) as version from events r where true", true),
        Kind::Payload => ("select r.id, cast(1 as bigint) as version from payloads r where true", true),
        Kind::Client => {
            ("select r.id, r.version from (select id as client_id, id, number, version from clients) r where true", true)
        }
        Kind::Template => ("select r.id, cast(1 as bigint) as version from templates r where true", false),
        Kind::Destination => ("select r.id, r.version from destinations r where true", false),
        Kind::Person => ("select r.id, r.version from people r where true", false),
        Kind::Automation => ("select r.id, r.version from automations r where true", false),
    }
}

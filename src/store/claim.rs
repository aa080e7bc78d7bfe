//! The worker's verbs: a job is taken, its request announced, its answer written; each in a commit of its own.
//!
//! [`Store::claim_jobs`] gives leases and fences, [`Store::announce`] makes the journal entry and the attempt row, and
//! [`Tx::finish_attempts`](crate::store::Tx::finish_attempts) writes what came back. Whoever sends takes an [`Intent`], and
//! only a committed entry makes one. Leases go by the database's clock, so a worker with a wrong clock can steal nothing;
//! whether a job is due goes by the same, as a worker reads it every ten seconds.
//!
//! A job that runs is one that has a lease; a check of the table holds that. Statements over many leases ask for the lease:
//! asked for the state, Postgres would take the index of what runs and look through all of it for every row.
//!
//! All of them work on many jobs at once: what a job costs is mostly its commits, and a commit of thirty costs as much.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rows::from_row;
use super::{Inner, Store, Tx};
use crate::domain::id::{AttemptId, ClientId, DestinationId, JobId, Kind, LeadId, Ref, TemplateId};
use crate::domain::job::{DeliveryMode, JobKind};
use crate::domain::reply::Budget;
use crate::domain::text::Internal;

pub mod announce;
pub mod finish;
pub mod lease;
pub mod rescue;
pub mod sabotage;
pub(super) mod steady;
pub mod take;

/// A job that this worker holds the lease of.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The job.
    pub id: JobId,
    /// The number of its reference.
    pub number: i64,
    /// Whose lead it concerns.
    pub client_id: ClientId,
    /// The lead it concerns.
    pub lead_id: Option<LeadId>,
    /// The summary it publishes.
    pub summary_id: Option<Uuid>,
    /// What kind of work it is.
    pub kind: JobKind,
    /// What is asked of the destination.
    pub operation: String,
    /// Where it goes.
    pub destination_id: DestinationId,
    /// That destination's name.
    pub destination: String,
    /// What kind of system that is.
    pub destination_kind: String,
    /// What stops a second effect.
    pub delivery_mode: DeliveryMode,
    /// The key that travels with every try.
    pub idempotency_key: String,
    /// What the request is made from: internal.
    pub args: Internal<String>,
    /// What an earlier try sent, word for word: internal.
    pub content: Option<Internal<String>>,
    /// The approved text it uses (C7).
    pub template_id: Option<TemplateId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Higher runs first.
    pub priority: i64,
    /// Attempts that counted so far.
    pub attempts: i64,
    /// Attempts allowed.
    pub max_attempts: i64,
    /// When trying has no more use.
    pub window_ends_at: DateTime<Utc>,
    /// The token of this lease: whoever has an older one cannot write.
    pub fence: i64,
    /// Who holds the lease.
    pub worker: String,
    /// When the first request with this key was announced that may have left and was never settled: the destination is
    /// asked before another leaves.
    pub doubtful_since: Option<DateTime<Utc>>,
    /// When the last such request was given up: a destination does not list at once what it took.
    pub doubted_at: Option<DateTime<Utc>>,
    /// Whether it is the one request that shows whether a destination works again.
    pub is_probe: bool,
}

pub(super) struct Row {
    id: JobId,
    number: i64,
    client_id: ClientId,
    lead_id: Option<LeadId>,
    summary_id: Option<Uuid>,
    kind: JobKind,
    operation: String,
    destination_id: DestinationId,
    delivery_mode: DeliveryMode,
    idempotency_key: String,
    args: String,
    content: Option<String>,
    template_id: Option<TemplateId>,
    created_at: DateTime<Utc>,
    priority: i64,
    attempts: i64,
    max_attempts: i64,
    window_ends_at: DateTime<Utc>,
    fence: i64,
    doubtful_since: Option<DateTime<Utc>>,
    doubted_at: Option<DateTime<Utc>>,
}
from_row!(Row { id: Uuid, number: =i64, client_id: Uuid, lead_id: ?Uuid, summary_id: =Option<Uuid>, kind: String,
    operation: =String, destination_id: Uuid, delivery_mode: String, idempotency_key: =String, args: =String,
    content: =Option<String>, template_id: ?Uuid, created_at: =DateTime<Utc>, priority: =i64, attempts: =i64, max_attempts: =i64,
    window_ends_at: =DateTime<Utc>, fence: =i64, doubtful_since: =Option<DateTime<Utc>>,
    doubted_at: =Option<DateTime<Utc>>, });

impl Claimed {
    fn new(row: Row, lane: &take::Lane, worker: &str) -> Self {
        Self {
            id: row.id,
            number: row.number,
            client_id: row.client_id,
            lead_id: row.lead_id,
            summary_id: row.summary_id,
            kind: row.kind,
            operation: row.operation,
            destination_id: row.destination_id,
            destination: lane.name.clone(),
            destination_kind: lane.kind.clone(),
            delivery_mode: row.delivery_mode,
            idempotency_key: row.idempotency_key,
            args: Internal::new(row.args),
            content: row.content.map(Internal::new),
            template_id: row.template_id,
            created_at: row.created_at,
            priority: row.priority,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            window_ends_at: row.window_ends_at,
            fence: row.fence,
            worker: worker.to_owned(),
            doubtful_since: row.doubtful_since,
            doubted_at: row.doubted_at,
            is_probe: lane.probes == Some(row.id.0),
        }
    }

    /// What people call the job.
    pub fn reference(&self) -> Ref {
        Ref::new(Kind::Job, self.number)
    }
}

/// A committed announcement of one attempt: the only thing a request may leave with.
#[derive(Debug)]
pub struct Intent {
    attempt: AttemptId,
    n: i64,
    started_at: DateTime<Utc>,
    content: Internal<String>,
    claimed: Claimed,
}

impl Intent {
    /// The job to be done.
    pub fn job(&self) -> &Claimed {
        &self.claimed
    }

    /// What leaves: as it was composed for the first try.
    pub fn content(&self) -> &Internal<String> {
        &self.content
    }

    /// The how-manieth try it is, from 1; those that did not count are counted here.
    pub fn n(&self) -> i64 {
        self.n
    }

    /// When it was announced.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// What the decision after it needs to know.
    pub fn budget(&self) -> Budget {
        let job = &self.claimed;
        Budget {
            mode: job.delivery_mode,
            attempts: job.attempts,
            tries: self.n,
            max_attempts: job.max_attempts,
            window_ends_at: job.window_ends_at,
        }
    }
}

/// Writes a statement for each database. Its first values are those of [`steady::Moment`]: what time it is for `now`, and the
/// end of a new lease for `lease` and of one that was given five seconds ago for `fresh`; Postgres asks its own clock. `skip`
/// passes over rows that another worker is taking (SQLite lets one write at a time and needs no such thing), `released` is
/// the state of a job that is held no more at the time `$1`, `unwanted` whether its lead is one that nobody writes to.
macro_rules! dialects {
    (@part sqlite now) => { "$1" };
    (@part postgres now) => { "coalesce($1, clock_timestamp())" };
    (@part sqlite lease) => { "$1" };
    (@part postgres lease) => { "coalesce($1, clock_timestamp() + interval '45 seconds')" };
    (@part sqlite fresh) => { "$2" };
    (@part postgres fresh) => { "coalesce($2, clock_timestamp() + interval '40 seconds')" };
    (@part sqlite skip) => { "" };
    (@part postgres skip) => { " for update skip locked" };
    (@part sqlite skip_jobs) => { "" };
    (@part postgres skip_jobs) => { " for update of j skip locked" };
    (@part sqlite hold) => { "" };
    (@part postgres hold) => { " for no key update" };
    (@part $dialect:ident released) => {
        "case when due_at <= $1 then 'ready' when attempts + rescues > 0 then 'retrying' else 'scheduled' end"
    };
    (@part $dialect:ident unwanted) => { $crate::store::unwanted::unwanted!() };
    (@part $dialect:ident $text:literal) => { $text };
    ($($part:tt),+ $(,)?) => {
        [concat!($($crate::store::claim::dialects!(@part sqlite $part)),+), concat!($($crate::store::claim::dialects!(@part postgres $part)),+)]
    };
}
pub(in crate::store) use dialects;

impl Store {
    /// The statement of a pair that this database understands.
    pub(super) fn of(&self, pair: [&'static str; 2]) -> &'static str {
        pair[usize::from(self.is_postgres())]
    }
}

impl Tx {
    /// The statement of a pair that this database understands.
    pub(super) fn of(&self, pair: [&'static str; 2]) -> &'static str {
        pair[usize::from(matches!(self.inner, Inner::Postgres(_)))]
    }
}

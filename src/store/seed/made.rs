//! The rows that are made up for one batch of leads.

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use uuid::Uuid;

use super::bulk::{Bulk, Cell};
use super::{Cast, id, pick, words};
use crate::domain::id::ClientId;
use crate::domain::job::{DeliveryMode, JobKind, JobState};
use crate::domain::journal::{sha256, to_hex};
use crate::domain::lead::{Consent, ContactMethod, LeadState, LostReason, Urgency};
use crate::domain::retry::window;
use crate::domain::signature::signature;
use crate::domain::task::{TaskKind, TaskState};

/// A lead, as far as what belongs to it must know it.
pub(super) struct Lead {
    id: Uuid,
    client: ClientId,
    client_name: String,
    arrived: DateTime<Utc>,
    name: String,
    service: &'static str,
}

/// The rows of a batch, by table.
pub(super) struct Rows {
    entry: Uuid,
    now: DateTime<Utc>,
    leads: Bulk,
    jobs: Bulk,
    tasks: Bulk,
    drafts: Bulk,
    evidence: Bulk,
    summaries: Bulk,
    texts: Bulk,
}

/// A job to be made up.
struct Job<'a> {
    destination: &'a str,
    kind: JobKind,
    operation: &'a str,
    state: JobState,
    due: DateTime<Utc>,
    attempts: i64,
    /// The error and its signature.
    failed: Option<(String, String)>,
}

impl Rows {
    pub(super) fn new(entry: Uuid, now: DateTime<Utc>) -> Self {
        Self {
            entry,
            now,
            leads: Bulk::new(
                "leads",
                "id, client_id, source, service, contact_method, consent, market, urgency, value, owner_id, attribution, name,
                phone, email, state, lost_reason, next_action, arrived_at, replied_at, search, updated_at",
            ),
            jobs: Bulk::new(
                "jobs",
                "id, client_id, lead_id, destination_id, kind, operation, delivery_mode, idempotency_key, fingerprint, args,
                state, priority, due_at, window_ends_at, attempts, max_attempts, last_error, signature, entry_id, search,
                created_at, updated_at, finished_at",
            ),
            tasks: Bulk::new(
                "tasks",
                "id, client_id, lead_id, kind, title, owner_id, urgency, due_at, state, search, created_at, updated_at",
            ),
            drafts: Bulk::new(
                "drafts",
                "id, client_id, lead_id, title, text, text_hash, model, source_label, evidence_at, state, blocks, warns, search,
                created_at, updated_at",
            ),
            evidence: Bulk::new("draft_evidence", "draft_id, n, text, source"),
            summaries: Bulk::new("summaries", "id, draft_id, client_id, lead_id, state, approved_by, approved_at, updated_at"),
            texts: Bulk::new(
                "approved_texts",
                "summary_id, client_id, client, text, text_hash, source_label, period, next_action, fresh_as_of, approved_at",
            ),
        }
    }

    /// In the order in which they point at each other.
    pub(super) fn into_bulks(self) -> [Bulk; 7] {
        [self.leads, self.jobs, self.tasks, self.drafts, self.evidence, self.summaries, self.texts]
    }

    pub(super) fn lead(&mut self, rng: &mut Rng, cast: &Cast, arrived: DateTime<Utc>) -> Lead {
        let client = &cast.clients[pick(rng, &cast.clients)];
        let word = |rng: &mut Rng, from: &[&'static str]| from[pick(rng, from)];
        let (source, service, market) = (word(rng, words::SOURCES), word(rng, words::SERVICES), word(rng, words::MARKETS));
        let name = format!("{} {}", word(rng, words::FIRST), word(rng, words::LAST));
        let phone = format!("+1512555{:04}", rng.u32(100..200));
        let state = match rng.u8(..100) {
            0..6 => LeadState::New,
            6..30 => LeadState::Contacted,
            30..50 => LeadState::Quoted,
            50..74 => LeadState::Booked,
            74..96 => LeadState::Lost,
            _ => LeadState::Spam,
        };
        let replied = (!matches!(state, LeadState::New | LeadState::Spam))
            .then(|| (arrived + TimeDelta::seconds(rng.i64(30..7_200))).min(self.now));
        let lost = [LostReason::Price, LostReason::Timing, LostReason::NoAnswer, LostReason::Competitor];
        let lost = (state == LeadState::Lost).then(|| lost[pick(rng, &lost)].as_str().to_owned());
        let urgency = [Urgency::Routine, Urgency::Routine, Urgency::Routine, Urgency::Soon, Urgency::Urgent];
        let method =
            [ContactMethod::Call, ContactMethod::Sms, ContactMethod::Email, ContactMethod::Form, ContactMethod::Marketplace];
        let consent = [Consent::Given, Consent::Given, Consent::Implied, Consent::Unknown, Consent::Withdrawn];
        let value = (rng.u8(..10) > 1).then(|| rng.i64(80..9_000) * 100);
        let owner = (state != LeadState::New).then(|| cast.people[pick(rng, &cast.people)].id.0);
        let email = rng.bool().then(|| format!("lead{}@example.com", rng.u32(..100_000)));
        let lead = Lead { id: id(rng, arrived), client: client.id, client_name: client.name.clone(), arrived, name, service };
        let search = format!("{} {service} {market} {source} {phone}", lead.name).to_lowercase();
        self.leads.row([
            lead.id.into(),
            client.id.0.into(),
            source.into(),
            service.into(),
            method[pick(rng, &method)].as_str().into(),
            consent[pick(rng, &consent)].as_str().into(),
            market.into(),
            urgency[pick(rng, &urgency)].as_str().into(),
            value.into(),
            owner.into(),
            word(rng, words::ATTRIBUTION).into(),
            lead.name.clone().into(),
            phone.into(),
            email.into(),
            state.as_str().into(),
            lost.into(),
            word(rng, words::NEXT).into(),
            arrived.into(),
            replied.into(),
            search.into(),
            replied.unwrap_or(arrived).into(),
        ]);
        lead
    }

    /// A failed job; the case says in which of six ways.
    pub(super) fn failed(&mut self, rng: &mut Rng, cast: &Cast, lead: &Lead, case: usize) {
        let way = &words::FAILURES[case % words::FAILURES.len()];
        let error = way.status.map_or_else(|| way.error.to_owned(), |status| format!("{status} {}", way.error));
        let job = Job {
            destination: way.destination,
            kind: way.kind,
            operation: way.operation,
            state: way.state,
            due: self.now + TimeDelta::seconds(rng.i64(10..3_600)),
            attempts: rng.i64(1..12),
            failed: Some((error, signature(way.status, way.error))),
        };
        self.job(rng, cast, lead, &job);
    }

    /// A job whose time has not come, or has just come.
    pub(super) fn waiting(&mut self, rng: &mut Rng, cast: &Cast, lead: &Lead) {
        let (state, due) = if rng.u8(..3) > 0 {
            (JobState::Scheduled, TimeDelta::seconds(rng.i64(10..3_600)))
        } else {
            (JobState::Ready, TimeDelta::zero())
        };
        let due = self.now + due;
        let (destination, kind, operation) = ("HubSpot", JobKind::CrmHandoff, "contact.upsert");
        self.job(rng, cast, lead, &Job { destination, kind, operation, state, due, attempts: 0, failed: None });
    }

    pub(super) fn succeeded(&mut self, rng: &mut Rng, cast: &Cast, lead: &Lead) {
        let (destination, kind, operation) = ("HubSpot", JobKind::CrmHandoff, "contact.upsert");
        let (state, due) = (JobState::Succeeded, lead.arrived);
        self.job(rng, cast, lead, &Job { destination, kind, operation, state, due, attempts: 1, failed: None });
    }

    fn job(&mut self, rng: &mut Rng, cast: &Cast, lead: &Lead, job: &Job<'_>) {
        let known = cast.destinations.iter().find(|destination| destination.name == job.destination);
        let Some(destination) = known.or(cast.destinations.first()) else { return };
        let mode: DeliveryMode = destination.delivery_mode;
        // Work on a lead begins soon after it arrived.
        let changed = (lead.arrived + TimeDelta::seconds(rng.i64(1..600))).min(self.now);
        let (error, signature) = job.failed.clone().unzip();
        let key = format!("{}/{}/{}/{}", lead.client_name, destination.name, job.operation, lead.id.simple());
        let search = format!("{} {} {}", job.operation, destination.name, error.as_deref().unwrap_or_default()).to_lowercase();
        self.jobs.row([
            id(rng, lead.arrived).into(),
            lead.client.0.into(),
            lead.id.into(),
            destination.id.0.into(),
            job.kind.as_str().into(),
            job.operation.into(),
            mode.as_str().into(),
            key.as_str().into(),
            sha256(key.as_bytes()).to_vec().into(),
            "{}".into(),
            job.state.as_str().into(),
            Cell::from(0),
            job.due.into(),
            (job.due + window(job.kind, job.operation)).into(),
            job.attempts.into(),
            Cell::from(12),
            error.into(),
            signature.into(),
            self.entry.into(),
            search.into(),
            lead.arrived.into(),
            changed.into(),
            job.state.is_final().then_some(changed).into(),
        ]);
    }

    /// An open task is due around now, a done one is of the lead's own day.
    pub(super) fn task(&mut self, rng: &mut Rng, cast: &Cast, lead: &Lead, open: bool) {
        let (state, due) = if open {
            (TaskState::Open, self.now + TimeDelta::seconds(rng.i64(-600..86_400)))
        } else {
            (TaskState::Done, lead.arrived + TimeDelta::minutes(15))
        };
        let urgency = [Urgency::Soon, Urgency::Routine, Urgency::Urgent];
        let title = format!("call {}: {}", lead.name, lead.service);
        let search = title.to_lowercase();
        let owner = rng.bool().then(|| cast.people[pick(rng, &cast.people)].id.0);
        self.tasks.row([
            id(rng, lead.arrived).into(),
            lead.client.0.into(),
            lead.id.into(),
            TaskKind::CallBack.as_str().into(),
            title.into(),
            owner.into(),
            urgency[pick(rng, &urgency)].as_str().into(),
            due.into(),
            state.as_str().into(),
            search.into(),
            lead.arrived.into(),
            lead.arrived.into(),
        ]);
    }

    /// A draft; of ten, three wait, four became published summaries, three were rejected.
    pub(super) fn draft(&mut self, rng: &mut Rng, cast: &Cast, lead: &Lead, case: u64) {
        let (draft, filed) = (id(rng, lead.arrived), (lead.arrived + TimeDelta::minutes(5)).min(self.now));
        let state =
            ["pending", "pending", "pending", "approved", "approved", "approved", "approved", "rejected", "rejected", "rejected"]
                [usize::try_from(case % 10).unwrap_or_default()];
        let text = format!("One request for {} was answered the same day.", lead.service);
        let title = format!("{} request", lead.service);
        let blocks = i64::from(state == "pending" && rng.u8(..4) == 0);
        self.drafts.row([
            draft.into(),
            lead.client.0.into(),
            lead.id.into(),
            title.as_str().into(),
            text.as_str().into(),
            sha256(text.as_bytes()).to_vec().into(),
            "sample-1".into(),
            "website form".into(),
            lead.arrived.into(),
            state.into(),
            blocks.into(),
            rng.i64(0..3).into(),
            title.to_lowercase().into(),
            filed.into(),
            filed.into(),
        ]);
        let words = format!("{} asked for {}", lead.name, lead.service);
        self.evidence.row([draft.into(), Cell::from(1), words.into(), "website form".into()]);
        let reviewer = cast.people.iter().find(|person| person.role >= crate::domain::actor::Role::Reviewer);
        if let Some(reviewer) = reviewer.filter(|_| state == "approved") {
            let (summary, approved) = (id(rng, filed), (filed + TimeDelta::minutes(30)).min(self.now));
            self.summaries.row([
                summary.into(),
                draft.into(),
                lead.client.0.into(),
                lead.id.into(),
                "published".into(),
                reviewer.id.0.into(),
                approved.into(),
                approved.into(),
            ]);
            self.texts.row([
                summary.into(),
                lead.client.0.into(),
                lead.client_name.as_str().into(),
                text.as_str().into(),
                to_hex(&sha256(text.as_bytes())).into(),
                "website form".into(),
                lead.arrived.format("%-d %B %Y").to_string().into(),
                "none".into(),
                lead.arrived.into(),
                approved.into(),
            ]);
        }
    }
}

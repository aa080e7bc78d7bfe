//! Made-up rows for the tests of deck and screens: builders with defaults, at one fixed time.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyEvent, KeyModifiers};
use uuid::Uuid;

use super::effect::{Effect, Seq};
use super::item::Item;
use super::message::{Link, Message, Rows};
use super::{App, Start};
use crate::config::keys::{Chord, KeyTable};
use crate::domain::act::{Act, Done, Frozen};
use crate::domain::actor::{Person, Role};
use crate::domain::destination::Breaker;
use crate::domain::draft::{Draft, DraftState};
use crate::domain::failure::Failure;
use crate::domain::forecast::Forecast;
use crate::domain::id::{Kind, Ref};
use crate::domain::job::{DeliveryMode, Job, JobKind, JobState};
use crate::domain::lead::{Consent, ContactMethod, Lead, LeadState, Urgency};
use crate::domain::money::Money;
use crate::domain::release::{Release, ReleaseState};
use crate::domain::row::{Count, FailureGroup, Figures, Page, Pane, Presence};
use crate::domain::stop::Stop;
use crate::domain::task::{Task, TaskKind, TaskState};
use crate::domain::trace::{Step, StepKind, Trace};
use crate::domain::why::{Cause, Explanation, Reason};

pub(crate) mod sources;

pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-12T14:31:05Z".parse().unwrap()
}

/// An id that is the same in every run.
pub(crate) fn id(n: i64) -> Uuid {
    Uuid::from_u128(u128::try_from(n).unwrap())
}

pub(crate) fn start(role: Role, size: (u16, u16)) -> Start {
    Start {
        me: Person { id: id(900).into(), name: "rosa".into(), role, clients: None },
        now: now(),
        size,
        keys: KeyTable::default(),
        demo: false,
        read_only_reason: None,
        open_review: false,
        can_edit_externally: true,
    }
}

pub(crate) fn lead(n: i64) -> Lead {
    let names = ["J. Ortiz", "Ann Lee", "Zoë Kraus", "P. Nakamura", "Mr. and Mrs. Featherstonehaugh-Whittington"];
    let services = ["water heater", "roof leak", "drain cleaning", "furnace repair"];
    let sources = ["Thumbtack", "Google Ads", "website", "Twilio"];
    let markets = ["Austin", "Round Rock", "San Antonio"];
    let at = |list: &[&str]| list[usize::try_from(n).unwrap() % list.len()].to_owned();
    Lead {
        id: id(n).into(),
        number: 2_000 + n,
        version: 1,
        client_id: id(700).into(),
        client: "Acme Plumbing".into(),
        source: at(&sources).into(),
        service: at(&services).into(),
        contact_method: ContactMethod::Call,
        consent: Consent::Implied,
        market: at(&markets).into(),
        urgency: if n % 4 == 1 { Urgency::Urgent } else { Urgency::Routine },
        value: (n % 3 != 0).then(|| Money::whole(800 * n)),
        owner_id: None,
        owner: (n % 2 == 0).then(|| "rosa".into()),
        attribution: "".into(),
        name: at(&names).into(),
        phone: None,
        email: None,
        state: if n % 3 == 0 { LeadState::Contacted } else { LeadState::New },
        lost_reason: None,
        next_action: "call back".into(),
        arrived_at: now() - TimeDelta::seconds(42 + n * n * 37),
        replied_at: (n % 3 == 0).then(|| now() - TimeDelta::seconds(12 + n * n * 30)),
    }
}

pub(crate) fn job(n: i64, state: JobState) -> Job {
    let kinds = [JobKind::CrmHandoff, JobKind::Message, JobKind::Enrichment, JobKind::ReviewRequest];
    let error = matches!(state, JobState::Retrying | JobState::Dead | JobState::Unknown);
    Job {
        id: id(100 + n).into(),
        number: 500 + n,
        version: 3,
        kind: kinds[usize::try_from(n).unwrap() % 4],
        state,
        client_id: id(700).into(),
        client: "Acme Plumbing".into(),
        lead_id: Some(id(n).into()),
        lead_number: Some(2_000 + n),
        destination_id: id(800).into(),
        destination: "HubSpot".into(),
        destination_kind: "crm".into(),
        operation: "contact.upsert".into(),
        delivery_mode: if state == JobState::Unknown { DeliveryMode::Once } else { DeliveryMode::Keyed },
        idempotency_key: format!("k{n}"),
        attempts: 3,
        max_attempts: 12,
        due_at: now() + TimeDelta::seconds(14 + n * 45),
        window_ends_at: now() + TimeDelta::hours(23),
        priority: 0,
        last_error: error.then(|| "401 Unauthorized: the token expired".into()),
        signature: error.then(|| "401 token expired".into()),
        reason: None,
        replay_of: None,
        armed_until: None,
        applied: false,
        open_since: (state == JobState::Unknown).then(|| now() - TimeDelta::minutes(4)),
        created_at: now() - TimeDelta::hours(1),
        updated_at: now() - TimeDelta::minutes(4),
    }
}

pub(crate) fn group(n: i64, count: i64, unknown: i64) -> FailureGroup {
    let signatures = ["401 token expired", "outcome unknown", "503 upstream timed out"];
    let at = usize::try_from(n).unwrap() % 3;
    FailureGroup {
        destination_id: id(800 + n).into(),
        destination: ["HubSpot", "Twilio", "Clearbit"][at].into(),
        kind: ["crm", "sms", "webhook"][at].into(),
        signature: signatures[at].into(),
        count,
        since: now() - TimeDelta::minutes(29),
        last: now() - TimeDelta::minutes(2),
        unknown,
        dead: if n == 2 { 0 } else { count - unknown },
        next_try_at: (n == 2).then(|| now() + TimeDelta::seconds(95)),
        attempts: if n == 2 { 4 } else { 0 },
        max_attempts: 12,
        window_ends_at: (n == 2).then(|| now() + TimeDelta::hours(22)),
        paused: n == 0,
        breaker: Breaker::Closed,
        stop: (n == 0).then(|| Stop { by: Some("ana".into()), why: Some("token expired".into()), since: None, until: None }),
        example: Some("401 Unauthorized: the token expired".into()),
        release: None,
    }
}

/// The release of a group, under way.
pub(crate) fn release(n: i64) -> Release {
    let group = group(n, 40, 0);
    Release {
        id: id(600 + n).into(),
        number: 7,
        destination_id: group.destination_id,
        destination: group.destination,
        signature: group.signature,
        by: "rosa".into(),
        reason: None,
        state: ReleaseState::Releasing,
        total: 40,
        step_size: 8,
        out: 6,
        succeeded: 17,
        failed: 0,
        skipped: 0,
        ended_why: None,
        created_at: now() - TimeDelta::minutes(1),
        finished_at: None,
    }
}

/// A row of a frozen set.
pub(crate) fn frozen(item: &Item) -> Frozen {
    let (job, lead) = match item {
        Item::Job(job) => (Some((job.kind, job.state)), job.lead_number),
        Item::Lead(lead) => (None, Some(lead.number)),
        Item::Task(task) => (None, task.lead_number),
        Item::Draft(draft) => (None, Some(draft.lead_number)),
        Item::Group(_) => (None, None),
    };
    Frozen { target: item.target().unwrap(), replay: item.replay(now()).map(|replay| replay.verdict), job, lead }
}

/// Why a job waits: for its turn, behind a pause.
pub(crate) fn explanation(record: Ref) -> Explanation {
    let reason = |cause, what: &str, minutes: i64, advice: &str| Reason {
        cause,
        what: what.into(),
        until: Some(now() + TimeDelta::minutes(minutes)),
        advice: advice.into(),
    };
    Explanation {
        record,
        title: "crm_handoff contact.upsert → HubSpot".into(),
        state: JobState::Held,
        due_at: now() + TimeDelta::seconds(95),
        attempts: 3,
        max_attempts: 12,
        tried: 3,
        window_ends_at: now() + TimeDelta::hours(22),
        replay: job(0, JobState::Held).replay(now()),
        reasons: vec![
            reason(Cause::Paused, "HubSpot is paused by rosa: token expired", 29, "wait, or let an owner resume it"),
            reason(
                Cause::Retrying,
                "it failed and is tried again: 3 of 12 tries used; it waits longer after each failure",
                2,
                "wait, or retry it now when the cause is mended",
            ),
        ],
    }
}

pub(crate) fn task(n: i64) -> Task {
    Task {
        id: id(200 + n).into(),
        number: 30 + n,
        version: 2,
        kind: TaskKind::CallBack,
        state: TaskState::Open,
        title: ["call J. Ortiz: no water", "check the quote for Ann Lee", "settle what Twilio did"]
            [usize::try_from(n).unwrap() % 3]
            .into(),
        client_id: id(700).into(),
        client: "Acme Plumbing".into(),
        lead_id: Some(id(n).into()),
        lead_number: Some(2_000 + n),
        job_id: None,
        draft_id: None,
        payload_id: None,
        owner_id: None,
        owner: (n % 2 == 0).then(|| "rosa".into()),
        urgency: if n == 0 { Urgency::Urgent } else { Urgency::Soon },
        due_at: now() + TimeDelta::minutes(n * 14 - 2),
        snoozed_until: None,
        escalation: i64::from(n == 0),
        created_at: now() - TimeDelta::hours(1),
    }
}

pub(crate) fn draft(n: i64) -> Draft {
    Draft {
        id: id(300 + n).into(),
        number: 10 + n,
        version: 1,
        state: if n == 1 { DraftState::InReview } else { DraftState::Pending },
        client_id: id(700).into(),
        client: ["Acme", "Brill Roofing"][usize::try_from(n).unwrap() % 2].into(),
        lead_id: id(n).into(),
        lead_number: 2_000 + n,
        title: ["missed-call week", "quote follow-up"][usize::try_from(n).unwrap() % 2].into(),
        model: "small-3".into(),
        claimed_by: None,
        claimed_name: (n == 1).then(|| "ana".into()),
        claim_until: None,
        blocks: if n == 0 { 2 } else { 0 },
        warns: i64::from(n % 2 == 0),
        created_at: now() - TimeDelta::minutes(12 + n * 19),
    }
}

pub(crate) fn figures() -> Figures {
    let count = |n| Count { n, at_least: false };
    Figures {
        new_leads: count(14),
        reply_p50_ms: Some(192_000),
        failed: count(41),
        failure_groups: 3,
        waiting: count(22),
        next_due_at: Some(now() + TimeDelta::seconds(14)),
        due_since: Some(now() + TimeDelta::seconds(14)),
        worker_seen_at: Some(now() - TimeDelta::seconds(5)),
        forecast: Forecast::By { at: now() + TimeDelta::minutes(7), per_second: Some(3.2), at_least: false },
        tasks: count(3),
        overdue: count(1),
        drafts: count(7),
        blocked: count(2),
        incidents: 2,
        parked: count(1),
        stale: 0,
    }
}

pub(crate) fn trace(record: Ref) -> Trace {
    let step = |minutes: i64, kind, record: Option<Ref>, who: &str, status: &str, what: &str, recovery: &str| Step {
        at: now() - TimeDelta::minutes(minutes),
        kind,
        record,
        who: who.into(),
        source: "Thumbtack".into(),
        status: status.into(),
        what: what.into(),
        recovery: recovery.into(),
    };
    let of = |kind, n| Some(Ref::new(kind, n));
    Trace {
        record,
        title: "J. Ortiz · water heater".into(),
        fields: [
            ("state", "new"),
            ("source", "Thumbtack"),
            ("market", "Austin"),
            ("value", "$2,400"),
            ("consent", "implied"),
            ("owner", "rosa"),
            ("next action", "call back before 15:00"),
        ]
        .map(|(name, value)| (name.to_owned(), value.into()))
        .to_vec(),
        faults: vec![],
        doubts: vec![],
        steps: vec![
            step(
                70,
                StepKind::Event,
                of(Kind::Event, 77),
                "intake",
                "recorded",
                "quote requested: no hot water since Monday",
                "none needed",
            ),
            step(70, StepKind::Journal, of(Kind::Lead, 2001), "intake", "lead.create", "lead made from E-77", ""),
            step(
                69,
                StepKind::Task,
                of(Kind::Task, 30),
                "automation text-back",
                "open",
                "call J. Ortiz: no water",
                "snooze or assign",
            ),
            step(
                40,
                StepKind::Job,
                of(Kind::Job, 501),
                "worker",
                "retrying",
                "crm handoff to HubSpot",
                "retried by itself with the same key",
            ),
            step(
                39,
                StepKind::Attempt,
                of(Kind::Job, 501),
                "worker",
                "failed",
                "401 Unauthorized: the token expired",
                "mend the cause, then replay as a new job",
            ),
            step(12, StepKind::Draft, of(Kind::Draft, 10), "small-3", "pending", "missed-call week", "reject it with a reason"),
            step(
                2,
                StepKind::Summary,
                of(Kind::Summary, 4),
                "ana",
                "published",
                "A customer asked for a water heater quote.",
                "withdraw the summary",
            ),
        ],
        cut: false,
    }
}

pub(crate) fn page<T>(rows: Vec<T>) -> Page<T> {
    Page { rows, more: false }
}

/// What a pane's list holds on an ordinary day.
pub(crate) fn rows(pane: Pane) -> Rows {
    match pane {
        Pane::Leads => Rows::Leads(page((1..=30).map(lead).collect())),
        Pane::Failures => Rows::Groups(page(vec![group(0, 38, 0), group(1, 2, 2), group(2, 1, 0)])),
        Pane::Queue => {
            let states = [JobState::Retrying, JobState::Ready, JobState::Held, JobState::Scheduled, JobState::Running];
            Rows::Jobs(page((0..22).map(|n| job(n, states[usize::try_from(n).unwrap() % 5])).collect()))
        }
        Pane::Tasks => Rows::Tasks(page((0..3).map(task).collect())),
        Pane::Review => Rows::Drafts(page((0..7).map(draft).collect())),
    }
}

/// A record as the one row of its list.
fn row(record: Ref) -> Result<Rows, Failure> {
    Ok(match record.kind {
        Kind::Lead if record.number >= 2_000 => Rows::Leads(page(vec![lead(record.number - 2_000)])),
        Kind::Job if record.number >= 500 => Rows::Jobs(page(vec![job(record.number - 500, JobState::Retrying)])),
        _ => return Err(Failure::NotFound(record.to_string())),
    })
}

/// The number of the pane's load among effects.
pub(crate) fn load_of(effects: &[Effect], pane: Pane) -> Option<Seq> {
    effects.iter().find_map(|effect| match effect {
        Effect::LoadPage(seq, wanted) if wanted.pane == pane => Some(*seq),
        _ => None,
    })
}

/// Answers every load as an ordinary day would, until nothing is asked any more; what is no load is given back.
pub(crate) fn serve(app: &mut App, effects: Vec<Effect>) -> Vec<Effect> {
    let mut left = effects;
    let mut others = Vec::new();
    while let Some(effect) = left.pop() {
        let message = match effect {
            Effect::LoadPage(seq, wanted) => Message::Page(seq, Ok(rows(wanted.pane))),
            Effect::LoadGroup { seq, .. } => Message::Group(
                seq,
                Ok(page((0..12).map(|n| job(n, if n % 4 == 3 { JobState::Unknown } else { JobState::Dead })).collect())),
            ),
            Effect::LoadFigures(seq) => Message::Figures(seq, Ok(figures())),
            Effect::LoadTrace(seq, record) => Message::Trace(seq, Ok(trace(record))),
            Effect::LoadRow(seq, record) => Message::Row(seq, row(record)),
            Effect::Explain(seq, record) => Message::Explained(seq, Ok(Box::new(explanation(record)))),
            Effect::TryOut(seq, ..) => Message::TriedOut(seq, Ok(Box::new(sources::trial()))),
            Effect::LoadSources(seq) => Message::Sources(seq, Ok(sources::rows())),
            Effect::LoadSource(seq, _, provider) => Message::Source(seq, Ok(Box::new(sources::detail(provider)))),
            Effect::LoadPresence(seq) => {
                let at = Ref::new(Kind::Draft, 12);
                Message::Presence(seq, Ok(vec![Presence { person: "ana".into(), at, editing: true, seen_at: now() }]))
            }
            other => {
                others.push(other);
                continue;
            }
        };
        left.extend(app.update(message));
    }
    others.reverse();
    others
}

/// A deck on an ordinary day, all loaded.
pub(crate) fn deck(role: Role, size: (u16, u16)) -> App {
    let (mut app, effects) = App::new(start(role, size));
    serve(&mut app, effects);
    let effects = app.update(Message::Linked(Link::Live));
    serve(&mut app, effects);
    app
}

pub(crate) fn key(text: &str) -> Message {
    let chord: Chord = text.parse().unwrap();
    let ctrl = text.starts_with("ctrl-") && text.len() > 5;
    Message::Key(KeyEvent::new(chord.code(), if ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE }))
}

/// Presses keys one after the other, answering loads; the other effects of all of them.
pub(crate) fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut others = Vec::new();
    for text in keys.split_whitespace() {
        let effects = app.update(key(text));
        others.extend(serve(app, effects));
    }
    others.retain(|effect| !matches!(effect, Effect::SayPresence { .. }));
    others
}

/// Types a text into whatever takes it.
pub(crate) fn type_in(app: &mut App, text: &str) -> Vec<Effect> {
    let mut others = Vec::new();
    for c in text.chars() {
        let effects = app.update(Message::Key(KeyEvent::new(crossterm::event::KeyCode::Char(c), KeyModifiers::NONE)));
        others.extend(serve(app, effects));
    }
    others
}

pub(crate) fn done(act: &Act, said: &str, undo: Result<Act, String>) -> Done {
    Done { record: act.target.record, said: said.to_owned(), undo }
}

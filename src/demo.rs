//! The demo: a private database with a simulated day that runs through the production path. Payloads enter by intake
//! and the workflow, the worker runs their jobs against a scripted destination, drafts are filed by the verb that files
//! all drafts. Nothing here writes a row of its own but who and what is there at the start.
//!
//! The same seed gives the same day.

mod cast;
mod day;
mod drafts;
mod payloads;
mod words;

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::delivery::scripted::Scripted;
use crate::domain::act::{Act, Target, Verb};
use crate::domain::actor::{Actor, Person};
use crate::domain::client::Client;
use crate::domain::draft::RejectReason;
use crate::domain::event::{Columns, Provider};
use crate::domain::failure::Failure;
use crate::domain::filter::Filter;
use crate::domain::id::{Kind, LeadId, Ref};
use crate::domain::lead::{LeadAct, LostReason};
use crate::domain::task::{Task, TaskKind};
use crate::domain::text::Internal;
use crate::intake;
use crate::store::Store;
use crate::store::connect::Place;
use crate::store::journal::Search;
use crate::worker::{Sender, Worker};
use crate::workflow::act::perform;
use crate::workflow::arrive::{Arrival, Arrived, arrive};
use crate::workflow::review::{NewDraft, file_draft};
use day::{Caller, Day, Deed, Happening};
use words::TRADES;

/// How long before the deck opens the day began, at least; more when more happened than fits into it.
const MORNING: TimeDelta = TimeDelta::hours(4);
/// What one thing takes with all that comes of it.
const ROOM: TimeDelta = TimeDelta::minutes(2);
/// Between the last thing of the morning and its end.
const REST: TimeDelta = TimeDelta::minutes(1);
/// How late a task may be before the operator turns to it, and how many are done at a time.
const LATE: TimeDelta = TimeDelta::minutes(20);
const AT_A_TIME: usize = 4;
/// How long a draft with a block waits before the reviewer sends it back.
const STALE: TimeDelta = TimeDelta::minutes(90);
/// When the CRM's token expired, counted back from the end of the morning; a list is imported right after.
const TOKEN_EXPIRED: TimeDelta = TimeDelta::minutes(18);
/// People on that list.
const IMPORTED: usize = 14;
/// Passes over due work between two happenings at most: what is due at once again and again is a defect, not a morning.
const PASSES: usize = 200;

/// A running demo.
#[derive(Debug)]
pub struct Demo {
    /// Its private database.
    pub store: Store,
    /// Who looks at it.
    pub owner: Person,
    reviewer: Person,
    operator: Person,
    clients: Vec<Client>,
    worker: Worker,
    sender: Sender,
    day: Day,
    heard: Vec<Heard>,
    last: Option<(usize, Provider, Vec<u8>)>,
}

/// Somebody whose lead is there.
#[derive(Debug)]
struct Heard {
    lead: LeadId,
    caller: Caller,
    drafted: bool,
}

/// Where the demo's database lies in its folder.
fn place(folder: &Path) -> Place {
    Place::Sqlite(folder.join("demo.db"))
}

/// Makes a database in `folder` with a morning behind it, in which about `leads` people called or wrote; the morning
/// ends at `clock`'s now. The folder is the caller's to remove.
///
/// # Errors
/// What the database says.
pub async fn prepare(folder: &Path, seed: u64, leads: usize, clock: Clock) -> Result<Demo, Failure> {
    let end = clock.now();
    let mut day = Day::new(seed);
    let told = tell(&mut day, leads);
    let start = end - MORNING.max(ROOM * i32::try_from(told.len()).unwrap_or(i32::MAX));
    let morning = Clock::fixed(start);
    let mut store = Store::init(&place(folder), morning.clone()).await?;
    let owner = cast::assemble(&store).await?;
    let sender = Sender::Scripted(Scripted::new(seed, end - TOKEN_EXPIRED));
    let mut clients = Vec::new();
    let listed = store.list_clients(&owner).await?;
    for trade in TRADES {
        let client = listed.iter().find(|client| client.name == trade.name);
        clients.push(client.cloned().ok_or_else(|| Failure::NotFound(trade.name.to_owned()))?);
    }
    let mut demo = Demo {
        reviewer: cast::person(&store, "ana").await?,
        operator: cast::person(&store, "raj").await?,
        owner,
        clients,
        worker: Worker::new(store.clone(), sender.clone(), "worker-1"),
        sender,
        day,
        heard: Vec::new(),
        last: None,
        store: store.clone(),
    };
    let list = demo.day.import(IMPORTED);
    for (at, happening) in plan(told, list, start, end) {
        demo.pass_until(at, &morning).await?;
        demo.happen(happening).await?;
        // The worker takes a moment to come round; otherwise every reply would be instant.
        morning.advance(TimeDelta::seconds(3 + at.timestamp().rem_euclid(40)));
        demo.worker.drain().await?;
    }
    demo.pass_until(end, &morning).await?;
    while store.seal_journal(Search::All).await? > 0 {}
    store.clock = clock;
    demo.worker = Worker::new(store.clone(), demo.sender.clone(), "worker-1");
    demo.store = store;
    Ok(demo)
}

/// What happens until so many people have come up, each with its seconds since the beginning.
fn tell(day: &mut Day, leads: usize) -> Vec<(i64, Happening)> {
    let mut told = Vec::new();
    let mut seconds = 0;
    while day.callers < leads.saturating_sub(IMPORTED) {
        let (gap, happening) = day.next();
        seconds += gap.num_seconds();
        told.push((seconds, happening));
    }
    told
}

/// The morning: what was told, stretched or pressed into the hours there are, and the list in its place.
fn plan(
    told: Vec<(i64, Happening)>,
    list: Happening,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Vec<(DateTime<Utc>, Happening)> {
    let seconds = told.last().map_or(1, |(seconds, _)| *seconds);
    let whole = (end - start - REST).num_seconds();
    let at = |told: i64| start + TimeDelta::seconds(told * whole / seconds);
    let mut planned: Vec<_> = told.into_iter().map(|(told, happening)| (at(told), happening)).collect();
    planned.push((end - TOKEN_EXPIRED, list));
    planned.sort_by_key(|(at, _)| *at);
    planned
}

impl Demo {
    /// Goes on with the day, `speed` times as fast as it is told, with a worker beside it, until told to stop.
    pub async fn live(mut self, speed: f64, stop: watch::Receiver<bool>) {
        let worker = self.worker.clone();
        tokio::join!(worker.run(stop.clone()), self.go_on(speed.clamp(0.01, 10_000.0), stop));
    }

    async fn go_on(&mut self, speed: f64, mut stop: watch::Receiver<bool>) {
        loop {
            let (gap, happening) = self.day.next();
            let wait = gap.to_std().unwrap_or_default().div_f64(speed);
            tokio::select! {
                // An error means that whoever could say stop is gone, which says it too.
                _ = stop.wait_for(|stop| *stop) => return,
                () = sleep(wait) => {}
            }
            if let Err(error) = self.happen(happening).await {
                tracing::warn!(%error, "something of the demo's day did not happen");
            }
        }
    }

    /// Lets the day's next thing happen at once, on a clock that is moved by hand, and does the work that comes of it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn step(&mut self) -> Result<(), Failure> {
        let (gap, happening) = self.day.next();
        let clock = self.store.clock.clone();
        self.pass_until(clock.now() + gap, &clock).await?;
        self.happen(happening).await?;
        self.worker.drain().await.map(drop)
    }

    /// Moves the clock to a time, and does on the way what becomes due.
    async fn pass_until(&self, at: DateTime<Utc>, clock: &Clock) -> Result<(), Failure> {
        for _ in 0..PASSES {
            let Some(due) = self.worker.next_due().await?.filter(|due| *due <= at) else { break };
            clock.advance((due - clock.now()).max(TimeDelta::zero()));
            if self.worker.drain().await? == 0 {
                break;
            }
        }
        clock.advance((at - clock.now()).max(TimeDelta::zero()));
        Ok(())
    }

    async fn happen(&mut self, happening: Happening) -> Result<(), Failure> {
        match happening {
            Happening::Arrives { caller, shape, key } => {
                let body = payloads::body(&caller, shape, key, self.now());
                let (client, provider) = (caller.client, shape.provider());
                self.take_in(client, provider, &body, &[caller]).await?;
                self.last = Some((client, provider, body));
            }
            Happening::ArrivesAgain => {
                if let Some((client, provider, body)) = self.last.clone() {
                    self.take_in(client, provider, &body, &[]).await?;
                }
            }
            Happening::Import { callers, key } => {
                let client = callers.first().map_or(0, |caller| caller.client);
                self.take_in(client, Provider::Csv, &payloads::list(&callers, key), &callers).await?;
            }
            Happening::Sample { client, provider, body } => self.take_in(client, provider, body, &[]).await?,
            Happening::Draft { kind } => self.draft(kind).await?,
            Happening::Deed(deed) => match self.deed(deed).await {
                // Somebody at the deck was first, or a rule says no: the team goes on with something else.
                Err(Failure::Conflict(_) | Failure::Refused { .. } | Failure::NotFound(_)) => {}
                done => done?,
            },
        }
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        // During the morning the worker's store has the morning's clock, and so has ours.
        self.store.clock.now()
    }

    /// What `quotedeck intake` does with a file.
    async fn take_in(&mut self, client: usize, provider: Provider, bytes: &[u8], callers: &[Caller]) -> Result<(), Failure> {
        let client = &self.clients[client];
        let settings = intake::Settings {
            region: client.region.clone(),
            columns: Columns::default(),
            fields: Columns::default(),
            honeypot: None,
            received_at: self.now(),
        };
        let arrivals: Vec<Arrival> = intake::read(provider, bytes, &settings)
            .into_iter()
            .filter_map(|item| Some(Arrival { body: Internal::new(item.body), normalised: item.outcome.ok()? }))
            .collect();
        let arrived = arrive(&self.store, client, provider, &arrivals).await?;
        for (arrived, caller) in arrived.iter().zip(callers) {
            let Arrived::Recorded { lead, .. } = arrived else { continue };
            let lead = LeadId(self.store.find(&self.owner, *lead).await?.id);
            if !self.heard.iter().any(|heard| heard.lead == lead) {
                self.heard.push(Heard { lead, caller: caller.clone(), drafted: false });
            }
        }
        Ok(())
    }

    /// A draft about whoever was heard of first and has none.
    async fn draft(&mut self, kind: u8) -> Result<(), Failure> {
        let Some(heard) = self.heard.iter_mut().find(|heard| !heard.drafted) else { return Ok(()) };
        heard.drafted = true;
        let (title, text) = drafts::write(kind, &heard.caller);
        let draft = NewDraft { lead: heard.lead, title, text, model: drafts::MODEL.to_owned() };
        file_draft(&self.store, &Actor::Automation("ai_draft".to_owned()), &draft).await.map(drop)
    }

    async fn deed(&self, deed: Deed) -> Result<(), Failure> {
        match deed {
            Deed::FinishTasks { outcome } => self.finish_tasks(outcome).await,
            Deed::TakeTask { operator } => self.take_task(if operator { &self.operator } else { &self.owner }).await,
            Deed::Review => self.review().await,
        }
    }

    async fn finish_tasks(&self, outcome: u8) -> Result<(), Failure> {
        let (raj, late) = (&self.operator, self.now() - LATE);
        let page = self.store.page_tasks(raj, &Filter::default(), None, 50).await?;
        // What the machine could not decide is left to whoever sits at the deck.
        let his = |task: &&Task| !matches!(task.kind, TaskKind::UnknownOutcome | TaskKind::Incident) && task.due_at < late;
        for task in page.rows.iter().filter(his).take(AT_A_TIME) {
            let target = Target { record: Ref::new(Kind::Task, task.number), id: task.id.0, version: task.version };
            perform(&self.store, raj, &Act { target, verb: Verb::FinishTask, reason: None }).await?;
            let Some(lead) = task.lead_id else { continue };
            let lead = self.store.lead(raj, lead).await?;
            let target = Target { record: Ref::new(Kind::Lead, lead.number), id: lead.id.0, version: lead.version };
            let (act, lost) = match outcome {
                0 => (LeadAct::Contact, None),
                1 => (LeadAct::Quote, None),
                2 => (LeadAct::Book, None),
                _ => (LeadAct::Lose, Some(LostReason::Price)),
            };
            perform(&self.store, raj, &Act { target, verb: Verb::SetLead { act, lost }, reason: None }).await?;
        }
        Ok(())
    }

    async fn take_task(&self, who: &Person) -> Result<(), Failure> {
        let page = self.store.page_tasks(who, &Filter::default(), None, 20).await?;
        let Some(task) = page.rows.iter().find(|task| task.owner_id.is_none()) else { return Ok(()) };
        let target = Target { record: Ref::new(Kind::Task, task.number), id: task.id.0, version: task.version };
        let verb = Verb::AssignTask { to: Some(who.name.clone()) };
        perform(&self.store, who, &Act { target, verb, reason: None }).await.map(drop)
    }

    async fn review(&self) -> Result<(), Failure> {
        let (ana, stale) = (&self.reviewer, self.now() - STALE);
        let page = self.store.page_drafts(ana, &Filter::default(), None, 50).await?;
        let free = || page.rows.iter().filter(|draft| draft.claimed_by.is_none());
        if let Some(draft) = free().find(|draft| draft.blocks > 0 && draft.created_at < stale) {
            let target = self.claim(Ref::new(Kind::Draft, draft.number)).await?;
            let work_version = self.store.draft_detail(ana, draft.id).await?.work_version;
            let verb = Verb::RejectDraft { reason: RejectReason::Unsafe, work_version };
            perform(&self.store, ana, &Act { target, verb, reason: None }).await?;
        }
        if let Some(draft) = free().find(|draft| draft.blocks == 0) {
            let detail = self.store.draft_detail(ana, draft.id).await?;
            let (text, work_version) = (detail.text.raw().to_owned(), detail.work_version);
            let target = self.claim(Ref::new(Kind::Draft, draft.number)).await?;
            perform(&self.store, ana, &Act { target, verb: Verb::ApproveDraft { text, work_version }, reason: None }).await?;
        }
        Ok(())
    }

    /// The reviewer takes a draft; gives it back as it is then.
    async fn claim(&self, record: Ref) -> Result<Target, Failure> {
        let target = self.store.find(&self.reviewer, record).await?;
        let act = Act { target, verb: Verb::ClaimDraft { take_over: false }, reason: None };
        perform(&self.store, &self.reviewer, &act).await?;
        self.store.find(&self.reviewer, record).await
    }
}

#[cfg(test)]
mod tests;

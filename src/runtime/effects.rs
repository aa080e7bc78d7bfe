//! Performs effects: each in one arm, each answered by one message (a bulk by one for each act and its end). Nothing
//! here makes the loop wait: what takes time is a task.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::link::Standing;
use super::recovery::Recovery;
use crate::app::effect::{Effect, PageWanted, Seq};
use crate::app::message::{Message, Rows};
use crate::domain::act::Act;
use crate::domain::actor::Person;
use crate::domain::failure::Failure;
use crate::domain::id::{DraftId, JobId, Kind, LeadId, Ref, SessionId, TaskId};
use crate::domain::row::{Page, Pane};
use crate::domain::text::Internal;
use crate::server::Reader;
use crate::store::{Outcome, Store};
use crate::workflow;

/// A read that takes longer is given up: a server that vanished never answers, and the list would wait for ever.
const READ: Duration = Duration::from_secs(5);
/// An act that takes longer may have been done; it is looked at again, not tried again.
const ACT: Duration = Duration::from_secs(30);
/// Rows a bulk act works on at most.
const FROZEN: i64 = 10_000;
/// How often it is said where the person is.
const PRESENCE: Duration = Duration::from_secs(5);
/// Three times that unheard of, and a person is gone.
const STALE: TimeDelta = TimeDelta::seconds(15);

/// What only the loop can do, because it has the terminal.
pub(super) enum ForTheLoop {
    Copy(String),
    Edit { draft: Ref, text: Internal<String> },
    Leave,
}

/// The database as the deck knows it.
enum Database {
    /// Being opened for the first time: what is asked of it waits.
    Opening(Vec<Effect>),
    /// Could not be opened: everything is answered with why.
    Closed(Failure),
    Open(Store, Person),
}

/// What performs effects.
pub(super) struct Hands {
    database: Database,
    say: mpsc::Sender<Message>,
    /// Given up when the deck is left.
    pub(super) reads: JoinSet<()>,
    /// Waited for when the deck is left.
    pub(super) acts: JoinSet<()>,
    /// Raised to stop a bulk act.
    bulks: HashMap<Seq, Arc<AtomicBool>>,
    pub(super) recovery: Recovery,
    reader: Reader,
    session: SessionId,
    at: Option<(Ref, bool)>,
    /// When to say next where the person is.
    pub(super) presence_due: Option<Instant>,
    /// Saying so: the last word is heard out, or it would come after the goodbye.
    saying: JoinSet<()>,
}

impl Hands {
    pub(super) fn new(say: mpsc::Sender<Message>, recovery: Recovery, reader: Reader) -> Self {
        Self {
            database: Database::Opening(Vec::new()),
            say,
            reads: JoinSet::new(),
            acts: JoinSet::new(),
            bulks: HashMap::new(),
            recovery,
            reader,
            session: SessionId::new(),
            at: None,
            presence_due: None,
            saying: JoinSet::new(),
        }
    }

    /// The database could not be opened.
    pub(super) fn closed(&mut self, why: Failure) {
        self.database_is(Database::Closed(why));
    }

    /// The database was opened, or what the person may do in it changed.
    pub(super) fn open(&mut self, store: Store, standing: &Standing) {
        self.database_is(Database::Open(store, standing.me.clone()));
        self.presence_due = self.at.map(|_| Instant::now());
    }

    /// The person's role changed.
    pub(super) fn known(&mut self, standing: &Standing) {
        if let Database::Open(_, me) = &mut self.database {
            *me = standing.me.clone();
        }
    }

    fn database_is(&mut self, database: Database) {
        if let Database::Opening(waiting) = std::mem::replace(&mut self.database, database) {
            for effect in waiting {
                // What waited needs the database alone.
                drop(self.perform(effect));
            }
        }
    }

    /// Whether nothing is under way.
    pub(super) fn idle(&self) -> bool {
        self.reads.is_empty() && self.acts.is_empty() && !matches!(&self.database, Database::Opening(_))
    }

    /// Performs an effect; gives back what is the loop's to do.
    pub(super) fn perform(&mut self, effect: Effect) -> Option<ForTheLoop> {
        if let (Some(_), Database::Opening(waiting)) = (effect.seq(), &mut self.database) {
            waiting.push(effect);
            return None;
        }
        match effect {
            Effect::LoadPage(seq, wanted) => {
                self.read(async move |store, me| load_page(&store, &me, &wanted).await, move |rows| Message::Page(seq, rows));
            }
            Effect::LoadGroup { seq, destination, signature, limit } => self.read(
                async move |store, me| store.group_jobs(&me, destination, &signature, limit).await,
                move |jobs| Message::Group(seq, jobs),
            ),
            Effect::LoadFigures(seq) => {
                self.read(async |store, me| store.figures(&me).await, move |figures| Message::Figures(seq, figures));
            }
            Effect::LoadTrace(seq, record) => {
                self.read(async move |store, me| store.trace(&me, record).await, move |trace| Message::Trace(seq, trace));
            }
            Effect::LoadRow(seq, record) => {
                self.read(async move |store, me| load_row(&store, &me, record).await, move |rows| Message::Row(seq, rows));
            }
            Effect::Explain(seq, record) => self.read(
                async move |store, me| store.explain(&me, record).await,
                move |answer| Message::Explained(seq, answer.map(Box::new)),
            ),
            Effect::LoadDraft(seq, id) => self.read(
                async move |store, me| store.draft_detail(&me, id).await,
                move |detail| Message::Draft(seq, detail.map(Box::new)),
            ),
            Effect::LoadPreview(seq, draft, text) => self.read(
                async move |store, me| store.portal_preview(&me, draft, text.reveal()).await,
                move |proof| Message::Preview(seq, proof.map(Box::new)),
            ),
            Effect::LoadSources(seq) => {
                self.read(async |store, me| store.source_figures(&me).await, move |rows| Message::Sources(seq, rows));
            }
            Effect::LoadSource(seq, client, provider) => self.read(
                async move |store, me| store.source_detail(&me, client, provider).await,
                move |detail| Message::Source(seq, detail.map(Box::new)),
            ),
            Effect::TryOut(seq, client, provider) => {
                let reader = self.reader.clone();
                self.read(
                    async move |store, me| {
                        let clients = store.list_clients(&me).await?;
                        let found = clients.into_iter().find(|one| one.id == client);
                        let client = found.ok_or_else(|| Failure::NotFound("this client".to_owned()))?;
                        Ok(reader.try_out(provider, &client, store.clock.now()))
                    },
                    move |trial| Message::TriedOut(seq, trial.map(Box::new)),
                );
            }
            Effect::ReadAgain(seq, client, provider) => {
                let reader = self.reader.clone();
                self.act(
                    async move |store, me| {
                        let read = |parked: &_, client: &_| reader.read_again(parked, client);
                        workflow::arrive::replay::replay_source(&store, &me, (client, provider), &read).await
                    },
                    move |told| Message::ReadAgain(seq, told),
                );
            }
            Effect::LoadPresence(seq) => {
                self.read(async |store, _| store.presence(STALE).await, move |seen| Message::Presence(seq, seen));
            }
            Effect::Freeze(seq, PageWanted { pane, filter, .. }) => self.read(
                async move |store, me| store.freeze(&me, pane, &filter, FROZEN).await,
                move |rows| Message::Frozen(seq, rows),
            ),
            Effect::Perform(seq, act) => {
                let asked = act.clone();
                self.act(
                    async move |store, me| workflow::act::perform(&store, &me, &asked).await,
                    move |done| Message::Acted(seq, act, done),
                );
            }
            Effect::SaveWork { seq, target, work_version, text } => self.act(
                async move |store, me| workflow::review::save_work(&store, &me, &target, work_version, text.reveal()).await,
                move |version| Message::WorkSaved(seq, version),
            ),
            Effect::Bulk(seq, acts) => self.bulk(seq, acts),
            Effect::StopBulk(seq) => {
                if let Some(stop) = self.bulks.get(&seq) {
                    stop.store(true, Ordering::SeqCst);
                }
            }
            Effect::KeepRecovery { draft, text } => {
                if let Err(error) = self.recovery.keep(draft, text.reveal()) {
                    let folder = self.recovery.folder().display();
                    self.trouble(format!(
                        "the unsaved text of {draft} could not be kept in {folder}: {error}; copy it elsewhere"
                    ));
                }
            }
            Effect::DropRecovery { draft } => {
                if let Err(error) = self.recovery.drop(draft) {
                    self.trouble(format!("the recovery file of {draft} could not be removed: {error}; it will be offered again"));
                }
            }
            Effect::SayPresence { at, editing } => {
                self.at = at.map(|at| (at, editing));
                self.say_presence();
            }
            Effect::Copy(text) => return Some(ForTheLoop::Copy(text)),
            Effect::OpenEditor { draft, text } => return Some(ForTheLoop::Edit { draft, text }),
            Effect::Quit => return Some(ForTheLoop::Leave),
        }
        None
    }

    fn read<T: Send + 'static, F: Future<Output = Outcome<T>> + Send + 'static>(
        &mut self,
        read: impl FnOnce(Store, Person) -> F,
        answer: impl FnOnce(Outcome<T>) -> Message + Send + 'static,
    ) {
        let (say, begun) = (self.say.clone(), self.begin(read));
        self.reads.spawn(async move {
            let result = match begun {
                Ok(reading) => timeout(READ, reading).await.unwrap_or_else(|_| Err(unanswered(READ, "it is read again later"))),
                Err(failure) => Err(failure),
            };
            drop(say.send(answer(result)).await);
        });
    }

    fn act<T: Send + 'static, F: Future<Output = Outcome<T>> + Send + 'static>(
        &mut self,
        act: impl FnOnce(Store, Person) -> F,
        answer: impl FnOnce(Outcome<T>) -> Message + Send + 'static,
    ) {
        let (say, begun) = (self.say.clone(), self.begin(act));
        self.acts.spawn(async move {
            let result = match begun {
                Ok(acting) => patiently(acting).await,
                Err(failure) => Err(failure),
            };
            drop(say.send(answer(result)).await);
        });
    }

    fn begin<F>(&self, work: impl FnOnce(Store, Person) -> F) -> Outcome<F> {
        match &self.database {
            Database::Open(store, me) => Ok(work(store.clone(), me.clone())),
            Database::Closed(why) => Err(why.clone()),
            Database::Opening(_) => Err(Failure::Unavailable("it is being opened".to_owned())),
        }
    }

    fn bulk(&mut self, seq: Seq, acts: Vec<Act>) {
        let (say, begun) = (self.say.clone(), self.begin(|store, me| (store, me)));
        self.bulks.retain(|_, stop| Arc::strong_count(stop) > 1);
        let stop = Arc::clone(self.bulks.entry(seq).or_default());
        self.acts.spawn(async move {
            for act in acts {
                if stop.load(Ordering::SeqCst) {
                    drop(say.send(Message::BulkEnded { seq, stopped: true }).await);
                    return;
                }
                let outcome = match &begun {
                    Ok((store, me)) => patiently(workflow::act::perform(store, me, &act)).await,
                    Err(failure) => Err(failure.clone()),
                };
                let step = Message::BulkStep { seq, target: act.target, outcome };
                if say.send(step).await.is_err() {
                    return;
                }
            }
            drop(say.send(Message::BulkEnded { seq, stopped: false }).await);
        });
    }

    /// Says where the person is, and again in a while: who is not heard of is gone.
    pub(super) fn say_presence(&mut self) {
        self.presence_due = self.at.map(|_| Instant::now() + PRESENCE);
        let (session, at) = (self.session, self.at);
        if let Database::Open(store, me) = &self.database {
            let (store, name) = (store.clone(), me.name.clone());
            while self.saying.try_join_next().is_some() {}
            self.saying.spawn(async move {
                let saying = store.say_presence(session, &name, at.map(|(at, _)| at), at.is_some_and(|(_, editing)| editing));
                // Nobody misses it: it is said again.
                drop(timeout(READ, saying).await);
            });
        }
    }

    fn trouble(&mut self, what: String) {
        tracing::error!("a recovery file could not be written or removed");
        self.tell(Message::Trouble(what));
    }

    /// Says something to the deck. By a task: the loop must not wait for itself where the channel is full.
    pub(super) fn tell(&mut self, message: Message) {
        let say = self.say.clone();
        self.reads.spawn(async move { drop(say.send(message).await) });
    }

    /// Stops what can be stopped without doing harm.
    pub(super) fn stop(&mut self) {
        self.reads.abort_all();
        for stop in self.bulks.values() {
            stop.store(true, Ordering::SeqCst);
        }
    }

    /// The person left.
    pub(super) async fn say_goodbye(&mut self) {
        while self.saying.join_next().await.is_some() {}
        if let Database::Open(store, _) = &self.database {
            drop(store.forget_presence(self.session).await);
            store.close().await;
        }
    }
}

async fn patiently<T>(acting: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    timeout(ACT, acting).await.unwrap_or_else(|_| Err(unanswered(ACT, "it may have been done, so look before you try again")))
}

fn unanswered(within: Duration, then: &str) -> Failure {
    Failure::Unavailable(format!("no answer for {} s, {then}", within.as_secs()))
}

/// A record as the one row of its list.
async fn load_row(store: &Store, me: &Person, record: Ref) -> Outcome<Rows> {
    fn page<T>(row: T) -> Page<T> {
        Page { rows: vec![row], more: false }
    }
    let id = store.find(me, record).await?.id;
    match record.kind {
        Kind::Lead => Ok(Rows::Leads(page(store.lead(me, LeadId(id)).await?))),
        Kind::Job => Ok(Rows::Jobs(page(store.job(me, JobId(id)).await?))),
        Kind::Task => Ok(Rows::Tasks(page(store.task(me, TaskId(id)).await?))),
        Kind::Draft => Ok(Rows::Drafts(page(store.draft(me, DraftId(id)).await?))),
        _ => Err(Failure::NotFound(record.to_string())),
    }
}

async fn load_page(store: &Store, me: &Person, wanted: &PageWanted) -> Outcome<Rows> {
    let PageWanted { pane, filter, limit } = wanted;
    Ok(match pane {
        Pane::Leads => Rows::Leads(store.page_leads(me, filter, None, *limit).await?),
        Pane::Failures => Rows::Groups(store.groups_and_releases(me, filter, *limit).await?),
        Pane::Queue => Rows::Jobs(store.page_jobs(me, filter, None, *limit).await?),
        Pane::Tasks => Rows::Tasks(store.page_tasks(me, filter, None, *limit).await?),
        Pane::Review => Rows::Drafts(store.page_drafts(me, filter, None, *limit).await?),
    })
}

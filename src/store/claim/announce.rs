//! Announcing attempts: when this gives back an [`Intent`], its journal entry and its attempt row are durable.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::sleep;
use uuid::Uuid;

use super::sabotage::Fault;
use super::{Claimed, Intent, dialects};
use crate::domain::actor::Actor;
use crate::domain::content::Content;
use crate::domain::failure::Failure;
use crate::domain::id::{AttemptId, EntryId, Kind};
use crate::domain::text::Internal;
use crate::store::journal::About;
use crate::store::statement::{Value, values};
use crate::store::{Outcome, Store, Tx};

/// The last look before something leaves: a lease that was lost, or a destination that was paused since, stops it. What
/// was composed first stays, so that every try of a key sends the same. An opt-out, a withdrawn consent or a mark as spam that
/// was committed meanwhile stops a message here, however late it came (C7); of other work nobody asks. A lease that is hardly
/// used stays as it is: then no index needs to be told.
const HOLD_ON: [&str; 2] = dialects!(
    "update jobs set content = coalesce(content, r.column3), lease_until = case when lease_until > ",
    fresh,
    " then lease_until else ",
    lease,
    " end from (values {rows}) as r where jobs.id = r.column1 and jobs.fence = r.column2 and jobs.lease_until is not null
        and not exists (select 1 from destinations d where d.id = jobs.destination_id and (d.paused or d.breaker = 'open'))
        and (jobs.kind not in ('message', 'review_request') or not ",
    unwanted,
    ")
    returning jobs.id, jobs.content, (select coalesce(max(a.n), 0) + 1 from attempts a where a.job_id = jobs.id) as n"
);
const START: &str =
    "insert into attempts (id, job_id, destination_id, n, fence, worker, intent_id, request_fingerprint, started_at, outcome)
    values {rows} returning id";

/// How long a broken build lets requests leave before it commits: longer than one takes to arrive.
const TOO_LATE: Duration = Duration::from_millis(20);

/// What became of an announcement.
#[derive(Debug)]
pub enum Announced {
    /// It is durable: the request may leave.
    Made(Intent),
    /// It was not made: the lease was lost, the destination was paused since, or the person wants no message any more. Nothing
    /// may be sent.
    Refused(Claimed),
}

impl Store {
    /// Announces one attempt of each job with what it sends, in the form of [`Content::to_json`].
    ///
    /// # Errors
    /// What the database says; then nothing was announced, and nothing may be sent.
    pub async fn announce(&self, jobs: Vec<(Claimed, Internal<String>)>) -> Outcome<Vec<Announced>> {
        let mut tx = self.begin().await?;
        let rows: Vec<Vec<Value>> =
            jobs.iter().map(|(job, content)| values![job.id, job.fence, content.reveal().as_str()]).collect();
        let moment = self.moment(&mut tx).await?;
        let values = values![moment.lease(), moment.fresh()];
        let held: Vec<(Uuid, String, i64)> = tx.over(self.of(HOLD_ON), values, rows).await?;
        let held: BTreeMap<Uuid, (String, i64)> = held.into_iter().map(|(id, content, n)| (id, (content, n))).collect();
        let now = tx.now;
        let announced: Vec<Announced> = jobs
            .into_iter()
            .map(|(claimed, _)| match held.get(&claimed.id.0) {
                None => Announced::Refused(claimed),
                Some((content, n)) => Announced::Made(Intent {
                    attempt: AttemptId::new(),
                    n: *n,
                    started_at: now,
                    content: Internal::new(content.clone()),
                    claimed,
                }),
            })
            .collect();
        let intents: Vec<&Intent> = announced.iter().filter_map(Announced::intent).collect();
        if intents.is_empty() {
            return Ok(announced);
        }
        tx.start(&intents).await?;
        // Some are enough: what is answered before it is committed waits for its lease to end, and the wave with it.
        if Fault::SendFirst.is_on() && intents[0].job().number % 8 == 0 {
            tokio::spawn(tx.commit_late());
            return Ok(announced);
        }
        match tx.commit().await {
            Ok(()) => Ok(announced),
            // The answer may be lost and the entries there all the same: the rows have ids made by us, so they can be asked
            // for. They stand and fall together.
            Err(error) if self.is_announced(intents[0]).await? => {
                tracing::info!(%error, "an announcement was committed although its answer was lost");
                Ok(announced)
            }
            Err(error) => Err(error),
        }
    }

    async fn is_announced(&self, intent: &Intent) -> Outcome<bool> {
        let row: Vec<(Uuid,)> = self.read("select id from attempts where id = $1", values![intent.attempt.0]).await?;
        Ok(!row.is_empty())
    }
}

impl Announced {
    /// The announcement, where it was made.
    pub fn intent(&self) -> Option<&Intent> {
        match self {
            Self::Made(intent) => Some(intent),
            Self::Refused(_) => None,
        }
    }

    /// The announcement, or what a worker hears whose lease is no longer its own.
    ///
    /// # Errors
    /// `Conflict`.
    pub fn made(self) -> Outcome<Intent> {
        match self {
            Self::Made(intent) => Ok(intent),
            Self::Refused(claimed) => Err(super::lease::lost(&claimed)),
        }
    }
}

impl Tx {
    /// Commits when the requests have left.
    async fn commit_late(self) {
        sleep(TOO_LATE).await;
        drop(self.commit().await);
    }

    /// The entries and rows of announcements.
    async fn start(&mut self, intents: &[&Intent]) -> Result<(), Failure> {
        let details: Vec<String> = intents
            .iter()
            .map(|intent| format!("try {}: {} at {}", intent.n, intent.claimed.operation, intent.claimed.destination))
            .collect();
        let abouts: Vec<About<'_>> = intents
            .iter()
            .zip(&details)
            .map(|(intent, detail)| About {
                verb: "job.attempt",
                kind: Kind::Job,
                subject: intent.claimed.id.0,
                lead: intent.claimed.lead_id,
                detail,
            })
            .collect();
        let entries: Vec<EntryId> = self.journal_all(&Actor::Worker, &abouts).await?;
        let rows = intents.iter().zip(entries).map(|(intent, entry)| {
            let job = &intent.claimed;
            let print = Content::fingerprint(&job.operation, &job.idempotency_key, intent.content.reveal());
            values![
                intent.attempt.0,
                job.id,
                job.destination_id,
                intent.n,
                job.fence,
                &job.worker,
                entry,
                &print[..],
                intent.started_at,
                "running",
            ]
        });
        let rows = rows.collect();
        self.over::<(Uuid,)>(START, vec![], rows).await.map(drop)
    }
}

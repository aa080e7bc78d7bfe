//! Asking providers for what their webhooks may have missed: when a round begins, what a page brings, and when the
//! cursor moves.
//!
//! A page is kept as requests at the front door are (`store::waiting`), in one transaction with the cursor, and read
//! from there like them: what a webhook brought already is known by its natural key.

use chrono::TimeDelta;

use super::prepare::Prepared;
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::content::Content;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, DestinationId, PayloadId};
use crate::domain::job::{DeliveryMode, JobKind, JobState};
use crate::domain::journal::{sha256, to_hex};
use crate::domain::reply::{Brought, Reply};
use crate::domain::routing::BULK;
use crate::domain::sync::{Fetch, Missing, Still, lag, window};
use crate::domain::text::Internal;
use crate::store::claim::{Claimed, Intent};
use crate::store::jobs::{NewJob, Queued};
use crate::store::waiting::NewArrival;
use crate::store::{Store, Tx};

/// What is asked of a provider.
pub const LIST: &str = "list";

/// Sets the syncs up as the configuration has them, and stops all others; gives back what could not be set up, and why.
///
/// # Errors
/// What the database says.
pub async fn set_up(store: &Store, config: &Config) -> Result<Vec<String>, Failure> {
    let destinations = store.list_destinations().await?;
    let mut tx = store.begin().await?;
    let (mut kept, mut missing) = (Vec::new(), Vec::new());
    for setting in &config.syncs {
        let client = tx.client_named(&setting.client).await?;
        let destination = destinations.iter().find(|destination| destination.name == setting.destination);
        let (Some(client), Some(destination)) = (client, destination) else {
            let what = if client.is_none() { &setting.client } else { &setting.destination };
            missing.push(format!(
                "{what} is not in the database, so nothing is fetched for {}; run: quotedeck init",
                setting.client
            ));
            continue;
        };
        tx.set_sync(&Actor::Worker, client, destination.id, setting).await?;
        kept.push((client, setting.provider));
    }
    tx.stop_syncs_but(&Actor::Worker, &kept).await?;
    tx.commit().await?;
    Ok(missing)
}

/// Begins the rounds whose time has come; gives back how many.
///
/// # Errors
/// What the database says.
pub async fn begin_rounds(store: &Store) -> Result<usize, Failure> {
    let mut tx = store.begin().await?;
    let mut begun = 0;
    for due in tx.due_syncs().await? {
        let (from, until) = window(due.provider, due.cursor, tx.now);
        let Some(round) = tx.begin_round(&due, until).await? else { continue };
        let fetch = Fetch {
            provider: due.provider,
            scope: due.scope.clone(),
            from,
            until,
            page: 1,
            round,
            list: 0,
            at: 1,
            still: Still { missing: missing(due.missing.as_deref()), ..Still::default() },
        };
        queue(&mut tx, due.client, due.destination, &fetch).await?;
        begun += 1;
    }
    if begun > 0 {
        tx.commit().await?;
    }
    Ok(begun)
}

/// What the last round could not have. Written by another version of this program, it may not read: it was told, at least.
fn missing(stored: Option<&str>) -> Missing {
    stored.and_then(|stored| serde_json::from_str(stored).ok()).unwrap_or_default()
}

async fn queue(tx: &mut Tx, client: ClientId, destination: DestinationId, fetch: &Fetch) -> Result<(), Failure> {
    let args = serde_json::to_string(fetch).map_err(|error| Failure::Other(error.to_string()))?;
    let natural_key = format!("{}:{}:{}", fetch.provider, fetch.round, fetch.page);
    let job = NewJob {
        client,
        lead: None,
        summary: None,
        destination,
        delivery_mode: DeliveryMode::Keyed,
        template: None,
        kind: JobKind::ProviderSync,
        operation: LIST,
        natural_key: &natural_key,
        args: &args,
        priority: BULK,
        armed: false,
    };
    match tx.queue_job(&Actor::Worker, &job).await? {
        Queued::New(job, _) => tx.sync_job(client, fetch.provider, job).await,
        Queued::Known(_) | Queued::Differs(_) => Ok(()),
    }
}

/// The page that a claimed job is to fetch.
pub(super) fn page(job: &Claimed) -> Prepared {
    let stop = || Prepared::Stop {
        state: JobState::Cancelled,
        reason: "another version of this program made it; the next round asks for the same".to_owned(),
    };
    serde_json::from_str(job.args.reveal()).map_or_else(|_| stop(), |fetch| Prepared::Send(Box::new(Content::Fetch(fetch))))
}

/// Keeps what a page brought and goes on: to the next page, or with the cursor to the window's end.
///
/// # Errors
/// What the database says; the page is fetched again then.
pub(super) async fn take_in(tx: &mut Tx, intent: &Intent, reply: &Reply) -> Result<(), Failure> {
    let job = intent.job();
    let Ok(Content::Fetch(fetch)) = Content::from_json(intent.content().reveal()) else { return Ok(()) };
    let Some(Brought::Page(page)) = reply.made.as_ref().map(Internal::reveal) else { return Ok(()) };
    let (client, provider) = (job.client_id, fetch.provider);
    let Some(source) = tx.sync_source(client, provider).await? else { return Ok(()) };
    let arrival = |payload: &Vec<u8>| NewArrival {
        id: PayloadId::new(),
        source,
        client,
        provider,
        // By its content: what is listed once more in another state is read once more.
        delivery_key: format!("sync:{}", to_hex(&sha256(payload))),
        body: Internal::new(payload.clone()),
        from_ip: None,
    };
    let arrivals: Vec<NewArrival> = page.payloads.iter().map(arrival).collect();
    if !arrivals.is_empty() {
        tx.keep_arrivals(&arrivals).await?;
    }
    if !page.figures.is_empty() {
        tx.keep_figures(client, &fetch.scope, &page.figures).await?;
    }
    if let Some(next) = fetch.after(page, tx.now) {
        if tx.turn_page(client, provider, fetch.round, fetch.page).await? {
            queue(tx, client, job.destination_id, &next).await?;
        }
        return Ok(());
    }
    // A window that was cut short is followed by the next one at once.
    let behind = tx.now - fetch.until > TimeDelta::hours(1) + lag(provider);
    let next = behind.then_some(tx.now);
    tx.end_round(client, provider, (fetch.round, fetch.page), next, &page.still).await.map(drop)
}

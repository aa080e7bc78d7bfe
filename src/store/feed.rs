//! The change feed: hints that something changed. Rows are always read again; a hint says nothing about them.
//!
//! Postgres: LISTEN on a connection of its own. SQLite: `pragma data_version`, polled on a connection of its own (it
//! counts the commits of others alone). Both: a hint every 30 seconds, whatever happens.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::Store;
use super::connect::{Place, program_sqlite_options};

const SAFETY: Duration = Duration::from_secs(30);
/// The pragma reads a few bytes of shared memory: this costs a thousandth of a core.
const SQLITE_POLL: Duration = Duration::from_millis(15);
/// Where notifications are swallowed.
const BLIND_POLL: Duration = Duration::from_secs(1);
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How well changes are heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// As they happen.
    Live,
    /// Polled for: something between here and the server swallows notifications.
    Polling,
    /// Not at all; it is tried again by itself.
    Offline,
}

/// What the feed says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Read again what is shown.
    Changed,
    /// The link changed.
    Link(LinkState),
}

/// Hints as they come; ends its connection when dropped.
#[derive(Debug)]
pub struct Feed {
    hints: mpsc::Receiver<Hint>,
    watching: JoinHandle<()>,
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

impl Feed {
    /// The next hint. Bursts are one hint. May be dropped half-way without losing one.
    pub async fn next(&mut self) -> Hint {
        match self.hints.recv().await {
            Some(hint) => hint,
            // The watching task ends with the runtime alone.
            None => std::future::pending().await,
        }
    }
}

impl Store {
    /// Watches for changes, from now on.
    pub fn watch(&self) -> Feed {
        // A place for one hint: what comes while it waits to be taken is drained into the next.
        let (say, hints) = mpsc::channel(1);
        let place = self.place.clone();
        let watching = tokio::spawn(async move {
            let mut wait = FIRST_WAIT;
            let mut offline = false;
            loop {
                let mut linked = false;
                let ended = match &place {
                    Place::Sqlite(file) => poll_sqlite(file, &say, &mut linked).await,
                    Place::Postgres(options) => listen(options, &say, &mut linked).await,
                };
                if say.is_closed() {
                    return;
                }
                tracing::debug!(error = ?ended.err(), "the change feed lost its connection");
                if linked {
                    // However short it was: that it ended is news again.
                    (wait, offline) = (FIRST_WAIT, false);
                }
                if !offline {
                    offline = true;
                    if say.send(Hint::Link(LinkState::Offline)).await.is_err() {
                        return;
                    }
                }
                // Between half and whole, so that many decks do not come back at the same moment.
                sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        });
        Feed { hints, watching }
    }
}

/// Says a hint; `Err` ends the watching because nobody listens.
async fn tell(say: &mpsc::Sender<Hint>, hint: Hint) -> sqlx::Result<()> {
    say.send(hint).await.map_err(|_| sqlx::Error::PoolClosed)
}

async fn connected(say: &mpsc::Sender<Hint>, state: LinkState, linked: &mut bool) -> sqlx::Result<()> {
    *linked = true;
    tell(say, Hint::Link(state)).await?;
    // What happened before is not told by anybody.
    tell(say, Hint::Changed).await
}

async fn poll_sqlite(file: &std::path::Path, say: &mpsc::Sender<Hint>, linked: &mut bool) -> sqlx::Result<()> {
    let mut connection = SqliteConnection::connect_with(&program_sqlite_options(file)).await?;
    let mut seen: i64 = sqlx::query_scalar("pragma data_version").fetch_one(&mut connection).await?;
    connected(say, LinkState::Live, linked).await?;
    let mut told = Instant::now();
    loop {
        sleep(SQLITE_POLL).await;
        let version: i64 = sqlx::query_scalar("pragma data_version").fetch_one(&mut connection).await?;
        if version != seen || told.elapsed() >= SAFETY {
            (seen, told) = (version, Instant::now());
            tell(say, Hint::Changed).await?;
        }
    }
}

async fn listen(options: &sqlx::postgres::PgConnectOptions, say: &mpsc::Sender<Hint>, linked: &mut bool) -> sqlx::Result<()> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options.clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    // Coming back by itself would hide that notifications were missed meanwhile.
    listener.eager_reconnect(false);
    listener.listen("quotedeck").await?;
    let heard: i64 = sqlx::query_scalar("select count(*) from pg_listening_channels() as channel where channel = 'quotedeck'")
        .fetch_one(&mut listener)
        .await?;
    if heard == 0 {
        // A pooler gave the next statement another session.
        connected(say, LinkState::Polling, linked).await?;
        loop {
            sleep(BLIND_POLL).await;
            sqlx::query("select 1").execute(&mut listener).await?;
            tell(say, Hint::Changed).await?;
        }
    }
    connected(say, LinkState::Live, linked).await?;
    loop {
        match timeout(SAFETY, listener.try_recv()).await {
            Ok(Ok(Some(_))) => {
                while listener.next_buffered().is_some() {}
                tell(say, Hint::Changed).await?;
            }
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => tell(say, Hint::Changed).await?,
        }
    }
}

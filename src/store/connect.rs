//! How to reach either database: from a URL to open pools with the settings that the promises rest on.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use super::errors::failure;
use super::portal::{Login, Portal};
use super::{Db, Outcome, Store};
use crate::clock::Clock;
use crate::domain::failure::Failure;

/// SQLite below this can corrupt a database in WAL mode when two connections checkpoint at once.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// How long a connection to a server is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long until a server that takes no connections is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// Where the database is.
#[derive(Clone)]
pub enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// A server. `Debug` hides the password.
    Postgres(Box<PgConnectOptions>),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_string())
    }
}

impl std::fmt::Display for Place {
    /// Never with the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(options) => {
                write!(
                    f,
                    "postgres://{}@{}:{}/{}",
                    options.get_username(),
                    options.get_host(),
                    options.get_port(),
                    options.get_database().unwrap_or_default()
                )
            }
        }
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A person waits: statements end after two seconds.
    Deck,
    /// Commands: statements end after a minute.
    Work,
    /// Workers and intake, which ask the same of tables that grow under them: statements end after a minute.
    Queue,
}

/// A URL that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// Neither database.
    #[error("{0:?} names no database; write sqlite:PATH or postgres://USER@HOST/NAME")]
    Scheme(String),
    /// Not readable as a Postgres URL. The URL itself is not repeated: it may hold a password.
    #[error("the Postgres URL cannot be read: {0}")]
    Postgres(String),
    /// Would send data over a network unencrypted or to anybody.
    #[error(
        "the database is on another machine ({0}) and sslmode is weaker than verify-full; add ?sslmode=verify-full (and sslrootcert=FILE for a private CA)"
    )]
    Insecure(String),
}

impl FromStr for Place {
    type Err = BadUrl;

    fn from_str(url: &str) -> Result<Self, BadUrl> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(Self::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))));
        }
        if !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return Err(BadUrl::Scheme(url.split(':').next().unwrap_or_default().chars().take(30).collect()));
        }
        let mut options = PgConnectOptions::from_str(url).map_err(|e| BadUrl::Postgres(e.to_string()))?;
        let host = options.get_host().to_owned();
        let local = options.get_socket().is_some()
            || host.starts_with('/')
            || host == "localhost"
            || host == "::1"
            || host.starts_with("127.");
        if !local {
            match (url.contains("sslmode="), options.get_ssl_mode()) {
                (_, PgSslMode::VerifyFull) => {}
                (false, _) => options = options.ssl_mode(PgSslMode::VerifyFull),
                (true, _) => return Err(BadUrl::Insecure(host)),
            }
        }
        Ok(Self::Postgres(Box::new(options.application_name("quotedeck"))))
    }
}

/// Bytes that SQLite's log keeps once a checkpoint is through: 64 MiB.
const LOG_BYTES: &str = "67108864";

/// The settings of every SQLite connection.
pub(crate) fn sqlite_options(path: &Path, create: bool) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit that was answered survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        // Without it `insert or replace` deletes rows past the append-only triggers.
        .pragma("recursive_triggers", "on")
        .pragma("secure_delete", "on")
        // The log of a burst is cut again: it stays as long as its longest moment otherwise.
        .pragma("journal_size_limit", LOG_BYTES)
        .statement_cache_capacity(256)
}

/// How the program connects to an existing SQLite file, for connections beside the pools.
pub fn program_sqlite_options(path: &Path) -> SqliteConnectOptions {
    sqlite_options(path, false)
}

impl Store {
    /// Opens an existing, migrated database.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be reached, `Refused` when it was not initialised or is too old or too new.
    pub async fn open(place: &Place, clock: Clock, purpose: Purpose) -> Outcome<Self> {
        let store = Self::open_unchecked(place, clock, purpose, false).await?;
        store.check_schema().await?;
        Ok(store)
    }

    /// Opens without looking at the schema; `create` makes a missing SQLite file.
    pub(crate) async fn open_unchecked(place: &Place, clock: Clock, purpose: Purpose, create: bool) -> Outcome<Self> {
        let db = match place {
            Place::Sqlite(path) => Db::Sqlite(open_sqlite(path, create).await?),
            Place::Postgres(options) => Db::Postgres(open_postgres(options, purpose).await?),
        };
        let portal = Portal::of(place, &Login::default());
        Ok(Self { db, clock, place: place.clone(), portal, turn: Arc::new(Semaphore::new(1)), steady: Arc::default() })
    }
}

async fn open_sqlite(path: &Path, create: bool) -> Outcome<sqlx::SqlitePool> {
    if !create && !path.exists() {
        return Err(not_initialised(&format!("there is no file {}", path.display())));
    }
    let pool = SqlitePoolOptions::new()
        .max_connections(6)
        .acquire_timeout(Duration::from_secs(6))
        // SQLite ends a transaction by itself when its disk is full, and then refuses to roll it back: sqlx takes the
        // connection for one within a transaction ever after, and no other can begin on it.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(sqlite_options(path, create))
        .await
        .map_err(failure)?;
    let version: String = sqlx::query("select sqlite_version()").fetch_one(&pool).await.map_err(failure)?.get(0);
    let mut parts = version.split('.').map(|n| n.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        return Err(Failure::refused(
            "opening the database",
            format!("this program was built with SQLite {version}, which can corrupt databases"),
            "build it with the bundled SQLite, 3.51.3 or later",
        ));
    }
    Ok(pool)
}

async fn open_postgres(options: &PgConnectOptions, purpose: Purpose) -> Outcome<sqlx::PgPool> {
    let timeout = match purpose {
        Purpose::Deck => "2s",
        Purpose::Work | Purpose::Queue => "60s",
    };
    let mut options = options.clone().options([
        ("search_path", "internal"),
        ("statement_timeout", timeout),
        ("idle_in_transaction_session_timeout", "60s"),
        ("timezone", "UTC"),
        // Compiling a statement takes longer than any of ours runs.
        ("jit", "off"),
    ]);
    if purpose == Purpose::Queue {
        // A plan is made once and kept. One that was made while a table was empty reads all of it, and would go on so when
        // it has a hundred thousand rows; every statement of the queue has an index of its own.
        options = options.options([("enable_seqscan", "off")]);
    }
    first_connection(&options, purpose).await?;
    let pool = PgPoolOptions::new()
        .max_connections(if purpose == Purpose::Deck { 4 } else { 8 })
        .acquire_timeout(PATIENCE)
        .after_connect(|connection, _| Box::pin(act_as_app(connection)));
    Ok(pool.connect_lazy_with(options))
}

/// Whoever connects, even an administrator, works with the program's rights alone.
async fn act_as_app(connection: &mut PgConnection) -> sqlx::Result<()> {
    connection.execute("set role quotedeck_app").await.map(drop)
}

/// Connects once outside of the pool: that tries again until its time is over whatever went wrong, and then knows no cause. All but
/// the deck, which tries again by itself, wait a while for a server that is starting or full.
async fn first_connection(options: &PgConnectOptions, purpose: Purpose) -> Outcome<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        let connected = timeout_at(until, async {
            let mut connection = PgConnection::connect_with(options).await?;
            act_as_app(&mut connection).await?;
            connection.close().await
        });
        match connected.await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) if purpose == Purpose::Deck || !is_starting(&error) || Instant::now() + PAUSE >= until => {
                return Err(not_opened(error));
            }
            Ok(Err(_)) => sleep(PAUSE).await,
            Err(_) => {
                let host = options.get_host();
                return Err(Failure::Unavailable(format!("{host} does not answer; check the address, and the network")));
            }
        }
    }
}

/// Whether a server may be about to take connections: it starts, or has none left at the moment.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(io) => matches!(io.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound),
        other => other.as_database_error().and_then(DatabaseError::code).is_some_and(|code| ["57P03", "53300"].contains(&&*code)),
    }
}

/// Why there is no connection, and who mends that how.
fn not_opened(error: sqlx::Error) -> Failure {
    match error.as_database_error().and_then(DatabaseError::code).as_deref() {
        // 22023: no such role; 42501: not a member of it.
        Some("22023") => not_initialised("it has no role quotedeck_app"),
        Some("42501") => Failure::refused(
            "opening the database",
            "this login may not act as quotedeck_app",
            "let an administrator run: grant quotedeck_app to LOGIN",
        ),
        Some("28P01" | "28000") => Failure::refused(
            "opening the database",
            "the server refused the login",
            "check user and password of the database URL",
        ),
        Some("3D000") => {
            Failure::refused("opening the database", "there is no database of that name", "create it, then run: quotedeck init")
        }
        _ => failure(error),
    }
}

/// A database that nobody prepared.
pub(crate) fn not_initialised(why: &str) -> Failure {
    Failure::refused("opening the database", format!("it was not prepared ({why})"), "run: quotedeck init")
}

/// One connection outside the pool, as the given role's member; for migrations.
pub(crate) async fn postgres_connection(options: &PgConnectOptions) -> Outcome<PgConnection> {
    PgConnection::connect_with(options).await.map_err(failure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("postgres://rosa@db.example.com/deck?sslmode=require", false)]
    #[case("postgres://rosa@db.example.com/deck?sslmode=disable", false)]
    #[case("postgres://rosa@10.0.0.5/deck?sslmode=prefer", false)]
    #[case("postgres://rosa@db.example.com/deck", true)]
    #[case("postgres://rosa@db.example.com/deck?sslmode=verify-full", true)]
    #[case("postgres://rosa@localhost/deck", true)]
    #[case("postgres://rosa@127.0.0.1/deck?sslmode=disable", true)]
    fn a_remote_server_must_prove_itself(#[case] url: &str, #[case] accepted: bool) {
        let place = url.parse::<Place>();
        assert_eq!(place.is_ok(), accepted, "{url}");
        if let Ok(Place::Postgres(options)) = place
            && options.get_host().contains("example")
        {
            assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull));
        }
    }

    #[test]
    fn no_password_is_ever_shown() {
        let place: Place = "postgres://rosa:hunter2@localhost/deck".parse().unwrap();
        assert!(!format!("{place:?} {place}").contains("hunter2"));
        let bad = "mysql://rosa:hunter2@localhost/deck".parse::<Place>().unwrap_err();
        assert!(!bad.to_string().contains("hunter2"));
    }
}

//! One migrated database for each test, on SQLite and on Postgres, and the macro that runs a test on both.

use std::time::Duration;

use chrono::{DateTime, Utc};
use quotedeck::clock::Clock;
use quotedeck::store::Store;
use quotedeck::store::connect::{Place, Purpose, program_sqlite_options};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool, SqlitePool};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::cluster;

/// `both_databases!(a, b)` makes the tests `sqlite::a`, `postgres::a` … of `async fn a(world: World)`.
macro_rules! both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { crate::databases::on_sqlite(super::$name).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { crate::databases::on_postgres(super::$name).await; })+
        }
    };
}

/// A migrated, empty database with a clock that stands at 2026-06-01 14:30 UTC.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) place: Place,
    pub(crate) raw: Raw,
    /// Removed with the world; of SQLite alone.
    _folder: Option<TempDir>,
}

/// Connections past the store, for fixtures and for looking behind it.
#[derive(Clone)]
pub(crate) enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Raw {
    /// Another pool on the same database, for another runtime.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Sqlite(pool) => Self::Sqlite(SqlitePoolOptions::new().connect_lazy_with((*pool.connect_options()).clone())),
            Self::Postgres(pool) => Self::Postgres(PgPoolOptions::new().connect_lazy_with((*pool.connect_options()).clone())),
        }
    }
}

/// Runs a body on either raw pool.
macro_rules! on_raw {
    ($world:expr, |$pool:ident| $body:expr) => {
        match &$world.raw {
            $crate::databases::Raw::Sqlite($pool) => $body,
            $crate::databases::Raw::Postgres($pool) => $body,
        }
    };
}

/// Who runs a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    /// Past every grant: a superuser, or a plain hand on the file.
    Administrator,
    /// With the rights and settings the program has.
    Program,
    /// As the client portal; Postgres alone.
    Portal,
}

/// The time at which every world starts.
pub(crate) fn start() -> DateTime<Utc> {
    "2026-06-01T14:30:00Z".parse().expect("a time")
}

impl World {
    async fn sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("deck.db");
        let (place, clock) = (Place::Sqlite(file.clone()), Clock::fixed(start()));
        let store = Store::init(&place, clock.clone()).await.expect("a new SQLite database");
        let options = SqliteConnectOptions::new().filename(file).foreign_keys(true).busy_timeout(Duration::from_secs(5));
        let raw = Raw::Sqlite(SqlitePoolOptions::new().max_connections(2).connect_lazy_with(options));
        Self { store, clock, place, raw, _folder: Some(folder) }
    }

    async fn postgres(name: &str) -> Self {
        Self::on_server(cluster::administrator().await.database(name)).await
    }

    /// On a server of its own, that nothing was made on.
    pub(crate) async fn on_new_server(administrator: PgConnectOptions) -> Self {
        let mut connection = PgConnection::connect_with(&administrator).await.expect("the server answers");
        connection.execute("create database deck").await.expect("a database");
        let options = administrator.database("deck");
        let made = Store::init(&Place::Postgres(Box::new(options.clone())), Clock::fixed(start())).await;
        made.expect("it is prepared").close().await;
        Self::on_server(options).await
    }

    async fn on_server(options: PgConnectOptions) -> Self {
        let (place, clock) = (Place::Postgres(Box::new(options.clone())), Clock::fixed(start()));
        let store = Store::open(&place, clock.clone(), Purpose::Work).await.expect("the copied database opens");
        let options = options.options([("search_path", "internal"), ("timezone", "UTC")]);
        let raw = Raw::Postgres(PgPoolOptions::new().max_connections(2).connect_lazy_with(options));
        Self { store, clock, place, raw, _folder: None }
    }

    /// The time now, as the world's clock has it.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Runs a script as somebody; gives back what the database answers when it refuses.
    pub(crate) async fn attempt(&self, login: Login, script: &str) -> Result<(), String> {
        let script = AssertSqlSafe(script.to_owned());
        let ran = match (&self.place, login) {
            (Place::Sqlite(file), Login::Program) => {
                let mut connection = sqlx::SqliteConnection::connect_with(&program_sqlite_options(file)).await.expect("connects");
                sqlx::raw_sql(script).execute(&mut connection).await.map(drop)
            }
            (Place::Sqlite(_), Login::Portal) => panic!("SQLite has no roles"),
            (Place::Postgres(options), Login::Program | Login::Portal) => {
                let (role, path) =
                    if login == Login::Program { ("quotedeck_app", "internal") } else { ("quotedeck_portal", "client") };
                let options = (**options).clone().options([("search_path", path)]);
                let mut connection = PgConnection::connect_with(&options).await.expect("connects");
                connection.execute(AssertSqlSafe(format!("set role {role}"))).await.expect("the role exists");
                sqlx::raw_sql(script).execute(&mut connection).await.map(drop)
            }
            (_, Login::Administrator) => on_raw!(self, |pool| sqlx::raw_sql(script).execute(pool).await.map(drop)),
        };
        ran.map_err(|error| error.to_string())
    }

    /// Runs a script past every grant; it must succeed.
    pub(crate) async fn script(&self, script: &str) {
        self.attempt(Login::Administrator, script).await.unwrap_or_else(|error| panic!("{error}\n{script}"));
    }

    /// Runs a statement that others stand in the way of now and then: one of two that wait for each other is refused.
    pub(crate) async fn insist(&self, sql: &str) {
        let mut refused = String::new();
        for _ in 0..20 {
            match self.attempt(Login::Administrator, sql).await {
                Ok(()) => return,
                Err(error) => refused = error,
            }
        }
        panic!("{refused}\n{sql}");
    }

    /// The same of several in one transaction, which has to wait for its turn once.
    pub(crate) async fn insist_all(&self, statements: &[String]) {
        let all = statements.join("; ");
        match &self.place {
            Place::Sqlite(_) => self.insist(&format!("begin immediate; {all}; commit")).await,
            // Statements that are sent together are one transaction there.
            Place::Postgres(_) => self.insist(&all).await,
        }
    }

    /// Whether somebody keeps everybody else from writing: on SQLite a process that stands still can.
    pub(crate) async fn is_locked(&self) -> bool {
        let Place::Sqlite(file) = &self.place else { return false };
        let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_millis(20));
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.expect("connects");
        connection.execute("begin immediate; rollback").await.is_err()
    }

    /// The one number a query answers with.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        on_raw!(self, |pool| sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(pool).await).expect("a number")
    }

    /// The one column of numbers a query answers with.
    pub(crate) async fn numbers(&self, sql: &str) -> Vec<i64> {
        on_raw!(self, |pool| sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(pool).await).expect("numbers")
    }

    /// Where it is, as another process is told.
    pub(crate) fn url(&self) -> String {
        match &self.place {
            Place::Sqlite(file) => format!("sqlite:{}", file.display()),
            Place::Postgres(options) => {
                let socket = options.get_socket().expect("a socket").display().to_string().replace('/', "%2F");
                format!("postgres://postgres@localhost/{}?host={socket}", options.get_database().expect("a name"))
            }
        }
    }

    /// The one column of texts a query answers with.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        on_raw!(self, |pool| sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(pool).await).expect("texts")
    }
}

/// Runs a test on a SQLite file of its own.
pub(crate) async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    test(World::sqlite().await).await;
}

/// Runs a test on a Postgres database of its own. After a panic it stays, until the server is removed.
pub(crate) async fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    let name = copy_of_the_template().await;
    test(World::postgres(&name).await).await;
    command(&format!("drop database {name} with (force)")).await;
}

/// The database every test copies: migrated once.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

async fn template() -> &'static str {
    TEMPLATE
        .get_or_init(|| async {
            let options = new_database().await;
            let store = Store::init(&Place::Postgres(Box::new(options.clone())), Clock::fixed(start())).await;
            // A database that is copied must have no connections.
            store.expect("the template migrates").close().await;
            options.get_database().unwrap_or_default().to_owned()
        })
        .await
}

async fn copy_of_the_template() -> String {
    let (template, name) = (template().await, fresh_name());
    command(&format!("create database {name} template {template} strategy file_copy")).await;
    name
}

/// A new Postgres database that nobody prepared, on a server whose roles exist: roles belong to the whole server.
pub(crate) async fn unprepared_database() -> PgConnectOptions {
    template().await;
    new_database().await
}

async fn new_database() -> PgConnectOptions {
    let name = fresh_name();
    command(&format!("create database {name}")).await;
    cluster::administrator().await.database(&name)
}

fn fresh_name() -> String {
    format!("t_{}", uuid::Uuid::now_v7().simple())
}

async fn command(sql: &str) {
    let mut connection = PgConnection::connect_with(&cluster::administrator().await).await.expect("the server answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

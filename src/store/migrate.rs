//! Makes or upgrades the tables. The same numbers and names on both databases; a migration is never edited once it
//! has been released.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Executor as _, Row as _};

use super::connect::{Place, Purpose, not_initialised, postgres_connection};
use super::errors::failure;
use super::{Db, Outcome, Store, on_db};
use crate::clock::Clock;
use crate::domain::failure::Failure;

macro_rules! migrations {
    ($folder:literal: $($number:literal $name:literal),+ $(,)?) => {
        &[$(($number, $name, include_str!(concat!("../../assets/migrations/", $folder, "/", $number, "_", $name, ".sql")))),+]
    };
}

type Source = (&'static str, &'static str, &'static str);

const SQLITE: &[Source] = migrations!("sqlite": "0001" "people_and_clients", "0002" "journal", "0003" "leads", "0004" "queue", "0005" "review", "0006" "client_views", "0007" "feed", "0008" "worker", "0010" "releases", "0011" "rules", "0013" "drafters", "0014" "boundary", "0016" "arrivals", "0017" "lead_checks", "0018" "consents", "0019" "syncs", "0020" "found", "0021" "books", "0022" "severities", "0023" "expectations", "0024" "told", "0026" "worked", "0027" "first_findings", "0028" "beside", "0030" "room", "0031" "left_out", "0032" "missing", "0033" "steady", "0034" "once", "0035" "closed", "0036" "slew", "0037" "workers", "0038" "places", "0039" "week", "0040" "moved", "0042" "unseen", "0043" "onset", "0044" "told_lead", "0045" "asked_task", "0046" "quiet_feed", "0047" "quiet", "0048" "approved_only");
const POSTGRES: &[Source] = migrations!("postgres": "0001" "people_and_clients", "0002" "journal", "0003" "leads", "0004" "queue", "0005" "review", "0006" "client_views", "0007" "feed", "0008" "worker", "0010" "releases", "0011" "rules", "0013" "drafters", "0014" "boundary", "0016" "arrivals", "0017" "lead_checks", "0018" "consents", "0019" "syncs", "0020" "found", "0021" "books", "0022" "severities", "0023" "expectations", "0024" "told", "0026" "worked", "0027" "first_findings", "0028" "beside", "0030" "room", "0031" "left_out", "0032" "missing", "0033" "steady", "0034" "once", "0035" "closed", "0036" "slew", "0037" "workers", "0038" "places", "0039" "week", "0040" "moved", "0042" "unseen", "0043" "onset", "0044" "told_lead", "0045" "asked_task", "0046" "quiet_feed", "0047" "quiet", "0048" "approved_only");
/// Seconds that preparing waits for another program that prepares.
macro_rules! patience {
    () => {
        "60"
    };
}
const BOOTSTRAP: &str = include_str!("../../assets/postgres/bootstrap.sql");

fn migrator(sources: &[Source]) -> Migrator {
    let migrations = sources
        .iter()
        .map(|(number, name, sql)| {
            Migration::new(
                number.parse().unwrap_or_default(),
                Cow::Borrowed(*name),
                MigrationType::Simple,
                sqlx::SqlStr::from_static(sql),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(migrations)
}

/// The newest schema this program knows.
pub const NEWEST: i64 = number(SQLITE[SQLITE.len() - 1].0);

/// A migration's number.
const fn number(digits: &str) -> i64 {
    let (digits, mut at, mut number) = (digits.as_bytes(), 0, 0);
    while at < digits.len() {
        number = number * 10 + (digits[at] - b'0') as i64;
        at += 1;
    }
    number
}

impl Store {
    /// Creates or upgrades the database, and opens it. Safe to repeat.
    ///
    /// # Errors
    /// `Refused` when a migration was changed after it ran, or the login may not prepare the database.
    pub async fn init(place: &Place, clock: Clock) -> Outcome<Self> {
        match place {
            Place::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder).map_err(|e| {
                        Failure::refused(
                            format!("making {}", folder.display()),
                            e.to_string(),
                            "choose another file with --database sqlite:PATH",
                        )
                    })?;
                }
                let store = Self::open_unchecked(place, clock, Purpose::Work, true).await?;
                if let Db::Sqlite(pool) = &store.db {
                    migrator(SQLITE).run(pool).await.map_err(migration_failure)?;
                }
                Ok(store)
            }
            Place::Postgres(options) => {
                let mut connection = postgres_connection(options).await?;
                // Several programs may start at once: one prepares, the others wait. Freed with the connection. Any login may take
                // such a lock, so nobody waits for ever.
                connection.execute(concat!("set lock_timeout = '", patience!(), "s'")).await.map_err(failure)?;
                connection
                    .execute("select pg_advisory_lock(7146810)")
                    .await
                    .map_err(|error| held(&error).unwrap_or_else(|| failure(error)))?;
                if !is_prepared(&mut connection).await? {
                    connection.execute(BOOTSTRAP).await.map_err(|error| {
                        match error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() {
                            Some("42501") => Failure::refused(
                                "preparing the database",
                                "this login may not create roles and schemas",
                                "run `quotedeck init` once with an administrator's URL, then: grant quotedeck_app to LOGIN",
                            ),
                            _ => failure(error),
                        }
                    })?;
                }
                connection.execute("set role quotedeck_owner").await.map_err(failure)?;
                connection.execute("set search_path = internal").await.map_err(failure)?;
                // Several programs may start at once: the migrator takes a lock, one runs and the others wait.
                migrator(POSTGRES).run_direct(None, &mut connection, false).await.map_err(migration_failure)?;
                Self::open_unchecked(place, clock, Purpose::Work, false).await
            }
        }
    }

    /// Whether the schema is the one this program was made for.
    pub(crate) async fn check_schema(&self) -> Outcome<()> {
        let version = on_db!(self, |pool| sqlx::query("select max(version) from _sqlx_migrations where success")
            .fetch_one(pool)
            .await
            .map(|row| row.get::<Option<i64>, _>(0)))
        .map_err(|error| match error {
            sqlx::Error::Database(database) => not_initialised(database.message()),
            other => failure(other),
        })?;
        match version.unwrap_or(0) {
            NEWEST => Ok(()),
            older if older < NEWEST => Err(Failure::refused(
                "opening the database",
                format!("its schema is {older}, this program needs {NEWEST}"),
                "run: quotedeck init",
            )),
            newer => Err(Failure::refused(
                "opening the database",
                format!("its schema is {newer}, this program knows {NEWEST}"),
                "install the newer quotedeck",
            )),
        }
    }
}

async fn is_prepared(connection: &mut sqlx::PgConnection) -> Outcome<bool> {
    let row = sqlx::query(
        "select (select count(*) from pg_roles where rolname in ('quotedeck_owner', 'quotedeck_app', 'quotedeck_portal')) = 3
            and (select count(*) from pg_namespace where nspname in ('internal', 'client')) = 2",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(failure)?;
    Ok(row.get(0))
}

/// Somebody holds the lock that preparing takes.
fn held(error: &sqlx::Error) -> Option<Failure> {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    (code.as_deref() == Some("55P03")).then(|| {
        Failure::refused(
            "preparing the database",
            concat!("another login has held its lock for ", patience!(), " seconds"),
            "wait until the other quotedeck is done; who holds it tells: select pid, usename from pg_locks join pg_stat_activity using (pid) where locktype = 'advisory'",
        )
    })
}

fn migration_failure(error: sqlx::migrate::MigrateError) -> Failure {
    match error {
        sqlx::migrate::MigrateError::Execute(error) | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => {
            held(&error).unwrap_or_else(|| failure(error))
        }
        other => Failure::refused(
            "preparing the database",
            other.to_string(),
            "restore the database from a backup, or install the quotedeck that wrote it",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_the_same_numbers_and_names() {
        let names = |sources: &[Source]| sources.iter().map(|(number, name, _)| format!("{number}_{name}")).collect::<Vec<_>>();
        assert_eq!(names(SQLITE), names(POSTGRES));
    }

    /// SQLite makes the table of approved texts anew: what is published stays, word for word, and stays fixed.
    #[tokio::test]
    async fn what_was_approved_before_is_there_after() {
        let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
        let pool = options.connect("sqlite::memory:").await.unwrap();
        let before = SQLITE.iter().position(|(number, _, _)| *number == "0028").unwrap();
        migrator(&SQLITE[..before]).run(&pool).await.unwrap();
        let rows = "pragma foreign_keys = off;
            insert into clients (number, id, name, time_zone, region, low_value_below, high_value_at, created_at)
                values (1, x'01', 'Acme', 'UTC', 'US', 0, 0, 't');
            insert into summaries (number, id, draft_id, client_id, lead_id, state, approved_by, approved_at, updated_at)
                values (1, x'02', x'03', x'01', x'04', 'published', x'05', 't', 't');
            insert into approved_texts (summary_id, client_id, client, text, text_hash, source_label, period, next_action,
                    fresh_as_of, approved_at, published_at, status)
                values (x'02', x'01', 'Acme', 'A leak.', '0123456789012345678901234567890123456789012345678901234567890123',
                    'phone call', '1 June 2026', 'a visit', 'f', 'a', 'p', 'booked');
            pragma foreign_keys = on;";
        sqlx::raw_sql(rows).execute(&pool).await.unwrap();
        migrator(SQLITE).run(&pool).await.unwrap();
        let shown = "select client || text || source_label || period || status || next_action || fresh_as_of || approved_at
            || published_at from client_summaries";
        let shown: String = sqlx::query_scalar(shown).fetch_one(&pool).await.unwrap();
        assert_eq!(shown, "AcmeA leak.phone call1 June 2026bookeda visitfap");
        for change in [
            "update approved_texts set text = 'another'",
            "update approved_texts set fresh_as_of = null",
            "delete from approved_texts",
        ] {
            assert!(sqlx::raw_sql(change).execute(&pool).await.is_err(), "{change}");
        }
    }
}

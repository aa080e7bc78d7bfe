//! Database errors become [`Failure`]s here and nowhere else.
//!
//! The text of a database error can carry rows; only its message is kept, never its detail, and it goes to people
//! who work inside, never into anything a client reads.

use crate::domain::failure::Failure;

/// Postgres: admin shutdown, crash shutdown, starting up, too many connections, statement timeout, lock timeout, a failed
/// serialization, a deadlock, read-only.
const PASSING_STATES: &[&str] = &["57P01", "57P02", "57P03", "53300", "57014", "55P03", "40001", "40P01", "25006"];
/// SQLite: busy, locked, I/O error, full, read-only, cannot open (primary result codes).
const PASSING_CODES: &[i64] = &[5, 6, 10, 13, 8, 14];

/// Postgres: disk full.
const FULL_POSTGRES: &str = "53100";
/// SQLite: full; and no room for the memory that its connections share, which a first connection needs.
const FULL_SQLITE: &[&str] = &["13", "4874"];

/// Maps an error of the database library.
#[expect(clippy::needless_pass_by_value, reason = "it is the argument of map_err")]
pub(crate) fn failure(error: sqlx::Error) -> Failure {
    match &error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Failure::Unavailable(error.to_string()),
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            let passing = PASSING_STATES.contains(&&*code)
                || code.starts_with("08")
                // SQLite reports extended codes: the primary one is in the low byte.
                || code.parse::<i64>().is_ok_and(|n| code.len() < 5 && PASSING_CODES.contains(&(n & 0xff)));
            if code == FULL_POSTGRES || FULL_SQLITE.contains(&&*code) {
                Failure::Unavailable("its disk is full; make room, and what was not kept can be given again".to_owned())
            } else if passing {
                Failure::Unavailable(database.message().to_owned())
            } else {
                Failure::Other(format!("the database said: {}", database.message()))
            }
        }
        other => Failure::Other(format!("the database library said: {other}")),
    }
}

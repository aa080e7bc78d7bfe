//! A connection of the portal's own: what a reviewer is shown as the portal's comes over it, and nothing else does.
//!
//! It is opened when somebody asks, opened anew when it was lost, and closed when nobody asks any more. Best it logs in as the
//! portal does; then there is nothing to go back to. Where no such login is configured the session starts in the portal's
//! role from its first moment, on the program's own login. Either way the server is asked each time who reads there, and
//! what this one may read: it is refused as soon as that is more than the portal's.
//!
//! A text that nobody approved yet is in no row that another connection could see. So the row that approval would store
//! travels as values, and the portal's own view, as the server has it at that moment, is read over it there.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use super::connect::{BadUrl, Place};
use super::errors::failure;
use super::{Db, Outcome, Store};
use crate::domain::failure::Failure;
use crate::domain::id::ClientId;
use crate::domain::proof::Proof;

/// What is tried, in words for whoever is refused.
const TRIED: &str = "showing the portal's view";
/// The role that the portal has, as itself or through its login.
const ROLE: &str = "quotedeck_portal";
/// A connection that nobody asks is closed.
const IDLE: Duration = Duration::from_mins(1);

/// How the portal's own connection is opened.
#[derive(Clone, Debug, Default)]
pub enum Login {
    /// On the program's own login, started in the portal's role.
    #[default]
    Started,
    /// As the portal logs in.
    Own(Place),
    /// As the portal logs in; but how cannot be told, and why.
    Unknown(String),
}

impl Login {
    /// The portal's own login.
    ///
    /// # Errors
    /// [`BadUrl`]; and it must be of Postgres.
    pub fn own(url: &str) -> Result<Self, BadUrl> {
        match url.parse()? {
            place @ Place::Postgres(_) => Ok(Self::Own(place)),
            Place::Sqlite(_) => Err(BadUrl::Postgres("SQLite has no logins".to_owned())),
        }
    }
}

/// Who reads over the portal's own connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The login.
    pub login: String,
    /// Whether the session is the portal's from the login on, so that no `reset role` could give it more.
    pub own: bool,
    /// Settings that bound the portal's role, and that a login does not take over from it by being a member: those that this
    /// login, or its database, does not set itself.
    pub unbounded: Vec<String>,
}

/// The way there.
#[derive(Clone, Debug)]
pub(crate) enum Portal {
    /// There is none: a file has no logins.
    None,
    /// It is configured, and cannot be told.
    Unknown(String),
    /// At most one connection.
    Pool(PgPool, bool),
}

impl Portal {
    pub(crate) fn of(place: &Place, login: &Login) -> Self {
        let Place::Postgres(program) = place else { return Self::None };
        match login {
            Login::Unknown(why) => Self::Unknown(why.clone()),
            Login::Own(Place::Postgres(options)) => Self::Pool(pool(options, &[]), true),
            Login::Started | Login::Own(Place::Sqlite(_)) => Self::Pool(pool(program, &[("role", ROLE)]), false),
        }
    }

    pub(crate) async fn close(&self) {
        if let Self::Pool(pool, _) = self {
            pool.close().await;
        }
    }
}

/// Opens nothing yet.
fn pool(options: &PgConnectOptions, more: &[(&str, &str)]) -> PgPool {
    let options = options.clone().application_name("quotedeck preview").options([
        ("search_path", "client"),
        ("default_transaction_read_only", "on"),
        ("statement_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("timezone", "UTC"),
    ]);
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .idle_timeout(IDLE)
        .connect_lazy_with(options.options(more.iter().copied()))
}

/// Who reads, what else that login is, whether it reaches anything internal, whether it writes, and which bounds it lacks.
const WHO: &str = "select current_user::text, session_user::text,
    (select string_agg(r.rolname::text, ', ' order by r.rolname) from pg_roles r
        where pg_has_role(session_user, r.oid, 'member') and r.rolname <> session_user and r.rolname <> 'quotedeck_portal'),
    (select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication from pg_roles where rolname = current_user),
    (select string_agg(n.nspname || '.' || c.relname, ', ' order by c.relname) from pg_class c
        join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'internal' and c.relkind in ('r', 'v', 'm', 'p', 'f')
        and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')),
    current_setting('transaction_read_only') = 'on',
    array(select bound from unnest(array['default_transaction_read_only', 'statement_timeout']) bound where not exists (
        select from pg_db_role_setting s cross join unnest(s.setconfig) setting
        where s.setrole in (0, (select oid from pg_roles where rolname = session_user))
            and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
            and setting like bound || '=%'))";
type Who = (String, String, Option<String>, bool, Option<String>, bool, Vec<String>);

/// Which database this is, whatever the name of its server: a portal may read a copy that follows.
const WHERE: &str = "select system_identifier::text || ' ' || current_database() from pg_control_system()";

const DEFINITION: &str = "select pg_get_viewdef('client.summaries'::regclass)";

/// What the view reads. In its text this stands where the row comes from.
const APPROVED: &str = "internal.approved_texts";

/// A view that reads anything else is none that this program made.
fn over_the_row(definition: &str) -> Option<String> {
    let alone = definition.matches("internal.").count() == 1 && definition.matches(APPROVED).count() == 1;
    alone.then(|| {
        let definition = definition.trim().trim_end_matches(';').replace(APPROVED, "stored approved_texts");
        let columns = "summary_id, client, text, text_hash, source_label, period, status, next_action, fresh_as_of, approved_at,
            published_at";
        // The second half brings no row: it makes the server ask whether this login may read the view itself.
        format!(
            "with stored as (select $1::uuid as summary_id, $2::uuid as client_id, $3::text as client, $4::text as text,
                $5::text as text_hash, $6::text as source_label, $7::text as period, $8::text as status, $9::text as next_action,
                $10::timestamptz as fresh_as_of, $11::timestamptz as approved_at, $12::timestamptz as published_at,
                null::timestamptz as withdrawn_at),
            shown as ({definition})
            select {columns} from shown union all select {columns} from client.summaries where false"
        )
    })
}

impl Store {
    /// The same store, with another way to the portal's own connection.
    #[must_use]
    pub fn seen_through(mut self, login: &Login) -> Self {
        self.portal = Portal::of(&self.place, login);
        self
    }

    /// Who reads over the portal's own connection; `None` on SQLite.
    ///
    /// # Errors
    /// `Refused` when it reads more than the portal does, or is not let in.
    pub async fn portal_reader(&self) -> Outcome<Option<Reader>> {
        match &self.portal {
            Portal::None => Ok(None),
            Portal::Unknown(_) | Portal::Pool(..) => self.at_the_portal().await.map(|(_, reader)| Some(reader)),
        }
    }

    /// What the portal shows of a row that approval would store.
    pub(crate) async fn shown_at_the_portal(&self, client: ClientId, row: &Proof) -> Outcome<Option<Proof>> {
        let (mut connection, _) = self.at_the_portal().await?;
        let definition: String = sqlx::query_scalar(DEFINITION).fetch_one(&mut *connection).await.map_err(not_shown)?;
        let sql = over_the_row(&definition).ok_or_else(strange)?;
        sqlx::query_as(AssertSqlSafe(sql))
            .bind(row.summary_id.0)
            .bind(client.0)
            .bind(&row.client)
            .bind(&row.text)
            .bind(&row.text_hash)
            .bind(&row.source_label)
            .bind(&row.period)
            .bind(&row.status)
            .bind(&row.next_action)
            .bind(row.fresh_as_of)
            .bind(row.approved_at)
            .bind(row.published_at)
            .fetch_optional(&mut *connection)
            .await
            .map_err(not_shown)
    }

    /// The portal's own connection, and who reads over it: never more than the portal may.
    async fn at_the_portal(&self) -> Outcome<(sqlx::pool::PoolConnection<sqlx::Postgres>, Reader)> {
        let (pool, own) = match &self.portal {
            Portal::Pool(pool, own) => (pool, *own),
            Portal::Unknown(why) => {
                return Err(Failure::refused(TRIED, why.clone(), "say the portal's login in [portal] of the configuration"));
            }
            Portal::None => return Err(Failure::Other("SQLite has no portal's login".to_owned())),
        };
        let mut connection = pool.acquire().await.map_err(|error| not_let_in(error, own))?;
        let reader = who(&mut connection, own).await?;
        if own {
            self.same_database(&mut connection).await?;
        }
        Ok((connection, reader))
    }

    /// Whether it is the program's database: of another one the portal's view says nothing.
    async fn same_database(&self, connection: &mut PgConnection) -> Outcome<()> {
        let Db::Postgres(pool) = &self.db else { return Ok(()) };
        let here: String = sqlx::query_scalar(WHERE).fetch_one(pool).await.map_err(failure)?;
        let there: String = sqlx::query_scalar(WHERE).fetch_one(connection).await.map_err(failure)?;
        if here == there {
            return Ok(());
        }
        let remedy = "name the same database in [portal] of the configuration";
        Err(Failure::refused(TRIED, "the portal's login leads to another database than the program's", remedy))
    }
}

async fn who(connection: &mut PgConnection, own: bool) -> Outcome<Reader> {
    let (current, session, more, powers, internal, read_only, unbounded): Who =
        sqlx::query_as(WHO).fetch_one(connection).await.map_err(failure)?;
    let no = |why: String, remedy: String| Err(Failure::refused(TRIED, why, remedy));
    if powers {
        let why =
            format!("{current}, who would read there, is more than a portal: a superuser, or one who makes roles or databases");
        return no(why, "give the portal a plain login of its own".to_owned());
    }
    if let Some(tables) = internal {
        let why = format!("{current}, who would read there, can read {}", few(&tables));
        return no(why, format!("let an administrator take it away: revoke … from {current}"));
    }
    if own && current != session {
        let why = format!("the login {session} acts as {current} from its first moment");
        return no(why, format!("let an administrator run: alter role {session} reset role"));
    }
    if !own && current != ROLE {
        return no(
            format!("the session is {current}'s, not the portal's"),
            "say the portal's login in [portal] of the configuration".to_owned(),
        );
    }
    if let Some(roles) = more.filter(|_| own) {
        let why = format!("the login {session} is also {}", few(&roles));
        return no(why, format!("give the portal a login that is {ROLE} and nothing more"));
    }
    if !read_only {
        return no("it would not be read only there".to_owned(), "let the portal's login start read only".to_owned());
    }
    Ok(Reader { login: session, own, unbounded: if own { unbounded } else { vec![] } })
}

/// The first three of a list.
fn few(list: &str) -> String {
    let parts: Vec<&str> = list.split(", ").collect();
    let more = if parts.len() > 3 { format!(" and {} more", parts.len() - 3) } else { String::new() };
    format!("{}{more}", parts[..parts.len().min(3)].join(", "))
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(std::borrow::Cow::into_owned)
}

fn strange() -> Failure {
    let remedy = "let an administrator restore the database's views from its migrations";
    Failure::refused(TRIED, "the view client.summaries is not the one this program made", remedy)
}

fn not_shown(error: sqlx::Error) -> Failure {
    match code(&error).as_deref() {
        Some("42501") => Failure::refused(
            TRIED,
            "the portal's login may not read client.summaries",
            "let an administrator run: grant quotedeck_portal to that login",
        ),
        // No such column, table or schema.
        Some("42703" | "42P01" | "3F000") => strange(),
        _ => failure(error),
    }
}

fn not_let_in(error: sqlx::Error, own: bool) -> Failure {
    match code(&error).as_deref() {
        Some("28P01" | "28000") if own => {
            let remedy = "check user and password in [portal] of the configuration";
            Failure::refused(TRIED, "the server refused the portal's login", remedy)
        }
        Some("3D000") => {
            Failure::refused(TRIED, "there is no database of that name", "check the name in [portal] of the configuration")
        }
        // 42501: not a member; 22023: there is no such role.
        Some("42501" | "22023") if !own => Failure::refused(
            TRIED,
            "this login may not look through the portal's role",
            "let an administrator run: grant quotedeck_portal to quotedeck_app",
        ),
        _ => failure(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_over_anything_else_is_not_shown() {
        let ours =
            " SELECT approved_texts.text\n   FROM internal.approved_texts\n  WHERE (approved_texts.published_at IS NOT NULL);";
        let sql = over_the_row(ours).unwrap();
        assert!(sql.contains("FROM stored approved_texts") && !sql.contains("internal."), "{sql}");
        for other in [
            " SELECT leads.name AS text FROM internal.leads;",
            " SELECT a.text FROM internal.approved_texts a JOIN internal.leads l ON true;",
            " SELECT 'x'::text AS text;",
        ] {
            assert_eq!(over_the_row(other), None, "{other}");
        }
    }

    #[test]
    fn a_login_of_its_own_is_of_postgres_and_its_password_is_hidden() {
        assert!(Login::own("sqlite:deck.db").is_err());
        let login = Login::own("postgres://portal:hunter2@localhost/deck").unwrap();
        assert!(!format!("{login:?}").contains("hunter2"));
    }

    #[test]
    fn a_long_list_is_told_in_part() {
        assert_eq!(few("a"), "a");
        assert_eq!(few("a, b, c, d, e"), "a, b, c and 2 more");
    }
}

//! A filter becomes SQL: fixed fragments chosen by field, and every word of the person as a bound value.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::errors::failure;
use super::rows::from_row;
use super::{Outcome, Store, on_db};
use crate::domain::actor::Person;
use crate::domain::filter::{Bound, Field, Filter, Test};
use crate::domain::id::Ref;
use crate::domain::mask::sees_masked;
use crate::domain::row::Pane;

/// A value to bind.
#[derive(Clone, Debug)]
pub(crate) enum Bind {
    Text(String),
    Number(i64),
    Id(Uuid),
    Time(DateTime<Utc>),
}

/// A statement under construction. Text comes from the program alone: `push` takes nothing that lives shorter.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    text: String,
    binds: Vec<Bind>,
}

impl Sql {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), binds: Vec::new() }
    }

    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(crate) fn bind(&mut self, value: Bind) -> &mut Self {
        self.binds.push(value);
        self.text.push_str(&format!("${}", self.binds.len()));
        self
    }

    /// Holds a value that the text names by its number already.
    pub(crate) fn hold(&mut self, value: Bind) -> &mut Self {
        self.binds.push(value);
        self
    }

    /// Puts a word before the whole statement.
    pub(crate) fn precede(&mut self, text: &'static str) {
        self.text.insert_str(0, text);
    }

    /// Only rows of these clients. One is compared, not looked up in a list: then the client's index gives the order too.
    fn of_clients<'a>(&mut self, clients: impl ExactSizeIterator<Item = &'a Uuid>) -> &mut Self {
        match clients.len() {
            0 => self.push("false"),
            1 => clients.fold(self.push("r.client_id = "), |sql, id| sql.bind(Bind::Id(*id))),
            _ => {
                self.push("r.client_id in (");
                for (n, id) in clients.enumerate() {
                    self.push(if n == 0 { "" } else { ", " }).bind(Bind::Id(*id));
                }
                self.push(")")
            }
        }
    }

    /// Only rows of clients the person sees; `r` is the table.
    pub(crate) fn visible(&mut self, me: &Person) -> &mut Self {
        if let Some(clients) = &me.clients {
            self.push(" and ").of_clients(clients.iter().map(|client| &client.0));
        }
        self
    }

    /// Only rows that match; `r` is the pane's table. Whoever sees contact data masked does not find it by guessing either.
    pub(crate) fn matching(&mut self, me: &Person, pane: Pane, filter: &Filter, now: DateTime<Utc>, named: &Named) -> &mut Self {
        let searched = if pane == Pane::Leads && sees_masked(me) {
            "lower(r.source || ' ' || r.service || ' ' || r.market) like "
        } else {
            "r.search like "
        };
        for term in &filter.terms {
            // A null is no match, so its opposite is one.
            self.push(if term.negated { " and not coalesce((" } else { " and (" });
            match &term.test {
                Test::Word(word) => {
                    self.push(searched).bind(Bind::Text(format!("%{}%", escaped(&word.to_lowercase()))));
                    self.push(r" escape '\'");
                }
                Test::Is(Field::Client, name) if named.0.contains_key(name) => {
                    self.of_clients(named.0[name].iter());
                }
                Test::Is(field, value) => self.field(pane, *field, value),
                Test::Age(bound, age) => {
                    let column = if pane == Pane::Leads { "r.arrived_at" } else { "r.created_at" };
                    // Older is earlier.
                    let operator = match bound {
                        Bound::Less => " > ",
                        Bound::AtMost => " >= ",
                        Bound::More => " < ",
                        Bound::AtLeast => " <= ",
                    };
                    let at = now.checked_sub_signed(*age).unwrap_or(DateTime::UNIX_EPOCH).max(DateTime::UNIX_EPOCH);
                    self.push(column).push(operator).bind(Bind::Time(at));
                }
                Test::Value(bound, money) if pane == Pane::Leads => {
                    let operator = match bound {
                        Bound::Less => " < ",
                        Bound::AtMost => " <= ",
                        Bound::More => " > ",
                        Bound::AtLeast => " >= ",
                    };
                    self.push("r.value").push(operator).bind(Bind::Number(money.minor));
                }
                Test::Value(..) => {
                    self.push("false");
                }
            }
            self.push(if term.negated { "), false)" } else { ")" });
        }
        self
    }

    fn field(&mut self, pane: Pane, field: Field, value: &str) {
        let Some((before, after)) = column(pane, field) else {
            self.push("false");
            return;
        };
        if field == Field::Lead {
            let number = value.parse::<Ref>().map(|record| record.number).or_else(|_| value.parse()).unwrap_or(0);
            self.push(before).push(" = ").bind(Bind::Number(number)).push(after);
        } else {
            self.push(before).equals(value).push(after);
        }
    }

    /// Compares what stands before with a value, or with its beginning.
    fn equals(&mut self, value: &str) -> &mut Self {
        if let Some(start) = value.strip_suffix('*') {
            self.push(" like lower(").bind(Bind::Text(format!("{}%", escaped(start)))).push(r") escape '\'")
        } else {
            self.push(" = lower(").bind(Bind::Text(value.to_owned())).push(")")
        }
    }
}

/// The clients behind the names of a filter, read before the page: the planner knows what to expect of an id, and
/// nothing of a name.
#[derive(Debug, Default)]
pub(crate) struct Named(BTreeMap<String, Vec<Uuid>>);

struct Found {
    id: Uuid,
}
from_row!(Found { id: =Uuid, });

/// What stands before and after the comparison with a field's value. A field that is a word of ours is compared as it
/// stands, so that its index is of use.
fn column(pane: Pane, field: Field) -> Option<(&'static str, &'static str)> {
    let fragment = match (pane, field) {
        (Pane::Leads, Field::State) => ("r.state", ""),
        // Not `r.state`: see the indexes.
        (_, Field::State) => ("lower(r.state)", ""),
        (_, Field::Client) => ("r.client_id in (select id from clients where lower(name)", ")"),
        (Pane::Leads | Pane::Tasks, Field::Owner) => ("r.owner_id in (select id from people where lower(name)", ")"),
        (Pane::Review, Field::Owner) => ("r.claimed_by in (select id from people where lower(name)", ")"),
        (Pane::Leads | Pane::Tasks, Field::Urgency) => ("r.urgency", ""),
        (Pane::Leads, Field::Source) => ("lower(r.source)", ""),
        (Pane::Leads, Field::Service) => ("lower(r.service)", ""),
        (Pane::Leads, Field::Market) => ("lower(r.market)", ""),
        (Pane::Leads, Field::Method) => ("r.contact_method", ""),
        (Pane::Leads, Field::Consent) => ("r.consent", ""),
        (Pane::Failures | Pane::Queue | Pane::Tasks, Field::Kind) => ("r.kind", ""),
        (Pane::Failures | Pane::Queue, Field::Destination) => {
            ("r.destination_id in (select id from destinations where lower(name)", ")")
        }
        (Pane::Failures | Pane::Queue, Field::Signature) => ("lower(r.signature)", ""),
        (Pane::Failures | Pane::Queue | Pane::Tasks | Pane::Review, Field::Lead) => {
            ("r.lead_id in (select id from leads where number", ")")
        }
        (Pane::Review, Field::Model) => ("lower(r.model)", ""),
        _ => return None,
    };
    Some(fragment)
}

/// `%`, `_` and `\` mean themselves.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Whether the filter says which states to show: then the pane's own choice of states does not apply.
pub(crate) fn names_a_state(filter: &Filter) -> bool {
    filter.terms.iter().any(|term| !term.negated && matches!(term.test, Test::Is(Field::State, _)))
}

/// A row of either database.
pub(crate) trait Row: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}
impl<T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin> Row for T {}

impl Store {
    /// Looks up the clients that a filter names.
    pub(crate) async fn named(&self, filter: &Filter) -> Outcome<Named> {
        let mut named = Named::default();
        for term in &filter.terms {
            if let Test::Is(Field::Client, name) = &term.test {
                let mut sql = Sql::new("select id from clients where lower(name)");
                sql.equals(name);
                let found: Vec<Found> = self.rows(&sql).await?;
                named.0.insert(name.clone(), found.into_iter().map(|client| client.id).collect());
            }
        }
        Ok(named)
    }

    /// Runs a statement that was put together here.
    pub(crate) async fn rows<T: Row>(&self, sql: &Sql) -> Outcome<Vec<T>> {
        on_db!(self, |pool| {
            // Safe: `Sql` is made of static text and numbered places alone.
            let mut query = sqlx::query_as(AssertSqlSafe(sql.text.clone()));
            for value in sql.binds.clone() {
                query = match value {
                    Bind::Text(text) => query.bind(text),
                    Bind::Number(number) => query.bind(number),
                    Bind::Id(id) => query.bind(id),
                    Bind::Time(time) => query.bind(time),
                };
            }
            query.fetch_all(pool).await
        })
        .map_err(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_is_bound_never_spelled() {
        let hostile = "x') or 1=1 --";
        for pane in [Pane::Leads, Pane::Failures, Pane::Queue, Pane::Tasks, Pane::Review] {
            for field in Field::of(pane) {
                let mut sql = Sql::new("");
                sql.field(pane, *field, hostile);
                assert!(!sql.text.contains("1=1") && sql.text != "false", "{pane} {field}: {}", sql.text);
            }
        }
    }

    #[test]
    fn signs_of_like_mean_themselves() {
        assert_eq!(escaped(r"50%_\"), r"50\%\_\\");
    }
}

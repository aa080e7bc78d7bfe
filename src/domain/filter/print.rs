//! A filter as text, in its one canonical form: what history keeps, the pane title shows and `--filter` takes.

use std::fmt::{self, Display, Formatter};

use chrono::TimeDelta;

use super::{Bound, Field, Filter, Sort, Term, Test};
use crate::domain::money::Money;

impl Display for Bound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        })
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (n, term) in self.terms.iter().enumerate() {
            let space = if n == 0 { "" } else { " " };
            write!(f, "{space}{term}")?;
        }
        if self.sort != Sort::Age {
            write!(f, "{}sort:{}", if self.terms.is_empty() { "" } else { " " }, self.sort.as_str())?;
        }
        Ok(())
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        match &self.test {
            Test::Word(word) => f.write_str(&quoted(word)),
            Test::Is(field, value) => write!(f, "{}:{}", Field::as_str(*field), quoted(value)),
            Test::Age(bound, age) => write!(f, "age{bound}{}", duration(*age)),
            Test::Value(bound, amount) => write!(f, "value{bound}{}", plain(*amount)),
        }
    }
}

/// Bare where nothing in it means anything to the parser, else in quotes.
pub(super) fn quoted(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || matches!(c, '.' | '@' | '_' | '+' | '*' | '/' | '#' | '-' | '\'' | ',');
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(harmless) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// `1h30m`: only units of one fixed length, so that reading it back gives the same duration.
fn duration(age: TimeDelta) -> String {
    const UNITS: [(i64, &str); 5] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    let mut rest = age.num_milliseconds();
    let mut out = String::new();
    for (length, unit) in UNITS {
        if rest >= length {
            out.push_str(&(rest / length).to_string());
            out.push_str(unit);
            rest %= length;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

fn plain(amount: Money) -> String {
    let (whole, cents) = (amount.minor / 100, amount.minor % 100);
    if cents == 0 { whole.to_string() } else { format!("{whole}.{cents:02}") }
}

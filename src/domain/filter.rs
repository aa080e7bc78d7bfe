//! The filter language: words, `"quoted words"`, `field:value`, `-field:value`, `age>2h`, `value>=2000`.
//!
//! `parse` reads it, `print` writes its one canonical form (parsing that gives the same filter), `complete` offers
//! what could stand at the cursor; `values` knows the words an enum field allows.

mod complete;
mod parse;
mod print;
mod values;

pub use complete::{accept, complete};

use chrono::TimeDelta;

use super::money::Money;
use super::row::Pane;
use super::words;

words! {
    /// What `field:value` can name. Which fields a list knows is [`Field::of`].
    pub enum Field { State, Client, Source, Service, Market, Method, Consent, Urgency, Owner, Kind, Destination, Signature, Lead, Model }
}

impl Field {
    /// The fields a pane's list knows, in the order help shows them.
    pub fn of(pane: Pane) -> &'static [Self] {
        match pane {
            Pane::Leads => &[
                Self::State,
                Self::Client,
                Self::Source,
                Self::Service,
                Self::Market,
                Self::Method,
                Self::Consent,
                Self::Urgency,
                Self::Owner,
            ],
            Pane::Failures | Pane::Queue => {
                &[Self::State, Self::Kind, Self::Destination, Self::Signature, Self::Client, Self::Lead]
            }
            Pane::Tasks => &[Self::State, Self::Kind, Self::Client, Self::Owner, Self::Urgency, Self::Lead],
            Pane::Review => &[Self::State, Self::Client, Self::Owner, Self::Model, Self::Lead],
        }
    }
}

/// Which side of a bound matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// Strictly less.
    Less,
    /// Less or equal.
    AtMost,
    /// Strictly more.
    More,
    /// More or equal.
    AtLeast,
}

/// One thing a row must (or must not) be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// Contains the word anywhere in its searchable text; folded to lower case.
    Word(String),
    /// The field equals the value, ignoring case; a trailing `*` matches any ending. Folded to lower case, but for
    /// [`Field::Lead`], which holds the reference as it is printed: `L-2041`.
    Is(Field, String),
    /// The row's age against a duration, in whole milliseconds.
    Age(Bound, TimeDelta),
    /// The lead's value against an amount; leads alone.
    Value(Bound, Money),
}

/// A test, or its opposite.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// `-` stood before it.
    pub negated: bool,
    /// The test.
    pub test: Test,
}

words! {
    /// What the drafts to review are sorted by: `sort:client`. Within each, and by default, the oldest first.
    pub enum Sort { Age, Client, Severity }
}

impl Sort {
    /// The one that comes after it; after the last the first.
    pub fn next(self) -> Self {
        match self {
            Self::Age => Self::Client,
            Self::Client => Self::Severity,
            Self::Severity => Self::Age,
        }
    }

    /// Whether a pane's list can be sorted in more than one way.
    pub fn is_of(pane: Pane) -> bool {
        pane == Pane::Review
    }
}

/// A parsed filter: every term must hold. The empty filter matches all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    /// All must hold.
    pub terms: Vec<Term>,
    /// What the list is sorted by.
    pub sort: Sort,
}

impl Default for Filter {
    fn default() -> Self {
        Self { terms: Vec::new(), sort: Sort::Age }
    }
}

/// A filter that cannot be read: what is wrong, and where (characters from 0).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct BadFilter {
    /// What is wrong, and what could stand there.
    pub what: String,
    /// The first character of the bad term.
    pub at: usize,
}

impl Filter {
    /// Reads a filter for a pane's list.
    ///
    /// # Errors
    /// [`BadFilter`] names the term, and the fields or values that could stand there.
    pub fn parse(text: &str, pane: Pane) -> Result<Self, BadFilter> {
        parse::parse(text, pane)
    }

    /// Whether it matches everything, in the usual order.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.sort == Sort::Age
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use strum::VariantArray;

    /// A filter term of a pane, as typed text: what a person could write, quoted where it must be.
    fn typed_term(pane: Pane) -> impl Strategy<Value = String> {
        let field = proptest::sample::select(Field::of(pane));
        let named = (field, "[a-zA-Z\"\\\\ ]{0,8}[a-z]\\*?").prop_map(move |(field, free)| {
            let value = match field {
                Field::Lead => "L-2041".to_owned(),
                _ => values::allowed(field, pane).last().map_or(free, |word| (*word).to_owned()),
            };
            format!("{}:{}", field.as_str(), print::quoted(&value))
        });
        let age = (proptest::sample::select(vec!["<", "<=", ">", ">="]), 1..10_000_000_i64, "[smhdw]")
            .prop_map(|(op, n, unit)| format!("age{op}{n}{unit}"));
        let word = "\\PC{1,12}".prop_filter("blank matches all", |w| !w.trim().is_empty()).prop_map(|w| print::quoted(&w));
        let tested = (any::<bool>(), prop_oneof![named, age, word])
            .prop_map(|(negated, term)| format!("{}{term}", if negated { "-" } else { "" }));
        prop_oneof![5 => tested, 1 => sorted(pane)]
    }

    /// A term that sorts, where the list can be sorted.
    fn sorted(pane: Pane) -> impl Strategy<Value = String> {
        let sorts = proptest::sample::select(Sort::VARIANTS).prop_map(|sort| format!("sort:{sort}"));
        if Sort::is_of(pane) { sorts.boxed() } else { Just("leak".to_owned()).boxed() }
    }

    fn typed_filter() -> impl Strategy<Value = (Pane, String)> {
        proptest::sample::select(Pane::VARIANTS).prop_flat_map(|pane| {
            (Just(pane), proptest::collection::vec(typed_term(pane), 0..6).prop_map(|terms| terms.join(" ")))
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_the_same((pane, typed) in typed_filter()) {
            let filter = Filter::parse(&typed, pane).unwrap();
            prop_assert_eq!(Filter::parse(&filter.to_string(), pane), Ok(filter));
        }

        #[test]
        fn no_text_panics_and_errors_point_into_it(text in any::<String>(), pane in proptest::sample::select(Pane::VARIANTS)) {
            match Filter::parse(&text, pane) {
                Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string(), pane), Ok(filter)),
                Err(bad) => prop_assert!(bad.at < text.chars().count()),
            }
            for suggestion in complete(&text, pane) {
                prop_assert!(accept(&text, &suggestion).ends_with(&suggestion));
            }
        }
    }
}

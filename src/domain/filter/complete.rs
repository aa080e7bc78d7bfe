//! What could stand where the cursor is: the names of fields, and the values of a field that has a fixed set.

use strum::VariantArray as _;

use super::{Field, Sort, parse, values};
use crate::domain::row::Pane;

/// Whole terms that continue the one being typed at the end of `text`; empty where any text may stand.
pub fn complete(text: &str, pane: Pane) -> Vec<String> {
    let term = &text[last_term(text)..];
    let (minus, term) = term.strip_prefix('-').map_or(("", term), |rest| ("-", rest));
    let term = term.to_ascii_lowercase();
    if let Some((name, typed)) = term.split_once(':') {
        if name == "sort" && minus.is_empty() && Sort::is_of(pane) {
            let fitting = Sort::VARIANTS.iter().filter(|sort| sort.as_str().starts_with(typed) && sort.as_str() != typed);
            return fitting.map(|sort| format!("sort:{sort}")).collect();
        }
        let Some(field) = name.parse::<Field>().ok().filter(|field| Field::of(pane).contains(field)) else {
            return Vec::new();
        };
        let fitting = values::allowed(field, pane).into_iter().filter(|value| value.starts_with(typed) && *value != typed);
        let fitting = fitting.chain(values::shown_as(typed, field, pane));
        return fitting.map(|value| format!("{minus}{name}:{value}")).collect();
    }
    let signed = |name: &&str| match *name {
        "age" | "value" => vec![format!("{minus}{name}>"), format!("{minus}{name}<")],
        name => vec![format!("{minus}{name}:")],
    };
    parse::names(pane).iter().filter(|name| name.starts_with(&term)).flat_map(signed).collect()
}

/// The text with its last term replaced by a suggestion of [`complete`].
pub fn accept(text: &str, suggestion: &str) -> String {
    format!("{}{suggestion}", &text[..last_term(text)])
}

/// Byte where the term under the cursor begins: after the last space.
fn last_term(text: &str) -> usize {
    text.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("heater st", Pane::Leads, &["state:"])]
    #[case("m", Pane::Leads, &["market:", "method:"])]
    #[case("-urg", Pane::Tasks, &["-urgency:"])]
    #[case("ag", Pane::Queue, &["age>", "age<"])]
    #[case("val", Pane::Queue, &[])]
    #[case("state:c", Pane::Leads, &["state:contacted"])]
    #[case("-State:re", Pane::Queue, &["-state:ready", "-state:retrying"])]
    #[case("state:pla", Pane::Queue, &["state:scheduled"])]
    #[case("sort:", Pane::Review, &["sort:age", "sort:client", "sort:severity"])]
    #[case("sort:", Pane::Tasks, &[])]
    #[case("state:new", Pane::Leads, &[])]
    #[case("source:goo", Pane::Leads, &[])]
    #[case("model:x", Pane::Leads, &[])]
    fn offers_what_fits(#[case] text: &str, #[case] pane: Pane, #[case] offered: &[&str]) {
        assert_eq!(complete(text, pane), offered);
    }

    #[test]
    fn an_empty_term_offers_every_name() {
        assert_eq!(
            complete("heater ", Pane::Review),
            ["state:", "client:", "owner:", "model:", "lead:", "age>", "age<", "sort:"]
        );
    }

    #[test]
    fn accepting_replaces_the_last_term_alone() {
        assert_eq!(accept("heater -st", "-state:"), "heater -state:");
        assert_eq!(accept("", "age>"), "age>");
    }
}

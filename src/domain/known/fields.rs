//! The fields of a payload's body, by how it is written: JSON, a form, a row of a table under its header, a form in parts,
//! lines with labels. What is none of these is text.
//!
//! It is read for what must not leave, and so forgivingly: what `intake` refuses has stored values as well.

use csv::{ReaderBuilder, Trim};
use serde_json::Value;

/// What a body holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    /// A value, with the name of its field and of what that stands in.
    Named { parent: &'a str, name: &'a str, value: &'a str },
    /// What stands behind a label; the line is told as well.
    Labelled { name: &'a str, value: &'a str },
    /// A line of text.
    Text(&'a str),
}

/// Letters of a label or of a column's name, at most.
const LABEL: usize = 40;

/// Hands on each field, until one is no longer wanted.
pub(super) fn each(body: &str, take: &mut dyn FnMut(Field<'_>) -> bool) {
    if let Ok(json) = serde_json::from_str::<Value>(body) {
        leaves("", "", &json, take);
    } else if body.contains('=') && !body.trim().contains(char::is_whitespace) {
        for (name, value) in form_urlencoded::parse(body.as_bytes()) {
            if !take(Field::Named { parent: "", name: &name, value: &value }) {
                return;
            }
        }
    } else if let Some(row) = row(body) {
        for (name, value) in &row {
            if !take(Field::Named { parent: "", name, value }) {
                return;
            }
        }
        // Two lines of a message may have as many commas.
        lines(body, take);
    } else if let Some(boundary) = boundary(body) {
        parts(body, boundary, take);
    } else {
        lines(body, take);
    }
}

fn leaves(parent: &str, name: &str, value: &Value, take: &mut dyn FnMut(Field<'_>) -> bool) -> bool {
    match value {
        Value::Object(fields) => fields.iter().all(|(field, value)| leaves(name, field, value, take)),
        Value::Array(items) => items.iter().all(|item| leaves(parent, name, item, take)),
        Value::String(value) => take(Field::Named { parent, name, value }),
        Value::Number(number) => take(Field::Named { parent, name, value: &number.to_string() }),
        Value::Bool(_) | Value::Null => true,
    }
}

/// A label is a field, and the line is what somebody wrote as well.
fn lines(text: &str, take: &mut dyn FnMut(Field<'_>) -> bool) -> bool {
    text.lines().all(|line| {
        let label = line.split_once(':').filter(|(label, _)| label.len() <= LABEL && label.contains(char::is_alphabetic));
        label.is_none_or(|(name, value)| take(Field::Labelled { name, value: value.trim() })) && take(Field::Text(line))
    })
}

/// A header and one row of as many cells.
fn row(body: &str) -> Option<Vec<(String, String)>> {
    let table = body.trim_start_matches('\u{feff}').trim().as_bytes();
    let mut rows = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(table).into_records();
    let (header, values) = (rows.next()?.ok()?, rows.next()?.ok()?);
    let is_name = |name: &str| name.len() <= LABEL && name.contains(char::is_alphabetic);
    let fits = rows.next().is_none() && header.len() >= 2 && header.len() == values.len() && header.iter().all(is_name);
    fits.then(|| header.iter().zip(&values).map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The first line of a form in parts (RFC 7578).
fn boundary(body: &str) -> Option<&str> {
    let first = body.lines().next()?.trim_end();
    (first.len() > 2 && first.starts_with("--") && body.contains("form-data")).then_some(first)
}

fn parts(body: &str, boundary: &str, take: &mut dyn FnMut(Field<'_>) -> bool) {
    for part in body.split(boundary) {
        let part = part.trim_start_matches(['\r', '\n']);
        let Some((head, value)) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n")) else { continue };
        let Some(name) = head.split_once("name=\"").and_then(|(_, rest)| rest.split('"').next()) else { continue };
        let value = value.trim();
        // A part may be a payload of its own: an envelope in JSON, a whole mail.
        let more = match serde_json::from_str::<Value>(value) {
            Ok(json @ (Value::Object(_) | Value::Array(_))) => leaves("", name, &json, take),
            _ if value.contains('\n') => lines(value, take),
            _ => take(Field::Named { parent: "", name, value }),
        };
        if !more {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn told(body: &str) -> Vec<String> {
        let mut all = Vec::new();
        each(body, &mut |field| {
            all.push(match field {
                Field::Named { parent, name, value } => format!("{parent}.{name}={value}"),
                Field::Labelled { name, value } => format!("{name}={value}"),
                Field::Text(line) => line.to_owned(),
            });
            true
        });
        all
    }

    #[rstest]
    #[case::json(r#"{"a":{"b":["x",2]},"c":null}"#, &["a.b=x", "a.b=2"])]
    #[case::form("a=x+y&b=%2B1", &[".a=x y", ".b=+1"])]
    #[case::row("name,note\n\"Lopez, Ana\",\"a \"\"b\"\"\nc\"\n", &[".name=Lopez, Ana", ".note=a \"b\"\nc", "name,note", "\"Lopez, Ana\",\"a \"\"b\"\"", "c\""])]
    #[case::two_lines("Gate code 4827, call Ana\nit leaks, please hurry", &[".Gate code 4827=it leaks", ".call Ana=please hurry", "Gate code 4827, call Ana", "it leaks, please hurry"])]
    #[case::no_row("Hello, Ana\nthe heater, it leaks\nBye", &["Hello, Ana", "the heater, it leaks", "Bye"])]
    #[case::parts(
        "--x\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\na@b.c\r\n--x\r\nContent-Disposition: form-data; \
         name=\"envelope\"\r\n\r\n{\"to\":[\"d@e.f\"]}\r\n--x--\r\n",
        &[".from=a@b.c", "envelope.to=d@e.f"]
    )]
    #[case::labels("Name: Ana\nhello", &["Name=Ana", "Name: Ana", "hello"])]
    #[case::nothing("", &[])]
    fn fields_are_told(#[case] body: &str, #[case] fields: &[&str]) {
        assert_eq!(told(body), fields);
    }

    #[test]
    fn it_stops_when_nothing_more_is_wanted() {
        for body in [r#"{"a":1,"b":2}"#, "a=1&b=2", "a,b\n1,2", "a\nb"] {
            let mut count = 0;
            each(body, &mut |_| {
                count += 1;
                false
            });
            assert_eq!(count, 1, "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_body_breaks_it(body in any::<String>(), rows in "[a-z\",\n:=-]{0,60}") {
            told(&body);
            told(&rows);
        }
    }
}

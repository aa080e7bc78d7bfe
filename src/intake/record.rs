//! One payload's fields by name, whatever its encoding: a JSON object, or form parameters, urlencoded or multipart.
//!
//! Percent-encoded bytes that are no UTF-8 become U+FFFD here; the payload keeps them.

use serde_json::{Map, Value};

use super::LARGEST;
use super::split::{Piece, newlines};
use super::strict::{self, Bad};
use super::{multipart, text};
use crate::domain::event::Rejected;

/// Most unknown fields that are listed.
const MOST_UNKNOWN: usize = 50;

/// The fields of one payload.
pub(super) struct Record(pub(super) Map<String, Value>);

impl Record {
    /// Reads a piece.
    ///
    /// # Errors
    /// With line and reason when it is neither a JSON object nor form parameters in UTF-8 of at most [`LARGEST`] bytes.
    pub(super) fn read(piece: &Piece<'_>) -> Result<Self, Rejected> {
        let rejected = |line, reason: String| Rejected { line: Some(line), reason };
        let body = piece.body;
        size(body.len()).map_err(|reason| rejected(piece.line, reason))?;
        if body.is_empty() || body.iter().all(u8::is_ascii_whitespace) {
            return Err(rejected(piece.line, "there is nothing in it: no payload was sent".into()));
        }
        if body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff") {
            return Err(rejected(piece.line, "it is UTF-16; save or send it as UTF-8".into()));
        }
        // Its parts may be files in any encoding.
        if multipart::is_multipart(body) {
            return Ok(Self::of(multipart::plain_fields(body)));
        }
        let text = std::str::from_utf8(body).map_err(|error| {
            let at = error.valid_up_to();
            let line = piece.line + newlines(&body[..at]);
            rejected(line, format!("it is not UTF-8 (byte {} is wrong); save or send it as UTF-8", at + 1))
        })?;
        if text.starts_with('<') {
            return Err(rejected(
                piece.line,
                "it is HTML or XML, a page and not a payload: perhaps an error page was saved".into(),
            ));
        }
        if !text.starts_with(['{', '[', '"']) && text.contains('=') {
            return Ok(Self::of(form_urlencoded::parse(text.as_bytes()).into_owned()));
        }
        match strict::parse(text) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(_) => {
                Err(rejected(piece.line, format!("a payload is a JSON object or form parameters, not {}", text::quote(text))))
            }
            Err(Bad::Meaning(reason)) => Err(rejected(piece.line, reason)),
            Err(Bad::Syntax(error)) if text.starts_with('{') => {
                let why = if error.is_eof() { "the JSON is cut off" } else { "the JSON is broken" };
                let line = piece.line + error.line().saturating_sub(1);
                Err(rejected(line, format!("{why} at column {}; send it again whole", error.column())))
            }
            Err(Bad::Syntax(_)) => {
                Err(rejected(piece.line, format!("it is neither JSON nor form parameters: {}", text::quote(text))))
            }
        }
    }

    /// Form parameters; a name that comes twice holds both values.
    fn of(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut map = Map::new();
        for (name, value) in fields {
            let value = Value::String(value);
            match map.get_mut(&name) {
                None => drop(map.insert(name, value)),
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        Self(map)
    }

    /// The value at a path such as `customer.location.city`.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        let (mut steps, map) = (path.split('.'), &self.0);
        let first = map.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step))
    }

    /// A field as text, trimmed: numbers and truth values as they are written, several values joined by a comma.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        spelled(self.at(path)?)
    }

    /// The first of several fields that says something.
    pub(super) fn first(&self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| self.text(path))
    }

    /// Whether the field is there, whatever it holds.
    pub(super) fn has(&self, path: &str) -> bool {
        self.at(path).is_some()
    }

    /// A truth value, in JSON's or a form's spelling.
    pub(super) fn flag(&self, path: &str) -> Option<bool> {
        truth(&self.text(path)?)
    }

    /// The object below a path, or nothing in it.
    pub(super) fn below(&self, path: &str) -> Self {
        let map = match self.at(path) {
            Some(Value::Object(map)) => map.clone(),
            // Form encoding has no objects: some senders put JSON into a parameter.
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
            _ => Map::new(),
        };
        Self(map)
    }

    /// Names of the fields that are not in `known`, harmless, sorted. A known path makes its parents known, and a known
    /// object all that is in it.
    pub(super) fn unknown(&self, known: &[&str]) -> Vec<String> {
        let mut names = Vec::new();
        collect("", &self.0, known, &mut names);
        names.sort();
        names.dedup();
        names.truncate(MOST_UNKNOWN);
        names
    }
}

fn collect(prefix: &str, map: &Map<String, Value>, known: &[&str], names: &mut Vec<String>) {
    for (name, value) in map {
        let path = format!("{prefix}{name}");
        if known.contains(&path.as_str()) {
            continue;
        }
        let below = format!("{path}.");
        match value {
            Value::Object(inner) if known.iter().any(|known| known.starts_with(&below)) => collect(&below, inner, known, names),
            _ => names.push(text::name(&path)),
        }
    }
}

/// Whether a payload is small enough to be read.
pub(super) fn size(bytes: usize) -> Result<(), String> {
    if bytes <= LARGEST {
        return Ok(());
    }
    let tenths = bytes.saturating_mul(10) / (1024 * 1024);
    Err(format!(
        "it has {}.{} MiB and the limit for one payload is {} MiB; check what sent it",
        tenths / 10,
        tenths % 10,
        LARGEST >> 20
    ))
}

/// `true` or `false` as people and forms spell it.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "on" | "y" | "checked" => Some(true),
        "false" | "no" | "0" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// A value as text, trimmed; `None` when it says nothing.
pub(super) fn spelled(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Array(values) => values.iter().filter_map(spelled).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Object(_) => String::new(),
    };
    (!text.is_empty()).then_some(text)
}

//! What is wrong with a config: where, which key, and what to do. All of it is harmless to print, and no value that
//! could hold a password is repeated.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::LARGEST;
use crate::domain::text::neutralise;

/// A config that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadConfig {
    /// Something in the file. Line and column count from 1, the column in characters.
    #[error("{file}:{line}:{column}: {}{what}", .key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default())]
    File {
        /// The file as it was named.
        file: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The key with those it stands under, such as `client.time_zone`; `None` where no key can be made out.
        key: Option<String>,
        /// What is wrong, and what to do.
        what: String,
    },
    /// A file that cannot be read.
    #[error("{file}: it cannot be read: {why}; check its name and rights, or leave --config out")]
    Unreadable {
        /// The file as it was named.
        file: String,
        /// What the system says.
        why: String,
    },
    /// A variable of the environment.
    #[error("{name}: {what}")]
    Environment {
        /// Its name.
        name: &'static str,
        /// What is wrong, and what to do.
        what: String,
    },
    /// Nothing says where the database is.
    #[error("there is no home directory to keep a database in; set HOME, or say where with --database")]
    NoHome,
}

impl BadConfig {
    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::Unreadable { file: shown(path), why: neutralise(&error.to_string()).into_owned() }
    }

    pub(super) fn environment(name: &'static str, what: String) -> Self {
        Self::Environment { name, what }
    }
}

/// Something wrong at a place of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The byte it begins at.
    at: usize,
    what: String,
}

impl Fault {
    pub(super) fn new(span: &Range<usize>, what: impl Into<String>) -> Self {
        Self { at: span.start, what: what.into() }
    }

    /// Says it of a file's text: finds line, column and key.
    pub(super) fn at(self, path: &Path, text: &str) -> BadConfig {
        let (line, column) = position(text, self.at);
        let key = key_at(DeTable::parse_recoverable(text).0.get_ref(), self.at);
        BadConfig::File {
            file: shown(path),
            line,
            column,
            key: key.map(|key| neutralise(&key).into_owned()),
            what: neutralise(&self.what).into_owned(),
        }
    }
}

impl From<toml::de::Error> for Fault {
    /// In our own words: the library's repeat a value of the wrong type, and that could be a password.
    fn from(error: toml::de::Error) -> Self {
        let message = error.message();
        let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
        let what = if message.starts_with("unknown field") {
            let known = message.split_once(", expected ").map_or("", |(_, known)| known);
            let known = known.trim_start_matches("one of ").replace('`', "");
            format!("there is no such key; known here: {known}")
        } else if message.starts_with("invalid type") || message.starts_with("invalid value") {
            let wanted = message.rsplit_once("expected ").map_or("", |(_, wanted)| wanted);
            format!("this is the wrong kind of value; write {}", kind_of_value(wanted))
        } else if message.starts_with("missing field") {
            let key = quoted(message);
            format!("it has no {key}; add {key} = …")
        } else if message.starts_with("duplicate key") {
            "it is set twice; keep one of them".to_owned()
        } else {
            message.to_owned()
        };
        Self { at: error.span().map_or(0, |span| span.start), what }
    }
}

fn kind_of_value(wanted: &str) -> &str {
    match wanted {
        "a string" => "text in quotes: \"…\"",
        "a sequence" => "a list: [\"…\", \"…\"]",
        _ if wanted.starts_with("a map") || wanted.starts_with("struct") => {
            "a table: its keys on lines of their own under [name]"
        }
        other => other,
    }
}

/// The file's bytes as text.
pub(super) fn text<'a>(bytes: &'a [u8], path: &Path) -> Result<&'a str, BadConfig> {
    if bytes.len() > LARGEST {
        let why = format!("it has {} bytes, and no config needs more than {LARGEST}", bytes.len());
        return Err(BadConfig::Unreadable { file: shown(path), why });
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        Fault { at: before.len(), what: "this is no UTF-8 text; save the file as UTF-8".to_owned() }.at(path, &before)
    })
}

fn shown(path: &Path) -> String {
    neutralise(&path.display().to_string()).into_owned()
}

/// Line and column of a byte, both from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// The key that a byte belongs to, with those it stands under.
fn key_at(table: &DeTable<'_>, at: usize) -> Option<String> {
    for (key, value) in table {
        if let Some(inner) = below(value, at) {
            return Some(if inner.is_empty() { key.get_ref().to_string() } else { format!("{}.{inner}", key.get_ref()) });
        }
        if key.span().contains(&at) {
            return Some(key.get_ref().to_string());
        }
    }
    None
}

/// The key under a value that a byte belongs to: empty for the value itself, `None` when it is not in there. The span of
/// a table is its header alone, so what stands in it is looked at first.
fn below(value: &Spanned<DeValue<'_>>, at: usize) -> Option<String> {
    let inner = match value.get_ref() {
        DeValue::Table(table) => key_at(table, at),
        DeValue::Array(list) => list.iter().find_map(|item| below(item, at)),
        _ => None,
    };
    inner.or_else(|| value.span().contains(&at).then(String::new))
}

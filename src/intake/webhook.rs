//! Any other sender of webhooks: the configuration says where our fields stand in its JSON, `phone = "contact.mobile"`, or
//! what they always are, `kind = "=form_sent"`. Natural key: the mapped `key`, else the hash of the payload.

use serde_json::{Map, Value};

use crate::domain::event::{Columns, EventKind};

use super::record::Record;
use super::{Identified, Known, Made, Settings, event, text};

/// Where the payload itself is kept beside our fields.
const WHOLE: &str = "webhook";

/// The payload by our names.
pub(super) fn mapped(record: Record, fields: &Columns) -> Record {
    let mut ours = Map::new();
    for (field, place) in &fields.0 {
        let value = match place.strip_prefix('=') {
            Some(constant) => Some(constant.to_owned()),
            None => record.text(place),
        };
        ours.extend(value.map(|value| (field.clone(), Value::String(value))));
    }
    let whole = serde_json::to_string(&record.0).unwrap_or_default();
    ours.entry("key").or_insert_with(|| Value::String(text::hash([whole.as_str()])));
    ours.insert(WHOLE.to_owned(), Value::Object(record.0));
    Record(ours)
}

pub(super) fn identify(record: &Record) -> Identified {
    record.text("key").ok_or_else(|| "it has no key".into())
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    if settings.fields.0.is_empty() {
        return Err("nobody said where its fields are; add fields = { phone = \"…\" } to its [[source]], then replay it".into());
    }
    let mut made = event::made(known, settings, Some(EventKind::FormSent))?;
    made.unknown_fields.clear();
    Ok(made)
}

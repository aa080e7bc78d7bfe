//! A CSV file: a header row, then one lead a row.
//!
//! `columns` maps our field names (those of the `event` format) to the file's columns; a field that is not mapped takes the
//! column of its own name, in any case. Natural key: the `key` (or `id`) column, else the hash of the row. Without a `kind`
//! column a row is a `form_sent`. The body of a row is the header and the row, so that it can be read again by itself.

use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Value};

use crate::domain::event::{EventKind, Rejected};

use super::record::{Record, size};
use super::split::newlines;
use super::{Item, Known, Settings, event, settle, text};

/// What the bodies of all rows may hold: so many bytes, and this many times the file. A long header before many short rows
/// would else be a thousand times the file.
const ROOM: usize = 16 * 1024 * 1024;
const GROWTH: usize = 16;

/// Which column holds which of our fields.
struct Header {
    names: Vec<String>,
    fields: Vec<(&'static str, usize)>,
}

pub(super) fn read(bytes: &[u8], settings: &Settings) -> Vec<Item> {
    let (head, header, mut at) = match header(bytes, settings) {
        Ok(found) => found,
        Err((line, reason)) => {
            let outcome = Err(Rejected { line: Some(line), reason });
            return vec![Item { index: 0, line: Some(line), body: bytes.to_vec(), outcome }];
        }
    };
    let mut line = 1 + newlines(&bytes[..at]);
    // Bytes that may be read twice for the sake of rows behind a quote that is never closed.
    let mut patience = super::LARGEST * 4;
    let mut room = ROOM + GROWTH * bytes.len();
    let mut rejected_in_a_row = 0;
    let mut items = Vec::new();
    while at < bytes.len() {
        let why = if rejected_in_a_row == super::PATIENCE {
            Some(format!("{rejected_in_a_row} rows in a row were none of this file; the rest was not looked at: check the file"))
        } else if room < head.len() {
            let many = head.len() >> 10;
            Some(format!("the header row has {many} KiB and is kept with every row; shorten it, or send the rest by itself"))
        } else {
            None
        };
        if let Some(reason) = why {
            let outcome = Err(Rejected { line: Some(line), reason });
            items.push(Item { index: items.len(), line: Some(line), body: bytes[at..].trim_ascii().to_vec(), outcome });
            break;
        }
        let (mut length, mut row) = next_row(&bytes[at..]);
        let several = newlines(bytes[at..at + length].trim_ascii_end()) > 0;
        if several && row.len() != header.names.len() && patience > length {
            // One bad quote must not swallow the good rows behind it: the first line is bad, the rest is read again.
            patience -= length;
            length = bytes[at..].iter().position(|b| *b == b'\n').map_or(length, |end| end + 1);
            row = next_row(&bytes[at..at + length]).1;
        }
        let raw = &bytes[at..at + length];
        if !raw.trim_ascii().is_empty() {
            let line = line + newlines(&raw[..raw.len() - raw.trim_ascii_start().len()]);
            let trimmed = raw.trim_ascii();
            if raw.contains(&b'"') || !matches!(raw.strip_prefix(trimmed), Some(b"" | b"\n" | b"\r\n")) {
                // What is kept is what is read: blanks around a row, or behind a quote without its end, are in neither.
                row = next_row(trimmed).1;
            }
            let body = [head, b"\n", trimmed].concat();
            let made = row_record(&row, trimmed.len(), &header).map(|known| {
                let made = event::made(&known, settings, Some(EventKind::FormSent));
                settle(made, known.key, &body)
            });
            let outcome = made.map_err(|reason| Rejected { line: Some(line), reason });
            rejected_in_a_row = if outcome.is_err() { rejected_in_a_row + 1 } else { 0 };
            room = room.saturating_sub(head.len() + trimmed.len());
            items.push(Item { index: items.len(), line: Some(line), body, outcome });
        }
        line += newlines(&bytes[at..at + length]);
        at += length;
    }
    items
}

/// The first row of the bytes, and how many of them it takes.
fn next_row(bytes: &[u8]) -> (usize, ByteRecord) {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut row = ByteRecord::new();
    let found = reader.read_byte_record(&mut row).unwrap_or(false);
    let length = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
    (if found { length.clamp(1, bytes.len()) } else { bytes.len() }, row)
}

type Found<'a> = (&'a [u8], Header, usize);

/// The header row, and where the rows begin; or the line and reason why no row can be read.
fn header<'a>(bytes: &'a [u8], settings: &Settings) -> Result<Found<'a>, (usize, String)> {
    let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let start = start + bytes[start..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let line = 1 + newlines(&bytes[..start]);
    let fail = |reason: String| Err((line, reason));
    if start == bytes.len() {
        return fail("there is nothing in it: no header row".into());
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return fail("it is UTF-16; save it as CSV in UTF-8".into());
    }
    let (length, row) = next_row(&bytes[start..]);
    if let Err(reason) = size(length) {
        return fail(reason);
    }
    let Some(names) =
        row.iter().map(|name| std::str::from_utf8(name).ok().map(|n| n.trim().to_owned())).collect::<Option<Vec<_>>>()
    else {
        return fail("the header row is not UTF-8; save it as CSV in UTF-8".into());
    };
    let found = || names.iter().take(30).map(|name| text::quote(name)).collect::<Vec<_>>().join(", ");
    if names.len() == 1 && names[0].contains([';', '\t', '|']) {
        return fail(format!("its columns are not separated by commas: {}; save it with commas", text::quote(&names[0])));
    }
    let mapping = &settings.columns.0;
    if let Some(field) = mapping.keys().find(|field| *field != "id" && !event::FIELDS.contains(&field.as_str())) {
        return fail(format!(
            "the column mapping names {}, which is no field of ours; fields are {}",
            text::quote(field),
            event::FIELDS.join(", ")
        ));
    }
    let keyed = names.iter().any(|name| name.eq_ignore_ascii_case("key"));
    let mut fields = Vec::new();
    for field in event::FIELDS {
        let is_key = *field == "key";
        let mapped = mapping.get(*field).or_else(|| if is_key { mapping.get("id") } else { None });
        let same = |name: &String| match mapped {
            Some(column) => name.eq_ignore_ascii_case(column.trim()),
            None => name.eq_ignore_ascii_case(field) || (is_key && !keyed && name.eq_ignore_ascii_case("id")),
        };
        let mut places = names.iter().enumerate().filter(|(_, name)| same(name)).map(|(place, _)| place);
        match (places.next(), places.next(), mapped) {
            (Some(_), Some(_), _) => {
                return fail(format!("two columns could be {field}; map one of them, or rename one; the header is {}", found()));
            }
            (Some(place), None, _) => fields.push((*field, place)),
            (None, _, Some(column)) => {
                return fail(format!(
                    "there is no column {} (mapped to {field}); the header is {}; correct the file or the mapping",
                    text::quote(column),
                    found()
                ));
            }
            (None, _, None) => {}
        }
    }
    if !fields.iter().any(|(field, _)| matches!(*field, "phone" | "email" | "thread")) {
        return fail(format!("there is no column for phone or email; the header is {}; map one of them in the config", found()));
    }
    let end = start + length;
    Ok((bytes[start..end].trim_ascii_end(), Header { names, fields }, end))
}

/// A row by our field names, with its key; or why it is no row of this file.
fn row_record(row: &ByteRecord, bytes: usize, header: &Header) -> Result<Known, String> {
    size(bytes)?;
    if row.len() != header.names.len() {
        return Err(format!(
            "it has {} columns and the header has {}; look for a comma or a quote that does not belong there",
            row.len(),
            header.names.len()
        ));
    }
    let values: Vec<&str> = row
        .iter()
        .map(std::str::from_utf8)
        .collect::<Result<_, _>>()
        .map_err(|_| "it is not UTF-8; save the file as CSV in UTF-8".to_owned())?;
    let mut map = Map::new();
    for (place, (name, value)) in header.names.iter().zip(&values).enumerate() {
        let ours = header.fields.iter().find(|(_, at)| *at == place).map(|(field, _)| (*field).to_owned());
        // A column that no field takes keeps its name; one that happens to be called like a field of ours was mapped away.
        let name =
            ours.unwrap_or_else(|| if event::FIELDS.contains(&name.as_str()) { format!("column {name}") } else { name.clone() });
        map.insert(name, Value::String((*value).to_owned()));
    }
    let record = Record(map);
    let key = record.text("key").unwrap_or_else(|| text::hash(values.iter().copied()));
    Ok(Known { key: text::key(&key), record })
}

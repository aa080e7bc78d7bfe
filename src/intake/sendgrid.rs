//! SendGrid's inbound parse: a multipart form with the mail's fields, or with the whole mail in `email`.

use mail_parser::decoders::html::html_to_text;

use super::record::Record;
use super::{Identified, Known, Made, Settings, mail};

/// The mail in the form.
fn mail_of(record: &Record) -> Option<Record> {
    if let Some(raw) = record.text("email") {
        return mail::read(raw.as_bytes());
    }
    // The headers are those of the mail; a body is put behind them, and the whole is read as one.
    let headers = record.text("headers")?;
    let mut dropped = false;
    let plain_headers: String = headers
        .split_inclusive('\n')
        .filter(|line| {
            // A line that begins with a blank belongs to the header before it.
            if !line.starts_with([' ', '\t']) {
                dropped = line.get(..9).is_some_and(|name| name.eq_ignore_ascii_case("content-t"));
            }
            !dropped
        })
        .collect();
    let mut read = mail::read(format!("{}\r\n\r\nx", plain_headers.trim_end()).as_bytes())?;
    let body = record.text("text").or_else(|| record.text("html").map(|html| html_to_text(&html))).unwrap_or_default();
    read.0.insert("text".to_owned(), body.into());
    if let Some(subject) = record.text("subject") {
        read.0.insert("subject".to_owned(), subject.into());
    }
    Some(read)
}

pub(super) fn identify(record: &Record) -> Identified {
    if !record.has("envelope") && !record.has("sender_ip") {
        return Err(
            "it has no envelope and no sender_ip, so it is no inbound parse of SendGrid; check the provider's name".into()
        );
    }
    mail_of(record)
        .map_or_else(|| Err("there is no mail in it: no readable email or headers".into()), |mail| mail::identify(&mail))
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    let mail = mail_of(&known.record).ok_or("there is no mail in it: no readable email or headers")?;
    mail::made(&mail, &known.key, settings)
}

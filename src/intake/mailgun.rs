//! Mailgun's routes: a form with the mail's fields, or with the whole mail in `body-mime`.

use super::record::Record;
use super::{Identified, Known, Made, Settings, mail};

fn mail_of(record: &Record) -> Option<Record> {
    if let Some(raw) = record.text("body-mime") {
        return mail::read(raw.as_bytes());
    }
    let list = record.text("message-headers").unwrap_or_default();
    let headers: Vec<(String, serde_json::Value)> = serde_json::from_str(&list).unwrap_or_default();
    let named = |name: &str| {
        let told = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str());
        told.map(str::to_owned).or_else(|| record.text(name))
    };
    let head = ["From", "To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "Auto-Submitted", "Precedence"];
    let told = head.into_iter().filter_map(|name| {
        // A line break inside would begin another header.
        named(name).map(|value| format!("{name}: {}\r\n", value.replace(['\r', '\n'], " ")))
    });
    let mut read = mail::read(format!("{}\r\nx", told.collect::<String>()).as_bytes())?;
    if let Some(body) = record.first(&["body-plain", "stripped-text"]) {
        read.0.insert("text".to_owned(), body.into());
    }
    if let Some(to) = record.text("recipient") {
        read.0.insert("to".to_owned(), to.into());
    }
    Some(read)
}

pub(super) fn identify(record: &Record) -> Identified {
    if !record.has("recipient") {
        return Err("it has no recipient, so it is no route of Mailgun; check the provider's name".into());
    }
    mail_of(record).map_or_else(|| Err("there is no mail in it: no readable sender".into()), |mail| mail::identify(&mail))
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    let mail = mail_of(&known.record).ok_or("there is no mail in it: no readable sender")?;
    mail::made(&mail, &known.key, settings)
}

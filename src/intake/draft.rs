//! What all providers fill in the same way.

use crate::domain::event::NormalEvent;
use crate::domain::text::Untrusted;

use super::{text, urgency};

/// Fills in the words with what could not be read elsewhere, and the urgency: as told, else as the words say.
pub(super) fn say(event: &mut NormalEvent, words: Option<String>, unread: Vec<String>, told: Option<&str>) {
    event.seen.bad_phone |= unread.iter().any(|line| line.split(':').next().is_some_and(|field| field.contains("phone")));
    let words = words.into_iter().chain(unread).collect::<Vec<_>>().join("\n");
    event.words = text::words(&words);
    event.urgency = told.and_then(urgency::told).unwrap_or_else(|| {
        // Only what is kept is read, so that a megabyte of words costs no more than a page of them.
        let kept = event.words.as_ref().map_or("", |words| words.raw());
        urgency::read(kept).max(urgency::read(told.unwrap_or_default()))
    });
}

/// `city, state` and the like: the parts that are told, joined.
pub(super) fn joined(parts: impl IntoIterator<Item = Option<String>>) -> Option<Untrusted> {
    text::field(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// Campaign, keyword, page: the parts that are told, each with its name.
pub(super) fn attribution<'a>(parts: impl IntoIterator<Item = (&'a str, Option<String>)>) -> Option<Untrusted> {
    let parts = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    text::field(&parts.collect::<Vec<_>>().join("; "))
}

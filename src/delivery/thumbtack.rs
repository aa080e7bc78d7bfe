//! Thumbtack's leads of a business, then each new one in full, then what was written about each: what is asked, and what a
//! page means.
//!
//! `GET /api/v4/businesses/BUSINESS/negotiations` is answered by `{"data": […], "pagination": {"limit": N}}`; neither an order
//! nor a way to the next page is published, so the page that comes is the newest one, and what it may leave out is told.
//! `GET /api/v4/negotiations/ID` is one lead in full. `GET /api/v4/negotiations/ID/messages` has `limit` (at most 20),
//! `sentAfter` and `sentBefore`: its pages go back in time. An error is `{"type", "title", "status", "traceID", "errors"}`, and 202 is
//! the challenge of a firewall (Thumbtack, "Leads", "Messages", "Troubleshooting" and changelog).

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use form_urlencoded::Serializer;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::http::{Call, Method};
use super::{Received, Request, reply, text};
use crate::domain::content::Content;
use crate::domain::destination::Secret;
use crate::domain::reply::{Brought, Meaning, Reply};
use crate::domain::sync::{Fetch, MOST_NAMED, MOST_PAGES, Page, Still, THUMBTACK_LEADS, THUMBTACK_MESSAGES};
use crate::domain::text::Internal;

/// Bytes of a page that are read: a lead has about three thousand.
pub(super) const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Messages on a page; the most that is given.
const MESSAGES: usize = 20;
/// The longest id, in characters.
const LONGEST_ID: usize = 64;
const WHOSE: &str = "Thumbtack";

type Record = Map<String, Value>;

/// What a page is of.
enum Asked<'a> {
    List,
    Lead(&'a str),
    Thread(&'a str),
}

fn asked(fetch: &Fetch) -> Asked<'_> {
    match (fetch.list, fetch.still.leads.first(), fetch.still.threads.first()) {
        (THUMBTACK_LEADS, Some(id), _) => Asked::Lead(id),
        (THUMBTACK_MESSAGES, _, Some(id)) => Asked::Thread(id),
        _ => Asked::List,
    }
}

/// What a request asks for.
///
/// # Errors
/// When it is for something else.
pub(super) fn fetch(request: &Request) -> Result<&Fetch, String> {
    match request.content.reveal() {
        Content::Fetch(fetch) => Ok(fetch),
        other => Err(format!("Thumbtack is asked for leads, and this is {other:?}; send it elsewhere")),
    }
}

/// The request for a page.
pub(super) fn ask(fetch: &Fetch, token: &Secret) -> Call {
    let path = match asked(fetch) {
        Asked::List => format!("/api/v4/businesses/{}/negotiations", fetch.scope),
        Asked::Lead(id) => format!("/api/v4/negotiations/{id}"),
        Asked::Thread(id) => {
            let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
            let mut query = Serializer::new(String::new());
            query.append_pair("limit", &MESSAGES.to_string()).append_pair("sentAfter", &time(fetch.from));
            if let Some(before) = fetch.still.before {
                query.append_pair("sentBefore", &time(before));
            }
            format!("/api/v4/negotiations/{id}/messages?{}", query.finish())
        }
    };
    Call {
        method: Method::Get,
        path,
        headers: vec![("authorization", format!("Bearer {}", token.reveal())), ("accept", "application/json".to_owned())],
        body: String::new(),
    }
}

#[derive(Deserialize)]
struct Listed {
    /// Null is an empty list; a page without it is none: otherwise the cursor would move past what it may have had.
    #[serde(deserialize_with = "Option::deserialize")]
    data: Option<Vec<Value>>,
    pagination: Option<Record>,
}

impl Listed {
    fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }

    /// How many records a full page has, as far as that is told.
    fn limit(&self) -> Option<usize> {
        let limit = self.pagination.as_ref()?.get("limit")?.as_u64().filter(|limit| *limit > 0)?;
        usize::try_from(limit).ok()
    }

    /// Whether the page says of another one in words that are not published: where it is, that it is, or how many there are.
    fn hints(&self) -> bool {
        let count = self.data.as_ref().map_or(0, Vec::len);
        let others = self.pagination.iter().flatten().filter(|(name, _)| *name != "limit");
        others.map(|(_, value)| value).any(|value| match value {
            Value::Bool(more) => *more,
            Value::String(place) => !place.is_empty(),
            Value::Number(all) => all.as_u64().is_some_and(|all| usize::try_from(all).is_ok_and(|all| all > count)),
            Value::Array(_) | Value::Object(_) => true,
            Value::Null => false,
        })
    }
}

/// What an answer means; a success says something only to who knows what was asked.
pub(super) fn read(answer: &Received<'_>, fetch: Option<&Fetch>) -> Reply {
    let meaning = answer.by_status();
    if meaning != Meaning::Accepted {
        return fetch.and_then(|fetch| gone(answer, fetch)).unwrap_or_else(|| refused(answer, meaning));
    }
    if answer.body.len() >= PAGE_BYTES {
        return answer.failed(Meaning::Refused, "a page is larger than 4 MiB, and nothing of it was taken");
    }
    let page = fetch.filter(|_| answer.status == 200).and_then(|fetch| match asked(fetch) {
        Asked::List => listed(answer.body, fetch),
        Asked::Lead(id) => lead(answer.body, id, fetch),
        Asked::Thread(id) => thread(answer.body, id, fetch),
    });
    page.map_or_else(|| answer.puzzling(WHOSE), |page| brought(page, answer.status))
}

fn brought(page: Page, status: u16) -> Reply {
    Reply { made: Some(Internal::new(Brought::Page(page))), ..reply(Meaning::Accepted, Some(status), None) }
}

/// A lead that is on the list and nowhere else keeps nothing else back.
fn gone(answer: &Received<'_>, fetch: &Fetch) -> Option<Reply> {
    let (Asked::Lead(id) | Asked::Thread(id)) = asked(fetch) else { return None };
    if !matches!(answer.status, 404 | 410) {
        return None;
    }
    let mut still = fetch.still.clone();
    still.tell(format!("the lead {id} was on the list, and is not there (status {})", answer.status));
    Some(brought(next(fetch, still, vec![], None), answer.status))
}

/// What follows a page of one lead: the rest of its messages, or the next lead.
fn next(fetch: &Fetch, mut still: Still, payloads: Vec<Vec<u8>>, before: Option<DateTime<Utc>>) -> Page {
    still.before = before;
    if before.is_none() {
        let row = if fetch.list == THUMBTACK_LEADS { &mut still.leads } else { &mut still.threads };
        row.drain(..1.min(row.len()));
    }
    if fetch.page >= MOST_PAGES {
        let left = still.leads.len() + still.threads.len();
        if left > 0 {
            still.tell(format!("a round asks for {MOST_PAGES} pages, and what {left} more leads say was left out"));
        }
        (still.leads, still.threads, still.before) = (vec![], vec![], None);
    }
    let more = if fetch.list == THUMBTACK_LEADS { !still.leads.is_empty() } else { !still.threads.is_empty() };
    Page { payloads, more, still, ..Page::default() }
}

/// An id as it may stand in a path.
fn id_of(record: &Record, field: &str) -> Option<String> {
    let fit = |id: &String| {
        let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(sign)
    };
    record.get(field).and_then(text).filter(fit)
}

fn time_of(record: &Record, fields: &[&str]) -> Option<DateTime<Utc>> {
    fields.iter().find_map(|field| record.get(*field)?.as_str()?.parse().ok())
}

fn payload(kind: &str, record: &Record) -> Vec<u8> {
    json!({"event": {"eventType": kind}, "data": record}).to_string().into_bytes()
}

/// The leads of a business: which of them are new, and whose messages are to be had. None where it is no such list. A record
/// that cannot be read is told, and keeps no other back.
fn listed(body: &str, fetch: &Fetch) -> Option<Page> {
    let listed = Listed::read(body)?;
    let (limit, hints) = (listed.limit(), listed.hints());
    let records = listed.data.unwrap_or_default();
    let mut seen = BTreeSet::new();
    let mut leads = Vec::with_capacity(records.len());
    let mut odd = 0;
    for record in &records {
        let read = record.as_object().and_then(|record| Some((record, id_of(record, "negotiationID")?)));
        let Some((record, id)) = read else {
            odd += 1;
            continue;
        };
        if seen.insert(id.clone()) {
            leads.push((time_of(record, &["createdAt", "createTime"]), id));
        }
    }
    let mut still = Still::default();
    if odd > 0 {
        // Where none of them is a lead, it is another list.
        (!leads.is_empty()).then_some(())?;
        still.tell(format!("{odd} of {} leads on the list have no id that can be read, and were left out", records.len()));
    }
    // Of a list that begins with its newest and reaches back to before the window nothing is missing, however long it is.
    let in_order = leads.windows(2).all(|two| two[0].0 >= two[1].0);
    let reaches = in_order && leads.last().is_some_and(|(at, _)| at.is_some_and(|at| at < fetch.from));
    if (hints || limit.is_some_and(|limit| records.len() >= limit)) && !reaches {
        still.tell(format!(
            "Thumbtack lists {} leads on one page and no way to the next one: older ones may be missing",
            leads.len()
        ));
    }
    // What has no time that can be read is taken for new: once too often does no harm.
    leads.sort_by_key(|(at, _)| std::cmp::Reverse(at.unwrap_or(DateTime::<Utc>::MAX_UTC)));
    let is_new = |at: &Option<DateTime<Utc>>| at.is_none_or(|at| at >= fetch.from && at <= fetch.until);
    let new: Vec<&String> = leads.iter().filter(|(at, _)| is_new(at)).map(|(_, id)| id).collect();
    if new.len() > MOST_NAMED {
        still.tell(format!("{} older ones of {} new leads were left out", new.len() - MOST_NAMED, new.len()));
    }
    if leads.len() > MOST_NAMED {
        still.tell(format!("the messages of {} older leads were not asked for", leads.len() - MOST_NAMED));
    }
    // The oldest first, as they came.
    still.leads = new.into_iter().take(MOST_NAMED).rev().cloned().collect();
    still.threads = leads.iter().take(MOST_NAMED).rev().map(|(_, id)| id.clone()).collect();
    Some(Page { still, ..Page::default() })
}

/// One lead in full. None where it is another one, or none.
fn lead(body: &str, id: &str, fetch: &Fetch) -> Option<Page> {
    let record =
        serde_json::from_str::<Record>(body).ok().filter(|record| id_of(record, "negotiationID").as_deref() == Some(id))?;
    Some(next(fetch, fetch.still.clone(), vec![payload("NegotiationCreatedV4", &record)], None))
}

/// A message about a lead, and when it was sent.
fn message(record: Value, id: &str) -> Option<(DateTime<Utc>, Record)> {
    let Value::Object(mut record) = record else { return None };
    id_of(&record, "messageID")?;
    let at = time_of(&record, &["sentAt"])?;
    if !record.contains_key("negotiationID") {
        record.insert("negotiationID".to_owned(), id.into());
    }
    (id_of(&record, "negotiationID").as_deref() == Some(id)).then_some((at, record))
}

/// Whether a record says of itself that it is a message about the lead, whatever else of it can be read.
fn is_of(record: &Value, id: &str) -> bool {
    let told = |field: &str| record.as_object().and_then(|record| id_of(record, field));
    told("messageID").is_some() && told("negotiationID").as_deref() == Some(id)
}

/// What was written about a lead in the window. None where it is something else. A message that cannot be read is told, and
/// keeps no other back.
fn thread(body: &str, id: &str, fetch: &Fetch) -> Option<Page> {
    let listed = Listed::read(body)?;
    let full = listed.limit().map_or(MESSAGES, |limit| limit.min(MESSAGES));
    let records = listed.data.unwrap_or_default();
    let (count, is_thread) = (records.len(), records.iter().any(|record| is_of(record, id)));
    let mut messages: Vec<_> = records.into_iter().filter_map(|record| message(record, id)).collect();
    let mut still = fetch.still.clone();
    if messages.len() < count {
        // Where none of them is about the lead, it is another list. One that has nothing but a time that cannot be read would
        // stop all others for ever.
        (is_thread || !messages.is_empty()).then_some(())?;
        let odd = count - messages.len();
        still.tell(format!("{odd} of {count} messages on a page about the lead {id} cannot be read, and were left out"));
    }
    let before = if count < full { None } else { earlier(&messages, id, fetch, &mut still) };
    messages.sort_by_key(|(at, _)| *at);
    let in_window = messages.into_iter().filter(|(at, _)| *at >= fetch.from && *at <= fetch.until);
    let payloads = in_window.map(|(_, record)| payload("MessageCreatedV4", &record)).collect();
    Some(next(fetch, still, payloads, before))
}

/// Before when the messages ahead of a full page are asked for: a second later than its oldest, for those of the same second.
fn earlier(messages: &[(DateTime<Utc>, Record)], id: &str, fetch: &Fetch, still: &mut Still) -> Option<DateTime<Utc>> {
    let oldest = messages.iter().map(|(at, _)| *at).min().filter(|oldest| *oldest > fetch.from)?;
    let turned = messages.first().zip(messages.last()).is_some_and(|(first, last)| first.0 < last.0);
    let before = oldest.checked_add_signed(TimeDelta::seconds(1))?;
    let on = fetch.still.before.is_none_or(|asked| before < asked);
    if turned || !on {
        still.tell(format!("the messages about the lead {id} do not go back in time page by page: some may be missing"));
    }
    on.then_some(before)
}

/// What went wrong, in Thumbtack's words.
fn refused(answer: &Received<'_>, meaning: Meaning) -> Reply {
    let json = answer.json().unwrap_or_default();
    let told = |at: &str| json.get(at).and_then(Value::as_str).filter(|told| !told.is_empty());
    let said: Vec<&str> = ["title", "detail"].into_iter().filter_map(told).collect();
    let said = if said.is_empty() { answer.error_text() } else { said.join(": ") };
    if answer.status == 404 {
        return answer.failed(meaning, &format!("there is no such business; mend business in this [[sync]]: {said}"));
    }
    answer.failed(meaning, &said)
}

#[cfg(test)]
mod tests;

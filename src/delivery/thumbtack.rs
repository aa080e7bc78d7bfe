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
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::http::{Call, Method};
use super::{Received, Request, reply, text};
use crate::domain::destination::Secret;
use crate::domain::reply::{Brought, Meaning, Reply};
use crate::domain::sync::{Brief, Fetch, MOST_KEPT, MOST_NAMED, MOST_PAGES, Page, Still, THUMBTACK_LEADS, THUMBTACK_MESSAGES};
use crate::domain::text::Internal;

/// Bytes of a page that are read: a lead has about three thousand.
pub(super) const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Messages on a page; the most that is given.
const MESSAGES: usize = 20;
/// The longest id, in characters.
const LONGEST_ID: usize = 64;
/// Leads of an earlier round among those that a round asks for by name: what cannot be had keeps no new one back.
const OF_BEFORE: usize = MOST_NAMED / 2;
/// So young a lead may be listed before it can be had by its id, or come by its webhook: what the list tells of it is not taken
/// yet, for it would be all that is ever taken.
const YOUNG: TimeDelta = TimeDelta::hours(1);
/// Bytes of what the list tells of a lead that are carried from page to page, and what is carried of a longer one.
const BRIEF_BYTES: usize = 1_500;
const OF_A_LONG_ONE: [&str; 4] = ["negotiationID", "createdAt", "createTime", "status"];
const WHOSE: &str = "Thumbtack";

type Record = Map<String, Value>;

/// What a page is of.
enum Asked<'a> {
    List,
    Lead(&'a str),
    Thread(&'a str),
}

fn asked(fetch: &Fetch) -> Asked<'_> {
    let still = &fetch.still;
    match (fetch.list, still.leads.first(), still.late.first().or_else(|| still.threads.first())) {
        (THUMBTACK_LEADS, Some(id), _) => Asked::Lead(id),
        (THUMBTACK_MESSAGES, _, Some(id)) => Asked::Thread(id),
        _ => Asked::List,
    }
}

/// From when on the messages of the first lead are asked for.
fn since(fetch: &Fetch) -> DateTime<Utc> {
    let late = fetch.still.missing.since.filter(|_| !fetch.still.late.is_empty());
    late.map_or(fetch.from, |since| since.min(fetch.from))
}

/// What a request asks for.
///
/// # Errors
/// When it is for something else.
pub(super) fn fetch(request: &Request) -> Result<&Fetch, String> {
    request.page(WHOSE, "leads")
}

/// The request for a page.
pub(super) fn ask(fetch: &Fetch, token: &Secret) -> Call {
    let path = match asked(fetch) {
        Asked::List => format!("/api/v4/businesses/{}/negotiations", fetch.scope),
        Asked::Lead(id) => format!("/api/v4/negotiations/{id}"),
        Asked::Thread(id) => {
            let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
            let mut query = Serializer::new(String::new());
            query.append_pair("limit", &MESSAGES.to_string()).append_pair("sentAfter", &time(since(fetch)));
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

/// A lead that is on the list and nowhere else keeps nothing else back: what the list tells of it is taken, and the next round
/// asks for it again.
fn gone(answer: &Received<'_>, fetch: &Fetch) -> Option<Reply> {
    if !matches!(answer.status, 404 | 410) {
        return None;
    }
    let (mut still, status) = (fetch.still.clone(), answer.status);
    let mut payloads = Vec::new();
    match asked(fetch) {
        Asked::List => return None,
        Asked::Lead(id) => {
            let is_young = |brief: &Brief| brief.0.as_object().and_then(made_at).is_some_and(|at| at > fetch.until - YOUNG);
            let brief = still.briefs.get(id).filter(|brief| !is_young(brief));
            payloads.extend(brief.map(|brief| payload("NegotiationCreatedV4", &brief.0)));
            still.missing.lead(id);
            still.tell(format!("the lead {id} was on the list, and is not there by its id (status {status})"));
        }
        Asked::Thread(id) => {
            still.missing.thread(id, since(fetch));
            still.tell(format!("the lead {id} was on the list, and its messages are not there (status {status})"));
        }
    }
    Some(brought(next(fetch, still, payloads, None), status))
}

/// What follows a page of one lead: the rest of its messages, or the next lead. What is behind the last page of a round is for
/// the next round.
fn next(fetch: &Fetch, mut still: Still, payloads: Vec<Vec<u8>>, before: Option<DateTime<Utc>>) -> Page {
    if fetch.list == THUMBTACK_MESSAGES {
        still.before = before;
    }
    if before.is_none() {
        let row = match fetch.list {
            THUMBTACK_LEADS => &mut still.leads,
            _ if still.late.is_empty() => &mut still.threads,
            _ => &mut still.late,
        };
        for id in row.drain(..1.min(row.len())) {
            still.briefs.remove(&id);
        }
    }
    if fetch.page >= MOST_PAGES {
        put_off(fetch, &mut still);
    }
    let more = if fetch.list == THUMBTACK_LEADS { !still.leads.is_empty() } else { still.has_threads() };
    if still.late.is_empty() && still.missing.threads.is_empty() {
        still.missing.since = None;
    }
    Page { payloads, more, still, ..Page::default() }
}

/// Leaves to the next round what this one has still to ask for.
fn put_off(fetch: &Fetch, still: &mut Still) {
    let leads = std::mem::take(&mut still.leads);
    let lost = leads.iter().filter(|id| !still.missing.lead(id)).count();
    // The one that is in the middle of its messages goes on where it is, so it is the first.
    let row: Vec<String> = [std::mem::take(&mut still.late), std::mem::take(&mut still.threads)].concat();
    let others = std::mem::take(&mut still.missing.threads);
    let (asked, before) = (since(fetch), still.before.take());
    let threads = row.iter().enumerate().map(|(n, id)| (id, if n == 0 { asked } else { fetch.from }));
    let (row_lost, left) = (threads.filter(|(id, since)| !still.missing.thread(id, *since)).count(), leads.len() + row.len());
    let lost = lost + row_lost + others.iter().filter(|id| !still.missing.thread(id, fetch.from)).count();
    still.missing.before = before;
    still.briefs.clear();
    if left > 0 {
        still.tell(format!("a round asks for {MOST_PAGES} pages, and what {left} more leads say waits for the next one"));
    }
    if lost > 0 {
        still.tell(format!("{MOST_KEPT} leads wait for the next round, and {lost} more are not asked for again"));
    }
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

fn made_at(lead: &Record) -> Option<DateTime<Utc>> {
    time_of(lead, &["createdAt", "createTime"])
}

fn payload(kind: &str, record: &impl Serialize) -> Vec<u8> {
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
            leads.push(Lead { at: made_at(record), id, record });
        }
    }
    let carried = &fetch.still.missing;
    let mut still = Still { late: carried.threads.clone(), before: carried.before, ..Still::default() };
    still.missing.since = carried.since.filter(|_| !carried.threads.is_empty());
    if odd > 0 {
        // Where none of them is a lead, it is another list.
        (!leads.is_empty()).then_some(())?;
        still.tell(format!("{odd} of {} leads on the list have no id that can be read, and were left out", records.len()));
    }
    let is_full = hints || limit.is_some_and(|limit| records.len() >= limit);
    if let Some((from, until)) = is_full.then(|| unnamed(&leads, fetch)).flatten() {
        still.missing.made(from, until);
        still.tell(format!(
            "Thumbtack lists {} leads on one page and no way to the next one: older ones may be missing",
            leads.len()
        ));
    }
    // What has no time that can be read is taken for new: once too often does no harm.
    leads.sort_by_key(|lead| std::cmp::Reverse(lead.at.unwrap_or(DateTime::<Utc>::MAX_UTC)));
    name(&leads, fetch, &mut still);
    if leads.len() > MOST_KEPT {
        still.tell(format!("the messages of {} older leads were not asked for", leads.len() - MOST_KEPT));
    }
    // The oldest first, as they came.
    still.threads = leads.iter().take(MOST_KEPT).rev().map(|lead| lead.id.clone()).collect();
    Some(Page { still, ..Page::default() })
}

/// A lead on the list.
struct Lead<'a> {
    at: Option<DateTime<Utc>>,
    id: String,
    record: &'a Record,
}

impl Lead<'_> {
    fn brief(&self) -> Brief {
        let fits = serde_json::to_string(self.record).is_ok_and(|json| json.len() <= BRIEF_BYTES);
        let short = |field: &&str| Some(((*field).to_owned(), self.record.get(*field).filter(|value| is_short(value))?.clone()));
        Brief(Value::Object(if fits { self.record.clone() } else { OF_A_LONG_ONE.iter().filter_map(short).collect() }))
    }
}

fn is_short(value: &Value) -> bool {
    text(value).is_some_and(|text| text.len() <= LONGEST_ID)
}

/// From when until when leads were made that a full page may not name. Of a list that begins with its newest and reaches back
/// to before all that is asked for nothing is missing, however long it is.
fn unnamed(leads: &[Lead<'_>], fetch: &Fetch) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let carried = fetch.still.missing.made;
    let from = carried.map_or(fetch.from, |(from, _)| from.min(fetch.from));
    let in_order = leads.windows(2).all(|two| two[0].at >= two[1].at);
    match leads.last().filter(|_| in_order).and_then(|lead| lead.at) {
        Some(oldest) if oldest < from => None,
        // It reaches back to before the window, and not to what an earlier round could not see.
        Some(oldest) if oldest < fetch.from => carried.map(|(from, until)| (from, until.min(oldest))),
        Some(oldest) => Some((from, oldest)),
        None => Some((from, fetch.until)),
    }
}

/// The leads that are asked for by their ids: what an earlier round could not have, and the newest of the new ones. The rest
/// waits for the next round.
fn name(leads: &[Lead<'_>], fetch: &Fetch, still: &mut Still) {
    let carried = &fetch.still.missing;
    let of_before = carried.leads.len().min(OF_BEFORE);
    still.leads = carried.leads[..of_before].to_vec();
    for id in &carried.leads[of_before..] {
        still.missing.lead(id);
    }
    let is_new = |at: DateTime<Utc>| (at >= fetch.from && at <= fetch.until) || carried.has(at);
    let new = leads.iter().filter(|lead| lead.at.is_none_or(is_new) && !carried.leads.contains(&lead.id));
    let (mut now, mut later): (Vec<&Lead<'_>>, Vec<&Lead<'_>>) = (new.collect(), vec![]);
    later.extend(now.drain((MOST_NAMED - of_before).min(now.len())..));
    let all = carried.leads.len() + now.len() + later.len();
    for lead in later {
        let kept = still.missing.lead(&lead.id);
        // What is listed is found again by the time it was made at.
        if let Some(at) = lead.at.filter(|_| !kept) {
            still.missing.made(at, at);
        }
    }
    still.leads.extend(now.into_iter().rev().map(|lead| lead.id.clone()));
    let wait = all - still.leads.len();
    if wait > 0 {
        still.tell(format!("{wait} of {all} new leads wait for the next round"));
    }
    let named: BTreeSet<&String> = still.leads.iter().collect();
    still.briefs = leads.iter().filter(|lead| named.contains(&lead.id)).map(|lead| (lead.id.clone(), lead.brief())).collect();
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
        still.missing.thread(id, since(fetch));
    }
    let before = if count < full { None } else { earlier(&messages, id, fetch, &mut still) };
    messages.sort_by_key(|(at, _)| *at);
    let since = since(fetch);
    let in_window = messages.into_iter().filter(|(at, _)| *at >= since && *at <= fetch.until);
    let payloads = in_window.map(|(_, record)| payload("MessageCreatedV4", &record)).collect();
    Some(next(fetch, still, payloads, before))
}

/// Before when the messages ahead of a full page are asked for: a second later than its oldest, for those of the same second.
fn earlier(messages: &[(DateTime<Utc>, Record)], id: &str, fetch: &Fetch, still: &mut Still) -> Option<DateTime<Utc>> {
    let oldest = messages.iter().map(|(at, _)| *at).min().filter(|oldest| *oldest > since(fetch))?;
    let turned = messages.first().zip(messages.last()).is_some_and(|(first, last)| first.0 < last.0);
    let before = oldest.checked_add_signed(TimeDelta::seconds(1))?;
    let on = fetch.still.before.is_none_or(|asked| before < asked);
    if turned || !on {
        still.tell(format!("the messages about the lead {id} do not go back in time page by page: some may be missing"));
        still.missing.thread(id, since(fetch));
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

//! QuickBooks Online's estimates and invoices, a page at a time, each with its customer, then the customers that changed,
//! and what was deleted: what is asked, and what a page means.
//!
//! `GET /v3/company/REALM/query?query=…&minorversion=75`, with `select * from Estimate where MetaData.LastUpdatedTime >= '…'`,
//! `orderby`, `startposition` (from 1) and `maxresults` (at most 1,000); the answer is `{"QueryResponse": {"Estimate": […]}}`,
//! without the list where nothing is found (Intuit, "Query operations and syntax"). A query for customers finds the active ones
//! alone, unless it asks for both: `Active in (true, false)`. Queries rather than change data capture, which has no pages,
//! names a thousand records at most and goes back thirty days; but it alone tells of deleted ones: `GET …/cdc?entities=Estimate,Invoice&
//! changedSince=…`, and `{"CDCResponse": [{"QueryResponse": [{"Estimate": [{"Id", "status": "Deleted", …}]}]}]}`. An error is `{"Fault": {"Error": [{"Message", "Detail", "code"}]}}`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SecondsFormat, Utc};
use form_urlencoded::Serializer;
use serde_json::{Map, Value, json};

use super::http::{Call, Method};
use super::{Received, Request, reply, text};
use crate::domain::destination::Secret;
use crate::domain::reply::{Brought, Meaning, Reply};
use crate::domain::sync::{Fetch, MOST_PAGES, Page, QUICKBOOKS_DELETED};
use crate::domain::text::Internal;

/// Bytes of a page that are read: an invoice has about five thousand.
pub(super) const PAGE_BYTES: usize = 8 * 1024 * 1024;
/// Records on a page.
const RECORDS: i64 = 200;
/// Records of the page before that come again: one that changes meanwhile leaves the window, and all behind it move up.
const AGAIN: i64 = 20;

/// What the lists of a round are of, in order.
const LISTS: [&str; 3] = ["Estimate", "Invoice", CUSTOMER];
const CUSTOMER: &str = "Customer";
/// Of what it is asked whether it was deleted: customers never are.
const DELETED: [&str; 2] = ["Estimate", "Invoice"];
/// Whether a customer is still served makes no difference to whose an invoice is.
const ACTIVE_OR_NOT: &str = "Active in (true, false) and ";
const WHOSE: &str = "QuickBooks";

fn entity(fetch: &Fetch) -> &'static str {
    usize::try_from(fetch.list).ok().and_then(|list| LISTS.get(list)).copied().unwrap_or(LISTS[0])
}

/// What a request asks for.
///
/// # Errors
/// When it is for something else.
pub(super) fn fetch(request: &Request) -> Result<&Fetch, String> {
    request.page(WHOSE, "its records")
}

/// The request for a page.
pub(super) fn ask(fetch: &Fetch, realm: &str, token: &Secret) -> Call {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, false);
    if fetch.list == QUICKBOOKS_DELETED {
        return call("cdc", &[("entities", &DELETED.join(",")), ("changedSince", &time(fetch.from))], realm, token);
    }
    let start = 1 + (fetch.at - 1).saturating_mul(RECORDS - AGAIN);
    let entity = entity(fetch);
    let whichever = if entity == CUSTOMER { ACTIVE_OR_NOT } else { "" };
    let query = format!(
        "select * from {entity} where {whichever}MetaData.LastUpdatedTime >= '{}' and MetaData.LastUpdatedTime < '{}' \
         orderby MetaData.LastUpdatedTime startposition {start} maxresults {RECORDS}",
        time(fetch.from),
        time(fetch.until)
    );
    call("query", &[("query", &query)], realm, token)
}

/// The request for the customers of a page.
pub(super) fn ask_customers(ids: &BTreeSet<String>, realm: &str, token: &Secret) -> Call {
    let list = ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
    let query = format!("select * from {CUSTOMER} where {ACTIVE_OR_NOT}Id in ({list}) startposition 1 maxresults {}", ids.len());
    call("query", &[("query", &query)], realm, token)
}

fn call(what: &str, pairs: &[(&str, &str)], realm: &str, token: &Secret) -> Call {
    let query = Serializer::new(String::new()).extend_pairs(pairs).append_pair("minorversion", "75").finish();
    Call {
        method: Method::Get,
        path: format!("/v3/company/{realm}/{what}?{query}"),
        headers: vec![("authorization", format!("Bearer {}", token.reveal())), ("accept", "application/json".to_owned())],
        body: String::new(),
    }
}

/// A record, under the name of its kind.
type Named = (&'static str, Map<String, Value>);

/// What a page lists: records as they are, each under the name of its kind, and whether another page follows.
pub(super) struct Listed {
    records: Vec<Named>,
    more: bool,
}

/// Reads a page.
///
/// # Errors
/// What came in its place.
pub(super) fn read(answer: &Received<'_>, fetch: &Fetch) -> Result<Listed, Box<Reply>> {
    if fetch.list == QUICKBOOKS_DELETED {
        return Ok(Listed { records: deleted(answer)?, more: false });
    }
    let entity = entity(fetch);
    let records: Vec<_> = records(answer, entity)?.into_iter().map(|record| (entity, record)).collect();
    let more = i64::try_from(records.len()).is_ok_and(|count| count >= RECORDS);
    if more && fetch.at >= MOST_PAGES {
        let why = format!("it lists more than {MOST_PAGES} pages for one window, and no more are followed");
        return Err(Box::new(answer.failed(Meaning::Refused, &why)));
    }
    Ok(Listed { records, more })
}

/// What an answer tells, where it is one that was asked for.
fn told(answer: &Received<'_>) -> Result<Value, Box<Reply>> {
    let meaning = answer.by_status();
    if meaning != Meaning::Accepted {
        return Err(Box::new(answer.failed(meaning, &error(answer))));
    }
    if answer.body.len() >= PAGE_BYTES {
        return Err(Box::new(answer.failed(Meaning::Refused, "a page is larger than 8 MiB, and nothing of it was taken")));
    }
    Ok(answer.json().unwrap_or_default())
}

/// The records of a kind in a response, each with an id; none where nothing of that kind is in it.
fn of_kind(response: &Value, entity: &str) -> Option<Vec<Map<String, Value>>> {
    let Some(list) = response.as_object()?.get(entity) else { return Some(vec![]) };
    let record = |value: &Value| value.as_object().filter(|record| record.get("Id").and_then(text).is_some()).cloned();
    list.as_array()?.iter().map(record).collect()
}

/// The records of an answer.
fn records(answer: &Received<'_>, entity: &str) -> Result<Vec<Map<String, Value>>, Box<Reply>> {
    let told = told(answer)?;
    let found = told.get("QueryResponse").and_then(|response| of_kind(response, entity));
    found.ok_or_else(|| Box::new(answer.puzzling(WHOSE)))
}

/// The records that an answer says were deleted.
fn deleted(answer: &Received<'_>) -> Result<Vec<Named>, Box<Reply>> {
    let told = told(answer)?;
    let puzzling = || Box::new(answer.puzzling(WHOSE));
    let captured = told.get("CDCResponse").and_then(Value::as_array).ok_or_else(puzzling)?;
    let mut found = Vec::new();
    for part in captured {
        for response in part.get("QueryResponse").and_then(Value::as_array).ok_or_else(puzzling)? {
            for entity in DELETED {
                let records = of_kind(response, entity).ok_or_else(puzzling)?;
                found.extend(
                    records.into_iter().filter(|record| record.get("status") == Some(&json!("Deleted"))).map(|one| (entity, one)),
                );
            }
        }
    }
    Ok(found)
}

impl Listed {
    /// Whose records they are: ids as they may stand in a query.
    pub(super) fn customers(&self) -> BTreeSet<String> {
        let id = |(_, record): &Named| record.get("CustomerRef")?.get("value").and_then(text);
        self.records.iter().filter_map(id).filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).collect()
    }

    /// The page: each record as it is told by itself (`{"Estimate": …}`), with its customer beside it.
    ///
    /// # Errors
    /// What came in place of the customers.
    pub(super) fn with(self, customers: Option<&Received<'_>>, status: u16) -> Result<Reply, Box<Reply>> {
        let known = customers.map(|answer| records(answer, CUSTOMER)).transpose()?.unwrap_or_default();
        let named = |record: &Map<String, Value>| record.get("Id").and_then(text);
        let known: BTreeMap<String, Map<String, Value>> =
            known.into_iter().filter_map(|customer| Some((named(&customer)?, customer))).collect();
        let payload = |(entity, record): Named| {
            let customer = record.get("CustomerRef").and_then(|of| of.get("value")).and_then(text);
            let mut whole = Map::new();
            if let Some(customer) = customer.and_then(|id| known.get(&id)) {
                whole.insert(CUSTOMER.to_owned(), json!(customer));
            }
            whole.insert(entity.to_owned(), record.into());
            Value::Object(whole).to_string().into_bytes()
        };
        let payloads = self.records.into_iter().map(payload).collect();
        let made = Some(Internal::new(Brought::Page(Page { payloads, more: self.more, ..Page::default() })));
        Ok(Reply { made, ..reply(Meaning::Accepted, Some(status), None) })
    }
}

/// A fault of Intuit's.
fn error(answer: &Received<'_>) -> String {
    let json = answer.json().unwrap_or_default();
    // In either case of its letters, as it is sent.
    let at = |path: &str| json.pointer(path).and_then(text).filter(|text| !text.is_empty());
    let message = at("/Fault/Error/0/Message").or_else(|| at("/fault/error/0/message"));
    let detail = at("/Fault/Error/0/Detail").or_else(|| at("/fault/error/0/detail"));
    let said = [message, detail].into_iter().flatten().collect::<Vec<_>>().join(": ");
    if said.is_empty() { answer.error_text() } else { said }
}

/// What an answer means to who does not know what was asked.
pub(super) fn classify(answer: &Received<'_>) -> Reply {
    match records(answer, LISTS[0]) {
        Ok(_) => answer.puzzling(WHOSE),
        Err(reply) => *reply,
    }
}

#[cfg(test)]
mod tests;

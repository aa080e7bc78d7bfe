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
use crate::domain::content::Content;
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
    match request.content.reveal() {
        Content::Fetch(fetch) => Ok(fetch),
        other => Err(format!("QuickBooks is asked for its records, and this is {other:?}; send it elsewhere")),
    }
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
        let made = Some(Internal::new(Brought::Page(Page { payloads, figures: vec![], more: self.more })));
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
mod tests {
    use super::*;
    use crate::domain::event::Provider;
    use rstest::rstest;

    fn page(list: i64, at: i64) -> Fetch {
        Fetch {
            provider: Provider::Quickbooks,
            scope: String::new(),
            from: "2026-06-01T12:00:00.250Z".parse().unwrap(),
            until: "2026-06-02T14:00:00Z".parse().unwrap(),
            page: 9,
            round: 1,
            list,
            at,
        }
    }

    #[test]
    fn a_page_is_asked_for_as_the_api_has_it() {
        let call = ask(&page(1, 3), "9130", &Secret::new("a1"));
        let (path, query) = call.path.split_once('?').unwrap();
        assert_eq!((path, call.headers[0].1.as_str()), ("/v3/company/9130/query", "Bearer a1"));
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let expected = "select * from Invoice where MetaData.LastUpdatedTime >= '2026-06-01T12:00:00+00:00' \
                        and MetaData.LastUpdatedTime < '2026-06-02T14:00:00+00:00' orderby MetaData.LastUpdatedTime \
                        startposition 361 maxresults 200";
        assert_eq!(pairs[0], ("query".to_owned(), expected.to_owned()));
        assert_eq!(pairs[1], ("minorversion".to_owned(), "75".to_owned()));
    }

    #[test]
    fn customers_are_asked_for_whether_active_or_not() {
        let query = |call: &Call| {
            let (_, query) = call.path.split_once('?').unwrap();
            form_urlencoded::parse(query.as_bytes()).into_owned().next().unwrap().1
        };
        let (token, ids) = (Secret::new("a1"), BTreeSet::from(["7".to_owned(), "12".to_owned()]));
        assert_eq!(
            query(&ask(&page(2, 1), "9130", &token)),
            "select * from Customer where Active in (true, false) and MetaData.LastUpdatedTime >= '2026-06-01T12:00:00+00:00' \
             and MetaData.LastUpdatedTime < '2026-06-02T14:00:00+00:00' orderby MetaData.LastUpdatedTime \
             startposition 1 maxresults 200"
        );
        assert_eq!(
            query(&ask_customers(&ids, "9130", &token)),
            "select * from Customer where Active in (true, false) and Id in ('12', '7') startposition 1 maxresults 2"
        );
    }

    #[test]
    fn a_customer_comes_alone() {
        let body = r#"{"QueryResponse":{"Customer":[{"Id":"7","DisplayName":"Ana","Active":false}]}}"#;
        let listed = read(&Received { status: 200, retry_after: None, body }, &page(2, 1)).unwrap_or_else(|_| panic!());
        assert!(listed.customers().is_empty());
        let reply = listed.with(None, 200).unwrap_or_else(|_| panic!());
        let Brought::Page(page) = reply.made.unwrap().into_inner() else { panic!() };
        let first: Value = serde_json::from_slice(&page.payloads[0]).unwrap();
        assert_eq!(first, json!({"Customer": {"Id": "7", "DisplayName": "Ana", "Active": false}}));
    }

    #[test]
    fn a_record_has_its_customer_beside_it_and_no_id_of_somebody_else_in_a_query() {
        let body = json!({"QueryResponse": {"Estimate": [
            {"Id": "5", "CustomerRef": {"value": "7"}}, {"Id": "6", "CustomerRef": {"value": "7') or ('1"}},
        ]}});
        let told = body.to_string();
        let listed = read(&Received { status: 200, retry_after: None, body: &told }, &page(0, 1)).unwrap_or_else(|_| panic!());
        let ids = listed.customers();
        assert_eq!(ids.iter().collect::<Vec<_>>(), ["7"]);
        let customers = r#"{"QueryResponse": {"Customer": [{"Id": "7", "DisplayName": "Ana"}]}}"#;
        let customers = Received { status: 200, retry_after: None, body: customers };
        let reply = listed.with(Some(&customers), 200).unwrap_or_else(|_| panic!());
        let Brought::Page(page) = reply.made.unwrap().into_inner() else { panic!() };
        let first: Value = serde_json::from_slice(&page.payloads[0]).unwrap();
        assert_eq!((&first["Customer"]["DisplayName"], &first["Estimate"]["Id"]), (&json!("Ana"), &json!("5")));
        assert!((page.payloads.len(), page.more) == (2, false) && !page.payloads[1].windows(8).any(|part| part == b"Customer\""));
    }

    #[rstest]
    #[case(200, "", Meaning::Silent, "no answer of QuickBooks")]
    #[case(200, "<html>hello", Meaning::Silent, "no answer of QuickBooks")]
    #[case(200, "{}", Meaning::Silent, "no answer of QuickBooks")]
    #[case(200, r#"{"QueryResponse":{"Estimate":[{"x":1}]}}"#, Meaning::Silent, "no answer of QuickBooks")]
    #[case(
        401,
        r#"{"fault":{"error":[{"message":"message=AuthenticationFailed"}]}}"#,
        Meaning::LockedOut,
        "AuthenticationFailed"
    )]
    #[case(
        400,
        r#"{"Fault":{"Error":[{"Message":"Error parsing query","Detail":"x"}]}}"#,
        Meaning::Refused,
        "Error parsing query: x"
    )]
    #[case(429, "", Meaning::Busy, "status 429")]
    #[case(503, "", Meaning::Broken, "status 503")]
    fn what_is_no_page_brings_nothing(#[case] status: u16, #[case] body: &str, #[case] meaning: Meaning, #[case] said: &str) {
        let answer = Received { status, retry_after: Some(7), body };
        let Err(reply) = read(&answer, &page(0, 1)) else { panic!("it is a page") };
        assert_eq!((reply.meaning, classify(&answer).meaning), (meaning, meaning));
        assert!(reply.error.unwrap().raw().contains(said));
    }

    #[test]
    fn what_was_deleted_is_told_by_change_data_capture() {
        let path = ask(&page(3, 1), "9130", &Secret::new("a1")).path;
        assert_eq!(
            path,
            "/v3/company/9130/cdc?entities=Estimate%2CInvoice&changedSince=2026-06-01T12%3A00%3A00%2B00%3A00&minorversion=75"
        );
        // As Intuit's guide shows it: of each kind those that changed, and the deleted ones among them.
        let body = json!({"CDCResponse": [{"QueryResponse": [
            {"Invoice": [{"Id": "63", "TotalAmt": 1}], "startPosition": 1, "maxResults": 1}, {},
            {"Estimate": [{"Id": "34", "TotalAmt": 1}, {"domain": "QBO", "status": "Deleted", "Id": "979",
                "MetaData": {"LastUpdatedTime": "2015-12-23T12:55:50-08:00"}}], "startPosition": 1, "maxResults": 2, "totalCount": 5},
        ]}], "time": "2015-12-23T10:00:01-07:00"});
        let told = body.to_string();
        let listed = read(&Received { status: 200, retry_after: None, body: &told }, &page(3, 1)).unwrap_or_else(|_| panic!());
        assert!(listed.customers().is_empty());
        let Brought::Page(made) = listed.with(None, 200).unwrap_or_else(|_| panic!()).made.unwrap().into_inner() else {
            panic!()
        };
        assert!((made.payloads.len(), made.more) == (1, false));
        let first: Value = serde_json::from_slice(&made.payloads[0]).unwrap();
        assert_eq!((&first["Estimate"]["Id"], &first["Estimate"]["status"]), (&json!("979"), &json!("Deleted")));
        for body in [
            "{}",
            r#"{"QueryResponse":{}}"#,
            r#"{"CDCResponse":[{}]}"#,
            r#"{"CDCResponse":[{"QueryResponse":[{"Invoice":[{}]}]}]}"#,
        ] {
            let Err(reply) = read(&Received { status: 200, retry_after: None, body }, &page(3, 1)) else { panic!("{body}") };
            assert_eq!(reply.meaning, Meaning::Silent);
        }
    }

    #[test]
    fn nothing_found_is_a_page() {
        let answer = Received { status: 200, retry_after: None, body: r#"{"QueryResponse":{},"time":"2026-06-01T12:00:00Z"}"# };
        assert!(read(&answer, &page(0, 1)).is_ok_and(|listed| listed.records.is_empty() && !listed.more));
    }
}

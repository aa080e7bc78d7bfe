//! What is asked of QuickBooks, and what each answer means.

use super::*;
use crate::domain::event::Provider;
use crate::domain::sync::Still;
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
        still: Still::default(),
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
#[case(401, r#"{"fault":{"error":[{"message":"message=AuthenticationFailed"}]}}"#, Meaning::LockedOut, "AuthenticationFailed")]
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
    let Brought::Page(made) = listed.with(None, 200).unwrap_or_else(|_| panic!()).made.unwrap().into_inner() else { panic!() };
    assert!((made.payloads.len(), made.more) == (1, false));
    let first: Value = serde_json::from_slice(&made.payloads[0]).unwrap();
    assert_eq!((&first["Estimate"]["Id"], &first["Estimate"]["status"]), (&json!("979"), &json!("Deleted")));
    for body in
        ["{}", r#"{"QueryResponse":{}}"#, r#"{"CDCResponse":[{}]}"#, r#"{"CDCResponse":[{"QueryResponse":[{"Invoice":[{}]}]}]}"#]
    {
        let Err(reply) = read(&Received { status: 200, retry_after: None, body }, &page(3, 1)) else { panic!("{body}") };
        assert_eq!(reply.meaning, Meaning::Silent);
    }
}

#[test]
fn nothing_found_is_a_page() {
    let answer = Received { status: 200, retry_after: None, body: r#"{"QueryResponse":{},"time":"2026-06-01T12:00:00Z"}"# };
    assert!(read(&answer, &page(0, 1)).is_ok_and(|listed| listed.records.is_empty() && !listed.more));
}

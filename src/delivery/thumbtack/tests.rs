//! What is asked of Thumbtack, and what each answer means.

use super::super::couriers::fixtures::request;
use super::*;
use crate::domain::event::Provider;
use rstest::rstest;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn page(list: i64, leads: &[&str], threads: &[&str]) -> Fetch {
    let named = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    Fetch {
        provider: Provider::Thumbtack,
        scope: "468046965846925323".into(),
        from: at("2026-06-01T14:00:00.250Z"),
        until: at("2026-06-02T14:00:00Z"),
        page: 9,
        round: 1,
        list,
        at: 3,
        still: Still { leads: named(leads), threads: named(threads), ..Still::default() },
    }
}

fn answer(fetch: &Fetch, status: u16, body: &str) -> Reply {
    read(&Received { status, retry_after: Some(7), body }, Some(fetch))
}

fn made(reply: Reply) -> Page {
    let Brought::Page(page) = reply.made.unwrap().into_inner() else { panic!() };
    page
}

fn told(fetch: &Fetch, body: &Value) -> Page {
    made(answer(fetch, 200, &body.to_string()))
}

/// The payloads as JSON.
fn brought_by(page: &Page) -> Vec<Value> {
    page.payloads.iter().map(|payload| serde_json::from_slice(payload).unwrap()).collect()
}

#[test]
fn a_page_is_asked_for_as_the_api_has_it() {
    let path = |fetch: &Fetch| ask(fetch, &Secret::new("a1")).path;
    assert_eq!(path(&page(0, &["5"], &["6"])), "/api/v4/businesses/468046965846925323/negotiations");
    assert_eq!(path(&page(1, &["5", "7"], &["6"])), "/api/v4/negotiations/5");
    let mut thread = page(2, &[], &["6", "8"]);
    assert_eq!(path(&thread), "/api/v4/negotiations/6/messages?limit=20&sentAfter=2026-06-01T14%3A00%3A00Z");
    thread.still.before = Some(at("2026-06-02T12:00:00Z"));
    assert!(path(&thread).ends_with("&sentBefore=2026-06-02T12%3A00%3A00Z"));
    assert_eq!(ask(&thread, &Secret::new("a1")).headers[0], ("authorization", "Bearer a1".to_owned()));
    assert!(fetch(&request(Content::Publish)).is_err());
}

fn record(id: &str, created: &str) -> Value {
    json!({"negotiationID": id, "status": "Open", "createdAt": created})
}

#[test]
fn the_list_names_who_is_new_and_whose_messages_are_to_be_had() {
    // As the page of the documentation has its time, an id as a number, one too new, and one with no time at all.
    let data = json!([
        {"negotiationID": 4, "createTime": "2026-06-02T13:00:00Z"}, record("3", "2026-06-02T14:30:00Z"),
        {"negotiationID": "1", "createTime": "2026-06-01T13:00:00Z"},
        record("2", "2026-06-01T15:00:00Z"), record("2", "2026-06-01T15:00:00Z"), {"negotiationID": "5"},
    ]);
    let page = told(&page(0, &[], &[]), &json!({"data": data, "pagination": {"limit": 20}}));
    assert_eq!(page.still.leads, ["2", "4", "5"], "of the window, the oldest first, and what tells no time");
    assert_eq!(page.still.threads, ["1", "2", "4", "3", "5"]);
    assert_eq!((page.payloads.len(), page.more, page.still.told.len()), (0, false, 0));
}

#[rstest]
#[case(json!({"limit": 20}), "2026-06-01T15:00:00Z", false)]
#[case(json!({"limit": 2}), "2026-06-01T15:00:00Z", true)]
#[case(json!({"limit": 2}), "2026-06-01T13:00:00Z", false)]
#[case(json!({"limit": 20, "next": "abc"}), "2026-06-01T15:00:00Z", true)]
#[case(json!({"limit": 20, "hasMore": true}), "2026-06-01T15:00:00Z", true)]
#[case(json!({"limit": 20, "total": 9}), "2026-06-01T15:00:00Z", true)]
#[case(json!({"limit": 20, "total": 2, "offset": 0, "next": "", "cursor": null}), "2026-06-01T15:00:00Z", false)]
// The oldest first: what is new may be on a page that nobody can ask for.
#[case(json!({"limit": 2}), "2026-06-02T13:59:00Z", true)]
fn a_list_that_may_be_longer_is_told(#[case] pagination: Value, #[case] second: &str, #[case] is_told: bool) {
    let data = [record("2", "2026-06-02T13:00:00Z"), record("1", second)];
    let page = told(&page(0, &[], &[]), &json!({"data": data, "pagination": pagination}));
    let said = page.still.told.join(" ");
    assert_eq!((said.contains("older ones may be missing"), page.still.leads.is_empty()), (is_told, false), "{said}");
}

#[test]
fn of_more_leads_than_a_round_asks_for_the_newest_are_asked_for_and_the_rest_is_told() {
    let time = |n: u32| format!("2026-06-02T{:02}:{:02}:00Z", n / 60, n % 60);
    let data: Vec<Value> = (0..130).map(|n| record(&n.to_string(), &time(n))).collect();
    let page = told(&page(0, &[], &[]), &json!({"data": data}));
    assert_eq!((page.still.leads.len(), page.still.threads.len()), (MOST_NAMED, MOST_NAMED));
    assert_eq!((page.still.leads[0].as_str(), page.still.leads[99].as_str()), ("30", "129"));
    let expected = ["30 older ones of 130 new leads were left out", "the messages of 30 older leads were not asked for"];
    assert_eq!(page.still.told, expected);
}

#[test]
fn a_lead_comes_as_the_webhook_brings_it_and_leads_to_the_next() {
    let full = json!({"negotiationID": "5", "customer": {"firstName": "Ana"}, "leadPrice": "$25.00"});
    let fetch = page(1, &["5", "7"], &["5"]);
    let first = told(&fetch, &full);
    assert_eq!(brought_by(&first), [json!({"event": {"eventType": "NegotiationCreatedV4"}, "data": full})]);
    assert_eq!((first.more, first.still.leads.as_slice()), (true, ["7".to_owned()].as_slice()));
    let next = fetch.after(&first, fetch.until).unwrap();
    let last = told(&next, &record("7", "2026-06-02T13:00:00Z"));
    assert_eq!((last.more, last.still.leads.len(), last.still.threads.as_slice()), (false, 0, ["5".to_owned()].as_slice()));
}

#[rstest]
#[case(1, 404)]
#[case(1, 410)]
#[case(2, 404)]
fn a_lead_that_is_gone_keeps_nothing_else_back(#[case] list: i64, #[case] status: u16) {
    let page = made(answer(&page(list, &["5", "7"], &["5", "7"]), status, r#"{"title":"Not found"}"#));
    let row = if list == 1 { &page.still.leads } else { &page.still.threads };
    assert_eq!((row.as_slice(), page.payloads.len(), page.more), (["7".to_owned()].as_slice(), 0, true));
    assert!(page.still.told[0].starts_with("the lead 5 was on the list"), "{:?}", page.still.told);
}

fn message(n: u32, sent: &str) -> Value {
    json!({"messageID": n.to_string(), "negotiationID": "6", "from": "Customer", "text": "Hi", "sentAt": sent})
}

#[test]
fn messages_of_the_window_come_oldest_first_and_know_their_lead() {
    let mut bare = message(2, "2026-06-02T13:00:00Z");
    bare.as_object_mut().unwrap().remove("negotiationID");
    let data = [message(3, "2026-06-02T15:00:00Z"), bare, message(1, "2026-06-01T15:00:00Z"), message(0, "2026-06-01T13:00:00Z")];
    let page = told(&page(2, &[], &["6"]), &json!({"data": data, "pagination": {"limit": 20}}));
    let ids: Vec<_> = brought_by(&page).iter().map(|one| one["data"]["messageID"].clone()).collect();
    assert_eq!(ids, ["1", "2"]);
    assert!(brought_by(&page).iter().all(|one| one["data"]["negotiationID"] == "6"));
    assert_eq!(brought_by(&page)[0]["event"]["eventType"], "MessageCreatedV4");
    assert_eq!((page.more, page.still), (false, Still::default()));
}

/// So many messages, a minute apart, the newest first, the oldest one at noon of the window's second day.
fn minutes(count: u32) -> Vec<Value> {
    (0..count).rev().map(|n| message(n, &format!("2026-06-02T12:{n:02}:00Z"))).collect()
}

#[test]
fn a_full_page_of_messages_is_followed_by_the_ones_before_it() {
    let fetch = page(2, &[], &["6", "8"]);
    let full = told(&fetch, &json!({"data": minutes(20), "pagination": {"limit": 20}}));
    assert_eq!((full.payloads.len(), full.more, full.still.threads.len()), (20, true, 2));
    assert_eq!(full.still.before, Some(at("2026-06-02T12:00:01Z")), "those of the same second come again");
    // A server may give fewer than were asked for.
    let fewer = told(&fetch, &json!({"data": minutes(3), "pagination": {"limit": 3}}));
    assert_eq!(fewer.still.before, Some(at("2026-06-02T12:00:01Z")));
    let short = told(&fetch, &json!({"data": minutes(19), "pagination": {"limit": 20}}));
    assert_eq!((short.still.before, short.still.threads.as_slice()), (None, ["8".to_owned()].as_slice()));
    let reached = told(&fetch, &json!({"data": [message(1, "2026-06-01T13:00:00Z")], "pagination": {"limit": 1}}));
    assert_eq!((reached.still.before, reached.payloads.len()), (None, 0));
}

#[test]
fn messages_that_do_not_go_back_in_time_are_told_and_end() {
    let mut fetch = page(2, &[], &["6"]);
    fetch.still.before = Some(at("2026-06-02T12:00:01Z"));
    let again = told(&fetch, &json!({"data": minutes(20)}));
    assert_eq!((again.more, again.still.before, again.payloads.len()), (false, None, 20));
    assert!(again.still.told[0].contains("the lead 6 do not go back in time"), "{:?}", again.still.told);
    fetch.still.before = None;
    let turned: Vec<Value> = minutes(20).into_iter().rev().collect();
    let turned = told(&fetch, &json!({"data": turned}));
    assert_eq!((turned.more, turned.still.told.len()), (true, 1));
}

#[test]
fn a_round_has_an_end() {
    let mut fetch = page(2, &[], &["6", "8", "9"]);
    fetch.page = MOST_PAGES;
    let last = told(&fetch, &json!({"data": minutes(20)}));
    assert_eq!((last.more, last.payloads.len(), last.still.threads.len()), (false, 20, 0));
    assert!(last.still.told[0].contains("what 3 more leads say was left out"), "{:?}", last.still.told);
    assert!(fetch.after(&last, fetch.until).is_none());
}

#[rstest]
#[case(0, 200, "", Meaning::Silent, "no answer of Thumbtack")]
#[case(0, 200, "<html>hello", Meaning::Silent, "no answer of Thumbtack")]
#[case(0, 200, "{}", Meaning::Silent, "no answer of Thumbtack")]
#[case(0, 200, r#"{"negotiations":[],"pagination":{"limit":20}}"#, Meaning::Silent, "no answer of Thumbtack")]
#[case(2, 200, r#"{"messages":[],"pagination":{"limit":20}}"#, Meaning::Silent, "no answer of Thumbtack")]
#[case(0, 202, r#"{"data":[]}"#, Meaning::Silent, "no answer of Thumbtack")]
#[case(0, 200, r#"{"data":[{"status":"Open"}]}"#, Meaning::Silent, "no answer of Thumbtack")]
#[case(0, 200, r#"{"data":[{"negotiationID":"../users"}]}"#, Meaning::Silent, "no answer of Thumbtack")]
#[case(1, 200, r#"{"negotiationID":"9"}"#, Meaning::Silent, "no answer of Thumbtack")]
#[case(1, 200, r#"{"data":[]}"#, Meaning::Silent, "no answer of Thumbtack")]
#[case(2, 200, r#"{"data":[{"messageID":"1"}]}"#, Meaning::Silent, "no answer of Thumbtack")]
#[case(
    2,
    200,
    r#"{"data":[{"messageID":"1","negotiationID":"9","sentAt":"2026-06-02T13:00:00Z"}]}"#,
    Meaning::Silent,
    "no answer"
)]
#[case(0, 404, r#"{"title":"Not found"}"#, Meaning::Refused, "mend business in this [[sync]]: Not found")]
#[case(1, 400, r#"{"title":"Your request is not valid.","detail":"x"}"#, Meaning::Refused, "Your request is not valid.: x")]
#[case(1, 401, r#"{"title":"Unauthorized"}"#, Meaning::LockedOut, "Unauthorized")]
#[case(2, 429, r#"{"title":"Too many requests"}"#, Meaning::Busy, "Too many requests")]
#[case(0, 502, "proxy_oauth_failed", Meaning::Silent, "proxy_oauth_failed")]
#[case(0, 503, "", Meaning::Broken, "status 503")]
#[case(0, 302, "", Meaning::Refused, "it sends us elsewhere")]
fn what_is_no_page_brings_nothing(
    #[case] list: i64,
    #[case] status: u16,
    #[case] body: &str,
    #[case] meaning: Meaning,
    #[case] said: &str,
) {
    let reply = answer(&page(list, &["5"], &["5"]), status, body);
    assert_eq!((reply.meaning, reply.made.is_none()), (meaning, true));
    assert_eq!(reply.retry_after.is_some(), matches!(meaning, Meaning::Busy | Meaning::Broken));
    assert!(reply.error.unwrap().raw().contains(said));
}

#[test]
fn one_odd_record_keeps_nothing_else_back() {
    let listed = json!([record("2", "2026-06-02T13:00:00Z"), {"status": "Open"}, "lead", {"negotiationID": "../users"}]);
    let leads = told(&page(0, &[], &[]), &json!({"data": listed}));
    assert_eq!((leads.still.leads.as_slice(), leads.still.threads.as_slice()), (["2".to_owned()].as_slice(), ["2".to_owned()].as_slice()));
    assert_eq!(leads.still.told, ["3 of 4 leads on the list have no id that can be read, and were left out"]);

    let (good, mut elsewhere) = (message(2, "2026-06-02T13:00:00Z"), message(3, "2026-06-02T13:00:00Z"));
    elsewhere["negotiationID"] = "9".into();
    let data = json!([good, elsewhere, message(4, "yesterday"), {"negotiationID": "6", "sentAt": "2026-06-02T13:00:00Z"}, null]);
    let thread = told(&page(2, &[], &["6", "8"]), &json!({"data": data}));
    assert_eq!(brought_by(&thread).iter().map(|one| one["data"].clone()).collect::<Vec<_>>(), [good]);
    assert_eq!((thread.more, thread.still.threads.as_slice()), (true, ["8".to_owned()].as_slice()));
    assert_eq!(thread.still.told, ["4 of 5 messages on a page about the lead 6 cannot be read, and were left out"]);
    // A message about this lead and no time: the only one there is stops no sync.
    let alone = told(&page(2, &[], &["6", "8"]), &json!({"data": [message(4, "yesterday")]}));
    assert_eq!((alone.payloads.len(), alone.more, alone.still.told.len()), (0, true, 1));
}

#[test]
fn an_empty_list_is_a_list() {
    for body in [r#"{"data":[]}"#, r#"{"data":null}"#, r#"{"data":null,"pagination":{"limit":20}}"#] {
        let page = made(answer(&page(0, &[], &[]), 200, body));
        assert_eq!((page.payloads.len(), page.more, page.still), (0, false, Still::default()));
    }
}

#[test]
fn a_page_without_end_is_refused() {
    assert_eq!(answer(&page(0, &[], &[]), 200, &" ".repeat(PAGE_BYTES)).meaning, Meaning::Refused);
}

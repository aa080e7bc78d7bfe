//! What is asked of Thumbtack, and what each answer means.

use super::super::couriers::fixtures::request;
use super::*;
use crate::domain::content::Content;
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
    assert_eq!(page.still.leads.len(), MOST_NAMED);
    assert_eq!((page.still.leads[0].as_str(), page.still.leads[99].as_str()), ("30", "129"));
    assert_eq!(page.still.told, ["30 of 130 new leads wait for the next round"]);
    assert_eq!((page.still.missing.leads.len(), page.still.missing.leads[0].as_str()), (30, "29"), "the newest of them first");
    assert_eq!(page.still.threads.len(), 130);

    // The next round asks for these first, though its window begins later, and for what is new since.
    let next = following(&page, "2026-06-02T15:00:00Z");
    let data: Vec<Value> = (0..131).map(|n| record(&n.to_string(), &time(if n == 130 { 960 } else { n }))).collect();
    let second = told(&next, &json!({"data": data}));
    assert_eq!((second.still.leads.len(), second.still.leads[0].as_str(), second.still.leads[30].as_str()), (31, "29", "130"));
    assert_eq!((second.still.told.len(), second.still.missing.is_empty()), (0, true));
}

/// The first page of the next round: it has the window's beginning from the last one's end, and what that could not have.
fn following(page: &Page, from: &str) -> Fetch {
    let still = Still { missing: page.still.missing.clone(), ..Still::default() };
    Fetch { from: at(from), until: at("2026-06-02T17:00:00Z"), page: 1, still, ..self::page(0, &[], &[]) }
}

#[test]
fn more_leads_than_are_kept_are_found_again_by_their_time() {
    let time = |n: u32| format!("2026-06-02T{:02}:{:02}:00Z", n / 60, n % 60);
    let data: Vec<Value> = (0..600).map(|n| record(&n.to_string(), &time(n))).collect();
    let mut rounds = told(&page(0, &[], &[]), &json!({"data": data}));
    assert_eq!((rounds.still.missing.leads.len(), rounds.still.missing.made), (MOST_KEPT, Some((at(&time(0)), at(&time(99))))));
    let mut had: BTreeSet<String> = rounds.still.leads.iter().cloned().collect();
    for _ in 0..12 {
        rounds = told(&following(&rounds, "2026-06-02T15:00:00Z"), &json!({"data": data}));
        assert!(rounds.still.leads.len() <= MOST_NAMED);
        had.extend(rounds.still.leads.iter().cloned());
    }
    assert_eq!((had.len(), rounds.still.missing.is_empty()), (600, true));
}

#[test]
fn what_cannot_be_had_keeps_no_new_lead_back() {
    let mut fetch = page(0, &[], &[]);
    fetch.still.missing.leads = (1000..1300).map(|n| n.to_string()).collect();
    let data: Vec<Value> = (0..90).map(|n| record(&n.to_string(), "2026-06-02T13:00:00Z")).collect();
    let page = told(&fetch, &json!({"data": data}));
    assert_eq!((page.still.leads.len(), page.still.leads[49].as_str(), page.still.leads[50].as_str()), (100, "1049", "49"));
    let waits = &page.still.missing.leads;
    assert_eq!((waits.len(), waits[0].as_str(), waits[250].as_str()), (290, "1050", "50"));
}

#[test]
fn leads_that_the_page_does_not_reach_are_asked_for_once_it_does() {
    let times = ["2026-06-02T13:00:00Z", "2026-06-02T12:00:00Z", "2026-06-02T11:00:00Z", "2026-06-01T10:00:00Z"];
    let all: Vec<Value> = times.iter().enumerate().map(|(n, time)| record(&n.to_string(), time)).collect();
    let missing = |page: &Page| page.still.missing.made;
    let first = told(&page(0, &[], &[]), &json!({"data": all[..2], "pagination": {"limit": 2}}));
    let from = at("2026-06-01T14:00:00.250Z");
    let expected = Some((from, at(times[1])));
    assert_eq!(missing(&first), expected);
    // The next window is reached, and what was missing is not: it stays told, in the same words.
    let next = following(&first, "2026-06-02T12:30:00Z");
    let second = told(&next, &json!({"data": all[..2], "pagination": {"limit": 2}}));
    assert_eq!((missing(&second), &second.still.told), (expected, &first.still.told));
    let nearer = told(&next, &json!({"data": all[..3], "pagination": {"limit": 3}}));
    assert_eq!((missing(&nearer), nearer.still.leads), (Some((from, at(times[2]))), vec!["2".into(), "1".into(), "0".into()]));
    let whole = told(&next, &json!({"data": all, "pagination": {"limit": 4}}));
    assert_eq!((missing(&whole), whole.still.told.len()), (None, 0));
    assert_eq!(whole.still.leads, ["2", "1", "0"]);
    // Where the oldest come first, what is new may be missing, as long as the page is full.
    let turned: Vec<Value> = all[..2].iter().rev().cloned().collect();
    let turned = told(&next, &json!({"data": turned, "pagination": {"limit": 2}}));
    assert_eq!(missing(&turned), Some((from, next.until)));
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
#[case(404)]
#[case(410)]
fn a_lead_that_is_gone_is_taken_as_it_is_listed_and_keeps_nothing_else_back(#[case] status: u16) {
    let mut brief = record("5", "2026-06-02T12:30:00Z");
    brief["customer"] = json!({"displayName": "Maria C."});
    let mut long = record("7", "2026-06-02T12:00:00Z");
    long["details"] = "x".repeat(BRIEF_BYTES).into();
    let list = page(0, &[], &[]);
    let first = told(&list, &json!({"data": [brief, long]}));
    assert!(!format!("{:?}", first.still).contains("Maria"), "it names people");
    let mut fetch = list.after(&first, list.until).unwrap();
    let refused = |fetch: &Fetch| made(answer(fetch, status, r#"{"title":"Not found"}"#));
    let seven = refused(&fetch);
    assert_eq!(brought_by(&seven)[0]["data"], record("7", "2026-06-02T12:00:00Z"), "of a long one the beginning is enough");
    fetch = fetch.after(&seven, fetch.until).unwrap();
    let five = refused(&fetch);
    assert_eq!(brought_by(&five), [json!({"event": {"eventType": "NegotiationCreatedV4"}, "data": brief})]);
    assert_eq!((five.more, five.still.missing.leads.as_slice()), (false, ["7".to_owned(), "5".to_owned()].as_slice()));
    assert!(five.still.briefs.is_empty() && five.still.told[1].starts_with("the lead 5 was on the list"), "{:?}", five.still);
    // It is asked for again, on the list or not, in the same words.
    let next = following(&five, "2026-06-02T15:00:00Z");
    let listed = told(&next, &json!({"data": [brief]}));
    assert_eq!(listed.still.leads, ["7", "5"]);
    let again = next.after(&listed, next.until).unwrap();
    let last = refused(&again);
    assert_eq!((last.payloads.len(), last.still.missing.leads.as_slice()), (0, ["7".to_owned()].as_slice()));
    assert_eq!(last.still.told[0], five.still.told[0]);
    let here = told(&again, &record("7", "2026-06-02T12:00:00Z"));
    assert_eq!((here.payloads.len(), here.still.missing.is_empty()), (1, true));
}

#[test]
fn a_young_lead_that_is_not_there_yet_is_asked_for_again_before_it_is_taken_in_brief() {
    let young = json!({"data": [record("5", "2026-06-02T13:30:00Z")]});
    let list = page(0, &[], &[]);
    let refused = |list: &Fetch| {
        let lead = list.after(&told(list, &young), list.until).unwrap();
        made(answer(&lead, 404, r#"{"title":"Not found"}"#))
    };
    let first = refused(&list);
    assert_eq!((first.payloads.len(), first.still.missing.leads.as_slice()), (0, ["5".to_owned()].as_slice()));
    let second = refused(&following(&first, "2026-06-02T16:00:00Z"));
    assert_eq!((second.payloads.len(), second.still.missing.leads.len()), (1, 1), "an hour later its webhook is late too");
}

#[test]
fn messages_of_a_lead_that_are_gone_are_asked_for_again_from_then_on() {
    let fetch = page(2, &[], &["5", "7"]);
    let refused = |fetch: &Fetch| made(answer(fetch, 404, r#"{"title":"Not found"}"#));
    let first = refused(&fetch);
    assert_eq!((first.more, first.still.threads.as_slice(), first.payloads.len()), (true, ["7".to_owned()].as_slice(), 0));
    assert!(first.still.told[0].starts_with("the lead 5 was on the list"), "{:?}", first.still.told);
    let next = following(&first, "2026-06-02T15:00:00Z");
    let listed = told(&next, &json!({"data": [record("5", "2026-05-02T13:00:00Z")]}));
    let late = next.after(&listed, next.until).unwrap();
    assert_eq!(
        (late.still.late.as_slice(), late.still.threads.as_slice()),
        (["5".to_owned()].as_slice(), ["5".to_owned()].as_slice())
    );
    assert!(ask(&late, &Secret::new("a1")).path.ends_with("sentAfter=2026-06-01T14%3A00%3A00Z"), "from the window before");
    let mut sent = message(1, "2026-06-01T16:00:00Z");
    sent["negotiationID"] = "5".into();
    let came = told(&late, &json!({"data": [sent]}));
    assert_eq!((came.payloads.len(), came.more, came.still.missing.is_empty()), (1, true, true));
    let regular = late.after(&came, late.until).unwrap();
    assert!(ask(&regular, &Secret::new("a1")).path.ends_with("sentAfter=2026-06-02T15%3A00%3A00Z"));
    let again = refused(&late);
    assert_eq!(
        (again.still.missing.threads.as_slice(), again.still.missing.since),
        (["5".to_owned()].as_slice(), Some(fetch.from))
    );
    assert_eq!(again.still.told, first.still.told);
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
    fetch.still.missing.thread("4", fetch.from);
    let last = told(&fetch, &json!({"data": minutes(20)}));
    assert_eq!((last.more, last.payloads.len(), last.still.threads.len()), (false, 20, 0));
    assert!(last.still.told[0].contains("what 3 more leads say waits for the next one"), "{:?}", last.still.told);
    assert!(fetch.after(&last, fetch.until).is_none());
    // The next round goes on in the middle of the messages where this one ended, whatever else it asks for before.
    let next = following(&last, "2026-06-02T15:00:00Z");
    let listed = told(&next, &json!({"data": [record("6", "2026-06-02T16:00:00Z")]}));
    assert_eq!(
        (listed.still.late.as_slice(), listed.still.threads.as_slice()),
        (["6", "8", "9", "4"].map(str::to_owned).as_slice(), ["6".to_owned()].as_slice())
    );
    let lead = next.after(&listed, next.until).unwrap();
    let lead = (lead.after(&told(&lead, &record("6", "2026-06-02T16:00:00Z")), lead.until)).unwrap();
    let path = ask(&lead, &Secret::new("a1")).path;
    assert!(
        path.contains("/6/") && path.contains("sentAfter=2026-06-01T14%3A00%3A00Z&sentBefore=2026-06-02T12%3A00%3A01Z"),
        "{path}"
    );
    let second = told(&lead, &json!({"data": [message(1, "2026-06-01T16:00:00Z")]}));
    assert_eq!((second.payloads.len(), second.still.before, second.still.late.len()), (1, None, 3));
}

#[test]
fn more_messages_than_are_kept_are_told() {
    let mut fetch = page(2, &[], &["6"]);
    fetch.page = MOST_PAGES;
    fetch.still.threads.extend((100..500).map(|n| n.to_string()));
    let last = told(&fetch, &json!({"data": minutes(20)}));
    assert_eq!((last.more, last.still.missing.threads.len()), (false, MOST_KEPT));
    assert_eq!(last.still.told[1], "400 leads wait for the next round, and 1 more are not asked for again");
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
    assert_eq!(
        (leads.still.leads.as_slice(), leads.still.threads.as_slice()),
        (["2".to_owned()].as_slice(), ["2".to_owned()].as_slice())
    );
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

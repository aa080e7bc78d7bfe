//! Search Console's figures of a site, a page at a time: what is asked, and what a page means.
//!
//! `POST /webmasters/v3/sites/SITE/searchAnalytics/query` with `startDate` and `endDate` (both included, by California's
//! clock), `dimensions`, `type`, `dataState`, `rowLimit` (at most 25,000) and `startRow`. A row has `keys` in the order of the
//! dimensions, `clicks`, `impressions`, `ctr` and `position`; where there is no data there are no rows at all. Final data lags two
//! to three days (Google, "Search Analytics: query" and "Getting your performance data").

use chrono::NaiveDate;
use form_urlencoded::byte_serialize;
use serde::Deserialize;
use serde_json::{Value, json};

use super::http::{Call, Method};
use super::{Received, Request, reply};
use crate::domain::destination::Secret;
use crate::domain::reply::{Brought, Meaning, Reply};
use crate::domain::sync::{Dimension, Fetch, Figure, MOST_PAGES, Page, days};
use crate::domain::text::Internal;

/// Bytes of a page that are read: a row has about two hundred.
pub(super) const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Rows on a page: few enough for one short transaction.
const ROWS: i64 = 2_000;
const WHOSE: &str = "Search Console";
/// More clicks than a site has in a day.
const MOST: f64 = 1e12;

/// What the lists of a round are of, in order.
const LISTS: [Dimension; 3] = [Dimension::Site, Dimension::Page, Dimension::Query];

fn dimension(fetch: &Fetch) -> Dimension {
    usize::try_from(fetch.list).ok().and_then(|list| LISTS.get(list)).copied().unwrap_or(Dimension::Site)
}

/// What a request asks for.
///
/// # Errors
/// When it is for something else.
pub(super) fn fetch(request: &Request) -> Result<&Fetch, String> {
    request.page(WHOSE, "figures")
}

/// The request for a page.
pub(super) fn ask(fetch: &Fetch, token: &Secret) -> Call {
    let (first, last) = days(fetch.from, fetch.until);
    let dimensions = match dimension(fetch) {
        Dimension::Site => json!(["date"]),
        Dimension::Page => json!(["date", "page"]),
        Dimension::Query => json!(["date", "query"]),
    };
    let body = json!({
        "startDate": first.to_string(),
        "endDate": last.to_string(),
        "dimensions": dimensions,
        "type": "web",
        "dataState": "final",
        "rowLimit": ROWS,
        "startRow": (fetch.at - 1).saturating_mul(ROWS),
    });
    let site: String = byte_serialize(fetch.scope.as_bytes()).collect();
    Call {
        method: Method::Post,
        path: format!("/webmasters/v3/sites/{site}/searchAnalytics/query"),
        headers: vec![
            ("authorization", format!("Bearer {}", token.reveal())),
            ("content-type", "application/json".to_owned()),
            ("accept", "application/json".to_owned()),
        ],
        body: body.to_string(),
    }
}

#[derive(Deserialize)]
struct Told {
    rows: Option<Vec<Row>>,
    #[serde(rename = "responseAggregationType")]
    aggregation: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    keys: Vec<String>,
    clicks: f64,
    impressions: f64,
    position: f64,
}

/// What an answer means; a success says something only to who knows what was asked.
pub(super) fn read(answer: &Received<'_>, fetch: Option<&Fetch>) -> Reply {
    let meaning = answer.by_status();
    if meaning != Meaning::Accepted {
        return refused(answer, meaning);
    }
    if answer.body.len() >= PAGE_BYTES {
        return answer.failed(Meaning::Refused, "a page is larger than 4 MiB, and nothing of it was taken");
    }
    let told = serde_json::from_str::<Told>(answer.body).ok().filter(|told| told.rows.is_some() || told.aggregation.is_some());
    let (Some(told), Some(fetch)) = (told, fetch) else { return answer.puzzling(WHOSE) };
    let rows = told.rows.unwrap_or_default();
    let more = i64::try_from(rows.len()).is_ok_and(|rows| rows >= ROWS);
    if more && fetch.at >= MOST_PAGES {
        let why = format!("it lists more than {MOST_PAGES} pages for one window, and no more are followed");
        return answer.failed(Meaning::Refused, &why);
    }
    let Some(figures) = rows.into_iter().map(|row| figure(row, fetch)).collect::<Option<Vec<_>>>() else {
        return answer.puzzling(WHOSE);
    };
    let made = Some(Internal::new(Brought::Page(Page { figures, more, ..Page::default() })));
    Reply { made, ..reply(Meaning::Accepted, Some(answer.status), None) }
}

/// A row, if it is one of those that were asked for.
fn figure(row: Row, fetch: &Fetch) -> Option<Figure> {
    let dimension = dimension(fetch);
    let (first, last) = days(fetch.from, fetch.until);
    let mut keys = row.keys.into_iter();
    let day: NaiveDate = keys.next()?.parse().ok().filter(|day| (first..=last).contains(day))?;
    let key = if dimension == Dimension::Site { String::new() } else { keys.next()? };
    if keys.next().is_some() {
        return None;
    }
    let (clicks, impressions, position) = (whole(row.clicks)?, whole(row.impressions)?, whole(row.position * 100.0)?);
    Some(Figure { day, dimension, key, clicks, impressions, position })
}

/// A count: JSON has them as fractions here.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it is no fraction and in bounds")]
    (0.0..=MOST).contains(&number).then_some(number.round() as i64)
}

/// An error of Google's: what is over its quota comes later, and a site that is not shown is no fault of the credential.
fn refused(answer: &Received<'_>, meaning: Meaning) -> Reply {
    let json = answer.json().unwrap_or_default();
    let told = |at: &str| json.pointer(at).and_then(Value::as_str).unwrap_or_default();
    let (message, reason) = (told("/error/message"), told("/error/errors/0/reason"));
    let said = if message.is_empty() { answer.error_text() } else { message.to_owned() };
    let busy =
        reason.ends_with("RateLimitExceeded") || matches!(reason, "rateLimitExceeded" | "quotaExceeded" | "dailyLimitExceeded");
    if busy || told("/error/status") == "RESOURCE_EXHAUSTED" {
        return answer.failed(Meaning::Busy, &said);
    }
    if meaning == Meaning::LockedOut && message.contains("permission for site") {
        return answer.failed(
            Meaning::Refused,
            &format!("this account may not see the site; share it with the account, or mend site in this [[sync]]: {said}"),
        );
    }
    answer.failed(meaning, &said)
}

#[cfg(test)]
mod tests {
    use super::super::couriers::fixtures::request;
    use super::*;
    use crate::domain::content::Content;
    use crate::domain::event::Provider;
    use crate::domain::sync::Still;
    use rstest::rstest;

    fn page(list: i64, at: i64) -> Fetch {
        Fetch {
            provider: Provider::SearchConsole,
            scope: "https://www.acme.example/".into(),
            from: "2026-06-01T07:00:00Z".parse().unwrap(),
            until: "2026-06-06T07:00:00Z".parse().unwrap(),
            page: 9,
            round: 1,
            list,
            at,
            still: Still::default(),
        }
    }

    #[rstest]
    #[case(0, 1, json!(["date"]), 0)]
    #[case(1, 1, json!(["date", "page"]), 0)]
    #[case(2, 3, json!(["date", "query"]), 4000)]
    fn a_page_is_asked_for_as_the_api_has_it(#[case] list: i64, #[case] at: i64, #[case] dimensions: Value, #[case] start: i64) {
        let call = ask(&page(list, at), &Secret::new("a1"));
        assert_eq!(call.path, "/webmasters/v3/sites/https%3A%2F%2Fwww.acme.example%2F/searchAnalytics/query");
        assert_eq!(call.headers[0], ("authorization", "Bearer a1".to_owned()));
        let body: Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!((&body["startDate"], &body["endDate"]), (&json!("2026-06-01"), &json!("2026-06-08")));
        assert_eq!((&body["dimensions"], &body["startRow"], &body["dataState"]), (&dimensions, &json!(start), &json!("final")));
        assert!(fetch(&request(Content::Publish)).is_err());
    }

    fn answer(status: u16, body: &str, list: i64) -> Reply {
        read(&Received { status, retry_after: Some(7), body }, Some(&page(list, 1)))
    }

    fn figures(reply: Reply) -> (Vec<Figure>, bool) {
        let Brought::Page(page) = reply.made.unwrap().into_inner() else { panic!() };
        (page.figures, page.more)
    }

    #[test]
    fn a_row_becomes_a_figure() {
        let body = r#"{"rows":[{"keys":["2026-06-02","leaking tap"],"clicks":3.0,"impressions":40,"ctr":0.075,"position":4.236}],
            "responseAggregationType":"byProperty"}"#;
        let (figures, more) = figures(answer(200, body, 2));
        let (key, day) = ("leaking tap".to_owned(), "2026-06-02".parse().unwrap());
        let expected = Figure { day, dimension: Dimension::Query, key, clicks: 3, impressions: 40, position: 424 };
        assert_eq!((figures, more), (vec![expected], false));
    }

    #[test]
    fn a_full_page_is_followed_by_another() {
        let row = json!({"keys": ["2026-06-02"], "clicks": 1, "impressions": 2, "position": 1});
        let body = |rows: usize| json!({"rows": vec![row.clone(); rows]}).to_string();
        assert!(figures(answer(200, &body(2_000), 0)).1 && !figures(answer(200, &body(1_999), 0)).1);
        assert_eq!(figures(answer(200, r#"{"responseAggregationType":"byProperty"}"#, 0)), (vec![], false));
    }

    #[rstest]
    #[case(200, "", Meaning::Silent, "no answer of Search Console")]
    #[case(200, "<html>hello", Meaning::Silent, "no answer of Search Console")]
    #[case(200, "{}", Meaning::Silent, "no answer of Search Console")]
    #[case(
        200,
        r#"{"rows":[{"keys":["2026-06-02","x","y"],"clicks":1,"impressions":2,"position":1}]}"#,
        Meaning::Silent,
        "no answer"
    )]
    #[case(
        200,
        r#"{"rows":[{"keys":["2026-07-02","x"],"clicks":1,"impressions":2,"position":1}]}"#,
        Meaning::Silent,
        "no answer"
    )]
    #[case(
        200,
        r#"{"rows":[{"keys":["2026-06-02","x"],"clicks":-1,"impressions":2,"position":1}]}"#,
        Meaning::Silent,
        "no answer"
    )]
    #[case(401, r#"{"error":{"code":401,"message":"Invalid Credentials"}}"#, Meaning::LockedOut, "Invalid Credentials")]
    #[case(
        403,
        r#"{"error":{"code":403,"message":"User does not have sufficient permission for site 'x'."}}"#,
        Meaning::Refused,
        "share it with the account"
    )]
    #[case(
        403,
        r#"{"error":{"code":403,"message":"Insufficient scopes","status":"PERMISSION_DENIED"}}"#,
        Meaning::LockedOut,
        "Insufficient scopes"
    )]
    #[case(403, r#"{"error":{"message":"Quota","errors":[{"reason":"quotaExceeded"}]}}"#, Meaning::Busy, "Quota")]
    #[case(429, r#"{"error":{"message":"slow down"}}"#, Meaning::Busy, "slow down")]
    #[case(503, "", Meaning::Broken, "status 503")]
    #[case(302, "", Meaning::Refused, "it sends us elsewhere")]
    fn what_is_no_page_brings_nothing(#[case] status: u16, #[case] body: &str, #[case] meaning: Meaning, #[case] said: &str) {
        let reply = answer(status, body, 1);
        assert_eq!((reply.meaning, reply.made.is_none()), (meaning, true));
        assert!(reply.error.unwrap().raw().contains(said));
    }

    #[test]
    fn a_page_without_end_is_refused() {
        assert_eq!(answer(200, &" ".repeat(PAGE_BYTES), 0).meaning, Meaning::Refused);
    }
}

//! `CallRail`'s list of calls, a page at a time: what is asked, and what a page means.
//!
//! `GET /v3/a/ACCOUNT/calls.json`, with `start_date` and `end_date` (ISO 8601), `page` and `per_page` (at most 250), and
//! `fields` for what a page has not by itself. A page names calls as the webhook does, `id` in place of `resource_id`.

use chrono::SecondsFormat;
use form_urlencoded::Serializer;
use serde::Deserialize;
use serde_json::Value;

use super::http::{Call, Method};
use super::{Received, Request, reply};
use crate::domain::destination::Secret;
use crate::domain::reply::{Brought, Meaning, Reply};
use crate::domain::sync::{Fetch, MOST_PAGES, Page};
use crate::domain::text::Internal;

/// Bytes of a page that are read: a call has about two thousand with a transcript's beginning.
pub(super) const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Calls on a page; the most that is given.
const CALLS: usize = 250;
/// What is asked for beside what a page has by itself.
const FIELDS: &str = "source,source_name,campaign,medium,keywords,landing_page_url,referring_url,gclid,company_id,company_name,\
                      value,first_call,agent_email";

const WHOSE: &str = "CallRail";

/// The request for a page, and what it asks for.
///
/// # Errors
/// When the request is for something else.
pub(super) fn ask<'a>(request: &'a Request, account: &str, token: &Secret) -> Result<(Call, &'a Fetch), String> {
    let fetch = request.page(WHOSE, "calls")?;
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut query = Serializer::new(String::new());
    query.append_pair("start_date", &time(fetch.from)).append_pair("end_date", &time(fetch.until));
    query.append_pair("sort", "start_time").append_pair("order", "asc").append_pair("fields", FIELDS);
    query.append_pair("per_page", &CALLS.to_string()).append_pair("page", &fetch.at.to_string());
    if !fetch.scope.is_empty() {
        query.append_pair("company_id", &fetch.scope);
    }
    let call = Call {
        method: Method::Get,
        path: format!("/v3/a/{account}/calls.json?{}", query.finish()),
        headers: vec![
            ("authorization", format!("Token token=\"{}\"", token.reveal())),
            ("accept", "application/json".to_owned()),
        ],
        body: String::new(),
    };
    Ok((call, fetch))
}

#[derive(Deserialize)]
struct Listed {
    page: i64,
    total_pages: i64,
    calls: Vec<Value>,
}

/// What an answer to the `page`-th page means.
pub(super) fn read(answer: &Received<'_>, page: i64) -> Reply {
    let meaning = answer.by_status();
    if meaning != Meaning::Accepted {
        return answer.failed(meaning, &error(answer));
    }
    if answer.body.len() >= PAGE_BYTES {
        return answer
            .failed(Meaning::Refused, "a page is larger than 4 MiB, and nothing of it was taken; ask CallRail's support");
    }
    let Some(listed) = serde_json::from_str::<Listed>(answer.body).ok().filter(|listed| listed.page == page) else {
        return answer.puzzling(WHOSE);
    };
    if listed.total_pages > MOST_PAGES || listed.calls.len() > CALLS {
        let why = format!(
            "it lists {} pages for one window, and at most {MOST_PAGES} are followed; set company in this [[sync]]",
            listed.total_pages
        );
        return answer.failed(Meaning::Refused, &why);
    }
    let payloads = listed.calls.iter().map(|call| call.to_string().into_bytes()).collect();
    // An empty page is the last one, whatever the count says.
    let more = page < listed.total_pages && !listed.calls.is_empty();
    let made = Some(Internal::new(Brought::Page(Page { payloads, more, ..Page::default() })));
    Reply { made, ..reply(Meaning::Accepted, Some(answer.status), None) }
}

/// `{"error": "…"}`, or what every other API's errors look like.
fn error(answer: &Received<'_>) -> String {
    let told = answer.json().and_then(|json| json.get("error")?.as_str().map(str::to_owned));
    told.unwrap_or_else(|| answer.error_text())
}

#[cfg(test)]
mod tests {
    use super::super::couriers::fixtures::request;
    use super::*;
    use crate::domain::content::Content;
    use crate::domain::event::Provider;
    use crate::domain::sync::Still;
    use rstest::rstest;

    fn answer(status: u16, body: &str) -> Reply {
        read(&Received { status, retry_after: Some(7), body }, 2)
    }

    #[test]
    fn a_page_is_asked_for_as_the_api_has_it() {
        let fetch = Fetch {
            provider: Provider::Callrail,
            scope: "COM1".into(),
            from: "2026-06-01T14:00:00.250Z".parse().unwrap(),
            until: "2026-06-02T14:00:00Z".parse().unwrap(),
            page: 4,
            round: 1,
            list: 0,
            at: 3,
            still: Still::default(),
        };
        let request = request(Content::Fetch(fetch));
        let (call, _) = ask(&request, "ACC9", &Secret::new("k1")).unwrap();
        let start = "/v3/a/ACC9/calls.json?start_date=2026-06-01T14%3A00%3A00Z&end_date=2026-06-02T14%3A00%3A00Z&";
        assert!(call.path.starts_with(start), "{}", call.path);
        assert!(call.path.ends_with("&per_page=250&page=3&company_id=COM1"), "{}", call.path);
        assert_eq!(call.headers[0], ("authorization", "Token token=\"k1\"".to_owned()));
        assert!(ask(&super::super::couriers::fixtures::request(Content::Publish), "A", &Secret::new("k")).is_err());
    }

    #[rstest]
    #[case(r#"{"page":2,"total_pages":3,"calls":[{"id":"CAL1"},{"id":"CAL2"}]}"#, 2, true)]
    #[case(r#"{"page":2,"total_pages":2,"calls":[{"id":"CAL1"}],"total_records":251}"#, 1, false)]
    #[case(r#"{"page":2,"total_pages":9,"calls":[]}"#, 0, false)]
    fn a_page_says_whether_another_follows(#[case] body: &str, #[case] calls: usize, #[case] more: bool) {
        let reply = answer(200, body);
        let Brought::Page(page) = reply.made.unwrap().into_inner() else { panic!() };
        assert_eq!((page.payloads.len(), page.more, reply.meaning), (calls, more, Meaning::Accepted));
    }

    #[rstest]
    #[case(200, "", Meaning::Silent, "no answer of CallRail")]
    #[case(200, "<html>hello", Meaning::Silent, "no answer of CallRail")]
    #[case(200, "{}", Meaning::Silent, "no answer of CallRail")]
    #[case(200, r#"{"page":1,"total_pages":3,"calls":[]}"#, Meaning::Silent, "no answer of CallRail")]
    #[case(200, r#"{"page":2,"total_pages":9999999,"calls":[{}]}"#, Meaning::Refused, "it lists 9999999 pages")]
    #[case(302, "", Meaning::Refused, "it sends us elsewhere")]
    #[case(401, r#"{"error":"HTTP Token: Access denied."}"#, Meaning::LockedOut, "HTTP Token: Access denied.")]
    #[case(429, r#"{"error":"slow down"}"#, Meaning::Busy, "slow down")]
    #[case(503, "", Meaning::Broken, "status 503")]
    fn what_is_no_page_brings_nothing(#[case] status: u16, #[case] body: &str, #[case] meaning: Meaning, #[case] said: &str) {
        let reply = answer(status, body);
        assert_eq!((reply.meaning, reply.made.is_none()), (meaning, true));
        assert!(reply.error.unwrap().raw().contains(said));
    }

    #[test]
    fn a_page_without_end_is_refused() {
        assert_eq!(answer(200, &" ".repeat(PAGE_BYTES)).meaning, Meaning::Refused);
    }
}

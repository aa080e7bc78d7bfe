//! The page behind the link in a mail (RFC 8058). Mail programs and scanners fetch links by themselves, so GET shows a page
//! and changes nothing; a POST, by the mail program's own button or by the one on the page, stops the mail.

use std::net::IpAddr;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Response, StatusCode};

use super::door::Door;
use crate::workflow::leave::leave;

type Answer = Response<Full<Bytes>>;

/// Nothing of who the mail was for is on it: a link may be forwarded.
const ASK: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"robots\" content=\"noindex\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Stop these e-mails</title></head><body>\
<h1>Stop these e-mails?</h1><p>You will get no more e-mails from this business at this address.</p>\
<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">\
<button type=\"submit\">Stop them</button></form></body></html>";
const DONE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Stopped</title></head><body>\
<h1>Stopped</h1><p>You will get no more e-mails from this business at this address.</p></body></html>";
const UNKNOWN: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Unknown link</title></head><body>\
<h1>This link is not known</h1><p>Reply to the e-mail with the word STOP instead.</p></body></html>";
const LATER: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Try again</title></head><body>\
<h1>This did not work</h1><p>Try again in a minute, or reply to the e-mail with the word STOP.</p></body></html>";

fn page(status: StatusCode, html: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(html.as_bytes())));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        // The link is a secret of its reader's.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// Answers a request for a link. The body of a POST is not read: whoever posts to a link that only its reader has means it,
/// in whatever form.
pub(super) async fn answer(door: &Door, method: &Method, token: &str, from: Option<IpAddr>) -> Answer {
    let Some(leaving) = door.setting.links().and_then(|links| links.read(token)) else {
        return page(StatusCode::NOT_FOUND, UNKNOWN);
    };
    match *method {
        Method::GET | Method::HEAD => page(StatusCode::OK, ASK),
        Method::POST => match leave(&door.store, &leaving, from).await {
            Ok(_) => page(StatusCode::OK, DONE),
            Err(error) if error.is_passing() => {
                tracing::warn!(%error, "somebody could not leave");
                page(StatusCode::SERVICE_UNAVAILABLE, LATER)
            }
            Err(_) => page(StatusCode::NOT_FOUND, UNKNOWN),
        },
        _ => {
            let mut answer = page(StatusCode::METHOD_NOT_ALLOWED, UNKNOWN);
            answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
            answer
        }
    }
}

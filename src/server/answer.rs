//! One request, one answer. Nothing of an error's text, a payload or a secret is ever in an answer.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use tokio::time::timeout;

use super::door::Door;
use crate::domain::event::Provider;
use crate::domain::id::PayloadId;
use crate::domain::journal::{sha256, to_hex};
use crate::domain::leave;
use crate::domain::source::{Refusal, Source, SourceSetting};
use crate::domain::text::Internal;
use crate::intake::signed::{self, mark};
use crate::store::waiting::{Kept, NewArrival};

/// How long a body may take.
const BODY: Duration = Duration::from_secs(10);
/// How long the database has to say that it is there.
const PING: Duration = Duration::from_secs(2);
/// The longest key in a URL that is looked up.
const LONGEST_KEY: usize = 100;

pub(super) type Answer = Response<Full<Bytes>>;

/// Answers a request.
pub(super) async fn answer(door: Arc<Door>, peer: Option<IpAddr>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let path = request.uri().path().to_owned();
    let read = request.method() == Method::GET || request.method() == Method::HEAD;
    Ok(match path.as_str() {
        "/healthz" if read => plain(StatusCode::OK, "ok\n"),
        "/readyz" if read => ready(&door).await,
        "/metrics" if read => figures(&door).await,
        path if path.starts_with(leave::PATH) => {
            let from = from_ip(&door, peer, request.headers());
            super::leave::answer(&door, request.method(), &path[leave::PATH.len()..], from).await
        }
        path => match path.strip_prefix("/in/").and_then(|rest| rest.split_once('/')) {
            Some((provider, key)) => delivered(&door, peer, provider, key, request).await,
            None => plain(StatusCode::NOT_FOUND, "nothing is here\n"),
        },
    })
}

fn plain(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

/// An answer that says when to come again.
pub(super) fn again(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = plain(status, text);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// To an address that asks more often than any provider would.
pub(super) fn too_fast(door: &Door) -> Answer {
    door.meter.count(None, "too_fast", Duration::ZERO);
    again(StatusCode::TOO_MANY_REQUESTS, "too fast\n")
}

async fn ready(door: &Door) -> Answer {
    match timeout(PING, door.store.ping()).await {
        Ok(Ok(())) => plain(StatusCode::OK, "ready\n"),
        _ => again(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

async fn figures(door: &Door) -> Answer {
    let waiting = timeout(PING, door.store.count_waiting()).await.ok().and_then(Result::ok);
    let mut answer = Response::new(Full::new(Bytes::from(door.meter.text(waiting))));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
    answer
}

/// A request of a provider, counted and timed.
async fn delivered(door: &Door, peer: Option<IpAddr>, provider: &str, key: &str, request: Request<Incoming>) -> Answer {
    let began = Instant::now();
    let provider = provider.parse::<Provider>().ok();
    let source = provider.filter(|_| key.len() <= LONGEST_KEY).and_then(|provider| door.source(provider, key));
    let Some(source) = source else {
        // The same answer as to a bad signature: nobody learns which keys there are.
        door.meter.count(provider, "unknown", began.elapsed());
        return plain(StatusCode::UNAUTHORIZED, "refused\n");
    };
    let setting = door.setting_of(&source);
    let origin = allowed_origin(&setting, request.headers());
    let (mut answer, outcome) = match *request.method() {
        Method::OPTIONS if source.provider == Provider::Form => (preflight(), "preflight"),
        Method::POST => match take(door, peer, (&source, key), &setting, request).await {
            Ok(kept) => kept,
            Err(why) => {
                door.refuse(&source, why);
                (refusal(why), why.as_str())
            }
        },
        _ => {
            let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "only POST is taken\n");
            answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
            (answer, "method")
        }
    };
    if let Some(origin) = origin {
        answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        answer.headers_mut().insert(header::VARY, HeaderValue::from_static("origin"));
    }
    door.meter.count(Some(source.provider), outcome, began.elapsed());
    answer
}

/// The website that may read the answer; forms alone come from browsers.
fn allowed_origin(setting: &SourceSetting, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN).filter(|_| setting.provider == Provider::Form)?;
    let told = origin.to_str().ok()?.to_ascii_lowercase();
    (setting.origins.is_empty() || setting.origins.contains(&told)).then(|| origin.clone())
}

fn preflight() -> Answer {
    let mut answer = plain(StatusCode::NO_CONTENT, "");
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    answer
}

pub(super) fn refusal(why: Refusal) -> Answer {
    match why {
        Refusal::Signature | Refusal::Late | Refusal::NoSecret => plain(StatusCode::UNAUTHORIZED, "refused\n"),
        Refusal::Replay => plain(StatusCode::CONFLICT, "it was delivered before with another content\n"),
        Refusal::TooLarge => plain(StatusCode::PAYLOAD_TOO_LARGE, "it is too large\n"),
        Refusal::Encoded => plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send it without compression\n"),
        Refusal::TooFast => again(StatusCode::TOO_MANY_REQUESTS, "too fast\n"),
        Refusal::TooSlow => plain(StatusCode::REQUEST_TIMEOUT, "too slow\n"),
        Refusal::Broken => plain(StatusCode::BAD_REQUEST, "the body did not arrive whole\n"),
    }
}

/// Checks a request on its raw bytes, keeps it, and says so.
async fn take(
    door: &Door,
    peer: Option<IpAddr>,
    (source, key): (&Source, &str),
    setting: &SourceSetting,
    request: Request<Incoming>,
) -> Result<(Answer, &'static str), Refusal> {
    let (head, body) = request.into_parts();
    if head.headers.get_all(header::CONTENT_ENCODING).iter().any(|coding| coding.as_bytes() != b"identity") {
        return Err(Refusal::Encoded);
    }
    let largest = door.setting.largest_body;
    // What says that it is too large is not even begun.
    if body.size_hint().lower() > largest as u64 {
        return Err(Refusal::TooLarge);
    }
    let body = match timeout(BODY, Limited::new(body, largest).collect()).await {
        Err(_) => return Err(Refusal::TooSlow),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(Refusal::TooLarge),
        Ok(Err(_)) => return Err(Refusal::Broken),
        Ok(Ok(body)) => body.to_bytes(),
    };
    let headers = named(&head.headers);
    let url = public_url(door, &headers, head.uri.path_and_query().map_or("/", |path| path.as_str()));
    let at = door.store.clock.now();
    let checked = signed::Request { method: head.method.as_str(), url: &url, headers: &headers, body: &body, at };
    if mark::is_marked(&checked) {
        return super::tried::answer(door, source, setting, key, &checked).await;
    }
    let passed = signed::verify(setting, &checked)?;
    // Only now: nobody can use up a source's share without its secret.
    if !door.admits(source) {
        return Err(Refusal::TooFast);
    }
    let arrival = NewArrival {
        id: PayloadId::new(),
        source: source.id,
        client: source.client,
        provider: source.provider,
        delivery_key: delivery_key(passed.delivery, &body),
        body: Internal::new(body.to_vec()),
        from_ip: from_ip(door, peer, &head.headers),
    };
    match door.take_in(arrival).await {
        Some(Kept::New) => Ok((thanks(source.provider), "kept")),
        Some(Kept::Again) => Ok((thanks(source.provider), "again")),
        Some(Kept::Differs) => Err(Refusal::Replay),
        None => Ok((again(StatusCode::SERVICE_UNAVAILABLE, "it could not be kept; send it again\n"), "not_kept")),
    }
}

/// What a delivery is known again by: its signed name, else its content.
pub(super) fn delivery_key(told: Option<String>, body: &[u8]) -> String {
    let fit = |key: &String| key.len() <= 200 && key.bytes().all(|byte| byte.is_ascii_graphic());
    match told {
        Some(key) if fit(&key) => key,
        Some(key) => format!("name:{}", to_hex(&sha256(key.as_bytes()))),
        None => format!("sha256:{}", to_hex(&sha256(body))),
    }
}

/// What a provider wants to hear. Twilio reads an answer as instructions: an empty set of them.
fn thanks(provider: Provider) -> Answer {
    match provider {
        Provider::TwilioVoice | Provider::TwilioSms => {
            let mut answer = plain(StatusCode::OK, "<Response/>");
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
            answer
        }
        _ => plain(StatusCode::OK, "ok\n"),
    }
}

fn named(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

/// Where a request came from: behind a proxy of ours, what the proxy added last; what stands before it anybody can write.
fn from_ip(door: &Door, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    if !door.setting.trust_forwarded {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse().ok()).or(peer)
}

/// The URL as the provider called it.
fn public_url(door: &Door, headers: &[(String, String)], path: &str) -> String {
    if let Some(base) = &door.setting.public_url {
        return format!("{base}{path}");
    }
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let forwarded = |name: &str| header(name).filter(|_| door.setting.trust_forwarded);
    let scheme = forwarded("x-forwarded-proto").unwrap_or(if door.tls { "https" } else { "http" });
    let host = forwarded("x-forwarded-host").or_else(|| header("host")).unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

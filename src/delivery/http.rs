//! Sends one HTTP request and takes what comes back: no redirect is followed, and no more is read than is looked at.
//!
//! An error says what happened and what to do in words of ours: the library's could hold a URL, and a URL a secret.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Certificate, Client, Response, redirect, retry};
use rustls::{CertificateError, Error as TlsError};
use tokio::time::Instant;
use url::Url;

use super::Answer;
use super::leaving::{AT_ONCE, Leaving};
use crate::domain::breaker::STOOD_STILL;
use crate::domain::job::DeliveryMode;
use crate::domain::reach::is_loopback;

/// Longest wait for a connection, names and TLS included.
pub(super) const CONNECT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read.
pub(super) const LOOKED_AT: usize = 64 * 1024;

/// What is said when no answer came in time.
pub(super) const LATE: &str = "no answer in time; the request was sent";

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Put,
}

/// A request, without the place it goes to. No `Debug`: its headers hold secrets, its body is internal.
pub(super) struct Call {
    pub(super) method: Method,
    /// Path and query, from the base URL on; empty for the base URL itself.
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

/// The way to one HTTP server.
pub(super) struct Http {
    client: Client,
    base: Url,
    /// How errors call it: host and port.
    host: String,
    /// How long after it was begun a request may leave.
    at_once: Duration,
}

impl Http {
    /// A way to a base URL; `roots` are trusted beside those that this machine trusts.
    ///
    /// Connections are kept only where a request may be sent twice: one that the other side closed meanwhile breaks under
    /// the next request, and then nobody knows whether that arrived.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn new(base: Url, mode: DeliveryMode, roots: Vec<Certificate>) -> Result<Self, String> {
        // Whoever was first has installed the same: the program knows one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = Client::builder()
            .user_agent(concat!("quotedeck/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            // Whether a request may be sent again is decided elsewhere, by its destination's kind.
            .retry(retry::never())
            .connect_timeout(CONNECT)
            .tls_certs_merge(roots);
        if mode != DeliveryMode::Keyed {
            builder = builder.pool_max_idle_per_host(0);
        }
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| format!("no TLS can be spoken here: {}", words(&error)))?;
        let host = base.host_str().unwrap_or_default().to_owned();
        let host = base.port().map_or(host.clone(), |port| format!("{host}:{port}"));
        Ok(Self { client, base, host, at_once: AT_ONCE })
    }

    /// The host, as errors and people call it.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The place that a path below the base stands for.
    pub(super) fn place(&self, path: &str) -> Option<Url> {
        if path.is_empty() {
            return Some(self.base.clone());
        }
        let url = Url::parse(&format!("{}{path}", self.base.as_str().trim_end_matches('/'))).ok()?;
        (url.origin() == self.base.origin()).then_some(url)
    }

    /// The secrets of a request, as they travel: what of its authorization is no name of a scheme, and what the base URL holds
    /// behind the host, which may be somebody's token.
    fn travelling(&self, headers: &[(&'static str, String)]) -> Vec<String> {
        let values = headers.iter().filter(|(name, _)| *name == "authorization").map(|(_, value)| value.as_str());
        let words = values.flat_map(|value| value.split([' ', '"'])).chain(self.base.query()).chain([self.base.path()]);
        words.filter(|word| word.len() >= SECRET).map(str::to_owned).collect()
    }

    /// Sends it, and reads at most so many bytes of the answer; all before `until`.
    pub(super) async fn exchange(&self, call: Call, most: usize, until: Instant) -> Answer {
        let Some(url) = self.place(&call.path) else {
            return Answer::Unfit(format!("{}: there is no such path; look at the url of this destination", self.host));
        };
        let Some(headers) = headers(&call.headers) else {
            return Answer::NoSecret(format!(
                "{}: the secret holds a character that cannot travel; copy it again, without spaces and line breaks",
                self.host
            ));
        };
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let secrets = self.travelling(&call.headers);
        let left = until.saturating_duration_since(Instant::now());
        let mut sending = self.client.request(method, url).headers(headers).timeout(left);
        if !call.body.is_empty() {
            sending = sending.body(Body::wrap(Leaving::within(call.body.into(), self.at_once)));
        }
        match sending.send().await {
            Ok(response) => without(received(response, most).await, &secrets),
            Err(error) if error.is_connect() => Answer::NoConnection(format!("{}: {}", self.host, no_connection(&error))),
            Err(error) if error.is_builder() => {
                Answer::Unfit(format!("{}: no request can be made: {}", self.host, words(&error)))
            }
            // A breaker knows these words, and that they say nothing of the destination.
            Err(error) if words(&error) == STOOD_STILL => Answer::NoAnswer(STOOD_STILL.to_owned()),
            Err(error) if error.is_timeout() => Answer::NoAnswer(format!("{}: {LATE}", self.host)),
            Err(error) => {
                Answer::NoAnswer(format!("{}: the connection broke before an answer came: {}", self.host, words(&error)))
            }
        }
    }
}

/// The shortest word that is taken for a secret: names of schemes are shorter.
const SECRET: usize = 8;

/// An answer in which nobody reads our secret: error pages like to repeat what was asked, and errors are kept and shown.
fn without(answer: Answer, secrets: &[String]) -> Answer {
    match answer {
        Answer::Http { status, retry_after, body } => {
            let body = secrets.iter().fold(body, |body, secret| {
                if body.contains(secret.as_str()) { body.replace(secret.as_str(), "(our secret)") } else { body }
            });
            Answer::Http { status, retry_after, body }
        }
        other => other,
    }
}

fn headers(all: &[(&'static str, String)]) -> Option<HeaderMap> {
    all.iter()
        .map(|(name, value)| {
            let mut value = HeaderValue::from_str(value).ok()?;
            value.set_sensitive(true);
            Some((HeaderName::from_static(name), value))
        })
        .collect()
}

/// Status, wait and the beginning of the body. A body that breaks off is what came of it: the status is known.
async fn received(mut response: Response, most: usize) -> Answer {
    let status = response.status().as_u16();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| seconds(value.to_str().ok()?, SystemTime::now()));
    let mut body = Vec::new();
    while body.len() < most {
        let Ok(Some(chunk)) = response.chunk().await else { break };
        body.extend_from_slice(&chunk[..chunk.len().min(most - body.len())]);
    }
    Answer::Http { status, retry_after, body: String::from_utf8_lossy(&body).into_owned() }
}

/// `Retry-After` as seconds: it is a number of them, or a date.
fn seconds(value: &str, now: SystemTime) -> Option<i64> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds are a very long wait.
        return Some(value.parse().unwrap_or(i64::MAX));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    // Rounded up: a moment early would be asked to wait again.
    Some(until.duration_since(now).map_or(0, |wait| i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).saturating_add(1)))
}

/// Why there was no connection, and what to do.
fn no_connection(error: &reqwest::Error) -> String {
    if let Some(tls) = tls_error(error) {
        return tls_words(&tls);
    }
    if error.is_dns() {
        return "no address is known for this name; check the url of this destination, and this machine's name service"
            .to_owned();
    }
    if error.is_timeout() {
        return "no connection in time; check the url of this destination, and the network".to_owned();
    }
    format!("no connection: {}; check the url of this destination, and the network", words(error))
}

/// What TLS says was wrong with the other side.
pub(super) fn tls_words(error: &TlsError) -> String {
    let why = match error {
        TlsError::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            "its certificate is for another name; check the name in the url of this destination"
        }
        TlsError::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "its certificate has expired; whoever runs it must renew it (or this machine's clock is wrong)"
        }
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "nobody whom this machine trusts vouches for its certificate; check the url, or have the issuer trusted here"
        }
        other => return format!("no private connection: {other}; check the url of this destination"),
    };
    why.to_owned()
}

/// The error of TLS that an error came from; it hides inside of input and output errors.
pub(super) fn tls_error(error: &(dyn std::error::Error + 'static)) -> Option<TlsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<TlsError>() {
            return Some(tls.clone());
        }
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(inner) = inner {
            let inner: &(dyn std::error::Error + 'static) = inner;
            return tls_error(inner);
        }
        next = error.source();
    }
    None
}

/// The innermost cause: those around it only say that something failed, one of them with the URL.
fn words(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    cause.map_or_else(|| "it could not be sent".to_owned(), ToString::to_string)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use rstest::rstest;
    use std::sync::Arc;
    use std::time::UNIX_EPOCH;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    #[rstest]
    #[case("120", Some(120))]
    #[case(" 0 ", Some(0))]
    #[case("99999999999999999999999", Some(i64::MAX))]
    #[case("Thu, 01 Jan 1970 00:02:00 GMT", Some(121))]
    #[case("Wed, 31 Dec 1969 23:00:00 GMT", None)]
    #[case("-5", None)]
    #[case("soon", None)]
    #[case("", None)]
    fn a_wait_is_seconds_or_a_date(#[case] value: &str, #[case] wait: Option<i64>) {
        assert_eq!(seconds(value, UNIX_EPOCH), wait);
        assert_eq!(seconds("Thu, 01 Jan 1970 00:00:10 GMT", UNIX_EPOCH + Duration::from_mins(1)), Some(0));
    }

    #[rstest]
    #[case("https://api.example.com", "/a?b=c", "https://api.example.com/a?b=c")]
    #[case("https://api.example.com/hub", "/a", "https://api.example.com/hub/a")]
    #[case("https://example.com/in?team=7", "", "https://example.com/in?team=7")]
    fn a_path_stands_below_the_base(#[case] base: &str, #[case] path: &str, #[case] place: &str) {
        let http = Http::new(base.parse().unwrap(), DeliveryMode::Keyed, Vec::new()).unwrap();
        assert_eq!(http.place(path).unwrap().as_str(), place);
    }

    #[test]
    fn an_answer_that_repeats_our_secret_is_read_without_it() {
        let http = Http::new("https://example.com/in?key=k-12345678".parse().unwrap(), DeliveryMode::Keyed, Vec::new()).unwrap();
        let call = [("authorization", "Token token=\"cr-12345678\"".to_owned()), ("accept", "application/json".to_owned())];
        let secrets = http.travelling(&call);
        assert_eq!(secrets, ["cr-12345678", "key=k-12345678"]);
        let body = "Token token=\"cr-12345678\" for /in?key=k-12345678 takes no application/json".to_owned();
        let Answer::Http { body, .. } = without(Answer::Http { status: 500, retry_after: None, body }, &secrets) else {
            panic!()
        };
        assert_eq!(body, "Token token=\"(our secret)\" for /in?(our secret) takes no application/json");
    }

    #[test]
    fn no_path_leads_to_another_host() {
        let http = Http::new("https://api.example.com".parse().unwrap(), DeliveryMode::Keyed, Vec::new()).unwrap();
        assert!([".evil.example", "@evil.example/", ":81/"].iter().all(|path| http.place(path).is_none()));
    }

    /// A TLS server with a certificate for `name`, and what trusts it.
    pub(in crate::delivery) async fn tls_server(name: &str) -> (u16, Certificate) {
        drop(rustls::crypto::ring::default_provider().install_default());
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.clone()], key);
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config.unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(acceptor.accept(stream).await);
            }
        });
        (port, Certificate::from_der(&certificate).unwrap())
    }

    #[tokio::test]
    async fn what_is_late_does_not_leave() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let mut http = Http::new(base, DeliveryMode::Reconcile, Vec::new()).unwrap();
        http.at_once = Duration::ZERO;
        let call = Call { method: Method::Post, path: "/".into(), headers: Vec::new(), body: "Body=Hello".into() };
        let arrived = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.map(|_| bytes)
        });
        let Answer::NoAnswer(said) = http.exchange(call, LOOKED_AT, Instant::now() + Duration::from_secs(20)).await else {
            panic!("it was answered")
        };
        assert_eq!(said, STOOD_STILL);
        let arrived = arrived.await.unwrap().unwrap_or_default();
        assert!(arrived.is_empty(), "{}", String::from_utf8_lossy(&arrived));
    }

    async fn told(port: u16, roots: Vec<Certificate>) -> Answer {
        let http = Http::new(format!("https://localhost:{port}").parse().unwrap(), DeliveryMode::Once, roots).unwrap();
        let call = Call { method: Method::Get, path: "/".into(), headers: Vec::new(), body: String::new() };
        http.exchange(call, LOOKED_AT, Instant::now() + Duration::from_secs(20)).await
    }

    #[tokio::test]
    async fn a_certificate_for_another_name_is_no_connection() {
        let (port, trusted) = tls_server("crm.example.com").await;
        let Answer::NoConnection(said) = told(port, vec![trusted]).await else { panic!("it connected") };
        assert_eq!(
            said,
            format!("localhost:{port}: its certificate is for another name; check the name in the url of this destination")
        );
    }

    #[tokio::test]
    async fn a_certificate_of_nobody_is_no_connection() {
        let (port, _) = tls_server("localhost").await;
        let Answer::NoConnection(said) = told(port, Vec::new()).await else { panic!("it connected") };
        assert!(said.contains("vouches for its certificate"), "{said}");
    }

    #[tokio::test]
    async fn a_trusted_certificate_lets_the_request_out() {
        let (port, trusted) = tls_server("localhost").await;
        // The server closes after the handshake: the request may have left.
        assert!(matches!(told(port, vec![trusted]).await, Answer::NoAnswer(_)));
    }
}

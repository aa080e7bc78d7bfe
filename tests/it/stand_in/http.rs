//! An HTTP server in place of HubSpot, Twilio and somebody's webhook receiver. What it answers is decided for each request
//! before anything is done; whether the effect was had is told by [`StandIn::effects`] alone.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::apis::Apis;

/// How a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As the real one does.
    Ok,
    /// A status, and nothing done.
    Status(u16),
    /// 429 with a wait in seconds, and nothing done.
    Busy(u32),
    /// Nothing done, and no answer ever.
    Hang,
    /// The request is read, nothing done, and the connection closed.
    Close,
    /// It is done, and the connection closed without an answer.
    DoneThenClose,
    /// It is done, and no answer ever.
    DoneThenHang,
    /// 200 with a web page, nothing done.
    Html,
    /// 200 with nothing, nothing done.
    Empty,
    /// 200 with ten megabytes of nothing, nothing done.
    Huge,
    /// 200 with a body that never ends, nothing done.
    Endless,
    /// 302 to this server's own `/elsewhere`, nothing done.
    Redirect,
    /// A status, and in the body how it was asked, nothing done.
    Echo(u16),
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Decides for each request, by its number from 0, how it is answered.
type Chooser = Box<dyn FnMut(usize, &Seen) -> Mode + Send>;

struct State {
    choose: Chooser,
    seen: Vec<Seen>,
    apis: Apis,
}

/// The server. It ends with this.
pub(crate) struct StandIn {
    /// Its base URL.
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    /// One that always does as the real ones do.
    pub(crate) fn start() -> Self {
        Self::choosing(|_, _| Mode::Ok)
    }

    /// One that answers its first requests in these ways, and those after them as the real ones do.
    pub(crate) fn answering(modes: &[Mode]) -> Self {
        let modes = modes.to_vec();
        Self::choosing(move |number, _| modes.get(number).copied().unwrap_or(Mode::Ok))
    }

    /// One that is told for each request, before anything is done, how to answer. The place to look for an intent.
    pub(crate) fn choosing(choose: impl FnMut(usize, &Seen) -> Mode + Send + 'static) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State { choose: Box::new(choose), seen: Vec::new(), apis: Apis::default() };
        let state = Arc::new(Mutex::new(state));
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(TcpListener::from_std(listener).unwrap(), served) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { url, state, stop: Some(stop), thread: Some(thread) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How often something was had by a key: a record's external id, a webhook's id, a text's recipient and words
    /// (`+15125550142 Hello`).
    pub(crate) fn effects(&self, key: &str) -> usize {
        self.state().apis.effects.get(key).copied().unwrap_or(0)
    }

    /// Every key with how often its effect was had.
    pub(crate) fn all_effects(&self) -> Vec<(String, usize)> {
        self.state().apis.effects.iter().map(|(key, count)| (key.clone(), *count)).collect()
    }

    /// HubSpot's links from a record to its contact, as `deals/1001 -> 551`.
    pub(crate) fn links(&self) -> Vec<String> {
        self.state().apis.links.iter().cloned().collect()
    }

    /// A call at CallRail.
    pub(crate) fn add_call(&self, call: serde_json::Value) {
        self.state().apis.calls.push(call);
    }

    /// What the services hold, to be changed by a test.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Apis) -> T) -> T {
        change(&mut self.state().apis)
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(connection(stream, Arc::clone(&state)));
    }
}

async fn connection(stream: TcpStream, state: Arc<Mutex<State>>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&state)));
    // A service that fails closes the connection without an answer: that is one of the modes.
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}

/// A body that never ends: who reads it to its end never does.
struct Endless;

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 8192])))))
    }
}

async fn answer(request: Request<Incoming>, state: Arc<Mutex<State>>) -> io::Result<Response<Either<Full<Bytes>, Endless>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let seen = Seen {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    // Where secrets are: what else is asked is internal, and nobody's to hide from whom it was told to.
    let form = if seen.path == "/token" { seen.body.as_str() } else { "" };
    let path = if seen.path.starts_with("/hook") { seen.path.as_str() } else { "" };
    let echo = format!("{} {path} {:?} {form}", seen.method, seen.headers);
    let (mode, done) = {
        let mut state = state.lock().unwrap();
        let number = state.seen.len();
        let mode = (state.choose)(number, &seen);
        let does = matches!(mode, Mode::Ok | Mode::DoneThenClose | Mode::DoneThenHang);
        let done = does.then(|| state.apis.answer(&seen));
        state.seen.push(seen);
        (mode, done)
    };
    let respond = |status: u16, kind: &str, body: Bytes| {
        let body = Either::Left(Full::new(body));
        Response::builder().status(status).header(CONTENT_TYPE, kind).body(body).map_err(io::Error::other)
    };
    let json = |status, body: &str| respond(status, "application/json", Bytes::from(body.to_owned()));
    match (mode, done) {
        (Mode::Ok, Some((status, body))) => json(status, &body),
        (Mode::Status(status), _) => json(status, r#"{"message":"not today"}"#),
        (Mode::Busy(seconds), _) => {
            let mut response = json(429, r#"{"message":"too many requests"}"#)?;
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
            Ok(response)
        }
        (Mode::Hang | Mode::DoneThenHang, _) => match std::future::pending::<Infallible>().await {},
        (Mode::Html, _) => respond(200, "text/html", Bytes::from_static(b"<html><body>Welcome to the hotel</body></html>")),
        (Mode::Empty, _) => respond(200, "text/plain", Bytes::new()),
        (Mode::Huge, _) => respond(200, "application/json", Bytes::from(vec![b' '; 10 * 1024 * 1024])),
        (Mode::Endless, _) => Ok(Response::new(Either::Right(Endless))),
        (Mode::Echo(status), _) => respond(status, "text/plain", Bytes::from(echo)),
        (Mode::Redirect, _) => {
            let mut response = respond(302, "text/plain", Bytes::new())?;
            response.headers_mut().insert(LOCATION, hyper::header::HeaderValue::from_static("/elsewhere"));
            Ok(response)
        }
        (Mode::Close | Mode::DoneThenClose | Mode::Ok, _) => Err(io::Error::other("closed on purpose")),
    }
}

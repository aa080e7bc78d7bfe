//! One connection: its handshake, its heads and its age are bounded, whoever is at the other end.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::address::Visit;
use super::answer::{answer, too_fast};
use super::door::Door;

/// From the first moment to the end of a request's head; also how long a connection may be idle.
const HEAD: Duration = Duration::from_secs(5);
/// The largest head, in bytes.
const LARGEST_HEAD: usize = 16 * 1024;
/// Headers at most.
const MOST_HEADERS: usize = 64;
/// After this a connection ends with the request under way; senders connect anew.
const AGE: Duration = Duration::from_mins(1);
/// And then it has so long to end by itself.
const LAST: Duration = Duration::from_secs(15);

/// Serves one connection to its end.
pub(super) async fn serve(
    door: Arc<Door>,
    tls: Option<TlsAcceptor>,
    stream: TcpStream,
    visit: Visit,
    stop: watch::Receiver<bool>,
) {
    // Answers are small: waiting to fill a packet would only delay them.
    drop(stream.set_nodelay(true));
    let peer = stream.peer_addr().ok().map(|address| address.ip());
    match tls {
        None => talk(door, peer, stream, &visit, stop).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HEAD, tls.accept(stream)).await {
                talk(door, peer, stream, &visit, stop).await;
            }
        }
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    door: Arc<Door>,
    peer: Option<IpAddr>,
    stream: S,
    visit: &Visit,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| {
        let (door, may_ask) = (Arc::clone(&door), visit.may_ask());
        async move { if may_ask { answer(door, peer, request).await } else { Ok(too_fast(&door)) } }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_buf_size(LARGEST_HEAD)
            .max_headers(MOST_HEADERS)
            .serve_connection(TokioIo::new(stream), service)
    );
    tokio::select! {
        // What goes wrong is the sender's: it hung up, or spoke no HTTP.
        _ = connection.as_mut() => return,
        () = sleep(AGE) => {}
        _ = stop.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(timeout(LAST, connection).await);
}

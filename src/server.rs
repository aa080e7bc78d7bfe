//! The front door: HTTP in. Webhooks, health and figures, on an accept loop of our own, because what keeps slow and greedy
//! senders out (time-outs on first byte, head and body, a bound on connections) is set on the connection.
//!
//! A request is checked on its raw bytes, kept with its journal entry, and then answered; it is read afterwards, from the
//! database. So a crash loses nothing that was answered, and what was not answered can be sent again.

mod address;
mod answer;
mod connection;
mod door;
mod keep;
mod key;
mod leave;
mod maildir;
mod meter;
mod pace;
mod settle;
mod tls;
mod trial;
mod tried;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::domain::event::Columns;
use crate::domain::failure::Failure;
use crate::domain::source::{PER_ADDRESS, ServeSetting, SourceSetting};
use crate::store::Store;
use crate::workflow::expecting::expect;
pub use key::{hash as key_hash, new as new_key};
pub use settle::{Reader, run as settle_what_waits};

use address::Addresses;
use door::Door;

/// How long a stop waits for requests under way.
const GRACE: Duration = Duration::from_secs(7);
/// Sources that one address may speak for at their full pace: a provider sends for many clients from few machines.
const SOURCES: u32 = 4;
/// What a connection hears whose address has too many.
const FULL: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// A front door that listens, and answers nobody yet.
#[expect(missing_debug_implementations, reason = "a certificate's key must not be printed")]
pub struct Server {
    listener: TcpListener,
    door: Arc<Door>,
    reader: Reader,
    tls: Option<tokio_rustls::TlsAcceptor>,
    connections: usize,
    per_address: Option<u32>,
}

impl Server {
    /// Opens the port and knows the sources.
    ///
    /// # Errors
    /// Why the port or the certificate cannot be had, or what the database says.
    pub async fn bind(
        store: Store,
        setting: ServeSetting,
        sources: Vec<SourceSetting>,
        columns: Columns,
    ) -> Result<Self, Failure> {
        let refused = |what: &str, error: &dyn std::fmt::Display, remedy: &str| Failure::refused(what, error.to_string(), remedy);
        let tls = setting.tls.as_ref().map(|(cert, key)| tls::acceptor(cert, key)).transpose();
        let tls = tls.map_err(|error| refused("the certificate", &error, "check tls_cert and tls_key"))?;
        let listener = TcpListener::bind(&setting.listen)
            .await
            .map_err(|error| refused(&format!("listening on {}", setting.listen), &error, "choose another with --listen"))?;
        let connections = setting.connections as usize;
        // What comes over loopback or through a proxy is everybody's.
        let exposed = listener.local_addr().is_ok_and(|address| !address.ip().is_loopback()) && !setting.trust_forwarded;
        let per_address = setting.per_address.or(exposed.then_some(PER_ADDRESS));
        let reader = Reader::new(columns, sources);
        let door = Arc::new(Door::new(store, setting, reader.clone(), tls.is_some()));
        door.refresh().await?;
        Ok(Self { listener, door, reader, tls, connections, per_address })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// What the system says.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until told to stop; then no new connection is taken, what is under way is answered, and what was kept and
    /// not read waits in the database.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(self.connections));
        let keeping = tokio::spawn(Arc::clone(&self.door).keep());
        let chores = tokio::spawn(chores(Arc::clone(&self.door), stop.clone()));
        let mails = tokio::spawn(maildir::watch(Arc::clone(&self.door), stop.clone()));
        let reading = tokio::spawn(settle::run(self.door.store.clone(), self.reader, self.door.news(), stop.clone()));
        let addresses = Arc::new(Addresses::new(self.per_address, self.door.setting.per_second.saturating_mul(SOURCES)));
        let mut open = JoinSet::new();
        while !*stop.borrow() {
            // Who comes when all places are taken waits in the system's own queue.
            let accepted = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, self.listener.accept().await)
            };
            let (place, (stream, from)) = tokio::select! {
                biased;
                _ = stop.changed() => break,
                (place, accepted) = accepted => match (place, accepted) {
                    (Ok(place), Ok((stream, from))) => (place, (stream, from)),
                    (_, Err(error)) => {
                        // Out of descriptors, mostly: connections that end give some back.
                        tracing::warn!(%error, "no connection could be taken");
                        sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                    (Err(_), _) => break,
                },
            };
            let Some(visit) = addresses.enter(from.ip()) else {
                self.door.meter.turn_away();
                if self.tls.is_none() {
                    // Said once, if the system takes it at once; nobody waits for who has too many connections.
                    drop(stream.try_write(FULL));
                }
                continue;
            };
            let (door, tls, stop) = (Arc::clone(&self.door), self.tls.clone(), stop.clone());
            open.spawn(async move {
                connection::serve(door, tls, stream, visit, stop).await;
                drop(place);
            });
            while open.try_join_next().is_some() {}
        }
        drop(self.listener);
        let all = async { while open.join_next().await.is_some() {} };
        if timeout(GRACE, all).await.is_err() {
            tracing::warn!("some connections were cut at the stop; their senders send again");
        }
        open.shutdown().await;
        drop(timeout(GRACE, mails).await);
        self.door.close();
        drop(timeout(GRACE, keeping).await);
        drop(timeout(GRACE, reading).await);
        chores.abort();
        self.door.write_down().await;
    }
}

/// Rounds of chores between two looks at how silent each source usually is: ten minutes.
const LOOK_BACK: u32 = 300;

/// What is done every two seconds: sources are read again, and what was turned away is written down.
async fn chores(door: Arc<Door>, mut stop: watch::Receiver<bool>) {
    for round in 0_u32.. {
        if round.is_multiple_of(LOOK_BACK)
            && let Err(error) = expect(&door.store, door.settings()).await
        {
            tracing::warn!(%error, "how silent the sources may be was not looked up");
        }
        tokio::select! {
            _ = stop.changed() => return,
            () = sleep(Duration::from_secs(2)) => {}
        }
        if let Err(error) = door.refresh().await {
            tracing::warn!(%error, "the sources could not be read again");
        }
        door.write_down().await;
    }
}

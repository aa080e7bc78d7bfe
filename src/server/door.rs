//! What every connection shares: the sources, their pace, what was turned away, and the way to the database.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;

use super::keep::{self, Ask, QUEUE};
use super::meter::Meter;
use super::pace::Pace;
use super::settle::Reader;
use crate::domain::event::Provider;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, SourceId};
use crate::domain::source::{Refusal, ServeSetting, Source, SourceSetting, setting_of};
use crate::store::Store;
use crate::store::sources::Refused;
use crate::store::waiting::{Kept, NewArrival};

/// How long a request waits to be kept.
const LONGEST_KEEPING: Duration = Duration::from_secs(10);

/// The front door's own state.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) store: Store,
    pub(super) setting: ServeSetting,
    pub(super) meter: Meter,
    /// Whether connections are TLS here.
    pub(super) tls: bool,
    /// Knows what is set of the sources.
    pub(super) reader: Reader,
    /// By the hash of the key.
    sources: RwLock<HashMap<Vec<u8>, Arc<Source>>>,
    paces: Mutex<HashMap<SourceId, Pace>>,
    refused: Mutex<BTreeMap<(ClientId, Provider, Refusal), i64>>,
    asks: Mutex<Option<mpsc::Sender<Ask>>>,
    asked: Mutex<Option<mpsc::Receiver<Ask>>>,
    news: Arc<Notify>,
}

impl Door {
    pub(super) fn new(store: Store, setting: ServeSetting, reader: Reader, tls: bool) -> Self {
        let (asks, asked) = mpsc::channel(QUEUE);
        Self {
            store,
            setting,
            reader,
            tls,
            meter: Meter::default(),
            sources: RwLock::default(),
            paces: Mutex::default(),
            refused: Mutex::default(),
            asks: Mutex::new(Some(asks)),
            asked: Mutex::new(Some(asked)),
            news: Arc::default(),
        }
    }

    /// What is set of the sources.
    pub(super) fn settings(&self) -> &[SourceSetting] {
        self.reader.sources()
    }

    /// Said when something was kept.
    pub(super) fn news(&self) -> Arc<Notify> {
        Arc::clone(&self.news)
    }

    /// Keeps what is asked until the door is closed.
    pub(super) async fn keep(self: Arc<Self>) {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(asked) = asked {
            let news = self.news();
            keep::run(self.store.clone(), asked, || news.notify_one()).await;
        }
    }

    /// Nothing more is kept.
    pub(super) fn close(&self) {
        self.asks.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Reads the sources again, and sets the clock by the database's.
    pub(super) async fn refresh(&self) -> Result<(), Failure> {
        self.store.clock.anchor(self.store.keep_time().await?);
        let sources = self.store.open_sources().await?;
        let by_key = sources.into_iter().map(|source| (source.key_hash.clone(), Arc::new(source))).collect();
        *self.sources.write().unwrap_or_else(PoisonError::into_inner) = by_key;
        Ok(())
    }

    /// The source that a key names.
    pub(super) fn source(&self, provider: Provider, key: &str) -> Option<Arc<Source>> {
        let sources = self.sources.read().unwrap_or_else(PoisonError::into_inner);
        sources.get(&super::key::hash(key)).filter(|source| source.provider == provider).cloned()
    }

    /// The source of a provider for a client, by name.
    pub(super) fn source_of(&self, provider: Provider, client: &str) -> Option<Arc<Source>> {
        let sources = self.sources.read().unwrap_or_else(PoisonError::into_inner);
        sources.values().find(|source| source.provider == provider && source.client_name == client).cloned()
    }

    /// The mail folders that are watched, each with whose it is.
    pub(super) fn maildirs(&self) -> Vec<(PathBuf, String)> {
        self.settings().iter().filter_map(|setting| Some((setting.maildir.clone()?, setting.client.clone()?))).collect()
    }

    /// What is set of it: for its client, else for every client.
    pub(super) fn setting_of(&self, source: &Source) -> SourceSetting {
        let set = setting_of(self.settings(), source.provider, &source.client_name);
        set.cloned().unwrap_or_else(|| SourceSetting::new(source.provider))
    }

    /// Whether the source may send now.
    pub(super) fn admits(&self, source: &Source) -> bool {
        let (per_second, now) = (self.setting.per_second, Instant::now());
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.entry(source.id).or_insert_with(|| Pace::full(per_second, now)).take(per_second, now)
    }

    /// Counts what was turned away.
    pub(super) fn refuse(&self, source: &Source, why: Refusal) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused.entry((source.client, source.provider, why)).or_default() += 1;
    }

    /// Writes down what was turned away since the last time; what could not be written is added to the next time.
    pub(super) async fn write_down(&self) {
        let taken = std::mem::take(&mut *self.refused.lock().unwrap_or_else(PoisonError::into_inner));
        if taken.is_empty() {
            return;
        }
        let all: Vec<Refused> =
            taken.iter().map(|(&(client, provider, why), &count)| Refused { client, provider, why, count }).collect();
        let write = async {
            let mut tx = self.store.begin().await?;
            tx.count_refused(&all).await?;
            tx.commit().await
        };
        if let Err(error) = write.await {
            tracing::warn!(%error, "what was turned away could not be written down");
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, count) in taken {
                *refused.entry(key).or_default() += count;
            }
        }
    }

    /// Keeps a request; `None` when it could not be kept, and may come again.
    pub(super) async fn take_in(&self, arrival: NewArrival) -> Option<Kept> {
        let asks = self.asks.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let (answer, kept) = oneshot::channel();
        asks.try_send(Ask { arrival, answer }).ok()?;
        drop(asks);
        timeout(LONGEST_KEEPING, kept).await.ok()?.ok()?
    }
}

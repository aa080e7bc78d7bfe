//! What was kept is read and taken in, one batch after the other, from the database.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use crate::domain::client::Client;
use crate::domain::event::{Columns, Normalised, Provider};
use crate::domain::source::{SourceSetting, setting_of};
use crate::intake::{Settings, read};
use crate::store::Store;
use crate::store::waiting::Waiting;
use crate::workflow::arrive::waiting::{Reading, settle};

/// How long until the database is looked at again when nobody said that something came.
const AGAIN: Duration = Duration::from_secs(1);

/// Reads requests as the configuration says.
#[derive(Clone, Debug)]
pub struct Reader {
    columns: Columns,
    sources: Vec<SourceSetting>,
}

impl Reader {
    /// With the CSV columns and what is set of the sources.
    pub fn new(columns: Columns, sources: Vec<SourceSetting>) -> Self {
        Self { columns, sources }
    }

    /// What is set of the sources.
    pub(super) fn sources(&self) -> &[SourceSetting] {
        &self.sources
    }

    /// A payload that a person wants to be taken in, whoever filled in what.
    pub fn read_again(&self, parked: &Waiting, client: &Client) -> Vec<Reading> {
        let sources = self.sources.iter().cloned().map(|source| SourceSetting { honeypot: None, ..source }).collect();
        Self { columns: self.columns.clone(), sources }.read(parked, client)
    }

    /// The payloads of a request.
    pub fn read(&self, waiting: &Waiting, client: &Client) -> Vec<Reading> {
        let setting = setting_of(&self.sources, waiting.provider, &client.name);
        let settings = Settings {
            region: client.region.clone(),
            columns: self.columns.clone(),
            fields: setting.map(|setting| setting.fields.clone()).unwrap_or_default(),
            honeypot: setting.and_then(|setting| setting.honeypot.clone()),
            received_at: waiting.received_at,
        };
        let items = read(waiting.provider, waiting.body.reveal(), &settings);
        items
            .into_iter()
            .map(|item| {
                let mut outcome = item.outcome;
                if let Ok(Normalised::Event(event)) = &mut outcome
                    && waiting.provider == Provider::Form
                {
                    // A browser's own address; any other provider's request comes from the provider.
                    event.seen.ip = event.seen.ip.or(waiting.from_ip);
                }
                (item.body, outcome)
            })
            .collect()
    }
}

/// Reads what waits until told to stop, through lost databases.
pub async fn run(store: Store, reader: Reader, news: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let settled = settle(&store, &|waiting, client| reader.read(waiting, client)).await;
        match settled {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(%error, "what waits could not be read");
                tokio::select! {
                    _ = stop.changed() => return,
                    () = sleep(AGAIN) => continue,
                }
            }
        }
        tokio::select! {
            _ = stop.changed() => return,
            () = news.notified() => {}
            () = sleep(AGAIN) => {}
        }
    }
}

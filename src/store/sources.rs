//! Sources: who may bring what for whom, and what was turned away at their door.

use uuid::Uuid;

use super::journal::About;
use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Store, Tx};
use crate::domain::actor::{Actor, Right};
use crate::domain::client::Client;
use crate::domain::event::Provider;
use crate::domain::id::{ClientId, Kind, SourceId};
use crate::domain::source::{Refusal, Source};

mod figures;
pub mod silence;

from_row!(Source { id: Uuid, client: Uuid, client_name: =String, provider: String, key_hash: =Vec<u8>, });

/// Requests that were turned away, added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Whose door it was.
    pub client: ClientId,
    /// Whose they claimed to be.
    pub provider: Provider,
    /// Why.
    pub why: Refusal,
    /// How many.
    pub count: i64,
}

const ADD: &str =
    "insert into sources (id, client_id, provider, key_hash, created_at) values ($1, $2, $3, $4, $5) returning number";
const CLOSE: &str = "update sources set closed_at = $3 where client_id = $1 and provider = $2 and closed_at is null";
const OPEN: &str = "select s.id, s.client_id as client, c.name as client_name, s.provider, s.key_hash
    from sources s join clients c on c.id = s.client_id where s.closed_at is null";
const REFUSE: &str =
    "insert into refusals (client_id, provider, reason, count, first_at, last_at) values ($1, $2, $3, $4, $5, $5)
    on conflict (client_id, provider, reason) do update set count = refusals.count + excluded.count, last_at = excluded.last_at";

impl Tx {
    /// Opens a source for a client; gives back its number. An older key of the same goes on working until it is closed.
    pub async fn add_source(&mut self, actor: &Actor, client: &Client, provider: Provider, key_hash: &[u8]) -> Outcome<i64> {
        actor.require(Right::Own, "open a source")?;
        let detail = format!("a URL for {provider}");
        self.journal(actor, About { verb: "source.add", kind: Kind::Client, subject: client.id.0, lead: None, detail: &detail })
            .await?;
        let now = self.now;
        let values = values![SourceId::new(), client.id, provider.as_str(), key_hash, now];
        Ok(self.made::<(i64,)>(ADD, values).await?.0)
    }

    /// Closes every URL of a provider for a client; gives back how many there were.
    pub async fn close_sources(&mut self, actor: &Actor, client: &Client, provider: Provider) -> Outcome<u64> {
        actor.require(Right::Own, "close a source")?;
        let detail = format!("no more from {provider}");
        self.journal(
            actor,
            About { verb: "source.close", kind: Kind::Client, subject: client.id.0, lead: None, detail: &detail },
        )
        .await?;
        let now = self.now;
        self.run(CLOSE, values![client.id, provider.as_str(), now]).await
    }

    /// Adds to the count of what was turned away.
    pub async fn count_refused(&mut self, refused: &[Refused]) -> Outcome<()> {
        let now = self.now;
        for one in refused {
            self.run(REFUSE, values![one.client, one.provider.as_str(), one.why.as_str(), one.count, now]).await?;
        }
        Ok(())
    }
}

impl Store {
    /// The sources that are open.
    pub async fn open_sources(&self) -> Outcome<Vec<Source>> {
        self.read(OPEN, values![]).await
    }
}

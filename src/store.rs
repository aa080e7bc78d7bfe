//! The shared database: one verb is one function is one SQL text, run on SQLite and Postgres alike.
//!
//! Reads are functions of [`Store`]; everything that changes a row is a function of [`Tx`], so that it happens in one
//! transaction with its journal entry. Where the two databases truly differ there are two texts side by side
//! (`claim::dialects`), or a `match` on which one it is.

pub(crate) mod ahead;
pub mod arrivals;
pub mod breaker;
pub mod claim;
pub mod clients;
pub mod connect;
pub mod consents;
pub mod destinations;
pub mod doubts;
pub mod drafts;
pub mod errors;
pub mod escalation;
pub mod explain;
pub mod feed;
pub mod figures;
pub(crate) mod filtering;
pub mod flows;
pub mod found;
pub(crate) mod gather;
pub mod jobs;
pub mod journal;
pub mod leads;
pub mod lists;
pub(crate) mod many;
pub mod merging;
pub mod migrate;
pub mod open;
pub mod parked;
#[cfg(test)]
pub(crate) mod plans;
pub mod portal;
pub mod presence;
pub mod releases;
pub mod reviewing;
pub mod rows;
pub mod rulebook;
pub mod rules;
pub mod seed;
pub mod sendings;
pub mod server;
pub mod sources;
pub(crate) mod statement;
pub mod syncs;
pub mod tasks;
pub mod told;
pub mod trace;
mod unwanted;
pub mod waiting;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::domain::failure::Failure;
use crate::domain::id::EntryId;
use errors::failure;

/// What every verb gives back.
pub type Outcome<T> = Result<T, Failure>;

/// One of the two databases.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    /// Embedded, one file.
    Sqlite(SqlitePool),
    /// Shared by a team.
    Postgres(PgPool),
}

/// Expands a body once for each database; every type is inferred from the pool.
macro_rules! on_db {
    ($store:expr, |$pool:ident| $body:expr) => {
        match &$store.db {
            $crate::store::Db::Sqlite($pool) => $body,
            $crate::store::Db::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on_db;

/// The same for a transaction: `$connection` is a `&mut` connection.
macro_rules! on_tx {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match &mut $tx.inner {
            $crate::store::Inner::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::store::Inner::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use on_tx;

/// The database, with the clock that stamps what is written.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
    /// Where "now" comes from. Leases go by a clock that nobody sets: see `claim::steady`.
    pub clock: Clock,
    /// How to connect again, for the change feed's own connection.
    pub(crate) place: connect::Place,
    /// The way to the portal's own connection, for a reviewer's preview.
    portal: portal::Portal,
    /// Whose turn it is to write. SQLite has one writer at a time, and lets others find out by sleeping ever longer; within
    /// one program they queue instead.
    pub(crate) turn: Arc<Semaphore>,
    /// Since when the machine is up, for leases on SQLite.
    steady: Arc<claim::steady::Steady>,
}

#[derive(Debug)]
pub(crate) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// One transaction that writes. Dropped without [`Tx::commit`] it leaves nothing behind.
#[derive(Debug)]
pub struct Tx {
    pub(crate) inner: Inner,
    /// The time of everything this transaction writes.
    pub now: DateTime<Utc>,
    /// The entries that it wrote.
    announced: Vec<EntryId>,
    /// Rows that wait to be written.
    gathered: gather::Gathered,
    /// What a batch knows before it begins.
    ahead: ahead::Ahead,
    /// Given up after the transaction has ended: fields are dropped in this order.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Store {
    /// Begins a transaction that writes. On SQLite it takes the write lock at once: a transaction that upgrades from
    /// reading to writing later fails as busy however long the timeout is.
    pub async fn begin(&self) -> Outcome<Tx> {
        let mut turn = None;
        let inner = match &self.db {
            Db::Sqlite(pool) => {
                turn = Arc::clone(&self.turn).acquire_owned().await.ok();
                Inner::Sqlite(pool.begin_with("begin immediate").await.map_err(failure)?)
            }
            Db::Postgres(pool) => Inner::Postgres(pool.begin().await.map_err(failure)?),
        };
        let (announced, gathered, ahead) = <_>::default();
        Ok(Tx { inner, now: self.clock.now(), announced, gathered, ahead, _turn: turn })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Outcome<()> {
        on_db!(self, |pool| sqlx::query("select 1").execute(pool).await.map(drop)).map_err(failure)
    }

    /// Whether this is Postgres.
    pub fn is_postgres(&self) -> bool {
        matches!(self.db, Db::Postgres(_))
    }

    /// Closes every connection; waits at most two seconds for what is under way.
    pub async fn close(&self) {
        let closing = async {
            self.portal.close().await;
            on_db!(self, |pool| pool.close().await);
        };
        // Past this the process ends anyway, and an open transaction is rolled back by the database.
        drop(tokio::time::timeout(Duration::from_secs(2), closing).await);
    }
}

impl Tx {
    /// Makes everything of this transaction durable. A lost answer is not a failure: what was written carries ids
    /// made by us, so the caller can ask whether it is there.
    pub async fn commit(mut self) -> Outcome<()> {
        self.write_gathered().await?;
        match self.inner {
            Inner::Sqlite(transaction) => transaction.commit().await,
            Inner::Postgres(transaction) => transaction.commit().await,
        }
        .map_err(failure)
    }

    /// Ends it and leaves nothing behind. What waits to be written is written first: where the database would refuse that,
    /// whoever tries something out hears of it.
    pub async fn undo(mut self) -> Outcome<()> {
        self.write_gathered().await?;
        match self.inner {
            Inner::Sqlite(transaction) => transaction.rollback().await,
            Inner::Postgres(transaction) => transaction.rollback().await,
        }
        .map_err(failure)
    }
}

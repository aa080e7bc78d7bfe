//! The change feed: what another connection commits arrives, and a lost connection comes back.

use std::time::Duration;

use quotedeck::store::claim::take::Appetite;
use quotedeck::store::connect::Place;
use quotedeck::store::feed::{Feed, Hint, LinkState};
use sqlx::PgPool;
use sqlx::postgres::PgListener;

use crate::databases::{World, on_postgres};

both_databases!(a_commit_of_another_connection_arrives);

/// Waits for a hint; the limit is for a broken feed alone.
async fn until(feed: &mut Feed, wanted: Hint) {
    let wait = async { while feed.next().await != wanted {} };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("{wanted:?} did not come"));
}

async fn a_commit_of_another_connection_arrives(world: World) {
    let mut feed = world.store.watch();
    until(&mut feed, Hint::Link(LinkState::Live)).await;
    until(&mut feed, Hint::Changed).await;
    world.client("Acme").await;
    until(&mut feed, Hint::Changed).await;
}

/// What a worker's round does where nothing is due wakes nobody, itself neither.
#[tokio::test]
async fn what_changes_nothing_tells_nobody() {
    on_postgres(async |world| {
        world.client("Acme").await;
        let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
        let mut listener = PgListener::connect_with(&PgPool::connect_lazy_with((**options).clone())).await.unwrap();
        listener.listen("quotedeck").await.unwrap();
        let taken = world.store.claim_jobs("w", &Appetite { most: 8, bulk: 8, reaches: None }).await.unwrap();
        assert!(taken.jobs.is_empty());
        for table in ["clients", "leads", "payloads", "jobs", "tasks", "drafts", "destinations", "presence", "releases"] {
            let column = if table == "presence" { "record" } else { "id" };
            let nothing =
                format!("update internal.{table} set {column} = {column} where false; delete from internal.{table} where false");
            world.script(&nothing).await;
        }
        // What comes first is what really changed last.
        world.script("update internal.clients set name = 'Acme Plumbing'").await;
        assert_eq!(listener.recv().await.unwrap().payload(), "clients");
        world.script("delete from internal.clients").await;
        assert_eq!(listener.recv().await.unwrap().payload(), "clients");
    })
    .await;
}

#[tokio::test]
async fn a_lost_connection_comes_back() {
    on_postgres(async |world| {
        let mut feed = world.store.watch();
        until(&mut feed, Hint::Link(LinkState::Live)).await;
        until(&mut feed, Hint::Changed).await;
        world.script("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike '%listen%' and pid <> pg_backend_pid()").await;
        until(&mut feed, Hint::Link(LinkState::Offline)).await;
        until(&mut feed, Hint::Link(LinkState::Live)).await;
        until(&mut feed, Hint::Changed).await;
    })
    .await;
}

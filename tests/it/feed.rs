//! The change feed: what another connection commits arrives, and a lost connection comes back.

use std::time::Duration;

use quotedeck::store::feed::{Feed, Hint, LinkState};

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

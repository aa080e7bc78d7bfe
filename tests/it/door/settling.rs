//! What was kept is read in batches: together it comes to the same as one by one, and a batch costs few statements.

use std::time::Instant;

use quotedeck::domain::event::{Columns, Provider};
use quotedeck::domain::id::{PayloadId, SourceId};
use quotedeck::domain::text::Internal;
use quotedeck::server::Reader;
use quotedeck::store::waiting::NewArrival;
use quotedeck::workflow::arrive::waiting::settle;

use super::path;
use crate::databases::{World, on_postgres, on_sqlite};

both_databases!(a_batch_comes_to_the_same_as_one_by_one, a_request_of_many_payloads_is_no_flood_of_tasks);

/// Keeps requests as the front door does, some in each transaction.
async fn keep(world: &World, provider: Provider, bodies: &[String], together: usize) {
    let client = world.client("Acme").await;
    path(world, &client, provider).await;
    let source: SourceId = world.store.open_sources().await.unwrap()[0].id;
    for part in bodies.chunks(together) {
        let arrivals: Vec<NewArrival> = part
            .iter()
            .map(|body| NewArrival {
                id: PayloadId::new(),
                source,
                client: client.id,
                provider,
                delivery_key: format!("k{}", PayloadId::new()),
                body: Internal::new(body.clone().into_bytes()),
                from_ip: None,
            })
            .collect();
        let mut tx = world.store.begin().await.unwrap();
        tx.keep_arrivals(&arrivals).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn settle_all(world: &World) {
    let reader = Reader::new(Columns::default(), vec![]);
    while settle(&world.store, &|waiting, client| reader.read(waiting, client)).await.unwrap() > 0 {}
}

/// Everything that can be seen of it, without ids and times.
async fn told(world: &World) -> Vec<Vec<String>> {
    let mut told = Vec::new();
    for sql in [
        "select state || coalesce(reason, '') from arrivals order by number",
        "select natural_key || state || coalesce(reason, '') from payloads order by number",
        "select l.name || l.state || l.consent || l.urgency || l.next_action from leads l order by l.number",
        "select kind || words from events order by number",
        "select kind || title || urgency || state from tasks order by number",
        "select verb || detail || actor from journal order by number",
        "select channel || address from opt_outs order by address",
    ] {
        told.push(world.texts(sql).await);
    }
    told
}

/// One person who comes back, one who opts out, one who comes twice, and nonsense.
const STORY: [&str; 8] = [
    "submission_id=1&name=Ana&phone=5125550142&message=no+hot+water",
    "submission_id=2&name=Ana&phone=5125550142&message=it+is+urgent,+it+floods",
    "submission_id=3&name=Bo&email=bo%40x.example",
    "submission_id=3&name=Bo&email=bo%40x.example&again=1",
    "nonsense",
    "submission_id=4&name=Cy",
    "submission_id=5&name=Dee&phone=5125550145&consent=yes",
    "submission_id=6&name=Ana&phone=5125550142&message=hello%3F",
];

async fn a_batch_comes_to_the_same_as_one_by_one(world: World) {
    let story: Vec<String> = STORY.iter().map(|&body| body.to_owned()).collect();
    let mut apart = Vec::new();
    on_sqlite(async |alone: World| {
        // There a batch has one request: each is read before the next is kept.
        let client = alone.client("Acme").await;
        path(&alone, &client, Provider::Form).await;
        let source: SourceId = alone.store.open_sources().await.unwrap()[0].id;
        for body in &story {
            let arrival = NewArrival {
                id: PayloadId::new(),
                source,
                client: client.id,
                provider: Provider::Form,
                delivery_key: format!("k{}", PayloadId::new()),
                body: Internal::new(body.clone().into_bytes()),
                from_ip: None,
            };
            let mut tx = alone.store.begin().await.unwrap();
            tx.keep_arrivals(&[arrival]).await.unwrap();
            tx.commit().await.unwrap();
            settle_all(&alone).await;
        }
        apart = told(&alone).await;
    })
    .await;
    keep(&world, Provider::Form, &story, 100).await;
    settle_all(&world).await;
    let mut together = told(&world).await;
    // The arrivals are all announced first there; what follows is in the same order.
    for all in [&mut apart, &mut together] {
        all[5].retain(|entry| !entry.starts_with("payload.arrive"));
    }
    assert_eq!(together, apart);
    assert!(world.store.verify_journal().await.unwrap().differs.is_none());
}

async fn a_request_of_many_payloads_is_no_flood_of_tasks(world: World) {
    let lines = |n: usize| (0..n).map(|n| format!("nonsense {n}")).collect::<Vec<_>>().join("\n");
    keep(&world, Provider::Event, &[lines(5), lines(9_000)], 1).await;
    settle_all(&world).await;
    // Twenty are told one by one and the rest as one; five had been here before.
    assert_eq!(world.number("select count(*) from payloads").await, 21);
    assert_eq!(world.number("select count(*) from tasks").await, 21);
    let last = world.texts("select reason from payloads order by number desc limit 1").await;
    assert!(last[0].starts_with("8980 more like these"), "{last:?}");
    let kept = world.number("select cast(length(body) as bigint) from payloads order by number desc limit 1").await;
    assert!(kept >= i64::try_from(lines(9_000).len() - lines(20).len()).unwrap() - 1, "{kept}");
}

/// How fast what was kept is read: `cargo test --release --test it settling::measure -- --ignored --nocapture`.
async fn measure(world: World) {
    let bodies: Vec<String> = (0..4_000)
        .map(|n| format!("submission_id=s{n}&name=N{n}&phone=512555{n:04}&email=n{n}%40x.example&message=roof"))
        .collect();
    keep(&world, Provider::Form, &bodies, 500).await;
    let began = Instant::now();
    settle_all(&world).await;
    let kind = if world.store.is_postgres() { "Postgres" } else { "SQLite" };
    println!("{kind}: {:.0} events/s", bodies.len() as f64 / began.elapsed().as_secs_f64());
    assert_eq!(world.number("select count(*) from leads").await, 4_000);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and needs a machine for itself"]
async fn measure_on_sqlite() {
    on_sqlite(measure).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and needs a machine for itself"]
async fn measure_on_postgres() {
    on_postgres(measure).await;
}

//! Made-up rows: as many as promised, the same for the same seed, and never among rows of people.

use quotedeck::domain::filter::Filter;

use crate::databases::World;

both_databases!(a_seed_gives_what_it_promises, the_same_seed_gives_the_same_rows);

async fn a_seed_gives_what_it_promises(world: World) {
    world.store.seed(2_000, 7).await.unwrap();
    for (what, count) in [
        ("clients", 10),
        ("people", 6),
        ("destinations", 5),
        ("leads", 2_000),
        ("jobs", 320),
        ("jobs where signature is not null", 60),
        ("jobs where state in ('scheduled', 'ready')", 60),
        ("jobs where state = 'succeeded'", 200),
        ("tasks where state = 'open'", 40),
        ("tasks where state = 'done'", 40),
        ("drafts", 200),
        ("drafts where warns between 0 and 2", 200),
        ("drafts where state = 'pending'", 60),
        ("summaries", 80),
        ("approved_texts where published_at is not null", 80),
    ] {
        assert_eq!(world.number(&format!("select count(*) from {what}")).await, count, "{what}");
    }
    let rosa = world.store.list_people().await.unwrap().into_iter().find(|person| person.name == "rosa").unwrap();
    let groups = world.store.failure_groups(&rosa, &Filter::default(), 50).await.unwrap();
    assert_eq!((groups.rows.len(), groups.rows.iter().map(|group| group.count).sum::<i64>()), (6, 60));
    let newest = world.store.page_leads(&rosa, &Filter::default(), None, 1).await.unwrap().rows.remove(0);
    assert!(newest.arrived_at <= world.now());
    assert!(world.store.verify_journal().await.unwrap().differs.is_none());
    assert!(world.store.seed(1, 8).await.unwrap_err().to_string().contains("holds leads already"));
}

async fn the_same_seed_gives_the_same_rows(world: World) {
    crate::databases::on_sqlite(async |other| {
        for store in [&world.store, &other.store] {
            store.seed(300, 7).await.unwrap();
        }
        let rows = "select search || ' ' || state || ' ' || cast(coalesce(value, 0) as text) from leads order by number";
        let (ours, theirs) = (world.texts(rows).await, other.texts(rows).await);
        assert_eq!((ours.len(), &ours), (300, &theirs));
    })
    .await;
}

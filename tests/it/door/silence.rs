//! A source that fell silent: by its own past or as it is set, on both databases; and what is fetched covers nothing up.

use chrono::{DateTime, TimeDelta, Utc};
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::destination::System;
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::{PayloadId, SourceId};
use quotedeck::domain::source::SourceSetting;
use quotedeck::domain::source::silence::{Basis, Silence};
use quotedeck::domain::sync::{Freshness, SyncSetting};
use quotedeck::domain::text::Internal;
use quotedeck::store::destinations::NewDestination;
use quotedeck::store::waiting::NewArrival;
use quotedeck::workflow::expecting::expect;

use super::path;
use crate::databases::World;

both_databases!(
    a_source_learns_from_its_past_and_falls_silent,
    what_is_set_goes_before_what_is_learned,
    what_is_fetched_hides_no_dead_webhook,
);

/// A request that came in at this source now.
async fn hear(world: &World, client: &Client, provider: Provider, source: SourceId) {
    let id = PayloadId::new();
    let arrival = NewArrival {
        id,
        source,
        client: client.id,
        provider,
        delivery_key: id.to_string(),
        body: Internal::new(b"{}".to_vec()),
        from_ip: None,
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.keep_arrivals(&[arrival]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Heard every hour from 8 to 17 UTC, for so many days up to now.
async fn four_weeks(world: &World, client: &Client, provider: Provider, source: SourceId) {
    for hour in 0..28 * 24 {
        world.clock.advance(TimeDelta::hours(1));
        if (8..18).contains(&(world.now().timestamp() / 3600 % 24)) {
            hear(world, client, provider, source).await;
        }
        // It stops in the evening of the last day.
        if hour > 27 * 24 && world.now().timestamp() / 3600 % 24 == 17 {
            return;
        }
    }
}

async fn source_of(world: &World, client: &Client, provider: Provider) -> SourceId {
    path(world, client, provider).await;
    let open = world.store.open_sources().await.unwrap();
    open.into_iter().find(|source| source.provider == provider && source.client == client.id).unwrap().id
}

async fn silence(world: &World, me: &Person) -> Option<Silence> {
    let mut all = world.store.silences(me).await.unwrap();
    assert!(all.len() < 2, "{all:?}");
    all.pop().map(|(.., silence)| silence)
}

async fn rosa(world: &World) -> Person {
    world.store.list_people().await.unwrap().into_iter().find(|person| person.name == "rosa").unwrap()
}

async fn a_source_learns_from_its_past_and_falls_silent(world: World) {
    let (acme, brill) = (world.client("Acme").await, world.client("Brill").await);
    let source = source_of(&world, &acme, Provider::Form).await;
    let rosa = rosa(&world).await;
    let ana = world.person("ana", Role::Viewer, Some(&[&brill])).await;
    expect(&world.store, &[]).await.unwrap();
    assert_eq!(silence(&world, &rosa).await, None, "nothing is known yet");
    four_weeks(&world, &acme, Provider::Form, source).await;
    let last: DateTime<Utc> = world.now();
    expect(&world.store, &[]).await.unwrap();
    let known = silence(&world, &rosa).await.unwrap();
    // A night is fifteen hours, from five in the afternoon to eight in the morning.
    assert_eq!((known.allowed, known.basis, known.heard_at), (TimeDelta::hours(30), Basis::Learned, Some(last)));
    assert!(!known.stale && known.stale_since == last + TimeDelta::hours(30));

    world.clock.advance(TimeDelta::minutes(30 * 60 - 1));
    assert_eq!((silence(&world, &rosa).await.unwrap().stale, world.store.figures(&rosa).await.unwrap().stale), (false, 0));
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!((silence(&world, &rosa).await.unwrap().stale, world.store.figures(&rosa).await.unwrap().stale), (true, 1));
    assert_eq!((silence(&world, &ana).await, world.store.figures(&ana).await.unwrap().stale), (None, 0), "it is not hers");
    let figures = world.store.source_figures(&rosa).await.unwrap().remove(0);
    assert!(figures.is_stale() && figures.silence_advice().starts_with("fill the form in yourself"), "{figures:?}");
    // What fell silent does not get used to it, and a month later it is stale still.
    world.clock.advance(TimeDelta::days(40));
    expect(&world.store, &[]).await.unwrap();
    assert_eq!(silence(&world, &rosa).await.map(|known| (known.allowed, known.stale)), Some((TimeDelta::hours(30), true)));
    // What is turned away says more than silence does.
    let refused = quotedeck::store::sources::Refused {
        client: acme.id,
        provider: Provider::Form,
        why: quotedeck::domain::source::Refusal::TooLarge,
        count: 1,
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.count_refused(&[refused]).await.unwrap();
    tx.commit().await.unwrap();
    let advice = world.store.source_figures(&rosa).await.unwrap().remove(0).silence_advice();
    assert!(advice.starts_with("requests come and are turned away (too large)"), "{advice}");
    // Heard again, it is fresh; and the long outage alone has not taught it anything.
    hear(&world, &acme, Provider::Form, source).await;
    assert!(!silence(&world, &rosa).await.unwrap().stale);

    // Nothing is expected of who was shown the door.
    world.clock.advance(TimeDelta::days(9));
    assert_eq!(world.store.figures(&rosa).await.unwrap().stale, 1);
    let mut tx = world.store.begin().await.unwrap();
    tx.close_sources(&Actor::Person(rosa.clone()), &acme, Provider::Form).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((silence(&world, &rosa).await, world.store.figures(&rosa).await.unwrap().stale), (None, 0));
}

fn set(minutes: i64) -> SourceSetting {
    SourceSetting {
        client: Some("Acme".into()),
        stale_after: Some(TimeDelta::minutes(minutes)),
        ..SourceSetting::new(Provider::Form)
    }
}

async fn what_is_set_goes_before_what_is_learned(world: World) {
    let acme = world.client("Acme").await;
    // No URL yet: it comes by a command.
    expect(&world.store, &[set(60)]).await.unwrap();
    let rosa = world.person("rosa", Role::Owner, None).await;
    world.clock.advance(TimeDelta::minutes(60));
    let known = silence(&world, &rosa).await.unwrap();
    assert_eq!((known.basis, known.heard_at, known.stale), (Basis::Set, None, true));
    let source = source_of(&world, &acme, Provider::Form).await;
    assert!(!silence(&world, &rosa).await.unwrap().stale, "a URL gives it time");
    hear(&world, &acme, Provider::Form, source).await;
    for _ in 0..3 {
        expect(&world.store, &[set(90)]).await.unwrap();
    }
    assert_eq!(
        world.texts("select detail from journal where verb = 'source.expect' order by number").await,
        ["form is stale after 60 min of silence", "form is stale after 90 min of silence"]
    );
    world.clock.advance(TimeDelta::minutes(89));
    assert!(!silence(&world, &rosa).await.unwrap().stale);
    world.clock.advance(TimeDelta::minutes(1));
    assert!(silence(&world, &rosa).await.unwrap().stale);
    expect(&world.store, &[set(0)]).await.unwrap();
    assert_eq!(silence(&world, &rosa).await, None, "never stale");
    expect(&world.store, &[]).await.unwrap();
    assert_eq!(silence(&world, &rosa).await, None, "its past is too short");
    assert_eq!(world.number("select count(*) from journal where verb = 'source.expect'").await, 4);
}

async fn what_is_fetched_hides_no_dead_webhook(world: World) {
    let acme = world.client("Acme").await;
    let webhook = source_of(&world, &acme, Provider::Callrail).await;
    let rosa = rosa(&world).await;
    let new = NewDestination {
        name: "CallRail".into(),
        kind: System::Callrail.kind().into(),
        delivery_mode: System::Callrail.delivery_mode(),
        incident_owner: None,
        rollback: None,
    };
    let sync = SyncSetting {
        client: "Acme".into(),
        destination: "CallRail".into(),
        provider: Provider::Callrail,
        scope: String::new(),
        every: TimeDelta::minutes(15),
        stale_after: TimeDelta::days(99),
        since: TimeDelta::days(1),
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.put_destination(&Actor::Person(rosa.clone()), &new).await.unwrap();
    tx.commit().await.unwrap();
    let destination = world.store.list_destinations().await.unwrap().remove(0).id;
    let mut tx = world.store.begin().await.unwrap();
    tx.set_sync(&Actor::Worker, acme.id, destination, &sync).await.unwrap();
    let fetched = tx.sync_source(acme.id, Provider::Callrail).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    four_weeks(&world, &acme, Provider::Callrail, webhook).await;
    expect(&world.store, &[]).await.unwrap();
    for _ in 0..40 {
        world.clock.advance(TimeDelta::hours(1));
        hear(&world, &acme, Provider::Callrail, fetched).await;
    }
    expect(&world.store, &[]).await.unwrap();
    let figures = world.store.source_figures(&rosa).await.unwrap().remove(0);
    let (silence, sync) = (figures.silence.clone().unwrap(), figures.sync.clone().unwrap());
    assert_eq!((silence.stale, silence.allowed), (true, TimeDelta::hours(30)));
    assert_ne!(sync.freshness, Freshness::Stale);
    assert_eq!((figures.is_stale(), world.store.figures(&rosa).await.unwrap().stale), (true, 1));
}

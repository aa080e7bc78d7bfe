//! The figures of reviewing, by client and reviewer: each is worked out by hand here.

use chrono::TimeDelta;
use quotedeck::domain::act::Verb;
use quotedeck::domain::actor::{Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::id::Ref;

use super::{PHONE, SAFE, act, approve, claim, filed, grant};
use crate::databases::World;
use crate::drafting::set_up;

both_databases!(the_figures_of_two_reviewers_at_two_clients);

/// A draft that waits so many minutes, and is then approved as the second text; gives back its summary.
async fn reviewed(world: &World, client: &Client, me: &Person, (draft, text): (&str, &str), minutes: i64) -> Ref {
    let draft = filed(world, client, draft).await;
    world.clock.advance(TimeDelta::minutes(minutes));
    claim(world, me, draft).await;
    approve(world, me, draft, text).await.unwrap().record
}

async fn withdraw(world: &World, me: &Person, summary: Ref) {
    act(world, me, summary, Verb::WithdrawSummary { reopen: false }).await.unwrap();
}

async fn the_figures_of_two_reviewers_at_two_clients(world: World) {
    let (acme, rosa) = set_up(&world).await;
    let brill = world.client("Brill").await;
    let (ana, ben) = (world.person("ana", Role::Reviewer, None).await, world.person("ben", Role::Reviewer, None).await);

    // Ana at Acme: 60, 7 and 20 minutes; one word of seven is 15 %, none is 0 %, one of five is 20 %.
    let first = reviewed(&world, &acme, &ana, (SAFE, "The customer asked about the water heater."), 60).await;
    reviewed(&world, &acme, &ana, (SAFE, SAFE), 7).await;
    let passes = "Call the buyer at 512-555-0142.";
    let draft = filed(&world, &acme, PHONE).await;
    world.clock.advance(TimeDelta::minutes(20));
    claim(&world, &ana, draft).await;
    act(&world, &ana, draft, Verb::AskOverride { text: passes.into() }).await.unwrap();
    grant(&world, &rosa, draft).await.unwrap();
    approve(&world, &ana, draft, passes).await.unwrap();
    withdraw(&world, &ana, first).await;

    // Ben at Acme: 10 and 4 minutes; three words of seven are 43 %, one is 15 %. What he asked for nobody granted.
    reviewed(&world, &acme, &ben, (SAFE, "The customer asked for the big heater."), 10).await;
    reviewed(&world, &acme, &ben, (SAFE, "The customer asked about the water heater."), 4).await;
    let leaks = filed(&world, &acme, PHONE).await;
    claim(&world, &ben, leaks).await;
    act(&world, &ben, leaks, Verb::AskOverride { text: PHONE.into() }).await.unwrap();

    // Ben at Brill: an hour and a half; two words of five are 40 %. An owner took it back, and it counts as his.
    let other = reviewed(&world, &brill, &ben, (PHONE, "Call the customer for details."), 90).await;
    withdraw(&world, &rosa, other).await;

    // These wait, beside the one that Ben holds.
    filed(&world, &acme, "Write to somebody@example.com.").await;
    filed(&world, &acme, SAFE).await;
    filed(&world, &brill, SAFE).await;

    let figures = world.store.reviewing(&rosa).await.unwrap();
    let clients: Vec<_> = figures.clients.iter().map(|of| (of.client.as_str(), of.waiting, of.blocked)).collect();
    assert_eq!(clients, [("Acme", 3, 2), ("Brill", 1, 0)]);
    let reviewers: Vec<_> = figures
        .reviewers
        .iter()
        .map(|of| {
            let figures = [of.approved, of.median_minutes, of.median_changed, of.overrides, of.withdrawn];
            (of.client.as_str(), of.reviewer.as_str(), figures)
        })
        .collect();
    assert_eq!(
        reviewers,
        [("Acme", "ana", [3, 20, 15, 1, 1]), ("Acme", "ben", [2, 4, 15, 0, 0]), ("Brill", "ben", [1, 90, 40, 0, 1])]
    );
    // A number that was let pass is still there, and one that was taken out was.
    let blocks = figures.findings.iter().filter(|of| of.severity == "block");
    let blocks: Vec<_> = blocks.map(|of| (of.client.as_str(), of.kind.as_str(), of.made, of.found)).collect();
    assert_eq!(blocks, [("Acme", "phone", 2, 2), ("Acme", "email", 1, 1), ("Brill", "phone", 1, 0)]);

    // Whoever sees one client sees the figures of that one alone.
    let bea = world.person("bea", Role::Viewer, Some(&[&brill])).await;
    let seen = world.store.reviewing(&bea).await.unwrap();
    assert_eq!(seen.clients, figures.clients[1..]);
    assert_eq!(seen.reviewers, figures.reviewers[2..]);
    assert!(!seen.findings.is_empty() && seen.findings.iter().all(|of| of.client == "Brill"), "{:?}", seen.findings);
}

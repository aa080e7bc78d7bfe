//! Reviewing by keys, on the production loop and a real terminal: how few keys it takes, and that none approves what
//! nobody saw.

use chrono::TimeDelta;
use quotedeck::domain::actor::Role;
use tempfile::TempDir;

use crate::databases::{World, on_sqlite};
use crate::fixtures::with;
use crate::flows::Sitting;
use crate::terminal::run;

/// Drafts that wait, each on a lead of its own, and who reviews them.
async fn drafts(world: &World, texts: &[&str]) {
    world.person("rosa", Role::Reviewer, None).await;
    let acme = world.client("Acme").await;
    for text in texts {
        let lead = world.lead(&acme, with![name = "Maria Ortiz"]).await;
        world.draft(&acme, lead, with![text = *text]).await;
    }
}

async fn approved(world: &World) -> i64 {
    world.number("select count(*) from drafts where state = 'approved'").await
}

/// Time in which a person reads.
fn read(world: &World) {
    world.clock.advance(TimeDelta::seconds(4));
}

#[tokio::test]
async fn ten_clean_drafts_take_ten_keys() {
    on_sqlite(async |world| {
        let recovery = TempDir::new().unwrap();
        drafts(&world, &["A customer asked about a leak. A crew will look at it."; 10]).await;
        let mut rosa = Sitting::reviewing(&world.place, &world.clock, "rosa", &recovery);
        rosa.sees("● yours").await;
        for done in 1..=10 {
            rosa.looks().await;
            read(&world);
            rosa.press("a").await;
            assert_eq!(approved(&world).await, done, "{}", rosa.screen());
        }
        rosa.sees("no draft is left").await;
    })
    .await;
}

#[tokio::test]
async fn a_draft_with_three_findings_takes_at_most_eight_keys() {
    on_sqlite(async |world| {
        let recovery = TempDir::new().unwrap();
        drafts(&world, &["Maria Ortiz called. Call her at 512-555-0142. We guarantee a visit."]).await;
        let mut rosa = Sitting::reviewing(&world.place, &world.clock, "rosa", &recovery);
        rosa.sees("Findings 1 of 3").await;
        rosa.sees("● yours").await;
        let mut keys = 0;
        while !rosa.screen().contains("found nothing") {
            rosa.press("m").await;
            keys += 1;
        }
        rosa.looks().await;
        read(&world);
        rosa.press("a").await;
        keys += 1;
        assert!(keys <= 8, "{keys} keys");
        assert_eq!(approved(&world).await, 1, "{}", rosa.screen());
        let text = world.texts("select text from approved_texts").await.concat();
        assert_eq!(text, "The customer called. Call her at the number on file. We aim for a visit.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_of_the_key_approves_nothing_that_nobody_saw() {
    on_sqlite(async |world| {
        drafts(&world, &["A customer asked about a leak."; 3]).await;
        // Keys of a held key or a clumsy paste, then the same in the brackets of a terminal that marks pastes.
        let megabyte = "a".repeat(1 << 20);
        for flood in [megabyte.clone(), format!("\x1b[200~{megabyte}\x1b[201~")] {
            let (mut pty, _home) = run(&world, "xterm-256color");
            pty.sees("missed-call week");
            // Typed ahead of the first frame of the draft.
            pty.flood(&format!("5\r{flood}"));
            // The end of the flood was taken in when a key after it shows.
            pty.flood("?");
            pty.sees("keys that work here");
            pty.press("\x1bq");
            assert_eq!(pty.ends_and_restores(), 0);
            assert_eq!(approved(&world).await, 0);
        }
    })
    .await;
}

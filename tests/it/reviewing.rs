//! Reviewing by keys, on the production loop: how few keys it takes, and what is kept of it.

use chrono::TimeDelta;
use quotedeck::domain::act::{Act, Target, Verb};
use quotedeck::domain::actor::Role;
use quotedeck::domain::filter::Filter;
use quotedeck::domain::id::{Kind, Ref};
use quotedeck::domain::span::FindingKind;
use quotedeck::workflow::act::perform;
use rstest::rstest;
use tempfile::TempDir;

use crate::databases::{World, on_sqlite};
use crate::fixtures::with;
use crate::flows::Sitting;

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

/// A summary as it is at its longest: a week, told in full.
const WEEK: &str = "A customer in Austin asked about a water heater that leaks into the garage. The request is urgent. A call came \
    while the line was busy and was returned soon after. The team explained what the work includes and what it does not, and \
    a visit is arranged with the customer. The old heater is taken away by the crew. Next: the customer decides.";

#[rstest]
#[case::short((120, 36), "A customer asked about a leak. A crew will look at it.")]
#[case::short_small((80, 24), "A customer asked about a leak. A crew will look at it.")]
#[case::long((120, 36), WEEK)]
#[case::long_small((80, 24), WEEK)]
#[tokio::test]
async fn ten_clean_drafts_take_ten_keys(#[case] size: (u16, u16), #[case] text: &'static str) {
    on_sqlite(async move |world| {
        let recovery = TempDir::new().unwrap();
        drafts(&world, &[text; 10]).await;
        let mut rosa = Sitting::reviewing_on(size, &world.place, &world.clock, "rosa", &recovery);
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

#[rstest]
#[case::short((120, 36), "Maria Ortiz called. Call her at 512-555-0142. We guarantee a visit.")]
#[case::short_small((80, 24), "Maria Ortiz called. Call her at 512-555-0142. We guarantee a visit.")]
#[case::long((120, 36), "Maria Ortiz called. {}\n\nCall her at 512-555-0142. We guarantee a visit.")]
#[case::long_small((80, 24), "Maria Ortiz called. {}\n\nCall her at 512-555-0142. We guarantee a visit.")]
#[tokio::test]
async fn a_draft_with_three_findings_takes_at_most_eight_keys(#[case] size: (u16, u16), #[case] text: &'static str) {
    on_sqlite(async move |world| {
        let recovery = TempDir::new().unwrap();
        drafts(&world, &[&text.replace("{}", WEEK)]).await;
        let mut rosa = Sitting::reviewing_on(size, &world.place, &world.clock, "rosa", &recovery);
        rosa.sees("Findings 1 of 3").await;
        rosa.sees("● yours").await;
        let mut keys = 0;
        while !rosa.screen().contains("found nothing") {
            rosa.press("m").await;
            keys += 1;
        }
        // The same key shows what was not on the screen yet, where not all of it fits.
        while approved(&world).await == 0 && keys < 20 {
            rosa.looks().await;
            read(&world);
            rosa.press("a").await;
            keys += 1;
        }
        assert!(keys <= 8, "{keys} keys: {}", rosa.screen());
        assert_eq!(approved(&world).await, 1, "{}", rosa.screen());
        let safe = text.replace("Maria Ortiz", "The customer").replace("512-555-0142", "the number on file");
        let safe = safe.replace("guarantee", "aim for").replace("{}", WEEK);
        assert_eq!(world.texts("select text from approved_texts").await.concat(), safe);
    })
    .await;
}

#[tokio::test]
async fn what_was_decided_is_looked_back_at_and_taken_back() {
    on_sqlite(async |world| {
        let recovery = TempDir::new().unwrap();
        drafts(&world, &["A customer asked about a leak."; 3]).await;
        let mut rosa = Sitting::reviewing(&world.place, &world.clock, "rosa", &recovery);
        rosa.sees("● yours").await;
        for _ in 0..2 {
            rosa.looks().await;
            read(&world);
            rosa.press("a").await;
        }
        rosa.sees("2 done").await;
        rosa.press("b").await;
        rosa.sees("decided earlier: D-2 is approved").await;
        rosa.press("b").await;
        rosa.sees("decided earlier: D-1 is approved").await;
        rosa.press("Wa wrong name\n").await;
        rosa.sees("is withdrawn").await;
        assert_eq!(world.texts("select state from summaries order by number").await, ["withdrawn", "approved"]);
        rosa.press("\x1b").await;
        rosa.sees("D-3").await;
        rosa.sees("● yours").await;
    })
    .await;
}

#[tokio::test]
async fn one_key_sorts_the_drafts() {
    on_sqlite(async |world| {
        let recovery = TempDir::new().unwrap();
        drafts(&world, &["One.", "Two."]).await;
        world.script("update drafts set blocks = 1, title = 'the blocked one' where number = 2").await;
        let mut rosa = Sitting::at(&world.place, &world.clock, "rosa", &recovery);
        rosa.press("5z>").await;
        rosa.sees("sort:client").await;
        rosa.press(">").await;
        rosa.sees("sort:severity").await;
        rosa.press("k\n").await;
        rosa.sees("the blocked one").await;
        rosa.sees(" D-2 ").await;
    })
    .await;
}

both_databases!(
    a_reveal_and_a_note_are_kept_and_what_stands_there_is_not,
    a_block_passes_when_a_second_person_says_so,
    the_preview_is_what_the_portal_would_show
);

async fn a_block_passes_when_a_second_person_says_so(world: World) {
    let (hers, his) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    drafts(&world, &["Call the office at 512-555-0142."]).await;
    world.person("omar", Role::Owner, None).await;
    let mut rosa = Sitting::reviewing(&world.place, &world.clock, "rosa", &hers);
    rosa.sees("● yours").await;
    rosa.looks().await;
    read(&world);
    rosa.press("a").await;
    assert_eq!(approved(&world).await, 0, "{}", rosa.screen());
    rosa.press("Oit is the office's own number\n").await;
    rosa.sees("rosa asked to let phone pass").await;
    assert_eq!(world.number("select count(*) from tasks where state = 'open'").await, 1);

    let mut omar = Sitting::reviewing(&world.place, &world.clock, "omar", &his);
    omar.sees("rosa asks to let phone pass: it is the office's own number; O decides").await;
    omar.press("Oit stands on their vans\n").await;
    omar.sees("may approve that text").await;
    assert_eq!(world.number("select count(*) from tasks where state = 'open'").await, 0, "what was asked for is decided");

    rosa.sees("omar let phone pass in this very text").await;
    rosa.looks().await;
    read(&world);
    rosa.press("a").await;
    assert_eq!(approved(&world).await, 1, "{}", rosa.screen());
    let told = world.texts(
        "select verb || ': ' || detail from journal where verb like 'draft.%override' or verb = 'draft.approve' order by number",
    );
    let told = told.await;
    assert_eq!(told[0], "draft.ask_override: phone: it is the office's own number");
    assert_eq!(told[1], "draft.override: phone for rosa, who asked: it is the office's own number: it stands on their vans");
    assert_eq!(told[2], "draft.approve: omar let phone pass: it stands on their vans");
}

async fn the_preview_is_what_the_portal_would_show(world: World) {
    let recovery = TempDir::new().unwrap();
    drafts(&world, &["A customer asked about a leak."]).await;
    let mut rosa = Sitting::reviewing(&world.place, &world.clock, "rosa", &recovery);
    rosa.sees("● yours").await;
    rosa.press("v").await;
    rosa.sees("Known as of:").await;
    rosa.sees("Status: ").await;
    rosa.press("v").await;
    rosa.sees("Client-safe text").await;
    assert_eq!(world.number("select count(*) from summaries").await, 0, "looking leaves nothing behind");
}

async fn a_reveal_and_a_note_are_kept_and_what_stands_there_is_not(world: World) {
    drafts(&world, &["A customer asked about a leak."]).await;
    let ana = world.person("ana", Role::Reviewer, None).await;
    let page = world.store.page_drafts(&ana, &Filter::default(), None, 1).await.unwrap();
    let id = page.rows[0].id;
    let detail = world.store.draft_detail(&ana, id).await.unwrap();
    let act = |verb: Verb, version: i64, reason: Option<&str>| Act {
        target: Target { record: Ref::new(Kind::Draft, detail.draft.number), id: id.0, version },
        verb,
        reason: reason.map(Into::into),
    };
    let line = "insert into draft_evidence (draft_id, n, text, source) select id, 1, 'call 512-555-0142', 'E-1' from drafts";
    world.script(line).await;
    let reveal = Verb::Reveal { line: 1, kind: FindingKind::Phone };
    for (line, kind) in [(2, FindingKind::Phone), (1, FindingKind::Promise)] {
        let nothing = act(Verb::Reveal { line, kind }, detail.draft.version, Some("the caller asked"));
        let refused = perform(&world.store, &ana, &nothing).await.unwrap_err();
        assert!(refused.to_string().contains("nothing is masked"), "{refused}");
    }
    let version = detail.draft.version;
    assert!(perform(&world.store, &ana, &act(reveal.clone(), version, None)).await.is_err(), "it needs a reason");
    perform(&world.store, &ana, &act(reveal, version, Some("the caller asked"))).await.unwrap();
    let told = world.texts("select detail from journal where verb = 'draft.reveal'").await;
    assert_eq!(told, ["phone in line 1: the caller asked"]);

    perform(&world.store, &ana, &act(Verb::ClaimDraft { take_over: false }, version, None)).await.unwrap();
    perform(&world.store, &ana, &act(Verb::ReleaseDraft { work_version: Some(0) }, version + 1, Some("which valve?")))
        .await
        .unwrap();
    perform(&world.store, &ana, &act(Verb::ClaimDraft { take_over: false }, version + 2, None)).await.unwrap();
    let detail = world.store.draft_detail(&ana, id).await.unwrap();
    assert_eq!(detail.reason.as_deref(), Some("which valve? (ana)"), "who takes it next reads the note");
    perform(&world.store, &ana, &act(Verb::ReleaseDraft { work_version: Some(0) }, version + 3, None)).await.unwrap();
    let detail = world.store.draft_detail(&ana, id).await.unwrap();
    assert_eq!(detail.reason.as_deref(), Some("which valve? (ana)"), "handing it back loses no note");
}

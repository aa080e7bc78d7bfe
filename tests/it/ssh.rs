//! A reviewer over plain OpenSSH: a real server and client on loopback, a forced command, and a wire between them that
//! can be cut and counts what goes over it.

mod likely;
mod server;

use std::time::Duration;

use portable_pty::CommandBuilder;
use quotedeck::clock::Clock;
use quotedeck::domain::actor::Role;
use rustix::process::Signal;

use crate::databases::{World, on_postgres, on_sqlite};
use crate::fixtures::with;
use crate::pty::{PROGRAM, Pty};
use server::Server;

/// Bytes of one whole review at 120×36, fewer than that, of a draft as they are.
const BUDGET: usize = 12_000;

/// A database with one draft, and ana who reviews.
async fn draft_for_ana(world: &World, text: &str) {
    world.person("ana", Role::Reviewer, None).await;
    let acme = world.client("Acme").await;
    let lead = world.lead(&acme, with![name = "Maria Ortiz"]).await;
    world.draft(&acme, lead, with![text = text, evidence_at = Clock::System.now()]).await;
    world.task(&acme, with![]).await;
}

async fn draft(world: &World, text: &str) -> Server {
    draft_for_ana(world, text).await;
    Server::start(world)
}

/// Reviews the draft on the screen: three fixes and an approval. The bytes of each step, the last for all of them.
fn whole_review(ana: &mut Pty) -> [(&'static str, usize); 3] {
    ana.sees("● yours");
    ana.rests();
    let opened = ana.written();
    for left in ["1 of 3", "1 of 2", "1 of 1"] {
        ana.press("m");
        ana.sees(left);
    }
    // She reads what she made; a verdict on what was only just shown would not count.
    ana.rests();
    let fixed = ana.written();
    ana.press("a");
    ana.sees("no draft is left");
    ana.sees("1 done · 0 left");
    ana.rests();
    [("open", opened), ("three fixes", fixed - opened), ("approve", ana.written() - fixed)]
}

async fn is_cheap_and_approved(steps: [(&'static str, usize); 3], world: &World) {
    let all: usize = steps.iter().map(|(_, bytes)| bytes).sum();
    println!("one review at 120×36: {all} bytes, {steps:?}");
    assert!(all < BUDGET, "{all} bytes: {steps:?}");
    let approved = world.texts("select text from approved_texts").await.concat();
    assert_eq!(approved, likely::MENDED.iter().fold(likely::text(), |text, (bad, good)| text.replace(bad, good)));
}

both_databases!(a_whole_review_by_keys_is_cheap_on_the_line);

async fn a_whole_review_by_keys_is_cheap_on_the_line(world: World) {
    likely::draft_for_ana(&world).await;
    let server = Server::start(&world);
    let mut ana = server.log_in();
    let steps = whole_review(&mut ana);
    // Its key exchange, what it wraps around each write, and its answers to keys.
    println!("{} bytes carried with SSH's own", server.wire.carried());
    is_cheap_and_approved(steps, &world).await;
    ana.press("q");
    server.is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_review_is_cheap_on_a_bare_terminal() {
    on_sqlite(async |world| {
        likely::draft_for_ana(&world).await;
        let home = tempfile::TempDir::new().unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.env("TERM", "xterm-256color");
        command.env("HOME", home.path());
        command.args(["--as", "ana", "--database", &world.url(), "review"]);
        let mut ana = Pty::run(command);
        let steps = whole_review(&mut ana);
        is_cheap_and_approved(steps, &world).await;
        ana.press("q");
        assert_eq!(ana.ends_and_restores(), 0);
    })
    .await;
}

/// However the deck ends without a goodbye, no more than the last second of typing is lost, and another machine has the
/// rest: the recovery file of this one is taken away before the next login.
#[rstest::rstest]
#[case::the_line_is_cut(false)]
#[case::the_deck_is_killed(true)]
#[tokio::test(flavor = "multi_thread")]
async fn a_text_under_way_is_there_again_at_the_next_login(#[case] killed: bool) {
    on_sqlite(async |world| is_there_again(world, killed).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_under_way_is_there_again_on_a_shared_server() {
    on_postgres(async |world| is_there_again(world, false).await).await;
}

async fn is_there_again(world: World, killed: bool) {
    let server = draft(&world, "Two calls were missed.").await;
    let mut ana = server.log_in();
    ana.sees("● yours");
    ana.press("eZebra ");
    // She types on, faster than once a second: the save must not wait for a pause.
    let saved = async || world.texts("select coalesce(work, '') from drafts").await.concat().contains("Zebra");
    let until = std::time::Instant::now() + crate::pty::LIMIT;
    while !saved().await {
        assert!(std::time::Instant::now() < until, "nothing was saved:\n{}", ana.contents());
        ana.press("x");
        ana.becomes(Duration::from_millis(200), |_| false);
    }
    if killed {
        server.kill_deck();
    } else {
        server.wire.cut();
    }
    server.is_left().await;
    server.forget_homes();
    let mut again = server.log_in();
    again.sees("Zebra ");
    again.sees("● yours");
}

/// Claims that would hold for longer than a claim holds.
async fn held_for_ever(world: &World) -> i64 {
    // A busy machine's deck may read its clock a moment before the database does.
    let then = "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '+10 minutes', '+5 seconds')";
    world
        .number(&format!("select count(*) from drafts where claimed_by is not null and replace(claim_until, ' ', 'T') > {then}"))
        .await
}

#[rstest::rstest]
#[case::ctrl_c("\x03", false)]
#[case::the_clients_own_end("\r~.", false)]
#[case::a_client_that_is_killed("", true)]
#[tokio::test(flavor = "multi_thread")]
async fn however_a_session_ends_nothing_of_it_is_left(#[case] keys: &str, #[case] killed: bool) {
    on_sqlite(async |world| {
        let server = draft(&world, "Two calls were missed.").await;
        let mut ana = server.log_in();
        ana.sees("● yours");
        ana.press(keys);
        if killed {
            ana.signal(Signal::KILL);
        }
        server.is_left().await;
        assert_eq!(held_for_ever(&world).await, 0);
        assert_eq!(world.number("select count(*) from presence").await, 0);
    })
    .await;
}

/// No end of the line says anything: the server's own question after a client that may be gone is what ends the session.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_falls_silent_leaves_no_process_and_no_claim() {
    on_sqlite(async |world| {
        let server = draft(&world, "Two calls were missed.").await;
        let mut ana = server.log_in();
        ana.sees("● yours");
        server.wire.fall_silent();
        server.is_left().await;
        assert_eq!(held_for_ever(&world).await, 0);
        assert_eq!(world.number("select count(*) from presence").await, 0);
        ana.signal(Signal::KILL);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_deck_and_the_reviewers_own_verbs_can_be_reached() {
    on_sqlite(async |world| {
        world.destination("crm", with![]).await;
        let server = draft(&world, "Two calls were missed.").await;
        let mut ana = server.log_in();
        ana.sees("● yours");
        ana.press("E");
        ana.sees("your own editor cannot be opened from here");
        ana.press("\x1a");
        ana.press("?");
        ana.sees("keys that work here");
        assert!(ana.screen.screen().alternate_screen(), "ctrl-z did not suspend it");
        for key in ["\x1b", "\x1b", "4", "f"] {
            ana.press(key);
            ana.becomes(Duration::from_millis(300), |_| false);
        }
        ana.sees("may not");
        assert_eq!(world.number("select count(*) from tasks where state = 'open'").await, 1);
        // The same by its name in the palette, and an owner's verb by its key and by its name.
        ana.press(":");
        ana.sees("Enter do it");
        ana.press("finish\r");
        ana.sees("may not finish");
        for keys in ["2P", "\x1b:pause\r"] {
            ana.press(&keys[..1]);
            ana.becomes(Duration::from_millis(300), |screen| !screen.contents().contains("may not"));
            assert!(!ana.contents().contains("may not"));
            ana.press(&keys[1..]);
            ana.sees("may not pause");
        }
        assert_eq!(world.number("select count(*) from tasks where state = 'open'").await, 1);
        assert_eq!(world.number("select count(*) from destinations where not paused").await, 1);

        // A command, a file and a shell: the forced command stands in for each, and is no shell.
        for asked in [&["cat", "/etc/passwd"][..], &["-s", "sftp"], &["sh"]] {
            let said = server.ask(asked);
            assert!(said.is_empty() || said.contains("not a terminal"), "{asked:?}: {said}");
        }
        // What she asked for cannot add to the command either.
        let said = server.ask(&["quotedeck", "--as", "rosa", "people", "--json"]);
        assert!(said.contains("not a terminal"), "{said}");
    })
    .await;
}

//! The real program on a pseudo-terminal: however it ends, the terminal is as it was, and the process is gone.

use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use quotedeck::domain::actor::Role;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::databases::{World, on_sqlite};
use crate::fixtures::with;
use crate::pty::{LIMIT, PROGRAM, Pty, wait};

/// The program of rosa on a terminal, with the home it was given.
fn run(world: &World, term: &str) -> (Pty, TempDir) {
    let home = TempDir::new().unwrap();
    let mut command = CommandBuilder::new(PROGRAM);
    command.env_clear();
    command.env("TERM", term);
    command.env("HOME", home.path());
    command.env("EDITOR", editor(home.path()));
    #[expect(clippy::disallowed_methods, reason = "the program under test gets this variable and no other")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env("PATH", path);
    command.args(["--as", "rosa", "--database", &world.url()]);
    (Pty::run(command), home)
}

/// An editor that writes one sentence and goes.
fn editor(folder: &std::path::Path) -> String {
    let script = folder.join("editor.sh");
    std::fs::write(&script, "printf 'Written elsewhere.' > \"$1\"").unwrap();
    format!("sh {}", script.display())
}

/// A database with a lead, and the program open on it.
async fn open(world: &World) -> (Pty, TempDir) {
    world.person("rosa", Role::Owner, None).await;
    let acme = world.client("Acme").await;
    world.lead(&acme, with![service = "roof leak"]).await;
    let (mut pty, home) = run(world, "xterm-256color");
    pty.sees("roof leak");
    pty.sees("● live");
    assert!(pty.screen.screen().alternate_screen());
    (pty, home)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_to_leave_restores_the_terminal() {
    on_sqlite(async |world| {
        let (mut pty, _home) = open(&world).await;
        pty.press("q");
        assert_eq!(pty.ends_and_restores(), 0);
    })
    .await;
}

#[rstest::rstest]
#[case::terminate(Signal::TERM)]
#[case::interrupt(Signal::INT)]
#[case::quit(Signal::QUIT)]
#[case::hang_up(Signal::HUP)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_restores_the_terminal(#[case] signal: Signal) {
    on_sqlite(async |world| {
        let (pty, _home) = open(&world).await;
        pty.signal(signal);
        assert_eq!(pty.ends_and_restores(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_goes_away_ends_the_program_and_keeps_the_text() {
    on_sqlite(async |world| {
        let acme = world.client("Brill").await;
        let lead = world.lead(&acme, with![]).await;
        world.draft(&acme, lead, with![]).await;
        let (mut pty, home) = open(&world).await;
        // A key on a list that has not come yet opens nothing.
        pty.sees("missed-call week");
        pty.press("5\r");
        pty.sees("Two calls were missed.");
        pty.press("eZebra ");
        pty.sees("Zebra");
        // The reader ends with the next output, so that nobody holds the terminal any more.
        pty.deaf.store(true, Ordering::SeqCst);
        pty.press("s ");
        pty.reading.join().expect("the reader ends");
        drop((pty.keys, pty.master));
        wait(pty.child);
        let kept = texts_under(home.path());
        let saved = world.texts("select coalesce(work, '') from drafts").await;
        assert!(kept.iter().chain(&saved).any(|text| text.contains("Zebra")), "{kept:?} {saved:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_edited_in_the_persons_own_editor() {
    on_sqlite(async |world| {
        let acme = world.client("Brill").await;
        let lead = world.lead(&acme, with![]).await;
        world.draft(&acme, lead, with![]).await;
        let (mut pty, _home) = open(&world).await;
        // A key on a list that has not come yet opens nothing.
        pty.sees("missed-call week");
        pty.press("5\r");
        pty.sees("Two calls were missed.");
        pty.press("E");
        pty.sees("Written elsewhere.");
        pty.press("q");
        assert_eq!(pty.ends_and_restores(), 0);
    })
    .await;
}

/// Every text file below a folder.
fn texts_under(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { texts_under(&path) } else { std::fs::read_to_string(&path).into_iter().collect() })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deck_lends_the_terminal_to_the_shell_and_comes_back() {
    on_sqlite(async |world| {
        let (mut pty, _home) = open(&world).await;
        pty.press("\x1a");
        pty.wait_for("the shell's screen", |screen| !screen.alternate_screen());
        // It says goodbye to the screen before it stops: a signal to go on may come too early and is sent again.
        let back = |screen: &vt100::Screen| screen.alternate_screen() && screen.contents().contains("roof leak");
        let until = Instant::now() + LIMIT;
        pty.signal(Signal::CONT);
        while !pty.becomes(Duration::from_millis(100), back) {
            assert!(Instant::now() < until, "it did not come back:\n{}", pty.screen.screen().contents());
            pty.signal(Signal::CONT);
        }
        pty.press("q");
        assert_eq!(pty.ends_and_restores(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_cannot_show_it_is_refused() {
    on_sqlite(async |world| {
        let (mut pty, home) = run(&world, "dumb");
        pty.sees("TERM=dumb");
        assert_eq!(wait(pty.child).exit_code(), 2);
        let mut piped = std::process::Command::new(PROGRAM);
        piped.args(["--as", "rosa", "--database", &world.url()]).env("HOME", home.path()).stdin(Stdio::null());
        let piped = piped.output().expect("it starts");
        assert_eq!(piped.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&piped.stderr).contains("--json"));
    })
    .await;
}

/// A flood of verdict keys, as a paste into a terminal without bracketed paste is one: more than the kernel holds at once.
const FLOOD: usize = 20_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_keys_approves_nothing_and_the_deck_goes_on() {
    on_sqlite(async |world| {
        let (mut pty, _home) = open(&world).await;
        let bravo = world.client("Bravo").await;
        let lead = world.lead(&bravo, with![]).await;
        world.draft(&bravo, lead, with![text = "A crew will come."]).await;
        pty.press("5");
        pty.sees("missed-call");
        pty.press(&format!("\r{}", "a".repeat(FLOOD)));
        pty.press("?");
        pty.sees("keys that work here");
        pty.press("\x1b");
        pty.wait_for("the help to close", |screen| !screen.contents().contains("keys that work here"));
        pty.sees("● yours");
        assert_eq!(world.number("select count(*) from drafts where state = 'approved'").await, 0);

        // A megabyte between brackets is one paste: it is refused, and what was typed before it stays.
        pty.press("eZebra ");
        pty.press(&format!("\x1b[200~{}\x1b[201~", "b".repeat(1_000_000)));
        pty.sees("characters");
        pty.sees("Zebra");
        // An escape and what follows it at once would be one key.
        pty.press("\x1b");
        pty.wait_for("the end of editing", |screen| !screen.contents().contains("editing"));
        pty.press("q");
        assert_eq!(pty.ends_and_restores(), 0);
    })
    .await;
}

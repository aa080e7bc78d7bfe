//! The real program on a pseudo-terminal: however it ends, the terminal is as it was, and the process is gone.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use quotedeck::domain::actor::Role;
use quotedeck::store::connect::Place;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::databases::{World, on_sqlite};
use crate::fixtures::with;

const PROGRAM: &str = env!("CARGO_BIN_EXE_quotedeck");
/// For a broken program alone.
const LIMIT: Duration = Duration::from_secs(30);

/// The program on a terminal.
struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn std::io::Write + Send>,
    output: Receiver<Vec<u8>>,
    reading: JoinHandle<()>,
    deaf: Arc<AtomicBool>,
    screen: vt100::Parser,
    modes_before: String,
    home: TempDir,
}

impl Pty {
    fn start(world: &World, term: &str) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: 36, cols: 120, ..PtySize::default() }).expect("a terminal");
        let home = TempDir::new().unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.env_clear();
        command.env("TERM", term);
        command.env("HOME", home.path());
        command.env("EDITOR", editor(home.path()));
        #[expect(clippy::disallowed_methods, reason = "the program under test gets this variable and no other")]
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env("PATH", path);
        command.args(["--as", "rosa", "--database", &database(world)]);
        let modes_before = format!("{:?}", pair.master.get_termios());
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (say, output) = channel();
        let deaf = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&deaf);
        let reading = std::thread::spawn(move || {
            let mut bytes = vec![0; 65_536];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                if stop.load(Ordering::SeqCst) || say.send(bytes[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().expect("a writer");
        let screen = vt100::Parser::new(NonZero::new(36).unwrap(), NonZero::new(120).unwrap(), 0);
        Self { child, master: pair.master, keys, output, reading, deaf, screen, modes_before, home }
    }

    /// Reads until the screen is as wanted.
    fn wait_for(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        assert!(self.becomes(LIMIT, &wanted), "waited for {what}; the screen is\n{}", self.screen.screen().contents());
    }

    fn becomes(&mut self, within: Duration, wanted: impl Fn(&vt100::Screen) -> bool) -> bool {
        let until = Instant::now() + within;
        while !wanted(self.screen.screen()) {
            match self.output.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return false,
            }
        }
        true
    }

    fn sees(&mut self, text: &str) {
        self.wait_for(text, |screen| screen.contents().contains(text));
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("the terminal takes keys");
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.process_id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.expect("a process id"), signal).expect("it runs");
    }

    /// The program ended, and the terminal is as it was before.
    fn ends_and_restores(mut self) -> u32 {
        self.wait_for("the main screen", |screen| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        });
        let status = wait(self.child);
        assert_eq!(format!("{:?}", self.master.get_termios()), self.modes_before);
        status.exit_code()
    }
}

/// An editor that writes one sentence and goes.
fn editor(folder: &std::path::Path) -> String {
    let script = folder.join("editor.sh");
    std::fs::write(&script, "printf 'Written elsewhere.' > \"$1\"").unwrap();
    format!("sh {}", script.display())
}

fn wait(mut child: Box<dyn Child + Send + Sync>) -> ExitStatus {
    let mut killer = child.clone_killer();
    let (say, ended) = channel();
    std::thread::spawn(move || say.send(child.wait()));
    let status = ended.recv_timeout(LIMIT).unwrap_or_else(|_| {
        drop(killer.kill());
        panic!("the program did not end");
    });
    status.expect("a status")
}

fn database(world: &World) -> String {
    match &world.place {
        Place::Sqlite(file) => format!("sqlite:{}", file.display()),
        Place::Postgres(_) => panic!("these tests use SQLite"),
    }
}

/// A database with a lead, and the program open on it.
async fn open(world: &World) -> Pty {
    world.person("rosa", Role::Owner, None).await;
    let acme = world.client("Acme").await;
    world.lead(&acme, with![service = "roof leak"]).await;
    let mut pty = Pty::start(world, "xterm-256color");
    pty.sees("roof leak");
    pty.sees("● live");
    assert!(pty.screen.screen().alternate_screen());
    pty
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_to_leave_restores_the_terminal() {
    on_sqlite(async |world| {
        let mut pty = open(&world).await;
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
        let pty = open(&world).await;
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
        let mut pty = open(&world).await;
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
        let kept = texts_under(pty.home.path());
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
        let mut pty = open(&world).await;
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
        let mut pty = open(&world).await;
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
        let mut pty = Pty::start(&world, "dumb");
        pty.sees("TERM=dumb");
        assert_eq!(wait(pty.child).exit_code(), 2);
        let mut piped = std::process::Command::new(PROGRAM);
        piped.args(["--as", "rosa", "--database", &database(&world)]).env("HOME", pty.home.path()).stdin(Stdio::null());
        let piped = piped.output().expect("it starts");
        assert_eq!(piped.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&piped.stderr).contains("--json"));
    })
    .await;
}

//! A program on a pseudo-terminal, with a screen that reads what it writes.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_quotedeck");
/// For a broken program alone.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// The program on a terminal.
pub(crate) struct Pty {
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) master: Box<dyn MasterPty + Send>,
    pub(crate) keys: Box<dyn std::io::Write + Send>,
    pub(crate) output: Receiver<Vec<u8>>,
    pub(crate) reading: JoinHandle<()>,
    pub(crate) deaf: Arc<AtomicBool>,
    pub(crate) screen: vt100::Parser,
    modes_before: String,
    bytes: Arc<AtomicUsize>,
}

impl Pty {
    /// Starts a command on a terminal of 120×36.
    pub(crate) fn run(command: CommandBuilder) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: 36, cols: 120, ..PtySize::default() }).expect("a terminal");
        let modes_before = format!("{:?}", pair.master.get_termios());
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (say, output) = channel();
        let deaf = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&deaf);
        let bytes = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&bytes);
        let reading = std::thread::spawn(move || {
            let mut block = vec![0; 65_536];
            while let Ok(n @ 1..) = reader.read(&mut block) {
                count.fetch_add(n, Ordering::SeqCst);
                if stop.load(Ordering::SeqCst) || say.send(block[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().expect("a writer");
        let screen = vt100::Parser::new(NonZero::new(36).unwrap(), NonZero::new(120).unwrap(), 0);
        Self { child, master: pair.master, keys, output, reading, deaf, screen, modes_before, bytes }
    }

    /// Takes in what it wrote already; the screen as it stands then.
    pub(crate) fn contents(&mut self) -> String {
        while let Ok(bytes) = self.output.try_recv() {
            self.screen.process(&bytes);
        }
        self.screen.screen().contents()
    }

    /// Reads until the screen is as wanted.
    pub(crate) fn wait_for(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        assert!(self.becomes(LIMIT, &wanted), "waited for {what}; the screen is\n{}", self.screen.screen().contents());
    }

    /// Whether the screen becomes as wanted in this time.
    pub(crate) fn becomes(&mut self, within: Duration, wanted: impl Fn(&vt100::Screen) -> bool) -> bool {
        let until = Instant::now() + within;
        while !wanted(self.screen.screen()) {
            match self.output.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return false,
            }
        }
        true
    }

    /// Reads until the screen says this.
    pub(crate) fn sees(&mut self, text: &str) {
        self.wait_for(text, |screen| screen.contents().contains(text));
    }

    /// Reads until it writes no more: nothing for as long as a person looks at a text.
    pub(crate) fn rests(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_secs(1)) {
            self.screen.process(&bytes);
        }
    }

    /// Bytes it has written so far.
    pub(crate) fn written(&self) -> usize {
        self.bytes.load(Ordering::SeqCst)
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("the terminal takes keys");
    }

    /// Sends a signal to it.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = self.child.process_id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.expect("a process id"), signal).expect("it runs");
    }

    /// The program ended, and the terminal is as it was before.
    pub(crate) fn ends_and_restores(mut self) -> u32 {
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

/// Waits until it ends.
pub(crate) fn wait(mut child: Box<dyn Child + Send + Sync>) -> ExitStatus {
    let mut killer = child.clone_killer();
    let (say, ended) = channel();
    std::thread::spawn(move || say.send(child.wait()));
    let status = ended.recv_timeout(LIMIT).unwrap_or_else(|_| {
        drop(killer.kill());
        panic!("the program did not end");
    });
    status.expect("a status")
}

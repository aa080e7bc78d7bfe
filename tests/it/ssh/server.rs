//! An OpenSSH server of the test's own, with one key whose forced command is the deck, and a wire to it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::databases::World;
use crate::pty::{LIMIT, PROGRAM, Pty};

/// How often a state that nobody announces is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A server with a database behind it.
pub(super) struct Server {
    sshd: Child,
    folder: TempDir,
    database: String,
    user: String,
    pub(super) wire: Wire,
}

impl Server {
    pub(super) fn start(world: &World) -> Self {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        for name in ["host", "key"] {
            let made = tool("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &at(name)]).status();
            assert!(made.expect("ssh-keygen; tests/run.sh installs it").success());
        }
        fs::create_dir(folder.path().join("home")).unwrap();
        let database = world.url();
        let command = format!("env HOME={} {PROGRAM} --as ana --database {database} review", at("home"));
        let key = fs::read_to_string(at("key.pub")).unwrap();
        fs::write(at("authorized"), format!("restrict,pty,command=\"{command}\" {key}")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin forced-commands-only\n\
             Subsystem sftp internal-sftp\nClientAliveInterval 1\nClientAliveCountMax 2\n",
            at("host"),
            at("authorized")
        );
        fs::write(at("config"), config).unwrap();
        if geteuid().is_root() {
            // A server that was never started on this machine has no such folder yet, and insists on it.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let sshd = if Path::new("/usr/sbin/sshd").exists() { "/usr/sbin/sshd" } else { "sshd" };
        let log = fs::File::create(at("log")).unwrap();
        let sshd = Command::new(sshd)
            .args(["-D", "-e", "-f", &at("config")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("sshd; tests/run.sh installs it");
        let until = Instant::now() + LIMIT;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "sshd does not listen: {}", fs::read_to_string(at("log")).unwrap());
            std::thread::park_timeout(LOOK);
        }
        let user = Command::new("id").arg("-un").output().expect("a name").stdout;
        let user = String::from_utf8(user).unwrap().trim().to_owned();
        Self { sshd, folder, database, user, wire: Wire::to(port) }
    }

    fn client(&self) -> Vec<String> {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let options = [
            "IdentitiesOnly=yes".to_owned(),
            "StrictHostKeyChecking=no".to_owned(),
            "LogLevel=ERROR".to_owned(),
            format!("UserKnownHostsFile={}", at("known")),
        ];
        let mut words: Vec<String> = ["-F", "none", "-i", &at("key"), "-p", &self.wire.port.to_string()].map(Into::into).into();
        words.extend(options.into_iter().flat_map(|option| ["-o".to_owned(), option]));
        words
    }

    fn person(&self) -> String {
        format!("{}@127.0.0.1", self.user)
    }

    /// A person logs in with a terminal.
    pub(super) fn log_in(&self) -> Pty {
        let mut command = CommandBuilder::new("ssh");
        command.env("TERM", "xterm-256color");
        command.args(self.client());
        command.args(["-tt", &self.person()]);
        Pty::run(command)
    }

    /// What comes of asking for something else, without a terminal.
    pub(super) fn ask(&self, words: &[&str]) -> String {
        let mut command = tool("ssh");
        command.args(self.client());
        let (options, rest) = if words[0] == "-s" { (&words[..1], &words[1..]) } else { (&[][..], words) };
        let said = command.args(options).arg(self.person()).args(rest).stdin(Stdio::null()).output().expect("ssh");
        String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned()
    }

    /// The decks that run on this database.
    fn decks(&self) -> Vec<Pid> {
        let processes = fs::read_dir("/proc").expect("processes").flatten();
        let ours = processes.filter_map(|process| {
            let id: i32 = process.file_name().to_str()?.parse().ok()?;
            let words = fs::read(process.path().join("cmdline")).ok()?;
            let words = String::from_utf8_lossy(&words).into_owned();
            let deck = words.starts_with(PROGRAM) && words.contains(&self.database);
            deck.then(|| Pid::from_raw(id)).flatten()
        });
        ours.collect()
    }

    pub(super) fn kill_deck(&self) {
        let decks = self.decks();
        assert_eq!(decks.len(), 1, "one session, one process");
        kill_process(decks[0], Signal::KILL).expect("it runs");
    }

    /// Until no process of the deck is left.
    pub(super) async fn is_left(&self) {
        let until = Instant::now() + LIMIT;
        while !self.decks().is_empty() {
            assert!(Instant::now() < until, "a process is left");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// As another machine: nothing that a session wrote into its home is there any more.
    pub(super) fn forget_homes(&self) {
        let home = self.folder.path().join("home");
        fs::remove_dir_all(&home).and_then(|()| fs::create_dir(&home)).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.sshd.kill());
        drop(self.sshd.wait());
    }
}

fn tool(name: &str) -> Command {
    Command::new(name)
}

/// What lies between client and server.
pub(super) struct Wire {
    port: u16,
    carried: Arc<AtomicUsize>,
    silent: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (carried, ends) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let silent = Arc::new(AtomicBool::new(false));
        let (count, kept, mute) = (Arc::clone(&carried), Arc::clone(&ends), Arc::clone(&silent));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { return };
                let both = [client.try_clone(), server.try_clone()];
                kept.lock().unwrap().extend(both.into_iter().flatten());
                let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else { return };
                let (count, mute) = (Arc::clone(&count), [Arc::clone(&mute), Arc::clone(&mute)]);
                let [there, back] = mute;
                std::thread::spawn(move || carry(from, to, &AtomicUsize::new(0), &there));
                std::thread::spawn(move || carry(server, client, &count, &back));
            }
        });
        Self { port, carried, silent, ends }
    }

    /// Bytes that went from the server to clients, SSH's own included.
    pub(super) fn carried(&self) -> usize {
        self.carried.load(Ordering::SeqCst)
    }

    /// Loses everything from here on, and tells neither end: as when a laptop is closed, or a radio leaves its reach.
    pub(super) fn fall_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }

    /// Cuts every connection.
    pub(super) fn cut(&self) {
        for end in self.ends.lock().unwrap().drain(..) {
            drop(end.shutdown(Shutdown::Both));
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, count: &AtomicUsize, silent: &AtomicBool) {
    let mut block = vec![0; 65_536];
    while let Ok(n @ 1..) = from.read(&mut block) {
        if silent.load(Ordering::SeqCst) {
            continue;
        }
        count.fetch_add(n, Ordering::SeqCst);
        if to.write_all(&block[..n]).is_err() {
            break;
        }
    }
    drop((from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both)));
}

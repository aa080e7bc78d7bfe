//! A small mail server (RFC 5321, without TLS): it takes mail, or fails at the step it is told to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What the server does with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailMode {
    /// Takes the mail.
    Ok,
    /// Asks for a login, and takes the mail.
    Login,
    /// Answers so when it meets this command (`""` is the greeting, `"."` the end of the text).
    Answer(&'static str, u16),
    /// Closes when it meets this command.
    Close(&'static str),
    /// Takes the mail, and closes without a word.
    TakeThenClose,
    /// Says nothing when it meets this command, until the other side gives up.
    Hang(&'static str),
}

/// Decides for each connection, by its number from 0, what is done with it.
type Chooser = Box<dyn FnMut(usize) -> MailMode + Send>;
/// Is told of each mail that is about to be taken: the place to look for an intent.
type Witness = Arc<dyn Fn(&str) + Send + Sync>;

/// The server. It serves until the process ends.
pub(crate) struct MailServer {
    /// Its URL.
    pub(crate) url: String,
    mails: Arc<Mutex<Vec<String>>>,
    lines: Arc<Mutex<Vec<String>>>,
    hanging: Arc<AtomicBool>,
}

impl MailServer {
    /// One that does so with its first connections, and takes the mail of those after them.
    pub(crate) fn answering(modes: &[MailMode]) -> Self {
        let modes = modes.to_vec();
        let choose = move |number: usize| modes.get(number).copied().unwrap_or(MailMode::Ok);
        Self::choosing(Box::new(choose), Arc::new(|_| ()))
    }

    /// One that is told for each connection what to do with it, and tells of each mail before it is taken.
    pub(crate) fn choosing(mut choose: Chooser, witness: Witness) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (mails, lines) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let hanging = Arc::<AtomicBool>::default();
        let talk = Talk { mails: Arc::clone(&mails), lines: Arc::clone(&lines), hanging: Arc::clone(&hanging), witness };
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mode = choose(number);
                let talk = talk.clone();
                std::thread::spawn(move || drop(talk.serve(&stream.unwrap(), mode)));
            }
        });
        Self { url, mails, lines, hanging }
    }

    /// The mails that were taken, headers and all.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }

    /// The commands that were heard.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Whether a connection has come to where nothing is said any more.
    pub(crate) fn is_hanging(&self) -> bool {
        self.hanging.load(Ordering::SeqCst)
    }
}

/// What every connection adds to.
#[derive(Clone)]
struct Talk {
    mails: Arc<Mutex<Vec<String>>>,
    lines: Arc<Mutex<Vec<String>>>,
    hanging: Arc<AtomicBool>,
    witness: Witness,
}

impl Talk {
    fn serve(&self, stream: &TcpStream, mode: MailMode) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let mut out = stream;
        // What the mode says of a command; `None` goes on.
        let met = |command: &str| match mode {
            MailMode::Answer(at, code) if at == command => Some(format!("{code} told to\r\n")),
            MailMode::Close(at) if at == command => Some(String::new()),
            _ => None,
        };
        let waits = |command: &str| matches!(mode, MailMode::Hang(at) if at == command);
        if waits("") {
            return self.wait(&mut reader);
        }
        match met("") {
            Some(told) => return out.write_all(told.as_bytes()),
            None => out.write_all(b"220 stand-in ready\r\n")?,
        }
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            self.lines.lock().unwrap().push(line.trim_end().to_owned());
            let command = line.split([' ', ':', '\r']).next().unwrap_or_default().to_ascii_uppercase();
            if waits(&command) {
                return self.wait(&mut reader);
            }
            if let Some(told) = met(&command) {
                if told.is_empty() {
                    return Ok(());
                }
                out.write_all(told.as_bytes())?;
                continue;
            }
            match command.as_str() {
                "EHLO" if mode == MailMode::Login => out.write_all(b"250-stand-in\r\n250 AUTH PLAIN\r\n")?,
                "EHLO" | "MAIL" | "RCPT" | "RSET" | "NOOP" => out.write_all(b"250 ok\r\n")?,
                "AUTH" => out.write_all(b"235 welcome\r\n")?,
                "DATA" => {
                    out.write_all(b"354 go on\r\n")?;
                    let mail = text(&mut reader)?;
                    if waits(".") {
                        return self.wait(&mut reader);
                    }
                    if let Some(told) = met(".") {
                        if told.is_empty() {
                            return Ok(());
                        }
                        out.write_all(told.as_bytes())?;
                        continue;
                    }
                    (self.witness)(&mail);
                    self.mails.lock().unwrap().push(mail);
                    if mode == MailMode::TakeThenClose {
                        return Ok(());
                    }
                    out.write_all(b"250 2.0.0 queued as 7F1\r\n")?;
                }
                "QUIT" => return out.write_all(b"221 bye\r\n"),
                _ => out.write_all(b"502 what?\r\n")?,
            }
        }
    }

    /// Says nothing until the other side closes.
    fn wait(&self, reader: &mut BufReader<&TcpStream>) -> std::io::Result<()> {
        self.hanging.store(true, Ordering::SeqCst);
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 {
            line.clear();
        }
        Ok(())
    }
}

/// The text up to its lonely dot, with doubled dots made single.
fn text(reader: &mut BufReader<&TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

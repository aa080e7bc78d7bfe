//! A small mail server (RFC 5321, with TLS where it is asked for): it takes mail, or fails at the step it is told to.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

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

/// How a connection becomes private.
#[derive(Clone, Debug)]
pub(crate) enum Privacy {
    /// Never.
    Never,
    /// From its first byte.
    AtOnce(Arc<ServerConfig>),
    /// When the other side asks for it; until then nothing else is taken.
    WhenAsked(Arc<ServerConfig>),
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
    pub(crate) fn choosing(choose: Chooser, witness: Witness) -> Self {
        Self::private(choose, witness, Privacy::Never)
    }

    /// One whose connections become private.
    pub(crate) fn private(mut choose: Chooser, witness: Witness, privacy: Privacy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (mails, lines) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let hanging = Arc::<AtomicBool>::default();
        let talk = Talk { mails: Arc::clone(&mails), lines: Arc::clone(&lines), hanging: Arc::clone(&hanging), witness };
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mode = choose(number);
                let (talk, privacy) = (talk.clone(), privacy.clone());
                std::thread::spawn(move || drop(talk.serve(stream.unwrap(), mode, privacy)));
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
    fn serve(&self, stream: TcpStream, mode: MailMode, privacy: Privacy) -> std::io::Result<()> {
        let private = |stream, config| {
            let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
            Ok::<_, std::io::Error>(BufReader::new(StreamOwned::new(connection, stream)))
        };
        match privacy {
            Privacy::Never => self.talk(&mut BufReader::new(stream), mode, true, false).map(drop),
            Privacy::AtOnce(config) => self.talk(&mut private(stream, config)?, mode, true, false).map(drop),
            Privacy::WhenAsked(config) => {
                let mut open = BufReader::new(stream);
                if self.talk(&mut open, mode, true, true)? {
                    self.talk(&mut private(open.into_inner(), config)?, mode, false, false)?;
                }
                Ok(())
            }
        }
    }

    /// Speaks until one side ends it; `true` when it is to go on in private, which is all it takes where `asks`.
    fn talk<S: Read + Write>(
        &self,
        reader: &mut BufReader<S>,
        mode: MailMode,
        greets: bool,
        asks: bool,
    ) -> std::io::Result<bool> {
        // What the mode says of a command; `None` goes on.
        let met = |command: &str| match mode {
            MailMode::Answer(at, code) if at == command => Some(format!("{code} told to\r\n")),
            MailMode::Close(at) if at == command => Some(String::new()),
            _ => None,
        };
        let waits = |command: &str| matches!(mode, MailMode::Hang(at) if at == command);
        if waits("") {
            return self.wait(reader);
        }
        match met("") {
            _ if !greets => {}
            Some(told) => return say(reader, told.as_bytes()).map(|()| false),
            None => say(reader, b"220 stand-in ready\r\n")?,
        }
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(false);
            }
            self.lines.lock().unwrap().push(line.trim_end().to_owned());
            let command = line.split([' ', ':', '\r']).next().unwrap_or_default().to_ascii_uppercase();
            if waits(&command) {
                return self.wait(reader);
            }
            if let Some(told) = met(&command) {
                if told.is_empty() {
                    return Ok(false);
                }
                say(reader, told.as_bytes())?;
                continue;
            }
            match command.as_str() {
                "EHLO" if asks => say(reader, b"250-stand-in\r\n250 STARTTLS\r\n")?,
                "STARTTLS" if asks => return say(reader, b"220 go on\r\n").map(|()| true),
                "MAIL" | "AUTH" if asks => say(reader, b"530 in private only\r\n")?,
                "EHLO" if mode == MailMode::Login => say(reader, b"250-stand-in\r\n250 AUTH PLAIN\r\n")?,
                "EHLO" | "MAIL" | "RCPT" | "RSET" | "NOOP" => say(reader, b"250 ok\r\n")?,
                "AUTH" => say(reader, b"235 welcome\r\n")?,
                "DATA" => {
                    say(reader, b"354 go on\r\n")?;
                    let mail = text(reader)?;
                    if waits(".") {
                        return self.wait(reader);
                    }
                    if let Some(told) = met(".") {
                        if told.is_empty() {
                            return Ok(false);
                        }
                        say(reader, told.as_bytes())?;
                        continue;
                    }
                    (self.witness)(&mail);
                    self.mails.lock().unwrap().push(mail);
                    if mode == MailMode::TakeThenClose {
                        return Ok(false);
                    }
                    say(reader, b"250 2.0.0 queued as 7F1\r\n")?;
                }
                "QUIT" => return say(reader, b"221 bye\r\n").map(|()| false),
                _ => say(reader, b"502 what?\r\n")?,
            }
        }
    }

    /// Says nothing until the other side closes.
    fn wait(&self, reader: &mut BufReader<impl Read>) -> std::io::Result<bool> {
        self.hanging.store(true, Ordering::SeqCst);
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 {
            line.clear();
        }
        Ok(false)
    }
}

fn say(reader: &mut BufReader<impl Write>, words: &[u8]) -> std::io::Result<()> {
    reader.get_mut().write_all(words)?;
    reader.get_mut().flush()
}

/// The text up to its lonely dot, with doubled dots made single.
fn text(reader: &mut BufReader<impl Read>) -> std::io::Result<String> {
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

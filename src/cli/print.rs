//! The one way to stdout and stderr: every line is neutralised, and a reader that left ends the printing quietly.

use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};

use serde::Serialize;

use super::args::Color;
use super::stop::Stop;
use crate::config::environment::Environment;
use crate::domain::text::neutralise;

/// Prints results.
pub(super) struct Printer {
    out: BufWriter<Box<dyn Write + Send>>,
    /// Whether results are for a program.
    pub(super) json: bool,
    colour: bool,
    gone: bool,
}

impl Printer {
    /// To stdout.
    pub(super) fn new(color: Color, json: bool) -> Self {
        let colour = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stdout().is_terminal() && !Environment::read().no_color,
        };
        Self::to(Box::new(io::stdout()), colour, json)
    }

    /// To stdout, without colour.
    pub(super) fn plain() -> Self {
        Self::to(Box::new(io::stdout()), false, false)
    }

    fn to(out: Box<dyn Write + Send>, colour: bool, json: bool) -> Self {
        Self { out: BufWriter::new(out), json, colour, gone: false }
    }

    /// Whether nobody reads any more.
    pub(super) fn gone(&self) -> bool {
        self.gone
    }

    /// Text that may hold words of others, line by line.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Stop> {
        for line in text.lines() {
            self.write(&[&neutralise(line), "\n"])?;
        }
        Ok(())
    }

    /// A heading.
    pub(super) fn heading(&mut self, text: &str) -> Result<(), Stop> {
        let (on, off) = if self.colour { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        self.write(&[on, &neutralise(text), off, "\n"])
    }

    /// Text of the program alone, such as a completion script: it may hold tabs.
    pub(super) fn own(&mut self, text: &str) -> Result<(), Stop> {
        self.write(&[text])?;
        self.finish()
    }

    /// One value as JSON over several lines.
    pub(super) fn json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        let text = serde_json::to_string_pretty(value).map_err(|e| bad_json(&e))?;
        self.text(&text)
    }

    /// One value as JSON on a line, shown at once: a program may wait for it.
    pub(super) fn json_line<T: Serialize>(&mut self, value: &T) -> Result<(), Stop> {
        let text = serde_json::to_string(value).map_err(|e| bad_json(&e))?;
        self.text(&text)
    }

    /// Hands everything to the reader.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        let done = if self.gone { Ok(()) } else { self.out.flush() };
        self.settle(done)
    }

    fn write(&mut self, parts: &[&str]) -> Result<(), Stop> {
        for part in parts {
            let done = if self.gone { Ok(()) } else { self.out.write_all(part.as_bytes()) };
            self.settle(done)?;
        }
        Ok(())
    }

    /// A reader that left has what it wanted (`quotedeck leads | head`); what was under way goes on without it.
    fn settle(&mut self, done: io::Result<()>) -> Result<(), Stop> {
        match done {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(())
            }
            done => done.map_err(|error| Stop::could_not("printing", error, "check where the output goes")),
        }
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        drop(self.finish());
    }
}

fn bad_json(error: &serde_json::Error) -> Stop {
    Stop::could_not("printing", error, "run it again without --json")
}

/// Says on stderr what went wrong or what to know; neutralised too, because reasons repeat what was given.
pub(super) fn complain(text: &str) {
    let mut err = io::stderr().lock();
    for (n, line) in text.lines().enumerate() {
        // With stderr gone there is nobody left to tell.
        drop(writeln!(err, "{}{}", if n == 0 { "quotedeck: " } else { "" }, neutralise(line)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<u8>>>);

    impl Write for Seen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_escape_sequence_comes_through() {
        let seen = Seen::default();
        let mut printer = Printer::to(Box::new(seen.clone()), false, false);
        printer.text("a\x1b[31mb\u{202e}c\nnext").unwrap();
        printer.json_line(&"x\u{9b}y").unwrap();
        printer.finish().unwrap();
        let printed = String::from_utf8(seen.0.lock().unwrap().clone()).unwrap();
        assert_eq!(printed, "a␛[31mb⟨U+202E⟩c\nnext\n\"x⟨U+009B⟩y\"\n");
    }

    #[test]
    fn a_reader_that_left_is_no_failure_but_a_full_disk_is() {
        let mut left = Printer::to(Box::new(Broken(ErrorKind::BrokenPipe)), false, false);
        left.text("x").unwrap();
        left.finish().unwrap();
        assert!(left.gone());
        let mut full = Printer::to(Box::new(Broken(ErrorKind::StorageFull)), false, false);
        full.text("x").unwrap();
        assert_eq!(full.finish().unwrap_err().status, super::super::stop::COULD_NOT);
    }
}

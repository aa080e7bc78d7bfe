//! What the loop asks of a terminal, and the painter that writes to one: a frame is one write, and no change no byte.

mod cells;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use crossterm::event::Event;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// A terminal as the loop sees it: the real one, one behind SSH, or a test's.
pub trait Surface {
    /// Where frames go.
    type Backend: Backend;

    /// The terminal to paint on.
    fn terminal(&mut self) -> &mut Terminal<Self::Backend>;

    /// The next event; `None` when the terminal is gone. Loses nothing when it is asked and not waited for.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>>;

    /// Sends a control sequence past the screen.
    fn send(&mut self, sequence: &str) -> io::Result<()>;

    /// Leaves the screen and stops reading, so that another program can have the terminal.
    fn lend(&mut self) -> io::Result<()>;

    /// Enters the screen again and reads on; everything is painted anew.
    fn take_back(&mut self) -> io::Result<()>;

    /// Lends the terminal to the shell until the person comes back.
    fn suspend(&mut self) -> io::Result<()>;
}

/// Bytes of a frame that are kept until it is whole; most frames are far smaller.
const FRAME: usize = 64 * 1024;

/// Collects what is written, and sends it as one synchronized update: no half frame is ever seen.
#[derive(Debug)]
struct Whole<W: Write> {
    to: W,
    frame: Vec<u8>,
    /// Raised by the painter when the frame is whole: the library flushes after every cursor command, too.
    done: Arc<AtomicBool>,
}

impl<W: Write> Write for Whole<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.done.load(Ordering::Relaxed) || self.frame.is_empty() {
            return Ok(());
        }
        let mut bytes = String::new();
        crossterm::Command::write_ansi(&BeginSynchronizedUpdate, &mut bytes).map_err(io::Error::other)?;
        let mut bytes = bytes.into_bytes();
        bytes.append(&mut self.frame);
        let mut end = String::new();
        crossterm::Command::write_ansi(&EndSynchronizedUpdate, &mut end).map_err(io::Error::other)?;
        bytes.extend_from_slice(end.as_bytes());
        self.to.write_all(&bytes)?;
        self.to.flush()
    }
}

/// Where the size comes from: the kernel, or what an SSH client said.
type SizeOf = Box<dyn Fn() -> io::Result<Size> + Send>;

/// Paints with few escape sequences, and writes nothing where nothing changed: ratatui alone resets colours and places
/// the cursor with every frame, which over SSH is a packet for each, and names every colour and place in full.
pub struct Painter<W: Write> {
    inner: CrosstermBackend<Whole<W>>,
    done: Arc<AtomicBool>,
    size: SizeOf,
    cursor: Cursor,
    shown: cells::Shown,
}

/// What the terminal's cursor was last told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cursor {
    Unknown,
    Hidden,
    At(Position),
    /// Shown, but cells were painted since.
    Astray,
}

impl<W: Write> Painter<W> {
    /// Paints to `to`, on a terminal of the size that `size` tells.
    pub fn new(to: W, size: impl Fn() -> io::Result<Size> + Send + 'static) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let whole = Whole { to, frame: Vec::with_capacity(FRAME), done: Arc::clone(&done) };
        Self {
            inner: CrosstermBackend::new(whole),
            done,
            size: Box::new(size),
            cursor: Cursor::Unknown,
            shown: cells::Shown::default(),
        }
    }

    /// Sends a control sequence at once.
    pub fn send(&mut self, sequence: &str) -> io::Result<()> {
        self.inner.write_all(sequence.as_bytes())?;
        Backend::flush(self)
    }

    /// Forgets what the terminal was told: another program had it.
    pub fn forget(&mut self) {
        self.cursor = Cursor::Unknown;
    }
}

impl<W: Write> Backend for Painter<W> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        if matches!(self.cursor, Cursor::At(_)) {
            self.cursor = Cursor::Astray;
        }
        let size = self.size()?;
        self.inner.write_all(self.shown.write(content, size).as_bytes())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor == Cursor::Hidden {
            return Ok(());
        }
        self.cursor = Cursor::Hidden;
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if matches!(self.cursor, Cursor::At(_) | Cursor::Astray) {
            return Ok(());
        }
        self.cursor = Cursor::Astray;
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal would read the answer past the event stream; nobody needs more than what was set.
        match self.cursor {
            Cursor::At(position) => Ok(position),
            Cursor::Unknown | Cursor::Hidden | Cursor::Astray => Ok(Position::ORIGIN),
        }
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor == Cursor::At(position) {
            return Ok(());
        }
        if self.cursor != Cursor::Hidden {
            self.cursor = Cursor::At(position);
        }
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.shown.clear();
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        // The deck has the whole screen, and clears all of it or nothing.
        self.shown.clear();
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.done.store(true, Ordering::Relaxed);
        let flushed = Backend::flush(&mut self.inner);
        self.done.store(false, Ordering::Relaxed);
        flushed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// What a terminal got; taken by looking.
    #[derive(Clone, Default)]
    struct Got(Arc<Mutex<Vec<u8>>>);

    impl Write for Got {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Got {
        fn taken(&self) -> String {
            String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
        }
    }

    fn terminal() -> (Terminal<Painter<Got>>, Got) {
        let got = Got::default();
        let painter = Painter::new(got.clone(), || Ok(Size { width: 20, height: 2 }));
        (Terminal::new(painter).unwrap(), got)
    }

    fn draw(terminal: &mut Terminal<Painter<Got>>, text: &str, cursor: Option<(u16, u16)>) {
        let drawn = terminal.draw(|frame| {
            frame.render_widget(text, frame.area());
            if let Some(at) = cursor {
                frame.set_cursor_position(at);
            }
        });
        drawn.unwrap();
    }

    #[test]
    fn a_frame_is_one_synchronized_update_and_the_same_frame_is_nothing() {
        let (mut terminal, got) = terminal();
        draw(&mut terminal, "L-2041", None);
        let first = got.taken();
        assert!(first.starts_with("\x1b[?2026h") && first.ends_with("\x1b[?2026l"), "{first:?}");
        assert_eq!(first.matches("\x1b[?2026h").count(), 1);
        draw(&mut terminal, "L-2041", None);
        assert_eq!(got.taken(), "");
        draw(&mut terminal, "L-2042", None);
        assert!(got.taken().len() < 60);
    }

    #[test]
    fn the_cursor_is_told_when_it_moved_or_was_painted_away() {
        let (mut terminal, got) = terminal();
        draw(&mut terminal, "text", Some((4, 0)));
        assert!(got.taken().contains("\x1b[?25h\x1b[1;5H"));
        draw(&mut terminal, "text", Some((4, 0)));
        assert_eq!(got.taken(), "");
        draw(&mut terminal, "texts", Some((4, 0)));
        assert!(got.taken().ends_with("\x1b[1;5H\x1b[?2026l"));
        draw(&mut terminal, "texts", None);
        assert_eq!(got.taken(), "\x1b[?2026h\x1b[?25l\x1b[?2026l");
    }

    #[test]
    fn a_sequence_is_sent_at_once() {
        let (mut terminal, got) = terminal();
        terminal.backend_mut().send("\x1b]52;c;eA==\x1b\\").unwrap();
        assert!(got.taken().contains("\x1b]52;c;eA=="));
    }
}

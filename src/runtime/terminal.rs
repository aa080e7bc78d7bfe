//! The real terminal: entered and left as a whole, also when the program panics.

use std::io::{self, Stdout, Write as _, stdout};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, Event, EventStream};
use crossterm::style::{Print, ResetColor};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use futures::Stream;
use ratatui::Terminal;
use ratatui::layout::Size;

use super::surface::{Painter, Surface};

/// Clicks and the wheel, told in a form that knows wide screens. The library's own command also asks for every
/// movement, which over SSH is a packet for each cell the mouse passes.
const CLICKS_AND_WHEEL: &str = "\x1b[?1000h\x1b[?1006h";

/// Whether the screen was entered and not left yet; the panic hook may be what leaves it.
static ENTERED: AtomicBool = AtomicBool::new(false);

fn enter() -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    crossterm::execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, Print(CLICKS_AND_WHEEL), Hide)
}

/// Leaves the screen as it was found. Done once, however often it is called.
pub(super) fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let left = crossterm::execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, ResetColor, LeaveAlternateScreen, Show);
    // The terminal may be gone; nothing is left to do then.
    drop(left.and_then(|()| disable_raw_mode()));
}

/// Leaves the terminal before a panic is told, so that it can be read; then says where unsaved text is.
pub(super) fn leave_before_a_panic_is_told(recovery: PathBuf) {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        leave();
        told(panic);
        let folder = recovery.display();
        // Without a place to say it nothing is left to do.
        drop(writeln!(
            io::stderr(),
            "quotedeck: a defect ended the deck; unsaved text is in {folder}; it is offered when you open it again"
        ));
    }));
}

/// Leaves the screen when dropped.
struct Entered;

impl Drop for Entered {
    fn drop(&mut self) {
        leave();
    }
}

/// Standard input and output as a screen; left when dropped.
pub(super) struct Tty {
    terminal: Terminal<Painter<Stdout>>,
    /// `None` while another program reads.
    input: Option<EventStream>,
    _entered: Entered,
}

impl Tty {
    pub(super) fn open() -> io::Result<Self> {
        let entered = Entered;
        enter()?;
        let size = || crossterm::terminal::size().map(|(width, height)| Size { width, height });
        let terminal = Terminal::new(Painter::new(stdout(), size))?;
        Ok(Self { terminal, input: Some(EventStream::new()), _entered: entered })
    }
}

impl Surface for Tty {
    type Backend = Painter<Stdout>;

    fn terminal(&mut self) -> &mut Terminal<Self::Backend> {
        &mut self.terminal
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let Some(input) = &mut self.input else { return Poll::Pending };
        // An error of the reader means that the terminal is gone.
        Pin::new(input).poll_next(context).map(|event| event.and_then(Result::ok))
    }

    fn send(&mut self, sequence: &str) -> io::Result<()> {
        self.terminal.backend_mut().send(sequence)
    }

    fn lend(&mut self) -> io::Result<()> {
        self.input = None;
        // The dropped reader leaves a wake-up behind. Found together with a key press, it would make crossterm forget
        // the press: its poll is edge-triggered and ends at the wake-up. Nobody types now, so it is taken away here.
        crossterm::event::poll(Duration::ZERO)?;
        leave();
        stdout().flush()
    }

    fn take_back(&mut self) -> io::Result<()> {
        // The reader first: a new one waits for ever for the lock that an old one holds.
        self.input = None;
        // Left first: whoever had it may have changed the modes that are restored in the end.
        leave();
        enter()?;
        self.terminal.backend_mut().forget();
        self.input = Some(EventStream::new());
        self.terminal.clear()
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.lend()?;
        // Not SIGTSTP: our own handlers must not have a say. The whole group, as the shell watches all of it.
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        self.take_back()
    }
}

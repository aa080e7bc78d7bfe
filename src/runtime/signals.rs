//! What ends or interrupts the deck from outside: signals, and a terminal that went away.

use std::io;
use std::sync::mpsc::channel;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// From outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// SIGINT: somebody asks it to leave. (Ctrl-C is a key here.)
    Interrupted,
    /// It must leave: SIGTERM, SIGQUIT, SIGHUP, or the terminal is gone.
    Ended,
    /// It was stopped and goes on; others may have used the terminal meanwhile.
    Continued,
}

/// Listens for signals from now on; what comes back waits for them until nobody takes them.
///
/// # Errors
/// When a signal cannot be listened for.
pub(super) fn listen(say: mpsc::Sender<Sign>) -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut quit = signal(SignalKind::quit())?;
    let mut go_on = signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?;
    Ok(async move {
        loop {
            let sign = tokio::select! {
                _ = interrupt.recv() => Sign::Interrupted,
                _ = terminate.recv() => Sign::Ended,
                _ = hang_up.recv() => Sign::Ended,
                _ = quit.recv() => Sign::Ended,
                _ = go_on.recv() => Sign::Continued,
            };
            if say.send(sign).await.is_err() {
                return;
            }
        }
    })
}

/// Time to save and leave after the terminal went away.
const LAST_MOMENTS: Duration = Duration::from_secs(3);
/// 128 + SIGHUP, as a shell would say it.
const HUNG_UP: i32 = 129;

/// Watches for the terminal going away, on a thread of its own: the library's reader can spin for ever on a terminal
/// that hung up, and a SIGHUP does not reach every process. Ends the process when the deck cannot leave in time.
pub(super) fn watch_for_hang_up(say: mpsc::Sender<Sign>) -> io::Result<()> {
    let watch = move || {
        let terminal = rustix::stdio::stdin();
        loop {
            // No events are asked for: a hang-up is always told.
            let mut polled = [PollFd::new(&terminal, PollFlags::empty())];
            match poll(&mut polled, None) {
                Err(rustix::io::Errno::INTR) => {}
                Ok(_) if polled[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) => break,
                // This terminal cannot be watched; SIGHUP is left.
                Ok(_) | Err(_) => return,
            }
        }
        // A full channel means that it is leaving already.
        let _ = say.try_send(Sign::Ended);
        let (_never, says) = channel::<()>();
        let _ = says.recv_timeout(LAST_MOMENTS);
        std::process::exit(HUNG_UP);
    };
    std::thread::Builder::new().name("hang-up".to_owned()).spawn(watch).map(drop)
}

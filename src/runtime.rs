//! The deck's life on a terminal: one loop takes in input, answers and changes, lets `App::update` decide, performs
//! the effects it gives back, and paints once.

mod clipboard;
mod deck;
mod editor;
mod effects;
mod input;
mod link;
mod recovery;
pub mod signals;
pub mod surface;
mod terminal;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::config::environment::Environment;
use crate::config::keys::KeyTable;
use crate::config::theme::Styles;
use crate::server::Reader;
use crate::store::connect::Place;
use crate::store::portal::Login;
pub use deck::Deck;

/// What a deck is opened with.
#[derive(Clone, Debug)]
pub struct Session {
    /// Where the database is.
    pub place: Place,
    /// How the portal's own connection is opened, for the preview.
    pub portal: Login,
    /// Where the time comes from.
    pub clock: Clock,
    /// The login name of who sits before the deck.
    pub actor: String,
    /// The key table with the person's changes.
    pub keys: KeyTable,
    /// Colours, or none.
    pub styles: Styles,
    /// Reads what is parked again, as the configuration says.
    pub reader: Reader,
    /// Whether the data is made up.
    pub demo: bool,
    /// Whether the drafts are shown first.
    pub open_review: bool,
    /// The folder for texts that could not be saved.
    pub recovery: PathBuf,
    /// Whether the person sits at this machine: an editor may be opened and the deck suspended, not so over SSH.
    pub local: bool,
}

/// Why the deck could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// Input or output is redirected.
    #[error(
        "opening the deck: input or output is not a terminal; run it in one, or use a command that prints, such as: quotedeck leads --json"
    )]
    NoTerminal,
    /// A terminal that cannot move its cursor.
    #[error(
        "opening the deck: TERM=dumb cannot show it; set TERM to what your terminal is, or use a command that prints, such as: quotedeck leads --json"
    )]
    Dumb,
    /// Writing to the terminal failed.
    #[error("the terminal: {0}; open the deck again, unsaved text is offered there")]
    Terminal(String),
    /// A defect in something the deck had started.
    #[error("the deck ended because of a defect; unsaved text is kept and offered at the next start")]
    Defect,
}

impl Broken {
    /// The exit status of a command that ended so (DESIGN 9).
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::NoTerminal | Self::Dumb => 2,
            Self::Terminal(_) | Self::Defect => 1,
        }
    }
}

/// Refuses what no deck can be shown on.
///
/// # Errors
/// [`Broken::NoTerminal`] and [`Broken::Dumb`], which say what to do instead.
pub fn check_terminal() -> Result<(), Broken> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Err(Broken::NoTerminal);
    }
    if Environment::read().term.is_some_and(|term| term == "dumb") {
        return Err(Broken::Dumb);
    }
    Ok(())
}

/// Opens the deck on the terminal of this process, until the person leaves or the process must end.
///
/// # Errors
/// [`Broken`]; the terminal is as it was then.
pub async fn run(session: Session) -> Result<(), Broken> {
    check_terminal()?;
    let broken = |error: std::io::Error| Broken::Terminal(error.to_string());
    let (say, signs) = mpsc::channel(16);
    let mut listening = JoinSet::new();
    listening.spawn(signals::listen(say.clone()).map_err(broken)?);
    signals::watch_for_hang_up(say).map_err(broken)?;
    terminal::leave_before_a_panic_is_told(session.recovery.clone());
    let tty = terminal::Tty::open().map_err(broken)?;
    Deck::open(session, tty, signs)?.run().await
}

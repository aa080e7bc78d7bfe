//! The deck, and the deck on a made-up day.

use super::Ran;
use super::args::{Color, Demo, Global};
use super::desk;
use super::log::state_folder;
use super::pending::{Config, demo_prepare};
use super::stop::Stop;
use crate::clock::Clock;
use crate::config::theme::Styles;
use crate::runtime::{Broken, Session, check_terminal, run};
use crate::store::connect::Place;

/// `quotedeck` and `quotedeck review`
pub(super) async fn open(global: &Global, open_review: bool) -> Ran {
    check_terminal()?;
    let config = desk::load(global)?;
    let place = desk::place(global, &config)?;
    let actor = desk::actor(global, &config)?;
    run(session(global, &config, place, actor, open_review)).await?;
    Ok(super::DONE)
}

/// `quotedeck demo`
pub(super) async fn demo(global: &Global, wanted: &Demo) -> Ran {
    check_terminal()?;
    let config = desk::load(global)?;
    let folder = tempfile::Builder::new().prefix("quotedeck-demo").tempdir();
    let folder = folder.map_err(|error| Stop::could_not("the demo's folder", error, "check the temporary folder (TMPDIR)"))?;
    let (place, _) = demo_prepare(folder.path(), wanted.seed, wanted.leads).await?;
    let _ = wanted.speed;
    run(Session { demo: true, ..session(global, &config, place, "demo".to_owned(), false) }).await?;
    Ok(super::DONE)
}

fn session(global: &Global, config: &Config, place: Place, actor: String, open_review: bool) -> Session {
    let colour = match global.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty()),
    };
    Session {
        place,
        clock: Clock::System,
        actor,
        keys: config.keys.clone(),
        styles: Styles::new(&config.theme, colour),
        demo: false,
        open_review,
        recovery: state_folder().unwrap_or_else(std::env::temp_dir).join("recovery"),
        local: std::env::var_os("SSH_CONNECTION").is_none(),
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self { status: broken.exit_status(), text: broken.to_string() }
    }
}

//! The deck, and the deck on a made-up day.

use tokio::sync::watch;

use super::Ran;
use super::args::{Color, Demo, Global};
use super::desk;
use super::stop::Stop;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::environment::Environment;
use crate::config::paths::Paths;
use crate::config::theme::Styles;
use crate::demo;
use crate::runtime::{self, Session};
use crate::store::connect::Place;

/// `quotedeck` and `quotedeck review`
pub(super) async fn open(global: &Global, config: Config, open_review: bool) -> Ran {
    let place = desk::place(global, &config)?;
    let actor = desk::actor(global, &config)?;
    runtime::run(Session { open_review, ..session(global, config, place, actor) }).await?;
    Ok(super::DONE)
}

/// `quotedeck demo`
pub(super) async fn play(global: &Global, config: Config, wanted: &Demo) -> Ran {
    let folder = tempfile::Builder::new().prefix("quotedeck-demo").tempdir();
    let folder = folder.map_err(|error| Stop::could_not("the demo's folder", error, "check the temporary folder (TMPDIR)"))?;
    let leads = usize::try_from(wanted.leads).unwrap_or(usize::MAX);
    let day = demo::prepare(folder.path(), wanted.seed, leads, Clock::System).await?;
    let (place, owner) = (demo::place(folder.path()), day.owner.name.clone());
    // Never told to stop in words: the day ends with the deck, and its database with it.
    let (_going_on, stop) = watch::channel(false);
    let day = tokio::spawn(day.live(wanted.speed, stop));
    let ran = runtime::run(Session { demo: true, ..session(global, config, place, owner) }).await;
    day.abort();
    ran?;
    Ok(super::DONE)
}

fn session(global: &Global, config: Config, place: Place, actor: String) -> Session {
    let environment = Environment::read();
    let colour = match global.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => !environment.no_color,
    };
    Session {
        place,
        clock: Clock::System,
        actor,
        keys: config.keys,
        styles: Styles::new(&config.theme, colour),
        demo: false,
        open_review: false,
        recovery: Paths::of_user().map_or_else(|| std::env::temp_dir().join("quotedeck-recovery"), |paths| paths.recovery),
        local: !environment.over_ssh,
    }
}

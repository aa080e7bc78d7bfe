//! The deck, and the deck on a made-up day.

use std::time::Duration;

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
use crate::demo::prepare;
use crate::runtime::{self, Session};
use crate::server::Reader;
use crate::store::connect::Place;

/// How long a made-up day may take to end when the person has left.
const ENDING: Duration = Duration::from_millis(500);

/// `quotedeck` and `quotedeck review`
pub(super) async fn open(global: &Global, config: Config, open_review: bool) -> Ran {
    let place = desk::place(global, &config)?;
    let actor = desk::actor(global, &config)?;
    runtime::run(Session { open_review, ..session(global, config, place, actor) }).await?;
    Ok(super::DONE)
}

/// `quotedeck demo`
pub(super) async fn demo(global: &Global, config: Config, wanted: &Demo) -> Ran {
    // Told before a day is made that nobody could see.
    runtime::check_terminal()?;
    let folder = tempfile::Builder::new().prefix("quotedeck-demo").tempdir();
    let folder = folder.map_err(|error| Stop::could_not("the demo's folder", error, "check the temporary folder (TMPDIR)"))?;
    let day = prepare(folder.path(), wanted.seed, wanted.leads.into(), Clock::System).await?;
    let (place, owner) = (day.store.place.clone(), day.owner.name.clone());
    let (stop, stopped) = watch::channel(false);
    let living = tokio::spawn(day.live(wanted.speed, stopped));
    let recovery = folder.path().join("recovery");
    let session = Session { demo: true, clock: Clock::System, recovery, ..session(global, config, place, owner) };
    let ran = runtime::run(session).await;
    stop.send_replace(true);
    // What is still on its way then goes with the folder.
    let ending = living.abort_handle();
    drop(tokio::time::timeout(ENDING, living).await);
    ending.abort();
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
        portal: desk::portal(&config),
        // Until the database has said what time it is.
        clock: Clock::anchored(Clock::System.now()),
        actor,
        keys: config.keys,
        styles: Styles::new(&config.theme, colour),
        reader: Reader::new(config.columns, config.sources),
        demo: false,
        open_review: false,
        recovery: Paths::of_user().map_or_else(|| std::env::temp_dir().join("quotedeck-recovery"), |paths| paths.recovery),
        local: !environment.over_ssh,
    }
}

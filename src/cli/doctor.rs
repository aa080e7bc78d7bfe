//! Looks at everything a working day rests on, and says what to do.

use std::io::IsTerminal as _;
use std::path::Path;

use serde::Serialize;

use super::Ran;
use super::args::Global;
use super::desk;
use super::log;
use super::print::Printer;
use super::rows::{Shown, at, show_all};
use super::stop::{COULD_NOT, Stop};
use crate::clock::Clock;
use crate::config::Config;
use crate::store::Store;
use crate::store::connect::{Place, Purpose};

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
enum Health {
    Ok,
    Warn,
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Looked {
    what: &'static str,
    health: Health,
    said: String,
}

impl Shown for Looked {
    const HEADS: &'static [&'static str] = &["what", "health"];
    fn cells(&self) -> Vec<String> {
        vec![self.what.to_owned(), self.health.to_string()]
    }
}

/// `quotedeck doctor`
pub(super) async fn run(global: &Global, config: Result<Config, Stop>, printer: &mut Printer) -> Ran {
    let mut looked = Vec::new();
    let mut look = |what, health, said: String| looked.push(Looked { what, health, said });
    match config {
        Err(stop) => look("configuration", Health::Bad, stop.text),
        Ok(config) => {
            let file =
                config.path.as_ref().map_or_else(|| "no file, the defaults hold".to_owned(), |path| path.display().to_string());
            look("configuration", Health::Ok, file);
            log_file(&config, &mut look);
            match desk::place(global, &config) {
                Err(stop) => look("database", Health::Bad, stop.text),
                Ok(place) => database(global, &config, &place, &mut look).await,
            }
        }
    }
    terminal(&mut look);
    if printer.json {
        show_all(printer, &looked)?;
    } else {
        // What to do is longer than a cell, and must be whole.
        let widest = looked.iter().map(|row| row.what.len()).max().unwrap_or(0);
        for row in &looked {
            printer.text(&format!("{:4}  {:widest$}  {}", row.health.to_string(), row.what, row.said))?;
        }
    }
    Ok(if looked.iter().any(|row| row.health == Health::Bad) { COULD_NOT } else { super::DONE })
}

async fn database(global: &Global, config: &Config, place: &Place, look: &mut impl FnMut(&'static str, Health, String)) {
    let store = match Store::open(place, Clock::System, Purpose::Deck).await {
        Ok(store) => store,
        Err(failure) => return look("database", Health::Bad, failure.to_string()),
    };
    look("database", Health::Ok, format!("{place} answers, and its tables are the ones this program knows"));
    if let Place::Sqlite(path) = place {
        private(path, look);
    }
    match people(global, config, &store).await {
        Ok((health, said)) => look("you", health, said),
        Err(stop) => look("you", Health::Bad, stop.text),
    }
    match store.list_journal(i64::MAX, 1).await {
        Ok(entries) => {
            let now = Clock::System.now();
            match entries.first().map(|last| last.entry.at).filter(|&last| last > now + chrono::TimeDelta::minutes(1)) {
                Some(last) => {
                    let said = format!("it is {} here, and the last entry is of {}; set this machine's clock", at(now), at(last));
                    look("clock", Health::Bad, said);
                }
                None => look("clock", Health::Ok, at(now)),
            }
        }
        Err(failure) => look("clock", Health::Warn, failure.to_string()),
    }
    store.close().await;
}

async fn people(global: &Global, config: &Config, store: &Store) -> Result<(Health, String), Stop> {
    let me = desk::person(store, &desk::actor(global, config)?).await?;
    let clients = store.list_clients(&me).await?.len();
    if clients == 0 {
        return Ok((Health::Warn, format!("{} ({}) sees no client; add one with: quotedeck client add NAME", me.name, me.role)));
    }
    Ok((Health::Ok, format!("{} ({}), clients seen: {clients}", me.name, me.role)))
}

/// The file holds raw payloads: nobody else on the machine should read it.
fn private(path: &Path, look: &mut impl FnMut(&'static str, Health, String)) {
    #[cfg(unix)]
    if let Ok(about) = std::fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt as _;
        if about.permissions().mode() & 0o077 != 0 {
            let said = format!("others on this machine may read it; run: chmod 600 {}", path.display());
            look("database file", Health::Warn, said);
        }
    }
}

fn terminal(look: &mut impl FnMut(&'static str, Health, String)) {
    let term = crate::config::environment::Environment::read().term.unwrap_or_default();
    if !std::io::stdout().is_terminal() {
        return look("terminal", Health::Warn, "the output is no terminal; the deck needs one, commands do not".to_owned());
    }
    let (columns, rows) = crossterm::terminal::size().unwrap_or_default();
    let said = format!("{term}, {columns}×{rows}");
    if term.is_empty() || term == "dumb" {
        look("terminal", Health::Bad, format!("TERM is {term:?}; set it to what your terminal is, such as xterm-256color"));
    } else if columns < 80 || rows < 24 {
        look("terminal", Health::Warn, format!("{said}: one pane at a time; make it 80×24 or larger to see all five"));
    } else {
        look("terminal", Health::Ok, said);
    }
}

fn log_file(config: &Config, look: &mut impl FnMut(&'static str, Health, String)) {
    match &config.log.file {
        None => look("log", Health::Warn, "this login has no home folder; nothing is logged".to_owned()),
        Some(file) => match log::prepare(file) {
            Ok(()) => look("log", Health::Ok, file.display().to_string()),
            Err(error) => look("log", Health::Warn, format!("{}: {error}; nothing is logged", file.display())),
        },
    }
}

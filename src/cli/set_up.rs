//! Making a place ready: the configuration file, the database, its first people.

use std::path::Path;

use super::Ran;
use super::args::{Global, Seed};
use super::desk::{self, Desk};
use super::pending::Ahead as _;
use super::pending::{Config, bring_in};
use super::print::{Printer, complain};
use super::stop::Stop;
use crate::clock::Clock;
use crate::domain::actor::Right;
use crate::store::Store;

/// `quotedeck init`
pub(super) async fn init(global: &Global, printer: &mut Printer) -> Ran {
    if let Some(path) = desk::config_path(global).filter(|path| !path.exists()) {
        write_new(&path, &Config::example())?;
        printer.text(&format!("configuration: wrote {}", path.display()))?;
    }
    let config = desk::load(global)?;
    let place = desk::place(global, &config)?;
    let name = desk::actor(global, &config)?;
    let store = Store::init(&place, Clock::System).await?;
    printer.text(&format!("database: {place} is ready"))?;
    bring_in(&store, &config, &name).await?;
    let people = store.list_people().await?;
    printer
        .text(&format!("people: {}", people.iter().map(|p| format!("{} ({})", p.name, p.role)).collect::<Vec<_>>().join(", ")))?;
    store.close().await;
    Ok(super::DONE)
}

/// Writes a file that is not there yet; only its owner may read it, because a database URL may hold a password.
fn write_new(path: &Path, text: &str) -> Result<(), Stop> {
    use std::io::Write as _;
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(text.as_bytes())
    };
    write().map_err(|error| Stop::could_not(path.display(), error, "choose another file with --config FILE"))
}

/// `quotedeck config example`
pub(super) fn example(printer: &mut Printer) -> Ran {
    printer.own(&Config::example())?;
    Ok(super::DONE)
}

/// `quotedeck config check`
pub(super) fn check(global: &Global, printer: &mut Printer) -> Ran {
    let config = desk::load(global)?;
    let place = desk::place(global, &config)?;
    match &config.path {
        Some(path) => printer.text(&format!("{} is sound; the database is {place}", path.display()))?,
        None => printer.text(&format!("there is no configuration file; the defaults hold, and the database is {place}"))?,
    }
    Ok(super::DONE)
}

/// `quotedeck config path`
pub(super) fn path(global: &Global, printer: &mut Printer) -> Ran {
    let path = desk::config_path(global)
        .ok_or_else(|| Stop::usage("the configuration", "this login has no home folder", "name a file with --config FILE"))?;
    printer.text(&path.display().to_string())?;
    if !path.exists() {
        complain("there is no such file; make it with: quotedeck init");
    }
    Ok(super::DONE)
}

/// `quotedeck seed`
pub(super) async fn seed(desk: &Desk, wanted: &Seed, printer: &mut Printer) -> Ran {
    desk.require(Right::Own, "fill the database with made-up leads")?;
    desk.store.seed(wanted.leads, wanted.seed).await?;
    printer.text(&format!("{} made-up leads are there", wanted.leads))?;
    Ok(super::DONE)
}

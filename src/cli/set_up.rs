//! Making a place ready: the configuration file, the database, its first people.

use std::path::Path;

use super::Ran;
use super::args::{Global, Seed};
use super::desk::{self, Desk};
use super::print::{Printer, complain};
use super::stop::{COULD_NOT, Stop};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::actor::{Right, Role};
use crate::store::Store;
use crate::store::connect::Place;
use crate::workflow::set_up::bring_in;

/// `quotedeck init`
pub(super) async fn init(global: &Global, printer: &mut Printer) -> Ran {
    if let Some(path) = desk::config_path(global).filter(|path| !path.exists()) {
        write_new(&path, &Config::example())?;
        printer.text(&format!("configuration: wrote {}", path.display()))?;
    }
    let config = desk::load(global)?;
    let place = desk::place(global, &config)?;
    let name = desk::actor(global, &config)?;
    if let Place::Sqlite(file) = &place
        && !file.exists()
    {
        // Made empty first, because what will be in it is nobody else's: raw payloads.
        write_new(file, "")?;
    }
    let store =
        Store::init(&place, Clock::System).await.map_err(|failure| Stop { status: COULD_NOT, text: failure.to_string() })?;
    printer.text(&format!("database: {place} is ready"))?;
    let people = store.list_people().await?;
    let owner = people.iter().any(|person| person.name == name && person.role == Role::Owner);
    if people.is_empty() || owner {
        bring_in(&store, &config, &name).await?;
    } else {
        // Else a configuration of one's own would make anybody an owner.
        complain(&format!("clients and people were left as they are: {name} is no owner here; let an owner run it"));
    }
    let people = store.list_people().await?;
    printer
        .text(&format!("people: {}", people.iter().map(|p| format!("{} ({})", p.name, p.role)).collect::<Vec<_>>().join(", ")))?;
    let places: Vec<String> = store.list_destinations().await?.into_iter().map(|place| place.name).collect();
    printer.text(&format!("destinations: {}", places.join(", ")))?;
    // What acts by itself from now on is told before it does.
    let automations = store.list_automations().await?;
    let automations: Vec<String> = automations.iter().map(|one| format!("{} ({})", one.name, one.stage)).collect();
    printer.text(&format!("automations: {}; see quotedeck automations", automations.join(", ")))?;
    store.close().await;
    Ok(super::DONE)
}

/// Writes a file that is not there yet; only its owner may read it: a database URL may hold a password.
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
    write().map_err(|error| Stop::could_not(path.display(), error, "check the folder, or choose another file"))
}

/// `quotedeck config example`
pub(super) fn example(printer: &mut Printer) -> Ran {
    printer.own(&Config::example())?;
    Ok(super::DONE)
}

/// `quotedeck config check`
pub(super) fn check(global: &Global, config: &Config, printer: &mut Printer) -> Ran {
    let place = desk::place(global, config)?;
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

//! Looks at everything a working day rests on, and says what to do.

use std::io::IsTerminal as _;
use std::path::Path;

use serde::Serialize;
use strum::VariantArray as _;

use super::Ran;
use super::args::Global;
use super::desk;
use super::log;
use super::print::Printer;
use super::rows::{Shown, at, show_all};
use super::stop::{COULD_NOT, Stop};
use crate::clock::Clock;
use crate::config::rules::OPERATIONS;
use crate::config::{Config, PortalSetting};
use crate::delivery::couriers::Couriers;
use crate::domain::destination::Setting;
use crate::domain::event::Channel;
use crate::domain::failure::Failure;
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
    what: String,
    health: Health,
    said: String,
}

impl Shown for Looked {
    const HEADS: &'static [&'static str] = &["what", "health"];
    fn cells(&self) -> Vec<String> {
        vec![self.what.clone(), self.health.to_string()]
    }
}

/// `quotedeck doctor`
pub(super) async fn run(global: &Global, config: Result<Config, Stop>, printer: &mut Printer) -> Ran {
    let mut looked = Vec::new();
    let mut look = |what: &str, health, said: String| looked.push(Looked { what: what.to_owned(), health, said });
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
            destinations(&config, &mut look);
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

async fn database(global: &Global, config: &Config, place: &Place, look: &mut impl FnMut(&str, Health, String)) {
    let store = match Store::open(place, Clock::System, Purpose::Deck).await {
        Ok(store) => store.seen_through(&desk::portal(config)),
        Err(failure) => return look("database", Health::Bad, failure.to_string()),
    };
    look("database", Health::Ok, format!("{place} answers, and its tables are the ones this program knows"));
    if let Place::Sqlite(path) = place {
        private(path, look);
    }
    match store.server_settings().await {
        Ok(Some(settings)) => {
            let troubles = settings.troubles();
            if troubles.is_empty() {
                look("database server", Health::Ok, settings.version.clone());
            }
            for trouble in troubles {
                look("database server", Health::Warn, trouble);
            }
        }
        Ok(None) => {}
        Err(failure) => look("database server", Health::Warn, failure.to_string()),
    }
    let (health, said) = portal(config, &store).await;
    look("portal preview", health, said);
    match people(global, config, &store).await {
        Ok((health, said)) => look("you", health, said),
        Err(stop) => look("you", Health::Bad, stop.text),
    }
    match texts(&store).await {
        Ok((health, said)) => look("texts", health, said),
        Err(failure) => look("texts", Health::Warn, failure.to_string()),
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

/// What a reviewer's preview is fetched as.
async fn portal(config: &Config, store: &Store) -> (Health, String) {
    match store.portal_reader().await {
        Ok(Some(reader)) if reader.own => {
            let said = format!("fetched as the portal's own login {}", reader.login);
            if reader.unbounded.is_empty() {
                return (Health::Ok, said);
            }
            let set = |bound: &String| {
                let value = if bound == "statement_timeout" { "'5s'" } else { "on" };
                format!("alter role {} set {bound} = {value}", reader.login)
            };
            let remedy = reader.unbounded.iter().map(set).collect::<Vec<_>>().join("; ");
            (Health::Warn, format!("{said}, which takes no bounds over from the role quotedeck_portal; run: {remedy}"))
        }
        Ok(Some(reader)) => {
            let said = "fetched in a session of its own that starts as quotedeck_portal, on the login";
            let better = "a login of the portal's own is safer still: say it in [portal] of the configuration";
            (Health::Ok, format!("{said} {}; {better}", reader.login))
        }
        Ok(None) if config.portal != PortalSetting::default() => (
            Health::Warn,
            "SQLite has no logins: [portal] is not used; a portal gets the files of quotedeck export proof".to_owned(),
        ),
        Ok(None) => (Health::Ok, "what an export would hold: SQLite has no logins".to_owned()),
        Err(failure) => (Health::Bad, failure.to_string()),
    }
}

async fn people(global: &Global, config: &Config, store: &Store) -> Result<(Health, String), Stop> {
    let me = desk::person(store, &desk::actor(global, config)?).await?;
    let clients = store.list_clients(&me).await?.len();
    if clients == 0 {
        return Ok((Health::Warn, format!("{} ({}) sees no client; add one with: quotedeck client add NAME", me.name, me.role)));
    }
    Ok((Health::Ok, format!("{} ({}), clients seen: {clients}", me.name, me.role)))
}

/// Whether every automation that writes to people has a text to write (C7).
async fn texts(store: &Store) -> Result<(Health, String), Failure> {
    let rules = store.begin().await?.rulebook().await?;
    let acts = |operation: &str| rules.rule(operation).is_some_and(|rule| rule.stage.acts());
    let lacking: Vec<String> = OPERATIONS
        .iter()
        .filter(|(operation, _)| acts(operation))
        .filter(|(operation, _)| Channel::VARIANTS.iter().all(|channel| rules.template(operation, *channel).is_none()))
        .map(|(operation, _)| rules.template_name(operation, Channel::Sms))
        .collect();
    if lacking.is_empty() {
        return Ok((Health::Ok, "every automation that writes to people has an approved text".to_owned()));
    }
    let said =
        format!("no approved text {}, so nobody is written to; add a [[template]], then: quotedeck init", lacking.join(", "));
    Ok((Health::Bad, said))
}

/// Whether each destination could be sent to, as far as that is known without sending anything.
fn destinations(config: &Config, look: &mut impl FnMut(&str, Health, String)) {
    if config.destinations.is_empty() {
        look(
            "destinations",
            Health::Warn,
            "none is set, so nothing leaves; add a [[destination]] to the configuration".to_owned(),
        );
    }
    for setting in &config.destinations {
        let (health, said) = destination(setting);
        look(&format!("destination {}", setting.name), health, said);
    }
}

fn destination(setting: &Setting) -> (Health, String) {
    let couriers = match Couriers::new(std::slice::from_ref(setting)) {
        Ok(couriers) => couriers,
        Err(bad) => return (Health::Bad, bad.what),
    };
    if let Some(why) = couriers.trouble(&setting.name) {
        return (Health::Bad, why);
    }
    let secret = if setting.secret.is_some() { "; its secret is there" } else { "" };
    match couriers.host(&setting.name) {
        Some(host) => (Health::Ok, format!("{} at {host}{secret}", setting.system)),
        None => (Health::Ok, format!("{}: nothing has to leave", setting.system)),
    }
}

/// The file holds raw payloads: nobody else on the machine should read it.
fn private(path: &Path, look: &mut impl FnMut(&str, Health, String)) {
    #[cfg(unix)]
    if let Ok(about) = std::fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt as _;
        if about.permissions().mode() & 0o077 != 0 {
            let said = format!("others on this machine may read it; run: chmod 600 {}", path.display());
            look("database file", Health::Warn, said);
        }
    }
}

fn terminal(look: &mut impl FnMut(&str, Health, String)) {
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

fn log_file(config: &Config, look: &mut impl FnMut(&str, Health, String)) {
    match &config.log.file {
        None => look("log", Health::Warn, "this login has no home folder; nothing is logged".to_owned()),
        Some(file) => match log::prepare(file) {
            Ok(()) => look("log", Health::Ok, file.display().to_string()),
            Err(error) => look("log", Health::Warn, format!("{}: {error}; nothing is logged", file.display())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::destination::{Secret, System};
    use rstest::rstest;

    #[rstest]
    #[case(
        System::Hubspot,
        "https://api.hubapi.com",
        Ok("hunter2"),
        Health::Ok,
        "hubspot at api.hubapi.com; its secret is there"
    )]
    #[case(System::Hubspot, "https://api.hubapi.com", Err("TOKEN is not set; set it"), Health::Bad, "TOKEN is not set; set it")]
    #[case(
        System::Webhook,
        "https://example.com/in?key=hunter2",
        Ok("whsec_aHVudGVyMg=="),
        Health::Ok,
        "webhook at example.com; its secret is there"
    )]
    #[case(
        System::Webhook,
        "https://example.com",
        Ok("hunter2"),
        Health::Bad,
        "its secret is no signing key; it begins with whsec_, and base64 follows"
    )]
    #[case(System::Twilio, "ftp://hunter2", Ok("x"), Health::Bad, "url: only https:// can be spoken here; write https://HOST")]
    #[case(System::Portal, "", Err(""), Health::Ok, "portal: nothing has to leave")]
    fn a_destination_is_looked_at(
        #[case] system: System,
        #[case] url: &str,
        #[case] secret: Result<&str, &str>,
        #[case] health: Health,
        #[case] said: &str,
    ) {
        let setting = Setting {
            name: "There".into(),
            system,
            url: url.into(),
            account: String::new(),
            from: String::new(),
            model: String::new(),
            price: crate::domain::destination::Price::default(),
            timeout_seconds: None,
            secret: secret.ok().map(Secret::new),
            missing: secret.err().map(str::to_owned),
            grant: None,
            concurrency: None,
            per_minute: None,
            incident_owner: None,
            rollback: None,
        };
        assert_eq!(destination(&setting), (health, said.to_owned()));
    }
}

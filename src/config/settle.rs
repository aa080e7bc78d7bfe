//! From the file's shape to settings that hold together: every value is looked at, and said why where it cannot be.

use std::collections::BTreeMap;
use std::path::PathBuf;

use strum::VariantArray as _;
use toml::Spanned;

use super::bad::Fault;
use super::destinations::{Described, destinations};
use super::file::{Client, File, Person, Text};
use super::keys::{BadKeys, KeyTable};
use super::portal::{self, portal};
use super::sources::{DescribedServe, DescribedSource, serve, sources};
use super::syncs::syncs;
use super::theme::Theme;
use super::{AutomationSetting, ClientSetting, LogLevel, PersonSetting, TemplateSetting, rules};
use crate::domain::contact::{Phone, is_region};
use crate::domain::event::{Columns, FIELDS};
use crate::domain::money::Money;
use crate::domain::severities::Severities;
use crate::domain::span::{FindingKind, Severity};
use crate::domain::sync::SyncSetting;
use crate::domain::text::is_unsafe;

/// Time zone of a client that names none.
pub(super) const TIME_ZONE: &str = "America/Chicago";
/// Region of a client that names none.
pub(super) const REGION: &str = "US";
/// Quotes below this take the automated path where a client says nothing.
pub(super) const LOW_VALUE_BELOW: Money = Money::whole(500);
/// Quotes at or above this go to a person first where a client says nothing.
pub(super) const HIGH_VALUE_AT: Money = Money::whole(2_000);
/// How much is logged when nothing is said.
pub(super) const LOG_LEVEL: LogLevel = LogLevel::Info;

/// Longest name, in characters: it must fit on a screen.
const LONGEST_NAME: usize = 80;

/// The file's settings with defaults for what it leaves out; `None` where the default depends on the person.
pub(super) struct Settled {
    pub(super) database: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) portal: portal::Described,
    pub(super) clients: Vec<ClientSetting>,
    pub(super) people: Vec<PersonSetting>,
    pub(super) destinations: Vec<Described>,
    pub(super) serve: DescribedServe,
    pub(super) sources: Vec<DescribedSource>,
    pub(super) syncs: Vec<SyncSetting>,
    pub(super) templates: Vec<TemplateSetting>,
    pub(super) automations: Vec<AutomationSetting>,
    pub(super) columns: Columns,
    pub(super) keys: KeyTable,
    pub(super) theme: Theme,
    pub(super) log_level: LogLevel,
    pub(super) log_file: Option<PathBuf>,
}

/// Checks all of it.
pub(super) fn settle(file: File) -> Result<Settled, Fault> {
    if let Some(url) = &file.database {
        database(url.get_ref()).map_err(|what| fault(url, what))?;
    }
    let clients = clients(file.client)?;
    let templates = rules::templates(&file.template)?;
    let destinations = destinations(&file.destination)?;
    Ok(Settled {
        automations: rules::automations(&file.automation, &templates)?,
        templates,
        people: people(file.person, &clients)?,
        syncs: syncs(&file.sync, &destinations)?,
        destinations,
        serve: serve(&file.serve)?,
        sources: sources(&file.source)?,
        clients,
        actor: file.actor.map(|actor| name(&actor)).transpose()?,
        portal: portal(&file.portal)?,
        database: file.database.map(Spanned::into_inner),
        columns: columns(&file.csv.columns)?,
        keys: keys(&file.keys)?,
        theme: theme(file.theme)?,
        log_level: file.log.level.map_or(LOG_LEVEL, |level| level.0),
        log_file: file.log.file.map(|path| self::path(&path)).transpose()?,
    })
}

pub(super) fn fault<T>(at: &Spanned<T>, what: impl Into<String>) -> Fault {
    Fault::new(&at.span(), what)
}

/// Whether a URL names a database. The URL is never repeated: it may hold a password.
pub(super) fn database(url: &str) -> Result<(), String> {
    const FORMS: &str = "write sqlite:PATH or postgres://USER@HOST/NAME";
    let postgres = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
    let named = match url.strip_prefix("sqlite:") {
        Some(path) if path.trim_start_matches('/').starts_with('~') => {
            return Err("~ is not replaced here; write the whole path".to_owned());
        }
        Some(path) => !path.trim_matches('/').is_empty(),
        None => postgres.is_some_and(|rest| !rest.is_empty()),
    };
    match named {
        _ if url.chars().any(is_unsafe) => Err(format!("it holds a character that nobody can see; {FORMS}")),
        true => Ok(()),
        false => Err(format!("it names no database; {FORMS}")),
    }
}

pub(super) fn path(text: &Text) -> Result<PathBuf, Fault> {
    match text.get_ref().as_str() {
        "" => Err(fault(text, "it is empty; write a path, or leave the key out")),
        path if path.starts_with('~') => Err(fault(text, "~ is not replaced here; write the whole path")),
        path => Ok(path.into()),
    }
}

pub(super) fn name(text: &Text) -> Result<String, Fault> {
    let name = text.get_ref().trim();
    if name.is_empty() {
        return Err(fault(text, "it is empty; write a name"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(fault(text, format!("it is longer than {LONGEST_NAME} characters; write a shorter name")));
    }
    if name.chars().any(is_unsafe) {
        return Err(fault(text, "it holds a character that nobody can see; write it with letters alone"));
    }
    Ok(name.to_owned())
}

fn clients(tables: Vec<Client>) -> Result<Vec<ClientSetting>, Fault> {
    let mut clients: Vec<ClientSetting> = Vec::new();
    let mut reached: BTreeMap<String, String> = BTreeMap::new();
    for table in tables {
        let client = client(&table)?;
        if clients.iter().any(|other| other.name.to_lowercase() == client.name.to_lowercase()) {
            return Err(fault(&table.name, "another client has this name; give each its own"));
        }
        for (written, address) in table.addresses.iter().zip(&client.addresses) {
            if let Some(other) = reached.insert(address.clone(), client.name.clone()) {
                return Err(fault(written, format!("{other} has this address already; a payload must name one client")));
            }
        }
        clients.push(client);
    }
    Ok(clients)
}

fn client(table: &Client) -> Result<ClientSetting, Fault> {
    let time_zone = match &table.time_zone {
        Some(zone) if zone.get_ref().parse::<chrono_tz::Tz>().is_err() => {
            return Err(fault(zone, format!("{:?} is no time zone; write one like {TIME_ZONE}", short(zone))));
        }
        zone => zone.as_ref().map_or(TIME_ZONE, |zone| zone.get_ref().as_str()).to_owned(),
    };
    let region = match &table.region {
        Some(region) if !is_region(region.get_ref()) => {
            return Err(fault(region, format!("{:?} is no region; write two letters like {REGION}", short(region))));
        }
        region => region.as_ref().map_or(REGION, |region| region.get_ref().as_str()).to_owned(),
    };
    let low_value_below = table.low_value_below.map_or(LOW_VALUE_BELOW, |amount| amount.0);
    let high_value_at = table.high_value_at.as_ref().map_or(HIGH_VALUE_AT.max(low_value_below), |amount| amount.get_ref().0);
    if let Some(high) = table.high_value_at.as_ref().filter(|_| high_value_at < low_value_below) {
        return Err(fault(high, format!("it is less than low_value_below ({low_value_below}); raise it, or lower that")));
    }
    let address = |written: &Text| match Phone::parse(written.get_ref(), &region) {
        Ok(phone) => Ok(phone.as_str().to_owned()),
        Err(_) => name(written),
    };
    let addresses = table.addresses.iter().map(address).collect::<Result<_, _>>()?;
    let severities = severities(&table.findings)?;
    Ok(ClientSetting { name: name(&table.name)?, time_zone, region, low_value_below, high_value_at, addresses, severities })
}

/// What findings weigh for a client. What is unsafe stays as heavy as it is.
fn severities(table: &BTreeMap<Text, Text>) -> Result<Severities, Fault> {
    let mut severities = Severities::default();
    for (kind, severity) in table {
        let known = |words: Vec<&str>| words.join(", ");
        let found: FindingKind = kind.get_ref().parse().map_err(|_| {
            let kinds = FindingKind::VARIANTS.iter().map(|kind| kind.as_str()).collect();
            fault(kind, format!("there is no such finding; known here: {}", known(kinds)))
        })?;
        let weight: Severity = severity.get_ref().parse().map_err(|_| {
            let weights = Severity::VARIANTS.iter().map(|severity| severity.as_str()).collect();
            fault(severity, format!("there is no such word; write one of: {}", known(weights)))
        })?;
        severities.set(found, weight).map_err(|light| fault(severity, light.to_string()))?;
    }
    Ok(severities)
}

/// What stands there, short enough for an error.
fn short(text: &Text) -> String {
    text.get_ref().chars().take(40).collect()
}

fn people(tables: Vec<Person>, clients: &[ClientSetting]) -> Result<Vec<PersonSetting>, Fault> {
    let mut people: Vec<PersonSetting> = Vec::new();
    for table in tables {
        let name = name(&table.name)?;
        if people.iter().any(|other| other.name == name) {
            return Err(fault(&table.name, "another person has this name; give each their own"));
        }
        let known = |client: &Text| match clients.iter().find(|known| known.name == client.get_ref().trim()) {
            Some(known) => Ok(known.name.clone()),
            None => Err(fault(client, format!("no [[client]] has the name {:?}; write it as it is there", short(client)))),
        };
        let clients = table.clients.as_ref().map(|names| names.iter().map(known).collect::<Result<_, _>>()).transpose()?;
        people.push(PersonSetting { name, role: table.role.0, clients });
    }
    Ok(people)
}

pub(super) fn columns(table: &BTreeMap<Text, Text>) -> Result<Columns, Fault> {
    let mut columns = Columns::default();
    for (field, column) in table {
        if !FIELDS.contains(&field.get_ref().as_str()) {
            return Err(fault(field, format!("there is no such field; write one of: {}", FIELDS.join(", "))));
        }
        if column.get_ref().trim().is_empty() {
            return Err(fault(column, "it is empty; write the column's name, or leave the key out"));
        }
        columns.0.insert(field.get_ref().clone(), column.get_ref().trim().to_owned());
    }
    Ok(columns)
}

fn keys(table: &BTreeMap<Text, Vec<String>>) -> Result<KeyTable, Fault> {
    let changes: BTreeMap<_, _> = table.iter().map(|(action, keys)| (action.get_ref().clone(), keys.clone())).collect();
    KeyTable::new(&changes).map_err(|bad| {
        let (action, what) = match bad {
            BadKeys::Action(action) => (action, "there is no such action; `quotedeck config example` lists them".to_owned()),
            BadKeys::Chord(action, bad) => (action, bad.to_string()),
            BadKeys::Taken(action, key, other) => {
                // The action that is met second may be the one the person did not touch.
                let (touched, other) =
                    if changes.contains_key(&action) { (action, other.to_string()) } else { (other.to_string(), action) };
                (touched, format!("{key} already means {other} there; give one of them another key"))
            }
        };
        let span = table.keys().find(|key| *key.get_ref() == action).map_or(0..0, Spanned::span);
        Fault::new(&span, what)
    })
}

fn theme(mut table: BTreeMap<Text, Text>) -> Result<Theme, Fault> {
    let mut theme = Theme::default();
    if let Some(name) = table.extract_if(.., |key, _| key.get_ref() == "name").next().map(|(_, name)| name) {
        let known = Theme::NAMES.join(", ");
        theme =
            Theme::named(name.get_ref()).ok_or_else(|| fault(&name, format!("there is no such theme; write one of: {known}")))?;
    }
    for (meaning, colour) in &table {
        let Some(slot) = theme.slot(meaning.get_ref()) else {
            let known = Theme::MEANINGS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            return Err(fault(meaning, format!("there is no such colour; known here: name, {known}")));
        };
        *slot = Theme::colour(colour.get_ref()).ok_or_else(|| {
            fault(colour, "this is no colour; write a name like red or bright-blue, #rrggbb, a number from 0 to 255, or default")
        })?;
    }
    Ok(theme)
}

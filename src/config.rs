//! Everything a person can set: the file and the environment become one validated `Config`, the key table and the theme.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::domain::actor::Role;
use crate::domain::automation::{Limit, Stage};
use crate::domain::destination::Setting;
use crate::domain::event::{Channel, Columns};
use crate::domain::money::Money;
use crate::domain::severities::Severities;
use crate::domain::source::{ServeSetting, SourceSetting};
use crate::domain::sync::SyncSetting;
use crate::domain::words;

mod bad;
mod destinations;
pub mod environment;
mod example;
mod file;
pub mod keys;
pub mod paths;
mod portal;
pub mod rules;
mod secret;
mod settle;
mod sources;
mod syncs;
pub mod theme;

pub use bad::BadConfig;
use destinations::Described;
use environment::Environment;
use keys::KeyTable;
use paths::Paths;
pub use portal::PortalSetting;
use sources::DescribedSource;
use theme::Theme;

/// The largest file that is read, in bytes: a config of a thousand clients has a fifth of it.
const LARGEST: usize = 1024 * 1024;

/// What was set, checked as a whole. `Debug` hides the database's URL: it may hold a password.
#[derive(Clone)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://…`. `--database` goes before it.
    pub database: String,
    /// Who acts, where that was said. `--as` goes before it.
    pub actor: Option<String>,
    /// How the client portal logs in.
    pub portal: PortalSetting,
    /// The service businesses.
    pub clients: Vec<ClientSetting>,
    /// The people who act.
    pub people: Vec<PersonSetting>,
    /// The accounts at outside systems that requests go to.
    pub destinations: Vec<Setting>,
    /// How the front door is set up.
    pub serve: ServeSetting,
    /// What is set of the providers that come to it.
    pub sources: Vec<SourceSetting>,
    /// What is fetched, for whom and how often.
    pub syncs: Vec<SyncSetting>,
    /// The approved texts.
    pub templates: Vec<TemplateSetting>,
    /// How far each automation is let loose.
    pub automations: Vec<AutomationSetting>,
    /// Which CSV column holds which of our fields.
    pub columns: Columns,
    /// The key table with the person's changes.
    pub keys: KeyTable,
    /// Colours.
    pub theme: Theme,
    /// What is logged, and where.
    pub log: LogSetting,
    /// The file that was read; `None` when there is none and the defaults hold.
    pub path: Option<PathBuf>,
}

/// A service business as the file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSetting {
    /// The name people use; unique.
    pub name: String,
    /// IANA time zone of its customers.
    pub time_zone: String,
    /// ISO 3166 region assumed for phone numbers without a country code.
    pub region: String,
    /// Quotes below this take the automated path.
    pub low_value_below: Money,
    /// Quotes at or above this go to a person first.
    pub high_value_at: Money,
    /// Its own phone numbers (E.164) and accounts: a payload that reached one is its lead.
    pub addresses: Vec<String>,
    /// What findings weigh for it, where that is not the usual.
    pub severities: Severities,
}

/// A person as the file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonSetting {
    /// The login name.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Names of the clients the person may see; `None` means all.
    pub clients: Option<Vec<String>>,
}

/// An approved text as the file describes it (C7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSetting {
    /// The operation that uses it; one for mail ends in `_email`.
    pub name: String,
    /// The way it leaves.
    pub channel: Channel,
    /// What it says, with `{name}`, `{client}` and `{service}`.
    pub text: String,
    /// How to opt out, in a line.
    pub opt_out_line: String,
    /// Minutes within which somebody answers a reply.
    pub response_window_minutes: i64,
    /// Who is asked when nobody did.
    pub escalate_to: String,
    /// Who approved it.
    pub approved_by: String,
}

/// An automation as the file describes it (C10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutomationSetting {
    /// What it does: `text_back`, `quote_confirmation`, `review_request`.
    pub name: String,
    /// The text it uses, where that is not the one of its own name.
    pub template: Option<String>,
    /// How far it is let loose.
    pub stage: Stage,
    /// How much it may do while limited.
    pub limit: Option<Limit>,
    /// Who answers for what it does.
    pub owner: Option<String>,
    /// Who stops it, rolls it back and explains it.
    pub incident_owner: Option<String>,
    /// How what it did is taken back.
    pub rollback: Option<String>,
}

words! {
    /// How much is logged.
    pub enum LogLevel { Error, Warn, Info, Debug, Trace }
}

/// What is logged, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSetting {
    /// How much.
    pub level: LogLevel,
    /// Where; `None` when there is no home directory to put it in.
    pub file: Option<PathBuf>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.database.split(':').next().unwrap_or_default();
        f.debug_struct("Config")
            .field("database", &format_args!("{scheme}:…"))
            .field("actor", &self.actor)
            .field("clients", &self.clients.len())
            .field("people", &self.people.len())
            .field("destinations", &self.destinations.len())
            .field("log", &self.log)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The person's file, or the one named, with what the environment says above it. No file of one's own means the
    /// defaults; a file that was named must be there.
    ///
    /// # Errors
    /// [`BadConfig`]: where, which key, what is wrong and what to do.
    pub fn load(explicit: Option<&Path>) -> Result<Self, BadConfig> {
        let (environment, paths) = (Environment::read(), Paths::of_user());
        let path = match (explicit, &paths) {
            (Some(path), _) => Some(path.to_owned()),
            (None, Some(paths)) => Some(paths.config.clone()).filter(|path| path.exists()),
            (None, None) => None,
        };
        let Some(path) = path else { return Self::of(b"", Path::new("config.toml"), &environment, paths.as_ref()) };
        let bytes = std::fs::read(&path).map_err(|error| BadConfig::unreadable(&path, &error))?;
        let mut config = Self::of(&bytes, &path, &environment, paths.as_ref())?;
        config.path = Some(path);
        Ok(config)
    }

    /// What a file's bytes say, with the environment above them. Reads nothing but the secrets that the file names.
    fn of(bytes: &[u8], path: &Path, environment: &Environment, paths: Option<&Paths>) -> Result<Self, BadConfig> {
        let text = bad::text(bytes, path)?;
        let checked = file::File::read(text).and_then(settle::settle);
        let checked = checked.map_err(|fault| fault.at(path, text))?;
        if let Some(url) = &environment.database {
            settle::database(url).map_err(|what| BadConfig::environment(environment::DATABASE, what))?;
        }
        let database = environment.database.clone().or(checked.database);
        let database = database.or_else(|| paths.map(Paths::database_url)).ok_or(BadConfig::NoHome)?;
        let log_file = checked.log_file.or_else(|| paths.map(|paths| paths.log.clone()));
        Ok(Self {
            database,
            actor: environment.actor.clone().or(checked.actor),
            portal: checked.portal.with_url(),
            clients: checked.clients,
            people: checked.people,
            destinations: checked.destinations.into_iter().map(Described::with_secret).collect(),
            serve: checked.serve.with_key(),
            sources: checked.sources.into_iter().map(DescribedSource::with_secrets).collect(),
            syncs: checked.syncs,
            templates: checked.templates,
            automations: checked.automations,
            columns: checked.columns,
            keys: checked.keys,
            theme: checked.theme,
            log: LogSetting { level: checked.log_level, file: log_file },
            path: None,
        })
    }

    /// A commented file with every key at its default. Read back, it changes nothing.
    pub fn example() -> String {
        example::text()
    }
}

#[cfg(test)]
mod tests;

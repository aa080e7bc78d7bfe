//! What nearly every command needs: the configuration, the database, and who asks.

use std::path::PathBuf;

use super::args::Global;
use super::stop::Stop;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::environment::Environment;
use crate::config::paths::Paths;
use crate::domain::actor::{Actor, Person, Right};
use crate::domain::client::Client;
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, Ref};
use crate::domain::row::Destination;
use crate::store::Store;
use crate::store::connect::{Place, Purpose};
use crate::store::portal::Login;

/// An opened database, and the person at it.
pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) config: Config,
    pub(super) me: Person,
}

impl Desk {
    /// Opens the database and finds the person.
    pub(super) async fn open(global: &Global, config: Config) -> Result<Self, Stop> {
        let name = actor(global, &config)?;
        let store = Store::open(&place(global, &config)?, Clock::System, Purpose::Work).await.map_err(Stop::begin)?;
        let mut store = store.seen_through(&portal(&config));
        store.clock = Clock::anchored(store.database_now().await?);
        let me = person(&store, &name).await?;
        Ok(Self { store, config, me })
    }

    /// The person as an actor.
    pub(super) fn actor(&self) -> Actor {
        Actor::Person(self.me.clone())
    }

    /// Checks a right that no verb of the workflow checks.
    pub(super) fn require(&self, right: Right, act: &str) -> Result<(), Stop> {
        Ok(self.actor().require(right, act).map_err(Failure::from)?)
    }

    /// A destination, by name or reference.
    pub(super) async fn destination(&self, name: &str) -> Result<Destination, Stop> {
        let destinations = self.store.list_destinations().await?;
        let known = destinations.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join(", ");
        let named = |row: &Destination| row.name == name || Ref::new(Kind::Destination, row.number).to_string() == name;
        destinations
            .into_iter()
            .find(named)
            .ok_or_else(|| Stop::usage(name, "there is no destination of that name", format_args!("known: {known}")))
    }

    /// A client the person sees, by name or reference.
    pub(super) async fn client(&self, name: &str) -> Result<Client, Stop> {
        let clients = self.store.list_clients(&self.me).await?;
        let known = clients.iter().map(|client| client.name.as_str()).collect::<Vec<_>>().join(", ");
        let named = |client: &Client| client.name == name || format!("C-{}", client.number) == name;
        clients.into_iter().find(named).ok_or_else(|| {
            let remedy =
                if known.is_empty() { "add one with: quotedeck client add".to_owned() } else { format!("known: {known}") };
            Stop::usage(name, "there is no client of that name here", remedy)
        })
    }
}

/// Where the configuration is looked for: the file named, or the person's own.
pub(super) fn config_path(global: &Global) -> Option<PathBuf> {
    global.config.clone().or_else(|| Paths::of_user().map(|paths| paths.config))
}

/// Reads the configuration. The person's own file may be missing; a file that was named may not.
pub(super) fn load(global: &Global) -> Result<Config, Stop> {
    Config::load(global.config.as_deref()).map_err(|bad| Stop { status: super::stop::USAGE, text: bad.to_string() })
}

/// Which database: the command line, then the environment and the configuration.
pub(super) fn place(global: &Global, config: &Config) -> Result<Place, Stop> {
    let url = global.database.as_ref().unwrap_or(&config.database);
    url.parse().map_err(|bad| Stop::usage("the database", bad, "give it with --database or in the configuration"))
}

/// How the portal's own connection is opened.
pub(super) fn portal(config: &Config) -> Login {
    match (&config.portal.database, &config.portal.missing) {
        (_, Some(why)) => Login::Unknown(why.clone()),
        (Some(url), None) => Login::own(url.reveal()).unwrap_or_else(|bad| Login::Unknown(format!("the portal's login: {bad}"))),
        (None, None) => Login::Started,
    }
}

/// Who asks: the command line, then the environment and the configuration, then the login name.
pub(super) fn actor(global: &Global, config: &Config) -> Result<String, Stop> {
    let given = global.actor.clone().or_else(|| config.actor.clone());
    given
        .or_else(|| Environment::read().login)
        .ok_or_else(|| Stop::usage("who acts", "this login has no name", "say it with --as NAME"))
}

/// The person of a name.
pub(super) async fn person(store: &Store, name: &str) -> Result<Person, Stop> {
    let people = store.list_people().await?;
    let nobody = people.is_empty();
    people.into_iter().find(|person| person.name == name).ok_or_else(|| {
        let remedy = if nobody {
            "run: quotedeck init".to_owned()
        } else {
            format!("choose another with --as, or let an owner run: quotedeck person add {name}")
        };
        Stop::usage(name, "nobody of that name works here", remedy)
    })
}

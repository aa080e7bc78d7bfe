//! Stand-ins for rooms that are being built at the same time; each use is replaced when its room is merged.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::keys::KeyTable;
use crate::config::theme::Theme;
use crate::domain::actor::{Actor, Person, Role};
use crate::domain::event::Columns;
use crate::domain::failure::Failure;
use crate::domain::id::PersonId;
use crate::store::clients::NewPerson;
use crate::store::connect::Place;
use crate::store::{Outcome, Store};

#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) database: String,
    pub(super) actor: Option<String>,
    pub(super) columns: Columns,
    pub(super) keys: KeyTable,
    pub(super) theme: Theme,
    pub(super) path: Option<PathBuf>,
}

impl Config {
    pub(super) fn load(path: Option<&Path>) -> Result<Self, String> {
        let data = super::desk::folders().map(|folders| folders.data_dir().join("quotedeck.db")).unwrap_or_default();
        Ok(Self {
            database: format!("sqlite:{}", data.display()),
            actor: None,
            columns: Columns::default(),
            keys: KeyTable::new(&std::collections::BTreeMap::new()).map_err(|e| e.to_string())?,
            theme: Theme::default(),
            path: path.map(Path::to_owned),
        })
    }

    pub(super) fn example() -> String {
        "# quotedeck\n".to_owned()
    }
}

pub(super) async fn bring_in(store: &Store, _: &Config, first: &str) -> Outcome<()> {
    if store.list_people().await?.is_empty() {
        let owner = Person { id: PersonId::new(), name: first.to_owned(), role: Role::Owner, clients: None };
        let mut tx = store.begin().await?;
        tx.put_person(&Actor::Person(owner), &NewPerson { name: first.to_owned(), role: Role::Owner, clients: None }).await?;
        tx.commit().await?;
    }
    Ok(())
}

pub(super) trait Ahead {
    async fn seed(&self, leads: u64, seed: u64) -> Outcome<()>;
}

impl Ahead for Store {
    async fn seed(&self, _: u64, _: u64) -> Outcome<()> {
        Err(Failure::Other("not here yet".to_owned()))
    }
}

pub(super) async fn demo_prepare(_: &Path, _: u64, _: u64) -> Result<(Place, Duration), Failure> {
    Err(Failure::Other("the demo is not here yet".to_owned()))
}

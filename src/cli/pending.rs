//! Stand-ins for what is being built at the same time; each goes when its piece is merged.

use std::path::Path;

use crate::config::Config;
use crate::domain::actor::{Actor, Person, Role};
use crate::domain::failure::Failure;
use crate::domain::id::PersonId;
use crate::store::clients::NewPerson;
use crate::store::connect::Place;
use crate::store::{Outcome, Store};

pub(super) async fn bring_in(store: &Store, _: &Config, first: &str) -> Outcome<()> {
    if store.list_people().await?.is_empty() {
        let owner = Person { id: PersonId::new(), name: first.to_owned(), role: Role::Owner, clients: None };
        let mut tx = store.begin().await?;
        tx.put_person(&Actor::Person(owner), &NewPerson { name: first.to_owned(), role: Role::Owner, clients: None }).await?;
        tx.commit().await?;
    }
    Ok(())
}

pub(super) async fn demo_prepare(_: &Path, _: u64, _: u64) -> Result<Place, Failure> {
    Err(Failure::Other("the demo is not here yet".to_owned()))
}

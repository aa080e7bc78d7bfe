//! Stand-ins for what is being built at the same time; each goes when its piece is merged.

use crate::config::Config;
use crate::domain::actor::{Actor, Person, Role};
use crate::domain::id::PersonId;
use crate::store::clients::NewPerson;
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

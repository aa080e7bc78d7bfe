//! The link to the database: opens it however long that takes, finds out who sits before the deck, and hands on the
//! hints of the change feed.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::domain::actor::{Person, Role};
use crate::domain::failure::Failure;
use crate::domain::id::PersonId;
use crate::store::Store;
use crate::store::connect::{Place, Purpose};
use crate::store::feed::Hint;
use crate::store::journal::Search;
use crate::store::portal::Login;

const FIRST_WAIT: Duration = Duration::from_millis(250);
/// A server that comes back must not meet every deck at once.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// To look for a file costs nobody anything, and somebody waits for `quotedeck init`.
const LONGEST_WAIT_FOR_A_FILE: Duration = Duration::from_secs(1);

/// How often the journal is sealed while it grows.
const SEAL_EVERY: Duration = Duration::from_secs(1);

/// Who sits before the deck, and why nothing may be changed, where that is so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) me: Person,
    pub(super) read_only_reason: Option<String>,
}

/// What the link says.
#[derive(Debug)]
pub(super) enum News {
    /// The database could not be opened; it is tried again.
    Failed(Failure),
    /// It was opened.
    Connected(Store, Standing),
    /// The person's role or clients changed.
    Known(Standing),
    /// From the feed.
    Hint(Hint),
}

/// The id of who has no row: always the same, so that looking again finds no change.
const NO_ROW: PersonId = PersonId(uuid::Uuid::nil());

/// Who a name is before the database answers: nobody who may do anything. Nothing is read for this person.
pub(super) fn unknown_yet(name: &str) -> Standing {
    Standing {
        me: Person { id: NO_ROW, name: name.to_owned(), role: Role::Viewer, clients: None },
        read_only_reason: Some("who you are is known once the database answers".to_owned()),
    }
}

/// Who a name is. A name nobody knows sees no client and changes nothing: else a person who may see one client could
/// see all of them by another name. A deck where nobody works yet belongs to who opens it.
fn standing(people: Vec<Person>, name: &str) -> Standing {
    let nobody = people.is_empty();
    match people.into_iter().find(|person| person.name == name) {
        Some(me) => Standing { me, read_only_reason: None },
        None if nobody => Standing {
            me: Person { id: NO_ROW, name: name.to_owned(), role: Role::Owner, clients: None },
            read_only_reason: None,
        },
        None => Standing {
            me: Person { id: NO_ROW, name: name.to_owned(), role: Role::Viewer, clients: Some(Vec::new()) },
            read_only_reason: Some(format!("nobody here is called {name}; ask an owner to add you")),
        },
    }
}

async fn look_up(store: &Store, name: &str) -> Result<Standing, Failure> {
    Ok(standing(store.list_people().await?, name))
}

async fn open((place, portal): &Ways, clock: &Clock, name: &str) -> Result<(Store, Standing), Failure> {
    let store = Store::open(place, clock.clone(), Purpose::Deck).await?.seen_through(portal);
    clock.anchor(store.database_now().await?);
    let standing = look_up(&store, name).await?;
    Ok((store, standing))
}

/// The program's way to the database, and the portal's own.
type Ways = (Place, Login);

/// Connects, and then tells what happens until nobody listens.
pub(super) async fn follow(ways: Ways, clock: Clock, name: String, say: mpsc::Sender<News>) {
    let Some((store, mut known)) = connect(&ways, &clock, &name, &say).await else { return };
    // The feed before the first load: what changes in between is told.
    let mut feed = store.watch();
    if say.send(News::Connected(store.clone(), known.clone())).await.is_err() {
        return;
    }
    let mut sealed = Instant::now();
    loop {
        let hint = feed.next().await;
        if say.send(News::Hint(hint)).await.is_err() {
            return;
        }
        // Whoever is here seals what was written, about once a second; the safety refresh brings what came last.
        if hint == Hint::Changed && sealed.elapsed() >= SEAL_EVERY {
            sealed = Instant::now();
            // A failure leaves it to the next hint, and to everybody else who is here.
            drop(store.seal_journal(Search::Recent).await);
        }
        // Two short reads beside the dozen that the hint causes: rights that were taken away must not linger.
        if hint == Hint::Changed
            && let Ok(now) = look_up(&store, &name).await
            && now != known
        {
            known = now;
            if say.send(News::Known(known.clone())).await.is_err() {
                return;
            }
        }
    }
}

async fn connect(ways: &Ways, clock: &Clock, name: &str, say: &mpsc::Sender<News>) -> Option<(Store, Standing)> {
    let place = &ways.0;
    let longest = match place {
        Place::Sqlite(_) => LONGEST_WAIT_FOR_A_FILE,
        Place::Postgres(_) => LONGEST_WAIT,
    };
    let mut wait = FIRST_WAIT;
    loop {
        match open(ways, clock, name).await {
            Ok(opened) => return Some(opened),
            Err(failure) => {
                tracing::info!(%place, "the database could not be opened");
                say.send(News::Failed(failure)).await.ok()?;
            }
        }
        sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
        wait = (wait * 2).min(longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn person(name: &str, role: Role) -> Person {
        Person { id: PersonId::new(), name: name.to_owned(), role, clients: None }
    }

    #[rstest]
    #[case::known(&["ana", "rosa"], "ana", Role::Reviewer, true)]
    #[case::unknown(&["ana"], "eve", Role::Viewer, false)]
    #[case::first(&[], "rosa", Role::Owner, true)]
    fn a_name_has_the_rights_of_its_row(#[case] people: &[&str], #[case] name: &str, #[case] role: Role, #[case] acts: bool) {
        let people = people.iter().map(|name| person(name, Role::Reviewer)).collect();
        let standing = standing(people, name);
        assert_eq!((standing.me.role, standing.read_only_reason.is_none()), (role, acts));
        assert_eq!(standing.me.clients.is_none(), acts, "who is unknown sees no client");
    }
}

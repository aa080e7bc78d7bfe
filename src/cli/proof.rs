//! The published summaries of a client, as its portal shows them: as JSON, and as files that a portal without the database
//! is given.

mod page;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Ran;
use super::desk::Desk;
use super::print::{Printer, complain};
use super::stop::{COULD_NOT, Stop};
use crate::domain::actor::{Person, Role};
use crate::domain::client::Client;
use crate::domain::id::{Kind, PersonId, Ref};
use crate::domain::proof::Proof;
use crate::store::Store;

/// How often the worker looks whether a portal's files are out of date.
const EVERY: Duration = Duration::from_secs(1);

/// `quotedeck export proof --client NAME [--out DIR]`: JSON to the output, or JSON and a page into a folder.
pub(super) async fn run(desk: &Desk, client: &str, out: Option<&Path>, printer: &mut Printer) -> Ran {
    let client = desk.client(client).await?;
    let proofs = desk.store.proofs(&desk.me, client.id).await?;
    let Some(out) = out else {
        // JSON always: this leaves to other programs.
        printer.json(&proofs)?;
        return Ok(super::DONE);
    };
    let written = write(out, &client, &proofs)?;
    if printer.json {
        printer.json(&written)?;
    } else {
        for path in &written {
            printer.text(&format!("wrote {}", path.display()))?;
        }
    }
    Ok(super::DONE)
}

/// Writes both files of a client; each is there whole or not at all.
fn write(folder: &Path, client: &Client, proofs: &[Proof]) -> Result<[PathBuf; 2], Stop> {
    let could_not = |error: std::io::Error| Stop {
        status: COULD_NOT,
        text: format!("{}: the export cannot be written: {error}; check its rights and the space left", folder.display()),
    };
    std::fs::create_dir_all(folder).map_err(could_not)?;
    let json = serde_json::to_string_pretty(proofs).map_err(|error| could_not(error.into()))?;
    // The reference, not the name: a name may be no file's name, and two clients may have names that look alike.
    let name = Ref::new(Kind::Client, client.number).to_string();
    let files = [(format!("{name}.json"), json + "\n"), (format!("{name}.html"), page::page(&client.name, proofs))];
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = folder.join(&name);
        let new = folder.join(format!(".{name}.new"));
        let mut file = std::fs::File::create(&new).map_err(could_not)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(could_not)?;
        std::fs::rename(&new, &path).map_err(could_not)?;
        paths.push(path);
    }
    paths.try_into().map_err(|_| could_not(std::io::Error::other("two files were to be written")))
}

/// The portals' files in a folder, and what stands in them.
pub(super) struct Files {
    folder: PathBuf,
    written: BTreeMap<i64, Vec<Proof>>,
}

impl Files {
    /// Keeps them in a folder.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), written: BTreeMap::new() }
    }

    /// Writes those that are out of date: what was published is there then, and what was withdrawn is not.
    pub(super) async fn renew(&mut self, store: &Store) -> Result<(), Stop> {
        // The worker itself looks: at every client's published texts, and at nothing else.
        let all = Person { id: PersonId::new(), name: "worker".to_owned(), role: Role::Viewer, clients: None };
        for client in store.list_clients(&all).await.map_err(Stop::begin)? {
            let proofs = store.proofs(&all, client.id).await.map_err(Stop::begin)?;
            if self.written.get(&client.number) != Some(&proofs) {
                write(&self.folder, &client, &proofs)?;
                self.written.insert(client.number, proofs);
            }
        }
        Ok(())
    }

    /// Keeps them up to date until it is dropped.
    pub(super) async fn keep(mut self, store: Store) {
        loop {
            if let Err(stop) = self.renew(&store).await {
                complain(&stop.text);
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}

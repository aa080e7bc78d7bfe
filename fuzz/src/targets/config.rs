//! What a person writes into the configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::{env, fs, process};

use quotedeck::config::Config;
use quotedeck::config::keys::{Chord, KeyTable};

use super::{gist, shape};

/// The file that inputs are put into: in memory where the system has such a place.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { env::temp_dir() };
    folder.join(format!("quotedeck-fuzz-{}.toml", process::id()))
});

/// A configuration file.
pub(super) fn file(bytes: &[u8]) -> u64 {
    fs::write(&*FILE, bytes).expect("the file can be written");
    match Config::load(Some(&FILE)) {
        Ok(config) => {
            let counts = [config.clients.len(), config.people.len(), config.destinations.len(), config.sources.len()];
            let more = [config.syncs.len(), config.templates.len(), config.automations.len(), config.columns.0.len()];
            shape(&(counts.map(|n| n.min(4)), more.map(|n| n.min(4)), config.actor.is_some()))
        }
        Err(bad) => shape(&gist(&bad.to_string().replace(&*FILE.to_string_lossy(), ""))),
    }
}

/// Keys: the name of an action and its keys, a line each. A key that reads is printed so that it reads the same.
pub(super) fn keys(told: &str) -> u64 {
    let mut changes = BTreeMap::new();
    for line in told.lines() {
        let (action, keys) = line.split_once('=').unwrap_or(("quit", line));
        changes.insert(action.to_owned(), keys.split('|').map(str::to_owned).collect::<Vec<_>>());
        for key in keys.split('|') {
            if let Ok(chord) = key.parse::<Chord>() {
                assert_eq!(chord.to_string().parse::<Chord>(), Ok(chord), "printed, a key is another");
            }
        }
    }
    shape(&KeyTable::new(&changes).map(|_| changes.len().min(4)).map_err(|bad| gist(&bad.to_string())))
}

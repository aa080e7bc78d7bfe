//! Where a person's files are, by the customs of the system.

use std::path::PathBuf;

use directories::ProjectDirs;

/// A person's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The config file.
    pub config: PathBuf,
    /// The SQLite database that is used when nothing else is said.
    pub database: PathBuf,
    /// The log.
    pub log: PathBuf,
    /// The folder of texts that were not saved when the deck had to end.
    pub recovery: PathBuf,
}

impl Paths {
    /// The files of who runs the program; `None` when that person has no home directory.
    pub fn of_user() -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "quotedeck")?;
        let state = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        Some(Self {
            config: dirs.config_dir().join("config.toml"),
            database: dirs.data_dir().join("quotedeck.sqlite"),
            log: state.join("quotedeck.log"),
            recovery: state.join("recovery"),
        })
    }

    /// The database as a URL.
    pub fn database_url(&self) -> String {
        format!("sqlite:{}", self.database.display())
    }
}

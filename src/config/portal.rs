//! How the client portal logs in, so that a reviewer is shown what it shows over a connection of its own.

use super::bad::Fault;
use super::file::Portal;
use super::secret::{Source, place};
use super::settle::{database, fault};
use crate::domain::destination::Secret;

/// The portal's own login, where one is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortalSetting {
    /// Its URL. It may hold a password.
    pub database: Option<Secret>,
    /// Why the URL is not there, and what to do.
    pub missing: Option<String>,
}

/// The same, its URL not read yet.
#[derive(Default)]
pub(super) enum Described {
    #[default]
    Unsaid,
    Written(String),
    Elsewhere(Source),
}

impl Described {
    /// With the URL, or why it is not there.
    pub(super) fn with_url(self) -> PortalSetting {
        let url = match self {
            Self::Unsaid => return PortalSetting::default(),
            Self::Written(url) => Ok(Secret::new(&url)),
            Self::Elsewhere(source) => source.read(),
        };
        match url.and_then(|url| of_postgres(url.reveal()).map(|()| url)) {
            Ok(url) => PortalSetting { database: Some(url), missing: None },
            Err(why) => PortalSetting { database: None, missing: Some(format!("the portal's login: {why}")) },
        }
    }
}

/// Checks what the file says of it.
pub(super) fn portal(table: &Portal) -> Result<Described, Fault> {
    let elsewhere = place(table.database_env.as_ref(), table.database_file.as_ref())?;
    match (&table.database, elsewhere) {
        (Some(url), Some(_)) => Err(fault(url, "a variable or a file says it already; keep one of them")),
        (Some(url), None) => {
            of_postgres(url.get_ref()).map_err(|what| fault(url, what))?;
            Ok(Described::Written(url.get_ref().clone()))
        }
        (None, Some(source)) => Ok(Described::Elsewhere(source)),
        (None, None) => Ok(Described::Unsaid),
    }
}

/// Whether it names a database of Postgres. The URL is never repeated.
fn of_postgres(url: &str) -> Result<(), String> {
    let form = "write postgres://LOGIN@HOST/NAME, a login that is quotedeck_portal and nothing more";
    database(url).map_err(|_| format!("it names no database; {form}"))?;
    if url.starts_with("sqlite:") { Err(format!("SQLite has no logins; {form}")) } else { Ok(()) }
}

//! The file of a refresh token: read anew for every refresh, for its owner alone (0600), and replaced whole.
//!
//! A file rather than the database: the database is copied, read by people and dumped, and this one word opens the books of
//! a company. The new token is written beside the old one, synced and moved over it, so that a crash leaves one of
//! them; the old one is still taken for a day at Intuit. Another program on the machine that refreshes the same token waits.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::time::{Instant, sleep};

use crate::domain::destination::Secret;

/// The largest token, in bytes.
const LARGEST: u64 = 16 * 1024;
/// Between two looks at whether another program is done.
const AGAIN: Duration = Duration::from_millis(50);

/// The place of a token, in our hands until it is dropped.
pub(super) struct Place {
    /// Where the token itself is, behind any links.
    path: PathBuf,
    folder: PathBuf,
    /// Held open: the lock on it is ours.
    _lock: File,
}

/// Why a place was not had.
#[derive(Debug)]
pub(super) enum NotOpened {
    /// Somebody else has it; later it may be free.
    Taken(String),
    /// Nobody will have it until somebody mends it.
    Unfit(String),
}

impl Place {
    /// Takes the place in hand, and waits for who has it.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(super) async fn open(path: &Path, until: Instant) -> Result<Self, NotOpened> {
        let cannot = |error: &std::io::Error| {
            NotOpened::Unfit(format!("{}: it cannot be used: {error}; check its name and rights", path.display()))
        };
        let path_behind = std::fs::canonicalize(path).map_err(|error| cannot(&error))?;
        let folder = path_behind.parent().unwrap_or(Path::new("/")).to_owned();
        let mut name = path_behind.clone().into_os_string();
        name.push(".lock");
        let lock = File::options().create(true).append(true).open(&name).map_err(|error| cannot(&error))?;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path: path_behind, folder, _lock: lock }),
                Err(TryLockError::WouldBlock) if Instant::now() + AGAIN < until => sleep(AGAIN).await,
                Err(TryLockError::WouldBlock) => {
                    let why = format!("{}: another program has been refreshing it all the time", path.display());
                    return Err(NotOpened::Taken(why));
                }
                Err(TryLockError::Error(error)) => return Err(cannot(&error)),
            }
        }
    }

    /// The token as it is now.
    pub(super) fn token(&self) -> Result<Secret, String> {
        read(&self.path)
    }

    /// A file beside it, for the next token.
    pub(super) fn spare(&self) -> Result<NamedTempFile, String> {
        NamedTempFile::new_in(&self.folder).map_err(|error| {
            format!("{}: no other token could be kept there: {error}; let this program write in its folder", self.path.display())
        })
    }

    /// Replaces the token; once it is back, the next one is on the disk.
    pub(super) fn keep(&self, mut spare: NamedTempFile, token: &str) -> Result<(), String> {
        let mut written = || {
            spare.write_all(token.as_bytes())?;
            spare.write_all(b"\n")?;
            spare.as_file().sync_all()
        };
        let kept = written().and_then(|()| {
            spare.persist(&self.path).map_err(|error| error.error)?;
            File::open(&self.folder)?.sync_all()
        });
        kept.map_err(|error| {
            format!("{}: the new refresh token could not be kept: {error}; make room, or mend its rights", self.path.display())
        })
    }
}

/// A token's file, if nobody else can read it.
pub(super) fn read(path: &Path) -> Result<Secret, String> {
    let said = |what: String| format!("{}: {what}", path.display());
    let cannot = |error: std::io::Error| said(format!("it cannot be read: {error}; check its name and rights"));
    // Asked before it is opened: opening a pipe would wait for somebody to write.
    let about = std::fs::metadata(path).map_err(cannot)?;
    if !about.is_file() {
        return Err(said("it is no file; name the file with the refresh token".to_owned()));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if about.permissions().mode() & 0o077 != 0 {
            return Err(said("others on this machine may open it; run: chmod 600 on it".to_owned()));
        }
    }
    let mut text = String::new();
    File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text)).map_err(cannot)?;
    let token = Secret::new(&text);
    if token.reveal().is_empty() {
        return Err(said("it is empty; connect the account and put its refresh token there".to_owned()));
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    fn private(path: &Path, token: &str) {
        let mut file = NamedTempFile::new_in(path.parent().unwrap()).unwrap();
        file.write_all(token.as_bytes()).unwrap();
        file.persist(path).unwrap();
    }

    #[tokio::test]
    async fn the_next_token_takes_the_place_of_the_last_one_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("token"), folder.path().join("link"));
        private(&path, "r1\n");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let place = Place::open(&link, soon()).await.unwrap();
        assert_eq!(place.token().unwrap().reveal(), "r1");
        place.keep(place.spare().unwrap(), "r2").unwrap();
        assert_eq!(read(&link).unwrap().reveal(), "r2");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "the token, its link and its lock: {left:?}");
    }

    #[tokio::test]
    async fn two_do_not_refresh_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        private(&path, "r1");
        let first = Place::open(&path, soon()).await.unwrap();
        let said = Place::open(&path, Instant::now()).await.err().unwrap();
        assert!(matches!(&said, NotOpened::Taken(why) if why.contains("another program")), "{said:?}");
        drop(first);
        assert!(Place::open(&path, soon()).await.is_ok());
    }

    #[tokio::test]
    async fn a_file_that_is_not_ours_alone_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "hunter2").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let said = read(&path).unwrap_err();
        assert!(said.contains("chmod 600") && !said.contains("hunter2"), "{said}");
        assert!(read(&folder.path().join("none")).unwrap_err().contains("it cannot be read"));
        private(&path, " \n");
        assert!(read(&path).unwrap_err().contains("it is empty"));
    }
}

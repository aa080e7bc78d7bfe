//! Recovery files: a reviewer's text that is not in the database yet, kept where the next start finds it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::domain::id::Ref;
use crate::domain::journal::{sha256, to_hex};
use crate::domain::text::Internal;

/// The recovery files of one person at one database.
///
/// Both stand in the names: `D-12` of another database is another draft, and people who come over SSH share one
/// account of the machine.
#[derive(Clone, Debug)]
pub(super) struct Recovery {
    folder: PathBuf,
    whose: String,
}

impl Recovery {
    pub(super) fn new(folder: &Path, database: &str, person: &str) -> Self {
        let mut whose = to_hex(&sha256(format!("{database}\n{person}").as_bytes()));
        whose.truncate(16);
        Self { folder: folder.to_owned(), whose }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn file(&self, draft: Ref) -> PathBuf {
        self.folder.join(format!("{}.{draft}.txt", self.whose))
    }

    /// Makes the folder, readable for its owner alone.
    pub(super) fn prepare(&self) -> io::Result<()> {
        let mut folder = fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&self.folder)
    }

    /// Keeps a text: the file holds the old text or the new one, never a part. It is not forced to the disk: it is
    /// for a program that ends, and a key press must not wait for a disk.
    pub(super) fn keep(&self, draft: Ref, text: &str) -> io::Result<()> {
        self.prepare()?;
        // Made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(self.file(draft))?;
        Ok(())
    }

    /// Removes the text of a draft, where there is one.
    pub(super) fn drop(&self, draft: Ref) -> io::Result<()> {
        match fs::remove_file(self.file(draft)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Every kept text, by draft. What cannot be read is left where it is.
    pub(super) fn found(&self) -> Vec<(Ref, Internal<String>)> {
        let Ok(files) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut found: Vec<(Ref, Internal<String>)> = files
            .filter_map(|file| {
                let path = file.ok()?.path();
                let name = path.file_name()?.to_str()?.strip_prefix(&self.whose)?.strip_prefix('.')?.strip_suffix(".txt")?;
                Some((name.parse().ok()?, Internal::new(fs::read_to_string(&path).ok()?)))
            })
            .collect();
        found.sort_by_key(|(draft, _)| draft.number);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Kind;

    fn draft(number: i64) -> Ref {
        Ref::new(Kind::Draft, number)
    }

    fn texts(recovery: &Recovery) -> Vec<(Ref, String)> {
        recovery.found().into_iter().map(|(draft, text)| (draft, text.into_inner())).collect()
    }

    #[test]
    fn what_is_kept_is_found_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let recovery = Recovery::new(&folder.path().join("new"), "sqlite:deck.db", "ana");
        assert_eq!(texts(&recovery), vec![]);
        recovery.keep(draft(12), "one").unwrap();
        recovery.keep(draft(12), "two").unwrap();
        recovery.keep(draft(3), "three").unwrap();
        assert_eq!(texts(&recovery), vec![(draft(3), "three".to_owned()), (draft(12), "two".to_owned())]);
        recovery.drop(draft(12)).unwrap();
        recovery.drop(draft(12)).unwrap();
        assert_eq!(texts(&recovery), vec![(draft(3), "three".to_owned())]);
    }

    #[test]
    fn another_person_and_another_database_find_nothing() {
        let folder = tempfile::tempdir().unwrap();
        Recovery::new(folder.path(), "sqlite:deck.db", "ana").keep(draft(12), "hers").unwrap();
        assert_eq!(texts(&Recovery::new(folder.path(), "sqlite:deck.db", "bob")), vec![]);
        assert_eq!(texts(&Recovery::new(folder.path(), "sqlite:demo.db", "ana")), vec![]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let recovery = Recovery::new(&folder.path().join("new"), "sqlite:deck.db", "ana");
        recovery.keep(draft(12), "text").unwrap();
        assert_eq!(fs::metadata(recovery.file(draft(12))).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(recovery.folder()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

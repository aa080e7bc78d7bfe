//! Where the secret of a destination is, and how it is fetched.
//!
//! A secret that is missing is no fault of the file: the deck runs without it, and what is to be done is kept beside the
//! setting until a request needs it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::bad::Fault;
use super::environment;
use super::file::{Destination, Text};
use super::settle::{fault, path};
use crate::domain::destination::{Secret, Setting, System};

/// The largest file that a secret is read from, in bytes.
const LARGEST: u64 = 16 * 1024;

/// Where a secret comes from.
pub(super) enum Source {
    /// The variable of this name.
    Environment(String),
    /// The file.
    File(PathBuf),
}

/// Where the file says that the secret of a destination is.
pub(super) fn source(table: &Destination, setting: &Setting) -> Result<Option<Source>, Fault> {
    let needed = setting.needs_secret();
    match (&table.secret_env, &table.secret_file) {
        (Some(_), Some(file)) => Err(fault(file, "secret_env says it already; keep one of them")),
        (None, None) if needed => {
            Err(fault(&table.name, "it has no secret; add secret_env = \"NAME\" of a variable, or secret_file = \"PATH\""))
        }
        (None, None) => Ok(None),
        (Some(key), None) | (None, Some(key)) if !needed && setting.system != System::Chat => {
            let what = match setting.system {
                System::Smtp => "nobody logs in without an account; add account, or leave it out".to_owned(),
                system => format!("{system} has no use for it; leave it out"),
            };
            Err(fault(key, what))
        }
        (Some(variable), None) => variable_name(variable).map(|name| Some(Source::Environment(name))),
        (None, Some(file)) => whole_path(file).map(|path| Some(Source::File(path))),
    }
}

/// Where a secret is that may be left out: under a variable's name, or in a file.
pub(super) fn place(variable: Option<&Text>, file: Option<&Text>) -> Result<Option<Source>, Fault> {
    match (variable, file) {
        (Some(_), Some(file)) => Err(fault(file, "a variable says it already; keep one of them")),
        (Some(variable), None) => variable_name(variable).map(|name| Some(Source::Environment(name))),
        (None, Some(file)) => whole_path(file).map(|path| Some(Source::File(path))),
        (None, None) => Ok(None),
    }
}

/// A path from the root on: the program may be started anywhere.
pub(super) fn whole_path(file: &Text) -> Result<PathBuf, Fault> {
    let path = path(file)?;
    if path.is_absolute() { Ok(path) } else { Err(fault(file, "write the whole path, from the root on")) }
}

/// Capitals alone: a name is said when the variable is missing, and somebody may have written the secret itself there.
fn variable_name(text: &Text) -> Result<String, Fault> {
    let name = text.get_ref().trim();
    let plain = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if plain && name.len() <= 80 && name.starts_with(|first: char| first.is_ascii_uppercase()) {
        return Ok(name.to_owned());
    }
    Err(fault(text, "this is no variable's name; write one in capitals like TWILIO_TOKEN, never the secret itself"))
}

impl Source {
    /// The secret.
    ///
    /// # Errors
    /// Why it is not there, and what to do.
    pub(super) fn read(self) -> Result<Secret, String> {
        let text = match self {
            Self::Environment(name) => {
                environment::secret(&name).ok_or_else(|| format!("the variable {name} is not set; set it to the secret"))?
            }
            Self::File(path) => read(&path).map_err(|why| format!("{}: {why}", path.display()))?,
        };
        let secret = Secret::new(&text);
        // Asked for nothing but whether it is there.
        if secret.reveal().is_empty() {
            return Err("the secret is empty; put it where the configuration says".to_owned());
        }
        Ok(secret)
    }
}

/// A secret's file, if nobody else can read it.
fn read(path: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("it cannot be read: {error}; check its name and rights");
    // Asked before it is opened: opening a pipe would wait for somebody to write.
    let about = std::fs::metadata(path).map_err(cannot)?;
    if !about.is_file() {
        return Err("it is no file; name the file with the secret".to_owned());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if about.permissions().mode() & 0o007 != 0 {
            return Err("everybody on this machine may open it; run: chmod 600 on it".to_owned());
        }
    }
    let mut text = String::new();
    File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text)).map_err(cannot)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hint::Remedy;
    use crate::domain::hint::tests::hint_of;
    use rstest::rstest;

    #[test]
    fn a_secret_that_is_not_there_says_what_to_do() {
        let said = |source: Source| source.read().unwrap_err();
        let variable = said(Source::Environment("QUOTEDECK_NOBODY_SETS_THIS".into()));
        assert_eq!(variable, "the variable QUOTEDECK_NOBODY_SETS_THIS is not set; set it to the secret");
        assert!(said(Source::File("/nowhere/token".into())).starts_with("/nowhere/token: it cannot be read: "));
        assert_eq!(said(Source::File("/".into())), "/: it is no file; name the file with the secret");
    }

    #[test]
    fn a_secret_that_is_not_there_is_known_at_the_desk() {
        let hints = |source: Source, says: &str| {
            let hint = hint_of("crm", None, &format!("HubSpot: {}", source.read().unwrap_err()));
            assert!(hint.to_string().contains(says), "{hint}");
            assert_eq!(hint.remedy, Remedy::Resume, "{hint}");
        };
        hints(Source::Environment("QUOTEDECK_NOBODY_SETS_THIS".into()), "the configuration has no secret for HubSpot");
        hints(Source::File("/nowhere/token".into()), "the file with the secret of HubSpot");
        hints(Source::File("/".into()), "the file with the secret of HubSpot");
    }

    #[test]
    fn a_variable_is_a_secret() {
        // One that cargo sets for tests: a variable of our own could not be set without unsafe code.
        let secret = Source::Environment("CARGO_MANIFEST_DIR".into()).read().unwrap();
        assert_eq!(secret.reveal(), env!("CARGO_MANIFEST_DIR"));
    }

    #[cfg(unix)]
    #[rstest]
    #[case(0o600, "pat-1\n", Ok("pat-1"))]
    #[case(0o640, "pat-1\n", Ok("pat-1"))]
    #[case(0o644, "pat-1\n", Err("everybody on this machine may open it; run: chmod 600 on it"))]
    #[case(0o600, " \n", Err("the secret is empty"))]
    fn a_file_is_for_us_alone(#[case] mode: u32, #[case] text: &str, #[case] expected: Result<&str, &str>) {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        match (Source::File(path).read(), expected) {
            (Ok(secret), Ok(expected)) => assert_eq!(secret.reveal(), expected),
            (Err(why), Err(expected)) => assert!(why.contains(expected) && !why.contains("pat-1"), "{why}"),
            (found, _) => panic!("{found:?}"),
        }
    }
}

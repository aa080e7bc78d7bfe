//! The person's own editor on a text: a file that nobody else can read, gone when the editor is closed.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitStatus;

use tokio::process::{Child, Command};

use crate::config::environment::Environment;

/// Larger than any text the deck would take back; a person who pastes a log is told so.
const LIMIT: u64 = 256 * 1024;

/// An editor that is open on a text.
pub(super) struct Editing {
    /// The editor's program.
    pub(super) child: Child,
    folder: tempfile::TempDir,
    before: String,
}

/// Opens the editor. The folder is its owner's alone: editors put swap and backup files beside a text.
pub(super) fn open(text: &str, beside: &Path) -> io::Result<Editing> {
    open_with(editor(), text, beside)
}

fn editor() -> OsString {
    Environment::read().editor.unwrap_or_else(|| "vi".to_owned()).into()
}

fn open_with(editor: OsString, text: &str, beside: &Path) -> io::Result<Editing> {
    let folder = tempfile::Builder::new().prefix("editor-").tempdir_in(beside)?;
    let file = folder.path().join("client-safe.txt");
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(&file)?, text.as_bytes())?;
    // The shell takes `code --wait` apart, as every program that honours $EDITOR does.
    let child = Command::new("sh")
        .arg("-c")
        .arg("exec $QUOTEDECK_EDITOR \"$1\"")
        .arg("sh")
        .arg(&file)
        .env("QUOTEDECK_EDITOR", editor)
        .spawn()?;
    Ok(Editing { child, folder, before: text.to_owned() })
}

impl Editing {
    /// What the person made of the text; `None` when it is as it was. Without a status the deck has to end before the
    /// editor does, and what was written so far counts.
    ///
    /// # Errors
    /// What to tell the person; the text on the screen stays as it was.
    pub(super) fn ended(self, status: Option<ExitStatus>) -> Result<Option<String>, String> {
        if let Some(status) = status.filter(|status| !status.success()) {
            return Err(format!("the editor ended with {status}; the text is as it was before"));
        }
        let file = self.folder.path().join("client-safe.txt");
        let read = fs::metadata(&file)
            .and_then(|found| if found.len() > LIMIT { Ok(None) } else { fs::read_to_string(&file).map(Some) });
        let text = match read {
            Ok(Some(text)) => text,
            Ok(None) => return Err("the edited text is longer than 256 KiB; the text is as it was before".to_owned()),
            Err(error) => return Err(format!("the edited text could not be read: {error}; the text is as it was before")),
        };
        // Editors end a file with a line break that nobody typed.
        let text = if self.before.ends_with('\n') { text } else { text.trim_end_matches('\n').to_owned() };
        Ok((text != self.before).then_some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    async fn edited(script: &str, text: &str) -> Result<Option<String>, String> {
        let beside = tempfile::tempdir().unwrap();
        let program = beside.path().join("editor.sh");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        let mut editing = open_with(format!("sh {}", program.display()).into(), text, beside.path()).unwrap();
        let status = editing.child.wait().await.unwrap();
        let result = editing.ended(Some(status));
        assert_eq!(fs::read_dir(beside.path()).unwrap().count(), 1, "only the script is left");
        result
    }

    #[rstest]
    #[case::changed("printf 'We called back.\\n' > \"$1\"", Ok(Some("We called back.")))]
    #[case::as_it_was("true", Ok(None))]
    #[case::a_line_break_is_no_change("echo >> \"$1\"", Ok(None))]
    #[case::given_up("exit 3", Err("exit status: 3"))]
    #[case::removed("rm \"$1\"", Err("could not be read"))]
    #[tokio::test]
    async fn a_text_comes_back_as_the_person_left_it(#[case] script: &str, #[case] wanted: Result<Option<&str>, &str>) {
        match (edited(script, "We called.").await, wanted) {
            (Ok(text), Ok(wanted)) => assert_eq!(text.as_deref(), wanted),
            (Err(why), Err(wanted)) => assert!(why.contains(wanted), "{why}"),
            (result, wanted) => panic!("{result:?}, not {wanted:?}"),
        }
    }
}

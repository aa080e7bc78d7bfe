//! What the program does is written to a file in the person's state directory, never to the terminal.

use std::fs;
use std::io;
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use crate::config::LogSetting;

/// Bytes of a log that is put aside at the next start; one older one is kept.
const LARGEST: u64 = 10 * 1024 * 1024;

/// Starts the log; it is written out when the guard is dropped. Where it cannot be written there is none:
/// `quotedeck doctor` says so.
pub(super) fn start(setting: &LogSetting) -> Option<WorkerGuard> {
    let file = setting.file.as_ref()?;
    prepare(file).ok()?;
    let file = fs::OpenOptions::new().append(true).open(file).ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    // The database library tells every statement at `info`.
    let filter = EnvFilter::try_new(format!("warn,quotedeck={}", setting.level)).ok()?;
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).try_init().ok()?;
    Some(guard)
}

/// Makes the file, readable for its owner alone, and puts a large one aside.
pub(super) fn prepare(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::metadata(file).is_ok_and(|about| about.len() > LARGEST) {
        fs::rename(file, file.with_extension("old"))?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_log_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/quotedeck.log");
        prepare(&file).unwrap();
        fs::File::options().write(true).open(&file).unwrap().set_len(LARGEST + 1).unwrap();
        prepare(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().len(), 0);
        assert!(file.with_extension("old").exists());
    }
}

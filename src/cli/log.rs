//! What the program does is written to a file in the person's state directory, never to the terminal.

use std::path::PathBuf;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Files that are kept, one a day.
const DAYS: usize = 7;

/// Where logs and recovery files are.
pub(super) fn state_folder() -> Option<PathBuf> {
    let folders = super::desk::folders()?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).to_owned())
}

/// Starts the log; it is written out when the guard is dropped. Without a place to write there is no log:
/// `quotedeck doctor` says so. `QUOTEDECK_LOG` chooses what is written, such as `debug`.
pub(super) fn start() -> Option<WorkerGuard> {
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("quotedeck")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(state_folder()?)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = EnvFilter::try_from_env("QUOTEDECK_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).try_init().ok()?;
    Some(guard)
}

//! A throw-away Postgres server, started once for a test run and gone with it, however the run ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};

use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;

/// Starts the server, says where, and waits for the end of its input: that comes when the test process is gone, so a
/// panic, an abort or a kill leaves nothing behind. It ignores the signals of Ctrl-C, or it would die before it cleans.
const KEEPER: &str = r#"
trap '' INT TERM HUP
D=$(mktemp -dt quotedeck-test.XXXXXX) || exit 1
run() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
end() { run "$B/pg_ctl" -s -D "$D/data" -m immediate stop >/dev/null 2>&1; rm -rf "$D"; }
if [ "$(id -u)" = 0 ]; then chown postgres "$D"; fi
chmod 755 "$D"
if ! { run "$B/initdb" -D "$D/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions >"$D/log" 2>&1 &&
    run "$B/pg_ctl" -s -w -D "$D/data" -l "$D/data/log" start -o "-k $D $OPTIONS" >>"$D/log" 2>&1; }
then echo failed; cat "$D/log" "$D/data/log" 2>/dev/null; end; exit 1; fi
echo "$D"
exec >/dev/null
cat >/dev/null
end
"#;

/// Settings of a server that a test run may lose.
pub(crate) const OPTIONS: &str = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=300 \
    -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 -c jit=off";

/// A server of one's own.
pub(crate) struct Cluster {
    pub(crate) folder: PathBuf,
    /// Closed by the kernel with this process; that ends the server.
    _open: ChildStdin,
}

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// How an administrator connects to the server of this test run.
pub(crate) async fn administrator() -> PgConnectOptions {
    CLUSTER.get_or_init(|| async { start(&format!("{OPTIONS} -c synchronous_commit=off")) }).await.administrator()
}

impl Cluster {
    /// How its administrator connects to it.
    pub(crate) fn administrator(&self) -> PgConnectOptions {
        PgConnectOptions::new().socket(&self.folder).username("postgres").database("postgres")
    }
}

/// Starts one with these settings.
#[expect(clippy::zombie_processes, reason = "the keeper outlives this process: it ends when our end of its input closes")]
pub(crate) fn start(options: &str) -> Cluster {
    let mut keeper = Command::new("sh")
        .args(["-c", KEEPER])
        .env("B", binaries())
        .env("OPTIONS", options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell starts");
    let mut said = BufReader::new(keeper.stdout.take().expect("its output is piped"));
    let mut folder = String::new();
    said.read_line(&mut folder).expect("the shell answers");
    let folder = PathBuf::from(folder.trim_end());
    if !folder.is_dir() {
        let mut why = String::new();
        said.read_to_string(&mut why).expect("the shell says why");
        panic!("Postgres did not start:\n{why}");
    }
    Cluster { folder, _open: keeper.stdin.take().expect("its input is piped") }
}

/// The newest installed server.
pub(crate) fn binaries() -> PathBuf {
    let version = |folder: &Path| folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|folder| folder.join("bin/initdb").exists())
        .max_by_key(|folder| version(folder))
        .expect("no Postgres server in /usr/lib/postgresql: install postgresql; tests/run.sh does")
        .join("bin")
}

//! The server that everybody runs on: a throw-away one, or an existing one; and a fresh database for every figure.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU32, Ordering};

use color_eyre::eyre::{Context as _, OptionExt as _, Result, bail};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

/// Starts a server, tells its folder, and waits for the end of its input. That comes when this process is gone, however it
/// went, so nothing is left behind; Ctrl-C must not end the keeper before it has cleaned up.
///
/// Commits are durable here (`fsync` and `synchronous_commit` on): a queue is worth no more than its commits. The room for
/// the write-ahead log keeps checkpoints out of a drain.
const KEEPER: &str = r#"
trap '' INT TERM HUP
folder=$(mktemp -d "${TMPDIR:-/tmp}/peers.XXXXXX") || exit 1
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
clean() { as_server "$BIN/pg_ctl" -s -D "$folder/data" -m immediate stop >/dev/null 2>&1; rm -rf "$folder"; }
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
chmod 755 "$folder"
if as_server "$BIN/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-instructions >"$folder/log" 2>&1 &&
    as_server "$BIN/pg_ctl" -s -w -D "$folder/data" -l "$folder/data/log" start -o "-k $folder -c listen_addresses='' \
        -c fsync=on -c synchronous_commit=on -c shared_buffers=256MB -c max_wal_size=4GB -c max_connections=100" >>"$folder/log" 2>&1
then echo "$folder"; exec >/dev/null; cat >/dev/null
else echo failed; cat "$folder/log" "$folder/data/log" 2>/dev/null
fi
clean
"#;

/// A Postgres server.
#[derive(Debug)]
pub(crate) struct Server {
    /// How to reach it as somebody who may create databases.
    administrator: PgConnectOptions,
    made: AtomicU32,
    /// Closed by the kernel with this process; that ends a throw-away server.
    _open: Option<ChildStdin>,
}

impl Server {
    /// The server at `url`, or a new one.
    pub(crate) async fn open(url: Option<&str>) -> Result<Self> {
        let (administrator, open) = if let Some(url) = url {
            (PgConnectOptions::from_str(url).wrap_err("--database cannot be read")?, None)
        } else {
            let (folder, open) = start()?;
            (PgConnectOptions::new().socket(folder).username("postgres").database("postgres"), Some(open))
        };
        let server = Self { administrator, made: AtomicU32::new(0), _open: open };
        server.connect().await?.close().await?;
        Ok(server)
    }

    async fn connect(&self) -> Result<PgConnection> {
        self.administrator.connect().await.wrap_err("the server does not answer")
    }

    /// Its version and the settings that decide how fast a commit is.
    pub(crate) async fn describe(&self) -> Result<String> {
        const SQL: &str =
            "select format('Postgres %s, fsync %s, synchronous_commit on', split_part(current_setting('server_version'), ' ', 1),
            current_setting('fsync'))";
        Ok(sqlx::query_scalar(SQL).fetch_one(&mut self.connect().await?).await?)
    }

    /// A new, empty database, whose commits are durable whatever the server's own setting.
    pub(crate) async fn create(&self) -> Result<Database> {
        let name = format!("peers_{}_{}", std::process::id(), self.made.fetch_add(1, Ordering::Relaxed));
        let mut connection = self.connect().await?;
        for statement in [format!("create database {name}"), format!("alter database {name} set synchronous_commit = on")] {
            // The name is made here from two numbers.
            sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await?;
        }
        let url = self.administrator.clone().database(&name).to_url_lossy().to_string();
        Ok(Database { name, url, administrator: connection })
    }
}

/// A database of our own, for one figure.
#[derive(Debug)]
pub(crate) struct Database {
    name: String,
    url: String,
    administrator: PgConnection,
}

impl Database {
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Drops it, with whatever is still connected.
    pub(crate) async fn drop(mut self) -> Result<()> {
        let statement = format!("drop database {} with (force)", self.name);
        sqlx::query(AssertSqlSafe(statement)).execute(&mut self.administrator).await?;
        // What one leaves for the next checkpoint is not the next one's burden.
        sqlx::query("checkpoint").execute(&mut self.administrator).await?;
        Ok(())
    }
}

/// The pool that a peer gets: 20 connections, which is what `graphile_worker` opens by itself and twice sqlx's default.
pub(crate) async fn pool(url: &str) -> Result<PgPool> {
    Ok(PgPoolOptions::new().max_connections(20).connect(url).await?)
}

fn start() -> Result<(PathBuf, ChildStdin)> {
    let mut keeper = Command::new("sh")
        .args(["-c", KEEPER])
        .env("BIN", binaries()?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .wrap_err("no shell to start the server with")?;
    let mut said = BufReader::new(keeper.stdout.take().ok_or_eyre("the keeper's output is piped")?);
    let mut line = String::new();
    said.read_line(&mut line)?;
    let folder = PathBuf::from(line.trim_end());
    if !folder.is_dir() {
        let mut why = String::new();
        said.read_to_string(&mut why)?;
        bail!("Postgres did not start:\n{why}");
    }
    Ok((folder, keeper.stdin.take().ok_or_eyre("the keeper's input is piped")?))
}

/// The newest installed server.
fn binaries() -> Result<PathBuf> {
    let version = |folder: &Path| folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|folder| folder.join("bin/initdb").exists())
        .max_by_key(|folder| version(folder));
    Ok(newest.ok_or_eyre("no Postgres server in /usr/lib/postgresql: install postgresql, or give --database URL")?.join("bin"))
}

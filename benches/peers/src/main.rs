//! quotedeck's worker beside the Postgres queue crates: jobs a second, and how soon an idle worker picks a job up.
//!
//! ```text
//! cd benches/peers
//! cargo run --release                        # starts a throw-away Postgres of its own
//! cargo run --release -- --database postgres://me@localhost/postgres
//! cargo run --release -- --json --only graphile_worker --only apalis-postgres
//! ```
//!
//! It is a workspace of its own: `cargo build` and `cargo test` of the product neither see nor need it. Its own server
//! needs the Postgres binaries in `/usr/lib/postgresql`; with `--database` any server does, as a user who may create
//! databases. Every figure comes from a fresh database, which is dropped afterwards.
//!
//! # What is compared
//!
//! - *drain*: N jobs are queued, the tables analysed, then a worker with eight slots starts on them. The clock runs from
//!   the start of the worker until the database shows every job finished, so results that are still in a buffer count as
//!   not done. Rounds go by turns, so that a slow minute of the machine meets everybody; the median is told.
//! - *pickup*: a job every 20 ms for an idle worker, through the crate's own way of queueing. The time from the answer to
//!   the insert's commit to the first line of the handler.
//! - The same for all: the server, `synchronous_commit = on`, the process and its async runtime, a handler that does nothing
//!   but note the time. Each has the settings that its documentation gives for throughput; the files in `contender` say
//!   which and why. Where its examples differ or leave it open, a peer has what was fastest here.
//!
//! # What is not compared
//!
//! The work around the work. For every job quotedeck commits a journal entry and an attempt row before anything leaves, and
//! its result afterwards: two durable commits that each speak of one job. The peers take many jobs in one transaction,
//! delete or mark one row for each, and write many results in one commit; after a crash they cannot say which jobs may
//! have had their effect, and the settings that make them fastest leave thousands of jobs taken. Handlers that take time,
//! retries, several workers, and large backlogs are not measured here.

use clap::Parser;
use color_eyre::eyre::Result;

use contender::Contender;
use figures::{Figures, Report, Size};
use server::Server;

mod contender;
mod figures;
mod server;

/// Jobs/s and pickup latency of quotedeck and of the Postgres queue crates, on one server.
#[derive(Debug, Parser)]
struct Args {
    /// An existing server, as `postgres://USER@HOST/DATABASE`; by default a throw-away one is started.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Jobs in one drain.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    jobs: u32,
    /// Drains of each; the median is told.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Jobs whose pickup is timed.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    pickups: u32,
    /// Only these.
    #[arg(long, value_enum)]
    only: Vec<Contender>,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    color_eyre::install()?;
    let args = Args::parse();
    let server = Server::open(args.database.as_deref()).await?;
    let contenders = if args.only.is_empty() { Contender::ALL.to_vec() } else { args.only.clone() };

    let mut figures: Vec<_> = contenders.into_iter().map(Figures::new).collect();
    for round in 1..=args.rounds {
        for figures in &mut figures {
            measure(&server, figures, &format!("drain {round} of {}", args.rounds), Part::Drain(args.jobs)).await?;
        }
    }
    for figures in &mut figures {
        measure(&server, figures, "pickup", Part::Pickup(args.pickups)).await?;
    }

    let size = Size { jobs: args.jobs, rounds: args.rounds, pickups: args.pickups };
    let report = Report::new(size, server.describe().await?, figures);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(())
}

/// One measurement, and of how many jobs.
#[derive(Clone, Copy)]
enum Part {
    Drain(u32),
    Pickup(u32),
}

/// Measures one in a database of its own. Who fails is out, with the reason in the report; the others go on.
async fn measure(server: &Server, figures: &mut Figures, what: &str, part: Part) -> Result<()> {
    if figures.failure.is_some() {
        return Ok(());
    }
    eprintln!("{what}: {}", figures.contender);
    let database = server.create().await?;
    let (contender, url) = (figures.contender, database.url());
    let measured = match part {
        Part::Drain(jobs) => contender.drain(url, jobs).await.map(|took| figures.drains.push(took)),
        Part::Pickup(jobs) => contender.pickup(url, jobs).await.map(|waits| figures.pickups = waits),
    };
    figures.failure = measured.err().map(|error| format!("{error:#}"));
    database.drop().await
}

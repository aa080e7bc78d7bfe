//! The database crashes in the middle of the work, several times: workers and deck come back by themselves, and nothing is
//! lost or done twice.

use std::process::{Command, Stdio};

use quotedeck::clock::Clock;
use tempfile::TempDir;

use super::Storm;
use super::crowd::ON_THEIR_WAY;
use crate::cluster::{self, Cluster, OPTIONS};
use crate::databases::World;
use crate::flows::Sitting;

/// Crashes of one run.
const CRASHES: i64 = 4;

#[tokio::test]
async fn workers_and_deck_outlive_their_database() {
    // With synchronous commits: what was acknowledged outlives a crash.
    let server = cluster::start(OPTIONS);
    let world = World::on_new_server(server.administrator()).await;
    let mut storm = Storm::rises(&world, None).await;
    storm.outside.storm(false);
    let processes = storm.crowd.processes();
    let recovery = TempDir::new().unwrap();
    let mut rosa = Sitting::at(&world.place, &Clock::System, "rosa", &recovery);
    rosa.sees("● live").await;

    storm.feed().await;
    let jobs = world.number("select count(*) from jobs").await;
    for before in 0..CRASHES {
        // In the middle: some are done, some are not.
        let done = "select count(*) from jobs where state = 'succeeded'";
        storm.until_true("some of the jobs are done", &format!("select ({done}) > {}", before * jobs / (CRASHES + 1))).await;
        // No more leave before it is back: their results cannot be written.
        storm.unseen += ON_THEIR_WAY;
        crash(&server);
        rosa.sees("○ offline").await;
        recover(&server);
        rosa.sees("● live").await;
    }
    storm.all_end().await;
    assert_eq!(storm.wrong(0).await, Vec::<String>::new());
    assert_eq!(storm.crowd.processes(), processes, "no worker had to be started again");
    rosa.sees("live").await;
}

/// Stops it at once: no connection is told.
fn crash(server: &Cluster) {
    control(server, &["-m", "immediate", "stop"]);
}

/// Starts it again; it mends itself from its log.
fn recover(server: &Cluster) {
    let (folder, log) = (server.folder.display(), server.folder.join("data/log"));
    control(server, &["-w", "-l", &log.display().to_string(), "-o", &format!("-k {folder} {OPTIONS}"), "start"]);
}

fn control(server: &Cluster, arguments: &[&str]) {
    let program = cluster::binaries().join("pg_ctl");
    // The server does not run as root.
    let mut command = if rustix::process::getuid().is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.arg("-s").arg("-D").arg(server.folder.join("data")).args(arguments);
    // What it starts must not hold our pipes open.
    let done = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("pg_ctl runs");
    assert!(done.success(), "pg_ctl {arguments:?}");
}

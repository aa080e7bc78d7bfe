//! Worker processes that are killed, stopped and started again: the program itself, two of them with clocks that jump.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::outside::{Doorstep, Outside};
use crate::databases::World;

/// Workers at once.
const WORKERS: usize = 3;
/// Requests of one worker on their way at once.
const CONCURRENCY: usize = 6;
/// Requests of all of them on their way at once.
pub(super) const ON_THEIR_WAY: i64 = (WORKERS * CONCURRENCY) as i64;
/// How long a worker that was told to stop may take: requests on their way are waited for, seven seconds at most.
const STOP: Duration = Duration::from_secs(30);

/// How long one may take to begin with something before it is stopped all the same.
const BUSY: Duration = Duration::from_secs(5);

/// When the leases of one that stands still are over: they last 45 s.
const OVERDUE: Duration = Duration::from_secs(47);
/// How long one that goes on is let alone: it must write what came back, on a machine that has much else to do.
const SPARED: Duration = Duration::from_secs(3);
/// When one goes on whatever became of what it had on its way.
const LATEST: Duration = Duration::from_mins(2);

/// What a clock may say, all but the first worker's. It jumps from one to another while the worker runs.
const CLOCKS: [&str; 3] = ["+0", "+10m", "-10m"];

/// The library that sets a program's clock wrong, of the package `libfaketime`.
const FAKETIME: &str = "libfaketime.so.1";

/// Some workers on one database.
pub(super) struct Crowd {
    config: PathBuf,
    database: String,
    fault: Option<&'static str>,
    faketime: PathBuf,
    doorstep: Doorstep,
    running: Vec<Option<Child>>,
    stopped: Vec<Still>,
    /// Until when the first worker, which has stood still, is let alone.
    spared: Instant,
}

/// One that stands still.
struct Still {
    since: Instant,
    child: Child,
    /// The numbers of the jobs whose requests it had on their way.
    jobs: Vec<i64>,
}

impl Crowd {
    /// Workers of the program, broken in this way.
    pub(super) fn start(world: &World, folder: &Path, outside: &Outside, fault: Option<&'static str>) -> Self {
        let config = folder.join("config.toml");
        std::fs::write(&config, outside.config()).expect("a configuration");
        let database = world.url();
        let running = (0..WORKERS).map(|_| None).collect();
        for (at, clock) in (1..WORKERS).zip(&CLOCKS[1..]) {
            std::fs::write(clock_of(&config, at), clock).expect("a clock");
        }
        let (faketime, doorstep) = (faketime(), outside.doorstep());
        let mut crowd = Self { config, database, fault, faketime, doorstep, running, stopped: vec![], spared: Instant::now() };
        let prepared = crowd.command().arg("init").stdout(Stdio::null()).status().expect("the program runs");
        assert!(prepared.success(), "init brings the destinations in");
        crowd.fill();
        crowd
    }

    /// The program with its configuration.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quotedeck"));
        command.arg("--config").arg(&self.config).args(["--database", &self.database]).env_clear();
        command.env("HOME", self.config.parent().expect("a folder")).env("USER", "rosa");
        for (name, value) in Outside::secrets() {
            command.env(name, value);
        }
        command
    }

    /// Starts those that are missing.
    pub(super) fn fill(&mut self) {
        for at in 0..WORKERS {
            if self.running[at].is_none() {
                self.running[at] = Some(self.spawn(at));
            }
        }
    }

    fn spawn(&self, at: usize) -> Child {
        let mut command = self.command();
        command.args(["work", "--concurrency"]).arg(CONCURRENCY.to_string());
        if let Some(fault) = self.fault {
            command.env("QUOTEDECK_SABOTAGE", fault);
        }
        if at > 0 {
            // Its sleeps stay as long as they are: only what it takes for the time of day is wrong. A jump is seen within a second.
            command.env("LD_PRELOAD", &self.faketime).env("FAKETIME_TIMESTAMP_FILE", clock_of(&self.config, at));
            command.env("FAKETIME_CACHE_DURATION", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the worker starts")
    }

    /// The clock of one says something else from now on.
    pub(super) fn jump(&self, rng: &mut fastrand::Rng) {
        let file = clock_of(&self.config, rng.usize(1..WORKERS));
        // Never half written: it is read at any moment.
        let next = file.with_extension("next");
        std::fs::write(&next, CLOCKS[rng.usize(..CLOCKS.len())]).expect("a clock");
        std::fs::rename(&next, &file).expect("the clock jumps");
    }

    /// Kills one as SIGKILL does: it has no time for anything.
    pub(super) async fn kill(&mut self, world: &World, at: usize) {
        let spared = at.is_multiple_of(WORKERS) && Instant::now() < self.spared;
        self.kill_at(world, if spared { 1 } else { at % WORKERS }).await;
    }

    async fn kill_at(&mut self, world: &World, at: usize) {
        if let Some(mut child) = self.running[at].take() {
            child.kill().expect("it runs");
            child.wait().expect("it ends");
            // Leases last 45 s: by then what it sent was read, however busy the other end is.
            self.doorstep.is_clear().await;
            expire(world, child.id()).await;
        }
    }

    /// Stops one in the middle of whatever it does, and says whether it had a request on its way. Nobody takes its leases from
    /// it: they run out by themselves.
    pub(super) async fn stop(&mut self, world: &World, at: usize) -> bool {
        let mut busy = false;
        if let Some(child) = self.running[at % WORKERS].take() {
            // One that has nothing on its way would do no harm, standing still.
            let began = Instant::now();
            while on_their_way(world, child.id()).await.is_empty() && began.elapsed() < BUSY {
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            stand_still(&child);
            // One that stands still within a write to SQLite stands in everybody's way, and that is no matter of leases.
            while world.is_locked().await {
                kill_process(pid(&child), Signal::CONT).expect("it was stopped");
                tokio::time::sleep(Duration::from_millis(3)).await;
                stand_still(&child);
            }
            let jobs = on_their_way(world, child.id()).await;
            busy = !jobs.is_empty();
            self.stopped.push(Still { since: Instant::now(), child, jobs });
        }
        busy
    }

    /// Whether nobody stands still, and who did has had its time.
    pub(super) fn all_awake(&self) -> bool {
        self.stopped.is_empty() && Instant::now() >= self.spared
    }

    /// Lets those go on whose leases are over and whose work others have ended, as if nothing had been: their results are of
    /// no more use. One at a time: each takes the place of another, and has a while to do harm.
    pub(super) async fn wake(&mut self, world: &World) {
        let Some(still) = self.stopped.first() else { return };
        let since = still.since.elapsed();
        let too_early = Instant::now() < self.spared || since < OVERDUE;
        if too_early || since < LATEST && any_open(world, &still.jobs).await {
            return;
        }
        let Still { child, .. } = self.stopped.remove(0);
        kill_process(pid(&child), Signal::CONT).expect("it was stopped");
        self.kill_at(world, 0).await;
        self.running[0] = Some(child);
        self.spared = Instant::now() + SPARED;
    }

    /// Kills all of them, and starts anew.
    pub(super) async fn renew(&mut self, world: &World) {
        for at in 0..WORKERS {
            self.kill_at(world, at).await;
        }
        self.fill();
    }

    /// Which processes they are.
    pub(super) fn processes(&mut self) -> Vec<u32> {
        let runs = |child: &mut Child| child.try_wait().expect("its end can be asked for").is_none();
        self.running.iter_mut().flatten().filter_map(|child| runs(child).then_some(child.id())).collect()
    }

    /// Tells all of them to stop, and waits for it.
    pub(super) fn end(mut self) {
        for child in self.running.iter().flatten() {
            kill_process(pid(child), Signal::TERM).expect("it runs");
        }
        let until = Instant::now() + STOP;
        for child in self.running.iter_mut().flatten() {
            while child.try_wait().expect("its end can be asked for").is_none() {
                assert!(Instant::now() < until, "a worker did not stop when it was told to");
                std::thread::yield_now();
            }
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for child in self.running.iter_mut().flatten().chain(self.stopped.iter_mut().map(|still| &mut still.child)) {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// The file that says what the clock of a worker says.
fn clock_of(config: &Path, worker: usize) -> PathBuf {
    config.with_file_name(format!("clock-{worker}"))
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Stops a process, and waits until its last thread has stopped: one may run on for a moment, and begin to write.
fn stand_still(child: &Child) {
    kill_process(pid(child), Signal::STOP).expect("it runs");
    waitpid(Some(pid(child)), WaitOptions::UNTRACED).expect("it is ours");
}

/// What a process holds has run out: as if its 45 seconds had passed.
async fn expire(world: &World, process: u32) {
    if held(world, process).await > 0 {
        world.insist(&format!("update jobs set lease_until = '{}' where {}", super::PAST, leases_of(process))).await;
    }
}

/// How many jobs a process holds.
async fn held(world: &World, process: u32) -> i64 {
    world.number(&format!("select count(*) from jobs where {}", leases_of(process))).await
}

/// The jobs of a process whose requests are announced, and their results not written.
async fn on_their_way(world: &World, process: u32) -> Vec<i64> {
    let running = "select 1 from attempts a where a.job_id = jobs.id and a.fence = jobs.fence and a.outcome = 'running'";
    world.numbers(&format!("select number from jobs where {} and exists ({running})", leases_of(process))).await
}

/// Whether any of these jobs has not come to its end.
async fn any_open(world: &World, jobs: &[i64]) -> bool {
    let list = jobs.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    !list.is_empty() && world.number(&format!("select count(*) from jobs where number in ({list}) and {}", super::OPEN)).await > 0
}

fn leases_of(process: u32) -> String {
    format!("state = 'running' and leased_by like '%:{process}:%'")
}

/// Where the library is: the package puts it into a folder of the machine's kind.
fn faketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path().join("faketime"));
    let found = folders.map(|folder| folder.join(FAKETIME)).find(|library| library.exists());
    found.expect("no libfaketime: install it; tests/run.sh does")
}

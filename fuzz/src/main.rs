//! Gives every parser and signature function a million inputs, and says what came of it.
//!
//! ```sh
//! cd fuzz
//! cargo run --release                                      # a million inputs for every target
//! cargo run --release -- read-email findings --inputs 5000 # some targets
//! cargo run --release -- read-email --input failures/FILE  # one input, as a failure leaves it
//! ```
//!
//! An engine of our own in place of libFuzzer: that needs a nightly compiler, and this project builds with the stable one
//! alone. In place of coverage it goes by what comes out: every outcome here names its reason, so an input with a new
//! reason is kept and built upon. The same seed gives the same inputs.
//!
//! An input fails when it panics, breaks a law of its target, holds more than 64 MiB at once, or takes more than a second
//! of the processor. Then the whole run ends with 1, the input is printed with escapes, and it is kept in `failures`.

mod inputs;
mod mutate;
mod run;
mod seeds;
mod shrink;
mod targets;

use std::collections::VecDeque;
use std::error::Error;
use std::process::{Child, Command, ExitCode};
use std::{env, fs, thread};

use peak_alloc::PeakAlloc;
use targets::Target;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

type Done<T> = Result<T, Box<dyn Error>>;

/// What was asked for.
struct Words {
    targets: Vec<String>,
    /// One input, read from a file, in place of made ones.
    input: Option<String>,
    /// How many inputs are made.
    inputs: u64,
    seed: u64,
    /// Targets that run at a time.
    jobs: usize,
    /// This process runs its one target itself.
    here: bool,
    /// Keep each input before it runs: one that ends the process is found so.
    careful: bool,
    list: bool,
}

fn words() -> Done<Words> {
    let mut words =
        Words { targets: Vec::new(), input: None, inputs: 1_000_000, seed: 1, jobs: 1, here: false, careful: false, list: false };
    let mut given = env::args().skip(1);
    while let Some(word) = given.next() {
        let mut value = || given.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--inputs" => words.inputs = value()?.parse()?,
            "--seed" => words.seed = value()?.parse()?,
            "--jobs" => words.jobs = value()?.parse()?,
            "--input" => words.input = Some(value()?),
            "--here" => words.here = true,
            "--careful" => words.careful = true,
            "--list" => words.list = true,
            _ if word.starts_with('-') => {
                return Err(format!("no option {word}; there are --inputs, --seed, --jobs, --input and --list").into());
            }
            _ => words.targets.push(word),
        }
    }
    Ok(words)
}

fn main() -> ExitCode {
    match words().and_then(|words| perform(&words)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn perform(words: &Words) -> Done<bool> {
    let all = targets::all();
    if words.list {
        all.iter().for_each(|target| println!("{}", target.name));
        return Ok(true);
    }
    if let Some(name) = words.targets.iter().find(|name| all.iter().all(|target| target.name != **name)) {
        return Err(format!("no target {name}; --list names them").into());
    }
    let wanted: Vec<&Target> =
        all.iter().filter(|target| words.targets.is_empty() || words.targets.contains(&target.name)).collect();
    match (&words.input, wanted.as_slice()) {
        (Some(file), [target]) => Ok(run::one(target, &fs::read(file)?)),
        (Some(_), _) => Err("name the one target that the input is for".into()),
        (None, [target]) if words.here => run::many(target, words),
        _ => each_by_itself(&wanted, words),
    }
}

/// Every target in a process of its own: one that overflows its stack takes no other with it.
fn each_by_itself(wanted: &[&Target], words: &Words) -> Done<bool> {
    println!("{}", run::HEAD);
    let mut waiting: VecDeque<&Target> = wanted.iter().copied().collect();
    let mut running: Vec<(&Target, Child)> = Vec::new();
    let mut sound = true;
    while !waiting.is_empty() || !running.is_empty() {
        while running.len() < words.jobs.max(1)
            && let Some(target) = waiting.pop_front()
        {
            running.push((target, child(target, words, false)?));
        }
        let mut still = Vec::new();
        for (target, mut process) in running {
            match process.try_wait()? {
                None => still.push((target, process)),
                Some(status) if status.success() => {}
                Some(status) => {
                    sound = false;
                    if status.code().is_none() {
                        println!("{:<24} the process ended: {status}; once more, to see at which input", target.name);
                        child(target, words, true)?.wait()?;
                        println!("{:<24} it is kept in {}", target.name, run::last(&target.name));
                    }
                }
            }
        }
        running = still;
        thread::sleep(std::time::Duration::from_millis(100));
    }
    Ok(sound)
}

fn child(target: &Target, words: &Words, careful: bool) -> Done<Child> {
    let (inputs, seed) = (words.inputs.to_string(), words.seed.to_string());
    let mut command = Command::new(env::current_exe()?);
    command.args([&target.name, "--here", "--inputs", &inputs, "--seed", &seed]);
    if careful {
        command.arg("--careful");
    }
    Ok(command.spawn()?)
}

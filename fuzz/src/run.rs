//! Runs a target on inputs, and measures each: time on the processor, memory, and whether it panicked.

use std::any::Any;
use std::collections::HashSet;
use std::fs;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fastrand::Rng;
use rustix::time::{ClockId, clock_gettime};

use crate::targets::Target;
use crate::{Done, MEMORY, Words, mutate, shrink};

/// What a target may hold at once while it reads one input, in bytes.
const MOST_MEMORY: usize = 64 * 1024 * 1024;
/// Longer than this for one input is a failure: somebody could stop the front door with it.
const LONGEST: Duration = Duration::from_secs(1);
/// Inputs that are kept to build upon.
const KEPT: usize = 2_000;
/// Failures that are told, one of each kind; the others are counted.
const TOLD: usize = 5;
/// Bytes of a failing input that are printed.
const PRINTED: usize = 2_000;
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/failures");

/// Above the lines of the targets.
pub(crate) const HEAD: &str =
    "target                      inputs  failures  outcomes  most KiB  longest ms  seconds  (KiB: held on the heap by one input)";

/// Where the last panic was, and what it said.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// How one input fared.
struct Ran {
    /// What the outcome looked like.
    shape: u64,
    held: usize,
    took: Duration,
    /// What is wrong with it: its kind, and the whole of it.
    wrong: Option<(String, String)>,
}

fn processor() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec.cast_unsigned(), spent.tv_nsec as u32)
}

fn hear_panics() {
    panic::set_hook(Box::new(|info| {
        let told = info.payload();
        let text = told.downcast_ref::<&str>().map(ToString::to_string).or_else(|| told.downcast_ref::<String>().cloned());
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        if let Ok(mut last) = PANIC.lock() {
            *last = format!("{place}: {}", text.unwrap_or_default());
        }
    }));
}

fn try_one(target: &Target, input: &[u8]) -> Ran {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let start = processor();
    let ran: Result<u64, Box<dyn Any + Send>> = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let (took, held) = (processor().saturating_sub(start), MEMORY.peak_usage().saturating_sub(before));
    let wrong = match &ran {
        Err(_) => {
            let told = PANIC.lock().map(|told| told.clone()).unwrap_or_default();
            // The place alone: what a panic says is another thing for every input.
            Some((told.split(": ").next().unwrap_or_default().to_owned(), format!("it panicked at {told}")))
        }
        Ok(_) if held > MOST_MEMORY => Some(("memory".into(), format!("it held {} MiB at once", held >> 20))),
        Ok(_) if took > LONGEST => Some(("time".into(), format!("it took {took:.1?}"))),
        Ok(_) => None,
    };
    Ran { shape: ran.unwrap_or_default(), held, took, wrong }
}

/// Whether an input fails, and in the way that is named.
pub(crate) fn fails(target: &Target, input: &[u8], kind: &str) -> bool {
    try_one(target, input).wrong.is_some_and(|(found, _)| found == kind)
}

/// Runs one input and tells.
pub(crate) fn one(target: &Target, input: &[u8]) -> bool {
    hear_panics();
    let ran = try_one(target, input);
    println!("{}: {} bytes, {} KiB held, {:.1?}", target.name, input.len(), ran.held >> 10, ran.took);
    match ran.wrong {
        Some((_, why)) => println!("{why}"),
        None => return true,
    }
    false
}

/// Makes inputs and runs them all; one line at the end.
pub(crate) fn many(target: &Target, words: &Words) -> Done<bool> {
    hear_panics();
    let mut rng = Rng::with_seed(words.seed);
    let mut known = target.seeds.clone();
    let (mut shapes, mut kinds) = (HashSet::new(), HashSet::new());
    let (mut most, mut longest, mut failures) = (0, Duration::ZERO, 0_u64);
    let began = Instant::now();
    for n in 0..words.inputs {
        // The seeds themselves come first.
        let input = match target.seeds.get(n as usize) {
            Some(seed) => seed.clone(),
            None => mutate::input(&mut rng, &known, target.usual),
        };
        if words.careful {
            fs::create_dir_all(FOLDER)?;
            fs::write(last(&target.name), &input)?;
        }
        let ran = try_one(target, &input);
        (most, longest) = (most.max(ran.held), longest.max(ran.took));
        if let Some((kind, why)) = ran.wrong {
            failures += 1;
            if kinds.len() < TOLD && kinds.insert(kind.clone()) {
                tell(target, &input, &kind, &why, n, words.seed)?;
            }
        } else if shapes.insert(ran.shape) && known.len() < KEPT && input.len() <= 2 * target.usual {
            known.push(input);
        }
    }
    println!(
        "{:<24} {:>9} {:>9} {:>9} {:>9} {:>11.1} {:>8.0}",
        target.name,
        words.inputs,
        failures,
        shapes.len(),
        most >> 10,
        longest.as_secs_f64() * 1000.0,
        began.elapsed().as_secs_f64()
    );
    Ok(failures == 0)
}

/// Keeps the input as it came, and prints it as small as it can be made.
fn tell(target: &Target, input: &[u8], kind: &str, why: &str, n: u64, seed: u64) -> Done<()> {
    fs::create_dir_all(FOLDER)?;
    let small = shrink::smallest(input, |input| fails(target, input, kind));
    let file = format!("{FOLDER}/{}-{seed}-{n}", target.name);
    fs::write(&file, &small)?;
    let printed = small[..small.len().min(PRINTED)].escape_ascii();
    let more = if small.len() > PRINTED { " …" } else { "" };
    println!("{}: {why} (input {n} of {} bytes, made smaller: {} bytes)", target.name, input.len(), small.len());
    println!("    {printed}{more}");
    println!("    again: cargo run --release -- {} --input {file}", target.name);
    Ok(())
}

/// Where a careful run keeps the input that it is at.
pub(crate) fn last(target: &str) -> String {
    format!("{FOLDER}/{target}-last")
}

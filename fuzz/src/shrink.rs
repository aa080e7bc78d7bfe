//! Makes a failing input smaller: takes out what it can do without, in ever smaller pieces.

use std::time::{Duration, Instant};

/// Longest that is tried.
const PATIENCE: Duration = Duration::from_secs(20);

/// The smallest input found that still fails.
pub(crate) fn smallest(input: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let (mut small, began) = (input.to_vec(), Instant::now());
    let mut size = (small.len() / 2).max(1);
    loop {
        let (mut at, mut went) = (0, false);
        while at < small.len() && began.elapsed() < PATIENCE {
            let mut less = small.clone();
            less.drain(at..(at + size).min(small.len()));
            if fails(&less) {
                (small, went) = (less, true);
            } else {
                at += size;
            }
        }
        if began.elapsed() >= PATIENCE || size == 1 && !went {
            return small;
        }
        size = if went { size.min(small.len()).max(1) } else { (size / 2).max(1) };
    }
}

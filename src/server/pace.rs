//! How fast one source may send: a bucket that fills by itself.

use std::time::Instant;

/// Requests that may come at once, as seconds' worth.
const AT_ONCE: f64 = 4.0;

/// One source's bucket.
#[derive(Debug)]
pub(super) struct Pace {
    left: f64,
    at: Instant,
}

impl Pace {
    /// A full one.
    pub(super) fn full(per_second: u32, now: Instant) -> Self {
        Self { left: f64::from(per_second) * AT_ONCE, at: now }
    }

    /// Whether it has filled itself again.
    pub(super) fn is_full(&self, per_second: u32, now: Instant) -> bool {
        let rate = f64::from(per_second);
        self.left + now.saturating_duration_since(self.at).as_secs_f64() * rate >= rate * AT_ONCE
    }

    /// Takes one out, where there is one.
    pub(super) fn take(&mut self, per_second: u32, now: Instant) -> bool {
        let rate = f64::from(per_second);
        let filled = now.saturating_duration_since(self.at).as_secs_f64() * rate;
        self.left = (self.left + filled).min(rate * AT_ONCE);
        self.at = now;
        let taken = self.left >= 1.0;
        if taken {
            self.left -= 1.0;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_is_taken_and_then_the_rate() {
        let start = Instant::now();
        let mut pace = Pace::full(10, start);
        assert_eq!((0..100).filter(|_| pace.take(10, start)).count(), 40);
        let later = start + Duration::from_secs(1);
        assert_eq!((0..100).filter(|_| pace.take(10, later)).count(), 10);
    }
}

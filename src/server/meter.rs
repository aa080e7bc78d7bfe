//! What is counted, for `/metrics`: numbers by provider and nothing anybody wrote.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::event::Provider;

/// Upper ends of the classes of the answer's time, in milliseconds.
const CLASSES: [u64; 9] = [1, 2, 5, 10, 25, 50, 100, 250, 1000];

/// Counters since the start.
#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// By provider and outcome.
    requests: BTreeMap<(&'static str, &'static str), u64>,
    classes: [u64; CLASSES.len()],
    slower: u64,
    /// Connections of an address that had too many.
    turned_away: u64,
    milliseconds: f64,
}

impl Meter {
    /// Counts one request, with how long its answer took.
    pub(super) fn count(&self, provider: Option<Provider>, outcome: &'static str, took: Duration) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.requests.entry((provider.map_or("none", Provider::as_str), outcome)).or_default() += 1;
        let milliseconds = took.as_secs_f64() * 1000.0;
        counts.milliseconds += milliseconds;
        match CLASSES.iter().position(|end| milliseconds <= *end as f64) {
            Some(class) => counts.classes[class] += 1,
            None => counts.slower += 1,
        }
    }

    /// Counts a connection that was not let in.
    pub(super) fn turn_away(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).turned_away += 1;
    }

    /// The text that Prometheus reads. `waiting` is how many requests nobody has read; `None` when the database is silent.
    pub(super) fn text(&self, waiting: Option<i64>) -> String {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::from("# TYPE quotedeck_requests_total counter\n");
        for ((provider, outcome), n) in &counts.requests {
            let _ = writeln!(text, "quotedeck_requests_total{{provider=\"{provider}\",outcome=\"{outcome}\"}} {n}");
        }
        text.push_str("# TYPE quotedeck_answer_seconds histogram\n");
        let mut sum = 0;
        for (end, n) in CLASSES.iter().zip(counts.classes) {
            sum += n;
            let _ = writeln!(text, "quotedeck_answer_seconds_bucket{{le=\"{}\"}} {sum}", *end as f64 / 1000.0);
        }
        sum += counts.slower;
        let _ = writeln!(text, "quotedeck_answer_seconds_bucket{{le=\"+Inf\"}} {sum}");
        let _ =
            writeln!(text, "quotedeck_answer_seconds_sum {}\nquotedeck_answer_seconds_count {sum}", counts.milliseconds / 1000.0);
        let _ = writeln!(
            text,
            "# TYPE quotedeck_connections_turned_away_total counter\nquotedeck_connections_turned_away_total {}",
            counts.turned_away
        );
        text.push_str("# TYPE quotedeck_database_up gauge\n");
        let _ = writeln!(text, "quotedeck_database_up {}", u8::from(waiting.is_some()));
        if let Some(waiting) = waiting {
            text.push_str("# TYPE quotedeck_arrivals_waiting gauge\n");
            let _ = writeln!(text, "quotedeck_arrivals_waiting {waiting}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_add_up() {
        let meter = Meter::default();
        meter.count(Some(Provider::Form), "kept", Duration::from_millis(3));
        meter.count(None, "refused", Duration::from_secs(9));
        meter.turn_away();
        let text = meter.text(Some(4));
        for line in [
            "quotedeck_requests_total{provider=\"form\",outcome=\"kept\"} 1",
            "quotedeck_answer_seconds_bucket{le=\"0.002\"} 0",
            "quotedeck_answer_seconds_bucket{le=\"0.005\"} 1",
            "quotedeck_answer_seconds_bucket{le=\"+Inf\"} 2",
            "quotedeck_answer_seconds_count 2",
            "quotedeck_arrivals_waiting 4",
            "quotedeck_connections_turned_away_total 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}

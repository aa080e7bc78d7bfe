//! From durations to a table: medians, percentiles, and ours over the fastest peer's.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::contender::Contender;

/// What was measured of one.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) contender: Contender,
    pub(crate) drains: Vec<Duration>,
    pub(crate) pickups: Vec<Duration>,
    /// Why there is nothing more.
    pub(crate) failure: Option<String>,
}

impl Figures {
    pub(crate) fn new(contender: Contender) -> Self {
        Self { contender, drains: Vec::new(), pickups: Vec::new(), failure: None }
    }
}

/// What was run, under what, with what result.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    server: String,
    cores: usize,
    /// Figures of a build without optimisation say little.
    optimised: bool,
    jobs: u32,
    rounds: u32,
    pickups: u32,
    rows: Vec<Row>,
    /// Ours over the fastest peer's, where both were measured: above 1 is faster.
    jobs_per_second_ratio: Option<f64>,
    /// Ours over the fastest peer's: below 1 is faster.
    pickup_p50_ratio: Option<f64>,
    pickup_p99_ratio: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: Contender,
    /// The median of the rounds.
    jobs_per_second: Option<f64>,
    /// Every round, in the order they were run.
    rounds: Vec<f64>,
    pickup_p50_ms: Option<f64>,
    pickup_p99_ms: Option<f64>,
    failure: Option<String>,
}

/// How much was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) jobs: u32,
    pub(crate) rounds: u32,
    pub(crate) pickups: u32,
}

impl Report {
    pub(crate) fn new(size: Size, server: String, figures: Vec<Figures>) -> Self {
        let rows: Vec<_> = figures.into_iter().map(|figures| Row::new(size.jobs, figures)).collect();
        Self {
            server,
            cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
            optimised: !cfg!(debug_assertions),
            jobs: size.jobs,
            rounds: size.rounds,
            pickups: size.pickups,
            jobs_per_second_ratio: ratio(&rows, |row| row.jobs_per_second, f64::max),
            pickup_p50_ratio: ratio(&rows, |row| row.pickup_p50_ms, f64::min),
            pickup_p99_ratio: ratio(&rows, |row| row.pickup_p99_ms, f64::min),
            rows,
        }
    }
}

impl Row {
    fn new(jobs: u32, figures: Figures) -> Self {
        let rounds: Vec<_> = figures.drains.iter().map(|took| f64::from(jobs) / took.as_secs_f64()).collect();
        let waits: Vec<_> = figures.pickups.iter().map(|wait| wait.as_secs_f64() * 1e3).collect();
        Self {
            name: figures.contender,
            jobs_per_second: percentile(&rounds, 50),
            rounds,
            pickup_p50_ms: percentile(&waits, 50),
            pickup_p99_ms: percentile(&waits, 99),
            failure: figures.failure,
        }
    }
}

/// The smallest value that at least `percent` of a hundred do not exceed; nothing of nothing.
fn percentile(values: &[f64], percent: usize) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn ratio(rows: &[Row], figure: impl Fn(&Row) -> Option<f64>, best: impl Fn(f64, f64) -> f64) -> Option<f64> {
    let ours = rows.iter().find(|row| row.name == Contender::Ours).and_then(&figure)?;
    let peer = rows.iter().filter(|row| row.name != Contender::Ours).filter_map(&figure).reduce(best)?;
    (peer > 0.0).then(|| ours / peer)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |figure: Option<f64>, digits: usize| figure.map_or("-".to_owned(), |figure| format!("{figure:.digits$}"));
        writeln!(
            f,
            "{}, {} cores; {} jobs × {} rounds, {} pickups",
            self.server, self.cores, self.jobs, self.rounds, self.pickups
        )?;
        if !self.optimised {
            writeln!(f, "NOT OPTIMISED: these figures are of a debug build; add --release")?;
        }
        writeln!(f, "\n| queue                 |   jobs/s | pickup p50 ms | pickup p99 ms | rounds, jobs/s |")?;
        writeln!(f, "|-----------------------|---------:|--------------:|--------------:|----------------|")?;
        for row in &self.rows {
            let rounds: Vec<_> = row.rounds.iter().map(|figure| format!("{figure:.0}")).collect();
            let (speed, p50, p99) = (show(row.jobs_per_second, 0), show(row.pickup_p50_ms, 2), show(row.pickup_p99_ms, 2));
            writeln!(f, "| {:<21} | {speed:>8} | {p50:>13} | {p99:>13} | {} |", row.name, rounds.join(", "))?;
        }
        let [speed, p50, p99] =
            [self.jobs_per_second_ratio, self.pickup_p50_ratio, self.pickup_p99_ratio].map(|ratio| show(ratio, 2));
        writeln!(f, "| ours / fastest        | {speed:>8} | {p50:>13} | {p99:>13} | jobs/s: more is better; pickup: less |")?;
        for row in &self.rows {
            if let Some(failure) = &row.failure {
                writeln!(f, "\n{}: {failure}", row.name)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(contender: Contender, drains: &[u64], pickups: &[u64]) -> Figures {
        let times = |millis: &[u64]| millis.iter().copied().map(Duration::from_millis).collect();
        Figures { drains: times(drains), pickups: times(pickups), ..Figures::new(contender) }
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<_> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(
            [0, 50, 99, 100].map(|percent| percentile(&hundred, percent)),
            [Some(1.0), Some(50.0), Some(99.0), Some(100.0)]
        );
        assert_eq!((percentile(&[3.0, 1.0, 2.0], 50), percentile(&[], 50)), (Some(2.0), None));
    }

    #[test]
    fn we_are_held_against_the_best_of_the_others() {
        let size = Size { jobs: 1_000, rounds: 1, pickups: 1 };
        let all = vec![
            figures(Contender::Ours, &[1_000], &[10]),
            figures(Contender::Graphile, &[500], &[20]),
            figures(Contender::Apalis, &[4_000], &[5]),
        ];
        let report = Report::new(size, String::new(), all);
        assert_eq!((report.jobs_per_second_ratio, report.pickup_p50_ratio), (Some(0.5), Some(2.0)));
        let alone = Report::new(size, String::new(), vec![figures(Contender::Ours, &[1_000], &[])]);
        assert_eq!((alone.jobs_per_second_ratio, alone.pickup_p99_ratio), (None, None));
    }
}

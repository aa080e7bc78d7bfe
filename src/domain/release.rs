//! Paced release of a failure group: when the next step may go, how large it is, and when it stops by itself. Pure.
//!
//! A release begins with one job, the canary. Each step is twice the one before as long as what was let go ends well,
//! half of it when too much of it did not, and nothing more goes once failures come back.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::id::{DestinationId, Ref, ReleaseId};
use super::job::{AttemptOutcome, JobState};
use super::words;

words! {
    /// Where a release stands.
    pub enum ReleaseState {
        /// One job is out, to see whether the cause is mended.
        Canary,
        /// Steps follow.
        Releasing,
        /// It stopped by itself: failures came back, or nothing came back at all.
        Stopped,
        /// All went.
        Done,
        /// A person stopped it.
        Cancelled,
    }
}

impl ReleaseState {
    /// Whether more may follow by itself.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Canary | Self::Releasing)
    }
}

words! {
    /// What became of one job of a release.
    pub enum ReleaseOutcome {
        /// Its turn has not come.
        Waiting,
        /// Its turn is now; a worker lets it go within a second.
        Due,
        /// On its way.
        Released,
        Succeeded,
        Failed,
        /// Left out: it changed since, or a replay would not be safe any more.
        Skipped,
    }
}

/// Jobs in one step at most.
pub const LARGEST_STEP: i64 = 64;
/// Outcomes that are looked back at.
pub const LOOKED_BACK: usize = 20;
/// A step that is out longer than this holds the next one back.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);
/// A step that does not come back for this long stops the release.
const GIVE_UP: TimeDelta = TimeDelta::minutes(30);

/// How many ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ends {
    /// Succeeded.
    pub well: i64,
    /// Failed again.
    pub badly: i64,
    /// Not back yet.
    pub out: i64,
}

/// A release as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Release {
    /// Its id.
    pub id: ReleaseId,
    /// What people call it, counted up from 1.
    pub number: i64,
    /// Where its jobs go.
    pub destination_id: DestinationId,
    /// That destination's name.
    pub destination: String,
    /// How they had failed.
    pub signature: String,
    /// Who began it.
    pub by: String,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: ReleaseState,
    /// Jobs in it.
    pub total: i64,
    /// Size of the last step; 0 before the first.
    pub step_size: i64,
    /// Let go and not back yet.
    pub out: i64,
    /// Succeeded.
    pub succeeded: i64,
    /// Failed again.
    pub failed: i64,
    /// Left out.
    pub skipped: i64,
    /// Why it stopped.
    pub ended_why: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Release {
    /// How many were let go, whatever became of them.
    pub fn released(&self) -> i64 {
        self.out + self.succeeded + self.failed
    }

    /// `released 23/200, step 8, 0 failed`
    pub fn progress(&self) -> String {
        let skipped = if self.skipped > 0 { format!(", {} left out", self.skipped) } else { String::new() };
        format!("released {}/{}, step {}, {} failed{skipped}", self.released(), self.total, self.step_size, self.failed)
    }
}

/// One job of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReleasedJob {
    /// The job that was frozen.
    pub job: Ref,
    /// The job that does it again, where a new one was made.
    pub new_job: Option<Ref>,
    /// The step it went with, from 1.
    pub step: Option<i64>,
    /// What became of it.
    pub outcome: ReleaseOutcome,
    /// Why it was left out, or how it failed.
    pub said: Option<String>,
}

/// What became of a job that was let go: `None` while that is open. `last` is its last try since then.
pub fn ended(state: JobState, last: Option<AttemptOutcome>) -> Option<ReleaseOutcome> {
    use AttemptOutcome as O;
    match (state, last) {
        (JobState::Succeeded, _) => Some(ReleaseOutcome::Succeeded),
        (JobState::Dead | JobState::Unknown, _) => Some(ReleaseOutcome::Failed),
        (JobState::Cancelled, _) => Some(ReleaseOutcome::Skipped),
        // It may succeed at a later try, but the cause is not mended: that is what is asked here.
        (_, Some(O::Failed | O::TimedOut | O::Refused | O::MayHaveLeft | O::LeaseLost)) => Some(ReleaseOutcome::Failed),
        // Being asked to wait says nothing about the cause.
        (_, None | Some(O::Running | O::Succeeded | O::RateLimited | O::Returned)) => None,
    }
}

/// What the decision looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many were let go at the last step; 0 before the first.
    pub step: i64,
    /// How the last step went.
    pub last: Ends,
    /// How long the last step has been out.
    pub out_for: TimeDelta,
    /// The newest outcomes, at most [`LOOKED_BACK`]: whether each ended well.
    pub recent: Vec<bool>,
    /// Jobs that wait for their turn.
    pub waiting: i64,
}

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing yet.
    Wait,
    /// So many go now; 1 to [`LARGEST_STEP`], and never more than wait.
    Step(i64),
    /// It stops by itself, and why.
    Stop(String),
    /// Nothing is left.
    Done,
}

/// Decides the next step.
pub fn next(pace: &Pace) -> Next {
    let Ends { well, badly, out } = pace.last;
    if pace.step == 1 && badly > 0 {
        return Next::Stop("the canary failed: the cause is not mended".to_owned());
    }
    let bad = pace.recent.iter().filter(|well| !**well).count();
    if pace.recent.len() >= 3 && bad * 10 >= pace.recent.len() * 3 {
        return Next::Stop(format!("failures came back: {bad} of the last {}", pace.recent.len()));
    }
    if out > 0 && pace.out_for >= GIVE_UP {
        return Next::Stop(format!("{out} did not come back for {} minutes", GIVE_UP.num_minutes()));
    }
    if pace.waiting <= 0 {
        return if out > 0 { Next::Wait } else { Next::Done };
    }
    // What was skipped says nothing about the destination.
    let size = well + badly + out;
    let mostly_well = well * 10 >= size * 8;
    let step = match () {
        () if pace.step <= 0 => 1,
        () if size == 0 => pace.step,
        () if out > 0 && (!mostly_well || pace.out_for >= PATIENCE || pace.step == 1) => return Next::Wait,
        () if mostly_well => pace.step.saturating_mul(2),
        () => pace.step / 2,
    };
    Next::Step(step.clamp(1, LARGEST_STEP).min(pace.waiting))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn pace(step: i64, (well, badly, out): (i64, i64, i64), seconds: i64, waiting: i64) -> Pace {
        let recent = (0..well).map(|_| true).chain((0..badly).map(|_| false)).collect();
        Pace { step, last: Ends { well, badly, out }, out_for: TimeDelta::seconds(seconds), recent, waiting }
    }

    #[rstest]
    #[case(pace(0, (0, 0, 0), 0, 200), Next::Step(1))]
    #[case(pace(1, (0, 0, 1), 5, 199), Next::Wait)]
    #[case(pace(1, (1, 0, 0), 5, 199), Next::Step(2))]
    #[case(pace(8, (8, 0, 0), 5, 185), Next::Step(16))]
    #[case(pace(10, (8, 0, 2), 5, 185), Next::Step(20))]
    #[case(pace(10, (8, 0, 2), 60, 185), Next::Wait)]
    #[case(pace(10, (7, 0, 3), 5, 185), Next::Wait)]
    #[case(pace(8, (6, 2, 0), 5, 185), Next::Step(4))]
    #[case(pace(64, (64, 0, 0), 5, 500), Next::Step(64))]
    #[case(pace(64, (64, 0, 0), 5, 3), Next::Step(3))]
    #[case(pace(4, (0, 0, 0), 5, 30), Next::Step(4))]
    #[case(pace(8, (5, 0, 3), 90, 0), Next::Wait)]
    #[case(pace(8, (8, 0, 0), 5, 0), Next::Done)]
    fn steps_double_while_all_goes_well(#[case] pace: Pace, #[case] then: Next) {
        assert_eq!(next(&pace), then);
    }

    #[rstest]
    #[case(pace(1, (0, 1, 0), 5, 100), "canary failed")]
    #[case(pace(4, (2, 1, 1), 5, 100), "1 of the last 3")]
    #[case(pace(16, (7, 3, 6), 5, 100), "3 of the last 10")]
    #[case(pace(16, (15, 0, 1), 1800, 100), "did not come back")]
    fn it_stops_by_itself(#[case] pace: Pace, #[case] why: &str) {
        assert!(matches!(next(&pace), Next::Stop(said) if said.contains(why)));
    }

    /// Runs a release of `total` jobs to its end; `fate` says how each ends. What went, in steps.
    fn run(total: i64, fate: &[bool]) -> (Vec<i64>, Next) {
        let (mut steps, mut went) = (Vec::new(), 0_i64);
        let mut pace = pace(0, (0, 0, 0), 0, total);
        loop {
            match next(&pace) {
                Next::Step(n) => {
                    let ends: Vec<bool> = (went..went + n).map(|at| fate[usize::try_from(at).unwrap() % fate.len()]).collect();
                    went += n;
                    steps.push(n);
                    let well = i64::try_from(ends.iter().filter(|well| **well).count()).unwrap();
                    pace.recent.extend(ends);
                    let cut = pace.recent.len().saturating_sub(LOOKED_BACK);
                    pace.recent.drain(..cut);
                    (pace.step, pace.last, pace.waiting) = (n, Ends { well, badly: n - well, out: 0 }, total - went);
                }
                Next::Wait => panic!("nothing is out, so nothing is waited for"),
                end => return (steps, end),
            }
        }
    }

    proptest! {
        #[test]
        fn it_ends_and_never_lets_go_more_than_it_may(total in 1..2_000_i64, fate in proptest::collection::vec(any::<bool>(), 1..40)) {
            let (steps, end) = run(total, &fate);
            prop_assert!(steps.iter().sum::<i64>() <= total);
            prop_assert!(steps.iter().all(|step| (1..=LARGEST_STEP).contains(step)));
            prop_assert!(steps.windows(2).all(|pair| pair[1] <= pair[0] * 2));
            prop_assert_eq!(steps[0], 1);
            if end == Next::Done {
                prop_assert_eq!(steps.iter().sum::<i64>(), total);
            }
        }

        #[test]
        fn where_all_fails_one_job_pays_for_it(total in 1..2_000_i64) {
            let (steps, end) = run(total, &[false]);
            prop_assert_eq!(steps, vec![1]);
            prop_assert!(matches!(end, Next::Stop(_)));
        }

        #[test]
        fn where_all_goes_well_all_goes(total in 1..2_000_i64) {
            prop_assert_eq!(run(total, &[true]).1, Next::Done);
        }

        #[test]
        fn any_pace_is_answered_within_bounds(
            step in 0..100_i64,
            ends in (0..80_i64, 0..80_i64, 0..80_i64),
            (seconds, waiting) in (0..4_000_i64, 0..3_000_i64),
        ) {
            if let Next::Step(n) = next(&pace(step, ends, seconds, waiting)) {
                prop_assert!(n >= 1 && n <= waiting && n <= LARGEST_STEP);
            }
        }
    }
}

//! What an attempt came back with, and what that makes of its job (DESIGN 4). Pure: the worker asks, the store writes.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::brief::Made;
use super::job::{AttemptOutcome, DeadReason, DeliveryMode, JobState};
use super::retry;
use super::sync::Page;
use super::text::{Internal, Untrusted};
use super::words;

words! {
    /// What an answer, or its absence, means.
    pub enum Meaning {
        /// It arrived and was accepted.
        Accepted,
        /// The destination has too much to do; it says when to come back.
        Busy,
        /// Broken at the moment; the same request may succeed later.
        Broken,
        /// The request did not reach it: no connection.
        NotReached,
        /// The request may have left, and no answer came.
        Silent,
        /// It will never take this request.
        Refused,
        /// It does not let us in: nothing for this destination can succeed (C11).
        LockedOut,
    }
}

/// What an attempt came back with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What it means.
    pub meaning: Meaning,
    /// The status code, where there was an answer.
    pub status: Option<i64>,
    /// What went wrong, in the destination's words.
    pub error: Option<Untrusted>,
    /// How long the destination asks us to wait.
    pub retry_after: Option<TimeDelta>,
    /// What the destination calls the thing it made or found.
    pub remote_id: Option<String>,
    /// What a drafter wrote, or a provider listed.
    pub made: Option<Internal<Brought>>,
    /// What the answer cost, whatever it brought.
    pub spent: Option<Spent>,
}

impl Reply {
    /// One that says nothing but what it means.
    pub fn of(meaning: Meaning) -> Self {
        Self { meaning, status: None, error: None, retry_after: None, remote_id: None, made: None, spent: None }
    }
}

/// What an answer of a model cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Tokens that it read.
    pub read: i64,
    /// Tokens that it wrote.
    pub written: i64,
    /// What that cost, in millionths of a dollar; 0 where no price is set.
    pub cost_micros: i64,
}

impl fmt::Display for Spent {
    /// `400 tokens read and 50 written, $0.000090`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens read and {} written", self.read, self.written)?;
        match self.cost_micros {
            0 => Ok(()),
            cost => write!(f, ", ${}.{:06}", cost / 1_000_000, cost % 1_000_000),
        }
    }
}

/// What an answer brings that is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Brought {
    /// What a drafter wrote.
    Draft(Made),
    /// A page of a provider's list.
    Page(Page),
}

/// What a destination says of a request that may have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It has it.
    Arrived {
        /// What it calls it.
        remote_id: Option<String>,
    },
    /// It does not have it: it may be sent again.
    Absent,
    /// It could not be asked.
    CannotTell(String),
    /// It did not let the question in: nothing for this destination can succeed (C11).
    LockedOut {
        /// The status code it answered with; `None` where we had no credential to give.
        status: Option<i64>,
        /// What went wrong.
        why: String,
    },
}

/// What becomes of the job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The state it goes to from `running`.
    pub state: JobState,
    /// When it is tried next, where it is.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether the attempt used up one of those allowed.
    pub counts: bool,
    /// Why it is dead.
    pub dead: Option<DeadReason>,
}

/// What the decision needs to know of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What stops a second effect.
    pub mode: DeliveryMode,
    /// Attempts that counted so far, without this one.
    pub attempts: i64,
    /// Every attempt so far, with this one, whether it counted or not.
    pub tries: i64,
    /// Attempts allowed.
    pub max_attempts: i64,
    /// When trying has no more use.
    pub window_ends_at: DateTime<Utc>,
}

impl Meaning {
    /// How the attempt is recorded.
    pub fn outcome(self) -> AttemptOutcome {
        match self {
            Self::Accepted => AttemptOutcome::Succeeded,
            Self::Busy => AttemptOutcome::RateLimited,
            Self::Broken | Self::LockedOut => AttemptOutcome::Failed,
            Self::NotReached => AttemptOutcome::TimedOut,
            Self::Silent => AttemptOutcome::MayHaveLeft,
            Self::Refused => AttemptOutcome::Refused,
        }
    }
}

/// What becomes of a job after an attempt; `roll` is a random number in 0..=1 for the jitter.
///
/// What may have left is tried again only where the destination dedupes on our key; where it can be asked it is asked
/// first, and elsewhere a person decides.
pub fn verdict(budget: Budget, reply: &Reply, now: DateTime<Utc>, roll: f64) -> Verdict {
    let end = |state, dead| Verdict { state, due_at: None, counts: true, dead };
    match reply.meaning {
        Meaning::Accepted => end(JobState::Succeeded, None),
        Meaning::Refused => end(JobState::Dead, Some(DeadReason::Permanent)),
        // The credential failed, not the job: it keeps its budget for when the destination runs again.
        Meaning::LockedOut => Verdict { counts: false, ..end(JobState::Held, None) },
        Meaning::Silent if budget.mode == DeliveryMode::Once => end(JobState::Unknown, None),
        Meaning::Silent if budget.mode == DeliveryMode::Reconcile => look_up(budget, now),
        Meaning::Busy | Meaning::Broken | Meaning::NotReached | Meaning::Silent => again(budget, reply, now, roll),
    }
}

/// What may have left at a destination that can be asked: it is asked a little later, or by a person when the time for
/// that would be past the window.
pub fn look_up(budget: Budget, now: DateTime<Utc>) -> Verdict {
    let due_at = now + retry::LOOK_UP_AFTER;
    if due_at < budget.window_ends_at {
        Verdict { state: JobState::Retrying, due_at: Some(due_at), counts: true, dead: None }
    } else {
        Verdict { state: JobState::Unknown, due_at: None, counts: true, dead: None }
    }
}

fn again(budget: Budget, reply: &Reply, now: DateTime<Utc>, roll: f64) -> Verdict {
    let counts = reply.meaning != Meaning::Busy && reply.retry_after.is_none();
    let failures = budget.attempts + i64::from(counts);
    let asked = reply.retry_after.unwrap_or_else(|| retry::delay(failures.max(1), roll));
    // What uses up no try would go on for ever at a destination that asks for no wait.
    let uncounted = if counts { 0 } else { budget.tries - budget.attempts };
    let wait = asked.max(retry::least(uncounted, budget.window_ends_at - now, roll));
    // A destination that asks for a century is not obeyed beyond the window, and cannot overflow the calendar.
    let due_at = now.checked_add_signed(wait.max(TimeDelta::seconds(1))).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let dead = if failures >= budget.max_attempts {
        Some(DeadReason::Budget)
    } else {
        (due_at >= budget.window_ends_at).then_some(DeadReason::Window)
    };
    match dead {
        Some(_) => Verdict { state: JobState::Dead, due_at: None, counts, dead },
        None => Verdict { state: JobState::Retrying, due_at: Some(due_at), counts, dead },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use strum::VariantArray;

    fn now() -> DateTime<Utc> {
        "2026-06-01T14:30:00Z".parse().unwrap()
    }

    fn budget(mode: DeliveryMode, attempts: i64, minutes: i64) -> Budget {
        Budget { mode, attempts, tries: attempts + 1, max_attempts: 12, window_ends_at: now() + TimeDelta::minutes(minutes) }
    }

    fn reply(meaning: Meaning, after: Option<i64>) -> Reply {
        Reply {
            meaning,
            status: None,
            error: None,
            retry_after: after.map(TimeDelta::seconds),
            remote_id: None,
            made: None,
            spent: None,
        }
    }

    #[rstest]
    #[case(Meaning::Accepted, DeliveryMode::Once, 0, 60, JobState::Succeeded, None)]
    #[case(Meaning::Broken, DeliveryMode::Once, 0, 60, JobState::Retrying, None)]
    #[case(Meaning::Broken, DeliveryMode::Keyed, 11, 6000, JobState::Dead, Some(DeadReason::Budget))]
    #[case(Meaning::Busy, DeliveryMode::Keyed, 11, 60_000, JobState::Retrying, None)]
    #[case(Meaning::Broken, DeliveryMode::Keyed, 9, 15, JobState::Dead, Some(DeadReason::Window))]
    #[case(Meaning::Refused, DeliveryMode::Keyed, 0, 60, JobState::Dead, Some(DeadReason::Permanent))]
    #[case(Meaning::Silent, DeliveryMode::Keyed, 0, 60, JobState::Retrying, None)]
    #[case(Meaning::Silent, DeliveryMode::Reconcile, 0, 60, JobState::Retrying, None)]
    #[case(Meaning::Silent, DeliveryMode::Reconcile, 0, 1, JobState::Unknown, None)]
    #[case(Meaning::Silent, DeliveryMode::Once, 0, 60, JobState::Unknown, None)]
    #[case(Meaning::NotReached, DeliveryMode::Once, 0, 60, JobState::Retrying, None)]
    #[case(Meaning::LockedOut, DeliveryMode::Keyed, 11, 60, JobState::Held, None)]
    fn an_answer_decides(
        #[case] meaning: Meaning,
        #[case] mode: DeliveryMode,
        #[case] attempts: i64,
        #[case] minutes: i64,
        #[case] state: JobState,
        #[case] dead: Option<DeadReason>,
    ) {
        let verdict = verdict(budget(mode, attempts, minutes), &reply(meaning, None), now(), 0.5);
        assert_eq!((verdict.state, verdict.dead), (state, dead));
    }

    #[rstest]
    #[case(90, "400 tokens read and 50 written, $0.000090")]
    #[case(12_000_345, "400 tokens read and 50 written, $12.000345")]
    #[case(0, "400 tokens read and 50 written")]
    fn what_was_spent_is_told_to_the_millionth(#[case] cost_micros: i64, #[case] told: &str) {
        assert_eq!(Spent { read: 400, written: 50, cost_micros }.to_string(), told);
    }

    #[test]
    fn what_the_destination_asks_for_uses_up_no_attempt() {
        let asked = verdict(budget(DeliveryMode::Keyed, 11, 60), &reply(Meaning::Broken, Some(40)), now(), 0.5);
        assert_eq!((asked.due_at, asked.counts), (Some(now() + TimeDelta::seconds(40)), false));
        let century = verdict(budget(DeliveryMode::Keyed, 0, 60), &reply(Meaning::Busy, Some(i64::MAX / 1000)), now(), 0.5);
        assert_eq!(century.dead, Some(DeadReason::Window));
    }

    #[rstest]
    #[case::busy(Meaning::Busy)]
    #[case::broken(Meaning::Broken)]
    fn who_asks_for_no_wait_again_and_again_gets_a_longer_one_each_time(#[case] meaning: Meaning) {
        let month = budget(DeliveryMode::Keyed, 0, 30 * 24 * 60);
        let mut at = now();
        let mut waits = Vec::new();
        for tries in 1..=50 {
            let made = verdict(Budget { tries, ..month }, &reply(meaning, Some(0)), at, 0.5);
            assert_eq!((made.state, made.counts), (JobState::Retrying, false), "{tries}");
            let due = made.due_at.unwrap();
            waits.push(due - at);
            at = due;
        }
        assert!(waits.is_sorted(), "{waits:?}");
        assert_eq!(waits[..4], [1_000, 7_500, 15_000, 30_000].map(TimeDelta::milliseconds));
        assert_eq!(waits[49], retry::delay(50, 0.5), "no longer than after as many failures");
    }

    #[rstest]
    #[case::a_text_back(15, 20)]
    #[case::a_day(24 * 60, 40)]
    fn a_window_is_spent_in_few_tries_and_to_its_end(#[case] minutes: i64, #[case] most: i64) {
        let (mut at, mut tries) = (now(), 1);
        let budget = budget(DeliveryMode::Keyed, 0, minutes);
        while let Some(due) = verdict(Budget { tries, ..budget }, &reply(Meaning::Busy, Some(0)), at, 0.0).due_at {
            (at, tries) = (due, tries + 1);
            assert!(tries <= most, "{tries} tries by {at}");
        }
        assert!(budget.window_ends_at - at < TimeDelta::seconds(3), "the last is at {at}");
    }

    proptest! {
        #[test]
        fn what_is_asked_for_is_the_least_and_ends_no_job_sooner(
            meaning in proptest::sample::select(vec![Meaning::Busy, Meaning::Broken, Meaning::NotReached]),
            (tries, minutes, after, roll) in (1..200_i64, -100..2000_i64, 0..100_000_i64, 0.0..=1.0_f64),
        ) {
            let budget = Budget { tries, ..budget(DeliveryMode::Keyed, 0, minutes) };
            let made = verdict(budget, &reply(meaning, Some(after)), now(), roll);
            let asked = now() + TimeDelta::seconds(after.max(1));
            prop_assert_eq!(made.dead, (asked >= budget.window_ends_at).then_some(DeadReason::Window));
            prop_assert!(made.due_at.is_none_or(|due| due >= asked && due < budget.window_ends_at));
        }

        #[test]
        fn nothing_is_sent_twice_blindly_or_after_its_window(
            meaning in proptest::sample::select(Meaning::VARIANTS),
            mode in proptest::sample::select(DeliveryMode::VARIANTS),
            (attempts, minutes, after, roll) in (0..20_i64, -100..2000_i64, proptest::option::of(-10..100_000_i64), any::<f64>()),
        ) {
            let budget = budget(mode, attempts, minutes);
            let made = verdict(budget, &reply(meaning, after), now(), roll);
            if made.state == JobState::Retrying {
                prop_assert!(meaning != Meaning::Silent || mode != DeliveryMode::Once);
                prop_assert!(made.due_at.is_some_and(|due| due > now() && due < budget.window_ends_at));
            }
            prop_assert_eq!(made.state == JobState::Dead, made.dead.is_some());
        }
    }
}

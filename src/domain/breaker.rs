//! The breaker of a destination: when it opens, when a single request is tried again, and what closes it (DESIGN 4).
//!
//! Its figures are Convoy's defaults: a window of 5 minutes, at least 10 requests, 70 % failures, half-open after 30 s.

use chrono::TimeDelta;

use super::reply::{Meaning, Reply};

/// How far back requests are looked at.
pub const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// Requests below which nothing is concluded.
pub const LEAST: i64 = 10;
/// Of the requests within the window, the newest that are looked at.
pub const NEWEST: i64 = 200;
/// Percent of failures that open it.
const OPENS_AT: i64 = 70;
/// How long after it opened one request is let through.
const FIRST_PROBE: TimeDelta = TimeDelta::seconds(30);
/// Probes that fail come ever more seldom, but never less often than this.
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// How long a destination that asks for a wait is left alone at most, whatever it asks for: then it is asked anew. Well below the
/// quarter of an hour in which a missed call is answered.
pub const QUIET: TimeDelta = TimeDelta::minutes(5);

/// The worker was lost, with its request announced.
pub const WORKER_LOST: &str = "the worker was lost after it announced the request";
/// The worker stood still before its request left.
pub const NOT_SENT: &str = "the worker stood still after the announcement; nothing was sent";
/// The worker stood still while it waited.
pub const STOOD_STILL: &str = "the worker stood still while the request was on its way";
/// The worker was stopped while it waited.
pub const STOPPED: &str = "the worker was stopped before an answer came";
/// What says nothing of a destination: errors that are the worker's own.
pub const OUR_OWN: [&str; 4] = [WORKER_LOST, NOT_SENT, STOOD_STILL, STOPPED];

/// How requests to a destination went of late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Requests that were answered, or not.
    pub requests: i64,
    /// Of these, those that say that the destination does not work.
    pub failures: i64,
}

/// What an answer says about the destination itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It works: even a refusal of this request is an answer.
    Works,
    /// It does not.
    Fails,
    /// It lets nobody in: everything would fail.
    LockedOut,
    /// Neither: it works and has too much to do.
    Nothing,
}

impl Health {
    /// Whether it failed often enough to stop sending.
    pub fn opens(self) -> bool {
        self.requests >= LEAST && self.failures.saturating_mul(100) >= self.requests.saturating_mul(OPENS_AT)
    }
}

impl Reply {
    /// How long the destination asked to be left alone, by all that goes there. A mail server's 4xx is about one mailbox, and how long that
    /// waits is our own choice.
    pub fn asks_for_quiet(&self) -> Option<TimeDelta> {
        self.retry_after.filter(|_| matches!(self.status, Some(429 | 503))).map(|wait| wait.min(QUIET))
    }

    /// Whether the worker, and not the destination, is why there is no answer.
    pub fn is_our_own(&self) -> bool {
        self.status.is_none() && self.error.as_ref().is_some_and(|error| OUR_OWN.contains(&error.raw()))
    }
}

impl Meaning {
    /// What it says about the destination.
    pub fn sign(self) -> Sign {
        match self {
            Self::Accepted | Self::Refused => Sign::Works,
            Self::Broken | Self::NotReached | Self::Silent => Sign::Fails,
            Self::LockedOut => Sign::LockedOut,
            Self::Busy => Sign::Nothing,
        }
    }
}

/// How long until one request is let through, after it opened `trips` times in a row: 30 s, doubling up to 15 min.
pub fn probe_after(trips: i64) -> TimeDelta {
    let doublings = u32::try_from(trips.clamp(1, 16) - 1).unwrap_or(0);
    (FIRST_PROBE * (1_i32 << doublings)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(9, 9, false)]
    #[case(10, 6, false)]
    #[case(10, 7, true)]
    #[case(200, 139, false)]
    #[case(200, 140, true)]
    fn it_opens_at_seventy_percent_of_ten(#[case] requests: i64, #[case] failures: i64, #[case] opens: bool) {
        assert_eq!(Health { requests, failures }.opens(), opens);
    }

    #[rstest]
    #[case(1, 30)]
    #[case(2, 60)]
    #[case(5, 480)]
    #[case(6, 900)]
    #[case(i64::MAX, 900)]
    fn probes_come_ever_more_seldom(#[case] trips: i64, #[case] seconds: i64) {
        assert_eq!(probe_after(trips), TimeDelta::seconds(seconds));
    }

    proptest! {
        #[test]
        fn it_never_opens_on_health(requests in 0..1000_i64) {
            let health = Health { requests, failures: 0 };
            prop_assert!(!health.opens());
        }
    }
}

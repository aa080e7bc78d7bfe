//! When the queue will be clear: from what waits, what comes and what leaves. Pure, and never a number that was made up:
//! where there is too little to go by it says so.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// How far back arrivals and departures are counted.
pub const LOOK_BACK: TimeDelta = TimeDelta::minutes(5);
/// Departures below which there is no rate to speak of.
const ENOUGH: i64 = 5;
/// A forecast beyond this is no forecast.
const HORIZON: TimeDelta = TimeDelta::hours(24);

/// What is known of one destination's queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// Its name.
    pub destination: String,
    /// Jobs whose time has come, those on their way among them.
    pub due: i64,
    /// Jobs that wait for a time of their own.
    pub later: i64,
    /// The last of those times.
    pub last_due_at: Option<DateTime<Utc>>,
    /// Jobs that are held.
    pub held: i64,
    /// Whether nothing goes there now: paused, or its breaker is open.
    pub stands: bool,
    /// It runs again by itself then.
    pub resumes_at: Option<DateTime<Utc>>,
    /// Jobs that came in the last [`LOOK_BACK`].
    pub came: i64,
    /// Jobs that left for good in the last [`LOOK_BACK`].
    pub left: i64,
    /// How many may leave in a minute.
    pub per_minute: Option<i64>,
    /// Whether there may be more than were counted.
    pub at_least: bool,
}

/// When it will be clear.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Forecast {
    /// Nothing waits.
    #[default]
    Clear,
    /// By then, if all goes on as it does now.
    By {
        /// When.
        at: DateTime<Utc>,
        /// How many leave in a second; `None` where only due times decide.
        per_second: Option<f64>,
        /// Whether more wait than were counted: then it is not before `at`.
        at_least: bool,
    },
    /// More come than leave, or hardly fewer.
    NotClearing {
        /// How many come in a minute.
        came: i64,
        /// How many leave in a minute.
        left: i64,
    },
    /// Nothing goes until a destination runs again.
    Held {
        /// Which.
        destination: String,
        /// How many jobs wait for it.
        jobs: i64,
        /// It runs again by itself then.
        until: Option<DateTime<Utc>>,
    },
    /// There is too little to go by.
    TooLittle {
        /// How many left in the last five minutes.
        left: i64,
    },
}

/// The forecast of one destination.
pub fn forecast(flow: &Flow, now: DateTime<Utc>) -> Forecast {
    let waits = flow.due + flow.later + flow.held;
    if waits == 0 {
        return Forecast::Clear;
    }
    if flow.stands || (flow.held > 0 && flow.due + flow.later == 0) {
        return Forecast::Held { destination: flow.destination.clone(), jobs: waits, until: flow.resumes_at };
    }
    let by = |at: DateTime<Utc>, per_second| Forecast::By {
        at: flow.last_due_at.map_or(at, |last| last.max(at)),
        per_second,
        at_least: flow.at_least,
    };
    if flow.due == 0 {
        return by(now, None);
    }
    if flow.left < ENOUGH {
        return Forecast::TooLittle { left: flow.left };
    }
    let seconds = LOOK_BACK.num_seconds();
    // Faster than it may is no promise.
    let left = flow.per_minute.map_or(flow.left, |most| flow.left.min(most.saturating_mul(LOOK_BACK.num_minutes())));
    let net = left - flow.came;
    let wait = if net > 0 { flow.due.saturating_mul(seconds) / net } else { i64::MAX };
    if wait > HORIZON.num_seconds() {
        let minute = |n: i64| n / LOOK_BACK.num_minutes();
        return Forecast::NotClearing { came: minute(flow.came), left: minute(left) };
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of five minutes fits an f64 exactly")]
    let rate = left as f64 / seconds as f64;
    by(now + TimeDelta::seconds(wait), Some(rate))
}

/// The forecast of all destinations together: what is worst decides. While something is held the queue is not clear by
/// any time.
pub fn overall(flows: &[Flow], now: DateTime<Utc>) -> Forecast {
    let rank = |forecast: &Forecast| match forecast {
        Forecast::Clear => 0,
        Forecast::By { .. } => 1,
        Forecast::TooLittle { .. } => 2,
        Forecast::Held { .. } => 3,
        Forecast::NotClearing { .. } => 4,
    };
    flows.iter().map(|flow| forecast(flow, now)).fold(Forecast::Clear, |worst, next| match (&worst, &next) {
        (Forecast::By { at: one, per_second: a, at_least: x }, Forecast::By { at: other, per_second: b, at_least: y }) => {
            Forecast::By {
                at: *one.max(other),
                per_second: match (a, b) {
                    (Some(a), Some(b)) => Some(a + b),
                    (one, other) => one.or(*other),
                },
                at_least: *x || *y,
            }
        }
        (Forecast::NotClearing { came: a, left: b }, Forecast::NotClearing { came: c, left: d }) => {
            Forecast::NotClearing { came: a + c, left: b + d }
        }
        (Forecast::TooLittle { left: a }, Forecast::TooLittle { left: b }) => Forecast::TooLittle { left: a + b },
        _ if rank(&next) > rank(&worst) => next,
        _ => worst,
    })
}

/// A time of today as `14:38`, a later one with its day.
fn clock(now: DateTime<Utc>, at: DateTime<Utc>) -> String {
    if now.date_naive() == at.date_naive() { at.format("%H:%M").to_string() } else { at.format("%-d %b %H:%M").to_string() }
}

impl Forecast {
    /// In a line: `clear by 14:38 at 3.2/s`.
    pub fn said(&self, now: DateTime<Utc>) -> String {
        match self {
            Self::Clear => "clear".to_owned(),
            Self::By { at, per_second, at_least } => {
                let rate = per_second
                    .map(|rate| if rate >= 0.1 { format!(" at {rate:.1}/s") } else { format!(" at {:.0}/min", rate * 60.0) });
                let by = if *at_least { "not clear before" } else { "clear by" };
                format!("{by} {}{}", clock(now, *at), rate.unwrap_or_default())
            }
            Self::NotClearing { came, left } => format!("not clearing: {came} come in a minute, {left} leave"),
            Self::Held { destination, until: Some(at), .. } => format!("held until {destination} resumes at {}", clock(now, *at)),
            Self::Held { destination, until: None, .. } => format!("held until {destination} resumes"),
            Self::TooLittle { left } => format!("no forecast: {left} left in 5 min, too few to go by"),
        }
    }

    /// Whether somebody should look at it.
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::NotClearing { .. } | Self::Held { .. })
    }

    /// In a few words, for a title.
    pub fn short(&self, now: DateTime<Utc>) -> String {
        match self {
            Self::Clear => "clear".to_owned(),
            Self::By { at, at_least, .. } => format!("{} {}", if *at_least { "not before" } else { "clear by" }, clock(now, *at)),
            Self::NotClearing { .. } => "not clearing".to_owned(),
            Self::Held { destination, .. } => format!("held: {destination}"),
            Self::TooLittle { .. } => "no forecast yet".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn now() -> DateTime<Utc> {
        "2026-06-01T14:30:00Z".parse().unwrap()
    }

    fn flow(due: i64, later: i64, came: i64, left: i64) -> Flow {
        let last_due_at = (later > 0).then(|| now() + TimeDelta::minutes(20));
        Flow { destination: "HubSpot".into(), due, later, last_due_at, came, left, ..Flow::default() }
    }

    #[rstest]
    #[case(flow(0, 0, 0, 90), "clear")]
    #[case(flow(960, 0, 0, 960), "clear by 14:35 at 3.2/s")]
    #[case(flow(960, 0, 480, 960), "clear by 14:40 at 3.2/s")]
    #[case(flow(10, 4, 0, 960), "clear by 14:50 at 3.2/s")]
    #[case(flow(0, 4, 0, 0), "clear by 14:50")]
    #[case(flow(10, 0, 0, 10), "clear by 14:35 at 2/min")]
    #[case(flow(50, 0, 60, 45), "not clearing: 12 come in a minute, 9 leave")]
    #[case(flow(900_000, 0, 44, 45), "not clearing: 8 come in a minute, 9 leave")]
    #[case(flow(50, 0, 0, 2), "no forecast: 2 left in 5 min, too few to go by")]
    #[case(Flow { stands: true, held: 9, ..flow(1, 0, 0, 90) }, "held until HubSpot resumes")]
    #[case(Flow { stands: true, resumes_at: Some(now() + TimeDelta::hours(1)), ..flow(1, 0, 0, 90) }, "held until HubSpot resumes at 15:30")]
    #[case(Flow { per_minute: Some(60), ..flow(600, 0, 0, 960) }, "clear by 14:40 at 1.0/s")]
    #[case(Flow { at_least: true, ..flow(960, 0, 0, 960) }, "not clear before 14:35 at 3.2/s")]
    fn what_waits_comes_and_leaves_decides(#[case] flow: Flow, #[case] said: &str) {
        assert_eq!(forecast(&flow, now()).said(now()), said);
    }

    #[test]
    fn only_what_needs_somebody_is_bad() {
        let bad = |flow: Flow| forecast(&flow, now()).is_bad();
        assert!(bad(flow(50, 0, 60, 45)) && bad(Flow { stands: true, ..flow(1, 0, 0, 90) }));
        assert!(!bad(flow(0, 0, 0, 0)) && !bad(flow(960, 0, 0, 960)) && !bad(flow(50, 0, 0, 2)));
    }

    #[test]
    fn the_worst_destination_decides() {
        let held = Flow { stands: true, held: 3, ..Flow::default() };
        assert!(matches!(overall(&[flow(0, 0, 0, 0), held.clone()], now()), Forecast::Held { .. }));
        assert!(matches!(overall(&[flow(960, 0, 0, 960), held, flow(9, 0, 9, 1)], now()), Forecast::Held { .. }));
        assert_eq!(overall(&[flow(960, 0, 0, 960), flow(10, 4, 0, 960)], now()).short(now()), "clear by 14:50");
        assert_eq!(overall(&[flow(960, 0, 0, 960), flow(9, 0, 9, 1)], now()).short(now()), "no forecast yet");
        assert_eq!(overall(&[], now()), Forecast::Clear);
    }

    proptest! {
        #[test]
        fn a_forecast_is_never_in_the_past_or_beyond_its_horizon(
            due in 0..2_000_000_i64, later in 0..10_i64, came in 0..100_000_i64, left in 0..100_000_i64,
        ) {
            if let Forecast::By { at, per_second, .. } = forecast(&flow(due, later, came, left), now()) {
                prop_assert!(at >= now() && at <= now() + HORIZON);
                prop_assert!(per_second.is_none() || left >= ENOUGH);
            }
        }
    }
}

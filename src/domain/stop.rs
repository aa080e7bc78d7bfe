//! Why nothing goes to a destination: who paused it, or what stopped it, and what ends that.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// Why nothing goes to a destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// Who paused it; `None` when it stopped by itself.
    pub by: Option<String>,
    /// The person's reason, or what made it stop.
    pub why: Option<String>,
    /// When it stopped by itself.
    pub since: Option<DateTime<Utc>>,
    /// When its pause ends, or the next probe goes.
    pub until: Option<DateTime<Utc>>,
}

impl Stop {
    /// In a line: `HubSpot is stopped since 14:02 UTC (16 of the last 20 requests failed)`.
    pub fn said(&self, destination: &str) -> String {
        let how = match &self.by {
            Some(by) => format!("paused by {by}"),
            None => self.since.map_or_else(|| "stopped".to_owned(), |at| format!("stopped since {}", clock(at))),
        };
        let why = self.why.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
        format!("{destination} is {how}{why}")
    }

    /// What ends it without anybody: `a probe goes by itself at 14:33 UTC`; `None` where nothing does.
    pub fn ends(&self) -> Option<String> {
        match (&self.by, self.until) {
            (Some(_), until) => until.map(|at| format!("it runs again by itself at {}", clock(at))),
            (None, Some(at)) => Some(format!("a probe goes by itself at {}", clock(at))),
            (None, None) => Some("a probe is on its way".to_owned()),
        }
    }
}

fn clock(at: DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%H:%M UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Some("rosa"), Some(31), "HubSpot is paused by rosa (why)", Some("it runs again by itself at 14:31 UTC"))]
    #[case(Some("rosa"), None, "HubSpot is paused by rosa (why)", None)]
    #[case(None, Some(31), "HubSpot is stopped since 14:02 UTC (why)", Some("a probe goes by itself at 14:31 UTC"))]
    #[case(None, None, "HubSpot is stopped since 14:02 UTC (why)", Some("a probe is on its way"))]
    fn it_says_what_stands_in_the_way_and_what_ends_it(
        #[case] by: Option<&str>,
        #[case] until: Option<i64>,
        #[case] said: &str,
        #[case] ends: Option<&str>,
    ) {
        let at = |minute: i64| format!("2026-03-12T14:{minute:02}:00Z").parse::<DateTime<Utc>>().unwrap();
        let since = by.is_none().then(|| at(2));
        let stop = Stop { by: by.map(str::to_owned), why: Some("why".into()), since, until: until.map(at) };
        assert_eq!((stop.said("HubSpot").as_str(), stop.ends().as_deref()), (said, ends));
    }
}

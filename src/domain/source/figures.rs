//! What is told of a source: what it brought lately, what was turned away, what is fetched, and how much of a lead it tells.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Refusal;
use super::silence::{Silence, advice};
use crate::domain::event::Provider;
use crate::domain::id::{ClientId, Ref};
use crate::domain::sync::{Freshness, SyncFigures};
use crate::domain::text::Untrusted;
use crate::domain::words;

/// Payloads whose leads [`SourceDetail::coverage`] looks at, the newest.
pub const LOOKED_AT: i64 = 200;
/// Parked payloads that [`SourceDetail::parked`] names.
pub const NAMED: i64 = 20;

/// What one provider brought for one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceFigures {
    /// For whom.
    #[serde(skip)]
    pub client_id: ClientId,
    /// That client's name.
    pub client: String,
    /// Who sends.
    pub provider: Provider,
    /// URLs that are open.
    pub urls: i64,
    /// When the last payload, or request, was kept.
    pub last_at: Option<DateTime<Utc>>,
    /// Payloads kept in the last hour.
    pub hour: i64,
    /// Payloads kept in the last day.
    pub day: i64,
    /// Requests that nobody has read yet.
    pub waiting: i64,
    /// Payloads that are parked or set aside now, however old.
    pub parked: i64,
    /// What was turned away, since the beginning.
    pub refused: Vec<RefusedFigures>,
    /// How fresh what is fetched is; `None` where nothing is.
    pub sync: Option<SyncFigures>,
    /// How silent it is; `None` where nothing is expected of it.
    pub silence: Option<Silence>,
}

/// Requests that were turned away for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedFigures {
    /// Why.
    pub reason: Refusal,
    /// How many.
    pub count: i64,
    /// The last one.
    pub last_at: DateTime<Utc>,
}

impl SourceFigures {
    /// Requests that were turned away because nobody can vouch for them.
    pub fn forged(&self) -> i64 {
        let forged = |one: &&RefusedFigures| matches!(one.reason, Refusal::Signature | Refusal::Late | Refusal::Replay);
        self.refused.iter().filter(forged).map(|one| one.count).sum()
    }

    /// Requests that were turned away for any other reason.
    pub fn turned_away(&self) -> i64 {
        self.refused.iter().map(|one| one.count).sum::<i64>() - self.forged()
    }

    /// Whether it is silent for too long.
    pub fn is_silent(&self) -> bool {
        self.silence.as_ref().is_some_and(|silence| silence.stale)
    }

    /// Whether what we have of it is too old to rely on: what is fetched, or what it sends by itself.
    pub fn is_stale(&self) -> bool {
        self.is_silent() || self.sync.as_ref().is_some_and(|sync| sync.freshness == Freshness::Stale)
    }

    /// What to look at while it is silent: requests that are turned away are no silence of the provider's.
    pub fn silence_advice(&self) -> String {
        let heard_at = self.silence.as_ref().and_then(|silence| silence.heard_at);
        let since = self.refused.iter().filter(|one| heard_at.is_none_or(|heard_at| one.last_at > heard_at));
        match since.max_by_key(|one| one.last_at) {
            Some(one) => {
                format!("requests come and are turned away ({}): {}", one.reason.as_str().replace('_', " "), one.reason.advice())
            }
            None => format!("{}; or try quotedeck source test {}", advice(self.provider), self.provider),
        }
    }
}

words! {
    /// What a lead should tell, and a source may or may not.
    pub enum Told { Name, Phone, Email, Service, Market, Value, Consent, Attribution }
}

/// Of how many leads a field is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// Which field.
    pub field: Told,
    /// Of so many of the leads that were looked at.
    pub known: i64,
}

/// A payload that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParkedPayload {
    /// `W-12`.
    pub payload: Ref,
    /// Why it made no event.
    pub reason: Untrusted,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// What is looked up of one source alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceDetail {
    /// The newest payload.
    pub newest: Option<Ref>,
    /// Leads that the newest payloads speak of.
    pub leads: i64,
    /// What these leads tell.
    pub coverage: Vec<Covered>,
    /// What is parked, the oldest first.
    pub parked: Vec<ParkedPayload>,
}

/// What came of reading a source's parked payloads again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadAgain {
    /// Taken in.
    pub recorded: i64,
    /// Had come once more meanwhile.
    pub duplicates: i64,
    /// Make no event still.
    pub still: i64,
    /// Why the first of these makes none.
    pub why: Option<Untrusted>,
}

impl SourceDetail {
    /// What is opened of it: what waits for a person before what went well.
    pub fn opens(&self) -> Option<Ref> {
        self.parked.first().map(|parked| parked.payload).or(self.newest)
    }

    /// How much is known of those leads, in percent; `None` where there is none.
    pub fn percent(&self) -> Option<i64> {
        let of = self.leads * i64::try_from(self.coverage.len()).unwrap_or(0);
        (of > 0).then(|| self.coverage.iter().map(|one| one.known).sum::<i64>() * 100 / of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reason: Refusal, count: i64) -> RefusedFigures {
        RefusedFigures { reason, count, last_at: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn what_nobody_vouches_for_is_told_apart_from_what_is_too_much() {
        let figures = SourceFigures {
            client_id: uuid::Uuid::nil().into(),
            client: "Acme".to_owned(),
            provider: Provider::Callrail,
            urls: 1,
            last_at: None,
            hour: 0,
            day: 0,
            waiting: 0,
            parked: 0,
            refused: vec![refused(Refusal::Signature, 3), refused(Refusal::TooFast, 40), refused(Refusal::Late, 1)],
            sync: None,
            silence: None,
        };
        assert_eq!((figures.forged(), figures.turned_away(), figures.is_stale()), (4, 40, false));
    }

    #[test]
    fn coverage_is_a_share_of_all_fields_of_all_leads() {
        let covered = |field, known| Covered { field, known };
        let detail = SourceDetail {
            leads: 4,
            coverage: vec![covered(Told::Name, 4), covered(Told::Value, 0), covered(Told::Service, 2), covered(Told::Phone, 4)],
            ..SourceDetail::default()
        };
        assert_eq!((detail.percent(), SourceDetail::default().percent()), (Some(62), None));
    }
}

//! The lead: a person who asked a client for work, and what may happen to the record.

use serde::Serialize;

use super::id::{ClientId, LeadId, PersonId};
use super::money::Money;
use super::text::Untrusted;
use super::words;

words! {
    /// Where a lead stands. `Merged` points to the lead it was merged into.
    pub enum LeadState { New, Contacted, Quoted, Booked, Lost, Spam, Merged }
}

words! {
    /// How soon somebody must act.
    pub enum Urgency { Routine, Soon, Urgent }
}

words! {
    /// How the lead reached us, and so how to answer.
    pub enum ContactMethod { Call, Sms, Email, Form, Marketplace }
}

words! {
    /// Whether the lead may be written to. `Unknown` is never treated as given for marketing.
    pub enum Consent { Given, Implied, Unknown, Withdrawn }
}

words! {
    /// Why a lead was lost.
    pub enum LostReason { Price, Timing, NoAnswer, OutOfArea, WrongService, Competitor, Other }
}

words! {
    /// What a person does to a lead.
    pub enum LeadAct { Contact, Quote, Book, Lose, MarkSpam, NotSpam, Reopen }
}

/// An act that the state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a lead that is {state} cannot be set by {act:?}")]
pub struct BadLeadAct {
    /// Where it stands.
    pub state: LeadState,
    /// What was tried.
    pub act: LeadAct,
}

impl LeadState {
    /// What somebody has to do with it next; nothing where it is closed.
    pub fn next_step(self) -> &'static str {
        match self {
            Self::New => "contact",
            Self::Contacted => "quote",
            Self::Quoted => "book or lose",
            Self::Booked | Self::Lost | Self::Spam | Self::Merged => "",
        }
    }

    /// The state after an act.
    ///
    /// # Errors
    /// [`BadLeadAct`] when the act has no meaning in this state.
    pub fn after(self, act: LeadAct) -> Result<Self, BadLeadAct> {
        use LeadAct as A;
        use LeadState as S;
        match (self, act) {
            (S::New | S::Contacted, A::Contact) => Ok(S::Contacted),
            (S::New | S::Contacted | S::Quoted, A::Quote) => Ok(S::Quoted),
            (S::New | S::Contacted | S::Quoted, A::Book) => Ok(S::Booked),
            (S::New | S::Contacted | S::Quoted | S::Booked, A::Lose) => Ok(S::Lost),
            (S::New | S::Contacted | S::Quoted | S::Lost, A::MarkSpam) => Ok(S::Spam),
            (S::Spam, A::NotSpam) | (S::Lost | S::Booked, A::Reopen) => Ok(S::New),
            // What only looks like spam stays where it is: a doubt is settled, no state left.
            (S::New | S::Contacted | S::Quoted, A::NotSpam) => Ok(self),
            (state, act) => Err(BadLeadAct { state, act }),
        }
    }

    /// Whether nothing more is expected of anybody.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Booked | Self::Lost | Self::Spam | Self::Merged)
    }
}

/// A lead as a list and a header show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lead {
    /// Its id.
    pub id: LeadId,
    /// The number of its reference.
    pub number: i64,
    /// Raised by every change.
    pub version: i64,
    /// Whose lead it is.
    pub client_id: ClientId,
    /// The client's name.
    pub client: String,
    /// Where it came from: `Thumbtack`, `Google Ads`, `website` …
    pub source: Untrusted,
    /// What is wanted: `water heater`.
    pub service: Untrusted,
    /// How it reached us.
    pub contact_method: ContactMethod,
    /// Whether it may be written to.
    pub consent: Consent,
    /// The place: `Austin`.
    pub market: Untrusted,
    /// How soon somebody must act.
    pub urgency: Urgency,
    /// What the work may be worth.
    pub value: Option<Money>,
    /// Who answers for it.
    pub owner_id: Option<PersonId>,
    /// That person's name.
    pub owner: Option<String>,
    /// Campaign, keyword, landing page.
    pub attribution: Untrusted,
    /// The person's name.
    pub name: Untrusted,
    /// E.164, where known.
    pub phone: Option<String>,
    /// Lower-cased, where known.
    pub email: Option<String>,
    /// Where it stands.
    pub state: LeadState,
    /// Why it was lost.
    pub lost_reason: Option<LostReason>,
    /// What happens next, for the report (C9).
    pub next_action: Untrusted,
    /// When the person first reached us.
    pub arrived_at: chrono::DateTime<chrono::Utc>,
    /// When somebody first answered.
    pub replied_at: Option<chrono::DateTime<chrono::Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::legal::{reachable, walk};
    use proptest::prelude::*;
    use strum::VariantArray;

    /// Every state but `Merged`, which a merge of two leads sets and no act on one.
    #[test]
    fn every_state_can_be_reached() {
        let reached = reachable(LeadState::New, LeadState::after);
        assert_eq!(reached, LeadState::VARIANTS[..LeadState::VARIANTS.len() - 1]);
    }

    #[test]
    fn nothing_is_done_to_a_merged_lead() {
        assert!(LeadAct::VARIANTS.iter().all(|act| LeadState::Merged.after(*act).is_err()));
    }

    proptest! {
        #[test]
        fn a_closed_lead_opens_only_by_name(acts in proptest::collection::vec(proptest::sample::select(LeadAct::VARIANTS), 0..40)) {
            for (before, act, after) in walk(LeadState::New, &acts, LeadState::after) {
                let opened = before.is_closed() && !after.is_closed();
                prop_assert!(!opened || matches!(act, LeadAct::Reopen | LeadAct::NotSpam));
                prop_assert!(before != LeadState::Spam || act == LeadAct::NotSpam);
                prop_assert!(before != LeadState::Booked || after != LeadState::Spam, "what was booked is no spam");
            }
        }
    }
}

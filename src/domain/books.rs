//! What a client's own books tell: one record of them and where it stands, so that only a change is news, and what the news
//! does to a lead.

use chrono::{DateTime, Utc};

use super::event::EventKind;
use super::lead::{LeadAct, LeadState};
use super::money::Money;

/// A record of the books as it was told this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Which record: `invoice:103`.
    pub record: String,
    /// Where it stands: `paid`. The same again is no news, whenever it was written.
    pub standing: String,
    /// What it is about, where it is about money; another amount is news.
    pub amount: Option<Money>,
    /// When it last changed, by the books' clock: what is older than what is known is no news.
    pub changed_at: DateTime<Utc>,
    /// Whose record it is: the customer's own record.
    pub customer: Option<Customer>,
}

/// The customer of a record, as told beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Its own record: `customer:7`.
    pub record: String,
    /// Where that stands; `None` where nothing of the customer was told but the name.
    pub standing: Option<String>,
}

impl EventKind {
    /// Whether it comes of a client's books.
    pub fn is_of_books(self) -> bool {
        match self {
            Self::QuoteSent | Self::QuoteAccepted | Self::QuoteClosed => true,
            Self::Invoiced | Self::InvoicePaid | Self::InvoiceVoided | Self::CustomerChanged => true,
            Self::CallMissed | Self::CallAnswered | Self::VoicemailLeft | Self::FormSent | Self::MessageReceived => false,
            Self::QuoteRequested | Self::JobDone | Self::ReviewLeft | Self::OptOut | Self::OptIn => false,
        }
    }

    /// Whether a person of whom nothing else is known becomes a lead by it. That work is not wanted, or that an address
    /// changed, is no request for work.
    pub fn makes_a_lead(self) -> bool {
        !matches!(self, Self::QuoteClosed | Self::InvoiceVoided | Self::CustomerChanged)
    }

    /// What it does to the lead, where the books settle that. A quote that was not taken says neither that the lead is lost
    /// nor why; a person does.
    pub fn moves(self) -> Option<LeadAct> {
        match self {
            Self::QuoteSent => Some(LeadAct::Quote),
            Self::QuoteAccepted | Self::Invoiced | Self::InvoicePaid => Some(LeadAct::Book),
            _ => None,
        }
    }
}

/// What the news makes of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It goes on to this state.
    Goes(LeadState),
    /// It stays, and nothing is wrong with that.
    Stays,
    /// The books say that there is work, and a person said that there is none.
    Contradicts,
}

/// Where a lead goes by what happened at `at`: only ever forward. `decided_at` is when a person last said where it stands;
/// what happened before that was known by then.
pub fn course(kind: EventKind, at: DateTime<Utc>, state: LeadState, decided_at: Option<DateTime<Utc>>) -> Course {
    let Some(act) = kind.moves() else { return Course::Stays };
    if decided_at.is_some_and(|decided| decided >= at) {
        return Course::Stays;
    }
    match state.after(act) {
        Ok(to) if to != state => Course::Goes(to),
        Err(_) if act == LeadAct::Book && matches!(state, LeadState::Lost | LeadState::Spam) => Course::Contradicts,
        _ => Course::Stays,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use rstest::rstest;
    use strum::VariantArray;

    #[rstest]
    #[case(EventKind::QuoteSent, LeadState::New, Course::Goes(LeadState::Quoted))]
    #[case(EventKind::QuoteSent, LeadState::Contacted, Course::Goes(LeadState::Quoted))]
    #[case(EventKind::QuoteSent, LeadState::Quoted, Course::Stays)]
    #[case(EventKind::QuoteSent, LeadState::Booked, Course::Stays)]
    #[case(EventKind::QuoteSent, LeadState::Lost, Course::Stays)]
    #[case(EventKind::QuoteAccepted, LeadState::Quoted, Course::Goes(LeadState::Booked))]
    #[case(EventKind::QuoteAccepted, LeadState::New, Course::Goes(LeadState::Booked))]
    #[case(EventKind::Invoiced, LeadState::Contacted, Course::Goes(LeadState::Booked))]
    #[case(EventKind::InvoicePaid, LeadState::Quoted, Course::Goes(LeadState::Booked))]
    #[case(EventKind::InvoicePaid, LeadState::Booked, Course::Stays)]
    #[case(EventKind::InvoicePaid, LeadState::Lost, Course::Contradicts)]
    #[case(EventKind::QuoteAccepted, LeadState::Spam, Course::Contradicts)]
    #[case(EventKind::QuoteAccepted, LeadState::Merged, Course::Stays)]
    #[case(EventKind::QuoteClosed, LeadState::Quoted, Course::Stays)]
    #[case(EventKind::InvoiceVoided, LeadState::Booked, Course::Stays)]
    #[case(EventKind::CustomerChanged, LeadState::New, Course::Stays)]
    fn the_books_take_a_lead_forward(#[case] kind: EventKind, #[case] state: LeadState, #[case] expected: Course) {
        let at = DateTime::UNIX_EPOCH + TimeDelta::hours(5);
        assert_eq!(course(kind, at, state, None), expected);
        // Who decided before did not know of it; who decided afterwards did.
        assert_eq!(course(kind, at, state, Some(at - TimeDelta::seconds(1))), expected);
        assert_eq!(course(kind, at, state, Some(at)), Course::Stays);
    }

    proptest! {
        #[test]
        fn no_news_takes_a_lead_back_or_closes_it_without_work(
            kind in proptest::sample::select(EventKind::VARIANTS),
            state in proptest::sample::select(LeadState::VARIANTS),
            decided in proptest::option::of(-10..10_i64),
        ) {
            let at = DateTime::UNIX_EPOCH;
            let made = course(kind, at, state, decided.map(|hours| at + TimeDelta::hours(hours)));
            if let Course::Goes(to) = made {
                prop_assert!(to > state && matches!(to, LeadState::Quoted | LeadState::Booked) && !state.is_closed());
                prop_assert!(kind.is_of_books() && kind.makes_a_lead());
            }
        }
    }
}

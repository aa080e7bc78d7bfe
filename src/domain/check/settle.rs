//! One finding a place: of overlapping findings of one family only the strongest stays, so that a card is not a
//! digit run as well and a phone number not an unknown number.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Hit;
use crate::domain::span::FindingKind;

/// Findings that explain the same characters. Others stand beside them: a promise inside a copied line is both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Contact,
    Name,
    Promise,
    Run,
    Safety,
    Blame,
    Entry,
    Frame,
    Duplicate,
    Spam,
    Negation,
    Citation,
}

/// The family, and the place in it: lower is stronger.
fn rank(kind: FindingKind) -> (Family, u8) {
    match kind {
        FindingKind::Secret => (Family::Contact, 0),
        FindingKind::Card
        | FindingKind::Phone
        | FindingKind::Email
        | FindingKind::Url
        | FindingKind::StreetAddress
        | FindingKind::AccessCode
        | FindingKind::BankNumber
        | FindingKind::InternalId => (Family::Contact, 1),
        // Behind the phones: `+31 100 00 0000` ends in its groups.
        FindingKind::SocialSecurity => (Family::Contact, 2),
        FindingKind::LongDigits => (Family::Contact, 3),
        FindingKind::UnknownNumber => (Family::Contact, 4),
        FindingKind::Vehicle => (Family::Contact, 1),
        // Behind the address whose last line it is, or its street would go unmarked.
        FindingKind::Postcode => (Family::Contact, 2),
        FindingKind::EntryHint => (Family::Entry, 0),
        FindingKind::MissingSource => (Family::Frame, 0),
        FindingKind::StaleData => (Family::Frame, 1),
        // Each is a question of its own, and all of them stand at the last word.
        FindingKind::PossibleDuplicate => (Family::Duplicate, 0),
        FindingKind::PossibleSpam => (Family::Spam, 0),
        FindingKind::ProviderCost => (Family::Contact, 2),
        FindingKind::LeadName | FindingKind::StaffName | FindingKind::OtherClient => (Family::Name, 0),
        // Behind every name that is known: of those it is said what they are.
        FindingKind::UnknownName => (Family::Name, 1),
        FindingKind::Promise => (Family::Promise, 0),
        FindingKind::VerbatimRun => (Family::Run, 0),
        FindingKind::LostSafetyWord => (Family::Safety, 0),
        FindingKind::Blame => (Family::Blame, 0),
        FindingKind::Negation => (Family::Negation, 0),
        FindingKind::Uncited => (Family::Citation, 0),
    }
}

/// Keeps the strongest of each place: by rank, then the heavier, then the longer; at equal length the one found first.
pub(super) fn settle(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.retain(|hit| !hit.span.is_empty());
    hits.sort_by_key(|hit| {
        let (family, place) = rank(hit.kind);
        (family, place, std::cmp::Reverse(hit.severity), std::cmp::Reverse(hit.span.len()))
    });
    let mut taken: BTreeMap<Family, BTreeMap<usize, usize>> = BTreeMap::new();
    hits.retain(|hit| {
        let (family, _) = rank(hit.kind);
        // A name inside an e-mail address goes with the address.
        let hidden = |family| taken.get(&family).is_some_and(|spans| overlaps(spans, &hit.span));
        if hidden(family) || (family == Family::Name && hidden(Family::Contact)) {
            return false;
        }
        taken.entry(family).or_default().insert(hit.span.start, hit.span.end);
        true
    });
    hits
}

/// Whether a span touches one of those taken, which never overlap each other.
fn overlaps(taken: &BTreeMap<usize, usize>, span: &Range<usize>) -> bool {
    taken.range(..span.end).next_back().is_some_and(|(_, end)| *end > span.start)
}

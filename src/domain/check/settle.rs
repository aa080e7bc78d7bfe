//! One finding a place: of overlapping findings of one family only the strongest stays, so that a card is not a
//! digit run as well and a phone number not an unknown number.

use std::collections::BTreeMap;

use super::Hit;
use crate::domain::span::{FindingKind, Severity};

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
    Source,
    Period,
    NextAction,
    Freshness,
    Stale,
    Duplicate,
    Spam,
    Quality,
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
        // Each is a question of its own, and all of them stand at the last word.
        FindingKind::MissingSource => (Family::Source, 0),
        FindingKind::MissingPeriod => (Family::Period, 0),
        FindingKind::MissingNextAction => (Family::NextAction, 0),
        FindingKind::MissingFreshness => (Family::Freshness, 0),
        FindingKind::StaleData => (Family::Stale, 0),
        FindingKind::PossibleDuplicate => (Family::Duplicate, 0),
        FindingKind::PossibleSpam => (Family::Spam, 0),
        FindingKind::DataQuality => (Family::Quality, 0),
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

/// Keeps the strongest of each place: the heavier, then by rank, then the longer; at equal length the one found first. So
/// a warning never stands where a block was, but for a number that is only unknown: whatever says what it is knows better,
/// and a part number is worth no more than a warning.
pub(super) fn settle(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.retain(|hit| !hit.span.is_empty());
    hits.sort_by_key(|hit| {
        let (family, place) = rank(hit.kind);
        (family, is_vague(hit), std::cmp::Reverse(hit.severity), place, std::cmp::Reverse(hit.length))
    });
    let mut taken: BTreeMap<Family, Places> = BTreeMap::new();
    hits.retain(|hit| {
        let (family, _) = rank(hit.kind);
        // A name inside an e-mail address goes with the address.
        let hidden = |family| taken.get(&family).is_some_and(|places| hides(places, hit));
        if hidden(family) || (family == Family::Name && hidden(Family::Contact)) {
            return false;
        }
        taken.entry(family).or_default().insert(hit.span.start, (hit.span.end, hit.severity));
        true
    });
    hits
}

/// Whether nothing is known of it but that the evidence has it not.
fn is_vague(hit: &Hit) -> bool {
    hit.kind == FindingKind::UnknownNumber
}

/// Places that are taken, which never overlap each other: where one begins, where it ends, and how heavy it is.
type Places = BTreeMap<usize, (usize, Severity)>;

/// Whether a hit touches a place that is at least as heavy.
fn hides(taken: &Places, hit: &Hit) -> bool {
    let before = taken.range(..hit.span.end).rev();
    let mut touching = before.take_while(|(_, (end, _))| *end > hit.span.start);
    touching.any(|(_, (_, severity))| *severity >= hit.severity || is_vague(hit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use strum::VariantArray;

    proptest! {
        #[test]
        fn a_warning_never_stands_where_a_block_was(
            found in proptest::collection::vec((0..FindingKind::VARIANTS.len(), 0_usize..40, 1_usize..12, any::<bool>()), 0..24),
        ) {
            let hit = |(kind, start, length, block): &(usize, usize, usize, bool)| {
                let (kind, span) = (FindingKind::VARIANTS[*kind], *start..start + length);
                if *block { Hit::block(kind, span, "") } else { Hit::warn(kind, span, "") }
            };
            let kept = settle(found.iter().map(hit).collect());
            for block in found.iter().map(hit).filter(|hit| hit.severity == Severity::Block && !is_vague(hit)) {
                let covered = kept.iter().any(|kept| {
                    kept.severity == Severity::Block && kept.span.start < block.span.end && block.span.start < kept.span.end
                });
                prop_assert!(covered, "{:?} was lost", block.kind);
            }
        }
    }
}

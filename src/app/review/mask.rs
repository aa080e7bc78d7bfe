//! Neutral words for what must not leave: one key instead of a rewrite.

use super::rows::slice;
use crate::domain::span::{Finding, FindingKind};

/// What `mask` puts in place of which characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mask {
    /// First character replaced.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// What stands there then.
    pub(super) with: String,
}

/// The neutral words for a finding; `None` where only a person knows what is true (a number, a copied passage).
pub(super) fn mask(text: &str, finding: &Finding) -> Option<Mask> {
    let (start, end) = (finding.start, finding.end);
    let before = slice(text, 0, start);
    let phrase = match finding.kind {
        FindingKind::Phone => "the number on file",
        FindingKind::Email => "the address on file",
        FindingKind::StreetAddress => "the service address",
        FindingKind::Card => "a payment card",
        FindingKind::LongDigits => "a reference on file",
        FindingKind::Url => "a link on file",
        FindingKind::LeadName => "the customer",
        FindingKind::StaffName => "the team",
        FindingKind::OtherClient => "another business",
        FindingKind::ProviderCost => "the cost",
        FindingKind::Vehicle => "the vehicle",
        FindingKind::Postcode => "the service address",
        FindingKind::AccessCode => "the access code on file",
        FindingKind::BankNumber => "a bank account",
        FindingKind::SocialSecurity | FindingKind::InternalId => "a reference on file",
        FindingKind::Secret => "a credential",
        FindingKind::Promise => return promise(text, finding, before),
        FindingKind::VerbatimRun
        | FindingKind::UnknownNumber
        | FindingKind::UnknownName
        | FindingKind::LostSafetyWord
        | FindingKind::Blame
        | FindingKind::Negation
        | FindingKind::Uncited
        | FindingKind::EntryHint
        | FindingKind::MissingSource
        | FindingKind::MissingPeriod
        | FindingKind::MissingNextAction
        | FindingKind::MissingFreshness
        | FindingKind::StaleData
        | FindingKind::PossibleDuplicate
        | FindingKind::PossibleSpam
        | FindingKind::DataQuality => return None,
    };
    // "at the 12 Oak Street" must not become "at the the service address".
    let phrase = match last_word(before) {
        Some("the" | "The" | "a" | "A" | "an" | "An") => phrase.split_once(' ').map_or(phrase, |(_, rest)| rest),
        _ => phrase,
    };
    Some(Mask { start, end, with: if begins_sentence(before) { capital(phrase) } else { phrase.to_owned() } })
}

/// A promise becomes an aim where it is a verb; any other strong word is taken out with its space.
fn promise(text: &str, finding: &Finding, before: &str) -> Option<Mask> {
    let (start, end) = (finding.start, finding.end);
    let after = slice(text, end, usize::MAX);
    let verb = match finding.text.to_lowercase().as_str() {
        "guarantee" | "promise" => "aim",
        "guarantees" | "promises" => "aims",
        _ => {
            let space = before.ends_with(' ') && !after.starts_with(char::is_alphanumeric);
            return Some(Mask { start: start - usize::from(space), end, with: String::new() });
        }
    };
    // As a noun ("our guarantee") it needs a person.
    let subject =
        ["we", "they", "you", "who", "team", "company", "plumber", "technician", "crew", "will", "can", "it", "he", "she"];
    last_word(before).filter(|word| subject.contains(&word.to_lowercase().as_str()))?;
    let with = if after.starts_with(" to ") { verb.to_owned() } else { format!("{verb} for") };
    Some(Mask { start, end, with })
}

/// The word that stands right before, on the same line.
fn last_word(before: &str) -> Option<&str> {
    let line = before.rsplit('\n').next()?.strip_suffix(' ')?;
    line.rsplit(|c: char| !c.is_alphanumeric()).next()
}

fn begins_sentence(before: &str) -> bool {
    before.trim_end_matches(' ').chars().next_back().is_none_or(|c| matches!(c, '.' | '!' | '?' | '\n'))
}

fn capital(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::span::Severity;
    use rstest::rstest;

    #[rstest]
    #[case(FindingKind::Phone, "Call [512-555-0142] at noon.", "Call the number on file at noon.")]
    #[case(FindingKind::Phone, "Done. [512-555-0142] rang.", "Done. The number on file rang.")]
    #[case(FindingKind::StreetAddress, "Work at the [12 Oak St].", "Work at the service address.")]
    #[case(FindingKind::LeadName, "[Maria]'s heater", "The customer's heater")]
    #[case(FindingKind::Promise, "We [guarantee] to come.", "We aim to come.")]
    #[case(FindingKind::Promise, "The team [promises] a visit.", "The team aims for a visit.")]
    #[case(FindingKind::Promise, "A visit is [guaranteed].", "A visit is.")]
    #[case(FindingKind::Promise, "A [guaranteed] visit.", "A visit.")]
    #[case(FindingKind::Url, "日本 [http://x.y] é", "日本 a link on file é")]
    fn masks(#[case] kind: FindingKind, #[case] marked: &str, #[case] expected: &str) {
        let start = marked.chars().position(|c| c == '[').unwrap();
        let end = marked.chars().position(|c| c == ']').unwrap() - 1;
        let text = marked.replace(['[', ']'], "");
        let finding =
            Finding { kind, severity: Severity::Block, start, end, text: slice(&text, start, end).into(), reason: String::new() };
        let mask = mask(&text, &finding).unwrap();
        let got = format!("{}{}{}", slice(&text, 0, mask.start), mask.with, slice(&text, mask.end, usize::MAX));
        assert_eq!(got, expected);
    }

    #[rstest]
    #[case(FindingKind::UnknownNumber, "It costs 400 now.", 9, 12)]
    #[case(FindingKind::Promise, "Our guarantee stands.", 4, 13)]
    fn what_only_a_person_knows_is_not_masked(
        #[case] kind: FindingKind,
        #[case] text: &str,
        #[case] start: usize,
        #[case] end: usize,
    ) {
        let finding =
            Finding { kind, severity: Severity::Block, start, end, text: slice(text, start, end).into(), reason: String::new() };
        assert_eq!(mask(text, &finding), None);
    }
}

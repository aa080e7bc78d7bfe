//! What each kind of finding weighs, how much of that a client may take away, and why: the one table that the checks, the
//! settings and the README share.

use crate::domain::span::{FindingKind, Severity};

/// What is said of a kind.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Which.
    pub kind: FindingKind,
    /// What a finding of it weighs, the usual first; a second word is for what is likely harmless.
    pub weighs: &'static [Severity],
    /// The least that a client may let it weigh. `Block` for what says who and where a person is, opens a door or an
    /// account, or is nobody's business but ours: no client can ask for that to pass.
    pub least: Severity,
    /// Why, in a line.
    pub why: &'static str,
}

const BLOCK: &[Severity] = &[Severity::Block];
const WARN: &[Severity] = &[Severity::Warn];
const EITHER: &[Severity] = &[Severity::Block, Severity::Warn];

/// One of a kind that stays as heavy as it is.
const fn fixed(kind: FindingKind, weighs: &'static [Severity], why: &'static str) -> About {
    About { kind, weighs, least: Severity::Block, why }
}

const fn from(kind: FindingKind, weighs: &'static [Severity], least: Severity, why: &'static str) -> About {
    About { kind, weighs, least, why }
}

/// Every kind, in the order of the README.
pub const ABOUT: &[About] = &[
    fixed(FindingKind::Phone, BLOCK, "leads to a person, in whatever form it is written"),
    fixed(FindingKind::Email, BLOCK, "leads to a person, spelled out too"),
    fixed(
        FindingKind::StreetAddress,
        EITHER,
        "says where a person lives; of a stored one so does its street or its unit, which warns where it may mean something else",
    ),
    fixed(FindingKind::Postcode, BLOCK, "with a unit, with four more digits, or stored for the lead: as good as an address"),
    fixed(FindingKind::Url, BLOCK, "leads to recordings and other raw data"),
    fixed(FindingKind::Card, BLOCK, "pays for whoever reads it; told by network and check digit"),
    fixed(FindingKind::BankNumber, BLOCK, "told by check digits, groups or the words around it"),
    fixed(FindingKind::SocialSecurity, BLOCK, "told by its groups or the words around it"),
    fixed(FindingKind::Secret, BLOCK, "a key or token acts for the business wherever it is read"),
    fixed(
        FindingKind::AccessCode,
        EITHER,
        "opens the property; told by what is said around it, or by the evidence; one that only may be a code warns",
    ),
    fixed(FindingKind::EntryHint, BLOCK, "where a key lies, what is open, when nobody is home: it opens as a code does"),
    fixed(FindingKind::Vehicle, BLOCK, "a plate or a vehicle number leads to its owner"),
    fixed(
        FindingKind::LongDigits,
        EITHER,
        "of an account or a licence, or as long as a card's or a person's, it leads to somebody; any other warns",
    ),
    fixed(FindingKind::InternalId, EITHER, "leads to the record; a short one may be a lamp or a size, and warns"),
    fixed(
        FindingKind::LeadName,
        EITHER,
        "the full name identifies, of the lead and of whoever the evidence names; a part of it may be an ordinary word, and warns",
    ),
    fixed(
        FindingKind::StaffName,
        EITHER,
        "nobody's business but ours; stored, or told by the evidence, where a part of it warns",
    ),
    fixed(FindingKind::OtherClient, BLOCK, "nobody's business but ours; known from what is stored"),
    fixed(
        FindingKind::ProviderCost,
        BLOCK,
        "what a lead costs is ours to know; known from the payload's own field, or told with the word lead, by who sells leads, or as what we pay",
    ),
    fixed(FindingKind::VerbatimRun, BLOCK, "eight words in a row are the raw record itself, not a summary of it"),
    fixed(FindingKind::MissingSource, BLOCK, "the portal must say where facts are from"),
    from(
        FindingKind::UnknownNumber,
        BLOCK,
        Severity::Warn,
        "no evidence line has it: an invented price, date or amount is the costliest error of a model",
    ),
    from(FindingKind::Promise, EITHER, Severity::Warn, "commits the business; asked about or denied it warns"),
    from(
        FindingKind::MissingPeriod,
        WARN,
        Severity::Warn,
        "the portal would not say which time it speaks of; a draft that is made anew says it",
    ),
    from(
        FindingKind::MissingNextAction,
        WARN,
        Severity::Warn,
        "the portal would not say what happens next; a draft that is made anew says it",
    ),
    from(
        FindingKind::MissingFreshness,
        WARN,
        Severity::Warn,
        "no fact has a date: the portal says that it is not known how fresh this is, and never that it is new",
    ),
    from(
        FindingKind::StaleData,
        WARN,
        Severity::Warn,
        "older than 14 days, or of a source that is stale: a person knows whether it still holds",
    ),
    from(
        FindingKind::PossibleDuplicate,
        WARN,
        Severity::Warn,
        "a lead it speaks of may be another one told twice, and nobody has said",
    ),
    from(FindingKind::PossibleSpam, WARN, Severity::Warn, "a lead it speaks of may be spam, and nobody has said"),
    from(
        FindingKind::DataQuality,
        WARN,
        Severity::Warn,
        "what is stored of a lead it speaks of lacks something or contradicts itself, so the text may be wrong with it",
    ),
    from(
        FindingKind::LostSafetyWord,
        WARN,
        Severity::Warn,
        "the evidence speaks of gas, fire, flooding, an infant …, and the text does not",
    ),
    from(FindingKind::Blame, WARN, Severity::Note, "blame, law and health can be true and still not belong in a proof"),
    from(FindingKind::UnknownName, WARN, Severity::Note, "no evidence line has it: invented, or a word of our own"),
    from(
        FindingKind::Negation,
        WARN,
        Severity::Note,
        "a \"not\" that the evidence has not, or has and the text lost; told by single words",
    ),
    from(
        FindingKind::Uncited,
        WARN,
        Severity::Note,
        "in a draft that cites its lines or was asked to, a sentence that cites none, or one that is not there, or without the number it says; and in the text, what was made of it with at most half of its words changed",
    ),
];

/// What is said of a kind.
pub fn about(kind: FindingKind) -> Option<&'static About> {
    ABOUT.iter().find(|about| about.kind == kind)
}

/// The kinds as a table in Markdown, for the README.
#[cfg(test)]
fn markdown() -> String {
    use std::fmt::Write as _;
    let mut text = "| finding | weighs | may weigh | why |\n|---|---|---|---|\n".to_owned();
    for about in ABOUT {
        let weighs: Vec<&str> = about.weighs.iter().map(|severity| severity.as_str()).collect();
        let may: Vec<&str> = [Severity::Note, Severity::Warn, Severity::Block]
            .into_iter()
            .filter(|severity| *severity >= about.least)
            .map(Severity::as_str)
            .collect();
        let _ = writeln!(text, "| `{}` | {} | {} | {} |", about.kind, weighs.join(", "), may.join(", "), about.why);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray as _;

    #[test]
    fn every_kind_is_in_the_table_once() {
        let mut kinds: Vec<FindingKind> = ABOUT.iter().map(|about| about.kind).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, FindingKind::VARIANTS);
    }

    #[test]
    fn the_readme_has_this_very_table() {
        let readme = include_str!("../../../README.md");
        assert!(readme.contains(&markdown()), "put this into README.md, under Drafts:\n{}", markdown());
    }
}

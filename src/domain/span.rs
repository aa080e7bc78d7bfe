//! Findings: what a check says about a text, how heavy it weighs, and the span it speaks of.

use serde::Serialize;

use super::words;

words! {
    /// How heavy a finding weighs. Ordered: a `Block` stops approval on every path.
    pub enum Severity { Note, Warn, Block }
}

words! {
    /// What a check looks for. Each kind has its weight and its reason in `domain::check::kinds`.
    pub enum FindingKind {
        Phone, Email, StreetAddress, Card, LongDigits, Url, VerbatimRun, UnknownNumber, Promise, LeadName,
        AccessCode, BankNumber, SocialSecurity, Secret, InternalId, LostSafetyWord, Blame,
        StaffName, OtherClient, ProviderCost, EntryHint, Vehicle, Postcode, MissingSource, StaleData, UnknownName,
        Negation, Uncited, PossibleDuplicate, PossibleSpam, MissingPeriod, MissingNextAction, MissingFreshness,
        DataQuality,
    }
}

/// What a check says about a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found.
    pub kind: FindingKind,
    /// How heavy it weighs.
    pub severity: Severity,
    /// First character of the span, counted in characters (Unicode scalar values) from 0.
    pub start: usize,
    /// One past its last character.
    pub end: usize,
    /// The span itself. Internal: it repeats what must not leave.
    pub text: String,
    /// Why it matters and what to do, in a line.
    pub reason: String,
}

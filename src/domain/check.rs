//! The checks a client-safe text must pass before it can be approved (C1, C5).

use super::span::{Finding, Severity};

/// What a text is checked against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Against<'a> {
    /// The internal evidence the text speaks of, line by line.
    pub evidence: &'a [&'a str],
    /// The lead's own name.
    pub lead_name: Option<&'a str>,
}

/// Everything the checks say about a text, by position.
pub fn findings(text: &str, against: Against<'_>) -> Vec<Finding> {
    let _ = (text, against);
    Vec::new()
}

/// How many findings stop approval, and how many are to be looked at.
pub fn weigh(findings: &[Finding]) -> (i64, i64) {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count() as i64;
    (count(Severity::Block), count(Severity::Warn))
}

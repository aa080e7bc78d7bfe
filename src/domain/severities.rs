//! How heavy findings weigh for one client: heavier than usual, or lighter where that takes nothing away from what is unsafe.

use std::collections::BTreeMap;
use std::fmt;

use super::check::kinds::{ABOUT, about};
use super::span::{FindingKind, Severity};

/// What a client changed; a kind that is not in it weighs as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Severities(BTreeMap<FindingKind, Severity>);

/// A kind that may not weigh so little.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} may not weigh less than {least}: {why}; these may weigh less: {}", lighter())]
pub struct TooLight {
    /// Which.
    pub kind: FindingKind,
    /// The least it may weigh.
    pub least: Severity,
    /// Why.
    pub why: &'static str,
}

/// The kinds that a client may let weigh less than usual.
fn lighter() -> String {
    let lighter = ABOUT.iter().filter(|about| about.weighs.iter().any(|usual| *usual > about.least));
    let lighter = lighter.filter(|about| about.least < Severity::Block).map(|about| about.kind.as_str());
    lighter.collect::<Vec<_>>().join(", ")
}

impl Severities {
    /// Lets a kind weigh this much.
    ///
    /// # Errors
    /// [`TooLight`] where that is less than it may.
    pub fn set(&mut self, kind: FindingKind, severity: Severity) -> Result<(), TooLight> {
        let Some(about) = about(kind).filter(|about| severity < about.least) else {
            self.0.insert(kind, severity);
            return Ok(());
        };
        Err(TooLight { kind, least: about.least, why: about.why })
    }

    /// As it is stored: `blame=block negation=note`. What nobody could have set is passed over: a floor holds whoever wrote
    /// the row.
    pub fn stored(text: &str) -> Self {
        let mut severities = Self::default();
        for (kind, severity) in text.split_whitespace().filter_map(|word| word.split_once('=')) {
            if let (Ok(kind), Ok(severity)) = (kind.parse(), severity.parse()) {
                let _ = severities.set(kind, severity);
            }
        }
        severities
    }

    /// What a finding weighs that weighs this much usually.
    pub fn of(&self, kind: FindingKind, usual: Severity) -> Severity {
        self.0.get(&kind).copied().unwrap_or(usual)
    }
}

impl fmt::Display for Severities {
    /// As it is stored.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (kind, severity)) in self.0.iter().enumerate() {
            write!(f, "{}{kind}={severity}", if n == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::{Against, findings};
    use proptest::prelude::*;
    use rstest::rstest;
    use strum::VariantArray as _;

    fn weighing(text: &str, stored: &str) -> Vec<(FindingKind, Severity)> {
        let severities = Severities::stored(stored);
        let against = Against { severities: Some(&severities), ..Against::default() };
        findings(text, against).into_iter().map(|finding| (finding.kind, finding.severity)).collect()
    }

    #[rstest]
    #[case("It was the old plumber's fault.", "", FindingKind::Blame, Severity::Warn)]
    #[case("It was the old plumber's fault.", "blame=block", FindingKind::Blame, Severity::Block)]
    #[case("It was the old plumber's fault.", "negation=block blame=note", FindingKind::Blame, Severity::Note)]
    #[case("We guarantee it.", "promise=warn", FindingKind::Promise, Severity::Warn)]
    // Nobody could have stored it, and still it holds.
    #[case("Call 512-555-0142.", "phone=note", FindingKind::Phone, Severity::Block)]
    #[case("Call 512-555-0142.", "fone=note phone phone=", FindingKind::Phone, Severity::Block)]
    fn a_client_says_what_weighs(
        #[case] text: &str,
        #[case] stored: &str,
        #[case] kind: FindingKind,
        #[case] severity: Severity,
    ) {
        assert_eq!(weighing(text, stored), [(kind, severity)]);
    }

    #[test]
    fn what_is_refused_says_why_and_what_may_be_done() {
        let refused = Severities::default().set(FindingKind::Phone, Severity::Warn).unwrap_err().to_string();
        assert!(refused.starts_with("phone may not weigh less than block: leads to a person"), "{refused}");
        assert!(refused.contains("these may weigh less: unknown_number, promise, blame,"), "{refused}");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_ever_lighter(
            kind in proptest::sample::select(FindingKind::VARIANTS),
            severity in proptest::sample::select(Severity::VARIANTS),
        ) {
            let mut severities = Severities::default();
            let set = severities.set(kind, severity);
            let least = about(kind).unwrap().least;
            prop_assert_eq!(set.is_ok(), severity >= least);
            prop_assert!(severities.of(kind, Severity::Block) >= least);
            prop_assert_eq!(Severities::stored(&severities.to_string()), severities);
        }
    }
}

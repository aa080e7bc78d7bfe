//! What stands beside a text on the portal: where it is from, of when it is, and how old that is (C5).

use chrono::{DateTime, Utc};

use super::Hit;
use super::fold::Folded;
use crate::domain::span::FindingKind;

/// Days after which what a provider told is stale, unless a client's freshness says otherwise: a week's summary is made of
/// the week before.
const STALE: i64 = 14;

/// What is known of a text's source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Whether it is known where the facts are from.
    pub has_source: bool,
    /// Days since the newest fact; `None` when no fact has a date.
    pub age_days: Option<i64>,
}

impl Frame {
    /// From where the facts are from and when the newest of them happened.
    pub fn new(source_label: &str, evidence_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        Self { has_source: !source_label.trim().is_empty(), age_days: evidence_at.map(|at| (now - at).num_days()) }
    }
}

/// Marks the last word for what the frame lacks: what can be mended in the text itself comes before it.
pub(super) fn find(frame: &Frame, folded: &Folded, hits: &mut Vec<Hit>) {
    let Some(last) = folded.words.last() else { return };
    if !frame.has_source {
        let reason = "nothing says where these facts are from, and the portal must say it: file the draft with its source";
        hits.push(Hit::block(FindingKind::MissingSource, last.clone(), reason));
    }
    match frame.age_days {
        None => {
            let reason = "no evidence has a date, so nobody can say how fresh this is: look at the lead";
            hits.push(Hit::warn(FindingKind::StaleData, last.clone(), reason));
        }
        Some(days) if days > STALE => {
            let reason = format!("the newest fact is {days} days old: see that it still holds");
            hits.push(Hit::warn(FindingKind::StaleData, last.clone(), reason));
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::{Against, findings};
    use rstest::rstest;

    #[rstest]
    #[case(true, Some(3), &[])]
    #[case(true, Some(15), &[FindingKind::StaleData])]
    #[case(true, None, &[FindingKind::StaleData])]
    #[case(false, Some(3), &[FindingKind::MissingSource])]
    fn what_the_frame_lacks(#[case] has_source: bool, #[case] age_days: Option<i64>, #[case] kinds: &[FindingKind]) {
        let against = Against { frame: Some(Frame { has_source, age_days }), ..Against::default() };
        let found: Vec<FindingKind> = findings("The crew came.", against).into_iter().map(|finding| finding.kind).collect();
        assert_eq!(found, kinds);
    }
}

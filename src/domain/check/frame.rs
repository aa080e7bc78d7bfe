//! What stands beside a text on the portal: where it is from, and how old that is; and what is doubted of the leads it
//! speaks of (C5).

use chrono::{DateTime, Utc};

use super::Hit;
use super::fold::Folded;
use crate::domain::doubt::{DoubtKind, Standing};
use crate::domain::source::silence::Lapse;
use crate::domain::span::FindingKind;

/// Days after which what a provider told is stale, unless a client's freshness says otherwise: a week's summary is made of
/// the week before.
const STALE: i64 = 14;
/// So many doubts are named; a week may speak of many leads.
const NAMED: usize = 3;

/// What is known of a text's source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Whether it is known where the facts are from.
    pub has_source: bool,
    /// Days since the newest fact; `None` when no fact has a date.
    pub age_days: Option<i64>,
    /// What is doubted of the leads it speaks of, and not settled.
    pub doubts: Vec<Standing>,
    /// Sources it depends on that were stale when it was made.
    pub lapses: Vec<Lapse>,
}

impl Frame {
    /// From where the facts are from, when the newest of them happened, and what is doubted.
    pub fn new(
        source_label: &str,
        evidence_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
        doubts: Vec<Standing>,
        lapses: Vec<Lapse>,
    ) -> Self {
        let age_days = evidence_at.map(|at| (now - at).num_days());
        Self { has_source: !source_label.trim().is_empty(), age_days, doubts, lapses }
    }
}

/// Marks the last word for what the frame lacks: what can be mended in the text itself comes before it.
pub(super) fn find(frame: &Frame, folded: &Folded, hits: &mut Vec<Hit>) {
    let Some(last) = folded.words.last() else { return };
    if !frame.has_source {
        let reason = "nothing says where these facts are from, and the portal must say it: file the draft with its source";
        hits.push(Hit::block(FindingKind::MissingSource, last.clone(), reason));
    }
    let stale = stale(frame);
    if !stale.is_empty() {
        hits.push(Hit::warn(FindingKind::StaleData, last.clone(), stale.join("; ")));
    }
    let told = |kind| frame.doubts.iter().filter(move |doubt| doubt.kind == kind);
    for (kind, found, settle) in [
        (DoubtKind::Duplicate, FindingKind::PossibleDuplicate, "lead merge, or lead not-duplicate"),
        (DoubtKind::Spam, FindingKind::PossibleSpam, "lead spam, or lead not-spam"),
    ] {
        let mut named: Vec<String> = told(kind).take(NAMED).map(Standing::to_string).collect();
        if named.is_empty() {
            continue;
        }
        let more = told(kind).count() - named.len();
        if more > 0 {
            named.push(format!("and {more} more"));
        }
        let reason = format!("{}, and nobody has said; settle it first: {settle}", named.join(", "));
        hits.push(Hit::warn(found, last.clone(), reason));
    }
}

/// Why what it says may not hold any more, or may not be all.
fn stale(frame: &Frame) -> Vec<String> {
    let age = match frame.age_days {
        None => Some("no evidence has a date, so nobody can say how fresh this is: look at the lead".to_owned()),
        Some(days) if days > STALE => Some(format!("the newest fact is {days} days old: see that it still holds")),
        Some(_) => None,
    };
    let lapsed = frame.lapses.iter().map(|lapse| match lapse.until {
        Some(until) => {
            format!("{} told nothing since {}, so later facts may be missing", lapse.provider, until.format("%Y-%m-%d %H:%M UTC"))
        }
        None => format!("{} never told anything, so facts may be missing", lapse.provider),
    });
    age.into_iter().chain(lapsed).collect()
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
        let frame = Frame { has_source, age_days, ..Frame::default() };
        let against = Against { frame: Some(&frame), ..Against::default() };
        let found: Vec<FindingKind> = findings("The crew came.", against).into_iter().map(|finding| finding.kind).collect();
        assert_eq!(found, kinds);
    }

    #[test]
    fn a_source_that_was_stale_is_named_with_until_when_it_told() {
        use crate::domain::event::Provider;
        let until = "2026-05-30T08:00:00Z".parse().ok();
        let lapses = vec![Lapse { provider: Provider::Angi, until }, Lapse { provider: Provider::Form, until: None }];
        let frame = Frame { has_source: true, age_days: Some(20), lapses, ..Frame::default() };
        let found = findings("The crew came.", Against { frame: Some(&frame), ..Against::default() });
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (one.kind, one.reason.as_str()),
            (
                FindingKind::StaleData,
                "the newest fact is 20 days old: see that it still holds; angi told nothing since 2026-05-30 08:00 UTC, so later \
                 facts may be missing; form never told anything, so facts may be missing"
            )
        );
    }

    #[test]
    fn what_is_doubted_is_named_once_a_kind_behind_what_can_be_mended_in_the_text() {
        let duplicates = (2..=6).map(|lead| Standing { lead, kind: DoubtKind::Duplicate, other: Some(1) });
        let spam = Standing { lead: 9, kind: DoubtKind::Spam, other: None };
        let frame =
            Frame { has_source: true, age_days: Some(20), doubts: duplicates.chain([spam]).collect(), lapses: Vec::new() };
        let found = findings("Call 512-555-0142 today.", Against { frame: Some(&frame), ..Against::default() });
        let kinds: Vec<FindingKind> = found.iter().map(|finding| finding.kind).collect();
        use FindingKind::{Phone, PossibleDuplicate, PossibleSpam, StaleData};
        assert_eq!(kinds, [Phone, StaleData, PossibleDuplicate, PossibleSpam]);
        assert!(
            found[2].reason.starts_with("L-2 may be L-1, L-3 may be L-1, L-4 may be L-1, and 2 more, and nobody"),
            "{found:?}"
        );
        assert!(found[3].reason.starts_with("L-9 may be spam, and nobody has said; settle it first: lead spam"), "{found:?}");
    }
}

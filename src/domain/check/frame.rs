//! What stands beside a text on the portal: where it is from, of which time it speaks, what comes next, and how old it is;
//! and what is doubted of the leads it speaks of, or wrong with what is stored of them (C5).

use chrono::{DateTime, Utc};

use super::Hit;
use super::fold::Folded;
use crate::domain::doubt::{DoubtKind, Standing};
use crate::domain::proof::Beside;
use crate::domain::quality::Faulty;
use crate::domain::source::silence::Lapse;
use crate::domain::span::FindingKind;

/// Days after which the newest fact is stale, for every client alike: a week's summary is made of the week before. A source
/// that fell silent is told by its lapse, whose time each sync and each expectation has of its own.
const STALE: i64 = 14;
/// So many doubts and faults are named; a week may speak of many leads.
const NAMED: usize = 3;

/// What would stand empty on the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Where the facts are from.
    Source,
    /// The time it speaks of.
    Period,
    /// What happens next.
    NextAction,
}

/// What is known of a text beside its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// What would stand empty beside it.
    pub lacks: Vec<Lack>,
    /// Days since the newest fact; `None` when no fact has a date.
    pub age_days: Option<i64>,
    /// What is doubted of the leads it speaks of, and not settled.
    pub doubts: Vec<Standing>,
    /// Sources it depends on that were stale when it was made.
    pub lapses: Vec<Lapse>,
    /// What is wrong with what is stored of those leads.
    pub faults: Vec<Faulty>,
}

impl Frame {
    /// From what will stand beside it, and what is doubted, missing or wrong around it.
    pub fn new(beside: &Beside, now: DateTime<Utc>, doubts: Vec<Standing>, lapses: Vec<Lapse>, faults: Vec<Faulty>) -> Self {
        let told =
            [(Lack::Source, &beside.source_label), (Lack::Period, &beside.period), (Lack::NextAction, &beside.next_action)];
        let lacks = told.into_iter().filter(|(_, words)| words.is_empty()).map(|(lack, _)| lack).collect();
        Self { lacks, age_days: beside.fresh_as_of.map(|at| (now - at).num_days()), doubts, lapses, faults }
    }
}

/// Marks the last word for what the frame lacks: what can be mended in the text itself comes before it.
pub(super) fn find(frame: &Frame, folded: &Folded, hits: &mut Vec<Hit>) {
    let Some(last) = folded.words.last() else { return };
    for lack in &frame.lacks {
        hits.push(match lack {
            Lack::Source => {
                let reason =
                    "nothing says where these facts are from, and the portal must say it: file the draft with its source";
                Hit::block(FindingKind::MissingSource, last.clone(), reason)
            }
            Lack::Period => {
                let reason =
                    "the portal would not say which time this speaks of: say it in the text, or have the draft made anew";
                Hit::warn(FindingKind::MissingPeriod, last.clone(), reason)
            }
            Lack::NextAction => {
                let reason = "the portal would not say what happens next: say it in the text, or have the draft made anew";
                Hit::warn(FindingKind::MissingNextAction, last.clone(), reason)
            }
        });
    }
    if frame.age_days.is_none() {
        let reason = "no evidence has a date: the portal would say that it is not known how fresh this is; look at the lead";
        hits.push(Hit::warn(FindingKind::MissingFreshness, last.clone(), reason));
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
        if let Some(named) = named(told(kind), ", ") {
            let reason = format!("{named}, and nobody has said; settle it first: {settle}");
            hits.push(Hit::warn(found, last.clone(), reason));
        }
    }
    if let Some(named) = named(frame.faults.iter(), "; ") {
        hits.push(Hit::warn(FindingKind::DataQuality, last.clone(), named));
    }
}

/// The first of them in words, and how many more there are; `None` where there is none.
fn named<'a, T: ToString + 'a>(all: impl Iterator<Item = &'a T>, between: &str) -> Option<String> {
    let mut words: Vec<String> = all.map(T::to_string).collect();
    let more = words.len().saturating_sub(NAMED);
    words.truncate(NAMED);
    if more > 0 {
        words.push(format!("and {more} more"));
    }
    (!words.is_empty()).then(|| words.join(between))
}

/// Why what it says may not hold any more, or may not be all.
fn stale(frame: &Frame) -> Vec<String> {
    let old = frame.age_days.filter(|days| *days > STALE);
    let age = old.map(|days| format!("the newest fact is {days} days old: see that it still holds"));
    let lapsed = frame.lapses.iter().map(|lapse| match lapse.until {
        _ if lapse.left_out => format!("{} could not be asked for everything, so facts may be missing", lapse.provider),
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

    use FindingKind::{
        MissingFreshness, MissingNextAction, MissingPeriod, MissingSource, Phone, PossibleDuplicate, PossibleSpam, StaleData,
    };

    #[rstest]
    #[case(&[], Some(3), &[])]
    #[case(&[], Some(15), &[StaleData])]
    #[case(&[], None, &[MissingFreshness])]
    #[case(&[Lack::Source], Some(3), &[MissingSource])]
    #[case(&[Lack::Period], Some(3), &[MissingPeriod])]
    #[case(&[Lack::NextAction], Some(3), &[MissingNextAction])]
    #[case(&[Lack::Source, Lack::Period, Lack::NextAction], None, &[MissingSource, MissingPeriod, MissingNextAction, MissingFreshness])]
    fn what_the_frame_lacks(#[case] lacks: &[Lack], #[case] age_days: Option<i64>, #[case] kinds: &[FindingKind]) {
        let frame = Frame { lacks: lacks.to_vec(), age_days, ..Frame::default() };
        let against = Against { frame: Some(&frame), ..Against::default() };
        let found: Vec<FindingKind> = findings("The crew came.", against).into_iter().map(|finding| finding.kind).collect();
        assert_eq!(found, kinds);
    }

    #[test]
    fn what_it_lacks_weighs_what_the_client_says() {
        use crate::domain::severities::Severities;
        use crate::domain::span::Severity;
        let frame = Frame { lacks: vec![Lack::Period, Lack::NextAction], ..Frame::default() };
        let severities = Severities::stored("missing_next_action=block missing_freshness=block missing_period=note");
        let against = Against { frame: Some(&frame), severities: Some(&severities), ..Against::default() };
        let found: Vec<Severity> = findings("The crew came.", against).into_iter().map(|finding| finding.severity).collect();
        assert_eq!(found, [Severity::Warn, Severity::Block, Severity::Block], "a note is less than it may weigh");
    }

    #[test]
    fn a_source_that_was_stale_is_named_with_until_when_it_told() {
        use crate::domain::event::Provider;
        let until = "2026-05-30T08:00:00Z".parse().ok();
        let lapse = |provider, until, left_out| Lapse { provider, until, left_out };
        let lapses = vec![
            lapse(Provider::Angi, until, false),
            lapse(Provider::Form, None, false),
            lapse(Provider::Thumbtack, until, true),
        ];
        let frame = Frame { age_days: Some(20), lapses, ..Frame::default() };
        let found = findings("The crew came.", Against { frame: Some(&frame), ..Against::default() });
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (one.kind, one.reason.as_str()),
            (
                FindingKind::StaleData,
                "the newest fact is 20 days old: see that it still holds; angi told nothing since 2026-05-30 08:00 UTC, so later \
                 facts may be missing; form never told anything, so facts may be missing; thumbtack could not be asked for \
                 everything, so facts may be missing"
            )
        );
    }

    #[test]
    fn what_is_wrong_with_the_leads_is_named_at_the_end() {
        let fault = |lead| Faulty { lead, reason: "no number; ask".to_owned() };
        let frame = Frame { age_days: Some(1), faults: (1..=5).map(fault).collect(), ..Frame::default() };
        let found = findings("Call 512-555-0142 today.", Against { frame: Some(&frame), ..Against::default() });
        let told: Vec<(FindingKind, &str)> = found.iter().skip(1).map(|one| (one.kind, one.reason.as_str())).collect();
        let named = "L-1: no number; ask; L-2: no number; ask; L-3: no number; ask; and 2 more";
        assert_eq!(told, [(FindingKind::DataQuality, named)]);
    }

    #[test]
    fn what_is_doubted_is_named_once_a_kind_behind_what_can_be_mended_in_the_text() {
        let duplicates = (2..=6).map(|lead| Standing { lead, kind: DoubtKind::Duplicate, other: Some(1) });
        let spam = Standing { lead: 9, kind: DoubtKind::Spam, other: None };
        let frame = Frame { age_days: Some(20), doubts: duplicates.chain([spam]).collect(), ..Frame::default() };
        let found = findings("Call 512-555-0142 today.", Against { frame: Some(&frame), ..Against::default() });
        let kinds: Vec<FindingKind> = found.iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [Phone, StaleData, PossibleDuplicate, PossibleSpam]);
        assert!(
            found[2].reason.starts_with("L-2 may be L-1, L-3 may be L-1, L-4 may be L-1, and 2 more, and nobody"),
            "{found:?}"
        );
        assert!(found[3].reason.starts_with("L-9 may be spam, and nobody has said; settle it first: lead spam"), "{found:?}");
    }
}

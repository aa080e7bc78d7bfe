//! States as glyph, word and colour: the glyph for the eye that scans, the word for the one that reads, and colour
//! only on top of both.

use ratatui::style::Style;

use crate::config::theme::Styles;
use crate::domain::draft::DraftState;
use crate::domain::job::JobState;
use crate::domain::lead::{LeadState, Urgency};
use crate::domain::replay::ReplayVerdict;

/// A state as it is shown.
pub(crate) type Shown = (&'static str, Style);

pub(crate) fn job(state: JobState, styles: &Styles) -> Shown {
    match state {
        JobState::Armed => ("◔ armed", styles.info),
        JobState::Scheduled => ("◷ planned", styles.text),
        JobState::Ready => ("▷ ready", styles.info),
        JobState::Running => ("▶ running", styles.good),
        JobState::Retrying => ("↻ retrying", styles.warn),
        JobState::Held => ("‖ held", styles.warn),
        JobState::Succeeded => ("✓ done", styles.good),
        JobState::Unknown => ("? unknown", styles.bad),
        JobState::Dead => ("✗ dead", styles.bad),
        JobState::Cancelled => ("⊘ cancelled", styles.dim),
    }
}

/// What trying a job again would come to.
pub(crate) fn replay(verdict: ReplayVerdict, styles: &Styles) -> Shown {
    match verdict {
        ReplayVerdict::Safe => ("✓ safe", styles.good),
        ReplayVerdict::AlreadyApplied => ("≡ applied", styles.dim),
        ReplayVerdict::Unknown => ("? unknown", styles.bad),
        ReplayVerdict::KeyExpired => ("! expired", styles.warn),
    }
}

pub(crate) fn lead(state: LeadState, styles: &Styles) -> Shown {
    match state {
        LeadState::New => ("● new", styles.info),
        LeadState::Contacted => ("◐ contacted", styles.text),
        LeadState::Quoted => ("◑ quoted", styles.text),
        LeadState::Booked => ("✓ booked", styles.good),
        LeadState::Lost => ("✗ lost", styles.dim),
        LeadState::Spam => ("⊘ spam", styles.dim),
        LeadState::Merged => ("→ merged", styles.dim),
    }
}

pub(crate) fn draft(state: DraftState, styles: &Styles) -> Shown {
    match state {
        DraftState::Pending => ("○ pending", styles.text),
        DraftState::InReview => ("◐ in review", styles.info),
        DraftState::Approved => ("✓ approved", styles.good),
        DraftState::Rejected => ("✗ rejected", styles.bad),
        DraftState::Superseded => ("→ superseded", styles.dim),
    }
}

/// Urgency as a mark before the words; routine needs none.
pub(crate) fn urgency(urgency: Urgency, styles: &Styles) -> Shown {
    match urgency {
        Urgency::Urgent => ("!", styles.bad),
        Urgency::Soon => ("›", styles.warn),
        Urgency::Routine => (" ", styles.text),
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::config::theme::Theme;
    use crate::domain::filter::{Field, Filter, Test};
    use crate::domain::row::Pane;

    /// What a state's word as a filter means.
    fn meant(shown: Shown, pane: Pane) -> Test {
        let (_, word) = shown.0.split_once(' ').unwrap();
        Filter::parse(&format!("state:\"{word}\""), pane).unwrap().terms.remove(0).test
    }

    #[test]
    fn every_word_that_is_shown_can_be_filtered_by() {
        let styles = Styles::new(&Theme::default(), true);
        let is = |state: &str| Test::Is(Field::State, state.to_owned());
        for state in JobState::VARIANTS {
            assert_eq!(meant(job(*state, &styles), Pane::Queue), is(state.as_str()));
        }
        for state in LeadState::VARIANTS {
            assert_eq!(meant(lead(*state, &styles), Pane::Leads), is(state.as_str()));
        }
        for state in DraftState::VARIANTS {
            assert_eq!(meant(draft(*state, &styles), Pane::Review), is(state.as_str()));
        }
    }
}

//! The words an enum field allows, taken from the enums themselves, so that no list can fall behind.

use strum::VariantArray;

use super::Field;
use crate::domain::draft::DraftState;
use crate::domain::job::{JobKind, JobState};
use crate::domain::lead::{Consent, ContactMethod, LeadState, Urgency};
use crate::domain::row::Pane;
use crate::domain::task::{TaskKind, TaskState};

fn words<T: VariantArray + Copy + Into<&'static str>>() -> Vec<&'static str> {
    T::VARIANTS.iter().map(|variant| (*variant).into()).collect()
}

/// Words by which the screen shows a value, where they are not its own.
const SHOWN: &[(&str, JobState)] =
    &[("planned", JobState::Scheduled), ("done", JobState::Succeeded), ("given_up", JobState::Dead)];

/// The values that a word of the screen begins to name.
pub(super) fn shown_as(start: &str, field: Field, pane: Pane) -> impl Iterator<Item = &'static str> {
    let of_jobs = field == Field::State && matches!(pane, Pane::Failures | Pane::Queue);
    SHOWN
        .iter()
        .filter(move |(shown, _)| of_jobs && !start.is_empty() && shown.starts_with(start))
        .map(|(_, state)| state.as_str())
}

/// The value that is meant: `planned` and `in review` are words of the screen.
pub(super) fn meant(value: String, field: Field, pane: Pane) -> String {
    let word = value.replace([' ', '-'], "_");
    if SHOWN.iter().any(|(shown, _)| *shown == word)
        && let Some(state) = shown_as(&word, field, pane).next()
    {
        return state.to_owned();
    }
    if allowed(field, pane).contains(&word.as_str()) { word } else { value }
}

/// Every value a field may have in a pane's list; empty where any text may stand.
pub(super) fn allowed(field: Field, pane: Pane) -> Vec<&'static str> {
    match (field, pane) {
        (Field::State, Pane::Leads) => words::<LeadState>(),
        (Field::State, Pane::Failures | Pane::Queue) => words::<JobState>(),
        (Field::State, Pane::Tasks) => words::<TaskState>(),
        (Field::State, Pane::Review) => words::<DraftState>(),
        (Field::Kind, Pane::Failures | Pane::Queue) => words::<JobKind>(),
        (Field::Kind, Pane::Tasks) => words::<TaskKind>(),
        (Field::Method, _) => words::<ContactMethod>(),
        (Field::Consent, _) => words::<Consent>(),
        (Field::Urgency, _) => words::<Urgency>(),
        _ => Vec::new(),
    }
}

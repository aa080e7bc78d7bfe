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

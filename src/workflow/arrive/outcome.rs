//! What became of letters, by the references that people say aloud: asked once for all, when everything is written.

use super::Arrived;
use crate::domain::event::Provider;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, Kind, Ref, TaskId};
use crate::store::Tx;

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is a new event of a lead.
    Recorded,
    /// It was here already; nothing changed.
    Duplicate,
    /// Kept, and made a person's task.
    Parked { reason: String, task: TaskId },
    /// Nobody is asked.
    SetAside { reason: String },
}

/// Tells what became of letters with their references.
pub(super) async fn told(
    tx: &mut Tx,
    letters: &[(ClientId, Provider, &str)],
    taken: Vec<Taken>,
) -> Result<Vec<Arrived>, Failure> {
    let known = tx.known_payloads(letters).await?;
    let tasks: Vec<TaskId> =
        taken.iter().filter_map(|taken| if let Taken::Parked { task, .. } = taken { Some(*task) } else { None }).collect();
    let tasks = tx.task_numbers(&tasks).await?;
    let told = taken.into_iter().zip(known).map(|(taken, known)| {
        let (event, lead) =
            (known.event.map(|number| Ref::new(Kind::Event, number)), known.lead.map(|number| Ref::new(Kind::Lead, number)));
        match (taken, event, lead) {
            (Taken::Recorded, Some(event), Some(lead)) => Ok(Arrived::Recorded { event, lead }),
            (Taken::Recorded, ..) => Err(Failure::Other("an event was recorded and is not there".to_owned())),
            (Taken::Duplicate, event, lead) => Ok(Arrived::Duplicate { event, lead }),
            (Taken::Parked { reason, task }, ..) => {
                let number = tasks.get(&task).copied().unwrap_or_default();
                Ok(Arrived::Parked { reason, task: Ref::new(Kind::Task, number) })
            }
            (Taken::SetAside { reason }, ..) => Ok(Arrived::SetAside { reason }),
        }
    });
    told.collect()
}

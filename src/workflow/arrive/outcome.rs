//! What became of letters, by the references that people say aloud: asked once for all, when everything is written.

use super::Arrived;
use crate::domain::event::Provider;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, EventId, Kind, Ref, TaskId};
use crate::store::Tx;

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is a new event of a lead.
    Recorded(EventId),
    /// It was here already; nothing changed.
    Duplicate,
    /// Kept, and made a person's task.
    Parked { reason: String, task: TaskId },
    /// Nobody is asked.
    SetAside { reason: String },
}

/// A letter's client, provider and key.
pub(super) type Named<'a> = (ClientId, Provider, &'a str);

/// Tells what became of letters with their references.
pub(super) async fn told(tx: &mut Tx, letters: &[Named<'_>], taken: Vec<Taken>) -> Result<Vec<Arrived>, Failure> {
    let (mut events, mut tasks, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for (letter, taken) in letters.iter().zip(&taken) {
        match taken {
            Taken::Recorded(event) => events.push(*event),
            Taken::Duplicate => again.push(*letter),
            Taken::Parked { task, .. } => tasks.push(*task),
            Taken::SetAside { .. } => {}
        }
    }
    let (events, tasks) = (tx.event_numbers(&events).await?, tx.task_numbers(&tasks).await?);
    let mut again = tx.known_payloads(&again).await?.into_iter();
    let gone = |what| Failure::Other(format!("{what} was written and is not there"));
    let told = taken.into_iter().map(|taken| match taken {
        Taken::Recorded(event) => {
            let (event, lead) = events.get(&event).ok_or_else(|| gone("an event"))?;
            Ok(Arrived::Recorded { event: Ref::new(Kind::Event, *event), lead: Ref::new(Kind::Lead, *lead) })
        }
        Taken::Duplicate => {
            let known = again.next().unwrap_or_default();
            let event = known.event.map(|number| Ref::new(Kind::Event, number));
            Ok(Arrived::Duplicate { event, lead: known.lead.map(|number| Ref::new(Kind::Lead, number)) })
        }
        Taken::Parked { reason, task } => {
            let number = tasks.get(&task).ok_or_else(|| gone("a task"))?;
            Ok(Arrived::Parked { reason, task: Ref::new(Kind::Task, *number) })
        }
        Taken::SetAside { reason } => Ok(Arrived::SetAside { reason }),
    });
    told.collect()
}

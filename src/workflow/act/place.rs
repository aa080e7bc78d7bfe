//! What an owner does to destinations.

use chrono::{DateTime, Utc};

use super::Acting;
use crate::domain::act::{Done, Verb};
use crate::domain::failure::Failure;
use crate::domain::id::{DestinationId, Kind, Ref};
use crate::store::destinations::Pause;

impl Acting<'_> {
    /// The destination, and whether nothing goes there now. From here on it is called by its own number.
    pub(super) async fn destination(&mut self) -> Result<(DestinationId, bool), Failure> {
        let id = DestinationId(self.act.target.id);
        let found = self.tx.stands_still(id).await?;
        let (number, stands) = found.ok_or_else(|| Failure::NotFound("that destination".to_owned()))?;
        self.record = Ref::new(Kind::Destination, number);
        Ok((id, stands))
    }

    /// Holds every job for a destination: who, why, until when.
    pub(super) async fn pause(&mut self, until: DateTime<Utc>) -> Result<Done, Failure> {
        let (id, _) = self.destination().await?;
        if until <= self.tx.now {
            return Err(self.refused("that time has passed", "choose a later time"));
        }
        let why = self.act.reason.clone().unwrap_or_default();
        let actor = self.actor.clone();
        let Some((name, held)) = self.tx.pause_destination(&actor, id, Pause { why: &why, until }).await? else {
            return Err(self.conflict("paused").await);
        };
        let undo = self.inverse(Verb::ResumeDestination, 0);
        Ok(self.done(format!("{name} is paused; {} held", jobs(held)), Ok(undo)))
    }

    /// Lets it run again.
    pub(super) async fn resume(&mut self) -> Result<Done, Failure> {
        let (id, _) = self.destination().await?;
        let why = self.act.reason.clone().unwrap_or_default();
        let actor = self.actor.clone();
        let Some((name, released)) = self.tx.resume_destination(&actor, id, &why).await? else {
            return Err(self.conflict("running").await);
        };
        Ok(self.done(
            format!("{name} runs again; {} released", jobs(released)),
            Err("what was released goes; pause it again to hold the rest"),
        ))
    }
}

fn jobs(n: usize) -> String {
    if n == 1 { "1 job is".to_owned() } else { format!("{n} jobs are") }
}

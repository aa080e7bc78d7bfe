//! What an owner does to destinations.

use chrono::{DateTime, Utc};

use super::Acting;
use crate::domain::act::{Done, Verb};
use crate::domain::failure::Failure;
use crate::domain::id::{DestinationId, Kind, Ref};
use crate::store::destinations::Pause;

impl Acting<'_> {
    /// Holds every job for a destination: who, why, until when.
    pub(super) async fn pause(&mut self, until: Option<DateTime<Utc>>) -> Result<Done, Failure> {
        if until.is_some_and(|until| until <= self.tx.now) {
            return Err(self.refused("that time has passed", "choose a later time"));
        }
        let why = self.act.reason.clone().unwrap_or_default();
        let id = DestinationId(self.act.target.id);
        let actor = self.actor.clone();
        let Some((number, held)) = self.tx.pause_destination(&actor, id, Pause { why: &why, until }).await? else {
            return Err(self.conflict("paused").await);
        };
        let record = Ref::new(Kind::Destination, number);
        let undo = self.inverse(Verb::ResumeDestination, 0);
        Ok(Done { record, said: format!("{record} is paused; {held} jobs are held"), undo: Ok(undo) })
    }

    /// Lets it run again.
    pub(super) async fn resume(&mut self) -> Result<Done, Failure> {
        let why = self.act.reason.clone().unwrap_or_default();
        let id = DestinationId(self.act.target.id);
        let actor = self.actor.clone();
        let Some((number, released)) = self.tx.resume_destination(&actor, id, &why).await? else {
            return Err(self.conflict("running").await);
        };
        let record = Ref::new(Kind::Destination, number);
        Ok(Done {
            record,
            said: format!("{record} runs again; {released} jobs are released"),
            undo: Err("pause it again".into()),
        })
    }
}

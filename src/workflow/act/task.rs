//! What a person does to tasks.

use chrono::{DateTime, Utc};

use super::Acting;
use crate::domain::act::{Done, Verb};
use crate::domain::failure::Failure;
use crate::domain::id::Kind;
use crate::domain::task::{TaskAct, TaskState};
use crate::store::tasks::TaskNow;

impl Acting<'_> {
    async fn task(&mut self) -> Result<TaskNow, Failure> {
        let found = self.tx.task_now(self.act.target.id).await?;
        let task = self.seen(found, |task| task.client_id)?;
        self.unchanged(task.version, task.state.as_str()).await?;
        Ok(task)
    }

    fn task_after(&self, task: &TaskNow, act: TaskAct) -> Result<TaskState, Failure> {
        task.state.after(act).map_err(|bad| self.refused(bad, "look at it again"))
    }

    async fn write_task(
        &mut self,
        task: &TaskNow,
        to: TaskState,
        snoozed_until: Option<DateTime<Utc>>,
        detail: &str,
    ) -> Result<(), Failure> {
        self.announce(Kind::Task, task.id.0, task.lead_id, detail).await?;
        match self.tx.set_task(task, task.version, to, snoozed_until).await? {
            Some(_) => Ok(()),
            None => Err(self.conflict(task.state.as_str()).await),
        }
    }

    /// Done, dropped, or open again after all.
    pub(super) async fn settle_task(&mut self) -> Result<Done, Failure> {
        let task = self.task().await?;
        let (act, inverse) = match self.act.verb {
            Verb::FinishTask => (TaskAct::Finish, Verb::ReopenTask),
            Verb::DropTask => (TaskAct::Drop, Verb::ReopenTask),
            _ => (TaskAct::Reopen, Verb::FinishTask),
        };
        let to = self.task_after(&task, act)?;
        self.write_task(&task, to, None, "").await?;
        Ok(self.done(format!("{} is {to}", self.act.target.record), Ok(self.inverse(inverse, task.version + 1))))
    }

    /// Out of the list until a time.
    pub(super) async fn snooze(&mut self, until: Option<DateTime<Utc>>) -> Result<Done, Failure> {
        let task = self.task().await?;
        let to = self.task_after(&task, TaskAct::Snooze)?;
        if until.is_some_and(|until| until <= self.tx.now) {
            return Err(self.refused("that time has passed", "choose a later time"));
        }
        let said = until.map_or_else(|| "is back".to_owned(), |until| format!("sleeps until {}", until.format("%a %H:%M UTC")));
        self.write_task(&task, to, until, &said).await?;
        let undo = self.inverse(Verb::SnoozeTask { until: task.snoozed_until }, task.version + 1);
        Ok(self.done(format!("{} {said}", self.act.target.record), Ok(undo)))
    }

    /// Given to somebody else.
    pub(super) async fn assign_task(&mut self, to: Option<&str>) -> Result<Done, Failure> {
        let task = self.task().await?;
        self.task_after(&task, TaskAct::Assign)?;
        self.known_person(to).await?;
        let name = to.unwrap_or("nobody");
        self.announce(Kind::Task, task.id.0, task.lead_id, &format!("to {name}")).await?;
        if self.tx.assign_task(task.id, task.version, to).await?.is_none() {
            return Err(self.conflict(task.state.as_str()).await);
        }
        let undo = self.inverse(Verb::AssignTask { to: task.owner.clone() }, task.version + 1);
        Ok(self.done(format!("{} belongs to {name}", self.act.target.record), Ok(undo)))
    }

    /// Work is given to people who exist.
    pub(super) async fn known_person(&mut self, name: Option<&str>) -> Result<(), Failure> {
        match name {
            Some(name) if self.tx.person_named(name).await?.is_none() => {
                Err(self.refused(format!("there is no person {name:?}"), "`quotedeck people` lists them"))
            }
            _ => Ok(()),
        }
    }
}

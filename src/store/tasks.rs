//! Tasks: made, finished, snoozed and passed on.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::gather::Table;
use super::journal::About;
use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::actor::Actor;
use crate::domain::id::{ClientId, DestinationId, DraftId, JobId, Kind, LeadId, PayloadId, TaskId};
use crate::domain::lead::Urgency;
use crate::domain::task::{TaskKind, TaskState};

/// Something a person must do.
#[derive(Clone, Debug)]
pub struct NewTask<'a> {
    /// Whose lead it concerns.
    pub client: ClientId,
    /// The lead.
    pub lead: Option<LeadId>,
    /// The job.
    pub job: Option<JobId>,
    /// The payload.
    pub payload: Option<PayloadId>,
    /// Why there is a task.
    pub kind: TaskKind,
    /// What to do, in a line.
    pub title: &'a str,
    /// Who must do it, by name; nobody when there is no such person.
    pub owner: Option<&'a str>,
    /// How soon.
    pub urgency: Urgency,
    /// How long the owner has.
    pub due_in: TimeDelta,
}

/// What acts need to know of a task.
#[derive(Clone, Debug)]
pub struct TaskNow {
    /// Its id.
    pub id: TaskId,
    /// The number of its reference.
    pub number: i64,
    /// Its version.
    pub version: i64,
    /// Where it stands.
    pub state: TaskState,
    /// Whose it is.
    pub client_id: ClientId,
    /// The lead it concerns.
    pub lead_id: Option<LeadId>,
    /// Who must do it.
    pub owner: Option<String>,
    /// Out of the list until then.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
from_row!(TaskNow { id: Uuid, number: =i64, version: =i64, state: String, client_id: Uuid, lead_id: ?Uuid, owner: =Option<String>,
    snoozed_until: =Option<DateTime<Utc>>, updated_at: =DateTime<Utc>, });

const NOW: &str =
    "select t.id, t.number, t.version, t.state, t.client_id, t.lead_id, p.name as owner, t.snoozed_until, t.updated_at
    from tasks t left join people p on p.id = t.owner_id where t.id = $1";
const INSERT: &str = "with made (id, client_id, lead_id, job_id, payload_id, kind, title, owner, urgency, due_at, search, at) as (values {rows})
    insert into tasks (id, client_id, lead_id, job_id, payload_id, kind, title, owner_id, urgency, due_at, state, search, created_at, updated_at)
    select id, client_id, lead_id, job_id, payload_id, kind, title, (select p.id from people p where p.name = made.owner), urgency, due_at,
        'open', search, at, at from made returning id";
const SET: &str = "update tasks set state = $3, snoozed_until = $4, version = version + 1, updated_at = $5
    where id = $1 and version = $2 and state = $6 returning number";
const ASSIGN: &str = "update tasks set owner_id = (select id from people where name = $3), version = version + 1, updated_at = $4
    where id = $1 and version = $2 and state = 'open' returning number";

impl Tx {
    /// Makes a task, with its announcement; gives back its number.
    pub async fn put_task(&mut self, actor: &Actor, new: &NewTask<'_>) -> Outcome<i64> {
        let id = self.plan_task(actor, new).await?;
        Ok(self.made::<(i64,)>("select number from tasks where id = $1", values![id]).await?.0)
    }

    /// Makes a task, with its announcement.
    pub async fn plan_task(&mut self, actor: &Actor, new: &NewTask<'_>) -> Outcome<TaskId> {
        let (id, now) = (TaskId::new(), self.now);
        self.journal(
            actor,
            About { verb: "task.make", kind: Kind::Task, subject: id.0, lead: new.lead, detail: new.kind.as_str() },
        )
        .await?;
        let (kind, urgency, due) = (new.kind.as_str(), new.urgency.as_str(), now + new.due_in);
        let search = new.title.to_lowercase();
        let row = values![id, new.client, new.lead, new.job, new.payload, kind, new.title, new.owner, urgency, due, search, now];
        self.put(Table::Tasks, new.lead, INSERT, vec![row]).await?;
        Ok(id)
    }

    /// The numbers of tasks.
    pub async fn task_numbers(&mut self, ids: &[TaskId]) -> Outcome<BTreeMap<TaskId, i64>> {
        const SQL: &str = "select id, number from tasks where id in (values {rows})";
        let rows: Vec<(Uuid, i64)> = self.over(SQL, vec![], ids.iter().map(|id| values![*id]).collect()).await?;
        Ok(rows.into_iter().map(|(id, number)| (TaskId(id), number)).collect())
    }

    /// The task as it is now.
    pub async fn task_now(&mut self, id: Uuid) -> Outcome<Option<TaskNow>> {
        self.one(NOW, values![id]).await
    }

    /// Moves a task from the state it was seen in; `None` when it changed meanwhile.
    pub async fn set_task(
        &mut self,
        task: &TaskNow,
        version: i64,
        to: TaskState,
        snoozed_until: Option<DateTime<Utc>>,
    ) -> Outcome<Option<i64>> {
        let now = self.now;
        let values = values![task.id, version, to.as_str(), snoozed_until, now, task.state.as_str()];
        Ok(self.one::<(i64,)>(SET, values).await?.map(|row| row.0))
    }

    /// Gives a task to somebody (or nobody); `None` when it changed meanwhile.
    pub async fn assign_task(&mut self, id: TaskId, version: i64, to: Option<&str>) -> Outcome<Option<i64>> {
        let now = self.now;
        Ok(self.one::<(i64,)>(ASSIGN, values![id, version, to, now]).await?.map(|row| row.0))
    }

    /// Finishes the open tasks that asked somebody to let a text of a draft pass: nobody has to decide any more.
    pub async fn finish_requests(&mut self, actor: &Actor, draft: DraftId, why: &str) -> Outcome<()> {
        const OPEN: &str =
            "select t.id, t.lead_id from overrides o join tasks t on t.id = o.task_id where o.draft_id = $1 and t.state = 'open'";
        let open = self.all(OPEN, values![draft]).await?;
        self.finish_tasks(actor, open, why).await
    }

    /// Finishes the open task that asked somebody what became of a job: it is known now.
    pub async fn finish_question(&mut self, actor: &Actor, job: JobId, answer: &str) -> Outcome<()> {
        const OPEN: &str = "select id, lead_id from tasks where state = 'open' and job_id = $1 and kind = 'unknown_outcome'";
        let open = self.all(OPEN, values![job]).await?;
        self.finish_tasks(actor, open, answer).await
    }

    /// Finishes the open tasks about a destination that stood: it runs again.
    pub(super) async fn finish_incidents(&mut self, actor: &Actor, destination: DestinationId) -> Outcome<()> {
        const OPEN: &str = "select t.id, t.lead_id from tasks t join jobs j on j.id = t.job_id
            where t.state = 'open' and t.kind = 'incident' and j.destination_id = $1";
        let open = self.all(OPEN, values![destination]).await?;
        self.finish_tasks(actor, open, "it runs again").await
    }

    async fn finish_tasks(&mut self, actor: &Actor, open: Vec<(Uuid, Option<Uuid>)>, why: &str) -> Outcome<()> {
        const DONE: &str =
            "update tasks set state = 'done', version = version + 1, updated_at = $2 where id = $1 and state = 'open'";
        let now = self.now;
        for (id, lead) in open {
            // Somebody may have finished it meanwhile.
            if self.run(DONE, values![id, now]).await? > 0 {
                let lead = lead.map(LeadId);
                self.journal(actor, About { verb: "task.done", kind: Kind::Task, subject: id, lead, detail: why }).await?;
            }
        }
        Ok(())
    }
}

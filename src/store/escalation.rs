//! Replies that nobody answered within the response window of the text they answer (C7): the task goes to whoever the
//! template names.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::journal::About;
use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Store};
use crate::domain::actor::Actor;
use crate::domain::id::{Kind, LeadId, TaskId};

/// Tasks looked at in one go; the next round takes more.
const BATCH: i64 = 200;

struct Unanswered {
    id: TaskId,
    lead_id: LeadId,
    created_at: DateTime<Utc>,
    window: i64,
    escalate_to: String,
}
from_row!(Unanswered { id: Uuid, lead_id: Uuid, created_at: =DateTime<Utc>, window: =i64, escalate_to: =String, });

/// Open calls for leads that were written to before, each with the newest text that the lead got. A snoozed task is in
/// somebody's hand.
const WAITING: &str = "select t.id, t.lead_id, t.created_at, tp.response_window_minutes as window, tp.escalate_to
    from tasks t join jobs j on j.id = (select m.id from jobs m where m.lead_id = t.lead_id and m.kind in ('message', 'review_request')
        and m.state = 'succeeded' and m.finished_at <= t.created_at order by m.finished_at desc limit 1)
    join templates tp on tp.id = j.template_id
    where t.state = 'open' and t.kind = 'call_back' and t.escalation = 0 and (t.snoozed_until is null or t.snoozed_until <= $1)
    order by t.due_at, t.id limit $2";
const ESCALATE: &str = "update tasks set escalation = 1, urgency = 'urgent', version = version + 1, updated_at = $3,
        owner_id = coalesce((select id from people where name = $2), (select id from people where role = $2 order by number limit 1), owner_id)
    where id = $1 and state = 'open' and escalation = 0 returning id";

impl Store {
    /// Gives overdue replies to whoever their template names; gives back how many.
    pub async fn escalate_replies(&self) -> Outcome<usize> {
        let mut tx = self.begin().await?;
        let now = tx.now;
        let waiting: Vec<Unanswered> = tx.all(WAITING, values![now, BATCH]).await?;
        let mut escalated = 0;
        for task in waiting {
            let window = TimeDelta::try_minutes(task.window).unwrap_or(TimeDelta::MAX);
            if now - task.created_at < window {
                continue;
            }
            let detail = format!("nobody answered within {} min; it goes to {}", task.window, task.escalate_to);
            let about =
                About { verb: "task.escalate", kind: Kind::Task, subject: task.id.0, lead: Some(task.lead_id), detail: &detail };
            tx.journal(&Actor::Worker, about).await?;
            escalated += tx.all::<(Uuid,)>(ESCALATE, values![task.id, &task.escalate_to, now]).await?.len();
        }
        if escalated > 0 {
            tx.commit().await?;
        }
        Ok(escalated)
    }
}

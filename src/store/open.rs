//! What is open of a lead: asked once for each event that comes to a known one.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::claim::dialects;
use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::id::LeadId;
use crate::domain::task::TaskKind;

/// What is open of a lead; of a new one nothing is.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Messages since a moment: what a repeat sender is known by.
    pub messages: i64,
    /// What somebody is asked already to do.
    pub asked: Vec<TaskKind>,
    /// Whether there are drafts that nobody decided on.
    pub drafts: bool,
    /// Whether a draft is queued and its evidence not gathered yet.
    pub draft_waits: bool,
}

struct Row {
    messages: i64,
    asked: String,
    drafts: i64,
    waiting: i64,
}
from_row!(Row { messages: =i64, asked: =String, drafts: =i64, waiting: =i64, });

const OPEN: &str = "select
    (select count(*) from events e where e.lead_id = $1 and e.occurred_at > $2
        and e.kind in ('form_sent', 'quote_requested', 'message_received')) as messages,
    (select coalesce(string_agg(t.kind, ','), '') from tasks t where t.lead_id = $1 and t.state = 'open') as asked,
    (select count(*) from drafts d where d.lead_id = $1 and d.state in ('pending', 'in_review')) as drafts,
    (select count(*) from jobs j where j.lead_id = $1 and j.operation = 'draft.lead' and j.content is null
        and j.state in ('armed', 'scheduled', 'ready', 'retrying', 'held')) as waiting";

/// Writers to SQLite take turns as it is.
const STORY: [&str; 2] =
    dialects!("select l.id from leads l where l.id = (select coalesce(m.merged_into, m.id) from leads m where m.id = $1)", hold);

impl Tx {
    /// The lead that tells the story of a lead: itself, or the one that it was merged into. Whoever else asks for it waits until
    /// this commits, so that of two that write to one story the second sees what the first one wrote.
    pub async fn hold_story(&mut self, lead: LeadId) -> Outcome<LeadId> {
        let row: Option<(Uuid,)> = self.one(self.of(STORY), values![lead]).await?;
        Ok(row.map_or(lead, |(id,)| LeadId(id)))
    }

    /// What is open of a lead now, with its messages since a moment.
    pub async fn open_of(&mut self, lead: LeadId, since: DateTime<Utc>) -> Outcome<Open> {
        let row: Option<Row> = self.one_of(lead, OPEN, values![lead, since]).await?;
        Ok(row.map_or_else(Open::default, |row| Open {
            messages: row.messages,
            asked: row.asked.split(',').filter_map(|kind| kind.parse().ok()).collect(),
            drafts: row.drafts > 0,
            draft_waits: row.waiting > 0,
        }))
    }
}

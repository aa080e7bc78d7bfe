//! Blocks that a second person lets pass: asked for one text by one person, granted by another, both with a reason.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::DraftNow;
use crate::domain::draft::{Spans, is_asked_for};
use crate::domain::id::{PersonId, TaskId};
use crate::domain::journal::sha256;
use crate::domain::span::Finding;
use crate::store::statement::values;
use crate::store::{Outcome, Tx};

const ASK: &str = "insert into overrides (id, draft_id, text_hash, kinds, asked_by, asked_at, asked_why, spans, task_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const OPEN: &str =
    "select o.id, o.kinds, o.asked_by, p.name, o.asked_why, o.asked_at from overrides o join people p on p.id = o.asked_by
    where o.draft_id = $1 and o.granted_by is null and not exists (select 1 from tasks t where t.id = o.task_id and t.state <> 'open') order by o.asked_at desc, o.id desc limit 1";
const GRANT: &str = "update overrides set granted_by = $2, granted_at = $3, granted_why = $4
    where id = $1 and granted_by is null and asked_by <> $2 returning id";
const GRANTED: &str = "select p.name, o.kinds, o.granted_why, o.spans from overrides o join people p on p.id = o.granted_by
    where o.draft_id = $1 and o.text_hash = $2 order by o.granted_at, o.id";
const TOUCH: &str = "update drafts set updated_at = $2 where id = $1";

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The kinds of findings, for people.
    pub kinds: &'a str,
    /// The findings themselves.
    pub spans: &'a Spans,
    /// Why.
    pub why: &'a str,
    /// The task of whoever is to decide.
    pub task: TaskId,
}

/// Somebody asks that a text pass although a check blocks it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its row.
    pub id: Uuid,
    /// The kinds of findings that would pass.
    pub kinds: String,
    /// Who asked.
    pub by: PersonId,
    /// That person's name.
    pub name: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody let a text pass.
#[derive(Clone, Debug)]
pub struct Granted {
    /// Who did.
    pub by: String,
    /// The kinds of findings that pass.
    pub kinds: String,
    /// Why.
    pub why: String,
    /// The very findings that pass; `None` where kinds alone were named.
    spans: Option<Spans>,
}

impl Granted {
    /// Whether a finding passes.
    pub fn lets(&self, finding: &Finding) -> bool {
        is_asked_for(&self.kinds, self.spans.as_ref(), finding)
    }
}

impl Tx {
    /// Keeps a request that this very text may pass.
    pub async fn ask_override(&mut self, draft: &DraftNow, person: PersonId, text: &str, asked: &Asking<'_>) -> Outcome<()> {
        let now = self.now;
        let hash = sha256(text.as_bytes()).to_vec();
        let spans = asked.spans.to_json();
        self.run(ASK, values![Uuid::now_v7(), draft.id, hash, asked.kinds, person, now, asked.why, spans, asked.task]).await?;
        self.run(TOUCH, values![draft.id, now]).await.map(drop)
    }

    /// The newest request of a draft that nobody has granted.
    pub async fn asked_override(&mut self, draft: &DraftNow) -> Outcome<Option<Asked>> {
        let row: Option<(Uuid, String, Uuid, String, String, DateTime<Utc>)> = self.one(OPEN, values![draft.id]).await?;
        Ok(row.map(|(id, kinds, by, name, why, at)| Asked { id, kinds, by: PersonId(by), name, why, at }))
    }

    /// Grants a request; `false` when somebody else did, or it is the person's own.
    pub async fn grant_override(&mut self, draft: &DraftNow, asked: &Asked, person: PersonId, why: &str) -> Outcome<bool> {
        let now = self.now;
        let granted = self.one::<(Uuid,)>(GRANT, values![asked.id, person, now, why]).await?.is_some();
        self.run(TOUCH, values![draft.id, now]).await?;
        Ok(granted)
    }

    /// Who let which findings pass in this very text of a draft; another text needs another request.
    pub async fn granted_overrides(&mut self, draft: &DraftNow, text: &str) -> Outcome<Vec<Granted>> {
        let rows: Vec<(String, String, String, Option<String>)> =
            self.all(GRANTED, values![draft.id, sha256(text.as_bytes()).to_vec()]).await?;
        Ok(rows.into_iter().map(granted).collect())
    }
}

fn granted((by, kinds, why, spans): (String, String, String, Option<String>)) -> Granted {
    Granted { by, kinds, why, spans: spans.map(Spans::from) }
}

//! Summaries: made by an approval, shown by the portal, and taken back.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::DraftNow;
use super::overrides::Granted;
use crate::domain::draft::{DraftState, SummaryState};
use crate::domain::id::{ClientId, DraftId, LeadId, PersonId, SummaryId};
use crate::domain::journal::{sha256, to_hex};
use crate::domain::proof::Beside;
use crate::domain::span::{Finding, Severity};
use crate::store::rows::from_row;
use crate::store::statement::values;
use crate::store::{Outcome, Tx};

/// What acts need to know of a summary.
#[derive(Clone, Debug)]
pub struct SummaryNow {
    /// Its id.
    pub id: SummaryId,
    /// The number of its reference.
    pub number: i64,
    /// Its version.
    pub version: i64,
    /// Where it stands.
    pub state: SummaryState,
    /// Whose portal shows it.
    pub client_id: ClientId,
    /// The lead it speaks of.
    pub lead_id: LeadId,
    /// The draft that it was made of.
    pub draft_id: DraftId,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
from_row!(SummaryNow { id: Uuid, number: =i64, version: =i64, state: String, client_id: Uuid, lead_id: Uuid, draft_id: Uuid,
    updated_at: =DateTime<Utc>, });

const SUMMARY: &str = "insert into summaries (id, draft_id, client_id, lead_id, state, approved_by, approved_at, updated_at)
    values ($1, $2, $3, $4, 'approved', $5, $6, $6) returning number";
const APPROVED: &str =
    "insert into approved_texts (summary_id, client_id, client, text, text_hash, source_label, period, next_action, fresh_as_of,
        approved_at, status)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const SUMMARY_NOW: &str =
    "select id, number, version, state, client_id, lead_id, draft_id, updated_at from summaries where id = $1";
const STANDING: &str = "select number from summaries where draft_id = $1 and state <> 'withdrawn' order by number desc limit 1";
/// What was approved is what the draft holds: whoever looks at it afterwards sees that text, and not one that was saved before.
/// Where another screen saved one since it was read, nothing is overwritten.
const KEEP: &str = "update drafts set work = $2,
        work_version = work_version + case when coalesce(work, text) = $2 then 0 else 1 end,
        worked_by = case when coalesce(work, text) = $2 then worked_by else $3 end,
        worked_at = case when coalesce(work, text) = $2 then worked_at else $4 end
    where id = $1 and work_version = $5 returning number";
const WITHDRAW: &str = "update summaries set state = 'withdrawn', withdrawn_why = $3, version = version + 1, updated_at = $4
    where id = $1 and version = $2 and state <> 'withdrawn' returning number";
const TAKE_BACK: &str = "update approved_texts set withdrawn_at = $2 where summary_id = $1 and withdrawn_at is null";
const STOP_PUBLISH: &str =
    "update jobs set state = 'cancelled', reason = 'withdrawn', finished_at = $2, version = version + 1, updated_at = $2
    where summary_id = $1 and state in ('armed', 'scheduled', 'ready', 'retrying', 'held') returning id";

impl Tx {
    /// Approves a text: the draft is closed and the text copied into the table that the portal's view reads, both or
    /// neither. The text is checked here again, whoever calls: a `block` stops approval on every path (C5), unless
    /// a second person let it pass.
    ///
    /// # Errors
    /// The blocking finding comes back as the inner error; `Ok(Ok(None))` means that the draft changed meanwhile.
    pub async fn approve_draft(
        &mut self,
        draft: &DraftNow,
        version: i64,
        person: PersonId,
        text: &str,
        granted: &[Granted],
    ) -> Outcome<Result<Option<(SummaryId, i64)>, Finding>> {
        let found = self.check_text(draft, text).await?;
        let stops = |finding: &&Finding| finding.severity == Severity::Block && !granted.iter().any(|one| one.lets(finding));
        if let Some(block) = found.iter().find(stops) {
            return Ok(Err(block.clone()));
        }
        if self.set_draft(draft, version, DraftState::Approved, None).await?.is_none() {
            return Ok(Ok(None));
        }
        let (id, now) = (SummaryId::new(), self.now);
        let values = values![draft.id, text, person, now, draft.work_version];
        if self.one::<(i64,)>(KEEP, values).await?.is_none() {
            return Ok(Ok(None));
        }
        self.keep_findings(draft.id, &found).await?;
        let values = values![id, draft.id, draft.client_id, draft.lead_id, person, now];
        let number = self.one::<(i64,)>(SUMMARY, values).await?.map_or(0, |row| row.0);
        self.copy_text(draft, id, text).await?;
        Ok(Ok(Some((id, number))))
    }

    /// Copies a text into the table that the portal's view reads, with what the portal shows beside it.
    pub(super) async fn copy_text(&mut self, draft: &DraftNow, id: SummaryId, text: &str) -> Outcome<()> {
        let now = self.now;
        let hash = to_hex(&sha256(text.as_bytes()));
        let Beside { source_label, period, status, next_action, fresh_as_of } = draft.beside();
        let values =
            values![id, draft.client_id, &draft.client, text, hash, source_label, period, next_action, fresh_as_of, now, status];
        self.run(APPROVED, values).await.map(drop)
    }

    /// The summary as it is now.
    pub async fn summary_now(&mut self, id: Uuid) -> Outcome<Option<SummaryNow>> {
        self.one(SUMMARY_NOW, values![id]).await
    }

    /// The number of a summary of a draft that is not withdrawn.
    pub async fn standing_summary(&mut self, draft: DraftId) -> Outcome<Option<i64>> {
        Ok(self.one::<(i64,)>(STANDING, values![draft]).await?.map(|row| row.0))
    }

    /// The id of a summary by the number of its reference.
    pub async fn summary_numbered(&mut self, number: i64) -> Outcome<Option<Uuid>> {
        Ok(self.one::<(Uuid,)>("select id from summaries where number = $1", values![number]).await?.map(|row| row.0))
    }

    /// Takes a summary back: the portal does not show it from this commit on. `None` when it changed meanwhile.
    pub async fn withdraw_summary(&mut self, id: SummaryId, version: i64, why: &str) -> Outcome<Option<i64>> {
        let now = self.now;
        let Some((number,)) = self.one::<(i64,)>(WITHDRAW, values![id, version, why, now]).await? else { return Ok(None) };
        self.run(TAKE_BACK, values![id, now]).await?;
        self.run(STOP_PUBLISH, values![id, now]).await?;
        Ok(Some(number))
    }
}

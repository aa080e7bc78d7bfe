//! What the portal would show of a text, seen as the portal sees it.
//!
//! In a transaction that is always rolled back the text is approved and published, so that every rule of the tables holds for
//! it. On Postgres the row that would be stored is then shown over a connection of the portal's own (see `store::portal`):
//! whatever that login could not read is not in the preview either. On SQLite it is read as an export reads it.

use chrono_tz::Tz;
use uuid::Uuid;

use crate::domain::actor::{Actor, Person};
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, DraftId, Kind, SummaryId};
use crate::domain::proof::Proof;
use crate::store::drafts::zone;
use crate::store::statement::values;
use crate::store::{Outcome, Store, Tx};

// A number of its own: a preview uses up none of those that people say aloud.
const SUMMARY: [&str; 2] = [
    "insert into summaries (number, id, draft_id, client_id, lead_id, state, approved_by, approved_at, updated_at)
        values (-1, $1, $2, $3, $4, 'published', $5, $6, $6)",
    "insert into summaries (number, id, draft_id, client_id, lead_id, state, approved_by, approved_at, updated_at)
        overriding system value values (-1, $1, $2, $3, $4, 'published', $5, $6, $6)",
];
/// As an approval leaves it.
const APPROVE: &str = "update drafts set state = 'approved', claimed_by = null, claim_until = null, work = $2 where id = $1";
const PUBLISH: &str = "update approved_texts set published_at = $2 where summary_id = $1";
const STORED: &str =
    "select summary_id, client, text, text_hash, source_label, period, status, next_action, fresh_as_of, approved_at, published_at
        from approved_texts where summary_id = $1 and published_at is not null and withdrawn_at is null";

impl Store {
    /// What the portal would show of this text, were it approved now. Nothing is written.
    ///
    /// # Errors
    /// `NotFound` for the draft; `Refused` when the portal's own connection cannot be had, or reads more than a portal may.
    pub async fn portal_preview(&self, me: &Person, draft: DraftId, text: &str) -> Outcome<Proof> {
        let mut tx = self.begin().await?;
        let stored = tx.stored(me, draft, text, usize::from(self.is_postgres())).await;
        tx.undo().await?;
        let (client, zone, stored) = stored?;
        let shown = if self.is_postgres() { self.shown_at_the_portal(client, &stored).await? } else { Some(stored) };
        shown.map(|shown| shown.seen_in(zone)).ok_or_else(|| Failure::Other("the portal shows nothing of it".to_owned()))
    }
}

impl Tx {
    /// The row that approval and publishing would leave, whose it is, and where that client is.
    async fn stored(&mut self, me: &Person, draft: DraftId, text: &str, dialect: usize) -> Outcome<(ClientId, Tz, Proof)> {
        let gone = || Failure::NotFound(format!("that {}", Kind::Draft));
        let draft = self.draft_now(draft.0).await?.ok_or_else(gone)?;
        if !Actor::Person(me.clone()).sees(draft.client_id) {
            return Err(gone());
        }
        let (id, now) = (SummaryId(Uuid::now_v7()), self.now);
        self.run(APPROVE, values![draft.id, text]).await?;
        self.run(SUMMARY[dialect], values![id, draft.id, draft.client_id, draft.lead_id, me.id, now]).await?;
        self.copy_text(&draft, id, text).await?;
        self.run(PUBLISH, values![id, now]).await?;
        let stored = self.one::<Proof>(STORED, values![id]).await?;
        let zone = zone(&draft.time_zone);
        Ok((draft.client_id, zone, stored.ok_or_else(|| Failure::Other("the text was not stored".to_owned()))?))
    }
}

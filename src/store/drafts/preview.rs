//! What the portal would show of a text, seen as the portal sees it.
//!
//! In a transaction that is always rolled back the text is approved and published, and then read through the portal's own
//! view; on Postgres as the portal's own role, in the program's own connection: another connection could not see a row
//! that is never committed. Whatever that role could not read is not in the preview either.

use sqlx::Executor as _;
use uuid::Uuid;

use crate::domain::actor::{Actor, Person};
use crate::domain::failure::Failure;
use crate::domain::id::{DraftId, Kind, SummaryId};
use crate::domain::proof::Proof;
use crate::store::statement::values;
use crate::store::{Inner, Outcome, Store, Tx};

// A number of its own: a preview uses up none of those that people say aloud.
const SUMMARY: [&str; 2] = [
    "insert into summaries (number, id, draft_id, client_id, lead_id, state, approved_by, approved_at, updated_at)
        values (-1, $1, $2, $3, $4, 'published', $5, $6, $6)",
    "insert into summaries (number, id, draft_id, client_id, lead_id, state, approved_by, approved_at, updated_at)
        overriding system value values (-1, $1, $2, $3, $4, 'published', $5, $6, $6)",
];
const PUBLISH: &str = "update approved_texts set published_at = $2 where summary_id = $1";
const SEE: [&str; 2] = [
    "select summary_id, client, text, text_hash, source_label, period, status, next_action, fresh_as_of, approved_at, published_at
        from client_summaries where summary_id = $1",
    "select summary_id, client, text, text_hash, source_label, period, status, next_action, fresh_as_of, approved_at, published_at
        from client.summaries where summary_id = $1",
];

/// What holds while the portal's role reads; the time is in milliseconds.
const AS_A_PORTAL: [&str; 3] =
    ["set local search_path = client", "set local transaction_read_only = on", "set local statement_timeout = 2000"];

impl Store {
    /// What the portal would show of this text, were it approved now. Nothing is written.
    ///
    /// # Errors
    /// `NotFound` for the draft; `Refused` when this login may not look through the portal's role.
    pub async fn portal_preview(&self, me: &Person, draft: DraftId, text: &str) -> Outcome<Proof> {
        let mut tx = self.begin().await?;
        let seen = tx.preview(me, draft, text, usize::from(self.is_postgres())).await;
        tx.undo().await?;
        seen
    }
}

impl Tx {
    async fn preview(&mut self, me: &Person, draft: DraftId, text: &str, dialect: usize) -> Outcome<Proof> {
        let gone = || Failure::NotFound(format!("that {}", Kind::Draft));
        let draft = self.draft_now(draft.0).await?.ok_or_else(gone)?;
        if !Actor::Person(me.clone()).sees(draft.client_id) {
            return Err(gone());
        }
        let (id, now) = (SummaryId(Uuid::now_v7()), self.now);
        self.run(SUMMARY[dialect], values![id, draft.id, draft.client_id, draft.lead_id, me.id, now]).await?;
        self.copy_text(&draft, id, text).await?;
        self.run(PUBLISH, values![id, now]).await?;
        if let Inner::Postgres(transaction) = &mut self.inner {
            // Gone with the transaction. As a portal connects: it finds its own schema alone, writes nothing, and waits for
            // nothing.
            for setting in AS_A_PORTAL {
                transaction.execute(setting).await.map_err(crate::store::errors::failure)?;
            }
            transaction.execute("set local role quotedeck_portal").await.map_err(|_| {
                Failure::refused(
                    "showing the portal's view",
                    "this login may not look through the portal's role",
                    "let an administrator run: grant quotedeck_portal to quotedeck_app",
                )
            })?;
        }
        self.one::<Proof>(SEE[dialect], values![id])
            .await?
            .ok_or_else(|| Failure::Other("the portal shows nothing of it".to_owned()))
    }

    /// Ends the transaction and leaves nothing behind.
    async fn undo(self) -> Outcome<()> {
        match self.inner {
            Inner::Sqlite(transaction) => transaction.rollback().await,
            Inner::Postgres(transaction) => transaction.rollback().await,
        }
        .map_err(crate::store::errors::failure)
    }
}

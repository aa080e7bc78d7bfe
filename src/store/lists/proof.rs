//! Reads what the client portal shows, from the same columns that its view has.

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;

use crate::domain::actor::Person;
use crate::domain::failure::Failure;
use crate::domain::id::ClientId;
use crate::domain::journal::{sha256, to_hex};
use crate::domain::proof::Proof;
use crate::store::drafts::zone;
use crate::store::filtering::{Bind, Sql};
use crate::store::rows::from_row;
use crate::store::{Outcome, Store};

from_row!(Proof { summary_id: Uuid, client: =String, text: =String, text_hash: =String, source_label: =String,
    period: =String, status: =String, next_action: =String, fresh_as_of: =Option<DateTime<FixedOffset>>, approved_at: =DateTime<FixedOffset>,
    published_at: =DateTime<FixedOffset>, });

impl Store {
    /// The published summaries of a client that the person sees, the last approved first.
    pub async fn proofs(&self, me: &Person, client: ClientId) -> Outcome<Vec<Proof>> {
        let mut sql = Sql::new(
            "select r.summary_id, r.client, r.text, r.text_hash, r.source_label, r.period, r.status, r.next_action, r.fresh_as_of,
                r.approved_at, r.published_at
                from approved_texts r where r.published_at is not null and r.withdrawn_at is null",
        );
        sql.visible(me).push(" and r.client_id = ").bind(Bind::Id(client.0));
        sql.push(" order by r.approved_at desc, r.summary_id desc");
        let proofs: Vec<Proof> = self.rows(&sql).await?;
        // Postgres holds the two together by itself; a SQLite file can be written by another program.
        match proofs.iter().find(|proof| to_hex(&sha256(proof.text.as_bytes())) != proof.text_hash) {
            None => {
                let mut of = Sql::new("select c.time_zone from clients c where c.id = ");
                of.bind(Bind::Id(client.0));
                let there: Option<(String,)> = self.rows(&of).await?.pop();
                let zone = zone(there.as_ref().map_or("", |row| row.0.as_str()));
                Ok(proofs.into_iter().map(|proof| proof.seen_in(zone)).collect())
            }
            Some(other) => Err(Failure::refused(
                "reading what the portal shows",
                format!("the text of the summary {} of {} is not the one that was approved", other.summary_id, other.client),
                "withdraw it and approve it anew; see who else writes to the database",
            )),
        }
    }
}

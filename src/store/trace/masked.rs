//! What is stored about the lead that a timeline belongs to, for whoever may not see it there.

use uuid::Uuid;

use crate::domain::id::Kind;
use crate::domain::known::{Known, KnownKind, in_payload, zips_in};
use crate::domain::mask::Mask;
use crate::store::statement::values;
use crate::store::{Outcome, Store};

/// The statements about the leads that a subselect gives: who they are and whose, what came from them, and the words of their events.
macro_rules! about {
    ($leads:literal) => {
        [
            concat!(
                "select r.name, coalesce(r.phone, ''), coalesce(r.email, ''), r.market, c.name
                    from leads r join clients c on c.id = r.client_id where r.id in (",
                $leads,
                ")"
            ),
            concat!(
                "select p.body from events v join payloads p on p.id = v.payload_id where v.lead_id in (",
                $leads,
                ") order by v.occurred_at desc, v.id limit 200"
            ),
            // As many as a timeline shows.
            concat!(
                "select v.words from events v where v.words <> '' and v.lead_id in (",
                $leads,
                ") order by v.occurred_at desc, v.id limit 500"
            ),
        ]
    };
}

fn statements(kind: Kind) -> Option<[&'static str; 3]> {
    Some(match kind {
        Kind::Lead => about!("select id from leads where id = $1 or merged_into = $1"),
        Kind::Job => about!("select lead_id from jobs where id = $1"),
        Kind::Task => about!("select lead_id from tasks where id = $1"),
        Kind::Draft => about!("select lead_id from drafts where id = $1"),
        Kind::Summary => about!("select lead_id from summaries where id = $1"),
        Kind::Event => about!("select lead_id from events where id = $1"),
        Kind::Payload => about!("select lead_id from events where payload_id = $1"),
        Kind::Client | Kind::Destination | Kind::Person | Kind::Template | Kind::Automation => return None,
    })
}

impl Store {
    /// What hides contact data in a timeline.
    pub(super) async fn mask_of(&self, kind: Kind, id: Uuid) -> Outcome<Mask> {
        let Some([leads, payloads, words]) = statements(kind) else { return Ok(Mask::new(&[], &[])) };
        let mut known: Vec<Known> = Vec::new();
        let leads: Vec<(String, String, String, String, String)> = self.read(leads, values![id]).await?;
        for (name, phone, email, market, client) in leads {
            known.extend(Known::new(KnownKind::OwnClient, client));
            known.extend(Known::new(KnownKind::Name, name));
            known.extend(Known::new(KnownKind::Phone, phone));
            known.extend(Known::new(KnownKind::Email, email));
            known.extend(zips_in(&market));
        }
        for (body,) in self.read::<(Vec<u8>,)>(payloads, values![id]).await? {
            known.extend(in_payload(&String::from_utf8_lossy(&body)));
        }
        // A name that one event tells is masked in all of them, as in a draft's evidence.
        let words = self.read::<(String,)>(words, values![id]).await?;
        let words: Vec<&str> = words.iter().map(|line| line.0.as_str()).collect();
        Ok(Mask::new(&words, &known))
    }
}

//! A draft with all that the review screen needs.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::actor::Person;
use crate::domain::brief::Subject;
use crate::domain::check::Frame;
use crate::domain::draft::{DraftDetail, EvidenceLine, Override};
use crate::domain::failure::Failure;
use crate::domain::id::{DraftId, Kind};
use crate::domain::lead::LeadState;
use crate::domain::proof::{Beside, Filed};
use crate::domain::text::Untrusted;
use crate::store::drafts::zone;
use crate::store::filtering::{Bind, Sql};
use crate::store::rows::from_row;
use crate::store::{Outcome, Store};

struct Words {
    text: Untrusted,
    work: Untrusted,
    work_version: i64,
    worked_by: Option<String>,
    worked_at: Option<DateTime<Utc>>,
    lead_name: Untrusted,
    source_label: String,
    evidence_at: Option<DateTime<Utc>>,
    subject: Subject,
    period: String,
    next_action: String,
    lead_state: LeadState,
    reason: Option<String>,
    newer_at: Option<DateTime<Utc>>,
    /// Empty for a draft that was made elsewhere.
    prompt_version: String,
    time_zone: String,
}
from_row!(Words { text: String, work: String, work_version: =i64, worked_by: =Option<String>, worked_at: =Option<DateTime<Utc>>,
    lead_name: String, source_label: =String,
    evidence_at: =Option<DateTime<Utc>>, subject: String, period: =String, next_action: =String, lead_state: String,
    reason: =Option<String>,
    newer_at: =Option<DateTime<Utc>>, prompt_version: =String, time_zone: =String, });
from_row!(Override { id: =Uuid, asked_by: =String, kinds: =String, why: =String, text_hash: =Vec<u8>, spans: ?String, granted_by: =Option<String>, });
from_row!(EvidenceLine { n: =i64, text: String, source: =String, });

impl Store {
    /// A draft with its evidence and the text as far as a person has got with it.
    pub async fn draft_detail(&self, me: &Person, id: DraftId) -> Outcome<DraftDetail> {
        let draft = self.draft(me, id).await?;
        let mut words = Sql::new(
            "select r.text, coalesce(r.work, r.text) as work, r.work_version, w.name as worked_by, r.worked_at, l.name as lead_name,
                r.source_label, r.evidence_at, r.subject, r.period, r.next_action, l.state as lead_state, r.reason, r.newer_at, r.prompt_version, c.time_zone
                from drafts r join leads l on l.id = r.lead_id join clients c on c.id = r.client_id left join people w on w.id = r.worked_by where r.id = ",
        );
        words.bind(Bind::Id(id.0));
        let words: Words = self.rows(&words).await?.pop().ok_or_else(|| Failure::NotFound(format!("that {}", Kind::Draft)))?;
        let mut evidence = Sql::new("select e.n, e.text, e.source from draft_evidence e where e.draft_id = ");
        evidence.bind(Bind::Id(id.0)).push(" order by e.n");
        let mut overriding = Sql::new(
            "select o.id, p.name as asked_by, o.kinds, o.asked_why as why, o.text_hash, o.spans, g.name as granted_by from overrides o
                join people p on p.id = o.asked_by left join people g on g.id = o.granted_by where (o.granted_by is not null
                    or not exists (select 1 from tasks t where t.id = o.task_id and t.state <> 'open')) and o.draft_id = ",
        );
        overriding.bind(Bind::Id(id.0)).push(" order by o.asked_at desc, o.id desc limit 1");
        let around = self.around(id).await?;
        let beside = Beside::new(&Filed {
            subject: words.subject,
            lead_state: words.lead_state,
            source_label: &words.source_label,
            period: &words.period,
            next_action: &words.next_action,
            evidence_at: words.evidence_at,
            zone: zone(&words.time_zone),
        });
        let frame = Frame::new(&beside, self.clock.now(), around.doubts, around.lapses, around.faults);
        Ok(DraftDetail {
            draft,
            text: words.text,
            work: words.work,
            work_version: words.work_version,
            worked_by: words.worked_by,
            worked_at: words.worked_at,
            evidence: self.rows(&evidence).await?,
            lead_name: words.lead_name,
            source_label: words.source_label,
            evidence_at: words.evidence_at,
            reason: words.reason,
            newer_at: words.newer_at,
            asked_to_cite: !words.prompt_version.is_empty(),
            overriding: self.rows(&overriding).await?.pop(),
            known: around.known,
            frame,
            severities: around.severities,
        })
    }
}

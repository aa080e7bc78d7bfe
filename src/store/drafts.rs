//! Drafts: filed with their evidence, claimed, worked on, approved or sent away; and the summaries made of them.

mod evidence;
mod known;
pub mod overrides;
pub mod preview;
pub mod summaries;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub(super) use evidence::zone;

use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::brief::{Brief, Subject};
use crate::domain::check::{Against, Frame, findings, weigh};
use crate::domain::cite::without_citations;
use crate::domain::draft::DraftState;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, DraftId, Kind, LeadId, PersonId};
use crate::domain::journal::sha256;
use crate::domain::lead::LeadState;
use crate::domain::proof::{Beside, Filed};
use crate::domain::span::Finding;

/// A claim holds this long without activity; then anybody may take the draft.
pub const CLAIM: TimeDelta = TimeDelta::minutes(10);

/// A draft to be filed.
#[derive(Clone, Debug)]
pub struct NewRow<'a> {
    /// The lead it speaks of.
    pub lead: LeadId,
    /// Whose portal it is for.
    pub client: ClientId,
    /// What it is about.
    pub title: &'a str,
    /// What the drafter wrote, with its citations.
    pub text: &'a str,
    /// Who wrote it.
    pub model: &'a str,
    /// How it was asked; empty for a draft that was made elsewhere.
    pub prompt_version: &'a str,
    /// What was read and written for it.
    pub tokens: i64,
    /// What that cost, in millionths of a dollar.
    pub cost_micros: i64,
    /// What it was made from.
    pub brief: &'a Brief,
}

/// What acts need to know of a draft.
#[derive(Clone, Debug)]
pub struct DraftNow {
    /// Its id.
    pub id: DraftId,
    /// The number of its reference.
    pub number: i64,
    /// Its version.
    pub version: i64,
    /// Where it stands.
    pub state: DraftState,
    /// Whose portal it is for.
    pub client_id: ClientId,
    /// The client's name.
    pub client: String,
    /// That client's time zone.
    pub time_zone: String,
    /// The lead it speaks of.
    pub lead_id: LeadId,
    /// That lead's name.
    pub lead_name: String,
    /// What happens next, of a week; empty for a draft of an earlier version of the program.
    pub next_action: String,
    /// Where the facts come from.
    pub source_label: String,
    /// When the newest evidence happened.
    pub evidence_at: Option<DateTime<Utc>>,
    /// Who holds it.
    pub claimed_by: Option<PersonId>,
    /// That person's name.
    pub claimed_name: Option<String>,
    /// Until when.
    pub claim_until: Option<DateTime<Utc>>,
    /// Version of the text in progress.
    pub work_version: i64,
    /// Who saved it last.
    pub worked_name: Option<String>,
    /// When that was.
    pub worked_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// What it speaks of.
    pub subject: Subject,
    /// The time it speaks of, in words; empty for a draft of an earlier version of the program.
    pub period: String,
    /// Where the lead stands.
    pub lead_state: LeadState,
}
from_row!(DraftNow { id: Uuid, number: =i64, version: =i64, state: String, client_id: Uuid, client: =String, time_zone: =String,
    lead_id: Uuid, lead_name: =String, next_action: =String, source_label: =String, evidence_at: =Option<DateTime<Utc>>, claimed_by: ?Uuid,
    claimed_name: =Option<String>, claim_until: =Option<DateTime<Utc>>, work_version: =i64, worked_name: =Option<String>,
    worked_at: =Option<DateTime<Utc>>, updated_at: =DateTime<Utc>, subject: String, period: =String, lead_state: String, });

const NOW: &str =
    "select d.id, d.number, d.version, d.state, d.client_id, c.name as client, c.time_zone, d.lead_id, l.name as lead_name, d.next_action,
        d.source_label, d.evidence_at, d.claimed_by, p.name as claimed_name, d.claim_until, d.work_version, w.name as worked_name,
        d.worked_at, d.updated_at, d.subject, d.period, l.state as lead_state
    from drafts d join clients c on c.id = d.client_id join leads l on l.id = d.lead_id left join people p on p.id = d.claimed_by
        left join people w on w.id = d.worked_by
    where d.id = $1";
// What was withdrawn or set aside may be made again, from the same evidence as well.
const SAME: &str = "select number from drafts d where lead_id = $1 and text_hash = $2 and evidence_version = $3
        and (state in ('pending', 'in_review', 'rejected')
            or state = 'approved' and exists (select 1 from summaries s where s.draft_id = d.id and s.state <> 'withdrawn'))
    order by number desc limit 1";
const OF_EVIDENCE: &str = "select number from drafts where lead_id = $1 and subject = $2 and evidence_version = $3
        and state in ('pending', 'in_review', 'approved') order by number desc limit 1";
/// What a person typed is never set aside: it is marked instead, and so is what somebody looks at. A claim that ran out is
/// nobody's. A draft of a week stands at whatever lead is its newest, so it is known by its client.
macro_rules! outdate {
    ($whose:literal) => {
        concat!(
            "update drafts set state = case when work_version = 0 and (state = 'pending' or claim_until < $2) then 'superseded'
                    else state end,
                reason = case when work_version = 0 and (state = 'pending' or claim_until < $2) then $4 else reason end,
                version = case when work_version = 0 and (state = 'pending' or claim_until < $2) then version + 1 else version end,
                claimed_by = case when work_version = 0 and (state = 'pending' or claim_until < $2) then null else claimed_by end,
                newer_at = $2, updated_at = $2
            where state in ('pending', 'in_review') and subject = $3 and ",
            $whose,
            " returning id, state"
        )
    };
}
const OUTDATE: &str = outdate!("lead_id = $1");
const OUTDATE_WEEK: &str = outdate!("client_id = $1 and period = $5");
/// Drafts that wait, of a lead and of the weeks that count it.
const MARK: &str = "update drafts set newer_at = $2, updated_at = $2
    where state in ('pending', 'in_review') and client_id = (select client_id from leads where id = $1) and (subject = 'lead' and lead_id = $1
        or subject = 'week' and exists (select 1 from leads l
            where l.id = $1 and l.arrived_at >= drafts.leads_from and l.arrived_at < drafts.leads_until))";
const INSERT: &str =
    "insert into drafts (id, client_id, lead_id, title, text, text_hash, model, source_label, evidence_at, state, blocks, warns,
        search, created_at, updated_at, work, subject, period, prompt_version, evidence_version, tokens, cost_micros, next_action, leads_from,
        leads_until)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, $11, $12, $13, $13, $14, $15, $16, $17, $18, $19, $20,
        $21, $22, $23)
    returning number";
const EVIDENCE: &str = "insert into draft_evidence (draft_id, n, text, source) values ($1, $2, $3, $4)";
const FINDING: &str =
    "insert into findings (id, draft_id, kind, severity, start_at, end_at, span, reason) values ($1, $2, $3, $4, $5, $6, $7, $8)";
const CLAIM_SQL: &str =
    "update drafts set state = 'in_review', claimed_by = $3, claim_until = $4, version = version + 1, updated_at = $5
    where id = $1 and version = $2 and state in ('pending', 'in_review') returning number";
const SET: &str =
    "update drafts set state = $3, reason = case when $3 = 'pending' then coalesce($4, reason) else $4 end, claimed_by = null, claim_until = null, version = version + 1, updated_at = $5
    where id = $1 and version = $2 and state = $6 returning number";
const WORK: &str =
    "update drafts set work = $3, work_version = work_version + 1, blocks = $4, warns = $5, claim_until = $6, updated_at = $7,
        worked_by = $8, worked_at = $7
    where id = $1 and work_version = $2 and state = 'in_review' and claimed_by = $8 returning work_version";
impl DraftNow {
    /// What the portal will show beside its text.
    pub(super) fn beside(&self) -> Beside {
        Beside::new(&Filed {
            subject: self.subject,
            lead_state: self.lead_state,
            source_label: &self.source_label,
            period: &self.period,
            next_action: &self.next_action,
            evidence_at: self.evidence_at,
            zone: zone(&self.time_zone),
        })
    }
}

/// Of drafts with their states, those that are aside.
fn aside(rows: Vec<(Uuid, String)>) -> Vec<DraftId> {
    rows.into_iter().filter(|(_, state)| state == DraftState::Superseded.as_str()).map(|(id, _)| DraftId(id)).collect()
}

impl Tx {
    /// The number of a draft of this lead with this very text, made from this very evidence.
    pub async fn same_draft(&mut self, lead: LeadId, text: &str, evidence_version: &str) -> Outcome<Option<i64>> {
        let values = values![lead, sha256(text.as_bytes()).to_vec(), evidence_version];
        Ok(self.one::<(i64,)>(SAME, values).await?.map(|row| row.0))
    }

    /// The number of a draft that was made from this very evidence, and stands.
    pub async fn draft_of_evidence(&mut self, lead: LeadId, subject: Subject, evidence_version: &str) -> Outcome<Option<i64>> {
        let values = values![lead, subject.as_str(), evidence_version];
        Ok(self.one::<(i64,)>(OF_EVIDENCE, values).await?.map(|row| row.0))
    }

    /// The number of the newest draft of the same, where there is a newer one.
    pub async fn newer_draft(&mut self, draft: &DraftNow) -> Outcome<Option<i64>> {
        const OF_LEAD: &str = "select max(number) from drafts where subject = 'lead' and lead_id = $1 and number > $2 having max(number) is not null";
        const OF_WEEK: &str =
            "select max(number) from drafts where subject = 'week' and client_id = $1 and period = $3 and number > $2
            having max(number) is not null";
        let newer: Option<(i64,)> = match draft.subject {
            Subject::Lead => self.one(OF_LEAD, values![draft.lead_id, draft.number]).await?,
            Subject::Week => self.one(OF_WEEK, values![draft.client_id, draft.number, draft.period.as_str()]).await?,
        };
        Ok(newer.map(|(number,)| number))
    }

    /// Whether a draft's evidence has a line of this number.
    pub async fn has_evidence_line(&mut self, draft: &DraftNow, n: i64) -> Outcome<bool> {
        const SQL: &str = "select n from draft_evidence where draft_id = $1 and n = $2";
        Ok(self.one::<(i64,)>(SQL, values![draft.id, n]).await?.is_some())
    }

    /// How many drafts of a lead there are, whatever became of them.
    pub async fn count_drafts(&mut self, lead: LeadId) -> Outcome<i64> {
        Ok(self.one::<(i64,)>("select count(*) from drafts where lead_id = $1", values![lead]).await?.map_or(0, |row| row.0))
    }

    /// Sets earlier drafts of the same aside that nobody worked on, and marks those that somebody did; gives back the ones aside.
    pub async fn supersede_drafts(&mut self, new: &NewRow<'_>) -> Outcome<Vec<DraftId>> {
        const WHY: &str = "a newer draft was filed";
        let now = self.now;
        let subject = new.brief.subject();
        let rows: Vec<(Uuid, String)> = match subject {
            Subject::Lead => self.all(OUTDATE, values![new.lead, now, subject.as_str(), WHY]).await?,
            Subject::Week => {
                let values = values![new.client, now, subject.as_str(), WHY, new.brief.period.as_str()];
                self.all(OUTDATE_WEEK, values).await?
            }
        };
        Ok(aside(rows))
    }

    /// A lead has new evidence: sets its drafts aside that nobody worked on, and marks those that somebody did; gives back
    /// the ones aside.
    pub async fn outdate_drafts(&mut self, lead: LeadId) -> Outcome<Vec<DraftId>> {
        let now = self.now;
        let values = values![lead, now, Subject::Lead.as_str(), "the evidence changed"];
        let rows: Vec<(Uuid, String)> = self.all(OUTDATE, values).await?;
        Ok(aside(rows))
    }

    /// A lead stands elsewhere by what a person did: marks the drafts that were made before, of it and of the weeks that count
    /// it. Nothing is set aside for it: nobody would draft anew. The first answer marks nothing: it follows every lead within
    /// seconds, and a mark that stands on every draft is read on none.
    pub async fn mark_drafts(&mut self, lead: LeadId) -> Outcome<()> {
        let now = self.now;
        self.run(MARK, values![lead, now]).await.map(drop)
    }

    /// Marks a draft that comes back to be reviewed where more is known by now (`version` of the evidence, where it can be
    /// told), or a later one is there.
    pub async fn mark_returned(&mut self, draft: DraftId, version: &str) -> Outcome<()> {
        const SQL: &str =
            "update drafts set newer_at = $2 where id = $1 and newer_at is null and ($3 <> '' and evidence_version not in ('', $3)
            or exists (select 1 from drafts d where d.lead_id = drafts.lead_id and d.subject = drafts.subject
                and d.period = drafts.period and d.number > drafts.number and d.state in ('pending', 'in_review', 'approved')))";
        let now = self.now;
        self.run(SQL, values![draft, now, version]).await.map(drop)
    }

    /// Files a draft with its evidence and what the checks say of the text that a reviewer starts with: the draft's
    /// without its citations. Gives back its id and number.
    pub async fn insert_draft(&mut self, new: &NewRow<'_>) -> Outcome<(DraftId, i64)> {
        let (id, now) = (DraftId::new(), self.now);
        let brief = new.brief;
        let plain = without_citations(new.text);
        let hash = sha256(new.text.as_bytes()).to_vec();
        let search = format!("{} {} {}", new.title, new.model, brief.source_label).to_lowercase();
        let values = values![
            id,
            new.client,
            new.lead,
            new.title,
            new.text,
            hash,
            new.model,
            &brief.source_label,
            brief.evidence_at,
            0_i64,
            0_i64,
            search,
            now,
            (plain != new.text).then_some(plain.as_str()),
            brief.subject().as_str(),
            &brief.period,
            new.prompt_version,
            brief.version(),
            new.tokens,
            new.cost_micros,
            brief.next_action(),
            brief.span().map(|span| span.0),
            brief.span().map(|span| span.1),
        ];
        let number = self.one::<(i64,)>(INSERT, values).await?.map_or(0, |row| row.0);
        for (n, line) in brief.lines.iter().enumerate() {
            self.run(EVIDENCE, values![id, n as i64 + 1, &line.text, &line.source]).await?;
        }
        // It is there first: what is stored around it is found by it.
        let gone = || Failure::NotFound(Kind::Draft.to_string());
        let filed = self.draft_now(id.0).await?.ok_or_else(gone)?;
        let found = self.check_text(&filed, &plain).await?;
        self.keep_findings(id, &found).await?;
        self.run("update drafts set first_findings = $2 where id = $1", values![id, first(&found)]).await?;
        Ok((id, number))
    }

    async fn keep_findings(&mut self, draft: DraftId, found: &[Finding]) -> Outcome<()> {
        let (blocks, warns) = weigh(found);
        self.run("update drafts set blocks = $2, warns = $3 where id = $1", values![draft, blocks, warns]).await?;
        self.put_findings(draft, found).await
    }

    async fn put_findings(&mut self, draft: DraftId, found: &[Finding]) -> Outcome<()> {
        self.run("delete from findings where draft_id = $1", values![draft]).await?;
        for finding in found {
            let (kind, severity) = (finding.kind.as_str(), finding.severity.as_str());
            let (start, end) = (finding.start as i64, finding.end as i64);
            self.run(FINDING, values![Uuid::now_v7(), draft, kind, severity, start, end, &finding.text, &finding.reason]).await?;
        }
        Ok(())
    }

    /// The draft as it is now.
    pub async fn draft_now(&mut self, id: Uuid) -> Outcome<Option<DraftNow>> {
        self.one(NOW, values![id]).await
    }

    /// What the checks say about a text for this draft.
    pub async fn check_text(&mut self, draft: &DraftNow, text: &str) -> Outcome<Vec<Finding>> {
        let lines: Vec<(String,)> =
            self.all("select text from draft_evidence where draft_id = $1 order by n", values![draft.id]).await?;
        let lines: Vec<&str> = lines.iter().map(|line| line.0.as_str()).collect();
        let written =
            self.one::<(String, String)>("select text, prompt_version from drafts where id = $1", values![draft.id]).await?;
        let around = self.around(draft.id).await?;
        let frame = Frame::new(&draft.beside(), self.now, around.doubts, around.lapses, around.faults);
        let against = Against {
            evidence: &lines,
            draft: written.as_ref().map(|row| row.0.as_str()),
            asked_to_cite: written.as_ref().is_some_and(|row| !row.1.is_empty()),
            lead_name: Some(&draft.lead_name),
            known: &around.known,
            frame: Some(&frame),
            severities: Some(&around.severities),
        };
        Ok(findings(text, against))
    }

    /// The text in progress, as it is saved.
    pub async fn saved_work(&mut self, draft: &DraftNow) -> Outcome<String> {
        const SQL: &str = "select coalesce(work, text) from drafts where id = $1";
        Ok(self.one::<(String,)>(SQL, values![draft.id]).await?.map_or_else(String::new, |row| row.0))
    }

    /// Checks the text in progress again and keeps what that says: much may have been learnt or settled since it was saved.
    pub async fn recheck(&mut self, draft: &DraftNow) -> Outcome<()> {
        let text = self.saved_work(draft).await?;
        let found = self.check_text(draft, &text).await?;
        self.keep_findings(draft.id, &found).await
    }

    /// Takes a draft for somebody; `None` when it changed meanwhile.
    pub async fn claim_draft(&mut self, id: DraftId, version: i64, person: PersonId) -> Outcome<Option<i64>> {
        let now = self.now;
        Ok(self.one::<(i64,)>(CLAIM_SQL, values![id, version, person, now + CLAIM, now]).await?.map(|row| row.0))
    }

    /// Moves a draft out of review; `None` when it changed meanwhile.
    pub async fn set_draft(
        &mut self,
        draft: &DraftNow,
        version: i64,
        to: DraftState,
        reason: Option<&str>,
    ) -> Outcome<Option<i64>> {
        let now = self.now;
        let values = values![draft.id, version, to.as_str(), reason, now, draft.state.as_str()];
        Ok(self.one::<(i64,)>(SET, values).await?.map(|row| row.0))
    }

    /// Keeps the text in progress, with what the checks say of it; `None` when it was saved from elsewhere or the
    /// claim is somebody else's.
    pub async fn save_work(&mut self, draft: &DraftNow, work_version: i64, person: PersonId, text: &str) -> Outcome<Option<i64>> {
        let found = self.check_text(draft, text).await?;
        let (blocks, warns) = weigh(&found);
        let now = self.now;
        let values = values![draft.id, work_version, text, blocks, warns, now + CLAIM, now, person];
        let saved = self.one::<(i64,)>(WORK, values).await?.map(|row| row.0);
        if saved.is_some() {
            self.put_findings(draft.id, &found).await?;
        }
        Ok(saved)
    }
}

/// How often each kind was found, as it is kept with a draft: `phone:block:2`. Each save lets go of what it mended.
fn first(found: &[Finding]) -> String {
    let mut kinds = BTreeMap::new();
    for finding in found {
        *kinds.entry((finding.kind.as_str(), finding.severity.as_str())).or_insert(0) += 1;
    }
    kinds.into_iter().map(|((kind, severity), count)| format!("{kind}:{severity}:{count}")).collect::<Vec<_>>().join(" ")
}

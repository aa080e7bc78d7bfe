//! What a job's request is composed of, as the database has it at this moment: the lead, its client, the approved text,
//! and whether the person still wants to hear from us. One read for all jobs of a claim.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::filtering::{Bind, Sql};
use super::rows::{bad, from_row, read};
use super::statement::values;
use super::unwanted::{closed, hold};
use super::{Outcome, Store};
use crate::domain::doubt::Hold;
use crate::domain::event::Channel;
use crate::domain::id::{JobId, LeadId, TemplateId};
use crate::domain::lead::{Consent, LeadState};
use crate::domain::template::Template;

/// What one job's request is composed of.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The job.
    pub job: JobId,
    /// The client's name.
    pub client: String,
    /// The client's time zone.
    pub time_zone: String,
    /// The lead it concerns.
    pub lead: Option<SendingLead>,
    /// The approved text it uses, of exactly the edition it was queued with.
    pub template: Option<Template>,
}

/// The lead of a job; what a stranger wrote must be made fit to leave.
#[derive(Clone)]
pub struct SendingLead {
    /// The number of its reference.
    pub number: i64,
    /// What the person is called, in their words.
    pub name: String,
    /// E.164.
    pub phone: Option<String>,
    /// Lower-cased address.
    pub email: Option<String>,
    /// Where it came from.
    pub source: String,
    /// What is asked for.
    pub service: String,
    /// Where.
    pub market: String,
    /// How soon.
    pub urgency: String,
    /// What made the person come.
    pub attribution: String,
    /// In cents, where somebody told.
    pub value: Option<i64>,
    /// What the person agreed to.
    pub consent: Consent,
    /// Whether the number opted out of texts, or the person did by another one.
    pub sms_stopped: bool,
    /// Whether the address opted out of mail, or the person did by another one.
    pub email_stopped: bool,
    /// Why nobody is to write to the lead, where somebody or a score said so.
    pub hold: Option<Hold>,
    /// When it came.
    pub arrived_at: DateTime<Utc>,
}

from_row!(SendingLead { number: =i64, name: =String, phone: =Option<String>, email: =Option<String>, source: =String,
    service: =String, market: =String, urgency: =String, attribution: =String, value: =Option<i64>, consent: String,
    sms_stopped: =bool, email_stopped: =bool, hold: ?String, arrived_at: =DateTime<Utc>, });

impl fmt::Debug for SendingLead {
    /// Only which lead: the rest is somebody's name and number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SendingLead(L-{})", self.number)
    }
}

struct TemplateRow {
    template_id: Uuid,
    template_number: i64,
    template_name: String,
    edition: i64,
    channel: String,
    text: String,
    opt_out_line: String,
    response_window_minutes: i64,
    escalate_to: String,
    approved_by: String,
    approved_at: DateTime<Utc>,
}
from_row!(TemplateRow { template_id: =Uuid, template_number: =i64, template_name: =String, edition: =i64, channel: =String,
    text: =String, opt_out_line: =String, response_window_minutes: =i64, escalate_to: =String, approved_by: =String,
    approved_at: =DateTime<Utc>, });

impl TemplateRow {
    fn template(self) -> sqlx::Result<Template> {
        Ok(Template {
            id: TemplateId(self.template_id),
            number: self.template_number,
            name: self.template_name,
            edition: self.edition,
            channel: self.channel.parse().map_err(bad("channel"))?,
            text: self.text,
            opt_out_line: self.opt_out_line,
            response_window_minutes: self.response_window_minutes,
            escalate_to: self.escalate_to,
            approved_by: self.approved_by,
            approved_at: self.approved_at,
        })
    }
}

/// A job may have no lead and no template: their columns are null together.
macro_rules! sending_in {
    ($($row:ty),+) => {$(
        impl sqlx::FromRow<'_, $row> for Sending {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                use sqlx::Row as _;
                let lead = row.try_get::<Option<i64>, _>("number")?.map(|_| SendingLead::from_row(row)).transpose()?;
                let template = row.try_get::<Option<Uuid>, _>("template_id")?.map(|_| TemplateRow::from_row(row)).transpose()?;
                Ok(Self {
                    job: JobId(row.try_get("id")?),
                    client: row.try_get("client")?,
                    time_zone: row.try_get("time_zone")?,
                    lead,
                    template: template.map(TemplateRow::template).transpose()?,
                })
            }
        }
    )+};
}
sending_in!(sqlx::postgres::PgRow, sqlx::sqlite::SqliteRow);

const CLOSED: &str =
    concat!("select ", closed!("sms", "phone"), ", ", closed!("email", "email"), " from leads l where l.id = $1");

const SELECT: &str = concat!(
    "select j.id, c.name as client, c.time_zone, l.number, l.name, l.phone, l.email, l.source, l.service, l.market,
        l.urgency, l.attribution, l.value, l.consent, l.arrived_at,
        ",
    closed!("sms", "phone"),
    " as sms_stopped,
        ",
    closed!("email", "email"),
    " as email_stopped,
        ",
    hold!(),
    " as hold,
        t.id as template_id, t.number as template_number, t.name as template_name, t.edition, t.channel, t.text, t.opt_out_line,
        t.response_window_minutes, t.escalate_to, t.approved_by, t.approved_at
    from jobs j join clients c on c.id = j.client_id left join leads l on l.id = j.lead_id
        left join templates t on t.id = j.template_id where j.id in ("
);

const UNTELLABLE: &str =
    "select j.id, l.state from jobs j join summaries s on s.id = j.summary_id join drafts d on d.id = s.draft_id
        join leads l on l.id = d.lead_id
    where d.subject = 'lead' and l.state in ('spam', 'merged') and j.id in (";

impl Store {
    /// The channels on which nobody writes to a lead, because the person said so.
    pub(in crate::store) async fn closed_channels(&self, lead: LeadId) -> Outcome<Vec<Channel>> {
        let found: Vec<(bool, bool)> = self.read(CLOSED, values![lead]).await?;
        let (sms, email) = found.first().copied().unwrap_or_default();
        Ok([sms.then_some(Channel::Sms), email.then_some(Channel::Email)].into_iter().flatten().collect())
    }

    /// What the requests of these jobs are composed of, in no order.
    pub async fn sendings(&self, jobs: &[JobId]) -> Outcome<Vec<Sending>> {
        if jobs.is_empty() {
            return Ok(vec![]);
        }
        let mut sql = Sql::new(SELECT);
        listed(&mut sql, jobs);
        self.rows(&sql).await
    }

    /// Which of these jobs would publish what is said of one lead that nobody is told of any more, and where that lead stands.
    /// A week's summary counts what its leads were, and names none.
    pub async fn untellable(&self, jobs: &[JobId]) -> Outcome<BTreeMap<JobId, LeadState>> {
        if jobs.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new(UNTELLABLE);
        listed(&mut sql, jobs);
        let found: Vec<(Uuid, String)> = self.rows(&sql).await?;
        found.into_iter().map(|(id, state)| Ok((JobId(id), read("state", state)?))).collect()
    }
}

/// The end of a list of ids that has begun.
fn listed(sql: &mut Sql, jobs: &[JobId]) {
    for (at, job) in jobs.iter().enumerate() {
        if at > 0 {
            sql.push(", ");
        }
        sql.bind(Bind::Id(job.0));
    }
    sql.push(")");
}

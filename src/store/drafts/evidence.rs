//! What is known of a lead, or of a client's week, as a drafter is given it: numbered lines, each with its record.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use crate::domain::brief::{Brief, Facts, Happened, LeadFacts, Line, WeekFacts, day, period};
use crate::domain::event::EventKind;
use crate::domain::id::{ClientId, Kind, LeadId, Ref};
use crate::domain::lead::{ContactMethod, LeadState, Urgency};
use crate::domain::median::median;
use crate::domain::outline::way;
use crate::store::rows::from_row;
use crate::store::statement::values;
use crate::store::{Outcome, Tx};

/// Leads of a week that have a line of their own.
const NAMED: usize = 60;

struct Fields {
    id: LeadId,
    number: i64,
    client: String,
    time_zone: String,
    source: String,
    service: String,
    market: String,
    urgency: Urgency,
    contact_method: ContactMethod,
    state: LeadState,
    arrived_at: DateTime<Utc>,
    replied_at: Option<DateTime<Utc>>,
}
from_row!(Fields { id: Uuid, number: =i64, client: =String, time_zone: =String, source: =String, service: =String, market: =String,
    urgency: String, contact_method: String, state: String, arrived_at: =DateTime<Utc>, replied_at: =Option<DateTime<Utc>>, });

macro_rules! fields {
    ($rest:literal) => {
        concat!(
            "select l.id, l.number, c.name as client, c.time_zone, l.source, l.service, l.market, l.urgency, l.contact_method,
                l.state, l.arrived_at, l.replied_at from leads l join clients c on c.id = l.client_id where ",
            $rest
        )
    };
}

const LEAD: &str = fields!("l.id = $1");
const WEEK: &str = fields!(
    "l.client_id = $1 and l.arrived_at >= $2 and l.arrived_at < $3 and l.state not in ('spam', 'merged')
        order by l.arrived_at, l.id limit 10000"
);
/// A lead and what was merged into it: one story, told in two places.
macro_rules! of_whole {
    ($before:literal, $after:literal) => {
        concat!($before, "(select id from leads where id = $1 union all select id from leads where merged_into = $1)", $after)
    };
}

// The newest, should there be more than anybody reads.
const EVENTS: &str = of_whole!(
    "select number, kind, occurred_at, words from (select number, kind, occurred_at, words from events where lead_id in ",
    " order by occurred_at desc, number desc limit 200) e order by occurred_at, number"
);
// By when they left, whenever that became known.
const SENT: &str = of_whole!(
    "select number, operation, coalesce((select max(a.started_at) from attempts a where a.job_id = j.id), finished_at) as left_at
        from jobs j where lead_id in ",
    " and kind in ('message', 'review_request') and state = 'succeeded' and finished_at is not null
        order by left_at, number limit 50"
);
const CLIENT: &str = "select number, name, time_zone from clients where id = $1";

impl Fields {
    fn zone(&self) -> Tz {
        zone(&self.time_zone)
    }

    /// Minutes until somebody answered; a clock that went back makes none of it negative.
    fn replied_after(&self) -> Option<i64> {
        self.replied_at.map(|at| (at - self.arrived_at).num_minutes().max(0))
    }

    /// Its fields in a line.
    fn told(&self) -> String {
        let fields = [
            ("source", self.source.as_str()),
            ("service", self.service.as_str()),
            ("market", self.market.as_str()),
            ("contact by", way(self.contact_method)),
            ("urgency", self.urgency.as_str()),
            ("state", self.state.as_str()),
        ];
        let told: Vec<String> =
            fields.iter().filter(|field| !field.1.is_empty()).map(|(name, value)| format!("{name} {value}")).collect();
        told.join(", ")
    }
}

/// A client's time zone; configuration takes no name that is none.
pub(in crate::store) fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// A moment as evidence writes it, in the client's time zone: `27 November 2026 10:02`.
fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    format!("{} {}", day(local.date_naive()), local.format("%H:%M"))
}

fn minutes(n: i64) -> String {
    if n == 1 { "1 minute".to_owned() } else { format!("{n} minutes") }
}

/// Where the facts come from, in words a client understands.
fn source_label(kinds: &[EventKind]) -> String {
    let label = |kind| match kind {
        EventKind::CallMissed | EventKind::CallAnswered => Some("phone call"),
        EventKind::VoicemailLeft => Some("voicemail"),
        EventKind::FormSent => Some("website form"),
        EventKind::MessageReceived => Some("text message"),
        EventKind::QuoteRequested => Some("quote request"),
        EventKind::ReviewLeft => Some("review"),
        EventKind::JobDone | EventKind::OptOut | EventKind::OptIn => None,
        EventKind::QuoteSent | EventKind::QuoteAccepted | EventKind::QuoteClosed => None,
        EventKind::Invoiced | EventKind::InvoicePaid | EventKind::InvoiceVoided | EventKind::CustomerChanged => None,
    };
    let mut labels: Vec<&str> = Vec::new();
    for found in kinds.iter().filter_map(|kind| label(*kind)) {
        if !labels.contains(&found) {
            labels.push(found);
        }
    }
    if labels.is_empty() { "our records".to_owned() } else { labels.join(", ") }
}

impl Tx {
    /// What is known of a lead.
    pub async fn lead_brief(&mut self, lead: LeadId) -> Outcome<Option<Brief>> {
        let Some(fields) = self.one::<Fields>(LEAD, values![lead]).await? else { return Ok(None) };
        let zone = fields.zone();
        let own = Ref::new(Kind::Lead, fields.number).to_string();
        let mut lines = vec![Line { text: fields.told(), source: own.clone() }];
        let events: Vec<(i64, String, DateTime<Utc>, String)> = self.all(EVENTS, values![lead]).await?;
        let mut happened = Vec::with_capacity(events.len());
        for (number, kind, at, words) in &events {
            let said = if words.is_empty() { String::new() } else { format!(": {words}") };
            let text = format!("{}: {}{said}", moment(*at, zone), kind.replace('_', " "));
            lines.push(Line { text, source: Ref::new(Kind::Event, *number).to_string() });
            if let Ok(kind) = kind.parse() {
                happened.push(Happened { kind, day: at.with_timezone(&zone).date_naive(), line: lines.len() });
            }
        }
        let sent: Vec<(i64, String, DateTime<Utc>)> = self.all(SENT, values![lead]).await?;
        for (number, operation, at) in &sent {
            let text = format!("{}: message sent: {}", moment(*at, zone), operation.replace('_', " "));
            lines.push(Line { text, source: Ref::new(Kind::Job, *number).to_string() });
        }
        let mut replied = None;
        if let (Some(after), Some(at)) = (fields.replied_after(), fields.replied_at) {
            let text = format!("{}: first answer, after {}", moment(at, zone), minutes(after));
            lines.push(Line { text, source: own });
            replied = Some((after, lines.len()));
        }
        let days: Vec<NaiveDate> = happened.iter().map(|happened| happened.day).collect();
        let arrived = fields.arrived_at.with_timezone(&zone).date_naive();
        let (first, last) = (days.iter().min().copied().unwrap_or(arrived), days.iter().max().copied().unwrap_or(arrived));
        let kinds: Vec<EventKind> = happened.iter().map(|happened| happened.kind).collect();
        Ok(Some(Brief {
            client: fields.client,
            lines,
            evidence_at: events.iter().map(|event| event.2).chain(sent.iter().map(|sent| sent.2)).chain(fields.replied_at).max(),
            source_label: source_label(&kinds),
            period: period(first, last),
            facts: Facts::Lead(LeadFacts {
                service: fields.service,
                market: fields.market,
                contact_method: fields.contact_method,
                urgency: fields.urgency,
                state: fields.state,
                happened,
                replied,
            }),
        }))
    }

    /// What is known of the seven days of a client that begin with `first`, and the newest lead among them; `None` when
    /// none arrived.
    pub async fn week_brief(&mut self, client: ClientId, first: NaiveDate) -> Outcome<Option<(Brief, LeadId)>> {
        let Some((number, name, time_zone)) = self.one::<(i64, String, String)>(CLIENT, values![client]).await? else {
            return Ok(None);
        };
        let zone = zone(&time_zone);
        let next = first.checked_add_days(Days::new(7)).unwrap_or(first);
        let (from, until) = (midnight(first, zone), midnight(next, zone));
        let leads: Vec<Fields> = self.all(WEEK, values![client, from, until]).await?;
        let Some(newest) = leads.last() else { return Ok(None) };
        let anchor = newest.id;
        let facts = WeekFacts { span: Some((from, until)), ..count(&leads) };
        let own = Ref::new(Kind::Client, number).to_string();
        let mut lines: Vec<Line> = totals(&facts).into_iter().map(|text| Line { text, source: own.clone() }).collect();
        lines.extend(leads.iter().take(NAMED).map(|lead| {
            let answered =
                lead.replied_after().map_or_else(|| "not answered yet".to_owned(), |n| format!("answered after {}", minutes(n)));
            let text = format!("{}: {}, {answered}", moment(lead.arrived_at, zone), lead.told());
            Line { text, source: Ref::new(Kind::Lead, lead.number).to_string() }
        }));
        let ways: Vec<&str> = facts.by_method.iter().map(|(method, _)| way(*method)).collect();
        let brief = Brief {
            client: name,
            lines,
            evidence_at: leads.iter().flat_map(|lead| [Some(lead.arrived_at), lead.replied_at]).flatten().max(),
            source_label: ways.join(", "),
            period: period(first, next.pred_opt().unwrap_or(first)),
            facts: Facts::Week(facts),
        };
        Ok(Some((brief, anchor)))
    }
}

/// When a day begins there; where the clocks skip midnight, an hour later.
fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let start = day.and_time(NaiveTime::MIN);
    let local = zone.from_local_datetime(&start).earliest();
    let later = || zone.from_local_datetime(&(start + TimeDelta::hours(1))).earliest();
    local.or_else(later).map_or_else(|| start.and_utc(), |at| at.with_timezone(&Utc))
}

fn count(leads: &[Fields]) -> WeekFacts {
    let n = |which: &dyn Fn(&Fields) -> bool| leads.iter().filter(|lead| which(lead)).count() as i64;
    let methods =
        [ContactMethod::Call, ContactMethod::Form, ContactMethod::Sms, ContactMethod::Email, ContactMethod::Marketplace];
    let mut by_method: Vec<(ContactMethod, i64)> =
        methods.into_iter().map(|method| (method, n(&|lead| lead.contact_method == method))).filter(|(_, n)| *n > 0).collect();
    by_method.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let waits: Vec<i64> = leads.iter().filter_map(Fields::replied_after).collect();
    WeekFacts {
        leads: leads.len() as i64,
        by_method,
        urgent: n(&|lead| lead.urgency == Urgency::Urgent),
        replied: waits.len() as i64,
        median_reply: median(waits),
        booked: n(&|lead| lead.state == LeadState::Booked),
        open: n(&|lead| !lead.state.is_closed()),
        span: None,
    }
}

/// The figures of a week as its first three lines.
fn totals(facts: &WeekFacts) -> [String; 3] {
    // In other words than a draft has for it: what is said of a week is no person's speech, copied word for word.
    let ways: Vec<String> = facts.by_method.iter().map(|(method, n)| format!("{} {n}", way(*method))).collect();
    let half = facts.median_reply.map(|n| format!(", half of them within {}", minutes(n))).unwrap_or_default();
    // What nobody had is not named: a text that says nothing of it has lost nothing.
    let urgent = if facts.urgent > 0 { format!("; {} urgent", facts.urgent) } else { String::new() };
    [
        format!("new requests: {} in all; {}{urgent}", facts.leads, ways.join(", ")),
        format!("{} answered{half}", facts.replied),
        format!("{} booked by now, {} waiting for a next step", facts.booked, facts.open),
    ]
}

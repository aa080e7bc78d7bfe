//! What a consent rests on: kept once, with the event that told it, and never changed.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::filtering::{Bind, Sql};
use super::gather::Table;
use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Store, Tx};
use crate::domain::event::Channel;
use crate::domain::id::{ClientId, EventId, LeadId};
use crate::domain::lead::Consent;
use crate::domain::text::Untrusted;

/// What was said of consent, for one channel, and what it rests on.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// To whom.
    pub client: ClientId,
    /// By whom.
    pub lead: LeadId,
    /// The event that told it.
    pub event: EventId,
    /// For which channel.
    pub channel: Channel,
    /// For which number or address.
    pub address: &'a str,
    /// What: given, implied or withdrawn.
    pub said: Consent,
    /// What the person was shown, or said, word for word.
    pub shown: &'a str,
    /// The page where it was shown.
    pub page: &'a str,
    /// The IP address it came from.
    pub from_ip: Option<IpAddr>,
    /// The number it came from.
    pub from_number: Option<&'a str>,
    /// When; `None` for now.
    pub at: Option<DateTime<Utc>>,
}

struct Row {
    channel: String,
    address: String,
    said: String,
    shown: String,
    page: String,
    from_ip: Option<String>,
    from_number: Option<String>,
    said_at: DateTime<Utc>,
}
from_row!(Row { channel: =String, address: =String, said: =String, shown: =String, page: =String, from_ip: =Option<String>,
    from_number: =Option<String>, said_at: =DateTime<Utc>, });

/// Characters of what was shown that a line repeats; the whole stands in the database.
const SHOWN: usize = 120;

impl Row {
    fn line(self) -> Untrusted {
        let mut line =
            format!("{} {} for {}, {}", self.channel, self.said, self.address, self.said_at.format("%Y-%m-%d %H:%M UTC"));
        let shown: String = self.shown.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect();
        let quoted = if shown.is_empty() { shown } else { format!("“{shown}”") };
        let parts = [("from", self.from_ip), ("from", self.from_number), ("on", Some(self.page)), ("by", Some(quoted))];
        for (what, value) in parts {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                line = format!("{line}, {what} {value}");
            }
        }
        Untrusted::from(line)
    }
}

const KEEP: &str = "insert into consents (id, client_id, lead_id, event_id, channel, address, said, shown, page, from_ip, from_number, said_at, kept_at)
    values {rows} returning id";

impl Tx {
    /// Keeps it.
    pub async fn keep_consent(&mut self, of: &Evidence<'_>) -> Outcome<()> {
        let (now, ip) = (self.now, of.from_ip.map(|ip| ip.to_string()));
        let row = values![
            Uuid::now_v7(),
            of.client,
            of.lead,
            of.event,
            of.channel.as_str(),
            of.address,
            of.said.as_str(),
            of.shown,
            of.page,
            ip,
            of.from_number,
            of.at.unwrap_or(now),
            now,
        ];
        self.put(Table::Consents, Some(of.lead), KEEP, vec![row]).await
    }
}

impl Store {
    /// The newest ten of what a lead said of consent, in lines, the newest first.
    pub async fn consents(&self, lead: LeadId) -> Outcome<Vec<Untrusted>> {
        let mut sql =
            Sql::new("select channel, address, said, shown, page, from_ip, from_number, said_at from consents where lead_id = ");
        sql.bind(Bind::Id(lead.0)).push(" order by said_at desc, id desc limit 10");
        Ok(self.rows::<Row>(&sql).await?.into_iter().map(Row::line).collect())
    }
}

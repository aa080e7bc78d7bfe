//! What each kind of row shows in a table; JSON has every field.

pub(super) mod queue;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::print::Printer;
use super::stop::Stop;
use super::table;
use crate::domain::actor::Person;
use crate::domain::automation::{Automation, Limit};
use crate::domain::client::Client;
use crate::domain::destination::Breaker;
use crate::domain::draft::{Draft, Summary};
use crate::domain::id::{Kind, Ref};
use crate::domain::lead::Lead;
use crate::domain::row::Destination;
use crate::domain::span::Finding;
use crate::domain::task::Task;
use crate::domain::template::Template;
use crate::domain::text::Untrusted;
use crate::store::journal::Listed;

/// A row that can be printed.
pub(super) trait Shown: Serialize {
    /// The headings; one that ends in `>` aligns its column to the right.
    const HEADS: &'static [&'static str];
    /// Columns of a cell at most.
    const WIDEST: usize = table::BRIEF;
    /// One cell for each heading.
    fn cells(&self) -> Vec<String>;
}

/// Prints rows: a JSON array, or a table.
pub(super) fn show_all<T: Shown>(printer: &mut Printer, rows: &[T]) -> Result<(), Stop> {
    if printer.json {
        return printer.json(rows);
    }
    table::print(printer, T::HEADS, &rows.iter().map(Shown::cells).collect::<Vec<_>>(), T::WIDEST)
}

/// A time as tables show it: UTC, to the second.
pub(super) fn at(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn text(text: &Untrusted) -> String {
    text.shown().into_owned()
}

fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

fn lead(number: Option<i64>) -> String {
    or_dash(number.map(|number| Ref::new(Kind::Lead, number)))
}

fn named(kind: Kind, number: i64) -> String {
    Ref::new(kind, number).to_string()
}

impl Shown for Lead {
    const HEADS: &'static [&'static str] =
        &["lead", "arrived", "client", "name", "source", "service", "market", "value>", "urgency", "state", "owner", "next"];
    fn cells(&self) -> Vec<String> {
        vec![
            named(Kind::Lead, self.number),
            at(self.arrived_at),
            self.client.clone(),
            text(&self.name),
            text(&self.source),
            text(&self.service),
            text(&self.market),
            or_dash(self.value),
            self.urgency.to_string(),
            self.state.to_string(),
            or_dash(self.owner.as_ref()),
            text(&self.next_action),
        ]
    }
}

impl Shown for Task {
    const HEADS: &'static [&'static str] =
        &["task", "due", "urgency", "kind", "client", "lead", "owner", "state", "level>", "what"];
    fn cells(&self) -> Vec<String> {
        vec![
            named(Kind::Task, self.number),
            at(self.due_at),
            self.urgency.to_string(),
            self.kind.to_string(),
            self.client.clone(),
            lead(self.lead_number),
            or_dash(self.owner.as_ref()),
            self.state.to_string(),
            self.escalation.to_string(),
            text(&self.title),
        ]
    }
}

impl Shown for Draft {
    const HEADS: &'static [&'static str] =
        &["draft", "filed", "client", "lead", "state", "blocks>", "warns>", "held by", "model", "title"];
    fn cells(&self) -> Vec<String> {
        vec![
            named(Kind::Draft, self.number),
            at(self.created_at),
            self.client.clone(),
            lead(Some(self.lead_number)),
            self.state.to_string(),
            self.blocks.to_string(),
            self.warns.to_string(),
            or_dash(self.claimed_name.as_ref()),
            text(&self.model),
            text(&self.title),
        ]
    }
}

impl Shown for Summary {
    const HEADS: &'static [&'static str] = &["summary", "approved", "by", "client", "lead", "state", "text"];
    fn cells(&self) -> Vec<String> {
        vec![
            named(Kind::Summary, self.number),
            at(self.approved_at),
            self.approved_by.clone(),
            self.client.clone(),
            lead(Some(self.lead_number)),
            self.state.to_string(),
            self.text.clone(),
        ]
    }
}

impl Shown for Client {
    const HEADS: &'static [&'static str] = &["client", "name", "time zone", "region", "low below>", "high at>"];
    fn cells(&self) -> Vec<String> {
        vec![
            named(Kind::Client, self.number),
            self.name.clone(),
            self.time_zone.clone(),
            self.region.clone(),
            self.low_value_below.to_string(),
            self.high_value_at.to_string(),
        ]
    }
}

impl Shown for Person {
    const HEADS: &'static [&'static str] = &["name", "role", "clients"];
    fn cells(&self) -> Vec<String> {
        let clients = self.clients.as_ref().map_or_else(|| "all".to_owned(), |clients| clients.len().to_string());
        vec![self.name.clone(), self.role.to_string(), clients]
    }
}

impl Shown for Destination {
    const HEADS: &'static [&'static str] =
        &["destination", "name", "kind", "mode", "stands", "why", "until", "incident owner", "rollback"];
    fn cells(&self) -> Vec<String> {
        vec![
            named(Kind::Destination, self.number),
            self.name.clone(),
            self.kind.clone(),
            self.delivery_mode.to_string(),
            match self.breaker {
                _ if self.paused => format!("paused by {}", or_dash(self.paused_by.as_ref())),
                Breaker::Closed => "–".to_owned(),
                Breaker::Open => "stopped by itself".to_owned(),
                Breaker::HalfOpen => "stopped; one is tried".to_owned(),
            },
            or_dash(self.paused_why.as_ref().or(self.open_why.as_ref())),
            or_dash(self.paused_until.or(self.probe_at).map(at)),
            or_dash(self.incident_owner.as_ref()),
            or_dash(self.rollback.as_ref()),
        ]
    }
}

impl Shown for Automation {
    const HEADS: &'static [&'static str] =
        &["automation", "name", "trigger", "stage", "limit", "owner", "incident owner", "rollback"];
    fn cells(&self) -> Vec<String> {
        vec![
            named(Kind::Automation, self.number),
            self.name.clone(),
            self.trigger.to_string(),
            self.stage.to_string(),
            or_dash(self.limit.map(|limit| match limit {
                Limit::PerDay(acts) => format!("{acts} a day"),
                Limit::Percent(share) => format!("{share} %"),
            })),
            or_dash(self.owner.as_ref()),
            or_dash(self.incident_owner.as_ref()),
            or_dash(self.rollback.as_ref()),
        ]
    }
}

impl Shown for Template {
    const HEADS: &'static [&'static str] = &["template", "name", "edition>", "channel", "window>", "approved by", "text"];
    fn cells(&self) -> Vec<String> {
        vec![
            named(Kind::Template, self.number),
            self.name.clone(),
            self.edition.to_string(),
            self.channel.to_string(),
            format!("{} min", self.response_window_minutes),
            self.approved_by.clone(),
            self.text.clone(),
        ]
    }
}

impl Shown for Finding {
    const WIDEST: usize = table::WHOLE;
    const HEADS: &'static [&'static str] = &["weight", "kind", "from>", "to>", "text", "reason"];
    fn cells(&self) -> Vec<String> {
        vec![
            self.severity.to_string(),
            self.kind.to_string(),
            self.start.to_string(),
            self.end.to_string(),
            self.text.clone(),
            self.reason.clone(),
        ]
    }
}

impl Shown for Listed {
    const HEADS: &'static [&'static str] = &["entry>", "at", "who", "verb", "record", "detail"];
    fn cells(&self) -> Vec<String> {
        vec![
            self.number.to_string(),
            at(self.entry.at),
            self.entry.actor.clone(),
            self.entry.verb.clone(),
            or_dash(self.record),
            text(&self.entry.detail),
        ]
    }
}

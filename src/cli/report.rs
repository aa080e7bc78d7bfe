//! Reports.

use super::Ran;
use super::desk::Desk;
use super::print::Printer;
use super::rows::{Shown, show_all};
use crate::domain::sync::{Dimension, pacific_day};
use crate::store::found::Found;
use crate::store::reviewing::{OfClient, OfKind, OfReviewer};

impl Shown for OfClient {
    const HEADS: &'static [&'static str] = &["client", "waiting>", "blocked>"];
    fn cells(&self) -> Vec<String> {
        vec![self.client.clone(), self.waiting.to_string(), self.blocked.to_string()]
    }
}

impl Shown for OfReviewer {
    const HEADS: &'static [&'static str] =
        &["client", "reviewer", "approved>", "median min>", "changed %>", "overrides>", "withdrawn>"];
    fn cells(&self) -> Vec<String> {
        let figures = [self.approved, self.median_minutes, self.median_changed, self.overrides, self.withdrawn];
        [self.client.clone(), self.reviewer.clone()].into_iter().chain(figures.map(|figure| figure.to_string())).collect()
    }
}

impl Shown for OfKind {
    const HEADS: &'static [&'static str] = &["client", "finding", "severity", "made>", "left>"];
    fn cells(&self) -> Vec<String> {
        let (made, left) = (self.made.to_string(), self.found.to_string());
        vec![self.client.clone(), self.kind.clone(), self.severity.clone(), made, left]
    }
}

impl Shown for Found {
    const HEADS: &'static [&'static str] = &["found", "clicks>", "shown>", "place>", "days>", "until"];
    fn cells(&self) -> Vec<String> {
        let key = if self.key.is_empty() { self.site.clone() } else { self.key.shown().into_owned() };
        let place = format!("{}.{}", self.position / 100, self.position % 100 / 10);
        vec![key, self.clicks.to_string(), self.impressions.to_string(), place, self.days.to_string(), self.until.clone()]
    }
}

/// `quotedeck report found`
pub(super) async fn found(desk: &Desk, client: &str, by: Dimension, days: i64, limit: i64, printer: &mut Printer) -> Ran {
    let client = desk.client(client).await?;
    let since = pacific_day(desk.store.clock.now() - chrono::TimeDelta::days(days));
    show_all(printer, &desk.store.found(client.id, by, since, limit).await?)?;
    Ok(super::DONE)
}

/// `quotedeck report review`
pub(super) async fn review(desk: &Desk, printer: &mut Printer) -> Ran {
    let figures = desk.store.reviewing(&desk.me).await?;
    if printer.json {
        printer.json(&figures)?;
        return Ok(super::DONE);
    }
    show_all(printer, &figures.clients)?;
    printer.text("\n")?;
    show_all(printer, &figures.reviewers)?;
    printer.text("\n")?;
    show_all(printer, &figures.findings)?;
    Ok(super::DONE)
}

//! The lists, a page at a time.

use super::Ran;
use super::args::{List, Paging, Queue};
use super::desk::Desk;
use super::print::{Printer, complain};
use super::rows::queue::{FlowRow, JobRow};
use super::rows::{Shown, show_all};
use super::stop::Stop;
use crate::domain::filter::Filter;
use crate::domain::job::Job;
use crate::domain::row::{Page, Pane};
use crate::store::lists::{Cursor, Placed};

/// `quotedeck leads`
pub(super) async fn leads(desk: &Desk, list: &List, printer: &mut Printer) -> Ran {
    let (filter, after, limit) = wanted(list, Pane::Leads)?;
    show(printer, &filter, &desk.store.page_leads(&desk.me, &filter, after.as_ref(), limit).await?)
}

/// `quotedeck queue`
pub(super) async fn queue(desk: &Desk, queue: &Queue, printer: &mut Printer) -> Ran {
    if queue.forecast {
        let now = desk.store.clock.now();
        let flows = desk.store.flows(&desk.me).await?.into_iter();
        return all(printer, &flows.map(|flow| FlowRow::new(flow, now)).collect::<Vec<_>>());
    }
    let (filter, after, limit) = wanted(&queue.list, Pane::Queue)?;
    let page = desk.store.page_jobs(&desk.me, &filter, after.as_ref(), limit).await?;
    show(printer, &filter, &jobs(desk, page, false))
}

/// `quotedeck tasks`
pub(super) async fn tasks(desk: &Desk, list: &List, printer: &mut Printer) -> Ran {
    let (filter, after, limit) = wanted(list, Pane::Tasks)?;
    show(printer, &filter, &desk.store.page_tasks(&desk.me, &filter, after.as_ref(), limit).await?)
}

/// `quotedeck drafts`
pub(super) async fn drafts(desk: &Desk, list: &List, printer: &mut Printer) -> Ran {
    let (filter, after, limit) = wanted(list, Pane::Review)?;
    show(printer, &filter, &desk.store.page_drafts(&desk.me, &filter, after.as_ref(), limit).await?)
}

/// `quotedeck failures --jobs`
pub(super) async fn failures(desk: &Desk, list: &List, printer: &mut Printer) -> Ran {
    let (filter, after, limit) = wanted(list, Pane::Failures)?;
    let page = desk.store.page_failures(&desk.me, &filter, after.as_ref(), limit).await?;
    show(printer, &filter, &jobs(desk, page, true))
}

fn jobs(desk: &Desk, page: Page<Job>, failed: bool) -> Page<JobRow> {
    let now = desk.store.clock.now();
    Page { rows: page.rows.into_iter().map(|job| JobRow::new(job, now, failed)).collect(), more: page.more }
}

/// `quotedeck summaries`
pub(super) async fn summaries(desk: &Desk, paging: &Paging, printer: &mut Printer) -> Ran {
    let after = place(paging)?;
    show(printer, &Filter::default(), &desk.store.page_summaries(&desk.me, after.as_ref(), paging.limit).await?)
}

/// `quotedeck clients`
pub(super) async fn clients(desk: &Desk, printer: &mut Printer) -> Ran {
    all(printer, &desk.store.list_clients(&desk.me).await?)
}

/// `quotedeck people`
pub(super) async fn people(desk: &Desk, printer: &mut Printer) -> Ran {
    all(printer, &desk.store.list_people().await?)
}

/// `quotedeck destinations`
pub(super) async fn destinations(desk: &Desk, printer: &mut Printer) -> Ran {
    all(printer, &desk.store.list_destinations().await?)
}

/// `quotedeck automations`
pub(super) async fn automations(desk: &Desk, printer: &mut Printer) -> Ran {
    all(printer, &desk.store.list_automations().await?)
}

/// `quotedeck templates`
pub(super) async fn templates(desk: &Desk, printer: &mut Printer) -> Ran {
    all(printer, &desk.store.list_templates().await?)
}

fn all<T: Shown>(printer: &mut Printer, rows: &[T]) -> Ran {
    show_all(printer, rows)?;
    Ok(super::DONE)
}

fn wanted(list: &List, pane: Pane) -> Result<(Filter, Option<Cursor>, i64), Stop> {
    Ok((Filter::parse(&list.filter, pane)?, place(&list.paging)?, list.paging.limit))
}

fn place(paging: &Paging) -> Result<Option<Cursor>, Stop> {
    let parse = |text: &String| text.parse().map_err(|bad| Stop::usage("--after", bad, "leave it out to begin at the start"));
    paging.after.as_ref().map(parse).transpose()
}

fn show<T: Shown + Placed>(printer: &mut Printer, filter: &Filter, page: &Page<T>) -> Ran {
    show_all(printer, &page.rows)?;
    if let Some(last) = page.rows.last().filter(|_| page.more) {
        complain(&format!("more follow; go on with --after {}", last.cursor(filter)));
    }
    Ok(super::DONE)
}

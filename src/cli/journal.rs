//! The journal: read, and verified.

use super::Ran;
use super::args::Newest;
use super::desk::Desk;
use super::print::{Printer, complain};
use super::rows::show_all;
use super::stop::{COULD_NOT, Stop};

/// It speaks of every client, so only somebody who sees every client reads it.
fn may_read(desk: &Desk) -> Result<(), Stop> {
    if desk.me.clients.is_some() {
        return Err(Stop::refused(
            "the journal",
            format_args!("it speaks of every client, and {} sees some alone", desk.me.name),
            "read the trace of a record with: quotedeck show REF",
        ));
    }
    Ok(())
}

/// `quotedeck journal list`
pub(super) async fn list(desk: &Desk, newest: &Newest, printer: &mut Printer) -> Ran {
    may_read(desk)?;
    let entries = desk.store.list_journal(newest.before, newest.limit).await?;
    show_all(printer, &entries)?;
    if let Some(last) = entries.last().filter(|last| entries.len() as i64 == newest.limit && last.number > 1) {
        complain(&format!("older entries may follow; go on with --before {}", last.number));
    }
    Ok(super::DONE)
}

/// `quotedeck journal verify`
pub(super) async fn verify(desk: &Desk, printer: &mut Printer) -> Ran {
    may_read(desk)?;
    let verified = desk.store.verify_journal().await?;
    if printer.json {
        printer.json(&verified)?;
    } else {
        printer.text(&format!("{} entries, {} seals, {} not sealed yet", verified.entries, verified.seals, verified.unsealed))?;
    }
    match verified.differs {
        None => Ok(super::DONE),
        Some(what) => Err(Stop {
            status: COULD_NOT,
            text: format!("the journal: {what}; find out who reached the database, and compare with a backup"),
        }),
    }
}

//! The published summaries of a client, as its portal shows them.

use super::Ran;
use super::desk::Desk;
use super::print::Printer;

/// `quotedeck export proof --client NAME`: JSON always, for this leaves to other programs.
pub(super) async fn run(desk: &Desk, client: &str, printer: &mut Printer) -> Ran {
    let client = desk.client(client).await?;
    printer.json(&desk.store.proofs(&desk.me, client.id).await?)?;
    Ok(super::DONE)
}

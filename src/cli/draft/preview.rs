//! What the portal would show of a draft's text, asked of the portal's own role as the review screen asks it.

use super::{Desk, Ran, detail};
use crate::cli::print::Printer;
use crate::domain::draft::{Draft, DraftState};
use crate::domain::id::Ref;

/// `quotedeck draft preview D-12`: the text as it is saved, and what would stand beside it.
pub(super) async fn run(desk: &Desk, record: Ref, printer: &mut Printer) -> Ran {
    let draft = detail(desk, record).await?;
    // Approval leaves out the blanks around a text.
    let proof = desk.store.portal_preview(&desk.me, draft.draft.id, draft.work.raw().trim()).await?;
    if printer.json {
        printer.json(&proof)?;
        return Ok(crate::cli::DONE);
    }
    printer.heading(&format!("what the portal of {} would show of {record}; nothing is published yet", proof.client))?;
    printer.text(&proof.text)?;
    printer.text("\n")?;
    let fields = proof.beside();
    let widest = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, words) in &fields {
        printer.text(&format!("  {name:widest$}  {words}"))?;
    }
    for why in standing(&draft.draft, record) {
        printer.text(&format!("\n{why}"))?;
    }
    Ok(crate::cli::DONE)
}

/// What stands against publishing this text, as far as it is known without a person.
fn standing(draft: &Draft, record: Ref) -> Vec<String> {
    let mut said = Vec::new();
    if !matches!(draft.state, DraftState::Pending | DraftState::InReview) {
        said.push(format!("{record} is {}: this text waits for nobody's approval", draft.state));
    }
    let (blocks, warns) = (draft.blocks, draft.warns);
    if blocks > 0 {
        let s = if blocks == 1 { "finding stops" } else { "findings stop" };
        said.push(format!("{blocks} {s} it: quotedeck draft check {record}"));
    } else if warns > 0 {
        let s = if warns == 1 { "finding warns" } else { "findings warn" };
        said.push(format!("{warns} {s}: quotedeck draft check {record}"));
    }
    said
}

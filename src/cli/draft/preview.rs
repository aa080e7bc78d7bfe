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
    if let Some(why) = standing(&draft.draft, record) {
        printer.text(&format!("\n{why}"))?;
    }
    Ok(crate::cli::DONE)
}

/// What stands against publishing this text, as far as it is known without a person.
fn standing(draft: &Draft, record: Ref) -> Option<String> {
    if !matches!(draft.state, DraftState::Pending | DraftState::InReview) {
        return Some(format!("{record} is {}: this text waits for nobody's approval", draft.state));
    }
    let said = |n: i64, one: &str, many: &str| (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }));
    let found = [said(draft.blocks, "finding stops it", "findings stop it"), said(draft.warns, "warns", "warn")];
    let found: Vec<String> = found.into_iter().flatten().collect();
    (!found.is_empty()).then(|| format!("{}: quotedeck draft check {record}", found.join(", ")))
}

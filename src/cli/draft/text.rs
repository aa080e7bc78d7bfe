//! The client-safe text of a draft as it is saved: shown, saved anew, and never overwritten unseen.

use std::path::Path;

use super::{Desk, DraftDetail, Ran, Stop, detail, evidence, mark, read_text};
use crate::cli::args::Show;
use crate::cli::print::Printer;
use crate::cli::rows::at;
use crate::domain::actor::Right;
use crate::domain::draft::{DraftState, told_note};
use crate::domain::id::{Kind, Ref};
use crate::domain::journal::sha256;
use crate::workflow::review::save_work;

/// `quotedeck draft show D-12`: the saved text, its number, and who saved it; before it what it was made from, where that is
/// wanted.
pub(super) async fn show(desk: &Desk, wanted: &Show, printer: &mut Printer) -> Ran {
    let record = wanted.record;
    let draft = detail(desk, record).await?;
    if printer.json {
        let mut shown = serde_json::json!({
            "draft": record,
            "text": draft.work,
            "version": draft.work_version,
            "mark": mark_of(&draft),
            "saved_by": draft.worked_by,
            "saved_at": draft.worked_at,
            "reason": draft.reason,
            "newer_at": draft.newer_at,
        });
        if wanted.evidence {
            shown["evidence"] = serde_json::json!(evidence::masked(&draft));
        }
        if wanted.draft {
            shown["drafted"] = serde_json::json!({ "model": draft.draft.model, "text": draft.text });
        }
        printer.json(&shown)?;
        return Ok(crate::cli::DONE);
    }
    if wanted.evidence {
        printer.heading(&format!("the evidence of {record}, lines: {}", draft.evidence.len()))?;
        evidence::print(printer, &evidence::masked(&draft))?;
    }
    if wanted.draft {
        printer.heading(&format!("what {} wrote", draft.draft.model.shown()))?;
        printer.text(draft.text.raw())?;
    }
    let open = matches!(draft.draft.state, DraftState::Pending | DraftState::InReview);
    if let Some(note) = draft.reason.as_ref().filter(|_| open) {
        printer.text(&told_note(note))?;
    }
    if let Some(when) = draft.newer_at.filter(|_| open) {
        let lead = Ref::new(Kind::Lead, draft.draft.lead_number);
        printer.text(&format!("more is known since {} than it was made from: quotedeck show {lead}", at(when)))?;
    }
    let saved = match draft.work_version {
        0 => "as the drafter wrote it; nobody saved another".to_owned(),
        version => format!("version {version}, {}", saved(&draft)),
    };
    printer.heading(&format!("the text of {record}, {saved}; its mark is {}", mark_of(&draft)))?;
    printer.text(draft.work.raw())?;
    Ok(crate::cli::DONE)
}

/// `quotedeck draft save D-12 --text-file F`: the text in progress of whoever holds the draft.
pub(super) async fn keep(desk: &Desk, record: Ref, file: &Path, over: Option<i64>, printer: &mut Printer) -> Ran {
    desk.require(Right::Review, "edit a draft")?;
    if detail(desk, record).await?.draft.state == DraftState::Pending {
        let remedy = format!("claim it first: quotedeck draft claim {record}");
        return Err(Stop::refused(format!("not saved: {record}"), "nobody claimed it", remedy));
    }
    let (text, version) = given(desk, record, Some(file), over).await?;
    let target = desk.store.find(&desk.me, record).await?;
    let version = save_work(&desk.store, &desk.me, &target, version, &text).await?;
    let (mark, blocks) = (mark(&sha256(text.as_bytes())), detail(desk, record).await?.draft.blocks);
    if printer.json {
        printer.json(&serde_json::json!({ "draft": record, "version": version, "mark": mark, "blocks": blocks }))?;
        return Ok(crate::cli::DONE);
    }
    let stops = match blocks {
        0 => "nothing stops it".to_owned(),
        1 => "1 finding stops it".to_owned(),
        more => format!("{more} findings stop it"),
    };
    printer.text(&format!("the text of {record} is saved as version {version}, its mark is {mark}; {stops}"))?;
    Ok(crate::cli::DONE)
}

/// What the saved text is known by: another text has another mark.
fn mark_of(draft: &DraftDetail) -> String {
    mark(&sha256(draft.work.raw().as_bytes()))
}

/// The text as it is saved, for somebody who read that very text.
///
/// # Errors
/// It has another mark: somebody saved another text since it was read.
pub(super) async fn read(desk: &Desk, record: Ref, read: Option<&str>) -> Result<(String, i64), Stop> {
    let draft = detail(desk, record).await?;
    if read == Some(mark_of(&draft).as_str()) {
        return Ok((draft.work.raw().to_owned(), draft.work_version));
    }
    let remedy = format!("read it: quotedeck draft show {record}; then add: --read MARK, as it tells it");
    Err(Stop::refused(format!("not applied: {record}"), "the text that is saved has another mark", remedy))
}

/// That a draft is approved although more is known by now is said, and never happens unseen.
///
/// # Errors
/// More is known than it was made from.
pub(super) fn nothing_newer(draft: &DraftDetail, record: Ref) -> Result<(), Stop> {
    let Some(when) = draft.newer_at.filter(|_| !draft.draft.state.is_decided()) else { return Ok(()) };
    let lead = Ref::new(Kind::Lead, draft.draft.lead_number);
    let why = format!("more is known since {} than it was made from", at(when));
    let remedy = format!("look: quotedeck show {lead}; to approve this text, add: --all-the-same");
    Err(Stop::refused(format!("not applied: {record}"), why, remedy))
}

/// Who saved it, and when.
fn saved(draft: &DraftDetail) -> String {
    let by = draft.worked_by.as_deref().unwrap_or("somebody");
    draft.worked_at.map_or_else(|| format!("saved by {by}"), |when| format!("saved by {by} at {}", at(when)))
}

/// A text that is to come in place of the saved one, and the number of that. Whoever gives it cannot have seen what was
/// saved a moment ago, so where somebody saved one they say which they read.
///
/// # Errors
/// The number is not that of the saved text, or none was given and somebody saved another.
pub(super) async fn given(desk: &Desk, record: Ref, file: Option<&Path>, over: Option<i64>) -> Result<(String, i64), Stop> {
    let draft = detail(desk, record).await?;
    let version = draft.work_version;
    let Some(file) = file else { return Ok((draft.work.raw().to_owned(), version)) };
    let text = read_text(file)?;
    let same = version == 0 || text.trim() == draft.work.raw().trim();
    if over == Some(version) || (same && over.is_none()) {
        return Ok((text, version));
    }
    let why = match version {
        0 => "nobody saved a text by now".to_owned(),
        _ => format!("another text is there, version {version}, {}", saved(&draft)),
    };
    let remedy = format!("read it: quotedeck draft show {record}; to put yours in its place, add: --over {version}");
    Err(Stop::refused(format!("not applied: {record}"), why, remedy))
}

/// Saves a text that an owner is asked about: what nobody can read, nobody can decide.
pub(super) async fn save(desk: &Desk, record: Ref, file: Option<&Path>, over: Option<i64>) -> Result<String, Stop> {
    let (text, version) = given(desk, record, file, over).await?;
    if file.is_some() && detail(desk, record).await?.work.raw() != text {
        let target = desk.store.find(&desk.me, record).await?;
        save_work(&desk.store, &desk.me, &target, version, &text).await?;
    }
    Ok(text)
}

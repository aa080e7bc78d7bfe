//! The evidence of a draft, masked as the review screen masks it; one kind of it in one line, for a reason.

use serde::Serialize;

use super::{Desk, DraftDetail, Ran, Stop, detail};
use crate::cli::bulk::Wanted;
use crate::cli::print::Printer;
use crate::domain::act::Verb;
use crate::domain::draft::EvidenceLine;
use crate::domain::id::{Kind, Ref};
use crate::domain::mask::{Hidden, hidden_in, masked_line};
use crate::domain::row::Pane;
use crate::domain::span::FindingKind;
use crate::domain::text::Untrusted;
use crate::workflow::act::perform;

/// A line as it may be read.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    n: i64,
    source: &'a str,
    text: Untrusted,
}

/// Every line, masked.
pub(super) fn masked(draft: &DraftDetail) -> Vec<Line<'_>> {
    draft.evidence.iter().zip(hidden_in(draft)).map(|(known, hidden)| line(known, &hidden)).collect()
}

fn line<'a, 'h>(known: &'a EvidenceLine, hidden: impl IntoIterator<Item = &'h Hidden>) -> Line<'a> {
    Line { n: known.n, source: &known.source, text: masked_line(known.text.raw(), hidden).into() }
}

/// The lines with their numbers and the records they come from.
pub(super) fn print(printer: &mut Printer, lines: &[Line<'_>]) -> Result<(), Stop> {
    let widest = lines.iter().map(|line| line.source.chars().count()).max().unwrap_or(0);
    for line in lines {
        for (at, words) in line.text.shown_lines().enumerate() {
            let (n, source) = if at == 0 { (line.n.to_string(), line.source) } else { (String::new(), "") };
            printer.text(&format!("{n:>3} {source:widest$}  {words}"))?;
        }
    }
    Ok(())
}

/// `quotedeck draft reveal D-12`: what is masked is printed once the journal has it, and only where there is such a thing.
pub(super) async fn reveal(desk: &Desk, record: Ref, n: i64, kind: FindingKind, reason: &str, printer: &mut Printer) -> Ran {
    let verb = Verb::Reveal { line: n, kind };
    let wanted = Wanted { verb, kind: Kind::Draft, pane: Pane::Review, reason: Some(reason) };
    wanted.check(desk)?;
    let draft = detail(desk, record).await?;
    let hidden = hidden_in(&draft);
    let mut lines = draft.evidence.iter().zip(&hidden);
    let Some((known, hidden)) = lines.find(|(known, hidden)| known.n == n && hidden.iter().any(|place| place.kind == kind))
    else {
        let remedy = format!("look at the evidence: quotedeck draft show {record} --evidence");
        return Err(Stop::refused(format!("draft.reveal {record}"), format!("nothing is masked as {kind} in line {n}"), remedy));
    };
    let target = desk.store.find(&desk.me, record).await?;
    let done = perform(&desk.store, &desk.me, &wanted.act(target)).await?;
    let shown = line(known, hidden.iter().filter(|place| place.kind != kind));
    if printer.json {
        printer.json(&serde_json::json!({ "draft": record, "kind": kind, "line": shown }))?;
    } else {
        printer.text(&done.said)?;
        print(printer, &[shown])?;
    }
    Ok(crate::cli::DONE)
}

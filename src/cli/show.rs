//! One record with its whole trace.

use super::Ran;
use super::desk::Desk;
use super::print::Printer;
use super::rows::at;
use super::table;
use crate::domain::id::Ref;

const STEPS: &[&str] = &["at", "what it is", "record", "who", "source", "status", "what", "recovery"];

/// `quotedeck show REF`
pub(super) async fn run(desk: &Desk, record: Ref, printer: &mut Printer) -> Ran {
    let trace = desk.store.trace(&desk.me, record).await?;
    if printer.json {
        printer.json(&trace)?;
        return Ok(super::DONE);
    }
    printer.heading(&format!("{}  {}", trace.record, trace.title.shown()))?;
    let widest = trace.fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in &trace.fields {
        for (n, line) in value.shown_lines().enumerate() {
            printer.text(&format!("  {:widest$}  {line}", if n == 0 { name } else { "" }))?;
        }
    }
    printer.text("\n")?;
    let rows: Vec<Vec<String>> = trace
        .steps
        .iter()
        .map(|step| {
            vec![
                at(step.at),
                step.kind.to_string(),
                step.record.map_or_else(String::new, |record| record.to_string()),
                step.who.clone(),
                step.source.clone(),
                step.status.clone(),
                step.what.shown().into_owned(),
                step.recovery.clone(),
            ]
        })
        .collect();
    table::print(printer, STEPS, &rows, table::WHOLE)?;
    if trace.cut {
        printer.text("older steps are left out")?;
    }
    Ok(super::DONE)
}

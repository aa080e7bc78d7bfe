//! Drafts: filed, checked, claimed, approved or sent away.

use std::path::Path;

use chrono::NaiveDate;

use super::Ran;
use super::args::{Check, DraftCommand};
use super::bulk::{self, Wanted};
use super::desk::Desk;
use super::print::Printer;
use super::rows::show_all;
use super::stop::Stop;
use crate::domain::act::Verb;
use crate::domain::check::{Against, findings};
use crate::domain::draft::DraftDetail;
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, Ref};
use crate::domain::row::Pane;
use crate::domain::span::{Finding, FindingKind};
use crate::workflow::drafting::{Ask, ask, last_week};
use crate::workflow::review::{NewDraft, file_draft};

/// Characters of a title made from the draft's first line.
const TITLE: usize = 60;

/// `quotedeck draft …`
pub(super) async fn run(desk: &Desk, command: &DraftCommand, printer: &mut Printer) -> Ran {
    let act = |verb, reason| Wanted { verb, kind: Kind::Draft, pane: Pane::Review, reason };
    match command {
        DraftCommand::Add { lead, text_file, model, title } => {
            add(desk, *lead, &read_text(text_file)?, model, title.as_deref(), printer).await
        }
        DraftCommand::Make { lead, client, week } => make(desk, *lead, client.as_deref(), week.flatten(), printer).await,
        DraftCommand::Check(wanted) => check(desk, wanted, printer).await,
        DraftCommand::Claim { record, take_over, reason } => {
            bulk::single(desk, act(Verb::ClaimDraft { take_over: *take_over }, reason.as_deref()), *record, printer).await
        }
        DraftCommand::Release { record } => bulk::single(desk, act(Verb::ReleaseDraft, None), *record, printer).await,
        DraftCommand::Reopen { record } => bulk::single(desk, act(Verb::ReopenDraft, None), *record, printer).await,
        DraftCommand::Reject { record, why, reason } => {
            bulk::single(desk, act(Verb::RejectDraft { reason: *why }, reason.as_deref()), *record, printer).await
        }
        DraftCommand::AskOverride { record, text_file, reason } => {
            let text = saved_or(desk, *record, text_file.as_deref()).await?;
            bulk::single(desk, act(Verb::AskOverride { text }, Some(reason)), *record, printer).await
        }
        DraftCommand::Override { record, reason } => {
            bulk::single(desk, act(Verb::GrantOverride, Some(reason)), *record, printer).await
        }
        DraftCommand::Approve { record, text_file, reason } => {
            let text = saved_or(desk, *record, text_file.as_deref()).await?;
            bulk::single(desk, act(Verb::ApproveDraft { text }, reason.as_deref()), *record, printer).await
        }
    }
}

async fn add(desk: &Desk, lead: Ref, text: &str, model: &str, title: Option<&str>, printer: &mut Printer) -> Ran {
    if lead.kind != Kind::Lead {
        return Err(Stop::usage(lead, format_args!("it is a {}, not a lead", lead.kind), "give a reference such as L-1"));
    }
    let first_line = || text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let title = title.map_or_else(|| first_line().chars().take(TITLE).collect(), str::to_owned);
    let target = desk.store.find(&desk.me, lead).await?;
    let draft = NewDraft { lead: target.id.into(), title, text: text.to_owned(), model: model.to_owned() };
    let record = file_draft(&desk.store, &desk.actor(), &draft).await?;
    if printer.json {
        printer.json(&serde_json::json!({ "draft": record, "lead": lead }))?;
    } else {
        printer.text(&format!("{record} filed for {lead}"))?;
    }
    Ok(super::DONE)
}

async fn make(desk: &Desk, lead: Option<Ref>, client: Option<&str>, week: Option<NaiveDate>, printer: &mut Printer) -> Ran {
    let what = match (lead, client) {
        (Some(lead), _) if lead.kind != Kind::Lead => {
            return Err(Stop::usage(lead, format_args!("it is a {}, not a lead", lead.kind), "give a reference such as L-1"));
        }
        (Some(lead), _) => Ask::Lead(desk.store.find(&desk.me, lead).await?.id.into()),
        (None, client) => {
            let client = desk.client(client.unwrap_or_default()).await?;
            let day = week.unwrap_or_else(|| last_week(desk.store.clock.now().date_naive()));
            Ask::Week(client.id, day)
        }
    };
    let job = ask(&desk.store, &desk.actor(), what).await?;
    if printer.json {
        printer.json(&serde_json::json!({ "job": job }))?;
    } else {
        printer.text(&format!("{job} asks the drafter; a worker files what it writes"))?;
    }
    Ok(super::DONE)
}

/// The text of a file, or else the one that was saved.
async fn saved_or(desk: &Desk, record: Ref, file: Option<&Path>) -> Result<String, Stop> {
    match file {
        Some(file) => read_text(file),
        None => Ok(detail(desk, record).await?.work.raw().to_owned()),
    }
}

async fn detail(desk: &Desk, record: Ref) -> Result<DraftDetail, Stop> {
    if record.kind != Kind::Draft {
        return Err(Failure::NotFound(record.to_string()).into());
    }
    let target = desk.store.find(&desk.me, record).await?;
    Ok(desk.store.draft_detail(&desk.me, target.id.into()).await?)
}

async fn check(desk: &Desk, wanted: &Check, printer: &mut Printer) -> Ran {
    let Some(record) = wanted.record else { return check_text(wanted, printer) };
    let draft = detail(desk, record).await?;
    let text = wanted.text_file.as_deref().map_or_else(|| Ok(draft.work.raw().to_owned()), read_text)?;
    let given = wanted.evidence_file.as_deref().map(read_text).transpose()?;
    let evidence: Vec<&str> = match &given {
        Some(given) => given.lines().collect(),
        None => draft.evidence.iter().map(|line| line.text.raw()).collect(),
    };
    report(
        printer,
        &findings(
            &text,
            Against {
                evidence: &evidence,
                lead_name: Some(draft.lead_name.raw()),
                known: &draft.known,
                frame: Some(&draft.frame),
                severities: Some(&draft.severities),
            },
        ),
    )
}

/// Checks a text without a database.
pub(super) fn check_text(wanted: &Check, printer: &mut Printer) -> Ran {
    let text = wanted.text_file.as_deref().map_or_else(|| Ok(String::new()), read_text)?;
    let evidence = wanted.evidence_file.as_deref().map(read_text).transpose()?;
    let lines: Vec<&str> = evidence.iter().flat_map(|evidence| evidence.lines()).collect();
    let mut found = findings(&text, Against { evidence: &lines, ..Against::default() });
    let all = found.len();
    // What is absent from the evidence can be told only where there is some: else every price would be unknown.
    if evidence.is_none() {
        found.retain(|finding| finding.kind != FindingKind::UnknownNumber);
    }
    let left_out = all - found.len();
    let ran = report(printer, &found);
    if left_out > 0 && !printer.json {
        printer.text(&format!("numbers that were compared with nothing: {left_out}; give the evidence with --evidence-file"))?;
    }
    ran
}

fn report(printer: &mut Printer, found: &[Finding]) -> Ran {
    if found.is_empty() && !printer.json {
        printer.text("nothing found")?;
    } else {
        show_all(printer, found)?;
    }
    Ok(super::DONE)
}

/// A file, or standard input for `-`.
fn read_text(file: &Path) -> Result<String, Stop> {
    let bytes = super::intake::read_bytes(file)?;
    String::from_utf8(bytes).map_err(|bad| {
        let at = bad.utf8_error().valid_up_to();
        Stop::usage(file.display(), format_args!("it is not UTF-8 text (byte {at})"), "save it as UTF-8")
    })
}

//! Drafts: filed, checked, shown, claimed, approved or sent away.

mod evidence;
mod preview;
mod text;

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
use crate::domain::draft::{DraftDetail, Override};
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, Ref};
use crate::domain::journal::to_hex;
use crate::domain::row::Pane;
use crate::domain::span::{Finding, FindingKind};
use crate::workflow::drafting::{Ask, ask, last_week};
use crate::workflow::review::{NewDraft, file_draft};

/// Characters of a title made from the draft's first line.
const TITLE: usize = 60;
/// Digits of a text's mark.
const MARK: usize = 12;

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
        DraftCommand::Save { record, text_file, over } => text::keep(desk, *record, text_file, *over, printer).await,
        DraftCommand::Release { record, reason } => {
            let note = reason.as_deref().filter(|note| !note.trim().is_empty());
            // A note speaks of the text that is there now.
            let work_version = match note {
                Some(_) => Some(detail(desk, *record).await?.work_version),
                None => None,
            };
            bulk::single(desk, act(Verb::ReleaseDraft { work_version }, note), *record, printer).await
        }
        DraftCommand::Reopen { record } => bulk::single(desk, act(Verb::ReopenDraft, None), *record, printer).await,
        DraftCommand::Reject { record, why, reason } => {
            let work_version = detail(desk, *record).await?.work_version;
            bulk::single(desk, act(Verb::RejectDraft { reason: *why, work_version }, reason.as_deref()), *record, printer).await
        }
        DraftCommand::Show(wanted) => text::show(desk, wanted, printer).await,
        DraftCommand::Preview { record } => preview::run(desk, *record, printer).await,
        DraftCommand::Reveal { record, line, kind, reason } => {
            evidence::reveal(desk, *record, *line, *kind, reason, printer).await
        }
        DraftCommand::AskOverride { record, text_file, over, reason } => {
            let text = text::save(desk, *record, text_file.as_deref(), *over).await?;
            bulk::single(desk, act(Verb::AskOverride { text }, Some(reason)), *record, printer).await
        }
        DraftCommand::Override { record, read, reason } => {
            let draft = detail(desk, *record).await?;
            let request = asked(&draft, *record)?;
            match read {
                None => show_asked(&draft, request, *record, printer),
                Some(mark) if *mark == mark_of(request) => {
                    let verb = Verb::GrantOverride { request: request.id };
                    bulk::single(desk, act(verb, reason.as_deref()), *record, printer).await
                }
                Some(mark) => {
                    let remedy = format!("read it first: quotedeck draft override {record}");
                    Err(Stop::usage(mark, "the text that is asked for has another mark", remedy))
                }
            }
        }
        DraftCommand::Approve { record, text_file, over, read, all_the_same, reason } => {
            let (text, work_version) = match text_file {
                Some(file) => text::given(desk, *record, Some(file), *over).await?,
                None => text::read(desk, *record, read.as_deref()).await?,
            };
            if !all_the_same {
                text::nothing_newer(&detail(desk, *record).await?, *record)?;
            }
            let verb = Verb::ApproveDraft { text, work_version };
            bulk::single(desk, act(verb, reason.as_deref()), *record, printer).await
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

/// The request to let a text pass that is open, where the text is the one that is saved.
fn asked(draft: &DraftDetail, record: Ref) -> Result<&Override, Stop> {
    let what = format!("draft.override {record}");
    let state = draft.draft.state;
    if state.is_decided() {
        return Err(Failure::refused(what, format!("it is {state} by now"), "reopen it if it must be decided anew").into());
    }
    let Some(request) = draft.overriding.as_ref().filter(|request| request.granted_by.is_none()) else {
        let remedy = "it is asked on the review screen, or: quotedeck draft ask-override";
        return Err(Failure::refused(what, "nobody asked to let anything pass", remedy).into());
    };
    if !request.is_about(draft.work.raw()) {
        let by = draft.worked_by.as_deref().unwrap_or("somebody");
        let why = format!("{} asked about another text than the one that is saved now, by {by}", request.asked_by);
        return Err(Failure::refused(what, why, "it must be asked anew").into());
    }
    Ok(request)
}

/// What stands for a text that was read.
fn mark_of(request: &Override) -> String {
    mark(&request.text_hash)
}

/// The first signs of the hash of a text: what somebody types who read it.
fn mark(hash: &[u8]) -> String {
    to_hex(hash).chars().take(MARK).collect()
}

/// The text that would pass, who asks and why, and what lets it pass.
fn show_asked(draft: &DraftDetail, request: &Override, record: Ref, printer: &mut Printer) -> Ran {
    let (mark, Override { asked_by, kinds, why, .. }) = (mark_of(request), request);
    if printer.json {
        let text = draft.work.raw();
        printer.json(
            &serde_json::json!({ "draft": record, "asked_by": asked_by, "kinds": kinds, "why": why, "text": text, "mark": mark }),
        )?;
    } else {
        printer.heading(&format!("{asked_by} asks to let {kinds} pass in {record}: {why}"))?;
        printer.text(draft.work.raw())?;
        printer.text(&format!(
            "nothing has passed yet; to let this very text pass: quotedeck draft override {record} --read {mark} --reason …"
        ))?;
    }
    Ok(super::DONE)
}

async fn detail(desk: &Desk, record: Ref) -> Result<DraftDetail, Stop> {
    if record.kind != Kind::Draft {
        let remedy = match record.kind {
            Kind::Lead => format!("its drafts stand among what happened to it: quotedeck show {record}"),
            _ => format!("look at it: quotedeck show {record}"),
        };
        return Err(Stop::usage(record, format_args!("it is a {}, not a draft", record.kind), remedy));
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
                draft: Some(draft.text.raw()),
                asked_to_cite: draft.asked_to_cite,
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
    if !printer.json {
        printer.text(
            "names, addresses and whatever else is stored were compared with nothing either; add the reference of the draft to the command",
        )?;
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
    let text = String::from_utf8(bytes).map(|text| text.replace("\r\n", "\n").replace('\t', "    "));
    text.map_err(|bad| {
        let at = bad.utf8_error().valid_up_to();
        Stop::usage(file.display(), format_args!("it is not UTF-8 text (byte {at})"), "save it as UTF-8")
    })
}

//! Drafts that the product makes itself: asked for, briefed when a worker has the job, and filed with what came back.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::prepare::Prepared;
use super::review::LONGEST;
use crate::domain::actor::{Actor, Right};
use crate::domain::brief::{Brief, Facts, Subject};
use crate::domain::content::Content;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, DraftId, Kind, LeadId, Ref};
use crate::domain::job::{JobKind, JobState};
use crate::domain::lead::LeadState;
use crate::domain::reply::{Brought, Reply};
use crate::domain::routing::{BULK, SOON};
use crate::store::claim::{Claimed, Intent};
use crate::store::drafts::NewRow;
use crate::store::jobs::{NewJob, Queued, Reuse};
use crate::store::journal::About;
use crate::store::rulebook::{Route, Rulebook};
use crate::store::{Store, Tx};

/// What is asked of a drafter.
pub const OF_LEAD: &str = "draft.lead";
/// What is asked of a drafter.
pub const OF_WEEK: &str = "draft.week";

/// What a draft is to speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A lead.
    Lead(LeadId),
    /// Seven days of a client, from this one on.
    Week(ClientId, NaiveDate),
}

/// A job's args.
#[derive(Serialize, Deserialize)]
struct Args {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lead: Option<LeadId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    week: Option<NaiveDate>,
}

/// The last seven days that are over, ended with the Sunday before `today`.
pub fn last_week(today: NaiveDate) -> NaiveDate {
    let monday = today.week(chrono::Weekday::Mon).first_day();
    monday.checked_sub_days(Days::new(7)).unwrap_or(monday)
}

/// Queues a draft because somebody asked for it; the job's reference. Asking again while nothing new is known and no
/// draft came of it is the same job.
///
/// # Errors
/// `NotFound`, `Refused` where there is nothing to tell or no drafter, `NotAllowed`.
pub async fn ask(store: &Store, actor: &Actor, what: Ask) -> Result<Ref, Failure> {
    actor.require(Right::Operate, "ask for a draft")?;
    let mut tx = store.begin().await?;
    let rules = tx.rulebook().await?;
    let refused = |why: &str, todo: &str| Failure::refused("asking for a draft", why.to_owned(), todo.to_owned());
    let nobody = |week: NaiveDate| {
        let (from, to) = (week.format("%-d %b"), (week + Days::new(6)).format("%-d %b %Y"));
        refused(&format!("no lead arrived in the week of {from} to {to}"), "name another week with --week DATE")
    };
    let (client, lead, brief, args, operation) = match what {
        Ask::Lead(id) => {
            let lead = tx.lead_now(id.0).await?.filter(|lead| actor.sees(lead.client_id));
            let lead = lead.ok_or_else(|| Failure::NotFound("the lead".into()))?;
            let brief = tx.lead_brief(id).await?.ok_or_else(|| Failure::NotFound("the lead".into()))?;
            (lead.client_id, lead.id, brief, Args { lead: Some(id), week: None }, OF_LEAD)
        }
        Ask::Week(client, first) => {
            if !actor.sees(client) {
                return Err(Failure::NotFound("the client".into()));
            }
            let first = first.week(chrono::Weekday::Mon).first_day();
            let found = tx.week_brief(client, first).await?;
            let (brief, lead) = found.ok_or_else(|| nobody(first))?;
            (client, lead, brief, Args { lead: None, week: Some(first) }, OF_WEEK)
        }
    };
    if let Some(why) = not_told(&brief) {
        return Err(refused(why, "nothing is drafted about it"));
    }
    let Some(drafter) = rules.destination(JobKind::AiDraft, None) else {
        return Err(refused("there is no drafter", "run: quotedeck init"));
    };
    let natural_key = format!("{}:{}:{}", brief.period, brief.version(), tx.count_drafts(lead).await?);
    let args = serde_json::to_string(&args).map_err(|error| Failure::Other(error.to_string()))?;
    // Somebody waits for it.
    let job = NewJob { operation, priority: SOON, ..draft_job(drafter, (client, lead), &natural_key, &args) };
    let number = match tx.queue_job(actor, &job).await? {
        Queued::New(_, number) | Queued::Known(number) => number,
        Queued::Differs(number) => return Err(Failure::KeyReused { job: Ref::new(Kind::Job, number).to_string() }),
    };
    tx.commit().await?;
    Ok(Ref::new(Kind::Job, number))
}

/// Queues a draft because something happened with a lead, where none waits: one job gathers all that happens until a worker
/// has it.
pub(super) async fn something_happened(
    tx: &mut Tx,
    rules: &Rulebook,
    client: ClientId,
    lead: LeadId,
    natural_key: &str,
) -> Result<(), Failure> {
    let Some(drafter) = rules.destination(JobKind::AiDraft, None) else { return Ok(()) };
    let args =
        serde_json::to_string(&Args { lead: Some(lead), week: None }).map_err(|error| Failure::Other(error.to_string()))?;
    let job = draft_job(drafter, (client, lead), natural_key, &args);
    tx.plan_job(&Actor::Automation("ai_draft".to_owned()), &job, Reuse::Passes).await
}

/// A job that drafts about a lead, when nobody waits for it.
fn draft_job<'a>(drafter: &Route, (client, lead): (ClientId, LeadId), natural_key: &'a str, args: &'a str) -> NewJob<'a> {
    NewJob {
        client,
        lead: Some(lead),
        summary: None,
        destination: drafter.id,
        delivery_mode: drafter.delivery_mode,
        template: None,
        kind: JobKind::AiDraft,
        operation: OF_LEAD,
        natural_key,
        args,
        priority: BULK,
        armed: false,
    }
}

/// Sets drafts aside that what is known of a lead now made old, and marks those that somebody works on; how many are aside.
pub(super) async fn outdate(tx: &mut Tx, actor: &Actor, lead: LeadId) -> Result<usize, Failure> {
    let aside = tx.outdate_drafts(lead).await?;
    tell_aside(tx, actor, lead, &aside, "more is known").await?;
    Ok(aside.len())
}

/// Why a draft was set aside.
pub(super) const NEWER: &str = "a newer draft was filed";

/// Each draft that was set aside has an entry that says why: a conflict tells it to who worked on one.
pub(super) async fn tell_aside(tx: &mut Tx, actor: &Actor, lead: LeadId, aside: &[DraftId], why: &str) -> Result<(), Failure> {
    for draft in aside {
        let about = About { verb: "draft.supersede", kind: Kind::Draft, subject: draft.0, lead: Some(lead), detail: why };
        tx.journal(actor, about).await?;
        tx.finish_requests(actor, *draft, why).await?;
    }
    Ok(())
}

/// A message left for a lead whose story is held, which is evidence as well: a draft that nobody worked on is made anew, with what was sent in it,
/// and one that somebody works on is marked.
pub(super) async fn message_left(
    tx: &mut Tx,
    actor: &Actor,
    (client, lead): (ClientId, LeadId),
    job: Ref,
) -> Result<(), Failure> {
    let now = tx.now;
    let open = tx.open_of(lead, now).await?;
    if open.drafts && outdate(tx, actor, lead).await? > 0 && !open.draft_waits {
        let rules = tx.rulebook().await?;
        something_happened(tx, &rules, client, lead, &format!("after {job}")).await?;
    }
    Ok(())
}

/// What is known of a lead is another story since it was merged with one, taken apart, or found to be no spam: what was drafted of the old one is
/// not shown to anybody, and the new one is drafted.
pub(super) async fn story_changed(
    tx: &mut Tx,
    actor: &Actor,
    (client, lead): (ClientId, LeadId),
    natural_key: &str,
) -> Result<(), Failure> {
    outdate(tx, actor, lead).await?;
    let now = tx.now;
    if !tx.open_of(lead, now).await?.draft_waits {
        let rules = tx.rulebook().await?;
        something_happened(tx, &rules, client, lead, natural_key).await?;
    }
    Ok(())
}

/// Why nothing is to be told of what a brief speaks of.
fn not_told(brief: &Brief) -> Option<&'static str> {
    match &brief.facts {
        Facts::Lead(facts) if facts.state == LeadState::Spam => Some("the lead is spam"),
        Facts::Lead(facts) if facts.state == LeadState::Merged => Some("the lead was merged into another"),
        _ => None,
    }
}

/// Gathers the evidence for a claimed job.
///
/// # Errors
/// What the database says.
pub(super) async fn brief(tx: &mut Tx, job: &Claimed) -> Result<Prepared, Failure> {
    let stop = |reason: &str| Ok(Prepared::Stop { state: JobState::Cancelled, reason: reason.to_owned() });
    match gather(tx, job).await? {
        None => stop("there is nothing to tell"),
        Some(brief) => match not_told(&brief) {
            Some(why) => stop(why),
            None => Ok(Prepared::Send(Box::new(Content::Draft(Box::new(brief))))),
        },
    }
}

/// What is known by now of what a job drafts about.
async fn gather(tx: &mut Tx, job: &Claimed) -> Result<Option<Brief>, Failure> {
    // What it is made from is ours alone; it goes into the request and nowhere else.
    let args: Option<Args> = serde_json::from_str(job.args.reveal()).ok();
    Ok(match args {
        Some(Args { week: Some(first), .. }) => tx.week_brief(job.client_id, first).await?.map(|(brief, _)| brief),
        Some(Args { lead: Some(lead), .. }) => tx.lead_brief(lead).await?,
        _ => None,
    })
}

/// What a drafter wrote is not filed, and the log says why.
async fn skip(tx: &mut Tx, intent: &Intent, lead: LeadId, why: &str) -> Result<(), Failure> {
    let detail = format!("what {} wrote is not filed: {why}", intent.job().reference());
    let about = About { verb: "draft.skip", kind: Kind::Lead, subject: lead.0, lead: Some(lead), detail: &detail };
    tx.journal(&Actor::Worker, about).await.map(drop)
}

/// Files what a drafter wrote.
///
/// # Errors
/// What the database says.
pub(super) async fn file(tx: &mut Tx, intent: &Intent, reply: &Reply) -> Result<(), Failure> {
    let job = intent.job();
    let (Some(lead), Some(made)) = (job.lead_id, &reply.made) else { return Ok(()) };
    let Ok(Content::Draft(brief)) = Content::from_json(intent.content().reveal()) else { return Ok(()) };
    let Brought::Draft(made) = made.reveal() else { return Ok(()) };
    let text: String = made.text.replace('\0', "\u{fffd}").chars().take(LONGEST).collect();
    let version = brief.version();
    tx.hold_story(lead).await?;
    if tx.same_draft(lead, &text, &version).await?.is_some() {
        return Ok(());
    }
    let now = gather(tx, job).await?;
    // It became spam, or part of another's story, while it was written.
    if let Some(why) = now.as_ref().and_then(not_told) {
        return skip(tx, intent, lead, why).await;
    }
    // More came while it was written, and a draft of all of that is there already: this one would set the newer aside.
    let newest = now.map(|now| now.version());
    if let Some(now) = newest.as_ref().filter(|now| **now != version)
        && tx.draft_of_evidence(lead, brief.subject(), now).await?.is_some()
    {
        return skip(tx, intent, lead, "a draft of newer evidence is there").await;
    }
    let detail = format!("by {}, {}, from {} lines ({version})", made.model, made.prompt_version, brief.lines.len());
    let about = About { verb: "draft.file", kind: Kind::Lead, subject: lead.0, lead: Some(lead), detail: &detail };
    tx.journal(&Actor::Worker, about).await?;
    let row = NewRow {
        lead,
        client: job.client_id,
        title: &brief.title(),
        text: &text,
        model: &made.model,
        prompt_version: &made.prompt_version,
        tokens: made.tokens,
        cost_micros: made.cost_micros,
        brief: &brief,
    };
    let aside = tx.supersede_drafts(&row).await?;
    tell_aside(tx, &Actor::Worker, lead, &aside, NEWER).await?;
    let (id, _) = tx.insert_draft(&row).await?;
    // More is known than was when it was asked for: a message left while it was written. Whoever opens it is told, until a job
    // has gathered that too.
    if let Some(newer) = newest.filter(|now| *now != version && brief.subject() == Subject::Lead) {
        tx.mark_returned(id, &newer).await?;
        if !tx.open_of(lead, tx.now).await?.draft_waits {
            let rules = tx.rulebook().await?;
            something_happened(tx, &rules, job.client_id, lead, &format!("{newer} after {}", job.reference())).await?;
        }
    }
    Ok(())
}

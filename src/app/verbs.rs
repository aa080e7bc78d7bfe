//! From an action and a row to an act: what must be asked first, whether the row's state allows it, and why not.
//! The rules themselves are `domain`'s; here they are only asked, before anything leaves the deck.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

mod flow;

use super::item::{Item, shown};
use crate::config::keys::Action;
use crate::domain::act::{Act, Target, Verb};
use crate::domain::destination::Breaker;
use crate::domain::draft::{DraftAct, DraftState};
use crate::domain::id::{DestinationId, Kind, Ref};
use crate::domain::job::{JobAct, JobState};
use crate::domain::lead::{LeadAct, LeadState};
use crate::domain::replay::{Replay, ReplayVerdict};
use crate::domain::row::FailureGroup;
use crate::domain::task::TaskAct;
pub use flow::{Flow, Step};

/// A record an act is aimed at.
#[derive(Clone, Debug, PartialEq)]
pub struct Pick {
    /// What the act names.
    pub target: Target,
    /// What people see.
    pub label: String,
    /// The row, where it is loaded; a frozen target has none, and `workflow` decides by its state.
    pub item: Option<Item>,
    /// What trying it again would come to, where it is a job.
    pub replay: Option<ReplayVerdict>,
    /// Where a job stood when it was frozen.
    pub state: Option<JobState>,
}

impl Pick {
    /// A record without its row.
    pub fn bare(target: Target, label: String) -> Self {
        Self { target, label, item: None, replay: None, state: None }
    }

    /// A row; `None` for a group, which is no record.
    pub fn of(item: Item, now: DateTime<Utc>) -> Option<Self> {
        let replay = item.replay(now).map(|replay| replay.verdict);
        Some(Self { target: item.target()?, label: item.label(), item: Some(item), replay, state: None })
    }
}

/// What an act is aimed at, and how that set came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// What they have in common, to be said after their number: `marked`, `matching state:dead`, or nothing.
    pub set: String,
    /// Whether they are all there were of these.
    pub all: bool,
    /// The records.
    pub picks: Vec<Pick>,
    /// Whether it is just the row under the cursor: then no preview is needed.
    pub single: bool,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Nothing more to ask.
    Do(Verb, Option<String>),
    /// Ask.
    Ask(Step),
    /// The person said no.
    Nothing,
}

/// What can be said of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offer {
    /// What happened with it.
    Set(LeadAct),
    /// That it is another one.
    Merge,
    /// That it differs from those it was taken for.
    Apart,
    /// That a merge was wrong.
    Unmerge,
}

impl Offer {
    fn fits(self, state: LeadState) -> bool {
        match self {
            Self::Set(act) => state.after(act).is_ok(),
            Self::Merge | Self::Apart => state != LeadState::Merged,
            Self::Unmerge => state == LeadState::Merged,
        }
    }
}

const OUTCOMES: &[(char, &str, Offer)] = &[
    ('c', "contacted", Offer::Set(LeadAct::Contact)),
    ('q', "quoted", Offer::Set(LeadAct::Quote)),
    ('b', "booked", Offer::Set(LeadAct::Book)),
    ('l', "lost …", Offer::Set(LeadAct::Lose)),
    ('s', "spam", Offer::Set(LeadAct::MarkSpam)),
    ('n', "not spam", Offer::Set(LeadAct::NotSpam)),
    ('o', "open again", Offer::Set(LeadAct::Reopen)),
    ('m', "merge into …", Offer::Merge),
    ('d', "differs: no duplicate", Offer::Apart),
    ('u', "take the merge apart", Offer::Unmerge),
];

/// The first thing an action asks of a row now, or why it cannot be done to it.
///
/// # Errors
/// One line that says what stands in the way.
pub fn first(action: Action, item: &Item, now: DateTime<Utc>) -> Result<Next, String> {
    let plain = |verb: Verb| if verb.needs_reason() { Next::Ask(Step::Reason(verb)) } else { Next::Do(verb, None) };
    let next = match (action, item) {
        (Action::Retry, Item::Job(job)) => match job.replay(now) {
            Some(Replay { verdict: ReplayVerdict::AlreadyApplied, reason }) => {
                return Err(format!("J-{} is applied already: {reason}", job.number));
            }
            Some(Replay { verdict: ReplayVerdict::Unknown | ReplayVerdict::KeyExpired, .. }) => {
                Next::Ask(Step::Sure(Verb::ReplayJob))
            }
            Some(Replay { verdict: ReplayVerdict::Safe, .. }) | None => plain(retry_verb(job.state)),
        },
        // Nothing takes it back, and the key is one shift away from another.
        (Action::Cancel, Item::Job(_)) => Next::Ask(Step::Meant(Verb::CancelJob)),
        (Action::Resolve, Item::Job(_)) => Next::Ask(Step::Resolve),
        (Action::Finish, Item::Task(_)) => plain(Verb::FinishTask),
        (Action::Drop, Item::Task(_)) => plain(Verb::DropTask),
        (Action::Snooze, Item::Task(_)) => Next::Ask(Step::Snooze),
        (Action::Assign, Item::Task(_)) => Next::Ask(Step::Assign(Kind::Task)),
        (Action::Assign, Item::Lead(_)) => Next::Ask(Step::Assign(Kind::Lead)),
        (Action::Outcome, Item::Lead(_)) => Next::Ask(Step::Outcome),
        (Action::TakeOver, Item::Draft(_)) => plain(Verb::ClaimDraft { take_over: true }),
        _ => return Err(format!("{action} means nothing here")),
    };
    possible(action, item)?;
    Ok(next)
}

/// A job that ended needs a new one; any other is only told: now.
pub fn retry_verb(state: JobState) -> Verb {
    if state.may_replay() { Verb::ReplayJob } else { Verb::RetryJob }
}

/// Whether the row's state allows the action.
///
/// # Errors
/// One line that says what stands in the way.
pub fn possible(action: Action, item: &Item) -> Result<(), String> {
    let name = item.record().map_or_else(|| "it".to_owned(), |record| record.to_string());
    let no = |state: &str, why: &str| Err(format!("{name} is {state}: {why}"));
    match (action, item) {
        (_, Item::Job(job)) if let Err(why) = job_may(action, job.state) => no(job.state.as_str(), why),
        (Action::Retry | Action::Canary | Action::Release | Action::Cancel | Action::Resolve, Item::Group(group))
            if group.is_cleared() =>
        {
            Err("nothing of this group fails any more; how its release went stands beside it".to_owned())
        }
        (Action::Resolve, Item::Group(group)) if group.unknown == 0 => Err("no outcome in this group is unknown".to_owned()),
        (Action::Canary | Action::Release | Action::StopRelease, Item::Group(group)) => group_may(action, group),
        (Action::Canary, Item::Job(_)) => Err("a canary is sent from a failure group".to_owned()),
        (Action::Finish, Item::Task(task)) => task_may(task, TaskAct::Finish),
        (Action::Drop, Item::Task(task)) => task_may(task, TaskAct::Drop),
        (Action::Snooze, Item::Task(task)) => task_may(task, TaskAct::Snooze),
        (Action::Assign, Item::Task(task)) => task_may(task, TaskAct::Assign),
        (Action::Outcome, Item::Lead(lead)) if outcomes(item).is_empty() => no(lead.state.as_str(), "nothing more happens to it"),
        (Action::TakeOver, Item::Draft(draft)) => match &draft.claimed_name {
            _ if draft.state.after(DraftAct::Claim).is_err() => no(draft.state.as_str(), "it is settled"),
            None => no(DraftState::Pending.as_str(), "nobody holds it; open it"),
            Some(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Whether a job's state allows the action.
fn job_may(action: Action, state: JobState) -> Result<(), &'static str> {
    match (action, state) {
        (Action::Retry, _) if state.may_replay() || state.after(JobAct::RetryNow).is_ok() => Ok(()),
        // A pause is a person's; what a breaker stopped can be tried with one job. Which of the two it is, a job does not know.
        (Action::Retry, JobState::Held) => Ok(()),
        (Action::Retry, JobState::Succeeded) => Err("nothing to try again"),
        (Action::Retry, _) => Err("it is on its way already"),
        (Action::Cancel, JobState::Dead) => Ok(()),
        (Action::Cancel, _) if state.after(JobAct::Cancel).is_ok() => Ok(()),
        (Action::Cancel, JobState::Running) => Err("its request may have left; wait for the result"),
        (Action::Cancel, JobState::Unknown) => Err("say what happened instead"),
        (Action::Cancel, _) => Err("nothing is left to cancel"),
        (Action::Resolve, _) if state.after(JobAct::ResolveArrived).is_err() => Err("its outcome is known"),
        _ => Ok(()),
    }
}

/// Whether one job may go to a group's destination although that stopped by itself, to see whether it works again.
pub(crate) fn tries_one(group: &FailureGroup) -> bool {
    group.breaker == Breaker::Open && group.stop.as_ref().is_none_or(|stop| stop.by.is_none())
}

/// Whether a group can be released, or its release stopped.
fn group_may(action: Action, group: &FailureGroup) -> Result<(), String> {
    let open = group.release.as_ref().filter(|release| release.state.is_open());
    match (action, open) {
        (Action::Release, Some(release)) => Err(format!("its release is under way: {}", release.progress())),
        (Action::Canary, None) if tries_one(group) => Ok(()),
        (Action::Canary | Action::Release, None) if group.paused => {
            Err("nothing goes there now: resume its destination first".to_owned())
        }
        (Action::Canary | Action::Release, None) if group.unknown >= group.count => {
            Err("every outcome here is unknown: say what happened instead of trying again".to_owned())
        }
        (Action::StopRelease, None) => Err("no release of this group is under way".to_owned()),
        _ => Ok(()),
    }
}

fn task_may(task: &crate::domain::task::Task, act: TaskAct) -> Result<(), String> {
    task.state.after(act).map(|_| ()).map_err(|_| format!("T-{} is {} already", task.number, task.state))
}

/// The outcomes a lead's state allows.
fn outcomes(item: &Item) -> Vec<&'static (char, &'static str, Offer)> {
    let Item::Lead(lead) = item else { return OUTCOMES.iter().collect() };
    OUTCOMES.iter().filter(|(_, _, offer)| offer.fits(lead.state)).collect()
}

impl Chosen {
    /// So many of them, in a few words: `all 41 matching state:dead`, `89 of 120 marked`.
    pub fn said(&self, n: usize) -> String {
        let of = self.picks.len();
        let number = match self.all && of > 1 {
            _ if self.single => String::new(),
            _ if n < of => format!("{n} of {of}"),
            true => format!("all {of}"),
            false => of.to_string(),
        };
        format!("{number} {}", self.set).trim().to_owned()
    }

    /// Why one of several is left out of an act, in a word or two; `None` when it is not. What could be done twice is
    /// decided alone.
    fn left_out(&self, action: Action, verb: &Verb, pick: &Pick) -> Option<String> {
        let word = |state: &str| Some(state.replace('_', " "));
        match pick.replay.filter(|_| !self.single && action == Action::Retry) {
            Some(ReplayVerdict::AlreadyApplied) => return Some("applied already".to_owned()),
            Some(ReplayVerdict::Unknown) => return Some("unknown".to_owned()),
            Some(ReplayVerdict::KeyExpired) => return Some("with an expired key".to_owned()),
            Some(ReplayVerdict::Safe) | None => {}
        }
        // One of them shows whether their destination works again, and the others go with it.
        let is_held = match &pick.item {
            Some(Item::Job(job)) => job.state == JobState::Held,
            _ => pick.state == Some(JobState::Held),
        };
        if !self.single && action == Action::Retry && is_held {
            return word(JobState::Held.as_str());
        }
        match (&pick.item, pick.state) {
            (Some(item), _) if possible(action, item).is_err() || !fits(verb, item) => match item {
                Item::Lead(lead) => word(lead.state.as_str()),
                Item::Job(job) => word(job.state.as_str()),
                Item::Task(task) => word(task.state.as_str()),
                Item::Draft(draft) => word(draft.state.as_str()),
                Item::Group(_) => word("a group"),
            },
            (None, Some(state)) if job_may(action, state).is_err() => word(state.as_str()),
            _ => None,
        }
    }

    /// Those that are left out of an act, by why: `20 held, 2 unknown`; and how many they are.
    pub fn all_left_out(&self, verb: &Verb) -> (usize, String) {
        let mut why: BTreeMap<String, usize> = BTreeMap::new();
        for word in self.picks.iter().filter_map(|pick| self.left_out(action_of(verb), verb, pick)) {
            *why.entry(word).or_default() += 1;
        }
        let said: Vec<String> = why.iter().map(|(word, n)| format!("{n} {word}")).collect();
        (why.values().sum(), said.join(", "))
    }

    /// The acts of a verb on all that is chosen. Rows whose state is known not to allow it are left out, and of several
    /// those that could be done twice: each of these is decided alone.
    pub fn acts(&self, action: Action, verb: &Verb, reason: Option<&str>) -> Vec<Act> {
        let allowed = |pick: &&Pick| self.left_out(action, verb, pick).is_none();
        let act = |pick: &Pick| {
            let verb = match (verb, &pick.item) {
                (Verb::RetryJob | Verb::ReplayJob, Some(Item::Job(job))) => retry_verb(job.state),
                // A frozen row's state is not known here: `workflow` decides between trying again and a new job.
                (Verb::ReplayJob, None) => Verb::RetryJob,
                (verb, _) => verb.clone(),
            };
            Act { target: pick.target, verb, reason: reason.map(str::to_owned) }
        };
        self.picks.iter().filter(allowed).map(act).collect()
    }
}

fn fits(verb: &Verb, item: &Item) -> bool {
    match (verb, item) {
        (Verb::SetLead { act, .. }, Item::Lead(lead)) => Offer::Set(*act).fits(lead.state),
        (Verb::MergeLead { into }, Item::Lead(lead)) => Offer::Merge.fits(lead.state) && lead.number != *into,
        (Verb::TellApart { .. }, Item::Lead(lead)) => Offer::Apart.fits(lead.state),
        (Verb::Unmerge, Item::Lead(lead)) => Offer::Unmerge.fits(lead.state),
        _ => true,
    }
}

/// The action whose rules hold for a verb.
pub fn action_of(verb: &Verb) -> Action {
    match verb {
        Verb::RetryJob | Verb::ReplayJob => Action::Retry,
        Verb::CancelJob | Verb::RecallJob => Action::Cancel,
        Verb::ResolveJob { .. } => Action::Resolve,
        Verb::FinishTask | Verb::ReopenTask => Action::Finish,
        Verb::DropTask => Action::Drop,
        Verb::SnoozeTask { .. } => Action::Snooze,
        Verb::AssignTask { .. } | Verb::AssignLead { .. } => Action::Assign,
        Verb::SetLead { .. } | Verb::RestoreLead { .. } | Verb::MergeLead { .. } | Verb::Unmerge | Verb::TellApart { .. } => {
            Action::Outcome
        }
        Verb::ClaimDraft { .. } | Verb::ReleaseDraft { .. } | Verb::ReopenDraft => Action::TakeOver,
        Verb::ApproveDraft { .. } | Verb::AskOverride { .. } | Verb::GrantOverride { .. } => Action::Approve,
        Verb::Reveal { .. } => Action::Reveal,
        Verb::RejectDraft { .. } => Action::Reject,
        Verb::WithdrawSummary { .. } => Action::Withdraw,
        Verb::PauseDestination { .. } | Verb::ResumeDestination => Action::Pause,
        Verb::ReleaseGroup { .. } => Action::Release,
        Verb::StopRelease { .. } => Action::StopRelease,
    }
}

/// A verb in a few words, for titles.
pub fn said(verb: &Verb) -> String {
    match verb {
        Verb::RetryJob => "retry".to_owned(),
        Verb::ReplayJob => "retry as a new job".to_owned(),
        Verb::ResolveJob { arrived: true } => "settle: it arrived".to_owned(),
        Verb::ResolveJob { arrived: false } => "settle: it did not arrive".to_owned(),
        Verb::ClaimDraft { take_over: true } => "take over".to_owned(),
        Verb::MergeLead { into } => format!("merge into {}", Ref::new(Kind::Lead, *into)),
        Verb::TellApart { .. } => "no duplicate".to_owned(),
        Verb::Unmerge => "take the merge apart".to_owned(),
        Verb::SetLead { act, .. } => format!("set lead: {}", act.as_str().replace('_', " ")),
        other => other.name().split('.').rev().collect::<Vec<_>>().join(" "),
    }
}

/// A record known by its reference alone: a nil id and version 0 say "as it is now", and `workflow` looks it up.
pub fn by_reference(record: Ref) -> Target {
    Target { record, id: uuid::Uuid::nil(), version: 0 }
}

/// A destination as a job or a group names it: its number and version are not on the screen, so 0 says "as it is now", and
/// `workflow` calls it by its own number.
pub fn destination(id: DestinationId) -> Target {
    Target { record: Ref::new(Kind::Destination, 0), id: id.0, version: 0 }
}

/// The destination of a row, and its name.
pub fn destination_of(item: &Item) -> Option<(DestinationId, &str)> {
    match item {
        Item::Job(job) => Some((job.destination_id, &job.destination)),
        Item::Group(group) => Some((group.destination_id, &group.destination)),
        Item::Lead(_) | Item::Task(_) | Item::Draft(_) => None,
    }
}

/// What a pause of a row's destination is aimed at.
pub fn destination_pick(item: &Item) -> Option<Pick> {
    let (id, name) = destination_of(item)?;
    Some(Pick::bare(destination(id), shown(name).into_owned()))
}

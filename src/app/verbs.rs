//! From an action and a row to an act: what must be asked first, whether the row's state allows it, and why not.
//! The rules themselves are `domain`'s; here they are only asked, before anything leaves the deck.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc, Weekday};
use strum::VariantArray;

use super::item::{Item, shown};
use super::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::{Act, Target, Verb};
use crate::domain::draft::{DraftAct, DraftState};
use crate::domain::id::{DestinationId, Kind, Ref};
use crate::domain::job::{JobAct, JobState};
use crate::domain::lead::{LeadAct, LostReason};
use crate::domain::release::LARGEST_STEP;
use crate::domain::replay::{Replay, ReplayVerdict, Tally};
use crate::domain::row::FailureGroup;
use crate::domain::task::TaskAct;

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
}

impl Pick {
    /// A record without its row.
    pub fn bare(target: Target, label: String) -> Self {
        Self { target, label, item: None, replay: None }
    }

    /// A row; `None` for a group, which is no record.
    pub fn of(item: Item, now: DateTime<Utc>) -> Option<Self> {
        let replay = item.replay(now).map(|replay| replay.verdict);
        Some(Self { target: item.target()?, label: item.label(), item: Some(item), replay })
    }

    /// Whether trying it again could do its work twice, or has nothing left to do.
    fn is_unsafe(&self) -> bool {
        self.replay.is_some_and(|verdict| verdict != ReplayVerdict::Safe)
    }
}

/// What an act is aimed at, and how that set came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// `this row`, `3 marked`, `all 41 matching`.
    pub scope: String,
    /// The records.
    pub picks: Vec<Pick>,
    /// Whether it is just the row under the cursor: then no preview is needed.
    pub single: bool,
}

/// An act that is being put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// At what.
    pub chosen: Chosen,
    /// What is asked now.
    pub step: Step,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// What happened with the lead.
    Outcome,
    /// Why it was lost.
    Lost,
    /// Until when a task sleeps.
    Snooze,
    /// Whether an unknown outcome arrived.
    Resolve,
    /// Until when a destination is paused.
    Pause,
    /// Who gets it.
    Assign(Kind),
    /// Whether it is really meant.
    Sure(Verb),
    /// Why.
    Reason(Verb),
    /// Whether all of this is really meant.
    Preview(Vec<Act>),
    /// Whether a group is really released: the act, and how many jobs it frees.
    Release(Act, usize),
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

const OUTCOMES: &[(char, &str, LeadAct)] = &[
    ('c', "contacted", LeadAct::Contact),
    ('q', "quoted", LeadAct::Quote),
    ('b', "booked", LeadAct::Book),
    ('l', "lost …", LeadAct::Lose),
    ('s', "spam", LeadAct::MarkSpam),
    ('n', "not spam", LeadAct::NotSpam),
    ('o', "open again", LeadAct::Reopen),
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
        (Action::Cancel, Item::Job(_)) => plain(Verb::CancelJob),
        (Action::Resolve, Item::Job(_)) => Next::Ask(Step::Resolve),
        (Action::Pause, Item::Job(job)) if job.state == JobState::Held => plain(Verb::ResumeDestination),
        (Action::Pause, Item::Group(group)) if group.paused => plain(Verb::ResumeDestination),
        (Action::Pause, Item::Job(_) | Item::Group(_)) => Next::Ask(Step::Pause),
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
        (Action::Retry, Item::Job(job)) => {
            let allowed = job.state.may_replay() || job.state.after(JobAct::RetryNow).is_ok();
            match job.state {
                _ if allowed => Ok(()),
                JobState::Held => no("held", "resume its destination first"),
                JobState::Succeeded => no("succeeded", "nothing to try again"),
                state => no(state.as_str(), "it is on its way already"),
            }
        }
        (Action::Cancel, Item::Job(job)) if job.state.after(JobAct::Cancel).is_err() => match job.state {
            JobState::Running => no("running", "its request may have left; wait for the result"),
            JobState::Unknown => no("unknown", "say what happened instead"),
            state => no(state.as_str(), "nothing is left to cancel"),
        },
        (Action::Resolve, Item::Job(job)) if job.state.after(JobAct::ResolveArrived).is_err() => {
            no(job.state.as_str(), "its outcome is known")
        }
        (Action::Resolve, Item::Group(group)) if group.unknown == 0 => Err("no outcome in this group is unknown".to_owned()),
        (Action::Canary, Item::Group(group)) if group.unknown >= group.count => {
            Err("every outcome here is unknown: say what happened instead of trying again".to_owned())
        }
        (Action::Release | Action::StopRelease, Item::Group(group)) => group_may(action, group),
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

/// Whether a group can be released, or its release stopped.
fn group_may(action: Action, group: &FailureGroup) -> Result<(), String> {
    let open = group.release.as_ref().filter(|release| release.state.is_open());
    match (action, open) {
        (Action::Release, Some(release)) => Err(format!("its release is under way: {}", release.progress())),
        (Action::Release, None) if group.paused => Err("nothing goes there now: resume its destination first".to_owned()),
        (Action::Release, None) if group.unknown >= group.count => {
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
fn outcomes(item: &Item) -> Vec<&'static (char, &'static str, LeadAct)> {
    let Item::Lead(lead) = item else { return OUTCOMES.iter().collect() };
    OUTCOMES.iter().filter(|(_, _, act)| lead.state.after(*act).is_ok()).collect()
}

/// The outcomes offered for several leads: what at least one of them allows.
fn offered(chosen: &Chosen) -> Vec<&'static (char, &'static str, LeadAct)> {
    let fits = |act: LeadAct| {
        chosen.picks.iter().any(|pick| match &pick.item {
            Some(Item::Lead(lead)) => lead.state.after(act).is_ok(),
            _ => true,
        })
    };
    OUTCOMES.iter().filter(|(_, _, act)| fits(*act)).collect()
}

/// When a snooze ends: each key, what it says, and the time.
fn wake_times(now: DateTime<Utc>) -> Vec<(char, String, DateTime<Utc>)> {
    let eight = NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default();
    let morning = |days: u64| now.date_naive().checked_add_days(Days::new(days)).map(|day| day.and_time(eight).and_utc());
    let to_monday = 7 - u64::from(now.weekday().days_since(Weekday::Mon));
    let mut times = vec![
        ('1', "15 minutes".to_owned(), now + TimeDelta::minutes(15)),
        ('2', "1 hour".to_owned(), now + TimeDelta::hours(1)),
        ('3', "4 hours".to_owned(), now + TimeDelta::hours(4)),
    ];
    times.extend(morning(1).map(|at| ('4', "tomorrow 08:00 UTC".to_owned(), at)));
    times.extend(morning(to_monday).map(|at| ('5', "Monday 08:00 UTC".to_owned(), at)));
    times
}

fn pause_times(now: DateTime<Utc>) -> Vec<(char, String, Option<DateTime<Utc>>)> {
    vec![
        ('1', "15 minutes".to_owned(), Some(now + TimeDelta::minutes(15))),
        ('2', "1 hour".to_owned(), Some(now + TimeDelta::hours(1))),
        ('3', "until somebody resumes it".to_owned(), None),
    ]
}

impl Flow {
    /// The question of the step.
    pub fn question(&self, now: DateTime<Utc>) -> Question {
        let what = match self.chosen.picks.as_slice() {
            [pick] => pick.label.clone(),
            _ => self.chosen.scope.clone(),
        };
        let menu = |title: &str, options| Question::Menu { title: format!("{title} · {what}"), options };
        match &self.step {
            Step::Outcome => {
                menu("outcome", offered(&self.chosen).iter().map(|(key, say, _)| (*key, (*say).to_owned())).collect())
            }
            Step::Lost => {
                let say = |(at, why): (usize, &LostReason)| (digit(at), why.as_str().replace('_', " "));
                menu("lost: why", LostReason::VARIANTS.iter().enumerate().map(say).collect())
            }
            Step::Snooze => menu("snooze for", wake_times(now).into_iter().map(|(key, say, _)| (key, say)).collect()),
            Step::Resolve => menu(
                "what did the destination say?",
                vec![
                    ('a', "it arrived: settle as succeeded".to_owned()),
                    ('n', "it did not arrive: settle as dead, may be replayed".to_owned()),
                ],
            ),
            Step::Pause => {
                menu("pause the destination for", pause_times(now).into_iter().map(|(key, say, _)| (key, say)).collect())
            }
            Step::Assign(_) => Question::Text {
                title: format!("owner · {what}"),
                body: "A person's name; empty gives it to nobody.".to_owned(),
                given: self.chosen.picks.first().and_then(|pick| owner(pick.item.as_ref()?)).unwrap_or_default(),
            },
            Step::Sure(verb) => Question::Confirm {
                title: format!("{} · {what}", said(verb)),
                body: format!("{}It could arrive twice.\nAsk the destination first, then say what happened.", self.doubt(now)),
                danger: true,
            },
            Step::Reason(verb) => {
                Question::Reason { title: format!("{} · {what}", said(verb)), body: "Why? It stands in the journal.".to_owned() }
            }
            Step::Preview(acts) => self.preview(acts),
            Step::Release(_, count) => {
                let title = format!("release, paced · {what}");
                let body = format!(
                    "{}\nOne goes first. If it arrives, 2, 4, 8 … at most {LARGEST_STEP} follow at a time.\nIt stops by itself when \
                     failures come back, and goes on when this deck is closed.",
                    self.tally(),
                );
                ask_for(title, body, *count)
            }
        }
    }

    /// Why the one job may not simply be tried again.
    fn doubt(&self, now: DateTime<Utc>) -> String {
        let item = self.chosen.picks.first().and_then(|pick| pick.item.as_ref());
        let reason = item.and_then(|item| item.replay(now)).map(|replay| replay.reason);
        reason.map(|reason| format!("{}.\n", capital(&reason))).unwrap_or_default()
    }

    /// How many of each verdict are chosen.
    fn tally(&self) -> Tally {
        Tally::of(self.chosen.picks.iter().map(|pick| pick.replay.unwrap_or(ReplayVerdict::Safe)))
    }

    fn preview(&self, acts: &[Act]) -> Question {
        const SHOWN: usize = 6;
        let verb = acts.first().map(|act| said(&act.verb)).unwrap_or_default();
        let title = format!("{verb} · {}", self.chosen.scope);
        let label = |act: &Act| {
            self.chosen
                .picks
                .iter()
                .find(|pick| pick.target.id == act.target.id)
                .map_or_else(String::new, |pick| pick.label.clone())
        };
        let mut lines: Vec<String> = acts.iter().take(SHOWN).map(label).collect();
        if acts.len() > SHOWN {
            lines.push(format!("… and {} more", acts.len() - SHOWN));
        }
        let tries = matches!(acts.first(), Some(Act { verb: Verb::RetryJob | Verb::ReplayJob, .. }));
        let unsafe_ones = if tries { self.chosen.picks.iter().filter(|pick| pick.is_unsafe()).count() } else { 0 };
        if tries {
            lines.push(self.tally().to_string());
        }
        let left_out = self.chosen.picks.len().saturating_sub(acts.len() + unsafe_ones);
        if left_out > 0 {
            lines.push(format!("{left_out} left out: their state does not allow it"));
        }
        let body = lines.join("\n");
        ask_for(title, body, acts.len())
    }

    /// What comes after an answer.
    pub fn next(&self, answer: &Answer, now: DateTime<Utc>) -> Next {
        let then = |verb: Verb| if verb.needs_reason() { Next::Ask(Step::Reason(verb)) } else { Next::Do(verb, None) };
        match (&self.step, answer) {
            (Step::Outcome, Answer::Choice(at)) => match offered(&self.chosen).get(*at) {
                Some((_, _, LeadAct::Lose)) => Next::Ask(Step::Lost),
                Some((_, _, act)) => then(Verb::SetLead { act: *act, lost: None }),
                None => Next::Nothing,
            },
            (Step::Lost, Answer::Choice(at)) => match LostReason::VARIANTS.get(*at) {
                Some(why) => then(Verb::SetLead { act: LeadAct::Lose, lost: Some(*why) }),
                None => Next::Nothing,
            },
            (Step::Snooze, Answer::Choice(at)) => match wake_times(now).get(*at) {
                Some((_, _, until)) => then(Verb::SnoozeTask { until: Some(*until) }),
                None => Next::Nothing,
            },
            (Step::Resolve, Answer::Choice(at)) => then(Verb::ResolveJob { arrived: *at == 0 }),
            (Step::Pause, Answer::Choice(at)) => match pause_times(now).get(*at) {
                Some((_, _, until)) => then(Verb::PauseDestination { until: *until }),
                None => Next::Nothing,
            },
            (Step::Assign(kind), Answer::Text(name)) => {
                let to = (!name.is_empty()).then(|| name.clone());
                then(if *kind == Kind::Lead { Verb::AssignLead { to } } else { Verb::AssignTask { to } })
            }
            // What could be done twice stands in the journal with a reason.
            (Step::Sure(verb), Answer::Yes) => Next::Ask(Step::Reason(verb.clone())),
            (Step::Reason(verb), Answer::Text(why)) => Next::Do(verb.clone(), Some(why.clone())),
            _ => Next::Nothing,
        }
    }
}

impl Chosen {
    /// The acts of a verb on all that is chosen. Rows whose state is known not to allow it are left out, and of several
    /// those that could be done twice: each of these is decided alone.
    pub fn acts(&self, action: Action, verb: &Verb, reason: Option<&str>) -> Vec<Act> {
        let safe = |pick: &Pick| self.single || action != Action::Retry || !pick.is_unsafe();
        let allowed =
            |pick: &&Pick| safe(pick) && pick.item.as_ref().is_none_or(|item| possible(action, item).is_ok() && fits(verb, item));
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

/// Asks whether it is meant; above a number it must be typed.
fn ask_for(title: String, body: String, count: usize) -> Question {
    if count > super::bulk::TYPED_ABOVE {
        Question::TypedCount { title, body, count }
    } else {
        Question::Confirm { title, body, danger: false }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn fits(verb: &Verb, item: &Item) -> bool {
    match (verb, item) {
        (Verb::SetLead { act, .. }, Item::Lead(lead)) => lead.state.after(*act).is_ok(),
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
        Verb::SetLead { .. } | Verb::RestoreLead { .. } => Action::Outcome,
        Verb::ClaimDraft { .. } | Verb::ReleaseDraft | Verb::ReopenDraft => Action::TakeOver,
        Verb::ApproveDraft { .. } => Action::Approve,
        Verb::RejectDraft { .. } => Action::Reject,
        Verb::WithdrawSummary => Action::Withdraw,
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
        Verb::SetLead { act, .. } => format!("set lead: {}", act.as_str().replace('_', " ")),
        other => other.name().split('.').rev().collect::<Vec<_>>().join(" "),
    }
}

/// A record known by its reference alone: a nil id and version 0 say "as it is now", and `workflow` looks it up.
pub fn by_reference(record: Ref) -> Target {
    Target { record, id: uuid::Uuid::nil(), version: 0 }
}

/// A destination as a job or a group names it: its number and version are not on the screen, so 0 says "as it is now".
pub fn destination(id: DestinationId) -> Target {
    Target { record: Ref::new(Kind::Destination, 0), id: id.0, version: 0 }
}

/// What a pause of a row's destination is aimed at.
pub fn destination_pick(item: &Item) -> Option<Pick> {
    let (id, name) = match item {
        Item::Job(job) => (job.destination_id, &job.destination),
        Item::Group(group) => (group.destination_id, &group.destination),
        Item::Lead(_) | Item::Task(_) | Item::Draft(_) => return None,
    };
    Some(Pick::bare(destination(id), shown(name).into_owned()))
}

fn owner(item: &Item) -> Option<String> {
    match item {
        Item::Lead(lead) => lead.owner.clone(),
        Item::Task(task) => task.owner.clone(),
        Item::Group(_) | Item::Job(_) | Item::Draft(_) => None,
    }
}

fn digit(at: usize) -> char {
    char::from_digit(u32::try_from(at + 1).unwrap_or(0), 10).unwrap_or('?')
}

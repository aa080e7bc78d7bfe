//! What is asked before an act is done: step by step, each with its question and what its answer leads to.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc, Weekday};
use strum::VariantArray;

use super::{Chosen, Next, OUTCOMES, Offer, said};
use crate::app::bulk::TYPED_ABOVE;
use crate::app::item::Item;
use crate::app::popup::{Answer, Question};
use crate::domain::act::{Act, Verb};
use crate::domain::id::{Kind, Ref};
use crate::domain::lead::{LeadAct, LostReason};
use crate::domain::release::LARGEST_STEP;
use crate::domain::replay::{ReplayVerdict, Tally};

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
    /// Which lead it is merged into: what was typed before, and what was wrong with it.
    Merge(String, String),
    /// Until when a task sleeps.
    Snooze,
    /// Whether an unknown outcome arrived.
    Resolve,
    /// Until when a destination is paused.
    Pause,
    /// Who gets it.
    Assign(Kind),
    /// Whether it is really meant, for it could be done twice.
    Sure(Verb),
    /// Whether it is really meant, for nothing takes it back.
    Meant(Verb),
    /// Whether a destination is really resumed, and how many jobs go then.
    Resume(usize),
    /// Why.
    Reason(Verb),
    /// Whether all of this is really meant.
    Preview(Vec<Act>),
    /// Whether a group is really released: the act, and how many jobs it frees.
    Release(Act, usize),
}

/// The outcomes offered for several leads: what at least one of them allows.
fn offered(chosen: &Chosen) -> Vec<&'static (char, &'static str, Offer)> {
    let fits = |offer: Offer| {
        chosen.picks.iter().any(|pick| match &pick.item {
            Some(Item::Lead(lead)) => offer.fits(lead.state),
            _ => true,
        })
    };
    OUTCOMES.iter().filter(|(_, _, offer)| fits(*offer)).collect()
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

/// Every pause has an end: one that is forgotten would hold its jobs until their windows close.
fn pause_times(now: DateTime<Utc>) -> Vec<(char, String, DateTime<Utc>)> {
    vec![
        ('1', "15 minutes".to_owned(), now + TimeDelta::minutes(15)),
        ('2', "1 hour".to_owned(), now + TimeDelta::hours(1)),
        ('3', "a day".to_owned(), now + TimeDelta::days(1)),
    ]
}

impl Flow {
    /// The question of the step.
    pub fn question(&self, now: DateTime<Utc>) -> Question {
        let what = match self.chosen.picks.as_slice() {
            [pick] => pick.label.clone(),
            picks => self.chosen.said(picks.len()),
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
            Step::Merge(given, wrong) => Question::Text {
                title: format!("merge into · {what}"),
                body: format!("{wrong}The lead that is kept, such as L-1. It takes what it lacks, and u takes that back."),
                given: given.clone(),
            },
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
            Step::Meant(verb) => Question::Confirm {
                title: format!("{} · {what}", said(verb)),
                body: "It will not be sent, and nothing takes that back: only a new job does it again.".to_owned(),
                danger: true,
            },
            Step::Resume(held) => {
                let go = match held {
                    0 => "no job is held for it now".to_owned(),
                    1 => "1 job that is held for it goes at once".to_owned(),
                    _ => format!("{held} jobs that are held for it go at once, unpaced"),
                };
                let (title, body) = (format!("resume · {what}"), format!("{what} runs again: {go}.\nNothing takes that back."));
                match ask_for(title, body, *held) {
                    Question::Confirm { title, body, .. } => Question::Confirm { title, body, danger: true },
                    typed => typed,
                }
            }
            Step::Reason(verb) => Question::reason(format!("{} · {what}", said(verb)), "Why? It stands in the journal."),
            Step::Preview(acts) => self.preview(acts),
            Step::Release(_, count) => {
                let title = format!("release, paced · {}", self.chosen.set);
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
        let title = format!("{verb} · {}", self.chosen.said(acts.len()));
        let label = |act: &Act| {
            self.chosen
                .picks
                .iter()
                .find(|pick| pick.target.id == act.target.id)
                .map_or_else(String::new, |pick| pick.label.clone())
        };
        let cancels = matches!(acts.first(), Some(Act { verb: Verb::CancelJob, .. }));
        let warning =
            cancels.then(|| "They will not be sent, and nothing takes that back: only new jobs do it again.".to_owned());
        let mut lines: Vec<String> = warning.into_iter().collect();
        lines.extend(acts.iter().take(SHOWN).map(label));
        if acts.len() > SHOWN {
            lines.push(format!("… and {} more", acts.len() - SHOWN));
        }
        let tries = matches!(acts.first(), Some(Act { verb: Verb::RetryJob | Verb::ReplayJob, .. }));
        let (left_out, why) = acts.first().map(|act| self.chosen.all_left_out(&act.verb)).unwrap_or_default();
        let safe = tries.then(|| format!("{} safe", acts.len()));
        let out = (left_out > 0).then(|| format!("{left_out} left out ({why})"));
        let counted: Vec<String> = safe.into_iter().chain(out).collect();
        if !counted.is_empty() {
            lines.push(counted.join(", "));
        }
        let body = lines.join("\n");
        match ask_for(title, body, acts.len()) {
            Question::Confirm { title, body, .. } => Question::Confirm { title, body, danger: cancels },
            typed => typed,
        }
    }

    /// What comes after an answer.
    pub fn next(&self, answer: &Answer, now: DateTime<Utc>) -> Next {
        let then = |verb: Verb| if verb.needs_reason() { Next::Ask(Step::Reason(verb)) } else { Next::Do(verb, None) };
        match (&self.step, answer) {
            (Step::Outcome, Answer::Choice(at)) => match offered(&self.chosen).get(*at) {
                Some((_, _, Offer::Set(LeadAct::Lose))) => Next::Ask(Step::Lost),
                Some((_, _, Offer::Set(act))) => then(Verb::SetLead { act: *act, lost: None }),
                Some((_, _, Offer::Merge)) => Next::Ask(Step::Merge(String::new(), String::new())),
                Some((_, _, Offer::Apart)) => then(Verb::TellApart { distinct: true }),
                Some((_, _, Offer::Unmerge)) => then(Verb::Unmerge),
                None => Next::Nothing,
            },
            (Step::Lost, Answer::Choice(at)) => match LostReason::VARIANTS.get(*at) {
                Some(why) => then(Verb::SetLead { act: LeadAct::Lose, lost: Some(*why) }),
                None => Next::Nothing,
            },
            (Step::Merge(..), Answer::Text(typed)) => match typed.parse::<Ref>() {
                Ok(Ref { kind: Kind::Lead, number }) => then(Verb::MergeLead { into: number }),
                // What was typed stays, to be mended.
                _ => Next::Ask(Step::Merge(typed.clone(), "That is no lead. ".to_owned())),
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
            (Step::Meant(verb), Answer::Yes) => then(verb.clone()),
            (Step::Resume(_), Answer::Yes) => then(Verb::ResumeDestination),
            (Step::Reason(verb), Answer::Text(why)) => Next::Do(verb.clone(), Some(why.clone())),
            _ => Next::Nothing,
        }
    }
}

/// Asks whether it is meant; above a number it must be typed.
fn ask_for(title: String, body: String, count: usize) -> Question {
    if count > TYPED_ABOVE {
        Question::TypedCount { title, body, count }
    } else {
        Question::Confirm { title, body, danger: false }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
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

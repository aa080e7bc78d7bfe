//! What keys and messages do to the deck, without a terminal: state and effects.

use chrono::TimeDelta;
use rstest::rstest;
use strum::VariantArray;

use super::effect::{Effect, Seq};
use super::fixtures::{self, deck, done, key, lead, load_of, now, page, press, start, type_in};
use super::item::Item;
use super::message::{Link, Message, Rows};
use super::popup::{Popup, Question};
use super::screen::Screen;
use super::{App, Tone};
use crate::config::keys::Action;
use crate::domain::act::{Act, Verb};
use crate::domain::actor::Role;
use crate::domain::destination::Breaker;
use crate::domain::event::Provider;
use crate::domain::failure::{Conflict, Failure};
use crate::domain::id::{Kind, Ref};
use crate::domain::job::JobState;
use crate::domain::lead::LeadAct;
use crate::domain::row::{FailureGroup, Pane};
use crate::domain::source::figures::ReadAgain;
use crate::domain::stop::Stop;
use crate::domain::trace::StepKind;

const SIZE: (u16, u16) = (80, 24);

fn owner() -> App {
    deck(Role::Owner, SIZE)
}

fn performed(effects: &[Effect]) -> (Seq, Act) {
    match effects {
        [Effect::Perform(seq, act)] => (*seq, (**act).clone()),
        other => panic!("{other:?}"),
    }
}

fn current(app: &App, pane: Pane) -> Option<Ref> {
    app.list(pane).current().and_then(Item::record)
}

/// The database changed: a load of leads is asked for and answered with these.
fn leads_are(app: &mut App, numbers: &[i64]) {
    let effects = app.update(Message::Changed);
    let seq = load_of(&effects, Pane::Leads).unwrap();
    app.update(Message::Page(seq, Ok(Rows::Leads(page(numbers.iter().copied().map(lead).collect())))));
    fixtures::serve(app, effects);
}

#[test]
fn the_deck_opens_by_asking_for_every_pane_once() {
    let (mut app, effects) = App::new(start(Role::Owner, SIZE));
    assert!(Pane::VARIANTS.iter().all(|pane| load_of(&effects, *pane).is_some()));
    assert!(!app.idle());
    fixtures::serve(&mut app, effects);
    assert!(app.idle());
}

#[test]
fn changes_during_a_load_ask_once_more_and_no_oftener() {
    let (mut app, effects) = App::new(start(Role::Owner, SIZE));
    let seq = load_of(&effects, Pane::Leads).unwrap();
    for _ in 0..5 {
        assert_eq!(load_of(&app.update(Message::Changed), Pane::Leads), None);
    }
    let again = app.update(Message::Page(seq, Ok(fixtures::rows(Pane::Leads))));
    let seq = load_of(&again, Pane::Leads).unwrap();
    assert_eq!(load_of(&app.update(Message::Page(seq, Ok(fixtures::rows(Pane::Leads)))), Pane::Leads), None);
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut app = owner();
    let before = app.list(Pane::Leads).rows.len();
    app.update(Message::Page(1, Ok(Rows::Leads(page(vec![])))));
    assert_eq!(app.list(Pane::Leads).rows.len(), before);
}

#[test]
fn rows_of_an_older_filter_are_not_shown() {
    let mut app = owner();
    let first = app.update(Message::Changed);
    let seq = load_of(&first, Pane::Leads).unwrap();
    app.update(key("/"));
    for c in "state:new".chars() {
        app.update(key(&c.to_string()));
    }
    let effects = app.update(Message::Page(seq, Ok(Rows::Leads(page(vec![])))));
    assert!(!app.list(Pane::Leads).rows.is_empty());
    let Some(Effect::LoadPage(_, wanted)) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(wanted.filter.to_string(), "state:new");
}

#[test]
fn the_cursor_follows_its_row_and_then_its_neighbour() {
    let mut app = owner();
    press(&mut app, "j j");
    assert_eq!(current(&app, Pane::Leads), Some(Ref::new(Kind::Lead, 2003)));
    leads_are(&mut app, &[9, 8, 3, 1]);
    assert_eq!(current(&app, Pane::Leads), Some(Ref::new(Kind::Lead, 2003)));
    leads_are(&mut app, &[9, 8, 1]);
    assert_eq!(current(&app, Pane::Leads), Some(Ref::new(Kind::Lead, 2001)));
}

#[test]
fn esc_leaves_the_cursor_where_it_is() {
    let mut app = owner();
    press(&mut app, "2 Down Down Esc");
    assert_eq!(app.list(Pane::Failures).at(), 2);
    assert!(app.notice().unwrap().text.contains("this is the first screen"));
}

#[test]
fn esc_clears_a_filter_before_it_says_that_this_is_the_first_screen() {
    let mut app = owner();
    press(&mut app, "3 j j");
    press(&mut app, "/");
    type_in(&mut app, "state:held");
    let effects = press(&mut app, "Enter");
    fixtures::serve(&mut app, effects);
    let effects = app.update(key("Esc"));
    let [Effect::LoadPage(_, wanted)] = &effects[..] else { panic!("{effects:?}") };
    assert!(wanted.filter.is_empty() && app.list(Pane::Queue).typed.text().is_empty());
    fixtures::serve(&mut app, effects);
    assert_eq!((current(&app, Pane::Queue), app.list(Pane::Queue).fresh), (Some(Ref::new(Kind::Job, 502)), 0));
    press(&mut app, "Esc");
    assert!(app.notice().unwrap().text.contains("this is the first screen"));
}

#[test]
fn a_filter_that_was_left_with_esc_is_in_force_after_enter() {
    let mut app = owner();
    press(&mut app, "3 /");
    type_in(&mut app, "state:held");
    press(&mut app, "Esc");
    assert!(app.list(Pane::Queue).filter.is_empty());
    press(&mut app, "/ Enter");
    assert_eq!(app.list(Pane::Queue).filter.to_string(), "state:held");
}

#[test]
fn a_group_that_sinks_and_empties_leaves_the_cursor_where_it_was_acted_on() {
    let mut app = owner();
    let [Effect::Freeze(seq, _)] = press(&mut app, "2 r")[..] else { panic!("no freeze") };
    let jobs = (0..2).map(|n| fixtures::frozen(&Item::Job(fixtures::job(n, JobState::Dead)))).collect();
    app.update(Message::Frozen(seq, Ok(jobs)));
    press(&mut app, "Enter");
    let others = || vec![fixtures::group(1, 2, 2), fixtures::group(2, 1, 0)];
    groups_are(&mut app, [others(), vec![fixtures::group(0, 1, 0)]].concat());
    assert_eq!(app.list(Pane::Failures).at(), 2, "it is followed");
    groups_are(&mut app, others());
    assert_eq!(app.list(Pane::Failures).at(), 0);
}

/// What was asked for is answered: these are the tasks now.
fn tasks_are(app: &mut App, effects: Vec<Effect>, numbers: &[i64]) {
    let seq = load_of(&effects, Pane::Tasks).unwrap();
    app.update(Message::Page(seq, Ok(Rows::Tasks(page(numbers.iter().copied().map(fixtures::task).collect())))));
    fixtures::serve(app, effects);
}

#[test]
fn the_cursor_follows_what_an_undo_brings_back() {
    let mut app = owner();
    let (seq, act) = performed(&press(&mut app, "4 j f"));
    let effects = app.update(Message::Acted(seq, Box::new(act.clone()), Ok(done(&act, "T-31 is done", Ok(act.clone())))));
    tasks_are(&mut app, effects, &[0, 2]);
    assert_eq!(current(&app, Pane::Tasks), Some(Ref::new(Kind::Task, 32)));
    press(&mut app, "u");
    let effects = app.update(Message::Changed);
    tasks_are(&mut app, effects, &[0, 1, 2]);
    assert_eq!(current(&app, Pane::Tasks), Some(Ref::new(Kind::Task, 31)));
}

#[test]
fn rows_under_a_hand_do_not_jump_and_new_ones_are_announced() {
    let mut app = owner();
    press(&mut app, "j j");
    let line = app.list(Pane::Leads).at() - app.list(Pane::Leads).top;
    let numbers: Vec<i64> = (40..43).chain(1..=30).collect();
    leads_are(&mut app, &numbers);
    let list = app.list(Pane::Leads);
    assert_eq!((list.at() - list.top, list.fresh), (line, 3));
    press(&mut app, "Home");
    assert_eq!(app.list(Pane::Leads).fresh, 0);
}

#[test]
fn a_pane_nobody_works_in_shows_its_newest_rows() {
    let mut app = owner();
    let numbers: Vec<i64> = (40..43).chain(1..=30).collect();
    leads_are(&mut app, &numbers);
    let list = app.list(Pane::Leads);
    assert_eq!((list.top, list.fresh), (0, 0));
    // The cursor stays on its row: a key pressed now means the row the eye was on.
    assert_eq!(current(&app, Pane::Leads), Some(Ref::new(Kind::Lead, 2001)));
}

#[rstest]
#[case(Role::Viewer, "4 f", "is a viewer")]
#[case(Role::Operator, "2 P", "is an operator")]
#[case(Role::Owner, "3 j r", "on its way already")]
#[case(Role::Owner, "3 j j r", "resume its destination first")]
#[case(Role::Owner, "2 j r", "say what happened")]
#[case(Role::Owner, "3 w", "outcome is known")]
#[case(Role::Owner, "u", "nothing to undo")]
fn a_key_that_cannot_act_says_why(#[case] role: Role, #[case] keys: &str, #[case] why: &str) {
    let mut app = deck(role, SIZE);
    let effects = press(&mut app, keys);
    assert_eq!(effects, []);
    let notice = app.notice().unwrap();
    assert!(notice.tone == Tone::Why && notice.text.contains(why), "{}", notice.text);
}

#[rstest]
#[case("3 r", Verb::RetryJob, None)]
#[case("4 f", Verb::FinishTask, None)]
#[case("l b", Verb::SetLead { act: LeadAct::Book, lost: None }, None)]
#[case("l m L - 7 Enter", Verb::MergeLead { into: 7 }, None)]
#[case("l m 7 Enter Home L - Enter", Verb::MergeLead { into: 7 }, None)]
#[case("l d", Verb::TellApart { distinct: true }, None)]
#[case("4 s 2", Verb::SnoozeTask { until: Some(now() + TimeDelta::hours(1)) }, None)]
#[case("4 D w h y Enter", Verb::DropTask, Some("why"))]
#[case("2 Enter r", Verb::ReplayJob, None)]
#[case("2 Enter j j j r y o k Enter", Verb::ReplayJob, Some("ok"))]
#[case("2 Enter j j j w n o k Enter", Verb::ResolveJob { arrived: false }, Some("ok"))]
#[case("Enter W n o Enter", Verb::WithdrawSummary { reopen: false }, Some("no"))]
fn keys_make_acts(#[case] keys: &str, #[case] verb: Verb, #[case] reason: Option<&str>) {
    let mut app = owner();
    let (_, act) = performed(&press(&mut app, keys));
    assert_eq!((act.verb, act.reason.as_deref()), (verb, reason));
}

#[rstest]
#[case("3 C")]
#[case("3 Enter C")]
fn a_cancel_says_what_it_does_before_it_is_done(#[case] keys: &str) {
    let mut app = owner();
    assert_eq!(press(&mut app, keys), []);
    let Some(Popup::Ask(ask)) = app.popup() else { panic!("it asks") };
    let Question::Confirm { title, body, .. } = &ask.question else { panic!("{:?}", ask.question) };
    assert!(title.contains("J-500") && body.contains("nothing takes that back"), "{title}: {body}");
    assert_eq!(press(&mut app, "Esc"), []);
    let (_, act) = performed(&press(&mut app, "C y"));
    assert_eq!((act.verb, act.target.record), (Verb::CancelJob, Ref::new(Kind::Job, 500)));
}

#[test]
fn marked_jobs_are_cancelled_after_one_question() {
    let mut app = owner();
    let effects = press(&mut app, "3 x x C Enter");
    assert!(matches!(&effects[..], [Effect::Bulk(_, acts)] if acts.len() == 2), "{effects:?}");
}

/// The footer's word for a key.
fn says(app: &App, action: Action) -> &'static str {
    app.hints().into_iter().find(|hint| hint.action == action).unwrap().short
}

#[test]
fn a_destination_that_stands_still_is_resumed_after_it_was_said_how_many_jobs_go() {
    let mut app = owner();
    press(&mut app, "2");
    assert_eq!(says(&app, Action::Pause), "resume");
    let effects = press(&mut app, "P");
    let [Effect::Freeze(seq, wanted)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((wanted.pane, wanted.filter.to_string().as_str()), (Pane::Queue, "state:held destination:HubSpot"));
    let held = (0..89).map(|n| fixtures::frozen(&Item::Job(fixtures::job(n, JobState::Held)))).collect();
    app.update(Message::Frozen(*seq, Ok(held)));
    let Some(Popup::Ask(ask)) = app.popup() else { panic!("it asks") };
    let Question::TypedCount { title, body, count: 89 } = &ask.question else { panic!("{:?}", ask.question) };
    assert!(title.contains("HubSpot") && body.contains("89 jobs"), "{title}: {body}");
    assert_eq!(press(&mut app, "Enter"), [], "89 must be typed");
    let (_, act) = performed(&press(&mut app, "8 9 Enter"));
    assert_eq!(act.verb, Verb::ResumeDestination);
}

#[test]
fn a_destination_that_runs_is_paused_and_the_key_says_so() {
    let mut app = owner();
    press(&mut app, "2 j");
    assert_eq!(says(&app, Action::Pause), "pause");
    let (_, act) = performed(&press(&mut app, "P 1 w h y Enter"));
    assert!(matches!(act.verb, Verb::PauseDestination { until: Some(_) }));
}

#[test]
fn undo_takes_the_last_act_back_and_says_so() {
    let mut app = owner();
    let (seq, act) = performed(&press(&mut app, "4 f"));
    let inverse = Act { verb: Verb::ReopenTask, ..act.clone() };
    let effects = app.update(Message::Acted(seq, Box::new(act.clone()), Ok(done(&act, "T-30 is done", Ok(inverse.clone())))));
    fixtures::serve(&mut app, effects);
    let (seq, undone) = performed(&press(&mut app, "u"));
    assert_eq!(undone, inverse);
    app.update(Message::Acted(seq, Box::new(undone), Ok(done(&inverse, "T-30 is open again", Err("no".into())))));
    assert_eq!(app.notice().unwrap().text, "undone: T-30 is open again");
    assert_eq!(press(&mut app, "u"), []);
}

#[test]
fn what_cannot_be_undone_says_why() {
    let mut app = owner();
    let (seq, act) = performed(&press(&mut app, "3 r"));
    let effects =
        app.update(Message::Acted(seq, Box::new(act.clone()), Ok(done(&act, "J-500 retried", Err("it has left".into())))));
    fixtures::serve(&mut app, effects);
    assert_eq!(press(&mut app, "u"), []);
    assert!(app.notice().unwrap().text.contains("it has left"));
}

#[rstest]
#[case(Failure::Unavailable("gone".into()))]
#[case(Failure::Conflict(Box::new(Conflict { what: "T-30".into(), by: "ana".into(), at: None, now: "done".into() })))]
fn a_reason_survives_a_failed_act(#[case] failure: Failure) {
    let mut app = owner();
    press(&mut app, "4 D");
    type_in(&mut app, "made twice");
    let (seq, act) = performed(&press(&mut app, "Enter"));
    app.update(Message::Acted(seq, Box::new(act), Err(failure)));
    press(&mut app, "Esc D");
    let Some(Popup::Ask(ask)) = app.popup() else { panic!("no prompt") };
    assert_eq!(ask.line.text(), "made twice");
}

#[test]
fn a_prompt_left_with_esc_keeps_its_text() {
    let mut app = owner();
    press(&mut app, "4 D");
    type_in(&mut app, "half a");
    press(&mut app, "Esc D");
    let Some(Popup::Ask(ask)) = app.popup() else { panic!("no prompt") };
    assert_eq!(ask.line.text(), "half a");
}

#[test]
fn a_group_is_frozen_previewed_and_asks_for_the_number() {
    let mut app = owner();
    let effects = press(&mut app, "2 r");
    let [Effect::Freeze(seq, wanted)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(wanted.filter.to_string(), "destination:HubSpot signature:\"401 token expired\"");
    let mut frozen: Vec<_> = (0..30).map(|n| fixtures::frozen(&Item::Job(fixtures::job(n, JobState::Dead)))).collect();
    let targets: Vec<_> = frozen.iter().map(|row| row.target).collect();
    // What could be done twice is counted, and left out.
    frozen.extend((30..32).map(|n| fixtures::frozen(&Item::Job(fixtures::job(n, JobState::Unknown)))));
    app.update(Message::Frozen(*seq, Ok(frozen)));
    let Some(Popup::Ask(ask)) = app.popup() else { panic!("no preview") };
    let Question::TypedCount { body, .. } = &ask.question else { panic!("{:?}", ask.question) };
    assert!(body.ends_with("30 safe, 2 left out (2 unknown)"), "{body}");
    assert!(matches!(app.popup(), Some(Popup::Ask(ask)) if matches!(ask.question, Question::TypedCount { count: 30, .. })));
    assert_eq!(press(&mut app, "2 9 Enter"), []);
    let effects = press(&mut app, "Backspace Backspace 3 0 Enter");
    let [Effect::Bulk(_, acts)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(acts.iter().map(|act| act.target).collect::<Vec<_>>(), targets);
    assert!(acts.iter().all(|act| act.verb == Verb::RetryJob));
}

#[test]
fn a_preview_counts_what_is_done_and_names_whose_it_is() {
    let mut app = owner();
    let [Effect::Freeze(seq, _)] = press(&mut app, "2 r")[..] else { panic!("no freeze") };
    let states = |n| [JobState::Dead, JobState::Retrying, JobState::Held, JobState::Unknown][usize::try_from(n).unwrap() % 4];
    let rows = (900..912).map(|n| fixtures::frozen(&Item::Job(fixtures::job(n, states(n))))).collect();
    app.update(Message::Frozen(seq, Ok(rows)));
    let Some(Popup::Ask(ask)) = app.popup() else { panic!("no preview") };
    let Question::Confirm { title, body, .. } = &ask.question else { panic!("{:?}", ask.question) };
    assert_eq!(title, "retry · 6 of 12 in HubSpot · 401 token expired");
    assert!(body.starts_with("J-1400  crm handoff of L-2900\n"), "{body}");
    assert!(body.ends_with("6 safe, 6 left out (3 held, 3 unknown)"), "{body}");
}

#[test]
fn a_bulk_that_was_stopped_is_told_by_what_it_did() {
    let mut app = owner();
    let effects = press(&mut app, "3 x x C Enter");
    let [Effect::Bulk(seq, acts)] = &effects[..] else { panic!("{effects:?}") };
    press(&mut app, "Esc");
    let outcome = Ok(done(&acts[0], "cancelled", Err("a cancelled job is not revived".into())));
    app.update(Message::BulkStep { seq: *seq, target: acts[0].target, outcome });
    let effects = app.update(Message::BulkEnded { seq: *seq, stopped: true });
    fixtures::serve(&mut app, effects);
    press(&mut app, "Esc u");
    let said = &app.notice().unwrap().text;
    assert_eq!(said, "“cancel job · 1 of 2 marked” cannot be undone: a cancelled job is not revived");
}

#[test]
fn unknown_outcomes_of_a_group_are_settled_at_their_rows() {
    let mut app = owner();
    assert_eq!(press(&mut app, "2 j w"), []);
    assert!(matches!(app.screen(), Some(Screen::Group(group)) if group.destination == "Twilio"));
    assert!(app.notice().unwrap().text.contains("at its row"), "{:?}", app.notice());
    // Those that are marked are listed before they are settled, and what is known is left out.
    press(&mut app, "x x x x w n o k Enter");
    let Some(Popup::Ask(ask)) = app.popup() else { panic!("no preview") };
    let Question::Confirm { title, body, .. } = &ask.question else { panic!("{:?}", ask.question) };
    assert_eq!(title, "settle: it did not arrive · 1 of 4 marked");
    assert_eq!(body, "J-503  review request of L-2003 → HubSpot · unknown\n3 left out (3 dead)");
}

#[test]
fn what_failed_in_a_bulk_stays_marked_and_the_rest_can_be_undone() {
    let mut app = owner();
    press(&mut app, "4 x x x f");
    let effects = press(&mut app, "Enter");
    let [Effect::Bulk(seq, acts)] = &effects[..] else { panic!("{effects:?}") };
    for (n, act) in acts.iter().enumerate() {
        let inverse = Act { verb: Verb::ReopenTask, ..act.clone() };
        let outcome = if n == 1 { Err(Failure::Other("no".into())) } else { Ok(done(act, "done", Ok(inverse))) };
        app.update(Message::BulkStep { seq: *seq, target: act.target, outcome });
    }
    let effects = app.update(Message::BulkEnded { seq: *seq, stopped: false });
    fixtures::serve(&mut app, effects);
    assert_eq!(app.list(Pane::Tasks).marks.len(), 1);
    let effects = press(&mut app, "Esc u");
    assert!(matches!(&effects[..], [Effect::Bulk(_, acts)] if acts.len() == 2), "{effects:?}");
}

#[test]
fn esc_stops_a_bulk() {
    let mut app = owner();
    let effects = press(&mut app, "4 x x f Enter");
    let [Effect::Bulk(seq, _)] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(press(&mut app, "Esc"), [Effect::StopBulk(seq)]);
    assert_eq!(press(&mut app, "Esc"), []);
    assert!(!app.idle());
    app.update(Message::BulkEnded { seq, stopped: true });
    assert!(app.bulk().unwrap().is_over());
}

#[test]
fn frozen_leads_are_given_away_as_leads() {
    let mut app = owner();
    let [Effect::Freeze(seq, _)] = press(&mut app, "X")[..] else { panic!("no freeze") };
    let targets: Vec<_> = (50..53).map(|n| fixtures::frozen(&Item::Lead(lead(n)))).collect();
    app.update(Message::Frozen(seq, Ok(targets)));
    let effects = press(&mut app, "o a n a Enter Enter");
    let [Effect::Bulk(_, acts)] = &effects[..] else { panic!("{effects:?}") };
    assert!(acts.iter().all(|act| act.verb == Verb::AssignLead { to: Some("ana".into()) }));
}

#[test]
fn everything_that_matches_is_marked_loaded_or_not() {
    let mut app = owner();
    let effects = press(&mut app, "3 X");
    let [Effect::Freeze(seq, _)] = effects[..] else { panic!("{effects:?}") };
    let targets: Vec<_> = (0..90).map(|n| fixtures::frozen(&Item::Job(fixtures::job(n, JobState::Ready)))).collect();
    app.update(Message::Frozen(seq, Ok(targets)));
    assert_eq!(app.list(Pane::Queue).marks.len(), 90);
}

/// The database changed: these are the groups now.
fn groups_are(app: &mut App, groups: Vec<FailureGroup>) {
    let effects = app.update(Message::Changed);
    let seq = load_of(&effects, Pane::Failures).unwrap();
    app.update(Message::Page(seq, Ok(Rows::Groups(page(groups)))));
    fixtures::serve(app, effects);
}

/// The groups of an ordinary day, the first as this makes it.
fn first_group_is(app: &mut App, group: FailureGroup) {
    groups_are(app, vec![group, fixtures::group(1, 2, 2), fixtures::group(2, 1, 0)]);
}

#[rstest]
#[case(Role::Owner, "P resumes it, or a probe goes by itself at 14:33 UTC")]
#[case(Role::Operator, "an owner resumes it, or a probe goes by itself at 14:33 UTC")]
fn what_stands_in_the_way_of_a_canary_is_said_with_what_ends_it(#[case] role: Role, #[case] ends: &str) {
    let mut app = deck(role, SIZE);
    let why = Some("16 of the last 20 requests failed".into());
    let stop = Stop { by: None, why, since: Some(now()), until: Some(now() + TimeDelta::minutes(2)) };
    first_group_is(&mut app, FailureGroup { breaker: Breaker::Open, stop: Some(stop), ..fixtures::group(0, 38, 0) });
    for key in ["2 c", "R"] {
        assert_eq!(press(&mut app, key), []);
        let said = &app.notice().unwrap().text;
        assert_eq!(said, &format!("HubSpot is stopped since 14:31 UTC (16 of the last 20 requests failed); {ends}"));
    }
}

#[test]
fn a_canary_goes_ahead_and_the_rest_is_offered_when_it_arrives() {
    let mut app = owner();
    first_group_is(&mut app, FailureGroup { paused: false, stop: None, ..fixtures::group(0, 38, 0) });
    let effects = press(&mut app, "2 c");
    let [Effect::Freeze(seq, _)] = effects[..] else { panic!("{effects:?}") };
    // One that could be done twice is no canary.
    let rows =
        [fixtures::job(0, JobState::Unknown), fixtures::job(1, JobState::Dead)].map(|job| fixtures::frozen(&Item::Job(job)));
    let target = rows[1].target;
    let (seq, act) = performed(&app.update(Message::Frozen(seq, Ok(rows.to_vec()))));
    assert_eq!(act.target, target);
    let effects = app.update(Message::Acted(seq, Box::new(act.clone()), Ok(done(&act, "on its way", Err("left".into())))));
    let trace_of = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::LoadTrace(seq, record) if *record == target.record => Some(*seq),
            _ => None,
        })
    };
    let seq = trace_of(&effects).unwrap();
    let mut trace = fixtures::trace(target.record);
    trace.steps.retain(|step| step.kind == StepKind::Job);
    trace.steps[0].status = "running".into();
    app.update(Message::Trace(seq, Ok(trace.clone())));
    assert!(app.popup().is_none());
    let effects = app.update(Message::Changed);
    trace.steps[0].status = "succeeded".into();
    app.update(Message::Trace(trace_of(&effects).unwrap(), Ok(trace)));
    let effects = press(&mut app, "Enter");
    let [Effect::Freeze(seq, _)] = effects[..] else { panic!("{effects:?}") };
    app.update(Message::Frozen(seq, Ok(rows.to_vec())));
    let (_, act) = performed(&press(&mut app, "Enter"));
    assert_eq!(act.verb, Verb::ReleaseGroup { signature: "401 token expired".into(), jobs: vec![target.id] });
}

#[test]
fn a_group_that_runs_is_released_and_the_release_is_stopped() {
    let mut app = owner();
    assert_eq!(press(&mut app, "2 R"), []);
    assert_eq!(app.notice().unwrap().text, "HubSpot is paused by ana (token expired); P resumes it");
    let effects = press(&mut app, "j j R");
    let [Effect::Freeze(seq, ref wanted)] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(wanted.filter.to_string(), "destination:Clearbit signature:\"503 upstream timed out\"");
    let rows: Vec<_> = (0..40).map(|n| fixtures::frozen(&Item::Job(fixtures::job(n, JobState::Retrying)))).collect();
    app.update(Message::Frozen(seq, Ok(rows)));
    let (_, act) = performed(&press(&mut app, "4 0 Enter"));
    assert!(matches!(act.verb, Verb::ReleaseGroup { jobs, .. } if jobs.len() == 40));
    assert_eq!(press(&mut app, "S"), []);
    assert!(app.notice().unwrap().text.contains("no release of this group"));

    let effects = app.update(Message::Changed);
    let seq = load_of(&effects, Pane::Failures).unwrap();
    let released = FailureGroup { release: Some(fixtures::release(2)), ..fixtures::group(2, 40, 0) };
    app.update(Message::Page(seq, Ok(Rows::Groups(page(vec![released])))));
    fixtures::serve(&mut app, effects);
    assert_eq!(press(&mut app, "R"), []);
    assert!(app.notice().unwrap().text.contains("released 23/40, step 8, 0 failed"), "{:?}", app.notice());
    let (_, act) = performed(&press(&mut app, "S"));
    assert_eq!(act.verb, Verb::StopRelease { signature: "503 upstream timed out".into() });
}

#[test]
fn why_a_job_waits_is_asked_once_and_kept_fresh() {
    let mut app = owner();
    let effects = app.update(key("3"));
    fixtures::serve(&mut app, effects);
    let effects = app.update(key("i"));
    let [Effect::Explain(seq, record)] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(record, Ref::new(Kind::Job, 500));
    assert!(!app.update(Message::Changed).iter().any(|effect| matches!(effect, Effect::Explain(..))));
    app.update(Message::Explained(seq, Ok(Box::new(fixtures::explanation(record)))));
    assert!(app.update(Message::Changed).iter().any(|effect| matches!(effect, Effect::Explain(..))));
    press(&mut app, "Esc");
    assert!(app.popup().is_none());
}

#[test]
fn why_on_a_group_is_asked_of_its_first_job() {
    let mut app = owner();
    let effects = press(&mut app, "2 i");
    let [Effect::Freeze(seq, wanted)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((wanted.limit, wanted.filter.to_string().contains("destination:HubSpot")), (1, true));
    let first = fixtures::frozen(&Item::Job(fixtures::job(7, JobState::Held)));
    let effects = app.update(Message::Frozen(*seq, Ok(vec![first])));
    assert!(matches!(effects[..], [Effect::Explain(_, record)] if record == Ref::new(Kind::Job, 507)), "{effects:?}");
}

#[test]
fn screens_stack_and_esc_goes_back_one_at_a_time() {
    let mut app = owner();
    press(&mut app, "Enter g t");
    assert!(matches!(app.screen(), Some(Screen::Trace(trace)) if trace.record == Ref::new(Kind::Task, 30)));
    press(&mut app, "Esc");
    assert!(matches!(app.screen(), Some(Screen::Trace(trace)) if trace.record == Ref::new(Kind::Lead, 2001)));
    press(&mut app, "Esc");
    assert!(app.screen().is_none());
}

#[test]
fn the_sources_are_looked_up_one_at_a_time_and_read_again() {
    let mut app = owner();
    let effects = app.update(key("6"));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::LoadSources(_))), "{effects:?}");
    fixtures::serve(&mut app, effects);
    let Some(Screen::Sources(sources)) = app.screen() else { panic!("the sources are open") };
    assert_eq!((sources.rows.len(), sources.opens()), (5, Some(Ref::new(Kind::Payload, 88))));
    assert!(app.reason(Action::Retry).unwrap().contains("nothing of this source is parked"));
    // A held key asks for the row it started at, and after that answer for the row it came to.
    let first = app.update(key("j"));
    let [Effect::LoadSource(seq, _, Provider::Form)] = first[..] else { panic!("{first:?}") };
    assert_eq!((app.update(key("j")), app.update(key("k"))), (vec![], vec![]));
    app.update(Message::Source(seq, Ok(Box::new(fixtures::sources::detail(Provider::Form)))));
    let effects = app.update(key("r"));
    let [Effect::ReadAgain(seq, client, Provider::Form)] = effects[..] else { panic!("{effects:?}") };
    assert_eq!((client, press(&mut app, "r")), (fixtures::id(700).into(), vec![]), "it is being read");
    let why = Some("replaying W-61: nobody can be reached".into());
    let told = ReadAgain { recorded: 1, duplicates: 0, still: 1, why };
    let effects = app.update(Message::ReadAgain(seq, Ok(told)));
    assert_eq!(app.notice().unwrap().text, "1 taken in, 1 are parked still, such as: replaying W-61: nobody can be reached");
    fixtures::serve(&mut app, effects);
    press(&mut app, "Enter");
    assert!(matches!(app.screen(), Some(Screen::Trace(trace)) if trace.record == Ref::new(Kind::Payload, 61)));
    press(&mut app, "Esc Esc");
    assert!(app.screen().is_none());
}

#[test]
fn what_cannot_be_looked_up_is_asked_again_with_the_rows_and_no_sooner() {
    let mut app = owner();
    press(&mut app, "6");
    let effects = app.update(key("j"));
    let [Effect::LoadSource(seq, ..)] = effects[..] else { panic!("{effects:?}") };
    let lost = Failure::Unavailable("the server is away".into());
    assert_eq!(app.update(Message::Source(seq, Err(lost))), [], "it would be asked as fast as it fails");
    assert_eq!(app.update(Message::Tick(now())), []);
    let Some(Screen::Sources(sources)) = app.screen() else { panic!("the sources are open") };
    assert!(matches!(sources.detail(), Some(Err(why)) if why.contains("the server is away")));
    let effects = app.update(Message::Changed);
    let seq = effects.iter().find_map(|effect| if let Effect::LoadSources(seq) = effect { Some(*seq) } else { None });
    let effects = app.update(Message::Sources(seq.unwrap(), Ok(fixtures::sources::rows())));
    assert!(matches!(effects[..], [Effect::LoadSource(_, _, Provider::Form)]), "{effects:?}");
}

#[test]
fn the_cursor_follows_its_source() {
    let mut app = owner();
    press(&mut app, "6 j j j");
    let effects = app.update(Message::Changed);
    let seq = effects.iter().find_map(|effect| if let Effect::LoadSources(seq) = effect { Some(*seq) } else { None });
    let rows = fixtures::sources::rows().into_iter().skip(1).collect();
    app.update(Message::Sources(seq.unwrap(), Ok(rows)));
    let Some(Screen::Sources(sources)) = app.screen() else { panic!("the sources are open") };
    assert_eq!((sources.at, sources.current().unwrap().provider), (2, Provider::TwilioVoice));
}

#[test]
fn the_palette_opens_a_reference() {
    let mut app = owner();
    press(&mut app, ":");
    type_in(&mut app, "L-77");
    press(&mut app, "Enter");
    assert!(matches!(app.screen(), Some(Screen::Trace(trace)) if trace.record == Ref::new(Kind::Lead, 77)));
}

#[test]
fn coming_back_to_the_database_reads_everything_again() {
    let mut app = owner();
    app.update(Message::Linked(Link::Offline { since: now() }));
    assert!(!app.list(Pane::Leads).rows.is_empty());
    assert!(load_of(&app.update(Message::Linked(Link::Live)), Pane::Leads).is_some());
}

#[test]
fn the_screen_ticks_by_the_second_only_for_what_counts_seconds() {
    let mut app = owner();
    assert_eq!(app.next_tick(), Some(now() + TimeDelta::seconds(1)), "a job is due in 14 s");
    press(&mut app, "z");
    assert!(app.next_tick().unwrap() >= now() + TimeDelta::seconds(2), "leads alone count minutes");
}

#[test]
fn more_rows_are_asked_for_near_the_end() {
    let mut app = owner();
    let effects = app.update(Message::Changed);
    let seq = load_of(&effects, Pane::Leads).unwrap();
    let mut rows = page((1..=200).map(lead).collect());
    rows.more = true;
    app.update(Message::Page(seq, Ok(Rows::Leads(rows))));
    let effects = app.update(key("G"));
    assert!(matches!(effects.first(), Some(Effect::LoadPage(_, wanted)) if wanted.limit == 400), "{effects:?}");
}

#[test]
fn a_click_aims_and_a_second_click_opens() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut app = owner();
    let place = app.pane_box(Pane::Tasks).unwrap().rows();
    let kind = MouseEventKind::Down(MouseButton::Left);
    let click = Message::Mouse(MouseEvent { kind, column: place.x + 2, row: place.y + 1, modifiers: KeyModifiers::NONE });
    app.update(click.clone());
    assert_eq!((app.focus(), current(&app, Pane::Tasks)), (Pane::Tasks, Some(Ref::new(Kind::Task, 31))));
    app.update(click);
    assert!(matches!(app.screen(), Some(Screen::Trace(_))));
}

//! Keys that act: what each does, what asks first, what says why not, and what takes it back; on one row and on many.

use super::*;

#[rstest]
#[case(Role::Viewer, "4 f", "is a viewer")]
#[case(Role::Operator, "2 P", "is an operator")]
#[case(Role::Owner, "3 j r", "on its way already")]
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
#[case("3 j j r", Verb::RetryJob, None)]
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
    assert_eq!(press(&mut app, "3 x x C"), []);
    let Some(Popup::Ask(ask)) = app.popup() else { panic!("it asks") };
    let Question::Confirm { body, danger: true, .. } = &ask.question else { panic!("{:?}", ask.question) };
    assert!(body.contains("nothing takes that back"), "{body}");
    let effects = press(&mut app, "y");
    assert!(matches!(&effects[..], [Effect::Bulk(_, acts)] if acts.len() == 2), "{effects:?}");
}

#[test]
fn what_is_in_no_list_is_acted_on_at_its_own_page() {
    let mut app = owner();
    let record = Ref::new(Kind::Job, 577);
    let effects = app.open_record(record);
    assert_eq!(press(&mut app, "r"), [], "it is not known yet what it is");
    fixtures::serve(&mut app, effects);
    let (_, act) = performed(&press(&mut app, "r"));
    assert_eq!((act.verb, act.target.record), (Verb::RetryJob, record));
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
    assert_eq!(act.verb, Verb::PauseDestination { until: now() + TimeDelta::minutes(15) });
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
    let effects = press(&mut app, "3 x x C y");
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
    // From the report itself.
    let effects = press(&mut app, "u");
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

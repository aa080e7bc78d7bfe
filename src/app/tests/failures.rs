//! The failures desk: a canary, a paced release, and why a job is not running.

use super::*;

#[rstest]
#[case(Role::Owner, "P resumes it, or a probe goes by itself at 14:33 UTC")]
#[case(Role::Operator, "an owner resumes it, or a probe goes by itself at 14:33 UTC")]
fn what_stands_in_the_way_of_a_release_is_said_with_what_ends_it(#[case] role: Role, #[case] ends: &str) {
    let mut app = deck(role, SIZE);
    let why = Some("16 of the last 20 requests failed".into());
    let stop = Stop { by: None, why, since: Some(now()), until: Some(now() + TimeDelta::minutes(2)) };
    first_group_is(&mut app, FailureGroup { breaker: Breaker::Open, stop: Some(stop), ..fixtures::group(0, 38, 0) });
    assert_eq!(press(&mut app, "2 R"), []);
    let said = &app.notice().unwrap().text;
    assert_eq!(said, &format!("HubSpot is stopped since 14:31 UTC (16 of the last 20 requests failed); c tries one now, {ends}"));
}

#[test]
fn a_canary_of_what_stopped_by_itself_is_one_that_is_held_and_lets_the_rest_go() {
    let mut app = owner();
    let stop = Stop { by: None, why: None, since: Some(now()), until: None };
    first_group_is(&mut app, FailureGroup { breaker: Breaker::Open, stop: Some(stop), ..fixtures::group(0, 38, 0) });
    let effects = press(&mut app, "2 c");
    let [Effect::Freeze(seq, _)] = effects[..] else { panic!("{effects:?}") };
    let rows = [fixtures::job(0, JobState::Dead), fixtures::job(1, JobState::Held)].map(|job| fixtures::frozen(&Item::Job(job)));
    let target = rows[1].target;
    let (seq, act) = performed(&app.update(Message::Frozen(seq, Ok(rows.to_vec()))));
    assert_eq!((act.verb.clone(), act.target), (Verb::RetryJob, target));
    let effects = app.update(Message::Acted(seq, Box::new(act.clone()), Ok(done(&act, "goes now", Err("left".into())))));
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::LoadTrace(seq, record) if *record == target.record => Some(*seq),
        _ => None,
    });
    let mut trace = fixtures::trace(target.record);
    trace.steps.retain(|step| step.kind == StepKind::Job);
    trace.steps[0].status = "succeeded".into();
    app.update(Message::Trace(asked.unwrap(), Ok(trace)));
    assert!(app.popup().is_none(), "nothing is left to release");
    assert!(app.notice().unwrap().text.contains("its destination runs again"));
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
fn a_group_that_a_release_took_all_of_is_told_and_not_aimed_at() {
    let mut app = owner();
    first_group_is(&mut app, FailureGroup::released(fixtures::release(0)));
    for (keys, refused) in [("2 R", true), ("c", true), ("r", true), ("C", true), ("S", false)] {
        let effects = press(&mut app, keys);
        assert_eq!(effects.is_empty(), refused, "{keys}: {effects:?}");
        if refused {
            assert!(app.notice().unwrap().text.contains("nothing of this group fails any more"), "{keys}: {:?}", app.notice());
        }
    }
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

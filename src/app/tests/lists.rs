//! What stands under the cursor: loads that answer late, filters, rows that come, leave and are brought back.

use super::*;

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

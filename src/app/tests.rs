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

mod acts;
mod failures;
mod lists;

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

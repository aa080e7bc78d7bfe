//! Pictures of the screens, as text. A change of a picture is looked at before it is accepted.

use chrono::TimeDelta;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rstest::rstest;

use crate::app::App;
use crate::app::effect::Effect;
use crate::app::fixtures::{self, deck, done, now, page, press, start, type_in};
use crate::app::item::Item;
use crate::app::message::{Link, Message, Rows};
use crate::config::theme::{Styles, Theme};
use crate::domain::act::Frozen;
use crate::domain::actor::Role;
use crate::domain::failure::{Conflict, Failure};
use crate::domain::job::JobState;
use crate::domain::release::{Release, ReleaseState};
use crate::domain::row::{FailureGroup, Figures, Pane};
use crate::domain::text::{Untrusted, is_unsafe};

const SIZES: [(u16, u16); 5] = [(80, 24), (120, 36), (200, 60), (40, 10), (1, 1)];

fn terminal(app: &App, colour: bool) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(app.size().0, app.size().1)).unwrap();
    terminal.draw(|frame| super::draw(frame, app, &Styles::new(&Theme::default(), colour))).unwrap();
    terminal
}

fn picture(app: &App) -> String {
    terminal(app, true).backend().to_string()
}

/// A deck whose loads are answered by `answer`.
fn deck_with(size: (u16, u16), answer: impl Fn(Pane) -> Result<Rows, Failure>) -> App {
    let (mut app, effects) = App::new(start(Role::Owner, size));
    app.update(Message::Linked(Link::Live));
    for effect in effects {
        match effect {
            Effect::LoadPage(seq, wanted) => app.update(Message::Page(seq, answer(wanted.pane))),
            Effect::LoadFigures(seq) => app.update(Message::Figures(seq, Ok(Figures::default()))),
            _ => Vec::new(),
        };
    }
    app
}

fn nothing(pane: Pane) -> Rows {
    match pane {
        Pane::Leads => Rows::Leads(page(vec![])),
        Pane::Failures => Rows::Groups(page(vec![])),
        Pane::Queue => Rows::Jobs(page(vec![])),
        Pane::Tasks => Rows::Tasks(page(vec![])),
        Pane::Review => Rows::Drafts(page(vec![])),
    }
}

#[test]
fn sources() {
    for size in SIZES {
        let mut app = deck(Role::Operator, size);
        press(&mut app, "6");
        insta::assert_snapshot!(format!("sources_{}x{}", size.0, size.1), picture(&app));
        press(&mut app, "j");
        insta::assert_snapshot!(format!("sources_parked_{}x{}", size.0, size.1), picture(&app));
    }
    let mut app = deck(Role::Operator, (120, 36));
    press(&mut app, "6 j j j t");
    insta::assert_snapshot!("sources_forged_120x36", picture(&app));
    press(&mut app, "G");
    insta::assert_snapshot!("sources_silent_120x36", picture(&app));
}

#[test]
fn home() {
    for (w, h) in SIZES {
        insta::assert_snapshot!(format!("home_{w}x{h}"), picture(&deck(Role::Owner, (w, h))));
    }
}

#[test]
fn home_without_rows() {
    insta::assert_snapshot!("empty_80x24", picture(&deck_with((80, 24), |pane| Ok(nothing(pane)))));
}

#[test]
fn home_before_the_first_answer() {
    insta::assert_snapshot!("loading_80x24", picture(&App::new(start(Role::Viewer, (80, 24))).0));
}

#[test]
fn home_without_its_database() {
    let mut app = deck_with((80, 24), |_| Err(Failure::Unavailable("connection refused".into())));
    app.update(Message::Linked(Link::Offline { since: now() }));
    app.update(Message::Tick(now() + TimeDelta::seconds(12)));
    insta::assert_snapshot!("never_connected_80x24", picture(&app));

    let mut app = deck(Role::Owner, (80, 24));
    app.update(Message::Linked(Link::Offline { since: now() }));
    app.update(Message::Tick(now() + TimeDelta::seconds(12)));
    app.update(fixtures::key("j"));
    insta::assert_snapshot!("offline_80x24", picture(&app));
}

fn hostile(size: (u16, u16)) -> App {
    deck_with(size, |pane| {
        let mut rows = fixtures::rows(pane);
        if let Rows::Leads(page) = &mut rows {
            page.rows[0].name = "Robert\u{1b}[2J\u{1b}]0;owned\u{7}".into();
            page.rows[1].name = "evil\u{202e}gpj.exe".into();
            page.rows[2].name = Untrusted::new("x".repeat(1_000_000));
            page.rows[3].name = "日本語の名前がとても長い".into();
            page.rows[4].name = "عميل من الرياض".into();
            page.rows[5].name = format!("a{}", "\u{301}".repeat(400)).into();
            page.rows[6].name = "👩‍👩‍👧‍👦 family".into();
            page.rows[7].client = "Acme\u{200b}\u{1b}[31m".into();
        }
        Ok(rows)
    })
}

#[test]
fn hostile_names_stay_in_their_cells() {
    for size in [(120, 36), (200, 60)] {
        let app = hostile(size);
        let terminal = terminal(&app, true);
        assert!(!terminal.backend().buffer().content.iter().any(|cell| cell.symbol().chars().any(is_unsafe)));
        insta::assert_snapshot!(format!("hostile_{}x{}", size.0, size.1), terminal.backend().to_string());
    }
}

#[rstest]
#[case("zoom_lead", "z", "")]
#[case("zoom_group", "2 z", "")]
#[case("trace", "Enter", "")]
#[case("group", "2 Enter", "")]
#[case("help", "?", "")]
#[case("palette", ":", "ret")]
#[case("outcome", "l", "")]
#[case("snooze", "4 s", "")]
#[case("drop", "4 D", "made twice")]
#[case("owner", "o", "an")]
#[case("filter", "/", "state:new mar")]
#[case("bad_filter", "/", "colour:red")]
#[case("jump", "3 g", "")]
#[case("unknown_again", "2 Enter j j j r", "")]
#[case("marks", "3 x x x j", "")]
#[case("why_not", "3 j r", "")]
#[case("why", "3 i", "")]
#[case("zoom_queue", "3 z", "")]
fn screens_and_popups(#[case] name: &str, #[case] keys: &str, #[case] typed: &str) {
    for size in [(80, 24), (120, 36), (200, 60), (40, 10), (1, 1)] {
        let mut app = deck(Role::Owner, size);
        press(&mut app, keys);
        type_in(&mut app, typed);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), picture(&app));
    }
}

#[test]
fn a_bulk_act_from_preview_to_its_end() {
    let mut app = deck(Role::Owner, (80, 24));
    let effects = press(&mut app, "2 r");
    let [Effect::Freeze(seq, _)] = effects[..] else { panic!("{effects:?}") };
    app.update(Message::Frozen(seq, Ok(frozen(38, 2))));
    type_in(&mut app, "3");
    insta::assert_snapshot!("bulk_preview_80x24", picture(&app));
    type_in(&mut app, "8");
    let effects = press(&mut app, "Enter");
    let [Effect::Bulk(seq, acts)] = &effects[..] else { panic!("{effects:?}") };
    for (n, act) in acts.iter().take(9).enumerate() {
        let outcome = match n {
            4 => Err(Failure::Conflict(Box::new(Conflict {
                what: "J-504".into(),
                by: "ana".into(),
                at: None,
                now: "running".into(),
            }))),
            _ => Ok(done(act, "a new job was made", Err("it left".into()))),
        };
        app.update(Message::BulkStep { seq: *seq, target: act.target, outcome });
    }
    insta::assert_snapshot!("bulk_progress_80x24", picture(&app));
    press(&mut app, "Esc");
    app.update(Message::BulkEnded { seq: *seq, stopped: true });
    insta::assert_snapshot!("bulk_stopped_80x24", picture(&app));
}

/// A frozen group: so many that are safe to try again, and so many that are not.
fn frozen(safe: i64, unknown: i64) -> Vec<Frozen> {
    let job = |n, state| fixtures::frozen(&Item::Job(fixtures::job(n, state)));
    (0..safe + unknown).map(|n| job(n, if n < safe { JobState::Dead } else { JobState::Unknown })).collect()
}

#[test]
fn the_queue_says_when_it_does_not_clear() {
    use crate::domain::forecast::Forecast;
    let bad = Forecast::NotClearing { came: 12, left: 9 };
    let held = Forecast::Held { destination: "HubSpot".into(), jobs: 38, until: None };
    for (n, (forecast, says)) in
        [(bad, "not clearing"), (held, "held: HubSpot"), (Forecast::TooLittle { left: 2 }, "")].into_iter().enumerate()
    {
        for size in [(80, 24), (120, 36)] {
            let mut app = deck(Role::Owner, size);
            let effects = app.update(Message::Changed);
            let seq = effects.iter().find_map(|effect| if let Effect::LoadFigures(seq) = effect { Some(*seq) } else { None });
            app.update(Message::Figures(seq.unwrap(), Ok(Figures { forecast: forecast.clone(), ..fixtures::figures() })));
            fixtures::serve(&mut app, effects.into_iter().filter(|effect| !matches!(effect, Effect::LoadFigures(_))).collect());
            let title = picture(&app).lines().find(|line| line.contains("3 Retry queue")).unwrap_or_default().to_owned();
            assert!(title.contains(says), "{title}");
            insta::assert_snapshot!(format!("forecast_{n}_{}", size.0), title);
        }
    }
}

fn show_release(app: &mut App, release: Release) {
    let effects = app.update(Message::Changed);
    let seq = fixtures::load_of(&effects, Pane::Failures).unwrap();
    let group = FailureGroup { release: Some(release), ..fixtures::group(2, 23, 0) };
    app.update(Message::Page(seq, Ok(Rows::Groups(page(vec![fixtures::group(0, 38, 0), group])))));
    fixtures::serve(app, effects);
}

#[test]
fn a_release_from_preview_to_its_stop() {
    for (w, h) in [(80, 24), (120, 36)] {
        let mut app = deck(Role::Owner, (w, h));
        let effects = press(&mut app, "2 j j R");
        let [Effect::Freeze(seq, _)] = effects[..] else { panic!("{effects:?}") };
        app.update(Message::Frozen(seq, Ok(frozen(40, 2))));
        insta::assert_snapshot!(format!("release_preview_{w}x{h}"), picture(&app));
        press(&mut app, "Esc");
        show_release(&mut app, fixtures::release(2));
        insta::assert_snapshot!(format!("releasing_{w}x{h}"), picture(&app));
        let why = Some("failures came back: 3 of the last 10".to_owned());
        let stopped = Release { state: ReleaseState::Stopped, failed: 3, ended_why: why, ..fixtures::release(2) };
        press(&mut app, "z");
        show_release(&mut app, stopped);
        insta::assert_snapshot!(format!("release_stopped_{w}x{h}"), picture(&app));
    }
}

#[test]
fn a_group_that_a_release_took_all_of() {
    let mut app = deck(Role::Owner, (120, 36));
    press(&mut app, "2 j j z");
    let done = Release { state: ReleaseState::Done, out: 0, succeeded: 40, ..fixtures::release(2) };
    let effects = app.update(Message::Changed);
    let seq = fixtures::load_of(&effects, Pane::Failures).unwrap();
    app.update(Message::Page(seq, Ok(Rows::Groups(page(vec![fixtures::group(0, 38, 0), FailureGroup::released(done)])))));
    fixtures::serve(&mut app, effects);
    insta::assert_snapshot!("release_done_120x36", picture(&app));
}

#[test]
fn a_conflict() {
    let mut app = deck(Role::Owner, (80, 24));
    press(&mut app, "4 D");
    type_in(&mut app, "made twice");
    let effects = press(&mut app, "Enter");
    let [Effect::Perform(seq, act)] = &effects[..] else { panic!("{effects:?}") };
    let conflict = Conflict { what: "T-30".into(), by: "ana".into(), at: Some(now()), now: "done".into() };
    app.update(Message::Acted(*seq, act.clone(), Err(Failure::Conflict(Box::new(conflict)))));
    insta::assert_snapshot!("conflict_80x24", picture(&app));
}

#[test]
fn a_viewer_sees_why_not() {
    let mut app = deck(Role::Viewer, (80, 24));
    press(&mut app, "4");
    let before = picture(&app);
    press(&mut app, "f");
    insta::assert_snapshot!("viewer_80x24", format!("{before}\n{}", picture(&app)));
}

#[test]
fn without_colour_weight_alone_speaks() {
    let app = deck(Role::Owner, (80, 24));
    let terminal = terminal(&app, false);
    let buffer = terminal.backend().buffer();
    let plain = ratatui::style::Color::Reset;
    assert!(buffer.content.iter().all(|cell| cell.fg == plain && cell.bg == plain));
    insta::assert_snapshot!("no_color_80x24", format!("{buffer:?}"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_at_any_size_panic(
        w in 0_u16..150,
        h in 0_u16..60,
        keys in proptest::collection::vec(proptest::sample::select(KEYS), 0..40),
        sizes in proptest::collection::vec((0_u16..150, 0_u16..60), 4),
    ) {
        let mut app = deck(Role::Owner, (w, h));
        for (n, text) in keys.iter().enumerate() {
            if n % 10 == 9 {
                let (w, h) = sizes[n / 10];
                app.update(Message::Resize(w, h));
            }
            if n % 7 == 6 {
                let effects = app.update(Message::Changed);
                fixtures::serve(&mut app, effects);
            }
            if n % 6 == 5 {
                // Answers to questions that nobody asked, or asked long ago.
                let seq = u64::try_from(n).unwrap();
                let gone = || Failure::Unavailable("gone".into());
                app.update(Message::Page(seq, Err(gone())));
                app.update(Message::Trace(seq * 3, Err(gone())));
                app.update(Message::Frozen(seq, Ok(Vec::new())));
                app.update(Message::BulkEnded { seq, stopped: true });
                app.update(Message::Linked(Link::Offline { since: now() }));
                app.update(Message::Paste(format!("{text}\u{1b}[31m 日本")));
            }
            press(&mut app, text);
            let (w, h) = app.size();
            let mouse = crossterm::event::MouseEvent {
                kind: crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left),
                column: w / 3,
                row: h / 2,
                modifiers: crossterm::event::KeyModifiers::NONE,
            };
            if n % 5 == 4 {
                let effects = app.update(Message::Mouse(mouse));
                fixtures::serve(&mut app, effects);
            }
            terminal(&app, true);
        }
    }
}

const KEYS: &[&str] = &[
    "1",
    "2",
    "3",
    "4",
    "5",
    "Tab",
    "BackTab",
    "j",
    "k",
    "Down",
    "Up",
    "PageDown",
    "PageUp",
    "Home",
    "G",
    "Enter",
    "z",
    "Esc",
    "x",
    "X",
    "ctrl-x",
    "/",
    ":",
    "?",
    "u",
    "g",
    "l",
    "y",
    "r",
    "c",
    "C",
    "w",
    "P",
    "f",
    "s",
    "o",
    "D",
    "T",
    "W",
    "a",
    "e",
    "7",
    "Backspace",
    "日",
    "ctrl-l",
];

//! The screen as it is painted, at the sizes people have. Look at the snapshots: they are the screen.

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;
use rstest::rstest;

use super::draw;
use crate::app::effect::Effect;
use crate::app::message::Message;
use crate::app::review::fixture::{Desk, SAFE, TEXT, conflict, detail, noon, proof};
use crate::config::keys::Action;
use crate::config::theme::{Styles, Theme};
use crate::domain::actor::Role;
use crate::domain::draft::EvidenceLine;
use crate::domain::id::{Kind, PersonId, Ref};
use crate::domain::row::Presence;

/// Paints as the deck does: its header and footer take a row each.
fn painted(desk: &mut Desk, (width, height): (u16, u16), colour: bool) -> Terminal<TestBackend> {
    desk.size = (width, height);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let styles = Styles::new(&Theme::default(), colour);
    terminal
        .draw(|frame| {
            let mut area = frame.area();
            if area.height > 4 {
                (area.y, area.height) = (1, area.height - 2);
            }
            draw(frame, area, &desk.review, &desk.scene(), &styles);
        })
        .unwrap();
    terminal
}

fn fresh() -> Desk {
    let mut desk = Desk::ready(TEXT);
    desk.presence.push(Presence { person: "ana".into(), at: Ref::new(Kind::Draft, 12), editing: false, seen_at: noon() });
    desk
}

fn edited() -> Desk {
    let mut desk = Desk::ready(TEXT);
    desk.act(Action::Mask);
    desk.type_in(" A technician rings before coming");
    desk
}

fn diff() -> Desk {
    let mut desk = edited();
    desk.press(KeyCode::Esc);
    desk.act(Action::Diff);
    desk
}

fn preview() -> Desk {
    let mut desk = Desk::ready(SAFE);
    desk.act(Action::Preview);
    let Some(Effect::LoadPreview(seq, ..)) = desk.effects.last() else { panic!() };
    let seq = *seq;
    desk.message(&Message::Preview(seq, Ok(Box::new(proof(SAFE)))));
    desk
}

fn read_only() -> Desk {
    let mut desk = Desk::opened(detail(TEXT), Role::Reviewer);
    desk.draft.draft.claimed_by = Some(PersonId::new());
    desk.draft.draft.claimed_name = Some("ana".into());
    desk.read();
    desk.claim(Err(conflict("ana", "in_review")));
    desk
}

fn clash() -> Desk {
    let mut desk = Desk::ready(SAFE);
    desk.type_in(" mine");
    desk.wait(TimeDelta::seconds(1));
    desk.saved(Err(conflict("ana", "in_review")));
    desk.draft.work = "theirs".into();
    desk.draft.work_version = 7;
    desk.read();
    desk
}

fn long() -> Desk {
    let mut draft = detail(&format!("{SAFE} {}", "The valve was seen to twice. ".repeat(60)));
    let lines = draft.evidence.clone();
    draft.evidence = (1..=60).zip(lines.into_iter().cycle()).map(|(n, line)| EvidenceLine { n, ..line }).collect();
    let mut desk = Desk::opened(draft, Role::Reviewer);
    desk.read();
    desk.claim(Ok(()));
    for _ in 0..12 {
        desk.act(Action::ScrollEvidenceDown);
    }
    desk.act(Action::Bottom);
    desk
}

fn hostile() -> Desk {
    let mut draft = detail("Safe\u{1b}]0;owned\u{7} text \u{202e}desrever");
    draft.draft.title = "\u{1b}[31mred\u{202e}".into();
    draft.draft.client = "Acme\u{9b}31m".into();
    draft.evidence[0].text = "a\u{1b}[2Jb\nsecond line".into();
    draft.evidence[0].source = "E\u{200b}1".into();
    draft.lead_name = "Zoe\u{202e}".into();
    let mut desk = Desk::opened(draft, Role::Reviewer);
    desk.read();
    desk
}

#[rstest]
fn screens(
    #[values((80, 24), (120, 36), (200, 60), (30, 8))] size: (u16, u16),
    #[values("fresh", "editing", "diff", "preview", "read_only", "conflict", "long", "hostile")] state: &str,
) {
    let mut desk = match state {
        "fresh" => fresh(),
        "editing" => edited(),
        "diff" => diff(),
        "preview" => preview(),
        "read_only" => read_only(),
        "conflict" => clash(),
        "long" => long(),
        _ => hostile(),
    };
    let terminal = painted(&mut desk, size, true);
    insta::assert_snapshot!(format!("{state}_{}x{}", size.0, size.1), terminal.backend());
}

#[test]
fn that_more_is_known_stands_in_the_heading_and_whole_below_it() {
    let mut desk = Desk::ready(SAFE);
    desk.draft.newer_at = Some(noon());
    desk.read_changed();
    let screen = painted(&mut desk, (80, 24), true).backend().to_string();
    let mut lines = screen.lines().skip(1);
    assert!(lines.next().unwrap().contains("! more is known since 12:00 UTC"), "{screen}");
    assert!(lines.next().unwrap().contains("than it was made from: look at the lead "), "{screen}");
}

#[test]
fn a_draft_that_is_not_read_yet() {
    let mut desk = Desk::opened(detail(TEXT), Role::Reviewer);
    let terminal = painted(&mut desk, (40, 6), true);
    assert!(terminal.backend().to_string().contains("reading D-12 …"));
}

#[test]
fn findings_are_seen_without_colour() {
    let mut desk = Desk::ready(TEXT);
    let terminal = painted(&mut desk, (120, 36), false);
    let buffer = terminal.backend().buffer();
    let underlined = buffer.content().iter().filter(|cell| cell.modifier.contains(Modifier::UNDERLINED)).count();
    let reversed = buffer.content().iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED)).count();
    assert!(underlined > 0 && reversed > 0 && reversed < underlined, "{underlined} {reversed}");
    assert!(buffer.content().iter().all(|cell| cell.fg == ratatui::style::Color::Reset));
}

#[test]
fn no_size_panics_in_any_state() {
    for make in [fresh, edited, diff, preview, read_only, clash, long, hostile] {
        let mut desk = make();
        for (width, height) in (1..40).map(|n| (n * 5 - 4, n)).chain((1..30).map(|n| (n, 31 - n))) {
            painted(&mut desk, (width, height), true);
        }
    }
}

#[test]
fn nothing_raw_reaches_the_screen() {
    let mut desk = hostile();
    for size in [(80, 24), (120, 36), (30, 8)] {
        let terminal = painted(&mut desk, size, true);
        for cell in terminal.backend().buffer().content() {
            assert!(!cell.symbol().chars().any(crate::domain::text::is_unsafe), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn the_cursor_stands_where_the_next_letter_goes() {
    let mut desk = Desk::ready("One two.");
    desk.type_in("x");
    let mut terminal = painted(&mut desk, (80, 24), true);
    let at = terminal.get_cursor_position().unwrap();
    let buffer = terminal.backend().buffer();
    let before: String = (0..9).map(|back| buffer[(at.x - 9 + back, at.y)].symbol()).collect();
    assert_eq!(before, "One two.x");
}

/// Colours and weights, by position: what the pictures above cannot show.
#[rstest]
fn styles(#[values("fresh", "diff")] state: &str, #[values("default", "light", "contrast", "none")] theme: &str) {
    let mut desk = if state == "fresh" { fresh() } else { diff() };
    desk.size = (80, 24);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let styles = Styles::new(&Theme::named(theme).unwrap_or_default(), theme != "none");
    terminal.draw(|frame| draw(frame, frame.area(), &desk.review, &desk.scene(), &styles)).unwrap();
    insta::assert_snapshot!(format!("styles_{state}_{theme}"), format!("{:#?}", terminal.backend().buffer()));
}

/// Rows of the client-safe text that a screen shows, by the number that each begins with.
fn numbers_on(terminal: &Terminal<TestBackend>) -> Vec<usize> {
    let screen = terminal.backend().to_string();
    let found = screen.split("row").skip(1).filter_map(|after| after.get(..3)?.parse().ok());
    found.collect()
}

#[rstest]
fn what_counts_as_seen_is_what_is_painted(
    #[values((80, 24), (120, 36), (200, 60), (30, 8), (60, 20))] size: (u16, u16),
    #[values(0, 7, 40)] down: usize,
) {
    let rows: Vec<String> = (0..90).map(|n| format!("row{n:03} ring 512-555-0142")).collect();
    let mut draft = detail(&rows.join("\n"));
    draft.text = SAFE.into();
    let mut desk = Desk::opened(draft, Role::Reviewer);
    desk.size = size;
    desk.read();
    for _ in 0..down {
        desk.act(Action::Down);
    }
    let terminal = painted(&mut desk, size, true);
    let shape = desk.review.shape(&desk.scene(), size.0, size.1 - 2);
    let pane = desk.review.text_pane(&shape);
    let painted = numbers_on(&terminal);
    assert!(!painted.is_empty(), "{}", terminal.backend());
    if pane.total == 90 {
        let end = (pane.top + pane.height).min(90);
        assert_eq!(painted, (pane.top..end).collect::<Vec<_>>(), "{}", terminal.backend());
        let (above, below) = pane.hidden();
        assert_eq!(terminal.backend().to_string().contains(&format!("▲{above} ")), above > 0);
        assert!(terminal.backend().to_string().contains(&format!("▼{below} ")));
    }
    let listed = terminal.backend().to_string().matches("✗ ").count();
    assert_eq!(listed, shape.finding_rows(), "{}", terminal.backend());
}

#[rstest]
fn the_ledger_tells_every_kind(#[values((80, 24), (120, 36), (200, 60))] size: (u16, u16)) {
    let text = "Maria Ortiz, 512-555-0142, maria@example.com, 12 Oak Street. The gate code is 4827. SSN 219-09-9999. \
        Card 4111 1111 1111 1111. We guarantee it.";
    let mut desk = Desk::ready(text);
    let screen = painted(&mut desk, size, true).backend().to_string();
    let kinds = desk.review.checks().ledger();
    assert!(kinds.len() >= 7, "{kinds:?}");
    for (kind, before, now) in kinds {
        let told = format!("{} {before}→{now}", crate::app::review::kind_name(kind));
        assert!(screen.contains(&told), "{told}:\n{screen}");
    }
}

#[test]
fn what_the_draft_cites_nothing_for_is_marked_in_it() {
    let mut draft = detail("A heater leaks in the garage [2]. The crew told her to shut the valve off.");
    draft.work = SAFE.into();
    let mut desk = Desk::opened(draft, Role::Reviewer);
    desk.read();
    let terminal = painted(&mut desk, (120, 36), false);
    let cells = terminal.backend().buffer().content();
    let marked: String =
        cells.iter().filter(|cell| cell.modifier.contains(Modifier::UNDERLINED)).map(ratatui::buffer::Cell::symbol).collect();
    assert_eq!(marked.replace(' ', ""), "Thecrewtoldhertoshutthevalveoff");
}

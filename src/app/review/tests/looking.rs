//! Walking, masking, comparing and previewing; and that hostile text never comes in raw.

use crossterm::event::KeyCode;

use super::super::fixture::{Desk, SAFE, TEXT, detail};
use super::super::{Face, Fate, Outcome, View};
use crate::config::keys::Action;
use crate::domain::actor::Role;

#[test]
fn the_diff_follows_the_text() {
    let mut desk = Desk::ready(SAFE);
    desk.act(Action::Diff);
    let View::Diff(pieces) = desk.review.view() else { panic!() };
    assert!(pieces.iter().all(|piece| piece.fate == Fate::Kept));
    desk.act(Action::Diff);
    assert_eq!(desk.review.view(), &View::Text);
    desk.type_in(" Soon.");
    desk.press(KeyCode::Esc);
    desk.act(Action::Diff);
    let View::Diff(pieces) = desk.review.view() else { panic!() };
    assert!(pieces.iter().any(|piece| piece.fate == Fate::Added && piece.text.contains("Soon")));
    assert_eq!(desk.act(Action::Back), Outcome::Stay, "back goes one step");
    assert_eq!(desk.review.view(), &View::Text);
}

#[test]
fn the_preview_holds_the_text_and_nothing_internal() {
    let mut desk = Desk::ready(SAFE);
    desk.act(Action::Preview);
    let portal = desk.review.portal_text();
    assert_eq!((portal.heading.as_str(), portal.body.as_str()), ("Source: phone call · 24 Nov 2026, 09:00 UTC", SAFE));
}

#[test]
fn hostile_text_does_not_come_in_raw_and_the_screen_says_so() {
    let mut desk = Desk::opened(detail("a\u{1b}[2Jb\u{202e}c"), Role::Reviewer);
    desk.read();
    assert_eq!(desk.text(), "a[2Jbc");
    assert!(desk.review.notices(&desk.scene())[0].contains("2 characters"));
    assert_eq!(desk.review.unsaved(), None, "cleaning alone is no edit");
    desk.claim(Ok(()));
    desk.act(Action::Edit);
    assert!(matches!(desk.paste("x\u{200b}y\u{7}"), Outcome::Say(_)));
    assert_eq!(desk.text(), "xya[2Jbc");
}

#[test]
fn pasting_without_editing_changes_nothing() {
    let mut desk = Desk::ready(SAFE);
    assert!(matches!(desk.paste("aaaa"), Outcome::Say(_)));
    assert_eq!(desk.text(), SAFE);
}

#[test]
fn evidence_scrolls_to_its_end_and_no_further() {
    let mut draft = detail(SAFE);
    let line = draft.evidence[0].clone();
    draft.evidence.extend((0..60).map(|_| line.clone()));
    let mut desk = Desk::opened(draft, Role::Reviewer);
    desk.read();
    for _ in 0..500 {
        desk.act(Action::ScrollEvidenceDown);
    }
    let end = desk.review.evidence_top();
    assert!(end > 60 && end < 300, "{end}");
    desk.act(Action::ScrollEvidenceUp);
    assert_eq!(desk.review.evidence_top(), end - 1);
}

#[test]
fn in_one_column_tab_shows_the_others_and_back_returns() {
    let mut desk = Desk::ready(SAFE);
    desk.size = (30, 10);
    desk.act(Action::NextPane);
    assert_eq!(desk.review.face(), Face::Evidence);
    assert_eq!(desk.act(Action::Back), Outcome::Stay);
    assert_eq!(desk.review.face(), Face::Text);
}

#[test]
fn debug_says_nothing_of_texts() {
    let mut desk = Desk::ready(TEXT);
    desk.type_in("gate code 4411");
    let shown = format!("{:?} {:?}", desk.review, desk.review.checks());
    assert!(!shown.contains("4411") && !shown.contains("Maria"), "{shown}");
}

//! Walking, masking, comparing and previewing; and that hostile text never comes in raw.

use crossterm::event::KeyCode;

use super::super::fixture::{Desk, SAFE, TEXT, detail, proof};
use super::super::{Face, Fate, Outcome, Portal, View};
use crate::app::effect::Effect;
use crate::app::message::Message;
use crate::config::keys::Action;
use crate::domain::act::Verb;
use crate::domain::actor::Role;
use crate::domain::span::FindingKind;

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
fn the_preview_is_asked_of_the_portal_and_holds_for_that_text() {
    let mut desk = Desk::ready(SAFE);
    desk.act(Action::Preview);
    let Some(Effect::LoadPreview(seq, id, text)) = desk.effects.last() else { panic!("{:?}", desk.effects) };
    assert_eq!((*id, text.reveal().as_str()), (desk.draft.draft.id, SAFE));
    let (seq, proof) = (*seq, proof(SAFE));
    desk.message(&Message::Preview(seq + 1, Ok(Box::new(proof.clone()))));
    assert_eq!(desk.review.view(), &View::Preview(Portal::Asked(seq)), "only the answer to what was asked counts");
    desk.message(&Message::Preview(seq, Ok(Box::new(proof.clone()))));
    assert_eq!(desk.review.view(), &View::Preview(Portal::Shows(Box::new(proof.clone()))));
    desk.type_in("!");
    assert_eq!(desk.review.view(), &View::Text, "another text is not what the portal was asked about");
    desk.message(&Message::Preview(seq, Ok(Box::new(proof))));
    assert_eq!(desk.review.view(), &View::Text);
}

#[test]
fn the_preview_opens_at_its_top_wherever_the_text_stood_and_scrolls_to_its_end() {
    let mut desk = Desk::ready(&format!("{SAFE} {}", "The valve was seen to twice. ".repeat(40)));
    desk.size = (80, 24);
    desk.act(Action::Bottom);
    let cursor = desk.review.editor().cursor();
    desk.act(Action::Preview);
    let Some(Effect::LoadPreview(seq, ..)) = desk.effects.last() else { panic!() };
    let seq = *seq;
    desk.message(&Message::Preview(seq, Ok(Box::new(proof(desk.text())))));
    let shape = desk.review.shape(&desk.scene(), 80, 22);
    let (width, height) = shape.inside(shape.text);
    let (total, height) = (desk.review.preview_rows(width.into()).len(), usize::from(height));
    assert!(total > height);
    assert_eq!(desk.review.preview_top(total, height), 0);
    desk.act(Action::Down);
    assert_eq!(desk.review.preview_top(total, height), 1);
    desk.act(Action::Bottom);
    assert_eq!(desk.review.preview_top(total, height), total - height);
    desk.act(Action::Up);
    assert_eq!(desk.review.preview_top(total, height), total - height - 1);
    assert_eq!(desk.review.editor().cursor(), cursor, "the text stays where it was");
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

#[test]
fn findings_are_walked_around_the_end_with_the_cursor_on_them() {
    let mut desk = Desk::ready(TEXT);
    let starts: Vec<usize> = desk.review.checks().found().iter().map(|finding| finding.start).collect();
    assert!(starts.len() >= 3, "{starts:?}");
    desk.act(Action::Bottom);
    for expected in starts.iter().chain(&starts[..1]) {
        desk.act(Action::NextFinding);
        assert_eq!(desk.review.editor().cursor(), *expected);
    }
    desk.act(Action::PreviousFinding);
    assert_eq!(desk.review.editor().cursor(), *starts.last().unwrap());
}

#[test]
fn three_findings_are_masked_and_approved_in_four_keys() {
    let mut desk = Desk::ready(TEXT);
    for _ in 0..3 {
        desk.act(Action::Mask);
    }
    let masked = "The customer called about a water heater that leaks. Call her at the number on file. \
                  We aim for a visit by Friday.\n\nThe crew will look at the valve first.";
    assert_eq!(desk.text(), masked);
    assert_eq!(desk.review.checks().weight().0, 0, "neutral words raise no finding");
    desk.act(Action::Approve);
    assert_eq!(desk.last_act().1.verb, Verb::ApproveDraft { text: masked.to_owned(), work_version: 1 });
}

#[test]
fn what_only_a_person_knows_is_gone_to_and_the_next_key_is_no_letter() {
    let mut desk = Desk::ready("The visit costs 480 dollars.");
    let said = desk.act(Action::Mask);
    assert!(matches!(&said, Outcome::Say(said) if said.contains("r puts your words there, e edits")), "{said:?}");
    assert!(!desk.review.typing());
    assert_eq!(desk.review.editor().cursor(), desk.review.checks().found()[0].start);
    assert_eq!(desk.text(), "The visit costs 480 dollars.");
}

#[test]
fn a_block_stops_approval_is_named_and_gone_to() {
    let mut desk = Desk::ready("A safe start. Call 512-555-0142.");
    desk.act(Action::Top);
    let outcome = desk.act(Action::Approve);
    assert!(matches!(&outcome, Outcome::Say(said) if said.contains("phone “512-555-0142”")), "{outcome:?}");
    assert_eq!(desk.review.editor().cursor(), 19);
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Perform(..))));
}

#[test]
fn findings_follow_every_key() {
    let mut desk = Desk::ready(SAFE);
    assert_eq!(desk.review.checks().weight(), (0, 0));
    desk.type_in(" Call 512-555-0142");
    assert_eq!(desk.review.checks().weight().0, 1);
    desk.press(KeyCode::Backspace);
    desk.press(KeyCode::Backspace);
    desk.press(KeyCode::Backspace);
    desk.press(KeyCode::Backspace);
    assert!(desk.review.checks().found().iter().all(|finding| finding.kind != FindingKind::Phone));
}

/// A draft whose second sentence cites nothing, with the text that a reviewer starts with.
fn citing() -> Desk {
    let text = "A heater leaks in the garage [2]. The crew told her to shut the valve off. Form sent from Austin [3].";
    let mut draft = detail(text);
    draft.work = crate::domain::cite::without_citations(text).as_str().into();
    let mut desk = Desk::opened(draft, Role::Reviewer);
    desk.read();
    desk.claim(Ok(()));
    desk.look();
    desk
}

fn uncited(desk: &Desk) -> Vec<String> {
    let found = desk.review.checks().found().iter().filter(|finding| finding.kind == FindingKind::Uncited);
    found.map(|finding| finding.text.clone()).collect()
}

#[test]
fn what_the_draft_rests_on_is_told_of_the_text_until_it_is_said_otherwise() {
    let mut desk = citing();
    assert!(!desk.text().contains('['), "{}", desk.text());
    assert_eq!(uncited(&desk), ["The crew told her to shut the valve off"]);
    let diff = |desk: &mut Desk| {
        desk.act(Action::Diff);
        let View::Diff(pieces) = desk.review.view() else { panic!() };
        pieces.iter().all(|piece| piece.fate == Fate::Kept)
    };
    assert!(diff(&mut desk), "citations alone are no difference");
    // Lightly edited it is the same sentence, in other words another one; and taken out it is gone.
    let rewrite = |desk: &mut Desk, from: &str, to: &str| {
        let at = desk.text().find(from).unwrap();
        desk.act(Action::Edit);
        desk.act(Action::Top);
        for _ in 0..at + from.len() {
            desk.press(KeyCode::Right);
        }
        for _ in 0..from.len() {
            desk.press(KeyCode::Backspace);
        }
        for c in to.chars() {
            desk.press(KeyCode::Char(c));
        }
        desk.press(KeyCode::Esc);
    };
    rewrite(&mut desk, "told her", "asked her");
    assert_eq!(uncited(&desk), ["The crew asked her to shut the valve off"]);
    rewrite(&mut desk, "The crew asked her to shut the valve off", "Water is off by now");
    assert_eq!(uncited(&desk), Vec::<String>::new(), "{}", desk.text());
}

#[test]
fn the_lines_that_are_cited_for_a_sentence_are_lit() {
    let mut desk = citing();
    desk.act(Action::Top);
    assert_eq!(desk.review.lit().into_iter().collect::<Vec<_>>(), [1]);
    desk.act(Action::Bottom);
    assert_eq!(desk.review.lit().into_iter().collect::<Vec<_>>(), [2], "the form, whose words it does not share");
}

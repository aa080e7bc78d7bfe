//! Nothing typed is lost: saving, going offline, conflicts, leaving, recovery.

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use rstest::rstest;

use super::super::fixture::{Desk, SAFE, conflict, detail, noon};
use super::super::{Claim, Fate, Outcome, Piece, Saving, View};
use crate::app::effect::Effect;
use crate::app::message::{Link, Message};
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::Verb;
use crate::domain::actor::Role;
use crate::domain::draft::DraftState;
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, PersonId, Ref};
use crate::domain::text::Internal;

fn saves(desk: &Desk) -> Vec<String> {
    let saved = desk.effects.iter().filter_map(|effect| match effect {
        Effect::SaveWork { text, .. } => Some(text.reveal().clone()),
        _ => None,
    });
    saved.collect()
}

fn recovery(desk: &Desk) -> Option<String> {
    let kept = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::KeepRecovery { text, .. } => Some(Some(text.reveal().clone())),
        Effect::DropRecovery { .. } => Some(None),
        _ => None,
    });
    kept.flatten()
}

fn offline() -> Failure {
    Failure::Unavailable("connection refused".into())
}

fn found(text: &str) -> Message {
    Message::Recovered { draft: Ref::new(Kind::Draft, 12), text: Internal::new(text.to_owned()) }
}

#[test]
fn saves_when_the_keys_rest_for_a_second_and_not_before() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.wait(TimeDelta::milliseconds(900));
    assert!(saves(&desk).is_empty());
    assert_eq!(desk.review.next_tick(desk.now), Some(desk.now + TimeDelta::milliseconds(100)));
    desk.wait(TimeDelta::milliseconds(100));
    assert_eq!(saves(&desk), [format!("{SAFE}!")]);
    assert!(matches!(desk.effects.last(), Some(Effect::SaveWork { work_version: 1, .. })));
    desk.saved(Ok(2));
    assert_eq!((desk.review.saving(), desk.review.unsaved(), desk.review.next_tick(desk.now)), (Saving::Saved, None, None));
}

#[test]
fn esc_ends_editing_keeps_the_text_and_saves_at_once() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.press(KeyCode::Esc);
    assert!(!desk.review.typing());
    assert_eq!(desk.text(), format!("{SAFE}!"));
    assert_eq!(saves(&desk), [format!("{SAFE}!")]);
}

#[test]
fn what_was_typed_during_a_save_is_saved_next_with_the_new_version() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("1");
    desk.wait(TimeDelta::seconds(1));
    desk.press(KeyCode::Char('2'));
    desk.wait(TimeDelta::seconds(1));
    assert_eq!(saves(&desk).len(), 1, "one save at a time");
    desk.saved(Ok(2));
    desk.wait(TimeDelta::seconds(1));
    assert_eq!(saves(&desk), [format!("{SAFE}1"), format!("{SAFE}12")]);
    assert!(matches!(desk.effects.last(), Some(Effect::SaveWork { work_version: 2, .. })));
}

#[test]
fn offline_the_text_goes_to_the_recovery_file_and_to_the_database_when_it_is_back() {
    let mut desk = Desk::ready(SAFE);
    desk.link = Link::Offline { since: noon() };
    desk.type_in("!");
    desk.wait(TimeDelta::seconds(1));
    assert_eq!((saves(&desk).len(), recovery(&desk)), (0, Some(format!("{SAFE}!"))));
    assert_eq!(desk.review.saving(), Saving::Recovery);
    desk.link = Link::Live;
    desk.wait(TimeDelta::seconds(5));
    desk.saved(Ok(2));
    assert_eq!((desk.review.saving(), recovery(&desk)), (Saving::Saved, None));
}

#[test]
fn a_save_that_fails_is_kept_told_and_tried_again() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.wait(TimeDelta::seconds(1));
    desk.saved(Err(offline()));
    assert_eq!(recovery(&desk), Some(format!("{SAFE}!")));
    assert!(desk.review.notices(&desk.scene())[0].contains("not saved"));
    desk.wait(TimeDelta::seconds(5));
    assert_eq!(saves(&desk).len(), 2);
    desk.saved(Ok(2));
    assert_eq!(recovery(&desk), None);
    assert!(desk.review.notices(&desk.scene()).is_empty());
}

/// My text and another were both saved; the person decides.
fn clashing() -> Desk {
    let mut desk = Desk::ready(SAFE);
    desk.type_in(" mine");
    desk.wait(TimeDelta::seconds(1));
    assert!(matches!(desk.saved(Err(conflict("ana", "in_review"))), Outcome::Say(_)));
    assert_eq!(recovery(&desk), Some(format!("{SAFE} mine")));
    desk.draft.work = "theirs".into();
    desk.draft.work_version = 7;
    assert_eq!(desk.read(), Outcome::Stay, "no question comes under the fingers of somebody who types");
    let asked = desk.press(KeyCode::Esc);
    assert!(matches!(&asked, Outcome::Ask(Question::Menu { options, .. }) if options.len() == 3), "{asked:?}");
    assert_eq!(desk.text(), format!("{SAFE} mine"), "nothing happens before the answer");
    desk
}

#[test]
fn two_texts_can_be_looked_at_against_the_last_common_one() {
    let mut desk = clashing();
    desk.answer(Answer::Choice(2));
    let View::Both { mine, theirs } = desk.review.view() else { panic!("{:?}", desk.review.view()) };
    let added = |pieces: &[Piece]| -> String {
        pieces.iter().filter(|piece| piece.fate == Fate::Added).map(|piece| piece.text.as_str()).collect()
    };
    assert_eq!((added(mine), added(theirs)), (" mine".into(), "theirs".into()));
    assert!(matches!(desk.act(Action::Edit), Outcome::Ask(Question::Menu { .. })), "then it is asked again");
    desk.answer(Answer::Choice(0));
    assert_eq!(desk.review.view(), &View::Text);
}

#[test]
fn of_two_texts_mine_can_be_kept() {
    let mut desk = clashing();
    desk.answer(Answer::Choice(0));
    assert!(matches!(desk.effects.last(), Some(Effect::SaveWork { work_version: 7, .. })));
    assert_eq!(saves(&desk).last(), Some(&format!("{SAFE} mine")));
}

#[test]
fn of_two_texts_theirs_can_be_taken_and_mine_undone() {
    let mut desk = clashing();
    desk.answer(Answer::Choice(1));
    assert_eq!(desk.text(), "theirs");
    desk.act(Action::Edit);
    let undo = crossterm::event::KeyEvent::new(KeyCode::Char('u'), crossterm::event::KeyModifiers::CONTROL);
    desk.event(undo);
    desk.event(undo);
    assert_eq!(desk.text(), format!("{SAFE} mine"));
}

#[test]
fn an_undecided_conflict_keeps_both_stops_approval_and_is_asked_again() {
    let mut desk = clashing();
    desk.answer(Answer::No);
    let before = saves(&desk).len();
    desk.wait(TimeDelta::seconds(60));
    assert_eq!((desk.text(), saves(&desk).len()), (&*format!("{SAFE} mine"), before));
    desk.look();
    assert!(matches!(desk.act(Action::Approve), Outcome::Ask(Question::Menu { .. })));
}

#[test]
fn a_conflict_without_another_text_is_no_question() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.wait(TimeDelta::seconds(1));
    desk.saved(Err(conflict("worker", "in_review")));
    desk.draft.draft.version += 1;
    assert_eq!(desk.read(), Outcome::Stay);
    desk.wait(TimeDelta::seconds(1));
    assert_eq!(saves(&desk).len(), 2);
}

#[test]
fn leaving_saves_first_then_hands_the_claim_back() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.press(KeyCode::Esc);
    assert!(matches!(desk.act(Action::Back), Outcome::Say(_)));
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Perform(..))), "not before the text is safe");
    assert_eq!(desk.saved(Ok(2)), Outcome::Leave);
    assert_eq!(desk.last_act().1.verb, Verb::ReleaseDraft { work_version: None });
}

#[test]
fn leaving_with_nothing_unsaved_is_at_once() {
    let mut desk = Desk::ready(SAFE);
    assert_eq!(desk.act(Action::Back), Outcome::Leave);
    assert_eq!(desk.last_act().1.verb, Verb::ReleaseDraft { work_version: None });
}

#[rstest]
#[case::pressed_twice(false)]
#[case::offline(true)]
fn leaving_unsaved_leaves_the_text_in_the_recovery_file(#[case] without_link: bool) {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.press(KeyCode::Esc);
    if without_link {
        desk.link = Link::Offline { since: noon() };
    } else {
        desk.act(Action::Back);
    }
    assert_eq!(desk.act(Action::Back), Outcome::Leave);
    assert_eq!(recovery(&desk), Some(format!("{SAFE}!")));
}

#[test]
fn a_save_that_fails_while_leaving_stays_and_the_next_esc_leaves() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.press(KeyCode::Esc);
    desk.act(Action::Back);
    assert!(matches!(desk.saved(Err(offline())), Outcome::Say(_)));
    assert_eq!(recovery(&desk), Some(format!("{SAFE}!")));
    assert_eq!(desk.act(Action::Back), Outcome::Leave);
}

#[test]
fn quitting_keeps_saves_and_hands_back() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.close();
    assert_eq!((recovery(&desk), saves(&desk)), (Some(format!("{SAFE}!")), vec![format!("{SAFE}!")]));
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Perform(..))), "the claim is needed for the save");
    desk.saved(Ok(2));
    assert_eq!(desk.last_act().1.verb, Verb::ReleaseDraft { work_version: None });
}

#[test]
fn a_text_of_an_earlier_run_is_offered_and_never_applied_unasked() {
    let mut desk = Desk::ready(SAFE);
    assert!(matches!(desk.message(&found("from yesterday")), Outcome::Ask(Question::Menu { .. })));
    assert_eq!(desk.text(), SAFE);
    desk.answer(Answer::Choice(0));
    assert_eq!((desk.text(), saves(&desk)), ("from yesterday", vec!["from yesterday".to_owned()]));
    desk.saved(Ok(2));
    assert_eq!(recovery(&desk), None);
}

#[test]
fn an_undecided_recovery_is_asked_before_another_text_could_overwrite_it() {
    let mut desk = Desk::ready(SAFE);
    desk.message(&found("from yesterday"));
    desk.answer(Answer::No);
    assert!(matches!(desk.act(Action::Edit), Outcome::Ask(Question::Menu { .. })));
    assert!(!desk.review.typing());
    desk.answer(Answer::Choice(1));
    desk.act(Action::Edit);
    assert!(desk.review.typing());
    assert_eq!(desk.text(), SAFE);
}

#[test]
fn an_unsaved_text_is_told_as_it_stands_now() {
    let told = |desk: &Desk| {
        let notices = desk.review.notices(&desk.scene());
        notices.into_iter().find(|notice| notice.contains("recovery file")).unwrap_or_default()
    };
    let mut desk = Desk::opened(detail(SAFE), Role::Reviewer);
    desk.message(&found("from yesterday"));
    desk.read();
    assert!(told(&desk).ends_with("it is offered when you hold this draft"), "{}", told(&desk));
    desk.acted(Ok(()));
    assert_eq!(told(&desk), "", "it is being offered");
    desk.answer(Answer::No);
    assert!(told(&desk).ends_with("e offers it again"), "{}", told(&desk));
    desk.act(Action::Edit);
    desk.answer(Answer::Choice(1));
    assert_eq!(told(&desk), "");
}

#[test]
fn two_texts_of_ones_own_are_not_called_somebody_elses() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in(" mine");
    desk.wait(TimeDelta::seconds(1));
    desk.saved(Err(conflict("rosa", "in_review")));
    desk.draft.work = "from the other terminal".into();
    (desk.draft.work_version, desk.draft.worked_by, desk.draft.worked_at) = (7, Some("rosa".into()), Some(noon()));
    desk.read();
    let Outcome::Ask(Question::Menu { title, options }) = desk.press(KeyCode::Esc) else { panic!() };
    assert_eq!(title, "D-12: two texts were saved; the other one by you at 12:00 UTC");
    assert!(options[1].1.starts_with("take the other one (23 characters: from the other"), "{options:?}");
}

#[test]
fn a_recovery_that_is_already_saved_is_dropped_in_silence() {
    let mut desk = Desk::ready(SAFE);
    assert_eq!(desk.message(&found(SAFE)), Outcome::Stay);
    assert!(matches!(desk.effects.last(), Some(Effect::DropRecovery { .. })));
}

#[test]
fn a_recovery_found_before_the_draft_was_read_waits_for_the_claim() {
    let mut desk = Desk::opened(detail(SAFE), Role::Reviewer);
    assert_eq!(desk.message(&found("from yesterday")), Outcome::Stay);
    desk.read();
    assert!(matches!(desk.acted(Ok(())), Outcome::Ask(Question::Menu { .. })));
}

#[test]
fn a_newer_text_never_replaces_the_one_being_edited() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.draft.work = "newer".into();
    desk.draft.work_version = 5;
    desk.read_changed();
    assert_eq!(desk.text(), format!("{SAFE}!"));
    assert!(desk.review.notices(&desk.scene()).iter().any(|notice| notice.contains("a newer version elsewhere")));
    desk.press(KeyCode::Esc);
    desk.act(Action::Reload);
    assert!(matches!(desk.read(), Outcome::Ask(Question::Menu { .. })));
    assert_eq!(desk.text(), format!("{SAFE}!"));
}

#[test]
fn a_newer_text_comes_in_where_nothing_was_typed_and_must_be_looked_at() {
    let mut desk = Desk::ready(SAFE);
    desk.draft.work = "A newer and safe text.".into();
    desk.draft.work_version = 5;
    desk.read_changed();
    assert_eq!(desk.text(), "A newer and safe text.");
    assert!(matches!(desk.act(Action::Approve), Outcome::Say(_)));
}

#[test]
fn a_take_over_in_the_middle_of_a_word_keeps_the_word() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.draft.draft.claimed_by = Some(PersonId::new());
    desk.draft.draft.claimed_name = Some("ana".into());
    desk.read_changed();
    assert_eq!(desk.review.claim(), &Claim::Held { by: "ana".into(), since: None });
    assert_eq!((desk.text(), recovery(&desk)), (&*format!("{SAFE}!"), Some(format!("{SAFE}!"))));
    assert!(desk.review.typing(), "or the rest of the word would be commands");
    desk.press(KeyCode::Char('?'));
    desk.press(KeyCode::Esc);
    assert_eq!(recovery(&desk), Some(format!("{SAFE}!?")));
    assert!(saves(&desk).is_empty());
}

#[test]
fn a_draft_settled_elsewhere_is_told_and_the_text_kept() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.draft.draft.state = DraftState::Superseded;
    desk.read_changed();
    assert!(desk.review.read_only(&desk.scene()).unwrap().contains("superseded"));
    assert_eq!((desk.text(), recovery(&desk)), (&*format!("{SAFE}!"), Some(format!("{SAFE}!"))));
}

#[test]
fn the_outside_editor_brings_its_text_back() {
    let mut desk = Desk::ready(SAFE);
    desk.act(Action::Editor);
    assert!(matches!(desk.effects.last(), Some(Effect::OpenEditor { .. })));
    let edited = Message::Edited { draft: Ref::new(Kind::Draft, 12), text: Some(Internal::new("by vi\u{202e}m".to_owned())) };
    assert!(matches!(desk.message(&edited), Outcome::Say(_)));
    assert_eq!((desk.text(), saves(&desk)), ("by vim", vec!["by vim".to_owned()]));
}

#[test]
fn an_answer_to_another_screen_changes_nothing() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in("!");
    desk.wait(TimeDelta::seconds(1));
    desk.message(&Message::WorkSaved(9999, Ok(44)));
    desk.message(&Message::Draft(9999, Ok(Box::new(detail("another")))));
    assert_eq!((desk.text(), desk.review.saving()), (&*format!("{SAFE}!"), Saving::Waiting));
}

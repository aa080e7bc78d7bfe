//! Verdicts while the text is being saved: none is refused for it, none meets its own save, and no note is typed twice.

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use rstest::rstest;

use super::super::Outcome;
use super::super::fixture::{Desk, SAFE};
use super::verdicts::{approvals, said};
use crate::app::effect::Effect;
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::Verb;
use crate::domain::draft::RejectReason;
use crate::domain::failure::Failure;

/// A text that was typed, and its save on the way.
fn saving() -> Desk {
    let mut desk = Desk::ready(SAFE);
    desk.type_in(" Soon.");
    desk.press(KeyCode::Esc);
    assert_eq!(saves(&desk), 1);
    desk.look();
    desk
}

fn saves(desk: &Desk) -> usize {
    desk.effects.iter().filter(|effect| matches!(effect, Effect::SaveWork { .. })).count()
}

fn acts(desk: &Desk) -> usize {
    desk.effects.iter().filter(|effect| matches!(effect, Effect::Perform(..))).count()
}

fn refused() -> Failure {
    Failure::Unavailable("connection refused".into())
}

#[test]
fn an_approval_waits_for_the_save_and_names_its_version() {
    let mut desk = saving();
    assert_eq!((desk.act(Action::Approve), acts(&desk)), (Outcome::Stay, 0));
    assert!(said(&desk.act(Action::Approve)).contains("on its way"));
    assert!(said(&desk.act(Action::Edit)).contains("on its way"), "what was judged stays as it is");
    desk.saved(Ok(2));
    let text = desk.text().to_owned();
    assert_eq!(desk.last_act().1.verb, Verb::ApproveDraft { text, work_version: 2 });
    assert_eq!((approvals(&desk).len(), desk.acted(Ok(()))), (1, Outcome::Next));
}

#[test]
fn an_approval_whose_save_failed_is_not_sent_and_says_so() {
    let mut desk = saving();
    desk.act(Action::Approve);
    let outcome = desk.saved(Err(refused()));
    assert!(said(&outcome).contains("not approved: the text is not saved"), "{outcome:?}");
    assert_eq!(acts(&desk), 0);
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk).len(), 1, "it can be given again");
}

/// Somebody may look back at another draft meanwhile.
#[test]
fn what_became_of_a_verdict_under_another_screen_is_told_when_this_one_is_back() {
    let mut desk = saving();
    desk.act(Action::Approve);
    let answer = desk.answer_to_save(Err(refused()));
    desk.message_beneath(&answer);
    let notices = desk.review.notices(&desk.scene());
    assert!(notices.iter().any(|notice| notice.contains("not approved: the text is not saved")), "{notices:?}");
}

#[test]
fn an_approval_that_waits_can_be_taken_back() {
    let mut desk = saving();
    desk.act(Action::Approve);
    assert!(said(&desk.act(Action::Back)).contains("not approved"));
    desk.saved(Ok(2));
    assert_eq!(acts(&desk), 0);
}

#[test]
fn evidence_that_comes_while_an_approval_waits_is_looked_at_first() {
    let mut desk = saving();
    desk.act(Action::Approve);
    desk.draft.newer_at = Some(desk.now);
    desk.read_changed();
    assert!(said(&desk.saved(Ok(2))).contains("only just been shown"));
    assert_eq!(acts(&desk), 0);
}

#[test]
fn no_save_starts_while_a_verdict_is_on_its_way() {
    let mut desk = Desk::ready("Call 512-555-0142 now.");
    desk.act(Action::Mask);
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk), ["Call the number on file now."]);
    let before = saves(&desk);
    desk.wait(TimeDelta::seconds(3));
    assert_eq!(saves(&desk), before, "it would meet the approval in the database");
    desk.acted(Err(refused()));
    desk.wait(TimeDelta::seconds(3));
    assert_eq!(saves(&desk), before + 1, "the text is saved after all");
}

#[rstest]
#[case::rejected(&[Answer::Choice(1), Answer::Text("names a minor".into())], Action::Reject)]
#[case::sent_back(&[Answer::Text("names a minor".into())], Action::SendBack)]
fn what_was_typed_is_saved_before_it_is_sent_away(#[case] answers: &[Answer], #[case] action: Action) {
    let mut desk = saving();
    // The save did not come through, and is tried again in a while.
    desk.saved(Err(refused()));
    let decide = |desk: &mut Desk| {
        desk.act(action);
        for answer in answers {
            desk.answer(answer.clone());
        }
    };
    decide(&mut desk);
    assert_eq!((saves(&desk), acts(&desk)), (2, 0), "saved first");
    // That one fails too: the note stands in its line.
    assert!(said(&desk.saved(Err(refused()))).contains("the text is not saved"));
    let asked = match desk.act(action) {
        Outcome::Ask(Question::Menu { .. }) => desk.answer(answers[0].clone()),
        asked => asked,
    };
    let Outcome::Ask(Question::Text { given, .. } | Question::Reason { given, .. }) = asked else { panic!("{asked:?}") };
    assert_eq!(given, "names a minor");
    desk.answer(Answer::Text(given));
    desk.saved(Ok(2));
    let act = desk.last_act().1;
    let verb = match action {
        Action::Reject => Verb::RejectDraft { reason: RejectReason::Unsafe, work_version: 2 },
        _ => Verb::ReleaseDraft { work_version: Some(2) },
    };
    assert_eq!((act.verb, act.reason.as_deref()), (verb, Some("names a minor")));
    assert_eq!(desk.acted(Ok(())), Outcome::Next);
}

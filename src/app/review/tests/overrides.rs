//! Letting a block pass: a second person, and this text alone.

use crossterm::event::KeyCode;

use super::super::Outcome;
use super::super::fixture::{Desk, conflict, detail};
use super::verdicts::{approvals, said};
use crate::app::effect::Effect;
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::Verb;
use crate::domain::actor::Role;
use crate::domain::draft::Override;
use crate::domain::journal::sha256;

#[test]
fn a_block_passes_only_for_the_text_that_was_asked_for_and_by_somebody_else() {
    let mut desk = Desk::ready("Call 512-555-0142.");
    assert!(said(&desk.act(Action::Approve)).contains("blocked"));
    let Outcome::Ask(Question::Reason { title, .. }) = desk.act(Action::Override) else { panic!() };
    assert!(title.contains("phone"), "{title}");
    desk.answer(Answer::Text("their own number".into()));
    let (_, act) = desk.last_act();
    assert_eq!(act.verb, Verb::AskOverride { text: "Call 512-555-0142.".into() });
    assert!(matches!(desk.acted(Ok(())), Outcome::Say(_)), "the draft stays open");

    let request = |granted_by: Option<&str>| Override {
        id: uuid::Uuid::from_u128(7),
        asked_by: "rosa".into(),
        kinds: "phone".into(),
        why: "their own number".into(),
        text_hash: sha256(b"Call 512-555-0142.").to_vec(),
        spans: None,
        granted_by: granted_by.map(Into::into),
    };
    desk.draft.overriding = Some(request(None));
    desk.read_changed();
    desk.look();
    assert!(said(&desk.act(Action::Approve)).contains("blocked"), "asked for is not granted");
    assert!(said(&desk.act(Action::Override)).contains("asked already"));

    desk.draft.overriding = Some(request(Some("omar")));
    desk.read_changed();
    desk.look();
    desk.type_in(" Or 512-555-0143.");
    desk.press(KeyCode::Esc);
    desk.saved(Ok(2));
    desk.look();
    assert!(said(&desk.act(Action::Approve)).contains("blocked"), "another text was never asked for");
    for _ in 0.." Or 512-555-0143.".len() {
        desk.act(Action::Edit);
        desk.act(Action::Bottom);
        desk.press(KeyCode::Backspace);
    }
    desk.press(KeyCode::Esc);
    desk.saved(Ok(3));
    desk.look();
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk), ["Call 512-555-0142."]);
}

#[test]
fn an_owner_decides_while_somebody_else_holds_the_draft() {
    let mut desk = Desk::opened(detail("Call 512-555-0142."), Role::Owner);
    desk.draft.overriding = Some(Override {
        id: uuid::Uuid::from_u128(7),
        asked_by: "ana".into(),
        kinds: "phone".into(),
        why: "their own number".into(),
        text_hash: sha256(b"Call 512-555-0142.").to_vec(),
        spans: None,
        granted_by: None,
    });
    desk.draft.draft.claimed_by = Some(crate::domain::id::PersonId::new());
    desk.draft.draft.claimed_name = Some("ana".into());
    desk.read();
    desk.claim(Err(conflict("ana", "in_review")));
    desk.look();
    assert!(matches!(desk.act(Action::Override), Outcome::Ask(Question::Reason { .. })));
    desk.answer(Answer::Text("it stands on their vans".into()));
    let (_, act) = desk.last_act();
    assert_eq!(
        (act.verb, act.reason.as_deref()),
        (Verb::GrantOverride { request: uuid::Uuid::from_u128(7) }, Some("it stands on their vans"))
    );
}

/// A request of ana's about a text, granted or not.
pub(super) fn request(id: u128, text: &str, kinds: &str, granted_by: Option<&str>) -> Override {
    Override {
        id: uuid::Uuid::from_u128(id),
        asked_by: "ana".into(),
        kinds: kinds.into(),
        why: "their own number".into(),
        text_hash: sha256(text.as_bytes()).to_vec(),
        spans: None,
        granted_by: granted_by.map(Into::into),
    }
}

#[test]
fn a_block_that_nobody_let_pass_stops_what_was_let_pass() {
    let text = "Call Maria Ortiz at 512-555-0142.";
    let mut desk = Desk::ready(text);
    desk.draft.overriding = Some(request(1, text, "phone", Some("omar")));
    desk.read_changed();
    desk.look();
    let refused = desk.act(Action::Approve);
    assert!(said(&refused).contains("blocked: lead name"), "{refused:?}");
    assert!(desk.review.notices(&desk.scene()).iter().any(|notice| notice.contains("more blocks by now")));
    assert!(matches!(desk.act(Action::Override), Outcome::Ask(Question::Reason { .. })), "it can be asked anew");
    desk.draft.overriding = Some(request(2, text, "lead_name, phone", Some("omar")));
    desk.read_changed();
    desk.look();
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk), [text]);
}

#[test]
fn a_request_that_came_under_the_question_is_not_let_pass() {
    let text = "Call 512-555-0142.";
    let mut desk = Desk::opened(detail(text), Role::Owner);
    desk.draft.overriding = Some(request(1, text, "phone", None));
    desk.read();
    desk.claim(Err(conflict("ana", "in_review")));
    desk.look();
    assert!(matches!(desk.act(Action::Override), Outcome::Ask(Question::Reason { .. })));
    desk.draft.overriding = Some(request(2, text, "phone", None));
    desk.read_changed();
    let before = desk.effects.len();
    assert!(said(&desk.answer(Answer::Text("it stands on their vans".into()))).contains("meanwhile"));
    assert!(!desk.effects[before..].iter().any(|effect| matches!(effect, Effect::Perform(..))));
}

#[test]
fn who_changed_the_text_after_it_was_let_pass_is_named() {
    let text = "Call 512-555-0142.";
    let mut desk = Desk::ready(text);
    desk.draft.overriding = Some(request(1, text, "phone", Some("omar")));
    desk.draft.work = "Call 512-555-0143.".into();
    desk.draft.work_version = 2;
    desk.draft.worked_by = Some("bob".into());
    desk.read_changed();
    let notices = desk.review.notices(&desk.scene());
    assert!(notices.iter().any(|notice| notice.contains("omar let phone pass") && notice.contains("bob changed it since")));
    assert!(notices.iter().any(|notice| notice == "bob saved a newer text elsewhere; this is it"), "{notices:?}");
}

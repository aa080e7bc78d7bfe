//! Mending findings by one key, revealing a masked place, and sending back.

use super::super::Outcome;
use super::super::fixture::{Desk, SAFE, TEXT};
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::Verb;

#[test]
fn other_words_come_in_place_of_a_finding() {
    let mut desk = Desk::ready(TEXT);
    let Outcome::Ask(Question::Text { given, .. }) = desk.act(Action::Replace) else { panic!() };
    assert_eq!(given, "The customer", "the neutral word stands there at first");
    desk.answer(Answer::Text("Somebody".into()));
    assert!(desk.text().starts_with("Somebody called"), "{}", desk.text());
}

#[test]
fn a_number_of_the_lit_evidence_stands_ready_for_one_that_is_not_in_it() {
    let mut desk = Desk::ready("The voicemail took 43 seconds.");
    let Outcome::Ask(Question::Menu { options, .. }) = desk.act(Action::Suggest) else { panic!("{:?}", desk.review.checks()) };
    let at = options.iter().position(|(_, number)| number == "42").unwrap();
    assert!(options.iter().all(|(_, number)| !number.contains("512")), "what is masked is not offered: {options:?}");
    desk.answer(Answer::Choice(at));
    assert_eq!(desk.text(), "The voicemail took 42 seconds.");
    assert!(desk.review.checks().found().is_empty());
}

#[test]
fn what_stands_ready_for_contact_data_is_its_neutral_word() {
    let mut desk = Desk::ready("Call 512-555-0142 now.");
    desk.act(Action::Suggest);
    assert_eq!(desk.text(), "Call the number on file now.");
}

#[test]
fn a_masked_place_is_revealed_for_a_reason_and_only_once_the_journal_has_it() {
    let mut desk = Desk::ready(SAFE);
    let shown = |desk: &Desk| desk.review.evidence_rows(200).into_iter().map(|(_, text)| text).collect::<String>();
    assert!(!shown(&desk).contains("0142") && !shown(&desk).contains("Ortiz"), "{}", shown(&desk));
    let Outcome::Ask(Question::Menu { options, .. }) = desk.act(Action::Reveal) else { panic!() };
    let phone = options.iter().position(|(_, name)| name == "phone in line 1").unwrap();
    assert!(matches!(desk.answer(Answer::Choice(phone)), Outcome::Ask(Question::Reason { .. })));
    desk.answer(Answer::Text("the caller asked which number we have".into()));
    let act = desk.last_act().1;
    assert!(matches!(act.verb, Verb::Reveal { line: 1, .. }) && act.reason.is_some());
    assert!(!format!("{act:?}").contains("0142"), "the act does not repeat what it reveals");
    assert!(!shown(&desk).contains("0142"), "not before the journal has it");
    assert_eq!(desk.acted(Ok(())), Outcome::Stay);
    assert!(shown(&desk).contains("0142") && !shown(&desk).contains("Ortiz"));
}

#[test]
fn a_draft_is_sent_back_with_a_note_that_the_next_one_reads() {
    let mut desk = Desk::ready(SAFE);
    assert!(matches!(desk.act(Action::SendBack), Outcome::Ask(Question::Reason { .. })));
    desk.answer(Answer::Text("which valve?".into()));
    let act = desk.last_act().1;
    assert_eq!((act.verb, act.reason.as_deref()), (Verb::ReleaseDraft { work_version: Some(1) }, Some("which valve?")));
    assert_eq!(desk.acted(Ok(())), Outcome::Next);
    assert_eq!(desk.review.take_settled().unwrap().record.number, 12);

    let mut next = Desk::ready(SAFE);
    next.draft.reason = Some("which valve? (rosa)".into());
    next.read_changed();
    assert!(next.review.notices(&next.scene()).contains(&"sent back: which valve? (rosa)".to_owned()));
}

#[test]
fn the_ledger_counts_what_would_leak_before_and_after() {
    let mut desk = Desk::ready(TEXT);
    let before = desk.review.checks().ledger();
    assert!(before.iter().all(|(_, draft, text)| draft == text && *text > 0), "{before:?}");
    while !desk.review.checks().found().is_empty() {
        desk.act(Action::Mask);
    }
    let after = desk.review.checks().ledger();
    assert!(after.len() == before.len() && after.iter().all(|(_, draft, text)| *draft > 0 && *text == 0), "{after:?}");
}

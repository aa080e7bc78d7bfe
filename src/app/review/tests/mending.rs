//! Mending findings by one key, revealing a masked place, and sending back.

use super::super::Outcome;
use super::super::fixture::{Desk, SAFE, TEXT, detail};
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::Verb;
use crate::domain::actor::Role;
use crate::domain::span::FindingKind;

#[test]
fn other_words_come_in_place_of_a_finding() {
    let mut desk = Desk::ready(TEXT);
    let Outcome::Ask(Question::Text { given, body, .. }) = desk.act(Action::Replace) else { panic!() };
    assert_eq!(given, "The customer", "the neutral word stands there at first");
    assert!(body.ends_with("instead. An empty line takes it out."), "{body}");
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
fn a_price_is_offered_prices_alone_and_other_numbers_their_own_kind_first() {
    let offered = |text: &str| {
        let mut draft = detail(text);
        draft.evidence[1].text =
            "Water heater leaks since 09:12 on 24 Nov; 2 visits, one at 7 pm; quoted $350 or 420 dollars".into();
        let mut desk = Desk::opened(draft, Role::Reviewer);
        desk.read();
        desk.claim(Ok(()));
        desk.look();
        let Outcome::Ask(Question::Menu { options, .. }) = desk.act(Action::Suggest) else {
            panic!("{:?}", desk.review.checks())
        };
        options.into_iter().map(|(_, number)| number).collect::<Vec<_>>()
    };
    assert_eq!(offered("The heater leaks; quoted $480."), ["$350", "$420"]);
    assert_eq!(offered("The heater leaks since 09:15.")[..2], ["09:12", "7"]);
    assert_eq!(offered("The heater leaks; 5 visits.")[0], "2");
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
fn what_has_no_neutral_word_is_passed_over_by_the_key_that_puts_one() {
    // The evidence leaks, and the first finding is a number that only a person knows.
    let mut desk = Desk::ready("It costs 480 dollars. Maria Ortiz called. Call 512-555-0142. She left.");
    let kinds: Vec<_> = desk.review.checks().found().iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::UnknownNumber, FindingKind::LeadName, FindingKind::Phone]);
    let Outcome::Say(said) = desk.act(Action::Mask) else { panic!() };
    assert!(
        said.contains("no neutral word for unknown number") && said.contains("m mends the one under the cursor now"),
        "{said}"
    );
    desk.act(Action::Mask);
    assert_eq!(desk.review.checks().current().unwrap().kind, FindingKind::Phone);
    desk.act(Action::Mask);
    assert_eq!(desk.text(), "It costs 480 dollars. The customer called. Call the number on file. She left.");
    assert_eq!(desk.review.checks().found().len(), 1);
    let Outcome::Say(said) = desk.act(Action::Mask) else { panic!() };
    assert!(said.contains("r puts your words there"), "nothing else is left: {said}");
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

//! Claims and verdicts: who may, when not, and what exactly is sent.

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use rstest::rstest;

use super::super::fixture::{Desk, SAFE, conflict, detail, noon};
use super::super::{Claim, Outcome, Review, Settled};
use super::overrides::request;
use crate::app::effect::{Effect, SeqSource};
use crate::app::message::{Link, Message};
use crate::app::popup::{Answer, Question};
use crate::config::keys::Action;
use crate::domain::act::{Act, Done, Target, Verb};
use crate::domain::actor::Role;
use crate::domain::draft::{DraftState, RejectReason};
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, Ref};
use crate::domain::severities::Severities;

pub(super) fn said(outcome: &Outcome) -> &str {
    let Outcome::Say(said) = outcome else { panic!("{outcome:?}") };
    said
}

pub(super) fn approvals(desk: &Desk) -> Vec<String> {
    let sent = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Perform(_, act) => match &act.verb {
            Verb::ApproveDraft { text, .. } => Some(text.clone()),
            _ => None,
        },
        _ => None,
    });
    sent.collect()
}

#[test]
fn opening_reads_then_claims_the_version_that_was_read() {
    let mut desk = Desk::opened(detail(SAFE), Role::Reviewer);
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Perform(..))));
    desk.read();
    let act = desk.last_act().1;
    assert_eq!((act.verb, act.target.version), (Verb::ClaimDraft { take_over: false }, 3));
    desk.claim(Ok(()));
    assert_eq!(desk.review.claim(), &Claim::Mine);
}

#[test]
fn a_viewer_reads_and_is_told_why() {
    let mut desk = Desk::opened(detail(SAFE), Role::Viewer);
    desk.read();
    desk.look();
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Perform(..))));
    for action in [Action::Edit, Action::Mask, Action::Editor, Action::Approve, Action::Reject, Action::TakeOver] {
        let outcome = desk.act(action);
        let footer = desk.review.footer_reason(action, &desk.scene());
        assert!(footer.is_some(), "{action}");
        assert!(!said(&outcome).is_empty(), "{action}");
    }
    assert!(!desk.review.typing());
    assert!(desk.review.read_only(&desk.scene()).unwrap().contains("viewer"));
}

#[test]
fn held_by_another_is_read_only_until_taken_over_with_a_reason() {
    let mut desk = Desk::opened(detail(SAFE), Role::Reviewer);
    desk.draft.draft.claimed_by = Some(crate::domain::id::PersonId::new());
    desk.draft.draft.claimed_name = Some("ana".into());
    desk.read();
    desk.claim(Err(conflict("ana", "in_review")));
    assert_eq!(said(&desk.act(Action::Edit)), "read-only: ana holds it since 11:56 UTC; T takes it over");
    assert!(matches!(desk.act(Action::TakeOver), Outcome::Ask(Question::Reason { .. })));
    desk.answer(Answer::Text("ana is on leave".into()));
    let act = desk.last_act().1;
    assert_eq!((act.verb, act.reason.as_deref()), (Verb::ClaimDraft { take_over: true }, Some("ana is on leave")));
    desk.claim(Ok(()));
    assert_eq!(desk.review.claim(), &Claim::Mine);
}

#[test]
fn who_took_a_draft_over_is_not_told_any_more_once_it_is_back() {
    let mut desk = Desk::ready(SAFE);
    let me = desk.draft.draft.claimed_by;
    (desk.draft.draft.claimed_by, desk.draft.draft.claimed_name) = (Some(crate::domain::id::PersonId::new()), Some("ben".into()));
    desk.read_changed();
    let told = |desk: &Desk| desk.review.notices(&desk.scene()).iter().any(|notice| notice.contains("ben took this draft over"));
    assert!(told(&desk));
    desk.act(Action::TakeOver);
    desk.answer(Answer::Text("back".into()));
    assert!(!told(&desk));
    desk.draft.draft.claimed_by = me;
    desk.claim(Ok(()));
    assert_eq!(desk.review.claim(), &Claim::Mine);
    assert_eq!(desk.review.notices(&desk.scene()), Vec::<String>::new());
}

/// The last draft of a session, approved; its screen stays.
fn approved() -> Desk {
    let mut desk = Desk::ready(SAFE);
    desk.act(Action::Approve);
    let (seq, act) = desk.last_act();
    let summary = Target { record: Ref::new(Kind::Summary, 3), id: uuid::Uuid::nil(), version: 1 };
    let undo = Act { target: summary, verb: Verb::WithdrawSummary { reopen: true }, reason: Some("approval undone".into()) };
    let said = "D-12 is approved as S-3; published in 10 s".to_owned();
    desk.message(&Message::Acted(seq, Box::new(act), Ok(Done { record: summary.record, said, undo: Ok(undo) })));
    desk.draft.draft.state = DraftState::Approved;
    desk
}

fn look_back(desk: &mut Desk, past: Settled) {
    let (review, effects) = Review::look_back(past, &mut SeqSource::default());
    desk.review = review;
    desk.effects.extend(effects);
    desk.read();
}

#[test]
fn what_was_decided_earlier_is_told_without_what_was_to_come_of_it() {
    let mut desk = approved();
    let past = desk.review.take_settled().unwrap();
    look_back(&mut desk, past);
    let notices = desk.review.notices(&desk.scene());
    assert_eq!(notices[0], "decided earlier: D-12 is approved as S-3; W takes it back");
    let Outcome::Ask(Question::Reason { title, .. }) = desk.act(Action::Withdraw) else { panic!() };
    assert_eq!(title, "Take it back: D-12 is approved as S-3. Why?");
}

#[rstest]
fn what_is_taken_back_is_not_called_approved_any_more(#[values(true, false)] here: bool) {
    let mut desk = approved();
    let past = desk.review.take_settled().unwrap();
    let undo = past.undo.clone().unwrap();
    look_back(&mut desk, past);
    assert!(desk.review.is_closed());
    let seq = if here {
        desk.act(Action::Withdraw);
        desk.answer(Answer::Text("a slip".into()));
        desk.last_act().0
    } else {
        9_999
    };
    let done = Done { record: undo.target.record, said: "S-3 is withdrawn; D-12 waits again".into(), undo: Err("no".into()) };
    desk.message(&Message::Acted(seq, Box::new(undo), Ok(done)));
    assert!(!desk.review.is_closed());
    let notices = desk.review.notices(&desk.scene());
    assert!(notices.iter().all(|notice| !notice.contains("approved")), "{notices:?}");
}

#[test]
fn approving_sends_exactly_the_text_on_the_screen() {
    let mut desk = Desk::ready("First.\u{200b} Second.");
    desk.type_in(" Third.");
    desk.press(KeyCode::Esc);
    desk.saved(Ok(2));
    let shown = desk.text().to_owned();
    desk.act(Action::Approve);
    assert_eq!((approvals(&desk), desk.last_act().1.target.version), (vec![shown], 4));
    assert_eq!(desk.acted(Ok(())), Outcome::Next);
    assert_eq!(desk.review.unsaved(), None);
}

#[test]
fn a_verdict_is_dead_before_the_text_was_painted() {
    let mut desk = Desk::opened(detail(SAFE), Role::Reviewer);
    desk.painted();
    desk.read();
    desk.claim(Ok(()));
    desk.now += TimeDelta::minutes(5);
    assert!(said(&desk.act(Action::Approve)).contains("only just been shown"));
    assert!(said(&desk.act(Action::Reject)).contains("only just been shown"));
    desk.look();
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk).len(), 1);
}

#[test]
fn a_held_key_never_approves_the_next_draft() {
    let mut desk = Desk::opened(detail(SAFE), Role::Reviewer);
    desk.read();
    desk.claim(Ok(()));
    desk.painted();
    // The keyboard waits half a second, then repeats thirty times a second.
    desk.wait(TimeDelta::milliseconds(1));
    desk.now += TimeDelta::milliseconds(500);
    for _ in 0..200 {
        desk.act(Action::Approve);
        desk.wait(TimeDelta::milliseconds(33));
    }
    assert!(approvals(&desk).is_empty());
    assert!(desk.review.next_tick(desk.now).is_some(), "the screen asks to be told when it may");
    desk.wait(TimeDelta::milliseconds(1));
    desk.wait(TimeDelta::milliseconds(700));
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk).len(), 1);
}

#[test]
fn approving_twice_sends_once() {
    let mut desk = Desk::ready(SAFE);
    desk.act(Action::Approve);
    desk.act(Action::Approve);
    desk.act(Action::Edit);
    assert_eq!((approvals(&desk).len(), desk.review.typing()), (1, false));
}

#[rstest]
#[case::empty("  \n ", |_: &mut Desk| {}, "no text")]
#[case::offline(SAFE, |desk: &mut Desk| desk.link = Link::Offline { since: noon() }, "offline since 12:00:00 UTC")]
#[case::closed(SAFE, |desk: &mut Desk| { desk.draft.draft.state = DraftState::Approved; desk.read_changed(); }, "approved")]
#[case::handed_back(SAFE, |desk: &mut Desk| { desk.draft.draft.claimed_by = None; desk.read_changed(); }, "e claims it first")]
fn approval_is_refused_with_the_reason(#[case] text: &str, #[case] prepare: fn(&mut Desk), #[case] reason: &str) {
    let mut desk = Desk::ready(text);
    prepare(&mut desk);
    let outcome = desk.act(Action::Approve);
    assert!(said(&outcome).contains(reason), "{outcome:?}");
    assert!(desk.review.footer_reason(Action::Approve, &desk.scene()).unwrap().contains(reason));
    assert!(approvals(&desk).is_empty());
}

#[test]
fn somebody_else_was_first_is_asked_about_and_the_text_kept() {
    let mut desk = Desk::ready("Call 512-555-0142 now.");
    desk.act(Action::Mask);
    desk.act(Action::Approve);
    let outcome = desk.acted(Err(conflict("ana", "approved")));
    assert!(matches!(outcome, Outcome::Ask(Question::Conflict { .. })), "{outcome:?}");
    desk.draft.draft.state = DraftState::Approved;
    desk.answer(Answer::Yes);
    desk.read();
    assert_eq!(desk.text(), "Call the number on file now.");
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::KeepRecovery { .. })));
}

#[test]
fn a_refusal_of_the_database_is_shown() {
    let mut desk = Desk::ready(SAFE);
    desk.act(Action::Approve);
    let refused = Failure::refused("approving D-12", "a block stands", "mask it");
    let outcome = desk.acted(Err(refused));
    assert!(said(&outcome).contains("a block stands"));
    assert!(desk.review.notices(&desk.scene())[0].contains("a block stands"));
}

#[test]
fn rejecting_takes_a_reason_and_a_note() {
    let mut desk = Desk::ready(SAFE);
    let Outcome::Ask(Question::Menu { options, .. }) = desk.act(Action::Reject) else { panic!() };
    assert_eq!(options.iter().map(|option| option.0).collect::<String>(), "wucdn");
    assert!(matches!(desk.answer(Answer::Choice(1)), Outcome::Ask(Question::Text { .. })));
    desk.answer(Answer::Text("names a minor".into()));
    let act = desk.last_act().1;
    assert_eq!(
        (act.verb, act.reason.as_deref()),
        (Verb::RejectDraft { reason: RejectReason::Unsafe, work_version: 1 }, Some("names a minor"))
    );
    assert_eq!(desk.acted(Ok(())), Outcome::Next);
}

#[test]
fn evidence_that_comes_while_it_is_open_is_told_and_looked_at_first() {
    let mut desk = Desk::ready(SAFE);
    desk.draft.newer_at = Some(noon());
    desk.read_changed();
    assert!(desk.review.notices(&desk.scene()).iter().any(|notice| notice.starts_with("more is known since 24 Nov 12:00 UTC")));
    assert!(said(&desk.act(Action::Approve)).contains("only just been shown"));
}

#[test]
fn what_became_known_later_is_asked_about_once_before_it_is_approved() {
    let mut desk = Desk::ready(SAFE);
    desk.draft.newer_at = Some(noon());
    desk.read_changed();
    desk.look();
    let Outcome::Ask(Question::Confirm { body, danger, .. }) = desk.act(Action::Approve) else { panic!() };
    assert!(danger && body.starts_with("More is known since 24 Nov 12:00 UTC"), "{body}");
    assert!(approvals(&desk).is_empty());
    assert!(said(&desk.answer(Answer::No)).contains("not approved"));
    // More still became known while the question was open: that is another question.
    assert!(matches!(desk.act(Action::Approve), Outcome::Ask(_)));
    desk.draft.newer_at = Some(noon() + TimeDelta::minutes(1));
    desk.read_changed();
    assert!(said(&desk.answer(Answer::Yes)).contains("only just been shown"));
    desk.look();
    assert!(matches!(desk.act(Action::Approve), Outcome::Ask(_)));
    assert!(approvals(&desk).is_empty());
    desk.answer(Answer::Yes);
    assert_eq!(approvals(&desk), [SAFE]);
}

#[rstest]
#[case(vec![Answer::No])]
#[case(vec![Answer::Choice(0), Answer::No])]
fn a_rejection_can_be_called_off(#[case] answers: Vec<Answer>) {
    let mut desk = Desk::ready(SAFE);
    desk.act(Action::Reject);
    for answer in answers {
        desk.answer(answer);
    }
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Perform(..))));
}

#[test]
fn a_claim_that_ran_out_is_told_and_taken_again_by_editing() {
    let mut desk = Desk::ready(SAFE);
    desk.draft.draft.claimed_by = None;
    desk.draft.draft.claimed_name = None;
    desk.read_changed();
    assert_eq!(desk.review.claim(), &Claim::Free);
    desk.act(Action::Edit);
    assert!(desk.review.typing());
    assert_eq!(desk.last_act().1.verb, Verb::ClaimDraft { take_over: false });
}

#[test]
fn a_draft_that_cannot_be_read_says_so_and_comes_when_it_can() {
    let mut desk = Desk::opened(detail(SAFE), Role::Reviewer);
    let Some(Effect::LoadDraft(seq, _)) = desk.effects.first().cloned() else { panic!() };
    desk.message(&Message::Draft(seq, Err(Failure::Unavailable("refused".into()))));
    assert!(matches!(desk.review.reading(), super::super::Reading::Failed(_)));
    desk.read_changed();
    assert_eq!(desk.text(), SAFE);
}

#[test]
fn a_text_that_another_screen_saved_first_is_a_conflict_and_then_a_choice() {
    let mut desk = Desk::ready(SAFE);
    desk.type_in(" Mine.");
    desk.press(KeyCode::Esc);
    desk.saved(Err(Failure::Unavailable("refused".into())));
    desk.look();
    desk.act(Action::Approve);
    let (_, act) = desk.last_act();
    assert_eq!(act.verb, Verb::ApproveDraft { text: format!("{SAFE} Mine."), work_version: 1 });
    let asked = desk.acted(Err(conflict("rosa", "at a newer text")));
    assert!(matches!(asked, Outcome::Ask(Question::Conflict { .. })), "{asked:?}");
    desk.draft.work = "Theirs.".into();
    desk.draft.work_version = 2;
    desk.draft.worked_by = Some("rosa".into());
    desk.read();
    assert_eq!(desk.text(), format!("{SAFE} Mine."));
    assert!(desk.review.notices(&desk.scene()).iter().any(|notice| notice.contains("you saved a newer version elsewhere")));
    assert!(said(&desk.act(Action::Approve)).contains("newer version"));
}

/// A text of so many lines, each of which can be told from the others.
fn lines(count: usize) -> String {
    let words = ["valve", "pump", "tank", "drain", "heater", "pipe", "boiler", "sink"];
    let line = |n: usize| format!("The {} and the {} were seen to.", words[n % 8], words[n / 8 % 8]);
    (0..count).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_text_is_approved_once_all_of_it_was_on_the_screen() {
    let mut desk = Desk::ready(&lines(71));
    let mut refused = 0;
    while let Outcome::Say(said) = desk.act(Action::Approve) {
        assert!(said.contains("below not seen; here they are"), "{said}");
        assert!(refused < 20, "it comes to an end");
        // The key that is held, or pressed again at once, does not pass what it has just brought.
        assert!(said_of(&mut desk).contains("only just been shown"));
        desk.look();
        refused += 1;
    }
    assert!((2..8).contains(&refused), "{refused}");
    assert_eq!(approvals(&desk).len(), 1);
}

fn said_of(desk: &mut Desk) -> String {
    said(&desk.act(Action::Approve)).to_owned()
}

#[test]
fn pages_show_it_too() {
    let mut desk = Desk::ready(&lines(71));
    let below = |desk: &Desk| desk.review.text_pane(&desk.review.shape(&desk.scene(), 120, 34)).hidden().1;
    while below(&desk) > 0 {
        desk.act(Action::PageDown);
    }
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk).len(), 1);
}

/// Pages that are turned while the preview or the diff stands where the text would be show nothing of it.
#[rstest]
#[case(Action::Preview)]
#[case(Action::Diff)]
fn from_another_view_the_text_is_shown_before_it_passes(#[case] view: Action) {
    let mut desk = Desk::ready(&lines(71));
    desk.act(view);
    for _ in 0..8 {
        desk.act(Action::PageDown);
    }
    let mut refused = 0;
    while !matches!(desk.act(Action::Approve), Outcome::Stay) {
        assert!(refused < 20, "it comes to an end");
        desk.look();
        refused += 1;
    }
    assert!(refused > 1, "nothing of it was seen");
    assert_eq!(approvals(&desk).len(), 1);
}

#[test]
fn what_was_jumped_over_is_not_seen() {
    let mut desk = Desk::ready(&lines(120));
    desk.act(Action::Bottom);
    assert!(said_of(&mut desk).contains("above not seen; here they are"));
    desk.look();
    // A change elsewhere leaves what was seen as it is.
    desk.type_in(" Once more.");
    desk.press(KeyCode::Esc);
    desk.saved(Ok(2));
    for _ in 0..8 {
        desk.act(Action::PageUp);
    }
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk).len(), 1);
}

#[test]
fn a_smaller_window_and_a_burst_of_keys_show_less() {
    let mut desk = Desk::opened(detail(&lines(20)), Role::Reviewer);
    desk.size = (80, 24);
    desk.read();
    desk.claim(Ok(()));
    desk.look();
    desk.frames = false;
    desk.act(Action::Bottom);
    let refused = said_of(&mut desk);
    assert!(refused.contains("only just been shown"), "no frame has shown it yet: {refused}");
    desk.size = (120, 36);
    desk.look();
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk).len(), 1);
}

#[test]
fn findings_that_the_list_does_not_show_are_looked_at_first() {
    let text: Vec<String> = (0..16).map(|n| format!("It took {} hours.", 131 + n)).collect();
    let mut draft = detail(&text.join(" "));
    draft.severities = Severities::stored("unknown_number=warn");
    let mut desk = Desk::opened(draft, Role::Reviewer);
    desk.read();
    desk.claim(Ok(()));
    desk.look();
    assert!(desk.review.checks().found().len() >= 12, "{:?}", desk.review.checks());
    let refused = said_of(&mut desk);
    assert!(refused.contains("findings not seen; here they are"), "{refused}");
    desk.look();
    for _ in 0..15 {
        desk.act(Action::NextFinding);
    }
    desk.act(Action::Approve);
    assert_eq!(approvals(&desk).len(), 1);
}

#[test]
fn an_owner_reads_all_of_the_text_before_it_passes() {
    let text = format!("{}\nCall 512-555-0142.", lines(71));
    let mut desk = Desk::opened(detail(&text), Role::Owner);
    desk.draft.overriding = Some(request(1, &text, "phone", None));
    desk.read();
    desk.claim(Err(conflict("ana", "in_review")));
    desk.look();
    assert!(said(&desk.act(Action::Override)).contains("lines below not seen"));
    desk.look();
    for _ in 0..8 {
        desk.act(Action::PageDown);
    }
    assert!(matches!(desk.act(Action::Override), Outcome::Ask(Question::Reason { .. })));
}

#[test]
fn a_paste_that_does_not_say_it_is_one_approves_nothing() {
    let mut desk = Desk::ready(SAFE);
    desk.look();
    for _ in 0..4 {
        desk.act_at_once(Action::Down);
    }
    assert!(matches!(desk.act(Action::Approve), Outcome::Say(said) if said.contains("look at it first")));
    desk.look();
    desk.act(Action::Approve);
    assert!(matches!(desk.last_act().1.verb, Verb::ApproveDraft { .. }));
}

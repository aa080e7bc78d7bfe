//! Laws that hold whatever a person presses and whatever the database answers.

use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;

use super::super::Outcome;
use super::super::fixture::{Desk, SAFE, TEXT, conflict};
use crate::app::effect::Effect;
use crate::app::message::Link;
use crate::app::popup::Answer;
use crate::config::keys::Action;
use crate::domain::act::Verb;
use crate::domain::failure::Failure;

#[derive(Clone, Debug)]
enum Step {
    Act(Action),
    Key(KeyCode, bool),
    Paste(String),
    Answer(Answer),
    Wait(i64),
    Painted,
    Read,
    Saved(u8),
    Acted(u8),
    Offline(bool),
    Theirs(String),
}

fn action() -> impl Strategy<Value = Action> {
    use Action as A;
    prop::sample::select(vec![
        A::Edit,
        A::Edit,
        A::Mask,
        A::Mask,
        A::NextFinding,
        A::PreviousFinding,
        A::Diff,
        A::Preview,
        A::Approve,
        A::Reject,
        A::Replace,
        A::Suggest,
        A::Reveal,
        A::SendBack,
        A::Withdraw,
        A::TakeOver,
        A::ScrollEvidenceDown,
        A::ScrollEvidenceUp,
        A::Up,
        A::Down,
        A::Bottom,
        A::Back,
        A::Reload,
        A::NextPane,
        A::Editor,
        A::Copy,
    ])
}

fn step() -> impl Strategy<Value = Step> {
    let code = prop_oneof![
        8 => prop::char::any().prop_map(KeyCode::Char),
        1 => prop::sample::select(vec![
            KeyCode::Backspace, KeyCode::Enter, KeyCode::Left, KeyCode::Up, KeyCode::Down, KeyCode::Home, KeyCode::Delete,
            KeyCode::Tab, KeyCode::PageDown, KeyCode::Esc,
        ]),
    ];
    prop_oneof![
        6 => action().prop_map(Step::Act),
        8 => (code, any::<bool>()).prop_map(|(code, ctrl)| Step::Key(code, ctrl)),
        1 => any::<String>().prop_map(Step::Paste),
        2 => prop_oneof![
            (0_usize..6).prop_map(Answer::Choice), "[a-z]{0,4}".prop_map(Answer::Text), Just(Answer::Yes), Just(Answer::No)
        ].prop_map(Step::Answer),
        3 => (0_i64..3000).prop_map(Step::Wait),
        1 => Just(Step::Painted),
        3 => Just(Step::Read),
        2 => (0_u8..4).prop_map(Step::Saved),
        2 => (0_u8..4).prop_map(Step::Acted),
        1 => any::<bool>().prop_map(Step::Offline),
        1 => "[a-z]{1,5}".prop_map(Step::Theirs),
    ]
}

fn failure(kind: u8) -> Failure {
    match kind {
        1 => conflict("ana", "in_review"),
        2 => Failure::Unavailable("refused".into()),
        _ => Failure::refused("it", "a rule", "ask"),
    }
}

/// Where the text could be found again, were the deck gone now.
fn is_safe(desk: &Desk, text: &str) -> bool {
    let on_disk = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::KeepRecovery { text, .. } => Some(Some(text.reveal().as_str())),
        Effect::DropRecovery { .. } => Some(None),
        _ => None,
    });
    let sent = desk.effects.iter().any(|effect| matches!(effect, Effect::SaveWork { text: saved, .. } if saved.reveal() == text));
    on_disk.flatten() == Some(text) || sent
}

/// Does one step; says whether the screen was left.
fn take(desk: &mut Desk, step: Step) -> Outcome {
    let has = |desk: &Desk, of: fn(&Effect) -> bool| desk.effects.iter().any(of);
    match step {
        Step::Act(action) if !desk.review.typing() => desk.act(action),
        Step::Key(code, ctrl) if desk.review.typing() => {
            let modifiers = if ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
            desk.event(KeyEvent::new(code, modifiers))
        }
        Step::Paste(text) => desk.paste(&text),
        Step::Answer(answer) => desk.answer(answer),
        Step::Wait(ms) => desk.wait(TimeDelta::milliseconds(ms)),
        Step::Painted => {
            desk.painted();
            Outcome::Stay
        }
        Step::Read if has(desk, |effect| matches!(effect, Effect::LoadDraft(..))) => desk.read(),
        Step::Saved(kind) if has(desk, |effect| matches!(effect, Effect::SaveWork { .. })) => {
            desk.saved(if kind == 0 { Ok(desk.draft.work_version + 1) } else { Err(failure(kind)) })
        }
        Step::Acted(kind) if has(desk, |effect| matches!(effect, Effect::Perform(..))) => {
            desk.acted(if kind == 0 { Ok(()) } else { Err(failure(kind)) })
        }
        Step::Offline(offline) => {
            desk.link = if offline { Link::Offline { since: desk.now } } else { Link::Live };
            Outcome::Stay
        }
        Step::Theirs(text) => {
            desk.draft.work = text.into();
            desk.draft.work_version += 2;
            desk.message(&crate::app::message::Message::Changed)
        }
        _ => Outcome::Stay,
    }
}

proptest! {
    #[test]
    fn whatever_happens_no_text_is_lost_and_only_seen_text_is_approved(
        text in prop::sample::select(vec![TEXT, SAFE]),
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut desk = Desk::ready(text);
        desk.frames = false;
        desk.effects.clear();
        // Whether what stands there was painted since it came, where it did not come from these fingers.
        let mut painted = true;
        for step in steps {
            let before = desk.text().to_owned();
            let replaces = matches!(step, Step::Key(..) | Step::Paste(_) | Step::Answer(_) | Step::Act(Action::Mask | Action::Suggest));
            let unsaved = desk.review.unsaved().is_some();
            let known = desk.effects.len();
            painted |= matches!(step, Step::Painted);
            let outcome = take(&mut desk, step.clone());
            if unsaved && !replaces {
                prop_assert_eq!(desk.text(), &before, "{:?} changed what was typed", step);
            }
            painted &= desk.text() == before || matches!(step, Step::Key(..) | Step::Paste(_) | Step::Act(Action::Mask | Action::Suggest));
            let count = desk.text().chars().count();
            prop_assert!(desk.review.editor().cursor() <= count);
            for effect in desk.effects.iter().skip(known) {
                if let Effect::Perform(_, act) = effect && let Verb::ApproveDraft { text, .. } = &act.verb {
                    prop_assert_eq!(text, &before, "approved what was not on the screen");
                    prop_assert!(painted, "approved what was not painted");
                    prop_assert_eq!(desk.review.checks().weight().0, 0);
                }
            }
            match outcome {
                Outcome::Leave => {
                    prop_assert!(!unsaved || is_safe(&desk, &before), "left without keeping {:?}", before);
                    return Ok(());
                }
                Outcome::Next => return Ok(()),
                Outcome::Stay | Outcome::Say(_) | Outcome::Ask(_) => {}
            }
            // Whatever the runtime needs to save a text when the deck is killed is there.
            if let Some((_, text)) = desk.review.unsaved() {
                prop_assert_eq!(text, desk.text());
            }
        }
    }
}

//! The review screen inside the deck: keys reach it, a painted frame opens the verdict, time comes by ticks.

use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::fixture::{SAFE, TEXT, detail, noon, person};
use crate::app::effect::Effect;
use crate::app::hints::Hint;
use crate::app::message::{Link, Message, Rows};
use crate::app::screen::Screen;
use crate::app::undo::Undo;
use crate::app::{App, Start};
use crate::config::keys::{Action, KeyTable};
use crate::domain::act::{Act, Done, Target, Verb};
use crate::domain::actor::Role;
use crate::domain::draft::{DraftDetail, DraftState};
use crate::domain::id::{Kind, Ref};
use crate::domain::row::{Page, Pane};
use crate::domain::text::Internal;

/// Answers what the deck asks for, as a database with one draft would.
struct Database {
    app: App,
    draft: DraftDetail,
    sent: Vec<Effect>,
}

impl Database {
    /// The list of drafts with the cursor on the only one.
    fn with(text: &str) -> Self {
        let mut database = Self::started(text, false, None);
        database.press('5');
        database
    }

    fn started(text: &str, open_review: bool, read_only_reason: Option<String>) -> Self {
        let (app, effects) = App::new(Start {
            me: person("rosa", Role::Reviewer),
            now: noon(),
            size: (120, 36),
            keys: KeyTable::default(),
            demo: false,
            read_only_reason,
            open_review,
            can_edit_externally: false,
        });
        let mut database = Self { app, draft: detail(text), sent: Vec::new() };
        database.tell(Message::Linked(Link::Live));
        database.perform(effects);
        database
    }

    fn tell(&mut self, message: Message) {
        let effects = self.app.update(message);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.sent.push(effect.clone());
            match effect {
                Effect::LoadPage(seq, wanted) if wanted.pane == Pane::Review => {
                    let page = Page { rows: vec![self.draft.draft.clone()], more: false };
                    self.tell(Message::Page(seq, Ok(Rows::Drafts(page))));
                }
                Effect::LoadDraft(seq, _) => self.tell(Message::Draft(seq, Ok(Box::new(self.draft.clone())))),
                Effect::Perform(seq, act) => {
                    let done = Done { record: act.target.record, said: "done".into(), undo: Err("no".into()) };
                    match act.verb {
                        Verb::ClaimDraft { .. } => {
                            self.draft.draft.claimed_by = Some(self.app.start().me.id);
                            self.draft.draft.state = DraftState::InReview;
                        }
                        Verb::ApproveDraft { .. } => self.draft.draft.state = DraftState::Approved,
                        _ => {}
                    }
                    self.draft.draft.version += 1;
                    self.tell(Message::Acted(seq, act, Ok(done)));
                }
                _ => {}
            }
        }
    }

    fn press(&mut self, letter: char) {
        self.tell(Message::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)));
    }

    fn verdicts(&self) -> Vec<&Act> {
        let performed = self.sent.iter().filter_map(|effect| match effect {
            Effect::Perform(_, act) if matches!(act.verb, Verb::ApproveDraft { .. }) => Some(&**act),
            _ => None,
        });
        performed.collect()
    }

    /// Paints, and lets time pass in the steps the deck itself asks for.
    fn look(&mut self) {
        self.app.painted();
        let end = self.app.now() + TimeDelta::seconds(1);
        while let Some(at) = self.app.next_tick().filter(|at| *at <= end) {
            self.tell(Message::Tick(at));
        }
    }
}

#[test]
fn a_draft_is_opened_looked_at_and_approved_by_keys_alone() {
    let mut database = Database::with(SAFE);
    database.tell(Message::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    assert!(matches!(database.app.screen(), Some(Screen::Review(_))));
    database.press('a');
    assert!(database.verdicts().is_empty(), "nobody has seen it yet");
    database.look();
    database.press('a');
    assert_eq!(database.verdicts().len(), 1, "{:?}", database.app.notice());
    assert!(database.app.screen().is_none(), "it was the last");
}

#[test]
fn the_preview_stands_in_a_footer_of_80_columns() {
    let database = Database::started(SAFE, true, None);
    let hints = database.app.hints();
    let wide = |hint: &Hint| hint.key.len() + hint.short.len() + 3;
    let kept: usize = hints.iter().filter(|hint| matches!(hint.action, Action::Palette | Action::Help)).map(wide).sum();
    let at = hints.iter().position(|hint| hint.action == Action::Preview).unwrap();
    let before: usize = hints[..=at].iter().map(wide).sum();
    assert!(kept + before <= 80, "{kept} and {before} cells");
}

#[test]
fn the_footer_of_a_decided_draft_offers_what_works_there() {
    let mut database = Database::started(SAFE, true, None);
    let offered = |database: &Database| database.app.hints().iter().map(|hint| hint.action).collect::<Vec<_>>();
    database.look();
    assert!(offered(&database).contains(&Action::Approve) && offered(&database).contains(&Action::Preview));
    database.press('a');
    assert!(matches!(database.app.screen(), Some(Screen::Review(review)) if review.is_closed()), "the last one stays");
    let left = offered(&database);
    for action in [Action::Approve, Action::Mask, Action::Edit, Action::Reject, Action::Suggest] {
        assert!(!left.contains(&action), "{action}");
    }
    assert!([Action::Preview, Action::LookBack, Action::Help].iter().all(|action| left.contains(action)), "{left:?}");
}

#[test]
fn a_block_moves_the_cursor_and_is_said() {
    let mut database = Database::with(TEXT);
    database.tell(Message::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    database.look();
    database.press('n');
    database.press('a');
    assert!(database.verdicts().is_empty());
    assert!(database.app.notice().unwrap().text.contains("Maria Ortiz"));
    let Some(Screen::Review(review)) = database.app.screen() else { panic!() };
    assert_eq!(review.editor().cursor(), 0);
}

#[test]
fn a_text_found_at_the_start_waits_until_its_draft_is_opened() {
    let mut database = Database::with(SAFE);
    let draft = Ref::new(Kind::Draft, database.draft.draft.number);
    database.tell(Message::Recovered { draft, text: Internal::new("from yesterday".to_owned()) });
    assert!(database.app.notice().unwrap().text.contains("D-12"));
    database.tell(Message::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    assert!(database.app.popup().is_some(), "offered, not applied");
    database.press('U');
    assert_eq!(database.app.unsaved().unwrap().1, "from yesterday");
}

#[test]
fn quitting_keeps_the_text_and_hands_the_draft_back() {
    let mut database = Database::with(SAFE);
    database.tell(Message::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    database.press('e');
    database.press('!');
    database.tell(Message::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
    let saving = database.sent.iter().find_map(|effect| match effect {
        Effect::SaveWork { seq, .. } => Some(*seq),
        _ => None,
    });
    database.tell(Message::WorkSaved(saving.unwrap(), Ok(2)));
    let at = |of: fn(&Effect) -> bool| database.sent.iter().position(of).unwrap();
    let kept = at(|effect| matches!(effect, Effect::KeepRecovery { .. }));
    let saved = at(|effect| matches!(effect, Effect::SaveWork { .. }));
    let back = at(|effect| matches!(effect, Effect::Perform(_, act) if matches!(act.verb, Verb::ReleaseDraft { .. })));
    assert!(kept < saved && saved < back, "handed back once the text is saved");
    assert!(database.sent.contains(&Effect::Quit));
}

#[test]
fn a_deck_started_to_review_opens_the_first_draft_once() {
    let mut database = Database::started(SAFE, true, None);
    assert!(matches!(database.app.screen(), Some(Screen::Review(_))));
    database.tell(Message::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
    database.tell(Message::Changed);
    assert!(database.app.screen().is_none(), "who left it is not sent back");
}

#[test]
fn a_deck_that_may_change_nothing_claims_nothing() {
    let mut database = Database::started(SAFE, true, Some("the schema is newer than this program".to_owned()));
    let Some(Screen::Review(review)) = database.app.screen() else { panic!("it can be read") };
    assert!(review.read_only(&database.app.scene()).unwrap().contains("the schema is newer"));
    database.press('e');
    database.press('a');
    assert!(!database.sent.iter().any(|effect| matches!(effect, Effect::Perform(..))));
}

#[test]
fn who_goes_back_through_a_text_takes_back_nothing_done_elsewhere() {
    let mut database = Database::started(SAFE, true, None);
    let target = Target { record: Ref::new(Kind::Task, 7), id: uuid::Uuid::nil(), version: 2 };
    let reopened = Act { target, verb: Verb::ReopenTask, reason: None };
    database.app.undo.push(Undo { said: "T-7 is done".into(), acts: vec![reopened], why_not: None });
    let sent = |database: &Database| {
        database.sent.iter().any(|effect| matches!(effect, Effect::Perform(_, act) if act.verb == Verb::ReopenTask))
    };
    database.press('u');
    assert_eq!(database.app.notice().unwrap().text, "nothing of this text; leave it to take back “T-7 is done”");
    // Nor is what cannot be taken back forgotten.
    database.app.undo.push(Undo { said: "J-3 is tried now".into(), acts: vec![], why_not: Some("it has left".into()) });
    for _ in 0..2 {
        database.press('u');
        let told = "nothing of this text; “J-3 is tried now” cannot be undone: it has left";
        assert_eq!(database.app.notice().unwrap().text, told);
    }
    database.app.undo.pop();
    database.press('e');
    database.press('x');
    database.tell(Message::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
    database.press('u');
    database.press('u');
    assert_eq!(database.app.notice().unwrap().text, "this is the text as it was read; leave it to take back “T-7 is done”");
    assert!(!sent(&database));
    database.tell(Message::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
    database.press('u');
    assert!(sent(&database));
}

#[test]
fn opening_a_draft_is_nothing_to_undo() {
    let mut database = Database::started(SAFE, true, None);
    assert!(
        database
            .sent
            .iter()
            .any(|effect| matches!(effect, Effect::Perform(_, act) if matches!(act.verb, Verb::ClaimDraft { .. })))
    );
    database.press('u');
    assert_eq!(database.app.notice().unwrap().text, "nothing to undo");
}

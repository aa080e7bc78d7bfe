//! Hands at the review screen: the line, the editor, the whole screen and the diff, by random keys.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use quotedeck::app::effect::{Effect, SeqSource};
use quotedeck::app::line::Line;
use quotedeck::app::message::{Link, Message};
use quotedeck::app::popup::Answer;
use quotedeck::app::review::{Editor, Fate, Outcome, Review, Scene, Tally, View, column, row_of, rows};
use quotedeck::config::keys::{Action, KeyTable};
use quotedeck::domain::act::Done;
use quotedeck::domain::actor::{Person, Role};
use quotedeck::domain::check::Frame;
use quotedeck::domain::cite::without_citations;
use quotedeck::domain::draft::{Draft, DraftDetail, DraftState, EvidenceLine};
use quotedeck::domain::failure::Failure;
use quotedeck::domain::id::{ClientId, DraftId, Kind, LeadId, PersonId, Ref};
use quotedeck::domain::severities::Severities;
use quotedeck::domain::text::is_unsafe;

use uuid::Uuid;

use super::shape;
use crate::inputs::{Inputs, parts};

/// Presses of one input: a longer one says no more.
const PRESSES: usize = 24;
/// Longest text of the editor, and what a paste of marks may leave above it.
const LONGEST: usize = 20_000;

static KEYS: LazyLock<KeyTable> = LazyLock::new(KeyTable::default);

const CODES: [KeyCode; 16] = [
    KeyCode::Backspace,
    KeyCode::Enter,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Delete,
    KeyCode::Insert,
    KeyCode::F(5),
    KeyCode::Null,
];
const ACTIONS: [Action; 26] = [
    Action::Edit,
    Action::Mask,
    Action::NextFinding,
    Action::PreviousFinding,
    Action::Diff,
    Action::Preview,
    Action::Approve,
    Action::Reject,
    Action::Replace,
    Action::Suggest,
    Action::Reveal,
    Action::SendBack,
    Action::Withdraw,
    Action::TakeOver,
    Action::ScrollEvidenceDown,
    Action::ScrollEvidenceUp,
    Action::Up,
    Action::Down,
    Action::Top,
    Action::Bottom,
    Action::Back,
    Action::Reload,
    Action::NextPane,
    Action::Editor,
    Action::Copy,
    Action::Override,
];

/// A key: of the odd ones, with Ctrl or Alt, or a letter.
fn key(inputs: &mut Inputs<'_>) -> KeyEvent {
    match inputs.byte() % 8 {
        0..=2 => {
            let code = CODES[usize::from(inputs.byte()) % CODES.len()];
            let modifiers =
                [KeyModifiers::NONE, KeyModifiers::NONE, KeyModifiers::SHIFT, KeyModifiers::CONTROL, KeyModifiers::ALT];
            KeyEvent::new(code, modifiers[usize::from(inputs.byte()) % modifiers.len()])
        }
        3 => {
            let letter = char::from(b'a' + inputs.byte() % 26);
            let modifiers = [KeyModifiers::CONTROL, KeyModifiers::CONTROL, KeyModifiers::ALT];
            KeyEvent::new(KeyCode::Char(letter), modifiers[usize::from(inputs.byte()) % modifiers.len()])
        }
        _ => KeyEvent::new(KeyCode::Char(inputs.letter()), KeyModifiers::NONE),
    }
}

fn paste(inputs: &mut Inputs<'_>) -> String {
    let (length, times) = (usize::from(inputs.byte()), inputs.byte());
    let text = inputs.text(length);
    // Now and then more than the editor takes.
    if times == 255 { text.repeat(200) } else { text }
}

/// A line of a popup or a filter: the cursor stands between two letters.
pub(super) fn line(bytes: &[u8]) -> u64 {
    let [text, _] = parts(bytes);
    let mut inputs = Inputs::new(&bytes[text.len().min(bytes.len())..]);
    let mut line = Line::new(text.chars().take(300).collect::<String>());
    let mut taken = 0;
    for _ in 0..PRESSES {
        if inputs.is_empty() {
            break;
        }
        if inputs.byte().is_multiple_of(8) {
            line.insert(&paste(&mut inputs));
        } else {
            taken += usize::from(line.key(key(&mut inputs)));
        }
        let (before, after) = line.halves();
        assert_eq!([before, after].concat(), line.text(), "the halves are not the whole");
    }
    shape(&(taken.min(20), line.text().len().min(400) / 8, line.halves().0.len().min(400) / 8))
}

/// The text of the editor: nothing hidden comes in, it stays within its length, and the cursor in the text.
fn seemly(editor: &Editor) {
    let (text, count) = (editor.text(), editor.text().chars().count());
    assert!(!text.chars().any(|c| c != '\n' && is_unsafe(c)), "something hidden came in");
    assert!(count <= LONGEST, "the text has {count} characters");
    assert!(editor.cursor() <= count, "the cursor is out of the text");
    if let Some((from, to)) = editor.selection() {
        assert!(from <= to && to <= count, "the selection is out of the text");
    }
    // Spaces at a break stay in their row, past the pane's edge; so may the cursor.
    let painted = rows(text, 20);
    let row = painted.get(row_of(&painted, editor.cursor())).copied();
    assert!(row.is_some_and(|row| column(text, row, editor.cursor()) <= text.len()), "the cursor is in no row");
}

/// A reviewer at the screen.
struct Desk {
    review: Review,
    me: Person,
    keys: KeyTable,
    link: Link,
    size: (u16, u16),
    now: DateTime<Utc>,
    seq: SeqSource,
    draft: DraftDetail,
    effects: Vec<Effect>,
}

impl Desk {
    fn new(text: &str, work: &str, evidence: &[&str]) -> Self {
        let draft = detail(text, work, evidence);
        let mut seq = SeqSource::default();
        let (review, effects) = Review::open(draft.draft.id, Ref::new(Kind::Draft, 12), &mut seq);
        let me = Person { id: PersonId(Uuid::nil()), name: "rosa".into(), role: Role::Operator, clients: None };
        let now = DateTime::from_timestamp(1_795_521_600, 0).unwrap_or_default();
        Self { review, me, keys: KEYS.clone(), link: Link::Live, size: (120, 36), now, seq, draft, effects }
    }

    fn with(&mut self, act: impl FnOnce(&mut Review, &Scene<'_>, &mut SeqSource) -> (Outcome, Vec<Effect>)) -> Outcome {
        let scene = Scene {
            now: self.now,
            me: &self.me,
            keys: &self.keys,
            link: self.link,
            presence: &[],
            size: self.size,
            read_only_reason: None,
            can_edit_externally: true,
            tally: Tally::default(),
        };
        let (outcome, effects) = act(&mut self.review, &scene, &mut self.seq);
        self.effects.extend(effects);
        outcome
    }

    fn act(&mut self, action: Action) -> Outcome {
        self.with(|review, scene, seq| review.action(action, scene, seq))
    }

    fn message(&mut self, message: &Message) -> Outcome {
        self.with(|review, scene, seq| review.message(message, scene, seq))
    }

    /// Answers what was asked last, well or with a failure.
    fn answer(&mut self, well: bool) -> Outcome {
        let failed = || Failure::Unavailable("refused".into());
        let message = match self.effects.pop() {
            Some(Effect::LoadDraft(seq, _)) => {
                Message::Draft(seq, if well { Ok(Box::new(self.draft.clone())) } else { Err(failed()) })
            }
            Some(Effect::SaveWork { seq, .. }) => {
                Message::WorkSaved(seq, if well { Ok(self.draft.work_version + 1) } else { Err(failed()) })
            }
            Some(Effect::Perform(seq, act)) => {
                let done = Done { record: act.target.record, said: "done".into(), undo: Err("no".into()) };
                Message::Acted(seq, act, if well { Ok(done) } else { Err(failed()) })
            }
            _ => Message::Changed,
        };
        self.message(&message)
    }
}

fn detail(text: &str, work: &str, evidence: &[&str]) -> DraftDetail {
    let lines = (1..).zip(evidence).map(|(n, text)| EvidenceLine { n, text: (*text).into(), source: "E-17".into() });
    DraftDetail {
        asked_to_cite: true,
        draft: Draft {
            id: DraftId(Uuid::nil()),
            number: 12,
            version: 3,
            state: DraftState::Pending,
            client_id: ClientId(Uuid::nil()),
            client: "Acme Plumbing".into(),
            lead_id: LeadId(Uuid::nil()),
            lead_number: 2041,
            title: "missed-call week".into(),
            model: "outline-1".into(),
            claimed_by: None,
            claimed_name: None,
            claim_until: None,
            blocks: 0,
            warns: 0,
            created_at: DateTime::default(),
        },
        text: text.into(),
        work: work.into(),
        work_version: 1,
        worked_by: None,
        worked_at: None,
        evidence: lines.collect(),
        lead_name: "Maria Ortiz".into(),
        source_label: "phone call".into(),
        evidence_at: None,
        reason: None,
        newer_at: None,
        overriding: None,
        known: Vec::new(),
        frame: Frame { age_days: Some(0), ..Frame::default() },
        severities: Severities::default(),
    }
}

/// Typing and pasting, without a draft to check: a text, a zero byte, and what is pressed.
pub(super) fn editor(bytes: &[u8]) -> u64 {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let mut desk = Desk::new("", "", &[]);
    desk.act(Action::Edit);
    let text = String::from_utf8_lossy(&bytes[..end]);
    desk.with(|review, scene, seq| review.paste(&text, scene, seq));
    let mut inputs = Inputs::new(bytes.get(end + 1..).unwrap_or_default());
    let mut changed = 0;
    for _ in 0..PRESSES {
        if inputs.is_empty() {
            break;
        }
        let before = desk.review.editor().text().len();
        if inputs.byte().is_multiple_of(16) {
            let text = paste(&mut inputs);
            desk.with(|review, scene, seq| review.paste(&text, scene, seq));
        } else {
            let key = key(&mut inputs);
            desk.with(|review, scene, seq| review.key(key, scene, seq));
        }
        seemly(desk.review.editor());
        changed += usize::from(before != desk.review.editor().text().len());
    }
    let editor = desk.review.editor();
    shape(&(changed, editor.text().len().min(600) / 6, editor.cursor().min(600) / 6, editor.selection().is_some()))
}

/// The whole screen: actions, keys, answers of the database, time: a text, a zero byte, and what happens.
pub(super) fn screen(bytes: &[u8]) -> u64 {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text: String = String::from_utf8_lossy(&bytes[..end]).chars().take(160).collect();
    let mut desk = Desk::new(&text, &text, &["Missed call from +1 512 555 0142, Maria Ortiz", "heater leaks, $240 quoted"]);
    desk.answer(true);
    let mut inputs = Inputs::new(bytes.get(end + 1..).unwrap_or_default());
    let mut outcomes = Vec::new();
    for _ in 0..PRESSES {
        if inputs.is_empty() {
            break;
        }
        let outcome = match inputs.byte() % 16 {
            0..=3 if !desk.review.typing() => desk.act(ACTIONS[usize::from(inputs.byte()) % ACTIONS.len()]),
            0..=3 => {
                let key = key(&mut inputs);
                desk.with(|review, scene, seq| review.key(key, scene, seq))
            }
            4 => desk.with(|review, scene, seq| review.key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE), scene, seq)),
            5 => {
                let text = paste(&mut inputs);
                desk.with(|review, scene, seq| review.paste(&text, scene, seq))
            }
            6 | 7 => desk.answer(true),
            8 => desk.answer(false),
            9 => {
                let answer = match inputs.byte() % 4 {
                    0 => Answer::Text(paste(&mut inputs)),
                    1 => Answer::Choice(inputs.byte().into()),
                    2 => Answer::Yes,
                    _ => Answer::No,
                };
                desk.with(|review, scene, seq| review.answered(answer, scene, seq))
            }
            10 | 11 => {
                desk.now += TimeDelta::milliseconds(i64::from(inputs.byte()) * 20);
                let now = desk.now;
                desk.message(&Message::Tick(now))
            }
            12 => desk.with(|review, scene, _| {
                review.painted(scene);
                (Outcome::Stay, Vec::new())
            }),
            13 => {
                desk.size = (inputs.byte().into(), inputs.byte().into());
                Outcome::Stay
            }
            14 => {
                desk.link = if inputs.byte() < 128 { Link::Live } else { Link::Offline { since: desk.now } };
                Outcome::Stay
            }
            _ => {
                desk.draft.work = paste(&mut inputs).into();
                desk.draft.work_version += 1;
                desk.message(&Message::Changed)
            }
        };
        seemly(desk.review.editor());
        let count = desk.review.editor().text().chars().count();
        for finding in desk.review.checks().found() {
            assert!(finding.start <= finding.end && finding.end <= count, "a finding points out of the text");
        }
        let kind = match outcome {
            Outcome::Stay => continue,
            Outcome::Leave => 1,
            Outcome::Next => 2,
            Outcome::Say(_) => 3,
            Outcome::Ask(_) => 4,
        };
        outcomes.push(kind);
        if matches!(kind, 1 | 2) {
            break;
        }
    }
    outcomes.truncate(8);
    let checks = desk.review.checks();
    shape(&(outcomes, desk.review.typing(), checks.weight(), std::mem::discriminant(desk.review.view())))
}

/// The word diff of two texts, with a zero byte between: what was kept and removed is the one, kept and added the other.
pub(super) fn diff(bytes: &[u8]) -> u64 {
    let [old, new] = parts(bytes);
    let mut desk = Desk::new(&old, &new, &[]);
    desk.answer(true);
    desk.act(Action::Diff);
    let (old, _) = Editor::new(&old);
    let View::Diff(pieces) = desk.review.view() else { return shape(&"no diff") };
    let joined =
        |without: Fate| pieces.iter().filter(|piece| piece.fate != without).map(|piece| piece.text.as_str()).collect::<String>();
    // Citations are the draft's alone: no text has them.
    assert_eq!(joined(Fate::Added), without_citations(old.text()), "the diff has lost something of the draft");
    assert_eq!(joined(Fate::Removed), desk.review.editor().text(), "the diff has lost something of the text");
    let fates: Vec<u8> = pieces.iter().take(10).map(|piece| piece.fate as u8).collect();
    shape(&(fates, pieces.len().min(40)))
}

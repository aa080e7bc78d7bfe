//! A draft, a reviewer and a screen, for the tests of the state and of the painting.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Outcome, Review, Scene, Tally};
use crate::app::effect::{Effect, Seq, SeqSource};
use crate::app::message::{Link, Message};
use crate::config::keys::{Action, KeyTable};
use crate::domain::act::{Act, Done};
use crate::domain::actor::{Person, Role};
use crate::domain::draft::{Draft, DraftDetail, DraftState, EvidenceLine};
use crate::domain::failure::{Conflict, Failure};
use crate::domain::id::{ClientId, DraftId, Kind, LeadId, PersonId, Ref};
use crate::domain::proof::Proof;
use crate::domain::row::Presence;

pub(crate) const TEXT: &str = "Maria Ortiz called about a water heater that leaks. Call her at 512-555-0142. \
We guarantee a visit by Friday.\n\nThe crew will look at the valve first.";
pub(crate) const SAFE: &str = "A customer asked about a leaking water heater. The crew will look at the valve first.";

pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_521_600, 0).unwrap()
}

pub(crate) fn person(name: &str, role: Role) -> Person {
    Person { id: PersonId::new(), name: name.into(), role, clients: None }
}

pub(crate) fn detail(text: &str) -> DraftDetail {
    let lines = [
        ("E-17", "Missed call from +1 512 555 0142 at 09:12, voicemail of 42 seconds"),
        ("E-17", "“Hi, this is Maria Ortiz, our water heater is leaking all over the garage, please call me back”"),
        ("E-18", "Form: service water heater repair, 12 Oak Street, Austin"),
    ];
    let evidence = (1..).zip(lines).map(|(n, (source, text))| EvidenceLine { n, text: text.into(), source: source.into() });
    DraftDetail {
        draft: Draft {
            id: DraftId::new(),
            number: 12,
            version: 3,
            state: DraftState::Pending,
            client_id: ClientId::new(),
            client: "Acme Plumbing".into(),
            lead_id: LeadId::new(),
            lead_number: 2041,
            title: "missed-call week".into(),
            model: "outline-1".into(),
            claimed_by: None,
            claimed_name: None,
            claim_until: None,
            blocks: 0,
            warns: 0,
            created_at: noon(),
        },
        text: text.into(),
        work: text.into(),
        work_version: 1,
        worked_by: None,
        worked_at: None,
        evidence: evidence.collect(),
        lead_name: "Maria Ortiz".into(),
        source_label: "phone call".into(),
        evidence_at: Some(noon() - TimeDelta::hours(3)),
        reason: None,
        newer_at: None,
        asked_to_cite: false,
        overriding: None,
        known: Vec::new(),
        frame: crate::domain::check::Frame { age_days: Some(0), ..crate::domain::check::Frame::default() },
        severities: crate::domain::severities::Severities::default(),
    }
}

/// What the portal would show of a text.
pub(crate) fn proof(text: &str) -> Proof {
    Proof {
        summary_id: crate::domain::id::SummaryId(uuid::Uuid::nil()),
        client: "Acme Plumbing".into(),
        text: text.into(),
        text_hash: "c0ffee".into(),
        source_label: "phone call".into(),
        period: "24 Nov 2026".into(),
        status: "in progress".into(),
        next_action: "A technician calls".into(),
        fresh_as_of: Some((noon() - TimeDelta::hours(3)).fixed_offset()),
        approved_at: noon().fixed_offset(),
        published_at: noon().fixed_offset(),
    }
}

pub(crate) fn conflict(by: &str, now: &str) -> Failure {
    let at = Some(noon() - TimeDelta::minutes(4));
    Failure::Conflict(Box::new(Conflict { what: "D-12".into(), by: by.into(), at, now: now.into() }))
}

/// Between two keys of a quick hand.
const HAND: TimeDelta = TimeDelta::milliseconds(30);

/// A reviewer at the screen: keeps the clock, the request numbers and every effect.
pub(crate) struct Desk {
    pub(crate) review: Review,
    pub(crate) me: Person,
    pub(crate) keys: KeyTable,
    pub(crate) link: Link,
    pub(crate) presence: Vec<Presence>,
    pub(crate) size: (u16, u16),
    pub(crate) now: DateTime<Utc>,
    pub(crate) draft: DraftDetail,
    pub(crate) effects: Vec<Effect>,
    pub(crate) tally: Tally,
    /// Whether a frame follows every key.
    pub(crate) frames: bool,
    seq: SeqSource,
}

impl Desk {
    /// Opened, nothing read yet.
    pub(crate) fn opened(draft: DraftDetail, role: Role) -> Self {
        let mut seq = SeqSource::default();
        let (review, effects) = Review::open(draft.draft.id, Ref::new(Kind::Draft, 12), &mut seq);
        Self {
            review,
            me: person("rosa", role),
            keys: KeyTable::default(),
            link: Link::Live,
            presence: Vec::new(),
            size: (120, 36),
            now: noon(),
            draft,
            effects,
            tally: Tally::default(),
            frames: true,
            seq,
        }
    }

    /// Read, claimed, painted and looked at.
    pub(crate) fn ready(text: &str) -> Self {
        let mut desk = Self::opened(detail(text), Role::Reviewer);
        desk.read();
        desk.claim(Ok(()));
        desk.look();
        desk.effects.clear();
        desk
    }

    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene {
            now: self.now,
            me: &self.me,
            keys: &self.keys,
            link: self.link,
            presence: &self.presence,
            size: self.size,
            read_only_reason: None,
            can_edit_externally: true,
            tally: self.tally,
        }
    }

    fn with(&mut self, act: impl FnOnce(&mut Review, &Scene<'_>, &mut SeqSource) -> (Outcome, Vec<Effect>)) -> Outcome {
        let (me, keys, presence) = (self.me.clone(), self.keys.clone(), self.presence.clone());
        let scene = Scene {
            now: self.now,
            me: &me,
            keys: &keys,
            link: self.link,
            presence: &presence,
            size: self.size,
            read_only_reason: None,
            can_edit_externally: true,
            tally: self.tally,
        };
        let (outcome, effects) = act(&mut self.review, &scene, &mut self.seq);
        self.effects.extend(effects);
        outcome
    }

    pub(crate) fn act(&mut self, action: Action) -> Outcome {
        self.now += HAND;
        self.act_at_once(action)
    }

    /// A key that comes together with the one before it, as in a paste that does not say that it is one.
    pub(crate) fn act_at_once(&mut self, action: Action) -> Outcome {
        let outcome = self.with(|review, scene, seq| review.action(action, scene, seq));
        self.framed(outcome)
    }

    pub(crate) fn press(&mut self, code: KeyCode) -> Outcome {
        self.event(KeyEvent::new(code, KeyModifiers::NONE))
    }

    pub(crate) fn event(&mut self, key: KeyEvent) -> Outcome {
        self.now += HAND;
        let outcome = self.with(|review, scene, seq| review.key(key, scene, seq));
        self.framed(outcome)
    }

    pub(crate) fn paste(&mut self, text: &str) -> Outcome {
        self.with(|review, scene, seq| review.paste(text, scene, seq))
    }

    pub(crate) fn message(&mut self, message: &Message) -> Outcome {
        self.with(|review, scene, seq| review.message(message, scene, seq))
    }

    /// The same under another screen.
    pub(crate) fn message_beneath(&mut self, message: &Message) {
        self.with(|review, scene, seq| (Outcome::Stay, review.message_beneath(message, scene, seq)));
    }

    pub(crate) fn answer(&mut self, answer: crate::app::popup::Answer) -> Outcome {
        self.with(|review, scene, seq| review.answered(answer, scene, seq))
    }

    pub(crate) fn close(&mut self) {
        self.with(|review, scene, seq| (Outcome::Stay, review.close(scene, seq)));
    }

    /// Types a text at the end of what is there.
    pub(crate) fn type_in(&mut self, text: &str) {
        self.act(Action::Edit);
        self.act(Action::Bottom);
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    pub(crate) fn wait(&mut self, by: TimeDelta) -> Outcome {
        self.now += by;
        self.message(&Message::Tick(self.now))
    }

    /// A frame with what is there now has reached the terminal.
    pub(crate) fn painted(&mut self) {
        self.with(|review, scene, _| {
            review.painted(scene);
            (Outcome::Stay, Vec::new())
        });
    }

    /// As a frame follows every key, where one did before.
    fn framed(&mut self, outcome: Outcome) -> Outcome {
        if self.frames && self.review.gate.is_seen() {
            self.painted();
        }
        outcome
    }

    /// Painted, and long enough for a person to have looked.
    pub(crate) fn look(&mut self) {
        self.painted();
        self.message(&Message::Tick(self.now));
        self.now += TimeDelta::seconds(1);
    }

    fn last_seq(&self, of: fn(&Effect) -> Option<Seq>) -> Seq {
        self.effects.iter().rev().find_map(of).unwrap()
    }

    /// Answers the last load with the draft as it is in the database.
    pub(crate) fn read(&mut self) -> Outcome {
        let seq = self.last_seq(|effect| match effect {
            Effect::LoadDraft(seq, _) => Some(*seq),
            _ => None,
        });
        self.message(&Message::Draft(seq, Ok(Box::new(self.draft.clone()))))
    }

    /// Reads again after a change in the database.
    pub(crate) fn read_changed(&mut self) -> Outcome {
        self.message(&Message::Changed);
        self.read()
    }

    /// Answers the last act.
    pub(crate) fn acted(&mut self, result: Result<(), Failure>) -> Outcome {
        let (seq, act) = self.last_act();
        let done = Done { record: act.target.record, said: "done".into(), undo: Err("no".into()) };
        self.message(&Message::Acted(seq, Box::new(act), result.map(|()| done)))
    }

    pub(crate) fn last_act(&self) -> (Seq, Act) {
        let found = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Perform(seq, act) => Some((*seq, (**act).clone())),
            _ => None,
        });
        found.unwrap()
    }

    /// Answers the claim, as the database would.
    pub(crate) fn claim(&mut self, result: Result<(), Failure>) -> Outcome {
        if result.is_ok() {
            self.draft.draft.claimed_by = Some(self.me.id);
            self.draft.draft.claimed_name = Some(self.me.name.clone());
            self.draft.draft.state = DraftState::InReview;
            self.draft.draft.version += 1;
        }
        let outcome = self.acted(result);
        self.read();
        outcome
    }

    /// Answers the last save.
    pub(crate) fn saved(&mut self, result: Result<i64, Failure>) -> Outcome {
        let answer = self.answer_to_save(result);
        self.message(&answer)
    }

    pub(crate) fn answer_to_save(&self, result: Result<i64, Failure>) -> Message {
        let seq = self.last_seq(|effect| match effect {
            Effect::SaveWork { seq, .. } => Some(*seq),
            _ => None,
        });
        Message::WorkSaved(seq, result)
    }

    pub(crate) fn text(&self) -> &str {
        self.review.editor().text()
    }
}

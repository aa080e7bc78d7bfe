//! The sources screen: who brings what for whom, how fresh and how whole it is, and what to do about what did not get in.

use chrono::{DateTime, Utc};

use super::age::ago_changes;
use super::effect::{Effect, Seq, SeqSource};
use super::layout::Rect;
use super::list::Load;
use super::screen::Screen;
use super::{App, Single, Tone};
use crate::domain::event::Provider;
use crate::domain::failure::Failure;
use crate::domain::id::{ClientId, Ref};
use crate::domain::source::figures::{ReadAgain, SourceDetail, SourceFigures};
use crate::domain::source::trial::Trial;
use crate::domain::text::neutralise;

/// What a row is known by.
pub type SourceId = (ClientId, Provider);

/// The screen.
#[derive(Debug)]
pub struct Sources {
    /// Every source.
    pub rows: Vec<SourceFigures>,
    /// How far loading has got.
    pub state: Load,
    /// The row under the cursor.
    pub at: usize,
    /// The first row shown.
    pub top: usize,
    /// What is looked up of one source, the one under the cursor as soon as it is there; or why it could not be.
    detail: Option<(SourceId, Result<SourceDetail, String>)>,
    cursor: Option<SourceId>,
    height: usize,
    load: Single,
    detail_load: Option<(Seq, SourceId)>,
    /// Rows came anew: what was looked up may be old.
    detail_old: bool,
    reading: Option<Seq>,
    trying: Option<(Seq, SourceId)>,
    /// What became of the last test event, and whose it was.
    trial: Option<(SourceId, Trial)>,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            state: Load::Loading,
            at: 0,
            top: 0,
            detail: None,
            cursor: None,
            height: 1,
            load: Single::default(),
            detail_load: None,
            detail_old: false,
            reading: None,
            trying: None,
            trial: None,
        }
    }
}

/// Lines of what is said of the source under the cursor, with the lines around it.
const DETAIL: u16 = 13;

/// Where the rows stand, and what is said of the one under the cursor; a small screen is for the rows.
pub fn areas(body: Rect) -> (Rect, Rect) {
    let below = if body.h >= 16 { DETAIL.min(body.h / 2) } else { 0 };
    (Rect { h: body.h - below, ..body }, Rect { y: body.y + body.h - below, h: below, ..body })
}

/// Where the rows alone stand: under the title and the names of the columns.
pub(super) fn rows_area(body: Rect) -> Rect {
    let (above, below) = areas(body);
    above.inner(1, 2, 1, u16::from(below.h == 0))
}

fn id(source: &SourceFigures) -> SourceId {
    (source.client_id, source.provider)
}

impl Sources {
    /// The source under the cursor.
    pub fn current(&self) -> Option<&SourceFigures> {
        self.rows.get(self.at)
    }

    /// What is looked up of it, as soon as it is there, or why it could not be.
    pub fn detail(&self) -> Option<Result<&SourceDetail, &str>> {
        let wanted = id(self.current()?);
        let (_, detail) = self.detail.as_ref().filter(|(of, _)| *of == wanted)?;
        Some(detail.as_ref().map_err(String::as_str))
    }

    /// What opens: its oldest parked payload, or its newest.
    pub fn opens(&self) -> Option<Ref> {
        self.detail()?.ok()?.opens()
    }

    /// Why what is parked cannot be read again; `None` when it can.
    pub fn no_reading_again(&self) -> Option<String> {
        match self.current() {
            None if self.state == Load::Loading => Some("the sources are not here yet".to_owned()),
            None => Some("there is no source".to_owned()),
            Some(_) if self.reading.is_some() => Some("it is being read".to_owned()),
            Some(source) if source.parked == 0 => Some("nothing of this source is parked".to_owned()),
            Some(_) => None,
        }
    }

    /// Why no test event can be sent; `None` when one can.
    pub(super) fn no_trial(&self) -> Option<String> {
        match self.current() {
            None => Some("there is no source".to_owned()),
            Some(_) if self.trying.is_some() => Some("one is on its way".to_owned()),
            Some(_) => None,
        }
    }

    /// What became of the last test event of the source under the cursor.
    pub fn trial(&self) -> Option<&Trial> {
        let wanted = id(self.current()?);
        self.trial.as_ref().filter(|(of, _)| *of == wanted).map(|(_, trial)| trial)
    }

    pub(super) fn ask(&mut self, seq: &mut SeqSource) -> Option<Effect> {
        self.load.ask(seq).map(Effect::LoadSources)
    }

    /// Asks for what is looked up of the source under the cursor; one at a time, so that a held key does not ask for
    /// every row it passes.
    fn ask_detail(&mut self, seq: &mut SeqSource) -> Option<Effect> {
        let wanted = id(self.current()?);
        let known = self.detail.as_ref().is_some_and(|(of, _)| *of == wanted);
        if self.detail_load.is_some() || known && !self.detail_old {
            return None;
        }
        let seq = seq.next_seq();
        self.detail_load = Some((seq, wanted));
        self.detail_old = false;
        Some(Effect::LoadSource(seq, wanted.0, wanted.1))
    }

    /// Moves the cursor by rows.
    pub fn step(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by);
        self.settle(self.height);
    }

    /// Puts the cursor on a line of the window; whether it was there already.
    pub(super) fn aim(&mut self, line: usize) -> bool {
        let at = self.top + line;
        let again = at == self.at;
        if at < self.rows.len() {
            self.at = at;
            self.settle(self.height);
        }
        again && at < self.rows.len()
    }

    /// Lines of the window.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Fits cursor and window to a height in lines.
    pub fn settle(&mut self, height: usize) {
        self.height = height.max(1);
        self.at = self.at.min(self.rows.len().saturating_sub(1));
        self.top = self.top.min(self.at).max((self.at + 1).saturating_sub(self.height));
        self.top = self.top.min(self.rows.len().saturating_sub(self.height));
        self.cursor = self.current().map(id);
    }

    fn take(&mut self, rows: Vec<SourceFigures>) {
        self.rows = rows;
        // The cursor follows its source, wherever that stands now.
        if let Some(at) = self.cursor.and_then(|cursor| self.rows.iter().position(|row| id(row) == cursor)) {
            self.at = at;
        }
        (self.state, self.detail_old) = (Load::Ready, true);
        self.settle(self.height);
    }

    /// When a time on the screen reads differently.
    pub(super) fn next_tick(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let shown = self.rows.iter().skip(self.top).take(self.height);
        shown.filter_map(|row| row.last_at).filter_map(|at| ago_changes(now, at)).min()
    }
}

impl App {
    fn sources_mut(&mut self) -> Option<&mut Sources> {
        self.screens.iter_mut().find_map(|screen| match screen {
            Screen::Sources(sources) => Some(sources.as_mut()),
            _ => None,
        })
    }

    pub(super) fn open_sources(&mut self) -> Vec<Effect> {
        if self.screens.iter().any(|screen| matches!(screen, Screen::Review(_))) {
            self.say(Tone::Why, "a draft is open; Esc leaves it");
            return Vec::new();
        }
        match self.screens.iter().position(|screen| matches!(screen, Screen::Sources(_))) {
            Some(at) => self.screens.truncate(at + 1),
            None => self.screens.push(Screen::Sources(Box::default())),
        }
        let mut effects = self.say_presence();
        effects.extend(self.load_screen());
        effects
    }

    /// Looks up what is said of the source under the cursor.
    pub(super) fn load_source(&mut self) -> Option<Effect> {
        match self.screens.last_mut() {
            Some(Screen::Sources(sources)) => sources.ask_detail(&mut self.seq),
            _ => None,
        }
    }

    pub(super) fn read_again(&mut self) -> Vec<Effect> {
        let seq = self.seq.next_seq();
        let Some(sources) = self.sources_mut() else { return Vec::new() };
        let Some((client, provider)) = sources.current().map(id) else { return Vec::new() };
        sources.reading = Some(seq);
        self.say(Tone::Good, "what is parked is being read again");
        vec![Effect::ReadAgain(seq, client, provider)]
    }

    pub(super) fn try_out(&mut self) -> Vec<Effect> {
        let seq = self.seq.next_seq();
        let Some(sources) = self.sources_mut() else { return Vec::new() };
        let Some(of) = sources.current().map(id) else { return Vec::new() };
        (sources.trying, sources.trial) = (Some((seq, of)), None);
        vec![Effect::TryOut(seq, of.0, of.1)]
    }

    pub(super) fn tried_out(&mut self, seq: Seq, result: Result<Box<Trial>, Failure>) -> Vec<Effect> {
        let Some(sources) = self.sources_mut() else { return Vec::new() };
        let Some((_, of)) = sources.trying.take_if(|(asked, _)| *asked == seq) else { return Vec::new() };
        match result {
            Ok(trial) => sources.trial = Some((of, *trial)),
            Err(failure) => self.say(Tone::Bad, format!("no test event: {failure}")),
        }
        Vec::new()
    }

    pub(super) fn sources_came(&mut self, seq: Seq, result: Result<Vec<SourceFigures>, Failure>) -> Vec<Effect> {
        let Some(sources) = self.sources_mut() else { return Vec::new() };
        let Some(again) = sources.load.answer(seq) else { return Vec::new() };
        match result {
            Ok(rows) => sources.take(rows),
            Err(failure) => sources.state = Load::Failed(failure.to_string()),
        }
        if again { self.load_screen().into_iter().collect() } else { Vec::new() }
    }

    pub(super) fn source_came(&mut self, seq: Seq, result: Result<Box<SourceDetail>, Failure>) -> Vec<Effect> {
        let Some(sources) = self.sources_mut() else { return Vec::new() };
        let Some((_, of)) = sources.detail_load.take_if(|(asked, _)| *asked == seq) else { return Vec::new() };
        // What failed is asked again when the rows come anew, not at once: a database that is away answers in no time.
        sources.detail = Some((of, result.map(|detail| *detail).map_err(|failure| failure.to_string())));
        Vec::new()
    }

    pub(super) fn read_again_came(&mut self, seq: Seq, result: Result<ReadAgain, Failure>) -> Vec<Effect> {
        if let Some(sources) = self.sources_mut() {
            sources.reading.take_if(|asked| *asked == seq);
        }
        match result {
            Ok(ReadAgain { recorded, duplicates, still, why }) => {
                let more = if duplicates > 0 { format!(", {duplicates} had come once more") } else { String::new() };
                let why = why.map(|why| format!(", such as: {}", neutralise(why.raw()))).unwrap_or_default();
                let still = if still > 0 { format!(", {still} are parked still{why}") } else { String::new() };
                let tone = if still.is_empty() { Tone::Good } else { Tone::Why };
                self.say(tone, format!("{recorded} taken in{more}{still}"));
            }
            Err(failure) => self.say(Tone::Bad, format!("not read again: {failure}")),
        }
        self.load_everything()
    }
}

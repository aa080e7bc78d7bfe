//! "Why is this not running?": asked of the job under the cursor, or of the first one of a group, answered over the screen, and kept fresh while it is read.

use super::App;
use super::effect::{Effect, Seq};
use super::item::Item;
use super::popup::{Popup, Why};
use super::screen::Screen;
use crate::domain::failure::Failure;
use crate::domain::id::{Kind, Ref};
use crate::domain::why::Explanation;

impl App {
    /// The job that is meant: the row's, or that of the step under the cursor, or the one whose timeline this is.
    pub(super) fn job_here(&self) -> Option<Ref> {
        let is_job = |record: &Ref| record.kind == Kind::Job;
        match self.screens.last() {
            Some(Screen::Trace(trace)) => {
                let step = trace.current().and_then(|step| step.record).filter(is_job);
                step.or(Some(trace.record).filter(is_job))
            }
            Some(Screen::Review(_) | Screen::Sources(_)) => None,
            _ => self.active()?.current()?.record().filter(is_job),
        }
    }

    pub(super) fn ask_why(&mut self) -> Vec<Effect> {
        if let Some(Item::Group(group)) = self.item_here().cloned() {
            return self.ask_why_of_group(&group);
        }
        self.job_here().map(|record| self.ask_why_of(record)).unwrap_or_default()
    }

    pub(super) fn ask_why_of(&mut self, record: Ref) -> Vec<Effect> {
        let seq = self.seq.next_seq();
        self.popup = Some(Popup::Why(Box::new(Why { record, top: 0, answer: None, asked: Some(seq) })));
        vec![Effect::Explain(seq, record)]
    }

    /// Asks again while the answer is on the screen; one question at a time.
    pub(super) fn load_why(&mut self) -> Option<Effect> {
        let Some(Popup::Why(why)) = &mut self.popup else { return None };
        if why.asked.is_some() {
            return None;
        }
        let seq = self.seq.next_seq();
        why.asked = Some(seq);
        Some(Effect::Explain(seq, why.record))
    }

    pub(super) fn explained(&mut self, seq: Seq, result: Result<Box<Explanation>, Failure>) -> Vec<Effect> {
        if let Some(Popup::Why(why)) = &mut self.popup
            && why.asked == Some(seq)
        {
            why.asked = None;
            why.answer = Some(result.map(|answer| *answer).map_err(|failure| failure.to_string()));
        }
        Vec::new()
    }
}

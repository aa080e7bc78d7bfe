//! The trace of a record: its fields and everything that happened to it, newest steps first to be kept.

mod heading;
mod masked;
mod steps;

use super::filtering::{Bind, Sql};
use super::{Outcome, Store};
use crate::domain::actor::Person;
use crate::domain::id::{Kind, Ref};
use crate::domain::mask::sees_masked;
use crate::domain::trace::Trace;
use heading::Heading;
use steps::Source;
use uuid::Uuid;

/// Steps of a trace at most; older ones are left out.
const MOST: usize = 500;

/// Which rows of a source belong to the timeline.
struct Scope {
    source: &'static Source,
    /// Completes the source's `where true`; a value follows.
    of: &'static str,
    id: Uuid,
    /// Closes what `of` opened.
    end: &'static str,
}

impl Scope {
    fn new(source: &'static Source, of: &'static str, id: Uuid) -> Self {
        Self { source, of, id, end: "" }
    }
}

impl Store {
    /// A record with its whole timeline, oldest step first; the newest 500, if there are more. Whoever only reviews sees
    /// contact data, names and codes masked in it.
    ///
    /// # Errors
    /// `NotFound` also when the person may not see it.
    pub async fn trace(&self, me: &Person, record: Ref) -> Outcome<Trace> {
        let target = self.find(me, record).await?;
        let heading = self.heading(me, record, target.id).await?;
        let mut steps = Vec::new();
        for scope in scopes(record.kind, target.id) {
            let mut sql = Sql::new(scope.source.select);
            sql.push(scope.of).bind(Bind::Id(scope.id)).push(scope.end).push(scope.source.newest);
            // One more than is shown tells whether older ones were left out.
            sql.bind(Bind::Number(MOST as i64 + 1));
            steps.extend(self.rows::<steps::Line>(&sql).await?.into_iter().map(|line| scope.source.step(line)));
        }
        // Each source gave its newest first; of one moment: what happened, then the entry that announces an act, then the act.
        steps.reverse();
        steps.sort_by_key(|step| (step.at, step.kind));
        let older = steps.len().saturating_sub(MOST);
        steps.drain(..older);
        let Heading { title, fields, faults, doubts } = heading;
        let mut trace = Trace { record, title, fields, faults, doubts, steps, cut: older > 0 };
        if sees_masked(me) {
            self.mask_of(record.kind, target.id).await?.trace(&mut trace);
        }
        Ok(trace)
    }
}

/// What the timeline of a record is made of. A lead's holds all that belongs to it; any other record's holds its own
/// journal, and what it is made of.
fn scopes(kind: Kind, id: Uuid) -> Vec<Scope> {
    use steps::{ATTEMPTS, DRAFTS, EVENTS, JOBS, JOURNAL, SUMMARIES, TASKS};
    let of = |source, of| Scope::new(source, of, id);
    let within = |source, of| Scope { end: ")", ..Scope::new(source, of, id) };
    let own = of(&JOURNAL, " and r.subject_id = ");
    match kind {
        Kind::Lead => vec![
            of(&EVENTS, " and r.lead_id = "),
            of(&JOURNAL, " and r.lead_id = "),
            // Two reads, each by its index; together they name no entry twice.
            of(&JOURNAL, " and r.lead_id is null and r.subject_id = "),
            of(&JOBS, " and r.lead_id = "),
            of(&ATTEMPTS, " and j.lead_id = "),
            of(&TASKS, " and r.lead_id = "),
            of(&DRAFTS, " and r.lead_id = "),
            of(&SUMMARIES, " and r.lead_id = "),
            // What came to the leads that were merged into it.
            within(&EVENTS, " and r.lead_id in (select id from leads where merged_into = "),
            within(&JOURNAL, " and r.lead_id in (select id from leads where merged_into = "),
            within(&JOBS, " and r.lead_id in (select id from leads where merged_into = "),
            within(&ATTEMPTS, " and j.lead_id in (select id from leads where merged_into = "),
            within(&TASKS, " and r.lead_id in (select id from leads where merged_into = "),
            within(&DRAFTS, " and r.lead_id in (select id from leads where merged_into = "),
            within(&SUMMARIES, " and r.lead_id in (select id from leads where merged_into = "),
        ],
        Kind::Job => vec![own, of(&JOBS, " and r.id = "), of(&ATTEMPTS, " and r.job_id = ")],
        Kind::Task => vec![
            own,
            of(&TASKS, " and r.id = "),
            within(&JOBS, " and r.id = (select job_id from tasks where id = "),
            within(&DRAFTS, " and r.id = (select draft_id from tasks where id = "),
        ],
        Kind::Draft => vec![
            own,
            of(&DRAFTS, " and r.id = "),
            // By way of the lead, whose index finds them.
            within(&SUMMARIES, " and (r.lead_id, r.draft_id) = (select lead_id, id from drafts where id = "),
        ],
        Kind::Summary => vec![
            own,
            of(&SUMMARIES, " and r.id = "),
            within(&DRAFTS, " and r.id = (select draft_id from summaries where id = "),
            within(&JOBS, " and (r.lead_id, r.summary_id) = (select lead_id, id from summaries where id = "),
        ],
        Kind::Event => vec![own, of(&EVENTS, " and r.id = ")],
        Kind::Payload => vec![own, of(&EVENTS, " and r.payload_id = ")],
        Kind::Client | Kind::Destination | Kind::Person | Kind::Template | Kind::Automation => vec![own],
    }
}

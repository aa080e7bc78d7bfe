//! The lists of the panes, page by page, and single records; only what the person may see.

mod columns;
mod detail;
mod directory;
mod place;
mod plan;
mod proof;

pub(in crate::store) use columns::lead_columns;

use uuid::Uuid;

use super::filtering::{Bind, Row, Sql, names_a_state};
use super::{Outcome, Store};
use crate::domain::act::{Frozen, Target};
use crate::domain::actor::Person;
use crate::domain::draft::{Draft, Summary};
use crate::domain::failure::Failure;
use crate::domain::filter::{Filter, Sort};
use crate::domain::id::{DestinationId, DraftId, JobId, Kind, LeadId, Ref, SummaryId, TaskId};
use crate::domain::job::Job;
use crate::domain::lead::Lead;
use crate::domain::mask::{Mask, mask_row, sees_masked};
use crate::domain::release::Release;
use crate::domain::row::{Count, FailureGroup, Page, Pane};
use crate::domain::task::Task;
use columns::{DRAFTS, GROUPS, JOBS, LEADS, SUMMARIES, TASKS};
pub use place::{BadCursor, Cursor, Placed};
use place::{Order, order};

/// Rows of a page, within reason.
fn clamped(limit: i64) -> i64 {
    limit.clamp(1, 10_000)
}

/// What destinations answered may name whom they were asked about; whoever only reviews does not see that.
fn hide_errors(me: &Person, jobs: &mut [Job]) {
    if sees_masked(me) {
        let mask = Mask::of_rows();
        for job in jobs {
            mask.error(job.last_error.as_mut());
        }
    }
}

impl Sql {
    fn ordered(&mut self, order: &Order, after: Option<&Cursor>, limit: i64) {
        if let Some(cursor) = after {
            self.push(order.after);
            if order.ranked {
                self.bind(Bind::Text(cursor.rank.clone())).push(", ");
            }
            self.bind(Bind::Time(cursor.at)).push(", ").bind(Bind::Id(cursor.id)).push(")");
        }
        self.push(order.by).bind(Bind::Number(clamped(limit) + 1));
    }
}

impl Store {
    async fn page<T: Row>(&self, mut sql: Sql, order: &Order, after: Option<&Cursor>, limit: i64) -> Outcome<Page<T>> {
        sql.ordered(order, after, limit);
        self.bounded(&sql, limit).await
    }

    /// Runs a statement that asks for one row more than the limit, which tells whether more follow.
    async fn bounded<T: Row>(&self, sql: &Sql, limit: i64) -> Outcome<Page<T>> {
        let limit = usize::try_from(clamped(limit)).unwrap_or(usize::MAX);
        let mut rows = self.rows(sql).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        Ok(Page { rows, more })
    }

    async fn listed(&self, select: &'static str, me: &Person, pane: Pane, filter: &Filter) -> Outcome<Sql> {
        let named = self.named(filter).await?;
        let mut sql = Sql::new(select);
        sql.visible(me).matching(me, pane, filter, self.clock.now(), &named);
        Ok(sql)
    }

    /// The statement behind a page of a pane.
    async fn pane(&self, me: &Person, pane: Pane, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Sql> {
        let select = match pane {
            Pane::Leads => LEADS,
            Pane::Failures | Pane::Queue => JOBS,
            Pane::Tasks => TASKS,
            Pane::Review => DRAFTS,
        };
        let mut sql = self.listed(select, me, pane, filter).await?;
        let order = match (pane, names_a_state(filter)) {
            (Pane::Review, state) if filter.sort != Sort::Age => {
                if !state {
                    sql.push(columns::TO_REVIEW);
                }
                match filter.sort {
                    // What blocks comes first; the words are in the order of the alphabet.
                    Sort::Severity => {
                        order!(ranked "case when r.blocks > 0 then 'block' when r.warns > 0 then 'warn' else 'y' end")
                    }
                    Sort::Client | Sort::Age => order!(ranked "c.name"),
                }
            }
            (Pane::Leads, _) => order!(newest "arrived_at"),
            (Pane::Failures, _) => {
                sql.push(columns::FAILED);
                order!(newest "updated_at")
            }
            (Pane::Queue, true) => order!(newest "updated_at"),
            (Pane::Queue, false) => {
                sql.push(columns::WAITING);
                order!(oldest "due_at")
            }
            (Pane::Tasks | Pane::Review, true) => order!(newest "created_at"),
            (Pane::Tasks, false) => {
                sql.push(columns::OPEN).bind(Bind::Time(self.clock.now())).push(")");
                order!(oldest "due_at")
            }
            (Pane::Review, false) => {
                sql.push(columns::TO_REVIEW);
                order!(oldest "created_at")
            }
        };
        sql.ordered(&order, after, limit);
        Ok(sql)
    }

    /// Leads, newest first.
    pub async fn page_leads(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Lead>> {
        let mut page: Page<Lead> = self.bounded(&self.pane(me, Pane::Leads, filter, after, limit).await?, limit).await?;
        if sees_masked(me) {
            page.rows.iter_mut().for_each(mask_row);
        }
        Ok(page)
    }

    /// Jobs that wait, the next first; with a `state:` in the filter those, the last changed first.
    pub async fn page_jobs(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Job>> {
        let mut page = self.bounded(&self.pane(me, Pane::Queue, filter, after, limit).await?, limit).await?;
        hide_errors(me, &mut page.rows);
        Ok(page)
    }

    /// Failed jobs that nobody settled, the last changed first.
    pub async fn page_failures(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Job>> {
        let mut page = self.bounded(&self.pane(me, Pane::Failures, filter, after, limit).await?, limit).await?;
        hide_errors(me, &mut page.rows);
        Ok(page)
    }

    /// Open tasks that are not snoozed, the next due first; with a `state:` in the filter those, the newest first.
    pub async fn page_tasks(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Task>> {
        self.bounded(&self.pane(me, Pane::Tasks, filter, after, limit).await?, limit).await
    }

    /// Drafts to review, the oldest first, or in the order the filter asks for; with a `state:` in the filter those, the
    /// newest first.
    pub async fn page_drafts(&self, me: &Person, filter: &Filter, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Draft>> {
        self.bounded(&self.pane(me, Pane::Review, filter, after, limit).await?, limit).await
    }

    /// Summaries, the last approved first.
    pub async fn page_summaries(&self, me: &Person, after: Option<&Cursor>, limit: i64) -> Outcome<Page<Summary>> {
        let mut sql = Sql::new(SUMMARIES);
        sql.visible(me);
        self.page(sql, &order!(newest "approved_at"), after, limit).await
    }

    /// Failed jobs by destination and signature, the largest group first. It looks at the last 10,000 failures that
    /// match, as the counts of the pane titles do.
    pub async fn failure_groups(&self, me: &Person, filter: &Filter, limit: i64) -> Outcome<Page<FailureGroup>> {
        self.groups(me, filter, limit, &self.fresh_releases(me).await?).await
    }

    /// The same, and behind them what a release took all of, while the release is still told: whoever let it go sees how it ends.
    pub async fn groups_and_releases(&self, me: &Person, filter: &Filter, limit: i64) -> Outcome<Page<FailureGroup>> {
        let releases = self.fresh_releases(me).await?;
        let mut page = self.groups(me, filter, limit, &releases).await?;
        // A release has no words of its own that a filter would know.
        if !page.more && *filter == Filter::default() {
            for release in releases {
                let is_of =
                    |group: &FailureGroup| group.destination_id == release.destination_id && group.signature == release.signature;
                if !page.rows.iter().any(is_of) {
                    page.rows.push(FailureGroup::released(release));
                }
            }
        }
        Ok(page)
    }

    async fn groups(&self, me: &Person, filter: &Filter, limit: i64, releases: &[Release]) -> Outcome<Page<FailureGroup>> {
        let mut sql = self.listed(GROUPS, me, Pane::Failures, filter).await?;
        sql.push(columns::FAILED).push(columns::NEWEST).bind(Bind::Number(Count::BOUND));
        sql.push(columns::GROUPED).bind(Bind::Number(clamped(limit) + 1));
        let groups: Page<columns::Grouped> = self.bounded(&sql, limit).await?;
        let mut rows: Vec<FailureGroup> = groups.rows.into_iter().map(|group| group.with(releases)).collect();
        if sees_masked(me) {
            let mask = Mask::of_rows();
            for group in &mut rows {
                mask.error(group.example.as_mut());
            }
        }
        Ok(Page { rows, more: groups.more })
    }

    /// The jobs of one failure group, the last changed first.
    pub async fn group_jobs(&self, me: &Person, destination: DestinationId, signature: &str, limit: i64) -> Outcome<Page<Job>> {
        let mut sql = Sql::new(JOBS);
        sql.visible(me).push(columns::FAILED).push(" and r.destination_id = ").bind(Bind::Id(destination.0));
        sql.push(" and r.signature = ").bind(Bind::Text(signature.to_owned()));
        let mut page = self.page(sql, &order!(newest "updated_at"), None, limit).await?;
        hide_errors(me, &mut page.rows);
        Ok(page)
    }

    async fn one<T: Row>(&self, select: &'static str, me: &Person, kind: Kind, id: Uuid) -> Outcome<T> {
        let mut sql = Sql::new(select);
        sql.visible(me).push(" and r.id = ").bind(Bind::Id(id));
        self.rows(&sql).await?.pop().ok_or_else(|| Failure::NotFound(format!("that {kind}")))
    }

    /// One lead with its contact data, for what is told of them and does not repeat them.
    pub(in crate::store) async fn whole_lead(&self, me: &Person, id: LeadId) -> Outcome<Lead> {
        self.one(LEADS, me, Kind::Lead, id.0).await
    }

    /// One lead; whoever only reviews sees its contact data masked.
    pub async fn lead(&self, me: &Person, id: LeadId) -> Outcome<Lead> {
        let mut lead = self.whole_lead(me, id).await?;
        if sees_masked(me) {
            mask_row(&mut lead);
        }
        Ok(lead)
    }

    /// One job.
    pub async fn job(&self, me: &Person, id: JobId) -> Outcome<Job> {
        let mut job = self.one(JOBS, me, Kind::Job, id.0).await?;
        hide_errors(me, std::slice::from_mut(&mut job));
        Ok(job)
    }

    /// One task.
    pub async fn task(&self, me: &Person, id: TaskId) -> Outcome<Task> {
        self.one(TASKS, me, Kind::Task, id.0).await
    }

    /// One draft.
    pub async fn draft(&self, me: &Person, id: DraftId) -> Outcome<Draft> {
        self.one(DRAFTS, me, Kind::Draft, id.0).await
    }

    /// One summary.
    pub async fn summary(&self, me: &Person, id: SummaryId) -> Outcome<Summary> {
        self.one(SUMMARIES, me, Kind::Summary, id.0).await
    }
}

impl Store {
    /// What a reference points at, of any kind.
    ///
    /// # Errors
    /// `NotFound` also when the person may not see it: the two must not be told apart.
    pub async fn find(&self, me: &Person, record: Ref) -> Outcome<Target> {
        let (select, of_a_client) = columns::identity(record.kind);
        let mut sql = Sql::new(select);
        if of_a_client {
            sql.visible(me);
        }
        sql.push(" and r.number = ").bind(Bind::Number(record.number));
        let found: Option<columns::Identity> = self.rows(&sql).await?.pop();
        let found = found.ok_or_else(|| Failure::NotFound(record.to_string()))?;
        Ok(Target { record, id: found.id, version: found.version })
    }
}

impl Store {
    /// Everything that matches now, for a bulk act: the set does not grow while it is worked on.
    pub async fn freeze(&self, me: &Person, pane: Pane, filter: &Filter, limit: i64) -> Outcome<Vec<Frozen>> {
        let frozen = |kind, number, id, version, lead| Frozen {
            target: Target { record: Ref::new(kind, number), id, version },
            replay: None,
            job: None,
            lead,
        };
        let now = self.clock.now();
        let job = |row: &Job| Frozen {
            replay: row.replay(now).map(|replay| replay.verdict),
            job: Some((row.kind, row.state)),
            ..frozen(Kind::Job, row.number, row.id.0, row.version, row.lead_number)
        };
        Ok(match pane {
            Pane::Leads => {
                let page = self.page_leads(me, filter, None, limit).await?;
                page.rows.iter().map(|row| frozen(Kind::Lead, row.number, row.id.0, row.version, Some(row.number))).collect()
            }
            Pane::Failures => self.page_failures(me, filter, None, limit).await?.rows.iter().map(job).collect(),
            Pane::Queue => self.page_jobs(me, filter, None, limit).await?.rows.iter().map(job).collect(),
            Pane::Tasks => {
                let page = self.page_tasks(me, filter, None, limit).await?;
                page.rows.iter().map(|row| frozen(Kind::Task, row.number, row.id.0, row.version, row.lead_number)).collect()
            }
            Pane::Review => {
                let page = self.page_drafts(me, filter, None, limit).await?;
                page.rows
                    .iter()
                    .map(|row| frozen(Kind::Draft, row.number, row.id.0, row.version, Some(row.lead_number)))
                    .collect()
            }
        })
    }
}

//! Rows that can wait are written together: where a batch is what counts, a round trip is for many.
//!
//! They are written before any statement that may need them, and at the commit: whoever reads in this transaction finds what
//! it wrote, as if each row had been written at once.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::jobs::{INSERT, Planned};
use super::journal::APPEND;
use super::statement::Value;
use super::{Outcome, Tx};
use crate::domain::id::LeadId;

/// The tables whose rows wait, in the order in which they are written: what is referred to before what refers to it. So every
/// entry of the journal stands before its act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Journal,
    Leads,
    Events,
    Consents,
    Tasks,
    Jobs,
    Arrivals,
}

impl Table {
    /// Names of the table, and of columns that refer to it: a statement with one of these in it may need the rows.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Journal => &["journal", "entry_id"],
            Self::Leads => &["leads", "lead_id"],
            Self::Events => &["events", "event_id"],
            Self::Consents => &["consents"],
            Self::Tasks => &["tasks"],
            Self::Jobs => &["jobs", "job_id"],
            Self::Arrivals => &["arrivals"],
        }
    }

    fn is_in(self, sql: &str) -> bool {
        self.words().iter().any(|word| sql.contains(word))
    }
}

/// Rows of one statement.
#[derive(Debug)]
struct Later {
    table: Table,
    sql: &'static str,
    rows: Vec<Vec<Value>>,
}

/// What waits in a transaction.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// Whether anything may wait.
    on: bool,
    rows: Vec<Later>,
    /// Jobs of which nobody knows yet whether the same work was queued before, each with how many entries of the journal
    /// come before its own.
    jobs: Vec<(usize, Planned)>,
    /// Their keys.
    keys: BTreeSet<String>,
    /// Leads of which rows wait.
    leads: BTreeSet<LeadId>,
}

impl Gathered {
    fn rows_of(&mut self, table: Table, sql: &'static str) -> &mut Vec<Vec<Value>> {
        let at = self.rows.iter().position(|later| later.sql == sql).unwrap_or(self.rows.len());
        if at == self.rows.len() {
            self.rows.push(Later { table, sql, rows: Vec::new() });
        }
        &mut self.rows[at].rows
    }
}

impl Tx {
    /// From now on rows that can wait are written together.
    pub(crate) fn gather(&mut self) {
        self.gathered.on = true;
    }

    /// Whether they are.
    pub(crate) fn gathers(&self) -> bool {
        self.gathered.on
    }

    /// Writes rows, of a lead or of none, by a statement with `{rows}` in it that gives back their ids; where rows are
    /// gathered, with the others like them.
    pub(crate) async fn put(
        &mut self,
        table: Table,
        lead: Option<LeadId>,
        sql: &'static str,
        rows: Vec<Vec<Value>>,
    ) -> Outcome<()> {
        if !self.gathered.on {
            return self.over::<(Uuid,)>(sql, vec![], rows).await.map(drop);
        }
        self.gathered.leads.extend(lead);
        self.gathered.rows_of(table, sql).extend(rows);
        Ok(())
    }

    /// Lets a job wait. One with the key of another that waits comes after it.
    pub(crate) async fn put_job(&mut self, job: Planned) -> Outcome<()> {
        if self.gathered.keys.contains(&job.key) {
            self.write_gathered().await?;
        }
        self.gathered.keys.insert(job.key.clone());
        self.gathered.leads.extend(job.lead);
        let before = self.gathered.rows_of(Table::Journal, APPEND).len();
        self.gathered.jobs.push((before, job));
        Ok(())
    }

    /// Writes what was gathered.
    pub(crate) async fn write_gathered(&mut self) -> Outcome<()> {
        self.gathered.keys.clear();
        self.gathered.leads.clear();
        let jobs = std::mem::take(&mut self.gathered.jobs);
        for (earlier, (before, job)) in self.only_new(jobs).await?.into_iter().enumerate() {
            let (entry, announcement) = job.announcement(self.now);
            self.gathered.rows_of(Table::Journal, APPEND).insert(before + earlier, announcement);
            self.gathered.rows_of(Table::Jobs, INSERT).push(job.row(entry));
        }
        let mut all = std::mem::take(&mut self.gathered.rows);
        all.sort_by_key(|later| later.table);
        for later in all {
            self.over_now::<(Uuid,)>(later.sql, vec![], later.rows).await?;
        }
        Ok(())
    }

    /// Writes what was gathered, where rows of a lead are among it: before a statement that is about this lead alone.
    pub(crate) async fn write_of(&mut self, lead: LeadId) -> Outcome<()> {
        if self.gathered.leads.contains(&lead) {
            self.write_gathered().await?;
        }
        Ok(())
    }

    /// Writes what was gathered, where a statement may need it.
    pub(crate) async fn write_before(&mut self, sql: &str) -> Outcome<()> {
        let jobs = !self.gathered.jobs.is_empty() && Table::Jobs.is_in(sql);
        if jobs || self.gathered.rows.iter().any(|later| later.table.is_in(sql)) {
            self.write_gathered().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_needs_the_rows_of_the_tables_that_it_names() {
        assert!(Table::Leads.is_in("select consent from leads where id = $1"));
        assert!(Table::Leads.is_in("select id from tasks where lead_id = $1"));
        assert!(!Table::Leads.is_in("insert into payloads (id) values ($1)"));
    }

    #[test]
    fn the_journal_comes_first_and_a_lead_before_what_is_of_it() {
        let mut all = [Table::Jobs, Table::Tasks, Table::Events, Table::Leads, Table::Journal];
        all.sort();
        assert_eq!(all, [Table::Journal, Table::Leads, Table::Events, Table::Tasks, Table::Jobs]);
    }
}

//! How the reviewing goes, in figures: by client and reviewer, and findings by kind. Nothing in them is a word of a draft.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::filtering::Sql;
use super::{Outcome, Store};
use crate::domain::actor::Person;
use crate::domain::cite::without_citations;
use crate::domain::edit;
use crate::domain::median::median;

/// What was approved that is looked at: the newest.
const LOOKED_AT: &str = "2000";

/// Of one client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfClient {
    /// Which.
    pub client: String,
    /// Drafts that wait for review, open ones included.
    pub waiting: i64,
    /// Of them with a finding that stops approval.
    pub blocked: i64,
}

/// Of one reviewer at one client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfReviewer {
    /// Whose drafts.
    pub client: String,
    /// Who approved.
    pub reviewer: String,
    /// How many.
    pub approved: i64,
    /// Half of them were approved within so many minutes of the draft.
    pub median_minutes: i64,
    /// Half of them changed at most so much of the draft's words, in percent.
    pub median_changed: i64,
    /// Blocks that somebody else let pass for this reviewer.
    pub overrides: i64,
    /// Approved and taken back later.
    pub withdrawn: i64,
}

/// Of one kind of finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfKind {
    /// Whose drafts.
    pub client: String,
    /// What was found.
    pub kind: String,
    /// How heavy it weighs.
    pub severity: String,
    /// How often, in drafts as they were made: the newest 2,000.
    pub made: i64,
    /// How often, in all drafts as they stand.
    pub found: i64,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reviewing {
    /// By client.
    pub clients: Vec<OfClient>,
    /// By client and reviewer, over the newest 2,000 approvals.
    pub reviewers: Vec<OfReviewer>,
    /// By client and kind.
    pub findings: Vec<OfKind>,
}

type Approved = (String, String, DateTime<Utc>, DateTime<Utc>, String, String, String);

impl Store {
    /// The figures of the clients that a person sees.
    pub async fn reviewing(&self, me: &Person) -> Outcome<Reviewing> {
        let mut waiting = Sql::new(
            "select c.name, count(*), count(case when r.blocks > 0 then 1 end) from drafts r join clients c on c.id = r.client_id
                where r.state in ('pending', 'in_review')",
        );
        waiting.visible(me).push(" group by c.name order by c.name");
        let clients: Vec<(String, i64, i64)> = self.rows(&waiting).await?;
        let mut kinds = Sql::new(
            "select c.name, f.kind, f.severity, count(*) from findings f join drafts r on r.id = f.draft_id
                join clients c on c.id = r.client_id where true",
        );
        kinds.visible(me).push(" group by c.name, f.kind, f.severity");
        let left: Vec<(String, String, String, i64)> = self.rows(&kinds).await?;
        let mut findings = self.made(me).await?;
        for (client, kind, severity, found) in left {
            findings.entry((client, kind, severity)).or_default().found = found;
        }
        let mut findings: Vec<OfKind> = findings
            .into_iter()
            .map(|((client, kind, severity), counted)| OfKind { client, kind, severity, ..counted })
            .collect();
        // By client, what was found most often first; the map has put the rest in order.
        findings.sort_by(|a, b| a.client.cmp(&b.client).then(b.made.max(b.found).cmp(&a.made.max(a.found))));
        Ok(Reviewing {
            clients: clients.into_iter().map(|(client, waiting, blocked)| OfClient { client, waiting, blocked }).collect(),
            reviewers: self.reviewers(me).await?,
            findings,
        })
    }

    /// What was found in drafts as they were made, by client, kind and severity.
    async fn made(&self, me: &Person) -> Outcome<BTreeMap<(String, String, String), OfKind>> {
        let mut drafts = Sql::new(
            "select c.name, r.first_findings from drafts r join clients c on c.id = r.client_id where r.first_findings <> ''",
        );
        drafts.visible(me).push(" order by r.created_at desc, r.id desc limit ").push(LOOKED_AT);
        let rows: Vec<(String, String)> = self.rows(&drafts).await?;
        let mut all: BTreeMap<(String, String, String), OfKind> = BTreeMap::new();
        for (client, kinds) in rows {
            for word in kinds.split(' ') {
                let mut parts = word.split(':');
                if let (Some(kind), Some(severity), Some(Ok(count))) =
                    (parts.next(), parts.next(), parts.next().map(str::parse::<i64>))
                {
                    all.entry((client.clone(), kind.to_owned(), severity.to_owned())).or_default().made += count;
                }
            }
        }
        Ok(all)
    }

    async fn reviewers(&self, me: &Person) -> Outcome<Vec<OfReviewer>> {
        let mut approved = Sql::new(
            "select c.name, p.name, d.created_at, r.approved_at, r.state, d.text, t.text from summaries r
                join clients c on c.id = r.client_id join people p on p.id = r.approved_by join drafts d on d.id = r.draft_id
                join approved_texts t on t.summary_id = r.id where true",
        );
        approved.visible(me).push(" order by r.approved_at desc, r.id desc limit ").push(LOOKED_AT);
        let rows: Vec<Approved> = self.rows(&approved).await?;
        let mut all: BTreeMap<(String, String), Figures> = BTreeMap::new();
        for (client, reviewer, filed, at, state, draft, text) in rows {
            let (of, waits, changes) = all.entry((client, reviewer)).or_default();
            of.approved += 1;
            of.withdrawn += i64::from(state == "withdrawn");
            waits.push((at - filed).num_minutes().max(0));
            changes.push(edit::percent(&without_citations(&draft), &text));
        }
        let mut passed = Sql::new(
            "select c.name, p.name, count(*) from overrides o join drafts r on r.id = o.draft_id
                join clients c on c.id = r.client_id join people p on p.id = o.asked_by where o.granted_by is not null",
        );
        passed.visible(me).push(" group by c.name, p.name");
        let passed: Vec<(String, String, i64)> = self.rows(&passed).await?;
        for (client, reviewer, overrides) in passed {
            all.entry((client, reviewer)).or_default().0.overrides = overrides;
        }
        let reviewers = all.into_iter().map(|((client, reviewer), (of, waits, changes))| OfReviewer {
            client,
            reviewer,
            median_minutes: median(waits).unwrap_or(0),
            median_changed: median(changes).unwrap_or(0),
            ..of
        });
        Ok(reviewers.collect())
    }
}

/// What is counted of a reviewer's work for a client, with the minutes and the shares of change that are still to be halved.
type Figures = (OfReviewer, Vec<i64>, Vec<i64>);

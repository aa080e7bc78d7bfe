//! How often a client's site was found by searching: figures that are kept as they were told, and told again change nothing.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::journal::About;
use super::rows::from_row;
use super::statement::values;
use super::{Outcome, Store, Tx};
use crate::domain::actor::Actor;
use crate::domain::id::{ClientId, Kind};
use crate::domain::journal::sha256;
use crate::domain::sync::{Dimension, Figure};
use crate::domain::text::Untrusted;

/// Characters of a URL or of what was searched for that are kept.
const KEPT: usize = 2_000;

/// What was found of a site, over some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The site.
    pub site: String,
    /// The page's URL, or the words that were searched for; empty for all of the site.
    pub key: Untrusted,
    /// How often it was followed.
    pub clicks: i64,
    /// How often it was shown.
    pub impressions: i64,
    /// The mean place at which it was shown, in hundredths, weighed by how often.
    pub position: i64,
    /// Days of which something is known.
    pub days: i64,
    /// The last of them.
    pub until: String,
}

struct Row {
    site: String,
    key: String,
    clicks: i64,
    impressions: i64,
    position: i64,
    days: i64,
    until: String,
}
from_row!(Row { site: =String, key: =String, clicks: =i64, impressions: =i64, position: =i64,
    days: =i64, until: =String, });

// What is told again as it was is left as it is: its time says when it last changed.
const KEEP: &str =
    "insert into found (client_id, site, day, dimension, key_hash, key, clicks, impressions, position, updated_at) values {rows}
    on conflict (client_id, site, day, dimension, key_hash) do update set clicks = excluded.clicks,
        impressions = excluded.impressions, position = excluded.position, updated_at = excluded.updated_at
    where found.clicks <> excluded.clicks or found.impressions <> excluded.impressions or found.position <> excluded.position
    returning client_id";
const BEST: &str = "select f.site, min(f.key) as key, cast(sum(f.clicks) as bigint) as clicks,
        cast(sum(f.impressions) as bigint) as impressions,
        cast(coalesce(sum(f.position * f.impressions) / nullif(sum(f.impressions), 0), 0) as bigint) as position,
        count(*) as days, max(f.day) as until
    from found f where f.client_id = $1 and f.dimension = $2 and f.day >= $3
    group by f.site, f.key_hash order by clicks desc, impressions desc, key limit $4";

impl Tx {
    /// Keeps figures of a site; gives back how many are new or other than before.
    pub async fn keep_figures(&mut self, client: ClientId, site: &str, figures: &[Figure]) -> Outcome<usize> {
        let (first, last) = (figures.iter().map(|figure| figure.day).min(), figures.iter().map(|figure| figure.day).max());
        let (Some(first), Some(last)) = (first, last) else { return Ok(0) };
        let detail = format!("{} figures of {first} to {last} were told", figures.len());
        let about = About { verb: "sync.figures", kind: Kind::Client, subject: client.0, lead: None, detail: &detail };
        self.journal(&Actor::Worker, about).await?;
        let now = self.now;
        let row = |figure: &Figure| {
            let hash = sha256(figure.key.as_bytes()).to_vec();
            let key: String = figure.key.chars().filter(|character| *character != '\0').take(KEPT).collect();
            let (day, dimension) = (figure.day.to_string(), figure.dimension.as_str());
            values![client, site, day, dimension, hash, key, figure.clicks, figure.impressions, figure.position, now]
        };
        // One statement may not change a row twice.
        let mut rows: Vec<&Figure> = Vec::with_capacity(figures.len());
        let mut seen = std::collections::BTreeSet::new();
        rows.extend(figures.iter().filter(|figure| seen.insert((figure.day, figure.dimension, figure.key.as_str()))));
        let changed: Vec<(Uuid,)> = self.over(KEEP, vec![], rows.into_iter().map(row).collect()).await?;
        Ok(changed.len())
    }
}

impl Store {
    /// What brought a client most clicks since a day.
    pub async fn found(&self, client: ClientId, dimension: Dimension, since: NaiveDate, most: i64) -> Outcome<Vec<Found>> {
        let rows: Vec<Row> = self.read(BEST, values![client, dimension.as_str(), since.to_string(), most]).await?;
        let found = |row: Row| Found {
            site: row.site,
            key: Untrusted::new(row.key),
            clicks: row.clicks,
            impressions: row.impressions,
            position: row.position,
            days: row.days,
            until: row.until,
        };
        Ok(rows.into_iter().map(found).collect())
    }
}

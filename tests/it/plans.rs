//! Pages come off an index in their order, whatever is asked: no list is read or sorted whole.

use quotedeck::domain::filter::Filter;
use quotedeck::domain::row::Pane;
use sqlx::{AssertSqlSafe, Row as _};

use crate::databases::{Raw, World};

both_databases!(pages_come_off_an_index_in_their_order, a_lead_is_found_by_its_own_index);

/// As many rows, found by an index, may be sorted; Postgres prefers that where it expects no more than a page.
const FEW: u64 = 60;

/// How many rows Postgres expects of a step.
fn rows(step: &str) -> u64 {
    let (_, after) = step.split_once("rows=").unwrap_or_default();
    after.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(u64::MAX)
}

async fn pages_come_off_an_index_in_their_order(world: World) {
    world.store.seed(20_000, 1).await.unwrap();
    world.script("analyze").await;
    let people = world.store.list_people().await.unwrap();
    let rosa = people.iter().find(|person| person.name == "rosa").unwrap();
    let mut slow = vec![];
    for (pane, table, filters) in [
        (Pane::Leads, "leads", ["", "client:\"acme plumbing\"", "state:new", "source:thumbtack", "market:austin"]),
        (Pane::Failures, "jobs", ["", "client:\"acme plumbing\"", "state:dead", "kind:message", "-client:\"acme plumbing\""]),
        (Pane::Queue, "jobs", ["", "client:\"acme plumbing\"", "state:succeeded", "state:dead", "-state:held"]),
        (Pane::Tasks, "tasks", ["", "client:\"acme plumbing\"", "state:done", "state:open", "kind:call_back"]),
        (Pane::Review, "drafts", ["", "client:\"acme plumbing\"", "state:rejected", "state:pending", "-state:approved"]),
    ] {
        for typed in filters {
            let filter = Filter::parse(typed, pane).unwrap_or_else(|error| panic!("{pane} {typed:?}: {error:?}"));
            let page = world.store.plan(rosa, pane, &filter, 50).await.unwrap();
            let whole = |line: &String| {
                line.contains(&format!("Seq Scan on {table} "))
                    || line.contains("-> ") && line.contains("  Sort  (") && rows(line) > FEW
                    || line == "SCAN r"
                    || line.contains("TEMP B-TREE")
            };
            if page.iter().any(whole) || !page.iter().any(|line| line.to_lowercase().contains("index")) {
                slow.push(format!("{pane} {typed:?}:\n  {}", page.join("\n  ")));
            }
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

/// Looking a lead up must not read all leads of its client: without statistics SQLite prefers an index that gives the
/// order to one that finds the row, unless one index does both.
async fn a_lead_is_found_by_its_own_index(world: World) {
    // Postgres reads a small table whole, whatever indexes it has.
    if world.store.is_postgres() {
        world.store.seed(20_000, 1).await.unwrap();
        world.script("analyze").await;
    }
    for key in ["phone", "email", "thread_key"] {
        let sql = format!(
            "select id from leads where client_id = (select id from clients) and {key} = 'x' and state <> 'merged'
             order by arrived_at desc limit 1"
        );
        let index = format!("leads_{}", key.trim_end_matches("_key"));
        let plan = match &world.raw {
            Raw::Sqlite(pool) => {
                let sql = AssertSqlSafe(format!("explain query plan {sql}"));
                let rows = sqlx::query(sql).fetch_all(pool).await.unwrap();
                rows.iter().map(|row| row.get::<String, _>(3)).collect::<Vec<_>>()
            }
            Raw::Postgres(_) => {
                let sql = sql.replace("(select id from clients)", "(select id from clients limit 1)");
                world.texts(&format!("explain {sql}")).await
            }
        };
        assert!(plan.iter().any(|line| line.contains(&index)), "{plan:?}");
    }
}

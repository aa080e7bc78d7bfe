//! What the planner tells: it keeps samples of every column, hidden rows among them, and shows by its estimates what it found.
//!
//! A cast such as `text::int` would name a hidden text in its error, if it ran before the view's own conditions. It never does,
//! barrier or none: the cheapest condition runs first, `is null` costs nothing, of two that cost the same the view's comes
//! first, and a portal can make no function that costs less. So no error proves that the barrier stands. The plan does: without
//! a barrier the planner weighs whatever a portal asks by its samples of all rows. With the barrier alone it still does so for
//! operators it trusts, as `=` and `<`, and by halving the alphabet a portal reads a withdrawn text letter by letter; where the
//! view is planned by itself (`offset 0`) nothing that is asked of it reaches the samples.

use sqlx::PgConnection;

use super::tried;
use crate::databases::World;

/// As many rows as the planner needs to have an opinion: of one client that is shown, and of one that is not.
pub(super) async fn crowd(world: &World) {
    let rows = |client: &str, text: &str, withdrawn: &str| {
        format!(
            "insert into internal.approved_texts (summary_id, client_id, client, text, text_hash, source_label, period, next_action,
                approved_at, published_at, withdrawn_at)
            select gen_random_uuid(), (select id from internal.clients limit 1), '{client}', t, encode(sha256(convert_to(t, 'UTF8')), 'hex'),
                'phone call', '', '', now(), now(), {withdrawn}
            from generate_series(1, 40) n, lateral (select {text}) as texts (t);"
        )
    };
    let shown = rows("Acme", "'A call was missed, the ' || n || 'th.'", "null");
    let hidden = rows("zqx-canary Homes", "'zqx-canary'", "now()");
    // Nobody approved these: they stand for those of many drafts.
    world.script(&format!("begin; set local session_replication_role = replica; {shown} {hidden} commit; analyze")).await;
}

/// Two conditions each: what they are told apart by is in hidden rows alone.
const ASKED: &[[&str; 2]] = &[
    ["text like '%canary%'", "text like '%carany%'"],
    ["text ~ 'canary'", "text ~ 'carany'"],
    ["text = 'zqx-canary'", "text = 'zqx-carany'"],
    ["text in ('zqx-canary', 'x')", "text in ('zqx-carany', 'x')"],
    ["text < 'zqx-canary'", "text < 'zqx-canary '"],
    ["text > 'zqx-canary'", "text > 'zqx-canar'"],
    ["text between 'zqx-canary' and 'zqx-canary '", "text between 'zqx-carany' and 'zqx-carany '"],
    ["client = 'zqx-canary Homes'", "client = 'zqx-carany Homes'"],
];

/// The estimates of a plan, without the conditions themselves.
async fn estimates(connection: &mut PgConnection, condition: &str) -> String {
    let plan = tried(connection, &format!("explain select text from client.summaries where {condition}"))
        .await
        .expect("a portal may ask for a plan");
    assert!(plan.contains("rows="), "{plan}");
    plan.lines().filter(|line| line.contains("rows=")).collect::<Vec<_>>().join("\n")
}

/// The conditions of which the estimates tell more than what is shown.
pub(super) async fn tells(connection: &mut PgConnection) -> Vec<String> {
    let mut tells = vec![];
    for [there, elsewhere] in ASKED {
        let (one, other) = (estimates(connection, there).await, estimates(connection, elsewhere).await);
        if one != other {
            tells.push(format!("the planner tells: {there}: {one}, and not {other}"));
        }
    }
    tells
}

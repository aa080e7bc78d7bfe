//! What the client portal may read (C1): approved, published text, and nothing else on the server.

use quotedeck::clock::Clock;
use quotedeck::domain::actor::Role;
use quotedeck::store::Store;
use quotedeck::store::connect::Place;
use sqlx::Row as _;

use crate::databases::{Login, World, on_postgres, start, unprepared_database};
use crate::fixtures::{Made, with};

both_databases!(an_approved_text_stays_as_it_was_approved, the_view_shows_what_is_published_alone);

/// A summary in the given state.
async fn summary(world: &World, state: &str) -> Made {
    let (acme, rosa) = match world.number("select count(*) from clients").await {
        0 => (world.client("Acme").await, world.person("rosa", Role::Owner, None).await),
        n => (world.client(&format!("Acme {n}")).await, world.person(&format!("rosa {n}"), Role::Owner, None).await),
    };
    let lead = world.lead(&acme, with![]).await;
    let draft = world.draft(&acme, lead, with![state = "approved"]).await;
    world.summary(&acme, lead, draft, &rosa, &format!("Text that is {state}."), with![state = state]).await
}

async fn an_approved_text_stays_as_it_was_approved(world: World) {
    summary(&world, "approved").await;
    for attempt in [
        "update approved_texts set text = 'other'",
        "update approved_texts set text_hash = '0'",
        "update approved_texts set client = 'Other'",
        "update approved_texts set approved_at = fresh_as_of",
        "delete from approved_texts",
    ] {
        for login in [Login::Program, Login::Administrator] {
            let refused = world.attempt(login, attempt).await.unwrap_err();
            assert!(refused.contains("approved text cannot be") || refused.contains("permission denied"), "{attempt}: {refused}");
        }
    }
    world.attempt(Login::Program, "update approved_texts set published_at = approved_at").await.unwrap();
    world.attempt(Login::Program, "update approved_texts set withdrawn_at = approved_at").await.unwrap();
    for attempt in ["update approved_texts set withdrawn_at = null", "update approved_texts set published_at = null"] {
        for login in [Login::Program, Login::Administrator] {
            let refused = world.attempt(login, attempt).await.unwrap_err();
            assert!(refused.contains("approved text cannot be"), "{attempt}: {refused}");
        }
    }
}

async fn the_view_shows_what_is_published_alone(world: World) {
    for state in ["approved", "published", "withdrawn"] {
        summary(&world, state).await;
    }
    let view = if world.store.is_postgres() { "client.summaries" } else { "client_summaries" };
    assert_eq!(world.texts(&format!("select text from {view}")).await, ["Text that is published."]);
}

#[tokio::test]
async fn a_text_with_another_hash_is_refused() {
    on_postgres(async |world| {
        summary(&world, "approved").await;
        let refused = world
            .attempt(
                Login::Administrator,
                "alter table approved_texts disable trigger user; update approved_texts set text = 'other'",
            )
            .await
            .unwrap_err();
        assert!(refused.contains("violates check constraint"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn the_portal_reads_its_view_and_nothing_else() {
    on_postgres(async |world| {
        summary(&world, "published").await;
        world.attempt(Login::Portal, "select * from client.summaries").await.unwrap();
        let tables = world.texts("select table_name::text from information_schema.tables where table_schema = 'internal'").await;
        assert!(tables.len() > 20);
        let mut attempts: Vec<String> = tables.iter().map(|table| format!("select 1 from internal.{table}")).collect();
        attempts.extend(
            [
                "insert into client.summaries (text) values ('x')",
                "update client.summaries set text = 'x'",
                "delete from client.summaries",
                "create table client.mine (n int)",
                "create table public.mine (n int)",
                "create function client.f() returns int language sql as 'select 1'",
                "select internal.say_changed()",
            ]
            .map(str::to_owned),
        );
        for attempt in attempts {
            let refused = world.attempt(Login::Portal, &attempt).await.unwrap_err();
            assert!(refused.contains("permission denied"), "{attempt}: {refused}");
        }
    })
    .await;
}

/// Every privilege anybody but an object's owner holds, with what the roles and the view are.
const CATALOGUE: &str = "
    with acls as (
        select 'database' as kind, 'the database' as name, datdba as owner, coalesce(datacl, acldefault('d', datdba)) as acl
            from pg_database where datname = current_database()
        union all
        select 'schema', nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner))
            from pg_namespace where nspname in ('internal', 'client', 'public')
        union all
        select case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, n.nspname || '.' || c.relname, c.relowner,
               coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::\"char\", c.relowner))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('internal', 'client', 'public') and c.relkind in ('r', 'v', 'm', 'p', 'S', 'f')
        union all
        select 'function', n.nspname || '.' || p.proname, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('internal', 'client', 'public')
        union all
        select 'column', n.nspname || '.' || c.relname || '.' || a.attname, c.relowner, a.attacl
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('internal', 'client', 'public') and a.attacl is not null
    ), held as (
        select coalesce(r.rolname, 'everybody') as role, kind, name, lower(string_agg(x.privilege_type, ', ' order by x.privilege_type)) as privileges
        from acls cross join lateral aclexplode(acl) x left join pg_roles r on r.oid = x.grantee
        where x.grantee <> owner group by 1, 2, 3
    )
    select line from (
        select 1 as place, role || ': ' || kind || ' ' || name || ': ' || privileges as line from held
        union all
        select 2, rolname || ' is'
            || case when rolsuper then ' superuser' else '' end || case when rolcanlogin then ' login' else '' end
            || case when rolbypassrls then ' bypassrls' else '' end || case when rolcreaterole then ' createrole' else '' end
            || case when rolcreatedb then ' createdb' else '' end
            || ' set ' || coalesce(array_to_string(rolconfig, ', '), 'nothing')
            from pg_roles where rolname like 'quotedeck%'
        union all
        select 3, n.nspname || '.' || c.relname || ' belongs to ' || r.rolname || ' with ' || coalesce(array_to_string(c.reloptions, ', '), 'nothing')
            from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
            where n.nspname in ('client', 'internal') and c.relkind in ('v', 'm')
        union all
        select 4, 'every table belongs to ' || string_agg(distinct r.rolname, ', ')
            from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
            where n.nspname in ('client', 'internal') and c.relkind = 'r'
    ) lines order by place, line collate \"C\"";

#[tokio::test]
async fn every_role_holds_exactly_this() {
    // A database of its own: privileges on a database are not copied from a template.
    let options = unprepared_database().await;
    let place = Place::Postgres(Box::new(options.clone()));
    Store::init(&place, Clock::fixed(start())).await.unwrap().close().await;
    let pool = sqlx::PgPool::connect_with(options).await.unwrap();
    let lines: Vec<String> = sqlx::query(CATALOGUE).fetch_all(&pool).await.unwrap().iter().map(|row| row.get(0)).collect();
    pool.close().await;
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn the_portal_makes_nothing_not_even_for_a_moment() {
    let options = unprepared_database().await;
    Store::init(&Place::Postgres(Box::new(options.clone())), Clock::fixed(start())).await.unwrap().close().await;
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    sqlx::raw_sql("set role quotedeck_portal").execute(&mut connection).await.unwrap();
    let refused = sqlx::raw_sql("create temporary table mine (n int)").execute(&mut connection).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
}

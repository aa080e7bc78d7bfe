//! What the client portal may read (C1): approved, published text, and nothing else on the server.

use quotedeck::clock::Clock;
use quotedeck::domain::actor::Role;
use quotedeck::domain::journal::{sha256, to_hex};
use quotedeck::store::Store;
use quotedeck::store::connect::Place;
use rstest::rstest;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::databases::{Login, World, on_postgres, start, unprepared_database};
use crate::fixtures::{Made, with};

both_databases!(
    an_approved_text_stays_as_it_was_approved,
    a_text_reaches_the_portal_by_its_approval_alone,
    the_view_shows_what_is_published_alone
);

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

/// Whoever has the program's own login, and not the program, stores nothing there that no draft holds as approved.
async fn a_text_reaches_the_portal_by_its_approval_alone(world: World) {
    let rosa = world.person("rosa", Role::Owner, None).await;
    let (acme, brill) = (world.client("Acme").await, world.client("Brill").await);
    let lead = world.lead(&acme, with![]).await;
    let draft = world.draft(&acme, lead, with![state = "pending"]).await;
    let other = world.draft(&acme, lead, with![state = "pending"]).await;
    // What an approval leaves, but for the text itself.
    let summary = |draft: Made| {
        let world = &world;
        let (acme, rosa) = (acme.id.0, rosa.id.0);
        async move {
            let at = world.now();
            let row = with![
                draft_id = draft.id,
                client_id = acme,
                lead_id = lead.id,
                state = "approved",
                approved_by = rosa,
                approved_at = at,
                updated_at = at
            ];
            world.made("summaries", row, with![]).await
        }
    };
    let (waiting, approved) = (summary(draft).await, summary(other).await);
    world.script(&format!("update drafts set state = 'approved' where number = {}", other.number)).await;
    let hash = |text: &str| to_hex(&sha256(text.as_bytes()));
    let forged = |made: Made, column: &str, value: &str| {
        let set = |name: &str, usual: String| if name == column { value.to_owned() } else { usual };
        let text = set("text", "'Two calls were missed.'".into());
        format!(
            "insert into approved_texts (summary_id, client_id, client, text, text_hash, source_label, period, next_action, approved_at,
                published_at) select s.id, {}, {}, {text}, '{}', {}, '', '', s.approved_at, {} from summaries s where s.number = {}",
            set("client_id", "s.client_id".into()),
            set("client", "'Acme'".into()),
            hash(text.trim_matches('\'')),
            set("source_label", "'phone call'".into()),
            set("published_at", "null".into()),
            made.number,
        )
    };
    let brills = format!("(select id from clients where number = {})", brill.number);
    for (what, attempt) in [
        ("a draft that waits", forged(waiting, "", "")),
        ("another text", forged(approved, "text", "'raw gate code 4471'")),
        ("another client's portal", forged(approved, "client_id", &brills)),
        ("another name", forged(approved, "client", "'Anything'")),
        ("another source", forged(approved, "source_label", "'Jane 512-555-0142'")),
        ("published at once", forged(approved, "published_at", "s.approved_at")),
    ] {
        for login in [Login::Program, Login::Administrator] {
            let refused = world.attempt(login, &attempt).await.expect_err(what);
            assert!(refused.contains("by its approval alone"), "{what}: {refused}");
        }
    }
    world.attempt(Login::Program, &forged(approved, "", "")).await.expect("what was approved is stored");
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
            // A view with an offset takes no row, whoever brings it.
            let held = refused.contains("permission denied") || refused.contains("view \"summaries\"");
            assert!(held, "{attempt}: {refused}");
        }
    })
    .await;
}

/// Of a schema that the server did not bring with it.
pub(crate) const OURS: &str = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";

/// Every privilege anybody but an object's owner holds, or will hold on what is made later, with what the roles and the view
/// are.
const CATALOGUE: &str = "
    with acls as (
        select 'database' as kind, 'the database' as name, datdba as owner, coalesce(datacl, acldefault('d', datdba)) as acl
            from pg_database where datname = current_database()
        union all
        select 'schema', nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner))
            from pg_namespace n where {ours}
        union all
        select case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, n.nspname || '.' || c.relname, c.relowner,
               coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::\"char\", c.relowner))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where {ours} and c.relkind in ('r', 'v', 'm', 'p', 'S', 'f')
        union all
        select 'function', n.nspname || '.' || p.proname, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace where {ours}
        union all
        select 'column', n.nspname || '.' || c.relname || '.' || a.attname, c.relowner, a.attacl
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where {ours} and a.attacl is not null
        union all
        select 'default', case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
                    when 'T' then 'types' when 'n' then 'schemas' else d.defaclobjtype::text end
                || ' that ' || r.rolname || ' makes' || coalesce(' in ' || n.nspname, ''), d.defaclrole, d.defaclacl
            from pg_default_acl d join pg_roles r on r.oid = d.defaclrole left join pg_namespace n on n.oid = d.defaclnamespace
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
            || case when rolcreatedb then ' createdb' else '' end || case when rolreplication then ' replication' else '' end
            || ' set ' || coalesce(array_to_string(rolconfig, ', '), 'nothing')
            from pg_roles where rolname like 'quotedeck%'
        union all
        select 3, member.rolname || ' is also ' || r.rolname || case when m.admin_option then ', and may give it on' else '' end
            -- Postgres has these two from 16 on; before it a member is always all that the other is.
            || case to_jsonb(m) ->> 'inherit_option' when 'false' then ', and does not inherit' else '' end
            || case to_jsonb(m) ->> 'set_option' when 'false' then ', and cannot become it' else '' end
            from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles member on member.oid = m.member
            -- Roles belong to the whole server, and tests beside this one make portals that log in.
            where 'quotedeck' in (left(r.rolname, 9), left(member.rolname, 9)) and member.rolname !~ '^portal_[0-9a-f]{32}$'
        union all
        select 4, n.nspname || '.' || c.relname || ' belongs to ' || r.rolname || ' with ' || coalesce(array_to_string(c.reloptions, ', '), 'nothing')
            from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
            where {ours} and c.relkind in ('v', 'm')
        union all
        select 5, 'every table belongs to ' || string_agg(distinct r.rolname, ', ')
            from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
            where {ours} and c.relkind = 'r'
    ) lines order by place, line collate \"C\"";

async fn catalogue(connection: &mut PgConnection) -> Vec<String> {
    let lines = sqlx::query_scalar(AssertSqlSafe(CATALOGUE.replace("{ours}", OURS))).fetch_all(connection).await;
    lines.expect("the catalogue answers")
}

#[tokio::test]
async fn every_role_holds_exactly_this() {
    // A database of its own: privileges on a database are not copied from a template.
    let options = unprepared_database().await;
    let place = Place::Postgres(Box::new(options.clone()));
    Store::init(&place, Clock::fixed(start())).await.unwrap().close().await;
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    insta::assert_snapshot!(catalogue(&mut connection).await.join("\n"));
}

/// The list above must not stay as it is where somebody may do more.
#[rstest]
#[case("grant quotedeck_owner to quotedeck_app", "quotedeck_app is also quotedeck_owner")]
#[case("grant quotedeck_portal to quotedeck_app with admin option", "quotedeck_app is also quotedeck_portal, and may give it on")]
#[case("grant pg_read_all_data to quotedeck_portal", "quotedeck_portal is also pg_read_all_data")]
#[case("alter role quotedeck_app replication", "quotedeck_app is replication set nothing")]
#[case(
    "alter default privileges for role quotedeck_owner in schema internal grant select on tables to quotedeck_portal",
    "quotedeck_portal: default tables that quotedeck_owner makes in internal: select"
)]
#[case(
    "alter default privileges for role quotedeck_owner grant usage on schemas to public",
    "everybody: default schemas that quotedeck_owner makes: usage"
)]
#[case(
    "create schema more; create function more.f() returns int language sql as 'select 1'",
    "everybody: function more.f: execute"
)]
#[case(
    "create schema more; create table more.t (n int); grant select on more.t to quotedeck_portal",
    "quotedeck_portal: table more.t: select"
)]
#[case("create schema more; grant usage on schema more to quotedeck_portal", "quotedeck_portal: schema more: usage")]
#[case("create schema more; create view more.v as select text from internal.drafts", "more.v belongs to postgres with nothing")]
#[tokio::test]
async fn a_right_more_changes_the_list(#[case] mutation: &'static str, #[case] line: &str) {
    on_postgres(async |world| {
        let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
        let mut connection = PgConnection::connect_with(options).await.unwrap();
        // Roles belong to the whole server: what is changed here is never committed.
        let mut transaction = connection.begin().await.unwrap();
        assert!(!catalogue(&mut transaction).await.iter().any(|told| told == line), "it stands there before");
        sqlx::raw_sql(mutation).execute(&mut *transaction).await.unwrap();
        let told = catalogue(&mut transaction).await;
        assert!(told.iter().any(|told| told == line), "{mutation}: {told:#?}");
        transaction.rollback().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_portal_makes_nothing_not_even_for_a_moment() {
    let options = unprepared_database().await;
    Store::init(&Place::Postgres(Box::new(options.clone())), Clock::fixed(start())).await.unwrap().close().await;
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("set role quotedeck_portal").execute(&mut connection).await.unwrap();
    let refused = sqlx::raw_sql("create temporary table mine (n int)").execute(&mut connection).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
}

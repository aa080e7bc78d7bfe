//! The wall between internal text and the client portal (C1), asked of the server itself: what the catalogue says, what the
//! portal's role can do, and that either check goes red when the wall has a hole.

mod planner;

use quotedeck::clock::Clock;
use quotedeck::store::Store;
use quotedeck::store::connect::Place;
use rstest::rstest;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Executor as _, PgConnection, Row as _};

use crate::databases::{World, on_postgres, start, unprepared_database};
use crate::fixtures::with;
use crate::portal::OURS;

/// Stands in every internal text of these tests, and in no text that is published.
const CANARY: &str = "zqx-canary";

/// Each line is a hole; none is right.
const HOLES: &str = "
    with portal as (select oid from pg_roles where rolname = 'quotedeck_portal'),
    acls as (
        select 'schema ' || nspname as object, coalesce(nspacl, acldefault('n', nspowner)) as acl
            from pg_namespace n where {ours}
        union all
        select 'relation ' || n.nspname || '.' || c.relname,
               coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::\"char\", c.relowner))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where {ours} and c.relkind in ('r', 'v', 'm', 'p', 'S', 'f')
        union all
        select 'column ' || n.nspname || '.' || c.relname || '.' || a.attname, a.attacl
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where {ours} and a.attacl is not null
        union all
        select 'function ' || n.nspname || '.' || p.proname, coalesce(p.proacl, acldefault('f', p.proowner))
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace where {ours}
    )
    select 'the portal or everybody has ' || lower(x.privilege_type) || ' on ' || object as hole
        from acls cross join lateral aclexplode(acl) x
        where x.grantee in (0, (select oid from portal))
          and not (object = 'schema client' and x.privilege_type = 'USAGE' and x.grantee <> 0)
          and not (object = 'schema public' and x.privilege_type = 'USAGE' and x.grantee = 0)
          and not (object = 'relation client.summaries' and x.privilege_type = 'SELECT' and x.grantee <> 0)
    union all
    select 'no barrier: client.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'client' and c.relkind = 'v' and not coalesce('security_barrier=true' = any (c.reloptions), false)
    union all
    select 'the planner looks through: client.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'client' and c.relkind = 'v' and pg_get_viewdef(c.oid) !~ 'OFFSET 0;$'
    union all
    select 'no view: client.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'client' and c.relkind not in ('v', 'c')
    union all
    select 'a view that keeps rows: ' || n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where {ours} and c.relkind = 'm'
    union all
    select 'of another owner: client.' || c.relname || ' of ' || r.rolname
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
        where n.nspname = 'client' and (r.rolname <> 'quotedeck_owner' or r.rolsuper or r.rolbypassrls)
    union all
    select distinct 'client.' || v.relname || ' reads ' || n.nspname || '.' || t.relname
        from pg_rewrite w join pg_class v on v.oid = w.ev_class join pg_namespace vn on vn.oid = v.relnamespace
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
        join pg_class t on t.oid = d.refobjid join pg_namespace n on n.oid = t.relnamespace
        where vn.nspname = 'client' and t.oid <> v.oid and (n.nspname, t.relname) <> ('internal', 'approved_texts')
    union all
    select 'a function in client: ' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'client'
    union all
    select 'more than a name is notified: ' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where {ours}
          and regexp_replace(p.prosrc, 'perform pg_notify\\(''quotedeck'', tg_table_name\\);', '') ~* 'notify'
    union all
    -- The program looks through the portal's role, and nobody here is anything else. Tests beside this one make portals.
    select member.rolname || ' is ' || r.rolname || case when m.admin_option then ' and may give it on' else '' end
        from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles member on member.oid = m.member
        where 'quotedeck' in (left(r.rolname, 9), left(member.rolname, 9)) and member.rolname !~ '^portal_[0-9a-f]{32}$'
          and not (member.rolname = 'quotedeck_app' and r.rolname = 'quotedeck_portal' and not m.admin_option)
    union all
    select r.rolname || ' gives ' || lower(x.privilege_type) || ' on what it makes' || coalesce(' in ' || n.nspname, '')
            || ' to ' || coalesce(to_whom.rolname, 'everybody')
        from pg_default_acl d cross join lateral aclexplode(d.defaclacl) x join pg_roles r on r.oid = d.defaclrole
        left join pg_namespace n on n.oid = d.defaclnamespace left join pg_roles to_whom on to_whom.oid = x.grantee
        where x.grantee <> d.defaclrole
    union all
    select 'the portal may more than log in' from pg_roles
        where rolname = 'quotedeck_portal' and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)
    union all
    select 'the portal owns ' || c.relname from pg_class c, portal where c.relowner = portal.oid
    order by hole";

async fn holes(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(HOLES.replace("{ours}", OURS))).fetch_all(connection).await.unwrap()
}

async fn fresh() -> PgConnectOptions {
    let options = unprepared_database().await;
    Store::init(&Place::Postgres(Box::new(options.clone())), Clock::fixed(start())).await.unwrap().close().await;
    options
}

#[tokio::test]
async fn the_catalogue_shows_no_hole() {
    let mut connection = PgConnection::connect_with(&fresh().await).await.unwrap();
    assert_eq!(holes(&mut connection).await, Vec::<String>::new());
}

const COLUMNS: &str = "summary_id, client_id, client, text, text_hash, source_label, period, status, next_action, fresh_as_of,
    approved_at, published_at from internal.approved_texts where published_at is not null and withdrawn_at is null";

#[rstest]
#[case("create or replace view client.summaries as select {columns}", "no barrier: client.summaries")]
#[case(
    "drop view client.summaries; create view client.summaries with (security_barrier = true) as select {columns}",
    "the planner looks through: client.summaries"
)]
#[case("grant select on internal.leads to quotedeck_portal", "has select on relation internal.leads")]
#[case("grant select (name) on internal.leads to public", "has select on column internal.leads.name")]
#[case("grant usage on schema internal to public", "has usage on schema internal")]
#[case("grant execute on function internal.say_changed() to public", "has execute on function internal.say_changed")]
#[case("create function public.f() returns int language sql as 'select 1'", "has execute on function public.f")]
#[case("grant update on client.summaries to quotedeck_portal", "has update on relation client.summaries")]
#[case(
    "create view client.more with (security_barrier = true) as select name from internal.leads",
    "client.more reads internal.leads"
)]
#[case("create table client.more (n int)", "no view: client.more")]
#[case("create materialized view internal.more as select 1 as n", "a view that keeps rows: internal.more")]
#[case("alter view client.summaries owner to current_user", "of another owner: client.summaries")]
#[case("grant pg_read_all_data to quotedeck_portal", "quotedeck_portal is pg_read_all_data")]
#[case("grant quotedeck_owner to quotedeck_app", "quotedeck_app is quotedeck_owner")]
#[case("grant pg_read_server_files to quotedeck_app", "quotedeck_app is pg_read_server_files")]
#[case("grant quotedeck_owner to pg_monitor", "pg_monitor is quotedeck_owner")]
#[case("grant quotedeck_portal to quotedeck_app with admin option", "quotedeck_app is quotedeck_portal and may give it on")]
#[case(
    "alter default privileges for role quotedeck_owner in schema internal grant select on tables to quotedeck_portal",
    "quotedeck_owner gives select on what it makes in internal to quotedeck_portal"
)]
#[case("alter default privileges grant select on tables to public", "postgres gives select on what it makes to everybody")]
#[case("create schema more; create function more.f() returns int language sql as 'select 1'", "has execute on function more.f")]
#[case(
    "create schema more; create table more.t (n int); grant select on more.t to quotedeck_portal",
    "has select on relation more.t"
)]
#[case("create schema more; grant usage on schema more to quotedeck_portal", "has usage on schema more")]
#[case("create schema more; create materialized view more.m as select 1 as n", "a view that keeps rows: more.m")]
#[case("alter role quotedeck_portal bypassrls", "the portal may more than log in")]
#[case(
    "create or replace function internal.say_changed() returns trigger language plpgsql as $$ begin
        perform pg_notify('quotedeck', current_query()); return null; end $$",
    "more than a name is notified: say_changed"
)]
#[tokio::test]
async fn a_hole_in_the_wall_is_seen(#[case] mutation: &str, #[case] seen: &str) {
    on_postgres(async |world| {
        let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
        let mut connection = PgConnection::connect_with(options).await.unwrap();
        // Roles belong to the whole server: what is changed here is never committed.
        let mut transaction = connection.begin().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(mutation.replace("{columns}", COLUMNS))).execute(&mut *transaction).await.unwrap();
        let found = holes(&mut transaction).await;
        assert!(found.iter().any(|hole| hole.contains(seen)), "{mutation}: {found:?}");
        transaction.rollback().await.unwrap();
    })
    .await;
}

/// A world where every text that is not published holds the canary.
async fn furnish(world: &World) {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", quotedeck::domain::actor::Role::Owner, None).await;
    let lead = world.lead(&acme, with![name = CANARY, next_action = CANARY, service = CANARY]).await;
    for (state, text) in [("published", "A call was missed."), ("approved", CANARY), ("withdrawn", CANARY)] {
        let draft = world.draft(&acme, lead, with![state = "approved", text = CANARY]).await;
        world.summary(&acme, lead, draft, &rosa, text, with![state = state]).await;
    }
    planner::crowd(world).await;
    // As init does: what everybody may do with a database is not copied from the one that tests start from.
    world
        .script("do $$ begin execute format('revoke create, temporary on database %I from public', current_database()); end $$; analyze")
        .await;
}

/// A portal, logged in: the session is its own from the first moment, so that there is nothing to go back to. Its login is gone with
/// it: logins belong to the whole server.
struct Portal<'a> {
    world: &'a World,
    login: String,
    connection: PgConnection,
}

impl<'a> Portal<'a> {
    async fn of(world: &'a World) -> Self {
        let login = format!("portal_{}", uuid::Uuid::now_v7().simple());
        world.script(&format!("create role {login} login; grant quotedeck_portal to {login}")).await;
        let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
        let options = (**options).clone().username(&login).options([("search_path", "client")]);
        Self { world, login, connection: PgConnection::connect_with(&options).await.unwrap() }
    }

    async fn leave(self) {
        self.connection.close().await.unwrap();
        self.world.script(&format!("drop owned by {0}; drop role {0}", self.login)).await;
    }
}

/// What an attempt brought: its rows as text, or the error.
async fn tried(connection: &mut PgConnection, sql: &str) -> Result<String, String> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await.map_err(|error| format!("{error:?}"))?;
    let cell = |row: &sqlx::postgres::PgRow, n: usize| {
        row.try_get::<String, _>(n).unwrap_or_else(|_| row.try_get_unchecked::<String, _>(n).unwrap_or_default())
    };
    let line = |row: &sqlx::postgres::PgRow| row.columns().iter().map(|c| cell(row, c.ordinal())).collect::<Vec<_>>().join("|");
    Ok(rows.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// Attempts that must be refused.
const REFUSED: &[&str] = &[
    "select * from internal.approved_texts",
    "select * from internal.drafts",
    "table internal.leads",
    "copy internal.leads to stdout",
    "create temp table summaries (text text)",
    "create temp view summaries as select 1",
    "create function pg_temp.leak(t text) returns bool language plpgsql cost 0.0001 as $$ begin raise notice '%', t; return true; end $$",
    "create function client.leak(t text) returns bool language sql as 'select true'",
    "create function public.leak(t text) returns bool language sql as 'select true'",
    "create view client.summaries2 as select 1",
    "create or replace view client.summaries as select 1",
    "alter view client.summaries set (security_barrier = false)",
    "set role quotedeck_app",
    "set role quotedeck_owner",
    "set role postgres",
    "set session authorization quotedeck_app",
    "reset role; reset session authorization; select name from internal.leads",
    "set session_replication_role = replica",
    "alter role current_user superuser",
    "grant quotedeck_app to current_user",
    "prepare p as select name from internal.leads",
    "declare c cursor with hold for select name from internal.leads",
    "select query_to_xml('select * from internal.leads', true, true, '')",
    "select table_to_xml('internal.drafts', true, true, '')",
    "select table_to_xml_and_xmlschema('internal.approved_texts', true, true, '')",
    "select nextval('internal.leads_number_seq')",
    "select pg_get_functiondef('internal.say_changed'::regproc)",
    "analyze internal.leads",
    "cluster internal.leads",
    "comment on view client.summaries is 'x'",
    "create rule r as on select to client.summaries do instead select 1",
    "create operator client.=== (leftarg = text, rightarg = text, function = textregexeq)",
    "create collation client.mine from \"C\"",
    "create type client.mine as (n int)",
    "create aggregate client.mine (text) (sfunc = textcat, stype = text)",
    "create schema mine",
    "create foreign data wrapper w",
    "create extension lo",
    "create publication p for all tables",
    "create event trigger e on ddl_command_start execute function pg_catalog.now()",
    "alter system set log_statement = 'all'",
    "set log_statement = 'all'",
    "set log_min_duration_statement = 0",
    "load 'auto_explain'",
    "select pg_read_binary_file('global/pg_control')",
    "select pg_stat_file('/etc/hostname')",
    "select pg_ls_logdir()",
    "select pg_ls_waldir()",
    "select pg_current_logfile()",
    "select pg_reload_conf()",
    "select * from pg_hba_file_rules",
    "select * from pg_file_settings",
    "select * from pg_shadow",
    "select * from pg_largeobject",
    "select * from pg_statistic_ext_data",
    "select * from pg_subscription",
    "select lo_export(1, '/tmp/x')",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'x')",
    "select lo_open(1, 131072)",
    "select pg_create_physical_replication_slot('x')",
    "select pg_switch_wal()",
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()",
    "copy internal.approved_texts (text) to stdout",
    "copy client.summaries from stdin",
    "copy (select name from internal.leads) to stdout",
    "do $$ declare t text; begin select name into t from internal.leads limit 1; raise exception '%', t; end $$",
    "select text from client.summaries for update",
    "truncate internal.leads",
    "select pg_read_file('/etc/hostname')",
    "select pg_ls_dir('/')",
    "copy (select 1) to program 'true'",
    "copy (select 1) to '/tmp/x'",
    "select lo_import('/etc/hostname')",
    "select * from pg_statistic",
    "select * from pg_authid",
    "create extension dblink",
    "do language plpgsql $$ begin execute 'select 1 from internal.leads'; end $$",
    "do $$ begin lock table internal.leads; end $$",
    "explain analyze select * from internal.leads",
];

/// Attempts that may be answered, as long as nothing internal is in the answer or in the error.
const HARMLESS: &[&str] = &[
    "select * from client.summaries",
    // Nobody writes through a view with an offset: these are refused before the server asks for a right, which nobody has either.
    "insert into client.summaries (text) values ('x')",
    "update client.summaries set text = 'x'",
    "delete from client.summaries",
    "merge into client.summaries s using (select 1) x on true when matched then delete",
    "select * from client.summaries where text::int > 0",
    "select * from client.summaries where text::date > '2020-01-01'",
    "select 1 from client.summaries where 1 / (case when text like '%canary%' then 0 else 1 end) = 1",
    "select 1 from client.summaries where length(repeat(text, 1000000000)) < 0",
    "select xmlparse(document text) from client.summaries",
    "select text::json from client.summaries",
    "select * from client.summaries where text ~ text",
    "select * from client.summaries order by text::int",
    "explain (verbose, costs) select * from client.summaries where text like '%canary%'",
    "explain (analyze, verbose, timing off) select * from client.summaries where text like '%canary%'",
    "select tablename, attname, most_common_vals::text, histogram_bounds::text from pg_stats",
    "select * from pg_stats_ext",
    "select query from pg_stat_activity",
    "select definition from pg_views where schemaname in ('client', 'internal')",
    "select prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace where nspname in ('client', 'internal')",
    "select * from information_schema.columns where table_schema in ('client', 'internal')",
    "select * from pg_prepared_statements",
    "select * from pg_largeobject_metadata",
    "select * from pg_notification_queue_usage()",
    // Nobody can be kept from these: what is heard there must be worth nothing.
    "listen quotedeck",
    "notify quotedeck",
    "notify quotedeck, 'leads'",
    "select pg_notify('quotedeck', text) from client.summaries",
    "select * from pg_listening_channels()",
    "unlisten *",
    "select * from pg_settings where setting like '%canary%'",
    // What other sessions do: their statements and what they hold.
    "select * from pg_stat_activity",
    "select pg_stat_get_backend_activity(n) from generate_series(1, 60) n",
    "select * from pg_locks",
    "select * from pg_cursors",
    "select * from pg_prepared_xacts",
    "select * from pg_stat_user_tables",
    "select * from pg_stat_progress_create_index",
    "select * from pg_replication_slots",
    "select * from pg_publication_tables",
    "select * from pg_user_mappings",
    // What the catalogue tells of tables: their shape.
    "select pg_get_constraintdef(oid) from pg_constraint",
    "select pg_get_expr(adbin, adrelid) from pg_attrdef",
    "select pg_get_triggerdef(oid) from pg_trigger",
    "select pg_get_indexdef(indexrelid) from pg_index",
    "select pg_get_viewdef('client.summaries'::regclass)",
    "select * from pg_description",
    "select * from pg_seclabels",
    "select relname, reltuples, pg_relation_size(oid) from pg_class",
    "select attname, attmissingval::text from pg_attribute",
    "select last_value from pg_sequences",
    // Whole tables as a document: those alone that may be read.
    "select database_to_xml(true, true, '')",
    "select schema_to_xml('internal', true, true, '')",
    "select query_to_xml('select * from client.summaries where text::int > 0', true, true, '')",
    "select cursor_to_xml('c', 10, true, true, '')",
    // Operators, collations and casts that could see a row before the barrier does.
    "select * from client.summaries where text operator(pg_catalog.~) '(zqx'",
    "select * from client.summaries where text collate \"C\" < 'a' order by text collate \"POSIX\"",
    "select * from client.summaries where text like E'x\\\\'",
    "select * from client.summaries where ('{' || text)::json is not null",
    "select * from client.summaries where convert_to(text, 'LATIN1') is null or text::bytea is null",
    "select * from client.summaries where to_tsquery(text) is null",
    "select * from client.summaries where text::xml is null or text::money > 0::money",
    "select * from client.summaries where set_config('quotedeck.seen', text, false) = '' ; select current_setting('quotedeck.seen', true)",
    "select * from client.summaries where pg_input_is_valid(text, 'int')",
    "select * from client.summaries where has_table_privilege(text, 'select')",
    "select * from client.summaries where text::regclass is null",
    "select s.* from client.summaries s, lateral (select 1 / (case when s.text ~ 'canary' then 0 else 1 end)) x",
    "select distinct on (text::int) * from client.summaries",
    "select max(text::int) over (order by text), percentile_disc(0) within group (order by text::int) from client.summaries group by text",
    "select client.summaries::text from client.summaries",
    "select text::internal.leads from client.summaries",
    "prepare p(int) as select text::int + $1 from client.summaries; execute p(1)",
    "begin; declare c cursor for select text::int from client.summaries; fetch all from c; rollback",
    "rollback",
    "do $$ declare t text; begin for t in select text from client.summaries loop raise exception '%', t; end loop; end $$",
    "set client_min_messages = debug5; set debug_print_rewritten = on; select * from client.summaries where text like '%canary%'; reset all",
    "set enable_seqscan = off; set row_security = off; select * from client.summaries where text::int > 0; reset all",
    "select lo_get(oid) from pg_largeobject_metadata",
];

async fn leaks(connection: &mut PgConnection) -> Vec<String> {
    let mut leaks = Vec::new();
    for sql in REFUSED {
        match tried(connection, sql).await {
            Ok(_) => leaks.push(format!("was let: {sql}")),
            Err(error) if error.contains(CANARY) => leaks.push(format!("its error tells: {sql}")),
            // 42501: no right to it; 25006: this login only reads. Anything else would be refused to anybody, and proves nothing.
            Err(error) if !error.contains("\"42501\"") && !error.contains("\"25006\"") => {
                leaks.push(format!("was not refused for want of a right: {sql}: {error}"));
            }
            Err(_) => {}
        }
    }
    for sql in HARMLESS {
        // The attempt itself names a part of the canary; the whole of it stands nowhere but in hidden rows.
        let told = tried(connection, sql).await.unwrap_or_else(|error| error);
        if told.contains(CANARY) {
            leaks.push(format!("tells: {sql}"));
        }
    }
    leaks.extend(planner::tells(connection).await);
    leaks
}

#[tokio::test]
async fn nothing_a_portal_tries_shows_more_than_what_is_published() {
    on_postgres(async |world| {
        furnish(&world).await;
        let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
        // Somebody of ours is in the middle of something, with text in the statement itself and locks held.
        let mut busy = PgConnection::connect_with(options).await.unwrap();
        let statement = "begin; lock table internal.leads in share mode; select pg_advisory_lock(7), 'zqx-canary at work'";
        sqlx::raw_sql(statement).execute(&mut busy).await.unwrap();
        let mut large = PgConnection::connect_with(options).await.unwrap();
        sqlx::raw_sql("select lo_from_bytea(0, 'zqx-canary'::bytea)").execute(&mut large).await.unwrap();
        let seen = tried(&mut large, "select query from pg_stat_activity where state = 'idle in transaction'").await.unwrap();
        assert!(seen.contains(CANARY), "an administrator sees it: {seen}");

        let mut portal = Portal::of(&world).await;
        assert_eq!(leaks(&mut portal.connection).await, Vec::<String>::new());
        // The division above finds no hidden row: it would fail on one.
        let oracle =
            tried(&mut portal.connection, "select text from client.summaries where 1 / (position('missed' in text)) >= 0").await;
        let shown = oracle.expect("no hidden row is divided by");
        assert!(shown.contains('.') && shown.lines().all(|line| line.starts_with("A call was missed")), "{shown}");
        // Nor did any of it leave something behind.
        let mut administrator = PgConnection::connect_with(options).await.unwrap();
        let made = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            join pg_roles r on r.oid = c.relowner where r.rolname like 'portal%'";
        assert_eq!(sqlx::query_scalar::<_, i64>(made).fetch_one(&mut administrator).await.unwrap(), 0);
        busy.close().await.unwrap();
        portal.leave().await;
    })
    .await;
}

/// The view made anew, without something.
const ANEW: [&str; 2] =
    ["alter view client.summaries owner to quotedeck_owner", "grant select on client.summaries to quotedeck_portal"];

#[rstest]
#[case::a_grant(
    &["grant usage on schema internal to quotedeck_portal", "grant select on internal.leads to quotedeck_portal"],
    "was let: table internal.leads"
)]
#[case::a_place_to_make_things(&["grant create on schema client to quotedeck_portal"], "was let: create function client.leak")]
#[case::a_view_of_all_rows(
    &["drop view client.summaries", "create view client.summaries with (security_barrier = true) as select text, client from internal.approved_texts",
        ANEW[0], ANEW[1]],
    "tells: select * from client.summaries"
)]
#[case::no_barrier(
    &["drop view client.summaries", "create view client.summaries as select {columns}", ANEW[0], ANEW[1]],
    "the planner tells: text like '%canary%'"
)]
#[case::a_barrier_that_the_planner_looks_through(
    &["drop view client.summaries", "create view client.summaries with (security_barrier = true) as select {columns}",
        ANEW[0], ANEW[1]],
    "the planner tells: text = 'zqx-canary'"
)]
#[tokio::test]
async fn an_attacker_gets_through_a_hole(#[case] mutation: &[&str], #[case] seen: &str) {
    on_postgres(async |world| {
        furnish(&world).await;
        for statement in mutation {
            world.script(&statement.replace("{columns}", COLUMNS)).await;
        }
        let mut portal = Portal::of(&world).await;
        let leaks = leaks(&mut portal.connection).await;
        assert!(leaks.iter().any(|leak| leak.starts_with(seen)), "{mutation:?} went unseen: {leaks:#?}");
        portal.leave().await;
    })
    .await;
}

/// What a role hears while rows change.
async fn heard(world: &World, role: &'static str) -> Vec<String> {
    let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
    let become_it = format!("set session authorization {role}");
    let pool = PgPoolOptions::new().max_connections(2).after_connect(move |connection, _| {
        let become_it = become_it.clone();
        Box::pin(async move { connection.execute(AssertSqlSafe(become_it)).await.map(drop) })
    });
    let pool = pool.connect_with((**options).clone()).await.unwrap();
    let is: String = sqlx::query_scalar("select session_user::text").fetch_one(&pool).await.unwrap();
    assert!(role == "default" || is == role, "{is}");
    let mut listener = PgListener::connect_with(&pool).await.unwrap();
    listener.listen("quotedeck").await.unwrap();
    // One after the other: equal notifications of one transaction are one.
    world.script("update internal.leads set name = 'zqx-canary 2'").await;
    world.script("update internal.drafts set title = 'zqx-canary 2'").await;
    let mut heard = Vec::new();
    for _ in 0..2 {
        heard.push(listener.recv().await.unwrap().payload().to_owned());
    }
    // It holds a connection of the pool, which closes when all are back.
    drop(listener);
    pool.close().await;
    heard
}

#[tokio::test]
async fn a_listener_hears_names_of_tables_alone() {
    on_postgres(async |world| {
        furnish(&world).await;
        for role in ["default", "quotedeck_app", "quotedeck_portal"] {
            assert_eq!(heard(&world, role).await, ["leads", "drafts"], "{role}");
        }
        world
            .script(
                "create or replace function internal.say_changed() returns trigger language plpgsql as $$ begin
                    perform pg_notify('quotedeck', current_query()); return null; end $$",
            )
            .await;
        for role in ["default", "quotedeck_portal"] {
            let heard = heard(&world, role).await;
            assert!(heard.iter().any(|payload| payload.contains(CANARY)), "{role}: text in a notification went unheard");
        }
    })
    .await;
}

//! The tables: the same on both databases, safe to make twice, refused when they are not what the program knows.

use std::collections::BTreeSet;

use quotedeck::clock::Clock;
use quotedeck::store::Store;
use quotedeck::store::connect::{Place, Purpose};

use crate::databases::{World, start, unprepared_database};

both_databases!(making_it_twice_changes_nothing, another_schema_is_refused);

async fn making_it_twice_changes_nothing(world: World) {
    world.client("Acme").await;
    let again = Store::init(&world.place, world.clock.clone()).await.unwrap();
    again.ping().await.unwrap();
    assert_eq!(world.number("select count(*) from clients").await, 1);
}

async fn another_schema_is_refused(world: World) {
    let table = if world.store.is_postgres() { "internal._sqlx_migrations" } else { "_sqlx_migrations" };
    world.script(&format!("update {table} set version = 9000 where version = (select max(version) from {table})")).await;
    let newer = Store::open(&world.place, world.clock.clone(), Purpose::Deck).await.unwrap_err();
    assert!(newer.to_string().contains("install the newer quotedeck"), "{newer}");
    world.script(&format!("delete from {table} where version = 9000")).await;
    let older = Store::open(&world.place, world.clock.clone(), Purpose::Deck).await.unwrap_err();
    assert!(older.to_string().contains("quotedeck init"), "{older}");
}

#[tokio::test]
async fn a_database_that_nobody_prepared_says_what_to_do() {
    let postgres = Place::Postgres(Box::new(unprepared_database().await));
    let folder = tempfile::tempdir().unwrap();
    for place in [postgres, Place::Sqlite(folder.path().join("none.db"))] {
        let error = Store::open(&place, Clock::fixed(start()), Purpose::Deck).await.unwrap_err();
        assert!(error.to_string().contains("quotedeck init"), "{place}: {error}");
    }
}

/// Each is told by its cause, and not as a pool that had no connection left.
#[tokio::test]
async fn a_server_that_lets_nobody_in_says_why() {
    crate::databases::on_postgres(async |world| {
        let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
        let name = format!("stranger_{}", options.get_database().unwrap());
        world.script(&format!("create role {name} login")).await;
        let socket = tempfile::tempdir().unwrap();
        let cases = [
            (options.clone().username(&name), "grant quotedeck_app to"),
            (options.clone().database("no_such_database"), "no database of that name"),
            (options.clone().socket(socket.path()), "No such file"),
            (options.clone().socket(socket.path()), "cannot be reached"),
        ];
        for (options, why) in cases {
            let place = Place::Postgres(options.into());
            let error = Store::open(&place, Clock::fixed(start()), Purpose::Deck).await.unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        world.script(&format!("drop role {name}")).await;
    })
    .await;
}

#[tokio::test]
async fn two_programs_may_prepare_the_same_database_at_once() {
    let place = Place::Postgres(Box::new(unprepared_database().await));
    let (one, two) = tokio::join!(Store::init(&place, Clock::fixed(start())), Store::init(&place, Clock::fixed(start())));
    one.unwrap().ping().await.unwrap();
    two.unwrap().ping().await.unwrap();
}

/// `table.column type null?` of every column, in SQLite's words for types. `steady` is SQLite's alone: it has no clock.
const SQLITE_COLUMNS: &str = "select t.name || '.' || c.name || ' ' || lower(c.type)
        || case when c.\"notnull\" = 1 or c.pk > 0 then '' else ' null' end
    from sqlite_schema t join pragma_table_info(t.name) c
    where t.type = 'table' and t.name not like 'sqlite_%' and t.name not in ('_sqlx_migrations', 'steady')";
const POSTGRES_COLUMNS: &str = "select c.table_name || '.' || c.column_name || ' ' || case c.data_type
            when 'bigint' then 'integer' when 'boolean' then 'integer'
            when 'uuid' then 'blob' when 'bytea' then 'blob'
            when 'timestamp with time zone' then 'text' else c.data_type end
        || case when c.is_nullable = 'YES' then ' null' else '' end
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'internal' and t.table_type = 'BASE TABLE' and c.table_name <> '_sqlx_migrations'";
const SQLITE_INDEXES: &str = "select name || ' on ' || tbl_name from sqlite_schema where type = 'index' and sql is not null";
const POSTGRES_INDEXES: &str = "select i.relname || ' on ' || t.relname from pg_index x
    join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = 'internal' and not exists (select from pg_constraint c where c.conindid = i.oid)";

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    crate::databases::on_sqlite(|sqlite| {
        crate::databases::on_postgres(async move |postgres| {
            for (ours, theirs) in [(SQLITE_COLUMNS, POSTGRES_COLUMNS), (SQLITE_INDEXES, POSTGRES_INDEXES)] {
                let ours: BTreeSet<String> = sqlite.texts(ours).await.into_iter().collect();
                let theirs: BTreeSet<String> = postgres.texts(theirs).await.into_iter().collect();
                assert!(ours.len() > 20);
                let only_sqlite: Vec<_> = ours.difference(&theirs).collect();
                let only_postgres: Vec<_> = theirs.difference(&ours).collect();
                assert!(
                    only_sqlite.is_empty() && only_postgres.is_empty(),
                    "only SQLite: {only_sqlite:#?}\nonly Postgres: {only_postgres:#?}"
                );
            }
        })
    })
    .await;
}

//! The log cannot be changed, and when somebody changes it past every guard it shows.

use std::time::Duration;

use quotedeck::domain::actor::Actor;
use quotedeck::domain::id::{Kind, LeadId};
use quotedeck::store::journal::{About, Search};
use uuid::Uuid;

use crate::databases::{Login, World};

both_databases!(
    nobody_changes_an_entry,
    a_sound_log_verifies,
    a_changed_field_is_named,
    a_deleted_entry_is_named,
    a_deleted_seal_is_named,
    a_changed_seal_is_named,
    what_is_rolled_back_leaves_no_entry,
    who_looks_for_unsealed_entries_keeps_nobody_from_writing,
);

/// Five entries in two seals, and one unsealed.
async fn write(world: &World) {
    for n in 0..6 {
        let mut tx = world.store.begin().await.unwrap();
        let about = About {
            verb: "task.done",
            kind: Kind::Task,
            subject: Uuid::from_u128(n),
            lead: Some(LeadId(Uuid::from_u128(7))),
            detail: "called back",
        };
        tx.journal(&Actor::Worker, about).await.unwrap();
        tx.commit().await.unwrap();
        if n == 2 || n == 4 {
            world.store.seal_journal(Search::Recent).await.unwrap();
        }
    }
}

async fn nobody_changes_an_entry(world: World) {
    write(&world).await;
    let mut attempts = vec![];
    for table in ["journal", "seals", "seal_entries"] {
        attempts.push(format!("delete from {table}"));
        if world.store.is_postgres() {
            attempts.push(format!("truncate {table} cascade"));
        }
    }
    attempts.push("update journal set actor = 'nobody'".to_owned());
    attempts.push("update seals set entries = 0".to_owned());
    attempts.push("update seal_entries set position = position + 100".to_owned());
    if !world.store.is_postgres() {
        attempts.push("insert or replace into journal select number, id, at, actor_kind, 'nobody', verb, subject_kind, subject_id, lead_id, detail, hash from journal where number = 1".to_owned());
        attempts.push("update or replace journal set number = 2 where number = 1".to_owned());
    }
    for attempt in attempts {
        let refused = world.attempt(Login::Program, &attempt).await.unwrap_err();
        assert!(refused.contains("append-only") || refused.contains("permission denied"), "{attempt}: {refused}");
        // `replace` slips past the triggers of a connection without the program's settings: verify shows that instead.
        if !attempt.contains("replace") {
            let refused = world.attempt(Login::Administrator, &attempt).await.unwrap_err();
            assert!(refused.contains("append-only"), "{attempt}: {refused}");
        }
    }
    assert_eq!(world.store.verify_journal().await.unwrap().differs, None);
}

async fn a_sound_log_verifies(world: World) {
    write(&world).await;
    let found = world.store.verify_journal().await.unwrap();
    assert_eq!((found.entries, found.seals, found.unsealed, found.differs), (6, 2, 1, None));
    assert_eq!(world.store.seal_journal(Search::All).await.unwrap(), 1);
    assert_eq!(world.store.seal_journal(Search::All).await.unwrap(), 0);
    assert_eq!(world.store.verify_journal().await.unwrap().unsealed, 0);
}

/// Does what only somebody with full rights over the database can do.
async fn tamper(world: &World, sql: &str) {
    write(world).await;
    let unguard = if world.store.is_postgres() {
        "alter table journal disable trigger user; alter table seals disable trigger user; alter table seal_entries disable trigger user;
         alter table seal_entries drop constraint seal_entries_seal_fkey;"
    } else {
        "pragma foreign_keys = off;
         drop trigger journal_no_update; drop trigger journal_no_delete; drop trigger seals_no_update; drop trigger seals_no_delete;
         drop trigger seal_entries_no_update; drop trigger seal_entries_no_delete;"
    };
    world.script(&format!("{unguard} {sql};")).await;
}

async fn differs(world: &World) -> String {
    world.store.verify_journal().await.unwrap().differs.expect("it shows")
}

async fn a_changed_field_is_named(world: World) {
    tamper(&world, "update journal set actor = 'nobody' where number = 4").await;
    let differs = differs(&world).await;
    assert!(differs.starts_with("entry 4 (task.done by nobody"), "{differs}");
}

async fn a_deleted_entry_is_named(world: World) {
    tamper(&world, "delete from journal where number = 5").await;
    assert_eq!(differs(&world).await, "an entry of seal 2 (place 1) was deleted");
}

async fn a_deleted_seal_is_named(world: World) {
    tamper(&world, "delete from seals where number = 1").await;
    assert_eq!(differs(&world).await, "seal 1 is missing");
}

async fn a_changed_seal_is_named(world: World) {
    tamper(&world, "delete from seal_entries where seal = 2 and position = 1; update seals set entries = 1 where number = 2")
        .await;
    assert_eq!(differs(&world).await, "seal 2 does not match its entries");
}

async fn what_is_rolled_back_leaves_no_entry(world: World) {
    let mut tx = world.store.begin().await.unwrap();
    let about = About { verb: "task.done", kind: Kind::Task, subject: Uuid::nil(), lead: None, detail: "" };
    tx.journal(&Actor::Worker, about).await.unwrap();
    drop(tx);
    assert_eq!(world.store.verify_journal().await.unwrap().entries, 0);
}

async fn who_looks_for_unsealed_entries_keeps_nobody_from_writing(world: World) {
    write(&world).await;
    world.store.seal_journal(Search::All).await.unwrap();
    // On SQLite one writes at a time: who asked to write would wait for this one.
    let mut writer = world.store.begin().await.unwrap();
    let about = About { verb: "task.done", kind: Kind::Task, subject: Uuid::nil(), lead: None, detail: "" };
    writer.journal(&Actor::Worker, about).await.unwrap();
    for search in [Search::Recent, Search::All] {
        let looked = tokio::time::timeout(Duration::from_secs(20), world.store.seal_journal(search)).await;
        assert_eq!(looked.expect("nobody is waited for"), Ok(0));
    }
    writer.commit().await.unwrap();
    assert_eq!(world.store.seal_journal(Search::Recent).await, Ok(1));
}

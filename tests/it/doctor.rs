//! What `doctor` says of a Postgres server whose log would keep what must stay inside, and of whom the preview is fetched as.

use std::process::Command;

use quotedeck::domain::actor::Role;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use crate::databases::{World, on_postgres, on_sqlite};
use quotedeck::store::connect::Place;

fn said(world: &World) -> String {
    let (well, said) = asked(world, "");
    assert!(well, "{said}");
    said
}

/// Whether all is well, and what it says.
fn asked(world: &World, configuration: &str) -> (bool, String) {
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join("c.toml"), configuration).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quotedeck"));
    command
        .args(["--config", "c.toml", "doctor"])
        .current_dir(home.path())
        .env_clear()
        .env("HOME", home.path())
        .env("USER", "rosa")
        .env("QUOTEDECK_DATABASE", world.url());
    let ran = command.output().expect("the program runs");
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    (ran.status.success(), said)
}

#[tokio::test]
async fn a_log_that_would_keep_raw_text_is_told() {
    on_postgres(async |world| {
        world.person("rosa", Role::Owner, None).await;
        let Place::Postgres(options) = &world.place else { panic!("this is Postgres") };
        let mut administrator = PgConnection::connect_with(options).await.unwrap();
        let database: String =
            sqlx::query_scalar("select quote_ident(current_database())").fetch_one(&mut administrator).await.unwrap();
        let told = "log_error_verbosity = terse";
        assert!(said(&world).contains(told), "a server as it comes tells refused rows: {}", said(&world));
        let mut set = async |setting: &str| {
            let sql = format!("alter database {database} set {setting}");
            administrator.execute(AssertSqlSafe(sql)).await.unwrap();
        };
        set("log_error_verbosity = terse").await;
        assert!(!said(&world).contains(told), "{}", said(&world));
        for (setting, told) in [
            ("log_min_duration_statement = 0", "log_parameter_max_length = 0"),
            ("log_parameter_max_length_on_error = -1", "log_parameter_max_length_on_error = 0"),
        ] {
            assert!(!said(&world).contains(told), "{}", said(&world));
            set(setting).await;
            assert!(said(&world).contains(told), "{}", said(&world));
        }
        // Each way of picking by chance, alone.
        let every = "log_min_duration_sample = -1";
        set("log_min_duration_statement = -1").await;
        for (on, off) in [
            ("log_min_duration_sample = 100", "log_min_duration_sample = -1"),
            ("log_transaction_sample_rate = 0.01", "log_transaction_sample_rate = 0"),
        ] {
            assert!(!said(&world).contains(every), "{}", said(&world));
            set(on).await;
            assert!(said(&world).contains(every), "{on}: {}", said(&world));
            set("log_statement_sample_rate = 0").await;
            assert_eq!(said(&world).contains(every), on.contains("transaction"), "{on}: {}", said(&world));
            set("log_statement_sample_rate = 1").await;
            set(off).await;
        }
        set("pgaudit.log = 'write'").await;
        assert!(!said(&world).contains("pgaudit"), "it logs statements without their values: {}", said(&world));
        set("pgaudit.log_parameter = on").await;
        assert!(said(&world).contains("set pgaudit.log_parameter = off"), "{}", said(&world));
        set("session_preload_libraries = 'auto_explain'").await;
        assert!(!said(&world).contains("auto_explain"), "it is loaded, and logs nothing: {}", said(&world));
        set("auto_explain.log_min_duration = 250").await;
        assert!(said(&world).contains("set auto_explain.log_min_duration = -1"), "{}", said(&world));
    })
    .await;
}

#[tokio::test]
async fn whom_the_preview_is_fetched_as_is_told() {
    on_postgres(async |world| {
        world.person("rosa", Role::Owner, None).await;
        let started = said(&world);
        assert!(started.contains("starts as quotedeck_portal, on the login postgres; a login of the portal's own"), "{started}");
        let login = format!("portal_{}", uuid::Uuid::now_v7().simple());
        world.script(&format!("create role {login} login; grant quotedeck_portal to {login}")).await;
        let url = world.url().replace("//postgres@", &format!("//{login}@"));
        let (well, own) = asked(&world, &format!("[portal]\ndatabase = '{url}'\n"));
        assert!(well && own.contains(&format!("fetched as the portal's own login {login}, which takes no bounds over")), "{own}");
        assert!(own.contains(&format!("alter role {login} set statement_timeout = '5s'")), "{own}");
        for bound in ["default_transaction_read_only = on", "statement_timeout = '5s'"] {
            world.script(&format!("alter role {login} set {bound}")).await;
        }
        let (well, bounded) = asked(&world, &format!("[portal]\ndatabase = '{url}'\n"));
        assert!(well && bounded.contains(&format!("own login {login}")) && !bounded.contains("alter role"), "{bounded}");
        // It may hold a password.
        assert!(!own.contains("postgres://portal_"), "{own}");
        world.script(&format!("drop role {login}")).await;
        let (well, gone) = asked(&world, "[portal]\ndatabase_env = 'PORTAL_NOBODY_SETS'\n");
        assert!(!well && gone.contains("the variable PORTAL_NOBODY_SETS is not set"), "{gone}");
    })
    .await;
    on_sqlite(async |world| {
        world.person("rosa", Role::Owner, None).await;
        assert!(said(&world).contains("what an export would hold"), "{}", said(&world));
        let (well, unused) = asked(&world, "[portal]\ndatabase = 'postgres://portal@localhost/deck'\n");
        assert!(well && unused.contains("[portal] is not used"), "{unused}");
    })
    .await;
}

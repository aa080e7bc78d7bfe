//! What `doctor` says of a Postgres server whose log would keep what must stay inside.

use std::process::Command;

use quotedeck::domain::actor::Role;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use crate::databases::{World, on_postgres};
use quotedeck::store::connect::Place;

fn said(world: &World) -> String {
    let home = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quotedeck"));
    command.arg("doctor").env_clear().env("HOME", home.path()).env("USER", "rosa").env("QUOTEDECK_DATABASE", world.url());
    let ran = command.output().expect("the program runs");
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}");
    said
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
        set("session_preload_libraries = 'auto_explain'").await;
        assert!(!said(&world).contains("auto_explain"), "it is loaded, and logs nothing: {}", said(&world));
        set("auto_explain.log_min_duration = 250").await;
        assert!(said(&world).contains("set auto_explain.log_min_duration = -1"), "{}", said(&world));
    })
    .await;
}

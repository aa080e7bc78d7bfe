//! Mail over TLS, by the program itself: what it trusts is the machine's, which is set in its environment.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use quotedeck::clock::Clock;
use quotedeck::store::Store;
use quotedeck::store::connect::Purpose;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;

use super::*;
use crate::databases::on_sqlite;
use crate::kill::where_it_is_noon;
use crate::stand_in::{MailMode, Privacy};

/// A certificate for a name, as a server has it and as a file that others trust.
fn certificate(folder: &Path, name: &str) -> Arc<ServerConfig> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let body = base64::engine::general_purpose::STANDARD.encode(made.cert.der());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    std::fs::write(folder.join("trusted.pem"), pem).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    Arc::new(config.unwrap())
}

/// A lead that gave an address alone, and the program that writes to it; says where its mail stands.
async fn one_mail(world: &World, folder: &Path, url: &str, trusts: bool) -> Vec<String> {
    let store = Store::open(&world.place, Clock::System, Purpose::Work).await.unwrap();
    world.person("rosa", Role::Owner, None).await;
    let mut acme = world.client("Acme").await;
    acme.time_zone = where_it_is_noon(&store);
    world.script(&format!("update clients set time_zone = '{}'", acme.time_zone)).await;
    let config = format!(
        "[[destination]]\nname = \"E-mail\"\nsystem = \"smtp\"\nurl = \"{url}\"\nfrom = \"hello@acme.example\"\n\
         account = \"office\"\nsecret_env = \"MAIL_PASSWORD\"\n"
    );
    std::fs::write(folder.join("config.toml"), config).unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quotedeck"));
        command.env_clear().arg("--config").arg(folder.join("config.toml")).args(["--database", &world.url()]).args(words);
        command.env("HOME", folder).env("USER", "rosa").env("MAIL_PASSWORD", "hunter2");
        if trusts {
            command.env("SSL_CERT_FILE", folder.join("trusted.pem"));
        }
        let done = command.output().unwrap();
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    run(&["init"]);
    let form = br#"{"id":"f-1","name":"Ana","email":"ana@example.com","service":"drain","consent":"yes","value":"120"}"#;
    let settings = crate::workflow::settings(store.clock.now());
    let arrivals: Vec<Arrival> = intake::read(Provider::Form, form, &settings)
        .into_iter()
        .map(|item| Arrival { body: Internal::new(item.body), normalised: item.outcome.expect("a form") })
        .collect();
    arrive(&store, &acme, Provider::Form, &arrivals).await.unwrap();
    run(&["work", "--drain"]);
    world.texts("select state || ' ' || coalesce(last_error, '') from jobs where operation = 'quote_confirmation'").await
}

#[rstest::rstest]
#[case::from_the_first_byte(true)]
#[case::when_asked(false)]
#[tokio::test]
async fn a_mail_goes_over_tls(#[case] at_once: bool) {
    on_sqlite(async |world| {
        let folder = TempDir::new().unwrap();
        let config = certificate(folder.path(), "localhost");
        let privacy = if at_once { Privacy::AtOnce(config) } else { Privacy::WhenAsked(config) };
        let there = MailServer::private(Box::new(|_| MailMode::Login), Arc::new(|_| ()), privacy);
        let port = there.url.rsplit(':').next().unwrap();
        let url = if at_once { format!("smtps://localhost:{port}") } else { format!("smtp://localhost:{port}?tls=starttls") };
        assert_eq!(one_mail(&world, folder.path(), &url, true).await, ["succeeded "]);
        assert_eq!(there.mails().len(), 1);
        assert!(there.lines().iter().any(|line| line.starts_with("AUTH")), "the password goes in private: {:?}", there.lines());
    })
    .await;
}

#[rstest::rstest]
#[case::by_nobody("localhost", false, "nobody whom this machine trusts")]
#[case::by_another_name("mail.example", true, "its certificate is for another name")]
#[tokio::test]
async fn nothing_is_said_to_a_server_that_nobody_vouches_for(#[case] name: &str, #[case] trusts: bool, #[case] said: &str) {
    on_sqlite(async |world| {
        let folder = TempDir::new().unwrap();
        let privacy = Privacy::WhenAsked(certificate(folder.path(), name));
        let there = MailServer::private(Box::new(|_| MailMode::Login), Arc::new(|_| ()), privacy);
        let port = there.url.rsplit(':').next().unwrap();
        let url = format!("smtp://localhost:{port}?tls=starttls");
        let stands = one_mail(&world, folder.path(), &url, trusts).await;
        assert!(stands[0].starts_with("retrying") && stands[0].contains(said), "{stands:?}");
        assert_eq!(there.mails(), Vec::<String>::new());
        assert!(there.lines().iter().all(|line| line.starts_with("EHLO") || line.starts_with("STARTTLS")), "{:?}", there.lines());
    })
    .await;
}

//! Secrets go to their destination and nowhere else: not into a log that holds everything, no error, no `Debug`.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};

use quotedeck::domain::destination::{Grant, Refresh};
use tracing_subscriber::fmt::MakeWriter;

use super::*;

/// Everything that was logged by this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The secrets of this file, as they are set and as they travel.
const SECRETS: [&str; 8] = [
    "hunter2",
    // `AC1:hunter2-token`, as Basic auth says it.
    "QUMxOmh1bnRlcjItdG9rZW4=",
    // `\0office\0hunter2-mail`, as a login says it.
    "AG9mZmljZQBodW50ZXIyLW1haWw=",
    "aHVudGVyMi1ob29r",
    // `app:app-hunter2`, as a token is asked for.
    "YXBwOmFwcC1odW50ZXIy",
    "key-in-the-url",
    // What is sent is no secret, and internal all the same.
    "5125550142",
    "water heater",
];

fn harmless(what: &str, text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{what} tells {secret}: {text}");
    }
}

#[tokio::test]
async fn a_failing_run_tells_no_secret() {
    let log = Log::default();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).try_init().unwrap();
    let modes = [
        Mode::Status(500),
        Mode::Status(401),
        Mode::Busy(1),
        Mode::Close,
        Mode::Redirect,
        Mode::Html,
        Mode::Huge,
        Mode::Echo(400),
        Mode::Echo(500),
        Mode::Echo(200),
    ];
    for system in [System::Hubspot, System::Twilio, System::Webhook, System::Smtp] {
        let there = StandIn::answering(&modes);
        let mail = MailServer::answering(&[
            MailMode::Login,
            MailMode::Answer("AUTH", 535),
            MailMode::Answer("RCPT", 550),
            MailMode::Close("."),
        ]);
        let secret = match system {
            System::Hubspot => "pat-hunter2",
            System::Twilio => "hunter2-token",
            System::Smtp => "hunter2-mail",
            _ => "whsec_aHVudGVyMi1ob29r",
        };
        let urls = match system {
            System::Smtp => vec![mail.url.clone(), "smtps://nothing.invalid".to_owned(), "smtp://127.0.0.1:1".to_owned()],
            System::Webhook => {
                vec![format!("{}/hook?key=key-in-the-url", there.url), "https://nothing.invalid/key-in-the-url".to_owned()]
            }
            _ => vec![there.url.clone(), "https://nothing.invalid".to_owned(), "http://127.0.0.1:1".to_owned()],
        };
        for url in urls {
            let mut setting = setting(system, &url, secret);
            if system == System::Smtp {
                setting.account = "office".into();
            }
            let couriers = Couriers::new(&[setting.clone()]).unwrap();
            let request = request(system, content(system));
            harmless("Debug", &format!("{couriers:?} {request:?} {setting:?}"));
            // One that is not there says the same each time.
            let tries = if url.contains("nothing.invalid") { 1 } else { modes.len() };
            for _ in 0..tries {
                let reply = couriers.send(&request).await;
                harmless("an error", error(&reply));
                harmless("a look-up", &format!("{:?}", couriers.look_up(&request).await));
            }
        }
    }
    for system in [System::Quickbooks, System::SearchConsole, System::Thumbtack] {
        for mode in modes {
            // The token is not had; the page is not; and one that was taken back is not had anew.
            for answers in [vec![mode], vec![Mode::Ok, mode], vec![Mode::Ok, Mode::Echo(401), mode]] {
                granted(system, &answers).await;
            }
        }
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("127.0.0.1"), "the log holds nothing of the run, so nothing was tried: {logged}");
    harmless("the log", &logged);
}

/// Asks for a page by OAuth, and by a file that cannot be used.
async fn granted(system: System, answers: &[Mode]) {
    let there = StandIn::answering(answers);
    there.change(|apis| {
        apis.tokens.rotates = true;
        apis.tokens.typed = system == System::Thumbtack;
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let refreshes = [
        Refresh::File(file.clone()),
        Refresh::File(file.clone()),
        Refresh::Given(Secret::new("refresh-hunter2-0")),
        Refresh::Missing("QUOTEDECK_TEST is not set; set it".into()),
    ];
    for (n, refresh) in refreshes.into_iter().enumerate() {
        std::fs::write(&file, "refresh-hunter2-0").unwrap();
        // One that others may open is not taken, and not told.
        let mode = if n == 0 { 0o644 } else { 0o600 };
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let grant = Grant { client_id: "app".into(), token_url: format!("{}/token", there.url), refresh };
        let account = "9130".into();
        let setting = Setting { grant: Some(grant), account, ..setting(system, &there.url, "app-hunter2") };
        let couriers = Couriers::new(std::slice::from_ref(&setting)).unwrap();
        let request = request(system, content(system));
        harmless("Debug", &format!("{couriers:?} {request:?} {setting:?}"));
        harmless("what is wrong", &couriers.trouble("there").unwrap_or_default());
        let reply = couriers.send(&request).await;
        harmless("an error", error(&reply));
        harmless("an answer", &format!("{reply:?}"));
    }
}

//! A refresh token that is good once: the next one is kept, whatever becomes of the request that needed it.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc;

use quotedeck::domain::destination::{Grant, Refresh};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_next_token_is_kept_though_the_request_is_given_up() {
    let (arrives, arrived) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    // The endpoint has taken the token, and its answer is on its way.
    let there = StandIn::choosing(move |_, seen| {
        if seen.path == "/token" {
            arrives.send(()).unwrap();
            may_go_on.recv().unwrap();
        }
        Mode::Ok
    });
    there.change(|apis| (apis.tokens.rotates, apis.tokens.typed) = (true, true));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "refresh-hunter2-0").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let grant =
        Grant { client_id: "app".into(), token_url: format!("{}/token", there.url), refresh: Refresh::File(file.clone()) };
    let setting = Setting { grant: Some(grant), ..setting(System::Thumbtack, &there.url, "app-hunter2") };
    let couriers = Couriers::new(&[setting]).unwrap();
    let sending = tokio::spawn({
        let couriers = couriers.clone();
        async move { couriers.send(&request(System::Thumbtack, content(System::Thumbtack))).await }
    });
    tokio::task::spawn_blocking(move || arrived.recv().unwrap()).await.unwrap();
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled(), "the request was given up");
    go_on.send(()).unwrap();
    couriers.settled().await;
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), "refresh-hunter2-1");
}

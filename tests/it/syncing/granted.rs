//! A client whose provider lets in by OAuth: the account, the refresh token's file, a worker, and what is outside.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use chrono::TimeDelta;
use quotedeck::delivery::couriers::Couriers;
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::destination::{Grant, Refresh, Secret, Setting, System};
use quotedeck::domain::event::{Columns, Provider};
use quotedeck::domain::failure::Failure;
use quotedeck::domain::id::DestinationId;
use quotedeck::domain::sync::SyncFigures;
use quotedeck::domain::sync::{Freshness, SyncSetting};
use quotedeck::domain::text::Internal;
use quotedeck::intake;
use quotedeck::server::Reader;
use quotedeck::worker::{Sender, Worker};
use quotedeck::workflow::arrive::waiting::settle;
use quotedeck::workflow::arrive::{Arrival, Arrived, arrive};

use super::put_destination;
use crate::databases::World;
use crate::stand_in::StandIn;

pub(super) struct Granted {
    pub(super) world: World,
    pub(super) acme: Client,
    pub(super) rosa: Person,
    pub(super) outside: StandIn,
    pub(super) destination: DestinationId,
    setting: Setting,
    worker: Worker,
    folder: tempfile::TempDir,
}

pub(super) async fn granted(world: World, outside: StandIn, setting: Setting, sync: &SyncSetting) -> Granted {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let system = setting.system;
    put_destination(&world, &rosa, &setting.name, system).await;
    let destination = world.store.list_destinations().await.unwrap()[0].id;
    let mut tx = world.store.begin().await.unwrap();
    tx.set_sync(&Actor::Worker, acme.id, destination, sync).await.unwrap();
    tx.commit().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let grant = Grant {
        client_id: "app".into(),
        token_url: format!("{}/token", outside.url),
        refresh: Refresh::File(folder.path().join("token")),
    };
    let setting = Setting { url: outside.url.clone(), secret: Some(Secret::new("app-hunter2")), grant: Some(grant), ..setting };
    let worker = worker(&world, &setting);
    let granted = Granted { world, acme, rosa, outside, destination, setting, worker, folder };
    granted.write_token("refresh-hunter2-0");
    granted
}

pub(super) fn setting(name: &str, system: System) -> Setting {
    Setting::new(name, system)
}

fn worker(world: &World, setting: &Setting) -> Worker {
    Worker::new(world.store.clone(), Sender::Couriers(Couriers::new(std::slice::from_ref(setting)).unwrap()), "test")
}

impl Granted {
    fn path(&self) -> PathBuf {
        self.folder.path().join("token")
    }

    pub(super) fn write_token(&self, token: &str) {
        std::fs::write(self.path(), token).unwrap();
        std::fs::set_permissions(self.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Nobody put one there yet.
    pub(super) fn lose_token(&self) {
        std::fs::remove_file(self.path()).unwrap();
    }

    /// The refresh token that is kept, for its owner alone.
    pub(super) fn token(&self) -> String {
        assert_eq!(std::fs::metadata(self.path()).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::read_to_string(self.path()).unwrap().trim().to_owned()
    }

    /// Another worker, that knows no access token.
    pub(super) fn restart(&mut self) {
        self.worker = worker(&self.world, &self.setting);
    }

    /// Does what is due, and reads what that brought.
    pub(super) async fn work(&self) -> usize {
        let mut attempts = 0;
        let reader = Reader::new(Columns::default(), vec![]);
        loop {
            attempts += self.worker.drain().await.unwrap();
            if settle(&self.world.store, &|waiting, client| reader.read(waiting, client)).await.unwrap() == 0 {
                return attempts;
            }
        }
    }

    /// Takes a payload in that somebody else brought.
    pub(super) async fn intake(&self, provider: Provider, payload: &serde_json::Value) {
        self.try_intake(provider, payload).await.unwrap();
    }

    pub(super) async fn try_intake(&self, provider: Provider, payload: &serde_json::Value) -> Result<Vec<Arrived>, Failure> {
        let settings = crate::workflow::settings(self.world.now());
        let item = intake::read(provider, payload.to_string().as_bytes(), &settings).remove(0);
        let arrival = Arrival { body: Internal::new(item.body), normalised: item.outcome.unwrap() };
        arrive(&self.world.store, &self.acme, provider, &[arrival]).await
    }

    pub(super) fn pass(&self, time: TimeDelta) {
        self.world.clock.advance(time);
    }

    pub(super) async fn count(&self, table: &str) -> i64 {
        self.world.number(&format!("select count(*) from {table}")).await
    }

    pub(super) async fn figures(&self) -> SyncFigures {
        self.world.store.sync_figures(&self.rosa).await.unwrap().remove(0)
    }

    pub(super) async fn freshness(&self) -> Freshness {
        self.figures().await.freshness
    }

    /// Lets the destination run again, as the owner does.
    pub(super) async fn resume(&self) {
        let mut tx = self.world.store.begin().await.unwrap();
        let actor = Actor::Person(self.rosa.clone());
        tx.resume_destination(&actor, self.destination, "it has a new token").await.unwrap().unwrap();
        tx.commit().await.unwrap();
    }

    /// How many requests were for tokens, and how many for anything else.
    pub(super) fn asked(&self) -> (usize, usize) {
        let seen = self.outside.seen();
        let tokens = seen.iter().filter(|seen| seen.path == "/token").count();
        (tokens, seen.len() - tokens)
    }

    /// That no token and no secret is anywhere in the database.
    pub(super) async fn tells_no_secret(&self) {
        let told = [
            "select detail from journal",
            "select coalesce(last_error, '') from jobs",
            "select coalesce(error, '') from attempts",
            "select title from tasks",
        ];
        for sql in told {
            for text in self.world.texts(sql).await {
                assert!(!text.contains("hunter2"), "{sql}: {text}");
            }
        }
    }
}

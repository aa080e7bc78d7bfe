//! Providers that are asked: every call comes once, whatever a webhook brought, a request lost or a worker left behind; and
//! what is no page moves no cursor.

use chrono::TimeDelta;
use quotedeck::delivery::couriers::Couriers;
use quotedeck::domain::actor::{Actor, Person, Role};
use quotedeck::domain::client::Client;
use quotedeck::domain::destination::{Secret, Setting, System};
use quotedeck::domain::event::{Columns, Provider};
use quotedeck::domain::id::ClientId;
use quotedeck::domain::sync::{Freshness, SyncSetting};
use quotedeck::domain::text::Internal;
use quotedeck::intake;
use quotedeck::server::Reader;
use quotedeck::store::claim::take::Appetite;
use quotedeck::store::destinations::NewDestination;
use quotedeck::worker::{Sender, Worker};
use quotedeck::workflow::arrive::waiting::settle;
use quotedeck::workflow::arrive::{Arrival, arrive};
use serde_json::{Value, json};

use crate::databases::World;
use crate::stand_in::{Mode, StandIn};

mod books;
mod figures;
mod granted;
mod leads;
mod news;

both_databases!(
    every_call_comes_once,
    a_page_whose_answer_was_lost_or_whose_worker_died_is_fetched_again,
    what_is_no_page_moves_no_cursor,
    a_refused_key_stops_the_destination_and_says_what_to_do,
    a_page_of_an_older_round_moves_no_cursor,
    a_sync_that_is_not_set_any_more_stops_and_goes_on_where_it_was,
);

struct Office {
    world: World,
    acme: Client,
    rosa: Person,
    outside: StandIn,
    worker: Worker,
}

/// Brings a destination in, as `init` does.
async fn put_destination(world: &World, rosa: &Person, name: &str, system: System) {
    let new = NewDestination {
        name: name.into(),
        kind: system.kind().into(),
        delivery_mode: system.delivery_mode(),
        incident_owner: Some("rosa".into()),
        rollback: None,
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.put_destination(&Actor::Person(rosa.clone()), &new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn office(world: World, outside: StandIn) -> Office {
    let acme = world.client("Acme").await;
    let rosa = world.person("rosa", Role::Owner, None).await;
    let system = System::Callrail;
    put_destination(&world, &rosa, "CallRail", system).await;
    let setting = Setting {
        url: outside.url.clone(),
        account: "22".into(),
        secret: Some(Secret::new("cr-test")),
        ..Setting::new("CallRail", system)
    };
    let worker = Worker::new(world.store.clone(), Sender::Couriers(Couriers::new(&[setting]).unwrap()), "test");
    let office = Office { world, acme, rosa, outside, worker };
    office.set(&[20]).await;
    office
}

fn sync(days: i64) -> SyncSetting {
    SyncSetting {
        client: "Acme".into(),
        destination: "CallRail".into(),
        provider: Provider::Callrail,
        scope: "COM1".into(),
        every: TimeDelta::minutes(15),
        stale_after: TimeDelta::hours(2),
        since: TimeDelta::days(days),
    }
}

impl Office {
    /// Sets a sync for each number of days, or none.
    async fn set(&self, days: &[i64]) {
        let all = self.world.store.list_destinations().await.unwrap();
        let mut tx = self.world.store.begin().await.unwrap();
        let mut kept: Vec<(ClientId, Provider)> = Vec::new();
        for days in days {
            tx.set_sync(&Actor::Worker, self.acme.id, all[0].id, &sync(*days)).await.unwrap();
            kept.push((self.acme.id, Provider::Callrail));
        }
        tx.stop_syncs_but(&Actor::Worker, &kept).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A call that began so many hours ago.
    fn call(&self, id: &str, hours: i64, phone: &str) -> Value {
        let at = self.world.now() - TimeDelta::hours(hours);
        json!({
            "id": id, "company_id": "COM1", "answered": true, "voicemail": false, "direction": "inbound", "duration": 80,
            "business_phone_number": "+15125550100", "tracking_phone_number": "+15125550101", "customer_phone_number": phone,
            "customer_name": "Maria Cruz", "start_time": at.to_rfc3339(),
        })
    }

    /// Does what is due, and reads what that brought.
    async fn work(&self) -> usize {
        let mut attempts = 0;
        let reader = Reader::new(Columns::default(), vec![]);
        loop {
            attempts += self.worker.drain().await.unwrap();
            if settle(&self.world.store, &|waiting, client| reader.read(waiting, client)).await.unwrap() == 0 {
                return attempts;
            }
        }
    }

    async fn count(&self, table: &str) -> i64 {
        self.world.number(&format!("select count(*) from {table}")).await
    }

    async fn freshness(&self) -> Freshness {
        self.world.store.sync_figures(&self.rosa).await.unwrap()[0].freshness
    }
}

async fn every_call_comes_once(world: World) {
    let office = office(world, StandIn::start()).await;
    assert_eq!(office.freshness().await, Freshness::Stale, "nothing was fetched so far");
    let hours = [400, 300, 200, 150, 100, 50, 3];
    for (n, hours) in hours.into_iter().enumerate() {
        office.outside.add_call(office.call(&format!("CAL{n}"), hours, &format!("+1512555014{n}")));
    }
    let mut other = office.call("CALX", 60, "+15125550199");
    other["company_id"] = "COM2".into();
    office.outside.add_call(other);
    // A webhook brought the last one: it calls it by another field, and tells more.
    let mut brought = office.call("CAL6", 3, "+15125550146");
    brought["resource_id"] = brought["id"].take();
    brought["source"] = "Google Ads".into();
    let settings = crate::workflow::settings(office.world.now());
    let item = intake::read(Provider::Callrail, brought.to_string().as_bytes(), &settings).remove(0);
    let arrival = Arrival { body: Internal::new(item.body), normalised: item.outcome.unwrap() };
    arrive(&office.world.store, &office.acme, Provider::Callrail, &[arrival]).await.unwrap();

    office.work().await;
    assert_eq!((office.count("events").await, office.count("leads").await), (7, 7));
    let arrived = office.count("arrivals where state = 'recorded'").await;
    assert_eq!((arrived, office.count("arrivals where state = 'duplicate'").await), (6, 1));
    assert_eq!(office.count("jobs where state <> 'succeeded'").await, 0);
    assert_eq!(office.freshness().await, Freshness::Fresh);
    // Twenty days are three windows, and no request asks for more than a week and the overlap.
    assert!(office.outside.seen().iter().all(|seen| seen.path.contains("company_id=COM1")));

    // Nothing is due, and nothing is asked.
    let asked = office.outside.seen().len();
    office.work().await;
    assert_eq!(office.outside.seen().len(), asked);
    // A quarter of an hour later one call is new; the ones in the overlap change nothing.
    office.world.clock.advance(TimeDelta::minutes(15));
    office.outside.add_call(office.call("CAL7", 0, "+15125550150"));
    office.world.clock.advance(TimeDelta::minutes(1));
    office.work().await;
    assert_eq!((office.count("events").await, office.count("leads").await), (8, 8));
    let figures = office.world.store.sync_figures(&office.rosa).await.unwrap().remove(0);
    assert_eq!((figures.complete_until, figures.trouble), (office.world.now(), None));
    office.world.clock.advance(TimeDelta::minutes(31));
    assert_eq!(office.freshness().await, Freshness::Late);
    office.world.clock.advance(TimeDelta::hours(2));
    assert_eq!(office.freshness().await, Freshness::Stale);
}

async fn a_page_whose_answer_was_lost_or_whose_worker_died_is_fetched_again(world: World) {
    let modes = [Mode::Ok, Mode::DoneThenClose, Mode::Ok];
    let office = office(world, StandIn::answering(&modes)).await;
    office.set(&[]).await;
    office.world.script("delete from syncs").await;
    office.set(&[5]).await;
    for n in 0..6 {
        office.outside.add_call(office.call(&format!("CAL{n}"), 10 + n, &format!("+1512555014{n}")));
    }
    // The second page is given and its answer lost: what came with the first one is here, and the cursor where it was.
    office.work().await;
    assert_eq!((office.count("events").await, office.freshness().await), (2, Freshness::Stale));
    office.world.clock.advance(TimeDelta::minutes(1));
    // A worker takes the job and is never heard of again.
    let appetite = Appetite { most: 1, bulk: 1, reaches: None };
    let taken = office.world.store.claim_jobs("gone", &appetite).await.unwrap();
    assert_eq!(taken.jobs.len(), 1);
    office.world.script("update jobs set lease_until = '2000-01-01T00:00:00+00:00' where state = 'running'").await;
    office.work().await;
    assert_eq!((office.count("events").await, office.count("leads").await, office.freshness().await), (6, 6, Freshness::Fresh));
    assert_eq!(office.count("arrivals").await, 6);
}

async fn what_is_no_page_moves_no_cursor(world: World) {
    let modes = [Mode::Html, Mode::Empty, Mode::Busy(120), Mode::Close, Mode::Status(500), Mode::Redirect];
    let office = office(world, StandIn::answering(&modes)).await;
    office.outside.add_call(office.call("CAL1", 30, "+15125550142"));
    let states = ["retrying", "retrying", "retrying", "retrying", "retrying", "dead"];
    for (n, state) in states.into_iter().enumerate() {
        assert_eq!(office.work().await, 1, "{n}: nothing is asked twice at once");
        assert_eq!(office.count(&format!("jobs where state = '{state}'")).await, 1, "{n}");
        assert_eq!((office.count("arrivals").await, office.freshness().await), (0, Freshness::Stale), "{n}");
        // Sooner than a hundred and twenty seconds it is not asked again.
        office.world.clock.advance(TimeDelta::seconds(if n == 2 { 119 } else { 90 }));
        if n == 2 {
            assert_eq!(office.work().await, 0);
            office.world.clock.advance(TimeDelta::seconds(2));
        }
    }
    assert_eq!(office.world.number("select attempts from jobs").await, 5, "a wait that was asked for uses up none");
    let figures = office.world.store.sync_figures(&office.rosa).await.unwrap().remove(0);
    assert!(figures.trouble.unwrap().contains("it sends us elsewhere"));
    // The next round asks for the same, and it comes.
    office.world.clock.advance(TimeDelta::minutes(15));
    office.work().await;
    assert_eq!((office.count("events").await, office.freshness().await), (1, Freshness::Fresh));
}

async fn a_refused_key_stops_the_destination_and_says_what_to_do(world: World) {
    let office = office(world, StandIn::answering(&[Mode::Status(401)])).await;
    assert_eq!(office.work().await, 1);
    assert_eq!(office.count("jobs where state = 'held'").await, 1);
    let tasks = office.world.texts("select title from tasks where kind = 'incident'").await;
    assert!(
        tasks.len() == 1 && tasks[0].contains("CallRail is stopped") && tasks[0].contains("renew its credential"),
        "{tasks:?}"
    );
    // Nothing is asked meanwhile, and no second round piles up.
    office.world.clock.advance(TimeDelta::seconds(20));
    assert_eq!((office.work().await, office.count("jobs").await), (0, 1));
}

async fn a_page_of_an_older_round_moves_no_cursor(world: World) {
    let office = office(world, StandIn::answering(&[Mode::Redirect, Mode::Redirect])).await;
    office.outside.add_call(office.call("CAL1", 30, "+15125550142"));
    office.work().await;
    office.world.clock.advance(TimeDelta::minutes(16));
    office.work().await;
    assert_eq!(office.count("jobs where state = 'dead'").await, 2);
    // Somebody has the first one tried again.
    office.world.script("update jobs set state = 'ready', finished_at = null where number = 1").await;
    assert_eq!(office.work().await, 1);
    assert_eq!(office.count("jobs where state = 'succeeded'").await, 1);
    assert_eq!(office.freshness().await, Freshness::Stale);
}

async fn a_sync_that_is_not_set_any_more_stops_and_goes_on_where_it_was(world: World) {
    let office = office(world, StandIn::start()).await;
    office.work().await;
    let asked = office.outside.seen().len();
    office.set(&[]).await;
    office.world.clock.advance(TimeDelta::hours(1));
    office.work().await;
    assert_eq!((office.outside.seen().len(), office.world.store.sync_figures(&office.rosa).await.unwrap()), (asked, vec![]));
    office.set(&[20]).await;
    office.work().await;
    assert_eq!(office.outside.seen().len(), asked + 1, "one window, from the cursor on");
    assert_eq!(office.count("journal where verb in ('sync.set', 'sync.stop')").await, 3);
}

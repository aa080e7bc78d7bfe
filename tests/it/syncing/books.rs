//! QuickBooks: every estimate and invoice once, at the lead of the person it is for; and a notification has them fetched.

use chrono::TimeDelta;
use quotedeck::domain::destination::{Setting, System};
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::PayloadId;
use quotedeck::domain::sync::{Freshness, SyncSetting};
use quotedeck::domain::text::Internal;
use quotedeck::store::waiting::NewArrival;
use serde_json::{Value, json};

use super::granted::{Granted, granted, setting};
use crate::databases::World;
use crate::stand_in::{Mode, StandIn};

both_databases!(
    every_record_comes_once_to_its_lead,
    more_than_a_page_is_read_to_its_end,
    a_page_whose_answer_was_lost_is_asked_for_again,
    a_notification_has_the_books_asked_at_once,
    a_token_that_is_not_there_stops_the_destination,
);

pub(super) async fn office(world: World, outside: StandIn) -> Granted {
    let sync = SyncSetting {
        client: "Acme".into(),
        destination: "QuickBooks".into(),
        provider: Provider::Quickbooks,
        scope: String::new(),
        every: TimeDelta::minutes(15),
        stale_after: TimeDelta::hours(2),
        since: TimeDelta::days(10),
    };
    let setting = Setting { account: "9130".into(), ..setting("QuickBooks", System::Quickbooks) };
    let office = granted(world, outside, setting, &sync).await;
    office.outside.change(|apis| {
        apis.tokens.rotates = true;
        let customer = json!({
            "Id": "7", "DisplayName": "Maria Cruz", "PrimaryPhone": {"FreeFormNumber": "(512) 555-0142"},
            "MetaData": {"LastUpdatedTime": "2020-01-01T00:00:00Z"},
        });
        apis.books.push(("Customer".into(), customer));
    });
    office
}

/// A record that was made and last changed so many hours ago.
pub(super) fn record(office: &Granted, id: &str, hours: i64, status: &str) -> Value {
    let at = (office.world.now() - TimeDelta::hours(hours)).to_rfc3339();
    json!({
        "Id": id, "DocNumber": format!("10{id}"), "TxnStatus": status, "TotalAmt": 2400.5, "SyncToken": "0",
        "CustomerRef": {"value": "7", "name": "Maria Cruz"}, "BillEmail": {"Address": "maria@example.com"},
        "BillAddr": {"City": "Austin", "CountrySubDivisionCode": "TX"}, "MetaData": {"CreateTime": at, "LastUpdatedTime": at},
    })
}

pub(super) fn add(office: &Granted, kind: &str, record: Value) {
    office.outside.change(|apis| apis.books.push((kind.to_owned(), record)));
}

async fn every_record_comes_once_to_its_lead(world: World) {
    let office = office(world, StandIn::start()).await;
    assert_eq!(office.freshness().await, Freshness::Stale);
    add(&office, "Estimate", record(&office, "1", 200, "Pending"));
    add(&office, "Estimate", record(&office, "2", 3, "Rejected"));
    add(&office, "Invoice", record(&office, "3", 2, ""));
    office.work().await;
    let kinds = office.world.texts("select kind from events order by occurred_at").await;
    assert_eq!(kinds, ["quote_sent", "quote_closed", "invoiced"]);
    assert_eq!(office.world.texts("select phone from leads").await, ["+15125550142"], "one lead for one customer");
    assert_eq!(office.world.number("select value from leads").await, 240_050);
    assert_eq!(office.world.texts("select email from leads").await, ["maria@example.com"]);
    assert_eq!((office.count("payloads where state = 'parked'").await, office.count("tasks").await), (0, 0));
    assert_eq!(office.count("jobs where kind = 'message'").await, 0, "nobody is written to for what the office did");
    assert_eq!(office.freshness().await, Freshness::Fresh);

    // The overlap brings the last ones again, and nothing changes; an estimate that was taken is news.
    office.outside.change(|apis| {
        let estimate = apis.books.iter_mut().find(|one| one.1["Id"] == "1").unwrap();
        estimate.1["TxnStatus"] = "Accepted".into();
        estimate.1["MetaData"]["LastUpdatedTime"] = office.world.now().to_rfc3339().into();
    });
    office.pass(TimeDelta::minutes(16));
    office.work().await;
    let kinds = office.world.texts("select kind from events order by occurred_at").await;
    assert_eq!(kinds, ["quote_sent", "quote_closed", "invoiced", "quote_accepted"]);
    assert_eq!((office.count("leads").await, office.count("payloads").await), (1, 4));
    let asked = office.asked();
    office.work().await;
    assert_eq!(office.asked(), asked, "nothing is due, and nothing is asked");
    assert_eq!(office.token(), "refresh-hunter2-1", "one access token was enough");
    office.tells_no_secret().await;
}

async fn more_than_a_page_is_read_to_its_end(world: World) {
    let office = office(world, StandIn::start()).await;
    for n in 0..201 {
        add(&office, "Invoice", record(&office, &n.to_string(), 20 + n % 7, ""));
    }
    office.work().await;
    assert_eq!((office.count("events").await, office.count("leads").await, office.freshness().await), (201, 1, Freshness::Fresh));
}

async fn a_page_whose_answer_was_lost_is_asked_for_again(world: World) {
    // A token, the page, and the customers, whose answer is lost; then what is no page.
    let modes = [Mode::Ok, Mode::Ok, Mode::DoneThenClose, Mode::Html, Mode::Empty, Mode::Busy(60), Mode::Ok];
    let mut office = office(world, StandIn::answering(&modes)).await;
    add(&office, "Estimate", record(&office, "1", 100, "Pending"));
    for n in 0..4 {
        assert_eq!(office.work().await, 1, "{n}");
        assert_eq!((office.count("events").await, office.freshness().await), (0, Freshness::Stale), "{n}");
        office.pass(TimeDelta::minutes(2));
    }
    office.restart();
    office.work().await;
    assert_eq!((office.count("events").await, office.freshness().await), (1, Freshness::Fresh));
}

async fn a_notification_has_the_books_asked_at_once(world: World) {
    let office = office(world, StandIn::start()).await;
    office.work().await;
    office.pass(TimeDelta::minutes(1));
    add(&office, "Estimate", record(&office, "1", 0, "Pending"));
    office.work().await;
    assert_eq!(office.count("events").await, 0, "it is not due");
    office.pass(TimeDelta::minutes(1));
    let mut tx = office.world.store.begin().await.unwrap();
    let source = tx.sync_source(office.acme.id, Provider::Quickbooks).await.unwrap().unwrap();
    let body = json!({"eventNotifications": [{"realmId": "9130", "dataChangeEvent": {"entities": [
        {"name": "Estimate", "id": "1", "operation": "Create", "lastUpdated": "2026-06-01T14:00:00Z"}]}}]});
    let arrival = NewArrival {
        id: PayloadId::new(),
        source,
        client: office.acme.id,
        provider: Provider::Quickbooks,
        delivery_key: "n1".into(),
        body: Internal::new(body.to_string().into_bytes()),
        from_ip: None,
    };
    tx.keep_arrivals(&[arrival]).await.unwrap();
    tx.commit().await.unwrap();
    office.work().await;
    assert_eq!(office.world.texts("select kind from events").await, ["quote_sent"]);
}

async fn a_token_that_is_not_there_stops_the_destination(world: World) {
    let office = office(world, StandIn::start()).await;
    office.lose_token();
    assert_eq!(office.work().await, 1);
    assert_eq!((office.asked(), office.count("jobs where state = 'held'").await), ((0, 0), 1));
    office.write_token("refresh-hunter2-0");
    office.resume().await;
    office.work().await;
    assert_eq!((office.freshness().await, office.token().as_str()), (Freshness::Fresh, "refresh-hunter2-1"));
}

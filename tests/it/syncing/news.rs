//! What the books tell once more: a payment, an answer, another number, a deletion; each is news once, at its lead, which goes
//! forward by it and never over what a person said.

use chrono::TimeDelta;
use quotedeck::domain::act::{Act, Target, Verb};
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::{Kind, Ref};
use quotedeck::domain::lead::{LeadAct, LostReason};
use quotedeck::domain::sync::Freshness;
use quotedeck::workflow::act::perform;
use serde_json::{Value, json};

use super::books::{add, office, record};
use super::granted::Granted;
use crate::databases::World;
use crate::stand_in::StandIn;

both_databases!(
    a_customer_that_changed_is_told_at_its_lead,
    a_customer_who_is_no_lead_stays_none,
    a_later_payment_and_a_later_answer_are_told,
    no_lead_goes_back_or_against_a_decision,
    what_was_told_before_an_upgrade_is_no_news,
    what_was_deleted_is_told_at_its_lead,
    the_same_state_read_by_two_at_once_is_told_once,
);

/// Changes a record now, and lets the next round bring it.
async fn change(office: &Granted, id: &str, edit: impl Fn(&mut Value)) {
    office.outside.change(|apis| {
        let record = &mut apis.books.iter_mut().find(|one| one.1["Id"] == id).unwrap().1;
        edit(record);
        record["MetaData"]["LastUpdatedTime"] = office.world.now().to_rfc3339().into();
    });
    office.pass(TimeDelta::minutes(16));
    office.work().await;
}

async fn kinds(office: &Granted) -> Vec<String> {
    office.world.texts("select kind from events order by number").await
}

async fn state(office: &Granted) -> String {
    office.world.texts("select state from leads").await.join(" ")
}

/// Somebody says where the only lead stands.
async fn decide(office: &Granted, act: LeadAct, lost: Option<LostReason>) {
    let mut tx = office.world.store.begin().await.unwrap();
    let lead = tx.lead_numbered(1).await.unwrap().unwrap();
    drop(tx);
    let target = Target { record: Ref::new(Kind::Lead, 1), id: lead.id.0, version: lead.version };
    let act = Act { target, verb: Verb::SetLead { act, lost }, reason: None };
    perform(&office.world.store, &office.rosa, &act).await.unwrap();
}

async fn a_customer_that_changed_is_told_at_its_lead(world: World) {
    let office = office(world, StandIn::start()).await;
    add(&office, "Estimate", record(&office, "1", 3, "Pending"));
    office.work().await;
    assert_eq!(kinds(&office).await, ["quote_sent"], "who came beside the estimate is not told once more");
    // What it owes changes with every invoice, and is nobody's news.
    change(&office, "7", |customer| customer["Balance"] = json!(2400.5)).await;
    assert_eq!((kinds(&office).await.len(), office.count("payloads").await), (1, 1));

    change(&office, "7", |customer| customer["PrimaryPhone"] = json!({"FreeFormNumber": "(512) 555-0199"})).await;
    assert_eq!(kinds(&office).await, ["quote_sent", "customer_changed"]);
    assert_eq!(office.world.texts("select words from events where kind = 'customer_changed'").await[0].lines().count(), 1);
    assert_eq!(office.world.texts("select phone from leads").await, ["+15125550142"], "what is known is not overwritten");
    let asked = office.world.texts("select title from tasks where kind = 'data_quality'").await;
    assert_eq!(asked, ["the books have another phone number than this lead: ask which is right"]);

    // What changes back is told as well, and so is that somebody is not served any more; nobody is asked once more.
    change(&office, "7", |customer| customer["PrimaryPhone"] = json!({"FreeFormNumber": "(512) 555-0142"})).await;
    change(&office, "7", |customer| {
        customer["Active"] = json!(false);
        customer["DisplayName"] = json!("Maria Cruz (deleted)");
    })
    .await;
    assert_eq!(kinds(&office).await[2..], ["customer_changed", "customer_changed"]);
    assert!(office.world.texts("select words from events order by number").await[3].ends_with("not active any more"));
    assert_eq!((office.count("leads").await, office.count("tasks").await), (1, 1));
    assert_eq!(office.world.texts("select name from leads").await, ["Maria Cruz"]);
    office.pass(TimeDelta::minutes(16));
    office.work().await;
    assert_eq!((kinds(&office).await.len(), office.count("payloads").await), (4, 4));
    // An estimate of hers finds her still.
    add(&office, "Estimate", record(&office, "2", 0, "Pending"));
    change(&office, "2", |_| ()).await;
    assert_eq!((kinds(&office).await.len(), office.count("leads").await), (5, 1));
}

async fn a_customer_who_is_no_lead_stays_none(world: World) {
    let office = office(world, StandIn::start()).await;
    office.work().await;
    change(&office, "7", |customer| customer["CompanyName"] = json!("Cruz LLC")).await;
    add(&office, "Estimate", record(&office, "2", 0, "Rejected"));
    change(&office, "2", |_| ()).await;
    assert_eq!((office.count("leads").await, office.count("payloads").await, office.count("told").await), (0, 0, 0));
    let asked = office.asked();
    office.work().await;
    assert_eq!((office.asked(), office.count("tasks").await), (asked, 0), "it is not asked for at once again");

    // Somebody calls, and it is this customer.
    office.outside.change(|apis| apis.books.retain(|one| one.0 == "Customer"));
    let call = json!({"key": "c1", "kind": "call_missed", "phone": "+15125550142", "thread": "call-1"});
    office.intake(Provider::Event, &call).await;
    change(&office, "7", |customer| customer["PrimaryEmailAddr"] = json!({"Address": "maria@example.com"})).await;
    assert_eq!(kinds(&office).await, ["call_missed", "customer_changed"]);
    assert_eq!(office.world.texts("select email from leads").await, ["maria@example.com"], "what was missing is filled in");
    // The lead has a thread of its own, and another number and address now: it is still hers.
    change(&office, "7", |customer| {
        customer["PrimaryPhone"] = json!({"FreeFormNumber": "(512) 555-0100"});
        customer["PrimaryEmailAddr"] = json!({"Address": "other@example.com"});
    })
    .await;
    assert_eq!((kinds(&office).await.len(), office.count("leads").await), (3, 1));
}

async fn a_later_payment_and_a_later_answer_are_told(world: World) {
    let office = office(world, StandIn::start()).await;
    add(&office, "Estimate", record(&office, "1", 5, "Pending"));
    office.work().await;
    assert_eq!(state(&office).await, "quoted");
    change(&office, "1", |estimate| estimate["TxnStatus"] = "Accepted".into()).await;
    assert_eq!(state(&office).await, "booked");
    // That it became an invoice, and that somebody wrote a note, are no news of the estimate.
    change(&office, "1", |estimate| {
        estimate["TxnStatus"] = "Closed".into();
        estimate["LinkedTxn"] = json!([{"TxnId": "3", "TxnType": "Invoice"}]);
    })
    .await;
    let mut invoice = record(&office, "3", 0, "");
    invoice["Balance"] = json!(2400.5);
    add(&office, "Invoice", invoice);
    change(&office, "3", |_| ()).await;
    change(&office, "3", |invoice| invoice["PrivateNote"] = "call first".into()).await;
    assert_eq!(kinds(&office).await, ["quote_sent", "quote_accepted", "invoiced"]);

    for (balance, words) in [
        (json!(1000), "Invoice 103: paid in part, $1,000 is open"),
        (json!(400.25), "Invoice 103: paid in part, $400.25 is open"),
        (json!(0), "Invoice 103: paid"),
        // The cheque bounced, and came again.
        (json!(2400.5), "Invoice 103"),
        (json!(0), "Invoice 103: paid"),
    ] {
        change(&office, "3", |invoice| invoice["Balance"] = balance.clone()).await;
        let last = office.world.texts("select words from events order by number desc limit 1").await;
        assert_eq!(last, [words]);
        office.pass(TimeDelta::minutes(16));
        office.work().await;
    }
    change(&office, "3", |invoice| {
        invoice["TotalAmt"] = json!(0);
        invoice["PrivateNote"] = "Voided - call first".into();
    })
    .await;
    assert_eq!(
        kinds(&office).await[3..],
        ["invoice_paid", "invoice_paid", "invoice_paid", "invoiced", "invoice_paid", "invoice_voided"]
    );
    assert_eq!(office.count("payloads").await, 9);
    let at = office.world.texts("select detail from journal where verb = 'lead.set' order by number").await;
    assert_eq!(at, ["new → quoted (quote sent)", "quoted → booked (quote accepted)"]);
    assert_eq!((state(&office).await, office.count("leads").await), ("booked".to_owned(), 1));
    assert_eq!(office.count("leads where replied_at is not null").await, 0, "nobody asked, so nobody was answered");
    assert_eq!(office.world.number("select count(distinct occurred_at) from events").await, 9, "each when it happened");
}

async fn no_lead_goes_back_or_against_a_decision(world: World) {
    let office = office(world, StandIn::start()).await;
    let call = json!({"key": "c1", "kind": "call_missed", "phone": "+15125550142",
        "occurred_at": (office.world.now() - TimeDelta::hours(6)).to_rfc3339()});
    office.intake(Provider::Event, &call).await;
    add(&office, "Estimate", record(&office, "1", 4, "Pending"));
    // Somebody knew of the estimate before it was fetched, and said otherwise.
    decide(&office, LeadAct::Contact, None).await;
    office.work().await;
    assert_eq!((state(&office).await.as_str(), kinds(&office).await.len()), ("contacted", 2));
    // Rosa's word was the first answer, not the estimate that was known later.
    office.pass(TimeDelta::minutes(1));
    decide(&office, LeadAct::Lose, Some(LostReason::Price)).await;
    office.pass(TimeDelta::minutes(1));
    let closed = office.count("tasks").await;
    change(&office, "1", |estimate| estimate["TotalAmt"] = json!(1900)).await;
    assert_eq!((state(&office).await.as_str(), kinds(&office).await.len(), office.count("tasks").await), ("lost", 3, closed));
    // Taken after all: a person sees to it.
    change(&office, "1", |estimate| estimate["TxnStatus"] = "Accepted".into()).await;
    assert_eq!(state(&office).await, "lost");
    let asked = office.world.texts("select title from tasks where kind = 'data_quality'").await;
    assert_eq!(asked, ["the books say quote accepted, and the lead is lost: set it right"]);
    decide(&office, LeadAct::Reopen, None).await;
    office.pass(TimeDelta::minutes(1));
    change(&office, "1", |estimate| estimate["TxnStatus"] = "Rejected".into()).await;
    assert_eq!(state(&office).await, "new");
    let next = office.world.texts("select next_action from leads").await;
    assert_eq!(next, ["the quote was not taken: quote again, or say why it is lost"]);
    office.pass(TimeDelta::minutes(1));
    change(&office, "1", |estimate| estimate["TxnStatus"] = "Accepted".into()).await;
    assert_eq!(state(&office).await, "booked");
    change(&office, "1", |estimate| estimate["TxnStatus"] = "Pending".into()).await;
    assert_eq!(state(&office).await, "booked");
    assert_eq!(office.count("jobs where kind = 'message'").await, office.count("jobs where operation = 'text_back'").await);
}

/// What an earlier version told is no news to this one, and its leads are known.
async fn what_was_told_before_an_upgrade_is_no_news(world: World) {
    let office = office(world, StandIn::start()).await;
    add(&office, "Estimate", record(&office, "1", 3, "Accepted"));
    add(&office, "Invoice", record(&office, "3", 2, ""));
    office.work().await;
    // As it was: keys without a time, and no table of what was told.
    office.world.script("delete from told").await;
    office.world.script("update payloads set natural_key = 'estimate:1:accepted' where natural_key like 'estimate:%'").await;
    office.world.script("update payloads set natural_key = 'invoice:3' where natural_key like 'invoice:%'").await;
    let migration = if office.world.store.is_postgres() {
        include_str!("../../../assets/migrations/postgres/0024_told.sql")
    } else {
        include_str!("../../../assets/migrations/sqlite/0024_told.sql")
    };
    for statement in migration.split_once("-- What was told so far is no news.").unwrap().1.split_inclusive(';') {
        office.world.script(statement).await;
    }
    let told = office.world.texts("select record || ' ' || standing from told where lead_id is not null order by record").await;
    assert_eq!(told, ["customer:7 ", "estimate:1 accepted", "invoice:3 open"]);
    for id in ["1", "3"] {
        change(&office, id, |record| record["PrivateNote"] = "call first".into()).await;
    }
    assert_eq!(kinds(&office).await, ["quote_accepted", "invoiced"]);
    change(&office, "3", |invoice| invoice["Balance"] = json!(0)).await;
    change(&office, "7", |customer| customer["Mobile"] = json!({"FreeFormNumber": "(512) 555-0143"})).await;
    assert_eq!(kinds(&office).await[2..], ["invoice_paid", "customer_changed"]);
    assert_eq!(office.count("leads").await, 1);
}

/// Takes a record out of the books: nothing is left of it but that.
async fn delete(office: &Granted, id: &str) {
    change(office, id, |record| *record = json!({"domain": "QBO", "status": "Deleted", "Id": record["Id"], "MetaData": {}}))
        .await;
}

async fn what_was_deleted_is_told_at_its_lead(world: World) {
    let office = office(world, StandIn::start()).await;
    for id in ["1", "2"] {
        add(&office, "Estimate", record(&office, id, 5, "Pending"));
    }
    add(
        &office,
        "Estimate",
        json!({"Id": "9", "status": "Deleted", "MetaData": {"LastUpdatedTime": office.world.now().to_rfc3339()}}),
    );
    office.work().await;
    assert_eq!(kinds(&office).await, ["quote_sent", "quote_sent"], "of whom nothing was known, nothing is told");
    delete(&office, "1").await;
    assert_eq!(kinds(&office).await[2..], ["quote_closed"]);
    let said = office.world.texts("select words from events order by number desc limit 1").await;
    assert_eq!((said, state(&office).await.as_str()), (vec!["Estimate: deleted".to_owned()], "quoted"));
    let next = office.world.texts("select next_action from leads").await;
    assert_eq!(next, ["the quote was not taken: quote again, or say why it is lost"]);

    add(&office, "Invoice", record(&office, "3", 0, ""));
    change(&office, "3", |_| ()).await;
    delete(&office, "3").await;
    // Once it is booked, nothing more is asked about the other quote.
    delete(&office, "2").await;
    assert_eq!(kinds(&office).await[3..], ["invoiced", "invoice_voided", "quote_closed"]);
    assert_eq!(
        (state(&office).await, office.world.texts("select next_action from leads").await),
        ("booked".into(), vec![String::new()])
    );
    office.pass(TimeDelta::minutes(16));
    office.work().await;
    assert_eq!((kinds(&office).await.len(), office.count("leads").await, office.count("tasks").await), (6, 1, 0));
    let asked = |office: &Granted| office.outside.seen().iter().filter(|seen| seen.path.contains("/cdc?")).count();
    assert_eq!((asked(&office), office.freshness().await), (7, Freshness::Fresh));

    // Longer ago than it is told, and nothing is asked that would be refused.
    let before = asked(&office);
    office.pass(TimeDelta::days(40));
    office.work().await;
    assert_eq!((asked(&office) - before, office.freshness().await), (4, Freshness::Fresh), "of six windows the last four");
    assert_eq!(office.count("jobs where state <> 'succeeded'").await, 0);
}

async fn the_same_state_read_by_two_at_once_is_told_once(world: World) {
    let office = office(world, StandIn::start()).await;
    add(&office, "Invoice", record(&office, "3", 5, ""));
    office.work().await;
    for round in 1..=8 {
        let paid = |minutes: i64| {
            let mut invoice = record(&office, "3", 0, "");
            let at = office.world.now() + TimeDelta::seconds(round * 60 + minutes);
            invoice["Balance"] = json!(round);
            invoice["MetaData"]["LastUpdatedTime"] = at.to_rfc3339().into();
            json!({ "Invoice": invoice })
        };
        // The same payment, and a note behind it: other bytes, another time, the same state.
        let (first, second) = (paid(0), paid(1));
        let told = tokio::join!(
            office.try_intake(Provider::Quickbooks, &first),
            office.try_intake(Provider::Quickbooks, &second),
            office.try_intake(Provider::Quickbooks, &first),
        );
        for failed in [told.0, told.1, told.2].into_iter().filter_map(Result::err) {
            assert!(failed.is_passing(), "{failed}");
        }
        // Who was second reads it again, as the front door does.
        office.intake(Provider::Quickbooks, &second).await;
        assert_eq!(office.count("events where kind = 'invoice_paid'").await, round);
    }
    assert_eq!((office.count("leads").await, office.count("payloads").await), (1, 9));
}

//! The records as Intuit's API reference shows them (customers 1 and 2, estimate 41, invoice 239 of its sample company), and
//! what of them is news.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use crate::domain::books::Telling;
use crate::domain::contact::{Email, Phone};
use crate::domain::event::{Columns, EventKind, NormalEvent, Normalised, Provider};
use crate::domain::lead::{Consent, ContactMethod, Urgency};
use crate::intake::{Settings, read};

fn outcome(payload: &Value) -> Result<Normalised, String> {
    let settings = Settings {
        region: "US".into(),
        columns: Columns::default(),
        fields: Columns::default(),
        honeypot: None,
        received_at: "2026-11-24T12:00:00Z".parse().unwrap(),
    };
    let mut items = read(Provider::Quickbooks, payload.to_string().as_bytes(), &settings);
    assert_eq!(items.len(), 1);
    items.remove(0).outcome.map_err(|rejected| rejected.reason)
}

fn told(payload: &Value) -> NormalEvent {
    match outcome(payload) {
        Ok(Normalised::Event(event)) => *event,
        other => panic!("{other:?}"),
    }
}

fn telling(payload: &Value) -> Telling {
    told(payload).told_of.unwrap()
}

fn address(line: &str, city: &str) -> Value {
    json!({"Id": "2", "Line1": line, "City": city, "CountrySubDivisionCode": "CA", "PostalCode": "94326", "Lat": "INVALID"})
}

fn customer() -> Value {
    json!({
        "domain": "QBO", "Id": "1", "SyncToken": "5", "sparse": false, "Active": true, "Job": false, "Balance": 274.0,
        "BalanceWithJobs": 274.0, "DisplayName": "Amy's Bird Sanctuary", "CompanyName": "Amy's Bird Sanctuary",
        "GivenName": "Amy", "FamilyName": "Lauterbach", "Notes": "Note added via Update operation.",
        "PrimaryEmailAddr": {"Address": "Birds@Intuit.com"}, "PrimaryPhone": {"FreeFormNumber": "(650) 555-3311"},
        "BillAddr": address("4581 Finch St.", "Bayshore"), "ShipAddr": address("4581 Finch St.", "Bayshore"),
        "MetaData": {"CreateTime": "2014-09-11T16:48:43-07:00", "LastUpdatedTime": "2015-07-01T10:14:15-07:00"},
    })
}

fn estimate() -> Value {
    json!({
        "domain": "QBO", "Id": "41", "SyncToken": "2", "DocNumber": "1001", "TxnDate": "2014-09-07", "TxnStatus": "Closed",
        "TotalAmt": 582.5, "CustomerRef": {"name": "Geeta Kalapatapu", "value": "10"},
        "BillEmail": {"Address": "Geeta@Kalapatapu.com"}, "LinkedTxn": [{"TxnId": "103", "TxnType": "Invoice"}],
        "BillAddr": {"Id": "59", "Line1": "Geeta Kalapatapu", "Line2": "1987 Main St.", "Line3": "Middlefield, CA  94303"},
        "ShipAddr": {"Id": "10", "Line1": "1987 Main St.", "City": "Middlefield", "CountrySubDivisionCode": "CA"},
        "MetaData": {"CreateTime": "2014-09-17T11:20:06-07:00", "LastUpdatedTime": "2014-09-17T12:32:29-07:00"},
    })
}

fn invoice() -> Value {
    json!({
        "domain": "QBO", "Id": "239", "SyncToken": "0", "DocNumber": "1070", "TxnDate": "2015-07-24", "DueDate": "2015-08-23",
        "TotalAmt": 150.0, "Balance": 150.0, "Deposit": 0, "LinkedTxn": [],
        "CustomerRef": {"name": "Amy's Bird Sanctuary", "value": "1"}, "BillAddr": address("4581 Finch St.", "Bayshore"),
        "MetaData": {"CreateTime": "2015-07-24T10:35:08-07:00", "LastUpdatedTime": "2015-07-24T10:35:08-07:00"},
    })
}

/// A record with some fields as told here.
fn with(mut record: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

#[test]
fn an_invoice_is_told_with_whom_it_is_for() {
    let event = told(&json!({"Invoice": invoice(), "Customer": customer()}));
    assert_eq!(
        (event.kind, event.natural_key.as_str()),
        (EventKind::Invoiced, "invoice:239@2015-07-24T10:35:08-07:00:open:15000")
    );
    assert_eq!(event.occurred_at.to_rfc3339(), "2015-07-24T17:35:08+00:00");
    assert_eq!(
        (event.contact.phone.unwrap().as_str(), event.contact.email.unwrap().as_str()),
        ("+16505553311", "birds@intuit.com")
    );
    assert_eq!((event.contact.name.unwrap().raw(), event.source.unwrap().raw()), ("Amy's Bird Sanctuary", "QuickBooks"));
    assert_eq!((event.market.unwrap().raw(), event.words.unwrap().raw()), ("Bayshore, CA", "Invoice 1070"));
    assert_eq!((event.value.unwrap().minor, event.thread_key.as_deref()), (15_000, Some("quickbooks:customer:1")));
    assert_eq!((event.consent, event.urgency, event.contact_method), (Consent::Unknown, Urgency::Routine, ContactMethod::Call));
    let told_of = event.told_of.unwrap();
    assert_eq!(
        (told_of.record.as_str(), told_of.standing.as_str(), told_of.amount.unwrap().minor),
        ("invoice:239", "open", 15_000)
    );
    // Beside the invoice and alone the customer stands the same: it is told once.
    let beside = told_of.customer.unwrap();
    let alone = telling(&json!({"Customer": customer()}));
    assert_eq!((beside.record, beside.standing), (alone.record, Some(alone.standing)));
}

#[test]
fn an_estimate_without_its_customer_is_told_by_what_it_says_itself() {
    let event = told(&json!({"Estimate": estimate()}));
    assert_eq!((event.kind, event.contact_method), (EventKind::QuoteAccepted, ContactMethod::Email), "it became an invoice");
    assert_eq!(
        (event.contact.name.unwrap().raw(), event.contact.email.unwrap().as_str()),
        ("Geeta Kalapatapu", "geeta@kalapatapu.com")
    );
    assert_eq!(event.market.unwrap().raw(), "Middlefield, CA", "its billing address is lines of text alone");
    assert_eq!(event.occurred_at.to_rfc3339(), "2014-09-17T19:32:29+00:00", "when it was changed, not when it was written");
    let told_of = event.told_of.unwrap();
    let beside = told_of.customer.unwrap();
    assert_eq!((told_of.record.as_str(), beside.record.as_str(), beside.standing), ("estimate:41", "customer:10", None));
}

#[test]
fn a_customer_is_told_alone() {
    let event = told(&json!({"Customer": customer()}));
    assert_eq!((event.kind, event.market.unwrap().raw()), (EventKind::CustomerChanged, "Bayshore, CA"));
    assert_eq!(event.words.unwrap().raw(), "Customer: Amy's Bird Sanctuary, (650) 555-3311, Birds@Intuit.com");
    assert_eq!((event.contact.phone.unwrap().as_str(), event.value), ("+16505553311", None));
    assert_eq!(event.thread_key.as_deref(), Some("quickbooks:customer:1"));
    assert!(event.natural_key.starts_with("customer:1@2015-07-01T10:14:15-07:00:sha256:"), "{}", event.natural_key);
    let told_of = event.told_of.unwrap();
    assert_eq!((told_of.record.as_str(), told_of.customer), ("customer:1", None));

    let gone = with(customer(), &json!({"Active": false, "DisplayName": "Amy's Bird Sanctuary (deleted)"}));
    let event = told(&json!({"Customer": gone}));
    assert_eq!(event.contact.name.unwrap().raw(), "Amy's Bird Sanctuary");
    assert!(event.words.unwrap().raw().ends_with(", not active any more"));
    assert_eq!((event.contact.phone, event.contact.email), (None, None));
}

#[rstest]
#[case(json!({"TxnStatus": "Pending", "LinkedTxn": []}), EventKind::QuoteSent, "open", "Estimate 1001")]
#[case(json!({"TxnStatus": null}), EventKind::QuoteSent, "open", "Estimate 1001")]
#[case(json!({"TxnStatus": "Accepted"}), EventKind::QuoteAccepted, "accepted", "Estimate 1001")]
#[case(json!({"TxnStatus": "Converted"}), EventKind::QuoteAccepted, "accepted", "Estimate 1001")]
#[case(json!({"TxnStatus": "Rejected"}), EventKind::QuoteClosed, "rejected", "Estimate 1001: rejected")]
#[case(json!({"LinkedTxn": []}), EventKind::QuoteClosed, "closed", "Estimate 1001: closed without an invoice")]
#[case(json!({"LinkedTxn": null}), EventKind::QuoteClosed, "closed", "Estimate 1001: closed without an invoice")]
#[case(json!({"LinkedTxn": [{"TxnType": "PurchaseOrder"}]}), EventKind::QuoteClosed, "closed", "Estimate 1001: closed without an invoice")]
#[case(json!({"DocNumber": null, "TxnStatus": "Rejected"}), EventKind::QuoteClosed, "rejected", "Estimate: rejected")]
fn an_estimate_stands_somewhere(#[case] fields: Value, #[case] kind: EventKind, #[case] standing: &str, #[case] words: &str) {
    let event = told(&json!({"Estimate": with(estimate(), &fields)}));
    assert_eq!((event.kind, event.words.unwrap().raw()), (kind, words));
    assert_eq!((event.told_of.unwrap().standing.as_str(), event.value.unwrap().minor), (standing, 58_250));
}

#[rstest]
#[case(json!({}), EventKind::Invoiced, "open", "Invoice 1070")]
#[case(json!({"Balance": null}), EventKind::Invoiced, "open", "Invoice 1070")]
#[case(json!({"Balance": 149.99}), EventKind::InvoicePaid, "open 14999", "Invoice 1070: paid in part, $149.99 is open")]
#[case(json!({"Balance": 100.0, "Deposit": 50}), EventKind::InvoicePaid, "open 10000", "Invoice 1070: paid in part, $100 is open")]
#[case(json!({"Balance": 0}), EventKind::InvoicePaid, "paid", "Invoice 1070: paid")]
#[case(json!({"Balance": "0.00"}), EventKind::InvoicePaid, "paid", "Invoice 1070: paid")]
// Somebody paid too much, or the field is none of ours to judge.
#[case(json!({"Balance": -20.0}), EventKind::Invoiced, "open", "Invoice 1070")]
#[case(json!({"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided"}), EventKind::InvoiceVoided, "voided", "Invoice 1070: voided")]
#[case(json!({"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided - twice"}), EventKind::InvoiceVoided, "voided", "Invoice 1070: voided")]
// Work under a guarantee is billed with nothing, and a note is only a note.
#[case(json!({"TotalAmt": 0, "Balance": 0}), EventKind::Invoiced, "open", "Invoice 1070")]
#[case(json!({"Balance": 0, "PrivateNote": "voided check came again"}), EventKind::InvoicePaid, "paid", "Invoice 1070: paid")]
fn an_invoice_stands_somewhere(#[case] fields: Value, #[case] kind: EventKind, #[case] standing: &str, #[case] words: &str) {
    let event = told(&json!({"Invoice": with(invoice(), &fields)}));
    assert_eq!((event.kind, event.words.unwrap().raw()), (kind, words));
    assert_eq!(event.told_of.unwrap().standing, standing);
}

#[rstest]
#[case("Estimate", EventKind::QuoteClosed, "estimate:979")]
#[case("Invoice", EventKind::InvoiceVoided, "invoice:979")]
fn what_was_deleted_is_told_by_its_id_alone(#[case] page: &str, #[case] kind: EventKind, #[case] record: &str) {
    let deleted =
        json!({"domain": "QBO", "status": "Deleted", "Id": "979", "MetaData": {"LastUpdatedTime": "2015-12-23T12:55:50-08:00"}});
    let event = told(&json!({page: deleted}));
    assert_eq!((event.kind, event.words.unwrap().raw()), (kind, format!("{page}: deleted").as_str()));
    assert_eq!(
        (event.thread_key, event.value, event.occurred_at.to_rfc3339().as_str()),
        (None, None, "2015-12-23T20:55:50+00:00")
    );
    let told_of = event.told_of.unwrap();
    assert_eq!((told_of.record.as_str(), told_of.standing.as_str(), told_of.customer), (record, "deleted", None));
}

#[rstest]
#[case(json!({"Balance": 0, "BalanceWithJobs": 12.5, "SyncToken": "6", "Notes": "x", "GivenName": "A."}), false)]
#[case(json!({"MetaData": {"LastUpdatedTime": "2026-01-01T00:00:00Z"}}), false)]
#[case(json!({"DisplayName": "Amy's Birds"}), true)]
#[case(json!({"PrimaryPhone": {"FreeFormNumber": "(650) 555-3312"}}), true)]
#[case(json!({"PrimaryPhone": null, "Mobile": {"FreeFormNumber": "(650) 555-3311"}}), true)]
#[case(json!({"PrimaryEmailAddr": null}), true)]
#[case(json!({"BillAddr": {"City": "San Mateo", "CountrySubDivisionCode": "CA"}}), true)]
#[case(json!({"Active": false}), true)]
fn a_customer_changes_by_who_it_is_and_how_it_is_reached(#[case] fields: Value, #[case] changes: bool) {
    let before = telling(&json!({"Customer": customer()}));
    let after = telling(&json!({"Customer": with(customer(), &fields)}));
    assert_eq!(before.standing != after.standing, changes);
}

#[test]
fn the_same_state_at_another_time_is_another_payload_and_the_same_standing() {
    let later = json!({"MetaData": {"CreateTime": "2015-07-24T10:35:08-07:00", "LastUpdatedTime": "2015-08-01T09:00:00-07:00"}});
    let (before, after) = (told(&json!({"Invoice": invoice()})), told(&json!({"Invoice": with(invoice(), &later)})));
    assert_ne!(before.natural_key, after.natural_key);
    assert_eq!(before.occurred_at, after.occurred_at, "it was billed when it was billed");
    let (before, after) = (before.told_of.unwrap(), after.told_of.unwrap());
    assert!(before.standing == after.standing && before.amount == after.amount && before.changed_at < after.changed_at);
}

#[rstest]
// Text that is no number is kept where somebody reads it, and the thread still says whose it is.
#[case(json!({"PrimaryPhone": {"FreeFormNumber": "call his wife"}, "PrimaryEmailAddr": null}), None, None, "PrimaryPhone: call his wife")]
#[case(json!({"PrimaryPhone": null, "Mobile": {"FreeFormNumber": "650 555 3300"}}), Some("+16505553300"), Some("birds@intuit.com"), "Invoice 1070")]
#[case(json!({"PrimaryEmailAddr": {"Address": "one@example.com, two@example.com"}}), Some("+16505553311"), Some("one@example.com"), "Invoice 1070")]
fn how_somebody_is_reached(#[case] fields: Value, #[case] phone: Option<&str>, #[case] email: Option<&str>, #[case] words: &str) {
    let event = told(&json!({"Invoice": invoice(), "Customer": with(customer(), &fields)}));
    assert_eq!(event.contact.phone.as_ref().map(Phone::as_str), phone);
    assert_eq!(event.contact.email.as_ref().map(Email::as_str), email);
    assert!(event.words.unwrap().raw().ends_with(words));
}

#[rstest]
#[case(json!({"Invoice": {"DocNumber": "1070"}}), "the Invoice has no Id; fetch it again")]
#[case(json!({"Customer": {"DisplayName": "Amy"}}), "the Customer has no Id; fetch it again")]
#[case(json!({"Payment": {"Id": "5"}}), "it has no eventNotifications")]
fn what_is_no_record_is_rejected(#[case] payload: Value, #[case] reason: &str) {
    assert!(outcome(&payload).is_err_and(|said| said.starts_with(reason)));
}

#[rstest]
#[case(json!({"CustomerRef": null}), "nobody can be reached")]
#[case(json!({"MetaData": {"CreateTime": "1970-01-01T00:00:00Z"}}), "MetaData.CreateTime is before the year 2000")]
#[case(json!({"MetaData": {"CreateTime": "2015-07-24T10:35:08-07:00", "LastUpdatedTime": "soon"}}), "MetaData.LastUpdatedTime is no readable")]
fn what_cannot_be_told_is_parked(#[case] fields: Value, #[case] why: &str) {
    let made = outcome(&json!({"Invoice": with(invoice(), &fields)}));
    assert!(matches!(&made, Ok(Normalised::Parked { reason, .. }) if reason.starts_with(why)), "{made:?}");
}

proptest! {
    /// Whatever stands in the fields that are read, it is told, parked or rejected, and the same again.
    #[test]
    fn no_record_breaks_it(
        page in proptest::sample::select(&["Estimate", "Invoice", "Customer"][..]),
        (id, status, note, name, phone) in (".{0,12}", ".{0,12}", ".{0,12}", ".{0,12}", ".{0,20}"),
        (total, balance) in (any::<f64>(), any::<i64>()),
    ) {
        let record = json!({"Id": id, "TxnStatus": status, "PrivateNote": note, "DisplayName": name, "TotalAmt": total, "Balance": balance,
            "PrimaryPhone": {"FreeFormNumber": phone}, "CustomerRef": {"value": id, "name": name}, "LinkedTxn": [status]});
        let (once, again) = (outcome(&json!({page: record})), outcome(&json!({page: record})));
        prop_assert_eq!(&once, &again);
        if let Ok(Normalised::Event(event)) = once {
            let told_of = event.told_of.unwrap();
            prop_assert!(event.kind.is_of_books() && !told_of.record.is_empty() && !told_of.standing.is_empty());
        }
    }
}

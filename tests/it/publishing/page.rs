//! A portal's page and its JSON say the same: field by field, and in the client's own days.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use quotedeck::domain::actor::Actor;
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::{Kind, LeadId, Ref};
use quotedeck::workflow::review::{NewDraft, file_draft};
use serde_json::Value;

use super::{SAFE, approve, claim, publish};
use crate::canary::Place;
use crate::databases::World;
use crate::drafting::set_up;
use crate::workflow::give;

both_databases!(the_page_says_what_the_json_says);

/// Each field of the JSON, and the name that it has on the page.
const FIELDS: &[(&str, &str)] = &[
    ("period", "Period"),
    ("source_label", "Source"),
    ("status", "Status"),
    ("next_action", "Next"),
    ("fresh_as_of", "Known as of"),
    ("approved_at", "Approved"),
    ("published_at", "Published"),
    ("summary_id", "Summary"),
    ("text_hash", "SHA-256"),
    ("text", "text"),
    ("client", "client"),
];

/// What stands between two signs, each time.
fn between<'a>(page: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    page.split(open).skip(1).map(|rest| rest.split(close).next().unwrap_or_default()).collect()
}

/// The fields of a page with one summary.
fn fields(page: &str) -> BTreeMap<String, String> {
    let (names, values) = (between(page, "<dt>", "</dt>"), between(page, "<dd>", "</dd>"));
    assert_eq!(names.len(), values.len(), "{page}");
    let one = |open: &str, close: &str| between(page, open, close).concat();
    let whole = [("text".to_owned(), one("<p>", "</p>")), ("client".to_owned(), one("<h1>", "</h1>"))];
    names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value.to_owned())).chain(whole).collect()
}

/// A value of the JSON, as a page writes it.
fn written(field: &str, value: &Value) -> String {
    let text = value.as_str().unwrap_or_else(|| panic!("{field} is no text: {value}"));
    match field {
        // The day as the JSON's own clock has it, which is the client's.
        "fresh_as_of" => DateTime::parse_from_rfc3339(text).unwrap().format("%-d %B %Y").to_string(),
        "approved_at" | "published_at" => DateTime::parse_from_rfc3339(text).unwrap().format("%-d %B %Y, %H:%M %:z").to_string(),
        _ => text.to_owned(),
    }
}

async fn the_page_says_what_the_json_says(world: World) {
    let (acme, rosa) = set_up(&world).await;
    // The evening of 1 June in Austin; in London it is 2 June already.
    world.clock.advance(TimeDelta::minutes(630));
    let form = r#"{"id":"f-1","name":"Zora Quist","phone":"+15125550142","service":"water heater"}"#;
    give(&world, &acme, Provider::Form, form).await;
    let lead = LeadId(world.store.find(&rosa, Ref::new(Kind::Lead, 1)).await.unwrap().id);
    let new = NewDraft { lead, title: "a form".into(), text: SAFE.into(), model: "outline".into() };
    let draft = file_draft(&world.store, &Actor::Worker, &new).await.unwrap();
    claim(&world, &rosa, draft).await;
    let id = world.store.find(&rosa, draft).await.unwrap().id;
    let preview = world.store.portal_preview(&rosa, id.into(), SAFE).await.unwrap();
    approve(&world, &rosa, draft, SAFE).await.unwrap();
    publish(&world).await;

    let place = Place::at(&world, "");
    place.says(&["export", "proof", "--client", "Acme", "--out", "out"]);
    let file = |name: &str| std::fs::read_to_string(place.home.path().join("out").join(name)).unwrap();
    let json: Vec<BTreeMap<String, Value>> = serde_json::from_str(&file("C-1.json")).unwrap();
    let [json] = &json[..] else { panic!("{json:?}") };
    let mut page = fields(&file("C-1.html"));
    for (field, value) in json {
        let (_, name) = FIELDS.iter().find(|(known, _)| known == field).unwrap_or_else(|| panic!("{field} is on no page"));
        let shown = page.remove(*name).unwrap_or_else(|| panic!("the page does not say {name}"));
        assert_eq!(shown, written(field, value), "{name}");
    }
    assert!(page.is_empty() && json.len() == FIELDS.len(), "the page says more: {page:?}, or less");

    // One event, one day, wherever it stands.
    assert_eq!(
        (&json["period"], written("fresh_as_of", &json["fresh_as_of"])),
        (&"1 June 2026".into(), "1 June 2026".to_owned())
    );
    assert_eq!(json["fresh_as_of"], "2026-06-01T20:00:00-05:00");
    let hour = |field: &str| written(field, &json[field]).chars().skip("1 June 2026, ".len()).take(3).collect::<String>();
    assert_eq!((hour("approved_at").as_str(), hour("published_at").as_str()), ("20:", "20:"), "the client's clock");
    assert!(preview.beside().contains(&("Known as of", "1 June 2026".to_owned())), "{:?}", preview.beside());
}

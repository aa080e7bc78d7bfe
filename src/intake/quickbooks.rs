//! QuickBooks Online's notifications: `eventNotifications` with the ids of what changed, or CloudEvents, one a change. They
//! hold ids alone, may come late and out of order, and make no lead by themselves. Natural key: the CloudEvent's id, else the
//! hash of company, records and times. What a notification speaks of is fetched by a sync, and comes as [`books`].

use serde_json::Value;

use super::record::{Record, spelled};
use super::{Identified, Known, Made, Settings, Unmade, text};

mod books;

/// Changes that a reason names, at most.
const MOST: usize = 5;

/// Company, kind, id, what was done, when; for each change.
fn changes(record: &Record) -> Vec<[String; 5]> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let told = |value: &Value, field: &str| value.get(field).and_then(spelled).unwrap_or_default();
    let mut all = Vec::new();
    for notification in list(record.at("eventNotifications")) {
        for entity in list(notification.pointer("/dataChangeEvent/entities")) {
            let [name, id, operation, updated] = ["name", "id", "operation", "lastUpdated"].map(|field| told(&entity, field));
            all.push([told(&notification, "realmId"), name, id, operation, updated]);
        }
    }
    all
}

fn is_cloud_event(record: &Record) -> bool {
    record.text("type").is_some_and(|kind| kind.starts_with("qbo."))
}

pub(super) fn identify(record: &Record) -> Identified {
    if let Some(identified) = books::identify(record) {
        return identified;
    }
    if let Some(id) = record.text("id").filter(|_| is_cloud_event(record)) {
        return Ok(id);
    }
    if !record.has("eventNotifications") {
        return Err("it has no eventNotifications and is no CloudEvent of QuickBooks; check the provider's name".into());
    }
    let changes = changes(record);
    Ok(text::hash(changes.iter().flatten().map(String::as_str)))
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    if let Some(made) = books::normalise(known, settings) {
        return made;
    }
    let record = &known.record;
    let told = if is_cloud_event(record) {
        let id = record.first(&["intuitentityid", "data.id"]).unwrap_or_default();
        vec![format!("{} {}", record.text("type").unwrap_or_default(), id)]
    } else {
        changes(record).into_iter().map(|[_, name, id, operation, _]| format!("{name} {id} ({operation})")).collect()
    };
    if told.is_empty() {
        return Err(Unmade::Aside("QuickBooks tells of no change".into()));
    }
    let more = if told.len() > MOST { format!(" and {} more", told.len() - MOST) } else { String::new() };
    let named = told.iter().take(MOST).map(|one| text::quote(one)).collect::<Vec<_>>().join(", ");
    Err(Unmade::Aside(format!("QuickBooks tells of {named}{more}, by id alone")))
}

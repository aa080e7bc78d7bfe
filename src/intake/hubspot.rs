//! HubSpot's webhooks: arrays of up to a hundred changes, each a payload of its own. Natural key: subscription, event and
//! time together, because HubSpot's own event ids may come twice. A change names a record by its id and nobody by name, so
//! none makes a lead; what touches somebody's privacy is asked of a person.

use super::record::Record;
use super::{Identified, Known, Made, Settings, Unmade, text};

pub(super) fn identify(record: &Record) -> Identified {
    let kind = record.first(&["subscriptionType", "eventType"]);
    let kind = kind.ok_or("it has no subscriptionType, so it is no change of HubSpot; check the provider's name")?;
    let object = record.first(&["objectId", "fromObjectId"]).ok_or("it has no objectId; check what sent it")?;
    let part = |field: &str| record.text(field).unwrap_or_default();
    Ok(format!("{}:{}:{}:{kind}:{object}", part("subscriptionId"), part("eventId"), part("occurredAt")))
}

pub(super) fn normalise(known: &Known, _: &Settings) -> Made {
    let record = &known.record;
    let kind = record.first(&["subscriptionType", "eventType"]).unwrap_or_default();
    let object = record.first(&["objectId", "fromObjectId"]).unwrap_or_default();
    let property = record.text("propertyName").unwrap_or_default();
    let said = record.flag("propertyValue");
    let opted_out = property.starts_with("hs_email_optout") && said != Some(false);
    if kind.ends_with("privacyDeletion") || opted_out {
        let what = if opted_out { "wants no more mail" } else { "was deleted for privacy" };
        return Err(Unmade::Ask(format!(
            "at HubSpot, record {} {what}; find the person there, and stop what would be sent",
            text::quote(&object)
        )));
    }
    let field = if property.is_empty() { String::new() } else { format!(", {}", text::quote(&property)) };
    Err(Unmade::Aside(format!("HubSpot tells of {} at record {}{field}", text::quote(&kind), text::quote(&object))))
}

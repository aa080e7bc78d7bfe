//! Clients and people: added, or given new settings.

use super::Ran;
use super::args::{ClientCommand, PersonCommand};
use super::desk::Desk;
use super::print::Printer;
use super::stop::Stop;
use crate::domain::actor::Role;
use crate::store::clients::{NewClient, NewPerson};

/// `quotedeck client add`
pub(super) async fn client(desk: &Desk, command: &ClientCommand, printer: &mut Printer) -> Ran {
    let ClientCommand::Add { name, time_zone, region, low_value_below, high_value_at, addresses } = command;
    if name.trim().is_empty() {
        return Err(Stop::usage("the client's name", "it is empty", "give the name people use"));
    }
    if time_zone.parse::<chrono_tz::Tz>().is_err() {
        return Err(Stop::usage(time_zone, "it is no IANA time zone", "write one such as America/Chicago"));
    }
    if region.parse::<phonenumber::country::Id>().is_err() {
        return Err(Stop::usage(region, "it is no ISO 3166 region", "write two capital letters such as US"));
    }
    if low_value_below > high_value_at {
        return Err(Stop::usage("the thresholds", "low is above high", "give --low-value-below and --high-value-at in order"));
    }
    let client = NewClient {
        name: name.trim().to_owned(),
        time_zone: time_zone.clone(),
        region: region.clone(),
        low_value_below: *low_value_below,
        high_value_at: *high_value_at,
        addresses: addresses.clone(),
        severities: None,
    };
    let mut tx = desk.store.begin().await?;
    let changed = tx.put_client(&desk.actor(), &client).await?;
    tx.commit().await?;
    tell(printer, &client.name, changed || !addresses.is_empty())
}

/// `quotedeck person add`
pub(super) async fn person(desk: &Desk, command: &PersonCommand, printer: &mut Printer) -> Ran {
    let PersonCommand::Add { name, role, clients } = command;
    if name.trim().is_empty() {
        return Err(Stop::usage("the person's name", "it is empty", "give the login name"));
    }
    let mut sees = Vec::new();
    for client in clients {
        sees.push(desk.client(client).await?.id);
    }
    let person = NewPerson { name: name.trim().to_owned(), role: *role, clients: (!sees.is_empty()).then_some(sees) };
    let people = desk.store.list_people().await?;
    let owners = || people.iter().filter(|other| other.role == Role::Owner);
    if *role != Role::Owner && owners().all(|owner| owner.name == person.name) {
        return Err(Stop::refused(&person.name, "nobody else is an owner", "make somebody else an owner first"));
    }
    let mut tx = desk.store.begin().await?;
    let changed = tx.put_person(&desk.actor(), &person).await?;
    tx.commit().await?;
    tell(printer, &person.name, changed || !clients.is_empty())
}

fn tell(printer: &mut Printer, name: &str, changed: bool) -> Ran {
    let outcome = if changed { "kept" } else { "unchanged" };
    if printer.json {
        printer.json(&serde_json::json!({ "name": name, "outcome": outcome }))?;
    } else {
        printer.text(&format!("{name}: {outcome}"))?;
    }
    Ok(super::DONE)
}

//! The drafts that the demo's model writes: some fit to be shown as they stand, some as models really write them.

use super::day::Caller;
use super::words::TRADES;

/// The model's name.
pub(super) const MODEL: &str = "summarizer-2";

/// Title and text of a draft about somebody. Kinds 0 to 2 are clean; the others each hold something that a client must
/// not see.
pub(super) fn write(kind: u8, caller: &Caller) -> (String, String) {
    let client = TRADES[caller.client].name;
    let (service, city) = (caller.story.service, caller.city);
    match kind {
        0 => (
            format!("{service}: request answered"),
            format!(
                "A customer in {city} asked {client} about {service}. The request was answered, and a time \
                 for a visit is being arranged."
            ),
        ),
        1 => (
            format!("{service}: call returned"),
            format!(
                "A call about {service} came in from {city} while the line was busy. The customer got a text message and \
                 asked to be called back; the office has it on its list."
            ),
        ),
        2 => (
            format!("{service}: quote follow-up"),
            format!(
                "The customer in {city} compares quotes for {service}. {client} explained what the work includes and waits \
                 for a decision."
            ),
        ),
        3 => (
            format!("{service}: call back"),
            format!(
                "{} from {city} needs help with {service}. Call back at {} or write to {}.",
                caller.name, caller.phone, caller.email
            ),
        ),
        4 => (
            format!("{service}: visit promised"),
            format!(
                "The team spoke with a customer in {city} about {service}. We guarantee that the problem is gone after one \
                 visit, and the inspection is free of charge."
            ),
        ),
        5 => (
            format!("{service}: estimate accepted"),
            format!("The customer in {city} accepted the estimate of $4,375 for {service}. Work starts on the 19th at 8:30."),
        ),
        6 => (
            format!("{service}: in the customer's words"),
            format!("A customer in {city} wrote about {service}: {}", caller.story.words),
        ),
        _ => (
            format!("{service}: crew dispatch"),
            format!(
                "Send the crew to 1418 Oak Hollow Drive, {city}, gate code 4411 8890 2231. The customer prefers a visit after \
                 work. See https://maps.example.com/r/8842 for the entrance."
            ),
        ),
    }
}

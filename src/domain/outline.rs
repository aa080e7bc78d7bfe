//! The embedded drafter: sentences from normalised fields alone, each with the lines that it rests on. No network, no
//! model, and the same text for the same evidence.

use super::brief::{Brief, Facts, Happened, LeadFacts, Made, WeekFacts, day};
use super::event::EventKind;
use super::lead::{ContactMethod, LeadState, Urgency};

/// Its name, as a draft's model.
pub const NAME: &str = "outline";
/// Raised when its sentences change.
pub const VERSION: &str = "outline-3";

/// Writes the draft.
pub fn compose(brief: &Brief) -> Made {
    let sentences = match &brief.facts {
        Facts::Lead(facts) => lead(facts),
        Facts::Week(facts) => week(&brief.client, facts),
    };
    let text = sentences.join(" ");
    Made { text, model: NAME.to_owned(), prompt_version: VERSION.to_owned(), tokens: 0, cost_micros: 0 }
}

fn lead(facts: &LeadFacts) -> Vec<String> {
    let from = town(&facts.market).map(|market| format!(" in {market}")).unwrap_or_default();
    let about = told(&facts.service).map_or_else(|| "got in touch".to_owned(), |service| format!("asked about {service}"));
    let mut sentences = vec![format!("A customer{from} {about} [1].")];
    if facts.urgency == Urgency::Urgent {
        sentences.push("The request is urgent [1].".to_owned());
    }
    // The first tells how it began and the last where it stands; what lies between is in the evidence.
    let happened: Vec<&Happened> = match facts.happened.as_slice() {
        [] => vec![],
        [only] => vec![only],
        [first, .., last] if first.kind == last.kind && first.day == last.day => vec![last],
        [first, .., last] => vec![first, last],
    };
    sentences.extend(happened.into_iter().map(|happened| format!("{} [{}].", event(happened), happened.line)));
    if let Some((minutes, line)) = facts.replied {
        sentences.push(match minutes {
            0 => format!("It was answered within a minute [{line}]."),
            1 => format!("It was answered after 1 minute [{line}]."),
            minutes => format!("It was answered after {minutes} minutes [{line}]."),
        });
    }
    sentences.push(next(facts.state).to_owned());
    sentences
}

fn told(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// A market without its ZIP code, which says more than where: `Austin, TX, 78701`.
fn town(market: &str) -> Option<String> {
    let parts = market.split(',').map(|part| {
        let words = part.split_whitespace().filter(|word| !word.bytes().any(|b| b.is_ascii_digit()));
        words.collect::<Vec<_>>().join(" ")
    });
    let town = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    Some(town).filter(|town| !town.is_empty())
}

fn event(happened: &Happened) -> String {
    let on = day(happened.day);
    match happened.kind {
        EventKind::CallMissed => format!("A call on {on} was missed"),
        EventKind::CallAnswered => format!("A call on {on} was answered"),
        EventKind::VoicemailLeft => format!("A voicemail was left on {on}"),
        EventKind::FormSent => format!("A form was sent on {on}"),
        EventKind::MessageReceived => format!("A message came on {on}"),
        EventKind::QuoteRequested => format!("A quote was requested on {on}"),
        EventKind::JobDone => format!("The job was done on {on}"),
        EventKind::ReviewLeft => format!("A review was left on {on}"),
        EventKind::QuoteSent => format!("A quote was given on {on}"),
        EventKind::QuoteAccepted => format!("The quote was accepted on {on}"),
        EventKind::QuoteClosed => format!("The quote was closed on {on}, and no job came of it"),
        EventKind::Invoiced => format!("The work was invoiced on {on}"),
        EventKind::InvoicePaid => format!("A payment came on {on}"),
        EventKind::InvoiceVoided => format!("An invoice was taken back on {on}"),
        EventKind::CustomerChanged => format!("The customer's details were brought up to date on {on}"),
        EventKind::OptOut => format!("Messages were declined on {on}"),
        EventKind::OptIn => format!("Messages were allowed on {on}"),
    }
}

fn next(state: LeadState) -> &'static str {
    match state {
        LeadState::New => "Next: the customer is contacted [1].",
        LeadState::Contacted => "Next: a quote is prepared [1].",
        LeadState::Quoted => "Next: the customer decides on the quote [1].",
        LeadState::Booked => "The job is booked [1].",
        LeadState::Lost => "The request is closed without a job [1].",
        LeadState::Spam | LeadState::Merged => "The request is closed [1].",
    }
}

fn week(client: &str, facts: &WeekFacts) -> Vec<String> {
    let WeekFacts { leads, urgent, replied, booked, open, .. } = facts;
    let ways: Vec<String> = facts.by_method.iter().map(|(method, n)| format!("{n} by {}", way(*method))).collect();
    let ways = if ways.is_empty() { String::new() } else { format!(": {}", ways.join(", ")) };
    let mut sentences = vec![format!("{client} had {leads} new {}{ways} [1].", plural(*leads, "request"))];
    if *urgent > 0 {
        sentences.push(format!("Of these, {urgent} {} urgent [1].", if *urgent == 1 { "was" } else { "were" }));
    }
    let half = facts.median_reply.map(|minutes| match minutes {
        ..=1 => ", half of them within a minute".to_owned(),
        minutes => format!(", half of them within {minutes} minutes"),
    });
    sentences.push(format!("Answered: {replied}{} [2].", half.unwrap_or_default()));
    sentences.push(format!("Booked so far: {booked} [3]. Waiting for a next step: {open} [3]."));
    sentences
}

fn plural(n: i64, word: &str) -> String {
    if n == 1 { word.to_owned() } else { format!("{word}s") }
}

/// A way of contact in words.
pub fn way(method: ContactMethod) -> &'static str {
    match method {
        ContactMethod::Call => "phone call",
        ContactMethod::Sms => "text message",
        ContactMethod::Email => "e-mail",
        ContactMethod::Form => "website form",
        ContactMethod::Marketplace => "marketplace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::{Against, findings};
    use crate::domain::span::{Finding, FindingKind};
    use chrono::NaiveDate;
    use rstest::rstest;
    use strum::VariantArray as _;

    /// What a draft says but for its figures, which its evidence has.
    fn found_in(facts: Facts) -> Vec<Finding> {
        let brief = Brief {
            client: "Dove Cleaning".into(),
            lines: vec![],
            evidence_at: None,
            source_label: String::new(),
            period: String::new(),
            facts,
        };
        let mut found = findings(&compose(&brief).text, Against::default());
        found.retain(|finding| finding.kind != FindingKind::UnknownNumber);
        found
    }

    #[test]
    fn no_check_objects_to_what_is_composed_of_a_lead() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 29).unwrap();
        for (n, kind) in EventKind::VARIANTS.iter().enumerate() {
            let first = Happened { kind: *kind, day, line: 2 };
            let last = Happened { kind: EventKind::VARIANTS[(n + 3) % EventKind::VARIANTS.len()], day, line: 3 };
            for (state, urgency) in LeadState::VARIANTS.iter().zip(Urgency::VARIANTS.iter().cycle()) {
                let minutes = [0, 1, 6, 240][n % 4];
                let facts = LeadFacts {
                    service: "furnace repair".into(),
                    market: "Austin, TX, 78701".into(),
                    contact_method: ContactMethod::Call,
                    urgency: *urgency,
                    state: *state,
                    happened: vec![first.clone(), last.clone()],
                    replied: Some((minutes, 4)),
                };
                assert_eq!(found_in(Facts::Lead(facts)), []);
            }
        }
    }

    #[rstest]
    fn no_check_objects_to_what_is_composed_of_a_week(#[values(None, Some(0), Some(1), Some(6), Some(95))] median: Option<i64>) {
        let facts = WeekFacts {
            leads: 12,
            by_method: ContactMethod::VARIANTS.iter().map(|method| (*method, 2)).collect(),
            urgent: 2,
            replied: 9,
            median_reply: median,
            booked: 3,
            open: 4,
            span: None,
        };
        assert_eq!(found_in(Facts::Week(facts)), []);
    }

    #[rstest]
    #[case("Austin, TX, 78701", Some("Austin, TX"))]
    #[case("Austin TX 78701-1234", Some("Austin TX"))]
    #[case(" Round Rock ", Some("Round Rock"))]
    #[case("78701", None)]
    #[case("", None)]
    fn a_market_is_named_without_its_zip_code(#[case] market: &str, #[case] named: Option<&str>) {
        assert_eq!(town(market).as_deref(), named);
    }
}

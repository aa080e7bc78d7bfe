//! What is missing in a lead or contradicts itself (C5). Nothing is stored: a lead is looked at as it is now, so what was
//! mended is not told any more. Nothing is guessed or corrected either; a person is told what to ask.

use serde::Serialize;

use super::id::{Kind, Ref};
use super::lead::{Consent, ContactMethod, Lead, Urgency};
use super::span::Severity;
use super::words;

mod states;

words! {
    /// What is wrong with a lead's data.
    pub enum QualityKind {
        /// Neither a number nor an address: nobody can answer.
        NoWayToReach,
        /// Nobody told what is wanted.
        NoService,
        /// Nobody told where.
        NoPlace,
        /// Nobody told who.
        NoName,
        /// The area code belongs to another state than the place. Numbers are taken along, so it is only worth a question.
        AreaCodeElsewhere,
        /// What is wanted says urgent, and the lead says routine; or the other way round.
        UrgencyAgainstService,
        /// The lead came by a way that it has no address for: a text without a number, a mail without an address.
        MethodWithoutAddress,
        /// Consent is given, and there is nothing to use it for.
        ConsentWithoutAddress,
        /// What the work is worth is nothing, or more than any house.
        OddValue,
    }
}

/// Cents that no work at a home comes to.
const MORE_THAN_A_HOUSE: i64 = 100_000_000;

/// Words in a service that cannot wait.
const URGENT: &[&str] = &["emergency", "burst", "flood", "gas leak", "no heat", "no water", "no power", "sewage", "urgent"];
/// Words in a service that can.
const PATIENT: &[&str] =
    &["maintenance", "tune-up", "tune up", "inspection", "consultation", "remodel", "annual", "estimate only"];

/// One thing that is missing or contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What.
    pub kind: QualityKind,
    /// How heavy it weighs.
    pub severity: Severity,
    /// What it is, and what to do.
    pub reason: String,
}

/// A lead with something heavy wrong about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faulty {
    /// The number of its reference.
    pub lead: i64,
    /// What it is, and what to do.
    pub reason: String,
}

impl std::fmt::Display for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", Ref::new(Kind::Lead, self.lead), self.reason)
    }
}

/// What weighs enough to be said before a client hears of these leads: what only lacks a word is no reason to wait.
pub fn faulty(leads: &[Lead]) -> Vec<Faulty> {
    let heavy = |lead: &Lead| {
        let number = lead.number;
        faults(lead)
            .into_iter()
            .filter(|fault| fault.severity >= Severity::Warn)
            .map(move |fault| Faulty { lead: number, reason: fault.reason })
    };
    leads.iter().flat_map(heavy).collect()
}

/// Everything that is wrong with a lead's data, the heaviest first.
pub fn faults(lead: &Lead) -> Vec<Fault> {
    use QualityKind as K;
    let mut faults = Vec::new();
    let mut say = |kind, severity, reason: &str| faults.push(Fault { kind, severity, reason: reason.to_owned() });
    let (phone, email) = (lead.phone.as_deref(), lead.email.as_deref());
    let service = lead.service.raw().to_lowercase();
    let reachable = phone.is_some() || email.is_some();
    if !reachable && lead.contact_method != ContactMethod::Marketplace {
        say(K::NoWayToReach, Severity::Warn, "neither a number nor an address is known; look at what came in");
    }
    if lead.consent == Consent::Given && !reachable {
        say(K::ConsentWithoutAddress, Severity::Warn, "consent was given, for no number and no address; ask which it is for");
    }
    match lead.contact_method {
        ContactMethod::Call | ContactMethod::Sms if phone.is_none() && reachable => {
            say(K::MethodWithoutAddress, Severity::Warn, "it came by phone, and has no number; ask for it");
        }
        ContactMethod::Email if email.is_none() && reachable => {
            say(K::MethodWithoutAddress, Severity::Warn, "it came by e-mail, and has no address; ask for it");
        }
        _ => {}
    }
    let has = |words: &[&str]| words.iter().any(|word| service.contains(word));
    if lead.urgency == Urgency::Routine && has(URGENT) {
        say(K::UrgencyAgainstService, Severity::Warn, "what is wanted cannot wait, and the lead is routine; call and ask");
    } else if lead.urgency == Urgency::Urgent && has(PATIENT) && !has(URGENT) {
        say(K::UrgencyAgainstService, Severity::Note, "what is wanted can wait, and the lead is urgent; ask how soon");
    }
    if let (Some(told), Some(home)) = (states::told(lead.market.raw()), phone.and_then(states::of_number))
        && told != home
    {
        let reason = format!("the area code is of {home}, and the place is in {told}; ask where the work is");
        say(K::AreaCodeElsewhere, Severity::Note, &reason);
    }
    if lead.value.is_some_and(|value| !(1..MORE_THAN_A_HOUSE).contains(&value.minor)) {
        say(K::OddValue, Severity::Warn, "what it is worth cannot be right; ask, and set it at the source");
    }
    if service.trim().is_empty() {
        say(K::NoService, Severity::Note, "nobody told what is wanted; ask");
    }
    if lead.market.is_empty() {
        say(K::NoPlace, Severity::Note, "nobody told where; ask");
    }
    if lead.name.is_empty() {
        say(K::NoName, Severity::Note, "nobody told a name; ask");
    }
    faults.sort_by_key(|fault| std::cmp::Reverse(fault.severity));
    faults
}

#[cfg(test)]
mod tests;

//! The names and texts that made-up rows are put together from. Telephone numbers are of the range kept for fiction.

use crate::domain::actor::Role;
use crate::domain::job::{DeliveryMode, JobKind, JobState};

pub(super) const CLIENTS: &[(&str, &str)] = &[
    ("Acme Plumbing", "America/Chicago"),
    ("Brill Roofing", "America/Chicago"),
    ("Cedar Heating", "America/Denver"),
    ("Delta Electric", "America/New_York"),
    ("Elm Street Lawns", "America/New_York"),
    ("Fairway Fences", "America/Phoenix"),
    ("Granite Garages", "America/Los_Angeles"),
    ("Harbor Pest Control", "America/Los_Angeles"),
    ("Iron Gate Locksmiths", "America/Chicago"),
    ("Juniper Cleaning", "America/Denver"),
];

pub(super) const PEOPLE: &[(&str, Role)] = &[
    ("rosa", Role::Owner),
    ("omar", Role::Operator),
    ("ines", Role::Operator),
    ("ana", Role::Reviewer),
    ("ben", Role::Reviewer),
    ("vic", Role::Viewer),
];

/// By the kind of system; `FAILURES` and others name them by place.
pub(super) const DESTINATIONS: &[(&str, &str, DeliveryMode)] = &[
    ("HubSpot", "crm", DeliveryMode::Keyed),
    ("Twilio", "sms", DeliveryMode::Reconcile),
    ("Mail", "smtp", DeliveryMode::Once),
    ("Clearview", "enrichment", DeliveryMode::Keyed),
    ("Portal", "portal", DeliveryMode::Keyed),
];

/// A way in which jobs fail.
pub(super) struct Failing {
    pub(super) destination: &'static str,
    pub(super) kind: JobKind,
    pub(super) operation: &'static str,
    pub(super) state: JobState,
    pub(super) status: Option<i64>,
    pub(super) error: &'static str,
}

pub(super) const FAILURES: &[Failing] = &[
    Failing {
        destination: "HubSpot",
        kind: JobKind::CrmHandoff,
        operation: "contact.upsert",
        state: JobState::Dead,
        status: Some(401),
        error: "token expired",
    },
    Failing {
        destination: "HubSpot",
        kind: JobKind::CrmHandoff,
        operation: "contact.upsert",
        state: JobState::Retrying,
        status: Some(429),
        error: "too many requests",
    },
    Failing {
        destination: "Twilio",
        kind: JobKind::Message,
        operation: "text_back",
        state: JobState::Unknown,
        status: None,
        error: "timed out after the request left",
    },
    Failing {
        destination: "Twilio",
        kind: JobKind::Message,
        operation: "quote_confirmation",
        state: JobState::Dead,
        status: Some(400),
        error: "the number is a landline",
    },
    Failing {
        destination: "Clearview",
        kind: JobKind::Enrichment,
        operation: "lookup",
        state: JobState::Retrying,
        status: Some(503),
        error: "service unavailable",
    },
    Failing {
        destination: "Mail",
        kind: JobKind::ReviewRequest,
        operation: "review_request",
        state: JobState::Dead,
        status: Some(550),
        error: "mailbox unavailable",
    },
];

pub(super) const SOURCES: &[&str] = &["Thumbtack", "Google Ads", "website", "phone", "Angi", "Yelp", "referral"];
pub(super) const SERVICES: &[&str] = &[
    "water heater",
    "roof leak",
    "furnace",
    "panel upgrade",
    "lawn care",
    "fence",
    "garage door",
    "ants",
    "lockout",
    "deep clean",
];
pub(super) const MARKETS: &[&str] = &["Austin", "Dallas", "Denver", "Phoenix", "Portland", "Raleigh", "Tampa", "Tulsa"];
pub(super) const FIRST: &[&str] = &["J.", "Ana", "Luis", "Mei", "Zoë", "Sam", "Priya", "Tom", "Ola", "Kim", "Noor", "Ray"];
pub(super) const LAST: &[&str] =
    &["Ortiz", "Nguyen", "Smith", "Okafor", "Lindqvist", "Patel", "Garcia", "Cohen", "Ito", "Brown", "Dubois", "Reyes"];
pub(super) const NEXT: &[&str] = &["call back", "send the quote", "wait for the answer", "ask for a review", "none"];
pub(super) const ATTRIBUTION: &[&str] = &["", "spring campaign", "emergency keyword", "landing page b"];

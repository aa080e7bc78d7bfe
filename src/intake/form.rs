//! A website's form: JSON (an object, an array, lines), or urlencoded, one submission a line.
//!
//! Websites have no common names, so a field is known by any of the names in [`NAMES`], in any case, with spaces, dashes or
//! `lead[…]` around it. Natural key: `submission_id` or `id`; else the hash of all fields, so the same words sent twice are
//! one. A form whose own name says quote or estimate is a request for a quote. A ticked consent box is consent given; one
//! that is not ticked says nothing.

use std::collections::BTreeMap;

use crate::domain::event::{EventKind, NormalEvent};
use crate::domain::lead::{Consent, ContactMethod};
use crate::domain::money::Money;
use crate::domain::text::Untrusted;

use super::contact::{self, Told};
use super::record::{Record, spelled as spelled_value, truth};
use super::{Identified, Known, Made, Settings, draft, text, when};

/// Our name of a field, and the names websites give it.
const NAMES: &[(&str, &[&str])] = &[
    ("id", &["submission_id", "id", "entry_id"]),
    ("at", &["submitted_at", "created_at", "timestamp", "date_submitted"]),
    ("name", &["name", "full_name", "your_name", "customer_name", "contact_name"]),
    ("first_name", &["first_name", "firstname", "fname"]),
    ("last_name", &["last_name", "lastname", "lname", "surname"]),
    ("phone", &["phone", "phone_number", "your_phone", "telephone", "tel", "mobile", "cell", "customer_phone_number"]),
    ("email", &["email", "e_mail", "email_address", "your_email", "customer_email"]),
    ("words", &["message", "your_message", "comments", "comment", "description", "details", "notes", "project_details"]),
    ("service", &["service", "service_type", "service_needed", "job_type"]),
    ("city", &["city", "market", "town", "location"]),
    ("state", &["state", "province"]),
    ("zip", &["zip", "zip_code", "zipcode", "postal_code", "postcode"]),
    ("urgency", &["urgency", "priority", "timeframe", "when"]),
    ("value", &["value", "estimate", "budget"]),
    ("consent", &["consent", "sms_consent", "tcpa_consent", "opt_in", "sms_opt_in", "agree"]),
    ("source", &["source", "lead_source"]),
    ("form", &["form", "form_name", "form_type", "kind", "type", "subject"]),
    ("campaign", &["campaign", "utm_campaign"]),
    ("utm_source", &["utm_source"]),
    ("medium", &["medium", "utm_medium"]),
    ("keyword", &["keyword", "keywords", "utm_term"]),
    ("content", &["utm_content"]),
    ("page", &["page", "page_url", "landing_page", "landing_page_url", "form_url", "url"]),
    ("referrer", &["referrer", "referring_url", "referer"]),
    ("click", &["gclid", "fbclid"]),
    ("shown", &["consent_text", "consent_language", "disclosure", "tcpa_text", "tcpa_language"]),
    ("ip", &["ip", "ip_address", "client_ip", "remote_ip"]),
    ("took", &["fill_seconds", "seconds_to_fill", "elapsed_seconds", "time_to_submit"]),
    ("site", &["site", "site_id", "account", "website"]),
];

/// A website's name of a field in the spelling of [`NAMES`]: `lead[First-Name]` is `first_name`.
fn spelling(name: &str) -> String {
    let inner = name.rsplit_once('[').map_or(name, |(_, inner)| inner.trim_end_matches(']'));
    let spelled: String = inner.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    spelled.trim_matches('_').to_owned()
}

/// A submission by our names.
pub(super) struct Submission {
    fields: BTreeMap<&'static str, String>,
    known: bool,
    unknown: Vec<String>,
}

impl Submission {
    pub(super) fn of(record: &Record) -> Self {
        let spelled: BTreeMap<String, &String> = record.0.keys().map(|name| (spelling(name), name)).collect();
        let (mut fields, mut seen) = (BTreeMap::new(), Vec::new());
        for (ours, theirs) in NAMES {
            for name in theirs.iter().filter_map(|name| spelled.get(*name)) {
                seen.push(name.as_str());
                // Not by path: a website's own name may hold a dot.
                if let Some(value) = record.0.get(*name).and_then(spelled_value) {
                    fields.entry(*ours).or_insert(value);
                }
            }
        }
        Self { fields, known: !seen.is_empty(), unknown: record.unknown(&seen) }
    }

    fn get(&self, field: &str) -> Option<String> {
        self.fields.get(field).cloned()
    }
}

pub(super) fn identify(record: &Record) -> Identified {
    let submission = Submission::of(record);
    if !submission.known {
        return Err(
            "none of its fields is one of a form (name, phone, email, message, service …); check the provider's name".into()
        );
    }
    if let Some(id) = submission.get("id") {
        return Ok(id);
    }
    // By spelling, so that a submission sent as JSON and as a form is the same one.
    let canonical: BTreeMap<_, _> =
        record.0.iter().filter_map(|(name, value)| Some((spelling(name), spelled_value(value)?))).collect();
    Ok(text::hash(canonical.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()])))
}

pub(super) fn normalise(known: &Known, settings: &Settings) -> Made {
    let mut event = submitted(&Submission::of(&known.record), &known.key, settings)?;
    event.source = event.source.or_else(|| Some(Untrusted::from("website")));
    Ok(event)
}

/// Whole seconds of `2` and `2.75`; what is no number of seconds says nothing.
fn whole_seconds(told: &str) -> Option<i64> {
    told.trim().split('.').next()?.parse().ok()
}

/// The event of a submission, whoever delivered it.
pub(super) fn submitted(form: &Submission, key: &str, settings: &Settings) -> Made {
    let at = when::read("submitted_at", form.get("at").as_deref(), settings.received_at)?;
    let full = [form.get("first_name"), form.get("last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let told = Told {
        name: form.get("name").or((!full.is_empty()).then_some(full)),
        phone: form.get("phone").map(|phone| ("phone".into(), phone)),
        email: form.get("email").map(|email| ("email".into(), email)),
        region: None,
    };
    let (contact, mut unread) = contact::read(told, &settings.region, false)?;
    let asks = form.get("form").is_some_and(|form| {
        let form = form.to_lowercase();
        form.contains("quote") || form.contains("estimate")
    });
    let kind = if asks { EventKind::QuoteRequested } else { EventKind::FormSent };
    let mut event = NormalEvent::new(kind, key, at, ContactMethod::Form);
    event.contact = contact;
    // A person may write anything here: what is no amount stays among the words.
    if let Some(value) = form.get("value") {
        event.value = Money::parse(&value).inspect_err(|_| unread.push(format!("value: {value}"))).ok();
    }
    if form.get("consent").as_deref().and_then(truth) == Some(true) {
        event.consent = Consent::Given;
    }
    event.source = form.get("source").or_else(|| form.get("utm_source")).as_deref().and_then(text::field);
    event.service = form.get("service").as_deref().and_then(text::field);
    event.market = draft::joined([form.get("city"), form.get("state"), form.get("zip")]);
    let parts = ["campaign", "utm_source", "medium", "keyword", "content", "page", "referrer", "click"];
    event.attribution = draft::attribution(parts.map(|part| (part, form.get(part))));
    event.reached = form.get("site").as_deref().and_then(text::plain);
    event.seen.took = form.get("took").as_deref().and_then(whole_seconds);
    event.seen.shown = form.get("shown").as_deref().and_then(text::words);
    event.seen.page = form.get("page").as_deref().and_then(text::field);
    event.seen.ip = form.get("ip").and_then(|ip| ip.trim().parse().ok());
    event.unknown_fields.clone_from(&form.unknown);
    draft::say(&mut event, form.get("words"), unread, form.get("urgency").as_deref());
    Ok(event)
}

//! Thumbtack's leads of one business and what was written about them, as its API gives them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The business whose leads they are.
pub(crate) const BUSINESS: &str = "468046965846925323";

/// What it holds.
pub(crate) struct Thumbtack {
    /// Leads in full.
    pub(crate) leads: Vec<Value>,
    /// Messages.
    pub(crate) messages: Vec<Value>,
    /// Leads that are on the list and cannot be had by their id.
    pub(crate) gone: Vec<String>,
    /// Leads on the list's one page.
    pub(crate) leads_shown: usize,
    /// Messages on a page at most, whatever is asked for: so that paging is met.
    pub(crate) messages_shown: usize,
}

impl Default for Thumbtack {
    fn default() -> Self {
        Self { leads: vec![], messages: vec![], gone: vec![], leads_shown: 20, messages_shown: 2 }
    }
}

fn time(record: &Value, field: &str) -> DateTime<Utc> {
    record[field].as_str().unwrap().parse().unwrap()
}

impl Thumbtack {
    /// Answers who may come in.
    pub(super) fn answer(&self, asked: &[&str], query: &str) -> (u16, Value) {
        match asked {
            ["businesses", BUSINESS, "negotiations"] if query.is_empty() => (200, self.list()),
            ["negotiations", id] => {
                let found = self.leads.iter().find(|lead| lead["negotiationID"] == *id);
                found.filter(|_| !self.gone.iter().any(|gone| gone == id)).map_or_else(not_found, |lead| (200, lead.clone()))
            }
            ["negotiations", id, "messages"] => self.thread(id, query),
            _ => not_found(),
        }
    }

    /// The newest leads, each with the fields of the documentation's page and no more.
    fn list(&self) -> Value {
        let mut all: Vec<&Value> = self.leads.iter().collect();
        all.sort_by_key(|lead| std::cmp::Reverse(time(lead, "createdAt")));
        let brief = |lead: &Value| {
            let customer = &lead["customer"];
            json!({
                "negotiationID": lead["negotiationID"], "status": "active", "category": lead["request"]["category"],
                "customer": {"customerID": customer["customerID"], "displayName": customer["firstName"]},
                "business": lead["business"], "createTime": lead["createdAt"],
            })
        };
        let shown: Vec<Value> = all.into_iter().take(self.leads_shown).map(brief).collect();
        json!({"data": shown, "pagination": {"limit": self.leads_shown}})
    }

    /// Messages of a lead, the newest first.
    fn thread(&self, id: &str, query: &str) -> (u16, Value) {
        if self.leads.iter().all(|lead| lead["negotiationID"] != id) {
            return not_found();
        }
        let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let bound = |name: &str| query.get(name).map(|text| text.parse::<DateTime<Utc>>().unwrap());
        let limit: usize = query.get("limit").map_or(10, |limit| limit.parse().unwrap());
        if !(1..=20).contains(&limit) {
            return (400, json!({"title": "Your request is not valid.", "status": 400}));
        }
        let mut found: Vec<&Value> = self.messages.iter().filter(|message| message["negotiationID"] == id).collect();
        found.retain(|message| bound("sentAfter").is_none_or(|after| time(message, "sentAt") > after));
        found.retain(|message| bound("sentBefore").is_none_or(|before| time(message, "sentAt") < before));
        found.sort_by_key(|message| std::cmp::Reverse(time(message, "sentAt")));
        let limit = limit.min(self.messages_shown);
        let shown: Vec<&Value> = found.into_iter().take(limit).collect();
        (200, json!({"data": shown, "pagination": {"limit": limit}}))
    }
}

fn not_found() -> (u16, Value) {
    (404, json!({"title": "Not found", "status": 404, "traceID": "feca66787a0a9ee8"}))
}

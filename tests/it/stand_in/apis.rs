//! What HubSpot, Twilio, CallRail, Thumbtack and a webhook receiver hold and answer, as far as we speak to them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::http::Seen;
use super::thumbtack::Thumbtack;
use super::tokens::Tokens;

/// How many messages Twilio shows on a page, whatever was asked for: so that paging is met.
const PAGE: usize = 2;

/// All of them on one server.
#[derive(Default)]
pub(crate) struct Apis {
    /// How often an effect was had, by key.
    pub(crate) effects: BTreeMap<String, usize>,
    /// HubSpot's records by type and external id.
    records: BTreeMap<(String, String), u64>,
    /// HubSpot's links.
    pub(crate) links: BTreeSet<String>,
    /// Twilio's messages with when they came, oldest first.
    messages: Vec<(Instant, Value)>,
    /// How long a message is not listed yet.
    pub(crate) lag: Duration,
    /// CallRail's calls.
    pub(crate) calls: Vec<Value>,
    /// What lets in by OAuth.
    pub(crate) tokens: Tokens,
    /// Search Console's rows: day, dimension, key, clicks, impressions.
    pub(crate) found: Vec<(String, String, String, i64, i64)>,
    /// QuickBooks' records: kind, and what they say.
    pub(crate) books: Vec<(String, Value)>,
    /// Thumbtack's leads and messages.
    pub(crate) thumbtack: Thumbtack,
    /// Webhook ids that were taken.
    hooks: BTreeSet<String>,
}

impl Apis {
    /// Does what is asked, and answers.
    pub(crate) fn answer(&mut self, seen: &Seen) -> (u16, String) {
        let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (status, body) = match (seen.method.as_str(), parts.as_slice()) {
            (_, ["crm", ..]) if !seen.header("authorization").starts_with("Bearer pat-") => (
                401,
                json!({"status": "error", "category": "INVALID_AUTHENTICATION", "message": "Authentication credentials not found."}),
            ),
            ("POST", ["crm", "v3", "objects", kind, "batch", "upsert"]) => self.upsert(kind, &seen.body),
            ("PUT", ["crm", "v4", "objects", kind, id, "associations", "default", "contacts", contact]) => {
                self.links.insert(format!("{kind}/{id} -> {contact}"));
                (200, json!({"status": "COMPLETE", "results": [{"from": {"id": id}, "to": {"id": contact}}]}))
            }
            ("POST", ["2010-04-01", "Accounts", _, "Messages.json"]) => self.text(&seen.body),
            ("GET", ["2010-04-01", "Accounts", _, "Messages.json"]) => (200, self.list(path, query)),
            ("GET", ["v3", "a", "22", "calls.json"]) => self.calls(seen, query),
            ("GET", ["v3", "company", "9130", "query"]) => self.books(seen, query),
            ("GET", ["v3", "company", "9130", "cdc"]) => self.captured(seen, query),
            ("GET", ["api", "v4", asked @ ..]) if self.tokens.lets_in(seen) => self.thumbtack.answer(asked, query),
            ("GET", ["api", "v4", ..]) => (401, json!({"title": "Unauthorized", "status": 401, "traceID": "feca66787a0a9ee8"})),
            ("POST", ["token"]) => self.tokens.give(seen),
            ("POST", ["webmasters", "v3", "sites", site, "searchAnalytics", "query"]) => self.found(site, seen),
            ("POST", ["v1", "chat", "completions"]) => self.chat(seen),
            ("POST", ["hook", ..]) => self.hook(seen.header("webhook-id")),
            _ => (404, json!({"message": "there is no such path"})),
        };
        (status, body.to_string())
    }

    fn count(&mut self, key: &str) {
        *self.effects.entry(key.to_owned()).or_default() += 1;
    }

    /// A model that says back what it was told to do with: its name decides how.
    fn chat(&mut self, seen: &Seen) -> (u16, Value) {
        if seen.header("authorization") != "Bearer sk-test" {
            return (401, json!({"error": {"message": "Incorrect API key provided", "type": "invalid_request_error"}}));
        }
        let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
        if let Some(error) = refused_field(&body) {
            return (400, json!({"error": error}));
        }
        self.count(seen.header("idempotency-key"));
        let message = match body["model"].as_str() {
            Some("small-1" | "thinker-1" | "warm-1" | "behind-1") => {
                json!({"role": "assistant", "content": "A call was missed [2]. The customer waits for an answer [1]."})
            }
            Some("shy-1") => json!({"role": "assistant", "content": null, "refusal": "I cannot help with that."}),
            // It checks what it is asked, and repeats it in the error.
            Some("parrot-1") => {
                let input = body.pointer("/messages/1").unwrap_or(&Value::Null);
                let message = format!("[{{'loc': ('body', 'messages', 1), 'msg': 'Input should be shorter', 'input': {input}}}]");
                return (400, json!({"error": {"message": message, "type": "BadRequestError", "code": 400}}));
            }
            Some("mute-1") => json!({"role": "assistant", "content": ""}),
            _ => return (404, json!({"error": {"message": "The model does not exist", "code": "model_not_found"}})),
        };
        let usage = json!({"prompt_tokens": 400, "completion_tokens": 50, "total_tokens": 450});
        (200, json!({"id": "chatcmpl-1", "choices": [{"index": 0, "finish_reason": "stop", "message": message}], "usage": usage}))
    }

    fn upsert(&mut self, kind: &str, body: &str) -> (u16, Value) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let input = &body["inputs"][0];
        let (Some("quotedeck_id"), Some(id)) = (input["idProperty"].as_str(), input["id"].as_str()) else {
            return (400, json!({"status": "error", "category": "VALIDATION_ERROR", "message": "Invalid input JSON"}));
        };
        let next = 1000 + self.records.len() as u64;
        let key = (kind.to_owned(), id.to_owned());
        let is_new = !self.records.contains_key(&key);
        if is_new {
            self.count(id);
        }
        let record = *self.records.entry(key).or_insert(next);
        (
            200,
            json!({"status": "COMPLETE", "results": [{"id": record.to_string(), "new": is_new, "properties": input["properties"]}]}),
        )
    }

    fn text(&mut self, form: &str) -> (u16, Value) {
        let form: BTreeMap<String, String> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let field = |name: &str| form.get(name).cloned().unwrap_or_default();
        let (to, body) = (field("To"), field("Body"));
        if !to.starts_with("+1") {
            let message = format!("The 'To' number {to} is not a valid phone number.");
            return (400, json!({"code": 21211, "message": message, "status": 400}));
        }
        self.count(&format!("{to} {body}"));
        let message = json!({
            "sid": format!("SM{:032x}", self.messages.len() + 1), "to": to, "from": field("From"), "body": body,
            "messaging_service_sid": form.get("MessagingServiceSid"), "direction": "outbound-api", "status": "queued",
            "date_created": real_now().to_rfc2822(), "date_sent": null,
        });
        self.messages.push((Instant::now(), message.clone()));
        (201, message)
    }

    fn list(&self, path: &str, query: &str) -> Value {
        let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let to = query.get("To").cloned().unwrap_or_default();
        let page: usize = query.get("Page").and_then(|page| page.parse().ok()).unwrap_or(0);
        let listed = self.messages.iter().rev().filter(|(came, _)| came.elapsed() >= self.lag);
        let all: Vec<&Value> = listed.map(|(_, message)| message).filter(|message| message["to"] == to.as_str()).collect();
        let shown: Vec<&&Value> = all.iter().skip(page * PAGE).take(PAGE).collect();
        let next = (all.len() > (page + 1) * PAGE).then(|| {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("To", &to).finish();
            format!("{path}?{query}&Page={}", page + 1)
        });
        json!({"messages": shown, "next_page_uri": next})
    }

    /// A page of the calls of a window, by when they began.
    fn calls(&self, seen: &Seen, query: &str) -> (u16, Value) {
        if seen.header("authorization") != "Token token=\"cr-test\"" {
            return (401, json!({"error": "HTTP Token: Access denied."}));
        }
        let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (from, until) = (time(&query["start_date"]), time(&query["end_date"]));
        let mut calls: Vec<&Value> =
            self.calls.iter().filter(|call| query.get("company_id").is_none_or(|id| call["company_id"] == id.as_str())).collect();
        calls.retain(|call| (from..until).contains(&time(call["start_time"].as_str().unwrap())));
        calls.sort_by_key(|call| time(call["start_time"].as_str().unwrap()));
        let page: usize = query["page"].parse().unwrap();
        let shown: Vec<&&Value> = calls.iter().skip((page - 1) * PAGE).take(PAGE).collect();
        let pages = calls.len().div_ceil(PAGE);
        (200, json!({"page": page, "per_page": PAGE, "total_pages": pages, "total_records": calls.len(), "calls": shown}))
    }

    /// Search Console's rows of some days, those with the most clicks first.
    fn found(&self, site: &str, seen: &Seen) -> (u16, Value) {
        if !self.tokens.lets_in(seen) {
            return (401, json!({"error": {"code": 401, "message": "Request had invalid authentication credentials."}}));
        }
        if site != "sc-domain%3Aacme.example" {
            return (403, json!({"error": {"code": 403, "message": "User does not have sufficient permission for site 'x'."}}));
        }
        let asked: Value = serde_json::from_str(&seen.body).unwrap();
        let (first, last) = (asked["startDate"].as_str().unwrap(), asked["endDate"].as_str().unwrap());
        let dimension = asked["dimensions"][1].as_str().unwrap_or("site");
        let mut rows: Vec<_> =
            self.found.iter().filter(|row| row.1 == dimension && (first..=last).contains(&row.0.as_str())).collect();
        rows.sort_by_key(|row| (-row.3, &row.0, &row.2));
        let (start, most) = (asked["startRow"].as_u64().unwrap(), asked["rowLimit"].as_u64().unwrap());
        let shown = rows.into_iter().skip(usize::try_from(start).unwrap()).take(usize::try_from(most).unwrap());
        let shown: Vec<Value> = shown
            .map(|(day, dimension, key, clicks, impressions)| {
                let keys = if dimension == "site" { json!([day]) } else { json!([day, key]) };
                json!({"keys": keys, "clicks": clicks, "impressions": impressions, "ctr": 0.1, "position": 4.25})
            })
            .collect();
        let mut answer = json!({"responseAggregationType": "byProperty"});
        if !shown.is_empty() {
            answer["rows"] = shown.into();
        }
        (200, answer)
    }

    /// QuickBooks' records of a kind, by when they changed, or customers by their ids.
    fn books(&self, seen: &Seen, query: &str) -> (u16, Value) {
        if !self.tokens.lets_in(seen) {
            return (401, json!({"fault": {"error": [{"message": "message=AuthenticationFailed", "code": "3200"}]}}));
        }
        let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let asked = &query["query"];
        let words: Vec<&str> = asked.split_whitespace().collect();
        let (kind, quoted) = (words[3], asked.split('\'').skip(1).step_by(2).collect::<Vec<_>>());
        let after = |word: &str| words[words.iter().position(|one| *one == word).unwrap() + 1].parse::<usize>().unwrap();
        let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let changed = |record: &Value| time(record["MetaData"]["LastUpdatedTime"].as_str().unwrap());
        let mut found: Vec<&Value> =
            self.books.iter().filter(|one| one.0 == kind && one.1["status"] != "Deleted").map(|one| &one.1).collect();
        if !asked.contains("Active in (true, false)") {
            found.retain(|record| record["Active"] != false);
        }
        if asked.contains("Id in (") {
            found.retain(|record| quoted.contains(&record["Id"].as_str().unwrap()));
        } else {
            found.retain(|record| (time(quoted[0])..time(quoted[1])).contains(&changed(record)));
            found.sort_by_key(|record| changed(record));
        }
        let shown: Vec<&Value> = found.into_iter().skip(after("startposition") - 1).take(after("maxresults")).collect();
        let response = if shown.is_empty() { json!({}) } else { json!({kind: shown, "startPosition": 1}) };
        (200, json!({"QueryResponse": response, "time": "2026-06-01T12:00:00.000-07:00"}))
    }

    /// What changed in QuickBooks' books, the deleted records too.
    fn captured(&self, seen: &Seen, query: &str) -> (u16, Value) {
        if !self.tokens.lets_in(seen) {
            return (401, json!({"fault": {"error": [{"message": "message=AuthenticationFailed", "code": "3200"}]}}));
        }
        let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let since = time(&query["changedSince"]);
        let responses: Vec<Value> = query["entities"]
            .split(',')
            .map(|kind| {
                let all = self.books.iter().filter(|one| one.0 == kind).map(|one| &one.1);
                let found: Vec<&Value> =
                    all.filter(|record| time(record["MetaData"]["LastUpdatedTime"].as_str().unwrap()) >= since).collect();
                if found.is_empty() { json!({}) } else { json!({kind: found, "startPosition": 1, "maxResults": found.len()}) }
            })
            .collect();
        (200, json!({"CDCResponse": [{"QueryResponse": responses}], "time": "2026-06-01T12:00:00.000-07:00"}))
    }

    fn hook(&mut self, id: &str) -> (u16, Value) {
        if self.hooks.insert(id.to_owned()) {
            self.count(id);
        }
        (200, json!({"received": true}))
    }
}

#[expect(clippy::disallowed_methods, reason = "the outside has the real time")]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}

/// What a model that takes other fields says of those that it was given, in the words of those that do.
fn refused_field(body: &Value) -> Option<Value> {
    let model = body["model"].as_str()?;
    let renamed = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    let tempered =
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.";
    let error = |message: &str, param: &str, code: &str| json!({"message": message, "type": "invalid_request_error", "param": param, "code": code});
    if matches!(model, "thinker-1" | "behind-1") && body.get("max_tokens").is_some() {
        // A gateway that passes on the message alone.
        let behind = json!({"message": renamed, "code": "invalid_request_body"});
        return Some(if model == "behind-1" { behind } else { error(renamed, "max_tokens", "unsupported_parameter") });
    }
    if matches!(model, "thinker-1" | "warm-1") && body.get("temperature").is_some() {
        return Some(error(tempered, "temperature", "unsupported_value"));
    }
    // It takes nothing, whatever is left out.
    (model == "stern-1").then(|| error(tempered, "temperature", "unsupported_value"))
}

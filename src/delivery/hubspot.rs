//! HubSpot: what is asked of its CRM API, and what its answers mean. Pure.
//!
//! *Keyed*: a record is made or changed by a property of ours that HubSpot holds unique, so the same request again changes
//! nothing. The account needs these properties once, on contacts, deals and notes: `quotedeck_id` (text, unique values);
//! on contacts also `quotedeck_client`, `_source`, `_service`, `_market`, `_urgency` and `_attribution` (text). One that is
//! missing is answered with 400, and the answer names it.
//!
//! Where the facts are from, under developers.hubspot.com/docs:
//! - one upsert per object type, notes as well: `api-reference/crm-contacts-v3/batch/post-crm-v3-objects-contacts-batch-upsert`,
//!   `api-reference/legacy/crm/activities/notes/batch/upsert-notes`; it takes no associations, so these are a request of
//!   their own: `api-reference/latest/crm/associations/associate-records/update-association`;
//! - errors, 207 and why each input carries an `objectWriteTraceId`: `api-reference/error-handling`, with 423 and 477;
//! - 429 and its policies, and that the daily one ends at midnight of the account's zone: `api/usage-details`.

use chrono::{TimeDelta, TimeZone as _, Utc};
use serde_json::{Map, Value, json};

use super::http::{Call, Method};
use super::{Received, Request, kept, text};
use crate::domain::content::{Contact, Content, Deal, Note};
use crate::domain::destination::Secret;
use crate::domain::reply::{Meaning, Reply};

/// The property that holds our id.
const ID: &str = "quotedeck_id";
/// The day's requests are used up, and the zone its midnight is in is not told: it is asked again every hour.
const DAY_SPENT: TimeDelta = TimeDelta::hours(1);
/// How long a lock holds at most.
const LOCKED: TimeDelta = TimeDelta::seconds(2);
/// The longest of the short policies.
const TEN_SECONDS: TimeDelta = TimeDelta::seconds(10);

/// How HubSpot says that a property was never made, or made without unique values.
const SETUP_WORDS: [&str; 3] = ["PROPERTY_DOESNT_EXIST", "does not exist", "not a unique"];

/// What is to be done with a record once it is there.
pub(super) struct After {
    /// The object type, as it stands in paths.
    kind: &'static str,
    /// HubSpot's own id of the contact it belongs to.
    contact: Option<String>,
}

/// The record that a request stands for: the request that makes or changes it, and what is to be done then.
///
/// # Errors
/// Why it stands for none.
pub(super) fn upsert(request: &Request, token: &Secret) -> Result<(Call, After), String> {
    let (kind, id, properties, contact) = match request.content.reveal() {
        Content::Contact(contact) => ("contacts", &contact.external_id, properties_of_contact(contact), None),
        Content::Deal(deal) => ("deals", &deal.external_id, properties_of_deal(deal), Some(&deal.contact)),
        Content::Note(note) => ("notes", &note.external_id, properties_of_note(note), Some(&note.contact)),
        other => return Err(format!("HubSpot takes contacts, deals and notes, and this is {other:?}; send it elsewhere")),
    };
    // The id becomes part of a path, and HubSpot's are numbers.
    if contact.is_some_and(|id| !is_id(id)) {
        return Err("HubSpot's id of the contact is missing; hand the contact over first".to_owned());
    }
    let input = json!({
        "idProperty": ID,
        "id": id,
        "objectWriteTraceId": request.idempotency_key,
        "properties": properties,
    });
    let call = Call {
        method: Method::Post,
        path: format!("/crm/v3/objects/{kind}/batch/upsert"),
        headers: vec![authorization(token), ("content-type", "application/json".to_owned())],
        body: json!({ "inputs": [input] }).to_string(),
    };
    Ok((call, After { kind, contact: contact.cloned() }))
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl After {
    /// The request that puts the record at its contact, where it has one. Made again, it changes nothing.
    pub(super) fn link(&self, made: &Reply, token: &Secret) -> Option<Call> {
        let (kind, contact) = (self.kind, self.contact.as_deref()?);
        let made = made.remote_id.as_deref()?;
        let path = format!("/crm/v4/objects/{kind}/{made}/associations/default/contacts/{contact}");
        Some(Call { method: Method::Put, path, headers: vec![authorization(token)], body: String::new() })
    }
}

fn authorization(token: &Secret) -> (&'static str, String) {
    // The token goes to HubSpot alone: it is what a request is let in by.
    ("authorization", format!("Bearer {}", token.reveal()))
}

/// Properties without the empty ones: an empty value would wipe what is there.
fn properties(all: &[(&str, &str)]) -> Map<String, Value> {
    all.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}

fn properties_of_contact(contact: &Contact) -> Map<String, Value> {
    let name = contact.name.trim();
    let (first, last) = name.rsplit_once(char::is_whitespace).unwrap_or((name, ""));
    properties(&[
        ("firstname", first.trim()),
        ("lastname", last),
        ("phone", contact.phone.as_deref().unwrap_or_default()),
        ("email", contact.email.as_deref().unwrap_or_default()),
        ("quotedeck_client", &contact.client),
        ("quotedeck_source", &contact.source),
        ("quotedeck_service", &contact.service),
        ("quotedeck_market", &contact.market),
        ("quotedeck_urgency", &contact.urgency),
        ("quotedeck_attribution", &contact.attribution),
    ])
}

/// Without a stage: a deal that people have moved on would be moved back by every change of its value.
fn properties_of_deal(deal: &Deal) -> Map<String, Value> {
    let sign = if deal.cents < 0 { "-" } else { "" };
    let cents = deal.cents.unsigned_abs();
    properties(&[("dealname", &deal.name), ("amount", &format!("{sign}{}.{:02}", cents / 100, cents % 100))])
}

fn properties_of_note(note: &Note) -> Map<String, Value> {
    // HubSpot shows the text as HTML.
    let text = note.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
    let at = Utc.timestamp_millis_opt(note.at_ms).single().unwrap_or_default();
    properties(&[("hs_note_body", &text), ("hs_timestamp", &at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))])
}

/// What an answer to an upsert means. One input was sent, so one error is the whole request's.
pub(super) fn read(answer: &Received<'_>) -> Reply {
    if !(200..300).contains(&answer.status) {
        return failed(answer);
    }
    let Some(json) = answer.json() else { return answer.puzzling("HubSpot's") };
    if has_errors(&json) {
        return failed(answer);
    }
    match json.pointer("/results/0/id").and_then(text) {
        Some(id) if is_id(&id) => answer.accepted(Some(id)),
        _ => answer.puzzling("HubSpot's"),
    }
}

/// What an answer to the request after an upsert means; the record is what was asked for, so its id stays.
pub(super) fn read_link(answer: &Received<'_>, made: &Reply) -> Reply {
    let reply = match answer.json() {
        _ if !(200..300).contains(&answer.status) => failed(answer),
        Some(json) if has_errors(&json) => failed(answer),
        Some(json) if json.get("results").is_some_and(Value::is_array) => answer.accepted(None),
        _ => answer.puzzling("HubSpot's"),
    };
    Reply { remote_id: made.remote_id.clone(), ..reply }
}

fn has_errors(json: &Value) -> bool {
    json.get("errors").and_then(Value::as_array).is_some_and(|errors| !errors.is_empty())
        || json.get("numErrors").and_then(Value::as_i64).is_some_and(|errors| errors > 0)
}

fn failed(answer: &Received<'_>) -> Reply {
    let json = answer.json().unwrap_or_default();
    let word = |at: &str| json.pointer(at).and_then(text).unwrap_or_default();
    let category = ["/category", "/errors/0/category"].into_iter().map(word).find(|word| !word.is_empty()).unwrap_or_default();
    // What is added must not be cut off.
    let mut error = kept(&answer.error_text(), 400);
    let lacks_property = error.contains("quotedeck_") && SETUP_WORDS.iter().any(|words| error.contains(words));
    let meaning = match category.as_str() {
        // Not this record is wrong but the account: every other one would be refused as well.
        "VALIDATION_ERROR" if lacks_property => Meaning::LockedOut,
        "RATE_LIMITS" => Meaning::Busy,
        "INVALID_AUTHENTICATION" | "EXPIRED_AUTHENTICATION" | "MISSING_SCOPES" | "BANNED" => Meaning::LockedOut,
        "VALIDATION_ERROR" | "CONFLICT" | "OBJECT_ALREADY_EXISTS" | "OBJECT_NOT_FOUND" => Meaning::Refused,
        _ if word("/errorType") == "RATE_LIMIT" => Meaning::Busy,
        // Too many changes at once, or an account on its way to another data centre: the answer says for how long.
        _ if matches!(answer.status, 423 | 477) => Meaning::Busy,
        // An error of the one input inside a success.
        _ if answer.status < 300 => Meaning::Refused,
        _ => answer.by_status(),
    };
    let scopes = ["/errors/0/context/requiredGranularScopes", "/errors/0/context/requiredScopes", "/context/missingScopes"];
    let names = |list: &Value| list.as_array().map(|all| all.iter().filter_map(text).collect::<Vec<_>>().join(", "));
    if lacks_property {
        error += " (make the property in HubSpot's settings, as text; quotedeck_id with unique values)";
    }
    if let Some(scopes) = scopes.iter().find_map(|at| json.pointer(at).and_then(names)).filter(|names| !names.is_empty()) {
        error += &format!(" (give the token: {scopes})");
    }
    let mut reply = answer.failed(meaning, &error);
    if meaning == Meaning::Busy {
        let least = match word("/policyName").as_str() {
            "DAILY" => DAY_SPENT,
            _ if answer.status == 423 => LOCKED,
            policy if policy.contains("SECONDLY") && !policy.contains("TEN") => TimeDelta::seconds(1),
            _ => TEN_SECONDS,
        };
        let asked = reply.retry_after.unwrap_or(least);
        reply.retry_after = Some(if least == DAY_SPENT { asked.max(least) } else { asked });
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::couriers::fixtures::request;
    use rstest::rstest;

    fn contact() -> Contact {
        Contact {
            external_id: "qd-1".into(),
            name: "Maria de la Cruz".into(),
            phone: Some("+15125550142".into()),
            email: None,
            client: "Acme".into(),
            source: "web_form".into(),
            service: "water heater".into(),
            market: "Austin".into(),
            urgency: "urgent".into(),
            attribution: String::new(),
        }
    }

    fn sent(content: Content) -> (String, Value) {
        let (call, _) = upsert(&request(content), &Secret::new("pat-1")).ok().unwrap();
        assert!(call.headers.contains(&("authorization", "Bearer pat-1".to_owned())));
        (call.path, serde_json::from_str(&call.body).unwrap())
    }

    #[test]
    fn a_contact_is_found_by_our_id_and_nothing_is_wiped() {
        let (path, body) = sent(Content::Contact(contact()));
        assert_eq!(path, "/crm/v3/objects/contacts/batch/upsert");
        assert_eq!(
            body,
            json!({"inputs": [{"idProperty": "quotedeck_id", "id": "qd-1", "objectWriteTraceId": "key-1", "properties": {
                "firstname": "Maria de la", "lastname": "Cruz", "phone": "+15125550142", "quotedeck_client": "Acme",
                "quotedeck_source": "web_form", "quotedeck_service": "water heater", "quotedeck_market": "Austin",
                "quotedeck_urgency": "urgent",
            }}]})
        );
    }

    #[rstest]
    #[case(240_005, "2400.05")]
    #[case(7, "0.07")]
    #[case(-150, "-1.50")]
    fn a_deal_has_its_value_and_no_stage(#[case] cents: i64, #[case] amount: &str) {
        let deal = Deal { external_id: "qd-2".into(), contact: "551".into(), name: "Heater".into(), cents };
        let (path, body) = sent(Content::Deal(deal));
        assert_eq!(path, "/crm/v3/objects/deals/batch/upsert");
        assert_eq!(body.pointer("/inputs/0/properties").unwrap(), &json!({"dealname": "Heater", "amount": amount}));
    }

    #[test]
    fn a_note_cannot_bring_html_and_is_put_at_its_contact() {
        let note = Note { external_id: "qd-3".into(), contact: "551".into(), text: "a <b>\nc".into(), at_ms: 1_700_000_000_000 };
        let (_, body) = sent(Content::Note(note.clone()));
        let properties = json!({"hs_note_body": "a &lt;b&gt;<br>c", "hs_timestamp": "2023-11-14T22:13:20.000Z"});
        assert_eq!(body.pointer("/inputs/0/properties").unwrap(), &properties);
        let token = Secret::new("t");
        let made = read(&received(200, None, MADE));
        let after = |content| upsert(&request(content), &token).ok().unwrap().1;
        let link = after(Content::Note(note)).link(&made, &token).unwrap();
        assert_eq!(link.path, "/crm/v4/objects/notes/512/associations/default/contacts/551");
        assert!(after(Content::Contact(contact())).link(&made, &token).is_none());
    }

    #[rstest]
    #[case(Content::Publish, "HubSpot takes contacts")]
    #[case(Content::Deal(Deal { external_id: "x".into(), contact: "../1".into(), name: "x".into(), cents: 1 }), "HubSpot's id of the contact is missing")]
    fn what_it_cannot_take_is_not_sent(#[case] content: Content, #[case] why: &str) {
        assert!(upsert(&request(content), &Secret::new("t")).err().unwrap().starts_with(why));
    }

    fn received(status: u16, retry_after: Option<i64>, body: &str) -> Received<'_> {
        Received { status, retry_after, body }
    }

    const MADE: &str = r#"{"status":"COMPLETE","results":[{"id":"512","new":true,"properties":{},"archived":false}]}"#;
    const PARTLY: &str = r#"{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"VALIDATION_ERROR","message":"Property \"quotedeck_id\" does not exist"}]}"#;
    const PARTLY_BAD: &str = r#"{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"VALIDATION_ERROR","message":"quotedeck_urgency was not one of the allowed options"}]}"#;
    const PARTLY_BUSY: &str = r#"{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"RATE_LIMITS","message":"slow down"}]}"#;
    const NO_TOKEN: &str = include_str!("../../tests/samples/hubspot-error-401.json");
    const EXPIRED: &str =
        r#"{"status":"error","message":"The OAuth token used to make this call expired","category":"EXPIRED_AUTHENTICATION"}"#;
    const SCOPES: &str = r#"{"status":"error","message":"token lacks scopes","category":"MISSING_SCOPES","errors":[{"context":{"requiredGranularScopes":["crm.objects.contacts.write"]}}]}"#;
    const INVALID: &str = include_str!("../../tests/samples/hubspot-error-400-validation.json");
    const CONFLICT: &str = r#"{"status":"error","message":"Contact already exists. Existing ID: 801","category":"CONFLICT"}"#;

    #[rstest]
    #[case(200, MADE, Meaning::Accepted, "")]
    #[case(
        207,
        PARTLY,
        Meaning::LockedOut,
        "VALIDATION_ERROR: Property \"quotedeck_id\" does not exist \
         (make the property in HubSpot's settings, as text; quotedeck_id with unique values)"
    )]
    #[case(207, PARTLY_BAD, Meaning::Refused, "VALIDATION_ERROR: quotedeck_urgency was not one of the allowed options")]
    #[case(207, PARTLY_BUSY, Meaning::Busy, "RATE_LIMITS: slow down")]
    #[case(
        200,
        "<html>Sign in</html>",
        Meaning::Silent,
        "it answered 200 with something that is no answer of HubSpot's; check its url: <html>Sign in</html>"
    )]
    #[case(
        200,
        "",
        Meaning::Silent,
        "it answered 200 with something that is no answer of HubSpot's; check its url: an empty body"
    )]
    #[case(
        200,
        "{\"ok\":true}",
        Meaning::Silent,
        "it answered 200 with something that is no answer of HubSpot's; check its url: an object with ok"
    )]
    #[case(
        401,
        NO_TOKEN,
        Meaning::LockedOut,
        "INVALID_AUTHENTICATION: Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find \
         more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )]
    #[case(401, EXPIRED, Meaning::LockedOut, "EXPIRED_AUTHENTICATION: The OAuth token used to make this call expired")]
    #[case(403, SCOPES, Meaning::LockedOut, "MISSING_SCOPES: token lacks scopes (give the token: crm.objects.contacts.write)")]
    #[case(
        400,
        INVALID,
        Meaning::Refused,
        r#"VALIDATION_ERROR: Property values were not valid: [{"isValid":false,"message":"..."}]"#
    )]
    #[case(409, CONFLICT, Meaning::Refused, "CONFLICT: Contact already exists. Existing ID: 801")]
    #[case(423, "{}", Meaning::Busy, "no message")]
    #[case(477, "", Meaning::Busy, "status 477 with an empty answer")]
    #[case(500, "", Meaning::Broken, "status 500 with an empty answer")]
    #[case(502, "<html>", Meaning::Silent, "<html>")]
    fn its_answers(#[case] status: u16, #[case] body: &str, #[case] meaning: Meaning, #[case] error: &str) {
        let reply = read(&received(status, None, body));
        assert_eq!((reply.meaning, reply.error.as_ref().map_or("", |error| error.raw())), (meaning, error));
        assert_eq!(reply.remote_id.as_deref(), (meaning == Meaning::Accepted).then_some("512"));
    }

    #[rstest]
    #[case("TEN_SECONDLY_ROLLING", None, 10)]
    #[case("TEN_SECONDLY_ROLLING", Some(3), 3)]
    #[case("SECONDLY", None, 1)]
    #[case("DAILY", None, 3600)]
    #[case("DAILY", Some(10), 3600)]
    #[case("DAILY", Some(9000), 9000)]
    fn the_policy_decides_the_wait(#[case] policy: &str, #[case] asked: Option<i64>, #[case] seconds: i64) {
        let body = format!(r#"{{"status":"error","message":"limit","errorType":"RATE_LIMIT","policyName":"{policy}"}}"#);
        let reply = read(&received(429, asked, &body));
        assert_eq!((reply.meaning, reply.retry_after), (Meaning::Busy, Some(TimeDelta::seconds(seconds))));
    }

    #[rstest]
    #[case(200, r#"{"status":"COMPLETE","results":[{"from":{"id":"1"},"to":{"id":"2"}}]}"#, Meaning::Accepted)]
    #[case(200, "<html>", Meaning::Silent)]
    #[case(404, r#"{"category":"OBJECT_NOT_FOUND","message":"no contact 2"}"#, Meaning::Refused)]
    fn the_link_decides_too(#[case] status: u16, #[case] body: &str, #[case] meaning: Meaning) {
        let made = read(&received(200, None, MADE));
        let reply = read_link(&received(status, None, body), &made);
        assert_eq!((reply.meaning, reply.remote_id.as_deref()), (meaning, Some("512")));
    }
}

//! Twilio: what is asked of its messaging API, what its answers mean, and how a message that may have left is looked for.
//! Pure.
//!
//! *Reconcile*: Twilio takes no key of ours, so a message that may have left is looked for in the account's list.
//!
//! Where the facts are from, under twilio.com/docs: `messaging/api/message-resource` (the request; the list, which is newest
//! first and filtered by the date of sending, not of making); `usage/api` (Basic auth); `api/errors/CODE` (the codes; they are
//! split up now and then, so what is not known here goes by its status).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use form_urlencoded::Serializer;
use serde_json::Value;

use super::http::{Call, Method};
use super::{Received, Request, text};
use crate::domain::content::{Content, Message};
use crate::domain::destination::Secret;
use crate::domain::event::Channel;
use crate::domain::reply::{Meaning, Reply};

/// How much earlier than announced a message may have been made, by Twilio's clock: ours may have been set back by minutes
/// since. The same text to the same number within that time is taken for the one that is looked for.
///
/// Less than the quarter of an hour within which a second text to the same number is not made: an older one is another.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(14);
/// Messages on a page of the list. A page of the longest ones stays below [`PAGE_BYTES`].
const PAGE: u32 = 50;
/// Bytes of a page that are read.
pub(super) const PAGE_BYTES: usize = 1024 * 1024;
/// Pages that are read before giving up: so many messages to one person in the list of an account.
pub(super) const PAGES: usize = 20;

/// The token is refused, or the account is not active.
const LOCKED_OUT: [i64; 3] = [10_001, 20_003, 20_005];

/// The account that texts are sent from.
#[derive(Clone, Copy)]
pub(super) struct Sender<'a> {
    pub(super) account: &'a str,
    /// A number, or a messaging service.
    pub(super) from: &'a str,
    pub(super) token: &'a Secret,
}

impl Sender<'_> {
    fn is_service(self) -> bool {
        self.from.starts_with("MG")
    }

    fn path(self) -> String {
        format!("/2010-04-01/Accounts/{}/Messages.json", self.account)
    }

    fn authorization(self) -> (&'static str, String) {
        // The token goes to Twilio alone: it is what a request is let in by.
        let pair = STANDARD.encode(format!("{}:{}", self.account, self.token.reveal()));
        ("authorization", format!("Basic {pair}"))
    }
}

/// The text in a request.
///
/// # Errors
/// Why there is none.
pub(super) fn message(request: &Request) -> Result<&Message, String> {
    match request.content.reveal() {
        Content::Message(message) if message.channel == Channel::Sms => Ok(message),
        other => Err(format!("Twilio takes texts, and this is {other:?} of another kind; send it elsewhere")),
    }
}

/// The request that sends a text.
pub(super) fn send(message: &Message, sender: Sender<'_>) -> Call {
    let from = if sender.is_service() { "MessagingServiceSid" } else { "From" };
    let mut form = Serializer::new(String::new());
    form.append_pair("To", &message.to).append_pair(from, sender.from).append_pair("Body", &message.text);
    let form_type = "application/x-www-form-urlencoded".to_owned();
    Call {
        method: Method::Post,
        path: sender.path(),
        headers: vec![sender.authorization(), ("content-type", form_type)],
        body: form.finish(),
    }
}

/// What an answer to a text means.
pub(super) fn read(answer: &Received<'_>) -> Reply {
    let json = answer.json();
    if (200..300).contains(&answer.status) {
        let sid = json.as_ref().and_then(|json| json.get("sid")).and_then(Value::as_str).filter(|sid| !sid.is_empty());
        return sid.map_or_else(|| answer.puzzling("Twilio's"), |sid| answer.accepted(Some(sid.to_owned())));
    }
    let meaning = match json.as_ref().and_then(|json| json.get("code")).and_then(Value::as_i64) {
        Some(code) if LOCKED_OUT.contains(&code) => Meaning::LockedOut,
        // The sender is none, or is not this account's: no message can leave until that is put right.
        // (21606 and 21659 can be about the recipient's country too, and one recipient must not stop all others.)
        Some(21_212 | 21_603 | 21_660) => Meaning::LockedOut,
        // Too many requests, or too many messages from one number.
        Some(14_107 | 20_429 | 21_611) => Meaning::Busy,
        _ => answer.by_status(),
    };
    answer.failed(meaning, &answer.error_text())
}

/// Whether an answer to a question says that nothing else would be let in either. A key may be allowed to send and not to list.
pub(super) fn locks_out(answer: &Received<'_>) -> bool {
    let code = answer.json().and_then(|json| json.get("code")?.as_i64());
    code.is_some_and(|code| LOCKED_OUT.contains(&code))
}

/// The request for the first page of the list of messages to a person.
///
/// Not narrowed by the date of sending: a message that waits has none yet, and would be missed just when it matters.
pub(super) fn list(message: &Message, sender: Sender<'_>) -> Call {
    let query = Serializer::new(String::new()).append_pair("To", &message.to).append_pair("PageSize", &PAGE.to_string()).finish();
    next(format!("{}?{query}", sender.path()), sender)
}

/// The request for a further page.
pub(super) fn next(path: String, sender: Sender<'_>) -> Call {
    Call { method: Method::Get, path, headers: vec![sender.authorization()], body: String::new() }
}

/// What a page of the list says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// The message is on it; its id.
    Has(String),
    /// It is not; where the next page is.
    Next(String),
    /// It is not, and there is no further page.
    End,
    /// It cannot be told: why.
    Unclear(String),
}

/// Looks for a message on a page of the list.
pub(super) fn look(answer: &Received<'_>, message: &Message, sender: Sender<'_>, since: DateTime<Utc>) -> Page {
    if answer.status != 200 {
        return Page::Unclear(format!("Twilio did not show its list: {}", answer.error_text()));
    }
    let json = answer.json().unwrap_or_default();
    let Some(messages) = json.get("messages").and_then(Value::as_array) else {
        return Page::Unclear("Twilio's list could not be read; look at the messages in its console".to_owned());
    };
    for listed in messages.iter().filter(|listed| is_same(listed, message, sender)) {
        let date = ["date_created", "date_sent"].iter().find_map(|field| listed.get(*field)?.as_str());
        let Some(made) = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) else {
            return Page::Unclear("Twilio has the same message without a date; look at it in its console".to_owned());
        };
        if made >= since - CLOCKS_DIFFER {
            return listed.get("sid").and_then(text).map_or_else(
                || Page::Unclear("Twilio has the same message without an id; look at it in its console".to_owned()),
                Page::Has,
            );
        }
    }
    match json.get("next_page_uri").and_then(Value::as_str).filter(|path| !path.is_empty()) {
        Some(path) if path.starts_with('/') => Page::Next(path.to_owned()),
        Some(_) => Page::Unclear("Twilio's list goes on at a place that is not Twilio's".to_owned()),
        None => Page::End,
    }
}

fn is_same(listed: &Value, message: &Message, sender: Sender<'_>) -> bool {
    let field = |name: &str| listed.get(name).and_then(Value::as_str).unwrap_or_default();
    let from = if sender.is_service() { "messaging_service_sid" } else { "from" };
    field("to") == message.to
        && field(from) == sender.from
        && field("direction").starts_with("outbound")
        && is_same_text(field("body"), &message.text)
}

/// A trial account's texts begin with a notice of Twilio's, and a service may put plain quotes for curly ones.
fn is_same_text(listed: &str, sent: &str) -> bool {
    let words = said(sent);
    listed == sent || !words.is_empty() && said(listed).ends_with(&words)
}

/// A text's letters and digits: what is left of it whatever was done to its signs.
fn said(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::couriers::fixtures::{request, text_to};
    use rstest::rstest;
    use serde_json::json;

    const TO: &str = "+15125550142";
    const FROM: &str = "+15005550006";

    fn sender<'a>(from: &'a str, token: &'a Secret) -> Sender<'a> {
        Sender { account: "AC1", from, token }
    }

    fn received(status: u16, body: &str) -> Received<'_> {
        Received { status, retry_after: None, body }
    }

    #[rstest]
    #[case::the_token_is_refused(401, r#"{"code": 20003, "message": "Authenticate", "status": 401}"#, true)]
    #[case::a_key_that_may_not_list(401, r#"{"code": 70051, "message": "Authorization Error", "status": 401}"#, false)]
    #[case::somebody_in_between(403, "<html>no</html>", false)]
    #[case::broken(500, "", false)]
    fn only_a_refused_token_locks_everything_out(#[case] status: u16, #[case] body: &str, #[case] locks: bool) {
        assert_eq!(locks_out(&received(status, body)), locks);
    }

    #[rstest]
    #[case(FROM, "To=%2B15125550142&From=%2B15005550006&Body=Hi+%26+bye")]
    #[case(
        "MG9752274e9e519418a7406176694466fa",
        "To=%2B15125550142&MessagingServiceSid=MG9752274e9e519418a7406176694466fa&Body=Hi+%26+bye"
    )]
    fn a_text_is_a_form(#[case] from: &str, #[case] form: &str) {
        let (token, request) = (Secret::new("token"), request(text_to(TO, "Hi & bye")));
        let call = send(message(&request).unwrap(), sender(from, &token));
        assert_eq!((call.path.as_str(), call.body.as_str()), ("/2010-04-01/Accounts/AC1/Messages.json", form));
        assert!(call.headers.contains(&("authorization", "Basic QUMxOnRva2Vu".to_owned())));
    }

    #[test]
    fn only_texts_are_taken() {
        assert!(message(&request(Content::Publish)).is_err());
    }

    #[rstest]
    #[case(201, r#"{"sid":"SM1","status":"queued","error_code":null}"#, Meaning::Accepted)]
    #[case(200, "<html>Welcome to the hotel's network</html>", Meaning::Silent)]
    #[case(201, "", Meaning::Silent)]
    #[case(
        401,
        r#"{"code":20003,"message":"Authenticate","more_info":"https://www.twilio.com/docs/errors/20003","status":401}"#,
        Meaning::LockedOut
    )]
    #[case(400, r#"{"code":20005,"message":"Account not active","status":400}"#, Meaning::LockedOut)]
    #[case(
        400,
        r#"{"code":21606,"message":"The From phone number is not a valid, SMS-capable number","status":400}"#,
        Meaning::Refused
    )]
    #[case(
        400,
        r#"{"code":21660,"message":"Mismatch between the From number and the account","status":400}"#,
        Meaning::LockedOut
    )]
    #[case(429, r#"{"code":20429,"message":"Too Many Requests","status":429}"#, Meaning::Busy)]
    #[case(400, r#"{"code":14107,"message":"Message rate exceeded","status":400}"#, Meaning::Busy)]
    #[case(400, r#"{"code":21211,"message":"The 'To' number is not a valid phone number.","status":400}"#, Meaning::Refused)]
    #[case(400, r#"{"code":21614,"message":"'To' number is not a valid mobile number","status":400}"#, Meaning::Refused)]
    #[case(400, r#"{"code":21610,"message":"Attempt to send to unsubscribed recipient","status":400}"#, Meaning::Refused)]
    #[case(503, r#"{"code":20503,"message":"Service is temporarily unavailable","status":503}"#, Meaning::Broken)]
    #[case(500, "", Meaning::Broken)]
    #[case(504, "", Meaning::Silent)]
    fn its_answers(#[case] status: u16, #[case] body: &str, #[case] meaning: Meaning) {
        let reply = read(&received(status, body));
        assert_eq!((reply.meaning, reply.remote_id.as_deref()), (meaning, (status == 201 && !body.is_empty()).then_some("SM1")));
    }

    /// Answers that Twilio publishes, in its libraries' tests of the message resource (`test_message.py` of twilio-python).
    const CREATED: &str = include_str!("../../tests/samples/twilio-answer-created.json");
    const LISTED: &str = include_str!("../../tests/samples/twilio-answer-list.json");
    const ITS_ID: &str = "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn the_published_answer_to_a_text_is_read() {
        let reply = read(&received(201, CREATED));
        assert_eq!((reply.meaning, reply.remote_id.as_deref()), (Meaning::Accepted, Some(ITS_ID)));
    }

    #[rstest]
    #[case("O Slash: \u{d8}, PoP: \u{1f4a9}", "2015-09-04T22:54:39Z", Page::Has(ITS_ID.into()))]
    #[case("O Slash: \u{d8}, PoP: \u{1f4a9}", "2015-09-04T23:10:00Z", Page::End)]
    #[case("Another text", "2015-09-04T22:54:39Z", Page::End)]
    fn the_published_list_is_read(#[case] text: &str, #[case] since: &str, #[case] page: Page) {
        let (token, request) = (Secret::new("token"), request(text_to("+14155552345", text)));
        let sender = sender("MGaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &token);
        assert_eq!(look(&received(200, LISTED), message(&request).unwrap(), sender, since.parse().unwrap()), page);
    }

    fn listed(changed: &Value) -> String {
        let mut message = json!({"sid": "SM7", "to": TO, "from": FROM, "body": "We’ll call.", "direction": "outbound-api",
            "date_created": "Mon, 01 Jun 2026 14:00:05 +0000", "date_sent": null, "messaging_service_sid": null});
        for (field, value) in changed.as_object().unwrap() {
            message[field] = value.clone();
        }
        json!({"messages": [message], "next_page_uri": null}).to_string()
    }

    fn looked(body: &str) -> Page {
        let (token, request) = (Secret::new("token"), request(text_to(TO, "We’ll call.")));
        look(&received(200, body), message(&request).unwrap(), sender(FROM, &token), "2026-06-01T14:00:00Z".parse().unwrap())
    }

    #[rstest]
    #[case(json!({}), Page::Has("SM7".into()))]
    #[case(json!({"body": "Sent from your Twilio trial account - We'll call."}), Page::Has("SM7".into()))]
    #[case(json!({"date_created": "Mon, 01 Jun 2026 13:46:30 +0000"}), Page::Has("SM7".into()))]
    #[case(json!({"date_created": "Mon, 01 Jun 2026 13:45:30 +0000"}), Page::End)]
    #[case(json!({"body": "Another text"}), Page::End)]
    #[case(json!({"from": "+15005550007"}), Page::End)]
    #[case(json!({"direction": "inbound"}), Page::End)]
    #[case(json!({"date_created": null}), Page::Unclear("Twilio has the same message without a date; look at it in its console".into()))]
    fn a_message_is_recognised(#[case] changed: Value, #[case] page: Page) {
        assert_eq!(looked(&listed(&changed)), page);
    }

    #[rstest]
    #[case("👍", "👍", true)]
    #[case("Another", "👍", false)]
    #[case("Its 5 now", "It's 5, now!", true)]
    fn a_text_is_the_same_whatever_its_signs(#[case] listed: &str, #[case] sent: &str, #[case] same: bool) {
        assert_eq!(is_same_text(listed, sent), same);
    }

    #[test]
    fn a_list_goes_on_at_twilio_alone_and_garbage_tells_nothing() {
        let page = |uri: &str| looked(&json!({"messages": [], "next_page_uri": uri}).to_string());
        assert_eq!(page("/2010-04-01/x?Page=1"), Page::Next("/2010-04-01/x?Page=1".into()));
        assert!(matches!(page("https://evil.example/"), Page::Unclear(_)));
        assert!(matches!(looked("<html>"), Page::Unclear(_)));
        let (token, request) = (Secret::new("token"), request(text_to(TO, "x")));
        let since = "2026-06-01T14:00:00Z".parse().unwrap();
        let refused = look(&received(500, "[]"), message(&request).unwrap(), sender(FROM, &token), since);
        assert_eq!(refused, Page::Unclear("Twilio did not show its list: []".into()));
    }

    #[test]
    fn the_list_is_of_one_person_and_not_narrowed_by_date() {
        let (token, request) = (Secret::new("token"), request(text_to(TO, "x")));
        let call = list(message(&request).unwrap(), sender(FROM, &token));
        assert_eq!(call.path, "/2010-04-01/Accounts/AC1/Messages.json?To=%2B15125550142&PageSize=50");
    }
}

//! Delivery: a job becomes a request to a destination, and the answer gets its meaning. One file a destination.
//!
//! What a status means is decided here, in [`classify`]; what that makes of a job, in `domain::reply`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::content::Content;
use crate::domain::id::Ref;
use crate::domain::reply::{Meaning, Reply};
use crate::domain::text::{Internal, Untrusted};

pub mod scripted;

/// Bytes of an answer that are looked at.
const LOOKED_AT: usize = 16 * 1024;
/// Characters of an error that are kept where the answer is no JSON that we know: enough to recognise a web page by.
const TEXT_KEPT: usize = 200;
/// The longest wait that a destination may ask for.
const LONGEST_WAIT: i64 = 7 * 24 * 3600;

/// What leaves.
#[derive(Clone, Debug)]
pub struct Request {
    /// The job, as people call it.
    pub job: Ref,
    /// The how-manieth try it is, from 1.
    pub n: i64,
    /// The destination's name.
    pub destination: String,
    /// What kind of system it is: `crm`, `sms`, `portal` …
    pub kind: String,
    /// What is asked of it.
    pub operation: String,
    /// Travels with every try unchanged.
    pub idempotency_key: String,
    /// What is sent: internal.
    pub content: Internal<Content>,
    /// When the first try that may have left was announced: a look-up searches from a little before.
    pub since: DateTime<Utc>,
}

/// What came back, if anything did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An answer.
    Http {
        /// Its status code.
        status: u16,
        /// `Retry-After`, in seconds.
        retry_after: Option<i64>,
        /// Its body, as it came.
        body: String,
    },
    /// There was no connection: nothing left.
    NoConnection(String),
    /// The request may have left, and no answer came.
    NoAnswer(String),
}

/// What an answer means.
///
/// A gateway's 502 and 504 say that somebody behind it did not answer: the request may have had its effect.
pub fn classify(answer: &Answer) -> Reply {
    let without = |meaning, why: &str| Reply {
        meaning,
        status: None,
        error: Some(Untrusted::new(why.to_owned())),
        retry_after: None,
        remote_id: None,
    };
    let (status, retry_after, body) = match answer {
        Answer::Http { status, retry_after, body } => (*status, *retry_after, body),
        Answer::NoConnection(why) => return without(Meaning::NotReached, why),
        Answer::NoAnswer(why) => return without(Meaning::Silent, why),
    };
    let meaning = match status {
        200..=299 => Meaning::Accepted,
        401 | 403 => Meaning::LockedOut,
        425 | 429 => Meaning::Busy,
        502 | 504 => Meaning::Silent,
        408 | 500.. => Meaning::Broken,
        _ => Meaning::Refused,
    };
    Reply {
        meaning,
        status: Some(i64::from(status)),
        error: (meaning != Meaning::Accepted).then(|| Untrusted::new(error_text(status, body))),
        retry_after: retry_after
            .filter(|_| matches!(meaning, Meaning::Busy | Meaning::Broken))
            .map(|seconds| TimeDelta::seconds(seconds.clamp(0, LONGEST_WAIT))),
        remote_id: None,
    }
}

/// The error in a destination's words: HubSpot's `category` and `message`, Twilio's `code` and `message`, or the start
/// of whatever came.
fn error_text(status: u16, body: &str) -> String {
    let body = &body[..body.floor_char_boundary(LOOKED_AT)];
    let Ok(json) = serde_json::from_str::<serde_json::Value>(body) else {
        let start: String = body.trim().chars().take(TEXT_KEPT).collect();
        return if start.is_empty() { format!("status {status} with an empty answer") } else { start };
    };
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let kind = json.get("category").or_else(|| json.get("code")).and_then(text);
    let deeper = json.pointer("/errors/0/message").and_then(text);
    let message = deeper.or_else(|| json.get("message").and_then(text)).unwrap_or_else(|| "no message".to_owned());
    kind.map_or(message.clone(), |kind| format!("{kind}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn http(status: u16, retry_after: Option<i64>, body: &str) -> Answer {
        Answer::Http { status, retry_after, body: body.to_owned() }
    }

    const UNAUTHORISED: &str = r#"{"status":"error","message":"Authentication credentials not found.","correlationId":"a1b2","category":"INVALID_AUTHENTICATION"}"#;
    const INVALID: &str = r#"{"status":"error","message":"One or more validation errors occurred","category":"VALIDATION_ERROR",
        "errors":[{"message":"Property values were not valid"}]}"#;

    #[rstest]
    #[case(http(201, None, "{}"), Meaning::Accepted, None)]
    #[case(
        http(401, None, UNAUTHORISED),
        Meaning::LockedOut,
        Some("INVALID_AUTHENTICATION: Authentication credentials not found.")
    )]
    #[case(http(400, None, INVALID), Meaning::Refused, Some("VALIDATION_ERROR: Property values were not valid"))]
    #[case(
        http(400, None, r#"{"code":21211,"message":"Invalid 'To' Phone Number"}"#),
        Meaning::Refused,
        Some("21211: Invalid 'To' Phone Number")
    )]
    #[case(http(429, Some(10), "{}"), Meaning::Busy, Some("no message"))]
    #[case(http(500, None, ""), Meaning::Broken, Some("status 500 with an empty answer"))]
    #[case(http(502, None, "<html>Bad gateway</html>"), Meaning::Silent, Some("<html>Bad gateway</html>"))]
    #[case(http(302, None, "moved"), Meaning::Refused, Some("moved"))]
    #[case(Answer::NoConnection("refused".into()), Meaning::NotReached, Some("refused"))]
    #[case(Answer::NoAnswer("timed out".into()), Meaning::Silent, Some("timed out"))]
    fn answers_have_a_meaning(#[case] answer: Answer, #[case] meaning: Meaning, #[case] error: Option<&str>) {
        let reply = classify(&answer);
        assert_eq!((reply.meaning, reply.error.as_ref().map(Untrusted::raw)), (meaning, error));
    }

    proptest! {
        #[test]
        fn no_answer_breaks_it(status in 100..1000_u16, after in proptest::option::of(any::<i64>()), body in any::<String>()) {
            let reply = classify(&http(status, after, &body));
            prop_assert!(reply.retry_after.is_none_or(|wait| wait >= TimeDelta::zero()));
            prop_assert_eq!(reply.error.is_none(), (200..300).contains(&status));
        }
    }
}

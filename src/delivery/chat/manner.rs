//! The manner in which an endpoint wants to be asked: which fields it takes beside the messages. Pure.
//!
//! Older servers know `max_tokens` alone, and OpenAI's newer models refuse it: "Unsupported parameter: 'max_tokens' is not
//! supported with this model. Use 'max_completion_tokens' instead." (code `unsupported_parameter`). Models that think refuse
//! `temperature` (code `unsupported_value`). No list of models would stay true, so what is refused is asked otherwise.

use serde_json::{Map, Value, json};

use super::super::Received;
use super::message;

/// Tokens that the model may write.
const MOST_TOKENS: u32 = 600;
/// The same where what the model thinks counts among them, and is paid: a limit that is spent on thoughts leaves no draft.
const WITH_THOUGHTS: u32 = 8_000;

/// How a request is put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::delivery) struct Manner {
    /// With `max_completion_tokens` in place of `max_tokens`.
    renamed: bool,
    /// With no `temperature`: the model has its own.
    untempered: bool,
}

impl Manner {
    /// The fields.
    pub(super) fn fields(self) -> Map<String, Value> {
        let mut fields = Map::new();
        if self.renamed {
            fields.insert("max_completion_tokens".to_owned(), json!(WITH_THOUGHTS));
        } else {
            fields.insert("max_tokens".to_owned(), json!(MOST_TOKENS));
        }
        if !self.untempered {
            fields.insert("temperature".to_owned(), json!(0));
        }
        fields
    }

    /// How to ask again after this answer; `None` unless it refuses a field that can be put otherwise. Each is put otherwise
    /// once, so whoever refuses for ever is asked three times.
    pub(in crate::delivery) fn after(self, answer: &Received<'_>) -> Option<Self> {
        let json = answer.json().filter(|_| matches!(answer.status, 400 | 422))?;
        if !self.renamed && wants_new_name(&json) {
            return Some(Self { renamed: true, ..self });
        }
        (!self.untempered && wants_no_temperature(&json)).then_some(Self { untempered: true, ..self })
    }
}

/// Whether a parameter is named as one that is not supported, which OpenAI says in fields of their own.
fn is_unsupported(json: &Value, param: &str) -> bool {
    let code = json.pointer("/error/code").and_then(Value::as_str).unwrap_or_default();
    json.pointer("/error/param").and_then(Value::as_str) == Some(param) && code.starts_with("unsupported_")
}

fn wants_new_name(json: &Value) -> bool {
    // Gateways pass on the message alone.
    let said = message(json).to_lowercase();
    is_unsupported(json, "max_tokens") || (said.contains("max_completion_tokens") && said.contains("instead"))
}

fn wants_no_temperature(json: &Value) -> bool {
    let said = message(json).to_lowercase();
    let refuses = ["support", "deprecated", "allowed", "default"].iter().any(|word| said.contains(word));
    is_unsupported(json, "temperature") || (said.contains("temperature") && refuses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const PLAIN: Manner = Manner { renamed: false, untempered: false };
    const RENAMED: Manner = Manner { renamed: true, untempered: false };
    const UNTEMPERED: Manner = Manner { renamed: false, untempered: true };

    #[rstest]
    #[case::openai(
        400,
        r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
        Some(RENAMED)
    )]
    #[case::a_gateway(
        400,
        r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "code":"invalid_request_body"}}"#,
        Some(RENAMED)
    )]
    #[case::openai_thinks(
        400,
        r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
            "type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#,
        Some(UNTEMPERED)
    )]
    #[case::another_thinks(400, r#"{"error":{"message":"`temperature` is deprecated for this model."}}"#, Some(UNTEMPERED))]
    #[case::message_alone(422, r#"{"message":"invalid temperature: only 1 is allowed for this model"}"#, Some(UNTEMPERED))]
    #[case::too_long(
        400,
        r#"{"error":{"message":"This model's maximum context length is 4096 tokens","param":"messages"}}"#,
        None
    )]
    #[case::too_many(
        400,
        r#"{"error":{"message":"max_tokens is too large: 600","param":"max_tokens","code":"invalid_value"}}"#,
        None
    )]
    #[case::no_refusal(200, r#"{"error":{"param":"temperature","code":"unsupported_value"}}"#, None)]
    #[case::not_let_in(401, r#"{"error":{"param":"temperature","code":"unsupported_value"}}"#, None)]
    #[case::no_json(400, "temperature is not supported", None)]
    fn what_is_refused_is_put_otherwise(#[case] status: u16, #[case] body: &str, #[case] next: Option<Manner>) {
        let answer = Received { status, retry_after: None, body };
        assert_eq!(PLAIN.after(&answer), next);
        // Refused again, it is not asked a third time.
        assert_eq!(next.and_then(|next| next.after(&answer)), None);
    }

    #[test]
    fn the_fields_follow() {
        let names = |manner: Manner| manner.fields().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(PLAIN), ["max_tokens", "temperature"]);
        assert_eq!(names(Manner { renamed: true, untempered: true }), ["max_completion_tokens"]);
    }
}

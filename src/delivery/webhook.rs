//! Somebody's receiver of webhooks: what is sent it, signed, and what its status means. Pure.
//!
//! *Keyed*: the id is the idempotency key, and a receiver takes one id once. The scheme is Standard Webhooks
//! (github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`): HMAC-SHA256 over id, time and body, joined
//! by dots, so an id has none; the secret is base64 after `whsec_`; 410 says that it wants no more.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::http::{Call, Method};
use super::{Received, Request, spelled};
use crate::domain::content::Content;
use crate::domain::destination::Secret;
use crate::domain::reply::{Meaning, Reply};

/// Signing keys as they are handed out: with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Signs that an id has as they are; a dot is none of them, since dots part what is signed.
const SIGNS: &[u8] = b"-_:/+@#";

/// What signs.
pub(super) struct Key(Vec<u8>);

impl Key {
    /// The key in a secret.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub(super) fn new(secret: &Secret) -> Result<Self, String> {
        // The key leaves the secret here, to sign with and for nothing else.
        let encoded = secret.reveal().strip_prefix("whsec_");
        let key = encoded.and_then(|encoded| LENIENT.decode(encoded).ok()).filter(|key| !key.is_empty());
        key.map(Self).ok_or_else(|| "its secret is no signing key; it begins with whsec_, and base64 follows".to_owned())
    }

    fn signature(&self, id: &str, time: i64, body: &str) -> String {
        // A key of any length is taken; the type says that it could not be.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(format!("{id}.{time}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The request, signed at a time in seconds since 1970.
///
/// # Errors
/// Why there is none.
pub(super) fn hook(request: &Request, key: &Key, time: i64) -> Result<Call, String> {
    let Content::Hook(hook) = request.content.reveal() else {
        return Err(format!("a webhook takes hooks, and this is {:?}; send it elsewhere", request.content.reveal()));
    };
    let id = spelled(&request.idempotency_key, SIGNS);
    let signature = key.signature(&id, time, &hook.body);
    Ok(Call {
        method: Method::Post,
        path: String::new(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id),
            ("webhook-timestamp", time.to_string()),
            ("webhook-signature", signature),
        ],
        body: hook.body.clone(),
    })
}

/// What its answer means: the status says it all.
pub(super) fn read(answer: &Received<'_>) -> Reply {
    match answer.by_status() {
        Meaning::Accepted => answer.accepted(None),
        Meaning::Refused if answer.status == 410 => {
            answer.failed(Meaning::Refused, "status 410: the receiver is gone and wants no more; take the destination out")
        }
        meaning => answer.failed(meaning, &answer.error_text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::couriers::fixtures::request;
    use crate::domain::content::Hook;
    use rstest::rstest;

    /// The scheme's own published vector.
    #[test]
    fn the_published_vector_comes_out() {
        let key = Key::new(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let signature = key.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_body_travels_as_it_was_signed_under_our_key() {
        let key = Key::new(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let hook_of = |body: &str| Content::Hook(Hook { event: "lead.created".into(), body: body.into() });
        let call = hook(&request(hook_of("{\"a\": 1}")), &key, 1_614_265_330).ok().unwrap();
        assert_eq!((call.body.as_str(), call.path.as_str()), ("{\"a\": 1}", ""));
        assert!(call.headers.contains(&("webhook-id", "key-1".to_owned())));
        assert!(call.headers.contains(&("webhook-signature", key.signature("key-1", 1_614_265_330, "{\"a\": 1}"))));
        assert!(hook(&request(Content::Publish), &key, 0).is_err());
    }

    #[test]
    fn no_key_can_shift_what_is_signed() {
        let key = Key::new(&Secret::new("whsec_YWJj")).unwrap();
        let mut request = request(Content::Hook(Hook { event: String::new(), body: "b".into() }));
        request.idempotency_key = "acme:lead.created:1 é".into();
        let call = hook(&request, &key, 1).ok().unwrap();
        assert!(call.headers.contains(&("webhook-id", "acme:lead=2ecreated:1=20=c3=a9".to_owned())));
    }

    #[rstest]
    #[case("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    #[case("whsec_")]
    #[case("whsec_not base64!")]
    fn what_is_no_key_is_not_repeated(#[case] secret: &str) {
        let said = Key::new(&Secret::new(secret)).err().unwrap();
        assert_eq!(said, "its secret is no signing key; it begins with whsec_, and base64 follows");
    }

    #[rstest]
    #[case("whsec_YWJj")]
    #[case("whsec_YWI=")]
    #[case("whsec_YWI")]
    fn padding_may_be_left_out(#[case] secret: &str) {
        assert!(Key::new(&Secret::new(secret)).is_ok());
    }

    #[test]
    fn who_is_gone_is_not_asked_again() {
        let reply = read(&Received { status: 410, retry_after: None, body: "" });
        assert_eq!(reply.meaning, Meaning::Refused);
        assert!(reply.error.unwrap().raw().contains("take the destination out"));
    }
}

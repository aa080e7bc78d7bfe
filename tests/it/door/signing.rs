//! What each provider sends beside a body, made with a secret that the test knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use quotedeck::domain::event::Provider;
use quotedeck::domain::source::SourceSetting;
use ring::hmac;

/// The secret of a source in these tests.
pub(crate) fn secret(provider: Provider) -> Option<&'static str> {
    match provider {
        Provider::Event | Provider::Webhook => Some("whsec_c2VjcmV0"),
        Provider::Thumbtack | Provider::Sendgrid => Some("deck:secret"),
        Provider::Form | Provider::Csv | Provider::Email => None,
        _ => Some("secret"),
    }
}

/// The source with its secret.
pub(crate) fn source(provider: Provider) -> SourceSetting {
    super::source(provider, secret(provider).as_slice())
}

fn keyed(algorithm: hmac::Algorithm, parts: &[&[u8]]) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(algorithm, b"secret"), &parts.concat()))
}

/// The headers of a genuine request.
pub(crate) fn headers(provider: Provider, url: &str, body: &[u8], at: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let millis = at.timestamp_millis().to_string();
    match provider {
        Provider::TwilioVoice | Provider::TwilioSms => {
            let mut pairs: Vec<_> = form_urlencoded::parse(body).into_owned().collect();
            pairs.sort();
            pairs.dedup();
            let text = pairs.into_iter().fold(url.to_owned(), |text, (name, value)| text + &name + &value);
            vec![("X-Twilio-Signature", keyed(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &[text.as_bytes()]))]
        }
        Provider::Callrail => vec![("Signature", keyed(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &[body]))],
        Provider::Quickbooks => vec![("intuit-signature", keyed(hmac::HMAC_SHA256, &[body]))],
        Provider::Hubspot => {
            let signed = keyed(hmac::HMAC_SHA256, &[b"POST", url.as_bytes(), body, millis.as_bytes()]);
            vec![("X-HubSpot-Signature-v3", signed), ("X-HubSpot-Request-Timestamp", millis)]
        }
        Provider::Angi => vec![("X-API-Key", "secret".to_owned())],
        Provider::Thumbtack | Provider::Sendgrid => {
            vec![("Authorization", format!("Basic {}", STANDARD.encode("deck:secret")))]
        }
        Provider::Event | Provider::Webhook => {
            let (id, time) = (format!("m-{}", uuid::Uuid::now_v7()), at.timestamp().to_string());
            let signed = keyed(hmac::HMAC_SHA256, &[id.as_bytes(), b".", time.as_bytes(), b".", body]);
            vec![("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", format!("v1,{signed}"))]
        }
        // Mailgun signs in the body.
        Provider::Mailgun | Provider::Form | Provider::Csv | Provider::Email | Provider::SearchConsole => vec![],
    }
}

/// A mail as Mailgun's routes deliver it.
pub(crate) fn mailgun(token: &str, at: DateTime<Utc>) -> String {
    let time = at.timestamp();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"secret"), format!("{time}{token}").as_bytes());
    let tag = quotedeck::domain::journal::to_hex(tag.as_ref());
    format!(
        "recipient=office%40acme.example&From=Dana+%3Cdana%40example.com%3E&Subject=Leak&Message-Id=%3C{token}%40x%3E\
         &body-plain=It+drips&timestamp={time}&token={token}&signature={tag}"
    )
}

//! A request as the provider would sign it, made with our own secret: a test event goes through the same checks as a genuine one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ring::hmac;

use super::{base64, sendgrid};
use crate::domain::event::Provider;
use crate::domain::journal::to_hex;
use crate::domain::source::SourceSetting;

/// What is sent beside a body, or instead of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The raw bytes: a provider may sign within them.
    pub body: Vec<u8>,
}

/// Signs a body with the source's first secret; a source without one sends it as it is. `id` names the delivery.
///
/// `None` where nobody but the provider can sign: `SendGrid` keeps its private key.
pub fn sign(setting: &SourceSetting, url: &str, id: &str, mut body: Vec<u8>, at: DateTime<Utc>) -> Option<Signed> {
    let Some(secret) = setting.secrets.first().map(|secret| secret.reveal().to_owned()).filter(|secret| !secret.is_empty())
    else {
        return Some(Signed { headers: vec![], body });
    };
    let key = secret.as_bytes();
    let (seconds, millis) = (at.timestamp().to_string(), at.timestamp_millis().to_string());
    let named = |headers: &[(&str, String)]| -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let headers = match setting.provider {
        Provider::TwilioVoice | Provider::TwilioSms => {
            let mut pairs: Vec<_> = form_urlencoded::parse(&body).into_owned().collect();
            pairs.sort();
            pairs.dedup();
            let text = pairs.into_iter().fold(url.to_owned(), |text, (name, value)| text + &name + &value);
            named(&[("x-twilio-signature", tag(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key, &[text.as_bytes()]))])
        }
        Provider::Callrail => named(&[("signature", tag(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key, &[&body]))]),
        Provider::Quickbooks => named(&[("intuit-signature", tag(hmac::HMAC_SHA256, key, &[&body]))]),
        Provider::Hubspot => {
            let signed = tag(hmac::HMAC_SHA256, key, &[b"POST", url.as_bytes(), &body, millis.as_bytes()]);
            named(&[("x-hubspot-signature-v3", signed), ("x-hubspot-request-timestamp", millis)])
        }
        Provider::Event | Provider::Webhook => {
            let key = base64(secret.strip_prefix("whsec_").unwrap_or(&secret)).unwrap_or_default();
            let signed = tag(hmac::HMAC_SHA256, &key, &[id.as_bytes(), b".", seconds.as_bytes(), b".", &body]);
            named(&[("webhook-id", id.to_owned()), ("webhook-timestamp", seconds), ("webhook-signature", format!("v1,{signed}"))])
        }
        Provider::Mailgun => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            let tag = to_hex(hmac::sign(&key, format!("{seconds}{id}").as_bytes()).as_ref());
            body.extend_from_slice(format!("&timestamp={seconds}&token={id}&signature={tag}").as_bytes());
            vec![]
        }
        Provider::Sendgrid if sendgrid::is_public_key(&secret) => return None,
        Provider::Thumbtack | Provider::Sendgrid => named(&[("authorization", format!("Basic {}", STANDARD.encode(key)))]),
        Provider::Angi => named(&[(setting.header.as_deref().unwrap_or("x-api-key"), secret.clone())]),
        // It is asked, and sends nothing.
        Provider::SearchConsole => return None,
        Provider::Form | Provider::Csv | Provider::Email => named(&[("authorization", format!("Bearer {secret}"))]),
    };
    Some(Signed { headers, body })
}

fn tag(algorithm: hmac::Algorithm, key: &[u8], parts: &[&[u8]]) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(algorithm, key), &parts.concat()))
}

//! SendGrid: `X-Twilio-Email-Event-Webhook-Signature` is an ECDSA signature (P-256, SHA-256) over the time in
//! `X-Twilio-Email-Event-Webhook-Timestamp` and the raw body; the secret is the public key, base64 of its DER form. An
//! inbound parse that is not signed carries a login instead (`https://NAME:PASSWORD@…` in its URL).

use chrono::DateTime;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use super::{Checked, PASSED, Request, base64, key, timely};
use crate::domain::source::Refusal;

/// What comes before the point in the DER form of a P-256 public key.
const DER: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
    0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The DER form of a public key; `None` when the secret is a login.
fn der(secret: &str) -> Option<Vec<u8>> {
    base64(secret).filter(|der| der.starts_with(&DER))
}

/// Whether the secret is a public key: then nobody here can sign.
pub(super) fn is_public_key(secret: &str) -> bool {
    der(secret).is_some()
}

pub(super) fn verify(request: &Request<'_>, secret: &[u8]) -> Checked {
    let Some(der) = std::str::from_utf8(secret).ok().and_then(der) else { return key::basic(request, secret) };
    let tag = request.header("x-twilio-email-event-webhook-signature").and_then(base64).ok_or(Refusal::Signature)?;
    let time = request.header("x-twilio-email-event-webhook-timestamp").ok_or(Refusal::Signature)?;
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &der[DER.len()..]);
    key.verify(&[time.as_bytes(), request.body].concat(), &tag).map_err(|_| Refusal::Signature)?;
    timely(request, time.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0))).map(|()| PASSED)
}

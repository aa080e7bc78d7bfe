//! Whether a request is the provider's: each way of vouching is a file of its own, and all read the raw bytes before
//! anything is parsed. Secrets are compared in constant time. Pure: the time comes in with the request.

use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;

use crate::domain::destination::Secret;
use crate::domain::event::Provider;
use crate::domain::source::{Refusal, SourceSetting};

mod callrail;
mod hubspot;
mod key;
mod mailgun;
pub mod mark;
mod quickbooks;
mod sendgrid;
pub mod sign;
mod standard;
mod twilio;

#[cfg(test)]
mod tests;

/// How far the time in a signature may be from ours, both ways.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// A request as it came in.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// `POST`.
    pub method: &'a str,
    /// The whole public URL, as the provider called it.
    pub url: &'a str,
    /// Names in lower case, with their values.
    pub headers: &'a [(String, String)],
    /// The raw bytes.
    pub body: &'a [u8],
    /// When it arrived.
    pub at: DateTime<Utc>,
}

impl Request<'_> {
    /// A header; `None` when it is missing, or there twice: then nobody can say which one was signed.
    fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

/// A request that is the provider's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// What the provider calls this delivery, where it signs such a name; else its content is its name.
    pub delivery: Option<String>,
}

const PASSED: Passed = Passed { delivery: None };

type Checked = Result<Passed, Refusal>;

/// Whether requests of this provider are turned away while no secret is set.
pub fn needs_secret(provider: Provider) -> bool {
    // These have no way of their own to vouch; the key in their URL does.
    !matches!(provider, Provider::Form | Provider::Csv | Provider::Event | Provider::Email | Provider::Sendgrid)
}

/// Checks a request with what the configuration has for its source.
///
/// # Errors
/// Why it is turned away.
pub fn verify(setting: &SourceSetting, request: &Request<'_>) -> Checked {
    let provider = setting.provider;
    let secrets: Vec<&[u8]> = setting.secrets.iter().map(|secret| secret.reveal().as_bytes()).filter(|s| !s.is_empty()).collect();
    if secrets.is_empty() {
        return if needs_secret(provider) || setting.missing.is_some() { Err(Refusal::NoSecret) } else { Ok(PASSED) };
    }
    let mut refusal = Refusal::Signature;
    for secret in secrets {
        let checked = match provider {
            Provider::TwilioVoice | Provider::TwilioSms => twilio::verify(request, secret),
            Provider::Callrail => callrail::verify(request, secret),
            Provider::Thumbtack => key::basic(request, secret),
            Provider::Angi => key::header(request, setting.header.as_deref().unwrap_or("x-api-key"), secret),
            Provider::Hubspot => hubspot::verify(request, secret),
            Provider::Quickbooks => quickbooks::verify(request, secret),
            Provider::Sendgrid => sendgrid::verify(request, secret),
            Provider::Mailgun => mailgun::verify(request, secret),
            Provider::Event | Provider::Webhook => standard::verify(request, secret),
            Provider::Form | Provider::Csv | Provider::Email => key::bearer(request, secret),
            // It is asked, and sends nothing.
            Provider::SearchConsole => Err(Refusal::Signature),
        };
        match checked {
            Ok(passed) => return Ok(passed),
            // Of several secrets the one that fitted says most.
            Err(Refusal::Signature) => {}
            Err(other) => refusal = other,
        }
    }
    Err(refusal)
}

/// A secret that is what the configuration holds: compared in constant time, whatever its length.
fn same(ours: &[u8], theirs: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, ours);
    let tag = hmac::sign(&key, theirs);
    // Equal under a key that is one of the two means equal; verifying compares in constant time.
    hmac::verify(&key, ours, tag.as_ref()).is_ok()
}

/// Whether a time that was signed is near enough to ours.
fn timely(request: &Request<'_>, signed: Option<DateTime<Utc>>) -> Result<(), Refusal> {
    let signed = signed.ok_or(Refusal::Signature)?;
    if (request.at - signed).abs() <= TOLERANCE { Ok(()) } else { Err(Refusal::Late) }
}

/// What is encoded, in base64 of either alphabet, with or without padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::alphabet::{STANDARD, URL_SAFE};
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text = text.trim();
    GeneralPurpose::new(&STANDARD, lenient).decode(text).or_else(|_| GeneralPurpose::new(&URL_SAFE, lenient).decode(text)).ok()
}

/// What is encoded in hexadecimal.
fn hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

/// Whether `tag` is the HMAC of the parts, one after the other.
fn hmac_fits(algorithm: hmac::Algorithm, secret: &[u8], parts: &[&[u8]], tag: &[u8]) -> Result<(), Refusal> {
    let key = hmac::Key::new(algorithm, secret);
    hmac::verify(&key, &parts.concat(), tag).map_err(|_| Refusal::Signature)
}

/// A secret as the configuration holds it, for tests and settings.
pub fn secrets(texts: &[&str]) -> Vec<Secret> {
    texts.iter().map(|text| Secret::new(text)).collect()
}

//! Standard Webhooks: `webhook-signature` is a list of `v1,` and the base64 of HMAC-SHA256 over id, time and body with dots
//! between; the secret is base64 after `whsec_`. One fitting signature of several is enough: the sender may be changing keys.

use chrono::DateTime;
use ring::hmac;

use super::{Checked, Passed, Request, base64, hmac_fits, timely};
use crate::domain::source::Refusal;

/// Signatures that are looked at, at most: each costs a hash over the body.
const MOST: usize = 8;

pub(super) fn verify(request: &Request<'_>, secret: &[u8]) -> Checked {
    let header = |name| request.header(name).filter(|value: &&str| !value.is_empty()).ok_or(Refusal::Signature);
    let (id, time, list) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let secret = std::str::from_utf8(secret).ok().and_then(|text| base64(text.strip_prefix("whsec_").unwrap_or(text)));
    let secret = secret.filter(|secret| !secret.is_empty()).ok_or(Refusal::NoSecret)?;
    let parts = [id.as_bytes(), b".", time.as_bytes(), b".", request.body];
    let tags = list.split_ascii_whitespace().take(MOST).filter_map(|tag| tag.strip_prefix("v1,").and_then(base64));
    let fits = tags.filter(|tag| hmac_fits(hmac::HMAC_SHA256, &secret, &parts, tag).is_ok()).count();
    if fits == 0 {
        return Err(Refusal::Signature);
    }
    timely(request, time.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)))?;
    Ok(Passed { delivery: Some(format!("id:{id}")) })
}

//! HubSpot, version 3: `X-HubSpot-Signature-v3` is the base64 of HMAC-SHA256, keyed by the app's client secret, over method,
//! URL, body and the time in milliseconds that stands in `X-HubSpot-Request-Timestamp`. Older versions carry no time and
//! are not taken.

use chrono::DateTime;
use ring::hmac;

use super::{Checked, PASSED, Request, base64, hmac_fits, timely};
use crate::domain::source::Refusal;

pub(super) fn verify(request: &Request<'_>, secret: &[u8]) -> Checked {
    let tag = request.header("x-hubspot-signature-v3").and_then(base64).ok_or(Refusal::Signature)?;
    let time = request.header("x-hubspot-request-timestamp").ok_or(Refusal::Signature)?;
    let parts = [request.method.as_bytes(), request.url.as_bytes(), request.body, time.as_bytes()];
    hmac_fits(hmac::HMAC_SHA256, secret, &parts, &tag)?;
    timely(request, time.parse().ok().and_then(DateTime::from_timestamp_millis)).map(|()| PASSED)
}

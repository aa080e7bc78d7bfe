//! Mailgun: three fields of the body itself, `timestamp`, `token` and `signature`: the hexadecimal HMAC-SHA256 over the
//! first two, keyed by the signing key. The rest of the body is not signed, so a token is taken once.

use chrono::DateTime;
use ring::hmac;

use super::{Checked, Passed, Request, hex, hmac_fits, timely};
use crate::domain::source::Refusal;
use crate::intake::multipart;

pub(super) fn verify(request: &Request<'_>, secret: &[u8]) -> Checked {
    let (mut time, mut token, mut tag) = (None, None, None);
    for (name, value) in multipart::plain_fields(request.body) {
        let place = match name.as_str() {
            "timestamp" => &mut time,
            "token" => &mut token,
            "signature" => &mut tag,
            _ => continue,
        };
        // Twice the same field: nobody can say which one was meant.
        if place.replace(value).is_some() {
            return Err(Refusal::Signature);
        }
    }
    let (Some(time), Some(token), Some(tag)) = (time, token, tag) else { return Err(Refusal::Signature) };
    let tag = hex(&tag).ok_or(Refusal::Signature)?;
    hmac_fits(hmac::HMAC_SHA256, secret, &[time.as_bytes(), token.as_bytes()], &tag)?;
    timely(request, time.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)))?;
    Ok(Passed { delivery: Some(format!("token:{token}")) })
}

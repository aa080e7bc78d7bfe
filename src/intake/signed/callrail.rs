//! CallRail: `Signature` is the base64 of HMAC-SHA1 over the raw body, keyed by the company's secret token. It carries no
//! time: a second delivery is known by its content.

use ring::hmac;

use super::{Checked, PASSED, Request, base64, hmac_fits};
use crate::domain::source::Refusal;

pub(super) fn verify(request: &Request<'_>, secret: &[u8]) -> Checked {
    let tag = request.header("signature").and_then(base64).ok_or(Refusal::Signature)?;
    hmac_fits(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret, &[request.body], &tag).map(|()| PASSED)
}

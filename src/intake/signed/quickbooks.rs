//! QuickBooks Online: `intuit-signature` is the base64 of HMAC-SHA256 over the raw body, keyed by the app's verifier token.
//! It carries no time: a second delivery is known by its content.

use ring::hmac;

use super::{Checked, PASSED, Request, base64, hmac_fits};
use crate::domain::source::Refusal;

pub(super) fn verify(request: &Request<'_>, secret: &[u8]) -> Checked {
    let tag = request.header("intuit-signature").and_then(base64).ok_or(Refusal::Signature)?;
    hmac_fits(hmac::HMAC_SHA256, secret, &[request.body], &tag).map(|()| PASSED)
}

//! Providers that sign nothing: a login (HTTP Basic), or a key in a header that was agreed on. It vouches for the sender and
//! not for the body, so all of it rests on TLS.

use super::{Checked, PASSED, Request, base64, same};
use crate::domain::source::Refusal;

/// `Authorization: Basic`; the secret is `NAME:PASSWORD`.
pub(super) fn basic(request: &Request<'_>, secret: &[u8]) -> Checked {
    let told = authorization(request, "basic").and_then(base64);
    if told.is_some_and(|told| same(secret, &told)) { Ok(PASSED) } else { Err(Refusal::Signature) }
}

/// `Authorization: Bearer`.
pub(super) fn bearer(request: &Request<'_>, secret: &[u8]) -> Checked {
    let told = authorization(request, "bearer");
    if told.is_some_and(|told| same(secret, told.as_bytes())) { Ok(PASSED) } else { Err(Refusal::Signature) }
}

/// A header of this name that holds the secret itself.
pub(super) fn header(request: &Request<'_>, name: &str, secret: &[u8]) -> Checked {
    let told = request.header(name);
    if told.is_some_and(|told| same(secret, told.trim().as_bytes())) { Ok(PASSED) } else { Err(Refusal::Signature) }
}

fn authorization<'a>(request: &'a Request<'_>, scheme: &str) -> Option<&'a str> {
    let (told, value) = request.header("authorization")?.trim().split_once(' ')?;
    told.eq_ignore_ascii_case(scheme).then(|| value.trim())
}

//! Twilio: `X-Twilio-Signature` is the base64 of HMAC-SHA1, keyed by the account's auth token, over the public URL and then
//! every form parameter, sorted by name, name and value one after the other. A JSON body is not in there: its SHA-256 stands
//! in the URL as `bodySHA256`. The URL counts with and without its default port. It carries no time: a second delivery is
//! known by its content.

use std::collections::BTreeSet;

use ring::{digest, hmac};
use url::Url;

use super::{Checked, PASSED, Request, base64, hex, hmac_fits, same};
use crate::domain::source::Refusal;

pub(super) fn verify(request: &Request<'_>, secret: &[u8]) -> Checked {
    let tag = request.header("x-twilio-signature").and_then(base64).ok_or(Refusal::Signature)?;
    let hash = Url::parse(request.url)
        .ok()
        .and_then(|url| url.query_pairs().find(|(name, _)| name == "bodySHA256").map(|(_, value)| value.into_owned()));
    let parameters = match hash {
        Some(hash) => {
            let told = hex(&hash).ok_or(Refusal::Signature)?;
            if !same(digest::digest(&digest::SHA256, request.body).as_ref(), &told) {
                return Err(Refusal::Signature);
            }
            String::new()
        }
        None => sorted(request.body),
    };
    let fits = |url: &str| {
        hmac_fits(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret, &[url.as_bytes(), parameters.as_bytes()], &tag).is_ok()
    };
    let [with, without] = ports(request.url);
    if fits(request.url) || fits(&with) || fits(&without) { Ok(PASSED) } else { Err(Refusal::Signature) }
}

/// Names and values in order; of equal ones each once.
fn sorted(body: &[u8]) -> String {
    let all: BTreeSet<_> = form_urlencoded::parse(body).collect();
    all.into_iter().fold(String::new(), |text, (name, value)| text + &name + &value)
}

/// The URL with the default port of its scheme, and without any.
fn ports(url: &str) -> [String; 2] {
    let Some((scheme, rest)) = url.split_once("://") else { return [url.to_owned(), url.to_owned()] };
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let bare = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name);
    let port = if scheme == "http" { 80 } else { 443 };
    [format!("{scheme}://{bare}:{port}{path}"), format!("{scheme}://{bare}{path}")]
}

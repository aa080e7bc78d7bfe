//! The mark of a test event: a header that says so, and is itself signed. Who has neither the source's secret nor the key in
//! its URL can make none, so nobody else can have a genuine request taken for a test.
//!
//! `t=SECONDS,v1=HEX`: HMAC-SHA256 under the secret, over the purpose, the key in the URL, the time and the body. A source
//! without a secret is marked with the key in its URL alone, which is all that vouches for it anyway.

use chrono::{DateTime, Utc};
use ring::hmac;

use super::{Request, hex, hmac_fits, timely};
use crate::domain::journal::to_hex;
use crate::domain::source::{Refusal, SourceSetting};

/// The header, in lower case.
pub const HEADER: &str = "quotedeck-test";
/// What the tag is over first: a tag for this purpose is one for no other, though the provider signs with the same secret.
const PURPOSE: &[u8] = b"quotedeck test event 1\0";

/// The value of the header, made with the source's first secret.
pub fn mark(setting: &SourceSetting, key: &str, body: &[u8], at: DateTime<Utc>) -> String {
    let secret = setting.secrets.first().map(|secret| secret.reveal().as_bytes()).unwrap_or_default();
    let time = at.timestamp().to_string();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), &parts(key, &time, body).concat());
    format!("t={time},v1={}", to_hex(tag.as_ref()))
}

fn parts<'a>(key: &'a str, time: &'a str, body: &'a [u8]) -> [&'a [u8]; 6] {
    // The key in a URL and the time have no dot in them.
    [PURPOSE, key.as_bytes(), b".", time.as_bytes(), b".", body]
}

/// Whether a request says that it is a test event, rightly or not.
pub fn is_marked(request: &Request<'_>) -> bool {
    request.headers.iter().any(|(name, _)| name == HEADER)
}

/// Checks the mark of a request that came in under this key.
///
/// # Errors
/// `Signature` when it is forged, `Late` when it is too old.
pub fn verify(setting: &SourceSetting, key: &str, request: &Request<'_>) -> Result<(), Refusal> {
    let told = request.header(HEADER).and_then(|value| value.strip_prefix("t=")?.split_once(",v1="));
    let (time, tag) = told.ok_or(Refusal::Signature)?;
    let tag = hex(tag).ok_or(Refusal::Signature)?;
    let known: Vec<&[u8]> = setting.secrets.iter().map(|secret| secret.reveal().as_bytes()).collect();
    let secrets = if known.is_empty() { vec![b"".as_slice()] } else { known };
    let fits = |secret: &&[u8]| hmac_fits(hmac::HMAC_SHA256, secret, &parts(key, time, request.body), &tag).is_ok();
    if !secrets.iter().any(fits) {
        return Err(Refusal::Signature);
    }
    timely(request, time.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)))
}

#[cfg(test)]
mod tests {
    use super::super::secrets;
    use super::*;
    use crate::domain::event::Provider;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn at() -> DateTime<Utc> {
        "2026-03-12T14:30:00Z".parse().unwrap()
    }

    fn source(with: &[&str]) -> SourceSetting {
        SourceSetting { secrets: secrets(with), ..SourceSetting::new(Provider::TwilioSms) }
    }

    fn check(setting: &SourceSetting, key: &str, value: &str, body: &[u8], at: DateTime<Utc>) -> Result<(), Refusal> {
        let headers = [(HEADER.to_owned(), value.to_owned())];
        verify(setting, key, &Request { method: "POST", url: "", headers: &headers, body, at })
    }

    #[test]
    fn a_mark_is_for_one_key_body_and_secret() {
        let ours = source(&["new", "old"]);
        let value = mark(&ours, "K", b"body", at());
        assert_eq!(check(&ours, "K", &value, b"body", at()), Ok(()));
        assert_eq!(check(&source(&["other", "new"]), "K", &value, b"body", at()), Ok(()), "either secret will do");
        for (setting, key, body) in [
            (&ours, "L", b"body".as_slice()),
            (&ours, "K", b"bodY"),
            (&source(&["other"]), "K", b"body"),
            (&source(&[]), "K", b"body"),
        ] {
            assert_eq!(check(setting, key, &value, body, at()), Err(Refusal::Signature));
        }
        let none = source(&[]);
        assert_eq!(check(&none, "K", &mark(&none, "K", b"x", at()), b"x", at()), Ok(()));
        assert_eq!(check(&ours, "K", &mark(&none, "K", b"x", at()), b"x", at()), Err(Refusal::Signature));
    }

    #[test]
    fn a_mark_is_no_key_to_any_other_lock() {
        // QuickBooks signs the body alone under the same secret; nothing that it signs begins with the purpose.
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"new"), b"body");
        let value = format!("t={},v1={}", at().timestamp(), to_hex(tag.as_ref()));
        assert_eq!(check(&source(&["new"]), "K", &value, b"body", at()), Err(Refusal::Signature));
    }

    #[test]
    fn an_old_mark_and_two_of_them_are_none() {
        let ours = source(&["new"]);
        let value = mark(&ours, "K", b"", at());
        assert_eq!(check(&ours, "K", &value, b"", at() + TimeDelta::minutes(5)), Ok(()));
        for minutes in [-6, 6] {
            assert_eq!(check(&ours, "K", &value, b"", at() + TimeDelta::minutes(minutes)), Err(Refusal::Late));
        }
        let headers = vec![(HEADER.to_owned(), value); 2];
        let twice = Request { method: "POST", url: "", headers: &headers, body: b"", at: at() };
        assert_eq!((is_marked(&twice), verify(&ours, "K", &twice)), (true, Err(Refusal::Signature)));
    }

    proptest! {
        #[test]
        fn no_value_panics_and_none_fits(value in any::<String>()) {
            prop_assert_eq!(check(&source(&["new"]), "K", &value, b"", at()), Err(Refusal::Signature));
        }

        #[test]
        fn one_bit_flipped_fits_no_more(index in any::<prop::sample::Index>(), bit in 0..7_u8) {
            let ours = source(&["new"]);
            let mut value = mark(&ours, "K", b"body", at()).into_bytes();
            let index = index.index(value.len());
            value[index] ^= 1 << bit;
            let value = String::from_utf8_lossy(&value).to_ascii_lowercase();
            prop_assume!(value != mark(&ours, "K", b"body", at()));
            prop_assert_eq!(check(&ours, "K", &value, b"body", at()), Err(Refusal::Signature));
        }
    }
}

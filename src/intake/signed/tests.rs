//! Every published vector passes; the same with one bit flipped, a late time, or another's secret does not.

use super::*;
use rstest::rstest;

struct Vector {
    provider: Provider,
    secret: String,
    method: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    at: i64,
}

fn headers(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Vector {
    fn check(&self) -> Checked {
        let mut setting = SourceSetting::new(self.provider);
        setting.secrets = secrets(&[&self.secret]);
        let at = DateTime::from_timestamp_millis(self.at).unwrap();
        verify(&setting, &Request { method: self.method, url: &self.url, headers: &self.headers, body: &self.body, at })
    }
}

fn twilio(body: &str, signature: &str) -> Vector {
    Vector {
        provider: Provider::TwilioVoice,
        secret: "12345".into(),
        method: "POST",
        url: "https://mycompany.com/myapp.php?foo=1&bar=2".into(),
        headers: headers(&[("x-twilio-signature", signature)]),
        body: body.as_bytes().to_vec(),
        at: 1_700_000_000_000,
    }
}

/// The vectors that the providers' own libraries are tested with.
fn published() -> Vec<Vector> {
    vec![
        twilio(
            "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        twilio("Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234", "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        Vector {
            provider: Provider::Event,
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
            method: "POST",
            url: "https://deck.example/in".into(),
            headers: headers(&[
                ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                ("webhook-timestamp", "1614265330"),
                ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ]),
            body: br#"{"test": 2432232314}"#.to_vec(),
            at: 1_614_265_330_000,
        },
        Vector {
            provider: Provider::Hubspot,
            secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy".into(),
            method: "POST",
            url: "https://www.example.com/webhook_uri".into(),
            headers: headers(&[
                ("x-hubspot-signature-v3", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
                ("x-hubspot-request-timestamp", "1693657560000"),
            ]),
            body: b"{'example_field':'example_value'}".to_vec(),
            at: 1_693_657_560_000,
        },
        Vector {
            provider: Provider::Sendgrid,
            secret: SENDGRID_KEY.into(),
            method: "POST",
            url: "https://deck.example/in".into(),
            headers: headers(&[
                (
                    "x-twilio-email-event-webhook-signature",
                    "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
                ),
                ("x-twilio-email-event-webhook-timestamp", "1600112502"),
            ]),
            body: SENDGRID_BODY.as_bytes().to_vec(),
            at: 1_600_112_502_000,
        },
    ]
}

const SENDGRID_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
const SENDGRID_BODY: &str = "[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\",\"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\",\"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\",\"timestamp\":1600112492}]\r\n";

fn encoded(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

fn keyed(algorithm: hmac::Algorithm, secret: &str, text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), text).as_ref().to_vec()
}

/// Schemes that no vector was published for, signed here by the rule their provider states.
fn by_rule() -> Vec<Vector> {
    let vector = |provider, secret: &str, list: Vec<(String, String)>, body: &[u8]| Vector {
        provider,
        secret: secret.into(),
        method: "POST",
        url: "https://deck.example/in".into(),
        headers: list,
        body: body.to_vec(),
        at: 1_700_000_000_000,
    };
    let body = br#"{"id":1}"#;
    let sha1 = encoded(&keyed(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, "token", body));
    let sha256 = encoded(&keyed(hmac::HMAC_SHA256, "token", body));
    let told = keyed(hmac::HMAC_SHA256, "token", b"1700000000abc");
    let told = crate::domain::journal::to_hex(&told);
    let mailgun = format!("timestamp=1700000000&token=abc&signature={told}&recipient=a%40b.example");
    vec![
        vector(Provider::Callrail, "token", headers(&[("signature", &sha1)]), body),
        vector(Provider::Quickbooks, "token", headers(&[("intuit-signature", &sha256)]), body),
        vector(Provider::Mailgun, "token", vec![], mailgun.as_bytes()),
        vector(Provider::Angi, "token", headers(&[("x-api-key", "token")]), body),
        vector(
            Provider::Thumbtack,
            "deck:token",
            headers(&[("authorization", &format!("Basic {}", encoded(b"deck:token")))]),
            body,
        ),
        vector(Provider::Form, "token", headers(&[("authorization", "Bearer token")]), body),
    ]
}

#[test]
fn what_is_signed_by_the_rule_passes_and_another_secret_does_not() {
    for vector in by_rule() {
        assert!(vector.check().is_ok(), "{}", vector.provider);
        let provider = vector.provider;
        let other = Vector { secret: "another".into(), ..vector };
        assert_eq!(other.check(), Err(Refusal::Signature), "{provider}");
    }
}

#[test]
fn a_flipped_bit_of_what_is_covered_fails() {
    for vector in by_rule() {
        // A key vouches for the sender; what is signed covers the body, and Mailgun's the time and token in it.
        let covered = match vector.provider {
            Provider::Callrail | Provider::Quickbooks => 0..vector.body.len(),
            Provider::Mailgun => 10..vector.body.len() - 25,
            _ => 0..0,
        };
        for at in covered {
            let mut body = vector.body.clone();
            body[at] ^= 1;
            let flipped = Vector {
                body,
                secret: vector.secret.clone(),
                url: vector.url.clone(),
                headers: vector.headers.clone(),
                ..vector
            };
            assert!(flipped.check().is_err(), "{} byte {at}", flipped.provider);
        }
        for (n, (name, value)) in vector.headers.iter().enumerate() {
            let mut changed = vector.headers.clone();
            let mut bytes = value.clone().into_bytes();
            let last = bytes.len() / 2;
            bytes[last] ^= 1;
            changed[n].1 = String::from_utf8_lossy(&bytes).into_owned();
            let flipped = Vector {
                headers: changed,
                secret: vector.secret.clone(),
                url: vector.url.clone(),
                body: vector.body.clone(),
                ..vector
            };
            assert!(flipped.check().is_err(), "{} {name}", flipped.provider);
        }
    }
}

#[test]
fn mailgun_says_when_and_which_token() {
    let at = |seconds: i64| {
        by_rule().into_iter().find(|v| v.provider == Provider::Mailgun).map(|v| Vector { at: v.at + seconds * 1000, ..v })
    };
    assert_eq!(at(0).unwrap().check(), Ok(Passed { delivery: Some("token:abc".into()) }));
    assert_eq!(at(301).unwrap().check(), Err(Refusal::Late));
    assert_eq!(at(-301).unwrap().check(), Err(Refusal::Late));
    let mut twice = at(0).unwrap();
    twice.body.extend_from_slice(b"&token=abc");
    assert_eq!(twice.check(), Err(Refusal::Signature));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_made_up_passes_or_panics(
        body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        values in proptest::collection::vec("[ -~]{0,60}", 8),
        which in 0..<Provider as strum::VariantArray>::VARIANTS.len(),
    ) {
        let names = ["x-twilio-signature", "signature", "intuit-signature", "x-hubspot-signature-v3", "x-hubspot-request-timestamp",
            "authorization", "webhook-signature", "webhook-timestamp"];
        let headers: Vec<_> = names.iter().map(|name| (*name).to_owned()).zip(values).chain([("webhook-id".to_owned(), "m".to_owned())]).collect();
        let mut setting = SourceSetting::new(<Provider as strum::VariantArray>::VARIANTS[which]);
        setting.secrets = secrets(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SENDGRID_KEY]);
        let request = Request { method: "POST", url: "https://deck.example/in?a=b", headers: &headers, body: &body, at: DateTime::UNIX_EPOCH };
        proptest::prop_assert!(verify(&setting, &request).is_err());
    }
}

#[test]
fn every_published_vector_passes() {
    for vector in published() {
        assert!(vector.check().is_ok(), "{}", vector.provider);
    }
}

#[test]
fn one_bit_flipped_anywhere_fails() {
    for vector in published() {
        let whole = Vector { ..vector };
        for bit in 0..whole.body.len() * 8 {
            let mut body = whole.body.clone();
            body[bit / 8] ^= 1 << (bit % 8);
            // What a form means the same way is signed the same way: `+` and a blank, an escape in either case.
            let meant = |body: &[u8]| form_urlencoded::parse(body).into_owned().collect::<Vec<_>>();
            let form = matches!(whole.provider, Provider::TwilioVoice | Provider::TwilioSms);
            if form && meant(&body) == meant(&whole.body) {
                continue;
            }
            let flipped =
                Vector { body, secret: whole.secret.clone(), url: whole.url.clone(), headers: whole.headers.clone(), ..whole };
            assert_eq!(flipped.check(), Err(Refusal::Signature), "{} bit {bit}", whole.provider);
        }
        for (n, (name, value)) in whole.headers.iter().enumerate() {
            let mut bytes = value.clone().into_bytes();
            let last = bytes.len() / 2;
            bytes[last] ^= 1;
            let mut changed = whole.headers.clone();
            changed[n].1 = String::from_utf8_lossy(&bytes).into_owned();
            let flipped = Vector {
                headers: changed,
                secret: whole.secret.clone(),
                url: whole.url.clone(),
                body: whole.body.clone(),
                ..whole
            };
            assert!(flipped.check().is_err(), "{} {name}", whole.provider);
            let mut fewer = whole.headers.clone();
            fewer.remove(n);
            let missing = Vector {
                headers: fewer,
                secret: whole.secret.clone(),
                url: whole.url.clone(),
                body: whole.body.clone(),
                ..whole
            };
            assert!(missing.check().is_err(), "{} without {name}", whole.provider);
            let mut twice = whole.headers.clone();
            twice.push(twice[n].clone());
            let doubled = Vector {
                headers: twice,
                secret: whole.secret.clone(),
                url: whole.url.clone(),
                body: whole.body.clone(),
                ..whole
            };
            assert!(doubled.check().is_err(), "{} twice {name}", whole.provider);
        }
    }
}

#[test]
fn anothers_secret_fails_and_an_old_one_passes_beside_the_new() {
    for vector in published() {
        let mut setting = SourceSetting::new(vector.provider);
        let at = DateTime::from_timestamp_millis(vector.at).unwrap();
        let request = Request { method: vector.method, url: &vector.url, headers: &vector.headers, body: &vector.body, at };
        setting.secrets = secrets(&["whsec_b3RoZXI="]);
        assert_eq!(verify(&setting, &request), Err(Refusal::Signature), "{}", vector.provider);
        setting.secrets = secrets(&["whsec_b3RoZXI=", &vector.secret]);
        assert!(verify(&setting, &request).is_ok(), "{}", vector.provider);
        setting.secrets.clear();
        setting.missing = Some("the variable is not set".into());
        assert_eq!(verify(&setting, &request), Err(Refusal::NoSecret), "{}", vector.provider);
    }
}

#[rstest]
#[case(-301, Err(Refusal::Late))]
#[case(-299, Ok(()))]
#[case(299, Ok(()))]
#[case(301, Err(Refusal::Late))]
fn a_signed_time_is_near(#[case] seconds: i64, #[case] expected: Result<(), Refusal>) {
    for vector in published().into_iter().filter(|vector| vector.headers.iter().any(|(name, _)| name.contains("timestamp"))) {
        let moved = Vector { at: vector.at + seconds * 1000, ..vector };
        assert_eq!(moved.check().map(drop), expected, "{} {seconds}", moved.provider);
    }
}

#[test]
fn twilio_counts_a_url_with_and_without_its_port_and_a_json_body_by_its_hash() {
    let body = br#"{"property": "value", "boolean": true}"#.to_vec();
    let hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let url = format!("https://deck.example:443/in/twilio-sms/k?bodySHA256={hash}");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"12345");
    let tag = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        hmac::sign(&key, url.replace(":443", "").as_bytes()).as_ref(),
    );
    let mut vector = twilio("", &tag);
    (vector.url, vector.body) = (url, body);
    assert!(vector.check().is_ok());
    vector.body[3] ^= 1;
    assert_eq!(vector.check(), Err(Refusal::Signature));
}

#[test]
fn a_login_is_compared_whole() {
    let login = |text: &str| {
        let told = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
        Vector {
            provider: Provider::Thumbtack,
            secret: "deck:s3cret".into(),
            method: "POST",
            url: "https://deck.example/in".into(),
            headers: headers(&[("authorization", &format!("Basic {told}"))]),
            body: b"{}".to_vec(),
            at: 0,
        }
    };
    assert!(login("deck:s3cret").check().is_ok());
    for wrong in ["deck:s3cre", "deck:s3cret ", "deck:s3creT", "", "deck"] {
        assert_eq!(login(wrong).check(), Err(Refusal::Signature), "{wrong}");
    }
}

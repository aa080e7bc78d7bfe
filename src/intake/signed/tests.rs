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
    ]
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

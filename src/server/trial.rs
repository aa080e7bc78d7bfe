//! A test event goes through the signature check and the mapping as a genuine one does, and is not kept.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::settle::Reader;
use crate::domain::client::Client;
use crate::domain::destination::Secret;
use crate::domain::event::Provider;
use crate::domain::id::PayloadId;
use crate::domain::source::trial::{Made, SignatureCheck, Trial};
use crate::domain::source::{SourceSetting, setting_of};
use crate::domain::text::Internal;
use crate::intake::sample::sample;
use crate::intake::signed::mark::mark;
use crate::intake::signed::sign::{Signed, sign};
use crate::intake::signed::{self, Request};
use crate::store::waiting::Waiting;

/// A secret that is nobody's, in the form that every way of signing takes.
const FORGED: &str = "whsec_bm90IHRoZSBzZWNyZXQ=";

impl Reader {
    /// A made-up event of this provider, signed with the configured secret; `None` where only the provider can sign.
    pub fn test_event(&self, provider: Provider, client: &str, url: &str, at: DateTime<Utc>) -> (Vec<u8>, Option<Signed>) {
        let setting = self.setting(provider, client);
        let key = Uuid::now_v7().to_string();
        let body = sample(provider, &setting.fields, &key, at);
        let signed = sign(&setting, url, &key, body.clone(), at);
        (body, signed)
    }

    /// The same, as somebody would sign it who has not the secret.
    pub fn forged_event(&self, provider: Provider, client: &str, url: &str, at: DateTime<Utc>) -> Option<Signed> {
        let setting = self.setting(provider, client);
        let forger = SourceSetting { secrets: vec![Secret::new(FORGED)], ..setting };
        let body = sample(provider, &forger.fields, "forged", at);
        sign(&forger, url, "forged", body, at)
    }

    /// The mark that makes a request under this key a test event.
    pub fn mark(&self, provider: Provider, client: &str, key: &str, body: &[u8], at: DateTime<Utc>) -> String {
        mark(&self.setting(provider, client), key, body, at)
    }

    /// What would become of a made-up event of this provider.
    pub fn try_out(&self, provider: Provider, client: &Client, at: DateTime<Utc>) -> Trial {
        // Signed and checked with the same URL, whichever it is.
        let url = format!("https://deck.example/in/{provider}/test");
        let (plain, sent) = self.test_event(provider, &client.name, &url, at);
        let setting = self.setting(provider, &client.name);
        let body = sent.as_ref().map_or(plain, |sent| sent.body.clone());
        let twin = self.forged_event(provider, &client.name, &url, at);
        Trial {
            signature: check(&setting, &url, (sent.as_ref(), twin.as_ref()), at),
            made: self.made(provider, client, body, at),
        }
    }

    /// What the mapping makes of the first payload of a request.
    pub(super) fn made(&self, provider: Provider, client: &Client, body: Vec<u8>, at: DateTime<Utc>) -> Made {
        let waiting = Waiting {
            id: PayloadId::new(),
            client: client.id,
            provider,
            body: Internal::new(body),
            received_at: at,
            from_ip: None,
        };
        Made::of(self.read(&waiting, client).into_iter().next().map(|(_, outcome)| outcome))
    }

    fn setting(&self, provider: Provider, client: &str) -> SourceSetting {
        setting_of(self.sources(), provider, client).cloned().unwrap_or_else(|| SourceSetting::new(provider))
    }
}

fn check(
    setting: &SourceSetting,
    url: &str,
    (sent, twin): (Option<&Signed>, Option<&Signed>),
    at: DateTime<Utc>,
) -> SignatureCheck {
    let Some(sent) = sent else { return SignatureCheck::OnlyTheProvider };
    let verify =
        |sent: &Signed| signed::verify(setting, &Request { method: "POST", url, headers: &sent.headers, body: &sent.body, at });
    if let Err(refusal) = verify(sent) {
        return SignatureCheck::Refused(refusal);
    }
    match twin.map(verify) {
        Some(Err(_)) => SignatureCheck::Passed,
        Some(Ok(_)) | None => SignatureCheck::Open,
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::domain::event::Columns;
    use crate::domain::money::Money;
    use crate::domain::source::Refusal;
    use crate::domain::source::figures::Told;
    use crate::intake::signed::needs_secret;

    fn at() -> DateTime<Utc> {
        "2026-03-12T14:30:00Z".parse().unwrap()
    }

    fn acme() -> Client {
        Client {
            id: Uuid::nil().into(),
            number: 1,
            name: "Acme".into(),
            time_zone: "America/Chicago".into(),
            region: "US".into(),
            low_value_below: Money::whole(500),
            high_value_at: Money::whole(5_000),
            version: 1,
        }
    }

    fn set(provider: Provider, secret: Option<&str>) -> Reader {
        let mut setting = SourceSetting::new(provider);
        setting.secrets.extend(secret.map(Secret::new));
        for (field, place) in [("key", "id"), ("name", "who.name"), ("phone", "who.cell")] {
            setting.fields.0.insert(field.to_owned(), place.to_owned());
        }
        Reader::new(Columns::default(), vec![setting])
    }

    #[test]
    fn every_provider_takes_its_own_test_event_and_no_forged_one() {
        for provider in Provider::VARIANTS.iter().filter(|provider| provider.sends()) {
            let trial = set(*provider, Some("whsec_c2VjcmV0")).try_out(*provider, &acme(), at());
            assert_eq!(trial.signature, SignatureCheck::Passed, "{provider}: {trial}");
            let names_nobody = matches!(provider, Provider::Hubspot | Provider::Quickbooks);
            match &trial.made {
                Made::Event { tells, .. } => {
                    let reachable = tells.contains(&Told::Phone) || tells.contains(&Told::Email);
                    assert!(reachable && !names_nobody, "{provider}: {trial}");
                }
                Made::Parked(_) => assert!(names_nobody, "{provider}: {trial}"),
                Made::Rejected(_) => panic!("{provider}: {trial}"),
            }
        }
    }

    #[test]
    fn a_source_without_a_secret_says_what_that_means() {
        for provider in Provider::VARIANTS.iter().filter(|provider| provider.sends()) {
            let trial = set(*provider, None).try_out(*provider, &acme(), at());
            let expected =
                if needs_secret(*provider) { SignatureCheck::Refused(Refusal::NoSecret) } else { SignatureCheck::Open };
            assert_eq!(trial.signature, expected, "{provider}: {trial}");
        }
    }

    #[test]
    fn where_only_the_provider_can_sign_nothing_is_pretended() {
        let key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
        let trial = set(Provider::Sendgrid, Some(key)).try_out(Provider::Sendgrid, &acme(), at());
        assert_eq!(trial.signature, SignatureCheck::OnlyTheProvider, "{trial}");
        assert!(trial.is_good() && trial.to_string().ends_with("nothing was kept"), "{trial}");
    }
}

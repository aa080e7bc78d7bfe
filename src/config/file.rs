//! The shape of the file. Only shape: what values mean and whether they fit together is settled in `settle`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use toml::Spanned;

use super::LogLevel;
use super::bad::Fault;
use crate::domain::actor::Role;
use crate::domain::automation::Stage;
use crate::domain::destination::System;
use crate::domain::event::Channel;
use crate::domain::money::Money;

/// Text with its place in the file.
pub(super) type Text = Spanned<String>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) database: Option<Text>,
    pub(super) actor: Option<Text>,
    pub(super) portal: Portal,
    pub(super) log: Log,
    pub(super) theme: BTreeMap<Text, Text>,
    pub(super) keys: BTreeMap<Text, Vec<String>>,
    pub(super) csv: Csv,
    pub(super) client: Vec<Client>,
    pub(super) person: Vec<Person>,
    pub(super) destination: Vec<Destination>,
    pub(super) serve: Serve,
    pub(super) source: Vec<Source>,
    pub(super) sync: Vec<Sync>,
    pub(super) template: Vec<Template>,
    pub(super) automation: Vec<Automation>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Portal {
    pub(super) database: Option<Text>,
    pub(super) database_env: Option<Text>,
    pub(super) database_file: Option<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Log {
    pub(super) level: Option<Level>,
    pub(super) file: Option<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Csv {
    pub(super) columns: BTreeMap<Text, Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub(super) name: Text,
    pub(super) time_zone: Option<Text>,
    pub(super) region: Option<Text>,
    pub(super) low_value_below: Option<Amount>,
    pub(super) high_value_at: Option<Spanned<Amount>>,
    #[serde(default)]
    pub(super) addresses: Vec<Text>,
    #[serde(default)]
    pub(super) findings: BTreeMap<Text, Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub(super) name: Text,
    pub(super) role: RoleName,
    pub(super) clients: Option<Vec<Text>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Destination {
    pub(super) name: Text,
    pub(super) system: SystemName,
    pub(super) url: Option<Text>,
    pub(super) account: Option<Text>,
    pub(super) from: Option<Text>,
    pub(super) model: Option<Text>,
    pub(super) price_read: Option<Amount>,
    pub(super) price_written: Option<Amount>,
    pub(super) timeout_seconds: Option<Spanned<i64>>,
    pub(super) secret_env: Option<Text>,
    pub(super) secret_file: Option<Text>,
    pub(super) client_id: Option<Text>,
    pub(super) token_url: Option<Text>,
    pub(super) refresh_env: Option<Text>,
    pub(super) refresh_file: Option<Text>,
    pub(super) concurrency: Option<Spanned<i64>>,
    pub(super) per_minute: Option<Spanned<i64>>,
    pub(super) incident_owner: Option<Text>,
    pub(super) rollback: Option<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Serve {
    pub(super) listen: Option<Text>,
    pub(super) public_url: Option<Text>,
    pub(super) tls_cert: Option<Text>,
    pub(super) tls_key: Option<Text>,
    pub(super) trust_forwarded: bool,
    pub(super) largest_body: Option<Spanned<i64>>,
    pub(super) per_second: Option<Spanned<i64>>,
    pub(super) connections: Option<Spanned<i64>>,
    pub(super) per_address: Option<Spanned<i64>>,
    pub(super) unsubscribe_key_env: Option<Text>,
    pub(super) unsubscribe_key_file: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    pub(super) name: Text,
    pub(super) channel: ChannelName,
    pub(super) text: Text,
    pub(super) opt_out: Text,
    pub(super) response_window_minutes: Spanned<i64>,
    pub(super) escalate_to: Text,
    pub(super) approved_by: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub(super) provider: Text,
    pub(super) client: Option<Text>,
    pub(super) secret_env: Option<Text>,
    pub(super) secret_file: Option<Text>,
    pub(super) old_secret_env: Option<Text>,
    pub(super) old_secret_file: Option<Text>,
    pub(super) header: Option<Text>,
    #[serde(default)]
    pub(super) origins: Vec<Text>,
    pub(super) honeypot: Option<Text>,
    pub(super) maildir: Option<Text>,
    pub(super) stale_after_minutes: Option<Spanned<i64>>,
    #[serde(default)]
    pub(super) fields: BTreeMap<Text, Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sync {
    pub(super) client: Text,
    pub(super) destination: Text,
    pub(super) company: Option<Text>,
    pub(super) business: Option<Text>,
    pub(super) site: Option<Text>,
    pub(super) every_minutes: Option<Spanned<i64>>,
    pub(super) stale_after_minutes: Option<Spanned<i64>>,
    pub(super) since_days: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Automation {
    pub(super) name: Text,
    pub(super) stage: StageName,
    pub(super) template: Option<Text>,
    pub(super) per_day: Option<Spanned<i64>>,
    pub(super) percent: Option<Spanned<i64>>,
    pub(super) owner: Option<Text>,
    pub(super) incident_owner: Option<Text>,
    pub(super) rollback: Option<Text>,
}

impl File {
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        toml::from_str(text).map_err(Fault::from)
    }
}

/// An amount of money: `500`, `"2,400.50"`.
#[derive(Clone, Copy)]
pub(super) struct Amount(pub(super) Money);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AmountVisitor;
        impl Visitor<'_> for AmountVisitor {
            type Value = Amount;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount: 500 or \"2,400.50\"")
            }
            fn visit_i64<E: Error>(self, units: i64) -> Result<Amount, E> {
                self.visit_str(&units.to_string())
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Amount, E> {
                Money::parse(text).map(Amount).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(AmountVisitor)
    }
}

/// A word of ours in the file; any other word is an error that lists them.
macro_rules! word {
    ($name:ident, $of:ty) => {
        #[derive(Clone, Copy, Deserialize)]
        #[serde(try_from = "String")]
        pub(super) struct $name(pub(super) $of);

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                let words = <$of as strum::VariantArray>::VARIANTS.iter().map(ToString::to_string).collect::<Vec<_>>();
                let known = words.join(", ");
                text.parse().map(Self).map_err(|_| format!("there is no such word; write one of: {known}"))
            }
        }
    };
}
word!(Level, LogLevel);
word!(RoleName, Role);
word!(SystemName, System);
word!(ChannelName, Channel);
word!(StageName, Stage);

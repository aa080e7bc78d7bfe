//! The front door and the sources in the file: what is set fits together, and secrets are read last.

use std::path::PathBuf;

use chrono::TimeDelta;
use toml::Spanned;
use url::Url;

use super::bad::Fault;
use super::file::{Serve, Source as Table, Text};
use super::secret::{Source, place, whole_path};
use super::settle::{columns, fault, name};
use crate::domain::event::Provider;
use crate::domain::leave::SHORTEST_KEY;
use crate::domain::source::{ServeSetting, SourceSetting};

/// A source as the file describes it, its secrets not read yet.
pub(super) struct DescribedSource {
    setting: SourceSetting,
    secrets: Vec<Source>,
}

/// The front door as the file describes it, its key not read yet.
pub(super) struct DescribedServe {
    setting: ServeSetting,
    key: Option<Source>,
}

impl DescribedServe {
    /// With the key of unsubscribe links, or why it is not there.
    pub(super) fn with_key(self) -> ServeSetting {
        let mut setting = self.setting;
        match self.key.map(Source::read) {
            Some(Ok(key)) if key.reveal().len() < SHORTEST_KEY => {
                let why = format!(
                    "the key of unsubscribe links is shorter than {SHORTEST_KEY} characters; make one with: openssl rand -hex 32"
                );
                setting.unsubscribe_missing = Some(why);
            }
            Some(Ok(key)) => setting.unsubscribe_key = Some(key),
            Some(Err(why)) => setting.unsubscribe_missing = Some(why),
            None => {}
        }
        setting
    }
}

/// Checks the front door.
pub(super) fn serve(table: &Serve) -> Result<DescribedServe, Fault> {
    let default = ServeSetting::default();
    let listen = match &table.listen {
        Some(listen) if listen.get_ref().parse::<std::net::SocketAddr>().is_err() => {
            return Err(fault(listen, "this is no address with a port; write one like 127.0.0.1:8710 or [::]:443"));
        }
        Some(listen) => listen.get_ref().clone(),
        None => default.listen,
    };
    let file = |path: &Text| whole_path(path);
    let tls: Option<(PathBuf, PathBuf)> = match (&table.tls_cert, &table.tls_key) {
        (Some(cert), Some(key)) => Some((file(cert)?, file(key)?)),
        (None, None) => None,
        (Some(one), None) => return Err(fault(one, "tls_key is missing; a certificate needs its key")),
        (None, Some(one)) => return Err(fault(one, "tls_cert is missing; a key needs its certificate")),
    };
    let public_url = table.public_url.as_ref().map(public_url).transpose()?;
    let key = place(table.unsubscribe_key_env.as_ref(), table.unsubscribe_key_file.as_ref())?;
    if let Some(named) = table.unsubscribe_key_env.as_ref().or(table.unsubscribe_key_file.as_ref())
        && !public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    {
        return Err(fault(named, "a link in a mail needs an address; write public_url with https:// beside it"));
    }
    let setting = ServeSetting {
        listen,
        public_url,
        tls,
        trust_forwarded: table.trust_forwarded,
        largest_body: number(table.largest_body.as_ref(), 1024, 10 * 1024 * 1024)?.map_or(default.largest_body, |n| n as usize),
        per_second: number(table.per_second.as_ref(), 1, 100_000)?.unwrap_or(default.per_second),
        connections: number(table.connections.as_ref(), 1, 60_000)?.unwrap_or(default.connections),
        per_address: number(table.per_address.as_ref(), 1, 60_000)?,
        unsubscribe_key: None,
        unsubscribe_missing: None,
    };
    Ok(DescribedServe { setting, key })
}

fn public_url(text: &Text) -> Result<String, Fault> {
    let written = text.get_ref().trim().trim_end_matches('/');
    let url = Url::parse(written).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    let plain = url.is_some_and(|url| url.query().is_none() && url.fragment().is_none() && url.username().is_empty());
    if plain { Ok(written.to_owned()) } else { Err(fault(text, "this is no URL; write one like https://deck.example.com")) }
}

fn number(written: Option<&Spanned<i64>>, least: u32, most: u32) -> Result<Option<u32>, Fault> {
    let checked = |written: &Spanned<i64>| {
        let number = u32::try_from(*written.get_ref()).ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| fault(written, format!("write a number from {least} to {most}, or leave it out")))
    };
    written.map(checked).transpose()
}

/// Checks all sources.
pub(super) fn sources(tables: &[Table]) -> Result<Vec<DescribedSource>, Fault> {
    let mut all: Vec<DescribedSource> = Vec::new();
    for table in tables {
        let described = source(table)?;
        let same = |other: &DescribedSource| {
            other.setting.provider == described.setting.provider && other.setting.client == described.setting.client
        };
        if all.iter().any(same) {
            return Err(fault(&table.provider, "another source is the same provider's for the same client; keep one of them"));
        }
        all.push(described);
    }
    Ok(all)
}

fn source(table: &Table) -> Result<DescribedSource, Fault> {
    use strum::VariantArray as _;
    let senders = || Provider::VARIANTS.iter().copied().filter(|provider| provider.sends());
    let known = || senders().map(Provider::as_str).collect::<Vec<_>>().join(", ");
    let unknown = || fault(&table.provider, format!("there is no such provider; write one of: {}", known()));
    let provider: Provider =
        table.provider.get_ref().parse().ok().filter(|provider: &Provider| provider.sends()).ok_or_else(unknown)?;
    let now = place(table.secret_env.as_ref(), table.secret_file.as_ref())?;
    let old = place(table.old_secret_env.as_ref(), table.old_secret_file.as_ref())?;
    if let (None, Some(old)) = (&now, table.old_secret_env.as_ref().or(table.old_secret_file.as_ref())) {
        return Err(fault(old, "there is no new one beside it; write it as secret_env or secret_file"));
    }
    let header = table.header.as_ref().map(|header| {
        let name = header.get_ref().trim().to_ascii_lowercase();
        let fit = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if fit { Ok(name) } else { Err(fault(header, "this is no header's name; write one like x-api-key")) }
    });
    let setting = SourceSetting {
        client: table.client.as_ref().map(name).transpose()?,
        header: header.transpose()?,
        origins: table.origins.iter().map(|origin| origin.get_ref().trim().trim_end_matches('/').to_ascii_lowercase()).collect(),
        honeypot: table.honeypot.as_ref().map(name).transpose()?,
        fields: columns(&table.fields)?,
        maildir: maildir(table, provider)?,
        stale_after: number(table.stale_after_minutes.as_ref(), 0, 366 * 24 * 60)?
            .map(|minutes| TimeDelta::minutes(minutes.into())),
        ..SourceSetting::new(provider)
    };
    Ok(DescribedSource { setting, secrets: now.into_iter().chain(old).collect() })
}

fn maildir(table: &Table, provider: Provider) -> Result<Option<PathBuf>, Fault> {
    match &table.maildir {
        Some(folder) if provider != Provider::Email => Err(fault(folder, "only email has one; leave it out")),
        Some(folder) if table.client.is_none() => Err(fault(folder, "whose mail is it? add client = \"NAME\"")),
        folder => folder.as_ref().map(whole_path).transpose(),
    }
}

impl DescribedSource {
    /// With its secrets, or why one is not there.
    pub(super) fn with_secrets(self) -> SourceSetting {
        let mut setting = self.setting;
        for source in self.secrets {
            match source.read() {
                Ok(secret) => setting.secrets.push(secret),
                Err(why) => setting.missing = Some(why),
            }
        }
        setting
    }
}

#[cfg(test)]
mod tests {
    use super::super::environment::Environment;
    use super::super::{BadConfig, Config};
    use crate::domain::source::ServeSetting;
    use chrono::TimeDelta;
    use rstest::rstest;
    use std::path::Path;

    fn config(text: &str) -> Result<Config, BadConfig> {
        Config::of(format!("database = 'sqlite:/x'\n{text}").as_bytes(), Path::new("c.toml"), &Environment::default(), None)
    }

    #[test]
    fn a_whole_door_is_read() {
        let config = config(
            "[serve]\nlisten = '0.0.0.0:443'\npublic_url = 'https://deck.example.com/'\ntls_cert = '/c'\ntls_key = '/k'\n\
             largest_body = 1024\nper_second = 5\nconnections = 7\nper_address = 3\n[[source]]\nprovider = 'twilio-sms'\nclient = 'Acme'\n\
             secret_env = 'CARGO_MANIFEST_DIR'\nold_secret_env = 'QUOTEDECK_NOBODY_SETS_THIS'\norigins = ['https://A.example/']\n\
             honeypot = 'fax'\nheader = 'X-Api-Key'\nstale_after_minutes = 90\nfields = { phone = 'a.b' }",
        )
        .unwrap();
        assert_eq!((config.serve.largest_body, config.serve.per_second, config.serve.connections), (1024, 5, 7));
        assert_eq!((config.serve.per_address, ServeSetting::default().per_address), (Some(3), None));
        assert_eq!(config.serve.public_url.as_deref(), Some("https://deck.example.com"));
        let [source] = config.sources.as_slice() else { panic!() };
        assert_eq!((source.secrets.len(), source.missing.is_some()), (1, true));
        assert_eq!((source.origins[0].as_str(), source.header.as_deref()), ("https://a.example", Some("x-api-key")));
        assert_eq!(source.stale_after, Some(TimeDelta::minutes(90)));
        assert!(!format!("{:?}", config.sources).contains(env!("CARGO_MANIFEST_DIR")));
    }

    #[test]
    fn the_key_of_links_is_read_and_must_be_long() {
        let with = |variable: &str| {
            config(&format!("[serve]\npublic_url = 'https://a.example'\nunsubscribe_key_env = '{variable}'")).unwrap().serve
        };
        let (no, short) = (with("QUOTEDECK_NOBODY_SETS_THIS"), with("CARGO_PKG_NAME"));
        assert!(no.links().is_none() && no.unsubscribe_missing.unwrap().contains("is not set"));
        assert!(short.links().is_none() && short.unsubscribe_missing.unwrap().contains("shorter than 32 characters"));
        let long = with("CARGO_PKG_DESCRIPTION");
        assert!(long.links().is_some() && !format!("{long:?}").contains(env!("CARGO_PKG_DESCRIPTION")));
    }

    #[rstest]
    #[case("[serve]\nlisten = '8710'", "c.toml:3:10: serve.listen: this is no address with a port")]
    #[case("[serve]\npublic_url = 'deck'", "c.toml:3:14: serve.public_url: this is no URL")]
    #[case("[serve]\ntls_cert = '/c'", "c.toml:3:12: serve.tls_cert: tls_key is missing")]
    #[case("[serve]\nunsubscribe_key_env = 'A'", "c.toml:3:23: serve.unsubscribe_key_env: a link in a mail needs an address")]
    #[case("[serve]\nlargest_body = 1", "c.toml:3:16: serve.largest_body: write a number from 1024")]
    #[case("[[source]]\nprovider = 'fax'", "c.toml:3:12: source.provider: there is no such provider; write one of: twilio-voice")]
    #[case("[[source]]\nprovider = 'form'\nsecret_env = 'hunter2'", "c.toml:4:14: source.secret_env: this is no variable's name")]
    #[case("[[source]]\nprovider = 'form'\nold_secret_env = 'A'", "c.toml:4:18: source.old_secret_env: there is no new one")]
    #[case("[[source]]\nprovider = 'form'\nmaildir = '/m'", "c.toml:4:11: source.maildir: only email has one")]
    #[case("[[source]]\nprovider = 'email'\nmaildir = '/m'", "c.toml:4:11: source.maildir: whose mail is it?")]
    #[case(
        "[[source]]\nprovider = 'form'\nstale_after_minutes = -1",
        "c.toml:4:23: source.stale_after_minutes: write a number from 0"
    )]
    #[case("[[source]]\nprovider = 'form'\nheader = 'a b'", "c.toml:4:10: source.header: this is no header's name")]
    #[case(
        "[[source]]\nprovider = 'form'\n[[source]]\nprovider = 'form'",
        "c.toml:5:12: source.provider: another source is the same"
    )]
    fn a_bad_door_says_where_what_and_what_to_do(#[case] lines: &str, #[case] begins: &str) {
        let said = config(lines).unwrap_err().to_string();
        assert!(said.starts_with(begins) && !said.contains("hunter2"), "{said}");
    }
}

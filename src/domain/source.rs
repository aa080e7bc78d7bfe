//! A source: one provider that brings payloads for one client, what vouches for it, and why a request is turned away.

use std::fmt;
use std::path::PathBuf;

use chrono::TimeDelta;

use super::destination::Secret;
use super::event::{Columns, Provider};
use super::id::{ClientId, SourceId};
use super::leave::Links;
use super::words;

pub mod figures;
pub mod silence;
pub mod trial;

words! {
    /// Why a request was turned away at the door.
    pub enum Refusal {
        /// Its signature, password or key is missing or wrong.
        Signature,
        /// It was signed too long ago, or in the future.
        Late,
        /// It was delivered before with another content.
        Replay,
        /// The configuration has no secret to check it with.
        NoSecret,
        /// Its body is larger than is taken.
        TooLarge,
        /// Its body is compressed.
        Encoded,
        /// The source sends faster than is taken.
        TooFast,
        /// Its body took too long.
        TooSlow,
        /// Its body did not arrive whole.
        Broken,
    }
}

impl Refusal {
    /// What to look at when requests are turned away for it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Signature => {
                "does the secret in the configuration belong to this provider's account, and is public_url the URL it calls?"
            }
            Self::Late => "is this machine's clock right? A proxy may hold requests back, too",
            Self::Replay => "somebody sent an old request with another content; nothing of it was kept",
            Self::NoSecret => "set the secret of this source in the configuration",
            Self::TooLarge => "raise largest_body if the provider really sends so much",
            Self::Encoded => "switch compression off at the provider or the proxy",
            Self::TooFast => "the provider sends again; raise per_second if this is an ordinary day",
            Self::TooSlow => "the sender's line or a proxy is slow; the provider sends again",
            Self::Broken => "the line broke; the provider sends again",
        }
    }
}

/// What the configuration says of a source. `Debug` hides the secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceSetting {
    /// Who sends.
    pub provider: Provider,
    /// For whom, by name; `None` for every client of that provider.
    pub client: Option<String>,
    /// What vouches for a request: the first that fits is enough, so that one can be replaced without a gap.
    pub secrets: Vec<Secret>,
    /// Why there is no secret, and what to do.
    pub missing: Option<String>,
    /// The header that holds the key, where the provider leaves its name to us.
    pub header: Option<String>,
    /// Websites whose forms may be sent from a browser; empty for all.
    pub origins: Vec<String>,
    /// A field of a form that no person sees: who fills it in is a machine.
    pub honeypot: Option<String>,
    /// Which field of a mapped webhook holds which of ours.
    pub fields: Columns,
    /// A Maildir folder that the client's mail is delivered to.
    pub maildir: Option<PathBuf>,
    /// How long it may be silent; nought for as long as it likes, `None` for what its past teaches.
    pub stale_after: Option<TimeDelta>,
}

impl SourceSetting {
    /// A source of which nothing is set.
    pub fn new(provider: Provider) -> Self {
        Self {
            provider,
            client: None,
            secrets: Vec::new(),
            missing: None,
            header: None,
            origins: Vec::new(),
            honeypot: None,
            fields: Columns::default(),
            maildir: None,
            stale_after: None,
        }
    }
}

impl fmt::Debug for SourceSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceSetting")
            .field("provider", &self.provider)
            .field("client", &self.client)
            .field("secrets", &self.secrets.len())
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}

/// What is set of a source: for its client, else for every client.
pub fn setting_of<'a>(sources: &'a [SourceSetting], provider: Provider, client: &str) -> Option<&'a SourceSetting> {
    let of =
        |client: Option<&str>| sources.iter().find(|setting| setting.provider == provider && setting.client.as_deref() == client);
    of(Some(client)).or_else(|| of(None))
}

/// Connections of one address at once, where nothing else is set.
pub const PER_ADDRESS: u32 = 64;

/// How the front door is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeSetting {
    /// Address and port.
    pub listen: String,
    /// How the world calls it, such as `https://deck.example.com`: some signatures cover the URL. `None`: as the request says.
    pub public_url: Option<String>,
    /// Files with the certificate chain and its key; `None` where a reverse proxy has them.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Whether `X-Forwarded-Proto` and `X-Forwarded-Host` are a reverse proxy's of ours.
    pub trust_forwarded: bool,
    /// The largest body that is taken, in bytes.
    pub largest_body: usize,
    /// Requests of one source in a second that are taken, lasting; four times as many at once.
    pub per_second: u32,
    /// Connections at once.
    pub connections: u32,
    /// Connections of one address at once; `None`: [`PER_ADDRESS`], but nobody is counted on loopback and behind a proxy.
    pub per_address: Option<u32>,
    /// The key that unsubscribe links are made with; `None` where mails have none.
    pub unsubscribe_key: Option<Secret>,
    /// Why there is no key although one was named, and what to do.
    pub unsubscribe_missing: Option<String>,
}

impl ServeSetting {
    /// What makes and reads unsubscribe links, where both the public URL and the key are known.
    pub fn links(&self) -> Option<Links> {
        Links::new(self.public_url.as_deref()?, self.unsubscribe_key.as_ref()?)
    }
}

impl Default for ServeSetting {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8710".to_owned(),
            public_url: None,
            tls: None,
            trust_forwarded: false,
            largest_body: 256 * 1024,
            per_second: 50,
            connections: 1024,
            per_address: None,
            unsubscribe_key: None,
            unsubscribe_missing: None,
        }
    }
}

/// A source as the front door knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// For whom.
    pub client: ClientId,
    /// That client's name.
    pub client_name: String,
    /// Who sends.
    pub provider: Provider,
    /// SHA-256 of the key in its URL.
    pub key_hash: Vec<u8>,
}

//! A destination: one account at one outside system, how it is reached, and the secrets it takes.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::job::DeliveryMode;
use super::money::Money;
use super::words;

/// Seconds within which a destination answers, where nothing else is said (DESIGN 4).
pub const ANSWERS_WITHIN: u32 = 30;
/// The most seconds that a model is given: a worker holds a place and a lease for it all that time.
pub const SLOWEST: u32 = 600;

words! {
    /// The outside systems that can be spoken to.
    pub enum System {
        /// HubSpot's CRM API.
        Hubspot,
        /// Twilio's messaging API.
        Twilio,
        /// A mail server.
        Smtp,
        /// Somebody's receiver of signed webhooks.
        Webhook,
        /// Our own portal: it reads the approved texts by itself.
        Portal,
        /// Our own drafter: it writes from fields, here.
        Outline,
        /// A model behind an OpenAI-compatible chat endpoint.
        Chat,
        /// `CallRail`'s API: it is asked for calls.
        Callrail,
        /// `QuickBooks` Online: it is asked for estimates, invoices and customers.
        Quickbooks,
        /// Google's Search Console: it is asked how a site was found.
        #[strum(serialize = "search-console")]
        SearchConsole,
        /// Thumbtack's API: it is asked for leads and what was written about them.
        Thumbtack,
    }
}

words! {
    /// Whether requests go to a destination.
    pub enum Breaker {
        /// They do.
        Closed,
        /// They do not: it failed too often, or did not let us in.
        Open,
        /// One is on its way to see whether it works again.
        HalfOpen,
    }
}

impl System {
    /// The kind of destination it is, as routing asks for it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Hubspot => "crm",
            Self::Twilio => "sms",
            Self::Smtp => "email",
            Self::Webhook => "webhook",
            Self::Portal => "portal",
            Self::Outline | Self::Chat => "ai_draft",
            Self::Callrail | Self::Quickbooks | Self::SearchConsole | Self::Thumbtack => "source",
        }
    }

    /// What stops a second effect there: HubSpot finds contacts by our id, a signed webhook carries one, Twilio can be
    /// asked for the messages it took, a mail server cannot be asked for anything.
    pub fn delivery_mode(self) -> DeliveryMode {
        match self {
            Self::Hubspot | Self::Webhook | Self::Portal => DeliveryMode::Keyed,
            // Asked twice, a model writes twice; our key files one of them.
            Self::Outline | Self::Chat => DeliveryMode::Keyed,
            // To read a list twice has no effect there, and here its payloads are known again.
            Self::Callrail | Self::Quickbooks | Self::SearchConsole | Self::Thumbtack => DeliveryMode::Keyed,
            Self::Twilio => DeliveryMode::Reconcile,
            Self::Smtp => DeliveryMode::Once,
        }
    }
}

/// A password, a token or a key. It cannot be printed, and it is no part of any record.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes it; blanks around it are a file's last line break.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The secret itself. Every call is a place to justify in review.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A destination as the configuration describes it. `Debug` hides the URL: a receiver's may hold a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting {
    /// The name people use; unique.
    pub name: String,
    /// What is spoken there.
    pub system: System,
    /// Where it is reached: `https://api.hubapi.com`, `smtps://mail.example.com`; empty for the portal.
    pub url: String,
    /// Who we are there: Twilio's account, a mail server's login; empty where the secret says it all.
    pub account: String,
    /// The sender: a number, a messaging service, a mail address.
    pub from: String,
    /// The model that a chat endpoint is asked for; empty elsewhere.
    pub model: String,
    /// What a model's work costs.
    pub price: Price,
    /// Seconds that a model is given to answer.
    pub timeout_seconds: Option<u32>,
    /// Token, password or signing key; `None` when it could not be read, and `missing` says why.
    pub secret: Option<Secret>,
    /// Why there is no secret, and what to do.
    pub missing: Option<String>,
    /// How access tokens are had there, where the system lets in by them.
    pub grant: Option<Grant>,
    /// Requests on their way at once, by all workers together.
    pub concurrency: Option<u32>,
    /// Requests in a minute, by all workers together.
    pub per_minute: Option<u32>,
    /// Who answers when it breaks, by name.
    pub incident_owner: Option<String>,
    /// How what was done there is taken back.
    pub rollback: Option<String>,
}

/// How access tokens are had from a system that lets in by OAuth: the secret of the setting is the app's.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    /// Who the app is there.
    pub client_id: String,
    /// Where tokens are given.
    pub token_url: String,
    /// What they are given for.
    pub refresh: Refresh,
}

/// Where the refresh token of a grant is.
#[derive(Clone, PartialEq, Eq)]
pub enum Refresh {
    /// In this file, which is written anew where the system gives another one.
    File(PathBuf),
    /// Given once, such as in a variable.
    Given(Secret),
    /// Nowhere: why, and what to do.
    Missing(String),
}

/// What a model's work costs, for a million tokens each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Of what it reads.
    pub read: Money,
    /// Of what it writes.
    pub written: Money,
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setting")
            .field("name", &self.name)
            .field("system", &self.system)
            .field("secret", &self.secret)
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}

impl Setting {
    /// A destination with nothing but a name: our own portal needs no more.
    pub fn new(name: &str, system: System) -> Self {
        Self {
            name: name.to_owned(),
            system,
            url: String::new(),
            account: String::new(),
            from: String::new(),
            model: String::new(),
            price: Price::default(),
            timeout_seconds: None,
            secret: None,
            missing: None,
            grant: None,
            concurrency: None,
            per_minute: None,
            incident_owner: None,
            rollback: None,
        }
    }

    /// How long a request there may take, from its first byte to the last one that is read.
    pub fn answers_within(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_seconds.unwrap_or(ANSWERS_WITHIN)))
    }

    /// Whether access there is by OAuth, and what gives tokens where nothing else is said.
    pub fn token_url(system: System) -> Option<&'static str> {
        match system {
            System::Quickbooks => Some("https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"),
            System::SearchConsole => Some("https://oauth2.googleapis.com/token"),
            System::Thumbtack => Some("https://auth.thumbtack.com/oauth2/token"),
            _ => None,
        }
    }

    /// Whether a refresh token is good for one refresh there: each brings the next one, and a variable cannot keep it.
    pub fn rotates(system: System) -> bool {
        matches!(system, System::Quickbooks | System::Thumbtack)
    }

    /// What so many tokens cost there, in millionths of a dollar, rounded down.
    pub fn cost_micros(&self, read: i64, written: i64) -> i64 {
        // A cent a million tokens is a hundredth of a millionth a token.
        read.saturating_mul(self.price.read.minor).saturating_add(written.saturating_mul(self.price.written.minor)) / 100
    }

    /// Whether nothing can be sent without a secret: a mail server without a login takes mail from whom it knows.
    pub fn needs_secret(&self) -> bool {
        match self.system {
            System::Hubspot | System::Twilio | System::Webhook | System::Callrail => true,
            System::Quickbooks | System::SearchConsole | System::Thumbtack => true,
            System::Smtp => !self.account.is_empty(),
            // A model on one's own machine asks for none.
            System::Portal | System::Outline | System::Chat => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new("pat-na1-0000\n");
        assert_eq!((format!("{secret:?}").as_str(), secret.reveal()), ("Secret(..)", "pat-na1-0000"));
    }
}

//! The front door and its sources.

use std::net::SocketAddr;

use clap::Subcommand;

use super::provider;
use crate::domain::event::Provider;
use crate::domain::id::Ref;

/// Where to listen.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Address and port [default: the configuration's]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
}

/// Source acts.
#[derive(Debug, Subcommand)]
pub(crate) enum SourceCommand {
    /// Make a URL that a provider delivers to for a client; it is printed once
    Add {
        /// The provider
        #[arg(value_parser = provider)]
        provider: Provider,
        /// For whom
        #[arg(long, value_name = "NAME")]
        client: String,
    },
    /// Read parked payloads again, after what stood in their way was mended
    Replay {
        /// Payloads, such as W-12
        #[arg(value_name = "REF", required_unless_present = "provider", conflicts_with = "provider")]
        payloads: Vec<Ref>,
        /// All parked ones of this provider; with --client
        #[arg(long, value_parser = provider, requires = "client")]
        provider: Option<Provider>,
        /// Of this client
        #[arg(long, value_name = "NAME", requires = "provider")]
        client: Option<String>,
    },
    /// Send a made-up event through signature check and mapping; nothing of it is kept
    Test {
        /// The provider; the URL says it, too
        #[arg(value_parser = provider, required_unless_present = "url")]
        provider: Option<Provider>,
        /// For whom; the URL says it, too
        #[arg(long, value_name = "NAME", required_unless_present = "url")]
        client: Option<String>,
        /// Over the network to this URL, as the provider calls it; - reads it from standard input
        #[arg(long)]
        url: Option<String>,
    },
    /// Close every URL of a provider for a client
    Close {
        /// The provider
        #[arg(value_parser = provider)]
        provider: Provider,
        /// For whom
        #[arg(long, value_name = "NAME")]
        client: String,
    },
}

//! The front door and its sources.

use std::net::SocketAddr;

use clap::Subcommand;

use super::provider;
use crate::domain::event::Provider;

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

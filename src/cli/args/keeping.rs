//! Clients, people, the journal, exports, configuration: what keeps a place in order.

use clap::Subcommand;

use crate::domain::actor::Role;
use crate::domain::money::Money;

/// Client acts.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Add a client; one of that name gets the new settings
    Add {
        /// The name people use
        name: String,
        /// IANA time zone of its customers
        #[arg(long, value_name = "ZONE", default_value = "America/Chicago")]
        time_zone: String,
        /// ISO 3166 region of phone numbers without a country code
        #[arg(long, value_name = "XX", default_value = "US")]
        region: String,
        /// Quotes below this take the automated path
        #[arg(long, value_name = "AMOUNT", default_value = "500", value_parser = Money::parse)]
        low_value_below: Money,
        /// Quotes at or above this go to a person first
        #[arg(long, value_name = "AMOUNT", default_value = "2000", value_parser = Money::parse)]
        high_value_at: Money,
        /// One of its own numbers or accounts; may be given several times
        #[arg(long = "address", value_name = "ADDRESS")]
        addresses: Vec<String>,
    },
}

/// People acts.
#[derive(Debug, Subcommand)]
pub(crate) enum PersonCommand {
    /// Add a person; somebody of that name gets the new role and view
    Add {
        /// The login name
        name: String,
        /// viewer, reviewer, operator or owner
        #[arg(long)]
        role: Role,
        /// A client the person may see; may be given several times [default: all]
        #[arg(long = "client", value_name = "NAME")]
        clients: Vec<String>,
    },
}

/// Journal commands.
#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Read the whole journal and name the first entry or seal that differs from what was written
    Verify,
    /// List entries, the newest first
    List(Newest),
}

/// How much of the journal.
#[derive(Debug, clap::Args)]
pub(crate) struct Newest {
    /// Entries at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub(crate) limit: i64,
    /// Only entries before this number
    #[arg(long, default_value_t = i64::MAX, value_name = "N", hide_default_value = true)]
    pub(crate) before: i64,
}

/// Exports.
#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// The published summaries of a client, as its portal shows them
    Proof {
        /// Which client
        #[arg(long, value_name = "NAME")]
        client: String,
        /// Write C-N.json and a page C-N.html into this folder, instead of JSON to the output
        #[arg(long, value_name = "DIR")]
        out: Option<std::path::PathBuf>,
    },
}

/// Configuration commands.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print a commented configuration with every default
    Example,
    /// Check the configuration
    Check,
    /// Print where the configuration is looked for
    Path,
}

/// How much to make up.
#[derive(Debug, clap::Args)]
pub(crate) struct Seed {
    /// How many leads
    #[arg(long, value_name = "N")]
    pub(crate) leads: u64,
    /// The same seed gives the same leads
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
}

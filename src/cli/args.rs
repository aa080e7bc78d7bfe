//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::domain::draft::RejectReason;
use crate::domain::event::Provider;
use crate::domain::id::Ref;
use crate::domain::lead::{LeadAct, LostReason};
use crate::domain::span::FindingKind;
use crate::domain::sync::Dimension;

mod acting;
mod keeping;
mod reviewing;
mod serving;

pub(super) use acting::{
    DestinationCommand, Failures, FailuresCommand, JobCommand, LeadCommand, Many, OfGroup, ReleaseCommand, SummaryCommand,
    TaskCommand, Until, Whom,
};
pub(super) use keeping::{ClientCommand, ConfigCommand, ExportCommand, JournalCommand, Newest, PersonCommand, Seed};
pub(super) use reviewing::{Check, DraftCommand, Show};
pub(super) use serving::{Serve, SourceCommand};

/// A full-screen terminal deck for the people who answer for home-service lead workflows. Without a command it opens
/// the deck.
#[derive(Debug, Parser)]
#[command(
    name = "quotedeck",
    version,
    about,
    after_help = "Exit status: 0 done; 1 could not (database, network, I/O); 2 usage or configuration;\n\
                  3 refused by a rule, or somebody else was first; 4 some items rejected, the rest done."
)]
pub struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// What every command understands.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Global {
    /// Configuration file [default: the one in your configuration folder, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Database: sqlite:PATH or postgres://USER@HOST/NAME [env: QUOTEDECK_DATABASE]
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database: Option<String>,
    /// Who acts [env: QUOTEDECK_ACTOR] [default: your login name]
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub(super) actor: Option<String>,
    /// Print JSON, for programs
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// One command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the deck on the review screen
    Review,
    /// Send what is queued: the worker
    Work(Work),
    /// Take in what providers deliver: webhooks, health and figures over HTTP
    Serve(Serve),
    /// Say what each provider brought for each client, and what was turned away
    Sources,
    /// Make or close the URL that a provider delivers to, or read parked payloads again
    #[command(subcommand)]
    Source(SourceCommand),
    /// Open the deck on a made-up day in a private, temporary database
    Demo(Demo),
    /// Write a commented configuration if there is none, and create or migrate the database; safe to repeat
    Init,
    /// Read payload files of a provider; one JSON line for each payload
    Intake(Intake),
    /// List leads, newest first
    Leads(List),
    /// List failures in groups with their likely cause, retry one as a canary, or release a group, paced
    #[command(args_conflicts_with_subcommands = true)]
    Failures(Failures),
    /// List, show or stop paced releases of failure groups
    #[command(subcommand)]
    Release(ReleaseCommand),
    /// List jobs that wait, or say when they will be done
    Queue(Queue),
    /// List open tasks, the next due first
    Tasks(List),
    /// List drafts to review, the oldest first
    Drafts(List),
    /// List approved summaries, the newest first
    Summaries(Paging),
    /// List the clients you see
    Clients,
    /// List who works here
    People,
    /// List destinations
    Destinations,
    /// List automations
    Automations,
    /// List message templates
    Templates,
    /// Show one record with everything that happened to it
    Show {
        /// Any reference, such as L-2041
        #[arg(value_name = "REF")]
        record: Ref,
    },
    /// Retry, cancel, replay, resolve or recall jobs, or say why one is not running
    #[command(subcommand)]
    Job(JobCommand),
    /// Finish, drop, snooze, assign or reopen tasks
    #[command(subcommand)]
    Task(TaskCommand),
    /// Say what happened with a lead, or give it to somebody
    #[command(subcommand)]
    Lead(LeadCommand),
    /// File, check, claim, approve or reject AI drafts
    #[command(subcommand)]
    Draft(DraftCommand),
    /// Take back a summary
    #[command(subcommand)]
    Summary(SummaryCommand),
    /// Pause or resume a destination
    #[command(subcommand)]
    Destination(DestinationCommand),
    /// Add a client, or change its settings
    #[command(subcommand)]
    Client(ClientCommand),
    /// Add a person, or change the role
    #[command(subcommand)]
    Person(PersonCommand),
    /// Read the journal, or verify that nobody changed it
    #[command(args_conflicts_with_subcommands = true)]
    Journal {
        #[command(flatten)]
        newest: Newest,
        #[command(subcommand)]
        command: Option<JournalCommand>,
    },
    /// How the reviewing goes, and how sites are found
    #[command(subcommand)]
    Report(ReportCommand),
    /// Export what the client portal shows
    #[command(subcommand)]
    Export(ExportCommand),
    /// Check configuration, database, clock and terminal, and say what to do
    Doctor,
    /// Show or check the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
    /// Fill the database with made-up leads, for measurements
    #[command(hide = true)]
    Seed(Seed),
}

/// How the worker works.
#[derive(Debug, clap::Args)]
pub(crate) struct Work {
    /// End when nothing is due
    #[arg(long)]
    pub(super) drain: bool,
    /// Requests on their way at once [default: 32]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) concurrency: Option<u16>,
    /// Keep there what each client's portal shows, for portals that do not read the database
    #[arg(long, value_name = "DIR")]
    pub(super) export: Option<std::path::PathBuf>,
}

/// Reports.
#[derive(Debug, Subcommand)]
pub(super) enum ReportCommand {
    /// Drafts waiting, time to approve, what people change, findings, overrides and withdrawals
    Review,
    /// How often a client's site was found by searching
    Found {
        /// Whose site
        #[arg(long, value_name = "NAME")]
        client: String,
        /// What the figures are of: site, page or query
        #[arg(long, default_value = "page", value_name = "WHAT", value_parser = dimension)]
        by: Dimension,
        /// Days back
        #[arg(long, default_value_t = 28, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=500))]
        days: i64,
        /// Rows at most
        #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
}

fn dimension(text: &str) -> Result<Dimension, String> {
    text.parse().map_err(|_| "write one of: site, page, query".to_owned())
}

/// Which made-up day.
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// The same seed gives the same day
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(super) seed: u64,
    /// How many times faster than life the day runs
    #[arg(long, default_value_t = 1.0, value_name = "X", value_parser = speed)]
    pub(super) speed: f64,
    /// How much has happened when the deck opens
    #[arg(long, default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u16))]
    pub(super) leads: u16,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "write a number such as 10".to_owned())?;
    if (0.01..=1_000.0).contains(&speed) { Ok(speed) } else { Err("write a number from 0.01 to 1000".to_owned()) }
}

/// What to read.
#[derive(Debug, clap::Args)]
pub(crate) struct Intake {
    /// twilio-voice, twilio-sms, callrail, thumbtack, angi, hubspot, quickbooks, sendgrid, mailgun, email, webhook, form, csv or event
    #[arg(value_parser = provider)]
    pub(super) provider: Provider,
    /// Files; `-` or none is standard input
    pub(super) files: Vec<PathBuf>,
    /// Whose payloads these are [default: the only client, or the one whose number was reached]
    #[arg(long, value_name = "NAME")]
    pub(super) client: Option<String>,
}

fn provider(text: &str) -> Result<Provider, String> {
    use strum::VariantArray as _;
    let senders = || Provider::VARIANTS.iter().copied().filter(|provider| provider.sends());
    let known = || senders().map(Provider::as_str).collect::<Vec<_>>().join(", ");
    let parsed = text.parse().ok().filter(|provider: &Provider| provider.sends());
    parsed.ok_or_else(|| format!("known providers: {}", known()))
}

/// Where in a list.
#[derive(Debug, clap::Args)]
pub(crate) struct Paging {
    /// Rows at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub(super) limit: i64,
    /// Go on after this place; the page before says which
    #[arg(long, value_name = "PLACE")]
    pub(super) after: Option<String>,
}

/// Which rows of a list.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Words, field:value, -field:value, age>2h
    #[arg(long, value_name = "Q", default_value = "", allow_hyphen_values = true)]
    pub(super) filter: String,
    #[command(flatten)]
    pub(super) paging: Paging,
}

/// Which waiting jobs.
#[derive(Debug, clap::Args)]
pub(crate) struct Queue {
    /// When each destination's queue will be clear, instead of the jobs
    #[arg(long, conflicts_with_all = ["filter", "after"])]
    pub(super) forecast: bool,
    #[command(flatten)]
    pub(super) list: List,
}

/// A word of ours, with the words that would do in the error.
fn word<T: strum::VariantArray + Copy + Into<&'static str> + std::str::FromStr>(text: &str) -> Result<T, String> {
    text.replace('-', "_").parse().map_err(|_| {
        let known: Vec<&'static str> = T::VARIANTS.iter().map(|&variant| variant.into()).collect();
        format!("write one of {}", known.join(", "))
    })
}

fn lost(text: &str) -> Result<LostReason, String> {
    word(text)
}

fn lead_act(text: &str) -> Result<LeadAct, String> {
    word(text)
}

fn reject_reason(text: &str) -> Result<RejectReason, String> {
    word(text)
}

/// A kind as it is stored, or as a masked line says it.
fn masked_kind(text: &str) -> Result<FindingKind, String> {
    word(&text.replace(' ', "_"))
}

impl Command {
    /// Whether it may change the database.
    pub(super) fn writes(&self) -> bool {
        matches!(
            self,
            Self::Intake(_)
                | Self::Failures(Failures { command: Some(_), .. })
                | Self::Release(_)
                | Self::Job(_)
                | Self::Task(_)
                | Self::Lead(_)
                | Self::Draft(_)
                | Self::Summary(_)
                | Self::Destination(_)
                | Self::Client(_)
                | Self::Person(_)
                | Self::Source(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;
    use rstest::rstest;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[rstest]
    #[case("quotedeck leads --filter -state:new --limit 5", true)]
    #[case("quotedeck leads --limit 0", false)]
    #[case("quotedeck job resolve J-4 --arrived --reason seen", true)]
    #[case("quotedeck job resolve J-4 --reason seen", false)]
    #[case("quotedeck job resolve J-4 --arrived --lost --reason seen", false)]
    #[case("quotedeck job retry", false)]
    #[case("quotedeck job retry --filter state:held", false)]
    #[case("quotedeck job retry --filter state:held --all", true)]
    #[case("quotedeck job retry J-1 --filter state:held --all", false)]
    #[case("quotedeck job why J-1", true)]
    #[case("quotedeck failures --jobs --limit 5", true)]
    #[case("quotedeck failures retry --destination HubSpot --signature 401 --canary", true)]
    #[case("quotedeck failures retry --destination HubSpot", false)]
    #[case("quotedeck failures release --destination HubSpot --signature 401", true)]
    #[case("quotedeck release stop 3", true)]
    #[case("quotedeck release stop", false)]
    #[case("quotedeck queue --forecast", true)]
    #[case("quotedeck queue --forecast --filter x", false)]
    #[case("quotedeck lead set mark-spam L-1", true)]
    #[case("quotedeck lead set explode L-1", false)]
    #[case("quotedeck task snooze T-1 --for 2h", true)]
    #[case("quotedeck task snooze T-1", false)]
    #[case("quotedeck draft add L-1 --text-file - --model sample-1", true)]
    #[case("quotedeck draft check", false)]
    #[case("quotedeck draft check --text-file x", true)]
    #[case("quotedeck draft show D-1 --evidence --draft", true)]
    #[case("quotedeck draft reveal D-1 --line 2 --kind lead-name --reason asked", true)]
    #[case("quotedeck draft reveal D-1 --line 2 --kind lead-name", false)]
    #[case("quotedeck draft reveal D-1 --line 2 --kind nothing --reason asked", false)]
    #[case("quotedeck draft save D-1", false)]
    #[case("quotedeck draft save D-1 --text-file - --over 1", true)]
    #[case("quotedeck summary withdraw S-1", false)]
    #[case("quotedeck intake pigeon", false)]
    #[case("quotedeck demo --speed 0", false)]
    #[case("quotedeck serve --listen 127.0.0.1:0", true)]
    #[case("quotedeck serve --listen here", false)]
    #[case("quotedeck source add form --client Acme", true)]
    #[case("quotedeck source add form", false)]
    #[case("quotedeck source replay W-1 W-2", true)]
    #[case("quotedeck source replay --provider form --client Acme", true)]
    #[case("quotedeck source replay --provider form", false)]
    #[case("quotedeck source replay", false)]
    fn what_makes_sense_is_taken(#[case] line: &str, #[case] sense: bool) {
        assert_eq!(Args::try_parse_from(line.split(' ')).is_ok(), sense, "{line}");
    }
}

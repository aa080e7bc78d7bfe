//! Acts on jobs, tasks, leads, summaries and destinations.

use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Subcommand;

use super::{List, lead_act, lost};
use crate::domain::id::Ref;
use crate::domain::lead::{LeadAct, LostReason};

/// What an act is done to, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Many {
    /// References, such as J-4
    #[arg(value_name = "REF", required_unless_present = "filter", conflicts_with = "filter")]
    pub(crate) refs: Vec<Ref>,
    /// Everything that matches, with --all
    #[arg(long, value_name = "Q", requires = "all", allow_hyphen_values = true)]
    pub(crate) filter: Option<String>,
    /// Yes, everything that matches
    #[arg(long, requires = "filter")]
    pub(crate) all: bool,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Job acts.
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Try waiting jobs now
    Retry(Many),
    /// Stop jobs that have not left, or lay aside ones that were given up
    Cancel(Many),
    /// Make new jobs from ones that are dead, cancelled or unknown
    Replay(Many),
    /// Settle unknown outcomes after asking the destination
    Resolve {
        #[command(flatten)]
        settled: Settled,
        #[command(flatten)]
        many: Many,
    },
    /// Take back jobs in the seconds before they leave
    Recall(Many),
    /// Say why a job is not running: every reason, the one that matters first
    Why {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
    },
}

/// Failures, and what is done to a whole group of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Failures {
    /// The jobs one by one, instead of the groups
    #[arg(long)]
    pub(crate) jobs: bool,
    /// The groups; they are listed without it, too
    #[arg(long, hide = true, conflicts_with_all = ["jobs", "after"])]
    pub(crate) groups: bool,
    #[command(flatten)]
    pub(crate) list: List,
    #[command(subcommand)]
    pub(crate) command: Option<FailuresCommand>,
}

/// Acts on a failure group.
#[derive(Debug, Subcommand)]
pub(crate) enum FailuresCommand {
    /// Try the jobs of a group again, all at once or one as a canary; what could be done twice is left out
    Retry {
        #[command(flatten)]
        group: OfGroup,
        /// One job alone, to see whether the cause is mended
        #[arg(long)]
        canary: bool,
    },
    /// Release a group, paced: a canary, then 2, 4, 8 … at most 64; it stops by itself when failures come back
    Release(OfGroup),
}

/// Which failure group.
#[derive(Debug, clap::Args)]
pub(crate) struct OfGroup {
    /// The destination's name or reference
    #[arg(long, value_name = "NAME")]
    pub(crate) destination: String,
    /// What the failures have in common, as `quotedeck failures` lists it; its beginning and a * are enough
    #[arg(long, value_name = "S")]
    pub(crate) signature: String,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl std::fmt::Display for OfGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} · {}", self.destination, self.signature)
    }
}

/// Releases.
#[derive(Debug, Subcommand)]
pub(crate) enum ReleaseCommand {
    /// List releases, the newest first
    List {
        /// Rows at most
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Show a release with what became of each of its jobs
    Show {
        /// Its number
        #[arg(value_name = "N")]
        number: i64,
    },
    /// Stop a release; what went stays gone
    Stop {
        /// Its number
        #[arg(value_name = "N")]
        number: i64,
        /// Why, in your words
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

/// What the destination answered.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Settled {
    /// It did arrive
    #[arg(long)]
    pub(crate) arrived: bool,
    /// It did not arrive
    #[arg(long)]
    pub(crate) lost: bool,
}

/// Task acts.
#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// The work is done
    Done(Many),
    /// The work is not needed
    Drop(Many),
    /// It was not done after all
    Reopen(Many),
    /// Out of the list for a while
    Snooze {
        #[command(flatten)]
        until: Until,
        #[command(flatten)]
        many: Many,
    },
    /// Give tasks to somebody
    Assign {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        many: Many,
    },
}

/// For how long.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Until {
    /// For a while: 30m, 2h, 3d
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) span: Option<Duration>,
    /// Until a time: 2026-06-01T14:30:00Z
    #[arg(long = "until", value_name = "TIME")]
    pub(crate) time: Option<DateTime<Utc>>,
    /// Bring it back at once
    #[arg(long)]
    pub(crate) back: bool,
}

/// To whom.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Whom {
    /// A person's name
    #[arg(long, value_name = "NAME")]
    pub(crate) to: Option<String>,
    /// To nobody
    #[arg(long)]
    pub(crate) nobody: bool,
}

/// Lead acts.
#[derive(Debug, Subcommand)]
pub(crate) enum LeadCommand {
    /// Say what happened
    Set {
        /// contact, quote, book, lose, mark-spam, not-spam or reopen
        #[arg(value_parser = lead_act)]
        act: LeadAct,
        /// Why it was lost: price, timing, no-answer, out-of-area, wrong-service, competitor or other
        #[arg(long, value_name = "WHY", value_parser = lost)]
        lost: Option<LostReason>,
        #[command(flatten)]
        many: Many,
    },
    /// Give leads to somebody
    Assign {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        many: Many,
    },
    /// Two leads are one: the first is merged into the second, which is kept
    Merge {
        /// The lead that is merged
        #[arg(value_name = "REF")]
        record: Ref,
        /// The lead that is kept
        #[arg(value_name = "INTO")]
        into: Ref,
        /// Why, in your words
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Say what would be done, and do nothing
        #[arg(long, alias = "dry-run")]
        preview: bool,
    },
    /// Take merges apart
    Unmerge(Many),
    /// Leads differ from those they were taken for
    NotDuplicate(Many),
    /// Leads are spam
    Spam(Many),
    /// Leads are no spam, whatever their score
    NotSpam(Many),
}

/// Summary acts.
#[derive(Debug, Subcommand)]
pub(crate) enum SummaryCommand {
    /// Take a summary back from the portal
    Withdraw {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Destination acts.
#[derive(Debug, Subcommand)]
pub(crate) enum DestinationCommand {
    /// Hold every job for it
    Pause {
        /// Its name or reference
        name: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// It runs again by itself after this: 30m, 2h
        #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration, default_value = "24h")]
        span: Duration,
    },
    /// Let it run again
    Resume {
        /// Its name or reference
        name: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

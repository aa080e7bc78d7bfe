//! Acts on drafts.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Subcommand;

use super::{masked_kind, reject_reason};
use crate::domain::draft::RejectReason;
use crate::domain::id::Ref;
use crate::domain::span::FindingKind;

/// Draft acts.
#[derive(Debug, Subcommand)]
pub(crate) enum DraftCommand {
    /// File an AI draft that was made elsewhere
    Add {
        /// The lead it speaks of
        #[arg(value_name = "LEAD")]
        lead: Ref,
        /// The text; `-` is standard input
        #[arg(long, value_name = "FILE")]
        text_file: PathBuf,
        /// Which model wrote it
        #[arg(long, value_name = "NAME")]
        model: String,
        /// What it is about, in a few words [default: its first line]
        #[arg(long, value_name = "TEXT")]
        title: Option<String>,
    },
    /// Have a draft made, of a lead or of a client's week
    Make {
        /// The lead it is to speak of
        #[arg(value_name = "LEAD", required_unless_present = "client", conflicts_with = "client")]
        lead: Option<Ref>,
        /// The client whose week it is to speak of
        #[arg(long, value_name = "NAME")]
        client: Option<String>,
        /// A day of that week [default: last week]
        #[arg(long, value_name = "DATE", requires = "client", num_args = 0..=1)]
        #[expect(clippy::option_option, reason = "the flag may stand without a date, and that means last week")]
        week: Option<Option<NaiveDate>>,
    },
    /// Say what the checks find in a draft, or in any text
    Check(Check),
    /// Show the client-safe text as it is saved, and who saved it
    Show(Show),
    /// Show what the portal would show of the text as it is saved
    Preview {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
    },
    /// Show a line of the evidence with one kind of what is masked in it; the journal has it first
    Reveal {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
        /// The line, as `draft show --evidence` numbers it
        #[arg(long, value_name = "N")]
        line: i64,
        /// What is masked there, as the line names it: phone, lead-name …
        #[arg(long, value_name = "KIND", value_parser = masked_kind)]
        kind: FindingKind,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take a draft for editing
    Claim {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
        /// Take it although somebody else holds it; needs a reason
        #[arg(long, requires = "reason")]
        take_over: bool,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Save the client-safe text of a draft that you claimed, to go on later
    Save {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
        /// The text; `-` is standard input
        #[arg(long, value_name = "FILE")]
        text_file: PathBuf,
        /// That your text comes in place of the one that somebody saved: its version, as `draft show` tells it
        #[arg(long, value_name = "VERSION")]
        over: Option<i64>,
    },
    /// Hand a draft back
    Release {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
        /// A note for whoever takes it next
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Approve the client-safe text of a draft that you claimed
    Approve {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
        /// The client-safe text; `-` is standard input. Without it, `--read` says that the saved one was read
        #[arg(long, value_name = "FILE", required_unless_present = "read")]
        text_file: Option<PathBuf>,
        /// That your text comes in place of the one that somebody saved: its version, as `draft show` tells it
        #[arg(long, value_name = "VERSION", requires = "text_file")]
        over: Option<i64>,
        /// That you read the text as it was saved: its mark, as `draft show` tells it
        #[arg(long, value_name = "MARK", conflicts_with = "text_file")]
        read: Option<String>,
        /// That it is approved although more is known by now than the draft was made from
        #[arg(long)]
        all_the_same: bool,
        /// A remark for the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Ask an owner to let a text pass although a check blocks it
    AskOverride {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
        /// The text; `-` is standard input [default: the text as it was saved]
        #[arg(long, value_name = "FILE")]
        text_file: Option<PathBuf>,
        /// That your text comes in place of the one that somebody saved: its version, as `draft show` tells it
        #[arg(long, value_name = "VERSION", requires = "text_file")]
        over: Option<i64>,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Show a text that somebody asked to let pass, and let it pass once you read it
    Override {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
        /// That you read the text: its mark, as it was shown without this
        #[arg(long, value_name = "MARK", requires = "reason")]
        read: Option<String>,
        /// Why
        #[arg(long, value_name = "TEXT", requires = "read")]
        reason: Option<String>,
    },
    /// Send a draft away
    Reject {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
        /// Why, in a word: wrong, unsafe, unclear, duplicate or not-needed
        #[arg(long, value_name = "WHY", value_parser = reject_reason)]
        why: RejectReason,
        /// Why, in your words
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Bring a rejected draft back
    Reopen {
        /// Which
        #[arg(value_name = "REF")]
        record: Ref,
    },
}

/// What to show of a draft.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Which
    #[arg(value_name = "REF")]
    pub(crate) record: Ref,
    /// The evidence too, line by line; who could be reached or named by it is masked
    #[arg(long)]
    pub(crate) evidence: bool,
    /// What the drafter wrote too, with the lines it cites
    #[arg(long)]
    pub(crate) draft: bool,
}

/// What to check.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// A draft: its saved text against its evidence
    #[arg(value_name = "REF", required_unless_present = "text_file")]
    pub(crate) record: Option<Ref>,
    /// Another text; `-` is standard input. Without a REF no database is needed
    #[arg(long, value_name = "FILE")]
    pub(crate) text_file: Option<PathBuf>,
    /// The evidence, one line each, instead of the draft's own. Of a text alone, without any, no number is called unknown
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence_file: Option<PathBuf>,
}

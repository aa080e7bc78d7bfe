//! The command line: reads it, wires the rooms together, runs one command and says how it went.
//!
//! Results go to stdout through one printer, everything else to stderr as `quotedeck: what: why; what to do`.
//! Exit status: 0 done; 1 could not; 2 usage or configuration; 3 refused by a rule, or somebody else was first;
//! 4 some items rejected, the rest done.

mod act;
mod args;
mod bulk;
mod deck;
mod desk;
mod directory;
mod doctor;
mod draft;
mod failures;
mod generate;
mod intake;
mod journal;
mod list;
mod log;
mod print;
mod proof;
mod report;
mod rows;
mod serve;
mod set_up;
mod show;
mod source;
mod stop;
mod table;
mod work;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::config::Config;
use crate::domain::journal::SEAL_SIZE;
use crate::store::journal::Search;
pub use args::Args;
use args::Command;
use args::{ConfigCommand, DraftCommand, ExportCommand, JournalCommand, ReportCommand};
use desk::Desk;
use print::Printer;
use stop::Stop;

/// Everything done.
const DONE: u8 = 0;

/// How a command went: its exit status, or why it stopped.
type Ran = Result<u8, Stop>;

/// Reads the command line. Help and usage errors are said here; the status to leave with is given back.
pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Args, ExitCode> {
    Args::try_parse_from(words).map_err(|error| {
        let text = error.render().to_string();
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            // A pipe that is closed already wants no help.
            drop(Printer::plain().own(&text));
            return ExitCode::SUCCESS;
        }
        print::complain(text.trim_end().trim_start_matches("error: "));
        ExitCode::from(stop::USAGE)
    })
}

/// Runs the command; what went wrong is said on stderr.
pub async fn run(args: Args) -> ExitCode {
    // Read once; a command that needs none goes on without.
    let config = desk::load(&args.global);
    let _log = config.as_ref().ok().and_then(|config| log::start(&config.log));
    let mut printer = Printer::new(args.global.color, args.global.json);
    let ran = match command(&args, config, &mut printer).await {
        Ok(status) => printer.finish().map(|()| status),
        Err(stop) => Err(stop),
    };
    ExitCode::from(ran.unwrap_or_else(|stop| {
        tracing::warn!(status = stop.status, "stopped");
        // What was printed so far is part of the answer.
        drop(printer.finish());
        print::complain(&stop.text);
        stop.status
    }))
}

async fn command(args: &Args, config: Result<Config, Stop>, printer: &mut Printer) -> Ran {
    let global = &args.global;
    let Some(command) = &args.command else { return deck::open(global, config?, false).await };
    match command {
        Command::Review => deck::open(global, config?, true).await,
        Command::Demo(wanted) => deck::demo(global, config?, wanted).await,
        Command::Work(wanted) => work::run(global, config?, wanted, printer).await,
        Command::Serve(wanted) => serve::run(global, config?, wanted).await,
        Command::Init => set_up::init(global, printer).await,
        Command::Config(ConfigCommand::Example) => set_up::example(printer),
        Command::Config(ConfigCommand::Check) => set_up::check(global, &config?, printer),
        Command::Config(ConfigCommand::Path) => set_up::path(global, printer),
        Command::Completions { shell } => generate::completions(*shell, printer),
        Command::Man => generate::man(printer),
        Command::Doctor => doctor::run(global, config, printer).await,
        Command::Draft(DraftCommand::Check(wanted)) if wanted.record.is_none() => draft::check_text(wanted, printer),
        with_a_database => {
            let desk = Desk::open(global, config?).await?;
            let ran = at_a_desk(&desk, with_a_database, printer).await;
            if with_a_database.writes() {
                // What was written is sealed by whoever wrote it, where no worker runs. A failure leaves it to the next.
                while desk.store.seal_journal(Search::Recent).await.is_ok_and(|sealed| sealed >= SEAL_SIZE) {}
            }
            desk.store.close().await;
            ran
        }
    }
}

async fn at_a_desk(desk: &Desk, command: &Command, printer: &mut Printer) -> Ran {
    match command {
        Command::Intake(wanted) => intake::run(desk, wanted, printer).await,
        Command::Leads(wanted) => list::leads(desk, wanted, printer).await,
        Command::Failures(wanted) => failures::run(desk, wanted, printer).await,
        Command::Release(wanted) => failures::releases(desk, wanted, printer).await,
        Command::Queue(wanted) => list::queue(desk, wanted, printer).await,
        Command::Tasks(wanted) => list::tasks(desk, wanted, printer).await,
        Command::Drafts(wanted) => list::drafts(desk, wanted, printer).await,
        Command::Summaries(wanted) => list::summaries(desk, wanted, printer).await,
        Command::Clients => list::clients(desk, printer).await,
        Command::People => list::people(desk, printer).await,
        Command::Destinations => list::destinations(desk, printer).await,
        Command::Automations => list::automations(desk, printer).await,
        Command::Templates => list::templates(desk, printer).await,
        Command::Show { record } => show::run(desk, *record, printer).await,
        Command::Job(wanted) => act::job(desk, wanted, printer).await,
        Command::Task(wanted) => act::task(desk, wanted, printer).await,
        Command::Lead(wanted) => act::lead(desk, wanted, printer).await,
        Command::Draft(wanted) => draft::run(desk, wanted, printer).await,
        Command::Summary(wanted) => act::summary(desk, wanted, printer).await,
        Command::Destination(wanted) => act::destination(desk, wanted, printer).await,
        Command::Client(wanted) => directory::client(desk, wanted, printer).await,
        Command::Person(wanted) => directory::person(desk, wanted, printer).await,
        Command::Sources => source::list(desk, printer).await,
        Command::Source(wanted) => source::run(desk, wanted, printer).await,
        Command::Journal { newest, command } => match command {
            Some(JournalCommand::Verify) => journal::verify(desk, printer).await,
            Some(JournalCommand::List(wanted)) => journal::list(desk, wanted, printer).await,
            None => journal::list(desk, newest, printer).await,
        },
        Command::Export(ExportCommand::Proof { client, out }) => proof::run(desk, client, out.as_deref(), printer).await,
        Command::Report(ReportCommand::Review) => report::review(desk, printer).await,
        Command::Report(ReportCommand::Found { client, by, days, limit }) => {
            report::found(desk, client, *by, *days, *limit, printer).await
        }
        Command::Seed(wanted) => set_up::seed(desk, wanted, printer).await,
        Command::Review
        | Command::Demo(_)
        | Command::Work(_)
        | Command::Serve(_)
        | Command::Init
        | Command::Config(_)
        | Command::Completions { .. }
        | Command::Man
        | Command::Doctor => Ok(DONE),
    }
}

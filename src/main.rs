//! The program: reads the command line, starts the runtime, and leaves with the status of the command.

use std::process::ExitCode;

use quotedeck::cli;

fn main() -> color_eyre::Result<ExitCode> {
    color_eyre::install()?;
    let args = match cli::read(std::env::args_os()) {
        Ok(args) => args,
        Err(status) => return Ok(status),
    };
    // Two threads: one for the screen or the command, one for what the database answers.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    Ok(runtime.block_on(cli::run(args)))
}

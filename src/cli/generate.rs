//! What is made from the definition of the command line: completions and the manual page.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Ran;
use super::args::Args;
use super::print::Printer;
use super::stop::Stop;

/// `quotedeck completions SHELL`
pub(super) fn completions(shell: Shell, printer: &mut Printer) -> Ran {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "quotedeck", &mut script);
    printer.own(&String::from_utf8_lossy(&script))?;
    Ok(super::DONE)
}

/// `quotedeck man`
pub(super) fn man(printer: &mut Printer) -> Ran {
    let mut page = Vec::new();
    let made = clap_mangen::Man::new(Args::command()).render(&mut page);
    made.map_err(|error| Stop::could_not("the manual page", error, "read --help instead"))?;
    printer.own(&String::from_utf8_lossy(&page))?;
    Ok(super::DONE)
}

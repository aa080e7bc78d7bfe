//! What is made from the definition of the command line: completions and the manual page.

use clap::{Command, CommandFactory as _};
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

/// `quotedeck man`: one page, with every command in it.
pub(super) fn man(printer: &mut Printer) -> Ran {
    let mut page = Vec::new();
    let made = clap_mangen::Man::new(Args::command()).render(&mut page);
    made.map_err(|error| Stop::could_not("the manual page", error, "read --help instead"))?;
    let mut text = String::from_utf8_lossy(&page).into_owned();
    text.push_str(".SH COMMANDS\n");
    describe(&Args::command(), "quotedeck", &mut text);
    printer.own(&text)?;
    Ok(super::DONE)
}

/// The help of every command that does something.
fn describe(command: &Command, name: &str, text: &mut String) {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        let name = format!("{name} {}", below.get_name());
        if below.has_subcommands() {
            describe(below, &name, text);
        } else {
            let help = below.clone().bin_name(&name).disable_help_flag(true).render_help().to_string();
            text.push_str(&format!(".SS {}\n.nf\n", roff(&name)));
            help.lines().for_each(|line| text.push_str(&format!("{}\n", roff(line))));
            text.push_str(".fi\n");
        }
    }
}

/// A line as roff shows it unchanged.
fn roff(line: &str) -> String {
    let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
    format!("{guard}{}", line.replace('\\', "\\e").replace('-', "\\-"))
}

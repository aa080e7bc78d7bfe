//! The environment, read in this one place: what it may say, and under which names.

use std::fmt;

/// Names the database.
pub const DATABASE: &str = "QUOTEDECK_DATABASE";
/// Names who acts.
pub const ACTOR: &str = "QUOTEDECK_ACTOR";

/// What the environment says. A variable that is set to nothing counts as not set. `Debug` hides the database's URL.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// The database's URL.
    pub database: Option<String>,
    /// Who acts.
    pub actor: Option<String>,
    /// The login name: who acts when nothing else is said.
    pub login: Option<String>,
    /// The person's own editor, a command line.
    pub editor: Option<String>,
    /// What the terminal calls itself.
    pub term: Option<String>,
    /// Whether colours are not wanted.
    pub no_color: bool,
    /// Whether tmux lies between the program and the terminal: then OSC 52 must be wrapped.
    pub in_tmux: bool,
    /// Whether the person came over SSH: then an editor would open on the wrong machine for who has no shell.
    pub over_ssh: bool,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("database", &self.database.as_ref().map(|_| "…"))
            .field("actor", &self.actor)
            .field("login", &self.login)
            .field("no_color", &self.no_color)
            .finish_non_exhaustive()
    }
}

impl Environment {
    /// What this process was started with.
    pub fn read() -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| variable(name));
        Self {
            database: variable(DATABASE),
            actor: variable(ACTOR),
            // Containers and forced commands often set none of these; then the system is asked whose process this is.
            login: first(&["USER", "LOGNAME", "USERNAME"]).or_else(|| whoami::username().ok()),
            editor: first(&["VISUAL", "EDITOR"]),
            term: variable("TERM"),
            no_color: variable("NO_COLOR").is_some(),
            in_tmux: variable("TMUX").is_some(),
            over_ssh: first(&["SSH_CONNECTION", "SSH_TTY"]).is_some(),
        }
    }
}

/// A secret in the environment, under the name that the configuration says.
pub(super) fn secret(name: &str) -> Option<String> {
    variable(name)
}

#[expect(clippy::disallowed_methods, reason = "the one rightful caller: everybody else asks an Environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

//! The rooms of the house: which room may use which, and which outside crates, read from every path in `src`.
//!
//! A path is any `crate::…`, any `super::…` that climbs out of its room, and any name of a dependency before `::` or
//! after `use`. Comments and literals do not count; tests inside a room obey the same table.

use std::collections::BTreeSet;
use std::path::Path;

use rstest::rstest;

/// A room and what it may use beside itself and [`PURE`]: rooms of ours, and outside crates. A name allows all paths
/// below it, so `config::theme` allows a part of a room.
struct Room {
    name: &'static str,
    ours: &'static [&'static str],
    outside: &'static [&'static str],
}

const fn room(name: &'static str, ours: &'static [&'static str], outside: &'static [&'static str]) -> Room {
    Room { name, ours, outside }
}

/// Stands for everything.
const ALL: &[&str] = &["*"];

const ROOMS: &[Room] = &[
    room("domain", &[], &[]),
    room("clock", &[], &["rustix::time"]),
    // What a key press is called, what a colour is called: words of the terminal, no terminal.
    room("config", &["domain"], &["crossterm::event", "ratatui::style", "directories", "whoami"]),
    room("intake", &["domain"], &["mail_parser", "ring"]),
    room("store", &["domain", "clock"], &["sqlx", "tokio", "futures", "tracing"]),
    room("workflow", &["domain", "store", "clock", "config"], &["tracing"]),
    // What leaves late must not leave: how long the machine is up says so, which no clock that jumps does.
    room("delivery", &["domain", "clock::up"], &["reqwest", "rustls", "lettre", "tokio", "hyper::body"]),
    room("worker", &["workflow", "store", "delivery", "domain", "clock"], &["tokio", "futures", "tracing"]),
    room("server", &["intake", "workflow", "store", "domain"], ALL),
    // Key and mouse events come in as they are: a second set of names for them would say nothing.
    room("app", &["domain", "config"], &["crossterm::event"]),
    // What `app` lets be read is made of `domain`'s words, and footer and help are painted from the key table.
    room("ui", &["app", "domain", "config::theme", "config::keys"], &["ratatui", "crossterm::event"]),
    // A made-up day goes the way of a real one, so it uses what a real one passes through; never the screen.
    room("demo", &["intake", "workflow", "store", "worker", "delivery", "config", "domain", "clock"], &["tokio", "tracing"]),
    room("runtime", ALL, ALL),
    room("ssh", ALL, ALL),
    room("cli", ALL, ALL),
    room("main", ALL, ALL),
    room("lib", ALL, ALL),
];

/// What one file may use beyond its room.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The editor's text and cursor live in the widget's state; nothing is painted there.
    ("app/review/editor.rs", "ratatui_textarea"),
    // A test needs somebody at the other end of a TLS connection.
    ("delivery/http.rs", "tokio_rustls"),
    // A file beside another that takes its place: written whole, and for its owner alone.
    ("delivery/oauth/keep.rs", "tempfile"),
    // A test keeps a refresh token in a folder of its own.
    ("delivery/oauth.rs", "tempfile"),
    // A secret's file must be there to be looked at.
    ("config/secret.rs", "tempfile"),
    // A made-up day is made in a folder of its own.
    ("demo/tests.rs", "tempfile"),
    // SQLite is asked for its plans in a database that lies in a folder of its own.
    ("store/plans.rs", "tempfile"),
];

/// Dependencies that touch neither the world nor the screen: every room may use them.
const PURE: &[&str] = &[
    "base64",
    "chrono",
    "chrono_tz",
    "csv",
    "fastrand",
    "form_urlencoded",
    "hmac",
    "httpdate",
    "humantime",
    "nucleo_matcher",
    "foldhash",
    "phonenumber",
    "unicode_normalization",
    "unicode_security",
    "regex",
    "serde",
    "serde_json",
    "sha2",
    "similar",
    "strsim",
    "strum",
    "thiserror",
    "toml",
    "unicode_segmentation",
    "unicode_width",
    "url",
    "uuid",
];

/// A word of the source, or a mark that paths are made of.
#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    /// `::`
    Path,
    Mark(char),
}

/// The tokens with their lines, without comments and literals.
fn tokens(source: &str) -> Vec<(usize, Token)> {
    let literal = regex::Regex::new(
        r#"(?sx)
        (?<skip> //[^\n]* | /\*.*?\*/ | b?r\#\#\#".*?"\#\#\# | b?r\#\#".*?"\#\# | b?r\#".*?"\# | b?r"[^"]*"
          | b?"(?:\\.|[^"\\])*" | b?'(?:\\[^']*'|\\''|[^'\\]') | '[a-z_]\w*\b )
        | (?<word> [A-Za-z_]\w* ) | (?<path> :: ) | (?<mark> [^\s] )"#,
    )
    .unwrap();
    let mut line = 1;
    let mut from = 0;
    let mut found = Vec::new();
    for token in literal.captures_iter(source) {
        let at = token.get(0).unwrap().start();
        line += source[from..at].matches('\n').count();
        from = at;
        if let Some(word) = token.name("word") {
            found.push((line, Token::Word(word.as_str().to_owned())));
        } else if token.name("path").is_some() {
            found.push((line, Token::Path));
        } else if let Some(mark) = token.name("mark") {
            found.push((line, Token::Mark(mark.as_str().chars().next().unwrap())));
        }
    }
    found
}

/// Every path that leaves a file's own module, as far as two names, with its line: `store::act`, `tokio::sync`.
/// `depth` is how many modules the file lies below the root; `outside` are the names of the dependencies.
fn paths(source: &str, depth: usize, outside: &BTreeSet<String>) -> Vec<(usize, bool, String)> {
    let tokens = tokens(source);
    let word = |at: usize| match tokens.get(at) {
        Some((_, Token::Word(word))) => Some(word.as_str()),
        _ => None,
    };
    let is = |at: usize, token: &Token| tokens.get(at).is_some_and(|(_, found)| found == token);
    let mut found = Vec::new();
    // Braces that are open, and which of them are modules within the file.
    let mut open: Vec<bool> = Vec::new();
    for at in 0..tokens.len() {
        if is(at, &Token::Mark('{')) {
            open.push(at >= 2 && word(at - 2) == Some("mod"));
        } else if is(at, &Token::Mark('}')) {
            open.pop();
        }
        let Some(first) = word(at) else { continue };
        // `::tokio` begins a path, `net::tokio` does not.
        let begins = at == 0 || !is(at - 1, &Token::Path) || at < 2 || word(at - 2).is_none();
        if !begins {
            continue;
        }
        let line = tokens[at].0;
        let inner = open.iter().filter(|module| **module).count();
        let mut next = at;
        while word(next) == Some("super") && is(next + 1, &Token::Path) {
            next += 2;
        }
        let climbed = (next - at) / 2;
        if first == "crate" && is(at + 1, &Token::Path) {
            found.extend(names(&tokens, at + 2).into_iter().map(|path| (line, true, path)));
        } else if climbed > 0 && climbed >= depth + inner {
            found.extend(names(&tokens, next).into_iter().map(|path| (line, true, path)));
        } else if outside.contains(first) && (is(at + 1, &Token::Path) || at > 0 && matches!(word(at - 1), Some("use" | "crate")))
        {
            let below = if is(at + 1, &Token::Path) { names(&tokens, at + 2) } else { vec!["*".to_owned()] };
            let below = below.into_iter().map(|name| name.split("::").next().unwrap_or_default().to_owned());
            found.extend(below.map(|name| (line, false, format!("{first}::{name}"))));
        }
    }
    found
}

/// The paths that begin here, as far as two names: `{a::b, c}` are two.
fn names(tokens: &[(usize, Token)], at: usize) -> Vec<String> {
    match tokens.get(at).map(|(_, token)| token) {
        Some(Token::Word(first)) => match (tokens.get(at + 1).map(|(_, token)| token), tokens.get(at + 2)) {
            (Some(Token::Path), Some((_, Token::Word(second)))) => vec![format!("{first}::{second}")],
            (Some(Token::Path), Some((_, Token::Mark('{')))) => {
                names(tokens, at + 2).iter().map(|inner| format!("{first}::{}", inner.split("::").next().unwrap())).collect()
            }
            _ => vec![first.clone()],
        },
        Some(Token::Mark('{')) => {
            let (mut depth, mut found) = (0, Vec::new());
            for (at, (_, token)) in tokens.iter().enumerate().skip(at) {
                match token {
                    Token::Mark('{') => depth += 1,
                    Token::Mark('}') => depth -= 1,
                    _ => {}
                }
                let begins = matches!(tokens[at - 1].1, Token::Mark('{' | ','));
                if depth == 0 {
                    break;
                } else if depth == 1 && begins && matches!(token, Token::Word(_)) {
                    found.extend(names(tokens, at));
                }
            }
            found
        }
        Some(Token::Mark('*')) => vec!["*".to_owned()],
        _ => Vec::new(),
    }
}

fn allows(allowed: &[&str], path: &str) -> bool {
    allowed.iter().any(|name| *name == "*" || path == *name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with("::")))
}

/// What a file, named from `src`, uses against the table.
fn forbidden(file: &str, source: &str, outside: &BTreeSet<String>) -> Vec<String> {
    let modules: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    let own = modules[0];
    let Some(room) = ROOMS.iter().find(|room| room.name == own) else {
        return vec![format!("{file}: the room {own} has no row in the table")];
    };
    let mut wrong = Vec::new();
    for (line, ours, path) in paths(source, modules.len(), outside) {
        let first = path.split("::").next().unwrap();
        let allowed = if ours {
            // What is no room is an item of the root, such as a macro.
            first == own || allows(room.ours, &path) || !ROOMS.iter().any(|room| room.name == first)
        } else {
            let exception = EXCEPTIONS.iter().any(|(at, name)| *at == file && allows(&[name], &path));
            allows(room.outside, &path) || allows(PURE, &path) || exception
        };
        if !allowed {
            wrong.push(format!("{file}:{line}: {own} must not use {path}"));
        }
    }
    wrong
}

/// The names of the dependencies, as they stand in paths.
fn dependencies() -> BTreeSet<String> {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect()
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_room_uses_only_what_it_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut files, outside, mut wrong) = (Vec::new(), dependencies(), Vec::new());
    sources(&src, &mut files);
    assert!(files.len() > 100, "only {} files were found", files.len());
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        wrong.extend(forbidden(&name, &source, &outside));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_row_speaks_of_something_that_is_there() {
    let known = dependencies();
    let named = ROOMS.iter().flat_map(|room| room.outside).chain(PURE).chain(EXCEPTIONS.iter().map(|(_, name)| name));
    for name in named.filter(|name| **name != "*") {
        assert!(known.contains(name.split("::").next().unwrap()), "{name} is no dependency any more");
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert!(EXCEPTIONS.iter().all(|(file, _)| src.join(file).exists()));
}

#[rstest]
#[case("app/list.rs", "use crate::store::Store;", &["store::Store"])]
#[case("app/list.rs", "use crate::{domain::id::Ref, store};", &["store"])]
#[case("app/list.rs", "use crate::{\n  domain::{id, row},\n  ui::panes,\n};", &["ui::panes"])]
#[case("app/list.rs", "fn f() { let x = crate::store::open(); }", &["store::open"])]
#[case("app/list.rs", "use super::super::store::Store;", &["store::Store"])]
#[case("app/list.rs", "mod tests { use super::super::row; use super::super::super::store; }", &["store"])]
#[case("app.rs", "use super::store::Store;", &["store::Store"])]
#[case("app/list.rs", "use tokio::sync::mpsc;", &["tokio::sync"])]
#[case("app/list.rs", "use tokio as t;", &["tokio::*"])]
#[case("app/list.rs", "extern crate tokio;", &["tokio::*"])]
#[case("app/list.rs", "fn f() -> ::sqlx::Result<()> { sqlx::query(\"\") }", &["sqlx::Result", "sqlx::query"])]
#[case("app/list.rs", "use crossterm::event::KeyCode;", &[])]
#[case("app/list.rs", "use crossterm::{event::KeyCode, terminal};", &["crossterm::terminal"])]
#[case("app/list.rs", "use ratatui_textarea::TextArea;", &["ratatui_textarea::TextArea"])]
#[case("app/review/editor.rs", "use ratatui_textarea::TextArea;", &[])]
#[case("ui/panes.rs", "use crate::config::{theme::Styles, keys, Config};", &["config::Config"])]
#[case("config/keys.rs", "use ratatui::widgets::Block;", &["ratatui::widgets"])]
#[case("domain/id.rs", "#[derive(sqlx::Type)] struct Id; // crate::store", &["sqlx::Type"])]
#[case("domain/id.rs", "const A: &str = \"crate::store::x\"; /* use tokio::x; */ const B: char = '\"'; use crate::app::x;", &["app::x"])]
#[case("domain/id.rs", "const A: &str = r#\"use \" crate::store::x\"#; fn f<'a>(x: &'a str) -> crate::ui::Y {}", &["ui::Y"])]
#[case("intake/form.rs", "use super::csv::read; use crate::intake::text; use std::fs::read; tokio.len()", &[])]
#[case("cellar.rs", "", &["the room cellar has no row"])]
fn a_forbidden_import_is_found(#[case] file: &str, #[case] source: &str, #[case] expected: &[&str]) {
    let outside = dependencies();
    let found = forbidden(file, source, &outside);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    assert!(found.iter().zip(expected).all(|(found, expected)| found.contains(expected)), "{found:?}");
}

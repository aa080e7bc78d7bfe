//! What is fuzzed: every function that reads what a stranger wrote, and the laws it must keep whatever it is given.
//!
//! A target gives back the *shape* of its outcome: inputs with a shape that was not seen before are kept and built upon.

mod check;
mod config;
mod door;
mod review;
mod text;

use std::hash::{DefaultHasher, Hash, Hasher};

use quotedeck::domain::event::Provider;
use strum::VariantArray as _;

use crate::seeds;

/// One function under test.
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) seeds: Vec<Vec<u8>>,
    pub(crate) run: Box<dyn Fn(&[u8]) -> u64>,
    /// Bytes that most inputs stay below: small ones are quick, and say as much.
    pub(crate) usual: usize,
}

fn target(name: impl Into<String>, seeds: Vec<Vec<u8>>, run: impl Fn(&[u8]) -> u64 + 'static) -> Target {
    Target { name: name.into(), seeds, run: Box::new(run), usual: 4096 }
}

impl Target {
    /// With smaller inputs: what is checked again at every key has a few lines.
    fn small(self) -> Self {
        Self { usual: 512, ..self }
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Target> {
    let mut all = Vec::new();
    for &provider in Provider::VARIANTS.iter().filter(|provider| **provider != Provider::SearchConsole) {
        let run = move |bytes: &[u8]| door::payload(provider, bytes);
        all.push(target(format!("read-{}", provider.as_str()), seeds::payloads(provider), run));
    }
    for &provider in Provider::VARIANTS.iter().filter(|provider| **provider != Provider::SearchConsole) {
        let run = move |bytes: &[u8]| door::request(provider, bytes);
        all.push(target(format!("signed-{}", provider.as_str()), seeds::requests(provider), run));
    }
    all.push(target("unsubscribe-token", seeds::tokens(), text(door::token)));
    all.push(target("payload-values", seeds::any_payload(), text(door::values)));
    all.push(target("answer", seeds::answers(), text(door::answered)));
    all.push(target("pages", seeds::pages(), text(door::page)));
    all.push(target("content", seeds::answers(), text(door::content)));
    all.push(target("config", seeds::configs(), config::file));
    all.push(target("keys", seeds::keys(), text(config::keys)));
    all.push(target("filter", seeds::filters(), text(text::filtered)));
    all.push(target("place", seeds::places(), text(text::place)));
    all.push(target("contact", seeds::lines(), text(text::contact)));
    all.push(target("alike", seeds::lines(), text(text::alike)));
    all.push(target("template", seeds::lines(), text(text::filled)));
    all.push(target("shown", seeds::lines(), text(text::shown)));
    all.push(target("citations", seeds::lines(), text(text::citations)));
    all.push(target("line", seeds::keystrokes(), review::line));
    all.push(target("editor", seeds::keystrokes(), review::editor));
    all.push(target("review", seeds::keystrokes(), review::screen).small());
    all.push(target("diff", seeds::pairs(), review::diff).small());
    all.push(target("findings", seeds::drafts(), check::findings).small());
    all.push(target("findings-hidden", seeds::drafts(), check::hidden).small());
    all.push(target("findings-alike", seeds::drafts(), check::alike).small());
    all.push(target("findings-lines", seeds::drafts(), check::lines).small());
    all
}

/// What is text to the program comes to it as text.
fn text(run: impl Fn(&str) -> u64) -> impl Fn(&[u8]) -> u64 {
    move |bytes| run(&String::from_utf8_lossy(bytes))
}

fn shape(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Words of a reason, without what it quotes and counts.
fn gist(reason: &str) -> String {
    reason.split('"').step_by(2).flat_map(str::chars).filter(|c| c.is_ascii_alphabetic() || *c == ' ').take(60).collect()
}

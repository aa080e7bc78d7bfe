//! What is said between two pieces of a number, where it can go on over it.

use super::super::fold::Folded;
use super::Piece;

/// What is said between two pieces.
#[derive(Clone, Copy, Default)]
pub(super) struct Bridge {
    /// Anything: a word, or three dots.
    pub(super) spoken: bool,
    /// More than a breath: words that say something.
    pub(super) telling: bool,
    /// `uh`, `um`, three dots.
    pub(super) breathes: bool,
    /// What was said before is taken back, or some of it.
    pub(super) corrects: bool,
    /// It says that an area code follows, or the words behind do.
    pub(super) area: bool,
    /// Words that are not known to stand there.
    pub(super) odd: usize,
}

/// Words between two pieces at most.
const LONGEST_BRIDGE: usize = 9;
/// What is said to draw breath.
const BREATHS: &[&str] = &["uh", "um", "er", "ah", "hmm", "mm", "hm"];
/// What stands for the signs of a written number.
const SIGNS: &[&str] = &["dash", "hyphen", "dot"];
/// What takes back what was said before.
pub(super) const CORRECTION: &[&str] = &[
    "no",
    "nope",
    "wait",
    "sorry",
    "scratch",
    "strike",
    "actually",
    "correction",
    "mean",
    "meant",
    "oops",
    "rather",
    "corrected",
    "or",
    "make",
];
/// What else is said while a number is looked for.
const SEARCHING: &[&str] = &[
    "and", "then", "so", "well", "yeah", "yes", "yep", "ok", "okay", "right", "the", "it's", "its", "it", "is", "that's",
    "thats", "that", "i", "i'm", "you", "got", "get", "know", "ready", "still", "there", "hold", "on", "sec", "second", "moment",
    "let", "me", "see", "check", "think", "look", "shoot", "gosh", "what's", "whats", "what", "my", "his", "her", "their",
    "number", "numbers", "rest", "first", "last", "next", "final", "digits", "are", "was", "be", "pause", "again", "after",
    "followed", "by", "with", "ends", "ending", "in", "starts", "part", "half", "area", "code", "code's", "prefix", "repeat",
    "say", "said", "read", "remember", "here", "goes", "now", "how", "does", "go", "believe", "maybe", "like", "of", "this", "a",
    "oh", "one", "two", "three", "four", "thing", "where", "all", "just", "comes", "write", "down", "agent", "customer",
    "caller", "rep", "huh", "mhm", "hang", "middle", "speaker", "to", "our", "same", "as", "please",
];
/// What no number goes on over.
const MEASURES: &[&str] = &[
    "dollars", "bucks", "cents", "percent", "degrees", "volts", "amps", "watts", "psi", "feet", "foot", "inch", "inches",
    "gallons", "pounds", "hours", "minutes", "days", "weeks", "months", "years", "units", "times", "per", "each", "tons",
    "miles",
];

/// `Speaker 2`: whose words follow, in a transcript.
pub(super) fn is_speaker(folded: &Folded, at: usize) -> bool {
    folded.word(at).len() == 1 && at > 0 && matches!(folded.word(at - 1), "speaker" | "caller" | "agent")
}

/// What stands between a piece and the next, where a number can go on over it.
pub(super) fn read(folded: &Folded, from: &Piece, to: &Piece) -> Option<Bridge> {
    let words = from.words.end..to.words.start;
    if words.len() > LONGEST_BRIDGE {
        return None;
    }
    let mut bridge = Bridge::default();
    for gap in from.words.end - 1..to.words.start {
        let gap = folded.gap(gap);
        let passes = |sign| matches!(sign, ' ' | ',' | '.' | '-' | '…' | '?' | '!' | ';' | '(' | ')' | '[' | ']' | '\n');
        // `412.50`, `2,318`
        if matches!(gap, "." | ",") || !gap.chars().all(|sign| passes(sign) || sign == ':' && !words.is_empty()) {
            return None;
        }
        let dots = gap.contains('…') || gap.contains("..");
        bridge.breathes |= dots;
        bridge.spoken |= dots;
    }
    for at in words {
        let word = folded.word(at);
        let (breath, corrects) = (BREATHS.contains(&word), CORRECTION.contains(&word));
        if !breath && !corrects && !SIGNS.contains(&word) && !SEARCHING.contains(&word) {
            let figures = word.bytes().any(|b| b.is_ascii_digit()) && !is_speaker(folded, at);
            if MEASURES.contains(&word) || figures {
                return None;
            }
            bridge.odd += 1;
        }
        bridge.spoken = true;
        bridge.telling |= !breath && !SIGNS.contains(&word);
        // Who looks for the rest takes a breath as well.
        bridge.breathes |= breath || matches!(word, "let" | "hold" | "hang" | "look");
        bridge.corrects |= corrects;
        bridge.area |= word == "area";
    }
    bridge.area |= folded.words.get(to.words.end).is_some_and(|_| folded.word(to.words.end) == "area");
    Some(bridge)
}

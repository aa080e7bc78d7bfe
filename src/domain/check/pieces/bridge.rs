//! What is said between two pieces of a number, where it can go on over it.

use super::super::fold::Folded;
use super::Piece;
use super::words::{BREATHS, CORRECTION, FIRST, LAST, MEASURES, SEARCHING, SIGNS};

/// What is said between two pieces.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bridge {
    /// Anything: a word, or three dots.
    pub(super) spoken: bool,
    /// More than a breath: words that say something.
    pub(super) telling: bool,
    /// `uh`, `um`, three dots.
    pub(super) breathes: bool,
    /// What was said before is taken back, or some of it.
    pub(super) corrects: bool,
    /// What follows is what it was not.
    pub(super) negates: bool,
    /// It says that the first figures follow, or the words behind do.
    pub(super) begins: bool,
    /// The same of the last ones.
    pub(super) ends: bool,
    /// The same of those between.
    pub(super) middle: bool,
    /// It says that an extension follows.
    pub(super) extension: bool,
    /// Somebody else goes on, in a transcript.
    pub(super) speaker: bool,
    /// Somebody else spoke between.
    pub(super) answered: bool,
    /// So long that the number goes on over it only where some of it is told again.
    pub(super) is_long: bool,
    /// Words that are not known to stand there.
    pub(super) odd: usize,
}

impl Bridge {
    /// Both, one behind the other.
    pub(super) fn and(self, next: Self) -> Self {
        Self {
            spoken: self.spoken || next.spoken,
            telling: self.telling || next.telling,
            breathes: self.breathes || next.breathes,
            corrects: self.corrects || next.corrects,
            negates: next.negates,
            begins: self.begins || next.begins,
            ends: self.ends || next.ends,
            middle: self.middle || next.middle,
            extension: self.extension || next.extension,
            speaker: self.speaker || next.speaker,
            answered: self.answered || next.answered,
            is_long: self.is_long || next.is_long,
            odd: self.odd + next.odd,
        }
    }
}

/// Words between two pieces at most, but for names of who speaks.
const LONGEST_BRIDGE: usize = 9;
/// The same before a piece that tells some of the number again.
const LONGEST_OVER: usize = 20;
/// `Speaker 2`: whose words follow, in a transcript; not `Caller: 5 5 5`.
pub(super) fn is_speaker(folded: &Folded, at: usize) -> bool {
    let names = at > 0 && matches!(folded.word(at - 1), "speaker" | "caller" | "agent");
    folded.word(at).len() == 1 && names && !folded.gap(at - 1).contains(':')
}

/// Whether a word is the name of who speaks, as it stands before what they say: `Dispatcher: go ahead`.
fn is_name(folded: &Folded, at: usize) -> bool {
    at + 1 < folded.words.len() && folded.gap(at).starts_with(": ") && (at == 0 || !folded.gap(at - 1).starts_with(' '))
}

/// The words right behind a piece that say where it belongs: `at the end`, `is the area code`.
fn behind(folded: &Folded, end: usize) -> impl Iterator<Item = usize> {
    let said = |at: &usize| folded.gap(at - 1) == " " && matches!(folded.word(*at), "at" | "in" | "on" | "is" | "the");
    let place = (end..folded.words.len()).take(4).find(|at| !said(at));
    place.filter(|at| folded.gap(at - 1) == " ").into_iter()
}

/// What stands between a piece and the next, where a number can go on over it.
pub(super) fn read(folded: &Folded, from: &Piece, to: &Piece) -> Option<Bridge> {
    let words = from.words.end..to.words.start;
    if words.len() > LONGEST_OVER {
        return None;
    }
    // `sixteen by seven`
    if words.len() == 1 && folded.word(words.start) == "by" {
        return None;
    }
    let mut bridge = Bridge::default();
    for gap in from.words.end - 1..to.words.start {
        let gap = folded.gap(gap);
        let passes = |sign| matches!(sign, ' ' | ',' | '.' | '-' | '…' | '?' | '!' | ';' | '(' | ')' | '[' | ']' | '"' | '\n');
        // `412.50`, `2,318`
        if matches!(gap, "." | ",") || !gap.chars().all(|sign| passes(sign) || sign == ':' && !words.is_empty()) {
            return None;
        }
        let dots = gap.contains('…') || gap.contains("..");
        bridge.breathes |= dots;
        bridge.spoken |= dots;
    }
    let (mut names, mut code) = (0, false);
    for at in words.clone() {
        let word = folded.word(at);
        let (breath, corrects) = (BREATHS.contains(&word), CORRECTION.contains(&word));
        let (name, extension) = (is_name(folded, at), matches!(word, "extension" | "ext"));
        if !breath
            && !corrects
            && !name
            && !extension
            && !SIGNS.contains(&word)
            && !SEARCHING.contains(&word)
            && !FIRST.contains(&word)
        {
            let figures = word.bytes().any(|b| b.is_ascii_digit()) && !is_speaker(folded, at);
            if MEASURES.contains(&word) || figures {
                return None;
            }
            bridge.odd += 1;
            // `the extension cord`
            bridge.extension = false;
        }
        names += usize::from(name);
        bridge.spoken = true;
        bridge.telling |= !breath && !SIGNS.contains(&word);
        // Who looks for the rest takes a breath as well.
        bridge.breathes |= breath || matches!(word, "let" | "hold" | "hang" | "look");
        bridge.corrects |= corrects;
        bridge.begins |= FIRST.contains(&word);
        bridge.ends |= LAST.contains(&word);
        bridge.middle |= word == "middle";
        bridge.extension |= extension;
        code |= word == "code" && folded.word(at - 1) != "area";
    }
    bridge.negates = !words.is_empty() && folded.word(words.end - 1) == "not";
    bridge.speaker = names > 0;
    bridge.answered = names > 1;
    bridge.is_long = words.len() - names > LONGEST_BRIDGE;
    for at in behind(folded, to.words.end) {
        let word = folded.word(at);
        bridge.begins |= matches!(word, "area" | "front" | "beginning");
        bridge.middle |= word == "middle";
        bridge.ends |= word == "end";
    }
    bridge.ends &= !code;
    Some(bridge)
}

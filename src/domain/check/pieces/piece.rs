//! The pieces that numbers are told in: runs of figures and of words for figures.

use std::ops::Range;

use super::super::fold::Folded;
use super::super::stream::number;
use super::bridge;
use super::figures::Figures;
use super::words::{BREATHS, CORRECTION, SIGNS};

/// Figures that are said in one breath.
pub(super) struct Piece {
    pub(super) figures: Figures,
    /// After how many figures a word ends, a bit each, where one that is not a single figure is among them.
    pub(super) ends: u16,
    /// Figures in words, or one by one.
    pub(super) in_words: usize,
    /// It may be said in surprise.
    pub(super) is_oh: bool,
    /// Its words, by their places.
    pub(super) words: Range<usize>,
}

/// Words before a count of figures: `the last four`, `first three`.
const COUNTED: &[&str] = &["first", "last", "next", "final", "other", "middle"];

/// Words before a `one` that is no figure.
const OF_ONE: &[&str] = &["old", "new", "that", "same", "right", "good", "which", "only"];

/// Figures that are counted.
const PLURALS: &[(&str, &str)] = &[
    ("0", "zeros"),
    ("0", "zeroes"),
    ("0", "ohs"),
    ("0", "0s"),
    ("1", "ones"),
    ("2", "twos"),
    ("3", "threes"),
    ("4", "fours"),
    ("5", "fives"),
    ("5", "5s"),
    ("6", "sixes"),
    ("7", "sevens"),
    ("8", "eights"),
    ("9", "nines"),
];

/// Every run of figures and words for figures with nothing between but blanks and dashes.
pub(super) fn all(folded: &Folded) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < folded.words.len() {
        let Some((digits, taken)) = figures(folded, at) else {
            at += 1;
            continue;
        };
        let Some(figures) = Figures::new(&digits).filter(|_| !is_measured(folded, at, taken)) else {
            at += taken;
            continue;
        };
        let in_words = if digits.len() > 1 && folded.word(at).as_bytes()[0].is_ascii_digit() { 0 } else { digits.len() };
        let goes_on = at > 0 && matches!(folded.gap(at - 1), " " | "-" | "");
        let single = digits.len() == 1 || in_words > 0;
        let before = pieces.last_mut().filter(|piece| goes_on && piece.words.end == at);
        if let Some((figures, piece)) = before.and_then(|piece| Some((piece.figures.then(figures)?, piece))) {
            piece.ends |= if single { 0 } else { 1 << piece.figures.len | 1 << figures.len };
            piece.figures = figures;
            piece.words.end = at + taken;
            piece.in_words += in_words;
            piece.is_oh = false;
        } else {
            let ends = if single { 0 } else { 1 << figures.len };
            let is_oh = folded.word(at) == "oh";
            pieces.push(Piece { figures, ends, in_words, is_oh, words: at..at + taken });
        }
        at += taken;
    }
    pieces
}

/// Whether they are part of a price, a date, a time or a decimal.
fn is_measured(folded: &Folded, at: usize, taken: usize) -> bool {
    let (start, end) = (folded.words[at].start, folded.words[at + taken - 1].end);
    let before = matches!(folded.before(start), b'$' | b'/' | b':' | b'.' | b',')
        && !folded.before(start.saturating_sub(1)).is_ascii_whitespace();
    let behind = matches!(folded.at(end), b'/' | b':' | b'%' | b'.' | b',') && folded.at(end + 1).is_ascii_digit();
    before || behind || folded.at(end) == b'%'
}

/// The figures that a word or two give, where they are not a count of figures or an `oh` of surprise.
fn figures(folded: &Folded, at: usize) -> Option<(String, usize)> {
    let word = folded.word(at);
    let follows = |words: &[&str]| at > 0 && words.contains(&folded.word(at - 1));
    if word.bytes().all(|b| b.is_ascii_digit()) {
        let counted = word.len() == 1 && follows(COUNTED);
        return (!counted && !bridge::is_speaker(folded, at)).then(|| (word.to_owned(), 1));
    }
    if word == "one" && follows(OF_ONE) || follows(COUNTED) && matches!(word, "one" | "two" | "three" | "four" | "six" | "seven")
    {
        return None;
    }
    let next = folded.words.get(at + 1).map_or("", |_| folded.word(at + 1));
    if word == "one" && matches!(next, "sec" | "second" | "moment" | "minute") || word == "oh" && is_surprise(folded, at) {
        return None;
    }
    // `the one you're calling from`
    if word == "one" && follows(&["the"]) && at + 1 < folded.words.len() && folded.gap(at) == " " && !is_figure(folded, at + 1) {
        return None;
    }
    // `three fives`
    let times = ["two", "three", "four"].iter().position(|times| *times == word);
    if let Some((times, (digit, _))) = times.zip(PLURALS.iter().find(|(_, plural)| *plural == next)) {
        return Some((digit.repeat(times + 2), 2));
    }
    if word == "thousand" {
        return Some(("000".to_owned(), 1));
    }
    number(folded, at)
}

/// Whether an `oh` is no figure: `oh wait`, `Oh that ends in`, but not `nine oh. Sorry`.
fn is_surprise(folded: &Folded, at: usize) -> bool {
    if at + 1 >= folded.words.len() || !matches!(folded.gap(at), " " | ", ") {
        return false;
    }
    let goes_on = at > 0 && matches!(folded.gap(at - 1), " " | "-") && is_figure(folded, at - 1);
    let next = folded.word(at + 1);
    CORRECTION.contains(&next) || !goes_on && !is_figure(folded, at + 1) && !BREATHS.contains(&next) && !SIGNS.contains(&next)
}

fn is_figure(folded: &Folded, at: usize) -> bool {
    folded.word(at).bytes().all(|b| b.is_ascii_digit()) || number(folded, at).is_some()
}

//! Phone numbers told in pieces, as people do who look for the rest while they speak: `it's 321 254, what's my number,
//! 8830`, `seven two zero, four one nine, no wait, four one eight, oh oh six three`.
//!
//! The words between the pieces must be such as are said between them. Figures must meet where such a number has its
//! groups, and unless somebody only draws breath, there must be talk of calling. Ten figures in words are nothing else.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

mod bridge;
mod figures;
mod piece;
mod told;
mod words;

use figures::Figures;
use piece::Piece;
use told::{IN_WORDS, Shown, Told};

use super::digits::{is_of_a_thing, pattern};
use super::fold::Folded;
use super::{Hit, extension, phone};
use crate::domain::span::FindingKind;

/// Pieces of one number at most; more would be tried in vain.
const MOST_PIECES: usize = 24;
/// Readings of one number that are followed at once.
const MOST_TELLINGS: usize = 16;
/// Bytes around a number in which somebody speaks of calling.
const REACH: (usize, usize) = (80, 50);

static CALLING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:call|callback|reach|text|phone|cell|mobile|numbers?|dial|ring|area code|contact|landline|home|office|work|fax|voicemail|digits|line|get me|me at|i'?m at|he'?s at|she'?s at)(?-u:\b|s|ed|ing)",
    )
});

/// Finds numbers in pieces.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let pieces = piece::all(folded);
    let mut at = 0;
    while at + 1 < pieces.len() {
        match number_from(folded, &pieces, at, hits) {
            Some(last) => {
                let span = with_beside(hits, span(folded, &pieces[at..=last]));
                // Two whole numbers, each found by itself, with talk between.
                let whole = |piece: &Piece| {
                    let words = folded.words[piece.words.start].start..folded.words[piece.words.end - 1].end;
                    beside(hits, &words).any(|hit| hit.start <= words.start && words.end <= hit.end)
                };
                if pieces[at..=last].iter().all(whole) {
                    at = last + 1;
                    continue;
                }
                let in_words: usize = pieces[at..=last].iter().map(|piece| piece.in_words).sum();
                // `the first part is seven oh two`, and no reading of a meter: `read back 512, then 555`.
                let known = || beside(hits, &span).next().is_some() || is_read_back(folded, span.start);
                if in_words >= IN_WORDS || known() || !is_of_a_thing(folded, span.start) {
                    hits.push(Hit::block(FindingKind::Phone, extension::with_its_words(folded, span), phone::REASON));
                }
                at = last + 1;
            }
            None => at += 1,
        }
    }
}

fn span(folded: &Folded, pieces: &[Piece]) -> Range<usize> {
    let (first, last) = (&pieces[0], &pieces[pieces.len() - 1]);
    folded.words[first.words.start].start..folded.words[last.words.end - 1].end
}

/// The last piece of the number that begins with a piece, if one does.
fn number_from(folded: &Folded, pieces: &[Piece], first: usize, hits: &[Hit]) -> Option<usize> {
    let mut tellings = beginnings(folded, &pieces[first]);
    let (mut last, mut longest, mut in_words) = (None, 0, pieces[first].in_words);
    for at in first + 1..pieces.len().min(first + MOST_PIECES) {
        let Some(bridge) = bridge::read(folded, &pieces[at - 1], &pieces[at]) else { break };
        let before = pieces[at - 1].figures.len;
        let mut meant: Vec<Told> = Vec::new();
        for told in tellings.iter().flat_map(|told| told.with(&pieces[at], before, bridge)) {
            if meant.len() < MOST_TELLINGS && !meant.contains(&told) {
                meant.push(told);
            }
        }
        tellings = meant;
        if tellings.is_empty() {
            break;
        }
        in_words += pieces[at].in_words;
        let span = span(folded, &pieces[first..=at]);
        let (of_calling, beside) = (|| is_of_calling(folded, &span), || beside(hits, &span).next().is_some());
        let shown = Shown { in_words, of_calling, beside };
        let whole = tellings.iter().filter(|told| told.is_phone(&shown));
        let figures = whole.map(Told::figures).max();
        if let Some(figures) = figures.filter(|figures| *figures >= longest) {
            (last, longest) = (Some(at), figures);
        }
    }
    last
}

/// What its first piece may mean: all of it, or what follows a first word that was broken off: `seven, 770`.
fn beginnings(folded: &Folded, piece: &Piece) -> Vec<Told> {
    let mut all = vec![Told::first(piece.figures, piece.ends)];
    let broken_off = piece.figures.len == 4 && piece.words.len() > 1 && piece.in_words == 1;
    if broken_off && !folded.word(piece.words.start).as_bytes()[0].is_ascii_digit() {
        let rest = Figures { bits: piece.figures.bits & 0xfff, len: 3 };
        all.push(Told::first(rest, piece.ends >> 1));
    }
    all
}

/// Whether the words right before a number say that it was said before.
fn is_read_back(folded: &Folded, at: usize) -> bool {
    folded.lower[..at].trim_end_matches([' ', ':', ',']).ends_with(" back")
}

/// Whether somebody speaks of calling, right before, between the pieces, or right behind.
fn is_of_calling(folded: &Folded, span: &Range<usize>) -> bool {
    CALLING.is_match(folded.around(span, REACH))
}

/// Phone numbers that are part of it by themselves: then more of it was told.
fn beside<'h>(hits: &'h [Hit], span: &Range<usize>) -> impl Iterator<Item = &'h Range<usize>> {
    let (start, end) = (span.start, span.end);
    let touches = move |hit: &&Hit| hit.kind == FindingKind::Phone && hit.span.start < end && start < hit.span.end;
    hits.iter().filter(touches).map(|hit| &hit.span)
}

/// The span, with all of those.
fn with_beside(hits: &[Hit], span: Range<usize>) -> Range<usize> {
    beside(hits, &span).fold(span.clone(), |all, hit| all.start.min(hit.start)..all.end.max(hit.end))
}

#[cfg(test)]
mod tests;

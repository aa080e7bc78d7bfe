//! Phone numbers told in pieces, as people do who look for the rest while they speak: `it's 321 254, what's my number,
//! 8830`, `seven two zero, four one nine, no wait, four one eight, oh oh six three`.
//!
//! The words between the pieces must be such as are said between them. Figures must meet where such a number has its
//! groups, and unless somebody only draws breath, there must be talk of calling. Ten figures in words are nothing else.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

mod bridge;
mod told;

use bridge::CORRECTION;
use told::{Figures, Told};

use super::digits::{is_of_a_thing, pattern};
use super::fold::Folded;
use super::stream::number;
use super::{Hit, extension, phone};
use crate::domain::span::FindingKind;

/// Figures that are said in one breath.
struct Piece {
    figures: Figures,
    /// After how many figures a word ends, a bit each, where one that is not a single figure is among them.
    ends: u16,
    /// Figures in words, or one by one.
    in_words: usize,
    /// Its words, by their places.
    words: Range<usize>,
}

/// Pieces of one number at most; more would be tried in vain.
const MOST_PIECES: usize = 12;
/// Readings of one number that are followed at once.
const MOST_TELLINGS: usize = 24;
/// Figures in words, or one by one, from which on nothing needs to be said of a number.
const IN_WORDS: usize = 6;
/// Bytes around a number in which somebody speaks of calling.
const REACH: (usize, usize) = (80, 50);

/// Words before a count of figures: `the last four`, `first three`.
const COUNTED: &[&str] = &["first", "last", "next", "final", "other", "middle"];

/// Words before a `one` that is no figure.
const OF_ONE: &[&str] = &["old", "new", "that", "same", "right", "good", "which", "only"];

static CALLING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:call|callback|reach|text|phone|cell|mobile|numbers?|dial|ring|area code|contact|landline|home|office|work|fax|voicemail|digits|line|get me|me at|i'?m at|he'?s at|she'?s at)(?-u:\b|s|ed|ing)",
    )
});

/// Finds numbers in pieces.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let pieces = pieces(folded);
    let mut at = 0;
    while at + 1 < pieces.len() {
        match number_from(folded, &pieces, at, hits) {
            Some(last) => {
                let span = with_beside(hits, span(folded, &pieces[at..=last]));
                let in_words: usize = pieces[at..=last].iter().map(|piece| piece.in_words).sum();
                // `the first part is seven oh two`
                if in_words >= IN_WORDS || !is_of_a_thing(folded, span.start) {
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

/// Every run of figures and words for figures with nothing between but blanks and dashes.
fn pieces(folded: &Folded) -> Vec<Piece> {
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
        } else {
            let ends = if single { 0 } else { 1 << figures.len };
            pieces.push(Piece { figures, ends, in_words, words: at..at + taken });
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
    if word == "one" && matches!(next, "sec" | "second" | "moment" | "minute") || word == "oh" && CORRECTION.contains(&next) {
        return None;
    }
    if word == "thousand" {
        return Some(("000".to_owned(), 1));
    }
    number(folded, at)
}

/// The last piece of the number that begins with a piece, if one does.
fn number_from(folded: &Folded, pieces: &[Piece], first: usize, hits: &[Hit]) -> Option<usize> {
    let mut tellings = beginnings(folded, &pieces[first]);
    let (mut last, mut longest, mut in_words) = (None, 0, pieces[first].in_words);
    for at in first + 1..pieces.len().min(first + MOST_PIECES) {
        let Some(bridge) = bridge::read(folded, &pieces[at - 1], &pieces[at]) else { break };
        let before = pieces[at - 1].figures.len;
        tellings = tellings.iter().flat_map(|told| told.with(&pieces[at], before, bridge)).take(MOST_TELLINGS).collect();
        if tellings.is_empty() {
            break;
        }
        in_words += pieces[at].in_words;
        let span = span(folded, &pieces[first..=at]);
        let of_calling = || is_of_calling(folded, &span) || beside(hits, &span).next().is_some();
        let whole = tellings.iter().filter(|told| told.is_phone(in_words >= IN_WORDS, of_calling));
        let figures = whole.map(|told| told.figures.len).max();
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
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::Phone;
    use rstest::rstest;

    #[rstest]
    #[case("area code is 512 and the number is 555 0142", "area code is 512 and the number is 555 0142")]
    #[case("five one two, uh, five five five, oh one four two", "five one two, uh, five five five, oh one four two")]
    #[case("its 321-254- shoot whats my number 8830 yeah 8830", "321-254- shoot whats my number 8830 yeah 8830")]
    #[case(
        "yeah uh two one four. 214. and its 376. uh and then 1190. thats it",
        "two one four. 214. and its 376. uh and then 1190"
    )]
    #[case(
        "my phone is seven two zero, four one nine, no wait, four one eight, oh oh six three",
        "seven two zero, four one nine, no wait, four one eight, oh oh six three"
    )]
    #[case(
        "area code two five two first three four four six last four one nine oh eight",
        "area code two five two first three four four six last four one nine oh eight"
    )]
    #[case("call me at um seven 770 uh 963 and its two seven four one", "seven 770 uh 963 and its two seven four one")]
    #[case("its 615-555-01 um 48 sorry the last two are four eight", "615-555-01 um 48 sorry the last two are four eight")]
    #[case(
        "the number is uh four one five [pause] five five five [pause] zero one three eight",
        "four one five [pause] five five five [pause] zero one three eight"
    )]
    #[case(
        "call triple five, oh one seven two, and the area code's four six nine",
        "triple five, oh one seven two, and the area code's four six nine"
    )]
    #[case("the area code's 602 and then it's 555 and then 0, 1, 7, 7 got it", "602 and then it's 555 and then 0, 1, 7, 7")]
    #[case("It's 864 555 01 and then 28, sorry", "864 555 01 and then 28")]
    #[case(
        "five five five oh one six six and thats a nine three seven area code",
        "five five five oh one six six and thats a nine three seven"
    )]
    #[case("860, okay, 860, 555, 0133 is what's on the card", "860, okay, 860, 555, 0133")]
    #[case(
        "two one four that's dallas five five five zero one sixty three",
        "two one four that's dallas five five five zero one sixty three"
    )]
    #[case(
        "one, nine one six, five five five, uh zero one two seven, extension, I think, 31",
        "one, nine one six, five five five, uh zero one two seven, extension, I think, 31"
    )]
    #[case("calling about the estimate, 919, 432, no, 832, 5567 I hope", "919, 432, no, 832, 5567")]
    #[case("cell is 4oh7 882 16oh3 per", "4oh7 882 16oh3")]
    #[case("ok so 580 555, let me check, 0134, and ask for Junior", "580 555, let me check, 0134")]
    #[case("my cell, 512 no wait 737 555 0142", "512 no wait 737 555 0142")]
    fn in_pieces(#[case] text: &str, #[case] found: &str) {
        assert_eq!(spans(text, Phone), [found]);
    }

    #[rstest]
    #[case("sold 512, 555 and 1200")]
    #[case("call about the 350 dollars for 220 volts in 2019")]
    #[case("units 204, 205 and then 2061 need filters")]
    #[case("claim number is 512 and then 555 so 0142")]
    #[case("it read 240, then 238, and at the end 2190")]
    #[case("the number of filters was 120 and then 240 and the last 36")]
    fn not_in_pieces(#[case] text: &str) {
        assert!(spans(text, Phone).is_empty(), "{:?}", spans(text, Phone));
    }
}

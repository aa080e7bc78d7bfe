//! Phone numbers spelled out: `five one two, five five five, oh one four two`, `5 1 2 5 5 5 …`, `double five`.

use super::fold::Folded;
use super::{Hit, phone};
use crate::domain::span::FindingKind;

/// What a word adds to a spelled number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    /// That many digits in words.
    Word(usize),
    /// That many digits in figures.
    Figures(usize),
    /// `double`, `triple`: the next word counts so often.
    Times(usize),
}

fn said(word: &str) -> Option<Said> {
    Some(match word {
        "zero" | "oh" | "o" | "nought" | "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "nine" => {
            Said::Word(1)
        }
        "ten" | "eleven" | "twelve" | "thirteen" | "fourteen" | "fifteen" | "sixteen" | "seventeen" | "eighteen" | "nineteen"
        | "twenty" | "thirty" | "forty" | "fifty" | "sixty" | "seventy" | "eighty" | "ninety" | "hundred" => Said::Word(2),
        "double" => Said::Times(2),
        "triple" => Said::Times(3),
        figures if figures.len() <= 4 && figures.bytes().all(|b| b.is_ascii_digit()) => Said::Figures(figures.len()),
        _ => return None,
    })
}

/// Digits from which on a spelled run is more than an amount. There is no most: a spelled card number must not leave either.
const FEWEST: usize = 7;

/// Finds runs of spelled digits.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let mut at = 0;
    while at < folded.words.len() {
        let end = run_end(folded, at);
        if end > at && is_phone(folded, at, end) {
            let span = folded.words[at].start..folded.words[end - 1].end;
            hits.push(Hit::block(FindingKind::Phone, span, phone::REASON));
        }
        at = end.max(at + 1);
    }
}

/// One past the last word of the run that begins here.
fn run_end(folded: &Folded, from: usize) -> usize {
    let mut end = from;
    while end < folded.words.len() && said(folded.word(end)).is_some() {
        end += 1;
        if end < folded.words.len() && !matches!(folded.gap(end - 1).trim(), "" | "-" | "," | "." | "...") {
            break;
        }
    }
    end
}

fn is_phone(folded: &Folded, from: usize, end: usize) -> bool {
    let (mut digits, mut words, mut times) = (0, 0, 1);
    let mut tens = false;
    let mut singles = true;
    for n in from..end {
        match said(folded.word(n)) {
            Some(Said::Word(count)) => {
                // Twenty-one is two digits, not three.
                let counted = if tens && count == 1 && folded.word(n) != "oh" { 0 } else { count };
                tens = folded.word(n).ends_with("ty");
                digits += counted * times;
                words += 1;
                times = 1;
            }
            Some(Said::Figures(count)) => {
                singles &= count == 1 && (n == from || !folded.gap(n - 1).contains(','));
                tens = false;
                digits += count * times;
                times = 1;
            }
            Some(Said::Times(count)) => times = count,
            None => {}
        }
    }
    // Figures alone are judged by the phone shapes, unless they stand one by one.
    digits >= FEWEST && (words > 2 || words == 0 && singles)
}

#[cfg(test)]
mod tests {
    use crate::domain::check::tests::spans;
    use crate::domain::span::FindingKind::Phone;
    use rstest::rstest;

    #[rstest]
    #[case("Call Five one two, five five five, oh one four two today", &["Five one two, five five five, oh one four two"])]
    #[case("five one two double five five 0142", &["five one two double five five 0142"])]
    #[case("five twelve, five fifty-five, zero one forty-two", &["five twelve, five fifty-five, zero one forty-two"])]
    #[case("at 5 1 2 5 5 5 0 1 4 2 please", &["5 1 2 5 5 5 0 1 4 2"])]
    #[case("four one one one, one one one one, one one one one, one one one one", &["four one one one, one one one one, one one one one, one one one one"])]
    #[case("two of three visits took one hour", &[])]
    #[case("steps 1, 2, 3, 4, 5, 6, 7, 8", &[])]
    #[case("twenty twenty six", &[])]
    #[case("one two 2026 plan", &[])]
    fn spelled_out(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Phone), found);
    }
}

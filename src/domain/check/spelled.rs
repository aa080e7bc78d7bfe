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
        "zero" | "oh" | "o" | "nought" | "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "nine"
        | "fife" | "niner" => Said::Word(1),
        "thousand" => Said::Word(3),
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
        let run = read(folded, at);
        if run.is_phone() {
            let span = folded.words[at].start..folded.words[run.end - 1].end;
            hits.push(Hit::block(FindingKind::Phone, phone::with_area_code(folded, span), phone::REASON));
        }
        at = run.end.max(at + 1);
    }
}

/// A number as it is read out.
#[derive(Default)]
struct Run {
    /// One past its last word.
    end: usize,
    digits: usize,
    /// Numbers in words.
    words: usize,
    /// The sizes of its groups of figures.
    figures: Vec<usize>,
    /// Whether something is said between its groups: `dash`, `dot`, `and the number is`, or a pause.
    spoken: bool,
    /// After how many digits a comma stands.
    commas: Vec<usize>,
}

/// What is said between the groups of a number.
fn is_sign(word: &str) -> bool {
    matches!(word, "dash" | "hyphen" | "dot" | "point" | "period" | "uh" | "um" | "er" | "then")
}

/// What is said behind an area code and behind the next three figures, while the rest is looked for.
fn is_bridge(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "the"
            | "number"
            | "is"
            | "it's"
            | "its"
            | "that's"
            | "then"
            | "uh"
            | "um"
            | "er"
            | "area"
            | "code"
            | "rest"
            | "first"
            | "last"
            | "three"
            | "four"
            | "pause"
            | "hold"
            | "on"
            | "ok"
            | "okay"
            | "ready"
            | "yeah"
            | "so"
            | "again"
    )
}

/// Words between two groups at most.
const BRIDGE: usize = 8;

/// The run that begins here.
fn read(folded: &Folded, from: usize) -> Run {
    let mut run = Run { end: from, ..Run::default() };
    let (mut times, mut tens, mut at) = (1, false, from);
    while at < folded.words.len() {
        let Some(said) = said(folded.word(at)) else {
            // Only between two groups: behind an area code more is said than elsewhere.
            let bridges = |n: &usize| is_sign(folded.word(*n)) || matches!(run.digits, 3 | 6) && is_bridge(folded.word(*n));
            let next = (at..folded.words.len()).take(BRIDGE + 1).find(|n| !bridges(n));
            // `sold 512, 555 and 1200` is a list.
            let listed = |next: usize| run.digits == 6 && next == at + 1 && folded.word(at) == "and";
            match next.filter(|next| run.digits > 0 && *next > at && !listed(*next) && self::said(folded.word(*next)).is_some()) {
                Some(next) => {
                    run.spoken = true;
                    at = next;
                    continue;
                }
                None => break,
            }
        };
        run.take(said, folded.word(at), &mut times, &mut tens);
        at += 1;
        run.end = at;
        if at < folded.words.len() {
            match folded.gap(at - 1).trim_matches([' ', '[', ']', '(', ')']) {
                "" | "-" | "." => {}
                "..." => run.spoken = true,
                "," => run.commas.push(run.digits),
                _ => break,
            }
        }
    }
    run
}

impl Run {
    fn take(&mut self, said: Said, word: &str, times: &mut usize, tens: &mut bool) {
        match said {
            Said::Word(count) => {
                // Twenty-one is two digits, not three.
                let counted = if *tens && count == 1 && word != "oh" { 0 } else { count };
                *tens = word.ends_with("ty");
                self.digits += counted * *times;
                self.words += 1;
                *times = 1;
            }
            Said::Figures(count) => {
                *tens = false;
                self.digits += count * *times;
                self.figures.push(count * *times);
                *times = 1;
            }
            Said::Times(count) => {
                // Nobody says it of an amount.
                self.words += 3;
                *times = count;
            }
        }
    }

    /// Figures alone are judged by the phone shapes, unless they stand one by one, or something is said between their groups.
    fn is_phone(&self) -> bool {
        if self.digits < FEWEST {
            return false;
        }
        if self.words > 0 {
            // `eight hundred 555 0142` says its area code alone.
            return self.words > 2 || self.digits == 10 && self.figures == [3, 4];
        }
        // 555 0142, 512 555 0142 and 1 512 555 0142 are read out with pauses between these groups, if with any.
        let inside: Vec<usize> = self.commas.iter().copied().filter(|comma| *comma < self.digits).collect();
        let first = (self.digits - 7) % 3;
        let at_groups =
            matches!(self.digits, 7 | 10 | 11) && inside.iter().all(|comma| comma % 3 == first && comma + 4 <= self.digits);
        let singles = self.figures.iter().all(|count| *count == 1);
        singles && (inside.is_empty() || at_groups)
            || self.spoken && matches!(self.figures.as_slice(), [3, 4] | [3, 3, 4] | [1, 3, 3, 4])
    }
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
    #[case("555 dash 0142 please", &["555 dash 0142"])]
    #[case("area code is 512 and the number is 555 0142", &["area code is 512 and the number is 555 0142"])]
    #[case("five one two, uh, five five five, oh one four two", &["five one two, uh, five five five, oh one four two"])]
    #[case("512 triple 5 0142", &["512 triple 5 0142"])]
    #[case("5 1 2, 5 5 5, 0 1 4 2", &["5 1 2, 5 5 5, 0 1 4 2"])]
    #[case("512... 555... 0142", &["512... 555... 0142"])]
    #[case("sizes 3, 4, 5, 6, 7, 8, 9, 10", &[])]
    #[case("rooms 1 2 3, 4 5 6 7 8, 9", &[])]
    #[case("eight hundred 555 0142", &["eight hundred 555 0142"])]
    #[case("two of three visits took one hour", &[])]
    #[case("steps 1, 2, 3, 4, 5, 6, 7, 8", &[])]
    #[case("twenty twenty six", &[])]
    #[case("one two 2026 plan", &[])]
    fn spelled_out(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Phone), found);
    }
}

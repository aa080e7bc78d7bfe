//! Phone numbers spelled out: `five one two, five five five, oh one four two`, `5 1 2 5 5 5 …`, `double five`.

use super::fold::Folded;
use super::stream::glued;
use super::{Hit, extension, phone};
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
    /// That many digits in figures and words run into one.
    Glued(usize),
}

fn said(word: &str) -> Option<Said> {
    Some(match word {
        "zero" | "oh" | "o" | "nought" | "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "nine"
        | "fife" | "niner" => Said::Word(1),
        "thousand" => Said::Word(3),
        "ten" | "eleven" | "twelve" | "thirteen" | "fourteen" | "fifteen" | "sixteen" | "seventeen" | "eighteen" | "nineteen"
        | "twenty" | "thirty" | "forty" | "fifty" | "sixty" | "seventy" | "eighty" | "ninety" | "hundred" => Said::Word(2),
        "double" => Said::Times(2),
        "triple" | "tripple" => Said::Times(3),
        figures if figures.len() <= 4 && figures.bytes().all(|b| b.is_ascii_digit()) => Said::Figures(figures.len()),
        word => return glued(word).map(|digits| Said::Glued(digits.len())),
    })
}

/// Words that a transcript writes for the figure that sounds like them.
const SOUNDS_ALIKE: &[&str] = &["to", "too", "for", "won", "ate", "tree"];

/// Whether a word among words for figures is heard as one: `five one to five`; at the end only as the last two of ten.
fn sounds_like_figure(folded: &Folded, at: usize, digits: usize) -> bool {
    let heard = |n: usize| folded.words.get(n).is_some_and(|_| SOUNDS_ALIKE.contains(&folded.word(n)));
    let word = |n: usize| folded.words.get(n).is_some_and(|_| said(folded.word(n)) == Some(Said::Word(1)));
    heard(at)
        && at > 0
        && (word(at - 1) || heard(at - 1))
        && (word(at + 1) || digits == 9 || heard(at + 1) && (word(at + 2) || digits == 8))
}

/// Digits of a number with its area code.
const TEN: usize = 10;

/// Digits from which on a spelled run is more than an amount. There is no most: a spelled card number must not leave either.
const FEWEST: usize = 7;

/// Figures that stand one by one in a number whose other groups are longer, from which on nobody counts things.
const ONE_BY_ONE: usize = 3;

/// Finds runs of spelled digits.
pub(super) fn find(folded: &Folded, hits: &mut Vec<Hit>) {
    let mut at = 0;
    while at < folded.words.len() {
        let run = beginning_alike(folded, at).unwrap_or_else(|| read(folded, at, Run::default()));
        if run.is_phone() {
            let span = folded.words[at].start..folded.words[run.end - 1].end;
            hits.push(Hit::block(FindingKind::Phone, extension::with_its_words(folded, span), phone::REASON));
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
    /// Of them, such as only sound like one.
    heard: usize,
    /// Whether it counts in thousands and hundreds.
    amount: bool,
    thousands: bool,
    /// The sizes of its groups of figures.
    figures: Vec<usize>,
    /// Whether something is said between its groups: `dash`, `dot`, `and the number is`, or a pause.
    spoken: bool,
    /// After how many digits a comma stands.
    commas: Vec<usize>,
    /// After how many digits a group ends, in figures or in words.
    cuts: Vec<usize>,
}

/// What is said between the groups of a number.
fn is_sign(word: &str) -> bool {
    matches!(word, "dash" | "hyphen" | "dot" | "point" | "period" | "uh" | "um" | "er" | "then")
}

/// Words between two groups at most.
const BRIDGE: usize = 8;

/// A number of ten whose first word only sounds like its figure: `too one ate five five five oh one three tree`.
fn beginning_alike(folded: &Folded, at: usize) -> Option<Run> {
    let heard = SOUNDS_ALIKE.contains(&folded.word(at)) && folded.words.len() > at + 1 && folded.gap(at) == " ";
    let run = heard.then(|| read(folded, at + 1, Run { digits: 1, words: 1, heard: 1, ..Run::default() }))?;
    (run.digits == TEN && run.words == TEN).then_some(run)
}

/// The run that begins here, after what was read of it before.
fn read(folded: &Folded, from: usize, before: Run) -> Run {
    let mut run = Run { end: from, ..before };
    let (mut times, mut tens, mut at) = (1, false, from);
    while at < folded.words.len() {
        let heard = run.words > 0 && run.digits < TEN && sounds_like_figure(folded, at, run.digits);
        let Some(said) = said(folded.word(at)).or_else(|| heard.then_some(Said::Word(1))) else {
            let next = (at..folded.words.len()).take(BRIDGE + 1).find(|n| !is_sign(folded.word(*n)));
            match next.filter(|next| run.digits > 0 && *next > at && self::said(folded.word(*next)).is_some()) {
                Some(next) => {
                    run.spoken = true;
                    at = next;
                    continue;
                }
                None => break,
            }
        };
        run.heard += usize::from(heard);
        run.amount |= run.thousands && folded.word(at) == "hundred";
        run.thousands |= folded.word(at) == "thousand";
        run.take(said, folded.word(at), &mut times, &mut tens);
        run.cuts.push(run.digits);
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
            Said::Glued(count) => {
                self.words += 3;
                self.digits += count;
            }
            Said::Times(count) => {
                // Nobody says it of an amount.
                self.words += 3;
                *times = count;
            }
        }
    }

    /// Whether groups end behind the area code and the exchange: `603 five 2 4 88 31`.
    fn has_groups_of_a_phone(&self) -> bool {
        let first = self.digits.saturating_sub(TEN);
        matches!(self.digits, TEN | 11)
            && (first == 0 || self.cuts.contains(&1))
            && self.cuts.contains(&(first + 3))
            && self.cuts.contains(&(first + 6))
    }

    /// Figures alone are judged by the phone shapes, unless they stand one by one, or something is said between their groups.
    fn is_phone(&self) -> bool {
        // `from two to four for three to five` is a life of its own.
        if self.digits < FEWEST
            || self.amount
            // `two thousand seventeen one`
            || self.thousands && !matches!(self.digits, TEN | 11)
            || self.heard * 3 > self.digits
            || self.heard > 0 && !matches!(self.digits, 7 | 10 | 11)
        {
            return false;
        }
        if self.words > 0 {
            // `eight hundred 555 0142` says its area code alone.
            let one_by_one = matches!(self.digits, 7 | TEN | 11) && self.figures.iter().all(|count| *count == 1);
            return self.words > 2 || one_by_one || self.digits == TEN && self.figures == [3, 4] || self.has_groups_of_a_phone();
        }
        // 555 0142, 512 555 0142 and 1 512 555 0142 are read out with pauses between these groups, if with any.
        let inside: Vec<usize> = self.commas.iter().copied().filter(|comma| *comma < self.digits).collect();
        let first = (self.digits - 7) % 3;
        let at_groups =
            matches!(self.digits, 7 | 10 | 11) && inside.iter().all(|comma| comma % 3 == first && comma + 4 <= self.digits);
        let singles = self.figures.iter().all(|count| *count == 1);
        let one_by_one = self.figures.iter().filter(|count| **count == 1).count() >= ONE_BY_ONE && self.commas.is_empty();
        singles && (inside.is_empty() || at_groups)
            || one_by_one && self.has_groups_of_a_phone()
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
    #[case("night clerk on 505 461 zero zero 28", &["505 461 zero zero 28"])]
    #[case("it's 603 five 2 4 88 31 now", &["603 five 2 4 88 31"])]
    #[case("try 912-six hundred-41 87", &["912-six hundred-41 87"])]
    #[case("the super at 718 2 9 3 forty-four 07", &["718 2 9 3 forty-four 07"])]
    #[case("work line is 1.678.4 0 9.2 2 7 5", &["1.678.4 0 9.2 2 7 5"])]
    #[case("filters 350, 2, 4, 6, 12, 18", &[])]
    #[case("zones 100 20 300 4 12", &[])]
    #[case("sizes 3, 4, 5, 6, 7, 8, 9, 10", &[])]
    #[case("rooms 1 2 3, 4 5 6 7 8, 9", &[])]
    #[case("eight hundred 555 0142", &["eight hundred 555 0142"])]
    #[case("ring at 4 oh 4 5 5 5 oh 1 7 7 we lost", &["4 oh 4 5 5 5 oh 1 7 7"])]
    #[case("eight oh one five five five zero one six five, eight to five only", &["eight oh one five five five zero one six five, eight"])]
    #[case("his cell is 213five550104 I think", &["213five550104"])]
    #[case("at five one to five five five oh one for to please", &["five one to five five five oh one for to"])]
    #[case("five won two five five five oh one four two to fix it", &["five won two five five five oh one four two"])]
    #[case("me at too one ate five five five oh one three tree this is", &["too one ate five five five oh one three tree"])]
    #[case("open from two to four for three to five people", &[])]
    #[case("two of three visits took one hour", &[])]
    #[case("steps 1, 2, 3, 4, 5, 6, 7, 8", &[])]
    #[case("twenty twenty six", &[])]
    #[case("the two thousand seventeen one", &[])]
    #[case("the bid was nine thousand four hundred, take it", &[])]
    #[case("nine one two, five five five, two thousand", &["nine one two, five five five, two thousand"])]
    #[case("one two 2026 plan", &[])]
    fn spelled_out(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(spans(text, Phone), found);
    }
}

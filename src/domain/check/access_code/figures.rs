//! Codes in figures or in words for figures, with the signs of a keypad: `4411`, `#4411`, `4 4 1 9`, `881 204`, `four four
//! one seven`, `star 12 pound`, `2-4-then-1`, `QX-2281`.

use std::sync::LazyLock;

use regex::Regex;

use super::super::digits::pattern;
use super::super::fold::Folded;
use super::super::stream::number;
use super::candidate::Candidate;

/// Signs of one group at most; longer ones are other numbers.
const LONGEST: usize = 8;

/// Words of letters and digits that are measures, times, ordinals or sizes: `12v`, `9am`, `5th`, `4x4`, `100k`, `r410a`.
static OTHER_MIX: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[0-9]+(?:v|vac|vdc|a|amps?|w|kw|hp|am|pm|a|p|st|nd|rd|th|s|k|m|ft|in|mm|cm|lbs?|oz|gal|psi|hz|hr|hrs|min|mins|sec|br|ba|sqft|yr|yrs|d|pc|pcs|ga|awg|ton|tons|btu|f|c|g|gb|mb)|[0-9]+x[0-9]+(?:x[0-9]+)?|r[0-9]{2,3}[a-z]?|[a-z]+[0-9]*[a-z]+[0-9]*[a-z]+[0-9a-z]*)$",
    )
});

/// A sign behind figures that stand apart: `7,2,2,9,#`, `6-6-0-1-#`.
static SIGN_APART: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?: |, ?|-)[#*]"));

/// Whether a word names a sign of a keypad.
pub(super) fn is_sign(word: &str) -> bool {
    matches!(word, "star" | "pound" | "hash" | "asterisk")
}

/// What a word or two of a number are.
struct Part {
    digits: usize,
    words: usize,
    spelled: bool,
    letters: bool,
}

/// The digits of a word: figures, figures with a letter or two, or a number in words.
fn part(folded: &Folded, at: usize) -> Option<Part> {
    if at >= folded.words.len() {
        return None;
    }
    let word = folded.word(at);
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits > 0 {
        let letters = word.len() - digits;
        let fits = word.len() <= LONGEST && word.is_ascii();
        return if letters == 0 {
            fits.then_some(Part { digits, words: 1, spelled: false, letters: false })
        } else {
            // `JNT4` has more letters than figures; in small letters that is a word of the trade: `merv8`.
            let lettered = digits == 1 && (2..=4).contains(&letters) && is_in_capitals(folded, at);
            let mixed = fits && (lettered || word.len() >= 3 && digits >= 2 && letters <= 3 && !OTHER_MIX.is_match(word));
            mixed.then_some(Part { digits: word.len(), words: 1, spelled: false, letters: true })
        };
    }
    if word == "hundred" || word == "o" || word == "thousand" {
        return None;
    }
    let (figures, words) = number(folded, at)?;
    let thousand = at + words < folded.words.len() && folded.word(at + words) == "thousand" && folded.gap(at + words - 1) == " ";
    Some(Part {
        digits: figures.len() + 3 * usize::from(thousand),
        words: words + usize::from(thousand),
        spelled: true,
        letters: false,
    })
}

/// Whether a word is written in capitals.
pub(super) fn is_in_capitals(folded: &Folded, at: usize) -> bool {
    folded.text[folded.words[at].clone()].bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Words that join the buttons of a keypad.
fn is_joining(word: &str) -> bool {
    matches!(word, "then" | "and" | "together" | "star")
}

/// The word at which the digits begin, behind the sign that is named before them: `pound 4411`, `star, four`, `star then 5`.
fn begins(folded: &Folded, at: usize) -> usize {
    let behind = |n: usize| n + 1 < folded.words.len() && matches!(folded.gap(n), " " | ", ");
    if !is_sign(folded.word(at)) || !behind(at) {
        return at;
    }
    let then = folded.word(at + 1) == "then" && behind(at + 1);
    at + 1 + usize::from(then)
}

/// One past the sign that is named behind the digits: `4411 pound`, `4411, then star`, `4411 and then hash`.
fn sign_behind(folded: &Folded, end: usize, listed: bool) -> Option<usize> {
    let apart = |n: usize| n < folded.words.len() && (folded.gap(n - 1) == " " || listed && folded.gap(n - 1) == "-");
    let joined = (end..folded.words.len()).take(2).take_while(|n| matches!(folded.word(*n), "then" | "and")).count();
    let first = end < folded.words.len() && (apart(end) || (listed || joined > 0) && folded.gap(end - 1) == ", ");
    let sign = end + joined;
    let named = first && (end + 1..=sign).all(apart) && sign < folded.words.len() && is_sign(folded.word(sign));
    named.then_some(sign + 1)
}

/// Groups of digits, as [`read`] gathers them.
struct Groups {
    /// One past the last word.
    end: usize,
    groups: usize,
    digits: usize,
    spelled: bool,
}

fn groups(folded: &Folded, begins: usize, first: &Part) -> Groups {
    let (mut digits, mut spelled) = (first.digits, first.spelled);
    let (mut end, mut groups) = (begins + first.words, 1);
    // Only short groups go on: a long one is a number by itself.
    let mut longest = if spelled { 1 } else { digits };
    while end < folded.words.len() && !first.letters {
        // `four, then three, then five` and `two and four together` as well as `2-4-then-1`.
        let words =
            |from: usize, of: &[&str]| (from..).zip(of).all(|(n, word)| n < folded.words.len() && folded.word(n) == *word);
        let at_once = || [&["together"][..], &["at", "once"], &["at", "the", "same", "time"]].iter().any(|of| words(end + 2, of));
        let pressed = || end + 2 < folded.words.len() && folded.word(end) == "and" && at_once();
        let joins = longest == 1
            && if spelled { matches!(folded.word(end), "then" | "together") || pressed() } else { is_joining(folded.word(end)) };
        let mut next = end;
        if joins {
            while next < folded.words.len() && is_joining(folded.word(next)) {
                next += 1;
            }
        }
        // `three, nine, uh, nine, two`
        while longest == 1 && next + 1 < folded.words.len() && matches!(folded.word(next), "uh" | "um" | "er") {
            next += 1;
        }
        if next >= folded.words.len() {
            break;
        }
        let gap = folded.gap(next - 1);
        let together = if spelled { matches!(gap, " " | "-" | ", " | " - ") } else { matches!(gap, " " | "-" | " - ") };
        let Some(part) = part(folded, next) else { break };
        let more = part.digits;
        // `4 oh 4 9`: digits one by one, some of them in words.
        let one_by_one = more == 1 && longest == 1;
        let together =
            together || one_by_one && !spelled && matches!(gap, ", " | "," | ".. " | "... " | "+" | "&" | " & " | " + ");
        // `881 204`: a code of six as it is shown.
        let threes = (groups, more, longest) == (1, 3, 3) && matches!(gap, " " | "-");
        // `12, 14 and 16` are amounts; `1 and 3 together, then 5` are buttons.
        let starred = joins && folded.word(end) == "star" && more <= 2;
        if joins && more != 1 && !starred
            || !joins && !together
            || part.letters
            || part.spelled != spelled && !one_by_one
            || !part.spelled && !spelled && more.max(longest) > 2 && !threes
        {
            break;
        }
        // Of single digits in a row a longer one is no part.
        if !spelled && gap == " " && more != longest {
            break;
        }
        spelled |= part.spelled;
        longest = longest.max(if part.spelled { 1 } else { more });
        (digits, groups, end) = (digits + more, groups + 1, next + part.words);
    }
    Groups { end, groups, digits, spelled }
}

/// The number that begins with a word, and the signs before it and behind it.
pub(super) fn read(folded: &Folded, at: usize) -> Option<Candidate> {
    let begins = begins(folded, at);
    if let Some(candidate) = glued(folded, at) {
        return Some(candidate);
    }
    let first = part(folded, begins).or_else(|| prefixed(folded, begins))?;
    let Groups { mut end, mut groups, mut digits, spelled } = groups(folded, begins, &first);
    let mut span = folded.words[begins].start..folded.words[end - 1].end;
    let mut signs = 0;
    if begins > at {
        (span.start, signs) = (folded.words[at].start, 1);
    } else {
        while matches!(folded.before(span.start), b'#' | b'*') {
            (span.start, signs) = (span.start - 1, signs + 1);
        }
    }
    let mut ends_in_sign = false;
    // `*31*9`: signs stand between the digits too.
    while matches!(folded.at(span.end), b'#' | b'*') {
        (span.end, signs, ends_in_sign) = (span.end + 1, signs + 1, true);
        if let Some(next) = (end < folded.words.len() && folded.words[end].start == span.end).then(|| part(folded, end)).flatten()
        {
            (digits, groups, ends_in_sign) = (digits + next.digits, groups + 1, false);
            span.end = folded.words[end + next.words - 1].end;
            end += next.words;
        }
    }
    if ends_in_sign {
        // Nothing more is told of it.
    } else if let Some(behind) = sign_behind(folded, end, groups > 1) {
        (span.end, signs, end) = (folded.words[behind - 1].end, signs + 1, behind);
    } else if let Some(after) = SIGN_APART.find(&folded.lower[span.end..]).filter(|_| groups > 1) {
        (span.end, signs, ends_in_sign) = (span.end + after.end(), signs + 1, true);
    }
    let letters = first.letters;
    Some(Candidate { span, signs, ends_in_sign, spelled, letters, ..Candidate::of(folded, at..end, (digits, groups)) })
}

/// `1C#55`: figures and a letter on one side of a sign, and more of them on the other.
fn glued(folded: &Folded, at: usize) -> Option<Candidate> {
    let behind = at + 1;
    if behind >= folded.words.len() || !matches!(folded.gap(at), "#" | "*") {
        return None;
    }
    let figures = |word: &str| word.bytes().filter(u8::is_ascii_digit).count();
    let (first, second) = (folded.word(at), folded.word(behind));
    let signs = first.len() + second.len();
    let letters = signs - figures(first) - figures(second);
    let fits = figures(first) > 0 && figures(second) > 0 && (1..=2).contains(&letters) && (3..=LONGEST).contains(&signs);
    let fits = fits && first.is_ascii() && second.is_ascii();
    fits.then(|| Candidate { signs: 1, letters: true, ..Candidate::of(folded, at..behind + 1, (signs, 1)) })
}

/// `QX-2281`: a letter or three, and figures behind a hyphen.
fn prefixed(folded: &Folded, at: usize) -> Option<Part> {
    let word = folded.word(at);
    if word.len() > 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) || at + 1 >= folded.words.len() || folded.gap(at) != "-" {
        return None;
    }
    let next = folded.word(at + 1);
    let fits = (2..=5).contains(&next.len()) && next.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(Part { digits: word.len() + next.len(), words: 2, spelled: false, letters: true })
}

#[cfg(test)]
mod tests {
    use super::super::candidate::first;
    use rstest::rstest;

    #[rstest]
    #[case("use *31*9 there", "*31*9")]
    #[case("use 1C#55 there", "1C#55")]
    #[case("use QX-2281 there", "QX-2281")]
    #[case("takes pound, four, four, oh, two, but", "pound, four, four, oh, two")]
    #[case("star then 5 5 1 7", "star then 5 5 1 7")]
    #[case("star two two eight four and", "star two two eight four")]
    #[case("hit 3175 then star, and", "3175 then star")]
    #[case("hit 3175, and then pound", "3175, and then pound")]
    #[case("7,2,2,9,#", "7,2,2,9,#")]
    #[case("Two and four together, then three.", "Two and four together, then three")]
    #[case("You do five, then one and three at the same time, and turn", "five, then one and three")]
    #[case("4411 and start", "4411")]
    #[case("star then", "")]
    #[case("pound, 12 then", "pound, 12")]
    #[case("twelve and two apples", "twelve")]
    #[case("apt#204", "#204")]
    #[case("1C#", "")]
    fn figures(#[case] text: &str, #[case] found: &str) {
        assert_eq!(first(text, super::read).unwrap_or_default(), found);
    }
}
